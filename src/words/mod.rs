//! New words: Chinese strings that behave as words in a collection, but that the dictionary does not have.
//!
//! Receives articles and returns the strings of two to [`LONGEST`] characters that pass four tests, best first: names, new
//! coinages, and terms that the cutter takes apart. A user dictionary of them (`--dict`) keeps them whole.
//!
//! 1. **Support** (`count.rs`): it occurs often enough for the size of the collection, in two articles. A sentence that was
//!    printed before is not read again, so that a reprint makes no word.
//! 2. **Cohesion** (`measure.rs`): wherever it is split in two, the halves go together beyond chance: the least normalised
//!    pointwise mutual information of a split, `ln(p(ab) / p(a)p(b)) / −ln p(ab)` over characters (Bouma, *Normalized
//!    (Pointwise) Mutual Information in Collocation Extraction*, 2009).
//! 3. **Freedom** (`measure.rs`): anything may stand before and after it: the lesser of the two entropies of its neighbours.
//!    Inside a word the next character is nearly certain, and at its end it is not (Jin and Tanaka-Ishii, *Unsupervised
//!    Segmentation of Chinese Text by Use of Branching Entropy*, 2006); so `习近平总书` is no word, and `民日报` is none.
//! 4. **Make** (`make.rs`): it does not begin or end inside a word of the dictionary, holds no word of grammar and no amount,
//!    and is no transparent compound: words that also go with others are left to the phrases of [`segment`].
//!
//! Words are ordered by cohesion × freedom. They depend on the articles and settings alone, not on the number of threads.
//!
//! ```
//! use wenmai::{Article, segment, words};
//!
//! let article = |(i, title): (usize, &str)| {
//!     Article { id: i.to_string(), title: title.to_owned(), ..Article::default() }
//! };
//! let titles = ["讨论月壤成分", "月壤样品到了", "用月壤造砖", "他带回月壤。", "“月壤”有水"];
//! let articles: Vec<_> = titles.into_iter().enumerate().map(article).collect();
//! let found = words::find(&articles, &segment::Settings::default())?;
//! assert_eq!((found.words[0].word.as_str(), found.words[0].frequency), ("月壤", 5));
//! # Ok::<(), wenmai::Error>(())
//! ```

mod count;
mod example;
mod make;
mod measure;
#[cfg(test)]
mod tests;
mod text;

use std::fmt::Write as _;

use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::{
    count::Level,
    make::Maker,
    measure::{Candidate, candidates},
    text::Text,
};
use crate::{
    article::Article,
    error::Result,
    segment::{self, Dictionary},
};

/// The most characters of a word.
pub const LONGEST: usize = 6;

/// The least number of articles a word occurs in.
const ARTICLES: u32 = 2;

/// New words, as `--json` prints them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Found {
    /// Number of articles.
    pub articles: usize,
    /// Chinese characters read, without those of sentences that were met before.
    pub characters: usize,
    /// How often a string has to occur among so many characters.
    pub least: u32,
    /// Number of words found, however many of them are listed.
    pub found: usize,
    /// The words, best first; equals in the order of their characters.
    pub words: Vec<Word>,
}

/// A new word.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Word {
    /// The word, in simplified characters.
    pub word: String,
    /// How often it occurs, sentences that were met before left out.
    pub frequency: u32,
    /// In how many articles, those left out that only repeat others.
    pub articles: u32,
    /// Least normalised pointwise mutual information of its halves, −1 to 1.
    pub cohesion: f64,
    /// The lesser of the entropies of what stands before and after it, in nats.
    pub freedom: f64,
    /// Where it occurs first in running text.
    pub example: Example,
}

/// Where a word occurs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Example {
    /// The article's id.
    pub article: String,
    /// Its sentence or the part of it around the word, as written.
    pub quote: String,
    /// The file.
    pub path: String,
    /// The line of the passage, or that of the word where it is known; from 1.
    pub line: u32,
}

impl Found {
    /// The words as a user dictionary, which `--dict` reads: `word frequency` a line.
    #[must_use]
    pub fn dictionary(&self) -> String {
        let mut text =
            "# New words found by `wenmai words`, best first: word, frequency. Strike out what is no word of \
                        yours,\n# and give the file to the other commands with --dict.\n"
                .to_owned();
        for word in &self.words {
            let _ = writeln!(text, "{} {}", word.word, word.frequency);
        }
        text
    }
}

/// How often a word must occur among `characters` characters: three times in a small collection, more in a large one, where
/// anything happens three times. Grows with the square root: 9 in 800 000 characters, 20 in 4 million.
fn enough(characters: usize) -> u32 {
    ((characters as f64).sqrt() / 100.0).ceil().max(3.0) as u32
}

/// Finds the new words of articles, in the current pool of threads.
///
/// # Errors
/// [`Error::Read`](crate::Error::Read) or [`Error::Line`](crate::Error::Line) if the user dictionary or stop-word list of the
/// settings cannot be used.
pub fn find(articles: &[Article], settings: &segment::Settings) -> Result<Found> {
    let dictionary = Dictionary::new(settings)?;
    let text = Text::read(articles, &dictionary);
    let least = enough(text.total);
    let levels = count::levels(&text, LONGEST, least);
    let mut maker = Maker::new(&dictionary);
    let mut made: Vec<(Candidate, String)> = Vec::new();
    for len in 2..=levels.len() {
        for candidate in candidates(&text, &levels, len, ARTICLES, |word| dictionary.has(word)) {
            let word = text.word(levels[len - 1].grams[candidate.gram].first, len);
            if maker.admits(&word, &candidate) {
                made.push((candidate, word));
            }
        }
    }
    made.sort_by(|(a, x), (b, y)| b.score().total_cmp(&a.score()).then_with(|| x.cmp(y)));
    let places = places(&text, &levels, &made);
    let words: Vec<Word> = made
        .into_iter()
        .zip(places)
        .map(|((candidate, word), place)| {
            let gram = &levels[candidate.len - 1].grams[candidate.gram];
            Word {
                frequency: gram.count,
                articles: gram.articles,
                cohesion: round(candidate.cohesion),
                freedom: round(candidate.freedom),
                example: example::at(articles, text.place(place), word.len()),
                word,
            }
        })
        .collect();
    Ok(Found { articles: articles.len(), characters: text.total, least, found: words.len(), words })
}

/// Where each word first occurs in running text; in a title or heading if it never does.
fn places(text: &Text, levels: &[Level], made: &[(Candidate, String)]) -> Vec<usize> {
    let mut places: Vec<usize> = made.iter().map(|(c, _)| levels[c.len - 1].grams[c.gram].first).collect();
    for len in 2..=levels.len() {
        let mut missing: FxHashMap<u32, usize> = made
            .iter()
            .enumerate()
            .filter(|(i, (c, _))| c.len == len && !text.runs(places[*i]))
            .filter_map(|(i, (c, _))| Some((u32::try_from(c.gram).ok()?, i)))
            .collect();
        for (at, id) in levels[len - 1].ids.iter().enumerate() {
            if missing.is_empty() {
                break;
            }
            if missing.contains_key(id)
                && text.runs(at)
                && let Some(i) = missing.remove(id)
            {
                places[i] = at;
            }
        }
    }
    places
}

/// Four decimals are more than anybody reads.
fn round(x: f64) -> f64 {
    (x * 1e4).round() / 1e4
}
