//! K-means: our seeding and our Lloyd find the centroids, linfa converges from them, and linfa predicts.
//!
//! linfa's own seeding compares every row with all earlier centroids at each draw, and its assignment walks one
//! centroid at a time. So the starts are ours: greedy k-means++ (Arthur & Vassilvitskii 2007, with the candidate
//! draws of scikit-learn) on distances kept up to date, then Lloyd's iteration whose assignment is a matrix product of a
//! fixed chunk of rows with the centroids. The start of least inertia is run until no row moves and handed to
//! [`linfa_clustering::KMeans`] as its precomputed beginning.
//!
//! linfa's update counts the old centroid as one more point of its cluster. That only damps the step: a centroid stays
//! where it is exactly if it is the mean of its rows, so both iterations rest at the same points, and from the mean
//! linfa stops after one step. Labels are what linfa predicts from the centroids it ends with.

use linfa::{DatasetBase, ParamGuard, traits::Fit, traits::Predict};
use linfa_clustering::{KMeans, KMeansInit};
use ndarray::{Array1, Array2, ArrayView2, Axis, s};
use rand_xoshiro::{Xoshiro256Plus, rand_core::SeedableRng};
use rayon::prelude::*;

use super::{Clusterer, Partition, Settings};
use crate::{
    error::{Error, Result},
    random::uniform,
};

/// Rows of a chunk: 256 rows of 100 numbers stay in the second-level cache between assignment and sum.
const CHUNK: usize = 256;

/// The move of all centroids together, relative to the mean variance of a column, at which a start has converged
/// (scikit-learn's default). The best start then goes on until no row moves.
const TOLERANCE: f64 = 1e-4;

/// The move of all centroids together at which linfa has converged (its default).
const LINFA_TOLERANCE: f32 = 1e-4;

/// K-means with squared Euclidean distance; on unit rows that is 2 − 2·cosine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lloyd;

impl Clusterer for Lloyd {
    fn cluster(&self, rows: ArrayView2<'_, f32>, k: usize, settings: &Settings) -> Result<Partition> {
        let rows = rows.as_standard_layout();
        let rows = rows.view();
        if rows.ncols() == 0 {
            return Ok(Partition { centroids: Array2::zeros((1, 0)), labels: vec![0; rows.nrows()], inertia: 0.0 });
        }
        let Partition { centroids, labels, .. } = self.rough(rows, k, settings)?;
        settle(rows, centroids, &labels, settings.max_iterations)
    }
}

impl Lloyd {
    /// The start of least inertia, run until no row moves, before linfa and the order of the clusters; a cluster may be
    /// empty. What is only compared needs no more. Rows have columns, and stand in the standard layout.
    pub(super) fn rough(&self, rows: ArrayView2<'_, f32>, k: usize, settings: &Settings) -> Result<Partition> {
        let k = k.clamp(1, super::distinct_rows(rows).len().max(1));
        let data = Data::new(rows);
        let tolerance = TOLERANCE * data.variance();
        let mut streams = Vec::with_capacity(settings.starts);
        let mut stream = Xoshiro256Plus::seed_from_u64(settings.seed);
        for _ in 0..settings.starts.max(1) {
            streams.push(stream.clone());
            stream.jump();
        }
        let starts: Vec<Run> = streams
            .into_par_iter()
            .map(|mut rng| data.lloyd(data.seed(k, &mut rng), tolerance, settings.max_iterations))
            .collect();
        let best = starts.into_iter().reduce(|best, run| if run.inertia < best.inertia { run } else { best });
        let Some(best) = best else { return Err(failed("no start")) };
        let left = settings.max_iterations.saturating_sub(best.iterations);
        let best = data.lloyd(best.centroids, 0.0, left.max(1));
        Ok(Partition { centroids: best.centroids, labels: best.labels, inertia: best.inertia })
    }
}

