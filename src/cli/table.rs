//! Tables for people: columns that align with double-width characters, and nothing that steers the terminal.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use anstyle::Style;
use comfy_table::{
    Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table,
    presets::{NOTHING, UTF8_HORIZONTAL_ONLY},
};

use crate::{
    article::Article,
    report::{
        text::visible,
        view::{Report, Theme},
    },
    similar::{Hit, Similar},
};

/// Columns of a table where stdout is no terminal.
const WIDTH: u16 = 100;
/// In fewer columns than this, bars are left out and periods take two lines, so that there is room for the words.
const ROOMY: u16 = 80;
/// Columns of the bar of the largest theme.
const BAR: usize = 10;
/// Terms listed of a theme; the report and `--json` list them all.
const TERMS_SHOWN: usize = 6;
/// Ids listed of the unthemed articles.
const UNTHEMED_SHOWN: usize = 10;
/// Shared terms listed of a hit.
const SHARED_SHOWN: usize = 6;

/// Pairs listed of a hit.
const PAIRS_SHOWN: usize = 4;

/// Columns of the terminal that stdout is, at least 40; 100 if it is none.
#[must_use]
pub fn width() -> u16 {
    terminal_size::terminal_size_of(io::stdout()).map_or(WIDTH, |(width, _)| width.0.max(40))
}

