//! From a row with named fields to an article: what every table has in common.

use serde_json::{Map, Value};

use super::{
    fields, prose,
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
        let all = prose::paragraphs(&text).into_iter().filter_map(|range| text.get(range));
        article.passages = all.map(|text| prose::passage(text, None, at)).collect();
    }
    fields::finish(article, row, names, Some(at.line), (NOTHING, String::new()), parsed);
}

/// A value as people write it.
pub(super) fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
