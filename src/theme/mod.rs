//! Themes: from clusters to names, members and evidence a reader can check.
//!
//! Receives the articles, their terms ([`Document`]s, [`Bag`]s), their embeddings and the [`Clusters`]; returns
//! [`Themes`]: for each theme its members, terms, labels and evidence, for each article where it belongs and how clearly.
//!
//! | file | question |
//! |---|---|
//! | `members.rs` | who belongs, how clearly, and who fits nowhere? |
//! | `weight.rs` | which terms set a theme apart? |
//! | `list.rs` | which of them are shown, so that they belong together? |
//! | `meeting.rs` | which terms meet in the texts? |
//! | `dateline.rs` | which words say who wrote an article, not what it is about? |
//! | `label.rs` | what is it called in each language? |
//! | `evidence.rs` | which passages prove it? |
//! | `map.rs` | where does an article stand on a plane? |
//! | `parts.rs` | which themes have parts of their own? |
//! | `table.rs` | what is a term, asked again and again? |
//! | `unthemed.rs` | how many may fit nowhere, and what do they say? |
//!
//! # Examples
//! Each language has its own file of words that make bad labels; a word takes one line there and no other edit.
//! ```
//! use wenmai::theme::is_label_word;
//! assert!(!is_label_word("said")); // reporting verb
//! assert!(!is_label_word("新华社")); // dateline
//! assert!(is_label_word("telescope"));
//! ```

mod dateline;
mod evidence;
mod label;
mod list;
mod map;
mod meeting;
mod members;
mod parts;
mod table;
#[cfg(test)]
mod tests;
mod unthemed;
mod weight;

use std::{borrow::Cow, ops::Range};

use ndarray::{ArrayView2, CowArray, Ix1};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use dateline::Mark;
use table::Table;

use crate::{
    article::Article,
    cluster::{Clusters, choose::Plausible},
    embed::{Linear, Rows},
    room,
    segment::{Document, Lang, Term},
    steer::Steered,
    vectorize::Bag,
};

pub use evidence::excerpt;
pub use label::is_label_word;
pub use parts::walk;
pub use unthemed::AtMost;

/// Settings of the themes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Terms listed for each theme; 1 to 100.
    pub terms: usize,
    /// Passages quoted for each theme; 1 to 50.
    pub evidence: usize,
    /// Levels of themes: 1 for themes alone, 2 for their parts as well, and so on; 1 to 5.
    pub depth: usize,
    /// Articles that may fit no theme: of more, the best-fitting are taken in. Any number if none, which is the default: an
    /// article that is no more like a theme than like the rest is best shown as such.
    pub unthemed_at_most: Option<AtMost>,
    /// Seed of the search for parts.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { terms: 10, evidence: 3, depth: 2, unthemed_at_most: None, seed: 42 }
    }
}

/// What the stage works on. Rows are unit vectors (zero where a text has no terms).
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The articles, `n`.
    pub articles: &'a [&'a Article],
    /// Their terms.
    pub documents: &'a [Document<'a>],
    /// Every term, by number.
    pub terms: &'a [Term],
    /// Their term counts.
    pub bags: Bags<'a>,
    /// Their embeddings, `n × d`.
    pub rows: ArrayView2<'a, f32>,
    /// Article and passage number (from 0) of each passage, in order.
    pub passages: &'a [(u32, u32)],
    /// The embeddings of the passages …
    pub passage_rows: Rows<'a>,
    /// … and which of them each passage has.
    pub passage_at: &'a [usize],
    /// The cluster of each article; none for an article without terms.
    pub clusters: &'a Clusters,
    /// The articles that were clustered, in the order of `clusters.labels`.
    pub clustered: &'a [usize],
    /// A number that articles share which report the same thing ([`Stories::key`](crate::story::Stories::key)).
    pub stories: &'a [usize],
    /// Terms that name a publication, sorted: they are never labels.
    pub source_terms: &'a [u32],
    /// The term of each column of `term_rows`, ascending.
    pub columns: &'a [u32],
    /// The vectors of the terms in the articles' space, of any length.
    pub term_rows: &'a Linear,
    /// Whether a theme of one language gets a name in the other, translated.
    pub translates: bool,
    /// The themes that the user named, which are the first clusters.
    pub named: Option<Named<'a>>,
    /// Whether the articles are described one by one: how clearly each belongs to its theme, where its passages belong, what
    /// it says if it has none, and its place on the map. The articles of a part were described with the whole.
    pub described: bool,
}

/// The term counts of the articles.
#[derive(Clone, Copy, Debug)]
pub enum Bags<'a> {
    /// Held.
    Held(&'a [&'a Bag]),
    /// Counted whenever they are asked for: those of a large corpus take much room.
    Counted(&'a [Document<'a>]),
}

impl<'a> Bags<'a> {
    /// Those of an article.
    fn of(&self, article: usize) -> Cow<'a, Bag> {
        match self {
            Self::Held(bags) => Cow::Borrowed(bags[article]),
            Self::Counted(documents) => Cow::Owned(Bag::of_document(documents[article])),
        }
    }
}

