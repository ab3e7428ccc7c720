//! What a user notices of documents, and what damage and malice do.

use std::io::{Cursor, Write as _};

use super::super::{Format, Limits, Settings, parse};
use super::*;

const RAIN: &[u8] = include_bytes!("../../../tests/fixtures/office/rain.docx");
const RAIN_ODT: &[u8] = include_bytes!("../../../tests/fixtures/office/rain.odt");
const WEATHER: &[u8] = include_bytes!("../../../tests/fixtures/office/weather.epub");

/// A ZIP file of parts.
fn packed(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut out = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        let stored = *name == "mimetype";
        let method = if stored { ::zip::CompressionMethod::Stored } else { ::zip::CompressionMethod::Deflated };
        out.start_file(*name, ::zip::write::SimpleFileOptions::default().compression_method(method)).unwrap();
        out.write_all(text.as_bytes()).unwrap();
    }
    out.finish().unwrap().into_inner()
}

fn shown(parsed: &Parsed) -> Vec<String> {
    let passages = parsed.articles.iter().flat_map(|draft| &draft.article.passages);
    passages.map(|p| format!("{} {}>{}", p.position.line, p.heading.as_deref().unwrap_or(""), p.text)).collect()
}

fn told(parsed: &Parsed) -> Vec<String> {
    parsed.notes.iter().map(|note| format!("{}: {}", note.what, note.detail)).collect()
}

#[test]
fn a_word_document_and_the_same_in_open_document_say_the_same() {
    let (word, open) = (parse("rain.docx", RAIN, &Settings::new()), parse("rain.odt", RAIN_ODT, &Settings::new()));
    let article = &word.articles[0].article;
    assert_eq!((article.title.as_str(), article.title_position.line), ("春雨之后 After the rain", 1));
    assert_eq!(article.date.unwrap().to_string(), "2025-06-14T08:30");
    assert_eq!(article.extra["author"], "Li Yu");
    assert_eq!(
        shown(&word),
        [
            "3 水位 Water levels>六月以来，流域内降雨量比常年多两成。[1]",
            "4 水位 Water levels>Rivers rose three metres in a week.\nThen they fell.",
            "5 水位 Water levels>站点 | Level",
            "7 水位 Water levels>上游 | 3.2 m",
            "11 Outlook: 七月 July>Forecasters expect a dry month.",
        ]
    );
    assert_eq!(article.passages[0].citations.len(), 1);
    assert_eq!(told(&word), [""; 0]);
    assert_eq!((shown(&open), told(&open)), (shown(&word), told(&word)));
    let other = &open.articles[0].article;
    assert_eq!((&other.title, other.date, &other.extra["author"]), (&article.title, article.date, &"Li Yu".into()));
}

#[test]
fn a_book_gives_its_chapters() {
    let parsed = parse("weather.epub", WEATHER, &Settings::new());
    let titles: Vec<_> = parsed.articles.iter().map(|draft| draft.article.title.as_str()).collect();
    assert_eq!((titles, told(&parsed)), (vec!["第一章 雨 Rain", "Snow"], vec![]));
    assert_eq!(
        shown(&parsed),
        [
            "3 >雨水落在 屋顶上。",
            "3 >Bare words",
            "3 >and a paragraph.",
            "3 Later>It stopped.\nFor good.",
            "4 Later>The chapter goes on.",
            "5 >a | b",
            "5 >Snow fell & lay.",
        ]
    );
    let article = &parsed.articles[1].article;
    assert_eq!((article.source.as_deref(), article.lang.as_deref()), (Some("天气之书"), Some("zh")));
    assert_eq!(article.url.as_deref(), Some("https://example.org/weather"));
    assert_eq!(
        (article.date.unwrap().to_string().as_str(), &article.extra["author"]),
        ("2025-06-14", &"Li Yu, Wu Xue".into())
    );
}

/// A Word document of a body.
fn word(body: &str) -> Vec<u8> {
    packed(&[("[Content_Types].xml", "<Types/>"), ("word/document.xml", body)])
}

