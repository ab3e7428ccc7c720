//! `wenmai lexicon`: make a lexicon, or tell what one holds.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Result;
use clap::{Subcommand, ValueHint};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{
    Exit,
    args::{self, Examples, Global},
    output,
};
use crate::{
    lexicon::{self, About, Bits, Lexicon, Settings, Text},
    pipeline,
    remote::{self, Cache, Server},
    report::text::visible,
    segment,
};

const EXAMPLES: Examples = &[
    (
        "From a server on this machine, fitted to texts",
        "wenmai lexicon build --server http://127.0.0.1:8000/v1 --words words.txt --texts texts.jsonl -o new.lexicon",
    ),
    ("What does a lexicon hold?", "wenmai lexicon show new.lexicon"),
];

/// Make a lexicon from an embeddings server, or tell what one holds
#[derive(Debug, clap::Args)]
#[command(
    long_about = "A lexicon holds vectors of Chinese and English words in one space: what wenmai knows of words beyond the \
                  articles at hand. One is distilled from a large model, asked once over a server that speaks OpenAI's \
                  embeddings protocol; using it takes no network and no model.",
    after_help = args::examples(EXAMPLES)
)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub action: Action,
}

/// What to do with a lexicon.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Distil a lexicon from an embeddings server
    Build(Box<Build>),
    /// Tell what a lexicon holds, and check it
    Show(Show),
    /// List words of both languages that mean the same
    Pairs(Pairs),
    /// Lay out a dictionary of Chinese words as the program holds it
    Words(Words),
}

const BUILD: Examples = &[
    ("From words alone", "wenmai lexicon build --server http://127.0.0.1:8000/v1 --words words.txt"),
    (
        "Fitted to texts as well, which is much better; the key comes from the environment",
        "WENMAI_API_KEY=… wenmai lexicon build --server https://api.example.com/v1 --model e5 --words words.txt --texts texts.jsonl",
    ),
    (
        "Half the size",
        "wenmai lexicon build --server http://127.0.0.1:8000/v1 --words words.txt --bits 4 --dimensions 256",
    ),
];

const MORE: &str = "\
WORDS holds one word or phrase a line, common ones first; what follows a tab is ignored. TEXTS holds JSON lines with `text` and, \
if known, `lang` (zh, en) and `pair` (texts of one pair are translations of one another), or one plain text a line. A few tens \
of thousand texts, of the kinds to be read later, do. Where the server is slow, --ask 10000 asks it for the first 10000 only.

Every answer is kept at once in a file beside the output, OUTPUT.cache. If a build is interrupted, the same command goes on from \
there. A server that is slow or busy is asked again, after the wait it names.

The server is sent `POST URL/embeddings` with `model` and `input`. An API key is read from the environment variable \
WENMAI_API_KEY and sent to that server only.";

/// Distil a lexicon from an embeddings server
#[derive(Debug, clap::Args)]
#[command(after_help = args::examples(BUILD), after_long_help = args::long_examples(BUILD, MORE))]
pub struct Build {
    /// Address of the server: what stands before /embeddings
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub server: String,

    /// Words, one a line, common ones first
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub words: PathBuf,

    /// Texts to fit the words to: JSON lines with text, lang and pair, or one plain text a line
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub texts: Option<PathBuf>,

    /// Ask the server for the first N texts only; the others teach which words stand together
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub ask: Option<u32>,

    /// File to write the lexicon to
    #[arg(short, long, value_name = "FILE", default_value = "wenmai.lexicon", value_hint = ValueHint::FilePath)]
    pub output: PathBuf,

    /// File to keep the server's answers in; left out, OUTPUT.cache
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub cache: Option<PathBuf>,

    /// Name of the model, as the server knows it
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub model: String,

    /// What to put before every text, for models trained so, such as "query: "
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub prefix: String,

    /// Dimensions to keep; left out, all of the model's
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub dimensions: Option<u16>,

    /// Bits a number takes: 8 or 4
    #[arg(long, value_name = "N", default_value = "8", value_parser = bits)]
    pub bits: Bits,

    /// Ridge of the map that all words share; more of it trusts the texts less
    #[arg(long, value_name = "X", default_value_t = Settings::default().map_ridge, value_parser = positive, hide_short_help = true)]
    pub map_ridge: f64,

    /// Ridge of each word's own correction; more of it moves rare words less
    #[arg(long, value_name = "X", default_value_t = Settings::default().word_ridge, value_parser = positive, hide_short_help = true)]
    pub word_ridge: f64,

    /// How far translations are drawn together, 0 to 1
    #[arg(long, value_name = "X", default_value_t = Settings::default().pull, value_parser = share, hide_short_help = true)]
    pub pull: f32,

    /// Passes over the texts that teach a text to find its translation, and one half of it the other; 0 for none
    #[arg(long, value_name = "N", default_value_t = Settings::default().passes as u16, value_parser = clap::value_parser!(u16).range(0..=1000), hide_short_help = true)]
    pub passes: u16,

