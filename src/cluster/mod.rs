//! Clustering: from dense unit rows to clusters.
//!
//! Receives the embedding of the articles, `n × d`, unit rows, and returns [`Clusters`]: a centroid a cluster, the cluster
//! of each row, and how many clusters there are and why. Later rows (passages, queries) are placed by
//! [`Clusters::predict`].
//!
//! ```
//! use ndarray::array;
//! use wenmai::cluster::{self, K, Settings};
//!
//! let rows = array![[1.0, 0.0], [0.6, 0.8], [0.8, 0.6], [-1.0, 0.0], [-0.8, -0.6]];
//! let clusters = cluster::fit(rows.view(), &Settings { k: K::Exactly(2), ..Settings::default() })?;
//! assert_eq!(clusters.labels, [0, 0, 0, 1, 1]);
//! assert_eq!(clusters.predict(array![[0.0, 1.0], [0.0, -1.0]].view()), [0, 1]);
//! assert_eq!(clusters.reason, "2 themes, as asked");
//! # Ok::<(), wenmai::Error>(())
//! ```
//!
//! # A further method
//! One file that implements [`Clusterer`], one line in [`CLUSTERERS`]; the contract tests run over all of them.
//!
//! ```
//! use ndarray::{ArrayView2, Axis, array};
//! use wenmai::cluster::{self, Clusterer, Partition, Settings};
//!
//! /// Everything in one cluster.
//! #[derive(Debug)]
//! struct One;
//!
//! impl Clusterer for One {
//!     fn cluster(&self, rows: ArrayView2<'_, f32>, _: usize, _: &Settings) -> wenmai::Result<Partition> {
//!         let mean = rows.mean_axis(Axis(0)).unwrap_or_default();
//!         let inertia = rows.rows().into_iter().map(|row| f64::from((&row - &mean).mapv(|v| v * v).sum())).sum();
//!         Ok(Partition { centroids: mean.insert_axis(Axis(0)), labels: vec![0; rows.nrows()], inertia })
//!     }
//! }
//!
//! let clusters = cluster::fit_with(&One, array![[1.0, 0.0], [0.0, 1.0]].view(), &Settings::default())?;
//! assert_eq!((clusters.labels, clusters.inertia), (vec![0, 0], 1.0));
//! # Ok::<(), wenmai::Error>(())
//! ```

use std::{fmt, hash::Hasher, str::FromStr};

use ndarray::{Array2, ArrayBase, ArrayView2, Axis, DataMut, Ix1};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHasher};

use crate::{
    error::{Error, Result},
    wide,
};

mod axes;
pub mod choose;
mod community;
mod gram;
mod guided;
mod kmeans;
mod quantized;
mod resample;
mod silhouette;
mod smooth;

use axes::Axes;
pub use guided::{Guide, fit_guided, too_few};
pub use kmeans::{Lloyd, Start};
pub use silhouette::{silhouette, simplified_silhouette};

/// A method of clustering into a given number of clusters.
pub trait Clusterer: fmt::Debug + Sync {
    /// Clusters finite rows, `n × d` with n ≥ 1, into `k` clusters, or into fewer if fewer rows differ; `k` ≥ 1. Of the
    /// settings, all but [`Settings::k`] hold.
    ///
    /// # Errors
    /// [`Error::Numeric`] if the method fails.
    fn cluster(&self, rows: ArrayView2<'_, f32>, k: usize, settings: &Settings) -> Result<Partition>;
}

/// What a [`Clusterer`] finds.
#[derive(Clone, Debug, PartialEq)]
pub struct Partition {
    /// Centroids, `k × d`, of the clusters by size, the largest first, then by their first row.
    pub centroids: Array2<f32>,
    /// The cluster of each row, the nearest to it; every cluster has a row.
    pub labels: Vec<usize>,
    /// Sum of squared distances of the rows to their centroids.
    pub inertia: f64,
}

/// The registered methods, by name. The first is the one [`fit`] uses.
pub static CLUSTERERS: &[(&str, &dyn Clusterer)] = &[("k-means", &Lloyd)];

/// How many themes to look for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum K {
    /// As many as the corpus shows.
    #[default]
    Auto,
    /// Exactly this many (fewer if there are fewer distinct articles).
    Exactly(usize),
}

impl fmt::Display for K {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Exactly(k) => k.fmt(f),
        }
    }
}

impl FromStr for K {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            _ => match text.parse() {
                Ok(0) => Err("the number of themes is at least 1".to_owned()),
                Ok(k) => Ok(Self::Exactly(k)),
                Err(_) => Err(format!("{text:?} is neither `auto` nor a number of themes such as 8")),
            },
        }
    }
}

/// Rows that k-means sees at most: of more, so many that stand at equal distances.
const LARGE: usize = 50_000;

