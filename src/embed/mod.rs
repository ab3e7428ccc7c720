//! Embedding: from sparse TF-IDF rows to dense unit vectors.
//!
//! Receives a [`Csr`] and returns the fitted [`Embedder`], which maps rows (of articles, passages, queries) to dense unit
//! rows. An embedding joins views: the corpus's own (latent semantic analysis), later a lexicon's.

use ndarray::{Array2, ArrayView2};

use crate::{error::Result, vectorize::Csr};

/// Settings of the embedding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Dimensions of the LSA view at most; 1 to 1000.
    pub dimensions: usize,
    /// Seed of everything random.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { dimensions: 100, seed: 42 }
    }
}

/// One view of a text: a dense vector computed from its TF-IDF row.
pub trait View: std::fmt::Debug + Send + Sync {
    /// Maps TF-IDF rows to dense rows, `n × d`, of unit length; a row without terms is zero.
    fn embed(&self, rows: &Csr) -> Array2<f32>;
}

/// The fitted embedding.
#[derive(Debug, Default)]
pub struct Embedder {
    /// Vectors of the columns, `columns × d`: a text's embedding is the unit vector along `row · vectors`.
    vectors: Array2<f32>,
}

/// Fits the embedding to a corpus's TF-IDF rows.
///
/// # Errors
/// [`Error::Numeric`](crate::Error::Numeric) if the factorisation fails.
pub fn fit(rows: &Csr, settings: &Settings) -> Result<Embedder> {
    let _ = (rows, settings);
    Ok(Embedder::default())
}

impl Embedder {
    /// Dimensions of the embedding.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.vectors.ncols()
    }

    /// Embeds TF-IDF rows: `n × d`, unit rows; a row without terms is zero.
    #[must_use]
    pub fn embed(&self, rows: &Csr) -> Array2<f32> {
        let _ = rows;
        Array2::default((0, 0))
    }

    /// Vectors of the columns, `columns × d`, for explaining a similarity and for saving.
    #[must_use]
    pub fn vectors(&self) -> ArrayView2<'_, f32> {
        self.vectors.view()
    }

    /// Restores a saved embedding from its column vectors.
    #[must_use]
    pub fn restore(vectors: Array2<f32>) -> Self {
        Self { vectors }
    }
}
