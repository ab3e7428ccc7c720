//! What the tables say, and that they stay within their width.

use super::*;
use crate::{
    report::view::{Choice, Corpus, Label, Subtheme, Term},
    similar::{Pair, PassageHit, Shared},
};

fn theme(id: usize, zh: &str, en: &str, size: usize, terms: &[&str], from: &str, to: &str) -> Theme {
    let some = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
    Theme {
        id,
        label: Label { zh: some(zh), en: some(en), translated: None },
        size,
        terms: terms.iter().map(|t| Term { term: (*t).to_owned(), ..Term::default() }).collect(),
        from: some(from),
        to: some(to),
        ..Theme::default()
    }
}

fn report() -> Report {
    Report {
        k: 3,
        k_reason: "asked for".into(),
        corpus: Corpus { articles: 21, passages: 60, files: 2, ..Corpus::default() },
        themes: vec![
            theme(
                1,
                "深海采矿与多金属结核的国际规则谈判",
                "deep-sea mining",
                12,
                &["深海", "seabed", "国际海底管理局", "polymetallic nodules", "采矿规章", "exploration contract"],
                "2025-06-14",
                "2025-07-02",
            ),
            theme(2, "开放科学", "", 8, &["open science", "数据"], "2024-12-30", "2025-01-02"),
            theme(3, "", "Belt and Road", 1, &["rail\u{1b}[31mway\n", "一带一路"], "2025-06-14", "2025-06-14"),
        ],
        unthemed: (0..12).map(|i| format!("article-{i}")).collect(),
        ..Report::default()
    }
}

fn written(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut anstream::StripStream::new(&mut out)).unwrap();
    String::from_utf8(out).unwrap()
}

/// Columns of the characters used in these tests.
fn columns(text: &str) -> usize {
    text.chars().map(|c| if ('\u{2e80}'..='\u{ffef}').contains(&c) { 2 } else { 1 }).sum()
}

#[test]
fn columns_align_under_chinese_labels_at_any_width() {
    for width in [50, 60, 80, 100, 200] {
        let text = written(|out| themes(&report(), width, out));
        let table: Vec<&str> = text.lines().take_while(|line| !line.starts_with("Unthemed")).collect();
        let start = |line: &str, part: &str| line.split_once(part).map(|(before, _)| columns(before));
        let articles = table.iter().find_map(|line| start(line, "Articles")).unwrap();
        let sizes: Vec<usize> = table
            .iter()
            .filter_map(|line| start(line, " 12 ").or(start(line, "  8 ")).or(start(line, "  1 ")))
            .collect();
        // Each size begins a column before the word above it, with the space the pattern has.
        assert_eq!(sizes, vec![articles - 1; 3], "{text}");
        let days: Vec<usize> =
            table.iter().filter_map(|line| start(line, "2025-06-14").or(start(line, "2024-12-30"))).collect();
        let dates = table.iter().find_map(|line| start(line, "Dates")).unwrap();
        assert_eq!(days, vec![dates; 3], "{text}");
        assert!(table.iter().all(|line| columns(line) <= usize::from(width)), "{text}");
    }
}

