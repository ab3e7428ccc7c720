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
    report::{
        text::{TRANSLATED, visible},
        view::{Label, Report, Subtheme, Term, Theme},
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
        let mut names = name(&theme.label);
        parts(&theme.subthemes, 1, &mut names);
        let dates = span(theme.from.as_deref(), theme.to.as_deref());
        let dates = visible(&dates);
        // A period within a year fits a line; `2024-12-30–2025-01-02` takes two.
        let long = width < ROOMY || dates.len() > "2025-06-14–07-02".len();
        table.add_row([
            Cell::new(theme.id).set_alignment(CellAlignment::Right),
            Cell::new(size(theme, digits, &bar)),
            Cell::new(names),
            Cell::new(visible(&terms(&theme.terms))),
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
    let others = report.k_choices.iter().filter(|choice| choice.k != report.k);
    let others: Vec<String> = others.map(|choice| format!("{} ({:.2})", choice.k, choice.score)).collect();
    if !others.is_empty() {
        let own = report.k_choices.iter().find(|choice| choice.k == report.k);
        let own = own.map_or(String::new(), |choice| format!("{} ({:.2}), also ", choice.k, choice.score));
        writeln!(out, "Numbers of themes it supports: {own}{}", others.join(", "))?;
    }
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

/// A theme's size: articles and their bar; below, the stories they are where that is another number.
fn size(theme: &Theme, digits: usize, bar: &str) -> String {
    let size = format!("{:>digits$} {bar}", theme.size);
    if theme.stories == 0 || theme.stories == theme.size {
        size
    } else {
        format!("{size}\n{:>digits$} {}", theme.stories, if theme.stories == 1 { "story" } else { "stories" })
    }
}

/// Adds a line for each part of a theme, a dot for each step of its depth, each followed by its own parts.
fn parts(subthemes: &[Subtheme], depth: usize, lines: &mut String) {
    for part in subthemes {
        let names = match part.label.translated.as_deref() {
            Some("zh") => [&part.label.en, &part.label.zh],
            _ => [&part.label.zh, &part.label.en],
        };
        let names = names.into_iter().filter_map(|name| name.as_deref());
        let named = names.chain(part.terms.first().map(|term| term.term.as_str())).next().unwrap_or("–");
        let (mark, id) = ("·".repeat(depth), visible(&part.id));
        lines.push_str(&format!("\n{mark} {id} {} ({})", visible(named), part.size));
        parts(&part.subthemes, depth + 1, lines);
    }
}

/// A theme's names, one a line.
fn name(label: &Label) -> String {
    let own = |lang: &str| if label.translated.as_deref() == Some(lang) { TRANSLATED } else { "" };
    let mut names = vec![(own("zh"), &label.zh), (own("en"), &label.en)];
    // The articles' own language first.
    names.sort_by_key(|(mark, _)| mark.len());
    let names = names.into_iter().filter_map(|(mark, name)| Some(format!("{mark}{}", visible(name.as_deref()?))));
    let names: Vec<String> = names.collect();
    if names.is_empty() { "–".to_owned() } else { names.join("\n") }
}

fn terms(terms: &[Term]) -> String {
    terms.iter().take(TERMS_SHOWN).map(|term| term.term.as_str()).collect::<Vec<_>>().join(", ")
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

/// Writes the hits of a search as a ranked list of at most `width` columns; `dates` are those of hits, by id.
///
/// # Errors
/// If `out` cannot be written.
pub fn hits(found: &Similar, dates: &BTreeMap<String, String>, width: u16, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    for (rank, hit) in found.hits.iter().enumerate() {
        table.add_row([
            Cell::new(rank + 1).set_alignment(CellAlignment::Right),
            Cell::new(format!("{:.2}", hit.score)),
            Cell::new(described(hit, dates.get(&hit.id).map(String::as_str))),
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

/// Writes a table with a bold header; the first `fixed` columns are not wrapped.
pub(super) fn print(mut table: Table, out: &mut dyn Write, fixed: usize) -> io::Result<()> {
    for column in (0..fixed).filter_map(|i| Some(i).filter(|&i| i < table.column_count())).collect::<Vec<_>>() {
        if let Some(column) = table.column_mut(column) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    let bold = Style::new().bold();
    for (i, line) in table.lines().enumerate() {
        match i {
            0 => writeln!(out, "{bold}{}{bold:#}", line.trim_end())?,
            _ => writeln!(out, "{}", line.trim_end())?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
