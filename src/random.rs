//! What is drawn at random: the same for the same seed, on every machine.

use rand_xoshiro::{
    Xoshiro256Plus,
    rand_core::{RngCore, SeedableRng},
};

/// A number of [0, 1) with 53 random bits.
pub(crate) fn uniform(rng: &mut Xoshiro256Plus) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Streams of random numbers that never meet, one at least.
pub(crate) fn streams(seed: u64, count: usize) -> Vec<Xoshiro256Plus> {
    let mut next = Xoshiro256Plus::seed_from_u64(seed);
    let mut streams = Vec::with_capacity(count);
    for _ in 0..count.max(1) {
        streams.push(next.clone());
        next.jump();
    }
    streams
}

/// An index drawn in proportion to `weights`, whose sum is `total`, by a number of [0, 1); the last if all are zero.
pub(crate) fn weighted(weights: &[f32], total: f64, at: f64) -> usize {
    let mut left = total * at;
    for (index, &weight) in weights.iter().enumerate() {
        left -= f64::from(weight);
        if left < 0.0 {
            return index;
        }
    }
    weights.len().saturating_sub(1)
}

/// Puts items into a random order (Fisher and Yates).
pub(crate) fn shuffle<T>(items: &mut [T], rng: &mut Xoshiro256Plus) {
    for i in (1..items.len()).rev() {
        items.swap(i, ((uniform(rng) * (i + 1) as f64) as usize).min(i));
    }
}

/// `count` of the numbers below `n`, all if there are no more, each set equally likely; ascending.
pub(crate) fn draw(n: usize, count: usize, rng: &mut Xoshiro256Plus) -> Vec<usize> {
    let mut drawn: Vec<usize> = (0..n).collect();
    if n > count {
        for i in 0..count {
            let left = n - i;
            let other = i + ((uniform(rng) * left as f64) as usize).min(left - 1);
            drawn.swap(i, other);
        }
        drawn.truncate(count);
        drawn.sort_unstable();
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_as_likely_in_every_place() {
        let mut rng = Xoshiro256Plus::seed_from_u64(1);
        let mut counts = [[0; 4]; 4];
        for _ in 0..4000 {
            let mut items = [0, 1, 2, 3];
            shuffle(&mut items, &mut rng);
            items.iter().enumerate().for_each(|(place, &item)| counts[item][place] += 1);
        }
        assert!(counts.iter().flatten().all(|count| (880..1120).contains(count)), "{counts:?}");
    }

    #[test]
    fn what_is_drawn_is_different_and_in_order() {
        let mut rng = Xoshiro256Plus::seed_from_u64(1);
        let drawn = draw(100, 30, &mut rng);
        assert!(drawn.len() == 30 && drawn.is_sorted_by(|a, b| a < b) && drawn[29] < 100, "{drawn:?}");
        assert_eq!(draw(3, 5, &mut rng), [0, 1, 2]);
        assert!(draw(0, 5, &mut rng).is_empty());
    }
}
