//! Stories: which articles report the same thing, so that a reprint counts once.
//!
//! Receives the [`Article`]s and their TF-IDF rows ([`Csr`]); returns [`Stories`]: groups of two articles or more. An
//! article of no group is a story by itself.
//!
//! | file | question |
//! |---|---|
//! | `words.rs` | which words does an article consist of? |
//! | `sketch.rs` | which texts may be alike, without comparing all pairs? |
//! | `near.rs` | which articles repeat each other's words, all of them or most? |
//! | `group.rs` | which pairs make one story? |
//!
//! A story is claimed only on strong evidence, since a reader who finds one false story trusts none. Texts too short to
//! tell a reprint from a form that is filled in anew (`清华大学2010年招生简章`, `北京大学2010年招生简章`) must be the same word
//! for word; articles of one source must share more than those of two; and the further apart the dates of two articles, the
//! more of their words must be the same. Reports of one event in words of their own stay apart: terms alone do not tell
//! them from serials (on 11 114 dated items, the pairs of the highest TF-IDF cosine within three days were the first and
//! second session of one meeting, a visitor's two receptions, and each day's figures).
//!
//! ```
//! use wenmai::{Article, story, vectorize};
//!
//! let article = |title: &str| Article { title: title.to_owned(), ..Article::default() };
//! let articles = [article("三峡水库开始蓄水"), article("三峽水庫，開始蓄水！"), article("三峡水库停止蓄水")];
//! let stories = story::find(&articles, &vectorize::Csr::default());
//! assert_eq!(stories.stories[0].articles, [0, 1]);
//! assert_eq!(stories.stories[0].copies, 1);
//! assert_eq!((stories.of(1), stories.of(2)), (Some(0), None));
//! ```

mod group;
mod near;
mod sketch;
#[cfg(test)]
mod tests;
mod words;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{article::Article, vectorize::Csr};

/// The stories of a corpus.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stories {
    /// Stories of two articles or more, largest first, equal ones by their first article.
    pub stories: Vec<Story>,
    /// The story of each article; none if it is a story by itself. Empty if stories were not looked for.
    pub of: Vec<Option<usize>>,
}

/// Articles that report one event, or the same words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Story {
    /// Its articles, earliest first; those without a date last, in their order.
    pub articles: Vec<usize>,
    /// How many of them repeat another's text word for word: equal in letters and digits, whatever the case, width,
    /// punctuation and variety of Chinese characters. The title is part of the text only where the text is shorter than
    /// some thirty words.
    pub copies: usize,
}

impl Stories {
    /// The index of an article's story; none if it is a story by itself.
    #[must_use]
    pub fn of(&self, article: usize) -> Option<usize> {
        self.of.get(article).copied().flatten()
    }

    /// A number that two articles share only if they belong to one story: to count stories, count different numbers.
    #[must_use]
    pub fn key(&self, article: usize) -> usize {
        self.of(article).unwrap_or(self.stories.len() + article)
    }

    /// In how many stories some articles are.
    #[must_use]
    pub fn count(&self, articles: impl IntoIterator<Item = usize>) -> usize {
        let mut keys: Vec<usize> = articles.into_iter().map(|article| self.key(article)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.len()
    }

    /// Whether it fits `n` articles: every index exists, and both fields say the same.
    #[must_use]
    pub fn fits(&self, n: usize) -> bool {
        let mut of = vec![None; n];
        for (number, story) in self.stories.iter().enumerate() {
            for &article in &story.articles {
                match of.get_mut(article) {
                    Some(free @ None) => *free = Some(number),
                    _ => return false,
                }
            }
        }
        self.stories.iter().all(|story| story.articles.len() > 1 && story.copies < story.articles.len())
            && (of == self.of || (self.of.is_empty() && self.stories.is_empty()))
    }
}

/// Finds the stories among articles; `rows` are their TF-IDF rows, unit or empty (no rows at all: only shared wording
/// counts).
///
/// The work grows with the number of articles and of pairs that are alike, and the result depends on the articles alone.
#[must_use]
pub fn find(articles: &[Article], rows: &Csr) -> Stories {
    among(articles, &read(articles), rows)
}

/// As [`find`], of articles whose words were read before.
pub(crate) fn among(articles: &[Article], read: &Read, rows: &Csr) -> Stories {
    let near = near::Near::find(articles, read, rows);
    group::stories(articles, &near.copies, &near.pairs, |a, b| near.compare(a, b).is_some())
}

/// What the articles' words come to: all that has to be known of their texts before they are held against each other.
pub(crate) struct Read {
    words: Vec<words::Words>,
    /// The sketches of the articles that have words enough, in order, those of so many articles together.
    sketches: Vec<Vec<sketch::Sketch>>,
}

/// Articles whose words a thread reads at a time; any number gives the same.
const CHUNK: usize = 1024;

/// Reads the words of each article.
pub(crate) fn read(articles: &[Article]) -> Read {
    let read = |chunk: &[Article]| {
        let (mut room, mut sketches) = (words::Room::default(), Vec::new());
        let words: Vec<words::Words> = chunk
            .iter()
            .map(|article| {
                let (words, sketch) = words::read(article, &mut room);
                sketches.extend(sketch);
                words
            })
            .collect();
        (words, sketches)
    };
    let (words, sketches): (Vec<_>, Vec<_>) = articles.par_chunks(CHUNK).map(read).unzip();
    Read { words: words.concat(), sketches }
}

/// Cosine of two rows, 0 to 1 for TF-IDF rows.
fn cosine(rows: &Csr, a: usize, b: usize) -> f64 {
    let ((left, x), (right, y)) = (rows.row(a), rows.row(b));
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    while i < left.len() && j < right.len() {
        match left[i].cmp(&right[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                sum += f64::from(x[i]) * f64::from(y[j]);
                i += 1;
                j += 1;
            }
        }
    }
    sum
}
