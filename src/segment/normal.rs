//! Folding before the cut, with a map back to the original bytes.
//!
//! A text is brought to NFKC (which folds full-width letters and ligatures), lower case and simplified characters.
//! Folding may change the length of what it folds (`㎏` becomes `kg`, a decomposed `é` becomes one character), so each
//! such place is an [`Edit`]; between edits, original and folded text differ by a constant.
//!
//! Left as they are, because no word holds them and Chinese text is full of them: full-width `！（），：；？`, the
//! ideographic space and the ellipsis. Added to NFKC: `’` and `ʼ` become `'`, `‐` becomes `-`; soft hyphens, zero-width
//! spaces and byte-order marks vanish.

use std::{borrow::Cow, ops::Range};

use unicode_normalization::{IsNormalized, UnicodeNormalization, char::decompose_compatible, is_nfkc_quick};

/// A place where folding was not one byte for one byte.
#[derive(Clone, Copy, Debug)]
struct Edit {
    folded: (usize, usize),
    original: (usize, usize),
}

/// A folded text and the way back to the original.
#[derive(Debug)]
pub(super) struct Folded<'t> {
    text: Cow<'t, str>,
    edits: Vec<Edit>,
}

/// A set of the characters of the basic plane, a bit each. To ask the libraries of all of them takes ten milliseconds, so the
/// sets are part of the program; a test holds them to what the libraries say.
type Plane = [u8; 1 << 13];

fn has(plane: &Plane, c: char) -> bool {
    let code = c as u32;
    plane.get((code >> 3) as usize).is_some_and(|byte| (byte >> (code & 7)) & 1 == 1)
}

/// Characters that fold to themselves whatever follows, unless it extends them.
static PLAIN: &Plane = include_bytes!("words/plain.bits");

/// Traditional characters: those the converter changes.
static TRADITIONAL: &Plane = include_bytes!("words/traditional.bits");

/// Characters of simplified Chinese that the converter takes for traditional ones (捍卫, 呵护, 大阪, 磐石, 涅槃, 哪吒).
/// Found by converting the words of jieba's dictionary, which is simplified.
const SIMPLIFIED: [char; 16] =
    ['呵', '黏', '捍', '磐', '阪', '呱', '吒', '槃', '薰', '彷', '祐', '祗', '醯', '琯', '煅', '麴'];

fn vanishes(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}' | '\u{FEFF}')
}

/// Whether a character may combine with what stands before it, so that the two must be folded together.
fn extends(c: char) -> bool {
    let mut first = None;
    decompose_compatible(c, |d| {
        first.get_or_insert(d);
    });
    let c = first.unwrap_or(c);
    unicode_normalization::char::canonical_combining_class(c) != 0
        || matches!(is_nfkc_quick(std::iter::once(c)), IsNormalized::Maybe)
}

/// NFKC, lower case and the typographic folds of a piece that no neighbour can change.
fn folded_cluster(cluster: &str) -> String {
    cluster.nfkc().flat_map(char::to_lowercase).map(as_typed).collect()
}

/// What is typed for a typographic character.
fn as_typed(c: char) -> char {
    match c {
        '\u{2019}' | '\u{2BC}' => '\'',
        '\u{2010}' => '-',
        c => c,
    }
}

impl<'t> Folded<'t> {
    /// Folds a text. With `keep_han` traditional characters are kept: Japanese uses them too.
    pub(super) fn new(original: &'t str, keep_han: bool) -> Self {
        if original.is_ascii() {
            let text = if original.bytes().any(|b| b.is_ascii_uppercase()) {
                Cow::Owned(original.to_ascii_lowercase())
            } else {
                Cow::Borrowed(original)
            };
            return Self { text, edits: Vec::new() };
        }
        let (mut plain, mut traditional) = (true, false);
        for c in original.chars() {
            plain &= has(PLAIN, c);
            traditional |= has(TRADITIONAL, c);
        }
        let (mut text, edits) = if plain {
            (Cow::Borrowed(original), Vec::new())
        } else {
            let (text, edits) = fold(original);
            traditional = text.chars().any(|c| has(TRADITIONAL, c));
            (Cow::Owned(text), edits)
        };
        // One three-byte character becomes another, so no offset moves.
        if !keep_han && traditional {
            let simplified = simplify(&text);
            if simplified.len() == text.len() {
                text = Cow::Owned(simplified);
            }
        }
        Self { text, edits }
    }

