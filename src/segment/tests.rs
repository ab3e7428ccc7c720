//! The contract every cutter keeps, the table of the module's head row by row, and the phrases.

use std::{fs, path::Path};

use proptest::prelude::*;

use super::{
    language::is_japanese,
    lexis::Lexis,
    normal::Folded,
    scan::{Piece, pieces},
    *,
};
use crate::{
    Error,
    article::{Citation, Passage},
};

fn article(id: &str, title: &str, texts: &[&str]) -> Article {
    let passages = texts.iter().map(|text| Passage { text: (*text).to_owned(), ..Passage::default() }).collect();
    Article { id: id.to_owned(), title: title.to_owned(), passages, ..Article::default() }
}

fn fitted(articles: &[Article]) -> (Segmenter, Segmented) {
    fit(articles, &Settings::default()).unwrap()
}

/// The keys of one text, as a passage of an article of its own.
fn keys(text: &str) -> Vec<String> {
    let (_, corpus) = fitted(&[article("a", "", &[text])]);
    corpus.documents.of(0).passage(0).text.iter().map(|t| corpus.terms[t.term as usize].key.clone()).collect()
}

fn surfaces(corpus: &Segmented) -> Vec<&str> {
    corpus.terms.iter().map(|term| term.surface.as_str()).collect()
}

fn phrases(corpus: &Segmented) -> Vec<&str> {
    corpus.terms.iter().filter(|term| !term.parts.is_empty()).map(|term| term.surface.as_str()).collect()
}

fn in_file<T>(content: &str, run: impl FnOnce(&Path) -> T) -> T {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("list.txt");
    fs::write(&path, content).unwrap();
    run(&path)
}

/// Text that stresses the folding: both scripts, traditional and full-width characters, ligatures, marks, joiners.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        any::<char>().prop_map(String::from),
        "[a-zA-Z0-9 .,'-]{1,6}",
        "[一-龥]{1,4}",
        prop::sample::select(vec![
            "氣候變化",
            "ＡＩ",
            "㎏",
            "ﬁ",
            "½",
            "㍿",
            "e\u{301}",
            "İ",
            "カ\u{FF9E}",
            "\u{1112}\u{1161}\u{11AB}",
            "’s",
            "\u{AD}",
            "\u{200B}",
            "，",
            "乾隆",
            "https://a.cn/x",
            "a@b.cn",
            "U.S.",
            "R&D",
            "CBERS-6",
            "かな",
            "[1]",
            "\u{301}",
            "\n",
            "…",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat())
}

fn cut_pieces(lexis: &Lexis, text: &str) -> Vec<Piece> {
    let japanese = is_japanese(text);
    let mut found = Vec::new();
    pieces(lexis, &Folded::new(text, japanese), japanese, |piece| found.push(piece));
    found
}

/// Spans and gaps rebuild the text.
fn assert_rebuilds(text: &str, ranges: impl Iterator<Item = (usize, usize)>) {
    let mut rebuilt = String::new();
    let mut at = 0;
    for (start, end) in ranges {
        assert!(at <= start && start < end, "{text:?}: {start}..{end} after {at}");
        rebuilt.push_str(&text[at..start]);
        rebuilt.push_str(&text[start..end]);
        at = end;
    }
    rebuilt.push_str(&text[at..]);
    assert_eq!(rebuilt, text);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_cutter_gives_ascending_ranges_on_character_boundaries(text in text()) {
        for registered in &REGISTRY {
            let cutter = (registered.make)(&[]);
            let folded = Folded::new(&text, false);
            let mut ranges = Vec::new();
            cutter.cut(folded.text(), &mut |start, end| ranges.push((start, end)));
            for &(start, end) in &ranges {
                prop_assert!(!cutter.key(&folded.text()[start..end]).is_empty());
            }
            assert_rebuilds(folded.text(), ranges.into_iter());
        }
    }

    #[test]
    fn pieces_rebuild_the_original(text in text()) {
        let lexis = Lexis::new(&[("AI芯片".to_owned(), None, None), ("氣候".to_owned(), Some(3), None)], &[]);
        let found = cut_pieces(&lexis, &text);
        assert_rebuilds(&text, found.iter().map(|p| (p.original.start, p.original.end)));
        prop_assert_eq!(found, cut_pieces(&lexis, &text));
    }

    #[test]
    fn segmenting_never_fails_and_cuts_queries_alike(text in text()) {
        let articles = [article("a", &text, &[&text]), article("b", &text, &["deep sea 气候"])];
        let (segmenter, corpus) = fitted(&articles);
        let title = corpus.documents.of(0).title();
        for token in title {
            prop_assert!(text.get(token.start as usize..token.end as usize).is_some_and(|s| !s.is_empty()));
        }
        let order: Vec<_> = title.iter().map(|t| (t.start, std::cmp::Reverse(t.end))).collect();
        prop_assert!(order.is_sorted());
        let query: Vec<_> = segmenter.cut(&text).into_iter().map(|piece| piece.term).collect();
        prop_assert_eq!(query, title.iter().map(|t| Some(t.term)).collect::<Vec<_>>());
        prop_assert!(corpus.terms.windows(2).all(|pair| pair[0].key < pair[1].key));
    }
}

