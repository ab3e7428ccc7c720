use proptest::prelude::*;

use super::*;
use crate::report::view::{Article, Term};

/// A run whose articles are `0..n`, each with its theme (from 1) or none.
fn run(themes: &[Option<usize>], prefix: &str) -> Report {
    let k = themes.iter().flatten().max().copied().unwrap_or(0);
    let articles: Vec<Article> = themes
        .iter()
        .enumerate()
        .map(|(i, &theme)| Article { id: format!("{prefix}{i:03}"), theme, ..Article::default() })
        .collect();
    let theme = |id: usize| Theme {
        id,
        size: themes.iter().filter(|theme| **theme == Some(id)).count(),
        terms: vec![Term { term: format!("term {id}"), weight: 1.0, ..Term::default() }],
        ..Theme::default()
    };
    Report { k, themes: (1..=k).map(theme).collect(), articles, ..Report::default() }
}

fn some(themes: &[usize]) -> Vec<Option<usize>> {
    themes.iter().map(|&theme| (theme > 0).then_some(theme)).collect()
}

/// What changed, with the numbers of the themes.
fn changes(a: &[usize], b: &[usize]) -> Vec<(What, Vec<usize>, Vec<usize>)> {
    let found = compare(&run(&some(a), ""), &run(&some(b), ""));
    assert_eq!(found.evidence, Evidence::Articles);
    let ids = |themes: &[ThemeRef]| themes.iter().map(|theme| theme.id).collect();
    found.changes.iter().map(|change| (change.what, ids(&change.a), ids(&change.b))).collect()
}

#[test]
fn constructed_changes_are_told_for_what_they_are() {
    use What::{Appeared, Grew, Merged, Shifted, Shrank, Split, Vanished};
    assert_eq!(changes(&[1, 1, 1, 1, 1, 2], &[1, 1, 1, 2, 2, 3]), [(Split, vec![1], vec![1, 2])]);
    assert_eq!(changes(&[1, 1, 1, 2, 2, 3], &[1, 1, 1, 1, 1, 2]), [(Merged, vec![1, 2], vec![1])]);
    // Numbers are no names.
    assert_eq!(changes(&[1, 1, 2, 2, 3], &[3, 3, 1, 1, 2]), []);
    assert_eq!(
        changes(&[1, 1, 1, 1, 2, 2, 2], &[1, 1, 1, 2, 2, 2, 2]),
        [(Grew, vec![2], vec![2]), (Shrank, vec![1], vec![1])]
    );
    assert_eq!(changes(&[1, 1, 0, 0], &[1, 1, 2, 2]), [(Appeared, vec![], vec![2])]);
    assert_eq!(changes(&[1, 1, 2, 2], &[1, 1, 0, 0]), [(Vanished, vec![2], vec![])]);
    assert_eq!(changes(&[1, 1, 1, 0], &[1, 1, 0, 1]), [(Shifted, vec![1], vec![1])]);
}

#[test]
fn each_change_lists_the_articles_that_moved() {
    let found = compare(&run(&some(&[1, 1, 1, 1, 1, 2]), ""), &run(&some(&[1, 1, 1, 2, 2, 3]), ""));
    let moved: Vec<(&str, Option<usize>, Option<usize>)> =
        found.changes[0].articles.iter().map(|one| (one.id.as_str(), one.a, one.b)).collect();
    assert_eq!(moved, [("003", Some(1), Some(2)), ("004", Some(1), Some(2))]);
    assert_eq!(found.moved, found.changes[0].articles);
    assert_eq!(found.changes[0].because, "5 articles in common, of 5 and 5 that both runs have");
    assert_eq!((found.unchanged.len(), found.shared), (1, 6));
}

#[test]
fn runs_of_other_articles_are_matched_by_terms() {
    let found = compare(&run(&some(&[1, 1, 2, 3]), "a"), &run(&some(&[1, 1, 2, 2, 2]), "b"));
    assert_eq!(found.evidence, Evidence::Terms);
    assert_eq!(found.because, "matched by the terms of the themes: the runs have 0 of 4 articles in common");
    let what: Vec<What> = found.changes.iter().map(|change| change.what).collect();
    // 1 of 2 in 4 is more than 2 of 5; 1 of 4 is less than 3 of 5.
    assert_eq!(what, [What::Vanished, What::Grew, What::Shrank]);
    assert_eq!(found.changes[1].because, "terms in common: term 2");
    assert_eq!((found.only_a.len(), found.only_b.len()), (4, 5));
}

