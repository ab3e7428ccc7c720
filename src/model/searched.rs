//! What a search reads of a model, whether fitted or mapped.

use std::borrow::Cow;

use ndarray::{ArrayView1, CowArray, Ix1};

use super::Model;
use crate::{
    article::Article,
    embed::Embedder,
    error::Result,
    nearest,
    segment::{Lang, QueryTerm},
    vectorize::Vectorizer,
};

/// A term as it lies in a model; see [`Term`](crate::segment::Term).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen<'a> {
    /// What is counted.
    pub key: &'a str,
    /// As people write it.
    pub surface: &'a str,
    /// Its language.
    pub lang: Lang,
    /// The words of a phrase.
    pub parts: &'a [u32],
}

/// A model as a search reads it. The errors are [`Error::Model`](crate::Error::Model), of a file that is damaged where it
/// is read; a fitted model has none.
#[allow(missing_docs, clippy::missing_errors_doc)] // each is what the field of `Model` of that name says
pub trait Searched {
    /// Number of articles.
    fn articles(&self) -> usize;
    fn id(&self, article: usize) -> Result<&str>;
    /// The article with an id.
    fn find(&self, id: &str) -> Option<usize>;
    fn article(&self, article: usize) -> Result<Cow<'_, Article>>;
    fn cut(&self, text: &str) -> Vec<QueryTerm>;
    fn term(&self, term: u32) -> Result<Seen<'_>>;
    fn vectorizer(&self) -> &Vectorizer;
    /// For words and meanings; it need not hold the vectors of the columns.
    fn embedder(&self) -> &Embedder;
    /// The vector of a column.
    fn column(&self, column: u32) -> Result<CowArray<'_, f32, Ix1>>;
    /// The TF-IDF row of an article.
    fn row(&self, article: usize) -> Result<(&[u32], &[f32])>;
    fn vector(&self, article: usize) -> Result<ArrayView1<'_, f32>>;
    /// The nearest articles, as [`nearest::brute`] finds them.
    fn nearest(&self, query: &[f32], n: usize, except: Option<usize>) -> Vec<(usize, f32)>;
    /// The passages of an article that have vectors.
    fn passages(&self, article: usize) -> Vec<(usize, CowArray<'_, f32, Ix1>)>;
}

impl Searched for Model {
    fn articles(&self) -> usize {
        self.articles.len()
    }

    fn id(&self, article: usize) -> Result<&str> {
        Ok(&self.articles[article].id)
    }

    fn find(&self, id: &str) -> Option<usize> {
        self.articles.binary_search_by(|a| a.id.as_str().cmp(id)).ok()
    }

    fn article(&self, article: usize) -> Result<Cow<'_, Article>> {
        Ok(Cow::Borrowed(&self.articles[article]))
    }

    fn cut(&self, text: &str) -> Vec<QueryTerm> {
        self.segmenter.cut(text)
    }

    fn term(&self, term: u32) -> Result<Seen<'_>> {
        let term = &self.segmenter.terms()[term as usize];
        Ok(Seen { key: &term.key, surface: &term.surface, lang: term.lang, parts: &term.parts })
    }

    fn vectorizer(&self) -> &Vectorizer {
        &self.vectorizer
    }

    fn embedder(&self) -> &Embedder {
        &self.embedder
    }

    fn column(&self, column: u32) -> Result<CowArray<'_, f32, Ix1>> {
        Ok(self.embedder.view().vector(column as usize).into())
    }

    fn row(&self, article: usize) -> Result<(&[u32], &[f32])> {
        Ok(self.rows.row(article))
    }

    fn vector(&self, article: usize) -> Result<ArrayView1<'_, f32>> {
        Ok(self.vectors.row(article))
    }

    fn nearest(&self, query: &[f32], n: usize, except: Option<usize>) -> Vec<(usize, f32)> {
        nearest::brute(self.vectors.view(), query, n, except)
    }

    fn passages(&self, article: usize) -> Vec<(usize, CowArray<'_, f32, Ix1>)> {
        let first = self.passages.partition_point(|&(a, _)| (a as usize) < article);
        let own = self.passages[first..].iter().take_while(|&&(a, _)| a as usize == article);
        let row = |at| self.passage_vectors.by(&self.embedder).into_row(at);
        own.enumerate().map(|(at, &(_, p))| (p as usize, row(first + at))).collect()
    }
}
