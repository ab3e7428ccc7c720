//! Joining the views: the lexicon's and the corpus's, side by side, linear in TF-IDF.
//!
//! A text's embedding is `unit(row · [c·S | L·R])`: `S` are the lexicon's vectors of the columns, `L` those of the latent
//! semantic analysis. The weight `c` is one number for the whole corpus, which keeps the embedding linear: such that the
//! parts' mean lengths stand as [`EQUAL`] to the mean number of different terms of a text. Short texts share few terms, so
//! what their words mean in general must speak; long ones share many, so what occurs together here can be trusted. Within a
//! corpus, too, a short text leans on the lexicon and a long one on the corpus: neither part is scaled to unit length by
//! itself, and the length of a row's part in `L` is how much of the row the corpus's co-occurrences bear out.
//!
//! In a corpus of two languages `L` keeps them apart, since they share no terms. `R`, one orthogonal map a language, turns
//! the part of each so that its texts lie as near as can be to where the lexicon puts them (orthogonal Procrustes,
//! Schönemann 1966, as Smith et al. 2017 align word vectors of two languages). It changes no cosine within a language. The
//! target is not the texts' lexicon vectors `T` themselves, but `T·TᵀT`, in which the directions that many texts share stand
//! out, and what one text says of itself alone does not.
//!
//! V-measure at the true number of themes of either view alone, and of both with the weight held fast or as it is here
//! (scikit-learn's k-means on the rows, mean of 3 seeds, THUCNews 5000 of its titles):
//!
//! | corpus | terms | `S` | `L` | c = .1 | c = .3 | c = .8 | this, equal at 35 | at 50 |
//! |---|---|---|---|---|---|---|---|---|
//! | BBC News | 114 | .784 | .882 | .873 | .840 | .788 | .876 | .873 |
//! | cnews | 165 | .764 | .911 | .895 | .833 | .799 | .906 | .904 |
//! | THUCNews titles | 7 | .475 | .344 | .480 | .514 | .482 | .501 | .483 |
//! | SIB-200 sentences, zh / en | 10 / 9 | .48 / .46 | .26 / .24 | .41 / .34 | .50 / .45 | .52 / .45 | .50 / .47 | .48 / .46 |
//! | SIB-200, both | 10 | .508 | .170 | .426 | .502 | .497 | .510 | .508 |
//! | BBC and cnews, shared classes | 121 | .745 | .582 | .821 | .785 | .756 | .806 | .815 |
//! | 80 articles in two languages | 80 | .633 | .481 | .564 | .588 | .623 | .512 | .548 |
//!
//! With `T` alone for a target of the turning; with `T·TᵀT` the last two rows are .827 and .624 at 50. Samples of 40 to 500
//! texts of these corpora have their best between 25 and 100. 80 was taken for the translations of whole articles, of which
//! more find each other than at 50 (FLORES-200: .996 and .989), and for small corpora in two languages; after smoothing
//! (`cluster/smooth.rs`) it costs BBC .003. With [`AT_MOST`] of 4, all titles of THUCNews have .544 after smoothing, without it
//! .505; sentences lose .00 to .015, and of their translations .906 instead of .913 are found.

use std::borrow::Cow;

use linfa_linalg::eigh::Eigh;
use ndarray::{Array2, ArrayView2, Axis, s};
use rayon::prelude::*;

use super::linear::{Columns, Linear};
use crate::{
    error::{Error, Result},
    lexicon::ridge,
    segment::{Lang, Term},
    vectorize::{Csr, row_times},
    wide,
};

/// In a corpus of texts of this many different terms, both views count the same.
const EQUAL: f64 = 80.0;

/// The lexicon's view counts this many times the corpus's at most, however short the texts: what titles share is worth
/// something too.
const AT_MOST: f64 = 4.0;

/// A language is turned if it has at least this share of the texts, and [`LEAST`] of them.
const SHARE: f64 = 0.05;

/// Fewer texts than this do not say how to turn a language.
const LEAST: usize = 8;

/// Texts that weight and turning are fitted to, at most; of a larger corpus, every second, every third … text.
const MOST: usize = 16_384;

/// Eigenvalues below this share of the largest are directions that a language has no texts in.
const ZERO: f64 = 1e-10;

/// Joins the column vectors of the two views: first those of the lexicon, `d` numbers each, times the weight that is returned
/// with them, then those of the corpus.
///
/// # Errors
/// [`Error::Numeric`] if an eigenvalue decomposition fails.
pub(super) fn join(rows: &Csr, terms: &[&Term], lexicon: Columns<i8>, corpus: Array2<f32>) -> Result<(Linear, f32)> {
    let rows = sample(rows);
    let d = lexicon.dimensions();
    let own = mean_length(&rows, d, |row, sum| lexicon.add(row, sum));
    let weight = weight(&rows, own, mean_length(&rows, corpus.ncols(), |row, sum| row_times(row, corpus.view(), sum)));
    let langs = languages(&rows, terms);
    let turned = if spoken(&langs).len() < 2 {
        corpus
    } else {
        let mut by_lexicon = ridge::sums(&rows, d, |row, sum| lexicon.add(row, sum));
        for mut row in by_lexicon.rows_mut() {
            let length = row.dot(&row).sqrt();
            if length > 0.0 {
                row /= length;
            }
        }
        let target = stand_out(by_lexicon.view(), 1);
        drop(by_lexicon);
        let by_corpus = ridge::sparse(&rows, corpus.view());
        turn(&langs, terms, target.view(), by_corpus.view(), corpus)?
    };
    Ok((Linear::beside(lexicon.weighted(weight), Columns::of(turned.view())), weight))
}

