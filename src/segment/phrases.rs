//! Phrases: adjacent words that occur together far beyond chance.
//!
//! Candidates are runs of two to [`LONGEST`] words that follow one another without punctuation; in English up to two
//! words such as `and` or `of` may stand between two of them. A candidate must occur often enough ([`enough`]), in two
//! articles or three passages ([`THIN`] makes an exception), and for *every* way of splitting it in two, the halves must go together beyond chance by
//! two measures:
//!
//! - normalised pointwise mutual information, `ln(p(ab) / p(a)p(b)) / −ln p(ab)`, from −1 to 1, at least [`NPMI`]
//!   (Bouma, *Normalized (Pointwise) Mutual Information in Collocation Extraction*, 2009): how far;
//! - the log-likelihood ratio G² of the 2 × 2 table (Dunning, *Accurate Methods for the Statistics of Surprise and
//!   Coincidence*, 1993): how surely. G² follows χ² with one degree of freedom, whose tail is below `exp(−G²/2)`, so
//!   asking for `G² ≥ 2·ln(candidates) + 2·ln 10` keeps the expected number of accidents below a tenth however many
//!   candidates are tested.
//!
//! A candidate whose neighbour is nearly always the same is the stump of a longer phrase and is dropped, as nested terms
//! are by the C-value of Frantzi, Ananiadou and Mima (*Automatic recognition of multi-word terms*, 2000); the longer one is
//! taken if it is not too long.

use std::sync::atomic::{AtomicU8, Ordering};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::association::{g2, npmi};

/// The most words in a phrase.
pub(super) const LONGEST: usize = 4;

/// The least normalised pointwise mutual information between the halves of a phrase.
const NPMI: f64 = 0.4;

/// The same for a candidate met in two texts of one article only: its words must hardly occur apart (`Hong Kong`).
const THIN: f64 = 0.8;

/// The share of a candidate's occurrences with one and the same neighbour that makes it a stump.
const STUMP: f64 = 0.8;

/// Slots that pairs are counted in, at most; 4 MB, which a processor keeps at hand.
const SLOTS: usize = 1 << 22;

/// Candidates that a thread looks at at a time, at least; any number gives the same phrases.
const GRAMS: usize = 1024;

/// A slot counts no further, so that no number of threads can make it overflow.
const FULL: u8 = 100;

/// Parts the sequences of words.
pub(super) const BREAK: u32 = u32::MAX;

/// How often a phrase must occur among `words` words: three times in a digest, more in a large corpus, where anything
/// happens three times. Grows with the square root: 4 in 120 000 words, 16 in 2.5 million.
fn enough(words: usize) -> u32 {
    ((words as f64).sqrt() / 100.0).ceil().max(3.0) as u32
}

/// The words of a corpus in order, [`BREAK`] wherever two do not link.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    words: Vec<u32>,
    /// For each word the text it stands in, ascending.
    places: Vec<u32>,
    /// For each text its article, ascending.
    articles: Vec<u32>,
}

impl Sequence {
    /// The sequence of some parts of a corpus, side by side: `texts` calls what it is given with each text of a part, as its
    /// article and its words, each with whether it links to the one before.
    pub(super) fn of<I: Iterator<Item = (u32, bool)>>(
        parts: usize,
        texts: impl Fn(usize, &mut dyn FnMut(u32, I)) + Sync,
    ) -> Self {
        // First how long it is, so that each part is written where it stands.
        let size = |part: usize| {
            let (mut words, mut all) = (0, 0);
            texts(part, &mut |_, text| {
                all += 1;
                words += text.enumerate().map(|(i, (_, linked))| 1 + usize::from(i == 0 || !linked)).sum::<usize>();
            });
            (words, all)
        };
        let sizes: Vec<(usize, usize)> = (0..parts).into_par_iter().map(size).collect();
        let (words, all) = sizes.iter().fold((0, 0), |sum, size| (sum.0 + size.0, sum.1 + size.1));
        let mut whole = Self { words: vec![BREAK; words], places: vec![0; words], articles: vec![0; all] };
        let firsts: Vec<usize> =
            sizes.iter().scan(0, |next, size| Some(std::mem::replace(next, *next + size.1))).collect();
        let words = split(&mut whole.words, sizes.iter().map(|size| size.0));
        let places = split(&mut whole.places, sizes.iter().map(|size| size.0));
        let articles = split(&mut whole.articles, sizes.iter().map(|size| size.1));
        let to = words.into_par_iter().zip(places).zip(articles).zip(firsts);
        to.enumerate().for_each(|(part, (((words, places), articles), first))| {
            let mut to = words.iter_mut().zip(places);
            let mut articles = articles.iter_mut();
            let mut place = u32::try_from(first).unwrap_or(u32::MAX);
            texts(part, &mut |article, text| {
                articles.by_ref().take(1).for_each(|to| *to = article);
                for (i, (word, linked)) in text.enumerate() {
                    let broken = (i == 0 || !linked).then_some(BREAK);
                    for (word, (to, at)) in broken.into_iter().chain([word]).zip(to.by_ref()) {
                        (*to, *at) = (word, place);
                    }
                }
                place = place.saturating_add(1);
            });
        });
        whole
    }
}

