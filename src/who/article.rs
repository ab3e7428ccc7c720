//! The names of one article.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use rustc_hash::FxHashMap;

use super::{
    Kind, Party, chinese, english,
    names::{NAMES, Name, Names, Rule},
    organisations,
};
use crate::{
    article::Article,
    segment::{Document, Term, Token, simplified},
};

/// Two sides must meet in this share of the sentences that name a country or region.
const TOGETHER: f64 = 1.0 / 3.0;
/// Between the names of a row of countries stand at most this many bytes.
const ROW: usize = 7;

/// A place of an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The passage; none for the title.
    pub passage: Option<usize>,
    /// Whether it stands in the passage's heading.
    pub heading: bool,
    /// The bytes.
    pub span: Range<usize>,
}

/// What an article names.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The parties, with the first place in each title, heading and passage.
    pub parties: BTreeMap<Party, Vec<Place>>,
    /// The two sides it is about.
    pub sides: Option<(Party, Party)>,
}

/// A text of an article.
pub(super) struct Part<'a> {
    /// The passage; none for the title.
    pub passage: Option<usize>,
    /// Whether it is the passage's heading.
    pub heading: bool,
    /// The text as it stands.
    pub text: &'a str,
    /// Its words.
    pub tokens: &'a [Token],
}

/// A place that may name somebody.
struct Hit {
    part: usize,
    span: Range<usize>,
    name: usize,
    /// Whom it names; for a shared or doubtful name empty until the whole article is known.
    parties: Vec<usize>,
}

/// The texts of an article: its title, then headings and passages.
pub(super) fn parts<'a>(article: &'a Article, document: Option<Document<'a>>) -> Vec<Part<'a>> {
    let title = document.map_or(&[][..], |d| d.title());
    let mut parts = vec![Part { passage: None, heading: false, text: &article.title, tokens: title }];
    for (p, passage) in article.passages.iter().enumerate() {
        let tokens = document.map(|d| d.passage(p)).unwrap_or_default();
        if let Some(heading) = &passage.heading {
            parts.push(Part { passage: Some(p), heading: true, text: heading, tokens: tokens.heading });
        }
        parts.push(Part { passage: Some(p), heading: false, text: &passage.text, tokens: tokens.text });
    }
    parts
}

/// Reads an article.
pub(super) fn read(
    article: &Article,
    document: Option<Document<'_>>,
    terms: &[Term],
    tags: &FxHashMap<u32, organisations::Tag>,
) -> Found {
    let names: &Names = &NAMES;
    let parts = parts(article, document);
    let mut hits = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        scan(names, number, part, terms, &mut hits);
    }
    resolve(names, &parts, &mut hits);
    let sides = sides(names, &parts, &hits);
    let mut found = Found::default();
    for hit in &hits {
        for &party in &hit.parties {
            let places = found.parties.entry(names.parties[party].clone()).or_default();
            add(places, &parts[hit.part], hit.span.clone());
        }
    }
    let countries: Vec<(usize, Range<usize>)> =
        hits.iter().filter(|h| !h.parties.is_empty()).map(|h| (h.part, h.span.clone())).collect();
    for (part, span, party) in organisations::find(&parts, terms, tags, &countries) {
        add(found.parties.entry(party).or_default(), &parts[part], span);
    }
    found.sides = sides.map(|(a, b)| (names.parties[a].clone(), names.parties[b].clone()));
    found
}

/// Adds a place, unless the same text names the party before.
fn add(places: &mut Vec<Place>, part: &Part<'_>, span: Range<usize>) {
    if !places.iter().any(|p| p.passage == part.passage && p.heading == part.heading) {
        places.push(Place { passage: part.passage, heading: part.heading, span });
    }
}

/// Finds the names of a text.
fn scan(names: &Names, number: usize, part: &Part<'_>, terms: &[Term], hits: &mut Vec<Hit>) {
    let text = simplified(part.text);
    let text = text.as_ref();
    let mut at = 0;
    while let Some(found) = names.find(text, at) {
        let span = found.start()..found.end();
        let index = found.pattern().as_usize();
        let name = &names.names[index];
        if is_name(name, text, &span, part.tokens, terms) {
            at = span.end;
            if name.rule != Rule::Other {
                hits.push(Hit { part: number, span, name: index, parties: Vec::new() });
            }
        } else {
            // A name may begin within what only looked like one: 以中国为例.
            at = span.start + text[span.start..].chars().next().map_or(1, char::len_utf8);
        }
    }
}

fn is_name(name: &Name, text: &str, span: &Range<usize>, tokens: &[Token], terms: &[Term]) -> bool {
    if name.chinese {
        chinese::is_name(text, span, name.rule, tokens, terms)
    } else {
        english::is_whole(text, span) && english::is_name(text, span, name.rule)
    }
}

