//! From what a file says to seeds and pins.
//!
//! The vector of a theme is the unit mean of its words' vectors, its examples and the articles its `must` words pin. An
//! article matches a theme if its cosine to that, or to the vector of one of its words, is at least [`NEAR`] and that of most articles. The seed is drawn to the articles that match best
//! (pseudo-relevance feedback after Rocchio 1971), so that it lies among the rows it will gather: a word alone lies at the
//! rim of its theme, and a Chinese word at the rim of the English articles it means.

use std::collections::BTreeMap;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};
use rayon::prelude::*;

use super::{
    Steered, Theme, Wanted,
    words::{Finder, Needle},
};
use crate::{article::Article, embed::Embedder, segment::Segmenter, vectorize::Vectorizer};

/// The least cosine of an article to one of the words of a theme (or to its vector) that it matches. Measured with some 70
/// questions of a word or two to 500 articles each of BBC News, cnews, THUCNews titles and both languages mixed, and to
/// collections of 80 and 9: where articles of the subject are there, the best has .42 to .93 (asked in the other language,
/// .26 to .54); where there are none, .10 to .28, or up to .38 for a single article that touches on it.
const NEAR: f32 = 0.25;

/// … and how many standard deviations above the mean of all articles it is. With 0, the name "deep-sea research" drew 26 of the
/// 80 articles of `corpus/`, with .5, 1 and 1.5 it draws 11; BBC News with its five classes named is the same with any.
const ABOVE: f32 = 1.0;

/// Articles that a seed is drawn to, at most.
const FEEDBACK: usize = 10;

/// What the themes are resolved in.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The articles, ordered by id, `n`.
    pub articles: &'a [Article],
    /// Cuts words as the articles were cut.
    pub segmenter: &'a Segmenter,
    /// Weighs their terms.
    pub vectorizer: &'a Vectorizer,
    /// Embeds them.
    pub embedder: &'a Embedder,
    /// Embeddings of the articles, `n × d`.
    pub rows: ArrayView2<'a, f32>,
}

/// Finds the seed of each named theme, and what belongs to it. The examples are among the articles (see
/// [`open`](super::open)).
#[must_use]
pub fn resolve(wanted: &Wanted, input: &Input<'_>) -> Steered {
    let themes = &wanted.themes;
    let (n, m) = (input.articles.len(), themes.len());
    let mut notes = Vec::new();
    let mut note = |theme: &Theme, what: String| {
        notes.push(format!("{}: line {}: theme {:?}: {what}", wanted.path, theme.line, theme.name.to_string()));
    };
    let vectors: Vec<Vec<Array1<f32>>> = themes
        .iter()
        .map(|theme| {
            let known = theme.words.iter().filter_map(|word| {
                let vector = vector(input, word);
                if vector.is_none() {
                    let way_out = "if articles have it in their text, make it a `must`";
                    note(theme, format!("neither the articles' terms nor the lexicon know {word:?}; {way_out}"));
                }
                vector
            });
            known.collect()
        })
        .collect();

    let (held, mut forbidden) = literal(themes, input.articles);
    let mut examples: Vec<Option<usize>> = vec![None; n];
    for (t, theme) in themes.iter().enumerate() {
        for id in &theme.examples {
            if let Ok(i) = input.articles.binary_search_by(|a| a.id.as_str().cmp(id)) {
                examples[i] = Some(t);
            }
        }
    }
    // Where words of several themes pin an article, what it is like decides last, so this comes before the pins.
    let by_words: Vec<Array1<f32>> = vectors.iter().map(|words| mean(input, words.iter().map(Array1::view))).collect();
    let pinned: Vec<Option<usize>> = (0..n)
        .map(|i| {
            let pin = |best: Option<(usize, usize)>, (t, &count): (usize, &usize)| {
                if count == 0 || forbidden[i].contains(&t) {
                    return best;
                }
                let like = |t: usize| by_words[t].dot(&input.rows.row(i));
                match best {
                    Some((_, most)) if most > count => best,
                    Some((b, most)) if most == count && like(b) >= like(t) => best,
                    _ => Some((t, count)),
                }
            };
            examples[i].or_else(|| held[i].iter().enumerate().fold(None, pin).map(|(t, _)| t))
        })
        .collect();
    for (forbidden, pinned) in forbidden.iter_mut().zip(&pinned) {
        forbidden.retain(|&t| Some(t) != *pinned);
    }

    let own: Vec<Array1<f32>> = (0..m)
        .map(|t| {
            let members = (0..n).filter(|&i| pinned[i] == Some(t)).map(|i| input.rows.row(i));
            mean(input, vectors[t].iter().map(Array1::view).chain(members))
        })
        .collect();
    // A word that all articles are near tells none from another: in nine articles of one subject, most words are such.
    let typical = |word: &Array1<f32>| {
        let cosines = input.rows.dot(word);
        cosines.mean().unwrap_or_default() + ABOVE * cosines.std(0.0)
    };
    let asked: Vec<Vec<(&Array1<f32>, f32)>> = (0..m)
        .map(|t| vectors[t].iter().chain([&own[t]]).map(|word| (word, typical(word).max(NEAR))).collect())
        .collect();
    // The largest cosine to what is asked for, if that is near enough.
    let cosine = |i: usize, t: usize| {
        let near = asked[t].iter().map(|(word, least)| (input.rows.row(i).dot(*word), least));
        near.filter(|(cosine, least)| cosine >= least).map(|(cosine, _)| cosine).fold(0.0, f32::max)
    };
    let matched: Vec<Option<usize>> = (0..n)
        .map(|i| {
            let best = (0..m).filter(|t| !forbidden[i].contains(t)).fold(None, |best: Option<(usize, f32)>, t| {
                let cosine = cosine(i, t);
                if cosine > 0.0 && best.is_none_or(|(_, most)| cosine > most) { Some((t, cosine)) } else { best }
            });
            pinned[i].or(best.map(|(t, _)| t))
        })
        .collect();
    let mut firm = pinned.clone();
    let mut seeds = Array2::zeros((m, input.rows.ncols()));
    for t in 0..m {
        let mut near: Vec<usize> = (0..n).filter(|&i| matched[i] == Some(t)).collect();
        if near.is_empty() {
            let way_out = "add words in the language of the articles, examples, or `must` words";
            note(&themes[t], format!("no article matches it, so it is empty; {way_out}"));
        }
        near.sort_by(|&a, &b| cosine(b, t).total_cmp(&cosine(a, t)).then(a.cmp(&b)));
        // A theme that is matched at all keeps its best match.
        if let Some(&best) = near.first() {
            firm[best] = Some(t);
        }
        near.truncate(FEEDBACK.min((n / (2 * m)).max(1)));
        let near = mean(input, near.iter().map(|&i| input.rows.row(i)));
        seeds.row_mut(t).assign(&mean(input, [own[t].view(), near.view()].into_iter()));
    }
    let names = themes.iter().map(|theme| theme.name.clone()).collect();
    Steered { names, extra: wanted.extra, seeds, pinned, forbidden, matched, firm, notes }
}