#[test]
fn handles_every_row_of_the_table() {
    for (text, expected) in [
        ("气候的车和茶", "气候"),
        ("Cooperation, cooperative", "cooper cooper"),
        ("a x plan B", "plan"),
        ("China’s and China's scientists' labs", "china china scientist lab"),
        ("deep-sea China-UK high-tech", "deep sea china uk high tech"),
        ("U.S. U.K. R&D AI uk e.g. Ph.D.", "us uk r&d ai uk phd"),
        ("for us, it is the US who told the WHO", "us told who"),
        ("5G H1N1 CR450 CBERS-6 Chang'e Chang'e-5 4K", "5g h1n1 cr450 cbers-6 chang'e chang'e-5 4k"),
        ("1,234.5 76% $1.13bn 600m 2nd 10km 1980s 3pm 42", ""),
        ("1-3居 三亿美元 亿美元", ""),
        ("三十 两个 一百 第三 十二亿 五次", ""),
        ("2025-06-14 21:57 June Monday 六月 周一 星期三 今年 2025年6月14日", ""),
        ("see https://example.cn/a?b=c, www.x.org or mail.me@example.com.", ""),
        ("laboratories [1][2].", "laboratori"),
        ("because of the 因为 所以", ""),
        ("a new lab in New Zealand", "lab new zealand"),
        ("end.Start", "start"),
        ("don't we'll they're", ""),
        ("mid-2024 5-year", ""),
        ("наука и техника", "наука техника"),
        ("気候変動の研究はデータです", "気候変動 研究 データ"),
        ("한국 경제", "한국 경제"),
        ("共5G网络", "5g 网络"),
        ("百度 三亚 九江", "百度 三亚 九江"),
        ("", ""),
        ("……！！", ""),
    ] {
        assert_eq!(keys(text).join(" "), expected, "{text}");
    }
}

#[test]
fn all_capitals_do_not_make_names_of_stop_words() {
    assert_eq!(keys("BUILD WITH US WHO SAIL").join(" "), "build sail");
}

#[test]
fn traditional_full_width_and_case_are_one_term_with_original_offsets() {
    let (_, corpus) = fitted(&[article("a", "氣候變化與ＡＩ", &["气候变化 ai", "捍卫大阪"])]);
    let document = corpus.documents.of(0);
    let ids = |tokens: &[Token]| tokens.iter().map(|t| t.term).collect::<Vec<_>>();
    assert_eq!(ids(document.title()), ids(document.passage(0).text));
    let spans: Vec<_> = document.title().iter().map(|t| &"氣候變化與ＡＩ"[t.start as usize..t.end as usize]).collect();
    assert_eq!(spans, ["氣候變化", "ＡＩ"]);
    assert!(surfaces(&corpus).contains(&"气候变化"));
    assert!(surfaces(&corpus).contains(&"AI") || surfaces(&corpus).contains(&"ai"));
    assert!(surfaces(&corpus).contains(&"大阪") && surfaces(&corpus).contains(&"捍卫"), "simplified stays simplified");
}

#[test]
fn citations_and_markers_are_not_terms_but_headings_are() {
    let mut subject = article("a", "", &["note7x here"]);
    subject.passages[0].marker = Some("Insight".to_owned());
    subject.passages[0].heading = Some("Ocean Platforms".to_owned());
    subject.passages[0].citations = vec![Citation { number: 7, span: 0..6 }];
    let (_, corpus) = fitted(&[subject]);
    assert_eq!(surfaces(&corpus), ["Ocean", "Platforms"]);
    assert_eq!(corpus.documents.of(0).passage(0).heading.len(), 2);
}

#[test]
fn english_is_shown_as_people_write_it() {
    let (_, corpus) = fitted(&[
        article("a", "Satellites Launched", &["Satellites orbit. The satellites of NASA and a satellite. NASA grows."]),
        article("b", "", &["A Belt, the Belt; no belt."]),
    ]);
    let shown = surfaces(&corpus);
    for word in ["satellites", "NASA", "Belt"] {
        assert!(shown.contains(&word), "{word} in {shown:?}");
    }
}

