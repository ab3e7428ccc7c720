//! The user's side files: a dictionary in jieba's format, and extra stop words.

use std::{fs, path::Path};

use crate::error::{Error, Result};

/// A line of the user dictionary: word, frequency, tag.
pub type Entry = (String, Option<usize>, Option<String>);

/// The highest frequency a line may give; jieba's own dictionary stays below a million.
const MAX_FREQUENCY: usize = 1_000_000_000;

const FORMAT: &str = "write `word`, `word frequency` or `word frequency tag`, as in `深渊科考 20 n`";

/// Lines that say something, numbered from 1.
fn lines(path: &Path) -> Result<Vec<(usize, String)>> {
    let read = |source| Error::Read { path: path.display().to_string(), source };
    let bytes = fs::read(path).map_err(read)?;
    let mut lines = Vec::new();
    for (i, line) in bytes.split(|&b| b == b'\n').enumerate() {
        let line = std::str::from_utf8(line).map_err(|_| Error::Line {
            path: path.display().to_string(),
            line: i + 1,
            reason: "the line is not UTF-8; save the file as UTF-8".to_owned(),
        })?;
        let line = line.trim_start_matches('\u{FEFF}').trim();
        if !line.is_empty() && !line.starts_with('#') {
            lines.push((i + 1, line.to_owned()));
        }
    }
    Ok(lines)
}

/// Reads a user dictionary.
///
/// # Errors
/// [`Error::Read`], or [`Error::Line`] for a line that is no `word [frequency [tag]]`.
pub(super) fn read_dictionary(path: &Path) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for (line, text) in lines(path)? {
        let fail = |reason: String| Error::Line { path: path.display().to_string(), line, reason };
        let mut fields = text.split_whitespace();
        let Some(word) = fields.next() else { continue };
        if !word.chars().any(char::is_alphanumeric) {
            return Err(fail(format!("{word:?} holds no letter or digit; {FORMAT}")));
        }
        let frequency = match fields.next() {
            None => None,
            Some(field) => match field.parse::<usize>() {
                Ok(n) if (1..=MAX_FREQUENCY).contains(&n) => Some(n),
                Ok(_) => return Err(fail(format!("the frequency {field} is not from 1 to {MAX_FREQUENCY}; {FORMAT}"))),
                // jieba also takes `word tag`.
                Err(_) if fields.clone().next().is_none() && is_tag(field) => {
                    entries.push((word.to_owned(), None, Some(field.to_owned())));
                    continue;
                }
                Err(_) => {
                    return Err(fail(format!(
                        "the frequency {field:?} is not a whole number (a word cannot hold a space); {FORMAT}"
                    )));
                }
            },
        };
        let tag = fields.next().map(str::to_owned);
        if let Some(extra) = fields.next() {
            return Err(fail(format!("{extra:?} is one field too many; {FORMAT}")));
        }
        entries.push((word.to_owned(), frequency, tag));
    }
    Ok(entries)
}

/// jieba's tags are one to three lower-case letters.
fn is_tag(field: &str) -> bool {
    (1..=3).contains(&field.len()) && field.bytes().all(|b| b.is_ascii_lowercase())
}

/// Reads a list of stop words, one a line.
///
/// # Errors
/// [`Error::Read`], or [`Error::Line`] for a line that holds more than one word.
pub(super) fn read_stopwords(path: &Path) -> Result<Vec<String>> {
    let mut words = Vec::new();
    for (line, text) in lines(path)? {
        if text.split_whitespace().nth(1).is_some() {
            return Err(Error::Line {
                path: path.display().to_string(),
                line,
                reason: format!("{text:?} is more than one word; write one stop word a line"),
            });
        }
        words.push(text);
    }
    Ok(words)
}
