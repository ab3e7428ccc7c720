//! How many themes.
//!
//! Three signals are weighed for each number that any of them makes worth a look, and the two or three best are told.
//!
//! 1. Communities. Every article is tied to the articles most like it, weighed by the positive part of their cosine about
//!    the corpus's mean, and the communities of most modularity are counted (Newman & Girvan 2004, by the method of Louvain,
//!    Blondel et al. 2008). A coarse graph of many ties and a fine one of half as many are looked at; of a large corpus, nine
//!    random samples of 600 articles each. Communities too small to be a theme do not count: fewer than two articles or one
//!    in a hundred; in up to 15 articles, one article can be a theme, but themes have two on average.
//! 2. Stability, and 3. the silhouette, each beyond what shuffled rows give (`resample.rs`).
//!
//! Each signal counts by its share of its largest value: communities and stability for two fifths each, the silhouette for
//! one. Fewer than 40 articles are not resampled; there the coarse graph decides, and no `no structure` is found.
//!
//! Measured on the rows of the program's own embedding, against the number of labels; `graphs` is what the coarse graphs
//! alone give, `stability` and `silhouette` the best of k = 2 to 30 in one sample of 600 by that signal alone. The weights,
//! the spread and the share of the coarse graphs were picked among some six by looking at these corpora, so expect less on
//! others:
//!
//! | corpus | labels | this | next | graphs | stability | silhouette |
//! |---|---|---|---|---|---|---|
//! | BBC News | 5 | 5 | 7, 6 | 5 | 5 | 7 |
//! | cnews | 10 | 10 | 8, 11 | 9 | 10 | 11 |
//! | THUCNews titles | 10 | 7 | 8, 6 | 7 | 3 | 5 |
//! | SIB-200 sentences, zh | 7 | 8 | 7, 6 | 7 | 3 | 28 |
//! | SIB-200 sentences, en | 7 | 8 | 9, 7 | 7 | – | – |
//! | SIB-200 sentences, zh and en | 7 | 7 | 8, 9 | 7 | 7 | 14 |
//! | BBC and cnews, shared classes | 5 | 5 | 6, 8 | 6 | 5 | 24 |
//! | BBC and cnews, all classes | 15 | 8 | 7, 9 | 7 | 8 | 20 |
//! | 80 articles in two languages | 10 | 7 | 6, 8 | 7 | 11 | 7 |
//! | Lee | – | 8 | 7, 9 | 7 | – | – |
//! | cnews, 3 / 8 classes | 3 / 8 | 4 / 8 | 3 / 9 | 4 / 8 | – | – |
//! | BBC, 3 classes | 3 | 5 | 6 | 5 | – | – |
//! | THUCNews titles, 6 classes | 6 | 4 | 6, 5 | 5 | – | – |
//! | BBC / cnews, 120 articles | 5 / 10 | 7 / 9 | 5 / 8 | 6 / 8 | – | – |
//! | THUCNews, 800 titles | 10 | 6 | 7, 5 | 6 | – | – |
//! | 25 made topics, 1000 articles | 25 | 23 | 25, 28 | 23 | 28 | 30 |
//!
//! Stability and silhouette are those of one sample, both beyond chance; stability alone prefers few themes and the
//! silhouette alone many. It takes 1.7 s of processor time on 2 225 BBC articles (one clustering: 0.3 s) and 1.7 s on 20 000
//! titles (6 s). Where it falls short: groups of fewer articles than half a coarse graph's ties (one in 24) tend to merge, so
//! of 25 clean, equal groups of rows 11 were seen; short texts show fewer themes than their labels; classes with sub-themes of their own
//! show these; random words of which the lexicon happens to know a few group by those.

use ndarray::{Array1, Array2, ArrayView2, Axis};
use rand_xoshiro::{Xoshiro256Plus, rand_core::SeedableRng};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    community::{self, Graph},
    distinct_rows,
    resample::{self, Sample, Signals},
    some,
};
use crate::random::draw;

