//! Chinese words, as jieba cuts them.

use std::{ops::Range, path::Path, sync::LazyLock};

use super::{
    Cutter,
    dictionary::{Entry, read_dictionary},
    list::{self, WordList},
    normal::fold_word,
    route::Words,
};
use crate::error::{Error, Result};

/// jieba's dictionary and the set words it is too old to have, as [`word_list`] lays them out.
static LIST: &[u8] = include_bytes!("../../lexicon/chinese.words");

static WORDS: LazyLock<Words<'static>> = LazyLock::new(|| Words::new(WordList::read(LIST).unwrap_or_default()));

/// Cuts Chinese by jieba's dictionary, its model for unknown words, and the user's words.
#[derive(Debug, Default)]
pub(super) struct Chinese {
    /// The words with the user's; none if there are none.
    own: Option<Box<Words<'static>>>,
}

impl Chinese {
    /// Adds the user's words.
    pub(super) fn new(entries: &[Entry]) -> Self {
        let mut own: Option<Box<Words<'static>>> = None;
        for (word, frequency, tag) in entries {
            let word = fold_word(word);
            if !word.is_empty() {
                add(own.get_or_insert_with(|| Box::new(WORDS.clone())), &word, *frequency, tag.as_deref());
            }
        }
        Self { own }
    }

    /// The words, with the user's if there are any.
    pub(super) fn words(&self) -> &Words<'static> {
        self.own.as_deref().unwrap_or(&WORDS)
    }
}

/// Adds a word. It is never given a lower frequency than it takes to be cut as one word: who lists a word wants it whole.
fn add(words: &mut Words<'_>, word: &str, frequency: Option<usize>, tag: Option<&str>) {
    let enough = words.enough(word);
    words.add(word, frequency.map_or(enough, |frequency| enough.max(frequency as u64)), tag.unwrap_or_default());
}

/// The set words that jieba's dictionary is too old to have.
pub(super) fn recent() -> impl Iterator<Item = &'static str> {
    include_str!("words/recent.txt").lines().filter(|line| !line.starts_with('#'))
}

/// Lays out the words of a dictionary in jieba's format, and the set words that this program adds to jieba's, as the file
/// that is part of it (`lexicon/chinese.words`).
///
/// # Errors
/// [`Error::Read`] and [`Error::Line`] as for a user dictionary; [`Error::Setting`] for more words or characters than the
/// file can hold.
pub fn word_list(dictionary: &Path) -> Result<Vec<u8>> {
    let fail = |reason: String| Error::Setting {
        name: "dictionary".to_owned(),
        value: dictionary.display().to_string(),
        rule: reason,
        remedy: "leave out words or tags".to_owned(),
    };
    let number = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    let entries = read_dictionary(dictionary)?.into_iter();
    let mut all: Vec<list::Word> = entries
        .map(|(word, frequency, tag)| (word, number(frequency.unwrap_or(1) as u64), tag.unwrap_or_default()))
        .collect();
    let bytes = list::make(&all).map_err(fail)?;
    let mut words = Words::new(WordList::read(&bytes).unwrap_or_default());
    recent().for_each(|word| add(&mut words, word, None, None));
    all.extend(words.added().map(|(word, frequency, tag)| (word.to_owned(), number(frequency), tag.to_owned())));
    list::make(&all).map_err(fail)
}

/// The part of speech the dictionary gives a Chinese word, in jieba's (ICTCLAS's) tags: `n…` nouns and names, `v` verbs,
/// `vn` verbal nouns, `a` adjectives, `d` adverbs and so on. `None` for a word it does not have whole.
#[must_use]
pub fn part_of_speech(word: &str) -> Option<&'static str> {
    Some(WORDS.tag(word)).filter(|tag| !matches!(*tag, "x" | "eng") && WORDS.is_one(word, false))
}

/// The byte ranges of the words of a simplified text by the dictionary alone: what it does not have comes as single
/// characters.
#[must_use]
pub fn dictionary_words(text: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    WORDS.cut(text, false, |start, end| words.push(start..end));
    words
}

impl Cutter for Chinese {
    fn cut(&self, run: &str, emit: &mut dyn FnMut(usize, usize)) {
        self.words().cut(run, true, |start, end| {
            // Punctuation and spaces come as words too. A letter or digit is enough to be one.
            if run[start..end].chars().any(is_word) {
                emit(start, end);
            }
        });
    }
}

/// `char::is_alphanumeric`, quicker for what Chinese text mostly consists of.
fn is_word(c: char) -> bool {
    match c {
        '\u{4E00}'..='\u{9FFF}' => true,
        '\u{3001}'..='\u{3004}'
        | '\u{3008}'..='\u{3020}'
        | '\u{2010}'..='\u{2027}'
        | '\u{FF01}'..='\u{FF0F}'
        | '\u{FF1A}'..='\u{FF20}' => false,
        c => c.is_alphanumeric(),
    }
}