    /// The folded text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The range of the original that a range of the folded text came from. Both ends fall on character boundaries of
    /// the original; a range that begins or ends within the folding of one character takes in the whole of it.
    pub(super) fn original(&self, range: Range<usize>) -> Range<usize> {
        if self.edits.is_empty() {
            return range;
        }
        let before = self.edits.partition_point(|e| e.folded.0 <= range.start);
        let start = match before.checked_sub(1).map(|i| self.edits[i]) {
            None => range.start,
            Some(e) if range.start < e.folded.1 => e.original.0,
            Some(e) => e.original.1 + (range.start - e.folded.1),
        };
        let before = self.edits.partition_point(|e| e.folded.0 < range.end);
        let end = match before.checked_sub(1).map(|i| self.edits[i]) {
            None => range.end,
            Some(e) if range.end < e.folded.1 => e.original.1,
            Some(e) => e.original.1 + (range.end - e.folded.1),
        };
        start..end
    }
}

/// The general path: copies plain characters, folds clusters of the others and notes where lengths change.
fn fold(original: &str) -> (String, Vec<Edit>) {
    let mut text = String::with_capacity(original.len());
    let mut edits: Vec<Edit> = Vec::new();
    let mut chars = original.char_indices().peekable();
    while let Some((mut start, c)) = chars.next() {
        if c.is_ascii() {
            text.push(c.to_ascii_lowercase());
            continue;
        }
        if has(PLAIN, c) {
            text.push(c);
            continue;
        }
        if vanishes(c) {
            edits.push(Edit { folded: (text.len(), text.len()), original: (start, start + c.len_utf8()) });
            continue;
        }
        let previous_is_free = edits.last().is_none_or(|e| e.original.1 < start);
        if extends(c) && previous_is_free && text.pop().is_some() {
            start = original[..start].char_indices().next_back().map_or(start, |(i, _)| i);
        }
        let mut end = chars.peek().map_or(original.len(), |&(i, _)| i);
        while let Some(&(i, next)) = chars.peek() {
            if next.is_ascii() || has(PLAIN, next) || vanishes(next) || !extends(next) {
                break;
            }
            chars.next();
            end = i + next.len_utf8();
        }
        let at = text.len();
        let cluster = &original[start..end];
        text.push_str(&folded_cluster(cluster));
        let lengths_agree = text.len() - at == cluster.len();
        if !(lengths_agree && cluster.chars().nth(1).is_none() && text[at..].chars().nth(1).is_none()) {
            edits.push(Edit { folded: (at, text.len()), original: (start, end) });
        }
    }
    (text, edits)
}

/// Traditional to simplified, one character for one character.
///
/// The converter leaves `著` alone, which traditional text also writes for the particle `着` (`隨著`, `看著`). Where it finds
/// the text traditional, `著` becomes `着` unless a neighbour makes it the character of `著名` and `專著`.
fn simplify(text: &str) -> String {
    let converted: Vec<char> = text
        .chars()
        .zip(fast2s::convert(text).chars())
        .map(|(c, s)| if SIMPLIFIED.contains(&c) { c } else { s })
        .collect();
    let traditional = text.chars().ne(converted.iter().copied());
    let neighbour = |i: Option<usize>, of: &str| i.and_then(|i| converted.get(i)).is_some_and(|&c| of.contains(c));
    converted
        .iter()
        .enumerate()
        .map(|(i, &c)| {
            let is_particle = traditional
                && c == '著'
                && !neighbour(i.checked_add(1), "名作称者述书录有")
                && !neighbour(i.checked_sub(1), "专显名论原土编巨卓昭遗译合新拙");
            if is_particle { '着' } else { c }
        })
        .collect()
}

/// A text in simplified characters. It has the bytes of the original but for those characters, so every offset holds.
pub(super) fn simplified(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.chars().any(|c| has(TRADITIONAL, c)) {
        return Cow::Borrowed(text);
    }
    let simple = simplify(text);
    if simple.chars().map(char::len_utf8).eq(text.chars().map(char::len_utf8)) {
        Cow::Owned(simple)
    } else {
        Cow::Borrowed(text)
    }
}

