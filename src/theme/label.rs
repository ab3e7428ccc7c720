//! What a theme is called: the terms that a reader would write, phrases before words, one name a language.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::LazyLock,
};

use ndarray::{ArrayView1, ArrayView2};
use rayon::prelude::*;
use rust_stemmers::{Algorithm, Stemmer};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Input, members, table::Table, weight::GIVEN};
use crate::{
    lexicon::counterpart,
    segment::{Lang, Term, part_of_speech},
    wide,
};

/// Terms of a name at most.
const PARTS: usize = 3;
/// A term joins a name only with this share of its first term's weight.
const JOIN: f64 = 0.3;
/// A phrase stands in for its word if it has this share of the word's weight.
const ABSORB: f64 = 0.45;
/// How much being in the title of every article of the theme adds to a term's weight in a name.
const TITLE: f64 = 1.0;
/// Least cosine to the theme that a term is taken to have, so that terms without a vector keep their order.
const FIT: f64 = 0.05;
/// How many of the best terms are considered for a theme's names, or for its list of terms.
const CONSIDERED: usize = 800;
/// A theme has a language if this share of its articles speaks it …
const SPOKEN: f64 = 0.25;
/// … or if this many articles do and they are at least a tenth: names drawn from one or two of many articles mislead.
const VOICES: usize = 5;
/// What a Chinese verb or adjective weighs in a name against a noun.
const VERBAL: f64 = 0.3;
/// Between the terms of a name.
const JOINER: &str = " · ";

/// Words that make bad labels: `true` if the word also spoils a phrase.
static BARRED: LazyLock<FxHashMap<String, bool>> = LazyLock::new(|| {
    let stemmer = Stemmer::create(Algorithm::English);
    let lines = |text: &'static str| text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
    let en = lines(include_str!("words/en.txt")).map(|line| (line, true));
    let zh = lines(include_str!("words/zh.txt")).map(|line| (line, false));
    let mut barred = FxHashMap::default();
    for (line, english) in en.chain(zh) {
        let (word, always) = line.strip_prefix('!').map_or((line, false), |word| (word, true));
        let key = if english { stemmer.stem(word).into_owned() } else { word.to_owned() };
        *barred.entry(key).or_insert(false) |= always;
    }
    barred
});

/// Chinese words that spoil a phrase, of two characters or more: a phrase may hold one across its cuts (新浪体育讯·北京·时间).
static SPOILERS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let words = BARRED.iter().filter(|&(word, &always)| always && !word.is_ascii() && word.chars().count() > 1);
    let mut words: Vec<&str> = words.map(|(word, _)| word.as_str()).collect();
    words.sort_unstable();
    words
});

/// Whether a word (in any of its forms) may stand alone as a label.
#[must_use]
pub fn is_label_word(word: &str) -> bool {
    let word = word.to_lowercase();
    !BARRED.contains_key(&word) && !BARRED.contains_key(Stemmer::create(Algorithm::English).stem(&word).as_ref())
}

/// Whether a term may be shown as a term of a theme, but for terms that are barred.
fn shows(term: &Term, table: &[Term]) -> bool {
    if term.parts.is_empty() {
        return !BARRED.contains_key(&term.key) && term.surface.chars().count() > 1;
    }
    let parts = || term.parts.iter().filter_map(|&id| table.get(id as usize));
    let spoilt = parts().any(|part| BARRED.get(&part.key) == Some(&true))
        || SPOILERS.iter().any(|word| term.lang == Lang::Zh && term.surface.contains(word));
    let empty = parts().all(|part| BARRED.contains_key(&part.key)) && term.lang != Lang::Zh;
    !spoilt && !empty
}

/// How well a term names a thing ([`nominal`]); none if it is not to be shown.
fn worth(id: u32, table: &Table<'_>) -> Option<f64> {
    const WORTH: [f64; 3] = [0.0, VERBAL, 1.0];
    let told = table.once(id, |term| {
        if !shows(term, table.terms()) {
            return WORTH.len() as u8;
        }
        let nominal = nominal(term);
        WORTH.iter().position(|&worth| worth == nominal).unwrap_or(0) as u8
    });
    WORTH.get(usize::from(told)).copied()
}

