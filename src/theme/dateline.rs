//! Words of datelines and bylines (本报讯, 新浪娱乐讯, `LONDON (Reuters) -`): they say who wrote an article and where, not
//! what it is about, so they name no theme.

use std::ops::Range;

use crate::{
    article::Article,
    segment::{Document, Term},
};

/// Words at each end of an article's text that may be a dateline or a byline without the look of one.
const EDGE: usize = 5;
/// Only texts of this many words tell: of a shorter one, too much lies at its ends.
const LONG: usize = 20 * EDGE;
/// In so many articles at least a word must stand in datelines or at the edge …
const ARTICLES: u32 = 5;
/// … and so large a share of its occurrences in what looks like a dateline …
const DATED: f64 = 0.4;
/// … or so large a share of those in long texts at the edge. By chance it would be a tenth, at most.
const EDGED: f64 = 0.8;
/// Bytes of a dateline at most.
const BYTES: usize = 90;

/// How often a term stands somewhere, and in how many articles.
#[derive(Clone, Copy, Default)]
struct Count {
    times: u32,
    articles: u32,
    /// The last article that was counted, from 1.
    last: u32,
}

impl Count {
    fn add(&mut self, article: u32) {
        self.times += 1;
        self.articles += u32::from(self.last != article);
        self.last = article;
    }

    fn mostly(self, all: Self, share: f64) -> bool {
        self.articles >= ARTICLES && f64::from(self.times) >= share * f64::from(all.times)
    }
}

/// The terms that belong to datelines or bylines, ascending.
pub(super) fn find(articles: &[&Article], documents: &[&Document], terms: &[Term]) -> Vec<u32> {
    let none = vec![Count::default(); terms.len()];
    let (mut all, mut dated, mut long, mut edged) = (none.clone(), none.clone(), none.clone(), none);
    for (number, (article, document)) in (1..).zip(articles.iter().zip(documents)) {
        let is_word = |term: u32| terms[term as usize].parts.is_empty();
        let words = document.passages.iter().flat_map(|p| &p.text).filter(|token| is_word(token.term)).count();
        let mut at = 0;
        for (i, (passage, tokens)) in article.passages.iter().zip(&document.passages).enumerate() {
            let head = if i == 0 { dateline(&passage.text) } else { 0..0 };
            for token in &tokens.text {
                let term = token.term as usize;
                all[term].add(number);
                if head.contains(&(token.start as usize)) {
                    dated[term].add(number);
                }
                if words >= LONG {
                    long[term].add(number);
                    if at < EDGE || at + EDGE >= words {
                        edged[term].add(number);
                    }
                }
                // A phrase stands before its words.
                at += usize::from(is_word(token.term));
            }
        }
    }
    let furniture = |t: usize| dated[t].mostly(all[t], DATED) || edged[t].mostly(long[t], EDGED);
    (0u32..).zip(0..terms.len()).filter(|&(_, t)| furniture(t)).map(|(id, _)| id).collect()
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
