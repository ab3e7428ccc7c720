//! The characters that the names of glyphs stand for, as far as Latin text needs them.

use unicode_normalization::UnicodeNormalization;

/// Names that are no letter, and letters that no accent makes.
const NAMES: [(&str, &str); 108] = [
    ("space", " "),
    ("exclam", "!"),
    ("quotedbl", "\""),
    ("numbersign", "#"),
    ("dollar", "$"),
    ("percent", "%"),
    ("ampersand", "&"),
    ("quotesingle", "'"),
    ("parenleft", "("),
    ("parenright", ")"),
    ("asterisk", "*"),
    ("plus", "+"),
    ("comma", ","),
    ("hyphen", "-"),
    ("period", "."),
    ("slash", "/"),
    ("zero", "0"),
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("colon", ":"),
    ("semicolon", ";"),
    ("less", "<"),
    ("equal", "="),
    ("greater", ">"),
    ("question", "?"),
    ("at", "@"),
    ("bracketleft", "["),
    ("backslash", "\\"),
    ("bracketright", "]"),
    ("asciicircum", "^"),
    ("underscore", "_"),
    ("grave", "`"),
    ("braceleft", "{"),
    ("bar", "|"),
    ("braceright", "}"),
    ("asciitilde", "~"),
    ("nbspace", " "),
    ("exclamdown", "¡"),
    ("cent", "¢"),
    ("sterling", "£"),
    ("currency", "¤"),
    ("yen", "¥"),
    ("brokenbar", "¦"),
    ("section", "§"),
    ("dieresis", "¨"),
    ("copyright", "©"),
    ("ordfeminine", "ª"),
    ("guillemotleft", "«"),
    ("logicalnot", "¬"),
    ("softhyphen", "\u{AD}"),
    ("registered", "®"),
    ("macron", "¯"),
    ("degree", "°"),
    ("plusminus", "±"),
    ("twosuperior", "²"),
    ("threesuperior", "³"),
    ("acute", "´"),
    ("mu", "µ"),
    ("paragraph", "¶"),
    ("periodcentered", "·"),
    ("onesuperior", "¹"),
    ("ordmasculine", "º"),
    ("guillemotright", "»"),
    ("onequarter", "¼"),
    ("onehalf", "½"),
    ("threequarters", "¾"),
    ("questiondown", "¿"),
    ("AE", "Æ"),
    ("Eth", "Ð"),
    ("multiply", "×"),
    ("Oslash", "Ø"),
    ("Thorn", "Þ"),
    ("germandbls", "ß"),
    ("ae", "æ"),
    ("eth", "ð"),
    ("divide", "÷"),
    ("oslash", "ø"),
    ("thorn", "þ"),
    ("dotlessi", "ı"),
    ("OE", "Œ"),
    ("oe", "œ"),
    ("Lslash", "Ł"),
    ("lslash", "ł"),
    ("florin", "ƒ"),
    ("endash", "–"),
    ("emdash", "—"),
    ("quoteleft", "‘"),
    ("quoteright", "’"),
    ("quotesinglbase", "‚"),
    ("quotedblleft", "“"),
    ("quotedblright", "”"),
    ("quotedblbase", "„"),
    ("dagger", "†"),
    ("bullet", "•"),
    ("ellipsis", "…"),
    ("perthousand", "‰"),
    ("guilsinglleft", "‹"),
    ("guilsinglright", "›"),
    ("fraction", "⁄"),
    ("Euro", "€"),
    ("minus", "−"),
];
/// The second halves of names like `eacute`.
const ACCENTS: [(&str, char); 12] = [
    ("acute", '\u{301}'),
    ("grave", '\u{300}'),
    ("circumflex", '\u{302}'),
    ("dieresis", '\u{308}'),
    ("tilde", '\u{303}'),
    ("caron", '\u{30C}'),
    ("ring", '\u{30A}'),
    ("cedilla", '\u{327}'),
    ("macron", '\u{304}'),
    ("breve", '\u{306}'),
    ("ogonek", '\u{328}'),
    ("dotaccent", '\u{307}'),
];

