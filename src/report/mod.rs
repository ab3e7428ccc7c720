//! Reports: a [`Report`], the view model of a run, becomes files a person or a program reads.
//!
//! The stage receives a [`Report`] and writes it in any [`Format`] into any [`io::Write`]; it recomputes nothing, and
//! the same report gives the same bytes. Everything in a report that came from outside (titles, quotations, terms,
//! paths) is taken for hostile: the writers of pages escape by default (see [`text`]), the CSV writer neutralises
//! formulas, and no address but `http` and `https` becomes a link.
//!
//! To add a format, write one file with a type that implements [`Writer`], then give [`Format`] a variant, [`ALL`] an
//! entry and `Format::entry` a line. The command line, the docs and the contract tests read the registry.
//!
//! ```
//! use wenmai::report::{self, Format, view::Report};
//!
//! let report = Report { schema: report::view::SCHEMA.to_owned(), ..Report::default() };
//! let format: Format = "md".parse()?;
//! let mut page = Vec::new();
//! report::write(&report, format, &mut page)?;
//! assert!(String::from_utf8(page)?.starts_with("# 0 themes in 0 articles"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::{
    fmt, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    str::FromStr,
};

use crate::{
    atomic::Pending,
    error::{Error, Result},
};

mod assemble;
mod csv;
mod data;
mod detail;
mod html;
mod json;
mod markdown;
mod page;
mod palette;
mod partners;
mod quote;
pub mod text;
pub mod view;

pub use assemble::{Articles, assemble, assemble_to_write};
pub use json::schema;
use view::Report;

/// A way to write a report.
pub trait Writer {
    /// Writes the whole report.
    ///
    /// # Errors
    /// If writing fails.
    fn write(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()>;
}

/// The formats of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Markdown.
    Markdown,
    /// A page for the browser.
    Html,
    /// The view model as JSON.
    Json,
    /// A table of the articles.
    Csv,
}

/// Every format, in the order they are listed.
pub const ALL: [Format; 4] = [Format::Markdown, Format::Html, Format::Json, Format::Csv];

/// What the registry knows of a format.
struct Entry {
    name: &'static str,
    file_name: &'static str,
    about: &'static str,
    writer: &'static dyn Writer,
}

impl Format {
    fn entry(self) -> Entry {
        let (name, file_name, about, writer): (_, _, _, &dyn Writer) = match self {
            Self::Markdown => ("md", "themes.md", "Markdown that reads as plain text too", &markdown::Markdown),
            Self::Html => ("html", "themes.html", "one page with charts, for the browser and for print", &html::Html),
            Self::Json => ("json", "themes.json", "everything, for programs", &json::Json),
            Self::Csv => ("csv", "articles.csv", "a table of the articles, for spreadsheets", &csv::Csv),
        };
        Entry { name, file_name, about, writer }
    }

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// What it is good for, in a few words.
    pub fn about(self) -> &'static str {
        self.entry().about
    }

    /// The name of its file in a folder of reports.
    pub fn file_name(self) -> &'static str {
        self.entry().file_name
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        ALL.into_iter().find(|format| format.name() == text).ok_or_else(|| {
            let names: Vec<_> = ALL.into_iter().map(Format::name).collect();
            format!("{text:?} is not a report format; the formats are {}", names.join(", "))
        })
    }
}

/// Writes a report in one format.
///
/// # Errors
/// If writing fails.
pub fn write(report: &Report, format: Format, out: &mut dyn io::Write) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    format.entry().writer.write(report, &mut out)?;
    out.flush()
}

/// Writes a report into a folder, one file a format, and returns the files in the order of the formats. The folder is
/// created if it is missing. Every file is complete on disk under a temporary name before the first one takes its
/// place, so a run that fails leaves older reports as they were.
///
/// # Errors
/// [`Error::Write`] with the path that could not be written.
pub fn write_folder(report: &Report, folder: &Path, formats: &[Format]) -> Result<Vec<PathBuf>> {
    let failed = |path: &Path| {
        let path = path.display().to_string();
        move |source: io::Error| Error::Write { path, source }
    };
    if folder.is_file() {
        let reason = "it is a file, but a report is written to a folder; name another with --output";
        return Err(failed(folder)(io::Error::new(io::ErrorKind::NotADirectory, reason)));
    }
    fs::create_dir_all(folder).map_err(failed(folder))?;
    let mut ready: Vec<Pending> = Vec::with_capacity(formats.len());
    for format in formats {
        let path = folder.join(format.file_name());
        if ready.iter().any(|earlier| earlier.path() == path) {
            continue;
        }
        let mut file = Pending::new(&path).map_err(failed(&path))?;
        write(report, *format, &mut file).map_err(failed(&path))?;
        file.sync().map_err(failed(&path))?;
        ready.push(file);
    }
    let mut written = Vec::with_capacity(ready.len());
    for file in ready {
        let path = file.path().to_owned();
        file.persist().map_err(failed(&path))?;
        written.push(path);
    }
    Ok(written)
}

#[cfg(test)]
mod tests;
