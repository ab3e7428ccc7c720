//! Which terms set a theme apart: class-based TF-IDF.

use rayon::prelude::*;

use super::{Bags, members};

/// Articles that every term is given in every theme beside those that hold it: in a theme of three, one article more or
/// less says little.
pub(super) const GIVEN: f64 = 5.0;

/// What a term is to a theme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Weighed {
    /// The term.
    pub term: u32,
    /// Its weight, above 0.
    pub weight: f64,
    /// Its frequency here relative to that in the theme where it is most frequent, above 0 to 1.
    pub share: f64,
    /// The share of the theme's articles that hold it, [`GIVEN`] articles added to both; above 0 to 1.
    pub support: f64,
}

/// Weighs the terms of each theme; for each theme the terms of positive weight, best first, equal ones by term.
///
/// Class-based TF-IDF (Grootendorst 2022, "BERTopic", eq. 2): `tf(t, c) · ln(1 + A / tf(t))`, where `tf(t, c)` is the
/// frequency of term `t` in the articles of theme `c` relative to all terms there, `tf(t)` its frequency in all articles
/// and `A` the mean frequency of all terms of a theme. Two changes, for themes of long and short articles at once:
/// a term's count in an article is damped to `1 + ln tf`, so that one long article cannot name a theme; and the weight is
/// multiplied by `1 − p(t | other themes) / p(t | c)` (0 if negative), since the logarithm alone hardly punishes a word that
/// is frequent everywhere. `parts` is what each article counts for, above 0 to 1: the articles of a story share one, so that a
/// reprint does not speak twice.
pub(super) fn weigh(
    bags: Bags<'_>,
    parts: &[f64],
    themes: &[Option<usize>],
    k: usize,
    terms: usize,
) -> Vec<Vec<Weighed>> {
    let damped = damped();
    let damped = |count: u32| damped.get(count as usize).copied().unwrap_or_else(|| damp(count));
    let mut groups = members::by_theme(themes, k);
    groups.push((0..themes.len()).filter(|&article| themes[article].is_none()).collect());
    let summed: Vec<Summed> = groups
        .par_iter()
        .map_init(
            || vec![(0.0f64, 0.0f64); terms],
            |sums, members| {
                let mut present: Vec<u32> = Vec::new();
                let mut articles = 0.0;
                for &i in members {
                    let part = parts[i];
                    articles += part;
                    for &(term, count) in &bags.of(i).0 {
                        let (own, holders) = &mut sums[term as usize];
                        if *own == 0.0 {
                            present.push(term);
                        }
                        *own += part * damped(count);
                        *holders += part;
                    }
                }
                present.sort_unstable();
                let take = |term: u32| {
                    let (own, holders) = std::mem::take(&mut sums[term as usize]);
                    (term, own, holders)
                };
                Summed { articles, terms: present.into_iter().map(take).collect() }
            },
        )
        .collect();
    let mut all = vec![0.0f64; terms];
    for &(term, own, _) in summed.iter().flat_map(|group| &group.terms) {
        all[term as usize] += own;
    }
    let total: f64 = all.iter().sum();
    let mean = total / k.max(1) as f64;
    // `share` holds the frequency itself until the largest in any theme is known.
    let weigh = |Summed { articles, terms }: Summed| -> Vec<Weighed> {
        let size: f64 = terms.iter().map(|&(_, own, _)| own).sum();
        let rest = total - size;
        let weigh = |(term, own, holders): (u32, f64, f64)| {
            let all = all[term as usize];
            let here = own / size;
            let elsewhere = if rest > 0.0 { ((all - own) / rest).max(0.0) } else { 0.0 };
            Weighed {
                term,
                weight: here * (1.0 + mean / all).ln() * (1.0 - elsewhere / here),
                share: here,
                support: (holders + GIVEN) / (articles + GIVEN),
            }
        };
        terms.into_iter().map(weigh).collect()
    };
    let mut weighed: Vec<Vec<Weighed>> = summed.into_par_iter().take(k).map(weigh).collect();
    let mut most = vec![0.0f64; terms];
    for weighed in weighed.iter().flatten() {
        let most = &mut most[weighed.term as usize];
        *most = most.max(weighed.share);
    }
    weighed.par_iter_mut().for_each(|weighed| {
        weighed.retain(|weighed| weighed.weight > 0.0);
        weighed.sort_unstable_by(|a, b| b.weight.total_cmp(&a.weight).then(a.term.cmp(&b.term)));
        weighed.iter_mut().for_each(|weighed| weighed.share /= most[weighed.term as usize]);
    });
    weighed
}

