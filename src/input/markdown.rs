//! Markdown: one article a file, with front matter for what is known about it.

use std::{borrow::Cow, ops::Range};

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

#[path = "markdown/dialects.rs"]
mod dialects;

use super::{
    fields,
    front_matter::{self, FrontMatter},
    prose::{byline, citations, clean, is_chinese, passage, trimmed},
    source::{Draft, Likeness, Parsed, Reader, Source},
};
use crate::article::{Article, Passage};

/// Reads Markdown.
///
/// The title is the front matter's, else the first heading of level 1. Paragraphs, lists (one passage each, its items
/// the bullets), quotes and tables are passages under the nearest heading. Code and raw HTML are passages only where the
/// file has nothing else.
pub struct MarkdownReader;

impl Reader for MarkdownReader {
    fn read(&self, source: &Source<'_>) -> Parsed {
        let text = source.text();
        let front = front_matter::find(text);
        let mut article = Article::default();
        let mut parsed = Parsed { records: 1, ..Parsed::default() };
        let body = front.as_ref().map_or(0, |front| front.body);
        if let Some(front) = front {
            header(source, front, &mut article, &mut parsed);
        }
        let normal = line_feeds(&text[body..]);
        let mut walk = Walk::new(source, body, article);
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS;
        for (event, range) in Parser::new_ext(&normal, options).into_offset_iter() {
            walk.event(event, range);
        }
        let article = walk.finish();
        if article.title.is_empty() && article.passages.is_empty() {
            if parsed.notes.is_empty() && !text.trim().is_empty() {
                parsed.note(None, "has neither a title nor a text; write one", "");
            }
        } else {
            parsed.articles.push(Draft { article, number: None });
        }
        parsed
    }

    fn likeness(&self, source: &Source<'_>) -> Likeness {
        let text = source.text();
        if front_matter::find(text).is_some() {
            return Likeness::Certain;
        }
        let is_heading = |line: &str| {
            let rest = line.trim_start_matches('#');
            (1..=6).contains(&(line.len() - rest.len())) && rest.starts_with(' ')
        };
        let mut lines = text.split(['\n', '\r']).filter(|line| !line.trim().is_empty());
        let first = lines.next().unwrap_or("");
        let underlined =
            lines.next().is_some_and(|line| line.len() > 2 && line.trim_end().bytes().all(|byte| byte == b'='));
        if is_heading(first) || underlined || matches!(source.ending().as_str(), "md" | "markdown") {
            return Likeness::Likely;
        }
        let marks = lines.filter(|line| is_heading(line) || line.starts_with("```")).count()
            + text.matches("](http").count()
            + text.matches("**").count() / 2;
        if marks >= 2 { Likeness::Likely } else { Likeness::No }
    }
}

/// The text with each lone CR as a LF, which Markdown and TOML parsers want; of one byte both, so offsets hold.
pub(super) fn line_feeds(text: &str) -> Cow<'_, str> {
    if !text.contains('\r') {
        return text.into();
    }
    let mut rest = text.chars().peekable();
    let mut out = String::with_capacity(text.len());
    while let Some(c) = rest.next() {
        out.push(if c == '\r' && rest.peek() != Some(&'\n') { '\n' } else { c });
    }
    out.into()
}

fn header(source: &Source<'_>, front: FrontMatter, article: &mut Article, parsed: &mut Parsed) {
    let line_of = |name: &str| {
        source.lines().find(|line| {
            let inside = line.start >= front.span.start && line.end <= front.span.end;
            inside && source.text()[line.clone()].starts_with(name)
        })
    };
    for bad in fields::fill(article, front.fields, &fields::Names::new()) {
        let line = line_of("date").map_or(1, |line| source.line(line.start));
        parsed.remark(Some(line), fields::NO_DATE, bad);
    }
    if let Some((line, reason)) = front.fault {
        parsed.remark(
            Some(line),
            "the front matter is malformed, so only its plain lines are used; quote a value that holds a colon",
            reason,
        );
        // Nothing is lost: what could not be read is kept as it stands.
        article.extra.insert("front_matter".to_owned(), source.text()[front.span.clone()].into());
    }
    let title = line_of("title").unwrap_or(front.span.start..front.span.start);
    article.title_position = source.position(title);
}

