//! Which articles repeat each other's words: copies by a hash, the rest by MinHash and then by the words themselves.

use std::collections::BTreeMap;

use rayon::prelude::*;
use txtfp::{Canonicalizer, Fingerprinter, LshIndex, MinHashFingerprinter, jaccard};

use super::{
    cosine, days,
    group::Pair,
    words::{self, Words},
};
use crate::{article::Article, vectorize::Csr};

/// MinHash in [`BANDS`] bands of [`ROWS`] values (Broder 1997; banding: Leskovec, Rajaraman and Ullman, "Mining of Massive
/// Datasets", 3.4): of the pairs with a Jaccard index of 0.4 it finds 98 %, of those with 0.5 all but 2 in 10 000.
const BANDS: usize = 64;
const ROWS: usize = 3;
const HASHES: usize = BANDS * ROWS;
/// Later articles that an article is compared with, at most, the most alike by MinHash: of ten thousand filled in forms,
/// comparing all pairs would take hours and tell nothing more.
const NEAREST: usize = 64;

/// Texts of fewer words are stories together only if they are copies: below it, forms that are filled in anew share as
/// much as reprints do.
const WORDS: usize = 40;
/// The Jaccard index of the shingles of a reprint, at least: on the same day, where a day is not known, and long after.
///
/// A paper rewrites what another wrote, so between two sources half the words are enough. One source does not report the
/// same twice; what it repeats is mostly a form filled in anew. (Of 11 114 items of one broadcaster, the pairs up to 0.76
/// within a week, and up to 0.93 a year apart, are all forms: receptions of state guests, announcements, daily figures. Of
/// 2225 undated articles of another, the pairs from 0.6 on are all one story.)
const OTHER_SOURCE: [f64; 3] = [0.4, 0.6, 0.9];
const SAME_SOURCE: [f64; 3] = [0.8, 0.8, 0.97];
/// Days within which the demand rises from that of the same day to that of long after; see [`demand`].
const DAYS: f64 = 4.0;
/// Or the share of the shorter text that stands in the longer one, of an article that was cut or went on. It counts only
/// while the demand is at most [`SAME_SOURCE`]'s without days. The forms above reach 0.89.
const CONTAINED: f64 = 0.9;
/// Words that the shorter text must have for that.
const CONTAINED_WORDS: usize = 60;
/// The cosine of the TF-IDF rows, at least: a second measure, since a form shares its words but not the rare ones.
const COSINE: f64 = 0.6;

/// The Jaccard index demanded of two articles so many days apart, of two sources or perhaps of one. It rises as a bell
/// falls, since most reprints appear within two days, and what comes back after weeks is a form.
fn demand(days: Option<i32>, other_source: bool) -> f64 {
    let [same_day, unknown, late] = if other_source { OTHER_SOURCE } else { SAME_SOURCE };
    days.map_or(unknown, |days| late - (late - same_day) * (-(f64::from(days) / DAYS).powi(2)).exp())
}

/// Whether two articles are known to be of different sources.
fn of_two_sources(a: &Article, b: &Article) -> bool {
    matches!((&a.source, &b.source), (Some(a), Some(b)) if a.trim().to_lowercase() != b.trim().to_lowercase())
}

/// The articles as they are held against each other.
pub(super) struct Near<'a> {
    articles: &'a [Article],
    words: &'a [Words],
    rows: &'a Csr,
    /// The first of the copies of each article; itself, if it is the first or the only one.
    pub copies: Vec<usize>,
    /// Pairs of first copies that share most of their words, by article.
    pub pairs: Vec<Pair>,
    /// The articles that have a candidate, ascending, and their shingles.
    compared: Vec<usize>,
    shingles: Vec<Vec<u64>>,
}

