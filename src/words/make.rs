//! What a word is made of: nothing of grammar, no amount, and no words that stand as well without one another.

use rustc_hash::FxHashSet;

use super::measure::Candidate;
use crate::segment::{Dictionary, Part};

/// The least share of the occurrences of the rarer half of a compound that are inside the compound. Below it both halves
/// are words that also go with others, and the whole is a phrase.
const BOUND: f64 = 2.0 / 3.0;

/// Judges strings by their parts, the shorter before the longer: the words it has admitted are parts of what comes later.
#[derive(Debug)]
pub(super) struct Maker<'d> {
    dictionary: &'d Dictionary,
    admitted: FxHashSet<String>,
}

impl<'d> Maker<'d> {
    pub(super) fn new(dictionary: &'d Dictionary) -> Self {
        Self { dictionary, admitted: FxHashSet::default() }
    }

    /// Whether a string may be a word.
    pub(super) fn admits(&mut self, word: &str, candidate: &Candidate) -> bool {
        let parts = self.dictionary.parts(word);
        let guessed = self.dictionary.guesses(word);
        // `届亚运会`, `条河流`: an amount without its number.
        let measured = !guessed && parts.first().is_some_and(|part| part.measures);
        let named = guessed && parts.iter().any(|part| part.tag.starts_with("nr"));
        let admits = !measured
            && !parts.iter().any(|part| is_grammar(part, guessed, named))
            && !self.is_phrase(word, &parts, candidate);
        if admits {
            self.admitted.insert(word.to_owned());
        }
        admits
    }

    /// Whether a string consists of words that also go with others.
    fn is_phrase(&self, word: &str, parts: &[Part], candidate: &Candidate) -> bool {
        let loose = |split: usize| candidate.bound.get(split.wrapping_sub(1)).is_some_and(|&share| share < BOUND);
        let lengths: Vec<usize> = parts.iter().map(|part| part.word.chars().count()).collect();
        let ends = lengths.iter().scan(0, |end, len| {
            *end += len;
            Some(*end)
        });
        // Two words of the dictionary: `基金 | 经理`.
        if lengths.iter().filter(|&&len| len > 1).nth(1).is_some() && ends.into_iter().any(loose) {
            return true;
        }
        // Two words, one of them new itself: `王毅 | 参加`.
        let is_word =
            |half: &str| half.chars().nth(1).is_some() && (self.admitted.contains(half) || self.dictionary.has(half));
        word.char_indices()
            .map(|(at, _)| word.split_at(at))
            .enumerate()
            .any(|(split, (head, tail))| loose(split) && is_word(head) && is_word(tail))
    }
}

/// Whether a part keeps a string from being a word. Names are written with characters that are grammar elsewhere (`何立峰`,
/// `王小洪`), and so are coinages (`非遗`, `赋能`): a single one does not, if jieba's model of unknown words takes the whole for
/// one word (`guessed`); one that is nothing but grammar only if another part may be of a name (`named`).
fn is_grammar(part: &Part, guessed: bool, named: bool) -> bool {
    // The tags are jieba's. Particles, interjections and amounts are never part of a name.
    let sort = part.tag.chars().next().unwrap_or('x');
    if matches!(sort, 'u' | 'y' | 'e') || (part.counts && matches!(sort, 'm' | 't' | 'q')) {
        return true;
    }
    // Pronouns, prepositions, conjunctions, adverbs.
    let function = matches!(sort, 'r' | 'p' | 'c' | 'd');
    if part.word.chars().nth(1).is_some() {
        // Numerals, times, places in relation; adjectives used as adverbs.
        part.stops || function || matches!(sort, 'm' | 't' | 'f') || part.tag == "ad"
    } else if part.stops && function {
        !named
    } else {
        !guessed && (part.stops || matches!(sort, 'r' | 'p' | 'c' | 'q' | 'm'))
    }
}
