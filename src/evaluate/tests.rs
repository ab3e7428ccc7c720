//! The measures against scikit-learn, scipy and gensim, and at their edges.

use ndarray::{Array2, array};
use serde_json::Value;

use super::*;
use crate::{
    config::Config,
    input::{self, Pair},
    segment::{Documents, PassageTokens, Segmented, Term, Token},
};

fn reference() -> Value {
    serde_json::from_str(include_str!("../../tests/reference/evaluate.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|v| v.as_u64().unwrap() as usize).collect()
}

fn close(ours: f64, theirs: &Value, what: &str) {
    let theirs = theirs.as_f64().unwrap();
    assert!((ours - theirs).abs() < 1e-9, "{what}: {ours} is not {theirs}");
}

/// A corpus of words numbered from 0, one passage a text; terms from `words` on are the phrases given.
fn corpus(texts: &[Vec<u32>], words: u32, phrases: &[Vec<u32>]) -> Segmented {
    let word = |i: u32| Term { key: format!("{i:05}"), ..Term::default() };
    let phrase = |parts: &Vec<u32>| Term { key: format!("p{parts:?}"), parts: parts.clone(), ..Term::default() };
    let mut documents = Documents::default();
    for text in texts {
        let text: Vec<Token> = text.iter().map(|&term| Token { term, start: 0, end: 0 }).collect();
        documents.push("en", &[], [PassageTokens { heading: &[], text: &text }]);
    }
    Segmented {
        terms: (0..words).map(word).chain(phrases.iter().map(phrase)).collect(),
        documents,
        ..Segmented::default()
    }
}

#[test]
fn agreement_is_scikit_learns() {
    for case in reference()["agreement"].as_array().unwrap() {
        let pairs: Vec<_> = numbers(&case["labels"]).into_iter().zip(numbers(&case["clusters"])).collect();
        let ours = agreement(&pairs).unwrap();
        close(ours.v_measure, &case["v_measure"], "V-measure");
        close(ours.nmi, &case["nmi"], "NMI");
        close(ours.ari, &case["ari"], "ARI");
    }
}

#[test]
fn one_label_is_nothing_to_recover() {
    assert_eq!(agreement(&[]), None);
    assert_eq!(agreement(&[(3, 0), (3, 1)]), None);
}

#[test]
fn coherence_is_gensims() {
    let reference = reference();
    let texts: Vec<Vec<u32>> = reference["texts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|text| numbers(text).into_iter().map(|word| word as u32).collect())
        .collect();
    let corpus = corpus(&texts, 40, &[]);
    let topics: Vec<Vec<u32>> = reference["topics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|topic| numbers(topic).into_iter().map(|word| word as u32).collect())
        .collect();
    for (topic, theirs) in topics.iter().zip(reference["npmi"].as_array().unwrap()) {
        close(npmi(&corpus, std::slice::from_ref(topic)).unwrap(), theirs, &format!("{topic:?}"));
    }
    let mean = reference["npmi"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).sum::<f64>() / 4.0;
    assert!((npmi(&corpus, &topics).unwrap() - mean).abs() < 1e-9);
}

#[test]
fn a_phrase_is_in_a_window_that_holds_all_its_words() {
    // Term 30 is the phrase of the words 1 and 2; 12 words have three windows, from the words 0, 1 and 2.
    let text = vec![0, 30, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
    let corpus = corpus(&[text], 30, &[vec![1, 2]]);
    // The phrase is in the first two windows, 0 in the first, 3 in all.
    let third = 1.0_f64 / 3.0;
    let expected = |joint: f64, a: f64, b: f64| (joint / (a * b)).ln() / -joint.ln();
    for (pair, value) in [
        ([30, 0], expected(third, 2.0 * third, third)),
        ([30, 3], expected(2.0 * third, 2.0 * third, 1.0)),
        ([30, 1], expected(2.0 * third, 2.0 * third, 2.0 * third)),
    ] {
        let ours = npmi(&corpus, &[pair.to_vec()]).unwrap();
        assert!((ours - value).abs() < 1e-9, "{pair:?}: {ours} is not {value}");
    }
    assert_eq!(npmi(&corpus, &[vec![3, 4]]), Some(1.0), "never apart");
}

#[test]
fn themes_without_two_terms_have_no_coherence() {
    let corpus = corpus(&[vec![0, 1], vec![]], 4, &[]);
    assert_eq!(npmi(&corpus, &[]), None);
    assert_eq!(npmi(&corpus, &[vec![0], vec![]]), None);
    assert_eq!(npmi(&corpus, &[vec![0, 3]]), None, "3 is in no text");
    assert!(npmi(&corpus, &[vec![0, 1]]).is_some());
    assert_eq!((diversity(&[]), diversity(&[vec![]]), diversity(&[vec![1], vec![1]])), (None, None, Some(0.5)));
}

#[test]
fn correlation_is_scipys() {
    let reference = &reference()["spearman"];
    let floats = |v: &Value| v.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect::<Vec<_>>();
    let pairs: Vec<_> = floats(&reference["a"]).into_iter().zip(floats(&reference["b"])).collect();
    close(spearman(&pairs).unwrap(), &reference["rho"], "Spearman's rho");
    assert_eq!(spearman(&[]), None);
    assert_eq!(spearman(&[(1.0, 2.0), (1.0, 3.0)]), None, "one side is all equal");
}

#[test]
fn the_silhouette_is_scikit_learns() {
    let reference = &reference()["silhouette"];
    let rows: Vec<f32> = reference["rows"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| row.as_array().unwrap().iter().map(|v| v.as_f64().unwrap() as f32))
        .collect();
    let rows = Array2::from_shape_vec((rows.len() / 2, 2), rows).unwrap();
    let ours = crate::cluster::silhouette(rows.view(), &numbers(&reference["labels"])).unwrap();
    let theirs = reference["mean"].as_f64().unwrap();
    assert!((ours - theirs).abs() < 1e-5, "{ours} is not {theirs}");
}

fn spoken(lang: &str, pair: &str) -> Spoken {
    Spoken { lang: lang.to_owned(), pair: Some(pair.to_owned()).filter(|pair| !pair.is_empty()) }
}

#[test]
fn mates_are_looked_for_in_the_other_language_both_ways() {
    let articles = [
        spoken("zh", "1"),
        spoken("zh", "2"),
        spoken("en", "1"),
        spoken("en", "2"),
        spoken("en", ""),
        spoken("en", "9"),
    ];
    let rows = array![[1.0, 0.0], [0.0, 1.0], [0.8, 0.6], [0.6, 0.8], [0.0, 1.0], [0.0, 0.0]];
    let found = mates(&articles, rows.view()).unwrap();
    // zh 1 finds its mate; zh 2 finds the article without a mate first. Both English ones find theirs.
    let way = |from: &str, to: &str, at_1| Way { from: from.into(), to: to.into(), at_1, at_5: 1.0, articles: 2 };
    assert_eq!(found.ways, [way("en", "zh", 1.0), way("zh", "en", 0.5)]);
    assert_eq!((found.at_1, found.at_5, found.articles), (0.75, 1.0, 4));
}

#[test]
fn a_mate_without_words_is_not_found_and_ties_go_to_the_first() {
    let articles = [spoken("zh", "1"), spoken("zh", "2"), spoken("en", "2"), spoken("en", "1")];
    let rows = array![[0.0, 0.0], [1.0, 0.0], [1.0, 0.0], [1.0, 0.0]];
    let found = mates(&articles, rows.view()).unwrap();
    assert_eq!(found.ways.iter().map(|way| (way.at_1, way.at_5)).collect::<Vec<_>>(), [(0.5, 0.5), (0.5, 0.5)]);
    assert_eq!(mates(&[spoken("zh", "1"), spoken("zh", "1"), spoken("en", "")], rows.view()), None);
    assert_eq!(mates(&[], Array2::zeros((0, 3)).view()), None);
}

fn collection(rows: &str) -> input::Collection {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.jsonl");
    std::fs::write(&path, rows).unwrap();
    input::read(&[path.to_str().unwrap().to_owned()], &input::Settings::default()).unwrap()
}

fn evaluated(collection: input::Collection, pairs: Vec<Pair>, settings: &Settings) -> crate::Result<Evaluation> {
    run(collection, pairs, &Config::default(), settings, &Clock::new(&()))
}

#[test]
fn one_article_without_a_label_has_few_measures_and_no_fault() {
    let found = evaluated(collection(r#"{"title": "Whales sing"}"#), Vec::new(), &Settings::default()).unwrap();
    assert_eq!((found.articles, found.k_labels, found.v_measure, found.silhouette), (1, None, None, None));
    assert_eq!((found.mates, found.pairs, found.confusion), (None, None, None));
    assert_eq!(found.seeds, [42, 43, 44, 45, 46]);
}

#[test]
fn a_text_of_no_words_is_measured_as_unthemed() {
    let rows = "{\"title\": \"12 34\", \"label\": \"a\"}\n{\"title\": \"whales sing\", \"label\": \"b\"}";
    let found = evaluated(collection(rows), Vec::new(), &Settings { seeds: 1, ..Settings::default() }).unwrap();
    assert_eq!((found.unthemed, found.k, found.v_measure), (1, 1, Some(1.0)));
    assert_eq!(found.confusion.unwrap().unthemed, [1, 0]);
}

#[test]
fn as_many_themes_as_labels_needs_labels() {
    let settings = Settings { k_of_labels: true, ..Settings::default() };
    let error = evaluated(collection(r#"{"title": "Whales sing"}"#), Vec::new(), &settings).unwrap_err();
    assert!(error.to_string().starts_with("-k is labels, but no article carries a label; "), "{error}");
}

#[test]
fn a_split_keeps_its_own_and_names_the_others() {
    let rows = "{\"title\": \"whales sing\", \"split\": \"dev\"}\n{\"title\": \"ships sail\", \"split\": \"test\"}";
    let of = |split: &str| Settings { seeds: 1, split: Some(split.to_owned()), ..Settings::default() };
    assert_eq!(evaluated(collection(rows), Vec::new(), &of("dev")).unwrap().articles, 1);
    let error = evaluated(collection(rows), Vec::new(), &of("x")).unwrap_err().to_string();
    assert!(error.contains("--split is x") && error.contains("write one of dev, test"), "{error}");
}

#[test]
fn pairs_are_ordered_by_their_cosines() {
    let pair = |a: &str, b: &str, score| Pair { texts: [a.into(), b.into()], score, ..Pair::default() };
    let pairs = vec![
        pair("a man plays the flute", "a man plays the flute", 5.0),
        pair("a dog runs on the beach", "a dog sleeps on the beach", 3.0),
        pair("a plane takes off", "the cat sat there", 0.0),
    ];
    let found = evaluated(input::Collection::default(), pairs, &Settings::default()).unwrap();
    assert_eq!(found.pairs.unwrap(), view::Pairs { spearman: Some(1.0), count: 3 });
    assert_eq!((found.articles, found.k), (0, 0));
    assert!(evaluated(input::Collection::default(), Vec::new(), &Settings::default()).is_err());
}
