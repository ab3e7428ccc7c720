//! The article: what every reader yields and every later stage works on.
//!
//! An [`Article`] is one document cut into [`Passage`]s. Both remember where they stand in their source, so that every
//! claim in a report can point to the bytes it came from. This module knows nothing of the rest of the crate.

mod published;

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::published::{NotADate, Published};

/// Where something stands in its source file.
///
/// In a text file, the bytes are those of the file; if it is not in UTF-8, those of its text in UTF-8 (what `iconv -t UTF-8`
/// makes of it), and the line is that of the file. In a member of an archive they are counted from the member's start. In a
/// binary format the line is the number of the page, row or paragraph, and the bytes are the whole file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Position {
    /// Line of the first byte, counted from 1.
    pub line: u32,
    /// First byte, counted from 0.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
}

impl Position {
    /// Whether it can be a place in a file: its end is no less than its start, and no number is beyond any file.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        self.start <= self.end && self.end <= i64::MAX as u64 && self.line <= i32::MAX as u32
    }
}

/// A citation mark such as `[3]`, kept as data; it is never counted as a term.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// The number between the brackets.
    pub number: u32,
    /// Byte range of the mark, brackets included, in the passage's text.
    pub span: Range<usize>,
}

/// A part of an article that stands on its own: a summary group of a digest, else a paragraph.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// The words that open a digest's group and say nothing of its content, as written: `Group 1`, `Core Viewpoint`.
    /// Shown, never counted as terms.
    pub marker: Option<String>,
    /// The heading the passage stands under, if it has one. Its words count.
    pub heading: Option<String>,
    /// The text, never empty. Digest and plain-text passages are the file's own bytes `position.start..position.end`.
    pub text: String,
    /// Where the passage stands. For formats that escape or mark up their text (JSON, Markdown) this is the range of
    /// the source that holds the passage, which is then longer than `text`.
    pub position: Position,
    /// Byte ranges in `text` of the points of a bulleted list, in order; empty for running text.
    pub bullets: Vec<Range<usize>>,
    /// Citation marks in `text`, in order.
    pub citations: Vec<Citation>,
}

/// One document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Article {
    /// Unique within a run. Given by the input, else made from the file's name.
    pub id: String,
    /// The title; empty if the source has none.
    pub title: String,
    /// Where the title stands.
    pub title_position: Position,
    /// The language the input declares (`zh`, `en`, …). Segmenting does not rely on it.
    pub lang: Option<String>,
    /// When it was published.
    pub date: Option<Published>,
    /// Who published it.
    pub source: Option<String>,
    /// Where it can be read.
    pub url: Option<String>,
    /// The theme a person gave it, for evaluation only; clustering never sees it.
    pub label: Option<String>,
    /// Its place, from 0, among the articles that were read: the files by path, the articles as they stand in them. Vectors
    /// in a file without ids are in this order.
    #[serde(default)]
    pub number: usize,
    /// The file it was read from, as the user named it, with `/` between folders; `-` for standard input. Members of an
    /// archive follow its path: `archive.zip!/folder/a.html`.
    pub path: String,
    /// The text in passages, in order; empty if the article is a title alone.
    pub passages: Vec<Passage>,
    /// Fields of the input that have no place above, kept as they were.
    #[serde(default)]
    pub extra: serde_json::Map<String, serde_json::Value>,
}

/// Characters of a text that stand for a title that is missing.
const HEADLINE: usize = 40;

impl Article {
    /// The title; without one the beginning of the text, at most 40 characters, or the id.
    #[must_use]
    pub fn headline(&self) -> String {
        if !self.title.is_empty() {
            return self.title.clone();
        }
        let Some(passage) = self.passages.first() else { return self.id.clone() };
        // More words than characters are shown need not be looked at.
        let text = passage.text.split_whitespace().take(HEADLINE + 1).collect::<Vec<_>>().join(" ");
        match text.char_indices().nth(HEADLINE) {
            Some((cut, _)) => format!("{}…", text[..cut].trim_end()),
            None => text,
        }
    }
}

impl Passage {
    /// The words in a byte range of the text, without the citation marks in it; empty if the range is none of the text.
    #[must_use]
    pub fn words(&self, span: &Range<usize>) -> String {
        let mut words = String::new();
        let mut at = span.start;
        for mark in self.citations.iter().map(|c| &c.span).filter(|m| m.start >= span.start && m.end <= span.end) {
            words.push_str(self.text.get(at..mark.start).unwrap_or_default().trim_end());
            at = mark.end;
        }
        words.push_str(self.text.get(at..span.end).unwrap_or_default());
        words.trim().to_owned()
    }
}

/// Something in the input that could not be read, or only in part. The run goes on without it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Skipped {
    /// The file, as the user named it; with `:line` where the reason stands at a line.
    pub path: String,
    /// Why.
    pub reason: String,
    /// What would help; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remedy: String,
    /// Where the reason stands in the file, if at one place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// How many records or files give no article for this reason; 0, and left out, if the article was kept.
    #[serde(default, skip_serializing_if = "none_lost")]
    pub lost: usize,
}

fn none_lost(lost: &usize) -> bool {
    *lost == 0
}

impl Skipped {
    /// Why, and what would help.
    #[must_use]
    pub fn explained(&self) -> String {
        if self.remedy.is_empty() { self.reason.clone() } else { format!("{}; {}", self.reason, self.remedy) }
    }
}

/// What became of what was read: `read` = `articles` + `duplicates` + `skipped`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Records that were read: articles, and what should have been some.
    pub read: usize,
    /// Articles.
    pub articles: usize,
    /// Articles that are, in every word and field, one that was read already under the same id. Copies under another id are
    /// articles, and make a story.
    pub duplicates: usize,
    /// Records and files that give no article.
    pub skipped: usize,
}
