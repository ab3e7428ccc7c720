//! Vectors that stand in a field of the articles themselves.

use ndarray::Array2;
use serde_json::Value;

use super::{FIELD, Rows, missing};
use crate::{
    article::Article,
    error::{Error, Result},
};

/// Takes the field `name` out of every article, as its vector.
///
/// # Errors
/// [`Error::Vectors`] if an article lacks it, or it is no list of numbers that obeys the rules.
pub(super) fn take(articles: &mut [Article], name: &str) -> Result<Array2<f32>> {
    let path = format!("{FIELD}{name}");
    let fail = |reason: String| Error::Vectors { path: path.clone(), reason };
    let all = articles.len();
    let has = |article: &Article| article.extra.get(name).is_some_and(|value| !value.is_null());
    let without: Vec<&str> = articles.iter().filter(|a| !has(a)).map(|a| a.id.as_str()).collect();
    if !without.is_empty() {
        let remedy = if without.len() == all {
            "write the name as it stands in the JSON lines, at the top level of each"
        } else {
            "give them one, or leave those articles out"
        };
        return Err(missing(&path, &without, all, remedy));
    }
    let mut rows = Rows::default();
    for article in articles {
        let numbers: Option<Vec<f64>> = match article.extra.shift_remove(name) {
            Some(Value::Array(list)) => list.iter().map(Value::as_f64).collect(),
            _ => None,
        };
        let numbers =
            numbers.ok_or_else(|| fail(format!("in the article {:?} it is no list of numbers", article.id)))?;
        rows.push(numbers.into_iter()).map_err(|what| fail(format!("the vector of {:?} {what}", article.id)))?;
    }
    rows.array().map_err(fail)
}
