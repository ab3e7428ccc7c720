//! Ridge regression, dense and sparse.

use linfa_linalg::cholesky::SolveCInplace;
use ndarray::{Array2, ArrayView2, Axis, s};
use rayon::prelude::*;

use crate::{
    error::{Error, Result},
    vectorize::{Csr, row_times},
};

/// Rows whose products are summed in single precision, before the sums are added in double; part of the result.
const CHUNK: usize = 1024;

/// Columns that conjugate gradients take together: the matrix is read once for all of them.
const BLOCK: usize = 8;

/// Steps of conjugate gradients at most.
const STEPS: usize = 100;

/// Conjugate gradients end where the residual is this small against what it was at first.
const TOLERANCE: f64 = 1e-5;

/// `aᵀ b`, summed over fixed chunks of rows in order, so the same for any number of threads.
pub(crate) fn product(a: ArrayView2<'_, f32>, b: ArrayView2<'_, f32>) -> Array2<f64> {
    let mut sum = Array2::zeros((a.ncols(), b.ncols()));
    let starts: Vec<usize> = (0..a.nrows()).step_by(CHUNK).collect();
    // A few at a time: a part is as large as the result.
    for starts in starts.chunks(16) {
        let part = |&start: &usize| {
            let rows = s![start..(start + CHUNK).min(a.nrows()), ..];
            a.slice(rows).t().dot(&b.slice(rows))
        };
        let parts: Vec<Array2<f32>> = starts.par_iter().map(part).collect();
        for part in parts {
            sum.zip_mut_with(&part, |sum: &mut f64, &x| *sum += f64::from(x));
        }
    }
    sum
}

/// `a b`, row by row in parallel.
pub(crate) fn dense(a: ArrayView2<'_, f32>, b: ArrayView2<'_, f32>) -> Array2<f32> {
    let mut out = Array2::zeros((a.nrows(), b.ncols()));
    out.axis_chunks_iter_mut(Axis(0), CHUNK)
        .into_par_iter()
        .zip(a.axis_chunks_iter(Axis(0), CHUNK))
        .for_each(|(mut out, a)| out.assign(&a.dot(&b)));
    out
}

/// `x b` for a sparse `x`, row by row in parallel; the rows of `b` must be contiguous.
pub(crate) fn sparse(x: &Csr, b: ArrayView2<'_, f32>) -> Array2<f32> {
    sums(x, b.ncols(), |row, out| row_times(row, b, out))
}

/// As [`sparse`], for a `b` of `d` columns that is held otherwise: `add` adds a row of `x` times it to zeros.
pub(crate) fn sums(x: &Csr, d: usize, add: impl Fn((&[u32], &[f32]), &mut [f32]) + Sync) -> Array2<f32> {
    let mut out = Array2::zeros((x.rows(), d));
    out.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(i, mut row)| {
        if let Some(row) = row.as_slice_mut() {
            add(x.row(i), row);
        }
    });
    out
}

/// The `d × e` matrix `m` that minimises `‖s m − t‖² + λ ‖m‖²`, for `s` of `n × d` and `t` of `n × e`.
///
/// # Errors
/// [`Error::Numeric`] if the system cannot be solved, which a positive `λ` rules out for finite numbers.
pub(crate) fn map(s: ArrayView2<'_, f32>, t: ArrayView2<'_, f32>, lambda: f64) -> Result<Array2<f32>> {
    let mut gram = product(s, s);
    gram.diag_mut().mapv_inplace(|x| x + lambda);
    let mut solution = product(s, t);
    gram.solvec_inplace(&mut solution)
        .map_err(|e| Error::Numeric { stage: "fitting the lexicon", reason: e.to_string() })?;
    Ok(solution.mapv(|x| x as f32))
}

