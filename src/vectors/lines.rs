//! Vectors in JSON lines: an object a line with the `id` of an article and its `embedding` or `vector`.

use ndarray::Array2;
use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::{Rows, missing};
use crate::{
    article::Article,
    error::{Error, Result},
};

#[derive(Deserialize)]
struct Line {
    id: Id,
    #[serde(alias = "vector")]
    embedding: Vec<f64>,
}

/// Ids that are numbers are read as the reader of articles does.
#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(serde_json::Number),
}

/// The vectors of the articles, found by id. Lines of ids that no article has are passed over.
///
/// # Errors
/// [`Error::Line`] for a line that is none, or an id given twice; [`Error::Vectors`] if an article has no vector.
pub(super) fn read(path: &str, bytes: &[u8], articles: &[Article]) -> Result<Array2<f32>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // The line of each id, and its row.
    let mut found: FxHashMap<String, (usize, usize)> = FxHashMap::default();
    let mut rows = Rows::default();
    for (number, line) in (1..).zip(bytes.split(|&b| b == b'\n')) {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let fail = |reason: String| Error::Line { path: path.to_owned(), line: number, reason };
        let Line { id, embedding } = serde_json::from_slice(line).map_err(|error| {
            let error = error.to_string();
            let what = error.split(" at line ").next().unwrap_or_default();
            fail(format!("no vector ({what}); write {{\"id\": …, \"embedding\": [numbers]}}, or give an npy file"))
        })?;
        let id = match id {
            Id::Text(id) => id.trim().to_owned(),
            Id::Number(id) => id.to_string(),
        };
        let row = found.len();
        rows.push(embedding.into_iter()).map_err(|what| fail(format!("the vector of {id:?} {what}")))?;
        if let Some((first, _)) = found.insert(id.clone(), (number, row)) {
            return Err(fail(format!(
                "the id {id:?} is on line {first} already; keep one (of articles that share an id, the second to be read \
                 has the id {:?})",
                format!("{id}~2")
            )));
        }
    }
    let rows = rows.array().map_err(|reason| Error::Vectors { path: path.to_owned(), reason })?;
    let without: Vec<&str> = articles.iter().map(|a| a.id.as_str()).filter(|id| !found.contains_key(*id)).collect();
    if !without.is_empty() {
        let remedy = if without.len() == articles.len() {
            let mut ids: Vec<&String> = found.keys().collect();
            ids.sort_unstable();
            let ids = ids.first().map_or("none".to_owned(), |id| format!("{id:?} and the like"));
            format!("its ids are {ids}; `wenmai cluster --json` lists the ids of the articles")
        } else {
            "add them, or leave those articles out".to_owned()
        };
        return Err(missing(path, &without, articles.len(), &remedy));
    }
    let order: Vec<usize> = articles.iter().filter_map(|article| found.get(&article.id)).map(|&(_, row)| row).collect();
    Ok(rows.select(ndarray::Axis(0), &order))
}