    /// Characters of a text that are read
    #[arg(long, value_name = "N", default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..), hide_short_help = true)]
    pub chars: u32,

    /// Texts a request
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=4096), hide_short_help = true)]
    pub batch: u16,

    /// Seconds a request may take
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u32).range(1..=3600), hide_short_help = true)]
    pub timeout: u32,

    /// How often a request is tried
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=100), hide_short_help = true)]
    pub attempts: u32,

    /// Name of the teacher to write in the lexicon; left out, the model's
    #[arg(long, value_name = "TEXT", hide_short_help = true)]
    pub teacher: Option<String>,

    /// Licence to write in the lexicon
    #[arg(long, value_name = "TEXT", hide_short_help = true)]
    pub licence: Option<String>,
}

/// Tell what a lexicon holds, and check it
#[derive(Debug, clap::Args)]
#[command(after_help = args::examples(&[("What does it hold?", "wenmai lexicon show new.lexicon")]))]
pub struct Show {
    /// The lexicon
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
}

/// List words of both languages that mean the same
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Lists Chinese and English words and phrases that lie closest to each other in a lexicon, one pair a line: Chinese, \
                  English, the English key, cosine, the Chinese part of speech, parted by tabs. Of the pairs that ship with the program, themes of one language \
                  get their name in the other.",
    after_help = args::examples(&[("Of the words in these texts", "wenmai lexicon pairs new.lexicon --texts texts.jsonl > pairs.tsv")])
)]
pub struct Pairs {
    /// The lexicon
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,

    /// Texts whose words are paired: JSON lines with text, or one plain text a line
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub texts: PathBuf,

    /// Least cosine of a pair, 0 to 1
    #[arg(long, value_name = "X", default_value_t = 0.8, value_parser = share)]
    pub least: f32,
}

/// Lay out a dictionary of Chinese words as the program holds it
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Lays out the words by which Chinese is cut, jieba's dictionary with the set words it is too old to have, as the file \
                  lexicon/chinese.words that becomes part of the program when it is built. For words of your own use --dict.",
    after_help = args::examples(&[("For a newer dictionary", "wenmai lexicon words dict.txt -o lexicon/chinese.words")])
)]
pub struct Words {
    /// The dictionary: `word frequency tag` a line
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,

    /// File to write to
    #[arg(short, long, value_name = "FILE", default_value = "chinese.words", value_hint = ValueHint::FilePath)]
    pub output: PathBuf,
}

fn bits(text: &str) -> Result<Bits, String> {
    text.parse::<u8>().map_err(|error| error.to_string()).and_then(Bits::try_from)
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(x) if x > 0.0 && x.is_finite() => Ok(x),
        _ => Err("write a number over 0".to_owned()),
    }
}

fn share(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(x) if (0.0..=1.0).contains(&x) => Ok(x),
        _ => Err("write a number from 0 to 1".to_owned()),
    }
}

/// Runs the command.
///
/// # Errors
/// If a file cannot be read or written, the server fails, or a lexicon is none.
pub fn run(args: &Args, global: &Global) -> Result<Exit> {
    match &args.action {
        Action::Build(args) => build(args, global),
        Action::Show(args) => show(args),
        Action::Pairs(args) => pairs(args, global),
        Action::Words(args) => words(args),
    }
}

fn show(args: &Show) -> Result<Exit> {
    let lexicon = Lexicon::open(&args.file)?;
    lexicon.check(&args.file.display().to_string())?;
    output::json(lexicon.header())?;
    Ok(Exit::Done)
}

fn pairs(args: &Pairs, global: &Global) -> Result<Exit> {
    let config = global.config(&global.run)?;
    let lexicon = Lexicon::open(&args.file)?;
    let texts = lexicon::read_texts(&args.texts)?;
    let pairs = pipeline::in_pool(config.threads, || lexicon::pairs(&lexicon, &texts, args.least))??;
    output::text(|out| {
        pairs.iter().try_for_each(|pair| {
            let words = [&pair.zh, &pair.en, &pair.key].map(|word| visible(word).into_owned()).join("\t");
            writeln!(out, "{words}\t{:.3}\t{}", pair.cosine, pair.tag.as_deref().unwrap_or_default())
        })
    })?;
    Ok(if pairs.is_empty() { Exit::Partly } else { Exit::Done })
}

fn words(args: &Words) -> Result<Exit> {
    lexicon::save(&segment::word_list(&args.file)?, &args.output)?;
    Ok(Exit::Done)
}

