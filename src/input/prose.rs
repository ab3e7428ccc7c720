//! What the readers share about running text: paragraphs, citation marks, bylines, clean titles.

use std::ops::Range;

use unicode_script::{Script, UnicodeScript};

use super::source::lines;
use crate::article::{Citation, Passage, Position, Published};

/// Columns beyond which a line is no hard-wrapped one and no title.
const WIDE: usize = 120;

/// Whether a character is a Chinese one or punctuation of Chinese text.
pub(super) fn is_chinese(c: char) -> bool {
    // What nearly all characters are, first.
    !c.is_ascii() && (matches!(c, '\u{4E00}'..='\u{9FFF}') || is_other_chinese(c))
}

fn is_other_chinese(c: char) -> bool {
    c.script() == Script::Han
        || matches!(c, '\u{3000}'..='\u{303F}' | '\u{FF00}'..='\u{FF65}' | '“' | '”' | '‘' | '’' | '—' | '…')
}

/// Columns of a terminal, near enough: two for a Chinese character, else one.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(|c| if is_chinese(c) { 2 } else { 1 }).sum()
}

/// One line without control characters: each, and each run of white space, becomes one space.
pub(super) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// `range` of `text` without white space at its ends.
pub(super) fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    start..start.max(range.start + part.trim_end().len())
}

/// A passage of running text.
pub(super) fn passage(text: &str, heading: Option<String>, position: Position) -> Passage {
    Passage { heading, text: text.to_owned(), position, citations: citations(text), ..Passage::default() }
}

/// The citation marks `[1]` … `[999]`, in order.
pub(super) fn citations(text: &str) -> Vec<Citation> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    for (start, _) in text.match_indices('[') {
        let digits = bytes[start + 1..].iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
        let end = start + 1 + digits;
        if (1..=3).contains(&digits)
            && bytes.get(end) == Some(&b']')
            && let Ok(number) = text[start + 1..end].parse()
        {
            found.push(Citation { number, span: start..end + 1 });
        }
    }
    found
}

/// Whether `text` ends a sentence: by its last character, or by a citation mark; closing quotes and brackets aside.
pub(super) fn ends_sentence(text: &str) -> bool {
    let text = text.trim_end();
    if ends_with_citation(text) {
        return true;
    }
    let text = text.trim_end_matches(['"', '”', '’', '」', '』', ')', '）', '》', ' ']);
    if ends_with_citation(text) {
        return true;
    }
    match text.chars().next_back() {
        Some('。' | '！' | '？' | '!' | '?' | '…' | '；' | ';') => true,
        // The dot of `U.S.` or `D.C.` ends nothing.
        Some('.') => {
            let mut before = text.chars().rev().skip(1);
            !(before.next().is_some_and(|c| c.is_ascii_uppercase())
                && before.next().is_none_or(|c| !c.is_alphanumeric()))
        }
        _ => false,
    }
}

fn ends_with_citation(text: &str) -> bool {
    let Some(inner) = text.strip_suffix(']') else { return false };
    let rest = inner.trim_end_matches(|c: char| c.is_ascii_digit());
    (1..=3).contains(&(inner.len() - rest.len())) && rest.ends_with('[')
}

/// Whether a line can be a title: not too wide, and no sentence or clause by its end.
pub(super) fn is_titlelike(line: &str) -> bool {
    !line.is_empty() && width(line) <= WIDE && !line.ends_with(['.', '。', ';', '；', ',', '，', '、', ':', '：'])
}

/// Cuts text into paragraphs, without the white space around them, none empty.
///
/// Blank lines part paragraphs, and so does a line indented by a full-width space. A block without either is cut at its
/// line ends if it is plainly not hard-wrapped: a line is wider than 120 columns, or, in a text without blank lines, at
/// least half of the lines end a sentence.
pub(super) fn paragraphs(text: &str) -> Vec<Range<usize>> {
    let mut blocks: Vec<Vec<Range<usize>>> = Vec::new();
    let mut open = false;
    for line in lines(text) {
        let content = trimmed(text, line.clone());
        if content.is_empty() {
            open = false;
            continue;
        }
        match blocks.last_mut() {
            Some(block) if open && !text[line].starts_with('\u{3000}') => block.push(content),
            _ => blocks.push(vec![content]),
        }
        open = true;
    }
    let alone = blocks.len() == 1;
    let mut out = Vec::with_capacity(blocks.len());
    for block in blocks {
        let (Some(first), Some(last)) = (block.first(), block.last()) else { continue };
        let sentences = block.iter().filter(|line| ends_sentence(&text[(*line).clone()])).count();
        let unwrapped =
            block.iter().any(|line| width(&text[line.clone()]) > WIDE) || (alone && sentences * 2 >= block.len());
        if unwrapped {
            out.extend(block);
        } else {
            out.push(first.start..last.end);
        }
    }
    out
}

