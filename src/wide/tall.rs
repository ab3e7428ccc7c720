//! Products of tall matrices with few columns, read where they lie.
//!
//! A general matrix product first copies both matrices to where its loops want them. Where one has few columns, each number
//! that was copied is used so few times that the copy takes longer than the product. Here the few columns stay in the first
//! cache, and the sums of some rows in registers.
//!
//! Where the processor can, a product is fused with its sum, as general matrix products have it too: processors that differ
//! in instruction set may differ in the last bits. On one processor each sum is the same whatever stands beside it.

use pulp::{Arch, Simd, WithSimd};

/// Rows that are multiplied at once: their sums, two registers each, fill most registers.
pub(crate) const ROWS: usize = 6;

/// Columns whose sums are kept at once.
const COLUMNS: usize = 4;

/// `to += a · few`, for as many rows as both have.
pub(crate) fn along<const N: usize, const W: usize>(a: &[[f32; N]], few: &[[f32; W]; N], to: &mut [[f32; W]]) {
    Arch::new().dispatch(Along { a, few, to });
}

/// `to += aᵀ · b`, over as many rows as both have, one after the other; `N` is a multiple of 4.
pub(crate) fn across<const N: usize, const W: usize>(a: &[[f32; N]], b: &[[f32; W]], to: &mut [[f32; W]; N]) {
    Arch::new().dispatch(Across { a, b, to });
}

/// The products of rows with the columns of a matrix whose rows are `few`. The rows are as long as `few` or longer.
pub(crate) fn times<const W: usize>(rows: [&[f32]; ROWS], few: &[[f32; W]]) -> [[f32; W]; ROWS] {
    Arch::new().dispatch(Times(rows, few))
}

/// What is multiplied with the rows of the matrix of few columns: factor `j` of each of `R` sums is that of its row `j`.
trait Factors<const R: usize> {
    fn factor(&self, sum: usize, j: usize) -> f32;
}

impl<const R: usize, const N: usize> Factors<R> for &[[f32; N]; R] {
    #[inline(always)]
    fn factor(&self, sum: usize, j: usize) -> f32 {
        self[sum][j]
    }
}

impl<const R: usize> Factors<R> for [&[f32]; R] {
    #[inline(always)]
    fn factor(&self, sum: usize, j: usize) -> f32 {
        self[sum][j]
    }
}

/// Some columns of rows, from one on.
struct Columns<'a, const N: usize>(&'a [[f32; N]], usize);

impl<const R: usize, const N: usize> Factors<R> for Columns<'_, N> {
    #[inline(always)]
    fn factor(&self, sum: usize, j: usize) -> f32 {
        self.0[j][self.1 + sum]
    }
}

/// Adds to each sum its factors times the rows of `few`.
#[inline(always)]
fn add<S: Simd, const R: usize, const W: usize>(
    simd: S,
    factors: &impl Factors<R>,
    few: &[[f32; W]],
    to: &mut [[f32; W]; R],
) {
    let per = const {
        assert!(
            W.is_multiple_of(S::F32_LANES) || S::F32_LANES.is_multiple_of(W),
            "a row is of whole registers, or of a part of one"
        );
        W / S::F32_LANES
    };
    if per == 0 {
        return less(factors, few, to);
    }
    let mut at = 0;
    while at + 2 <= per {
        some::<S, R, W, 2>(simd, factors, few, to, at);
        at += 2;
    }
    if at < per {
        some::<S, R, W, 1>(simd, factors, few, to, at);
    }
}

/// [`add`] for `P` registers of a row, from the register `at` on.
#[inline(always)]
fn some<S: Simd, const R: usize, const W: usize, const P: usize>(
    simd: S,
    factors: &impl Factors<R>,
    few: &[[f32; W]],
    to: &mut [[f32; W]; R],
    at: usize,
) {
    let mut sums = [[simd.splat_f32s(0.0); P]; R];
    for (sums, to) in sums.iter_mut().zip(&*to) {
        sums.copy_from_slice(&S::as_simd_f32s(to).0[at..at + P]);
    }
    for (j, few) in few.iter().enumerate() {
        let few = &S::as_simd_f32s(few).0[at..at + P];
        for (r, sums) in sums.iter_mut().enumerate() {
            let factor = simd.splat_f32s(factors.factor(r, j));
            for p in 0..P {
                sums[p] = simd.mul_add_e_f32s(factor, few[p], sums[p]);
            }
        }
    }
    for (sums, to) in sums.iter().zip(to) {
        S::as_mut_simd_f32s(to).0[at..at + P].copy_from_slice(sums);
    }
}

/// [`add`] for rows of less than one register.
#[inline(always)]
fn less<const R: usize, const W: usize>(factors: &impl Factors<R>, few: &[[f32; W]], to: &mut [[f32; W]; R]) {
    let mut sums = *to;
    for (j, few) in few.iter().enumerate() {
        for (r, sums) in sums.iter_mut().enumerate() {
            let factor = factors.factor(r, j);
            for c in 0..W {
                // Processors with registers so wide can fuse.
                sums[c] = factor.mul_add(few[c], sums[c]);
            }
        }
    }
    *to = sums;
}

