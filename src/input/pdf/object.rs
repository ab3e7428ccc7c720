//! The objects that PDF files and the streams in them are written in.

use std::rc::Rc;

/// Objects in objects; real files have some ten.
const DEPTH: usize = 48;

/// An object. Integers are numbers too.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Object {
    Null,
    Number(f64),
    Name(Vec<u8>),
    Text(Vec<u8>),
    Array(Rc<Vec<Object>>),
    Dict(Rc<Dict>),
    /// A reference to the object of this number.
    Ref(u32),
    /// A stream: its dictionary, and where its packed bytes stand in the file.
    Stream(Rc<Dict>, std::ops::Range<usize>),
    /// A bare word: an operator, `true`, `endobj`.
    Word(Vec<u8>),
}

/// A dictionary, in the order written; of two equal keys the first counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Dict(Vec<(Vec<u8>, Object)>);

impl Dict {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Object> {
        self.0.iter().find(|(name, _)| name == key.as_bytes()).map(|(_, value)| value)
    }

    /// Whether the key holds this name.
    pub fn is(&self, key: &str, name: &str) -> bool {
        matches!(self.get(key), Some(Object::Name(found)) if found == name.as_bytes())
    }
}

/// Reads objects one by one. Every object takes one of `left`, and so do 16 bytes of text; without any left the bytes end.
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    pub at: usize,
    pub left: usize,
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 0x0C | b'\r' | b' ')
}

