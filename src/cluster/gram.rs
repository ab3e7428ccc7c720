//! K-means of a few rows, by their inner products alone.
//!
//! To choose a number of clusters, a few hundred rows are grouped some hundred times. All that k-means asks of the rows is
//! in their `n × n` matrix of inner products `G`: with `S_c` the sum of the rows of `G` of a cluster's `m_c` members and
//! `Q_c` the sum of `S_c` over these, a row lies `G_ii − 2 S_ci / m_c + Q_c / m_c²` from the cluster's mean, squared (kernel
//! k-means with a linear kernel; Dhillon, Guan & Kulis 2004). `G` is computed once, the first centroids are rows, and a row
//! that moves changes two sums by `n` additions each, so an iteration takes time in n·k and n·moved, not n·k·d.
//!
//! Seeding, rescue of empty clusters and the choice of the best start are those of `kmeans.rs`, the slow twin in the tests;
//! but every start runs until no row moves.

use ndarray::Array2;
use rand_xoshiro::Xoshiro256Plus;

use super::{
    kmeans::{farthest, sum},
    silhouette::score,
};
use crate::{
    random::{streams, uniform, weighted},
    wide::{self, add},
};

/// The inner products of some rows.
#[derive(Debug)]
pub(super) struct Gram {
    products: Array2<f32>,
    /// Squared lengths.
    squares: Vec<f32>,
}

/// The groups found.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups {
    /// The group of each row, below `k`; a group may be empty.
    pub labels: Vec<u32>,
    /// The mean simplified silhouette (`silhouette.rs`); 0 where there is none.
    pub silhouette: f64,
}

impl Gram {
    /// Takes `n × d` rows; memory in n².
    #[cfg(test)]
    pub fn new(rows: ndarray::ArrayView2<'_, f32>) -> Self {
        Self::of(rows.dot(&rows.t()))
    }

    /// Takes the inner products of `n` rows.
    pub fn of(products: Array2<f32>) -> Self {
        let products = products.as_standard_layout().into_owned();
        let squares = products.diag().to_vec();
        Self { products, squares }
    }

    fn row(&self, i: usize) -> &[f32] {
        // Made in the standard layout.
        self.products.row(i).to_slice().unwrap_or_default()
    }

    /// The best of some starts of k-means; `k` is at least 1. No rows have no groups.
    pub fn cluster(&self, k: usize, starts: usize, max_iterations: usize, seed: u64) -> Groups {
        let n = self.squares.len();
        if n == 0 {
            return Groups::default();
        }
        let k = k.clamp(1, n);
        let mut best: Option<(State, f64)> = None;
        for mut stream in streams(seed, starts) {
            let mut state = State::begin(self, &self.seed(k, &mut stream));
            let inertia = state.run(self, max_iterations);
            if best.as_ref().is_none_or(|best| inertia < best.1) {
                best = Some((state, inertia));
            }
        }
        best.map(|(state, _)| {
            let silhouette = state.silhouette(self);
            Groups { labels: state.labels, silhouette }
        })
        .unwrap_or_default()
    }

    /// Greedy k-means++.
    fn seed(&self, k: usize, rng: &mut Xoshiro256Plus) -> Vec<usize> {
        let n = self.squares.len();
        let trials = 2 + (k as f64).ln() as usize;
        let first = ((uniform(rng) * n as f64) as usize).min(n - 1);
        let mut chosen = vec![first];
        let (mut closest, mut option, mut better) = (vec![f32::INFINITY; n], vec![0.0; n], vec![0.0; n]);
        let mut left = self.closer(first, &closest, &mut option);
        std::mem::swap(&mut closest, &mut option);
        while chosen.len() < k {
            let mut best: Option<(usize, f64)> = None;
            for _ in 0..trials {
                let candidate = weighted(&closest, left, uniform(rng));
                let sum = self.closer(candidate, &closest, &mut option);
                if best.is_none_or(|best| sum < best.1) {
                    best = Some((candidate, sum));
                    std::mem::swap(&mut better, &mut option);
                }
            }
            let Some((candidate, sum)) = best else { break };
            chosen.push(candidate);
            left = sum;
            std::mem::swap(&mut closest, &mut better);
        }
        chosen
    }

    /// Writes the squared distances to the nearer of a row and what was nearest, and tells their sum.
    fn closer(&self, row: usize, closest: &[f32], out: &mut [f32]) -> f64 {
        let square = self.squares[row];
        let near =
            |((&product, &own), &closest): ((&f32, &f32), &f32)| (own + square - 2.0 * product).max(0.0).min(closest);
        out.iter_mut()
            .zip(self.row(row).iter().zip(&self.squares).zip(closest).map(near))
            .for_each(|(out, x)| *out = x);
        sum(out)
    }
}

