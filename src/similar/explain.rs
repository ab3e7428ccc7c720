//! Explaining a score: which terms made it.
//!
//! An embedding is linear in the TF-IDF row up to its length, `e(x) = Σ x_t v_t / ‖Σ x_t v_t‖`, so the cosine of two texts
//! splits exactly, in two ways:
//!
//! * Into one part for each term of either text, `x_t v_t · e(y) / ‖Σ x_t v_t‖`. The part of a **shared** term is the mean
//!   of its part as a term of the query and as a term of the article; the parts of all terms sum to the cosine.
//! * Into one part for each **pair** of a term of the query and one of the article,
//!   `x_t y_u (v_t · v_u) / (‖Σ x_t v_t‖ ‖Σ y_u v_u‖)`, which sum to the cosine too.
//!
//! A share is the part divided by the cosine. The shares of pairs are smaller, as there are so many more pairs than terms,
//! and they are counted among those of the terms they are made of.
//!
//! Most pairs say nothing a reader would see: words of one subject are alike in the corpus's view. Those listed are of words
//! that are alike in the lexicon, in which the translations and synonyms of a word are the nearest to it, and each word is
//! in one pair only, with the one it is most like.

use std::cmp::Ordering;

use ndarray::{ArrayView1, CowArray, Ix1};

use super::{
    Pair,
    question::{Asked, Question},
};
use crate::{
    error::Result,
    model::{Searched, Seen},
};

/// Terms of each text that may be in a pair: those that add the most to the score.
const TERMS: usize = 64;

/// Words of two languages with at least this cosine in the lexicon are alike: `vaccine` and `疫苗` have .93, `camera` and
/// `摄像机` .81, `oxygen` and `溶解氧` .56; `telescope` and `卫星` .50, `sea` and `渔民` .42. (Figures of a lexicon of 192
/// dimensions fitted to 79 000 texts. Of 40 translations it holds 33 above, of 26 pairs of one subject 4.)
const ACROSS: f64 = 0.55;

/// Within a language, where words of one subject come nearer than across two.
const WITHIN: f64 = 0.6;

/// Two words that stand together count as one only if that is so much nearer than either alone.
const GAIN: f64 = 0.02;

/// What made a score.
pub(super) struct Why {
    /// Terms that both texts have, with their shares, the largest first.
    pub(super) shared: Vec<(u32, f64)>,
    /// Pairs of different terms, with the term of the article, the largest share first.
    pub(super) pairs: Vec<(u32, Pair)>,
}

impl Why {
    /// The terms of the article that show it, with their shares.
    pub(super) fn telling(&self) -> Vec<(u32, f64)> {
        self.shared.iter().copied().chain(self.pairs.iter().map(|(term, pair)| (*term, pair.share))).collect()
    }
}

/// A term of the article.
struct Held<'a> {
    column: u32,
    /// Its number.
    term: u32,
    weight: f32,
    vector: CowArray<'a, f32, Ix1>,
}

/// What may be one side of a pair.
struct Side<'a> {
    /// Terms it is made of, by their places in their text.
    of: &'a [usize],
    /// The words in it, as numbers; a phrase has its own and its words'. No two pairs have one in common on one side.
    words: Vec<u32>,
    surface: &'a str,
    lang: &'a str,
    /// What it means: a unit vector.
    meaning: Vec<f64>,
    shared: bool,
}

