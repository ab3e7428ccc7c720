//! Whether the terms of a theme belong together, and whether themes differ.
//!
//! Coherence is c_npmi: Röder, M., Both, A. and Hinneburg, A. (2015), *Exploring the space of topic coherence measures*.
//! A window of [`WINDOW`] words slides over each text, one word a step (a shorter text is one window); `P` is the share of
//! the windows that hold a term, or both of two, and a theme's coherence is the mean over its pairs of terms of
//! `ln((P(a,b) + ε) / (P(a)·P(b))) / −ln(P(a,b) + ε)`, from −1 to 1.
//!
//! Published figures are gensim's, so windows are counted as gensim 4.4.0 counts them, to the letter: a word that leaves
//! the window counts as gone even if it stands in it a second time, until it is met again. On real news this gives a value
//! about 0.006 below the paper's own definition, which would flatter us against those figures.
//!
//! Two things go beyond gensim. A phrase is in a window if all its words are, side by side. Two terms that are in every
//! window score 1, the limit of the formula, where rounding gives gensim −1.
//!
//! Diversity: Dieng, A. B., Ruiz, F. J. R. and Blei, D. M. (2020), *Topic modeling in embedding spaces*.

use std::{collections::BTreeSet, iter};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::segment::{Document, Segmented, Term};

/// Words a window holds.
pub const WINDOW: usize = 10;
const EPSILON: f64 = 1e-12;
/// Articles a task of the thread pool works through, at least; counts are whole numbers, so any value gives the same result.
const CHUNK: usize = 64;

/// Mean c_npmi of themes, given as terms of the table, over the texts they come from. Themes of fewer than two terms are
/// left out; none if no theme is left.
#[must_use]
pub fn npmi(corpus: &Segmented, themes: &[Vec<u32>]) -> Option<f64> {
    let mut slots: FxHashMap<u32, u32> = FxHashMap::default();
    for (slot, term) in (0..).zip(themes.iter().flatten().collect::<BTreeSet<_>>()) {
        slots.insert(*term, slot);
    }
    let counts = corpus
        .documents
        .par_iter()
        .with_min_len(CHUNK)
        .fold(
            || Counts { single: vec![0; slots.len()], ..Counts::default() },
            |mut counts, document| {
                counts.slide(&Text::of(document, &corpus.terms, &slots));
                counts
            },
        )
        .reduce(|| Counts { single: vec![0; slots.len()], ..Counts::default() }, Counts::add);
    let scores: Vec<f64> = themes
        .iter()
        .filter_map(|theme| {
            let theme: Vec<u32> = theme.iter().filter_map(|term| slots.get(term).copied()).collect();
            let pairs = theme.iter().enumerate().flat_map(|(i, &a)| theme[..i].iter().map(move |&b| (a, b)));
            mean(&pairs.filter_map(|(a, b)| counts.npmi(a, b)).collect::<Vec<_>>())
        })
        .collect();
    mean(&scores)
}

/// The share of different terms among all terms of all themes, over 0 to 1; none if there are no terms.
#[must_use]
pub fn diversity(themes: &[Vec<u32>]) -> Option<f64> {
    let all = themes.iter().map(Vec::len).sum::<usize>();
    let different = themes.iter().flatten().collect::<BTreeSet<_>>().len();
    (all > 0).then(|| different as f64 / all as f64)
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The terms asked for, in one text.
struct Text {
    /// Number of words.
    words: usize,
    /// `(first word, last word, slot)` of each occurrence, by last word.
    found: Vec<(usize, usize, u32)>,
}

impl Text {
    /// Title, headings and passages, one after the other.
    fn of(document: Document<'_>, terms: &[Term], slots: &FxHashMap<u32, u32>) -> Self {
        let mut text = Self { words: 0, found: Vec::new() };
        for token in document.tokens() {
            // A phrase stands before its words.
            let parts = terms.get(token.term as usize).map_or(0, |term| term.parts.len());
            if let Some(&slot) = slots.get(&token.term) {
                text.found.push((text.words, text.words + parts.max(1) - 1, slot));
            }
            text.words += usize::from(parts == 0);
        }
        text.found.sort_unstable_by_key(|&(first, last, slot)| (last, first, slot));
        text
    }
}

/// In how many windows terms are.
#[derive(Default)]
struct Counts {
    windows: u64,
    single: Vec<u64>,
    both: FxHashMap<(u32, u32), u64>,
}

impl Counts {
    fn slide(&mut self, text: &Text) {
        let windows = text.words.saturating_sub(WINDOW - 1).max(1);
        self.windows += windows as u64;
        let mut leaving = text.found.clone();
        leaving.sort_unstable();
        let (mut entering, mut leaving) = (text.found.iter().peekable(), leaving.iter().peekable());
        // The slots in the window, and for how many windows they have been the same.
        let mut inside: Vec<u32> = Vec::new();
        let mut same = 0;
        for start in 0..windows {
            let gone: Vec<u32> = iter::from_fn(|| leaving.next_if(|found| found.0 < start)).map(|f| f.2).collect();
            let come: Vec<_> = iter::from_fn(|| entering.next_if(|found| found.1 < start + WINDOW)).collect();
            if !gone.is_empty() || !come.is_empty() {
                self.record(&inside, same);
                same = 0;
                inside.retain(|slot| !gone.contains(slot));
                for &(first, _, slot) in come {
                    if first >= start && !inside.contains(&slot) {
                        inside.push(slot);
                    }
                }
            }
            same += 1;
        }
        self.record(&inside, same);
    }

    /// Counts windows that hold the same slots.
    fn record(&mut self, inside: &[u32], windows: u64) {
        if windows == 0 {
            return;
        }
        for (i, &a) in inside.iter().enumerate() {
            self.single[a as usize] += windows;
            for &b in &inside[..i] {
                *self.both.entry((a.min(b), a.max(b))).or_default() += windows;
            }
        }
    }

    fn add(mut self, other: Self) -> Self {
        self.windows += other.windows;
        for (own, other) in self.single.iter_mut().zip(other.single) {
            *own += other;
        }
        for (pair, windows) in other.both {
            *self.both.entry(pair).or_default() += windows;
        }
        self
    }

    /// None if a term is in no window: a phrase longer than a window.
    fn npmi(&self, a: u32, b: u32) -> Option<f64> {
        let share = |windows: u64| windows as f64 / self.windows as f64;
        let (of_a, of_b) = (self.single[a as usize], self.single[b as usize]);
        let both = self.both.get(&(a.min(b), a.max(b))).copied().unwrap_or(0);
        if of_a == 0 || of_b == 0 {
            return None;
        }
        if both == self.windows {
            return Some(1.0);
        }
        let joint = share(both) + EPSILON;
        Some((joint / (share(of_a) * share(of_b))).ln() / -joint.ln())
    }
}