/// The cluster of each row: what linfa predicts from `centroids`, `k × d`. Rows are as wide as the centroids.
pub(super) fn predict(centroids: &Array2<f32>, rows: ArrayView2<'_, f32>) -> Vec<usize> {
    if centroids.nrows() < 2 || centroids.ncols() == 0 {
        return vec![0; rows.nrows()];
    }
    // linfa has no constructor from centroids. Fitted for one step to the centroids themselves, beginning from them, every
    // centroid is the mean of itself and itself, (c + c) / 2, which floating point computes without error.
    let params = KMeans::params(centroids.nrows())
        .n_runs(1)
        .max_n_iterations(1)
        .init_method(KMeansInit::Precomputed(centroids.clone()));
    match params.fit(&DatasetBase::from(centroids.view())) {
        Ok(model) if model.centroids() == centroids => model.predict(&rows).to_vec(),
        // Two equal centroids (or one that is no number) break the identity above; no fit returns such.
        _ => nearest(centroids, rows),
    }
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

/// Hands the centroids to linfa until every cluster has a row and the clusters stand in order.
fn settle(
    rows: ArrayView2<'_, f32>,
    centroids: Array2<f32>,
    labels: &[usize],
    max_iterations: usize,
) -> Result<Partition> {
    let mut centroids = centroids.select(Axis(0), &order(labels, centroids.nrows()));
    loop {
        let k = centroids.nrows();
        let params = KMeans::params(k)
            .n_runs(1)
            .tolerance(LINFA_TOLERANCE)
            .max_n_iterations(max_iterations.max(1) as u64)
            .init_method(KMeansInit::Precomputed(centroids))
            .check()
            .map_err(|e| failed(&e.to_string()))?;
        let model = params.fit(&DatasetBase::from(rows)).map_err(|e| failed(&e.to_string()))?;
        let labels = predict(model.centroids(), rows);
        let order = order(&labels, k);
        if order.is_empty() {
            return Err(failed("no cluster has a row"));
        }
        centroids = model.centroids().select(Axis(0), &order);
        // Rounding can empty a cluster of rows that all but coincide with another's: converge again without it.
        if order.len() == k {
            let labels = predict(&centroids, rows);
            let inertia = inertia(rows, &centroids, &labels);
            return Ok(Partition { centroids, labels, inertia });
        }
    }
}

/// The clusters that have a row, by size, the largest first, then by their first row.
fn order(labels: &[usize], k: usize) -> Vec<usize> {
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
    labels.iter().enumerate().map(|(row, _)| one(row)).sum()
}

fn failed(reason: &str) -> Error {
    Error::Numeric { stage: "clustering", reason: reason.to_owned() }
}

/// The rows, and what every start needs of them.
struct Data<'a> {
    rows: ArrayView2<'a, f32>,
    /// Squared lengths of the rows.
    squares: Array1<f32>,
}

/// One start: where it ended.
struct Run {
    centroids: Array2<f32>,
    labels: Vec<usize>,
    inertia: f64,
    iterations: usize,
}

/// What one chunk of rows contributes to an iteration.
struct Part {
    labels: Vec<usize>,
    /// Squared distances of the chunk's rows to their centroids.
    distances: Vec<f32>,
    sums: Array2<f32>,
}

impl<'a> Data<'a> {
    fn new(rows: ArrayView2<'a, f32>) -> Self {
        Self { rows, squares: rows.rows().into_iter().map(|row| row.dot(&row)).collect() }
    }

