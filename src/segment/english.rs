//! English words, by the rules of Unicode (UAX #29) and Snowball's English stemmer.
//!
//! On top of UAX #29: a possessive `'s` is no part of its word; `U.S.` is one word, but `end.Start` is two; `R&D` is one;
//! a number after a hyphen belongs to a name (`CBERS-6`, `Covid-19`), other hyphens part words (`deep-sea` is `deep` and
//! `sea`, which the phrases may join again).

use std::{borrow::Cow, fmt};

use rust_stemmers::{Algorithm, Stemmer};
use unicode_segmentation::UnicodeSegmentation;

use super::Cutter;

/// Cuts and stems English. Words of other Latin-script languages are cut too, and stemmed if they look English.
pub(super) struct English {
    stemmer: Stemmer,
}

impl Default for English {
    fn default() -> Self {
        Self { stemmer: Stemmer::create(Algorithm::English) }
    }
}

impl fmt::Debug for English {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("English")
    }
}

/// `s` of `China's`, `ll` of `we'll`: what an apostrophe can end a word with.
fn without_clitic(word: &str) -> &str {
    word.strip_suffix("'s").filter(|stem| !stem.is_empty()).unwrap_or(word)
}

/// `u.s`, `e.g`, `ph.d`: every piece between the dots has at most two letters, and most have one.
fn is_abbreviation(word: &str) -> bool {
    let letters = |piece: &str| piece.len() <= 2 && !piece.is_empty() && piece.bytes().all(|b| b.is_ascii_alphabetic());
    word.split('.').all(letters) && word.split('.').any(|piece| piece.len() == 1)
}

impl Cutter for English {
    fn cut(&self, run: &str, emit: &mut dyn FnMut(usize, usize)) {
        let bytes = run.as_bytes();
        let mut words = run.unicode_word_indices().peekable();
        while let Some((start, word)) = words.next() {
            let mut end = start + word.len();
            // A name goes on after a hyphen with a number, after an ampersand with a letter.
            while let Some(&(next, more)) = words.peek() {
                let joins = next == end + 1
                    && match bytes.get(end) {
                        Some(b'-') => continues_name(&run[start..end], more),
                        Some(b'&') => end - start <= 2 && more.len() <= 2,
                        _ => false,
                    };
                if !joins {
                    break;
                }
                end = next + more.len();
                words.next();
            }
            let whole = without_clitic(&run[start..end]);
            let end = start + whole.len();
            if !whole.contains('.') || whole.starts_with(|c: char| c.is_numeric()) {
                emit(start, end);
            } else if is_abbreviation(whole) {
                // The last dot is the abbreviation's.
                emit(start, end + usize::from(bytes.get(end) == Some(&b'.')));
            } else {
                let mut at = start;
                for piece in whole.split('.') {
                    if !piece.is_empty() {
                        emit(at, at + piece.len());
                    }
                    at += piece.len() + 1;
                }
            }
        }
    }

    fn key<'w>(&self, word: &'w str) -> Cow<'w, str> {
        // A word with an apostrophe inside is a name (`Chang'e`), and the stemmer would take its end for a possessive.
        if word.bytes().all(|b| b.is_ascii_alphabetic()) {
            self.stemmer.stem(word)
        } else if word.contains('.') && !word.starts_with(|c: char| c.is_numeric()) {
            Cow::Owned(word.replace('.', ""))
        } else {
            Cow::Borrowed(word)
        }
    }
}

/// Whether `-more` belongs to the name `word`: a number of up to four digits that is no year, after letters that are no
/// prefix (`mid-90`).
fn continues_name(word: &str, more: &str) -> bool {
    let year = more.len() == 4 && (more.starts_with("19") || more.starts_with("20"));
    word.starts_with(|c: char| c.is_alphabetic())
        && !matches!(word, "mid" | "pre" | "post" | "under" | "over" | "top" | "late" | "early")
        && more.len() <= 4
        && !year
        && more.bytes().all(|b| b.is_ascii_digit())
}
