//! The view model: everything an evaluation says; `wenmai evaluate --json` is this value itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::mates::Mates;
use crate::article::{Counts, Skipped};

/// The name and version of the JSON shape. Changes within a version only add fields.
pub const SCHEMA: &str = "wenmai.evaluation/1";

/// How good the themes of a collection are. Measures are means over the seeds; a measure is null where the input has
/// nothing to measure it by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evaluation {
    /// The shape's name and version, [`SCHEMA`].
    pub schema: String,
    /// Number of articles.
    pub articles: usize,
    /// Number of themes, with the first seed.
    pub k: usize,
    /// How `k` came about, in words.
    pub k_reason: String,
    /// Number of different labels; null if no article has one.
    pub k_labels: Option<usize>,
    /// Agreement of the themes with the labels, 0 to 1 (Rosenberg and Hirschberg 2007, β = 1). The articles that fit no
    /// theme count as one theme more. Null with fewer than two labels, as are `nmi` and `ari`.
    pub v_measure: Option<f64>,
    /// Mutual information with the labels, normalised by the arithmetic mean of the entropies; equals the V-measure.
    pub nmi: Option<f64>,
    /// Rand index adjusted for chance, up to 1; 0 by chance (Hubert and Arabie 1985).
    pub ari: Option<f64>,
    /// Mean silhouette of the clusters, −1 to 1, by Euclidean distance of the embeddings; null if there is one cluster.
    pub silhouette: Option<f64>,
    /// Coherence of the themes' ten best terms, −1 to 1 (c_npmi, window of ten words, as gensim counts).
    pub npmi: Option<f64>,
    /// Share of different terms among the ten best of all themes, 0 to 1.
    pub diversity: Option<f64>,
    /// Retrieval of translations; null if no article carries a `pair`.
    pub mates: Option<Mates>,
    /// Similarity of scored pairs; null if the input holds none.
    pub pairs: Option<Pairs>,
    /// Seconds each stage took.
    pub seconds: Seconds,
    /// The most memory held up to the end of the last stage, in MiB; null where the system does not tell.
    pub peak_rss_mb: Option<f64>,
    /// The seeds of the clustering.
    pub seeds: Vec<u64>,
    /// Least and greatest value over the seeds.
    pub spread: Spread,
    /// Number of articles that carry a label.
    pub labelled: usize,
    /// Number of articles that fit no theme, with the first seed.
    pub unthemed: usize,
    /// Which labels the themes hold, with the first seed; null if no article has a label.
    pub confusion: Option<Confusion>,
    /// What could not be read.
    pub skipped: Vec<Skipped>,
    /// What became of what was read.
    pub counts: Option<Counts>,
}

/// Least and greatest value over the seeds, of each measure that depends on them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Spread {
    /// Of `k`.
    pub k: Option<[f64; 2]>,
    /// Of `v_measure`.
    pub v_measure: Option<[f64; 2]>,
    /// Of `nmi`.
    pub nmi: Option<[f64; 2]>,
    /// Of `ari`.
    pub ari: Option<[f64; 2]>,
    /// Of `silhouette`.
    pub silhouette: Option<[f64; 2]>,
    /// Of `npmi`.
    pub npmi: Option<[f64; 2]>,
    /// Of `diversity`.
    pub diversity: Option<[f64; 2]>,
    /// Of `unthemed`.
    pub unthemed: Option<[f64; 2]>,
}

/// Seconds each stage took; clustering and labelling are means over the seeds, so that all add up to one run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Seconds {
    /// Reading the inputs.
    pub read: f64,
    /// Cutting text into terms.
    pub segment: f64,
    /// Counting and weighting terms.
    pub vectorize: f64,
    /// Computing embeddings.
    pub embed: f64,
    /// Clustering.
    pub cluster: f64,
    /// Naming themes and picking evidence.
    pub label: f64,
}

/// How well cosines order scored pairs of texts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Pairs {
    /// Spearman's ρ of the cosine of the two embeddings with the score, −1 to 1; null if either is the same for all.
    pub spearman: Option<f64>,
    /// Number of pairs.
    pub count: usize,
}

/// Which labels the themes hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Confusion {
    /// The labels, in order; the columns of the counts.
    pub labels: Vec<String>,
    /// The themes, largest first.
    pub themes: Vec<Row>,
    /// Articles of each label that fit no theme.
    pub unthemed: Vec<usize>,
}

/// A theme and its labels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Row {
    /// The theme's number, from 1.
    pub id: usize,
    /// Its Chinese name.
    pub zh: Option<String>,
    /// Its English name.
    pub en: Option<String>,
    /// Its articles, with a label or without.
    pub size: usize,
    /// Its articles of each label.
    pub counts: Vec<usize>,
}