/// The mean length of the rows times vectors of `d` numbers, of those that are not zero; 0 if all are. `add` adds a row times
/// the vectors to what it is given.
fn mean_length(rows: &Csr, d: usize, add: impl Fn((&[u32], &[f32]), &mut [f32]) + Sync) -> f64 {
    let length = |sum: &mut Vec<f32>, i: usize| {
        sum.fill(0.0);
        add(rows.row(i), sum);
        wide::squares(sum).sqrt()
    };
    let lengths: Vec<f64> = (0..rows.rows()).into_par_iter().map_init(|| vec![0.0; d], length).collect();
    mean(lengths.into_iter())
}

/// The mean of the lengths above 0; 0 if there are none.
fn mean(lengths: impl Iterator<Item = f64>) -> f64 {
    let lengths = lengths.filter(|&length| length > 0.0);
    let (sum, count) = lengths.fold((0.0, 0.0), |(sum, count), length| (sum + length, count + 1.0));
    sum / f64::max(count, 1.0)
}

/// The texts to fit to.
fn sample(rows: &Csr) -> Cow<'_, Csr> {
    match rows.rows().div_ceil(MOST) {
        0 | 1 => Cow::Borrowed(rows),
        step => Cow::Owned(rows.select(&(0..rows.rows()).step_by(step).collect::<Vec<_>>())),
    }
}

/// The mean length of the rows that are not zero; 0 if all are.
pub(super) fn length(rows: ArrayView2<'_, f32>) -> f64 {
    mean(rows.rows().into_iter().map(|row| f64::from(row.dot(&row)).sqrt()))
}

/// The weight of a view whose rows have the mean length `own`, beside the corpus's, whose rows have `corpus`; texts without
/// terms do not count.
pub(super) fn weight(rows: &Csr, own: f64, corpus: f64) -> f32 {
    if own == 0.0 || corpus == 0.0 {
        return 1.0;
    }
    let terms = (0..rows.rows()).map(|i| rows.row(i).0.len() as f64).filter(|&terms| terms > 0.0);
    let (sum, texts) = terms.fold((0.0, 0.0), |(sum, texts), terms| (sum + terms, texts + 1.0));
    (corpus / own * (EQUAL * texts / f64::max(sum, 1.0)).min(AT_MOST)) as f32
}

/// `T·(TᵀT)^power`, but for a factor: the directions that many rows of `T` share stand out.
pub(super) fn stand_out(rows: ArrayView2<'_, f32>, power: usize) -> Array2<f32> {
    let mut shared = ridge::product(rows, rows);
    shared /= shared.diag().sum().max(f64::MIN_POSITIVE);
    let shared = shared.mapv(|x| x as f32);
    (0..power).fold(rows.to_owned(), |rows, _| ridge::dense(rows.view(), shared.view()))
}

/// The languages that have texts enough to be turned.
fn spoken(langs: &[Option<Lang>]) -> Vec<Lang> {
    let least = ((SHARE * langs.len() as f64) as usize).max(LEAST);
    let texts = |lang: Lang| langs.iter().filter(|&&l| l == Some(lang)).count();
    [Lang::Zh, Lang::En].into_iter().filter(|&lang| texts(lang) >= least).collect()
}

/// Turns the corpus's vectors of each language's columns so that its rows come near to `target`, row by row; as they are if
/// there is only one language. `langs` are the rows' languages, `by_corpus` the rows of TF-IDF times the vectors.
pub(super) fn turn(
    langs: &[Option<Lang>],
    terms: &[&Term],
    target: ArrayView2<'_, f32>,
    by_corpus: ArrayView2<'_, f32>,
    corpus: Array2<f32>,
) -> Result<Array2<f32>> {
    let spoken = spoken(langs);
    if spoken.len() < 2 {
        return Ok(corpus);
    }
    // A language that is hardly there keeps its own directions, away from the others'.
    let (d, shared) = (corpus.ncols(), target.ncols());
    let mut turned = Array2::zeros((corpus.nrows(), shared + d));
    for lang in [Lang::Zh, Lang::En, Lang::Other] {
        let columns: Vec<usize> = (0..terms.len()).filter(|&column| terms[column].lang == lang).collect();
        let vectors = corpus.select(Axis(0), &columns);
        let (vectors, place) = if spoken.contains(&lang) {
            let members: Vec<usize> = (0..langs.len()).filter(|&i| langs[i] == Some(lang)).collect();
            let map = procrustes(&members, by_corpus, target)?.mapv(|x| x as f32);
            (ridge::dense(vectors.view(), map.view()), s![..shared])
        } else {
            (vectors, s![shared..])
        };
        for (&column, vector) in columns.iter().zip(vectors.rows()) {
            turned.row_mut(column).slice_mut(place).assign(&vector);
        }
    }
    let foreign = terms.iter().any(|term| !spoken.contains(&term.lang));
    Ok(if foreign { turned } else { turned.slice_move(s![.., ..shared]) })
}

/// The language of each row.
pub(super) fn languages(rows: &Csr, terms: &[&Term]) -> Vec<Option<Lang>> {
    (0..rows.rows()).into_par_iter().map(|i| language(rows, i, terms)).collect()
}

/// The language with the most weight in a row; of equals the first by [`Lang`]'s order.
fn language(rows: &Csr, i: usize, terms: &[&Term]) -> Option<Lang> {
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
