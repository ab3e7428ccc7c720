//! The leading eigenpairs of a Gram matrix from one block Krylov space.
//!
//! Golub and Underwood, *The block Lanczos method for computing eigenvalues*, 1977; Musco and Musco, *Randomized block
//! Krylov methods*, 2015, bound what one space without restarts holds. From a random block of [`WIDTH`] columns each next
//! block is the matrix times the last one, made orthogonal to *all* before it, in single precision; the small matrix of
//! the projection is summed in double. A block of 16 numbers is one cache line and four registers, so the sparse products
//! read each entry once for 16 columns.

use nalgebra::{DMatrix, SymmetricEigen};
use ndarray::{Array2, ArrayView2, s};
use rand_xoshiro::{
    Xoshiro256Plus,
    rand_core::{RngCore, SeedableRng},
};
use rayon::prelude::*;

use super::failed;
use crate::{
    error::Result,
    vectorize::{Csr, WIDTH},
    wide::tall,
};

/// Rows that a task of the thread pool works through; part of the result.
const ROWS: usize = 1024;

/// Of these, so many at a time: those of two blocks stay in the first cache.
const AT_ONCE: usize = 256;

/// How far from orthogonal a block fresh from a second projection is.
const EPSILON: f64 = 2e-7;

/// A block that may be further from orthogonal than this is projected a second time. Each next block is as much further
/// off than the last two as its image is longer than what the projection leaves of it; of nineteen blocks
/// seven to nine need it on the corpora measured.
const DRIFT: f64 = 3e-5;

/// What a second projection leaves so little of lay within the basis.
const LOST: f64 = 1e-2;

/// A direction of this length, against the largest image so far, is rounding noise: the space has nothing more to give from
/// here, and a random direction takes its place.
const NOISE: f64 = 3e-6;

/// A basis of orthonormal columns, and the matrix in it.
#[derive(Debug)]
pub(super) struct Space {
    /// Its columns, [`WIDTH`] a block, each as long as the matrix's side, block after block: in one piece, so that its room goes
    /// back to the system whole.
    basis: Block,
    /// Eigenvalues of the projected matrix, descending.
    pub(super) values: Vec<f64>,
    /// Their vectors in the basis, the columns, `size × size`.
    vectors: Array2<f64>,
}

/// A block of columns, row by row.
pub(super) type Block = Vec<[f32; WIDTH]>;

/// The space of `size` dimensions, rounded up to whole blocks, of the matrix `short · long`, where `long` is the transpose of
/// `short`; `size`, rounded, must be less than the rows of `short`. `spare` is called before the small eigenvalue problem, which
/// takes one thread.
///
/// # Errors
/// [`Error::Numeric`](crate::Error::Numeric) if the small eigenvalue problem fails.
pub(super) fn space(short: &Csr, long: &Csr, size: usize, seed: u64, spare: impl FnOnce()) -> Result<Space> {
    let size = size.next_multiple_of(WIDTH);
    let mut random = Xoshiro256Plus::seed_from_u64(seed);
    let side = short.rows();
    let mut basis: Block = vec![[0.0; WIDTH]; side * (size / WIDTH)];
    let mut projected = Array2::<f64>::zeros((size, size));
    // The longest image of a unit vector, of all blocks and of the last one.
    let (mut largest, mut last) = (0.0_f64, 0.0_f64);
    let mut drift = [0.0; 2];
    let mut block: Block = vec![[0.0; WIDTH]; side];
    let mut between: Block = vec![[0.0; WIDTH]; long.rows()];
    for start in (0..size).step_by(WIDTH) {
        let end = start + WIDTH;
        let (before, rest) = basis.split_at_mut(start / WIDTH * side);
        orthonormal(&mut block, &blocks(before, side), [largest, last], &mut drift, &mut random)?;
        long.times_block(&block, &mut between);
        rest[..side].par_chunks_mut(ROWS).zip(block.par_chunks(ROWS)).for_each(|(to, from)| to.copy_from_slice(from));
        short.times_block(&between, &mut block);
        last = lengths(&block).into_iter().fold(0.0, f64::max);
        largest = largest.max(last);
        let along = take_out(&mut block, &blocks(&basis[..end / WIDTH * side], side));
        projected.slice_mut(s![..end, start..end]).assign(&ArrayView2::from(along.as_slice()));
    }
    drop((block, between));
    // What rounding left between blocks that are no neighbours belongs to it too; both halves of the last block's square
    // are there, of the others one.
    for i in 0..size {
        for j in 0..i {
            let mean = if i / WIDTH == j / WIDTH {
                f64::midpoint(projected[[i, j]], projected[[j, i]])
            } else {
                projected[[j, i]]
            };
            (projected[[i, j]], projected[[j, i]]) = (mean, mean);
        }
    }
    spare();
    let (values, vectors) = eigen(projected.view())?;
    Ok(Space { basis, values, vectors })
}

impl Space {
    /// Up to [`WIDTH`] eigenvectors from the `start`-th on; what is past the last is zero.
    pub(super) fn eigenvectors(&self, start: usize) -> Block {
        let size = self.vectors.ncols();
        let row = |i| -> [f32; WIDTH] {
            std::array::from_fn(|j| if start + j < size { self.vectors[[i, start + j]] as f32 } else { 0.0 })
        };
        product(&blocks(&self.basis, self.basis.len() / (size / WIDTH)), &(0..size).map(row).collect::<Vec<_>>())
    }
}

/// The blocks of a basis whose columns are so long.
fn blocks(basis: &[[f32; WIDTH]], side: usize) -> Vec<&[[f32; WIDTH]]> {
    basis.chunks_exact(side.max(1)).collect()
}

