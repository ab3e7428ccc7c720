//! The view model of a fitted model: everything is computed here, once, and no writer recomputes it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{ToSpan, civil::Date};

use super::view::{Article, Corpus, Count, Evidence, Label, Period, Report, SCHEMA, Term, Theme};
use crate::{
    model::Model,
    theme::{self, Quote},
};

/// Empty periods are shown between others while there are at most this many in all.
const PERIODS: usize = 400;

/// The report of a model.
#[must_use]
pub fn assemble(model: &Model) -> Report {
    let days: Vec<Option<Date>> = model.articles.iter().map(|a| a.date.map(|d| d.day)).collect();
    Report {
        schema: SCHEMA.to_owned(),
        k: model.themes.themes.len(),
        k_reason: model.themes.reason.clone(),
        corpus: corpus(model, &days),
        themes: model.themes.themes.iter().enumerate().map(|(i, theme)| of_theme(model, &days, i, theme)).collect(),
        articles: (0..model.articles.len()).map(|i| of_article(model, i)).collect(),
        unthemed: (0..model.articles.len())
            .filter(|&i| model.themes.members[i].theme.is_none())
            .map(|i| model.articles[i].id.clone())
            .collect(),
        skipped: model.skipped.clone(),
        timeline: timeline(model, &days),
        ..Report::default()
    }
}

/// Rounds to four decimals: more say nothing, and differ between processors.
fn round(x: impl Into<f64>) -> f64 {
    let rounded = (x.into() * 1e4).round() / 1e4;
    if rounded == 0.0 { 0.0 } else { rounded }
}

fn span(days: impl Iterator<Item = Option<Date>>) -> (Option<String>, Option<String>) {
    let days: Vec<Date> = days.flatten().collect();
    (days.iter().min().map(Date::to_string), days.iter().max().map(Date::to_string))
}

/// Counts names, most first, equal ones by name.
fn counts<'a>(names: impl Iterator<Item = &'a str>) -> Vec<Count> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    names.for_each(|name| *counts.entry(name).or_default() += 1);
    let mut counts: Vec<Count> =
        counts.into_iter().map(|(name, count)| Count { name: name.to_owned(), count }).collect();
    counts.sort_by_key(|count| std::cmp::Reverse(count.count));
    counts
}

fn corpus(model: &Model, days: &[Option<Date>]) -> Corpus {
    let (from, to) = span(days.iter().copied());
    Corpus {
        articles: model.articles.len(),
        passages: model.passages.len(),
        files: model.articles.iter().map(|a| a.path.as_str()).collect::<BTreeSet<_>>().len(),
        terms: model.vectorizer.columns.len(),
        languages: counts(model.langs.iter().map(String::as_str)),
        sources: counts(model.articles.iter().filter_map(|a| a.source.as_deref())),
        from,
        to,
    }
}

fn of_theme(model: &Model, days: &[Option<Date>], index: usize, theme: &theme::Theme) -> Theme {
    let ids = |articles: &[usize]| articles.iter().map(|&i| model.articles[i].id.clone()).collect();
    let (from, to) = span(theme.articles.iter().map(|&i| days[i]));
    let terms = theme.terms.iter().map(|&(id, weight)| {
        let term = &model.segmenter.terms()[id as usize];
        Term { term: term.surface.clone(), weight: round(weight), lang: term.lang.name().to_owned() }
    });
    Theme {
        id: index + 1,
        label: Label { zh: theme.zh.clone(), en: theme.en.clone() },
        size: theme.articles.len(),
        terms: terms.collect(),
        articles: ids(&theme.articles),
        evidence: theme.evidence.iter().map(|quote| evidence(model, quote)).collect(),
        from,
        to,
        languages: counts(theme.articles.iter().map(|&i| model.langs[i].as_str())),
        also: ids(&theme.also),
        cohesion: round(theme.cohesion),
        named: theme.named.clone(),
        ..Theme::default()
    }
}