/// Walks the events of a body.
struct Walk<'a, 'b> {
    source: &'a Source<'b>,
    /// Where the body begins in the source's text.
    base: usize,
    article: Article,
    titled: bool,
    heading: Option<(HeadingLevel, String, Range<usize>)>,
    heading_used: bool,
    text: String,
    /// A line end that becomes a space, or nothing between Chinese characters, once it is known what follows.
    pending: bool,
    lists: usize,
    /// Where the item being read begins in `text`.
    item: usize,
    bullets: Vec<Range<usize>>,
    in_table: bool,
    /// Code or HTML, kept in case there is nothing else.
    aside: Vec<(String, Range<usize>)>,
    in_aside: bool,
}

impl<'a, 'b> Walk<'a, 'b> {
    fn new(source: &'a Source<'b>, base: usize, article: Article) -> Self {
        Self {
            source,
            base,
            titled: !article.title.is_empty(),
            article,
            heading: None,
            heading_used: true,
            text: String::new(),
            pending: false,
            lists: 0,
            item: 0,
            bullets: Vec::new(),
            in_table: false,
            aside: Vec::new(),
            in_aside: false,
        }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag, range),
            Event::Html(html) if self.in_aside => self.text.push_str(&html),
            Event::Text(text) if self.in_aside => self.text.push_str(&text),
            Event::Text(text) | Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.push(&text)
            }
            Event::FootnoteReference(label) => self.push(&format!("[{label}]")),
            Event::SoftBreak | Event::HardBreak => self.pending = true,
            Event::InlineHtml(html) => self.pending |= html.to_lowercase().starts_with("<br"),
            Event::Html(_) | Event::Rule | Event::TaskListMarker(_) => {}
        }
    }

    fn push(&mut self, text: &str) {
        if self.pending {
            self.pending = false;
            let chinese = |c: Option<char>| c.is_some_and(is_chinese);
            let seam = self.text.ends_with(char::is_whitespace) || self.text.is_empty();
            let joined = chinese(self.text.chars().next_back()) && chinese(text.chars().next());
            if !seam && !joined {
                self.text.push(' ');
            }
        }
        self.text.push_str(text);
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::List(_) => {
                if self.lists > 0 {
                    self.close_item();
                }
                self.lists += 1;
            }
            Tag::Item => self.close_item(),
            Tag::Table(_) => self.in_table = true,
            Tag::CodeBlock(_) | Tag::HtmlBlock if self.lists == 0 => {
                self.text.clear();
                self.in_aside = true;
            }
            Tag::Paragraph | Tag::CodeBlock(_) | Tag::HtmlBlock if self.lists > 0 => self.pending = true,
            _ => {}
        }
    }

    /// Ends the item being read: its text becomes a bullet, and the next one begins on a new line.
    fn close_item(&mut self) {
        self.pending = false;
        let item = dialects::plain(self.text.get(self.item..).unwrap_or_default());
        self.text.truncate(self.item);
        self.text.push_str(&item);
        let kept = self.text.len();
        let range = trimmed(&self.text, self.item..kept);
        if !range.is_empty() {
            self.bullets.push(range);
            self.text.push('\n');
        }
        self.item = self.text.len();
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Heading(_) if self.lists > 0 || self.in_table => self.pending = true,
            TagEnd::Heading(level) => {
                let text = clean(&dialects::plain(&std::mem::take(&mut self.text)));
                self.pending = false;
                self.head(level, text, range);
            }
            TagEnd::List(_) => {
                self.close_item();
                self.lists = self.lists.saturating_sub(1);
                if self.lists == 0 {
                    let text = std::mem::take(&mut self.text);
                    let bullets = std::mem::take(&mut self.bullets);
                    self.item = 0;
                    self.emit(text.trim_end(), bullets, range);
                }
            }
            TagEnd::Item => self.close_item(),
            TagEnd::Paragraph if self.lists > 0 => self.pending = true,
            TagEnd::Paragraph if !self.in_table => self.take(range),
            TagEnd::TableCell => {
                let trimmed = self.text.trim_end().len();
                self.text.truncate(trimmed);
                self.text.push_str(" | ");
            }
            TagEnd::TableHead | TagEnd::TableRow => {
                let kept = self.text.trim_end_matches([' ', '|']).len();
                self.text.truncate(kept);
                self.text.push('\n');
            }
            TagEnd::Table => {
                self.in_table = false;
                if self.lists == 0 {
                    self.take(range);
                }
            }
            TagEnd::CodeBlock | TagEnd::HtmlBlock if self.in_aside => {
                self.in_aside = false;
                self.pending = false;
                let text = std::mem::take(&mut self.text);
                self.aside.push((text, range));
            }
            _ => {}
        }
    }

    fn take(&mut self, range: Range<usize>) {
        self.pending = false;
        let text = dialects::plain(&std::mem::take(&mut self.text));
        let lone = self.article.passages.is_empty() && self.article.date.is_none() && self.article.source.is_none();
        if lone
            && self.titled
            && let Some(found) = byline(&text)
        {
            (self.article.source, self.article.date) = (found.source, found.date);
            return;
        }
        self.emit(text.trim(), Vec::new(), range);
    }

    fn emit(&mut self, text: &str, bullets: Vec<Range<usize>>, range: Range<usize>) {
        if text.trim().is_empty() {
            return;
        }
        self.heading_used = true;
        let heading = self.heading.as_ref().map(|(_, text, _)| text.clone());
        let position = self.source.position(self.place(range));
        self.article.passages.push(Passage {
            heading,
            text: text.to_owned(),
            position,
            bullets,
            citations: citations(text),
            ..Passage::default()
        });
    }

    /// A range of the body as one of the source's text, without white space at its ends.
    fn place(&self, range: Range<usize>) -> Range<usize> {
        trimmed(self.source.text(), self.base + range.start..self.base + range.end)
    }

    fn head(&mut self, level: HeadingLevel, text: String, range: Range<usize>) {
        if text.is_empty() {
            return;
        }
        if level == HeadingLevel::H1 && (!self.titled || self.article.title == text) {
            self.titled = true;
            self.flush_heading();
            self.heading = None;
            self.article.title = text;
            self.article.title_position = self.source.position(self.place(range));
            return;
        }
        match &self.heading {
            // `## Part` straight above `### Section`: both are the heading of what follows.
            Some((above, part, from)) if !self.heading_used && level > *above => {
                self.heading = Some((level, format!("{part}: {text}"), from.start..range.end));
            }
            _ => {
                self.flush_heading();
                self.heading = Some((level, text, range));
            }
        }
        self.heading_used = false;
    }

    /// A heading with nothing under it is a passage of its own, so that its words are not lost.
    fn flush_heading(&mut self) {
        if !self.heading_used
            && let Some((_, text, range)) = self.heading.take()
        {
            self.article.passages.push(passage(&text, None, self.source.position(self.place(range))));
        }
        self.heading_used = true;
    }

    fn finish(mut self) -> Article {
        self.flush_heading();
        if self.article.passages.is_empty() {
            for (text, range) in std::mem::take(&mut self.aside) {
                self.emit(text.trim(), Vec::new(), range);
            }
        }
        if !self.titled
            && let Some(first) = self.article.passages.first()
        {
            self.article.title_position = crate::article::Position { end: first.position.start, ..first.position };
        }
        self.article
    }
}

#[cfg(test)]
#[path = "markdown/tests.rs"]
mod tests;
