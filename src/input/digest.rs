//! Digest pages: a topic, page furniture, then three lines an article: title, `SOURCE· DATE`, summary in groups.

use std::ops::Range;

use super::{
    marks::{self, Kind},
    prose::{Byline, byline, citations, clean, ends_sentence, trimmed, width},
    source::{Draft, Likeness, Parsed, Reader, Source},
};
use crate::article::{Article, Passage, Published};

/// What parts the source from the date in a byline.
const SEPARATORS: [char; 7] = ['·', '•', '・', '‧', '∙', '|', '｜'];
/// Columns beyond which a line is no byline.
const WIDE: usize = 120;
/// Bytes beyond which a line before the first article is more than furniture.
const LONG: usize = 300;

/// Reads digest pages.
pub struct DigestReader;

impl Reader for DigestReader {
    fn read(&self, source: &Source<'_>) -> Parsed {
        let lines = classify(source.text(), source.lines());
        let mut page = Page { source, lines, parsed: Parsed::default(), topic: None, furniture: Vec::new() };
        page.read();
        page.parsed
    }

    fn likeness(&self, source: &Source<'_>) -> Likeness {
        let text = source.text();
        let first = text.trim_start();
        if first.starts_with(['#', '{', '[']) || first.starts_with("---") || first.starts_with("+++") {
            return Likeness::No;
        }
        let lines = classify(text, source.lines());
        let bylines = lines.iter().enumerate().skip(1).filter(|(_, line)| matches!(line.kind, LineKind::Byline(..)));
        let opened = |i: usize| matches!(lines.get(i + 1).map(|line| &line.kind), Some(LineKind::Opening(_)));
        let (count, marked) = bylines.fold((0, false), |(count, marked), (i, _)| (count + 1, marked || opened(i)));
        let furnished = lines.iter().take(4).any(|line| matches!(line.kind, LineKind::Furniture));
        match (count, marked || furnished) {
            (1.., true) => Likeness::Certain,
            (2.., false) => Likeness::Likely,
            _ => Likeness::No,
        }
    }
}

/// A line that is not blank.
struct Line {
    range: Range<usize>,
    kind: LineKind,
}

enum LineKind {
    /// `SOURCE· DATE`.
    Byline(Option<String>, Published),
    /// Stands where a byline should and has no date wenmai reads: the source, and what it has instead.
    BadByline(Option<String>, String),
    /// Begins with a group marker.
    Opening(Kind),
    /// `Search documents`.
    Furniture,
    Other,
}

fn classify(text: &str, lines: impl Iterator<Item = Range<usize>>) -> Vec<Line> {
    let ranges: Vec<_> = lines.map(|range| trimmed(text, range)).filter(|range| !range.is_empty()).collect();
    let openings: Vec<_> = ranges.iter().map(|range| marks::opening(&text[range.clone()])).collect();
    let before_summary = |i: usize| matches!(openings.get(i + 1), Some(Some(Kind::Core | Kind::Group(1))));
    let kinds = ranges.iter().enumerate().map(|(i, range)| {
        let line = &text[range.clone()];
        if let Some(kind) = openings[i] {
            return LineKind::Opening(kind);
        }
        if ["search documents", "搜索文档", "检索文档"].contains(&line.to_lowercase().as_str()) {
            return LineKind::Furniture;
        }
        if line.len() > 4 * WIDE || width(line) > WIDE || line.starts_with(['-', '*', '>', '#']) {
            return LineKind::Other;
        }
        if let Some((at, separator)) = line.char_indices().rfind(|(_, c)| SEPARATORS.contains(c)) {
            let tail = line[at + separator.len_utf8()..].trim();
            if let Ok(date) = tail.parse() {
                let name = clean(&line[..at]);
                return LineKind::Byline((!name.is_empty()).then_some(name), date);
            }
            // `回顾·2025年中国科技` is a title: only a tail that tries to be a date makes a byline, or, right above a
            // summary, any that stands off.
            let after = &line[at + separator.len_utf8()..];
            let digits = tail.bytes().take_while(u8::is_ascii_digit).count();
            let tries = digits >= 4 && tail.chars().all(|c| c.is_ascii_digit() || "-/.:：年月日时分秒TZ+ ".contains(c));
            let stands_off = after.starts_with(char::is_whitespace) && !matches!(separator, '|' | '｜');
            if tries || (before_summary(i) && stands_off && !tail.is_empty()) {
                let name = clean(&line[..at]);
                return LineKind::BadByline((!name.is_empty()).then_some(name), tail.to_owned());
            }
        }
        match byline(line).or_else(|| before_summary(i).then(|| date_first(line)).flatten()) {
            Some(found) if before_summary(i) => match found.date {
                Some(date) => LineKind::Byline(found.source, date),
                None => LineKind::BadByline(found.source, line.to_owned()),
            },
            _ => LineKind::Other,
        }
    });
    let mut kinds: Vec<_> = kinds.collect();
    for i in 1..kinds.len() {
        // A title that looks like a byline, straight above the real one.
        let titled = i > 1 && matches!(kinds.get(i - 2), Some(LineKind::Other));
        let unlike = matches!(kinds.get(i - 1), Some(LineKind::BadByline(..)))
            || (matches!(kinds.get(i - 1), Some(LineKind::Byline(..))) && !titled);
        if unlike && matches!(kinds.get(i), Some(LineKind::Byline(..))) {
            kinds[i - 1] = LineKind::Other;
        }
    }
    ranges.into_iter().zip(kinds).map(|(range, kind)| Line { range, kind }).collect()
}

