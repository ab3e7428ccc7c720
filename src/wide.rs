//! The loops that most of the time goes into, compiled for the widest instructions the processor has.
//!
//! The program is built for any processor of its kind, so what the compiler makes of a loop are the narrow instructions that
//! all of them have. [`pulp`] finds out at run time what this one has and calls a copy of the loop that was compiled for it.
//! No result depends on which, but for the matrix products of [`tall`]: each number is worked out by itself, or summed in
//! [`LANES`] lanes of a fixed order, and no product is fused with a sum.
//!
//! By index: iterators would be functions of their own, compiled without wide instructions. And a type for each loop, since
//! only the method of a type is sure to be compiled for them.

pub(crate) mod tall;

use ndarray::{ArrayView1, ArrayViewMut1};
use pulp::{Arch, Simd, WithSimd};

/// Lanes of a sum, which the compiler puts side by side.
const LANES: usize = 16;

/// The sum of products of two lists of one length; of unequal ones, as far as both go.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    Arch::new().dispatch(Lanes::<false>(a, b))
}

/// The sum of squared differences, else as [`dot`].
pub(crate) fn square(a: &[f32], b: &[f32]) -> f32 {
    Arch::new().dispatch(Lanes::<true>(a, b))
}

/// The inner products of a list with four others, each as [`dot`] has it, bit for bit. All are as long as `a`, or longer.
pub(crate) fn dot_four(a: &[f32], others: [&[f32]; 4]) -> [f32; 4] {
    Arch::new().dispatch(FourDots(a, others))
}

struct FourDots<'a>(&'a [f32], [&'a [f32]; 4]);

impl WithSimd for FourDots<'_> {
    type Output = [f32; 4];

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> [f32; 4] {
        let Self(a, [w, x, y, z]) = self;
        let length = a.len();
        // Loaded once for all four.
        let (w, x, y, z) = (&w[..length], &x[..length], &y[..length], &z[..length]);
        let (mut p, mut q, mut r, mut s) = ([0.0_f32; LANES], [0.0_f32; LANES], [0.0_f32; LANES], [0.0_f32; LANES]);
        let mut at = 0;
        while at + LANES <= length {
            let a = &a[at..at + LANES];
            let (w, x, y, z) = (&w[at..at + LANES], &x[at..at + LANES], &y[at..at + LANES], &z[at..at + LANES]);
            for lane in 0..LANES {
                p[lane] += a[lane] * w[lane];
                q[lane] += a[lane] * x[lane];
                r[lane] += a[lane] * y[lane];
                s[lane] += a[lane] * z[lane];
            }
            at += LANES;
        }
        for lane in 0..length - at {
            let a = a[at + lane];
            p[lane] += a * w[at + lane];
            q[lane] += a * x[at + lane];
            r[lane] += a * y[at + lane];
            s[lane] += a * z[at + lane];
        }
        let mut products = [0.0; 4];
        for lane in 0..LANES {
            products[0] += p[lane];
            products[1] += q[lane];
            products[2] += r[lane];
            products[3] += s[lane];
        }
        products
    }
}

/// The inner product of two rows of the same length, wherever their numbers lie.
pub(crate) fn inner(a: ArrayView1<'_, f32>, b: ArrayView1<'_, f32>) -> f32 {
    match (a.as_slice(), b.as_slice()) {
        (Some(a), Some(b)) => dot(a, b),
        _ => a.dot(&b),
    }
}

/// The squared distance of two rows of the same length, wherever their numbers lie.
pub(crate) fn distance(a: ArrayView1<'_, f32>, b: ArrayView1<'_, f32>) -> f32 {
    match (a.as_slice(), b.as_slice()) {
        (Some(a), Some(b)) => square(a, b),
        _ => a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum(),
    }
}

/// A sum over two lists: of squared differences, or of products.
struct Lanes<'a, const SQUARE: bool>(&'a [f32], &'a [f32]);

