//! What changed between two runs: themes that appeared, vanished, grew, shrank, split and merged, and the articles that moved.
//!
//! Receives two [`Report`]s, the earlier one first, and returns a [`Comparison`]. It looks at nothing but them, so whatever
//! wrote a `themes.json` can be compared. Runs that share articles are compared by these; runs that do not, such as the news
//! of two weeks, by the terms of their themes (`alike.rs`), and the comparison says which.
//!
//! A theme of one run is at most one theme of the other: pairs are taken by likeness, the greatest first. A theme without a
//! partner has *merged* into the theme that it mostly went into, or *split* off the one that it mostly came from; else it
//! has *vanished* or *appeared*. Comparing B with A says the opposite of comparing A with B.
//!
//! ```
//! use wenmai::{compare::{compare, What}, report::view::{Article, Report, Theme}};
//!
//! let run = |themes: &[&[&str]]| Report {
//!     themes: (1..).zip(themes).map(|(id, ids)| Theme { id, size: ids.len(), ..Theme::default() }).collect(),
//!     articles: (1..)
//!         .zip(themes)
//!         .flat_map(|(theme, ids)| ids.iter().map(move |id| (theme, *id)))
//!         .map(|(theme, id)| Article { id: id.to_owned(), theme: Some(theme), ..Article::default() })
//!         .collect(),
//!     ..Report::default()
//! };
//! let found = compare(&run(&[&["a", "b", "c"], &["x", "y"]]), &run(&[&["a", "b", "c", "x", "y"]]));
//! assert_eq!(found.changes[0].what, What::Merged);
//! assert_eq!(found.changes[0].articles.len(), 2);
//! ```

mod alike;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::report::view::{Label, Report, Theme};
use alike::Alike;

/// The name and version of the JSON shape. Changes within a version only add fields.
pub const SCHEMA: &str = "wenmai.compare/1";

/// What changed from run A to run B.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// The shape's name and version, [`SCHEMA`].
    pub schema: String,
    /// What the themes were matched by.
    pub evidence: Evidence,
    /// Why by that, in words.
    pub because: String,
    /// The earlier run.
    pub a: Run,
    /// The later run.
    pub b: Run,
    /// Articles in both: the same id and the same title.
    pub shared: usize,
    /// What changed, by kind, then by size, the largest first.
    pub changes: Vec<Change>,
    /// Themes that are as they were.
    pub unchanged: Vec<Change>,
    /// Every article in both whose theme is not the partner of the one it was in, by id.
    pub moved: Vec<Moved>,
    /// Articles only in A, by id.
    pub only_a: Vec<Moved>,
    /// Articles only in B, by id.
    pub only_b: Vec<Moved>,
}

/// What themes are matched by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// Articles that both runs have.
    Articles,
    /// Terms of the themes, because the articles differ.
    Terms,
    /// Neither: the runs have nothing in common.
    #[default]
    Nothing,
}

/// One of the two runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// Number of themes.
    pub themes: usize,
    /// Number of articles.
    pub articles: usize,
    /// Number of articles that fit no theme.
    pub unthemed: usize,
}

/// What happened to themes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// One of A is several of B.
    Split,
    /// Several of A are one of B.
    Merged,
    /// It is in B only.
    Appeared,
    /// It was in A only.
    Vanished,
    /// It has more articles; a greater share of the run's where the articles differ.
    Grew,
    /// It has fewer articles; a smaller share of the run's where the articles differ.
    Shrank,
    /// It has as many articles, but others.
    Shifted,
    /// It is as it was.
    #[default]
    Unchanged,
}

/// What happened to a theme, or to several.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// What.
    pub what: What,
    /// The themes of A, the one that goes on first.
    pub a: Vec<ThemeRef>,
    /// The themes of B, the one that goes on first.
    pub b: Vec<ThemeRef>,
    /// What shows that these belong together, in words; empty where nothing does.
    pub because: String,
    /// The articles that came, left or went to another part, by id.
    pub articles: Vec<Moved>,
}

