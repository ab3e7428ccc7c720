//! `wenmai report`: write the theme report.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{
    ValueHint,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};

use super::{
    Exit,
    args::{self, Examples, Fitting, Global},
    output,
    source::{self, Source},
};
use crate::report::{self, Format, text::visible};

const EXAMPLES: Examples = &[
    ("Write every format to reports/", "wenmai report articles/"),
    ("A page to send around, and a table for the spreadsheet", "wenmai report articles/ --format html,csv -o monday/"),
    ("From a saved model", "wenmai report --model wenmai.model"),
    ("One format to standard output", "wenmai report articles/ --format md -o - | less"),
];

const MORE: &str = "\
The paths written are printed, one a line. Every claim of a report names the file and line it comes from. A report holds no \
clock time and no absolute path of its own, so the same articles give the same bytes.";

/// Write the theme report: Markdown, HTML, JSON, CSV
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Writes the theme report: each theme's names, terms, articles and the passages that prove it, with a timeline \
                  and a map of the articles.",
    after_help = args::examples(EXAMPLES),
    after_long_help = args::long_examples(EXAMPLES, MORE),
    override_usage = "wenmai report [OPTIONS] <INPUT>...\n       wenmai report [OPTIONS] --model <MODEL>"
)]
pub struct Args {
    /// Inputs or a model.
    #[command(flatten)]
    pub source: Source<Fitting>,

    /// Folder to write to, made if need be; - writes one format to standard output
    #[arg(short, long, value_name = "FOLDER", default_value = "reports/", value_hint = ValueHint::DirPath)]
    pub output: PathBuf,

    /// Formats, separated by commas; left out, all of them
    #[arg(long, value_name = "FORMAT", value_delimiter = ',', value_parser = formats())]
    pub format: Vec<Format>,
}

fn formats() -> impl TypedValueParser<Value = Format> {
    let values = report::ALL.iter().map(|format| PossibleValue::new(format.name()).help(format.about()));
    PossibleValuesParser::new(values).try_map(|name| {
        report::ALL.iter().find(|format| format.name() == name).copied().ok_or("this is no report format")
    })
}

/// Runs the command.
///
/// # Errors
/// If a setting is wrong, or reading, fitting, loading or writing fails.
pub fn run(args: &Args, global: &Global) -> Result<Exit> {
    // Each once, in the order of the registry, however often and in whatever order they are given.
    let wanted = |format: &Format| args.format.is_empty() || args.format.contains(format);
    let formats: Vec<Format> = report::ALL.iter().copied().filter(wanted).collect();
    let to_stdout = args.output.as_os_str() == "-";
    if to_stdout && formats.len() != 1 {
        bail!(
            "standard output takes one format, but --output - is given {}; choose one, such as --format md",
            formats.len()
        );
    }
    let (config, model) = args.source.model(global, &[])?;
    let report = source::report(&model, &config)?;
    let skipped = args.source.skipped(&model);
    output::skipped(skipped, args.source.counts(&model));
    if to_stdout {
        for &format in &formats {
            output::bytes(|out| report::write(&report, format, out))?;
        }
    } else {
        let paths = report::write_folder(&report, &args.output, &formats)?;
        output::text(|out| {
            paths.iter().try_for_each(|path| writeln!(out, "{}", visible(&path.display().to_string())))
        })?;
    }
    Ok(if skipped.is_empty() && !report.themes.is_empty() { Exit::Done } else { Exit::Partly })
}