impl<const SQUARE: bool> WithSimd for Lanes<'_, SQUARE> {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> f32 {
        let length = if self.0.len() < self.1.len() { self.0.len() } else { self.1.len() };
        let (a, b) = (&self.0[..length], &self.1[..length]);
        let mut sums = [0.0_f32; LANES];
        let mut at = 0;
        while at + LANES <= length {
            let (a, b) = (&a[at..at + LANES], &b[at..at + LANES]);
            for lane in 0..LANES {
                let term = if SQUARE { (a[lane] - b[lane]) * (a[lane] - b[lane]) } else { a[lane] * b[lane] };
                sums[lane] += term;
            }
            at += LANES;
        }
        for lane in 0..length - at {
            let (a, b) = (a[at + lane], b[at + lane]);
            sums[lane] += if SQUARE { (a - b) * (a - b) } else { a * b };
        }
        let mut sum = 0.0;
        for lane in sums {
            sum += lane;
        }
        sum
    }
}

/// A number that lists are held in.
pub(crate) trait Number: Copy {
    /// The same in single precision.
    fn single(self) -> f32;
}

impl Number for f32 {
    #[inline(always)]
    fn single(self) -> f32 {
        self
    }
}

impl Number for i8 {
    #[inline(always)]
    fn single(self) -> f32 {
        self as f32
    }
}

impl Number for i16 {
    #[inline(always)]
    fn single(self) -> f32 {
        self as f32
    }
}

/// A whole number that lists are held in.
pub(crate) trait Whole: Number {
    /// The low bits of a whole number.
    fn low(number: i32) -> Self;
}

impl Whole for i8 {
    #[inline(always)]
    fn low(number: i32) -> Self {
        number as Self
    }
}

impl Whole for i16 {
    #[inline(always)]
    fn low(number: i32) -> Self {
        number as Self
    }
}

/// Writes numbers times `factor` as the nearest whole ones, which must not be too large. All lists are of one length.
pub(crate) fn encode<T: Whole>(to: &mut [T], from: &[f32], factor: f32) {
    Arch::new().dispatch(Encode(to, from, factor));
}

struct Encode<'a, T>(&'a mut [T], &'a [f32], f32);

impl<T: Whole> WithSimd for Encode<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self(to, from, factor) = self;
        let length = to.len();
        let from = &from[..length];
        for i in 0..length {
            let number = from[i] * factor;
            to[i] = T::low((number + if number < 0.0 { -0.5 } else { 0.5 }) as i32);
        }
    }
}

/// Adds so many times a list to another; only as far as both go.
pub(crate) fn add<T: Number>(to: &mut [f32], factor: f32, from: &[T]) {
    Arch::new().dispatch(Add(to, factor, from));
}

/// Adds so many times a row to another of the same length, wherever their numbers lie.
pub(crate) fn add_row(mut to: ArrayViewMut1<'_, f32>, factor: f32, from: ArrayView1<'_, f32>) {
    match (to.as_slice_mut(), from.as_slice()) {
        (Some(to), Some(from)) => add(to, factor, from),
        _ => to.scaled_add(factor, &from),
    }
}

struct Add<'a, T>(&'a mut [f32], f32, &'a [T]);

impl<T: Number> WithSimd for Add<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self(to, factor, from) = self;
        let length = if to.len() < from.len() { to.len() } else { from.len() };
        let (to, from) = (&mut to[..length], &from[..length]);
        for i in 0..length {
            to[i] += factor * from[i].single();
        }
    }
}

/// Lines of a matrix, one after the other, `width` numbers each; and how much each counts if that is not 1.
#[derive(Clone, Copy)]
pub(crate) struct Lines<'a, T> {
    pub numbers: &'a [T],
    pub width: usize,
    pub steps: Option<&'a [f32]>,
}

/// Adds to a list so many times each of these lines of a matrix, as far as the list goes, a line after the other; `lines`
/// ascend. Those that the matrix does not have are left out, as are those past the shorter of `lines` and `values`.
pub(crate) fn add_lines<T: Number>(to: &mut [f32], lines: &[u32], values: &[f32], of: Lines<'_, T>) {
    Arch::new().dispatch(AddLines { to, lines, values, of });
}

struct AddLines<'a, T> {
    to: &'a mut [f32],
    lines: &'a [u32],
    values: &'a [f32],
    of: Lines<'a, T>,
}

