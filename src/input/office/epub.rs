//! Books (EPUB): one article a chapter.

use std::collections::{HashMap, HashSet};

use super::{
    super::{
        limits::{Limit, Limits},
        markup,
        prose::{clean, paragraphs},
        source::{Draft, Parsed, Reader, Source},
    },
    Fault,
    about::About,
    flow::{Flow, Kind},
    opened,
    package::{self, Package, Sort},
    xml::{self, Piece, Step, Tag},
};

/// Reads EPUB.
///
/// A chapter is a file in the order of reading that has text besides headings. One that no entry of the table of contents
/// names and that has no heading carries on the one before: long chapters are often cut in several files. Its title is that
/// of the table of contents, else its first heading, and its source the book. Covers, title pages, tables of contents,
/// copyright pages and indexes that are marked as such, and what is not part of the order of reading, are left out. Places
/// count the files in the order of reading.
pub struct EpubReader;

/// Room that a passage takes besides its text.
const PASSAGE: u64 = 256;
/// What books call the parts of them that are no chapters.
const FURNITURE: [&str; 14] = [
    "cover",
    "title-page",
    "titlepage",
    "halftitlepage",
    "other.halftitle",
    "copyright-page",
    "copyright",
    "toc",
    "landmarks",
    "index",
    "loi",
    "lot",
    "page-list",
    "colophon",
];

impl Reader for EpubReader {
    fn read(&self, source: &Source<'_>) -> Parsed {
        opened(source, |package, parsed| {
            let book = Book::open(package, source)?;
            let title = book.about.title().unwrap_or_default().to_owned();
            let result = book.chapters(package, source, parsed);
            if let [only] = parsed.articles.as_mut_slice() {
                only.number = None;
                book.about.fill(&mut only.article);
            } else {
                for draft in &mut parsed.articles {
                    draft.article.source =
                        draft.article.source.take().or_else(|| Some(title.clone()).filter(|t| !t.is_empty()));
                    book.about.fill(&mut draft.article);
                }
            }
            if result.is_ok() && parsed.articles.is_empty() && parsed.notes.is_empty() {
                parsed.records = 1;
                parsed.note(None, "is a book without text; name one that has some, or make text of its pictures", "");
            }
            result
        })
    }

    fn claims(&self, head: &[u8], ending: &str) -> bool {
        package::is(Sort::Epub, head, ending, &["epub"])
    }
}

/// What a book says of its files.
struct Book {
    about: About,
    /// The files in the order of reading.
    spine: Vec<String>,
    /// What the table of contents calls a file.
    titles: HashMap<String, String>,
    /// The files that are no chapters.
    furniture: HashSet<String>,
    /// The files that only a reader with a licence can open.
    locked: HashSet<String>,
}

/// A file of the book.
struct Item {
    path: String,
    nav: bool,
    ncx: bool,
}

impl Book {
    fn open(package: &mut Package<'_>, source: &Source<'_>) -> Result<Self, Fault> {
        let limits = &source.settings().limits;
        let mut root = None;
        xml::walk(&package.need("META-INF/container.xml")?, limits, true, |piece| {
            if let Piece::Open(tag) = piece
                && tag.name() == "rootfile"
                && root.is_none()
            {
                root = tag.get("full-path");
            }
            Step::On
        })?;
        let root = root.unwrap_or_default();
        let text = package.need(&root)?;
        let about = About::read(&text, limits).unwrap_or_default();
        let mut items: HashMap<String, Item> = HashMap::new();
        let (mut order, mut furniture) = (Vec::new(), HashSet::new());
        let most = limits.of(Limit::Members) as usize;
        xml::walk(&text, limits, true, |piece| {
            let Piece::Open(tag) = piece else { return Step::On };
            let path = || tag.get("href").map(|href| resolved(&root, &href));
            match tag.name() {
                "item" if items.len() < most => {
                    if let (Some(id), Some(path)) = (tag.get("id"), path()) {
                        let nav = tag.get("properties").is_some_and(|all| all.split(' ').any(|one| one == "nav"));
                        let ncx = tag.get("media-type").is_some_and(|kind| kind == "application/x-dtbncx+xml");
                        items.insert(id, Item { path, nav, ncx });
                    }
                }
                "itemref" if order.len() < most && tag.get("linear").is_none_or(|linear| linear != "no") => {
                    order.extend(tag.get("idref"));
                }
                "reference" if furniture.len() < most && is_furniture(tag.get("type")) => furniture.extend(path()),
                _ => {}
            }
            Step::On
        })?;
        let mut seen = HashSet::new();
        let spine = order.iter().filter_map(|id| items.get(id)).map(|item| item.path.clone());
        let spine: Vec<String> = spine.filter(|path| seen.insert(path.clone())).collect();
        let mut titles = HashMap::new();
        for item in items.values().filter(|item| item.nav) {
            furniture.insert(item.path.clone());
            contents(package, &item.path, limits, &mut titles);
        }
        if titles.is_empty() {
            let mut lists: Vec<&Item> = items.values().filter(|item| item.ncx).collect();
            lists.sort_by(|a, b| a.path.cmp(&b.path));
            lists.first().into_iter().for_each(|item| contents(package, &item.path, limits, &mut titles));
        }
        let mut locked = HashSet::new();
        let encryption = package.text("META-INF/encryption.xml")?.unwrap_or_default();
        let _ = xml::walk(&encryption, limits, true, |piece| {
            if let Piece::Open(tag) = piece
                && tag.name() == "CipherReference"
            {
                locked.extend(tag.get("URI").map(|path| resolved("", &path)));
            }
            Step::On
        });
        Ok(Self { about, spine, titles, furniture, locked })
    }

