//! Golden files, and the contract every format keeps.

use std::{env, fs};

use super::{
    view::{Article, Corpus, Count, Evidence, Label, Period, SCHEMA, Term, Theme},
    *,
};
use crate::article::Skipped;

mod markup;

/// What somebody who wants to act inside a report would put into a title.
const HOSTILE: &str =
    "# =<script>alert(1)</script> | [x](javascript:alert(1)) `c` *b* </title></svg>\u{202E}\"'&amp;\u{1B}[31m";

fn counts(counts: &[(&str, usize)]) -> Vec<Count> {
    counts.iter().map(|&(name, count)| Count { name: name.to_owned(), count }).collect()
}

/// A small report with everything in it, some of it hostile.
fn sample() -> Report {
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
                label: Label { zh: Some("一带一路".to_owned()), en: Some("Belt & Road <b>".to_owned()) },
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
                ..Theme::default()
            },
            Theme {
                id: 2,
                label: Label { zh: None, en: None },
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
        unthemed: vec!["d".to_owned()],
        skipped: vec![Skipped { path: "feeds/<broken>.jsonl:3".to_owned(), reason: "not JSON; see `x|y`".to_owned() }],
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
        ..Report::default()
    }
}

fn written(report: &Report, format: Format) -> String {
    let mut bytes = Vec::new();
    write(report, format, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// The stored reports; `WENMAI_BLESS=1 cargo test --lib report` writes them anew.
#[test]
fn reports_are_the_golden_ones() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/report");
    for format in ALL {
        let path = folder.join(format.file_name());
        let now = written(&sample(), format);
        if env::var_os("WENMAI_BLESS").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &now).unwrap();
        }
        let golden = fs::read_to_string(&path).unwrap_or_default();
        for (n, (now, golden)) in now.lines().zip(golden.lines()).enumerate() {
            assert_eq!(now, golden, "{} line {}", format.file_name(), n + 1);
        }
        assert!(now == golden, "{} has another length", format.file_name());
    }
}

#[test]
fn every_format_is_registered_once_and_found_by_name() {
    for format in ALL {
        assert_eq!(format.name().parse(), Ok(format));
        assert_eq!(format.to_string(), format.name());
        assert!(!format.about().is_empty());
        assert_eq!(ALL.iter().filter(|other| other.file_name() == format.file_name()).count(), 1);
    }
    let error = "docx".parse::<Format>().unwrap_err();
    assert_eq!(error, "\"docx\" is not a report format; the formats are md, html, json, csv");
}

#[test]
fn every_format_writes_the_same_bytes_twice_and_ends_in_a_newline() {
    for format in ALL {
        let once = written(&sample(), format);
        assert_eq!(once, written(&sample(), format), "{format}");
        assert!(once.ends_with('\n'), "{format}");
    }
}

#[test]
fn every_format_writes_an_empty_report() {
    for format in ALL {
        let text = written(&Report::default(), format);
        assert!(text.ends_with('\n') && !text.contains("NaN"), "{format}: {text}");
        if format == Format::Html {
            markup::check(&text);
        }
    }
}

/// Accepts so many bytes, then fails.
struct Full(usize);

impl io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.0.min(bytes.len());
        self.0 -= room;
        if room == 0 { Err(io::Error::from(io::ErrorKind::StorageFull)) } else { Ok(room) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn every_format_passes_on_the_error_of_what_it_writes_to() {
    for format in ALL {
        for room in [0, 100] {
            let error = write(&sample(), format, &mut Full(room)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{format}: {error}");
        }
    }
}

#[test]
fn hostile_text_is_inert_in_html() {
    let page = written(&sample(), Format::Html);
    let tags = markup::check(&page);
    for (name, attributes) in &tags {
        assert!(!["script", "iframe", "object", "embed", "base", "form"].contains(&name.as_str()), "{name}");
        for (key, value) in attributes {
            assert!(!key.starts_with("on"), "{key}={value}");
            if ["href", "src", "cite", "action"].contains(&key.as_str()) {
                assert!(value.starts_with('#') || value.starts_with("https://"), "{key}={value}");
            }
        }
    }
    assert!(!page.contains(['\u{202E}', '\u{1B}']), "controls are shown, not obeyed");
    assert!(page.contains("&#60;script&#62;alert(1)"), "the title is shown as it is");
}

#[test]
fn every_link_inside_the_page_leads_somewhere() {
    let tags = markup::check(&written(&sample(), Format::Html));
    let values = |key: &'static str| {
        tags.iter()
            .flat_map(|(_, attributes)| attributes)
            .filter(move |(k, _)| k == key)
            .map(|(_, value)| value.clone())
    };
    let mut ids: Vec<String> = values("id").collect();
    for link in values("href").filter_map(|link| link.strip_prefix('#').map(str::to_owned)) {
        assert!(ids.contains(&link), "#{link}");
    }
    let n = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), n, "ids are unique");
}

