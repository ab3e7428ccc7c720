//! The view model: everything a report says, ready to be written. Every format is written from this one value and
//! recomputes nothing; `themes.json` and `wenmai cluster --json` are this value itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::article::{Counts, Skipped};

/// The name and version of the JSON shape. Changes within a version only add fields.
pub const SCHEMA: &str = "wenmai.themes/1";

/// A theme report.
// Its articles are held, or made while they are written (`super::Articles`); the schema knows nothing of that.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Report")]
pub struct Report<A = Vec<Article>> {
    /// The shape's name and version, [`SCHEMA`].
    pub schema: String,
    /// The number of themes.
    pub k: usize,
    /// How `k` came about, in words.
    pub k_reason: String,
    /// Numbers of themes that the corpus supports, most plausible first; empty where the number was asked for.
    #[serde(default)]
    pub k_choices: Vec<Choice>,
    /// What was read.
    pub corpus: Corpus,
    /// The themes, largest first.
    pub themes: Vec<Theme>,
    /// Every article, ordered by id.
    pub articles: A,
    /// Ids of the articles that fit no theme.
    pub unthemed: Vec<String>,
    /// What could not be read.
    pub skipped: Vec<Skipped>,
    /// What became of what was read; none of models saved before that was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
    /// Counts by period; empty if no article has a date.
    pub timeline: Vec<Period>,
    /// Stories of more than one article, largest first: reprints and reports of one event.
    #[serde(default)]
    pub stories: Vec<Story>,
    /// Countries, regions and organisations that the articles name, by the stories that name them, most first.
    #[serde(default)]
    pub partners: Vec<Partner>,
}

/// A number of themes that the corpus supports.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Choice {
    /// The number of themes.
    pub k: usize,
    /// How plausible it is, 0 to 1.
    pub score: f64,
    /// What speaks for it, in words.
    pub why: String,
}

/// Articles that report one event, or the same words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Story {
    /// Number of the story, from 1, largest first.
    pub id: usize,
    /// The title of its first article.
    pub title: String,
    /// The theme of most of its articles; none if they fit no theme.
    pub theme: Option<usize>,
    /// Ids of its articles, earliest first.
    pub articles: Vec<String>,
    /// How many of them repeat another's text word for word (its title too, if there is little text).
    pub copies: usize,
    /// First day, `YYYY-MM-DD`.
    pub from: Option<String>,
    /// Last day, `YYYY-MM-DD`.
    pub to: Option<String>,
    /// A passage of it.
    pub evidence: Vec<Evidence>,
}

/// A country, region or organisation that articles name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Partner {
    /// What it is: the ISO 3166-1 code of a country, another short name for the rest.
    pub code: String,
    /// `country`, `region` or `organisation`.
    pub kind: String,
    /// Its name in each language.
    pub name: Label,
    /// Number of articles that name it.
    pub articles: usize,
    /// Number of stories that name it; an article of no story counts as one.
    pub stories: usize,
    /// Articles that name it in each theme, in the order of `themes`, then among the unthemed.
    pub themes: Vec<usize>,
    /// Passages that name it.
    pub evidence: Vec<Evidence>,
}

/// A part of a theme.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Subtheme {
    /// Its number within the theme: `3.1`, and below it `3.1.2`.
    pub id: String,
    /// Its name in each language it has.
    pub label: Label,
    /// Number of articles.
    pub size: usize,
    /// Number of stories; an article of no story counts as one.
    pub stories: usize,
    /// Its terms, best first.
    pub terms: Vec<Term>,
    /// Ids of its articles, most representative first.
    pub articles: Vec<String>,
    /// Passages that show what it is about, strongest first.
    pub evidence: Vec<Evidence>,
    /// Mean cosine of its articles to their centroid, 0 to 1.
    pub cohesion: f64,
    /// Its own parts.
    pub subthemes: Vec<Subtheme>,
}

/// A term that a theme used more in a period than in its others: far more often than chance would have it (G²,
/// Dunning 1993), counted by story.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rise {
    /// The term in its commonest surface form.
    pub term: String,
    /// `zh`, `en` or `other`.
    pub lang: String,
    /// The name of the period, as in `timeline`.
    pub period: String,
    /// Share of the theme's stories of the period that hold it, 0 to 1.
    pub share: f64,
    /// That share in the theme's other periods, 0 to 1.
    pub before: f64,
    /// A passage of the period that holds it.
    pub evidence: Vec<Evidence>,
}

/// A time in which a theme was reported far more than usual.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Burst {
    /// First day, `YYYY-MM-DD`.
    pub from: String,
    /// Last day, `YYYY-MM-DD`.
    pub to: String,
    /// How much the bursting state of Kleinberg's automaton (2002) saves over its resting state in it, in nats; above 0.
    pub weight: f64,
    /// Number of the theme's stories in it.
    pub stories: usize,
    /// Passages of it.
    pub evidence: Vec<Evidence>,
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
    /// Articles without a date: they are counted everywhere but in time.
    #[serde(default)]
    pub undated: usize,
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
    /// The name the user gave it; none for a theme that was discovered.
    #[serde(default)]
    pub named: Option<String>,
    /// Number of stories; an article of no story counts as one.
    #[serde(default)]
    pub stories: usize,
    /// Its parts, largest first; empty if the data shows none.
    #[serde(default)]
    pub subthemes: Vec<Subtheme>,
    /// Terms that rose in some period, by period, the strongest first.
    #[serde(default)]
    pub rose: Vec<Rise>,
    /// Times in which it was reported far more than usual, earliest first.
    #[serde(default)]
    pub bursts: Vec<Burst>,
    /// Codes of the countries that the theme is about: named by many of its stories, and more than elsewhere; most first.
    #[serde(default)]
    pub partners: Vec<String>,
    /// Whether it is about the relations of two sides.
    #[serde(default)]
    pub bilateral: bool,
}

/// A theme's name in each language the theme has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Label {
    /// Chinese.
    pub zh: Option<String>,
    /// English.
    pub en: Option<String>,
    /// `zh` or `en` if that name is translated from the other, since no article of the theme speaks the language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub translated: Option<String>,
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
    /// What it says, if it has no theme.
    #[serde(default)]
    pub unthemed_evidence: Vec<Evidence>,
    /// The number of its part of the theme, as in `subthemes`.
    #[serde(default)]
    pub subtheme: Option<String>,
    /// The number of its story; none if it is a story by itself.
    #[serde(default)]
    pub story: Option<usize>,
    /// Codes of the countries, regions and organisations it names, as in `partners`.
    #[serde(default)]
    pub partners: Vec<String>,
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
    /// Stories in each theme, as `counts`: an article of no story counts as one, a story in the period of its first article
    /// of that theme.
    #[serde(default)]
    pub stories: Vec<usize>,
}