/// The `m × d` matrix `c` that minimises `‖x c − r‖² + λ ‖c‖²`, for a sparse `x` of `n × m` and `r` of `n × d`.
///
/// By conjugate gradients with the diagonal as preconditioner (Saad, *Iterative Methods for Sparse Linear Systems*, 9.2),
/// which takes memory of a few times `m · 8` numbers a thread besides the result. A block of columns is worked on by one
/// thread, so the result does not depend on their number.
pub(crate) fn correction(x: &Csr, r: ArrayView2<'_, f32>, lambda: f64) -> Array2<f32> {
    let width = r.ncols();
    let mut diagonal = vec![lambda; x.cols];
    for (&column, &value) in x.indices.iter().zip(&x.values) {
        diagonal[column as usize] += f64::from(value) * f64::from(value);
    }
    let starts: Vec<usize> = (0..width).step_by(BLOCK).collect();
    let blocks: Vec<Vec<f32>> = starts
        .par_iter()
        .map(|&start| {
            let end = (start + BLOCK).min(width);
            let mut right = vec![[0.0; BLOCK]; x.rows()];
            for (row, right) in r.slice(s![.., start..end]).rows().into_iter().zip(&mut right) {
                right.iter_mut().zip(row).for_each(|(to, &from)| *to = f64::from(from));
            }
            solve(x, &right, lambda, &diagonal).into_iter().flatten().map(|v| v as f32).collect()
        })
        .collect();
    let mut result = Array2::zeros((x.cols, width));
    for (start, block) in starts.into_iter().zip(blocks) {
        let end = (start + BLOCK).min(width);
        for (mut row, values) in result.rows_mut().into_iter().zip(block.chunks_exact(BLOCK)) {
            row.slice_mut(s![start..end]).iter_mut().zip(values).for_each(|(to, &from)| *to = from);
        }
    }
    result
}

type Rows = Vec<[f64; BLOCK]>;

/// `out = xᵀ right`.
fn transposed(x: &Csr, right: &[[f64; BLOCK]], out: &mut Rows) {
    out.fill([0.0; BLOCK]);
    for (i, right) in right.iter().enumerate() {
        let (columns, values) = x.row(i);
        for (&column, &value) in columns.iter().zip(values) {
            let value = f64::from(value);
            out[column as usize].iter_mut().zip(right).for_each(|(to, from)| *to += value * from);
        }
    }
}

/// `out = (xᵀ x + λ) p`; `middle` is scratch space of a row for each of `x`.
fn normal(x: &Csr, p: &Rows, lambda: f64, middle: &mut Rows, out: &mut Rows) {
    for (i, sum) in middle.iter_mut().enumerate() {
        let (columns, values) = x.row(i);
        *sum = [0.0; BLOCK];
        for (&column, &value) in columns.iter().zip(values) {
            let value = f64::from(value);
            sum.iter_mut().zip(&p[column as usize]).for_each(|(to, from)| *to += value * from);
        }
    }
    transposed(x, middle, out);
    for (out, p) in out.iter_mut().zip(p) {
        out.iter_mut().zip(p).for_each(|(to, from)| *to += lambda * from);
    }
}

/// The inner products of the columns.
fn dots(a: &Rows, b: &Rows) -> [f64; BLOCK] {
    let mut sums = [0.0; BLOCK];
    for (a, b) in a.iter().zip(b) {
        for (sum, (x, y)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += x * y;
        }
    }
    sums
}