/// A theme of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ThemeRef {
    /// Its number in the run.
    pub id: usize,
    /// Its name in each language it has.
    pub label: Label,
    /// Number of articles.
    pub size: usize,
}

/// Where an article was and where it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Moved {
    /// Its id.
    pub id: String,
    /// Its title, or the beginning of its text.
    pub title: String,
    /// Whether A has it.
    pub in_a: bool,
    /// Its theme in A; none if it fits none there, or is not there.
    pub a: Option<usize>,
    /// Whether B has it.
    pub in_b: bool,
    /// Its theme in B; none if it fits none there, or is not there.
    pub b: Option<usize>,
}

/// Compares two runs, the earlier one first.
#[must_use]
pub fn compare(a: &Report, b: &Report) -> Comparison {
    let articles = articles(a, b);
    let shared = articles.iter().filter(|one| one.in_a && one.in_b).count();
    let alike = Alike::new(a, b, &articles, shared);
    let partners = Partners::new(&alike, a, b);

    // Of each theme, those of the other run that merged into it, or split off it.
    let mut merged: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut split: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let (mut vanished, mut appeared) = (Vec::new(), Vec::new());
    for i in (0..a.themes.len()).filter(|&i| partners.of_a[i].is_none()) {
        match alike.went(i) {
            Some(j) => merged.entry(j).or_default().push(i),
            None => vanished.push(i),
        }
    }
    for j in (0..b.themes.len()).filter(|&j| partners.of_b[j].is_none()) {
        match alike.came(j) {
            Some(i) => split.entry(i).or_default().push(j),
            None => appeared.push(j),
        }
    }

    let make = |what: What, of_a: Vec<usize>, of_b: Vec<usize>| Change {
        what,
        articles: touched(&articles, &partners, a, b, &of_a, &of_b),
        because: alike.because(&of_a, &of_b),
        a: of_a.iter().map(|&i| theme_ref(&a.themes[i])).collect(),
        b: of_b.iter().map(|&j| theme_ref(&b.themes[j])).collect(),
    };
    let mut changes = Vec::new();
    let mut told: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (&i, parts) in &split {
        let heir = partners.of_a[i];
        told.extend(heir.map(|j| (i, j)));
        changes.push(make(What::Split, vec![i], heir.into_iter().chain(parts.iter().copied()).collect()));
    }
    for (&j, parts) in &merged {
        let heir = partners.of_b[j];
        told.extend(heir.map(|i| (i, j)));
        changes.push(make(What::Merged, heir.into_iter().chain(parts.iter().copied()).collect(), vec![j]));
    }
    changes.extend(appeared.into_iter().map(|j| make(What::Appeared, vec![], vec![j])));
    changes.extend(vanished.into_iter().map(|i| make(What::Vanished, vec![i], vec![])));
    let mut unchanged = Vec::new();
    for (i, j) in partners.pairs().filter(|pair| !told.contains(pair)) {
        let mut change = make(What::Unchanged, vec![i], vec![j]);
        change.what = alike.growth(&a.themes[i], &b.themes[j], change.articles.is_empty());
        if change.what == What::Unchanged { unchanged.push(change) } else { changes.push(change) }
    }
    let size = |change: &Change| change.a.iter().chain(&change.b).map(|theme| theme.size).sum::<usize>();
    let first = |change: &Change| change.a.iter().chain(&change.b).map(|theme| theme.id).min();
    changes.sort_by(|x, y| x.what.cmp(&y.what).then(size(y).cmp(&size(x))).then(first(x).cmp(&first(y))));

    let (evidence, because) = alike.evidence();
    let only = |in_a: bool| articles.iter().filter(|one| one.in_a == in_a && one.in_b != in_a).cloned().collect();
    Comparison {
        schema: SCHEMA.to_owned(),
        evidence,
        because,
        a: run(a),
        b: run(b),
        shared,
        changes,
        unchanged,
        moved: articles.iter().filter(|one| one.in_a && one.in_b && !partners.stays(one, a, b)).cloned().collect(),
        only_a: only(true),
        only_b: only(false),
    }
}

