//! The view model with its references resolved: what the HTML and Markdown templates are filled from. It looks up and
//! formats; it computes nothing new.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    detail::{self, Branch, BurstPage, ChoicePage, Lookup, PartnerPage, RisePage, StoryPage, Stray},
    palette, text,
    view::{Article, Count, Evidence, Label, Report, Subtheme, Term, Theme},
};

/// Articles of a theme that a page shows with it; the index has all.
const OPEN: usize = 8;
/// Articles of other themes that a page shows with it.
const OPEN_ALSO: usize = 5;
/// Unthemed articles that a page shows with their quotations.
const OPEN_UNTHEMED: usize = 20;
/// Partners whose rows are shown openly.
const OPEN_PARTNERS: usize = 25;
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
    pub unthemed: Vec<Stray<'a>>,
    /// How many fit no theme for each reason, most first.
    pub reasons: Vec<Share>,
    /// Numbers of themes that the corpus supports.
    pub choices: Vec<ChoicePage<'a>>,
    /// Stories of more than one article.
    pub stories: Vec<StoryPage<'a>>,
    /// Rows of the table of themes and partners.
    pub partners: Vec<PartnerPage<'a>>,
    /// The languages of the corpus, in words.
    pub languages: Vec<Share>,
    /// The sources named openly.
    pub sources: &'a [Count],
    /// The other sources.
    pub more_sources: &'a [Count],
}

