//! The parts of a report beside its articles, with their references resolved: sub-themes, rises, bursts, stories,
//! partners and the numbers of themes the corpus supports. Like [`super::page`], it looks up and formats only.

use std::collections::BTreeMap;

use super::{
    page::{Badge, Entry, Named, Proof, Share, TermPage, names, terms, width},
    text,
    view::{Burst, Choice, Evidence, Label, Partner, Period, Report, Rise, Story, Subtheme, Theme},
};

/// Looks up what the parts refer to.
pub struct Lookup<'p, 'a> {
    /// Articles by id.
    pub entries: &'p BTreeMap<&'a str, &'p Entry<'a>>,
    /// Badges by theme.
    pub badges: &'p BTreeMap<usize, Badge>,
}

impl<'a> Lookup<'_, 'a> {
    /// Quotations with their articles.
    pub fn proofs(&self, evidence: &'a [Evidence]) -> Vec<Proof<'a>> {
        let entry = |quote: &Evidence| self.entries.get(quote.article.as_str()).map(|entry| (*entry).clone());
        evidence.iter().map(|quote| Proof { quote, entry: entry(quote) }).collect()
    }

    /// The articles of these ids that the report has.
    pub fn articles(&self, ids: &[String]) -> Vec<Entry<'a>> {
        ids.iter().filter_map(|id| self.entries.get(id.as_str()).map(|entry| (*entry).clone())).collect()
    }
}

/// A number of themes that the corpus supports.
pub struct ChoicePage<'a> {
    /// The number and what speaks for it.
    pub choice: &'a Choice,
    /// How plausible it is, in two decimals.
    pub score: String,
    /// The same as a percentage, for a bar.
    pub width: String,
    /// Whether the report has this many themes.
    pub chosen: bool,
}

/// The numbers of themes that the corpus supports.
pub fn choices(report: &Report) -> Vec<ChoicePage<'_>> {
    let page = |choice: &'_ Choice| (text::unit(choice.score), width(choice.score), choice.k == report.k);
    let pages = report.k_choices.iter().map(|choice| (choice, page(choice)));
    pages.map(|(choice, (score, width, chosen))| ChoicePage { choice, score, width, chosen }).collect()
}

/// A sub-theme, its place in the tree written as a depth.
pub struct Branch<'a> {
    /// The sub-theme.
    pub part: &'a Subtheme,
    /// 1 for parts of the theme, 2 for parts of those.
    pub depth: usize,
    /// The label to show first.
    pub first: Named<'a>,
    /// The label in the other language.
    pub second: Option<Named<'a>>,
    /// Its size, in words.
    pub size: String,
    /// Its size as a percentage of the theme's, for a bar.
    pub width: String,
    /// Its terms.
    pub terms: Vec<TermPage<'a>>,
    /// Its evidence.
    pub evidence: Vec<Proof<'a>>,
    /// The fragment that shows its articles, without `#`.
    pub link: String,
}

impl Branch<'_> {
    /// Blanks that nest its Markdown list item in its parent's.
    pub fn indent(&self) -> String {
        "  ".repeat(self.depth.saturating_sub(1))
    }
}

/// The tree of a theme's parts, each followed by its own parts.
pub fn tree<'a>(theme: &'a Theme, lookup: &Lookup<'_, 'a>) -> Vec<Branch<'a>> {
    fn walk<'a>(
        theme: &Theme,
        parts: &'a [Subtheme],
        depth: usize,
        lookup: &Lookup<'_, 'a>,
        out: &mut Vec<Branch<'a>>,
    ) {
        for part in parts {
            let (first, second) = names(&part.label, &part.terms);
            out.push(Branch {
                part,
                depth,
                first,
                second,
                size: size(part.size, part.stories),
                width: width(part.size as f64 / theme.size.max(1) as f64),
                terms: terms(&part.terms),
                evidence: lookup.proofs(&part.evidence),
                link: format!("theme={}&sub={}", theme.id, text::fragment(&part.id)),
            });
            walk(theme, &part.subthemes, depth + 1, lookup, out);
        }
    }
    let mut out = Vec::new();
    walk(theme, &theme.subthemes, 1, lookup, &mut out);
    out
}

/// `12 articles`, and the number of stories where it is another one: `12 articles in 9 stories`.
pub fn size(articles: usize, stories: usize) -> String {
    let articles_in_words = text::counted(articles, "article", "articles");
    match stories {
        0 => articles_in_words,
        n if n == articles => articles_in_words,
        n => format!("{articles_in_words} in {}", text::counted(n, "story", "stories")),
    }
}

/// A term that rose.
pub struct RisePage<'a> {
    /// The term and the period.
    pub rise: &'a Rise,
    /// Its share in the period.
    pub share: String,
    /// Its share in other periods.
    pub before: String,
    /// For the `lang` attribute.
    pub lang: &'static str,
    /// A passage of the period.
    pub evidence: Vec<Proof<'a>>,
}

/// The terms of a theme that rose.
pub fn rises<'a>(theme: &'a Theme, lookup: &Lookup<'_, 'a>) -> Vec<RisePage<'a>> {
    let share = |share: f64| format!("{:.0}%", if share > 0.0 { share.min(1.0) * 100.0 } else { 0.0 });
    let page = |rise: &'a Rise| RisePage {
        rise,
        share: share(rise.share),
        before: share(rise.before),
        lang: super::page::tag(&rise.lang),
        evidence: lookup.proofs(&rise.evidence),
    };
    theme.rose.iter().map(page).collect()
}

/// A burst.
pub struct BurstPage<'a> {
    /// The burst.
    pub burst: &'a Burst,
    /// Its stories, in words.
    pub stories: String,
    /// Its weight in one decimal.
    pub weight: String,
    /// Passages of it.
    pub evidence: Vec<Proof<'a>>,
    /// The fragment that shows its articles, without `#`.
    pub link: String,
}