impl Input<'_> {
    /// The embedding of a passage, by its place in `passages`.
    fn passage_row(&self, at: usize) -> CowArray<'_, f32, Ix1> {
        self.passage_rows.row(self.passage_at[at])
    }

    /// The passages of an article that have vectors, and these.
    fn passages_of(&self, article: usize) -> impl Iterator<Item = (usize, CowArray<'_, f32, Ix1>)> {
        self.places_of(article).map(|at| (self.passages[at].1 as usize, self.passage_row(at)))
    }

    /// Where an article's passages stand among all that have vectors.
    fn places_of(&self, article: usize) -> Range<usize> {
        let first = self.passages.partition_point(|&(a, _)| (a as usize) < article);
        let own = self.passages[first..].iter().take_while(|&&(a, _)| a as usize == article);
        first..first + own.count()
    }
}

/// The themes that the user named.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// Their names and what belongs in them.
    pub steered: &'a Steered,
    /// Whether no others are wanted.
    pub only: bool,
}

/// The themes of a corpus.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Themes {
    /// The themes, largest first; named ones without articles come last.
    pub themes: Vec<Theme>,
    /// Where each article belongs.
    pub members: Vec<Member>,
    /// How the number of themes came about.
    pub reason: String,
    /// Numbers of themes that the corpus supports, best first; empty where the number was asked for.
    #[serde(default)]
    pub choices: Vec<Plausible>,
}

/// One theme.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Theme {
    /// Its cluster.
    pub cluster: usize,
    /// The name that the user gave it; none for a theme that was discovered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named: Option<String>,
    /// Its Chinese name, if it has Chinese terms.
    pub zh: Option<String>,
    /// Its English name, if it has English terms; its best terms if it has neither language.
    pub en: Option<String>,
    /// `zh` or `en` if that name is translated from the other, since the articles do not speak it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub translated: Option<String>,
    /// Its terms and their weight relative to the best, over 0 to 1; best first. They are chosen to belong together.
    pub terms: Vec<(u32, f64)>,
    /// Its articles, most representative first.
    pub articles: Vec<usize>,
    /// Its evidence, strongest first.
    pub evidence: Vec<Quote>,
    /// Articles of other themes of which a passage belongs here.
    pub also: Vec<usize>,
    /// Mean cosine of its articles to its centroid, 0 to 1.
    pub cohesion: f64,
    /// Its parts, largest first; empty if the data shows none. An article of the theme may be in none of them.
    #[serde(default)]
    pub subthemes: Vec<Theme>,
}

/// A quoted passage.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// The article.
    pub article: usize,
    /// The passage, from 0; none for the title.
    pub passage: Option<usize>,
    /// Bytes of the passage's text (or the title) that are quoted.
    pub span: Range<usize>,
}

/// Where an article belongs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Index of its theme; none if it fits no theme.
    pub theme: Option<usize>,
    /// How clearly it belongs there rather than to the next theme, 0 to 1: `(a − b) / (a + b)`, where `a` is its cosine
    /// to the other articles of its theme and `b` the largest to another theme.
    pub confidence: f64,
    /// Themes of its passages other than its own, ascending.
    pub also: Vec<usize>,
    /// Why it has no theme.
    pub because: Option<Unthemed>,
    /// The theme that an article without one is most like, if it is like any.
    #[serde(default)]
    pub nearest: Option<usize>,
    /// What an article without a theme says; none if it has no text.
    #[serde(default)]
    pub says: Option<Quote>,
    /// Its place on the map, each −1 to 1.
    pub place: (f32, f32),
}

/// Why an article fits no theme.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unthemed {
    /// It has no term that is counted.
    NoTerms,
    /// Nothing else in the corpus is like it.
    Alone,
    /// It is nearer to none of the named themes than to what they leave out, and no further themes are wanted.
    NotNamed,
    /// It is no more like the theme it would stand in than like the rest of the corpus.
    Between {
        /// Its mean cosine to the articles of the nearest theme.
        theme: f64,
        /// Its mean cosine to all articles outside that theme.
        corpus: f64,
    },
}

impl std::fmt::Display for Unthemed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoTerms => f.write_str("it has no words that count: only stop words, numbers or marks"),
            Self::NotNamed => f.write_str("it fits none of the named themes, and no others are wanted"),
            Self::Alone => f.write_str("it stands alone: nothing else in the corpus is like it"),
            Self::Between { theme, corpus } => {
                write!(
                    f,
                    "it is no more like the articles of its nearest theme (mean cosine {theme:.2}) than like the rest ({corpus:.2})"
                )
            }
        }
    }
}

/// Names the themes, sorts out their members and picks the evidence.
///
/// The result depends on the input alone, not on the number of threads.
#[must_use]
pub fn fit(input: &Input<'_>, settings: &Settings) -> Themes {
    let table = Table::of(input.terms);
    let marks = dateline::marks(input.articles, input.documents, &table);
    fit_in(input, &table, &marks.iter().collect::<Vec<_>>(), settings)
}

