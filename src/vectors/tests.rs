use serde_json::json;

use super::*;
use crate::article::{Citation, Passage};

fn articles(ids: &[&str]) -> Vec<Article> {
    ids.iter().enumerate().map(|(number, id)| Article { id: (*id).into(), number, ..Article::default() }).collect()
}

/// A file as `numpy.save` writes it.
fn npy(descr: &str, fortran: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}");
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), data].concat()
}

#[test]
fn an_npy_file_is_read_in_every_order_and_width_of_number() {
    let wanted = ndarray::array![[1.0_f32, -2.0, 0.5], [3.0, 0.0, -0.25]];
    let (flat, columns) = ([1.0, -2.0, 0.5, 3.0, 0.0, -0.25_f64], [1.0, 3.0, -2.0, 0.0, 0.5, -0.25_f64]);
    let f4 = |x: &f64| (*x as f32).to_le_bytes();
    let le8: Vec<u8> = flat.iter().flat_map(|x| x.to_le_bytes()).collect();
    let be4: Vec<u8> = flat.iter().flat_map(|x| (*x as f32).to_be_bytes()).collect();
    let le4: Vec<u8> = flat.iter().flat_map(f4).collect();
    let turned: Vec<u8> = columns.iter().flat_map(f4).collect();
    let f2: Vec<u8> = [0x3c00_u16, 0xc000, 0x3800, 0x4200, 0, 0xb400].iter().flat_map(|x| x.to_le_bytes()).collect();
    for (descr, fortran, data) in [
        ("<f8", "False", &le8),
        (">f4", "False", &be4),
        ("<f4", "False", &le4),
        ("<f4", "True", &turned),
        ("<f2", "False", &f2),
    ] {
        assert_eq!(npy::read(&npy(descr, fortran, "(2, 3)", data)).unwrap(), wanted, "{descr} {fortran}");
    }
    // Version 2 of the format.
    let mut two = npy("<f4", "False", "(2, 3)", &le4);
    two[6] = 2;
    two.splice(10..10, [0, 0]);
    assert_eq!(npy::read(&two).unwrap(), wanted);
}

#[test]
fn an_npy_file_that_is_no_matrix_of_vectors_says_what_it_is() {
    let ones = 1.0_f32.to_le_bytes().repeat(6);
    let said = |bytes: &[u8]| npy::read(bytes).unwrap_err();
    for (bytes, wanted) in [
        (npy("<i8", "False", "(2, 3)", &ones), "something else than 16-, 32- or 64-bit"),
        (npy("|O", "False", "(2, 3)", &ones), "something else"),
        (npy("<f4", "False", "(6,)", &ones), "no matrix"),
        (npy("<f4", "False", "(1, 2, 3)", &ones), "no matrix"),
        (npy("<f4", "False", "(3, 3)", &ones), "24 bytes of numbers, which is not what 3 rows of 3 take"),
        (npy("<f4", "False", "(18446744073709551615, 384)", &ones), "24 bytes of numbers"),
        (npy("<f4", "False", "(99999999999999999999, 1)", &ones), "no matrix"),
        (npy("<f4", "Maybe", "(2, 3)", &ones), "the order of its numbers"),
        (npy("<f4", "False", "(2, 3)", &[ones[..20].to_vec(), f32::NAN.to_le_bytes().to_vec()].concat()), "row 2"),
        (npy("<f4", "False", "(2, 3)", &[&ones[..12], &[0; 12]].concat()), "row 2 (counted from 1) is zero"),
        (b"\x93NUMPY\x01\x00\xff\xff{".to_vec(), "breaks off"),
        (b"\x93NUMPY".to_vec(), "breaks off"),
    ] {
        assert!(said(&bytes).contains(wanted), "{wanted}: {}", said(&bytes));
    }
}

#[test]
fn rows_of_an_npy_file_follow_the_order_of_reading_not_of_the_ids() {
    let rows = ndarray::array![[1.0_f32], [2.0], [3.0]];
    let mut read = articles(&["c", "a", "b"]);
    read.sort_by(|a, b| a.id.cmp(&b.id));
    assert_eq!(by_order(&rows, &read, 3).unwrap(), ndarray::array![[2.0], [3.0], [1.0]]);
    // A part of the articles that were read.
    assert_eq!(by_order(&rows, &read[2..], 3).unwrap(), ndarray::array![[1.0]]);
    let said = by_order(&rows, &read, 4).unwrap_err();
    assert!(said.contains("3 rows, but 4 articles were read") && said.contains("\"id\""), "{said}");
}

#[test]
fn lines_are_matched_by_id() {
    let file = "\u{feff}{\"id\": \"b\", \"vector\": [0, 2]}\n\n{\"id\": 12, \"embedding\": [1, 0.5], \"n\": 1}\r\n\
                {\"id\": \"stranger\", \"embedding\": [9, 9]}";
    let rows = lines::read("v.jsonl", file.as_bytes(), &articles(&["12", "b"])).unwrap();
    assert_eq!(rows, ndarray::array![[1.0, 0.5], [0.0, 2.0]]);
}

