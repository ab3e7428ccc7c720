//! Chinese words, by jieba.

use std::{ops::Range, sync::LazyLock};

use jieba_rs::Jieba;

use super::{Cutter, dictionary::Entry, normal::fold_word};

/// The dictionary that comes with jieba and the set words it is too old to have, loaded once, when the first Chinese text
/// is cut.
static DICTIONARY: LazyLock<Jieba> = LazyLock::new(|| {
    let mut jieba = Jieba::new();
    for word in include_str!("words/recent.txt").lines().filter(|line| !line.starts_with('#')) {
        let enough = jieba.suggest_freq(word);
        jieba.add_word(word, Some(enough), None);
    }
    jieba
});

/// Loads the dictionary in a thread of its own, for who will need it and has other things to do first.
pub fn warm() {
    // Whoever needs it first waits for it, or loads it if no thread could be had.
    drop(std::thread::Builder::new().spawn(|| LazyLock::force(&DICTIONARY)));
}

/// Cuts Chinese with jieba's dictionary, its model for unknown words, and the user's words.
#[derive(Debug, Default)]
pub(super) struct Chinese {
    /// A dictionary with the user's words; none if there are none.
    own: Option<Box<Jieba>>,
}

impl Chinese {
    /// Adds the user's words. A word is never given a lower frequency than it takes to be cut as one word: who lists a
    /// word wants it whole.
    pub(super) fn new(entries: &[Entry]) -> Self {
        let mut own: Option<Box<Jieba>> = None;
        for (word, frequency, tag) in entries {
            let word = fold_word(word);
            if word.is_empty() {
                continue;
            }
            let jieba = own.get_or_insert_with(|| Box::new(DICTIONARY.clone()));
            let enough = jieba.suggest_freq(&word);
            jieba.add_word(&word, Some(frequency.unwrap_or(enough).max(enough)), tag.as_deref());
        }
        Self { own }
    }

    /// The dictionary, with the user's words if there are any.
    pub(super) fn jieba(&self) -> &Jieba {
        self.own.as_deref().unwrap_or(&DICTIONARY)
    }
}

/// The part of speech the dictionary gives a Chinese word, in jieba's (ICTCLAS's) tags: `n…` nouns and names, `v` verbs,
/// `vn` verbal nouns, `a` adjectives, `d` adverbs and so on. `None` for a word it does not have whole.
#[must_use]
pub fn part_of_speech(word: &str) -> Option<String> {
    let tags = DICTIONARY.tag(word, false);
    match tags.as_slice() {
        [only] if only.tag != "x" && only.tag != "eng" => Some(only.tag.to_owned()),
        _ => None,
    }
}

/// The byte ranges of the words of a simplified text by the dictionary alone: what it does not have comes as single
/// characters.
#[must_use]
pub fn dictionary_words(text: &str) -> Vec<Range<usize>> {
    DICTIONARY.cut(text, false).into_iter().map(|token| token.byte_start..token.byte_end).collect()
}

impl Cutter for Chinese {
    fn cut(&self, run: &str, emit: &mut dyn FnMut(usize, usize)) {
        for token in self.jieba().cut(run, true) {
            // Punctuation and spaces come as tokens too. A letter or digit is enough to be a word.
            if token.word.chars().any(is_word) {
                emit(token.byte_start, token.byte_end);
            }
        }
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
