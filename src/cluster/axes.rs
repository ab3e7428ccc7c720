//! Fewer dimensions for the rows of a large corpus, before they are smoothed and grouped.
//!
//! Rows of 292 or 384 numbers hold most of what they hold in far fewer directions. The neighbours of a row and the groups of
//! all are sought in the [`AXES`] main ones (Ding & He 2004, *K-means clustering via principal component analysis*: the
//! groups that k-means seeks lie in the leading ones), which takes less than half the time; what is told of clusters
//! afterwards is told in all dimensions.

use nalgebra::{DMatrix, SymmetricEigen};
use ndarray::{Array2, ArrayView2, Axis, CowArray, Ix2, linalg::general_mat_mul};
use rayon::prelude::*;

use super::{evenly, some, unit};

/// Main directions.
const AXES: usize = 128;

/// From this many rows on it takes less time to find the directions than to do without.
const MANY: usize = 4096;

/// Rows that the directions are found by; they stand at equal distances.
const SEEN: usize = 4096;

/// Rows a task of the thread pool works through.
const CHUNK: usize = 512;

/// The main directions of some rows, `d × e`; none where all dimensions are kept.
pub(super) struct Axes(Option<Array2<f32>>);

impl Axes {
    /// Of unit rows, `n × d`.
    pub fn of(rows: ArrayView2<'_, f32>) -> Self {
        Self::of_at_most(rows, MANY, AXES)
    }

    fn of_at_most(rows: ArrayView2<'_, f32>, many: usize, most: usize) -> Self {
        let (n, d) = rows.dim();
        if n < many || d <= most {
            return Self(None);
        }
        let square = |places: &[usize]| {
            let part = some(rows, places);
            part.t().dot(&part)
        };
        let parts: Vec<Array2<f32>> = evenly(n, SEEN).par_chunks(CHUNK).map(square).collect();
        let mut squares = Array2::<f64>::zeros((d, d));
        parts.iter().for_each(|part| squares.zip_mut_with(part, |sum, &x| *sum += f64::from(x)));
        let matrix = DMatrix::from_fn(d, d, |i, j| squares[[i, j]]);
        // Finite rows do not fail; if they did, all dimensions would be kept.
        let Some(found) = SymmetricEigen::try_new(matrix, f64::EPSILON, 100 * d) else { return Self(None) };
        let mut order: Vec<usize> = (0..d).collect();
        order.sort_by(|&a, &b| found.eigenvalues[b].total_cmp(&found.eigenvalues[a]).then(a.cmp(&b)));
        Self(Some(Array2::from_shape_fn((d, most), |(i, j)| found.eigenvectors[(i, order[j])] as f32)))
    }

    /// Some of the rows in these directions, again of unit length: `n × e`. A row that lies in none of them is zero.
    pub fn turn<'r>(&self, rows: ArrayView2<'r, f32>) -> CowArray<'r, f32, Ix2> {
        let Some(axes) = &self.0 else { return rows.into() };
        let mut turned = Array2::zeros((rows.nrows(), axes.ncols()));
        let parts = turned.axis_chunks_iter_mut(Axis(0), CHUNK).into_par_iter();
        parts.zip(rows.axis_chunks_iter(Axis(0), CHUNK)).for_each(|(mut turned, rows)| {
            general_mat_mul(1.0, &rows, axes, 0.0, &mut turned);
            turned.rows_mut().into_iter().for_each(|mut row| unit(&mut row));
        });
        turned.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::kmeans::tests::groups;

    #[test]
    fn rows_of_few_directions_keep_their_cosines() {
        // Five directions, turned into eight dimensions, and a little in three more.
        let low = groups(300, 5, 4, 0.5, 1);
        let turn = Array2::from_shape_fn((5, 8), |(i, j)| ((i * 7 + j * 3) % 11) as f32 / 5.0 - 1.0);
        let mut rows = low.dot(&turn);
        rows.rows_mut().into_iter().for_each(|mut row| row /= row.dot(&row).sqrt());
        let turned = Axes::of_at_most(rows.view(), 100, 5).turn(rows.view());
        assert_eq!(turned.dim(), (300, 5));
        let (before, after) = (rows.dot(&rows.t()), turned.dot(&turned.t()));
        assert!(before.iter().zip(&after).all(|(a, b)| (a - b).abs() < 1e-4));
    }

    #[test]
    fn few_rows_or_dimensions_stay_as_they_are() {
        let rows = groups(50, 6, 3, 0.5, 1);
        assert_eq!(Axes::of_at_most(rows.view(), 51, 3).turn(rows.view()), rows);
        assert_eq!(Axes::of_at_most(rows.view(), 10, 6).turn(rows.view()), rows);
    }

    #[test]
    fn a_row_in_none_of_the_directions_is_zero() {
        let mut rows = Array2::zeros((40, 3));
        rows.column_mut(0).slice_mut(ndarray::s![..39]).fill(1.0);
        rows[[39, 2]] = 1.0;
        let turned = Axes::of_at_most(rows.view(), 10, 1).turn(rows.view());
        assert!(turned.iter().take(39).all(|x| (x.abs() - 1.0).abs() < 1e-6) && turned[[39, 0]].abs() < 1e-6);
    }
}
