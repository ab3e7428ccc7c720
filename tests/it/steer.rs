//! Named themes, end to end.

use std::fs;

use serde_json::Value;

use super::support::{json, root, run, shared, wenmai};

/// The ids of the theme of a given name, sorted.
fn of(report: &Value, name: &str) -> Vec<String> {
    let themes = report["themes"].as_array().unwrap();
    let theme = themes.iter().find(|theme| theme["named"] == name).unwrap();
    let mut ids: Vec<String> =
        theme["articles"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

const READER: &str = r#"
[[theme]]
name = { zh = "一带一路", en = "Belt and Road" }
words = ["一带一路", "Belt and Road"]

[[theme]]
name = { zh = "深海科考", en = "Deep-sea research" }
words = ["deep-sea exploration", "深海", "ocean floor"]

[[theme]]
name = { zh = "双边伙伴", en = "Bilateral partners" }
words = ["bilateral cooperation", "both countries", "Brazil", "Israel", "英国"]
"#;

#[test]
fn the_digest_comes_out_as_its_reader_would_sort_it() {
    let Some(seed) = shared("seed.txt") else { return };
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("themes.toml"), READER).unwrap();
    let report = json(folder.path(), &["cluster", seed.to_str().unwrap(), "--themes", "themes.toml", "--json"], 0);
    assert_eq!(of(&report, "一带一路 / Belt and Road"), ["seed-01", "seed-02"], "{}", report["themes"]);
    assert_eq!(of(&report, "深海科考 / Deep-sea research"), ["seed-03"]);
    let partners = of(&report, "双边伙伴 / Bilateral partners");
    assert_eq!(partners, ["seed-05", "seed-06", "seed-07"]);
}

#[test]
fn the_corpus_is_steered_by_its_own_file() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("m.model");
    let model = model.to_str().unwrap();
    let args = ["cluster", "corpus", "--themes", "tests/themes.toml", "--save", model, "--json"];
    let output = wenmai().args(args).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        errors.contains("note: tests/themes.toml: line ") && errors.contains("\"足球 / Football\": no article"),
        "{errors}"
    );
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();

    let labels = fs::read_to_string(root().join("corpus/labels.csv")).unwrap();
    let labelled = |label: &str| -> Vec<String> {
        labels
            .lines()
            .filter_map(|line| line.split_once(','))
            .filter(|l| l.1 == label)
            .map(|l| l.0.to_owned())
            .collect()
    };
    for (name, label) in [("深海科考 / Deep-sea research", "deep-sea"), ("Health", "health")] {
        let (found, right) = (of(&report, name), labelled(label));
        let hits = found.iter().filter(|id| right.contains(id)).count();
        assert!(3 * hits >= 2 * right.len(), "{name}: {found:?}, by hand {right:?}");
    }
    // Every article that says it is pinned to it.
    assert!(of(&report, "一带一路 / Belt and Road").contains(&"international-science-01".to_owned()));
    let last = report["themes"].as_array().unwrap().last().unwrap();
    assert_eq!((last["label"]["zh"].as_str(), last["size"].as_u64()), (Some("足球"), Some(0)));
    assert!(report["themes"].as_array().unwrap().iter().any(|theme| theme["named"].is_null()));

    // The saved model knows the names, and every report can be written of an empty theme.
    let out = folder.path().join("out");
    run(root(), &["report", "--model", model, "-o", out.to_str().unwrap()], 0);
    assert_eq!(fs::read_to_string(out.join("themes.json")).unwrap().into_bytes(), output.stdout);
    assert!(fs::read_to_string(out.join("themes.md")).unwrap().contains("足球"));
}

#[test]
fn a_wrong_file_of_themes_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    for (text, part) in [
        ("[[theme]]\nname = \"a\"\nword = [\"b\"]\n", "themes.toml: line 3: unknown key `word`; did you mean `words`?"),
        ("[[theme]]\nname = \"a\"\nexamples = [\"hadal-landr\"]\n", "did you mean \"hadal-lander\"?"),
    ] {
        let path = folder.path().join("themes.toml");
        fs::write(&path, text).unwrap();
        let output = wenmai().args(["cluster", "corpus", "--themes", path.to_str().unwrap()]).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && errors.contains(part), "{errors}");
    }
    let few = wenmai().args(["cluster", "corpus", "--themes", "tests/themes.toml", "-k", "3"]).output().unwrap();
    let errors = String::from_utf8_lossy(&few.stderr);
    assert!(few.status.code() == Some(2) && errors.contains("--themes names 4 themes"), "{errors}");
}
