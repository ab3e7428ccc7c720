//! The view model with its references resolved: what the HTML and Markdown templates are filled from. It looks up and
//! formats; it computes nothing new.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    palette, text,
    view::{Article, Count, Evidence, Report, Term, Theme},
};

/// Articles of a theme that are listed openly; the rest can be unfolded.
const OPEN: usize = 50;
/// Articles of other themes that are listed openly.
const OPEN_ALSO: usize = 10;
/// Sources that are named openly.
const OPEN_SOURCES: usize = 8;

/// A report with its references resolved.
pub struct Page<'a> {
    /// The report.
    pub report: &'a Report,
    /// Its themes.
    pub themes: Vec<ThemePage<'a>>,
    /// Its articles, in the report's order.
    pub articles: Vec<Entry<'a>>,
    /// Those that fit no theme.
    pub unthemed: Vec<Entry<'a>>,
    /// The languages of the corpus, in words.
    pub languages: Vec<Share>,
    /// The sources named openly.
    pub sources: &'a [Count],
    /// The other sources.
    pub more_sources: &'a [Count],
}

/// A name, how often it occurs, and its share.
pub struct Share {
    /// The name in words.
    pub name: String,
    /// How often.
    pub count: String,
}

/// A theme's number and colour.
#[derive(Clone)]
pub struct Badge {
    /// Its number.
    pub id: usize,
    /// Its colour's number.
    pub colour: usize,
    /// Its label in both languages, for those who cannot see the colour.
    pub name: String,
    /// Whether the report has such a theme, so that it can be linked to.
    pub known: bool,
}

/// A theme with its references resolved.
pub struct ThemePage<'a> {
    /// The theme.
    pub theme: &'a Theme,
    /// Its number and colour.
    pub badge: Badge,
    /// The label to show first.
    pub first: Named<'a>,
    /// The label in the other language.
    pub second: Option<Named<'a>>,
    /// Its size in words.
    pub size: String,
    /// Its share of all articles.
    pub share: String,
    /// Its size as a percentage of the largest theme's, for a bar.
    pub width: String,
    /// Its size as block characters.
    pub bar: String,
    /// Its languages, in words.
    pub languages: Vec<Share>,
    /// How tightly it holds together.
    pub cohesion: String,
    /// Its terms with their weights.
    pub terms: Vec<TermPage<'a>>,
    /// Its evidence.
    pub evidence: Vec<Proof<'a>>,
    /// Its articles, the first few and the rest.
    pub articles: Folded<'a>,
    /// Articles of other themes with a passage here, the first few and the rest.
    pub also: Folded<'a>,
}

/// A label and its language.
pub struct Named<'a> {
    /// The words.
    pub text: &'a str,
    /// `zh-Hans` or `en`.
    pub lang: &'static str,
}

/// A term with its weight.
pub struct TermPage<'a> {
    /// The term.
    pub term: &'a str,
    /// Its weight in two decimals.
    pub weight: String,
    /// Its weight as a percentage, for a bar.
    pub width: String,
    /// For the `lang` attribute.
    pub lang: &'static str,
}

/// A quotation with the article it stands in.
pub struct Proof<'a> {
    /// The quotation.
    pub quote: &'a Evidence,
    /// The article, if the report has it.
    pub entry: Option<Entry<'a>>,
}

/// A list of which only the beginning is shown openly.
pub struct Folded<'a> {
    /// The beginning.
    pub open: Vec<Entry<'a>>,
    /// The rest.
    pub rest: Vec<Entry<'a>>,
}

/// An article as lists show it.
#[derive(Clone)]
pub struct Entry<'a> {
    /// Its number in the index, from 1.
    pub number: usize,
    /// The article.
    pub article: &'a Article,
    /// Its title, or its id if it has none.
    pub title: &'a str,
    /// For the `lang` attribute; empty if unknown.
    pub lang: &'static str,
    /// The language, short.
    pub language: &'static str,
    /// Its day.
    pub day: Option<&'a str>,
    /// Its address, if it is one a reader may follow.
    pub url: Option<String>,
    /// Its theme.
    pub theme: Option<Badge>,
    /// Its other themes.
    pub also: Vec<Badge>,
    /// Its confidence in two decimals.
    pub confidence: String,
    /// Its confidence as a percentage, for a bar.
    pub width: String,
}

