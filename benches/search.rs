//! Benches of exact search, on rows recombined from the passage vectors of the sample corpus: with the bounds of a sketch,
//! and by reading all rows. The answers are asserted equal while they are timed.
//!
//! ```text
//! cargo bench --bench search
//! ```

// A bench that cannot set up has nothing to measure.
#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;

use divan::Bencher;
use ndarray::Array2;
use rand_xoshiro::{
    Xoshiro256Plus,
    rand_core::{RngCore, SeedableRng},
};
use wenmai::{Config, input, nearest, nearest::Built, pipeline};

fn main() {
    divan::main();
}

const SIZE: usize = 200_000;

/// Unit sums of a passage vector, half of another, and a third of a third.
static ROWS: LazyLock<Array2<f32>> = LazyLock::new(|| {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");
    let config = Config::default();
    let read = input::read(&[corpus.to_owned()], &config.input).unwrap();
    let model = pipeline::fit(read, &config, &()).unwrap();
    let passages = model.passage_vectors.all(&model.embedder);
    let mut random = Xoshiro256Plus::seed_from_u64(1);
    let mut rows = Array2::zeros((SIZE, passages.ncols()));
    for mut row in rows.outer_iter_mut() {
        for share in [1.0, 0.5, 1.0 / 3.0] {
            row.scaled_add(share, &passages.row(random.next_u64() as usize % passages.nrows()));
        }
        let length = row.dot(&row).sqrt();
        row /= length.max(f32::MIN_POSITIVE);
    }
    rows
});

static BUILT: LazyLock<Built> = LazyLock::new(|| nearest::build(ROWS.view()).unwrap());

/// Rows and their scores.
type Hits = Vec<(usize, f32)>;

/// A row and its ten nearest others.
static ASKED: LazyLock<(Vec<f32>, Hits)> = LazyLock::new(|| {
    let query = ROWS.row(SIZE / 2).to_vec();
    let found = nearest::brute(ROWS.view(), &query, 10, Some(SIZE / 2));
    (query, found)
});

#[divan::bench]
fn sketch_200_000(bencher: Bencher) {
    let (query, found) = &*ASKED;
    let (sketch, mut room) = (BUILT.sketch().unwrap(), Vec::new());
    bencher.bench_local(|| assert_eq!(sketch.nearest(ROWS.view(), query, 10, Some(SIZE / 2), &mut room), *found));
}

#[divan::bench(sample_count = 20)]
fn brute_200_000(bencher: Bencher) {
    let (query, found) = &*ASKED;
    bencher.bench(|| assert_eq!(nearest::brute(ROWS.view(), query, 10, Some(SIZE / 2)), *found));
}

#[divan::bench(sample_count = 5)]
fn build_200_000(bencher: Bencher) {
    bencher.bench(|| assert!(nearest::build(ROWS.view()).unwrap() == *BUILT));
}
