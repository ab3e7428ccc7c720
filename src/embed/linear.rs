//! A view that is a matrix: a text's vector is its TF-IDF row times one vector a column.
//!
//! A large corpus has a hundred thousand columns, so their vectors are held as whole multiples of a step, one for each column: what
//! words mean in general in 8 bits a number, such that a word of a lexicon of 4 bits is as it is there but for a thousandth of its
//! length, and what the corpus says in 16. Against 16 bits for both, scores of the articles nearest to a title change by .0001 on
//! average and .001 at most, and V-measures, means over 21 numbers of dimensions, by 0 to .003 on five corpora, which is no more than
//! they move by chance. A vector that was held once does not change again: a saved model answers as the one it was saved from, bit
//! for bit.

use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut2, Axis};
use rayon::prelude::*;

use crate::{
    vectorize::{Csr, row_times_steps},
    wide::{self, Whole},
};

/// Shorter projections of a unit row are rounding noise: the text has nothing in common with what the view knows.
const NOISE: f64 = 1e-6;

/// A whole number that vectors are held in, as multiples of a step.
pub(super) trait Code: Whole + Default + Send + Sync {
    /// The largest multiple.
    const LARGEST: f32;
    /// The bits after the point, of 23 in single precision, that a step does without. Those it has and those of a code are so few
    /// that their product is exact, and the code of the largest number of a vector is so large that the step follows from it.
    const WITHOUT: u32;
}

/// Sixteen times the 7½ that the largest number of a vector is in a lexicon of 4 bits, whose numbers are whole halves: so all numbers
/// of a word keep their proportions.
impl Code for i8 {
    const LARGEST: f32 = 120.0;
    const WITHOUT: u32 = 13;
}

impl Code for i16 {
    const LARGEST: f32 = Self::MAX as f32;
    const WITHOUT: u32 = 23;
}

/// Columns that a thread writes at a time; any number gives the same.
const COLUMNS: usize = 256;

/// The vectors of one view, one a column, `columns × d`, in steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Columns<C> {
    codes: Array2<C>,
    /// The step of each column; 0 for a vector of zeros.
    steps: Vec<f32>,
}

impl<C: Code> Columns<C> {
    /// So many vectors of `d` numbers, each as `write` writes it over zeros.
    pub fn written(columns: usize, d: usize, write: impl Fn(usize, &mut [f32]) + Sync) -> Self {
        let mut all = Self { codes: Array2::default((columns, d)), steps: vec![0.0; columns] };
        let codes = all.codes.axis_chunks_iter_mut(Axis(0), COLUMNS).into_par_iter();
        codes.zip(all.steps.par_chunks_mut(COLUMNS)).enumerate().for_each(|(chunk, (mut codes, steps))| {
            let mut vector = vec![0.0; d];
            for (i, (mut codes, step)) in codes.rows_mut().into_iter().zip(steps).enumerate() {
                let Some(codes) = codes.as_slice_mut() else { continue };
                vector.fill(0.0);
                write(chunk * COLUMNS + i, &mut vector);
                *step = fine::<C>(wide::peak(&vector) / C::LARGEST);
                wide::encode(codes, &vector, if *step > 0.0 { 1.0 / *step } else { 0.0 });
            }
        });
        all
    }

    /// These vectors.
    pub fn of(vectors: ArrayView2<'_, f32>) -> Self {
        Self::written(vectors.nrows(), vectors.ncols(), |column, out| {
            out.iter_mut().zip(vectors.row(column)).for_each(|(to, &x)| *to = x);
        })
    }

    /// Numbers of a vector.
    pub fn dimensions(&self) -> usize {
        self.codes.ncols()
    }

    /// The vectors times `weight`, but for a thousandth of each.
    #[must_use]
    pub fn weighted(mut self, weight: f32) -> Self {
        self.steps.iter_mut().for_each(|step| *step = fine::<C>(*step * weight));
        self
    }

    /// Adds a row times the vectors to `out`.
    pub fn add(&self, row: (&[u32], &[f32]), out: &mut [f32]) {
        row_times_steps(row, self.codes.view(), &self.steps, out);
    }

    /// Adds the vector of a column, which must exist, to `out`.
    fn add_column(&self, column: usize, out: &mut [f32]) {
        if let Some(codes) = self.codes.row(column).to_slice() {
            wide::add(out, self.steps[column], codes);
        }
    }
}

/// The least number with a step's bits that is not less; 0 for zero, and for what is no finite number.
fn fine<C: Code>(step: f32) -> f32 {
    let without = (1 << C::WITHOUT) - 1;
    let step = f32::from_bits((step.to_bits() + without) & !without);
    if step.is_normal() { step } else { 0.0 }
}

