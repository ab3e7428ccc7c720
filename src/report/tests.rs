//! Golden files, and the contract every format keeps.

use std::{env, fs};

use sample::{HOSTILE, sample};

use super::{view::Article, *};

mod markup;
mod sample;

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
        // The charts' library is not kept twice.
        let now = written(&sample(), format).replace(html::LIBRARY, "/* the library */");
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
fn a_report_is_written_the_same_whether_its_articles_are_held_or_made() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus").to_owned();
    let config = crate::Config::default();
    let mut model = crate::pipeline::fit(crate::input::read(&[corpus], &config.input).unwrap(), &config, &()).unwrap();
    // A small theme has no parts of its own.
    let theme = &mut model.themes.themes[0];
    let part = crate::theme::Theme { articles: theme.articles[1..].to_vec(), ..crate::theme::Theme::default() };
    theme.subthemes = vec![crate::theme::Theme { subthemes: vec![part.clone()], ..part }];
    let (held, made) = (assemble(&model), assemble_to_write(&model));
    assert!(held.articles.iter().any(|article| article.subtheme.as_deref() == Some("1.1.1")));
    assert!(held.articles.iter().any(|article| !article.partners.is_empty()));
    assert_eq!(serde_json::to_string(&held).unwrap(), serde_json::to_string(&made).unwrap());
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
    let scripts: Vec<_> = tags.iter().filter(|(name, _)| name == "script").map(|(_, attributes)| attributes).collect();
    assert_eq!(scripts.len(), 3, "the data, the library and the page's own");
    for (name, attributes) in &tags {
        assert!(!["iframe", "object", "embed", "base"].contains(&name.as_str()), "{name}");
        for (key, value) in attributes {
            assert!(!key.starts_with("on"), "{key}={value}");
            if ["href", "src", "cite", "action"].contains(&key.as_str()) {
                assert!(value.starts_with('#') || value.starts_with("https://"), "{key}={value}");
            }
        }
    }
    assert!(!page.contains(['\u{202E}', '\u{1B}']), "controls are shown, not obeyed");
    assert!(page.contains("&#60;script&#62;alert(1)"), "the label is shown as it is");
    assert!(page.contains("\\u003cscript\\u003ealert(1)"), "the title is data");
}

/// The data of a page, as its script reads it.
fn data(page: &str) -> serde_json::Value {
    let (_, data) = page.split_once("id=\"data\">").unwrap();
    serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap()
}

#[test]
fn the_policy_names_the_scripts_and_nothing_else() {
    let page = written(&sample(), Format::Html);
    let (_, policy) = page.split_once("Content-Security-Policy\" content=\"").unwrap();
    let (policy, _) = policy.split_once('"').unwrap();
    assert!(policy.starts_with("default-src &#39;none&#39;; script-src &#39;sha256-"), "{policy}");
    assert_eq!(policy.matches("sha256-").count(), 2);
    assert!(!policy.contains("unsafe-eval") && !policy.contains("http"), "{policy}");
    for word in ["eval(", "new Function", "innerHTML", "insertAdjacentHTML", "document.write"] {
        let (_, own) = page.rsplit_once("<script type=\"module\">").unwrap();
        assert!(!own.contains(word), "{word}");
    }
}

#[test]
fn what_is_not_there_leaves_no_heading() {
    let mut bare = sample();
    bare.k_choices.clear();
    bare.stories.clear();
    bare.partners.clear();
    bare.timeline.clear();
    bare.unthemed.clear();
    bare.skipped.clear();
    for theme in &mut bare.themes {
        theme.subthemes.clear();
        theme.rose.clear();
        theme.bursts.clear();
        theme.partners.clear();
        theme.named = None;
        theme.stories = 0;
    }
    let whole = [written(&sample(), Format::Html), written(&sample(), Format::Markdown)];
    let bare = [written(&bare, Format::Html), written(&bare, Format::Markdown)];
    let body = |page: &str| page.split("id=\"data\"").next().unwrap().to_owned();
    for name in ["子主题", "上升词", "爆发期", "双边", "指定主题", "可行的主题数", "未归类", "未读"]
    {
        assert!(whole.iter().all(|page| body(page).contains(name)), "{name}");
        assert!(bare.iter().all(|page| !body(page).contains(name)), "{name}");
    }
    for name in ["id=\"stories\"", "id=\"partners\"", "id=\"timeline\""] {
        assert!(whole[0].contains(name) && !bare[0].contains(name), "{name}");
    }
    markup::check(&bare[0]);
    markup::check(&written(&Report::default(), Format::Html));
}

#[test]
fn every_statement_shows_a_quotation_and_where_it_stands() {
    let report = sample();
    for format in [Format::Html, Format::Markdown] {
        let page = written(&report, format);
        for (quote, line) in [
            ("科技合作 is a crucial component", 4),
            ("a joint laboratory", 4),
            ("铁路通车", 7),
            ("again and again", 5),
            ("the line was opened", 6),
            ("中国", 3),
            ("alert(1)", 12),
        ] {
            assert!(page.contains(quote), "{quote}");
            assert!(page.contains(&format!("feeds/digest_1.txt:{line}")), "{line}");
        }
    }
}

#[test]
fn every_link_inside_the_page_leads_somewhere() {
    let page = written(&sample(), Format::Html);
    let tags = markup::check(&page);
    let values = |key: &'static str| {
        tags.iter()
            .flat_map(|(_, attributes)| attributes)
            .filter(move |(k, _)| k == key)
            .map(|(_, value)| value.clone())
    };
    let mut ids: Vec<String> = values("id").collect();
    let filters = ["theme", "sub", "also", "partner", "from", "to"];
    let articles = data(&page)["articles"].as_array().unwrap().len();
    for link in values("href").filter_map(|link| link.strip_prefix('#').map(str::to_owned)) {
        if link.contains('=') {
            for part in link.split("&amp;").flat_map(|part| part.split("&#38;")) {
                let (name, value) = part.split_once('=').unwrap();
                assert!(filters.contains(&name) && !value.is_empty(), "#{link}");
                assert!(value.chars().all(|c| c.is_ascii_alphanumeric() || "-._%".contains(c)), "#{link}");
            }
        } else if let Some(number) = link.strip_prefix("a-") {
            // The script shows the entry.
            assert!((1..=articles).contains(&number.parse().unwrap()), "#{link}");
        } else {
            assert!(ids.contains(&link), "#{link}");
        }
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
fn a_long_list_is_data_not_markup() {
    let mut report = sample();
    let model = report.articles[0].clone();
    report.articles = (0..600).map(|n| Article { id: format!("n{n}"), ..model.clone() }).collect();
    report.themes[0].articles = report.articles.iter().map(|article| article.id.clone()).collect();
    report.themes[0].size = 600;
    report.corpus.articles = 600;
    let page = written(&report, Format::Html);
    let tags = markup::check(&page);
    assert!(page.contains("href=\"#theme=1\">All 600 "));
    assert_eq!(data(&page)["articles"].as_array().unwrap().len(), 600);
    assert!(tags.len() < 600, "{} elements", tags.len());
    let markdown = written(&report, Format::Markdown);
    assert_eq!(markdown.matches("| feeds/digest_1.txt:3 |").count(), 600);
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