/// Who published an article and when, as one line says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Byline {
    /// Who.
    pub source: Option<String>,
    /// When.
    pub date: Option<Published>,
}

const SEPARATORS: [char; 15] = ['·', '•', '・', '‧', '∙', '|', '｜', '—', '–', '-', ',', '，', '/', '(', '（'];
const SOURCE_LABELS: [&str; 5] = ["来源", "消息来源", "Source", "SOURCE", "source"];
const DATE_LABELS: [&str; 6] = ["发布时间", "时间", "日期", "Date", "Published", "date"];

/// Words after which a date belongs to a sentence.
const LEADS_ON: [&str; 14] =
    ["on", "of", "in", "by", "from", "since", "until", "to", "before", "after", "at", "for", "and", "is"];

/// A date and nothing else.
fn dated(text: &str) -> Option<Published> {
    let text = text.trim().trim_end_matches(['分', '秒']);
    let half = ["am", "pm", "AM", "PM", "a.m.", "p.m."].iter().find_map(|half| text.strip_suffix(half));
    let numeric = half.unwrap_or(text).chars().all(|c| c.is_ascii_digit() || "-/.:：年月日时分秒T+Z ".contains(c));
    // A month by its name, first or after the day: then every word has to be part of the date.
    let named = text
        .trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ')
        .starts_with(|c: char| c.is_ascii_alphabetic());
    if numeric || named { text.parse().ok() } else { None }
}

/// Reads `Source · 2025-05-03`, `2025-05-03 | Source`, `来源：新华社 2025-05-03`, a date alone or a labelled source alone.
pub(super) fn byline(line: &str) -> Option<Byline> {
    let line = line.trim().trim_end_matches([')', '）']);
    if line.is_empty() || width(line) > WIDE {
        return None;
    }
    let starts = line
        .char_indices()
        .zip(std::iter::once(' ').chain(line.chars()))
        .filter_map(|((at, c), before)| (c.is_ascii_alphanumeric() && !before.is_ascii_alphanumeric()).then_some(at));
    for at in starts {
        if let Some(date) = dated(&line[at..]) {
            let (mut head, _) = strip_end_label(line[..at].trim_end(), &DATE_LABELS);
            head = head.trim_end_matches(|c: char| SEPARATORS.contains(&c) || c.is_whitespace());
            let source = strip_label(head, &SOURCE_LABELS).unwrap_or(head);
            let last = head.rsplit(char::is_whitespace).next().unwrap_or_default();
            if LEADS_ON.contains(&last) {
                return None; // `They met on June 14, 2025`: the first line of a wrapped sentence.
            }
            return accept(source, Some(date));
        }
    }
    let undated = strip_label(line, &DATE_LABELS).unwrap_or(line);
    let ends = undated.char_indices().filter(|&(at, c)| at > 0 && (c.is_whitespace() || SEPARATORS.contains(&c)));
    for (at, _) in ends.collect::<Vec<_>>().into_iter().rev() {
        if let Some(date) = dated(&undated[..at]) {
            let rest = undated[at..].trim_start();
            let tail = rest.trim_start_matches(|c: char| SEPARATORS.contains(&c) || c.is_whitespace());
            let labelled = strip_label(tail, &SOURCE_LABELS);
            if labelled.is_none() && tail.len() == rest.len() {
                return None; // `2025-05-03 The minister said`: a sentence that opens with a date.
            }
            return accept(labelled.unwrap_or(tail), Some(date));
        }
    }
    strip_label(line, &SOURCE_LABELS).and_then(|source| accept(source, None))
}

