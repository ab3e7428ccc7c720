//! `wenmai compare`, end to end.

use std::fs;

use serde_json::Value;

use super::support::{json, root, run, wenmai};

#[test]
fn four_themes_and_eight_of_one_corpus() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (four, eight) = (path("4.json"), path("8.model"));
    fs::write(&four, run(root(), &["cluster", "corpus", "-k", "4", "--json"], 0)).unwrap();
    run(root(), &["cluster", "corpus", "-k", "8", "--save", &eight], 0);

    let found = json(root(), &["compare", &four, &eight, "--json"], 0);
    assert_eq!((found["evidence"].as_str(), found["shared"].as_u64()), (Some("articles"), Some(80)));
    let splits = |found: &Value, what: &str| {
        found["changes"].as_array().unwrap().iter().filter(|change| change["what"] == what).count()
    };
    assert!(splits(&found, "split") > 0, "{found}");
    assert!(!found["moved"].as_array().unwrap().is_empty());
    let back = json(root(), &["compare", &eight, &four, "--json"], 0);
    assert_eq!(splits(&back, "merged"), splits(&found, "split"));

    let table = run(root(), &["compare", &four, &eight], 0);
    for part in ["split", "matched by the 80 articles that both runs have", "A: 4 themes, 80 articles", "B: 8 themes"] {
        assert!(table.to_lowercase().contains(&part.to_lowercase()), "{part}\n{table}");
    }
    assert!(table.contains(" more"), "long lists are cut: {table}");

    let same = run(root(), &["compare", &four, &four], 0);
    assert!(same.starts_with("Nothing changed"), "{same}");
}

#[test]
fn articles_are_fitted_and_runs_without_anything_in_common_say_so() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.txt"), "Trains carry fruit across the border to the railway port.").unwrap();
    fs::write(folder.path().join("b.txt"), "The hospital vaccinates children; patients wait in the clinic.").unwrap();
    let table = run(folder.path(), &["compare", "a.txt", "b.txt", "--min-df", "1"], 1);
    assert!(table.contains("Nothing to match by: the runs have 0 of 1 articles in common"), "{table}");
    assert!(table.contains("Only in A: 1 article: a") && table.contains("appeared"), "{table}");
}

#[test]
fn what_is_no_run_is_refused_with_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let good = write("good.json", run(root(), &["cluster", "corpus/digests", "--json"], 0).as_bytes());
    let other = write("other.json", b"{\"schema\": \"wenmai.themes/9\"}");
    let broken = write("broken.json", b"{\"schema\": \"wenmai.themes/1\", \"k\": \"x\"}");
    let model = write("broken.model", b"\x10\0\0\0\0\0\0\0{\"a\":1}");
    for (args, part) in [
        (
            &["compare", &good, &other][..],
            "has the schema \"wenmai.themes/9\", but a run to compare has \"wenmai.themes/1\"",
        ),
        (&["compare", &broken, &good], "cannot be read; write it anew with `wenmai cluster --json`"),
        (&["compare", &good, &model], "is not a model this wenmai can read"),
        (&["compare", &good, &good, "-k", "3"], "-k has no effect on runs that are fitted already"),
        (&["compare", "-", "-"], "standard input can be read only once"),
        (&["compare", &good, "no-such-file"], "no input matches"),
        (&["compare", &good], "<B>"),
    ] {
        let output = wenmai().args(args).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && errors.contains(part), "{args:?} should say {part:?}: {errors}");
    }
}
