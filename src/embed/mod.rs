//! Embedding: from sparse TF-IDF rows to dense unit vectors.
//!
//! Receives a [`Csr`] and the terms of its columns, and returns the fitted [`Embedder`], which maps rows (of articles,
//! passages, queries) to dense unit rows. It joins (`join.rs`) two views: the corpus's own (`lsa.rs`, latent semantic
//! analysis: what occurs together here) and the lexicon's (`lexicon.rs`: what words mean in general).
//!
//! Fit on the rows of articles alone, in small corpora too: passages beside them blur the themes (measured with plain
//! weights, see `lsa.rs`).
//!
//! ```
//! use wenmai::{embed, segment::Term, vectorize::{self, Bag}};
//!
//! let articles = [vec![0, 0, 1], vec![1, 2], vec![3, 4, 4]].map(Bag::count);
//! let rows = vectorize::fit(&articles, 5, &vectorize::Settings::default()).transform(&articles);
//! let terms = ["sea", "boat", "ship", "tax", "budget"].map(|key| Term { key: key.to_owned(), ..Term::default() });
//! let embedder = embed::fit(&rows, &terms.each_ref(), &embed::Settings::default())?;
//! let embedded = embedder.embed(&rows);
//! assert_eq!(embedded.dim(), (3, embedder.dimensions()));
//! let cosine = |i, j| embedded.row(i).dot(&embedded.row(j));
//! assert!(cosine(0, 1) > cosine(0, 2)); // articles 0 and 1 share a term, and ships are boats
//! # Ok::<(), wenmai::Error>(())
//! ```
//!
//! Both views are linear in TF-IDF before the row is scaled to unit length, and so is what they are joined to: a model
//! saves one vector a column, and each term's part in a similarity can be told. It needs a lexicon only for words of a
//! question that no article has ([`Embedder::word`]); it is saved with what tells which. Vectors of the articles from
//! elsewhere ([`fit_given`], `dense.rs`) take the place of the lexicon's view; those of the columns are then predicted. To
//! add a view, write `foo.rs` with a function that returns one vector a column, and join it in `join.rs`.

mod dense;
mod join;
mod lexicon;
mod linear;
mod lsa;
mod reduce;
#[cfg(test)]
mod tests;
mod texts;

use std::path::{Path, PathBuf};

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

pub use lexicon::Origin;
pub use linear::Linear;
pub use texts::{Cosines, Made, Row, Rows, Scales, Texts, TfIdf};

use self::lexicon::Source;
use crate::{
    error::{Error, Result},
    lexicon::{Lexicon, ridge},
    segment::Term,
    vectorize::Csr,
};

/// Settings of the embedding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Dimensions of the LSA view at most; 1 to 1000. A corpus gets fewer if it is small (half as many as it has
    /// articles, or all up to 8) or of low rank.
    pub dimensions: usize,
    /// Seed of everything random.
    pub seed: u64,
    /// A lexicon file in place of the program's own; `none` for no lexicon.
    pub lexicon: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { dimensions: 100, seed: 42, lexicon: None }
    }
}

/// The fitted embedding: the joined vectors of the columns, and the lexicon for words that are no column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Embedder {
    view: Linear,
    source: Option<Source>,
}

/// Fits the embedding to a corpus's TF-IDF rows; `terms` are those of the columns, in order.
///
/// # Errors
/// [`Error::Numeric`] if a factorisation fails; [`Error::Read`] or
/// [`Error::Lexicon`] if the lexicon cannot be used.
pub fn fit(rows: &Csr, terms: &[&Term], settings: &Settings) -> Result<Embedder> {
    fit_sparing(rows, terms, settings, || ())
}

/// As [`fit`]. `spare` is called when one thread alone goes on for a while, so that what it spawns costs little time.
///
/// # Errors
/// As [`fit`].
pub fn fit_sparing(rows: &Csr, terms: &[&Term], settings: &Settings, spare: impl FnOnce()) -> Result<Embedder> {
    let corpus = lsa::fit_sparing(rows, settings, spare)?;
    let lexicon = lexicon::open(settings)?;
    let (view, weight) = match &lexicon {
        Some(lexicon) => join::join(rows, terms, lexicon::vectors(terms, lexicon), corpus)?,
        None => (Linear::new(corpus.view()), 0.0),
    };
    let source = lexicon.map(|lexicon| Source::new(lexicon, weight, None));
    Ok(Embedder { view, source })
}

