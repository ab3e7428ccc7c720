//! How long searches take: loads a saved model, or rows of numbers, and prints the time of each query in milliseconds.
//!
//! ```text
//! cargo run --release --example search_rows -- make SMALL.model 1000000 BIG.model   # a large model, recombined from a small one
//! cargo run --release --example search_rows -- model BIG.model 200                  # 200 whole searches of it
//! cargo run --release --example search_rows -- rows ROWS.npy QUERIES.npy            # as benches/peers_search.py asks
//! ```
//!
//! A made model has one passage an article. Its vector is the unit sum of one passage vector of the small model, half of a
//! second and a third of a third, drawn evenly with a fixed seed; text and terms are those of the first one's article.

// A measurement that cannot set up has nothing to measure.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{path::Path, time::Instant};

use ndarray::{Array2, ArrayView1, Axis};
use rand_xoshiro::{
    Xoshiro256Plus,
    rand_core::{RngCore, SeedableRng},
};
use wenmai::{
    Article, Model,
    model::{Saved, Searched},
    nearest,
    similar::{Query, similar},
    vectorize::Csr,
};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["make", small, count, big] => make(Path::new(small), count.parse().expect("a number"), Path::new(big)),
        ["model", path, count] => model(Path::new(path), count.parse().expect("a number")),
        ["rows", numbers, queries] => rows(Path::new(numbers), Path::new(queries)),
        _ => eprintln!("make SMALL.model COUNT BIG.model | model MODEL COUNT | rows ROWS.npy QUERIES.npy"),
    }
}

fn make(small: &Path, count: usize, big: &Path) {
    let mut model = Model::load(small).unwrap();
    let known: Vec<usize> = (0..model.passages.len())
        .filter(|&i| model.passage_vectors.by(&model.embedder).row(i).iter().any(|&x| x != 0.0))
        .collect();
    let mut random = Xoshiro256Plus::seed_from_u64(1);
    let mut vectors = Array2::zeros((count, model.vectors.ncols()));
    let mut articles = Vec::with_capacity(count);
    let mut rows = Csr { cols: model.rows.cols, indptr: vec![0], ..Csr::default() };
    for (i, mut vector) in vectors.outer_iter_mut().enumerate() {
        let drawn = [1.0, 0.5, 1.0 / 3.0].map(|share| (known[random.next_u64() as usize % known.len()], share));
        for (passage, share) in drawn {
            vector.scaled_add(share, &model.passage_vectors.by(&model.embedder).row(passage));
        }
        let length = vector.dot(&vector).sqrt();
        vector /= length;
        let (article, passage) = model.passages[drawn[0].0];
        let first = &model.articles[article as usize];
        articles.push(Article {
            id: format!("{i:08}"),
            title: first.title.clone(),
            path: first.path.clone(),
            passages: vec![first.passages[passage as usize].clone()],
            ..Article::default()
        });
        let (columns, values) = model.rows.row(article as usize);
        rows.indices.extend_from_slice(columns);
        rows.values.extend_from_slice(values);
        rows.indptr.push(rows.indices.len());
    }
    model.passages = (0..u32::try_from(count).unwrap()).map(|i| (i, 0)).collect();
    model.passage_vectors = wenmai::embed::Texts::Held(vectors.clone());
    (model.articles, model.vectors, model.rows) = (articles, vectors, rows);
    let start = Instant::now();
    model.save(big).unwrap();
    println!("saved in {:.1} s", start.elapsed().as_secs_f64());
}

fn model(path: &Path, count: usize) {
    let start = Instant::now();
    let model = Saved::open(path).unwrap();
    println!("load {:.1} ms, {} articles", milliseconds(start), model.articles());
    // Titles, whole passages, and beginnings of passages, spread over the articles.
    let texts: Vec<String> = (0..count)
        .map(|i| {
            let article = model.article(i * 7919 % model.articles()).unwrap();
            let text = article.passages.first().map_or(String::new(), |p| p.text.clone());
            match i % 3 {
                0 => article.title.clone(),
                1 => text.chars().take(20).collect(),
                _ => text,
            }
        })
        .collect();
    let (mut whole, mut scan) = (Vec::new(), Vec::new());
    for text in texts {
        let start = Instant::now();
        let Ok(found) = similar(&model, &Query::Text(text), 10) else { continue };
        whole.push(milliseconds(start));
        let Some(hit) = found.hits.first() else { continue };
        // The vectors' part alone, of an article as the query.
        let at = model.find(&hit.id).unwrap();
        let query = model.vector(at).unwrap().to_vec();
        let start = Instant::now();
        let nearest = model.nearest(&query, 10, Some(at));
        scan.push(milliseconds(start));
        assert!(!nearest.is_empty());
    }
    println!("first search {:.2} ms", whole[0]);
    tell("whole search", &mut whole);
    tell("nearest rows", &mut scan);
}

fn rows(rows: &Path, queries: &Path) {
    let (rows, queries) = (npy(rows), npy(queries));
    let start = Instant::now();
    let built = nearest::build(rows.view()).unwrap();
    println!("sketch made in {:.1} s", start.elapsed().as_secs_f64());
    let sketch = built.sketch().unwrap();
    let (mut quick, mut slow, mut room) = (Vec::new(), Vec::new(), Vec::new());
    for (i, query) in queries.axis_iter(Axis(0)).map(|query: ArrayView1<'_, f32>| query.to_vec()).enumerate() {
        let start = Instant::now();
        let found = sketch.nearest(rows.view(), &query, 10, None, &mut room);
        quick.push(milliseconds(start));
        println!("hits {}", found.iter().map(|(i, _)| i.to_string()).collect::<Vec<_>>().join(" "));
        if i % 10 == 0 {
            let start = Instant::now();
            assert_eq!(nearest::brute(rows.view(), &query, 10, None), found);
            slow.push(milliseconds(start));
        }
    }
    tell("sketch", &mut quick);
    tell("brute", &mut slow);
}

fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}

fn tell(what: &str, times: &mut [f64]) {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or(f64::NAN);
    println!("{what}: median {:.2} ms, 95th percentile {:.2} ms, of {}", at(0.5), at(0.95), times.len());
}

/// A two-dimensional NumPy file of little-endian single-precision numbers in C order.
fn npy(path: &Path) -> Array2<f32> {
    let bytes = std::fs::read(path).unwrap();
    let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let told = std::str::from_utf8(&bytes[10..10 + header]).unwrap();
    assert!(bytes[6] == 1 && told.contains("'<f4'") && told.contains("'fortran_order': False"), "{told}");
    let shape = &told[told.find('(').unwrap() + 1..told.find(')').unwrap()];
    let shape: Vec<usize> = shape.split(',').map(|side| side.trim().parse().unwrap()).collect();
    let numbers = bytes[10 + header..].as_chunks().0.iter().map(|&x| f32::from_le_bytes(x)).collect();
    Array2::from_shape_vec((shape[0], shape[1]), numbers).unwrap()
}
