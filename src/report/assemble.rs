//! The view model of a fitted model: everything is computed here, once, and no writer recomputes it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::mpsc,
    thread,
};

use jiff::civil::Date;
use rayon::prelude::*;
use serde::{Serialize, Serializer};

use super::{
    partners::{self, Shown},
    quote,
    view::{
        Article, Burst, Choice, Corpus, Count, Evidence, Label, Period, Report, Rise, SCHEMA, Story, Subtheme, Term,
        Theme,
    },
};
use crate::{
    model::Model,
    theme::{self, Quote},
    trend::{self, Trend},
};

/// The report of a model.
#[must_use]
pub fn assemble(model: &Model) -> Report {
    assemble_with(model, |articles| {
        (0..model.articles.len()).into_par_iter().map(|article| articles.make(article)).collect()
    })
}

/// The report of a model, to be written once as JSON: its articles are made one by one as they are written, since those of a
/// large corpus would take as much room as all that was found of them.
#[must_use]
pub fn assemble_to_write(model: &Model) -> Report<Articles<'_>> {
    assemble_with(model, |articles| articles)
}

/// The articles of a report, made when they are asked for.
#[derive(Debug)]
pub struct Articles<'a> {
    model: &'a Model,
    /// The numbers of the parts of themes …
    parts: Vec<String>,
    /// … and which of them each article is in, the smallest.
    part_of: Vec<Option<u32>>,
    /// Whom the report shows.
    shown: Shown,
}

impl<'a> Articles<'a> {
    fn of(model: &'a Model, shown: Shown) -> Self {
        let mut articles = Self { model, parts: Vec::new(), part_of: vec![None; model.articles.len()], shown };
        for (theme, number) in model.themes.themes.iter().zip(1..) {
            articles.part(theme, &number.to_string());
        }
        articles
    }

    /// Notes the number of the smallest part that each article of a theme is in.
    fn part(&mut self, theme: &theme::Theme, number: &str) {
        for (part, i) in theme.subthemes.iter().zip(1..) {
            let id = format!("{number}.{i}");
            let at = u32::try_from(self.parts.len()).ok();
            part.articles.iter().for_each(|&article| self.part_of[article] = at);
            self.parts.push(id.clone());
            self.part(part, &id);
        }
    }

    fn make(&self, i: usize) -> Article {
        let part = self.part_of[i].map(|at| self.parts[at as usize].clone());
        Article { partners: self.shown.named_by(self.model, i), ..of_article(self.model, i, part) }
    }
}

/// Articles that are made at a time to be written, and how often so many may wait for that.
const AT_ONCE: usize = 256;
const WAITING: usize = 2;

/// As the list of the articles. Another thread makes them, some ahead of what is written.
impl Serialize for Articles<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let n = self.part_of.len();
        thread::scope(|scope| {
            let (made, to_write) = mpsc::sync_channel(WAITING);
            scope.spawn(move || {
                (0..n).step_by(AT_ONCE).try_for_each(|start| {
                    let some: Vec<Article> = (start..(start + AT_ONCE).min(n)).map(|i| self.make(i)).collect();
                    // Fails if nothing more can be written.
                    made.send(some)
                })
            });
            serializer.collect_seq(to_write.into_iter().flatten())
        })
    }
}

fn assemble_with<'a, A>(model: &'a Model, articles: impl FnOnce(Articles<'a>) -> A) -> Report<A> {
    let days: Vec<Option<Date>> = model.articles.iter().map(|a| a.date.map(|d| d.day)).collect();
    let (((partners, shown), stories), trend) =
        rayon::join(|| rayon::join(|| partners::of(model), || stories(model, &days)), || trend(model, &days));
    let mut report = Report {
        schema: SCHEMA.to_owned(),
        k: model.themes.themes.len(),
        k_reason: model.themes.reason.clone(),
        k_choices: model
            .themes
            .choices
            .iter()
            .map(|choice| Choice { k: choice.k, score: round(choice.score), why: choice.why.clone() })
            .collect(),
        corpus: corpus(model, &days),
        themes: (model.themes.themes.par_iter().enumerate())
            .map(|(i, theme)| Theme {
                rose: rises(model, &trend, i),
                bursts: bursts(model, &trend, i),
                ..of_theme(model, &days, i, theme)
            })
            .collect(),
        articles: articles(Articles::of(model, shown)),
        unthemed: (0..model.articles.len())
            .filter(|&i| model.themes.members[i].theme.is_none())
            .map(|i| model.articles[i].id.clone())
            .collect(),
        skipped: model.skipped.clone(),
        counts: model.counts,
        timeline: timeline(&trend),
        stories,
        partners: Vec::new(),
    };
    partners.fill(&mut report);
    report
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
        languages: counts(model.langs.iter().map(AsRef::as_ref)),
        sources: counts(model.articles.iter().filter_map(|a| a.source.as_deref())),
        from,
        to,
        undated: days.iter().filter(|day| day.is_none()).count(),
    }
}

fn of_theme(model: &Model, days: &[Option<Date>], index: usize, theme: &theme::Theme) -> Theme {
    let ids = |articles: &[usize]| articles.iter().map(|&i| model.articles[i].id.clone()).collect();
    let (from, to) = span(theme.articles.iter().map(|&i| days[i]));
    Theme {
        id: index + 1,
        label: label(theme),
        size: theme.articles.len(),
        terms: terms(model, theme),
        articles: ids(&theme.articles),
        evidence: theme.evidence.iter().map(|quote| evidence(model, quote)).collect(),
        from,
        to,
        languages: counts(theme.articles.iter().map(|&i| model.langs[i].as_ref())),
        also: ids(&theme.also),
        cohesion: round(theme.cohesion),
        stories: model.stories.count(theme.articles.iter().copied()),
        subthemes: subthemes(model, &(index + 1).to_string(), theme),
        named: theme.named.clone(),
        ..Theme::default()
    }
}