fn digest() -> Vec<Article> {
    vec![
        article(
            "1",
            "一带一路",
            &["The \"Belt and Road\" initiative moves on.", "Joint laboratories of basic research open."],
        ),
        article(
            "2",
            "基础研究",
            &["Along the Belt and Road, basic research grows.", "国家支持基础研究，加强基础研究。"],
        ),
        article(
            "3",
            "Basic Research",
            &["Partners praise Belt and\nRoad projects. Deep-sea teams dive.", "联合实验室与基础研究"],
        ),
        article("4", "", &["The deep sea calls.", "Deep sea vessels sail and basic. Research follows."]),
    ]
}

#[test]
fn phrases_are_learnt_bridged_and_shown_as_written() {
    let articles = digest();
    let (_, corpus) = fitted(&articles);
    let found = phrases(&corpus);
    for phrase in ["Belt and Road", "basic research"] {
        assert!(found.iter().any(|f| f.eq_ignore_ascii_case(phrase)), "{phrase} in {found:?}");
    }
    assert!(!found.iter().any(|f| f.ends_with(" and") || f.starts_with("and ")), "{found:?}");
    let belt = corpus.terms.iter().position(|t| t.key == "belt road").unwrap();
    assert_eq!(corpus.terms[belt].surface, "Belt and Road");
    let parts: Vec<_> = corpus.terms[belt].parts.iter().map(|&p| corpus.terms[p as usize].key.as_str()).collect();
    assert_eq!(parts, ["belt", "road"]);
    // The phrase stands before its words and spans them, and the line break in the third article does not hide it.
    let tokens = corpus.documents.of(2).passage(0).text;
    let at = tokens.iter().position(|t| t.term as usize == belt).unwrap();
    let written = &articles[2].passages[0].text[tokens[at].start as usize..tokens[at].end as usize];
    assert_eq!(written, "Belt and\nRoad");
    assert_eq!([tokens[at + 1].term, tokens[at + 2].term], [corpus.terms[belt].parts[0], corpus.terms[belt].parts[1]]);
    // `basic. Research` is two sentences.
    let basic = corpus.terms.iter().position(|t| t.key == "basic research").unwrap();
    assert!(!corpus.documents.of(3).passage(1).text.iter().any(|t| t.term as usize == basic));
}

#[test]
fn a_word_too_long_to_be_one_is_no_term_and_is_counted() {
    let data = "QUJD".repeat(100);
    let text = format!("deep {data} sea {data} trench");
    let (_, corpus) = fitted(&[article("a", "", &["deep sea"]), article("b", "", &[&text])]);
    assert_eq!((corpus.overlong.as_slice(), corpus.terms.len()), (&[(1, 2)][..], 3));
    let longer = Settings { longest: 400, ..Settings::default() };
    let (_, corpus) = fit(&[article("b", "", &[&text])], &longer).unwrap();
    assert!(corpus.overlong.is_empty() && corpus.terms.iter().any(|term| term.key.len() == 400));
}

#[test]
fn phrases_can_be_switched_off() {
    let (_, corpus) = fit(&digest(), &Settings { phrases: false, ..Settings::default() }).unwrap();
    assert!(phrases(&corpus).is_empty());
}

#[test]
fn a_stump_of_a_longer_phrase_is_no_phrase() {
    let articles: Vec<_> = ["opens in spring", "grows fast", "hires people", "plans ahead"]
        .iter()
        .enumerate()
        .map(|(i, end)| {
            article(
                &i.to_string(),
                "",
                &[&format!("Our technology innovation centre {end}. Filler {i} words differ here {i}q.")],
            )
        })
        .collect();
    let (_, corpus) = fitted(&articles);
    assert_eq!(phrases(&corpus), ["technology innovation centre"]);
}

#[test]
fn a_restored_segmenter_cuts_as_the_fitted_one() {
    in_file("深渊科考 20 n\n# names\nAI芯片\n的\n", |dict| {
        in_file("road\n", |stopwords| {
            let settings =
                Settings { dict: Some(dict.to_owned()), stopwords: Some(stopwords.to_owned()), ..Settings::default() };
            let mut articles = digest();
            articles.push(article("5", "深渊科考的AI芯片", &[]));
            let (segmenter, corpus) = fit(&articles, &settings).unwrap();
            for key in ["深渊科考", "ai芯片", "的"] {
                assert!(corpus.terms.iter().any(|t| t.key == key), "{key}");
            }
            assert!(!corpus.terms.iter().any(|t| t.key.contains("road")), "an extra stop word");
            let restored = Segmenter::restore(segmenter.state());
            for article in &articles {
                for text in std::iter::once(&article.title).chain(article.passages.iter().map(|p| &p.text)) {
                    assert_eq!(restored.cut(text), segmenter.cut(text), "{text}");
                }
            }
        });
    });
}

