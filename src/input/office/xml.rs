//! XML of the parts of a document, walked without a tree: no DTD is read and no entity of a file's own is expanded.

use std::borrow::Cow;

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::{super::markup, Fault};
use crate::input::limits::{Limit, Limits};

/// A beginning tag.
pub(super) struct Tag<'x>(BytesStart<'x>);

impl Tag<'_> {
    /// Its name without a prefix: producers differ in prefixes, and of the names that are looked for none is two things.
    pub fn name(&self) -> &str {
        self.0.local_name().into_inner()
    }

    /// Whether this is its name with its prefix.
    pub fn is(&self, name: &str) -> bool {
        self.0.name().into_inner() == name
    }

    /// The value of an attribute, by its name without a prefix.
    pub fn get(&self, name: &str) -> Option<String> {
        // Without the check for doubles, which takes the square of their number.
        let mut attributes = self.0.attributes();
        let found = attributes.with_checks(false).flatten().find(|at| at.key.local_name().into_inner() == name)?;
        Some(markup::decoded(&found.value).into_owned())
    }

    /// Whether a switch is on: `<w:vanish/>` and `w:val="1"`, not `w:val="0"`.
    pub fn is_on(&self) -> bool {
        !matches!(self.get("val").as_deref(), Some("0" | "false" | "off" | "none"))
    }
}

/// What is met.
pub(super) enum Piece<'x> {
    /// An element begins.
    Open(&'x Tag<'x>),
    /// An element ends; its name without a prefix.
    Close(&'x str),
    /// Text.
    Text(&'x str),
}

/// What comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// What follows.
    On,
    /// What follows the element that begins here; its end is not told.
    Over,
    /// Nothing.
    Done,
}

/// Walks a part. `strict` takes tags that do not match for a fault, as XHTML of the wild does not always allow.
///
/// # Errors
/// Where the part is no XML; what came before was told.
pub(super) fn walk(
    text: &str,
    limits: &Limits,
    strict: bool,
    mut see: impl FnMut(Piece<'_>) -> Step,
) -> Result<(), Fault> {
    let mut xml = Reader::from_str(text);
    let config = xml.config_mut();
    config.expand_empty_elements = true;
    config.check_end_names = strict;
    config.allow_unmatched_ends = !strict;
    config.allow_dangling_amp = true;
    let most = limits.of(Limit::Nesting);
    let mut depth = 0u64;
    // The depth of the element that is passed over.
    let mut over: Option<u64> = None;
    loop {
        let at = xml.buffer_position();
        let event = match xml.read_event() {
            Ok(event) => event,
            Err(error) => return Err(Fault::new(NO_XML, format!("byte {} of a part: {error}", xml.error_position()))),
        };
        let step = match &event {
            Event::Start(tag) => {
                depth += 1;
                if depth > most {
                    return Err(Fault::new(TOO_DEEP, format!("{depth} deep, {}", limits.passed(Limit::Nesting))));
                }
                match over {
                    None => see(Piece::Open(&Tag(tag.borrow()))),
                    Some(_) => Step::On,
                }
            }
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                match over {
                    Some(from) if depth < from => {
                        over = None;
                        Step::On
                    }
                    Some(_) => Step::On,
                    None => see(Piece::Close(tag.local_name().into_inner())),
                }
            }
            _ if over.is_some() && !matches!(event, Event::Eof) => Step::On,
            Event::Text(text) => see(Piece::Text(&text.xml10_content())),
            Event::CData(text) => see(Piece::Text(&text.xml10_content())),
            Event::GeneralRef(name) => see(Piece::Text(&character(name))),
            Event::Eof if strict && depth > 0 => {
                return Err(Fault::new(NO_XML, format!("byte {at} of a part: it ends within {depth} elements")));
            }
            Event::Eof => return Ok(()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Empty(_) => Step::On,
        };
        match step {
            Step::On => {}
            Step::Over => over = Some(depth),
            Step::Done => return Ok(()),
        }
    }
}

/// A text as it shows: line ends and control characters in it are spaces.
pub(super) fn shown(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().map(|c| if c.is_control() { ' ' } else { c })
}

/// What `&name;` stands for; a name that neither XML nor HTML knows is left as it is.
fn character(name: &str) -> Cow<'_, str> {
    Cow::Owned(markup::decoded(&format!("&{name};")).into_owned())
}

pub(super) const NO_XML: &str = "is no well-formed XML inside from here on, so the rest is missing; save it anew";
const TOO_DEEP: &str = "has elements nested too deep, so the rest is missing; save it anew, or raise the limit";

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(text: &str, strict: bool) -> (String, Option<&'static str>) {
        let mut out = String::new();
        let result = walk(text, &Limits::new(), strict, |piece| {
            match piece {
                Piece::Open(tag) if tag.name() == "skip" => return Step::Over,
                Piece::Open(tag) => out += &format!("<{}{}>", tag.name(), tag.get("val").unwrap_or_default()),
                Piece::Close(name) => out += &format!("</{name}>"),
                Piece::Text(text) => out += text,
            }
            Step::On
        });
        (out, result.err().map(|fault| fault.what))
    }

    #[test]
    fn names_lose_their_prefix_and_what_is_passed_over_is_not_told() {
        let text = "<?xml version='1.0'?><w:a w:val='1&amp;2'><skip><skip/><b>x</b></skip>y&lt;<![CDATA[<z>]]></w:a>";
        assert_eq!(walked(text, true), ("<a1&2>y<<z></a>".to_owned(), None));
    }

    #[test]
    fn entities_of_a_files_own_are_not_expanded() {
        let bomb = "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><x>&b;&nbsp;&#x96e8;&#0;</x>";
        let (out, fault) = walked(bomb, true);
        assert!(out.starts_with("<x>&b;\u{a0}雨") && fault.is_none(), "{out}");
    }

    #[test]
    fn faults_are_told_and_what_came_before_is_kept() {
        assert_eq!(walked("<a>x<b>y</a>", true), ("<a>x<b>y".to_owned(), Some(NO_XML)));
        assert_eq!(walked("<a>x<b>y", true), ("<a>x<b>y".to_owned(), Some(NO_XML)));
        assert_eq!(walked("<a>x<b>y</a>", false).1, None);
        assert_eq!(walked("</a></a>x & y", false), ("</a></a>x & y".to_owned(), None));
        assert_eq!(walked(&"<a>".repeat(600), true).1, Some(TOO_DEEP));
        assert_eq!(walked(&format!("<skip>{}", "<a>".repeat(600)), true).1, Some(TOO_DEEP));
    }
}
