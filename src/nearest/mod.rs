//! Nearest rows: the rows of a matrix with the largest inner product with a query, exactly.
//!
//! [`brute`] reads all of them, and its speed is that of the memory: a million rows of 292 numbers are 1.2 GB. A
//! [`Sketch`] reads 36 bytes a row, and 68 more of few. Of each row `x` it keeps coordinates along orthonormal axes in 8
//! bits, and how long the row is off the axes. With `P` the axes, `y = Px` and `c = Pq`,
//!
//! `x·q = ŷ·c + (y − ŷ)·c + (x − Pᵀy)·(q − Pᵀc) ≤ ŷ·c + ‖y − ŷ‖‖c‖ + ‖x − Pᵀy‖‖q − Pᵀc‖`
//!
//! by Cauchy and Schwarz, and what rounding may add is added too (`search.rs`). The bound is taken along 32 axes of all
//! rows, then along 96 of those that the first does not rule out; what is left is scored as [`brute`] scores it, the
//! largest bounds first, until no bound reaches the worst of the best. So the answer is the same to the bit, whatever the
//! data and the number of threads. How much is ruled out depends on the data: with 64 and 128 axes, of 44 723 passages of
//! Chinese news with LSA and lexicon vectors 0.7 % (median; 95th percentile 3 %) passed the first bound and 0.15 % (0.9 %)
//! the second; of random rows all do, since no axes hold more of them than others (`build.rs` takes those of the largest
//! variance). Half as many axes rule out less and are read in half the time: of a million rows made from three models, the
//! ten nearest took 4.3, 5.1 and 5.8 ms (medians of 200 questions) where 64 and 128 axes took 5.6, 5.9 and 6.9; since codes
//! are multiplied in pairs, 3.3 to 3.8.
//!
//! ```
//! use ndarray::array;
//! use wenmai::nearest::{self, brute};
//!
//! let rows = array![[1.0, 0.0], [0.6, 0.8], [-1.0, 0.0], [0.8, 0.6]];
//! let query = [1.0, 0.0];
//! let found = brute(rows.view(), &query, 2, None);
//! assert_eq!(found, [(0, 1.0), (3, 0.8)]);
//! let built = nearest::build(rows.view()).unwrap();
//! let sketch = built.sketch().unwrap();
//! assert_eq!(sketch.nearest(rows.view(), &query, 2, None, &mut Vec::new()), found);
//! ```

mod build;
mod search;
#[cfg(test)]
mod tests;

use ndarray::{ArrayView1, ArrayView2};

pub use build::{Built, build};
pub use search::{AXES, FIRST, Parts, SECOND, Sketch, askew};

/// The inner product by which rows are ranked; all ways of searching use this one, bit for bit.
#[must_use]
pub fn score(row: ArrayView1<'_, f32>, query: &[f32]) -> f32 {
    row.dot(&ArrayView1::from(query))
}

/// The `n` rows with the largest inner products with the query, best first, equal ones by row; those of 0 or less, and
/// those that are no finite number, are left out, and so is the row `except`.
#[must_use]
pub fn brute(rows: ArrayView2<'_, f32>, query: &[f32], n: usize, except: Option<usize>) -> Vec<(usize, f32)> {
    let scores =
        rows.outer_iter().enumerate().filter(|&(i, _)| Some(i) != except).map(|(i, row)| (i, score(row, query)));
    let mut best: Vec<(usize, f32)> = scores.filter(|&(_, score)| ranks(score)).collect();
    if n < best.len() {
        best.select_nth_unstable_by(n, order);
        best.truncate(n);
    }
    best.sort_unstable_by(order);
    best
}

/// Whether a row with this score can be a hit.
fn ranks(score: f32) -> bool {
    score > 0.0 && score.is_finite()
}

/// Best first, equal scores by row.
fn order(a: &(usize, f32), b: &(usize, f32)) -> std::cmp::Ordering {
    b.1.total_cmp(&a.1).then(a.0.cmp(&b.0))
}
