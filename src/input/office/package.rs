//! The ZIP file that a document is inside, opened under the limits of archives.

use std::{
    collections::HashMap,
    io::{Cursor, Read as _},
    rc::Rc,
};

use ::zip::ZipArchive;

use super::{
    super::{
        container::{Meter, all},
        encoding,
        limits::{Limit, Limits},
        source::{OLE, Source},
    },
    Fault,
    xml::{self, Piece, Step},
};

/// An open document.
pub(super) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// The parts by their names in lower case, with `/` between folders.
    names: HashMap<String, usize>,
    meter: Rc<Meter>,
    limits: &'a Limits,
}

impl<'a> Package<'a> {
    /// Opens the file of a source.
    ///
    /// # Errors
    /// If it is no ZIP file, or a broken one.
    pub fn open(source: &'a Source<'_>) -> Result<Self, Fault> {
        let (bytes, limits) = (source.bytes(), &source.settings().limits);
        if bytes.starts_with(OLE) {
            return Err(Fault::new(OLDER, ""));
        }
        if !bytes.starts_with(b"PK\x03\x04") && !bytes.starts_with(b"PK\x05\x06") {
            return Err(Fault::new(NO_ZIP, ""));
        }
        // Before the list of parts is taken into memory.
        let parts = memchr::memmem::find_iter(bytes, b"PK\x01\x02").count() as u64;
        if parts > limits.of(Limit::Members) {
            let detail = format!("it has {parts}, {}", limits.passed(Limit::Members));
            return Err(Fault::new("has too many parts; save it anew, or raise the limit", detail));
        }
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| Fault::new(BROKEN, error.to_string()))?;
        let names = (0..archive.len()).filter_map(|at| Some((key(&archive.name_for_index(at)?.ok()?), at))).collect();
        Ok(Self { archive, names, meter: Meter::new(limits, bytes.len() as u64), limits })
    }

    /// Whether there is a part of this name.
    pub fn has(&self, name: &str) -> bool {
        self.names.contains_key(&key(name))
    }

    /// The text of a part; none if there is no such part.
    ///
    /// # Errors
    /// If it cannot be unpacked, is no text, or is over a limit.
    pub fn text(&mut self, name: &str) -> Result<Option<String>, Fault> {
        let Some(&at) = self.names.get(&key(name)) else { return Ok(None) };
        let broken = |error: String| Fault::new(BROKEN, format!("{name}: {error}"));
        let file = self.archive.by_index(at).map_err(|error| broken(error.to_string()))?;
        let most = self.limits.of(Limit::Member);
        let read = all(&mut self.meter.metered(file), most, 0);
        self.within()?;
        let bytes = read.map_err(|error| broken(error.to_string()))?.ok_or_else(|| {
            Fault::new(
                "has a part that is too large; save it as several files, or raise the limit",
                format!("{name}: {}", self.limits.passed(Limit::Member)),
            )
        })?;
        match String::from_utf8(bytes) {
            Ok(text) if !text.starts_with('\u{FEFF}') && !text.contains('\0') => Ok(Some(text)),
            other => {
                let bytes = other.map_or_else(|error| error.into_bytes(), String::into_bytes);
                let decoded = encoding::decode(&bytes, None).map_err(|reason| broken(format!("it {reason}")))?;
                Ok(Some(decoded.text.into_owned()))
            }
        }
    }

    /// The text of a part that has to be there.
    ///
    /// # Errors
    /// As [`Self::text`], and if it is not there.
    pub fn need(&mut self, name: &str) -> Result<String, Fault> {
        self.text(name)?.ok_or_else(|| Fault::new(LACKS, format!("{name} is missing")))
    }

    /// Refuses a document of OpenDocument that is encrypted, which its manifest says.
    ///
    /// # Errors
    /// If it is, and as [`Self::text`].
    pub fn unlocked(&mut self) -> Result<(), Fault> {
        match self.text("META-INF/manifest.xml")? {
            Some(text) if text.contains("encryption-data") => Err(Fault::new(LOCKED, "")),
            _ => Ok(()),
        }
    }

    /// Where the main part and the metadata of a document of the newer offices are: by its relations, else where all programs
    /// put them.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn places(&mut self, usual: &str) -> Result<(String, String), Fault> {
        let (mut main, mut core) = (usual.to_owned(), "docProps/core.xml".to_owned());
        let relations = self.text("_rels/.rels")?.unwrap_or_default();
        let found = xml::walk(&relations, self.limits, true, |piece| {
            if let Piece::Open(tag) = piece
                && let (Some(kind), Some(target)) = (tag.get("Type"), tag.get("Target"))
            {
                match kind.rsplit('/').next() {
                    Some("officeDocument") => main = target.trim_start_matches('/').to_owned(),
                    Some("core-properties") => core = target.trim_start_matches('/').to_owned(),
                    _ => {}
                }
            }
            Step::On
        });
        if found.is_err() || !self.has(&main) {
            usual.clone_into(&mut main);
        }
        Ok((main, core))
    }

    /// Counts room that is taken by more than what is unpacked: a text that a document shows many times over.
    ///
    /// # Errors
    /// If it is too much.
    pub fn count(&self, bytes: u64) -> Result<(), Fault> {
        self.meter.count(bytes);
        self.within()
    }

    /// Bytes unpacked so far.
    pub fn unpacked(&self) -> u64 {
        self.meter.unpacked()
    }

    fn within(&self) -> Result<(), Fault> {
        let told = self.meter.told(self.limits);
        told.map_or(Ok(()), |told| {
            Err(Fault::new("is far larger inside than out; raise the limit if you trust it", told))
        })
    }
}