#[test]
fn a_query_says_which_words_the_corpus_does_not_have() {
    let (segmenter, _) = fitted(&digest());
    let pieces = segmenter.cut("Belt and Road zeppelins");
    let shown: Vec<_> = pieces.iter().map(|p| (p.surface.as_str(), p.term.is_some())).collect();
    assert_eq!(shown, [("Belt and Road", true), ("Belt", true), ("Road", true), ("zeppelins", false)]);
    assert!(Segmenter::default().cut("anything").iter().all(|p| p.term.is_none()));
}

#[test]
fn extra_stop_words_stop_every_form() {
    in_file("# house style\ncompanies\n經濟\n", |path| {
        let settings = Settings { stopwords: Some(path.to_owned()), ..Settings::default() };
        let (_, corpus) = fit(&[article("a", "The company 经济 grows", &[])], &settings).unwrap();
        assert_eq!(surfaces(&corpus), ["grows"]);
    });
}

#[test]
fn a_bad_line_of_a_side_file_is_named() {
    for (content, line, wrong) in [
        ("好词\n深渊 many n\n", 2, "\"many\" is not a whole number"),
        ("# ok\n\n深渊 0\n", 3, "not from 1"),
        ("深渊 99999999999\n", 1, "not from 1"),
        ("深渊 3 n x\n", 1, "one field too many"),
        ("!! 3\n", 1, "no letter or digit"),
    ] {
        let error = in_file(content, |path| {
            fit(&[], &Settings { dict: Some(path.to_owned()), ..Settings::default() }).unwrap_err()
        });
        let Error::Line { line: at, reason, .. } = &error else { panic!("{error:?}") };
        assert_eq!(*at, line, "{content}");
        assert!(reason.contains(wrong) && reason.contains("write `word`"), "{reason}");
    }
    let error = in_file("two words\n", |path| {
        fit(&[], &Settings { stopwords: Some(path.to_owned()), ..Settings::default() }).unwrap_err()
    });
    assert!(matches!(error, Error::Line { line: 1, .. }));
    let error = fit(&[], &Settings { dict: Some("no/such/file".into()), ..Settings::default() }).unwrap_err();
    assert!(matches!(error, Error::Read { .. }));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let articles: Vec<_> = (0..600)
        .map(|i| {
            let mut one = digest().swap_remove(i % 4);
            one.passages
                .push(Passage { text: format!("Item w{} 第{i}项 open science", i % 97), ..Passage::default() });
            one
        })
        .collect();
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| fitted(&articles).1)
    };
    let one = run(1);
    assert!(phrases(&one).contains(&"open science"));
    assert!(one == run(2) && one == run(3));
}

#[test]
fn documents_tell_their_languages() {
    for (title, text, lang) in [
        ("基础研究", "国家支持科研", "zh"),
        ("Basic research", "grows in the capital", "en"),
        ("十大举措助推首都高校基础研究", "Ten measures promote research in the capital", "zh+en"),
        ("наука", "и техника", "other"),
        ("気候変動の研究", "これはデータです", "other"),
        ("", "123", "other"),
    ] {
        assert_eq!(fitted(&[article("a", title, &[text])]).1.documents.of(0).lang(), lang, "{title}");
    }
}

#[test]
fn nothing_in_nothing_out() {
    let (segmenter, corpus) = fitted(&[]);
    assert!(corpus.terms.is_empty() && corpus.documents.is_empty() && segmenter.cut("").is_empty());
    let (_, corpus) = fitted(&[article("a", "", &[])]);
    assert_eq!(corpus.documents.len(), 1);
}

#[test]
fn twelve_copies_of_one_article_are_segmented() {
    let copies: Vec<_> = (0..12).map(|i| Article { id: i.to_string(), ..digest().swap_remove(1) }).collect();
    let (_, corpus) = fitted(&copies);
    assert!(corpus.documents.iter().all(|d| d == corpus.documents.of(0)));
}

#[test]
fn a_real_digest_yields_its_phrases() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/seed.txt");
    let Ok(seed) = fs::read_to_string(&path) else {
        println!("skipped: the digest ../shared/seed.txt is not here");
        return;
    };
    let articles: Vec<_> = seed
        .lines()
        .skip(2)
        .collect::<Vec<_>>()
        .chunks(3)
        .map(|lines| article(lines[0], lines[0], &lines[2].split("Group ").collect::<Vec<_>>()))
        .collect();
    let (_, corpus) = fitted(&articles);
    let found = phrases(&corpus);
    for phrase in ["Belt and Road", "open science", "deep-sea", "joint laboratories", "Hong Kong"] {
        assert!(found.iter().any(|f| f.eq_ignore_ascii_case(phrase)), "{phrase} in {found:?}");
    }
}
