//! Where `words/names.txt` comes from: the country list, which the crate `keshvar` has, and the other files of `words/`. To read
//! them all takes ten milliseconds, so the program has the table that comes of them; the test here holds it to them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use super::*;
use crate::segment::simplified;

/// States that were members of the United Nations, under the codes ISO 3166 has withdrawn.
const FORMER: [&str; 2] = ["SU", "YU"];
/// Observers of the United Nations, states too.
const OBSERVERS: [&str; 2] = ["PS", "VA"];
/// Words a short form makes a name with: before it and after it.
const BEFORE: &str = "访赴驻对旅在来涉";
const AFTER: &str = "方军媒股";

/// A line of `countries.txt` or `regions.txt`.
struct Line {
    code: &'static str,
    kind: Option<Kind>,
    english: Vec<&'static str>,
    adjectives: Vec<&'static str>,
    chinese: Vec<&'static str>,
    short: &'static str,
}

/// The lines of a file that say something.
fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn list(field: &'static str) -> Vec<&'static str> {
    field.split(',').map(str::trim).filter(|name| !name.is_empty()).collect()
}

impl Line {
    fn country(line: &'static str) -> Self {
        let mut fields = line.split('|').map(str::trim);
        let mut next = || fields.next().unwrap_or_default();
        let code = next();
        let (english, adjectives, chinese, short) = (list(next()), list(next()), list(next()), next());
        Self { code, kind: None, english, adjectives, chinese, short }
    }

    fn region(line: &'static str) -> Self {
        let mut fields = line.split('|').map(str::trim);
        let mut next = || fields.next().unwrap_or_default();
        let code = next();
        let kind = if next() == "organisation" { Kind::Organisation } else { Kind::Region };
        let (english, chinese, short) = (list(next()), list(next()), next());
        Self { code, kind: Some(kind), english, adjectives: Vec::new(), chinese, short }
    }

    /// The name to show: the first that stands for nothing else.
    fn shown(names: &[&'static str]) -> Option<&'static str> {
        let first = names.iter().find(|n| !n.starts_with(['-', '+']))?;
        Some(first.trim_start_matches(['?', '~', '^']))
    }
}

/// Names by pattern: what each may name and how.
#[derive(Default)]
struct Table(BTreeMap<String, Name>);

impl Table {
    fn add(&mut self, pattern: &str, rule: Rule, parties: &[usize]) {
        let pattern = simplified(pattern).into_owned();
        // A single letter or character names nobody by itself.
        if pattern.chars().nth(1).is_none() {
            return;
        }
        let new = Name::new(rule, &pattern);
        let name = self.0.entry(pattern).or_insert(new);
        for &party in parties {
            if !name.parties.contains(&party) {
                name.parties.push(party);
            }
        }
    }

    /// Adds a name of a file, with its mark, and its plural or its spelling in capitals.
    fn add_marked(&mut self, name: &'static str, party: usize, adjective: bool, sure: &str) {
        let mut rule = Rule::Name;
        let mut name = name;
        while let Some(mark) = name.chars().next().filter(|c| "-+?^~".contains(*c)) {
            rule = match (mark, rule) {
                ('-', _) => return,
                ('+', _) => Rule::Place,
                ('?', _) => Rule::Doubtful,
                ('~', _) => Rule::Language(false),
                ('^', Rule::Language(_)) => Rule::Language(true),
                (_, rule) if rule != Rule::Name => rule,
                _ => Rule::Surname,
            };
            name = &name[1..];
        }
        if let Some(form) = short_form(name).filter(|_| rule == Rule::Name) {
            rule = Rule::Short(form == '华' || sure.contains(form));
        }
        self.add(name, rule, &[party]);
        if !name.is_ascii() || matches!(rule, Rule::Place) {
            return;
        }
        if adjective && (name.ends_with("an") || name.ends_with('i')) {
            let rule = if matches!(rule, Rule::Language(_)) { Rule::Name } else { rule };
            self.add(&format!("{name}s"), rule, &[party]);
        }
        if name.len() > 3 && !name.contains(['.', '-']) {
            self.add(&name.to_uppercase(), rule, &[party]);
        }
    }
}

/// The short form in a name such as 中方 or 访美.
fn short_form(name: &str) -> Option<char> {
    let mut chars = name.chars();
    match (chars.next(), chars.next(), chars.next()) {
        (Some(form), Some(after), None) if AFTER.contains(after) => Some(form),
        (Some(before), Some(form), None) if BEFORE.contains(before) => Some(form),
        _ => None,
    }
}

/// A name of the country list without its remarks: `Bolivia (Plurinational State of)`, `Tanzania, United Republic of`.
fn plain(name: &str) -> &str {
    name.split([',', '(', '（']).next().unwrap_or_default().trim()
}

/// The parties, and what each pattern stands for, in order.
fn made() -> (Vec<Party>, BTreeMap<String, Name>) {
    let countries: Vec<Line> = lines(include_str!("../words/countries.txt")).map(Line::country).collect();
    let regions: Vec<Line> = lines(include_str!("../words/regions.txt")).map(Line::region).collect();
    let of: BTreeMap<&str, &Line> = countries.iter().map(|line| (line.code, line)).collect();

    // The list's own names, where the file does not say otherwise.
    let mut listed: BTreeMap<String, Listed> = BTreeMap::new();
    for country in keshvar::CountryIterator::new() {
        let listed_country = Listed::new(&country);
        listed.insert(listed_country.code.clone(), listed_country);
    }
    let mut parties: Vec<Party> = Vec::new();
    for (code, country) in &listed {
        let line = of.get(code.as_str());
        let is_state = country.member || OBSERVERS.contains(&code.as_str());
        parties.push(Party {
            kind: if is_state { Kind::Country } else { Kind::Region },
            code: code.clone(),
            zh: line.and_then(|l| Line::shown(&l.chinese)).map(str::to_owned).or(country.chinese.first().cloned()),
            en: line.and_then(|l| Line::shown(&l.english)).map(str::to_owned).or(country.english.first().cloned()),
        });
    }
    for line in countries.iter().filter(|l| !listed.contains_key(l.code)).chain(&regions) {
        let kind = line.kind.unwrap_or(if FORMER.contains(&line.code) { Kind::Country } else { Kind::Region });
        let shown = |names: &[&'static str]| Line::shown(names).map(str::to_owned);
        parties.push(Party { kind, code: line.code.to_owned(), zh: shown(&line.chinese), en: shown(&line.english) });
    }
    parties.sort();
    let number: BTreeMap<&str, usize> = parties.iter().enumerate().map(|(i, p)| (p.code.as_str(), i)).collect();
    let table = table(&countries, &regions, &listed, &number);
    (parties, table.0)
}

/// A country of the list.
struct Listed {
    code: String,
    member: bool,
    english: Vec<String>,
    chinese: Vec<String>,
    nationality: Option<String>,
}

impl Listed {
    fn new(country: &keshvar::Country) -> Self {
        let told = country.translations();
        let names = |keys: &[&str]| -> Vec<String> {
            keys.iter().filter_map(|key| told.get(key)).map(|name| plain(name).to_owned()).collect()
        };
        let english = std::iter::once(plain(country.iso_short_name()).to_owned()).chain(names(&["en"]));
        Self {
            code: country.alpha2().to_string(),
            member: country.un_member(),
            english: english.filter(|n| !n.is_empty()).collect(),
            chinese: names(&["zh_CN", "zh", "zh_HK", "zh_TW"]).into_iter().filter(|n| !n.is_empty()).collect(),
            nationality: country.maybe_nationality().map(str::to_owned),
        }
    }
}

/// All patterns.
fn table(
    countries: &[Line],
    regions: &[Line],
    listed: &BTreeMap<String, Listed>,
    number: &BTreeMap<&str, usize>,
) -> Table {
    let mut table = Table::default();
    let other = |table: &mut Table, phrase: &str| table.add(phrase, Rule::Other, &[]);
    lines(include_str!("../words/others.txt")).for_each(|phrase| other(&mut table, phrase));
    for line in lines(include_str!("../words/compounds.txt")) {
        let mut words = line.split_whitespace();
        let compound = words.next().unwrap_or_default();
        let parties: Vec<usize> = words.filter_map(|code| number.get(code).copied()).collect();
        table.add(compound, Rule::Compound, &parties);
    }
    let every = || countries.iter().chain(regions);
    let sure: String = every().filter_map(|l| l.short.strip_prefix('!')).collect();
    let mut removed: BTreeSet<(&str, usize)> = BTreeSet::new();
    for line in every() {
        let Some(&party) = number.get(line.code) else { continue };
        for (names, adjective) in [(&line.english, false), (&line.adjectives, true), (&line.chinese, false)] {
            for &name in names {
                removed.extend(name.strip_prefix('-').map(|name| (name, party)));
                table.add_marked(name, party, adjective, &sure);
            }
        }
    }
    // What the file says of a pattern, it says for the list too.
    let told: BTreeSet<String> = table.0.keys().cloned().collect();
    let fresh = |name: &str, party: usize| {
        !told.contains(simplified(name).as_ref()) && !removed.contains(&(name, party)) && name.chars().nth(1).is_some()
    };
    for country in listed.values() {
        let Some(&party) = number.get(country.code.as_str()) else { continue };
        for name in country.english.iter().chain(&country.chinese).filter(|name| fresh(name, party)) {
            table.add(name, Rule::Name, &[party]);
            if name.is_ascii() && name.len() > 3 && fresh(&name.to_uppercase(), party) {
                table.add(&name.to_uppercase(), Rule::Name, &[party]);
            }
        }
        // A territory's nationality is mostly that of the state it belongs to.
        for name in country.nationality.iter().flat_map(|n| n.split(", ")).filter(|name| fresh(name, party)) {
            if country.member {
                table.add(name, Rule::Name, &[party]);
                if name.ends_with("an") || name.ends_with('i') {
                    table.add(&format!("{name}s"), Rule::Name, &[party]);
                }
            }
        }
    }
    for line in every().filter(|line| !line.short.is_empty() && line.short != "!中") {
        let Some(&party) = number.get(line.code) else { continue };
        let form = line.short.trim_start_matches('!');
        table.add(&format!("中{form}"), Rule::Pair(line.short.starts_with('!')), &[party]);
        table.add(&format!("{form}中"), Rule::Pair(false), &[party]);
    }
    table
}

/// `WENMAI_BLESS=1 cargo test --lib who` writes the table anew, if one of the lists has changed.
#[test]
fn the_table_is_what_the_lists_make() {
    let (parties, names) = made();
    let mut text = "# Made of the country list and the other files here: see `who/names/made.rs`.\n".to_owned();
    for Party { kind, code, zh, en } in &parties {
        let [zh, en] = [zh, en].map(|name| name.as_deref().unwrap_or_default());
        text += &format!("party\t{}\t{code}\t{zh}\t{en}\n", kind.name());
    }
    for (pattern, name) in &names {
        let own: Vec<String> = name.parties.iter().map(ToString::to_string).collect();
        let (rule, _) = RULES.iter().find(|(_, rule)| *rule == name.rule).unwrap();
        text += &format!("{rule}\t{}\t{pattern}\n", own.join(" "));
    }
    if std::env::var_os("WENMAI_BLESS").is_some() {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/who/words/names.txt"), &text).unwrap();
        return;
    }
    assert!(TABLE == text, "write the table anew");
    let read = &NAMES;
    assert_eq!(read.parties, parties);
    assert_eq!(read.names, names.into_values().collect::<Vec<_>>());
}
