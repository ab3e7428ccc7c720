//! Segmenting: from an article's text to the terms it is counted by.
//!
//! Receives [`Article`]s and returns a [`Segmented`] corpus (every term with its byte range in the original text) and the
//! fitted [`Segmenter`], which cuts later text (a query) in the same way.
//!
//! ```
//! use wenmai::{Article, Passage, segment};
//!
//! let passage = Passage { text: "China’s deep-sea 科考 sails on 6 June.".to_owned(), ..Passage::default() };
//! let article = Article { id: "a".to_owned(), title: "氣候變化".to_owned(), passages: vec![passage], ..Article::default() };
//! let (segmenter, corpus) = segment::fit(&[article], &segment::Settings::default())?;
//!
//! let surface = |token: &segment::Token| corpus.terms[token.term as usize].surface.as_str();
//! let document = corpus.documents.of(0);
//! assert_eq!(document.title().iter().map(surface).collect::<Vec<_>>(), ["气候变化"]);
//! let text = document.passage(0).text;
//! assert_eq!(text.iter().map(surface).collect::<Vec<_>>(), ["China", "deep", "sea", "科考", "sails"]);
//! assert_eq!(document.lang(), "zh+en");
//! assert!(segmenter.cut("sailing").iter().all(|piece| piece.term.is_some()));
//! # Ok::<(), wenmai::Error>(())
//! ```
//!
//! # How a text is cut
//! 1. It is folded: NFKC, lower case, simplified characters, with a map back to the original bytes (`normal.rs`).
//! 2. It is parted into script runs (`runs.rs`), and each goes to the cutter of its script.
//! 3. Each word is judged (`lexis.rs`, `stopwords.rs`, `quantities.rs`):
//!
//! | what | example | becomes |
//! |---|---|---|
//! | Chinese word of two or more characters | `氣候`, `气候` | term, shown simplified |
//! | single Chinese character | `车`, `和` | dropped: most are grammar, and the others are ambiguous alone; `--dict` keeps one |
//! | English word | `Cooperation`, `cooperative` | term: the Snowball stem, shown by its commonest form |
//! | single Latin letter | `A`, `x` | dropped |
//! | possessive | `China’s`, `scientists'` | the word without it |
//! | hyphenated word | `deep-sea`, `China-UK` | its words, which phrases may join; `high-tech` keeps `high` |
//! | abbreviation | `U.S.`, `R&D`, `AI` | one term without the dots; `US`, `IT`, `WHO` only in capitals |
//! | name with digits | `5G`, `H1N1`, `CR450`, `CBERS-6` | term |
//! | number, amount, ordinal | `1,234.5`, `76%`, `600m`, `2nd`, `三十`, `两个` | dropped |
//! | date, time | `2025-06-14`, `21:57`, `June`, `六月`, `周一`, `今年` | dropped |
//! | URL, e-mail address | `https://a.cn/x`, `a@b.cn` | dropped whole |
//! | word of over 256 bytes | an encoded picture | dropped, and reported |
//! | citation mark | `[1][2]` | dropped |
//! | stop word | `the`, `因为`, `--stopwords` | dropped; `new` stays in `New Zealand`; `and`, `of` stay inside phrases |
//! | word of `--dict` | `的` if listed, `Belt` if listed | term as listed, folded, not stemmed |
//! | Japanese, Korean, Russian … | `開発`, `경제`, `наука` | term as written; a run of kanji or katakana is a word |
//!
//! 4. Phrases are learnt from the whole corpus (`phrases.rs`) and added to their words. They never cross punctuation, a
//!    passage, a heading, a dropped word or a script run.
//!
//! A word of the user's dictionary that holds a Latin letter or digit cannot reach jieba, which sees Han runs only; it is
//! found in the folded text before the runs are cut, the longest first.
//!
//! # Adding a cutter
//! Write one file with a type that implements [`Cutter`], and add a line to `REGISTRY`; the contract tests run over it.

mod chinese;
mod corpus;
mod dictionary;
mod documents;
mod english;
mod hanzi;
mod language;
mod lexis;
mod list;
mod normal;
mod other;
mod phrases;
mod quantities;
mod route;
mod runs;
mod scan;
mod stopwords;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, fmt, ops::Range, path::PathBuf, sync::Arc};

use serde::{Deserialize, Serialize};

use self::{
    language::is_japanese,
    lexis::Lexis,
    phrases::Matcher,
    runs::Writing,
    scan::{Kind, Vocabulary},
};
pub use chinese::{dictionary_words, part_of_speech, word_list};
pub use dictionary::Entry;
pub use documents::{Document, Documents, PassageTokens};
pub use hanzi::{Character, Dictionary, Edge, Part};
pub use normal::fold_word as fold;

use crate::{article::Article, error::Result};

