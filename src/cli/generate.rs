//! What is generated from the definitions themselves: completions, manual pages, JSON Schemas.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use clap::{CommandFactory, ValueEnum, ValueHint};

use super::{
    Cli, Exit,
    args::{self, Examples},
    output::{self, Accounted},
};
use crate::{
    compare::Comparison,
    evaluate::Evaluation,
    report::{text::visible, view::Report},
    similar::Similar,
    words::Found,
};

const COMPLETIONS: Examples = &[
    ("bash, for this user", "wenmai completions bash > ~/.local/share/bash-completion/completions/wenmai"),
    ("fish", "wenmai completions fish > ~/.config/fish/completions/wenmai.fish"),
    ("zsh, into a folder of $fpath", "wenmai completions zsh > ~/.zfunc/_wenmai"),
];

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = args::examples(COMPLETIONS))]
pub struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

impl Completions {
    /// Prints the script.
    ///
    /// # Errors
    /// If stdout cannot be written.
    pub fn run(&self) -> Result<Exit> {
        // Into memory first: clap_complete panics where it cannot write.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "wenmai", &mut script);
        output::bytes(|out| out.write_all(&script))?;
        Ok(Exit::Done)
    }
}

const MAN: Examples = &[
    ("Read it", "wenmai man | man -l -"),
    ("Install a page for each command", "wenmai man --output ~/.local/share/man/man1"),
];

/// Print the manual page, or write one for each command
#[derive(Debug, clap::Args)]
#[command(after_help = args::examples(MAN))]
pub struct Man {
    /// Folder to write a page for each command to, made if need be
    #[arg(short, long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub output: Option<PathBuf>,
}

impl Man {
    /// Prints the page, or writes the pages and prints their folder.
    ///
    /// # Errors
    /// If stdout or the folder cannot be written.
    pub fn run(&self) -> Result<Exit> {
        match &self.output {
            None => output::bytes(|out| clap_mangen::Man::new(Cli::command()).render(&mut &mut *out))?,
            Some(folder) => {
                let shown = folder.display().to_string();
                fs::create_dir_all(folder)
                    .and_then(|()| clap_mangen::generate_to(Cli::command(), folder))
                    .with_context(|| format!("cannot write manual pages to {shown}"))?;
                output::text(|out| writeln!(out, "{}", visible(&shown)))?;
            }
        }
        Ok(Exit::Done)
    }
}

const SCHEMA: Examples = &[("What does `wenmai cluster --json` print?", "wenmai schema cluster")];

/// Print the JSON Schema of what --json prints
#[derive(Debug, clap::Args)]
#[command(after_help = args::examples(SCHEMA))]
pub struct Schema {
    /// The command
    #[arg(value_name = "COMMAND", value_enum)]
    pub of: Shape,
}

/// A command with --json.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shape {
    /// The theme report, which is also `themes.json`
    Cluster,
    /// The hits
    Similar,
    /// The changes
    Compare,
    /// The measures
    Evaluate,
    /// The new words
    Words,
}

impl Schema {
    /// Prints the schema.
    ///
    /// # Errors
    /// If stdout cannot be written.
    pub fn run(&self) -> Result<Exit> {
        output::json(&match self.of {
            Shape::Cluster => schemars::schema_for!(Report),
            Shape::Similar => schemars::schema_for!(Accounted<Similar>),
            Shape::Compare => schemars::schema_for!(Comparison),
            Shape::Evaluate => schemars::schema_for!(Evaluation),
            Shape::Words => schemars::schema_for!(Accounted<Found>),
        })?;
        Ok(Exit::Done)
    }
}
