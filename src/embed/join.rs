//! Joining the views: the lexicon's and the corpus's, side by side, linear in TF-IDF.
//!
//! A text's embedding is `unit(row · [c·S | L·R])`: `S` are the lexicon's vectors of the columns, `L` those of the latent
//! semantic analysis. Neither part is scaled to unit length by itself. The length of a row's part in `L` is how much of
//! the row the corpus's co-occurrences bear out, near .05 to .1 for titles and sentences and .25 for whole articles, so
//! within a corpus a short text leans on the lexicon and a long one on the corpus.
//!
//! The weight `c` is one number for the whole corpus, which keeps the embedding linear: [`FLOOR`] and the mean over the
//! texts of `n0 / (n0 + terms of the text)`. Short texts share few terms, so what their words mean in general must speak.
//!
//! In a corpus of two languages `L` keeps them apart, since they share no terms. `R`, one orthogonal map a language, turns
//! the part of each so that its texts lie as near as can be to where the lexicon puts them (orthogonal Procrustes,
//! Schönemann 1966, as Smith et al. 2017 align word vectors of two languages). It changes no cosine within a language.

use linfa_linalg::eigh::Eigh;
use ndarray::{Array2, ArrayView2, Axis, concatenate, s};

use super::Linear;
use crate::{
    error::{Error, Result},
    segment::{Lang, Term},
    vectorize::Csr,
};

/// The weight of the lexicon in a corpus of very long texts.
const FLOOR: f32 = 0.1;

/// A text of this many different terms counts half. 10 and 20 are as good as each other on the corpora this was measured
/// on (within .02 of V-measure either way); 20 is better on small bilingual ones.
const HALF: f32 = 20.0;

/// A language is turned if it has at least this share of the texts, and [`LEAST`] of them.
const SHARE: f64 = 0.05;

/// Fewer texts than this do not say how to turn a language.
const LEAST: usize = 8;

/// Eigenvalues below this share of the largest are directions that a language has no texts in.
const ZERO: f64 = 1e-10;

/// Joins the column vectors of the two views.
///
/// # Errors
/// [`Error::Numeric`] if an eigenvalue decomposition fails.
pub(super) fn join(rows: &Csr, terms: &[&Term], lexicon: Array2<f32>, corpus: Array2<f32>) -> Result<Array2<f32>> {
    if lexicon.ncols() == 0 {
        return Ok(corpus);
    }
    let turned = turn(rows, terms, lexicon.view(), corpus)?;
    concatenate(Axis(1), &[(lexicon * weight(rows)).view(), turned.view()]).map_err(failed)
}

/// The weight `c` of the lexicon's part; texts without terms do not count.
pub(super) fn weight(rows: &Csr) -> f32 {
    let terms = (0..rows.rows()).map(|i| rows.row(i).0.len() as f32).filter(|&terms| terms > 0.0);
    let (sum, texts) = terms.fold((0.0, 0.0), |(sum, texts), terms| (sum + HALF / (HALF + terms), texts + 1.0f32));
    FLOOR + sum / texts.max(1.0)
}

/// Turns the corpus's vectors of each language's columns; as they are if there is only one language.
pub(super) fn turn(
    rows: &Csr,
    terms: &[&Term],
    lexicon: ArrayView2<'_, f32>,
    corpus: Array2<f32>,
) -> Result<Array2<f32>> {
    let langs: Vec<Option<Lang>> = (0..rows.rows()).map(|i| language(rows, i, terms)).collect();
    let least = ((SHARE * rows.rows() as f64) as usize).max(LEAST);
    let texts = |lang: Lang| langs.iter().filter(|&&l| l == Some(lang)).count();
    let spoken: Vec<Lang> = [Lang::Zh, Lang::En].into_iter().filter(|&lang| texts(lang) >= least).collect();
    if spoken.len() < 2 {
        return Ok(corpus);
    }
    let by_lexicon = Linear::new(lexicon.to_owned()).embed(rows);
    let by_corpus = Linear::new(corpus.clone()).embed(rows);
    // A language that is hardly there keeps its own directions, away from the others'.
    let (d, shared) = (corpus.ncols(), lexicon.ncols());
    let mut turned = Array2::zeros((corpus.nrows(), shared + d));
    for lang in [Lang::Zh, Lang::En, Lang::Other] {
        let map = if spoken.contains(&lang) {
            let members: Vec<usize> = (0..rows.rows()).filter(|&i| langs[i] == Some(lang)).collect();
            let mut map = Array2::zeros((d, shared + d));
            map.slice_mut(s![.., ..shared]).assign(&procrustes(&members, by_corpus.view(), by_lexicon.view())?);
            map
        } else {
            Array2::from_shape_fn((d, shared + d), |(i, j)| f64::from(u8::from(j == shared + i)))
        };
        for (column, _) in terms.iter().enumerate().filter(|(_, term)| term.lang == lang) {
            let vector = corpus.row(column).mapv(f64::from).dot(&map);
            turned.row_mut(column).assign(&vector.mapv(|x| x as f32));
        }
    }
    let foreign = terms.iter().any(|term| !spoken.contains(&term.lang));
    Ok(if foreign { turned } else { turned.slice_move(s![.., ..shared]) })
}

/// The language with the most weight in a row; of equals the first by [`Lang`]'s order.
pub(super) fn language(rows: &Csr, i: usize, terms: &[&Term]) -> Option<Lang> {
    let (columns, values) = rows.row(i);
    let mut sums = [(0.0_f64, Lang::Zh), (0.0, Lang::En), (0.0, Lang::Other)];
    for (&column, &value) in columns.iter().zip(values) {
        let lang = terms.get(column as usize)?.lang;
        sums.iter_mut().filter(|sum| sum.1 == lang).for_each(|sum| sum.0 += f64::from(value));
    }
    let most = sums.iter().fold(sums[0], |most, &sum| if sum.0 > most.0 { sum } else { most });
    (most.0 > 0.0).then_some(most.1)
}

/// The map `R` with orthonormal rows, as far as the texts have rank, that brings the rows of `from · R` nearest to `to`:
/// `R = (C Cᵀ)^(−½) C` for `C = fromᵀ · to`. Sums run over the texts in order.
fn procrustes(members: &[usize], from: ArrayView2<'_, f32>, to: ArrayView2<'_, f32>) -> Result<Array2<f64>> {
    let mut cross = Array2::<f64>::zeros((from.ncols(), to.ncols()));
    for &i in members {
        for (&a, mut row) in from.row(i).iter().zip(cross.rows_mut()) {
            row.zip_mut_with(&to.row(i), |sum, &b| *sum += f64::from(a) * f64::from(b));
        }
    }
    let (values, vectors) = cross.dot(&cross.t()).eigh().map_err(failed)?;
    let largest = values.iter().copied().fold(0.0, f64::max);
    let mut root = Array2::<f64>::zeros((from.ncols(), from.ncols()));
    for (&value, vector) in values.iter().zip(vectors.columns()) {
        if value > ZERO * largest {
            let column = vector.insert_axis(Axis(1));
            root.scaled_add(1.0 / value.sqrt(), &column.dot(&column.t()));
        }
    }
    Ok(root.dot(&cross))
}

pub(super) fn failed(error: impl std::fmt::Display) -> Error {
    Error::Numeric { stage: "joining the views", reason: error.to_string() }
}
