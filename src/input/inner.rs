//! A document inside a file of another format: read by the reader for its kind, and told by its place in that file.

use super::{
    Encoding, Settings,
    html::HtmlReader,
    source::{Draft, Likeness, Parsed, Reader, Source},
    text::TextReader,
};
use crate::article::{Article, Position};

/// What a document inside another file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A web page.
    Page,
    /// Plain text.
    Text,
}

impl Kind {
    /// The kind that a content type names; one that says nothing leaves it to the content.
    pub fn of(content_type: &str, body: &[u8]) -> Option<Self> {
        match content_type {
            "text/html" | "application/xhtml+xml" => Some(Self::Page),
            "text/plain" => Some(Self::Text),
            "" | "application/octet-stream" | "unknown" => {
                let head = body.get(..1024).unwrap_or(body);
                let source = Source::new("page", head).ok()?;
                (HtmlReader.likeness(&source) == Likeness::Certain).then_some(Self::Page)
            }
            _ => None,
        }
    }
}

/// Reads a document. `charset` is what the file around it says of its encoding, `place` where the n-th passage, from 1,
/// stands in that file. Notes lose their line, which is one of the document's own.
pub(super) fn read(
    body: &[u8],
    kind: Kind,
    charset: Option<&str>,
    settings: &Settings,
    place: &dyn Fn(usize) -> Position,
) -> Result<(Option<Article>, Parsed), String> {
    let mut settings = settings.clone();
    // A server that says Latin-1 of every page it has is not believed against good UTF-8.
    if settings.encoding.is_none() && (body.is_ascii() || str::from_utf8(body).is_err()) {
        settings.encoding = charset.and_then(|name| name.parse::<Encoding>().ok());
    }
    let source = Source::decode(if kind == Kind::Page { "page.html" } else { "page.txt" }, body, &settings)?;
    if source.text().trim().is_empty() {
        return Ok((None, Parsed::default()));
    }
    let mut parsed = match kind {
        Kind::Page => HtmlReader.read(&source),
        Kind::Text => TextReader.read(&source),
    };
    source.tell_undecodable(&mut parsed);
    for note in &mut parsed.notes {
        note.line = None;
    }
    let mut article = parsed.articles.pop().map(|Draft { article, .. }| article);
    if let Some(article) = &mut article {
        article.title_position = place(1);
        for (number, passage) in article.passages.iter_mut().enumerate() {
            passage.position = place(number + 1);
        }
    }
    Ok((article, parsed))
}
