//! Which terms are shown for a theme: weighty ones that belong together, and that other themes do not show.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{
    label,
    meeting::{Blocks, Sets},
    table::{Places, Table},
    weight::Weighed,
};
use crate::segment::Document;

/// The power to which the share of the theme's articles that hold a term is raised: a reader should meet what is listed.
const SUPPORT: f64 = 0.5;
/// The power to which a term's frequency here relative to its best theme is raised, so that themes which are much alike
/// are told apart by their lists.
const DISTINCT: f64 = 5.0;
/// What the mean tie of a term to the terms chosen before it, 0 to 1, is worth against the logarithm of its weight.
const TOGETHER: f64 = 16.0;
/// How many chosen terms a term's tie to the theme at large counts for, so that a list does not drift into one story.
const AT_LARGE: f64 = 3.0;
/// How many terms more than asked for are considered.
const SPARE: usize = 40;

/// The terms to show for each theme, at most `n`, with their weight relative to the best; best first.
///
/// A term's weight here is its class-based TF-IDF times powers of its support and share. Terms are chosen one by one, as
/// maximal marginal relevance does (Carbonell and Goldstein 1998, "The use of MMR"), but turned round: the next is the one
/// of the largest `ln weight + TOGETHER · mean tie to those chosen`, so that a list reads as one thing. The mean takes in the
/// tie to the theme's terms at large, by which the first is chosen. Only ties within a language count: where
/// articles of two languages share a theme, neither is dropped for keeping to its own. None chosen lies whole within another.
pub(super) fn choose(
    themes: &[Vec<Weighed>],
    documents: &[Document<'_>],
    table: &Table<'_>,
    barred: &[u32],
    n: usize,
) -> Vec<Vec<(u32, f64)>> {
    let pools: Vec<Vec<(u32, f64)>> = themes.par_iter().map(|theme| pool(theme, table, barred, n + SPARE)).collect();
    let mut chosen: Vec<u32> = pools.iter().flatten().map(|&(term, _)| term).collect();
    chosen.sort_unstable();
    chosen.dedup();
    let places = table.places(chosen);
    let blocks = Blocks::of(documents, table, &places);
    pools.par_iter().map(|pool| pick(pool, table, &blocks, &places, n)).collect()
}

/// The terms to choose from: by support alone, so that a term is not replaced by a phrase few articles hold; then weighed
/// by share as well.
fn pool(theme: &[Weighed], table: &Table<'_>, barred: &[u32], size: usize) -> Vec<(u32, f64)> {
    let mut weights: Vec<(u32, f64)> = theme.iter().map(|w| (w.term, w.weight * w.support.powf(SUPPORT))).collect();
    weights.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let mut pool = label::candidates(&weights, table, barred);
    pool.truncate(size);
    let share: FxHashMap<u32, f64> = theme.iter().map(|w| (w.term, w.share)).collect();
    for (term, weight) in &mut pool {
        *weight *= share.get(term).map_or(1.0, |share| share.powf(DISTINCT));
    }
    pool.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    pool
}

fn pick(pool: &[(u32, f64)], table: &Table<'_>, blocks: &Blocks, places: &Places, n: usize) -> Vec<(u32, f64)> {
    let term = |i: usize| &table[pool[i].0];
    let size = pool.len();
    let alike = |a: usize, b: usize| a != b && term(a).lang == term(b).lang;
    let sets = Sets::of(blocks, pool.iter().filter_map(|&(term, _)| places.get(term)));
    let mut ties = vec![0.0; size * size];
    for a in 0..size {
        for b in (0..a).filter(|&b| alike(a, b)) {
            let tie = blocks.tie(sets.size(a), sets.size(b), sets.both(a, b), term(a).lang);
            (ties[a * size + b], ties[b * size + a]) = (tie, tie);
        }
    }
    // The sum of each term's ties and their number, beginning with the one to the theme's terms at large.
    let mut sums: Vec<(f64, f64)> = (0..size)
        .map(|a| {
            let others = || (0..size).filter(|&b| alike(a, b));
            let weight: f64 = others().map(|b| pool[b].1).sum();
            let tied: f64 = others().map(|b| pool[b].1 * ties[a * size + b]).sum();
            (if weight > 0.0 { AT_LARGE * tied / weight } else { 0.0 }, AT_LARGE)
        })
        .collect();
    let mut left: Vec<usize> = (0..size).collect();
    let mut listed: Vec<usize> = Vec::with_capacity(n);
    while listed.len() < n {
        let score = |&a: &usize| pool[a].1.ln() + TOGETHER * sums[a].0 / sums[a].1;
        // The first of equal ones, which is the weightier.
        let best = left.iter().copied().reduce(|best, a| if score(&a) > score(&best) { a } else { best });
        let Some(best) = best else { break };
        let nested = |a: usize, b: usize| label::contains(term(a), pool[b].0, term(b));
        left.retain(|&a| a != best && !nested(a, best) && !nested(best, a));
        for &a in left.iter().filter(|&&a| alike(a, best)) {
            sums[a] = (sums[a].0 + ties[a * size + best], sums[a].1 + 1.0);
        }
        listed.push(best);
    }
    // The pool is in order of weight.
    listed.sort_unstable();
    let best = listed.first().map_or(1.0, |&a| pool[a].1);
    listed.into_iter().map(|a| (pool[a].0, pool[a].1 / best)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::{Documents, Lang, PassageTokens, Segmented, Term, Token};

    /// A corpus of articles of one short passage; terms are named in order, one of Han characters is Chinese, and one with
    /// a blank is a phrase of the terms so named.
    fn corpus(terms: &[&str], articles: &[&[u32]]) -> Segmented {
        let id = |name: &str| u32::try_from(terms.iter().position(|term| *term == name).unwrap()).unwrap();
        let table = terms.iter().map(|name| Term {
            key: (*name).to_owned(),
            surface: (*name).to_owned(),
            lang: if name.is_ascii() { Lang::En } else { Lang::Zh },
            parts: if name.contains(' ') { name.split(' ').map(id).collect() } else { Vec::new() },
        });
        let token = |&term: &u32| Token { term, start: 0, end: 0 };
        let mut documents = Documents::default();
        for article in articles {
            let text: Vec<Token> = article.iter().map(token).collect();
            documents.push("en", &[], [PassageTokens { heading: &[], text: &text }]);
        }
        Segmented { terms: table.collect(), documents, ..Segmented::default() }
    }

    fn listed(theme: Vec<Weighed>, corpus: &Segmented, n: usize) -> Vec<Vec<(u32, f64)>> {
        choose(&[theme], &corpus.documents.iter().collect::<Vec<_>>(), &Table::of(&corpus.terms), &[], n)
    }

    fn weighed(terms: &[(u32, f64)]) -> Vec<Weighed> {
        terms.iter().map(|&(term, weight)| Weighed { term, weight, share: 1.0, support: 1.0 }).collect()
    }

    #[test]
    fn of_terms_of_like_weight_those_that_meet_are_listed() {
        let names = ["trench", "lander", "invoice", "plankton"];
        // Lander and plankton meet the trench in eleven articles, the invoice meets nothing.
        let mut articles: Vec<&[u32]> = vec![&[0, 1, 3]; 11];
        articles.extend([&[2u32] as &[u32]; 11]);
        let corpus = corpus(&names, &articles);
        let theme = weighed(&[(0, 1.0), (2, 0.9), (1, 0.8), (3, 0.6)]);
        let listed = listed(theme, &corpus, 3).remove(0);
        assert_eq!(listed, [(0, 1.0), (1, 0.8), (3, 0.6)]);
    }

    #[test]
    fn weight_decides_where_nothing_meets() {
        let corpus = corpus(&["trench", "lander", "invoice"], &[&[0], &[1], &[2]]);
        let theme = weighed(&[(0, 1.0), (2, 0.9), (1, 0.8)]);
        assert_eq!(listed(theme, &corpus, 2), [[(0, 1.0), (2, 0.9)]]);
    }

    #[test]
    fn a_term_goes_to_the_theme_where_it_is_most_frequent() {
        let corpus = corpus(&["trench", "lander", "mud"], &[&[0, 1], &[2]]);
        let mut theme = weighed(&[(0, 1.0), (1, 0.5)]);
        theme[0].share = 0.5;
        let listed = listed(theme, &corpus, 2).remove(0);
        // 0.5 to the fifth power is 1/32, a sixteenth of one half.
        assert_eq!(listed[0], (1, 1.0));
        assert_eq!(listed[1].0, 0);
        assert!((listed[1].1 - 1.0 / 16.0).abs() < 1e-12);
    }

    #[test]
    fn a_term_of_few_articles_weighs_less() {
        let corpus = corpus(&["trench", "lander"], &[&[0, 1], &[1]]);
        let mut theme = weighed(&[(0, 1.0), (1, 0.8)]);
        theme[0].support = 0.25;
        assert_eq!(listed(theme, &corpus, 2), [[(1, 1.0), (0, 0.625)]]);
    }

    #[test]
    fn a_term_is_not_passed_over_for_meeting_only_its_own_language() {
        let names = ["trench", "lander", "plankton", "海沟", "深渊"];
        let mut articles: Vec<&[u32]> = vec![&[0, 1, 2]; 11];
        articles.extend([&[3u32, 4] as &[u32]; 11]);
        let corpus = corpus(&names, &articles);
        let theme = weighed(&[(0, 1.0), (1, 0.9), (3, 0.8), (4, 0.7), (2, 0.3)]);
        assert_eq!(listed(theme, &corpus, 4), [[(0, 1.0), (1, 0.9), (3, 0.8), (4, 0.7)]]);
    }

    #[test]
    fn a_phrase_and_its_word_are_not_both_listed() {
        // The phrase has too little of the word's weight to replace it.
        let corpus = corpus(&["oil", "price", "oil price"], &[&[2, 0, 1], &[1]]);
        let theme = weighed(&[(1, 1.0), (2, 0.3)]);
        assert_eq!(listed(theme, &corpus, 2), [[(1, 1.0)]]);
    }

    #[test]
    fn nothing_comes_of_nothing() {
        assert_eq!(listed(Vec::new(), &corpus(&[], &[]), 10), [[]]);
        assert_eq!(listed(weighed(&[(0, 1.0)]), &corpus(&["trench"], &[&[0]]), 0), [[]]);
    }
}
