//! How far two partitions of the same things agree.
//!
//! | measure | range | source |
//! |---|---|---|
//! | V-measure | 0 to 1 | Rosenberg, A. and Hirschberg, J. (2007), *V-Measure: a conditional entropy-based external cluster evaluation measure*, β = 1 |
//! | NMI | 0 to 1 | mutual information over the arithmetic mean of the two entropies; with β = 1 the V-measure is the same number |
//! | ARI | −0.5 to 1, 0 by chance | Hubert, L. and Arabie, P. (1985), *Comparing partitions* |

use std::collections::BTreeMap;

/// Agreement of clusters with labels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// Harmonic mean of homogeneity and completeness.
    pub v_measure: f64,
    /// Mutual information, normalised by the arithmetic mean of the entropies.
    pub nmi: f64,
    /// Rand index, adjusted for chance.
    pub ari: f64,
}

/// Compares clusters with labels, given as `(label, cluster)` of each thing. None if fewer than two labels occur: there
/// is nothing to recover then.
#[must_use]
pub fn agreement(pairs: &[(usize, usize)]) -> Option<Agreement> {
    let mut cells: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    let mut labels: BTreeMap<usize, u64> = BTreeMap::new();
    let mut clusters: BTreeMap<usize, u64> = BTreeMap::new();
    for &(label, cluster) in pairs {
        *cells.entry((label, cluster)).or_default() += 1;
        *labels.entry(label).or_default() += 1;
        *clusters.entry(cluster).or_default() += 1;
    }
    if labels.len() < 2 {
        return None;
    }
    let n = pairs.len() as f64;
    let mutual: f64 = cells
        .iter()
        .map(|(&(label, cluster), &both)| {
            let both = both as f64;
            both / n * (both * n / (labels[&label] as f64 * clusters[&cluster] as f64)).ln()
        })
        .sum();
    // Rounding may leave a trace of what is none.
    let mutual = mutual.max(0.0);
    let (of_labels, of_clusters) = (entropy(&labels, n), entropy(&clusters, n));
    let homogeneity = mutual / of_labels;
    let completeness = if of_clusters > 0.0 { mutual / of_clusters } else { 1.0 };
    let both = homogeneity + completeness;
    let v_measure = if both > 0.0 { 2.0 * homogeneity * completeness / both } else { 0.0 };
    let nmi = mutual / ((of_labels + of_clusters) / 2.0);
    Some(Agreement { v_measure: v_measure.min(1.0), nmi: nmi.min(1.0), ari: ari(&cells, &labels, &clusters, n) })
}

/// Entropy in nats.
fn entropy(counts: &BTreeMap<usize, u64>, n: f64) -> f64 {
    -counts.values().map(|&count| count as f64 / n * (count as f64 / n).ln()).sum::<f64>()
}

fn ari(
    cells: &BTreeMap<(usize, usize), u64>,
    labels: &BTreeMap<usize, u64>,
    clusters: &BTreeMap<usize, u64>,
    n: f64,
) -> f64 {
    let pairs = |count: &u64| *count as f64 * (*count as f64 - 1.0) / 2.0;
    let together: f64 = cells.values().map(pairs).sum();
    let same_label: f64 = labels.values().map(pairs).sum();
    let same_cluster: f64 = clusters.values().map(pairs).sum();
    let all = n * (n - 1.0) / 2.0;
    let by_chance = same_label * same_cluster / all;
    let most = (same_label + same_cluster) / 2.0;
    // Every thing alone on both sides: they agree.
    if most == by_chance { 1.0 } else { (together - by_chance) / (most - by_chance) }
}