fn accept(source: &str, date: Option<Published>) -> Option<Byline> {
    let source = clean(source);
    let sentence = ends_sentence(&source) && source.split(' ').count() > 3;
    if width(&source) > 60 || sentence || source.contains(['。', '！', '？', '；']) || source.contains(". ") {
        return None;
    }
    (date.is_some() || !source.is_empty()).then_some(Byline { source: (!source.is_empty()).then_some(source), date })
}

fn strip_label<'a>(text: &'a str, labels: &[&str]) -> Option<&'a str> {
    labels.iter().find_map(|label| Some(text.strip_prefix(label)?.trim_start().strip_prefix([':', '：'])?.trim()))
}

fn strip_end_label<'a>(text: &'a str, labels: &[&str]) -> (&'a str, bool) {
    let Some(open) = text.strip_suffix([':', '：']) else { return (text, false) };
    match labels.iter().find_map(|label| open.trim_end().strip_suffix(label)) {
        Some(rest) => (rest, true),
        None => (text, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        paragraphs(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn blank_lines_part_paragraphs_and_wrapped_lines_stay_together() {
        assert_eq!(cut("one\ntwo\n\n \nthree\r\nfour\r\n"), ["one\ntwo", "three\r\nfour"]);
        assert_eq!(
            cut("A first sentence.\nA second one.\nA third."),
            ["A first sentence.", "A second one.", "A third."]
        );
        assert_eq!(cut("　　第一段\n　　第二段"), ["第一段", "第二段"]);
        let long = "word ".repeat(40);
        assert_eq!(cut(&format!("{long}\n{long}\n\nend")).len(), 3);
        assert_eq!(cut(" \n\t\n"), [""; 0]);
    }

    #[test]
    fn citation_marks_are_one_to_three_digits() {
        let found = citations("a [1][23]. b [] [x] [2025] [999]");
        assert_eq!(
            found.iter().map(|c| (c.number, c.span.clone())).collect::<Vec<_>>(),
            [(1, 2..5), (23, 5..9), (999, 27..32)]
        );
    }

    #[test]
    fn initials_do_not_end_sentences() {
        for (text, ends) in [
            ("done.", true),
            ("done [3].", true),
            ("done [3]", true),
            ("“完成。”", true),
            ("the U.S.", false),
            ("Washington D.C.", false),
            ("high-", false),
            ("[2025]", false),
            ("", false),
        ] {
            assert_eq!(ends_sentence(text), ends, "{text}");
        }
    }

    #[test]
    fn bylines_people_write() {
        for (line, source, date) in [
            ("Ren Min Ri Bao· 2025-06-14 21:57", Some("Ren Min Ri Bao"), Some("2025-06-14T21:57")),
            ("来源：新华社 2025-05-03", Some("新华社"), Some("2025-05-03")),
            ("来源：新华社 发布时间：2025年5月3日 10:20", Some("新华社"), Some("2025-05-03T10:20")),
            ("2025-05-03 | Nature", Some("Nature"), Some("2025-05-03")),
            ("2025-05-03 来源：新华社", Some("新华社"), Some("2025-05-03")),
            ("Source: Channel 4, 2025/5/3", Some("Channel 4"), Some("2025-05-03")),
            ("2025-05-03", None, Some("2025-05-03")),
            ("Reuters, June 14, 2025", Some("Reuters"), Some("2025-06-14")),
            ("By Jane Doe | Reuters | 14 June 2025", Some("By Jane Doe | Reuters"), Some("2025-06-14")),
            ("June 14, 2025 10:32 AM | The Economist", Some("The Economist"), Some("2025-06-14T10:32")),
            ("Published: Saturday, 14 June 2025", None, Some("2025-06-14")),
            ("Reuters 2025-06-14 9:05 PM", Some("Reuters"), Some("2025-06-14T21:05")),
            ("来源：新华社", Some("新华社"), None),
        ] {
            let found = byline(line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(
                (found.source.as_deref(), found.date.map(|d| d.to_string()).as_deref()),
                (source, date),
                "{line}"
            );
        }
        for line in [
            "",
            "A title",
            "2025-05-03 The minister said",
            "It ended. Then came 2025-05-03",
            "Source of hope",
            "The ministers met in Geneva on June 14, 2025",
            "The talks have been going on since 2025-05-03",
            "June 14, 2025 was a fine day",
            "June 14, 2025 - The ministers met in Geneva.",
            "May 2025",
        ] {
            assert_eq!(byline(line), None, "{line}");
        }
    }
}
