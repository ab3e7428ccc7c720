//! Smoothing: before rows are clustered, each is drawn to those most like it.
//!
//! Two articles of one theme may share few words and yet share neighbours. A row becomes the unit vector of itself plus the
//! mean of its nearest rows, by their cosine, which were smoothed in the same way once before: two steps of a graph
//! convolution without weights to learn (Wu et al. 2019, *Simplifying graph convolutional networks*; for clustering Zhang et
//! al. 2019, *Attributed graph clustering via adaptive graph convolution*). What articles are alone in is averaged away, what
//! neighbours share stays. V-measure at the true number of themes (scikit-learn's k-means, mean of 3 or 4 seeds, the joined
//! views):
//!
//! | corpus | as it is | 5 | **7** | 10 | 20 neighbours | 7 of 2048 anchors |
//! |---|---|---|---|---|---|---|
//! | BBC News | .873 | .892 | .894 | .896 | .884 | .897 |
//! | cnews | .904 | .906 | .907 | .904 | .901 | .907 |
//! | THUCNews titles | .483 | .501 | .498 | .504 | .499 | .489 |
//! | SIB-200, zh / en | .476 / .456 | .536 / .452 | .501 / .467 | .504 / .465 | .492 / .454 | .501 / .467 |
//! | SIB-200, both | .508 | .494 | .497 | .484 | .483 | .497 |
//! | BBC and cnews, shared classes | .815 | .833 | .841 | .804 | .827 | .846 |
//! | 80 articles in two languages | .548 | .553 | .583 | .565 | .535 | .583 |
//!
//! The columns of 10 and 20 are of one step with ties both ways. A third step changes little (means .648 and .647).

use ndarray::{Array2, ArrayView1, ArrayView2, Axis, CowArray, Ix2, s};
use rayon::prelude::*;

use super::{axes::Axes, evenly, quantized::Quantized, some, unit};
use crate::wide::{add_row, each_above};

/// Rows that a row is drawn to, at most …
const NEIGHBOURS: usize = 7;

/// … and at most half a theme of mean size: the neighbours of a small theme's rows are soon another's.
const SHARE: usize = 2;

/// Neighbours are sought among this many rows, which stand at equal distances in the order of rows. More than this many
/// rows take time in proportion to their number.
const ANCHORS: usize = 4096;

/// Rows a task of the thread pool works through; any number gives the same neighbours. Their products with all anchors stay in
/// the second-level cache.
const CHUNK: usize = 64;

/// For each row, the places of its nearest anchors and their weights, which sum to 1.
pub(super) type Ties = Vec<Vec<(usize, f32)>>;

/// Smooths unit rows, `n × d`, that are to be put into `k` clusters; unit rows again. Rows that are not its own are copied last.
pub(super) fn smooth<'r>(rows: impl Into<CowArray<'r, f32, Ix2>>, k: usize) -> Array2<f32> {
    smooth_by(rows, k, ANCHORS)
}

fn smooth_by<'r>(rows: impl Into<CowArray<'r, f32, Ix2>>, k: usize, at_most: usize) -> Array2<f32> {
    let rows = rows.into();
    let Some(anchors) = Anchors::of(rows.view(), k, at_most) else { return rows.into_owned() };
    let ties = anchors.ties(rows.view(), &all(rows.view()));
    let own: Ties = anchors.places.iter().map(|&i| ties[i].clone()).collect();
    let once = anchors.once(&own);
    drop(anchors);
    draw(rows.into_owned(), once.view(), &ties)
}

/// For each row of `n × d` the rows most like it, with weights that sum to 1, as many as [`smooth`] draws it to for `k`
/// clusters; of a large corpus, among its anchors.
pub(super) fn company(rows: ArrayView2<'_, f32>, k: usize) -> Ties {
    let Some(anchors) = Anchors::of(rows, k, ANCHORS) else { return vec![Vec::new(); rows.nrows()] };
    let mut ties = anchors.ties(rows, &all(rows));
    ties.iter_mut().flatten().for_each(|tie| tie.0 = anchors.places[tie.0]);
    ties
}

