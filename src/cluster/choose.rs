//! How many themes.
//!
//! One graph decides, not one clustering for each number: every article is tied to the articles most like it, weighted by
//! the positive part of their cosine about the corpus's mean, and the number of communities of most modularity is the number
//! of themes (Newman & Girvan 2004, by the method of Louvain, Blondel et al. 2008). Modularity
//! compares with chance by construction; how fine the themes are is set by how many articles each is tied to. Communities too small to be a theme do not count: fewer than two articles or one in a
//! hundred; in up to 15 articles, one article can be a theme, but themes have two on average. Of a large corpus, nine
//! random samples of 600 articles are judged and the median counts, so the cost does not grow with the corpus.
//!
//! Measured on rows of scikit-learn's TF-IDF (sublinear) and LSA (100 dimensions), 600 to 700 rows at most, against the
//! number of labels; the peers are the best of k = 2 to 24 by k-means. The method, the neighbours and the least size of a
//! theme were picked among some twenty variants by looking at these same corpora, so expect less on others:
//!
//! | corpus | labels | this | silhouette | Calinski-Harabasz | elbow | gap | stability | dense modularity | eigengap |
//! |---|---|---|---|---|---|---|---|---|---|
//! | BBC News | 5 | 5 | 24 | 2 | 9 | 24 | 5 | 5 | 11 |
//! | cnews | 10 | 9 | 10 | 3 | 10 | 24 | 9 | 7 | 12 |
//! | THUCNews titles | 10 | 11 | 24 | 3 | 9 | 24 | 2 | 9 | 7 |
//! | SIB-200 sentences, zh and en | 7 | 3 | 24 | 2 | 12 | 24 | 2 | 3 | 2 |
//! | BBC and cnews, shared classes | 5 | 7 | 24 | 2 | 10 | 24 | 2 | 6 | 16 |
//! | BBC and cnews, all classes | 15 | 8 | 24 | 2 | 10 | 24 | 2 | 2 | 20 |
//! | cnews, 3 classes | 3 | 4 | 20 | 2 | 9 | 24 | 2 | 3 | 4 |
//! | cnews, 8 classes | 8 | 7 | 9 | 2 | 9 | 24 | 10 | 6 | 10 |
//! | BBC, 3 classes | 3 | 5 | 24 | 3 | 7 | 24 | 3 | 3 | 6 |
//! | BBC, 2 classes | 2 | 5 | 24 | 2 | 8 | 24 | 2 | 4 | 3 |
//! | THUCNews titles, 3 classes | 3 | 7 | 24 | 2 | 6 | 24 | 3 | 6 | 9 |
//! | THUCNews titles, 6 classes | 6 | 10 | 24 | 2 | 7 | 24 | 24 | 9 | 8 |
//! | cnews, 7 articles a class | 10 | 9 | 16 | 2 | 10 | 3 | 14 | 5 | 7 |
//! | cnews, 4 classes, 120 articles | 4 | 4 | 24 | 2 | 4 | 2 | 4 | 3 | 3 |
//! | BBC, 120 articles | 5 | 5 | 24 | 2 | 12 | 2 | 20 | 5 | 4 |
//! | cnews, 120 articles | 10 | 7 | 24 | 3 | 5 | 3 | 12 | 6 | 7 |
//! | 63 articles in two languages | 10 | 7 | – | – | – | – | – | – | – |
//! | a digest of 9 articles | – | 4 | 2 | 2 | 2 | 2 | 2 | 2 | 3 |
//!
//! Silhouette is scikit-learn's; the elbow is the farthest point from the chord of the inertia; gap is Tibshirani et al.
//! (2001) against Gaussian rows of the same spectrum; stability is the adjusted Rand index between k-means of overlapping
//! samples (Ben-Hur et al. 2002); dense modularity ties all pairs of positive cosine. On centred rows of
//! multilingual-e5-small, 800 THUCNews titles show 6 and 800 SIB-200 sentences 6. Where it falls short: it follows
//! the language where the rows do; it shows sub-themes of broad classes; a theme of fewer articles than half a row's
//! neighbours (one in 24) is merged with the one next to it, so 25 equal groups are seen as 11: more than a dozen
//! or so themes must be asked for.

use ndarray::{Array2, ArrayView2, Axis};
use rand_xoshiro::{Xoshiro256Plus, rand_core::SeedableRng};
use rayon::prelude::*;

use super::{community, distinct_rows};
use crate::random::uniform;

/// Rows of one graph at most: of a larger corpus, [`SAMPLES`] random samples of this size are judged.
const SAMPLE: usize = 600;

/// Samples of a larger corpus; their median counts.
const SAMPLES: usize = 9;

/// Each article is tied to the nearest of the others: to two, and one more for this many articles. It sets how fine themes
/// are: with 10 or 15 for 12 (measured without the two), the corpora of the table move by one theme at most, but the one of
/// 15 classes by two.
const NEIGHBOURS: usize = 12;

/// Up to this many distinct articles, one article alone can be a theme.
const TINY: usize = 15;

/// At this mean cosine between two rows, the rows are versions of one article.
const SAME: f64 = 0.9;

/// A number of themes, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The number, at least 1.
    pub k: usize,
    /// A sentence for the reader of the report.
    pub reason: String,
}

