//! Writing to standard output and standard error.

use std::io::{self, BufWriter, Write};

use anstyle::{AnsiColor, Style};
use anyhow::{Context, Result};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    article::{Counts, Skipped},
    report::text::visible,
};

/// Skipped inputs told before the rest is only counted.
const SKIPPED_SHOWN: usize = 20;

/// Writes to stdout; escape codes are taken out unless it is a terminal that wants them.
pub(super) fn text(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    to(anstream::stdout().lock(), |out| write(out))
}

/// Writes to stdout, byte for byte.
pub(super) fn bytes(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    to(io::stdout().lock(), |out| write(out))
}

/// Writes a value to stdout as indented JSON.
pub(super) fn json(value: &impl Serialize) -> Result<()> {
    // It comes in very small pieces.
    to(io::stdout().lock(), |out| {
        serde_json::to_writer_pretty(&mut *out, value)?;
        writeln!(out)
    })
}

/// Bytes that are written at once.
const BUFFER: usize = 1 << 16;

fn to<W: Write>(stream: W, write: impl FnOnce(&mut BufWriter<W>) -> io::Result<()>) -> Result<()> {
    let mut out = BufWriter::with_capacity(BUFFER, stream);
    write(&mut out).and_then(|()| out.flush()).context("cannot write to standard output")
}

/// What a command found, and what became of what it read.
#[derive(Serialize, JsonSchema)]
pub(super) struct Accounted<T> {
    /// What was found.
    #[serde(flatten)]
    found: T,
    /// What could not be read; left out if all was, and of a saved model, which told when it was made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    skipped: Vec<Skipped>,
    /// What became of what was read; left out if all became articles, and of a saved model.
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<Counts>,
}

impl<T> Accounted<T> {
    pub(super) fn new(found: T, skipped: &[Skipped], counts: Option<Counts>) -> Self {
        Self { found, skipped: skipped.to_vec(), counts: counts.filter(|counts| counts.articles < counts.read) }
    }
}

/// Tells on stderr what was skipped, as `skipped: path: reason`, and what became of the rest if that is not all.
pub(super) fn skipped(skipped: &[Skipped], counts: Option<Counts>) {
    let mut err = anstream::stderr().lock();
    let yellow = Style::new().fg_color(Some(AnsiColor::Yellow.into())).bold();
    // Nobody is left to tell if stderr is closed.
    for one in skipped.iter().take(SKIPPED_SHOWN) {
        // An article kept in spite of a fault is not skipped.
        let what = if one.lost > 0 { "skipped:" } else { "note:" };
        let _ = writeln!(err, "{yellow}{what}{yellow:#} {}: {}", visible(&one.path), visible(&one.explained()));
    }
    let more = skipped.len().saturating_sub(SKIPPED_SHOWN);
    if more > 0 {
        let _ = writeln!(err, "{yellow}skipped:{yellow:#} and {more} more; `wenmai cluster --json` lists all");
    }
    if let Some(counts) = counts
        && counts.articles < counts.read
    {
        let number = |n: usize, one: &str, more: &str| format!("{n} {}", if n == 1 { one } else { more });
        let _ = writeln!(
            err,
            "read {}: {}, {}, {} skipped",
            counts.read,
            number(counts.articles, "article", "articles"),
            number(counts.duplicates, "duplicate", "duplicates"),
            counts.skipped
        );
    }
}

/// Tells something on stderr that is no error.
pub(super) fn note(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{}", visible(text));
}

/// Prints an error and its causes to stderr: `error: …`, then `caused by: …` a line.
pub fn print_error(error: &anyhow::Error) {
    let mut err = anstream::stderr().lock();
    let red = Style::new().fg_color(Some(AnsiColor::Red.into())).bold();
    let bold = Style::new().bold();
    let _ = writeln!(err, "{red}error:{red:#} {}", visible(&error.to_string()));
    for cause in error.chain().skip(1) {
        let _ = writeln!(err, "  {bold}caused by:{bold:#} {}", visible(&cause.to_string()));
    }
}
