//! Reading: bytes become articles.
//!
//! Receives what the user names: files, folders, globs, `-` for standard input. Returns a [`Collection`]: the articles,
//! cut into passages that know where they stand, ordered by id, and what had to be skipped, each with its place, the
//! reason and a remedy. One bad file, row or record never ends a run. The result is the same for any order of the
//! inputs and any number of threads.
//!
//! The format of a file is recognised from its content first and its ending second; [`Settings::format`] forces one.
//!
//! # Adding a format
//! Write one file with a unit struct that implements [`Reader`]: one required method, from a [`Source`] to a
//! [`Parsed`], and [`Reader::likeness`], by which it is recognised. Add a variant to [`Format`] and a line to
//! [`READERS`]; the command line's value list, the folder rules and the contract tests follow from it.
//!
//! ```
//! use wenmai::input::{Draft, Likeness, Parsed, Reader, Source};
//! use wenmai::{Article, Passage};
//!
//! /// One article a line, text only.
//! struct Lines;
//!
//! impl Reader for Lines {
//!     fn read(&self, source: &Source<'_>) -> Parsed {
//!         let mut parsed = Parsed::default();
//!         for line in source.lines().filter(|line| !line.is_empty()) {
//!             parsed.records += 1;
//!             let text = source.text()[line.clone()].to_owned();
//!             let passage = Passage { text, position: source.position(line), ..Passage::default() };
//!             let article = Article { passages: vec![passage], ..Article::default() };
//!             parsed.articles.push(Draft { article, number: Some(parsed.records) });
//!         }
//!         parsed
//!     }
//!
//!     fn likeness(&self, source: &Source<'_>) -> Likeness {
//!         if source.ending() == "lines" { Likeness::Likely } else { Likeness::No }
//!     }
//! }
//!
//! let source = Source::new("news.lines", "雨\nrain\n".as_bytes()).expect("UTF-8");
//! let parsed = Lines.read(&source);
//! assert_eq!(parsed.articles.len(), 2);
//! assert_eq!(parsed.articles[1].article.passages[0].position.line, 2);
//! ```

mod container;
mod digest;
mod encoding;
mod fields;
mod files;
mod front_matter;
mod ids;
mod jsonl;
pub mod limits;
mod markdown;
mod marks;
mod pairs;
mod prose;
mod source;
mod spans;
mod text;

use std::{collections::BTreeMap, fmt, str::FromStr};

use rayon::prelude::*;

pub use self::encoding::{Encoding, UnknownEncoding};
pub use self::fields::Names;
pub use self::limits::{Limit, Limits};
pub use self::pairs::Pair;
pub use self::source::{Draft, Likeness, Note, Parsed, Reader, Source};
use crate::{
    article::{Article, Counts, Position, Skipped},
    error::{Error, Result},
};

/// Settings of the readers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The format of every input; recognised from content if none.
    pub format: Option<Format>,
    /// The encoding of every text; recognised from content if none.
    pub encoding: Option<Encoding>,
    /// What the fields of rows and tables are called, besides the usual names.
    pub names: Names,
    /// What is read of one input, at most.
    pub limits: Limits,
    /// Whether anything skipped, or kept with a remark, is an error.
    pub strict: bool,
}

impl Settings {
    /// The defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self { format: None, encoding: None, names: Names::new(), limits: Limits::new(), strict: false }
    }
}

/// The input formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// A digest page.
    Digest,
    /// JSON lines.
    Jsonl,
    /// Markdown.
    Markdown,
    /// Plain text.
    Text,
}

/// A registered reader.
pub struct Entry {
    /// The format it reads.
    pub format: Format,
    /// The format's name, as a user writes it.
    pub name: &'static str,
    /// What the format is, in a few words.
    pub about: &'static str,
    /// The endings, in lower case, by which its files are found in folders.
    pub endings: &'static [&'static str],
    /// Whether it reads bytes that are no text.
    pub binary: bool,
    /// The reader.
    pub reader: &'static dyn Reader,
}

/// Every reader, one line each. Of two that are equally sure of a file the first wins.
pub const READERS: [Entry; 4] = [
    Entry {
        format: Format::Jsonl,
        name: "jsonl",
        about: "JSON lines or an array, one object an article",
        endings: &["jsonl", "ndjson", "json"],
        binary: false,
        reader: &jsonl::JsonlReader,
    },
    Entry {
        format: Format::Digest,
        name: "digest",
        about: "a digest page: title, source and date, summary in groups",
        endings: &["txt"],
        binary: false,
        reader: &digest::DigestReader,
    },
    Entry {
        format: Format::Markdown,
        name: "markdown",
        about: "Markdown, one article a file, with front matter",
        endings: &["md", "markdown"],
        binary: false,
        reader: &markdown::MarkdownReader,
    },
    Entry {
        format: Format::Text,
        name: "text",
        about: "plain text, one article a file",
        endings: &["text"],
        binary: false,
        reader: &text::TextReader,
    },
];

