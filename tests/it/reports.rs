//! `wenmai report`, through the binary.

use std::fs;

use tempfile::tempdir;

use crate::support::{root, run};

const FILES: [&str; 4] = ["articles.csv", "themes.html", "themes.json", "themes.md"];

#[test]
fn reports_holds_what_the_corpus_gives_byte_for_byte() {
    let folder = tempdir().unwrap();
    run(root(), &["report", "corpus/", "-o", folder.path().to_str().unwrap()], 0);
    for name in FILES {
        let fresh = fs::read(folder.path().join(name)).unwrap();
        let kept = fs::read(root().join("reports").join(name)).unwrap();
        assert!(fresh == kept, "reports/{name} is stale: run `wenmai report corpus/` and look at the difference");
    }
    let mut kept: Vec<String> =
        fs::read_dir(root().join("reports")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    kept.retain(|name| FILES.contains(&name.as_str()) || name.ends_with(".tmp"));
    kept.sort();
    assert_eq!(kept, FILES, "no temporary file is left behind");
}

#[test]
fn the_html_reaches_for_nothing_outside_itself() {
    let page = fs::read_to_string(root().join("reports/themes.html")).unwrap();
    // Its scripts name addresses of standards; that they ask for none is seen in a browser (explore.rs).
    let html: String = page.split("<script").map(|part| part.rsplit("</script>").next().unwrap()).collect();
    for needle in ["<link", "<iframe", "@import", "url(", "src=\""] {
        assert!(!html.contains(needle), "{needle}");
    }
    assert!(html.contains("charset=\"utf-8\"") || html.contains("charset=utf-8"));
    assert!(html.contains("name=\"viewport\""));
}

#[test]
fn a_hostile_title_is_text_in_every_format() {
    let folder = tempdir().unwrap();
    let row = |id: &str, title: &str| {
        let text = "The trench is deep and the lander is slow.";
        serde_json::json!({"id": id, "title": title, "text": text, "url": "javascript:alert(1)"}).to_string()
    };
    let rows =
        [row("a", "<script>alert(1)</script>"), row("b", "=cmd|' /C calc'!A0"), row("c", "[x](javascript:alert(1))")];
    fs::write(folder.path().join("rows.jsonl"), rows.join("\n")).unwrap();
    run(folder.path(), &["report", "rows.jsonl", "-o", "out"], 0);
    let read = |name: &str| fs::read_to_string(folder.path().join("out").join(name)).unwrap();
    assert!(!read("themes.html").contains("<script>alert"));
    assert!(!read("themes.html").contains("href=\"javascript:"));
    assert!(!read("themes.md").contains("<script>"));
    assert!(!read("themes.md").contains("[x](javascript"));
    let csv = read("articles.csv");
    assert!(csv.starts_with('\u{feff}'));
    assert!(!csv.contains(",=cmd") && csv.contains("'=cmd"), "{csv}");
}
