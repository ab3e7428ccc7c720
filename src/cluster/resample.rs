//! How well a number of themes holds on a sample of the rows, and what of it is chance.
//!
//! Two signals, each beside its value on shuffled rows, in which every column keeps its numbers but no row keeps its own:
//! the columns vary as they did, and nothing groups.
//!
//! * Stability: the rows are grouped, a random two thirds of them are grouped again, and the two are compared by the
//!   Rand index adjusted for chance (Hubert & Arabie 1985; the idea is Ben-Hur, Elisseeff & Guyon 2002, *A stability based
//!   method for discovering structure in clustered data*). Few clusters are stable whatever the rows, so what counts is
//!   the way from the shuffled rows' stability to 1: `(s − s₀) / (1 − s₀)`.
//! * The simplified silhouette (`silhouette.rs`) of the smoothed rows that are clustered, less that of shuffled ones: it
//!   grows with the number of clusters on any rows.

use ndarray::Array2;
use rand_xoshiro::{Xoshiro256Plus, rand_core::SeedableRng};
use rayon::prelude::*;

use super::{
    gram::{Gram, Groups},
    smooth::smooth_products,
    unit,
};
use crate::random::{draw, shuffle};

/// Starts of k-means here: fewer than for the themes themselves, since several samples are looked at.
const STARTS: usize = 4;

/// Iterations of a start at most.
const ITERATIONS: usize = 100;

/// The share of the rows that is grouped again.
const AGAIN: (usize, usize) = (2, 3);

/// What speaks for a number of clusters; means over the samples.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Signals {
    /// Agreement of the two groupings, −0.5 to 1.
    pub stability: f64,
    /// That of shuffled rows.
    pub by_chance: f64,
    /// Simplified silhouette, −1 to 1.
    pub silhouette: f64,
    /// That of shuffled rows.
    pub of_shuffled: f64,
}