/// Decides whom each hit names: sure names first, then those that need the others.
fn resolve(names: &Names, parts: &[Part<'_>], hits: &mut [Hit]) {
    // What names a party by itself, and what tells that a doubtful or shared name means it.
    let mut support: BTreeSet<usize> = BTreeSet::new();
    for hit in hits.iter_mut() {
        let name = &names.names[hit.name];
        let sure = match name.rule {
            Rule::Name | Rule::Surname | Rule::Language(_) | Rule::Short(true) => name.parties.len() == 1,
            Rule::Compound => true,
            Rule::Pair(sure) => sure && name.parties.len() == 1,
            Rule::Place => {
                support.extend(&name.parties);
                false
            }
            Rule::Doubtful | Rule::Short(false) | Rule::Other => false,
        };
        if sure {
            hit.parties.clone_from(&name.parties);
            // Compounds and short forms are no full names.
            if matches!(name.rule, Rule::Name | Rule::Surname | Rule::Language(_)) {
                support.extend(&name.parties);
            }
        }
    }
    for at in 0..hits.len() {
        let name = &names.names[hits[at].name];
        if !hits[at].parties.is_empty() || matches!(name.rule, Rule::Place) {
            continue;
        }
        let meant: Vec<usize> = name.parties.iter().copied().filter(|p| support.contains(p)).collect();
        let chosen = match meant.as_slice() {
            [only] => Some(*only),
            // Two of its name are here: the one named last before it.
            [_, _, ..] => hits[..at].iter().rev().flat_map(|h| &h.parties).find(|p| meant.contains(p)).copied(),
            [] if name.rule == Rule::Doubtful && in_row(names, parts, hits, at) => name.parties.first().copied(),
            [] => None,
        };
        hits[at].parties.extend(chosen);
    }
    for hit in hits.iter_mut().filter(|h| !h.parties.is_empty()) {
        if matches!(names.names[hit.name].rule, Rule::Pair(_)) {
            hit.parties.push(names.china);
        }
    }
}

/// Whether a hit stands in a row of countries: `Egypt, Jordan and Syria`.
fn in_row(names: &Names, parts: &[Part<'_>], hits: &[Hit], at: usize) -> bool {
    let here = &hits[at];
    let text = parts[here.part].text;
    let near = |a: &Hit, b: &Hit| {
        let gap = text.get(a.span.end..b.span.start).unwrap_or("far from here");
        let words = gap.replace("and", "").replace("or", "");
        gap.len() <= ROW
            && !words.contains(char::is_alphabetic)
            && !gap.contains(['.', '。', '\n'])
            && !gap.trim().is_empty()
            || matches!(gap, "和" | "与" | "及")
    };
    let country = |h: &&Hit| {
        h.part == here.part && matches!(names.names[h.name].rule, Rule::Name | Rule::Surname) && !h.parties.is_empty()
    };
    let before = at.checked_sub(1).and_then(|i| hits.get(i)).filter(country).is_some_and(|h| near(h, here));
    before || hits.get(at + 1).filter(country).is_some_and(|h| near(here, h))
}

/// The two sides that the article is about: the two countries or regions that its title names, if it names two; else the two
/// that meet in most sentences, if they meet in a third of those that name any; else the only two countries it names, if each
/// stands in a third of them.
fn sides(names: &Names, parts: &[Part<'_>], hits: &[Hit]) -> Option<(usize, usize)> {
    let is_side = |p: &usize| names.parties[*p].kind != Kind::Organisation;
    let of = |hits: &mut dyn Iterator<Item = &Hit>| -> BTreeSet<usize> {
        hits.flat_map(|h| &h.parties).copied().filter(|p| is_side(p)).collect()
    };
    let pair = |named: &BTreeSet<usize>| match named.iter().copied().collect::<Vec<_>>().as_slice() {
        [a, b] => Some((*a, *b)),
        _ => None,
    };
    if let Some(pair) = pair(&of(&mut hits.iter().filter(|h| h.part == 0))) {
        return Some(pair);
    }
    let mut naming = 0_usize;
    let mut countries: BTreeMap<usize, usize> = BTreeMap::new();
    let mut meetings: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (number, part) in parts.iter().enumerate() {
        let mut within = hits.iter().filter(|h| h.part == number && !h.parties.is_empty()).peekable();
        while let Some(first) = within.next() {
            let end = first.span.end + sentence_end(&part.text[first.span.end..]);
            let mut together = vec![first];
            while let Some(next) = within.next_if(|h| h.span.start < end) {
                together.push(next);
            }
            let named = of(&mut together.into_iter());
            naming += usize::from(!named.is_empty());
            for &party in named.iter().filter(|&&p| names.parties[p].kind == Kind::Country) {
                *countries.entry(party).or_default() += 1;
            }
            if let Some(pair) = pair(&named) {
                *meetings.entry(pair).or_default() += 1;
            }
        }
    }
    let is_many = |sentences: usize| sentences as f64 >= TOGETHER * naming as f64;
    let most = meetings.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
    if let Some((&pair, _)) = most.filter(|&(_, &sentences)| is_many(sentences)) {
        return Some(pair);
    }
    let only: Vec<(usize, usize)> = countries.into_iter().collect();
    match only.as_slice() {
        [(a, first), (b, second)] if is_many(*first.min(second)) => Some((*a, *b)),
        _ => None,
    }
}

/// How far a text goes on to the end of its first sentence, roughly: what is counted here need not be cut better.
fn sentence_end(text: &str) -> usize {
    let ends = |(at, c): &(usize, char)| match c {
        '。' | '！' | '？' | '；' | '\n' => true,
        '.' | '!' | '?' | ';' => text[at + 1..].starts_with([' ', '\n', '"', '”']),
        _ => false,
    };
    text.char_indices().find(ends).map_or(text.len(), |(at, _)| at)
}
