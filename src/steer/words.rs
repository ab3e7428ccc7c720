//! Literal words: whether an article's text has them, and how often.
//!
//! A Chinese word counts wherever its characters stand, with traditional ones folded to simplified, whatever the segmenter
//! cuts. Words in other scripts count as words: `Belt and Road` is three words in a row in any of their forms (English
//! stems), whatever stands between them, so `deep-sea` finds `deep sea` and `art` does not find `party`. A word in capitals
//! (`US`, `WHO`) counts only in capitals.

use rust_stemmers::{Algorithm, Stemmer};
use unicode_segmentation::UnicodeSegmentation;

use crate::{article::Article, segment};

/// Whether a text holds a Chinese character.
pub(super) fn is_chinese(text: &str) -> bool {
    text.chars().any(
        |c| matches!(c, '\u{3007}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}'),
    )
}

/// A word of a text in a script that writes them apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Its stem.
    key: String,
    /// Whether it is written in capitals, two or more.
    capital: bool,
}

/// What is looked for.
#[derive(Debug)]
pub(super) enum Needle {
    /// Folded text, found anywhere.
    Chinese(String),
    /// Words in a row.
    Words(Vec<Word>),
}

/// The texts of an article, folded and cut.
#[derive(Debug)]
pub(super) struct Texts {
    folded: Vec<String>,
    words: Vec<Vec<Word>>,
}

/// Finds words; made once, because a stemmer is.
pub(super) struct Finder {
    stemmer: Stemmer,
}

impl Finder {
    pub(super) fn new() -> Self {
        Self { stemmer: Stemmer::create(Algorithm::English) }
    }

    /// What to look for; none if the text holds neither letters nor digits.
    pub(super) fn needle(&self, text: &str) -> Option<Needle> {
        if is_chinese(text) {
            return Some(Needle::Chinese(segment::fold(text)));
        }
        let words = self.words(text);
        (!words.is_empty()).then_some(Needle::Words(words))
    }

    /// Title, headings and passages of an article.
    pub(super) fn texts(&self, article: &Article) -> Texts {
        let passages = article.passages.iter().flat_map(|p| [p.heading.as_deref(), Some(p.text.as_str())]);
        let texts: Vec<&str> = std::iter::once(Some(article.title.as_str())).chain(passages).flatten().collect();
        Texts {
            folded: texts.iter().map(|text| segment::fold(text)).collect(),
            words: texts.iter().map(|text| self.words(text)).collect(),
        }
    }

    fn words(&self, text: &str) -> Vec<Word> {
        let cut = text.unicode_words().flat_map(|word| word.split(['.', '_', ':']));
        cut.filter(|word| !word.is_empty() && !is_chinese(word))
            .map(|word| {
                let mut letters = word.chars().filter(|c| c.is_alphabetic());
                let capital = word.chars().filter(|c| c.is_alphabetic()).count() > 1 && letters.all(char::is_uppercase);
                let folded = segment::fold(word);
                let stem = self.stemmer.stem(&folded).into_owned();
                // The stemmer leaves a possessive's apostrophe of capitals and of some nouns.
                let key = stem.trim_end_matches("'s").trim_end_matches('\'').to_owned();
                Word { key, capital }
            })
            .collect()
    }
}

impl Texts {
    /// How often the texts have a needle, without overlap.
    pub(super) fn count(&self, needle: &Needle) -> usize {
        match needle {
            Needle::Chinese(text) => self.folded.iter().map(|folded| folded.matches(text.as_str()).count()).sum(),
            Needle::Words(words) => self.words.iter().map(|text| in_row(text, words)).sum(),
        }
    }
}

fn in_row(text: &[Word], words: &[Word]) -> usize {
    let fits = |(has, wanted): (&Word, &Word)| has.key == wanted.key && (has.capital || !wanted.capital);
    let (mut at, mut count) = (0, 0);
    while let Some(window) = text.get(at..at + words.len()) {
        let found = window.iter().zip(words).all(fits);
        count += usize::from(found);
        at += if found { words.len() } else { 1 };
    }
    count
}
