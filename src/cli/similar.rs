//! `wenmai similar`: what is like this, and why?

use std::{collections::BTreeMap, convert::Infallible, path::Path, str::FromStr};

use anyhow::{Context, Result, bail};

use super::{
    Exit,
    args::{self, Examples, Global, Searching},
    output,
    source::Source,
    table,
};
use crate::{
    article::{Article, Skipped},
    config::Config,
    error::Error,
    input,
    model::{Saved, Searched},
    report::text::visible,
    similar::{self, Query},
};

const EXAMPLES: Examples = &[
    ("What is like this sentence?", "wenmai similar articles/ --to \"deep-sea mining\""),
    ("What is like this article of the pile, by its id?", "wenmai similar --model wenmai.model --to id:digest-3"),
    ("What is like this file, which is not in the pile?", "wenmai similar --model wenmai.model --to @draft.md -n 5"),
    ("What is like what another program says?", "echo 深海采矿 | wenmai similar articles/ --to -"),
];

const MORE: &str = "\
What --to takes: the id of an article in the pile; @FILE, a file with one article; -, one article from standard input; else it \
is a text. Where that is ambiguous, id:ID is always an id and text:TEXT always a text. `wenmai cluster --json` lists the ids.

A score is the cosine of two embeddings: 1 is the same direction, 0 nothing in common. The shared terms are listed with the \
part of the score that is theirs, then pairs of different words that are alike, in one language or across two.

Words that no article has are understood by the lexicon that the articles were fitted with. If that was a file, a saved model \
needs it again for them: --lexicon FILE.";

/// Find the articles most like an article, a text or a file, and say why
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Finds the articles most like an article, a text or a file. Each hit shows its nearest passage, where that \
                  stands, and the terms that made the score: those that both have, and pairs that mean nearly the same.",
    after_help = args::examples(EXAMPLES),
    after_long_help = args::long_examples(EXAMPLES, MORE),
    override_usage = "wenmai similar [OPTIONS] --to <QUERY> <INPUT>...\n       wenmai similar [OPTIONS] --to <QUERY> --model <MODEL>"
)]
pub struct Args {
    /// Inputs or a model.
    #[command(flatten)]
    pub source: Source<Searching>,

    /// What to compare with: an article's id, a text, @FILE, or - for standard input
    #[arg(long, value_name = "QUERY")]
    pub to: To,

    /// Number of articles to show, at most
    #[arg(short, value_name = "N", default_value = "10", value_parser = count, allow_negative_numbers = true)]
    pub n: usize,

    /// Print JSON instead of a list
    #[arg(long)]
    pub json: bool,
}

fn count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n) if n > 0 => Ok(n),
        _ => {
            Err("the number of articles to show is a whole number from 1; write one, or leave it out for 10".to_owned())
        }
    }
}

/// What `--to` was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum To {
    /// `id:ID`.
    Id(String),
    /// `text:TEXT`.
    Text(String),
    /// `@FILE`, or `-` for standard input: a file that holds one article.
    File(String),
    /// An id if an article has it, else a text.
    Either(String),
}

impl FromStr for To {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(if let Some(id) = text.strip_prefix("id:") {
            Self::Id(id.to_owned())
        } else if let Some(text) = text.strip_prefix("text:") {
            Self::Text(text.to_owned())
        } else if let Some(path) = text.strip_prefix('@') {
            Self::File(path.to_owned())
        } else if text == "-" {
            Self::File("-".to_owned())
        } else {
            Self::Either(text.to_owned())
        })
    }
}

/// Runs the command.
///
/// # Errors
/// If a setting is wrong, reading, fitting, loading or printing fails, the id is unknown, or no word of the text is known.
pub fn run(args: &Args, global: &Global) -> Result<Exit> {
    let file = matches!(args.to, To::File(_));
    if args.to == To::File("-".to_owned()) && args.source.inputs.iter().any(|input| input == "-") {
        bail!("standard input can be read only once, but both INPUT and --to are -; put one of them into a file");
    }
    match &args.to {
        To::File(path) if path.is_empty() => bail!("@ in --to names no file; write @FILE, or text:@ for the text"),
        To::Id(text) | To::Text(text) | To::Either(text) if text.trim().is_empty() => {
            bail!("--to is empty; write an id, a text, or @FILE")
        }
        _ => {}
    }
    let used: &[&str] = if file { &["input-format", "lexicon"] } else { &["lexicon"] };
    let config = global.config(&args.source.settings)?;
    let (fitted, saved);
    let model: &dyn Searched;
    let (skipped, counts): (&[Skipped], _);
    match args.source.saved(used)? {
        Some(path) => {
            saved = open(path, args, &config)?;
            // What a saved model skipped was told when it was made.
            (model, skipped, counts) = (&saved, &[], None);
        }
        None => {
            fitted = args.source.fit(&config, global.quiet)?;
            (model, skipped, counts) = (&fitted, &fitted.skipped, fitted.counts);
        }
    }
    output::skipped(skipped, counts);
    let found = search(args, &config, model)?;
    if args.json {
        output::json(&output::Accounted::new(&found, skipped, counts))?;
    } else {
        let heading = heading(&args.to, model)?;
        let dates = dates(&found, model)?;
        output::text(|out| {
            writeln!(out, "{}", visible(&heading))?;
            table::hits(&found, &dates, table::width(), out)
        })?;
    }
    Ok(if skipped.is_empty() && !found.hits.is_empty() { Exit::Done } else { Exit::Partly })
}

