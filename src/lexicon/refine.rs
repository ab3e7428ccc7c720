//! Refining: word vectors that tell texts apart.
//!
//! Ridge regression brings each text's sum of word vectors near the teacher's vector for it. It does not ask whether the
//! text then lies nearer to its translation than to other texts, and it learns nothing from texts that the teacher has not
//! seen. This step does both, by gradient descent on the sum of three losses over batches of texts, with words left out at
//! random so that none carries a text alone:
//! - *translations*: each text must find its translation among those of the batch, both ways (InfoNCE: van den Oord, Li and
//!   Vinyals 2018, *Representation learning with contrastive predictive coding*, eq. 4);
//! - *halves*: the words of a text fall into two halves at random, and each half must find the other, likewise. This
//!   teaches which words stand together, and takes no teacher;
//! - *teacher*: one less the cosine to the teacher's vector, so that what it knows is kept.
//!
//! Steps are those of AdaGrad (Duchi, Hazan and Singer 2011) with one sum of squares a word: common words settle early,
//! rare ones still move. A word in no text stays where it is. The result does not depend on the number of threads.

use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, Zip, s};
use rand_xoshiro::{Xoshiro256Plus, rand_core::SeedableRng};
use rayon::prelude::*;

use super::ridge;
use crate::{
    random::{shuffle, uniform},
    vectorize::Csr,
};

/// Translations in a batch: each is to be found among this many.
const PAIRS: usize = 2048;

/// Texts in a batch that are cut in halves, at most.
const HALVES: usize = 2048;

/// A text of fewer different words is not cut in halves.
const WORDS: usize = 12;

/// Temperature of the contrast: a difference of this much in cosine makes a text e times as likely.
const TEMPERATURE: f32 = 0.1;

/// The share of the words that are left out of a text.
const LEFT_OUT: f64 = 0.3;

/// The length of a first step, for each dimension.
const STEP: f32 = 0.01;

/// What the losses count.
const TRANSLATIONS: f32 = 5.0;
const STAND_TOGETHER: f32 = 1.5;
const TEACHER: f32 = 2.0;

/// What to learn from. Rows of `x` are texts over words, scaled so that a sum of word vectors has a length near 1.
pub(super) struct Lessons<'a> {
    /// The texts, `n × words`.
    pub(super) x: &'a Csr,
    /// Texts that the teacher has put somewhere, and where: `t × d`, unit rows.
    pub(super) taught: &'a [usize],
    pub(super) targets: ArrayView2<'a, f32>,
    /// Translations of one another.
    pub(super) pairs: &'a [(usize, usize)],
    /// All texts to learn from.
    pub(super) texts: &'a [usize],
    /// Passes over the translations (over the texts, if there are none).
    pub(super) passes: usize,
    pub(super) seed: u64,
}

/// Refines the word vectors, `words × d`.
pub(super) fn refine(vectors: &mut Array2<f32>, lessons: &Lessons<'_>) {
    let whole: Vec<usize> = lessons.texts.iter().copied().filter(|&i| lessons.x.row(i).0.len() >= WORDS).collect();
    let steps = match (lessons.pairs.len(), whole.len()) {
        (0 | 1, halves) => halves.max(lessons.taught.len()).div_ceil(HALVES),
        (pairs, _) => pairs.div_ceil(PAIRS),
    };
    let mut random = Xoshiro256Plus::seed_from_u64(lessons.seed);
    let mut squares = vec![1e-8_f32; vectors.nrows()];
    let mut pairs: Vec<usize> = (0..lessons.pairs.len()).collect();
    let (mut halves, mut taught) = (whole, (0..lessons.taught.len()).collect::<Vec<_>>());
    for _ in 0..lessons.passes {
        shuffle(&mut pairs, &mut random);
        shuffle(&mut halves, &mut random);
        shuffle(&mut taught, &mut random);
        for step in 0..steps {
            let pairs = part(&pairs, step, steps);
            let halves = part(&halves, step, steps);
            let halves = &halves[..halves.len().min(HALVES)];
            let taught = part(&taught, step, steps);
            batch(vectors, &mut squares, lessons, (pairs, halves, taught), &mut random);
        }
    }
}

