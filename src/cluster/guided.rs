//! Clustering around named themes.
//!
//! Each named theme comes with a seed, a unit vector that says what it is about, and with rows that are pinned to it or kept
//! from it. Rows that match no named theme are clustered among themselves first, by the ordinary method, which gives the
//! further themes and, where it is not asked for, their number. Then all rows are assigned by spherical k-means (Dhillon &
//! Modha 2001) from these beginnings, with constraints as in *Semi-supervised clustering by seeding* (Basu, Banerjee &
//! Mooney 2002): a pinned row stays where it is pinned, a forbidden theme is passed over. And each named theme stays
//! anchored: its centroid points half way between its seed and the mean of its rows, so it never strays from its name by
//! more than they do. linfa's k-means knows neither pins nor anchors, and would walk away from the seeds it is given; it
//! predicts later rows from the centroids found here.

use ndarray::{Array2, ArrayView1, ArrayView2};
use rayon::prelude::*;

use super::{
    Clusterer, Clusters, K, Lloyd, Settings, checked, choose, distinct_rows, kmeans, means, smooth, some, unit,
};
use crate::error::{Error, Result};

/// Rows a task of the thread pool works through; any value gives the same clusters.
const CHUNK: usize = 256;

/// What is known of the clusters before: plain data, for `n` rows and `m` named themes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Guide {
    /// A unit row for each named theme, `m × d`; zero where nothing is known of it.
    pub seeds: Array2<f32>,
    /// For each row the theme it must stay in.
    pub pinned: Vec<Option<usize>>,
    /// For each row the themes it must not be in.
    pub forbidden: Vec<Vec<usize>>,
    /// For each row the theme it matches best by itself, if it matches one; a theme that no row matches stays empty.
    pub matched: Vec<Option<usize>>,
    /// How many further themes, where [`Settings::k`] does not say how many there are in all; none for as many as the rows
    /// show that match no named theme.
    pub extra: Option<usize>,
}

impl Guide {
    /// How many further themes to make; none for as many as the rows show.
    ///
    /// # Errors
    /// [`Error::Setting`] if fewer themes are asked for than are named.
    pub fn further(&self, k: K) -> Result<Option<usize>> {
        let named = self.seeds.nrows();
        match k {
            K::Auto => Ok(self.extra),
            K::Exactly(k) if k >= named => Ok(Some(k - named)),
            K::Exactly(k) => Err(too_few(k, named)),
        }
    }
}

/// The error of a number of themes below that of the named ones.
#[must_use]
pub fn too_few(k: usize, named: usize) -> Error {
    Error::Setting {
        name: "-k".to_owned(),
        value: k.to_string(),
        rule: format!("--themes names {named} themes, and -k is the number of all themes"),
        remedy: format!("write -k {named} or more, or leave it out"),
    }
}

/// Clusters unit rows, `n × d`, around named themes. Clusters `0..m` are these, in their order, with or without rows; then
/// come further ones by size, each with a row. Where no further themes are wanted, they still gather what the named ones do
/// not.
///
/// # Errors
/// As [`fit`](super::fit); [`Error::Setting`] if fewer themes are asked for than are named.
pub fn fit_guided(rows: ArrayView2<'_, f32>, guide: &Guide, settings: &Settings) -> Result<Clusters> {
    checked(rows)?;
    let named = guide.seeds.nrows();
    let further = guide.further(settings.k)?;
    let whole = match settings.k {
        K::Auto => choose::themes(rows, settings.seed).k.max(named),
        K::Exactly(k) => k,
    };
    let (taken, held) = spread(rows, whole, guide);
    let rest: Vec<usize> = (0..rows.nrows()).filter(|&row| taken[row].is_none()).collect();
    let extra = match further {
        Some(extra) if extra > 0 => extra,
        _ => number(rows, &rest, whole, living(&taken, named), further == Some(0), settings.seed),
    };
    // A row that no named theme may have needs another.
    let homeless =
        guide.forbidden.iter().any(|forbidden| (0..named).all(|t| forbidden.contains(&t) || !alive(guide, t)));
    let extra = extra.max(usize::from(homeless));
    let smoothed = smooth::smooth(rows, named + extra);
    let starts = starts(smoothed.view(), &rest, extra, guide, settings)?;
    let labels = assign(smoothed.view(), &starts, guide, &held, settings.max_iterations);

    let (labels, kept) = in_order(labels, named, starts.nrows());
    let mut centroids = means(rows, &labels, named + kept);
    for theme in (0..named).filter(|theme| !labels.contains(theme)) {
        centroids.row_mut(theme).assign(&guide.seeds.row(theme));
    }
    let inertia = kmeans::inertia(rows, &centroids, &labels);
    let reason = reason(named, kept, rest.len(), further);
    Ok(Clusters { centroids, labels, inertia, reason, choices: Vec::new() })
}