    fn chapters(&self, package: &mut Package<'_>, source: &Source<'_>, parsed: &mut Parsed) -> Result<(), Fault> {
        let none = About::default();
        let known = self.spine.iter().any(|path| self.titles.contains_key(path));
        let mut open: Option<Flow<'_, '_>> = None;
        let close = |flow: Option<Flow<'_, '_>>, parsed: &mut Parsed| {
            if let Some(flow) = flow.filter(Flow::has_text) {
                parsed.records += 1;
                parsed.articles.push(Draft { article: flow.finish(&none), number: Some(parsed.records) });
            }
        };
        for (part, path) in (1..).zip(&self.spine) {
            if self.furniture.contains(path) {
                continue;
            }
            let line = Some(source.part(part).line);
            let text = match package.text(path) {
                _ if self.locked.contains(path) => Err(Fault::new(LOCKED, path.clone())),
                Ok(Some(text)) => Ok(text),
                Ok(None) => Err(Fault::new(MISSING, path.clone())),
                Err(fault) => Err(fault),
            };
            let text = match text {
                Ok(text) => text,
                Err(fault) => {
                    parsed.records += 1;
                    parsed.note(line, fault.what, fault.detail);
                    if package.count(0).is_err() {
                        break;
                    }
                    continue;
                }
            };
            let blocks = Chapter::read(&text, &source.settings().limits);
            let Some(blocks) = blocks else { continue };
            let passages = blocks.len() as u64 * PASSAGE;
            let title = self.titles.get(path).map(String::as_str);
            let headed = blocks.iter().any(|(kind, _)| *kind != Kind::Text);
            let goes_on = open.is_some() && known && title.is_none() && !headed;
            if !goes_on {
                close(open.take(), parsed);
            }
            let flow = open.get_or_insert_with(|| Flow::new(source, title));
            blocks.iter().for_each(|(kind, text)| flow.add(*kind, text, part));
            if let Err(fault) = package.count(passages) {
                close(open.take(), parsed);
                return Err(fault);
            }
        }
        close(open.take(), parsed);
        Ok(())
    }
}

const LOCKED: &str = "has chapters that are locked by its seller; use a copy without such a lock";
const MISSING: &str = "lists a chapter that is not in it; fetch the book anew";

fn is_furniture(kinds: Option<String>) -> bool {
    kinds.is_some_and(|kinds| kinds.split_whitespace().any(|kind| FURNITURE.contains(&kind)))
}

/// A path in the book from one in a file of it, without the place in the file.
fn resolved(from: &str, href: &str) -> String {
    let href = href.split('#').next().unwrap_or_default();
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = if href.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for part in href.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    unescaped(parts.join("/").trim_start_matches('/'))
}

