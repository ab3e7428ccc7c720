//! Latent semantic analysis: what occurs together in *this* corpus.
//!
//! Receives TF-IDF rows `A` (`n × columns`) and returns the view `unit(row · V · W)`, where `A ≈ U Σ Vᵀ` is the
//! truncated SVD (Deerwester et al., *Indexing by latent semantic analysis*, 1990) and `W` is diagonal,
//! `w = 1 − σ²₍d+1₎/σ²`: the first dropped value is taken for the noise floor and subtracted. This is how probabilistic
//! PCA rebuilds a row from its factors (Tipping and Bishop, 1999; there rows are centred and the floor is the mean of all
//! dropped values). Plain LSA (`W = 1`) gives as much weight to the last,
//! noisy dimensions as to the first, so that its best `d` depends on the corpus; with `W` more dimensions do no harm.
//! V-measure at the true number of themes, k-means, `d` = 100 or half the articles; last column: best `d` for each corpus:
//!
//! | corpus | TF-IDF | plain | with `W` | plain, best `d` |
//! |---|---|---|---|---|
//! | 30 of BBC / of cnews | .67 / .83 | .57 / .84 | .78 / .86 | .81 / .86 |
//! | 60 of BBC / of cnews | .53 / .82 | .46 / .72 | .78 / .87 | .79 / .91 |
//! | 120 of BBC / of cnews | .47 / .72 | .51 / .63 | .83 / .90 | .81 / .89 |
//! | BBC, 2225 / cnews, 1000 | – | .90 / .89 | .88 / .90 | .90 / .91 |
//! | SIB-200, 1004, zh / en | – | .13 / .12 | .25 / .21 | .20 / .17 |
//! | THUCNews titles, 5000 | – | .23 | .33 | .29 |
//! | BBC and cnews together | – | .54 | .60 | .61 |
//!
//! `W` and the rule for `d` were chosen on these corpora, so a new one may gain less. Measured too, and not better on
//! all: scaling by `Σ^(p−1)` (p = 0 and ½ are worse wherever `d` is
//! more than a few; 1½, 2 and 3 help short texts and hurt BBC, and cnews with
//! it); with plain weights only, leaving out the first dimension and fitting on passages beside the articles (worse at
//! the best `d`, a little better near full rank).
//!
//! # Which solver
//!
//! One block Krylov space on the Gram matrix of the shorter side, never formed (`krylov.rs`): blocks of 16 columns in single
//! precision, three dimensions for each value wanted. The products ([`Csr`]'s, one sum an entry) and the orthogonalising run
//! in fixed chunks, so the bits do not depend on the number of threads. Where the side has no more dimensions than the space
//! would, the Gram matrix is formed and all its eigenvalues found, in double precision; nalgebra solves the small problems.
//! The driver is ours because those of the crates do not suffice: tried on BBC's 2225 × 22 820 matrix at rank 100 on shared
//! cores, so that times tell magnitudes only, ARPACK took 6 s; single-svdlib's IRLBA 5–12 s with its own products, 1.2–2 s
//! with ours (7 s for 20 000 titles, one vector at a time on one thread, in double precision; in use until this); its
//! randomized solver 6–16 s with errors of 5–10 % (scikit-learn's: 5 %; this spectrum is flat); faer 12–26 s and 80 s of
//! compiling more. The Krylov space finds the leading values to single precision and the hundredth 0.1 to 2.5 % too small
//! (items of a broadcaster, SIB-200), and explains .994 (SIB-200) to .9999 of the variance that the exact vectors do,
//! scikit-learn's randomized solver .971 to .993; V-measures at the true k are within .002 of the exact solver's (BBC .893,
//! cnews .912, THUCNews titles .541, SIB-200 .490 for .488).
//! Processors that differ in instruction set may differ in the last bits.
//!
//! Of more than [`MOST`] articles so many at even distances are factorised, and one step of the power method with all rows
//! gives columns that only others have their vectors.

use std::borrow::Cow;

use ndarray::{Array2, s};
use rayon::prelude::*;

use super::Settings;
use crate::{
    error::{Error, Result},
    vectorize::{Csr, WIDTH},
};

mod krylov;

/// Dimensions of the Krylov space for each value to find, and at least [`LEAST`] in all.
const SPACE: usize = 3;

/// Ten blocks: as many steps as the leading values need.
const LEAST: usize = 160;

/// Articles to factorise at most; of more, so many at even distances.
const MOST: usize = 50_000;

/// Eigenvalues of the Gram matrix below this share of the largest are zero: copies of articles, not themes.
const ZERO: f64 = 1e-10;

/// The same in single precision.
const ZERO_SINGLE: f64 = 3e-6;

/// Corpora of up to this many articles keep every dimension: too few to tell noise from a theme of one article. Chosen
/// with one digest of nine articles in view; ten of BBC, drawn six times, would rather have 5 dimensions
/// (.81) than 9 (.77), within the noise of so few.
const SMALL: usize = 8;

