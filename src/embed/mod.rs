//! Embedding: from sparse TF-IDF rows to dense unit vectors.
//!
//! Receives a [`Csr`] and returns the fitted [`Embedder`], which maps rows (of articles, passages, queries) to dense unit
//! rows. An embedding joins [views](VIEWS): the corpus's own (latent semantic analysis), later a lexicon's.
//!
//! Fit on the rows of articles alone, in small corpora too: passages beside them blur the themes (measured with plain
//! weights, see `lsa.rs`).
//!
//! ```
//! use wenmai::{embed, vectorize::{self, Bag}};
//!
//! let articles = [vec![0, 0, 1], vec![1, 2], vec![3, 4, 4]].map(Bag::count);
//! let rows = vectorize::fit(&articles, 5, &vectorize::Settings::default()).transform(&articles);
//! let embedder = embed::fit(&rows, &embed::Settings::default())?;
//! let embedded = embedder.embed(&rows);
//! assert_eq!(embedded.dim(), (3, embedder.dimensions()));
//! let cosine = |i, j| embedded.row(i).dot(&embedded.row(j));
//! assert!(cosine(0, 1) > cosine(0, 2)); // articles 0 and 1 share a term
//! # Ok::<(), wenmai::Error>(())
//! ```
//!
//! To add a view, write `foo.rs` with `fn fit(rows: &Csr, settings: &Settings) -> Result<Box<dyn View>>` (return a
//! [`Linear`] if it has one vector a column) and add its line to [`VIEWS`].

mod linear;
mod lsa;
#[cfg(test)]
mod tests;

use ndarray::{Array2, ArrayView2, Axis, aview2, concatenate};

pub use linear::Linear;

use crate::{error::Result, vectorize::Csr};

/// Settings of the embedding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Dimensions of the LSA view at most; 1 to 1000. A corpus gets fewer if it is small (half as many as it has
    /// articles, or all up to 8) or of low rank.
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
    /// Maps TF-IDF rows to dense rows, `n × d`, of unit length; a row without terms, or none that the view knows, is
    /// zero.
    fn embed(&self, rows: &Csr) -> Array2<f32>;

    /// Vectors of the columns, `columns × d`, of a view that is linear in TF-IDF before scaling to unit length:
    /// `embed` is then `unit(row · vectors)`, and each term of a text adds its weight times its vector, which is what
    /// explains a similarity. `None` for any other view: its part of a score has no terms to show.
    fn vectors(&self) -> Option<ArrayView2<'_, f32>> {
        None
    }
}

/// Fits a view to a corpus's TF-IDF rows.
pub type Fit = fn(&Csr, &Settings) -> Result<Box<dyn View>>;

/// The views by name, in the order in which their dimensions stand in an embedding.
pub const VIEWS: &[(&str, Fit)] = &[("lsa", lsa::fit)];

/// The fitted embedding: the views of a text side by side, scaled to unit length.
#[derive(Debug, Default)]
pub struct Embedder {
    views: Vec<Box<dyn View>>,
}

/// Fits the embedding to a corpus's TF-IDF rows.
///
/// # Errors
/// [`Error::Numeric`](crate::Error::Numeric) if the factorisation fails.
pub fn fit(rows: &Csr, settings: &Settings) -> Result<Embedder> {
    let views = VIEWS.iter().map(|(_, fit)| fit(rows, settings)).collect::<Result<_>>()?;
    Ok(Embedder { views })
}

impl Embedder {
    /// Dimensions of the embedding.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.embed(&Csr::default()).ncols()
    }

    /// Embeds TF-IDF rows: `n × d`, unit rows; a row without terms is zero.
    ///
    /// So is a row that shares nothing with the dimensions kept, such as an article that has no term in common with any
    /// other. The result depends on each row alone, not on the number of threads.
    #[must_use]
    pub fn embed(&self, rows: &Csr) -> Array2<f32> {
        join(self.views.iter().map(|view| view.embed(rows)).collect(), rows.rows())
    }

    /// Vectors of the columns, `columns × d`, for explaining a similarity and for saving.
    ///
    /// Of a single linear view, as [`View::vectors`] says; else empty.
    #[must_use]
    pub fn vectors(&self) -> ArrayView2<'_, f32> {
        match &*self.views {
            [view] => view.vectors(),
            _ => None,
        }
        .unwrap_or_else(|| aview2::<f32, 0>(&[]))
    }

    /// Restores a saved embedding from its column vectors.
    #[must_use]
    pub fn restore(vectors: Array2<f32>) -> Self {
        Self { views: vec![Box::new(Linear::new(vectors))] }
    }
}

/// Unit rows of several views side by side, scaled to unit length; one view is passed through.
fn join(mut views: Vec<Array2<f32>>, rows: usize) -> Array2<f32> {
    if views.len() == 1 {
        return views.swap_remove(0);
    }
    let parts: Vec<ArrayView2<'_, f32>> = views.iter().map(Array2::view).collect();
    let mut joined = concatenate(Axis(1), &parts).unwrap_or_else(|_| Array2::zeros((rows, 0)));
    for mut row in joined.rows_mut() {
        let length = row.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt();
        if length > 0.0 {
            row.mapv_inplace(|x| (f64::from(x) / length) as f32);
        }
    }
    joined
}