#[test]
fn hostile_text_is_inert_in_markdown() {
    use pulldown_cmark::{Event, Options, Parser, Tag};

    let text = written(&sample(), Format::Markdown);
    let mut tame = sample();
    tame.articles[1].title = "tame".to_owned();
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_MATH | Options::ENABLE_GFM;
    let structure = |text: &str| {
        let mut tags = Vec::new();
        for event in Parser::new_ext(text, options) {
            match event {
                Event::Start(Tag::Link { dest_url, .. }) => {
                    assert_eq!(&*dest_url, "https://example.org/篇?q=%281%29&x=%222%22");
                    tags.push("link".to_owned());
                }
                Event::Start(tag) => tags.push(format!("{tag:?}")),
                Event::Html(html) | Event::InlineHtml(html) => panic!("raw markup {html}"),
                Event::Code(code) | Event::InlineMath(code) | Event::DisplayMath(code) => panic!("code {code}"),
                _ => {}
            }
        }
        tags
    };
    assert_eq!(structure(&text), structure(&written(&tame, Format::Markdown)));
    let words: String = Parser::new_ext(&text, options)
        .filter_map(|event| if let Event::Text(text) = event { Some(text.into_string()) } else { None })
        .collect();
    assert!(words.contains(&*text::visible(HOSTILE)), "the title is shown as it is");
}

#[test]
fn json_is_the_report_itself_and_the_schema_knows_its_fields() {
    let mut report = sample();
    report.articles[3].x = 0.0;
    assert_eq!(serde_json::from_str::<Report>(&written(&report, Format::Json)).unwrap(), report);
    let schema = serde_json::to_value(schema()).unwrap();
    for field in ["schema", "k", "themes", "articles", "unthemed", "skipped", "timeline"] {
        assert!(schema["properties"].get(field).is_some(), "{field}");
    }
}

/// A report may come from a file somebody edited.
#[test]
fn numbers_beyond_reason_do_not_panic() {
    let mut report = sample();
    report.timeline[0].counts = vec![usize::MAX; 9];
    report.timeline[1].counts.clear();
    report.themes[0].size = usize::MAX;
    report.themes[1].id = usize::MAX;
    report.themes[1].cohesion = f64::INFINITY;
    report.articles[0].x = f64::NEG_INFINITY;
    report.articles[1].confidence = f64::NAN;
    report.articles[2].line = u32::MAX;
    for format in ALL {
        written(&report, format);
    }
}

#[test]
fn long_lists_fold_and_every_article_stays_in_the_index() {
    let mut report = sample();
    let model = report.articles[0].clone();
    report.articles = (0..600).map(|n| Article { id: format!("n{n}"), ..model.clone() }).collect();
    report.themes[0].articles = report.articles.iter().map(|article| article.id.clone()).collect();
    report.themes[0].size = 600;
    report.corpus.articles = 600;
    let page = written(&report, Format::Html);
    let tags = markup::check(&page);
    assert!(page.contains("<summary>550 more "));
    let rows = tags.iter().filter(|(name, attributes)| name == "tr" && attributes.iter().any(|(key, _)| key == "id"));
    assert_eq!(rows.count(), 600);
    assert_eq!(tags.iter().filter(|(name, _)| name == "table").count(), 3);
}

#[test]
fn a_folder_gets_one_file_a_format_and_nothing_else() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("new/reports");
    let formats = [Format::Csv, Format::Markdown, Format::Csv];
    let paths = write_folder(&sample(), &folder, &formats).unwrap();
    assert_eq!(paths, [folder.join("articles.csv"), folder.join("themes.md")]);
    assert_eq!(fs::read_to_string(&paths[1]).unwrap(), written(&sample(), Format::Markdown));
    let mut names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["articles.csv", "themes.md"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::write(folder.join("plain"), "").unwrap();
        let mode = |name: &str| fs::metadata(folder.join(name)).unwrap().permissions().mode();
        assert_eq!(mode("themes.md"), mode("plain"), "readable by whom a plain new file is");
    }
}

#[test]
fn a_file_that_cannot_be_written_is_named_and_leaves_no_traces() {
    let parent = tempfile::tempdir().unwrap();
    fs::create_dir(parent.path().join("themes.html")).unwrap();
    let error = write_folder(&sample(), parent.path(), &[Format::Html]).unwrap_err();
    assert!(matches!(&error, Error::Write { path, .. } if path.ends_with("themes.html")), "{error}");
    assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1, "the temporary file is gone");
    fs::write(parent.path().join("file"), "").unwrap();
    let error = write_folder(&sample(), &parent.path().join("file"), &ALL).unwrap_err();
    assert!(matches!(&error, Error::Write { path, .. } if path.ends_with("file")), "{error}");
}
