//! Where the values of a JSON object stand in its source, which serde_json does not tell.

use std::ops::Range;

/// The members of the object at the start of `json`, which serde_json has accepted: raw keys, quotes included, and
/// values, as byte ranges. Stops at what it does not understand.
pub(super) fn members(json: &str) -> Vec<(Range<usize>, Range<usize>)> {
    let bytes = json.as_bytes();
    let mut out = Vec::new();
    let mut at = 1;
    loop {
        at = skip(bytes, at, |byte| byte.is_ascii_whitespace() || byte == b',');
        if bytes.get(at) != Some(&b'"') {
            return out;
        }
        let key = at..string_end(bytes, at);
        at = skip(bytes, key.end, |byte| byte.is_ascii_whitespace() || byte == b':');
        let value = at..value_end(bytes, at);
        if value.is_empty() {
            return out;
        }
        at = value.end;
        out.push((key, value));
    }
}

fn skip(bytes: &[u8], from: usize, over: impl Fn(u8) -> bool) -> usize {
    bytes.get(from..).map_or(bytes.len(), |rest| from + rest.iter().take_while(|&&byte| over(byte)).count())
}

fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn value_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    let mut depth = 0usize;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => at = string_end(bytes, at),
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' if depth > 0 => {
                depth -= 1;
                at += 1;
            }
            b',' | b'}' | b']' if depth == 0 => return at,
            byte if depth == 0 && byte.is_ascii_whitespace() => return at,
            _ => {
                at += 1;
                continue;
            }
        }
        if depth == 0 && at > start && matches!(bytes.get(at - 1), Some(b'"' | b'}' | b']')) {
            return at;
        }
    }
    bytes.len()
}

/// Turns ascending offsets in the text of a JSON string into offsets in `raw`, the string as written, quotes included.
pub(super) fn raw_offsets(raw: &str, offsets: &[usize]) -> Vec<usize> {
    let mut out = Vec::with_capacity(offsets.len());
    let (mut at, mut decoded) = (1, 0);
    for &offset in offsets {
        while decoded < offset && at < raw.len() {
            let (bytes, chars) = unit(&raw[at..]);
            at += bytes;
            decoded += chars;
        }
        out.push(at.min(raw.len()));
    }
    out
}

/// The bytes of the first character of a raw JSON string, and the bytes of UTF-8 it stands for.
fn unit(raw: &str) -> (usize, usize) {
    let Some(first) = raw.chars().next() else { return (1, 1) };
    if first != '\\' {
        return (first.len_utf8(), first.len_utf8());
    }
    let code = |at: usize| raw.get(at..at + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    match raw.as_bytes().get(1) {
        Some(b'u') => match code(2) {
            Some(0xD800..=0xDBFF) => (12, 4),
            Some(code) => (6, char::from_u32(code).map_or(1, char::len_utf8)),
            None => (2, 1),
        },
        _ => (2, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_whatever_they_hold() {
        let json = r#"{ "a" : "x\"}," , "b":[1,{"c":"]"}], "d":{"e":{}},"f":-1.5e3 ,"g":null}"#;
        let found: Vec<_> = members(json).into_iter().map(|(key, value)| (&json[key], &json[value])).collect();
        assert_eq!(
            found,
            [
                (r#""a""#, r#""x\"},""#),
                (r#""b""#, r#"[1,{"c":"]"}]"#),
                (r#""d""#, r#"{"e":{}}"#),
                (r#""f""#, "-1.5e3"),
                (r#""g""#, "null")
            ]
        );
        for broken in ["{", "{\"a", "{\"a\\", "{\"a\":", "", "{\"a\":\"x"] {
            assert!(members(broken).len() <= 1);
        }
    }

    #[test]
    fn offsets_are_carried_over_escapes() {
        let raw = r#""a\n雨\u96e8\ud83c\udf27z\"""#;
        let text: String = serde_json::from_str(raw).unwrap();
        let offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let found = raw_offsets(raw, &offsets);
        for (n, &start) in found.iter().enumerate().take(found.len() - 1) {
            let piece: String = serde_json::from_str(&format!("\"{}\"", &raw[start..found[n + 1]])).unwrap();
            assert_eq!(piece, text[offsets[n]..offsets[n + 1]]);
        }
    }
}
