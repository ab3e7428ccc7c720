//! Vectorizing: from terms to sparse TF-IDF rows.
//!
//! Receives [`Bag`]s (term counts of an article or passage) and returns a [`Csr`] matrix of unit rows and the fitted
//! [`Vectorizer`], which keeps the document frequencies and weighs later text by them.
//!
//! ```
//! use wenmai::vectorize::{Bag, Settings, fit};
//!
//! // Two articles over a table of three terms: 0 is in both, 1 and 2 in one each.
//! let articles = [Bag::count([0, 1, 1]), Bag::count([2, 0])];
//! let vectorizer = fit(&articles, 3, &Settings::default());
//! assert_eq!(vectorizer.columns, [0, 1, 2]);
//! assert!((vectorizer.idf(0) - 1.0).abs() < 1e-12); // in every article
//! let rows = vectorizer.transform(&articles);
//! let (columns, values) = rows.row(0);
//! assert_eq!(columns, [0, 1]);
//! assert!(values[1] > values[0]); // rarer, and twice in the article
//! ```
//!
//! There is one weighting, so no registry: another (BM25, say) would be a field of [`Settings`] and of [`Vectorizer`]
//! that [`Vectorizer::transform`] matches on.

mod csr;
#[cfg(test)]
mod tests;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use csr::Csr;
use csr::Part;
pub(crate) use csr::{WIDTH, row_times, row_times_steps};

use crate::segment::{Document, PassageTokens};

/// Articles a task of the thread pool works through; any value gives the same result.
const CHUNK: usize = 256;

/// A term that is no column.
const NO_COLUMN: u32 = u32::MAX;

/// Settings of the vectorizer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Terms in fewer articles are dropped; at least 1. An article that this would leave without any term keeps its
    /// rare ones, which then are columns for all.
    pub min_df: usize,
    /// Terms in more than this share of the articles are dropped, over 0 to 1; ignored if this would drop every term of
    /// the corpus, as with copies of one article.
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
        let mut terms: Vec<u32> = terms.into_iter().collect();
        terms.sort_unstable();
        // Counted first, so that no room is left: a corpus has as many bags as articles.
        let mut bag = Vec::with_capacity(runs(&terms).count());
        bag.extend(runs(&terms));
        Self(bag)
    }

    /// The terms of a whole article: title, headings and passages.
    #[must_use]
    pub fn of_document(document: Document<'_>) -> Self {
        Self::count(document.tokens().map(|token| token.term))
    }

    /// The terms of one passage with its heading.
    #[must_use]
    pub fn of_passage(passage: PassageTokens<'_>) -> Self {
        Self::count(passage.tokens().map(|token| token.term))
    }
}

/// Each term of a sorted list and how often it occurs there.
fn runs(terms: &[u32]) -> impl Iterator<Item = (u32, u32)> {
    terms.chunk_by(|a, b| a == b).map(|run| (run[0], u32::try_from(run.len()).unwrap_or(u32::MAX)))
}