fn build(args: &Build, global: &Global) -> Result<Exit> {
    let config = global.config(&global.run)?;
    let words = lexicon::read_words(&args.words)?;
    let texts = args.texts.as_deref().map(lexicon::read_texts).transpose()?.unwrap_or_default();
    let texts: Vec<Text> = texts.into_iter().map(|text| shortened(text, args.chars)).collect();
    let mut server = Server::new(remote::Settings {
        url: args.server.clone(),
        model: args.model.clone(),
        key: remote::key()?,
        prefix: args.prefix.clone(),
        batch: args.batch.into(),
        timeout: Duration::from_secs(args.timeout.into()),
        attempts: args.attempts,
        ..remote::Settings::default()
    })?;
    let cache = args.cache.clone().unwrap_or_else(|| {
        let mut name = args.output.clone().into_os_string();
        name.push(".cache");
        name.into()
    });
    let mut cache = Cache::open(&cache)?;
    let settings = Settings {
        map_ridge: args.map_ridge,
        word_ridge: args.word_ridge,
        pull: args.pull,
        dimensions: args.dimensions.map(usize::from),
        bits: args.bits,
        passes: args.passes.into(),
        seed: config.embed.seed,
        ask: args.ask.map(|ask| ask as usize),
    };
    let about = about(args, texts.len());
    let progress = Bar::new(global.quiet);
    let built = pipeline::in_pool(config.threads, || {
        lexicon::build(&words, &texts, &mut server, &mut cache, &settings, &about, &progress)
    })??;
    lexicon::save(&built.bytes, &args.output)?;
    drop(progress);

    let made = Lexicon::read(&built.bytes[..], &args.output.display().to_string())?;
    output::text(|out| {
        writeln!(
            out,
            "{}: {} words of {} dimensions in {} bits, {:.1} MB",
            visible(&args.output.display().to_string()),
            made.words(),
            made.dimensions(),
            u8::from(made.header().bits),
            built.bytes.len() as f64 / 1e6
        )?;
        let Some(m) = built.measured else { return Ok(()) };
        writeln!(
            out,
            "cosine to the teacher on {} texts held out: {:.3} from words alone, {:.3} mapped, {:.3} corrected, {:.3} refined, {:.3} as written",
            m.texts, m.words, m.map, m.corrected, m.refined, m.written
        )?;
        let (Some(before), Some(after)) = (m.mates_corrected, m.mates_written) else { return Ok(()) };
        writeln!(
            out,
            "of {} translations held out, {:.1} % find each other corrected, {:.1} % as written",
            m.pairs,
            before * 100.0,
            after * 100.0
        )
    })?;
    Ok(Exit::Done)
}

/// The beginning of a text.
fn shortened(mut text: Text, chars: u32) -> Text {
    if let Some((end, _)) = text.text.char_indices().nth(chars as usize) {
        text.text.truncate(end);
    }
    text
}

/// Where the lexicon comes from. File names without their folders, as those are nobody's business.
fn about(args: &Build, texts: usize) -> About {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut made = format!("wenmai lexicon build --words {} --model {:?}", name(&args.words), args.model);
    if let Some(texts) = &args.texts {
        made += &format!(
            " --texts {} --chars {} --map-ridge {} --word-ridge {} --pull {} --passes {}",
            name(texts),
            args.chars,
            args.map_ridge,
            args.word_ridge,
            args.pull,
            args.passes
        );
        if let Some(ask) = args.ask {
            made += &format!(" --ask {ask}");
        }
    }
    if !args.prefix.is_empty() {
        made += &format!(" --prefix {:?}", args.prefix);
    }
    if let Some(dimensions) = args.dimensions {
        made += &format!(" --dimensions {dimensions}");
    }
    made += &format!(" --bits {}", u8::from(args.bits));
    About {
        name: args.output.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        teacher: args.teacher.clone().unwrap_or_else(|| args.model.clone()),
        licence: args.licence.clone().unwrap_or_else(|| "not stated".to_owned()),
        made,
        texts,
    }
}

/// Progress of a build on a terminal; it disappears when dropped.
#[derive(Debug)]
struct Bar(ProgressBar);

impl Bar {
    fn new(quiet: bool) -> Self {
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        if !bar.is_hidden() {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Self(bar)
    }

    fn style(&self, template: &str) {
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.0.set_style(style);
        }
    }
}

impl remote::Progress for Bar {
    fn begin(&self, step: &str) {
        self.style("{spinner} {prefix} {elapsed}");
        self.0.set_prefix(step.to_owned());
        self.0.set_message("");
    }

    fn ask(&self, missing: usize, all: usize) {
        self.style("{spinner} {prefix} {bar:30} {pos}/{len}, {eta} left {msg}");
        // What was answered before counts as done, but not towards the speed.
        self.0.set_length(all as u64);
        self.0.set_position(all.saturating_sub(missing) as u64);
        self.0.reset_eta();
    }

    fn answered(&self, texts: usize) {
        self.0.inc(texts as u64);
        self.0.set_message("");
    }

    fn wait(&self, why: &str) {
        self.0.set_message(visible(why).to_string());
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
