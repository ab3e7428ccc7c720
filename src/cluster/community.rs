//! Communities of a weighted graph, by modularity.
//!
//! Modularity (Newman & Girvan 2004) is the share of the graph's weight inside communities, less the share that chance
//! would put there among nodes of the same total weights: `Q = Σ_c (w_c / W − (d_c / W)²)`, with `W` the weight of all
//! ties, counted from both ends, `w_c` that inside community `c` and `d_c` that which touches its nodes. It is found by
//! the method of Louvain (Blondel et al. 2008): each node moves to the neighbouring community that gains most until none
//! gains, communities become nodes, and so on. The order of the nodes matters, so several random orders are tried.

use std::borrow::Cow;

use rand_xoshiro::{Xoshiro256Plus, rand_core::SeedableRng};

use crate::random::shuffle;

/// Random orders tried.
const ORDERS: usize = 5;

/// Sweeps over the nodes of one level at most: far more than it takes.
const SWEEPS: usize = 100;

/// A gain below this is rounding.
const GAIN: f64 = 1e-12;

/// For each node, its ties: the other node and the weight. Each tie stands with both its ends; a node's tie with
/// itself stands once, with the weight of both directions.
pub(super) type Graph = Vec<Vec<(usize, f64)>>;

/// The communities found.
#[derive(Clone, Debug)]
pub(super) struct Communities {
    /// Nodes of each community.
    pub sizes: Vec<usize>,
    /// Modularity, below 1.
    pub modularity: f64,
}

/// Finds the communities of most modularity over some random orders; the first of equals.
pub(super) fn find(graph: &Graph, seed: u64) -> Communities {
    let mut rng = Xoshiro256Plus::seed_from_u64(seed);
    let mut best = Communities { sizes: vec![1; graph.len()], modularity: f64::NEG_INFINITY };
    for _ in 0..ORDERS {
        let communities = louvain(graph, &mut rng);
        let modularity = modularity(graph, &communities);
        if modularity > best.modularity + GAIN {
            let mut sizes = vec![0; communities.iter().max().map_or(0, |most| most + 1)];
            for &community in &communities {
                sizes[community] += 1;
            }
            best = Communities { sizes, modularity };
        }
    }
    best
}

/// The community of each node, numbered from 0 without gaps.
fn louvain(graph: &Graph, rng: &mut Xoshiro256Plus) -> Vec<usize> {
    let mut communities: Vec<usize> = (0..graph.len()).collect();
    let mut level = Cow::Borrowed(graph);
    loop {
        let (moved, count) = gather(&level, rng);
        if count == level.len() {
            return communities;
        }
        for community in &mut communities {
            *community = moved[*community];
        }
        level = Cow::Owned(condense(&level, &moved, count));
    }
}

/// One level: the community of each node and how many there are.
fn gather(graph: &Graph, rng: &mut Xoshiro256Plus) -> (Vec<usize>, usize) {
    let n = graph.len();
    let degree: Vec<f64> = graph.iter().map(|ties| ties.iter().map(|tie| tie.1).sum()).collect();
    let whole: f64 = degree.iter().sum();
    let mut community: Vec<usize> = (0..n).collect();
    let mut total = degree.clone();
    let mut order: Vec<usize> = (0..n).collect();
    let mut weight = vec![0.0; n];
    // Communities near a node, its own first, and what it gains in each. Room for one more than there can be: what is written
    // there counts only if it is new, which takes no branch.
    let (mut near, mut gains) = (vec![0; n + 1], vec![0.0; n + 1]);
    for _ in 0..SWEEPS {
        shuffle(&mut order, rng);
        let mut moved = false;
        for &node in &order {
            let own = community[node];
            total[own] -= degree[node];
            near[0] = own;
            let mut count = 1;
            for &(other, tie) in graph[node].iter().filter(|tie| tie.0 != node) {
                let c = community[other];
                let before = weight[c];
                near[count] = c;
                count += usize::from((before == 0.0) & (c != own));
                weight[c] = before + tie;
            }
            let (near, gains) = (&near[..count], &mut gains[..count]);
            let pull = degree[node] / whole;
            let mut most = f64::NEG_INFINITY;
            for (gain, &c) in gains.iter_mut().zip(near) {
                *gain = weight[c] - pull * total[c];
                most = if *gain > most { *gain } else { most };
                weight[c] = 0.0;
            }
            let best = if most > gains[0] + GAIN * whole {
                // The first of equals.
                let equal = near.iter().zip(&*gains).filter(|(_, gain)| **gain >= most - GAIN * whole);
                equal.map(|(&c, _)| c).min().unwrap_or(own)
            } else {
                own
            };
            total[best] += degree[node];
            community[node] = best;
            moved |= best != own;
        }
        if !moved {
            break;
        }
    }
    let mut number = vec![usize::MAX; n];
    let mut count = 0;
    for c in &mut community {
        if number[*c] == usize::MAX {
            number[*c] = count;
            count += 1;
        }
        *c = number[*c];
    }
    (community, count)
}

