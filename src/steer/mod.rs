//! Steering: themes that the user names, and what belongs in them.
//!
//! Receives a file of themes (`file.rs`) and the articles with their embeddings, and returns [`Steered`] (`resolve.rs`): for
//! each named theme a seed, the vector its clustering starts from, and for each article the theme it must be in, those it
//! must not be in and the one it matches. The clustering gets this as plain data; further themes are still
//! discovered among the other articles.
//!
//! ```toml
//! extra = "auto"              # further themes: auto (the default), or a number; 0 for none
//!
//! [[theme]]
//! name = { zh = "一带一路", en = "Belt and Road" }   # or name = "Belt and Road"
//! words = ["一带一路", "joint laboratory"]           # what it is about, in either language
//! examples = ["seed-01"]                             # ids of articles that are in it
//! must = ["一带一路"]                                # an article with one of these is in it
//! never = ["football"]                               # an article with one of these is not
//! ```
//!
//! A theme has a name and at least one of `words`, `examples` and `must`. `-k N` is the number of all themes, and wins over
//! `extra`. Where rules meet: an example is in its theme whatever it says; `never` wins over `must`; an article with `must`
//! words of several themes belongs to the one whose words it has most often, then to the one it is most like, then to the
//! first of the file.
//!
//! `words` are understood as `wenmai similar` understands a question: what the corpus does not have is taken from the
//! lexicon. `must` and `never` are looked for in the text instead (`words.rs`), because a pin must be literal: `Belt and Road`
//! holds a stop word, and a Chinese word may lie across what the segmenter cuts.
//!
//! ```
//! use wenmai::steer::Wanted;
//!
//! let wanted = Wanted::parse("themes.toml", "[[theme]]\nname = \"Belt and Road\"\nwords = [\"一带一路\"]")?;
//! assert_eq!(wanted.themes[0].name.en.as_deref(), Some("Belt and Road"));
//!
//! let error = Wanted::parse("themes.toml", "[[theme]]\nname = \"Sea\"\nword = [\"sea\"]").unwrap_err();
//! assert_eq!(error.to_string(), "themes.toml: line 3: unknown key `word`; did you mean `words`?");
//! # Ok::<(), wenmai::Error>(())
//! ```

mod file;
mod resolve;
#[cfg(test)]
mod tests;
mod words;

use std::path::PathBuf;

use crate::{
    article::Article,
    error::{Error, Result},
};

pub use resolve::{Input, resolve};

/// Settings of the steering.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// A file of named themes; none to discover all.
    pub themes: Option<PathBuf>,
}

/// How many themes to discover besides the named ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extra {
    /// As many as the articles show that match no named theme.
    #[default]
    Auto,
    /// Exactly this many; with none, what fits no named theme is unthemed.
    Exactly(usize),
}

/// The name of a theme, in one language at least.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// Chinese.
    pub zh: Option<String>,
    /// English, or a language that is not Chinese.
    pub en: Option<String>,
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.zh, &self.en) {
            (Some(zh), Some(en)) => write!(f, "{zh} / {en}"),
            (Some(one), None) | (None, Some(one)) => f.write_str(one),
            (None, None) => Ok(()),
        }
    }
}

/// A named theme, as its file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Theme {
    /// Its name.
    pub name: Name,
    /// What it is about.
    pub words: Vec<String>,
    /// Ids of articles in it.
    pub examples: Vec<String>,
    /// An article that has one of these belongs in it.
    pub must: Vec<String>,
    /// An article that has one of these does not.
    pub never: Vec<String>,
    /// The line it begins at, from 1.
    pub line: usize,
}

/// What a file of themes says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// How the user calls the file.
    pub path: String,
    /// Further themes.
    pub extra: Extra,
    /// The named themes, in the order of the file; never empty.
    pub themes: Vec<Theme>,
}

/// What the named themes come to in a corpus of `n` articles.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Steered {
    /// Their names, in the order of the file.
    pub names: Vec<Name>,
    /// Further themes.
    pub extra: Extra,
    /// A unit row for each, `themes × d`; zero if no word is known and no article given.
    pub seeds: ndarray::Array2<f32>,
    /// For each article the named theme it must be in.
    pub pinned: Vec<Option<usize>>,
    /// For each article the named themes it must not be in, ascending.
    pub forbidden: Vec<Vec<usize>>,
    /// For each article the named theme that it matches best, if it matches one.
    pub matched: Vec<Option<usize>>,
    /// For each article the named theme it must be in, or of which it is the best match.
    pub firm: Vec<Option<usize>>,
    /// What the user should know: words nobody knows, themes that nothing matches.
    pub notes: Vec<String>,
}

/// Reads the file of the settings, if there is one, and checks its examples against the articles, ordered by id.
///
/// # Errors
/// [`Error::Read`] if it cannot be read; [`Error::Config`] if it is no file of themes, or names an article that is not there.
pub fn open(settings: &Settings, articles: &[Article]) -> Result<Option<Wanted>> {
    let Some(path) = &settings.themes else { return Ok(None) };
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|source| Error::Read { path: name.clone(), source })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let reason = format!("byte {} is not UTF-8; save the file as UTF-8", error.utf8_error().valid_up_to());
        Error::Config { path: name.clone(), reason }
    })?;
    let wanted = Wanted::parse(&name, &text)?;
    wanted.check(articles)?;
    Ok(Some(wanted))
}
