//! The direction of the dependencies between modules, as the house style draws it.

use std::{collections::BTreeSet, fs, path::Path};

/// What each module may use, besides itself. Whoever adds a line here changes the design.
const MAY_USE: &[(&str, &[&str])] = &[
    ("article", &[]),
    ("error", &["article"]), // an error lists what was skipped
    ("input", &["article", "error"]),
    ("segment", &["article", "association", "error"]),
    ("vectorize", &["segment", "error", "wide"]),
    ("atomic", &[]),
    ("association", &[]),
    ("random", &[]),
    ("room", &[]),
    ("wide", &[]),
    ("remote", &["error"]),
    ("vectors", &["article", "error", "remote"]),
    ("lexicon", &["article", "atomic", "random", "remote", "segment", "vectorize", "error"]),
    ("embed", &["lexicon", "room", "segment", "vectorize", "error", "wide"]),
    ("cluster", &["error", "random", "wide"]),
    (
        "theme",
        &["article", "embed", "lexicon", "room", "segment", "steer", "story", "vectorize", "cluster", "error", "wide"],
    ),
    ("who", &["article", "segment"]),
    ("story", &["article", "segment", "vectorize"]),
    ("trend", &["association", "segment", "story", "theme", "vectorize"]),
    ("nearest", &[]),
    (
        "model",
        &["article", "atomic", "cluster", "embed", "error", "nearest", "segment", "story", "theme", "vectorize", "who"],
    ),
    ("steer", &["article", "embed", "error", "segment", "vectorize"]),
    ("config", &["cluster", "embed", "error", "input", "segment", "steer", "theme", "vectorize", "vectors"]),
    (
        "pipeline",
        &[
            "article",
            "cluster",
            "config",
            "embed",
            "error",
            "input",
            "model",
            "remote",
            "room",
            "segment",
            "story",
            "steer",
            "theme",
            "vectorize",
            "vectors",
            "who",
        ],
    ),
    ("similar", &["article", "error", "model", "segment", "theme"]),
    ("words", &["article", "association", "segment", "error"]),
    ("report", &["article", "atomic", "error", "model", "segment", "story", "theme", "trend", "who"]),
    ("compare", &["report"]),
    ("evaluate", &["article", "cluster", "config", "error", "input", "pipeline", "segment", "theme", "vectorize"]),
    (
        "cli",
        &[
            "article",
            "atomic",
            "cluster",
            "compare",
            "config",
            "embed",
            "error",
            "evaluate",
            "input",
            "lexicon",
            "model",
            "pipeline",
            "remote",
            "report",
            "room",
            "segment",
            "similar",
            "theme",
            "vectorize",
            "words",
        ],
    ),
];

/// Modules named after `crate::` in a source text: `crate::a::…`, `crate::{a, b::c}`. Test modules at the end of a file
/// and files called `tests.rs` may use anything.
fn used(text: &str) -> BTreeSet<String> {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        if text[..at].ends_with('$') {
            continue;
        }
        let word = |s: &str| s.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
        let Some(list) = rest.strip_prefix('{') else {
            found.insert(word(rest));
            continue;
        };
        let mut depth = 0;
        let mut fresh = true;
        for (i, c) in list.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => fresh = true,
                c if depth == 0 && fresh && c.is_ascii_alphabetic() => {
                    found.insert(word(&list[i..]));
                    fresh = false;
                }
                _ => {}
            }
        }
    }
    found.retain(|name| name.chars().next().is_some_and(char::is_lowercase));
    found
}

fn sources(path: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") && path.file_stem().is_some_and(|s| s != "tests") {
            found.push((path.to_string_lossy().replace('\\', "/"), fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn modules_depend_one_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for (path, text) in files {
        let inner = path.rsplit_once("/src/").unwrap().1;
        let module = inner.split(['/', '.']).next().unwrap().to_owned();
        if matches!(module.as_str(), "lib" | "main") {
            continue;
        }
        let allowed = MAY_USE.iter().find(|(name, _)| *name == module).map(|(_, uses)| *uses);
        seen.insert(module.clone());
        let Some(allowed) = allowed else {
            faults.push(format!("{inner}: the module {module} has no line in MAY_USE"));
            continue;
        };
        for name in used(&text) {
            if name != module && !allowed.contains(&name.as_str()) {
                faults.push(format!("{inner}: {module} uses {name}"));
            }
        }
        if module != "cli" && text.contains("clap") && inner != "lib.rs" {
            let code = text.lines().filter(|l| !l.trim_start().starts_with("//")).any(|l| l.contains("clap::"));
            if code {
                faults.push(format!("{inner}: only cli may use clap"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(seen.len() >= 12, "the scan found only {seen:?}");
}

#[test]
fn the_scan_sees_what_it_should() {
    let names = |text: &str| used(text).into_iter().collect::<Vec<_>>().join(" ");
    assert_eq!(names("use crate::article::Article;"), "article");
    assert_eq!(
        names("use crate::{\n    article::{self, Article},\n    error::Result,\n    Error,\n};"),
        "article error"
    );
    assert_eq!(names("let x = crate::cluster::fit();"), "cluster");
    assert_eq!(names("#[cfg(test)]\nmod tests { use crate::cli; }"), "");
}