/// Opens a saved model, and gives it the lexicon file it was made with, for words that its articles do not have.
fn open(path: &Path, args: &Args, config: &Config) -> Result<Saved> {
    let mut model = Saved::open(path)?;
    if !args.source.settings.given().any(|(key, _)| key == "lexicon") {
        return Ok(model);
    }
    if let Some(path) = &config.embed.lexicon {
        if path.as_os_str() == "none" {
            bail!("--lexicon none has no effect on a saved model, which is fitted already; leave it out");
        }
        if !model.recall(path)? {
            bail!(
                "the model was not made with the lexicon {}; name the file that it was made with, or leave --lexicon out",
                path.display()
            );
        }
    }
    Ok(model)
}

/// The days of the hits, by id.
fn dates(found: &similar::Similar, model: &dyn Searched) -> Result<BTreeMap<String, String>> {
    let mut dates = BTreeMap::new();
    for hit in &found.hits {
        if let Some(article) = model.find(&hit.id)
            && let Some(date) = model.article(article)?.date
        {
            dates.insert(hit.id.clone(), date.day.to_string());
        }
    }
    Ok(dates)
}

/// What the hits are like: an article, a text or a file, as `--to` was understood.
fn heading(to: &To, model: &dyn Searched) -> Result<String> {
    let like = |article: &Article| {
        let title = article.headline();
        if title == article.id {
            format!("Like article {title}")
        } else {
            format!("Like article {}: {title}", article.id)
        }
    };
    Ok(match to {
        To::File(path) if path == "-" => "Like the text from standard input".to_owned(),
        To::File(path) => format!("Like the file {path}"),
        To::Text(text) => format!("Like the text “{}”", shorten(text)),
        To::Id(id) | To::Either(id) => match model.find(id) {
            Some(article) => like(&*model.article(article)?),
            None => format!("Like the text “{}”", shorten(id)),
        },
    })
}

/// The beginning of a text, on one line.
fn shorten(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(SHOWN) {
        Some((cut, _)) => format!("{}…", text[..cut].trim_end()),
        None => text,
    }
}

/// Characters of a text that are shown to tell which it is.
const SHOWN: usize = 60;

fn search(args: &Args, config: &Config, model: &dyn Searched) -> Result<similar::Similar> {
    let query = match &args.to {
        To::Id(id) => Query::Id(id.clone()),
        To::Text(text) => Query::Text(text.clone()),
        To::File(path) => Query::Text(read(path, &config.input)?),
        To::Either(word) if model.find(word).is_some() => Query::Id(word.clone()),
        To::Either(text) => Query::Text(text.clone()),
    };
    match (similar::similar(model, &query, args.n), &args.to) {
        (Err(error @ Error::UnknownTerms { .. }), To::Either(text)) => {
            let near = match similar::similar(model, &Query::Id(text.clone()), args.n) {
                Err(Error::UnknownArticle { nearest, .. }) if !nearest.is_empty() => {
                    format!(" (did you mean {}?)", nearest.join(", "))
                }
                _ => String::new(),
            };
            let text = shorten(text);
            Err(error).with_context(|| format!("no article has the id {text:?}{near}, so it was searched as a text"))
        }
        (found, _) => Ok(found?),
    }
}

/// The text of the one article that a file holds.
fn read(path: &str, settings: &input::Settings) -> Result<String> {
    let collection = input::read(&[path.to_owned()], settings)?;
    output::skipped(&collection.skipped, None);
    match collection.articles.as_slice() {
        [article] => Ok(text_of(article)),
        articles => bail!(
            "{path} holds {} articles, but --to compares with one; \
             add it to INPUT and name one of its articles by id, or write the text itself",
            articles.len()
        ),
    }
}

/// Title, headings and passages, one a line.
fn text_of(article: &Article) -> String {
    let passages = article.passages.iter().flat_map(|p| p.heading.as_deref().into_iter().chain([p.text.as_str()]));
    std::iter::once(article.title.as_str())
        .chain(passages)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Passage;

    #[test]
    fn what_to_compare_with_is_told_by_its_prefix() {
        let to = |text: &str| text.parse::<To>().unwrap();
        assert_eq!(to("id:a"), To::Id("a".into()));
        assert_eq!(to("id:@a"), To::Id("@a".into()));
        assert_eq!(to("text:id:a"), To::Text("id:a".into()));
        assert_eq!(to("text:-"), To::Text("-".into()));
        assert_eq!(to("@draft.md"), To::File("draft.md".into()));
        assert_eq!(to("-"), To::File("-".into()));
        assert_eq!(to("深海 采矿"), To::Either("深海 采矿".into()));
        assert_eq!(to(""), To::Either(String::new()));
    }

    #[test]
    fn a_file_is_compared_by_title_headings_and_passages() {
        let passage = |heading: Option<&str>, text: &str| Passage {
            heading: heading.map(Into::into),
            text: text.into(),
            ..Passage::default()
        };
        let article = Article {
            title: "Deep sea".into(),
            passages: vec![passage(Some("Mining"), "Nodules."), passage(None, "海山。")],
            ..Article::default()
        };
        assert_eq!(text_of(&article), "Deep sea\nMining\nNodules.\n海山。");
        assert_eq!(text_of(&Article { title: "Alone".into(), ..Article::default() }), "Alone");
    }

    #[test]
    fn a_long_text_is_named_by_its_beginning_on_one_line() {
        assert_eq!(shorten(" a\n b "), "a b");
        let long = "深海 ".repeat(40_000);
        let text = shorten(&long);
        assert!(text.ends_with('…') && text.chars().count() <= SHOWN + 1, "{text}");
    }

    #[test]
    fn the_number_of_hits_is_at_least_one() {
        assert_eq!(count("3"), Ok(3));
        for bad in ["0", "-1", "ten", ""] {
            assert!(count(bad).unwrap_err().contains("whole number from 1"), "{bad}");
        }
    }
}
