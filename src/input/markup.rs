//! Markup as a reader of the screen sees it: the words of HTML, each with its place in the source.
//!
//! This is no parser of pages, which is dom_smoothie's work: it cuts tags away, decodes named characters and parts blocks.

use std::{borrow::Cow, ops::Range};

/// Elements that begin a line of their own.
const BLOCKS: [&str; 38] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tr",
    "ul",
];
/// Whether an element begins a line of its own.
pub(super) fn is_block(name: &str) -> bool {
    BLOCKS.contains(&name)
}

/// Elements whose content is not shown.
const HIDDEN: [&str; 6] = ["script", "style", "template", "noscript", "title", "textarea"];
/// Elements that never hold others, or that end where the next one begins.
const FLAT: [&str; 27] = [
    "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta", "option", "p",
    "param", "source", "tbody", "td", "tfoot", "th", "thead", "tr", "track", "wbr", "!doctype", "colgroup",
];

/// What is seen of a page.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The words, blocks parted by blank lines.
    pub text: String,
    /// The runs of `text`: where each begins in it and in the source, and its bytes in the source.
    runs: Vec<(usize, Range<usize>)>,
    /// `name` or `property` of the `meta` elements in lower case, and their `content`.
    pub meta: Vec<(String, String)>,
    /// Where the page's title stands in the source.
    pub title: Option<Range<usize>>,
    /// The most elements that are in each other.
    pub depth: u64,
}

/// Named and numbered characters decoded.
pub(super) fn decoded(text: &str) -> Cow<'_, str> {
    html_escape::decode_html_entities(text)
}

/// The words of a fragment.
pub(super) fn words(html: &str) -> String {
    see(html).text
}

/// Cuts the tags away.
pub(super) fn see(html: &str) -> Seen {
    let mut seen = Seen::default();
    let (mut at, mut depth) = (0, 0u64);
    while let Some(open) = html[at..].find('<').map(|open| at + open) {
        let rest = &html[open..];
        let Some(tag) = tag(rest) else {
            // A lone `<` is a word of the text.
            seen.run(html, at..open + 1);
            at = open + 1;
            continue;
        };
        seen.run(html, at..open);
        at = open + tag.length;
        if tag.closing {
            depth = depth.saturating_sub(u64::from(!FLAT.contains(&tag.name.as_str())));
        } else if !FLAT.contains(&tag.name.as_str()) && !tag.empty && !tag.name.is_empty() {
            depth += 1;
            seen.depth = seen.depth.max(depth);
        }
        if is_block(&tag.name) {
            seen.part("\n\n");
        } else if tag.name == "br" {
            seen.part("\n");
        } else if tag.name == "meta" {
            seen.meta(&html[open..at]);
        }
        if HIDDEN.contains(&tag.name.as_str()) && !tag.closing && !tag.empty {
            let end = closing(&html[at..], &tag.name).map_or(html.len(), |end| at + end);
            if tag.name == "title" && seen.title.is_none() {
                seen.title = Some(at..end);
            }
            at = end;
        }
    }
    seen.run(html, at..html.len());
    seen.text.truncate(seen.text.trim_end().len());
    seen
}

struct Tag {
    /// In lower case; empty for comments and declarations.
    name: String,
    closing: bool,
    empty: bool,
    length: usize,
}

/// The tag or comment that a text begins with.
fn tag(text: &str) -> Option<Tag> {
    let nothing = |length| Some(Tag { name: String::new(), closing: false, empty: true, length });
    if text.starts_with("<!--") {
        return nothing(text.find("-->").map_or(text.len(), |end| end + 3));
    }
    if let Some(rest) = text.strip_prefix("<![CDATA[") {
        return nothing(text.len() - rest.len());
    }
    let closing = text.starts_with("</");
    let name = &text[if closing { 2 } else { 1 }..];
    if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!' || c == '?') {
        return None;
    }
    let end = name.find(|c: char| c.is_whitespace() || c == '>' || c == '/').unwrap_or(name.len());
    let mut quote = None;
    let length = text.bytes().enumerate().find_map(|(at, byte)| {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            // Quotes open only after a `=`: `<p don't>` is a tag all the same.
            (None, b'"' | b'\'') if text[..at].trim_end().ends_with('=') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
        None
    });
    // A quote that is never closed ends with the tag.
    let length = length.or_else(|| text.find('>').map(|at| at + 1)).unwrap_or(text.len());
    let empty = text[..length].ends_with("/>");
    let name = name[..end].chars().take(32).collect::<String>().to_ascii_lowercase();
    Some(Tag { name, closing, empty, length })
}

