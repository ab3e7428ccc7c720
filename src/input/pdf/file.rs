//! A PDF file as its objects: found by looking for them, not by the tables that say where they stand, so that a file whose
//! tables are wrong, or cut off, is read like any other. Of two objects of one number the later one counts, as it does for
//! files that were saved by appending.

use std::{
    cell::{Cell, RefCell},
    collections::{HashMap, HashSet},
    rc::Rc,
};

use memchr::memmem;

use super::{
    filter,
    object::{Dict, Lexer, Object, is_blank},
};

/// Objects of one file; long books have some hundred thousand.
const OBJECTS: usize = 2_000_000;
/// Objects, with those in them, that are read of one file in all.
const NODES: usize = 4_000_000;
/// Filters of one stream.
const FILTERS: usize = 8;
/// Pages in groups of pages.
const LEVELS: usize = 64;
/// What reading any object costs of what may be unpacked, so that no work is free.
const STEP: usize = 64;

/// Where an object stands.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// Here in the file.
    Plain(usize),
    /// In the packed object of this number, here; with where that stands in the file.
    Packed(u32, usize, usize),
}

/// The objects of a file.
pub(super) struct File<'a> {
    bytes: &'a [u8],
    places: HashMap<u32, Place>,
    /// The dictionary that names the root of the file.
    pub trailer: Rc<Dict>,
    known: RefCell<HashMap<u32, Rc<Object>>>,
    packed: RefCell<HashMap<u32, Rc<Vec<u8>>>>,
    nodes: Cell<usize>,
    /// Bytes that may still be unpacked.
    left: Cell<usize>,
    most: usize,
    /// Whether a limit was met.
    pub cut: Cell<bool>,
}

impl<'a> File<'a> {
    /// Finds the objects of a file; `most` bytes may be unpacked of it in all.
    pub fn new(bytes: &'a [u8], most: usize) -> Self {
        let mut file = Self {
            bytes,
            places: HashMap::new(),
            trailer: Rc::default(),
            known: RefCell::default(),
            packed: RefCell::default(),
            nodes: Cell::new(NODES),
            left: Cell::new(most),
            most,
            cut: Cell::new(false),
        };
        let scan = Scan::new(bytes);
        file.places = scan.places;
        if let Some(trailer) = scan.trailers.into_iter().rfind(|dict| dict.get("Root").is_some()) {
            file.trailer = trailer;
        }
        if !file.encrypted() {
            for (number, at) in scan.packs {
                file.unpack(number, at);
            }
        }
        // A file that is cut off has no trailer, but may have a catalog.
        if file.trailer.get("Root").is_none() {
            file.trailer = file.rooted();
        }
        file
    }

    /// Whether it can be read only with a password, or by who knows that there is none.
    pub fn encrypted(&self) -> bool {
        self.trailer.get("Encrypt").is_some_and(|encrypt| *encrypt != Object::Null)
    }

    /// Whether it has any object.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Bytes that were unpacked, with what reading objects counts for.
    pub fn unpacked(&self) -> u64 {
        (self.most - self.left.get().min(self.most)) as u64
    }

    fn rooted(&self) -> Rc<Dict> {
        let mut numbers: Vec<_> = self.places.keys().copied().collect();
        numbers.sort_unstable();
        let catalog =
            numbers.into_iter().rfind(|&number| self.dict_of(number).is_some_and(|d| d.is("Type", "Catalog")));
        let text = catalog.map_or_else(String::new, |number| format!("<</Root {number} 0 R>>"));
        match Lexer::new(text.as_bytes(), 0, 10).next() {
            Some(Object::Dict(dict)) => dict,
            _ => Rc::default(),
        }
    }

