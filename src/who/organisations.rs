//! Organisations by the way their names are built. Few and right: what begins with a name and ends with what it is.

use std::{collections::BTreeSet, ops::Range, sync::LazyLock};

use aho_corasick::AhoCorasick;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{Kind, Party, article::Part};
use crate::segment::{Lang, Segmented, Term, Token, part_of_speech};

/// What a Chinese word can be in an organisation's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    /// The name of a person, a make or an organisation: a name may begin with it.
    Proper,
    /// The name of a place: a name may begin with it.
    Location,
    /// A whole organisation by itself.
    Whole,
    /// A noun: it may stand within.
    Noun,
    /// What the organisation is: a name ends with it.
    Head,
}

/// What a Chinese organisation is, alone or at the end of a word.
const HEADS: [&str; 61] = [
    "大学",
    "学院",
    "研究院",
    "研究所",
    "科学院",
    "工程院",
    "研究中心",
    "委员会",
    "银行",
    "协会",
    "学会",
    "基金会",
    "联合会",
    "集团",
    "公司",
    "有限公司",
    "股份有限公司",
    "有限责任公司",
    "航空公司",
    "出版社",
    "博物馆",
    "图书馆",
    "医院",
    "法院",
    "检察院",
    "电视台",
    "通讯社",
    "天文台",
    "气象台",
    "实验室",
    "俱乐部",
    "组织",
    "联盟",
    "议会",
    "国会",
    "外交部",
    "国防部",
    "财政部",
    "商务部",
    "教育部",
    "司令部",
    "证监会",
    "央行",
    "交易所",
    "管理局",
    "统计局",
    "总局",
    "总署",
    "政治局",
    "军委",
    "常委会",
    "政协",
    "国务院",
    "总工会",
    "妇联",
    "红十字会",
    "发射中心",
    "安理会",
    "共产党",
    "真主党",
    "国防军",
];
/// Of these there are many: with a place alone they name none (北京协会) …
const COMMON: [&str; 10] =
    ["研究院", "研究所", "研究中心", "委员会", "协会", "学会", "基金会", "联合会", "组织", "联盟"];
/// … nor do these with a place and what they deal in (美国大学, 北京基金公司).
const COMMONEST: [&str; 12] =
    ["大学", "学院", "银行", "集团", "公司", "有限公司", "航空公司", "出版社", "医院", "法院", "实验室", "俱乐部"];
/// A name is at most this many words and at least this many characters.
const WORDS: usize = 6;
const CHARACTERS: std::ops::RangeInclusive<usize> = 4..=22;

/// What an English organisation is.
const KINDS: [&str; 38] = [
    "University",
    "College",
    "Institute",
    "Academy",
    "Agency",
    "Ministry",
    "Commission",
    "Committee",
    "Bank",
    "Council",
    "Corporation",
    "Corp",
    "Inc",
    "Ltd",
    "Group",
    "Association",
    "Federation",
    "Foundation",
    "Laboratory",
    "Authority",
    "Union",
    "Party",
    "Court",
    "Society",
    "Organisation",
    "Organization",
    "Observatory",
    "Museum",
    "Hospital",
    "Department",
    "Parliament",
    "Congress",
    "Senate",
    "Airlines",
    "Airways",
    "Consortium",
    "Alliance",
    "Bureau",
];
/// Words that join the words of an English name.
const JOINING: [&str; 6] = ["of", "for", "and", "the", "&", "on"];
/// Capitalised words that begin a sentence rather than a name.
const OPENING: [&str; 30] = [
    "The", "A", "An", "In", "On", "At", "To", "From", "Of", "For", "By", "With", "And", "But", "Or", "As", "When",
    "While", "If", "After", "Before", "Since", "This", "That", "Its", "His", "Her", "Their", "Our", "Both",
];

/// Words that the dictionary takes for organisations and that name none.
static GENERIC: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
    include_str!("words/generic.txt").lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')).collect()
});

/// The tags of the Chinese words of a corpus that a name can be built of.
pub(super) fn tags(segmented: &Segmented) -> FxHashMap<u32, Tag> {
    let found: Vec<Option<(u32, Tag)>> = segmented
        .terms
        .par_iter()
        .enumerate()
        .filter(|(_, term)| term.lang == Lang::Zh && term.parts.is_empty())
        .map(|(id, term)| Some((u32::try_from(id).ok()?, tag(&term.key)?)))
        .collect();
    found.into_iter().flatten().collect()
}

