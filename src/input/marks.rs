//! The marks that cut a digest's summary: group markers, headings and bullets.

use std::ops::Range;

use super::prose::{ends_sentence, trimmed, width};

/// Second words of an opening marker, after `Core` or `Key`.
const CORE: [&str; 10] =
    ["Viewpoints", "Viewpoint", "Insights", "Insight", "Views", "View", "Points", "Point", "Takeaways", "Findings"];
/// Opening markers of one word.
const CORE_ALONE: [&str; 3] = ["Summary", "Overview", "Highlights"];
/// Opening markers of Chinese digests.
const CORE_CHINESE: [&str; 10] =
    ["核心观点", "核心洞察", "核心见解", "核心要点", "主要观点", "核心内容", "要点", "摘要", "概要", "分组"];
/// What a numbered group is called.
const GROUP: [&str; 3] = ["Group ", "Part ", "Section "];
/// Bytes within which a group's heading has to end.
const HEADING: usize = 200;
const DASHES: [char; 5] = ['-', '–', '—', '－', '•'];

/// Which marker it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `Core Viewpoint`, `核心观点`.
    Core,
    /// `Group 3`, `Part 3`, `第3组`.
    Group(u32),
}

/// A group of a summary, with ranges of the summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    /// The marker as written; none for what stands before the first.
    pub marker: Option<Range<usize>>,
    /// The heading.
    pub heading: Option<Range<usize>>,
    /// The text, trimmed, never empty.
    pub text: Range<usize>,
}

struct Mark {
    kind: Kind,
    /// Bytes of the marker's words.
    words: usize,
    heading: Option<Range<usize>>,
    /// Where the text begins.
    text: usize,
}

/// The marker a line opens with.
pub(super) fn opening(line: &str) -> Option<Kind> {
    mark_at(line).map(|mark| mark.kind)
}

/// Cuts a summary into its groups, in order. Ranges are of `summary`.
///
/// A marker counts at the start, on a new line, and after the end of a sentence or a citation mark. A digest without
/// either is cut where the group that is due next stands, with a heading or not after a name (`Working Group 2`).
pub(super) fn groups(summary: &str) -> Vec<Group> {
    let mut out: Vec<Group> = Vec::new();
    let mut current = (None, None, 0);
    let mut due = 1;
    let mut before = ' ';
    for (at, c) in summary.char_indices() {
        let boundary = before.is_whitespace() || ends_sentence(before.encode_utf8(&mut [0; 4])) || before == ']';
        before = c;
        if !boundary
            || at < current.2
            || !matches!(
                c,
                'C' | 'K' | 'G' | 'P' | 'S' | 'O' | 'H' | '*' | '第' | '核' | '主' | '要' | '摘' | '概' | '分'
            )
        {
            continue;
        }
        let Some(mark) = mark_at(&summary[at..]) else { continue };
        let gap = &summary[..at];
        let line_start = gap.trim_end_matches(' ').ends_with(['\n', '\r']);
        let marks = gap.trim().is_empty() || line_start || ends_sentence(tail(gap));
        let is_due = matches!(mark.kind, Kind::Group(number) if number == due);
        if !marks && !(is_due && (mark.heading.is_some() || follows_no_name(gap))) {
            continue;
        }
        push(&mut out, summary, current, at);
        if let Kind::Group(number) = mark.kind {
            due = number.saturating_add(1);
        }
        let heading = mark.heading.map(|range| range.start + at..range.end + at);
        current = (Some(at..at + mark.words), heading, at + mark.text);
    }
    push(&mut out, summary, current, summary.len());
    out
}

/// Whether the last word is no part of a name, as `Working` is before `Group 2`.
fn follows_no_name(gap: &str) -> bool {
    tail(gap.trim_end()).rsplit(char::is_whitespace).next().is_some_and(|word| !word.starts_with(char::is_uppercase))
}

