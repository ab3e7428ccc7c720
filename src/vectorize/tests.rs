use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Deserialize;

use super::*;

/// What `tests/reference/make.py` got from scikit-learn.
#[derive(Deserialize)]
struct Reference {
    bags: Vec<Vec<(u32, u32)>>,
    columns: Vec<u32>,
    idf: Vec<f64>,
    rows: Vec<Vec<(u32, f64)>>,
}

impl Reference {
    fn read() -> Self {
        serde_json::from_str(include_str!("../../tests/reference/tfidf.json")).unwrap()
    }

    fn bags(&self) -> Vec<Bag> {
        self.bags.iter().cloned().map(Bag).collect()
    }
}

#[test]
fn agrees_with_scikit_learn() {
    let reference = Reference::read();
    let bags = reference.bags();
    let vectorizer = fit(&bags, 90, &Settings::default());
    assert_eq!(vectorizer.columns, reference.columns);
    for (column, idf) in reference.idf.iter().enumerate() {
        assert!((vectorizer.idf(column) - idf).abs() < 1e-12, "idf of column {column}");
    }
    let rows = vectorizer.transform(&bags);
    assert_eq!((rows.rows(), rows.cols), (reference.rows.len(), reference.columns.len()));
    for (i, expected) in reference.rows.iter().enumerate() {
        let (columns, values) = rows.row(i);
        assert_eq!(columns.len(), expected.len());
        for ((&column, &value), &(term, weight)) in columns.iter().zip(values).zip(expected) {
            assert_eq!(vectorizer.columns[column as usize], term);
            assert!((f64::from(value) - weight).abs() < 1e-6, "row {i}, term {term}: {value} for {weight}");
        }
    }
}

/// The slow, obvious twin: dense, one thread, straight from the formula.
fn twin(bags: &[Bag], columns: &[u32], later: &[Bag]) -> Vec<BTreeMap<u32, f64>> {
    let n = bags.len() as f64;
    later
        .iter()
        .map(|bag| {
            let mut row = BTreeMap::new();
            for &(term, count) in &bag.0 {
                if columns.contains(&term) {
                    let df = bags.iter().filter(|bag| bag.0.iter().any(|&(t, _)| t == term)).count() as f64;
                    row.insert(term, (1.0 + f64::from(count).ln()) * (((1.0 + n) / (1.0 + df)).ln() + 1.0));
                }
            }
            let length = row.values().map(|w| w * w).sum::<f64>().sqrt();
            row.values_mut().for_each(|w| *w /= length);
            row
        })
        .collect()
}

fn bags() -> impl Strategy<Value = Vec<Bag>> {
    prop::collection::vec(prop::collection::vec(0_u32..40, 0..20).prop_map(Bag::count), 0..30)
}

proptest! {
    #[test]
    fn equals_its_slow_twin(bags in bags(), later in bags(), min_df in 1_usize..4, max_df in 0.05_f64..=1.0) {
        let vectorizer = fit(&bags, 40, &Settings { min_df, max_df });
        let rows = vectorizer.transform(&later);
        prop_assert_eq!(rows.rows(), later.len());
        for (i, expected) in twin(&bags, &vectorizer.columns, &later).iter().enumerate() {
            let (columns, values) = rows.row(i);
            let terms: Vec<u32> = columns.iter().map(|&c| vectorizer.columns[c as usize]).collect();
            prop_assert_eq!(&terms, &expected.keys().copied().collect::<Vec<_>>());
            for (value, expected) in values.iter().zip(expected.values()) {
                prop_assert!((f64::from(*value) - expected).abs() < 1e-6);
            }
            let length: f64 = values.iter().map(|&v| f64::from(v) * f64::from(v)).sum();
            prop_assert!(values.is_empty() || (length - 1.0).abs() < 1e-5);
        }
    }

    #[test]
    fn min_df_never_empties_an_article(bags in bags(), min_df in 1_usize..50) {
        let rows = fit(&bags, 40, &Settings { min_df, max_df: 1.0 }).transform(&bags);
        for (i, bag) in bags.iter().enumerate() {
            prop_assert_eq!(rows.row(i).0.is_empty(), bag.0.is_empty());
        }
    }

    #[test]
    fn a_transpose_has_each_entry_where_it_belongs(bags in bags()) {
        let rows = fit(&bags, 40, &Settings::default()).transform(&bags);
        let transposed = rows.transposed();
        prop_assert_eq!((transposed.rows(), transposed.cols), (rows.cols, rows.rows()));
        for column in 0..rows.cols {
            let entry = |i: usize| {
                let (columns, values) = rows.row(i);
                columns.iter().position(|&c| c as usize == column).map(|at| (i as u32, values[at]))
            };
            let (places, values) = transposed.row(column);
            let found: Vec<(u32, f32)> = places.iter().copied().zip(values.iter().copied()).collect();
            prop_assert_eq!(found, (0..rows.rows()).filter_map(entry).collect::<Vec<_>>());
        }
    }

    #[test]
    fn one_thread_makes_the_same_rows_of_terms(bags in bags(), later in bags()) {
        let weights = fit(&bags, 40, &Settings::default()).weights();
        let times = |&(term, count): &(u32, u32)| std::iter::repeat_n(term, count as usize);
        let texts = || later.iter().map(|bag| bag.0.iter().rev().flat_map(times));
        let rows = weights.transform(&later);
        prop_assert_eq!(&weights.rows(texts()), &rows);
        let mut room = Room::default();
        for (i, terms) in texts().enumerate() {
            prop_assert_eq!(weights.row(terms, &mut room), rows.row(i));
        }
    }
}

