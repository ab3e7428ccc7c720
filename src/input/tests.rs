//! The contract every registered reader keeps, and what a run of them promises.

use std::fs;

use proptest::prelude::*;

use super::{account::SHOWN, recognise::recognise, source::Source, *};

/// One file in each format, each with several passages.
const SAMPLES: [(&str, &str); 10] = [
    (
        "digest",
        "雨水\nSearch documents\n春雨\nFeng Xiang Bao· 2025-03-05 08:10\nGroup 1 - Rain fell [1] - It stopped [1][2] \
         Group 2: After the Rain - Rivers rose [2]\n夏风\nYun Bao· 2025-06-21 18:00\nCore Viewpoint - Wind turned [3].\n",
    ),
    (
        "jsonl",
        "{\"id\": \"a\", \"title\": \"雨\", \"text\": \"One \\\"x\\\".\\nTwo \\u96e8.\", \"date\": \"2025-01-02\"}\n\
         {\"title\": \"b\", \"text\": \"\", \"n\": [1]}\n",
    ),
    (
        "markdown",
        "---\ntitle: 雨\ndate: 2025-05-03\n---\n\nIntro [1].\n\n## Part\n\n- one\n- two\n\n> quote\n\n| a | b |\n|---|---|\n| c | d |\n",
    ),
    (
        "feed",
        "<?xml version=\"1.0\"?>\n<rss><channel><title>F</title>\n<item><title>雨</title>\n<description>&lt;p&gt;One [1].&lt;/p&gt;\n&lt;p&gt;Two.&lt;/p&gt;</description></item>\n\
         <item><title>b</title><link>http://x.org/</link></item></channel></rss>\n",
    ),
    (
        "html",
        "<!DOCTYPE html>\n<html><head><title>雨水</title></head>\n<body><h1>雨水</h1>\n<p>First line\nof a paragraph [1].</p>\n<p>第二段。</p>\n</body></html>\n",
    ),
    (
        "mhtml",
        "MIME-Version: 1.0\nSubject: rain\nContent-Type: multipart/related; boundary=\"b\"\n\n--b\nContent-Type: text/html\n\n\
         <html><body><h1>雨水</h1><p>First paragraph [1].</p>\n<p>第二段。</p></body></html>\n--b--\n",
    ),
    (
        "warc",
        "WARC/1.0\nWARC-Type: resource\nWARC-Target-URI: http://x.org/a\nContent-Type: text/html\nContent-Length: 88\n\n\
         <html><body><h1>雨水</h1><p>First paragraph [1].</p> <p>第二段。</p></body></html>\n\n\n",
    ),
    (
        "pdf",
        "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Count 1/Kids[3 0 R]>>\nendobj\n\
         3 0 obj\n<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>\nendobj\n4 0 obj\n<</Length 120>>\nstream\n\
         BT /F 20 Tf 72 700 Td (Rain) Tj /F 10 Tf 0 -40 Td (First paragraph [1].) Tj 0 -40 Td (Second paragraph here.) Tj ET\n\
         endstream\nendobj\n5 0 obj\n<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>\nendobj\ntrailer\n<</Root 1 0 R>>\n",
    ),
    ("table", "title,text,date\n雨,\"One, [1].\n\nTwo.\",2025-01-02\nb,c,\n"),
    ("text", "雨\n来源：新华社 2025-05-03\n\nFirst line\nof a paragraph [1].\n\n第二段。\n"),
];

/// The same of the formats that are no text.
const BINARY: [(&str, &[u8]); 7] = [
    ("docx", include_bytes!("../../tests/fixtures/office/rain.docx")),
    ("odt", include_bytes!("../../tests/fixtures/office/rain.odt")),
    ("epub", include_bytes!("../../tests/fixtures/office/weather.epub")),
    ("xlsx", include_bytes!("../../tests/fixtures/office/weather.xlsx")),
    ("ods", include_bytes!("../../tests/fixtures/office/weather.ods")),
    ("parquet", include_bytes!("../../tests/fixtures/columnar/weather.parquet")),
    ("arrow", include_bytes!("../../tests/fixtures/columnar/weather.feather")),
];

fn sample(entry: &Entry) -> &'static [u8] {
    let mut all = SAMPLES.iter().map(|(name, text)| (*name, text.as_bytes())).chain(BINARY);
    all.find(|(name, _)| *name == entry.name).expect("every registered reader has a sample").1
}

/// The sample with other ends of lines, and with a mark; of what is no text, as it is.
fn variants(entry: &Entry) -> Vec<Vec<u8>> {
    let Some(text) = str::from_utf8(sample(entry)).ok().filter(|_| !entry.binary) else {
        return vec![sample(entry).to_vec()];
    };
    let all = [text.to_owned(), text.replace('\n', "\r\n"), text.replace('\n', "\r"), format!("\u{FEFF}{text}")];
    all.map(String::into_bytes).to_vec()
}

