//! What a lexicon is built from: a list of words, and texts.

use std::{fs, path::Path};

use rustc_hash::FxHashSet;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use super::parts::is_han;
use crate::{
    article::{Article, Passage},
    error::{Error, Result},
    segment,
};

/// A text to fit a lexicon to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// The text.
    pub text: String,
    /// Its language, such as `zh` or `en`, if it is told.
    pub lang: Option<String>,
    /// What joins it to its translations, if it has any.
    pub pair: Option<String>,
}

/// A key and the word that the teacher is asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) form: String,
}

fn read(path: &Path) -> Result<String> {
    let shown = || path.display().to_string();
    let bytes = fs::read(path).map_err(|source| Error::Read { path: shown(), source })?;
    String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|&&b| b == b'\n').count() + 1;
        Error::Line { path: shown(), line, reason: "not UTF-8; save the file as UTF-8".to_owned() }
    })
}

/// Reads a list of words: one word or phrase a line, common ones first. What follows a tab is ignored, and so is what
/// follows a space from a number on, as in jieba's dictionaries.
///
/// # Errors
/// [`Error::Read`] if the file cannot be read, [`Error::Line`] if it is not UTF-8.
pub fn read_words(path: &Path) -> Result<Vec<String>> {
    let text = read(path)?;
    let mut seen = FxHashSet::default();
    let words = text.trim_start_matches('\u{FEFF}').lines().map(|line| {
        let line = line.split('\t').next().unwrap_or_default().trim();
        match line.split_once(' ') {
            Some((word, rest)) if rest.split(' ').next().is_some_and(|n| n.parse::<u64>().is_ok()) => word,
            _ => line,
        }
    });
    Ok(words.filter(|word| !word.is_empty() && seen.insert(*word)).map(str::to_owned).collect())
}

/// Reads texts: JSON lines with `text` and, if known, `lang` and `pair` (texts of one pair are translations of one
/// another), or one plain text a line. Which, the first line tells. A text that came before is left out.
///
/// # Errors
/// [`Error::Read`] if the file cannot be read, [`Error::Line`] if a line is not what the first one promised.
pub fn read_texts(path: &Path) -> Result<Vec<Text>> {
    #[derive(Deserialize)]
    struct Line {
        text: String,
        lang: Option<String>,
        pair: Option<serde_json::Value>,
    }
    let content = read(path)?;
    let lines = || {
        let lines = content.trim_start_matches('\u{FEFF}').lines().map(str::trim);
        (1..).zip(lines).filter(|(_, line)| !line.is_empty())
    };
    let json = lines().next().is_some_and(|(_, line)| line.starts_with('{'));
    let mut seen = FxHashSet::default();
    let mut texts = Vec::new();
    for (number, line) in lines() {
        let text = if json {
            let Line { text, lang, pair } = serde_json::from_str(line).map_err(|error| Error::Line {
                path: path.display().to_string(),
                line: number,
                reason: format!("{error}; write {{\"text\": …, \"lang\": …, \"pair\": …}}, one text a line"),
            })?;
            let pair = pair.filter(|pair| !pair.is_null());
            Text { text, lang, pair: pair.map(|pair| pair.as_str().map_or_else(|| pair.to_string(), str::to_owned)) }
        } else {
            Text { text: line.to_owned(), ..Text::default() }
        };
        if !text.text.trim().is_empty() && seen.insert(text.text.clone()) {
            texts.push(text);
        }
    }
    Ok(texts)
}

/// The keys of words, ascending, each with the form that the teacher is asked for: the first of the list.
///
/// A Chinese word is its own key, folded to simplified characters, even where it would not be cut as one word: as a
/// phrase, or as a part of a word that is not known. Other words have the keys that the segmenter gives them; those it
/// never counts (numbers, stop words) have none.
pub(super) fn entries(words: &[String]) -> Result<Vec<Entry>> {
    let chinese = |word: &str| {
        let folded: String = word.nfkc().collect();
        folded.chars().all(is_han).then(|| fast2s::convert(&folded))
    };
    let mut keyed: Vec<Option<String>> = words.iter().map(|word| chinese(word)).collect();
    let others: Vec<usize> = (0..words.len()).filter(|&i| keyed[i].is_none()).collect();
    let articles: Vec<Article> =
        others.iter().map(|&i| Article { title: words[i].clone(), ..Article::default() }).collect();
    let settings = segment::Settings { phrases: false, ..segment::Settings::default() };
    let (_, segmented) = segment::fit(&articles, &settings)?;
    for (&i, document) in others.iter().zip(segmented.documents.iter()) {
        let keys: Vec<&str> =
            document.title().iter().map(|token| segmented.terms[token.term as usize].key.as_str()).collect();
        keyed[i] = (!keys.is_empty()).then(|| keys.join(" "));
    }
    let mut seen = FxHashSet::default();
    let mut entries: Vec<Entry> = words
        .iter()
        .zip(keyed)
        .filter_map(|(word, key)| Some(Entry { key: key?, form: word.clone() }))
        .filter(|entry| seen.insert(entry.key.clone()))
        .collect();
    entries.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    Ok(entries)
}

/// Cuts texts into words, without phrases: a lexicon sums words.
pub(super) fn cut(texts: &[Text]) -> Result<segment::Segmented> {
    cut_with(texts, false)
}

/// Cuts texts into words and the phrases that they make.
pub(super) fn cut_phrases(texts: &[Text]) -> Result<segment::Segmented> {
    cut_with(texts, true)
}

fn cut_with(texts: &[Text], phrases: bool) -> Result<segment::Segmented> {
    let articles: Vec<Article> = texts
        .iter()
        .map(|text| Article {
            passages: vec![Passage { text: text.text.clone(), ..Passage::default() }],
            ..Article::default()
        })
        .collect();
    let settings = segment::Settings { phrases, ..segment::Settings::default() };
    Ok(segment::fit(&articles, &settings)?.1)
}
