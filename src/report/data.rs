//! What the scripts of the page draw from: articles, periods and stories, once, as JSON inside the page.
//!
//! Every text goes through [`text::visible`], and the characters that could end a script element or open a comment
//! are written as escapes, so the block is data whatever it quotes.

use std::{borrow::Cow, collections::BTreeMap};

use serde::Serialize;

use super::{
    detail,
    page::{Page, Proof},
    text,
};

/// Everything the scripts need. Positions count from 0; fields that say nothing are left out.
#[derive(Serialize)]
struct Data<'a> {
    themes: Vec<ThemeData<'a>>,
    periods: Vec<PeriodData<'a>>,
    partners: Vec<PartnerData<'a>>,
    sources: Vec<Cow<'a, str>>,
    paths: Vec<Cow<'a, str>>,
    articles: Vec<ArticleData<'a>>,
    stories: Vec<StoryData<'a>>,
}

#[derive(Serialize)]
struct ThemeData<'a> {
    id: usize,
    name: Cow<'a, str>,
    /// The number of its colour.
    colour: usize,
    /// First day, last day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    bursts: Vec<[Cow<'a, str>; 2]>,
    /// Sub-themes by id.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    parts: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
}

#[derive(Serialize)]
struct PeriodData<'a> {
    name: Cow<'a, str>,
    from: Cow<'a, str>,
    /// Articles in each theme, then the unthemed.
    articles: &'a [usize],
    /// Stories, likewise.
    stories: &'a [usize],
}

#[derive(Serialize)]
struct PartnerData<'a> {
    code: Cow<'a, str>,
    name: String,
}

#[derive(Serialize)]
struct ArticleData<'a> {
    title: Cow<'a, str>,
    /// The id of its theme.
    #[serde(skip_serializing_if = "Option::is_none")]
    theme: Option<usize>,
    #[serde(skip_serializing_if = "<[usize]>::is_empty")]
    also: &'a [usize],
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    story: Option<usize>,
    lang: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<Cow<'a, str>>,
    /// Position in `sources`.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// Position in `paths`.
    path: usize,
    line: u32,
    x: f64,
    y: f64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    partners: Vec<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    quotes: Vec<QuoteData<'a>>,
}

#[derive(Serialize)]
struct StoryData<'a> {
    id: usize,
    title: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    theme: Option<usize>,
    /// Positions in `articles`.
    articles: Vec<usize>,
    copies: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    quotes: Vec<QuoteData<'a>>,
}

#[derive(Serialize)]
struct QuoteData<'a> {
    quote: Cow<'a, str>,
    /// Position in `articles`.
    #[serde(skip_serializing_if = "Option::is_none")]
    article: Option<usize>,
    place: String,
}

/// Names in the order they are first met.
#[derive(Default)]
struct Names<'a> {
    all: Vec<Cow<'a, str>>,
    at: BTreeMap<&'a str, usize>,
}

impl<'a> Names<'a> {
    fn position(&mut self, name: &'a str) -> usize {
        *self.at.entry(name).or_insert_with(|| {
            self.all.push(text::visible(name));
            self.all.len() - 1
        })
    }
}

/// The data of a page as JSON that can stand inside a script element.
///
/// # Errors
/// If a value cannot be serialised; none of these can fail.
pub fn json(page: &Page) -> serde_json::Result<String> {
    let report = page.report;
    // Most frequent first, as the report has them: the filter lists them in this order.
    let mut sources = Names::default();
    for source in &report.corpus.sources {
        sources.position(&source.name);
    }
    let mut paths = Names::default();
    let articles = page
        .articles
        .iter()
        .map(|entry| {
            let article = entry.article;
            let strayed = article.theme.is_none();
            ArticleData {
                title: text::visible(entry.title),
                theme: article.theme,
                also: &article.also,
                sub: article.subtheme.as_deref().map(text::visible),
                story: article.story,
                lang: text::visible(&article.lang),
                date: entry.day.map(text::visible),
                source: article.source.as_deref().map(|source| sources.position(source)),
                url: entry.url.clone(),
                path: paths.position(&article.path),
                line: article.line,
                x: finite(article.x),
                y: finite(article.y),
                partners: article.partners.iter().map(|code| text::visible(code)).collect(),
                because: article.unthemed_because.as_deref().filter(|_| strayed).map(text::visible),
                quotes: Vec::new(),
            }
        })
        .collect();
    let mut data = Data {
        themes: page.themes.iter().map(theme).collect(),
        periods: report
            .timeline
            .iter()
            .map(|period| PeriodData {
                name: text::visible(&period.period),
                from: text::visible(&period.from),
                articles: &period.counts,
                stories: &period.stories,
            })
            .collect(),
        partners: report
            .partners
            .iter()
            .map(|partner| PartnerData {
                code: text::visible(&partner.code),
                name: text::visible(&detail::both(partner)).into_owned(),
            })
            .collect(),
        sources: sources.all,
        paths: paths.all,
        articles,
        stories: page
            .stories
            .iter()
            .map(|page| StoryData {
                id: page.story.id,
                title: text::visible(&page.story.title),
                theme: page.story.theme,
                articles: page.articles.iter().map(|entry| entry.number - 1).collect(),
                copies: page.story.copies,
                quotes: quotes(&page.evidence),
            })
            .collect(),
    };
    for stray in &page.unthemed {
        if let Some(article) = data.articles.get_mut(stray.entry.number - 1) {
            article.quotes = quotes(&stray.evidence);
        }
    }
    Ok(serde_json::to_string(&data)?.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026"))
}

fn theme<'a>(page: &'a super::page::ThemePage<'a>) -> ThemeData<'a> {
    ThemeData {
        id: page.badge.id,
        name: text::visible(&page.badge.name),
        colour: page.badge.colour,
        bursts: page.theme.bursts.iter().map(|b| [text::visible(&b.from), text::visible(&b.to)]).collect(),
        parts: page.tree.iter().map(|b| (text::visible(&b.part.id), text::visible(b.first.text))).collect(),
    }
}

fn quotes<'a>(proofs: &[Proof<'a>]) -> Vec<QuoteData<'a>> {
    let quote = |proof: &Proof<'a>| QuoteData {
        quote: text::visible(&proof.quote.quote),
        article: proof.entry.as_ref().map(|entry| entry.number - 1),
        place: text::visible(&proof.place()).into_owned(),
    };
    proofs.iter().map(quote).collect()
}

/// A place on the map, −1 to 1; JSON has no `NaN`.
fn finite(value: f64) -> f64 {
    if value.is_finite() { value.clamp(-1.0, 1.0) } else { 0.0 }
}
