//! Benches of the k-means engine, on seeded blobs. The large ones run only where `WENMAI_BENCH_LARGE` is set.
//! `peers_kmeans.py` runs it beside scikit-learn.
//!
//! ```text
//! cargo bench --bench kmeans
//! WENMAI_BENCH_LARGE=1 cargo bench --bench kmeans -- large
//! ```

// A bench that cannot set up has nothing to measure.
#![allow(clippy::unwrap_used)]

use divan::Bencher;
use ndarray::Array2;
use rand_xoshiro::{
    Xoshiro256Plus,
    rand_core::{RngCore, SeedableRng},
};
use wenmai::cluster::{Clusterer, Lloyd, Settings};

fn main() {
    divan::main();
}

/// Rows about `k` centres of the unit cube, uniform within 0.75 of their centre in each column.
fn blobs(n: usize, d: usize, k: usize) -> Array2<f32> {
    let mut random = Xoshiro256Plus::seed_from_u64(1);
    let mut uniform = || (random.next_u64() >> 40) as f32 / (1_u64 << 24) as f32;
    let centres = Array2::from_shape_simple_fn((k, d), &mut uniform);
    Array2::from_shape_fn((n, d), |(i, j)| centres[[i % k, j]] + (uniform() - 0.5) * 1.5)
}

/// The inertia a row of blobs where each has a centroid: the variance of the noise in each column, 1.5² / 12.
fn least(d: usize) -> f64 {
    d as f64 * 1.5 * 1.5 / 12.0
}

fn engine(bencher: Bencher, n: usize, d: usize, k: usize, starts: usize) {
    let rows = blobs(n, d, k);
    let settings = Settings { starts, max_iterations: 50, ..Settings::default() };
    bencher.bench_local(|| {
        let best = Lloyd.best(rows.view(), k, &settings).unwrap();
        assert!(best.inertia / (n as f64) < 1.05 * least(d), "{}", best.inertia / n as f64);
        best
    });
}

/// With what follows the engine: the order of clusters and linfa's labels.
fn whole(bencher: Bencher, n: usize, d: usize, k: usize) {
    let rows = blobs(n, d, k);
    let settings = Settings::default();
    bencher.bench_local(|| {
        let found = Lloyd.cluster(rows.view(), k, &settings).unwrap();
        assert_eq!(found.centroids.nrows(), k);
        found
    });
}

#[divan::bench(sample_count = 5, args = [5, 10, 20, 50])]
fn rows_2000x228_starts_10(bencher: Bencher, k: usize) {
    whole(bencher, 2000, 228, k);
}

#[divan::bench(sample_count = 5, args = [10])]
fn rows_20000x228_starts_10(bencher: Bencher, k: usize) {
    whole(bencher, 20_000, 228, k);
}

#[divan::bench(sample_count = 20, args = [4, 12])]
fn rows_400x228_starts_4(bencher: Bencher, k: usize) {
    engine(bencher, 400, 228, k, 4);
}

#[divan::bench(sample_count = 5)]
fn rows_50000x100_k_50(bencher: Bencher) {
    engine(bencher, 50_000, 100, 50, 1);
}

#[divan::bench(sample_count = 3, ignore = std::env::var_os("WENMAI_BENCH_LARGE").is_none())]
fn large_500000x128_k_200(bencher: Bencher) {
    engine(bencher, 500_000, 128, 200, 1);
}

#[divan::bench(sample_count = 1, ignore = std::env::var_os("WENMAI_BENCH_LARGE").is_none())]
fn large_1000000x128_k_500(bencher: Bencher) {
    engine(bencher, 1_000_000, 128, 500, 1);
}