/// The last few characters: all that tells whether a sentence ends.
fn tail(text: &str) -> &str {
    text.char_indices().rev().nth(15).map_or(text, |(at, _)| &text[at..])
}

fn push(out: &mut Vec<Group>, summary: &str, open: (Option<Range<usize>>, Option<Range<usize>>, usize), end: usize) {
    let (marker, heading, start) = open;
    let text = trimmed(summary, start..end.max(start));
    if !text.is_empty() {
        out.push(Group { marker, heading, text });
    } else if let Some(heading) = heading {
        // A heading with nothing under it is all the group says.
        out.push(Group { marker, heading: None, text: heading });
    }
}

fn mark_at(text: &str) -> Option<Mark> {
    let (kind, words) = words(text)?;
    let after = &text[words..];
    let space = after.len() - after.trim_start().len();
    if let Some(dash) = dash(&after[space..]).filter(|_| space > 0 || !after.starts_with('-')) {
        let text = words + space + dash;
        return Some(Mark { kind, words, heading: None, text });
    }
    let colon = after[space..].chars().next().filter(|c| matches!(c, ':' | '：'))?;
    let start = words + space + colon.len_utf8();
    if matches!(kind, Kind::Core) {
        // `Core Viewpoint: - text` is tolerated.
        let rest = &text[start..];
        let space = rest.len() - rest.trim_start().len();
        return Some(Mark {
            kind,
            words,
            heading: None,
            text: start + dash(&rest[space..]).map_or(0, |len| space + len),
        });
    }
    let mut heading = None;
    let mut begin = start;
    for (at, c) in text[start..].char_indices().take_while(|(at, _)| *at < HEADING) {
        let here = start + at;
        if c.is_whitespace()
            && let Some(len) = dash(text[here..].trim_start())
            && !belongs_to_heading(text[here..].trim_start())
        {
            let space = text[here..].len() - text[here..].trim_start().len();
            let range = trimmed(text, start..here);
            heading = (!range.is_empty()).then_some(range);
            begin = here + space + len;
            break;
        }
        if matches!(c, '。' | '！' | '？' | '!' | '?' | '[') {
            break;
        }
    }
    Some(Mark { kind, words, heading, text: begin })
}

/// Whether the dash at the start of `text` is an em dash inside a heading: before the sentence ends a hyphen follows, which
/// is what ends headings.
fn belongs_to_heading(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('—') else { return false };
    let clause = rest.find(['.', ',', ';', '[', '。', '，', '；']).map_or(rest, |end| &rest[..end]);
    clause.find(" - ").is_some_and(|at| at < HEADING / 2)
}

/// The words of a marker at the start of `text`, and their length in bytes; set bold or not.
fn words(text: &str) -> Option<(Kind, usize)> {
    let Some(bold) = text.strip_prefix(BOLD) else { return plain_words(text) };
    let (kind, length) = plain_words(bold)?;
    bold[length..].starts_with(BOLD).then_some((kind, length + 2 * BOLD.len()))
}

/// What sets words bold where Markdown was pasted.
const BOLD: &str = "**";

fn plain_words(text: &str) -> Option<(Kind, usize)> {
    if let Some(word) = CORE_ALONE.iter().find(|word| text.starts_with(**word)) {
        return Some((Kind::Core, word.len()));
    }
    for first in ["Core ", "Key "] {
        if let Some(rest) = text.strip_prefix(first) {
            let word = CORE.iter().find(|word| rest.starts_with(**word))?;
            return Some((Kind::Core, first.len() + word.len()));
        }
    }
    for word in GROUP {
        if let Some(rest) = text.strip_prefix(word) {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            return Some((Kind::Group(small(&rest[..digits])?), word.len() + digits));
        }
    }
    if let Some(rest) = text.strip_prefix('第') {
        let end = rest.char_indices().take(5).find(|(_, c)| matches!(c, '组' | '部'))?.0;
        let number = rest[..end].trim();
        let unit = if rest[end..].starts_with("部分") { "部分".len() } else { '组'.len_utf8() };
        let value = small(number).or_else(|| {
            let at = "一二三四五六七八九十".chars().position(|c| number.strip_prefix(c) == Some(""))?;
            u32::try_from(at + 1).ok()
        })?;
        return Some((Kind::Group(value), '第'.len_utf8() + end + unit));
    }
    for word in CORE_CHINESE {
        if let Some(rest) = text.strip_prefix(word) {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            return Some(match small(&rest[..digits]) {
                Some(number) => (Kind::Group(number), word.len() + digits),
                None => (Kind::Core, word.len()),
            });
        }
    }
    None
}

