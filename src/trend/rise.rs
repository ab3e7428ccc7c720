//! Rises: terms that a theme used more in a period than in its others.
//!
//! A 2 × 2 table a term and period (stories of the period and of the others that hold it or not), and the log-likelihood
//! ratio G² of it (Dunning 1993, "Accurate methods for the statistics of surprise and coincidence"), which holds for the
//! rare terms that a χ² overrates. Many tables are looked at, so a rise has to pass Bonferroni's bound.

use crate::{
    association,
    segment::{Lang, Term, part_of_speech},
    theme::is_label_word,
};

/// Chance that any term of a theme is taken for a rise without being one.
const LEVEL: f64 = 0.01;
/// Stories of the period that hold the term, at least.
const HOLDERS: usize = 3;
/// The share of stories that hold the term, relative to that in the other periods, at least: of many stories even a small
/// difference is no chance, but not worth telling.
const TIMES: f64 = 2.0;
/// And that share itself, at least, else the term says little of the period.
const SHARE: f64 = 0.1;
/// Rises of a period, and of a theme, at most.
const A_PERIOD: usize = 3;
const A_THEME: usize = 12;
/// Of two terms whose stories in the period overlap more (Jaccard index), one is told.
const OVERLAP: f64 = 0.6;

/// No place.
const NONE: usize = usize::MAX;

/// A term that rose.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rise {
    /// Its column.
    pub column: u32,
    /// The period.
    pub period: usize,
    /// The share of the period's stories that hold it.
    pub share: f64,
    /// That share in the other periods.
    pub before: f64,
    /// G².
    pub g2: f64,
    /// The stories of the period that hold it, ascending.
    pub holders: Vec<usize>,
}

/// The log-likelihood ratio of a 2 × 2 table: `a` of `n` hold the term in one place, `b` of `m` in the other.
pub(super) fn g2(a: usize, n: usize, b: usize, m: usize) -> f64 {
    association::g2(a as f64, (a + b) as f64, n as f64, (n + m) as f64)
}

/// An upper bound of the chance of so large a G² (χ² of one degree of freedom), `2φ(x)/x` with `x² = G²` (Mills' ratio).
pub(super) fn chance(g2: f64) -> f64 {
    if g2 <= 0.0 {
        return 1.0;
    }
    ((2.0 / std::f64::consts::PI / g2).sqrt() * (-g2 / 2.0).exp()).min(1.0)
}

/// The rises of a theme, by period, the strongest first. `stories` are the theme's: the period of each and its columns,
/// ascending; `terms` the term of each column.
pub(super) fn find(stories: &[(usize, &[u32])], periods: usize, terms: &[&Term], table: &[Term]) -> Vec<Rise> {
    let mut told = vec![Vec::new(); periods];
    let mut total = vec![0usize; terms.len()];
    for (story, &(period, columns)) in stories.iter().enumerate() {
        told[period].push(story);
        columns.iter().for_each(|&column| total[column as usize] += 1);
    }
    // By column: in how many stories of a period it is, and the place of its rise.
    let (mut held, mut places) = (vec![0usize; terms.len()], vec![NONE; terms.len()]);
    let mut looked = 0.0;
    let mut found: Vec<Rise> = Vec::new();
    for (period, told) in told.iter().enumerate() {
        let (n, m) = (told.len(), stories.len() - told.len());
        let entries = || told.iter().flat_map(|&story| stories[story].1.iter().map(move |&column| (story, column)));
        let mut present: Vec<u32> = Vec::new();
        for (_, column) in entries() {
            if held[column as usize] == 0 {
                present.push(column);
            }
            held[column as usize] += 1;
        }
        let first = found.len();
        for column in present {
            let a = std::mem::take(&mut held[column as usize]);
            if a < HOLDERS {
                continue;
            }
            looked += 1.0;
            let b = total[column as usize] - a;
            let (share, before) = (a as f64 / n as f64, if m == 0 { 1.0 } else { b as f64 / m as f64 });
            if share >= SHARE && share >= TIMES * before {
                places[column as usize] = found.len();
                let holders = Vec::with_capacity(a);
                found.push(Rise { column, period, share, before, g2: g2(a, n, b, m), holders });
            }
        }
        if found.len() == first {
            continue;
        }
        for (story, column) in entries() {
            if let Some(rise) = found.get_mut(places[column as usize]) {
                rise.holders.push(story);
            }
        }
        found[first..].iter().for_each(|rise| places[rise.column as usize] = NONE);
    }
    found.retain(|rise| chance(rise.g2) * looked <= LEVEL && tells(terms[rise.column as usize], table));
    found.sort_by(|x, y| y.g2.total_cmp(&x.g2).then((x.period, x.column).cmp(&(y.period, y.column))));
    let mut chosen: Vec<Rise> = Vec::new();
    for rise in found {
        let term = terms[rise.column as usize];
        let rival = chosen.iter_mut().find(|other| {
            other.period == rise.period
                && (overlap(&other.holders, &rise.holders) > OVERLAP || akin(terms[other.column as usize], term))
        });
        match rival {
            // A phrase says it better than a word of it, if it stands in the same stories.
            Some(other)
                if term.parts.len() > terms[other.column as usize].parts.len()
                    && akin(terms[other.column as usize], term)
                    && overlap(&other.holders, &rise.holders) > OVERLAP =>
            {
                *other = rise;
            }
            Some(_) => {}
            None => {
                let same = chosen.iter().filter(|other| other.period == rise.period).count();
                if chosen.len() < A_THEME && same < A_PERIOD {
                    chosen.push(rise);
                }
            }
        }
    }
    chosen.sort_by(|x, y| x.period.cmp(&y.period).then(y.g2.total_cmp(&x.g2)).then(x.column.cmp(&y.column)));
    chosen
}

/// Whether a term tells a reader something: no reporting verb, no dateline, no lone adjective or adverb.
fn tells(term: &Term, table: &[Term]) -> bool {
    if term.parts.is_empty() {
        let tag = if term.lang == Lang::Zh { part_of_speech(&term.key) } else { None };
        let modifier = tag.is_some_and(|tag| tag != "an" && tag.starts_with(['a', 'b', 'd', 'z']));
        return is_label_word(&term.key) && !modifier && term.surface.chars().count() > 1;
    }
    term.parts.iter().filter_map(|&part| table.get(part as usize)).all(|part| is_label_word(&part.key))
}

/// Whether one term is written within the other or shares a word with it.
fn akin(a: &Term, b: &Term) -> bool {
    a.surface.contains(&b.surface)
        || b.surface.contains(&a.surface)
        || a.parts.iter().any(|part| b.parts.contains(part))
}

/// The Jaccard index of two ascending lists.
fn overlap(a: &[usize], b: &[usize]) -> f64 {
    let shared = a.iter().filter(|x| b.binary_search(x).is_ok()).count();
    shared as f64 / (a.len() + b.len() - shared).max(1) as f64
}