fn is_mark(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

impl<'a> Lexer<'a> {
    pub fn new(bytes: &'a [u8], at: usize, left: usize) -> Self {
        Self { bytes, at, left }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Past white space and comments.
    pub fn skip(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b'%' {
                self.at += self.rest().iter().take_while(|byte| !matches!(byte, b'\n' | b'\r')).count();
            } else if is_blank(byte) {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    /// The next object; none at the end of the bytes. Marks that belong to nothing are passed over.
    pub fn next(&mut self) -> Option<Object> {
        self.object(DEPTH)
    }

    fn object(&mut self, depth: usize) -> Option<Object> {
        loop {
            self.skip();
            self.left = self.left.checked_sub(1)?;
            let byte = self.peek()?;
            self.at += 1;
            let from = self.at;
            let object = match byte {
                b'/' => Object::Name(self.name()),
                b'(' => Object::Text(self.literal()),
                b'<' if self.peek() == Some(b'<') => {
                    self.at += 1;
                    self.dict(depth.checked_sub(1)?)?
                }
                b'<' => Object::Text(self.hex()),
                b'[' => self.array(depth.checked_sub(1)?)?,
                byte if is_mark(byte) => continue,
                _ => {
                    self.at -= 1;
                    self.word()
                }
            };
            if !matches!(object, Object::Array(_) | Object::Dict(_)) {
                self.left = self.left.saturating_sub(self.at.saturating_sub(from) / 16);
            }
            return Some(object);
        }
    }

    /// Whether the next bytes are these; then they are passed.
    pub fn eat(&mut self, mark: &[u8]) -> bool {
        self.skip();
        let here = self.rest().starts_with(mark);
        self.at += if here { mark.len() } else { 0 };
        here
    }

    fn array(&mut self, depth: usize) -> Option<Object> {
        let mut items = Vec::new();
        while !self.eat(b"]") {
            match self.object(depth)? {
                // `7 0 R`
                Object::Word(word) if word == b"R" => reference(&mut items),
                Object::Word(word) if word == b"endobj" || word == b"endstream" => break,
                item => items.push(item),
            }
        }
        Some(Object::Array(Rc::new(items)))
    }

    fn dict(&mut self, depth: usize) -> Option<Object> {
        let mut items: Vec<Object> = Vec::new();
        while !self.eat(b">>") {
            match self.object(depth)? {
                Object::Word(word) if word == b"R" => reference(&mut items),
                Object::Word(word) if word == b"endobj" || word == b"stream" => {
                    self.at -= word.len();
                    break;
                }
                item => items.push(item),
            }
        }
        let mut dict = Dict::default();
        let mut items = items.into_iter().peekable();
        while let Some(item) = items.next() {
            // A key without a value is followed by a key; a name is a value, too, so only what is no name tells.
            if let Object::Name(key) = item
                && let Some(value) = items.next()
            {
                dict.0.push((key, value));
            }
        }
        Some(Object::Dict(Rc::new(dict)))
    }

    fn name(&mut self) -> Vec<u8> {
        let mut name = Vec::new();
        while let Some(byte) = self.peek().filter(|&byte| !is_blank(byte) && !is_mark(byte)) {
            self.at += 1;
            let digit = |at: usize| self.bytes.get(at).and_then(|&byte| char::from(byte).to_digit(16));
            if let (b'#', Some(high), Some(low)) = (byte, digit(self.at), digit(self.at + 1)) {
                name.push((high * 16 + low) as u8);
                self.at += 2;
            } else {
                name.push(byte);
            }
        }
        name
    }

    fn literal(&mut self) -> Vec<u8> {
        let mut text = Vec::new();
        let mut depth = 1;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'(' => depth += 1,
                b')' => depth -= 1,
                b'\\' => {
                    let Some(escaped) = self.peek() else { break };
                    self.at += 1;
                    match escaped {
                        b'n' => text.push(b'\n'),
                        b'r' => text.push(b'\r'),
                        b't' => text.push(b'\t'),
                        b'b' => text.push(8),
                        b'f' => text.push(12),
                        b'\r' => self.at += usize::from(self.peek() == Some(b'\n')),
                        b'\n' => {}
                        b'0'..=b'7' => {
                            let mut code = u32::from(escaped - b'0');
                            for _ in 0..2 {
                                let Some(digit @ b'0'..=b'7') = self.peek() else { break };
                                code = code * 8 + u32::from(digit - b'0');
                                self.at += 1;
                            }
                            text.push((code & 0xFF) as u8);
                        }
                        other => text.push(other),
                    }
                    continue;
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
            text.push(byte);
        }
        text
    }

    /// Pairs of digits up to `>`; of a last one alone the second is nought.
    pub fn hex(&mut self) -> Vec<u8> {
        let (mut text, mut high) = (Vec::new(), None);
        while let Some(byte) = self.peek() {
            self.at += 1;
            if byte == b'>' {
                break;
            }
            let Some(digit) = char::from(byte).to_digit(16) else { continue };
            match high.take() {
                None => high = Some(digit),
                Some(first) => text.push((first * 16 + digit) as u8),
            }
        }
        text.extend(high.map(|digit| (digit * 16) as u8));
        text
    }

    fn word(&mut self) -> Object {
        let word = self.rest();
        let end = word.iter().position(|&byte| is_blank(byte) || is_mark(byte)).unwrap_or(word.len());
        let word = word.get(..end).unwrap_or_default();
        self.at += end;
        let numeric = word.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.'));
        match str::from_utf8(word) {
            // `--5` and `1.2.3` are written by some; what cannot be read is nought.
            Ok(text) if numeric => Object::Number(text.parse().unwrap_or_default()),
            Ok("null") => Object::Null,
            _ => Object::Word(word.to_vec()),
        }
    }
}

/// Two numbers, of which the first is that of an object.
fn reference(items: &mut Vec<Object>) {
    if let [.., Object::Number(number), Object::Number(_)] = items.as_slice() {
        let number = *number as u32;
        items.truncate(items.len() - 2);
        items.push(Object::Ref(number));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<Object> {
        let mut lexer = Lexer::new(text.as_bytes(), 0, 100);
        std::iter::from_fn(|| lexer.next()).collect()
    }

    #[test]
    fn objects_of_every_kind() {
        let found = of("<< /A#42 [1 -.5 7 0 R (a\\(b\\)\\101(c)) <e9 9B a>] /T /N /D << >> >> Tj % no\n null");
        let Object::Dict(dict) = &found[0] else { panic!() };
        let list = [
            Object::Number(1.0),
            Object::Number(-0.5),
            Object::Ref(7),
            Object::Text(b"a(b)A(c)".to_vec()),
            Object::Text(vec![0xE9, 0x9B, 0xA0]),
        ];
        assert_eq!(dict.get("AB"), Some(&Object::Array(Rc::new(list.into()))));
        assert!(dict.is("T", "N") && dict.get("D") == Some(&Object::Dict(Rc::default())));
        assert_eq!(found[1..], [Object::Word(b"Tj".to_vec()), Object::Null]);
    }

    #[test]
    fn what_is_broken_ends() {
        assert_eq!(of(&"[".repeat(1000)), []);
        assert_eq!(of(&"<<".repeat(1000)), []);
        assert_eq!(of("(abc"), [Object::Text(b"abc".to_vec())]);
        assert_eq!(of(") > } 1"), [Object::Number(1.0)]);
        assert_eq!(of("1 ".repeat(1000).as_str()).len(), 100);
    }
}
