//! From the rows of a sheet to articles, by the rules of other tables.

use serde_json::{Map, Value};

use super::{
    super::{
        fields::{self, Names},
        prose,
        rows::{self, shown},
        source::{Parsed, Source},
        table::{NO_COLUMN, columns},
    },
    serial,
};

/// Rows with something in them among which the names of the columns are looked for: titles and remarks may stand above.
const TOP: usize = 20;
/// The cells of a row that hold something, by their columns from 0.
pub(super) type Cells = Vec<(usize, Value)>;

/// Takes the rows of one sheet after the other.
pub(super) struct Rows<'a, 'b, 'p> {
    source: &'a Source<'b>,
    parsed: &'p mut Parsed,
    /// Whether days are counted from 1904.
    late: bool,
    /// Whether there are several sheets, which rows then name.
    several: bool,
    sheet: String,
    head: Head,
    /// Sheets without names of columns, with their first rows.
    bare: Vec<String>,
    /// Whether a sheet has names of columns.
    any: bool,
}

enum Head {
    /// Not yet found: rows seen, and the first of them.
    Sought(usize, String),
    Found(Vec<String>),
    /// There is none, or too many columns.
    None,
}

impl<'a, 'b, 'p> Rows<'a, 'b, 'p> {
    /// Before the first sheet.
    pub fn new(source: &'a Source<'b>, parsed: &'p mut Parsed, late: bool, several: bool) -> Self {
        let head = Head::None;
        Self { source, parsed, late, several, sheet: String::new(), head, bare: Vec::new(), any: false }
    }

    /// What a row takes of the room there is.
    pub fn cost(cells: &Cells) -> u64 {
        rows::room(cells.len(), rows::size(cells.iter().map(|(_, value)| value)))
    }

    /// A sheet begins.
    pub fn begin(&mut self, sheet: &str) {
        self.close();
        self.sheet = prose::clean(sheet);
        self.head = Head::Sought(0, String::new());
    }

    fn close(&mut self) {
        if let Head::Sought(1.., first) = std::mem::replace(&mut self.head, Head::None) {
            self.bare.push(format!("sheet {:?}, its first row: {first}", self.sheet));
        }
    }

    /// Takes the row `number` of the sheet, from 1.
    pub fn row(&mut self, number: usize, cells: Cells) {
        let cells: Cells = cells.into_iter().filter(|(_, value)| !blank(value)).collect();
        if cells.is_empty() {
            return;
        }
        let line = Some(self.source.part(number).line);
        let limits = &self.source.settings().limits;
        match &mut self.head {
            Head::None => {}
            Head::Sought(seen, first) => {
                if names_columns(&cells, &self.source.settings().names) {
                    self.any = true;
                    let width = cells.last().map_or(0, |(column, _)| column + 1);
                    if let Some((what, detail)) = rows::too_wide(width, limits) {
                        self.parsed.records += 1;
                        self.parsed.note(line, what, detail);
                        self.head = Head::None;
                        return;
                    }
                    let mut names = vec![String::new(); width];
                    for (column, value) in &cells {
                        if let Some(name) = names.get_mut(*column) {
                            *name = shown(value);
                        }
                    }
                    self.head = Head::Found(columns(names.iter().map(String::as_str)));
                    return;
                }
                if *seen == 0 {
                    let all = cells.iter().map(|(_, value)| shown(value)).collect::<Vec<_>>().join(", ");
                    *first = prose::clean(&all).chars().take(80).collect();
                }
                *seen += 1;
                if *seen == TOP {
                    self.close();
                }
            }
            Head::Found(head) => {
                self.parsed.records += 1;
                let size = rows::size(cells.iter().map(|(_, value)| value));
                if let Some((what, detail)) = rows::too_long(size, limits) {
                    self.parsed.note(line, what, detail);
                    return;
                }
                let name = |column: usize| head.get(column).cloned().unwrap_or_else(|| format!("#{}", column + 1));
                let mut row: Map<String, Value> =
                    cells.into_iter().map(|(column, value)| (name(column), value)).collect();
                if self.several && !self.sheet.is_empty() {
                    row.entry("sheet").or_insert_with(|| self.sheet.clone().into());
                }
                article(self.source, row, number, self.late, self.parsed);
            }
        }
    }

    /// Tells of the sheets that have no names of columns: they are a loss if no other has.
    pub fn finish(mut self) {
        self.close();
        for bare in self.bare {
            if self.any {
                self.parsed.remark(Some(1), NO_COLUMN, bare);
            } else {
                self.parsed.records += 1;
                self.parsed.note(Some(1), NO_COLUMN, bare);
            }
        }
    }
}

/// Whether a row names a title or a text.
fn names_columns(cells: &Cells, names: &Names) -> bool {
    let words = cells.iter().filter_map(|(_, value)| value.as_str());
    let row: Map<String, Value> = words.map(|name| (prose::clean(name), Value::from(""))).collect();
    fields::names_article(&row, names)
}

fn article(source: &Source<'_>, mut row: Map<String, Value>, number: usize, late: bool, parsed: &mut Parsed) {
    let names = &source.settings().names;
    // A day that lost its format is a number.
    if let Some(name) = fields::given("date", &row, names).map(str::to_owned)
        && let Some(value) = row.get_mut(&name)
        && let Some(day) = value.as_f64().filter(|day| (20_000.0..80_000.0).contains(day))
        && let Some(day) = serial::day(day, late)
    {
        *value = day.into();
    }
    rows::add(source, row, source.part(number), parsed);
}

fn blank(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}
