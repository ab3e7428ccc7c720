//! Words of datelines and bylines (本报讯, 新浪娱乐讯, `LONDON (Reuters) -`): they say who wrote an article and where, not
//! what it is about, so they name no theme.

use std::ops::Range;

use rayon::prelude::*;

use super::table::Table;
use crate::{article::Article, segment::Document};

/// Words at each end of an article's text that may be a dateline or a byline without the look of one.
const EDGE: usize = 5;
/// Only texts of this many words tell: of a shorter one, too much lies at its ends.
const LONG: usize = 20 * EDGE;
/// In so many articles at least a word must stand in datelines or at the edge …
const ARTICLES: usize = 5;
/// … and so large a share of its occurrences in what looks like a dateline …
const DATED: f64 = 0.4;
/// … or so large a share of those in long texts at the edge. By chance it would be a tenth, at most.
const EDGED: f64 = 0.8;
/// Bytes of a dateline at most.
const BYTES: usize = 90;

/// Articles a task of the thread pool walks through; any value finds the same terms.
const CHUNK: usize = 256;

/// Where a word stands that may belong to a dateline or byline.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// In what looks like a dateline.
    Dated,
    /// At the edge of a long text.
    Edge,
}

/// What an article says of datelines and bylines: the same for the whole and for each part that it is in.
pub(super) struct Mark {
    /// Whether its text has at least [`LONG`] words; a phrase is none beside its words.
    long: bool,
    /// The terms that stand where a dateline or byline may be.
    told: Vec<(u32, Place)>,
}

/// What each article says.
pub(super) fn marks(articles: &[&Article], documents: &[Document<'_>], table: &Table<'_>) -> Vec<Mark> {
    let mark = |(article, &document): (&&Article, &Document<'_>)| {
        let words = words(document, table);
        let mut told: Vec<(u32, Place)> = in_datelines(article, document).map(|term| (term, Place::Dated)).collect();
        if words >= LONG {
            at_edges(document, words, table, |term| told.push((term, Place::Edge)));
        }
        told.shrink_to_fit();
        Mark { long: words >= LONG, told }
    };
    articles.par_iter().zip(documents).with_min_len(CHUNK).map(mark).collect()
}

/// The terms that belong to datelines or bylines, ascending.
pub(super) fn find(documents: &[Document<'_>], marks: &[&Mark], table: &Table<'_>) -> Vec<u32> {
    // First the few places that tell, then what they are a share of.
    let mut told: Vec<(u32, Place, usize)> = Vec::new();
    for (article, mark) in marks.iter().enumerate() {
        told.extend(mark.told.iter().map(|&(term, place)| (term, place, article)));
    }
    told.par_sort_unstable();
    // How often each term stands in a place, in enough articles.
    let counted: Vec<(u32, Place, usize)> = told
        .chunk_by(|a, b| (a.0, a.1) == (b.0, b.1))
        .filter(|run| run.chunk_by(|a, b| a.2 == b.2).count() >= ARTICLES)
        .map(|run| (run[0].0, run[0].1, run.len()))
        .collect();
    if counted.is_empty() {
        return Vec::new();
    }
    let mut terms: Vec<u32> = counted.iter().map(|counted| counted.0).collect();
    terms.dedup();
    let places = table.places(terms);
    // How often each stands in all texts, and in long ones.
    let count = |(marks, documents): (&[&Mark], &[Document<'_>])| {
        let mut counts = vec![[0usize; 2]; places.count()];
        for (mark, document) in marks.iter().zip(documents) {
            let long = usize::from(mark.long);
            for token in document.passages().flat_map(|passage| passage.text) {
                if let Some(place) = places.get(token.term) {
                    counts[place][0] += 1;
                    counts[place][1] += long;
                }
            }
        }
        counts
    };
    let counts: Vec<Vec<[usize; 2]>> = marks.par_chunks(CHUNK).zip(documents.par_chunks(CHUNK)).map(count).collect();
    let mut found: Vec<u32> = counted
        .into_iter()
        .filter(|&(term, place, times)| {
            let (of, share) = if place == Place::Dated { (0, DATED) } else { (1, EDGED) };
            let all = places.get(term).map_or(0, |place| counts.iter().map(|counts| counts[place][of]).sum());
            times as f64 >= share * all as f64
        })
        .map(|(term, ..)| term)
        .collect();
    found.dedup();
    found
}

/// The words of a text; a phrase is none beside its words.
fn words(document: Document<'_>, table: &Table<'_>) -> usize {
    document.passages().flat_map(|p| p.text).filter(|token| table.is_word(token.term)).count()
}

/// The terms of what looks like an article's dateline.
fn in_datelines<'a>(article: &Article, document: Document<'a>) -> impl Iterator<Item = u32> + use<'a> {
    let head = article.passages.first().map_or(0..0, |passage| dateline(&passage.text));
    let tokens = document.passages().next().map_or(&[] as &[_], |passage| passage.text);
    tokens.iter().filter(move |token| head.contains(&(token.start as usize))).map(|token| token.term)
}

/// Tells the terms of the first and the last words of a text of so many.
fn at_edges(document: Document<'_>, words: usize, table: &Table<'_>, mut tell: impl FnMut(u32)) {
    let tokens = || document.passages().flat_map(|passage| passage.text).map(|token| token.term);
    let mut at = 0;
    for term in tokens() {
        if at >= EDGE {
            break;
        }
        tell(term);
        // A phrase stands before its words.
        at += usize::from(table.is_word(term));
    }
    // From the end: the words that follow a term and are not its own, with itself if it is a word.
    let mut left = 0;
    for term in document.passages().rev().flat_map(|passage| passage.text.iter().rev()).map(|token| token.term) {
        left += usize::from(table.is_word(term));
        if left > EDGE {
            break;
        }
        if words - left >= EDGE {
            tell(term);
        }
    }
}

/// The bytes at the beginning of a text that look like a dateline: up to 讯 or 电 before a blank or a mark, or up to a dash
/// after a bracket.
fn dateline(text: &str) -> Range<usize> {
    let end = (0..=BYTES.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let head = &text[..end];
    let ends = |(at, c): (usize, char)| {
        let rest = &head[at + c.len_utf8()..];
        let next = rest.chars().next().is_some_and(|c| c.is_whitespace() || "（(，,：:）)】—".contains(c));
        let written = matches!(c, '讯' | '电') && next;
        let dashed = matches!(c, ')' | '）') && rest.trim_start().starts_with(['-', '–', '—']);
        (written || dashed).then_some(at)
    };
    // A sentence that ends before is no dateline.
    let stop = head.find(['。', '！', '？', '\n']).unwrap_or(head.len());
    0..head.char_indices().find_map(ends).filter(|&end| end < stop).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datelines_are_told_by_their_look() {
        let of = |text: &'static str| &text[dateline(text)];
        assert_eq!(of("新浪娱乐讯 由冯小刚执导的影片今日上映。"), "新浪娱乐");
        assert_eq!(of("中新网北京5月3日电（记者 张三）会议在京举行。"), "中新网北京5月3日");
        assert_eq!(of("LONDON (Reuters) - Shares fell on Monday."), "LONDON (Reuters");
        assert_eq!(of("影片今日上映。新浪娱乐讯 其他"), "");
        assert_eq!(of("电影 票房"), "", "a word that begins with the sign is none");
        assert_eq!(of("He (and she) left."), "");
        assert_eq!(of(""), "");
    }
}
