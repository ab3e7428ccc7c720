//! How many themes.

use ndarray::{Array2, ArrayView2, Axis};
use rand_xoshiro::{Xoshiro256Plus, rand_core::SeedableRng};
use rayon::prelude::*;

use super::{community, distinct_rows, kmeans::uniform};

/// Rows of one graph at most: of a larger corpus, [`SAMPLES`] random samples of this size are judged.
const SAMPLE: usize = 600;

/// Samples of a larger corpus; their median counts.
const SAMPLES: usize = 9;

/// Each article is tied to the nearest of the others, one in this many.
const NEIGHBOURS: usize = 20;

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
        format!("{themes}: no groups show among the nearest neighbours of the articles")
    } else {
        let strength = strength(modularity);
        format!("{themes}: so many groups of articles are nearest neighbours of each other ({strength}, modularity {modularity:.2}{range})")
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
    let nearest = (n + NEIGHBOURS / 2).checked_div(NEIGHBOURS).unwrap_or(0).max(3).min(n - 1);
    let mut graph = vec![Vec::new(); n];
    for (row, line) in cosines.rows().into_iter().enumerate() {
        let mut others: Vec<usize> = (0..n).filter(|&other| other != row && line[other] > 0.0).collect();
        others.sort_unstable_by(|&a, &b| line[b].total_cmp(&line[a]).then(a.cmp(&b)));
        for &other in others.iter().take(nearest) {
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
