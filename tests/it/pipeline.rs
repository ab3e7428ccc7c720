//! The main job from bytes to themes, through the binary.

use std::{collections::BTreeSet, fs};

use serde_json::Value;
use tempfile::tempdir;

use crate::support::{json, root, run, shared, wenmai};

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect()
}

#[test]
fn the_corpus_has_a_theme_for_every_article_or_a_reason() {
    let found = json(root(), &["cluster", "corpus/", "--json"], 0);
    let articles = found["articles"].as_array().unwrap();
    assert!(articles.len() >= 60);
    assert_eq!(found["schema"], "wenmai.themes/1");
    assert_eq!(found["k"].as_u64().unwrap() as usize, found["themes"].as_array().unwrap().len());
    let mut placed = BTreeSet::new();
    for theme in found["themes"].as_array().unwrap() {
        let members = strings(&theme["articles"]);
        assert_eq!(theme["size"].as_u64().unwrap() as usize, members.len());
        assert!(!theme["evidence"].as_array().unwrap().is_empty());
        for id in members {
            assert!(placed.insert(id.to_owned()), "{id} is in two themes");
        }
    }
    for id in strings(&found["unthemed"]) {
        assert!(placed.insert(id.to_owned()), "{id} is both themed and unthemed");
    }
    let ids: BTreeSet<String> = articles.iter().map(|a| a["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(placed, ids);
    for article in articles {
        assert_eq!(article["theme"].is_null(), article["unthemed_because"].is_string(), "{article}");
        let confidence = article["confidence"].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&confidence));
    }
}

#[test]
fn every_quote_stands_where_the_report_says() {
    let found = json(root(), &["cluster", "corpus/", "--json"], 0);
    let mut literal = 0;
    for theme in found["themes"].as_array().unwrap() {
        for quote in theme["evidence"].as_array().unwrap() {
            let bytes = fs::read(root().join(quote["path"].as_str().unwrap())).unwrap();
            let place = quote["start"].as_u64().unwrap() as usize..quote["end"].as_u64().unwrap() as usize;
            let stands = std::str::from_utf8(&bytes[place.clone()]).unwrap();
            let line = bytes[..place.start].iter().filter(|&&b| b == b'\n').count() + 1;
            assert_eq!(quote["line"].as_u64().unwrap() as usize, line, "{quote}");
            let words = quote["quote"].as_str().unwrap();
            if stands == words {
                literal += 1;
            }
            // Marks are left out of a quote and markup out of a passage, so compare the letters that open it.
            let opening: String = words.chars().filter(|c| c.is_alphanumeric()).take(12).collect();
            let letters: String = stands.chars().filter(|c| c.is_alphanumeric()).collect();
            let escaped = quote["path"].as_str().unwrap().ends_with(".jsonl") && stands.contains('\\');
            assert!(escaped || letters.contains(&opening), "{opening} is not in {stands}");
        }
    }
    assert!(literal > 5, "only {literal} quotes are the file's own bytes");
}

#[test]
fn themes_agree_with_the_reader_of_the_corpus() {
    let mut labels = std::collections::BTreeMap::new();
    let mut reader = csv::Reader::from_path(root().join("corpus/labels.csv")).unwrap();
    for row in reader.records() {
        let row = row.unwrap();
        labels.insert(row[0].to_owned(), row[1].to_owned());
    }
    let found = json(root(), &["cluster", "corpus/", "--json", "-k", "10"], 0);
    let articles = found["articles"].as_array().unwrap();
    let ids: BTreeSet<&str> = articles.iter().map(|a| a["id"].as_str().unwrap()).collect();
    assert_eq!(ids, labels.keys().map(String::as_str).collect(), "labels.csv names the articles of the corpus");
    // Purity: the share of articles whose reader's theme is the commonest of their theme.
    let mut agree = 0;
    for theme in found["themes"].as_array().unwrap() {
        let mut counts = std::collections::BTreeMap::new();
        for id in strings(&theme["articles"]) {
            *counts.entry(&labels[id]).or_insert(0) += 1;
        }
        agree += counts.values().max().unwrap();
    }
    let purity = f64::from(agree) / articles.len() as f64;
    println!("purity at 10 themes: {purity:.3}");
    assert!(purity > 0.5, "purity {purity:.3}");
}

