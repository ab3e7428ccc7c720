//! What a cut word counts as: the rules of the table in the module's head, for a word seen on its own.

use super::{
    Cutter, REGISTRY,
    dictionary::Entry,
    normal::fold_word,
    quantities::is_quantity,
    runs::Writing,
    stopwords::{Stop, StopWords},
};
use rustc_hash::{FxHashMap, FxHashSet};

/// What a word counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// A term.
    Term,
    /// Nothing; it also parts the words around it.
    Drop,
    /// A stop word, with what it may still be.
    Stop(Stop),
}

/// The cutters of a run and the word lists they are used with.
#[derive(Debug)]
pub(super) struct Lexis {
    cutters: Vec<(Writing, Box<dyn Cutter>)>,
    stopwords: StopWords,
    /// The user's words, folded.
    user: FxHashSet<String>,
    /// Those of the user's words that are not all Han, which jieba never sees whole: by first character, longest first.
    mixed: FxHashMap<char, Vec<String>>,
    /// Stems of the user's extra stop words.
    stopped_keys: FxHashSet<String>,
}

impl Lexis {
    /// Builds the cutters and lists of a user dictionary and extra stop words.
    pub(super) fn new(entries: &[Entry], extra: &[String]) -> Self {
        let cutters: Vec<_> =
            REGISTRY.iter().map(|registered| (registered.writing, (registered.make)(entries))).collect();
        let user: FxHashSet<String> =
            entries.iter().map(|(word, ..)| fold_word(word)).filter(|w| !w.is_empty()).collect();
        let mut mixed: FxHashMap<char, Vec<String>> = FxHashMap::default();
        for word in &user {
            let han = |c: char| super::runs::writing(c, false) == Some(Writing::Han);
            if let Some(first) = word.chars().next().filter(|_| !word.chars().all(han)) {
                mixed.entry(first).or_default().push(word.clone());
            }
        }
        for words in mixed.values_mut() {
            words.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        }
        let stopped_keys = extra
            .iter()
            .map(|word| fold_word(word))
            .flat_map(|word| cutters.iter().map(|(_, cutter)| cutter.key(&word).into_owned()).collect::<Vec<_>>())
            .collect();
        Self { cutters, stopwords: StopWords::new(extra), user, mixed, stopped_keys }
    }

    /// The number of cutters.
    pub(super) fn len(&self) -> usize {
        self.cutters.len()
    }

    /// The cutter of a script, with its place in the registry.
    pub(super) fn cutter(&self, writing: Writing) -> Option<(usize, &dyn Cutter)> {
        self.cutters.iter().enumerate().find(|(_, (w, _))| *w == writing).map(|(i, (_, cutter))| (i, cutter.as_ref()))
    }

    /// The longest word of the user's, not all Han, that stands at byte `at` of a folded text.
    pub(super) fn user_word_at(&self, text: &str, at: usize) -> Option<&str> {
        let first = text[at..].chars().next()?;
        let latin = |c: Option<char>| {
            c.is_some_and(|c| c.is_alphanumeric() && super::runs::writing(c, false) != Some(Writing::Han))
        };
        // `AI` must not match in `air`: a Latin edge of the word needs an edge in the text.
        let edge = |inner: Option<char>, outer: Option<char>| !(latin(inner) && latin(outer));
        self.mixed.get(&first)?.iter().map(String::as_str).find(|word| {
            text[at..].starts_with(word)
                && edge(word.chars().next(), text[..at].chars().next_back())
                && edge(word.chars().next_back(), text[at + word.len()..].chars().next())
        })
    }

    /// Whether there are user words to look for before the cut.
    pub(super) fn has_mixed_words(&self) -> bool {
        !self.mixed.is_empty()
    }

    /// The key of a folded word and what it counts as.
    pub(super) fn judge(&self, cutter: usize, word: &str) -> (String, Class) {
        if self.user.contains(word) {
            return (word.to_owned(), Class::Term);
        }
        let key = self.cutters.get(cutter).map_or_else(|| word.to_owned(), |(_, cutter)| cutter.key(word).into_owned());
        let class = if self.stopped_keys.contains(&key) || self.stopwords.is_extra(&key) {
            Class::Stop(Stop::Plain)
        } else if let Some(stop) = self.stopwords.get(word) {
            Class::Stop(stop)
        } else if word.contains('.') && self.stopwords.get(&key) == Some(Stop::Plain) {
            Class::Stop(Stop::Plain) // `e.g.`, `a.m.`
        } else if key.chars().nth(1).is_none() || is_quantity(word) {
            Class::Drop
        } else {
            Class::Term
        };
        (key, class)
    }
}
