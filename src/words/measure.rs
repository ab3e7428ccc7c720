//! Cohesion and freedom of strings.

use rayon::prelude::*;

use super::{
    count::{Gram, Level, NONE},
    text::{BREAK, SET_OFF, Text, is_character},
};
use crate::association::npmi;

/// The least cohesion of a word: that of a phrase.
const COHESION: f64 = 0.4;

/// The least freedom of a word: that of one with two equally common neighbours.
const FREEDOM: f64 = std::f64::consts::LN_2;

/// The share of a string's occurrences with one and the same neighbour that makes it a stump.
const STUMP: f64 = 0.8;

/// The least share of a string's occurrences that begin and end where words of the dictionary do.
const ALIGNED: f64 = 0.5;

/// A string that occurs as a word does.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// Its number of characters.
    pub(super) len: usize,
    /// Its number among the strings of its length.
    pub(super) gram: usize,
    /// Least normalised pointwise mutual information of its splits.
    pub(super) cohesion: f64,
    /// Lesser entropy of its neighbours, in nats.
    pub(super) freedom: f64,
    /// For each split, how often the rarer half stands in this string, as a share of its occurrences.
    pub(super) bound: Vec<f64>,
}

impl Candidate {
    /// What words are ordered by.
    pub(super) fn score(&self) -> f64 {
        self.cohesion * self.freedom
    }
}

/// The strings of `len` characters that occur in enough articles, hold together and stand free, without those `known`.
pub(super) fn candidates(
    text: &Text,
    levels: &[Level],
    len: usize,
    articles: u32,
    known: impl Fn(&str) -> bool + Sync,
) -> Vec<Candidate> {
    let level = &levels[len - 1];
    let half = |from: usize, n: usize| levels[n - 1].grams[levels[n - 1].ids[from] as usize].count;
    let mut found: Vec<Option<Candidate>> = level
        .grams
        .par_iter()
        .enumerate()
        .map(|(gram, &Gram { first, count, articles: spread, aligned })| {
            if spread < articles || f64::from(aligned) < ALIGNED * f64::from(count) {
                return None;
            }
            let halves = (1..len).map(|s| (half(first, s), half(first + s, len - s)));
            let cohesion = halves
                .clone()
                .map(|(a, b)| npmi(f64::from(count), f64::from(a), f64::from(b), text.total as f64))
                .fold(1.0, f64::min);
            let bound = halves.map(|(a, b)| f64::from(count) / f64::from(a.min(b))).collect();
            let cohesive = cohesion >= COHESION && !known(&text.word(first, len));
            cohesive.then_some(Candidate { len, gram, cohesion, freedom: f64::INFINITY, bound })
        })
        .collect();
    for after in [false, true] {
        let mut neighbours: Vec<(u32, u32)> = level
            .ids
            .par_iter()
            .enumerate()
            .filter(|&(_, &id)| id != NONE && found[id as usize].is_some())
            .map(|(i, &id)| {
                let at = if after { Some(i + len) } else { i.checked_sub(1) };
                (id, at.and_then(|at| text.characters.get(at)).copied().unwrap_or(BREAK))
            })
            .collect();
        neighbours.par_sort_unstable();
        for group in neighbours.chunk_by(|a, b| a.0 == b.0) {
            let counts = group.chunk_by(|a, b| a == b).map(|same| (same[0].1, same.len()));
            let stump =
                counts.clone().any(|(neighbour, n)| is_character(neighbour) && n as f64 >= STUMP * group.len() as f64);
            let freedom = entropy(counts);
            let candidate = &mut found[group[0].0 as usize];
            match candidate {
                Some(candidate) if freedom >= FREEDOM && !stump => candidate.freedom = candidate.freedom.min(freedom),
                _ => *candidate = None,
            }
        }
    }
    found.into_iter().flatten().collect()
}

/// Shannon entropy of neighbours, in nats, given how often each occurs. The end of a sentence or clause is one neighbour, so
/// that a formula which is always a clause of its own (`央视网消息`) is not free; a mark that sets off words is another one
/// each time, because nothing could show more clearly that a word ends.
pub(super) fn entropy(counts: impl Iterator<Item = (u32, usize)>) -> f64 {
    let (mut n, mut sum) = (0.0, 0.0);
    for (neighbour, count) in counts {
        let count = count as f64;
        n += count;
        if neighbour != SET_OFF {
            sum += count * count.ln();
        }
    }
    // −Σ c/n · ln(c/n) = ln n − Σ c·ln c / n, where a count of one adds nothing to the sum.
    if n > 0.0 { n.ln() - sum / n } else { 0.0 }
}
