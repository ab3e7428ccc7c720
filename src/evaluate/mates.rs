//! Whether a text finds its translation: retrieval across languages.

use std::collections::{BTreeMap, BTreeSet};

use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Articles whose cosines are held at once; any value gives the same ranks.
const CHUNK: usize = 128;

/// How often an article's nearest article in another language is its mate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Mates {
    /// Share of the articles, both ways together, whose nearest article in the other language is a mate.
    pub at_1: f64,
    /// Share whose five nearest hold a mate.
    pub at_5: f64,
    /// Articles asked for their mates.
    pub articles: usize,
    /// The same for each way.
    pub ways: Vec<Way>,
}

/// One way of the retrieval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Way {
    /// The language of the articles asked.
    pub from: String,
    /// The language of the articles searched: every one, with a mate or without.
    pub to: String,
    /// Share whose nearest article is a mate.
    pub at_1: f64,
    /// Share whose five nearest hold a mate.
    pub at_5: f64,
    /// Articles asked: those that have a mate in the other language.
    pub articles: usize,
}

/// What the measure has to know of an article.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spoken {
    /// Its language.
    pub lang: String,
    /// What it shares with its mates and with nothing else, if it has mates.
    pub pair: Option<String>,
}

/// Ranks, for each article that has a mate in another language, all articles of that language by their cosine, and looks
/// for the mate. Rows are unit vectors, one an article; equal cosines keep the order of the articles, and a cosine of 0
/// or less is no find. None if no article has a mate.
#[must_use]
pub fn mates(articles: &[Spoken], rows: ArrayView2<'_, f32>) -> Option<Mates> {
    let langs: BTreeSet<&str> = articles.iter().map(|article| article.lang.as_str()).collect();
    let mut ways = Vec::new();
    let mut sums = (0, 0, 0);
    for (from, to) in langs.iter().flat_map(|from| langs.iter().map(move |to| (*from, *to))).filter(|(a, b)| a != b) {
        let ranks = ranks(articles, rows, from, to);
        let within = |n: usize| ranks.iter().filter(|rank| rank.is_some_and(|rank| rank < n)).count();
        if ranks.is_empty() {
            continue;
        }
        let (first, fifth, asked) = (within(1), within(5), ranks.len());
        sums = (sums.0 + first, sums.1 + fifth, sums.2 + asked);
        let share = |n: usize| n as f64 / asked as f64;
        let (from, to) = (from.to_owned(), to.to_owned());
        ways.push(Way { from, to, at_1: share(first), at_5: share(fifth), articles: asked });
    }
    let (first, fifth, asked) = sums;
    (asked > 0).then(|| Mates {
        at_1: first as f64 / asked as f64,
        at_5: fifth as f64 / asked as f64,
        articles: asked,
        ways,
    })
}

/// The rank, from 0, of the best mate in `to` of each article of `from` that has one; none if it is not found.
fn ranks(articles: &[Spoken], rows: ArrayView2<'_, f32>, from: &str, to: &str) -> Vec<Option<usize>> {
    let of = |lang: &str| (0..articles.len()).filter(|&i| articles[i].lang == lang).collect::<Vec<_>>();
    let targets = of(to);
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, &i) in targets.iter().enumerate() {
        if let Some(pair) = &articles[i].pair {
            places.entry(pair).or_default().push(place);
        }
    }
    let asked: Vec<(usize, &Vec<usize>)> =
        of(from).into_iter().filter_map(|i| Some((i, places.get(articles[i].pair.as_deref()?)?))).collect();
    let searched = rows.select(Axis(0), &targets);
    asked
        .par_chunks(CHUNK)
        .flat_map_iter(|asked| {
            let queries = rows.select(Axis(0), &asked.iter().map(|(i, _)| *i).collect::<Vec<_>>());
            let cosines = queries.dot(&searched.t());
            let rank = |(cosines, (_, mates)): (ndarray::ArrayView1<'_, f32>, &(usize, &Vec<usize>))| {
                let before = |a: usize, b: usize| cosines[a] > cosines[b] || (cosines[a] == cosines[b] && a < b);
                let best = mates.iter().copied().reduce(|best, next| if before(next, best) { next } else { best })?;
                (cosines[best] > 0.0).then(|| (0..cosines.len()).filter(|&other| before(other, best)).count())
            };
            cosines.outer_iter().zip(asked).map(rank).collect::<Vec<_>>()
        })
        .collect()
}
