//! Trends: how themes move in time.
//!
//! Receives the day, the theme and the terms of each article and the [`Stories`]; returns a [`Trend`]: the periods, what
//! each theme had in them, the terms that rose and the bursts. Everything but the counts of articles is counted by story,
//! so that a much reprinted article is no trend. Articles without a date have no part in it.
//!
//! | file | question |
//! |---|---|
//! | `period.rs` | by which unit is the span counted, and which are its periods? |
//! | `rise.rs` | which terms does a theme use more in a period than in its others? |
//! | `burst.rs` | when was a theme reported far more than usual? |
//!
//! ```
//! use jiff::civil::date;
//! use wenmai::trend::Unit;
//!
//! let unit = Unit::of(90); // days
//! assert_eq!(unit.name(unit.first(date(2025, 6, 14))), "2025-W24");
//! ```

mod burst;
mod period;
mod rise;
#[cfg(test)]
mod tests;

use jiff::civil::Date;
use rayon::prelude::*;

pub use self::period::Unit;
use crate::{
    segment::Term,
    story::Stories,
    vectorize::{Csr, Vectorizer},
};

/// Stories of a theme in a burst, at least.
const BURSTING: usize = 3;
/// Bursts of a theme, at most: the strongest.
const BURSTS: usize = 4;

/// What the stage works on.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The day of each article, `n`.
    pub days: &'a [Option<Date>],
    /// The theme of each article.
    pub themes: &'a [Option<usize>],
    /// The articles of each theme, most representative first.
    pub ranked: &'a [&'a [usize]],
    /// The stories.
    pub stories: &'a Stories,
    /// TF-IDF rows of the articles.
    pub rows: &'a Csr,
    /// Which term each column of the rows is.
    pub vectorizer: &'a Vectorizer,
    /// The terms.
    pub terms: &'a [Term],
}

/// How themes moved in time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trend {
    /// The unit of the periods.
    pub unit: Unit,
    /// The periods, ascending; empty if no article has a date.
    pub periods: Vec<Period>,
    /// The terms that rose in each theme, by period, the strongest first.
    pub rises: Vec<Vec<Rise>>,
    /// The bursts of each theme, earliest first.
    pub bursts: Vec<Vec<Burst>>,
}

/// A period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its first day.
    pub first: Date,
    /// Articles in each theme, then the unthemed.
    pub articles: Vec<usize>,
    /// Stories in each theme, then the unthemed; a story counts once in each theme that has an article of it, in the period
    /// of the first of them.
    pub stories: Vec<usize>,
}

/// A term that a theme used more in a period than in its others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rise {
    /// The term.
    pub term: u32,
    /// Index of the period.
    pub period: usize,
    /// Share of the theme's stories of the period that hold it, 0 to 1.
    pub share: f64,
    /// That share in the theme's other periods, 0 to 1.
    pub before: f64,
    /// The most representative article of the period that holds it.
    pub article: usize,
}

/// A time in which a theme was reported far more than usual.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Burst {
    /// First day of its first period.
    pub from: Date,
    /// Last day of its last period, no later than the last day of all.
    pub to: Date,
    /// What the bursting state saves over the resting state, in nats; above 0.
    pub weight: f64,
    /// Number of the theme's stories in it.
    pub stories: usize,
    /// Its most representative article.
    pub article: usize,
}

/// Follows the themes in time. The result depends on the input alone.
#[must_use]
pub fn find(input: &Input<'_>) -> Trend {
    let k = input.ranked.len();
    let (unit, firsts) = period::periods(input.days);
    let at = |day: Date| firsts.binary_search(&unit.first(day)).ok();
    let mut periods: Vec<Period> =
        firsts.iter().map(|&first| Period { first, articles: vec![0; k + 1], stories: vec![0; k + 1] }).collect();
    // The articles of each story in each theme, the earliest first, and their periods.
    let mut dated: Vec<(usize, usize, Date, usize, usize)> = Vec::new();
    for (i, (day, theme)) in input.days.iter().zip(input.themes).enumerate() {
        let theme = theme.unwrap_or(k);
        if let Some(day) = *day
            && let Some(at) = at(day)
        {
            periods[at].articles[theme] += 1;
            dated.push((theme, input.stories.key(i), day, i, at));
        }
    }
    dated.sort_unstable();
    // By theme: the period and the first article of each story.
    let mut told: Vec<Vec<(usize, usize)>> = vec![Vec::new(); k + 1];
    for story in dated.chunk_by(|x, y| (x.0, x.1) == (y.0, y.1)) {
        let (theme, _, _, article, at) = story[0];
        periods[at].stories[theme] += 1;
        told[theme].push((at, article));
    }
    let all: Vec<usize> = periods.iter().map(|period| period.stories.iter().sum()).collect();
    let columns: Vec<&Term> =
        input.vectorizer.columns.iter().filter_map(|&term| input.terms.get(term as usize)).collect();
    let last = input.days.iter().copied().flatten().max();
    let themes: Vec<(Vec<Rise>, Vec<Burst>)> = (0..k)
        .into_par_iter()
        .map(|theme| {
            let rows: Vec<(usize, &[u32])> =
                told[theme].iter().map(|&(at, article)| (at, input.rows.row(article).0)).collect();
            let rises = rise::find(&rows, periods.len(), &columns, input.terms).into_iter().filter_map(|rise| {
                let among: Vec<usize> = rise.holders.iter().map(|&story| told[theme][story].1).collect();
                Some(Rise {
                    term: *input.vectorizer.columns.get(rise.column as usize)?,
                    period: rise.period,
                    share: rise.share,
                    before: rise.before,
                    article: *input.ranked[theme].iter().find(|i| among.contains(i))?,
                })
            });
            let relevant: Vec<usize> = periods.iter().map(|period| period.stories[theme]).collect();
            let mut runs = burst::find(&relevant, &all);
            runs.retain(|run| relevant[run.from..=run.to].iter().sum::<usize>() >= BURSTING);
            runs.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.from.cmp(&b.from)));
            runs.truncate(BURSTS);
            runs.sort_by_key(|run| run.from);
            let bursts = runs.into_iter().filter_map(|run| {
                let (from, end) = (periods[run.from].first, unit.next(periods[run.to].first));
                let within = |i: &&usize| input.days[**i].is_some_and(|day| from <= day && day < end);
                Some(Burst {
                    from,
                    to: end.yesterday().ok()?.min(last?),
                    weight: run.weight,
                    stories: relevant[run.from..=run.to].iter().sum(),
                    article: *input.ranked[theme].iter().find(within)?,
                })
            });
            (rises.collect(), bursts.collect())
        })
        .collect();
    let (rises, bursts) = themes.into_iter().unzip();
    Trend { unit, periods, rises, bursts }
}
