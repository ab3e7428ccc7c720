//! The stage on small corpora whose terms and rows are set by hand.

use ndarray::{Array2, Axis, array};
use rand_xoshiro::{Xoshiro256Plus, rand_core::SeedableRng};

use super::*;
use crate::segment::Segmented;
use crate::{
    article::{Citation, Passage},
    random::draw,
    segment::{Documents, PassageTokens, Term, Token},
};

/// A corpus: each article is a list of passages, each a list of words; a word of Han characters is Chinese.
struct Corpus {
    articles: Vec<Article>,
    segmented: Segmented,
    bags: Vec<Bag>,
    passages: Vec<(u32, u32)>,
}

impl Corpus {
    fn new(texts: &[&[&str]]) -> Self {
        let mut words: Vec<&str> = texts.iter().flat_map(|t| t.iter()).flat_map(|p| p.split(' ')).collect();
        words.sort_unstable();
        words.dedup();
        let id = |word: &str| u32::try_from(words.binary_search(&word).unwrap()).unwrap();
        let cyrillic = |c: char| matches!(c, '\u{400}'..='\u{4FF}' | ' ');
        let lang = |word: &str| match word {
            word if word.is_ascii() => Lang::En,
            word if word.chars().all(cyrillic) => Lang::Other,
            _ => Lang::Zh,
        };
        let terms = words
            .iter()
            .map(|w| Term { key: (*w).to_owned(), surface: (*w).to_owned(), lang: lang(w), parts: Vec::new() })
            .collect();
        let tokens = |text: &str| {
            let mut at = 0;
            let token = |word: &str| {
                let start = u32::try_from(at).unwrap();
                at += word.len() + 1;
                Token { term: id(word), start, end: start + u32::try_from(word.len()).unwrap() }
            };
            text.split(' ').map(token).collect::<Vec<_>>()
        };
        let mut documents = Documents::default();
        for passages in texts {
            let lang = match passages.concat() {
                text if text.is_ascii() => "en",
                text if text.chars().all(cyrillic) => "other",
                _ => "zh+en",
            };
            let texts: Vec<Vec<Token>> = passages.iter().map(|p| tokens(p)).collect();
            documents.push(lang, &[], texts.iter().map(|text| PassageTokens { heading: &[], text }));
        }
        let articles = texts
            .iter()
            .enumerate()
            .map(|(i, passages)| Article {
                id: format!("a{i:02}"),
                passages: passages.iter().map(|p| Passage { text: (*p).to_owned(), ..Passage::default() }).collect(),
                ..Article::default()
            })
            .collect();
        Self {
            articles,
            bags: documents.iter().map(Bag::of_document).collect(),
            passages: (0u32..)
                .zip(texts)
                .flat_map(|(a, t)| (0..u32::try_from(t.len()).unwrap()).map(move |p| (a, p)))
                .collect(),
            segmented: Segmented { terms, documents, ..Segmented::default() },
        }
    }

    /// Unit rows of term counts, an embedding without reduction.
    fn embed(&self, bags: &[Bag]) -> Array2<f32> {
        let mut rows = Array2::zeros((bags.len(), self.segmented.terms.len()));
        for (bag, mut row) in bags.iter().zip(rows.axis_iter_mut(Axis(0))) {
            bag.0.iter().for_each(|&(term, count)| row[term as usize] = count as f32);
            let norm = row.dot(&row).sqrt().max(1e-12);
            row /= norm;
        }
        rows
    }

    fn fit(&self, labels: &[usize], settings: Settings) -> Themes {
        self.fit_with(labels, settings, false)
    }

