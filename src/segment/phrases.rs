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

use std::{
    cmp::Reverse,
    sync::atomic::{AtomicU8, Ordering},
};

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

/// Passes over the occurrences that weed out phrases whose words mostly went to other phrases.
const WEEDINGS: usize = 3;

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
    /// Each text begins with a [`BREAK`].
    words: Vec<u32>,
    /// Where each text begins, and its article; both ascend.
    texts: Vec<(u32, u32)>,
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
        let mut whole = Self { words: vec![BREAK; words], texts: vec![(0, 0); all] };
        let firsts: Vec<usize> =
            sizes.iter().scan(0, |next, size| Some(std::mem::replace(next, *next + size.0))).collect();
        let words = split(&mut whole.words, sizes.iter().map(|size| size.0));
        let own = split(&mut whole.texts, sizes.iter().map(|size| size.1));
        words.into_par_iter().zip(own).zip(firsts).enumerate().for_each(|(part, ((words, own), first))| {
            let room = words.len();
            let mut words = words.iter_mut();
            let mut own = own.iter_mut();
            texts(part, &mut |article, text| {
                let begin = u32::try_from(first + room - words.len()).unwrap_or(u32::MAX);
                own.by_ref().take(1).for_each(|to| *to = (begin, article));
                for (i, (word, linked)) in text.enumerate() {
                    let broken = (i == 0 || !linked).then_some(BREAK);
                    for (word, to) in broken.into_iter().chain([word]).zip(words.by_ref()) {
                        *to = word;
                    }
                }
            });
        });
        whole
    }

    /// How widely words occur that begin at these places, ascending.
    fn spread(&self, places: impl Iterator<Item = u32>) -> Spread {
        // Most are met in many articles, so few are looked up.
        let mut seen: Option<(usize, u32)> = None;
        let mut texts = 0;
        for place in places {
            let text = self.texts.partition_point(|&(begin, _)| begin <= place) - 1;
            let article = self.texts[text].1;
            match seen {
                Some((before, _)) if before == text => continue,
                Some((_, other)) if other != article => return Spread::Wide,
                _ => {}
            }
            seen = Some((text, article));
            texts += 1;
            if texts == 3 {
                return Spread::Wide;
            }
        }
        if texts == 2 { Spread::Thin } else { Spread::None }
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
    first: u32,
    count: u32,
    /// The candidates of one word less that it begins with and ends in.
    parts: [u32; 2],
    spread: Spread,
    accepted: bool,
}

/// Where the candidates of one length occur, ascending: the place of the first word, and which it is.
type Places = Vec<(u32, u32)>;

/// The candidates of each length from one word on.
struct Grams(Vec<Vec<Gram>>);

impl Grams {
    /// Of a candidate of `n` words the one of `length` words that it begins with, or `ends` in.
    fn part(&self, n: usize, gram: u32, length: usize, ends: bool) -> &Gram {
        let side = usize::from(ends);
        let number = (length..n).rev().fold(gram, |gram, shorter| self.0[shorter][gram as usize].parts[side]);
        &self.0[length - 1][number as usize]
    }

    /// Whether the halves of a candidate of `n` words go together, however it is halved; `sure` is the G² asked for.
    fn go_together(&self, n: usize, number: u32, total: usize, sure: f64) -> bool {
        let gram = self.0[n - 1][number as usize];
        if gram.spread == Spread::None {
            return false;
        }
        let least = if gram.spread == Spread::Thin { THIN } else { NPMI };
        let together = (1..n).all(|s| {
            let [a, b] = [self.part(n, number, s, false), self.part(n, number, n - s, true)];
            let (npmi, g2) = association(gram.count, a.count, b.count, total);
            npmi >= least && g2 >= sure
        });
        // What nearly always follows a phrase belongs to it.
        let carries = |ends: bool| {
            let part = self.part(n, number, n - 1, ends);
            part.accepted && f64::from(gram.count) >= STUMP * f64::from(part.count)
        };
        together || (n > 2 && (carries(false) || carries(true)))
    }
}

