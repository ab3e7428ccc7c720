//! Feeds: RSS (0.9 to 2.0) and Atom, one item an article. JSON Feed is read with the rest of JSON.

use std::ops::Range;

use quick_xml::{
    Reader as Xml,
    events::{BytesStart, Event},
};
use serde_json::{Map, Value};

use super::{
    fields, markup,
    prose::{clean, paragraphs, passage},
    source::{Likeness, Parsed, Reader, Source},
};
use crate::article::Article;

/// What the elements of an item are in an article. Of two that say the same, the one that is named first here wins.
const FIELDS: [(&str, &str); 18] = [
    ("title", "title"),
    ("content:encoded", "text"),
    ("content", "text"),
    ("description", "text"),
    ("summary", "text"),
    ("guid", "id"),
    ("id", "id"),
    ("pubDate", "date"),
    ("published", "date"),
    ("dc:date", "date"),
    ("updated", "date"),
    ("link", "url"),
    ("source", "source"),
    ("author", "author"),
    ("dc:creator", "author"),
    ("category", "category"),
    ("dc:subject", "category"),
    ("dc:language", "lang"),
];

/// Reads feeds.
///
/// The source of an item is the feed's title, unless it names its own. Items may hold HTML, which is taken as its words.
/// Entities that a feed declares itself are not expanded.
pub struct FeedReader;

impl Reader for FeedReader {
    fn read(&self, source: &Source<'_>) -> Parsed {
        let mut feed =
            Feed { source, parsed: Parsed::default(), title: None, lang: None, item: None, open: None, depth: 0 };
        feed.read();
        feed.finish()
    }

    fn likeness(&self, source: &Source<'_>) -> Likeness {
        let text = source.text().trim_start();
        if !text.starts_with('<') {
            return Likeness::No;
        }
        let mut xml = Xml::from_str(text);
        loop {
            match xml.read_event() {
                Ok(Event::Start(tag)) if matches!(tag.name().as_ref(), "rss" | "feed" | "rdf:RDF" | "RDF") => {
                    return Likeness::Certain;
                }
                Ok(Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_)) => {}
                Ok(Event::Text(text)) if text.trim().is_empty() => {}
                _ => return Likeness::No,
            }
        }
    }
}

/// An element of an item or of the feed that is being read.
struct Open {
    /// Its name, and where its content begins.
    name: String,
    from: usize,
    depth: usize,
    /// Whether it holds markup as such, not as text.
    inline: bool,
}

struct Feed<'a, 'b> {
    source: &'a Source<'b>,
    parsed: Parsed,
    title: Option<String>,
    lang: Option<String>,
    item: Option<Item>,
    open: Option<Open>,
    depth: usize,
}

#[derive(Default)]
struct Item {
    from: usize,
    depth: usize,
    /// Name, content and place of each element.
    found: Vec<(String, String, Range<usize>)>,
}

impl Feed<'_, '_> {
    fn read(&mut self) {
        let text = self.source.text();
        let mut xml = Xml::from_str(text);
        xml.config_mut().check_end_names = false;
        loop {
            let before = usize::try_from(xml.buffer_position()).unwrap_or(usize::MAX);
            let event = match xml.read_event() {
                Ok(event) => event,
                Err(error) => {
                    let at = usize::try_from(xml.error_position()).unwrap_or(before).min(text.len());
                    let line = Some(self.source.line(at));
                    self.parsed.records += 1;
                    self.parsed.note(
                        line,
                        "is no well-formed XML from here on, so what follows is skipped; fetch the feed anew",
                        clean(&error.to_string()),
                    );
                    return;
                }
            };
            let after = usize::try_from(xml.buffer_position()).unwrap_or(usize::MAX);
            match event {
                Event::Start(tag) => {
                    self.start(&tag, before, after);
                    self.depth += 1;
                }
                Event::Empty(tag) => self.empty(&tag, before..after),
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    self.end(before, after);
                }
                Event::Eof => break,
                _ => {}
            }
        }
        if let Some(item) = self.item.take() {
            self.parsed.note(Some(self.source.line(item.from)), "the item is cut off; fetch the feed anew", "");
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>, before: usize, after: usize) {
        let name = tag.name().as_ref().to_owned();
        if self.open.is_some() {
            return;
        }
        if self.item.is_none() && matches!(name.as_str(), "item" | "entry") {
            self.item = Some(Item { from: before, depth: self.depth, found: Vec::new() });
            self.parsed.records += 1;
            return;
        }
        let direct = self.item.as_ref().is_some_and(|item| self.depth == item.depth + 1);
        let of_feed = self.item.is_none() && matches!(name.as_str(), "title" | "language") && self.depth <= 2;
        if of_feed || (direct && FIELDS.iter().any(|(known, _)| *known == name)) {
            let inline = attribute(tag, "type").is_some_and(|kind| kind == "xhtml");
            if let (Some(item), "link", Some(href)) = (&mut self.item, name.as_str(), attribute(tag, "href")) {
                item.found.push((name, href, before..after));
                return;
            }
            self.open = Some(Open { name, from: after, depth: self.depth, inline });
        }
    }

