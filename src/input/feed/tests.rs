use super::*;

fn read(text: &str) -> Parsed {
    FeedReader.read(&Source::new("feed.xml", text.as_bytes()).unwrap())
}

const RSS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>科技要闻</title><link>https://example.org/</link><language>zh-cn</language>
<item><title><![CDATA[深海采矿 & 规则]]></title><link>https://example.org/1</link><guid>g1</guid>
<pubDate>Sat, 14 Jun 2025 10:32:00 +0800</pubDate><category>海洋</category><category>国际</category>
<description>short</description>
<content:encoded><![CDATA[<p>谈判在金斯敦举行。</p><p>会议<b>持续</b>两周。</p>]]></content:encoded></item>
<item><title>Rain &amp;amp; snow</title><link>javascript:alert(1)</link><description>&lt;p&gt;One &amp;amp; two.&lt;/p&gt;</description><pubDate>soon</pubDate></item>
<item><guid>nothing</guid></item>
</channel></rss>"#;

#[test]
fn rss_items_are_articles() {
    let parsed = read(RSS);
    assert_eq!((parsed.articles.len(), parsed.records), (2, 3));
    let article = &parsed.articles[0].article;
    assert_eq!((article.title.as_str(), article.id.as_str()), ("深海采矿 & 规则", "g1"));
    assert_eq!((article.source.as_deref(), article.lang.as_deref()), (Some("科技要闻"), Some("zh-cn")));
    assert_eq!(article.date.unwrap().to_string(), "2025-06-14T10:32");
    assert_eq!(article.url.as_deref(), Some("https://example.org/1"));
    assert_eq!(article.extra["category"], serde_json::json!(["海洋", "国际"]));
    let text: Vec<&str> = article.passages.iter().map(|passage| passage.text.as_str()).collect();
    assert_eq!(text, ["谈判在金斯敦举行。", "会议持续两周。"]);
    let at = article.passages[0].position;
    assert!(RSS[at.start as usize..at.end as usize].starts_with("<![CDATA[<p>谈判"));
    assert_eq!((article.title_position.line, at.line), (4, 7));
    let second = &parsed.articles[1].article;
    assert_eq!(
        (second.title.as_str(), second.passages[0].text.as_str(), &second.url),
        ("Rain & snow", "One & two.", &None)
    );
    assert_eq!(
        parsed.notes.iter().map(|note| (note.line, note.lost)).collect::<Vec<_>>(),
        [(Some(8), false), (Some(9), true)]
    );
}

#[test]
fn atom_entries_and_rdf_items_are_articles() {
    let parsed = read(
        r#"<feed xmlns="http://www.w3.org/2005/Atom"><title>Nature</title>
<entry><title type="html">Deep &lt;i&gt;sea&lt;/i&gt;</title><id>urn:1</id><published>2025-06-14T10:32:00Z</published><updated>2025-07-01T00:00:00Z</updated>
<link rel="self" href="https://x.org/self"/><link href="https://x.org/1"/><author><name>Ann</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>First.</p><p>Second &amp; last.</p></div></content></entry></feed>"#,
    );
    let article = &parsed.articles[0].article;
    assert_eq!(
        (article.title.as_str(), article.id.as_str(), article.url.as_deref()),
        ("Deep sea", "urn:1", Some("https://x.org/1"))
    );
    assert_eq!(
        (article.source.as_deref(), article.date.unwrap().day.to_string()),
        (Some("Nature"), "2025-06-14".to_owned())
    );
    assert_eq!(article.passages.len(), 2);
    assert_eq!(article.passages[1].text, "Second & last.");
    let parsed = read(
        r#"<rdf:RDF xmlns:rdf="r"><channel><title>C</title></channel><item><title>t</title><dc:date>2025-06-14</dc:date></item></rdf:RDF>"#,
    );
    assert_eq!(parsed.articles[0].article.source.as_deref(), Some("C"));
    assert_eq!(parsed.articles[0].article.date.unwrap().to_string(), "2025-06-14");
}

#[test]
fn a_billion_laughs_are_not_expanded_and_broken_feeds_keep_what_is_whole() {
    let lol = r#"<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<rss><channel><item><title>laugh &b;</title></item></channel></rss>"#;
    assert_eq!(read(lol).articles[0].article.title, "laugh &b;");
    let cut = &RSS[..RSS.find("<guid>nothing").unwrap()];
    let parsed = read(cut);
    assert_eq!((parsed.articles.len(), parsed.records), (2, 3));
    assert!(parsed.notes.iter().any(|note| note.what.contains("cut off")), "{:?}", parsed.notes);
    let deep = format!("<rss><channel><item><title>{}t", "<b>".repeat(100_000));
    assert_eq!(read(&deep).articles.len(), 0);
}

#[test]
fn a_tag_of_many_attributes_took_the_square_of_their_number() {
    let many: String = (0..300_000).map(|n| format!(" a{n}=''")).collect();
    let text = format!("<feed><entry><title>雨</title><link{many} href='http://x.org/'/></entry></feed>");
    let from = std::time::Instant::now();
    let parsed = FeedReader.read(&Source::new("a.xml", text.as_bytes()).unwrap());
    assert_eq!(parsed.articles[0].article.url.as_deref(), Some("http://x.org/"));
    assert!(from.elapsed().as_secs() < 20);
}