/// How well a single word names a thing, 0 to 1: a Chinese verb or adjective less than a noun, a function word not at all.
/// Words the dictionary does not know are mostly names and new nouns. English has no tags here: its list of barred words
/// must do, and that a word mostly written with an ending `-ed` is a verb or a participle (infected, published).
fn nominal(term: &Term) -> f64 {
    if !term.parts.is_empty() {
        return 1.0;
    }
    if term.lang == Lang::En {
        let past =
            term.surface.ends_with("ed") && !term.key.ends_with("ed") && !term.surface.starts_with(char::is_uppercase);
        return if past { VERBAL } else { 1.0 };
    }
    if term.lang != Lang::Zh {
        return 1.0;
    }
    noun(part_of_speech(&term.key))
}

/// How well a Chinese word of a part of speech names a thing.
fn noun(tag: Option<&str>) -> f64 {
    match tag {
        Some("vn" | "an") | None => 1.0,
        Some(tag) => match tag.as_bytes().first() {
            Some(b'v' | b'a' | b'z' | b't' | b's') => VERBAL,
            Some(b'd' | b'c' | b'p' | b'u' | b'r' | b'm' | b'q' | b'f' | b'y' | b'e' | b'o') => 0.0,
            _ => 1.0,
        },
    }
}

/// The terms of a theme that may be shown, best first, out of weighed terms, best first: a phrase takes the place of its
/// words where it accounts for most of their weight, and a longer phrase that of a shorter.
pub(super) fn candidates(weights: &[(u32, f64)], table: &Table<'_>, barred: &[u32]) -> Vec<(u32, f64)> {
    let source = |id: &u32| barred.binary_search(id).is_ok();
    let open = |id: u32| !source(&id) && (table.is_word(id) || !table[id].parts.iter().all(source));
    let mut shown: Vec<(u32, f64)> = weights
        .iter()
        .filter(|&&(id, _)| open(id))
        .filter_map(|&(id, weight)| Some((id, weight * worth(id, table)?)))
        .take(CONSIDERED)
        .filter(|&(_, weight)| weight > 0.0)
        .collect();
    shown.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let own: FxHashMap<u32, f64> = shown.iter().copied().collect();
    let phrases: FxHashMap<&[u32], u32> =
        shown.iter().filter(|&&(id, _)| !table.is_word(id)).map(|&(id, _)| (table[id].parts.as_slice(), id)).collect();
    // The barred words of a phrase lend it no weight and need none of its own.
    let mut absorbed = FxHashSet::default();
    let mut raised: FxHashMap<u32, f64> = FxHashMap::default();
    for &(id, weight) in shown.iter().filter(|&&(id, _)| !table.is_word(id)) {
        let parts = &table[id].parts;
        let shorter = (1..parts.len()).flat_map(|length| parts.windows(length)).filter_map(|part| phrases.get(part));
        for other in parts.iter().chain(shorter) {
            if let Some(&other_weight) = own.get(other)
                && weight >= ABSORB * other_weight
            {
                absorbed.insert(*other);
                let best = raised.entry(id).or_insert(weight);
                *best = best.max(other_weight);
            }
        }
    }
    shown.retain(|(id, _)| !absorbed.contains(id));
    for (id, weight) in &mut shown {
        *weight = raised.get(id).copied().unwrap_or(*weight);
    }
    shown.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    shown
}

/// Whether a phrase holds another term, a word or a shorter phrase, whole.
pub(super) fn contains(phrase: &Term, id: u32, term: &Term) -> bool {
    if term.parts.is_empty() {
        phrase.parts.contains(&id)
    } else {
        term.parts.len() < phrase.parts.len() && phrase.parts.windows(term.parts.len()).any(|w| w == term.parts)
    }
}

