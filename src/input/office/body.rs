//! The paragraphs, tables and text boxes of a document as they are walked.

use super::{
    super::source::{Draft, Parsed},
    Fault,
    about::About,
    flow::{Flow, Kind},
    xml,
};

/// A paragraph.
struct Paragraph {
    text: String,
    /// None if it is left out.
    kind: Option<Kind>,
    part: usize,
    /// Those of a text box in it.
    inner: Vec<Paragraph>,
}

/// Puts the paragraphs in their order.
///
/// A row of a table is one paragraph, its cells parted by bars, if each cell has one paragraph at most: else, as where
/// a table lays out a page, it is the paragraphs of its cells. Text boxes follow the paragraph they are in.
pub(super) struct Body<'a, 'b> {
    flow: Flow<'a, 'b>,
    open: Vec<Paragraph>,
    /// The rows that are being read, one in the other: for each its cells with their paragraphs.
    rows: Vec<Vec<Vec<Paragraph>>>,
    part: usize,
}

impl<'a, 'b> Body<'a, 'b> {
    /// Nothing yet.
    pub fn new(flow: Flow<'a, 'b>) -> Self {
        Self { flow, open: Vec::new(), rows: Vec::new(), part: 0 }
    }

    /// A paragraph begins.
    pub fn begin(&mut self, kind: Option<Kind>) {
        self.part += 1;
        self.open.push(Paragraph { text: String::new(), kind, part: self.part, inner: Vec::new() });
    }

    /// The paragraph that is open turns out to be of another kind.
    pub fn turn(&mut self, kind: impl FnOnce(Option<Kind>) -> Option<Kind>) {
        if let Some(open) = self.open.last_mut() {
            open.kind = kind(open.kind);
        }
    }

    /// Text of the paragraph that is open; its line ends are white space.
    pub fn text(&mut self, text: &str) {
        if let Some(open) = self.open.last_mut() {
            open.text.extend(xml::shown(text));
        }
    }

    /// A line of the paragraph ends.
    pub fn line(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.text.push('\n');
        }
    }

    /// The paragraph ends.
    pub fn end(&mut self) {
        let Some(paragraph) = self.open.pop() else { return };
        match self.open.last_mut() {
            Some(_) if paragraph.text.trim().is_empty() && paragraph.inner.is_empty() => {}
            Some(host) => host.inner.push(paragraph),
            None => self.place(paragraph),
        }
    }

    /// A row begins.
    pub fn row(&mut self) {
        self.rows.push(Vec::new());
    }

    /// A cell begins.
    pub fn cell(&mut self) {
        if let Some(row) = self.rows.last_mut().filter(|row| row.len() < CELLS) {
            row.push(Vec::new());
        }
    }

    /// The row ends. One in a cell belongs to the cell.
    pub fn row_end(&mut self) {
        if let Some(row) = self.rows.pop() {
            joined(row).into_iter().for_each(|paragraph| self.place(paragraph));
        }
    }

    fn place(&mut self, mut paragraph: Paragraph) {
        let inner = std::mem::take(&mut paragraph.inner);
        match self.rows.last_mut().and_then(|row| row.last_mut()) {
            Some(cell) if !paragraph.text.trim().is_empty() => cell.push(paragraph),
            Some(_) => {}
            None => {
                if let Some(kind) = paragraph.kind {
                    self.flow.add(kind, &paragraph.text, paragraph.part);
                }
            }
        }
        inner.into_iter().for_each(|paragraph| self.place(paragraph));
    }

    /// Adds the article to what was read; `fault` is where the document could not be read further.
    pub fn finish(mut self, about: &About, fault: Option<Fault>, parsed: &mut Parsed) {
        // Where the document breaks off, what was begun is kept.
        while !self.open.is_empty() {
            self.end();
        }
        while !self.rows.is_empty() {
            self.row_end();
        }
        parsed.records = 1;
        if let Some(fault) = self.flow.over() {
            return parsed.note(None, fault.what, fault.detail);
        }
        let empty = self.flow.is_empty();
        match fault {
            Some(fault) if empty => return parsed.note(None, fault.what, fault.detail),
            None if empty => return parsed.note(None, NOTHING, ""),
            Some(fault) => parsed.remark(None, fault.what, fault.detail),
            None => {}
        }
        parsed.articles.push(Draft { article: self.flow.finish(about), number: None });
    }
}

/// Cells of a row; what stands in further ones is part of the last.
const CELLS: usize = 1 << 14;
const NOTHING: &str = "is a document without text; name one that has some, or make text of its pictures";

fn joined(row: Vec<Vec<Paragraph>>) -> Vec<Paragraph> {
    let filled = row.iter().filter(|cell| !cell.is_empty()).count();
    if filled < 2 || row.iter().any(|cell| cell.len() > 1) {
        return row.into_iter().flatten().collect();
    }
    let part = row.iter().flatten().map(|paragraph| paragraph.part).min().unwrap_or(1);
    let texts: Vec<String> = row.into_iter().flatten().map(|paragraph| paragraph.text.trim().to_owned()).collect();
    vec![Paragraph { text: texts.join(" | "), kind: Some(Kind::Text), part, inner: Vec::new() }]
}
