//! Fonts, as far as text needs them: which characters the codes of a string stand for, and how wide they are.

use std::{collections::HashMap, rc::Rc};

use hayro_cmap::{BfString, CMap, CMapName, CidFamily, load_embedded};
use unicode_normalization::UnicodeNormalization;

use super::{
    file::{File, as_dict},
    names,
    object::{Dict, Object},
};

/// Widths of one font.
const WIDTHS: usize = 100_000;
/// Bytes that one code may stand for; a ligature has three or four.
const LONG: usize = 64;
/// Tables of one file that are kept.
const TABLES: usize = 64;

/// A font.
pub(super) struct Font {
    codes: Codes,
    /// What the file itself says of the characters.
    unicode: Option<CMap>,
    widths: HashMap<u32, f64>,
    /// The width of what has none, in thousandths of the size.
    usual: f64,
    /// Whether its lines run from top to bottom.
    pub upright: bool,
}

/// How a string is cut into codes.
enum Codes {
    /// A byte each.
    Bytes(Vec<Option<String>>),
    /// As a table says, which gives glyphs; another one gives their characters.
    Table(Rc<CMap>, Option<Rc<CMap>>),
}

/// A character, or some, of a string.
pub(super) struct Glyph {
    /// None if the file does not tell which.
    pub text: Option<String>,
    /// In thousandths of the size.
    pub width: f64,
    /// Whether it is a space to which the space between words is added.
    pub space: bool,
}

/// The tables of predefined names, each read once a file.
#[derive(Default)]
pub(super) struct Tables(HashMap<Vec<u8>, Option<Rc<CMap>>>);

impl Tables {
    fn get(&mut self, name: CMapName<'_>) -> Option<Rc<CMap>> {
        let key = name.to_bytes().to_vec();
        if let Some(known) = self.0.get(&key) {
            return known.clone();
        }
        let table = match name {
            CMapName::IdentityH => Some(CMap::identity_h()),
            CMapName::IdentityV => Some(CMap::identity_v()),
            name => load_embedded(name).and_then(|data| CMap::parse(data, load_embedded)),
        };
        let table = table.map(Rc::new);
        if self.0.len() < TABLES {
            self.0.insert(key, table.clone());
        }
        table
    }
}

impl Font {
    /// What stands for a font that is not there: ASCII.
    pub fn missing() -> Self {
        let codes = (0..=255u8).map(|code| matches!(code, b' '..=b'~').then(|| char::from(code).to_string())).collect();
        Self { codes: Codes::Bytes(codes), unicode: None, widths: HashMap::new(), usual: 500.0, upright: false }
    }

    /// Reads a font.
    pub fn new(file: &File<'_>, dict: &Dict, tables: &mut Tables) -> Self {
        let unicode = file.value(dict, "ToUnicode").and_then(|table| {
            let data = file.decoded(&table);
            (!data.is_empty()).then(|| CMap::parse(&data, load_embedded)).flatten()
        });
        let mut font =
            Self { codes: Codes::Bytes(Vec::new()), unicode, widths: HashMap::new(), usual: 500.0, upright: false };
        if dict.is("Subtype", "Type0") {
            font.composite(file, dict, tables);
        } else {
            font.simple(file, dict);
        }
        font
    }

    fn composite(&mut self, file: &File<'_>, dict: &Dict, tables: &mut Tables) {
        let inner = match file.value(dict, "DescendantFonts").as_deref() {
            Some(Object::Array(fonts)) => fonts.first().and_then(|font| as_dict(&file.resolve(font))),
            _ => None,
        }
        .unwrap_or_default();
        let table = match file.value(dict, "Encoding") {
            Some(name) => match name.as_ref() {
                Object::Name(name) => tables.get(CMapName::from_bytes(name)),
                stream => CMap::parse(&file.decoded(stream), load_embedded).map(Rc::new),
            },
            None => None,
        };
        let table = table.or_else(|| tables.get(CMapName::IdentityH)).unwrap_or_else(|| Rc::new(CMap::identity_h()));
        self.upright = table.metadata().writing_mode == Some(hayro_cmap::WritingMode::Vertical);
        let text = |dict: &Dict, key| match file.value(dict, key).as_deref() {
            Some(Object::Text(text) | Object::Name(text)) => text.clone(),
            _ => Vec::new(),
        };
        let system = file.dict(&inner, "CIDSystemInfo");
        let family = system.map(|of| CidFamily::from_registry_ordering(&text(&of, "Registry"), &text(&of, "Ordering")));
        let own = || table.metadata().character_collection.as_ref().map(|of| of.family.clone());
        let known = |family: Option<CidFamily>| family.and_then(|family| family.ucs2_cmap());
        let characters = known(family).or_else(|| known(own())).and_then(|name| tables.get(name));
        self.usual = file.number(&inner, "DW").unwrap_or(1000.0);
        if let Some(Object::Array(widths)) = file.value(&inner, "W").as_deref() {
            self.ranges(file, widths);
        }
        self.codes = Codes::Table(table, characters);
    }