    /// Notes the objects that are packed in a stream.
    fn unpack(&mut self, number: u32, at: usize) {
        let object = self.get(number);
        let Object::Stream(dict, _) = object.as_ref() else { return };
        let Some(Object::Number(first)) = self.value(dict, "First").as_deref().cloned() else { return };
        let bytes = self.decoded(&object);
        let mut lexer = Lexer::new(&bytes, 0, OBJECTS);
        while lexer.at < first as usize {
            let (Some(Object::Number(inner)), Some(Object::Number(offset))) = (lexer.next(), lexer.next()) else {
                break;
            };
            let (inner, offset) = (inner as u32, (first + offset) as usize);
            let older = match self.places.get(&inner) {
                Some(Place::Plain(other) | Place::Packed(_, _, other)) => *other <= at,
                None => self.places.len() < OBJECTS,
            };
            if older {
                self.places.insert(inner, Place::Packed(number, offset, at));
            }
        }
        self.packed.borrow_mut().insert(number, Rc::new(bytes));
    }

    /// An object by its number; null if there is none.
    pub fn get(&self, number: u32) -> Rc<Object> {
        if let Some(known) = self.known.borrow().get(&number) {
            return Rc::clone(known);
        }
        let object = Rc::new(self.read(number).unwrap_or(Object::Null));
        self.known.borrow_mut().insert(number, Rc::clone(&object));
        object
    }

    fn read(&self, number: u32) -> Option<Object> {
        let (mut lexer, plain, packed);
        match *self.places.get(&number)? {
            Place::Plain(at) => {
                lexer = Lexer::new(self.bytes, at, self.nodes.get());
                plain = true;
            }
            Place::Packed(pack, at, _) => {
                packed = Rc::clone(self.packed.borrow().get(&pack)?);
                lexer = Lexer::new(&packed, at, self.nodes.get());
                plain = false;
            }
        }
        let object = lexer.next();
        self.nodes.set(lexer.left);
        self.cut.set(self.cut.get() || lexer.left == 0);
        match object? {
            Object::Dict(dict) if plain && lexer.eat(b"stream") => {
                let start = stream_start(self.bytes, lexer.at);
                // What a reference to its length leads to is no stream, so this ends.
                let length = match dict.get("Length") {
                    Some(Object::Ref(other)) if *other != number => match self.places.get(other) {
                        Some(Place::Plain(at)) => Lexer::new(self.bytes, *at, 1).next(),
                        Some(Place::Packed(..)) => Some(self.get(*other).as_ref().clone()),
                        None => None,
                    },
                    length => length.cloned(),
                };
                let end = stream_end(self.bytes, start, length.as_ref());
                Some(Object::Stream(dict, start..end))
            }
            Object::Ref(_) => None,
            object => Some(object),
        }
    }

    fn dict_of(&self, number: u32) -> Option<Rc<Dict>> {
        as_dict(&self.get(number))
    }

    /// The object itself, if this refers to one.
    pub fn resolve(&self, object: &Object) -> Rc<Object> {
        match object {
            Object::Ref(number) => self.get(*number),
            other => Rc::new(other.clone()),
        }
    }

    /// The value of a key, resolved; none if it is null.
    pub fn value(&self, dict: &Dict, key: &str) -> Option<Rc<Object>> {
        let value = self.resolve(dict.get(key)?);
        (*value != Object::Null).then_some(value)
    }

    /// The dictionary that a key holds; that of a stream is one as well.
    pub fn dict(&self, dict: &Dict, key: &str) -> Option<Rc<Dict>> {
        as_dict(&self.value(dict, key)?)
    }