fn small(digits: &str) -> Option<u32> {
    if digits.len() <= 3 { digits.parse().ok() } else { None }
}

/// The length of a dash that stands free or ends the text, with the white space after it.
fn dash(text: &str) -> Option<usize> {
    let rest = text.strip_prefix(DASHES)?;
    let trimmed = rest.trim_start();
    (trimmed.len() < rest.len() || rest.is_empty()).then(|| text.len() - trimmed.len())
}

/// The points of a group's text, as ranges of it: parted by a free-standing dash that follows the end of a sentence or a
/// citation mark, or begins a line. Where no point ends in either, every free-standing dash parts them, if each then has
/// 20 columns or more.
pub(super) fn bullets(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = dash(text).unwrap_or(0);
    let mut before = 'x';
    for (at, c) in text.char_indices() {
        let after_space = before.is_whitespace();
        before = c;
        if at < start || !DASHES.contains(&c) || !(after_space || c == '•') {
            continue;
        }
        let Some(len) = dash(&text[at..]).or((c == '•').then_some(c.len_utf8())) else { continue };
        let gap = &text[start..at];
        let line_start = gap.trim_end_matches([' ', '\t', '\u{3000}']).ends_with(['\n', '\r']);
        if c == '•' || line_start || ends_sentence(tail(gap)) {
            out.push(trimmed(text, start..at));
            start = at + len;
        }
    }
    out.push(trimmed(text, start..text.len()));
    out.retain(|range| !range.is_empty());
    match out.as_slice() {
        [only] if !ends_sentence(&text[only.clone()]) => {
            let pieces = bare_pieces(text, only.clone());
            if pieces.iter().all(|piece| width(&text[piece.clone()]) >= BARE) { pieces } else { out }
        }
        _ => out,
    }
}

/// Columns each point has to have where nothing but a dash parts them, lest an aside between dashes be one.
const BARE: usize = 20;

