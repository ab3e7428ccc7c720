//! As much of an HTML parser as it takes to tell that a page is well formed and what its tags are.

/// A tag's name and attributes.
pub type Tag = (String, Vec<(String, String)>);

/// Elements that have no end.
const VOID: [&str; 4] = ["meta", "br", "link", "input"];
/// Elements whose inside is no markup.
const RAW: [&str; 2] = ["style", "script"];

/// The opening tags of a page, in order. Panics unless every tag is closed in order, every attribute is quoted, and no
/// angle bracket stands in text.
pub fn check(page: &str) -> Vec<Tag> {
    let mut rest = page.strip_prefix("<!DOCTYPE html>\n").expect("a doctype");
    let mut open: Vec<String> = Vec::new();
    let mut tags = Vec::new();
    while let Some(at) = rest.find(['<', '>']) {
        let (_, tail) = rest.split_at(at);
        assert!(tail.starts_with('<'), "a loose > before {:.60}", tail);
        let (tag, after) = cut(tail);
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "before {after:.60}");
            continue;
        }
        let (tag, closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, attributes) = tag.split_once([' ', '\n']).unwrap_or((tag, ""));
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "{tag}");
        tags.push((name.to_owned(), split(attributes)));
        if RAW.contains(&name) {
            rest = &rest[rest.find(&format!("</{name}>")).expect("an end of it")..];
        }
        if !closed && !VOID.contains(&name) {
            open.push(name.to_owned());
        }
    }
    assert_eq!(open, [""; 0], "every tag is closed");
    tags
}

/// The inside of the tag the text begins with, and what follows it. Quoted angle brackets do not end it.
fn cut(text: &str) -> (&str, &str) {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '>' if !quoted => return (&text[1..at], &text[at + 1..]),
            _ => {}
        }
    }
    panic!("a tag without end: {text:.60}");
}

/// Attributes and their values.
fn split(attributes: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut rest = attributes.trim();
    while !rest.is_empty() {
        let (key, tail) = rest.split_once("=\"").unwrap_or_else(|| panic!("an attribute without value: {attributes}"));
        let (value, tail) = tail.split_once('"').expect("an end of the value");
        out.push((key.trim().to_owned(), value.to_owned()));
        rest = tail.trim_start();
    }
    out
}
