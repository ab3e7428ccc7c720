//! What can go wrong, one variant for each thing a caller could do something about.

use std::io;

use crate::article::Skipped;

/// A library error. It names the flag or path, the value, the rule it broke and the way out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An input path, pattern or stream could not be read at all.
    #[error("cannot read {path}")]
    Read {
        /// The path as given.
        path: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// An output file could not be written.
    #[error("cannot write {path}")]
    Write {
        /// The path as given.
        path: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// An input pattern or path matched nothing.
    #[error("no input matches {pattern:?}; name a file, a folder, a glob in quotes, or - for standard input")]
    NoMatch {
        /// The argument.
        pattern: String,
    },
    /// Nothing that was read holds an article.
    #[error(
        "no article found in {inputs}; wenmai reads texts, digest pages, Markdown, JSON lines, tables, web pages, feeds, PDF, documents, books, spreadsheets and archives of them (force a format with --input-format)"
    )]
    NoArticles {
        /// The inputs, as given.
        inputs: String,
    },
    /// Nothing that was read holds an article, and it is known why.
    #[error("no article found in {inputs}: {}", reasons(.inputs, .skipped))]
    NothingRead {
        /// The inputs, as given.
        inputs: String,
        /// What was skipped, ordered by path; never empty.
        skipped: Vec<Skipped>,
    },
    /// Something was skipped, or kept with a remark, and the run is to be strict.
    #[error("{}: {}{} (--strict)", .skipped.path, .skipped.explained(), besides(*.more))]
    Strict {
        /// The first, by path and line.
        skipped: Skipped,
        /// How many there are besides.
        more: usize,
    },
    /// A setting is out of its range.
    #[error("{name} is {value}, but {rule}; {remedy}")]
    Setting {
        /// The flag or the key of the configuration file.
        name: String,
        /// The value given.
        value: String,
        /// The rule it broke.
        rule: String,
        /// What to do.
        remedy: String,
    },
    /// A line of a user dictionary, stop-word list or other side file is malformed.
    #[error("{path}:{line}: {reason}")]
    Line {
        /// The side file.
        path: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong and how to write it.
        reason: String,
    },
    /// An article was asked for by an id that no article has.
    #[error("no article has the id {id:?}{}; `wenmai cluster --json` lists the ids", near(.nearest))]
    UnknownArticle {
        /// The id asked for.
        id: String,
        /// Ids that look like it, best first.
        nearest: Vec<String>,
    },
    /// A query has no term that the corpus knows.
    #[error("no word of the query occurs in the corpus ({terms}); try other words, or a longer text")]
    UnknownTerms {
        /// What it has instead: its terms, or a statement that there are none.
        terms: String,
    },
    /// A model file cannot be used.
    #[error(
        "{path} is not a model this wenmai can read: {reason}; make it anew with `wenmai cluster INPUT --save {path}`"
    )]
    Model {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// A lexicon file cannot be used or made.
    #[error(
        "{path} is not a lexicon this wenmai can use: {reason}; make one with `wenmai lexicon build`, or do without: --lexicon none"
    )]
    Lexicon {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// Vectors from elsewhere cannot be used.
    #[error("the vectors of {path} cannot be used: {reason}")]
    Vectors {
        /// The file, or `field:NAME`.
        path: String,
        /// Why, and the way out.
        reason: String,
    },
    /// A server of embeddings cannot be used.
    #[error("the server {url} fails: {reason}; {remedy}")]
    Server {
        /// Its address, as given.
        url: String,
        /// What it does.
        reason: String,
        /// What to do.
        remedy: String,
    },
    /// A file of kept embeddings cannot be used.
    #[error("{path} does not hold the answers of an embeddings server: {reason}; move it away, or name another file")]
    Cache {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// A configuration file cannot be used.
    #[error("{path}: {reason}")]
    Config {
        /// The file.
        path: String,
        /// What is wrong in it, with line and way out.
        reason: String,
    },
    /// A numerical library failed on data that passed every check: a defect worth reporting.
    #[error("{stage} failed: {reason}; please report this with the input")]
    Numeric {
        /// The stage.
        stage: &'static str,
        /// What the library said.
        reason: String,
    },
}

fn near(ids: &[String]) -> String {
    if ids.is_empty() { String::new() } else { format!(" (did you mean {}?)", ids.join(", ")) }
}

fn besides(count: usize) -> String {
    if count == 0 { String::new() } else { format!("; and {count} more") }
}

fn reasons(inputs: &str, skipped: &[Skipped]) -> String {
    if let [one] = skipped
        && one.path == inputs
    {
        return one.explained();
    }
    let shown: Vec<_> = skipped.iter().take(3).map(|one| format!("{}: {}", one.path, one.explained())).collect();
    let more = if skipped.len() > 3 { format!("; and {} more", skipped.len() - 3) } else { String::new() };
    format!("{}{more}", shown.join("; "))
}

/// The result of a library call.
pub type Result<T, E = Error> = std::result::Result<T, E>;
