//! Which articles repeat each other's words: copies by a hash, the rest by sketches and then by the words themselves.

use jiff::civil::Date;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{
    Read, cosine,
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
/// Days from which on it rises by less than a number in double precision can tell.
const LATE: i32 = 32;
/// Or the share of the shorter text that stands in the longer one, of an article that was cut or went on. It counts only
/// while the demand is at most [`SAME_SOURCE`]'s without days. The forms above reach 0.89.
const CONTAINED: f64 = 0.9;
/// Words that the shorter text must have for that.
const CONTAINED_WORDS: u32 = 60;
/// The cosine of the TF-IDF rows, at least: a second measure, since a form shares its words but not the rare ones.
const COSINE: f64 = 0.6;

/// The Jaccard index demanded of two articles so many days apart, of two sources or perhaps of one. It rises as a bell
/// falls, since most reprints appear within two days, and what comes back after weeks is a form.
fn demand(days: Option<i32>, other_source: bool) -> f64 {
    let [same_day, unknown, late] = if other_source { OTHER_SOURCE } else { SAME_SOURCE };
    days.map_or(unknown, |days| late - (late - same_day) * (-(f64::from(days) / DAYS).powi(2)).exp())
}

/// The demands on two articles, worked out once: it is asked of millions of pairs.
struct Demands {
    /// By the number of days, of one source and of two; those of more days are as that of the last.
    by_days: Vec<[f64; 2]>,
    unknown: [f64; 2],
}

impl Demands {
    fn new() -> Self {
        let of = |days: Option<i32>| [false, true].map(|other_source| demand(days, other_source));
        Self { by_days: (0..=LATE).map(|days| of(Some(days))).collect(), unknown: of(None) }
    }

    /// The Jaccard index demanded of two articles.
    fn of(&self, a: Facts, b: Facts) -> f64 {
        let days = a.day.zip(b.day).map(|(a, b)| a.abs_diff(b) as usize);
        let other_source = a.source.zip(b.source).is_some_and(|(a, b)| a != b);
        let demands = days.map_or(&self.unknown, |days| &self.by_days[days.min(self.by_days.len() - 1)]);
        demands[usize::from(other_source)]
    }
}

/// What the demand on an article depends on.
#[derive(Clone, Copy, Debug)]
struct Facts {
    /// Its day, as the number of days since some day.
    day: Option<i32>,
    /// A number that two articles share if they have one source; none if it has no source.
    source: Option<u32>,
    /// Its words.
    words: u32,
}

impl Facts {
    /// Those of all articles.
    fn of_all(articles: &[Article], words: &[Words]) -> Vec<Self> {
        let mut sources: FxHashMap<String, u32> = FxHashMap::default();
        let of = |(article, words): (&Article, &Words)| {
            let source = article.source.as_deref().map(|source| {
                let next = sources.len() as u32;
                *sources.entry(source.trim().to_lowercase()).or_insert(next)
            });
            Self { day: article.date.map(|date| (date.day - Date::ZERO).get_days()), source, words: words.count as u32 }
        };
        articles.iter().zip(words).map(of).collect()
    }
}

/// Whether it counts that the shorter text, of so many words, stands in the longer one.
fn part_counts(demand: f64, shorter: u32) -> bool {
    demand <= SAME_SOURCE[1] && shorter >= CONTAINED_WORDS
}

/// The least Jaccard index that would make two articles a story; a little less, since words repeat.
fn least(demand: f64, a: Facts, b: Facts) -> f64 {
    let (shorter, longer) = (a.words.min(b.words), a.words.max(b.words));
    let part = if part_counts(demand, shorter) {
        CONTAINED * f64::from(shorter) / (f64::from(longer) + (1.0 - CONTAINED) * f64::from(shorter))
    } else {
        1.0
    };
    0.9 * demand.min(part)
}

/// The articles as they are held against each other.
pub(super) struct Near<'a> {
    facts: Vec<Facts>,
    demands: Demands,
    rows: &'a Csr,
    /// The first of the copies of each article; itself, if it is the first or the only one.
    pub copies: Vec<usize>,
    /// Pairs of first copies that share most of their words, by article.
    pub pairs: Vec<Pair>,
    /// The shingles of each article that has a candidate.
    shingles: Vec<Option<Box<[u32]>>>,
}