struct Along<'a, const N: usize, const W: usize> {
    a: &'a [[f32; N]],
    few: &'a [[f32; W]; N],
    to: &'a mut [[f32; W]],
}

impl<const N: usize, const W: usize> WithSimd for Along<'_, N, W> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { a, few, to } = self;
        let length = if a.len() < to.len() { a.len() } else { to.len() };
        let (a, a_rest) = a[..length].as_chunks::<ROWS>();
        let (to, to_rest) = to[..length].as_chunks_mut::<ROWS>();
        for (a, to) in a.iter().zip(to) {
            add(simd, &a, few, to);
        }
        for (a, to) in a_rest.iter().zip(to_rest) {
            add(simd, &[a.as_slice()], few, std::array::from_mut(to));
        }
    }
}

struct Across<'a, const N: usize, const W: usize> {
    a: &'a [[f32; N]],
    b: &'a [[f32; W]],
    to: &'a mut [[f32; W]; N],
}

impl<const N: usize, const W: usize> WithSimd for Across<'_, N, W> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        const { assert!(N.is_multiple_of(COLUMNS), "columns are summed some at a time") };
        let Self { a, b, to } = self;
        let length = if a.len() < b.len() { a.len() } else { b.len() };
        let (a, b) = (&a[..length], &b[..length]);
        let (to, _) = to.as_chunks_mut::<COLUMNS>();
        for (i, to) in to.iter_mut().enumerate() {
            add(simd, &Columns(a, i * COLUMNS), b, to);
        }
    }
}

struct Times<'a, const W: usize>([&'a [f32]; ROWS], &'a [[f32; W]]);

impl<const W: usize> WithSimd for Times<'_, W> {
    type Output = [[f32; W]; ROWS];

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        let Self(mut rows, few) = self;
        for row in &mut rows {
            *row = &row[..few.len()];
        }
        let mut products = [[0.0; W]; ROWS];
        add(simd, &rows, few, &mut products);
        products
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Rows of numbers that look random, of a seed.
    fn numbers<const W: usize>(rows: usize, seed: u32) -> Vec<[f32; W]> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..rows).map(|_| std::array::from_fn(|_| next())).collect()
    }

    fn sum(pairs: impl Iterator<Item = (f32, f32)>) -> f64 {
        pairs.map(|(a, b)| f64::from(a) * f64::from(b)).sum()
    }

    fn near(a: f32, b: f64) -> bool {
        (f64::from(a) - b).abs() < 1e-4
    }

    proptest! {
        #[test]
        fn products_are_those_of_plain_loops(n in 0_usize..40, more in 0_usize..3, seed in 0_u32..1000) {
            let (a, b) = (numbers::<16>(n, seed), numbers::<8>(n + more, seed + 1));
            let few: [[f32; 8]; 16] = numbers(16, seed + 2).try_into().unwrap();
            let mut to = few;
            across(&a, &b, &mut to);
            for (i, (to, before)) in to.iter().zip(&few).enumerate() {
                for j in 0..8 {
                    let expected = f64::from(before[j]) + sum(a.iter().zip(&b).map(|(a, b)| (a[i], b[j])));
                    prop_assert!(near(to[j], expected));
                }
            }
            let mut to = b.clone();
            along(&a, &few, &mut to);
            for (i, (to, before)) in to.iter().zip(&b).enumerate() {
                for j in 0..8 {
                    let product = a.get(i).map_or(0.0, |a| sum(a.iter().zip(&few).map(|(&a, few)| (a, few[j]))));
                    prop_assert!(near(to[j], f64::from(before[j]) + product));
                }
            }
        }

        #[cfg(target_arch = "x86_64")]
        #[test]
        fn no_sum_depends_on_the_width_of_registers(seed in 0_u32..1000, n in 6_usize..30) {
            let Some(narrow) = pulp::x86::V3::try_new() else { return Ok(()) };
            let a = numbers::<16>(n, seed);
            let rows: [&[f32]; ROWS] = std::array::from_fn(|r| a[r].as_slice());
            let (few, less) = (numbers::<16>(16, seed + 1), numbers::<8>(16, seed + 2));
            prop_assert_eq!(times(rows, &few), Simd::vectorize(narrow, Times(rows, &few)));
            prop_assert_eq!(times(rows, &less), Simd::vectorize(narrow, Times(rows, &less)));
        }

        #[test]
        fn no_sum_depends_on_what_stands_beside(seed in 0_u32..1000, n in 6_usize..30) {
            let (a, few) = (numbers::<16>(n, seed), numbers::<16>(16, seed + 1).try_into().unwrap());
            let mut whole = vec![[0.0; 16]; n];
            along(&a, &few, &mut whole);
            for i in 0..n {
                let mut one = [[0.0; 16]];
                along(&a[i..=i], &few, &mut one);
                prop_assert_eq!(one[0], whole[i]);
            }
            let rows: [&[f32]; ROWS] = std::array::from_fn(|r| a[r].as_slice());
            prop_assert_eq!(&times(rows, &few)[..], &whole[..ROWS]);
            let alike = times([rows[1]; ROWS], &few);
            prop_assert!(alike.iter().all(|row| row == &whole[1]));
        }
    }
}