/// The share of its company that makes a row one of a theme.
const MAJORITY: f32 = 0.5;

/// Rows that a vote takes, at least: a corpus with fewer articles for each name is not voted on.
const VOTERS: usize = 3;

/// Rounds in which themes spread: as many steps as rows are smoothed in.
const ROUNDS: usize = 2;

/// The named theme of each row that matches one, or that keeps company with such: of the rows most like it, by their cosines,
/// more than half are of that theme (Zhu & Ghahramani 2002, *Learning from labeled and unlabeled data with label
/// propagation*, with hard labels). And the theme that each row must stay in: where there are too few rows to vote, nothing
/// but the names says where a row belongs, so that those which match stay.
fn spread(rows: ArrayView2<'_, f32>, whole: usize, guide: &Guide) -> (Vec<Option<usize>>, Vec<Option<usize>>) {
    let mut taken = guide.matched.clone();
    let company = smooth::company(rows, whole);
    // One or two do not make a majority.
    if company.iter().map(Vec::len).max() < Some(VOTERS) {
        let held = guide.pinned.iter().zip(&taken).map(|(pin, matched)| pin.or(*matched)).collect();
        return (taken, held);
    }
    for _ in 0..ROUNDS {
        let of = |row: usize| {
            let mut votes = vec![0.0_f32; guide.seeds.nrows()];
            for &(other, weight) in &company[row] {
                if let Some(theme) = taken[other] {
                    votes[theme] += weight;
                }
            }
            taken[row].or_else(|| {
                (0..votes.len()).find(|theme| votes[*theme] > MAJORITY && !guide.forbidden[row].contains(theme))
            })
        };
        let next: Vec<Option<usize>> = (0..taken.len()).into_par_iter().map(of).collect();
        if next == taken {
            break;
        }
        taken = next;
    }
    (taken, guide.pinned.clone())
}

/// How many of the named themes have a row.
fn living(taken: &[Option<usize>], named: usize) -> usize {
    (0..named).filter(|theme| taken.contains(&Some(*theme))).count()
}

/// How many further themes the `rest` shows that matches no named one: no more than are found in it by itself, and no finer
/// than the whole corpus is seen, of whose themes it gets those that no name takes, or its share by its rows. (By itself
/// alone, the left-over articles of a named theme look like several themes: BBC News with its 5 classes named had 2 to 6
/// further ones.) Where further themes are not wanted, they still need a place to be out of the way.
fn number(rows: ArrayView2<'_, f32>, rest: &[usize], whole: usize, living: usize, aside: bool, seed: u64) -> usize {
    if rest.is_empty() {
        return 0;
    }
    let alone = choose::themes(some(rows, rest).view(), seed).k;
    let share = (whole as f64 * rest.len() as f64 / rows.nrows() as f64).round() as usize;
    share.max(whole.saturating_sub(living)).min(alone).max(usize::from(aside))
}

/// The beginnings of all themes: the seeds, then centroids of `extra` clusters of the rows that match no seed; of all rows
/// that are not pinned if those are too few.
fn starts(
    rows: ArrayView2<'_, f32>,
    rest: &[usize],
    extra: usize,
    guide: &Guide,
    settings: &Settings,
) -> Result<Array2<f32>> {
    let mut starts = guide.seeds.clone();
    if extra == 0 {
        return Ok(starts);
    }
    let mut from = some(rows, rest);
    if distinct_rows(from.view()).len() < extra {
        let free: Vec<usize> = (0..rows.nrows()).filter(|&row| guide.pinned[row].is_none()).collect();
        from = some(rows, &free);
    }
    if from.nrows() > 0 {
        let found = Lloyd.cluster(from.view(), extra, settings)?;
        for mut centroid in found.centroids.rows().into_iter().map(|c| c.to_owned()) {
            unit(&mut centroid);
            // The widths are the same, so this never fails.
            starts.push_row(centroid.view()).map_err(|e| failed(&e.to_string()))?;
        }
    }
    Ok(starts)
}

