//! The view model: everything a report says, ready to be written. Every format is written from this one value and
//! recomputes nothing; `themes.json` and `wenmai cluster --json` are this value itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::article::Skipped;

/// The name and version of the JSON shape. Changes within a version only add fields.
pub const SCHEMA: &str = "wenmai.themes/1";

/// A theme report.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// The shape's name and version, [`SCHEMA`].
    pub schema: String,
    /// The number of themes.
    pub k: usize,
    /// How `k` came about, in words.
    pub k_reason: String,
    /// What was read.
    pub corpus: Corpus,
    /// The themes, largest first.
    pub themes: Vec<Theme>,
    /// Every article, ordered by id.
    pub articles: Vec<Article>,
    /// Ids of the articles that fit no theme.
    pub unthemed: Vec<String>,
    /// What could not be read.
    pub skipped: Vec<Skipped>,
    /// Counts by period; empty if no article has a date.
    pub timeline: Vec<Period>,
}

/// The corpus in numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Corpus {
    /// Number of articles.
    pub articles: usize,
    /// Number of passages.
    pub passages: usize,
    /// Number of files they came from.
    pub files: usize,
    /// Number of distinct terms counted.
    pub terms: usize,
    /// Articles by language (`zh`, `en`, `zh+en`, `other`), most first.
    pub languages: Vec<Count>,
    /// Articles by source, most first; articles without a source are not counted.
    pub sources: Vec<Count>,
    /// First day, `YYYY-MM-DD`.
    pub from: Option<String>,
    /// Last day, `YYYY-MM-DD`.
    pub to: Option<String>,
}

/// A name and how often it occurs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Count {
    /// What is counted.
    pub name: String,
    /// How many.
    pub count: usize,
}

/// A theme: a cluster of articles with names, terms and evidence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Theme {
    /// Number of the theme, from 1, largest first.
    pub id: usize,
    /// Its name in each language it has.
    pub label: Label,
    /// Number of articles.
    pub size: usize,
    /// Its terms, best first.
    pub terms: Vec<Term>,
    /// Ids of its articles, most representative first.
    pub articles: Vec<String>,
    /// Passages that show what the theme is about, strongest first.
    pub evidence: Vec<Evidence>,
    /// First day, `YYYY-MM-DD`.
    pub from: Option<String>,
    /// Last day, `YYYY-MM-DD`.
    pub to: Option<String>,
    /// Articles by language, most first.
    pub languages: Vec<Count>,
    /// Articles of other themes one of whose passages belongs here.
    pub also: Vec<String>,
    /// Mean cosine of its articles to the theme's centroid, 0 to 1: how tightly it holds together.
    pub cohesion: f64,
}

/// A theme's name in each language the theme has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Label {
    /// Chinese.
    pub zh: Option<String>,
    /// English.
    pub en: Option<String>,
}

/// A term of a theme.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Term {
    /// The term in its commonest surface form.
    pub term: String,
    /// Its class-based TF-IDF weight relative to the theme's best term, 0 to 1.
    pub weight: f64,
    /// `zh`, `en` or `other`.
    pub lang: String,
}

/// A quoted passage and where it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// Id of the article.
    pub article: String,
    /// Number of the passage in the article, from 1; 0 is the title.
    pub passage: usize,
    /// The heading the passage stands under.
    pub heading: Option<String>,
    /// The words quoted, as they stand in the passage (citation marks left out).
    pub quote: String,
    /// The file, as the user named it.
    pub path: String,
    /// The line in it, from 1.
    pub line: u32,
    /// First byte of the quote (or, in formats that escape their text, of the passage) in the file.
    pub start: u64,
    /// One past its last byte.
    pub end: u64,
}

/// An article as the report shows it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Article {
    /// Its id.
    pub id: String,
    /// Its title, or the beginning of its text.
    pub title: String,
    /// The id of its theme; none if it fits no theme.
    pub theme: Option<usize>,
    /// How clearly it belongs there rather than to the next theme, 0 to 1.
    pub confidence: f64,
    /// Themes of its passages other than `theme`.
    pub also: Vec<usize>,
    /// Why it has no theme.
    pub unthemed_because: Option<String>,
    /// `zh`, `en`, `zh+en` or `other`: the languages of its text.
    pub lang: String,
    /// When it was published, `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM`.
    pub date: Option<String>,
    /// Who published it.
    pub source: Option<String>,
    /// Where it can be read.
    pub url: Option<String>,
    /// The file it was read from, as the user named it.
    pub path: String,
    /// The line it begins at.
    pub line: u32,
    /// Horizontal place on the map, −1 to 1.
    pub x: f64,
    /// Vertical place on the map, −1 to 1.
    pub y: f64,
}

/// Articles of one period.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Period {
    /// The period's name: `2025-06-14`, `2025-W24`, `2025-06`, `2025-Q2` or `2025`.
    pub period: String,
    /// First day of the period.
    pub from: String,
    /// Articles in each theme, in the order of `themes`, then the unthemed.
    pub counts: Vec<usize>,
}