/// Whether a name that holds one term need not hold the other: they share a word or, in Chinese, two characters in a row.
fn repeats(table: &[Term], a: u32, b: u32) -> bool {
    let (one, other) = (&table[a as usize], &table[b as usize]);
    let of_one = words(&a, one);
    words(&b, other).iter().any(|word| of_one.contains(word))
        || (one.lang == Lang::Zh && pairs(&other.surface).any(|pair| pairs(&one.surface).any(|of_one| of_one == pair)))
}

/// Each two characters in a row.
fn pairs(text: &str) -> impl Iterator<Item = (char, char)> + '_ {
    text.chars().zip(text.chars().skip(1))
}

/// The length of a term in words, 1 at least: two characters of Chinese are about a word.
fn length(term: &Term) -> f64 {
    let words = if term.lang == Lang::Zh { term.surface.chars().count() as f64 / 2.0 } else { term.parts.len() as f64 };
    words.max(1.0)
}

/// The words of a term.
fn words<'t>(id: &'t u32, term: &'t Term) -> &'t [u32] {
    if term.parts.is_empty() { std::slice::from_ref(id) } else { &term.parts }
}

/// The names of a theme.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    /// One for each language.
    pub of: BTreeMap<Lang, String>,
    /// The terms that they are made of.
    pub terms: Vec<u32>,
    /// The language whose name is translated, since the theme's articles do not speak it.
    pub translated: Option<Lang>,
}

/// The names of the themes, one for each language a theme has, and one translated from it for a language that it lacks, if
/// the lexicon's pairs know its terms. No two themes share a name in a language.
pub(super) fn name(
    candidates: &[Vec<(u32, f64)>],
    input: &Input<'_>,
    table: &Table<'_>,
    themes: &[Option<usize>],
    centroids: ArrayView2<'_, f32>,
) -> Vec<Names> {
    // What the names are made of, for all themes at once; then one name after the other, since none is given twice.
    let ranked: Vec<BTreeMap<Lang, Vec<(u32, f64)>>> = members::by_theme(themes, candidates.len())
        .par_iter()
        .zip(candidates)
        .enumerate()
        .map(|(theme, (members, candidates))| rank(candidates, input, table, members, centroids.row(theme)))
        .collect();
    let given = || input.named.iter().flat_map(|named| &named.steered.names);
    let mut taken: BTreeSet<(Lang, String)> = given().filter_map(|name| Some((Lang::Zh, name.zh.clone()?))).collect();
    taken.extend(given().filter_map(|name| Some((Lang::En, name.en.clone()?))));
    candidates.iter().zip(ranked).map(|(candidates, ranked)| named(candidates, ranked, input, &mut taken)).collect()
}

/// The names of one theme from its terms by language, other than those that are taken.
fn named(
    candidates: &[(u32, f64)],
    mut ranked: BTreeMap<Lang, Vec<(u32, f64)>>,
    input: &Input<'_>,
    taken: &mut BTreeSet<(Lang, String)>,
) -> Names {
    let table = input.terms;
    let mut names = Names::default();
    for (&lang, ranked) in &ranked {
        let mut left: VecDeque<(u32, f64)> = ranked.iter().copied().collect();
        let first = left.front().map_or(0.0, |r| r.1);
        let mut parts: Vec<u32> = Vec::new();
        let is_taken = |parts: &[u32]| taken.contains(&(lang, compose(parts, table, lang)));
        let mut others = is_taken(&parts);
        while let Some((id, weight)) = left.pop_front() {
            // A name that is another theme's takes in more terms until it is none's.
            if !others {
                if parts.len() >= PARTS {
                    break;
                }
                if !parts.is_empty() && weight < JOIN * first {
                    continue;
                }
            }
            parts.push(id);
            others = is_taken(&parts);
            left.retain(|&(other, _)| !repeats(table, id, other));
        }
        // Abbreviations that Chinese text is full of (NBA, QDII, H1N1) are no English name.
        let spelt = |&id: &u32| table[id as usize].surface.contains(char::is_lowercase);
        if lang == Lang::En && !parts.iter().any(spelt) {
            continue;
        }
        let mut name = compose(&parts, table, lang);
        // Every term of the theme is used up and the name is still another's: number it.
        let mut number = 2;
        while !parts.is_empty() && !taken.insert((lang, name.clone())) {
            name = format!("{} ({number})", compose(&parts, table, lang));
            number += 1;
        }
        if !parts.is_empty() {
            names.of.insert(lang, name);
            names.terms.extend(parts);
        }
    }
    if names.of.is_empty() {
        names.of.extend(fallback(candidates, table, taken).map(|name| (Lang::En, name)));
    } else if input.translates {
        translate(&mut names, taken, table, |lang| ranked.remove(&lang).unwrap_or_default());
    }
    names
}