/// A dimension at the noise floor still counts this much, so that articles that share nothing keep a direction.
const FLOOR: f64 = 1e-3;

/// How many dimensions `articles` texts bear: half as many, at least [`SMALL`] or as many as there are.
fn bearable(articles: usize) -> usize {
    articles.div_ceil(2).max(articles.min(SMALL))
}

/// Fits the view and returns the vectors of the columns, `columns × d`; `d` is at most `settings.dimensions`, half the number of non-empty rows (all, up to 8) and the rank.
///
/// # Errors
/// [`Error::Numeric`] if the factorisation fails.
pub fn fit(rows: &Csr, settings: &Settings) -> Result<Array2<f32>> {
    fit_sparing(rows, settings, || ())
}

/// As [`fit`]. `spare` is called when one thread alone goes on for a while, so that what it spawns costs little time.
///
/// # Errors
/// As [`fit`].
pub fn fit_sparing(rows: &Csr, settings: &Settings, spare: impl FnOnce()) -> Result<Array2<f32>> {
    let texts = (0..rows.rows()).filter(|&i| !rows.row(i).0.is_empty()).count();
    let dimensions = settings.dimensions.max(1).min(bearable(texts));
    let n = rows.rows();
    let Svd { values, mut right } = if n <= MOST {
        Svd::truncated(rows, dimensions, settings.seed, spare)?
    } else {
        let some = rows.select(&(0..MOST).map(|i| i * n / MOST).collect::<Vec<_>>());
        let mut svd = Svd::truncated(&some, dimensions, settings.seed, spare)?;
        extend(rows, &mut svd.right);
        svd
    };
    let floor = values.get(right.ncols()).map_or(0.0, |next| next * next);
    // Relative to the first: rows are scaled to unit length anyway, and the vectors stay away from tiny numbers.
    let weight = |j: usize| (1.0 - floor / (values[j] * values[j])).max(FLOOR);
    let factors: Vec<f32> = (0..right.ncols()).map(|j| (weight(j) / weight(0)) as f32).collect();
    // Made in the standard layout.
    let all = right.as_slice_mut().unwrap_or_default();
    all.par_chunks_mut((factors.len() * ROWS).max(1)).for_each(|rows| {
        for row in rows.chunks_exact_mut(factors.len()) {
            row.iter_mut().zip(&factors).for_each(|(x, factor)| *x *= factor);
        }
    });
    Ok(right)
}

/// Rows that a task of the thread pool works through; they do not depend on each other.
const ROWS: usize = 1024;

/// One step of the power method with all rows, from the vectors of some: columns that only others have get vectors too.
fn extend(rows: &Csr, right: &mut Array2<f32>) {
    let columns = rows.transposed();
    let mut seen = vec![[0.0; WIDTH]; rows.rows()];
    let mut block = vec![[0.0; WIDTH]; rows.cols];
    for start in (0..right.ncols()).step_by(WIDTH) {
        let part = right.slice(s![.., start..(start + WIDTH).min(right.ncols())]);
        for (to, from) in block.iter_mut().zip(part.rows()) {
            to.iter_mut().zip(from).for_each(|(to, &from)| *to = from);
        }
        rows.times_block(&block, &mut seen);
        columns.times_block(&seen, &mut block);
        assign_unit(right, start, &block);
    }
}

/// The leading singular values of a matrix and their right vectors.
#[derive(Debug)]
struct Svd {
    /// Descending, all clearly above zero; one more than vectors, if there is.
    values: Vec<f64>,
    /// Orthonormal columns, `columns × d`; the largest entry of each (the first of equals) is positive.
    right: Array2<f32>,
}

impl Svd {
    /// The `d` largest and the next, or as many as the numerical rank. `spare` is called as by [`fit_sparing`].
    fn truncated(rows: &Csr, d: usize, seed: u64, spare: impl FnOnce()) -> Result<Self> {
        let gram = Gram::new(rows);
        if gram.side() <= space_of(d) { gram.dense(d, spare) } else { gram.krylov(d, seed, spare) }
    }
}

/// Dimensions of the Krylov space for `d` values and the next.
fn space_of(d: usize) -> usize {
    (SPACE * (d + 1)).max(LEAST).next_multiple_of(WIDTH)
}

/// `A · Aᵀ` or `Aᵀ · A`, whichever is smaller, as an operator.
struct Gram<'a> {
    /// `A` if `by_rows`, else its transpose.
    short: Cow<'a, Csr>,
    /// The transpose of `short`.
    long: Cow<'a, Csr>,
    by_rows: bool,
}

impl<'a> Gram<'a> {
    fn new(rows: &'a Csr) -> Self {
        let (own, other) = (Cow::Borrowed(rows), Cow::Owned(rows.transposed()));
        let by_rows = rows.rows() <= rows.cols;
        let (short, long) = if by_rows { (own, other) } else { (other, own) };
        Self { short, long, by_rows }
    }

    fn side(&self) -> usize {
        self.short.rows()
    }

