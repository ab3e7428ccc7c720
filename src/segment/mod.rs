//! Segmenting: from an article's text to the terms it is counted by.
//!
//! Receives [`Article`]s and returns a [`Segmented`] corpus (every term with its byte range in the original text) and the
//! fitted [`Segmenter`], which cuts later text (a query) in the same way.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{article::Article, error::Result};

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

/// The language of a term, told by its script.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Chinese: the term holds a Han character.
    Zh,
    /// English: every letter is Latin.
    En,
    /// Anything else.
    #[default]
    Other,
}

impl Lang {
    /// `zh`, `en` or `other`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
            Self::Other => "other",
        }
    }
}

/// A term: a Chinese word, an English stem, or a phrase of several of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// What is counted: the folded word, the English stem; the keys of a phrase's words joined by a space. Unique.
    pub key: String,
    /// The commonest surface form, as people write it (`Belt and Road`, `基础研究`); ties go to the first in byte order.
    pub surface: String,
    /// Its language.
    pub lang: Lang,
    /// The words of a phrase, as indices into the same table, in order; empty for a word.
    pub parts: Vec<u32>,
}

/// An occurrence of a term in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Token {
    /// The term's index in [`Segmented::terms`].
    pub term: u32,
    /// First byte in the original text.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// The terms of one passage. A phrase's token is followed by the tokens of its words, so both are counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PassageTokens {
    /// The terms of the heading; offsets are into the heading.
    pub heading: Vec<Token>,
    /// The terms of the text, by `(start, Reverse(end))`; offsets are into the passage's text.
    pub text: Vec<Token>,
}

/// The terms of one article.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The terms of the title; offsets are into the title.
    pub title: Vec<Token>,
    /// The terms of each passage, as many as the article has passages.
    pub passages: Vec<PassageTokens>,
    /// The languages of the text by share of its letters: `zh`, `en`, `zh+en` (each at least a tenth) or `other`.
    pub lang: &'static str,
}

/// A segmented corpus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Segmented {
    /// The terms, sorted by key.
    pub terms: Vec<Term>,
    /// The articles, in the order given.
    pub documents: Vec<Document>,
}

/// Segments a corpus and learns its phrases.
///
/// The result depends on the articles alone, not on the number of threads.
///
/// # Errors
/// [`Error::Read`](crate::Error::Read) or [`Error::Line`](crate::Error::Line) if the user dictionary or stop-word list
/// cannot be used.
pub fn fit(articles: &[Article], settings: &Settings) -> Result<(Segmenter, Segmented)> {
    let _ = (articles, settings);
    Ok((Segmenter::default(), Segmented::default()))
}

/// The fitted segmenter: cuts text as the corpus was cut.
#[derive(Debug, Default)]
pub struct Segmenter {
    terms: Vec<Term>,
}

/// A piece of a query that counts as a term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryTerm {
    /// As written in the query.
    pub surface: String,
    /// The term of the corpus; none if the corpus does not have it.
    pub term: Option<u32>,
}

/// What a fitted segmenter is saved as.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The terms of the corpus, sorted by key.
    pub terms: Vec<Term>,
    /// The user dictionary's entries, `word`, frequency, tag.
    pub dict: Vec<(String, Option<usize>, Option<String>)>,
    /// The extra stop words.
    pub stopwords: Vec<String>,
}

impl Segmenter {
    /// The terms of the corpus, sorted by key.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Cuts a text: its terms in order, phrases before their words. Stop words and the like are left out.
    #[must_use]
    pub fn cut(&self, text: &str) -> Vec<QueryTerm> {
        let _ = text;
        Vec::new()
    }

    /// What to save.
    #[must_use]
    pub fn state(&self) -> State {
        State::default()
    }

    /// Restores a saved segmenter.
    #[must_use]
    pub fn restore(state: State) -> Self {
        Self { terms: state.terms }
    }
}
