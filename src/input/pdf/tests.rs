use std::{fmt::Write as _, io::Write as _};

use hayro_cmap::{CMap, CMapName, load_embedded};

use super::*;
use crate::input::{Settings, parse};

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/fixtures/pages/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn read(bytes: &[u8]) -> Parsed {
    parse("a.pdf", bytes, &Settings::new())
}

fn one(bytes: &[u8]) -> Article {
    let parsed = read(bytes);
    assert_eq!((parsed.articles.len(), parsed.notes), (1, Vec::new()));
    parsed.articles[0].article.clone()
}

fn texts(article: &Article) -> Vec<(u32, &str)> {
    article.passages.iter().map(|passage| (passage.position.line, passage.text.as_str())).collect()
}

/// A file of one page with this content and font, and further objects.
fn file(content: &[u8], font: &str, more: &str) -> Vec<u8> {
    let head = "%PDF-1.5\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n2 0 obj <</Type/Pages/Kids[3 0 R]>> endobj\n\
                3 0 obj <</Type/Page/Contents 4 0 R/Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>>> endobj\n";
    let mut bytes =
        format!("{head}5 0 obj {font} endobj\n{more}\n4 0 obj <</Length {}>> stream\n", content.len()).into_bytes();
    bytes.extend(content);
    bytes.extend(b"\nendstream endobj\ntrailer <</Root 1 0 R>>");
    bytes
}

const HELVETICA: &str = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>";
const SHIP: &str = "科考船今天返回三亚，带回了两百件样品。这些样品将由十个国家的科学家共同研究，首批结果预计在明年春天公布，数据随后向公众开放。";
const DIVE: &str =
    "项目负责人说，这次航行历时四十五天，最大下潜深度超过一万米，共完成二十三次下潜作业，其中十二次到达海沟底部。";
const SAMPLES: &str = "The ship brought back two hundred samples from the trench. Scientists of ten countries will study them together, \
    and the international collaboration expects first results next spring; the data will be open to everyone afterwards.";

#[test]
fn pages_that_browsers_and_word_processors_print() {
    for (name, page) in [("chromium.pdf", 1), ("office.pdf", 2)] {
        let article = one(&fixture(name));
        assert_eq!(article.title, "深海科考船返航 Research ship returns", "{name}");
        assert_eq!(texts(&article)[..3], [(page, SHIP), (page, SAMPLES), (page, DIVE)], "{name}");
        assert!(article.date.is_some() && article.lang.is_some(), "{name}");
    }
    let article = one(&fixture("subset.pdf"));
    assert_eq!((article.title.as_str(), texts(&article)), ("铁路 Rail", vec![(1, SHIP), (1, SAMPLES), (1, DIVE)]));
}

#[test]
fn fonts_that_are_not_embedded_heads_and_words_cut_at_the_end_of_a_line() {
    for name in ["cid.pdf", "streams.pdf"] {
        let article = one(&fixture(name));
        assert_eq!(
            (article.title.as_str(), article.extra["author"].as_str()),
            ("深海科考报告", Some("李雷")),
            "{name}"
        );
        let found = texts(&article);
        assert_eq!(found.len(), 9, "heads and page numbers are left out: {found:?}");
        assert_eq!(found[1], (1, format!("{DIVE}{SHIP}").as_str()), "{name}");
        assert!(found[3].1.starts_with("第二页。科考船") && found[3].0 == 2, "{name}");
        let english = "The international collaboration will publish its results, which scientists expect in spring. It said so 1 times.";
        assert_eq!(found[2].1, english, "{name}");
    }
}

