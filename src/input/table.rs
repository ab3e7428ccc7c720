//! Tables: CSV and TSV, one row an article, columns found by their names.

use csv::{Reader as Csv, ReaderBuilder, StringRecord};
use serde_json::{Map, Value};

use super::{
    fields::{self, Names},
    prose, rows,
    source::{Likeness, Parsed, Reader, Source},
};

/// What parts columns, by how common it is.
const SEPARATORS: [u8; 4] = [b',', b'\t', b';', b'|'];
/// Bytes of the table by which its separator is found.
const TOP: usize = 1 << 16;

/// What is said of a table without a column that is a title or a text.
pub(super) const NO_COLUMN: &str =
    "no column is called title or text; name them with --map title=NAME and --map text=NAME";

/// Reads CSV and TSV.
///
/// The first row names the columns; one has to be a title or a text, in Chinese or English or by `--map`. The separator is
/// the one under which the names are known: comma, tab, semicolon or bar.
pub struct TableReader;

impl Reader for TableReader {
    fn read(&self, source: &Source<'_>) -> Parsed {
        let mut parsed = Parsed::default();
        let names = &source.settings().names;
        let Some((separator, _)) = separator(source.text(), names) else {
            parsed.records = 1;
            parsed.note(
                Some(1),
                NO_COLUMN,
                format!(
                    "its first row: {}",
                    source.text().lines().next().unwrap_or_default().chars().take(80).collect::<String>()
                ),
            );
            return parsed;
        };
        records(source, separator, &mut parsed);
        parsed
    }

    fn likeness(&self, source: &Source<'_>) -> Likeness {
        let table = matches!(source.ending().as_str(), "csv" | "tsv" | "tab");
        if source.text().trim_start().starts_with(['{', '[', '<', '#']) && !table {
            return Likeness::No;
        }
        match separator(source.text(), &source.settings().names) {
            Some((_, known)) if table || known > 1 => Likeness::Certain,
            _ => Likeness::No,
        }
    }
}

fn open(text: &str, separator: u8) -> Csv<&[u8]> {
    ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(text.as_bytes())
}

/// The separator under which a column is a title or a text, and how many columns have known names.
fn separator(text: &str, names: &Names) -> Option<(u8, usize)> {
    let end = (0..=TOP.min(text.len())).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    let first = text.get(..end)?;
    let mut best = None;
    for separator in SEPARATORS {
        let mut csv = open(first, separator);
        let mut head = StringRecord::new();
        if !csv.read_record(&mut head).unwrap_or(false) {
            continue;
        }
        let row: Map<String, Value> = head.iter().map(|name| (column(name), Value::from(""))).collect();
        if !fields::names_article(&row, names) {
            continue;
        }
        let mut second = StringRecord::new();
        let alike = csv.read_record(&mut second).unwrap_or(false) && second.len() == head.len();
        // A lone word over lines of text is no table, unless its ending says so.
        let count = fields::count(&row, names);
        let count = if alike && head.len() > 1 { count } else { count.min(1) };
        if best.is_none_or(|(_, most)| count > most) {
            best = Some((separator, count));
        }
    }
    best
}

fn column(name: &str) -> String {
    prose::clean(name.trim_start_matches('\u{FEFF}'))
}

fn records(source: &Source<'_>, separator: u8, parsed: &mut Parsed) {
    let (text, settings) = (source.text(), source.settings());
    let limits = &settings.limits;
    let mut csv = open(text, separator);
    let mut record = StringRecord::new();
    let mut head: Option<Vec<String>> = None;
    loop {
        let from = usize::try_from(csv.position().byte()).unwrap_or(text.len());
        match csv.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return,
            // A text is UTF-8 and rows may differ in width, so there is nothing else to fail.
            Err(error) => {
                parsed.records += 1;
                parsed.note(
                    Some(source.line(from)),
                    "the row cannot be read; check its quotes",
                    prose::clean(&error.to_string()),
                );
                if csv.position().byte() as usize <= from {
                    return;
                }
                continue;
            }
        }
        let to = usize::try_from(csv.position().byte()).unwrap_or(text.len());
        let span = prose::trimmed(text, from.min(to)..to);
        let line = Some(source.line(span.start));
        let Some(head) = &head else {
            head = Some(columns(&record));
            if let Some((what, detail)) = rows::too_wide(record.len(), limits) {
                parsed.records += 1;
                parsed.note(line, what, detail);
                return;
            }
            continue;
        };
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        parsed.records += 1;
        if let Some((_, detail)) = rows::too_long(span.len(), limits) {
            parsed.note(line, "the row is too long; check its quotes, or raise the limit", detail);
            continue;
        }
        if record.len() > head.len() || (record.len() < head.len() && record.len() < 2) {
            let detail = format!("{} columns under {} names", record.len(), head.len());
            parsed.note(line, "the row does not fit the columns; put values that hold the separator in quotes", detail);
            continue;
        }
        row(source, head, &record, span, parsed);
    }
}

