//! Text from outside, made safe to show: what the HTML and Markdown writers and the terminal tables have in common.

use std::borrow::Cow;

/// What stands in for a character that must not act: the replacement character.
const MARK: char = '\u{FFFD}';

/// The text on one line, with nothing in it that acts on what surrounds it.
///
/// Line breaks and tabs become a space; other control characters (C0, C1, DEL) and the bidirectional embeddings,
/// overrides and isolates (U+202A–202E, U+2066–2069), which can make a line read as something it is not
/// (<https://trojansource.codes>), become U+FFFD. Everything else stays, so ordinary text is borrowed, not copied.
///
/// ```
/// use wenmai::report::text::visible;
/// assert_eq!(visible("开放 science"), "开放 science");
/// assert_eq!(visible("a\u{202E}b\u{1B}[31m\nc"), "a\u{FFFD}b\u{FFFD}[31m c");
/// ```
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| shown(c) == c) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().map(shown).collect())
    }
}

/// The character itself, or what is shown in its place.
fn shown(c: char) -> char {
    match c {
        '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => ' ',
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => MARK,
        c if c.is_control() => MARK,
        c => c,
    }
}
