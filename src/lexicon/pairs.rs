//! Words of two languages that mean the same: what names a theme in a language that none of its articles speaks.
//!
//! The pairs that ship with the program are a file made from its lexicon ([`pairs`]); they are few and sure.

use std::{collections::HashMap, sync::LazyLock};

use ndarray::{Array2, Axis, s};
use rayon::prelude::*;

use super::{
    format::Lexicon,
    sources::{self, Text},
};
use crate::{
    error::Result,
    segment::{Lang, Segmented, part_of_speech},
};

/// A term that fewer of the texts hold is too rare for a name.
const HOLDERS: usize = 4;
/// Each term of a pair is, up to this much less cosine, the other's nearest.
const MARGIN: f32 = 0.03;
/// Rows multiplied at once.
const CHUNK: usize = 1024;

/// Two terms that mean the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// The Chinese term.
    pub zh: String,
    /// The English term as it is mostly written.
    pub en: String,
    /// The English term's key.
    pub key: String,
    /// Cosine of the two in the lexicon, 0 to 1.
    pub cosine: f32,
    /// The part of speech of the Chinese term ([`part_of_speech`]); none for a word its dictionary does not have.
    pub tag: Option<String>,
}

/// The pairs of terms of the texts whose cosine is `least` at least, each all but the nearest of the other; by Chinese term.
///
/// # Errors
/// If the texts cannot be segmented.
pub fn pairs(lexicon: &Lexicon<'_>, texts: &[Text], least: f32) -> Result<Vec<Pair>> {
    let corpus = sources::cut_phrases(texts)?;
    let mut holders = vec![0usize; corpus.terms.len()];
    for document in corpus.documents.iter() {
        let mut terms: Vec<u32> = document.passages().flat_map(|p| p.text).map(|token| token.term).collect();
        terms.sort_unstable();
        terms.dedup();
        terms.into_iter().for_each(|term| holders[term as usize] += 1);
    }
    let of = |lang: Lang| -> (Vec<usize>, Array2<f32>) {
        let common = |t: &usize| corpus.terms[*t].lang == lang && holders[*t] >= HOLDERS;
        units(lexicon, &corpus, (0..corpus.terms.len()).filter(common))
    };
    let ((zh, chinese), (en, english)) = (of(Lang::Zh), of(Lang::En));
    let of_zh = nearest(&chinese, &english);
    let of_en = nearest(&english, &chinese);
    let mut found = Vec::new();
    for (i, &(j, cosine)) in of_zh.iter().enumerate() {
        if cosine >= least && cosine + MARGIN >= of_en[j].1 {
            found.push((i, j, cosine));
        }
    }
    for (j, &(i, cosine)) in of_en.iter().enumerate() {
        if cosine >= least && cosine + MARGIN >= of_zh[i].1 {
            found.push((i, j, cosine));
        }
    }
    found.sort_by_key(|pair| (pair.0, pair.1));
    found.dedup_by_key(|pair| (pair.0, pair.1));
    let pair = |(i, j, cosine): (usize, usize, f32)| {
        let (zh, en) = (&corpus.terms[zh[i]], &corpus.terms[en[j]]);
        let tag = part_of_speech(&zh.surface);
        Pair {
            zh: zh.surface.clone(),
            en: en.surface.clone(),
            key: en.key.clone(),
            cosine,
            tag: tag.map(str::to_owned),
        }
    };
    let mut pairs: Vec<Pair> = found.into_iter().map(pair).collect();
    pairs.sort_by(|a, b| a.zh.cmp(&b.zh).then(a.key.cmp(&b.key)));
    Ok(pairs)
}

/// Terms of which the lexicon knows every part, and their vectors of unit length.
fn units(lexicon: &Lexicon<'_>, corpus: &Segmented, terms: impl Iterator<Item = usize>) -> (Vec<usize>, Array2<f32>) {
    let mut vector = vec![0.0; lexicon.dimensions()];
    let (mut known, mut values) = (Vec::new(), Vec::new());
    for term in terms {
        let whole = |t: usize| lexicon.lookup(&corpus.terms[t].key).is_some();
        let parts = &corpus.terms[term].parts;
        let sure = if parts.is_empty() { whole(term) } else { parts.iter().all(|&p| whole(p as usize)) };
        if !sure || lexicon.compose(&corpus.terms[term].key, &mut vector).is_none() {
            continue;
        }
        let norm = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        if norm > 0.0 {
            known.push(term);
            values.extend(vector.iter().map(|x| x / norm));
        }
    }
    let shape = (known.len(), lexicon.dimensions());
    (known, Array2::from_shape_vec(shape, values).unwrap_or_default())
}

/// For each row the nearest of the others and its cosine, the first of equal ones; −1 if there is none.
fn nearest(rows: &Array2<f32>, others: &Array2<f32>) -> Vec<(usize, f32)> {
    let starts: Vec<usize> = (0..rows.nrows()).step_by(CHUNK).collect();
    let chunks: Vec<Vec<(usize, f32)>> = starts
        .into_par_iter()
        .map(|start| {
            let end = (start + CHUNK).min(rows.nrows());
            let cosines = rows.slice(s![start..end, ..]).dot(&others.t());
            let best = |line: ndarray::ArrayView1<'_, f32>| {
                let first = (0, -1.0);
                line.iter()
                    .enumerate()
                    .fold(first, |best, (j, &cosine)| if cosine > best.1 { (j, cosine) } else { best })
            };
            cosines.axis_iter(Axis(0)).map(best).collect()
        })
        .collect();
    chunks.into_iter().flatten().collect()
}

/// A word in the other language, and its part of speech if it is a Chinese one that the dictionary has.
type Counterpart = (&'static str, Option<&'static str>);

/// The shipped pairs: a Chinese term to the English one as written, an English key to the Chinese term; the nearest of each.
static SHIPPED: LazyLock<[HashMap<&str, Counterpart>; 2]> = LazyLock::new(|| {
    let mut lines: Vec<(&str, &str, &str, f32, Option<&str>)> = include_str!("../../lexicon/pairs.tsv")
        .lines()
        .filter_map(|line| {
            let mut fields = line.split('\t');
            let (zh, en, key) = (fields.next()?, fields.next()?, fields.next()?);
            Some((zh, en, key, fields.next()?.parse().ok()?, fields.next().filter(|tag| !tag.is_empty())))
        })
        .collect();
    // Of several, the nearest is put in last.
    lines.sort_by(|a, b| a.3.total_cmp(&b.3));
    let to_english = lines.iter().map(|&(zh, en, ..)| (zh, (en, None))).collect();
    [to_english, lines.iter().map(|&(zh, _, key, _, tag)| (key, (zh, tag))).collect()]
});

/// What a term of the given key and language is called in the other language, if that is sure; with its part of speech if
/// it is a Chinese word ([`part_of_speech`], noted in the list so that jieba's dictionary is not read for it).
#[must_use]
pub fn counterpart(key: &str, lang: Lang) -> Option<(&'static str, Option<&'static str>)> {
    match lang {
        Lang::Zh => SHIPPED[0].get(key).copied(),
        Lang::En => SHIPPED[1].get(key).copied(),
        Lang::Other => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_list_notes_parts_of_speech_as_the_dictionary_has_them() {
        let lines: Vec<Vec<&str>> =
            include_str!("../../lexicon/pairs.tsv").lines().map(|line| line.split('\t').collect()).collect();
        assert!(lines.len() > 2000);
        for fields in lines {
            assert_eq!(fields.len(), 5, "{fields:?}");
            assert_eq!(fields[4], part_of_speech(fields[0]).unwrap_or_default(), "{fields:?}");
        }
    }
}
