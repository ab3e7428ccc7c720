//! The names: the country list's, and those of `words/`.

#[cfg(test)]
mod made;

use std::{collections::BTreeSet, sync::LazyLock};

use aho_corasick::{AhoCorasick, Anchored, Input, Match, MatchKind, StartKind};

use super::{Kind, Party, chinese::is_han};

/// How a name is told from what looks like it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// It is a name.
    Name,
    /// Also a word or a person's name: needs support.
    Doubtful,
    /// Also a surname.
    Surname,
    /// Also a language; and, with `true`, a surname.
    Language(bool),
    /// A place that supports a doubtful or shared name, no name itself.
    Place,
    /// A short form with another word (中方, 访美): must be cut so. `true` if it says by itself whom it means.
    Short(bool),
    /// A compound that names all its parties: must be cut so.
    Compound,
    /// A compound of China and one of the parties. `true` if it says by itself which.
    Pair(bool),
    /// A phrase that holds a name and means something else.
    Other,
}

/// Rules by their names in the table.
const RULES: [(&str, Rule); 12] = [
    ("name", Rule::Name),
    ("doubtful", Rule::Doubtful),
    ("surname", Rule::Surname),
    ("language", Rule::Language(false)),
    ("language or surname", Rule::Language(true)),
    ("place", Rule::Place),
    ("short", Rule::Short(false)),
    ("short and sure", Rule::Short(true)),
    ("compound", Rule::Compound),
    ("pair", Rule::Pair(false)),
    ("pair and sure", Rule::Pair(true)),
    ("other", Rule::Other),
];

/// What a pattern stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// How to tell.
    pub rule: Rule,
    /// What it may name, or for a compound what it names all of: indices into [`Names::parties`].
    pub parties: Vec<usize>,
    /// Whether it is Chinese.
    pub chinese: bool,
}

impl Name {
    /// Of a pattern that names nobody yet.
    fn new(rule: Rule, pattern: &str) -> Self {
        let chinese = !pattern.is_ascii() && pattern.chars().any(is_han);
        Self { rule, parties: Vec::new(), chinese }
    }
}

/// All names.
pub(super) struct Names {
    /// The parties, by kind and code.
    pub parties: Vec<Party>,
    /// What each pattern stands for.
    pub names: Vec<Name>,
    /// Finds the patterns, the longest at each place.
    pub finder: Option<AhoCorasick>,
    /// Where it is worth asking for them.
    beginnings: Beginnings,
    /// China's number.
    pub china: usize,
}

/// The names, read once.
pub(super) static NAMES: LazyLock<Names> = LazyLock::new(Names::read);

/// Whether a code is one of a country, region or organisation of the lists.
pub(super) fn is_known(code: &str) -> bool {
    KNOWN.contains(code)
}

static KNOWN: LazyLock<BTreeSet<&'static str>> =
    LazyLock::new(|| NAMES.parties.iter().map(|party| party.code.as_str()).collect());

/// The parties, by kind and code, and then the patterns, each with its rule and the parties it may name.
const TABLE: &str = include_str!("words/names.txt");

impl Names {
    fn read() -> Self {
        let (mut parties, mut patterns, mut names) = (Vec::new(), Vec::new(), Vec::new());
        for line in TABLE.lines() {
            let mut fields = line.split('\t');
            let mut next = || fields.next().unwrap_or_default();
            let what = next();
            let named = |name: &str| (!name.is_empty()).then(|| name.to_owned());
            if what == "party" {
                let kind = next();
                let kind = Kind::ALL.into_iter().find(|known| known.name() == kind).unwrap_or_default();
                parties.push(Party { kind, code: next().to_owned(), zh: named(next()), en: named(next()) });
            } else if let Some(&(_, rule)) = RULES.iter().find(|(name, _)| *name == what) {
                let parties = next().split_whitespace().filter_map(|party| party.parse().ok()).collect();
                let pattern = next();
                patterns.push(pattern);
                names.push(Name { parties, ..Name::new(rule, pattern) });
            }
        }
        let china = parties.iter().position(|party| party.code == "CN").unwrap_or_default();
        // Fails for patterns beyond any memory only.
        let mut builder = AhoCorasick::builder();
        let finder = builder.match_kind(MatchKind::LeftmostLongest).start_kind(StartKind::Both).build(&patterns).ok();
        let beginnings = Beginnings::of(&patterns);
        Self { parties, names, finder, beginnings, china }
    }

    /// The first name in a text from a byte on, which must begin a character: the longest of those that begin there.
    pub fn find(&self, text: &str, from: usize) -> Option<Match> {
        let finder = self.finder.as_ref()?;
        let mut chars = text.get(from..)?.char_indices().peekable();
        // Names begin at few places: the automaton is asked there alone, not about every byte.
        while let (Some((at, first)), Some(&(_, second))) = (chars.next(), chars.peek()) {
            if self.beginnings.has(first, second) {
                let here = Input::new(text).span(from + at..text.len()).anchored(Anchored::Yes);
                if let Some(found) = finder.find(here) {
                    return Some(found);
                }
            }
        }
        None
    }
}

/// The first two characters of all names, each pair a bit; a few other pairs share these.
struct Beginnings(Vec<u64>);

impl Beginnings {
    fn of(names: &[&str]) -> Self {
        let mut bits = vec![0; (1 << u16::BITS) / 64];
        for name in names {
            let mut chars = name.chars();
            if let (Some(first), Some(second)) = (chars.next(), chars.next()) {
                let (word, bit) = Self::place(first, second);
                bits[word] |= bit;
            }
        }
        Self(bits)
    }

    fn has(&self, first: char, second: char) -> bool {
        let (word, bit) = Self::place(first, second);
        self.0[word] & bit != 0
    }

    fn place(first: char, second: char) -> (usize, u64) {
        let hash = (u32::from(first) ^ u32::from(second).rotate_left(8)).wrapping_mul(0x9E37_79B1) >> 16;
        (hash as usize / 64, 1 << (hash % 64))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn names_are_found_as_the_automaton_alone_finds_them(
            picked in prop::collection::vec((0_usize..10_000, 0_usize..9, "[ ，a-z中国]{0,2}"), 0..30),
        ) {
            let names = &NAMES.names;
            // Names, and what begins as they do.
            let text: String = picked
                .iter()
                .flat_map(|(name, length, between)| {
                    let name = &PATTERNS[name % names.len()];
                    name.chars().take(1 + length).chain(between.chars())
                })
                .collect();
            let slow: Vec<Match> = NAMES.finder.as_ref().unwrap().find_iter(&text).collect();
            let (mut fast, mut at) = (Vec::new(), 0);
            while let Some(found) = NAMES.find(&text, at) {
                at = found.end();
                fast.push(found);
            }
            prop_assert_eq!(fast, slow);
        }
    }

    #[test]
    fn every_name_is_found() {
        for (number, name) in PATTERNS.iter().enumerate() {
            let found = NAMES.find(name, 0).unwrap();
            assert_eq!((found.pattern().as_usize(), found.range()), (number, 0..name.len()), "{name}");
        }
    }

    static PATTERNS: LazyLock<Vec<&str>> = LazyLock::new(|| {
        let lines = TABLE.lines().map(|line| line.split('\t').collect::<Vec<_>>());
        lines.filter(|fields| RULES.iter().any(|rule| rule.0 == fields[0])).map(|fields| fields[2]).collect()
    });
}
