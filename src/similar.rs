//! Similar articles and passages.

use ndarray::{Array1, ArrayView1};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, Result},
    model::Model,
    theme::excerpt,
    vectorize::{Bag, Csr},
};

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

/// Terms listed for each hit at most.
const SHARED: usize = 8;

/// Unknown words that an error names; a long text may have thousands.
const UNKNOWN_TOLD: usize = 10;

/// The query as the model sees it.
struct Question {
    name: String,
    /// Its TF-IDF row, `1 × columns`.
    row: Csr,
    /// Its embedding.
    vector: Array1<f32>,
    /// The article it is, if it is one of the model.
    article: Option<usize>,
    unknown: Vec<String>,
}

/// Finds the `n` articles most like the query: those whose embeddings have the largest cosine to its embedding. Articles
/// that are not like it at all (cosine 0 or less) are no hits.
///
/// # Errors
/// [`Error::UnknownArticle`] if the id is unknown, [`Error::UnknownTerms`] if no word of the text occurs in the corpus.
pub fn similar(model: &Model, query: &Query, n: usize) -> Result<Similar> {
    let question = ask(model, query)?;
    let mut scores: Vec<(usize, f32)> = model
        .vectors
        .outer_iter()
        .enumerate()
        .filter(|&(i, _)| Some(i) != question.article)
        .map(|(i, vector)| (i, vector.dot(&question.vector)))
        .filter(|&(_, score)| score > 0.0)
        .collect();
    // Articles are ordered by id, so equal scores are too.
    scores.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    scores.truncate(n);
    let passages = best_passages(model, &question, &scores);
    let hits = scores.iter().zip(passages).map(|(&(i, score), passage)| {
        let shared = shared(model, &question, i);
        let passage = passage.map(|(p, score)| quote(model, i, p, score, &shared));
        Hit {
            id: model.articles[i].id.clone(),
            title: model.articles[i].headline(),
            score: f64::from(score),
            passage,
            shared: shared
                .into_iter()
                .take(SHARED)
                .map(|(term, share)| Shared { term: surface(model, term), share })
                .collect(),
        }
    });
    Ok(Similar { hits: hits.collect(), query: question.name, unknown: question.unknown })
}

/// Embeds the query.
fn ask(model: &Model, query: &Query) -> Result<Question> {
    match query {
        Query::Id(id) => {
            let Ok(i) = model.articles.binary_search_by(|a| a.id.as_str().cmp(id)) else {
                return Err(Error::UnknownArticle { id: id.clone(), nearest: nearest(model, id) });
            };
            let (indices, values) = model.rows.row(i);
            let row = Csr {
                cols: model.rows.cols,
                indptr: vec![0, indices.len()],
                indices: indices.to_vec(),
                values: values.to_vec(),
            };
            if row.indices.is_empty() {
                return Err(Error::UnknownTerms { terms: format!("article {id:?} has no words that count") });
            }
            Ok(Question {
                name: id.clone(),
                row,
                vector: model.vectors.row(i).to_owned(),
                article: Some(i),
                unknown: vec![],
            })
        }
        Query::Text(text) => {
            let cut = model.segmenter.cut(text);
            let known = |term: Option<u32>| term.is_some_and(|t| model.vectorizer.column(t).is_some());
            let mut unknown: Vec<String> = Vec::new();
            for piece in cut.iter().filter(|c| !known(c.term)) {
                if !unknown.contains(&piece.surface) {
                    unknown.push(piece.surface.clone());
                }
            }
            let row = model.vectorizer.transform(&[Bag::count(cut.iter().filter_map(|c| c.term))]);
            if row.indices.is_empty() {
                let terms = if unknown.is_empty() {
                    "it has only stop words, numbers or marks".to_owned()
                } else {
                    let more = unknown.len().saturating_sub(UNKNOWN_TOLD);
                    let told = unknown.iter().take(UNKNOWN_TOLD).map(String::as_str).collect::<Vec<_>>().join(", ");
                    format!("query: {told}{}", if more > 0 { format!(" and {more} more") } else { String::new() })
                };
                return Err(Error::UnknownTerms { terms });
            }
            let vector = model.embedder.embed(&row).row(0).to_owned();
            Ok(Question { name: text.clone(), row, vector, article: None, unknown })
        }
    }
}

