//! Searching with a sketch.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use ndarray::{Array1, ArrayView2};
use rayon::prelude::*;

use super::{brute, order, ranks, score};

/// Axes of the first bound, which is taken of every row.
pub const FIRST: usize = 32;

/// Further axes, of the second bound.
pub const SECOND: usize = 64;

/// All axes.
pub const AXES: usize = FIRST + SECOND;

/// Rows whose bounds are looked at together.
const BLOCK: usize = 256;

/// Rows that are passed by together where none of them reaches far.
const FEW: usize = 32;

/// Blocks a task computes the bounds of; any number gives the same result.
const BLOCKS: usize = 64;

/// Up to this many rows are searched on one thread, which then is quicker than waking others.
const ALONE: usize = BLOCK * BLOCKS;

/// Axes whose products differ from 0 or 1 by more than this in all are not orthonormal: the file is damaged.
const ASKEW: f64 = 1e-3;

/// The largest code of a query: 64 products with a row's codes fit into 32 bits sixteen times over.
const MOST: f64 = 16_383.0;

/// What a sketch is made of, as in [`Built`](super::Built), wherever it lies.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)] // they are told there
pub struct Parts<'a> {
    pub axes: ArrayView2<'a, f32>,
    pub first: &'a [i8],
    pub second: &'a [i8],
    pub first_lengths: &'a [u16],
    pub second_lengths: &'a [u16],
    pub scale: f32,
    pub length: f32,
}

/// What is kept of rows to rule most of them out, read where it lies.
#[derive(Clone, Copy, Debug)]
pub struct Sketch<'a> {
    axes: ArrayView2<'a, f32>,
    first: &'a [[i8; FIRST]],
    second: &'a [[i8; SECOND]],
    first_lengths: &'a [[u16; 2]],
    second_lengths: &'a [[u16; 2]],
    scale: f32,
    length: f32,
    /// How far the axes are from orthonormal.
    askew: f64,
}

/// A query as the sketch sees it.
struct Asked {
    /// Its coordinates in units of `unit`.
    first: [i16; FIRST],
    second: [i16; SECOND],
    unit: f32,
    /// Its length along the first axes and off them; along all axes and off them.
    on_first: f32,
    off_first: f32,
    on_all: f32,
    off_all: f32,
    /// What rounding can add, for any row.
    slack: f32,
}

/// How far the products of axes are from 0 and 1; axes that are zero have no part in anything.
#[must_use]
pub fn askew(axes: ArrayView2<'_, f32>) -> f64 {
    let wide = axes.mapv(f64::from);
    let zero: Vec<bool> = axes.outer_iter().map(|axis| axis.iter().all(|&x| x == 0.0)).collect();
    let off = |((i, j), &p): ((usize, usize), &f64)| if i == j && !zero[i] { p - 1.0 } else { p };
    wide.dot(&wide.t()).indexed_iter().map(off).map(|x| x * x).sum::<f64>().sqrt()
}

/// An array in groups of `N`, if it has no part of one left.
fn groups<T, const N: usize>(array: &[T]) -> Option<&[[T; N]]> {
    let (groups, rest) = array.as_chunks();
    rest.is_empty().then_some(groups)
}

impl<'a> Sketch<'a> {
    /// A sketch of parts as [`build`](super::build) makes them; `None` if they do not fit each other or the axes are not
    /// orthonormal.
    #[must_use]
    pub fn new(parts: &Parts<'a>) -> Option<Self> {
        Self::with(parts, askew(parts.axes))
    }

    /// As [`new`](Self::new), for who knows already what [`askew`] says of the axes.
    #[must_use]
    pub fn with(parts: &Parts<'a>, askew: f64) -> Option<Self> {
        let sketch = Self {
            axes: parts.axes,
            first: groups(parts.first)?,
            second: groups(parts.second)?,
            first_lengths: groups(parts.first_lengths)?,
            second_lengths: groups(parts.second_lengths)?,
            scale: parts.scale,
            length: parts.length,
            askew,
        };
        let n = sketch.first.len();
        let rows = [sketch.second.len(), sketch.first_lengths.len(), sketch.second_lengths.len()];
        let numbers = [sketch.scale, sketch.length].iter().all(|x| x.is_normal() && *x > 0.0);
        (rows == [n; 3] && numbers && sketch.axes.nrows() == AXES && sketch.askew < ASKEW).then_some(sketch)
    }