/// Each term of a text, given in any order, and how often it occurs; ascending. `own` is room for them.
fn counted(terms: impl IntoIterator<Item = u32>, own: &mut Vec<u32>) -> impl Iterator<Item = (u32, u32)> {
    own.clear();
    own.extend(terms);
    own.sort_unstable();
    runs(own)
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

/// Learns document frequencies from articles; `terms` is the size of the term table, terms beyond it are ignored.
#[must_use]
pub fn fit(articles: &[Bag], terms: usize, settings: &Settings) -> Vectorizer {
    let df = document_frequencies(articles, terms);
    let most = settings.max_df * articles.len() as f64;
    let frequent = |term: u32| f64::from(df[term as usize]) > most;
    let rare = |term: u32| (df[term as usize] as usize) < settings.min_df;

    let present: Vec<u32> = (0..terms as u32).filter(|&term| df[term as usize] > 0).collect();
    let all_frequent = present.iter().all(|&term| frequent(term));
    let dropped = |term: u32| frequent(term) && !all_frequent;
    let mut kept: Vec<bool> = df.iter().map(|&n| n > 0).collect();
    for &term in &present {
        kept[term as usize] = !dropped(term) && !rare(term);
    }
    // Decided against the limits alone, before any rare term is let back in: the order of the articles cannot matter.
    let rescued: Vec<u32> = articles
        .par_chunks(CHUNK)
        .flat_map_iter(|bags| {
            let known = |bag: &'_ Bag| bag.0.iter().map(|&(term, _)| term).filter(|&t| (t as usize) < terms).collect();
            bags.iter()
                .map(known)
                .filter(|bag: &Vec<u32>| !bag.iter().any(|&term| kept[term as usize]))
                .flatten()
                .filter(|&term| !dropped(term))
                .collect::<Vec<u32>>()
        })
        .collect();
    for term in rescued {
        kept[term as usize] = true;
    }
    let columns: Vec<u32> = present.into_iter().filter(|&term| kept[term as usize]).collect();
    let df = columns.iter().map(|&term| df[term as usize]).collect();
    Vectorizer { columns, df, articles: articles.len() }
}

/// In how many articles each term occurs. Sums of integers, so their order is free.
fn document_frequencies(articles: &[Bag], terms: usize) -> Vec<u32> {
    articles
        .par_chunks(CHUNK)
        .fold(
            || vec![0_u32; terms],
            |mut df, bags| {
                for &(term, _) in bags.iter().flat_map(|bag| &bag.0) {
                    if let Some(n) = df.get_mut(term as usize) {
                        *n += 1;
                    }
                }
                df
            },
        )
        .reduce(
            || vec![0; terms],
            |mut sum, part| {
                sum.iter_mut().zip(part).for_each(|(a, b)| *a += b);
                sum
            },
        )
}

impl Vectorizer {
    /// Inverse document frequency of a column, `ln((1 + n) / (1 + df)) + 1` (scikit-learn's smooth IDF); 0 for a column
    /// there is not.
    #[must_use]
    pub fn idf(&self, column: usize) -> f64 {
        let smooth = |&df: &u32| ((1.0 + self.articles as f64) / (1.0 + f64::from(df))).ln() + 1.0;
        self.df.get(column).map_or(0.0, smooth)
    }

    /// The weight of a term that a text has `count` times, before its row is scaled: `(1 + ln tf) · idf`. Without a column
    /// it is that of a term that no article has, `df` = 0.
    #[must_use]
    pub fn weight(&self, column: Option<usize>, count: u32) -> f64 {
        let idf = column.map_or_else(|| (1.0 + self.articles as f64).ln() + 1.0, |column| self.idf(column));
        tf(count) * idf
    }

    /// The column of a term.
    #[must_use]
    pub fn column(&self, term: u32) -> Option<usize> {
        self.columns.binary_search(&term).ok()
    }

    /// TF-IDF rows, `n × columns`: `(1 + ln tf) · idf`, scaled to unit length; a row without known terms is empty.
    ///
    /// Computed in double precision, kept in single.
    #[must_use]
    pub fn transform(&self, bags: &[Bag]) -> Csr {
        self.weights().transform(bags)
    }

    /// What is looked up to weigh the terms of texts, to be made once for many.
    #[must_use]
    pub fn weights(&self) -> Weights {
        let mut columns = vec![NO_COLUMN; self.columns.last().map_or(0, |&last| last as usize + 1)];
        for (column, &term) in (0..).zip(&self.columns) {
            columns[term as usize] = column;
        }
        let idf = (0..self.columns.len()).map(|column| self.idf(column)).collect();
        Weights { idf, columns, tf: (0..FREQUENT).map(tf).collect() }
    }
}

/// Few terms occur as often as this in one text; what fewer times count for is worked out once.
const FREQUENT: u32 = 64;

/// What it counts that a term occurs so many times.
fn tf(count: u32) -> f64 {
    1.0 + f64::from(count.max(1)).ln()
}

/// The weights of terms, and their columns.
#[derive(Debug)]
pub struct Weights {
    /// By column.
    idf: Vec<f64>,
    /// [`tf`] of each count below [`FREQUENT`].
    tf: Vec<f64>,
    /// The column of each term up to the last that has one; [`NO_COLUMN`] where there is none.
    columns: Vec<u32>,
}

/// Room to make a row in.
#[derive(Debug, Default)]
pub struct Room {
    terms: Vec<u32>,
    counts: Vec<(u32, u32)>,
    row: Weighed,
    values: Vec<f32>,
}

/// The row of one text, before it is scaled.
#[derive(Debug, Default)]
struct Weighed {
    columns: Vec<u32>,
    weights: Vec<f64>,
}

impl Weighed {
    /// The entries of the row, scaled to unit length.
    fn entries(&self) -> impl Iterator<Item = (u32, f32)> {
        let length = self.weights.iter().map(|weight| weight * weight).sum::<f64>().sqrt();
        self.columns.iter().zip(&self.weights).map(move |(&column, weight)| (column, (weight / length) as f32))
    }
}

impl Weights {
    /// As [`Vectorizer::transform`].
    #[must_use]
    pub fn transform(&self, bags: &[Bag]) -> Csr {
        let known = |bag: &Bag| bag.0.iter().filter(|&&(term, _)| self.column(term).is_some()).count();
        let lengths: Vec<usize> = bags.par_iter().with_min_len(CHUNK).map(known).collect();
        let mut rows = Csr::of_lengths(self.idf.len(), &lengths);
        let ends = (0..bags.len()).step_by(CHUNK).map(|start| (start + CHUNK).min(bags.len()));
        let (_, parts) = rows.in_parts(ends);
        parts.into_par_iter().for_each_init(Weighed::default, |row, Part { rows, indices, values }| {
            let mut places = indices.iter_mut().zip(values);
            for bag in &bags[rows] {
                self.weigh(&bag.0, row);
                row.entries().zip(places.by_ref()).for_each(|(entry, (index, value))| (*index, *value) = entry);
            }
        });
        rows
    }

    /// The rows of texts given by their terms in any order, as [`transform`](Self::transform) has those of their bags; made by
    /// one thread.
    #[must_use]
    pub fn rows<T: IntoIterator<Item = u32>>(&self, texts: impl IntoIterator<Item = T>) -> Csr {
        let (mut terms, mut counts, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        for text in texts {
            counts.extend(counted(text, &mut terms));
            ends.push(counts.len());
        }
        let mut rows = Csr::with_room(self.idf.len(), ends.len(), counts.len());
        let (mut row, mut first) = (Weighed::default(), 0);
        for end in ends {
            self.weigh(&counts[first..end], &mut row);
            for (column, value) in row.entries() {
                rows.indices.push(column);
                rows.values.push(value);
            }
            rows.indptr.push(rows.indices.len());
            first = end;
        }
        rows
    }

    /// The row of one text, as [`rows`](Self::rows) has it: its columns and values, in room that can be used again.
    pub fn row<'r>(&self, terms: impl IntoIterator<Item = u32>, room: &'r mut Room) -> (&'r [u32], &'r [f32]) {
        let Room { terms: own, counts, row, values } = room;
        counts.clear();
        counts.extend(counted(terms, own));
        self.weigh(counts, row);
        values.clear();
        values.extend(row.entries().map(|(_, value)| value));
        (&row.columns, values)
    }

    /// The column of a term; none if it has none.
    #[must_use]
    pub fn column(&self, term: u32) -> Option<u32> {
        self.columns.get(term as usize).copied().filter(|&column| column != NO_COLUMN)
    }

    /// Weighs the terms of a text that have columns, which ascend.
    fn weigh(&self, counts: &[(u32, u32)], to: &mut Weighed) {
        to.columns.clear();
        to.weights.clear();
        for &(term, count) in counts {
            let Some(column) = self.column(term) else { continue };
            let tf = self.tf.get(count as usize).copied().unwrap_or_else(|| tf(count));
            to.columns.push(column);
            to.weights.push(tf * self.idf[column as usize]);
        }
    }
}