impl Signals {
    /// How far the groups hold when articles are left out, beyond chance: 0 to 1.
    pub fn holds(&self) -> f64 {
        let left = 1.0 - self.by_chance;
        if left > 1e-9 { ((self.stability - self.by_chance) / left).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// How far the groups stand apart, beyond chance: 0 to 2.
    pub fn apart(&self) -> f64 {
        (self.silhouette - self.of_shuffled).max(0.0)
    }
}

/// A sample to be grouped whole and again without a third of its rows, once or more often, smoothed.
pub(super) struct Sample {
    whole: Gram,
    again: Vec<Again>,
}

/// Two thirds of a sample.
struct Again {
    /// The rows that are grouped again, ascending.
    places: Vec<usize>,
    gram: Gram,
}

impl Sample {
    /// Prepares unit rows for numbers of clusters about `k`, to be grouped again once for each seed.
    pub fn new(rows: &Array2<f32>, k: usize, seeds: &[u64]) -> Self {
        let n = rows.nrows();
        let products = rows.dot(&rows.t());
        let again = |&seed: &u64| {
            let places = draw(n, n * AGAIN.0 / AGAIN.1, &mut Xoshiro256Plus::seed_from_u64(seed));
            let mut own = Array2::zeros((places.len(), places.len()));
            for (mut to, &from) in own.rows_mut().into_iter().zip(&places) {
                let line = products.row(from);
                to.iter_mut().zip(&places).for_each(|(to, &place)| *to = line[place]);
            }
            Again { gram: Gram::of(smooth_products(&own, k)), places }
        };
        Self { whole: Gram::of(smooth_products(&products, k)), again: seeds.par_iter().map(again).collect() }
    }

    /// What is to be grouped: the whole, then what is left of it each time.
    fn grams(&self) -> impl Iterator<Item = &Gram> {
        std::iter::once(&self.whole).chain(self.again.iter().map(|again| &again.gram))
    }

    /// For each time that it was grouped again the agreement with the whole, and the silhouette of the whole.
    fn measure(&self, k: usize, found: &[Groups]) -> Vec<(f64, f64)> {
        let Some((whole, again)) = found.split_first() else { return Vec::new() };
        let agree = |(Again { places, .. }, again): (&Again, &Groups)| {
            let before: Vec<u32> = places.iter().map(|&row| whole.labels[row]).collect();
            (agreement(&before, again, k), whole.silhouette)
        };
        self.again.iter().zip(again).map(agree).collect()
    }
}

/// The signals of each of some numbers of clusters, ascending, on samples of rows and of shuffled ones. What shuffled rows
/// give is measured at the least, the middle and the largest number and taken to lie evenly between.
pub(super) fn signals(samples: &[Sample], shuffled: &[Sample], ks: &[usize], seed: u64) -> Vec<Signals> {
    let (Some(&first), Some(&last)) = (ks.first(), ks.last()) else { return Vec::new() };
    let mut posts = vec![first, ks[ks.len() / 2], last];
    posts.dedup();
    let real = ks.iter().map(|&k| (k, samples));
    let mixed = posts.iter().map(|&k| (k, shuffled));
    let wanted: Vec<(usize, &[Sample])> = real.chain(mixed).collect();
    let runs: Vec<(usize, &Gram)> =
        wanted.iter().flat_map(|&(k, all)| all.iter().flat_map(Sample::grams).map(move |gram| (k, gram))).collect();
    let found: Vec<Groups> = runs.into_par_iter().map(|(k, gram)| gram.cluster(k, STARTS, ITERATIONS, seed)).collect();
    let mut left = found.as_slice();
    let mut measured = wanted.iter().map(|&(k, all)| {
        let mut values = Vec::new();
        for sample in all {
            let (own, rest) = left.split_at(1 + sample.again.len());
            values.extend(sample.measure(k, own));
            left = rest;
        }
        medians(&values)
    });
    let real: Vec<(f64, f64)> = measured.by_ref().take(ks.len()).collect();
    let mixed: Vec<(f64, f64)> = measured.collect();
    let chance = |k: usize| {
        let next = posts.iter().position(|&post| post >= k).unwrap_or(posts.len() - 1);
        let before = next.saturating_sub(1);
        let way = (posts[next] - posts[before]).max(1);
        let part = (k - posts[before]) as f64 / way as f64;
        let (a, b) = (mixed[before], mixed[next]);
        (a.0 + part * (b.0 - a.0), a.1 + part * (b.1 - a.1))
    };
    ks.iter()
        .zip(real)
        .map(|(&k, (stability, silhouette))| {
            let (by_chance, of_shuffled) = chance(k);
            Signals { stability, by_chance, silhouette, of_shuffled }
        })
        .collect()
}

/// The median of each number, which one bad start of k-means does not move; 0 of none.
fn medians(measured: &[(f64, f64)]) -> (f64, f64) {
    let median = |of: fn(&(f64, f64)) -> f64| {
        let mut values: Vec<f64> = measured.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        let n = values.len();
        if n == 0 { 0.0 } else { (values[(n - 1) / 2] + values[n / 2]) / 2.0 }
    };
    (median(|m| m.0), median(|m| m.1))
}

/// The adjusted Rand index of two groupings into at most `k` of the same rows; 1 if both are one group.
fn agreement(before: &[u32], again: &Groups, k: usize) -> f64 {
    let mut cells = vec![0_usize; k * k];
    let (mut of_a, mut of_b) = (vec![0_usize; k], vec![0_usize; k]);
    for (&i, &j) in before.iter().zip(&again.labels) {
        let (i, j) = (i as usize, j as usize);
        cells[i * k + j] += 1;
        of_a[i] += 1;
        of_b[j] += 1;
    }
    let pairs = |counts: &[usize]| counts.iter().map(|&c| c as f64 * (c as f64 - 1.0) / 2.0).sum::<f64>();
    let (both, a, b, all) = (pairs(&cells), pairs(&of_a), pairs(&of_b), pairs(&[before.len()]));
    let expected = if all > 0.0 { a * b / all } else { 0.0 };
    let most = (a + b) / 2.0;
    if most - expected > 1e-12 { (both - expected) / (most - expected) } else { 1.0 }
}

/// Rows whose columns are each put into a random order, of unit length again.
pub(super) fn shuffled(rows: &Array2<f32>, seed: u64) -> Array2<f32> {
    let mut rng = Xoshiro256Plus::seed_from_u64(seed);
    let mut mixed = rows.clone();
    for mut column in mixed.columns_mut() {
        let mut values = column.to_vec();
        shuffle(&mut values, &mut rng);
        column.iter_mut().zip(values).for_each(|(to, value)| *to = value);
    }
    mixed.rows_mut().into_iter().for_each(|mut row| unit(&mut row));
    mixed
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::cluster::kmeans::tests::groups;

    #[test]
    fn agreement_is_the_adjusted_rand_index() {
        let of = |a: &[u32], b: &[u32]| agreement(a, &Groups { labels: b.to_vec(), ..Groups::default() }, 3);
        // scikit-learn: adjusted_rand_score([0,0,1,1], [0,0,1,2]) = 0.571428…, ([0,0,1,1], [0,1,0,1]) = −0.5.
        assert!((of(&[0, 0, 1, 1], &[0, 0, 1, 2]) - 4.0 / 7.0).abs() < 1e-12);
        assert!((of(&[0, 0, 1, 1], &[0, 1, 0, 1]) + 0.5).abs() < 1e-12);
        assert!((of(&[0, 1, 2, 2], &[2, 0, 1, 1]) - 1.0).abs() < 1e-12);
        assert!((of(&[0, 0], &[1, 1]) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn shuffled_rows_keep_their_columns_and_nothing_else() {
        let rows = array![[1.0_f32, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0], [1.0, 0.0]];
        let mixed = shuffled(&rows, 3);
        assert_ne!(mixed, rows);
        assert!(mixed.column(0).iter().filter(|&&x| x > 0.0).count() == 3, "{mixed}");
        assert_eq!(mixed, shuffled(&rows, 3));
    }

    #[test]
    fn the_true_number_of_groups_holds_best() {
        let rows = groups(240, 20, 4, 0.5, 3);
        let real = [Sample::new(&rows, 4, &[1, 2])];
        let mixed = [Sample::new(&shuffled(&rows, 1), 4, &[1])];
        let found = signals(&real, &mixed, &[2, 3, 4, 5, 6], 1);
        let best = |of: fn(&Signals) -> f64| {
            (0..found.len()).fold(0, |best, i| if of(&found[i]) > of(&found[best]) { i } else { best })
        };
        assert_eq!((best(Signals::holds), best(Signals::apart)), (2, 2), "{found:?}");
        assert!(found[2].holds() > 0.95 && found[2].stability <= 1.0, "{found:?}");
    }
}
