//! The file format and its reader.

use std::{borrow::Cow, cmp::Ordering, fs, ops::Range, path::Path, sync::OnceLock};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::error::{Error, Result};

/// What a lexicon file begins with. The line break and the end-of-file mark show a transfer that took it for text.
pub(super) const MAGIC: [u8; 8] = *b"WMLEX\r\n\x1a";

/// The version of the format this program writes and reads.
pub(super) const VERSION: u32 = 1;

/// Bytes before the header: magic, version, length of the header.
pub(super) const PREFIX: usize = 16;

/// A header longer than this is no header.
pub(super) const MOST_HEADER: usize = 64 << 10;

/// Words a lexicon can hold.
pub(super) const MOST_WORDS: usize = 1 << 24;

/// Dimensions a lexicon can have.
pub(super) const MOST_DIMENSIONS: usize = 4096;

/// Scales are below this, so that no sum of vectors overflows; a larger one (or one that is no number) is damage.
pub(super) const MOST_SCALE: f32 = 1e30;

/// How many bits a number takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Bits {
    /// 4: half the size; the cosine of a row to what it was is about .994.
    Four,
    /// 8: the cosine is above .9999.
    #[default]
    Eight,
}

impl Bits {
    /// Bytes that a row of `dimensions` numbers takes.
    #[must_use]
    pub fn row_bytes(self, dimensions: usize) -> usize {
        match self {
            Self::Four => dimensions.div_ceil(2),
            Self::Eight => dimensions,
        }
    }
}

impl TryFrom<u8> for Bits {
    type Error = String;

    fn try_from(bits: u8) -> Result<Self, String> {
        match bits {
            4 => Ok(Self::Four),
            8 => Ok(Self::Eight),
            other => Err(format!("a number takes 4 or 8 bits, not {other}")),
        }
    }
}

impl From<Bits> for u8 {
    fn from(bits: Bits) -> Self {
        match bits {
            Bits::Four => 4,
            Bits::Eight => 8,
        }
    }
}

/// Where a lexicon comes from. Told, never used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
    /// A name for it.
    pub name: String,
    /// The model it was distilled from.
    pub teacher: String,
    /// Its licence, as the teacher's and the texts' allow.
    pub licence: String,
    /// How it was made, in words or as a command.
    pub made: String,
    /// How many texts it was fitted to; 0 if it was distilled from words alone.
    pub texts: usize,
}

/// The header of a lexicon file. Fields that this version does not know are ignored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Number of words, `n`.
    pub words: usize,
    /// Dimensions of a vector, `d`.
    pub dimensions: usize,
    /// Bits a number takes.
    pub bits: Bits,
    /// Length of all keys together.
    pub key_bytes: usize,
    /// Where it comes from.
    #[serde(flatten)]
    pub about: About,
}

/// Where the sections of a file begin; each ends where the next begins, the last at the file's end.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Sections {
    starts: usize,
    keys: usize,
    scales: usize,
    codes: usize,
}

/// A lexicon, read where it lies: opening it checks the header and the length, and looks at no word.
///
/// The bytes may be part of the program, lent, or owned. Keys out of order or other damage inside make look-ups miss or
/// return wrong vectors, never panic; [`check`](Self::check) finds such damage.
#[derive(Clone, Debug, PartialEq)]
pub struct Lexicon<'a> {
    bytes: Cow<'a, [u8]>,
    header: Header,
    sections: Sections,
    /// Made at the first word that is looked up.
    starts: Starts,
}

/// The first bytes of every [`STEP`]-th key, so that a word is sought among few. It follows from the bytes.
#[derive(Clone, Debug, Default)]
struct Starts(OnceLock<Vec<u64>>);

/// Keys from one of [`Starts`] to the next.
const STEP: usize = 16;

impl PartialEq for Starts {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// The first eight bytes of a key as a number, zeros after a shorter one: of two keys in order, the first has no greater one.
fn first_bytes(key: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    bytes.iter_mut().zip(key).for_each(|(to, &byte)| *to = byte);
    u64::from_be_bytes(bytes)
}

/// The vector of one word, still in its codes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row<'a> {
    codes: &'a [u8],
    scale: f32,
    bits: Bits,
    dimensions: usize,
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(four.try_into().ok()?))
}

