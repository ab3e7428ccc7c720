use super::*;

const PAGE: &str = "雨水\n\
    Search documents\n\
    春天的雨(和声)\n\
    Feng Xiang Bao· 2025-03-05 08:10\n\
    Group 1 - Rain fell on \"Hill-top\" fields in March, after a dry winter [1] - Farmers sowed early [1][2] Group 2 - \
    Rivers rose by 30 cm [2]\n\
    夏天的风\n\
    Yun Bao· 2025-06-21 18:00\n\
    Core Viewpoint - Wind turned north [2][5]. Group 1: The First Storm - A storm came [3]. - It left [4].\n\
    秋天的霜\n\
    news flash· 2025-10-23 06:30\n\
    Core Insights - Frost came early [7]";

fn read(text: &str) -> Parsed {
    DigestReader.read(&Source::new("page", text.as_bytes()).unwrap())
}

fn titles(parsed: &Parsed) -> Vec<&str> {
    parsed.articles.iter().map(|draft| draft.article.title.as_str()).collect()
}

fn notes(parsed: &Parsed) -> Vec<(u32, &str)> {
    parsed.notes.iter().map(|note| (note.line.unwrap_or(0), note.what)).collect()
}

#[test]
fn three_lines_make_an_article() {
    let parsed = read(PAGE);
    assert_eq!(parsed.notes, []);
    assert_eq!(titles(&parsed), ["春天的雨(和声)", "夏天的风", "秋天的霜"]);
    let article = &parsed.articles[0].article;
    assert_eq!(article.source.as_deref(), Some("Feng Xiang Bao"));
    assert_eq!(article.date.unwrap().to_string(), "2025-03-05T08:10");
    assert_eq!(article.extra["topic"], "雨水");
    assert_eq!(article.title_position.line, 3);
    let first = &article.passages[0];
    assert_eq!((first.marker.as_deref(), first.heading.as_deref()), (Some("Group 1"), None));
    assert_eq!(first.position.line, 5);
    assert_eq!(&PAGE[first.position.start as usize..first.position.end as usize], first.text);
    let bullets: Vec<_> = first.bullets.iter().map(|range| &first.text[range.clone()]).collect();
    assert_eq!(
        bullets,
        ["Rain fell on \"Hill-top\" fields in March, after a dry winter [1]", "Farmers sowed early [1][2]"]
    );
    assert_eq!(first.citations.iter().map(|c| c.number).collect::<Vec<_>>(), [1, 1, 2]);
    let storm = &parsed.articles[1].article.passages[1];
    assert_eq!((storm.marker.as_deref(), storm.heading.as_deref()), (Some("Group 1"), Some("The First Storm")));
    assert_eq!(storm.text, "A storm came [3]. - It left [4].");
}

#[test]
fn line_ends_blank_lines_and_a_mark_change_nothing_but_positions() {
    let plain = read(PAGE);
    for other in [
        PAGE.replace('\n', "\r\n"),
        PAGE.replace('\n', "\r"),
        PAGE.replace('\n', "\n\n"),
        format!("{PAGE}\n"),
        format!("\u{FEFF}{PAGE}\n \n"),
        PAGE.replace("· ", " • "),
        PAGE.replace("· ", "·"),
    ] {
        let parsed = read(&other);
        assert_eq!(parsed.notes, []);
        assert_eq!(titles(&parsed), titles(&plain));
        for (draft, as_in) in parsed.articles.iter().zip(&plain.articles) {
            assert_eq!((&draft.article.source, draft.article.date), (&as_in.article.source, as_in.article.date));
            for (passage, as_in) in draft.article.passages.iter().zip(&as_in.article.passages) {
                assert_eq!(passage.text, as_in.text);
                let range = passage.position.start as usize..passage.position.end as usize;
                assert_eq!(other.as_bytes()[range], *passage.text.as_bytes());
            }
        }
    }
}

