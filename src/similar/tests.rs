use ndarray::{Array2, array};

use super::*;
use crate::{
    article::{Article, Passage},
    embed::{Embedder, Origin, Texts},
    model::Model,
    segment::{self, Settings},
    vectorize::{self, Bag},
};

/// A model of articles with the vectors that `vector` gives each term; the first two dimensions are the lexicon's.
fn model(texts: &[(&str, &str)], vector: impl Fn(&str) -> [f32; 3]) -> Model {
    let mut articles: Vec<Article> = texts
        .iter()
        .map(|(id, text)| Article {
            id: (*id).to_owned(),
            passages: vec![Passage { text: (*text).to_owned(), ..Passage::default() }],
            ..Article::default()
        })
        .collect();
    articles.sort_by(|a, b| a.id.cmp(&b.id));
    let (segmenter, segmented) = segment::fit(&articles, &Settings::default()).unwrap();
    let bags: Vec<Bag> = segmented.documents.iter().map(Bag::of_document).collect();
    let vectorizer = vectorize::fit(&bags, segmented.terms.len(), &vectorize::Settings::default());
    let rows = vectorizer.transform(&bags);
    let columns: Vec<f32> =
        vectorizer.columns.iter().flat_map(|&term| vector(&segmented.terms[term as usize].surface)).collect();
    let origin = Origin { fingerprint: "of no lexicon".into(), weight: 1.0, dimensions: 2 };
    let columns = Array2::from_shape_vec((rows.cols, 3), columns).unwrap();
    let embedder = Embedder::restore(columns.view(), Some((origin, None)));
    let vectors = embedder.embed(&rows);
    Model {
        passages: (0u32..).take(articles.len()).map(|i| (i, 0)).collect(),
        passage_vectors: Texts::Held(vectors.clone()),
        articles,
        segmenter,
        vectorizer,
        embedder,
        rows,
        vectors,
        ..Model::default()
    }
}

fn asked(model: &Model, text: &str) -> Similar {
    similar(model, &Query::Text(text.into()), 5).unwrap()
}

fn pairs(hit: &Hit) -> Vec<(&str, &str)> {
    hit.pairs.iter().map(|pair| (pair.query.as_str(), pair.hit.as_str())).collect()
}

fn close(a: f64, b: f64) -> bool {
    // The lengths of what terms mean in general are held to a thousandth.
    (a - b).abs() < 1e-3
}

#[test]
fn shares_of_pairs_are_parts_of_the_score() {
    let vector = |term: &str| match term {
        "ocean" => [0.8, 0.6, 0.5],
        "budget" => [-0.6, 0.8, 0.1],
        "海洋" => [0.6, 0.8, 0.3],
        "大学" => [0.8, -0.6, 0.4],
        other => panic!("{other}"),
    };
    let model = model(&[("en", "ocean budget"), ("zh", "海洋，大学，海洋")], vector);
    let found = similar(&model, &Query::Id("en".into()), 5).unwrap();
    let hit = &found.hits[0];
    assert_eq!((hit.id.as_str(), pairs(hit)), ("zh", vec![("ocean", "海洋")]));

    // By hand. Each term is in one of the two articles, so all have one idf, and only the tf of 海洋 is not 1.
    let tf = 1.0 + 2f64.ln();
    let english = [(1.0, vector("ocean")), (1.0, vector("budget"))];
    let chinese = [(tf, vector("海洋")), (1.0, vector("大学"))];
    let dot = |a: [f64; 3], b: [f64; 3]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let wide = |v: [f32; 3]| v.map(f64::from);
    let sum =
        |terms: [(f64, [f32; 3]); 2]| [0, 1, 2].map(|j| terms.iter().map(|(x, v)| x * f64::from(v[j])).sum::<f64>());
    let (x, y) = (sum(english), sum(chinese));
    let lengths = (dot(x, x) * dot(y, y)).sqrt();
    let score = dot(x, y) / lengths;
    assert!(close(hit.score, score), "{} {score}", hit.score);
    let part = |(x, v): (f64, [f32; 3]), (y, w): (f64, [f32; 3])| x * y * dot(wide(v), wide(w)) / lengths;
    assert!(close(hit.pairs[0].share, part(english[0], chinese[0]) / score), "{:?}", hit.pairs);
    let all: f64 = english.iter().flat_map(|&t| chinese.iter().map(move |&u| part(t, u))).sum();
    assert!(close(all / score, 1.0));
    // Of unit length in the lexicon's two dimensions.
    assert!(close(hit.pairs[0].likeness, 0.8 * 0.6 + 0.6 * 0.8), "{:?}", hit.pairs);
}

