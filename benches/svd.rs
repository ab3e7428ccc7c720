//! The truncated singular value decomposition (`embed/lsa.rs`), by itself.
//!
//! ```text
//! cargo bench --bench svd                       # articles recombined from the sample corpus
//! cargo bench --bench svd -- FILE.jsonl FOLDER  # the articles of a file: seconds, and the arrays that peers_svd.py reads
//! ```

// A bench that cannot set up has nothing to measure.
#![allow(clippy::unwrap_used)]

use std::{fs, path::Path, time::Instant};

use divan::Bencher;
use ndarray::Array2;
use rand_xoshiro::{
    Xoshiro256Plus,
    rand_core::{RngCore, SeedableRng},
};
use wenmai::{
    Article, Passage, embed, input, segment,
    segment::Term,
    vectorize,
    vectorize::{Bag, Csr},
};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    match arguments.as_slice() {
        [file, folder] if Path::new(file).is_file() => export(file, Path::new(folder)),
        _ => divan::main(),
    }
}

/// The TF-IDF rows of articles, and the terms of their columns.
fn rows(articles: &[Article]) -> (Csr, Vec<Term>) {
    let segmented = segment::fit(articles, &segment::Settings::default()).unwrap().1;
    let bags: Vec<Bag> = segmented.documents.iter().map(Bag::of_document).collect();
    let vectorizer = vectorize::fit(&bags, segmented.terms.len(), &vectorize::Settings::default());
    let rows = vectorizer.transform(&bags);
    (rows, vectorizer.columns.iter().map(|&term| segmented.terms[term as usize].clone()).collect())
}

/// The corpus's view alone: its columns are the right singular vectors, each with a factor.
fn fit(rows: &Csr, terms: &[&Term]) -> Array2<f32> {
    let settings = embed::Settings { lexicon: Some("none".into()), ..embed::Settings::default() };
    embed::fit(rows, terms, &settings).unwrap().view().vectors()
}

/// `n` articles of four passages each, drawn from the passages of the sample corpus.
fn recombined(n: usize) -> Vec<Article> {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");
    let read = input::read(&[corpus.to_owned()], &input::Settings::default()).unwrap();
    let passages: Vec<Passage> = read.articles.into_iter().flat_map(|a| a.passages).collect();
    let mut random = Xoshiro256Plus::seed_from_u64(1);
    let mut draw = || passages[random.next_u64() as usize % passages.len()].clone();
    (0..n)
        .map(|i| Article { id: format!("{i:05}"), passages: (0..4).map(|_| draw()).collect(), ..Article::default() })
        .collect()
}

#[divan::bench(sample_count = 5, args = [500, 2000, 8000])]
fn svd_rank_100_of_articles(bencher: Bencher, n: usize) {
    let (rows, terms) = rows(&recombined(n));
    let terms: Vec<&Term> = terms.iter().collect();
    bencher.bench(|| {
        let vectors = fit(&rows, &terms);
        assert_eq!(vectors.dim(), (rows.cols, 100));
        vectors
    });
}

fn export(file: &str, folder: &Path) {
    let read = input::read(&[file.to_owned()], &input::Settings::default()).unwrap();
    let (rows, terms) = rows(&read.articles);
    let terms: Vec<&Term> = terms.iter().collect();
    fit(&rows, &terms);
    let mut seconds: Vec<f64> = (0..5)
        .map(|_| {
            let begin = Instant::now();
            fit(&rows, &terms);
            begin.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    let vectors = fit(&rows, &terms);
    println!("{} × {}, {} entries: {:.4} s", rows.rows(), rows.cols, rows.values.len(), seconds[2]);
    let write = |name: &str, kind: &str, shape: &str, bytes: Vec<u8>| {
        // The .npy format, version 1: a header padded to 64 bytes, then the numbers.
        let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({shape}), }}");
        let header = format!("{header:<width$}\n", width = (header.len() + 11).next_multiple_of(64) - 11);
        let mut all = b"\x93NUMPY\x01\x00".to_vec();
        all.extend((header.len() as u16).to_le_bytes());
        all.extend(header.as_bytes());
        all.extend(bytes);
        fs::write(folder.join(name), all).unwrap();
    };
    fs::create_dir_all(folder).unwrap();
    let n = |n: usize| format!("{n},");
    write("data.npy", "<f4", &n(rows.values.len()), rows.values.iter().flat_map(|x| x.to_le_bytes()).collect());
    write("indices.npy", "<i4", &n(rows.values.len()), rows.indices.iter().flat_map(|x| x.to_le_bytes()).collect());
    write(
        "indptr.npy",
        "<i8",
        &n(rows.indptr.len()),
        rows.indptr.iter().flat_map(|&x| (x as u64).to_le_bytes()).collect(),
    );
    let shape = format!("{}, {}", vectors.nrows(), vectors.ncols());
    write("vectors.npy", "<f4", &shape, vectors.iter().flat_map(|x| x.to_le_bytes()).collect());
    fs::write(folder.join("seconds.txt"), format!("{}\n{}\n", seconds[2], rows.cols)).unwrap();
}