#[test]
fn what_a_clipboard_makes_of_a_page_is_read() {
    let plain = read(PAGE);
    let dates = [("2025-03-05 08:10", "2025年3月5日 08:10"), ("2025-06-21 18:00", "2025年6月21日18:00")];
    let chinese = dates.iter().fold(PAGE.to_owned(), |page, (from, to)| page.replace(from, to));
    let first = PAGE.replace("Feng Xiang Bao· 2025-03-05 08:10", "2025-03-05 08:10 Feng Xiang Bao");
    for other in [
        chinese,
        first,
        PAGE.replace("Search documents\n", ""),
        PAGE.replace("Search documents", "Search documents\nShare\nCopy link"),
        PAGE.replace("Group ", "Part "),
        PAGE.replace("Group 1", "**Group 1**").replace("Core Viewpoint", "**Summary**"),
        PAGE.replace(" - ", "\n- ").replace(" Group 2", "\nGroup 2"),
    ] {
        let parsed = read(&other);
        assert_eq!(titles(&parsed), titles(&plain), "{other}");
        assert_eq!(parsed.notes, [], "{other}");
        for (draft, as_in) in parsed.articles.iter().zip(&plain.articles) {
            let told = |article: &Article| (article.source.clone(), article.date, article.passages.len());
            assert_eq!(told(&draft.article), told(&as_in.article), "{other}");
        }
    }
}

#[test]
fn a_page_without_topic_or_furniture_is_read() {
    let no_topic = PAGE.split_once('\n').unwrap().1;
    let parsed = read(no_topic);
    assert_eq!((titles(&parsed).len(), parsed.articles[0].article.extra.len(), parsed.notes.len()), (3, 0, 0));
    let no_furniture = PAGE.replace("Search documents\n", "");
    assert_eq!(read(&no_furniture).articles[0].article.extra["topic"], "雨水");
    let bare = no_topic.split_once('\n').unwrap().1;
    assert_eq!(titles(&read(bare)).len(), 3);
}

#[test]
fn dates_come_in_several_shapes() {
    for (date, is) in [
        ("2025/3/5", "2025-03-05"),
        ("2025年3月5日 08:10", "2025-03-05T08:10"),
        ("2025-03-05 08:10:59", "2025-03-05T08:10"),
        ("2025-03-05", "2025-03-05"),
        ("March 5, 2025", "2025-03-05"),
        ("5 Mar 2025 8:10 AM", "2025-03-05T08:10"),
    ] {
        let parsed = read(&PAGE.replace("2025-03-05 08:10", date));
        assert_eq!(parsed.articles[0].article.date.unwrap().to_string(), is, "{date}");
    }
}

#[test]
fn a_summary_may_span_lines() {
    let text = "标题\n来源· 2025-01-02\nCore Viewpoint - One\nthing. \nGroup 1: Two\n- first\n- second\n另一个\n来源· 2025-01-03\n要点：三";
    let parsed = read(text);
    assert_eq!(parsed.notes, []);
    let passages = &parsed.articles[0].article.passages;
    assert_eq!(passages.iter().map(|p| p.text.as_str()).collect::<Vec<_>>(), ["One\nthing.", "first\n- second"]);
    assert_eq!((passages[1].heading.as_deref(), passages[1].bullets.len()), (Some("Two"), 2));
    assert_eq!(passages[1].position.line, 6);
    assert_eq!(parsed.articles[1].article.passages[0].text, "三");
}

#[test]
fn malformed_records_are_reported_and_the_rest_goes_on() {
    let lines: Vec<&str> = PAGE.lines().collect();
    let without = |n: usize| {
        let kept: Vec<_> = lines.iter().enumerate().filter(|(i, _)| *i != n).map(|(_, line)| *line).collect();
        read(&kept.join("\n"))
    };
    let no_summary = without(7);
    assert_eq!(titles(&no_summary), ["春天的雨(和声)", "秋天的霜"]);
    assert_eq!(no_summary.articles[1].number, Some(3), "numbers count the bad ones");
    assert_eq!(notes(&no_summary), [(6, "no summary below the line of source and date; write one")]);
    let no_byline = without(6);
    assert_eq!(titles(&no_byline), ["春天的雨(和声)", "秋天的霜"]);
    assert_eq!(
        notes(&no_byline),
        [(6, "no line of source and date between title and summary; write one like `SOURCE· 2025-06-14 21:57`")]
    );
    assert_eq!(no_byline.articles[0].article.passages.len(), 2, "the lost record is not glued to the one before");
    let no_title = without(5);
    assert_eq!(notes(&no_title), [(6, "no title above the line of source and date; write one")]);
    let first_lost = without(3);
    assert_eq!(titles(&first_lost), ["夏天的风", "秋天的霜"]);
    assert_eq!(notes(&first_lost)[0].0, 3);
}