/// Ids that look like a mistyped one: those that hold it or share most of its letters, three at most.
fn nearest(model: &Model, id: &str) -> Vec<String> {
    let wanted = id.to_lowercase();
    let mut close: Vec<(f64, &str)> = model
        .articles
        .iter()
        .map(|a| (strsim::jaro_winkler(&wanted, &a.id.to_lowercase()), a.id.as_str()))
        .filter(|&(likeness, _)| likeness > 0.8)
        .collect();
    close.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    close.into_iter().take(3).map(|(_, id)| id.to_owned()).collect()
}

/// The passage of each hit nearest to the query, with its cosine.
fn best_passages(model: &Model, question: &Question, hits: &[(usize, f32)]) -> Vec<Option<(usize, f32)>> {
    hits.iter()
        .map(|&(article, _)| {
            let first = model.passages.partition_point(|&(a, _)| (a as usize) < article);
            let of_article = model.passages[first..].iter().take_while(|&&(a, _)| a as usize == article);
            let mut best: Option<(usize, f32)> = None;
            for (at, &(_, passage)) in of_article.enumerate() {
                let score = model.passage_vectors.row(first + at).dot(&question.vector);
                if best.is_none_or(|(_, b)| score > b) {
                    best = Some((passage as usize, score));
                }
            }
            best
        })
        .collect()
}

/// The terms that the query and an article share, by what they add to the score.
///
/// An embedding is linear in the TF-IDF row up to its length, `e(x) = Σ x_t v_t / ‖Σ x_t v_t‖`, so the cosine of two texts
/// splits exactly into one part for each term of either: `x_t v_t · e(y) / ‖Σ x_t v_t‖`. A term's part here is the mean of
/// its part as a term of the query and as a term of the article; the parts of all terms sum to the cosine, and a share is
/// the part divided by the cosine. Terms of one text alone have parts as well: they met a different word of like meaning.
fn shared(model: &Model, question: &Question, article: usize) -> Vec<(u32, f64)> {
    let vectors = model.embedder.vectors();
    let target = model.vectors.row(article);
    let score = f64::from(target.dot(&question.vector));
    let parts = |(indices, values): (&[u32], &[f32]), own: ArrayView1<'_, f32>, other: ArrayView1<'_, f32>| {
        // ‖Σ x_t v_t‖ is the part of each term along the text's own embedding, summed.
        let along = |column: u32, e: ArrayView1<'_, f32>| f64::from(vectors.row(column as usize).dot(&e));
        let length: f64 = indices.iter().zip(values).map(|(&c, &x)| f64::from(x) * along(c, own)).sum();
        let part = move |(&c, &x): (&u32, &f32)| (c, f64::from(x) * along(c, other) / length);
        indices.iter().zip(values).map(part).collect::<Vec<(u32, f64)>>()
    };
    let asked = parts(question.row.row(0), question.vector.view(), target);
    let found = parts(model.rows.row(article), target, question.vector.view());
    let mut shared: Vec<(u32, f64)> = asked
        .iter()
        .filter_map(|&(column, part)| {
            let at = found.binary_search_by_key(&column, |f| f.0).ok()?;
            Some((model.vectorizer.columns[column as usize], f64::midpoint(part, found[at].1) / score))
        })
        .filter(|&(_, share)| share > 0.0)
        .collect();
    shared.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    shared
}

/// How people write a term.
fn surface(model: &Model, term: u32) -> String {
    model.segmenter.terms()[term as usize].surface.clone()
}

/// The words of a hit's passage that show what it shares with the query.
fn quote(model: &Model, article: usize, passage: usize, score: f32, shared: &[(u32, f64)]) -> PassageHit {
    let found = &model.articles[article];
    let text = &found.passages[passage];
    let span = excerpt(text, |range| {
        let words = text.text.get(range.clone()).unwrap_or_default();
        let terms = model.segmenter.cut(words).into_iter().filter_map(|cut| cut.term);
        terms.filter_map(|t| shared.iter().find(|s| s.0 == t)).map(|s| s.1).sum()
    });
    PassageHit {
        passage: passage + 1,
        score: f64::from(score),
        quote: text.words(&span),
        path: found.path.clone(),
        line: text.position.line,
    }
}