impl<'a> Near<'a> {
    pub fn find(articles: &'a [Article], words: &'a [Words], rows: &'a Csr) -> Self {
        let mut first = BTreeMap::new();
        let copies: Vec<usize> = words
            .iter()
            .zip(articles)
            .enumerate()
            .map(|(i, (words, article))| {
                // A short heading that comes back on another day (`News in brief`) is no reprint.
                let day = article.date.filter(|_| words.count < WORDS).map(|date| date.day);
                if words.count == 0 { i } else { *first.entry((words.hash, day)).or_insert(i) }
            })
            .collect();
        let long: Vec<usize> = (0..words.len()).filter(|&i| copies[i] == i && words[i].count >= WORDS).collect();
        let candidates = candidates(words, &long);
        let mut compared: Vec<usize> = candidates.iter().flat_map(|&(a, b)| [a, b]).collect();
        compared.sort_unstable();
        compared.dedup();
        let shingles = compared.par_iter().map(|&i| words::shingles(&words[i])).collect();
        let mut near = Self { articles, words, rows, copies, pairs: Vec::new(), compared, shingles };
        near.pairs = candidates.par_iter().filter_map(|&(a, b)| near.compare(a, b)).collect();
        near
    }

    /// Whether two articles share most of their words, by the words themselves.
    pub fn compare(&self, a: usize, b: usize) -> Option<Pair> {
        let set = |i: usize| self.compared.binary_search(&i).ok().map(|at| self.shingles[at].as_slice());
        let (x, y) = (set(a)?, set(b)?);
        let shared = words::shared(x, y) as f64;
        let jaccard = shared / (x.len() as f64 + y.len() as f64 - shared).max(1.0);
        let contained = shared / x.len().min(y.len()).max(1) as f64;
        let (left, right) = (&self.articles[a], &self.articles[b]);
        let demand = demand(days(left, right), of_two_sources(left, right));
        let shorter = self.words[a].count.min(self.words[b].count);
        let part = contained >= CONTAINED && demand <= SAME_SOURCE[1] && shorter >= CONTAINED_WORDS;
        // Without rows the words alone decide; and a part of a long article may have little of its terms.
        let terms = part || self.rows.rows() == 0 || cosine(self.rows, a, b) >= COSINE;
        let strength = if part { jaccard.max(contained) } else { jaccard };
        ((jaccard >= demand || part) && terms).then_some(Pair { a, b, strength })
    }
}

/// Pairs `(a, b)`, `a < b`, ascending, of those articles that may be alike.
fn candidates(words: &[Words], long: &[usize]) -> Vec<(usize, usize)> {
    let sketcher = MinHashFingerprinter::<_, HASHES>::new(Canonicalizer::default(), words::shingler());
    // Errors are texts without words and bands that do not fit the hashes: neither occurs, and neither has candidates.
    let signatures: Vec<_> = long.par_iter().map(|&i| sketcher.fingerprint(&words[i].text).ok()).collect();
    let Ok(mut index) = LshIndex::<HASHES>::with_bands_rows(BANDS, ROWS) else { return Vec::new() };
    for (at, signature) in signatures.iter().enumerate() {
        if let Some(signature) = signature {
            index.insert(at as u64, *signature);
        }
    }
    let mut pairs: Vec<(usize, usize)> = signatures
        .par_iter()
        .enumerate()
        .flat_map_iter(|(at, signature)| {
            let found = signature.as_ref().map_or_else(Vec::new, |signature| index.query(signature));
            let mut later: Vec<(f32, usize)> = found
                .into_iter()
                .filter_map(|other| usize::try_from(other).ok())
                .filter(|&other| other > at)
                .filter_map(|other| Some((jaccard(signature.as_ref()?, signatures[other].as_ref()?), other)))
                .collect();
            later.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
            later.truncate(NEAREST);
            later.into_iter().map(move |(_, other)| (long[at], long[other]))
        })
        .collect();
    pairs.sort_unstable();
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demand_rises_with_the_days_between() {
        assert!((demand(Some(0), true) - 0.4).abs() < 1e-12);
        assert!((demand(Some(4), true) - (0.9 - 0.5 * (-1f64).exp())).abs() < 1e-12);
        assert!(demand(Some(365), false) > 0.9699);
        assert!((demand(None, false) - 0.8).abs() < 1e-12);
    }
}
