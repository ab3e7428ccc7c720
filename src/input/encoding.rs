//! From bytes to text: which encoding a file has, and what of it cannot be decoded.
//!
//! `--encoding` decides, else a byte order mark, else what HTML and XML declare; else the text is UTF-8 if it can be, UTF-16
//! if its NUL bytes say so, and else what chardetng makes of it. GBK is read as GB18030, which holds all of it.

use std::{borrow::Cow, fmt, str::FromStr};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, DecoderResult, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A text encoding, by its name on the web.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding(&'static encoding_rs::Encoding);

/// The text names no encoding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no encoding; use one of UTF-8, UTF-16LE, UTF-16BE, GB18030, GBK, Big5 or another that the web knows")]
pub struct UnknownEncoding(pub String);

impl Encoding {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Encoding {
    type Err = UnknownEncoding;

    fn from_str(name: &str) -> Result<Self, UnknownEncoding> {
        let unknown = || UnknownEncoding(name.to_owned());
        encoding_rs::Encoding::for_label(name.trim().as_bytes()).map(Self).ok_or_else(unknown)
    }
}

impl Serialize for Encoding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Encoding {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Bytes that could not be decoded: each run of them is U+FFFD in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Undecodable {
    /// How many runs there are.
    pub runs: usize,
    /// Where the first begins in the file.
    pub at: usize,
    /// Where it stands in the text.
    pub shown: usize,
    /// Its first byte.
    pub byte: u8,
}

/// A decoded file.
#[derive(Debug)]
pub(super) struct Decoded<'a> {
    pub text: Cow<'a, str>,
    /// Bytes of a byte order mark before text that is the file's own bytes.
    pub before: usize,
    pub encoding: Encoding,
    pub undecodable: Option<Undecodable>,
}

/// Characters in a hundred that may be control characters in a text that is no UTF-8.
const CONTROLS: usize = 2;
/// Characters beyond which good UTF-8 cannot be another encoding by chance.
const PROOF: usize = 8;
/// Characters up to which the detector's word for an East Asian encoding is little worth.
const FEW: usize = 12;
/// Bytes that the detector looks at.
const SAMPLE: usize = 1 << 20;
/// Where HTML and XML have to declare their encoding, and some room.
const DECLARED: usize = 2048;

/// Decodes a file.
///
/// # Errors
/// Why the bytes are no text, as it reads after "it".
pub(super) fn decode(bytes: &[u8], forced: Option<Encoding>) -> Result<Decoded<'_>, String> {
    let mark = encoding_rs::Encoding::for_bom(bytes);
    let wide = |encoding| encoding == UTF_16LE || encoding == UTF_16BE;
    if let Some(Encoding(forced)) = forced {
        return Ok(match mark {
            Some((encoding, length)) if encoding == forced || (wide(encoding) && wide(forced)) => {
                with(encoding, bytes, length)
            }
            _ => with(forced, bytes, 0),
        });
    }
    if let Some((encoding, length)) = mark {
        let decoded = with(encoding, bytes, length);
        return if encoding == UTF_8 { whole(decoded, bytes) } else { Ok(decoded) };
    }
    let nul = memchr::memchr(0, bytes);
    if nul.is_none()
        && let Some(encoding) = declared(bytes)
    {
        // A page that lies about itself: what is good UTF-8 for some characters is nothing else.
        let utf8 = str::from_utf8(bytes).is_ok_and(|text| text.chars().filter(|c| !c.is_ascii()).nth(PROOF).is_some());
        return Ok(with(if utf8 { UTF_8 } else { encoding }, bytes, 0));
    }
    if let Some(at) = nul {
        return match sixteen(bytes) {
            Some(encoding) => Ok(with(encoding, bytes, 0)),
            None => Err(format!("holds a NUL byte at byte {at}")),
        };
    }
    if let Some(decoded) = utf8(bytes, 0) {
        return Ok(decoded);
    }
    if mostly_utf8(bytes) {
        return Ok(with(UTF_8, bytes, 0));
    }
    let decoded = with(detect(bytes), bytes, 0);
    let (controls, characters) = decoded.text.chars().fold((0, 0), |(controls, all), c| {
        let control = matches!(c, '\u{0}'..='\u{8}' | '\u{E}'..='\u{19}' | '\u{1C}'..='\u{1F}' | '\u{7F}'..='\u{9F}');
        (controls + usize::from(control), all + 1)
    });
    let runs = decoded.undecodable.map_or(0, |undecodable| undecodable.runs);
    if (controls + runs) * 100 > characters * CONTROLS && controls + runs > 1 {
        return Err(format!(
            "is text in no encoding that wenmai can tell: read as {}, {controls} of its {characters} \
                            characters are control characters and {runs} cannot be decoded",
            decoded.encoding
        ));
    }
    Ok(decoded)
}

/// The name of a member of an archive: UTF-8, else what Chinese systems write.
pub(super) fn name(bytes: &[u8]) -> String {
    str::from_utf8(bytes).map_or_else(|_| with(detect(bytes), bytes, 0).text.into_owned(), str::to_owned)
}

/// A marked file that holds NUL bytes is no text.
fn whole<'a>(decoded: Decoded<'a>, bytes: &[u8]) -> Result<Decoded<'a>, String> {
    match memchr::memchr(0, bytes) {
        Some(at) => Err(format!("holds a NUL byte at byte {at}")),
        None => Ok(decoded),
    }
}

