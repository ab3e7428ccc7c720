use serde::Deserialize;

use super::{super::Linear, *};
use crate::vectorize::{self, Bag};

/// What `tests/reference/make.py` got from scikit-learn's `TruncatedSVD`.
#[derive(Deserialize)]
struct Reference {
    singular_values: Vec<f64>,
    components: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct Bags {
    bags: Vec<Vec<(u32, u32)>>,
}

fn rows(bags: &[Bag]) -> Csr {
    let terms = bags.iter().flat_map(|bag| &bag.0).map(|&(term, _)| term as usize + 1).max().unwrap_or(0);
    vectorize::fit(bags, terms, &vectorize::Settings::default()).transform(bags)
}

fn reference_rows() -> Csr {
    let read: Bags = serde_json::from_str(include_str!("../../../tests/reference/tfidf.json")).unwrap();
    rows(&read.bags.into_iter().map(Bag).collect::<Vec<_>>())
}

/// A corpus of `n` articles around `topics`, by a linear congruential generator.
fn corpus(n: usize, topics: u32, terms: u32) -> Csr {
    let mut state = 7_u64;
    let mut draw = |n: u32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32 % n
    };
    let own = terms / topics;
    let mut article = |topic: u32| {
        Bag::count(
            (0..30).map(|_| if draw(3) == 0 { draw(terms) } else { topic * own + draw(own) }).collect::<Vec<_>>(),
        )
    };
    rows(&(0..n).map(|i| article(i as u32 % topics)).collect::<Vec<_>>())
}

/// `‖V Vᵀ − R Rᵀ‖` (Frobenius) of two orthonormal bases: √2 times the root sum of squared sines of principal angles.
fn distance(svd: &Svd, other: &Svd) -> f64 {
    let cross = svd.right.mapv(f64::from).t().dot(&other.right.mapv(f64::from));
    let overlap: f64 = cross.iter().map(|x| x * x).sum();
    (svd.right.ncols() as f64 + other.right.ncols() as f64 - 2.0 * overlap).max(0.0).sqrt()
}

/// The slow twin, and the Krylov space if it has fewer dimensions than the matrix.
fn solve(gram: &Gram<'_>, d: usize) -> Vec<(&'static str, Svd)> {
    let dense = ("dense", gram.dense(d, || ()).unwrap());
    let krylov = (gram.side() > space_of(d)).then(|| ("krylov", gram.krylov(d, 42, || ()).unwrap()));
    [Some(dense), krylov].into_iter().flatten().collect()
}

/// How far the columns are from orthonormal, at most.
fn skew(right: &Array2<f32>) -> f64 {
    let wide = right.mapv(f64::from);
    let error = wide.t().dot(&wide) - Array2::<f64>::eye(right.ncols());
    error.iter().fold(0.0, |most, x| f64::max(most, x.abs()))
}

#[test]
fn agrees_with_scikit_learn() {
    let read: Reference = serde_json::from_str(include_str!("../../../tests/reference/lsa.json")).unwrap();
    let k = read.singular_values.len();
    let rows = reference_rows();
    let right = Array2::from_shape_fn((rows.cols, k), |(i, j)| read.components[j][i] as f32);
    let expected = Svd { values: read.singular_values, right };
    for (solver, svd) in solve(&Gram::new(&rows), k) {
        for (value, expected) in svd.values.iter().zip(&expected.values) {
            assert!((value - expected).abs() < 1e-6, "{solver}: {value} for {expected}");
        }
        assert!(distance(&svd, &expected) < 1e-3, "{solver}: {}", distance(&svd, &expected));
        for (mine, theirs) in svd.right.iter().zip(&expected.right) {
            assert!((mine - theirs).abs() < 1e-5, "{solver}: signs and vectors agree too");
        }
    }
}

#[test]
fn both_sides_and_both_solvers_agree() {
    for (n, terms) in [(900, 600), (450, 1200)] {
        let rows = corpus(n, 5, terms);
        let solved = solve(&Gram::new(&rows), 20);
        assert_eq!(solved.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["dense", "krylov"]);
        let [(_, dense), (_, krylov)] = solved.as_slice() else { return };
        // One more value than vectors: the noise floor.
        assert_eq!(
            (dense.values.len(), krylov.values.len(), dense.right.ncols(), krylov.right.ncols()),
            (21, 21, 20, 20)
        );
        assert!(
            skew(&dense.right) < 1e-6 && skew(&krylov.right) < 1e-4,
            "{} {}",
            skew(&dense.right),
            skew(&krylov.right)
        );
        // The flat end of a spectrum is found last; what counts is how much of the rows the space holds.
        let held = |svd: &Svd| svd.values.iter().take(20).map(|value| value * value).sum::<f64>();
        assert!((held(dense) - held(krylov)).abs() < 5e-3 * held(dense), "{} and {}", held(dense), held(krylov));
        for (a, b) in dense.values.iter().zip(&krylov.values).take(5) {
            assert!((a - b).abs() < 1e-4 * a, "{a} and {b}");
        }
    }
}

#[test]
fn repeated_singular_values_are_all_found() {
    // Two hundred pairs of copies that share nothing with other pairs: one value, two hundred times.
    let pairs: Vec<Bag> = (0..400).map(|i| Bag::count([i / 2 * 2, i / 2 * 2 + 1])).collect();
    let svd = Svd::truncated(&rows(&pairs), 60, 42, || ()).unwrap();
    assert_eq!((svd.values.len(), svd.right.ncols()), (61, 60));
    assert!(svd.values.iter().all(|value| (value - 2.0_f64.sqrt()).abs() < 1e-5), "{:?}", svd.values);
}

