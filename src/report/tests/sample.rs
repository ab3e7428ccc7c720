//! A small report with everything in it.

use crate::{
    article::Skipped,
    report::view::{
        Article, Burst, Choice, Corpus, Count, Evidence, Label, Partner, Period, Report, Rise, SCHEMA, Story, Subtheme,
        Term, Theme,
    },
};

/// What somebody who wants to act inside a report would put into a title.
pub const HOSTILE: &str =
    "# =<script>alert(1)</script> | [x](javascript:alert(1)) `c` *b* </title></svg>\u{202E}\"'&amp;\u{1B}[31m";

fn counts(counts: &[(&str, usize)]) -> Vec<Count> {
    counts.iter().map(|&(name, count)| Count { name: name.to_owned(), count }).collect()
}

/// A small report with everything in it, some of it hostile.
pub fn sample() -> Report {
    let article = |id: &str, title: &str, theme: Option<usize>, lang: &str, line: u32, (x, y): (f64, f64)| Article {
        id: id.to_owned(),
        title: title.to_owned(),
        theme,
        confidence: if theme.is_some() { 0.8125 } else { 0.0 },
        lang: lang.to_owned(),
        path: "feeds/digest_1.txt".to_owned(),
        line,
        x,
        y,
        ..Article::default()
    };
    let mut articles = vec![
        article("a", "携手构建“一带一路”科技创新共同体", Some(1), "zh", 3, (0.5, 0.25)),
        article("b", HOSTILE, Some(1), "zh+en", 6, (0.625, 0.5)),
        article("c", "Deep-sea & abyss: what_is new", Some(2), "en", 9, (-0.75, -1.0)),
        article("d", "", None, "other", 12, (f64::NAN, 7.0)),
    ];
    articles[0].date = Some("2025-06-14T21:57".to_owned());
    articles[0].source = Some("Ren Min Ri Bao".to_owned());
    articles[0].url = Some("https://example.org/篇?q=(1)&x=\"2\"".to_owned());
    articles[0].also = vec![2];
    articles[1].date = Some("2025-05-02".to_owned());
    articles[1].url = Some("javascript:alert(1)".to_owned());
    articles[1].source = Some("@cmd|' /C calc'!A0".to_owned());
    articles[1].also = vec![99];
    articles[3].unthemed_because = Some("no word of it occurs elsewhere".to_owned());
    articles[0].subtheme = Some("1.1.1".to_owned());
    articles[1].subtheme = Some("1.<2>".to_owned());
    articles[0].story = Some(1);
    articles[1].story = Some(1);
    articles[0].partners = vec!["CN".to_owned(), "<x>".to_owned()];
    let evidence = |article: &str, quote: &str, line| Evidence {
        article: article.to_owned(),
        passage: 1,
        heading: Some("Group 1: <i>Platforms</i>".to_owned()),
        quote: quote.to_owned(),
        path: "feeds/digest_1.txt".to_owned(),
        line,
        start: 100,
        end: 160,
    };
    articles[3].unthemed_evidence = vec![evidence("d", "<script>alert(1)</script> and nothing else", 12)];
    let label = |zh: &str, en: &str| Label { zh: Some(zh.to_owned()), en: Some(en.to_owned()), translated: None };
    let term = |term: &str, weight, lang: &str| Term { term: term.to_owned(), weight, lang: lang.to_owned() };
    Report {
        schema: SCHEMA.to_owned(),
        k: 2,
        k_reason: "2 themes hold together best (silhouette 0.41).".to_owned(),
        corpus: Corpus {
            articles: 4,
            passages: 1234,
            files: 2,
            terms: 321,
            languages: counts(&[("zh", 1), ("zh+en", 1), ("en", 1), ("other", 1)]),
            sources: counts(&[("Ren Min Ri Bao", 1), ("@cmd|' /C calc'!A0", 1)]),
            from: Some("2025-05-02".to_owned()),
            to: Some("2025-06-14".to_owned()),
            undated: 2,
        },
        themes: vec![
            Theme {
                id: 1,
                label: Label {
                    zh: Some("一带一路".to_owned()),
                    en: Some("Belt & Road <b>".to_owned()),
                    translated: Some("zh".to_owned()),
                },
                size: 2,
                terms: vec![
                    term("科技合作", 1.0, "zh"),
                    term("joint laboratory", 0.456, "en"),
                    term("|x|", 0.0, "other"),
                ],
                articles: vec!["a".to_owned(), "b".to_owned()],
                evidence: vec![
                    evidence("a", "- 科技合作 is a crucial component</blockquote>", 4),
                    evidence("gone", "# 1. said [no](javascript:x) one", 5),
                ],
                from: Some("2025-05-02".to_owned()),
                to: Some("2025-06-14".to_owned()),
                languages: counts(&[("zh", 1), ("zh+en", 1)]),
                also: vec![],
                cohesion: 0.625,
                named: Some("the <Road>".to_owned()),
                stories: 1,
                subthemes: vec![
                    Subtheme {
                        id: "1.1".to_owned(),
                        label: label("实验室", "Laboratories <script>alert(1)</script>"),
                        size: 1,
                        stories: 1,
                        terms: vec![term("joint laboratory", 1.0, "en")],
                        articles: vec!["a".to_owned()],
                        evidence: vec![evidence("a", "a joint laboratory", 4)],
                        cohesion: 0.7,
                        subthemes: vec![Subtheme { id: "1.1.1".to_owned(), size: 1, ..Subtheme::default() }],
                    },
                    Subtheme {
                        id: "1.<2>".to_owned(),
                        label: label("铁路", "Railways"),
                        size: 1,
                        ..Subtheme::default()
                    },
                ],
                rose: vec![Rise {
                    term: "铁路 *x*".to_owned(),
                    lang: "zh".to_owned(),
                    period: "2025-06".to_owned(),
                    share: 0.5,
                    before: 0.125,
                    evidence: vec![evidence("b", "铁路通车", 7)],
                }],
                bursts: vec![Burst {
                    from: "2025-06-01".to_owned(),
                    to: "2025-06-14".to_owned(),
                    weight: 3.25,
                    stories: 1,
                    evidence: vec![evidence("a", "again and again", 5)],
                }],
                partners: vec!["CN".to_owned(), "??".to_owned()],
                bilateral: true,
            },
            Theme {
                id: 2,
                label: Label::default(),
                size: 1,
                terms: vec![term("abyss", 1.0, "en")],
                articles: vec!["c".to_owned()],
                also: vec!["a".to_owned()],
                languages: counts(&[("en", 1)]),
                cohesion: 1.0,
                ..Theme::default()
            },
        ],
        articles,
        k_choices: vec![
            Choice { k: 2, score: 0.9, why: "stable under <resampling>".to_owned() },
            Choice { k: 5, score: 0.6, why: "finer, and nearly as stable".to_owned() },
        ],
        stories: vec![Story {
            id: 1,
            title: "Opening <script>alert(1)</script>".to_owned(),
            theme: Some(1),
            articles: vec!["b".to_owned(), "a".to_owned()],
            copies: 1,
            from: Some("2025-05-02".to_owned()),
            to: Some("2025-06-14".to_owned()),
            evidence: vec![evidence("b", "the line was opened", 6)],
        }],
        partners: vec![
            Partner {
                code: "CN".to_owned(),
                kind: "country".to_owned(),
                name: label("中国", "China"),
                articles: 2,
                stories: 1,
                themes: vec![2, 0, 0],
                evidence: vec![evidence("a", "中国", 3)],
            },
            Partner {
                code: "<x>".to_owned(),
                kind: "organisation".to_owned(),
                name: label("<script>alert(1)</script>", "A | B"),
                articles: 1,
                stories: 1,
                themes: vec![1, 0, 1],
                evidence: vec![],
            },
        ],
        unthemed: vec!["d".to_owned()],
        counts: None,
        skipped: vec![Skipped {
            path: "feeds/<broken>.jsonl:3".to_owned(),
            reason: "not JSON; see `x|y`".to_owned(),
            ..Skipped::default()
        }],
        timeline: vec![
            Period {
                period: "2025-05".to_owned(),
                from: "2025-05-01".to_owned(),
                counts: vec![1, 0, 0],
                stories: vec![1, 0, 0],
            },
            Period {
                period: "2025-06".to_owned(),
                from: "2025-06-01".to_owned(),
                counts: vec![1, 0, 0],
                stories: vec![1, 0, 0],
            },
        ],
    }
}
