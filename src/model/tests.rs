use super::{arrays::Bytes, *};
use crate::{
    article::{Article, Passage},
    config::Config,
    input::Collection,
    pipeline,
    similar::{Query, Similar, similar},
};

fn fitted() -> Model {
    let texts = [
        ("a", "The radio telescope listens to the sky. 射电望远镜在听。"),
        ("b", "A radio telescope is big, and the sky is wide."),
        ("c", "医院为儿童接种疫苗。A vaccine protects children."),
        ("d", "列车运来水果，铁路口岸很忙。"),
        ("e", "Our radio telescope hears the sky; its dish is wide."),
        ("f", "Trains carry fruit to the port. 铁路很长。"),
        ("g", "1 2 3"),
    ];
    let article = |(id, text): (&str, &str)| {
        let passage = |text: &str| Passage { text: text.to_owned(), ..Passage::default() };
        let passages = vec![passage(text), passage("海洋很大。")];
        Article { id: id.to_owned(), title: format!("标题 {id}"), passages, ..Article::default() }
    };
    let collection = Collection { articles: texts.map(article).into(), ..Collection::default() };
    pipeline::fit(collection, &Config::default(), &()).unwrap()
}

fn bytes(model: &Model, sketched: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    model.write_to(sketched, &mut bytes).unwrap();
    bytes
}

fn open(bytes: Vec<u8>) -> std::result::Result<Saved, String> {
    Saved::new("m".to_owned(), Bytes::Read(bytes))
}

const QUERIES: [&str; 3] = ["radio telescope", "疫苗 and a hospital", "a wide port for trains, deep-sea"];

fn answers(model: &dyn Searched) -> Vec<std::result::Result<Similar, String>> {
    let ids = ["a", "d", "g", "none"].map(|id| Query::Id(id.into()));
    let texts = QUERIES.map(|text| Query::Text(text.into()));
    ids.iter().chain(&texts).map(|query| similar(model, query, 3).map_err(|e| e.to_string())).collect()
}

#[test]
fn fitted_mapped_and_loaded_models_give_the_same_answers() {
    let model = fitted();
    let wanted = answers(&model);
    assert!(wanted.iter().flatten().any(|found| !found.hits.is_empty()));
    let folder = tempfile::tempdir().unwrap();
    // With a sketch and without.
    for sketched in [0, usize::MAX] {
        let path = folder.path().join("m");
        std::fs::write(&path, bytes(&model, sketched)).unwrap();
        let saved = Saved::open(&path).unwrap();
        assert_eq!(answers(&saved), wanted);
        let loaded = Model::load(&path).unwrap();
        assert_eq!(answers(&loaded), wanted);
        // Nothing is lost, but the last bits of weights in the JSON part.
        assert_eq!(bytes(&loaded, sketched).len().abs_diff(bytes(&model, sketched).len()) / 100, 0);
        assert_eq!((&loaded.articles, &loaded.rows, &loaded.vectors), (&model.articles, &model.rows, &model.vectors));
        assert_eq!((&loaded.passages, &loaded.langs), (&model.passages, &model.langs));
        let members = |model: &Model| model.themes.themes.iter().map(|t| t.articles.clone()).collect::<Vec<_>>();
        assert_eq!(members(&loaded), members(&model));
        assert_eq!(loaded.segmenter.terms(), model.segmenter.terms());
    }
}

#[test]
fn a_saved_file_may_be_replaced_while_it_is_searched() {
    let model = fitted();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m");
    model.save(&path).unwrap();
    let saved = Saved::open(&path).unwrap();
    let before = answers(&saved);
    Model::default().save(&path).unwrap();
    assert_eq!(answers(&saved), before);
    assert_eq!(Saved::open(&path).unwrap().articles(), 0);
}

