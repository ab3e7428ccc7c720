//! Excel workbooks (XLSX): one article a row.

use std::collections::HashMap;

use serde_json::Value;

use super::{
    super::source::{Parsed, Reader, Source},
    Fault, opened,
    package::{self, Package, Sort},
    rows::{Cells, Rows},
    serial,
    xml::{self, Piece, Step, Tag},
};
use crate::input::limits::{Limit, Limits};

/// Reads XLSX.
///
/// Of each sheet that is shown, the first row that names a title or a text names the columns, as in other tables; what stands
/// above is left out. Numbers in the format of a day are days; of a formula its result is taken. Places count the rows as the
/// program does.
///
/// It is read here and not by a library, because the libraries there are unpack without a limit and lay a sheet with one cell
/// in its last corner out in full.
pub struct XlsxReader;

const ENDINGS: [&str; 4] = ["xlsx", "xlsm", "xltx", "xltm"];
/// Formats of cells, and formats of numbers, that are looked at: more than a program can make.
const FORMATS: usize = 1 << 16;
/// A number that no row reaches.
const LAST: usize = 1 << 30;
const MAIN: &str = "xl/workbook.xml";

impl Reader for XlsxReader {
    fn read(&self, source: &Source<'_>) -> Parsed {
        opened(source, |package, parsed| {
            let limits = &source.settings().limits;
            let (main, _) = package.places(MAIN)?;
            let book = Book::open(package, &main, limits)?;
            let styles = days(&package.text(&book.styles)?.unwrap_or_default(), limits);
            let shared = Shared::read(&package.text(&book.shared)?.unwrap_or_default(), limits)?;
            let several = book.sheets.len() > 1;
            let mut rows = Rows::new(source, parsed, book.late, several);
            let mut faults = Vec::new();
            for (name, path) in &book.sheets {
                rows.begin(name);
                let result = package.text(path).and_then(|text| match text {
                    Some(text) => {
                        let sheet = Sheet::new(&styles, &shared, book.late);
                        sheet.read(&text, limits, &mut |number, cells| {
                            package.count(Rows::cost(&cells))?;
                            rows.row(number, cells);
                            Ok(())
                        })
                    }
                    None => Err(Fault::new("lists a sheet that is not in it; open it and save it anew", name.as_str())),
                });
                faults.extend(result.err());
                if package.count(0).is_err() {
                    break;
                }
            }
            rows.finish();
            tell(faults, parsed);
            Ok(())
        })
    }

    fn claims(&self, head: &[u8], ending: &str) -> bool {
        package::is(Sort::Xlsx, head, ending, &ENDINGS)
    }
}

/// Tells of what kept sheets from being read to their end, and of a table without rows.
pub(super) fn tell(faults: Vec<Fault>, parsed: &mut Parsed) {
    for fault in faults {
        parsed.records += 1;
        parsed.note(None, fault.what, fault.detail);
    }
    if parsed.articles.is_empty() && parsed.notes.is_empty() {
        parsed.records = 1;
        parsed.note(None, "is a table without rows below the names of its columns; fill in some", "");
    }
}

/// What a workbook says of its parts.
struct Book {
    /// Name and path of each sheet that is shown.
    sheets: Vec<(String, String)>,
    shared: String,
    styles: String,
    late: bool,
}

impl Book {
    fn open(package: &mut Package<'_>, main: &str, limits: &Limits) -> Result<Self, Fault> {
        let (folder, name) = main.rsplit_once('/').unwrap_or(("", main));
        let most = usize::try_from(limits.of(Limit::Members)).unwrap_or(usize::MAX);
        let mut paths: HashMap<String, String> = HashMap::new();
        let (mut shared, mut styles) = (format!("{folder}/sharedStrings.xml"), format!("{folder}/styles.xml"));
        let relations = package.text(&format!("{folder}/_rels/{name}.rels"))?.unwrap_or_default();
        xml::walk(&relations, limits, true, |piece| {
            if let Piece::Open(tag) = piece
                && let (Some(kind), Some(target), Some(id)) = (tag.get("Type"), tag.get("Target"), tag.get("Id"))
                && paths.len() < most
            {
                let path = match target.strip_prefix('/') {
                    Some(whole) => whole.to_owned(),
                    None => format!("{folder}/{target}"),
                };
                match kind.rsplit('/').next() {
                    Some("worksheet") => drop(paths.insert(id, path)),
                    Some("sharedStrings") => shared = path,
                    Some("styles") => styles = path,
                    _ => {}
                }
            }
            Step::On
        })?;
        let (mut sheets, mut late) = (Vec::new(), false);
        xml::walk(&package.need(main)?, limits, true, |piece| {
            let Piece::Open(tag) = piece else { return Step::On };
            match tag.name() {
                "workbookPr" => late = tag.get("date1904").is_some_and(|on| on == "1" || on == "true"),
                "sheet" if tag.get("state").is_none_or(|state| state == "visible") && sheets.len() < most => {
                    let name = tag.get("name").unwrap_or_default();
                    // `r:id`, beside `sheetId`.
                    sheets.extend(tag.get("id").and_then(|id| paths.remove(&id)).map(|path| (name, path)));
                }
                _ => {}
            }
            Step::On
        })?;
        Ok(Self { sheets, shared, styles, late })
    }
}

