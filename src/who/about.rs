//! Which parties a theme is about.

use std::collections::{BTreeMap, BTreeSet};

use super::{Kind, Who};

/// A theme is about a party that this share of its stories name …
const MANY: f64 = 0.2;
/// … and this many at least …
const STORIES: usize = 2;
/// … and that they name more than other stories do, by this many standard deviations of the log odds ratio.
const DEVIATIONS: f64 = 1.96;
/// A theme is about two sides if more than this share of its stories is.
const BILATERAL: f64 = 0.5;
/// The other side of the common one is a partner if this share of the theme's stories is about the two.
const PARTNER: f64 = 0.05;

/// What a theme is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The countries and regions, by the stories that name them, most first.
    pub parties: Vec<usize>,
    /// Whether it is about the relations of two sides.
    pub bilateral: bool,
}

impl Who {
    /// What each of `k` themes is about. `theme` is that of each article, `story` tells articles of one story: they count
    /// once.
    ///
    /// A theme is about a party if many of its stories name it, and more than elsewhere: by the log odds ratio over its
    /// standard deviation, half a story added to each count (Monroe, Colaresi and Quinn, *Fightin' Words*, 2008, with a flat
    /// prior). What all of a corpus speaks of, as Chinese news of China, marks no theme.
    ///
    /// It is about the relations of two sides if most of its stories are; its parties are then those that stand opposite the
    /// one that most of them have in common.
    #[must_use]
    pub fn about(&self, theme: &[Option<usize>], k: usize, story: impl Fn(usize) -> usize) -> Vec<About> {
        let mut stories: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); k + 1];
        let mut naming: BTreeMap<usize, Vec<BTreeSet<usize>>> = BTreeMap::new();
        let mut paired: Vec<BTreeMap<(usize, usize), BTreeSet<usize>>> = vec![BTreeMap::new(); k];
        for (article, theme) in theme.iter().enumerate() {
            stories[theme.unwrap_or(k)].insert(story(article));
            if let (Some(theme), Some(&Some(sides))) = (*theme, self.sides.get(article)) {
                paired[theme].entry(sides).or_default().insert(story(article));
            }
        }
        for mention in &self.mentions {
            let Some(theme) = theme.get(mention.article as usize) else { continue };
            if self.parties[mention.party as usize].kind != Kind::Organisation {
                let of = naming.entry(mention.party as usize).or_insert_with(|| vec![BTreeSet::new(); k + 1]);
                of[theme.unwrap_or(k)].insert(story(mention.article as usize));
            }
        }
        let sizes: Vec<usize> = stories.iter().map(BTreeSet::len).collect();
        let all: usize = sizes.iter().sum();
        let count = |party: usize, theme: usize| naming.get(&party).map_or(0, |of| of[theme].len());
        (0..k)
            .map(|theme| {
                let ranked = |parties: BTreeSet<usize>| {
                    let mut ranked: Vec<usize> = parties.into_iter().collect();
                    ranked.sort_by_key(|&party| (std::cmp::Reverse(count(party, theme)), party));
                    ranked
                };
                let size = sizes[theme];
                let marks = |party: &usize, of: &Vec<BTreeSet<usize>>| {
                    let here = count(*party, theme);
                    let elsewhere = of.iter().map(BTreeSet::len).sum::<usize>() - here;
                    here >= STORIES
                        && here as f64 >= MANY * size as f64
                        && (all == size || deviations(here, size, elsewhere, all - size) >= DEVIATIONS)
                };
                let marking: BTreeSet<usize> =
                    naming.iter().filter(|(party, of)| marks(party, of)).map(|(&party, _)| party).collect();
                let mut two_sided: BTreeSet<usize> = BTreeSet::new();
                let mut in_pairs: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
                for (&(a, b), of) in &paired[theme] {
                    two_sided.extend(of);
                    for party in [a, b] {
                        in_pairs.entry(party).or_default().extend(of);
                    }
                }
                let bilateral = two_sided.len() >= STORIES && two_sided.len() as f64 > BILATERAL * size as f64;
                if !bilateral {
                    return About { parties: ranked(marking), bilateral };
                }
                let common = in_pairs.iter().max_by(|a, b| a.1.len().cmp(&b.1.len()).then(b.0.cmp(a.0)));
                let common = common.filter(|(_, of)| 2 * of.len() > two_sided.len()).map(|(&party, _)| party);
                let opposite = in_pairs.iter().filter(|(_, of)| of.len() as f64 >= PARTNER * size as f64);
                let mut parties: BTreeSet<usize> = opposite.map(|(&party, _)| party).collect();
                parties.extend(marking);
                parties.retain(|&party| Some(party) != common);
                About { parties: ranked(parties), bilateral }
            })
            .collect()
    }
}

/// The log odds ratio of `a` of `n` against `b` of `m`, over its standard deviation.
fn deviations(a: usize, n: usize, b: usize, m: usize) -> f64 {
    let (a1, a0) = (a as f64 + 0.5, n.saturating_sub(a) as f64 + 0.5);
    let (b1, b0) = (b as f64 + 0.5, m.saturating_sub(b) as f64 + 0.5);
    let ratio = (a1 / a0).ln() - (b1 / b0).ln();
    ratio / (1.0 / a1 + 1.0 / a0 + 1.0 / b1 + 1.0 / b0).sqrt()
}
