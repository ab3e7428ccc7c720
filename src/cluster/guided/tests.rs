use ndarray::array;

use super::*;

fn rows() -> Array2<f32> {
    let degrees = [0.0_f32, 4.0, 8.0, 40.0, 44.0, 48.0, 120.0, 124.0, 128.0, 132.0];
    Array2::from_shape_fn((degrees.len(), 2), |(i, j)| {
        let angle = degrees[i].to_radians();
        if j == 0 { angle.cos() } else { angle.sin() }
    })
}

fn guide() -> Guide {
    let mut matched = vec![None; 10];
    (matched[0], matched[1]) = (Some(1), Some(1));
    Guide {
        seeds: array![[0.0, -1.0], [1.0, 0.0]],
        pinned: vec![None; 10],
        forbidden: vec![Vec::new(); 10],
        matched,
        extra: None,
    }
}

fn settings(k: K) -> Settings {
    Settings { k, ..Settings::default() }
}

#[test]
fn named_clusters_come_first_with_or_without_rows() {
    let found = fit_guided(rows().view(), &guide(), &settings(K::Exactly(4))).unwrap();
    assert_eq!(found.labels, [1, 1, 1, 3, 3, 3, 2, 2, 2, 2]);
    assert_eq!(found.centroids.row(0), guide().seeds.row(0), "an empty one keeps its seed");
    assert_eq!(found.reason, "2 themes named and 2 further, as asked");
}

#[test]
fn pins_and_what_is_forbidden_are_hard() {
    let mut guide = guide();
    guide.pinned[9] = Some(0);
    guide.forbidden[2] = vec![1];
    let found = fit_guided(rows().view(), &guide, &settings(K::Exactly(3))).unwrap();
    assert_eq!(found.labels[9], 0);
    assert_ne!(found.labels[2], 1);
    // Kept from all that there is: it needs a place.
    guide.forbidden = vec![vec![0, 1]; 10];
    (guide.matched, guide.pinned) = (vec![None; 10], vec![None; 10]);
    let found = fit_guided(rows().view(), &guide, &settings(K::Exactly(2))).unwrap();
    assert!(found.labels.iter().all(|&label| label >= 2), "{:?}", found.labels);
}

#[test]
fn a_named_theme_stays_with_its_name() {
    // All rows for one theme: their mean is far from the seed, and half way the centroid stops.
    let guide = Guide { matched: vec![Some(0); 10], extra: Some(0), seeds: array![[1.0, 0.0]], ..guide() };
    let found = fit_guided(rows().view(), &guide, &settings(K::Auto)).unwrap();
    assert_eq!(found.labels, [0; 10]);
    assert_eq!(found.reason, "1 theme named, and no others, as asked; 0 articles match no name");
}

#[test]
fn the_smallest_inputs_and_bad_ones() {
    let none = Guide { seeds: array![[1.0, 0.0]], ..Guide::default() };
    let found = fit_guided(Array2::zeros((0, 2)).view(), &none, &settings(K::Auto)).unwrap();
    assert_eq!((found.labels.len(), found.centroids.nrows()), (0, 1));
    let one = Guide { pinned: vec![None], forbidden: vec![vec![]], matched: vec![None], ..none.clone() };
    for k in [K::Auto, K::Exactly(1), K::Exactly(7)] {
        let found = fit_guided(array![[0.6, 0.8]].view(), &one, &settings(k)).unwrap();
        assert_eq!(found.labels.len(), 1);
    }
    assert!(fit_guided(array![[f32::NAN, 0.0]].view(), &one, &settings(K::Auto)).is_err());
    assert!(fit_guided(rows().view(), &guide(), &settings(K::Exactly(1))).is_err());
}