impl Lexicon<'static> {
    /// Reads a lexicon file into memory.
    ///
    /// # Errors
    /// [`Error::Read`] if the file cannot be read; [`Error::Lexicon`] if it is not one.
    pub fn open(path: &Path) -> Result<Self> {
        let shown = path.display().to_string();
        let bytes = fs::read(path).map_err(|source| Error::Read { path: shown.clone(), source })?;
        Self::read(bytes, &shown)
    }
}

impl<'a> Lexicon<'a> {
    /// Reads a lexicon that is in memory; `name` is what errors call it.
    ///
    /// # Errors
    /// [`Error::Lexicon`] if the bytes are not a lexicon, or one of a version this program does not know, or not whole.
    pub fn read(bytes: impl Into<Cow<'a, [u8]>>, name: &str) -> Result<Self> {
        let bytes = bytes.into();
        let (header, sections) = parse(&bytes).map_err(|reason| Error::Lexicon { path: name.to_owned(), reason })?;
        Ok(Self { bytes, header, sections, starts: Starts::default() })
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Number of words.
    #[must_use]
    pub fn words(&self) -> usize {
        self.header.words
    }

    /// Dimensions of a vector.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.header.dimensions
    }

    /// The whole file.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// A number that tells this lexicon from others: the XXH3 of its header, its words and their scales. The codes, most of
    /// the bytes, are left out for speed; another fit has other scales.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        xxh3_64(self.bytes.get(..self.sections.codes).unwrap_or_default())
    }

    /// The vector of a word, by its key. Words that are not in it may have known parts: see [`compose`](Self::compose).
    #[must_use]
    pub fn lookup(&self, key: &str) -> Option<Row<'_>> {
        let key = key.as_bytes();
        let starts = self.starts.0.get_or_init(|| self.starts());
        let first = first_bytes(key);
        // The last of those that begin with less comes before the word, the first that begins with more after it.
        let mut low = starts.partition_point(|&start| start < first).saturating_sub(1) * STEP;
        let mut high = (starts.partition_point(|&start| start <= first) * STEP).min(self.header.words);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.key_bytes(middle)?.cmp(key) {
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => return self.row(middle),
            }
        }
        None
    }

    fn starts(&self) -> Vec<u64> {
        (0..self.header.words).step_by(STEP).map_while(|i| self.key_bytes(i)).map(first_bytes).collect()
    }

    /// The key of the `i`-th word in byte order; none past the end, or if the file is damaged there.
    #[must_use]
    pub fn key(&self, i: usize) -> Option<&str> {
        std::str::from_utf8(self.key_bytes(i)?).ok()
    }

    /// The vector of the `i`-th word; none past the end, or if the file is damaged there.
    #[must_use]
    pub fn row(&self, i: usize) -> Option<Row<'_>> {
        if i >= self.header.words {
            return None;
        }
        let Header { bits, dimensions, .. } = self.header;
        let scale = f32::from_bits(u32_at(&self.bytes, self.sections.scales + 4 * i)?);
        let length = bits.row_bytes(dimensions);
        let start = self.sections.codes + length * i;
        let codes = self.bytes.get(start..start + length)?;
        (scale.abs() < MOST_SCALE).then_some(Row { codes, scale, bits, dimensions })
    }

    fn key_bytes(&self, i: usize) -> Option<&[u8]> {
        if i >= self.header.words {
            return None;
        }
        let at = |i: usize| u32_at(&self.bytes, self.sections.starts + 4 * i).map(|at| at as usize);
        let Range { start, end } = at(i)?..at(i + 1)?;
        self.bytes.get(self.sections.keys..self.sections.scales)?.get(start..end)
    }

    /// Looks at every word: keys are text, ascending, each once; scales are numbers of a sane size.
    ///
    /// # Errors
    /// [`Error::Lexicon`] naming the first word that breaks the rule.
    pub fn check(&self, name: &str) -> Result<()> {
        let fail = |i: usize, what: &str| Error::Lexicon {
            path: name.to_owned(),
            reason: format!("word {} of {} {what}", i + 1, self.header.words),
        };
        let mut last: Option<&str> = None;
        for i in 0..self.header.words {
            let key = self.key(i).ok_or_else(|| fail(i, "is no text"))?;
            if last.is_some_and(|last| last >= key) {
                return Err(fail(i, "is out of order"));
            }
            self.row(i).ok_or_else(|| fail(i, "has no sane scale"))?;
            last = Some(key);
        }
        Ok(())
    }
}