/// What the articles of a theme, or of none, come to.
struct Summed {
    /// What they count for.
    articles: f64,
    /// Their terms, ascending: how often each occurs, damped, and what the articles that hold it count for.
    terms: Vec<(u32, f64, f64)>,
}

/// A term's count in an article, damped.
fn damp(count: u32) -> f64 {
    1.0 + f64::from(count).ln()
}

/// The damped counts that occur often.
fn damped() -> Vec<f64> {
    (0..256).map(damp).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectorize::Bag;

    fn of(bags: &[Bag], parts: &[f64], themes: &[Option<usize>], k: usize, terms: usize) -> Vec<Vec<Weighed>> {
        weigh(Bags::Held(&bags.iter().collect::<Vec<_>>()), parts, themes, k, terms)
    }

    #[test]
    fn a_term_of_one_theme_outweighs_one_of_all() {
        let bags = [Bag(vec![(0, 3), (1, 1)]), Bag(vec![(0, 3), (1, 2)]), Bag(vec![(0, 1), (2, 3)])];
        let weights = of(&bags, &[1.0; 3], &[Some(0), Some(0), Some(1)], 2, 3);
        assert_eq!(weights[0][0].term, 1);
        assert_eq!(weights[1].iter().map(|w| w.term).collect::<Vec<_>>(), [2]);
        // By hand, a = 1 + ln 3 and b = 2 + ln 2: theme 0 holds 2a of term 0 and b of term 1, theme 1 holds 1 and a.
        let (a, b) = (1.0 + 3f64.ln(), 2.0 + 2f64.ln());
        let (total, size) = (3.0 * a + b + 1.0, 2.0 * a + b);
        let expected = b / size * (1.0 + total / 2.0 / b).ln();
        assert!((weights[0][0].weight - expected).abs() < 1e-12);
    }

    #[test]
    fn shares_are_of_the_theme_where_a_term_is_most_frequent() {
        // Term 0 is a half of theme 0 and a third of theme 1; both articles of theme 2 hold term 4.
        let bags = [Bag(vec![(0, 1), (1, 1)]), Bag(vec![(0, 1), (2, 1), (3, 1)]), Bag(vec![(4, 1)]), Bag(vec![(4, 1)])];
        let weights = of(&bags, &[1.0; 4], &[Some(0), Some(1), Some(2), Some(2)], 3, 5);
        let find = |theme: usize, term: u32| *weights[theme].iter().find(|w| w.term == term).unwrap();
        assert!((find(0, 0).share - 1.0).abs() < 1e-12);
        assert!((find(1, 0).share - 2.0 / 3.0).abs() < 1e-12);
        assert!((find(2, 4).support - 1.0).abs() < 1e-12);
    }

    #[test]
    fn support_counts_articles_not_occurrences() {
        let bags = [Bag(vec![(0, 9)]), Bag(vec![(1, 1)]), Bag(vec![(1, 1)]), Bag(vec![(1, 1)])];
        let weights = of(&bags, &[1.0; 4], &[Some(0); 4], 1, 2);
        let find = |term: u32| weights[0].iter().find(|w| w.term == term).unwrap().support;
        assert!((find(0) - 6.0 / 9.0).abs() < 1e-12 && (find(1) - 8.0 / 9.0).abs() < 1e-12);
    }

    #[test]
    fn articles_of_one_story_count_as_one() {
        let bags = [Bag(vec![(0, 2)]), Bag(vec![(0, 2)]), Bag(vec![(1, 2)])];
        let reprinted = of(&bags, &[0.5, 0.5, 1.0], &[Some(0); 3], 1, 2);
        assert_eq!(reprinted, of(&bags[1..], &[1.0; 2], &[Some(0); 2], 1, 2));
    }

    #[test]
    fn one_theme_alone_has_no_rest() {
        let weights = of(&[Bag(vec![(0, 1)])], &[1.0], &[Some(0)], 1, 1);
        assert_eq!(weights[0].len(), 1);
    }
}
