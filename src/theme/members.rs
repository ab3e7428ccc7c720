//! Who belongs to a theme, how clearly, and who fits nowhere.

use ndarray::{Array2, ArrayView1, ArrayView2, Axis};
use rayon::prelude::*;

use super::{AtMost, Input, Member, Unthemed, unthemed as cap};
use crate::{vectorize::Bag, wide};

/// A corpus has room for themes of one article while its themes hold this many articles at the mean, at most.
const SMALL_THEMES: usize = 5;
/// A passage belongs to another theme if its cosine there is at least this many times that to its article's own theme.
const ALSO_RATIO: f32 = 1.25;
/// … and if it has this many distinct terms, so that a caption or a date line decides nothing …
const ALSO_TERMS: usize = 6;
/// … and if such passages are at least this share of the article's.
const ALSO_SHARE: f64 = 0.2;

/// Passages that a thread holds against the themes at a time, at least; any number gives the same.
const PASSAGES: usize = 256;

/// Sorts the articles into themes: a member for each article, the cluster of each theme, largest theme first, and what was
/// done to keep to the number of articles without a theme, if anything.
pub(super) fn assign(input: &Input<'_>, at_most: Option<AtMost>) -> (Vec<Member>, Vec<usize>, Option<String>) {
    let n = input.articles.len();
    let k = input.clusters.centroids.nrows();
    let mut cluster: Vec<Option<usize>> = vec![None; n];
    for (&article, &label) in input.clustered.iter().zip(&input.clusters.labels) {
        cluster[article] = Some(label);
    }
    let mut because = unthemed(input.rows, &cluster, k);
    for (article, because) in because.iter_mut().enumerate() {
        // Words that occur nowhere else and fall below the corpus's noise leave no vector either.
        if *because == Some(Unthemed::NoTerms) && !input.bags.of(article).0.is_empty() {
            *because = Some(Unthemed::Alone);
        }
    }
    let names = steer(input, &mut cluster, &mut because);
    for (c, because) in cluster.iter_mut().zip(&because) {
        if because.is_some() {
            *c = None;
        }
    }
    let taken_in = at_most.and_then(|at_most| cap::take_in(input.rows, &mut cluster, &mut because, k, at_most));
    let mut sizes = vec![0usize; k];
    cluster.iter().flatten().for_each(|&c| sizes[c] += 1);
    // Largest first; equal sizes by their first article, which is the clustering's own order for them.
    // A named theme is there even if it is empty.
    let mut order: Vec<usize> = (0..k).filter(|&c| sizes[c] > 0 || c < names).collect();
    let first = |c: usize| cluster.iter().position(|&l| l == Some(c));
    order.sort_by_key(|&c| (std::cmp::Reverse(sizes[c]), first(c)));
    let mut theme_of = vec![None; k];
    for (t, &c) in order.iter().enumerate() {
        theme_of[c] = Some(t);
    }
    let themes: Vec<Option<usize>> = cluster.iter().map(|c| c.and_then(|c| theme_of[c])).collect();
    let mut members: Vec<Member> =
        themes.iter().zip(because).map(|(&theme, because)| Member { theme, because, ..Member::default() }).collect();
    if input.described {
        let confidences = confidence(input.rows, &themes, order.len());
        members.iter_mut().zip(confidences).for_each(|(member, confidence)| member.confidence = confidence);
    }
    (members, order, taken_in)
}

/// Lets the names decide: an article that is pinned to a theme or matches its name is in it for that, whatever the others
/// there are; where no other themes are wanted, those it is nearer to are none. Returns how many themes are named.
fn steer(input: &Input<'_>, cluster: &mut [Option<usize>], because: &mut [Option<Unthemed>]) -> usize {
    let Some(named) = input.named else { return 0 };
    let names = named.steered.names.len();
    for (i, (cluster, because)) in cluster.iter_mut().zip(because).enumerate() {
        if let Some(pin) = named.steered.pinned[i] {
            (*cluster, *because) = (Some(pin), None);
        } else if cluster.is_some() && *cluster == named.steered.matched[i] {
            *because = None;
        } else if named.only && cluster.is_some_and(|c| c >= names) {
            *because = Some(Unthemed::NotNamed);
        }
    }
    names
}

