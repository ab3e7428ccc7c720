//! What a reader is given and what it gives back: the seam of this stage.

use std::ops::Range;

use super::pairs::Pair;
use crate::article::{Article, Position};

/// A reader of one format. Variants are unit structs in a file of their own, registered in [`super::READERS`].
pub trait Reader: Send + Sync {
    /// Reads a whole file. What cannot be read becomes a [`Note`], never a panic and never an end of the run. The result
    /// depends on the source alone.
    fn read(&self, source: &Source<'_>) -> Parsed;

    /// How much the file looks like this format, from its content first and its ending second.
    fn likeness(&self, source: &Source<'_>) -> Likeness {
        let _ = source;
        Likeness::No
    }
}

/// How much a file looks like a format. Of two equal ones the reader registered first wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// Not at all: the format has to be forced.
    No,
    /// It can be read so if it looks like nothing else.
    Fallback,
    /// It has the ending, or some of the marks.
    Likely,
    /// Its content leaves no doubt.
    Certain,
}

/// A file as text, with the map from its characters to where they stand on disk.
#[derive(Debug)]
pub struct Source<'a> {
    path: &'a str,
    text: &'a str,
    /// Bytes of the file before `text`: those of a byte order mark.
    before: usize,
    /// Where each line of `text` begins.
    starts: Vec<usize>,
}

impl<'a> Source<'a> {
    /// Takes `bytes` as UTF-8. Lines end with LF, CRLF or a lone CR; a byte order mark is no part of the text.
    ///
    /// # Errors
    /// Why the bytes are no UTF-8 text, with the position and what would help.
    pub fn new(path: &'a str, bytes: &'a [u8]) -> Result<Self, String> {
        let (before, body) = match bytes {
            [0xEF, 0xBB, 0xBF, rest @ ..] => (3, rest),
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => {
                return Err("is UTF-16 text, by its first two bytes; convert it first: iconv -f UTF-16 -t UTF-8".into());
            }
            _ => (0, bytes),
        };
        let line_of = |at: usize| line_starts(&body[..at]).len();
        if let Some(at) = body.iter().position(|&byte| byte == 0) {
            return Err(format!(
                "holds a NUL byte at byte {} (line {}), so it is no text; name the article's text instead",
                before + at,
                line_of(at)
            ));
        }
        match str::from_utf8(body) {
            Ok(text) => Ok(Self { path, text, before, starts: line_starts(body) }),
            Err(error) => {
                let at = error.valid_up_to();
                Err(format!(
                    "is not UTF-8: byte {} (line {}) is 0x{:02X}; convert it first, for Chinese often: iconv -f GB18030 -t UTF-8",
                    before + at,
                    line_of(at),
                    body.get(at).copied().unwrap_or_default()
                ))
            }
        }
    }

    /// The file, as the user named it.
    pub fn path(&self) -> &str {
        self.path
    }

    /// The text, without a byte order mark.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The ending of the file's name in lower case, without the dot; empty if it has none.
    pub fn ending(&self) -> String {
        ending(self.path)
    }

    /// The line, from 1, that holds the byte `offset` of [`Self::text`].
    pub fn line(&self, offset: usize) -> u32 {
        u32::try_from(self.starts.partition_point(|&start| start <= offset)).unwrap_or(u32::MAX)
    }

    /// Where a range of [`Self::text`] stands in the file.
    pub fn position(&self, range: Range<usize>) -> Position {
        Position {
            line: self.line(range.start),
            start: (range.start + self.before) as u64,
            end: (range.end + self.before) as u64,
        }
    }

    /// The lines of [`Self::text`] as byte ranges, without their ends.
    pub fn lines(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        lines_from(self.text, &self.starts)
    }
}

/// The lines of any text as byte ranges, without their ends.
pub(super) fn lines(text: &str) -> Vec<Range<usize>> {
    lines_from(text, &line_starts(text.as_bytes())).collect()
}

fn lines_from(text: &str, starts: &[usize]) -> impl Iterator<Item = Range<usize>> {
    starts.iter().enumerate().map(|(i, &start)| {
        let end = starts.get(i + 1).copied().unwrap_or(text.len());
        start..start + text[start..end].trim_end_matches(['\r', '\n']).len()
    })
}

fn line_starts(bytes: &[u8]) -> Vec<usize> {
    let mut starts = vec![0];
    for (i, &byte) in bytes.iter().enumerate() {
        if byte == b'\n' || (byte == b'\r' && bytes.get(i + 1) != Some(&b'\n')) {
            starts.push(i + 1);
        }
    }
    starts
}

/// The ending of a file's name in lower case, without the dot; empty if it has none.
pub(super) fn ending(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => ending.to_lowercase(),
        _ => String::new(),
    }
}

/// An article as a reader leaves it: `id` is what the input gives, or empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The article; its `path` is filled in later.
    pub article: Article,
    /// Its place, from 1, among the records of a file of many; none where a file is one article.
    pub number: Option<usize>,
}

/// Something a reader could not use. The same `what` many times over in one file is reported in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The line it stands at, if one.
    pub line: Option<u32>,
    /// What is wrong and what would help: the same words for the same fault.
    pub what: &'static str,
    /// What is particular to this one; may be empty.
    pub detail: String,
}

/// What a reader found in one file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    /// The articles, as they stand in the file.
    pub articles: Vec<Draft>,
    /// The scored pairs of texts, as they stand in the file.
    pub pairs: Vec<Pair>,
    /// What could not be used, as it stands in the file.
    pub notes: Vec<Note>,
    /// How many records the file has, good and bad; it sets the width of their numbers.
    pub records: usize,
}

impl Parsed {
    /// Adds a note.
    pub fn note(&mut self, line: Option<u32>, what: &'static str, detail: impl Into<String>) {
        self.notes.push(Note { line, what, detail: detail.into() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_with_lf_crlf_or_cr_and_positions_count_the_mark() {
        let bytes = "\u{FEFF}a\r\nbb\rc\n\nd".as_bytes();
        let source = Source::new("x", bytes).unwrap();
        let lines: Vec<_> = source.lines().map(|range| &source.text()[range]).collect();
        assert_eq!(lines, ["a", "bb", "c", "", "d"]);
        let at = source.text().find('d').unwrap();
        assert_eq!(source.position(at..at + 1), Position { line: 5, start: 12, end: 13 });
        assert_eq!(&bytes[12..13], b"d");
    }

    #[test]
    fn bytes_that_are_no_utf8_text_say_where_and_what_to_do() {
        let reason = Source::new("x", b"ok\n\xD6\xD0").unwrap_err();
        assert!(reason.contains("byte 3 (line 2) is 0xD6") && reason.contains("iconv"), "{reason}");
        let reason = Source::new("x", b"PNG\0\0").unwrap_err();
        assert!(reason.contains("NUL byte at byte 3 (line 1)"), "{reason}");
        assert!(Source::new("x", b"\xFF\xFEa\0").unwrap_err().contains("UTF-16"));
    }

    #[test]
    fn endings_are_lower_case_and_a_leading_dot_is_none() {
        for (path, is) in [("a/b.TXT", "txt"), ("a.b/c", ""), (".hidden", ""), ("-", ""), ("x.tar.gz", "gz")] {
            assert_eq!(ending(path), is, "{path}");
        }
    }
}