/// One of `of` equal parts.
fn part(all: &[usize], number: usize, of: usize) -> &[usize] {
    &all[all.len() * number / of..all.len() * (number + 1) / of]
}

/// Adds a row to `rows`: those entries of row `i` of `x` that are kept.
fn keep(rows: &mut Csr, x: &Csr, i: usize, mut kept: impl FnMut(usize) -> bool) {
    let (columns, values) = x.row(i);
    for (at, (&column, &value)) in columns.iter().zip(values).enumerate() {
        if kept(at) {
            rows.indices.push(column);
            rows.values.push(value);
        }
    }
    rows.indptr.push(rows.indices.len());
}

/// One step down the losses of some pairs, texts in halves, and taught texts.
fn batch(
    vectors: &mut Array2<f32>,
    squares: &mut [f32],
    lessons: &Lessons<'_>,
    (pairs, halves, taught): (&[usize], &[usize], &[usize]),
    random: &mut Xoshiro256Plus,
) {
    let x = lessons.x;
    let mut rows = Csr { cols: x.cols, indptr: vec![0], ..Csr::default() };
    for &pair in pairs {
        keep(&mut rows, x, lessons.pairs[pair].0, |_| uniform(random) >= LEFT_OUT);
    }
    for &pair in pairs {
        keep(&mut rows, x, lessons.pairs[pair].1, |_| uniform(random) >= LEFT_OUT);
    }
    let sides: Vec<Vec<bool>> =
        halves.iter().map(|&i| x.row(i).0.iter().map(|_| uniform(random) < 0.5).collect()).collect();
    for side in [true, false] {
        halves.iter().zip(&sides).for_each(|(&i, sides)| keep(&mut rows, x, i, |at| sides[at] == side));
    }
    for &text in taught {
        keep(&mut rows, x, lessons.taught[text], |_| uniform(random) >= LEFT_OUT);
    }

    let mut sums = ridge::sparse(&rows, vectors.view());
    let lengths = unit(&mut sums);
    let mut slopes = Array2::<f32>::zeros(sums.raw_dim());
    let (p, h) = (pairs.len(), halves.len());
    for (start, count, weight) in [(0, p, TRANSLATIONS), (2 * p, h, STAND_TOGETHER)] {
        let (a, b) = (s![start..start + count, ..], s![start + count..start + 2 * count, ..]);
        let (slope_a, slope_b) = slopes.multi_slice_mut((a, b));
        contrast(sums.slice(a), sums.slice(b), weight, slope_a, slope_b);
    }
    let scale = TEACHER / taught.len().max(1) as f32;
    for (&text, mut slope) in taught.iter().zip(slopes.slice_mut(s![2 * (p + h).., ..]).rows_mut()) {
        slope.scaled_add(-scale, &lessons.targets.row(text));
    }
    // Through the scaling to unit length: what is along the row itself makes no difference.
    Zip::from(slopes.rows_mut()).and(sums.rows()).and(&lengths).par_for_each(|mut slope, sum, &length| {
        let along = slope.dot(&sum);
        slope.scaled_add(-along, &sum);
        slope /= length;
    });
    descend(vectors, squares, &rows.transposed(), slopes.view());
}

/// Scales rows to unit length and returns what they were; zero rows stay zero.
fn unit(rows: &mut Array2<f32>) -> Vec<f32> {
    let mut lengths = vec![0.0; rows.nrows()];
    rows.axis_iter_mut(Axis(0)).into_par_iter().zip(&mut lengths).for_each(|(mut row, length)| {
        *length = row.dot(&row).sqrt().max(1e-6);
        row /= *length;
    });
    lengths
}

