//! Which articles repeat each other's words: copies by a hash, the rest by sketches and then by the words themselves.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::{
    cosine, days,
    group::Pair,
    sketch,
    words::{self, WORDS, Words},
};
use crate::{article::Article, vectorize::Csr};

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

/// The Jaccard index demanded of two articles.
fn demanded(a: &Article, b: &Article) -> f64 {
    demand(days(a, b), of_two_sources(a, b))
}

/// Whether it counts that the shorter text, of so many words, stands in the longer one.
fn part_counts(demand: f64, shorter: usize) -> bool {
    demand <= SAME_SOURCE[1] && shorter >= CONTAINED_WORDS
}

/// The least Jaccard index that would make two articles a story; a little less, since words repeat.
fn least(articles: &[Article], words: &[Words], a: usize, b: usize) -> f64 {
    let demand = demanded(&articles[a], &articles[b]);
    let (shorter, longer) = (words[a].count.min(words[b].count), words[a].count.max(words[b].count));
    let part = if part_counts(demand, shorter) {
        CONTAINED * shorter as f64 / (longer as f64 + (1.0 - CONTAINED) * shorter as f64)
    } else {
        1.0
    };
    0.9 * demand.min(part)
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
    shingles: Vec<Vec<u32>>,
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
        let (long, sketches): (Vec<usize>, Vec<&sketch::Sketch>) =
            (0..words.len()).filter(|&i| copies[i] == i).filter_map(|i| Some((i, words[i].sketch.as_ref()?))).unzip();
        let candidates: Vec<(usize, usize)> = sketch::candidates(&sketches)
            .into_iter()
            .map(|near| (long[near.a as usize], long[near.b as usize], near.bands))
            .filter(|&(a, b, bands)| !sketch::too_few(bands, least(articles, words, a, b)))
            .map(|(a, b, _)| (a, b))
            .collect();
        let mut compared: Vec<usize> = candidates.iter().flat_map(|&(a, b)| [a, b]).collect();
        compared.sort_unstable();
        compared.dedup();
        let shingles = compared.par_iter().map(|&i| words::shingles(&articles[i])).collect();
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
        let demand = demanded(&self.articles[a], &self.articles[b]);
        let shorter = self.words[a].count.min(self.words[b].count);
        let part = contained >= CONTAINED && part_counts(demand, shorter);
        // Without rows the words alone decide; and a part of a long article may have little of its terms.
        let terms = part || self.rows.rows() == 0 || cosine(self.rows, a, b) >= COSINE;
        let strength = if part { jaccard.max(contained) } else { jaccard };
        ((jaccard >= demand || part) && terms).then_some(Pair { a, b, strength })
    }
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
