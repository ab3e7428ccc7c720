//! `wenmai evaluate`: how good is it, against labels?

mod table;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::ValueHint;

use super::{
    Exit,
    args::{self, Evaluating, Examples, Global, SettingFlags},
    output,
    progress::Line,
    table::width,
};
use crate::{
    evaluate::{self, Clock, Settings},
    input,
    pipeline::{Progress, Stage},
};

const EXAMPLES: Examples = &[
    ("How well do the themes agree with labels of a file's own?", "wenmai evaluate news.jsonl -k labels"),
    ("With labels kept apart, a line `id,label` each", "wenmai evaluate articles/ --labels labels.csv"),
    ("Do similar sentences score alike? Rows of text_a, text_b, label", "wenmai evaluate pairs.jsonl --split dev"),
    ("Figures for another program", "wenmai evaluate news.jsonl -k 20 --seeds 10 --json"),
];

const MORE: &str = "\
What is measured depends on what the input knows:
  always                         silhouette; coherence and diversity of the themes' ten best terms; seconds, memory
  a `label` on articles          V-measure, NMI, ARI, and which labels each theme holds
  a `pair` on articles           whether a text's nearest article in the other language is its translation
  rows text_a, text_b, label     whether the cosines of pairs of texts order them as their scores do

Articles that fit no theme count as one theme more, and it is said how many they are. The measures are means over the \
seeds; reading and embedding are done once, with the first. Use -k labels to compare with figures that were given the true \
number of themes, and leave -k out to measure what a user gets. `wenmai schema evaluate` prints the schema of --json.";

/// Measure how good the themes are, against labels if there are any
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Fits themes to articles, once for each seed, and measures how good they are: against labels, translations and \
                  scored pairs where the input has them, and by themselves.",
    after_help = args::examples(EXAMPLES),
    after_long_help = args::long_examples(EXAMPLES, MORE),
    override_usage = "wenmai evaluate [OPTIONS] <INPUT>..."
)]
pub struct Args {
    /// Files, folders, globs in quotes, or - for standard input
    #[arg(value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub inputs: Vec<String>,

    /// Take the labels from a CSV file, `id,label`, instead of the articles' own
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub labels: Option<PathBuf>,

    /// Seeds to repeat the clustering with, counted up from --seed
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub seeds: u16,

    /// Measure only the articles and pairs of this `split`, such as dev
    #[arg(long, value_name = "NAME")]
    pub split: Option<String>,

    /// Print JSON instead of a table
    #[arg(long)]
    pub json: bool,

    /// The settings.
    #[command(flatten)]
    pub settings: SettingFlags<Evaluating>,
}

/// Ids of a file of labels told that are no articles; the rest is counted.
const STRANGERS_SHOWN: usize = 5;

/// Runs the command.
///
/// # Errors
/// If a setting is wrong, or reading, fitting or printing fails.
pub fn run(args: &Args, global: &Global) -> Result<Exit> {
    let (flags, k_of_labels) = args.settings.without("k", "labels");
    let config = global.config(&flags)?;
    if args.inputs.is_empty() {
        bail!("no INPUT is given; name a file, a folder, a glob in quotes, or - for standard input");
    }
    let line = Line::new(global.quiet);
    let clock = Clock::new(&line);
    clock.begin(Stage::Read);
    let (mut collection, pairs) = input::read_with_pairs(&args.inputs, &config.input)?;
    clock.end();
    if let Some(path) = &args.labels {
        let strangers = evaluate::labels::apply(&mut collection.articles, path)?;
        if !strangers.is_empty() {
            let shown = strangers.iter().take(STRANGERS_SHOWN).cloned().collect::<Vec<_>>().join(", ");
            let more = if strangers.len() > STRANGERS_SHOWN { ", …" } else { "" };
            let path = path.display();
            output::note(&format!("{path}: labels of no article that was read: {} ({shown}{more})", strangers.len()));
        }
    }
    let settings = Settings { k_of_labels, seeds: usize::from(args.seeds), split: args.split.clone() };
    let found = evaluate::run(collection, pairs, &config, &settings, &clock)?;
    drop(line);
    output::skipped(&found.skipped, found.counts);
    if args.json {
        output::json(&found)?;
    } else {
        output::text(|out| table::evaluation(&found, width(), out))?;
    }
    Ok(if found.skipped.is_empty() { Exit::Done } else { Exit::Partly })
}
