//! Partners, through the binary.

use std::path::Path;

use serde_json::Value;
use tempfile::tempdir;

use crate::support::{json, root, run, shared};

/// The partners of a report, each with the quotes that name it.
fn partners(report: &Value) -> Vec<(String, Vec<String>)> {
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    let partner = |p: &Value| {
        let quotes = p["evidence"].as_array().unwrap().iter().map(|e| text(&e["quote"])).collect();
        (text(&p["code"]), quotes)
    };
    report["partners"].as_array().unwrap().iter().map(partner).collect()
}

fn names(report: &Value, code: &str, quoted: &[&str]) {
    let partners = partners(report);
    let (_, quotes) = partners.iter().find(|(c, _)| c == code).unwrap_or_else(|| panic!("no {code} in {partners:?}"));
    assert!(!quotes.is_empty() && quotes.iter().all(|q| quoted.iter().any(|n| q.contains(n))), "{code}: {quotes:?}");
}

#[test]
fn partners_come_with_quotes_that_name_them() {
    let report = json(root(), &["cluster", "corpus/digests/international-science.txt", "--json"], 0);
    names(&report, "GB", &["UK", "英"]);
    names(&report, "BR", &["Brazil", "巴"]);
    names(&report, "IL", &["Israel", "以"]);
    let table = report["partners"].as_array().unwrap();
    assert_eq!(table[0]["code"], "CN", "the most named first");
    for partner in table {
        let counts: u64 = partner["themes"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).sum();
        assert_eq!(counts, partner["articles"].as_u64().unwrap(), "{partner}");
        assert_eq!(partner["themes"].as_array().unwrap().len(), report["themes"].as_array().unwrap().len() + 1);
    }
    let article =
        report["articles"].as_array().unwrap().iter().find(|a| a["id"] == "international-science-05").unwrap();
    assert_eq!(article["partners"], serde_json::json!(["CN", "GB"]));
}

#[test]
fn the_digest_page_names_its_partners() {
    let Some(seed) = shared("seed.txt") else { return };
    let report = json(Path::new("."), &["cluster", seed.to_str().unwrap(), "--json"], 0);
    names(&report, "GB", &["UK", "英"]);
    names(&report, "BR", &["Brazil", "巴"]);
    names(&report, "IL", &["Israel", "以"]);
}

#[test]
fn a_saved_model_keeps_its_partners() {
    let folder = tempdir().unwrap();
    let model = folder.path().join("model");
    let model = model.to_str().unwrap();
    let fresh = json(root(), &["cluster", "corpus/digests", "--json", "--save", model], 0);
    let out = folder.path().join("out");
    run(root(), &["report", "--model", model, "--format", "json", "-o", out.to_str().unwrap()], 0);
    let kept: Value = serde_json::from_slice(&std::fs::read(out.join("themes.json")).unwrap()).unwrap();
    assert_eq!(fresh["partners"], kept["partners"]);
    assert_eq!(fresh["themes"], kept["themes"]);
}
