//! Making a sketch: the axes, then the codes and lengths of each row.

use ndarray::{Array2, ArrayView2, Axis};
use rayon::prelude::*;

use super::search::{AXES, FIRST, Parts, SECOND, Sketch, askew};

/// Rows that the axes are found from, at most: spread evenly over all.
const SAMPLE: usize = 16_384;

/// Rounds of the subspace iteration. The axes need only be good, not exact: any orthonormal ones keep the bounds true.
const ROUNDS: usize = 6;

/// Rows a task works through; any number gives the same result.
const CHUNK: usize = 1024;

/// An axis shorter than this share of what it was before the others were taken from it holds nothing of its own.
const NOTHING: f64 = 1e-6;

/// A sketch as it is made and saved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Built {
    /// Orthonormal axes, `AXES × d`; zero where the rows have fewer.
    pub axes: Array2<f32>,
    /// Coordinates of the rows along the first axes in units of the row's scale, `n × FIRST`.
    pub first: Vec<i8>,
    /// The same along the other axes, `n × SECOND`, in units of another scale.
    pub second: Vec<i8>,
    /// Scale and length off the axes of each row, `n × 2`, for the first axes alone; in the units below.
    pub first_lengths: Vec<u16>,
    /// The same for the others, and off all axes.
    pub second_lengths: Vec<u16>,
    /// What a scale of 1 is.
    pub scale: f32,
    /// What a length of 1 is. No row is longer than 65 535 of them.
    pub length: f32,
}

impl Built {
    /// The sketch, to search with; `None` only if the parts were changed so that they do not fit.
    #[must_use]
    pub fn sketch(&self) -> Option<Sketch<'_>> {
        Sketch::new(&Parts {
            axes: self.axes.view(),
            first: &self.first,
            second: &self.second,
            first_lengths: &self.first_lengths,
            second_lengths: &self.second_lengths,
            scale: self.scale,
            length: self.length,
        })
    }
}

/// Makes the sketch of rows, `n × d`: 136 bytes a row. `None` if the rows hold numbers that are not finite, or nothing.
///
/// The same for any number of threads.
#[must_use]
pub fn build(rows: ArrayView2<'_, f32>) -> Option<Built> {
    let axes = axes(rows);
    let longest = rows
        .axis_chunks_iter(Axis(0), CHUNK)
        .into_par_iter()
        .map(|rows| rows.outer_iter().map(|row| square(row.iter())).fold(0.0, larger))
        .reduce(|| 0.0, larger)
        .sqrt();
    let most = f64::from(u16::MAX);
    let length = (longest * (1.0 + 1e-6) / most) as f32;
    // No coordinate is longer than the row, but for rounding.
    let scale = (longest * (1.0 + 1e-3) / f64::from(i8::MAX) / most) as f32;
    if !length.is_normal() || !scale.is_normal() {
        return None;
    }
    // By how much, as a share of a row's square, the square off the axes may be more than what is computed: coordinates
    // are sums of d rounded products, and the axes not quite orthonormal (`search.rs`).
    let single = f64::from(f32::EPSILON) * rows.ncols() as f64;
    let more = 3.0 * single * (AXES as f64).sqrt() + 3.0 * askew(axes.view());
    let n = rows.nrows();
    let mut built = Built {
        axes,
        first: vec![0; n * FIRST],
        second: vec![0; n * SECOND],
        first_lengths: vec![0; n * 2],
        second_lengths: vec![0; n * 2],
        scale,
        length,
    };
    built
        .first
        .par_chunks_mut(CHUNK * FIRST)
        .zip(built.second.par_chunks_mut(CHUNK * SECOND))
        .zip(built.first_lengths.par_chunks_mut(CHUNK * 2).zip(built.second_lengths.par_chunks_mut(CHUNK * 2)))
        .enumerate()
        .for_each(|(chunk, ((first, second), (first_lengths, second_lengths)))| {
            let from = chunk * CHUNK;
            let rows = rows.slice_axis(Axis(0), (from..from + first.len() / FIRST).into());
            let along = rows.dot(&built.axes.t());
            let codes = first.chunks_exact_mut(FIRST).zip(second.chunks_exact_mut(SECOND));
            let lengths = first_lengths.chunks_exact_mut(2).zip(second_lengths.chunks_exact_mut(2));
            for (i, ((first, second), (near, far))) in codes.zip(lengths).enumerate() {
                let whole = square(rows.row(i).iter());
                let along = along.row(i);
                let on_first = square(along.iter().take(FIRST));
                let on_all = on_first + square(along.iter().skip(FIRST));
                let off = |on: f64| up((whole - on).max(0.0) + more * whole, length);
                near.copy_from_slice(&[code(along.iter().take(FIRST), first, scale), off(on_first)]);
                far.copy_from_slice(&[code(along.iter().skip(FIRST), second, scale), off(on_all)]);
            }
        });
    Some(built)
}