    fn chunks(&self) -> impl IndexedParallelIterator<Item = (usize, ArrayView2<'a, f32>)> + use<'a> {
        let rows = self.rows;
        let chunks = rows.nrows().div_ceil(CHUNK);
        (0..chunks).into_par_iter().map(move |chunk| {
            let from = chunk * CHUNK;
            (from, rows.slice_move(s![from..(from + CHUNK).min(rows.nrows()), ..]))
        })
    }

    /// The mean variance of a column.
    fn variance(&self) -> f64 {
        let n = self.rows.nrows().max(1) as f64;
        let mut mean = Array1::<f64>::zeros(self.rows.ncols());
        for row in self.rows.rows() {
            mean.zip_mut_with(&row, |sum, &value| *sum += f64::from(value));
        }
        let squares: f64 = self.squares.iter().map(|&s| f64::from(s)).sum();
        let mean_square: f64 = mean.iter().map(|sum| (sum / n) * (sum / n)).sum();
        ((squares / n - mean_square) / self.rows.ncols() as f64).max(0.0)
    }

    /// Greedy k-means++: of `2 + ln k` rows drawn in proportion to their squared distance to the centroids so far, the one
    /// that lowers the sum of these distances most is the next centroid.
    fn seed(&self, k: usize, rng: &mut Xoshiro256Plus) -> Array2<f32> {
        let n = self.rows.nrows();
        let trials = 2 + (k as f64).ln() as usize;
        let first = ((uniform(rng) * n as f64) as usize).min(n - 1);
        let mut chosen = vec![first];
        let mut closest = self.closer(&[first], &vec![f32::INFINITY; n]).swap_remove(0);
        while chosen.len() < k {
            let candidates: Vec<usize> = (0..trials).map(|_| draw(&closest.1, closest.0, uniform(rng))).collect();
            let options = self.closer(&candidates, &closest.1);
            let mut best = 0;
            for (i, option) in options.iter().enumerate() {
                if option.0 < options[best].0 {
                    best = i;
                }
            }
            chosen.push(candidates[best]);
            closest = options.into_iter().nth(best).unwrap_or(closest);
        }
        self.rows.select(Axis(0), &chosen)
    }

    /// For each candidate row: the squared distances to the nearer of it and what was nearest, and their sum.
    fn closer(&self, candidates: &[usize], closest: &[f32]) -> Vec<(f64, Vec<f32>)> {
        let targets = self.rows.select(Axis(0), candidates);
        let parts: Vec<Array2<f32>> = self
            .chunks()
            .map(|(from, rows)| {
                let mut products = targets.dot(&rows.t());
                for (mut line, &candidate) in products.rows_mut().into_iter().zip(candidates) {
                    for (i, value) in line.iter_mut().enumerate() {
                        let distance = self.squares[from + i] + self.squares[candidate] - 2.0 * *value;
                        *value = distance.max(0.0).min(closest[from + i]);
                    }
                }
                products
            })
            .collect();
        (0..candidates.len())
            .map(|candidate| {
                let all: Vec<f32> = parts.iter().flat_map(|part| part.row(candidate).to_vec()).collect();
                (all.iter().map(|&d| f64::from(d)).sum(), all)
            })
            .collect()
    }

    /// Lloyd's iteration from `centroids` until they move by no more than `tolerance` (a squared distance), no row
    /// changes its cluster, or `max_iterations` are done.
    fn lloyd(&self, mut centroids: Array2<f32>, tolerance: f64, max_iterations: usize) -> Run {
        let mut labels: Vec<usize> = Vec::new();
        let mut iterations = 0;
        loop {
            let parts = self.assign(&centroids);
            let inertia = parts.iter().flat_map(|part| &part.distances).map(|&d| f64::from(d)).sum();
            let new_labels: Vec<usize> = parts.iter().flat_map(|part| part.labels.iter().copied()).collect();
            let settled = new_labels == labels;
            labels = new_labels;
            if settled || iterations >= max_iterations {
                return Run { centroids, labels, inertia, iterations };
            }
            let means = self.means(&parts, &mut labels, &centroids);
            let moved: f64 = means.iter().zip(&centroids).map(|(a, b)| f64::from(a - b) * f64::from(a - b)).sum();
            centroids = means;
            iterations += 1;
            if moved <= tolerance && tolerance > 0.0 {
                return Run { centroids, labels, inertia, iterations };
            }
        }
    }

    /// Assigns the rows of every chunk to their nearest centroids, the lowest of equals, and sums them by cluster.
    fn assign(&self, centroids: &Array2<f32>) -> Vec<Part> {
        let halves: Array1<f32> = centroids.rows().into_iter().map(|c| c.dot(&c) / 2.0).collect();
        self.chunks()
            .map(|(from, rows)| {
                // |x − c|² = |x|² + |c|² − 2·x·c, so the nearest has the greatest x·c − |c|²/2.
                let products = rows.dot(&centroids.t());
                let mut part = Part {
                    labels: Vec::with_capacity(rows.nrows()),
                    distances: Vec::with_capacity(rows.nrows()),
                    sums: Array2::zeros(centroids.raw_dim()),
                };
                for (i, line) in products.rows().into_iter().enumerate() {
                    let mut best = (0, f32::NEG_INFINITY);
                    for (c, (&product, &half)) in line.iter().zip(&halves).enumerate() {
                        if product - half > best.1 {
                            best = (c, product - half);
                        }
                    }
                    part.labels.push(best.0);
                    part.distances.push((self.squares[from + i] - 2.0 * best.1).max(0.0));
                    let mut sum = part.sums.row_mut(best.0);
                    sum += &rows.row(i);
                }
                part
            })
            .collect()
    }

    /// The means of the assigned rows. A cluster without rows takes the row that lies farthest from its own centroid, in a
    /// cluster that can spare it; if none lies apart from its centroid, the old centroid stays.
    fn means(&self, parts: &[Part], labels: &mut [usize], old: &Array2<f32>) -> Array2<f32> {
        let k = old.nrows();
        let mut sums = Array2::<f64>::zeros(old.raw_dim());
        let mut sizes = vec![0_usize; k];
        for part in parts {
            sums.zip_mut_with(&part.sums, |sum, &value| *sum += f64::from(value));
        }
        for &label in labels.iter() {
            sizes[label] += 1;
        }
        if sizes.contains(&0) {
            let distances: Vec<f32> = parts.iter().flat_map(|part| part.distances.iter().copied()).collect();
            let mut farthest: Vec<usize> = (0..labels.len()).filter(|&row| distances[row] > 0.0).collect();
            farthest.sort_by(|&a, &b| distances[b].total_cmp(&distances[a]).then(a.cmp(&b)));
            let mut donors = farthest.into_iter();
            for empty in 0..k {
                if sizes[empty] > 0 {
                    continue;
                }
                let Some(row) = donors.find(|&row| sizes[labels[row]] > 1) else { break };
                let from = labels[row];
                for (column, &value) in self.rows.row(row).iter().enumerate() {
                    sums[[from, column]] -= f64::from(value);
                    sums[[empty, column]] += f64::from(value);
                }
                (sizes[from], sizes[empty], labels[row]) = (sizes[from] - 1, 1, empty);
            }
        }
        let mut means = old.clone();
        for ((mut mean, sum), &size) in means.rows_mut().into_iter().zip(sums.rows()).zip(&sizes) {
            if size > 0 {
                mean.zip_mut_with(&sum, |mean, &sum| *mean = (sum / size as f64) as f32);
            }
        }
        means
    }
}

/// An index drawn in proportion to `weights`, whose sum is `total`; the last if all are zero.
fn draw(weights: &[f32], total: f64, at: f64) -> usize {
    let mut left = total * at;
    for (index, &weight) in weights.iter().enumerate() {
        left -= f64::from(weight);
        if left < 0.0 {
            return index;
        }
    }
    weights.len() - 1
}

#[cfg(test)]
pub(super) mod tests;
