//! `wenmai evaluate` from bytes to figures.

use std::fs;

use serde_json::Value;
use tempfile::tempdir;

use crate::support::{json, root, run, shared, wenmai};

/// A number; what is none is NaN, which no comparison holds of.
fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

#[test]
fn the_corpus_is_measured_against_its_readers_labels() {
    let line = ["evaluate", "corpus/", "--labels", "corpus/labels.csv", "-k", "labels", "--seeds", "3", "--json"];
    let found = json(root(), &line, 0);
    assert_eq!(found["schema"], "wenmai.evaluation/1");
    assert_eq!((&found["articles"], &found["labelled"]), (&80.into(), &80.into()));
    assert_eq!(found["k_labels"], 10);
    assert_eq!(found["seeds"], serde_json::json!([42, 43, 44]));
    for (field, least) in
        [("v_measure", 0.6), ("nmi", 0.6), ("ari", 0.35), ("silhouette", 0.0), ("npmi", -0.5), ("diversity", 0.8)]
    {
        let (mean, spread) = (number(&found[field]), &found["spread"][field]);
        // The themes of a small corpus may share no listed term at all.
        assert!(mean > least && (mean < 1.0 || (field == "diversity" && mean <= 1.0)), "{field} is {mean}");
        assert!(number(&spread[0]) <= mean && mean <= number(&spread[1]), "{field}: {spread} around {mean}");
    }
    assert!((number(&found["v_measure"]) - number(&found["nmi"])).abs() < 1e-5);
    let confusion = &found["confusion"];
    let counts = |row: &Value| row.as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).sum::<u64>();
    let themed: u64 = confusion["themes"].as_array().unwrap().iter().map(|row| counts(&row["counts"])).sum();
    assert_eq!(themed + found["unthemed"].as_u64().unwrap(), 80);
    assert_eq!(counts(&confusion["unthemed"]), found["unthemed"].as_u64().unwrap());
    assert_eq!((&found["mates"], &found["pairs"]), (&Value::Null, &Value::Null));
    assert!(number(&found["seconds"]["segment"]) > 0.0);
}

#[test]
fn agreement_is_that_of_the_themes_cluster_shows() {
    let one = ["-k", "10", "--seed", "7", "--json"];
    let themes = json(root(), &[&["cluster", "corpus/"][..], &one].concat(), 0);
    let line = ["evaluate", "corpus/", "--labels", "corpus/labels.csv", "--seeds", "1"];
    let found = json(root(), &[&line[..], &one].concat(), 0);
    assert_eq!(found["unthemed"], themes["unthemed"].as_array().unwrap().len());
    assert_eq!(found["k"], themes["k"]);
    let sizes = |rows: &Value| rows.as_array().unwrap().iter().map(|row| row["size"].clone()).collect::<Vec<_>>();
    assert_eq!(sizes(&found["confusion"]["themes"]), sizes(&themes["themes"]));
}

#[test]
fn figures_do_not_depend_on_the_number_of_threads() {
    let line = |threads| {
        let args =
            ["evaluate", "corpus/", "--labels", "corpus/labels.csv", "--seeds", "2", "--json", "--threads", threads];
        let mut found = json(root(), &args, 0);
        for cost in ["seconds", "peak_rss_mb"] {
            found.as_object_mut().unwrap().remove(cost).unwrap();
        }
        found
    };
    assert_eq!(line("1"), line("3"));
}