/// A text in simplified characters. It has the bytes of the original but for those characters, so every offset holds.
#[must_use]
pub fn simplified(text: &str) -> Cow<'_, str> {
    normal::simplified(text)
}

/// Cuts text of one script into words.
pub trait Cutter: fmt::Debug + Send + Sync {
    /// Calls `emit` with the byte range of each word of `run`, ascending, on character boundaries, without overlap.
    /// `run` is folded text of one script, with the spaces, digits and punctuation that stand in it.
    fn cut(&self, run: &str, emit: &mut dyn FnMut(usize, usize));

    /// What a word is counted by: the word itself, unless the language has something better.
    fn key<'w>(&self, word: &'w str) -> Cow<'w, str> {
        Cow::Borrowed(word)
    }
}

/// A line of the registry.
struct Registered {
    /// The script it cuts.
    writing: Writing,
    /// Makes it, given the user's dictionary.
    make: fn(&[Entry]) -> Box<dyn Cutter>,
}

/// The cutters, one a script.
const REGISTRY: [Registered; 3] = [
    Registered { writing: Writing::Han, make: |entries| Box::new(chinese::Chinese::new(entries)) },
    Registered { writing: Writing::Latin, make: |_| Box::new(english::English::default()) },
    Registered { writing: Writing::Other, make: |_| Box::new(other::Other) },
];

/// Settings of the segmenter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// A user dictionary in jieba's format, `word [frequency [tag]]` a line.
    pub dict: Option<PathBuf>,
    /// Extra stop words, one a line.
    pub stopwords: Option<PathBuf>,
    /// Whether adjacent words that occur together far beyond chance become one term.
    pub phrases: bool,
    /// Bytes of a word, folded, that can be a term, at most: what is longer is no word but data, such as an encoded picture.
    pub longest: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { dict: None, stopwords: None, phrases: true, longest: 256 }
    }
}

/// The language of a term, told by its script.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Chinese: the term holds a Han character.
    Zh,
    /// English: every letter is Latin.
    En,
    /// Anything else.
    #[default]
    Other,
}

impl Lang {
    /// `zh`, `en` or `other`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
            Self::Other => "other",
        }
    }
}

impl From<Lang> for u8 {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::Zh => 0,
            Lang::En => 1,
            Lang::Other => 2,
        }
    }
}

impl From<u8> for Lang {
    fn from(lang: u8) -> Self {
        match lang {
            0 => Self::Zh,
            1 => Self::En,
            _ => Self::Other,
        }
    }
}

/// A term: a Chinese word, an English stem, or a phrase of several of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// What is counted: the folded word, the English stem; the keys of a phrase's words joined by a space. Unique.
    pub key: String,
    /// The commonest surface form, as people write it (`Belt and Road`, `基础研究`); ties go to the first in byte order.
    pub surface: String,
    /// Its language.
    pub lang: Lang,
    /// The words of a phrase, as indices into the same table, in order; empty for a word.
    pub parts: Vec<u32>,
}

/// An occurrence of a term in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Token {
    /// The term's index in [`Segmented::terms`].
    pub term: u32,
    /// First byte in the original text.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A segmented corpus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Segmented {
    /// The terms, sorted by key.
    pub terms: Arc<[Term]>,
    /// The terms of each article, in the order given.
    pub documents: Documents,
    /// The articles, by number, that have words too long to be terms, ascending, and how many.
    pub overlong: Vec<(usize, usize)>,
}

/// Segments a corpus and learns its phrases.
///
/// The result depends on the articles alone, not on the number of threads.
///
/// # Errors
/// [`Error::Read`](crate::Error::Read) or [`Error::Line`](crate::Error::Line) if the user dictionary or stop-word list
/// cannot be used.
pub fn fit(articles: &[Article], settings: &Settings) -> Result<(Segmenter, Segmented)> {
    let (segmenter, segmented, ()) = fit_beside(articles, settings, || ())?;
    Ok((segmenter, segmented))
}

/// As [`fit`], with what `beside` makes meanwhile, in the part of the work that leaves a thread free.
///
/// # Errors
/// As [`fit`].
pub fn fit_beside<T: Send>(
    articles: &[Article],
    settings: &Settings,
    beside: impl FnOnce() -> T + Send,
) -> Result<(Segmenter, Segmented, T)> {
    let dict = settings.dict.as_deref().map(dictionary::read_dictionary).transpose()?.unwrap_or_default();
    let stopwords = settings.stopwords.as_deref().map(dictionary::read_stopwords).transpose()?.unwrap_or_default();
    let lexis = Lexis::new(&dict, &stopwords);
    let (segmented, made) = corpus::segment(articles, &lexis, settings, beside);
    let state = State { terms: segmented.terms.clone(), dict, stopwords };
    Ok((Segmenter::with(lexis, state), segmented, made))
}

