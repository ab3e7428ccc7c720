//! Whether a place of a Chinese text is the name that it looks like: whether it is cut so.

use std::ops::Range;

use super::names::Rule;
use crate::segment::{Term, Token, dictionary_words};

/// What may follow a name of two characters within one word of the dictionary; more would be another word (马里兰).
const TAILS: [&str; 24] = [
    "人",
    "队",
    "籍",
    "军",
    "式",
    "版",
    "裔",
    "系",
    "货",
    "产",
    "史",
    "馆",
    "政府",
    "总统",
    "总理",
    "首相",
    "国王",
    "大使",
    "民众",
    "人民",
    "女",
    "男",
    "王国",
    "共和国",
];
/// What may follow a compound within one word of the dictionary (中英关系); more would be another word (美中不足).
const COMPOUND_TAILS: [&str; 5] = ["关系", "战争", "两国", "贸易", "合作"];
/// What follows a name that tells a language or one of China's peoples.
const NO_STATE: &str = "语文族";
/// How much text around a short form is cut, in characters.
const AROUND: usize = 8;

/// Whether a character is one that Chinese is written in.
pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}')
}

/// Whether a name of some rule is one here. `text` is simplified, `tokens` are its words.
pub(super) fn is_name(text: &str, span: &Range<usize>, rule: Rule, tokens: &[Token], terms: &[Term]) -> bool {
    let after = text[span.end..].chars().next();
    let before = text[..span.start].chars().next_back();
    match rule {
        Rule::Short(_) | Rule::Compound | Rule::Pair(_) => is_cut(text, span),
        Rule::Place | Rule::Other => true,
        _ => {
            let name = &text[span.clone()];
            let is_plain = name.ends_with(['国', '洲']) || name.chars().nth(2).is_some();
            // 约旦·亨德森 is a person, 中国·成都 a place.
            let dotted = [before, after].iter().flatten().any(|c| matches!(c, '·' | '•' | '・'));
            if after.is_some_and(|c| NO_STATE.contains(c) && !text[span.end..].starts_with("文化"))
                || (dotted && !is_plain)
            {
                return false;
            }
            stands_in(text, span, tokens, terms, is_plain)
        }
    }
}

/// Whether no word of the text crosses the name's ends, but for one that begins with it and goes on as a name may.
fn stands_in(text: &str, span: &Range<usize>, tokens: &[Token], terms: &[Term], is_plain: bool) -> bool {
    // Tokens are ascending by their start; the longest word of the dictionary is far below 64 bytes.
    let from = tokens.partition_point(|t| (t.start as usize) + 64 < span.start);
    for token in &tokens[from..] {
        let (start, end) = (token.start as usize, token.end as usize);
        if start >= span.end {
            break;
        }
        let is_word = terms.get(token.term as usize).is_some_and(|term| term.parts.is_empty());
        if !is_word || end <= span.start {
            continue;
        }
        if start < span.start || (start > span.start && end > span.end) {
            return false;
        }
        if end > span.end && !is_plain {
            let tail = text.get(span.end..end).unwrap_or_default();
            if !TAILS.iter().any(|t| tail.starts_with(t)) {
                return false;
            }
        }
    }
    true
}

/// Whether the dictionary cuts a text before and after the name.
fn is_cut(text: &str, span: &Range<usize>) -> bool {
    let left = text[..span.start].char_indices().rev().take_while(|&(_, c)| is_han(c)).take(AROUND).last();
    let from = left.map_or(span.start, |(at, _)| at);
    let right = text[span.end..].char_indices().take_while(|&(_, c)| is_han(c)).take(AROUND).last();
    let to = right.map_or(span.end, |(at, c)| span.end + at + c.len_utf8());
    let inside = |word: &Range<usize>, at: usize| word.start + from < at && at < word.end + from;
    !dictionary_words(&text[from..to]).iter().any(|word| {
        let goes_on = word.start + from == span.start
            && text.get(span.end..word.end + from).is_some_and(|tail| COMPOUND_TAILS.contains(&tail));
        inside(word, span.start) || (inside(word, span.end) && !goes_on)
    })
}
