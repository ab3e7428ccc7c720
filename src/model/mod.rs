//! The fitted model: data that reports and searches read, and the one file it is saved as.
//!
//! The file is in the safetensors format: named, typed arrays behind a header that says what they are, little end first. It
//! is read where it lies ([`Saved`]): a search maps it and decodes only the articles and terms it shows. The arrays are
//!
//! | name | type, shape | content |
//! |---|---|---|
//! | `head` | u8 | JSON: user dictionary, stop words, which lexicon, units of the sketch |
//! | `document` | u8 | JSON that a search does without: themes, stories, who is named, languages |
//! | `articles.ids`, `articles.records` | u8 groups | id, ascending, and JSON of each article |
//! | `articles.vectors`, `passages.vectors` | f32, n × d | embeddings |
//! | `articles.rows`, `articles.values` | u32 groups, f32 | TF-IDF rows, CSR |
//! | `passages.of` | u32, n × 2 | article and passage number of each passage vector |
//! | `terms.keys`, `terms.surfaces`, `terms.langs` | u8 groups, u8 groups, u8 | terms by key; 0 for Chinese, 1 for English |
//! | `phrases.terms`, `phrases.parts` | u32, u32 groups | which terms are phrases, and their words |
//! | `columns.terms`, `columns.df` | u32 | term and document frequency of each column |
//! | `terms.vectors` | f32, columns × d | embedding of each column |
//! | `clusters.centroids` | f32, k × d | centroids |
//! | `lexicon.map` | f32, d of the lexicon × d of the vectors given | only if embeddings from elsewhere took the lexicon's place |
//! | `sketch.axes`, `.first`, `.second`, `.first.lengths`, `.second.lengths` | f32, i8, u16 | [`nearest`]; only of many articles |
//!
//! where a group array `x` has another, `x.offsets` (u64), of where each group begins, and the header's `format` is
//! [`FORMAT`]. A reader refuses any other format and any array that does not fit the rest; no part of a file can make it
//! run anything, read outside an array, or panic.

mod arrays;
mod saved;
mod searched;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, path::Path};

use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use saved::Saved;
pub use searched::{Searched, Seen};

use self::{
    arrays::{Bytes, Outgoing},
    saved::Head,
};
use crate::{
    article::{Article, Counts, Skipped},
    atomic,
    cluster::{Clusters, choose::Plausible},
    embed::{Embedder, Texts},
    error::{Error, Result},
    nearest::{self, FIRST, SECOND},
    segment::Segmenter,
    story::Stories,
    theme::{self, Theme, Themes},
    vectorize::{Csr, Vectorizer},
    who::Who,
};

/// The name and version of the file format.
pub const FORMAT: &str = "wenmai.model/3";

/// The array that brings the lexicon's vectors to those given for the articles.
const MAP: &str = "lexicon.map";

/// Models of fewer articles are saved without a sketch: reading all vectors is as quick.
const SKETCHED: usize = 8192;

/// What a run has found, ready to be reported, searched and saved.
#[derive(Debug, Default)]
pub struct Model {
    /// The articles, ordered by id.
    pub articles: Vec<Article>,
    /// What could not be read.
    pub skipped: Vec<Skipped>,
    /// What became of what was read; none in models saved before that was counted.
    pub counts: Option<Counts>,
    /// The languages of each article: `zh`, `en`, `zh+en` or `other`.
    pub langs: Vec<Cow<'static, str>>,
    /// Cuts a text as the articles were cut.
    pub segmenter: Segmenter,
    /// Weighs the terms of a text as those of the articles were weighed.
    pub vectorizer: Vectorizer,
    /// Embeds TF-IDF rows.
    pub embedder: Embedder,
    /// The clusters.
    pub clusters: Clusters,
    /// TF-IDF rows of the articles.
    pub rows: Csr,
    /// Embeddings of the articles, `n × d`.
    pub vectors: Array2<f32>,
    /// Article and passage number (from 0) of each passage vector, ascending.
    pub passages: Vec<(u32, u32)>,
    /// Embeddings of the passages.
    pub passage_vectors: Texts,
    /// The themes, and where each article belongs.
    pub themes: Themes,
    /// The countries, regions and organisations that the articles name.
    pub who: Who,
    /// Which articles report the same thing.
    pub stories: Stories,
}

/// What a search does without.
#[derive(Serialize, Deserialize)]
struct Document<'a> {
    skipped: Cow<'a, [Skipped]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    counts: Option<Counts>,
    langs: Cow<'a, [Cow<'static, str>]>,
    labels: Cow<'a, [usize]>,
    inertia: f64,
    reason: Cow<'a, str>,
    choices: Cow<'a, [Plausible]>,
    themes: Cow<'a, Themes>,
    stories: Cow<'a, Stories>,
    who: Cow<'a, Who>,
}

