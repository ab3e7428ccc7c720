//! Cutting against its limit: how many bytes a second jieba-rs cuts by itself, and how many are cut, counted and weighed.
//!
//! ```text
//! cargo bench --bench cutting                     # the sample corpus, eight times over
//! cargo bench --bench cutting -- FILE.jsonl       # articles of your own
//! ```
//!
//! Prints one JSON object: megabytes of text, and for 1 and 2 threads the best of five seconds of each. Dictionaries are
//! warm before the clock starts.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::time::Instant;

use rayon::prelude::*;
use wenmai::{Article, input, segment, vectorize, vectorize::Bag};

fn main() {
    let given: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let own = given.is_empty();
    let inputs = if own { vec![concat!(env!("CARGO_MANIFEST_DIR"), "/corpus").to_owned()] } else { given };
    let mut articles = input::read(&inputs, &input::Settings::default()).unwrap().articles;
    if own {
        let copies = (0..8).flat_map(|copy| articles.iter().map(move |a| (copy, a)));
        articles = copies.map(|(copy, a)| Article { id: format!("{}-{copy}", a.id), ..a.clone() }).collect();
    }
    let texts: Vec<&str> = articles
        .iter()
        .flat_map(|a| std::iter::once(a.title.as_str()).chain(a.passages.iter().map(|p| p.text.as_str())))
        .collect();
    let bytes: usize = texts.iter().map(|text| text.len()).sum();
    let jieba = jieba_rs::Jieba::new();
    let mut line = format!("{{\"articles\": {}, \"mb\": {:.2}", articles.len(), bytes as f64 / 1e6);
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let raw = best(|| {
            pool.install(|| texts.par_iter().with_min_len(64).map(|text| jieba.cut(text, true).len()).sum::<usize>())
        });
        let mut terms = 0;
        let segmenting = best(|| {
            let (_, segmented) = pool.install(|| segment::fit(&articles, &segment::Settings::default())).unwrap();
            terms = segmented.terms.len();
        });
        let ours = best(|| {
            pool.install(|| {
                let (_, segmented) = segment::fit(&articles, &segment::Settings::default()).unwrap();
                let bags: Vec<Bag> = segmented.documents.par_iter().map(Bag::of_document).collect();
                let fitted = vectorize::fit(&bags, segmented.terms.len(), &vectorize::Settings::default());
                assert_eq!(fitted.transform(&bags).rows(), articles.len());
            });
        });
        line += &format!(
            ", \"threads_{threads}\": {{\"raw_s\": {raw:.4}, \"segment_s\": {segmenting:.4}, \
             \"segment_and_vectorize_s\": {ours:.4}, \"terms\": {terms}, \"share_of_raw\": {:.2}}}",
            raw / ours
        );
    }
    println!("{line}}}");
}

/// The least seconds of five runs after one.
fn best<T>(mut run: impl FnMut() -> T) -> f64 {
    run();
    (0..5).fold(f64::INFINITY, |best, _| {
        let start = Instant::now();
        run();
        best.min(start.elapsed().as_secs_f64())
    })
}