#[test]
fn an_article_whose_date_cannot_be_read_was_dropped() {
    for bad in ["2025-16-21 18:00", "June 21", "3 hours ago"] {
        let parsed = read(&PAGE.replace("2025-06-21 18:00", bad));
        assert_eq!(titles(&parsed), ["春天的雨(和声)", "夏天的风", "秋天的霜"]);
        assert_eq!(
            notes(&parsed),
            [(7, "no date in the source line, so the article is kept without one; write it as 2025-06-14 21:57")]
        );
        let article = &parsed.articles[1].article;
        assert_eq!((article.source.as_deref(), article.date), (Some("Yun Bao"), None));
        assert_eq!((article.passages.len(), article.extra["date"].as_str()), (2, Some(bad)));
    }
}

#[test]
fn a_title_that_looks_like_a_line_of_source_and_date_is_a_title() {
    for title in ["回顾·2025年中国科技", "新华鲜报|2025-06-14", "卡里姆· 2025-13-01"] {
        let parsed = read(&PAGE.replace("夏天的风", title));
        assert_eq!(parsed.notes, []);
        assert_eq!(titles(&parsed), ["春天的雨(和声)", title, "秋天的霜"]);
        assert_eq!(parsed.articles[0].article.passages.len(), 2);
    }
}

#[test]
fn a_digest_without_citations_or_full_stops_keeps_groups_and_bullets() {
    let text = "标题\n来源· 2025-01-02\nCore Viewpoint - Rain fell in the whole of Hong Kong Group 1: Early Rain - Farmers \
                sowed the fields early - Rivers rose by a third in March Group 2: Late Rain - Harvests came in \
                poorly - Prices went up in every town";
    let parsed = read(text);
    let passages = &parsed.articles[0].article.passages;
    assert_eq!(passages.iter().map(|p| p.bullets.len()).collect::<Vec<_>>(), [1, 2, 2]);
    assert_eq!(passages[2].heading.as_deref(), Some("Late Rain"));
}

#[test]
fn pages_in_a_row_keep_their_topics() {
    let parsed = read(&format!("{PAGE}\n{}", PAGE.replace("雨水", "第二页")));
    assert_eq!((titles(&parsed).len(), parsed.notes.len()), (6, 0));
    let topics: Vec<_> = parsed.articles.iter().map(|draft| draft.article.extra["topic"].as_str().unwrap()).collect();
    assert_eq!(topics, ["雨水", "雨水", "雨水", "第二页", "第二页", "第二页"]);
    assert_eq!(parsed.articles[2].article.passages[0].text, "Frost came early [7]");
}

#[test]
fn the_seed_page_has_nine_articles_and_thirty_four_groups() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/seed.txt");
    let Ok(bytes) = std::fs::read(path) else {
        println!("skipped: ../shared/seed.txt is not here");
        return;
    };
    let parsed = DigestReader.read(&Source::new("seed.txt", &bytes).unwrap());
    assert_eq!(parsed.notes, []);
    assert_eq!(parsed.articles.len(), 9);
    let articles: Vec<_> = parsed.articles.iter().map(|draft| &draft.article).collect();
    let passages: Vec<_> = articles.iter().flat_map(|article| &article.passages).collect();
    assert_eq!(passages.len(), 34);
    for passage in &passages {
        let range = passage.position.start as usize..passage.position.end as usize;
        assert_eq!(bytes[range], *passage.text.as_bytes());
        assert!(passage.marker.is_some());
        for bullet in &passage.bullets {
            let last = &passage.text[bullet.clone()];
            assert!(last.trim_end_matches('.').ends_with(']'), "every bullet ends in a citation: {last}");
        }
    }
    assert!(articles.iter().all(|article| article.date.is_some_and(|date| date.time.is_some())));
    assert_eq!(articles[0].source.as_deref(), Some("Ren Min Ri Bao"));
    assert_eq!(articles[0].date.unwrap().to_string(), "2025-06-14T21:57");
    let second = &articles[1].passages;
    assert_eq!((second[0].marker.as_deref(), second[0].heading.as_deref()), (Some("Core Viewpoint"), None));
    assert_eq!(second[1].marker.as_deref(), Some("Group 1"));
    assert_eq!(second[1].heading.as_deref(), Some("International Cooperation Platforms"));
    assert_eq!(articles[2].passages[0].marker.as_deref(), Some("Core Insights"));
    let bullets: usize = passages.iter().map(|passage| passage.bullets.len()).sum();
    assert_eq!(bullets, bytes.windows(5).filter(|w| w.starts_with(b"] - ") || w.starts_with(b"]. - ")).count() + 34);
}