#[test]
fn runs_with_nothing_in_common_say_so() {
    let mut b = run(&some(&[1, 1]), "b");
    b.themes[0].terms[0].term = "other".into();
    let found = compare(&run(&some(&[1, 1]), "a"), &b);
    assert_eq!(found.evidence, Evidence::Nothing);
    assert!(found.because.starts_with("nothing to match by"), "{}", found.because);
    assert_eq!(compare(&Report::default(), &Report::default()).changes, []);
}

#[test]
fn themes_of_one_given_name_are_one_theme() {
    let (mut a, mut b) = (run(&some(&[1, 1, 2, 2]), ""), run(&some(&[1, 1, 2, 2]), ""));
    (a.themes[0].named, b.themes[1].named) = (Some("Sea".into()), Some("Sea".into()));
    let found = compare(&a, &b);
    assert!(
        found.changes.iter().any(|c| c.a.first().map(|t| t.id) == Some(1) && c.b.first().map(|t| t.id) == Some(2)),
        "{found:?}"
    );
}

#[test]
fn one_id_with_two_titles_is_two_articles() {
    let (a, mut b) = (run(&some(&[1, 1]), ""), run(&some(&[1, 1]), ""));
    b.articles[1].title = "Another".into();
    let found = compare(&a, &b);
    assert_eq!((found.shared, found.only_a.len(), found.only_b.len()), (1, 1, 1));
}

/// The same change, told from the other side.
fn turned(what: What) -> What {
    match what {
        What::Split => What::Merged,
        What::Merged => What::Split,
        What::Appeared => What::Vanished,
        What::Vanished => What::Appeared,
        What::Grew => What::Shrank,
        What::Shrank => What::Grew,
        what => what,
    }
}

fn themes() -> impl Strategy<Value = Vec<Option<usize>>> {
    prop::collection::vec(prop::option::weighted(0.9, 1usize..6), 1..40)
}

/// What happened to which themes of A and of B, and the articles that moved.
type Told = (What, Vec<usize>, Vec<usize>, Vec<String>);

fn told(found: &Comparison, turn: bool) -> Vec<Told> {
    let ids = |themes: &[ThemeRef]| themes.iter().map(|theme| theme.id).collect::<Vec<_>>();
    let mut all: Vec<_> = found
        .changes
        .iter()
        .chain(&found.unchanged)
        .map(|change| {
            let moved = change.articles.iter().map(|one| one.id.clone()).collect();
            match turn {
                true => (turned(change.what), ids(&change.b), ids(&change.a), moved),
                false => (change.what, ids(&change.a), ids(&change.b), moved),
            }
        })
        .collect();
    all.sort();
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_run_compared_with_itself_has_not_changed(a in themes()) {
        let mut a = run(&a, "");
        // A theme of no article has no evidence; no run has one unless it is named.
        a.themes.retain(|theme| theme.size > 0);
        let found = compare(&a, &a);
        prop_assert_eq!(&found.changes, &[]);
        prop_assert_eq!((found.unchanged.len(), found.moved.len()), (a.themes.len(), 0));
    }

    #[test]
    fn comparing_the_other_way_says_the_opposite(a in themes(), b in themes(), shift in 0usize..3) {
        // Runs that share all articles, half of them, or none.
        let (a, mut b) = (run(&a, ""), run(&b, ""));
        for (i, article) in b.articles.iter_mut().enumerate() {
            if i % 2 < shift {
                article.id.insert(0, 'b');
            }
        }
        prop_assert_eq!(told(&compare(&a, &b), false), told(&compare(&b, &a), true));
    }

    #[test]
    fn every_theme_is_told_of_once_or_more(a in themes(), b in themes()) {
        let (a, b) = (run(&a, ""), run(&b, ""));
        let found = compare(&a, &b);
        let all = || found.changes.iter().chain(&found.unchanged);
        for theme in &a.themes {
            prop_assert!(all().any(|change| change.a.iter().any(|t| t.id == theme.id)));
        }
        for theme in &b.themes {
            prop_assert!(all().any(|change| change.b.iter().any(|t| t.id == theme.id)));
        }
        // Every article that moved is in a change.
        for one in &found.moved {
            prop_assert!(all().any(|change| change.articles.contains(one)));
        }
    }
}
