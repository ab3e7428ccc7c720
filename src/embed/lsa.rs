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
//! Tried on BBC's 2225 × 22 820 matrix at rank 100, singular values against ARPACK's. Two cores, shared with other work
//! that changed from run to run, so the times (least to most) tell magnitudes only: ARPACK 6 s; single-svdlib's IRLBA
//! 5–12 s, error 10⁻¹³; its randomized solver 6–16 s at 2–4 power iterations, error 5–10 % (scikit-learn's: 5 %; this
//! spectrum is flat); faer's `partial_svd` 12–17 s and dense eigenvalues 17–26 s, error 10⁻¹⁴, but 80 s of compiling
//! more, and an assertion on small matrices; linfa-reduction takes dense input only, and did not
//! compile beside `sprs` 0.11.6. (BSD-3-Clause; MIT; MIT/Apache-2.0.) With the crates' own products the bits of the result
//! change with the number of threads: single-svdlib scatters `Aᵀx` into one sum a thread. So IRLBA gets our products
//! ([`Csr::times`], one sum an entry), and all else in it runs on one thread. It works on the Gram matrix of the shorter
//! side, never formed: its vectors are then as short as can be, and orthogonalising them is most of the work (1.2–2 s for
//! the matrix above; 7 s for 20 000 titles × 33 359, ARPACK 42 s). Up to [`DENSE`] rows or columns the Gram matrix is formed
//! and `linfa-linalg` finds all its eigenvalues; what IRLBA cannot do (every value of a matrix) goes the same way.
//! Processors that differ in instruction set may differ in the last bits.

use linfa_linalg::eigh::{EigSort, Eigh};
use ndarray::Array2;
use single_svdlib::{SparseMat, irlba};

use super::Settings;
use crate::{
    error::{Error, Result},
    vectorize::Csr,
};

/// Sides up to this long are factorised densely.
const DENSE: usize = 128;

/// The longest side to factorise densely if the iterative solver gives up; 16 million entries.
const DENSE_AT_MOST: usize = 4096;

/// Eigenvalues of the Gram matrix below this share of the largest are zero: copies of articles, not themes.
const ZERO: f64 = 1e-10;

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
    let texts = (0..rows.rows()).filter(|&i| !rows.row(i).0.is_empty()).count();
    let dimensions = settings.dimensions.max(1).min(bearable(texts));
    let svd = Svd::truncated(rows, dimensions + 1, settings.seed)?;
    let d = svd.values.len().min(dimensions);
    let floor = svd.values.get(d).map_or(0.0, |next| next * next);
    let weight = |j: usize| (1.0 - floor / (svd.values[j] * svd.values[j])).max(FLOOR);
    // Relative to the first: rows are scaled to unit length anyway, and the vectors stay away from tiny numbers.
    Ok(Array2::from_shape_fn((rows.cols, d), |(i, j)| (svd.right[[i, j]] * weight(j) / weight(0)) as f32))
}

/// The leading singular values of a matrix and their right vectors.
#[derive(Debug)]
struct Svd {
    /// Descending, all clearly above zero.
    values: Vec<f64>,
    /// Orthonormal columns, `columns × values`; the largest entry of each (the first of equals) is positive.
    right: Array2<f64>,
}

impl Svd {
    /// The `k` largest, or as many as the numerical rank.
    fn truncated(rows: &Csr, k: usize, seed: u64) -> Result<Self> {
        let gram = Gram::new(rows);
        let k = k.min(gram.side);
        if gram.side <= DENSE || 2 * k >= gram.side {
            return gram.dense().map(|pairs| gram.right(pairs, k));
        }
        match gram.krylov(k, seed) {
            Ok(pairs) => Ok(gram.right(pairs, k)),
            Err(_) if gram.side <= DENSE_AT_MOST => gram.dense().map(|pairs| gram.right(pairs, k)),
            Err(error) => Err(error),
        }
    }
}

/// Eigenvalues, descending, and their unit vectors.
type Pairs = Vec<(f64, Vec<f64>)>;