/// The articles of each theme, ascending.
pub(super) fn by_theme(themes: &[Option<usize>], k: usize) -> Vec<Vec<usize>> {
    let mut members = vec![Vec::new(); k];
    for (article, theme) in themes.iter().enumerate() {
        if let Some(theme) = *theme {
            members[theme].push(article);
        }
    }
    members
}

/// Columns that a thread sums at a time.
const COLUMNS: usize = 128;

/// Sums of the rows of each cluster, `k × d`, and their counts.
pub(super) fn sums(rows: ArrayView2<'_, f32>, cluster: &[Option<usize>], k: usize) -> (Array2<f32>, Vec<usize>) {
    let mut sums = Array2::<f32>::zeros((k, rows.ncols()));
    let mut counts = vec![0; k];
    cluster.iter().flatten().for_each(|&c| counts[c] += 1);
    // Some columns at a time, so that each sum is one of rows in order.
    let parts = sums.axis_chunks_iter_mut(Axis(1), COLUMNS).into_par_iter();
    parts.zip(rows.axis_chunks_iter(Axis(1), COLUMNS)).for_each(|(mut sums, rows)| {
        for (row, c) in rows.outer_iter().zip(cluster) {
            if let Some(c) = *c {
                wide::add_row(sums.row_mut(c), 1.0, row);
            }
        }
    });
    (sums, counts)
}

/// Unit centroids of the themes, `k × d`; zero for a theme whose rows cancel out.
pub(super) fn centroids(rows: ArrayView2<'_, f32>, themes: &[Option<usize>], k: usize) -> Array2<f32> {
    let (mut sums, _) = sums(rows, themes, k);
    for mut row in sums.axis_iter_mut(Axis(0)) {
        let norm = row.dot(&row).sqrt();
        if norm > 0.0 {
            row.mapv_inplace(|x| x / norm);
        }
    }
    sums
}

/// Cosine of a unit row to the sum of the others, where `sum` is that of all.
fn cosine(row: ArrayView1<'_, f32>, sum: ArrayView1<'_, f32>) -> f64 {
    let norm = wide::distance(row, sum).sqrt();
    if norm > 0.0 { f64::from((wide::inner(row, sum) - wide::inner(row, row)) / norm) } else { 0.0 }
}

/// Why an article fits no theme. The measure asks one thing of a member: that its mean cosine to the other articles of its
/// theme exceed its mean cosine to all articles outside. Means of cosines, unlike the cosine to a mean, do not grow with the
/// number of articles, so a theme of two is not held to the standard of one of two hundred; there is no parameter to set.
/// An article alone in its cluster is a theme of its own only in a corpus of small themes.
fn unthemed(rows: ArrayView2<'_, f32>, cluster: &[Option<usize>], k: usize) -> Vec<Option<Unthemed>> {
    let (sums, counts) = sums(rows, cluster, k);
    let total = sums.sum_axis(Axis(0));
    let clustered: usize = counts.iter().sum();
    cluster
        .par_iter()
        .enumerate()
        .map(|(i, c)| {
            let row = rows.row(i);
            let Some(c) = *c else { return Some(Unthemed::NoTerms) };
            if k < 2 {
                return None;
            }
            if counts[c] == 1 {
                return (clustered > SMALL_THEMES * k).then_some(Unthemed::Alone);
            }
            let own = wide::inner(row, sums.row(c));
            let theme = f64::from(own - wide::inner(row, row)) / (counts[c] - 1) as f64;
            let corpus = f64::from(wide::inner(row, total.view()) - own) / (clustered - counts[c]) as f64;
            (theme <= corpus).then_some(Unthemed::Between { theme, corpus })
        })
        .collect()
}

