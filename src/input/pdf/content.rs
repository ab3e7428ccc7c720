//! What a page shows: strings, where they begin and end, and how large they are.

use std::{collections::HashMap, rc::Rc};

use super::{
    file::{File, Page, as_dict},
    font::{Font, Tables},
    layout::close,
    object::{Dict, Lexer, Object},
    text_string,
};

/// Values before an operator, and objects in them; the rest is dropped.
const OPERANDS: usize = 64;
const NODES: usize = 100_000;
/// Saved states, and drawings in drawings.
const STATES: usize = 64;
const DRAWINGS: usize = 8;
/// What a string costs beside its bytes.
const PIECE: usize = 8;

/// A string that is shown.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Piece {
    /// Where it begins and ends, in points from the left, and how high its foot is from below.
    pub x: f64,
    pub end: f64,
    pub y: f64,
    /// The height of its letters, in points.
    pub size: f64,
    /// Whether it runs from left to right.
    pub level: bool,
    pub text: String,
}

/// A matrix as PDF writes it.
type Matrix = [f64; 6];

const SAME: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// `a`, then `b`.
fn times(a: &Matrix, b: &Matrix) -> Matrix {
    [
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    ]
}

#[derive(Clone)]
struct State {
    place: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    between: f64,
    words: f64,
    stretch: f64,
    leading: f64,
    rise: f64,
}

/// Reads the pages of one file.
pub(super) struct Shower<'f, 'a> {
    file: &'f File<'a>,
    tables: Tables,
    fonts: HashMap<u32, Rc<Font>>,
    missing: Rc<Font>,
    /// Bytes of text that may still be shown.
    room: usize,
    /// Characters that the file does not tell, and all.
    pub unknown: usize,
    pub all: usize,
}

/// The page being read.
struct Run {
    pieces: Vec<Piece>,
    state: State,
    saved: Vec<State>,
    text: Matrix,
    line: Matrix,
    /// Marked parts that are open: whether each is muted, and what it says instead.
    marks: Vec<Mark>,
}

#[derive(Clone, Default)]
struct Mark {
    /// Not part of the text: a running head, a page number.
    aside: bool,
    /// What stands for all that is shown in it, until it is said.
    instead: Option<String>,
    said: bool,
}

impl<'f, 'a> Shower<'f, 'a> {
    /// At most `room` bytes of text are taken from all pages.
    pub fn new(file: &'f File<'a>, room: usize) -> Self {
        Self {
            file,
            tables: Tables::default(),
            fonts: HashMap::new(),
            missing: Rc::new(Font::missing()),
            room,
            unknown: 0,
            all: 0,
        }
    }

    /// The strings of a page, as they are drawn.
    pub fn page(&mut self, page: &Page) -> Vec<Piece> {
        let place = match page.turned.rem_euclid(360) {
            90 => [0.0, -1.0, 1.0, 0.0, 0.0, 0.0],
            180 => [-1.0, 0.0, 0.0, -1.0, 0.0, 0.0],
            270 => [0.0, 1.0, -1.0, 0.0, 0.0, 0.0],
            _ => SAME,
        };
        let state =
            State { place, font: None, size: 1.0, between: 0.0, words: 0.0, stretch: 1.0, leading: 0.0, rise: 0.0 };
        let mut run = Run { pieces: Vec::new(), state, saved: Vec::new(), text: SAME, line: SAME, marks: Vec::new() };
        let mut content = Vec::new();
        match self.file.value(&page.dict, "Contents").as_deref() {
            Some(Object::Array(parts)) => {
                for part in parts.iter() {
                    content.extend(self.file.decoded(&self.file.resolve(part)));
                    content.push(b'\n');
                }
            }
            Some(stream) => content = self.file.decoded(stream),
            None => {}
        }
        let resources = page.resources.clone().unwrap_or_default();
        self.draw(&content, &resources, DRAWINGS, &mut run);
        run.pieces
    }

    fn draw(&mut self, content: &[u8], resources: &Rc<Dict>, depth: usize, run: &mut Run) {
        let mut lexer = Lexer::new(content, 0, NODES);
        let mut operands: Vec<Object> = Vec::new();
        while let Some(object) = lexer.next() {
            let Object::Word(operator) = object else {
                if operands.len() < OPERANDS {
                    operands.push(object);
                }
                continue;
            };
            if operator == b"BI" {
                picture(content, &mut lexer);
            } else if operator == b"Do" {
                self.drawing(&operands, resources, depth, run);
            } else {
                self.operator(&operator, &operands, resources, run);
            }
            operands.clear();
            lexer.left = NODES;
            if self.room == 0 {
                break;
            }
        }
        self.file.cut.set(self.file.cut.get() || self.room == 0 || lexer.left == 0);
    }