#[test]
fn rank_deficient_input_gives_the_rank() {
    let copies = |n: usize, distinct: u32| -> Vec<Bag> {
        (0..n as u32).map(|i| Bag::count([i % distinct * 2, i % distinct * 2 + 1, 1000])).collect()
    };
    for (name, bags, rank) in [
        ("no article", vec![], 0),
        ("one article", vec![Bag::count([0, 1, 1])], 1),
        ("one term", vec![Bag::count([3]), Bag::count([3, 3])], 1),
        ("twelve copies", copies(12, 1), 1),
        ("copies, dense", copies(100, 7), 7),
        ("copies, by columns", copies(500, 7), 7),
        ("copies, many", copies(500, 90), 90),
        ("empty articles", vec![Bag::default(), Bag::default()], 0),
        ("an empty article among others", vec![Bag::count([0]), Bag::default(), Bag::count([1])], 2),
        ("fewer terms than dimensions", (0..300).map(|i| Bag::count([i % 5, i % 3])).collect(), 5),
    ] {
        let rows = rows(&bags);
        let svd = Svd::truncated(&rows, 100, 42, || ()).unwrap();
        assert_eq!(svd.values.len(), rank, "{name}: {:?}", svd.values);
        assert!(svd.right.iter().all(|x| x.is_finite()), "{name}");
        let embedded = Linear::new(fit(&rows, &Settings::default()).unwrap().view()).embed(&rows);
        assert_eq!(embedded.ncols(), rank.min(bearable(bags.iter().filter(|b| !b.0.is_empty()).count())), "{name}");
        for (bag, row) in bags.iter().zip(embedded.rows()) {
            let length = row.dot(&row).sqrt();
            assert!(if bag.0.is_empty() { length == 0.0 } else { (length - 1.0).abs() < 1e-5 }, "{name}: {length}");
        }
    }
}

#[test]
fn the_iterative_solver_drops_what_the_rank_does_not_bear() {
    // 500 copies of 30 articles over 400 terms, some shared: asked for 100 values, there are 30.
    let bags: Vec<Bag> =
        (0..500_u32).map(|i| Bag::count((0..13).map(|j| i % 30 * 13 + j).chain([i % 30 % 7]))).collect();
    let rows = rows(&bags);
    let gram = Gram::new(&rows);
    assert_eq!(gram.side(), 390);
    let solved = solve(&gram, 100);
    assert_eq!(solved.len(), 2);
    for (solver, svd) in solved {
        assert_eq!((svd.values.len(), svd.right.ncols()), (30, 30), "{solver}");
        assert!(skew(&svd.right) < 1e-4, "{solver}: {}", skew(&svd.right));
    }
}

#[test]
fn a_small_corpus_keeps_its_tf_idf_cosines() {
    let bags = [vec![0, 1, 2], vec![1, 2, 3], vec![4, 5, 0], vec![6, 7], vec![6, 1]].map(Bag::count);
    let rows = rows(&bags);
    let embedded = Linear::new(fit(&rows, &Settings::default()).unwrap().view()).embed(&rows);
    let dense = Array2::from_shape_fn((bags.len(), rows.cols), |(i, j)| {
        let (columns, values) = rows.row(i);
        columns.iter().position(|&c| c as usize == j).map_or(0.0, |at| values[at])
    });
    for (a, b) in embedded.dot(&embedded.t()).iter().zip(&dense.dot(&dense.t())) {
        assert!((a - b).abs() < 1e-4);
    }
}

#[test]
fn articles_that_share_nothing_do_not_fail() {
    let bags: Vec<Bag> = (0..30).map(|i| Bag::count([2 * i, 2 * i + 1])).collect();
    let rows = rows(&bags);
    let embedded = Linear::new(fit(&rows, &Settings::default()).unwrap().view()).embed(&rows);
    let zero = embedded.rows().into_iter().filter(|row| row.iter().all(|&x| x == 0.0)).count();
    assert_eq!((embedded.ncols(), zero), (15, 15), "those outside the dimensions kept are zero, not noise");
}

#[test]
fn more_dimensions_never_exceed_the_setting() {
    let rows = corpus(100, 4, 120);
    for (asked, given) in [(0, 1), (1, 1), (7, 7), (50, 50), (1000, 50)] {
        let vectors = fit(&rows, &Settings { dimensions: asked, seed: 1, ..Settings::default() }).unwrap();
        assert_eq!(vectors.dim(), (rows.cols, given));
    }
}

#[test]
fn same_bytes_for_any_thread_count() {
    for (n, terms) in [(60, 90), (900, 2500), (2500, 700)] {
        let rows = corpus(n, 6, terms);
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let vectors = pool.install(|| fit(&rows, &Settings { dimensions: 30, ..Settings::default() }).unwrap());
            let embedded = pool.install(|| Linear::new(vectors.view()).embed(&rows));
            let bits = |x: &Array2<f32>| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            (bits(&vectors), bits(&embedded))
        };
        let one = run(1);
        assert!(one == run(2) && one == run(3), "{n} × {terms}");
    }
}

#[test]
fn columns_that_only_left_out_articles_have_get_vectors_too() {
    let rows = corpus(600, 5, 500);
    let some = rows.select(&(0..300).map(|i| 2 * i).collect::<Vec<_>>());
    let mut half = Svd::truncated(&some, 4, 42, || ()).unwrap();
    let whole = Svd::truncated(&rows, 4, 42, || ()).unwrap();
    let before = distance(&half, &whole);
    extend(&rows, &mut half.right);
    // A step of the power method with all rows comes nearer to their space.
    assert!(distance(&half, &whole) < before, "{} {before}", distance(&half, &whole));
    let lengths = half.right.columns().into_iter().map(|column| column.dot(&column));
    assert!(lengths.into_iter().all(|length| (length - 1.0).abs() < 1e-4));
}
