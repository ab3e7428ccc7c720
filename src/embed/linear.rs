//! A view that is a matrix: a text's vector is its TF-IDF row times one vector a column.

use ndarray::{Array2, ArrayView2, ArrayViewMut1, Axis, parallel::prelude::*};

use crate::vectorize::Csr;

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
        Self { vectors: vectors.as_standard_layout().into_owned() }
    }

    /// One row times the vectors, in double precision and column order, so neither threads nor neighbouring rows change a
    /// bit of it.
    pub(super) fn sum(&self, (columns, values): (&[u32], &[f32])) -> Vec<f64> {
        let mut sum = vec![0.0_f64; self.vectors.ncols()];
        for (&column, &value) in columns.iter().zip(values) {
            if (column as usize) < self.vectors.nrows() {
                let vector = self.vectors.row(column as usize);
                sum.iter_mut().zip(vector).for_each(|(s, &v)| *s += f64::from(value) * f64::from(v));
            }
        }
        sum
    }

    fn project(&self, row: (&[u32], &[f32]), mut out: ArrayViewMut1<'_, f32>) {
        let sum = self.sum(row);
        let length = sum.iter().map(|s| s * s).sum::<f64>().sqrt();
        if length > NOISE {
            out.iter_mut().zip(sum).for_each(|(out, s)| *out = (s / length) as f32);
        }
    }

    /// Maps TF-IDF rows to dense rows, `n × d`, of unit length; a row without terms, or none that has a vector, is zero.
    #[must_use]
    pub fn embed(&self, rows: &Csr) -> Array2<f32> {
        let mut embedded = Array2::zeros((rows.rows(), self.vectors.ncols()));
        embedded.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(i, out)| self.project(rows.row(i), out));
        embedded
    }

    /// The vectors of the columns, `columns × d`.
    #[must_use]
    pub fn vectors(&self) -> ArrayView2<'_, f32> {
        self.vectors.view()
    }
}
