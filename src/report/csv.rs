//! `articles.csv`: one row an article, for spreadsheets.
//!
//! It begins with a byte-order mark, without which Excel takes UTF-8 for the local encoding and garbles Chinese, and its
//! rows end in CR LF (RFC 4180). Text that a spreadsheet would run as a formula is neutralised; nothing else changes.

use std::{borrow::Cow, collections::BTreeMap, io};

use super::{Writer, text, view::Report};

/// Writes a table of the articles.
pub struct Csv;

/// The columns.
pub const COLUMNS: [&str; 17] = [
    "id",
    "title",
    "theme",
    "theme_zh",
    "theme_en",
    "confidence",
    "also",
    "lang",
    "date",
    "source",
    "url",
    "path",
    "line",
    "unthemed_because",
    "subtheme",
    "story",
    "partners",
];

impl Writer for Csv {
    fn write(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        out.write_all("\u{FEFF}".as_bytes())?;
        let mut rows = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        rows.write_record(COLUMNS)?;
        let labels: BTreeMap<usize, _> = report.themes.iter().map(|theme| (theme.id, &theme.label)).collect();
        for article in &report.articles {
            let label = article.theme.and_then(|id| labels.get(&id));
            let also: Vec<String> = article.also.iter().map(usize::to_string).collect();
            let partners = article.partners.join(" ");
            let row: [Cow<str>; COLUMNS.len()] = [
                inert(&article.id),
                inert(&article.title),
                article.theme.map(|id| id.to_string()).unwrap_or_default().into(),
                inert(label.and_then(|label| label.zh.as_deref()).unwrap_or_default()),
                inert(label.and_then(|label| label.en.as_deref()).unwrap_or_default()),
                text::unit(article.confidence).into(),
                also.join(" ").into(),
                inert(&article.lang),
                inert(article.date.as_deref().unwrap_or_default()),
                inert(article.source.as_deref().unwrap_or_default()),
                inert(article.url.as_deref().unwrap_or_default()),
                inert(&article.path),
                article.line.to_string().into(),
                inert(article.unthemed_because.as_deref().unwrap_or_default()),
                inert(article.subtheme.as_deref().unwrap_or_default()),
                article.story.map(|id| id.to_string()).unwrap_or_default().into(),
                inert(&partners),
            ];
            rows.write_record(row.iter().map(|cell| cell.as_bytes()))?;
        }
        rows.flush()
    }
}

/// The text with an apostrophe before it if a spreadsheet might take it for a formula: if its first character that is
/// not blank or invisible is `=`, `+`, `-` or `@`, also in full width, or if it begins with a tab or a line break
/// (OWASP, "CSV Injection").
fn inert(text: &str) -> Cow<'_, str> {
    let unseen = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
    };
    let first = text.chars().find(|c| !unseen(*c));
    let formula = matches!(first, Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠'));
    if formula || text.starts_with(['\t', '\r', '\n']) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::view::Article;

    #[test]
    fn formulas_are_neutralised_and_everything_else_stays() {
        for text in
            ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\u{FEFF}=1", "\t=1", "\tx", "\rx", "\nx", "＝1", "\u{200B}-2"]
        {
            assert_eq!(inert(text), format!("'{text}"), "{text:?}");
        }
        for text in ["", "a=b", "一带一路", "'x", "1", "(=1)", "\"=1\"", " x"] {
            assert_eq!(inert(text), text, "{text:?}");
        }
    }

    #[test]
    fn a_spreadsheet_reads_back_what_was_written() {
        let title = "=HYPERLINK(\"http://a.cn\",\"点\")\r\n,;二";
        let report = Report {
            articles: vec![Article {
                id: "-a".into(),
                title: title.into(),
                also: vec![2, 3],
                confidence: 0.456,
                line: 7,
                url: Some("@x".into()),
                ..Article::default()
            }],
            ..Report::default()
        };
        let mut bytes = Vec::new();
        Csv.write(&report, &mut bytes).unwrap();
        let body = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap();
        assert!(body.ends_with(b"\r\n"));
        let mut reader = csv::Reader::from_reader(body);
        assert_eq!(reader.headers().unwrap(), COLUMNS.as_slice());
        let row = reader.records().next().unwrap().unwrap();
        assert_eq!([&row[0], &row[1], &row[10]], ["'-a", &format!("'{title}"), "'@x"]);
        assert_eq!([&row[2], &row[5], &row[6], &row[12]], ["", "0.46", "2 3", "7"]);
    }
}