fn tag(word: &str) -> Option<Tag> {
    let told = part_of_speech(word);
    let ends = HEADS.iter().any(|head| word.ends_with(head));
    if HEADS.contains(&word) {
        return Some(Tag::Head);
    }
    if GENERIC.contains(word) {
        return None;
    }
    match told {
        Some("nt") if (ends || word.ends_with("中央")) && word.chars().count() >= 4 => Some(Tag::Whole),
        // A word that the dictionary does not have, but that says what it is.
        None if ends => Some(Tag::Head),
        Some("ns") => Some(Tag::Location),
        Some("nz" | "nrt" | "nt") => Some(Tag::Proper),
        Some("n" | "vn" | "j" | "b" | "an") => Some(Tag::Noun),
        _ => None,
    }
}

/// The organisations of an article: part, place, party. `countries` are the places that name countries and regions.
pub(super) fn find(
    parts: &[Part<'_>],
    terms: &[Term],
    tags: &FxHashMap<u32, Tag>,
    countries: &[(usize, Range<usize>)],
) -> Vec<(usize, Range<usize>, Party)> {
    let mut found = Vec::new();
    let mut defined: Vec<(String, Party)> = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        let places = countries.iter().filter(|(p, _)| *p == number).map(|(_, span)| span.clone()).collect::<Vec<_>>();
        chinese(part, terms, tags, |span, name| {
            // 中国、北约: a name of the lists is no second party.
            let of_country = |place: &Range<usize>| {
                let kind = part.text.get(place.end..span.end).unwrap_or_default();
                place.start == span.start && (COMMON.contains(&kind) || COMMONEST[..2].contains(&kind))
            };
            let is_named = |place: &Range<usize>| place.start <= span.start && span.end <= place.end;
            if !places.iter().any(|place| is_named(place) || of_country(place)) {
                let party = Party { kind: Kind::Organisation, code: name.clone(), zh: Some(name), en: None };
                found.push((number, span, party));
            }
        });
        english(part.text, |span, name, short| {
            if places.iter().any(|place| place.start <= span.start && span.end <= place.end) {
                return;
            }
            let party = Party { kind: Kind::Organisation, code: name.clone(), zh: None, en: Some(name) };
            if let Some(short) = short {
                defined.push((short, party.clone()));
            }
            found.push((number, span, party));
        });
    }
    for (number, part) in parts.iter().enumerate() {
        for (short, party) in &defined {
            for (at, _) in part.text.match_indices(short.as_str()) {
                let span = at..at + short.len();
                if super::english::is_whole(part.text, &span) {
                    found.push((number, span, party.clone()));
                }
            }
        }
    }
    found
}

/// Calls `emit` with each Chinese organisation of a text: from a proper name to what it is, word by word.
fn chinese(part: &Part<'_>, terms: &[Term], tags: &FxHashMap<u32, Tag>, mut emit: impl FnMut(Range<usize>, String)) {
    let is_word = |t: &&Token| terms.get(t.term as usize).is_some_and(|term| term.parts.is_empty());
    let mut run: Vec<(&Token, Tag)> = Vec::new();
    for token in part.tokens.iter().filter(is_word) {
        let tag = tags.get(&token.term).copied();
        if run.last().is_some_and(|(last, _)| last.end != token.start) {
            run.clear();
        }
        let Some(tag) = tag else {
            run.clear();
            continue;
        };
        run.push((token, tag));
        if !matches!(tag, Tag::Head | Tag::Whole) {
            continue;
        }
        let from = run.len().saturating_sub(WORDS);
        // The words from the first proper name on; the name of an organisation by itself needs none.
        let is_proper = |&(_, tag): &(&Token, Tag)| matches!(tag, Tag::Proper | Tag::Location);
        let words = match run[from..].iter().position(is_proper) {
            Some(first) => &run[from + first..],
            None if tag == Tag::Whole => &run[run.len() - 1..],
            None => continue,
        };
        let (before, head) = (&words[..words.len() - 1], surface(part, token));
        let all = |is: fn(Tag) -> bool| before.iter().all(|&(_, tag)| is(tag));
        let is_common = COMMON.contains(&head) && all(|tag| tag == Tag::Location)
            || COMMONEST.contains(&head) && all(|tag| matches!(tag, Tag::Location | Tag::Noun));
        let start = words[0].0.start;
        if is_common {
            run.clear();
            continue;
        }
        let span = start as usize..token.end as usize;
        run.clear();
        let Some(name) = part.text.get(span.clone()) else { continue };
        if CHARACTERS.contains(&name.chars().count()) && name.chars().all(super::chinese::is_han) {
            emit(span, crate::segment::simplified(name).into_owned());
        }
    }
}

fn surface<'t>(part: &Part<'t>, token: &Token) -> &'t str {
    part.text.get(token.start as usize..token.end as usize).unwrap_or_default()
}

