//! The embeddings of many texts beside those of the articles: the passages.
//!
//! A corpus has at least as many passages as articles, and most of their vectors are looked at once or never. They are held as
//! long as that is little; of a corpus too large for it their TF-IDF rows are, a quarter as long, and a vector is made whenever
//! it is asked for. It is the same one, bit for bit.

use std::borrow::Cow;

use ndarray::{Array1, Array2, ArrayView2, Axis, CowArray, Ix1};

use super::{Embedder, Linear};
use crate::vectorize::Csr;

/// The embeddings of some texts, unit rows, or zero for a text without terms.
#[derive(Clone, Debug, PartialEq)]
pub enum Texts {
    /// Held, `n × d`.
    Held(Array2<f32>),
    /// To be made of these TF-IDF rows.
    Made(Csr),
}

impl Default for Texts {
    fn default() -> Self {
        Self::Held(Array2::default((0, 0)))
    }
}

impl Texts {
    /// The embeddings, made by `embedder` if they are not held.
    #[must_use]
    pub fn by<'a>(&'a self, embedder: &'a Embedder) -> Rows<'a> {
        match self {
            Self::Held(rows) => Rows(Kind::Held(rows.view())),
            Self::Made(rows) => Rows(Kind::Made(rows, &embedder.view)),
        }
    }

    /// All of them, `n × d`.
    #[must_use]
    pub fn all(&self, embedder: &Embedder) -> Cow<'_, Array2<f32>> {
        match self {
            Self::Held(rows) => Cow::Borrowed(rows),
            Self::Made(rows) => Cow::Owned(embedder.embed(rows)),
        }
    }
}

/// Embeddings to look at, one at a time.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a>(Kind<'a>);

#[derive(Clone, Copy, Debug)]
enum Kind<'a> {
    Held(ArrayView2<'a, f32>),
    Made(&'a Csr, &'a Linear),
}

impl<'a> From<ArrayView2<'a, f32>> for Rows<'a> {
    fn from(rows: ArrayView2<'a, f32>) -> Self {
        Self(Kind::Held(rows))
    }
}

impl<'a> Rows<'a> {
    /// The same, for as long as these are looked at.
    #[must_use]
    pub fn view(&self) -> Rows<'_> {
        match &self.0 {
            Kind::Held(rows) => Rows(Kind::Held(rows.view())),
            Kind::Made(rows, view) => Rows(Kind::Made(rows, view)),
        }
    }

    /// The embedding of a text, `d`; it must exist.
    #[must_use]
    pub fn row(&self, at: usize) -> CowArray<'_, f32, Ix1> {
        self.view().into_row(at)
    }

    /// The embedding of a text, `d`, for as long as the texts are there; it must exist.
    #[must_use]
    pub fn into_row(self, at: usize) -> CowArray<'a, f32, Ix1> {
        match self.0 {
            Kind::Held(rows) => rows.index_axis_move(Axis(0), at).into(),
            Kind::Made(rows, view) => {
                let mut row = view.sum(rows.row(at));
                Linear::unit(&mut row);
                Array1::from(row).into()
            }
        }
    }
}
