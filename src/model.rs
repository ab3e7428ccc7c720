//! The fitted model: data that reports and searches read, and the one file it is saved as.
//!
//! The file is in the safetensors format: named, typed arrays behind a header that says what they are. The arrays are
//!
//! | name | type, shape | content |
//! |---|---|---|
//! | `document` | u8 | JSON: articles, terms, document frequencies, themes, who is named, which lexicon |
//! | `terms.vectors` | f32, columns × d | embedding of each term |
//! | `clusters.centroids` | f32, k × d | centroids |
//! | `articles.vectors`, `passages.vectors` | f32, n × d | embeddings |
//! | `articles.indptr`, `articles.indices`, `articles.values` | u64, u32, f32 | TF-IDF rows, CSR |
//! | `lexicon.map` | f32, d of the lexicon × d of the vectors given | only if embeddings from elsewhere took the lexicon's place |
//! | `passages.of` | u32, n × 2 | article and passage number of each passage vector |
//!
//! and the header's `format` is [`FORMAT`]. A reader refuses any other format and any array that does not fit the rest.

use std::{collections::HashMap, path::Path};

use ndarray::{Array2, ArrayView2};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize};

use crate::{
    article::{Article, Skipped},
    atomic,
    cluster::{Clusters, choose::Plausible},
    embed::{Embedder, Origin},
    error::{Error, Result},
    segment::{self, Segmenter},
    story::Stories,
    theme::{self, Theme, Themes},
    vectorize::{Csr, Vectorizer},
    who::Who,
};

/// The name and version of the file format.
pub const FORMAT: &str = "wenmai.model/1";

/// The array that brings the lexicon's vectors to those given for the articles.
const MAP: &str = "lexicon.map";

/// What a run has found, ready to be reported, searched and saved.
#[derive(Debug, Default)]
pub struct Model {
    /// The articles, ordered by id.
    pub articles: Vec<Article>,
    /// What could not be read.
    pub skipped: Vec<Skipped>,
    /// The languages of each article: `zh`, `en`, `zh+en` or `other`.
    pub langs: Vec<String>,
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
    pub passage_vectors: Array2<f32>,
    /// The themes, and where each article belongs.
    pub themes: Themes,
    /// The countries, regions and organisations that the articles name.
    pub who: Who,
    /// Which articles report the same thing.
    pub stories: Stories,
}

/// The part of the file that is JSON.
#[derive(Serialize, Deserialize)]
struct Document<A, S, L, V, T, R, W> {
    articles: A,
    skipped: S,
    langs: L,
    segmenter: segment::State,
    vectorizer: V,
    labels: Vec<usize>,
    inertia: f64,
    reason: String,
    #[serde(default)]
    choices: Vec<Plausible>,
    themes: T,
    #[serde(default)]
    stories: R,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lexicon: Option<Origin>,
    #[serde(default)]
    who: Option<W>,
}

