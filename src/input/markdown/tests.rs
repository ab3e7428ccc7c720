use super::*;

fn parse(text: &str) -> Parsed {
    MarkdownReader.read(&Source::new("a.md", text.as_bytes()).unwrap())
}

fn read(text: &str) -> Article {
    let parsed = parse(text);
    assert_eq!(parsed.notes, []);
    parsed.articles[0].article.clone()
}

fn passages(article: &Article) -> Vec<(Option<&str>, &str)> {
    article.passages.iter().map(|passage| (passage.heading.as_deref(), passage.text.as_str())).collect()
}

#[test]
fn front_matter_says_what_is_known() {
    let article = read(
        "---\nid: rain-1\ntitle: 雨\ndate: 2025-05-03 10:00\nsource: 新华社\nlang: zh\nurl: http://x\nlabel: weather\n\
         tags: [a, b]\nauthor: 李\n---\n# 雨\n\n正文。\n",
    );
    assert_eq!((article.id.as_str(), article.title.as_str()), ("rain-1", "雨"));
    assert_eq!(article.date.unwrap().to_string(), "2025-05-03T10:00");
    assert_eq!((article.source.as_deref(), article.lang.as_deref()), (Some("新华社"), Some("zh")));
    assert_eq!((article.url.as_deref(), article.label.as_deref()), (Some("http://x"), Some("weather")));
    assert_eq!(serde_json::to_string(&article.extra).unwrap(), r#"{"tags":["a","b"],"author":"李"}"#);
    assert_eq!(passages(&article), [(None, "正文。")]);
}

#[test]
fn malformed_front_matter_is_reported_and_the_body_is_read() {
    let parsed = parse("---\ntitle: \"a\nsource: b: c: d\n---\n# T\n\nBody.\n");
    let article = &parsed.articles[0].article;
    assert_eq!((article.title.as_str(), article.passages[0].text.as_str()), ("T", "Body."));
    assert_eq!(parsed.notes.len(), 1);
    assert!(parsed.notes[0].line.is_some_and(|line| (2..=4).contains(&line)), "{:?}", parsed.notes);
    assert_eq!(article.source.as_deref(), Some("b: c: d"), "a plain line is understood all the same");
    assert!(article.extra["front_matter"].as_str().unwrap().contains("b: c: d"));
}

#[test]
fn a_bad_date_in_front_matter_names_its_line() {
    let parsed = parse("---\ntitle: a\ndate: soon\n---\nBody.\n");
    assert_eq!((parsed.notes.len(), parsed.notes[0].line), (1, Some(3)));
    assert_eq!(parsed.articles[0].article.extra["date"], "soon");
}

#[test]
fn blocks_become_passages_under_their_heading() {
    let text = "# Title\n\nIntro with [a link](http://x.org) and `code` [1].\n\n## Part\n\n- one\n- two *em*\n  - inner\n\n\
        > quoted\n> words\n\n| a | b |\n|---|---|\n| c | d |\n\n```rust\nfn x() {}\n```\n\n<div>html</div>\n\n## Empty\n\n## Last\n\nEnd.\n";
    let article = read(text);
    assert_eq!(article.title, "Title");
    assert_eq!(
        passages(&article),
        [
            (None, "Intro with a link and code [1]."),
            (Some("Part"), "one\ntwo em\ninner"),
            (Some("Part"), "quoted words"),
            (Some("Part"), "a | b\nc | d"),
            (None, "Empty"),
            (Some("Last"), "End."),
        ]
    );
    let list = &article.passages[1];
    let bullets: Vec<_> = list.bullets.iter().map(|range| &list.text[range.clone()]).collect();
    assert_eq!(bullets, ["one", "two em", "inner"]);
    let at = &text[list.position.start as usize..list.position.end as usize];
    assert_eq!((at, list.position.line), ("- one\n- two *em*\n  - inner", 7));
    assert_eq!(article.passages[0].citations.len(), 1);
}

#[test]
fn line_ends_are_spaces_except_between_chinese_characters() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["深海，", "科考", "deep", "sea", "科学"].join(end);
        assert_eq!(passages(&read(&text)), [(None, "深海，科考 deep sea 科学")]);
    }
}

#[test]
fn positions_hold_behind_a_mark_and_front_matter_with_crlf() {
    let text = "\u{FEFF}+++\r\ntitle = \"T\"\r\n+++\r\n\r\nOne.\r\n\r\nTwo **b**.\r\n";
    let article = read(text);
    let at: Vec<_> =
        article.passages.iter().map(|p| &text[p.position.start as usize..p.position.end as usize]).collect();
    assert_eq!(at, ["One.", "Two **b**."]);
    assert_eq!(article.passages[1].position.line, 7);
    assert_eq!(article.title_position.line, 2);
}

#[test]
fn items_of_several_paragraphs_and_code_in_lists_stay_whole() {
    let article = read("1. one\n\n   more\n2. two\n\n       code\n");
    assert_eq!(passages(&article), [(None, "one more\ntwo code")]);
    assert_eq!(article.passages[0].bullets.len(), 2);
}

#[test]
fn code_and_html_count_where_there_is_nothing_else() {
    assert_eq!(passages(&read("```\nonly code\n```\n")), [(None, "only code")]);
    assert_eq!(parse("---\n---\n\n***\n").notes.len(), 1);
}

#[test]
fn nested_headings_with_no_text_between_join() {
    let article = read("# T\n\n## A\n\n### B\n\nx\n\n### C\n\ny\n");
    assert_eq!(passages(&article), [(Some("A: B"), "x"), (Some("C"), "y")]);
}

#[test]
fn a_line_of_source_and_date_below_the_title_is_data() {
    let article = read("# 雨\n\n*新华社 · 2025-05-03*\n\n下雨了。\n");
    assert_eq!((article.source.as_deref(), article.passages.len()), (Some("新华社"), 1));
    assert_eq!(article.date.unwrap().to_string(), "2025-05-03");
}

#[test]
fn tight_and_deep_lists_do_not_overflow() {
    let deep: String = (0..2000).map(|n| format!("{}- x\n", " ".repeat(2 * (n % 200)))).collect();
    assert!(!read(&deep).passages.is_empty());
    let quotes = format!("{} x", ">".repeat(5000));
    assert_eq!(passages(&read(&quotes)), [(None, "x")]);
}