#[test]
fn codes_of_chinese_fonts_are_read_without_a_table_in_the_file() {
    let hex = |bytes: &[u8]| {
        bytes.iter().fold(String::new(), |mut out, byte| {
            write!(out, "{byte:02X}").unwrap();
            out
        })
    };
    let words = "深海科考船返航，带回样品。";
    let (gbk, _, _) = encoding_rs::GBK.encode(words);
    let utf16: Vec<u8> = words.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let (big5, _, _) = encoding_rs::BIG5.encode("深海");
    let table = CMap::parse(load_embedded(CMapName::from_bytes(b"GBK-EUC-H")).unwrap(), load_embedded).unwrap();
    let cids: Vec<u8> = gbk
        .chunks(2)
        .flat_map(|code| {
            (table.lookup_cid_code(u32::from(code[0]) << 8 | u32::from(code[1]), 2).unwrap() as u16).to_be_bytes()
        })
        .collect();
    for (encoding, ordering, codes, shown) in [
        ("GBK-EUC-H", "GB1", &gbk[..], words),
        ("GBKp-EUC-H", "GB1", &gbk, words),
        ("UniGB-UCS2-H", "GB1", &utf16, words),
        ("UniGB-UTF16-H", "GB1", &utf16, words),
        ("Identity-H", "GB1", &cids, words),
        ("ETen-B5-H", "CNS1", &big5, "深海"),
    ] {
        let font = format!(
            "<</Type/Font/Subtype/Type0/Encoding/{encoding}/DescendantFonts[<</Type/Font/Subtype/CIDFontType0/CIDSystemInfo<</Registry(Adobe)/Ordering({ordering})/Supplement 2>>>>]>>"
        );
        let content = format!("BT /F 10 Tf 72 700 Td <{}> Tj ET", hex(codes));
        assert_eq!(texts(&one(&file(content.as_bytes(), &font, ""))), [(1, shown)], "{encoding}");
    }
    // Without anything that tells, nothing is guessed.
    let font = "<</Subtype/Type0/Encoding/Identity-H/DescendantFonts[<</CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)>>>>]>>";
    let parsed = read(&file(b"BT /F 10 Tf 72 700 Td <00010002> Tj ET", font, ""));
    assert!(parsed.notes[0].what.starts_with("does not tell which characters") && parsed.articles.is_empty());
}

#[test]
fn glyph_names_ligatures_marks_and_drawings() {
    let font = "<</Subtype/Type1/Encoding<</Differences[1/ffi/eacute/uni96E8]>>/ToUnicode 7 0 R>>";
    let more = "7 0 obj <</Length 60>> stream\n1 beginbfchar <04> <FB01> endbfchar 1 beginbfchar <05> <2F25> endbfchar\nendstream endobj\n\
                6 0 obj <</Subtype/Form/Length 41>> stream\nBT /F 10 Tf 72 400 Td (in a drawing) Tj ET\nendstream endobj";
    let content = b"/Artifact BMC BT /F 10 Tf 72 800 Td (head) Tj ET EMC BT /F 10 Tf 72 700 Td [(o\x01ce caf\x02) -300 (\x03)] TJ \
                    0 -40 Td (\x04n \x05) Tj /Span <</ActualText (said)>> BDC 0 -40 Td (sh) Tj (own) Tj EMC ET /X Do";
    let article = one(&file(content, font, more));
    let found: Vec<_> = texts(&article).into_iter().map(|(_, text)| text.to_owned()).collect();
    assert_eq!(found, ["office café雨", "fin 女", "said", "in a drawing"]);
}

#[test]
fn a_scan_a_locked_file_and_no_file_say_what_would_help() {
    for (bytes, says) in [
        (fixture("scan.pdf"), "no text, as a scan has"),
        (fixture("locked.pdf"), "is an encrypted PDF"),
        (b"%PDF-1.7\n".to_vec(), "is no PDF that can be read"),
        (b"not at all".to_vec(), "is no PDF that can be read"),
        (b"%PDF-1.7\n1 0 obj <<>> endobj".to_vec(), "without pages"),
    ] {
        let parsed = read(&bytes);
        assert_eq!((parsed.articles.len(), parsed.notes.len()), (0, 1), "{says}");
        let (reason, remedy) = parsed.notes[0].parts();
        assert!(reason.contains(says) && !remedy.is_empty(), "{reason}");
    }
}

#[test]
fn titles_and_dates_are_those_that_people_gave() {
    for (title, is) in [
        ("深海", true),
        ("Microsoft Word - final.doc", false),
        ("report_v2.docx", false),
        ("Untitled-1", false),
        ("Untitled stories", true),
        ("…", false),
        ("Documents of the UN", true),
    ] {
        assert_eq!(is_title(title), is, "{title}");
    }
    for (text, shown) in [
        ("D:20250614103200+08'00'", "2025-06-14T10:32"),
        ("D:20250614", "2025-06-14"),
        ("2025-06-14", "2025-06-14"),
        ("D:20259914103200", "none"),
        ("D:2025", "none"),
    ] {
        assert_eq!(day(text).map_or("none".to_owned(), |date| date.to_string()), shown, "{text}");
    }
    let content =
        "BT /F 20 Tf 72 700 Td (Trade talks) Tj /F 10 Tf 0 -40 Td (Xinhua  2025-06-14) Tj 0 -40 Td (They met.) Tj ET";
    let article = one(&file(content.as_bytes(), HELVETICA, ""));
    assert_eq!((article.title.as_str(), article.source.as_deref()), ("Trade talks", Some("Xinhua")));
    assert_eq!((article.date.unwrap().to_string().as_str(), article.passages.len()), ("2025-06-14", 1));
}