/// Where `</name` stands.
fn closing(text: &str, name: &str) -> Option<usize> {
    memchr::memmem::find_iter(text.as_bytes(), b"</")
        .find(|at| text.get(at + 2..at + 2 + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)))
}

/// The value of an attribute in a tag.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let mut from = 0;
    while let Some(at) = lower[from..].find(name).map(|at| from + at) {
        from = at + name.len();
        let before = lower[..at].ends_with(|c: char| c.is_whitespace() || c == '"' || c == '\'');
        let Some(value) = tag[from..].trim_start().strip_prefix('=').map(str::trim_start) else { continue };
        if !before {
            continue;
        }
        let quoted = ['"', '\''].iter().find_map(|&quote| value.strip_prefix(quote)?.split(quote).next());
        let value = quoted.or_else(|| value.split(|c: char| c.is_whitespace() || c == '>').next())?;
        return Some(decoded(value).trim().to_owned());
    }
    None
}

impl Seen {
    fn meta(&mut self, tag: &str) {
        let name = ["property", "name", "itemprop"].iter().find_map(|name| attribute(tag, name));
        if let (Some(name), Some(content)) = (name, attribute(tag, "content")) {
            self.meta.push((name.to_ascii_lowercase(), content));
        }
    }

    /// The first of some `meta` elements that is there, and not empty.
    pub fn named(&self, names: &[&str]) -> Option<&str> {
        let found = |name: &&str| self.meta.iter().find(|(key, value)| key == name && !value.is_empty());
        names.iter().find_map(found).map(|(_, value)| value.as_str())
    }

    fn part(&mut self, with: &str) {
        let text = self.text.trim_end_matches([' ', '\t']).len();
        self.text.truncate(text);
        let parted = self.text.ends_with("\n\n") || (with == "\n" && self.text.ends_with('\n'));
        if !self.text.is_empty() && !parted {
            self.text.push_str(if self.text.ends_with('\n') { "\n" } else { with });
        }
    }

    /// Adds a run of text; white space in it is one space.
    fn run(&mut self, html: &str, span: Range<usize>) {
        let mut at = span.start;
        while at < span.end {
            let rest = &html[at..span.end];
            let entity = rest.starts_with('&').then(|| rest.find(';')).flatten().filter(|&end| end < 40);
            let length = match entity {
                Some(end) => end + 1,
                None => rest.match_indices('&').map(|(next, _)| next).find(|&next| next > 0).unwrap_or(rest.len()),
            };
            self.words(&rest[..length], at);
            at += length;
        }
    }

    fn words(&mut self, raw: &str, at: usize) {
        let text = decoded(raw);
        let literal = text.len() == raw.len() && text == raw;
        let mut space = false;
        let mut word = None;
        let place = |from: usize| if literal { at + from } else { at };
        let end = |to: usize| if literal { at + to } else { at + raw.len() };
        for (i, c) in text.char_indices().chain([(text.len(), ' ')]) {
            if c.is_whitespace() {
                if let Some(from) = word.take() {
                    if space && !self.text.is_empty() && !self.text.ends_with(['\n', ' ']) {
                        self.text.push(' ');
                    }
                    self.runs.push((self.text.len(), place(from)..end(i)));
                    self.text.push_str(&text[from..i]);
                    space = false;
                }
                space |= i < text.len();
            } else if word.is_none() {
                word = Some(i);
            }
        }
        if space && !self.text.is_empty() && !self.text.ends_with(['\n', ' ']) {
            self.text.push(' ');
        }
    }

