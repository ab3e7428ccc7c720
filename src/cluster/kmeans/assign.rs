//! The nearest centroid of each row, and bounds that save looking for it.
//!
//! |x − c|² = |x|² + |c|² − 2·x·c, so the nearest centroid has the greatest score x·c − |c|²/2; the scores of a chunk of rows
//! are one matrix product. From one iteration to the next, each row keeps an upper bound of its distance to its own centroid
//! and, for each group of centroids, a lower bound of the distance to the others of the group. Both are moved by as much as
//! the centroids moved, and only where they cross is the group looked at again: the bounds of Hamerly 2010 (*Making k-means
//! even faster*) with one group, those of Ding et al. 2015 (*Yinyang k-means*) with more. Rows that must be looked at are
//! gathered, so that they too are one matrix product; of few centroids, which are one group, they are multiplied where they lie
//! (`panels.rs`).
//!
//! The bounds allow for rounding ([`Data::slack`]): a row that is passed over would have got the label that it has. So the
//! labels are those of the plain iteration, to the last tie (the lowest of equal centroids).

use ndarray::{Array2, ArrayView2, s};

use super::{
    data::{CHUNK, Data, halves, products},
    panels::Panels,
};
use crate::wide::{self, square};

/// No label yet.
pub(super) const NONE: u32 = u32::MAX;

/// Centroids of a group, about.
const GROUP: usize = 24;

/// Numbers of a row for each of its lower bounds, at least: bounds take a sixth of the memory of the rows at most.
const WIDTH: usize = 6;

/// From this share of all pairs of rows and centroids on, a block is computed whole rather than gathered.
const WHOLE: f32 = 0.6;

/// Which centroids stand together: groups of near ones.
pub(super) struct Groups {
    /// The centroids, group after group, ascending in each.
    ids: Vec<u32>,
    /// Where each group begins in `ids`, and the end.
    starts: Vec<usize>,
    /// The group of each centroid.
    of: Vec<u32>,
}

impl Groups {
    /// Groups centroids by a few steps of k-means from evenly spaced ones.
    pub fn new(centroids: &Array2<f32>) -> Self {
        let (k, d) = centroids.dim();
        let count = if k < 2 * GROUP { 1 } else { k.div_ceil(GROUP).min((d / WIDTH).max(1)) };
        let mut of = vec![0_usize; k];
        let mut middles: Vec<Vec<f32>> = (0..count).map(|g| centroids.row(g * k / count).to_vec()).collect();
        for _ in 0..if count > 1 { 5 } else { 0 } {
            let mut sums = vec![vec![0.0; d]; count];
            let mut sizes = vec![0.0_f32; count];
            for (group, centroid) in of.iter_mut().zip(centroids.rows()) {
                let centroid = centroid.to_vec();
                let distance = |g: &usize| square(&centroid, &middles[*g]);
                *group = (0..count).min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or(0);
                sums[*group].iter_mut().zip(&centroid).for_each(|(sum, x)| *sum += x);
                sizes[*group] += 1.0;
            }
            for (middle, (sum, size)) in middles.iter_mut().zip(sums.into_iter().zip(sizes)) {
                if size > 0.0 {
                    *middle = sum.into_iter().map(|x| x / size).collect();
                }
            }
        }
        let (mut ids, mut starts, mut group_of) = (Vec::with_capacity(k), vec![0], vec![0; k]);
        for group in 0..count {
            let own = (0..k).filter(|&c| of[c] == group);
            ids.extend(own.map(|c| c as u32));
            if ids.len() > starts[starts.len() - 1] {
                ids[starts[starts.len() - 1]..].iter().for_each(|&c| group_of[c as usize] = starts.len() as u32 - 1);
                starts.push(ids.len());
            }
        }
        Self { ids, starts, of: group_of }
    }

    pub fn count(&self) -> usize {
        self.starts.len() - 1
    }
}

/// What an assignment needs of the centroids.
pub(super) struct Centroids<'a> {
    groups: &'a Groups,
    centroids: &'a Array2<f32>,
    /// The centroids in the order of [`Groups::ids`], and their halved squared lengths.
    stack: Array2<f32>,
    halves: Vec<f32>,
    /// Where they are so few that they are one group.
    panels: Option<Panels>,
    /// How far each centroid moved since the bounds were true, and the farthest of each group.
    moves: &'a [f32],
    farthest: Vec<f32>,
    slack: f32,
}