/// Whether a theme has a language, by its articles that speak it.
fn has(input: &Input<'_>, members: &[usize], lang: Lang) -> bool {
    let spoken = members.iter().filter(|&&i| speaks(input, i, lang)).count();
    let share = spoken as f64 / members.len().max(1) as f64;
    spoken > 0 && share >= if spoken >= VOICES { 0.1 } else { SPOKEN }
}

/// Adds a name in the language that a theme lacks, from its best terms in the other whose counterparts are sure.
fn translate(
    names: &mut Names,
    taken: &mut BTreeSet<(Lang, String)>,
    table: &[Term],
    mut ranked: impl FnMut(Lang) -> Vec<(u32, f64)>,
) {
    for (from, to) in [(Lang::Zh, Lang::En), (Lang::En, Lang::Zh)] {
        if names.of.contains_key(&to) || !names.of.contains_key(&from) {
            continue;
        }
        let ranked = ranked(from);
        let least = JOIN * ranked.first().map_or(0.0, |r| r.1);
        let mut parts: Vec<&str> = Vec::new();
        for (id, _) in ranked.into_iter().take_while(|r| r.1 >= least) {
            let found = counterpart(&table[id as usize].key, from)
                .filter(|(word, tag)| is_label_word(word) && (to != Lang::Zh || noun(*tag) == 1.0))
                .map(|(word, _)| word);
            let Some(word) = found.filter(|word| !parts.iter().any(|part| part.contains(word) || word.contains(part)))
            else {
                continue;
            };
            parts.push(word);
            if parts.len() == PARTS {
                break;
            }
        }
        let name = written(&parts.join(JOINER), to);
        if !parts.is_empty() && taken.insert((to, name.clone())) {
            names.of.insert(to, name);
            names.translated = Some(to);
        }
        return;
    }
}

/// A name for a theme that has neither language, or too few words for one: its best terms as they are.
fn fallback(candidates: &[(u32, f64)], table: &[Term], taken: &mut BTreeSet<(Lang, String)>) -> Option<String> {
    let parts: Vec<u32> = candidates.iter().take(PARTS).map(|c| c.0).collect();
    let name = compose(&parts, table, Lang::Other);
    let fresh = (1..).map(|n| if n == 1 { name.clone() } else { format!("{name} ({n})") });
    let mut fresh = fresh.filter(|name| !name.is_empty()).take(candidates.len() + 1);
    fresh.find(|name| taken.insert((Lang::En, name.clone())))
}

/// Whether an article speaks a language: its text does, for a tenth of its letters at least, or its title does. Names and
/// abbreviations in Latin letters (H1N1, NBA) do not make a Chinese article English.
fn speaks(input: &Input<'_>, article: usize, lang: Lang) -> bool {
    let document = input.documents[article];
    let table = input.terms;
    let in_title = document.title().iter().filter(|token| {
        let term = &table[token.term as usize];
        term.parts.is_empty() && term.lang == lang
    });
    let foreign = document.title().iter().any(|token| table[token.term as usize].lang == Lang::Zh);
    document.lang().split('+').any(|spoken| spoken == lang.name())
        || (in_title.count() >= 2 && !(lang == Lang::En && foreign))
}

