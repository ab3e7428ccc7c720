//! `wenmai cluster`: what themes are in here?

use std::{mem::ManuallyDrop, path::PathBuf};

use anyhow::{Result, bail};
use clap::ValueHint;

use super::{
    Exit,
    args::{self, Examples, Fitting, Global, SettingFlags},
    output, source, table,
};

const EXAMPLES: Examples = &[
    ("What themes are in this folder?", "wenmai cluster articles/"),
    ("Exactly eight themes, from several places", "wenmai cluster digest.txt \"feeds/*.jsonl\" -k 8"),
    ("With themes of your own beside those it finds", "wenmai cluster articles/ --themes themes.toml"),
    ("From another program, for another program", "curl -s https://example.org/feed.jsonl | wenmai cluster - --json"),
    ("Keep the result, to search and report it later", "wenmai cluster articles/ --save wenmai.model"),
];

const MORE: &str = "\
The table goes to standard output; progress, skipped inputs and errors go to standard error. The same articles give the same \
bytes, whatever the number of threads and the order of the inputs. `wenmai schema cluster` prints the schema of --json.

A file of --themes reads:
  extra = \"auto\"                    # further themes: auto, or a number (0: what fits none is unthemed)
  [[theme]]
  name = { zh = \"一带一路\", en = \"Belt and Road\" }     # or name = \"Belt and Road\"
  words = [\"一带一路\", \"joint laboratory\"]  # what it is about, in either language
  examples = [\"digest-01\"]           # ids of articles that are in it
  must = [\"一带一路\"]                # an article with one of these is in it
  never = [\"football\"]               # an article with one of these is not";

/// Show the themes of a pile of articles
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Groups articles into themes and shows, for each, its name in Chinese and English, its size, its terms and its \
                  dates. Articles that fit no theme are listed as unthemed.",
    after_help = args::examples(EXAMPLES),
    after_long_help = args::long_examples(EXAMPLES, MORE),
    override_usage = "wenmai cluster [OPTIONS] <INPUT>..."
)]
pub struct Args {
    /// Files, folders, globs in quotes, or - for standard input
    #[arg(value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub inputs: Vec<String>,

    /// Save the model, for `wenmai similar --model` and `wenmai report --model`
    #[arg(long, value_name = "MODEL", value_hint = ValueHint::FilePath)]
    pub save: Option<PathBuf>,

    /// Print JSON instead of a table
    #[arg(long)]
    pub json: bool,

    /// The settings.
    #[command(flatten)]
    pub settings: SettingFlags<Fitting>,
}

/// Runs the command.
///
/// # Errors
/// If a setting is wrong, or reading, fitting, saving or printing fails.
pub fn run(args: &Args, global: &Global) -> Result<Exit> {
    let config = global.config(&args.settings)?;
    if args.inputs.is_empty() {
        bail!("no INPUT is given; name a file, a folder, a glob in quotes, or - for standard input");
    }
    // What takes much room is not dropped. The process ends, and the system takes its memory back at once; given back piece by
    // piece it would be waited for.
    let model = ManuallyDrop::new(source::fit(&args.inputs, &config, global.quiet)?);
    // Saved before printing, because a reader may close the pipe; told after, so that a full disk does not cost the table.
    let saved = args.save.as_ref().map(|path| model.save(path).map(|()| path));
    output::skipped(&model.skipped, model.counts);
    let printed = if args.json {
        let report = ManuallyDrop::new(source::report_to_write(&model, &config)?);
        output::json(&*report)
    } else {
        let report = ManuallyDrop::new(source::report(&model, &config)?);
        output::text(|out| table::themes(&report, table::width(), out))
    };
    if let Some(path) = saved.transpose()?
        && !global.quiet
    {
        output::note(&format!("saved {}", path.display()));
    }
    printed?;
    let whole = model.skipped.is_empty() && !model.themes.themes.is_empty();
    Ok(if whole { Exit::Done } else { Exit::Partly })
}