impl<'a> Near<'a> {
    pub fn find(articles: &[Article], Read { words, sketches }: &Read, rows: &'a Csr) -> Self {
        let mut first = FxHashMap::default();
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
        let (long, sketches): (Vec<usize>, Vec<&sketch::Sketch>) = (0..words.len())
            .filter(|&i| words[i].count >= WORDS)
            .zip(sketches.iter().flatten())
            .filter(|&(i, _)| copies[i] == i)
            .unzip();
        let facts = Facts::of_all(articles, words);
        let pair = |near: &sketch::Near| (long[near.a as usize], long[near.b as usize]);
        let (demands, most) = (Demands::new(), sketch::most_alike());
        let candidates = sketch::candidates(&sketches, |near| {
            let (a, b) = pair(near);
            let (a, b) = (facts[a], facts[b]);
            least(demands.of(a, b), a, b) <= most[near.bands as usize]
        });
        let mut compared = vec![false; articles.len()];
        for near in &candidates {
            let (a, b) = pair(near);
            (compared[a], compared[b]) = (true, true);
        }
        let shingles =
            |room: &mut _, (article, compared): (&Article, bool)| compared.then(|| words::shingles(article, room));
        let shingles = articles.par_iter().zip(compared).map_init(words::Room::default, shingles).collect();
        let mut near = Self { facts, demands, rows, copies, pairs: Vec::new(), shingles };
        let compare = |candidate: &sketch::Near| {
            let (a, b) = pair(candidate);
            near.compare(a, b)
        };
        near.pairs = candidates.par_iter().filter_map(compare).collect();
        near
    }

    /// Whether two articles share most of their words, by the words themselves.
    pub fn compare(&self, a: usize, b: usize) -> Option<Pair> {
        let (x, y) = (self.shingles[a].as_deref()?, self.shingles[b].as_deref()?);
        let (both, shorter) = ((x.len() + y.len()) as f64, x.len().min(y.len()) as f64);
        let demand = self.demands.of(self.facts[a], self.facts[b]);
        let part_counts = part_counts(demand, self.facts[a].words.min(self.facts[b].words));
        // So many shingles make the one index or the other; most pairs have far fewer.
        let whole = demand * both / (1.0 + demand);
        let least = if part_counts { whole.min(CONTAINED * shorter) } else { whole };
        let shared = words::shared(x, y, (least - 1.0).max(0.0) as usize)? as f64;
        let jaccard = shared / (both - shared).max(1.0);
        let contained = shared / shorter.max(1.0);
        let part = contained >= CONTAINED && part_counts;
        let strength = if part { jaccard.max(contained) } else { jaccard };
        // Without rows the words alone decide; and a part of a long article may have little of its terms.
        let terms = || part || self.rows.rows() == 0 || cosine(self.rows, a, b) >= COSINE;
        ((jaccard >= demand || part) && terms()).then_some(Pair { a, b, strength })
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

    #[test]
    fn demands_worked_out_before_are_those_asked_for() {
        let demands = Demands::new();
        let facts = |day, source| Facts { day, source, words: 0 };
        for days in (-40..40).chain([i32::MAX, 400]) {
            for (source, other) in [(None, false), (Some(1), false), (Some(2), true)] {
                let held = demands.of(facts(Some(0), Some(1)), facts(Some(days), source));
                assert_eq!(held, demand(Some(days.abs()), other));
                assert_eq!(demands.of(facts(None, Some(1)), facts(Some(days), source)), demand(None, other));
            }
        }
    }
}
