use std::io::Write as _;

use super::*;
use crate::input::Limits;

const RULES: &str = "雨\n\n下雨了。";

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let options = ::zip::write::SimpleFileOptions::default().compression_method(::zip::CompressionMethod::Deflated);
        out.start_file(*name, options).unwrap();
        out.write_all(bytes).unwrap();
    }
    out.finish().unwrap().into_inner()
}

fn tarred(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = ::tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = ::tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        // Past the checks of the writer, as a stranger would.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        out.append(&header, *bytes).unwrap();
    }
    out.into_inner().unwrap()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn zstded(bytes: &[u8]) -> Vec<u8> {
    ::zstd::encode_all(bytes, 1).unwrap()
}

/// Paths of what is found, with the number of articles or the first reason.
fn found(path: &str, bytes: &[u8], settings: &Settings) -> Vec<(String, String)> {
    let read = |path: &str, bytes: &[u8]| super::super::parse(path, bytes, settings);
    let found = unpack(path, Data::Whole(&mut Cursor::new(bytes)), bytes.len() as u64, settings, &read).unwrap();
    let told = |parsed: &Parsed| {
        let note = parsed.notes.first().map(|note| format!("{}: {}", note.what, note.detail));
        note.unwrap_or_else(|| {
            parsed.articles.iter().map(|draft| draft.article.title.as_str()).collect::<Vec<_>>().join(", ")
        })
    };
    found.iter().map(|(path, parsed)| (path.clone(), told(parsed))).collect()
}

fn titles(path: &str, bytes: &[u8]) -> Vec<(String, String)> {
    found(path, bytes, &Settings::new())
}

#[test]
fn members_of_every_container_are_read_under_its_name() {
    let files: [(&str, &[u8]); 4] = [
        ("b.txt", RULES.as_bytes()),
        ("in/a.jsonl", b"{\"title\": \"x\"}\n"),
        ("c.png", b"\x89PNG\0"),
        ("README", b"about"),
    ];
    for (name, bytes) in [
        ("n.zip", zipped(&files)),
        ("n.tar", tarred(&files)),
        ("n.tar.gz", gzipped(&tarred(&files))),
        ("n.tgz", gzipped(&tarred(&files))),
        ("n.tar.zst", zstded(&tarred(&files))),
        ("n.dat", zipped(&files)),
    ] {
        let want = [(format!("{name}!/b.txt"), "雨".to_owned()), (format!("{name}!/in/a.jsonl"), "x".to_owned())];
        assert_eq!(titles(name, &bytes), want);
    }
    assert_eq!(titles("d/n.txt.gz", &gzipped(RULES.as_bytes())), [("d/n.txt.gz!/n.txt".to_owned(), "雨".to_owned())]);
    assert_eq!(titles("n.jsonl.zst", &zstded(b"{\"title\": \"x\"}"))[0].1, "x");
    assert_eq!(titles("-", &gzipped(RULES.as_bytes()))[0].1, "雨");
}

#[test]
fn archives_in_archives_are_opened_down_to_a_limit() {
    let mut bytes = zipped(&[("a.txt", RULES.as_bytes())]);
    bytes = gzipped(&tarred(&[("in.zip", &bytes)]));
    bytes = zipped(&[("x.tgz", &bytes)]);
    let want = [("n.zip!/x.tgz!/in.zip!/a.txt".to_owned(), "雨".to_owned())];
    assert_eq!(titles("n.zip", &bytes), want);
    bytes = zipped(&[("y.zip", &zipped(&[("z.zip", &bytes)]))]);
    let told = titles("n.zip", &bytes);
    assert!(
        told.len() == 1 && told[0].1.contains("too deep in others") && told[0].1.contains("--limit depth=…"),
        "{told:?}"
    );
}

#[test]
fn names_that_lead_out_of_the_archive_are_only_names() {
    for name in ["../../etc/a.txt", "/etc/a.txt", "..\\..\\a.txt", "C:\\a.txt"] {
        let told = titles("n.zip", &zipped(&[(name, RULES.as_bytes())]));
        assert!(
            told[0].0.starts_with("n.zip!/") && !told[0].0.contains("!//") && !told[0].0.contains('\\'),
            "{told:?}"
        );
        assert_eq!((titles("n.tar", &tarred(&[(name, RULES.as_bytes())])).len(), told[0].1.as_str()), (1, "雨"));
    }
    assert_eq!(titles("n.zip", &zipped(&[("a\u{1b}[31m\n.txt", RULES.as_bytes())]))[0].0, "n.zip!/a [31m .txt");
}

