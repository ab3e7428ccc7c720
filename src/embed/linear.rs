//! A view that is a matrix: a text's vector is its TF-IDF row times one vector a column.

use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, parallel::prelude::*};

use crate::vectorize::{Csr, row_times};

/// Shorter projections of a unit row are rounding noise: the text has nothing in common with what the view knows.
const NOISE: f64 = 1e-6;

/// A view linear in TF-IDF: `unit(row · vectors)`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Linear {
    vectors: Array2<f32>,
}

impl Linear {
    /// The view with these column vectors, `columns × d`.
    #[must_use]
    pub fn new(vectors: Array2<f32>) -> Self {
        let vectors = if vectors.is_standard_layout() { vectors } else { vectors.as_standard_layout().into_owned() };
        Self { vectors }
    }

    /// One row times the vectors; neither threads nor neighbouring rows change a bit of it.
    pub(super) fn sum(&self, row: (&[u32], &[f32])) -> Vec<f32> {
        let mut sum = vec![0.0; self.vectors.ncols()];
        row_times(row, self.vectors.view(), &mut sum);
        sum
    }

    /// What scales a sum to unit length; zero if it is noise.
    pub(super) fn scale(sum: &[f32]) -> f64 {
        let length = sum.iter().map(|&s| f64::from(s) * f64::from(s)).sum::<f64>().sqrt();
        if length > NOISE { 1.0 / length } else { 0.0 }
    }

    /// Scales a sum to unit length; zero if it is noise.
    pub(super) fn unit(sum: &mut [f32]) {
        let scale = Self::scale(sum);
        sum.iter_mut().for_each(|s| *s = (f64::from(*s) * scale) as f32);
    }

    /// Maps TF-IDF rows to dense rows, `n × d`, of unit length; a row without terms, or none that has a vector, is zero.
    #[must_use]
    pub fn embed(&self, rows: &Csr) -> Array2<f32> {
        let mut embedded = Array2::zeros((rows.rows(), self.vectors.ncols()));
        self.embed_into(rows, embedded.view_mut());
        embedded
    }

    /// As [`embed`](Self::embed), into zeros, rows one after the other in memory.
    pub(super) fn embed_into(&self, rows: &Csr, mut embedded: ArrayViewMut2<'_, f32>) {
        embedded.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(i, mut out)| {
            if let Some(out) = out.as_slice_mut() {
                row_times(rows.row(i), self.vectors.view(), out);
                Self::unit(out);
            }
        });
    }

    /// The vectors of the columns, `columns × d`.
    #[must_use]
    pub fn vectors(&self) -> ArrayView2<'_, f32> {
        self.vectors.view()
    }
}