fn run(report: &Report) -> Run {
    Run { themes: report.themes.len(), articles: report.articles.len(), unthemed: report.unthemed.len() }
}

fn theme_ref(theme: &Theme) -> ThemeRef {
    ThemeRef { id: theme.id, label: theme.label.clone(), size: theme.size }
}

/// The articles of both runs by id, those of one id and different titles as two.
fn articles(a: &Report, b: &Report) -> Vec<Moved> {
    let mut all: BTreeMap<(&str, &str), Moved> = BTreeMap::new();
    for article in &a.articles {
        let one = all.entry((&article.id, &article.title)).or_default();
        (one.in_a, one.a) = (true, article.theme);
    }
    for article in &b.articles {
        let one = all.entry((&article.id, &article.title)).or_default();
        (one.in_b, one.b) = (true, article.theme);
    }
    let named = all.into_iter().map(|((id, title), one)| Moved { id: id.to_owned(), title: title.to_owned(), ..one });
    named.collect()
}

/// The partner of each theme, by place in its report.
struct Partners {
    of_a: Vec<Option<usize>>,
    of_b: Vec<Option<usize>>,
}

impl Partners {
    /// Pairs themes of one given name, then themes by likeness, the greatest first. Of equal ones, the larger themes: two pairs
    /// of equal sums of places have no theme in common, so neither the order of the two runs nor of the pairs matters.
    fn new(alike: &Alike<'_>, a: &Report, b: &Report) -> Self {
        let mut partners = Self { of_a: vec![None; a.themes.len()], of_b: vec![None; b.themes.len()] };
        let mut pairs: Vec<(bool, f64, usize, usize)> = Vec::new();
        for (i, of_a) in a.themes.iter().enumerate() {
            for (j, of_b) in b.themes.iter().enumerate() {
                let named = of_a.named.is_some() && of_a.named == of_b.named;
                if named || alike.related(i, j) {
                    pairs.push((named, alike.likeness(i, j), i, j));
                }
            }
        }
        pairs.sort_by(|x, y| y.0.cmp(&x.0).then(y.1.total_cmp(&x.1)).then((x.2 + x.3).cmp(&(y.2 + y.3))));
        for (_, _, i, j) in pairs {
            if partners.of_a[i].is_none() && partners.of_b[j].is_none() {
                (partners.of_a[i], partners.of_b[j]) = (Some(j), Some(i));
            }
        }
        partners
    }

    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        self.of_a.iter().enumerate().filter_map(|(i, j)| Some((i, (*j)?)))
    }

    /// Whether an article in both runs is where it was.
    fn stays(&self, one: &Moved, a: &Report, b: &Report) -> bool {
        match (place(a, one.a), place(b, one.b)) {
            (None, None) => true,
            (Some(i), Some(j)) => self.of_a[i] == Some(j),
            _ => false,
        }
    }
}

/// The place of a theme in its report.
fn place(report: &Report, id: Option<usize>) -> Option<usize> {
    report.themes.iter().position(|theme| Some(theme.id) == id)
}

/// The articles of some themes that are not simply where they were.
fn touched(
    articles: &[Moved],
    partners: &Partners,
    a: &Report,
    b: &Report,
    of_a: &[usize],
    of_b: &[usize],
) -> Vec<Moved> {
    let within = |one: &&Moved| {
        place(a, one.a).is_some_and(|i| of_a.contains(&i)) || place(b, one.b).is_some_and(|j| of_b.contains(&j))
    };
    let stays = |one: &Moved| one.in_a && one.in_b && partners.stays(one, a, b);
    articles.iter().filter(within).filter(|one| !stays(one)).cloned().collect()
}
