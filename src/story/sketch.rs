//! Sketches that find texts like each other without comparing all pairs.
//!
//! MinHash by one permutation: a shingle's hash says which bin it falls into and how small it is there, so a shingle costs
//! one step and not one for each value of the sketch (Li, Owen & Zhang 2012, *One permutation hashing*); an empty bin takes
//! the value of a bin drawn for it, the same for all texts (Shrivastava 2017, *Optimal densification for fast and accurate
//! minwise hashing*). [`ROUNDS`] such sketches of fewer bins are taken, since a short text fills few. The values stand in
//! [`BANDS`] bands of [`ROWS`]; texts that agree in a whole band are held against each other (Leskovec, Rajaraman & Ullman,
//! *Mining of Massive Datasets*, 3.4): of the pairs with a Jaccard index of 0.4 that is 98 %, of those with 0.5 all but 2 in
//! 10 000, if values were independent. Measured on texts of 40 words, of which most bins are drawn: see the tests.

use rayon::prelude::*;

use super::words::mix;

/// Bands of a sketch, and values of a band.
const BANDS: usize = 64;
const ROWS: usize = 3;

/// Sketches taken together, and bins of each.
const ROUNDS: usize = 4;
const BINS: usize = BANDS * ROWS / ROUNDS;

/// A bin without a shingle.
const EMPTY: u32 = u32::MAX;

/// Later texts of a band that a text is held against, at most, and in all, those first that agree in most bands: of ten
/// thousand forms filled in anew, comparing all pairs would take hours and tell nothing more.
const NEXT: usize = 16;
const NEAREST: usize = 64;

/// Texts whose pairs are counted at once; any number gives the same pairs, so tests take a small one.
const BLOCK: usize = if cfg!(test) { 64 } else { 32_768 };

/// A hash of each band.
pub(super) type Sketch = [u32; BANDS];

/// The sketch of a text's shingles; `least` is room for the work.
pub(super) fn of(shingles: impl Iterator<Item = u64>, least: &mut Vec<u32>) -> Sketch {
    least.clear();
    least.resize(BANDS * ROWS, EMPTY);
    for shingle in shingles {
        let mut hash = shingle;
        for bins in least.chunks_exact_mut(BINS) {
            // The bin by the upper half, by multiplication, the value by the lower.
            let bin = ((hash >> 32) * BINS as u64) >> 32;
            let value = (hash as u32).min(EMPTY - 1);
            if let Some(least) = bins.get_mut(bin as usize) {
                *least = (*least).min(value);
            }
            hash = mix(hash.wrapping_add(0x9E37_79B9_7F4A_7C15));
        }
    }
    let filled = least.clone();
    for (round, bins) in filled.chunks_exact(BINS).enumerate() {
        if bins.iter().all(|&value| value == EMPTY) {
            continue;
        }
        for bin in (0..BINS).filter(|&bin| bins[bin] == EMPTY) {
            let mut drawn = (round * BINS + bin) as u64;
            least[round * BINS + bin] = loop {
                drawn = mix(drawn.wrapping_add(0x9E37_79B9_7F4A_7C15));
                let value = bins[(drawn % BINS as u64) as usize];
                if value != EMPTY {
                    break value;
                }
            };
        }
    }
    let mut sketch = [0; BANDS];
    for (band, hash) in sketch.iter_mut().enumerate() {
        // A band's values come from different rounds, so that few are drawn from the same bin.
        let value = |row: usize| least[(band + row * BANDS) % (BANDS * ROWS)];
        *hash = (0..ROWS).fold(band as u64, |hash, row| mix(hash ^ u64::from(value(row)))) as u32;
    }
    sketch
}

/// Two texts that may be alike, by their place among the sketches, the first below the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Near {
    pub a: u32,
    pub b: u32,
    /// Bands in which they agree, at least 1; in large heaps perhaps fewer than there are.
    pub bands: u32,
}

/// Whether texts of a Jaccard index would agree in so few bands: by less than chance will have it in one pair of thirty
/// thousand (four standard deviations).
pub(super) fn too_few(bands: u32, jaccard: f64) -> bool {
    let share = jaccard.powi(ROWS as i32);
    let expected = BANDS as f64 * share;
    f64::from(bands) < expected - 4.0 * (expected * (1.0 - share)).sqrt()
}

/// The texts that agree in a band with others.
struct Heaps {
    /// Heap after heap, ascending within each: the hash and the text.
    texts: Vec<(u32, u32)>,
    /// Places in `texts`, those of the first [`BLOCK`] texts before those of the next.
    places: Vec<u32>,
    /// Where those of each block begin in `places`, and their number.
    starts: Vec<usize>,
}

impl Heaps {
    /// Those of a band.
    fn of(sketches: &[&Sketch], band: usize) -> Self {
        let mut order: Vec<(u32, u32)> = (0_u32..).zip(sketches).map(|(at, sketch)| (sketch[band], at)).collect();
        order.sort_unstable();
        let heaps = order.chunk_by(|a, b| a.0 == b.0).filter(|heap| heap.len() > 1);
        let texts: Vec<(u32, u32)> = heaps.flatten().copied().collect();
        let mut starts = vec![0; sketches.len().div_ceil(BLOCK) + 1];
        texts.iter().for_each(|&(_, text)| starts[text as usize / BLOCK + 1] += 1);
        for block in 1..starts.len() {
            starts[block] += starts[block - 1];
        }
        let mut places = vec![0; texts.len()];
        let mut next = starts.clone();
        for (place, &(_, text)) in (0_u32..).zip(&texts) {
            let next = &mut next[text as usize / BLOCK];
            places[*next] = place;
            *next += 1;
        }
        Self { texts, places, starts }
    }

