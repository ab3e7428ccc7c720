//! A comparison as a table.

use std::io::{self, Write};

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets::UTF8_HORIZONTAL_ONLY};

use crate::{
    compare::{Change, Comparison, Moved, Run, ThemeRef, What},
    report::text::visible,
};

/// Articles shown of a change, and of those in one run only; the rest is counted.
const SHOWN: usize = 5;

/// Writes a comparison as a table of at most `width` columns.
pub(super) fn comparison(found: &Comparison, width: u16, out: &mut dyn Write) -> io::Result<()> {
    if found.changes.is_empty() {
        writeln!(out, "Nothing changed: every theme has the articles it had.")?;
    } else {
        let mut table = Table::new();
        table.load_style(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        table.set_header(["Change", "A", "B", "Articles that moved"]);
        for change in &found.changes {
            table.add_row([
                Cell::new(name(change.what)).set_alignment(CellAlignment::Left),
                Cell::new(themes(&change.a)),
                Cell::new(themes(&change.b)),
                Cell::new(moved(change)),
            ]);
        }
        for line in table.lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
    }
    if !found.unchanged.is_empty() {
        let names: Vec<String> = found.unchanged.iter().flat_map(|change| &change.b).map(label).collect();
        writeln!(out, "Unchanged: {}: {}", counted(names.len(), "theme"), names.join("; "))?;
    }
    for (run, articles) in [("A", &found.only_a), ("B", &found.only_b)].into_iter().filter(|(_, a)| !a.is_empty()) {
        let shown: Vec<String> = articles.iter().take(SHOWN).map(|one| visible(&one.id).into_owned()).collect();
        writeln!(
            out,
            "Only in {run}: {}: {}{}",
            counted(articles.len(), "article"),
            shown.join(", "),
            more(articles.len())
        )?;
    }
    let because = visible(&found.because);
    let mut chars = because.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    writeln!(out, "{first}{}", chars.as_str())?;
    writeln!(out, "A: {}; B: {}", run(&found.a), run(&found.b))
}

fn run(run: &Run) -> String {
    format!("{}, {}, {} unthemed", counted(run.themes, "theme"), counted(run.articles, "article"), run.unthemed)
}

fn name(what: What) -> &'static str {
    match what {
        What::Split => "split",
        What::Merged => "merged",
        What::Appeared => "appeared",
        What::Vanished => "vanished",
        What::Grew => "grew",
        What::Shrank => "shrank",
        What::Shifted => "shifted",
        What::Unchanged => "unchanged",
    }
}

fn counted(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

fn more(n: usize) -> String {
    if n > SHOWN { format!(" and {} more", n - SHOWN) } else { String::new() }
}

fn label(theme: &ThemeRef) -> String {
    let names: Vec<&str> = [&theme.label.zh, &theme.label.en].into_iter().flatten().map(String::as_str).collect();
    if names.is_empty() { format!("theme {}", theme.id) } else { visible(&names.join(" / ")).into_owned() }
}

/// Number, size and names of each theme.
fn themes(themes: &[ThemeRef]) -> String {
    if themes.is_empty() {
        return "–".to_owned();
    }
    let one = |theme: &ThemeRef| {
        let names = [&theme.label.zh, &theme.label.en].into_iter().flatten();
        let names: String = names.map(|name| format!("\n{}", visible(name))).collect();
        format!("#{}, {}{names}", theme.id, counted(theme.size, "article"))
    };
    themes.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// The articles of a change and where each went.
fn moved(change: &Change) -> String {
    let place = |there: bool, theme: Option<usize>| match (there, theme) {
        (false, _) => "–".to_owned(),
        (true, None) => "unthemed".to_owned(),
        (true, Some(theme)) => format!("#{theme}"),
    };
    let one = |one: &Moved| {
        let (from, to) = (place(one.in_a, one.a), place(one.in_b, one.b));
        let title = if one.title == one.id { String::new() } else { format!(" {}", visible(&one.title)) };
        format!("{from} → {to}  {}{title}", visible(&one.id))
    };
    let mut lines: Vec<String> = change.articles.iter().take(SHOWN).map(one).collect();
    if change.articles.len() > SHOWN {
        lines.push(more(change.articles.len()).trim_start().to_owned());
    }
    if !change.because.is_empty() {
        lines.push(format!("({})", visible(&change.because)));
    }
    lines.join("\n")
}