/// The unit mean of vectors; zero if there are none, or if they cancel out.
fn mean<'a>(input: &Input<'_>, vectors: impl Iterator<Item = ArrayView1<'a, f32>>) -> Array1<f32> {
    let mut sum = vec![0.0_f64; input.rows.ncols()];
    for vector in vectors {
        sum.iter_mut().zip(vector).for_each(|(sum, &x)| *sum += f64::from(x));
    }
    let length = sum.iter().map(|x| x * x).sum::<f64>().sqrt();
    sum.into_iter().map(|x| if length > 0.0 { (x / length) as f32 } else { 0.0 }).collect()
}

/// The vector of a text, unit length: its terms as those of an article, words no article has by the lexicon. None if
/// nothing in it is known.
fn vector(input: &Input<'_>, text: &str) -> Option<Array1<f32>> {
    let mut counts: BTreeMap<(Option<u32>, String), u32> = BTreeMap::new();
    for piece in input.segmenter.cut(text) {
        *counts.entry((piece.term, piece.key)).or_default() += 1;
    }
    let (mut columns, mut weights, mut words) = (Vec::new(), Vec::new(), Vec::new());
    for ((term, key), count) in counts {
        let column = term.and_then(|term| input.vectorizer.column(term));
        let weight = input.vectorizer.weight(column, count) as f32;
        match column.and_then(|column| u32::try_from(column).ok()) {
            Some(column) => {
                columns.push(column);
                weights.push(weight);
            }
            None => words.extend(input.embedder.word(&key).map(|vector| (weight, vector))),
        }
    }
    let vector = input.embedder.embed_with((&columns, &weights), &words);
    vector.iter().any(|&x| x != 0.0).then_some(vector)
}

/// For each article, how often it has `must` words of each theme, and the themes of whose `never` words it has one. Without
/// such words, the texts are not read.
fn literal(themes: &[Theme], articles: &[Article]) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
    let finder = Finder::new();
    let needles = |words: &[String]| words.iter().filter_map(|word| finder.needle(word)).collect::<Vec<Needle>>();
    let wanted: Vec<[Vec<Needle>; 2]> =
        themes.iter().map(|theme| [needles(&theme.must), needles(&theme.never)]).collect();
    if wanted.iter().flatten().all(Vec::is_empty) {
        return (vec![Vec::new(); articles.len()], vec![Vec::new(); articles.len()]);
    }
    let of = |finder: &mut Finder, article: &Article| {
        let texts = finder.texts(article);
        let count = |needles: &[Needle]| needles.iter().map(|needle| texts.count(needle)).sum::<usize>();
        let held = wanted.iter().map(|[must, _]| count(must)).collect();
        let never = (0..wanted.len()).filter(|&t| count(&wanted[t][1]) > 0).collect();
        (held, never)
    };
    articles.par_iter().map_init(Finder::new, of).unzip()
}