/// Chooses the number of themes of unit rows, `n × d`.
///
/// ```
/// use ndarray::array;
/// use wenmai::cluster::choose;
///
/// let copies = array![[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]];
/// let choice = choose::themes(copies.view(), 42);
/// assert_eq!(choice.k, 1);
/// assert_eq!(choice.reason, "1 theme: the articles are copies of one");
/// ```
#[must_use]
pub fn themes(rows: ArrayView2<'_, f32>, seed: u64) -> Choice {
    let distinct = distinct_rows(rows);
    let n = distinct.len();
    let one = |reason: &str| Choice { k: 1, reason: format!("1 theme: {reason}") };
    match (rows.nrows(), n) {
        (0 | 1, _) => return one("there is one article at most"),
        (_, 1) => return one("the articles are copies of one"),
        (_, 2 | 3) => return one("fewer than 4 articles differ, too few to split"),
        _ => {}
    }
    if mean_cosine(&rows.select(Axis(0), &distinct)) >= SAME {
        return one("the articles are all but the same");
    }
    let mut samples = Vec::new();
    let mut rng = Xoshiro256Plus::seed_from_u64(seed);
    for _ in 0..if n > SAMPLE { SAMPLES } else { 1 } {
        samples.push(sample(&distinct, &mut rng));
        rng.jump();
    }
    let mut counts: Vec<(usize, f64)> = samples
        .par_iter()
        .enumerate()
        .map(|(i, sample)| count(rows.select(Axis(0), sample), seed.wrapping_add(i as u64)))
        .collect();
    counts.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let (found, modularity) = counts[counts.len() / 2];
    let k = found.clamp(1, n / 2);
    let themes = if k == 1 { "1 theme".to_owned() } else { format!("{k} themes") };
    let range = match (counts.first(), counts.last()) {
        (Some(least), Some(most)) if counts.len() > 1 => {
            format!("; {} samples of {SAMPLE} articles show {} to {}", counts.len(), least.0, most.0)
        }
        _ => String::new(),
    };
    let reason = if found > k {
        format!("{themes}: the {n} articles hardly group, so two articles a theme on average")
    } else if k == 1 {
        format!("{themes}: no groups of articles show that are more alike than chance would have it")
    } else {
        let strength = strength(modularity);
        format!(
            "{themes}: the articles form that many groups more alike than chance would have it ({strength}: modularity {modularity:.2}{range})"
        )
    };
    Choice { k, reason }
}

/// Newman and Girvan (2004): in practice, modularity of .3 and above shows structure; the highest values are near .7.
fn strength(modularity: f64) -> &'static str {
    match modularity {
        m if m >= 0.6 => "clearly apart",
        m if m >= 0.3 => "apart",
        _ => "barely apart",
    }
}

/// The mean cosine of two different rows.
fn mean_cosine(rows: &Array2<f32>) -> f64 {
    let n = rows.nrows() as f64;
    let sum = rows.fold_axis(Axis(0), 0.0_f64, |sum, &value| sum + f64::from(value));
    (sum.dot(&sum) - n) / (n * (n - 1.0))
}

/// At most [`SAMPLE`] of the rows, in their order.
fn sample(rows: &[usize], rng: &mut Xoshiro256Plus) -> Vec<usize> {
    let mut sample = rows.to_vec();
    if sample.len() > SAMPLE {
        for i in 0..SAMPLE {
            let left = sample.len() - i;
            let other = i + ((uniform(rng) * left as f64) as usize).min(left - 1);
            sample.swap(i, other);
        }
        sample.truncate(SAMPLE);
        sample.sort_unstable();
    }
    sample
}

/// The communities of the neighbour graph of a sample that are large enough to be themes, and the modularity.
fn count(sample: Array2<f32>, seed: u64) -> (usize, f64) {
    let n = sample.nrows();
    let found = community::find(&neighbours(sample), seed);
    let least = if n <= TINY { 1 } else { (n / 100).max(2) };
    (found.sizes.iter().filter(|&&size| size >= least).count(), found.modularity)
}

/// The graph that ties each row to its nearest others by the positive part of the cosine about the corpus's mean; a tie
/// counts half in each direction. Rows of (neighbour, weight), by neighbour.
fn neighbours(mut rows: Array2<f32>) -> Vec<Vec<(usize, f64)>> {
    let n = rows.nrows();
    if let Some(mean) = rows.mean_axis(Axis(0)) {
        rows -= &mean;
    }
    for mut row in rows.rows_mut() {
        let length = row.dot(&row).sqrt();
        if length > 1e-6 {
            row /= length;
        }
    }
    let cosines = rows.dot(&rows.t());
    let nearest = (2 + n / NEIGHBOURS).min(n - 1);
    let mut graph = vec![Vec::new(); n];
    for (row, line) in cosines.rows().into_iter().enumerate() {
        let mut others: Vec<usize> = (0..n).filter(|&other| other != row && line[other] > 0.0).collect();
        if others.len() > nearest {
            others.select_nth_unstable_by(nearest, |&a, &b| line[b].total_cmp(&line[a]).then(a.cmp(&b)));
            others.truncate(nearest);
        }
        for other in others {
            let half = f64::from(line[other]) / 2.0;
            graph[row].push((other, half));
            graph[other].push((row, half));
        }
    }
    for ties in &mut graph {
        ties.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        ties.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                earlier.1 += later.1;
            }
            same
        });
    }
    graph
}
