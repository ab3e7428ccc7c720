//! K-means: our seeding and our Lloyd find the centroids, and linfa is the model that predicts from them.
//!
//! linfa's own seeding compares every row with all earlier centroids at each draw, and its assignment walks one
//! centroid at a time. So the starts are ours: greedy k-means++ (`seed.rs`), then Lloyd's iteration (`lloyd.rs`) whose
//! assignment is a matrix product of those rows whose bounds fail with the centroids (`assign.rs`). The best start goes on
//! until no row moves. Of at least [`SAVES`] times as many rows as [`sample_of`] takes, the starts run on a random sample
//! (Bradley & Fayyad 1998, *Refining initial points for k-means clustering*); there the best start moves centroids to where
//! they are missed (`breathe.rs`), and with the next best ones goes on with all rows until its centroids all but rest. Measured on two cores beside
//! scikit-learn (one start, at most 50 iterations, the same rows: `benches/peers_kmeans.py`; the first row medians of five
//! in turns, the second one run of each while the cores were shared with other work, which slows scikit-learn more):
//!
//! | rows | columns | k | seconds | scikit-learn | inertia a row | scikit-learn |
//! |---|---|---|---|---|---|---|
//! | 50 000 | 100 | 50 | 0.087 | 0.73 | 18.742 | 19.230 |
//! | 500 000 | 128 | 200 | 2.0 | 123 | 23.991 | 24.331 |
//!
//! Without breathing, the second took 6.4 s and found 24.755: centroids that share a group creep on for all 50 iterations.
//!
//! What linfa does: its [`linfa_clustering::KMeans`] is fitted for one step to the centroids themselves, beginning from
//! them, which leaves them as they are, and labels are what it predicts. It is asked about those rows alone whose two nearest
//! centroids lie so close that rounding could order them either way; of all others a matrix product knows what it would say.

use linfa::{DatasetBase, traits::Fit, traits::Predict};
use linfa_clustering::{KMeans, KMeansInit};
use ndarray::{Array2, ArrayView2, Axis, s};
use rand_xoshiro::{Xoshiro256Plus, rand_core::SeedableRng};
use rayon::prelude::*;

use super::{Clusterer, Partition, Settings, some};
use crate::{
    error::{Error, Result},
    random::{draw, streams},
};

mod assign;
mod breathe;
mod data;
mod lloyd;
mod panels;
mod seed;

use breathe::breathe;
pub(super) use data::sum;
use data::{BLOCK, CHUNK, Data};
use lloyd::Run;

/// The move of all centroids together, relative to the mean variance of a column, at which a start has converged
/// (scikit-learn's default).
const TOLERANCE: f64 = 1e-4;

/// The sample that starts run on is one row in this many …
const SHARE: usize = 12;

/// … this many at least and at most (at least 2048 took longer for the parts of themes; V-measures of eight corpora of 1700 to 5000
/// articles were within .0024 of these) …
const SAMPLE: (usize, usize) = (512, 8192);

/// … with so many for each cluster up to the most (half as many, and twenty clusters of eleven thousand items came to rest .2 %
/// higher on the mean of six seeds) …
const ENOUGH_OF_ONE: usize = 100;

/// … and so many in any case.
const SAMPLE_OF_ONE: usize = 50;

/// A sample is drawn of at least this many times as many rows: of fewer it saves nothing.
const SAVES: usize = 3;

/// Of the starts on a sample, so many different ones go on with all rows …
const LAST: usize = 4;

/// … if there are fewer than this; of more, one: the sample is larger, and looking at all rows takes longer.
const FEW: usize = 24_576;

/// Starts whose inertia differs by less than this share have come to the same.
const SAME: f64 = 1e-5;

/// K-means with squared Euclidean distance; on unit rows that is 2 − 2·cosine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lloyd;

/// What the k-means finds before linfa: the best start. Public for what measures it.
#[derive(Clone, Debug)]
pub struct Start {
    /// Centroids, `k × d`, in no order.
    pub centroids: Array2<f32>,
    /// The cluster of each row, the nearest to it, the lowest of equals; a cluster may be empty.
    pub labels: Vec<usize>,
    /// Sum of squared distances of the rows to their centroids.
    pub inertia: f64,
    /// Iterations over all rows.
    pub iterations: usize,
}

impl Clusterer for Lloyd {
    fn cluster(&self, rows: ArrayView2<'_, f32>, k: usize, settings: &Settings) -> Result<Partition> {
        let rows = rows.as_standard_layout();
        let rows = rows.view();
        if rows.ncols() == 0 {
            return Ok(Partition { centroids: Array2::zeros((1, 0)), labels: vec![0; rows.nrows()], inertia: 0.0 });
        }
        let Start { centroids, labels, .. } = self.best(rows, k, settings)?;
        settle(rows, centroids, labels)
    }
}