/// A stream that is packed.
fn packed(dict: &str, content: &[u8]) -> Vec<u8> {
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    zlib.write_all(content).unwrap();
    let bytes = zlib.finish().unwrap();
    [
        format!("<<{dict}/Filter/FlateDecode/Length {}>> stream\n", bytes.len()).as_bytes(),
        &bytes,
        b"\nendstream endobj\n",
    ]
    .concat()
}

#[test]
fn what_is_made_to_take_all_memory_or_time_does_not() {
    let start = std::time::Instant::now();
    let bomb = |object: Vec<u8>| {
        [b"%PDF-1.5\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj 2 0 obj <</Kids[3 0 R 3 0 R 2 0 R]>> endobj 3 0 obj <</Type/Page/Contents 4 0 R>> endobj 4 0 obj ", &object[..]].concat()
    };
    // Much text, many operators, objects in objects, and nothing at all.
    let spaces = vec![b' '; 80 << 20];
    let shows = b"BT 0 -9 Td (aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) Tj 0 -20 Td (b) Tj ET ".repeat(1 << 19);
    let nested = b"[".repeat(1 << 20);
    for content in [&spaces, &shows, &nested] {
        let parsed = read(&bomb(packed("", content)));
        assert!(!parsed.notes.is_empty(), "{}", content.len());
        assert!(!parsed.notes[0].parts().1.is_empty());
    }
    // Objects of a packed stream that all are one large array.
    let mut index = String::new();
    for number in 10..40_000 {
        write!(index, "{number} 0 ").unwrap();
    }
    let array = format!("[{}]", "0 ".repeat(500_000));
    let stream = packed(&format!("/Type/ObjStm/N 39990/First {}", index.len()), format!("{index}{array}").as_bytes());
    let all: String = (10..40_000).map(|number| format!("{number} 0 R ")).collect();
    let kids = format!(
        "%PDF-1.5\n1 0 obj <</Pages 2 0 R>> endobj 2 0 obj <</Kids[{all}]>> endobj trailer <</Root 1 0 R>> 3 0 obj "
    );
    assert_eq!(read(&[kids.as_bytes(), &stream].concat()).articles.len(), 0);
    // A drawing that holds itself twice, a length that is itself, rows of nothing.
    let twice =
        "6 0 obj <</Subtype/Form/Resources<</XObject<</X 6 0 R>>>>/Length 11>> stream\n/X Do /X Do\nendstream endobj";
    assert_eq!(read(&file(b"/X Do", HELVETICA, twice)).articles.len(), 0);
    let rows = packed("/DecodeParms<</Predictor 2/Columns 0/Colors 0>>", b"BT (a) Tj ET");
    assert_eq!(read(&bomb(rows)).articles.len(), 1);
    assert!(read(&bomb(b"<</Length 4 0 R>> stream\nBT (a) Tj ET".to_vec())).articles.len() == 1);
    let objects = "1 0 obj(".repeat(100_000);
    read(&[b"%PDF-1.5\n", objects.as_bytes()].concat());
    let many: String = (0..200_000).map(|number| format!("{number} 0 obj<<\n")).collect();
    read(many.as_bytes());
    println!("{:?}", start.elapsed());
    assert!(start.elapsed().as_secs() < 120, "unoptimised, on a busy machine; optimised it is some seconds");
}

#[test]
fn damaged_copies_are_accounted_for() {
    for name in ["cid.pdf", "streams.pdf", "subset.pdf", "locked.pdf", "scan.pdf"] {
        let bytes = fixture(name);
        for at in (1..bytes.len()).step_by(211) {
            let mut flipped = bytes.clone();
            for (by, near) in [0, 7, 40].into_iter().enumerate() {
                if let Some(byte) = flipped.get_mut(at + near) {
                    *byte ^= 1 << (by * 2);
                }
            }
            for copy in [&bytes[..at], &bytes[at..], &flipped] {
                let parsed = read(copy);
                assert!(!parsed.articles.is_empty() || !parsed.notes.is_empty(), "{name} {at}");
            }
        }
    }
    // Cut off before its tables, it is read as far as it goes.
    let bytes = fixture("cid.pdf");
    assert_eq!(read(&bytes[..bytes.len() - 900]).articles.len(), 1);
}
