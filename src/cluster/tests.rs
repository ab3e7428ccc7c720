use ndarray::{Array2, Axis, array, concatenate};
use proptest::prelude::*;

use super::{kmeans::tests::groups, *};

fn exactly(k: usize) -> Settings {
    Settings { k: K::Exactly(k), ..Settings::default() }
}

/// What every clustering must be.
fn check(rows: &Array2<f32>, found: &Partition, k: usize) {
    let count = found.centroids.nrows();
    assert!((1..=k).contains(&count), "{count} clusters of {k}");
    assert_eq!(found.centroids.ncols(), rows.ncols());
    assert_eq!(found.labels.len(), rows.nrows());
    let mut sizes = vec![0; count];
    found.labels.iter().for_each(|&label| sizes[label] += 1);
    assert!(sizes.iter().all(|&size| size > 0), "{sizes:?}");
    assert!(found.inertia >= 0.0 && found.centroids.iter().all(|value| value.is_finite()));
}

/// Runs over every registered method.
fn contract(test: impl Fn(&dyn Clusterer)) {
    for (name, clusterer) in CLUSTERERS {
        println!("{name}");
        test(*clusterer);
    }
}

#[test]
fn contract_repeats() {
    contract(|method| {
        let rows = groups(500, 12, 6, 0.8, 1);
        let found = method.cluster(rows.view(), 6, &Settings::default()).unwrap();
        check(&rows, &found, 6);
        assert_eq!(found, method.cluster(rows.view(), 6, &Settings::default()).unwrap());
    });
}

#[test]
fn contract_gives_the_same_for_any_number_of_threads() {
    contract(|method| {
        let rows = groups(1500, 20, 7, 0.9, 4);
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| method.cluster(rows.view(), 7, &Settings::default()).unwrap())
        };
        let one = run(1);
        assert_eq!(one, run(2));
        assert_eq!(one, run(3));
    });
}

#[test]
fn contract_survives_few_and_equal_rows() {
    contract(|method| {
        let one = array![[0.6_f32, 0.8]];
        let two = array![[0.6_f32, 0.8], [1.0, 0.0]];
        let copies = array![[0.6_f32, 0.8], [0.6, 0.8], [1.0, 0.0], [0.6, 0.8], [1.0, 0.0], [0.0, 1.0]];
        for (rows, distinct) in [(one, 1), (two, 2), (copies, 3), (Array2::from_elem((12, 3), 0.577), 1)] {
            for k in [1, 2, 3, 12, 1000] {
                let found = method.cluster(rows.view(), k, &Settings::default()).unwrap();
                check(&rows, &found, k);
                assert_eq!(found.centroids.nrows(), k.min(distinct), "{rows} into {k}");
            }
        }
    });
}

#[test]
fn contract_survives_rows_that_rounding_tells_apart() {
    contract(|method| {
        let mut rows = Array2::from_elem((40, 30), 0.182_574_f32);
        for (i, mut row) in rows.rows_mut().into_iter().enumerate() {
            row[i % 30] = f32::from_bits(row[i % 30].to_bits() + 1 + i as u32 / 30);
        }
        for k in [2, 7, 40] {
            check(&rows, &method.cluster(rows.view(), k, &Settings::default()).unwrap(), k);
        }
    });
}

