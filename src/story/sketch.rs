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

/// Texts of a band that are sorted at once, about; any number gives the same.
const FEW: usize = 8;

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

/// By number of bands the largest Jaccard index of which these are not [`too_few`]: they are of every larger one.
pub(super) fn most_alike() -> Vec<f64> {
    let most = |bands: u32| {
        // By halves, to the last bit.
        let (mut most, mut more) = (0.0, 1.0);
        if !too_few(bands, more) {
            return more;
        }
        loop {
            let middle = f64::midpoint(most, more);
            if middle <= most || middle >= more {
                return most;
            }
            *(if too_few(bands, middle) { &mut more } else { &mut most }) = middle;
        }
    };
    (0..=BANDS as u32).map(most).collect()
}

/// The texts that agree in a band with others.
struct Heaps {
    /// Heap after heap, ascending within each: the hash and the text.
    texts: Vec<(u32, u32)>,
    /// Places in `texts`, by blocks of [`BLOCK`] texts.
    places: Sorted<u32>,
}

/// Items by bucket, those of one in the order they came in. Its room is kept for the next ones.
#[derive(Default)]
struct Sorted<T> {
    items: Vec<T>,
    /// Where each bucket ends.
    ends: Vec<usize>,
}

impl<T: Copy + Default> Sorted<T> {
    /// Takes items, which are asked for twice, in place of those before, each into its bucket.
    fn take<I: Iterator<Item = T>>(&mut self, items: impl Fn() -> I, buckets: usize, bucket: impl Fn(&T) -> usize) {
        // Where the next item of each bucket is written: after the last, where the bucket ends.
        let Self { items: sorted, ends } = self;
        ends.clear();
        ends.resize(buckets + 1, 0);
        items().for_each(|item| ends[bucket(&item) + 1] += 1);
        for bucket in 0..buckets {
            ends[bucket + 1] += ends[bucket];
        }
        sorted.resize(ends[buckets], T::default());
        items().for_each(|item| {
            let end = &mut ends[bucket(&item)];
            sorted[*end] = item;
            *end += 1;
        });
        ends.truncate(buckets);
    }

    /// The items of a bucket.
    fn of(&self, bucket: usize) -> &[T] {
        let first = bucket.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.items[first..self.ends[bucket]]
    }

    /// The items of each bucket.
    fn each(&mut self, mut with: impl FnMut(&mut [T])) {
        let mut first = 0;
        for &end in &self.ends {
            with(&mut self.items[first..end]);
            first = end;
        }
    }
}

impl Heaps {
    /// Those of a band.
    fn of(sketches: &[&Sketch], band: usize, sorted: &mut Sorted<(u32, u32)>) -> Self {
        let all = || (0_u32..).zip(sketches).map(|(at, sketch)| (sketch[band], at));
        // By the leading bits of the hash first: a few at a time are sorted faster than all.
        let bits = (sketches.len() / FEW).checked_ilog2().unwrap_or_default();
        sorted.take(all, 1 << bits, |&(hash, _)| (u64::from(hash) << bits >> 32) as usize);
        sorted.each(<[_]>::sort_unstable);
        let heaps = || sorted.items.chunk_by(|a, b| a.0 == b.0).filter(|heap| heap.len() > 1);
        let mut texts: Vec<(u32, u32)> = Vec::with_capacity(heaps().map(<[_]>::len).sum());
        heaps().for_each(|heap| texts.extend_from_slice(heap));
        let mut places = Sorted::default();
        let block = |&place: &u32| texts[place as usize].1 as usize / BLOCK;
        places.take(|| 0..texts.len() as u32, sketches.len().div_ceil(BLOCK), block);
        Self { texts, places }
    }

    /// Each text of a block with the texts that come next in its heap.
    fn pairs(&self, block: usize) -> impl Iterator<Item = (u32, u32)> {
        self.places.of(block).iter().flat_map(|&place| {
            let (hash, a) = self.texts[place as usize];
            let next = self.texts[place as usize + 1..].iter().take(NEXT);
            next.take_while(move |text| text.0 == hash).map(move |&(_, b)| (a, b))
        })
    }
}

/// Pairs of texts that may be alike, ascending, of those that are to be kept.
pub(super) fn candidates(sketches: &[&Sketch], keep: impl Fn(&Near) -> bool + Sync) -> Vec<Near> {
    type Pair = (u32, u32);
    let heaps = |sorted: &mut Sorted<Pair>, band| Heaps::of(sketches, band, sorted);
    let heaps: Vec<Heaps> = (0..BANDS).into_par_iter().map_init(Sorted::default, heaps).collect();
    // A block of texts at a time: of many like texts, all pairs would not fit into memory.
    let of_block = |(pairs, sorted): &mut (Vec<Pair>, Sorted<Pair>), block: usize| {
        pairs.clear();
        pairs.extend(heaps.iter().flat_map(|heaps| heaps.pairs(block)));
        let first = (block * BLOCK) as u32;
        let texts = BLOCK.min(sketches.len() - block * BLOCK);
        sorted.take(|| pairs.iter().copied(), texts, |&(a, _)| (a - first) as usize);
        let (mut near, mut of_one) = (Vec::new(), Vec::new());
        sorted.each(|pairs| {
            pairs.sort_unstable();
            let same = pairs.chunk_by(|x, y| x == y);
            of_one.extend(same.map(|same| Near { a: same[0].0, b: same[0].1, bands: same.len() as u32 }));
            of_one.sort_unstable_by(|x, y| y.bands.cmp(&x.bands).then(x.b.cmp(&y.b)));
            of_one.truncate(NEAREST);
            of_one.retain(&keep);
            of_one.sort_unstable();
            near.append(&mut of_one);
        });
        near
    };
    let blocks = (0..sketches.len().div_ceil(BLOCK)).into_par_iter();
    let blocks: Vec<Vec<Near>> = blocks.map_init(Default::default, of_block).collect();
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
    fn bands_are_too_few_of_texts_more_alike_than_the_most() {
        let most = most_alike();
        assert!(most.is_sorted() && most[64] == 1.0 && most.len() == BANDS + 1);
        for (bands, most) in (0..).zip(most) {
            for jaccard in (0..=1000).map(|i| f64::from(i) / 1000.0) {
                assert_eq!(too_few(bands, jaccard), jaccard > most, "{bands} {jaccard}");
            }
        }
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