    fn empty(&mut self, tag: &BytesStart<'_>, at: Range<usize>) {
        let Some(item) = &mut self.item else { return };
        let other = attribute(tag, "rel").is_some_and(|rel| rel != "alternate");
        if tag.name().as_ref() == "link"
            && self.depth == item.depth + 1
            && !other
            && let Some(href) = attribute(tag, "href")
        {
            item.found.push(("link".to_owned(), href, at));
        } else if tag.name().as_ref() == "category"
            && let Some(term) = attribute(tag, "term")
        {
            item.found.push(("category".to_owned(), term, at));
        }
    }

    fn end(&mut self, before: usize, after: usize) {
        if let Some(open) = self.open.take_if(|open| open.depth == self.depth) {
            let at = open.from..before.max(open.from);
            let raw = self.source.text().get(at.clone()).unwrap_or_default();
            let content = if open.inline { raw.to_owned() } else { content(raw) };
            // An author of Atom is elements, of RSS a text.
            let content = if open.name == "author" { markup::words(raw) } else { content };
            match &mut self.item {
                Some(item) => item.found.push((open.name, content, at)),
                None if open.name == "title" && self.title.is_none() => {
                    self.title = Some(clean(&markup::words(&content)))
                }
                None if open.name == "language" => self.lang = Some(clean(&content)),
                None => {}
            }
            return;
        }
        if let Some(item) = self.item.take_if(|item| item.depth == self.depth) {
            self.article(item, after);
        }
    }

    fn article(&mut self, item: Item, end: usize) {
        let line = Some(self.source.line(item.from));
        let whole = item.from..end;
        let mut row = Map::new();
        let mut article = Article { title_position: self.source.position(whole.clone()), ..Article::default() };
        for (name, field) in FIELDS {
            for (_, content, at) in item.found.iter().filter(|(found, ..)| found == name) {
                let words = match field {
                    "url" | "id" | "date" => clean(content),
                    _ => markup::words(content),
                };
                if words.trim().is_empty() {
                    continue;
                }
                match field {
                    "text" if article.passages.is_empty() => {
                        let at = self.source.position(at.clone());
                        let cut = paragraphs(&words).into_iter();
                        article.passages = cut.map(|range| passage(&words[range], None, at)).collect();
                    }
                    "text" => {}
                    "category" => {
                        if let Value::Array(all) = row.entry(field).or_insert_with(|| Value::Array(Vec::new())) {
                            all.push(clean(&words).into());
                        }
                    }
                    _ if !row.contains_key(field) => {
                        if field == "title" {
                            article.title_position = self.source.position(at.clone());
                        }
                        row.insert(field.to_owned(), words.into());
                    }
                    _ => {}
                }
            }
        }
        if row.get("url").and_then(Value::as_str).is_some_and(|url| !url.starts_with("http")) {
            // `javascript:` and the like are no address of an article.
            row.remove("url");
        }
        let missing = ("the item has neither a title nor a text; give it one", String::new());
        fields::finish(article, row, &fields::Names::new(), line, missing, &mut self.parsed);
    }

    fn finish(mut self) -> Parsed {
        for draft in &mut self.parsed.articles {
            let article = &mut draft.article;
            article.source = article.source.take().or_else(|| self.title.clone()).filter(|source| !source.is_empty());
            article.lang = article.lang.take().or_else(|| self.lang.clone()).filter(|lang| !lang.is_empty());
        }
        self.parsed
    }
}

/// The text of an element: `CDATA` as it is, else with its characters decoded.
fn content(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, inside)) = rest.split_once("<![CDATA[") {
        out.push_str(&markup::decoded(before));
        let (inside, after) = inside.split_once("]]>").unwrap_or((inside, ""));
        out.push_str(inside);
        rest = after;
    }
    out.push_str(&markup::decoded(rest));
    out
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    // Without the check for doubles, which takes the square of their number.
    let mut attributes = tag.attributes();
    let found = attributes.with_checks(false).flatten().find(|attribute| attribute.key.as_ref() == name)?;
    Some(markup::decoded(&found.value).into_owned())
}

#[cfg(test)]
#[path = "feed/tests.rs"]
mod tests;