impl<'a> Page<'a> {
    /// Resolves the references of a report.
    pub fn new(report: &'a Report) -> Self {
        let badges: BTreeMap<usize, Badge> =
            report.themes.iter().enumerate().map(|(at, theme)| (theme.id, badge(at, theme))).collect();
        let find = |id: usize| {
            badges.get(&id).cloned().unwrap_or_else(|| Badge { id, colour: 0, name: String::new(), known: false })
        };
        let articles: Vec<Entry> =
            report.articles.iter().enumerate().map(|(at, article)| entry(at, article, &find)).collect();
        let by_id: BTreeMap<&str, &Entry> = articles.iter().map(|entry| (entry.article.id.as_str(), entry)).collect();
        let largest = report.themes.iter().map(|theme| theme.size).max().unwrap_or(0);
        let themes = report
            .themes
            .iter()
            .map(|theme| {
                let (first, second) = names(theme);
                ThemePage {
                    theme,
                    badge: find(theme.id),
                    first,
                    second,
                    size: text::count(theme.size),
                    share: text::percent(theme.size, report.corpus.articles),
                    width: width(theme.size as f64 / largest.max(1) as f64),
                    bar: text::bar(theme.size, largest, 20),
                    languages: shares(&theme.languages),
                    cohesion: text::unit(theme.cohesion),
                    terms: terms(theme),
                    evidence: theme
                        .evidence
                        .iter()
                        .map(|quote| Proof { quote, entry: by_id.get(quote.article.as_str()).copied().cloned() })
                        .collect(),
                    articles: fold(&theme.articles, &by_id, OPEN),
                    also: fold(&theme.also, &by_id, OPEN_ALSO),
                }
            })
            .collect();
        let unthemed = fold(&report.unthemed, &by_id, usize::MAX).open;
        let sources = &report.corpus.sources;
        let (sources, more_sources) = sources.split_at(sources.len().min(OPEN_SOURCES));
        let languages = shares(&report.corpus.languages);
        Self { report, themes, unthemed, languages, sources, more_sources, articles }
    }

    /// `1 theme`, `2 themes`.
    pub fn themes_in_words(&self) -> String {
        words(self.report.k, "theme", "themes")
    }

    /// `1 article`, `2 articles`.
    pub fn articles_in_words(&self) -> String {
        words(self.report.corpus.articles, "article", "articles")
    }

    /// The palette, for the style sheet: number, light, dark.
    pub fn colours(&self) -> impl Iterator<Item = (usize, String, String)> {
        let used: BTreeSet<usize> = std::iter::once(0).chain(self.themes.iter().map(|t| t.badge.colour)).collect();
        used.into_iter().map(|number| {
            let colour = palette::colour(number);
            (number, palette::hex(colour.light), palette::hex(colour.dark))
        })
    }
}

impl Entry<'_> {
    /// Who published it and when, as far as known.
    pub fn by(&self) -> Option<String> {
        match (self.article.source.as_deref(), self.day) {
            (Some(source), Some(day)) => Some(format!("{source}, {day}")),
            (Some(one), None) | (None, Some(one)) => Some(one.to_owned()),
            (None, None) => None,
        }
    }

    /// Where it stands: `path:line`.
    pub fn place(&self) -> String {
        place(&self.article.path, self.article.line)
    }
}

impl<'a> Folded<'a> {
    /// All of them, in order.
    pub fn all(&self) -> impl Iterator<Item = &Entry<'a>> {
        self.open.iter().chain(&self.rest)
    }
}

impl Proof<'_> {
    /// Where the quotation stands: `path:line`.
    pub fn place(&self) -> String {
        place(&self.quote.path, self.quote.line)
    }
}

