//! A saved model, mapped: opening it reads no more than its header, searching it no more than what the answer needs.

use std::{
    borrow::Cow,
    path::Path,
    sync::{Mutex, OnceLock, TryLockError},
};

use ndarray::{Array2, ArrayView1, CowArray, Ix1};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    Document, MAP, Model,
    arrays::{Arrays, Bytes, Groups, Matrix, Numbers, Told},
    searched::{Searched, Seen},
};
use crate::{
    article::Article,
    cluster::Clusters,
    embed::{Embedder, Origin, Texts},
    error::{Error, Result},
    nearest::{self, AXES, FIRST, Parts, SECOND, Sketch},
    segment::{Cut, Entry, Lang, QueryTerm, Segmenter, State, Table, Term},
    vectorize::{Csr, Vectorizer},
};

/// The part of the file that every reader needs, as JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) dict: Vec<Entry>,
    pub(super) stopwords: Vec<String>,
    /// Number of articles the document frequencies are of.
    pub(super) articles: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) lexicon: Option<Origin>,
    /// Units of the sketch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sketch: Option<(f32, f32)>,
}

/// The terms as they lie in the file.
#[derive(Debug)]
struct Terms {
    keys: Groups<u8>,
    surfaces: Groups<u8>,
    langs: Numbers<u8>,
    /// The terms that are phrases, ascending, and their words.
    phrases: Numbers<u32>,
    parts: Groups<u32>,
}

/// The sketch as it lies in the file.
#[derive(Debug)]
struct Sketched {
    axes: Matrix,
    first: Numbers<i8>,
    second: Numbers<i8>,
    first_lengths: Numbers<u16>,
    second_lengths: Numbers<u16>,
    scale: f32,
    length: f32,
    /// How far the axes are from orthonormal, once a search has asked.
    askew: OnceLock<f64>,
}

/// A saved model to search. What is read is checked when it is read.
#[derive(Debug)]
pub struct Saved {
    name: String,
    bytes: Bytes,
    head: Head,
    ids: Groups<u8>,
    records: Groups<u8>,
    terms: Terms,
    cut: Cut,
    vectorizer: Vectorizer,
    /// Without the vectors of the columns, which lie in the file.
    embedder: Embedder,
    columns: Matrix,
    rows: Groups<u32>,
    values: Numbers<f32>,
    vectors: Matrix,
    passages: Numbers<u32>,
    passage_vectors: Matrix,
    sketch: Option<Sketched>,
    /// Room for a search to work in.
    room: Mutex<Vec<f32>>,
}

impl Saved {
    /// Opens a saved model.
    ///
    /// # Errors
    /// [`Error::Read`] if the file cannot be read, [`Error::Model`] if it is no model of this version or its arrays do not
    /// fit each other.
    pub fn open(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let bytes = Bytes::open(path).map_err(|source| Error::Read { path: name.clone(), source })?;
        Self::new(name.clone(), bytes).map_err(|reason| Error::Model { path: name, reason })
    }

