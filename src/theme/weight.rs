//! Which terms set a theme apart: class-based TF-IDF.

/// Weighs the terms of each theme; for each theme the terms of positive weight, best first, equal ones by term.
///
/// Class-based TF-IDF (Grootendorst 2022, "BERTopic", eq. 2): `tf(t, c) · ln(1 + A / tf(t))`, where `tf(t, c)` is the
/// frequency of term `t` in the articles of theme `c` relative to all terms there, `tf(t)` its frequency in all articles
/// and `A` the mean frequency of all terms of a theme. Two changes, for themes of long and short articles at once:
/// a term's count in an article is damped to `1 + ln tf`, so that one long article cannot name a theme; and the weight is
/// multiplied by `1 − p(t | other themes) / p(t | c)` (0 if negative), since the logarithm alone hardly punishes a word that
/// is frequent everywhere.
pub(super) fn weigh(
    bags: &[crate::vectorize::Bag],
    themes: &[Option<usize>],
    k: usize,
    terms: usize,
) -> Vec<Vec<(u32, f64)>> {
    let damped = |count: u32| 1.0 + f64::from(count).ln();
    let mut all = vec![0.0f64; terms];
    for &(term, count) in bags.iter().flat_map(|bag| &bag.0) {
        all[term as usize] += damped(count);
    }
    let total: f64 = all.iter().sum();
    let mean = total / k.max(1) as f64;
    let mut own = vec![0.0f64; terms];
    (0..k)
        .map(|theme| {
            own.fill(0.0);
            for (bag, _) in bags.iter().zip(themes).filter(|&(_, &t)| t == Some(theme)) {
                for &(term, count) in &bag.0 {
                    own[term as usize] += damped(count);
                }
            }
            let size: f64 = own.iter().sum();
            let rest = total - size;
            let mut weights: Vec<(u32, f64)> = (0u32..)
                .zip(own.iter().zip(&all))
                .filter(|&(_, (&own, _))| own > 0.0)
                .map(|(term, (&own, &all))| {
                    let here = own / size;
                    let elsewhere = if rest > 0.0 { ((all - own) / rest).max(0.0) } else { 0.0 };
                    (term, here * (1.0 + mean / all).ln() * (1.0 - elsewhere / here))
                })
                .filter(|&(_, weight)| weight > 0.0)
                .collect();
            weights.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            weights
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectorize::Bag;

    #[test]
    fn a_term_of_one_theme_outweighs_one_of_all() {
        let bags = [Bag(vec![(0, 3), (1, 1)]), Bag(vec![(0, 3), (1, 2)]), Bag(vec![(0, 1), (2, 3)])];
        let weights = weigh(&bags, &[Some(0), Some(0), Some(1)], 2, 3);
        assert_eq!(weights[0][0].0, 1);
        assert_eq!(weights[1].iter().map(|w| w.0).collect::<Vec<_>>(), [2]);
        // By hand, a = 1 + ln 3 and b = 2 + ln 2: theme 0 holds 2a of term 0 and b of term 1, theme 1 holds 1 and a.
        let (a, b) = (1.0 + 3f64.ln(), 2.0 + 2f64.ln());
        let (total, size) = (3.0 * a + b + 1.0, 2.0 * a + b);
        let expected = b / size * (1.0 + total / 2.0 / b).ln();
        assert!((weights[0][0].1 - expected).abs() < 1e-12);
    }

    #[test]
    fn one_theme_alone_has_no_rest() {
        let weights = weigh(&[Bag(vec![(0, 1)])], &[Some(0)], 1, 1);
        assert_eq!(weights[0].len(), 1);
    }
}