/// Parts of these sizes, one after the other.
fn split<T>(mut whole: &mut [T], sizes: impl Iterator<Item = usize>) -> Vec<&mut [T]> {
    sizes.map(|size| whole.split_off_mut(..size).unwrap_or_default()).collect()
}

/// How widely a candidate occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Spread {
    /// In one text.
    None,
    /// In two texts of one article.
    Thin,
    /// In two articles or three texts.
    Wide,
}

/// A candidate.
#[derive(Clone, Copy, Debug)]
struct Gram {
    /// Where it first occurs.
    first: usize,
    count: u32,
    spread: Spread,
    accepted: bool,
}

/// The phrases of a corpus as sequences of words, sorted; and how often a phrase must occur in it.
pub(super) fn learn(sequence: &Sequence, vocabulary: usize) -> (Vec<Vec<u32>>, u32) {
    let words = &sequence.words;
    let mut counts = vec![0_u32; vocabulary];
    let mut total = 0_usize;
    for &word in words.iter().filter(|&&w| w != BREAK) {
        counts[word as usize] += 1;
        total += 1;
    }
    let least = enough(total);
    // ids[n - 1][i] is the n-word candidate that starts at i, if it occurs often enough.
    let singles: Vec<u32> =
        words.iter().map(|&w| if w != BREAK && counts[w as usize] >= least { w } else { BREAK }).collect();
    let mut ids = vec![singles];
    let mut grams: Vec<Vec<Gram>> =
        vec![counts.iter().map(|&count| Gram { first: 0, count, spread: Spread::Wide, accepted: false }).collect()];
    for n in 2..=LONGEST {
        let (level, found) = extend(sequence, &ids[n - 2], &ids[0], n, least);
        ids.push(level);
        grams.push(found);
    }
    let tested: usize = grams[1..].iter().map(Vec::len).sum();
    let sure = 2.0 * (tested.max(1) as f64).ln() + 2.0 * 10_f64.ln();
    for n in 2..=LONGEST {
        let accepted = |&Gram { first, count, spread, .. }: &Gram| {
            let half = |from: usize, len: usize| grams[len - 1][ids[len - 1][from] as usize];
            let least = if spread == Spread::Thin { THIN } else { NPMI };
            let together = (1..n).all(|s| {
                let (npmi, g2) = association(count, half(first, s).count, half(first + s, n - s).count, total);
                npmi >= least && g2 >= sure
            });
            // What nearly always follows a phrase belongs to it.
            let carried = n > 2
                && [half(first, n - 1), half(first + 1, n - 1)]
                    .iter()
                    .any(|part| part.accepted && f64::from(count) >= STUMP * f64::from(part.count));
            spread != Spread::None && (together || carried)
        };
        let accepted: Vec<bool> = grams[n - 1].par_iter().with_min_len(GRAMS).map(accepted).collect();
        grams[n - 1].iter_mut().zip(accepted).for_each(|(gram, accepted)| gram.accepted = accepted);
    }
    let stumps = stumps(words, &ids, &grams);
    let mut phrases = Vec::new();
    for n in 2..=LONGEST {
        for (g, gram) in grams[n - 1].iter().enumerate() {
            if gram.accepted && !stumps[n - 1][g] {
                phrases.push(words[gram.first..gram.first + n].to_vec());
            }
        }
    }
    phrases.sort_unstable();
    (phrases, least)
}