/// Where one start is.
struct State {
    labels: Vec<u32>,
    sizes: Vec<usize>,
    /// `S`, `k × n`.
    sums: Vec<Vec<f32>>,
    /// Squared distances to the nearest mean, less the rows' squared lengths.
    nearest: Vec<f32>,
    next: Vec<u32>,
}

impl State {
    /// The rows at their nearest of the chosen ones.
    fn begin(gram: &Gram, chosen: &[usize]) -> Self {
        let n = gram.squares.len();
        let mut state = Self {
            labels: vec![0; n],
            sizes: vec![0; chosen.len()],
            sums: vec![vec![0.0; n]; chosen.len()],
            nearest: vec![f32::INFINITY; n],
            next: vec![0; n],
        };
        for (c, &row) in chosen.iter().enumerate() {
            state.offer(c, gram.row(row), 1.0, gram.squares[row]);
        }
        state.labels.clone_from(&state.next);
        for i in 0..n {
            let c = state.labels[i] as usize;
            state.sizes[c] += 1;
            add(&mut state.sums[c], 1.0, gram.row(i));
        }
        state
    }

    /// Holds a centroid against what is nearest of each row: `S_c` (or a row of products), `1 / m_c` and `Q_c / m_c²`.
    fn offer(&mut self, c: usize, sums: &[f32], share: f32, square: f32) {
        let label = u32::try_from(c).unwrap_or(u32::MAX);
        wide::offer(&mut self.nearest, &mut self.next, sums, square, share, label);
    }

    /// `1 / m_c` and `Q_c / m_c²` of each cluster with rows.
    fn means(&self) -> Vec<(usize, (f32, f32))> {
        let mut q = vec![0.0; self.sizes.len()];
        for (i, &label) in self.labels.iter().enumerate() {
            q[label as usize] += f64::from(self.sums[label as usize][i]);
        }
        let mean = |(c, (&size, q)): (usize, (&usize, f64))| {
            let share = 1.0 / size as f64;
            (size > 0).then_some((c, (share as f32, (q * share * share) as f32)))
        };
        self.sizes.iter().zip(q).enumerate().filter_map(mean).collect()
    }

    fn assign(&mut self) {
        self.nearest.fill(f32::INFINITY);
        for (c, (share, square)) in self.means() {
            let sums = std::mem::take(&mut self.sums[c]);
            self.offer(c, &sums, share, square);
            self.sums[c] = sums;
        }
    }

    fn shift(&mut self, gram: &Gram, row: usize, to: usize) {
        let from = self.labels[row] as usize;
        add(&mut self.sums[from], -1.0, gram.row(row));
        add(&mut self.sums[to], 1.0, gram.row(row));
        self.sizes[from] -= 1;
        self.sizes[to] += 1;
        self.labels[row] = u32::try_from(to).unwrap_or(u32::MAX);
    }

    /// Runs until no row moves or for `max_iterations`; returns the inertia.
    fn run(&mut self, gram: &Gram, max_iterations: usize) -> f64 {
        self.fill(gram);
        for _ in 0..max_iterations {
            self.assign();
            let mut settled = true;
            for row in 0..self.labels.len() {
                if self.next[row] != self.labels[row] {
                    settled = false;
                    self.shift(gram, row, self.next[row] as usize);
                }
            }
            self.fill(gram);
            if settled {
                break;
            }
        }
        self.assign();
        let inertia = self.nearest.iter().zip(&gram.squares).map(|(&d, &square)| f64::from((d + square).max(0.0)));
        inertia.sum()
    }

    /// Gives each empty cluster the row farthest from its mean, of a cluster that can spare it.
    fn fill(&mut self, gram: &Gram) {
        if !self.sizes.contains(&0) {
            return;
        }
        let away: Vec<f32> =
            self.nearest.iter().zip(&gram.squares).map(|(&d, &square)| (d + square).max(0.0)).collect();
        let mut donors = farthest(&away).into_iter();
        for empty in 0..self.sizes.len() {
            if self.sizes[empty] > 0 {
                continue;
            }
            let Some(row) = donors.find(|&row| self.sizes[self.labels[row] as usize] > 1) else { break };
            self.shift(gram, row, empty);
        }
    }

