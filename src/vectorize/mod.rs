//! Vectorizing: from terms to sparse TF-IDF rows.
//!
//! Receives [`Bag`]s (term counts of an article or passage) and returns a [`Csr`] matrix of unit rows and the fitted
//! [`Vectorizer`], which keeps the document frequencies and weighs later text by them.

use serde::{Deserialize, Serialize};

use crate::segment::{Document, PassageTokens};

/// Settings of the vectorizer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Terms in fewer articles are dropped (ignored while that would leave an article without terms); at least 1.
    pub min_df: usize,
    /// Terms in more than this share of the articles are dropped, over 0 to 1.
    pub max_df: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { min_df: 1, max_df: 1.0 }
    }
}

/// Term counts of one text: `(term, count)`, ascending by term, each term once, counts at least 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bag(pub Vec<(u32, u32)>);

impl Bag {
    /// Counts terms given in any order.
    #[must_use]
    pub fn count(terms: impl IntoIterator<Item = u32>) -> Self {
        let mut ids: Vec<u32> = terms.into_iter().collect();
        ids.sort_unstable();
        Self(ids.chunk_by(|a, b| a == b).map(|run| (run[0], u32::try_from(run.len()).unwrap_or(u32::MAX))).collect())
    }

    /// The terms of a whole article: title, headings and passages.
    #[must_use]
    pub fn of_document(document: &Document) -> Self {
        let passages = document.passages.iter().flat_map(|p| p.heading.iter().chain(&p.text));
        Self::count(document.title.iter().chain(passages).map(|token| token.term))
    }

    /// The terms of one passage with its heading.
    #[must_use]
    pub fn of_passage(passage: &PassageTokens) -> Self {
        Self::count(passage.heading.iter().chain(&passage.text).map(|token| token.term))
    }
}

/// A sparse matrix in compressed sparse row form, single precision.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Csr {
    /// Number of columns.
    pub cols: usize,
    /// Where each row begins in `indices` and `values`; `rows + 1` entries, the first 0.
    pub indptr: Vec<usize>,
    /// Columns of the entries, ascending within a row.
    pub indices: Vec<u32>,
    /// The entries.
    pub values: Vec<f32>,
}

impl Csr {
    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.indptr.len().saturating_sub(1)
    }

    /// The columns and values of a row.
    #[must_use]
    pub fn row(&self, i: usize) -> (&[u32], &[f32]) {
        let range = self.indptr[i]..self.indptr[i + 1];
        (&self.indices[range.clone()], &self.values[range])
    }
}

/// The fitted vectorizer: which terms are columns, and their inverse document frequencies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Vectorizer {
    /// The term of each column, ascending.
    pub columns: Vec<u32>,
    /// Document frequency of each column: in how many of the articles the term occurs.
    pub df: Vec<u32>,
    /// Number of articles it was fitted on.
    pub articles: usize,
}

/// Learns document frequencies from articles; `terms` is the size of the term table.
#[must_use]
pub fn fit(articles: &[Bag], terms: usize, settings: &Settings) -> Vectorizer {
    let _ = (articles, terms, settings);
    Vectorizer::default()
}

impl Vectorizer {
    /// Inverse document frequency of a column, `ln((1 + n) / (1 + df)) + 1` (scikit-learn's smooth IDF).
    #[must_use]
    pub fn idf(&self, column: usize) -> f64 {
        let _ = column;
        0.0
    }

    /// The column of a term.
    #[must_use]
    pub fn column(&self, term: u32) -> Option<usize> {
        self.columns.binary_search(&term).ok()
    }

    /// TF-IDF rows, `n × columns`: `(1 + ln tf) · idf`, scaled to unit length; a row without known terms is empty.
    #[must_use]
    pub fn transform(&self, bags: &[Bag]) -> Csr {
        let _ = bags;
        Csr::default()
    }
}