/// The fitted segmenter: cuts text as the corpus was cut.
#[derive(Debug)]
pub struct Segmenter {
    state: State,
    cut: Cut,
}

/// The terms of a corpus, wherever they lie.
pub trait Table {
    /// The number of a term, by its key.
    fn find(&self, key: &str) -> Option<u32>;

    /// The key of a term.
    fn key(&self, term: u32) -> Option<&str>;
}

impl Table for [Term] {
    fn find(&self, key: &str) -> Option<u32> {
        self.binary_search_by(|term| term.key.as_str().cmp(key)).ok().and_then(|i| u32::try_from(i).ok())
    }

    fn key(&self, term: u32) -> Option<&str> {
        self.get(term as usize).map(|term| term.key.as_str())
    }
}

/// A segmenter without its terms, which are in a [`Table`].
#[derive(Debug)]
pub struct Cut {
    lexis: Lexis,
    matcher: Matcher,
}

impl Default for Segmenter {
    /// A segmenter that was fitted on nothing.
    fn default() -> Self {
        Self::restore(State::default())
    }
}

/// A piece of a query that counts as a term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryTerm {
    /// As written in the query.
    pub surface: String,
    /// What it is counted by, as [`Term::key`].
    pub key: String,
    /// Its language.
    pub lang: Lang,
    /// Where it stands in the query, in bytes.
    pub span: Range<usize>,
    /// The term of the corpus; none if the corpus does not have it.
    pub term: Option<u32>,
}

/// What a fitted segmenter is saved as.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The terms of the corpus, sorted by key.
    pub terms: Arc<[Term]>,
    /// The user dictionary's entries, `word`, frequency, tag.
    pub dict: Vec<(String, Option<usize>, Option<String>)>,
    /// The extra stop words.
    pub stopwords: Vec<String>,
}

impl Segmenter {
    fn with(lexis: Lexis, state: State) -> Self {
        let phrases = (0_u32..).zip(&*state.terms).filter(|(_, term)| !term.parts.is_empty());
        let matcher = Matcher::new(phrases.map(|(number, term)| (number, term.parts.as_slice())));
        Self { state, cut: Cut { lexis, matcher } }
    }

    /// The terms of the corpus, sorted by key.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.state.terms
    }

    /// Cuts a text: its terms in order, phrases before their words. Stop words and the like are left out.
    #[must_use]
    pub fn cut(&self, text: &str) -> Vec<QueryTerm> {
        self.cut.cut(&*self.state.terms, text)
    }

    /// What to save.
    #[must_use]
    pub fn state(&self) -> State {
        self.state.clone()
    }

    /// Restores a saved segmenter. It cuts as the saved one did.
    #[must_use]
    pub fn restore(state: State) -> Self {
        Self::with(Lexis::new(&state.dict, &state.stopwords), state)
    }
}

impl Cut {
    /// Cuts with a user dictionary, extra stop words and phrases: each the number of its term, and those of its words.
    #[must_use]
    pub fn new<'p>(dict: &[Entry], stopwords: &[String], phrases: impl Iterator<Item = (u32, &'p [u32])>) -> Self {
        Self { lexis: Lexis::new(dict, stopwords), matcher: Matcher::new(phrases) }
    }

    /// Cuts a text, as [`Segmenter::cut`].
    #[must_use]
    pub fn cut(&self, table: &(impl Table + ?Sized), text: &str) -> Vec<QueryTerm> {
        let mut vocabulary = Vocabulary::new(&self.lexis, usize::MAX);
        let mut toks = Vec::new();
        vocabulary.read(&self.lexis, text, is_japanese(text), Kind::Running, &[], &mut toks);
        let numbers: Vec<Option<u32>> = vocabulary.forms.iter().map(|form| table.find(&form.key)).collect();
        let number = |i: usize| numbers[toks[i].word() as usize];
        let piece = |from: usize, to: usize, term: Option<u32>| {
            let span = toks[from].start as usize..toks[to - 1].end as usize;
            let key = match term.and_then(|term| table.key(term)) {
                Some(key) => key.to_owned(),
                None => vocabulary.forms[toks[from].word() as usize].key.clone(),
            };
            QueryTerm { surface: text[span.clone()].to_owned(), lang: language::of_key(&key), key, span, term }
        };
        let mut pieces = Vec::with_capacity(toks.len());
        let mut done = 0;
        self.matcher.find(
            toks.len(),
            |i| (number(i), toks[i].linked()),
            |phrase, from, to| {
                pieces.extend((done..from).map(|i| piece(i, i + 1, number(i))));
                pieces.push(piece(from, to, Some(phrase)));
                done = from;
            },
        );
        pieces.extend((done..toks.len()).map(|i| piece(i, i + 1, number(i))));
        pieces
    }
}