/// The phrases of a corpus as sequences of words, sorted.
pub(super) fn learn(sequence: &Sequence, vocabulary: usize) -> Vec<Vec<u32>> {
    let words = &sequence.words;
    let counts = counts(words, vocabulary);
    let total = counts.iter().map(|&count| count as usize).sum();
    let least = enough(total);
    let single = |&count: &u32| Gram { first: 0, count, parts: [0; 2], spread: Spread::Wide, accepted: false };
    let mut grams = Grams(vec![counts.iter().map(single).collect()]);
    let often = |word: u32| word != BREAK && counts[word as usize] >= least;
    let two = |(place, two): (usize, &[u32])| {
        let frequent = often(two[0]) && often(two[1]);
        frequent.then(|| Pair { left: two[0], right: two[1], place: u32::try_from(place).unwrap_or(u32::MAX) })
    };
    let more = |two: &[(u32, u32)]| {
        let [(place, left), (next, right)] = [two[0], two[1]];
        (place + 1 == next).then_some(Pair { left, right, place })
    };
    // Of single words no places: they occur everywhere.
    let mut places: Vec<Places> = vec![Places::new()];
    for n in 2..=LONGEST {
        let shorter = &places[n - 2];
        let (level, found) = if n == 2 {
            extend(sequence, words.len(), least, || words.par_windows(2).with_min_len(4096).enumerate().filter_map(two))
        } else {
            extend(sequence, shorter.len(), least, || shorter.par_windows(2).with_min_len(4096).filter_map(more))
        };
        places.push(level);
        grams.0.push(found);
    }
    let tested: usize = grams.0[1..].iter().map(Vec::len).sum();
    let sure = 2.0 * (tested.max(1) as f64).ln() + 2.0 * 10_f64.ln();
    for n in 2..=LONGEST {
        let all = 0..u32::try_from(grams.0[n - 1].len()).unwrap_or(u32::MAX);
        let accepted: Vec<bool> =
            all.into_par_iter().with_min_len(GRAMS).map(|gram| grams.go_together(n, gram, total, sure)).collect();
        grams.0[n - 1].iter_mut().zip(accepted).for_each(|(gram, accepted)| gram.accepted = accepted);
    }
    let mut kept = whole(words, &places, &grams);
    weed(&places, &mut kept, least);
    let phrase = |n: usize, gram: &Gram| words[gram.first as usize..][..n].to_vec();
    let of = |n: usize| {
        grams.0[n - 1].iter().zip(&kept[n - 1]).filter(|(_, kept)| **kept).map(move |(gram, _)| phrase(n, gram))
    };
    let mut phrases: Vec<Vec<u32>> = (2..=LONGEST).flat_map(of).collect();
    phrases.sort_unstable();
    phrases
}

/// How often each word occurs. Sums of integers, so their order is free.
fn counts(words: &[u32], vocabulary: usize) -> Vec<u32> {
    let count = |words: &[u32]| {
        let mut counts = vec![0_u32; vocabulary];
        words.iter().filter(|&&word| word != BREAK).for_each(|&word| counts[word as usize] += 1);
        counts
    };
    let add = |mut sum: Vec<u32>, part: Vec<u32>| {
        sum.iter_mut().zip(part).for_each(|(sum, n)| *sum += n);
        sum
    };
    let share = words.len().div_ceil(rayon::current_num_threads()).max(1);
    words.par_chunks(share).map(count).reduce(|| vec![0; vocabulary], add)
}

/// Two candidates of one word less that begin at neighbouring places, and the first of these.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    left: u32,
    right: u32,
    place: u32,
}