impl Lloyd {
    /// The start of least inertia, before linfa and the order of the clusters. What is only compared needs no more. Finite
    /// rows, at least one, with at least one column; of the settings, all but [`Settings::k`] hold.
    ///
    /// # Errors
    /// [`Error::Numeric`] if there is no start.
    pub fn best(&self, rows: ArrayView2<'_, f32>, k: usize, settings: &Settings) -> Result<Start> {
        let rows = rows.as_standard_layout();
        let rows = rows.view();
        let k = k.clamp(1, super::distinct_of(rows, k).len().max(1));
        let data = Data::new(rows);
        let Some(sample) = sample_of(rows, k, settings.seed) else {
            let mut best = first(starts(&data, k, settings)?)?;
            best.go(0.0, settings.max_iterations);
            return Ok(found(best));
        };
        let candidates: Vec<Array2<f32>> = {
            let sample = Data::new(sample.view());
            let tolerance = TOLERANCE * sample.variance();
            let mut rest = starts(&sample, k, settings)?;
            let others = rest.split_off(1.min(rest.len()));
            let best = first(rest)?;
            let best = breathe(&sample, best, tolerance, settings.max_iterations);
            // A small sample cannot tell which of those that all but tie is best for all rows.
            let more = if rows.nrows() < FEW { LAST - 1 } else { 0 };
            let mut last = best.inertia();
            let other = |run: &Run<'_>| {
                let inertia = run.inertia();
                let other = (inertia - last).abs() > SAME * last;
                last = inertia;
                other
            };
            let others: Vec<Array2<f32>> =
                others.into_iter().filter(other).take(more).map(|run| run.centroids).collect();
            std::iter::once(best.centroids).chain(others).collect()
        };
        drop(sample);
        let tolerance = TOLERANCE * data.variance();
        let mut best = first(least(&data, candidates, tolerance, settings.max_iterations))?;
        best.assign();
        Ok(found(best))
    }
}

/// The rows that starts run on where there are many more: a random sample, in the order of rows.
fn sample_of(rows: ArrayView2<'_, f32>, k: usize, seed: u64) -> Option<Array2<f32>> {
    let size = (rows.nrows() / SHARE).max(ENOUGH_OF_ONE * k).clamp(SAMPLE.0, SAMPLE.1).max(SAMPLE_OF_ONE * k);
    let random = &mut Xoshiro256Plus::seed_from_u64(seed);
    (rows.nrows() >= SAVES * size).then(|| some(rows, &draw(rows.nrows(), size, random)))
}

/// The starts as far as their tolerance, those of least inertia first, equal ones in order.
fn starts<'a>(data: &'a Data<'a>, k: usize, settings: &Settings) -> Result<Vec<Run<'a>>> {
    let tolerance = TOLERANCE * data.variance();
    let mut streams = streams(settings.seed, settings.starts);
    Ok(least(data, data.seed(k, &mut streams), tolerance, settings.max_iterations))
}