#[test]
fn text_boxes_layout_tables_and_bare_documents_are_read() {
    let body = "<w:document xmlns:w='x'><w:body><w:p><w:r><w:t>来源：新华社 2025-05-03</w:t></w:r></w:p>\
        <w:p><w:r><w:t>Host.</w:t><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>Boxed.</w:t></w:r></w:p>\
        </w:txbxContent></mc:Choice><mc:Fallback><w:p><w:r><w:t>TWICE</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent>\
        </w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>One.</w:t></w:r></w:p><w:p><w:r><w:t>Two.</w:t></w:r></w:p></w:tc>\
        <w:tc><w:p/></w:tc></w:tr></w:tbl><w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr><w:r><w:t>a\nb<![CDATA[ & c]]></w:t>\
        </w:r></w:p></w:body></w:document>";
    let parsed = parse("-", &word(body), &Settings::new());
    assert_eq!(shown(&parsed), ["2 >Host.", "3 >Boxed.", "4 >One.", "5 >Two.", "7 >a b & c"]);
    assert_eq!(parsed.articles[0].article.source.as_deref(), Some("新华社"));
}

#[test]
fn what_is_no_document_gets_one_line_with_a_remedy() {
    let cut = &RAIN[..RAIN.len() / 2];
    let ole = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0";
    let locked = packed(&[
        ("mimetype", "application/vnd.oasis.opendocument.text"),
        ("META-INF/manifest.xml", "<m><encryption-data/></m>"),
    ]);
    let drm = "<e><CipherReference URI='b.xhtml'/></e>";
    let opf = "<package><manifest><item id='b' href='b.xhtml'/><item id='c' href='c.xhtml'/></manifest><spine><itemref idref='b'/>\
               <itemref idref='c'/></spine></package>";
    let book = packed(&[
        ("mimetype", "application/epub+zip"),
        ("META-INF/container.xml", "<c><rootfile full-path='p.opf'/></c>"),
        ("META-INF/encryption.xml", drm),
        ("p.opf", opf),
        ("b.xhtml", "x"),
    ]);
    for (path, bytes, says) in [
        ("a.docx", cut, vec!["cut off or damaged"]),
        ("a.docx", ole, vec!["older format, or protected by a password"]),
        ("a.docx", b"\0\x01\x02 rubbish", vec!["no such document"]),
        ("a.docx", &packed(&[("a.txt", "words")]), vec!["not the kind of document"]),
        ("a.docx", &word("<w:p><w:r><w:t/></w:r></w:p>"), vec!["without text"]),
        ("a.odt", &locked, vec!["protected by a password"]),
        ("a.epub", &book, vec!["locked by its seller", "c.xhtml"]),
    ] {
        let parsed = parse(path, bytes, &Settings::new());
        let told = told(&parsed);
        assert_eq!((parsed.articles.len(), told.len()), (0, says.len()), "{path}: {told:?}");
        assert!(says.iter().zip(&told).all(|(says, told)| told.contains(says)), "{told:?}");
        assert!(parsed.notes.iter().all(|note| note.lost && note.what.contains("; ")), "{told:?}");
    }
    // Words under a wrong name are no article, unless they are plainly of another format.
    for (path, text, count) in
        [("a.xlsx", "rubbish", 0), ("a.docx", "雨\n\n雨。", 0), ("a.xlsx", "title,text\na,b\n", 1)]
    {
        let parsed = parse(path, text.as_bytes(), &Settings::new());
        assert_eq!((parsed.articles.len(), parsed.notes.len()), (count, 1 - count), "{path}: {:?}", parsed.notes);
    }
}

#[test]
fn xml_that_breaks_off_is_kept_as_far_as_it_goes() {
    let parsed = parse("a.docx", &word("<w:d><w:p><w:r><w:t>Kept.</w:t></w:r></w:p><w:p></w:x>"), &Settings::new());
    assert_eq!((shown(&parsed), parsed.notes.len(), parsed.notes[0].lost), (vec!["1 >Kept.".to_owned()], 1, false));
    let deep = format!("<w:p><w:r><w:t>Kept.</w:t></w:r></w:p>{}", "<w:p>".repeat(100_000));
    let parsed = parse("a.docx", &word(&format!("<w:d>{deep}")), &Settings::new());
    assert!(shown(&parsed) == ["1 >Kept."] && told(&parsed)[0].contains("--limit nesting=…"), "{:?}", told(&parsed));
    let bomb = "<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]><d><p><r><t>&b; x</t></r></p></d>";
    assert_eq!(shown(&parse("a.docx", &word(bomb), &Settings::new())), ["1 >&b; x"]);
}