/// `bytes` from `from` on where they lie, if they are UTF-8 throughout.
fn utf8(bytes: &[u8], from: usize) -> Option<Decoded<'_>> {
    let text = simdutf8::basic::from_utf8(bytes.get(from..)?).ok()?;
    Some(Decoded { text: text.into(), before: from, encoding: Encoding(UTF_8), undecodable: None })
}

/// Decodes `bytes` from `from` on, counting what cannot be.
fn with<'a>(encoding: &'static encoding_rs::Encoding, bytes: &'a [u8], from: usize) -> Decoded<'a> {
    let encoding = if encoding == GBK { GB18030 } else { encoding };
    let body = bytes.get(from..).unwrap_or_default();
    if encoding == UTF_8
        && let Some(decoded) = utf8(bytes, from)
    {
        return decoded;
    }
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::new();
    let mut undecodable: Option<Undecodable> = None;
    let mut read = 0;
    loop {
        let rest = body.get(read..).unwrap_or_default();
        // Some at a time: the worst case is thrice the bytes.
        let piece = rest.get(..SAMPLE).unwrap_or(rest);
        text.reserve(decoder.max_utf8_buffer_length_without_replacement(piece.len()).unwrap_or(SAMPLE));
        let last = piece.len() == rest.len();
        let (result, taken) = decoder.decode_to_string_without_replacement(piece, &mut text, last);
        read += taken;
        match result {
            DecoderResult::InputEmpty if last => break,
            DecoderResult::InputEmpty | DecoderResult::OutputFull => {}
            DecoderResult::Malformed(length, after) => {
                let at = read.saturating_sub(usize::from(length) + usize::from(after));
                let first = Undecodable {
                    runs: 0,
                    at: from + at,
                    shown: text.len(),
                    byte: body.get(at).copied().unwrap_or_default(),
                };
                undecodable.get_or_insert(first).runs += 1;
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
    }
    text.shrink_to_fit();
    Decoded { text: text.into(), before: 0, encoding: Encoding(encoding), undecodable }
}

/// The encoding that HTML or XML declares in its first bytes.
fn declared(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = bytes.get(..DECLARED).unwrap_or(bytes);
    if head.trim_ascii_start().first() != Some(&b'<') {
        return None;
    }
    let head = head.to_ascii_lowercase();
    let value = |name: &[u8], from: usize| {
        let rest = head.get(from..)?;
        let at = memchr::memmem::find(rest, name)? + name.len();
        let rest = rest.get(at..)?.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
        let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
        let end = rest.iter().position(|byte| b"\"'>;/? \t\r\n".contains(byte)).unwrap_or(rest.len());
        encoding_rs::Encoding::for_label(rest.get(..end)?)
    };
    let found = if head.trim_ascii_start().starts_with(b"<?xml") {
        let end = memchr::memmem::find(&head, b"?>").unwrap_or(0);
        value(b"encoding", 0).filter(|_| memchr::memmem::find(&head, b"encoding").is_some_and(|at| at < end))
    } else {
        None
    };
    let found = found.or_else(|| memchr::memmem::find_iter(&head, b"<meta").find_map(|at| value(b"charset", at)))?;
    // What is read here byte by byte cannot be UTF-16.
    Some(if found == UTF_16LE || found == UTF_16BE { UTF_8 } else { found })
}

/// UTF-16 without a mark, by the NUL halves of its ASCII characters.
fn sixteen(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = bytes.get(..4096).unwrap_or(bytes);
    let nuls = |parity: usize| head.iter().skip(parity).step_by(2).filter(|&&byte| byte == 0).count();
    let encoding = match (nuls(0), nuls(1)) {
        (0, 1..) => UTF_16LE,
        (1.., 0) => UTF_16BE,
        _ => return None,
    };
    let decoded = with(encoding, head.get(..head.len() & !1)?, 0);
    let odd = bytes.len() % 2 == 1 || decoded.text.contains(|c: char| c.is_control() && !c.is_whitespace());
    let cut = bytes.len() > head.len();
    (!odd && (cut || decoded.undecodable.is_none())).then_some(encoding)
}

/// Whether bytes are UTF-8 with some faults in it rather than another encoding, in which good sequences are rare.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good >= 4 * bad && good > 1
}

/// What chardetng makes of bytes that are no UTF-8, with a lean to Chinese where it would be unsure.
fn detect(bytes: &[u8]) -> &'static encoding_rs::Encoding {
    let first = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0).saturating_sub(1024);
    let rest = bytes.get(first..).unwrap_or_default();
    let sample = rest.get(..SAMPLE).unwrap_or(rest);
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, sample.len() == rest.len());
    let guess = detector.guess(None, Utf8Detection::Deny);
    if [GBK, GB18030, BIG5].contains(&guess) {
        return guess;
    }
    // A few Chinese words are too little for the detector: what is all common Chinese characters is Chinese.
    let found = [GB18030, BIG5].into_iter().find_map(|encoding| Some((encoding, all_common(encoding, sample)?)));
    match found {
        Some((chinese, characters)) if guess.is_single_byte() || characters <= FEW => chinese,
        _ => guess,
    }
}

/// How many Chinese characters there are, if all that is not ASCII is Chinese punctuation or a character of the commoner
/// half of GB 2312 or Big5.
fn all_common(encoding: &'static encoding_rs::Encoding, bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    let mut found = 0;
    while let Some(&lead) = bytes.get(at) {
        if lead.is_ascii() {
            at += 1;
            continue;
        }
        let Some(&trail) = bytes.get(at + 1) else { break };
        let common = if encoding == GB18030 {
            matches!(lead, 0xA1 | 0xA3 | 0xB0..=0xD7) && matches!(trail, 0xA1..=0xFE)
        } else {
            matches!(lead, 0xA1..=0xA2 | 0xA4..=0xC6) && matches!(trail, 0x40..=0x7E | 0xA1..=0xFE)
        };
        if !common {
            return None;
        }
        found += usize::from(lead > 0xA3);
        at += 2;
    }
    // A sample may end within a character, a file may not.
    (found > 0 && (at == bytes.len() || bytes.len() >= SAMPLE)).then_some(found)
}

#[cfg(test)]
#[path = "encoding/tests.rs"]
mod tests;