fn label(theme: &theme::Theme) -> Label {
    Label { zh: theme.zh.clone(), en: theme.en.clone(), translated: theme.translated.clone() }
}

fn terms(model: &Model, theme: &theme::Theme) -> Vec<Term> {
    let terms = theme.terms.iter().map(|&(id, weight)| {
        let term = &model.segmenter.terms()[id as usize];
        Term { term: term.surface.clone(), weight: round(weight), lang: term.lang.name().to_owned() }
    });
    terms.collect()
}

/// The parts of the theme of a number, `3` or `3.1`.
fn subthemes(model: &Model, number: &str, theme: &theme::Theme) -> Vec<Subtheme> {
    let parts = theme.subthemes.iter().zip(1..).map(|(part, i)| {
        let id = format!("{number}.{i}");
        Subtheme {
            label: label(part),
            size: part.articles.len(),
            stories: model.stories.count(part.articles.iter().copied()),
            terms: terms(model, part),
            articles: part.articles.iter().map(|&i| model.articles[i].id.clone()).collect(),
            evidence: part.evidence.iter().map(|quote| evidence(model, quote)).collect(),
            cohesion: round(part.cohesion),
            subthemes: subthemes(model, &id, part),
            id,
        }
    });
    parts.collect()
}

/// Why an article has no theme, and which theme is the nearest.
fn because(model: &Model, member: &theme::Member) -> Option<String> {
    let because = member.because?.to_string();
    Some(match member.nearest.and_then(|t| Some((t, model.themes.themes.get(t)?))) {
        Some((t, near)) => {
            let names = near.zh.iter().chain(&near.en).map(String::as_str).collect::<Vec<_>>().join(" / ");
            format!("{because}; the nearest is theme {}, {names}", t + 1)
        }
        None => because,
    })
}

pub(super) fn evidence(model: &Model, quote: &Quote) -> Evidence {
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
        line: position.line.saturating_add(u32::try_from(below).unwrap_or(0)),
        start,
        end,
    }
}

fn of_article(model: &Model, i: usize, subtheme: Option<String>) -> Article {
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
        story: model.stories.of(i).map(|story| story + 1),
        unthemed_because: because(model, member),
        unthemed_evidence: member.says.iter().map(|quote| evidence(model, quote)).collect(),
        subtheme,
        lang: model.langs[i].to_string(),
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

fn stories(model: &Model, days: &[Option<Date>]) -> Vec<Story> {
    let of = |(number, story): (usize, &crate::story::Story)| {
        let mut themes: BTreeMap<usize, usize> = BTreeMap::new();
        for theme in story.articles.iter().filter_map(|&i| model.themes.members[i].theme) {
            *themes.entry(theme).or_default() += 1;
        }
        let theme = themes.into_iter().max_by_key(|&(theme, count)| (count, std::cmp::Reverse(theme)));
        let (from, to) = span(story.articles.iter().map(|&i| days[i]));
        let first = story.articles.first().copied()?;
        Some(Story {
            id: number + 1,
            title: model.articles[first].headline(),
            theme: theme.map(|(theme, _)| theme + 1),
            articles: story.articles.iter().map(|&i| model.articles[i].id.clone()).collect(),
            copies: story.copies,
            from,
            to,
            evidence: vec![evidence(model, &quote::central(model, first))],
        })
    };
    model.stories.stories.par_iter().enumerate().filter_map(of).collect()
}

fn trend(model: &Model, days: &[Option<Date>]) -> Trend {
    let themes: Vec<Option<usize>> = model.themes.members.iter().map(|member| member.theme).collect();
    let ranked: Vec<&[usize]> = model.themes.themes.iter().map(|theme| theme.articles.as_slice()).collect();
    trend::find(&trend::Input {
        days,
        themes: &themes,
        ranked: &ranked,
        stories: &model.stories,
        rows: &model.rows,
        vectorizer: &model.vectorizer,
        terms: model.segmenter.terms(),
    })
}

fn timeline(trend: &Trend) -> Vec<Period> {
    let period = |period: &trend::Period| Period {
        period: trend.unit.name(period.first),
        from: period.first.to_string(),
        counts: period.articles.clone(),
        stories: period.stories.clone(),
    };
    trend.periods.iter().map(period).collect()
}

fn rises(model: &Model, trend: &Trend, theme: usize) -> Vec<Rise> {
    let rise = |rise: &trend::Rise| {
        let term = &model.segmenter.terms()[rise.term as usize];
        Rise {
            term: term.surface.clone(),
            lang: term.lang.name().to_owned(),
            period: trend.unit.name(trend.periods[rise.period].first),
            share: round(rise.share),
            before: round(rise.before),
            evidence: vec![evidence(model, &quote::holding(model, rise.article, rise.term))],
        }
    };
    trend.rises[theme].iter().map(rise).collect()
}

fn bursts(model: &Model, trend: &Trend, theme: usize) -> Vec<Burst> {
    let burst = |burst: &trend::Burst| Burst {
        from: burst.from.to_string(),
        to: burst.to.to_string(),
        weight: round(burst.weight),
        stories: burst.stories,
        evidence: vec![evidence(model, &quote::central(model, burst.article))],
    };
    trend.bursts[theme].iter().map(burst).collect()
}
