//! Which themes have parts of their own.
//!
//! A theme's articles are a corpus of their own: the number of its parts is chosen as that of the themes is, and the parts are
//! named, sorted and proved by the same functions, on these articles alone, so that their terms tell them from each other.
//! A theme stays whole if its articles are too few to be tried again without some of them, if they show no structure, or if
//! the parts do not hold.

use std::collections::BTreeSet;

use ndarray::Array2;
use rayon::prelude::*;

use super::{Bags, Input, Quote, Settings, Theme, dateline::Mark, fit_in, table::Table};
use crate::{
    article::Article,
    cluster::{self, K, choose},
    room,
    segment::{Document, Lang},
    vectorize::Bag,
};

/// Articles that the number of parts is chosen by, at most; they stand at equal distances in the order of articles.
const LOOKED_AT: usize = 300;

/// A theme is parted only if its parts hold this well when articles are left out, on a scale from chance to always.
const HOLD: f64 = 0.5;

/// Articles of a part at least.
const LEAST: usize = 3;

/// Themes and their parts, to any depth, each theme before its parts.
pub fn walk(themes: &[Theme]) -> impl Iterator<Item = &Theme> {
    let mut left: Vec<&Theme> = themes.iter().rev().collect();
    std::iter::from_fn(move || {
        let next = left.pop()?;
        left.extend(next.subthemes.iter().rev());
        Some(next)
    })
}

/// Splits themes into parts, down to the depth of the settings. No two themes or parts share a name in a language.
pub(super) fn split(input: &Input<'_>, table: &Table<'_>, marks: &[&Mark], settings: &Settings, themes: &mut [Theme]) {
    if settings.depth < 2 {
        return;
    }
    let part = |theme: &mut Theme| {
        theme.subthemes = parts(input, table, marks, settings, &theme.articles).unwrap_or_default();
    };
    let articles = input.articles.len();
    if !room::is_dear(articles) {
        // One at a time, so that a thread without work takes the next largest, not half of all.
        themes.par_iter_mut().with_max_len(1).for_each(part);
    } else {
        // Each takes room for a copy of its rows and more, and is large enough for all threads.
        for theme in &mut *themes {
            part(theme);
            room::give_back(articles);
        }
    }
    let mut taken: BTreeSet<(Lang, String)> = BTreeSet::new();
    for theme in &*themes {
        taken.extend(theme.zh.iter().map(|name| (Lang::Zh, name.clone())));
        taken.extend(theme.en.iter().map(|name| (Lang::En, name.clone())));
    }
    for theme in themes {
        rename(&mut theme.subthemes, input.terms, &mut taken);
    }
}

/// The parts of a theme of these articles; none if it has none.
fn parts(
    input: &Input<'_>,
    table: &Table<'_>,
    marks: &[&Mark],
    settings: &Settings,
    articles: &[usize],
) -> Option<Vec<Theme>> {
    let mut places = articles.to_vec();
    places.sort_unstable();
    let rows = cluster::some(input.rows, &places);
    let n = places.len();
    let choice = choose::themes(cluster::some(rows.view(), &cluster::evenly(n, LOOKED_AT)).view(), settings.seed);
    if choice.k < 2 || choice.holds.is_none_or(|holds| holds < HOLD) {
        return None;
    }
    let asked = cluster::Settings { k: K::Exactly(choice.k), seed: settings.seed, ..cluster::Settings::default() };
    // Finite rows do not fail; if they did, the theme would stay whole.
    let clusters = cluster::fit(rows.view(), &asked).ok()?;
    room::give_back(input.articles.len());
    let part = Part::of(input, &places, rows);
    let input = Input {
        articles: &part.articles,
        documents: &part.documents,
        bags: match input.bags {
            Bags::Held(_) => Bags::Held(&part.bags),
            Bags::Counted(_) => Bags::Counted(&part.documents),
        },
        rows: part.rows.view(),
        passages: &part.passages,
        passage_rows: input.passage_rows.view(),
        passage_at: &part.passage_at,
        clusters: &clusters,
        clustered: &(0..n).collect::<Vec<_>>(),
        stories: &part.stories,
        named: None,
        described: false,
        ..*input
    };
    let below = Settings { depth: settings.depth - 1, unthemed_at_most: None, ..*settings };
    let marks: Vec<&Mark> = places.iter().map(|&i| marks[i]).collect();
    let mut found = fit_in(&input, table, &marks, &below).themes;
    found.retain(|theme| theme.articles.len() >= LEAST);
    found.iter_mut().for_each(|theme| place(theme, &places));
    (found.len() > 1).then_some(found)
}

/// Numbers the articles of a part as those of the whole.
fn place(theme: &mut Theme, places: &[usize]) {
    // That a passage belongs to a sibling says little.
    theme.also = Vec::new();
    theme.articles.iter_mut().for_each(|article| *article = places[*article]);
    theme.evidence.iter_mut().for_each(|Quote { article, .. }| *article = places[*article]);
    theme.subthemes.iter_mut().for_each(|part| place(part, places));
}

/// Gives a part whose name is taken another: with more of its terms, or numbered if these are used up.
fn rename(parts: &mut [Theme], table: &[crate::segment::Term], taken: &mut BTreeSet<(Lang, String)>) {
    for part in &mut *parts {
        let terms = &part.terms;
        for (lang, name) in [(Lang::Zh, &mut part.zh), (Lang::En, &mut part.en)] {
            let Some(name) = name else { continue };
            let more = terms.iter().map(|&(id, _)| &table[id as usize]).filter(|term| term.lang == lang);
            for term in more {
                if !taken.contains(&(lang, name.clone())) {
                    break;
                }
                if !name.to_lowercase().contains(&term.surface.to_lowercase()) {
                    *name = format!("{name} · {}", term.surface);
                }
            }
            let whole = name.clone();
            let mut number = 2;
            while !taken.insert((lang, name.clone())) {
                *name = format!("{whole} ({number})");
                number += 1;
            }
        }
    }
    parts.iter_mut().for_each(|part| rename(&mut part.subthemes, table, taken));
}

/// The articles of a theme as a corpus of their own, in the order of the articles.
struct Part<'a> {
    articles: Vec<&'a Article>,
    documents: Vec<Document<'a>>,
    /// If they are held.
    bags: Vec<&'a Bag>,
    rows: Array2<f32>,
    passages: Vec<(u32, u32)>,
    passage_at: Vec<usize>,
    stories: Vec<usize>,
}

impl<'a> Part<'a> {
    fn of(input: &Input<'a>, places: &[usize], rows: Array2<f32>) -> Self {
        let (mut passages, mut of) = (Vec::new(), Vec::new());
        for (place, &article) in (0u32..).zip(places) {
            let own = input.places_of(article);
            passages.extend(input.passages[own.clone()].iter().map(|&(_, passage)| (place, passage)));
            of.extend_from_slice(&input.passage_at[own]);
        }
        Self {
            articles: places.iter().map(|&i| input.articles[i]).collect(),
            documents: places.iter().map(|&i| input.documents[i]).collect(),
            bags: match input.bags {
                Bags::Held(bags) => places.iter().map(|&i| bags[i]).collect(),
                Bags::Counted(_) => Vec::new(),
            },
            stories: places.iter().map(|&i| input.stories[i]).collect(),
            rows,
            passages,
            passage_at: of,
        }
    }
}