/// Whether a row matches a named theme, or is pinned to it; else it stays empty.
fn alive(guide: &Guide, theme: usize) -> bool {
    guide.matched.contains(&Some(theme)) || guide.pinned.contains(&Some(theme))
}

fn failed(reason: &str) -> Error {
    Error::Numeric { stage: "clustering", reason: reason.to_owned() }
}

/// Assigns each row until none moves: to where it is held, else to the nearest direction that is not forbidden; the lowest of equals.
fn assign(
    rows: ArrayView2<'_, f32>,
    starts: &Array2<f32>,
    guide: &Guide,
    held: &[Option<usize>],
    max_iterations: usize,
) -> Vec<usize> {
    let named = guide.seeds.nrows();
    let alive: Vec<bool> = (0..starts.nrows()).map(|theme| theme >= named || alive(guide, theme)).collect();
    let mut directions = starts.clone();
    let mut labels = Vec::new();
    for _ in 0..=max_iterations {
        let next = nearest(rows, &directions, &alive, guide, held);
        if next == labels {
            break;
        }
        labels = next;
        let means = means(rows, &labels, directions.nrows());
        for (theme, mean) in means.rows().into_iter().enumerate() {
            let mut mean = mean.to_owned();
            unit(&mut mean);
            if theme < named {
                mean += &guide.seeds.row(theme);
                unit(&mut mean);
            }
            // A theme without rows keeps its direction: it may yet get some.
            if mean.iter().any(|&x| x != 0.0) {
                directions.row_mut(theme).assign(&mean);
            }
        }
    }
    labels
}

fn nearest(
    rows: ArrayView2<'_, f32>,
    directions: &Array2<f32>,
    alive: &[bool],
    guide: &Guide,
    held: &[Option<usize>],
) -> Vec<usize> {
    let one = |row: usize, cosines: ArrayView1<'_, f32>| {
        if let Some(pin) = held[row] {
            return pin;
        }
        let allowed = |&theme: &usize| alive[theme] && !guide.forbidden[row].contains(&theme);
        let best = (0..cosines.len()).filter(allowed).reduce(|a, b| if cosines[b] > cosines[a] { b } else { a });
        best.unwrap_or_default()
    };
    let starts: Vec<usize> = (0..rows.nrows()).step_by(CHUNK).collect();
    let chunks: Vec<Vec<usize>> = starts
        .into_par_iter()
        .map(|start| {
            let end = (start + CHUNK).min(rows.nrows());
            let products = rows.slice(ndarray::s![start..end, ..]).dot(&directions.t());
            products.rows().into_iter().enumerate().map(|(i, cosines)| one(start + i, cosines)).collect()
        })
        .collect();
    chunks.into_iter().flatten().collect()
}

/// Numbers the further clusters by size, the largest first, then by their first row, without those that have no row; returns
/// how many are left.
fn in_order(mut labels: Vec<usize>, named: usize, all: usize) -> (Vec<usize>, usize) {
    let size = |theme: usize| labels.iter().filter(|&&label| label == theme).count();
    let first = |theme: usize| labels.iter().position(|&label| label == theme);
    let mut order: Vec<(usize, Option<usize>, usize)> =
        (named..all).map(|theme| (size(theme), first(theme), theme)).filter(|further| further.0 > 0).collect();
    order.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut number: Vec<usize> = (0..all).collect();
    for (place, further) in order.iter().enumerate() {
        number[further.2] = named + place;
    }
    labels.iter_mut().for_each(|label| *label = number[*label]);
    (labels, order.len())
}

/// How the number of themes came about.
fn reason(named: usize, kept: usize, rest: usize, further: Option<usize>) -> String {
    let counted = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let names = format!("{} named", counted(named, "theme"));
    let others = format!(
        "{} no name",
        if rest == 1 { "1 article matches".to_owned() } else { format!("{rest} articles match") }
    );
    match further {
        Some(0) => format!("{names}, and no others, as asked; {others}"),
        Some(asked) if asked == kept => format!("{names} and {kept} further, as asked"),
        Some(asked) => format!("{names} and {kept} further: {asked} were asked for, but no more articles differ"),
        None if rest == 0 => format!("{names} and none further: every article matches a name"),
        None if kept == 0 => format!("{names} and none further: too few articles match none"),
        None => format!("{names} and {kept} further, as many as the articles show that match no name; {others}"),
    }
}

#[cfg(test)]
mod tests;
