use ndarray::{Array2, Axis};
use proptest::prelude::*;

use super::*;

/// Every score, sorted whole: the twin of `brute`, and so of the sketch.
fn plain(rows: &Array2<f32>, query: &[f32], n: usize, except: Option<usize>) -> Vec<(usize, f32)> {
    let mut all: Vec<(usize, f32)> = (0..rows.nrows()).map(|i| (i, score(rows.row(i), query))).collect();
    all.retain(|&(i, score)| score > 0.0 && score.is_finite() && Some(i) != except);
    all.sort_by(|a, b| b.1.partial_cmp(&a.1).unwrap().then(a.0.cmp(&b.0)));
    all.truncate(n);
    all
}

fn bits(hits: &[(usize, f32)]) -> Vec<(usize, u32)> {
    hits.iter().map(|&(i, score)| (i, score.to_bits())).collect()
}

fn agree(rows: &Array2<f32>, query: &[f32], n: usize, except: Option<usize>) {
    let wanted = bits(&plain(rows, query, n, except));
    assert_eq!(bits(&brute(rows.view(), query, n, except)), wanted);
    if let Some(built) = build(rows.view()) {
        let sketch = built.sketch().unwrap();
        assert_eq!(bits(&sketch.nearest(rows.view(), query, n, except, &mut vec![f32::NAN; 3])), wanted);
    }
}

/// Rows near few axes, of very different lengths, some zero and many twice.
fn some_rows() -> impl Strategy<Value = (Array2<f32>, Vec<f32>)> {
    (1_usize..150, 1_usize..200, 1_usize..20, 0_u64..u64::MAX).prop_map(|(n, d, rank, seed)| {
        use rand_xoshiro::rand_core::SeedableRng;
        let mut random = rand_xoshiro::Xoshiro256Plus::seed_from_u64(seed);
        let mut uniform = || (crate::random::uniform(&mut random) - 0.5) as f32;
        let axes = Array2::from_shape_simple_fn((rank, d), &mut uniform);
        let mut rows = Array2::from_shape_simple_fn((n, rank), &mut uniform).dot(&axes);
        rows.mapv_inplace(|x| x + uniform() * 1e-3);
        for i in 0..n {
            match i % 7 {
                0 => rows.row_mut(i).fill(0.0),
                1 => rows.row_mut(i).mapv_inplace(|x| x * 1e-4),
                2 => {
                    let twin = rows.row(i / 2).to_owned();
                    rows.row_mut(i).assign(&twin);
                }
                _ => {}
            }
        }
        let query = (0..d).map(|_| uniform()).collect();
        (rows, query)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bound_loses_a_row((rows, query) in some_rows(), n in 0_usize..20) {
        agree(&rows, &query, n, None);
        // A row of the matrix itself, which must not find itself.
        let last = rows.nrows() - 1;
        agree(&rows, &rows.row(last).to_vec(), n, Some(last));
    }
}

#[test]
fn many_rows_are_searched_side_by_side_with_the_same_answer() {
    // More than one task of bounds; every row stands three times, so that every score is a tie.
    let rows =
        Array2::from_shape_fn((50_000, 20), |(i, j)| ((((i % 17_000) * 31 + j * 7919) % 1009) as f32 / 1009.0) - 0.4);
    for at in [0, 16_999, 34_000] {
        agree(&rows, &rows.row(at).to_vec(), 10, Some(at));
    }
    let threads = |n: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
        let built = pool.install(|| build(rows.view())).unwrap();
        let query = rows.row(3).to_vec();
        let found = pool.install(|| built.sketch().unwrap().nearest(rows.view(), &query, 10, None, &mut Vec::new()));
        (built, bits(&found))
    };
    assert!(threads(1) == threads(3));
}

#[test]
fn bounds_rule_out_most_of_rows_that_lie_along_few_axes() {
    let rows = Array2::from_shape_fn((3000, 100), |(i, j)| ((i * (j % 5 + 1)) as f32).sin() / (1.0 + j as f32));
    let built = build(rows.view()).unwrap();
    let products = built.axes.dot(&built.axes.t());
    for ((i, j), p) in products.indexed_iter() {
        assert!(if i == j { p.abs() < 1e-5 || (p - 1.0).abs() < 1e-5 } else { p.abs() < 1e-5 }, "{i} {j} {p}");
    }
    let length = |i: usize| f32::from(built.first_lengths[2 * i + 1]) * built.length;
    assert!((0..3000).all(|i| length(i) < 0.3 * score(rows.row(i), &rows.row(i).to_vec()).sqrt().max(0.1)));
}

#[test]
fn what_is_no_number_has_no_sketch_and_never_ranks() {
    let mut rows = Array2::from_elem((4, 3), 1.0_f32);
    rows[[1, 1]] = f32::NAN;
    rows[[2, 1]] = f32::INFINITY;
    assert!(build(rows.view()).is_none());
    agree(&rows, &[1.0, 1.0, 1.0], 9, None);
    assert!(build(Array2::zeros((3, 2)).view()).is_none());
    assert!(build(Array2::zeros((0, 2)).view()).is_none());
    // So little that its square is nothing.
    agree(&Array2::from_elem((4, 3), 1e-30), &[1e-5; 3], 2, None);
    agree(&Array2::from_elem((4, 3), 1e15), &[1e15, -1.0, 0.0], 2, None);
}

#[test]
fn parts_that_do_not_fit_are_no_sketch() {
    let rows = Array2::from_shape_fn((9, 4), |(i, j)| (i + j) as f32);
    let built = build(rows.view()).unwrap();
    assert!(built.sketch().is_some());
    let changed = |change: &dyn Fn(&mut Built)| {
        let mut other = built.clone();
        change(&mut other);
        other.sketch().is_none()
    };
    assert!(changed(&|b| b.first.truncate(1)));
    assert!(changed(&|b| b.second.truncate(64)));
    assert!(changed(&|b| b.first_lengths.truncate(2)));
    assert!(changed(&|b| b.second_lengths.clear()));
    assert!(changed(&|b| b.axes[[0, 0]] += 0.1));
    assert!(changed(&|b| b.axes[[0, 0]] = f32::NAN));
    assert!(changed(&|b| b.scale = 0.0));
    assert!(changed(&|b| b.length = f32::INFINITY));
    // Of other rows it is not used.
    let more = ndarray::concatenate![Axis(0), rows, rows];
    assert_eq!(
        built.sketch().unwrap().nearest(more.view(), &[1.0; 4], 3, None, &mut vec![]),
        plain(&more, &[1.0; 4], 3, None)
    );
}