/// `2025-06-14 21:57 Ren Min Ri Bao`, which only right above a summary is no sentence.
fn date_first(line: &str) -> Option<Byline> {
    let at = line.find(|c: char| !c.is_ascii_digit() && !"-/.:：年月日时分秒 ".contains(c))?;
    let date = line[..at].trim().parse().ok()?;
    let source = clean(&line[at..]);
    (!ends_sentence(&source)).then_some(Byline { source: Some(source), date: Some(date) })
}

struct Page<'a, 'b> {
    source: &'a Source<'b>,
    lines: Vec<Line>,
    parsed: Parsed,
    topic: Option<String>,
    /// Short lines above the first article that are neither topic nor known furniture: data of the first, so not lost.
    furniture: Vec<serde_json::Value>,
}

impl Page<'_, '_> {
    fn text(&self, line: usize) -> &str {
        self.lines.get(line).map_or("", |line| &self.source.text()[line.range.clone()])
    }

    fn is_other(&self, line: usize) -> bool {
        self.lines.get(line).is_some_and(|line| matches!(line.kind, LineKind::Other))
    }

    fn read(&mut self) {
        let bylines: Vec<usize> = (0..self.lines.len())
            .filter(|&i| matches!(self.lines[i].kind, LineKind::Byline(..) | LineKind::BadByline(..)))
            .collect();
        // A record begins at its title, the line before its byline.
        let begin = |i: usize| if i > 0 && self.is_other(i - 1) { i - 1 } else { i };
        let starts: Vec<usize> = bylines.iter().map(|&i| begin(i)).collect();
        self.preamble(starts.first().copied().unwrap_or(self.lines.len()));
        for (n, (&start, &line)) in starts.iter().zip(&bylines).enumerate() {
            let end = starts.get(n + 1).copied().unwrap_or(self.lines.len());
            self.record(start, line, end);
        }
        if self.parsed.records == 0 {
            self.parsed.note(
                None,
                "holds no digest article; one is a title, a line `SOURCE· 2025-06-14 21:57`, a summary",
                "",
            );
        }
    }

    /// What stands before the first article: the topic and furniture, and perhaps articles that have lost their byline.
    fn preamble(&mut self, end: usize) {
        let end = self.orphans(0, end, true);
        let mut rest = Vec::new();
        for i in 0..end {
            match self.lines[i].kind {
                LineKind::Other if self.topic.is_none() && i == 0 => self.topic = Some(clean(self.text(0))),
                LineKind::Other if self.lines[i].range.len() > LONG => self.orphan(i),
                LineKind::Other => rest.push(serde_json::Value::from(self.text(i))),
                _ => {}
            }
        }
        self.furniture = rest;
    }

    /// Reports the articles in `from..to` that have a title and a summary but no byline between them, and returns where
    /// the first of them begins.
    fn orphans(&mut self, from: usize, to: usize, preamble: bool) -> usize {
        let mut end = to;
        let mut last: Option<Kind> = None;
        for i in from..to {
            let LineKind::Opening(kind) = self.lines[i].kind else { continue };
            let restarts = match (last, kind) {
                (None, _) => preamble,
                (Some(_), Kind::Core) => true,
                (Some(Kind::Group(last)), Kind::Group(number)) => number <= last,
                (Some(Kind::Core), Kind::Group(_)) => false,
            };
            last = Some(kind);
            let titled = i > from && self.is_other(i - 1);
            if restarts && (titled || preamble) {
                let at = if titled { i - 1 } else { i };
                end = end.min(at);
                self.orphan(at);
            }
        }
        end
    }

