//! What saved pages and crawls share with e-mail: blocks of `Name: value` lines, content types, transfer encodings.

use std::ops::Range;

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::prose::clean;

/// Bytes that the lines of one head may have; real ones have some hundred.
const HEAD: usize = 1 << 16;
/// Padding is often left out, and bits that nobody reads are not always zero.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The lines `Name: value` at the start of a message, a part or a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// Names in lower case, and values on one line.
    fields: Vec<(String, String)>,
}

impl Head {
    /// Reads the lines up to the first blank one, and says where what follows it begins. A line that is none of the kind is
    /// left out.
    pub fn read(bytes: &[u8]) -> (Self, usize) {
        let mut head = Self::default();
        let mut at = 0;
        while at < bytes.len().min(HEAD) {
            let rest = bytes.get(at..).unwrap_or_default();
            let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
            let line = rest.get(..length).unwrap_or_default();
            at += length;
            let text = super::encoding::name(line);
            if text.trim().is_empty() {
                break;
            }
            match head.fields.last_mut() {
                // A folded line goes on.
                Some((_, value)) if text.starts_with([' ', '\t']) => {
                    value.push(' ');
                    value.push_str(&clean(&text));
                }
                _ => {
                    if let Some((name, value)) = text.split_once(':') {
                        head.fields.push((name.trim().to_ascii_lowercase(), clean(value)));
                    }
                }
            }
        }
        (head, at)
    }

    /// The first field of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The content type: `text/html`, in lower case; empty if there is none.
    pub fn kind(&self) -> String {
        let value = self.get("content-type").unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// A parameter of a field: the `boundary` of a content type.
    pub fn parameter(&self, field: &str, name: &str) -> Option<String> {
        let value = self.get(field)?;
        let lower = value.to_ascii_lowercase();
        let at = lower.match_indices(name).find_map(|(at, _)| {
            let before = lower.get(..at)?.trim_end().ends_with(';');
            let rest = value.get(at + name.len()..)?.trim_start().strip_prefix('=')?.trim_start();
            before.then_some(rest)
        })?;
        let text = match at.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next(),
            None => at.split([';', ' ']).next(),
        };
        text.map(str::to_owned).filter(|text| !text.is_empty())
    }
}

/// A body as it was before it was made fit for mail; `how` is its `Content-Transfer-Encoding`.
pub(super) fn untransferred(body: &[u8], how: Option<&str>) -> Vec<u8> {
    match how.unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "base64" => unbase64(body),
        "quoted-printable" => unquoted(body),
        _ => body.to_vec(),
    }
}

/// Base64, up to the first group that is none.
fn unbase64(body: &[u8]) -> Vec<u8> {
    let letters: Vec<u8> =
        body.iter().copied().filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')).collect();
    // A rest of one letter is no byte.
    let whole = letters.len() - usize::from(letters.len() % 4 == 1);
    LENIENT.decode(letters.get(..whole).unwrap_or_default()).unwrap_or_default()
}

/// Quoted-printable: `=E9` is a byte, `=` at the end of a line no line end. What is neither stays as it is.
fn unquoted(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'=' {
            out.push(byte);
            continue;
        }
        let digit = |at: usize| after.get(at).and_then(|&byte| char::from(byte).to_digit(16));
        if let (Some(high), Some(low)) = (digit(0), digit(1)) {
            out.push((high * 16 + low) as u8);
            rest = after.get(2..).unwrap_or_default();
            continue;
        }
        let blank = after.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
        match after.get(blank) {
            Some(b'\n') => rest = after.get(blank + 1..).unwrap_or_default(),
            _ => out.push(byte),
        }
    }
    out
}

/// The parts of a multipart body, each with its own head. What stands before the first and after the last is none.
pub(super) fn parts(body: &[u8], boundary: &str) -> Vec<Range<usize>> {
    let mark = [b"--", boundary.as_bytes()].concat();
    let mut parts = Vec::new();
    let mut open: Option<usize> = None;
    for at in memchr::memmem::find_iter(body, &mark) {
        if at > 0 && body.get(at - 1) != Some(&b'\n') {
            continue;
        }
        let after = at + mark.len();
        let rest = body.get(after..).unwrap_or_default();
        let last = rest.starts_with(b"--");
        // A boundary that another one begins with is another.
        if !last && !rest.first().is_none_or(u8::is_ascii_whitespace) {
            continue;
        }
        if let Some(start) = open.take() {
            let end = at.saturating_sub(if body.get(..at).is_some_and(|b| b.ends_with(b"\r\n")) { 2 } else { 1 });
            parts.push(start..end.max(start));
        }
        if last {
            return parts;
        }
        let line = memchr::memchr(b'\n', rest).map_or(body.len(), |end| after + end + 1);
        open = Some(line);
    }
    // A file that is cut off.
    parts.extend(open.map(|start| start.min(body.len())..body.len()));
    parts
}