    pub(super) fn new(name: String, bytes: Bytes) -> Told<Self> {
        let arrays = Arrays::new(bytes.all())?;
        let head: Head = arrays.json("head")?;
        let terms = Terms {
            keys: arrays.groups("terms.keys")?,
            surfaces: arrays.groups("terms.surfaces")?,
            langs: arrays.numbers("terms.langs")?,
            phrases: arrays.numbers("phrases.terms")?,
            parts: arrays.groups("phrases.parts")?,
        };
        let vectorizer = Vectorizer {
            columns: arrays.numbers::<u32>("columns.terms")?.of(&bytes).to_vec(),
            df: arrays.numbers::<u32>("columns.df")?.of(&bytes).to_vec(),
            articles: head.articles,
        };
        let map = if arrays.has(MAP) { Some(matrix(&arrays.matrix(MAP)?, &bytes, MAP)?) } else { None };
        let columns = arrays.matrix("terms.vectors")?;
        let (ids, records) = (arrays.groups("articles.ids")?, arrays.groups("articles.records")?);
        let (rows, values) = (arrays.groups("articles.rows")?, arrays.numbers("articles.values")?);
        let (vectors, passage_vectors) = (arrays.matrix("articles.vectors")?, arrays.matrix("passages.vectors")?);
        let passages = arrays.table("passages.of", passage_vectors.rows, 2)?;
        let (n, d, m) = (ids.len(&bytes), columns.cols, terms.keys.len(&bytes));
        let sketch = head.sketch.map(|units| sketched(&arrays, units, n, d)).transpose()?;
        let origin = head.lexicon.as_ref();
        let checks = [
            ("articles", records.len(&bytes) == n),
            ("article vectors", (vectors.rows, vectors.cols) == (n, d)),
            ("passage vectors", passage_vectors.cols == d),
            ("rows", rows.len(&bytes) == n && rows.all(&bytes).1.len() == values.of(&bytes).len()),
            ("terms", terms.surfaces.len(&bytes) == m && terms.langs.of(&bytes).len() == m),
            ("phrases", terms.parts.len(&bytes) == terms.phrases.of(&bytes).len()),
            ("columns", vectorizer.columns.iter().all(|&t| (t as usize) < m)),
            ("columns", vectorizer.columns.is_sorted_by(|a, b| a < b)),
            ("document frequencies", vectorizer.df.len() == vectorizer.columns.len()),
            ("term vectors", columns.rows == vectorizer.columns.len()),
            ("lexicon", origin.is_none_or(|origin| origin.dimensions <= d && origin.weight.is_finite())),
            ("lexicon", origin.is_none_or(|o| map.as_ref().is_none_or(|map| map.ncols() == o.dimensions))),
        ];
        if let Some((what, _)) = checks.iter().find(|(_, fits)| !fits) {
            return Err(format!("its parts do not fit each other: {what}"));
        }
        let phrases = terms.phrases.of(&bytes).iter().enumerate();
        let phrases = phrases.map(|(i, &term)| (term, terms.parts.get(&bytes, i).unwrap_or_default()));
        let cut = Cut::new(&head.dict, &head.stopwords, phrases);
        let embedder =
            Embedder::restore(Array2::zeros((0, d)).view(), head.lexicon.clone().map(|origin| (origin, map)));
        let room = Mutex::default();
        Ok(Self {
            name,
            head,
            ids,
            records,
            terms,
            cut,
            vectorizer,
            embedder,
            columns,
            rows,
            values,
            vectors,
            passages,
            passage_vectors,
            sketch,
            room,
            bytes,
        })
    }

    /// Takes a lexicon file, as [`Embedder::recall`].
    ///
    /// # Errors
    /// [`Error::Read`] or [`Error::Lexicon`] if the file cannot be used.
    pub fn recall(&mut self, path: &Path) -> Result<bool> {
        self.embedder.recall(path)
    }

    fn damaged(&self, what: &str) -> Error {
        Error::Model { path: self.name.clone(), reason: format!("its {what} are damaged") }
    }

