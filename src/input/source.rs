//! What a reader is given and what it gives back: the seam of this stage.

use std::{borrow::Cow, ops::Range};

use super::{
    Settings,
    encoding::{self, Decoded, Encoding, Undecodable},
    pairs::Pair,
};
use crate::article::{Article, Position};

/// A reader of one format. Variants are unit structs in a file of their own, registered in [`super::READERS`].
pub trait Reader: Send + Sync {
    /// Reads a whole file. What cannot be read becomes a [`Note`], never a panic and never an end of the run. The result
    /// depends on the source alone.
    fn read(&self, source: &Source<'_>) -> Parsed;

    /// How much a text looks like this format, from its content first and its ending second.
    fn likeness(&self, source: &Source<'_>) -> Likeness {
        let _ = source;
        Likeness::No
    }

    /// Whether a file that begins with `head` (4 KiB, or all of it) and has this ending is of this binary format. It is asked
    /// before a file is opened as an archive or decoded as text, so that a document that is a ZIP file inside is a document.
    fn claims(&self, head: &[u8], ending: &str) -> bool {
        let _ = (head, ending);
        false
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

/// What a reader is given: a file's bytes, its text if it has one, and the settings of the run.
///
/// Where something stands is counted in [`Self::text`], which is the file as UTF-8: in a file of another encoding, what
/// `iconv -t UTF-8` makes of it.
#[derive(Debug)]
pub struct Source<'a> {
    path: &'a str,
    bytes: &'a [u8],
    settings: &'a Settings,
    text: Cow<'a, str>,
    /// Bytes of the file before `text`: those of a byte order mark.
    before: usize,
    encoding: Option<Encoding>,
    undecodable: Option<Undecodable>,
    /// Where each line of `text` begins.
    starts: Vec<usize>,
}

impl<'a> Source<'a> {
    /// Takes `bytes` as text, with the default settings.
    ///
    /// # Errors
    /// As [`Self::decode`].
    pub fn new(path: &'a str, bytes: &'a [u8]) -> Result<Self, String> {
        static DEFAULT: Settings = Settings::new();
        Self::decode(path, bytes, &DEFAULT)
    }

    /// Takes `bytes` as text, in the encoding that the settings force or that the bytes are found to be in. Lines end with
    /// LF, CRLF or a lone CR; a byte order mark is no part of the text.
    ///
    /// # Errors
    /// Why the bytes are no text, as it reads after "it".
    pub fn decode(path: &'a str, bytes: &'a [u8], settings: &'a Settings) -> Result<Self, String> {
        let Decoded { text, before, encoding, undecodable } = encoding::decode(bytes, settings.encoding)?;
        let starts = line_starts(text.as_bytes());
        Ok(Self { path, bytes, settings, text, before, encoding: Some(encoding), undecodable, starts })
    }

    /// Takes `bytes` as what is no text: a reader of a binary format asks for [`Self::bytes`].
    pub fn binary(path: &'a str, bytes: &'a [u8], settings: &'a Settings) -> Self {
        let text = Cow::Borrowed("");
        Self { path, bytes, settings, text, before: 0, encoding: None, undecodable: None, starts: vec![0] }
    }

    /// The file, as the user named it.
    pub fn path(&self) -> &str {
        self.path
    }

    /// The bytes, as they are on disk or in the archive.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The settings of the run: limits, names of fields.
    pub fn settings(&self) -> &Settings {
        self.settings
    }

    /// The text, without a byte order mark; empty for a binary format.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Says where bytes could not be decoded, if some could not.
    pub(super) fn tell_undecodable(&self, parsed: &mut Parsed) {
        let (Some(found), Some(encoding)) = (self.undecodable, self.encoding) else { return };
        let times = if found.runs == 1 { "once".to_owned() } else { format!("{} times", found.runs) };
        parsed.remark(
            Some(self.line(found.shown)),
            "holds bytes that cannot be decoded, shown as U+FFFD; name the right encoding with --encoding",
            format!("{times}, first byte {} (0x{:02X}), read as {encoding}", found.at, found.byte),
        );
    }

    /// A place in a file that is no text: its page, row or paragraph `part`, from 1.
    pub fn part(&self, part: usize) -> Position {
        Position { line: u32::try_from(part).unwrap_or(u32::MAX).max(1), start: 0, end: self.bytes.len() as u64 }
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

    /// Where a line of the file, from 1, stands.
    pub(super) fn line_position(&self, line: u32) -> Position {
        if self.encoding.is_none() {
            return self.part(line as usize);
        }
        let at = (line as usize).saturating_sub(1);
        let start = self.starts.get(at).copied().unwrap_or(self.text.len());
        let end = self.starts.get(at + 1).copied().unwrap_or(self.text.len());
        let end = start + self.text.get(start..end).map_or(0, |text| text.trim_end_matches(['\r', '\n']).len());
        Position { line, start: (start + self.before) as u64, end: (end + self.before) as u64 }
    }

    /// The lines of [`Self::text`] as byte ranges, without their ends.
    pub fn lines(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        lines_from(&self.text, &self.starts)
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
    let ends = memchr::memchr2_iter(b'\n', b'\r', bytes);
    let ends = ends.filter(|&i| bytes[i] == b'\n' || bytes.get(i + 1) != Some(&b'\n'));
    std::iter::once(0).chain(ends.map(|i| i + 1)).collect()
}

/// How a file of the older office programs begins, and one of the newer that is encrypted by a password.
pub(super) const OLE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

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
    /// What is wrong and, after a semicolon, what would help: the same words for the same fault.
    pub what: &'static str,
    /// What is particular to this one; may be empty.
    pub detail: String,
    /// Whether a record, or the whole file, gives no article for it; else the article is kept.
    pub lost: bool,
}

impl Note {
    /// What is wrong, and what would help; the latter may be empty.
    pub(super) fn parts(&self) -> (String, &'static str) {
        let (what, remedy) = self.what.split_once("; ").unwrap_or((self.what, ""));
        let reason = if self.detail.is_empty() { what.to_owned() } else { format!("{what}: {}", self.detail) };
        (reason, remedy)
    }
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
    /// Where the lines of the notes stand; filled in by [`super::parse`].
    pub(super) positions: Vec<(u32, Position)>,
    /// Bytes that a document which is an archive inside was unpacked to.
    pub(super) unpacked: u64,
}

impl Parsed {
    /// Adds a note on a record, or on the file, that gives no article.
    pub fn note(&mut self, line: Option<u32>, what: &'static str, detail: impl Into<String>) {
        self.notes.push(Note { line, what, detail: detail.into(), lost: true });
    }

    /// Adds a note on a fault in spite of which the article is kept.
    pub fn remark(&mut self, line: Option<u32>, what: &'static str, detail: impl Into<String>) {
        self.notes.push(Note { line, what, detail: detail.into(), lost: false });
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
    fn gb18030_was_no_text_and_what_is_no_text_says_where() {
        let source = Source::new("x", b"ok\n\xD6\xD0\xB9\xFA").unwrap();
        assert_eq!((source.text(), source.position(3..9)), ("ok\n中国", Position { line: 2, start: 3, end: 9 }));
        let reason = Source::new("x", b"PNG\0\0").unwrap_err();
        assert!(reason.contains("NUL byte at byte 3"), "{reason}");
        assert_eq!(Source::new("x", b"\xFF\xFEa\0").unwrap().text(), "a");
    }

    #[test]
    fn undecodable_bytes_are_a_remark_with_their_place() {
        let mut parsed = Parsed::default();
        Source::new("x", "雨雨\n雨\u{FFFD}".as_bytes()).unwrap().tell_undecodable(&mut parsed);
        assert_eq!(parsed.notes, []);
        let bytes = ["雨雨\n雨雨".as_bytes(), b"\xFF"].concat();
        Source::new("x", &bytes).unwrap().tell_undecodable(&mut parsed);
        assert_eq!((parsed.notes[0].line, parsed.notes[0].lost), (Some(2), false));
        assert!(parsed.notes[0].parts().0.ends_with("once, first byte 13 (0xFF), read as UTF-8"), "{:?}", parsed.notes);
    }

    #[test]
    fn endings_are_lower_case_and_a_leading_dot_is_none() {
        for (path, is) in [("a/b.TXT", "txt"), ("a.b/c", ""), (".hidden", ""), ("-", ""), ("x.tar.gz", "gz")] {
            assert_eq!(ending(path), is, "{path}");
        }
    }
}