impl Format {
    /// Every format, in the order of [`READERS`].
    pub const ALL: [Self; READERS.len()] = {
        let mut all = [Self::Text; READERS.len()];
        let mut i = 0;
        while i < READERS.len() {
            all[i] = READERS[i].format;
            i += 1;
        }
        all
    };

    /// The name a user writes.
    pub fn name(self) -> &'static str {
        READERS.iter().find(|entry| entry.format == self).map_or("", |entry| entry.name)
    }

    /// What the format is, in a few words.
    pub fn about(self) -> &'static str {
        READERS.iter().find(|entry| entry.format == self).map_or("", |entry| entry.about)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The text names no input format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an input format; use one of {list}", list = Format::ALL.map(Format::name).join(", "))]
pub struct UnknownFormat(pub String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        Self::ALL.into_iter().find(|format| format.name() == name).ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}

/// What was read: articles ordered by id, and what was skipped, ordered by path.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Collection {
    /// The articles, ordered by id; ids are unique.
    pub articles: Vec<Article>,
    /// What could not be read, ordered by path, then line.
    pub skipped: Vec<Skipped>,
    /// How many articles were read; `articles` may since have been cut to a part of them.
    pub read: usize,
    /// What became of what was read.
    pub counts: Counts,
}

/// Faults of one kind that are reported one by one in a file; the rest are counted.
const SHOWN: usize = 20;

/// Endings of files that are no articles, read only if their content is plainly one of the formats or one is forced.
const FOREIGN: [&str; 24] = [
    "csv", "tsv", "xls", "xlsx", "ods", "doc", "docx", "odt", "rtf", "ppt", "pptx", "pdf", "epub", "htm", "html",
    "xml", "yaml", "yml", "toml", "png", "jpg", "jpeg", "gif", "zip",
];

/// Reads every input (a file, a folder, a glob or `-`).
///
/// In folders, and for globs that end in `*`, files count whose ending is in [`READERS`] or that have none; hidden
/// files, `README`, licence and changelog files do not. Whatever else is named is read if its content allows. A file
/// reached twice is read once.
///
/// An article has the id its input gives, else its file's stem, with `-NN` in files of many. Files of one stem get
/// their folders in front; an id still taken gets `~2`, `~3`, … by path and place. An id given twice is reported, and
/// both articles are kept, even if they are the same.
///
/// Rows of JSON lines that hold a scored pair of texts are no articles; they are skipped. [`read_with_pairs`] keeps them.
///
/// # Errors
/// [`Error::NoMatch`] if the inputs match nothing, [`Error::Read`] if the only file there is cannot be opened,
/// [`Error::NothingRead`] or [`Error::NoArticles`] if nothing holds an article.
pub fn read(inputs: &[String], settings: &Settings) -> Result<Collection> {
    Ok(gather(inputs, settings, false)?.0)
}

/// As [`read`], and the scored pairs of texts (`text_a`, `text_b`, `label`) by file and place. The collection may be
/// empty if there are pairs.
///
/// # Errors
/// As [`read`].
pub fn read_with_pairs(inputs: &[String], settings: &Settings) -> Result<(Collection, Vec<Pair>)> {
    gather(inputs, settings, true)
}

