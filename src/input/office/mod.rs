//! Documents and tables of office programs, and books: ZIP files with XML inside.
//!
//! Receives the bytes of a file; each reader opens it as a [`package::Package`], walks its XML ([`xml::walk`]), and hands
//! paragraphs to a [`flow::Flow`] or rows to [`rows::Rows`]. Whatever is unpacked is counted against the limits of archives,
//! and so is what a document shows many times over. What cannot be read of one gives one line.

mod about;
mod body;
mod chapter;
mod docx;
mod epub;
mod flow;
mod ods;
mod odt;
mod package;
mod rows;
mod serial;
mod xlsx;
mod xml;

use self::package::Package;
pub(super) use self::{docx::DocxReader, epub::EpubReader, ods::OdsReader, odt::OdtReader, xlsx::XlsxReader};
use super::source::{Parsed, Source};

/// Why a document, or a part of it, cannot be read.
#[derive(Debug)]
struct Fault {
    /// What is wrong and, after a semicolon, what would help.
    what: &'static str,
    /// What is particular to this one.
    detail: String,
}

impl Fault {
    fn new(what: &'static str, detail: impl Into<String>) -> Self {
        Self { what, detail: detail.into() }
    }
}

/// Opens a source, has it read, and turns what keeps it from being read into one line.
fn opened(source: &Source<'_>, read: impl FnOnce(&mut Package<'_>, &mut Parsed) -> Result<(), Fault>) -> Parsed {
    let mut parsed = Parsed::default();
    let result = Package::open(source).and_then(|mut package| {
        let result = read(&mut package, &mut parsed);
        parsed.unpacked = package.unpacked();
        result
    });
    if let Err(fault) = result {
        parsed.records += 1;
        parsed.note(None, fault.what, fault.detail);
    }
    parsed
}

#[cfg(test)]
mod tests;