    /// The whole model.
    pub(super) fn model(self) -> Told<Model> {
        let bytes = &self.bytes;
        let arrays = Arrays::new(bytes.all())?;
        let document: Document<'_> = arrays.json("document")?;
        let damaged = |what: &str| format!("its {what} are damaged");
        let n = self.ids.len(bytes);
        let articles = (0..n)
            .into_par_iter()
            .map(|i| {
                let article = self.article(i).ok()?.into_owned();
                (self.ids.text(bytes, i) == Some(&article.id)).then_some(article)
            })
            .collect::<Option<Vec<Article>>>();
        let terms = (0..self.terms.keys.len(bytes))
            .map(|i| {
                let seen = self.term(u32::try_from(i).ok()?).ok()?;
                let (key, surface, parts) = (seen.key.to_owned(), seen.surface.to_owned(), seen.parts.to_vec());
                Some(Term { key, surface, lang: seen.lang, parts })
            })
            .collect::<Option<Vec<Term>>>();
        let state = State {
            terms: terms.ok_or_else(|| damaged("terms"))?.into(),
            dict: self.head.dict.clone(),
            stopwords: self.head.stopwords.clone(),
        };
        let (indptr, indices) = self.rows.all(bytes);
        let indptr = indptr.iter().map(|&x| usize::try_from(x).map_err(|e| e.to_string())).collect::<Told<_>>()?;
        let rows = Csr {
            cols: self.vectorizer.columns.len(),
            indptr,
            indices: indices.to_vec(),
            values: self.values.of(bytes).to_vec(),
        };
        let origin = self.embedder.origin().map(|(origin, map)| (origin.clone(), map.map(|map| map.to_owned())));
        let of = self.passages.of(bytes);
        Ok(Model {
            articles: articles.ok_or_else(|| damaged("articles"))?,
            segmenter: Segmenter::restore(state),
            embedder: Embedder::restore(matrix(&self.columns, bytes, "terms.vectors")?.view(), origin),
            clusters: Clusters {
                centroids: matrix(&arrays.matrix("clusters.centroids")?, bytes, "clusters.centroids")?,
                labels: document.labels.into_owned(),
                inertia: document.inertia,
                reason: document.reason.into_owned(),
                choices: document.choices.into_owned(),
            },
            rows,
            vectors: matrix(&self.vectors, bytes, "articles.vectors")?,
            passages: of.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect(),
            passage_vectors: Texts::Held(matrix(&self.passage_vectors, bytes, "passages.vectors")?),
            vectorizer: self.vectorizer.clone(),
            skipped: document.skipped.into_owned(),
            counts: document.counts,
            langs: document.langs.into_owned(),
            themes: document.themes.into_owned(),
            who: document.who.into_owned(),
            stories: document.stories.into_owned(),
        })
    }
}

fn sketched(arrays: &Arrays<'_>, (scale, length): (f32, f32), n: usize, d: usize) -> Told<Sketched> {
    let axes = arrays.matrix("sketch.axes")?;
    if (axes.rows, axes.cols) != (AXES, d) {
        return Err("its parts do not fit each other: sketch".to_owned());
    }
    Ok(Sketched {
        axes,
        first: arrays.table("sketch.first", n, FIRST)?,
        second: arrays.table("sketch.second", n, SECOND)?,
        first_lengths: arrays.table("sketch.first.lengths", n, 2)?,
        second_lengths: arrays.table("sketch.second.lengths", n, 2)?,
        scale,
        length,
        askew: OnceLock::new(),
    })
}

/// A matrix in memory, all of its numbers finite.
fn matrix(matrix: &Matrix, bytes: &Bytes, name: &str) -> Told<Array2<f32>> {
    let matrix = matrix.of(bytes);
    if matrix.iter().any(|x| !x.is_finite()) {
        return Err(format!("{name} holds a number that is not finite"));
    }
    Ok(matrix.to_owned())
}

impl Table for Saved {
    fn find(&self, key: &str) -> Option<u32> {
        self.terms.keys.find(&self.bytes, key).and_then(|i| u32::try_from(i).ok())
    }

    fn key(&self, term: u32) -> Option<&str> {
        self.terms.keys.text(&self.bytes, term as usize)
    }
}

impl Searched for Saved {
    fn articles(&self) -> usize {
        self.ids.len(&self.bytes)
    }

    fn id(&self, article: usize) -> Result<&str> {
        self.ids.text(&self.bytes, article).ok_or_else(|| self.damaged("ids"))
    }

    fn find(&self, id: &str) -> Option<usize> {
        self.ids.find(&self.bytes, id)
    }

