//! Text from outside, made safe to show: what the HTML and Markdown writers and the terminal tables have in common.

use std::{borrow::Cow, fmt};

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

/// The address, if it is one a reader may safely follow: `http` or `https`, with a host, without blanks or control
/// characters. Any other scheme (`javascript:`, `data:`, `file:`) is none. Characters that have no place in an address
/// or that end a link in Markdown (brackets, quotes, backslashes, pipes, carets) are percent-encoded.
///
/// ```
/// use wenmai::report::text::web_address;
/// assert_eq!(web_address("https://a.cn/篇?q=(1)").as_deref(), Some("https://a.cn/篇?q=%281%29"));
/// assert_eq!(web_address("javascript:alert(1)"), None);
/// ```
pub fn web_address(url: &str) -> Option<String> {
    let url = url.trim();
    let (scheme, rest) = url.split_once("://")?;
    if !(scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"))
        || rest.is_empty()
        || rest.starts_with('/')
        || url.chars().any(|c| c.is_whitespace() || shown(c) != c)
    {
        return None;
    }
    let mut out = String::with_capacity(url.len());
    for c in url.chars() {
        match c {
            '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' | '"' | '\'' | '`' | '\\' | '|' | '^' => {
                out.push_str(&format!("%{:02X}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    Some(out)
}

/// Escapes HTML after [`visible`]; the templates use it for every value, by default.
#[derive(Clone, Copy, Debug)]
pub struct Html;

impl askama::filters::Escaper for Html {
    fn write_escaped_str<W: fmt::Write>(&self, dest: W, text: &str) -> fmt::Result {
        askama::filters::Html.write_escaped_str(dest, &visible(text))
    }
}

/// Escapes GitHub-flavoured Markdown (<https://github.github.com/gfm>) after [`visible`]; the templates use it for
/// every value, by default.
///
/// Inline marks are escaped with a backslash, angle brackets as entities, which sloppy renderers respect too. Marks
/// that act only at the start of a line (`-`, `+`, `1.`, `=`) are left readable: no template begins a line with a value.
#[derive(Clone, Copy, Debug)]
pub struct Markdown;

impl askama::filters::Escaper for Markdown {
    fn write_escaped_str<W: fmt::Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        let text = visible(text);
        let mut before = ' ';
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            let after = rest.clone().next().unwrap_or(' ');
            match c {
                '<' => dest.write_str("&lt;")?,
                '>' => dest.write_str("&gt;")?,
                '\\' | '`' | '*' | '[' | ']' | '|' | '~' | '$' | '#' => write!(dest, "\\{c}")?,
                // Inside a word an underscore never marks emphasis, and file names stay readable.
                '_' if !(before.is_alphanumeric() && after.is_alphanumeric()) => dest.write_str("\\_")?,
                // Only what reads as an entity; `R&D` and `A & B` do not.
                '&' if entity(rest.as_str()) => dest.write_str("\\&")?,
                _ => dest.write_char(c)?,
            }
            before = c;
        }
        Ok(())
    }
}

/// Whether the text after an ampersand would be read as the rest of a character reference.
fn entity(rest: &str) -> bool {
    let name = rest.trim_start_matches(|c: char| c == '#' || c.is_ascii_alphanumeric());
    name.len() < rest.len() && name.starts_with(';')
}

/// What stands before a name that is translated: no article says so.
pub const TRANSLATED: &str = "≈ ";

/// A number between 0 and 1 in two decimals; whatever is no number counts as 0, so no sign or `NaN` is ever shown.
pub fn unit(value: f64) -> String {
    format!("{:.2}", if value > 0.0 { value.min(1.0) } else { 0.0 })
}

/// A share as a percentage with one decimal below ten, none above; of nothing, `0 %`.
pub fn percent(part: usize, whole: usize) -> String {
    if part == 0 || whole == 0 {
        return "0%".to_owned();
    }
    let share = 100.0 * part as f64 / whole as f64;
    if share < 9.95 { format!("{share:.1}%") } else { format!("{share:.0}%") }
}

/// A count with a comma at the thousands: `12,345`.
pub fn count(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count with its noun: `1 article`, `1,234 articles`.
pub fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// A value for the fragment of an address: everything but letters, digits, `-`, `.` and `_` percent-encoded.
///
/// ```
/// use wenmai::report::text::fragment;
/// assert_eq!(fragment("3.1"), "3.1");
/// assert_eq!(fragment("a&b 中"), "a%26b%20%E4%B8%AD");
/// ```
pub fn fragment(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'-' | b'.' | b'_' => out.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A bar of block characters in eighths of a column, `width` columns for `part == whole`; never empty for a part
/// above nothing.
pub fn bar(part: usize, whole: usize, width: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    if part == 0 || whole == 0 {
        return String::new();
    }
    let eighths = (part.min(whole) as f64 / whole as f64 * width as f64 * 8.0).round() as usize;
    let eighths = eighths.max(1);
    let mut out = "█".repeat(eighths / 8);
    out.push_str(EIGHTHS.get(eighths % 8).copied().unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use askama::filters::Escaper;

    use super::*;

    fn markdown(text: &str) -> String {
        let mut out = String::new();
        Markdown.write_escaped_str(&mut out, text).unwrap();
        out
    }

    #[test]
    fn markdown_marks_lose_their_force_and_words_stay_readable() {
        assert_eq!(markdown("a_b.txt 中_文 _x_ __init__"), "a_b.txt 中_文 \\_x\\_ \\_\\_init\\_\\_");
        assert_eq!(markdown("R&D & A&B; &lt; &#60;"), "R&D & A\\&B; \\&lt; \\&#60;".replace("&#", "&\\#"));
        assert_eq!(markdown("<b>|`x`|[y](z)"), "&lt;b&gt;\\|\\`x\\`\\|\\[y\\](z)");
        assert_eq!(markdown("one\ntwo"), "one two");
    }

    #[test]
    fn only_web_addresses_become_links() {
        for url in ["http://a.cn", "HTTPS://a.cn/x?y=1&z=2#f"] {
            assert_eq!(web_address(url).as_deref(), Some(url));
        }
        for url in [
            "javascript:alert(1)",
            "JavaScript://a.cn/%0aalert(1)",
            " data:text/html,x",
            "java\tscript:x",
            "//a.cn",
            "http://",
            "https:///etc",
            "http://a.cn/ b",
            "http://a.cn/\u{202E}b",
            "a.cn",
            "",
        ] {
            assert_eq!(web_address(url), None, "{url:?}");
        }
        assert_eq!(web_address("http://a.cn/\">)").as_deref(), Some("http://a.cn/%22%3E%29"));
    }

    #[test]
    fn numbers_have_fixed_forms() {
        assert_eq!([unit(0.456), unit(-0.0), unit(f64::NAN), unit(7.0)], ["0.46", "0.00", "0.00", "1.00"]);
        assert_eq!([percent(1, 3), percent(1, 30), percent(0, 0), percent(9, 9)], ["33%", "3.3%", "0%", "100%"]);
        assert_eq!([count(0), count(999), count(1000), count(1_234_567)], ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([bar(0, 9, 4), bar(9, 9, 4), bar(1, 1000, 4), bar(1, 2, 3)], ["", "████", "▏", "█▌"]);
    }
}
