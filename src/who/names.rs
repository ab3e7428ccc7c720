//! The names: the country list's, and those of `words/`.

#[cfg(test)]
mod made;

use std::{collections::BTreeSet, sync::LazyLock};

use aho_corasick::{AhoCorasick, MatchKind};

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
        let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&patterns).ok();
        Self { parties, names, finder, china }
    }
}