type Read = Document<Vec<Article>, Vec<Skipped>, Vec<String>, Vectorizer, Themes, Stories, Who>;

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
        let document = serde_json::to_vec(&Document {
            articles: &self.articles,
            skipped: &self.skipped,
            langs: &self.langs,
            segmenter: self.segmenter.state(),
            vectorizer: &self.vectorizer,
            labels: self.clusters.labels.clone(),
            inertia: self.clusters.inertia,
            reason: self.clusters.reason.clone(),
            choices: self.clusters.choices.clone(),
            themes: &self.themes,
            stories: &self.stories,
            lexicon: self.embedder.origin().map(|(origin, _)| origin.clone()),
            who: Some(&self.who),
        })?;
        let mut arrays = vec![
            (
                "articles.indices",
                Dtype::U32,
                vec![self.rows.indices.len()],
                le(&self.rows.indices, |x| x.to_le_bytes()),
            ),
            (
                "articles.indptr",
                Dtype::U64,
                vec![self.rows.indptr.len()],
                le(&self.rows.indptr, |x| (*x as u64).to_le_bytes()),
            ),
            ("articles.values", Dtype::F32, vec![self.rows.values.len()], le(&self.rows.values, |x| x.to_le_bytes())),
            matrix("articles.vectors", self.vectors.view()),
            matrix("clusters.centroids", self.clusters.centroids.view()),
            ("document", Dtype::U8, vec![document.len()], document),
            (
                "passages.of",
                Dtype::U32,
                vec![self.passages.len(), 2],
                self.passages.iter().flat_map(|(a, p)| [a.to_le_bytes(), p.to_le_bytes()]).flatten().collect(),
            ),
            matrix("passages.vectors", self.passage_vectors.view()),
            matrix("terms.vectors", self.embedder.vectors()),
        ];
        if let Some((_, Some(map))) = self.embedder.origin() {
            arrays.push(matrix(MAP, map));
        }
        let views = arrays.iter().map(|(name, dtype, shape, bytes)| {
            TensorView::new(*dtype, shape.clone(), bytes).map(|view| (*name, view)).map_err(std::io::Error::other)
        });
        let views = views.collect::<std::io::Result<Vec<_>>>()?;
        // One entry only: the header is written from a hash map, whose order would not repeat.
        let header = HashMap::from([("format".to_owned(), FORMAT.to_owned())]);
        let bytes = safetensors::serialize(views, Some(header)).map_err(std::io::Error::other)?;
        atomic::write(path, &bytes)
    }

    /// Reads a model.
    ///
    /// # Errors
    /// [`Error::Read`] if the file cannot be read, [`Error::Model`] if it is no model of this version or its parts do not
    /// fit each other.
    pub fn load(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|source| Error::Read { path: name.clone(), source })?;
        Self::parse(&bytes).map_err(|reason| Error::Model { path: name, reason })
    }

    fn parse(bytes: &[u8]) -> std::result::Result<Self, String> {
        let text = |e: &dyn std::fmt::Display| e.to_string();
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(|e| format!("it is not a model file ({e})"))?;
        match header.metadata().as_ref().and_then(|m| m.get("format")) {
            Some(format) if format == FORMAT => {}
            Some(format) => return Err(format!("its format is {format:?}, this wenmai reads {FORMAT:?}")),
            None => return Err("it does not say what format it has".to_owned()),
        }
        let file = SafeTensors::deserialize(bytes).map_err(|e| text(&e))?;
        let document: Read = serde_json::from_slice(tensor(&file, "document", Dtype::U8, 1)?.data())
            .map_err(|e| format!("its document cannot be read ({e})"))?;
        let rows = Csr {
            cols: document.vectorizer.columns.len(),
            indptr: numbers(&tensor(&file, "articles.indptr", Dtype::U64, 1)?, u64::from_le_bytes)
                .into_iter()
                .map(|x| usize::try_from(x).map_err(|e| text(&e)))
                .collect::<std::result::Result<_, _>>()?,
            indices: numbers(&tensor(&file, "articles.indices", Dtype::U32, 1)?, u32::from_le_bytes),
            values: numbers(&tensor(&file, "articles.values", Dtype::F32, 1)?, f32::from_le_bytes),
        };
        let map = if file.names().contains(&MAP) { Some(read_matrix(&file, MAP)?) } else { None };
        let origin = document.lexicon.map(|origin| (origin, map));
        let of = numbers(&tensor(&file, "passages.of", Dtype::U32, 2)?, u32::from_le_bytes);
        let model = Self {
            segmenter: Segmenter::restore(document.segmenter),
            embedder: Embedder::restore(read_matrix(&file, "terms.vectors")?, origin),
            clusters: Clusters {
                centroids: read_matrix(&file, "clusters.centroids")?,
                labels: document.labels,
                inertia: document.inertia,
                reason: document.reason,
                choices: document.choices,
            },
            rows,
            vectors: read_matrix(&file, "articles.vectors")?,
            passages: of.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect(),
            passage_vectors: read_matrix(&file, "passages.vectors")?,
            articles: document.articles,
            skipped: document.skipped,
            langs: document.langs,
            vectorizer: document.vectorizer,
            themes: document.themes,
            who: document.who.unwrap_or_default(),
            stories: document.stories,
        };
        match model.misfit() {
            Some(what) => Err(format!("its parts do not fit each other: {what}")),
            None => Ok(model),
        }
    }

    /// What in a model read from a file would lead a reader of it astray, if anything: every index is checked here, once.
    fn misfit(&self) -> Option<&'static str> {
        let n = self.articles.len();
        let d = self.embedder.dimensions();
        let terms = self.segmenter.terms().len();
        let columns = self.vectorizer.columns.len();
        let k = self.themes.themes.len();
        let article = |&i: &usize| i < n;
        let passage = |a: usize, p: usize| self.articles.get(a).is_some_and(|a| p < a.passages.len());
        // Themes and their parts, to any depth.
        let all: Vec<&Theme> = theme::walk(&self.themes.themes).collect();
        let checks = [
            ("languages", self.langs.len() == n),
            ("article vectors", self.vectors.dim() == (n, d)),
            ("passage vectors", self.passage_vectors.dim() == (self.passages.len(), d)),
            ("passages", self.passages.iter().all(|&(a, p)| passage(a as usize, p as usize))),
            ("passages", self.passages.is_sorted()),
            ("term vectors", self.embedder.vectors().nrows() == columns),
            ("lexicon", self.embedder.origin().is_none_or(|(origin, _)| origin.dimensions <= d)),
            ("lexicon", self.embedder.origin().is_none_or(|(origin, _)| origin.weight.is_finite())),
            (
                "lexicon",
                self.embedder.origin().is_none_or(|(origin, map)| map.is_none_or(|m| m.ncols() == origin.dimensions)),
            ),
            ("columns", self.vectorizer.columns.iter().all(|&t| (t as usize) < terms)),
            ("columns", self.vectorizer.columns.is_sorted_by(|a, b| a < b)),
            ("document frequencies", self.vectorizer.df.len() == columns),
            ("terms", self.segmenter.terms().iter().all(|t| t.parts.iter().all(|&p| (p as usize) < terms))),
            ("centroids", self.clusters.centroids.ncols() == d || self.clusters.centroids.is_empty()),
            ("rows", self.rows.rows() == n && self.rows.indptr.first() == Some(&0)),
            ("rows", self.rows.indptr.is_sorted() && self.rows.indptr.last() == Some(&self.rows.indices.len())),
            ("rows", self.rows.indices.len() == self.rows.values.len()),
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
                    .all(|q| article(&q.article) && q.passage.is_none_or(|p| passage(q.article, p))),
            ),
        ];
        checks.iter().find(|(_, fits)| !fits).map(|(what, _)| *what)
    }
}