#[test]
fn numbers_that_do_not_lie_as_the_processor_wants_are_copied() {
    let model = fitted();
    let whole = bytes(&model, 0);
    // Three spaces more in the header put every number at an odd place.
    let length = u64::from_le_bytes(whole[..8].try_into().unwrap()) as usize;
    let mut odd = ((length + 3) as u64).to_le_bytes().to_vec();
    odd.extend_from_slice(&whole[8..8 + length]);
    odd.extend_from_slice(b"   ");
    odd.extend_from_slice(&whole[8 + length..]);
    assert_eq!(answers(&open(odd).unwrap()), answers(&model));
}

#[test]
fn other_formats_are_refused_with_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.model");
    let old = String::from_utf8_lossy(&bytes(&fitted(), 0)[..400]).replace("wenmai.model/3", "wenmai.model/1");
    assert!(old.contains("wenmai.model/1"));
    let text = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        let both = [Saved::open(&path).unwrap_err().to_string(), Model::load(&path).unwrap_err().to_string()];
        assert_eq!(both[0], both[1]);
        both[0].clone()
    };
    let header = br#"{"__metadata__":{"format":"wenmai.model/1"}}"#;
    let small = [&(header.len() as u64).to_le_bytes()[..], header].concat();
    let said = text(&small);
    assert!(said.contains("its format is \"wenmai.model/1\", this wenmai reads \"wenmai.model/3\""), "{said}");
    assert!(said.contains("make it anew with `wenmai cluster INPUT --save"), "{said}");
    for none in [&b""[..], b"{", &[0xff; 64], b"\0\0\0\0\0\0\0\0"] {
        assert!(text(none).contains("it is not a model file"), "{none:?}");
    }
    assert!(matches!(Saved::open(&folder.path().join("none")), Err(Error::Read { .. })));
}

/// Reads all that can be read of a file: no panic, whatever comes.
fn exercise(bytes: Vec<u8>) -> bool {
    let whole = Model::parse(Bytes::Read(bytes.clone())).is_ok();
    if let Ok(saved) = open(bytes) {
        let _ = answers(&saved);
        for i in 0..saved.articles() {
            let _ = (saved.id(i), saved.article(i), saved.row(i), saved.vector(i), saved.passages(i));
        }
        return whole;
    }
    false
}

#[test]
fn a_file_cut_short_is_no_model() {
    let whole = bytes(&fitted(), 0);
    for at in (0..whole.len()).step_by(whole.len() / 40).chain([whole.len() - 1]) {
        assert!(open(whole[..at].to_vec()).is_err(), "{at} of {}", whole.len());
    }
    assert!(exercise(whole));
}

#[test]
fn no_flipped_bit_makes_a_reader_panic() {
    let whole = bytes(&fitted(), 0);
    let header = u64::from_le_bytes(whole[..8].try_into().unwrap()) as usize + 8;
    let mut random = 1_u64;
    // Half of the flips in the header and in what it is followed by: the offsets.
    for turn in 0..300 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let range = if turn % 2 == 0 { 2 * header } else { whole.len() };
        let at = (random >> 33) as usize % range.min(whole.len());
        let mut damaged = whole.clone();
        damaged[at] ^= 1 << (random >> 29 & 7);
        exercise(damaged);
    }
}

#[test]
fn sizes_beyond_all_memory_are_refused() {
    let whole = bytes(&fitted(), 0);
    let text = |from: &str, to: &str| {
        let length = u64::from_le_bytes(whole[..8].try_into().unwrap()) as usize;
        let header = String::from_utf8(whole[8..8 + length].to_vec()).unwrap();
        assert!(header.contains(from), "{header}");
        let header = header.replacen(from, to, 1);
        let mut changed = (header.len() as u64).to_le_bytes().to_vec();
        changed.extend_from_slice(header.as_bytes());
        changed.extend_from_slice(&whole[8 + length..]);
        open(changed).is_err()
    };
    assert!(text("\"shape\":[7,", "\"shape\":[18446744073709551615,"));
    assert!(text("\"shape\":[7,", "\"shape\":[4611686018427387904,"));
    assert!(text("\"data_offsets\":[0,", "\"data_offsets\":[9223372036854775807,"));
    assert!(text("\"articles.vectors\"", "\"articles.vector\""));
    let mut huge = whole.clone();
    huge[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    assert!(open(huge).is_err());
}