/// How clearly each article belongs to its theme; 0 for an unthemed one, 1 where there is no other theme.
fn confidence(rows: ArrayView2<'_, f32>, themes: &[Option<usize>], k: usize) -> Vec<f64> {
    let (sums, counts) = sums(rows, themes, k);
    let units = centroids(rows, themes, k);
    themes
        .par_iter()
        .enumerate()
        .map(|(i, theme)| {
            let row = rows.row(i);
            let Some(theme) = *theme else { return 0.0 };
            let own = if counts[theme] == 1 { 1.0 } else { cosine(row, sums.row(theme)).max(0.0) };
            let next = units
                .outer_iter()
                .enumerate()
                .filter(|&(t, _)| t != theme)
                .map(|(_, unit)| f64::from(wide::inner(row, unit)))
                .fold(0.0, f64::max);
            if own + next > 0.0 { ((own - next) / (own + next)).max(0.0) } else { 0.0 }
        })
        .collect()
}

/// Themes of each article's passages other than its own; `others` are those of the passages.
pub(super) fn also(input: &Input<'_>, others: &[Option<usize>]) -> Vec<Vec<usize>> {
    let of_article = |article: usize| {
        let mut votes: Vec<usize> = Vec::new();
        for at in input.places_of(article) {
            let passage = input.passages[at].1 as usize;
            let told = || Bag::of_passage(input.documents[article].passage(passage)).0.len() >= ALSO_TERMS;
            votes.extend(others[at].filter(|_| told()));
        }
        votes.sort_unstable();
        let least = (input.articles[article].passages.len() as f64 * ALSO_SHARE).max(1.0);
        votes.chunk_by(|a, b| a == b).filter(|votes| votes.len() as f64 >= least).map(|votes| votes[0]).collect()
    };
    (0..input.articles.len()).into_par_iter().map(of_article).collect()
}

/// For each passage its cosine to the centroid of its article's theme, 0 if that has none, and the theme that it is most
/// like, if that is another, and clearly.
pub(super) fn passages(
    input: &Input<'_>,
    themes: &[Option<usize>],
    centroids: ArrayView2<'_, f32>,
) -> (Vec<f32>, Vec<Option<usize>>) {
    let cosines = input.passage_rows.cosines(centroids, input.passage_at);
    let of = |to: &mut Vec<f32>, (&text, &(article, _)): (&usize, &(u32, u32))| {
        let Some(own) = themes[article as usize] else { return (0.0, None) };
        cosines.of(text, to);
        // The first of equal ones, as everywhere.
        let best = (0..to.len()).fold(own, |best, t| if to[t] > to[best] { t } else { best });
        (to[own], (best != own && to[best] >= ALSO_RATIO * to[own].max(0.0)).then_some(best))
    };
    let room = || vec![0.0; cosines.len()];
    input.passage_at.par_iter().zip(input.passages).with_min_len(PASSAGES).map_init(room, of).unzip()
}

/// The articles of a theme with their cosine to its centroid, highest first; equal ones in the articles' order.
pub(super) fn rank(
    rows: ArrayView2<'_, f32>,
    themes: &[Option<usize>],
    theme: usize,
    centroid: ArrayView1<'_, f32>,
) -> Vec<(usize, f32)> {
    let mut ranked: Vec<(usize, f32)> = (0..themes.len())
        .filter(|&i| themes[i] == Some(theme))
        .map(|i| (i, wide::inner(rows.row(i), centroid)))
        .collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    ranked
}

/// Mean cosine of ranked articles, 0 to 1.
pub(super) fn cohesion(ranked: &[(usize, f32)]) -> f64 {
    let sum: f64 = ranked.iter().map(|&(_, cosine)| f64::from(cosine)).sum();
    (sum / ranked.len().max(1) as f64).clamp(0.0, 1.0)
}
