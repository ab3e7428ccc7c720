//! The article: what every reader yields and every later stage works on.
//!
//! An [`Article`] is one document cut into [`Passage`]s. Both remember where they stand in their source, so that every
//! claim in a report can point to the bytes it came from. This module knows nothing of the rest of the crate.

use std::{fmt, ops::Range, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where something stands in its source file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Position {
    /// Line of the first byte, counted from 1.
    pub line: u32,
    /// First byte, counted from 0, in the file as it is on disk.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
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

/// The day, and where known the minute, an article was published, in the source's own clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Published {
    /// The calendar day.
    pub day: jiff::civil::Date,
    /// The time of day, to the minute, if the source gives one.
    pub time: Option<jiff::civil::Time>,
}

impl fmt::Display for Published {
    /// `2025-06-14` or `2025-06-14T21:57`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.day)?;
        match self.time {
            Some(time) => write!(f, "T{:02}:{:02}", time.hour(), time.minute()),
            None => Ok(()),
        }
    }
}

/// The text is not a date wenmai reads.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a date; write it as 2025-06-14, 2025-06-14 21:57 or 2025-06-14T21:57:00+08:00")]
pub struct NotADate(pub String);

impl FromStr for Published {
    type Err = NotADate;

    /// Reads `2025-06-14`, `2025/06/14`, `2025年6月14日`, each with or without a time, and RFC 3339 timestamps, whose
    /// offset is dropped: the day is the one the source printed.
    fn from_str(text: &str) -> Result<Self, NotADate> {
        let fail = || NotADate(text.to_owned());
        let mut numbers: Vec<i64> = Vec::with_capacity(6);
        let mut separators: Vec<String> = Vec::with_capacity(6);
        for c in text.trim().chars() {
            if let Some(digit) = c.to_digit(10) {
                if numbers.len() == separators.len() {
                    numbers.push(0);
                }
                let last = numbers.last_mut().ok_or_else(fail)?;
                *last = last.checked_mul(10).and_then(|n| n.checked_add(i64::from(digit))).ok_or_else(fail)?;
            } else if numbers.is_empty() {
                return Err(fail());
            } else {
                if separators.len() < numbers.len() {
                    separators.push(String::new());
                }
                separators.last_mut().ok_or_else(fail)?.push(c);
            }
        }
        let part = |i: usize| numbers.get(i).copied();
        let between = |i: usize| separators.get(i).map(|s| s.trim());
        let (Some(year), Some(month), Some(day)) = (part(0), part(1), part(2)) else { return Err(fail()) };
        if !matches!(
            (between(0), between(1)),
            (Some("-"), Some("-")) | (Some("/"), Some("/")) | (Some("."), Some(".")) | (Some("年"), Some("月"))
        ) {
            return Err(fail());
        }
        if !(1000..=9999).contains(&year) {
            return Err(fail());
        }
        let small = |n: i64| i8::try_from(n).map_err(|_| fail());
        let day = jiff::civil::Date::new(i16::try_from(year).map_err(|_| fail())?, small(month)?, small(day)?)
            .map_err(|_| fail())?;
        let time = match (between(2), part(3), between(3), part(4)) {
            (None | Some("日"), None, ..) => None,
            (Some("" | "T" | "t" | "日" | "_"), Some(hour), Some(":" | "：" | "时"), Some(minute)) => {
                Some(jiff::civil::Time::new(small(hour)?, small(minute)?, 0, 0).map_err(|_| fail())?)
            }
            _ => return Err(fail()),
        };
        Ok(Self { day, time })
    }
}

impl Serialize for Published {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Published {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
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
    /// The file it was read from, as the user named it, with `/` between folders; `-` for standard input.
    pub path: String,
    /// The text in passages, in order; empty if the article is a title alone.
    pub passages: Vec<Passage>,
    /// Fields of the input that have no place above, kept as they were.
    #[serde(default)]
    pub extra: serde_json::Map<String, serde_json::Value>,
}

impl Article {
    /// The title; without one the beginning of the text, at most 40 characters, or the id.
    #[must_use]
    pub fn headline(&self) -> String {
        if !self.title.is_empty() {
            return self.title.clone();
        }
        let Some(passage) = self.passages.first() else { return self.id.clone() };
        let text = passage.text.split_whitespace().collect::<Vec<_>>().join(" ");
        match text.char_indices().nth(40) {
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

/// Something in the input that could not be read. The run goes on without it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Skipped {
    /// The file, as the user named it; with `:line` where the reason stands at a line.
    pub path: String,
    /// Why, and what would help.
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_dates_people_write() {
        for (text, shown) in [
            ("2025-06-14", "2025-06-14"),
            ("2025-06-14 21:57", "2025-06-14T21:57"),
            ("2025-06-14T21:57:03+08:00", "2025-06-14T21:57"),
            ("2025/6/4", "2025-06-04"),
            ("2025年6月14日", "2025-06-14"),
            ("2025年6月14日 08:05", "2025-06-14T08:05"),
            (" 2025-06-14 ", "2025-06-14"),
        ] {
            assert_eq!(text.parse::<Published>().unwrap().to_string(), shown, "{text}");
        }
        for text in [
            "",
            "June 14",
            "2025-13-01",
            "2025-02-30",
            "2025",
            "2025-06",
            "99999999999999999999-01-01",
            "2025-06-14 25:00",
            "20250614",
        ] {
            assert!(text.parse::<Published>().is_err(), "{text}");
        }
    }
}