/// The graph whose nodes are the communities. Sums run in the order of the nodes.
fn condense(graph: &Graph, community: &[usize], count: usize) -> Graph {
    let mut members = vec![Vec::new(); count];
    community.iter().enumerate().for_each(|(node, &own)| members[own].push(node));
    // To which communities one has ties, and the weight of these; and for which one it was last worked out.
    let (mut weight, mut last) = (vec![0.0; count], vec![usize::MAX; count]);
    let condensed = members.into_iter().enumerate().map(|(own, members)| {
        let mut near = Vec::new();
        for &(other, tie) in members.into_iter().flat_map(|node| &graph[node]) {
            let c = community[other];
            if std::mem::replace(&mut last[c], own) == own {
                weight[c] += tie;
            } else {
                weight[c] = tie;
                near.push(c);
            }
        }
        near.sort_unstable();
        near.into_iter().map(|c| (c, weight[c])).collect()
    });
    condensed.collect()
}

/// The modularity of a partition; 0 for a graph without ties.
fn modularity(graph: &Graph, community: &[usize]) -> f64 {
    let count = community.iter().max().map_or(0, |most| most + 1);
    let (mut inside, mut touching) = (vec![0.0; count], vec![0.0; count]);
    for (ties, &own) in graph.iter().zip(community) {
        for &(other, tie) in ties {
            touching[own] += tie;
            if community[other] == own {
                inside[own] += tie;
            }
        }
    }
    let whole: f64 = touching.iter().sum();
    if whole <= 0.0 {
        return 0.0;
    }
    inside.iter().zip(&touching).map(|(w, d)| w / whole - (d / whole) * (d / whole)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::uniform;

    /// Rings of `size` nodes tied in a circle of rings by one weak tie.
    fn rings(count: usize, size: usize) -> Graph {
        let mut graph: Graph = vec![Vec::new(); count * size];
        let mut tie = |a: usize, b: usize, weight: f64| {
            graph[a].push((b, weight));
            graph[b].push((a, weight));
        };
        for ring in 0..count {
            for i in 0..size {
                for j in 0..i {
                    tie(ring * size + i, ring * size + j, 1.0);
                }
            }
            tie(ring * size, (ring + 1) % count * size + 1, 0.1);
        }
        graph
    }

    #[test]
    fn cliques_are_communities() {
        let found = find(&rings(6, 5), 1);
        assert_eq!(found.sizes, [5; 6]);
        // Each clique holds 20 of its 20.2: Q = 20/20.2 − 1/6.
        assert!((found.modularity - (20.0 / 20.2 - 1.0 / 6.0)).abs() < 1e-12, "{}", found.modularity);
    }

    #[test]
    fn modularity_of_one_community_is_nothing() {
        let graph = rings(3, 4);
        assert!(modularity(&graph, &[0; 12]).abs() < 1e-12);
    }

    #[test]
    fn nodes_without_ties_stay_alone() {
        let found = find(&vec![Vec::new(); 4], 1);
        assert_eq!((found.sizes, found.modularity), (vec![1; 4], 0.0));
        assert!(find(&Vec::new(), 1).sizes.is_empty());
    }

    /// The slow, obvious twin: every partition of a small graph.
    #[test]
    fn no_partition_of_a_small_graph_is_better() {
        let mut rng = Xoshiro256Plus::seed_from_u64(3);
        for _ in 0..20 {
            let mut graph: Graph = vec![Vec::new(); 7];
            for a in 0..7 {
                for b in 0..a {
                    if uniform(&mut rng) < 0.45 {
                        let weight = uniform(&mut rng);
                        graph[a].push((b, weight));
                        graph[b].push((a, weight));
                    }
                }
            }
            let mut best = f64::NEG_INFINITY;
            for code in 0..7_usize.pow(7) {
                let partition: Vec<usize> = (0..7).map(|node| code / 7_usize.pow(node) % 7).collect();
                // One code a partition: labels appear in order.
                let mut most = 0;
                if partition.iter().all(|&c| {
                    let fits = c <= most;
                    most = most.max(c + 1);
                    fits
                }) {
                    best = best.max(modularity(&graph, &partition));
                }
            }
            let found = find(&graph, 1).modularity;
            assert!(found <= best + 1e-9 && found > best - 0.02, "{found} against {best}");
        }
    }
}
