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

use std::ops::Range;

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

/// Candidates that a thread looks at at a time, at least; any number gives the same phrases.
const GRAMS: usize = 1024;

/// Words that are looked at before their pairs are.
const BLOCK: usize = 256;

/// How often a phrase must occur among `words` words: three times in a digest, more in a large corpus, where anything
/// happens three times. Grows with the square root: 4 in 120 000 words, 16 in 2.5 million.
fn enough(words: usize) -> u32 {
    ((words as f64).sqrt() / 100.0).ceil().max(3.0) as u32
}

/// The words of a corpus in order. The place of a word in it is a number of 32 bits.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    words: Vec<Word>,
    /// Where each text begins, and its article; both ascend.
    texts: Vec<(u32, u32)>,
}

/// A word of a [`Sequence`], and whether it links to the one before.
#[derive(Clone, Copy, Debug, Default)]
struct Word(u32);

impl Word {
    const LINKED: u32 = 1 << 31;

    fn new(word: u32, linked: bool) -> Self {
        Self(word & !Self::LINKED | if linked { Self::LINKED } else { 0 })
    }

    fn number(self) -> u32 {
        self.0 & !Self::LINKED
    }

    fn linked(self) -> bool {
        self.0 & Self::LINKED != 0
    }
}

impl Sequence {
    /// The sequence of some parts of a corpus, side by side: `texts` calls what it is given with each text of a part, as its
    /// article and its words, each with whether it links to the one before.
    pub(super) fn of<I: ExactSizeIterator<Item = (u32, bool)>>(
        parts: usize,
        texts: impl Fn(usize, &mut dyn FnMut(u32, I)) + Sync,
    ) -> Self {
        // First how long it is, so that each part is written where it stands.
        let size = |part: usize| {
            let (mut words, mut all) = (0, 0);
            texts(part, &mut |_, text| {
                all += 1;
                words += text.len();
            });
            (words, all)
        };
        let sizes: Vec<(usize, usize)> = (0..parts).into_par_iter().map(size).collect();
        let (words, all) = sizes.iter().fold((0, 0), |sum, size| (sum.0 + size.0, sum.1 + size.1));
        let mut whole = Self { words: vec![Word::default(); words], texts: vec![(0, 0); all] };
        let firsts: Vec<usize> =
            sizes.iter().scan(0, |next, size| Some(std::mem::replace(next, *next + size.0))).collect();
        let words = split(&mut whole.words, sizes.iter().map(|size| size.0));
        let own = split(&mut whole.texts, sizes.iter().map(|size| size.1));
        words.into_par_iter().zip(own).zip(firsts).enumerate().for_each(|(part, ((mut words, own), mut begin))| {
            let mut own = own.iter_mut();
            texts(part, &mut |article, text| {
                let first = u32::try_from(begin).unwrap_or(u32::MAX);
                own.by_ref().take(1).for_each(|to| *to = (first, article));
                begin += text.len();
                let room = words.split_off_mut(..text.len()).unwrap_or_default();
                for (i, ((word, linked), to)) in text.zip(room).enumerate() {
                    *to = Word::new(word, linked && i > 0);
                }
            });
        });
        whole
    }

