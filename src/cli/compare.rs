//! `wenmai compare`: what changed between two runs?

mod table;

use std::{fs, io::Read as _, path::Path};

use anyhow::{Context, Result, bail};
use clap::ValueHint;

use super::{
    Exit,
    args::{self, Examples, Fitting, Global, SettingFlags},
    output, source,
    table::width,
};
use crate::{
    compare::{Evidence, compare},
    model::Model,
    report::view,
};

const EXAMPLES: Examples = &[
    (
        "What is new since last week?",
        "wenmai cluster monday/ --save monday.model\nwenmai compare last-week.model monday.model",
    ),
    ("Two folders, fitted on the way", "wenmai compare june/ july/"),
    (
        "What does a finer cut change?",
        "wenmai cluster articles/ -k 8 --json > 8.json\nwenmai compare reports/themes.json 8.json",
    ),
];

const MORE: &str = "\
A and B are each a model (`wenmai cluster --save`), a themes.json (`wenmai report`, `wenmai cluster --json`), or articles to \
be fitted. Themes are matched by the articles that both runs have (the same id and title), if these are at least half of the \
smaller run's; else by their terms. The output says which. Comparing B with A says the opposite.

Exit code 1 says that inputs were skipped or that the runs have nothing in common. `wenmai schema compare` prints the schema \
of --json, which lists all articles that moved.";

/// Tell what changed between two runs
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Tells which themes appeared, vanished, grew, shrank, split or merged from one run to another, and which \
                  articles moved.",
    after_help = args::examples(EXAMPLES),
    after_long_help = args::long_examples(EXAMPLES, MORE)
)]
pub struct Args {
    /// The earlier run: a model, a themes.json, or articles
    #[arg(value_name = "A", value_hint = ValueHint::AnyPath)]
    pub a: String,

    /// The later run: a model, a themes.json, or articles
    #[arg(value_name = "B", value_hint = ValueHint::AnyPath)]
    pub b: String,

    /// Print JSON instead of a table
    #[arg(long)]
    pub json: bool,

    /// The settings, for articles.
    #[command(flatten)]
    pub settings: SettingFlags<Fitting>,
}

/// What an argument is.
enum Side {
    Model(Box<Model>),
    Report(Box<view::Report>),
    Articles,
}

/// Runs the command.
///
/// # Errors
/// If a run cannot be loaded or fitted, a setting is wrong or has no effect, or printing fails.
pub fn run(args: &Args, global: &Global) -> Result<Exit> {
    let config = global.config(&args.settings)?;
    if args.a == "-" && args.b == "-" {
        bail!("standard input can be read only once, but A and B are both -; name a file for one of them");
    }
    let sides = [open(&args.a)?, open(&args.b)?];
    if !sides.iter().any(|side| matches!(side, Side::Articles))
        && let Some((key, _)) = args.settings.given().next()
    {
        let dashes = if key.len() == 1 { "-" } else { "--" };
        bail!("{dashes}{key} has no effect on runs that are fitted already; leave it out, or give articles as A or B");
    }
    let mut skipped = Vec::new();
    let mut reports = Vec::with_capacity(sides.len());
    for (side, name) in sides.into_iter().zip([&args.a, &args.b]) {
        reports.push(match side {
            Side::Report(report) => *report,
            Side::Model(model) => source::report(&model, &config)?,
            Side::Articles => {
                let report = source::report(&source::fit(std::slice::from_ref(name), &config, global.quiet)?, &config)?;
                skipped.extend(report.skipped.iter().cloned());
                report
            }
        });
    }
    output::skipped(&skipped, None);
    let found = compare(&reports[0], &reports[1]);
    if args.json {
        output::json(&found)?;
    } else {
        output::text(|out| table::comparison(&found, width(), out))?;
    }
    let nothing = found.evidence == Evidence::Nothing;
    Ok(if skipped.is_empty() && !nothing { Exit::Done } else { Exit::Partly })
}

/// Bytes looked at to tell a run from articles.
const HEAD: usize = 400;

/// Tells what an argument is by its content, and loads it if it is a run.
fn open(name: &str) -> Result<Side> {
    let path = Path::new(name);
    if !path.is_file() {
        return Ok(Side::Articles);
    }
    let mut head = Vec::with_capacity(HEAD);
    let file = fs::File::open(path).with_context(|| format!("cannot read {name}"))?;
    file.take(HEAD as u64).read_to_end(&mut head).with_context(|| format!("cannot read {name}"))?;
    // A model begins with the length of its header, eight bytes of which the last are 0 in any real file.
    if head.get(6..9) == Some(b"\0\0{") {
        return Ok(Side::Model(Box::new(Model::load(path)?)));
    }
    let text = String::from_utf8_lossy(&head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let Some(schema) = text.strip_prefix('{').and_then(|rest| rest.trim_start().strip_prefix("\"schema\"")) else {
        return Ok(Side::Articles);
    };
    let schema = schema.split('"').nth(1).unwrap_or_default();
    if schema != view::SCHEMA {
        bail!(
            "{name} has the schema {schema:?}, but a run to compare has {:?}; write one with `wenmai cluster --json`",
            view::SCHEMA
        );
    }
    let bytes = fs::read(path).with_context(|| format!("cannot read {name}"))?;
    let report: view::Report = serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes))
        .with_context(|| {
            format!("{name} says it is {schema} but cannot be read; write it anew with `wenmai cluster --json`")
        })?;
    Ok(Side::Report(Box::new(report)))
}
