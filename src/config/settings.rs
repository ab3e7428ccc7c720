//! The registry of settings: one row each, from which flags, their help, keys, rules and errors are made.

use std::ops::RangeInclusive;

use super::{Config, Overrides};
use crate::{
    cluster::K,
    error::{Error, Result},
    input,
    vectors::FIELD,
};

/// What a setting is about; the heading its flag stands under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// How inputs are read.
    Reading,
    /// What counts as a term, and how much.
    Terms,
    /// How texts become vectors.
    Embedding,
    /// How articles are grouped.
    Clustering,
    /// What is said of a theme.
    Themes,
    /// How the program runs; belongs to every command.
    Run,
}

impl Group {
    /// The heading.
    #[must_use]
    pub fn heading(self) -> &'static str {
        match self {
            Self::Reading => "Reading",
            Self::Terms => "Terms",
            Self::Embedding => "Embedding",
            Self::Clustering => "Clustering",
            Self::Themes => "Themes",
            Self::Run => "Everywhere",
        }
    }
}

/// One of the words a setting may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The word.
    pub name: &'static str,
    /// What it means.
    pub about: &'static str,
}

/// What sort of value a setting has.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A whole number, from 0.
    Whole,
    /// A number.
    Number,
    /// `auto` or a whole number.
    AutoOrWhole,
    /// `true` or `false`.
    Switch,
    /// `true` or `false`; the flag alone is `true`.
    Flag,
    /// `NAME=VALUE`, given as often as need be.
    Pairs,
    /// A file to read.
    File,
    /// A folder.
    Folder,
    /// The address of a server.
    Address,
    /// Any text.
    Text,
    /// One of the words listed.
    Word(fn() -> Vec<Choice>),
}

impl Kind {
    /// Reads a value as it is written after a flag; none if it is of another kind.
    pub(super) fn read(self, text: &str) -> Option<serde_json::Value> {
        match self {
            Self::Whole => text.parse::<u64>().ok().map(Into::into),
            Self::Number => text.parse().ok().and_then(serde_json::Number::from_f64).map(Into::into),
            Self::AutoOrWhole => text.parse::<u64>().map_or_else(|_| Some(text.into()), |n| Some(n.into())),
            Self::Pairs => text.split_once('=').map(|(name, value)| {
                let (name, value) = (name.trim().to_owned(), value.trim().into());
                serde_json::Value::Object([(name, value)].into_iter().collect())
            }),
            Self::Switch | Self::Flag => text.parse::<bool>().ok().map(Into::into),
            Self::File | Self::Folder | Self::Address | Self::Text | Self::Word(_) => Some(text.into()),
        }
    }
}

/// A setting: its key, what it does, and the rule its values obey.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its key in a configuration file; its flag without dashes.
    pub key: &'static str,
    /// What it is about.
    pub group: Group,
    /// What sort of value it has.
    pub kind: Kind,
    /// The value's name in the help.
    pub value: &'static str,
    /// What it does, in a line.
    pub help: &'static str,
    /// More on it, for the long help; may be empty.
    pub more: &'static str,
    /// What its values obey, as it reads after "but".
    pub rule: &'static str,
    /// What to write instead, as it reads before ", or leave it out".
    pub remedy: &'static str,
    /// Whether the rule holds; it holds where the setting is not set.
    pub holds: fn(&Overrides) -> bool,
}

impl Setting {
    /// The flag: `--terms`, `-k`.
    #[must_use]
    pub fn flag(&self) -> String {
        let dashes = if self.key.len() == 1 { "-" } else { "--" };
        format!("{dashes}{}", self.key)
    }

    /// The default, as a person would write it; none if the setting is unset by default.
    #[must_use]
    pub fn default(&self) -> Option<String> {
        Overrides::from(&Config::default()).shown(self.key)
    }

    /// The error of a value that breaks the rule.
    pub(super) fn broken(&self, name: String, value: &str) -> Error {
        let instead = match self.default() {
            Some(default) => format!(", or leave it out for {default}"),
            None => ", or leave it out".to_owned(),
        };
        let value = if value.trim().is_empty() { format!("{value:?}") } else { value.to_owned() };
        Error::Setting { name, value, rule: self.rule.to_owned(), remedy: format!("{}{instead}", self.remedy) }
    }
}

/// The row of a key.
pub(super) fn find(key: &str) -> Result<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key).ok_or_else(|| Error::Setting {
        name: key.to_owned(),
        value: "given".to_owned(),
        rule: "no setting has this key".to_owned(),
        remedy: format!("the keys are {}", keys()),
    })
}

/// Every key, separated by commas.
pub(super) fn keys() -> String {
    SETTINGS.iter().map(|setting| setting.key).collect::<Vec<_>>().join(", ")
}

