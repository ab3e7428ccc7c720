//! Who is named: the countries, regions and organisations of articles, in Chinese and in English, each with its place.
//!
//! Receives the articles and their terms ([`Segmented`]); returns [`Who`]: the parties, the places that name them, and for
//! each article the two sides it is about, if it is about two. [`Who::about`] tells which parties a theme is about.
//!
//! | file | question |
//! |---|---|
//! | `names.rs` | which names are there, and what do they name? |
//! | `english.rs`, `chinese.rs` | is this place of a text such a name? |
//! | `article.rs` | which names does an article hold, and which of several does a shared one mean? |
//! | `organisations.rs` | which organisations does it name? |
//! | `about.rs` | which parties is a theme about? |
//!
//! Codes, short names and nationalities of countries are those of ISO 3166-1 as the crate `keshvar` has them; what it lacks
//! stands in `words/`: a name takes one line there, and a run of the test that makes the table of them all anew
//! (`names/made.rs`). A member state of the United Nations is a country, and so is a state that was one; the other entries of
//! ISO 3166-1 are regions.
//!
//! Precision comes first. A name that is also a word, a person's or another place's counts with support only: another name
//! of the same country in the article, or a place in a row of countries.
//!
//! ```
//! use wenmai::{Article, segment, who};
//!
//! let title = "中英科技合作：UK and Brazilian labs".to_owned();
//! let articles = [Article { id: "a".to_owned(), title, ..Article::default() }];
//! let (_, segmented) = segment::fit(&articles, &segment::Settings::default())?;
//! let found = who::fit(&articles, &segmented);
//! let codes: Vec<&str> = found.named_by(0).map(|party| found.parties[party].code.as_str()).collect();
//! assert_eq!(codes, ["BR", "CN", "GB"]);
//! # Ok::<(), wenmai::Error>(())
//! ```

mod about;
mod article;
mod chinese;
mod english;
mod names;
mod organisations;
#[cfg(test)]
mod tests;

use std::ops::Range;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

pub use self::about::About;
use crate::{article::Article, segment::Segmented};

/// An organisation counts if this many articles name it: one alone is mostly a name cut wrongly, and no partner.
const ARTICLES: usize = 2;

/// Articles that are read before their parties are counted; any number gives the same.
const AT_ONCE: usize = 16_384;

/// What kind of party it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A state.
    #[default]
    Country,
    /// A part of the world, a territory or a group of states.
    Region,
    /// An organisation.
    Organisation,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Country, Self::Region, Self::Organisation];

    /// `country`, `region` or `organisation`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::Region => "region",
            Self::Organisation => "organisation",
        }
    }
}

/// A country, region or organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Party {
    /// What kind it is.
    pub kind: Kind,
    /// The ISO 3166-1 code of a country or territory; a short name in small letters of another region or a known organisation;
    /// the name of any other organisation. Unique.
    pub code: String,
    /// Its Chinese name.
    pub zh: Option<String>,
    /// Its English name.
    pub en: Option<String>,
}

/// A place that names a party. There are many, so numbers take 32 bits; no passage is longer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Mention {
    /// The article.
    pub article: u32,
    /// The passage, from 0; none for the title.
    pub passage: Option<u32>,
    /// Whether it stands in the passage's heading.
    pub heading: bool,
    /// Bytes of the title, the heading or the passage's text, on character boundaries, never empty.
    pub span: Range<u32>,
    /// The party, an index into [`Who::parties`].
    pub party: u32,
}

/// A mention as it is saved: there are many, and their fields have no need of names.
type Written = (u32, Option<u32>, bool, u32, u32, u32);

impl From<Written> for Mention {
    fn from((article, passage, heading, start, end, party): Written) -> Self {
        Self { article, passage, heading, span: start..end, party }
    }
}

impl From<Mention> for Written {
    fn from(m: Mention) -> Self {
        (m.article, m.passage, m.heading, m.span.start, m.span.end, m.party)
    }
}

/// A number in 32 bits.
fn short(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl Mention {
    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> Range<usize> {
        self.span.start as usize..self.span.end as usize
    }

    /// Articles, their titles, then headings and passages.
    fn order(&self) -> (u32, Option<u32>, bool, u32, u32, u32) {
        (self.article, self.passage, !self.heading, self.span.start, self.span.end, self.party)
    }
}

/// Who is named in a corpus.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// The parties that are named, by kind and code.
    pub parties: Vec<Party>,
    /// Where they are named, ascending: the first place of each title, heading and passage.
    pub mentions: Vec<Mention>,
    /// The two sides that an article is about, lower index first; none if it is not about two. As many as articles.
    pub sides: Vec<Option<(usize, usize)>>,
}

