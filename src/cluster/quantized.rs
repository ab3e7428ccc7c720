//! Which rows are most like others, sought by whole numbers of eight bits and settled by all digits.
//!
//! To find the few nearest of some thousand rows, all but few of the products need no more than a rough figure. Each number of
//! a row becomes a whole number of steps (scalar quantization), and the products of these are sums of products of eight bits,
//! which processors work out several times as fast as those in single precision (seven times, where there are instructions for
//! them such as AVX-512 VNNI). Whole numbers are exact, so what is found depends neither on these nor on the order of a sum.
//!
//! A number is off by what it was rounded by: at random, evenly within half a step. An estimate of a product of unit rows is
//! thus off by a normal number with standard deviation `√((s² + t²) / 12)`, where `s` and `t` are the two steps, the difference
//! of two by `√2` times that at most. All whose estimate is less than [`SURE`] such deviations below one that enough others
//! reach are worked out in full.

use ndarray::{ArrayView1, ArrayView2, CowArray, Ix2};
use rten_gemm::{BiasVector, GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_tensor::Matrix;

use crate::wide::{each_above, encode, inner, peak, reached};

/// Standard deviations that an estimate is taken to be off at most: one in a billion is by more.
const SURE: f32 = 6.0;

/// Steps from zero to the largest number of the rows that are sought among.
const FINE: f32 = 127.0;

/// The same of the rows that neighbours are sought for. Half as many: where there are no instructions for such sums, two
/// products are added in sixteen bits.
const COARSE: i8 = 63;

/// Rows that neighbours are sought among.
pub(super) struct Quantized<'a> {
    rows: CowArray<'a, f32, Ix2>,
    multiply: GemmExecutor<u8, i8, i32>,
    /// Their numbers in steps of this size; none if there are none.
    packed: Option<PackedBMatrix<i8>>,
    step: f32,
    /// What is to be added to the products of each row, as the numbers of the others begin at −63, not at 0.
    more: Vec<i32>,
}

impl<'a> Quantized<'a> {
    /// Takes unit rows, `m × d`.
    pub fn new(rows: CowArray<'a, f32, Ix2>) -> Self {
        let rows = if rows.is_standard_layout() { rows } else { rows.as_standard_layout().into_owned().into() };
        let multiply = GemmExecutor::new();
        let (m, d) = rows.dim();
        let step = rows.rows().into_iter().map(largest).fold(0.0, f32::max) / FINE;
        let numbers = steps(rows.view(), |_| step);
        let more = |row: &[i8]| -i32::from(COARSE) * row.iter().map(|&x| i32::from(x)).sum::<i32>();
        let more = numbers.chunks_exact(d.max(1)).map(more).collect();
        let pack = || multiply.prepack_b(Matrix::from_data([m, d], numbers.as_slice()).transposed());
        let packed = (!numbers.is_empty()).then(pack);
        Self { rows, multiply, packed, step, more }
    }

    /// The rows.
    pub fn rows(&self) -> ArrayView2<'_, f32> {
        self.rows.view()
    }

    /// For each of some unit rows in the standard layout the `most` nearest of these, `most` ≥ 1, as their places and cosines,
    /// which are more than 0: the nearest first, equal ones by place. `own` is for each row where it stands among these, if it
    /// does. Takes room for a number for each pair of rows.
    pub fn nearest(&self, rows: ArrayView2<'_, f32>, own: &[Option<usize>], most: usize) -> Vec<Vec<(usize, f32)>> {
        let ((n, d), m) = (rows.dim(), self.rows.nrows());
        let Some(packed) = self.packed.as_ref().filter(|_| n > 0) else { return vec![Vec::new(); n] };
        let sizes: Vec<f32> = rows.rows().into_iter().map(|row| largest(row) / f32::from(COARSE)).collect();
        let numbers: Vec<u8> = steps(rows, |row| sizes[row]).into_iter().map(|x| (x + COARSE) as u8).collect();
        let numbers = self.multiply.prepack_a(Matrix::from_data([n, d], numbers.as_slice()));
        let mut estimates = vec![0; n * m];
        let options = GemmOptions { bias: Some(BiasVector::Row(&self.more)), ..GemmOptions::default() };
        let done =
            self.multiply.gemm(&mut estimates, GemmInputA::Packed(&numbers), GemmInputB::Packed(packed), options);
        if done.is_err() {
            // All sizes are right by construction; if they were not, all would be worked out in full.
            estimates.fill(0);
        }
        let rows = rows.rows().into_iter().zip(sizes).zip(own);
        rows.zip(estimates.chunks_exact(m))
            .map(|(((row, size), own), estimates)| self.settle(row, *own, estimates, margin(size, self.step), most))
            .collect()
    }

    /// The nearest of these rows to one, by what their products are about.
    fn settle(
        &self,
        row: ArrayView1<'_, f32>,
        own: Option<usize>,
        estimates: &[i32],
        margin: i32,
        most: usize,
    ) -> Vec<(usize, f32)> {
        // The row itself may be one of those that reach it.
        let bound = reached(estimates, most + 1).max(0) - margin;
        let mut found: Vec<(usize, f32)> = Vec::new();
        each_above(estimates, bound, |place, _| {
            if Some(place) != own {
                found.push((place, inner(row, self.rows.row(place))));
            }
            bound
        });
        found.retain(|&(_, cosine)| cosine > 0.0);
        found.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        // Not in the room of all that were looked at.
        found[..found.len().min(most)].to_vec()
    }
}