    /// Each text of a block with the texts that come next in its heap.
    fn pairs(&self, block: usize) -> impl Iterator<Item = (u32, u32)> {
        self.places[self.starts[block]..self.starts[block + 1]].iter().flat_map(|&place| {
            let (hash, a) = self.texts[place as usize];
            let next = self.texts[place as usize + 1..].iter().take(NEXT);
            next.take_while(move |text| text.0 == hash).map(move |&(_, b)| (a, b))
        })
    }
}

/// Pairs of texts that may be alike, ascending, of those that are to be kept.
pub(super) fn candidates(sketches: &[&Sketch], keep: impl Fn(&Near) -> bool + Sync) -> Vec<Near> {
    let heaps: Vec<Heaps> = (0..BANDS).into_par_iter().map(|band| Heaps::of(sketches, band)).collect();
    // A block of texts at a time: of many like texts, all pairs would not fit into memory.
    let blocks: Vec<Vec<Near>> = (0..sketches.len().div_ceil(BLOCK))
        .into_par_iter()
        .map(|block| {
            let mut pairs: Vec<(u32, u32)> = heaps.iter().flat_map(|heaps| heaps.pairs(block)).collect();
            pairs.sort_unstable();
            let mut near: Vec<Near> = pairs
                .chunk_by(|a, b| a == b)
                .map(|same| Near { a: same[0].0, b: same[0].1, bands: u32::try_from(same.len()).unwrap_or(u32::MAX) })
                .collect();
            near.sort_unstable_by(|x, y| x.a.cmp(&y.a).then(y.bands.cmp(&x.bands)).then(x.b.cmp(&y.b)));
            let nearest = near.chunk_by(|x, y| x.a == y.a).flat_map(|of_one| of_one.iter().take(NEAREST));
            let mut near: Vec<Near> = nearest.filter(|near| keep(near)).copied().collect();
            near.sort_unstable();
            near
        })
        .collect();
    blocks.concat()
}

#[cfg(test)]
mod tests {
    use rand_xoshiro::{
        Xoshiro256Plus,
        rand_core::{RngCore, SeedableRng},
    };

    use super::*;

    /// The share of 400 pairs of sets of `size` with a Jaccard index that are candidates.
    fn found(size: usize, jaccard: f64) -> f64 {
        let mut random = Xoshiro256Plus::seed_from_u64(size as u64);
        let shared = (2.0 * jaccard * size as f64 / (1.0 + jaccard)).round() as usize;
        let pairs = 400;
        let mut room = Vec::new();
        let sketches: Vec<Sketch> = (0..pairs)
            .flat_map(|_| {
                let common: Vec<u64> = (0..shared).map(|_| random.next_u64()).collect();
                [0, 1].map(|_| {
                    let own: Vec<u64> = (shared..size).map(|_| random.next_u64()).collect();
                    of(common.iter().copied().chain(own).map(mix), &mut room)
                })
            })
            .collect();
        let found = candidates(&sketches.iter().collect::<Vec<_>>(), |_| true);
        assert!(found.iter().filter(|near| near.a / 2 != near.b / 2).count() < pairs / 20, "strangers");
        let alike = |near: &&Near| near.a / 2 == near.b / 2;
        assert!(!found.iter().filter(alike).any(|near| too_few(near.bands, jaccard - 0.1)));
        found.iter().filter(alike).count() as f64 / pairs as f64
    }

    #[test]
    fn pairs_alike_are_found_however_short() {
        for size in [36, 60, 100, 300, 1000] {
            let (at_4, at_5, at_8) = (found(size, 0.4), found(size, 0.5), found(size, 0.8));
            println!("{size}: {at_4} {at_5} {at_8}");
            assert!(at_4 > 0.9 && at_5 > 0.98 && at_8 == 1.0, "{size}: {at_4} {at_5} {at_8}");
        }
    }

    #[test]
    fn block_by_block_is_found_what_all_bands_say() {
        let mut room = Vec::new();
        // Heaps of up to seven texts over several blocks, which share more or fewer of their shingles.
        let shingles = |i: u64| (0..40).map(move |j| mix(if j < i % 5 * 9 { i % 53 * 100 + j } else { i * 1000 + j }));
        let sketches: Vec<Sketch> = (0..300).map(|i| of(shingles(i), &mut room)).collect();
        let mut expected = Vec::new();
        for a in 0..300 {
            for b in a + 1..300 {
                let bands = sketches[a].iter().zip(sketches[b].iter()).filter(|(x, y)| x == y).count() as u32;
                if bands > 0 && bands != 7 {
                    expected.push(Near { a: a as u32, b: b as u32, bands });
                }
            }
        }
        assert_eq!(candidates(&sketches.iter().collect::<Vec<_>>(), |near| near.bands != 7), expected);
        assert!(expected.len() > 100, "{}", expected.len());
    }

    #[test]
    fn a_heap_of_forms_costs_no_more_than_its_size() {
        let mut room = Vec::new();
        let sketches: Vec<Sketch> = (0..3000).map(|_| of((0..50).map(mix), &mut room)).collect();
        let pairs = candidates(&sketches.iter().collect::<Vec<_>>(), |_| true);
        assert!(pairs.len() <= 3000 * NEAREST);
        assert_eq!((pairs[0].a, pairs[0].b), (0, 1));
    }
}
