//! Which passages prove a theme: central ones, from different articles, quoted to the sentence.

use std::ops::Range;

use ndarray::{ArrayView1, CowArray, Ix1};
use rustc_hash::FxHashMap;
use unicode_segmentation::UnicodeSegmentation;

use super::{Input, Member, Quote};
use crate::{article::Passage, segment::Token};

/// Weight of centrality against variety (maximal marginal relevance, Carbonell and Goldstein 1998).
const LAMBDA: f32 = 0.7;
/// What a quote that holds all terms of the theme's name is worth against a cosine: the reader looks for them.
const NAMED: f32 = 0.2;
/// A passage with fewer different terms proves little; it is quoted only if there is nothing else.
const TERMS: usize = 5;
/// Width of a quote in columns (a Chinese character is two): at least, where the passage has that much, and at most.
const WIDTH: Range<usize> = 90..300;
/// How many of the best passages are weighed against each other.
const CONSIDERED: usize = 200;

/// A passage that may be quoted.
struct Candidate<'a> {
    /// Which terms of the name it holds, by place.
    named: Vec<usize>,
    article: usize,
    passage: usize,
    thin: bool,
    cosine: f32,
    row: CowArray<'a, f32, Ix1>,
}

/// Picks up to `n` quotes for a theme, strongest first: passages near its centroid and unlike each other, first one a
/// story, then more. Those that hold terms of the theme's name which no quote holds yet come before others.
pub(super) fn pick(
    input: &Input<'_>,
    theme: usize,
    members: &[Member],
    centroid: ArrayView1<'_, f32>,
    terms: &[(u32, f64)],
    name: &[u32],
    n: usize,
) -> Vec<Quote> {
    let mut pool: Vec<Candidate<'_>> = (0..members.len())
        .filter(|&article| members[article].theme == Some(theme))
        .flat_map(|article| input.passages_of(article).map(move |(passage, row)| (article, passage, row)))
        .map(|(article, passage, row)| (article, passage, row.dot(&centroid), row))
        .filter(|&(.., cosine, _)| cosine > 0.0)
        .map(|(article, passage, cosine, row)| {
            let thin = thin(&input.documents[article].passages[passage].text);
            Candidate { named: Vec::new(), article, passage, thin, cosine, row }
        })
        .collect();
    let before = |a: &Candidate<'_>, b: &Candidate<'_>| {
        let order = a.thin.cmp(&b.thin).then(b.cosine.total_cmp(&a.cosine));
        order.then((a.article, a.passage).cmp(&(b.article, b.passage)))
    };
    let considered = CONSIDERED.max(n);
    if pool.len() > considered {
        pool.select_nth_unstable_by(considered, before);
        pool.truncate(considered);
    }
    pool.sort_unstable_by(before);
    for Candidate { named, article, passage, .. } in &mut pool {
        let tokens = &input.documents[*article].passages[*passage].text;
        *named = (0..name.len()).filter(|&at| tokens.iter().any(|token| token.term == name[at])).collect();
    }
    let mut weight: FxHashMap<u32, f64> = terms.iter().copied().collect();
    let best = terms.first().map_or(1.0, |term| term.1);
    name.iter().for_each(|term| *weight.entry(*term).or_default() += best);
    let mut quotes = Vec::new();
    let mut chosen: Vec<Candidate<'_>> = Vec::new();
    while quotes.len() < n && !pool.is_empty() {
        let marginal = |c: &Candidate<'_>| {
            let near = chosen.iter().map(|o| o.row.dot(&c.row)).fold(0.0, f32::max);
            let fresh = c.named.iter().filter(|at| !chosen.iter().any(|o| o.named.contains(at))).count();
            LAMBDA * c.cosine - (1.0 - LAMBDA) * near + NAMED * fresh as f32 / name.len().max(1) as f32
        };
        let story = |c: &Candidate<'_>| input.stories[c.article];
        let quoted = |c: &Candidate<'_>| chosen.iter().filter(|o| story(o) == story(c)).count();
        let key = |c: &Candidate<'_>| (c.thin, quoted(c), marginal(c));
        let mut best = 0;
        for at in 1..pool.len() {
            let (a, b) = (key(&pool[at]), key(&pool[best]));
            if (a.0, a.1).cmp(&(b.0, b.1)).then(b.2.total_cmp(&a.2)).is_lt() {
                best = at;
            }
        }
        let candidate = pool.remove(best);
        let passage = &input.articles[candidate.article].passages[candidate.passage];
        let tokens = &input.documents[candidate.article].passages[candidate.passage].text;
        let span = excerpt(passage, |range| {
            let inside = tokens.iter().filter(|t| range.contains(&(t.start as usize)));
            inside.map(|t| weight.get(&t.term).copied().unwrap_or(0.0)).sum()
        });
        quotes.push(Quote { article: candidate.article, passage: Some(candidate.passage), span });
        chosen.push(candidate);
    }
    // Articles that are a title alone prove the theme by their titles.
    if quotes.len() < n {
        let mut titles: Vec<(usize, f32)> = (0..members.len())
            .filter(|&i| members[i].theme == Some(theme) && !input.articles[i].title.is_empty())
            .filter(|&i| input.articles[i].passages.is_empty())
            .map(|i| (i, input.rows.row(i).dot(&centroid)))
            .collect();
        titles.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let free = n - quotes.len();
        quotes.extend(titles.into_iter().take(free).map(|(article, _)| Quote {
            article,
            passage: None,
            span: 0..input.articles[article].title.len(),
        }));
    }
    quotes
}

