use super::{super::Format, *};

fn read(bytes: &[u8]) -> Parsed {
    super::super::parse("saved.mht", bytes, &Settings::new())
}

fn one(bytes: &[u8]) -> Article {
    let parsed = read(bytes);
    assert_eq!((parsed.articles.len(), parsed.notes), (1, Vec::new()));
    parsed.articles[0].article.clone()
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/fixtures/pages/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// A page as Internet Explorer saved it: GBK, in quoted-printable, beside a picture.
fn explorer() -> Vec<u8> {
    let (page, _, _) = encoding_rs::GBK.encode(
        "<html><head><title>深海</title></head><body><h1>深海</h1><p>科考船今天返回三亚，带回了两百件样品。</p></body></html>",
    );
    let quoted: String = page
        .iter()
        .map(
            |&byte| {
                if byte.is_ascii() && byte != b'=' { char::from(byte).to_string() } else { format!("={byte:02X}") }
            },
        )
        .collect();
    format!(
        "From: <由 Windows Internet Explorer 8 保存>\r\nSubject: =?gb2312?B?ye66ow==?=\r\nDate: Sat, 14 Jun 2025 10:32:00 +0800\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype=\"text/html\";\r\n\tboundary=\"----=_X\"\r\n\r\nThis is a message.\r\n\r\n\
         ------=_X\r\nContent-Type: text/html;\r\n\tcharset=\"gb2312\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\
         Content-Location: http://www.x.cn/a.htm\r\n\r\n{quoted}\r\n------=_X\r\nContent-Type: image/gif\r\n\
         Content-Transfer-Encoding: base64\r\n\r\nR0lGODlhAQABAA==\r\n------=_X--\r\n"
    )
    .into_bytes()
}

#[test]
fn a_saved_page_is_read_in_its_encoding_with_address_and_day() {
    let article = one(&explorer());
    assert_eq!((article.title.as_str(), article.url.as_deref()), ("深海", Some("http://www.x.cn/a.htm")));
    assert_eq!(article.passages[0].text, "科考船今天返回三亚，带回了两百件样品。");
    assert_eq!((article.source, article.date.unwrap().day.to_string().as_str()), (None, "2025-06-14"));
    assert_eq!(article.passages[0].position.line, 1);
    assert!(article.extra.contains_key("retrieved"));
}

#[test]
fn a_page_that_chromium_saved() {
    let article = one(&fixture("chromium.mhtml"));
    assert_eq!(article.title, "深海科考船返航 Research ship returns");
    assert_eq!(article.date.unwrap().day.to_string(), "2025-06-14", "the page's own");
    let text: Vec<_> = article.passages.iter().map(|passage| passage.text.as_str()).collect();
    assert!(text[0].starts_with("科考船今天返回三亚") && text[1].contains("two hundred samples"), "{text:?}");
    assert!(!article.extra.contains_key("retrieved") && article.source.as_deref() == Some("新华网"));
}

#[test]
fn of_an_email_the_page_is_read_and_the_sender_is_the_source() {
    let article =
        one("From: News <news@x.org>\nSubject: Rain\nDate: Mon, 3 Mar 2025 08:00:00 +0000\nMIME-Version: 1.0\n\
         Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nplain\n--b\n\
         Content-Type: text/html; charset=utf-8\n\n<p>It rained all day in the hills.</p>\n--b--\n"
            .as_bytes());
    assert_eq!((article.title.as_str(), article.source.as_deref()), ("Rain", Some("News <news@x.org>")));
    assert_eq!(article.passages[0].text, "It rained all day in the hills.");
    assert!(!article.extra.contains_key("retrieved") && article.date.is_some());
}

#[test]
fn what_holds_no_page_says_so_and_parts_in_parts_end() {
    for (bytes, says) in [
        (&b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: image/gif\n\nx\n--b--"[..], "holds no page"),
        (b"MIME-Version: 1.0\nContent-Type: text/html\n\n \n", "holds a page without text"),
        (b"\x89PNG\0\0", "holds no page"),
        (b"MIME-Version: 1.0\nContent-Type: text/plain\n\n\0\x01\x02\0", "cannot be read"),
    ] {
        let parsed = read(bytes);
        assert_eq!((parsed.articles.len(), parsed.notes.len()), (0, 1), "{says}");
        let (reason, remedy) = parsed.notes[0].parts();
        assert!(reason.contains(says) && !remedy.is_empty(), "{reason}");
    }
    let nested = "--b\nContent-Type: multipart/mixed; boundary=b\n\n".repeat(50_000);
    let bomb = format!("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n{nested}");
    assert_eq!(read(bomb.as_bytes()).articles.len(), 0);
}

#[test]
fn damaged_copies_are_accounted_for() {
    for bytes in [explorer(), fixture("chromium.mhtml")] {
        for cut in (1..bytes.len()).step_by(97) {
            let parsed = read(&bytes[..cut]);
            assert!(!parsed.articles.is_empty() || !parsed.notes.is_empty(), "{cut}");
            let mut flipped = bytes.clone();
            flipped[cut] ^= 0x15;
            let settings = Settings { format: Some(Format::Mhtml), ..Settings::new() };
            let parsed = super::super::parse("x", &flipped, &settings);
            assert!(!parsed.articles.is_empty() || !parsed.notes.is_empty(), "{cut}");
        }
    }
}
