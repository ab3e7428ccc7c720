//! Web archives (WARC), as crawlers write them: one page an article.

use std::{io::Read, rc::Rc};

use super::{
    container::{Meter, all},
    inner::{self, Kind},
    limits::{Limit, Limits},
    mime::Head,
    source::{Draft, Parsed, Reader, Source},
};
use crate::article::{Article, Position};

/// Reads WARC. Pages and plain texts that a server answered with (`response`, also `resource` and `conversion` records) go
/// to the reader for them; what a crawler keeps for itself (requests, metadata) is left out, and so is what is no text:
/// pictures, scripts, redirections, errors, `robots.txt`, as files of other kinds are in a folder. An article stands in the
/// bytes of its record, and the record's number is its line. Its address is the record's; the day it was fetched on is its
/// date if it tells none.
pub struct WarcReader;

/// A record of the file.
struct Record<'a> {
    /// Its place, from 1.
    number: u32,
    /// Where it stands in the file.
    span: (usize, usize),
    head: Head,
    block: &'a [u8],
}

/// What a record holds for us.
enum Holds {
    /// A document: its content type, its encoding as the server says, and its bytes.
    Document(Kind, Option<String>, Vec<u8>),
    /// Something that a person would see, but no text.
    Other,
    /// What the crawler keeps for itself.
    Own,
    /// A document that cannot be unpacked, and why.
    Packed(String),
}

impl Reader for WarcReader {
    fn read(&self, source: &Source<'_>) -> Parsed {
        let mut parsed = Parsed::default();
        let bytes = source.bytes();
        let limits = &source.settings().limits;
        let meter = Meter::new(limits, bytes.len() as u64);
        let (mut at, mut number, mut others, mut seen) = (0, 0, 0, false);
        while let Some(start) = begin(bytes, at) {
            number += 1;
            seen = true;
            if u64::from(number) > limits.of(Limit::Members) {
                let what = "has too many records, so the others are skipped; cut it into parts, or raise the limit";
                parsed.note(Some(number), what, limits.passed(Limit::Members));
                break;
            }
            let (record, whole) = record(bytes, start, number);
            at = record.span.1;
            let address = address(&record.head);
            if !whole {
                let what = "the record is cut off or does not say its length; make the archive anew";
                parsed.note(Some(number), what, address.clone());
                parsed.records += 1;
                continue;
            }
            let holds = holds(&record, &address, limits, &meter);
            if let Some(told) = meter.told(limits) {
                parsed.records += 1;
                parsed.note(Some(number), "is far larger inside than out; raise the limit if you trust it", told);
                break;
            }
            match holds {
                Holds::Own => {}
                Holds::Other => others += 1,
                Holds::Packed(why) => {
                    parsed.records += 1;
                    parsed.note(
                        Some(number),
                        "the page cannot be unpacked; fetch it anew",
                        format!("{address}, {why}"),
                    );
                }
                Holds::Document(kind, charset, body) => {
                    parsed.records += 1;
                    let place = Position { line: number, start: record.span.0 as u64, end: record.span.1 as u64 };
                    let found = inner::read(&body, kind, charset.as_deref(), source.settings(), &|_| place);
                    take(found, &record, &address, &mut parsed);
                }
            }
        }
        parsed.unpacked = meter.unpacked();
        if !seen {
            parsed.note(None, "holds no record of a web archive; unpack it first, or force its format", "");
        } else if parsed.articles.is_empty() && parsed.notes.is_empty() {
            let what = "is a web archive without a page that can be read; name one that has some";
            parsed.note(None, what, format!("it has {others} records of pictures, scripts, redirections and errors"));
        }
        parsed
    }

    fn claims(&self, head: &[u8], ending: &str) -> bool {
        head.starts_with(b"WARC/") || (ending == "warc" && !head.starts_with(&[0x1F, 0x8B]))
    }
}

/// Where the next record begins: at `at`, but for blank lines, else at the next line that looks like one.
fn begin(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let blank = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    if rest.get(blank..)?.starts_with(b"WARC/") {
        return Some(at + blank);
    }
    memchr::memmem::find(rest, b"\nWARC/").map(|found| at + found + 1)
}

/// The record at `start`, and whether all of it is there. One that says no length ends where the next begins.
fn record(bytes: &[u8], start: usize, number: u32) -> (Record<'_>, bool) {
    let rest = bytes.get(start..).unwrap_or_default();
    let (head, length) = Head::read(rest);
    let body = rest.get(length..).unwrap_or_default();
    let declared = head.get("content-length").and_then(|length| length.parse::<usize>().ok());
    let whole = declared.and_then(|length| body.get(..length));
    let block = whole.unwrap_or_else(|| {
        let end = memchr::memmem::find(body, b"\nWARC/").unwrap_or(body.len());
        body.get(..end).unwrap_or_default()
    });
    let end = start + length + block.len();
    (Record { number, span: (start, end), head, block }, whole.is_some())
}

/// The address that was fetched; some crawlers put it in angle brackets.
fn address(head: &Head) -> String {
    head.get("warc-target-uri").unwrap_or_default().trim_matches(['<', '>']).to_owned()
}

