//! `themes.html` in a browser: what a reader does with it, and what it must never do.

use std::{fs, path::PathBuf};

use serde_json::json;
use tempfile::{TempDir, tempdir};
use wenmai::report::{
    Format,
    view::{
        Article, Burst, Corpus, Count, Evidence, Label, Partner, Period, Report, SCHEMA, Story, Subtheme, Term, Theme,
    },
    write_folder,
};

use crate::browser::Browser;

const HOSTILE: &str = "<script>alert(1)</script><img src=x onerror=alert(2)>";
const TAB: &str = "\u{E004}";
const ENTER: &str = "\u{E007}";
const RIGHT: &str = "\u{E014}";

/// A report of `n` articles in three themes, every kind of statement in it, with hostile words wherever words can be.
fn report(n: usize) -> Report {
    let label = |zh: &str, en: &str| Label { zh: Some(zh.to_owned()), en: Some(en.to_owned()), translated: None };
    let evidence = |at: usize| {
        vec![Evidence {
            article: format!("{HOSTILE}{at}"),
            passage: 1,
            quote: format!("{HOSTILE} said number {at}"),
            path: "feed.jsonl".to_owned(),
            line: at as u32 + 1,
            ..Evidence::default()
        }]
    };
    let article = |at: usize| Article {
        id: format!("{HOSTILE}{at}"),
        title: match at {
            0 => HOSTILE.to_owned(),
            _ if at.is_multiple_of(2) => format!("Café and the deep sea {at}"),
            _ => format!("深海采矿 {at}"),
        },
        theme: (at % 4 < 3).then_some(at % 4 + 1),
        subtheme: at.is_multiple_of(8).then(|| "1.1".to_owned()),
        story: (at < 2).then_some(1),
        unthemed_because: (at % 4 == 3).then(|| format!("no word {HOSTILE}")),
        unthemed_evidence: if at % 4 == 3 { evidence(at) } else { Vec::new() },
        partners: if at.is_multiple_of(5) { vec!["CN".to_owned()] } else { Vec::new() },
        lang: if at.is_multiple_of(2) { "en" } else { "zh" }.to_owned(),
        date: Some(format!("2025-0{}-1{}", at % 6 + 1, at % 10)),
        source: Some(if at.is_multiple_of(3) { HOSTILE } else { "Wire" }.to_owned()),
        path: "feed.jsonl".to_owned(),
        line: at as u32 + 1,
        x: (at as f64 * 0.7).sin(),
        y: (at as f64 * 1.3).cos(),
        ..Article::default()
    };
    let articles: Vec<Article> = (0..n).map(article).collect();
    let of = |theme: Option<usize>| -> Vec<String> {
        articles.iter().filter(|a| a.theme == theme).map(|a| a.id.clone()).collect()
    };
    let theme = |id: usize| Theme {
        id,
        label: label(&format!("主题 {HOSTILE}"), &format!("{HOSTILE} {id}")),
        size: of(Some(id)).len(),
        stories: of(Some(id)).len() - 1,
        articles: of(Some(id)),
        terms: vec![Term { term: HOSTILE.to_owned(), weight: 1.0, lang: "en".to_owned() }],
        evidence: evidence(id - 1),
        subthemes: vec![Subtheme {
            id: format!("{id}.1"),
            label: label(HOSTILE, HOSTILE),
            size: 5,
            evidence: evidence(0),
            ..Subtheme::default()
        }],
        bursts: vec![Burst {
            from: "2025-02-01".to_owned(),
            to: "2025-03-31".to_owned(),
            weight: 2.0,
            stories: 3,
            evidence: evidence(1),
        }],
        ..Theme::default()
    };
    let count = |name: &str, count: usize| Count { name: name.to_owned(), count };
    let period = |month: usize| {
        let counts: Vec<usize> = [Some(1), Some(2), Some(3), None]
            .iter()
            .map(|theme| (0..n).filter(|at| at % 6 + 1 == month && articles[*at].theme == *theme).count())
            .collect();
        Period { period: format!("2025-0{month}"), from: format!("2025-0{month}-01"), stories: counts.clone(), counts }
    };
    Report {
        schema: SCHEMA.to_owned(),
        k: 3,
        k_reason: HOSTILE.to_owned(),
        corpus: Corpus {
            articles: n,
            languages: vec![count("en", n / 2), count("zh", n / 2)],
            sources: vec![count("Wire", n / 3 * 2), count(HOSTILE, n / 3)],
            from: Some("2025-01-10".to_owned()),
            to: Some("2025-06-19".to_owned()),
            ..Corpus::default()
        },
        themes: (1..=3).map(theme).collect(),
        unthemed: of(None),
        timeline: (1..=6).map(period).collect(),
        stories: vec![Story {
            id: 1,
            title: HOSTILE.to_owned(),
            theme: Some(1),
            articles: vec![articles[0].id.clone(), articles[1].id.clone()],
            copies: 1,
            evidence: evidence(0),
            ..Story::default()
        }],
        partners: vec![Partner {
            code: "CN".to_owned(),
            kind: "country".to_owned(),
            name: label(HOSTILE, "China"),
            articles: n / 5,
            stories: n / 5,
            themes: vec![3, 2, 1, 1],
            evidence: evidence(0),
        }],
        articles,
        ..Report::default()
    }
}