    /// What [`brute`] returns, quicker. `rows` are those the sketch was made of; of others too few may be found. `bounds` is
    /// room to work in, worth keeping for the next query.
    #[must_use]
    pub fn nearest(
        &self,
        rows: ArrayView2<'_, f32>,
        query: &[f32],
        n: usize,
        except: Option<usize>,
        bounds: &mut Vec<f32>,
    ) -> Vec<(usize, f32)> {
        if self.first.len() != rows.nrows() || self.axes.ncols() != query.len() || n == 0 {
            return brute(rows, query, n, except);
        }
        let asked = self.ask(query);
        bounds.resize(rows.nrows(), 0.0);
        let mut blocks: Vec<(usize, f32)> = vec![(0, 0.0); rows.nrows().div_ceil(BLOCK)];
        let alone = rows.nrows() <= ALONE;
        if alone {
            self.bound(&asked, 0, bounds, &mut blocks);
        } else {
            let tasks = bounds.par_chunks_mut(BLOCK * BLOCKS).zip(blocks.par_chunks_mut(BLOCKS)).enumerate();
            tasks.for_each(|(task, (bounds, blocks))| self.bound(&asked, task * BLOCKS, bounds, blocks));
        }
        blocks.retain(|&(_, most)| most > 0.0);
        blocks.sort_unstable_by(order);

        let rank = Rank { sketch: self, asked: &asked, rows: &rows, query, n, except, bounds, blocks: &blocks };
        let (next, least) = (AtomicUsize::new(0), AtomicU32::new(0));
        let mut best = if alone {
            rank.work(&next, &least)
        } else {
            rayon::broadcast(|_| rank.work(&next, &least)).into_iter().flatten().collect()
        };
        best.sort_unstable_by(order);
        best.truncate(n);
        best
    }

    /// The query along the axes and off them, and what rounding can add to a score or take from a bound.
    fn ask(&self, query: &[f32]) -> Asked {
        let query: Array1<f64> = query.iter().map(|&x| f64::from(x)).collect();
        let axes = self.axes.mapv(f64::from);
        let along = axes.dot(&query);
        let length = |v: &Array1<f64>| v.dot(v).sqrt();
        let up = |x: f64| (x as f32).next_up();
        let of = |first: usize| {
            let mut some = along.clone();
            some.iter_mut().skip(first).for_each(|x| *x = 0.0);
            let off = &query - &some.dot(&axes);
            (up(length(&some)), up(length(&off)))
        };
        let ((on_first, off_first), (on_all, off_all)) = (of(FIRST), of(AXES));
        let most = along.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        let unit = (most / MOST) as f32;
        let unit = if unit.is_normal() { unit } else { 1.0 };
        let code = |x: f64| (x / f64::from(unit)).round() as i16;
        let missed: Array1<f64> = along.iter().map(|&x| x - f64::from(unit) * f64::from(code(x))).collect();
        let (mut first, mut second) = ([0_i16; FIRST], [0_i16; SECOND]);
        first.iter_mut().chain(&mut second).zip(&along).for_each(|(to, &x)| *to = code(x));
        // The score is a sum of d products in single precision, each rounded at most d times (Higham, *Accuracy and
        // Stability of Numerical Algorithms*, §3.1), and the bound itself has a few roundings more. No row is longer than
        // the longest, and so are its coordinates together, but for the askewness.
        let longest = f64::from(self.length) * f64::from(u16::MAX);
        let single = f64::from(f32::EPSILON) * (query.len() as f64 + 64.0);
        let slack = longest * (length(&query) * (single + 8.0 * self.askew) + 2.0 * length(&missed));
        let slack = up(slack + f64::from(f32::MIN_POSITIVE));
        Asked { first, second, unit, on_first, off_first, on_all, off_all, slack }
    }

    /// First bounds of the scores of the blocks from `block` on, and of each block its number and the largest of them.
    fn bound(&self, asked: &Asked, block: usize, bounds: &mut [f32], blocks: &mut [(usize, f32)]) {
        let rows = block * BLOCK..block * BLOCK + bounds.len();
        let (codes, lengths) = (&self.first[rows.clone()], &self.first_lengths[rows]);
        let (scale, length) = (self.scale, self.length);
        // The same integers whatever instructions the processor has; the answer is exact in any case.
        pulp::Arch::new().dispatch(Bound { asked, bounds, codes, lengths, scale, length });
        for (i, (most, bounds)) in (block..).zip(blocks.iter_mut().zip(bounds.chunks(BLOCK))) {
            *most = (i, largest(bounds));
        }
    }
}

/// Computes second bounds of the scores of some rows, one after the other without asking what they say: so the processor
/// fetches the next from memory while it works on the last.
struct Second<'a, 's> {
    sketch: &'a Sketch<'s>,
    asked: &'a Asked,
    rows: &'a [usize],
    bounds: &'a mut Vec<f32>,
}

impl pulp::WithSimd for Second<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let Self { sketch, asked, rows, bounds } = self;
        bounds.resize(rows.len(), 0.0);
        for i in 0..rows.len() {
            let row = rows[i];
            let ([near, _], [far, off]) = (sketch.first_lengths[row], sketch.second_lengths[row]);
            let (near, far) = (f32::from(near) * sketch.scale, f32::from(far) * sketch.scale);
            let along = dot(&asked.first, &sketch.first[row]) as f32 * near
                + dot(&asked.second, &sketch.second[row]) as f32 * far;
            let missed = MISSED_FIRST * near + MISSED * far;
            bounds[i] = asked.unit * along
                + missed * asked.on_all
                + f32::from(off) * sketch.length * asked.off_all
                + asked.slack;
        }
    }
}

/// The length of so many roundings to the nearest whole at most: of [`SECOND`], √64 / 2, and a little.
const MISSED: f32 = 4.001;