/// Finds the candidates that occur at least `least` times, given their occurrences, at most `most`, in the order of the places:
/// where, and what they are.
fn extend<I: ParallelIterator<Item = Pair>>(
    sequence: &Sequence,
    most: usize,
    least: u32,
    pairs: impl Fn() -> I,
) -> (Places, Vec<Gram>) {
    // Most pairs are rare: those whose slot is met too rarely are left out before the rest is sorted. A slot is at least what
    // its pairs are met, or full, whatever the order.
    let slots = (2 * most).next_power_of_two().min(SLOTS);
    let met: Vec<AtomicU8> = (0..slots).map(|_| AtomicU8::new(0)).collect();
    let often = u8::try_from(least).map_or(FULL, |least| least.min(FULL));
    let met = |pair: &Pair| {
        let both = (u64::from(pair.left) << 32) | u64::from(pair.right);
        &met[(both.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize & (slots - 1)]
    };
    pairs().for_each(|pair| {
        let met = met(&pair);
        if met.load(Ordering::Relaxed) < FULL {
            met.fetch_add(1, Ordering::Relaxed);
        }
    });
    let mut pairs: Vec<Pair> = pairs().filter(|pair| met(pair).load(Ordering::Relaxed) >= often).collect();
    pairs.par_sort_unstable();
    let groups = pairs.chunk_by(|a, b| (a.left, a.right) == (b.left, b.right));
    let groups: Vec<&[Pair]> = groups.filter(|group| group.len() >= least as usize).collect();
    let gram = |group: &&[Pair]| {
        let Pair { left, right, place: first } = group[0];
        let count = u32::try_from(group.len()).unwrap_or(u32::MAX);
        let spread = sequence.spread(group.iter().map(|pair| pair.place));
        Gram { first, count, parts: [left, right], spread, accepted: false }
    };
    let grams = groups.par_iter().with_min_len(GRAMS).map(gram).collect();
    let mut places: Places =
        (0..).zip(groups).flat_map(|(gram, group)| group.iter().map(move |pair| (pair.place, gram))).collect();
    places.par_sort_unstable();
    (places, grams)
}

/// Drops those that are `kept` of each length of which the longest match, from left to right, leaves fewer than `least`
/// occurrences.
fn weed(places: &[Places], kept: &mut [Vec<bool>], least: u32) {
    // All occurrences in order, the longest at each place first.
    let mut all: Vec<(u32, Reverse<u32>, u32)> = Vec::new();
    for ((n, places), kept) in (1..).zip(places).zip(&*kept) {
        all.extend(
            places.iter().filter(|place| kept[place.1 as usize]).map(|&(place, gram)| (place, Reverse(n), gram)),
        );
    }
    all.par_sort_unstable();
    for weeding in 0..=WEEDINGS {
        let mut uses: Vec<Vec<u32>> = kept.iter().map(|kept| vec![0; kept.len()]).collect();
        let mut free = 0;
        for &(place, Reverse(n), gram) in &all {
            let (level, gram) = (n as usize - 1, gram as usize);
            if place >= free && kept[level][gram] {
                uses[level][gram] += 1;
                free = place + n;
            }
        }
        // At last only the unused go: they matched nowhere, so nothing changes without them.
        let least = if weeding == WEEDINGS { 1 } else { least };
        let mut dropped = false;
        for (kept, uses) in kept.iter_mut().flatten().zip(uses.into_iter().flatten()) {
            dropped |= *kept && uses < least;
            *kept &= uses >= least;
        }
        if !dropped {
            break;
        }
    }
}

/// NPMI and G² of two units met `a` and `b` times, together `ab` times, among `total` words; no G² if they are met together
/// more rarely than by chance.
fn association(ab: u32, a: u32, b: u32, total: usize) -> (f64, f64) {
    let (ab, a, b, n) = (f64::from(ab), f64::from(a), f64::from(b), total as f64);
    let npmi = npmi(ab, a, b, n);
    (npmi, if npmi > 0.0 { g2(ab, a, b, n) } else { 0.0 })
}

/// Which accepted candidates are no stumps: those that do not nearly always stand next to one and the same word.
fn whole(words: &[u32], places: &[Places], grams: &Grams) -> Vec<Vec<bool>> {
    let mut whole: Vec<Vec<bool>> =
        grams.0.iter().map(|grams| grams.iter().map(|gram| gram.accepted).collect()).collect();
    for n in 2..=LONGEST {
        for side in [false, true] {
            let mut neighbours: Vec<(u32, u32)> = places[n - 1]
                .par_iter()
                .filter(|place| grams.0[n - 1][place.1 as usize].accepted)
                .filter_map(|&(place, gram)| {
                    let at = if side { place as usize + n } else { (place as usize).checked_sub(1)? };
                    words.get(at).filter(|&&word| word != BREAK).map(|&word| (gram, word))
                })
                .collect();
            neighbours.par_sort_unstable();
            for group in neighbours.chunk_by(|a, b| a == b) {
                let gram = group[0].0 as usize;
                if group.len() as f64 >= STUMP * f64::from(grams.0[n - 1][gram].count) {
                    whole[n - 1][gram] = false;
                }
            }
        }
    }
    whole
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
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    /// A text: its article, and its words, each with whether it links to the one before.
    type Text = (u32, Vec<(u32, bool)>);

    /// An occurrence: its text, its article, and the words around it.
    type Met = (usize, u32, [Option<u32>; 2]);

    /// The slow twin of [`learn`]: counts every candidate in a map, and weeds with the matcher.
    fn slow(texts: &[Text]) -> Vec<Vec<u32>> {
        let mut runs: Vec<(usize, u32, Vec<u32>)> = Vec::new();
        for (text, (article, words)) in texts.iter().enumerate() {
            for (i, &(word, linked)) in words.iter().enumerate() {
                match runs.last_mut() {
                    Some((.., run)) if i > 0 && linked => run.push(word),
                    _ => runs.push((text, *article, vec![word])),
                }
            }
        }
        let total = runs.iter().map(|(.., run)| run.len()).sum();
        let least = enough(total) as usize;
        let mut met: BTreeMap<&[u32], Vec<Met>> = BTreeMap::new();
        for (text, article, run) in &runs {
            for n in 1..=LONGEST {
                for (i, gram) in run.windows(n).enumerate() {
                    let around = [i.checked_sub(1).map(|before| run[before]), run.get(i + n).copied()];
                    met.entry(gram).or_default().push((*text, *article, around));
                }
            }
        }
        met.retain(|_, met| met.len() >= least);
        let tested = met.keys().filter(|gram| gram.len() > 1).count();
        let sure = 2.0 * (tested.max(1) as f64).ln() + 2.0 * 10_f64.ln();
        let count = |gram: &[u32]| u32::try_from(met[gram].len()).unwrap();
        let mut accepted: Vec<&[u32]> = Vec::new();
        for n in 2..=LONGEST {
            for (&gram, met) in met.iter().filter(|(gram, _)| gram.len() == n) {
                let distinct = |key: &dyn Fn(&Met) -> usize| met.iter().map(key).collect::<BTreeSet<_>>().len();
                let (texts, articles) = (distinct(&|at| at.0), distinct(&|at| at.1 as usize));
                if texts < 2 {
                    continue;
                }
                let npmi_of = if articles < 2 && texts < 3 { THIN } else { NPMI };
                let together = (1..n).all(|s| {
                    let (npmi, g2) = association(count(gram), count(&gram[..s]), count(&gram[s..]), total);
                    npmi >= npmi_of && g2 >= sure
                });
                let carried = n > 2
                    && [&gram[1..], &gram[..n - 1]].iter().any(|part| {
                        accepted.contains(part) && f64::from(count(gram)) >= STUMP * f64::from(count(part))
                    });
                if together || carried {
                    accepted.push(gram);
                }
            }
        }
        let is_stump = |gram: &[u32]| {
            (0..2).any(|side| {
                let mut words: BTreeMap<u32, usize> = BTreeMap::new();
                met[gram].iter().filter_map(|at| at.2[side]).for_each(|word| *words.entry(word).or_default() += 1);
                words.values().any(|&times| times as f64 >= STUMP * f64::from(count(gram)))
            })
        };
        let mut found: Vec<Vec<u32>> =
            accepted.iter().filter(|gram| !is_stump(gram)).map(|gram| gram.to_vec()).collect();
        found.sort_unstable();
        for weeding in 0..=WEEDINGS {
            let matcher = Matcher::new((0..).zip(found.iter().map(Vec::as_slice)));
            let mut uses = vec![0; found.len()];
            for (_, words) in texts {
                let word = |i: usize| (Some(words[i].0), words[i].1);
                matcher.find(words.len(), word, |phrase, _, _| uses[phrase as usize] += 1);
            }
            let mut uses = uses.iter();
            found.retain(|_| uses.next().is_some_and(|&uses| uses >= if weeding == WEEDINGS { 1 } else { least }));
        }
        found
    }

    fn texts() -> impl Strategy<Value = Vec<Text>> {
        let piece = prop_oneof![
            3 => (0_u32..40).prop_map(|word| vec![word]),
            2 => prop::sample::select(vec![
                vec![40, 41], vec![42, 43, 44], vec![40, 41, 45], vec![46, 47, 48, 49], vec![47, 48], vec![41, 45, 46],
                vec![50, 51, 52, 53, 54],
            ]),
        ];
        let text = prop::collection::vec((piece, prop::bool::weighted(0.9)), 0..25).prop_map(|pieces| {
            let words = |(words, linked): (Vec<u32>, bool)| {
                words.into_iter().enumerate().map(move |(i, word)| (word, i > 0 || linked)).collect::<Vec<_>>()
            };
            pieces.into_iter().flat_map(words).collect::<Vec<_>>()
        });
        prop::collection::vec((text, any::<bool>()), 0..16).prop_map(|texts| {
            let mut article = 0;
            let text = |(words, same): (Vec<(u32, bool)>, bool)| {
                article += u32::from(!same);
                (article, words)
            };
            texts.into_iter().map(text).collect()
        })
    }

    proptest! {
        #[test]
        fn phrases_are_those_of_the_slow_twin(mut texts in texts(), parts in 1_usize..4) {
            // Whatever else there is, one phrase.
            texts.extend((100..106).map(|i| (i, [i % 40, 42, 43, 44].map(|word| (word, word != i % 40)).to_vec())));
            let chunks: Vec<&[Text]> = texts.chunks(texts.len().div_ceil(parts).max(1)).collect();
            let sequence = Sequence::of(chunks.len(), |chunk, each| {
                chunks[chunk].iter().for_each(|(article, words)| each(*article, words.iter().copied()));
            });
            let learnt = learn(&sequence, 55);
            prop_assert!(learnt.contains(&vec![42, 43, 44]));
            prop_assert_eq!(learnt, slow(&texts));
        }
    }

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