/// A browser and the page of a report; none where no browser is installed.
fn page(report: &Report) -> Option<(Browser, PathBuf, TempDir)> {
    let browser = Browser::start()?;
    let folder = tempdir().unwrap();
    let page = write_folder(report, folder.path(), &[Format::Html]).unwrap().remove(0);
    browser.open(&page, "");
    Some((browser, page, folder))
}

const SHOWN: &str = "document.querySelector('#shown').textContent";
/// Dots of the map and bars' heights of the timeline that stand for articles shown.
const DOTS: &str = "echarts.getInstanceByDom(document.querySelector('#map-plot')).getOption().series\
                    .filter(s => s.id.startsWith('theme-')).reduce((n, s) => n + s.data.length, 0)";
const BARS: &str = "echarts.getInstanceByDom(document.querySelector('#timeline-plot')).getOption().series\
                    .reduce((n, s) => n + s.data.reduce((a, b) => a + (b.value ?? b), 0), 0)";

fn choose(browser: &Browser, name: &str, value: &str) {
    browser.eval(&format!(
        "const field = document.querySelector('[name={name}]'); field.value = {value:?}; \
         field.dispatchEvent(new Event('input', {{bubbles: true}}))"
    ));
}

#[test]
fn no_console_error_no_request_and_hostile_words_are_words() {
    let Some((browser, path, _folder)) = page(&report(60)) else { return };
    browser.until(&format!("{SHOWN} === '60 of 60 articles shown'"));
    // Where tooltips are made.
    browser.eval("echarts.getInstanceByDom(document.querySelector('#map-plot')).dispatchAction({type: 'showTip', seriesIndex: 1, dataIndex: 0})");
    browser.eval("echarts.getInstanceByDom(document.querySelector('#timeline-plot')).dispatchAction({type: 'showTip', seriesIndex: 0, dataIndex: 0})");
    browser.until("document.querySelectorAll('.tip').length === 2");
    browser.until("[...document.querySelectorAll('.tip')].every(tip => tip.textContent.includes('<script>alert(1)'))");
    assert_eq!(browser.eval("return document.scripts.length"), 3);
    assert_eq!(browser.eval("return document.images.length"), 0);
    for place in [
        "#rows th",
        "#rows .source",
        "#story-rows .title",
        "#story-rows blockquote",
        "#themes .second",
        "h2 .second",
        ".terms li",
        ".tree summary",
        ".heat th a",
        "[name=theme]",
        "[name=source]",
        "[name=partner]",
        ".lead",
    ] {
        let words = browser
            .eval(&format!("return [...document.querySelectorAll({place:?})].map(e => e.textContent).join(' ')"));
        assert!(words.as_str().unwrap().contains("<script>alert(1)</script><img"), "{place}: {words}");
    }
    browser.open(&path, "#theme=0");
    browser.until(&format!("{SHOWN} === '15 of 60 articles shown'"));
    assert_eq!(browser.console(), [""; 0]);
    let requests = browser.requests();
    assert!(requests.iter().any(|url| url.ends_with("themes.html")), "{requests:?}");
    let outside = |url: &&String| !["file:", "data:", "about:"].iter().any(|scheme| url.starts_with(scheme));
    assert_eq!(requests.iter().filter(outside).collect::<Vec<_>>(), [""; 0]);
    // Were the escaping ever to fail, the policy still runs no script of others, nor text as a script.
    browser.eval(
        "const script = document.createElement('script'); script.textContent = 'window.ran = 1'; \
         document.body.append(script); setTimeout('window.ran = 2'); setTimeout(() => { window.later = 1 }, 100)",
    );
    browser.until("window.later");
    assert_eq!(browser.eval("return window.ran ?? 0"), 0);
}

