//! The stage on small corpora whose terms and rows are set by hand.

use ndarray::{Array2, Axis, array};

use super::*;
use crate::{
    article::{Citation, Passage},
    segment::{Document, PassageTokens, Term, Token},
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
        let lang = |word: &str| if word.is_ascii() { Lang::En } else { Lang::Zh };
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
        let documents: Vec<Document> = texts
            .iter()
            .map(|passages| Document {
                title: Vec::new(),
                passages: passages.iter().map(|p| PassageTokens { heading: vec![], text: tokens(p) }).collect(),
                lang: if passages.iter().all(|p| p.is_ascii()) { "en" } else { "zh+en" },
            })
            .collect();
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
            segmented: Segmented { terms, documents },
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
        let rows = self.embed(&self.bags);
        let passage_bags: Vec<Bag> = self
            .passages
            .iter()
            .map(|&(a, p)| Bag::of_passage(&self.segmented.documents[a as usize].passages[p as usize]))
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
                articles: &self.articles,
                segmented: &self.segmented,
                bags: &self.bags,
                rows: rows.view(),
                passages: &self.passages,
                passage_rows: passage_rows.view(),
                clusters: &clusters,
                clustered: &clustered,
                source_terms: &[],
                named: None,
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
    let mut corpus = Corpus::new(&[&["море глубина"], &["море глубина"], &[RAIL], &[RAIL]]);
    for term in corpus.segmented.terms.iter_mut().filter(|t| !t.key.is_ascii()) {
        term.lang = Lang::Other;
    }
    corpus.segmented.documents[0].lang = "other";
    corpus.segmented.documents[1].lang = "other";
    let themes = corpus.fit(&[0, 0, 1, 1], Settings::default());
    assert!(themes.themes[0].en.as_deref().is_some_and(|name| name.contains("море")), "{:?}", themes.themes[0]);
}