#[test]
fn a_bomb_ends_with_one_line() {
    let zeros = vec![b'0'; HARMLESS as usize + (1 << 20)];
    let bombs = [
        ("b.zip", zipped(&[("a.txt", RULES.as_bytes()), ("b.txt", &zeros), ("c.txt", b"never")])),
        ("b.zip", zipped(&[("a.txt", RULES.as_bytes()), ("in.zip", &zipped(&[("b.txt", &zeros)]))])),
        ("b.tar.gz", gzipped(&tarred(&[("a.txt", RULES.as_bytes()), ("b.png", &zeros), ("c.txt", b"never")]))),
        ("b.tar.zst", zstded(&tarred(&[("a.txt", RULES.as_bytes()), ("b.txt", &zeros)]))),
    ];
    for (name, bytes) in bombs {
        let told = titles(name, &bytes);
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!((told[0].0.as_str(), told[1].1.as_str()), (name, "雨"));
        assert!(told[0].1.contains("unpacks to more than 64 MiB, over the limit of 200 (--limit ratio=…)"), "{told:?}");
    }
    let limits = Limits::new().read("ratio", "100000").unwrap();
    let told = found("b.gz", &gzipped(&zeros), &Settings { limits, ..Settings::new() });
    assert!(told[0].1.contains("too long"), "its one article is too long: {told:?}");
}

#[test]
fn limits_name_themselves() {
    let bytes =
        zipped(&[("a.txt", RULES.as_bytes()), ("b.txt", "a\n\nb\n\nc\n\nd".as_bytes()), ("c.txt", &[b'x'; 50])]);
    for (limit, value, told) in [
        ("members", "2", "more members than one may have"),
        ("member", "40", "is too large"),
        ("archive", "30", "unpacks to more than 30 bytes"),
        ("article", "40", "the article is too long"),
        ("passages", "2", "the article is too long"),
    ] {
        let limits = Limits::new().read(limit, value).unwrap();
        let found = found("n.zip", &bytes, &Settings { limits, ..Settings::new() });
        let hit = found.iter().find(|(_, what)| what.contains(told)).unwrap_or_else(|| panic!("{limit}: {found:?}"));
        assert!(hit.1.contains(&format!("(--limit {limit}=…)")), "{hit:?}");
        assert!(found.iter().any(|(_, what)| what == "雨"), "{limit}: {found:?}");
    }
    let limits = Limits::new().read("file", "5").unwrap();
    assert!(found("a.txt", RULES.as_bytes(), &Settings { limits, ..Settings::new() })[0].1.contains("--limit file=…"));
}

#[test]
fn broken_archives_keep_what_was_read() {
    let files: [(&str, &[u8]); 2] = [("a.txt", RULES.as_bytes()), ("b.txt", &[b'x'; 3000])];
    let tar = tarred(&files);
    let told = titles("n.tar", &tar[..2000]);
    assert_eq!(told[1], ("n.tar!/a.txt".to_owned(), "雨".to_owned()));
    assert!(told[0].1.contains("no archive that can be read to its end"), "{told:?}");
    assert!(told[2].1.contains("is cut off") && told.len() == 3, "half a file is no article: {told:?}");
    let gz = gzipped(&tar);
    assert!(titles("n.tgz", &gz[..gz.len() / 2]).iter().any(|(_, what)| what.contains("archive")));
    let zip = zipped(&files);
    assert!(titles("n.zip", &zip[..zip.len() - 30])[0].1.contains("no archive that can be read to its end"));
    assert!(titles("n.zip", &zipped(&[]))[0].1.contains("without a file that wenmai reads"));
    assert!(titles("n.zip", &zipped(&[("a.png", b"x")]))[0].1.contains("1 of other kinds"));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]

    #[test]
    fn broken_bytes_never_panic(which in 0..5usize, at in 0.0..1.0f64, byte: u8, cut: bool) {
        let files: [(&str, &[u8]); 2] = [("a.txt", RULES.as_bytes()), ("b.txt", b"y")];
        let (name, mut bytes) = vec![
            ("n.zip", zipped(&files)),
            ("n.tar", tarred(&files)),
            ("n.tgz", gzipped(&tarred(&files))),
            ("n.tar.zst", zstded(&tarred(&files))),
            ("n.gz", gzipped(RULES.as_bytes())),
        ].swap_remove(which);
        let at = (at * bytes.len() as f64) as usize;
        if cut { bytes.truncate(at.max(1)); } else { bytes[at] = byte; }
        assert!(!titles(name, &bytes).is_empty());
    }
}