/// A name and how often it occurs, in words.
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
    /// The number of its stories, where it is another one than that of its articles.
    pub stories: Option<String>,
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
    /// Its articles by period, as an SVG path; empty if it has none.
    pub spark: String,
    /// The names of the partners it is about.
    pub partners: Vec<String>,
    /// Its parts, each followed by its own.
    pub tree: Vec<Branch<'a>>,
    /// Terms that rose.
    pub rose: Vec<RisePage<'a>>,
    /// Its bursts.
    pub bursts: Vec<BurstPage<'a>>,
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
    /// What stands before it: a sign if it is translated, since no article says so.
    pub mark: &'static str,
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
        let lookup = Lookup { entries: &by_id, badges: &badges };
        let themes = report
            .themes
            .iter()
            .enumerate()
            .map(|(at, theme)| {
                let (first, second) = names(&theme.label, &theme.terms);
                ThemePage {
                    theme,
                    badge: find(theme.id),
                    first,
                    second,
                    size: text::count(theme.size),
                    stories: (theme.stories > 0 && theme.stories != theme.size).then(|| text::count(theme.stories)),
                    share: text::percent(theme.size, report.corpus.articles),
                    width: width(theme.size as f64 / largest.max(1) as f64),
                    bar: text::bar(theme.size, largest, 20),
                    languages: shares(&theme.languages),
                    cohesion: text::unit(theme.cohesion),
                    terms: terms(&theme.terms),
                    evidence: lookup.proofs(&theme.evidence),
                    spark: detail::spark(&report.timeline, at),
                    partners: detail::theme_partners(report, theme),
                    tree: detail::tree(theme, &lookup),
                    rose: detail::rises(theme, &lookup),
                    bursts: detail::bursts(theme, &lookup),
                    articles: fold(&theme.articles, &lookup, OPEN),
                    also: fold(&theme.also, &lookup, OPEN_ALSO),
                }
            })
            .collect();
        let stray = |entry: Entry<'a>| Stray { evidence: lookup.proofs(&entry.article.unthemed_evidence), entry };
        let unthemed: Vec<Stray> = lookup.articles(&report.unthemed).into_iter().map(stray).collect();
        let reasons = detail::reasons(&unthemed);
        let choices = detail::choices(report);
        let stories = detail::stories(report, &lookup);
        let partners = detail::partners(report, &lookup);
        let sources = &report.corpus.sources;
        let (sources, more_sources) = sources.split_at(sources.len().min(OPEN_SOURCES));
        let languages = shares(&report.corpus.languages);
        Self {
            report,
            themes,
            unthemed,
            reasons,
            choices,
            stories,
            partners,
            languages,
            sources,
            more_sources,
            articles,
        }
    }

    /// The unthemed articles that the page shows with their quotations.
    pub fn open_unthemed(&self) -> &[Stray<'a>] {
        &self.unthemed[..self.unthemed.len().min(OPEN_UNTHEMED)]
    }

    /// The partners shown openly.
    pub fn open_partners(&self) -> &[PartnerPage<'a>] {
        &self.partners[..self.partners.len().min(OPEN_PARTNERS)]
    }

    /// The other partners.
    pub fn more_partners(&self) -> &[PartnerPage<'a>] {
        &self.partners[self.partners.len().min(OPEN_PARTNERS)..]
    }

    /// Whether something is to be told of the reading: what was skipped or kept with a remark, or read twice.
    pub fn accounts(&self) -> bool {
        !self.report.skipped.is_empty() || self.report.counts.is_some_and(|counts| counts.duplicates > 0)
    }

    /// Whether a name of a theme or of a part is translated.
    pub fn translated(&self) -> bool {
        fn any(parts: &[Subtheme]) -> bool {
            parts.iter().any(|part| part.label.translated.is_some() || any(&part.subthemes))
        }
        self.report.themes.iter().any(|theme| theme.label.translated.is_some() || any(&theme.subthemes))
    }

    /// `1 theme`, `2 themes`.
    pub fn themes_in_words(&self) -> String {
        text::counted(self.report.k, "theme", "themes")
    }

    /// `1 article`, `2 articles`.
    pub fn articles_in_words(&self) -> String {
        text::counted(self.report.corpus.articles, "article", "articles")
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

fn place(path: &str, line: u32) -> String {
    format!("{path}:{line}")
}

/// The day of a date with or without a time.
pub fn day(date: &str) -> &str {
    date.split_once('T').map_or(date, |(day, _)| day)
}

/// A share as a CSS percentage.
pub fn width(share: f64) -> String {
    format!("{:.1}", if share > 0.0 { share.min(1.0) * 100.0 } else { 0.0 })
}

fn badge(at: usize, theme: &Theme) -> Badge {
    let (first, second) = names(&theme.label, &theme.terms);
    let name = match second {
        Some(second) => format!("{} / {}{}", first.text, second.mark, second.text),
        None => first.text.to_owned(),
    };
    Badge { id: theme.id, colour: palette::number(Some(at)), name, known: true }
}

/// The name to show first and the one in the other language, a translated one after the articles' own; the best term where
/// there is no name.
pub fn names<'a>(label: &'a Label, terms: &'a [Term]) -> (Named<'a>, Option<Named<'a>>) {
    let named = |label: &'a Option<String>, lang| {
        label.as_deref().filter(|label| !label.trim().is_empty()).map(|text| Named { text, lang, mark: "" })
    };
    match (named(&label.zh, "zh-Hans"), named(&label.en, "en")) {
        (Some(zh), Some(en)) => match label.translated.as_deref() {
            Some("zh") => (en, Some(Named { mark: text::TRANSLATED, ..zh })),
            Some("en") => (zh, Some(Named { mark: text::TRANSLATED, ..en })),
            _ => (zh, Some(en)),
        },
        (Some(zh), None) => (zh, None),
        (None, Some(en)) => (en, None),
        (None, None) => {
            (Named { text: terms.first().map_or("–", |term| term.term.as_str()), lang: "", mark: "" }, None)
        }
    }
}

/// Terms with their weights.
pub fn terms(terms: &[Term]) -> Vec<TermPage<'_>> {
    let page = |term: &'_ Term| (text::unit(term.weight), width(term.weight), tag(&term.lang));
    let pages = terms.iter().map(|term| (term, page(term)));
    pages.map(|(term, (weight, width, lang))| TermPage { term: &term.term, weight, width, lang }).collect()
}

/// The `lang` attribute of a language of the view model.
pub fn tag(lang: &str) -> &'static str {
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

fn fold<'a>(ids: &'a [String], lookup: &Lookup<'_, 'a>, open: usize) -> Folded<'a> {
    let mut entries = lookup.articles(ids);
    let rest = if entries.len() > open { entries.split_off(open) } else { Vec::new() };
    Folded { open: entries, rest }
}

fn entry<'a>(at: usize, article: &'a Article, find: &dyn Fn(usize) -> Badge) -> Entry<'a> {
    Entry {
        number: at + 1,
        article,
        title: if article.title.trim().is_empty() { &article.id } else { &article.title },
        lang: tag(&article.lang),
        day: article.date.as_deref().map(day),
        url: article.url.as_deref().and_then(text::web_address),
        theme: article.theme.map(find),
        also: article.also.iter().copied().map(find).collect(),
        confidence: text::unit(article.confidence),
        width: width(article.confidence),
    }
}