/// All eigenvalues of a symmetric matrix, descending, and their vectors, the columns.
///
/// # Errors
/// [`Error::Numeric`](crate::Error::Numeric) if it does not converge.
pub(super) fn eigen(matrix: ArrayView2<'_, f64>) -> Result<(Vec<f64>, Array2<f64>)> {
    let n = matrix.nrows();
    if n == 0 {
        return Ok((Vec::new(), Array2::zeros((0, 0))));
    }
    let copy = DMatrix::from_fn(n, n, |i, j| matrix[[i, j]]);
    let pairs = SymmetricEigen::try_new(copy, f64::EPSILON, 100 * n).ok_or_else(|| failed("it does not converge"))?;
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| pairs.eigenvalues[b].total_cmp(&pairs.eigenvalues[a]).then(a.cmp(&b)));
    let values = order.iter().map(|&i| pairs.eigenvalues[i]).collect();
    Ok((values, Array2::from_shape_fn((n, n), |(i, j)| pairs.eigenvectors[(i, order[j])])))
}

/// Makes a block orthonormal, its columns among themselves and against `before`. It has been projected once; directions
/// that are only noise become random ones. `largest` and `last` are the lengths of the longest image and of the block's
/// own, `drift` tells how far from orthogonal the last two blocks may be.
fn orthonormal(
    block: &mut Block,
    before: &[&[[f32; WIDTH]]],
    [largest, last]: [f64; 2],
    drift: &mut [f64; 2],
    random: &mut Xoshiro256Plus,
) -> Result<()> {
    let (mut noise, mut growth) = (NOISE * largest, last * (EPSILON + drift[0].max(drift[1])));
    // Twice is enough; what is random is projected twice too.
    for _ in 0..4 {
        let products = products(&[block.as_slice()], block);
        let (values, vectors) = eigen(ArrayView2::from(products.as_slice()))?;
        let length = |j: usize| values[j].max(0.0).sqrt();
        let kept = (0..WIDTH).take_while(|&j| length(j) > noise).count();
        let turned = |i, j| if j < kept { (vectors[[i, j]] / length(j)) as f32 } else { 0.0 };
        let turn: [[f32; WIDTH]; WIDTH] = std::array::from_fn(|i| std::array::from_fn(|j| turned(i, j)));
        *block = product(&[block.as_slice()], &turn);
        if kept == WIDTH && growth < DRIFT * length(WIDTH - 1) {
            *drift = [drift[1], growth / length(WIDTH - 1)];
            break;
        }
        let scale = 1.0 / (block.len() as f32).sqrt();
        for row in block.iter_mut() {
            for value in &mut row[kept..] {
                *value = if random.next_u64() >> 63 == 0 { scale } else { -scale };
            }
        }
        take_out(block, before);
        (noise, growth) = (LOST, EPSILON);
    }
    Ok(())
}

/// Takes out of a block what lies along the columns of a basis, once; returns how much, a row for each of these columns.
fn take_out(block: &mut Block, basis: &[&[[f32; WIDTH]]]) -> Vec<[f64; WIDTH]> {
    let along = products(basis, block);
    let out: Vec<[f32; WIDTH]> = along.iter().map(|row| row.map(|x| -x as f32)).collect();
    add_product(block, basis, &out);
    along
}

/// `basisᵀ · block`: the sums of some rows in single precision, those of all in double.
fn products(basis: &[&[[f32; WIDTH]]], block: &Block) -> Vec<[f64; WIDTH]> {
    let part = |first: usize| {
        let mut sums = vec![[[0.0_f32; WIDTH]; WIDTH]; basis.len()];
        let end = (first + ROWS).min(block.len());
        for from in (first..end).step_by(AT_ONCE) {
            let rows = from..(from + AT_ONCE).min(end);
            for (columns, sums) in basis.iter().zip(&mut sums) {
                tall::across(&columns[rows.clone()], &block[rows.clone()], sums);
            }
        }
        sums
    };
    let parts: Vec<Vec<[[f32; WIDTH]; WIDTH]>> = (0..block.len()).into_par_iter().step_by(ROWS).map(part).collect();
    let mut all = vec![[0.0; WIDTH]; basis.len() * WIDTH];
    for part in &parts {
        let sums = all.as_flattened_mut().iter_mut().zip(part.as_flattened().as_flattened());
        sums.for_each(|(sum, &x)| *sum += f64::from(x));
    }
    all
}

/// `basis · few`, as [`add_product`].
fn product(basis: &[&[[f32; WIDTH]]], few: &[[f32; WIDTH]]) -> Block {
    let mut block = vec![[0.0; WIDTH]; basis.first().map_or(0, |block| block.len())];
    // They are zeros, but of memory that was never touched: reading it first would map each page twice.
    block.par_chunks_mut(ROWS).for_each(|rows| rows.fill([0.0; WIDTH]));
    add_product(&mut block, basis, few);
    block
}

/// `block += basis · few`; `few` has a row for each column of the basis.
fn add_product(block: &mut Block, basis: &[&[[f32; WIDTH]]], few: &[[f32; WIDTH]]) {
    let (few, _) = few.as_chunks::<WIDTH>();
    block.par_chunks_mut(ROWS).enumerate().for_each(|(part, block)| {
        for (at, block) in block.chunks_mut(AT_ONCE).enumerate() {
            let first = part * ROWS + at * AT_ONCE;
            for (columns, few) in basis.iter().zip(few) {
                tall::along(&columns[first..first + block.len()], few, block);
            }
        }
    });
}

/// The lengths of the columns.
fn lengths(block: &[[f32; WIDTH]]) -> [f64; WIDTH] {
    let mut sums = [0.0; WIDTH];
    for row in block {
        sums.iter_mut().zip(row).for_each(|(sum, &x)| *sum += f64::from(x) * f64::from(x));
    }
    sums.map(f64::sqrt)
}