/// Writes the themes of a report as a table of at most `width` columns, then the unthemed, then how `k` came about.
///
/// # Errors
/// If `out` cannot be written.
pub fn themes(report: &Report, width: u16, out: &mut dyn Write) -> io::Result<()> {
    let largest = report.themes.iter().map(|theme| theme.size).max().unwrap_or(1);
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    table.set_header(["#", "Articles", "Theme 主题", "Terms 词项", "Dates"]);
    for theme in &report.themes {
        let digits = largest.to_string().len();
        let bar = if width < ROOMY { String::new() } else { bar(theme.size, largest) };
        let dates = span(theme.from.as_deref(), theme.to.as_deref());
        let dates = visible(&dates);
        // A period within a year fits a line; `2024-12-30–2025-01-02` takes two.
        let long = width < ROOMY || dates.len() > "2025-06-14–07-02".len();
        table.add_row([
            Cell::new(theme.id).set_alignment(CellAlignment::Right),
            Cell::new(format!("{:>digits$} {bar}", theme.size)),
            Cell::new(name(theme)),
            Cell::new(visible(&terms(theme))),
            Cell::new(if long { dates.replace('–', "\n–") } else { dates.into_owned() }),
        ]);
    }
    // The numbers take what they need; the words share the rest.
    for (column, constraint) in [
        (0, ColumnConstraint::ContentWidth),
        (1, ColumnConstraint::ContentWidth),
        (2, ColumnConstraint::LowerBoundary(comfy_table::Width::Percentage(28))),
        (4, ColumnConstraint::ContentWidth),
    ] {
        if let Some(column) = table.column_mut(column) {
            column.set_constraint(constraint);
        }
    }
    if !report.themes.is_empty() {
        let bold = Style::new().bold();
        for (i, line) in table.lines().enumerate() {
            // The header is the line after the upper rule.
            match i {
                1 => writeln!(out, "{bold}{}{bold:#}", line.trim_end())?,
                _ => writeln!(out, "{}", line.trim_end())?,
            }
        }
    }
    if !report.unthemed.is_empty() {
        let more = report.unthemed.len().saturating_sub(UNTHEMED_SHOWN);
        let shown = report.unthemed.iter().take(UNTHEMED_SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        writeln!(out, "Unthemed: {}: {}{more}", counted(report.unthemed.len(), "article"), visible(&shown))?;
    }
    writeln!(out, "{}", visible(&report.k_reason))?;
    let corpus = &report.corpus;
    let read = format!(
        "{}, {}, {}",
        counted(corpus.articles, "article"),
        counted(corpus.passages, "passage"),
        counted(corpus.files, "file")
    );
    match span(corpus.from.as_deref(), corpus.to.as_deref()) {
        dates if dates.is_empty() => writeln!(out, "Read: {read}"),
        dates => writeln!(out, "Read: {read}, {}", visible(&dates)),
    }
}

/// A theme's names, one a line.
fn name(theme: &Theme) -> String {
    let names: Vec<&str> = [&theme.label.zh, &theme.label.en].into_iter().filter_map(|name| name.as_deref()).collect();
    if names.is_empty() {
        "–".to_owned()
    } else {
        names.iter().map(|name| visible(name)).collect::<Vec<_>>().join("\n")
    }
}

fn terms(theme: &Theme) -> String {
    theme.terms.iter().take(TERMS_SHOWN).map(|term| term.term.as_str()).collect::<Vec<_>>().join(", ")
}

/// `1 article`, `2 articles`.
fn counted(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// A bar of [`BAR`] columns for the largest, at least one for any but an empty one.
fn bar(size: usize, largest: usize) -> String {
    "█".repeat((size.saturating_mul(BAR) / largest.max(1)).clamp(size.min(1), BAR))
}

/// First and last day, what they have in common written once: `2025-06-14`, `2025-06-14–07-02`, `2024-12-30–2025-01-02`.
fn span(from: Option<&str>, to: Option<&str>) -> String {
    match (from, to) {
        (Some(from), Some(to)) if from == to => from.to_owned(),
        (Some(from), Some(to)) => match (from.split_once('-'), to.split_once('-')) {
            (Some((first, _)), Some((last, day))) if first == last => format!("{from}–{day}"),
            _ => format!("{from}–{to}"),
        },
        (Some(day), None) | (None, Some(day)) => day.to_owned(),
        (None, None) => String::new(),
    }
}

/// Writes the hits of a search as a ranked list of at most `width` columns; `articles` knows their dates.
///
/// # Errors
/// If `out` cannot be written.
pub fn hits(found: &Similar, articles: &[Article], width: u16, out: &mut dyn Write) -> io::Result<()> {
    let dates: BTreeMap<&str, String> =
        articles.iter().filter_map(|a| Some((a.id.as_str(), a.date?.day.to_string()))).collect();
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    for (rank, hit) in found.hits.iter().enumerate() {
        table.add_row([
            Cell::new(rank + 1).set_alignment(CellAlignment::Right),
            Cell::new(format!("{:.2}", hit.score)),
            Cell::new(described(hit, dates.get(hit.id.as_str()).map(String::as_str))),
        ]);
    }
    for line in table.lines().filter(|_| !found.hits.is_empty()) {
        writeln!(out, "{}", line.trim_end())?;
    }
    if found.hits.is_empty() {
        writeln!(out, "Nothing is like it.")?;
    }
    if !found.understood.is_empty() {
        writeln!(out, "Not in these articles, but understood: {}", visible(&found.understood.join(", ")))?;
    }
    if !found.unknown.is_empty() {
        writeln!(out, "Not in these articles: {}", visible(&found.unknown.join(", ")))?;
    }
    Ok(())
}

/// A hit in lines: id, title and date; quote; place; shared terms.
fn described(hit: &Hit, date: Option<&str>) -> String {
    let id = visible(&hit.id);
    let id = date.map_or_else(|| id.to_string(), |date| format!("{id}  {date}"));
    let mut lines = vec![id, visible(&hit.title).into_owned()];
    if let Some(passage) = &hit.passage {
        lines.push(format!("“{}”", visible(&passage.quote)));
        lines.push(format!("{}:{}", visible(&passage.path), passage.line));
    }
    if !hit.shared.is_empty() {
        let shared = hit.shared.iter().take(SHARED_SHOWN);
        let shared: Vec<String> =
            shared.map(|shared| format!("{} {:.0}%", visible(&shared.term), shared.share * 100.0)).collect();
        lines.push(format!("shared: {}", shared.join(", ")));
    }
    if !hit.pairs.is_empty() {
        let pairs = hit.pairs.iter().take(PAIRS_SHOWN);
        let pairs: Vec<String> =
            pairs.map(|pair| format!("{} ↔ {}", visible(&pair.query), visible(&pair.hit))).collect();
        lines.push(format!("alike: {}", pairs.join(", ")));
    }
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        report::view::{Corpus, Label, Term},
        similar::{Pair, PassageHit, Shared},
    };

    fn theme(id: usize, zh: &str, en: &str, size: usize, terms: &[&str], from: &str, to: &str) -> Theme {
        let some = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
        Theme {
            id,
            label: Label { zh: some(zh), en: some(en) },
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
    fn a_theme_has_a_line_for_each_name() {
        let text = written(|out| themes(&report(), 100, out));
        let lines: Vec<&str> = text.lines().collect();
        let of = |name: &str| lines.iter().position(|line| line.contains(name));
        assert!(of("deep-sea mining") > of("深海采矿"), "{text}");
        assert!(of("Belt and Road").is_some() && of("开放科学").is_some(), "{text}");
    }

    #[test]
    fn no_theme_is_no_table() {
        let text =
            written(|out| themes(&Report { k_reason: "nothing to group".into(), ..Report::default() }, 100, out));
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
        let found = Similar {
            query: "q".into(),
            unknown: vec!["frob".into()],
            understood: vec!["tax".into()],
            hits: vec![hit],
        };
        let dated = Article { id: "深海-1".into(), date: "2025-06-14 21:57".parse().ok(), ..Article::default() };
        let text = written(|out| hits(&found, &[dated], 60, out));
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
        assert_eq!(written(|out| hits(&Similar::default(), &[], 60, out)), "Nothing is like it.\n");
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
}