/// Conjugate gradients on a block of columns, each with its own steps.
fn solve(x: &Csr, right: &Rows, lambda: f64, diagonal: &[f64]) -> Rows {
    let precondition = |r: &Rows, z: &mut Rows| {
        for ((z, r), d) in z.iter_mut().zip(r).zip(diagonal) {
            z.iter_mut().zip(r).for_each(|(to, from)| *to = from / d);
        }
    };
    let empty: Rows = vec![[0.0; BLOCK]; x.cols];
    let mut solution = empty.clone();
    let mut residual = empty.clone();
    transposed(x, right, &mut residual);
    let mut z = empty.clone();
    precondition(&residual, &mut z);
    let mut p = z.clone();
    let mut image = empty;
    let mut middle = vec![[0.0; BLOCK]; x.rows()];
    let first = dots(&residual, &z);
    let mut size = first;
    for _ in 0..STEPS {
        if size.iter().zip(&first).all(|(now, first)| *now <= first * TOLERANCE * TOLERANCE) {
            break;
        }
        normal(x, &p, lambda, &mut middle, &mut image);
        let curve = dots(&p, &image);
        // A column that is solved, or was zero from the start, stays as it is.
        let step: [f64; BLOCK] = std::array::from_fn(|c| if curve[c] > 0.0 { size[c] / curve[c] } else { 0.0 });
        for (j, image) in image.iter().enumerate() {
            for c in 0..BLOCK {
                solution[j][c] += step[c] * p[j][c];
                residual[j][c] -= step[c] * image[c];
            }
        }
        precondition(&residual, &mut z);
        let next = dots(&residual, &z);
        let turn: [f64; BLOCK] = std::array::from_fn(|c| if size[c] > 0.0 { next[c] / size[c] } else { 0.0 });
        for (p, z) in p.iter_mut().zip(&z) {
            for c in 0..BLOCK {
                p[c] = z[c] + turn[c] * p[c];
            }
        }
        size = next;
    }
    solution
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(rows: usize, columns: usize, seed: usize) -> Array2<f32> {
        Array2::from_shape_fn((rows, columns), |(i, j)| {
            ((i * i * 31 + j * j * 17 * (i + 1) + seed) % 997) as f32 / 498.0 - 1.0
        })
    }

    /// The slow twin: the normal equations as a dense system.
    fn dense_solution(x: &Array2<f32>, r: &Array2<f32>, lambda: f64) -> Array2<f64> {
        let x = x.mapv(f64::from);
        let mut gram = x.t().dot(&x);
        gram.diag_mut().mapv_inplace(|d| d + lambda);
        let mut right = x.t().dot(&r.mapv(f64::from));
        gram.solvec_inplace(&mut right).unwrap();
        right
    }

    #[test]
    fn the_correction_solves_the_normal_equations() {
        // Words of very different frequency, one that never occurs, and a column of nothing to correct.
        let mut x = matrix(60, 23, 5);
        x.indexed_iter_mut().for_each(|((i, j), v)| {
            if (i * 7 + j * 3) % (j + 2) != 0 || j == 22 {
                *v = 0.0;
            }
        });
        let mut r = matrix(60, 19, 9);
        r.column_mut(4).fill(0.0);
        let mut rows = Csr { cols: 23, indptr: vec![0], ..Csr::default() };
        for row in x.rows() {
            for (j, &v) in row.iter().enumerate().filter(|(_, v)| **v != 0.0) {
                rows.indices.push(j as u32);
                rows.values.push(v);
            }
            rows.indptr.push(rows.indices.len());
        }
        for lambda in [0.01, 1.0, 30.0] {
            let fast = correction(&rows, r.view(), lambda);
            let slow = dense_solution(&x, &r, lambda);
            for (a, b) in fast.iter().zip(&slow) {
                assert!((f64::from(*a) - b).abs() < 1e-3 * (1.0 + b.abs()), "{lambda}: {a} for {b}");
            }
            assert!(fast.row(22).iter().chain(&fast.column(4)).all(|&v| v == 0.0));
        }
    }

    #[test]
    fn the_map_solves_the_normal_equations() {
        let (s, t) = (matrix(3000, 6, 1), matrix(3000, 4, 2));
        let fast = map(s.view(), t.view(), 0.1).unwrap();
        for (a, b) in fast.iter().zip(&dense_solution(&s, &t, 0.1)) {
            assert!((f64::from(*a) - b).abs() < 1e-4, "{a} for {b}");
        }
        assert!(
            map(Array2::zeros((3, 2)).view(), Array2::zeros((3, 2)).view(), 0.1).unwrap().iter().all(|&v| v == 0.0)
        );
    }
}