impl<T: Number> WithSimd for AddLines<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { to, lines, values, of } = self;
        if of.width == 0 {
            return;
        }
        let d = if to.len() < of.width { to.len() } else { of.width };
        // Those that are not there come last.
        let there = lines.partition_point(|&line| (line as usize) < of.numbers.len() / of.width);
        let length = if there < values.len() { there } else { values.len() };
        let (lines, values) = (&lines[..length], &values[..length]);
        let mut at = 0;
        while at < d {
            at += match d - at {
                64.. => add_part::<T, 64>(to, at, lines, values, of),
                32.. => add_part::<T, 32>(to, at, lines, values, of),
                16.. => add_part::<T, 16>(to, at, lines, values, of),
                8.. => add_part::<T, 8>(to, at, lines, values, of),
                4.. => add_part::<T, 4>(to, at, lines, values, of),
                _ => add_part::<T, 1>(to, at, lines, values, of),
            };
        }
    }
}

/// As [`AddLines`], `N` numbers from a place on, whose sums stay in registers; returns `N`.
#[inline(always)]
fn add_part<T: Number, const N: usize>(
    to: &mut [f32],
    at: usize,
    lines: &[u32],
    values: &[f32],
    Lines { numbers, width, steps }: Lines<'_, T>,
) -> usize {
    let to = &mut to[at..at + N];
    let mut sums = [0.0; N];
    sums.copy_from_slice(to);
    for i in 0..lines.len() {
        let line = lines[i] as usize;
        let step = match steps {
            Some(steps) => steps.get(line).copied().unwrap_or_default(),
            None => 1.0,
        };
        let factor = values[i] * step;
        let numbers = &numbers[line * width + at..line * width + at + N];
        for j in 0..N {
            sums[j] += factor * numbers[j].single();
        }
    }
    to.copy_from_slice(&sums);
    N
}

/// The sum of `values`, each times the line of its column, a line after the other.
pub(crate) fn combine<const N: usize>(columns: &[u32], values: &[f32], lines: &[[f32; N]]) -> [f32; N] {
    Arch::new().dispatch(Combine(columns, values, lines))
}

struct Combine<'a, const N: usize>(&'a [u32], &'a [f32], &'a [[f32; N]]);

impl<const N: usize> WithSimd for Combine<'_, N> {
    type Output = [f32; N];

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> [f32; N] {
        let Self(columns, values, lines) = self;
        let length = if columns.len() < values.len() { columns.len() } else { values.len() };
        let (columns, values) = (&columns[..length], &values[..length]);
        let mut sum = [0.0_f32; N];
        for i in 0..length {
            let line = &lines[columns[i] as usize];
            for c in 0..N {
                sum[c] += values[i] * line[c];
            }
        }
        sum
    }
}

/// Where a number of `from`, worked out as `base − 2 · factor · from`, is less than that of `least`, it takes its place, and
/// `label` that of the one in `labels`. All lists are of one length.
pub(crate) fn offer(least: &mut [f32], labels: &mut [u32], from: &[f32], base: f32, factor: f32, label: u32) {
    Arch::new().dispatch(Offer { least, labels, from, base, factor, label });
}

struct Offer<'a> {
    least: &'a mut [f32],
    labels: &'a mut [u32],
    from: &'a [f32],
    base: f32,
    factor: f32,
    label: u32,
}

impl WithSimd for Offer<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { least, labels, from, base, factor, label } = self;
        let length = from.len();
        let (least, labels) = (&mut least[..length], &mut labels[..length]);
        for i in 0..length {
            let offered = base - 2.0 * factor * from[i];
            let less = offered < least[i];
            least[i] = if less { offered } else { least[i] };
            labels[i] = if less { label } else { labels[i] };
        }
    }
}

/// Holds one more score a row, a number less `half`, against the best and second best so far and the place of the best. All
/// lists are of one length.
pub(crate) fn rank(best: &mut [f32], next: &mut [f32], places: &mut [u32], numbers: &[f32], half: f32, place: u32) {
    Arch::new().dispatch(Rank { best, next, places, numbers, half, place });
}

