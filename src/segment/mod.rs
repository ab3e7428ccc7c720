//! Segmenting.

use std::path::PathBuf;

/// Settings of the segmenter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// A user dictionary in jieba's format, `word [frequency [tag]]` a line.
    pub dict: Option<PathBuf>,
    /// Extra stop words, one a line.
    pub stopwords: Option<PathBuf>,
    /// Whether adjacent words that occur together far beyond chance become one term.
    pub phrases: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { dict: None, stopwords: None, phrases: true }
    }
}