    fn orphan(&mut self, line: usize) {
        self.parsed.records += 1;
        let at = self.lines.get(line).map(|line| self.source.line(line.range.start));
        self.parsed.note(
            at,
            "no line of source and date between title and summary; write one like `SOURCE· 2025-06-14 21:57`",
            shorten(self.text(line)),
        );
    }

    /// The record of the byline at `line`, whose title is at `start` and whose summary ends before `end`.
    fn record(&mut self, start: usize, line: usize, end: usize) {
        self.parsed.records += 1;
        let number = self.parsed.records;
        let topic = self.topic.clone();
        let end = self.orphans(line + 1, end, false);
        let passages = self.passages(line + 1, end);
        let at = Some(self.source.line(self.lines[start].range.start));
        let title = clean(self.text(start));
        let (source, date) = match &self.lines[line].kind {
            LineKind::Byline(source, date) => (source.clone(), Some(*date)),
            LineKind::BadByline(source, _) => (source.clone(), None),
            LineKind::Opening(_) | LineKind::Furniture | LineKind::Other => return,
        };
        if start == line {
            self.parsed.note(at, "no title above the line of source and date; write one", shorten(&title));
            return;
        }
        if passages.is_empty() {
            self.parsed.note(at, "no summary below the line of source and date; write one", shorten(&title));
            return;
        }
        if let LineKind::BadByline(_, written) = &self.lines[line].kind {
            let detail = format!("{:?} under {:?}", shorten(written), shorten(&title));
            self.parsed.remark(
                Some(self.source.line(self.lines[line].range.start)),
                "no date in the source line, so the article is kept without one; write it as 2025-06-14 21:57",
                detail,
            );
        }
        let mut article = Article {
            title,
            title_position: self.source.position(self.lines[start].range.clone()),
            date,
            source,
            passages,
            ..Article::default()
        };
        if let LineKind::BadByline(_, written) = &self.lines[line].kind {
            article.extra.insert("date".to_owned(), written.as_str().into());
        }
        if let Some(topic) = topic {
            article.extra.insert("topic".to_owned(), topic.into());
        }
        if !self.furniture.is_empty() {
            article.extra.insert("page".to_owned(), std::mem::take(&mut self.furniture).into());
        }
        self.parsed.articles.push(Draft { article, number: Some(number) });
    }

    /// The groups of the summary in lines `from..to`. Where pages stand one after another in a file, the next page's
    /// topic and furniture end the last summary of the one before.
    fn passages(&mut self, from: usize, to: usize) -> Vec<Passage> {
        let mut out = Vec::new();
        let mut chunk = from;
        for i in from..to {
            if matches!(self.lines[i].kind, LineKind::Furniture) {
                let mut end = i;
                if i > from + 1 && self.is_other(i - 1) {
                    self.topic = Some(clean(self.text(i - 1)));
                    end = i - 1;
                }
                self.groups(chunk, end, &mut out);
                chunk = i + 1;
            }
        }
        self.groups(chunk, to, &mut out);
        out
    }

    fn groups(&self, from: usize, to: usize, out: &mut Vec<Passage>) {
        let (Some(first), Some(last)) = (self.lines.get(from), to.checked_sub(1).and_then(|i| self.lines.get(i)))
        else {
            return;
        };
        if from >= to {
            return;
        }
        let base = first.range.start;
        let summary = &self.source.text()[base..last.range.end];
        for group in marks::groups(summary) {
            let text = &summary[group.text.clone()];
            out.push(Passage {
                marker: group.marker.map(|range| summary[range].to_owned()),
                heading: group.heading.map(|range| clean(&summary[range])),
                text: text.to_owned(),
                position: self.source.position(base + group.text.start..base + group.text.end),
                bullets: marks::bullets(text),
                citations: citations(text),
            });
        }
    }
}

/// Enough of a line to know it by.
fn shorten(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
#[path = "digest/tests.rs"]
mod tests;
