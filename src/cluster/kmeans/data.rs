//! Rows as the k-means reads them, and the products that all of it is made of.

use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, linalg::general_mat_mul, s};
use rayon::prelude::*;

use crate::wide::dot;

/// Rows of one matrix product: their products with some hundred centroids stay in the second-level cache.
pub(super) const CHUNK: usize = 256;

/// Rows a task of the thread pool works through; any value gives the same labels.
pub(super) const BLOCK: usize = 2048;

/// The rows, and what every start needs of them.
pub(super) struct Data<'a> {
    pub rows: ArrayView2<'a, f32>,
    /// The same numbers, row after row.
    flat: &'a [f32],
    /// The squared lengths of the rows.
    pub squares: Vec<f32>,
    /// The greatest length of a row.
    longest: f32,
}

impl<'a> Data<'a> {
    /// Rows in the standard layout.
    pub fn new(rows: ArrayView2<'a, f32>) -> Self {
        let flat = rows.to_slice().unwrap_or_default();
        let squares: Vec<f32> =
            flat.par_chunks(rows.ncols().max(1)).with_min_len(BLOCK).map(|row| dot(row, row)).collect();
        let longest = squares.iter().copied().fold(0.0, f32::max).sqrt();
        Self { rows, flat, squares, longest }
    }

    pub fn row(&self, row: usize) -> &'a [f32] {
        let d = self.rows.ncols();
        &self.flat[row * d..(row + 1) * d]
    }

    pub fn part(&self, from: usize, to: usize) -> ArrayView2<'a, f32> {
        self.rows.slice_move(s![from..to, ..])
    }

    /// The mean variance of a column.
    pub fn variance(&self) -> f64 {
        let n = self.rows.nrows();
        let parts: Vec<(Vec<f64>, f64)> = (0..n.div_ceil(BLOCK))
            .into_par_iter()
            .map(|block| {
                let mut sums = vec![0.0; self.rows.ncols()];
                let mut squares = 0.0;
                for row in block * BLOCK..((block + 1) * BLOCK).min(n) {
                    sums.iter_mut().zip(self.row(row)).for_each(|(sum, &x)| *sum += f64::from(x));
                    squares += f64::from(self.squares[row]);
                }
                (sums, squares)
            })
            .collect();
        let mut mean = vec![0.0; self.rows.ncols()];
        for (sums, _) in &parts {
            mean.iter_mut().zip(sums).for_each(|(mean, sum)| *mean += sum / n.max(1) as f64);
        }
        let squares = parts.iter().map(|part| part.1).sum::<f64>() / n.max(1) as f64;
        let of_mean: f64 = mean.iter().map(|m| m * m).sum();
        ((squares - of_mean) / self.rows.ncols().max(1) as f64).max(0.0)
    }

    /// How far rounding may put a computed squared distance off: a product of `d` terms errs by at most `d` units in the
    /// last place of the product of the lengths (Higham 2002, *Accuracy and stability of numerical algorithms*, 3.1).
    pub fn slack(&self, centroids: &Array2<f32>) -> f32 {
        slack(self.longest, centroids)
    }
}

/// [`Data::slack`] of rows no longer than `longest`.
pub(super) fn slack(longest: f32, centroids: &Array2<f32>) -> f32 {
    let reach = longest + centroids.rows().into_iter().map(|c| c.dot(&c)).fold(0.0, f32::max).sqrt();
    (centroids.ncols() + 8) as f32 * (f32::EPSILON / 2.0) * reach * reach
}

/// The halved squared lengths of rows.
pub(super) fn halves(rows: &Array2<f32>) -> Vec<f32> {
    rows.axis_iter(Axis(0)).map(|row| row.dot(&row) / 2.0).collect()
}

/// The products of the rows of `a` with those of `b`, row after row, in `out`. Each is the same whatever rows stand beside.
pub(super) fn products(a: ArrayView2<'_, f32>, b: ArrayView2<'_, f32>, out: &mut Vec<f32>) {
    let shape = (a.nrows(), b.nrows());
    out.resize(shape.0 * shape.1, 0.0);
    // The length is right by construction.
    if let Ok(mut out) = ArrayViewMut2::from_shape(shape, out.as_mut_slice()) {
        general_mat_mul(1.0, &a, &b.t(), 0.0, &mut out);
    }
}

/// The sum of numbers in double precision.
pub(in crate::cluster) fn sum(values: &[f32]) -> f64 {
    let (whole, rest) = values.as_chunks::<8>();
    let mut sums = [0.0_f64; 8];
    for values in whole {
        for lane in 0..8 {
            sums[lane] += f64::from(values[lane]);
        }
    }
    sums.iter_mut().zip(rest).for_each(|(sum, &v)| *sum += f64::from(v));
    sums.iter().sum()
}