fn evidence(model: &Model, quote: &Quote) -> Evidence {
    let article = &model.articles[quote.article];
    let passage = quote.passage.and_then(|p| article.passages.get(p));
    let (words, position) = match passage {
        Some(passage) => (passage.words(&quote.span), passage.position),
        None => (article.title.clone(), article.title_position),
    };
    // Where the text is the file's own bytes, the quote's place is known to the byte.
    let literal = passage.is_some_and(|p| (position.end - position.start) == p.text.len() as u64);
    let (start, end) = match literal {
        true => (position.start + quote.span.start as u64, position.start + quote.span.end as u64),
        false => (position.start, position.end),
    };
    let lines = passage.filter(|_| literal).and_then(|p| p.text.get(..quote.span.start));
    let below = lines.map_or(0, |text| text.matches('\n').count());
    Evidence {
        article: article.id.clone(),
        passage: quote.passage.map_or(0, |p| p + 1),
        heading: passage.and_then(|p| p.heading.clone()),
        quote: words,
        path: article.path.clone(),
        line: position.line + u32::try_from(below).unwrap_or(0),
        start,
        end,
    }
}

fn of_article(model: &Model, i: usize) -> Article {
    let article = &model.articles[i];
    let member = &model.themes.members[i];
    let begins = if article.title_position.line > 0 {
        article.title_position.line
    } else {
        article.passages.first().map_or(1, |p| p.position.line)
    };
    Article {
        id: article.id.clone(),
        title: article.headline(),
        theme: member.theme.map(|t| t + 1),
        confidence: round(member.confidence),
        also: member.also.iter().map(|t| t + 1).collect(),
        unthemed_because: member.because.map(|because| because.to_string()),
        lang: model.langs[i].clone(),
        date: article.date.map(|date| date.to_string()),
        source: article.source.clone(),
        url: article.url.clone(),
        path: article.path.clone(),
        line: begins,
        x: round(member.place.0),
        y: round(member.place.1),
        ..Article::default()
    }
}

/// A calendar unit that a timeline counts by.
#[derive(Clone, Copy)]
enum Unit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Unit {
    /// The finest unit that divides a span into a number of periods that a chart can show.
    fn of(days: i32) -> Self {
        match days {
            ..=31 => Self::Day,
            32..=210 => Self::Week,
            211..=1500 => Self::Month,
            1501..=4400 => Self::Quarter,
            _ => Self::Year,
        }
    }

    /// First day of the period that holds a day.
    fn first(self, day: Date) -> Date {
        let month = |months: i8| Date::new(day.year(), (day.month() - 1) / months * months + 1, 1).unwrap_or(day);
        match self {
            Self::Day => day,
            Self::Week => day.saturating_sub(i32::from(day.weekday().to_monday_zero_offset()).days()),
            Self::Month => month(1),
            Self::Quarter => month(3),
            Self::Year => month(12),
        }
    }

    /// First day of the next period.
    fn next(self, first: Date) -> Date {
        first.saturating_add(match self {
            Self::Day => 1.day(),
            Self::Week => 1.week(),
            Self::Month => 1.month(),
            Self::Quarter => 3.months(),
            Self::Year => 1.year(),
        })
    }

    /// The period's name.
    fn name(self, first: Date) -> String {
        match self {
            Self::Day => first.to_string(),
            Self::Week => {
                let week = first.iso_week_date();
                format!("{}-W{:02}", week.year(), week.week())
            }
            Self::Month => format!("{}-{:02}", first.year(), first.month()),
            Self::Quarter => format!("{}-Q{}", first.year(), (first.month() - 1) / 3 + 1),
            Self::Year => first.year().to_string(),
        }
    }
}

fn timeline(model: &Model, days: &[Option<Date>]) -> Vec<Period> {
    let dated = || days.iter().copied().flatten();
    let (Some(from), Some(to)) = (dated().min(), dated().max()) else { return Vec::new() };
    let unit = Unit::of((to - from).get_days());
    let k = model.themes.themes.len();
    let mut periods: BTreeMap<Date, Vec<usize>> = BTreeMap::new();
    for (day, member) in days.iter().zip(&model.themes.members) {
        if let Some(day) = *day {
            periods.entry(unit.first(day)).or_insert_with(|| vec![0; k + 1])[member.theme.unwrap_or(k)] += 1;
        }
    }
    let last = unit.first(to);
    let mut at = unit.first(from);
    let mut filled = Vec::new();
    while at < last && filled.len() <= PERIODS {
        filled.push(at);
        at = unit.next(at);
    }
    if filled.len() <= PERIODS {
        for first in filled {
            periods.entry(first).or_insert_with(|| vec![0; k + 1]);
        }
    }
    periods
        .into_iter()
        .map(|(first, counts)| Period {
            period: unit.name(first),
            from: first.to_string(),
            counts,
            stories: Vec::new(),
        })
        .collect()
}
