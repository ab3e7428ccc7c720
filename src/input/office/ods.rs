//! Spreadsheets of OpenDocument (ODS): one article a row.

use std::ops::Range;

use serde_json::Value;

use super::{
    super::source::{Parsed, Reader, Source},
    opened,
    package::{self, Sort},
    rows::{Cells, Rows},
    serial,
    xlsx::tell,
    xml::{self, Piece, Step, Tag},
};
use crate::input::limits::{Limit, Limits};

/// Reads ODS, as [`XlsxReader`](super::XlsxReader) reads its kind.
pub struct OdsReader;

const ENDINGS: [&str; 2] = ["ods", "ots"];
/// Rows of a sheet, at most: as many as programs have.
const ROWS: usize = 1 << 20;
/// A number that no row reaches.
const LAST: usize = 1 << 30;

impl Reader for OdsReader {
    fn read(&self, source: &Source<'_>) -> Parsed {
        opened(source, |package, parsed| {
            let limits = &source.settings().limits;
            package.unlocked()?;
            let text = package.need("content.xml")?;
            let several = memchr::memmem::find_iter(text.as_bytes(), "<table:table ").take(2).count() > 1;
            let mut rows = Rows::new(source, parsed, false, several);
            let mut sheet = Sheet::new(limits);
            let mut stopped = Ok(());
            let walked = xml::walk(&text, limits, true, |piece| {
                let step = sheet.step(&piece, &mut rows);
                if let Some((times, cells)) = sheet.row.take() {
                    // Sheets are filled up with empty rows to the last there can be.
                    let times_read = if cells.is_empty() { 0 } else { times.min(ROWS) };
                    for number in (sheet.number + 1..).take(times_read) {
                        stopped = package.count(Rows::cost(&cells));
                        if stopped.is_err() {
                            return Step::Done;
                        }
                        rows.row(number, cells.clone());
                    }
                    sheet.number = sheet.number.saturating_add(times).min(LAST);
                }
                if let Some((value, columns)) = sheet.again.take() {
                    let size = value.as_str().map_or(0, str::len) as u64 + super::super::rows::CELL;
                    stopped = package.count(size.saturating_mul(columns.len() as u64));
                    if stopped.is_err() {
                        return Step::Done;
                    }
                    sheet.cells.extend(columns.map(|column| (column, value.clone())));
                }
                step
            });
            rows.finish();
            tell(walked.and(stopped).err().into_iter().collect(), parsed);
            Ok(())
        })
    }

    fn claims(&self, head: &[u8], ending: &str) -> bool {
        package::is(Sort::Ods, head, ending, &ENDINGS)
    }
}

/// A sheet that is being read.
struct Sheet {
    /// Rows that are over.
    number: usize,
    /// A row that is over: how many times it stands there, and its cells.
    row: Option<(usize, Cells)>,
    /// A cell that stands there several times: its value and its columns.
    again: Option<(Value, Range<usize>)>,
    cells: Cells,
    column: usize,
    columns: usize,
    /// How many times the row and the cell that are being read stand there.
    rows: usize,
    times: usize,
    /// The value of the cell, if it is not its text.
    value: Option<Value>,
    text: String,
    in_text: bool,
}

impl Sheet {
    fn new(limits: &Limits) -> Self {
        let columns = usize::try_from(limits.of(Limit::Columns)).unwrap_or(usize::MAX);
        let (cells, text) = (Vec::new(), String::new());
        let (number, column, rows, times) = (0, 0, 1, 1);
        Self { number, row: None, again: None, cells, column, columns, rows, times, value: None, text, in_text: false }
    }

    fn step(&mut self, piece: &Piece<'_>, rows: &mut Rows<'_, '_, '_>) -> Step {
        match piece {
            Piece::Open(tag) => return self.start(tag, rows),
            Piece::Text(text) if self.in_text => self.text.extend(xml::shown(text)),
            Piece::Text(_) => {}
            Piece::Close("p") => {
                self.in_text = false;
                self.text.push('\n');
            }
            Piece::Close("table-cell" | "covered-table-cell") => self.cell(),
            Piece::Close("table-row") => self.row = Some((self.rows, std::mem::take(&mut self.cells))),
            Piece::Close(_) => {}
        }
        Step::On
    }

    fn start(&mut self, tag: &Tag<'_>, rows: &mut Rows<'_, '_, '_>) -> Step {
        match tag.name() {
            "annotation" | "tracked-changes" | "shapes" | "forms" | "named-expressions" | "database-ranges"
            | "automatic-styles" | "data-pilot-tables" | "frame" | "ruby-text" => return Step::Over,
            "table" => {
                self.number = 0;
                rows.begin(&tag.get("name").unwrap_or_default());
            }
            "table-row" => {
                self.rows = repeated(tag, "number-rows-repeated");
                self.cells.clear();
                self.column = 0;
            }
            "table-cell" | "covered-table-cell" => {
                self.times = repeated(tag, "number-columns-repeated");
                self.value = value(tag);
                self.text.clear();
            }
            "p" => self.in_text = true,
            "s" | "tab" if self.in_text => self.text.push(' '),
            "line-break" if self.in_text => self.text.push('\n'),
            _ => {}
        }
        Step::On
    }

    fn cell(&mut self) {
        let text = self.text.trim();
        let value = self.value.take().or_else(|| (!text.is_empty()).then(|| text.into()));
        if let Some(value) = value {
            // One more than there may be is enough to tell that there are too many.
            let end = self.column.saturating_add(self.times).min(self.columns.saturating_add(1));
            match end.saturating_sub(self.column) {
                0 => {}
                1 => self.cells.push((self.column, value)),
                _ => self.again = Some((value, self.column..end)),
            }
        }
        self.column = self.column.saturating_add(self.times);
    }
}

fn repeated(tag: &Tag<'_>, name: &str) -> usize {
    tag.get(name).and_then(|times| times.parse().ok()).unwrap_or(1).max(1)
}

/// What a cell holds, if that is not what it shows.
fn value(tag: &Tag<'_>) -> Option<Value> {
    match tag.get("value-type")?.as_str() {
        "date" => tag.get("date-value").map(|day| day.trim_end_matches("T00:00:00").into()),
        "boolean" => tag.get("boolean-value").map(|truth| (truth == "true").into()),
        "float" | "currency" | "percentage" => tag.get("value")?.parse().ok().map(serial::number),
        "string" => tag.get("string-value").map(Value::from),
        _ => None,
    }
}