struct Rank<'a> {
    best: &'a mut [f32],
    next: &'a mut [f32],
    places: &'a mut [u32],
    numbers: &'a [f32],
    half: f32,
    place: u32,
}

impl WithSimd for Rank<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { best, next, places, numbers, half, place } = self;
        let length = numbers.len();
        let (best, next, places) = (&mut best[..length], &mut next[..length], &mut places[..length]);
        for i in 0..length {
            let score = numbers[i] - half;
            let greater = score > best[i];
            let less = if greater { best[i] } else { score };
            next[i] = if less > next[i] { less } else { next[i] };
            places[i] = if greater { place } else { places[i] };
            best[i] = if greater { score } else { best[i] };
        }
    }
}

/// The largest absolute value, whatever is no number left out; 0 of none.
pub(crate) fn peak(numbers: &[f32]) -> f32 {
    Arch::new().dispatch(Peak(numbers))
}

struct Peak<'a>(&'a [f32]);

impl WithSimd for Peak<'_> {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> f32 {
        let (chunks, rest) = self.0.as_chunks::<LANES>();
        let mut lanes = [0.0_f32; LANES];
        for chunk in chunks {
            for lane in 0..LANES {
                lanes[lane] = if chunk[lane].abs() > lanes[lane] { chunk[lane].abs() } else { lanes[lane] };
            }
        }
        for lane in 0..rest.len() {
            lanes[lane] = if rest[lane].abs() > lanes[lane] { rest[lane].abs() } else { lanes[lane] };
        }
        let mut peak = 0.0;
        for lane in lanes {
            peak = if lane > peak { lane } else { peak };
        }
        peak
    }
}

/// Calls `above` with the place and value of each number greater than a bound, in order: what it returns is the bound of those
/// that follow.
pub(crate) fn each_above<T: Copy + PartialOrd>(numbers: &[T], bound: T, above: impl FnMut(usize, T) -> T) {
    Arch::new().dispatch(Above(numbers, bound, above));
}

struct Above<'a, T, F>(&'a [T], T, F);

impl<T: Copy + PartialOrd, F: FnMut(usize, T) -> T> WithSimd for Above<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        /// Numbers that are looked at one by one only if any of them is large enough: few are.
        const STEP: usize = 2 * LANES;
        let Self(numbers, mut bound, mut above) = self;
        let (chunks, rest) = numbers.as_chunks::<STEP>();
        for (c, chunk) in chunks.iter().enumerate() {
            // The largest of each lane, with no branch, so that many are compared at once.
            let mut peaks = [bound; LANES];
            for part in chunk.as_chunks::<LANES>().0 {
                for lane in 0..LANES {
                    peaks[lane] = if part[lane] > peaks[lane] { part[lane] } else { peaks[lane] };
                }
            }
            let mut any = 0_u32;
            for peak in peaks {
                any |= u32::from(peak > bound);
            }
            if any != 0 {
                for (i, &number) in chunk.iter().enumerate() {
                    if number > bound {
                        bound = above(c * STEP + i, number);
                    }
                }
            }
        }
        for (i, &number) in rest.iter().enumerate() {
            if number > bound {
                bound = above(chunks.len() * STEP + i, number);
            }
        }
    }
}

/// What at least `count` of some numbers are no less than, as a rough figure that is soon told; none of these if they are few.
pub(crate) fn reached(numbers: &[i32], count: usize) -> i32 {
    Arch::new().dispatch(Reached(numbers, count))
}

struct Reached<'a>(&'a [i32], usize);

impl WithSimd for Reached<'_> {
    type Output = i32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> i32 {
        const GROUPS: usize = 2 * LANES;
        let Self(numbers, count) = self;
        // What so many groups reach by their largest, so many numbers reach.
        let mut peaks = [i32::MIN; GROUPS];
        for chunk in numbers.as_chunks::<GROUPS>().0 {
            for lane in 0..GROUPS {
                peaks[lane] = if chunk[lane] > peaks[lane] { chunk[lane] } else { peaks[lane] };
            }
        }
        let mut reach = [0_u32; GROUPS];
        for peak in peaks {
            for lane in 0..GROUPS {
                reach[lane] += u32::from(peak >= peaks[lane]);
            }
        }
        let mut most = i32::MIN;
        for lane in 0..GROUPS {
            let enough = reach[lane] as usize >= count;
            most = if enough && peaks[lane] > most { peaks[lane] } else { most };
        }
        most
    }
}