/// The bytes of numbers, little end first.
fn le<T, const N: usize>(numbers: &[T], bytes: fn(&T) -> [u8; N]) -> Vec<u8> {
    numbers.iter().flat_map(bytes).collect()
}

/// A matrix as it is written.
fn matrix<'a>(name: &'a str, matrix: ArrayView2<'_, f32>) -> (&'a str, Dtype, Vec<usize>, Vec<u8>) {
    let bytes = matrix.iter().flat_map(|x| x.to_le_bytes()).collect();
    (name, Dtype::F32, vec![matrix.nrows(), matrix.ncols()], bytes)
}

/// An array of a file, of the type and number of dimensions it must have.
fn tensor<'a>(
    file: &SafeTensors<'a>,
    name: &str,
    dtype: Dtype,
    dimensions: usize,
) -> std::result::Result<TensorView<'a>, String> {
    let tensor = file.tensor(name).map_err(|_| format!("it lacks {name}"))?;
    if tensor.dtype() == dtype && tensor.shape().len() == dimensions {
        Ok(tensor)
    } else {
        Err(format!("{name} is {:?} {:?}", tensor.dtype(), tensor.shape()))
    }
}

fn read_matrix(file: &SafeTensors<'_>, name: &str) -> std::result::Result<Array2<f32>, String> {
    let tensor = tensor(file, name, Dtype::F32, 2)?;
    let shape = (tensor.shape()[0], tensor.shape()[1]);
    let values = numbers(&tensor, f32::from_le_bytes);
    if values.iter().any(|x| !x.is_finite()) {
        return Err(format!("{name} holds a number that is not finite"));
    }
    Array2::from_shape_vec(shape, values).map_err(|e| format!("{name}: {e}"))
}

fn numbers<T, const N: usize>(tensor: &TensorView<'_>, number: fn([u8; N]) -> T) -> Vec<T> {
    tensor.data().as_chunks::<N>().0.iter().map(|bytes| number(*bytes)).collect()
}