    /// Where a byte of `text` stands in the source.
    fn place(&self, offset: usize) -> usize {
        let at = self.runs.partition_point(|(start, _)| *start <= offset).saturating_sub(1);
        self.runs.get(at).map_or(0, |(start, span)| (span.start + offset.saturating_sub(*start)).min(span.end))
    }

    /// Finds texts in the source, in their order: the words of each, whatever the white space between them. What is not
    /// found as it is stands somewhere after the one before.
    pub fn find<'t>(&self, texts: impl Iterator<Item = &'t str>, size: usize) -> Vec<Range<usize>> {
        let dense: String = self.text.split_whitespace().collect();
        let mut places = Vec::with_capacity(dense.len());
        for (at, c) in self.text.char_indices().filter(|(_, c)| !c.is_whitespace()) {
            places.extend((0..c.len_utf8()).map(|i| self.place(at + i)));
        }
        let (mut from, mut last) = (0, 0);
        texts
            .map(|text| {
                let text: String = text.split_whitespace().collect();
                let head = text.char_indices().nth(12).map_or(text.as_str(), |(end, _)| &text[..end]);
                let found = dense[from..].find(&text).map(|at| (from + at, from + at + text.len()));
                let found = found.or_else(|| dense[from..].find(head).map(|at| (from + at, from + at + head.len())));
                let Some((start, end)) = found.filter(|(start, end)| start < end) else { return last..size };
                from = end;
                let (start, end) = (places[start], places[end - 1] + 1);
                last = start.max(last);
                last..end.max(last + 1).min(size)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_go_blocks_part_and_characters_are_decoded() {
        for (html, text) in [
            ("<p>One <b>bold</b>\n word.</p><p>Two &amp; 3&nbsp;&lt; 4</p>", "One bold word.\n\nTwo & 3 < 4"),
            ("a<br>b<br/>c", "a\nb\nc"),
            ("<script>if (a < b) {}</script>x<style>p{}</style>y<!-- <p> -->z", "xyz"),
            ("<a title=\"1 > 0\" href=x>link</a> 1 < 2", "link 1 < 2"),
            ("<ul><li>雨<li>雪</ul>", "雨\n\n雪"),
            ("<p unclosed", ""),
            ("plain", "plain"),
            ("&", "&"),
            ("&#x96e8;&#38;&bogus; é&é", "雨&&bogus; é&é"),
        ] {
            assert_eq!(words(html), text, "{html}");
        }
    }

    #[test]
    fn meta_title_and_depth() {
        let seen = see(
            "<TITLE>A &amp; b</TITLE><meta property='og:site_name' content='新华网'><META NAME=PubDate CONTENT=\"2025-06-14\"><div><div><p><p>",
        );
        assert_eq!(seen.named(&["x", "og:site_name"]), Some("新华网"));
        assert_eq!(seen.named(&["pubdate"]), Some("2025-06-14"));
        assert_eq!((seen.title, seen.depth), (Some(7..16), 2));
    }

    #[test]
    fn words_are_found_where_they_stand() {
        let html = "<p>雨水  &amp; <i>snow</i></p><p>second\npart</p>";
        let seen = see(html);
        let found = seen.find(["雨水 & snow", "missing", "second part"].into_iter(), html.len());
        assert_eq!(&html[found[0].clone()], "雨水  &amp; <i>snow");
        assert_eq!(&html[found[2].clone()], "second\npart");
        assert!(found[1].start == found[0].start);
    }

    proptest::proptest! {
        #[test]
        fn anything_is_cut(html in "(<|>|&|;|/|p|br|\"|'|=| |雨|é|<p>|</p>|<script>|<!--|-->|&amp;|&#){0,40}") {
            let seen = see(&html);
            for (start, span) in &seen.runs {
                assert!(*start <= seen.text.len() && html.get(span.clone()).is_some());
            }
            let _ = seen.find(["雨", &seen.text].into_iter(), html.len());
        }
    }
}