/// Filters of the templates.
pub mod filters {
    /// A count with commas at the thousands.
    ///
    /// # Errors
    /// Never.
    #[askama::filter_fn]
    pub fn thousands<N: std::borrow::Borrow<usize>>(n: N, _: &dyn askama::Values) -> askama::Result<String> {
        Ok(super::text::count(*n.borrow()))
    }
}

/// A count with its noun.
fn words(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", text::count(n), if n == 1 { one } else { many })
}

fn place(path: &str, line: u32) -> String {
    format!("{path}:{line}")
}

/// The day of a date with or without a time.
pub fn day(date: &str) -> &str {
    date.split_once('T').map_or(date, |(day, _)| day)
}

/// A share as a CSS percentage.
fn width(share: f64) -> String {
    format!("{:.1}", if share > 0.0 { share.min(1.0) * 100.0 } else { 0.0 })
}

fn badge(at: usize, theme: &Theme) -> Badge {
    let (first, second) = names(theme);
    let name = match second {
        Some(second) => format!("{} / {}", first.text, second.text),
        None => first.text.to_owned(),
    };
    Badge { id: theme.id, colour: palette::number(Some(at)), name, known: true }
}

fn names(theme: &Theme) -> (Named<'_>, Option<Named<'_>>) {
    let named = |label: &'_ Option<String>| label.as_ref().is_some_and(|label| !label.trim().is_empty());
    let zh = theme.label.zh.as_deref().filter(|_| named(&theme.label.zh)).map(|text| Named { text, lang: "zh-Hans" });
    let en = theme.label.en.as_deref().filter(|_| named(&theme.label.en)).map(|text| Named { text, lang: "en" });
    match (zh, en) {
        (Some(zh), en) => (zh, en),
        (None, Some(en)) => (en, None),
        (None, None) => (Named { text: theme.terms.first().map_or("–", |term| term.term.as_str()), lang: "" }, None),
    }
}

fn terms<'a>(theme: &'a Theme) -> Vec<TermPage<'a>> {
    let page = |term: &'a Term| TermPage {
        term: &term.term,
        weight: text::unit(term.weight),
        width: width(term.weight),
        lang: tag(&term.lang),
    };
    theme.terms.iter().map(page).collect()
}

/// The `lang` attribute of a language of the view model.
fn tag(lang: &str) -> &'static str {
    match lang {
        "zh" => "zh-Hans",
        "en" => "en",
        _ => "",
    }
}

fn shares(counts: &[Count]) -> Vec<Share> {
    let name = |name: &str| match name {
        "zh" => "Chinese 中文".to_owned(),
        "en" => "English 英文".to_owned(),
        "zh+en" => "both 双语".to_owned(),
        "other" => "other 其他".to_owned(),
        name => name.to_owned(),
    };
    counts.iter().map(|count| Share { name: name(&count.name), count: text::count(count.count) }).collect()
}

fn fold<'a>(ids: &'a [String], by_id: &BTreeMap<&str, &Entry<'a>>, open: usize) -> Folded<'a> {
    let mut entries: Vec<Entry> = ids.iter().filter_map(|id| by_id.get(id.as_str()).copied().cloned()).collect();
    let rest = if entries.len() > open { entries.split_off(open) } else { Vec::new() };
    Folded { open: entries, rest }
}

fn entry<'a>(at: usize, article: &'a Article, find: &dyn Fn(usize) -> Badge) -> Entry<'a> {
    Entry {
        number: at + 1,
        article,
        title: if article.title.trim().is_empty() { &article.id } else { &article.title },
        lang: tag(&article.lang),
        language: match article.lang.as_str() {
            "zh" => "中",
            "en" => "EN",
            "zh+en" => "中 EN",
            _ => "–",
        },
        day: article.date.as_deref().map(day),
        url: article.url.as_deref().and_then(text::web_address),
        theme: article.theme.map(find),
        also: article.also.iter().copied().map(find).collect(),
        confidence: text::unit(article.confidence),
        width: width(article.confidence),
    }
}