    /// How widely words occur that begin at these places, ascending.
    fn spread(&self, places: &[u32]) -> Spread {
        // Most are met in many articles, so few are looked up.
        let mut seen: Option<(usize, u32)> = None;
        let mut texts = 0;
        for &place in places {
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

    /// How often each word occurs. Sums of integers, so their order is free.
    fn counts(&self, vocabulary: usize) -> Vec<u32> {
        let count = |words: &[Word]| {
            let mut counts = vec![0_u32; vocabulary];
            words.iter().for_each(|word| counts[word.number() as usize] += 1);
            counts
        };
        let add = |mut sum: Vec<u32>, part: Vec<u32>| {
            sum.iter_mut().zip(part).for_each(|(sum, n)| *sum += n);
            sum
        };
        let share = self.words.len().div_ceil(rayon::current_num_threads()).max(1);
        self.words.par_chunks(share).map(count).reduce(|| vec![0; vocabulary], add)
    }

    /// The word beside `n` words at a place, before or `after` them, if it links.
    fn beside(&self, place: u32, n: usize, after: bool) -> Option<u32> {
        let own = place as usize;
        let (linked, beside) = if after { (own + n, own + n) } else { (own, own.checked_sub(1)?) };
        self.words.get(linked).filter(|word| word.linked()).and(self.words.get(beside)).map(|word| word.number())
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
    /// Its first one among the places of its level.
    begin: u32,
    count: u32,
    /// The candidates of one word less that it begins with and ends in.
    parts: [u32; 2],
    spread: Spread,
    accepted: bool,
}

/// The candidates of one length.
#[derive(Debug, Default)]
struct Level {
    /// By the first of their parts, then by the second.
    grams: Vec<Gram>,
    /// Where their first words stand: the places of each candidate side by side, ascending. None of single words.
    places: Vec<u32>,
}

/// Two numbers as one, which is quicker to sort: by the first, then by the second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Both(u64);

impl Both {
    fn new(first: u32, second: u32) -> Self {
        Self(u64::from(first) << 32 | u64::from(second))
    }

    fn first(self) -> u32 {
        (self.0 >> 32) as u32
    }

    fn second(self) -> u32 {
        self.0 as u32
    }
}

/// What follows a candidate somewhere: the candidate that begins one word later, and the place.
type Follower = Both;

impl Level {
    fn places(&self, gram: &Gram) -> &[u32] {
        &self.places[gram.begin as usize..][..gram.count as usize]
    }

    /// Adds the candidates that begin with `left` and occur at least `least` times, given all that follows it.
    fn add(&mut self, left: u32, followers: &mut [Follower], least: u32, sequence: &Sequence) {
        followers.sort_unstable();
        let groups = followers.chunk_by(|a, b| a.first() == b.first());
        for group in groups.filter(|group| group.len() >= least as usize) {
            let begin = self.places.len();
            self.places.extend(group.iter().map(|follower| follower.second()));
            let spread = sequence.spread(&self.places[begin..]);
            self.grams.push(Gram {
                begin: u32::try_from(begin).unwrap_or(u32::MAX),
                count: u32::try_from(group.len()).unwrap_or(u32::MAX),
                parts: [left, group[0].first()],
                spread,
                accepted: false,
            });
        }
    }

    /// The candidates of parts, in order.
    fn concat(parts: Vec<Self>) -> Self {
        let mut parts = parts.into_iter();
        let mut whole = parts.next().unwrap_or_default();
        for part in parts {
            let before = u32::try_from(whole.places.len()).unwrap_or(u32::MAX);
            whole.places.extend(part.places);
            whole.grams.extend(part.grams.into_iter().map(|gram| Gram { begin: gram.begin + before, ..gram }));
        }
        whole
    }

    /// The single words.
    fn words(counts: &[u32]) -> Self {
        let single = |&count| Gram { begin: 0, count, parts: [0; 2], spread: Spread::Wide, accepted: false };
        Self { grams: counts.iter().map(single).collect(), places: Vec::new() }
    }

    /// The candidates that begin with each of so many, given what follows these: `follow` adds it to a list.
    fn of(lefts: usize, least: u32, sequence: &Sequence, follow: impl Fn(usize, &mut Vec<Follower>) + Sync) -> Self {
        let of = |part: usize| {
            let mut level = Self::default();
            let mut followers = Vec::new();
            for left in part * GRAMS..lefts.min((part + 1) * GRAMS) {
                followers.clear();
                follow(left, &mut followers);
                level.add(left as u32, &mut followers, least, sequence);
            }
            level
        };
        Self::concat((0..lefts.div_ceil(GRAMS)).into_par_iter().map(of).collect())
    }

    /// The pairs of words that occur at least `least` times each and together.
    fn pairs(sequence: &Sequence, counts: &[u32], least: u32) -> Self {
        let often: Vec<bool> = counts.iter().map(|&count| count >= least).collect();
        let share = sequence.words.len().div_ceil(rayon::current_num_threads()).max(1);
        let pairs = |first: usize| Pairs::new(sequence, first..(first + share).min(sequence.words.len()), &often);
        let firsts: Vec<usize> = (0..sequence.words.len()).step_by(share).collect();
        let parts: Vec<Pairs> = firsts.into_par_iter().map(pairs).collect();
        Self::of(counts.len(), least, sequence, |left, followers| {
            parts.iter().for_each(|part| followers.extend_from_slice(part.of(left)));
        })
    }

    /// The candidates of one word more than these, which `at` has by place, each counted from 1.
    fn longer(&self, at: &[u32], sequence: &Sequence, least: u32) -> Self {
        Self::of(self.grams.len(), least, sequence, |left, followers| {
            followers.extend(self.places(&self.grams[left]).iter().filter_map(|&place| {
                let right = at.get(place as usize + 1)?.checked_sub(1)?;
                Some(Follower::new(right, place))
            }));
        })
    }

    /// Notes by place which candidate occurs there, counted from 1; 0 where none does.
    fn note(&self, at: &mut [u32]) {
        at.fill(0);
        for (number, gram) in (1..).zip(&self.grams) {
            self.places(gram).iter().for_each(|&place| at[place as usize] = number);
        }
    }

    /// Whether a candidate of `n` words nearly always stands next to one and the same word.
    fn is_stump(&self, gram: &Gram, n: usize, sequence: &Sequence) -> bool {
        [false, true].iter().any(|&after| {
            let beside = || self.places(gram).iter().filter_map(|&place| sequence.beside(place, n, after));
            // The only one that can be met in more than half of the places (Boyer and Moore, *MJRTY: a fast majority vote
            // algorithm*, 1991).
            let (candidate, _) = beside().fold((0, 0_u32), |(candidate, lead), word| match lead {
                0 => (word, 1),
                _ if candidate == word => (word, lead + 1),
                _ => (candidate, lead - 1),
            });
            let times = beside().filter(|&word| word == candidate).count();
            times as f64 >= STUMP * f64::from(gram.count)
        })
    }
}

/// The pairs of frequent words in a part of a sequence, by the first of them.
struct Pairs {
    followers: Vec<Follower>,
    /// Where those of each word end.
    ends: Vec<usize>,
}

impl Pairs {
    fn new(sequence: &Sequence, part: Range<usize>, often: &[bool]) -> Self {
        // The ends are first how many there are of each word, then where the next is put.
        let mut ends = vec![0; often.len()];
        Self::each(sequence, part.clone(), often, |left, _| ends[left] += 1);
        let mut all = 0;
        for end in &mut ends {
            all += std::mem::replace(end, all);
        }
        let mut followers = vec![Follower::default(); all];
        Self::each(sequence, part, often, |left, follower| {
            followers[ends[left]] = follower;
            ends[left] += 1;
        });
        Self { followers, ends }
    }

    fn each(sequence: &Sequence, part: Range<usize>, often: &[bool], mut see: impl FnMut(usize, Follower)) {
        let words = &sequence.words[part.start..sequence.words.len().min(part.end + 1)];
        // One pair in three, in no pattern: which they are is noted without a branch, some at a time.
        let mut noted = [0_u8; BLOCK];
        let mut before = false;
        for (block, own) in words.chunks(BLOCK).enumerate() {
            let mut length = 0;
            for (i, word) in (0..=u8::MAX).zip(own) {
                let often = often[word.number() as usize];
                noted[length] = i;
                length += usize::from(before & often & word.linked());
                before = often;
            }
            for &i in &noted[..length] {
                let right = block * BLOCK + usize::from(i);
                let place = (part.start + right - 1) as u32;
                see(words[right - 1].number() as usize, Follower::new(words[right].number(), place));
            }
        }
    }

    /// What follows a word.
    fn of(&self, left: usize) -> &[Follower] {
        let first = left.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.followers[first..self.ends[left]]
    }
}

/// The candidates of each length from one word on.
struct Grams(Vec<Level>);

impl Grams {
    /// Of a candidate of `n` words the one of `length` words that it begins with, or `ends` in.
    fn part(&self, n: usize, gram: u32, length: usize, ends: bool) -> &Gram {
        let side = usize::from(ends);
        let number = (length..n).rev().fold(gram, |gram, shorter| self.0[shorter].grams[gram as usize].parts[side]);
        &self.0[length - 1].grams[number as usize]
    }

    /// Whether the halves of a candidate of `n` words go together, however it is halved; `sure` is the G² asked for.
    fn go_together(&self, n: usize, number: u32, total: usize, sure: f64) -> bool {
        let gram = self.0[n - 1].grams[number as usize];
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
    let counts = sequence.counts(vocabulary);
    let total = counts.iter().map(|&count| count as usize).sum();
    let least = enough(total);
    let pairs = Level::pairs(sequence, &counts, least);
    let mut grams = Grams(vec![Level::words(&counts), pairs]);
    let mut at = vec![0; sequence.words.len()];
    for n in 3..=LONGEST {
        let shorter = &grams.0[n - 2];
        shorter.note(&mut at);
        let longer = shorter.longer(&at, sequence, least);
        grams.0.push(longer);
    }
    drop(at);
    let tested: usize = grams.0[1..].iter().map(|level| level.grams.len()).sum();
    let sure = 2.0 * (tested.max(1) as f64).ln() + 2.0 * 10_f64.ln();
    for n in 2..=LONGEST {
        let all = 0..u32::try_from(grams.0[n - 1].grams.len()).unwrap_or(u32::MAX);
        let accepted: Vec<bool> =
            all.into_par_iter().with_min_len(GRAMS).map(|gram| grams.go_together(n, gram, total, sure)).collect();
        grams.0[n - 1].grams.iter_mut().zip(accepted).for_each(|(gram, accepted)| gram.accepted = accepted);
    }
    // The longest first.
    let whole = (2..=LONGEST).rev().flat_map(|n| {
        let level = &grams.0[n - 1];
        let whole = |gram: &&Gram| gram.accepted && !level.is_stump(gram, n, sequence);
        let found: Vec<&Gram> = level.grams.par_iter().with_min_len(GRAMS).filter(whole).collect();
        found.into_iter().map(move |gram| (n, level.places(gram)))
    });
    let mut phrases: Vec<Vec<u32>> = weed(whole.collect(), least)
        .map(|(n, places)| sequence.words[places[0] as usize..][..n].iter().map(|word| word.number()).collect())
        .collect();
    phrases.sort_unstable();
    phrases
}

/// A phrase: how many words it has, and where.
type Found<'p> = (usize, &'p [u32]);

/// Drops the phrases, given the longest first, of which the longest match, from left to right, leaves fewer than `least`
/// occurrences.
fn weed(mut found: Vec<Found<'_>>, least: u32) -> impl Iterator<Item = Found<'_>> {
    // All occurrences in order, the longest at each place first.
    let mut all: Vec<Both> = (0..)
        .zip(&found)
        .flat_map(|(number, (_, places))| places.iter().map(move |&place| Both::new(place, number)))
        .collect();
    all.par_sort_unstable();
    let mut kept = vec![true; found.len()];
    for weeding in 0..=WEEDINGS {
        let mut uses = vec![0_u32; found.len()];
        let mut free = 0;
        for &both in &all {
            let (place, number) = (both.first() as usize, both.second() as usize);
            if place >= free && kept[number] {
                uses[number] += 1;
                free = place + found[number].0;
            }
        }
        // At last only the unused go: they matched nowhere, so nothing changes without them.
        let least = if weeding == WEEDINGS { 1 } else { least };
        let mut dropped = false;
        for (kept, uses) in kept.iter_mut().zip(uses) {
            dropped |= *kept && uses < least;
            *kept &= uses >= least;
        }
        if !dropped {
            break;
        }
    }
    let mut kept = kept.into_iter();
    found.retain(|_| kept.next() == Some(true));
    found.into_iter()
}

/// NPMI and G² of two units met `a` and `b` times, together `ab` times, among `total` words; no G² if they are met together
/// more rarely than by chance.
fn association(ab: u32, a: u32, b: u32, total: usize) -> (f64, f64) {
    let (ab, a, b, n) = (f64::from(ab), f64::from(a), f64::from(b), total as f64);
    let npmi = npmi(ab, a, b, n);
    (npmi, if npmi > 0.0 { g2(ab, a, b, n) } else { 0.0 })
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