fn holds(record: &Record<'_>, address: &str, limits: &Limits, meter: &Rc<Meter>) -> Holds {
    let http = match record.head.get("warc-type").unwrap_or_default() {
        // A DNS answer is one as well.
        "response" => address.starts_with("http"),
        "resource" | "conversion" => false,
        _ => return Holds::Own,
    };
    let path = address.split(['?', '#']).next().unwrap_or_default();
    if path.ends_with("/robots.txt") {
        return Holds::Other;
    }
    let answer;
    let (head, body) = if http {
        let (head, at) = Head::read(record.block);
        let status = record.block.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
        if !status.starts_with(b"2") {
            return Holds::Other;
        }
        answer = head;
        (&answer, record.block.get(at..).unwrap_or_default())
    } else {
        (&record.head, record.block)
    };
    let kind = head.kind();
    if !matches!(Kind::of(&kind, body), Some(Kind::Page | Kind::Text)) && !kind.is_empty() {
        return Holds::Other;
    }
    match unpacked(head, body, limits, meter) {
        Err(why) => Holds::Packed(why),
        Ok(body) => match Kind::of(&kind, &body) {
            Some(kind) => Holds::Document(kind, head.parameter("content-type", "charset"), body),
            None => Holds::Other,
        },
    }
}

/// A body without the ways in which it was sent: in chunks, compressed. What it unpacks to is counted.
fn unpacked(head: &Head, body: &[u8], limits: &Limits, meter: &Rc<Meter>) -> Result<Vec<u8>, String> {
    let says = |name: &str| head.get(name).unwrap_or_default().trim().to_ascii_lowercase();
    // Some crawlers keep the header and undo the chunks.
    let chunked = says("transfer-encoding").contains("chunked");
    let mut bytes = if chunked { joined(body).unwrap_or_else(|| body.to_vec()) } else { body.to_vec() };
    let codings = says("content-encoding");
    for coding in codings.split(',').map(str::trim).rev() {
        let packed = bytes.as_slice();
        let unpacker: Box<dyn Read + '_> = match coding {
            "gzip" | "x-gzip" if packed.starts_with(&[0x1F, 0x8B]) => {
                Box::new(flate2::read::MultiGzDecoder::new(packed))
            }
            "deflate" if packed.first().is_some_and(|byte| byte & 0x0F == 8) => {
                Box::new(flate2::read::ZlibDecoder::new(packed))
            }
            "deflate" => Box::new(flate2::read::DeflateDecoder::new(packed)),
            "br" => Box::new(brotli_decompressor::Decompressor::new(packed, 4096)),
            "zstd" | "compress" => return Err(format!("it is packed in {coding}")),
            _ => continue,
        };
        let read = all(&mut meter.metered(unpacker), limits.of(Limit::Page), 0);
        bytes = read.map_err(|error| error.to_string())?.ok_or_else(|| too_large(limits))?;
    }
    if bytes.len() as u64 > limits.of(Limit::Page) { Err(too_large(limits)) } else { Ok(bytes) }
}

fn too_large(limits: &Limits) -> String {
    format!("it is {}", limits.passed(Limit::Page))
}

/// The chunks of a body put together; none if it is not in chunks.
fn joined(body: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest)?;
        let line = str::from_utf8(rest.get(..end)?).ok()?;
        let length = usize::from_str_radix(line.split(';').next()?.trim(), 16).ok()?;
        if length == 0 {
            break;
        }
        rest = rest.get(end + 1..)?;
        out.extend_from_slice(rest.get(..length).unwrap_or(rest));
        rest = rest.get(length..).unwrap_or_default();
        let after = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        rest = rest.get(after..)?;
    }
    Some(out)
}

/// Takes over what a document gave.
fn take(found: Result<(Option<Article>, Parsed), String>, record: &Record<'_>, address: &str, parsed: &mut Parsed) {
    let (article, inner) = match found {
        Ok(found) => found,
        Err(reason) => {
            let what = "the page cannot be read as text; fetch it anew, or name its encoding with --encoding";
            parsed.note(Some(record.number), what, format!("{address}, it {reason}"));
            return;
        }
    };
    let lost = inner.notes.iter().any(|note| note.lost);
    for mut note in inner.notes {
        note.line = Some(record.number);
        if note.detail.is_empty() {
            note.detail = address.to_owned();
        }
        parsed.notes.push(note);
    }
    match article {
        Some(mut article) => {
            about(&mut article, &record.head, address);
            parsed.articles.push(Draft { article, number: Some(parsed.records) });
        }
        None if lost => {}
        None => parsed.note(Some(record.number), "the page has no text; fetch it anew if it should have some", address),
    }
}

/// What the record says where the page is silent.
fn about(article: &mut Article, head: &Head, address: &str) {
    if address.starts_with("http") {
        article.url.get_or_insert_with(|| address.to_owned());
        let host = address.split("://").nth(1).and_then(|rest| rest.split(['/', '?', '#', ':']).next());
        if let (None, Some(host)) = (&article.source, host.filter(|host| !host.is_empty())) {
            article.source = Some(host.strip_prefix("www.").unwrap_or(host).to_owned());
        }
    }
    if let (None, Some(Ok(date))) = (article.date, head.get("warc-date").map(str::parse)) {
        let date: crate::article::Published = date;
        article.date = Some(date);
        article.extra.insert("retrieved".to_owned(), date.to_string().into());
    }
}

#[cfg(test)]
#[path = "warc/tests.rs"]
mod tests;