/// Finds the n-word candidates that occur at least `least` times, given the shorter ones.
fn extend(sequence: &Sequence, shorter: &[u32], singles: &[u32], n: usize, least: u32) -> (Vec<u32>, Vec<Gram>) {
    let last = shorter.len().saturating_sub(n - 1);
    let pair = |i: usize| {
        let whole = shorter[i] != BREAK && shorter[i + 1] != BREAK && singles[i + n - 1] != BREAK;
        whole.then(|| (u64::from(shorter[i]) << 32) | u64::from(singles[i + n - 1]))
    };
    // Most pairs are rare: those whose slot is met too rarely are left out before the rest is sorted. A slot is at least what
    // its pairs are met, or full, whatever the order.
    let slots = (2 * last).next_power_of_two().min(SLOTS);
    let met: Vec<AtomicU8> = (0..slots).map(|_| AtomicU8::new(0)).collect();
    let often = u8::try_from(least).map_or(FULL, |least| least.min(FULL));
    let slot = |pair: u64| (pair.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize & (slots - 1);
    (0..last).into_par_iter().with_min_len(4096).filter_map(pair).for_each(|pair| {
        let met = &met[slot(pair)];
        if met.load(Ordering::Relaxed) < FULL {
            met.fetch_add(1, Ordering::Relaxed);
        }
    });
    let mut starts: Vec<(u64, u32)> = (0..last)
        .into_par_iter()
        .with_min_len(4096)
        .filter_map(|i| Some((pair(i)?, u32::try_from(i).ok()?)))
        .filter(|&(pair, _)| met[slot(pair)].load(Ordering::Relaxed) >= often)
        .collect();
    starts.par_sort_unstable();
    let groups = starts.chunk_by(|a, b| a.0 == b.0);
    let groups: Vec<&[(u64, u32)]> = groups.filter(|group| group.len() >= least as usize).collect();
    let mut level = vec![BREAK; shorter.len()];
    for (id, group) in (0_u32..).zip(&groups) {
        group.iter().for_each(|&(_, i)| level[i as usize] = id);
    }
    let gram = |group: &[(u64, u32)]| {
        let place = |&(_, i): &(u64, u32)| sequence.places[i as usize];
        let article = |start: &(u64, u32)| sequence.articles[place(start) as usize];
        let distinct = |of: &dyn Fn(&(u64, u32)) -> u32| group.chunk_by(|a, b| of(a) == of(b)).count();
        let spread = match (distinct(&article), distinct(&place)) {
            (2.., _) | (_, 3..) => Spread::Wide,
            (_, 2) => Spread::Thin,
            _ => Spread::None,
        };
        let count = u32::try_from(group.len()).unwrap_or(u32::MAX);
        Gram { first: group[0].1 as usize, count, spread, accepted: false }
    };
    (level, groups.into_par_iter().with_min_len(GRAMS).map(gram).collect())
}

/// NPMI and G² of two units met `a` and `b` times, together `ab` times, among `total` words; no G² if they are met together
/// more rarely than by chance.
fn association(ab: u32, a: u32, b: u32, total: usize) -> (f64, f64) {
    let (ab, a, b, n) = (f64::from(ab), f64::from(a), f64::from(b), total as f64);
    let npmi = npmi(ab, a, b, n);
    (npmi, if npmi > 0.0 { g2(ab, a, b, n) } else { 0.0 })
}

/// Which accepted candidates nearly always stand next to one and the same word.
fn stumps(words: &[u32], ids: &[Vec<u32>], grams: &[Vec<Gram>]) -> Vec<Vec<bool>> {
    let mut stumps: Vec<Vec<bool>> = grams.iter().map(|g| vec![false; g.len()]).collect();
    for n in 2..=LONGEST {
        for side in [false, true] {
            let mut neighbours: Vec<(u32, u32)> = ids[n - 1]
                .par_iter()
                .enumerate()
                .filter(|&(_, &g)| g != BREAK && grams[n - 1][g as usize].accepted)
                .filter_map(|(i, &g)| {
                    let at = if side { i + n } else { i.checked_sub(1)? };
                    words.get(at).filter(|&&word| word != BREAK).map(|&word| (g, word))
                })
                .collect();
            neighbours.par_sort_unstable();
            for group in neighbours.chunk_by(|a, b| a == b) {
                let g = group[0].0 as usize;
                if group.len() as f64 >= STUMP * f64::from(grams[n - 1][g].count) {
                    stumps[n - 1][g] = true;
                }
            }
        }
    }
    stumps
}

/// The phrases in a form that finds the longest one at a word.
#[derive(Debug, Default)]
pub(super) struct Matcher {
    /// From a node and a word to the next node; node 0 is the start.
    edges: FxHashMap<(u32, u32), u32>,
    /// The phrase that ends at a node.
    ends: Vec<Option<u32>>,
    /// One bit a word: whether a phrase begins with it. Few do.
    first: Vec<u64>,
}

impl Matcher {
    /// Builds a matcher of phrases: each a name and the words it consists of.
    pub(super) fn new<'p>(phrases: impl Iterator<Item = (u32, &'p [u32])>) -> Self {
        let mut matcher = Self { edges: FxHashMap::default(), ends: vec![None], first: Vec::new() };
        for (name, words) in phrases {
            if let Some(&first) = words.first() {
                let block = first as usize / 64;
                matcher.first.resize(matcher.first.len().max(block + 1), 0);
                matcher.first[block] |= 1 << (first % 64);
            }
            let mut node = 0;
            for &word in words {
                let fresh = u32::try_from(matcher.ends.len()).unwrap_or(u32::MAX);
                node = *matcher.edges.entry((node, word)).or_insert(fresh);
                if node == fresh {
                    matcher.ends.push(None);
                }
            }
            if let Some(end) = matcher.ends.get_mut(node as usize) {
                *end = Some(name);
            }
        }
        matcher
    }

    fn begins(&self, word: u32) -> bool {
        self.first.get(word as usize / 64).is_some_and(|block| (block >> (word % 64)) & 1 == 1)
    }

    /// Calls `each` with the phrases of a text, left to right, the longest at each place and without overlap: its name,
    /// its first word and one past its last. `word(i)` is the i-th word with whether it links to the one before; a word
    /// that is none parts what stands around it.
    pub(super) fn find(
        &self,
        len: usize,
        word: impl Fn(usize) -> (Option<u32>, bool),
        mut each: impl FnMut(u32, usize, usize),
    ) {
        let mut i = 0;
        while i < len {
            if !word(i).0.is_some_and(|name| self.begins(name)) {
                i += 1;
                continue;
            }
            let mut best = None;
            let mut node = 0;
            for j in i..len {
                let (name, linked) = word(j);
                let Some(name) = name.filter(|_| linked || j == i) else { break };
                let Some(&next) = self.edges.get(&(node, name)) else { break };
                node = next;
                if let Some(phrase) = self.ends.get(node as usize).copied().flatten() {
                    best = Some((phrase, j + 1));
                }
            }
            match best {
                Some((phrase, end)) => {
                    each(phrase, i, end);
                    i = end;
                }
                None => i += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_rarer_together_than_by_chance_is_no_phrase() {
        assert!(association(8, 10, 12, 1000).1 > 0.0);
        assert_eq!(association(1, 100, 100, 1000).1, 0.0, "rarer together than by chance is no association");
    }

    #[test]
    fn more_words_ask_for_more_occurrences() {
        assert_eq!([0, 1000, 90_000, 120_000, 2_500_000].map(enough), [3, 3, 3, 4, 16]);
    }

    #[test]
    fn the_longest_phrase_wins_and_links_are_needed() {
        let matcher = Matcher::new([(7, &[1, 2][..]), (8, &[1, 2, 3][..])].into_iter());
        let found = |words: &[(Option<u32>, bool)]| {
            let mut found = Vec::new();
            matcher.find(words.len(), |i| words[i], |phrase, from, to| found.push((phrase, from, to)));
            found
        };
        let linked = |w| (Some(w), true);
        assert_eq!(found(&[linked(1), linked(2), linked(3), linked(1), linked(2)]), [(8, 0, 3), (7, 3, 5)]);
        assert_eq!(found(&[linked(1), linked(2), (Some(3), false)]), [(7, 0, 2)]);
        assert_eq!(found(&[linked(1), (None, true), linked(2)]), []);
    }
}