impl<'a> Centroids<'a> {
    pub fn new(data: &Data<'_>, centroids: &'a Array2<f32>, groups: &'a Groups, moves: &'a [f32]) -> Self {
        let order: Vec<usize> = groups.ids.iter().map(|&c| c as usize).collect();
        let stack = centroids.select(ndarray::Axis(0), &order);
        let farthest = groups
            .starts
            .windows(2)
            .map(|at| groups.ids[at[0]..at[1]].iter().map(|&c| moves[c as usize]).fold(0.0, f32::max));
        let farthest = farthest.collect();
        let panels = (groups.count() == 1).then(|| Panels::new(&stack));
        Self { groups, centroids, halves: halves(&stack), stack, panels, moves, farthest, slack: data.slack(centroids) }
    }
}

/// The part of a block's rows in the state of a run.
pub(super) struct Rows<'a> {
    /// The first row.
    pub from: usize,
    pub labels: &'a mut [u32],
    pub upper: &'a mut [f32],
    pub lower: &'a mut [f32],
}

/// What a task needs again and again.
#[derive(Default)]
pub(super) struct Scratch {
    products: Vec<f32>,
    gathered: Vec<f32>,
    best: Vec<Best>,
    scan: Scan,
    /// The rows of the block that need a look at each group, and those that need any.
    look: Vec<Vec<u32>>,
    any: Vec<u32>,
}

/// The best centroid of a row so far.
#[derive(Clone, Copy)]
struct Best {
    score: f32,
    /// The best score of the others of its group.
    next: f32,
    square: f32,
    label: u32,
    group: u32,
}

const NOTHING: Best = Best { score: f32::NEG_INFINITY, next: f32::NEG_INFINITY, square: 0.0, label: NONE, group: 0 };

/// The best and the second-best score of each row, and the place of the best.
#[derive(Default)]
pub(super) struct Scan {
    pub best: Vec<f32>,
    pub next: Vec<f32>,
    pub place: Vec<u32>,
}

impl Scan {
    /// Reads products, a line for each centroid with a number for each of `m` rows.
    pub fn read(&mut self, products: &[f32], halves: &[f32], m: usize) {
        for list in [&mut self.best, &mut self.next] {
            list.clear();
            list.resize(m, f32::NEG_INFINITY);
        }
        self.place.clear();
        self.place.resize(m, 0);
        for ((place, line), &half) in (0_u32..).zip(products.chunks_exact(m)).zip(halves) {
            wide::rank(&mut self.best, &mut self.next, &mut self.place, line, half, place);
        }
    }
}

/// A row whose label changed, and what it was.
pub(super) type Change = (u32, u32);

/// Moves the bounds of a block's rows and finds the labels of those that may have another.
pub(super) fn assign(data: &Data<'_>, to: &Centroids<'_>, mut rows: Rows<'_>, scratch: &mut Scratch) -> Vec<Change> {
    let count = to.groups.count();
    let n = rows.labels.len();
    scratch.look.resize_with(count, Vec::new);
    scratch.look.iter_mut().for_each(Vec::clear);
    scratch.any.clear();
    let mut pairs = 0;
    for i in 0..n {
        let lower = &mut rows.lower[i * count..(i + 1) * count];
        let label = rows.labels[i];
        let own = if label == NONE {
            None
        } else {
            let mut least = f32::INFINITY;
            for (lower, far) in lower.iter_mut().zip(&to.farthest) {
                *lower = (*lower - far) * SHRINK;
                least = if *lower < least { *lower } else { least };
            }
            let mut upper = (rows.upper[i] + to.moves[label as usize]) * GROW;
            if !below(upper, least, to.slack) {
                let exact = square(data.row(rows.from + i), to.row(label));
                upper = upper.min((exact + to.slack).sqrt());
            }
            rows.upper[i] = upper;
            if below(upper, least, to.slack) {
                continue;
            }
            Some((upper, to.groups.of[label as usize] as usize))
        };
        scratch.any.push(i as u32);
        for (group, lower) in lower.iter().enumerate() {
            if own.is_none_or(|(upper, own)| own == group || !below(upper, *lower, to.slack)) {
                scratch.look[group].push(i as u32);
                pairs += to.groups.starts[group + 1] - to.groups.starts[group];
            }
        }
    }
    if scratch.any.is_empty() {
        return Vec::new();
    }
    let whole = pairs as f32 >= WHOLE * (n * to.groups.ids.len()) as f32;
    scratch.best.clear();
    scratch.best.resize(n, NOTHING);
    if whole {
        scratch.any.clear();
        scratch.any.extend(0..n as u32);
    }
    for &i in &scratch.any {
        scratch.best[i as usize].square = data.squares[rows.from + i as usize];
    }
    if whole {
        look_at_all(data, to, &mut rows, scratch)
    } else {
        gather(data, to, &mut rows, scratch)
    }
    // The lower bounds stand in `rows`, but for that of the row's own group.
    let mut changes = Vec::new();
    for &i in &scratch.any {
        let (at, best) = (i as usize, scratch.best[i as usize]);
        rows.upper[at] = (best.square - 2.0 * best.score + to.slack).max(0.0).sqrt();
        rows.lower[at * count + best.group as usize] = away(best.square, best.next, to.slack);
        if rows.labels[at] != best.label {
            changes.push(((rows.from + at) as u32, rows.labels[at]));
            rows.labels[at] = best.label;
        }
    }
    changes
}