/// Parts the score of an article.
pub(super) fn explain(model: &dyn Searched, question: &Question, article: usize) -> Result<Why> {
    let (columns, values) = model.row(article)?;
    let held = columns.iter().zip(values).map(|(&column, &weight)| {
        let term = model.vectorizer().columns[column as usize];
        Ok(Held { column, term, weight, vector: model.column(column)? })
    });
    let held = held.collect::<Result<Vec<Held<'_>>>>()?;
    let target = model.vector(article)?;
    let score = f64::from(target.dot(&question.vector));
    let asked = question.terms.iter().map(|term| Ok((term.weight, term.vector(model)?)));
    let asked = asked.collect::<Result<Vec<_>>>()?;
    let asked: Vec<_> = asked.iter().map(|(weight, vector)| (*weight, vector.view())).collect();
    let (asked_parts, asked_length) = parts(&asked, question.vector.view(), target);
    let found: Vec<_> = held.iter().map(|term| (term.weight, term.vector.view())).collect();
    let (found_parts, found_length) = parts(&found, target, question.vector.view());

    let mut shared: Vec<(u32, f64)> = question
        .terms
        .iter()
        .zip(&asked_parts)
        .filter_map(|(term, &part)| {
            let column = term.column()?;
            let at = columns.binary_search(&column).ok()?;
            Some((held[at].term, f64::midpoint(part, found_parts[at]) / score))
        })
        .filter(|&(_, share)| share > 0.0)
        .collect();
    shared.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));

    let lengths = asked_length * found_length * score;
    let share = |q: &Side<'_>, h: &Side<'_>| {
        let mut sum = 0.0;
        for (&t, &u) in q.of.iter().flat_map(|t| h.of.iter().map(move |u| (t, u))) {
            let ((x, v), (y, w)) = (asked[t], found[u]);
            sum += f64::from(x) * f64::from(y) * dot(v, w);
        }
        sum / lengths
    };
    let (asked_top, found_top) = (top(&asked_parts), top(&found_parts));
    let own: Vec<[usize; 1]> = (0..question.terms.len().max(held.len())).map(|i| [i]).collect();
    let queries = sides_of_question(model, question, &asked_top, &own, columns)?;
    let hits = sides_of_article(model, question, &held, &found_top, &own)?;
    let pairs = meet(&queries, &hits).into_iter().filter_map(|(q, h, likeness)| {
        let (q, h) = (&queries[q], &hits[h]);
        let pair = Pair { query: q.surface.to_owned(), hit: h.surface.to_owned(), share: share(q, h), likeness };
        (pair.share > 0.0).then_some((h.words[0], pair))
    });
    let mut pairs: Vec<(u32, Pair)> = pairs.collect();
    pairs.sort_by(|(a, x), (b, y)| y.share.total_cmp(&x.share).then_with(|| (&x.query, a).cmp(&(&y.query, b))));
    Ok(Why { shared, pairs })
}

/// What each term of a text adds to its cosine to another, and the length of their sum.
fn parts(
    terms: &[(f32, ArrayView1<'_, f32>)],
    own: ArrayView1<'_, f32>,
    other: ArrayView1<'_, f32>,
) -> (Vec<f64>, f64) {
    // ‖Σ x_t v_t‖ is the part of each term along the text's own embedding, summed.
    let length: f64 = terms.iter().map(|&(x, v)| f64::from(x) * dot(v, own)).sum();
    (terms.iter().map(|&(x, v)| f64::from(x) * dot(v, other) / length).collect(), length)
}

fn dot(a: ArrayView1<'_, f32>, b: ArrayView1<'_, f32>) -> f64 {
    f64::from(a.dot(&b))
}

/// The terms with the largest parts, ascending; those that add nothing are left out.
fn top(parts: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..parts.len()).filter(|&i| parts[i] > 0.0).collect();
    order.sort_by(|&a, &b| parts[b].total_cmp(&parts[a]).then(a.cmp(&b)));
    order.truncate(TERMS);
    order.sort_unstable();
    order
}

fn sides_of_question<'a>(
    model: &dyn Searched,
    question: &'a Question,
    top: &[usize],
    own: &'a [[usize; 1]],
    columns: &[u32],
) -> Result<Vec<Side<'a>>> {
    let meaning = |term: &Asked| Ok(model.embedder().meaning(&term.key, term.vector(model)?.view()));
    let words = |i: usize| match question.terms[i].column() {
        Some(column) => words(model, column),
        // No term of a corpus has such a number: there are not as many.
        None => Ok(vec![u32::MAX - i as u32]),
    };
    let mut sides = Vec::new();
    for &i in top {
        let term = &question.terms[i];
        if let Some(meaning) = meaning(term)?.and_then(|meaning: Vec<f32>| unit(meaning.into_iter().map(f64::from))) {
            let shared = term.column().is_some_and(|column| columns.binary_search(&column).is_ok());
            sides.push(Side {
                of: &own[i],
                words: words(i)?,
                surface: &term.surface,
                lang: term.lang,
                meaning,
                shared,
            });
        }
    }
    for compound in &question.compounds {
        let [a, b] = compound.of.map(|i| &question.terms[i]);
        if !compound.of.iter().all(|i| top.binary_search(i).is_ok()) {
            continue;
        }
        let (Some(x), Some(y)) = (meaning(a)?, meaning(b)?) else {
            continue;
        };
        let sum =
            x.iter().zip(&y).map(|(&x, &y)| f64::from(a.weight) * f64::from(x) + f64::from(b.weight) * f64::from(y));
        if let Some(meaning) = unit(sum) {
            let words = compound.of.iter().map(|&i| words(i)).collect::<Result<Vec<_>>>()?.concat();
            let (surface, lang) = (compound.surface.as_str(), a.lang);
            sides.push(Side { of: &compound.of, words, surface, lang, meaning, shared: false });
        }
    }
    Ok(sides)
}