    fn fit_with(&self, labels: &[usize], settings: Settings, translates: bool) -> Themes {
        let rows = self.embed(&self.bags);
        let passage_bags: Vec<Bag> = self
            .passages
            .iter()
            .map(|&(a, p)| Bag::of_passage(self.segmented.documents.of(a as usize).passage(p as usize)))
            .collect();
        let passage_rows = self.embed(&passage_bags);
        let k = labels.iter().max().map_or(0, |m| m + 1);
        let clustered: Vec<usize> = (0..labels.len()).collect();
        let mut centroids = Array2::zeros((k, rows.ncols()));
        for (&label, row) in labels.iter().zip(rows.outer_iter()) {
            centroids.row_mut(label).scaled_add(1.0, &row);
        }
        let clusters = Clusters { centroids, labels: labels.to_vec(), ..Clusters::default() };
        fit(
            &Input {
                articles: &self.articles.iter().collect::<Vec<_>>(),
                documents: &self.segmented.documents.iter().collect::<Vec<_>>(),
                terms: &self.segmented.terms,
                bags: Bags::Held(&self.bags.iter().collect::<Vec<_>>()),
                rows: rows.view(),
                passages: &self.passages,
                passage_rows: passage_rows.view().into(),
                passage_at: &(0..self.passages.len()).collect::<Vec<_>>(),
                clusters: &clusters,
                clustered: &clustered,
                source_terms: &[],
                stories: &(0..labels.len()).collect::<Vec<_>>(),
                columns: &(0u32..).take(self.segmented.terms.len()).collect::<Vec<_>>(),
                term_rows: &Linear::new(Array2::eye(self.segmented.terms.len()).view()),
                translates,
                named: None,
                described: true,
            },
            &settings,
        )
    }
}

const SEA: &str = "trench hadal lander plankton sediment pressure";
const RAIL: &str = "railway freight corridor tariff gauge depot";

#[test]
fn an_article_whose_passages_differ_shows_its_second_theme() {
    let corpus = Corpus::new(&[&[SEA], &[SEA], &[SEA, SEA, SEA, RAIL], &[RAIL], &[RAIL]]);
    let themes = corpus.fit(&[0, 0, 0, 1, 1], Settings::default());
    assert_eq!(themes.themes.len(), 2);
    assert_eq!(themes.members[2].theme, Some(0));
    assert_eq!(themes.members[2].also, [1]);
    assert_eq!(themes.themes[1].also, [2]);
    assert!(themes.members[2].confidence < themes.members[0].confidence);
    assert_eq!(themes.members[0].also, [] as [usize; 0]);
}

#[test]
fn a_short_caption_decides_nothing() {
    let corpus = Corpus::new(&[&[SEA], &[SEA], &[SEA, "railway freight"], &[RAIL], &[RAIL]]);
    let themes = corpus.fit(&[0, 0, 0, 1, 1], Settings::default());
    assert!(themes.members[2].also.is_empty());
}

#[test]
fn an_article_put_where_it_does_not_belong_is_unthemed_with_the_reason() {
    let corpus = Corpus::new(&[&[SEA], &[SEA], &[RAIL], &[RAIL], &[RAIL]]);
    // The third article is forced among the sea's.
    let themes = corpus.fit(&[0, 0, 0, 1, 1], Settings::default());
    assert_eq!(themes.members[2].theme, None);
    let because = themes.members[2].because.unwrap();
    assert!(matches!(because, Unthemed::Between { theme, corpus } if theme <= corpus), "{because}");
    assert!(themes.themes.iter().all(|t| !t.articles.contains(&2)));
}

#[test]
fn one_article_is_a_theme_among_few_and_unthemed_among_many() {
    let few = Corpus::new(&[&[SEA], &[RAIL], &[RAIL]]);
    assert_eq!(few.fit(&[0, 1, 1], Settings::default()).themes.len(), 2);
    let mut texts: Vec<&[&str]> = vec![&[RAIL]; 20];
    texts.push(&[SEA]);
    let labels: Vec<usize> = (0..21).map(|i| usize::from(i == 20)).collect();
    let many = Corpus::new(&texts).fit(&labels, Settings::default());
    assert_eq!(many.themes.len(), 1);
    assert_eq!(many.members[20].because, Some(Unthemed::Alone));
    assert!(many.reason.contains("one group was dissolved"), "{}", many.reason);
}

#[test]
fn copies_of_one_article_are_one_theme() {
    let texts: Vec<&[&str]> = vec![&[SEA]; 12];
    let themes = Corpus::new(&texts).fit(&[0; 12], Settings::default());
    assert_eq!(themes.themes.len(), 1);
    assert_eq!(themes.themes[0].articles.len(), 12);
    assert!((themes.themes[0].cohesion - 1.0).abs() < 1e-5);
    assert!(themes.members.iter().all(|m| m.place.0.abs() <= 1.0 && m.place.1.abs() <= 1.0));
}

