//! Similar articles and passages.
//!
//! Receives a fitted [`Model`](crate::Model) or a mapped one ([`Saved`](crate::model::Saved)) and a [`Query`], and returns the articles whose embeddings are nearest to that of the query,
//! each with its nearest passage and with what made the score: terms that both contain ([`Shared`]), and pairs of different
//! terms of like meaning that met ([`Pair`]), which is how an English question finds a Chinese article. Words of a question
//! that no article has are taken from the lexicon that the model was made with (`question.rs`); `explain.rs` parts the score.
//!
//! ```
//! use wenmai::{Article, Passage, config::Config, input::Collection, pipeline, similar::{Query, similar}};
//!
//! let article = |id: &str, text: &str| {
//!     let passage = Passage { text: text.to_owned(), ..Passage::default() };
//!     Article { id: id.to_owned(), passages: vec![passage], ..Article::default() }
//! };
//! let articles = vec![article("health", "医院为儿童接种疫苗。"), article("rail", "列车运来水果，铁路口岸很忙。")];
//! let collection = Collection { articles, ..Collection::default() };
//! let model = pipeline::fit(collection, &Config::default(), &())?;
//!
//! let found = similar(&model, &Query::Text("a vaccine".to_owned()), 1)?;
//! assert_eq!(found.hits[0].id, "health");
//! assert_eq!(found.hits[0].pairs[0].hit, "疫苗");
//! assert_eq!(found.understood, ["vaccine"]); // no article has it
//! # Ok::<(), wenmai::Error>(())
//! ```
//!
//! There is one way to score, so no registry: another would be a field of the query.

mod explain;
mod question;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{article::Article, error::Result, model::Searched, theme::excerpt};
use explain::explain;
use question::{Question, ask};

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
    /// Words of the query that neither the corpus nor the lexicon knows.
    pub unknown: Vec<String>,
    /// Words of the query that the corpus does not have, but the lexicon knows what they mean.
    pub understood: Vec<String>,
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
    /// Different terms of like meaning that met, by what they add to the score.
    pub pairs: Vec<Pair>,
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

/// A term of the query and another of the hit that mean nearly the same, in one language or across two.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Pair {
    /// The term of the query; two that stand together may count as one.
    pub query: String,
    /// The term of the hit.
    pub hit: String,
    /// Its part of the score; the shares of all pairs of a term of the query and one of the hit, alike or not, sum to 1.
    pub share: f64,
    /// Cosine of the two terms in the lexicon, up to 1.
    pub likeness: f64,
}

/// Terms and pairs listed for each hit, of each at most.
const LISTED: usize = 8;

/// Finds the `n` articles most like the query: those whose embeddings have the largest cosine to its embedding. Articles
/// that are not like it at all (cosine 0 or less) are no hits.
///
/// # Errors
/// [`Error::UnknownArticle`](crate::Error::UnknownArticle) if the id is unknown,
/// [`Error::UnknownTerms`](crate::Error::UnknownTerms) if neither the corpus nor the lexicon knows a word of the text.
/// [`Error::Model`](crate::Error::Model) if a saved model is damaged where it is read.
pub fn similar(model: &dyn Searched, query: &Query, n: usize) -> Result<Similar> {
    let question = ask(model, query)?;
    let vector = question.vector.to_vec();
    // Articles are ordered by id, so equal scores are too.
    let scores = model.nearest(&vector, n, question.article);
    let mut hits = Vec::with_capacity(scores.len());
    for (i, score) in scores {
        let why = explain(model, &question, i)?;
        let article = model.article(i)?;
        let passage =
            best_passage(model, &question, i).map(|(p, score)| quote(model, &article, p, score, &why.telling()));
        let shared = why.shared.into_iter().take(LISTED);
        hits.push(Hit {
            id: article.id.clone(),
            title: article.headline(),
            score: f64::from(score),
            passage: passage.flatten(),
            shared: shared
                .map(|(term, share)| Ok(Shared { term: surface(model, term)?, share }))
                .collect::<Result<_>>()?,
            pairs: why.pairs.into_iter().take(LISTED).map(|(_, pair)| pair).collect(),
        });
    }
    let Question { name, unknown, understood, .. } = question;
    Ok(Similar { query: name, unknown, understood, hits })
}

/// The passage of a hit nearest to the query, with its cosine.
fn best_passage(model: &dyn Searched, question: &Question, article: usize) -> Option<(usize, f32)> {
    let mut best: Option<(usize, f32)> = None;
    for (passage, vector) in model.passages(article) {
        let score = vector.dot(&question.vector);
        if best.is_none_or(|(_, b)| score > b) {
            best = Some((passage, score));
        }
    }
    best
}

/// How people write a term.
fn surface(model: &dyn Searched, term: u32) -> Result<String> {
    Ok(model.term(term)?.surface.to_owned())
}

/// The words of a hit's passage that show what it has in common with the query: `telling` terms, by what they add.
fn quote(
    model: &dyn Searched,
    found: &Article,
    passage: usize,
    score: f32,
    telling: &[(u32, f64)],
) -> Option<PassageHit> {
    let text = found.passages.get(passage)?;
    let span = excerpt(text, |range| {
        let words = text.text.get(range.clone()).unwrap_or_default();
        let terms = model.cut(words).into_iter().filter_map(|cut| cut.term);
        terms.filter_map(|t| telling.iter().find(|s| s.0 == t)).map(|s| s.1).sum()
    });
    Some(PassageHit {
        passage: passage + 1,
        score: f64::from(score),
        quote: text.words(&span),
        path: found.path.clone(),
        line: text.position.line,
    })
}