#[test]
fn people_get_a_line_a_measure_and_what_the_themes_hold() {
    let text = run(root(), &["evaluate", "corpus/", "--labels", "corpus/labels.csv", "--seeds", "2"], 0);
    for part in ["V-measure", "1 is perfect", "Silhouette", "deep-sea", "80 of them with one of 10 labels", "Seconds: "]
    {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let text = run(root(), &["evaluate", "corpus/", "--seeds", "1"], 0);
    assert!(!text.contains("V-measure") && text.contains("none has a label"), "{text}");
}

#[test]
fn pairs_and_articles_may_stand_in_one_file() {
    let folder = tempdir().unwrap();
    let rows = "\
{\"id\": \"a\", \"title\": \"Whales sing in the deep sea\", \"lang\": \"en\", \"pair\": 1}\n\
{\"id\": \"b\", \"title\": \"Whales sing 鲸鱼 in the deep sea\", \"lang\": \"zh\", \"pair\": 1}\n\
{\"text_a\": \"a man plays a flute\", \"text_b\": \"a man plays a flute\", \"label\": 5}\n\
{\"text_a\": \"a plane takes off\", \"text_b\": \"the cat slept\", \"label\": 0.5}\n\
{\"text_a\": \"half of a pair\", \"text_b\": \"\", \"label\": 1}\n";
    fs::write(folder.path().join("x.jsonl"), rows).unwrap();
    let found = json(folder.path(), &["evaluate", "x.jsonl", "--json"], 1);
    assert_eq!((&found["articles"], &found["pairs"]["count"]), (&2.into(), &2.into()));
    assert_eq!(number(&found["pairs"]["spearman"]), 1.0);
    assert_eq!(found["mates"]["at_1"], 1.0);
    assert_eq!(found["skipped"][0]["path"], "x.jsonl:5");
    // To every other command a pair is no article, and it says so.
    let themes = json(folder.path(), &["cluster", "x.jsonl", "--json"], 1);
    assert_eq!(themes["articles"].as_array().unwrap().len(), 2);
    assert!(themes["skipped"][0]["reason"].as_str().unwrap().contains("`wenmai evaluate`"), "{}", themes["skipped"]);
}

#[test]
fn what_cannot_be_measured_is_an_error_that_says_what_to_do() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("a.jsonl"), "{\"title\": \"Whales sing\", \"split\": \"dev\"}\n").unwrap();
    fs::write(folder.path().join("labels.csv"), "name,label\n").unwrap();
    for (args, parts) in [
        (&["evaluate"][..], &["no INPUT is given"][..]),
        (&["evaluate", "a.jsonl", "-k", "labels"], &["-k is labels, but no article carries a label", "--labels"]),
        (&["evaluate", "a.jsonl", "-k", "label"], &["-k is label, but"]),
        (&["evaluate", "a.jsonl", "--seeds", "0"], &["--seeds", "1..=1000"]),
        (&["evaluate", "a.jsonl", "--split", "test"], &["--split is test", "write one of dev"]),
        (&["evaluate", "a.jsonl", "--labels", "labels.csv"], &["labels.csv:1: the columns `id` and `label`"]),
        (&["cluster", "a.jsonl", "-k", "labels"], &["-k is labels, but the number of themes is `auto`"]),
    ] {
        let output = wenmai().current_dir(folder.path()).args(args).output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {message}");
        for part in parts {
            assert!(message.contains(part), "{args:?} should say {part:?}:\n{message}");
        }
    }
}

#[test]
fn scored_pairs_of_the_shared_data_are_ordered_better_than_by_chance() {
    let Some(path) = shared("data/stsb_zh.pairs.jsonl") else { return };
    let found = json(root(), &["evaluate", path.to_str().unwrap(), "--split", "dev", "--json"], 0);
    assert_eq!(found["pairs"]["count"], 1458);
    assert!(number(&found["pairs"]["spearman"]) > 0.65, "{}", found["pairs"]);
}

#[test]
fn translations_of_the_shared_data_are_looked_for_both_ways() {
    let Some(path) = shared("data/flores200_articles.jsonl") else { return };
    let found = json(root(), &["evaluate", path.to_str().unwrap(), "--seeds", "1", "--json"], 0);
    let mates = &found["mates"];
    assert_eq!(mates["articles"], 562);
    let ways: Vec<_> = mates["ways"].as_array().unwrap().iter().map(|way| (&way["from"], &way["articles"])).collect();
    assert_eq!(ways, [(&"en".into(), &281.into()), (&"zh".into(), &281.into())]);
    assert!(number(&mates["at_1"]) > 0.97, "{mates}");
    assert!(number(&mates["at_5"]) >= number(&mates["at_1"]));
}

#[test]
fn themes_agree_with_labels_in_one_language_and_in_two() {
    // The least that each should reach: a few hundredths below what was measured.
    for (file, least) in [("bbc_news", 0.85), ("cnews_1k", 0.87), ("sib200", 0.43), ("bilingual_news", 0.78)] {
        let Some(path) = shared(&format!("data/{file}.jsonl")) else { return };
        let line = ["evaluate", path.to_str().unwrap(), "-k", "labels", "--seeds", "1", "--json"];
        let found = json(root(), &line, 0);
        assert!(number(&found["v_measure"]) > least, "{file}: {}", found["v_measure"]);
        if file == "sib200" {
            assert!(number(&found["mates"]["at_1"]) > 0.87, "{}", found["mates"]);
        }
    }
}
