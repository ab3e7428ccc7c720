//! Web pages as browsers save them in one file (MHTML), and e-mails that are web pages inside.

use super::{
    Settings,
    inner::{self, Kind},
    mime::{self, Head},
    source::{Draft, Parsed, Reader, Source},
};
use crate::article::{Article, Position};

/// Parts in parts; mail programs nest three.
const DEPTH: usize = 8;
/// Parts of one file that are looked through.
const PARTS: usize = 10_000;

/// Reads MHTML: its first page goes to the reader of web pages, and pictures and styles are left out. Of a file without a
/// page the first plain text is read. Passages are counted as lines. What the page does not tell of itself (title,
/// address) is taken from the head of the file, and so is the day it was saved on, if it has no date.
pub struct MhtmlReader;

/// A part that can be read.
struct Found {
    kind: Kind,
    head: Head,
    body: Vec<u8>,
}

impl Reader for MhtmlReader {
    fn read(&self, source: &Source<'_>) -> Parsed {
        let mut parsed = Parsed { records: 1, ..Parsed::default() };
        let bytes = source.bytes();
        let (head, at) = Head::read(bytes);
        let mut found = Vec::new();
        let mut left = PARTS;
        look(&head, bytes.get(at..).unwrap_or_default(), DEPTH, &mut left, &mut found);
        // A page wins over the same words as plain text.
        let main = found.iter().position(|part| part.kind == Kind::Page).unwrap_or(0);
        if found.is_empty() {
            parsed.note(None, "holds no page; save it anew, as HTML or MHTML", "");
            return parsed;
        }
        let part = found.swap_remove(main);
        match article(&head, &part, source.settings(), &|number| source.part(number)) {
            Ok((article, inner)) => {
                parsed.notes = inner.notes;
                match article {
                    Some(article) => parsed.articles.push(Draft { article, number: None }),
                    None if parsed.notes.iter().any(|note| note.lost) => {}
                    None => parsed.note(None, "holds a page without text; name one that has some", ""),
                }
            }
            Err(reason) => {
                parsed.note(None, "holds a page that cannot be read; save it anew, as HTML", format!("it {reason}"));
            }
        }
        parsed
    }

    fn claims(&self, head: &[u8], ending: &str) -> bool {
        if !head.first().is_some_and(u8::is_ascii_alphabetic) || head.contains(&0) {
            return matches!(ending, "mht" | "mhtml") && !head.is_empty();
        }
        let (head, _) = Head::read(head);
        let kind = head.kind();
        let parts = kind.starts_with("multipart/") && head.parameter("content-type", "boundary").is_some();
        matches!(ending, "mht" | "mhtml") || (head.get("mime-version").is_some() && (parts || kind == "text/html"))
    }
}

/// Gathers the pages and texts of a part, in their order.
fn look(head: &Head, body: &[u8], depth: usize, left: &mut usize, found: &mut Vec<Found>) {
    if let (true, Some(boundary)) = (head.kind().starts_with("multipart/"), head.parameter("content-type", "boundary"))
    {
        if depth == 0 {
            return;
        }
        for part in mime::parts(body, &boundary) {
            // The first page is the one; what follows it are its frames.
            if *left == 0 || found.iter().any(|part| part.kind == Kind::Page) {
                return;
            }
            *left -= 1;
            let part = body.get(part).unwrap_or_default();
            let (head, at) = Head::read(part);
            look(&head, part.get(at..).unwrap_or_default(), depth - 1, left, found);
        }
        return;
    }
    let kind = head.kind();
    let text = matches!(kind.as_str(), "" | "text/html" | "text/plain" | "application/xhtml+xml");
    let spare = found.iter().any(|part| part.kind == Kind::Text) && kind == "text/plain";
    if !text || spare {
        return;
    }
    let body = mime::untransferred(body, head.get("content-transfer-encoding"));
    if let Some(kind) = Kind::of(&kind, &body) {
        found.push(Found { kind, head: head.clone(), body });
    }
}

/// The article of a part, with what the file says of it.
fn article(
    file: &Head,
    part: &Found,
    settings: &Settings,
    place: &dyn Fn(usize) -> Position,
) -> Result<(Option<Article>, Parsed), String> {
    let charset = part.head.parameter("content-type", "charset");
    let (article, parsed) = inner::read(&part.body, part.kind, charset.as_deref(), settings, place)?;
    let said = |name: &str| file.get(name).map(mime::words).filter(|value| !value.is_empty());
    let Some(mut article) = article else { return Ok((None, parsed)) };
    if article.title.is_empty() {
        article.title = said("subject").unwrap_or_default();
    }
    let address = said("snapshot-content-location")
        .or_else(|| part.head.get("content-location").map(str::to_owned))
        .filter(|address| address.starts_with("http"));
    // Only an e-mail has a sender that is one: `<Saved by Blink>`, `<由 Microsoft … 保存>`.
    let saved = address.is_some() || said("from").is_none_or(|from| from.starts_with('<') && !from.contains('@'));
    if !saved && article.source.is_none() {
        article.source = said("from");
    }
    article.url = article.url.or(address);
    if let (None, Some(Ok(date))) = (article.date, said("date").map(|date| date.parse())) {
        article.date = Some(date);
        if saved {
            article.extra.insert("retrieved".to_owned(), date.to_string().into());
        }
    }
    Ok((Some(article), parsed))
}

#[cfg(test)]
#[path = "mhtml/tests.rs"]
mod tests;
