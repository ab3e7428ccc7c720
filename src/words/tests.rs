use proptest::prelude::*;
use rustc_hash::FxHashSet;

use super::{
    count::levels,
    measure::entropy,
    text::{BREAK, SET_OFF},
    *,
};
use crate::article::{Citation, Passage, Position};

fn article(i: usize, title: &str, text: &str) -> Article {
    let position = Position { line: 3, start: 10, end: 10 + text.len() as u64 };
    let passage = Passage { text: text.to_owned(), position, ..Passage::default() };
    Article {
        id: format!("a{i}"),
        title: title.to_owned(),
        path: "a.txt".to_owned(),
        passages: if text.is_empty() { Vec::new() } else { vec![passage] },
        ..Article::default()
    }
}

fn titles<'t>(titles: impl IntoIterator<Item = &'t str>) -> Vec<Article> {
    titles.into_iter().enumerate().map(|(i, title)| article(i, title, "")).collect()
}

fn words(articles: &[Article]) -> Vec<String> {
    find(articles, &segment::Settings::default()).unwrap().words.into_iter().map(|word| word.word).collect()
}

#[test]
fn freedom_agrees_with_the_formula_by_hand() {
    let a = u32::from('a');
    let of = |counts: &[(u32, usize)]| entropy(counts.iter().copied());
    assert_eq!(of(&[(a, 5)]), 0.0);
    assert!((of(&[(a, 4), (a + 1, 4)]) - 2.0_f64.ln()).abs() < 1e-12);
    // 1/2, 1/4, 1/4: 1.5 bits.
    assert!((of(&[(a, 2), (a + 1, 1), (a + 2, 1)]) - 1.5 * 2.0_f64.ln()).abs() < 1e-12);
    assert!((of(&[(a, 2), (BREAK, 2)]) - 2.0_f64.ln()).abs() < 1e-12, "the end of a clause is one neighbour");
    assert!((of(&[(SET_OFF, 4)]) - 4.0_f64.ln()).abs() < 1e-12, "a quotation mark is another one each time");
    assert_eq!(of(&[]), 0.0);
}

/// Counted with a window over the text.
#[test]
fn strings_are_counted_as_a_window_counts_them() {
    let dictionary = Dictionary::new(&segment::Settings::default()).unwrap();
    let written = ["月壤月壤月壤，样品", "月壤样品", "样品月壤样品"];
    let text = Text::read(&titles(written), &dictionary);
    assert_eq!(text.total, 8 + 4 + 6);
    for (len, level) in (1..).zip(levels(&text, 4, 2)) {
        let mut seen = 0;
        for gram in &level.grams {
            let word = text.word(gram.first, len);
            let window = |title: &&str| {
                let characters: Vec<char> = title.chars().collect();
                characters.windows(len).filter(|window| window.iter().copied().eq(word.chars())).count()
            };
            assert_eq!(gram.count as usize, written.iter().map(window).sum::<usize>(), "{word}");
            assert_eq!(gram.articles as usize, written.iter().filter(|t| t.contains(&word)).count(), "{word}");
            seen += gram.count;
        }
        assert_eq!(level.ids.iter().filter(|&&id| id != count::NONE).count(), seen as usize);
    }
}

#[test]
fn a_coinage_is_found_and_its_stumps_are_not() {
    let found = words(&titles([
        "谈低碳芯材的用处",
        "新的低碳芯材到货",
        "低碳芯材涨价",
        "工厂用低碳芯材造船",
        "他们看好低碳芯材。",
        "“低碳芯材”获奖",
    ]));
    assert!(found.contains(&"低碳芯材".to_owned()), "{found:?}");
    assert!(!found.iter().any(|word| word != "低碳芯材" && "低碳芯材".contains(word.as_str())), "{found:?}");
}

/// Thirteen characters around a word that has three neighbours on each side.
const SENTENCES: [&str; 3] =
    ["研究所昨天公布月壤样品的成分。", "两位工程师打算用月壤烧制砖块。", "专家说带回月壤比预想的更困难。"];

#[test]
fn a_reprint_makes_no_word() {
    let once = article(0, "", &SENTENCES.concat());
    assert_eq!(words(&[once.clone(), once.clone(), once.clone(), once]), [""; 0], "one article, printed four times");
    let apart: Vec<Article> = SENTENCES.iter().enumerate().map(|(i, text)| article(i, "", text)).collect();
    let found = find(&apart, &segment::Settings::default()).unwrap();
    assert_eq!((found.words[0].word.as_str(), found.words[0].frequency, found.words[0].articles), ("月壤", 3, 3));
    let again: Vec<Article> = apart.iter().chain(&apart).cloned().collect();
    assert_eq!(find(&again, &segment::Settings::default()).unwrap().words, found.words);
}