#[test]
fn threads_and_the_order_of_inputs_change_no_byte() {
    let once = run(root(), &["cluster", "corpus/", "--json", "--threads", "1"], 0);
    assert_eq!(once, run(root(), &["cluster", "corpus/", "--json", "--threads", "2"], 0));
    assert_eq!(once, run(root(), &["cluster", "corpus/", "--json", "--threads", "3"], 0));
    let mut names: Vec<String> = fs::read_dir(root().join("corpus"))
        .unwrap()
        .map(|e| format!("corpus/{}", e.unwrap().file_name().to_string_lossy()))
        .filter(|name| !name.ends_with(".csv") && !name.contains("README"))
        .collect();
    names.sort();
    let forward: Vec<&str> = ["cluster", "--json"].into_iter().chain(names.iter().map(String::as_str)).collect();
    let backward: Vec<&str> = ["cluster", "--json"].into_iter().chain(names.iter().rev().map(String::as_str)).collect();
    let forward = run(root(), &forward, 0);
    assert_eq!(forward, run(root(), &backward, 0));
    assert_eq!(forward, once, "a folder is the files in it");
}

#[test]
fn the_digest_page_comes_out_as_its_reader_would_sort_it() {
    let Some(path) = shared("seed.txt") else { return };
    let found = json(root(), &["cluster", path.to_str().unwrap(), "--json"], 0);
    assert_eq!(found["corpus"]["articles"], 9);
    assert_eq!(found["corpus"]["passages"], 34);
    let theme = |n: usize| found["articles"][n - 1]["theme"].as_u64();
    // The deep-sea article stands alone or with nothing of another kind.
    assert!((1..=9).filter(|&n| n != 3).all(|n| theme(n) != theme(3)), "the deep-sea article shares a theme");
    // Two of the three bilateral partners (UK, Brazil, Israel) fall together.
    let partners = [theme(5), theme(6), theme(7)];
    assert!(partners[0] == partners[1] || partners[1] == partners[2] || partners[0] == partners[2], "{partners:?}");
}

#[test]
fn a_model_answers_as_the_run_that_saved_it() {
    let folder = tempdir().unwrap();
    let model = folder.path().join("m.wenmai");
    let model = model.to_str().unwrap();
    let first = run(root(), &["cluster", "corpus/", "--json", "--save", model], 0);
    let bytes = fs::read(model).unwrap();
    let (a, b) = (folder.path().join("a"), folder.path().join("b"));
    run(root(), &["report", "--model", model, "-o", a.to_str().unwrap(), "--format", "json"], 0);
    run(root(), &["report", "corpus/", "-o", b.to_str().unwrap(), "--format", "json"], 0);
    let report = fs::read_to_string(a.join("themes.json")).unwrap();
    assert_eq!(report, fs::read_to_string(b.join("themes.json")).unwrap());
    assert_eq!(report.trim(), first.trim());
    let query = ["--to", "radio telescope", "--json"];
    let from_model = run(root(), &[&["similar", "--model", model], &query[..]].concat(), 0);
    assert_eq!(from_model, run(root(), &[&["similar", "corpus/"], &query[..]].concat(), 0));
    run(root(), &["cluster", "corpus/", "--json", "--save", model, "--threads", "1"], 0);
    assert!(bytes == fs::read(model).unwrap(), "the same corpus is saved as the same bytes");
}

#[test]
fn a_damaged_model_is_refused_and_says_how_to_make_it_anew() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("m.wenmai");
    let name = path.to_str().unwrap();
    let text = folder.path().join("a.txt");
    fs::write(&text, "Deep sea\n\nA lander went down into the trench and came back with plankton.\n").unwrap();
    run(root(), &["cluster", text.to_str().unwrap(), "--save", name], 0);
    let whole = fs::read(&path).unwrap();
    let mut damaged: Vec<Vec<u8>> = vec![vec![], b"not a model at all".to_vec(), whole[..whole.len() / 2].to_vec()];
    damaged.extend((0..whole.len().min(400)).step_by(7).map(|at| {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x41;
        bytes
    }));
    for bytes in damaged {
        fs::write(&path, &bytes).unwrap();
        let output = wenmai().args(["report", "--model", name, "-o"]).arg(folder.path().join("r")).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("panicked"), "{said}");
        if output.status.code() == Some(2) {
            assert!(said.contains("--save"), "{said}");
        }
    }
}

