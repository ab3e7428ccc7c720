//! Reading: bytes become articles.
//!
//! Receives what the user names: files, folders, globs, `-` for standard input. Returns a [`Collection`]: the articles,
//! cut into passages that know where they stand, ordered by id, and what had to be skipped, each with its place, the
//! reason and a remedy. One bad file, row or record never ends a run. The result is the same for any order of the
//! inputs and any number of threads.
//!
//! The format of a file is recognised from its content first and its ending second; [`Settings::format`] forces one. Texts
//! may have any encoding of the web ([`Settings::encoding`] forces one). Archives and compressed files are opened, and what
//! is in them is read like files in a folder. How much is read of one input is limited, see [`limits`].
//!
//! # Adding a format
//! Write one file with a unit struct that implements [`Reader`]: one required method, from a [`Source`] to a
//! [`Parsed`], and how it is recognised: [`Reader::likeness`] for a text, from [`Source::text`]; [`Reader::claims`] for a
//! binary format, which reads [`Source::bytes`] and says where things stand by [`Source::part`]. Add a variant to
//! [`Format`] and a line to [`READERS`]; the command line's value list, the folder rules and the contract tests (which want
//! a sample) follow from it. What gives no article is a [`Parsed::note`], what is kept in spite of a fault a
//! [`Parsed::remark`]; both say what is wrong and, after a semicolon, what would help.
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

mod account;
#[cfg(any(feature = "arrow", feature = "parquet"))]
mod columnar;
mod container;
mod digest;
mod encoding;
mod feed;
mod fields;
mod files;
mod front_matter;
mod html;
mod ids;
mod inner;
mod jsonl;
pub mod limits;
mod markdown;
mod marks;
mod markup;
mod mhtml;
mod mime;
mod office;
mod pairs;
mod pdf;
mod prose;
mod recognise;
mod rows;
mod source;
mod spans;
mod table;
mod text;
mod warc;

use std::{fmt, str::FromStr};

use rayon::prelude::*;

