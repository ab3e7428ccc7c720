//! Centroids that stand where they are least needed go where they are most missed: Fritzke 2020, *The breathing k-means
//! algorithm*.
//!
//! Lloyd's iteration cannot carry a centroid from a group that has two to a group that has none. So, in turns, the clusters
//! of the largest error are split, all centroids find their places, those go that cost the least to lose, and the rest find
//! their places again. What does not lower the inertia is taken back, and next half as many are tried.

use ndarray::{Array2, Axis};
use rayon::prelude::*;

use super::{
    assign::Scan,
    data::{CHUNK, Data, halves, products},
    lloyd::Run,
};

/// One centroid in this many is moved at once, at first.
const SHARE: usize = 8;

/// Turns at most.
const TURNS: usize = 16;

/// How far the halves of a split cluster stand from its centroid, as a share of the way to its farthest row.
const STEP: f32 = 0.1;

/// Iterations before centroids go: they need only stand where they will be missed.
const ITERATIONS: usize = 8;

/// The run that has the least inertia after some turns from a run, which has rested.
pub(super) fn breathe<'a>(data: &'a Data<'a>, start: Run<'a>, tolerance: f64, max_iterations: usize) -> Run<'a> {
    let k = start.centroids.nrows();
    let (mut best, mut least) = (start.inertia(), start);
    let mut moved = (k / SHARE).max(1).min(k - 1);
    for _ in 0..TURNS {
        if moved == 0 {
            break;
        }
        let mut more = Run::new(data, split(data, &least, moved));
        more.go(tolerance, ITERATIONS);
        let mut run = Run::new(data, lose(data, &more.centroids, k));
        run.go(tolerance, max_iterations);
        let inertia = run.inertia();
        // Less by rounding alone is no less.
        if inertia < best * (1.0 - 1e-6) {
            (best, least) = (inertia, run);
        } else {
            moved /= 2;
        }
    }
    least
}

/// The centroids of a run, and for the `count` clusters of the largest error two in place of one. Equal ones by number.
fn split(data: &Data<'_>, run: &Run<'_>, count: usize) -> Array2<f32> {
    let distances = run.distances();
    let mut clusters = vec![(0.0_f64, 0.0_f32, 0_usize); run.centroids.nrows()];
    for (row, (&distance, &label)) in distances.iter().zip(&run.labels).enumerate() {
        let cluster = &mut clusters[label as usize];
        cluster.0 += f64::from(distance);
        if distance > cluster.1 {
            (cluster.1, cluster.2) = (distance, row);
        }
    }
    let mut order: Vec<usize> = (0..clusters.len()).collect();
    order.sort_by(|&a, &b| clusters[b].0.total_cmp(&clusters[a].0).then(a.cmp(&b)));
    let mut centroids = run.centroids.clone();
    for &cluster in order.iter().take(count) {
        let way = (&data.rows.row(clusters[cluster].2) - &run.centroids.row(cluster)) * STEP;
        let further = &run.centroids.row(cluster) + &way;
        centroids.row_mut(cluster).zip_mut_with(&way, |x, way| *x -= way);
        // The widths are the same, so this never fails.
        let _ = centroids.push_row(further.view());
    }
    centroids
}

/// `k` of the centroids, without those that cost least to lose: whose rows have another nearly as near. Of two neighbours,
/// at most one goes, if that leaves enough.
fn lose(data: &Data<'_>, centroids: &Array2<f32>, k: usize) -> Array2<f32> {
    let count = centroids.nrows();
    let cost = cost(data, centroids);
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|&a, &b| cost[a].total_cmp(&cost[b]).then(a.cmp(&b)));
    let mut near = Vec::new();
    products(centroids.view(), centroids.view(), &mut near);
    let halves = halves(centroids);
    let neighbour = |c: usize| {
        let score = |other: &usize| near[c * count + other] - halves[*other];
        (0..count).filter(|&other| other != c).max_by(|a, b| score(a).total_cmp(&score(b)).then(b.cmp(a)))
    };
    let (mut gone, mut kept) = (vec![false; count], vec![false; count]);
    let mut left = count;
    for heed in [true, false] {
        for &c in &order {
            if left > k && !gone[c] && !(heed && kept[c]) {
                gone[c] = true;
                left -= 1;
                if let Some(other) = neighbour(c) {
                    kept[other] = true;
                }
            }
        }
    }
    let stay: Vec<usize> = (0..count).filter(|&c| !gone[c]).collect();
    centroids.select(Axis(0), &stay)
}

/// For each centroid, by how much the inertia grows without it.
fn cost(data: &Data<'_>, centroids: &Array2<f32>) -> Vec<f64> {
    let halves = halves(centroids);
    let n = data.rows.nrows();
    let parts: Vec<Vec<(u32, f32)>> = (0..n.div_ceil(CHUNK))
        .into_par_iter()
        .map_init(
            || (Vec::new(), Scan::default()),
            |(buffer, scan), chunk| {
                let part = data.part(chunk * CHUNK, ((chunk + 1) * CHUNK).min(n));
                products(centroids.view(), part, buffer);
                scan.read(buffer, &halves, part.nrows());
                (0..part.nrows()).map(|i| (scan.place[i], 2.0 * (scan.best[i] - scan.next[i]))).collect()
            },
        )
        .collect();
    let mut cost = vec![0.0; centroids.nrows()];
    parts.into_iter().flatten().for_each(|(label, more)| cost[label as usize] += f64::from(more));
    cost
}
