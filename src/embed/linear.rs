//! A view that is a matrix: a text's vector is its TF-IDF row times one vector a column.
//!
//! A large corpus has a hundred thousand columns, so their vectors are held in 16 bits a number: as whole multiples of a step,
//! a power of two for each column, such that the largest number has 15 bits. That changes a cosine by some hundred-thousandths,
//! and a vector that was held once does not change again: a saved model answers as the one it was saved from, bit for bit.

use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut2, Axis, s};
use rayon::prelude::*;

use crate::{
    vectorize::{Csr, row_times_steps},
    wide,
};

/// Shorter projections of a unit row are rounding noise: the text has nothing in common with what the view knows.
const NOISE: f64 = 1e-6;

/// The largest multiple of a step.
const LARGEST: f32 = i16::MAX as f32;

/// Columns that a thread writes at a time; any number gives the same.
const COLUMNS: usize = 256;

/// One vector a column, `columns × d`, in steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Columns {
    codes: Array2<i16>,
    /// The step of each column, a power of two; 0 for a vector of zeros.
    steps: Vec<f32>,
}

impl Columns {
    /// So many vectors of `d` numbers, each as `write` writes it over zeros.
    pub fn written(columns: usize, d: usize, write: impl Fn(usize, &mut [f32]) + Sync) -> Self {
        let mut all = Self { codes: Array2::zeros((columns, d)), steps: vec![0.0; columns] };
        all.each(|column, _, vector| write(column, vector));
        all
    }

    /// These vectors.
    pub fn of(vectors: ArrayView2<'_, f32>) -> Self {
        Self::written(vectors.nrows(), vectors.ncols(), |column, out| {
            out.iter_mut().zip(vectors.row(column)).for_each(|(to, &x)| *to = x);
        })
    }

    /// Writes all vectors anew: `write` is given the number of each, its step and numbers as they are, and zeros to write over.
    fn each(&mut self, write: impl Fn(usize, Old<'_>, &mut [f32]) + Sync) {
        let d = self.codes.ncols();
        let codes = self.codes.axis_chunks_iter_mut(Axis(0), COLUMNS).into_par_iter();
        codes.zip(self.steps.par_chunks_mut(COLUMNS)).enumerate().for_each(|(chunk, (mut codes, steps))| {
            let mut vector = vec![0.0; d];
            for (i, (mut codes, step)) in codes.rows_mut().into_iter().zip(steps).enumerate() {
                let Some(codes) = codes.as_slice_mut() else { continue };
                vector.fill(0.0);
                write(chunk * COLUMNS + i, Old { codes: &*codes, step: *step }, &mut vector);
                *step = step_of(&vector);
                wide::encode(codes, &vector, if *step > 0.0 { 1.0 / *step } else { 0.0 });
            }
        });
    }

    /// Numbers of a vector.
    pub fn dimensions(&self) -> usize {
        self.codes.ncols()
    }

    /// The first `d` numbers of all vectors times `weight`, and after them those of `others`.
    #[must_use]
    pub fn beside(mut self, d: usize, weight: f32, others: &Self) -> Self {
        let width = d + others.dimensions();
        if width != self.codes.ncols() {
            let mut codes = Array2::zeros((self.codes.nrows(), width));
            codes.slice_mut(s![.., ..d]).assign(&self.codes.slice(s![.., ..d]));
            self.codes = codes;
        }
        self.each(|column, old, vector| {
            let (own, rest) = vector.split_at_mut(d);
            wide::add(own, weight * old.step, &old.codes[..d]);
            others.add_column(column, rest);
        });
        self
    }

    /// Adds a row times the first `out.len()` numbers of the vectors to `out`.
    pub fn add(&self, row: (&[u32], &[f32]), out: &mut [f32]) {
        row_times_steps(row, self.codes.view(), &self.steps, out);
    }

    /// Adds the vector of a column, which must exist, to `out`, as far as that goes.
    fn add_column(&self, column: usize, out: &mut [f32]) {
        if let Some(codes) = self.codes.row(column).to_slice() {
            wide::add(out, self.steps[column], codes);
        }
    }
}

/// A vector as it is held.
struct Old<'a> {
    codes: &'a [i16],
    step: f32,
}

/// The least power of two of which no number of a vector is more than [`LARGEST`] times as large; 0 for zeros, and for what is
/// no finite number.
fn step_of(vector: &[f32]) -> f32 {
    /// The bits below those of the exponent.
    const FRACTION: u32 = (1 << (f32::MANTISSA_DIGITS - 1)) - 1;
    let step = wide::peak(vector) / LARGEST;
    let step = f32::from_bits((step.to_bits() + FRACTION) & !FRACTION);
    if step.is_normal() { step } else { 0.0 }
}