    /// The number that a key holds.
    pub fn number(&self, dict: &Dict, key: &str) -> Option<f64> {
        match *self.value(dict, key)? {
            Object::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The bytes of a stream, unpacked; empty if it is none, or packed as pictures are.
    pub fn decoded(&self, object: &Object) -> Vec<u8> {
        let Object::Stream(dict, span) = object else { return Vec::new() };
        let Some(left) = self.left.get().checked_sub(STEP) else {
            self.cut.set(true);
            return Vec::new();
        };
        let list = |keys: [&str; 2]| match keys.iter().find_map(|key| self.value(dict, key)).as_deref() {
            Some(Object::Array(items)) => items.iter().map(|item| self.resolve(item)).collect::<Vec<_>>(),
            Some(one) => vec![Rc::new(one.clone())],
            None => Vec::new(),
        };
        let (filters, params) = (list(["Filter", "F"]), list(["DecodeParms", "DP"]));
        let raw = self.bytes.get(span.clone()).unwrap_or_default();
        let mut bytes = raw.get(..left).unwrap_or(raw).to_vec();
        let mut used = bytes.len();
        if filters.len() > FILTERS {
            return Vec::new();
        }
        for (at, filter) in filters.iter().enumerate() {
            let Object::Name(name) = filter.as_ref() else { return Vec::new() };
            if name == b"Crypt" {
                continue;
            }
            let params = params.get(at).and_then(as_dict);
            let Some(out) = filter::unpack(name, params.as_deref(), &bytes, left) else { return Vec::new() };
            bytes = out;
            used = used.max(bytes.len());
        }
        self.cut.set(self.cut.get() || used >= left);
        self.left.set(left.saturating_sub(used));
        bytes
    }

    /// Counts work that unpacks nothing; whether there is still room for it.
    pub fn step(&self) -> bool {
        let left = self.left.get().saturating_sub(STEP);
        self.left.set(left);
        self.cut.set(self.cut.get() || left == 0);
        left > 0
    }

    /// The pages in their order, each with what it takes from the groups around it.
    pub fn pages(&self) -> Vec<Page> {
        let mut pages = Vec::new();
        if let Some(root) = self.dict(&self.trailer, "Root")
            && let Some(tree) = root.get("Pages")
        {
            self.tree(tree, &Page::default(), LEVELS, &mut HashSet::new(), &mut pages);
        }
        if pages.is_empty() {
            // The tree is gone: the pages as they are numbered.
            let mut numbers: Vec<_> = self.places.keys().copied().collect();
            numbers.sort_unstable();
            for dict in numbers.into_iter().filter_map(|number| self.dict_of(number)) {
                if dict.is("Type", "Page") {
                    pages.push(self.page(&dict, &Page::default()));
                }
            }
        }
        pages
    }

    fn page(&self, dict: &Rc<Dict>, around: &Page) -> Page {
        Page {
            dict: Rc::clone(dict),
            resources: self.dict(dict, "Resources").or_else(|| around.resources.clone()),
            turned: self.number(dict, "Rotate").map_or(around.turned, |turned| turned as i32),
        }
    }

    fn tree(&self, node: &Object, around: &Page, depth: usize, seen: &mut HashSet<u32>, pages: &mut Vec<Page>) {
        // A page that stands in the tree twice is one.
        if depth == 0 || matches!(node, Object::Ref(number) if !seen.insert(*number)) {
            return;
        }
        let Some(dict) = as_dict(&self.resolve(node)) else { return };
        let page = self.page(&dict, around);
        match self.value(&dict, "Kids").as_deref() {
            Some(Object::Array(kids)) => {
                for kid in kids.iter() {
                    self.tree(kid, &page, depth - 1, seen, pages);
                }
            }
            _ => pages.push(page),
        }
    }
}

/// A page.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    pub dict: Rc<Dict>,
    pub resources: Option<Rc<Dict>>,
    /// Degrees by which it is shown turned to the right.
    pub turned: i32,
}

/// The dictionary that an object is, or that a stream has.
pub(super) fn as_dict(object: &Rc<Object>) -> Option<Rc<Dict>> {
    match object.as_ref() {
        Object::Dict(dict) | Object::Stream(dict, _) => Some(Rc::clone(dict)),
        _ => None,
    }
}

/// Where the bytes of a stream begin, after the word.
fn stream_start(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at..) {
        Some([b'\r', b'\n', ..]) => at + 2,
        Some([b'\n' | b'\r', ..]) => at + 1,
        _ => at,
    }
}