/// `A · Aᵀ` or `Aᵀ · A`, whichever is smaller, as an operator.
struct Gram {
    /// `A` if `by_rows`, else its transpose: `side` rows.
    short: Csr,
    /// The transpose of `short`.
    long: Csr,
    by_rows: bool,
    side: usize,
}

impl Gram {
    fn new(rows: &Csr) -> Self {
        let by_rows = rows.rows() <= rows.cols;
        let (short, long) = if by_rows { (rows.clone(), rows.transposed()) } else { (rows.transposed(), rows.clone()) };
        Self { side: short.rows(), short, long, by_rows }
    }

    fn times(&self, x: &[f64], out: &mut [f64]) {
        let mut between = vec![0.0; self.long.rows()];
        self.long.times(x, &mut between);
        self.short.times(&between, out);
    }

    /// All eigenpairs.
    fn dense(&self) -> Result<Pairs> {
        let n = self.side;
        let mut matrix = Array2::zeros((n, n));
        let (mut unit, mut column) = (vec![0.0; n], vec![0.0; n]);
        for j in 0..n {
            unit[j] = 1.0;
            self.times(&unit, &mut column);
            unit[j] = 0.0;
            column.iter().enumerate().for_each(|(i, &value)| matrix[[i, j]] = value);
        }
        let (values, vectors) = matrix.eigh().map_err(failed)?.sort_eig_desc();
        Ok(values.iter().zip(vectors.columns()).map(|(&value, vector)| (value, vector.to_vec())).collect())
    }

    /// The `k` leading eigenpairs by Lanczos bidiagonalisation with restarts; `2k` is below `side`.
    fn krylov(&self, k: usize, seed: u64) -> Result<Pairs> {
        let work = (k + k / 2).max(k + 20).min(self.side);
        let config = irlba::IrlbaConfig::new(k).seed(seed).work(work).tol(1e-10);
        let svd = irlba::svd_with(self, &config, None).map_err(failed)?;
        // The matrix is symmetric and has no negative eigenvalue: its singular value decomposition is its eigenvalues'.
        Ok(svd.s.iter().zip(svd.vt.rows()).map(|(&value, vector)| (value, vector.to_vec())).collect())
    }

    /// From the eigenpairs of this matrix to the singular values and right vectors of `A`.
    fn right(&self, pairs: Pairs, k: usize) -> Svd {
        let largest = pairs.first().map_or(0.0, |pair| pair.0);
        let pairs: Pairs = pairs.into_iter().take(k).take_while(|pair| pair.0 > ZERO * largest).collect();
        let values: Vec<f64> = pairs.iter().map(|pair| pair.0.sqrt()).collect();
        let cols = if self.by_rows { self.long.rows() } else { self.side };
        let mut right = Array2::zeros((cols, values.len()));
        for (j, (_, vector)) in pairs.into_iter().enumerate() {
            let mut v = vector;
            if self.by_rows {
                let left = std::mem::replace(&mut v, vec![0.0; cols]);
                self.long.times(&left, &mut v);
            }
            let length = v.iter().map(|x| x * x).sum::<f64>().sqrt();
            let peak = v.iter().copied().fold(0.0_f64, |peak, x| if x.abs() > peak.abs() { x } else { peak });
            right.column_mut(j).iter_mut().zip(v).for_each(|(to, x)| *to = x * peak.signum() / length);
        }
        Svd { values, right }
    }
}

impl SparseMat<f64> for Gram {
    fn rows(&self) -> usize {
        self.side
    }

    fn cols(&self) -> usize {
        self.side
    }

    fn nnz(&self) -> usize {
        2 * self.short.values.len()
    }

    fn mul_vec(&self, x: &[f64], y: &mut [f64], _symmetric: bool) {
        self.times(x, y);
    }

    /// Only reported by the solver, never read here, and as dear as the matrix itself: not a number.
    fn squared_frobenius(&self) -> f64 {
        f64::NAN
    }
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Numeric { stage: "the singular value decomposition", reason: error.to_string() }
}

#[cfg(test)]
mod tests;
