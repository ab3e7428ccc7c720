//! Text that is safe to print on a terminal.

use std::borrow::Cow;

/// Neutralises what could move the cursor, change colours or turn the reading direction: line breaks and tabs become a
/// space, other control characters a picture of themselves (`␛`) or `�`, and directional marks `�`.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| replacement(c).is_none()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| replacement(c).unwrap_or(c)).collect())
}

fn replacement(c: char) -> Option<char> {
    match c {
        '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
        // The block at U+2400 pictures U+0000 to U+001F in order.
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)),
        '\u{7f}' => Some('␡'),
        '\u{80}'..='\u{9f}' => Some('\u{fffd}'),
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Some('\u{fffd}'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_steer_the_terminal_is_shown_instead() {
        assert_eq!(visible("plain 深海"), "plain 深海");
        assert!(matches!(visible("plain 深海"), Cow::Borrowed(_)));
        assert_eq!(visible("\u{1b}[31mred\u{7}"), "␛[31mred␇");
        assert_eq!(visible("a\r\nb\tc\u{2028}d"), "a  b c d");
        assert_eq!(visible("a\u{202e}b\u{2066}c\u{9b}31m\u{7f}"), "a\u{fffd}b\u{fffd}c\u{fffd}31m␡");
    }
}