#[test]
fn grammar_amounts_and_formulas_make_no_words() {
    for (string, contexts) in [
        ("船的", ["买船的人", "修船的厂", "看船的孩子", "说船的事"]),
        ("三艘", ["看三艘船", "买三艘艇", "修三艘舰", "拖三艘筏"]),
        ("他强调", ["但他强调要改", "而他强调安全", "会上他强调速度", "信里他强调质量"]),
    ] {
        let found = words(&titles(contexts));
        assert!(!found.iter().any(|word| word.contains(string)), "{string}: {found:?}");
    }
    // Always a clause of its own.
    let found = words(&titles(["晨报讯，船到了", "晨报讯，桥通了", "晨报讯，雨停了", "晨报讯，花开了"]));
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn the_dictionary_and_the_users_words_are_not_new() {
    let written = ["碳中和目标", "谈碳中和路径", "到碳中和还远", "“碳中和”解读"];
    assert!(!words(&titles(written)).contains(&"碳中和".to_owned()), "the program's own list has it");
    let moon = ["讨论月壤成分", "月壤样品到了", "用月壤造砖", "他带回月壤。"];
    assert_eq!(words(&titles(moon)), ["月壤"]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("words.txt");
    std::fs::write(&path, find(&titles(moon), &segment::Settings::default()).unwrap().dictionary()).unwrap();
    let settings = segment::Settings { dict: Some(path), ..segment::Settings::default() };
    assert_eq!(find(&titles(moon), &settings).unwrap().words, [], "what was written can be read, and is known then");
}

#[test]
fn traditional_text_counts_with_simplified() {
    let found =
        find(&titles(["讨论丽鱼习性", "養麗魚要溫水", "愛麗魚的人", "他放生丽鱼。"]), &segment::Settings::default());
    let found = found.unwrap();
    let word = found.words.iter().find(|word| word.word == "丽鱼").unwrap();
    assert_eq!((word.frequency, word.articles), (4, 4));
}

#[test]
fn the_example_is_the_first_sentence_of_running_text_with_its_line() {
    let mut articles = titles(["讨论月壤成分", "用月壤造砖", "“月壤”"]);
    articles[0].id = "x".to_owned();
    let mut last = article(3, "月壤", "天晴了。\n他们带回月壤[1]样品。后来呢？");
    let mark = last.passages[0].text.find("[1]").unwrap();
    last.passages[0].citations = vec![Citation { number: 1, span: mark..mark + 3 }];
    articles.push(last);
    let found = find(&articles, &segment::Settings::default()).unwrap();
    let example = &found.words[0].example;
    assert_eq!((example.article.as_str(), example.path.as_str(), example.line), ("a3", "a.txt", 4));
    assert_eq!(example.quote, "他们带回月壤样品。");
}

#[test]
fn more_characters_ask_for_more_occurrences() {
    assert_eq!([0, 90_000, 800_000, 4_000_000].map(enough), [3, 3, 9, 20]);
}

/// Sentences of few characters, so that they repeat, and marks between them.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => "[月壤样品氣候丽鱼王毅船的]{1,5}",
        1 => "[，。、“”！ a1\n]",
        1 => "\\PC{0,3}",
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_word_occurs_as_often_as_is_said(texts in prop::collection::vec(text(), 1..12)) {
        let articles: Vec<Article> = texts.iter().enumerate().map(|(i, text)| article(i, "", text)).collect();
        let settings = segment::Settings::default();
        let found = find(&articles, &settings).unwrap();
        let dictionary = Dictionary::new(&settings).unwrap();
        // The slow way: stretches of characters as strings, repeated sentences left out.
        let mut met = FxHashSet::default();
        let mut stretches: Vec<(usize, String)> = Vec::new();
        for (i, text) in texts.iter().enumerate() {
            for sentence in dictionary.characters(text, &[]).chunk_by(|_, next| !next.opens) {
                let plain: String = sentence.iter().map(|c| c.character).collect();
                if sentence.len() >= 12 && !met.insert(plain) {
                    continue;
                }
                for stretch in sentence.chunk_by(|c, _| c.after == segment::Edge::Character) {
                    stretches.push((i, stretch.iter().map(|c| c.character).collect()));
                }
            }
        }
        for word in &found.words {
            let starts = |text: &str| text.char_indices().filter(|(at, _)| text[*at..].starts_with(&word.word)).count();
            let count: usize = stretches.iter().map(|(_, stretch)| starts(stretch)).sum();
            let within: FxHashSet<usize> =
                stretches.iter().filter(|(_, s)| s.contains(&word.word)).map(|(i, _)| *i).collect();
            prop_assert_eq!(word.frequency as usize, count, "{}", &word.word);
            prop_assert_eq!(word.articles as usize, within.len(), "{}", &word.word);
            prop_assert!(!dictionary.has(&word.word) && (2..=LONGEST).contains(&word.word.chars().count()));
            prop_assert!(word.cohesion >= 0.4 && word.cohesion <= 1.0 && word.freedom >= 0.69, "{word:?}");
        }
        prop_assert_eq!(found.characters, stretches.iter().map(|(_, s)| s.chars().count()).sum::<usize>());
    }

    #[test]
    fn any_text_is_read(texts in prop::collection::vec("\\PC*", 0..6)) {
        let articles: Vec<Article> = texts.iter().enumerate().map(|(i, text)| article(i, text, text)).collect();
        find(&articles, &segment::Settings::default()).unwrap();
    }
}
