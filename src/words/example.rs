//! A word in its sentence.

use std::ops::Range;

use super::{Example, text::Part};
use crate::article::Article;

/// Characters of a sentence shown on either side of the word.
const AROUND: usize = 24;

/// The example that a word gives at a place of a text; `len` is its length in bytes.
pub(super) fn at(articles: &[Article], place: (usize, Part, usize), len: usize) -> Example {
    let (article, part, start) = place;
    let Some(article) = articles.get(article) else { return Example::default() };
    let passage = match part {
        Part::Title => None,
        Part::Heading(i) | Part::Passage(i) => article.passages.get(i),
    };
    let (text, position) = match (part, passage) {
        (Part::Passage(_), Some(passage)) => (passage.text.as_str(), passage.position),
        (Part::Heading(_), Some(passage)) => (passage.heading.as_deref().unwrap_or_default(), passage.position),
        _ => (article.title.as_str(), article.title_position),
    };
    let span = around(text, start, start + len);
    // The citation marks of a passage are not quoted.
    let words = match (part, passage) {
        (Part::Passage(_), Some(passage)) => passage.words(&span),
        _ => text.get(span.clone()).unwrap_or_default().trim().to_owned(),
    };
    // Where the text is the file's own bytes, the word's line is known.
    let literal = matches!(part, Part::Passage(_)) && position.end - position.start == text.len() as u64;
    let below = text.get(..start).filter(|_| literal).map_or(0, |before| before.matches('\n').count());
    let ends = |at: usize, end: usize, edge: bool| if at == end || edge { "" } else { "…" };
    let before = text.get(..span.start).and_then(|before| before.chars().next_back()).is_some_and(ends_sentence);
    let last = text.get(span.clone()).and_then(|shown| shown.chars().next_back()).is_some_and(ends_sentence);
    let next = text.get(span.end..).and_then(|after| after.chars().next()).is_some_and(ends_sentence);
    Example {
        article: article.id.clone(),
        quote: format!("{}{words}{}", ends(span.start, 0, before), ends(span.end, text.len(), last || next)),
        path: article.path.clone(),
        line: position.line + u32::try_from(below).unwrap_or(0),
    }
}

/// The sentence around a range of a text, or [`AROUND`] characters of it on either side.
fn around(text: &str, start: usize, end: usize) -> Range<usize> {
    let before = text.get(..start).unwrap_or_default();
    let after = text.get(end..).unwrap_or_default();
    let head = before.chars().rev().take_while(|&c| !ends_sentence(c)).take(AROUND).map(char::len_utf8).sum::<usize>();
    let mut tail = 0;
    for c in after.chars().take(AROUND) {
        if c == '\n' {
            break;
        }
        tail += c.len_utf8();
        if ends_sentence(c) {
            break;
        }
    }
    start - head..(end + tail).min(text.len())
}

fn ends_sentence(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '；' | '!' | '?' | ';' | '\n')
}