/// `%20` and the like decoded.
fn unescaped(path: &str) -> String {
    let mut out = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|code| u8::from_str_radix(str::from_utf8(code).ok()?, 16).ok());
        match code.filter(|_| byte == b'%') {
            Some(code) => {
                out.push(code);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                out.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// What a table of contents, of either version, calls the files; the first name of a file counts. A broken one has none.
fn contents(package: &mut Package<'_>, path: &str, limits: &Limits, titles: &mut HashMap<String, String>) {
    let Ok(Some(text)) = package.text(path) else { return };
    let most = limits.of(Limit::Members) as usize;
    let mut label = String::new();
    let mut to = None;
    let mut add = |to: Option<String>, label: &str| {
        let label = clean(label);
        if let Some(to) = to.filter(|_| !label.is_empty() && titles.len() < most) {
            titles.entry(to).or_insert(label);
        }
    };
    let _ = xml::walk(&text, limits, true, |piece| {
        match piece {
            Piece::Open(tag) => match tag.name() {
                // Lists of pages and landmarks.
                "nav" if tag.get("type").is_some_and(|kind| kind != "toc") => return Step::Over,
                "pageList" | "navList" | "head" => return Step::Over,
                "a" => {
                    to = tag.get("href").map(|href| resolved(path, &href));
                    label.clear();
                }
                "navLabel" => label.clear(),
                "content" => add(tag.get("src").map(|src| resolved(path, &src)), &label),
                _ => {}
            },
            Piece::Text(text) if label.len() < 1000 => label.push_str(text),
            Piece::Close("a") => add(to.take(), &label),
            _ => {}
        }
        Step::On
    });
}

/// A file that is being read.
struct Chapter {
    blocks: Vec<(Kind, String)>,
    most: usize,
    text: String,
    level: Option<u8>,
    /// Cells in cells.
    cells: usize,
    furniture: bool,
}

/// Elements that begin a paragraph of their own.
const BLOCKS: [&str; 25] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "header",
    "hr",
    "li",
    "main",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tr",
    "ul",
];

impl Chapter {
    /// The paragraphs; none if the file is marked as no chapter.
    fn read(text: &str, limits: &Limits) -> Option<Vec<(Kind, String)>> {
        let most = usize::try_from(limits.of(Limit::Passages)).unwrap_or(usize::MAX).saturating_add(1);
        let mut chapter =
            Self { blocks: Vec::new(), most, text: String::new(), level: None, cells: 0, furniture: false };
        let result = xml::walk(text, limits, false, |piece| match piece {
            Piece::Open(tag) => chapter.start(tag),
            Piece::Close(name) => {
                chapter.end(name);
                Step::On
            }
            Piece::Text(text) => {
                chapter.text.extend(text.chars().map(|c| if c.is_control() { ' ' } else { c }));
                Step::On
            }
        });
        chapter.flush(Kind::Text);
        if result.is_err() && text.len() as u64 <= limits.of(Limit::Page) {
            // No XML after all: as any page is read.
            let seen = markup::see(text).text;
            let cut = paragraphs(&seen).into_iter().take(most);
            chapter.blocks = cut.filter_map(|at| Some((Kind::Text, seen.get(at)?.to_owned()))).collect();
        }
        (!chapter.furniture).then_some(chapter.blocks)
    }

    fn start(&mut self, tag: &Tag<'_>) -> Step {
        let name = tag.name();
        if matches!(name, "body" | "section") && self.blocks.is_empty() && is_furniture(tag.get("type")) {
            self.furniture = true;
            return Step::Done;
        }
        match name {
            "head" | "script" | "style" | "template" | "nav" | "svg" | "rt" | "rp" | "audio" | "video" => {
                return Step::Over;
            }
            "br" => self.text.push('\n'),
            "td" | "th" => {
                self.cells += 1;
            }
            _ if level(name).is_some() => {
                self.flush(Kind::Text);
                self.level = level(name);
            }
            _ if BLOCKS.contains(&name) => self.block(),
            _ => {}
        }
        Step::On
    }

    fn end(&mut self, name: &str) {
        match name {
            "td" | "th" => {
                self.cells = self.cells.saturating_sub(1);
                let kept = self.text.trim_end().len();
                self.text.truncate(kept);
                self.text.push_str(" | ");
            }
            "tr" => {
                let kept = self.text.trim_end_matches([' ', '|']).len();
                self.text.truncate(kept);
                self.block();
            }
            _ if self.level.is_some() && level(name) == self.level => {
                let level = self.level.take().unwrap_or(1);
                self.flush(Kind::Heading(level));
            }
            _ if BLOCKS.contains(&name) => self.block(),
            _ => {}
        }
    }

    /// A paragraph ends, but in a cell only a line, and in a heading nothing.
    fn block(&mut self) {
        if self.level.is_some() {
            self.text.push(' ');
        } else if self.cells > 0 {
            self.text.push('\n');
        } else {
            self.flush(Kind::Text);
        }
    }

    fn flush(&mut self, kind: Kind) {
        let text = std::mem::take(&mut self.text);
        if !text.trim().is_empty() && self.blocks.len() < self.most {
            self.blocks.push((kind, text));
        }
    }
}

fn level(name: &str) -> Option<u8> {
    match name.as_bytes() {
        [b'h', digit @ b'1'..=b'6'] => Some(digit - b'0'),
        _ => None,
    }
}