    /// The mean simplified silhouette; 0 if fewer than two clusters have a row, or each row has its own.
    fn silhouette(&self, gram: &Gram) -> f64 {
        let n = self.labels.len();
        let means = self.means();
        if means.len() < 2 || means.len() == n {
            return 0.0;
        }
        let one = |i: usize| {
            let (mut own, mut other) = (0.0, f64::INFINITY);
            for &(c, (share, square)) in &means {
                let away = f64::from((gram.squares[i] + square - 2.0 * share * self.sums[c][i]).max(0.0)).sqrt();
                if c == self.labels[i] as usize { own = away } else { other = f64::min(other, away) }
            }
            if self.sizes[self.labels[i] as usize] > 1 { score(own, other) } else { 0.0 }
        };
        (0..n).map(one).sum::<f64>() / n as f64
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cluster::{
        K, Lloyd, Settings,
        kmeans::{inertia, tests::groups},
        silhouette::simplified_silhouette,
    };

    fn twin(rows: &Array2<f32>, k: usize, seed: u64) -> (Vec<usize>, f64, f64) {
        let settings = Settings { k: K::Exactly(k), starts: 4, max_iterations: 100, seed };
        let found = Lloyd.best(rows.view(), k, &settings).unwrap();
        let silhouette = simplified_silhouette(rows.view(), found.centroids.view(), &found.labels).unwrap_or(0.0);
        (found.labels, found.inertia, silhouette)
    }

    fn labels_of(found: &Groups) -> Vec<usize> {
        found.labels.iter().map(|&label| label as usize).collect()
    }

    /// The inertia of labels from their means.
    fn recomputed(rows: &Array2<f32>, labels: &[usize], k: usize) -> f64 {
        inertia(rows.view(), &crate::cluster::means(rows.view(), labels, k), labels)
    }

    #[test]
    fn separate_groups_are_found_as_by_the_slow_twin() {
        for (n, k) in [(60, 3), (200, 6), (300, 2)] {
            let rows = groups(n, 20, k, 0.3, 5);
            let gram = Gram::new(rows.view());
            let found = gram.cluster(k, 4, 100, 9);
            let (labels, inertia, silhouette) = twin(&rows, k, 9);
            let mut pairs: Vec<(u32, usize)> = found.labels.iter().copied().zip(labels).collect();
            pairs.sort_unstable();
            pairs.dedup();
            assert_eq!(pairs.len(), k, "one to one");
            let found_inertia = recomputed(&rows, &labels_of(&found), k);
            assert!((found_inertia - inertia).abs() < 1e-4 * inertia, "{found_inertia} {inertia}");
            assert!((found.silhouette - silhouette).abs() < 1e-3, "{} {silhouette}", found.silhouette);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_rows_come_to_rest_about_as_low_as_by_the_slow_twin(n in 1_usize..60, d in 1_usize..12, k in 1_usize..9, seed in 0_u64..1000) {
            let rows = groups(n, d, k.min(n), 1.0, seed);
            let gram = Gram::new(rows.view());
            let found = gram.cluster(k, 4, 100, seed);
            let labels = labels_of(&found);
            prop_assert!(labels.len() == n && labels.iter().all(|&label| label < k));
            let again = recomputed(&rows, &labels, k);
            // No row lies nearer to another mean by more than rounding.
            let means = crate::cluster::means(rows.view(), &labels, k);
            let sizes: Vec<usize> = (0..k).map(|c| labels.iter().filter(|&&label| label == c).count()).collect();
            for (row, &own) in rows.rows().into_iter().zip(&labels) {
                let away = |c: usize| (&row - &means.row(c)).mapv(|x| x * x).sum();
                let best = (0..k).filter(|&c| sizes[c] > 0).map(away).fold(f32::INFINITY, f32::min);
                prop_assert!(away(own) <= best + 1e-3);
            }
            let (_, inertia, _) = twin(&rows, k, seed);
            prop_assert!(again <= 1.3 * inertia + 1e-3, "{again} {inertia}");
        }
    }

    #[test]
    fn copies_and_zeros_do_no_harm() {
        for rows in [Array2::zeros((5, 3)), Array2::from_elem((5, 3), 0.5), Array2::zeros((3, 0))] {
            let found = Gram::new(rows.view()).cluster(3, 4, 100, 1);
            assert_eq!((found.labels.len(), found.silhouette), (rows.nrows(), 0.0));
        }
        assert!(Gram::new(Array2::zeros((0, 3)).view()).cluster(3, 4, 100, 1).labels.is_empty());
    }
}