/// Rows of a larger corpus that are put into their clusters at once; any number gives the same clusters.
const AT_ONCE: usize = 16_384;

/// Settings of the clustering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How many themes.
    pub k: K,
    /// Starts of k-means; the one of least inertia is kept. 1 to 1000.
    pub starts: usize,
    /// Iterations of one start at most. 1 to 10 000.
    pub max_iterations: usize,
    /// Seed of everything random.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { k: K::Auto, starts: 10, max_iterations: 300, seed: 42 }
    }
}

/// The fitted clustering: plain data, so that what is saved is what predicts.
#[derive(Clone, Debug, Default)]
pub struct Clusters {
    /// Centroids, `k × d`: means of the rows assigned to them (not unit length).
    pub centroids: Array2<f32>,
    /// The cluster of each row it was fitted on, below `k`: that of the row's neighbours, which for a row between two themes
    /// may be another than that of the nearest centroid. Clusters are numbered by size, the largest first; after named ones
    /// ([`fit_guided`]), if there are such.
    pub labels: Vec<usize>,
    /// Sum of squared distances of the rows to their centroids.
    pub inertia: f64,
    /// How `k` came about, in words a reader of the report understands.
    pub reason: String,
    /// The numbers of clusters that the rows support, best first; empty where the number was asked for.
    pub choices: Vec<choose::Plausible>,
}

/// Clusters unit rows, `n × d` (no row is zero), by k-means, each drawn before to those most like it (`smooth.rs`); every
/// cluster has a row. No rows have no clusters.
///
/// The result depends on the rows and their order alone, not on the number of threads.
///
/// # Errors
/// [`Error::Numeric`] if a row holds something that is no finite number, or if k-means fails.
pub fn fit(rows: ArrayView2<'_, f32>, settings: &Settings) -> Result<Clusters> {
    fit_with(CLUSTERERS[0].1, rows, settings)
}

/// Clusters unit rows by a given method; else as [`fit`].
///
/// # Errors
/// As [`fit`].
pub fn fit_with(clusterer: &dyn Clusterer, rows: ArrayView2<'_, f32>, settings: &Settings) -> Result<Clusters> {
    checked(rows)?;
    if rows.nrows() == 0 {
        let centroids = Array2::zeros((0, rows.ncols()));
        return Ok(Clusters { centroids, reason: "no article to group".to_owned(), ..Clusters::default() });
    }
    let (k, chosen) = match settings.k {
        K::Exactly(k) => (k.max(1), None),
        K::Auto => {
            let choice = choose::themes(rows, settings.seed);
            (choice.k, Some((choice.reason, choice.plausible)))
        }
    };
    let axes = Axes::of(rows);
    let (labels, found) = if rows.nrows() <= LARGE {
        let smoothed = smooth::smooth(axes.turn(rows), k);
        let Partition { labels, centroids, .. } = clusterer.cluster(smoothed.view(), k, settings)?;
        (labels, centroids.nrows())
    } else {
        by_sample(clusterer, rows, &axes, k, settings, LARGE)?
    };
    let centroids = means(rows, &labels, found);
    let inertia = kmeans::inertia(rows, &centroids, &labels);
    let (reason, choices) = chosen.unwrap_or_else(|| (asked(k, found), Vec::new()));
    Ok(Clusters { centroids, labels, inertia, reason, choices })
}

/// Rows whose numbers a thread checks at a time.
const CHECKED: usize = 512;

/// Whether all rows hold finite numbers.
fn checked(rows: ArrayView2<'_, f32>) -> Result<()> {
    let chunks = rows.axis_chunks_iter(Axis(0), CHECKED).into_par_iter().enumerate();
    let wrong = chunks.find_map_first(|(chunk, rows)| {
        let row = rows.rows().into_iter().position(|row| row.iter().any(|value| !value.is_finite()))?;
        Some(chunk * CHECKED + row)
    });
    wrong.map_or(Ok(()), |row| {
        Err(Error::Numeric { stage: "clustering", reason: format!("row {row} holds no finite number") })
    })
}