#[test]
fn labels_have_each_language_of_the_theme_and_no_theme_has_anothers() {
    let corpus = Corpus::new(&[
        &["深渊 海沟 着陆器 trench hadal said said said"],
        &["深渊 海沟 trench hadal said"],
        &["railway freight said corridor"],
        &["railway freight said corridor"],
    ]);
    let themes = corpus.fit(&[0, 0, 1, 1], Settings::default());
    let (sea, rail) = (&themes.themes[0], &themes.themes[1]);
    assert!(sea.zh.as_deref().is_some_and(|l| l.contains("海沟") || l.contains("深渊")), "{:?}", sea.zh);
    assert!(sea.en.is_some());
    assert_eq!(rail.zh, None);
    assert_ne!(sea.en, rail.en);
    for label in [&sea.en, &rail.en] {
        assert!(!label.as_deref().unwrap().to_lowercase().contains("said"), "{label:?}");
    }
}

#[test]
fn a_theme_of_one_language_is_named_in_the_other_where_the_lexicon_is_sure() {
    let corpus = Corpus::new(&[&["卫星 轨道"], &["卫星 轨道"], &["qwertz bank"], &["qwertz bank"]]);
    let themes = corpus.fit_with(&[0, 0, 1, 1], Settings::default(), true).themes;
    assert_eq!((themes[0].en.as_deref(), themes[0].translated.as_deref()), (Some("Satellite"), Some("en")));
    assert_eq!((themes[1].zh.as_deref(), themes[1].translated.as_deref()), (Some("银行"), Some("zh")));
    let plain = corpus.fit(&[0, 0, 1, 1], Settings::default()).themes;
    assert_eq!((&plain[0].en, &plain[0].translated), (&None, &None));
}

#[test]
fn a_byline_names_no_theme() {
    let mut texts: Vec<String> =
        (0..6).map(|i| format!("byliner Word{i} {SEA} ").repeat(1) + &format!("{SEA} ").repeat(18)).collect();
    texts.push(RAIL.to_owned());
    let passages: Vec<[&str; 1]> = texts.iter().map(|text| [text.trim()]).collect();
    let corpus = Corpus::new(&passages.iter().map(|p| &p[..]).collect::<Vec<_>>());
    let labels = [0, 0, 0, 0, 0, 0, 1];
    let shown = |themes: Themes| {
        let terms = themes.themes[0].terms.iter();
        terms.map(|&(term, _)| corpus.segmented.terms[term as usize].key.clone()).collect::<Vec<_>>()
    };
    let terms = shown(corpus.fit(&labels, Settings { terms: 100, ..Settings::default() }));
    assert!(terms.iter().any(|term| term == "hadal") && !terms.iter().any(|term| term == "byliner"), "{terms:?}");
}

#[test]
fn a_quote_that_holds_the_name_comes_before_one_that_lies_a_little_nearer() {
    let corpus = Corpus::new(&[
        &["trench trench hadal lander plankton sediment"],
        &["hadal lander plankton sediment pressure"],
        &["trench trench hadal lander plankton sediment pressure mud"],
        &[RAIL],
    ]);
    let themes = corpus.fit(&[0, 0, 0, 1], Settings { evidence: 1, ..Settings::default() });
    let quote = &themes.themes[0].evidence[0];
    assert!(corpus.articles[quote.article].passages[0].words(&quote.span).contains("trench"));
}

#[test]
fn evidence_comes_from_different_articles_first_and_repeats_the_file() {
    let corpus = Corpus::new(&[&[SEA, SEA], &[SEA], &[RAIL]]);
    let themes = corpus.fit(&[0, 0, 1], Settings { evidence: 3, ..Settings::default() });
    let quotes = &themes.themes[0].evidence;
    assert_eq!(quotes.len(), 3);
    assert_ne!(quotes[0].article, quotes[1].article);
    for quote in quotes {
        let passage = &corpus.articles[quote.article].passages[quote.passage.unwrap()];
        assert_eq!(passage.words(&quote.span), SEA);
    }
}