/// What must hold of anything any reader makes of any file.
fn check(entry: &Entry, path: &str, bytes: &[u8]) -> Parsed {
    let settings = Settings { format: Some(entry.format), ..Settings::new() };
    let parsed = parse(path, bytes, &settings);
    assert_eq!(parsed, parse(path, bytes, &settings), "the same bytes give the same articles");
    assert!(!parsed.articles.is_empty() || !parsed.notes.is_empty(), "nothing is silently lost");
    let source = Source::decode(path, bytes, &settings);
    // A binary format counts pages, rows or paragraphs, and its bytes are the file's; a text's are those of its text.
    let lines = if entry.binary { u32::MAX } else { source.as_ref().map_or(1, |source| source.lines().count() as u32) };
    let size = if entry.binary {
        bytes.len()
    } else {
        source.as_ref().map_or(0, |source| source.position(0..source.text().len()).end as usize)
    };
    let size = size as u64;
    for draft in &parsed.articles {
        let article = &draft.article;
        assert!(!article.title.is_empty() || !article.passages.is_empty());
        assert!(!article.title.contains(char::is_control));
        let title = article.title_position;
        assert!(title.start <= title.end && title.end <= size && (1..=lines).contains(&title.line), "{title:?}");
        let mut last = (0, 0);
        for passage in &article.passages {
            let at = passage.position;
            assert!(!passage.text.trim().is_empty());
            assert!(at.start < at.end && at.end <= size && (1..=lines).contains(&at.line), "{at:?} of {size}");
            assert!((at.start, at.line) >= last, "passages are in order");
            last = (at.start, at.line);
            if matches!(entry.format, Format::Digest | Format::Text) {
                let source = source.as_ref().unwrap();
                let before = source.position(0..0).start;
                assert_eq!(source.text()[(at.start - before) as usize..(at.end - before) as usize], passage.text);
            }
            let mut from = 0;
            for bullet in &passage.bullets {
                assert!(bullet.start >= from && bullet.start < bullet.end);
                assert!(passage.text.get(bullet.clone()).is_some());
                from = bullet.end;
            }
            for citation in &passage.citations {
                assert_eq!(
                    passage.text[citation.span.clone()],
                    format!("[{}]", &passage.text[citation.span.start + 1..citation.span.end - 1])
                );
            }
        }
    }
    for note in &parsed.notes {
        assert!(note.line.is_none_or(|line| (1..=lines.max(1)).contains(&line)));
        assert!(!note.parts().1.is_empty(), "{:?} says what would help", note.what);
    }
    parsed
}

#[test]
fn every_reader_is_registered_once_named_and_found_by_its_name() {
    for (entry, format) in READERS.iter().zip(Format::ALL) {
        assert_eq!(entry.format, format);
        assert_eq!(entry.name.parse::<Format>(), Ok(format));
        assert_eq!((format.name(), format.to_string().as_str()), (entry.name, entry.name));
        assert!(!format.about().is_empty() && !entry.endings.is_empty());
        assert_eq!(READERS.iter().filter(|other| other.name == entry.name).count(), 1);
    }
    let error = "word".parse::<Format>().unwrap_err().to_string();
    assert!(Format::ALL.iter().all(|format| error.contains(format.name())), "{error}");
}

#[test]
fn every_reader_keeps_the_contract_on_its_own_and_on_foreign_content() {
    for entry in &READERS {
        for other in &READERS {
            for bytes in variants(other) {
                let parsed = check(entry, "sample", &bytes);
                if entry.format == other.format {
                    assert!(parsed.notes.is_empty(), "{}: {:?}", entry.name, parsed.notes);
                    assert!(parsed.articles.iter().map(|draft| draft.article.passages.len()).sum::<usize>() >= 2);
                }
            }
        }
    }
}