/// The names of the columns; one given twice, or none, gets its number.
pub(super) fn columns<'r>(record: impl IntoIterator<Item = &'r str>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut taken = std::collections::HashSet::new();
    for (number, name) in (1..).zip(record) {
        let name = column(name);
        let name = if name.is_empty() || taken.contains(&name) { format!("{name}#{number}") } else { name };
        taken.insert(name.clone());
        names.push(name);
    }
    names
}

fn row(source: &Source<'_>, head: &[String], record: &StringRecord, span: std::ops::Range<usize>, parsed: &mut Parsed) {
    let cells = head.iter().zip(record).filter(|(_, cell)| !cell.trim().is_empty());
    let row: Map<String, Value> = cells.map(|(name, cell)| (name.clone(), cell.into())).collect();
    rows::add(source, row, source.position(span), parsed);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Limits, Settings};

    fn read(path: &str, text: &str) -> Parsed {
        TableReader.read(&Source::new(path, text.as_bytes()).unwrap())
    }

    #[test]
    fn columns_are_found_by_their_names_in_both_languages() {
        for text in [
            "编号,标题,正文,日期,来源\n1,雨,\"第一段，\"\"引\"\"。\n\n第二段。\",2025-06-14,新华社\n",
            "编号\t標題\t内容\t发布时间\t媒体\r\n1\t雨\t\"第一段，\"\"引\"\"。\r\n\r\n第二段。\"\t2025-06-14\t新华社\r\n",
            "编号;TITLE;Text;Date;Source\n1;雨;\"第一段，\"\"引\"\"。\n\n第二段。\";2025-06-14;新华社\n",
        ] {
            let parsed = read("a.csv", text);
            assert_eq!((parsed.articles.len(), parsed.notes.len()), (1, 0), "{:?}", parsed.notes);
            let article = &parsed.articles[0].article;
            assert_eq!((article.title.as_str(), article.source.as_deref()), ("雨", Some("新华社")));
            assert_eq!(article.date.unwrap().to_string(), "2025-06-14");
            assert_eq!(
                article.passages.iter().map(|p| p.text.as_str()).collect::<Vec<_>>(),
                ["第一段，\"引\"。", "第二段。"]
            );
            assert_eq!((article.title_position.line, &article.extra["编号"]), (2, &"1".into()));
            let at = article.passages[0].position;
            assert!(
                text[at.start as usize..at.end as usize].starts_with("1")
                    && text[..at.end as usize].ends_with("新华社")
            );
        }
    }

    #[test]
    fn other_names_are_mapped() {
        let settings = Settings {
            names: Names::new().with("title", "kop").unwrap().with("text", "lijf").unwrap(),
            ..Settings::new()
        };
        let text = b"kop,lijf\nRain,It fell.\n";
        let source = Source::decode("a.csv", text, &settings).unwrap();
        assert_eq!(TableReader.likeness(&source), Likeness::Certain);
        assert_eq!(TableReader.read(&source).articles[0].article.title, "Rain");
        let parsed = read("a.csv", "kop,lijf\nRain,It fell.\n");
        assert!(parsed.notes[0].what.contains("--map title=NAME") && parsed.notes[0].detail.contains("kop,lijf"));
    }

    #[test]
    fn bad_rows_are_told_and_the_rest_is_read() {
        let parsed = read("a.csv", "title,text\na,b\nc,d,e\n,\n\nf\ng,\nh,i\n");
        let titles: Vec<_> = parsed.articles.iter().map(|draft| draft.article.title.as_str()).collect();
        assert_eq!((titles, parsed.records), (vec!["a", "g", "h"], 5));
        let notes: Vec<_> = parsed.notes.iter().map(|note| (note.line, note.detail.as_str())).collect();
        assert_eq!(notes, [(Some(3), "3 columns under 2 names"), (Some(6), "1 columns under 2 names")]);
    }

    #[test]
    fn wide_and_long_rows_are_limited() {
        let limits = Limits::new().read("row", "30").unwrap().read("columns", "3").unwrap();
        let settings = Settings { limits, ..Settings::new() };
        let of = |text: &str| TableReader.read(&Source::decode("a.csv", text.as_bytes(), &settings).unwrap());
        let parsed = of(&format!("title,text\na,{}\nb,c\n", "x".repeat(40)));
        assert_eq!(parsed.articles.len(), 1);
        assert!(parsed.notes[0].detail.contains("--limit row=…"));
        assert!(of("title,text,c,d\na,b,c,d\n").notes[0].detail.contains("--limit columns=…"));
    }

    #[test]
    fn prose_with_commas_is_no_table() {
        for text in ["Text, they say, is cheap\n\nand so on, and on", "Title\nA line of text\n", "id,theme\na,b\n"] {
            assert_eq!(TableReader.likeness(&Source::new("a.txt", text.as_bytes()).unwrap()), Likeness::No, "{text}");
        }
    }
}
