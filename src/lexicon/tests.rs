use ndarray::{Array2, array};
use proptest::prelude::*;

use super::*;
use crate::error::Error;

fn example(bits: Bits) -> Vec<u8> {
    let keys = ["深海", "sea", "tax", "深", "mine", "采矿"].map(str::to_owned);
    let vectors = Array2::from_shape_fn((6, 5), |(i, j)| ((i * 5 + j) as f32 * 1.7).sin() * (1.0 + i as f32) / 3.0);
    encode(&keys, vectors.view(), bits, &About { teacher: "a teacher".to_owned(), ..About::default() }).unwrap()
}

fn reason(bytes: Vec<u8>) -> String {
    match Lexicon::read(bytes, "words.lex") {
        Err(Error::Lexicon { path, reason }) => {
            assert_eq!(path, "words.lex");
            reason
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_written_is_read() {
    let keys: Vec<String> = (0..300).map(|i| format!("词{i}")).collect();
    let vectors = Array2::from_shape_fn((300, 96), |(i, j)| ((i * 97 + j * 31) as f32).sin() * (1.0 + i as f32));
    for (bits, least) in [(Bits::Four, 0.99), (Bits::Eight, 0.9999)] {
        let bytes = encode(&keys, vectors.view(), bits, &About::default()).unwrap();
        let lexicon = Lexicon::read(&bytes[..], "x").unwrap();
        lexicon.check("x").unwrap();
        assert_eq!((lexicon.words(), lexicon.dimensions()), (300, 96));
        for (key, vector) in keys.iter().zip(vectors.rows()) {
            let mut read = vec![0.0; 96];
            lexicon.lookup(key).unwrap().write(&mut read);
            let read = ndarray::Array1::from(read);
            let cosine = read.dot(&vector) / (read.dot(&read) * vector.dot(&vector)).sqrt();
            assert!(cosine > least, "{key} {bits:?} {cosine}");
        }
    }
}

#[test]
fn an_odd_number_of_dimensions_and_a_zero_row_survive_four_bits() {
    let keys = ["a", "b"].map(str::to_owned);
    let bytes = encode(&keys, array![[0.0, 0.0, 0.0], [0.5, -1.0, 1.0]].view(), Bits::Four, &About::default()).unwrap();
    let lexicon = Lexicon::read(bytes, "x").unwrap();
    let mut row = [9.0; 4];
    lexicon.lookup("a").unwrap().write(&mut row);
    assert_eq!(row, [0.0, 0.0, 0.0, 9.0]);
    lexicon.lookup("b").unwrap().write(&mut row);
    assert!(row.iter().zip([0.5, -1.0, 1.0]).all(|(a, b)| (a - b).abs() < 0.1), "{row:?}");
    assert_eq!(row[3], 9.0);
    let mut short = [0.0; 1];
    lexicon.lookup("b").unwrap().add(2.0, &mut short);
    assert!((short[0] - 2.0 * row[0]).abs() < 1e-6);
}

#[test]
fn what_cannot_be_encoded_is_refused() {
    let keys = |keys: &[&str]| keys.iter().map(|&k| k.to_owned()).collect::<Vec<_>>();
    let encode = |words: &[&str], vectors: Array2<f32>| {
        encode(&keys(words), vectors.view(), Bits::Eight, &About::default()).unwrap_err().to_string()
    };
    assert!(encode(&["a"], array![[1.0], [2.0]]).contains("1 keys and 2 vectors"));
    assert!(encode(&["a", "a"], array![[1.0], [2.0]]).contains("\"a\" twice"));
    assert!(encode(&["a", "b"], array![[1.0], [f32::NAN]]).contains("\"b\" is not finite"));
    assert!(encode(&["a"], Array2::zeros((1, 0))).contains("0 dimensions"));
}

#[test]
fn the_order_of_the_keys_does_not_matter() {
    let a = encode(&["b".into(), "a".into()], array![[1.0], [2.0]].view(), Bits::Eight, &About::default()).unwrap();
    let b = encode(&["a".into(), "b".into()], array![[2.0], [1.0]].view(), Bits::Eight, &About::default()).unwrap();
    assert_eq!(a, b);
}

#[test]
fn a_file_that_is_no_lexicon_is_refused_with_the_reason() {
    let whole = example(Bits::Eight);
    assert!(reason(Vec::new()).contains("does not begin"));
    assert!(reason(b"PK\x03\x04 and something more".to_vec()).contains("does not begin"));
    let mut newer = whole.clone();
    newer[8] = 9;
    assert!(reason(newer).contains("version 9"));
    assert!(reason(whole[..whole.len() - 1].to_vec()).contains("cut short"));
    assert!(reason(whole[..40].to_vec()).contains("ends inside its header"));
    assert!(reason([&whole[..], &[0]].concat()).contains("too long"));
    let mut long = whole.clone();
    long[12..16].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(reason(long).contains("header claims"));
    let claim = |from: &str, to: &str| {
        let text = String::from_utf8_lossy(&whole[16..]).into_owned();
        let at = 16 + text.find(from).unwrap();
        let mut bytes = whole.clone();
        // The padding after the header makes up for what is longer.
        let length = u32::from_le_bytes(whole[12..16].try_into().unwrap()) as usize;
        let header = String::from_utf8(whole[16..16 + length].to_vec()).unwrap().replace(from, to);
        bytes.splice(16..16 + length, header.bytes());
        bytes[12..16].copy_from_slice(&(header.len() as u32).to_le_bytes());
        assert!(at > 16);
        reason(bytes)
    };
    assert!(claim("\"words\":6", "\"words\":99999999999").contains("99999999999 words"));
    assert!(claim("\"words\":6", "\"words\":7").contains("cut short"));
    assert!(claim("\"words\":6", "\"words\":-6").contains("header is damaged"));
    assert!(claim("\"dimensions\":5", "\"dimensions\":0").contains("0 dimensions"));
    assert!(claim("\"bits\":8", "\"bits\":5").contains("4 or 8 bits"));
    assert!(claim("\"key_bytes\":", "\"key_bytes\":9999999999").contains("bytes of keys"));
    let shown = Lexicon::read(Vec::new(), "words.lex").unwrap_err().to_string();
    assert!(shown.contains("words.lex") && shown.contains("wenmai lexicon build"), "{shown}");
}

#[test]
fn a_word_that_is_not_in_it_is_the_mean_of_its_parts() {
    let bytes = example(Bits::Eight);
    let lexicon = Lexicon::read(bytes, "x").unwrap();
    let vector = |key: &str| {
        let mut out = vec![f32::NAN; 5];
        let found = lexicon.compose(key, &mut out);
        (found, out)
    };
    let mean = |keys: &[&str]| {
        let mut sum = vec![0.0; 5];
        keys.iter().for_each(|key| lexicon.lookup(key).unwrap().add(1.0 / keys.len() as f32, &mut sum));
        sum
    };
    let check = |key: &str, found: Found, parts: &[&str]| {
        let (how, is) = vector(key);
        assert_eq!(how, Some(found), "{key}");
        assert!(is.iter().zip(mean(parts)).all(|(a, b)| (a - b).abs() < 1e-6), "{key}");
    };
    check("sea", Found::Whole, &["sea"]);
    check("深 海", Found::Whole, &["深海"]); // a phrase of words that the lexicon has as one
    check("深海采矿", Found::Parts(2), &["深海", "采矿"]);
    check("深采矿业", Found::Parts(2), &["深", "采矿"]); // 业 is unknown
    check("sea mine", Found::Parts(2), &["sea", "mine"]);
    check("sea-tax", Found::Parts(2), &["sea", "tax"]);
    check("sea9", Found::Parts(1), &["sea"]);
    check("sea深海", Found::Parts(2), &["sea", "深海"]);
    assert_eq!(vector("whale").0, None);
    assert_eq!(vector("").0, None);
    assert!(vector("whale").1.iter().all(|x| x.is_nan()), "nothing is written where nothing is known");
    check(&"深".repeat(5000), Found::Parts(64), &["深"]);
}

#[test]
fn a_compound_is_two_known_words_of_four_letters() {
    let keys = ["snow", "board", "car", "pet"].map(str::to_owned);
    let bytes = encode(&keys, Array2::eye(4).view(), Bits::Eight, &About::default()).unwrap();
    let lexicon = Lexicon::read(bytes, "x").unwrap();
    let mut out = [0.0; 4];
    assert_eq!(lexicon.compose("snowboard", &mut out), Some(Found::Parts(2)));
    assert_eq!(lexicon.compose("carpet", &mut out), None);
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(
        noise in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in any::<prop::sample::Index>(),
        key in "\\PC{0,12}",
        fresh in proptest::collection::vec(any::<u8>(), 0..200),
        four in any::<bool>(),
    ) {
        let mut bytes = example(if four { Bits::Four } else { Bits::Eight });
        for (at, byte) in noise {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let short = bytes[..cut.index(bytes.len())].to_vec();
        for bytes in [bytes, short, fresh] {
            let Ok(lexicon) = Lexicon::read(bytes, "x") else { continue };
            let mut out = vec![0.0; lexicon.dimensions()];
            for key in [key.as_str(), "sea", "深海采矿"] {
                let _ = lexicon.compose(key, &mut out);
            }
            prop_assert!(out.iter().all(|x| !x.is_nan()));
            let _ = lexicon.check("x");
            prop_assert!(lexicon.row(lexicon.words()).is_none());
        }
    }
}