/// Rows of one graph at most: of a larger corpus, [`SAMPLES`] random samples of this size are judged.
const SAMPLE: usize = 600;

/// Samples of a larger corpus whose communities are counted.
const SAMPLES: usize = 9;

/// Each article is tied to the nearest of the others: to two, and one more for this many articles, in a coarse graph and in
/// a fine one, which has fewer ties. It sets how fine themes are.
const NEIGHBOURS: [usize; 2] = [12, 24];

/// Up to this many distinct articles, one article alone can be a theme.
const TINY: usize = 15;

/// Fewer distinct articles than this are not resampled: two thirds of them say nothing. The communities decide alone.
const RESAMPLED: usize = 40;

/// Rows of a sample that is grouped twice for each number of themes, at most.
const RESAMPLE: usize = 400;

/// Such samples, at least and at most …
const ROUNDS: (usize, usize) = (3, 9);

/// … as many as have this many rows together.
const ROWS: usize = 1200;

/// Samples that are shuffled.
const SHUFFLED: usize = 2;

/// Numbers of themes that are weighed, at most.
const WEIGHED: usize = 8;

/// A number is weighed if the graphs speak for it at least this share of what they speak for the one they favour.
const HEARD: f64 = 0.25;

/// A graph that shows `v` communities speaks for `k` themes by `exp(−½ (ln(k/v) / SPREAD)²)`.
const SPREAD: f64 = 0.25;

/// The weight of the coarse graphs' voices against the fine ones'.
const COARSE: f64 = 2.0 / 3.0;

/// Numbers of themes that are told …
const TOLD: usize = 3;

/// … if their score is at least this share of the best.
const PLAUSIBLE: f64 = 0.8;

/// Where the groups hold less than this at every number, and stand apart less than that, there is no structure. Measured: up
/// to 0.14 and 0.01 for words drawn at random and for the shuffled words of news; 0.36 and 0.06 or more for real and made
/// corpora with themes.
const STRUCTURE: (f64, f64) = (0.2, 0.03);

/// At this mean cosine between two rows, the rows are versions of one article.
const SAME: f64 = 0.9;

/// A number of themes, and why.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choice {
    /// The number, at least 1.
    pub k: usize,
    /// A sentence for the reader of the report.
    pub reason: String,
    /// The numbers that the rows support, best first: the first is [`Choice::k`]. Empty if there was nothing to weigh.
    pub plausible: Vec<Plausible>,
    /// How far the groups hold when articles are left out, beyond chance, 0 to 1; none where that was not tried.
    pub holds: Option<f64>,
}

/// A number of themes that the rows support.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plausible {
    /// The number, at least 1.
    pub k: usize,
    /// How plausible it is, 0 to 1; 1 if every signal is strongest here.
    pub score: f64,
    /// What speaks for it, in words.
    pub why: String,
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
    let one = |reason: &str| Choice { k: 1, reason: format!("1 theme: {reason}"), ..Choice::default() };
    match (rows.nrows(), n) {
        (0 | 1, _) => return one("there is one article at most"),
        (_, 1) => return one("the articles are copies of one"),
        (_, 2 | 3) => return one("fewer than 4 articles differ, too few to split"),
        _ => {}
    }
    if mean_cosine(rows, &distinct) >= SAME {
        return one("the articles are all but the same");
    }
    let mut samples = Vec::new();
    let mut rng = Xoshiro256Plus::seed_from_u64(seed);
    for _ in 0..if n > SAMPLE { SAMPLES } else { 1 } {
        let places: Vec<usize> = draw(n, SAMPLE, &mut rng).into_iter().map(|at| distinct[at]).collect();
        samples.push(some(rows, &places));
        rng.jump();
    }
    let votes = Votes::of(&samples, seed);
    if n < RESAMPLED { by_votes(&votes, n) } else { weigh(&votes, &samples, n, seed) }
}

