//! Distilling: word vectors whose TF-IDF-weighted sums lie where the teacher puts the texts.
//!
//! 1. A word's vector is the teacher's for it, less the mean of its language, of unit length: the teacher puts each
//!    language in a corner of its own, and what is left is common to both.
//! 2. A text's target is the teacher's vector for it, treated likewise; texts that are translations of one another can be
//!    drawn to the mean of theirs ([`Settings::pull`]).
//! 3. One linear map, fitted by ridge regression, takes the texts' sums of word vectors, of unit length, as near the
//!    targets as it can.
//! 4. A vector for each word that occurs in the texts, fitted by ridge regression to what is left, is added to its own.
//! 5. If fewer dimensions are wanted, those that hold most of the texts' sums are kept: they keep more of what tells texts
//!    apart than those that hold most of the words. No mean is removed, so that sums stay sums.
//! 6. The vectors are refined (`refine.rs`), so that a text finds its translation, and one half of it the other.
//!
//! Texts that the teacher was not asked for take part in the last two steps. Without texts, there is only the first step,
//! and the fifth on words.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use linfa_linalg::{
    Order,
    eigh::{EigSort, EighInto},
};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, s};
use rayon::prelude::*;

use super::{
    format::{About, Bits, Lexicon},
    parts::is_han,
    refine::{Lessons, refine},
    ridge,
    sources::{self, Entry, Text},
    write::encode,
};
use crate::{
    error::{Error, Result},
    segment::Segmented,
    vectorize::{self, Bag, Csr},
};

/// One text of this many is held out, to measure on.
const HELD_OUT: usize = 20;

/// With fewer texts, none is held out.
const FEW: usize = 200;

/// Settings of the distillation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Ridge of the map, against the sum over the texts of a dimension's square; over 0.
    pub map_ridge: f64,
    /// Ridge of the words' own corrections, against the sum over the texts of a word's squared weight; over 0. The lower
    /// it is, the further rare words move.
    pub word_ridge: f64,
    /// How far translations are drawn together: 0 leaves each text's target where the teacher puts it, 1 gives all texts of
    /// a pair the mean of theirs.
    pub pull: f32,
    /// Dimensions to keep at most, those with the most variance; all of the teacher's if none.
    pub dimensions: Option<usize>,
    /// Bits a number takes.
    pub bits: Bits,
    /// Texts that the teacher is asked for, the first ones; all if none.
    pub ask: Option<usize>,
    /// Passes of the refinement; 0 leaves it out.
    pub passes: usize,
    /// Seed of the refinement.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            map_ridge: 1.0,
            word_ridge: 1.0,
            pull: 0.0,
            dimensions: None,
            bits: Bits::Eight,
            ask: None,
            passes: 16,
            seed: 42,
        }
    }
}

/// How near the sums come to the teacher: mean cosines over the texts that were held out; and the share of held-out
/// translations that find one another, nearest of all held-out translations, mean of both ways.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Texts held out that the teacher was asked for.
    pub texts: usize,
    /// Pairs of translations held out.
    pub pairs: usize,
    /// With the teacher's word vectors as they are.
    pub words: f64,
    /// After the map.
    pub map: f64,
    /// After the map and the words' corrections.
    pub corrected: f64,
    /// After the refinement, which gives up some of it to tell texts apart.
    pub refined: f64,
    /// In the lexicon as it is written, in fewer bits.
    pub written: f64,
    /// Translations found after the words' corrections, 0 to 1; none without pairs.
    pub mates_corrected: Option<f64>,
    /// Translations found by the lexicon as it is written.
    pub mates_written: Option<f64>,
}

/// A lexicon, ready to be written to a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Distilled {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// How good it is; none without texts to hold out.
    pub measured: Option<Measured>,
}

/// What is distilled, apart from the texts.
pub(super) struct Words<'a> {
    pub(super) entries: &'a [Entry],
    /// The teacher's vector of every entry, in order.
    pub(super) teacher: ArrayView2<'a, f32>,
}

/// Scales a vector to unit length; zero stays zero.
fn unit(vector: &mut [f32]) {
    let length = vector.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|x| *x = (f64::from(*x) / length) as f32);
    }
}

fn unit_rows(rows: &mut Array2<f32>) {
    rows.axis_iter_mut(Axis(0)).into_par_iter().for_each(|mut row| {
        if let Some(row) = row.as_slice_mut() {
            unit(row);
        }
    });
}

