//! The sparse matrix that the vectorizer returns, and its products.

use std::ops::Range;

use ndarray::ArrayView2;
use rayon::prelude::*;

use crate::wide::{self, Lines, Number};

/// Columns of a dense block that products take together: one cache line of single precision.
pub(crate) const WIDTH: usize = 16;

/// Rows that a thread takes at a time.
const ROWS: usize = 256;

/// Tasks that a transpose is split into: few, since each of them looks at all rows.
const TASKS: usize = 4;

/// A sparse matrix in compressed sparse row form, single precision.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Csr {
    /// Number of columns.
    pub cols: usize,
    /// Where each row begins in `indices` and `values`; `rows + 1` entries, the first 0.
    pub indptr: Vec<usize>,
    /// Columns of the entries, ascending within a row.
    pub indices: Vec<u32>,
    /// The entries.
    pub values: Vec<f32>,
}

/// The entries of some rows.
pub(super) struct Part<'a> {
    pub rows: Range<usize>,
    pub indices: &'a mut [u32],
    pub values: &'a mut [f32],
}

impl Csr {
    /// A matrix without rows, with room for so many and their entries.
    pub(super) fn with_room(cols: usize, rows: usize, entries: usize) -> Self {
        let mut indptr = Vec::with_capacity(rows + 1);
        indptr.push(0);
        Self { cols, indptr, indices: Vec::with_capacity(entries), values: Vec::with_capacity(entries) }
    }

    /// A matrix of rows of so many entries each, all in column 0 and of no value until they are written.
    pub(super) fn of_lengths(cols: usize, lengths: &[usize]) -> Self {
        let mut indptr = Vec::with_capacity(lengths.len() + 1);
        indptr.push(0);
        let mut end = 0;
        indptr.extend(lengths.iter().map(|length| {
            end += length;
            end
        }));
        Self { cols, indptr, indices: vec![0; end], values: vec![0.0; end] }
    }

    /// Where each row begins, and the entries of some rows each, to be written side by side: of those up to each of `ends`, which
    /// ascend.
    pub(super) fn in_parts(&mut self, ends: impl IntoIterator<Item = usize>) -> (&[usize], Vec<Part<'_>>) {
        let Self { indptr, indices, values, .. } = self;
        let (mut indices, mut values, mut first) = (indices.as_mut_slice(), values.as_mut_slice(), 0);
        let part = |end: usize| {
            let entries = indptr[end] - indptr[first];
            let rows = std::mem::replace(&mut first, end)..end;
            let (own_indices, own_values);
            (own_indices, indices) = std::mem::take(&mut indices).split_at_mut(entries);
            (own_values, values) = std::mem::take(&mut values).split_at_mut(entries);
            Part { rows, indices: own_indices, values: own_values }
        };
        let parts = ends.into_iter().map(part).collect();
        (indptr, parts)
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.indptr.len().saturating_sub(1)
    }

    /// The columns and values of a row.
    #[must_use]
    pub fn row(&self, i: usize) -> (&[u32], &[f32]) {
        let range = self.indptr[i]..self.indptr[i + 1];
        (&self.indices[range.clone()], &self.values[range])
    }

    /// Some rows, in the order given, of the same columns; each must exist.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        let mut some = Self { cols: self.cols, indptr: vec![0], ..Self::default() };
        for &row in rows {
            let (columns, values) = self.row(row);
            some.indices.extend_from_slice(columns);
            some.values.extend_from_slice(values);
            some.indptr.push(some.indices.len());
        }
        some
    }

    /// Adds the rows of another of the same columns below.
    pub fn append(&mut self, other: Self) {
        if self.indptr.is_empty() {
            self.indptr.push(0);
        }
        let before = self.indices.len();
        self.cols = other.cols;
        self.indptr.extend(other.indptr.iter().skip(1).map(|end| before + end));
        self.indices.extend(other.indices);
        self.values.extend(other.values);
    }

    /// The transpose, `cols × rows`; entries stay ascending within a row.
    #[must_use]
    pub fn transposed(&self) -> Self {
        let mut lengths = vec![0; self.cols];
        self.indices.iter().for_each(|&column| lengths[column as usize] += 1);
        let mut to = Self::of_lengths(self.rows(), &lengths);
        // Each task writes the lines of some columns, which have about as many entries as those of others.
        let share = self.indices.len() / TASKS + 1;
        let next = |&first: &usize| {
            let enough = to.indptr.partition_point(|&end| end < to.indptr[first] + share);
            (first < self.cols).then(|| enough.clamp(first + 1, self.cols))
        };
        let ends: Vec<usize> = std::iter::successors(Some(0), next).skip(1).collect();
        let (indptr, tasks) = to.in_parts(ends);
        tasks.into_par_iter().for_each(|Part { rows: columns, indices, values }| {
            let before = indptr[columns.start];
            let mut next: Vec<usize> = indptr[columns.clone()].iter().map(|at| at - before).collect();
            for i in 0..self.rows() {
                let (all, entries) = self.row(i);
                let from = all.partition_point(|&column| (column as usize) < columns.start);
                for (&column, &value) in all[from..].iter().zip(&entries[from..]) {
                    let Some(place) = next.get_mut(column as usize - columns.start) else { break };
                    indices[*place] = i as u32;
                    values[*place] = value;
                    *place += 1;
                }
            }
        });
        to
    }

    /// `out = self · x`, in double precision.
    ///
    /// Each entry of `out` is summed by itself in column order, so the result does not depend on the number of threads.
    /// (To multiply by the transpose, multiply [`transposed`](Self::transposed): scattering would need a sum over
    /// threads.) `x` has `cols` entries, `out` has `rows`.
    pub fn times(&self, x: &[f64], out: &mut [f64]) {
        out.par_chunks_mut(ROWS).enumerate().for_each(|(chunk, out)| {
            for (i, sum) in out.iter_mut().enumerate() {
                let (columns, values) = self.row(chunk * ROWS + i);
                *sum = columns.iter().zip(values).map(|(&j, &value)| f64::from(value) * x[j as usize]).sum();
            }
        });
    }

    /// `out = self · x` for a dense block, in single precision; else as [`times`](Self::times).
    pub(crate) fn times_block(&self, x: &[[f32; WIDTH]], out: &mut [[f32; WIDTH]]) {
        out.par_chunks_mut(ROWS).enumerate().for_each(|(chunk, out)| {
            for (i, to) in out.iter_mut().enumerate() {
                let (columns, values) = self.row(chunk * ROWS + i);
                *to = wide::combine(columns, values, x);
            }
        });
    }
}

/// A row times a matrix of one vector a column, added to `out`. In single precision and the order of the columns, so neither
/// threads nor neighbouring rows change a bit of it. Columns the matrix does not have are left out.
pub(crate) fn row_times((columns, values): (&[u32], &[f32]), vectors: ArrayView2<'_, f32>, out: &mut [f32]) {
    let standard = vectors.as_standard_layout();
    let numbers = standard.as_slice().unwrap_or_default();
    wide::add_lines(out, columns, values, Lines { numbers, width: vectors.ncols(), steps: None });
}

/// As [`row_times`], of vectors that are whole multiples of a step, one for each column.
pub(crate) fn row_times_steps<T: Number>(
    (columns, values): (&[u32], &[f32]),
    codes: ArrayView2<'_, T>,
    steps: &[f32],
    out: &mut [f32],
) {
    let standard = codes.as_standard_layout();
    let numbers = standard.as_slice().unwrap_or_default();
    wide::add_lines(out, columns, values, Lines { numbers, width: codes.ncols(), steps: Some(steps) });
}