/// Checks everything that can be checked without looking at a word.
fn parse(bytes: &[u8]) -> Result<(Header, Sections), String> {
    if bytes.len() < PREFIX || bytes[..MAGIC.len()] != MAGIC {
        return Err("it does not begin as a lexicon does".to_owned());
    }
    let version = u32_at(bytes, 8).unwrap_or(0);
    if version != VERSION {
        return Err(format!("its format is version {version}, and this program knows version {VERSION}"));
    }
    let length = u32_at(bytes, 12).unwrap_or(0) as usize;
    if length > MOST_HEADER {
        return Err(format!("its header claims {length} bytes, and {MOST_HEADER} is the most"));
    }
    let header = bytes.get(PREFIX..PREFIX + length).ok_or("it ends inside its header")?;
    let header: Header = serde_json::from_slice(header).map_err(|e| format!("its header is damaged ({e})"))?;
    let Header { words, dimensions, bits, key_bytes, .. } = header;
    if words > MOST_WORDS {
        return Err(format!("it claims {words} words, and {MOST_WORDS} is the most"));
    }
    if dimensions == 0 || dimensions > MOST_DIMENSIONS {
        return Err(format!("it claims {dimensions} dimensions, and 1 to {MOST_DIMENSIONS} are possible"));
    }
    if u32::try_from(key_bytes).is_err() {
        return Err(format!("it claims {key_bytes} bytes of keys, and {} is the most", u32::MAX));
    }
    // In 64 bits these cannot overflow, given the limits above.
    let starts = (PREFIX + length) as u64;
    let keys = starts + 4 * (words as u64 + 1);
    let scales = keys + key_bytes as u64;
    let codes = scales + 4 * words as u64;
    let end = codes + words as u64 * bits.row_bytes(dimensions) as u64;
    if end != bytes.len() as u64 {
        let what = if end > bytes.len() as u64 { "cut short" } else { "too long" };
        return Err(format!("it is {what}: {} bytes, where its header makes it {end}", bytes.len()));
    }
    // They are at most the length of something in memory.
    let sections =
        Sections { starts: starts as usize, keys: keys as usize, scales: scales as usize, codes: codes as usize };
    Ok((header, sections))
}

impl Row<'_> {
    /// Dimensions.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// Writes the vector to the first [`dimensions`](Self::dimensions) numbers of `out`; if `out` is shorter, what fits.
    pub fn write(&self, out: &mut [f32]) {
        self.each(out, |slot, value| *slot = value);
    }

    /// Adds `weight` times the vector to `out`, as [`write`](Self::write) would write it.
    pub fn add(&self, weight: f32, out: &mut [f32]) {
        let weighted = Self { scale: self.scale * weight, ..*self };
        weighted.each(out, |slot, value| *slot += value);
    }

    fn each(&self, out: &mut [f32], mut to: impl FnMut(&mut f32, f32)) {
        let end = out.len().min(self.dimensions);
        let out = &mut out[..end];
        match self.bits {
            Bits::Eight => {
                for (slot, &code) in out.iter_mut().zip(self.codes) {
                    to(slot, self.scale * f32::from(i8::from_le_bytes([code])));
                }
            }
            Bits::Four => {
                let values: [f32; 16] = std::array::from_fn(|nibble| self.scale * (nibble as f32 - 7.5));
                let (pairs, last) = out.as_chunks_mut::<2>();
                let mut codes = self.codes.iter();
                for ([low, high], &code) in pairs.iter_mut().zip(&mut codes) {
                    to(low, values[usize::from(code & 15)]);
                    to(high, values[usize::from(code >> 4)]);
                }
                for (slot, &code) in last.iter_mut().zip(codes) {
                    to(slot, values[usize::from(code & 15)]);
                }
            }
        }
    }
}
