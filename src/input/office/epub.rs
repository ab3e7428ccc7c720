//! Books (EPUB): one article a chapter.

use std::collections::{HashMap, HashSet};

use percent_encoding::percent_decode_str;

use super::{
    super::{
        limits::{Limit, Limits},
        prose::clean,
        source::{Draft, Parsed, Reader, Source},
    },
    Fault,
    about::About,
    chapter::Chapter,
    flow::{Flow, Kind},
    opened,
    package::{self, Package, Sort},
    xml::{self, Piece, Step},
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
                if let Some(fault) = flow.over() {
                    return parsed.note(None, fault.what, fault.detail);
                }
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
            let Some((blocks, whole)) = blocks else { continue };
            let passages = blocks.len() as u64 * PASSAGE;
            let title = self.titles.get(path).map(String::as_str);
            let headed = blocks.iter().any(|(kind, _)| *kind != Kind::Text);
            let goes_on = open.is_some() && known && title.is_none() && !headed;
            if !goes_on {
                close(open.take(), parsed);
            }
            let flow = open.get_or_insert_with(|| Flow::new(source, title));
            blocks.iter().for_each(|(kind, text)| flow.add(*kind, text, part));
            if !whole {
                flow.overflow();
            }
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

/// Whether one of the kinds that a book gives a part of it is no chapter.
pub(super) fn is_furniture(kinds: Option<String>) -> bool {
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
    let path = parts.join("/");
    percent_decode_str(path.trim_start_matches('/')).decode_utf8_lossy().into_owned()
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
