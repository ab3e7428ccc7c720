//! Text documents of OpenDocument (ODT): one article a file.

use std::collections::{HashMap, HashSet};

use super::{
    super::source::{Parsed, Reader, Source},
    about::About,
    body::Body,
    flow::{Flow, Kind},
    opened,
    package::{self, Sort},
    xml::{self, Piece, Step, Tag},
};

/// Reads ODT.
///
/// What is taken and what is left out is as in a Word document. Paragraphs are counted as they stand, headings and empty ones
/// too.
pub struct OdtReader;

const ENDINGS: [&str; 2] = ["odt", "ott"];
/// Styles that are looked at; no program makes as many.
const STYLES: usize = 10_000;
/// Spaces that one element may stand for.
const SPACES: usize = 100;

impl Reader for OdtReader {
    fn read(&self, source: &Source<'_>) -> Parsed {
        opened(source, |package, parsed| {
            let limits = &source.settings().limits;
            package.unlocked()?;
            let about = About::of(package, "meta.xml", limits)?;
            let text = package.need("content.xml")?;
            let body = Body::new(Flow::new(source, about.title()));
            let mut walk = Walk { body, styles: HashMap::new(), hiding: HashSet::new(), style: String::new() };
            let fault = xml::walk(&text, limits, true, |piece| walk.step(&piece)).err();
            walk.body.finish(&about, fault, parsed);
            Ok(())
        })
    }

    fn claims(&self, head: &[u8], ending: &str) -> bool {
        package::is(Sort::Odt, head, ending, &ENDINGS)
    }
}

/// Walks the content.
struct Walk<'a, 'b> {
    body: Body<'a, 'b>,
    /// The styles of the document's own that are a title.
    styles: HashMap<String, Kind>,
    /// Those that hide, and the style that is being read.
    hiding: HashSet<String>,
    style: String,
}

impl Walk<'_, '_> {
    fn step(&mut self, piece: &Piece<'_>) -> Step {
        match piece {
            Piece::Open(tag) => return self.start(tag),
            Piece::Close("p" | "h") => self.body.end(),
            Piece::Close("table-row") => self.body.row_end(),
            Piece::Close(_) => {}
            Piece::Text(text) => self.body.text(text),
        }
        Step::On
    }

    fn start(&mut self, tag: &Tag<'_>) -> Step {
        match tag.name() {
            // What stands beside the text, what changes have taken out, and what is made from the rest.
            "note" | "annotation" | "tracked-changes" | "ruby-text" | "forms" | "table-of-content" | "table-index"
            | "illustration-index" | "object-index" | "user-index" | "alphabetical-index" | "bibliography"
            | "sequence-decls" | "variable-decls" | "user-field-decls" | "desc" | "script" | "binary-data" => {
                return Step::Over;
            }
            "title" if tag.is("svg:title") => return Step::Over,
            "style" => {
                self.style = tag.get("name").unwrap_or_default();
                if let Some(kind) = tag.get("parent-style-name").and_then(|parent| named(&parent))
                    && self.styles.len() < STYLES
                {
                    self.styles.insert(self.style.clone(), kind);
                }
            }
            "text-properties" if self.hiding.len() < STYLES && tag.get("display").is_some_and(|how| how == "none") => {
                self.hiding.insert(self.style.clone());
            }
            "span" if tag.get("style-name").is_some_and(|style| self.hiding.contains(&style)) => return Step::Over,
            "p" => {
                let style = tag.get("style-name").unwrap_or_default();
                let kind = self.styles.get(&style).copied().or_else(|| named(&style)).unwrap_or(Kind::Text);
                self.body.begin(Some(kind));
            }
            "h" => {
                let level = tag.get("outline-level").and_then(|level| level.parse().ok()).unwrap_or(1);
                let style = tag.get("style-name").unwrap_or_default();
                let title = self.styles.get(&style).copied().or_else(|| named(&style)) == Some(Kind::Title);
                self.body.begin(Some(if title { Kind::Title } else { Kind::Heading(level) }));
            }
            "table-row" => self.body.row(),
            "table-cell" => self.body.cell(),
            "s" => {
                let count = tag.get("c").and_then(|count| count.parse().ok()).unwrap_or(1);
                self.body.text(&" ".repeat(SPACES.min(count)));
            }
            "tab" => self.body.text(" "),
            "line-break" => self.body.line(),
            _ => {}
        }
        Step::On
    }
}

/// What a style that every document has is, as files write its name.
fn named(style: &str) -> Option<Kind> {
    match style {
        "Title" => Some(Kind::Title),
        _ => style.strip_prefix("Heading_20_").and_then(|level| level.parse().ok()).map(Kind::Heading),
    }
}