#[test]
fn the_table_says_what_is_in_the_report() {
    let text = written(|out| themes(&report(), 200, out));
    for part in [
        "深海采矿与多金属结核的国际规则谈判",
        "12 ██████████ ",
        " 8 ██████ ",
        " 1 █ ",
        "2025-06-14–07-02",
        "2024-12-30\n",
        " –2025-01-02\n",
        "rail\u{fffd}[31mway , 一带一路",
        "Unthemed: 12 articles: article-0, article-1, article-2, article-3, article-4, article-5, article-6, article-7, \
         article-8, article-9 and 2 more\nasked for\nRead: 21 articles, 60 passages, 2 files\n",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn parts_stand_under_their_theme_and_stories_beside_its_size() {
    let mut report = report();
    let part = |id: &str, zh: &str, size: usize, subthemes: Vec<Subtheme>| Subtheme {
        id: id.to_owned(),
        label: Label { zh: Some(zh.to_owned()), ..Label::default() },
        size,
        terms: vec![Term { term: "nodule\u{1b}".to_owned(), ..Term::default() }],
        subthemes,
        ..Subtheme::default()
    };
    report.themes[0].subthemes = vec![
        part("1.1", "多金属结核", 7, vec![part("1.1.1", "采集车", 3, vec![])]),
        part("1.2", "规章谈判", 5, vec![]),
    ];
    report.themes[0].stories = 9;
    report.themes[1].stories = 8;
    report.k_choices = [(3, 0.81), (5, 0.64)].map(|(k, score)| Choice { k, score, why: "x".into() }).into();
    for width in [50, 60, 80, 100, 200] {
        let text = written(|out| themes(&report, width, out));
        assert!(
            text.lines().take_while(|line| !line.starts_with("Unthemed")).all(|l| columns(l) <= usize::from(width))
        );
        let lines: Vec<&str> = text.lines().collect();
        let of =
            |part: &str| lines.iter().position(|line| line.contains(part)).unwrap_or_else(|| panic!("{part}\n{text}"));
        assert!(text.contains(" 9 stories"), "{text}");
        assert!(of("· 1.1") < of("·· 1.1.1") && of("·· 1.1.1") < of("· 1.2") && of("· 1.2") < of("开放科学"), "{text}");
        assert_eq!(text.matches("stories").count(), 1, "{text}");
        assert!(text.contains("Numbers of themes it supports: 3 (0.81), also 5 (0.64)\n"), "{text}");
        assert!(!text.contains('\u{1b}'));
    }
}

#[test]
fn a_theme_has_a_line_for_each_name() {
    let text = written(|out| themes(&report(), 100, out));
    let lines: Vec<&str> = text.lines().collect();
    let of = |name: &str| lines.iter().position(|line| line.contains(name));
    assert!(of("deep-sea mining") > of("深海采矿"), "{text}");
    assert!(of("Belt and Road").is_some() && of("开放科学").is_some(), "{text}");
}

#[test]
fn no_theme_is_no_table() {
    let text = written(|out| themes(&Report { k_reason: "nothing to group".into(), ..Report::default() }, 100, out));
    assert_eq!(text, "nothing to group\nRead: 0 articles, 0 passages, 0 files\n");
}

#[test]
fn hits_show_where_they_stand_and_what_they_share() {
    let hit = Hit {
        id: "深海-1".into(),
        title: "Rules for the deep sea".into(),
        score: 0.876,
        passage: Some(PassageHit {
            passage: 1,
            score: 0.9,
            quote: "国际海底管理局的谈判仍在继续，各国对采矿规章的分歧没有缩小。".into(),
            path: "news/深海.txt".into(),
            line: 12,
        }),
        shared: vec![Shared { term: "deep sea".into(), share: 0.341 }, Shared { term: "采矿".into(), share: 0.2 }],
        pairs: vec![Pair { query: "mining".into(), hit: "开采".into(), share: 0.1, likeness: 0.6 }],
    };
    let found =
        Similar { query: "q".into(), unknown: vec!["frob".into()], understood: vec!["tax".into()], hits: vec![hit] };
    let dates = BTreeMap::from([("深海-1".to_owned(), "2025-06-14".to_owned())]);
    let text = written(|out| hits(&found, &dates, 60, out));
    for part in [
        "0.88",
        "深海-1  2025-06-14\n",
        "news/深海.txt:12\n",
        "shared: deep sea 34%, 采矿 20%\n",
        "alike: mining ↔ 开采\n",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(text.ends_with("Not in these articles, but understood: tax\nNot in these articles: frob\n"), "{text}");
    assert!(text.lines().all(|line| columns(line) <= 60), "{text}");
    assert_eq!(written(|out| hits(&Similar::default(), &BTreeMap::new(), 60, out)), "Nothing is like it.\n");
}

#[test]
fn dates_say_once_what_they_share() {
    assert_eq!(span(Some("2025-06-14"), Some("2025-06-14")), "2025-06-14");
    assert_eq!(span(Some("2025-06-14"), Some("2025-07-02")), "2025-06-14–07-02");
    assert_eq!(span(Some("2024-06-14"), Some("2025-07-02")), "2024-06-14–2025-07-02");
    assert_eq!(span(None, Some("2025-07-02")), "2025-07-02");
    assert_eq!(span(None, None), "");
    assert_eq!(span(Some("x"), Some("y")), "x–y");
}