fn key(name: &str) -> String {
    name.trim_start_matches('/').replace('\\', "/").to_lowercase()
}

const OLDER: &str =
    "is of the older format, or protected by a password; open it and save it without one as .docx or .xlsx";
const LOCKED: &str = "is protected by a password; open it and save it without one";
const NO_ZIP: &str = "is no such document, which would be a ZIP file inside; open it and save it anew";
const BROKEN: &str = "is cut off or damaged; fetch it anew, or open it and save it anew";
const LACKS: &str = "is not the kind of document that its name or beginning says; open it and save it anew";

/// The documents that are ZIP files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Docx,
    Odt,
    Epub,
    Xlsx,
    Ods,
}

/// Whether a file that begins so is of a sort: its content says so, or says nothing and its ending does.
pub(super) fn is(sort: Sort, head: &[u8], ending: &str, endings: &[&str]) -> bool {
    match sort_of(head) {
        Some(said) => said == sort,
        // What may be text is looked at as such first, whatever it is called.
        None => {
            let binary = head.starts_with(b"PK\x03\x04") || head.iter().any(|&byte| byte < 9);
            binary && endings.contains(&ending)
        }
    }
}

/// What the first bytes of a file say it is.
fn sort_of(head: &[u8]) -> Option<Sort> {
    if !head.starts_with(START) {
        return None;
    }
    let types = types(head);
    let has = |bytes: &[u8], what: &str| memchr::memmem::find(bytes, what.as_bytes()).is_some();
    // The first part, as it is, by the rules of OpenDocument and EPUB.
    let first = head.get(30..120).unwrap_or_default();
    let mime = |kind: &str| first.starts_with(b"mimetype") && has(first, kind);
    let names = |parts: &[&str]| {
        let starts = memchr::memmem::find_iter(head, START).filter_map(|at| head.get(at + 30..));
        starts.into_iter().any(|rest| parts.iter().any(|part| rest.starts_with(part.as_bytes())))
    };
    let all: [(Sort, bool); 5] = [
        (Sort::Docx, has(&types, "wordprocessingml") || names(&["word/document.xml", "word/_rels/"])),
        (Sort::Xlsx, has(&types, "spreadsheetml") || names(&["xl/workbook.xml", "xl/_rels/"])),
        (Sort::Ods, mime("application/vnd.oasis.opendocument.spreadsheet")),
        (Sort::Odt, mime("application/vnd.oasis.opendocument.text")),
        (Sort::Epub, mime("application/epub+zip") || names(&["META-INF/container.xml"])),
    ];
    all.into_iter().find(|(_, is)| *is).map(|(sort, _)| sort)
}

/// How a part of a ZIP file begins.
const START: &[u8] = b"PK\x03\x04";
/// Bytes of the list of types that are looked at.
const LIST: u64 = 1 << 16;

/// The list of types, with which documents of newer offices begin, as far as it is there.
fn types(head: &[u8]) -> Vec<u8> {
    let number = |at: usize| Some(usize::from(u16::from_le_bytes(*head.get(at..)?.first_chunk()?)));
    let mut list = Vec::new();
    let (Some(method), Some(name), Some(extra)) = (number(8), number(26), number(28)) else { return list };
    if head.get(30..30 + name) != Some(b"[Content_Types].xml") {
        return list;
    }
    let data = head.get(30 + name + extra..).unwrap_or_default();
    match method {
        0 => list.extend_from_slice(data),
        _ => {
            // It ends with the beginning at the latest, which is no fault.
            let _ = flate2::read::DeflateDecoder::new(data).take(LIST).read_to_end(&mut list);
        }
    }
    list
}
