//! `wenmai words`, through the binary.

use std::{fs, path::Path};

use tempfile::tempdir;

use crate::support::{json, root, run, shared, wenmai};

/// Articles that share a person and a figure of speech no dictionary has.
fn articles(folder: &Path) {
    for (i, text) in [
        "考察队长邵鸿昨天说，粮食是压舱石和稳定器。",
        "工程师打算把压舱石换成铁块，邵鸿对此表示支持。",
        "研究者比较了各地的压舱石成分，请邵鸿写了序。",
        "有人问邵鸿何时再去，他说先给压舱石编号。",
        "记者看见邵鸿在展台前，讲“压舱石”里的道理。",
    ]
    .iter()
    .enumerate()
    {
        fs::write(folder.join(format!("a{i}.txt")), format!("第{i}篇\n\n{text}\n")).unwrap();
    }
}

#[test]
fn the_words_found_are_a_dictionary_and_then_terms() {
    let folder = tempdir().unwrap();
    articles(folder.path());
    let path = folder.path().join("words.dict");
    let dict = path.to_str().unwrap();
    let output = wenmai().current_dir(folder.path()).args(["words", "*.txt", "-o", dict]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(0), &b""[..]), "{said}");
    assert!(said.contains("saved 2 words to "), "{said}");
    let written = fs::read_to_string(&path).unwrap();
    assert!(written.contains("\n邵鸿 5\n") && written.contains("\n压舱石 5\n"), "{written}");

    let settings = |dict: Option<&Path>| wenmai::segment::Settings {
        dict: dict.map(Path::to_owned),
        ..wenmai::segment::Settings::default()
    };
    let collection =
        wenmai::input::read(&[folder.path().display().to_string()], &wenmai::input::Settings::default()).unwrap();
    let terms = |dict: Option<&Path>| -> Vec<String> {
        let (_, corpus) = wenmai::segment::fit(&collection.articles, &settings(dict)).unwrap();
        corpus.terms.iter().filter(|term| term.parts.is_empty()).map(|term| term.key.clone()).collect()
    };
    let word = "压舱石".to_owned();
    assert!(!terms(None).contains(&word), "the cutter takes it apart: {:?}", terms(None));
    assert!(terms(Some(&path)).contains(&word), "{:?}", terms(Some(&path)));
    run(folder.path(), &["cluster", "*.txt", "--dict", dict, "-k", "1", "--min-df", "1", "--json"], 0);
    // What is in the dictionary is not new.
    run(folder.path(), &["words", "*.txt", "--dict", dict], 1);
}

#[test]
fn a_table_tells_how_often_how_firm_how_free_and_where() {
    let folder = tempdir().unwrap();
    articles(folder.path());
    let table = run(folder.path(), &["words", "."], 0);
    assert!(table.contains("Cohesion") && table.contains("Freedom") && table.ends_with("2 words\n"), "{table}");
    assert!(table.contains("粮食是压舱石和稳定器。") && table.contains("a0.txt:3"), "{table}");
    let one = run(folder.path(), &["words", ".", "-n", "1"], 0);
    assert!(one.contains("1 of 2 words; -n 2 shows all"), "{one}");
    let found = json(folder.path(), &["words", ".", "--json"], 0);
    assert_eq!((&found["articles"], &found["found"]), (&5.into(), &2.into()));
    let word = &found["words"][0];
    assert_eq!((&word["frequency"], &word["articles"]), (&5.into(), &5.into()), "{found}");
    assert!(word["example"]["line"] == 3 && word["cohesion"].as_f64().unwrap() > 0.4, "{found}");
    let ask = |threads| json(folder.path(), &["words", ".", "--json", "--threads", threads], 0);
    assert!(ask("1") == found && ask("5") == found, "the number of threads shows");
    let schema = json(folder.path(), &["schema", "words"], 0);
    for field in found.as_object().unwrap().keys() {
        assert!(schema["properties"][field].is_object(), "{field}: {schema}");
    }
}

#[test]
fn nothing_new_is_said_and_told_by_the_exit_code() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("a.txt"), "A title\n\nNo Chinese at all.\n").unwrap();
    let said = run(folder.path(), &["words", "."], 1);
    assert!(said.contains("No new word: among 0 Chinese characters"), "{said}");
    for (args, part) in [
        (&["words"][..], "no INPUT is given"),
        (&["words", ".", "-n", "0"], "whole number from 1"),
        (&["words", ".", "-o", "missing/words.txt"], "cannot write missing/words.txt"),
        (&["words", ".", "--min-df", "2"], "--min-df"),
    ] {
        let output = wenmai().current_dir(folder.path()).args(args).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), said.contains(part)), (Some(2), true), "{args:?}: {said}");
    }
}

#[test]
fn the_words_of_the_news_are_found_whatever_the_threads() {
    let Some(path) = shared("data/cnews_1k.jsonl") else { return };
    let ask = |threads: &str| run(root(), &["words", path.to_str().unwrap(), "--json", "--threads", threads], 0);
    let one = ask("1");
    assert!(one == ask("3"), "the number of threads shows");
    let found: serde_json::Value = serde_json::from_str(&one).unwrap();
    let words: Vec<&str> = found["words"].as_array().unwrap().iter().map(|w| w["word"].as_str().unwrap()).collect();
    for word in ["汤唯", "刚性需求", "微博", "招拍挂", "红星美凯龙"] {
        assert!(words.contains(&word), "{word}: {words:?}");
    }
    for stump in ["星美凯龙", "红星美凯", "拜纳", "告诉记者"] {
        assert!(!words.contains(&stump), "{stump}");
    }
}