pub use self::encoding::{Encoding, UnknownEncoding};
pub use self::fields::Names;
pub use self::limits::{Limit, Limits};
pub use self::pairs::Pair;
pub use self::recognise::parse;
pub use self::source::{Draft, Likeness, Note, Parsed, Reader, Source};
use crate::{
    article::{Article, Counts, Skipped},
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
    /// A feed.
    Feed,
    /// A web page.
    Html,
    /// A table.
    Table,
    /// A Word document.
    Docx,
    /// A text document of OpenDocument.
    Odt,
    /// A book.
    Epub,
    /// An Excel workbook.
    Xlsx,
    /// A spreadsheet of OpenDocument.
    Ods,
    /// A Parquet file.
    #[cfg(feature = "parquet")]
    Parquet,
    /// An Arrow IPC file or stream.
    #[cfg(feature = "arrow")]
    Arrow,
    /// A saved web page.
    Mhtml,
    /// A web archive.
    Warc,
    /// A PDF file.
    Pdf,
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
pub const READERS: [Entry; 15 + cfg!(feature = "parquet") as usize + cfg!(feature = "arrow") as usize] = [
    Entry {
        format: Format::Jsonl,
        name: "jsonl",
        about: "JSON lines or an array, one object an article",
        endings: &["jsonl", "ndjson", "json"],
        binary: false,
        reader: &jsonl::JsonlReader,
    },
    Entry {
        format: Format::Feed,
        name: "feed",
        about: "RSS or Atom, one item an article",
        endings: &["rss", "atom", "xml"],
        binary: false,
        reader: &feed::FeedReader,
    },
    Entry {
        format: Format::Html,
        name: "html",
        about: "a web page, one article a file",
        endings: &["html", "htm", "xhtml", "shtml"],
        binary: false,
        reader: &html::HtmlReader,
    },
    Entry {
        format: Format::Mhtml,
        name: "mhtml",
        about: "a web page saved in one file, or an e-mail that is one",
        endings: &["mhtml", "mht"],
        binary: true,
        reader: &mhtml::MhtmlReader,
    },
    Entry {
        format: Format::Warc,
        name: "warc",
        about: "a web archive, one page an article",
        endings: &["warc"],
        binary: true,
        reader: &warc::WarcReader,
    },
    Entry {
        format: Format::Pdf,
        name: "pdf",
        about: "a PDF file with text, one article a file",
        endings: &["pdf"],
        binary: true,
        reader: &pdf::PdfReader,
    },
    #[cfg(feature = "parquet")]
    Entry {
        format: Format::Parquet,
        name: "parquet",
        about: "a Parquet file, one row an article, columns found by name",
        endings: &["parquet"],
        binary: true,
        reader: &columnar::ParquetReader,
    },
    #[cfg(feature = "arrow")]
    Entry {
        format: Format::Arrow,
        name: "arrow",
        about: "an Arrow IPC file (Feather) or stream, one row an article, columns found by name",
        endings: &["arrow", "feather", "arrows", "ipc"],
        binary: true,
        reader: &columnar::ArrowReader,
    },
    Entry {
        format: Format::Docx,
        name: "docx",
        about: "a Word document, one article a file",
        endings: &["docx", "docm", "dotx", "dotm"],
        binary: true,
        reader: &office::DocxReader,
    },
    Entry {
        format: Format::Odt,
        name: "odt",
        about: "a text document of OpenDocument, one article a file",
        endings: &["odt", "ott"],
        binary: true,
        reader: &office::OdtReader,
    },
    Entry {
        format: Format::Epub,
        name: "epub",
        about: "a book, one chapter an article",
        endings: &["epub"],
        binary: true,
        reader: &office::EpubReader,
    },
    Entry {
        format: Format::Xlsx,
        name: "xlsx",
        about: "an Excel workbook, one row an article, columns found by name",
        endings: &["xlsx", "xlsm", "xltx", "xltm"],
        binary: true,
        reader: &office::XlsxReader,
    },
    Entry {
        format: Format::Ods,
        name: "ods",
        about: "a spreadsheet of OpenDocument, one row an article, columns found by name",
        endings: &["ods", "ots"],
        binary: true,
        reader: &office::OdsReader,
    },
    Entry {
        format: Format::Table,
        name: "table",
        about: "CSV or TSV, one row an article, columns found by name",
        endings: &["csv", "tsv", "tab"],
        binary: false,
        reader: &table::TableReader,
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

/// Reads every input (a file, a folder, a glob or `-`).
///
/// In folders, and for globs that end in `*`, files count whose ending is in [`READERS`] or that have none; hidden
/// files, `README`, licence and changelog files do not. Whatever else is named is read if its content allows. A file
/// reached twice is read once.
///
/// An article has the id its input gives, else its file's stem, with `-NN` in files of many. Files of one stem get
/// their folders in front; an id still taken gets `~2`, `~3`, … by path and place. An id given twice is reported, and
/// both articles are kept, unless they are the same in everything: then it is a duplicate, read once and counted.
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
    let read = |path: &str, bytes: &[u8], named| recognise::leaf(path, bytes, settings, named);
    let load = |file: &files::File| {
        files::load(file, settings, &|path, bytes| read(path, bytes, file.named && path == file.shown))
    };
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
    for (path, Parsed { articles, pairs: own, mut notes, records, positions, .. }) in loaded {
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
    let mut articles: Vec<Article> = Vec::new();
    let all: usize = drafts.iter().map(|file| file.drafts.len()).sum();
    for file in drafts {
        skipped.extend(account::report(&file.path, file.notes, &file.positions));
        let own = file.drafts.into_iter().map(|draft| draft.article);
        if articles.is_empty() {
            // Where they stood as drafts, which those of a single file need not leave.
            articles = own.collect();
        } else {
            articles.reserve_exact(all - articles.len());
            articles.extend(own);
        }
    }
    articles.par_iter_mut().enumerate().for_each(|(number, article)| {
        article.number = number;
        // A list of one has grown to room for four.
        article.passages.shrink_to_fit();
    });
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

const UNREADABLE: &str = "cannot be read; check that it is still there and that you may read it";

const A_PAIR: &str = "a scored pair of texts is no article, only `wenmai evaluate` uses it; leave it out";

#[cfg(test)]
mod tests;