/// The slopes of `temperature · InfoNCE` of unit rows that should find one another, both ways, added to `slope_a` and
/// `slope_b`.
fn contrast(
    a: ArrayView2<'_, f32>,
    b: ArrayView2<'_, f32>,
    weight: f32,
    mut slope_a: ArrayViewMut2<'_, f32>,
    mut slope_b: ArrayViewMut2<'_, f32>,
) {
    let count = a.nrows();
    if count < 2 {
        return;
    }
    // Cosines over a temperature of .1 are at most 10, so their exponentials need no shift.
    let mut likely = ridge::dense(a, b.t());
    likely.par_mapv_inplace(|cosine| (cosine / TEMPERATURE).exp());
    let by_row = likely.sum_axis(Axis(1));
    let by_column = likely.sum_axis(Axis(0));
    let scale = weight / count as f32;
    Zip::indexed(likely.rows_mut()).and(&by_row).par_for_each(|i, mut row, &whole| {
        row.zip_mut_with(&by_column, |p, &column| *p = (*p / whole + *p / column) / 2.0 * scale);
        row[i] -= scale;
    });
    slope_a += &ridge::dense(likely.view(), b);
    slope_b += &ridge::dense(likely.t(), a);
}

/// One step of AdaGrad; row `w` of `texts` are the texts that hold word `w`.
fn descend(vectors: &mut Array2<f32>, squares: &mut [f32], texts: &Csr, slopes: ArrayView2<'_, f32>) {
    let width = vectors.ncols();
    vectors.axis_iter_mut(Axis(0)).into_par_iter().zip(squares).enumerate().for_each(|(word, (mut vector, square))| {
        let (rows, values) = texts.row(word);
        if rows.is_empty() {
            return;
        }
        let mut slope = ndarray::Array1::<f32>::zeros(width);
        rows.iter().zip(values).for_each(|(&row, &value)| slope.scaled_add(value, &slopes.row(row as usize)));
        *square += slope.dot(&slope) / width as f32;
        vector.scaled_add(-STEP / square.sqrt(), &slope);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows over words, with weight 1.
    fn rows(words: usize, texts: &[Vec<u32>]) -> Csr {
        let mut x = Csr { cols: words, indptr: vec![0], ..Csr::default() };
        for text in texts {
            x.indices.extend(text);
            x.values.extend(text.iter().map(|_| 1.0));
            x.indptr.push(x.indices.len());
        }
        x
    }

    fn scattered(rows: usize, columns: usize) -> Array2<f32> {
        let mut random = Xoshiro256Plus::seed_from_u64(5);
        Array2::from_shape_fn((rows, columns), |_| uniform(&mut random) as f32 - 0.5)
    }

    fn cosine(vectors: &Array2<f32>, a: usize, b: usize) -> f32 {
        let (a, b) = (vectors.row(a), vectors.row(b));
        a.dot(&b) / (a.dot(&a) * b.dot(&b)).sqrt()
    }

    #[test]
    fn the_slope_of_the_contrast_is_that_of_its_loss() {
        let loss = |a: &Array2<f32>, b: &Array2<f32>| {
            let likely = a.dot(&b.t()).mapv(|cosine| (f64::from(cosine) / f64::from(TEMPERATURE)).exp());
            let one =
                |i: usize| (likely[[i, i]] / likely.row(i).sum()).ln() + (likely[[i, i]] / likely.column(i).sum()).ln();
            -f64::from(TEMPERATURE) * (0..a.nrows()).map(one).sum::<f64>() / (2 * a.nrows()) as f64
        };
        let (mut a, mut b) = (scattered(7, 4), scattered(7, 4));
        b = &b * 0.5 + &a;
        unit(&mut a);
        unit(&mut b);
        let (mut slope_a, mut slope_b) = (Array2::zeros((7, 4)), Array2::zeros((7, 4)));
        contrast(a.view(), b.view(), 2.0, slope_a.view_mut(), slope_b.view_mut());
        for at in [[0, 0], [3, 2], [6, 3]] {
            let step = |side: &Array2<f32>, by: f32| {
                let mut moved = side.clone();
                moved[at] += by;
                moved
            };
            let by_a = (loss(&step(&a, 1e-3), &b) - loss(&step(&a, -1e-3), &b)) / 2e-3 * 2.0;
            let by_b = (loss(&a, &step(&b, 1e-3)) - loss(&a, &step(&b, -1e-3))) / 2e-3 * 2.0;
            assert!((by_a - f64::from(slope_a[at])).abs() < 1e-3, "{at:?} {by_a} {}", slope_a[at]);
            assert!((by_b - f64::from(slope_b[at])).abs() < 1e-3, "{at:?} {by_b} {}", slope_b[at]);
        }
    }

    #[test]
    fn translations_come_together_and_a_word_of_no_text_stays() {
        // Word i of one language is word 40 + i of the other; word 80 is in no text.
        let mut random = Xoshiro256Plus::seed_from_u64(1);
        let one: Vec<Vec<u32>> = (0..300)
            .map(|_| {
                let mut words: Vec<u32> = (0..6).map(|_| (uniform(&mut random) * 40.0) as u32).collect();
                words.sort_unstable();
                words.dedup();
                words
            })
            .collect();
        let other: Vec<Vec<u32>> = one.iter().map(|text| text.iter().map(|w| w + 40).collect()).collect();
        let x = rows(81, &[one, other].concat());
        let pairs: Vec<(usize, usize)> = (0..300).map(|i| (i, 300 + i)).collect();
        let texts: Vec<usize> = (0..600).collect();
        let before = scattered(81, 16);
        let mut after = before.clone();
        let targets = Array2::zeros((0, 16));
        let lessons =
            Lessons { x: &x, taught: &[], targets: targets.view(), pairs: &pairs, texts: &texts, passes: 60, seed: 3 };
        refine(&mut after, &lessons);
        let found = |vectors: &Array2<f32>| {
            (0..40).filter(|&i| (40..80).all(|j| cosine(vectors, i, 40 + i) >= cosine(vectors, i, j))).count()
        };
        assert!(found(&before) < 8, "{}", found(&before));
        assert!(found(&after) > 35, "{}", found(&after));
        assert_eq!(before.row(80), after.row(80));
    }

    #[test]
    fn words_that_stand_together_come_together_without_translations_or_teacher() {
        // Texts are about words 0 to 29 or about words 30 to 59.
        let mut random = Xoshiro256Plus::seed_from_u64(2);
        let texts: Vec<Vec<u32>> = (0..400)
            .map(|i| {
                let mut words: Vec<u32> = (0..24).map(|_| (uniform(&mut random) * 30.0) as u32 + i % 2 * 30).collect();
                words.sort_unstable();
                words.dedup();
                words
            })
            .collect();
        let x = rows(60, &texts);
        let all: Vec<usize> = (0..400).collect();
        let mut vectors = scattered(60, 16);
        let targets = Array2::zeros((0, 16));
        let lessons =
            Lessons { x: &x, taught: &[], targets: targets.view(), pairs: &[], texts: &all, passes: 60, seed: 3 };
        let mean =
            |vectors: &Array2<f32>, from: usize| (from..from + 30).map(|j| cosine(vectors, 0, j)).sum::<f32>() / 30.0;
        refine(&mut vectors, &lessons);
        let (same, other) = (mean(&vectors, 0), mean(&vectors, 30));
        assert!(same > other + 0.3, "{same} {other}");
    }

    #[test]
    fn the_teacher_draws_its_texts() {
        let x = rows(3, &[vec![0, 1], vec![1, 2], vec![2]]);
        let targets = ndarray::array![[1.0, 0.0], [0.0, 1.0]];
        let mut vectors = ndarray::array![[0.1, 0.5], [0.3, -0.2], [0.4, 0.1]];
        let lessons = Lessons {
            x: &x,
            taught: &[0, 1],
            targets: targets.view(),
            pairs: &[],
            texts: &[0, 1, 2],
            passes: 2000,
            seed: 1,
        };
        refine(&mut vectors, &lessons);
        let mut sums = ridge::sparse(&x, vectors.view());
        unit(&mut sums);
        assert!(sums[[0, 0]] > 0.9 && sums[[1, 1]] > 0.9, "{sums}");
    }
}