/// The sum of the squares, in double precision.
pub(crate) fn squares(numbers: &[f32]) -> f64 {
    Arch::new().dispatch(Squares(numbers))
}

struct Squares<'a>(&'a [f32]);

impl WithSimd for Squares<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> f64 {
        let (chunks, rest) = self.0.as_chunks::<LANES>();
        let mut sums = [0.0_f64; LANES];
        for chunk in chunks {
            for lane in 0..LANES {
                sums[lane] += f64::from(chunk[lane]) * f64::from(chunk[lane]);
            }
        }
        for lane in 0..rest.len() {
            sums[lane] += f64::from(rest[lane]) * f64::from(rest[lane]);
        }
        let mut sum = 0.0;
        for lane in sums {
            sum += lane;
        }
        sum
    }
}

/// Adds so many times a list to sums in double precision; only as far as both go.
pub(crate) fn add_double(to: &mut [f64], factor: f64, from: &[f32]) {
    Arch::new().dispatch(AddDouble(to, factor, from));
}

struct AddDouble<'a>(&'a mut [f64], f64, &'a [f32]);

impl WithSimd for AddDouble<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self(to, factor, from) = self;
        let length = if to.len() < from.len() { to.len() } else { from.len() };
        let (to, from) = (&mut to[..length], &from[..length]);
        for i in 0..length {
            to[i] += factor * f64::from(from[i]);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sums_are_those_of_plain_loops(a in prop::collection::vec(-10.0_f32..10.0, 0..100), shift in -3.0_f32..3.0) {
            let b: Vec<f32> = a.iter().map(|x| x * 0.5 + shift).collect();
            let close = |x: f32, y: f64| (f64::from(x) - y).abs() <= 1e-5 * (1.0 + y.abs()) * 100.0;
            let pairs = || a.iter().zip(&b).map(|(&a, &b)| (f64::from(a), f64::from(b)));
            prop_assert!(close(dot(&a, &b), pairs().map(|(a, b)| a * b).sum()));
            prop_assert!(close(square(&a, &b), pairs().map(|(a, b)| (a - b) * (a - b)).sum()));
            prop_assert_eq!(dot_four(&a, [&b, &a, &b, &b]), [dot(&a, &b), dot(&a, &a), dot(&a, &b), dot(&a, &b)]);
            prop_assert_eq!(peak(&b), b.iter().fold(0.0, |peak: f32, x| peak.max(x.abs())));
            prop_assert_eq!(peak(&[&b[..], &[f32::NAN, -99.0, f32::NAN]].concat()), 99.0);
            let mut sum = b.clone();
            add(&mut sum, shift, &a);
            prop_assert!(sum.iter().zip(a.iter().zip(&b)).all(|(&sum, (a, b))| sum == b + shift * a));
            let matrix = [&a[..], &b, &b].concat();
            let lines = |steps| Lines { numbers: &matrix, width: a.len(), steps };
            let mut sum = b.clone();
            add_lines(&mut sum, &[0, 0, 1, 2, 2, 7], &[1.0, 2.0, shift, 0.5, 3.0, 9.0], lines(Some(&[1.0, 0.5, 2.0])));
            for (i, &sum) in sum.iter().enumerate() {
                let expected = b[i] + a[i] + 2.0 * a[i] + shift * 0.5 * b[i] + b[i] + 6.0 * b[i];
                prop_assert_eq!(sum, expected);
            }
            let (some, mut sum) = (a.len() / 2, b.clone());
            add_lines(&mut sum[..some], &[1], &[0.5, 2.0], lines(None));
            let expected: Vec<f32> = b.iter().enumerate().map(|(i, b)| if i < some { 1.5 * b } else { *b }).collect();
            prop_assert_eq!(sum, expected);
            prop_assert!((squares(&a) - pairs().map(|(a, _)| a * a).sum::<f64>()).abs() <= 1e-9 * squares(&a));
            let mut doubles: Vec<f64> = b.iter().map(|&b| f64::from(b)).collect();
            add_double(&mut doubles, -2.0, &a);
            prop_assert!(doubles.iter().zip(pairs()).all(|(&sum, (a, b))| sum == b - 2.0 * a));
            let (mut found, mut expected, mut bound) = (Vec::new(), Vec::new(), shift);
            each_above(&a, bound, |i, x| { found.push((i, x)); if found.len() < 3 { shift } else { x } });
            for (i, &x) in a.iter().enumerate().filter(|x| *x.1 > shift) {
                if x > bound {
                    expected.push((i, x));
                    bound = if expected.len() < 3 { shift } else { x };
                }
            }
            prop_assert_eq!(found, expected);
            let whole: Vec<i32> = a.iter().map(|&x| x as i32).collect();
            for count in 0..40 {
                let reached = reached(&whole, count);
                prop_assert!(reached == i32::MIN || whole.iter().filter(|&&x| x >= reached).count() >= count);
                let full = &whole[..whole.len() / (2 * LANES) * 2 * LANES];
                prop_assert!(count != 1 || Some(&reached) == full.iter().max() || full.is_empty());
            }
        }

        #[test]
        fn the_best_and_the_next_are_found(lines in prop::collection::vec(prop::collection::vec(-5_i8..5, 20), 1..6)) {
            let numbers: Vec<Vec<f32>> = lines.iter().map(|line| line.iter().map(|&x| f32::from(x)).collect()).collect();
            let (mut best, mut next, mut places) = (vec![f32::NEG_INFINITY; 20], vec![f32::NEG_INFINITY; 20], vec![0; 20]);
            let (mut least, mut labels) = (vec![f32::INFINITY; 20], vec![9; 20]);
            for (place, line) in (0..).zip(&numbers) {
                rank(&mut best, &mut next, &mut places, line, 1.0, place);
                offer(&mut least, &mut labels, line, 1.0, 0.5, place);
            }
            for i in 0..20 {
                let mut scores: Vec<(f32, u32)> = (0..).zip(&numbers).map(|(place, line)| (line[i] - 1.0, place)).collect();
                scores.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
                prop_assert_eq!((best[i], places[i]), scores[0]);
                prop_assert_eq!(next[i], scores.get(1).map_or(f32::NEG_INFINITY, |score| score.0));
                prop_assert_eq!((least[i], labels[i]), (-best[i], places[i]));
            }
        }
    }

    proptest! {
        #[test]
        fn no_bit_depends_on_the_instructions(a in prop::collection::vec(-10.0_f32..10.0, 0..100), shift in -3.0_f32..3.0) {
            let b: Vec<f32> = a.iter().map(|x| x.mul_add(0.7, shift)).collect();
            let plain = pulp::Scalar::new();
            prop_assert_eq!(dot(&a, &b).to_bits(), plain.vectorize(Lanes::<false>(&a, &b)).to_bits());
            prop_assert_eq!(square(&a, &b).to_bits(), plain.vectorize(Lanes::<true>(&a, &b)).to_bits());
            prop_assert_eq!(dot_four(&a, [&b, &a, &b, &a]), plain.vectorize(FourDots(&a, [&b, &a, &b, &a])));
            let (mut fast, mut slow) = (b.clone(), b.clone());
            let (lines, values) = ([0, 0, 0, 0, 0], [shift, 0.3, -1.7, 2.1, 0.9]);
            let of = Lines { numbers: &a[..], width: a.len(), steps: None };
            add_lines(&mut fast, &lines, &values, of);
            plain.vectorize(AddLines { to: &mut slow, lines: &lines, values: &values, of });
            prop_assert_eq!(fast, slow);
        }
    }

    #[test]
    fn lists_that_end_early_end_the_sum() {
        assert_eq!((dot(&[1.0, 2.0], &[3.0]), square(&[], &[1.0])), (3.0, 0.0));
        let lines = [[1.0, 2.0], [10.0, 20.0]];
        assert_eq!(combine(&[1, 0], &[0.5, 2.0], &lines), [7.0, 14.0]);
    }
}