#[test]
fn a_hyphen_makes_one_word_where_it_means_more_than_its_parts() {
    let vector = |term: &str| match term {
        "deep" => [1.0, 0.0, 0.0],
        "sea" => [0.0, 1.0, 0.0],
        "深海" => [0.7, 0.7, 0.1],
        "大学" => [-0.7, 0.7, 0.1],
        _ => [0.0, 0.0, 1.0],
    };
    let model = model(&[("a", "深海"), ("b", "大学"), ("c", "deep"), ("d", "sea")], vector);
    let of = |text: &str| asked(&model, text).hits.into_iter().find(|hit| hit.id == "a").unwrap();
    let hit = of("deep-sea");
    assert_eq!(pairs(&hit), [("deep-sea", "深海")]);
    assert!(close(hit.pairs[0].share, 1.0), "the pair is all there is: {:?}", hit.pairs);
    // Apart they are two words, and one article's word meets only one of them.
    assert_eq!(of("deep, sea").pairs.len(), 1);
}

#[test]
fn a_word_that_both_have_needs_no_other_of_its_language() {
    // All terms mean the same.
    let model = model(&[("a", "ocean sea 海洋"), ("b", "budget")], |term| match term {
        "budget" => [-1.0, 0.0, 0.0],
        _ => [1.0, 0.0, 0.1],
    });
    let found = asked(&model, "ocean");
    assert_eq!(found.hits[0].shared[0].term, "ocean");
    assert_eq!(pairs(&found.hits[0]), [("ocean", "海洋")]);
    // Each word is in one pair.
    assert!(asked(&model, "海洋 ocean").hits[0].pairs.len() <= 2);
}

#[test]
fn a_phrase_and_its_words_are_not_both_listed() {
    let text = "The radio telescope listens. A radio telescope is big. Our radio telescope hears it.";
    let texts = [("a", text), ("b", text), ("c", text), ("zh", "望远镜")];
    let model = model(&texts, |term| if term.starts_with("listen") { [0.0, 1.0, 0.0] } else { [1.0, 0.0, 0.1] });
    assert!(model.segmenter.terms().iter().any(|term| term.surface == "radio telescope"), "no phrase was learnt");
    let found = asked(&model, "radio telescope");
    let hit = found.hits.iter().find(|hit| hit.id == "zh").unwrap();
    assert_eq!(hit.pairs.len(), 1, "{:?}", hit.pairs);
    let found = asked(&model, "望远镜");
    let hit = found.hits.iter().find(|hit| hit.id == "a").unwrap();
    assert_eq!(hit.pairs.len(), 1, "{:?}", hit.pairs);
}

#[test]
fn words_of_one_subject_alone_do_not_meet() {
    // Alike in the corpus's view, not in the lexicon's.
    let model = model(&[("a", "snake"), ("b", "血清")], |term| match term {
        "snake" => [1.0, 0.0, 2.0],
        _ => [0.0, 1.0, 2.0],
    });
    let found = asked(&model, "snake");
    let hit = found.hits.iter().find(|hit| hit.id == "b").unwrap();
    assert!(hit.score > 0.7 && hit.pairs.is_empty(), "{hit:?}");
}

#[test]
fn without_its_lexicon_a_model_knows_the_words_of_its_articles_alone() {
    let model = model(&[("a", "snake"), ("b", "血清")], |_| [1.0, 0.0, 0.0]);
    let found = asked(&model, "snake vaccine vaccines Snake");
    assert_eq!((found.unknown, found.understood), (vec!["vaccine".to_owned()], vec![]));
    let error = similar(&model, &Query::Text("vaccine".into()), 5).unwrap_err();
    assert!(error.to_string().contains("vaccine"), "{error}");
}

#[test]
fn lexicon_words_weigh_as_a_term_of_no_article() {
    // The embedding of the two words is what the embedder makes of them with these weights.
    let mut model = model(&[("a", "snake"), ("b", "血清")], |_| [0.0, 0.0, 0.0]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("two.lexicon");
    let keys = ["snake", "vaccin"].map(str::to_owned);
    let (bits, about) = (crate::lexicon::Bits::Eight, crate::lexicon::About::default());
    let bytes = crate::lexicon::encode(&keys, array![[1.0, 0.0], [0.0, 1.0]].view(), bits, &about).unwrap();
    std::fs::write(&path, &bytes).unwrap();
    let fingerprint = format!("{:016x}", crate::lexicon::Lexicon::read(bytes, "two").unwrap().fingerprint());
    let origin = Origin { fingerprint, weight: 0.5, dimensions: 2 };
    model.embedder = Embedder::restore(array![[0.5, 0.0, 0.0], [0.0, 0.0, 1.0]].view(), Some((origin, None)));
    model.vectors = model.embedder.embed(&model.rows);
    assert_eq!(asked(&model, "snake vaccine").unknown, ["vaccine"]);
    assert!(model.embedder.recall(&path).unwrap());

    let found = asked(&model, "snake vaccine");
    assert_eq!((found.unknown, found.understood), (vec![], vec!["vaccine".to_owned()]));
    // idf of a term that one of two articles has, and of one that none has.
    let (one, none) = (1.5_f64.ln() + 1.0, 3_f64.ln() + 1.0);
    let expected = one / one.hypot(none);
    assert!((found.hits[0].score - expected).abs() < 0.01, "{} {expected}", found.hits[0].score);
}
