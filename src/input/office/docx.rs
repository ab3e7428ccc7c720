//! Word documents (DOCX): one article a file.

use std::collections::HashMap;

use super::{
    super::source::{Parsed, Reader, Source},
    about::About,
    body::Body,
    flow::{Flow, Kind},
    opened,
    package::{self, Sort},
    xml::{self, Piece, Step, Tag},
};
use crate::input::limits::Limits;

/// Reads DOCX.
///
/// Headings and the title are found by their styles. A row of a table is a passage, its cells parted by bars; a row whose
/// cells hold several paragraphs is those paragraphs. What tracked changes have taken out is left out and what they have put
/// in is read, as if all were accepted. Headers, footers, footnotes, comments, tables of contents, hidden text and the codes
/// of fields are left out. Paragraphs are counted as they stand in the document, empty ones too.
pub struct DocxReader;

const ENDINGS: [&str; 4] = ["docx", "docm", "dotx", "dotm"];
/// Styles that are looked at; no program makes as many.
const STYLES: usize = 10_000;

impl Reader for DocxReader {
    fn read(&self, source: &Source<'_>) -> Parsed {
        opened(source, |package, parsed| {
            let limits = &source.settings().limits;
            let (main, core) = package.places("word/document.xml")?;
            let about = About::of(package, &core, limits)?;
            let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder);
            // Without styles the words are still there.
            let styles = package.text(&format!("{folder}/styles.xml"))?.unwrap_or_default();
            let styles = kinds(&styles, limits);
            let body = package.need(&main)?;
            let mut walk = Walk::new(Body::new(Flow::new(source, about.title())), styles);
            let fault = xml::walk(&body, limits, true, |piece| walk.step(&piece)).err();
            walk.body.finish(&about, fault, parsed);
            Ok(())
        })
    }

    fn claims(&self, head: &[u8], ending: &str) -> bool {
        package::is(Sort::Docx, head, ending, &ENDINGS)
    }
}

/// What paragraphs of a style are; none if they are left out.
type Styles = HashMap<String, Option<Kind>>;

/// The kinds of the styles, which inherit from each other.
fn kinds(text: &str, limits: &Limits) -> Styles {
    struct Style {
        kind: Option<Option<Kind>>,
        parent: Option<String>,
    }
    let mut all: HashMap<String, Style> = HashMap::new();
    let mut open: Option<(String, Style)> = None;
    let _ = xml::walk(text, limits, true, |piece| {
        match piece {
            Piece::Open(tag) => match (tag.name(), &mut open) {
                ("style", _) => {
                    let id = tag.get("styleId").filter(|_| tag.get("type").is_none_or(|kind| kind == "paragraph"));
                    open = id.map(|id| (id, Style { kind: None, parent: None }));
                }
                ("name", Some((_, style))) => style.kind = tag.get("val").and_then(|name| named(&name)),
                ("basedOn", Some((_, style))) => style.parent = tag.get("val"),
                ("outlineLvl", Some((_, style))) if style.kind.is_none() => style.kind = level(tag).map(Some),
                _ => {}
            },
            Piece::Close("style") if all.len() < STYLES => all.extend(open.take()),
            _ => {}
        }
        Step::On
    });
    let mut kinds = Styles::new();
    for id in all.keys() {
        // A circle of styles is none.
        let mut at = Some(id);
        for _ in 0..10 {
            let Some(style) = at.and_then(|id| all.get(id)) else { break };
            if let Some(kind) = style.kind {
                kinds.insert(id.clone(), kind);
                break;
            }
            at = style.parent.as_ref();
        }
    }
    kinds
}

/// What a style is by its name, which most programs write in English whatever their language.
fn named(name: &str) -> Option<Option<Kind>> {
    let name = name.to_lowercase();
    let numbered = ["heading ", "标题 "].iter().find_map(|word| name.strip_prefix(word)?.parse().ok());
    if let Some(level) = numbered {
        return Some(Some(Kind::Heading(level)));
    }
    match name.as_str() {
        "title" | "标题" => Some(Some(Kind::Title)),
        "normal" | "body text" => Some(Some(Kind::Text)),
        _ if name.starts_with("toc ") || name == "table of figures" => Some(None),
        _ => None,
    }
}

fn level(tag: &Tag<'_>) -> Option<Kind> {
    let level: u8 = tag.get("val")?.parse().ok()?;
    // Level 9 is that of text.
    (level < 9).then_some(Kind::Heading(level + 1))
}

/// Walks the body.
struct Walk<'a, 'b> {
    body: Body<'a, 'b>,
    styles: Styles,
    /// Fields that are being read: whether their code is over; and how many codes are not.
    fields: Vec<bool>,
    codes: usize,
    hidden: bool,
    in_text: bool,
}

impl<'a, 'b> Walk<'a, 'b> {
    fn new(body: Body<'a, 'b>, styles: Styles) -> Self {
        Self { body, styles, fields: Vec::new(), codes: 0, hidden: false, in_text: false }
    }

    fn step(&mut self, piece: &Piece<'_>) -> Step {
        match piece {
            Piece::Open(tag) => return self.start(tag),
            Piece::Close(name) => self.end(name),
            Piece::Text(text) if self.in_text && self.is_shown() => self.body.text(text),
            Piece::Text(_) => {}
        }
        Step::On
    }

    fn is_shown(&self) -> bool {
        !self.hidden && self.codes == 0
    }

    fn start(&mut self, tag: &Tag<'_>) -> Step {
        match tag.name() {
            // Taken out, moved away, properties as they were, drawings once more for older programs, codes of fields, and
            // what stands beside the text.
            "del" | "moveFrom" | "pPrChange" | "rPrChange" | "sectPr" | "Fallback" | "instrText" | "delText"
            | "delInstrText" | "tblPr" | "tblGrid" | "tcPr" | "trPr" | "sdtPr" | "sdtEndPr" | "tabs" | "rubyPr"
            | "rt" => {
                return Step::Over;
            }
            "p" => self.body.begin(Some(Kind::Text)),
            "pStyle" => {
                if let Some(kind) = tag.get("val").and_then(|id| self.styles.get(&id).copied()) {
                    self.body.turn(|_| kind);
                }
            }
            "outlineLvl" => {
                if let Some(kind) = level(tag) {
                    self.body.turn(|old| old.map(|old| if old == Kind::Title { old } else { kind }));
                }
            }
            "r" => self.hidden = false,
            "vanish" | "webHidden" => self.hidden = tag.is_on(),
            "t" => self.in_text = true,
            "fldChar" => self.field(tag.get("fldCharType").as_deref()),
            "tr" => self.body.row(),
            "tc" => self.body.cell(),
            "tab" | "ptab" if self.is_shown() => self.body.text(" "),
            "br" | "cr" if self.is_shown() => self.body.line(),
            "noBreakHyphen" if self.is_shown() => self.body.text("-"),
            _ => {}
        }
        Step::On
    }

    /// A field's code ends where its result begins.
    fn field(&mut self, mark: Option<&str>) {
        match mark {
            Some("begin") => {
                self.fields.push(false);
                self.codes += 1;
            }
            Some("separate") => {
                if let Some(shown) = self.fields.last_mut().filter(|shown| !**shown) {
                    *shown = true;
                    self.codes -= 1;
                }
            }
            Some("end") => self.codes -= usize::from(self.fields.pop() == Some(false)),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "r" => self.hidden = false,
            "t" => self.in_text = false,
            "p" => self.body.end(),
            "tr" => self.body.row_end(),
            _ => {}
        }
    }
}