/// Runs from these centroids as far as a tolerance, those of least inertia first, equal ones in order.
fn least<'a>(data: &'a Data<'a>, from: Vec<Array2<f32>>, tolerance: f64, max_iterations: usize) -> Vec<Run<'a>> {
    let run = |centroids| {
        let mut run = Run::new(data, centroids);
        run.go(tolerance, max_iterations);
        (run.inertia(), run)
    };
    let mut runs: Vec<(f64, Run<'a>)> = from.into_par_iter().map(run).collect();
    runs.sort_by(|a, b| a.0.total_cmp(&b.0));
    runs.into_iter().map(|run| run.1).collect()
}

fn first(runs: Vec<Run<'_>>) -> Result<Run<'_>> {
    runs.into_iter().next().ok_or_else(|| failed("no start"))
}

fn found(run: Run<'_>) -> Start {
    Start { labels: run.labels(), inertia: run.inertia(), iterations: run.iterations, centroids: run.centroids }
}

/// What linfa's model of centroids, at least one, predicts for rows. None if two centroids are equal, or one is no number.
fn ask_linfa(centroids: &Array2<f32>, rows: &Array2<f32>) -> Option<Vec<usize>> {
    // linfa has no constructor from centroids. Fitted for one step to the centroids themselves, beginning from them, every
    // centroid is the mean of itself and itself, (c + c) / 2, which floating point computes without error.
    let params = KMeans::params(centroids.nrows())
        .n_runs(1)
        .max_n_iterations(1)
        .init_method(KMeansInit::Precomputed(centroids.clone()));
    let model = params.fit(&DatasetBase::from(centroids.view())).ok()?;
    (model.centroids() == centroids).then(|| model.predict(rows).to_vec())
}

/// The cluster of each row: what linfa predicts from `centroids`, `k × d`. Rows are as wide as the centroids.
pub(super) fn predict(centroids: &Array2<f32>, rows: ArrayView2<'_, f32>) -> Vec<usize> {
    if centroids.nrows() < 2 || centroids.ncols() == 0 {
        return vec![0; rows.nrows()];
    }
    let rows = rows.as_standard_layout();
    let (mut labels, unsure) = sure(centroids, rows.view());
    if !unsure.is_empty() {
        let asked = some(rows.view(), &unsure);
        // No fit returns centroids that linfa cannot take.
        let answers = ask_linfa(centroids, &asked).unwrap_or_else(|| nearest(centroids, asked.view()));
        unsure.into_iter().zip(answers).for_each(|(row, label)| labels[row] = label);
    }
    labels
}

/// The nearest centroid of each row by matrix products, and the rows of which rounding may order the two nearest either way.
fn sure(centroids: &Array2<f32>, rows: ArrayView2<'_, f32>) -> (Vec<usize>, Vec<usize>) {
    let halves = data::halves(centroids);
    let starts: Vec<usize> = (0..rows.nrows()).step_by(CHUNK).collect();
    let parts: Vec<(Vec<usize>, Vec<usize>)> = starts
        .into_par_iter()
        .map_init(
            || (Vec::new(), assign::Scan::default()),
            |(products, scan), start| {
                let part = rows.slice(s![start..(start + CHUNK).min(rows.nrows()), ..]);
                data::products(centroids.view(), part, products);
                scan.read(products, &halves, part.nrows());
                let longest = part.rows().into_iter().map(|row| row.dot(&row)).fold(0.0, f32::max).sqrt();
                // Both distances here, and both of linfa's.
                let slack = 4.0 * data::slack(longest, centroids);
                let sure = |i: &usize| 2.0 * (scan.best[*i] - scan.next[*i]) > slack;
                let unsure = (0..part.nrows()).filter(|i| !sure(i)).map(|i| start + i).collect();
                (scan.place.iter().map(|&place| place as usize).collect(), unsure)
            },
        )
        .collect();
    let (labels, unsure): (Vec<Vec<usize>>, Vec<Vec<usize>>) = parts.into_iter().unzip();
    (labels.concat(), unsure.concat())
}

/// The rows that lie apart from their centroids, the farthest first, equal ones in order: what empty clusters may take.
pub(super) fn farthest(distances: &[f32]) -> Vec<usize> {
    let mut farthest: Vec<usize> = (0..distances.len()).filter(|&row| distances[row] > 0.0).collect();
    farthest.sort_by(|&a, &b| distances[b].total_cmp(&distances[a]).then(a.cmp(&b)));
    farthest
}

/// The index of the nearest centroid of each row, the lowest of equals.
fn nearest(centroids: &Array2<f32>, rows: ArrayView2<'_, f32>) -> Vec<usize> {
    rows.rows()
        .into_iter()
        .map(|row| {
            let mut best = (0, f32::INFINITY);
            for (c, centroid) in centroids.rows().into_iter().enumerate() {
                let distance = row.iter().zip(centroid).map(|(a, b)| (a - b) * (a - b)).sum::<f32>();
                if distance < best.1 {
                    best = (c, distance);
                }
            }
            best.0
        })
        .collect()
}

/// The clusters by size, each with the rows that linfa's model predicts for it, and each with a row.
fn settle(rows: ArrayView2<'_, f32>, mut centroids: Array2<f32>, mut labels: Vec<usize>) -> Result<Partition> {
    loop {
        let order = order(&labels, centroids.nrows());
        if order.is_empty() {
            return Err(failed("no cluster has a row"));
        }
        // A tie may go to another of two clusters once they have changed places; that is no reason to order them anew.
        let last = order.len() == centroids.nrows();
        centroids = centroids.select(Axis(0), &order);
        labels = predict(&centroids, rows);
        if last && self::order(&labels, order.len()).len() == order.len() {
            let inertia = inertia(rows, &centroids, &labels);
            return Ok(Partition { centroids, labels, inertia });
        }
    }
}

/// The clusters that have a row, by size, the largest first, then by their first row.
pub(super) fn order(labels: &[usize], k: usize) -> Vec<usize> {
    let mut size = vec![0_usize; k];
    let mut first = vec![usize::MAX; k];
    for (row, &label) in labels.iter().enumerate() {
        size[label] += 1;
        first[label] = first[label].min(row);
    }
    let mut order: Vec<usize> = (0..k).filter(|&c| size[c] > 0).collect();
    order.sort_unstable_by_key(|&c| (std::cmp::Reverse(size[c]), first[c]));
    order
}

/// Sum of squared distances of rows to the centroids of their labels.
pub(super) fn inertia(rows: ArrayView2<'_, f32>, centroids: &Array2<f32>, labels: &[usize]) -> f64 {
    let one = |row: usize| -> f64 {
        let pairs =
            rows.row(row).into_iter().zip(centroids.row(labels[row])).map(|(&a, &b)| f64::from(a) - f64::from(b));
        pairs.map(|difference| difference * difference).sum()
    };
    let starts: Vec<usize> = (0..labels.len()).step_by(BLOCK).collect();
    let sum = |start: usize| (start..(start + BLOCK).min(labels.len())).map(one).sum();
    let parts: Vec<f64> = starts.into_par_iter().map(sum).collect();
    parts.into_iter().sum()
}

fn failed(reason: &str) -> Error {
    Error::Numeric { stage: "clustering", reason: reason.to_owned() }
}

#[cfg(test)]
pub(super) mod tests;