/// Clusters a sample of `seen` rows and puts each row, smoothed, into the nearest cluster, a few at a time: neither a copy of
/// all rows nor many passes over them are needed. Returns the labels and the number of clusters, which are in order.
fn by_sample(
    clusterer: &dyn Clusterer,
    rows: ArrayView2<'_, f32>,
    axes: &Axes,
    k: usize,
    settings: &Settings,
    seen: usize,
) -> Result<(Vec<usize>, usize)> {
    let n = rows.nrows();
    let smoother = smooth::Smoother::new(rows, k, axes);
    let sample = evenly(n, seen);
    // Not beside the sample as it was.
    let turned = axes.turn(some(rows, &sample).view()).into_owned();
    let smoothed = smoother.draw(turned, &sample);
    let centroids = clusterer.cluster(smoothed.view(), k, settings)?.centroids;
    let mut labels = Vec::with_capacity(n);
    for start in (0..n).step_by(AT_ONCE) {
        let at: Vec<usize> = (start..(start + AT_ONCE).min(n)).collect();
        let turned = axes.turn(rows.slice(ndarray::s![start..start + at.len(), ..])).into_owned();
        let smoothed = smoother.draw(turned, &at);
        labels.extend(kmeans::predict(&centroids, smoothed.view()));
    }
    let order = kmeans::order(&labels, centroids.nrows());
    let mut number = vec![0; centroids.nrows()];
    order.iter().enumerate().for_each(|(new, &old)| number[old] = new);
    labels.iter_mut().for_each(|label| *label = number[*label]);
    Ok((labels, order.len()))
}

/// Scales a row to unit length; a row of zeros stays.
fn unit<S: DataMut<Elem = f32>>(row: &mut ArrayBase<S, Ix1>) {
    let length = row.dot(row).sqrt();
    if length > 0.0 {
        *row /= length;
    }
}

/// The places of `most` of `n` rows at equal distances; of all if there are no more.
pub(crate) fn evenly(n: usize, most: usize) -> Vec<usize> {
    let count = most.min(n);
    (0..count).map(|i| i * n / count).collect()
}

/// Some of the rows, in the order of their places, all of which exist.
pub(crate) fn some(rows: ArrayView2<'_, f32>, places: &[usize]) -> Array2<f32> {
    let mut numbers = Vec::with_capacity(places.len() * rows.ncols());
    for &place in places {
        match rows.row(place).as_slice() {
            Some(row) => numbers.extend_from_slice(row),
            None => numbers.extend(rows.row(place)),
        }
    }
    // The length is right by construction.
    Array2::from_shape_vec((places.len(), rows.ncols()), numbers).unwrap_or_default()
}

/// Columns that a thread sums at a time.
const COLUMNS: usize = 64;

/// The mean of the rows of each cluster.
fn means(rows: ArrayView2<'_, f32>, labels: &[usize], k: usize) -> Array2<f32> {
    let mut counts = vec![0.0; k];
    labels.iter().for_each(|&label| counts[label] += 1.0);
    let mut means = Array2::zeros((k, rows.ncols()));
    // Some columns at a time, so that each sum is one of rows in order.
    let parts = means.axis_chunks_iter_mut(Axis(1), COLUMNS).into_par_iter();
    parts.zip(rows.axis_chunks_iter(Axis(1), COLUMNS)).for_each(|(mut means, rows)| {
        let mut sums = vec![[0.0_f64; COLUMNS]; k];
        for (row, &label) in rows.rows().into_iter().zip(labels) {
            match row.as_slice() {
                Some(row) => wide::add_double(&mut sums[label], 1.0, row),
                None => sums[label].iter_mut().zip(row).for_each(|(sum, &x)| *sum += f64::from(x)),
            }
        }
        for ((mut mean, sum), count) in means.rows_mut().into_iter().zip(&sums).zip(&counts) {
            mean.iter_mut().zip(sum).for_each(|(mean, &sum)| *mean = (sum / f64::max(*count, 1.0)) as f32);
        }
    });
    means
}

fn asked(k: usize, found: usize) -> String {
    let themes = if found == 1 { "theme" } else { "themes" };
    if found == k {
        format!("{found} {themes}, as asked")
    } else {
        format!("{found} {themes}: {k} were asked for, but no more articles differ")
    }
}

impl Clusters {
    /// The cluster of each further row: what linfa's k-means predicts from the centroids. A clustering read back from its
    /// centroids predicts the same as the one that was saved. Rows are as wide as the centroids.
    #[must_use]
    pub fn predict(&self, rows: ArrayView2<'_, f32>) -> Vec<usize> {
        kmeans::predict(&self.centroids, rows)
    }
}

/// The first of each group of equal rows, in order.
fn distinct_rows(rows: ArrayView2<'_, f32>) -> Vec<usize> {
    distinct_of(rows, usize::MAX)
}

/// The first `most` of [`distinct_rows`].
fn distinct_of(rows: ArrayView2<'_, f32>, most: usize) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    let mut by_hash: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
    let bits = |row: usize| rows.row(row).into_iter().map(|x| x.to_bits());
    for row in 0..rows.nrows() {
        if found.len() >= most {
            break;
        }
        let mut hasher = FxHasher::default();
        bits(row).for_each(|bits| hasher.write_u32(bits));
        let alike = by_hash.entry(hasher.finish()).or_default();
        if alike.iter().all(|&other| !bits(row).eq(bits(other))) {
            alike.push(row);
            found.push(row);
        }
    }
    found
}

#[cfg(test)]
mod tests;