/// `range` cut at every free-standing dash: the points of a digest that ends them with nothing.
fn bare_pieces(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut start = range.start;
    let mut before = 'x';
    for (at, c) in text[range.clone()].char_indices() {
        let at = range.start + at;
        let free = before.is_whitespace();
        before = c;
        if free
            && at >= start
            && let Some(len) = dash(&text[at..])
        {
            pieces.push(trimmed(text, start..at));
            start = (at + len).min(range.end);
        }
    }
    pieces.push(trimmed(text, start..range.end));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    type Shown<'a> = (Option<&'a str>, Option<&'a str>, &'a str);

    fn cut(text: &str) -> Vec<Shown<'_>> {
        let part = |range: Range<usize>| &text[range];
        groups(text).into_iter().map(|g| (g.marker.map(part), g.heading.map(part), part(g.text))).collect()
    }

    fn points(text: &str) -> Vec<&str> {
        bullets(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn markers_cut_a_summary_and_only_real_headings_are_kept() {
        assert_eq!(
            cut(
                "Core Viewpoint - Rain fell [1]. Group 1: Early Rain - It rained [2] - And on [2] Group 2 - It stopped [3]"
            ),
            [
                (Some("Core Viewpoint"), None, "Rain fell [1]."),
                (Some("Group 1"), Some("Early Rain"), "It rained [2] - And on [2]"),
                (Some("Group 2"), None, "It stopped [3]"),
            ]
        );
    }

    #[test]
    fn an_em_dash_inside_a_heading_ended_it() {
        let text =
            "Group 1: Outlook — what comes - Revenue falls [1]. Group 2: Money — Loans rose [2] - Banks wait [3]";
        let found = cut(text);
        assert_eq!((found[0].1, found[0].2), (Some("Outlook — what comes"), "Revenue falls [1]."));
        assert_eq!((found[1].1, found[1].2), (Some("Money"), "Loans rose [2] - Banks wait [3]"));
    }

    #[test]
    fn chinese_markers_and_full_width_colons() {
        assert_eq!(
            cut("核心观点：雨停了[1]。第1组：雨后 - 出太阳[2]。第二组 - 天晴了"),
            [
                (Some("核心观点"), None, "雨停了[1]。"),
                (Some("第1组"), Some("雨后"), "出太阳[2]。"),
                (Some("第二组"), None, "天晴了"),
            ]
        );
    }

    #[test]
    fn pages_that_were_pasted_have_other_markers_or_bold_ones() {
        for (one, two) in
            [("Part 1", "Part 2"), ("Section 1", "Section 2"), ("分组1", "分组2"), ("**Group 1**", "**Group 2**")]
        {
            let text = format!("{one}: Rain - It fell [1] {two} - It stopped [2]");
            let found = cut(&text);
            assert_eq!(found, [(Some(one), Some("Rain"), "It fell [1]"), (Some(two), None, "It stopped [2]")]);
        }
        assert_eq!(cut("Summary - Rain. Part 2 of it - the worst - fell.").len(), 1);
        assert_eq!(cut("摘要：雨停了。")[0], (Some("摘要"), None, "雨停了。"));
    }

    #[test]
    fn a_name_that_ends_in_group_is_no_marker() {
        let text = "Group 1 - The report of Working Group 2 - long awaited - is out [1]";
        assert_eq!(cut(text).len(), 1);
        assert_eq!(points(&text[10..]).len(), 1);
        assert_eq!(cut("The Group 7 talks began")[0], (None, None, "The Group 7 talks began"));
    }

    #[test]
    fn groups_without_citations_are_cut_where_the_next_is_due() {
        let found = cut("Group 1 - Rain fell in spring Group 2: Sun - It shone");
        assert_eq!(found.len(), 2);
        assert_eq!(found[1], (Some("Group 2"), Some("Sun"), "It shone"));
    }

    #[test]
    fn bullets_part_after_sentences_and_citations_only() {
        assert_eq!(
            points("The \"China-Uruguay\" lab [1] - High-quality work - so they say - grew. - It ended [2][3]"),
            ["The \"China-Uruguay\" lab [1]", "High-quality work - so they say - grew.", "It ended [2][3]"]
        );
        assert_eq!(points("The U.S. - China talks"), ["The U.S. - China talks"]);
        assert_eq!(points("The plan is to grow - or so they say - in the coming spring").len(), 1);
        assert_eq!(points("Rain fell on the hills in May - Rivers rose by a third in June").len(), 2);
        assert_eq!(points("- one\n- two\n• three"), ["one", "two", "three"]);
        assert_eq!(points("one [1] - "), ["one [1]"]);
    }

    #[test]
    fn a_group_of_a_heading_alone_keeps_its_words_and_an_empty_one_is_dropped() {
        assert_eq!(cut("Group 1: Outlook - "), [(Some("Group 1"), None, "Outlook")]);
        assert_eq!(cut("Group 1 - "), [(None, None, ""); 0]);
        // The page's last marker, whose text was cut off, was words of the group before.
        assert_eq!(cut("Group 1 - Rain fell [1] Group 2 -"), [(Some("Group 1"), None, "Rain fell [1]")]);
    }
}