#[test]
fn the_format_is_recognised_from_content_whatever_the_ending() {
    for entry in READERS.iter().filter(|entry| entry.binary) {
        for ending in ["txt", "zip", "dat", "docx", entry.endings[0]] {
            let (path, bytes) = (format!("x.{ending}"), sample(entry));
            let forced = parse(&path, bytes, &Settings { format: Some(entry.format), ..Settings::new() });
            assert_eq!(parse(&path, bytes, &Settings::new()), forced, "{path} is of {}", entry.name);
            assert!(!forced.articles.is_empty());
        }
    }
    for entry in READERS.iter().filter(|entry| !entry.binary) {
        let text = str::from_utf8(sample(entry)).unwrap();
        for (ending, line_end) in [("txt", "\n"), ("md", "\r\n"), ("dat", "\r"), ("jsonl", "\n"), ("csv", "\n")] {
            // Plain text has no mark of its own, so there the ending decides.
            if entry.format == Format::Text && ending != "txt" && ending != "dat" {
                continue;
            }
            let text = text.replace('\n', line_end);
            let source_path = format!("x.{ending}");
            let source = Source::new(&source_path, text.as_bytes()).unwrap();
            assert_eq!(recognise(&source, None).1.name, entry.name, "{ending}");
            assert!(!parse(&source_path, text.as_bytes(), &Settings::new()).articles.is_empty());
        }
    }
    let name = |path: &str, text: &str| recognise(&Source::new(path, text.as_bytes()).unwrap(), None).1.name;
    assert_eq!(name("-", "# 标题\n\n正文"), "markdown");
    assert_eq!(name("-", "A [link](http://x) and **bold** words\n\n```\ncode\n```\n"), "markdown");
    assert_eq!(name("a.txt", "{\n \"title\": \"a\"\n}"), "jsonl");
    assert_eq!(name("a.txt", "[{\"title\": \"a\"}]"), "jsonl");
    assert_eq!(name("a.txt", "[1] a footnote\n\n{curly} words"), "text");
    assert_eq!(name("a.md", "only words"), "markdown");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 1..300)) {
        for entry in &READERS {
            check(entry, "x", &bytes);
        }
    }

    #[test]
    fn arbitrary_text_never_panics(text in "(\\PC|[\n\r\t \u{3000}·\\[\\]{}\"\\\\:#>|*-]|Group 1|Core Viewpoint|核心观点|2025-01-02|---\n|\\[1\\]){1,60}") {
        for entry in &READERS {
            check(entry, "x.md", text.as_bytes());
        }
    }

    #[test]
    fn mutations_of_good_files_never_panic(
        which in 0..READERS.len(),
        cuts in proptest::collection::vec((0.0..1.0f64, 0.0..1.0f64, any::<bool>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = sample(&READERS[which]).to_vec();
        for (at, length, swap, byte) in cuts {
            let start = (at * bytes.len() as f64) as usize;
            let end = (start + (length * 20.0) as usize).min(bytes.len());
            if swap { bytes.splice(start..end, [byte & 0x7F]); } else { bytes.drain(start..end); }
        }
        if bytes.is_empty() { return Ok(()); }
        for entry in &READERS {
            check(entry, "x", &bytes);
        }
        parse("x", &bytes, &Settings::new());
    }
}

/// A folder of files with the given contents, and its path.
fn folder(files: &[(&str, &[u8])]) -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let path = dir.path().to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    (dir, path)
}

fn run(inputs: &[String]) -> Result<Collection> {
    read(inputs, &Settings::default())
}

#[test]
fn a_folder_of_all_formats_is_read_and_faults_are_told() {
    let of = |name: &str| sample(READERS.iter().find(|entry| entry.name == name).unwrap());
    let (_dir, root) = folder(&[
        ("page.txt", of("digest")),
        ("rows.jsonl", of("jsonl")),
        ("note.md", of("markdown")),
        ("plain.txt", of("text")),
        ("gbk.txt", b"\xD6\xD0\xB9\xFA"),
        ("cut.txt", b"ab \xE9\x9B\xA8\xE9\x9B\xA8\xE9\x9B\xA8\xE9\x9B\xA8\xE9\x9B"),
        ("scan.txt", b"\x89PNG\0\0"),
        ("empty.txt", b" \n"),
        ("labels.csv", b"id,label\n"),
        ("README.md", b"# about"),
    ]);
    let collection = run(std::slice::from_ref(&root)).unwrap();
    let ids: Vec<_> = collection.articles.iter().map(|article| article.id.as_str()).collect();
    assert_eq!(ids, ["a", "cut", "gbk", "note", "page-01", "page-02", "plain", "rows-02"]);
    assert!(collection.articles.iter().all(|article| article.path.starts_with(&root)));
    let skipped: Vec<_> =
        collection.skipped.iter().map(|s| (s.path.trim_start_matches(&root), s.reason.as_str())).collect();
    assert!(skipped[0].0 == "/cut.txt:1" && skipped[0].1.contains("once, first byte 15 (0xE9)"), "{skipped:?}");
    assert_eq!(skipped[1], ("/empty.txt", "is empty"));
    assert!(skipped[2].0 == "/scan.txt" && skipped[2].1.contains("NUL byte at byte 4"), "{skipped:?}");
    assert_eq!(skipped.len(), 3);
    assert!(collection.skipped.iter().all(|skipped| !skipped.remedy.is_empty()));
    assert_eq!(collection.skipped[0].position.unwrap().end, 18, "where the text ends, its fault shown");
    let counts = Counts { read: 10, articles: 8, duplicates: 0, skipped: 2 };
    assert_eq!(collection.counts, counts);
    let error = read(&[root], &Settings { strict: true, ..Settings::new() }).unwrap_err().to_string();
    assert!(error.contains("/cut.txt:1: holds bytes") && error.ends_with("; and 2 more (--strict)"), "{error}");
}