    /// A drawing that is kept apart, as heads and whole pages may be.
    fn drawing(&mut self, operands: &[Object], resources: &Rc<Dict>, depth: usize, run: &mut Run) {
        let Some(Object::Name(name)) = operands.first() else { return };
        if depth == 0 || !self.file.step() {
            return;
        }
        let Some(drawings) = self.file.dict(resources, "XObject") else { return };
        let Some(form) = str::from_utf8(name).ok().and_then(|name| self.file.value(&drawings, name)) else { return };
        let Object::Stream(dict, _) = form.as_ref() else { return };
        if !dict.is("Subtype", "Form") {
            return;
        }
        let content = self.file.decoded(&form);
        let (state, saved) = (run.state.clone(), std::mem::take(&mut run.saved));
        let marks = run.marks.len();
        if let Some(Object::Array(matrix)) = self.file.value(dict, "Matrix").as_deref() {
            run.state.place = times(&matrix_of(matrix), &run.state.place);
        }
        let own = self.file.dict(dict, "Resources").unwrap_or_else(|| Rc::clone(resources));
        self.draw(&content, &own, depth - 1, run);
        run.marks.truncate(marks);
        (run.state, run.saved) = (state, saved);
    }

    fn operator(&mut self, operator: &[u8], operands: &[Object], resources: &Rc<Dict>, run: &mut Run) {
        let number = |at: usize| match operands.get(at) {
            Some(Object::Number(number)) => *number,
            _ => 0.0,
        };
        match operator {
            b"q" if run.saved.len() < STATES => run.saved.push(run.state.clone()),
            b"Q" => run.state = run.saved.pop().unwrap_or_else(|| run.state.clone()),
            b"cm" => run.state.place = times(&matrix_of(operands), &run.state.place),
            b"BT" => (run.text, run.line) = (SAME, SAME),
            b"Tc" => run.state.between = number(0),
            b"Tw" => run.state.words = number(0),
            b"Tz" => run.state.stretch = number(0) / 100.0,
            b"TL" => run.state.leading = number(0),
            b"Ts" => run.state.rise = number(0),
            b"Tf" => {
                run.state.size = number(1);
                if let Some(Object::Name(name)) = operands.first() {
                    run.state.font = self.font(name, resources);
                }
            }
            b"Td" => run.step(number(0), number(1)),
            b"TD" => {
                run.state.leading = -number(1);
                run.step(number(0), number(1));
            }
            b"Tm" => {
                run.line = matrix_of(operands);
                run.text = run.line;
            }
            b"T*" => run.step(0.0, -run.state.leading),
            b"Tj" => self.show(operands, run),
            b"'" => {
                run.step(0.0, -run.state.leading);
                self.show(operands, run);
            }
            b"\"" => {
                (run.state.words, run.state.between) = (number(0), number(1));
                run.step(0.0, -run.state.leading);
                self.show(operands.get(2..).unwrap_or_default(), run);
            }
            b"TJ" => {
                if let Some(Object::Array(items)) = operands.first() {
                    self.show(items, run);
                }
            }
            b"BMC" | b"BDC" => {
                let mut mark = Mark {
                    aside: matches!(operands.first(), Some(Object::Name(name)) if name == b"Artifact"),
                    ..Mark::default()
                };
                if let Some(Object::Dict(dict)) = operands.get(1)
                    && let Some(Object::Text(text)) = dict.get("ActualText")
                {
                    mark.instead = Some(text_string(text));
                }
                if run.marks.len() < STATES {
                    run.marks.push(mark);
                }
            }
            b"EMC" => drop(run.marks.pop()),
            _ => {}
        }
    }

    fn font(&mut self, name: &[u8], resources: &Rc<Dict>) -> Option<Rc<Font>> {
        let fonts = self.file.dict(resources, "Font")?;
        let entry = fonts.get(str::from_utf8(name).ok()?)?;
        if let Object::Ref(number) = entry
            && let Some(known) = self.fonts.get(number)
        {
            return Some(Rc::clone(known));
        }
        if !self.file.step() {
            return None;
        }
        let dict = as_dict(&self.file.resolve(entry))?;
        let font = Rc::new(Font::new(self.file, &dict, &mut self.tables));
        if let Object::Ref(number) = entry {
            self.fonts.insert(*number, Rc::clone(&font));
        }
        Some(font)
    }