/// Takes from each row the mean of its group.
fn centre(rows: &mut Array2<f32>, group: &[bool]) {
    for which in [false, true] {
        let mut mean = Array1::<f64>::zeros(rows.ncols());
        let mut count = 0.0;
        for (row, _) in rows.rows().into_iter().zip(group).filter(|(_, group)| **group == which) {
            mean.zip_mut_with(&row, |mean, &x| *mean += f64::from(x));
            count += 1.0;
        }
        // A group of one is its own mean: nothing would be left of it.
        if count > 1.0 {
            let mean = mean.mapv(|x| (x / count) as f32);
            for (mut row, _) in rows.rows_mut().into_iter().zip(group).filter(|(_, group)| **group == which) {
                row -= &mean;
            }
        }
    }
}

/// What the teacher says, with the mean of each language taken away and of unit length: the first and the second step.
fn cleaned(teacher: ArrayView2<'_, f32>, chinese: &[bool]) -> Array2<f32> {
    let mut rows = teacher.to_owned();
    unit_rows(&mut rows);
    centre(&mut rows, chinese);
    unit_rows(&mut rows);
    rows
}

/// Targets of the texts: see the module's second step.
fn targets(texts: &[Text], segmented: &Segmented, teacher: ArrayView2<'_, f32>, pull: f32) -> Array2<f32> {
    let chinese: Vec<bool> = texts
        .iter()
        .zip(segmented.documents.iter())
        .map(|(text, document)| text.lang.as_deref().unwrap_or(document.lang()).starts_with("zh"))
        .collect();
    let mut rows = cleaned(teacher, &chinese);
    if pull > 0.0 {
        for members in pairs(texts).into_values().filter(|members| members.len() > 1) {
            let mut mean = Array1::<f32>::zeros(rows.ncols());
            members.iter().for_each(|&i| mean.scaled_add(pull / members.len() as f32, &rows.row(i)));
            for &i in &members {
                rows.row_mut(i).zip_mut_with(&mean, |x, mean| *x = (1.0 - pull) * *x + mean);
            }
        }
        unit_rows(&mut rows);
    }
    rows
}

/// The texts of each pair.
fn pairs(texts: &[Text]) -> BTreeMap<&str, Vec<usize>> {
    let mut pairs: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, text) in texts.iter().enumerate() {
        if let Some(pair) = &text.pair {
            pairs.entry(pair).or_default().push(i);
        }
    }
    pairs
}

/// Which texts are held out: every [`HELD_OUT`]th, translations with it.
fn held_out(texts: &[Text]) -> Vec<bool> {
    if texts.len() < FEW {
        return vec![false; texts.len()];
    }
    let mut held: Vec<bool> = (0..texts.len()).map(|i| i % HELD_OUT == HELD_OUT - 1).collect();
    for members in pairs(texts).into_values() {
        let first = members.first().is_some_and(|&i| held[i]);
        members.into_iter().for_each(|i| held[i] = first);
    }
    held
}

/// TF-IDF rows over the lexicon's words: a term's weight goes to its word, or in equal shares to its parts.
fn word_rows(segmented: &Segmented, keys: &[String]) -> Result<Csr> {
    let bags: Vec<Bag> = segmented.documents.par_iter().map(Bag::of_document).collect();
    let rows = vectorize::fit(&bags, segmented.terms.len(), &vectorize::Settings::default());
    let columns = rows.columns.clone();
    let rows = rows.transform(&bags);
    // A lexicon of the keys alone finds a term's words as the real one will.
    let bytes = encode(keys, Array2::zeros((keys.len(), 1)).view(), Bits::Eight, &About::default())?;
    let lexicon = Lexicon::read(bytes, "the words")?;
    let shares: Vec<Vec<(u32, f32)>> = columns
        .par_iter()
        .map(|&term| {
            let mut parts = Vec::new();
            lexicon.parts(&segmented.terms[term as usize].key, &mut parts);
            let share = 1.0 / parts.len().max(1) as f32;
            let place = |part: &str| keys.binary_search_by(|key| key.as_str().cmp(part)).ok();
            parts.into_iter().filter_map(|part| Some((place(part)? as u32, share))).collect()
        })
        .collect();
    let spread: Vec<Vec<(u32, f32)>> = (0..rows.rows())
        .into_par_iter()
        .map(|i| {
            let (columns, values) = rows.row(i);
            let mut row: Vec<(u32, f32)> = columns
                .iter()
                .zip(values)
                .flat_map(|(&column, &value)| shares[column as usize].iter().map(move |&(w, share)| (w, value * share)))
                .collect();
            row.sort_by_key(|&(word, _)| word);
            row.chunk_by(|a, b| a.0 == b.0).map(|same| (same[0].0, same.iter().map(|(_, v)| v).sum())).collect()
        })
        .collect();
    Ok(csr(spread, keys.len()))
}