/// Whether a text has fewer than [`TERMS`] different terms.
fn thin(tokens: &[Token]) -> bool {
    let mut found = [None; TERMS];
    for token in tokens {
        let Some(at) = found.iter().position(|term| term.is_none_or(|term| term == token.term)) else { return false };
        found[at] = Some(token.term);
    }
    found[TERMS - 1].is_none()
}

/// The part of a passage to quote: the point or sentence of the highest score a column, with what follows it until the
/// quote is long enough to stand alone. The range lies on character boundaries and is empty only if the passage is.
pub fn excerpt(passage: &Passage, score: impl Fn(&Range<usize>) -> f64) -> Range<usize> {
    let text = passage.text.as_str();
    let pieces: Vec<Range<usize>> = if passage.bullets.is_empty() {
        text.split_sentence_bound_indices().map(|(at, sentence)| at..at + sentence.len()).collect()
    } else {
        passage.bullets.clone()
    };
    let pieces: Vec<Range<usize>> =
        pieces.into_iter().map(|piece| trim(passage, piece)).filter(|piece| !piece.is_empty()).collect();
    let mut best: Option<(f64, usize)> = None;
    for (at, piece) in pieces.iter().enumerate() {
        // Longer pieces hold more by their length alone; the square root lets neither long nor short ones win by it.
        let value = score(piece) / (width(&text[piece.clone()]).max(20) as f64).sqrt();
        if best.is_none_or(|(b, _)| value > b) {
            best = Some((value, at));
        }
    }
    let Some((_, first)) = best else { return trim(passage, 0..text.len()) };
    let mut span = pieces[first].clone();
    for next in &pieces[first + 1..] {
        let longer = span.start..next.end;
        if width(&text[span.clone()]) >= WIDTH.start || width(&text[longer.clone()]) > WIDTH.end {
            break;
        }
        span = longer;
    }
    trim(passage, shorten(text, span))
}

/// Columns a text takes.
fn width(text: &str) -> usize {
    text.chars().map(|c| if u32::from(c) >= 0x1100 { 2 } else { 1 }).sum()
}

/// Cuts a span that is too wide, after a comma or between words where it can.
fn shorten(text: &str, span: Range<usize>) -> Range<usize> {
    let mut columns = 0;
    let mut end = span.start;
    let mut clause = None;
    for (at, c) in text[span.clone()].char_indices() {
        columns += if u32::from(c) >= 0x1100 { 2 } else { 1 };
        if columns > WIDTH.end {
            return span.start..clause.unwrap_or(end);
        }
        end = span.start + at + c.len_utf8();
        if columns > WIDTH.end / 2 && matches!(c, ' ' | '，' | '、' | '；' | ',' | ';' | '。') {
            clause = Some(end);
        }
    }
    span
}

/// Leaves out blanks, bullet marks and citation marks at both ends.
fn trim(passage: &Passage, mut span: Range<usize>) -> Range<usize> {
    let text = passage.text.as_str();
    loop {
        let before = span.clone();
        let inner = &text[span.clone()];
        let lead = inner.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '•' | '·' | '*'));
        span.start += inner.len() - lead.len();
        span.end -=
            lead.len() - lead.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '•')).len();
        for citation in &passage.citations {
            if citation.span.start >= span.start && citation.span.end == span.end {
                span.end = citation.span.start;
            }
            if citation.span.start == span.start && citation.span.end <= span.end {
                span.start = citation.span.end;
            }
        }
        if span.start >= span.end {
            return span.start.min(span.end)..span.start.min(span.end);
        }
        if span == before {
            return span;
        }
    }
}
