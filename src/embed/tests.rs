use super::*;
use crate::{
    segment::Lang,
    vectorize::{self, Bag},
};

fn rows() -> Csr {
    let bags: Vec<Bag> = (0..40_u32).map(|i| Bag::count((0..12).map(|j| (i % 4) * 10 + (i * j) % 13))).collect();
    vectorize::fit(&bags, 60, &vectorize::Settings::default()).transform(&bags)
}

fn terms(rows: &Csr) -> Vec<Term> {
    let words = ["sea", "经济", "ship", "科学", "tax", "大学", "boat", "海洋"];
    (0..rows.cols)
        .map(|i| {
            let word = words[i % words.len()];
            let lang = if word.is_ascii() { Lang::En } else { Lang::Zh };
            Term { key: word.to_owned(), lang, ..Term::default() }
        })
        .collect()
}

fn fitted(rows: &Csr, settings: &Settings) -> Embedder {
    let terms = terms(rows);
    fit(rows, &terms.iter().collect::<Vec<_>>(), settings).unwrap()
}

fn no_lexicon() -> Settings {
    Settings { lexicon: Some("none".into()), ..Settings::default() }
}

#[test]
fn embeddings_are_unit_rows_and_linear_before_that() {
    let rows = rows();
    for settings in [Settings::default(), no_lexicon()] {
        let embedder = fitted(&rows, &settings);
        let embedded = embedder.embed(&rows);
        assert_eq!(embedded.dim(), (rows.rows(), embedder.dimensions()));
        let vectors = embedder.view().vectors();
        for (i, row) in embedded.rows().into_iter().enumerate() {
            assert!((row.dot(&row) - 1.0).abs() < 1e-5);
            // The slow, obvious twin of the product.
            let (columns, values) = rows.row(i);
            let mut sum = vec![0.0_f64; vectors.ncols()];
            for (&column, &value) in columns.iter().zip(values) {
                for (j, s) in sum.iter_mut().enumerate() {
                    *s += f64::from(value) * f64::from(vectors[[column as usize, j]]);
                }
            }
            let length = sum.iter().map(|s| s * s).sum::<f64>().sqrt();
            for (&x, s) in row.iter().zip(sum) {
                assert!((f64::from(x) - s / length).abs() < 1e-6);
            }
        }
        let empty = Csr { cols: rows.cols, indptr: vec![0, 0], ..Csr::default() };
        assert!(embedder.embed(&empty).iter().all(|&x| x == 0.0));
    }
}

#[test]
fn words_of_one_meaning_meet_across_languages() {
    let word = |key: &str, lang| Term { key: key.to_owned(), lang, ..Term::default() };
    let terms = [word("ocean", Lang::En), word("海洋", Lang::Zh), word("tax", Lang::En)];
    let vectors = lexicon::vectors(&terms.each_ref(), &lexicon::open(&Settings::default()).unwrap().unwrap());
    let vectors = Linear::from(vectors).vectors();
    let cosine = |i: usize, j: usize| {
        let (a, b) = (vectors.row(i), vectors.row(j));
        a.dot(&b) / (a.dot(&a) * b.dot(&b)).sqrt()
    };
    assert!(cosine(0, 1) > 0.5 && cosine(0, 1) > cosine(0, 2) + 0.3, "{} {}", cosine(0, 1), cosine(0, 2));
}

#[test]
fn a_lexicon_that_is_not_there_is_an_error() {
    let settings = Settings { lexicon: Some("no/such.lexicon".into()), ..Settings::default() };
    assert!(lexicon::open(&settings).is_err());
}

#[test]
fn same_bytes_for_any_thread_count() {
    let rows = rows();
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| fitted(&rows, &Settings::default()))
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn a_restored_embedder_embeds_alike() {
    let rows = rows();
    let embedder = fitted(&rows, &Settings::default());
    let restored = Embedder::restore(
        embedder.view().vectors().view(),
        embedder.origin().map(|(origin, _)| (origin.clone(), None)),
    );
    assert_eq!(restored.dimensions(), embedder.dimensions());
    assert_eq!(restored.embed(&rows), embedder.embed(&rows));
    assert_eq!(restored.view(), embedder.view());
    assert_eq!(restored.word("telescop"), embedder.word("telescop"));
}

#[test]
fn a_word_that_is_no_column_has_the_lexicons_vector_and_nothing_of_the_corpus() {
    let rows = rows();
    let embedder = fitted(&rows, &Settings::default());
    // A column's word has the column's vector, as far as the lexicon goes and 8 bits a number do.
    let word = embedder.word("sea").unwrap();
    let width = embedder.origin().unwrap().0.dimensions;
    let column = embedder.view().vector(0);
    let largest = word.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
    assert!(word.iter().zip(&column).take(width).all(|(a, b)| (a - b).abs() < largest / 500.0));
    assert!(word.len() == column.len() && word.iter().skip(width).all(|&x| x == 0.0));
    assert!(embedder.word("qqzzxy").is_none());
    assert!(fitted(&rows, &no_lexicon()).word("sea").is_none());

    let (columns, values) = rows.row(3);
    assert_eq!(embedder.embed_with((columns, values), &[]), embedder.embed(&rows).row(3));
    let with = embedder.embed_with((columns, values), &[(0.5, word.clone())]);
    assert!((with.dot(&with) - 1.0).abs() < 1e-5);
    assert!(with.dot(&word) > embedder.embed(&rows).row(3).dot(&word));
}