/// A view linear in TF-IDF: `unit(row · vectors)`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Linear {
    columns: Columns,
}

impl From<Columns> for Linear {
    fn from(columns: Columns) -> Self {
        Self { columns }
    }
}

impl Linear {
    /// The view with these column vectors, `columns × d`, which are held in 16 bits a number.
    #[must_use]
    pub fn new(vectors: ArrayView2<'_, f32>) -> Self {
        Columns::of(vectors).into()
    }

    /// Number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns.codes.nrows()
    }

    /// Dimensions of the vectors.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.columns.dimensions()
    }

    /// One row times the vectors; neither threads nor neighbouring rows change a bit of it.
    pub(super) fn sum(&self, row: (&[u32], &[f32])) -> Vec<f32> {
        let mut sum = vec![0.0; self.dimensions()];
        self.columns.add(row, &mut sum);
        sum
    }

    /// What scales a sum to unit length; zero if it is noise.
    pub(super) fn scale(sum: &[f32]) -> f64 {
        let length = wide::squares(sum).sqrt();
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
        let mut embedded = Array2::zeros((rows.rows(), self.dimensions()));
        self.embed_into(rows, embedded.view_mut());
        embedded
    }

    /// As [`embed`](Self::embed), into an array whose rows lie one after the other.
    pub(super) fn embed_into(&self, rows: &Csr, mut embedded: ArrayViewMut2<'_, f32>) {
        embedded.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(i, mut out)| {
            if let Some(out) = out.as_slice_mut() {
                // They are zeros, but of memory that was never touched: reading it first would map each page twice.
                out.fill(0.0);
                self.columns.add(rows.row(i), out);
                Self::unit(out);
            }
        });
    }

    /// Writes the vector of a column, which must exist, to `out`, as far as that goes.
    pub fn write(&self, column: usize, out: &mut [f32]) {
        out.fill(0.0);
        self.columns.add_column(column, out);
    }

    /// The vector of a column, `d`; it must exist.
    #[must_use]
    pub fn vector(&self, column: usize) -> Array1<f32> {
        let mut vector = vec![0.0; self.dimensions()];
        self.write(column, &mut vector);
        Array1::from(vector)
    }

    /// The vectors of the columns, `columns × d`.
    #[must_use]
    pub fn vectors(&self) -> Array2<f32> {
        let mut vectors = Array2::zeros((self.columns(), self.dimensions()));
        vectors.axis_iter_mut(Axis(0)).into_par_iter().with_min_len(COLUMNS).enumerate().for_each(
            |(column, mut row)| {
                if let Some(row) = row.as_slice_mut() {
                    self.write(column, row);
                }
            },
        );
        vectors
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn vectors_are_held_to_a_thirty_thousandth_and_once_for_all(
            numbers in prop::collection::vec(-3.0_f32..3.0, 40),
            scale in prop::sample::select(vec![1e-30_f32, 1e-3, 0.4, 1.0, 7e5, 1e30]),
        ) {
            let vectors = Array2::from_shape_fn((4, 10), |(i, j)| numbers[i * 10 + j] * scale * 10_f32.powi(i as i32));
            let held = Linear::new(vectors.view());
            let once = held.vectors();
            for (row, held) in vectors.rows().into_iter().zip(once.rows()) {
                let largest = row.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
                prop_assert!(row.iter().zip(held).all(|(x, y)| (x - y).abs() <= largest / 32_000.0));
            }
            prop_assert_eq!(&Linear::new(once.view()), &held);
            prop_assert_eq!(held.vector(2), once.row(2));
        }
    }

    #[test]
    fn what_is_no_number_or_zero_is_held_as_zeros() {
        let held =
            Linear::new(array![[0.0, 0.0], [f32::INFINITY, 1.0], [f32::NAN, 0.0], [1e-40, 0.0], [-2.0, 1.0]].view());
        assert_eq!(held.vectors(), array![[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [-2.0, 1.0]]);
    }

    #[test]
    fn vectors_stand_beside_others_weighted() {
        let own = array![[1.0, -0.5], [0.0, 0.25]];
        let others = array![[0.1, 0.2, 0.3], [0.0, 0.0, 4.0]];
        for room in [0, 3] {
            let columns = Columns::written(2, 2 + room, |column, out| {
                out[..2].copy_from_slice(own.row(column).to_slice().unwrap_or_default());
            });
            let joined = Linear::from(columns.beside(2, 3.0, &Columns::of(others.view()))).vectors();
            let expected = array![[3.0, -1.5, 0.1, 0.2, 0.3], [0.0, 0.75, 0.0, 0.0, 4.0]];
            assert!((&joined - &expected).iter().all(|x: &f32| x.abs() < 1e-3), "{joined}");
        }
    }
}