/// What the neighbour graphs of the samples show.
struct Votes {
    /// Communities of each sample's graphs, coarse ones and fine ones; each ascending.
    counts: [Vec<usize>; NEIGHBOURS.len()],
    /// The modularity of the coarse graph of the median count.
    modularity: f64,
}

impl Votes {
    fn of(samples: &[Array2<f32>], seed: u64) -> Self {
        let found: Vec<[(usize, f64); NEIGHBOURS.len()]> = samples
            .par_iter()
            .enumerate()
            .map(|(i, sample)| {
                let graphs = neighbours(&cosines(sample.clone()));
                let count = |graph| count(graph, seed.wrapping_add(i as u64));
                let (coarse, fine) = rayon::join(|| count(&graphs[0]), || count(&graphs[1]));
                [coarse, fine]
            })
            .collect();
        let of = |graph: usize| {
            let mut counts: Vec<(usize, f64)> = found.iter().map(|found| found[graph]).collect();
            counts.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            counts
        };
        let modularity = of(0)[samples.len() / 2].1;
        Self { counts: [0, 1].map(|graph| of(graph).into_iter().map(|count| count.0.max(1)).collect()), modularity }
    }

    /// What most coarse graphs show.
    fn coarse(&self) -> usize {
        self.counts[0][self.counts[0].len() / 2]
    }

    fn all(&self) -> impl Iterator<Item = usize> {
        self.counts.iter().flatten().copied()
    }

    fn range(&self) -> (usize, usize) {
        (self.all().min().unwrap_or(1), self.all().max().unwrap_or(1))
    }

    /// How far the graphs speak for a number, over 0 to 1.
    fn speak(&self, k: usize) -> f64 {
        let speaks = |v: usize| (-0.5 * ((k as f64 / v as f64).ln() / SPREAD).powi(2)).exp();
        let mean = |counts: &[usize]| counts.iter().map(|&v| speaks(v)).sum::<f64>() / counts.len().max(1) as f64;
        COARSE * mean(&self.counts[0]) + (1.0 - COARSE) * mean(&self.counts[1])
    }
}

/// The number of a few articles: what their coarse graph shows.
fn by_votes(votes: &Votes, n: usize) -> Choice {
    let found = votes.coarse();
    let k = found.clamp(1, n / 2);
    let modularity = votes.modularity;
    let reason = if found > k {
        format!("{}: the {n} articles hardly group, so two articles a theme on average", themes_of(k))
    } else if k == 1 {
        "1 theme: no groups of articles show that are more alike than chance would have it".to_owned()
    } else {
        let strength = strength(modularity);
        format!(
            "{}: the articles form that many groups more alike than chance would have it ({strength}: modularity {modularity:.2}); \
             they are too few to try again without some of them",
            themes_of(k)
        )
    };
    let mut ks: Vec<usize> = votes.all().map(|v| v.clamp(1, n / 2)).collect();
    ks.retain(|&other| other != k);
    ks.insert(0, k);
    ks.dedup();
    let plausible = ks.into_iter().map(|k| {
        let why = "the articles are too few to try again without some of them; graphs of like articles speak for it";
        Plausible { k, score: votes.speak(k), why: why.to_owned() }
    });
    Choice { k, reason, plausible: plausible.collect(), holds: None }
}

/// A number of themes and what speaks for it.
#[derive(Clone, Copy, Debug)]
struct Weighed {
    k: usize,
    votes: f64,
    signals: Signals,
    score: f64,
}

