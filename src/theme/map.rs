//! Where an article stands on a plane.
//!
//! Themes are placed by classical multidimensional scaling of their centroids' distances (Torgerson 1952). An article
//! stands among them by its cosines to their centroids, drawn towards its own, and is moved aside along the two main
//! directions in which articles differ from their themes, so that like articles lie side by side. Nothing is random.

use linfa_linalg::{eigh::EighInto, qr::QR};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use rayon::prelude::*;

use crate::wide;

/// How sharply an article is drawn to the nearest theme.
const SHARPNESS: f32 = 6.0;
/// How far differences within a theme spread, against a distance of 1 between themes.
const SPREAD: f32 = 0.9;
/// Rows looked at for the directions within themes.
const SAMPLE: usize = 5000;
/// Of these, so many at a time.
const CHUNK: usize = 1024;
/// Directions among which the two main ones of many are sought, and rounds of the search: the others that matter are fewer,
/// and the map is looked at, not measured.
const WIDTH: usize = 12;
const ROUNDS: usize = 20;

/// Places of the articles, each coordinate −1 to 1; unthemed ones stand among the themes by their cosines alone.
pub(super) fn places(
    rows: ArrayView2<'_, f32>,
    themes: &[Option<usize>],
    centroids: ArrayView2<'_, f32>,
) -> Vec<(f32, f32)> {
    let k = centroids.nrows();
    let anchors = scale(centroids);
    let axes = within(rows, themes, centroids);
    let mut places: Vec<(f32, f32)> = themes
        .par_iter()
        .enumerate()
        .map(|(i, theme)| {
            let row = rows.row(i);
            let cosines: Vec<f32> = centroids.outer_iter().map(|c| wide::inner(c, row)).collect();
            let top = cosines.iter().copied().fold(f32::MIN, f32::max);
            let pulls: Vec<f32> = cosines.iter().map(|c| ((c - top) * SHARPNESS).exp()).collect();
            let total: f32 = pulls.iter().sum();
            let mut place = (0.0, 0.0);
            for t in 0..k {
                place.0 += pulls[t] / total * anchors[t].0;
                place.1 += pulls[t] / total * anchors[t].1;
            }
            let aside = |axis: ArrayView1<'_, f32>| match theme {
                Some(t) => wide::inner(row, axis) - wide::inner(centroids.row(*t), axis),
                None => wide::inner(row, axis),
            };
            place.0 += axes.first().map_or(0.0, |(_, axis)| SPREAD * aside(axis.view()));
            place.1 += axes.get(1).map_or(0.0, |(_, axis)| SPREAD * aside(axis.view()));
            place
        })
        .collect();
    fit_square(&mut places);
    places
}

/// Classical scaling of the centroids to two coordinates each.
fn scale(centroids: ArrayView2<'_, f32>) -> Vec<(f32, f32)> {
    let k = centroids.nrows();
    let Some(mean) = centroids.mean_axis(Axis(0)) else { return Vec::new() };
    // Gram matrix of the centred rows: its eigenvectors times the roots of its eigenvalues are the coordinates.
    let centred = (&centroids - &mean).mapv(f64::from);
    let axes = leading(centred.dot(&centred.t()));
    let coordinate = |i: usize, axis: usize| axes.get(axis).map_or(0.0, |(value, axis)| axis[i] * value.sqrt() as f32);
    (0..k).map(|i| (coordinate(i, 0), coordinate(i, 1))).collect()
}

