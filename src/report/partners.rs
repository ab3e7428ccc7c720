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
    /// For each article the codes it names, of those in the table.
    articles: Vec<Vec<String>>,
}

/// What stands for the story of each article. An article of no story is one by itself.
fn stories(model: &Model) -> Vec<usize> {
    (0..model.articles.len()).map(|article| model.stories.key(article)).collect()
}

/// The partners of a model.
pub(super) fn of(model: &Model) -> Partners {
    let who = &model.who;
    let story = stories(model);
    let k = model.themes.themes.len();
    let theme: Vec<Option<usize>> = model.themes.members.iter().map(|m| m.theme).collect();

    let mut named: BTreeMap<usize, Named<'_>> = BTreeMap::new();
    for mention in &who.mentions {
        let named = named.entry(mention.party).or_default();
        named.stories.insert(story[mention.article]);
        named.articles.entry(mention.article).or_default().push(mention);
    }
    let mut order: Vec<usize> = named.keys().copied().collect();
    order.sort_by_key(|party| (Reverse(named[party].stories.len()), Reverse(named[party].articles.len()), *party));
    let mut organisations = 0;
    order.retain(|&party| {
        let is_shown = who.parties[party].kind != Kind::Organisation
            || (named[&party].stories.len() >= STORIES && organisations < ORGANISATIONS);
        organisations += usize::from(is_shown && who.parties[party].kind == Kind::Organisation);
        is_shown
    });
    let code = |party: usize| who.parties[party].code.clone();
    let about = who.about(&theme, k, |article| story[article]);
    let shown: BTreeSet<usize> = order.iter().copied().collect();
    Partners {
        table: order.par_iter().map(|party| partner(model, *party, &named[party], &story)).collect(),
        themes: about.into_iter().map(|a| (a.parties.into_iter().map(code).collect(), a.bilateral)).collect(),
        articles: (0..model.articles.len())
            .map(|i| who.named_by(i).filter(|party| shown.contains(party)).map(code).collect())
            .collect(),
    }
}

/// Where a party is named.
#[derive(Default)]
struct Named<'a> {
    articles: BTreeMap<usize, Vec<&'a Mention>>,
    stories: BTreeSet<usize>,
}

fn partner(model: &Model, party: usize, named: &Named<'_>, story: &[usize]) -> Partner {
    let members = &model.themes.members;
    let k = model.themes.themes.len();
    let mut themes = vec![0; k + 1];
    for &article in named.articles.keys() {
        themes[members[article].theme.unwrap_or(k)] += 1;
    }
    // Quotes from the articles that stand most clearly in a theme, one a story; passages before titles.
    let mut places: Vec<(bool, usize, &Mention)> = named
        .articles
        .iter()
        .filter_map(|(&article, mentions)| {
            let text = mentions.iter().find(|m| m.passage.is_some() && !m.heading);
            let mention = text.or_else(|| mentions.iter().find(|m| m.passage.is_none()))?;
            Some((text.is_none(), article, *mention))
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
        articles: named.articles.len(),
        stories: named.stories.len(),
        themes,
        evidence: places.iter().map(|(_, _, mention)| evidence(model, &quote(model, mention))).collect(),
    }
}

/// The sentence that names a party; for a title the whole of it.
fn quote(model: &Model, mention: &Mention) -> Quote {
    let article = &model.articles[mention.article];
    let span = match mention.passage.and_then(|p| article.passages.get(p)) {
        Some(passage) => theme::excerpt(passage, |range| f64::from(u8::from(range.contains(&mention.span.start)))),
        None => 0..article.title.len(),
    };
    Quote { article: mention.article, passage: mention.passage, span }
}

impl Partners {
    /// Puts what is said of partners in its places.
    pub(super) fn fill(self, report: &mut Report) {
        report.partners = self.table;
        for (theme, (partners, bilateral)) in report.themes.iter_mut().zip(self.themes) {
            theme.partners = partners;
            theme.bilateral = bilateral;
        }
        for (article, partners) in report.articles.iter_mut().zip(self.articles) {
            article.partners = partners;
        }
    }
}