#[test]
fn a_bomb_in_a_document_ends_with_one_line() {
    let zeros = "0".repeat(super::super::limits::HARMLESS as usize + (1 << 20));
    let opf =
        "<package><manifest><item id='b' href='b.xhtml'/></manifest><spine><itemref idref='b'/></spine></package>";
    let book = packed(&[
        ("mimetype", "application/epub+zip"),
        ("META-INF/container.xml", "<c><rootfile full-path='p.opf'/></c>"),
        ("p.opf", opf),
        ("b.xhtml", &zeros),
    ]);
    let odt = packed(&[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", &zeros)]);
    for (path, bytes) in [("a.docx", word(&zeros)), ("a.odt", odt), ("a.epub", book)] {
        let told = told(&parse(path, &bytes, &Settings::new()));
        assert!(told.len() == 1 && told[0].contains("(--limit ratio=…)"), "{path}: {told:?}");
    }
    let limits = Limits::new().read("member", "1MiB").unwrap();
    let settings = Settings { limits, format: Some(Format::Docx), ..Settings::new() };
    let told = told(&parse("a", &word(&zeros[..2 << 20]), &settings));
    assert!(told[0].contains("(--limit member=…)"), "{told:?}");
}

#[test]
fn many_documents_in_an_archive_are_no_way_around_its_limits() {
    let one = word(&"0".repeat(40 << 20));
    let many: Vec<(String, &[u8])> = (0..4).map(|n| (format!("{n}.docx"), one.as_slice())).collect();
    let mut out = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in &many {
        out.start_file(name.as_str(), ::zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(bytes).unwrap();
    }
    let bytes = out.finish().unwrap().into_inner();
    let settings = Settings::new();
    let read = |path: &str, bytes: &[u8]| parse(path, bytes, &settings);
    let data = super::super::container::Data::Whole(&mut Cursor::new(&bytes));
    let found = super::super::container::unpack("n.zip", data, bytes.len() as u64, &settings, &read).unwrap();
    let told: Vec<String> = found.iter().flat_map(|(_, parsed)| told(parsed)).collect();
    assert!(told.len() == 3 && told[0].contains("unpacks to more than 64 MiB"), "{told:?}");
}

#[test]
fn damaged_copies_never_panic_and_are_told() {
    for (path, bytes) in
        [("a.docx", RAIN), ("a.odt", RAIN_ODT), ("a.epub", WEATHER), ("a.xlsx", TABLE), ("a.ods", TABLE_ODS)]
    {
        let step = bytes.len() / 60 + 1;
        for at in (1..bytes.len()).step_by(step) {
            let mut flipped = bytes.to_vec();
            flipped[at] ^= 1 << (at % 8);
            for copy in [flipped.as_slice(), &bytes[..at]] {
                let parsed = parse(path, copy, &Settings::new());
                assert!(!parsed.articles.is_empty() || !parsed.notes.is_empty(), "{path} at {at}");
            }
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]

    #[test]
    fn any_markup_is_walked(xml in "(<p>|</p>|<w:r>|</w:r>|<t>|</t>|<tr>|</tr>|<tc>|</tc>|<h1>|</h1>|<td>|<br/>|<a b='c'>|&amp;|&#0;|&|<|雨|x|<h outline-level='2'>|</h>|<row>|</row>|<c>|<c t='s'>|</c>|<v>|</v>|title|<table-row>|</table-row>|<table-cell number-columns-repeated='3'>|</table-cell>|<fldChar fldCharType='begin'/>|<fldChar fldCharType='end'/>|<fldChar fldCharType='separate'/>){0,60}") {
        let odt = packed(&[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", &xml)]);
        let book = packed(&[
            ("META-INF/container.xml", "<c><rootfile full-path='p.opf'/></c>"),
            ("p.opf", "<package><manifest><item id='b' href='b'/></manifest><spine><itemref idref='b'/></spine></package>"),
            ("b", &xml),
        ]);
        for bytes in [word(&xml), odt, book, workbook(&xml, &[&xml]), open_table(&xml)] {
            let parsed = parse("x", &bytes, &Settings::new());
            assert!(!parsed.articles.is_empty() || !parsed.notes.is_empty());
            for draft in &parsed.articles {
                assert!(draft.article.passages.windows(2).all(|two| two[0].position <= two[1].position));
            }
        }
    }
}

const TABLE: &[u8] = include_bytes!("../../../tests/fixtures/office/weather.xlsx");
const TABLE_ODS: &[u8] = include_bytes!("../../../tests/fixtures/office/weather.ods");

fn rows(parsed: &Parsed) -> Vec<String> {
    let row = |article: &crate::article::Article| {
        let passages: Vec<_> = article.passages.iter().map(|passage| passage.text.as_str()).collect();
        let date = article.date.map(|date| date.to_string()).unwrap_or_default();
        let extra = serde_json::to_string(&article.extra).unwrap();
        let line = article.title_position.line;
        format!(
            "{line} {} {} {date} {} {extra}",
            article.title,
            passages.join("|"),
            article.source.as_deref().unwrap_or("-")
        )
    };
    parsed.articles.iter().map(|draft| row(&draft.article)).collect()
}

#[test]
fn rows_of_both_kinds_of_spreadsheets_are_articles() {
    for (path, bytes) in [("a.xlsx", TABLE), ("a.ods", TABLE_ODS)] {
        let parsed = parse(path, bytes, &Settings::new());
        assert_eq!(told(&parsed), [""; 0], "{path}");
        assert_eq!(
            rows(&parsed),
            [
                "4 雨 Rain 第一段。|A second one. 2025-06-14 新华社 {\"编号\":7,\"Length\":6,\"Read\":true,\"sheet\":\"六月\"}",
                "5 Snow It fell. 2025-06-14T08:30 Nature {\"编号\":8,\"Length\":2.5,\"Read\":false,\"sheet\":\"六月\"}",
                "7 Wind It blew.  - {\"编号\":9,\"sheet\":\"六月\"}",
                "2 Sun It shone. 2025-07-01 - {\"sheet\":\"July\"}",
                "3 Fog It lay.  - {\"sheet\":\"July\"}",
            ],
            "{path}"
        );
        assert_eq!((parsed.records, parsed.articles[3].number), (5, Some(4)));
    }
}

/// A workbook of the parts `sheet1` and so on, with shared texts and formats 0: a number, 1: a day.
fn workbook(shared: &str, sheets: &[&str]) -> Vec<u8> {
    let rels: String = (1..=sheets.len())
        .map(|n| format!("<Relationship Id='r{n}' Type='x/worksheet' Target='worksheets/sheet{n}.xml'/>"))
        .collect();
    let list: String = (1..=sheets.len()).map(|n| format!("<sheet name='S{n}' sheetId='{n}' r:id='r{n}'/>")).collect();
    let styles = "<s><numFmts><numFmt numFmtId='200' formatCode='yyyy\"年\"m\"月\"'/></numFmts><cellStyleXfs><xf numFmtId='14'/>\
                  </cellStyleXfs><cellXfs><xf numFmtId='0'/><xf numFmtId='200'/><xf numFmtId='22'/></cellXfs></s>";
    let names: Vec<String> = (1..=sheets.len()).map(|n| format!("xl/worksheets/sheet{n}.xml")).collect();
    let (rels, list) = (format!("<R>{rels}</R>"), format!("<w><workbookPr date1904='0'/><sheets>{list}</sheets></w>"));
    let shared = format!("<sst>{shared}</sst>");
    let mut parts = vec![
        ("xl/workbook.xml", list.as_str()),
        ("xl/_rels/workbook.xml.rels", &rels),
        ("xl/styles.xml", styles),
        ("xl/sharedStrings.xml", &shared),
    ];
    parts.extend(names.iter().map(String::as_str).zip(sheets.iter().copied()));
    packed(&parts)
}

/// The same of an OpenDocument.
fn open_table(content: &str) -> Vec<u8> {
    packed(&[("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", content)])
}

#[test]
fn shared_and_rich_texts_days_and_gaps_are_read() {
    let shared = "<si><t>title</t></si><si><r><t>正</t></r><r><t>文</t></r><rPh><t>ZHENG</t></rPh></si><si><t>date</t></si>\
                  <si><t>One._x000D_\n\nTwo.</t></si>";
    let sheet = "<ws><sheetData><row r='2'><c r='B2' t='s'><v>0</v></c><c r='D2' t='s'><v>1</v></c><c t='s'><v>2</v></c></row>\
        <row><c r='B3' t='inlineStr'><is><t>雨</t></is></c><c r='D3' t='s'><v>3</v></c><c s='1'><v>45822</v></c></row>\
        <row r='9'><c r='A9' t='b'><v>1</v></c><c r='B9' t='str'><f>\"CODE\"</f><v>a</v></c><c r='D9' t='e'><v>#N/A</v></c>\
        <c r='E9' s='2'><v>45822.5</v></c><c r='G9'><v>1.5</v></c></row><row r='10'><c t='s'><v>99</v></c><c s='7'><v>x</v></c></row>\
        </sheetData></ws>";
    let parsed = parse("-", &workbook(shared, &[sheet]), &Settings::new());
    assert_eq!(told(&parsed), [""; 0]);
    assert_eq!(
        rows(&parsed),
        ["3 雨 One.|Two. 2025-06-14 - {}", "9 a  2025-06-14T12:00 - {\"#1\":true,\"#7\":1.5}"],
        "a header may stand below and beside the corner"
    );
}

#[test]
fn sheets_without_names_of_columns_are_told() {
    let bare =
        "<ws><row><c t='str'><v>kop</v></c><c t='str'><v>lijf</v></c></row><row><c t='str'><v>a</v></c></row></ws>";
    let good = "<ws><row><c t='str'><v>Title</v></c></row><row><c t='str'><v>a</v></c></row></ws>";
    let parsed = parse("a.xlsx", &workbook("", &[bare]), &Settings::new());
    assert!(parsed.notes.len() == 1 && parsed.notes[0].lost, "{:?}", parsed.notes);
    assert!(parsed.notes[0].what.contains("--map title=NAME") && parsed.notes[0].detail.contains("kop, lijf"));
    let parsed = parse("a.xlsx", &workbook("", &[bare, good, "<ws/>"]), &Settings::new());
    assert_eq!((parsed.articles.len(), parsed.notes.len(), parsed.notes[0].lost), (1, 1, false));
    let names = super::super::Names::new().with("title", "kop").unwrap();
    let parsed = parse("a.xlsx", &workbook("", &[bare]), &Settings { names, ..Settings::new() });
    assert_eq!(rows(&parsed), ["2 a   - {}"]);
    let parsed = parse("a.xlsx", &workbook("", &["<ws><row><c t='str'><v>title</v></c></row></ws>"]), &Settings::new());
    assert!(told(&parsed)[0].contains("without rows"), "{:?}", told(&parsed));
    let parsed = parse("a.xlsx", b"PK\x03\x04 rubbish", &Settings::new());
    assert!(told(&parsed).len() == 1 && told(&parsed)[0].contains("save it anew"), "{:?}", told(&parsed));
}

#[test]
fn what_a_table_repeats_counts_each_time_it_is_repeated() {
    let long = "x".repeat(1 << 20);
    let head = "<row><c t='str'><v>title</v></c><c t='str'><v>text</v></c></row>";
    let row = "<row><c t='str'><v>a</v></c><c t='s'><v>0</v></c></row>";
    let many = format!("<ws>{head}{}</ws>", row.repeat(1000));
    let wide = format!("<ws>{head}<row>{}</row></ws>", "<c t='s'><v>0</v></c>".repeat(20_000));
    let shared = format!("<si><t>{long}</t></si>");
    let ods = |cell: &str, rows: &str| {
        open_table(&format!(
            "<o><table:table table:name='a'><table-row><table-cell><p>title</p></table-cell></table-row>\
             <table-row {rows}><table-cell {cell}><p>{long}</p></table-cell></table-row></table:table></o>"
        ))
    };
    for (path, bytes, says) in [
        ("a.xlsx", workbook(&shared, &[&many]), "ratio"),
        ("a.xlsx", workbook(&shared, &[&wide]), "row"),
        ("a.ods", ods("number-columns-repeated='16384'", ""), "ratio"),
        ("a.ods", ods("number-columns-repeated='18446744073709551615'", ""), "ratio"),
        ("a.ods", ods("", "number-rows-repeated='1048576'"), "ratio"),
        ("a.ods", ods("", "number-rows-repeated='18446744073709551615'"), "ratio"),
    ] {
        let parsed = parse(path, &bytes, &Settings::new());
        let told = told(&parsed);
        assert!(told.len() == 1 && told[0].contains(&format!("(--limit {says}=…)")), "{path}: {told:?}");
        assert!(parsed.articles.len() < 100, "what came before is kept");
    }
    let endless = "number-rows-repeated='18446744073709551615'";
    let row = "<table-row><table-cell><p>title</p></table-cell></table-row>";
    let empty = format!(
        "<table-row {endless}><table-cell number-columns-repeated='18446744073709551615'/><table-cell/></table-row>"
    );
    let parsed =
        parse("a.ods", &open_table(&format!("<o><table>{row}{empty}{empty}{row}</table></o>")), &Settings::new());
    assert_eq!(rows(&parsed).len(), 1);
    let far =
        "<row r='18446744073709551615'><c t='str'><v>a</v></c></row><row><c r='ZZZZZZ1' t='str'><v>a</v></c></row>";
    assert_eq!(
        rows(&parse("a.xlsx", &workbook("", &[&format!("<ws>{head}{far}</ws>")]), &Settings::new())),
        ["2 a   - {}"]
    );
    // The last cell there can be is one cell.
    let corner = format!(
        "<ws>{head}<row r='1048576'><c r='B1048576' t='str'><v>a</v></c><c r='XFD1048576'><v>1</v></c></row></ws>"
    );
    let parsed = parse("a.xlsx", &workbook("", &[&corner]), &Settings::new());
    assert_eq!(rows(&parsed), ["1048576  a  - {\"#16384\":1}"]);
}

#[test]
fn wide_tables_and_long_rows_are_limited() {
    let limits = Limits::new().read("row", "30").unwrap().read("columns", "3").unwrap();
    let settings = Settings { limits, ..Settings::new() };
    let cell = |text: &str| format!("<c t='str'><v>{text}</v></c>");
    let sheet = |head: &[&str], text: &str| {
        let head: String = head.iter().map(|name| cell(name)).collect();
        let (row, last) = (cell(text), cell("b"));
        workbook("", &[&format!("<ws><row>{head}</row><row>{row}</row><row>{last}</row></ws>")])
    };
    let parsed = parse("a.xlsx", &sheet(&["title"], &"x".repeat(40)), &settings);
    assert_eq!((rows(&parsed), parsed.notes[0].line), (vec!["3 b   - {}".to_owned()], Some(2)));
    assert!(parsed.notes[0].detail.contains("--limit row=…"));
    let parsed = parse("a.xlsx", &sheet(&["title", "b", "c", "d"], "a"), &settings);
    assert!(parsed.articles.is_empty() && parsed.notes[0].detail.contains("--limit columns=…"), "{:?}", parsed.notes);
}

#[test]
fn a_document_that_is_too_long_was_cut_without_a_word() {
    let paragraph = "<p><r><t>a</t></r></p>";
    let limits = Limits::new().read("passages", "3").unwrap();
    let settings = Settings { limits, ..Settings::new() };
    for (count, kept) in [(3, 1), (4, 0), (5, 0)] {
        let parsed = parse("a.docx", &word(&format!("<d>{}</d>", paragraph.repeat(count))), &settings);
        assert_eq!(parsed.articles.len(), kept, "{count}: {:?}", parsed.notes);
        assert!(kept == 1 || told(&parsed)[0].contains("--limit passages=…"));
    }
}
