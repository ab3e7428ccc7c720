use std::collections::BTreeMap;

use jiff::civil::date;

use super::{burst, period, rise, *};
use crate::{
    segment::Lang,
    story::Story,
    vectorize::{Bag, Settings},
};

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

#[test]
fn g2_is_that_of_the_reference() {
    // tests/reference/trend.py
    assert!(close(rise::g2(10, 20, 5, 80), 19.409_264_945_766_886), "{}", rise::g2(10, 20, 5, 80));
    assert!(close(rise::g2(4, 4, 0, 96), 33.588_829_546_834_6), "{}", rise::g2(4, 4, 0, 96));
    assert!(rise::g2(5, 20, 20, 80).abs() < 1e-12);
}

#[test]
fn the_chance_of_a_g2_is_bounded_from_above() {
    // tests/reference/trend.py
    for (g2, exact) in [(3.841, 0.050_013_684), (10.0, 0.001_565_402), (25.0, 5.733_031e-7)] {
        let bound = rise::chance(g2);
        assert!(bound >= exact && bound < 1.3 * exact, "{g2}: {bound}");
    }
    assert!(close(rise::chance(0.0), 1.0));
}

#[test]
fn a_burst_is_that_of_the_reference() {
    // tests/reference/trend.py, all paths of the automaton weighed.
    let runs = burst::find(&[1, 2, 9, 8, 1, 0, 1, 6], &[20, 20, 20, 20, 20, 20, 20, 20]);
    assert_eq!(runs.iter().map(|run| (run.from, run.to)).collect::<Vec<_>>(), [(2, 3)]);
    assert!(close(runs[0].weight, 6.300_048_530_284_114), "{}", runs[0].weight);
}

#[test]
fn a_day_with_many_articles_is_no_burst() {
    assert!(burst::find(&[2, 2, 40, 2, 2], &[20, 20, 400, 20, 20]).is_empty());
    assert_eq!(burst::find(&[2, 2, 40, 2, 2], &[40, 40, 100, 40, 40]).len(), 1);
}

#[test]
fn no_theme_no_corpus_and_nothing_else_have_no_bursts() {
    assert!(burst::find(&[], &[]).is_empty());
    assert!(burst::find(&[0, 0], &[5, 5]).is_empty());
    assert!(burst::find(&[5, 5], &[5, 5]).is_empty());
    assert!(burst::find(&[0, 3, 0], &[0, 3, 0]).is_empty());
}

#[test]
fn the_unit_follows_from_the_span() {
    let names = |from, to| {
        let (unit, periods) = period::periods(&[Some(from), None, Some(to)]);
        (periods.len(), unit.name(periods[0]), unit.name(periods[periods.len() - 1]))
    };
    let pair = |n, a: &str, b: &str| (n, a.to_owned(), b.to_owned());
    assert_eq!(names(date(2025, 6, 14), date(2025, 6, 14)), pair(1, "2025-06-14", "2025-06-14"));
    assert_eq!(names(date(2025, 6, 14), date(2025, 7, 15)), pair(32, "2025-06-14", "2025-07-15"));
    assert_eq!(names(date(2024, 12, 30), date(2025, 2, 3)), pair(6, "2025-W01", "2025-W06"));
    assert_eq!(names(date(2022, 9, 24), date(2024, 6, 30)), pair(22, "2022-09", "2024-06"));
    assert_eq!(names(date(2015, 9, 24), date(2024, 6, 30)), pair(36, "2015-Q3", "2024-Q2"));
    // Too many to list the empty ones.
    assert_eq!(names(date(-500, 1, 1), date(2024, 6, 30)), pair(2, "-500", "2024"));
    assert_eq!(period::periods(&[None]).1, Vec::<Date>::new());
}

fn term(key: &str, parts: &[u32]) -> Term {
    Term { key: key.to_owned(), surface: key.to_owned(), lang: Lang::En, parts: parts.to_vec() }
}

/// Articles of two months: a theme of forty, ten of which are about a quake in the second month.
struct Months {
    days: Vec<Option<Date>>,
    terms: Vec<Term>,
    vectorizer: Vectorizer,
    rows: Csr,
}

fn months() -> Months {
    let terms = vec![term("aid", &[]), term("quake", &[]), term("quake relief", &[1, 3]), term("relief", &[])];
    let bag = |i: usize| if i < 30 { Bag::count([0, u32::from(i == 3)]) } else { Bag::count([0, 1, 2, 3]) };
    let bags: Vec<Bag> = (0..40).map(bag).collect();
    let vectorizer = crate::vectorize::fit(&bags, terms.len(), &Settings::default());
    let rows = vectorizer.transform(&bags);
    let days = (0..40i8).map(|i| Some(if i < 20 { date(2024, 1, 1 + i) } else { date(2024, 9, 1 + i - 20) })).collect();
    Months { days, terms, vectorizer, rows }
}

fn trend(months: &Months, stories: &Stories) -> Trend {
    let ranked: Vec<usize> = (0..40).rev().collect();
    find(&Input {
        days: &months.days,
        themes: &[Some(0); 40],
        ranked: &[&ranked],
        stories,
        rows: &months.rows,
        vectorizer: &months.vectorizer,
        terms: &months.terms,
    })
}

#[test]
fn what_rises_is_told_once_by_its_phrase() {
    let months = months();
    let trend = trend(&months, &Stories::default());
    assert_eq!(trend.unit, Unit::Month);
    assert_eq!(trend.periods.len(), 9);
    let told: Vec<(&str, usize)> =
        trend.rises[0].iter().map(|rise| (months.terms[rise.term as usize].key.as_str(), rise.period)).collect();
    assert_eq!(told, [("quake relief", 8)]);
    let rise = trend.rises[0][0];
    assert!(close(rise.share, 0.5) && close(rise.before, 0.0));
    assert_eq!(rise.article, 39);
}

#[test]
fn a_reprint_does_not_rise() {
    let months = months();
    // The ten articles about the quake are one story, told ten times.
    let of = (0..40).map(|i| (i >= 30).then_some(0)).collect();
    let stories = Stories { stories: vec![Story { articles: (30..40).collect(), copies: 9 }], of };
    let trend = trend(&months, &stories);
    assert!(trend.rises[0].is_empty());
    let last = &trend.periods[8];
    assert_eq!((last.articles[0], last.stories[0]), (20, 11));
}

#[test]
fn a_story_counts_once_in_the_period_of_its_first_article() {
    let days = [Some(date(2024, 1, 5)), Some(date(2024, 2, 5)), None, Some(date(2024, 2, 6))];
    let stories = Stories {
        stories: vec![Story { articles: vec![0, 1, 2], copies: 0 }],
        of: vec![Some(0), Some(0), Some(0), None],
    };
    let rows = Csr { cols: 0, indptr: vec![0; 5], ..Csr::default() };
    let trend = find(&Input {
        days: &days,
        themes: &[Some(0), Some(0), Some(0), None],
        ranked: &[&[0, 1, 2]],
        stories: &stories,
        rows: &rows,
        vectorizer: &Vectorizer::default(),
        terms: &[],
    });
    let counts: BTreeMap<String, (Vec<usize>, Vec<usize>)> = trend
        .periods
        .into_iter()
        .filter(|period| period.articles.iter().sum::<usize>() > 0)
        .map(|period| (trend.unit.name(period.first), (period.articles, period.stories)))
        .collect();
    let expected =
        [("2024-W01".to_owned(), (vec![1, 0], vec![1, 0])), ("2024-W06".to_owned(), (vec![1, 1], vec![0, 1]))];
    assert_eq!(counts, BTreeMap::from(expected));
}