/// And of [`FIRST`], √32 / 2.
const MISSED_FIRST: f32 = 2.829;

/// The largest of some bounds, or 0; in eight lanes, as one after the other would wait for each comparison.
fn largest(bounds: &[f32]) -> f32 {
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    let (eights, rest) = bounds.as_chunks::<8>();
    let mut lanes = [0.0_f32; 8];
    for eight in eights {
        lanes.iter_mut().zip(eight).for_each(|(lane, &bound)| *lane = larger(*lane, bound));
    }
    lanes.iter().chain(rest).copied().fold(0.0, larger)
}

/// Sum of products of codes. By index: iterators would be functions of their own, compiled without wide instructions. And the
/// sum is hidden from the compiler, which would rather work at eight rows at once and gather their codes byte by byte, for
/// three times as long.
#[inline(always)]
fn dot<const N: usize>(query: &[i16; N], row: &[i8; N]) -> i32 {
    let mut sum = 0;
    for j in 0..N {
        sum += i32::from(query[j]) * i32::from(row[j]);
    }
    std::hint::black_box(sum)
}

/// Computes first bounds: a type, since only its method is sure to be compiled for the wide instructions.
struct Bound<'a> {
    asked: &'a Asked,
    bounds: &'a mut [f32],
    codes: &'a [[i8; FIRST]],
    lengths: &'a [[u16; 2]],
    scale: f32,
    length: f32,
}

impl pulp::WithSimd for Bound<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let Self { asked, bounds, codes, lengths, scale, length } = self;
        let query = asked.first;
        let each = asked.unit * scale;
        let missed = MISSED_FIRST * scale * asked.on_first;
        let off_each = length * asked.off_first;
        // First the sums of a few rows, then their bounds side by side.
        let mut sums = [0; FEW];
        for ((bounds, codes), lengths) in bounds.chunks_mut(FEW).zip(codes.chunks(FEW)).zip(lengths.chunks(FEW)) {
            let (sums, codes, lengths) = (&mut sums[..bounds.len()], &codes[..bounds.len()], &lengths[..bounds.len()]);
            for i in 0..sums.len() {
                sums[i] = dot(&query, &codes[i]);
            }
            for i in 0..sums.len() {
                let ([scale, off], along) = (lengths[i], sums[i] as f32 * each + missed);
                bounds[i] = along * f32::from(scale) + f32::from(off) * off_each + asked.slack;
            }
        }
    }
}

/// Scores what the bounds do not rule out.
struct Rank<'a, 's, 'r> {
    sketch: &'a Sketch<'s>,
    asked: &'a Asked,
    rows: &'a ArrayView2<'r, f32>,
    query: &'a [f32],
    n: usize,
    except: Option<usize>,
    bounds: &'a [f32],
    /// The largest bound first.
    blocks: &'a [(usize, f32)],
}

impl Rank<'_, '_, '_> {
    /// The best of the blocks this thread takes; `least` is a score that `n` rows are known to reach.
    fn work(&self, next: &AtomicUsize, least: &AtomicU32) -> Vec<(usize, f32)> {
        let mut best: Vec<(usize, f32)> = Vec::new();
        let (mut left, mut seconds) = (Vec::with_capacity(BLOCK), Vec::with_capacity(BLOCK));
        let reaches = |bound: f32| bound >= f32::from_bits(least.load(Ordering::Relaxed));
        while let Some(&(block, most)) = self.blocks.get(next.fetch_add(1, Ordering::Relaxed)) {
            // No block after this one reaches further.
            if !reaches(most) {
                break;
            }
            let from = block * BLOCK;
            let bounds = self.bounds.get(from..).unwrap_or_default().chunks(FEW).take(BLOCK / FEW);
            // Most rows go by a few at a time.
            let near = |(_, few): &(usize, &[f32])| reaches(largest(few));
            let rows = (from..).step_by(FEW).zip(bounds).filter(near).flat_map(|(i, few)| (i..).zip(few));
            // One that ties with the worst of the best may still come before it.
            left.clear();
            left.extend(rows.filter(|&(i, &bound)| reaches(bound) && Some(i) != self.except).map(|(i, _)| i));
            let (sketch, asked) = (self.sketch, self.asked);
            pulp::Arch::new().dispatch(Second { sketch, asked, rows: &left, bounds: &mut seconds });
            for (&i, &second) in left.iter().zip(&seconds) {
                if !reaches(second) {
                    continue;
                }
                let hit = (i, score(self.rows.row(i), self.query));
                if ranks(hit.1) {
                    insert(&mut best, hit, self.n);
                    if let Some(&(_, worst)) = best.get(self.n - 1) {
                        // Bits of positive numbers are ordered as the numbers are.
                        least.fetch_max(worst.to_bits(), Ordering::Relaxed);
                    }
                }
            }
        }
        best
    }
}

/// Puts a row among the best `n`.
fn insert(best: &mut Vec<(usize, f32)>, hit: (usize, f32), n: usize) {
    let at = best.partition_point(|other| order(other, &hit).is_lt());
    if at < n {
        best.truncate(n - 1);
        best.insert(at, hit);
    }
}