fn csr(rows: Vec<Vec<(u32, f32)>>, cols: usize) -> Csr {
    let mut matrix = Csr { cols, indptr: vec![0], ..Csr::default() };
    for row in rows {
        matrix.indices.extend(row.iter().map(|&(column, _)| column));
        matrix.values.extend(row.iter().map(|&(_, value)| value));
        matrix.indptr.push(matrix.indices.len());
    }
    matrix
}

/// Scales each row of `x` so that its sum of word vectors has unit length, but by no more than a thousand.
fn scale(x: &mut Csr, sums: ArrayView2<'_, f32>) {
    for (i, sum) in sums.rows().into_iter().enumerate() {
        let length = sum.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt();
        let row = x.indptr[i]..x.indptr[i + 1];
        x.values[row].iter_mut().for_each(|value| *value = (f64::from(*value) / length.max(1e-3)) as f32);
    }
}

fn cosine(a: ArrayView1<'_, f32>, b: ArrayView1<'_, f32>) -> f64 {
    let dot = |a: ArrayView1<'_, f32>, b: ArrayView1<'_, f32>| {
        a.iter().zip(b).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum::<f64>()
    };
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    if lengths > 0.0 { dot(a, b) / lengths } else { 0.0 }
}

/// The mean cosine of the sums of word vectors to the targets.
fn mean_cosine(x: &Csr, vectors: ArrayView2<'_, f32>, targets: ArrayView2<'_, f32>) -> f64 {
    let sums = ridge::sparse(x, vectors);
    let total: f64 = sums.rows().into_iter().zip(targets.rows()).map(|(a, b)| cosine(a, b)).sum();
    total / x.rows().max(1) as f64
}

/// The directions of most variance, `d × count`: eigenvectors of `rowsᵀ rows`.
fn principal(rows: ArrayView2<'_, f32>, count: usize) -> Result<Array2<f32>> {
    let fail = |e: linfa_linalg::LinalgError| Error::Numeric { stage: "reducing the lexicon", reason: e.to_string() };
    let (_, vectors) = ridge::product(rows, rows).eigh_into().map_err(fail)?.sort_eig(Order::Largest);
    Ok(vectors.slice(s![.., ..count]).mapv(|x| x as f32))
}

/// Texts held out, to measure on.
struct Held {
    /// Those that the teacher was asked for, and where it puts them.
    x: Csr,
    targets: Array2<f32>,
    /// Translations of one another, row by row.
    sides: (Csr, Csr),
}

impl Held {
    fn cosine(&self, vectors: ArrayView2<'_, f32>) -> f64 {
        mean_cosine(&self.x, vectors, self.targets.view())
    }

    /// How many translations find one another, 0 to 1.
    fn mates(&self, vectors: ArrayView2<'_, f32>) -> Option<f64> {
        let side = |x: &Csr| {
            let mut sums = ridge::sparse(x, vectors);
            unit_rows(&mut sums);
            sums
        };
        let (a, b) = (side(&self.sides.0), side(&self.sides.1));
        let found = |from: &Array2<f32>, to: &Array2<f32>| {
            let cosines = ridge::dense(from.view(), to.t());
            let nearest = |row: ArrayView1<'_, f32>| {
                let (mut best, mut most) = (usize::MAX, 0.0);
                for (j, &cosine) in row.iter().enumerate().filter(|(_, cosine)| **cosine > 0.0) {
                    if cosine > most {
                        (best, most) = (j, cosine);
                    }
                }
                best
            };
            cosines.rows().into_iter().enumerate().filter(|(i, row)| nearest(*row) == *i).count() as f64
        };
        let count = a.nrows();
        (count > 1).then(|| (found(&a, &b) + found(&b, &a)) / (2 * count) as f64)
    }
}

/// Pairs of translations among some texts: the first two of each.
fn translations(texts: &[Text], which: impl Fn(usize) -> bool) -> Vec<(usize, usize)> {
    let of = |members: Vec<usize>| {
        let mut members = members.into_iter().filter(|&i| which(i));
        Some((members.next()?, members.next()?))
    };
    pairs(texts).into_values().filter_map(of).collect()
}