/// Weighs the numbers about those that the graphs show.
fn weigh(votes: &Votes, samples: &[Array2<f32>], n: usize, seed: u64) -> Choice {
    let weighed = weighed(votes, samples, n, seed);
    let Some(best) = weighed.first() else { return by_votes(votes, n) };
    let most = |of: fn(&Signals) -> f64| weighed.iter().map(|w| of(&w.signals)).fold(0.0, f64::max);
    let (holds, apart) = (most(Signals::holds), most(Signals::apart));
    if holds < STRUCTURE.0 && apart < STRUCTURE.1 {
        let Signals { stability, by_chance, silhouette, of_shuffled } = best.signals;
        let reason = format!(
            "1 theme: the articles show no structure. Whatever the number of groups, they hold and stand apart no better than \
             those of shuffled articles do (at {}: agreement {stability:.2} against {by_chance:.2}, silhouette \
             {silhouette:.2} against {of_shuffled:.2})",
            best.k
        );
        return Choice { k: 1, reason, ..Choice::default() };
    }
    let Signals { stability, by_chance, .. } = best.signals;
    let (low, high) = votes.range();
    let shown = if low == high { format!("{low}") } else { format!("{low} to {high}") };
    let reason = format!(
        "{}: with a third of the articles left out, the groups agree to {stability:.2} (shuffled articles: {by_chance:.2}), and \
         graphs of like articles show {shown} groups ({}: modularity {:.2})",
        themes_of(best.k),
        strength(votes.modularity),
        votes.modularity
    );
    let plausible = weighed
        .iter()
        .filter(|w| w.score >= PLAUSIBLE * best.score)
        .take(TOLD)
        .map(|w| Plausible { k: w.k, score: w.score, why: why(w) })
        .collect();
    Choice { k: best.k, reason, plausible, holds: Some(best.signals.holds()) }
}

fn why(weighed: &Weighed) -> String {
    let Signals { stability, by_chance, silhouette, of_shuffled } = weighed.signals;
    format!(
        "agreement {stability:.2} with a third of the articles left out (shuffled articles: {by_chance:.2}); silhouette \
         {silhouette:.2} (shuffled: {of_shuffled:.2})"
    )
}

/// The numbers to weigh, best first; equal ones by number.
fn weighed(votes: &Votes, samples: &[Array2<f32>], n: usize, seed: u64) -> Vec<Weighed> {
    let ks = candidates(votes, n);
    let middle = ks[ks.len() / 2];
    let count = (ROWS / n).clamp(ROUNDS.0, ROUNDS.1);
    let seeds: Vec<u64> = (seed..).take(count).collect();
    // Rows that are few are the same in each round.
    let each = if samples[0].nrows() > RESAMPLE { 1 } else { count };
    let rounds: Vec<Array2<f32>> = (0..count / each)
        .map(|i| {
            let sample = &samples[i % samples.len()];
            let places = draw(sample.nrows(), RESAMPLE, &mut Xoshiro256Plus::seed_from_u64(seeds[i]));
            some(sample.view(), &places)
        })
        .collect();
    let (prepared, shuffled): (Vec<Sample>, Vec<Sample>) = rayon::join(
        || {
            rounds
                .par_iter()
                .zip(seeds.par_chunks(each))
                .map(|(rows, seeds)| Sample::new(rows, middle, seeds))
                .collect()
        },
        || {
            let shuffled = |(i, &seed): (usize, &u64)| {
                let rows = &rounds[i % rounds.len()];
                Sample::new(&resample::shuffled(rows, seed), middle, &[seed])
            };
            seeds[..SHUFFLED.min(count)].par_iter().enumerate().map(shuffled).collect()
        },
    );
    let signals = resample::signals(&prepared, &shuffled, &ks, seed);
    let mut weighed: Vec<Weighed> = ks
        .into_iter()
        .zip(signals)
        .map(|(k, signals)| Weighed { k, votes: votes.speak(k), signals, score: 0.0 })
        .collect();
    let most = |of: fn(&Weighed) -> f64| weighed.iter().map(of).fold(0.0, f64::max);
    let (votes, holds, apart) = (most(|w| w.votes), most(|w| w.signals.holds()), most(|w| w.signals.apart()));
    let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    for w in &mut weighed {
        w.score =
            0.4 * share(w.votes, votes) + 0.4 * share(w.signals.holds(), holds) + 0.2 * share(w.signals.apart(), apart);
    }
    weighed.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.k.cmp(&b.k)));
    weighed
}