/// Words that stand in a head as `=?utf-8?B?6Zuo?=`.
pub(super) fn words(value: &str) -> String {
    let mut out = String::new();
    let mut rest = value;
    let mut after_word = false;
    while let Some((before, word)) = rest.split_once("=?") {
        let mut pieces = word.splitn(4, '?');
        let (charset, how, text) = (pieces.next(), pieces.next(), pieces.next());
        let (Some(charset), Some(how), Some(text), Some(tail)) = (charset, how, text, pieces.next()) else { break };
        let Some(tail) = tail.strip_prefix('=') else { break };
        let bytes = match how {
            "B" | "b" => unbase64(text.as_bytes()),
            _ => unquoted(text.replace('_', " ").as_bytes()),
        };
        let encoding = encoding_rs::Encoding::for_label(charset.as_bytes()).unwrap_or(encoding_rs::UTF_8);
        // White space between two such words is no space.
        if !(after_word && before.trim().is_empty()) {
            out.push_str(before);
        }
        out.push_str(&encoding.decode(&bytes).0);
        (rest, after_word) = (tail, true);
    }
    out.push_str(rest);
    clean(&out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_fold_and_have_parameters() {
        let (head, at) = Head::read(
            b"MIME-Version: 1.0\r\nContent-Type: Multipart/Related;\r\n\ttype=\"text/html\";\r\n boundary=\"a b\"\r\nodd\r\n\r\nbody",
        );
        assert_eq!((head.kind().as_str(), at), ("multipart/related", 99 - 2));
        assert_eq!(head.parameter("content-type", "boundary").as_deref(), Some("a b"));
        assert_eq!(head.parameter("content-type", "type").as_deref(), Some("text/html"));
        assert_eq!(head.parameter("content-type", "charset"), None);
        assert_eq!(Head::read(b"").1, 0);
    }

    #[test]
    fn bodies_are_what_they_were() {
        let of = |body: &str, how| String::from_utf8(untransferred(body.as_bytes(), Some(how))).unwrap();
        assert_eq!(of("=E9=9B=A8 a=3Db=\r\nc=\nd =zz=", "Quoted-Printable"), "雨 a=bcd =zz=");
        assert_eq!(of("6Zuo\r\n5rC0IQ", "base64"), "雨水!");
        assert_eq!(of("6Zuo5rC0IQ=====", "base64"), "雨水!");
        assert_eq!(of("=E9", "8bit"), "=E9");
    }

    #[test]
    fn parts_end_at_their_boundary_and_at_no_longer_one() {
        let body = b"before\r\n--x\r\na\r\n--xy\r\n--x\r\n\r\nb\r\n--x--\r\n--x\r\nafter";
        let found: Vec<&[u8]> = parts(body, "x").into_iter().map(|at| &body[at]).collect();
        assert_eq!(found, [&b"a\r\n--xy"[..], b"\r\nb"]);
        assert_eq!(parts(b"--x", "x").len(), 1);
        assert!(parts(b"no --x here", "x").is_empty());
    }

    #[test]
    fn encoded_words_are_read() {
        assert_eq!(words("=?utf-8?B?6Zuo?= =?GB2312?Q?=CB=AE?= falls_"), "雨水 falls_");
        assert_eq!(words("=?utf-8?Q?a_b?="), "a b");
        assert_eq!(words("plain =? words"), "plain =? words");
    }

    proptest::proptest! {
        #[test]
        fn anything_is_taken(bytes in "(\\PC|\r\n|--x|=|=\\?|\\?|: |;|boundary=){0,40}") {
            let bytes = bytes.as_bytes();
            let (head, at) = Head::read(bytes);
            assert!(at <= bytes.len());
            let _ = (head.parameter("content-type", "boundary"), head.kind());
            for part in parts(bytes, "x") {
                assert!(bytes.get(part).is_some());
            }
            let _ = (unquoted(bytes), unbase64(bytes), words(&String::from_utf8_lossy(bytes)));
        }
    }
}