    /// Shows strings, and the steps between them.
    fn show(&mut self, items: &[Object], run: &mut Run) {
        let font = run.state.font.clone().unwrap_or_else(|| Rc::clone(&self.missing));
        let state = run.state.clone();
        let start = times(&run.text, &state.place);
        let (mut text, mut forward, mut gap) = (String::new(), 0.0, false);
        for item in items {
            match item {
                Object::Number(step) => {
                    let step = -step / 1000.0 * state.size * state.stretch;
                    // Wider than letters have it between them.
                    gap |= step > 0.2 * state.size.abs() && !font.upright;
                    forward += step;
                }
                Object::Text(bytes) => font.glyphs(bytes, |glyph| {
                    self.all += 1;
                    self.unknown += usize::from(glyph.text.is_none());
                    let shown = glyph.text.as_deref().unwrap_or("\u{FFFD}");
                    if text.len() < self.room {
                        let blank = text.is_empty() || text.ends_with(char::is_whitespace) || shown.trim().is_empty();
                        if std::mem::take(&mut gap) && !blank && !close(&text, shown) {
                            text.push(' ');
                        }
                        text.push_str(shown);
                    }
                    let extra = state.between + if glyph.space { state.words } else { 0.0 };
                    forward += (glyph.width / 1000.0 * state.size + extra) * state.stretch;
                }),
                _ => {}
            }
        }
        let step =
            if font.upright { [1.0, 0.0, 0.0, 1.0, 0.0, -forward.abs()] } else { [1.0, 0.0, 0.0, 1.0, forward, 0.0] };
        run.text = times(&step, &run.text);
        let end = times(&run.text, &state.place);
        if run.marks.iter().any(|mark| mark.aside) {
            return;
        }
        if let Some(mark) = run.marks.iter_mut().rfind(|mark| mark.instead.is_some()) {
            // The first string says it, the others nothing.
            text = if mark.said { String::new() } else { mark.instead.clone().unwrap_or_default() };
            mark.said = true;
        }
        let size = (state.size * start[2]).hypot(state.size * start[3]);
        let places = [start[4], start[5], end[4], end[5], size];
        if text.is_empty() || !places.iter().all(|place| place.is_finite() && place.abs() < 1e7) {
            return;
        }
        let y = start[5] + state.rise * start[3];
        let level = font.upright || (start[1].abs() <= start[0].abs() * 0.1 && start[0] > 0.0);
        let piece = Piece { x: start[4], end: end[4].max(start[4]), y, size: size.max(0.1), level, text };
        // Letters made bold by being drawn twice.
        let twice = run.pieces.last().is_some_and(|last| {
            let near = 0.1 * piece.size;
            last.text == piece.text && (last.x - piece.x).abs() < near && (last.y - piece.y).abs() < near
        });
        if !twice {
            self.room = self.room.saturating_sub(piece.text.len() + PIECE);
            run.pieces.push(piece);
        }
    }
}

impl Run {
    fn step(&mut self, x: f64, y: f64) {
        self.line = times(&[1.0, 0.0, 0.0, 1.0, x, y], &self.line);
        self.text = self.line;
    }
}

fn matrix_of(numbers: &[Object]) -> Matrix {
    let mut matrix = SAME;
    for (slot, number) in matrix.iter_mut().zip(numbers) {
        if let Object::Number(number) = number {
            *slot = *number;
        }
    }
    matrix
}

/// Passes over a picture that stands among the operators.
fn picture(content: &[u8], lexer: &mut Lexer<'_>) {
    while let Some(object) = lexer.next() {
        if object == Object::Word(b"ID".to_vec()) {
            break;
        }
    }
    let rest = content.get(lexer.at..).unwrap_or_default();
    let ends = |at: &usize| {
        let blank = |at: usize| rest.get(at).is_none_or(u8::is_ascii_whitespace);
        at.checked_sub(1).is_none_or(blank) && blank(at + 2)
    };
    let end = memchr::memmem::find_iter(rest, b"EI").find(ends);
    lexer.at += end.map_or(rest.len(), |end| end + 2);
}