/// Which formats of cells are those of a day.
fn days(text: &str, limits: &Limits) -> Vec<bool> {
    let (mut codes, mut formats, mut in_cells) = (HashMap::new(), Vec::new(), false);
    let number = |tag: &Tag<'_>| tag.get("numFmtId").and_then(|id| id.parse::<u32>().ok());
    // Without formats numbers are numbers.
    let _ = xml::walk(text, limits, true, |piece| {
        match piece {
            Piece::Open(tag) => match tag.name() {
                "numFmt" if codes.len() < FORMATS => {
                    if let (Some(id), Some(code)) = (number(tag), tag.get("formatCode")) {
                        codes.insert(id, serial::is_day_code(&code));
                    }
                }
                "cellXfs" => in_cells = true,
                "xf" if in_cells && formats.len() < FORMATS => {
                    let id = number(tag).unwrap_or(0);
                    formats.push(codes.get(&id).copied().unwrap_or_else(|| serial::is_day(id)));
                }
                _ => {}
            },
            Piece::Close("cellXfs") => in_cells = false,
            _ => {}
        }
        Step::On
    });
    formats
}

/// The texts that cells share.
struct Shared {
    text: String,
    /// Where each ends.
    ends: Vec<usize>,
}

impl Shared {
    fn read(text: &str, limits: &Limits) -> Result<Self, Fault> {
        let mut shared = Self { text: String::new(), ends: Vec::new() };
        let mut inside = false;
        if text.is_empty() {
            return Ok(shared);
        }
        xml::walk(text, limits, true, |piece| {
            match piece {
                // How a text is pronounced.
                Piece::Open(tag) if tag.name() == "rPh" => return Step::Over,
                Piece::Open(tag) => inside |= tag.name() == "t",
                Piece::Close("t") => inside = false,
                Piece::Close("si") => shared.ends.push(shared.text.len()),
                Piece::Text(text) if inside => shared.text.push_str(text),
                _ => {}
            }
            Step::On
        })?;
        Ok(shared)
    }

    fn get(&self, at: usize) -> Option<&str> {
        let from = at.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.text.get(from..*self.ends.get(at)?)
    }
}

/// A sheet that is being read.
struct Sheet<'s> {
    styles: &'s [bool],
    shared: &'s Shared,
    late: bool,
    /// The row and the column that are being read; the row counts from 1.
    row: usize,
    column: usize,
    cells: Cells,
    /// Bytes of the texts of the row, which is told to be too long once it is over.
    size: u64,
    /// The cell's type, whether its format is that of a day, and what it holds.
    kind: String,
    day: bool,
    text: String,
    inside: bool,
}

impl<'s> Sheet<'s> {
    fn new(styles: &'s [bool], shared: &'s Shared, late: bool) -> Self {
        let (kind, text, cells) = (String::new(), String::new(), Vec::new());
        Self { styles, shared, late, row: 0, column: 0, cells, size: 0, kind, day: false, text, inside: false }
    }

    fn read(
        mut self,
        text: &str,
        limits: &Limits,
        give: &mut impl FnMut(usize, Cells) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut stopped = Ok(());
        xml::walk(text, limits, true, |piece| {
            match piece {
                Piece::Open(tag) => match tag.name() {
                    "f" | "rPh" => return Step::Over,
                    "row" => {
                        let said = tag
                            .get("r")
                            .and_then(|row| row.parse().ok())
                            .filter(|row| (self.row + 1..LAST).contains(row));
                        self.row = said.unwrap_or((self.row + 1).min(LAST));
                        (self.column, self.size) = (0, 0);
                    }
                    "c" => self.cell(tag),
                    "v" | "t" => self.inside = true,
                    _ => {}
                },
                Piece::Text(text) if self.inside => self.text.push_str(text),
                Piece::Text(_) => {}
                Piece::Close("v" | "t") => self.inside = false,
                Piece::Close("c") => {
                    // A row shows texts that stand there once as often as it likes.
                    if self.size <= limits.of(Limit::Row)
                        && self.column as u64 <= limits.of(Limit::Columns)
                        && let Some(value) = self.value().filter(|value| value.as_str() != Some(""))
                    {
                        self.size += value.as_str().map_or(0, str::len) as u64;
                        self.cells.push((self.column, value));
                    }
                    self.column += 1;
                }
                Piece::Close("row") if !self.cells.is_empty() => {
                    stopped = give(self.row, std::mem::take(&mut self.cells));
                    if stopped.is_err() {
                        return Step::Done;
                    }
                }
                Piece::Close("sheetData") => return Step::Done,
                Piece::Close(_) => {}
            }
            Step::On
        })?;
        stopped
    }

    fn cell(&mut self, tag: &Tag<'_>) {
        if let Some(column) = tag.get("r").and_then(|place| column(&place)).filter(|&column| column >= self.column) {
            self.column = column;
        }
        self.kind = tag.get("t").unwrap_or_default();
        let style = tag.get("s").and_then(|style| style.parse::<usize>().ok());
        self.day = style.and_then(|style| self.styles.get(style).copied()).unwrap_or(false);
        self.text.clear();
    }

    fn value(&self) -> Option<Value> {
        let text = self.text.as_str();
        match self.kind.as_str() {
            "s" => Some(words(self.shared.get(text.trim().parse().ok()?)?)),
            "b" => Some((text.trim() == "1").into()),
            // `#N/A` and the like say nothing.
            "e" => None,
            "str" | "inlineStr" | "d" => Some(words(text)),
            _ => {
                let number: f64 = text.trim().parse().ok()?;
                let day = self.day.then(|| serial::day(number, self.late)).flatten();
                Some(day.map_or_else(|| serial::number(number), Value::from))
            }
        }
    }
}

/// A text, with the line ends that the program writes as codes.
fn words(text: &str) -> Value {
    Value::from(if text.contains("_x000") {
        text.replace("_x000D_", "").replace("_x000A_", "\n")
    } else {
        text.to_owned()
    })
}

/// The column, from 0, of a place like `BC23`.
fn column(place: &str) -> Option<usize> {
    let letters = place.bytes().take_while(u8::is_ascii_alphabetic).take(4);
    let number = letters.fold(0, |number, letter| number * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1);
    number.checked_sub(1)
}