#[test]
fn excerpts_keep_whole_points_without_marks() {
    let text = "First point [1] - The trench is deep [2][3] - 第三点：海沟很深。";
    let second = text.find("The").unwrap()..text.find(" - 第").unwrap();
    let marks = ["[1]", "[2]", "[3]"].map(|m| {
        let at = text.find(m).unwrap();
        Citation { number: 1, span: at..at + m.len() }
    });
    let first = 0..text.find(" - The").unwrap();
    let third = text.find('第').unwrap()..text.len();
    let passage = Passage {
        text: text.to_owned(),
        bullets: vec![first, second, third],
        citations: marks.to_vec(),
        ..Passage::default()
    };
    let trench = text.find("trench").unwrap();
    let span = excerpt(&passage, |range| if range.contains(&trench) { 1.0 } else { 0.0 });
    let words = passage.words(&span);
    assert!(words.starts_with("The trench is deep"), "{words}");
    assert!(!words.contains('['), "{words}");
}

#[test]
fn excerpts_are_cut_on_character_boundaries() {
    let text = "深".repeat(400);
    let passage = Passage { text: text.clone(), ..Passage::default() };
    let span = excerpt(&passage, |_| 0.0);
    assert!(text.get(span.clone()).is_some());
    assert!(span.len() < text.len());
    assert_eq!(excerpt(&Passage::default(), |_| 0.0), 0..0);
}

#[test]
fn places_fill_the_square_and_keep_themes_apart() {
    let rows = array![[1.0f32, 0.0, 0.0], [0.98, 0.2, 0.0], [0.0, 1.0, 0.0], [0.0, 0.98, 0.2]];
    let themes = [Some(0), Some(0), Some(1), Some(1)];
    let centroids = members::centroids(rows.view(), &themes, 2);
    let places = map::places(rows.view(), &themes, centroids.view());
    let far = |a: usize, b: usize| (places[a].0 - places[b].0).hypot(places[a].1 - places[b].1);
    assert!(far(0, 1) < far(0, 2) && far(2, 3) < far(1, 3), "{places:?}");
    assert!(places.iter().any(|p| p.0.abs() > 0.99 || p.1.abs() > 0.99), "{places:?}");
}

#[test]
fn a_theme_in_neither_language_is_named_by_its_terms() {
    let corpus = Corpus::new(&[&["море глубина"], &["море глубина"], &[RAIL], &[RAIL]]);
    let themes = corpus.fit(&[0, 0, 1, 1], Settings::default());
    assert!(themes.themes[0].en.as_deref().is_some_and(|name| name.contains("море")), "{:?}", themes.themes[0]);
}

/// Articles of two themes, the first of which has two parts that share half of their words.
fn parted() -> (Corpus, Vec<usize>) {
    let pool = |prefix: char, n: usize| (0..n).map(|i| format!("{prefix}{prefix}ab{i:02}x")).collect::<Vec<_>>();
    let (sea, wind, wave, rail) = (pool('s', 6), pool('w', 14), pool('v', 14), pool('r', 20));
    let mut rng = Xoshiro256Plus::seed_from_u64(5);
    let mut take = |words: &[String], n: usize| {
        draw(words.len(), n, &mut rng).into_iter().map(|at| words[at].clone()).collect::<Vec<_>>()
    };
    let texts: Vec<String> = (0..160)
        .map(|i| match i % 4 {
            0 => [take(&sea, 4), take(&wind, 9)].concat().join(" "),
            1 => [take(&sea, 4), take(&wave, 9)].concat().join(" "),
            _ => take(&rail, 12).join(" "),
        })
        .collect();
    let leaked: Vec<[&str; 1]> = texts.iter().map(|text| [text.as_str()]).collect();
    let passages: Vec<&[&str]> = leaked.iter().map(|text| &text[..]).collect();
    (Corpus::new(&passages), (0..160).map(|i| usize::from(i % 4 > 1)).collect())
}