#[test]
fn a_lexicon_that_is_not_at_hand_is_not_replaced_by_another() {
    let embedder = fitted(&rows(), &Settings::default());
    let origin = Origin { fingerprint: "0".into(), ..embedder.origin().unwrap().0.clone() };
    let restored = Embedder::restore(embedder.view().vectors().view(), Some((origin, None)));
    assert!(restored.word("sea").is_none());
    // What the columns mean is in their vectors.
    assert!(restored.meaning("sea", embedder.view().vector(0).view()).is_some());
    // Nor is one of another width taken for a map.
    let origin = embedder.origin().unwrap().0.clone();
    let map = Array2::zeros((3, origin.dimensions));
    assert!(Embedder::restore(embedder.view().vectors().view(), Some((origin, Some(map)))).word("sea").is_none());
}

#[test]
fn with_given_vectors_a_word_is_mapped_to_them() {
    let rows = rows();
    let terms = terms(&rows);
    let terms: Vec<&Term> = terms.iter().collect();
    let given = Array2::from_shape_fn((rows.rows(), 6), |(i, j)| ((i * 7 + j * 3) % 11) as f32 - 5.0);
    let (embedder, _) = fit_given(&rows, &terms, given.view(), &Settings::default()).unwrap();
    let (origin, map) = embedder.origin().unwrap();
    let word = embedder.word("telescop").unwrap();
    assert_eq!(map.unwrap().ncols(), origin.dimensions);
    assert_eq!(word.len(), embedder.dimensions());
    let restored =
        Embedder::restore(embedder.view().vectors().view(), Some((origin.clone(), map.map(|map| map.to_owned()))));
    assert_eq!(restored, embedder);
    let (without, _) = fit_given(&rows, &terms, given.view(), &no_lexicon()).unwrap();
    assert!(without.origin().is_none() && without.word("telescop").is_none());
}

#[test]
fn an_embedder_fitted_on_nothing_has_no_dimensions() {
    let embedder = Embedder::default();
    assert_eq!((embedder.dimensions(), embedder.view().vectors().dim()), (0, (0, 0)));
    assert_eq!(embedder.embed(&rows()).dim(), (40, 0));
}

#[test]
fn a_row_is_embedded_by_itself() {
    let rows = rows();
    let embedder = fitted(&rows, &Settings::default());
    let all = embedder.embed(&rows);
    let (columns, values) = rows.row(7);
    let one = Csr { cols: rows.cols, indptr: vec![0, columns.len()], indices: columns.into(), values: values.into() };
    assert_eq!(embedder.embed(&one).row(0), all.row(7));
}

#[test]
fn columns_the_view_does_not_know_are_ignored() {
    let strange = Csr { cols: 9999, indptr: vec![0, 1], indices: vec![9000], values: vec![1.0] };
    assert!(fitted(&rows(), &Settings::default()).embed(&strange).iter().all(|&x| x == 0.0));
}

#[test]
fn texts_are_the_same_whether_their_vectors_are_held_or_made() {
    let rows = rows();
    let embedder = fitted(&rows, &Settings::default());
    let held = embedder.embed(&rows);
    // Two blocks, of which only the last may be short, with a text without terms in it.
    let size = rows.rows() - 3;
    let mut last = rows.select(&(size..rows.rows()).collect::<Vec<_>>());
    last.append(Csr { cols: rows.cols, indptr: vec![0, 0], ..Csr::default() });
    let made = Texts::of(vec![rows.select(&(0..size).collect::<Vec<_>>()), last], &embedder);
    assert!(matches!(made, Texts::Made(_)), "short texts are not held");
    let empty = Array1::<f32>::zeros(embedder.dimensions());
    let vector = |i: usize| if i < rows.rows() { held.row(i) } else { empty.view() };
    let n = rows.rows() + 1;
    assert_eq!(made.all(&embedder).nrows(), n);
    let views = made.by(&embedder);
    // More vectors than are taken at once, and fewer.
    for k in [1, 4, 6] {
        let to = held.select(ndarray::Axis(0), &(0..k).collect::<Vec<_>>());
        let asked: Vec<usize> = (0..n).filter(|i| i % 3 != 1).collect();
        let cosines = views.cosines(to.view(), &asked);
        let slow = Rows::from(held.view());
        let slow = slow.cosines(to.view(), &asked);
        assert_eq!((cosines.len(), slow.len(), cosines.is_empty()), (k, k, false));
        for &i in &asked {
            assert_eq!(views.row(i), vector(i), "bit for bit");
            let mut own = vec![9.0; k];
            cosines.of(i, &mut own);
            assert!(own.iter().zip(to.rows()).all(|(own, to)| (own - to.dot(&vector(i))).abs() < 1e-5), "{i} {own:?}");
            if i < rows.rows() {
                let mut twin = vec![9.0; k];
                slow.of(i, &mut twin);
                assert!(own.iter().zip(&twin).all(|(own, twin)| (own - twin).abs() < 1e-5));
            }
        }
    }
    let all = made.all(&embedder);
    assert!((0..n).all(|i| all.row(i) == vector(i)));
    // Long texts, here those of every term, are held.
    let long = Csr {
        indptr: vec![0, rows.cols],
        indices: (0..).take(rows.cols).collect(),
        values: vec![0.1; rows.cols],
        ..rows
    };
    let long =
        Texts::of(vec![long; 9], &Embedder::restore(embedder.view().vectors().slice(ndarray::s![.., ..8]), None));
    assert!(matches!(long, Texts::Held(held) if held.dim() == (9, 8)));
}