/// A view linear in TF-IDF: `unit(row · vectors)`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Linear {
    /// The first dimensions: what words mean in general.
    general: Columns<i8>,
    /// The rest, of the same columns.
    own: Columns<i16>,
}

impl From<Columns<i8>> for Linear {
    fn from(general: Columns<i8>) -> Self {
        let own = Columns::written(general.steps.len(), 0, |_, _| ());
        Self { general, own }
    }
}

impl Linear {
    /// The view with these column vectors, `columns × d`, which are held in 16 bits a number.
    #[must_use]
    pub fn new(vectors: ArrayView2<'_, f32>) -> Self {
        Self::split(vectors, 0)
    }

    /// The same, but the first `general` numbers of each vector in 8 bits.
    pub(super) fn split(vectors: ArrayView2<'_, f32>, general: usize) -> Self {
        let (general, own) = vectors.split_at(Axis(1), general.min(vectors.ncols()));
        Self::beside(Columns::of(general), Columns::of(own))
    }

    /// Views of the same columns side by side.
    pub(super) fn beside(general: Columns<i8>, own: Columns<i16>) -> Self {
        Self { general, own }
    }

    /// Number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.own.codes.nrows()
    }

    /// Dimensions of the vectors.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.general.dimensions() + self.own.dimensions()
    }

    /// One row times the vectors; neither threads nor neighbouring rows change a bit of it.
    pub(super) fn sum(&self, row: (&[u32], &[f32])) -> Vec<f32> {
        let mut sum = vec![0.0; self.dimensions()];
        self.add(row, &mut sum);
        sum
    }

    /// Adds one row times the vectors to `out`.
    fn add(&self, row: (&[u32], &[f32]), out: &mut [f32]) {
        let (general, own) = self.parts(out);
        self.general.add(row, general);
        self.own.add(row, own);
    }

    /// The parts of a vector, as far as it goes.
    fn parts<'a>(&self, vector: &'a mut [f32]) -> (&'a mut [f32], &'a mut [f32]) {
        vector.split_at_mut(self.general.dimensions().min(vector.len()))
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
                self.add(rows.row(i), out);
                Self::unit(out);
            }
        });
    }

    /// Writes the vector of a column, which must exist, to `out`, as far as that goes.
    pub fn write(&self, column: usize, out: &mut [f32]) {
        out.fill(0.0);
        let (general, own) = self.parts(out);
        self.general.add_column(column, general);
        self.own.add_column(column, own);
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
        fn vectors_are_held_to_a_part_of_their_largest_number_and_once_for_all(
            numbers in prop::collection::vec(-3.0_f32..3.0, 40),
            scale in prop::sample::select(vec![1e-30_f32, 1e-3, 0.4, 1.0, 7e5, 1e30]),
        ) {
            let vectors = Array2::from_shape_fn((4, 10), |(i, j)| numbers[i * 10 + j] * scale * 10_f32.powi(i as i32));
            for general in [0, 6, 10] {
                let weight = numbers[0].abs() + 0.1;
                let (first, rest) = vectors.view().split_at(Axis(1), general);
                let weighed = Linear::beside(Columns::of(first).weighted(weight), Columns::of(rest));
                let held = Linear::split(vectors.view(), general);
                let once = held.vectors();
                let near = |from: ArrayView2<'_, f32>, to: ArrayView2<'_, f32>, part: f32| {
                    from.rows().into_iter().zip(to.rows()).all(|(from, to)| {
                        let largest = from.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
                        from.iter().zip(to).all(|(x, y)| (x - y).abs() <= largest / part)
                    })
                };
                let (held_first, held_rest) = once.view().split_at(Axis(1), general);
                prop_assert!(near(first, held_first, 230.0) && near(rest, held_rest, 32_000.0));
                prop_assert_eq!(held.vector(2), once.row(2));
                for held in [held, weighed] {
                    prop_assert_eq!(&Linear::split(held.vectors().view(), general), &held);
                }
            }
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
        let joined = Linear::beside(Columns::of(own.view()).weighted(3.0), Columns::of(others.view()));
        let expected = array![[3.0, -1.5, 0.1, 0.2, 0.3], [0.0, 0.75, 0.0, 0.0, 4.0]];
        let vectors = joined.vectors();
        assert!((&vectors - &expected).iter().all(|x: &f32| x.abs() < 0.02), "{vectors}");
        assert_eq!(joined.vector(1), vectors.row(1));
        assert_eq!(joined.sum((&[0, 1], &[2.0, 1.0])), (2.0 * &vectors.row(0) + vectors.row(1)).to_vec());
    }
}