/// The bursts of a theme.
pub fn bursts<'a>(theme: &'a Theme, lookup: &Lookup<'_, 'a>) -> Vec<BurstPage<'a>> {
    let page = |burst: &'a Burst| BurstPage {
        burst,
        stories: text::counted(burst.stories, "story", "stories"),
        weight: format!("{:.1}", if burst.weight > 0.0 { burst.weight.min(1e6) } else { 0.0 }),
        evidence: lookup.proofs(&burst.evidence),
        link: format!("theme={}&from={}&to={}", theme.id, text::fragment(&burst.from), text::fragment(&burst.to)),
    };
    theme.bursts.iter().map(page).collect()
}

/// A country, region or organisation.
pub struct PartnerPage<'a> {
    /// What the report knows of it.
    pub partner: &'a Partner,
    /// Its number in the table, from 1.
    pub number: usize,
    /// The name to show first.
    pub first: Named<'a>,
    /// The name in the other language.
    pub second: Option<Named<'a>>,
    /// A cell for each theme and one for the unthemed.
    pub cells: Vec<Cell>,
    /// Passages that name it.
    pub evidence: Vec<Proof<'a>>,
    /// The fragment that shows its articles, without `#`.
    pub link: String,
}

/// A cell of the table of themes and partners.
pub struct Cell {
    /// Articles of the theme that name the partner.
    pub count: usize,
    /// How dark the cell is: its count as a percentage of the table's largest, by square roots, so that small counts show.
    pub heat: String,
    /// The id of the theme; 0 for the unthemed.
    pub theme: usize,
}

/// The rows of the table of themes and partners.
pub fn partners<'a>(report: &'a Report, lookup: &Lookup<'_, 'a>) -> Vec<PartnerPage<'a>> {
    let largest = report.partners.iter().flat_map(|partner| &partner.themes).copied().max().unwrap_or(0).max(1);
    let cell = |(at, count): (usize, usize)| Cell {
        count,
        heat: width((count as f64 / largest as f64).sqrt()),
        theme: report.themes.get(at).map_or(0, |theme| theme.id),
    };
    let page = |(at, partner): (usize, &'a Partner)| {
        let (first, second) = partner_names(partner);
        let counts = (0..=report.themes.len()).map(|at| (at, partner.themes.get(at).copied().unwrap_or(0)));
        PartnerPage {
            partner,
            number: at + 1,
            first,
            second,
            cells: counts.map(cell).collect(),
            evidence: lookup.proofs(&partner.evidence),
            link: format!("partner={}", text::fragment(&partner.code)),
        }
    };
    report.partners.iter().enumerate().map(page).collect()
}

fn partner_names(partner: &Partner) -> (Named<'_>, Option<Named<'_>>) {
    let named = partner.name.zh.is_some() || partner.name.en.is_some();
    if named { names(&partner.name, &[]) } else { (Named { text: &partner.code, lang: "", mark: "" }, None) }
}

/// The names of the partners that a theme is about: `中国 China`, or the code where the report has no name.
pub fn theme_partners(report: &Report, theme: &Theme) -> Vec<String> {
    let name = |code: &String| report.partners.iter().find(|partner| partner.code == *code).map(both);
    theme.partners.iter().map(|code| name(code).unwrap_or_else(|| code.clone())).collect()
}

/// A partner's names in both languages.
pub fn both(partner: &Partner) -> String {
    let Label { zh, en, .. } = &partner.name;
    match (zh, en) {
        (Some(zh), Some(en)) => format!("{zh} {en}"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => partner.code.clone(),
    }
}

/// A story of more than one article.
pub struct StoryPage<'a> {
    /// The story.
    pub story: &'a Story,
    /// Its theme.
    pub theme: Option<Badge>,
    /// Its articles, earliest first.
    pub articles: Vec<Entry<'a>>,
    /// Its passages.
    pub evidence: Vec<Proof<'a>>,
}

/// The stories.
pub fn stories<'a>(report: &'a Report, lookup: &Lookup<'_, 'a>) -> Vec<StoryPage<'a>> {
    let page = |story: &'a Story| StoryPage {
        story,
        theme: story.theme.and_then(|id| lookup.badges.get(&id).cloned()),
        articles: lookup.articles(&story.articles),
        evidence: lookup.proofs(&story.evidence),
    };
    report.stories.iter().map(page).collect()
}

/// An article that fits no theme.
pub struct Stray<'a> {
    /// The article.
    pub entry: Entry<'a>,
    /// What it says.
    pub evidence: Vec<Proof<'a>>,
}

/// Reasons of the unthemed, most first, equal ones by name.
pub fn reasons(unthemed: &[Stray]) -> Vec<Share> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for because in unthemed.iter().filter_map(|stray| stray.entry.article.unthemed_because.as_deref()) {
        *counts.entry(because).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts.into_iter().map(|(name, count)| Share { name: name.to_owned(), count: text::count(count) }).collect()
}

/// A theme's articles by period as one SVG path on a canvas of `periods × 100`; empty if there is nothing to see.
pub fn spark(periods: &[Period], position: usize) -> String {
    let count = |period: &Period| period.counts.get(position).copied().unwrap_or(0);
    let largest = periods.iter().map(count).max().unwrap_or(0);
    if largest == 0 || periods.len() < 2 {
        return String::new();
    }
    let bars = periods.iter().enumerate().filter(|(_, period)| count(period) > 0);
    bars.map(|(at, period)| format!("M{at}.1 100v-{:.1}h.8V100z", count(period) as f64 / largest as f64 * 100.0))
        .collect()
}