/// What a glyph's name stands for: `eacute`, `f_i`, `uni96E8`, `u1F600`, `A.swash`.
pub(super) fn character(name: &str) -> Option<String> {
    let name = name.split('.').next().filter(|name| !name.is_empty())?;
    if name.contains('_') {
        return name.split('_').map(character).collect();
    }
    if let Some((_, character)) = NAMES.iter().find(|(known, _)| *known == name) {
        return Some((*character).to_owned());
    }
    if matches!(name, "ff" | "fi" | "fl" | "ffi" | "ffl") {
        return Some(name.to_owned());
    }
    let mut letters = name.chars();
    let first = letters.next()?;
    if letters.as_str().is_empty() && first.is_ascii_alphabetic() {
        return Some(name.to_owned());
    }
    if let Some((_, accent)) = ACCENTS.iter().find(|(accent, _)| letters.as_str() == *accent) {
        return Some([first, *accent].into_iter().nfc().collect());
    }
    let digits = name.strip_prefix("uni").or_else(|| name.strip_prefix('u')).filter(|digits| digits.len() >= 4)?;
    let code = u32::from_str_radix(digits.get(..6.min(digits.len()))?, 16).ok()?;
    char::from_u32(code).map(String::from)
}

/// What a code stands for in the encoding that fonts of type 1 have where nothing is said.
pub(super) fn standard(code: u8) -> Option<&'static str> {
    const HIGH: [(u8, &str); 51] = [
        (0x27, "’"),
        (0x60, "‘"),
        (0xA1, "¡"),
        (0xA2, "¢"),
        (0xA3, "£"),
        (0xA4, "⁄"),
        (0xA5, "¥"),
        (0xA6, "ƒ"),
        (0xA7, "§"),
        (0xA8, "¤"),
        (0xA9, "'"),
        (0xAA, "“"),
        (0xAB, "«"),
        (0xAC, "‹"),
        (0xAD, "›"),
        (0xAE, "fi"),
        (0xAF, "fl"),
        (0xB1, "–"),
        (0xB2, "†"),
        (0xB3, "‡"),
        (0xB4, "·"),
        (0xB6, "¶"),
        (0xB7, "•"),
        (0xB8, "‚"),
        (0xB9, "„"),
        (0xBA, "”"),
        (0xBB, "»"),
        (0xBC, "…"),
        (0xBD, "‰"),
        (0xBF, "¿"),
        (0xC1, "`"),
        (0xC2, "´"),
        (0xC3, "ˆ"),
        (0xC4, "˜"),
        (0xC5, "¯"),
        (0xC6, "˘"),
        (0xC7, "˙"),
        (0xC8, "¨"),
        (0xD0, "—"),
        (0xE1, "Æ"),
        (0xE3, "ª"),
        (0xE8, "Ł"),
        (0xE9, "Ø"),
        (0xEA, "Œ"),
        (0xEB, "º"),
        (0xF1, "æ"),
        (0xF5, "ı"),
        (0xF8, "ł"),
        (0xF9, "ø"),
        (0xFA, "œ"),
        (0xFB, "ß"),
    ];
    HIGH.iter().find(|(known, _)| *known == code).map(|(_, character)| *character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_characters() {
        for (name, is) in [
            ("A", Some("A")),
            ("eacute", Some("é")),
            ("ffi", Some("ffi")),
            ("f_i", Some("fi")),
            ("uni96E8", Some("雨")),
            ("u1F600", Some("😀")),
            ("a.alt", Some("a")),
            ("ccedilla", Some("ç")),
            ("emdash", Some("—")),
            ("g123", None),
            (".notdef", None),
            ("", None),
        ] {
            assert_eq!(character(name).as_deref(), is, "{name}");
        }
        assert_eq!((standard(0xAE), standard(b'a')), (Some("fi"), None));
    }
}
