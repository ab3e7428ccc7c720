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

/// The rank of an article among the hits, and the pairs of words that brought it there.
fn hit(found: &serde_json::Value, id: &str) -> Option<(usize, Vec<(String, String)>)> {
    let hits = found["hits"].as_array().unwrap();
    let rank = hits.iter().position(|hit| hit["id"] == id)?;
    let word = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let pairs = hits[rank]["pairs"].as_array().unwrap();
    Some((rank, pairs.iter().map(|pair| (word(&pair["query"]), word(&pair["hit"]))).collect()))
}

#[test]
fn a_question_finds_articles_of_the_other_language_and_says_which_words_met() {
    for (question, wanted, pair) in [
        ("A vaccine that needs no needle", "health-002", ("vaccine", "疫苗")),
        ("Satellites see the flood", "space-008", ("satellites", "卫星")),
        ("摄像机拍下动物", "cbers-forest-watch", ("摄像机", "camera")),
    ] {
        let found = json(root(), &["similar", "corpus/", "--to", question, "-n", "8", "--json"], 0);
        let (rank, pairs) = hit(&found, wanted).unwrap_or_else(|| panic!("{question} does not find {wanted}: {found}"));
        assert!(rank < 8, "{question}: {rank}");
        let met = pairs.iter().any(|(q, h)| q.eq_ignore_ascii_case(pair.0) && h == pair.1);
        assert!(met, "{question}: {pairs:?}");
    }
    let list = run(root(), &["similar", "corpus/", "--to", "Satellites see the flood", "-n", "5"], 0);
    assert!(list.contains("atellites ↔ 卫星"), "{list}");
}

/// Chinese articles alone.
fn chinese() -> tempfile::TempDir {
    let folder = tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("sea.txt", "海底\n\n科学家乘潜水器在海底发现动物，海洋研究由此开始新的航次。\n");
    write("rail.txt", "铁路\n\n列车把水果运过边境，铁路口岸的货物越来越多。\n");
    write("vaccine.txt", "疫苗\n\n医院为儿童接种疫苗，病毒的传播慢了下来。\n");
    write("tax.txt", "税收\n\n财政部门公布预算，税收比去年少，银行贷款多。\n");
    folder
}

#[test]
fn a_question_none_of_whose_words_is_in_the_articles_is_understood() {
    let folder = chinese();
    for (question, wanted) in
        [("ocean scientists", "sea"), ("railways", "rail"), ("vaccinating children", "vaccine"), ("a tax", "tax")]
    {
        let found = json(folder.path(), &["similar", ".", "--to", question, "--json"], 0);
        assert_eq!(found["hits"][0]["id"], wanted, "{question}: {found}");
        assert!(!found["understood"].as_array().unwrap().is_empty() && found["unknown"].as_array().unwrap().is_empty());
    }
    let found = json(folder.path(), &["similar", ".", "--to", "vaccine xyzzyq", "--json"], 0);
    assert_eq!(
        (&found["unknown"], &found["understood"]),
        (&serde_json::json!(["xyzzyq"]), &serde_json::json!(["vaccine"]))
    );
    let list = run(folder.path(), &["similar", ".", "--to", "a vaccine"], 0);
    assert!(list.contains("vaccine ↔ 疫苗") && list.contains("but understood: vaccine"), "{list}");
    // Without a lexicon nobody knows them.
    let output = wenmai()
        .current_dir(folder.path())
        .args(["similar", ".", "--to", "a vaccine", "--lexicon", "none"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "nothing was found");
    assert!(said.contains("no word of the query") && said.contains("vaccine"), "{said}");
}

#[test]
fn a_saved_model_gives_the_same_answer() {
    let folder = chinese();
    let ask = |from: &[&str]| run(folder.path(), &[&["similar", "--to", "vaccine 铁路", "--json"], from].concat(), 0);
    run(folder.path(), &["cluster", ".", "--save", "m.wenmai", "--quiet"], 0);
    assert_eq!(ask(&["--model", "m.wenmai"]), ask(&["."]));

    // Given vectors are reached by way of the lexicon, and a saved model keeps that way.
    let rows = ["rail", "sea", "tax", "vaccine"].map(|id| {
        let vector: Vec<f64> = (0..6).map(|j| ((id.len() * 5 + j * 3) % 7) as f64 - 3.0).collect();
        serde_json::json!({"id": id, "embedding": vector}).to_string()
    });
    fs::write(folder.path().join("v.vectors"), rows.join("\n")).unwrap();
    let given = ["*.txt", "--vectors", "v.vectors"];
    run(folder.path(), &[&["cluster", "--save", "given.wenmai", "--quiet"], &given[..]].concat(), 0);
    let fresh = ask(&given);
    assert_eq!(ask(&["--model", "given.wenmai"]), fresh);
    assert!(fresh.contains("\"understood\": [\n    \"vaccine\"\n  ]"), "{fresh}");
}

#[test]
fn a_model_made_with_another_lexicon_takes_it_again() {
    let folder = chinese();
    let shipped = fs::read(root().join("lexicon/wenmai.lexicon")).unwrap();
    let lexicon = wenmai::lexicon::Lexicon::read(shipped, "the program's").unwrap();
    let keys = ["vaccin", "疫苗", "儿童", "铁路"].map(str::to_owned);
    let mut vectors = ndarray::Array2::zeros((keys.len(), lexicon.dimensions()));
    for (key, mut row) in keys.iter().zip(vectors.rows_mut()) {
        lexicon.compose(key, row.as_slice_mut().unwrap());
    }
    let mut sorted: Vec<usize> = (0..keys.len()).collect();
    sorted.sort_by_key(|&i| &keys[i]);
    let vectors = vectors.select(ndarray::Axis(0), &sorted);
    let keys: Vec<String> = sorted.iter().map(|&i| keys[i].clone()).collect();
    let path = folder.path().join("own.lexicon");
    let bits = wenmai::lexicon::Bits::Eight;
    let bytes = wenmai::lexicon::encode(&keys, vectors.view(), bits, &wenmai::lexicon::About::default()).unwrap();
    wenmai::lexicon::save(&bytes, &path).unwrap();

    run(folder.path(), &["cluster", "*.txt", "--lexicon", "own.lexicon", "--save", "m.wenmai", "--quiet"], 0);
    let ask = |more: &[&str]| {
        let args = [&["similar", "--model", "m.wenmai", "--to", "vaccine 铁路", "--json"], more].concat();
        wenmai().current_dir(folder.path()).args(args).output().unwrap()
    };
    let answer = |more: &[&str]| serde_json::from_slice::<serde_json::Value>(&ask(more).stdout).unwrap();
    assert_eq!(answer(&[])["unknown"], serde_json::json!(["vaccine"]));
    let found = answer(&["--lexicon", "own.lexicon"]);
    assert_eq!(found["understood"], serde_json::json!(["vaccine"]));
    assert!(found["hits"].as_array().unwrap().iter().any(|hit| hit["id"] == "vaccine"), "{found}");
    let other = root().join("lexicon/wenmai.lexicon").display().to_string();
    for wrong in [other.as_str(), "none"] {
        let output = ask(&["--lexicon", wrong]);
        assert_eq!(output.status.code(), Some(2), "{wrong}");
    }
}