/// The main directions in which articles differ from their theme's centroid, at most two.
fn within(
    rows: ArrayView2<'_, f32>,
    themes: &[Option<usize>],
    centroids: ArrayView2<'_, f32>,
) -> Vec<(f64, Array1<f32>)> {
    let d = rows.ncols();
    let step = rows.nrows().div_ceil(SAMPLE).max(1);
    let looked_at: Vec<(usize, usize)> =
        themes.iter().enumerate().step_by(step).filter_map(|(i, theme)| Some((i, (*theme)?))).collect();
    let squares = |some: &[(usize, usize)]| {
        let mut differences = Array2::<f64>::zeros((some.len(), d));
        for (mut to, &(i, t)) in differences.rows_mut().into_iter().zip(some) {
            let pairs = rows.row(i).into_iter().zip(centroids.row(t));
            to.iter_mut().zip(pairs).for_each(|(to, (x, c))| *to = f64::from(x - c));
        }
        differences.t().dot(&differences)
    };
    let parts: Vec<Array2<f64>> = looked_at.par_chunks(CHUNK).map(squares).collect();
    let mut sum = Array2::zeros((d, d));
    parts.iter().for_each(|part| sum += part);
    leading(sum)
}

/// The two largest eigenvalues of a symmetric matrix without negative ones, with their unit eigenvectors; only positive
/// ones. Of a large matrix they are sought in a space of [`WIDTH`] directions, by subspace iteration (Saad, *Numerical
/// Methods for Large Eigenvalue Problems*, 5.2): all of them would take longer than all else about the map.
fn leading(matrix: Array2<f64>) -> Vec<(f64, Array1<f32>)> {
    let n = matrix.nrows();
    let scale = matrix.diag().iter().copied().fold(0.0, f64::max);
    if n <= 4 * WIDTH {
        let Ok((values, vectors)) = matrix.eigh_into() else { return Vec::new() };
        return largest(&values, &vectors, scale);
    }
    // Begins from the columns of the largest diagonal entries, so nothing is random.
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| matrix[[b, b]].total_cmp(&matrix[[a, a]]).then(a.cmp(&b)));
    order.truncate(WIDTH);
    let mut space = matrix.select(Axis(1), &order);
    for _ in 0..ROUNDS {
        let Ok((orthonormal, _)) = space.qr().map(|qr| qr.into_decomp()) else { return Vec::new() };
        space = matrix.dot(&orthonormal);
    }
    let Ok((orthonormal, _)) = space.qr().map(|qr| qr.into_decomp()) else { return Vec::new() };
    let Ok((values, within)) = orthonormal.t().dot(&matrix.dot(&orthonormal)).eigh_into() else { return Vec::new() };
    largest(&values, &orthonormal.dot(&within), scale)
}

/// The two largest of these eigenvalues above rounding, with their vectors, the columns.
fn largest(values: &Array1<f64>, vectors: &Array2<f64>, scale: f64) -> Vec<(f64, Array1<f32>)> {
    let mut order: Vec<usize> = (0..values.len()).filter(|&i| values[i] > scale * 1e-9).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    order
        .into_iter()
        .take(2)
        .map(|i| {
            let vector = vectors.column(i);
            // The sign of an eigenvector is arbitrary: its first entry of about the largest size is made positive.
            let size = vector.iter().fold(0.0f64, |m, x| m.max(x.abs()));
            let lead = vector.iter().copied().find(|x| x.abs() > 0.99 * size).unwrap_or(1.0);
            (values[i], vector.mapv(|x| (x * lead.signum()) as f32))
        })
        .collect()
}

/// Moves and scales the places so that they fill the square from −1 to 1, without distorting them.
fn fit_square(places: &mut [(f32, f32)]) {
    let bounds = |get: fn(&(f32, f32)) -> f32| {
        let values = || places.iter().map(get);
        (values().fold(f32::MAX, f32::min), values().fold(f32::MIN, f32::max))
    };
    let ((left, right), (low, high)) = (bounds(|p| p.0), bounds(|p| p.1));
    let half = ((right - left).max(high - low) / 2.0).max(1e-6);
    let (x, y) = ((left + right) / 2.0, (low + high) / 2.0);
    for place in places {
        *place = (((place.0 - x) / half).clamp(-1.0, 1.0), ((place.1 - y) / half).clamp(-1.0, 1.0));
    }
}
