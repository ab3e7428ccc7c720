//! Names that count and names that do not, the key of the corpus, and what a theme is about by hand.

use std::{collections::BTreeMap, fs};

use proptest::prelude::*;

use super::{names::NAMES, *};
use crate::{
    article::Passage,
    input,
    segment::{self, Settings},
};

fn article(id: &str, title: &str, texts: &[&str]) -> Article {
    let passages = texts.iter().map(|text| Passage { text: (*text).to_owned(), ..Passage::default() }).collect();
    Article { id: id.to_owned(), title: title.to_owned(), passages, ..Article::default() }
}

fn who(articles: &[Article]) -> Who {
    let (_, segmented) = segment::fit(articles, &Settings::default()).unwrap();
    fit(articles, &segmented)
}

/// The codes of the countries and regions that a text names, sorted.
fn codes(text: &str) -> String {
    let found = who(&[article("a", "", &[text])]);
    let parties = found.named_by(0).map(|p| &found.parties[p]).filter(|p| p.kind != Kind::Organisation);
    parties.map(|p| p.code.as_str()).collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|&(text, expected)| {
            let found = codes(text);
            (found != expected).then(|| format!("{text}: {found}, not {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn english_names_adjectives_and_peoples() {
    check(&[
        ("Brazil and the Dutch met the British in Tashkent.", "BR GB NL"),
        ("Ties between the US and the UK, and between U.S. and U.K. firms", "GB US"),
        ("The United Arab Emirates, an Emirati bank, South Korea and North Korea", "AE KP KR"),
        ("A Franco-Chinese and a Sino-British laboratory", "CN FR GB"),
        ("Czech and Swiss researchers; Kyrgyz, Uzbek and Lao firms", "CH CZ KG LA UZ"),
        ("FRANCE BEATS SPAIN", "ES FR"),
        ("Iranians, Israelis and Frenchmen", "FR IL IR"),
        ("The China-Uruguay Joint Laboratory", "CN UY"),
        (
            "the European Union and ASEAN, the Arab states, Central Asia and Latin America",
            "arab-states asean central-asia eu latin-america",
        ),
        ("Bolivia, Tanzania, Côte d'Ivoire, Türkiye and Viet Nam", "BO CI TR TZ VN"),
    ]);
}

#[test]
fn english_names_that_mean_something_else() {
    check(&[
        ("tell us about it, let us go", ""),
        ("GIVE US MORE TIME", ""),
        ("They polish the turkey and put it on china; it may come in March.", ""),
        ("Michael Jordan and Chad Smith play in Georgia, New Jersey and New Mexico.", ""),
        ("Jordan said that Chad had left.", ""),
        ("Egypt, Jordan and Syria signed.", "EG JO SY"),
        ("Jordan's king returned to Amman.", "JO"),
        ("Georgia and Tbilisi's mayor", "GE"),
        ("the South China Sea, the Indian Ocean, New England and a Guinea pig", ""),
        ("Latin American, South American and North American leaders", "latin-america north-america south-america"),
        ("the Nigerian delta, not Niger", "NE NG"),
        ("The Dominican Republic and the Democratic Republic of the Congo", "CD DO"),
        ("Written in Chinese and in French, or in English and Uzbek; translated from Russian.", ""),
        ("Chinese has one word for both.", ""),
        ("The Chinese and the French agree.", "CN FR"),
        ("Matt Holland passed to Alan Brazil and Dawn French.", ""),
        ("Holland beat Brazil.", "BR NL"),
        ("Americana, Chinatown, Indianapolis, Germanic, Francesca", ""),
    ]);
}

#[test]
fn chinese_names_in_full_and_in_short() {
    check(&[
        ("巴西、以色列和英国的代表来了", "BR GB IL"),
        ("中英关系、中美贸易与中日韩合作", "CN GB JP KR US"),
        ("俄乌冲突与巴以局势", "IL PS RU UA"),
        ("中方和美方同意，英方没有表态", "CN GB US"),
        ("巴西科技部：巴中科技合作", "BR CN"),
        ("巴基斯坦总理说，中巴是铁杆朋友", "CN PK"),
        ("中以科技创新合作", ""), // without 以色列, 中以 may be two words
        ("以色列与中国：中以科技创新合作", "CN IL"),
        ("英国人和美国队", "GB US"),
        ("欧盟、东盟、金砖国家和阿拉伯国家", "arab-states asean brics eu"),
        ("中非合作论坛，非洲国家", "CN africa"),
        ("中非共和国", "CF"),
        ("中東、歐盟與紐西蘭，中國與英國", "CN GB NZ eu middle-east"),
        ("南非与北非", "ZA africa"),
        ("加拿大和朝鲜、韩国、老挝", "CA KP KR LA"),
        ("刚果（金）总统", "CD"),
    ]);
}

#[test]
fn chinese_words_that_hold_a_name() {
    check(&[
        ("发展中国家的其中国际合作，集中国力", ""),
        ("英语、法律、德育、美丽、中心、日本语", ""),
        ("西班牙语和阿拉伯语，朝鲜族与蒙古族", ""),
        ("内蒙古、马里兰州、印度洋、日本海、墨西哥湾", ""),
        ("其中美丽的风景，年中日均", ""),
        ("其中法律和其中英语", ""),
        ("约旦·亨德森进球", ""),
        ("中美洲国家", "central-america"),
        ("华北、西北、东南、南海", ""),
    ]);
}

/// Articles, the codes each names by the reading of a person, and those the program finds.
fn key() -> (BTreeMap<String, Vec<String>>, BTreeMap<String, Vec<String>>) {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/");
    let table = fs::read_to_string(format!("{root}tests/reference/partners.csv")).unwrap();
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let key =
        table.lines().skip(1).filter_map(|l| l.split_once(',')).map(|(id, c)| (id.to_owned(), words(c))).collect();
    let articles = input::read(&[format!("{root}corpus")], &input::Settings::default()).unwrap().articles;
    let found = who(&articles);
    let named = |i: usize| {
        let parties = found.named_by(i).map(|p| &found.parties[p]).filter(|p| p.kind != Kind::Organisation);
        parties.map(|p| p.code.clone()).collect()
    };
    (key, articles.iter().enumerate().map(|(i, a)| (a.id.clone(), named(i))).collect())
}

#[test]
fn the_corpus_names_whom_its_reader_found() {
    let (key, found) = key();
    assert!(key.keys().eq(found.keys()), "the key has other articles than the corpus");
    let (mut right, mut wrong, mut missed) = (0, Vec::new(), Vec::new());
    for (id, codes) in &found {
        right += codes.iter().filter(|c| key[id].contains(c)).count();
        wrong.extend(codes.iter().filter(|c| !key[id].contains(c)).map(|c| format!("{id}: {c}")));
        missed.extend(key[id].iter().filter(|c| !codes.contains(c)).map(|c| format!("{id}: {c}")));
    }
    let precision = right as f64 / (right + wrong.len()) as f64;
    let recall = right as f64 / (right + missed.len()) as f64;
    println!("precision {precision:.3}, recall {recall:.3}; wrong {wrong:?}, missed {missed:?}");
    assert!(precision >= 0.95, "precision {precision:.3}: {wrong:?}");
    assert!(recall >= 0.95, "recall {recall:.3}: {missed:?}");
}

#[test]
fn every_party_of_the_lists_can_be_shown_and_found() {
    let names = &NAMES;
    assert!(names.finder.is_some());
    assert!(names.parties.len() > 290, "{}", names.parties.len());
    let codes: Vec<&str> = names.parties.iter().map(|p| p.code.as_str()).collect();
    for (i, party) in names.parties.iter().enumerate() {
        assert!(party.zh.is_some() && party.en.is_some() || party.code == "AQ", "{party:?}");
        assert_eq!(codes.iter().filter(|c| **c == party.code).count(), 1, "{}", party.code);
        let own = names.names.iter().any(|n| n.parties == [i] && n.rule != names::Rule::Place);
        assert!(own || party.code == "AQ", "{} has no name of its own", party.code);
    }
    let kind = |code: &str| names.parties.iter().find(|p| p.code == code).unwrap().kind;
    assert_eq!((kind("GB"), kind("PS"), kind("HK")), (Kind::Country, Kind::Country, Kind::Region));
    assert_eq!((kind("eu"), kind("un")), (Kind::Region, Kind::Organisation));
}

#[test]
fn codes_in_the_lists_of_compounds_exist() {
    for line in include_str!("words/compounds.txt").lines().filter(|l| !l.starts_with('#')) {
        for code in line.split_whitespace().skip(1) {
            assert!(names::is_known(code), "{line}");
        }
    }
}

#[test]
fn a_mention_quotes_its_name() {
    let text = "會議在北京開幕。英國代表說……";
    let articles = [article("a", "中国与巴西", &["Nothing here.", text])];
    let found = who(&articles);
    let quoted: Vec<(Option<u32>, &str)> = found
        .mentions
        .iter()
        .map(|m| (m.passage, m.passage.map_or(articles[0].title.as_str(), |p| &articles[0].passages[p as usize].text)))
        .zip(&found.mentions)
        .map(|((passage, text), m)| (passage, &text[m.bytes()]))
        .collect();
    assert_eq!(quoted, [(None, "中国"), (None, "巴西"), (Some(1), "英國")]);
    assert!(found.fits(&articles));
    let mut broken = found.clone();
    broken.mentions[0].span = 1..2;
    assert!(!broken.fits(&articles), "half a character");
    broken = found.clone();
    broken.mentions[0].party = 9;
    assert!(!broken.fits(&articles));
    broken = found;
    broken.sides = vec![Some((0, 7))];
    assert!(!broken.fits(&articles));
}

/// The organisations of a text that two articles print.
fn organisations(text: &str) -> Vec<String> {
    let found = who(&[article("a", "", &[text]), article("b", "", &[text])]);
    let parties = found.named_by(0).map(|p| &found.parties[p]).filter(|p| p.kind == Kind::Organisation);
    parties.map(|p| p.code.clone()).collect()
}

#[test]
fn organisations_are_few_and_right() {
    let cases: [(&str, &[&str]); 9] = [
        (
            "He works at the University of Leeds and the Chinese Academy of Sciences.",
            &["Chinese Academy of Sciences", "University of Leeds"],
        ),
        ("The European Space Agency (ESA) said so; ESA is ready.", &["European Space Agency"]),
        (
            "The Ministry of Science and Technology met the United Nations.",
            &["Ministry of Science and Technology", "un"],
        ),
        ("A university, the bank and our council disagree. The Council agrees.", &[]),
        ("Bank of England's rates", &["Bank of England"]),
        ("他毕业于清华大学和中国科学院", &["中国科学院", "清华大学"]),
        ("世界卫生组织与联合国教科文组织", &["unesco", "who"]),
        ("俄罗斯国防部发言人说", &["俄罗斯国防部"]),
        ("几家上市公司和商业银行，大学和医院", &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(organisations(text), expected, "{text}");
    }
    let alone = who(&[article("a", "", &["He works at the University of Leeds."])]);
    assert!(alone.parties.is_empty(), "one article is not enough for an organisation of no list");
}

#[test]
fn two_sides_of_an_article() {
    let sides = |title: &str, text: &str| {
        let found = who(&[article("a", title, &[text])]);
        found.sides[0].map(|(a, b)| format!("{} {}", found.parties[a].code, found.parties[b].code)).unwrap_or_default()
    };
    assert_eq!(sides("中英科技合作", "内容。"), "CN GB");
    assert_eq!(sides("A laboratory", "Uruguay sells soya to China. China buys it."), "CN UY");
    assert_eq!(sides("China", "China grows. China builds. China sings. It met France and China once. China."), "");
    assert_eq!(sides("A visit to Peru", "China's minister came. Peru's president was glad."), "CN PE");
    assert_eq!(sides("A summit", "France, Spain and Italy met."), "");
}

/// Articles in two themes; what each names in its title.
fn about(titles: &[(&str, usize)]) -> Vec<(String, bool)> {
    let articles: Vec<Article> =
        titles.iter().enumerate().map(|(i, (title, _))| article(&format!("{i:02}"), title, &[])).collect();
    let found = who(&articles);
    let theme: Vec<Option<usize>> = titles.iter().map(|&(_, t)| Some(t)).collect();
    let about = found.about(&theme, 2, |i| i);
    let codes = |a: &About| a.parties.iter().map(|&p| found.parties[p].code.clone()).collect::<Vec<_>>().join(" ");
    about.iter().map(|a| (codes(a), a.bilateral)).collect()
}

#[test]
fn what_all_of_a_corpus_speaks_of_marks_no_theme() {
    let mut titles = vec![("China's corn", 0); 8];
    titles.extend([("Corn in Peru", 0); 6]);
    titles.extend([("China's steel", 1); 8]);
    titles.extend([("Steel again", 1); 6]);
    assert_eq!(about(&titles), [("PE".to_owned(), false), (String::new(), false)]);
}

#[test]
fn a_theme_of_two_sides_has_the_other_side_as_partner() {
    let mut titles = vec![("China and Peru", 0), ("China and Chile", 0), ("China and Peru again", 0), ("A harvest", 0)];
    titles.extend([("Steel", 1); 6]);
    assert_eq!(about(&titles)[0], ("PE CL".to_owned(), true));
}

#[test]
fn articles_of_one_story_count_once() {
    let articles: Vec<Article> = (0..8).map(|i| article(&i.to_string(), ["Peru", "Corn"][i / 4], &[])).collect();
    let found = who(&articles);
    let theme: Vec<Option<usize>> = (0..8).map(|i| Some(i / 4)).collect();
    assert_eq!(found.about(&theme, 2, |i| i)[0].parties.len(), 1);
    assert!(found.about(&theme, 2, |i| i.max(3))[0].parties.is_empty(), "one story printed four times");
}

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<String>(),
        "[a-zA-Z -]{0,6}",
        "[一-龥]{0,3}",
        prop::sample::select(vec![
            "中英",
            "中国",
            "發展中國家",
            "巴中",
            "英國",
            "US",
            "U.S.",
            "Sino-",
            "in Chinese",
            "Jordan",
            "·",
            "（ESA）",
            "Bank of",
            "University",
            " and ",
            "The ",
            "大学",
            "清华大学",
            "北京",
            "'s",
            "e\u{301}",
            "\u{200B}",
            "\n",
            "。",
            ". ",
            "(",
            "European Space Agency (ESA)",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_gives_places_within_it(title in text(), heading in text(), body in text()) {
        let passage = Passage { heading: Some(heading), text: body.clone(), ..Passage::default() };
        let one = Article { id: "a".to_owned(), title, passages: vec![passage], ..Article::default() };
        let two = Article { id: "b".to_owned(), ..one.clone() };
        let articles = [one, two];
        let found = who(&articles);
        prop_assert!(found.fits(&articles));
        let saved = serde_json::to_string(&found).unwrap();
        prop_assert_eq!(serde_json::from_str::<Who>(&saved).unwrap(), found);
    }
}