/// As [`fit`], with the table of [`Input::terms`] and what each article says of datelines.
fn fit_in(input: &Input<'_>, table: &Table<'_>, marks: &[&Mark], settings: &Settings) -> Themes {
    let ((mut members, clusters, taken_in), datelines) = rayon::join(
        || members::assign(input, settings.unthemed_at_most),
        || dateline::find(input.documents, marks, table),
    );
    let k = clusters.len();
    let mut barred = input.source_terms.to_vec();
    barred.extend(datelines);
    barred.sort_unstable();
    let input =
        &Input { source_terms: &barred, rows: input.rows.view(), passage_rows: input.passage_rows.view(), ..*input };
    let assignment: Vec<Option<usize>> = members.iter().map(|m| m.theme).collect();
    // The articles of a story share what one article counts.
    let mut sizes: FxHashMap<usize, f64> = FxHashMap::default();
    input.stories.iter().for_each(|story| *sizes.entry(*story).or_default() += 1.0);
    let parts: Vec<f64> = input.stories.iter().map(|story| 1.0 / sizes[story]).collect();
    drop(sizes);
    let centroids = members::centroids(input.rows, &assignment, k);
    let (nearness, elsewhere) = members::passages(input, &assignment, centroids.view());
    if input.described {
        let also = members::also(input, &elsewhere);
        members.iter_mut().zip(also).for_each(|(member, also)| member.also = also);
    }
    drop(elsewhere);
    room::give_back(input.articles.len());
    let speak = || {
        let weighed = weight::weigh(input.bags, &parts, &assignment, k, input.terms.len());
        let candidates: Vec<Vec<(u32, f64)>> = weighed
            .par_iter()
            .map(|weighed| {
                let weights: Vec<(u32, f64)> = weighed.iter().map(|w| (w.term, w.weight)).collect();
                label::candidates(&weights, table, input.source_terms)
            })
            .collect();
        let (terms, labels) = rayon::join(
            || list::choose(&weighed, input.documents, table, input.source_terms, settings.terms),
            || label::name(&candidates, input, table, &assignment, centroids.view()),
        );
        (candidates, terms, labels)
    };
    let place = || input.described.then(|| map::places(input.rows, &assignment, centroids.view()));
    let ((candidates, terms, labels), places) = rayon::join(speak, place);
    members.iter_mut().zip(places.into_iter().flatten()).for_each(|(member, place)| member.place = place);
    room::give_back(input.articles.len());
    if input.described {
        unthemed::explain(input, &mut members, centroids.view());
    }
    let mut themes: Vec<Theme> = clusters
        .into_par_iter()
        .enumerate()
        .map(|(t, cluster)| {
            let ranked = members::rank(input.rows, &assignment, t, centroids.row(t));
            let evidence = evidence::pick(
                input,
                t,
                &members,
                &evidence::Middle { centroid: centroids.row(t), nearness: &nearness },
                &candidates[t],
                &labels[t].terms,
                settings.evidence,
            );
            let given = input.named.and_then(|named| named.steered.names.get(cluster));
            let kept = |lang: &Lang| match lang {
                Lang::Zh => given.is_none_or(|name| name.zh.is_none()),
                _ => given.is_none_or(|name| name.en.is_none()),
            };
            let of = |lang: Lang, given: Option<&String>| given.or_else(|| labels[t].of.get(&lang)).cloned();
            Theme {
                cluster,
                named: given.map(ToString::to_string),
                zh: of(Lang::Zh, given.and_then(|name| name.zh.as_ref())),
                en: of(Lang::En, given.and_then(|name| name.en.as_ref())),
                translated: labels[t].translated.filter(kept).map(|lang| lang.name().to_owned()),
                terms: terms[t].clone(),
                cohesion: members::cohesion(&ranked),
                articles: ranked.into_iter().map(|(i, _)| i).collect(),
                evidence,
                also: members.iter().enumerate().filter(|(_, m)| m.also.contains(&t)).map(|(i, _)| i).collect(),
                subthemes: Vec::new(),
            }
        })
        .collect();
    room::give_back(input.articles.len());
    parts::split(input, table, marks, settings, &mut themes);
    let left_out = if input.named.is_some_and(|named| named.only) { input.clusters.centroids.nrows() - k } else { 0 };
    let dissolved = input.clusters.centroids.nrows() - k - left_out;
    let reason = match dissolved {
        0 => input.clusters.reason.clone(),
        1 => format!("{}; one group was dissolved, since none of its articles fits it", input.clusters.reason),
        _ => format!(
            "{}; {dissolved} groups were dissolved, since none of their articles fits them",
            input.clusters.reason
        ),
    };
    let reason = match taken_in {
        Some(told) => format!("{reason}; {told}"),
        None => reason,
    };
    Themes { themes, members, reason, choices: input.clusters.choices.clone() }
}
