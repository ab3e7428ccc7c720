use super::*;
use crate::vectorize::{self, Bag};

fn rows() -> Csr {
    let bags: Vec<Bag> = (0..40_u32).map(|i| Bag::count((0..12).map(|j| (i % 4) * 10 + (i * j) % 13))).collect();
    vectorize::fit(&bags, 60, &vectorize::Settings::default()).transform(&bags)
}

/// The contract of every view of the registry.
#[test]
fn views_give_unit_rows_and_are_linear_where_they_say_so() {
    let rows = rows();
    for (name, fit) in VIEWS {
        let view = fit(&rows, &Settings::default()).unwrap();
        let embedded = view.embed(&rows);
        assert_eq!(embedded.nrows(), rows.rows(), "{name}");
        for (i, row) in embedded.rows().into_iter().enumerate() {
            assert!((row.dot(&row) - 1.0).abs() < 1e-5, "{name}");
            let Some(vectors) = view.vectors() else { continue };
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
                assert!((f64::from(x) - s / length).abs() < 1e-6, "{name}");
            }
        }
        let empty = Csr { cols: rows.cols, indptr: vec![0, 0], ..Csr::default() };
        assert!(view.embed(&empty).iter().all(|&x| x == 0.0), "{name}");
    }
}

#[test]
fn a_restored_embedder_embeds_alike() {
    let rows = rows();
    let embedder = fit(&rows, &Settings::default()).unwrap();
    let restored = Embedder::restore(embedder.vectors().to_owned());
    assert_eq!(restored.dimensions(), embedder.dimensions());
    assert_eq!(restored.embed(&rows), embedder.embed(&rows));
    assert_eq!(restored.vectors(), embedder.vectors());
}

#[test]
fn an_embedder_without_views_has_no_dimensions() {
    let embedder = Embedder::default();
    assert_eq!((embedder.dimensions(), embedder.vectors().dim()), (0, (0, 0)));
    assert_eq!(embedder.embed(&rows()).dim(), (40, 0));
}

#[test]
fn a_row_is_embedded_by_itself() {
    let rows = rows();
    let embedder = fit(&rows, &Settings::default()).unwrap();
    let all = embedder.embed(&rows);
    let (columns, values) = rows.row(7);
    let one = Csr { cols: rows.cols, indptr: vec![0, columns.len()], indices: columns.into(), values: values.into() };
    assert_eq!(embedder.embed(&one).row(0), all.row(7));
}

#[test]
fn columns_the_view_does_not_know_are_ignored() {
    let strange = Csr { cols: 9999, indptr: vec![0, 1], indices: vec![9000], values: vec![1.0] };
    assert!(fit(&rows(), &Settings::default()).unwrap().embed(&strange).iter().all(|&x| x == 0.0));
}

#[test]
fn several_views_are_joined_to_unit_rows() {
    let left = Array2::from_shape_vec((2, 2), vec![1.0, 0.0, 0.0, 0.0]).unwrap();
    let right = Array2::from_shape_vec((2, 1), vec![1.0, 0.0]).unwrap();
    let joined = join(vec![left, right], 2);
    let half = 0.5_f32.sqrt();
    assert!(joined.row(0).iter().zip([half, 0.0, half]).all(|(a, b)| (a - b).abs() < 1e-6));
    assert!(joined.row(1).iter().all(|&x| x == 0.0));
}