#[test]
fn bad_inputs_are_named_and_the_rest_goes_on() {
    let folder = tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("good.txt"), "Deep sea\n\nA lander went down into the trench and came back with plankton.\n").unwrap();
    fs::write(at("empty.txt"), "").unwrap();
    fs::write(at("binary.txt"), [0u8, 1, 2, 255, 254]).unwrap();
    fs::write(at("gb18030.txt"), [0xC9, 0xEE, 0xBA, 0xA3, 0xBF, 0xC6, 0xBF, 0xBC, 0x0A]).unwrap();
    fs::write(at("rows.jsonl"), "{\"id\":\"a\",\"text\":\"The trench is deep and cold.\"}\n{broken\n").unwrap();
    let output = wenmai()
        .current_dir(folder.path())
        .args(["cluster", "good.txt", "empty.txt", "binary.txt", "gb18030.txt", "rows.jsonl", "absent.txt", "--json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    // Another encoding is no fault.
    let titles: Vec<&str> =
        found["articles"].as_array().unwrap().iter().map(|a| a["title"].as_str().unwrap()).collect();
    assert!(found["corpus"]["articles"] == 3 && titles.iter().any(|title| title.contains("深海科考")), "{titles:?}");
    assert_eq!(found["counts"], serde_json::json!({"read": 7, "articles": 3, "duplicates": 0, "skipped": 4}));
    for name in ["empty.txt", "binary.txt", "rows.jsonl:2", "absent.txt"] {
        assert!(said.contains(name), "{name} is not named in\n{said}");
        let listed = found["skipped"].as_array().unwrap().iter().any(|s| s["path"].as_str().unwrap().contains(name));
        assert!(listed, "{name} is not listed in {}", found["skipped"]);
    }
    for (name, code) in [("empty.txt", 2), ("binary.txt", 2), ("absent.txt", 2)] {
        let output = wenmai().current_dir(folder.path()).args(["cluster", name]).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{name}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(name), "{said}");
    }
}

#[test]
fn an_encoded_picture_is_no_term_and_duplicates_are_told() {
    let folder = tempdir().unwrap();
    let picture = "iVBORw0KGgoAAAANSUhEUg".repeat(40);
    let row = |id: &str, text: &str| format!("{{\"id\":\"{id}\",\"text\":\"{text}\"}}\n");
    let (deep, trench) =
        (row("a", "A lander went into the trench."), row("b", &format!("The trench {picture} is deep.")));
    fs::write(folder.path().join("rows.jsonl"), format!("{deep}{trench}{deep}")).unwrap();
    let run = |args: &[&str]| wenmai().current_dir(folder.path()).args(args).output().unwrap();
    let output = run(&["cluster", "rows.jsonl", "--json"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("note: rows.jsonl: 1 word is left out of b: over the limit of 256 (--limit term=…);"),
        "{said}"
    );
    assert!(said.contains("read 3: 2 articles, 1 duplicate, 0 skipped"), "{said}");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("iVBORw0KGgoAAAANSUhEUgiVBORw0KGgo\","));
    // Asked for, it is a term; strictly, it is an error; a report of it is whole.
    assert_eq!(run(&["cluster", "rows.jsonl", "--limit", "term=1000"]).status.code(), Some(0));
    let strict = run(&["cluster", "rows.jsonl", "--strict"]);
    assert_eq!(strict.status.code(), Some(2), "{}", String::from_utf8_lossy(&strict.stderr));
    // Every command that reads says what became of it.
    for command in [&["similar", "rows.jsonl", "--to", "a", "--json"][..], &["words", "rows.jsonl", "--json"]] {
        let output = run(command);
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(found["counts"]["duplicates"], 1, "{command:?}: {found}");
    }
    let page = run(&["report", "rows.jsonl", "--output", "-", "--format", "md", "--limit", "term=1000"]);
    assert!(String::from_utf8_lossy(&page.stdout).contains("3 read: 2 articles, 1 duplicates, 0 skipped."));
}

#[test]
fn one_article_and_twelve_copies_of_it_are_one_theme() {
    let folder = tempdir().unwrap();
    let text = "Deep sea\n\nA lander went down into the trench and came back with plankton and sediment.\n";
    for n in 0..12 {
        fs::write(folder.path().join(format!("copy-{n:02}.txt")), text).unwrap();
    }
    let one = json(folder.path(), &["cluster", "copy-00.txt", "--json"], 0);
    assert_eq!((one["k"].as_u64(), one["articles"].as_array().unwrap().len()), (Some(1), 1));
    let twelve = json(folder.path(), &["cluster", ".", "--json"], 0);
    assert_eq!((twelve["k"].as_u64(), twelve["articles"].as_array().unwrap().len()), (Some(1), 12));
    let asked = json(folder.path(), &["cluster", ".", "--json", "-k", "5"], 0);
    assert_eq!(asked["k"], 1, "there is one distinct article");
}

#[test]
fn stdin_is_an_input_like_any_other() {
    let text = fs::read(root().join("corpus/digests/international-science.txt")).unwrap();
    let output = wenmai().args(["cluster", "-", "--json"]).write_stdin(text).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["corpus"]["articles"], 9);
    assert_eq!(found["articles"][0]["id"], "stdin-01");
}