#[test]
fn filters_filter_the_list_the_map_and_the_timeline() {
    let Some((browser, path, _folder)) = page(&report(60)) else { return };
    let counts = || (browser.eval(&format!("return {DOTS}")), browser.eval(&format!("return {BARS}")));
    assert_eq!(counts(), (json!(60), json!(60)));
    choose(&browser, "theme", "2");
    browser.until(&format!("{SHOWN} === '15 of 60 articles shown'"));
    assert_eq!(counts(), (json!(15), json!(15)));
    choose(&browser, "lang", "en");
    browser.until(&format!("{SHOWN} === '0 of 60 articles shown'"));
    assert_eq!(browser.eval("return document.querySelector('#none').hidden"), false);
    browser.eval("document.querySelector('[type=reset]').click()");
    browser.until(&format!("{SHOWN} === '60 of 60 articles shown'"));
    // Accents and case do not matter; words may stand in any order.
    choose(&browser, "q", "SEA cafe");
    browser.until(&format!("{SHOWN} === '29 of 60 articles shown'"));
    choose(&browser, "q", "采矿");
    browser.until(&format!("{SHOWN} === '30 of 60 articles shown'"));
    choose(&browser, "from", "2025-03-01");
    choose(&browser, "to", "2025-03-31");
    browser.until(&format!("{SHOWN} === '0 of 60 articles shown'"));
    choose(&browser, "q", "");
    browser.until(&format!("{SHOWN} === '10 of 60 articles shown'"));
    assert_eq!(counts(), (json!(10), json!(10)));
    choose(&browser, "source", "Wire");
    choose(&browser, "partner", "CN");
    browser.until("document.querySelectorAll('#rows tr').length < 10");
    // The view is in the address, and the address brings it back.
    let fragment = browser.eval("return location.hash");
    let shown = browser.eval(&format!("return {SHOWN}"));
    assert_eq!(fragment, "#source=Wire&partner=CN&from=2025-03-01&to=2025-03-31");
    browser.open(&path, fragment.as_str().unwrap());
    browser.until(&format!("{SHOWN} === {shown}"));
    assert_eq!(browser.eval("return document.querySelector('[name=source]').value"), "Wire");
    // Links of the page: a sub-theme, a story, a cell of the table, an article that the filters hide.
    for (link, shown) in [("theme=1&sub=1.1", 8), ("story=1", 2), ("theme=1&partner=CN", 3)] {
        browser.eval(&format!("document.querySelector('a[href=\"#{link}\"]').click()"));
        browser.until(&format!("{SHOWN} === '{shown} of 60 articles shown'"));
    }
    browser.eval("document.querySelector('#theme-2 .proof a').click()");
    browser.until(&format!("{SHOWN} === '60 of 60 articles shown' && document.activeElement.id === 'a-2'"));
    assert_eq!(browser.console(), [""; 0]);
}

