use super::*;

const PAGE: &str = r#"<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>深海采矿国际规则进入谈判 - 新华网</title>
<meta property="og:site_name" content="新华网"><meta property="article:published_time" content="2025-06-14T10:32:00+08:00">
<meta property="og:url" content="https://example.org/a"><script>var x = "<p>not this</p>";</script></head>
<body><div id="nav" class="nav"><a href="/">首页</a> <a href="/b">国际</a> <a href="/c">科技</a></div>
<article><h1>深海采矿国际规则进入谈判</h1>
<p>国际海底管理局第三十届会议在金斯敦举行，来自一百多个国家的代表就深海采矿的规则进行谈判，会议将持续两个星期。</p>
<h2>各方的立场</h2>
<p>多个太平洋岛国主张在科学依据充分之前暂停开发，<b>另一些国家</b>则希望尽快完成规章的制定&mdash;&mdash;分歧依然存在，代表们说。</p>
<ul><li>第一，环境基线数据需要公开，供所有缔约方和研究机构使用。</li><li>第二，收益应当公平分配，发展中国家要得到应有的份额。</li></ul>
<p>专家表示，规则的形成需要时间，各国应当加强联合研究和数据共享，为决策提供依据，会议计划在下周公布文本草案。</p></article>
<div class="footer">版权所有 联系我们</div></body></html>"#;

fn read(html: &str) -> Parsed {
    HtmlReader.read(&Source::new("a.html", html.as_bytes()).unwrap())
}

#[test]
fn the_article_of_a_page_is_read_without_its_furniture() {
    let parsed = read(PAGE);
    assert_eq!(parsed.notes, []);
    let article = &parsed.articles[0].article;
    assert!(article.title.starts_with("深海采矿国际规则进入谈判"), "{}", article.title);
    assert_eq!((article.source.as_deref(), article.lang.as_deref()), (Some("新华网"), Some("zh-CN")));
    assert_eq!(article.date.unwrap().day.to_string(), "2025-06-14");
    assert_eq!(article.url.as_deref(), Some("https://example.org/a"));
    let text: Vec<&str> = article.passages.iter().map(|passage| passage.text.as_str()).collect();
    assert!(
        text[0].starts_with("国际海底管理局第三十届")
            && text.iter().all(|text| !text.contains("首页") && !text.contains("版权")),
        "{text:#?}"
    );
    assert!(text[1].contains("另一些国家则希望") && text[1].contains("制定——分歧"), "{text:#?}");
    assert_eq!(article.passages[1].heading.as_deref(), Some("各方的立场"));
    assert_eq!(article.passages[2].bullets.len(), 2);
    for passage in &article.passages {
        let at = passage.position;
        let found = &PAGE[at.start as usize..at.end as usize];
        assert!(found.starts_with(&passage.text[..6]) || passage.bullets.len() > 1, "{found:?} for {:?}", passage.text);
        assert!(at.end - at.start < 400 && at.line >= 7, "{at:?}");
    }
    assert_eq!(&PAGE[article.title_position.start as usize..][..12], "深海采矿");
}

#[test]
fn a_page_that_says_nothing_of_itself_has_a_line_that_does() {
    let html = "<html><body><h1>联合实验室启用</h1><div>2025年6月14日 10:32 来源：科技日报</div><p>实验室在成都启用，二十个国家的科学家参加了典禮。</p></body></html>";
    let article = &read(html).articles[0].article;
    assert_eq!(article.date.unwrap().to_string(), "2025-06-14T10:32");
    assert_eq!(article.source.as_deref(), Some("科技日报"));
    assert!(article.passages.iter().any(|passage| passage.text.contains("二十个国家")), "{article:#?}");
}

#[test]
fn pages_of_strangers_do_no_harm() {
    let deep = format!("<html>{}", "<div>".repeat(100_000));
    let parsed = read(&deep);
    assert!(parsed.articles.is_empty() && parsed.notes[0].detail.contains("--limit nesting=…"), "{:?}", parsed.notes);
    let just = format!("<html><body>{}<p>words in the depth of it</p>{}", "<div>".repeat(500), "</div>".repeat(500));
    assert_eq!(read(&just).articles.len(), 1);
    let fonts = format!("<html><body>{}words", "<font color=red>".repeat(500));
    assert_eq!(read(&fonts).articles.len(), 1);
    let script = read(
        "<html><title>&lt;script&gt;alert(1)&lt;/script&gt;</title><body><p onclick=x>hello there</p><script>evil()</script></body></html>",
    );
    let article = &script.articles[0].article;
    assert_eq!((article.title.as_str(), article.passages.len()), ("<script>alert(1)</script>", 1));
    assert_eq!(read("<html></html>").notes.len(), 1);
}
