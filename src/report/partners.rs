//! Partners: the countries, regions and organisations that the articles name, theme by theme.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use rayon::prelude::*;

use super::{
    assemble::evidence,
    view::{Label, Partner, Report},
};
use crate::{
    model::Model,
    theme::{self, Quote},
    who::{Kind, Mention},
};

/// Organisations shown: those that at least this many stories name …
const STORIES: usize = 2;
/// … and at most this many of them, those named most; countries and regions are all shown.
const ORGANISATIONS: usize = 100;
/// Passages quoted for a partner.
const QUOTES: usize = 3;

/// What a report says of partners.
pub(super) struct Partners {
    /// The table, most named first.
    table: Vec<Partner>,
    /// For each theme the codes it is about, and whether it is about two sides.
    themes: Vec<(Vec<String>, bool)>,
}

/// The parties in the table.
#[derive(Debug)]
pub(super) struct Shown(BTreeSet<usize>);

impl Shown {
    /// The codes of those that an article names.
    pub(super) fn named_by(&self, model: &Model, article: usize) -> Vec<String> {
        let shown = model.who.named_by(article).filter(|party| self.0.contains(party));
        shown.map(|party| model.who.parties[party].code.clone()).collect()
    }
}

/// What stands for the story of each article. An article of no story is one by itself.
fn stories(model: &Model) -> Vec<usize> {
    (0..model.articles.len()).map(|article| model.stories.key(article)).collect()
}

/// The partners of a model, and which of its parties they are.
pub(super) fn of(model: &Model) -> (Partners, Shown) {
    let who = &model.who;
    let story = stories(model);
    let k = model.themes.themes.len();
    let theme: Vec<Option<usize>> = model.themes.members.iter().map(|m| m.theme).collect();

    let mut named: BTreeMap<usize, Named<'_>> = BTreeMap::new();
    for mention in &who.mentions {
        named.entry(mention.party as usize).or_default().mentions.push(mention);
    }
    named.par_iter_mut().for_each(|(_, named)| named.count(&story));
    let mut order: Vec<usize> = named.keys().copied().collect();
    order.sort_by_key(|party| (Reverse(named[party].stories), Reverse(named[party].articles), *party));
    let mut organisations = 0;
    order.retain(|&party| {
        let is_shown = who.parties[party].kind != Kind::Organisation
            || (named[&party].stories >= STORIES && organisations < ORGANISATIONS);
        organisations += usize::from(is_shown && who.parties[party].kind == Kind::Organisation);
        is_shown
    });
    let code = |party: usize| who.parties[party].code.clone();
    let about = who.about(&theme, k, |article| story[article]);
    let shown = Shown(order.iter().copied().collect());
    let partners = Partners {
        table: order.par_iter().map(|party| partner(model, *party, &named[party], &story)).collect(),
        themes: about.into_iter().map(|a| (a.parties.into_iter().map(code).collect(), a.bilateral)).collect(),
    };
    (partners, shown)
}

/// Where a party is named.
#[derive(Default)]
struct Named<'a> {
    /// Ascending.
    mentions: Vec<&'a Mention>,
    articles: usize,
    stories: usize,
}

impl Named<'_> {
    /// The mentions of each article.
    fn by_article(&self) -> impl Iterator<Item = &[&Mention]> {
        self.mentions.chunk_by(|a, b| a.article == b.article)
    }

    /// Counts the articles and their stories.
    fn count(&mut self, story: &[usize]) {
        let mut stories: Vec<usize> = self.by_article().map(|mentions| story[mentions[0].article as usize]).collect();
        self.articles = stories.len();
        stories.sort_unstable();
        stories.dedup();
        self.stories = stories.len();
    }
}

fn partner(model: &Model, party: usize, named: &Named<'_>, story: &[usize]) -> Partner {
    let members = &model.themes.members;
    let k = model.themes.themes.len();
    let mut themes = vec![0; k + 1];
    for mentions in named.by_article() {
        themes[members[mentions[0].article as usize].theme.unwrap_or(k)] += 1;
    }
    // Quotes from the articles that stand most clearly in a theme, one a story; passages before titles.
    let mut places: Vec<(bool, usize, &Mention)> = named
        .by_article()
        .filter_map(|mentions| {
            let text = mentions.iter().find(|m| m.passage.is_some() && !m.heading);
            let mention = text.or_else(|| mentions.iter().find(|m| m.passage.is_none()))?;
            Some((text.is_none(), mention.article as usize, *mention))
        })
        .collect();
    places.sort_by(|a, b| {
        let clear = |article: usize| members[article].confidence;
        a.0.cmp(&b.0).then(clear(b.1).total_cmp(&clear(a.1))).then(a.1.cmp(&b.1))
    });
    let mut quoted = BTreeSet::new();
    places.retain(|&(_, article, _)| quoted.len() < QUOTES && quoted.insert(story[article]));
    let party = &model.who.parties[party];
    Partner {
        code: party.code.clone(),
        kind: party.kind.name().to_owned(),
        name: Label { zh: party.zh.clone(), en: party.en.clone(), translated: None },
        articles: named.articles,
        stories: named.stories,
        themes,
        evidence: places.iter().map(|(_, _, mention)| evidence(model, &quote(model, mention))).collect(),
    }
}

/// The sentence that names a party; for a title the whole of it.
fn quote(model: &Model, mention: &Mention) -> Quote {
    let number = mention.article as usize;
    let article = &model.articles[number];
    let place = mention.passage.map(|passage| passage as usize);
    let span = match place.and_then(|p| article.passages.get(p)) {
        Some(passage) => theme::excerpt(passage, |range| f64::from(u8::from(range.contains(&mention.bytes().start)))),
        None => 0..article.title.len(),
    };
    Quote { article: number, passage: place, span }
}

impl Partners {
    /// Puts what is said of partners in its places.
    pub(super) fn fill<A>(self, report: &mut Report<A>) {
        report.partners = self.table;
        for (theme, (partners, bilateral)) in report.themes.iter_mut().zip(self.themes) {
            theme.partners = partners;
            theme.bilateral = bilateral;
        }
    }
}
