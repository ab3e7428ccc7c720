//! How well clusters stand apart.
//!
//! Rousseeuw, P. J. (1987), *Silhouettes: a graphical aid to the interpretation and validation of cluster analysis*:
//! `s = (b − a) / max(a, b)` of a row, from −1 to 1, where `a` is its mean Euclidean distance to the other rows of its
//! cluster and `b` the least mean distance to the rows of another one. As in scikit-learn, a row alone in its cluster
//! scores 0, and so does one for which `a` and `b` are both 0.

use ndarray::{ArrayView2, Axis, s};
use rayon::prelude::*;

/// Rows whose distances to all others are held at once.
const CHUNK: usize = 128;

/// The mean silhouette of all rows, `n × d`, by their labels. Takes time in n²·d and memory in n.
///
/// `None` if the rows have one label, or each row has its own: nothing to compare. Labels are as many as the rows.
#[must_use]
pub fn silhouette(rows: ArrayView2<'_, f32>, labels: &[usize]) -> Option<f64> {
    let sizes = sizes(labels, labels.iter().max()? + 1);
    comparable(&sizes, labels.len())?;
    let squares: Vec<f32> = rows.rows().into_iter().map(|row| row.dot(&row)).collect();
    let sums: Vec<f64> = (0..rows.nrows().div_ceil(CHUNK))
        .into_par_iter()
        .map(|chunk| {
            let from = chunk * CHUNK;
            let part = rows.slice(s![from..(from + CHUNK).min(rows.nrows()), ..]);
            let products = part.dot(&rows.t());
            let mut sum = 0.0;
            for (i, line) in products.rows().into_iter().enumerate() {
                let row = from + i;
                let mut total = vec![0.0_f64; sizes.len()];
                for (other, &product) in line.iter().enumerate() {
                    // A row lies exactly on itself, whatever rounding says.
                    if other != row {
                        let square = (squares[row] + squares[other] - 2.0 * product).max(0.0);
                        total[labels[other]] += f64::from(square.sqrt());
                    }
                }
                let own = labels[row];
                if sizes[own] > 1 {
                    let others = (0..sizes.len()).filter(|&c| c != own && sizes[c] > 0);
                    let between = others.map(|c| total[c] / sizes[c] as f64).fold(f64::INFINITY, f64::min);
                    sum += score(total[own] / (sizes[own] - 1) as f64, between);
                }
            }
            sum
        })
        .collect();
    Some(sums.iter().sum::<f64>() / labels.len() as f64)
}

/// The mean simplified silhouette: distances to the centroids, `k × d`, stand for mean distances to rows. Takes time in
/// n·k·d. Source: Hruschka, E. R. et al. (2004), *Evolutionary algorithms for clustering gene-expression data*.
///
/// `None` if fewer than two clusters have a row, or each row has its own.
#[must_use]
pub fn simplified_silhouette(
    rows: ArrayView2<'_, f32>,
    centroids: ArrayView2<'_, f32>,
    labels: &[usize],
) -> Option<f64> {
    let sizes = sizes(labels, centroids.nrows());
    comparable(&sizes, labels.len())?;
    let scores: Vec<f64> = rows
        .axis_iter(Axis(0))
        .into_par_iter()
        .zip(labels)
        .map(|(row, &own)| {
            let distance = |c: usize| {
                let squares = row.iter().zip(centroids.row(c)).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2));
                squares.sum::<f64>().sqrt()
            };
            let others = (0..sizes.len()).filter(|&c| c != own && sizes[c] > 0);
            let between = others.map(distance).fold(f64::INFINITY, f64::min);
            if sizes[own] > 1 { score(distance(own), between) } else { 0.0 }
        })
        .collect();
    Some(scores.iter().sum::<f64>() / labels.len() as f64)
}

/// A row's silhouette from its two distances.
pub(super) fn score(within: f64, between: f64) -> f64 {
    let larger = within.max(between);
    if larger > 0.0 { (between - within) / larger } else { 0.0 }
}

fn sizes(labels: &[usize], k: usize) -> Vec<usize> {
    let mut sizes = vec![0; k];
    for &label in labels {
        sizes[label] += 1;
    }
    sizes
}

/// Something if at least two clusters have a row and one has two.
fn comparable(sizes: &[usize], rows: usize) -> Option<()> {
    let clusters = sizes.iter().filter(|&&size| size > 0).count();
    (clusters > 1 && clusters < rows).then_some(())
}
