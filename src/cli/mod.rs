//! The command line: the only module that knows clap.
//!
//! Receives the arguments and returns an [`Exit`], or an error for `main` to print. A command is one file with an `Args`
//! and a `run`; it turns flags into a validated [`Config`](crate::Config), calls the library and prints. Results go to
//! stdout; progress, notes and errors go to stderr.
//!
//! To add a command: write its file, give [`Command`] a variant and [`run`] a line.
//! To add a setting, see [`config`](crate::config); its flag comes by itself.
//!
//! ```
//! use clap::Parser;
//! use wenmai::cli::{Cli, Command};
//!
//! let cli = Cli::try_parse_from(["wenmai", "cluster", "articles/", "-k", "8", "--seed", "7"])?;
//! assert!(matches!(cli.command, Command::Cluster(_)));
//! # Ok::<(), clap::Error>(())
//! ```

pub mod args;
pub mod cluster;
pub mod compare;
pub mod evaluate;
pub mod generate;
pub mod lexicon;
mod output;
mod progress;
pub mod report;
pub mod similar;
mod source;
pub mod table;
#[cfg(test)]
mod tests;
pub mod words;

use std::{io, process::ExitCode};

use anyhow::Result;
use clap::{Parser, Subcommand};

pub use output::print_error;

pub use crate::room::Heap;
use crate::{error::Error, room};

/// How a run ended, as the shell sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: done. A reader that closes the pipe early has what it wanted, so that is also done.
    Done = 0,
    /// 1: done, but inputs were skipped, or nothing was found.
    Partly = 1,
    /// 2: failed.
    Failed = 2,
}

impl Exit {
    /// What an error means for the shell.
    #[must_use]
    pub fn of(error: &anyhow::Error) -> Self {
        if error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe) {
            return Self::Done;
        }
        match error.downcast_ref::<Error>() {
            Some(Error::UnknownTerms { .. }) => Self::Partly,
            _ => Self::Failed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "wenmai",
    version,
    about = "Finds the threads that run through a pile of Chinese and English articles",
    long_about = "wenmai (文脉) finds the threads that run through a pile of articles, in Chinese, in English, or in both at \
                  once. It groups them into themes, names each theme in both languages, quotes the passages that prove \
                  it, and finds the articles most like a given one. It needs no network and no model download.",
    after_help = args::examples(EXAMPLES),
    after_long_help = args::long_examples(EXAMPLES, MORE),
    disable_help_subcommand = true,
    max_term_width = 120
)]
pub struct Cli {
    /// The command.
    #[command(subcommand)]
    pub command: Command,
    /// The flags of every command.
    #[command(flatten)]
    pub global: args::Global,
}

const EXAMPLES: args::Examples = &[
    ("What themes are in this folder?", "wenmai cluster articles/"),
    ("What is like this sentence, and why?", "wenmai similar articles/ --to \"deep-sea mining\""),
    ("Write the report for people who were not there", "wenmai report articles/ --output reports/"),
    (
        "Fit once, ask often",
        "wenmai cluster articles/ --save wenmai.model\nwenmai similar --model wenmai.model --to 深海采矿",
    ),
];

const MORE: &str = "\
An INPUT is a file, a folder, a glob in quotes, or - for standard input. wenmai reads digest pages, plain text, Markdown, \
JSON lines, CSV and TSV, web pages (saved ones and web archives too), RSS and Atom, in any encoding, PDF, DOCX, ODT, EPUB, XLSX, \
ODS, Parquet and Arrow files, and recognises which from the content; archives (zip, tar, gz, zst) are read like folders.

Every setting can also stand in a TOML file named by --config, under the name of its flag: `min-df = 2` is --min-df 2, \
`k = 8` is -k 8. Flags win over the file.

Exit codes: 0 done; 1 done, but inputs were skipped or nothing was found; 2 failed.";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the themes of a pile of articles
    Cluster(cluster::Args),
    /// Find the articles most like an article, a text or a file, and say why
    Similar(similar::Args),
    /// Write the theme report: Markdown, HTML, JSON, CSV
    Report(report::Args),
    /// Find new Chinese words, and write them as a user dictionary
    Words(words::Args),
    /// Tell what changed between two runs, and which articles moved
    Compare(compare::Args),
    /// Measure how good the themes are, against labels if there are any
    Evaluate(evaluate::Args),
    /// Make a lexicon from an embeddings server, or tell what one holds
    Lexicon(lexicon::Args),
    /// Print a completion script for a shell
    Completions(generate::Completions),
    /// Print the manual page, or write one for each command
    Man(generate::Man),
    /// Print the JSON Schema of what --json prints
    Schema(generate::Schema),
}

/// What a program does once, before all else.
pub fn start() {
    room::settle();
}

/// Runs a command.
///
/// # Errors
/// Whatever stops it; [`Exit::of`] says how it ended and [`print_error`] tells the user.
pub fn run(cli: &Cli) -> Result<Exit> {
    cli.global.color.apply();
    match &cli.command {
        Command::Cluster(args) => cluster::run(args, &cli.global),
        Command::Similar(args) => similar::run(args, &cli.global),
        Command::Report(args) => report::run(args, &cli.global),
        Command::Words(args) => words::run(args, &cli.global),
        Command::Compare(args) => compare::run(args, &cli.global),
        Command::Evaluate(args) => evaluate::run(args, &cli.global),
        Command::Lexicon(args) => lexicon::run(args, &cli.global),
        Command::Completions(args) => args.run(),
        Command::Man(args) => args.run(),
        Command::Schema(args) => args.run(),
    }
}