/// What rounding adds to or takes from a bound when it is moved.
const GROW: f32 = 1.0 + 4.0 * f32::EPSILON;
const SHRINK: f32 = 1.0 - 4.0 * f32::EPSILON;

/// Whether a distance is less than another by more than the rounding of both. Never true of what is no number.
fn below(upper: f32, lower: f32, slack: f32) -> bool {
    lower > 0.0 && upper * upper + 3.0 * slack < lower * lower
}

/// A distance that a centroid of a score is away, at least.
fn away(square: f32, score: f32, slack: f32) -> f32 {
    (square - 2.0 * score - slack).max(0.0).sqrt()
}

impl Centroids<'_> {
    fn row(&self, label: u32) -> &[f32] {
        self.centroids.row(label as usize).to_slice().unwrap_or_default()
    }
}

impl Scratch {
    /// Takes what a scan found of a group for the rows `i` of a block.
    fn take(&mut self, i: usize, at: usize, group: usize, to: &Centroids<'_>, lower: &mut [f32]) {
        let (score, next) = (self.scan.best[at], self.scan.next[at]);
        let label = to.groups.ids[to.groups.starts[group] + self.scan.place[at] as usize];
        let best = &mut self.best[i];
        lower[i * to.groups.count() + group] = away(best.square, score, to.slack);
        if best.label == NONE || score > best.score || score == best.score && label < best.label {
            *best = Best { score, next, square: best.square, label, group: group as u32 };
        }
    }
}

/// Scores all rows of a block with all centroids.
fn look_at_all(data: &Data<'_>, to: &Centroids<'_>, rows: &mut Rows<'_>, scratch: &mut Scratch) {
    let n = rows.labels.len();
    for start in (0..n).step_by(CHUNK) {
        let end = (start + CHUNK).min(n);
        let m = end - start;
        match &to.panels {
            Some(panels) => panels.products(m, |at| data.row(rows.from + start + at), &mut scratch.products),
            None => products(to.stack.view(), data.part(rows.from + start, rows.from + end), &mut scratch.products),
        }
        for (group, at) in to.groups.starts.windows(2).enumerate() {
            scratch.scan.read(&scratch.products[at[0] * m..at[1] * m], &to.halves[at[0]..at[1]], m);
            (0..m).for_each(|at| scratch.take(start + at, at, group, to, rows.lower));
        }
    }
}

/// Scores the rows of a block with the groups that they need a look at.
fn gather(data: &Data<'_>, to: &Centroids<'_>, rows: &mut Rows<'_>, scratch: &mut Scratch) {
    let d = to.stack.ncols();
    for (group, at) in to.groups.starts.windows(2).enumerate() {
        let looked = std::mem::take(&mut scratch.look[group]);
        let stack = to.stack.slice(s![at[0]..at[1], ..]);
        for some in looked.chunks(CHUNK) {
            let row = |at: usize| data.row(rows.from + some[at] as usize);
            if let Some(panels) = &to.panels {
                panels.products(some.len(), row, &mut scratch.products);
            } else {
                scratch.gathered.clear();
                (0..some.len()).for_each(|at| scratch.gathered.extend_from_slice(row(at)));
                // The length is right by construction.
                let Ok(gathered) = ArrayView2::from_shape((some.len(), d), &scratch.gathered) else { continue };
                products(stack, gathered, &mut scratch.products);
            }
            scratch.scan.read(&scratch.products, &to.halves[at[0]..at[1]], some.len());
            some.iter().enumerate().for_each(|(at, &i)| scratch.take(i as usize, at, group, to, rows.lower));
        }
        scratch.look[group] = looked;
    }
}