impl Model {
    /// Writes the model to a temporary name beside `path` and renames it: a reader finds the old file or the new one,
    /// never a part.
    ///
    /// # Errors
    /// [`Error::Write`] if the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        self.write(path).map_err(|source| Error::Write { path: path.display().to_string(), source })
    }

    fn write(&self, path: &Path) -> std::io::Result<()> {
        let mut file = atomic::Pending::new(path)?;
        let mut out = std::io::BufWriter::with_capacity(1 << 20, &mut file);
        self.write_to(SKETCHED, &mut out)?;
        out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.sync()?;
        file.persist()
    }

    /// Writes the model, with a sketch if it has at least `sketched` articles.
    fn write_to(&self, sketched: usize, out: &mut dyn std::io::Write) -> std::io::Result<()> {
        let built = if self.articles.len() >= sketched { nearest::build(self.vectors.view()) } else { None };
        let state = self.segmenter.state();
        let head = serde_json::to_vec(&Head {
            dict: state.dict,
            stopwords: state.stopwords,
            articles: self.vectorizer.articles,
            lexicon: self.embedder.origin().map(|(origin, _)| origin.clone()),
            sketch: built.as_ref().map(|built| (built.scale, built.length)),
        })?;
        let document = serde_json::to_vec(&Document {
            skipped: (&self.skipped).into(),
            counts: self.counts,
            langs: (&self.langs).into(),
            labels: (&self.clusters.labels).into(),
            inertia: self.clusters.inertia,
            reason: self.clusters.reason.as_str().into(),
            choices: (&self.clusters.choices).into(),
            themes: Cow::Borrowed(&self.themes),
            stories: Cow::Borrowed(&self.stories),
            who: Cow::Borrowed(&self.who),
        })?;
        let records = self.articles.par_iter().map(serde_json::to_vec).collect::<serde_json::Result<Vec<_>>>()?;
        let terms = self.segmenter.terms();
        let langs: Vec<u8> = terms.iter().map(|term| term.lang.into()).collect();
        let phrases: Vec<(u32, &[u32])> = (0..)
            .zip(terms)
            .map(|(i, term)| (i, term.parts.as_slice()))
            .filter(|(_, parts)| !parts.is_empty())
            .collect();
        let names: Vec<u32> = phrases.iter().map(|&(term, _)| term).collect();
        let of: Vec<u32> = self.passages.iter().flat_map(|&(article, passage)| [article, passage]).collect();
        let indptr: Vec<u64> = self.rows.indptr.iter().map(|&at| at as u64).collect();
        let columns = &self.vectorizer;
        let passage_vectors = self.passage_vectors.all(&self.embedder);
        let term_vectors = self.embedder.view().vectors();
        let mut arrays = vec![
            Outgoing::new("head", &[head.len()], head),
            Outgoing::new("document", &[document.len()], document),
            Outgoing::new("terms.langs", &[langs.len()], langs),
            Outgoing::new("phrases.terms", &[names.len()], names),
            Outgoing::new("columns.terms", &[columns.columns.len()], &columns.columns),
            Outgoing::new("columns.df", &[columns.df.len()], &columns.df),
            Outgoing::new("articles.rows.offsets", &[indptr.len()], indptr),
            Outgoing::new("articles.rows", &[self.rows.indices.len()], &self.rows.indices),
            Outgoing::new("articles.values", &[self.rows.values.len()], &self.rows.values),
            Outgoing::new("passages.of", &[self.passages.len(), 2], of),
            matrix("articles.vectors", self.vectors.view()),
            matrix("passages.vectors", passage_vectors.view()),
            matrix("clusters.centroids", self.clusters.centroids.view()),
            matrix("terms.vectors", term_vectors.view()),
        ];
        arrays.extend(Outgoing::groups("articles.ids", self.articles.iter().map(|article| &article.id)));
        arrays.extend(Outgoing::groups("articles.records", records.into_iter()));
        arrays.extend(Outgoing::groups("terms.keys", terms.iter().map(|term| &term.key)));
        arrays.extend(Outgoing::groups("terms.surfaces", terms.iter().map(|term| &term.surface)));
        arrays.extend(Outgoing::groups("phrases.parts", phrases.iter().map(|(_, parts)| parts)));
        if let Some((_, Some(map))) = self.embedder.origin() {
            arrays.push(matrix(MAP, map));
        }
        if let Some(built) = &built {
            let n = self.articles.len();
            arrays.push(matrix("sketch.axes", built.axes.view()));
            arrays.push(Outgoing::new("sketch.first", &[n, FIRST], &built.first));
            arrays.push(Outgoing::new("sketch.second", &[n, SECOND], &built.second));
            arrays.push(Outgoing::new("sketch.first.lengths", &[n, 2], &built.first_lengths));
            arrays.push(Outgoing::new("sketch.second.lengths", &[n, 2], &built.second_lengths));
        }
        arrays::write(arrays, out)
    }

    /// Reads a whole model. To search one, [`Saved::open`] does, and reads nearly nothing.
    ///
    /// # Errors
    /// [`Error::Read`] if the file cannot be read, [`Error::Model`] if it is no model of this version or its parts do not
    /// fit each other.
    pub fn load(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let bytes = Bytes::open(path).map_err(|source| Error::Read { path: name.clone(), source })?;
        Self::parse(bytes).map_err(|reason| Error::Model { path: name, reason })
    }

    fn parse(bytes: Bytes) -> std::result::Result<Self, String> {
        let model = Saved::new(String::new(), bytes)?.model()?;
        match model.misfit() {
            Some(what) => Err(format!("its parts do not fit each other: {what}")),
            None => Ok(model),
        }
    }

    /// What in a model read from a file would lead a reader of it astray, if anything: every index is checked here, once, but
    /// for those that [`Saved`] has checked.
    fn misfit(&self) -> Option<&'static str> {
        let n = self.articles.len();
        let d = self.embedder.dimensions();
        let terms = self.segmenter.terms().len();
        let columns = self.vectorizer.columns.len();
        let k = self.themes.themes.len();
        let article = |&i: &usize| i < n;
        let placed = |a: &Article| {
            let passages = a.passages.iter().map(|p| p.position);
            passages.chain([a.title_position]).all(|position| position.is_possible())
        };
        let passage = |a: usize, p: usize| self.articles.get(a).is_some_and(|a| p < a.passages.len());
        let quoted = |q: &theme::Quote| {
            let passage = q.passage.and_then(|p| self.articles.get(q.article)?.passages.get(p));
            passage.is_none_or(|passage| passage.text.get(q.span.clone()).is_some())
        };
        // Themes and their parts, to any depth.
        let all: Vec<&Theme> = theme::walk(&self.themes.themes).collect();
        let checks = [
            ("places", self.articles.iter().all(placed)),
            ("languages", self.langs.len() == n),
            ("passages", self.passages.iter().all(|&(a, p)| passage(a as usize, p as usize))),
            ("passages", self.passages.is_sorted()),
            ("centroids", self.clusters.centroids.ncols() == d || self.clusters.centroids.is_empty()),
            ("rows", self.rows.rows() == n && self.rows.indptr.first() == Some(&0)),
            ("rows", self.rows.indptr.is_sorted() && self.rows.indptr.last() == Some(&self.rows.indices.len())),
            ("rows", self.rows.indices.iter().all(|&c| (c as usize) < columns)),
            ("members", self.themes.members.len() == n),
            ("members", self.themes.members.iter().all(|m| m.theme.is_none_or(|t| t < k))),
            ("members", self.themes.members.iter().all(|m| m.also.iter().all(|&t| t < k))),
            ("stories", self.stories.fits(n)),
            ("partners", self.who.fits(&self.articles)),
            ("members", self.themes.members.iter().all(|m| m.nearest.is_none_or(|t| t < k))),
            ("themes", all.iter().all(|t| t.articles.iter().chain(&t.also).all(article))),
            ("themes", all.iter().all(|t| t.terms.iter().all(|&(id, _)| (id as usize) < terms))),
            (
                "evidence",
                all.iter()
                    .flat_map(|t| &t.evidence)
                    .chain(self.themes.members.iter().flat_map(|m| &m.says))
                    .all(|q| article(&q.article) && q.passage.is_none_or(|p| passage(q.article, p)) && quoted(q)),
            ),
        ];
        checks.iter().find(|(_, fits)| !fits).map(|(what, _)| *what)
    }
}

/// A matrix as it is written.
fn matrix<'a>(name: &str, matrix: ArrayView2<'a, f32>) -> Outgoing<'a> {
    let shape = [matrix.nrows(), matrix.ncols()];
    match matrix.to_slice() {
        Some(numbers) => Outgoing::new(name, &shape, numbers),
        None => Outgoing::new(name, &shape, matrix.iter().copied().collect::<Vec<f32>>()),
    }
}