/// Finds who is named.
///
/// The result depends on the articles alone, not on the number of threads.
#[must_use]
pub fn fit(articles: &[Article], segmented: &Segmented) -> Who {
    let tags = organisations::tags(segmented);
    let mut all = Counted::default();
    let mut mentions = Vec::new();
    let mut sides = Vec::with_capacity(articles.len());
    // Some at a time: what is found in an article takes more room by far than what is kept of it.
    for start in (0..articles.len()).step_by(AT_ONCE) {
        let read = |i: usize| article::read(&articles[i], segmented.documents.get(i), &segmented.terms, &tags);
        let found: Vec<article::Found> =
            (start..(start + AT_ONCE).min(articles.len())).into_par_iter().map(read).collect();
        for (article, found) in (start..).zip(found) {
            for (party, places) in found.parties {
                let party = all.number(party);
                all.articles[party] += 1;
                mentions.extend(places.into_iter().map(|place| Mention {
                    article: short(article),
                    passage: place.passage.map(short),
                    heading: place.heading,
                    span: short(place.span.start)..short(place.span.end),
                    party: short(party),
                }));
            }
            sides.push(found.sides.map(|(a, b)| (all.number(a), all.number(b))));
        }
    }
    let (parties, numbers) = all.kept();
    mentions.retain_mut(|mention| {
        let kept = numbers[mention.party as usize];
        mention.party = short(kept.unwrap_or_default());
        kept.is_some()
    });
    mentions.shrink_to_fit();
    mentions.sort_unstable_by_key(Mention::order);
    for side in &mut sides {
        let pair = side.and_then(|(a, b)| Some((numbers[a]?, numbers[b]?)));
        *side = pair.map(|(a, b)| (a.min(b), a.max(b)));
    }
    Who { parties, mentions, sides }
}

/// Parties in the order in which they were found.
#[derive(Default)]
struct Counted {
    numbers: FxHashMap<Party, usize>,
    /// How many articles name each.
    articles: Vec<usize>,
}

impl Counted {
    fn number(&mut self, party: Party) -> usize {
        let number = *self.numbers.entry(party).or_insert(self.articles.len());
        if number == self.articles.len() {
            self.articles.push(0);
        }
        number
    }

    /// Those that are kept, in order, and the place of each party among them.
    fn kept(self) -> (Vec<Party>, Vec<Option<usize>>) {
        let known = |party: &Party| party.kind != Kind::Organisation || names::is_known(&party.code);
        let mut places = vec![None; self.articles.len()];
        let mut kept: Vec<(Party, usize)> = self.numbers.into_iter().collect();
        kept.retain(|(party, number)| {
            let articles = self.articles[*number];
            articles >= ARTICLES || (articles > 0 && known(party))
        });
        kept.sort_unstable();
        kept.iter().enumerate().for_each(|(place, &(_, number))| places[number] = Some(place));
        (kept.into_iter().map(|(party, _)| party).collect(), places)
    }
}

impl Who {
    /// The parties that an article names, ascending.
    pub fn named_by(&self, article: usize) -> impl Iterator<Item = usize> {
        let mut parties: Vec<usize> = self.of_article(article).iter().map(|m| m.party as usize).collect();
        parties.sort_unstable();
        parties.dedup();
        parties.into_iter()
    }

    /// The mentions of an article.
    #[must_use]
    pub fn of_article(&self, article: usize) -> &[Mention] {
        let start = self.mentions.partition_point(|m| (m.article as usize) < article);
        let end = self.mentions.partition_point(|m| m.article as usize <= article);
        &self.mentions[start..end]
    }

    /// Whether every index fits these articles, as must hold for one read from a file.
    #[must_use]
    pub fn fits(&self, articles: &[Article]) -> bool {
        let party = |p: usize| p < self.parties.len();
        let text = |m: &Mention| {
            let article = articles.get(m.article as usize)?;
            match m.passage {
                None => Some(article.title.as_str()),
                Some(p) if m.heading => article.passages.get(p as usize)?.heading.as_deref(),
                Some(p) => Some(article.passages.get(p as usize)?.text.as_str()),
            }
        };
        let place = |m: &Mention| text(m).is_some_and(|t| t.get(m.bytes()).is_some_and(|s| !s.is_empty()));
        self.mentions.iter().all(|m| party(m.party as usize) && place(m))
            && self.mentions.is_sorted_by_key(Mention::order)
            && (self.sides.is_empty() || self.sides.len() == articles.len())
            && self.sides.iter().flatten().all(|&(a, b)| party(a) && party(b))
    }
}
