//! The words of an article, as they are compared: letters and digits alone, one spelling for all varieties.
//!
//! A word is a hash, and a text's words are never kept: only how many there are, a hash of them all, and the sketch that
//! finds texts like it. The few texts that are held against each other are read again.

use xxhash_rust::xxh3::Xxh3;

use super::sketch::{self, Sketch};
use crate::{article::Article, segment::fold};

/// Words a text must have to be compared without its title. Reprints come under other headlines; but where there is
/// little text, the title says what it is about.
const ALONE: usize = 30;

/// Words a shingle. A Chinese character counts as a word, so a shingle is about three Chinese words.
const SHINGLE: usize = 5;

/// Texts of fewer words are stories together only if they are copies: below it, forms that are filled in anew share as
/// much as reprints do.
pub(super) const WORDS: usize = 40;

/// Steps of a comparison after which it is asked whether enough can still be shared; any number gives the same.
const STEPS: usize = 16;

/// What an article consists of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    /// Number of words.
    pub count: usize,
    /// A hash of all words in order, equal for copies; 0 if there are none.
    pub hash: u128,
}

/// The words of an article, and what finds texts like it, if it has at least [`WORDS`]; `room` is for the work and kept from
/// article to article.
pub(super) fn read(article: &Article, room: &mut Room) -> (Words, Option<Sketch>) {
    hashes(article, &mut room.words);
    let words = &room.words;
    let mut all = Xxh3::new();
    words.iter().for_each(|word| all.update(&word.to_le_bytes()));
    let sketch = (words.len() >= WORDS).then(|| sketch::of(shingles_of(words), &mut room.least));
    (Words { count: words.len(), hash: if words.is_empty() { 0 } else { all.digest128() } }, sketch)
}

/// Room for the work on a text.
#[derive(Debug, Default)]
pub(super) struct Room {
    words: Vec<u64>,
    least: Vec<u32>,
}

/// The different shingles of an article, ascending. Half of a hash will do: two in a million shingles of a pair of long
/// articles are taken for each other.
pub(super) fn shingles(article: &Article, Room { words, .. }: &mut Room) -> Box<[u32]> {
    hashes(article, words);
    let mut set = Vec::with_capacity(words.len());
    set.extend(shingles_of(words).map(|hash| hash as u32));
    set.sort_unstable();
    set.dedup();
    set.into_boxed_slice()
}

/// The hash of each run of [`SHINGLE`] words, by a polynomial that rolls over the text (Karp & Rabin 1987); of all words
/// together if they are fewer.
fn shingles_of(words: &[u64]) -> impl Iterator<Item = u64> {
    const BASE: u64 = 0x9E37_79B9_7F4A_7C15;
    let (first, rest) = words.split_at(words.len().min(SHINGLE));
    let begin = first.iter().fold(0_u64, |sum, &word| sum.wrapping_mul(BASE).wrapping_add(word));
    let out = BASE.wrapping_pow(SHINGLE as u32);
    let roll = rest.iter().zip(words).scan(begin, move |sum, (&new, &old)| {
        *sum = sum.wrapping_mul(BASE).wrapping_add(new).wrapping_sub(old.wrapping_mul(out));
        Some(*sum)
    });
    (!words.is_empty()).then_some(begin).into_iter().chain(roll).map(mix)
}

/// Every bit of the result depends on every bit of the number (the finaliser of SplitMix64; Steele, Lea & Flood 2014).
pub(super) fn mix(number: u64) -> u64 {
    let x = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// The hashes of an article's words, in order: of the text, and of the title if there is little text.
fn hashes(article: &Article, words: &mut Vec<u64>) {
    words.clear();
    for passage in &article.passages {
        if let Some(heading) = &passage.heading {
            each_word(heading, |word| words.push(word));
        }
        let mut at = 0;
        for mark in &passage.citations {
            each_word(passage.text.get(at..mark.span.start).unwrap_or_default(), |word| words.push(word));
            at = mark.span.end;
        }
        each_word(passage.text.get(at..).unwrap_or_default(), |word| words.push(word));
    }
    if words.len() < ALONE && !article.title.is_empty() {
        let body = std::mem::take(words);
        each_word(&article.title, |word| words.push(word));
        words.extend(body);
    }
}

/// A Chinese character or a Japanese one is a word, and so is every run of other letters and digits.
fn each_word(text: &str, mut each: impl FnMut(u64)) {
    let folded = fold(text);
    let mut run = 0_u64;
    for c in folded.chars() {
        let (alone, goes_on) = match c {
            '\0'..='\u{7F}' => (false, c.is_ascii_alphanumeric()),
            '\u{3041}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}' => {
                (true, false)
            }
            _ => (false, c.is_alphanumeric()),
        };
        if goes_on {
            run = (run.rotate_left(5) ^ u64::from(c)).wrapping_mul(0x517C_C1B7_2722_0A95);
        } else {
            if run != 0 {
                each(mix(run));
                run = 0;
            }
            if alone {
                each(mix(u64::from(c)));
            }
        }
    }
    if run != 0 {
        each(mix(run));
    }
}

/// How many shingles two sets share; none if they turn out to be fewer than `least`.
pub(super) fn shared(a: &[u32], b: &[u32], least: usize) -> Option<usize> {
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        if shared + (a.len() - i).min(b.len() - j) < least {
            return None;
        }
        // The next of the two that is the smaller, or of both, without a branch that nobody can foresee.
        for _ in 0..STEPS {
            let (Some(&x), Some(&y)) = (a.get(i), b.get(j)) else { break };
            i += usize::from(x <= y);
            j += usize::from(y <= x);
            shared += usize::from(x == y);
        }
    }
    (shared >= least).then_some(shared)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<u64> {
        let mut words = Vec::new();
        each_word(text, |word| words.push(word));
        words
    }

    #[test]
    fn a_word_is_a_chinese_character_or_a_run_of_letters_and_digits() {
        for (text, count) in
            [("", 0), ("。，", 0), ("气候变化", 4), ("COP28在迪拜", 4), ("the 5G-network", 3), ("abc，def", 2)]
        {
            assert_eq!(words(text).len(), count, "{text}");
        }
        assert_eq!(words("氣候，ＣＯＰ28"), words("气候 cop28"));
        assert_ne!(words("ab c"), words("a bc"));
        assert_ne!(words("abc"), words("acb"));
    }

    #[test]
    fn what_two_sets_share_is_counted_while_it_may_be_enough() {
        let of = |n: u32, every: u32| (0..n).filter(|i| i % every == 0).collect::<Vec<u32>>();
        for (a, b) in [(of(300, 2), of(300, 3)), (of(5, 1), of(400, 4)), (of(50, 1), of(50, 1)), (vec![], of(9, 1))] {
            let all = a.iter().filter(|x| b.contains(x)).count();
            for least in 0..60 {
                let expected = (all >= least).then_some(all);
                assert_eq!((shared(&a, &b, least), shared(&b, &a, least)), (expected, expected), "{least}");
            }
        }
    }

    #[test]
    fn shingles_roll_over_the_words() {
        let words: Vec<u64> = (0..40).map(|i| mix(i % 13)).collect();
        let slow: Vec<u64> = words.windows(SHINGLE).map(|run| shingles_of(run).next().unwrap()).collect();
        assert_eq!(shingles_of(&words).collect::<Vec<_>>(), slow);
        assert_eq!(slow[0], slow[13], "the same words");
        assert_eq!(slow.iter().collect::<std::collections::BTreeSet<_>>().len(), 13);
        assert_eq!((shingles_of(&words[..3]).count(), shingles_of(&[]).count()), (1, 0));
    }
}