/// The numbers of themes that corpora with labels must come near: within a factor of 1.5.
#[test]
fn the_number_of_themes_is_near_that_of_the_labels() {
    let check = |path: &str, labels: f64| {
        let found = json(root(), &["cluster", path, "--json", "--depth", "1"], 0);
        let k = found["k"].as_f64().unwrap();
        assert!((k / labels).ln().abs() <= 1.5_f64.ln() + 1e-9, "{path}: {k} themes for {labels} labels");
        let choices = found["k_choices"].as_array().unwrap();
        assert!((1..=3).contains(&choices.len()), "{choices:?}");
        assert!(choices.iter().all(|c| c["score"].as_f64().is_some_and(|s| (0.0..=1.0).contains(&s))));
        assert!(choices[0]["why"].as_str().is_some_and(|why| why.contains("agreement")), "{choices:?}");
    };
    check("corpus/", 10.0);
    if let Some(path) = shared("data/cnews_1k.jsonl") {
        check(path.to_str().unwrap(), 10.0);
    }
}

#[test]
fn words_drawn_at_random_are_said_to_have_no_structure() {
    let folder = tempdir().unwrap();
    let source = fs::read_to_string(root().join("corpus/wires.jsonl")).unwrap();
    let mut pool: Vec<&str> = source.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() > 3).collect();
    pool.sort_unstable();
    let mut state = 7_u64;
    let mut draw = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        pool[(state >> 33) as usize % pool.len()]
    };
    let lines: Vec<String> = (0..200)
        .map(|i| {
            let text: Vec<&str> = (0..100).map(|_| draw()).collect();
            serde_json::json!({ "id": format!("r{i:03}"), "text": text.join(" ") }).to_string()
        })
        .collect();
    let path = folder.path().join("random.jsonl");
    fs::write(&path, lines.join("\n")).unwrap();
    let found = json(root(), &["cluster", path.to_str().unwrap(), "--json"], 0);
    assert_eq!(found["k"], 1, "{}", found["k_reason"]);
    assert!(found["k_reason"].as_str().unwrap().contains("no structure"), "{}", found["k_reason"]);
    let table = run(root(), &["cluster", path.to_str().unwrap()], 0);
    assert!(table.contains("no structure"), "{table}");
}

#[test]
fn large_themes_have_parts_and_every_article_knows_its_own() {
    let Some(path) = shared("data/bbc_news.jsonl") else { return };
    let found = json(root(), &["cluster", path.to_str().unwrap(), "--json", "-k", "5"], 0);
    let mut names = BTreeSet::new();
    let mut parts = 0;
    for theme in found["themes"].as_array().unwrap() {
        assert!(names.insert(theme["label"].to_string()));
        let members: BTreeSet<&str> = strings(&theme["articles"]).into_iter().collect();
        for part in theme["subthemes"].as_array().unwrap() {
            parts += 1;
            assert!(names.insert(part["label"].to_string()), "{}", part["label"]);
            assert!(!part["evidence"].as_array().unwrap().is_empty());
            for id in strings(&part["articles"]) {
                assert!(members.contains(id));
                let article = found["articles"].as_array().unwrap().iter().find(|a| a["id"] == id).unwrap();
                assert_eq!(article["subtheme"], part["id"]);
            }
        }
    }
    assert!(parts >= 4, "{parts} parts");
    let flat = json(root(), &["cluster", path.to_str().unwrap(), "--json", "-k", "5", "--depth", "1"], 0);
    assert!(flat["themes"].as_array().unwrap().iter().all(|t| t["subthemes"].as_array().unwrap().is_empty()));
}

#[test]
fn no_more_fit_no_theme_than_asked() {
    let free = json(root(), &["cluster", "corpus/", "--json", "-k", "2"], 0);
    let unthemed = strings(&free["unthemed"]);
    assert!(!unthemed.is_empty());
    for article in free["articles"].as_array().unwrap().iter().filter(|a| a["theme"].is_null()) {
        assert_eq!(article["unthemed_evidence"].as_array().unwrap().len(), 1, "{article}");
        assert!(article["unthemed_because"].as_str().unwrap().contains("; the nearest is theme "), "{article}");
    }
    for (cap, left) in [("0", 0), ("0%", 0), ("1", 1.min(unthemed.len()))] {
        let capped = json(root(), &["cluster", "corpus/", "--json", "-k", "2", "--unthemed-at-most", cap], 0);
        let still = strings(&capped["unthemed"]);
        assert_eq!(still.len(), left, "{cap}");
        assert!(still.iter().all(|id| unthemed.contains(id)));
        assert_eq!(capped["k_reason"].as_str().unwrap().contains("taken into the nearest"), unthemed.len() > left);
    }
}