#[test]
fn the_keyboard_reaches_everything_and_the_look_follows_the_reader() {
    let Some((browser, _, _folder)) = page(&report(60)) else { return };
    let mut met = Vec::new();
    for _ in 0..80 {
        browser.press(&[TAB]);
        let at = browser.eval("const e = document.activeElement; return e.id || e.name || e.type || e.className || e.getAttribute('href') || ''");
        met.push(at.as_str().unwrap().to_owned());
        if met.last().is_some_and(|at| at == "timeline-plot") {
            break;
        }
    }
    for place in [
        "skip",
        "look",
        "q",
        "theme",
        "lang",
        "source",
        "partner",
        "from",
        "to",
        "button",
        "map-plot",
        "unit",
        "timeline-plot",
    ] {
        assert!(met.iter().any(|at| at == place), "{place} in {met:?}");
    }
    // A period by keys.
    browser.press(&[RIGHT, RIGHT, ENTER]);
    browser
        .until(&format!("{SHOWN} === '10 of 60 articles shown' && location.hash === '#from=2025-02-01&to=2025-02-28'"));
    browser.press(&[ENTER]);
    browser.until(&format!("{SHOWN} === '60 of 60 articles shown'"));
    // An article by keys.
    browser.eval("document.querySelector('#map-plot').focus()");
    browser.press(&[RIGHT, RIGHT]);
    browser.until("document.querySelector('#map-live').textContent.includes('2025')");
    browser.press(&[ENTER]);
    browser.until("/^a-\\d+$/.test(document.activeElement.id)");
    // Light, dark, and what the system wants.
    let paper = || browser.eval("return getComputedStyle(document.body).backgroundColor");
    let media = |media: &str, scheme: &str| {
        browser.chromium(
            "Emulation.setEmulatedMedia",
            json!({"media": media, "features": [{"name": "prefers-color-scheme", "value": scheme}]}),
        );
    };
    media("screen", "light");
    let light = paper();
    browser.eval("document.querySelector('#look').click()");
    assert_ne!(paper(), light);
    browser.eval("document.querySelector('#look').click()");
    assert_eq!(paper(), light);
    browser.eval("delete document.documentElement.dataset.look");
    media("screen", "dark");
    assert_ne!(paper(), light);
    // Paper has no controls, and is white.
    media("print", "dark");
    assert_eq!(paper(), "rgb(255, 255, 255)");
    for control in ["#filters", "#look", "nav", ".pager", ".tools", ".keys"] {
        assert_eq!(
            browser.eval(&format!("return getComputedStyle(document.querySelector({control:?})).display")),
            "none"
        );
    }
    assert_eq!(browser.console(), [""; 0]);
}

#[test]
fn twenty_thousand_articles_are_few_elements() {
    let report = report(20_000);
    let Some((browser, path, _folder)) = page(&report) else { return };
    browser.until(&format!("{SHOWN} === '20,000 of 20,000 articles shown'"));
    let elements = browser.eval("return document.querySelectorAll('*').length").as_u64().unwrap();
    assert!(elements < 3000, "{elements} elements");
    choose(&browser, "theme", "3");
    browser.until(&format!("{SHOWN} === '5,000 of 20,000 articles shown'"));
    assert_eq!(browser.eval(&format!("return {DOTS}")), 5000);
    browser.open(&path, "#a-19999");
    browser.until("document.activeElement.id === 'a-19999'");
    assert_eq!(browser.console(), [""; 0]);
    // Two thousand articles keep within six megabytes.
    let folder = tempdir().unwrap();
    let small = write_folder(&self::report(2000), folder.path(), &[Format::Html]).unwrap().remove(0);
    let bytes = fs::metadata(small).unwrap().len();
    assert!(bytes < 6_000_000, "{bytes}");
}