#[test]
fn contract_finds_far_groups_in_any_order_of_rows() {
    contract(|method| {
        let rows = groups(120, 15, 4, 0.05, 8);
        let found = method.cluster(rows.view(), 4, &Settings::default()).unwrap();
        for (row, &label) in found.labels.iter().enumerate() {
            assert_eq!(label, found.labels[row % 4], "row {row} with its group");
        }
        for shift in [1, 50, 119] {
            let order: Vec<usize> = (0..120).map(|i| (i * 7 + shift) % 120).collect();
            let moved = method.cluster(rows.select(Axis(0), &order).view(), 4, &Settings::default()).unwrap();
            let same = |labels: &[usize], a: usize, b: usize| labels[a] == labels[b];
            for a in 0..120 {
                assert_eq!(same(&moved.labels, a, 0), same(&found.labels, order[a], order[0]));
            }
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn contract_holds_for_any_rows(
        lines in prop::collection::vec(prop::collection::vec(-2_i8..3, 3), 1..30),
        k in 1_usize..12,
        seed: u64,
    ) {
        let rows = Array2::from_shape_fn((lines.len(), 3), |(i, j)| f32::from(lines[i][j]));
        contract(|method| {
            let settings = Settings { starts: 2, seed, ..Settings::default() };
            check(&rows, &method.cluster(rows.view(), k, &settings).unwrap(), k);
        });
        let auto = fit(rows.view(), &Settings { seed, starts: 2, ..Settings::default() }).unwrap();
        let k = auto.centroids.nrows();
        prop_assert!((0..k).all(|cluster| auto.labels.contains(&cluster)), "{:?}", &auto.labels);
        prop_assert!(auto.labels.iter().all(|&label| label < k));
        prop_assert!(auto.centroids.nrows() <= distinct_rows(rows.view()).len());
    }
}

#[test]
fn no_rows_have_no_clusters_and_rows_without_columns_one() {
    let none = fit(Array2::zeros((0, 5)).view(), &Settings::default()).unwrap();
    assert_eq!((none.centroids.dim(), none.labels.len()), ((0, 5), 0));
    assert_eq!(none.reason, "no article to group");
    let flat = fit(Array2::zeros((3, 0)).view(), &exactly(2)).unwrap();
    assert_eq!(flat.labels, [0, 0, 0]);
}

#[test]
fn what_is_no_number_is_an_error() {
    let error = fit(array![[1.0, 0.0], [f32::NAN, 0.0]].view(), &exactly(2)).unwrap_err();
    assert!(error.to_string().starts_with("clustering failed: row 1 holds no finite number"), "{error}");
}

#[test]
fn the_reason_says_when_fewer_articles_differ() {
    let rows = array![[1.0_f32, 0.0], [1.0, 0.0], [0.0, 1.0]];
    assert_eq!(
        fit(rows.view(), &exactly(5)).unwrap().reason,
        "2 themes: 5 were asked for, but no more articles differ"
    );
    assert_eq!(fit(rows.view(), &exactly(1)).unwrap().reason, "1 theme, as asked");
}

#[test]
fn clusters_read_back_from_their_centroids_predict_the_same() {
    let rows = groups(200, 8, 5, 0.6, 2);
    let fitted = fit(rows.view(), &exactly(5)).unwrap();
    let others = groups(300, 8, 3, 2.0, 7);
    let restored = Clusters { centroids: fitted.centroids.clone(), ..Clusters::default() };
    assert_eq!(restored.predict(rows.view()), fitted.predict(rows.view()));
    // The neighbours decide on a few rows between two groups only.
    let same = fitted.predict(rows.view()).iter().zip(&fitted.labels).filter(|(a, b)| a == b).count();
    assert!(same >= 190, "{same}");
    assert_eq!(restored.predict(others.view()), fitted.predict(others.view()));
}

#[test]
fn auto_finds_groups_that_stand_apart() {
    for (n, count) in [(60, 4), (300, 3), (300, 6), (700, 8), (600, 12), (1300, 5)] {
        let rows = groups(n, 30, count, 0.4, n as u64);
        let found = fit(rows.view(), &Settings::default()).unwrap();
        assert_eq!(found.centroids.nrows(), count, "{n} rows: {}", found.reason);
    }
}

#[test]
fn auto_is_sensible_for_tiny_corpora() {
    let rows = groups(12, 20, 4, 0.7, 1);
    for n in 0..=12 {
        let k = fit(rows.slice(ndarray::s![..n, ..]), &Settings::default()).unwrap().centroids.nrows();
        let range = match n {
            0 => 0..=0,
            1..=3 => 1..=1,
            _ => 2..=n / 2,
        };
        assert!(range.contains(&k), "{n} rows: {k} themes");
    }
}

#[test]
fn auto_sees_one_theme_in_copies_and_in_versions_of_one_article() {
    let copies = Array2::from_elem((12, 4), 0.5_f32);
    assert_eq!(choose::themes(copies.view(), 1).reason, "1 theme: the articles are copies of one");
    let versions = groups(12, 20, 1, 0.1, 3);
    assert_eq!(choose::themes(versions.view(), 1).reason, "1 theme: the articles are all but the same");
}

#[test]
fn auto_says_when_there_is_no_structure() {
    // No centre but the one at the origin.
    let mut noise = groups(400, 40, 1, 1.0, 1);
    let centre = noise.mean_axis(Axis(0)).unwrap();
    noise -= &centre;
    let apart = groups(400, 40, 5, 0.5, 1);
    let shuffled = resample::shuffled(&apart, 9);
    for rows in [noise, shuffled] {
        let choice = choose::themes(rows.view(), 42);
        assert_eq!(choice.k, 1, "{}", choice.reason);
        assert!(choice.reason.starts_with("1 theme: the articles show no structure."), "{}", choice.reason);
        assert!(choice.plausible.is_empty());
    }
}

#[test]
fn auto_tells_up_to_three_numbers_best_first_and_keeps_them() {
    for count in [3, 6, 12] {
        let rows = groups(1000, 40, count, 0.8, 2);
        let found = fit(rows.view(), &Settings::default()).unwrap();
        let told = &found.choices;
        assert!((1..=3).contains(&told.len()), "{told:?}");
        assert_eq!(told[0].k, found.centroids.nrows());
        assert!(told.windows(2).all(|pair| pair[0].score >= pair[1].score), "{told:?}");
        assert!(told.iter().all(|c| (0.0..=1.0).contains(&c.score) && !c.why.is_empty()), "{told:?}");
        let off = (told[0].k as f64 / count as f64).ln().abs();
        assert!(off <= 1.5_f64.ln(), "{count} groups: {told:?}");
    }
    assert!(fit(groups(60, 20, 4, 0.4, 5).view(), &exactly(4)).unwrap().choices.is_empty(), "asked for");
}

#[test]
fn auto_is_not_moved_by_copies_of_articles() {
    let rows = groups(60, 20, 4, 0.4, 5);
    let doubled = concatenate![Axis(0), rows, rows, rows];
    assert_eq!(choose::themes(doubled.view(), 1).k, choose::themes(rows.view(), 1).k);
}

#[test]
fn auto_gives_the_same_for_any_number_of_threads() {
    let rows = groups(900, 20, 5, 1.0, 6);
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| choose::themes(rows.view(), 42))
    };
    assert_eq!(run(1), run(2));
    assert_eq!(run(1), run(3));
}

#[test]
fn silhouettes_of_nothing_to_compare_are_none() {
    let rows = array![[1.0_f32, 0.0], [0.0, 1.0], [0.0, 1.0]];
    assert_eq!(silhouette(rows.view(), &[0, 0, 0]), None);
    assert_eq!(silhouette(rows.view(), &[0, 1, 2]), None);
    assert_eq!(silhouette(Array2::zeros((0, 2)).view(), &[]), None);
    assert_eq!(simplified_silhouette(rows.view(), rows.slice(ndarray::s![..1, ..]), &[0, 0, 0]), None);
    // Equal rows in different clusters: 0, not 0/0. The lone row scores 0.
    assert_eq!(silhouette(array![[0.0_f32, 1.0], [0.0, 1.0], [0.0, 1.0]].view(), &[0, 0, 1]), Some(0.0));
}

#[test]
fn a_large_corpus_is_clustered_by_a_sample_as_by_all_rows() {
    let rows = groups(600, 20, 5, 0.5, 3);
    let settings = Settings { k: K::Exactly(5), ..Settings::default() };
    let whole = Lloyd.cluster(smooth::smooth(rows.clone(), 5).view(), 5, &settings).unwrap();
    let (labels, found) = by_sample(&Lloyd, rows.view(), &Axes::of(rows.view()), 5, &settings, 200).unwrap();
    assert_eq!((labels.len(), found), (600, 5));
    let smoothed = smooth::smooth(rows.clone(), 5);
    let inertia = kmeans::inertia(smoothed.view(), &means(smoothed.view(), &labels, found), &labels);
    let mut pairs: Vec<(usize, usize)> = labels.into_iter().zip(whole.labels).collect();
    pairs.sort_unstable();
    pairs.dedup();
    assert_eq!(pairs.len(), 5, "one to one");
    assert!((inertia - whole.inertia).abs() < 0.02 * whole.inertia, "{inertia} {}", whole.inertia);
}

proptest! {
    #[test]
    fn distinct_rows_are_the_first_of_equal_ones(cells in proptest::collection::vec(-1_i8..2, 6..90), most in 0_usize..9) {
        let rows = Array2::from_shape_fn((cells.len() / 3, 3), |(i, j)| f32::from(cells[3 * i + j]));
        let first = |row: &usize| (0..*row).all(|earlier| rows.row(earlier) != rows.row(*row));
        let slow: Vec<usize> = (0..rows.nrows()).filter(first).collect();
        prop_assert_eq!(&distinct_rows(rows.view()), &slow);
        prop_assert_eq!(&distinct_of(rows.view(), most), &slow[..most.min(slow.len())]);
    }
}