    /// From all eigenvalues of the matrix, in double precision.
    fn dense(&self, d: usize, spare: impl FnOnce()) -> Result<Svd> {
        spare();
        let n = self.side();
        let mut matrix = Array2::zeros((n, n));
        let (mut row, mut column) = (vec![0.0; self.long.rows()], vec![0.0; n]);
        for j in 0..n {
            let (columns, values) = self.short.row(j);
            columns.iter().zip(values).for_each(|(&c, &value)| row[c as usize] = f64::from(value));
            self.short.times(&row, &mut column);
            columns.iter().for_each(|&c| row[c as usize] = 0.0);
            matrix.column_mut(j).iter_mut().zip(&column).for_each(|(to, &value)| *to = value);
        }
        let (values, vectors) = krylov::eigen(matrix.view())?;
        drop(matrix);
        let values = singular(&values, d, ZERO);
        let mut right = Array2::zeros((if self.by_rows { self.long.rows() } else { n }, d.min(values.len())));
        for (j, mut to) in right.columns_mut().into_iter().enumerate() {
            let mut vector = vectors.column(j).to_vec();
            if self.by_rows {
                self.long.times(&vector, &mut row);
                vector.clone_from(&row);
            }
            let squares = vector.iter().map(|x| x * x).sum();
            let peak = vector.iter().copied().fold(0.0_f64, |peak, x| if x.abs() > peak.abs() { x } else { peak });
            let scale = scale(squares, peak);
            to.iter_mut().zip(vector).for_each(|(to, x)| *to = (x * scale) as f32);
        }
        Ok(Svd { values, right })
    }

    /// From a Krylov space; it must have fewer dimensions than the matrix.
    fn krylov(&self, d: usize, seed: u64, spare: impl FnOnce()) -> Result<Svd> {
        let space = krylov::space(&self.short, &self.long, space_of(d), seed, spare)?;
        let values = singular(&space.values, d, ZERO_SINGLE);
        let cols = if self.by_rows { self.long.rows() } else { self.side() };
        let mut right = Array2::zeros((cols, d.min(values.len())));
        let mut seen = vec![[0.0; WIDTH]; if self.by_rows { cols } else { 0 }];
        for start in (0..right.ncols()).step_by(WIDTH) {
            let mut block = space.eigenvectors(start);
            if self.by_rows {
                self.long.times_block(&block, &mut seen);
                std::mem::swap(&mut block, &mut seen);
            }
            assign_unit(&mut right, start, &block);
            if self.by_rows {
                seen = block;
            }
        }
        Ok(Svd { values, right })
    }
}

/// Singular values from eigenvalues: the first `d` and the next, as far as they are above the share `zero` of the first.
fn singular(values: &[f64], d: usize, zero: f64) -> Vec<f64> {
    let least = zero * values.first().copied().unwrap_or(0.0);
    values.iter().take(d + 1).take_while(|&&value| value > least).map(|value| value.sqrt()).collect()
}

/// What makes columns of unit length, the largest entry of each positive; of squared lengths and peaks.
fn scale(squares: f64, peak: f64) -> f64 {
    if squares > 0.0 { peak.signum() / squares.sqrt() } else { 0.0 }
}

/// Writes the columns of a block, as many as there are, from column `start` on, each scaled to unit length, the largest entry
/// (the first of equals) positive.
fn assign_unit(to: &mut Array2<f32>, start: usize, block: &[[f32; WIDTH]]) {
    let (mut squares, mut most, mut least) = ([0.0_f64; WIDTH], [0.0_f32; WIDTH], [0.0_f32; WIDTH]);
    for row in block {
        squares.iter_mut().zip(row).for_each(|(sum, &x)| *sum += f64::from(x) * f64::from(x));
        most.iter_mut().zip(row).for_each(|(most, &x)| *most = if x > *most { x } else { *most });
        least.iter_mut().zip(row).for_each(|(least, &x)| *least = if x < *least { x } else { *least });
    }
    let peak = |c: usize| match most[c].total_cmp(&-least[c]) {
        std::cmp::Ordering::Greater => most[c],
        std::cmp::Ordering::Less => least[c],
        std::cmp::Ordering::Equal => block.iter().map(|row| row[c]).find(|x| x.abs() == most[c]).unwrap_or_default(),
    };
    let scales: [f32; WIDTH] = std::array::from_fn(|c| scale(squares[c], f64::from(peak(c))) as f32);
    let d = to.ncols();
    // Made in the standard layout.
    let to = to.as_slice_mut().unwrap_or_default();
    to.par_chunks_mut(d * ROWS).zip(block.par_chunks(ROWS)).for_each(|(to, block)| {
        for (to, from) in to.chunks_exact_mut(d).zip(block) {
            to[start..].iter_mut().zip(from).zip(&scales).for_each(|((to, &x), scale)| *to = x * scale);
        }
    });
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Numeric { stage: "the singular value decomposition", reason: error.to_string() }
}

#[cfg(test)]
mod tests;