fn within<T: PartialOrd>(value: Option<T>, range: &RangeInclusive<T>) -> bool {
    value.is_none_or(|value| range.contains(&value))
}

fn input_formats() -> Vec<Choice> {
    input::Format::ALL.iter().map(|format| Choice { name: format.name(), about: format.about() }).collect()
}

/// Every setting, in the order of the help.
pub const SETTINGS: &[Setting] = &[
    Setting {
        key: "input-format",
        group: Group::Reading,
        kind: Kind::Word(input_formats),
        value: "FORMAT",
        help: "Read every input as this format",
        more: "Left out, the format of each file is recognised from its content.",
        rule: "it is the name of an input format",
        remedy: "`wenmai cluster --help` lists them",
        holds: |_| true,
    },
    Setting {
        key: "encoding",
        group: Group::Reading,
        kind: Kind::Text,
        value: "NAME",
        help: "Read every text in this encoding",
        more: "Such as gb18030, big5 or utf-16le, by the names that web pages use. Left out, it is what a byte order mark, or a \
               web page itself, says, and else recognised from the content. What cannot be decoded is counted and told.",
        rule: "it is the name of an encoding",
        remedy: "write utf-8, gb18030, big5, utf-16le or another that web pages use",
        holds: |_| true,
    },
    Setting {
        key: "map",
        group: Group::Reading,
        kind: Kind::Pairs,
        value: "FIELD=NAME",
        help: "What a field is called in tables and JSON lines; may be given several times",
        more: "Such as --map title=标题 --map text=正文; the usual Chinese and English names are known. In a configuration file: \
               `map = { title = \"标题\" }`.",
        rule: "it names a field of an article (id, title, text, lang, label, date, source, url, author) and a column",
        remedy: "write --map title=NAME",
        holds: |_| true,
    },
    Setting {
        key: "limit",
        group: Group::Reading,
        kind: Kind::Pairs,
        value: "NAME=VALUE",
        help: "Raise or lower a limit of what is read; may be given several times",
        more: "Bytes may have a unit. file=1GiB (one file), member=256MiB (one member of an archive, unpacked), archive=4GiB \
               (all that one archive unpacks to), ratio=200 (bytes unpacked for each byte of the archive, past 64 MiB), \
               members=100000 (of one archive), depth=5 (archives in archives), article=16MiB (its text), passages=100000 (of \
               one article), row=16MiB (of a table or JSON lines), columns=16384, page=16MiB (a web page), nesting=512 (its elements), term=256 \
               (bytes of a word), wait=5 (seconds for a pipe that nobody writes to). In a configuration file: `limit = { file = \"4GB\" }`.",
        rule: "it is the name of a limit and a whole number from 1, for bytes with a unit or without",
        remedy: "write it like --limit file=4GB; the limits are file, member, archive, ratio, members, depth, article, passages, \
                 row, columns, page, nesting, term and wait",
        holds: |_| true,
    },
    Setting {
        key: "strict",
        group: Group::Reading,
        kind: Kind::Flag,
        value: "BOOL",
        help: "Fail at the first input that is skipped, or is not what it should be",
        more: "With exit code 2 and nothing written; else the rest goes on, with exit code 1.",
        rule: "it is a switch",
        remedy: "write --strict",
        holds: |_| true,
    },
    Setting {
        key: "dict",
        group: Group::Terms,
        kind: Kind::File,
        value: "FILE",
        help: "Add the words of a dictionary to the Chinese segmenter",
        more: "One word a line, in jieba's format: `word`, `word frequency` or `word frequency tag`. \
               In a configuration file, the path is relative to that file.",
        rule: "it is the path of a dictionary",
        remedy: "name a file",
        holds: |o| o.dict.as_ref().is_none_or(|path| !path.as_os_str().is_empty()),
    },
    Setting {
        key: "stopwords",
        group: Group::Terms,
        kind: Kind::File,
        value: "FILE",
        help: "Leave out the words of a list, besides the usual stop words",
        more: "One word a line, Chinese or English. In a configuration file, the path is relative to that file.",
        rule: "it is the path of a list of words",
        remedy: "name a file",
        holds: |o| o.stopwords.as_ref().is_none_or(|path| !path.as_os_str().is_empty()),
    },
    Setting {
        key: "phrases",
        group: Group::Terms,
        kind: Kind::Switch,
        value: "BOOL",
        help: "Whether words that often stand together become one term",
        more: "So that labels read `Belt and Road` rather than `belt, road`.",
        rule: "it is a switch",
        remedy: "write true or false",
        holds: |_| true,
    },
    Setting {
        key: "min-df",
        group: Group::Terms,
        kind: Kind::Whole,
        value: "N",
        help: "Drop terms that occur in fewer articles than this",
        more: "Ignored while it would leave an article without terms.",
        rule: "every term occurs in at least 1 article",
        remedy: "write a whole number from 1, such as 2 to drop what occurs in one article only",
        holds: |o| within(o.min_df, &(1..=usize::MAX)),
    },
    Setting {
        key: "max-df",
        group: Group::Terms,
        kind: Kind::Number,
        value: "SHARE",
        help: "Drop terms that occur in more than this share of the articles",
        more: "",
        rule: "it is a share, over 0 and at most 1",
        remedy: "write 0.5 for half of the articles",
        holds: |o| o.max_df.is_none_or(|share| share > 0.0 && share <= 1.0),
    },
    Setting {
        key: "dimensions",
        group: Group::Embedding,
        kind: Kind::Whole,
        value: "N",
        help: "Dimensions of the corpus's own view (latent semantic analysis), at most",
        more: "",
        rule: "an embedding has 1 to 1000 dimensions",
        remedy: "write a whole number from 1 to 1000",
        holds: |o| within(o.dimensions, &(1..=1000)),
    },
    Setting {
        key: "lexicon",
        group: Group::Embedding,
        kind: Kind::File,
        value: "FILE|none",
        help: "Use this lexicon in place of the program's own, or none",
        more: "`wenmai lexicon build` makes one. In a configuration file, the path is relative to that file.",
        rule: "it is the path of a lexicon, or none",
        remedy: "name a file",
        holds: |o| o.lexicon.as_ref().is_none_or(|path| !path.as_os_str().is_empty()),
    },
    Setting {
        key: "vectors",
        group: Group::Embedding,
        kind: Kind::File,
        value: "FILE|field:NAME",
        help: "Use your own embeddings of the articles in place of the lexicon",
        more: "An npy file holds a row for each article, in the order they are read: the files by path, the articles as they \
               stand in them. JSON lines of `id` and `embedding` are matched by id. field:NAME is a field of the articles' \
               own JSON lines. In a configuration file, the path is relative to that file; `none` takes it back.",
        rule: "it is a file of vectors, a field of the articles (field:NAME), or none",
        remedy: "name one",
        holds: |o| o.vectors.as_ref().is_none_or(|path| !path.as_os_str().is_empty() && path.as_os_str() != FIELD),
    },
    Setting {
        key: "embed-server",
        group: Group::Embedding,
        kind: Kind::Address,
        value: "URL",
        help: "Ask an embeddings server for the vectors of the articles, in place of the lexicon",
        more: "It is sent each article once, by OpenAI's protocol: `POST URL/embeddings`. Its answers are kept on disk, and a \
               saved model needs it no more. An API key is read from the environment variable WENMAI_API_KEY. `none` takes \
               back what a configuration file says.",
        rule: "it is the address of a server, or none",
        remedy: "write it as http://127.0.0.1:8000/v1",
        holds: |o| o.embed_server.as_ref().is_none_or(|url| !url.trim().is_empty()),
    },
    Setting {
        key: "embed-model",
        group: Group::Embedding,
        kind: Kind::Text,
        value: "NAME",
        help: "Name of the model to ask --embed-server for",
        more: "What it answers is kept under this name, whatever the address; left out, the model is called `default` and its \
               answers are kept under the address.",
        rule: "it is the name of a model, as the server knows it",
        remedy: "write it",
        holds: |o| o.embed_model.as_ref().is_none_or(|name| !name.trim().is_empty()),
    },
    Setting {
        key: "embed-prefix",
        group: Group::Embedding,
        kind: Kind::Text,
        value: "TEXT",
        help: "What to put before every text sent to --embed-server",
        more: "For models that are trained so, such as \"passage: \".",
        rule: "it is a text",
        remedy: "write one in quotes",
        holds: |_| true,
    },
    Setting {
        key: "embed-chars",
        group: Group::Embedding,
        kind: Kind::Whole,
        value: "N",
        help: "Characters of an article that are sent to --embed-server, at most",
        more: "Its title, headings and passages, from the beginning.",
        rule: "a server is sent 1 to 1000000 characters of an article",
        remedy: "write a whole number from 1 to 1000000",
        holds: |o| within(o.embed_chars, &(1..=1_000_000)),
    },
    Setting {
        key: "embed-batch",
        group: Group::Embedding,
        kind: Kind::Whole,
        value: "N",
        help: "Articles in one request to --embed-server",
        more: "",
        rule: "a request holds 1 to 4096 texts",
        remedy: "write a whole number from 1 to 4096",
        holds: |o| within(o.embed_batch, &(1..=4096)),
    },
    Setting {
        key: "embed-cache",
        group: Group::Embedding,
        kind: Kind::Folder,
        value: "DIR",
        help: "Folder to keep the answers of --embed-server in; left out, the user's cache folder",
        more: "An answer is kept under the model, the prefix and the text, so that no text is paid for twice. In a \
               configuration file, the path is relative to that file.",
        rule: "it is the path of a folder",
        remedy: "name one",
        holds: |o| o.embed_cache.as_ref().is_none_or(|path| !path.as_os_str().is_empty()),
    },
    Setting {
        key: "k",
        group: Group::Clustering,
        kind: Kind::AutoOrWhole,
        value: "auto|N",
        help: "Number of themes: as many as the corpus shows, or exactly N",
        more: "There are fewer than N if there are fewer distinct articles.",
        rule: "the number of themes is `auto` or a whole number from 1",
        remedy: "write -k auto, or a number such as -k 8",
        holds: |o| o.k.is_none_or(|k| k != K::Exactly(0)),
    },
    Setting {
        key: "themes",
        group: Group::Clustering,
        kind: Kind::File,
        value: "FILE",
        help: "Name themes in a TOML file; further ones are still discovered",
        more: "A `[[theme]]` has a `name` (a text, or `{ zh = ..., en = ... }`) and at least one of `words` (what it is about), \
               `examples` (ids of articles in it) and `must` (an article with one of these words belongs in it); an article \
               with one of its `never` words does not. Words may be Chinese or English, whatever the articles are. `extra` at \
               the top is the number of further themes, or \"auto\". -k N is the number of all themes. A theme that no article \
               matches is reported empty. In a configuration file, the path is relative to that file.",
        rule: "it is the path of a file of themes",
        remedy: "name a file",
        holds: |o| o.themes.as_ref().is_none_or(|path| !path.as_os_str().is_empty()),
    },
    Setting {
        key: "starts",
        group: Group::Clustering,
        kind: Kind::Whole,
        value: "N",
        help: "Starts of k-means, of which the best is kept",
        more: "",
        rule: "k-means starts 1 to 1000 times",
        remedy: "write a whole number from 1 to 1000",
        holds: |o| within(o.starts, &(1..=1000)),
    },
    Setting {
        key: "max-iterations",
        group: Group::Clustering,
        kind: Kind::Whole,
        value: "N",
        help: "Iterations of one start, at most",
        more: "",
        rule: "a start takes 1 to 10000 iterations",
        remedy: "write a whole number from 1 to 10000",
        holds: |o| within(o.max_iterations, &(1..=10_000)),
    },
    Setting {
        key: "terms",
        group: Group::Themes,
        kind: Kind::Whole,
        value: "N",
        help: "Terms listed for each theme",
        more: "",
        rule: "a theme lists 1 to 100 terms",
        remedy: "write a whole number from 1 to 100",
        holds: |o| within(o.terms, &(1..=100)),
    },
    Setting {
        key: "evidence",
        group: Group::Themes,
        kind: Kind::Whole,
        value: "N",
        help: "Passages quoted for each theme",
        more: "",
        rule: "a theme quotes 1 to 50 passages",
        remedy: "write a whole number from 1 to 50",
        holds: |o| within(o.evidence, &(1..=50)),
    },
    Setting {
        key: "depth",
        group: Group::Themes,
        kind: Kind::Whole,
        value: "N",
        help: "Levels of themes: 1 for themes alone, 2 for sub-themes as well",
        more: "A theme is split only where its articles show parts that hold when some of them are left out, and only if it \
               has 40 articles or more.",
        rule: "themes have 1 to 5 levels",
        remedy: "write a whole number from 1 to 5",
        holds: |o| within(o.depth, &(1..=5)),
    },
    Setting {
        key: "unthemed-at-most",
        group: Group::Themes,
        kind: Kind::Text,
        value: "SHARE|N",
        help: "Articles that may fit no theme, at most: a share such as 10%, or a number",
        more: "Of more than that, the best-fitting are taken into the theme they are most like. An article without words that \
               count is like none. A whole number is a number of articles; one with a percent sign or a decimal point is a \
               share. Left out, any number may fit none.",
        rule: "it is a share of the articles from 0% to 100%, or a number of them",
        remedy: "write 10% or 0.1 for a tenth of the articles, or a whole number such as 12",
        holds: |_| true,
    },
    Setting {
        key: "seed",
        group: Group::Run,
        kind: Kind::Whole,
        value: "N",
        help: "Seed of everything random; the same seed gives the same bytes",
        more: "",
        rule: "a seed is a whole number from 0 to 18446744073709551615",
        remedy: "write one",
        holds: |_| true,
    },
    Setting {
        key: "threads",
        group: Group::Run,
        kind: Kind::Whole,
        value: "N",
        help: "Threads to use; left out, as many as there are cores",
        more: "The result is the same for any number.",
        rule: "a run takes 1 to 1024 threads",
        remedy: "write a whole number from 1 to 1024",
        holds: |o| within(o.threads, &(1..=1024)),
    },
];