/// Fits the embedding with vectors of the articles from elsewhere, `n × d`, in place of the lexicon's view. Returns it with
/// the embeddings of the articles, unit rows.
///
/// Those hold the vectors as they were given; [`Embedder::embed`] predicts the vectors of other texts from their terms, and
/// of these articles nearly as they were given.
///
/// # Errors
/// As [`fit`]; [`Error::Numeric`] if there are not as many vectors as rows.
pub fn fit_given(
    rows: &Csr,
    terms: &[&Term],
    given: ArrayView2<'_, f32>,
    settings: &Settings,
) -> Result<(Embedder, Array2<f32>)> {
    if given.nrows() != rows.rows() {
        let reason = format!("{} vectors for {} articles", given.nrows(), rows.rows());
        return Err(Error::Numeric { stage: "joining the views", reason });
    }
    let corpus = lsa::fit(rows, settings)?;
    let lexicon = lexicon::open(settings)?;
    let meant = lexicon.as_ref().map_or_else(
        || Array2::zeros((terms.len(), 0)),
        |lexicon| Linear::from(lexicon::vectors(terms, lexicon)).vectors(),
    );
    let langs = join::languages(rows, terms);
    let dense = dense::fit(given, rows, &langs, meant.view(), settings.seed)?;
    let by_corpus = ridge::sparse(rows, corpus.view());
    let weight = join::weight(rows, 1.0, join::length(by_corpus.view()));
    let view = dense.join(&langs, terms, by_corpus.view(), corpus, weight)?;
    let vectors = dense.embed(rows, &view, weight);
    let source = lexicon.zip(dense.map).map(|(lexicon, map)| Source::new(lexicon, weight, Some(map)));
    Ok((Embedder { view, source }, vectors))
}

impl Embedder {
    /// Dimensions of the embedding.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.view.dimensions()
    }

    /// Embeds TF-IDF rows: `n × d`, unit rows; a row without terms is zero.
    ///
    /// So is a row of terms that neither view knows anything of. The result depends on each row alone, not on the number
    /// of threads.
    #[must_use]
    pub fn embed(&self, rows: &Csr) -> Array2<f32> {
        self.view.embed(rows)
    }

    /// What makes a row's sum, before that is scaled to unit length: one vector a column, each of which a term adds, times its
    /// weight.
    #[must_use]
    pub fn view(&self) -> &Linear {
        &self.view
    }

    /// The vector of a word that is no column, from the lexicon: as a column's, `d`, but 0 in the corpus's view, which
    /// knows nothing of it. None if the lexicon does not know the word either, or is not at hand.
    #[must_use]
    pub fn word(&self, key: &str) -> Option<Array1<f32>> {
        self.source.as_ref()?.word(key, self.dimensions())
    }

    /// Embeds one text, `d`: a TF-IDF row, and words that are no column with their weights and vectors
    /// ([`word`](Self::word)). Of unit length, or zero, as [`embed`](Self::embed).
    #[must_use]
    pub fn embed_with(&self, row: (&[u32], &[f32]), words: &[(f32, Array1<f32>)]) -> Array1<f32> {
        let mut sum = self.view.sum(row);
        for (weight, vector) in words {
            sum.iter_mut().zip(vector).for_each(|(s, &v)| *s += weight * v);
        }
        Linear::unit(&mut sum);
        Array1::from(sum)
    }

    /// What a term means in general, whatever the corpus: its vector in the lexicon, but for a factor. `vector` is that of
    /// its column or of the [`word`](Self::word). None without a lexicon.
    #[must_use]
    pub fn meaning(&self, key: &str, vector: ArrayView1<'_, f32>) -> Option<Vec<f32>> {
        self.source.as_ref()?.meaning(key, vector)
    }

    /// The lexicon it was made with, and the map from that to vectors from elsewhere if there are such; for saving.
    #[must_use]
    pub fn origin(&self) -> Option<(&Origin, Option<ArrayView2<'_, f32>>)> {
        self.source.as_ref().map(|source| (&source.origin, source.map.as_ref().map(Array2::view)))
    }

    /// Restores a saved embedding from its column vectors and [`origin`](Self::origin). Words that are no column are known
    /// if it was made with the lexicon of this program; else [`recall`](Self::recall) can name the file.
    #[must_use]
    pub fn restore(vectors: ArrayView2<'_, f32>, origin: Option<(Origin, Option<Array2<f32>>)>) -> Self {
        let general = origin.as_ref().filter(|(_, map)| map.is_none()).map_or(0, |(origin, _)| origin.dimensions);
        let view = Linear::split(vectors, general);
        let source = origin.map(|(origin, map)| Source::restore(origin, map));
        Self { view, source }
    }

    /// Takes a lexicon file to know words that are no column; whether it is the one the embedding was made with. If it is
    /// not, nothing changes.
    ///
    /// # Errors
    /// [`Error::Read`] or [`Error::Lexicon`] if the file cannot be used.
    pub fn recall(&mut self, path: &Path) -> Result<bool> {
        let lexicon = Lexicon::open(path)?;
        Ok(self.source.as_mut().is_some_and(|source| source.offer(lexicon)))
    }
}