/// A text as the cutters meet it: NFKC, lower case, traditional characters simplified.
#[must_use]
pub fn fold_word(word: &str) -> String {
    Folded::new(word, false).text.into_owned()
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use proptest::prelude::*;

    use super::*;

    /// Punctuation that is left alone: see the head of the module.
    fn exempt(c: char) -> bool {
        matches!(c, '！' | '（' | '）' | '，' | '：' | '；' | '？' | '\u{3000}' | '…')
    }

    fn plane(chars: impl Iterator<Item = char>) -> Vec<u8> {
        let mut bits = vec![0; size_of::<Plane>()];
        for code in chars.map(u32::from) {
            bits[(code >> 3) as usize] |= 1 << (code & 7);
        }
        bits
    }

    fn is_han(c: char) -> bool {
        matches!(c, '\u{2E80}'..='\u{2FDF}' | '\u{3005}'..='\u{3007}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}')
    }

    /// `WENMAI_BLESS=1 cargo test --lib segment` writes the sets anew, which a library with a later Unicode may ask for.
    #[test]
    fn the_sets_of_characters_are_as_the_libraries_have_them() {
        let folds_to_itself = |c: char| folded_cluster(&c.to_string()).chars().eq([c]);
        let plain = ('\0'..='\u{FFFF}').filter(|&c| exempt(c) || (!vanishes(c) && !extends(c) && folds_to_itself(c)));
        let han = || ('\u{2E80}'..='\u{FAFF}').filter(|&c| is_han(c) && !SIMPLIFIED.contains(&c));
        // All at once, each between neighbours that say nothing.
        let converted = fast2s::convert(&han().flat_map(|c| [c, '0']).collect::<String>());
        let traditional = han().zip(converted.chars().step_by(2)).filter(|(c, simple)| c != simple).map(|(c, _)| c);
        for (name, stored, made) in [("plain", PLAIN, plane(plain)), ("traditional", TRADITIONAL, plane(traditional))] {
            if std::env::var_os("WENMAI_BLESS").is_some() {
                let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/segment/words/{name}.bits"));
                fs::write(path, &made).unwrap();
            } else {
                assert!(stored.as_slice() == made, "write {name}.bits anew");
            }
        }
    }

    /// The slow twin: the whole text at once, with no fast path and no map.
    fn slow(text: &str) -> String {
        let mut pieces: Vec<String> = vec![String::new()];
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            if exempt(c) && !chars.peek().is_some_and(|&next| extends(next)) {
                pieces.push(c.to_string());
                pieces.push(String::new());
            } else if let Some(last) = pieces.last_mut() {
                last.push(c);
            }
        }
        let folded: String = pieces
            .iter()
            .flat_map(|piece| {
                if piece.chars().all(exempt) { piece.clone() } else { folded_cluster(piece) }
                    .chars()
                    .collect::<Vec<_>>()
            })
            .filter(|&c| !vanishes(c))
            .collect();
        simplify(&folded)
    }

    fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            any::<char>().prop_map(String::from),
            "[a-zA-Z]",
            "[一-龥]",
            prop::sample::select(vec![
                "氣", "Ａ", "㎏", "ﬁ", "½", "㍿", "e\u{301}", "İ", "\u{FF9E}", "\u{1112}", "\u{1161}", "\u{11AB}", "’",
                "\u{AD}", "，", "乾隆", "\u{301}", "\u{323}", "…", "É", "각",
            ])
            .prop_map(str::to_owned),
        ];
        prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_fast_paths_agree_with_the_slow_twin(text in text()) {
            let folded = Folded::new(&text, false);
            prop_assert_eq!(folded.text(), slow(&text));
        }

        #[test]
        fn every_range_maps_to_the_bytes_it_came_from(text in text()) {
            let folded = Folded::new(&text, true);
            let ends: Vec<usize> = folded.text().char_indices().map(|(i, c)| i + c.len_utf8()).collect();
            let mut start = 0;
            let mut reached = 0;
            for end in ends {
                let original = folded.original(start..end);
                let piece = text.get(original.clone());
                prop_assert!(piece.is_some(), "{:?} of {:?}", original, text);
                let again = Folded::new(piece.unwrap_or_default(), true);
                prop_assert!(again.text().contains(&folded.text()[start..end]), "{:?} of {:?}", original, text);
                prop_assert!(original.start >= reached || original.end == reached);
                reached = original.end;
                start = end;
            }
        }
    }

    #[test]
    fn expansions_keep_their_place() {
        let folded = Folded::new("５㎏ oﬃce", false);
        assert_eq!(folded.text(), "5kg office");
        assert_eq!(folded.original(0..1), 0..3);
        assert_eq!(folded.original(1..2), 3..6, "k is half of the sign, which cannot be halved");
        assert_eq!(folded.original(4..10), 7..13);
    }

    #[test]
    fn converts_traditional_characters_by_their_neighbours_and_leaves_simplified_ones() {
        for (text, folded) in [
            ("氣候變化", "气候变化"),
            ("著名作家隨著專著", "著名作家随着专著"),
            ("乾隆乾燥", "乾隆干燥"),
            ("瞭解瞭望", "了解瞭望"),
            ("後來皇后", "后来皇后"),
            ("捍卫呵护大阪磐石", "捍卫呵护大阪磐石"),
        ] {
            assert_eq!(Folded::new(text, false).text(), folded);
        }
        assert_eq!(Folded::new("氣候", true).text(), "氣候");
    }
}
