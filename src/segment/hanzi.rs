//! Chinese text character by character, for who looks for words that the dictionary lacks.

use std::ops::Range;

use super::{
    Settings,
    chinese::Chinese,
    dictionary,
    language::is_japanese,
    normal::Folded,
    quantities::{is_measure, is_quantity},
    runs::{Writing, writing},
    stopwords::StopWords,
};
use crate::error::Result;

/// What stands beside a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// Another Chinese character.
    Character,
    /// A mark that sets off a word: a quotation mark, or the `、` of a list.
    SetsOff,
    /// Any other mark, letter or space, or the end of the text.
    Other,
}

/// A Chinese character of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Character {
    /// The character, simplified.
    pub character: char,
    /// First byte in the original text.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// What stands before it.
    pub before: Edge,
    /// What stands after it.
    pub after: Edge,
    /// Whether it opens a sentence.
    pub opens: bool,
    /// Whether a word of the dictionary begins here, when the text is cut by the dictionary alone.
    pub begins: bool,
}

/// A word of the dictionary inside a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The word.
    pub word: String,
    /// Its part of speech in jieba's tags, `x` if the dictionary does not have it.
    pub tag: String,
    /// Whether it is a stop word.
    pub stops: bool,
    /// Whether it is a number, a date or an amount.
    pub counts: bool,
    /// Whether it is a single character that follows numbers: `届`, `条`.
    pub measures: bool,
}

/// What the cutter of Chinese knows before it has seen a corpus: jieba's dictionary, the user's words, the stop words.
#[derive(Debug)]
pub struct Dictionary {
    chinese: Chinese,
    stopwords: StopWords,
}

impl Dictionary {
    /// The dictionary of a run.
    ///
    /// # Errors
    /// As [`fit`](super::fit).
    pub fn new(settings: &Settings) -> Result<Self> {
        let entries = settings.dict.as_deref().map(dictionary::read_dictionary).transpose()?.unwrap_or_default();
        let stopwords = settings.stopwords.as_deref().map(dictionary::read_stopwords).transpose()?.unwrap_or_default();
        Ok(Self { chinese: Chinese::new(&entries), stopwords: StopWords::new(&stopwords) })
    }

    /// Whether it has a simplified word whole.
    #[must_use]
    pub fn has(&self, word: &str) -> bool {
        self.chinese.words().has(word)
    }

    /// Whether jieba's model of unknown words takes a string for one word.
    #[must_use]
    pub fn guesses(&self, word: &str) -> bool {
        self.chinese.words().is_one(word, true)
    }

    /// The words of the dictionary that a string consists of.
    #[must_use]
    pub fn parts(&self, word: &str) -> Vec<Part> {
        let words = self.chinese.words();
        let mut parts = Vec::new();
        words.cut(word, false, |start, end| {
            let part = &word[start..end];
            parts.push(Part {
                word: part.to_owned(),
                tag: words.tag(part).to_owned(),
                stops: self.stopwords.get(part).is_some(),
                counts: is_quantity(part),
                measures: part.chars().all(is_measure) && part.chars().count() == 1,
            });
        });
        parts
    }

    /// The Chinese characters of a text, in order; none of a Japanese one. Those in `hidden` ranges are left out.
    #[must_use]
    pub fn characters(&self, text: &str, hidden: &[Range<usize>]) -> Vec<Character> {
        // Characters hold 32-bit offsets; no passage is that long.
        if text.is_ascii() || u32::try_from(text.len()).is_err() || is_japanese(text) {
            return Vec::new();
        }
        let folded = Folded::new(text, false);
        let han = |c: char| writing(c, false) == Some(Writing::Han);
        let mut found = Vec::new();
        let mut at = 0;
        let (mut before, mut opens) = (Edge::Other, true);
        for stretch in folded.text().split_inclusive(|c| !han(c)) {
            let mark = stretch.chars().next_back().filter(|&c| !han(c));
            let after = mark.map_or(Edge::Other, edge);
            let end = stretch.len() - mark.map_or(0, char::len_utf8);
            if end > 0 {
                let from = found.len();
                self.stretch(&stretch[..end], at, &folded, hidden, &mut found);
                if let Some(first) = found.get_mut(from) {
                    (first.before, first.opens) = (before, opens);
                }
                if let Some(last) = found[from..].last_mut() {
                    last.after = after;
                }
                opens = false;
            }
            before = after;
            opens |= mark.is_some_and(ends_sentence);
            at += stretch.len();
        }
        found
    }

    /// Adds the characters of a stretch of Chinese at byte `at` of a folded text.
    fn stretch(&self, han: &str, at: usize, folded: &Folded<'_>, hidden: &[Range<usize>], found: &mut Vec<Character>) {
        let offset = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let mut reached = 0;
        let mut before = Edge::Other;
        self.chinese.words().cut(han, false, |first, last| {
            for (i, character) in han[first..last].char_indices() {
                let from = at + first + i;
                let original = folded.original(from..from + character.len_utf8());
                // Two characters out of one, such as `㍿`, or a hidden one.
                if original.start < reached || hidden.iter().any(|h| h.start < original.end && original.start < h.end) {
                    if let Some(last) = found.last_mut().filter(|_| before == Edge::Character) {
                        last.after = Edge::Other;
                    }
                    before = Edge::Other;
                    continue;
                }
                reached = original.end;
                let (start, end) = (offset(original.start), offset(original.end));
                let after = Edge::Character;
                found.push(Character { character, start, end, before, after, opens: false, begins: i == 0 });
                before = Edge::Character;
            }
        });
        if let Some(last) = found.last_mut().filter(|_| before == Edge::Character) {
            last.after = Edge::Other;
        }
    }
}

/// What a mark is to the character beside it.
fn edge(mark: char) -> Edge {
    match mark {
        '“' | '”' | '‘' | '’' | '「' | '」' | '『' | '』' | '《' | '》' | '〈' | '〉' | '"' | '\'' | '、' => {
            Edge::SetsOff
        }
        _ => Edge::Other,
    }
}

fn ends_sentence(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '；' | '!' | '?' | ';' | '…' | '\n')
}