/// Where they end: as its length says, if the word for it follows, else where that word stands.
fn stream_end(bytes: &[u8], start: usize, length: Option<&Object>) -> usize {
    if let Some(Object::Number(length)) = length {
        let end = start.saturating_add(*length as usize);
        let after = bytes.get(end..).unwrap_or_default();
        let blank = after.iter().take(4).take_while(|&&byte| is_blank(byte)).count();
        if after.get(blank..).is_some_and(|after| after.starts_with(b"endstream")) {
            return end;
        }
    }
    let rest = bytes.get(start..).unwrap_or_default();
    start.min(bytes.len()) + memmem::find(rest, b"endstream").unwrap_or(rest.len())
}

/// What one walk through the file finds.
#[derive(Default)]
struct Scan {
    places: HashMap<u32, Place>,
    /// Packed objects: their numbers, and where they stand.
    packs: Vec<(u32, usize)>,
    trailers: Vec<Rc<Dict>>,
}

impl Scan {
    fn new(bytes: &[u8]) -> Self {
        let mut scan = Self::default();
        // Every byte is looked at some times, however the file is made.
        let mut work = bytes.len().saturating_mul(4).saturating_add(1 << 16);
        let mut at = 0;
        while let Some(found) = bytes.get(at..).and_then(|rest| memmem::find(rest, b"obj")).map(|found| at + found) {
            at = found + 3;
            let Some(number) = header(bytes, found) else { continue };
            if scan.places.len() >= OBJECTS || work == 0 {
                break;
            }
            scan.places.insert(number, Place::Plain(at));
            let mut lexer = Lexer::new(bytes, at, NODES);
            lexer.skip();
            if !bytes.get(lexer.at..).is_some_and(|rest| rest.starts_with(b"<<")) {
                continue;
            }
            let Some(Object::Dict(dict)) = lexer.next() else {
                work = work.saturating_sub(lexer.at - at);
                continue;
            };
            work = work.saturating_sub(lexer.at - at);
            if lexer.eat(b"stream") {
                let start = stream_start(bytes, lexer.at);
                let end = stream_end(bytes, start, dict.get("Length"));
                work = work.saturating_sub(end - start.min(end));
                at = end.max(at);
                if dict.is("Type", "ObjStm") {
                    scan.packs.push((number, found));
                }
                if dict.is("Type", "XRef") {
                    scan.trailers.push(dict);
                }
            } else {
                at = lexer.at.max(at);
            }
        }
        for found in memmem::find_iter(bytes, b"trailer").take(10_000) {
            let mut lexer = Lexer::new(bytes, found + 7, work.min(10_000));
            if let Some(Object::Dict(dict)) = lexer.next() {
                scan.trailers.push(dict);
            }
            work = work.saturating_sub(lexer.at - found);
            if work == 0 {
                break;
            }
        }
        scan
    }
}

/// The number of an object whose word `obj` stands at `at`: `12 0 obj`.
fn header(bytes: &[u8], at: usize) -> Option<u32> {
    let before = bytes.get(at.saturating_sub(32)..at)?;
    let back = |text: &[u8], test: fn(&u8) -> bool| text.iter().rev().take_while(|byte| test(byte)).count();
    let cut = |text: &'_ [u8], n: usize| text.len().saturating_sub(n);
    let text = before.get(..cut(before, back(before, |&byte| is_blank(byte))))?;
    let generation = back(text, u8::is_ascii_digit);
    let text = text.get(..cut(text, generation))?;
    let blank = back(text, |&byte| is_blank(byte));
    let text = text.get(..cut(text, blank))?;
    let digits = back(text, u8::is_ascii_digit);
    let number = str::from_utf8(text.get(cut(text, digits)..)?).ok()?.parse().ok()?;
    (generation > 0 && blank > 0).then_some(number)
}