/// Smooths rows as [`smooth`] does, some at a time: no copy of all is needed.
pub(super) struct Smoother(Option<(Anchors<'static>, Array2<f32>)>);

impl Smoother {
    /// Of all rows, `n × d`, that are to be put into `k` clusters; those that are drawn have been turned.
    pub(super) fn new(rows: ArrayView2<'_, f32>, k: usize, axes: &Axes) -> Self {
        Self(places(rows.nrows(), k, ANCHORS).map(|(places, most)| {
            let turned = axes.turn(some(rows, &places).view()).into_owned();
            let anchors = Anchors { places, sought: Quantized::new(turned.into()), most };
            let once = anchors.once(&anchors.ties(anchors.sought.rows(), &anchors.places));
            (anchors, once)
        }))
    }

    /// Smooths some of the rows, which stand at these places among all.
    pub(super) fn draw(&self, rows: Array2<f32>, at: &[usize]) -> Array2<f32> {
        let Some((anchors, once)) = &self.0 else { return rows };
        let ties = anchors.ties(rows.view(), at);
        draw(rows, once.view(), &ties)
    }
}

/// The places of all rows.
fn all(rows: ArrayView2<'_, f32>) -> Vec<usize> {
    (0..rows.nrows()).collect()
}

/// The places of at most so many of `n` rows, at equal distances, and to how many of them each is drawn; `None` if to none.
fn places(n: usize, k: usize, at_most: usize) -> Option<(Vec<usize>, usize)> {
    let places = evenly(n, at_most);
    let most = drawn_to(n, places.len(), k);
    (most > 0).then_some((places, most))
}

/// The rows that others are drawn to.
struct Anchors<'a> {
    /// Their places among all rows, ascending.
    places: Vec<usize>,
    sought: Quantized<'a>,
    /// To how many of them a row is drawn.
    most: usize,
}

impl<'a> Anchors<'a> {
    /// At most so many of the rows; `None` if rows are drawn to none.
    fn of(rows: ArrayView2<'a, f32>, k: usize, at_most: usize) -> Option<Self> {
        let (places, most) = places(rows.nrows(), k, at_most)?;
        let own = if places.len() == rows.nrows() { rows.into() } else { some(rows, &places).into() };
        Some(Self { places, sought: Quantized::new(own), most })
    }

    /// The nearest anchors of each row, those of equal cosine by place. Only positive cosines tie. `at` are the places of the
    /// rows among all.
    fn ties(&self, rows: ArrayView2<'_, f32>, at: &[usize]) -> Ties {
        let rows = rows.as_standard_layout();
        let starts: Vec<usize> = (0..rows.nrows()).step_by(CHUNK).collect();
        let chunks: Vec<Ties> = starts
            .into_par_iter()
            .map(|start| {
                let rows = rows.slice(s![start..(start + CHUNK).min(rows.nrows()), ..]);
                let own = at[start..].iter().take(rows.nrows()).map(|at| self.places.binary_search(at).ok());
                let own: Vec<Option<usize>> = own.collect();
                self.sought.nearest(rows, &own, self.most).into_iter().map(weighted).collect()
            })
            .collect();
        chunks.into_iter().flatten().collect()
    }

    /// The anchors, smoothed by their ties.
    fn once(&self, ties: &Ties) -> Array2<f32> {
        draw(self.sought.rows().to_owned(), self.sought.rows(), ties)
    }
}

/// As [`smooth`], where all that is wanted of the rows is their inner products, `n × n`: those of the smoothed rows, from those
/// of unit rows. Smoothed rows are sums of few rows, so their products are sums of few lines of products. No more rows than
/// [`ANCHORS`].
pub(super) fn smooth_products(products: &Array2<f32>, k: usize) -> Array2<f32> {
    let n = products.nrows();
    let most = drawn_to(n, n, k);
    if most == 0 {
        return products.clone();
    }
    let nearest = |(i, line): (usize, ArrayView1<'_, f32>)| weighted(largest(&line.to_vec(), i, most));
    let ties: Ties = products.rows().into_iter().enumerate().map(nearest).collect();
    // Each line of `to`, and to it those of `from` that its row is drawn to.
    let mixed = |to: &Array2<f32>, from: &Array2<f32>| {
        let mut mixed = to.clone();
        for (mut line, ties) in mixed.rows_mut().into_iter().zip(&ties) {
            ties.iter().for_each(|&(place, weight)| add_row(line.view_mut(), weight, from.row(place)));
        }
        mixed
    };
    let scaled = |mut matrix: Array2<f32>, scales: &[f32]| {
        matrix.rows_mut().into_iter().zip(scales).for_each(|(mut line, scale)| line *= *scale);
        matrix
    };
    let scale = |square: f32| if square > 0.0 { 1.0 / square.sqrt() } else { 1.0 };
    // Rows R, smoothed once: R₁ = D₁(R + WR); twice: R₂ = D₂(R + WR₁), where D makes them unit rows. Here are RRᵀ …
    let once = mixed(products, products);
    let lengths: Vec<f32> = (ties.iter().enumerate())
        .map(|(i, ties)| {
            scale(once[[i, i]] + ties.iter().map(|&(place, weight)| weight * once[[i, place]]).sum::<f32>())
        })
        .collect();
    // … R₁Rᵀ, then R(R + WR₁)ᵀ, R₁(R + WR₁)ᵀ and (R + WR₁)(R + WR₁)ᵀ.
    let across = mixed(products, &scaled(once, &lengths)).t().as_standard_layout().into_owned();
    let twice = mixed(&across, &scaled(mixed(&across, &across), &lengths));
    let lengths: Vec<f32> = twice.diag().iter().map(|&square| scale(square)).collect();
    let halfway = scaled(twice, &lengths).t().as_standard_layout().into_owned();
    scaled(halfway, &lengths)
}

/// To how many of so many anchors each of `n` rows is drawn, to be put into `k` clusters.
fn drawn_to(n: usize, anchors: usize, k: usize) -> usize {
    // An anchor is not its own neighbour.
    NEIGHBOURS.min(n / (SHARE * k.max(1))).min(anchors.saturating_sub(1))
}

/// Cosines as weights, which sum to 1.
fn weighted(mut ties: Vec<(usize, f32)>) -> Vec<(usize, f32)> {
    let sum: f32 = ties.iter().map(|tie| tie.1).sum();
    ties.iter_mut().for_each(|tie| tie.1 /= sum);
    ties
}

/// The places of the `most` largest numbers above 0 but for that at `without`, the largest first, equal ones by place; `most`
/// is at least 1.
fn largest(numbers: &[f32], without: usize, most: usize) -> Vec<(usize, f32)> {
    let mut found: Vec<(usize, f32)> = Vec::with_capacity(most);
    let enough = |found: &[(usize, f32)]| if found.len() < most { 0.0 } else { found[most - 1].1 };
    each_above(numbers, 0.0, |place, number| {
        if place != without {
            if found.len() < most {
                found.push((place, number));
            }
            // The last, which has its place or one that another takes.
            let mut at = found.len() - 1;
            while at > 0 && found[at - 1].1 < number {
                found[at] = found[at - 1];
                at -= 1;
            }
            found[at] = (place, number);
        }
        enough(&found)
    });
    found
}

/// Each row and the weighted mean of the anchors that it is tied to, of unit length.
fn draw(mut rows: Array2<f32>, anchors: ArrayView2<'_, f32>, ties: &Ties) -> Array2<f32> {
    rows.axis_iter_mut(Axis(0)).into_par_iter().zip(ties).for_each(|(mut row, ties)| {
        for &(place, weight) in ties {
            add_row(row.view_mut(), weight, anchors.row(place));
        }
        unit(&mut row);
    });
    rows
}

#[cfg(test)]
mod tests {
    use ndarray::array;
    use rand_xoshiro::{Xoshiro256Plus, rand_core::SeedableRng};

    use super::*;
    use crate::random::uniform;

    fn circle(degrees: &[f32]) -> Array2<f32> {
        Array2::from_shape_fn((degrees.len(), 2), |(i, j)| {
            let angle = degrees[i].to_radians();
            if j == 0 { angle.cos() } else { angle.sin() }
        })
    }

    fn degrees(rows: &Array2<f32>) -> Vec<f32> {
        rows.rows().into_iter().map(|row| row[1].atan2(row[0]).to_degrees()).collect()
    }

    #[test]
    fn a_row_is_drawn_to_its_neighbours_smoothed_once() {
        // Two themes of two: one neighbour each. 0 and 10 become 5 after one step; 0 and 5 then become 2.5.
        let smoothed = smooth(circle(&[0.0, 10.0, 90.0, 100.0]), 2);
        for (is, should) in degrees(&smoothed).into_iter().zip([2.5, 7.5, 92.5, 97.5]) {
            assert!((is - should).abs() < 0.01, "{is} {should}");
        }
        assert!(smoothed.rows().into_iter().all(|row| (row.dot(&row) - 1.0).abs() < 1e-5));
    }

    #[test]
    fn products_of_smoothed_rows_need_no_rows() {
        for (n, d, k) in [(1, 3, 1), (9, 4, 2), (40, 6, 3), (120, 10, 5), (30, 5, 20)] {
            let rows = crate::cluster::kmeans::tests::groups(n, d, k.min(n), 0.6, 3);
            let mut rows = rows - 0.2;
            rows.rows_mut().into_iter().for_each(|mut row| unit(&mut row));
            let slow = smooth(rows.clone(), k);
            let slow = slow.dot(&slow.t());
            let fast = smooth_products(&rows.dot(&rows.t()), k);
            assert!(fast.iter().zip(&slow).all(|(a, b)| (a - b).abs() < 1e-5), "{n} {d} {k}\n{fast}\n{slow}");
        }
    }

    #[test]
    fn small_themes_and_strangers_stay_as_they_are() {
        let rows = circle(&[0.0, 10.0, 90.0, 100.0]);
        assert_eq!(smooth(rows.clone(), 3), rows);
        assert_eq!(smooth(rows.slice(s![..1, ..]).to_owned(), 1), rows.slice(s![..1, ..]));
        assert_eq!(smooth(Array2::zeros((0, 2)), 1).nrows(), 0);
        // At right angles or more to all others.
        let rows = array![[1.0, 0.0, 0.0], [0.8, 0.6, 0.0], [0.0, 0.0, 1.0], [-1.0, 0.0, 0.0]];
        let smoothed = smooth(rows.clone(), 1);
        assert_eq!((smoothed.row(2), smoothed.row(3)), (rows.row(2), rows.row(3)));
        assert_ne!(smoothed.row(0), rows.row(0));
    }

    #[test]
    fn the_largest_are_as_by_sorting_all() {
        let mut rng = Xoshiro256Plus::seed_from_u64(1);
        for n in [1, 5, 31, 32, 33, 400] {
            for (most, without) in [(1, n), (7, n / 2), (n + 1, 0)] {
                // Many equal ones.
                let numbers: Vec<f32> = (0..n).map(|_| (uniform(&mut rng) * 20.0).floor() as f32 - 4.0).collect();
                let mut slow: Vec<(usize, f32)> = numbers.iter().copied().enumerate().collect();
                slow.retain(|&(place, number)| number > 0.0 && place != without);
                slow.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
                slow.truncate(most);
                assert_eq!(largest(&numbers, without, most), slow);
            }
        }
    }

    #[test]
    fn a_large_corpus_is_smoothed_by_its_anchors() {
        // Two bundles of 60, 8 degrees wide. Anchors: every tenth row.
        let rows = circle(&(0..120).map(|i| (i % 2 * 90) as f32 + (i * 7 % 60) as f32 / 7.5).collect::<Vec<_>>());
        let width = |rows: &Array2<f32>| {
            let of = |bundle: usize| degrees(rows).into_iter().skip(bundle).step_by(2).collect::<Vec<_>>();
            let spread = |bundle: Vec<f32>| {
                bundle.iter().copied().fold(f32::MIN, f32::max) - bundle.iter().copied().fold(f32::MAX, f32::min)
            };
            spread(of(0)).max(spread(of(1)))
        };
        let smoothed = smooth_by(rows.clone(), 2, 13);
        assert!(width(&smoothed) < 0.7 * width(&rows), "{} {}", width(&smoothed), width(&rows));
        // Where all rows are anchors, the two ways are one.
        assert_eq!(smooth_by(rows.clone(), 2, 120), smooth(rows, 2));
    }
}