/// Distils a lexicon from the teacher's vectors of words and, if there are any, of the first of the texts.
///
/// The result is the same for any number of threads.
pub(super) fn distil(
    words: &Words<'_>,
    texts: &[Text],
    teacher: ArrayView2<'_, f32>,
    settings: &Settings,
    about: &About,
) -> Result<Distilled> {
    let keys: Vec<String> = words.entries.iter().map(|entry| entry.key.clone()).collect();
    let chinese: Vec<bool> = words.entries.iter().map(|entry| entry.key.contains(is_han)).collect();
    let mut vectors = cleaned(words.teacher, &chinese);
    if texts.is_empty() {
        if let Some(count) = settings.dimensions.filter(|&count| count < vectors.ncols()) {
            let axes = principal(vectors.view(), count)?;
            vectors = ridge::dense(vectors.view(), axes.view());
        }
        return Ok(Distilled { bytes: encode(&keys, vectors.view(), settings.bits, about)?, measured: None });
    }

    let asked = teacher.nrows();
    let segmented = sources::cut(texts)?;
    let targets = targets(&texts[..asked], &segmented, teacher, settings.pull);
    let mut x = word_rows(&segmented, &keys)?;
    drop(segmented);
    let sums = ridge::sparse(&x, vectors.view());
    scale(&mut x, sums.view());
    drop(sums);
    let out = held_out(texts);
    // A text without known words teaches nothing.
    let rows = |held: bool, to: usize| -> Vec<usize> {
        (0..to).filter(|&i| out[i] == held && !x.row(i).0.is_empty()).collect()
    };
    let kept = rows(true, asked);
    let mates = translations(texts, |i| out[i] && !x.row(i).0.is_empty());
    let side = |side: fn(&(usize, usize)) -> usize| x.select(&mates.iter().map(side).collect::<Vec<_>>());
    let held = Held {
        x: x.select(&kept),
        targets: targets.select(Axis(0), &kept),
        sides: (side(|pair| pair.0), side(|pair| pair.1)),
    };
    let raw = held.cosine(vectors.view());

    let taught = rows(false, asked);
    let mut targets = targets.select(Axis(0), &taught);
    let taught_x = x.select(&taught);
    let sums = ridge::sparse(&taught_x, vectors.view());
    let map = ridge::map(sums.view(), targets.view(), settings.map_ridge)?;
    vectors = ridge::dense(vectors.view(), map.view());
    let mapped = held.cosine(vectors.view());
    let left = &targets - &ridge::dense(sums.view(), map.view());
    drop(sums);
    vectors += &ridge::correction(&taught_x, left.view(), settings.word_ridge);
    let (corrected, mates_corrected) = (held.cosine(vectors.view()), held.mates(vectors.view()));
    drop((left, taught_x));

    let learnt = rows(false, texts.len());
    let axes = settings.dimensions.filter(|&count| count < vectors.ncols()).map(|count| {
        let mut sums = ridge::sparse(&x.select(&learnt), vectors.view());
        unit_rows(&mut sums);
        principal(sums.view(), count)
    });
    let axes = axes.transpose()?.unwrap_or_else(|| Array2::eye(vectors.ncols()));
    vectors = ridge::dense(vectors.view(), axes.view());
    targets = ridge::dense(targets.view(), axes.view());
    unit_rows(&mut targets);
    let lessons = Lessons {
        x: &x,
        taught: &taught,
        targets: targets.view(),
        pairs: &translations(texts, |i| !out[i] && !x.row(i).0.is_empty()),
        texts: &learnt,
        passes: settings.passes,
        seed: settings.seed,
    };
    refine(&mut vectors, &lessons);
    let wide = |vectors: &Array2<f32>| ridge::dense(vectors.view(), axes.t());
    let refined = held.cosine(wide(&vectors).view());

    let bytes = encode(&keys, vectors.view(), settings.bits, about)?;
    let lexicon = Lexicon::read(&bytes[..], "the new lexicon")?;
    for (row, mut vector) in (0..lexicon.words()).filter_map(|i| lexicon.row(i)).zip(vectors.rows_mut()) {
        if let Some(vector) = vector.as_slice_mut() {
            row.write(vector);
        }
    }
    let measured = (held.x.rows() > 0).then(|| Measured {
        texts: kept.len(),
        pairs: mates.len(),
        words: raw,
        map: mapped,
        corrected,
        refined,
        written: held.cosine(wide(&vectors).view()),
        mates_corrected,
        mates_written: held.mates(vectors.view()),
    });
    Ok(Distilled { bytes, measured })
}
