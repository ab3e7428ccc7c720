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

mod digest;
mod fields;
mod files;
mod front_matter;
mod ids;
mod jsonl;
mod markdown;
mod marks;
mod pairs;
mod prose;
mod source;
mod spans;
mod text;

use std::{collections::HashMap, fmt, str::FromStr};

use rayon::prelude::*;

pub use self::pairs::Pair;
pub use self::source::{Draft, Likeness, Note, Parsed, Reader, Source};
use crate::{
    article::{Article, Skipped},
    error::{Error, Result},
};

/// Settings of the readers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The format of every input; recognised from content if none.
    pub format: Option<Format>,
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
        reader: &jsonl::JsonlReader,
    },
    Entry {
        format: Format::Digest,
        name: "digest",
        about: "a digest page: title, source and date, summary in groups",
        endings: &["txt"],
        reader: &digest::DigestReader,
    },
    Entry {
        format: Format::Markdown,
        name: "markdown",
        about: "Markdown, one article a file, with front matter",
        endings: &["md", "markdown"],
        reader: &markdown::MarkdownReader,
    },
    Entry {
        format: Format::Text,
        name: "text",
        about: "plain text, one article a file",
        endings: &["text"],
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
    let mut loaded: Vec<_> = found.files.par_iter().map(|file| one(file, settings)).collect();
    if let ([file], [Err(_)]) = (found.files.as_slice(), loaded.as_slice())
        && found.skipped.is_empty()
        && found.missing.is_empty()
        && let Some(Err(source)) = loaded.pop()
    {
        return Err(Error::Read { path: file.shown.clone(), source });
    }
    let mut drafts: Vec<ids::FileDrafts> = Vec::with_capacity(loaded.len());
    let mut pairs = Vec::new();
    for (file, parsed) in found.files.iter().zip(loaded) {
        let parsed = parsed.unwrap_or_else(|error| {
            let mut parsed = Parsed::default();
            parsed.note(None, "cannot be read", error.to_string());
            parsed
        });
        let Parsed { articles, pairs: own, mut notes, records } = parsed;
        if with_pairs {
            pairs.extend(own);
        } else {
            notes.extend(own.iter().map(|pair| Note { line: Some(pair.line), what: A_PAIR, detail: String::new() }));
        }
        drafts.push(ids::FileDrafts { path: file.shown.clone(), drafts: articles, records, notes });
    }
    ids::assign(&mut drafts);

    let mut skipped: Vec<(String, u32, Skipped)> =
        found.skipped.into_iter().map(|skipped| (skipped.path.clone(), 0, skipped)).collect();
    let missing = "matches nothing; check the name, or put a pattern in quotes";
    skipped.extend(
        found.missing.iter().map(|path| (path.clone(), 0, Skipped { path: path.clone(), reason: missing.to_owned() })),
    );
    let mut articles = Vec::new();
    for file in drafts {
        skipped.extend(report(&file.path, file.notes));
        articles.extend(file.drafts.into_iter().map(|draft| draft.article));
    }
    for (number, article) in articles.iter_mut().enumerate() {
        article.number = number;
        // A list of one has grown to room for four.
        article.passages.shrink_to_fit();
    }
    skipped.sort();
    skipped.dedup();
    let skipped: Vec<Skipped> = skipped.into_iter().map(|(_, _, skipped)| skipped).collect();
    if articles.is_empty() && pairs.is_empty() {
        let inputs = inputs.join(", ");
        return Err(if skipped.is_empty() {
            Error::NoArticles { inputs }
        } else {
            Error::NothingRead { inputs, skipped }
        });
    }
    articles.sort_by(|a, b| a.id.cmp(&b.id));
    Ok((Collection { read: articles.len(), articles, skipped }, pairs))
}

/// Reads bytes as one file called `path`, in the format given or recognised. Ids and paths are left to [`read`].
pub fn parse(path: &str, bytes: &[u8], format: Option<Format>) -> Parsed {
    let mut parsed = Parsed::default();
    let foreign = FOREIGN.contains(&source::ending(path).as_str());
    let source = match Source::new(path, bytes) {
        Ok(source) => source,
        Err(_) if foreign => {
            parsed.note(None, NOT_AN_ARTICLE, format!("its ending is .{}", source::ending(path)));
            return parsed;
        }
        Err(reason) => {
            parsed.note(None, "cannot be read as text", format!("it {reason}"));
            return parsed;
        }
    };
    if source.text().trim().is_empty() {
        parsed.note(None, "is empty", "");
        return parsed;
    }
    let (likeness, entry) = recognise(&source, format);
    if foreign && format.is_none() && likeness < Likeness::Certain {
        parsed.note(None, NOT_AN_ARTICLE, format!("its ending is .{}", source.ending()));
        return parsed;
    }
    parsed = entry.reader.read(&source);
    if parsed.articles.is_empty() && parsed.pairs.is_empty() && parsed.notes.is_empty() {
        parsed.note(None, "holds no article", format!("it was read as {}", entry.name));
    }
    parsed
}

const A_PAIR: &str = "a scored pair of texts is no article; only `wenmai evaluate` uses it";

const NOT_AN_ARTICLE: &str =
    "is no digest page, Markdown, JSON lines or plain text; convert it, or force a format with --input-format";

fn one(file: &files::File, settings: &Settings) -> std::io::Result<Parsed> {
    Ok(parse(&file.shown, &files::load(file)?, settings.format))
}

/// The reader for a source: the one forced, else the one that is surest.
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
fn report(path: &str, notes: Vec<Note>) -> Vec<(String, u32, Skipped)> {
    let mut counts: HashMap<&'static str, usize> = HashMap::new();
    let mut out = Vec::new();
    for note in &notes {
        let count = counts.entry(note.what).or_default();
        *count += 1;
        if *count > SHOWN {
            continue;
        }
        let reason =
            if note.detail.is_empty() { note.what.to_owned() } else { format!("{}: {}", note.what, note.detail) };
        let place = note.line.map_or_else(|| path.to_owned(), |line| format!("{path}:{line}"));
        out.push((path.to_owned(), note.line.unwrap_or(0), Skipped { path: place, reason }));
    }
    for (what, count) in counts {
        if count > SHOWN {
            let reason = format!("and {} more like it: {what}", count - SHOWN);
            out.push((path.to_owned(), u32::MAX, Skipped { path: path.to_owned(), reason }));
        }
    }
    out
}

#[cfg(test)]
mod tests;
