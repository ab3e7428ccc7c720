//! Benches of the stages, on articles recombined from the sample corpus. Sizes are in the names, the seed is fixed, the
//! dictionaries are warm before the clock starts, and every result is asserted while it is timed.
//!
//! ```text
//! cargo bench --bench stages            # all of them
//! cargo bench --bench stages -- embed   # one stage
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
use wenmai::{
    Article, Passage, cluster,
    cluster::K,
    embed, input, segment,
    segment::{Segmented, Term},
    vectorize,
    vectorize::{Bag, Csr},
};

fn main() {
    divan::main();
}

const SIZE: usize = 2000;

/// 2 000 articles of four passages each, drawn from the passages of the sample corpus.
static ARTICLES: LazyLock<Vec<Article>> = LazyLock::new(|| {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");
    let read = input::read(&[corpus.to_owned()], &input::Settings::default()).unwrap();
    let passages: Vec<Passage> = read.articles.into_iter().flat_map(|a| a.passages).collect();
    let mut random = Xoshiro256Plus::seed_from_u64(1);
    (0..SIZE)
        .map(|i| Article {
            id: format!("{i:05}"),
            passages: (0..4).map(|_| passages[random.next_u64() as usize % passages.len()].clone()).collect(),
            ..Article::default()
        })
        .collect()
});

static SEGMENTED: LazyLock<Segmented> =
    LazyLock::new(|| segment::fit(&ARTICLES, &segment::Settings::default()).unwrap().1);

static BAGS: LazyLock<Vec<Bag>> = LazyLock::new(|| SEGMENTED.documents.iter().map(Bag::of_document).collect());

static ROWS: LazyLock<Csr> =
    LazyLock::new(|| vectorize::fit(&BAGS, SEGMENTED.terms.len(), &vectorize::Settings::default()).transform(&BAGS));

/// The terms of the columns: no term is dropped by the vectorizer's defaults.
static TERMS: LazyLock<Vec<&'static Term>> = LazyLock::new(|| SEGMENTED.terms.iter().collect());

static VECTORS: LazyLock<Array2<f32>> =
    LazyLock::new(|| embed::fit(&ROWS, &TERMS, &embed::Settings::default()).unwrap().embed(&ROWS));

#[divan::bench(sample_count = 5)]
fn read_corpus(bencher: Bencher) {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus").to_owned();
    bencher.bench(|| {
        let read = input::read(std::slice::from_ref(&corpus), &input::Settings::default()).unwrap();
        assert!(read.articles.len() >= 60 && read.skipped.is_empty());
        read
    });
}

#[divan::bench(sample_count = 5)]
fn segment_2000_articles(bencher: Bencher) {
    assert!(!SEGMENTED.terms.is_empty());
    bencher.bench(|| {
        let (_, segmented) = segment::fit(&ARTICLES, &segment::Settings::default()).unwrap();
        assert_eq!(segmented.documents.len(), SIZE);
        segmented
    });
}

#[divan::bench(sample_count = 5)]
fn vectorize_2000_articles(bencher: Bencher) {
    let terms = SEGMENTED.terms.len();
    bencher.bench(|| {
        let rows = vectorize::fit(&BAGS, terms, &vectorize::Settings::default()).transform(&BAGS);
        assert_eq!(rows.rows(), SIZE);
        rows
    });
}

#[divan::bench(sample_count = 5)]
fn embed_2000_articles(bencher: Bencher) {
    let rows = &*ROWS;
    bencher.bench(|| {
        let vectors = embed::fit(rows, &TERMS, &embed::Settings::default()).unwrap().embed(rows);
        assert_eq!(vectors.nrows(), SIZE);
        vectors
    });
}

#[divan::bench(sample_count = 5, args = [10, 50])]
fn cluster_2000_articles(bencher: Bencher, k: usize) {
    let vectors = VECTORS.view();
    let settings = cluster::Settings { k: K::Exactly(k), ..cluster::Settings::default() };
    bencher.bench(|| {
        let clusters = cluster::fit(vectors, &settings).unwrap();
        assert_eq!(clusters.centroids.nrows(), k);
        clusters
    });
}