#[test]
fn a_theme_with_parts_shows_them_and_their_names_are_their_own() {
    let (corpus, labels) = parted();
    let found = corpus.fit(&labels, Settings::default());
    let sea = found.themes.iter().find(|t| t.articles.iter().all(|i| i % 4 < 2)).unwrap();
    assert!(sea.subthemes.len() >= 2, "{}", sea.subthemes.len());
    let mut names: Vec<&str> = walk(&found.themes).filter_map(|t| t.en.as_deref()).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!((names.len(), count), (count, walk(&found.themes).count()));
    for part in &sea.subthemes {
        let first = part.articles[0] % 4;
        assert!(part.articles.iter().all(|i| i % 4 == first && sea.articles.contains(i)), "{:?}", part.articles);
        assert!(!part.terms.is_empty() && !part.evidence.is_empty() && part.cohesion > 0.0);
        assert!(part.evidence.iter().all(|quote| part.articles.contains(&quote.article)));
        // What both parts share tells neither from the other.
        let own = if first == 0 { "ww" } else { "vv" };
        let best = &corpus.segmented.terms[part.terms[0].0 as usize].key;
        assert!(best.starts_with(own), "{best}");
    }
    assert!(walk(&corpus.fit(&labels, Settings { depth: 1, ..Settings::default() }).themes).count() == 2);
}

#[test]
fn small_themes_and_themes_of_copies_stay_whole() {
    let mut texts: Vec<&[&str]> = vec![&[SEA]; 60];
    texts.extend(vec![&[RAIL] as &[&str]; 60]);
    let labels: Vec<usize> = (0..120).map(|i| i / 60).collect();
    let found = Corpus::new(&texts).fit(&labels, Settings { depth: 3, ..Settings::default() });
    assert!(found.themes.iter().all(|theme| theme.subthemes.is_empty()));
}

#[test]
fn the_best_fitting_are_taken_in_until_the_cap_holds() {
    let corpus =
        Corpus::new(&[&[SEA], &[SEA], &[RAIL], &["railway freight alpha beta gamma delta"], &[RAIL], &[RAIL], &[RAIL]]);
    // Two articles of rails are forced among the sea's.
    let labels = [0, 0, 0, 0, 1, 1, 1];
    let free = corpus.fit(&labels, Settings::default());
    let unthemed = |found: &Themes| (0..7).filter(|&i| found.members[i].theme.is_none()).collect::<Vec<_>>();
    assert_eq!(unthemed(&free), [2, 3]);
    for i in [2, 3] {
        let member = &free.members[i];
        assert_eq!(member.nearest, free.members[4].theme, "the rails are nearest");
        assert_eq!(member.says.as_ref().map(|quote| quote.article), Some(i));
    }
    let capped = |at_most| corpus.fit(&labels, Settings { unthemed_at_most: Some(at_most), ..Settings::default() });
    let one = capped(AtMost::Count(1));
    assert_eq!(unthemed(&one), [3], "the whole one fits better");
    assert_eq!(one.members[2].theme, one.members[4].theme);
    assert!(one.reason.contains("1 of 2 articles that fit no theme was taken into the nearest"), "{}", one.reason);
    assert_eq!(unthemed(&capped(AtMost::Share(0.1))), [0; 0]);
    assert_eq!(capped(AtMost::Share(0.5)), free, "a cap that holds changes nothing");
}

#[test]
fn an_article_without_words_cannot_be_taken_in() {
    let mut corpus = Corpus::new(&[&[SEA], &[SEA], &[RAIL], &[RAIL], &["and"]]);
    corpus.bags[4] = Bag(Vec::new());
    let rows = corpus.embed(&corpus.bags);
    let (mut cluster, mut because) = (vec![Some(0), Some(0), Some(1), Some(1), None], vec![None; 5]);
    because[4] = Some(Unthemed::NoTerms);
    let told = unthemed::take_in(rows.view(), &mut cluster, &mut because, 2, AtMost::Count(0)).unwrap();
    assert!(told.starts_with("0 of 1 articles") && told.ends_with("but 1 have no words to go by"), "{told}");
    assert_eq!((cluster[4], because[4]), (None, Some(Unthemed::NoTerms)));
}
