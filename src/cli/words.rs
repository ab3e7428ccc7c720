//! `wenmai words`: what words do the articles have that the dictionary lacks?

use std::{
    io::{self, Write},
    path::PathBuf,
};

use anyhow::{Result, bail};
use clap::ValueHint;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets::NOTHING};

use super::{
    Exit,
    args::{self, Examples, Global, SettingFlags, Wording},
    output,
    progress::Line,
    table::{print, width},
};
use crate::{
    atomic,
    error::Error,
    input,
    pipeline::{self, Progress, Stage},
    report::text::visible,
    words::{self, Found},
};

const EXAMPLES: Examples = &[
    ("What words do these articles have that the dictionary lacks?", "wenmai words articles/"),
    ("The best twenty, as JSON", "wenmai words articles/ -n 20 --json"),
    (
        "Make a user dictionary, read it through, use it",
        "wenmai words articles/ -o words.txt\nwenmai cluster articles/ --dict words.txt",
    ),
    ("What is new beyond the words you have?", "wenmai words articles/ --dict words.txt"),
];

const MORE: &str = "\
A new word is a string of 2 to 6 Chinese characters that the dictionary does not have, such as a name, a new coinage, or a term \
that is taken apart. The columns of the table:
  Times, Articles   how often it occurs, and in how many articles; a sentence that is printed again does not count again
  Cohesion          how much more often its halves stand together than by chance, from 0 to 1, wherever it is split
  Freedom           how freely what stands before and after it varies: the lesser of the two entropies, in nats

It must occur at least three times, more often in a large collection, and in two articles. Words of the dictionary that also \
go with others (基础研究) are no new words: --phrases finds them. The best come first; further down read them with care. \
`wenmai schema words` prints the schema of --json.";

/// Words shown where their number is not given.
const SHOWN: usize = 50;

/// Find new Chinese words, and write them as a user dictionary
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Finds Chinese words that the articles use and the dictionary lacks, by how firmly their characters hold \
                  together and how freely they stand among others. Shows them with an example each, or writes them as a user \
                  dictionary for --dict.",
    after_help = args::examples(EXAMPLES),
    after_long_help = args::long_examples(EXAMPLES, MORE),
    override_usage = "wenmai words [OPTIONS] <INPUT>..."
)]
pub struct Args {
    /// Files, folders, globs in quotes, or - for standard input
    #[arg(value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub inputs: Vec<String>,

    /// Number of words, at most; left out, the best 50 are shown, and all go into a file or JSON
    #[arg(short, value_name = "N", value_parser = count, allow_negative_numbers = true)]
    pub n: Option<usize>,

    /// Write a user dictionary for --dict instead of showing a table
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,

    /// Print JSON instead of a table
    #[arg(long)]
    pub json: bool,

    /// The settings.
    #[command(flatten)]
    pub settings: SettingFlags<Wording>,
}

fn count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n) if n > 0 => Ok(n),
        _ => Err("the number of words is a whole number from 1; write one, or leave it out".to_owned()),
    }
}

/// Runs the command.
///
/// # Errors
/// If a setting is wrong, or reading, writing or printing fails.
pub fn run(args: &Args, global: &Global) -> Result<Exit> {
    let config = global.config(&args.settings)?;
    if args.inputs.is_empty() {
        bail!("no INPUT is given; name a file, a folder, a glob in quotes, or - for standard input");
    }
    let line = Line::new(global.quiet);
    line.begin(Stage::Read);
    let collection = input::read(&args.inputs, &config.input)?;
    line.detail("looking for words");
    let mut found = pipeline::in_pool(config.threads, || words::find(&collection.articles, &config.segment))??;
    drop(line);
    output::skipped(&collection.skipped, Some(collection.counts));
    let table = args.output.is_none() && !args.json;
    if let Some(n) = args.n.or(table.then_some(SHOWN)) {
        found.words.truncate(n);
    }
    if let Some(path) = &args.output {
        let shown = path.display().to_string();
        atomic::write(path, found.dictionary().as_bytes())
            .map_err(|source| Error::Write { path: shown.clone(), source })?;
        if !global.quiet {
            let n = found.words.len();
            output::note(&format!("saved {n} {} to {shown}", if n == 1 { "word" } else { "words" }));
        }
    }
    if args.json {
        output::json(&output::Accounted::new(&found, &collection.skipped, Some(collection.counts)))?;
    } else if table {
        output::text(|out| write(&found, width(), out))?;
    }
    Ok(if collection.skipped.is_empty() && !found.words.is_empty() { Exit::Done } else { Exit::Partly })
}

/// Writes the words as a table of at most `width` columns, and how many there are.
fn write(found: &Found, width: u16, out: &mut dyn Write) -> io::Result<()> {
    if found.words.is_empty() {
        return writeln!(
            out,
            "No new word: among {} Chinese characters of {} articles it has to occur {} times, in two articles",
            found.characters, found.articles, found.least
        );
    }
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    table.set_header(["Word 词", "Times", "Articles", "Cohesion", "Freedom", "Example 例句"]);
    for word in &found.words {
        let number = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
        let example = &word.example;
        table.add_row([
            Cell::new(&word.word),
            number(word.frequency.to_string()),
            number(word.articles.to_string()),
            number(format!("{:.2}", word.cohesion)),
            number(format!("{:.2}", word.freedom)),
            Cell::new(format!("{}\n{}:{}", visible(&example.quote), visible(&example.path), example.line)),
        ]);
    }
    print(table, out, 5)?;
    let shown = found.words.len();
    match found.found {
        1 => writeln!(out, "1 word"),
        all if all == shown => writeln!(out, "{all} words"),
        all => writeln!(out, "{shown} of {all} words; -n {all} shows all, -o FILE writes all as a user dictionary"),
    }
}