#[test]
fn the_order_of_inputs_and_the_way_they_are_named_change_nothing() {
    let row = b"{\"id\": \"x\", \"text\": \"same\"}\n";
    let other = b"{\"id\": \"x\", \"text\": \"other\"}\n{\"id\": \"x\", \"text\": \"same\"}";
    let (_dir, root) = folder(&[("b/r.txt", b"one"), ("a/r.txt", b"two"), ("c.jsonl", row), ("d.jsonl", other)]);
    let one: Vec<_> = ["b/r.txt", "a", "c.jsonl", "d.jsonl", "nowhere.txt"].map(|p| format!("{root}/{p}")).into();
    let mut other: Vec<_> = one.iter().rev().cloned().collect();
    other.push(format!("{root}/*.jsonl"));
    let collection = run(&one).unwrap();
    assert_eq!(collection, run(&other).unwrap());
    let ids: Vec<_> = collection.articles.iter().map(|article| article.id.as_str()).collect();
    assert_eq!(ids, ["a/r", "b/r", "x", "x~2"]);
    let counts = Counts { read: 6, articles: 4, duplicates: 1, skipped: 1 };
    assert_eq!(collection.counts, counts, "of one id, the other text is an article and the same text is not");
    assert_eq!(collection.skipped.len(), 2, "the id given twice and the missing file: {:?}", collection.skipped);
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    assert_eq!(pool(1).install(|| run(&one)).unwrap(), pool(3).install(|| run(&one)).unwrap());
}

#[test]
fn files_that_are_no_articles_are_skipped_when_named_unless_a_format_is_forced() {
    let (_dir, root) = folder(&[("labels.csv", b"id,label\na,b\n"), ("scan.png", b"%PNG\0"), ("a.txt", b"words")]);
    let all: Vec<_> = ["labels.csv", "scan.png", "a.txt"].map(|p| format!("{root}/{p}")).into();
    let collection = run(&all).unwrap();
    assert_eq!((collection.articles.len(), collection.skipped.len()), (1, 2));
    assert!(collection.skipped[0].remedy.contains("--map") && collection.skipped[1].remedy.contains("--input-format"));
    let forced = read(&all, &Settings { format: Some(Format::Text), ..Settings::new() }).unwrap();
    assert_eq!((forced.articles.len(), forced.skipped.len()), (2, 1));
}

#[test]
fn nothing_to_read_is_an_error_that_says_why() {
    let (_dir, root) = folder(&[("empty.txt", b""), ("a.png", b"x")]);
    let one = |name: &str| run(&[format!("{root}/{name}")]).unwrap_err();
    assert!(matches!(one("none.txt"), Error::NoMatch { .. }));
    assert!(matches!(one("*.none"), Error::NoMatch { .. }));
    let error = one("empty.txt");
    assert!(error.to_string().contains("is empty"), "{error}");
    assert!(matches!(run(&[]).unwrap_err(), Error::NoArticles { .. }));
}

#[test]
fn the_same_fault_many_times_over_is_counted_not_listed() {
    let rows: String = (0..1000).map(|n| format!("{{\"text_a\": {n}}}\n")).collect();
    let (_dir, root) = folder(&[("a.jsonl", (rows + "{\"title\": \"t\"}").as_bytes())]);
    let collection = run(&[root]).unwrap();
    assert_eq!((collection.articles.len(), collection.skipped.len()), (1, SHOWN + 1));
    assert!(collection.skipped[9].path.ends_with("a.jsonl:10"), "ordered by line, not by spelling");
    assert!(collection.skipped[SHOWN].reason.starts_with("and 980 more like it"), "{:?}", collection.skipped[SHOWN]);
}

#[test]
fn the_evaluation_sets_are_read_whole() {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data");
    for (name, rows) in [("thucnews_titles", 20_000), ("xwlb", 11_114), ("bilingual_news", 2_733), ("sib200", 2_008)] {
        let path = format!("{data}/{name}.jsonl");
        if !std::path::Path::new(&path).exists() {
            println!("skipped: {name}.jsonl is not here");
            continue;
        }
        let collection = run(&[path]).unwrap();
        assert_eq!((collection.articles.len(), collection.skipped), (rows, Vec::new()), "{name}");
    }
}