fn gather(inputs: &[String], settings: &Settings, with_pairs: bool) -> Result<(Collection, Vec<Pair>)> {
    let found = files::expand(inputs);
    if let (true, true, Some(pattern)) = (found.files.is_empty(), found.skipped.is_empty(), found.missing.first()) {
        return Err(Error::NoMatch { pattern: pattern.clone() });
    }
    let read = |path: &str, bytes: &[u8], named| leaf(path, bytes, settings, named);
    let load = |file: &files::File| files::load(file, settings, &|path, bytes| read(path, bytes, file.named && path == file.shown));
    let mut loaded: Vec<_> = found.files.par_iter().map(load).collect();
    if let ([file], [Err(_)]) = (found.files.as_slice(), loaded.as_slice())
        && found.skipped.is_empty()
        && found.missing.is_empty()
        && let Some(Err(source)) = loaded.pop()
    {
        return Err(Error::Read { path: file.shown.clone(), source });
    }
    let mut drafts: Vec<ids::FileDrafts> = Vec::with_capacity(loaded.len());
    let mut pairs = Vec::new();
    let loaded = found.files.iter().zip(loaded).flat_map(|(file, members)| {
        members.unwrap_or_else(|error| {
            let mut parsed = Parsed::default();
            parsed.note(None, UNREADABLE, error.to_string());
            vec![(file.shown.clone(), parsed)]
        })
    });
    for (path, Parsed { articles, pairs: own, mut notes, records, positions }) in loaded {
        if with_pairs {
            pairs.extend(own);
        } else {
            let note = |pair: &Pair| Note { line: Some(pair.line), what: A_PAIR, detail: String::new(), lost: true };
            notes.extend(own.iter().map(note));
        }
        drafts.push(ids::FileDrafts { path, drafts: articles, records, notes, positions });
    }
    let duplicates = ids::assign(&mut drafts);

    let mut skipped: Vec<(String, u32, Skipped)> =
        found.skipped.into_iter().map(|skipped| (skipped.path.clone(), 0, skipped)).collect();
    skipped.extend(found.missing.into_iter().map(|path| {
        let remedy = "check the name, or put a pattern in quotes";
        (path.clone(), 0, files::unread(path, "matches nothing".to_owned(), remedy))
    }));
    let mut articles = Vec::new();
    for file in drafts {
        skipped.extend(report(&file.path, file.notes, &file.positions));
        articles.extend(file.drafts.into_iter().map(|draft| draft.article));
    }
    for (number, article) in articles.iter_mut().enumerate() {
        article.number = number;
    }
    skipped.sort();
    skipped.dedup();
    let skipped: Vec<Skipped> = skipped.into_iter().map(|(_, _, skipped)| skipped).collect();
    if settings.strict
        && let Some(first) = skipped.first()
    {
        return Err(Error::Strict { skipped: first.clone(), more: skipped.len() - 1 });
    }
    if articles.is_empty() && pairs.is_empty() {
        let inputs = inputs.join(", ");
        return Err(if skipped.is_empty() {
            Error::NoArticles { inputs }
        } else {
            Error::NothingRead { inputs, skipped }
        });
    }
    articles.sort_by(|a, b| a.id.cmp(&b.id));
    let lost = skipped.iter().map(|skipped| skipped.lost).sum();
    let read = articles.len() + duplicates + lost;
    let counts = Counts { read, articles: articles.len(), duplicates, skipped: lost };
    Ok((Collection { read: articles.len(), articles, skipped, counts }, pairs))
}

/// Reads bytes as one file called `path`, in the format that the settings force or that is recognised. Ids and paths are
/// left to [`read`], and so are archives.
pub fn parse(path: &str, bytes: &[u8], settings: &Settings) -> Parsed {
    leaf(path, bytes, settings, true)
}

/// As [`parse`]; in a folder (not `named`), files of other kinds are passed over in silence.
fn leaf(path: &str, bytes: &[u8], settings: &Settings, named: bool) -> Parsed {
    let mut parsed = Parsed::default();
    let ending = source::ending(path);
    let head = bytes.get(..container::HEAD).unwrap_or(bytes);
    if let Some(entry) = binary(head, &ending, settings.format) {
        let source = Source::binary(path, bytes, settings);
        return finish(entry, &source);
    }
    let foreign = FOREIGN.contains(&ending.as_str()) && settings.format.is_none();
    let not_an_article = |parsed: &mut Parsed| {
        if named {
            parsed.note(None, NOT_AN_ARTICLE, format!("its ending is .{ending}"));
        }
    };
    let source = match Source::decode(path, bytes, settings) {
        Ok(source) => source,
        Err(_) if foreign => {
            not_an_article(&mut parsed);
            return parsed;
        }
        Err(reason) => {
            parsed.note(None, NO_TEXT, format!("it {reason}"));
            return parsed;
        }
    };
    if source.text().trim().is_empty() {
        parsed.note(None, "is empty; take it away, or fill it", "");
        return parsed;
    }
    let (likeness, entry) = recognise(&source, settings.format);
    if foreign && likeness < Likeness::Certain {
        not_an_article(&mut parsed);
        return parsed;
    }
    finish(entry, &source)
}