fn sides_of_article<'a>(
    model: &'a dyn Searched,
    question: &Question,
    held: &[Held<'_>],
    top: &[usize],
    own: &'a [[usize; 1]],
) -> Result<Vec<Side<'a>>> {
    let asked: Vec<u32> = question.terms.iter().filter_map(Asked::column).collect();
    let mut sides = Vec::with_capacity(top.len());
    for &i in top {
        let term = model.term(held[i].term)?;
        let meaning = model.embedder().meaning(term.key, held[i].vector.view());
        if let Some(meaning) = meaning.and_then(|meaning| unit(meaning.into_iter().map(f64::from))) {
            let shared = asked.binary_search(&held[i].column).is_ok();
            let words = and_parts(held[i].term, &term);
            sides.push(Side { of: &own[i], words, surface: term.surface, lang: term.lang.name(), meaning, shared });
        }
    }
    Ok(sides)
}

/// The number of a column's term, then those of a phrase's words.
fn words(model: &dyn Searched, column: u32) -> Result<Vec<u32>> {
    let term = model.vectorizer().columns[column as usize];
    Ok(and_parts(term, &model.term(term)?))
}

fn and_parts(number: u32, term: &Seen<'_>) -> Vec<u32> {
    std::iter::once(number).chain(term.parts.iter().copied()).collect()
}

/// A vector of unit length; none if it is zero.
fn unit(vector: impl Iterator<Item = f64>) -> Option<Vec<f64>> {
    let vector: Vec<f64> = vector.collect();
    let length = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
    (length > 0.0).then(|| vector.iter().map(|x| x / length).collect())
}

/// Which sides meet, with their likeness: the most alike first, each word once.
fn meet(queries: &[Side<'_>], hits: &[Side<'_>]) -> Vec<(usize, usize, f64)> {
    let likeness = |q: &Side<'_>, h: &Side<'_>| q.meaning.iter().zip(&h.meaning).map(|(a, b)| a * b).sum::<f64>();
    let overlap = |a: &[u32], b: &[u32]| a.iter().any(|word| b.contains(word));
    let mut all: Vec<(f64, usize, usize, f64)> = Vec::new();
    for (h, hit) in hits.iter().enumerate() {
        let alone: Vec<f64> = queries.iter().map(|query| likeness(query, hit)).collect();
        for (q, query) in queries.iter().enumerate() {
            let across = query.lang != hit.lang;
            // A word that both texts have explains itself: within a language it needs no other word.
            if overlap(&query.words, &hit.words) || (!across && (query.shared || hit.shared)) {
                continue;
            }
            let above = alone[q] - if across { ACROSS } else { WITHIN };
            let single = |part: &usize| queries.iter().position(|side| side.of == [*part]).map_or(0.0, |at| alone[at]);
            let idle = query.of.len() > 1 && query.of.iter().any(|part| alone[q] < single(part) + GAIN);
            if above > 0.0 && !idle {
                all.push((above, q, h, alone[q]));
            }
        }
    }
    all.sort_by(|a, b| match b.0.total_cmp(&a.0) {
        Ordering::Equal => (a.1, a.2).cmp(&(b.1, b.2)),
        order => order,
    });
    let mut met: Vec<(usize, usize, f64)> = Vec::new();
    for (_, q, h, likeness) in all {
        let taken = |&(other_q, other_h, _): &(usize, usize, f64)| {
            overlap(&queries[q].words, &queries[other_q].words) || overlap(&hits[h].words, &hits[other_h].words)
        };
        if !met.iter().any(taken) {
            met.push((q, h, likeness));
        }
    }
    met
}