    /// Widths as `first [w w w]` and `first last w`.
    fn ranges(&mut self, file: &File<'_>, widths: &[Object]) {
        let mut rest = widths;
        while let [Object::Number(first), second, after @ ..] = rest {
            let first = *first as u32;
            match file.resolve(second).as_ref() {
                Object::Array(list) => {
                    for (number, width) in (first..=u32::MAX).zip(list.iter()) {
                        if let (Object::Number(width), true) = (width, self.widths.len() < WIDTHS) {
                            self.widths.insert(number, *width);
                        }
                    }
                    rest = after;
                }
                Object::Number(last) => {
                    let [Object::Number(width), after @ ..] = after else { return };
                    for number in (first..=*last as u32).take(0x1_0000) {
                        if self.widths.len() < WIDTHS {
                            self.widths.insert(number, *width);
                        }
                    }
                    rest = after;
                }
                _ => return,
            }
            if self.widths.len() >= WIDTHS {
                return;
            }
        }
    }

    fn simple(&mut self, file: &File<'_>, dict: &Dict) {
        let encoding = file.value(dict, "Encoding");
        let named = match encoding.as_deref() {
            Some(Object::Name(name)) => name.clone(),
            Some(Object::Dict(encoding)) => match file.value(encoding, "BaseEncoding").as_deref() {
                Some(Object::Name(name)) => name.clone(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        let standard = !dict.is("Subtype", "TrueType");
        let mut codes: Vec<Option<String>> = (0..=255u8)
            .map(|code| {
                let by = match named.as_slice() {
                    b"MacRomanEncoding" => encoding_rs::MACINTOSH,
                    b"WinAnsiEncoding" => encoding_rs::WINDOWS_1252,
                    _ if standard => {
                        if let Some(known) = names::standard(code) {
                            return Some(known.to_owned());
                        }
                        encoding_rs::WINDOWS_1252
                    }
                    _ => encoding_rs::WINDOWS_1252,
                };
                (code >= b' ').then(|| by.decode_without_bom_handling(&[code]).0.into_owned())
            })
            .collect();
        if let Some(Object::Dict(encoding)) = encoding.as_deref()
            && let Some(Object::Array(differences)) = file.value(encoding, "Differences").as_deref()
        {
            let mut code = 0;
            for item in differences.iter() {
                match item {
                    Object::Number(number) => code = *number as usize,
                    Object::Name(name) => {
                        if let Some(slot) = codes.get_mut(code) {
                            *slot = str::from_utf8(name).ok().and_then(names::character);
                        }
                        code = code.saturating_add(1);
                    }
                    _ => {}
                }
            }
        }
        self.codes = Codes::Bytes(codes);
        // The glyphs of some fonts are drawn in units of their own.
        let unit = match file.value(dict, "FontMatrix").as_deref() {
            Some(Object::Array(matrix)) => match matrix.first() {
                Some(Object::Number(unit)) => unit * 1000.0,
                _ => 1.0,
            },
            _ => 1.0,
        };
        let first = file.number(dict, "FirstChar").unwrap_or(0.0) as u32;
        if let Some(Object::Array(widths)) = file.value(dict, "Widths").as_deref() {
            for (code, width) in (first..=255).zip(widths.iter()) {
                if let Object::Number(width) = file.resolve(width).as_ref() {
                    self.widths.insert(code, width * unit);
                }
            }
        }
    }

    /// The characters of a string.
    pub fn glyphs(&self, text: &[u8], mut each: impl FnMut(Glyph)) {
        let mut rest = text;
        while let Some(&first) = rest.first() {
            let (code, length, wide, known) = match &self.codes {
                Codes::Bytes(codes) => {
                    let known = codes.get(usize::from(first)).cloned().flatten();
                    (u32::from(first), 1, u32::from(first), known)
                }
                Codes::Table(table, characters) => {
                    let (code, length, glyph) = cut(table, rest);
                    let known = characters.as_ref().and_then(|table| shown(table, glyph?));
                    (code, length, glyph.unwrap_or(0), known)
                }
            };
            let said = self.unicode.as_ref().and_then(|table| shown(table, code));
            let text = said.or(known);
            let width = self.widths.get(&wide).copied().unwrap_or(self.usual);
            each(Glyph { text, width, space: length == 1 && first == b' ' });
            rest = rest.get(length..).unwrap_or_default();
        }
    }
}

/// The next code of a string, its bytes, and its glyph.
fn cut(table: &CMap, text: &[u8]) -> (u32, usize, Option<u32>) {
    let mut code = 0u32;
    for (at, &byte) in text.iter().take(4).enumerate() {
        code = (code << 8) | u32::from(byte);
        if let Some(glyph) = table.lookup_cid_code(code, at as u8 + 1) {
            return (code, at + 1, Some(glyph));
        }
    }
    let two = text.iter().take(2).fold(0, |code, &byte| (code << 8) | u32::from(byte));
    (two, text.len().min(2), None)
}

/// What a table says a code stands for; what is no character that can be read is nothing.
fn shown(table: &CMap, code: u32) -> Option<String> {
    let text = match table.lookup_bf_string(code)? {
        BfString::Char(c) => c.to_string(),
        BfString::String(text) => text,
    };
    let own = |c: char| matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{FFFD}') || (c.is_control() && !c.is_whitespace());
    (!text.is_empty() && text.len() <= LONG && !text.chars().any(own)).then(|| usual(text))
}

/// Ligatures, radicals and their like as the letters and characters they are shown for.
fn usual(text: String) -> String {
    let shape = |c: char| matches!(c, '\u{2E80}'..='\u{2FDF}' | '\u{F900}'..='\u{FAFF}' | '\u{FB00}'..='\u{FB06}');
    if text.contains(shape) { text.nfkc().collect() } else { text }
}
