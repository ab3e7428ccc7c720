//! Where starts begin: greedy k-means++ (Arthur & Vassilvitskii 2007, with the candidate draws of scikit-learn).
//!
//! All starts are seeded in step, so that the candidates of all of them are one matrix product with the rows.

use ndarray::Array2;
use rand_xoshiro::Xoshiro256Plus;
use rayon::prelude::*;

use super::data::{CHUNK, Data, products, sum};
use crate::{cluster::some, random::uniform};

/// One start being seeded.
struct Start<'r> {
    rng: &'r mut Xoshiro256Plus,
    chosen: Vec<usize>,
    /// The squared distance of each row to the nearest that is chosen, and its sum over each chunk of rows.
    closest: Vec<f32>,
    chunks: Vec<f64>,
    candidates: Vec<usize>,
}

impl Start<'_> {
    /// A row drawn in proportion to its squared distance; one that is chosen already if all are zero.
    fn draw(&mut self) -> usize {
        let total: f64 = self.chunks.iter().sum();
        let mut left = total * uniform(self.rng);
        let mut last = self.closest.len() - 1;
        for (chunk, &weight) in self.chunks.iter().enumerate() {
            if weight <= 0.0 {
                continue;
            }
            let from = chunk * CHUNK;
            if left >= weight {
                left -= weight;
                last = from;
                continue;
            }
            for (i, &closest) in self.closest[from..].iter().take(CHUNK).enumerate() {
                if closest > 0.0 {
                    last = from + i;
                    left -= f64::from(closest);
                    if left < 0.0 {
                        break;
                    }
                }
            }
            return last;
        }
        last
    }
}

impl Data<'_> {
    /// The first centroids of a start for each stream of random numbers: of `2 + ln k` rows drawn in proportion to their
    /// squared distance to the centroids so far, the one that lowers the sum of these distances most is the next.
    pub(super) fn seed(&self, k: usize, streams: &mut [Xoshiro256Plus]) -> Vec<Array2<f32>> {
        let n = self.rows.nrows();
        let trials = 2 + (k as f64).ln() as usize;
        let mut starts: Vec<Start<'_>> = streams
            .iter_mut()
            .map(|rng| Start {
                candidates: vec![((uniform(rng) * n as f64) as usize).min(n - 1)],
                rng,
                chosen: Vec::with_capacity(k),
                closest: vec![f32::INFINITY; n],
                chunks: vec![0.0; n.div_ceil(CHUNK)],
            })
            .collect();
        let mut buffers: Vec<Vec<f32>> = vec![Vec::new(); n.div_ceil(CHUNK)];
        for step in 0..k {
            if step > 0 {
                for start in &mut starts {
                    start.candidates = (0..trials).map(|_| start.draw()).collect();
                }
            }
            self.choose(&mut starts, &mut buffers);
        }
        starts.into_iter().map(|start| some(self.rows, &start.chosen)).collect()
    }

    /// Chooses the best candidate of each start. Of equal ones, the first.
    fn choose(&self, starts: &mut [Start<'_>], buffers: &mut [Vec<f32>]) {
        let n = self.rows.nrows();
        let candidates: Vec<usize> = starts.iter().flat_map(|start| start.candidates.iter().copied()).collect();
        let of: Vec<usize> =
            starts.iter().enumerate().flat_map(|(s, start)| start.candidates.iter().map(move |_| s)).collect();
        let targets = some(self.rows, &candidates);
        let shared = &*starts;
        let sums: Vec<Vec<f64>> = buffers
            .par_iter_mut()
            .enumerate()
            .map(|(chunk, buffer)| {
                let (from, to) = (chunk * CHUNK, ((chunk + 1) * CHUNK).min(n));
                products(targets.view(), self.part(from, to), buffer);
                let lines = buffer.chunks_exact_mut(to - from).zip(&candidates).zip(&of);
                let one = |((line, &candidate), &start): ((&mut [f32], &usize), &usize)| {
                    let own = self.squares[candidate];
                    let closest = &shared[start].closest[from..to];
                    for ((value, &closest), &square) in line.iter_mut().zip(closest).zip(&self.squares[from..to]) {
                        let distance = square + own - 2.0 * *value;
                        let distance = if distance > 0.0 { distance } else { 0.0 };
                        *value = if distance < closest { distance } else { closest };
                    }
                    sum(line)
                };
                lines.map(one).collect()
            })
            .collect();
        let mut first = 0;
        for start in starts {
            let count = start.candidates.len();
            let total = |candidate: usize| sums.iter().map(|sums| sums[first + candidate]).sum::<f64>();
            let totals: Vec<f64> = (0..count).map(total).collect();
            let best = (0..count).fold(0, |best, i| if totals[i] < totals[best] { i } else { best });
            start.chosen.push(start.candidates[best]);
            let line = first + best;
            let parts = start.closest.chunks_mut(CHUNK).zip(&mut start.chunks).zip(buffers.iter().zip(&sums));
            for ((closest, weight), (buffer, sums)) in parts {
                let m = closest.len();
                closest.copy_from_slice(&buffer[line * m..(line + 1) * m]);
                *weight = sums[line];
            }
            first += count;
        }
    }
}