/// Reads a source, and checks what came of it.
fn finish(entry: &Entry, source: &Source<'_>) -> Parsed {
    let mut parsed = entry.reader.read(source);
    source.tell_undecodable(&mut parsed);
    let limits = &source.settings().limits;
    let (most, passages) = (limits.of(Limit::Article), limits.of(Limit::Passages));
    let mut over = Vec::new();
    parsed.articles.retain(|draft| {
        let article = &draft.article;
        let size: usize = article.title.len() + article.passages.iter().map(|p| p.text.len()).sum::<usize>();
        let passed = match (size as u64 > most, article.passages.len() as u64 > passages) {
            (true, _) => format!("its text has {size} bytes, {}", limits.passed(Limit::Article)),
            (_, true) => {
                format!("it has {} passages, {}", article.passages.len(), limits.passed(Limit::Passages))
            }
            _ => return true,
        };
        over.push((article.title_position.line, passed));
        false
    });
    for (line, passed) in over {
        parsed.note(Some(line), "the article is too long; cut it into several, or raise the limit", passed);
    }
    if parsed.articles.is_empty() && parsed.pairs.is_empty() && parsed.notes.iter().all(|note| !note.lost) {
        parsed.note(None, "holds no article; force its format with --input-format", format!("it was read as {}", entry.name));
    }
    parsed.positions = parsed.notes.iter().filter_map(|note| Some((note.line?, source.line_position(note.line?)))).collect();
    parsed
}

/// The reader of a file that is no text: the one forced, else the one that claims it.
fn binary(head: &[u8], ending: &str, forced: Option<Format>) -> Option<&'static Entry> {
    static ENTRIES: [Entry; READERS.len()] = READERS;
    ENTRIES.iter().find(|entry| match forced {
        Some(format) => entry.format == format && entry.binary,
        None => entry.reader.claims(head, ending),
    })
}

const UNREADABLE: &str = "cannot be read; check that it is still there and that you may read it";

const NO_TEXT: &str = "cannot be read as text; save it as text, or name its encoding with --encoding";

const A_PAIR: &str = "a scored pair of texts is no article, only `wenmai evaluate` uses it; leave it out";

const NOT_AN_ARTICLE: &str =
    "is of no format that wenmai reads; convert it, or force a format with --input-format";

/// The reader for a text: the one forced, else the one that is surest.
fn recognise(source: &Source<'_>, forced: Option<Format>) -> (Likeness, &'static Entry) {
    static ENTRIES: [Entry; READERS.len()] = READERS;
    let mut best = (Likeness::No, &ENTRIES[ENTRIES.len() - 1]);
    for entry in &ENTRIES {
        if let Some(format) = forced {
            if entry.format == format {
                return (Likeness::Certain, entry);
            }
            continue;
        }
        let likeness = entry.reader.likeness(source);
        if likeness > best.0 {
            best = (likeness, entry);
        }
        if likeness == Likeness::Certain {
            break;
        }
    }
    best
}

/// A file's notes as they are reported, each with its path and line to sort by.
fn report(path: &str, notes: Vec<Note>, positions: &[(u32, Position)]) -> Vec<(String, u32, Skipped)> {
    // The number of notes of a kind, and of the records that those not shown lose.
    let mut counts: BTreeMap<&'static str, (usize, usize)> = BTreeMap::new();
    let mut out = Vec::new();
    for note in &notes {
        let (count, lost) = counts.entry(note.what).or_default();
        *count += 1;
        if *count > SHOWN {
            *lost += usize::from(note.lost);
            continue;
        }
        let (reason, remedy) = note.parts();
        let place = note.line.map_or_else(|| path.to_owned(), |line| format!("{path}:{line}"));
        let position = note.line.map(|line| {
            let found = positions.iter().find(|(at, _)| *at == line).map(|(_, position)| *position);
            found.unwrap_or(Position { line, ..Position::default() })
        });
        let skipped =
            Skipped { path: place, reason, remedy: remedy.to_owned(), position, lost: usize::from(note.lost) };
        out.push((path.to_owned(), note.line.unwrap_or(0), skipped));
    }
    for (what, (count, lost)) in counts {
        if count > SHOWN {
            let (what, remedy) = what.split_once("; ").unwrap_or((what, ""));
            let reason = format!("and {} more like it: {what}", count - SHOWN);
            let skipped =
                Skipped { path: path.to_owned(), reason, remedy: remedy.to_owned(), position: None, lost };
            out.push((path.to_owned(), u32::MAX, skipped));
        }
    }
    out
}

#[cfg(test)]
mod tests;