/// The terms of each language that a theme has, by their weight in a name: class-based TF-IDF, raised for terms that stand in
/// titles, times the root of three things: the share of the articles that hold the term, how near it lies to the theme's
/// middle, and its length in words, since phrases say more. Terms of one article only come last where the theme has three
/// articles or more.
fn rank(
    candidates: &[(u32, f64)],
    input: &Input<'_>,
    table: &Table<'_>,
    members: &[usize],
    centroid: ArrayView1<'_, f32>,
) -> BTreeMap<Lang, Vec<(u32, f64)>> {
    let langs = [Lang::Zh, Lang::En].into_iter().filter(|&lang| has(input, members, lang));
    let mut ranked: BTreeMap<Lang, Vec<(bool, u32, f64)>> = langs.map(|lang| (lang, Vec::new())).collect();
    let wanted: Vec<(u32, f64)> =
        candidates.iter().copied().filter(|&(id, _)| ranked.contains_key(&table[id].lang)).collect();
    let places = table.places(wanted.iter().map(|wanted| wanted.0));
    // The articles that hold each candidate, and those that do in the title, with the last of these, from 1.
    let mut held = vec![(0usize, 0usize, 0usize); wanted.len()];
    for &i in members {
        for &(term, _) in &input.bags.of(i).0 {
            if let Some(place) = places.get(term) {
                held[place].0 += 1;
            }
        }
        for token in input.documents[i].title() {
            if let Some(place) = places.get(token.term) {
                let (_, titles, last) = &mut held[place];
                *titles += usize::from(*last != i + 1);
                *last = i + 1;
            }
        }
    }
    let mut vector = vec![0.0; input.term_rows.dimensions()];
    for (&(id, weight), (holders, titles, _)) in wanted.iter().zip(held) {
        let term = &table[id];
        let share = titles as f64 / members.len() as f64;
        let support = (holders as f64 + GIVEN) / (members.len() as f64 + GIVEN);
        let fit = input.columns.binary_search(&id).map_or(0.0, |column| {
            input.term_rows.write(column, &mut vector);
            fit(ArrayView1::from(&vector), centroid)
        });
        let weight = weight * (1.0 + TITLE * share) * (support * fit.max(FIT) * length(term)).sqrt();
        if let Some(ranked) = ranked.get_mut(&term.lang) {
            ranked.push((members.len() >= 3 && holders < 2, id, weight));
        }
    }
    let sorted = |mut ranked: Vec<(bool, u32, f64)>| {
        ranked.sort_by(|a, b| a.0.cmp(&b.0).then(b.2.total_cmp(&a.2)).then(a.1.cmp(&b.1)));
        ranked.into_iter().map(|(_, id, weight)| (id, weight)).collect()
    };
    ranked.into_iter().map(|(lang, ranked)| (lang, sorted(ranked))).collect()
}

/// How near a term is to a theme: the cosine of its vector to the theme's centroid; 0 where either is zero.
fn fit(term: ArrayView1<'_, f32>, centroid: ArrayView1<'_, f32>) -> f64 {
    let length = wide::inner(term, term).sqrt();
    if length > 0.0 { f64::from(wide::inner(term, centroid) / length) } else { 0.0 }
}

/// Writes a name from its terms.
fn compose(parts: &[u32], table: &[Term], lang: Lang) -> String {
    let words: Vec<&str> = parts.iter().map(|&id| table[id as usize].surface.as_str()).collect();
    written(&words.join(JOINER), lang)
}

/// A name as it is written: in English with a capital.
fn written(name: &str, lang: Lang) -> String {
    let mut chars = name.chars();
    match chars.next() {
        Some(first) if lang == Lang::En => first.to_uppercase().chain(chars).collect(),
        _ => name.to_owned(),
    }
}
