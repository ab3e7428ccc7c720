//! Which passages prove a theme: central ones, from different articles, quoted to the sentence.

use std::ops::Range;

use ndarray::{ArrayView1, CowArray, Ix1};
use rustc_hash::FxHashMap;
use unicode_segmentation::UnicodeSegmentation;

use super::{Input, Member, Quote};
use crate::{article::Passage, segment::Token, wide};

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
    /// Its place among the passages, and its vector once that is wanted.
    at: usize,
    row: Option<CowArray<'a, f32, Ix1>>,
    /// Its largest cosine to the first so many that were chosen; 0 if that is less.
    near: (f32, usize),
}

impl<'a> Candidate<'a> {
    /// Its largest cosine to those that were chosen, or 0.
    fn near(&mut self, input: &'a Input<'_>, chosen: &[Self]) -> f32 {
        let (mut near, seen) = self.near;
        for other in &chosen[seen..] {
            let row = self.row.get_or_insert_with(|| input.passage_row(self.at));
            near = other.row.iter().map(|other| wide::inner(other.view(), row.view())).fold(near, f32::max);
        }
        self.near = (near, chosen.len());
        near
    }
}

/// The middle of a theme.
pub(super) struct Middle<'a> {
    /// Its centroid.
    pub(super) centroid: ArrayView1<'a, f32>,
    /// The cosine of each passage of its articles to that; those of other articles are not looked at.
    pub(super) nearness: &'a [f32],
}

/// Picks up to `n` quotes for a theme, strongest first: passages near its middle and unlike each other, first one a story,
/// then more. Those that hold terms of the theme's name which no quote holds yet come before others.
pub(super) fn pick(
    input: &Input<'_>,
    theme: usize,
    members: &[Member],
    middle: &Middle<'_>,
    terms: &[(u32, f64)],
    name: &[u32],
    n: usize,
) -> Vec<Quote> {
    let Middle { centroid, nearness } = *middle;
    let tokens = |at: usize| {
        let (article, passage) = input.passages[at];
        input.documents[article as usize].passage(passage as usize).text
    };
    // Thin ones come last, else by cosine; equal ones in their order.
    let mut pool: Vec<(bool, f32, usize)> = (0..members.len())
        .filter(|&article| members[article].theme == Some(theme))
        .flat_map(|article| input.places_of(article))
        .filter(|&at| nearness[at] > 0.0)
        .map(|at| (thin(tokens(at)), nearness[at], at))
        .collect();
    let before =
        |a: &(bool, f32, usize), b: &(bool, f32, usize)| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2));
    let considered = CONSIDERED.max(n);
    if pool.len() > considered {
        pool.select_nth_unstable_by(considered, before);
        pool.truncate(considered);
    }
    pool.sort_unstable_by(before);
    let mut pool: Vec<Candidate<'_>> = pool
        .into_iter()
        .map(|(thin, cosine, at)| {
            let (article, passage) = (input.passages[at].0 as usize, input.passages[at].1 as usize);
            let holds = |term: u32| tokens(at).iter().any(|token| token.term == term);
            let named = (0..name.len()).filter(|&part| holds(name[part])).collect();
            Candidate { named, article, passage, thin, cosine, at, row: None, near: (0.0, 0) }
        })
        .collect();
    let mut weight: FxHashMap<u32, f64> = terms.iter().copied().collect();
    let best = terms.first().map_or(1.0, |term| term.1);
    name.iter().for_each(|term| *weight.entry(*term).or_default() += best);
    let mut quotes = Vec::new();
    let mut chosen: Vec<Candidate<'_>> = Vec::new();
    while quotes.len() < n && !pool.is_empty() {
        let marginal = |c: &Candidate<'_>, near: f32| {
            let fresh = c.named.iter().filter(|at| !chosen.iter().any(|o| o.named.contains(at))).count();
            LAMBDA * c.cosine - (1.0 - LAMBDA) * near + NAMED * fresh as f32 / name.len().max(1) as f32
        };
        let story = |c: &Candidate<'_>| input.stories[c.article];
        let quoted = |c: &Candidate<'_>| chosen.iter().filter(|o| story(o) == story(c)).count();
        let mut best: Option<((bool, usize), f32, usize)> = None;
        for (at, c) in pool.iter_mut().enumerate() {
            let first = (c.thin, quoted(c));
            let worse =
                |margin: f32| best.is_some_and(|best| first.cmp(&best.0).then(best.1.total_cmp(&margin)).is_ge());
            // What it is near to only takes from it, and is looked up where it may still win.
            if worse(marginal(c, 0.0)) {
                continue;
            }
            let near = c.near(input, &chosen);
            let margin = marginal(c, near);
            if !worse(margin) {
                best = Some((first, margin, at));
            }
        }
        let Some((.., best)) = best else { break };
        let mut candidate = pool.remove(best);
        if candidate.row.is_none() {
            candidate.row = Some(input.passage_row(candidate.at));
        }
        let passage = &input.articles[candidate.article].passages[candidate.passage];
        let tokens = input.documents[candidate.article].passage(candidate.passage).text;
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