/// A square root in whole units, not below it.
fn up(square: f64, unit: f32) -> u16 {
    (square.sqrt() / f64::from(unit)).ceil() as u16
}

/// Codes of coordinates and their scale, in whole units: no code is off by more than half.
fn code<'a>(along: impl Iterator<Item = &'a f32> + Clone, codes: &mut [i8], unit: f32) -> u16 {
    let most = along.clone().fold(0.0_f64, |most, &x| most.max(f64::from(x).abs()));
    let scale = (most / f64::from(i8::MAX) / f64::from(unit)).ceil() as u16;
    let each = 1.0 / (f64::from(scale.max(1)) * f64::from(unit));
    codes.iter_mut().zip(along).for_each(|(code, &x)| *code = (f64::from(x) * each).round() as i8);
    scale
}

fn square<'a>(numbers: impl Iterator<Item = &'a f32>) -> f64 {
    numbers.map(|&x| f64::from(x) * f64::from(x)).sum()
}

/// The larger of two, or no number if one is none.
fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || a > b { a } else { b }
}

/// Orthonormal axes along which the rows are long, the first [`AXES`] eigenvectors of their second moments or nearly:
/// subspace iteration (Golub and Van Loan, *Matrix Computations*, §8.2) from the coordinates with the largest moments.
fn axes(rows: ArrayView2<'_, f32>) -> Array2<f32> {
    let (n, d) = rows.dim();
    let step = n.div_ceil(SAMPLE).max(1);
    let sample = rows.slice_axis(Axis(0), ndarray::Slice::new(0, None, step.cast_signed()));
    let moments = sample.t().dot(&sample).mapv(f64::from);
    let mut order: Vec<usize> = (0..d).collect();
    order.sort_by(|&a, &b| moments[[b, b]].total_cmp(&moments[[a, a]]).then(a.cmp(&b)));
    let mut axes = Array2::<f64>::zeros((AXES, d));
    for (axis, &j) in order.iter().take(AXES).enumerate() {
        axes[[axis, j]] = 1.0;
    }
    for _ in 0..ROUNDS {
        axes = axes.dot(&moments);
        orthonormalise(&mut axes);
    }
    axes.mapv(|x| x as f32)
}

/// Gram and Schmidt, twice, as once is not enough in floating point; what has no direction of its own becomes zero.
fn orthonormalise(axes: &mut Array2<f64>) {
    for i in 0..axes.nrows() {
        let (before, mut rest) = axes.view_mut().split_at(Axis(0), i);
        let mut own = rest.row_mut(0);
        let was = own.dot(&own).sqrt();
        for _ in 0..2 {
            for other in before.outer_iter() {
                let along = own.dot(&other);
                own.scaled_add(-along, &other);
            }
        }
        let length = own.dot(&own).sqrt();
        if length > NOTHING * was && length.is_finite() {
            own /= length;
        } else {
            own.fill(0.0);
        }
    }
}
