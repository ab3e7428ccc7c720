use std::io::Write;

use super::{
    super::{Settings, parse},
    *,
};

const PAGE: &str = "<html><head><title>深海</title></head><body><h1>深海</h1><p>科考船今天返回三亚，带回了两百件样品。</p></body></html>";

fn record(kind: &str, address: &str, block: &[u8]) -> Vec<u8> {
    let head = format!(
        "WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {address}\r\nWARC-Date: 2025-06-14T02:32:00Z\r\nContent-Length: {}\r\n\r\n",
        block.len()
    );
    [head.as_bytes(), block, b"\r\n\r\n"].concat()
}

fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 {head}\r\n\r\n").as_bytes(), body].concat()
}

fn read(bytes: &[u8]) -> Parsed {
    parse("crawl.warc", bytes, &Settings::new())
}

#[test]
fn pages_are_articles_and_pictures_are_passed_over() {
    let html = "200 OK\r\nContent-Type: text/html; charset=GBK";
    let (gbk, _, _) = encoding_rs::GBK.encode(PAGE);
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(&gbk).unwrap();
    let gz = gz.finish().unwrap();
    let chunks =
        [b"5\r\n", &gz[..5], format!("\r\n{:x};x\r\n", gz.len() - 5).as_bytes(), &gz[5..], b"\r\n0\r\n\r\n"].concat();
    let bytes = [
        record("warcinfo", "", b"software: x"),
        record("request", "http://www.x.cn/a", b"GET /a HTTP/1.1\r\n\r\n"),
        record("response", "http://www.x.cn/a", &answer(html, &gbk)),
        record(
            "response",
            "<http://y.cn/b>",
            &answer(&format!("{html}\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip"), &chunks),
        ),
        record("response", "http://y.cn/logo", &answer("200 OK\r\nContent-Type: image/png", b"\x89PNG")),
        record("response", "http://y.cn/old", &answer("301 Moved\r\nContent-Type: text/html", b"<p>moved")),
        record("response", "http://y.cn/robots.txt", &answer("200 OK\r\nContent-Type: text/plain", b"Disallow: /")),
        record(
            "response",
            "http://y.cn/c",
            &answer("200 OK\r\nContent-Type: text/html\r\nContent-Encoding: compress", b"xx"),
        ),
        record("response", "http://y.cn/d", &answer("200 OK\r\nContent-Type: text/html", b"<p> </p>")),
    ]
    .concat();
    let parsed = read(&bytes);
    assert_eq!((parsed.articles.len(), parsed.records), (2, 4));
    for (draft, (host, number)) in parsed.articles.iter().zip([("x.cn", 1), ("y.cn", 2)]) {
        let article = &draft.article;
        assert_eq!((article.title.as_str(), article.source.as_deref()), ("深海", Some(host)));
        assert_eq!(article.passages[0].text, "科考船今天返回三亚，带回了两百件样品。");
        assert_eq!((draft.number, article.date.unwrap().day.to_string().as_str()), (Some(number), "2025-06-14"));
        assert!(article.extra.contains_key("retrieved"));
        let at = article.passages[0].position;
        assert!(bytes[at.start as usize..at.end as usize].starts_with(b"WARC/1.1\r\nWARC-Type: response"));
    }
    assert_eq!(parsed.articles[1].article.url.as_deref(), Some("http://y.cn/b"));
    let said: Vec<_> = parsed.notes.iter().map(|note| (note.line, note.lost, note.parts().0)).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].0 == Some(8) && said[0].2.contains("http://y.cn/c, it is packed in compress"), "{said:?}");
    assert!(said[1].0 == Some(9) && said[1].2.contains("without text"), "{said:?}");
}

#[test]
fn a_crawl_by_another_program_compressed_record_by_record() {
    let path = format!("{}/tests/fixtures/pages/crawl.warc.gz", env!("CARGO_MANIFEST_DIR"));
    let found = super::super::read(&[path], &Settings::new()).unwrap();
    let titles: Vec<_> = found.articles.iter().map(|article| (article.id.as_str(), article.title.as_str())).collect();
    assert_eq!(titles, [("crawl-01", "深海科考船返航"), ("crawl-02", "Rail line opens")]);
    assert_eq!(found.articles[1].url.as_deref(), Some("https://example.org/rail"));
    assert!(found.skipped.is_empty(), "{:?}", found.skipped);
}

#[test]
fn what_is_broken_loses_no_other_record() {
    let good = record("resource", "http://x.cn/a", PAGE.as_bytes());
    let good = String::from_utf8(good).unwrap().replace("WARC-Type", "Content-Type: text/html\r\nWARC-Type");
    let bad = good.replace("Content-Length: ", "Content-Length: x");
    let long = good.replace("Content-Length: ", "Content-Length: 9999999");
    let parsed = read(format!("{good}{bad}{good}{long}").as_bytes());
    assert_eq!((parsed.articles.len(), parsed.notes.len()), (2, 2));
    for (note, line) in parsed.notes.iter().zip([2, 4]) {
        assert_eq!((note.line, note.lost), (Some(line), true));
    }
    assert!(read(b"nothing").notes[0].what.starts_with("holds no record"));
    assert!(read(&record("warcinfo", "", b"x")).notes[0].what.starts_with("is a web archive without a page"));
}

#[test]
fn a_page_that_unpacks_too_far_is_told_and_passed_over() {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(&vec![b' '; 20 << 20]).unwrap();
    let bomb = answer("200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip", &gz.finish().unwrap());
    let parsed = read(&record("response", "http://x.cn/a", &bomb));
    assert_eq!((parsed.articles.len(), parsed.notes.len()), (0, 1));
    assert!(parsed.notes[0].parts().0.contains("16 MiB (--limit page=…)"), "{:?}", parsed.notes);
}

#[test]
fn many_pages_that_unpack_far_are_no_way_around_the_limits() {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gz.write_all(&vec![b' '; 15 << 20]).unwrap();
    let page = answer("200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip", &gz.finish().unwrap());
    let parsed = read(&record("response", "http://x.cn/a", &page).repeat(8));
    assert_eq!((parsed.notes.len(), parsed.records), (5, 5), "{:?}", parsed.notes);
    assert!(parsed.notes[4].parts().0.contains("--limit ratio=…"), "{:?}", parsed.notes);
    assert!(parsed.unpacked > 64 << 20);
}

#[test]
fn damaged_copies_are_accounted_for() {
    let html = answer(
        "200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked",
        b"3\r\n<p>\r\n4\r\nrain\r\n0\r\n\r\n",
    );
    let bytes = record("response", "http://x.cn/a", &html);
    for at in 1..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x11;
        for copy in [&bytes[..at], &flipped] {
            let settings = Settings { format: Some(super::super::Format::Warc), ..Settings::new() };
            let parsed = parse("x", copy, &settings);
            assert!(!parsed.articles.is_empty() || !parsed.notes.is_empty(), "{at}");
        }
    }
}
