//! Passages that prove what the report says of a single article.

use std::ops::Range;

use crate::{
    model::Model,
    theme::{Quote, excerpt},
};

/// Characters of a quote that has to be cut around a term, at most; two thirds of the longest quote of a theme.
const AROUND: usize = 100;

/// The passage of an article that is most like all of it, quoted where its heaviest terms stand; its title, if it has no
/// passage.
pub(super) fn central(model: &Model, article: usize) -> Quote {
    by_closeness(model, article)
        .first()
        .map_or_else(|| title(model, article), |&passage| of(model, article, passage, None))
}

/// The passage of an article that holds a term, the one most like the whole article if several do; its title if only that
/// holds it, its most central passage if none does.
pub(super) fn holding(model: &Model, article: usize, term: u32) -> Quote {
    let holds = |text: &str| model.segmenter.cut(text).iter().any(|cut| cut.term == Some(term));
    let passages = by_closeness(model, article);
    let found = passages.iter().copied().find(|&p| holds(&model.articles[article].passages[p].text));
    match found {
        Some(passage) => of(model, article, passage, Some(term)),
        None if holds(&model.articles[article].title) => title(model, article),
        None => central(model, article),
    }
}

fn title(model: &Model, article: usize) -> Quote {
    Quote { article, passage: None, span: 0..model.articles[article].title.len() }
}

/// The passages of an article, those of largest cosine to it first, equal ones in order.
fn by_closeness(model: &Model, article: usize) -> Vec<usize> {
    let wanted = u32::try_from(article).unwrap_or(u32::MAX);
    let from = model.passages.partition_point(|&(a, _)| a < wanted);
    let to = model.passages.partition_point(|&(a, _)| a <= wanted);
    let whole = model.vectors.row(article);
    let rows = model.passage_vectors.by(&model.embedder);
    let mut passages: Vec<(f32, usize)> =
        (from..to).map(|at| (rows.row(at).dot(&whole), model.passages[at].1 as usize)).collect();
    passages.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    passages.into_iter().map(|(_, passage)| passage).collect()
}

/// A quote of a passage: the sentence of the heaviest terms, or the one that holds `term`.
fn of(model: &Model, article: usize, passage: usize, term: Option<u32>) -> Quote {
    let text = &model.articles[article].passages[passage];
    let cut = model.segmenter.cut(&text.text);
    let (columns, values) = model.rows.row(article);
    let weight = |cut: &crate::segment::QueryTerm| {
        let column = model.vectorizer.column(cut.term?)?;
        columns.binary_search(&u32::try_from(column).ok()?).ok().map(|at| f64::from(values[at]))
    };
    let weights: Vec<(usize, f64)> = cut.iter().map(|cut| (cut.span.start, weight(cut).unwrap_or(0.0))).collect();
    let wanted: Vec<Range<usize>> =
        cut.iter().filter(|cut| term.is_some() && cut.term == term).map(|cut| cut.span.clone()).collect();
    let inside = |range: &Range<usize>, span: &Range<usize>| range.start <= span.start && span.end <= range.end;
    let span = excerpt(text, |range| {
        // One occurrence outweighs all other terms, whose weights are at most 1 each.
        let holds = wanted.iter().any(|span| inside(range, span));
        let sum: f64 = weights.iter().filter(|(at, _)| range.contains(at)).map(|(_, weight)| weight).sum();
        sum + if holds { 1e6 } else { 0.0 }
    });
    // A long sentence is cut, perhaps before the term.
    let span = match wanted.first() {
        Some(first) if !wanted.iter().any(|wanted| inside(&span, wanted)) => around(&text.text, first),
        _ => span,
    };
    Quote { article, passage: Some(passage), span }
}

/// The clause that holds a range and what follows it, at most [`AROUND`] characters, on character boundaries.
fn around(text: &str, range: &Range<usize>) -> Range<usize> {
    let pause = |c: char| matches!(c, '，' | '。' | '；' | '：' | '！' | '？' | ',' | ';' | '.' | '!' | '?' | '\n');
    let before = &text[..range.start];
    let clause = before.rfind(pause).and_then(|at| before[at..].chars().next().map(|c| at + c.len_utf8()));
    let nearest = before.char_indices().rev().nth(AROUND / 2).map_or(0, |(at, _)| at);
    let start = clause.unwrap_or(0).max(nearest);
    let start = start + (text[start..].len() - text[start..].trim_start().len());
    let longest = text[start..].char_indices().nth(AROUND).map_or(text.len(), |(at, _)| start + at);
    let end = text[range.end..longest.max(range.end)].rfind(pause).map_or(longest.max(range.end), |at| range.end + at);
    start.min(range.start)..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_deep_in_a_long_sentence_is_quoted_in_its_clause() {
        let text = format!("{}，深海装备下水，{}", "甲".repeat(200), "乙".repeat(200));
        let at = text.find("装备").unwrap();
        let quote = around(&text, &(at..at + "装备".len()));
        assert!(text[quote.clone()].starts_with("深海装备下水"));
        assert!(text[quote].chars().count() <= AROUND);
    }

    #[test]
    fn a_clause_without_pauses_is_cut_before_and_after() {
        let text = format!("{}装备{}", "甲".repeat(300), "乙".repeat(300));
        let at = text.find("装备").unwrap();
        let quote = around(&text, &(at..at + "装备".len()));
        assert!(text[quote.clone()].contains("装备") && text[quote].chars().count() <= AROUND + 2);
    }
}