#[test]
fn a_line_that_is_none_is_told_by_its_number() {
    let said = |file: &str| lines::read("v.jsonl", file.as_bytes(), &articles(&["a", "b"])).unwrap_err().to_string();
    let good = "{\"id\": \"a\", \"vector\": [1, 2]}\n";
    for (line, wanted) in [
        ("1,2,3", "v.jsonl:2: no vector"),
        ("{\"id\": \"b\"}", "v.jsonl:2: no vector (missing field `embedding`)"),
        ("{\"id\": \"b\", \"vector\": [1, null]}", "v.jsonl:2: no vector"),
        ("{\"id\": \"b\", \"vector\": \"AAAA\"}", "v.jsonl:2: no vector"),
        (
            "{\"id\": \"b\", \"vector\": [1]}",
            "v.jsonl:2: the vector of \"b\" has 1 numbers, where those before it have 2",
        ),
        ("{\"id\": \"b\", \"vector\": []}", "has 0 numbers"),
        ("{\"id\": \"b\", \"vector\": [1, 1e39]}", "not finite (number 2)"),
        ("{\"id\": \"b\", \"vector\": [0, 0]}", "is zero"),
        ("{\"id\": \"a\", \"vector\": [3, 4]}", "v.jsonl:2: the id \"a\" is on line 1 already"),
        ("", "1 of 2 articles have no vector in it (b); add them"),
    ] {
        let said = said(&format!("{good}{line}"));
        assert!(said.contains(wanted), "{line}: {said}");
    }
    let strange = said("{\"id\": \"x1\", \"vector\": [1, 2]}");
    assert!(strange.contains("2 of 2 articles have no vector in it (a, b); its ids are \"x1\""), "{strange}");
}

#[test]
fn a_field_is_taken_out_of_the_articles() {
    let with = |values: [serde_json::Value; 2]| {
        let mut articles = articles(&["a", "b"]);
        for (article, value) in articles.iter_mut().zip(values) {
            article.extra.insert("e".into(), value);
            article.extra.insert("kept".into(), json!(1));
        }
        articles
    };
    let mut good = with([json!([1, 2]), json!([3.5, -4])]);
    assert_eq!(field::take(&mut good, "e").unwrap(), ndarray::array![[1.0, 2.0], [3.5, -4.0]]);
    assert!(good.iter().all(|a| a.extra.len() == 1 && a.extra.contains_key("kept")));
    for (values, wanted) in [
        ([json!([1, 2]), json!([1])], "the vector of \"b\" has 1 numbers"),
        ([json!([1, "2"]), json!([1, 2])], "in the article \"a\" it is no list of numbers"),
        ([json!([1, 2]), json!(null)], "1 of 2 articles have no vector in it (b)"),
        ([json!([1, 2]), json!([0, 0])], "is zero"),
    ] {
        let said = field::take(&mut with(values), "e").unwrap_err().to_string();
        assert!(said.contains("field:e") && said.contains(wanted), "{said}");
    }
    let said = field::take(&mut articles(&["a", "b"]), "f").unwrap_err().to_string();
    assert!(said.contains("2 of 2 articles") && said.contains("at the top level"), "{said}");
}

#[test]
fn a_file_and_a_server_at_once_are_refused_and_none_is_neither() {
    let both = Settings { file: Some("a.npy".into()), server: Some("http://x".into()), ..Settings::default() };
    let said = open(&mut [], 0, &both).unwrap_err().to_string();
    assert!(said.contains("--embed-server http://x is given as well"), "{said}");
    let neither = Settings { file: Some("none".into()), server: Some("none".into()), ..Settings::default() };
    assert!(open(&mut [], 0, &neither).unwrap().is_none());
    let wrong = Settings { server: Some("localhost".into()), ..Settings::default() };
    let said = open(&mut [], 0, &wrong).unwrap_err().to_string();
    assert!(said.starts_with("--embed-server is localhost"), "{said}");
}

#[test]
fn an_article_is_sent_without_citation_marks_and_cut_between_characters() {
    let passage = |heading: Option<&str>, text: &str, mark: Option<std::ops::Range<usize>>| Passage {
        heading: heading.map(Into::into),
        text: text.into(),
        citations: mark.map(|span| Citation { number: 1, span }).into_iter().collect(),
        ..Passage::default()
    };
    let article = Article {
        title: "深海".into(),
        passages: vec![
            passage(Some("Law"), "One [1].", Some(4..7)),
            passage(Some("Law"), "Two.", None),
            passage(None, "Three.", None),
        ],
        ..Article::default()
    };
    assert_eq!(server::text(&article, 100), "深海\nLaw\nOne.\nTwo.\nThree.");
    assert_eq!(server::text(&article, 1), "深");
    let bare = Article { id: "x".into(), passages: vec![passage(None, "[1]", Some(0..3))], ..Article::default() };
    assert_eq!(server::text(&bare, 100), "[1]");
}
