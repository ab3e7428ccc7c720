//! From a row with named fields to an article: what every table has in common.

use serde_json::{Map, Value};

use super::{
    fields,
    limits::{Limit, Limits},
    prose,
    source::{Parsed, Source},
};
use crate::article::{Article, Position};

/// What is said of a row that is nothing.
const NOTHING: &str = "the row has neither a title nor a text; fill in one";

/// Adds the article of a row that stands at `at`: its text is cut into paragraphs, its other fields go where they belong.
pub(super) fn add(source: &Source<'_>, mut row: Map<String, Value>, at: Position, parsed: &mut Parsed) {
    let names = &source.settings().names;
    let mut article = Article { title_position: at, ..Article::default() };
    if let Some(name) = fields::given("text", &row, names).map(str::to_owned)
        && let Some(text) = row.shift_remove(&name).map(|value| shown(&value))
    {
        let ranges = prose::paragraphs(&text);
        article.passages.reserve_exact(ranges.len());
        let all = ranges.into_iter().filter_map(|range| text.get(range));
        article.passages.extend(all.map(|text| prose::passage(text, None, at)));
    }
    fields::finish(article, row, names, Some(at.line), (NOTHING, String::new()), parsed);
}

/// A value as people write it.
pub(super) fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Bytes of the values of a row.
pub(super) fn size<'v>(values: impl IntoIterator<Item = &'v Value>) -> usize {
    values.into_iter().map(|value| value.as_str().map_or(8, str::len)).sum()
}

/// Room that a row takes in memory, of so many cells with so many bytes.
pub(super) fn room(cells: usize, size: usize) -> u64 {
    ROW + CELL * cells as u64 + size as u64
}

/// Room that a row takes besides its cells.
const ROW: u64 = 512;
/// Room that a cell takes besides its text.
pub(super) const CELL: u64 = 64;

/// What is said of a row of so many bytes, if that is too long.
pub(super) fn too_long(size: usize, limits: &Limits) -> Option<(&'static str, String)> {
    let told = || format!("it has {size} bytes, {}", limits.passed(Limit::Row));
    let what = "the row is too long; cut it into several, or raise the limit";
    (size as u64 > limits.of(Limit::Row)).then(|| (what, told()))
}

/// What is said of a table of so many columns, if those are too many.
pub(super) fn too_wide(columns: usize, limits: &Limits) -> Option<(&'static str, String)> {
    let told = || format!("it has {columns}, {}", limits.passed(Limit::Columns));
    let what = "the table has too many columns; leave some out, or raise the limit";
    (columns as u64 > limits.of(Limit::Columns)).then(|| (what, told()))
}
