//! `wenmai similar`, through the binary.

use std::fs;

use tempfile::tempdir;

use crate::support::{json, root, run, wenmai};

#[test]
fn an_article_is_like_its_reprint_and_not_among_its_own_hits() {
    let folder = tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("lander.txt", "Lander\n\nThe hadal lander reached the trench floor and filmed snailfish at great depth.\n");
    write(
        "reprint.txt",
        "Lander\n\nThe hadal lander reached the trench floor and filmed snailfish at depth, it said.\n",
    );
    write("rail.txt", "Railway\n\nThe freight railway crossed the border with new locomotives and a wider gauge.\n");
    write("vote.txt", "Vote\n\nThe parliament voted on the budget after a long night of speeches on taxes.\n");
    let found = json(folder.path(), &["similar", ".", "--to", "lander", "--json"], 0);
    assert_eq!(found["query"], "lander");
    let hits = found["hits"].as_array().unwrap();
    assert_eq!(hits[0]["id"], "reprint");
    assert!(hits.iter().all(|h| h["id"] != "lander"));
    let shares: f64 = hits[0]["shared"].as_array().unwrap().iter().map(|s| s["share"].as_f64().unwrap()).sum();
    assert!(shares > 0.2 && shares <= 1.0 + 1e-6, "{shares}");
    assert!(hits[0]["passage"]["quote"].as_str().unwrap().contains("hadal"));
    assert_eq!(hits[0]["passage"]["line"], 3);
}

#[test]
fn a_question_in_either_language_finds_its_articles() {
    for (question, wanted) in [("深海 深渊 科考", "sea"), ("radio telescope", "telescope")] {
        let found = json(root(), &["similar", "corpus/", "--to", question, "-n", "3", "--json"], 0);
        let hits = found["hits"].as_array().unwrap();
        assert_eq!(hits.len(), 3, "{question} ({wanted})");
        let scores: Vec<f64> = hits.iter().map(|h| h["score"].as_f64().unwrap()).collect();
        assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
        assert!(!hits[0]["shared"].as_array().unwrap().is_empty(), "{found}");
    }
}

#[test]
fn a_file_asks_with_its_text() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("question.txt");
    fs::write(&path, "A question\n\nWhich radio telescope shares its data with astronomers abroad?\n").unwrap();
    let argument = format!("@{}", path.display());
    let by_file = json(root(), &["similar", "corpus/", "--to", &argument, "--json"], 0);
    assert!(!by_file["hits"].as_array().unwrap().is_empty());
}

#[test]
fn a_question_without_a_known_word_says_so() {
    let output = wenmai().args(["similar", "corpus/", "--to", "xyzzyq plughw"]).output().unwrap();
    assert_ne!(output.status.code(), Some(0));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("xyzzyq") && said.contains("no word of the query"), "{said}");
    let found = json(root(), &["similar", "corpus/", "--to", "telescope xyzzyq", "--json"], 0);
    assert_eq!(found["unknown"], serde_json::json!(["xyzzyq"]));
}

#[test]
fn the_number_of_hits_is_the_readers() {
    let out = run(root(), &["similar", "corpus/", "--to", "telescope", "-n", "2", "--json"], 0);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&out).unwrap()["hits"].as_array().unwrap().len(), 2);
}