#[test]
fn what_occurs_often_counts_by_its_logarithm() {
    for count in [1, FREQUENT - 1, FREQUENT, FREQUENT + 1, 5000] {
        let bags = [Bag::count([0, 1]), Bag(vec![(0, count), (1, 1)])];
        let rows = fit(&bags, 2, &Settings::default()).transform(&bags);
        let values = rows.row(1).1;
        assert!((values[0] / values[1] - (1.0 + (count as f32).ln())).abs() < 1e-5, "{count}: {values:?}");
    }
}

#[test]
fn limits_drop_rare_and_frequent_terms() {
    // 0 is in all four, 1 in two, 2 in one; the last article has rare terms only.
    let bags = [vec![0, 1, 2], vec![0, 1], vec![0], vec![0, 3]].map(Bag::count);
    let columns = |min_df, max_df| fit(&bags, 4, &Settings { min_df, max_df }).columns;
    assert_eq!(columns(1, 1.0), [0, 1, 2, 3]);
    assert_eq!(columns(2, 1.0), [0, 1]);
    assert_eq!(columns(1, 0.9), [1, 2, 3]);
    assert_eq!(columns(2, 0.9), [1, 3], "3 is all that the last article has left");
}

#[test]
fn copies_of_one_article_keep_their_terms_whatever_max_df() {
    let bags = vec![Bag::count([0, 1, 2]); 12];
    assert_eq!(fit(&bags, 3, &Settings { min_df: 2, max_df: 0.5 }).columns, [0, 1, 2]);
}

#[test]
fn terms_beyond_the_table_and_unknown_terms_are_ignored() {
    let vectorizer = fit(&[Bag::count([0, 7])], 2, &Settings::default());
    assert_eq!(vectorizer.columns, [0]);
    let rows = vectorizer.transform(&[Bag::count([5, 6]), Bag::count([0, 5]), Bag::default()]);
    assert_eq!(rows.indptr, [0, 0, 1, 1]);
    assert!(fit(&[], 0, &Settings::default()).transform(&[]).rows() == 0);
    assert_eq!(vectorizer.idf(9), 0.0);
}

#[test]
fn same_bytes_for_any_thread_count() {
    let bags: Vec<Bag> =
        (0_u32..3000).map(|i| Bag::count((0..30).map(|j| i.wrapping_mul(j * j + 7) % (50 + j * 20)))).collect();
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let vectorizer = fit(&bags, 700, &Settings { min_df: 2, max_df: 0.8 });
            let rows = vectorizer.transform(&bags);
            let x: Vec<f64> = (0..rows.cols).map(|j| 1.0 / (j as f64 + 1.0)).collect();
            let mut y = vec![0.0; rows.rows()];
            rows.times(&x, &mut y);
            (vectorizer, rows, y)
        })
    };
    let one = run(1);
    assert!(one == run(2) && one == run(3));
}
