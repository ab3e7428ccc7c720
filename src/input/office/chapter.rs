//! A file of a book: XHTML, to paragraphs.

use super::{
    super::{
        limits::{Limit, Limits},
        markup,
        prose::paragraphs,
    },
    epub::is_furniture,
    flow::Kind,
    xml::{self, Piece, Step, Tag},
};

/// A file that is being read.
pub(super) struct Chapter {
    blocks: Vec<(Kind, String)>,
    most: usize,
    text: String,
    level: Option<u8>,
    /// Cells in cells.
    cells: usize,
    furniture: bool,
}

impl Chapter {
    /// The paragraphs, and whether these are all; none if the file is marked as no chapter.
    pub fn read(text: &str, limits: &Limits) -> Option<(Vec<(Kind, String)>, bool)> {
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
                chapter.text.extend(xml::shown(text));
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
        let whole = chapter.blocks.len() < most;
        (!chapter.furniture).then_some((chapter.blocks, whole))
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
            _ if markup::is_block(name) && level(name).is_none() => self.block(),
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
            _ if markup::is_block(name) && level(name).is_none() => self.block(),
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
