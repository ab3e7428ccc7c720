//! Script runs, and the spans no cutter should see.

use std::ops::Range;

use unicode_script::{Script, UnicodeScript};

/// What a stretch of text is written in, as far as cutting it is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Writing {
    /// Han characters of Chinese.
    Han,
    /// Latin letters.
    Latin,
    /// Any other script; also the Han characters of Japanese.
    Other,
}

/// A script run: a byte range of the folded text.
pub(super) type Run = (Writing, Range<usize>);

/// The script of a character; none for digits, punctuation, spaces and combining marks.
pub(super) fn writing(c: char, japanese: bool) -> Option<Writing> {
    let han = if japanese { Writing::Other } else { Writing::Han };
    match c {
        'a'..='z' | 'A'..='Z' => Some(Writing::Latin),
        '\0'..='\u{7F}' | '\u{3001}' | '\u{3002}' | '\u{FF0C}' => None,
        '\u{4E00}'..='\u{9FFF}' => Some(han),
        // General punctuation, such as the quotation marks and dashes of English.
        '\u{2000}'..='\u{206F}' => None,
        _ => match c.script() {
            Script::Latin => Some(Writing::Latin),
            Script::Han => Some(han),
            Script::Common | Script::Inherited | Script::Unknown => None,
            _ => Some(Writing::Other),
        },
    }
}

/// Cuts a text into script runs that cover it. Characters of no script belong to the run before them (to the first run,
/// at the start of the text), but digits that touch a following Latin letter go with it: `共5G` is `共` and `5G`.
pub(super) fn runs(text: &str, japanese: bool) -> Vec<Run> {
    if text.is_ascii() {
        let latin = text.bytes().any(|b| b.is_ascii_alphabetic());
        return if latin { vec![(Writing::Latin, 0..text.len())] } else { Vec::new() };
    }
    let mut runs: Vec<Run> = Vec::new();
    for (i, c) in text.char_indices() {
        let Some(kind) = writing(c, japanese) else { continue };
        match runs.last_mut() {
            None => runs.push((kind, 0..text.len())),
            Some((last, _)) if *last == kind => {}
            Some((_, range)) => {
                let mut start = i;
                if kind == Writing::Latin {
                    let bytes = text.as_bytes();
                    while start > range.start && bytes[start - 1].is_ascii_digit() {
                        start -= 1;
                    }
                }
                range.end = start;
                runs.push((kind, start..text.len()));
            }
        }
    }
    runs.retain(|(_, range)| !range.is_empty());
    runs
}

/// URLs and e-mail addresses in a folded text: byte ranges, in order, apart from one another.
pub(super) fn opaque(text: &str) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    let bytes = text.as_bytes();
    // What may stand in an address: printable ASCII without quotes, brackets and backslashes.
    let part_of_url =
        |b: u8| b.is_ascii_graphic() && !matches!(b, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'}');
    let part_of_mail = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'%' | b'+' | b'-');
    let mut push = |start: usize, end: usize| match spans.last_mut() {
        Some(last) if start <= last.end => last.end = last.end.max(end),
        _ => spans.push(start..end),
    };
    let mut reached = 0;
    for i in memchr::memchr3_iter(b':', b'w', b'@', bytes) {
        if i < reached {
            continue;
        }
        let start = match bytes[i] {
            b':' if bytes[i..].starts_with(b"://") => {
                i - bytes[reached..i].iter().rev().take_while(|b| b.is_ascii_alphabetic()).count()
            }
            b'w' if bytes[i..].starts_with(b"www.") && (i == 0 || !bytes[i - 1].is_ascii_alphanumeric()) => i,
            b'@' => {
                let start = i - bytes[reached..i].iter().rev().take_while(|&&b| part_of_mail(b)).count();
                let end = i + 1 + bytes[i + 1..].iter().take_while(|&&b| part_of_mail(b)).count();
                if start < i && bytes[i + 1..end].contains(&b'.') {
                    push(start, end);
                    reached = end;
                }
                continue;
            }
            _ => continue,
        };
        let mut end = i + bytes[i..].iter().take_while(|&&b| part_of_url(b)).count();
        // A full stop or comma after an address ends the sentence, not the address.
        while end > i && matches!(bytes[end - 1], b'.' | b',' | b';' | b':' | b'!' | b'?' | b')' | b'\'') {
            end -= 1;
        }
        if end > start {
            push(start, end);
            reached = end;
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_text_of_ascii_alone_is_cut_as_one_with_a_mark_more(text in "[ -~\n]{0,12}") {
            let mut more = runs(&format!("{text}，"), false);
            more.iter_mut().for_each(|(_, range)| range.end = range.end.min(text.len()));
            prop_assert_eq!(runs(&text, false), more);
        }
    }
}