/// The numbers to weigh, ascending: those that the graphs speak for, evenly thinned out if these are too many.
fn candidates(votes: &Votes, n: usize) -> Vec<usize> {
    let most = (n / 4).max(2);
    let speak: Vec<(usize, f64)> = (2..=most.min(3 * votes.range().1)).map(|k| (k, votes.speak(k))).collect();
    let best = speak.iter().map(|s| s.1).fold(0.0, f64::max);
    let ks: Vec<usize> = speak.iter().filter(|s| s.1 >= HEARD * best).map(|s| s.0).collect();
    let last = ks.len().saturating_sub(1);
    let mut ks: Vec<usize> =
        if ks.len() <= WEIGHED { ks } else { (0..WEIGHED).map(|i| ks[i * last / (WEIGHED - 1)]).collect() };
    ks.push(votes.coarse().clamp(2, most));
    ks.sort_unstable();
    ks.dedup();
    ks
}

fn themes_of(k: usize) -> String {
    if k == 1 { "1 theme".to_owned() } else { format!("{k} themes") }
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
fn mean_cosine(rows: ArrayView2<'_, f32>, of: &[usize]) -> f64 {
    let n = of.len() as f64;
    let mut sum = Array1::<f64>::zeros(rows.ncols());
    for &row in of {
        sum.zip_mut_with(&rows.row(row), |sum, &value| *sum += f64::from(value));
    }
    (sum.dot(&sum) - n) / (n * (n - 1.0))
}

/// The communities of a sample's neighbour graph that are large enough to be themes, and the modularity.
fn count(graph: &Graph, seed: u64) -> (usize, f64) {
    let n = graph.len();
    let found = community::find(graph, seed);
    let least = if n <= TINY { 1 } else { (n / 100).max(2) };
    (found.sizes.iter().filter(|&&size| size >= least).count(), found.modularity)
}

/// The cosines of rows about their mean.
fn cosines(mut rows: Array2<f32>) -> Array2<f32> {
    if let Some(mean) = rows.mean_axis(Axis(0)) {
        rows -= &mean;
    }
    for mut row in rows.rows_mut() {
        let length = row.dot(&row).sqrt();
        if length > 1e-6 {
            row /= length;
        }
    }
    rows.dot(&rows.t())
}

/// The graphs that tie each row to its nearest others, as many as [`NEIGHBOURS`] says, by the positive part of the cosine about
/// the corpus's mean; a tie counts half in each direction. Rows of (neighbour, weight), by neighbour.
fn neighbours(cosines: &Array2<f32>) -> [Graph; NEIGHBOURS.len()] {
    let n = cosines.nrows();
    let nearest = NEIGHBOURS.map(|share| (2 + n / share).min(n - 1));
    let mut graphs = nearest.map(|nearest| (0..n).map(|_| Vec::with_capacity(2 * nearest)).collect::<Graph>());
    // Those of the largest cosines are the least such numbers, equal ones by place: positive numbers are ordered as their bits.
    let key = |other: usize, cosine: f32| u64::from(!cosine.to_bits()) << 32 | other as u64;
    let mut keys = vec![0; n];
    for (row, line) in cosines.rows().into_iter().enumerate() {
        // Half of them are negative, in no pattern: which are not is noted without a branch.
        let mut count = 0;
        for (other, &cosine) in line.iter().enumerate() {
            keys[count] = key(other, cosine);
            count += usize::from((other != row) & (cosine > 0.0));
        }
        // The fewer nearest ones are among the more.
        let mut others = &mut keys[..count];
        for (graph, nearest) in graphs.iter_mut().zip(nearest) {
            if others.len() > nearest {
                others.select_nth_unstable(nearest);
                others = &mut others[..nearest];
            }
            for &key in &*others {
                let other = (key & u64::from(u32::MAX)) as usize;
                let half = f64::from(line[other]) / 2.0;
                graph[row].push((other, half));
                graph[other].push((row, half));
            }
        }
    }
    for ties in graphs.iter_mut().flatten() {
        ties.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        ties.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                earlier.1 += later.1;
            }
            same
        });
    }
    graphs
}