    fn article(&self, article: usize) -> Result<Cow<'_, Article>> {
        let record = self.records.get(&self.bytes, article).and_then(|record| serde_json::from_slice(record).ok());
        record.map(Cow::Owned).ok_or_else(|| self.damaged("articles"))
    }

    fn cut(&self, text: &str) -> Vec<QueryTerm> {
        self.cut.cut(self, text)
    }

    fn term(&self, term: u32) -> Result<Seen<'_>> {
        let (terms, bytes, i) = (&self.terms, &self.bytes, term as usize);
        let all = terms.keys.len(bytes);
        let seen = || {
            let parts = match terms.phrases.of(bytes).binary_search(&term) {
                Ok(phrase) => terms.parts.get(bytes, phrase)?,
                Err(_) => &[],
            };
            let (key, surface) = (terms.keys.text(bytes, i)?, terms.surfaces.text(bytes, i)?);
            let fit = parts.iter().all(|&part| (part as usize) < all);
            fit.then_some(Seen { key, surface, lang: Lang::from(*terms.langs.of(bytes).get(i)?), parts })
        };
        seen().ok_or_else(|| self.damaged("terms"))
    }

    fn vectorizer(&self) -> &Vectorizer {
        &self.vectorizer
    }

    fn embedder(&self) -> &Embedder {
        &self.embedder
    }

    fn column(&self, column: u32) -> Result<CowArray<'_, f32, Ix1>> {
        let row = self.columns.row(&self.bytes, column as usize).ok_or_else(|| self.damaged("rows"))?;
        Ok(row.into())
    }

    fn row(&self, article: usize) -> Result<(&[u32], &[f32])> {
        let (columns, all) = (self.rows.get(&self.bytes, article), self.rows.all(&self.bytes));
        let row = columns.and_then(|columns| {
            let from = usize::try_from(*all.0.get(article)?).ok()?;
            let values = self.values.of(&self.bytes).get(from..from.checked_add(columns.len())?)?;
            columns.iter().all(|&column| (column as usize) < self.columns.rows).then_some((columns, values))
        });
        row.ok_or_else(|| self.damaged("rows"))
    }

    fn vector(&self, article: usize) -> Result<ArrayView1<'_, f32>> {
        self.vectors.row(&self.bytes, article).ok_or_else(|| self.damaged("vectors"))
    }

    fn nearest(&self, query: &[f32], n: usize, except: Option<usize>) -> Vec<(usize, f32)> {
        let (bytes, rows) = (&self.bytes, self.vectors.of(&self.bytes));
        let sketch = self.sketch.as_ref().and_then(|sketch| {
            let axes = sketch.axes.of(bytes);
            let parts = Parts {
                axes,
                first: sketch.first.of(bytes),
                second: sketch.second.of(bytes),
                first_lengths: sketch.first_lengths.of(bytes),
                second_lengths: sketch.second_lengths.of(bytes),
                scale: sketch.scale,
                length: sketch.length,
            };
            Sketch::with(&parts, *sketch.askew.get_or_init(|| nearest::askew(axes)))
        });
        let Some(sketch) = sketch else { return nearest::brute(rows, query, n, except) };
        match self.room.try_lock() {
            Ok(mut room) => sketch.nearest(rows, query, n, except, &mut room),
            // What it holds is of no value.
            Err(TryLockError::Poisoned(room)) => sketch.nearest(rows, query, n, except, &mut room.into_inner()),
            Err(TryLockError::WouldBlock) => sketch.nearest(rows, query, n, except, &mut Vec::new()),
        }
    }

    fn passages(&self, article: usize) -> Vec<(usize, CowArray<'_, f32, Ix1>)> {
        let (of, _) = self.passages.of(&self.bytes).as_chunks::<2>();
        let first = of.partition_point(|&[a, _]| (a as usize) < article);
        let own = of.iter().enumerate().skip(first).take_while(|(_, [a, _])| *a as usize == article);
        let row = |i: usize| self.passage_vectors.row(&self.bytes, i);
        own.filter_map(|(i, &[_, passage])| Some((passage as usize, row(i)?.into()))).collect()
    }
}