/// The largest absolute number of a row.
fn largest(row: ArrayView1<'_, f32>) -> f32 {
    peak(row.to_slice().unwrap_or_default())
}

/// The numbers of rows in whole steps of this size each.
fn steps(rows: ArrayView2<'_, f32>, step: impl Fn(usize) -> f32) -> Vec<i8> {
    let (n, d) = rows.dim();
    let mut numbers = vec![0; n * d];
    for (i, (to, row)) in numbers.chunks_exact_mut(d.max(1)).zip(rows.rows()).enumerate() {
        let step = step(i);
        if step > 0.0 {
            encode(to, row.to_slice().unwrap_or_default(), 1.0 / step);
        }
    }
    numbers
}

/// How far apart two estimates may be whose products are equal, in units of both steps together.
fn margin(a: f32, b: f32) -> i32 {
    let deviation = ((a * a + b * b) / 12.0 * 2.0).sqrt();
    let unit = a * b;
    if unit > 0.0 { (SURE * deviation / unit).ceil() as i32 } else { 0 }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, s};
    use proptest::prelude::*;

    use super::*;
    use crate::cluster::{kmeans::tests::groups, unit};

    /// Unit rows in some groups.
    fn rows(n: usize, d: usize, spread: f32, seed: u64) -> Array2<f32> {
        let mut rows = groups(n, d, 4.min(n), spread.into(), seed) - 0.1;
        rows.rows_mut().into_iter().for_each(|mut row| unit(&mut row));
        rows
    }

    /// All digits of all products.
    fn slow(
        rows: ArrayView2<'_, f32>,
        own: &[Option<usize>],
        among: &Array2<f32>,
        most: usize,
    ) -> Vec<Vec<(usize, f32)>> {
        let nearest = |(row, own): (ArrayView1<'_, f32>, &Option<usize>)| {
            let mut all: Vec<(usize, f32)> =
                among.rows().into_iter().map(|other| inner(row, other)).enumerate().collect();
            all.retain(|&(place, cosine)| cosine > 0.0 && Some(place) != *own);
            all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            all.truncate(most);
            all
        };
        rows.rows().into_iter().zip(own).map(nearest).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_nearest_are_those_by_all_digits(
            m in 1_usize..200, d in 1_usize..40, spread in 0.0_f32..1.0, most in 1_usize..9, seed in 0_u64..1000,
        ) {
            let among = rows(m, d, spread, seed);
            let some = among.slice(s![m / 3.., ..]);
            let own: Vec<Option<usize>> = (m / 3..m).map(|i| (i % 5 > 0).then_some(i)).collect();
            prop_assert_eq!(Quantized::new(among.view().into()).nearest(some, &own, most), slow(some, &own, &among, most));
        }
    }

    #[test]
    fn many_rows() {
        let among = rows(3000, 20, 0.4, 1);
        let some = rows(50, 20, 0.4, 1);
        let own = vec![None; 50];
        assert_eq!(
            Quantized::new(among.view().into()).nearest(some.view(), &own, 7),
            slow(some.view(), &own, &among, 7)
        );
    }

    #[test]
    fn rows_of_zeros_or_without_numbers_have_no_neighbours() {
        for shape in [(5, 3), (5, 0), (0, 3)] {
            let among = Array2::zeros(shape);
            let found = Quantized::new(among.view().into()).nearest(Array2::zeros((2, shape.1)).view(), &[None; 2], 7);
            assert_eq!(found, [[]; 2]);
        }
    }
}
