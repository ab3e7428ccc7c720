//! Files that pyarrow and Polars wrote (`tests/fixtures/columnar/make.py`), whole, damaged and hostile.

use super::*;
use crate::input::{Draft, Limits, Settings, parse};

/// The file `$name` of the fixtures, with its name.
macro_rules! file {
    ($name:literal) => {
        ($name, include_bytes!(concat!("../../../tests/fixtures/columnar/", $name)).as_slice())
    };
}

const WEATHER: [(&str, &[u8]); 3] = [file!("weather.parquet"), file!("weather.feather"), file!("weather.arrows")];
const POLARS: [(&str, &[u8]); 2] = [file!("polars.parquet"), file!("polars.arrow")];

fn of((name, bytes): (&str, &[u8])) -> Parsed {
    parse(name, bytes, &Settings::new())
}

fn texts(draft: &Draft) -> Vec<&str> {
    draft.article.passages.iter().map(|passage| passage.text.as_str()).collect()
}

#[test]
fn rows_are_articles_whatever_program_and_packing_wrote_them() {
    for file in WEATHER {
        let parsed = of(file);
        // The third row is empty.
        assert_eq!((parsed.notes.as_slice(), parsed.articles.len(), parsed.records), (&[][..], 3, 3), "{}", file.0);
        let (rain, sun) = (&parsed.articles[0].article, &parsed.articles[2].article);
        assert_eq!(
            (rain.title.as_str(), rain.source.as_deref(), rain.label.as_deref()),
            ("雨", Some("新华社"), Some("3"))
        );
        assert_eq!(texts(&parsed.articles[0]), ["第一段，下雨。", "第二段。"]);
        assert_eq!(rain.date.unwrap().to_string(), "2025-06-14");
        let extra = serde_json::to_string(&rain.extra).unwrap();
        assert_eq!(extra, r#"{"seen":"2025-06-14T08:30:00","score":0.5,"open":true}"#);
        assert_eq!((sun.title.as_str(), sun.title_position.line, sun.date.unwrap().day.day()), ("Sonne", 4, 16));
    }
    for file in POLARS {
        let parsed = of(file);
        assert_eq!((parsed.notes.len(), parsed.articles.len()), (0, 2), "{}: {:?}", file.0, parsed.notes);
        assert_eq!(texts(&parsed.articles[1]), ["It fell all night.", "Then it stopped."]);
        assert_eq!(parsed.articles[0].article.date.unwrap().to_string(), "2025-06-14");
    }
}

#[test]
fn what_cannot_be_read_is_one_line_that_helps() {
    let settings = Settings { limits: Limits::new().read("columns", "4").unwrap(), ..Settings::new() };
    for file in [WEATHER[0], WEATHER[1]] {
        let parsed = parse(file.0, file.1, &settings);
        assert!(
            parsed.articles.is_empty() && parsed.notes[0].detail.contains("--limit columns=…"),
            "{:?}",
            parsed.notes
        );
    }
    for (bytes, says) in [
        (file!("no-title.parquet").1, "--map title=NAME"),
        (b"FEA1....FEA1".as_slice(), "Feather 2"),
        (b"PAR1....PARE", "without encryption"),
        (b"PAR1 and no more", "make it anew"),
        (b"ARROW1\0\0\xFF\xFF\xFF\xFF\x08\0\0\0abcdefgh", "make it anew"),
        (b"ARROW1\0\0", "fill in some"),
    ] {
        let parsed = parse("a.dat", bytes, &Settings::new());
        assert_eq!((parsed.articles.len(), parsed.notes.len(), parsed.records), (0, 1, 1), "{:?}", parsed.notes);
        assert!(parsed.notes[0].what.contains(says), "{:?}", parsed.notes);
    }
}

#[test]
fn a_bomb_is_told_before_it_is_unpacked() {
    for file in [file!("bomb.parquet"), file!("bomb.arrows")] {
        let parsed = of(file);
        assert_eq!((parsed.articles.len(), parsed.notes.len()), (0, 1), "{}: {:?}", file.0, parsed.notes);
        assert!(parsed.notes[0].detail.contains("--limit ratio=…"), "{:?}", parsed.notes);
    }
}

/// A Parquet file with no rows whose schema is nested `depth` times.
fn nested(depth: u8, more: usize) -> Vec<u8> {
    let count = usize::from(depth) << 8 | more;
    // Version 1, then the schema: a list of structures with a name, a repetition and one child each.
    let mut metadata = vec![0x15, 0x02, 0x19, 0xFC];
    let mut rest = count as u64;
    while rest > 0x7F {
        metadata.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    metadata.push(rest as u8);
    for _ in 0..count {
        metadata.extend([0x35, 0x00, 0x18, 0x01, b'a', 0x15, 0x02, 0x00]);
    }
    // No rows, no groups of rows.
    metadata.extend([0x16, 0x00, 0x19, 0x0C, 0x00]);
    let mut file = b"PAR1".to_vec();
    file.extend(&metadata);
    file.extend((metadata.len() as u32).to_le_bytes());
    file.extend(b"PAR1");
    file
}

#[test]
fn a_schema_nested_without_end_does_not_end_the_run() {
    for (file, says) in [(nested(63, 0), BROKEN), (nested(80, 0), "the table has too many columns")] {
        let parsed = of(("a.parquet", &file));
        assert!(parsed.articles.is_empty() && parsed.notes[0].what.starts_with(says.split(';').next().unwrap()));
    }
}

#[test]
fn damaged_files_give_lines_and_keep_the_rows_before() {
    let mut seed = 7_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    for (name, bytes) in WEATHER.into_iter().chain(POLARS) {
        for turn in 0..300 {
            let mut copy = bytes.to_vec();
            if turn % 3 == 0 {
                copy.truncate(random(bytes.len()));
            }
            for _ in 0..turn % 5 {
                let at = random(copy.len().max(1));
                if let Some(byte) = copy.get_mut(at) {
                    *byte = random(256) as u8;
                }
            }
            let parsed = of((name, &copy));
            assert!(!parsed.articles.is_empty() || !parsed.notes.is_empty(), "{name}, turn {turn}");
        }
    }
    // A stream of two parts whose second is cut.
    let (name, bytes) = WEATHER[2];
    let parsed = of((name, &bytes[..bytes.len() - 100]));
    assert_eq!((parsed.articles.len(), parsed.notes.len()), (2, 1), "{:?}", parsed.notes);
}

#[test]
fn a_panic_of_a_library_is_a_fault_of_the_file() {
    assert_eq!(apart(|| 3), Some(3));
    assert_eq!(apart(|| -> u8 { panic!("expected: this stands nowhere") }), None);
}