/// A word of an English text.
struct Word<'t> {
    text: &'t str,
    span: Range<usize>,
    /// Whether only one space stands between it and the word before.
    joined: bool,
}

fn words(text: &str) -> Vec<Word<'_>> {
    let is_letter =
        |c: char| (c.is_alphanumeric() && !super::chinese::is_han(c)) || matches!(c, '&' | '\'' | '’' | '-');
    let mut words: Vec<Word<'_>> = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        if !is_letter(c) {
            continue;
        }
        let mut end = start + c.len_utf8();
        while let Some(&(at, c)) = chars.peek() {
            if !is_letter(c) {
                break;
            }
            end = at + c.len_utf8();
            chars.next();
        }
        let joined = words.last().is_some_and(|last| text[last.span.end..start] == *" ");
        words.push(Word { text: &text[start..end], span: start..end, joined });
    }
    words
}

/// Finds any of [`KINDS`] in one pass.
static ANY_KIND: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(KINDS).ok());

/// Calls `emit` with each English organisation of a text, its name, and the acronym that follows it in brackets.
fn english(text: &str, mut emit: impl FnMut(Range<usize>, String, Option<String>)) {
    if ANY_KIND.as_ref().is_some_and(|kinds| !kinds.is_match(text)) {
        return;
    }
    let words = words(text);
    let capital = |w: &Word<'_>| w.text.starts_with(char::is_uppercase);
    let mut at = 0;
    while at < words.len() {
        if !capital(&words[at]) || OPENING.contains(&words[at].text) {
            at += 1;
            continue;
        }
        // A stretch of capitalised words, joined by small ones.
        let mut end = at + 1;
        while end < words.len()
            && words[end].joined
            && !words[end - 1].text.ends_with("'s")
            && !words[end - 1].text.ends_with("’s")
        {
            let next = end + 1 < words.len() && words[end + 1].joined && capital(&words[end + 1]);
            let article = end + 2 < words.len() && words[end].text == "of" && words[end + 1].text == "the";
            if capital(&words[end]) {
                end += 1;
            } else if JOINING.contains(&words[end].text) && next {
                end += 2;
            } else if article && words[end + 1].joined && words[end + 2].joined && capital(&words[end + 2]) {
                end += 3;
            } else {
                break;
            }
        }
        if let Some(stretch) = name_in(&words[at..end]) {
            let span = stretch[0].span.start..stretch[stretch.len() - 1].span.end;
            let name = text[span.clone()].trim_end_matches("'s").trim_end_matches("’s").to_owned();
            let span = span.start..span.start + name.len();
            let short = acronym(&text[span.end..], stretch);
            emit(span, name, short);
        }
        at = end.max(at + 1);
    }
}

/// The organisation in a stretch of capitalised words: `Kind of …`, or `… Kind`.
fn name_in<'w, 't>(stretch: &'w [Word<'t>]) -> Option<&'w [Word<'t>]> {
    let bare = |w: &Word<'_>| KINDS.contains(&w.text.trim_end_matches("'s").trim_end_matches("’s"));
    let kind = stretch.iter().position(bare)?;
    // `Ministry of Science and Technology`, `National Institute of Health`, `Chinese Academy of Sciences`.
    let of = stretch.get(kind + 1).is_some_and(|w| matches!(w.text, "of" | "for"));
    let last = if of { stretch.len() } else { kind + 1 + stretch[kind + 1..].iter().take_while(|w| bare(w)).count() };
    // `X and Y University` may be two things or one.
    let name = stretch.get(..last).filter(|_| !stretch[..kind].iter().any(|w| JOINING.contains(&w.text)))?;
    let telling = name.iter().filter(|w| !bare(w) && !JOINING.contains(&w.text)).count();
    // A joining word left over belongs to no name; two words at least, one of them its own.
    let fits = telling >= 1 && (2..=9).contains(&name.len()) && !JOINING.contains(&name[0].text);
    fits.then_some(name)
}

/// `ESA` in `European Space Agency (ESA)`, if its letters are the initials.
fn acronym(rest: &str, words: &[Word<'_>]) -> Option<String> {
    let inside = rest.trim_start().strip_prefix(['(', '（'])?.split([')', '）']).next()?.trim();
    let initials: String =
        words.iter().filter(|w| !JOINING.contains(&w.text)).filter_map(|w| w.text.chars().next()).collect();
    let fits = inside.len() >= 2 && inside.len() <= 8 && inside.chars().all(|c| c.is_ascii_uppercase());
    (fits && inside == initials).then(|| inside.to_owned())
}
