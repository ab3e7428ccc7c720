//! Fewer dimensions for dense rows, so that a model of many columns stays small.

use ndarray::{Array2, ArrayView1, s};
use rand_xoshiro::{
    Xoshiro256Plus,
    rand_core::{RngCore, SeedableRng},
};

use crate::lexicon::ridge;

/// Rounds of the subspace iteration. It is not to find the leading directions one by one, only the space they span.
const ROUNDS: usize = 4;

/// A direction shorter than this, after those before it are taken out of it, is none.
const ZERO: f64 = 1e-10;

/// Turns rows into the space of at most `most` dimensions that holds most of them, by squares: `n × d` in, `n × e` out, with
/// `e ≤ most`. Cosines are kept as far as that space holds the rows; rows of at most `most` dimensions come back as they
/// are.
///
/// By subspace iteration from a random start (Halko, Martinsson and Tropp, *Finding structure with randomness*, 2011,
/// algorithm 4.4). The result does not depend on the number of threads.
pub(super) fn reduce(rows: Array2<f32>, most: usize, seed: u64) -> Array2<f32> {
    let most = most.max(1);
    if rows.ncols() <= most {
        return rows;
    }
    let mut random = Xoshiro256Plus::seed_from_u64(seed);
    let signs = Array2::from_shape_fn((rows.ncols(), most), |_| if random.next_u64() >> 63 == 0 { 1.0 } else { -1.0 });
    let mut space = orthonormal(signs);
    for _ in 0..ROUNDS {
        let seen = ridge::dense(rows.view(), space.view());
        space = orthonormal(ridge::product(rows.view(), seen.view()));
    }
    ridge::dense(rows.view(), space.view())
}

/// The columns made orthonormal, each against those before it (modified Gram-Schmidt, twice); those that add nothing are
/// left out.
fn orthonormal(columns: Array2<f64>) -> Array2<f32> {
    let mut kept = Array2::<f64>::zeros((columns.ncols(), columns.nrows()));
    let mut count = 0;
    let largest = columns.columns().into_iter().map(length).fold(0.0, f64::max);
    for column in columns.columns() {
        let mut vector = column.to_owned();
        let mut scale = length(vector.view());
        if scale <= ZERO * largest {
            continue;
        }
        vector /= scale;
        for _ in 0..2 {
            for other in kept.slice(s![..count, ..]).rows() {
                let along = other.dot(&vector);
                vector.scaled_add(-along, &other);
            }
            scale = length(vector.view());
            if scale <= ZERO {
                break;
            }
            vector /= scale;
        }
        if scale > ZERO {
            kept.row_mut(count).assign(&vector);
            count += 1;
        }
    }
    kept.slice(s![..count, ..]).t().mapv(|x| x as f32).as_standard_layout().into_owned()
}

fn length(vector: ArrayView1<'_, f64>) -> f64 {
    vector.dot(&vector).sqrt()
}

#[cfg(test)]
mod tests {
    use linfa_linalg::eigh::{EigSort, Eigh};

    use super::*;

    /// Rows of `rank` directions in `d` dimensions, the later directions weaker.
    fn rows(n: usize, d: usize, rank: usize) -> Array2<f32> {
        let left = Array2::from_shape_fn((n, rank), |(i, j)| ((i * 29 + j * 53 + i * j) % 31) as f32 - 15.0);
        let right = Array2::from_shape_fn((rank, d), |(i, j)| {
            (((i * 17 + j * 7 + i * j * j) % 23) as f32 - 11.0) / (1 + i * i) as f32
        });
        left.dot(&right)
    }

    #[test]
    fn rows_that_fit_the_space_keep_their_products() {
        let full = rows(20, 60, 6);
        for most in [6, 8, 20] {
            let reduced = reduce(full.clone(), most, 1);
            assert!(reduced.ncols() <= most);
            let (before, after) = (full.dot(&full.t()), reduced.dot(&reduced.t()));
            let largest = before.iter().copied().fold(0.0, f32::max);
            assert!(before.iter().zip(&after).all(|(a, b)| (a - b).abs() < 1e-4 * largest), "{most}");
        }
        assert_eq!(reduce(full.clone(), 60, 1), full);
    }

    #[test]
    fn what_is_lost_is_little_more_than_must_be() {
        let full = rows(40, 60, 12);
        let squares = |rows: &Array2<f32>| rows.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>();
        // The slow twin: all eigenvalues of the small side.
        let wide = full.mapv(f64::from);
        let (values, _) = wide.dot(&wide.t()).eigh().unwrap().sort_eig_desc();
        for most in [1, 3, 6] {
            let best: f64 = values.iter().take(most).sum();
            let kept = squares(&reduce(full.clone(), most, 7));
            assert!(kept > 0.99 * best && kept < 1.0001 * best, "{most}: {kept} of {best}");
        }
    }
}
