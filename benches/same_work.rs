//! What `peers_whole.py` does with scikit-learn, and no more: reads a file, cuts it, weighs the terms, finds a hundred
//! dimensions and groups by ten starts of k-means. Prints the V-measure against the labels, if there are any.
//!
//! ```text
//! cargo run --release --example same_work -- FILE.jsonl K
//! ```
//!
//! Left out, of what `wenmai cluster` does, are the lexicon's view, passages, names, evidence, sub-themes, stories, whom articles
//! name and the report. Phrases are learnt and rows are smoothed here too, which scikit-learn does not do.

// A measurement that cannot set up has nothing to measure.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::{BTreeMap, BTreeSet};

use wenmai::{
    cluster,
    cluster::K,
    embed,
    evaluate::agreement,
    input, segment,
    segment::Term,
    vectorize,
    vectorize::{Bag, Csr},
};

/// As the program's.
#[global_allocator]
static HEAP: wenmai::cli::Heap = wenmai::cli::Heap;

fn main() {
    wenmai::cli::start();
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [file, k] = args.as_slice() else { return eprintln!("FILE.jsonl K") };
    let read = input::read(std::slice::from_ref(file), &input::Settings::default()).unwrap();
    let (_, mut segmented) = segment::fit(&read.articles, &segment::Settings::default()).unwrap();
    let bags: Vec<Bag> = segmented.documents.iter().map(Bag::of_document).collect();
    let vectorizer = vectorize::fit(&bags, segmented.terms.len(), &vectorize::Settings::default());
    let rows: Csr = vectorizer.transform(&bags);
    // scikit-learn holds neither beside the rows.
    drop((bags, std::mem::take(&mut segmented.documents)));
    let terms: Vec<&Term> = vectorizer.columns.iter().map(|&term| &segmented.terms[term as usize]).collect();
    let settings = embed::Settings { lexicon: Some("none".into()), ..embed::Settings::default() };
    let vectors = embed::fit(&rows, &terms, &settings).unwrap().embed(&rows);
    // Articles without a term have no place.
    let places: Vec<usize> = (0..vectors.nrows()).filter(|&i| vectors.row(i).iter().any(|&x| x != 0.0)).collect();
    let placed = vectors.select(ndarray::Axis(0), &places);
    let asked = cluster::Settings { k: K::Exactly(k.parse().unwrap()), ..cluster::Settings::default() };
    let found = cluster::fit(placed.view(), &asked).unwrap();
    let labels: Vec<Option<&str>> = places.iter().map(|&i| read.articles[i].label.as_deref()).collect();
    let known: BTreeSet<&str> = labels.iter().copied().flatten().collect();
    let number: BTreeMap<&str, usize> = known.into_iter().zip(0..).collect();
    let pairs: Vec<(usize, usize)> =
        labels.iter().zip(&found.labels).filter_map(|(label, &cluster)| Some((number[(*label)?], cluster))).collect();
    let v_measure = agreement(&pairs).map(|agreement| agreement.v_measure);
    println!(
        "{{\"articles\": {}, \"dimensions\": {}, \"k\": {}, \"starts\": {}, \"v_measure\": {}}}",
        read.articles.len(),
        placed.ncols(),
        found.centroids.nrows(),
        asked.starts,
        v_measure.map_or_else(|| "null".to_owned(), |v| format!("{v:.4}"))
    );
}
