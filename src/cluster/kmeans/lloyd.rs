//! Lloyd's iteration: labels by bounds (`assign.rs`), means by what changed.

use ndarray::{Array2, Axis};
use rayon::prelude::*;

use super::{
    assign::{Centroids, Change, Groups, NONE, Rows, Scratch, assign},
    data::{BLOCK, Data},
    farthest,
};
use crate::wide::{self, square};

/// Changed rows from which on the sums are brought up to date in parallel.
const MANY: usize = 4096;

/// A start on its way.
pub(super) struct Run<'a> {
    data: &'a Data<'a>,
    groups: Groups,
    pub centroids: Array2<f32>,
    pub labels: Vec<u32>,
    /// For each row an upper bound of its distance to its centroid, and for each group a lower bound to the others'.
    upper: Vec<f32>,
    lower: Vec<f32>,
    sums: Array2<f64>,
    sizes: Vec<usize>,
    /// How far the centroids moved since the bounds were true.
    moves: Vec<f32>,
    pub iterations: usize,
}

impl<'a> Run<'a> {
    pub fn new(data: &'a Data<'a>, centroids: Array2<f32>) -> Self {
        let (n, k) = (data.rows.nrows(), centroids.nrows());
        let groups = Groups::new(&centroids);
        Self {
            data,
            labels: vec![NONE; n],
            upper: vec![0.0; n],
            lower: vec![0.0; n * groups.count()],
            sums: Array2::zeros(centroids.raw_dim()),
            sizes: vec![0; k],
            moves: vec![0.0; k],
            iterations: 0,
            groups,
            centroids,
        }
    }

    /// Iterates until the centroids move by no more than `tolerance` (a squared distance, of all together), no row changes
    /// its cluster, or `max_iterations` are done.
    pub fn go(&mut self, tolerance: f64, max_iterations: usize) {
        loop {
            let settled = !self.assign();
            if settled || self.iterations >= max_iterations {
                return;
            }
            let moved = self.means();
            self.iterations += 1;
            if moved <= tolerance && tolerance > 0.0 {
                return;
            }
        }
    }

    /// Assigns every row to its nearest centroid, the lowest of equals; whether a row changed its cluster.
    pub fn assign(&mut self) -> bool {
        let to = Centroids::new(self.data, &self.centroids, &self.groups, &self.moves);
        let parts = self
            .labels
            .par_chunks_mut(BLOCK)
            .zip(self.upper.par_chunks_mut(BLOCK))
            .zip(self.lower.par_chunks_mut(BLOCK * self.groups.count()))
            .enumerate();
        let changes: Vec<Vec<Change>> = parts
            .map_init(Scratch::default, |scratch, (block, ((labels, upper), lower))| {
                assign(self.data, &to, Rows { from: block * BLOCK, labels, upper, lower }, scratch)
            })
            .collect();
        self.moves.fill(0.0);
        self.sum(&changes);
        changes.iter().any(|changes| !changes.is_empty())
    }

    /// Moves changed rows from one cluster's sum to another's. Each sum sees them in the order of rows.
    fn sum(&mut self, changes: &[Vec<Change>]) {
        let (data, labels) = (self.data, &self.labels);
        let count = changes.iter().map(Vec::len).sum::<usize>();
        let k = self.sizes.len();
        let share = if count < MANY { k } else { k.div_ceil(rayon::current_num_threads()) };
        let parts = self.sums.axis_chunks_iter_mut(Axis(0), share).into_par_iter();
        parts.zip(self.sizes.par_chunks_mut(share)).enumerate().for_each(|(part, (mut sums, sizes))| {
            let first = part * share;
            let own = |label: u32| (label as usize).checked_sub(first).filter(|&at| at < sizes.len());
            let mut add = |at: usize, row: usize, sign: f64| {
                if let Some(sum) = sums.row_mut(at).into_slice() {
                    wide::add_double(sum, sign, data.row(row));
                }
            };
            let (mut gone, mut come) = (vec![0; sizes.len()], vec![0; sizes.len()]);
            for &(row, old) in changes.iter().flatten() {
                if let Some(at) = own(old) {
                    add(at, row as usize, -1.0);
                    gone[at] += 1;
                }
                if let Some(at) = own(labels[row as usize]) {
                    add(at, row as usize, 1.0);
                    come[at] += 1;
                }
            }
            sizes
                .iter_mut()
                .zip(come.into_iter().zip(gone))
                .for_each(|(size, (come, gone))| *size = *size + come - gone);
        });
    }

    /// Moves the centroids to the means of their rows; returns the sum of the squared ways. A cluster without rows takes the
    /// row that lies farthest from its own centroid, in a cluster that can spare it; if none lies apart from its centroid,
    /// the old centroid stays.
    pub fn means(&mut self) -> f64 {
        if self.sizes.contains(&0) {
            self.fill();
        }
        let mut all = 0.0;
        let clusters = self.centroids.rows_mut().into_iter().zip(self.sums.rows()).zip(&self.sizes);
        for (((centroid, sum), &size), way) in clusters.zip(&mut self.moves) {
            if size == 0 {
                continue;
            }
            let mut moved = 0.0;
            for (x, &sum) in centroid.into_iter().zip(sum) {
                let mean = (sum / size as f64) as f32;
                moved += (f64::from(mean) - f64::from(*x)).powi(2);
                *x = mean;
            }
            // Rounded up, so that it is no less than the way.
            *way = moved.sqrt() as f32 * (1.0 + 2.0 * f32::EPSILON);
            all += moved;
        }
        all
    }

    fn fill(&mut self) {
        let mut donors = farthest(&self.distances()).into_iter();
        for empty in 0..self.sizes.len() {
            if self.sizes[empty] > 0 {
                continue;
            }
            let Some(row) = donors.find(|&row| self.sizes[self.labels[row] as usize] > 1) else { break };
            let old = self.labels[row];
            self.labels[row] = empty as u32;
            self.sum(&[vec![(row as u32, old)]]);
            // What was known of the row was known of another centroid.
            let count = self.groups.count();
            self.upper[row] = f32::INFINITY;
            self.lower[row * count..(row + 1) * count].fill(0.0);
        }
    }

    /// The squared distance of each row to its centroid.
    pub fn distances(&self) -> Vec<f32> {
        let distance = |(row, &label): (usize, &u32)| {
            let centroid = self.centroids.row(label as usize);
            centroid.to_slice().map_or(0.0, |centroid| square(self.data.row(row), centroid))
        };
        self.labels.par_iter().with_min_len(BLOCK).enumerate().map(distance).collect()
    }

    /// The sum of the squared distances of the rows to their centroids.
    pub fn inertia(&self) -> f64 {
        super::data::sum(&self.distances())
    }

    /// The cluster of each row.
    pub fn labels(&self) -> Vec<usize> {
        self.labels.iter().map(|&label| label as usize).collect()
    }
}
