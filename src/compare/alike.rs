//! How alike the themes of two runs are, and by what evidence.

use std::collections::BTreeMap;

use super::{Evidence, Moved, What, place};
use crate::report::view::{Report, Theme};

/// Runs are compared by their shared articles if these are at least this share of the smaller run's, else by terms.
const ENOUGH: f64 = 0.5;

/// The cosine of two themes' terms at which they are about the same thing. Measured on two
/// random halves of BBC News, cnews and both mixed: .42 to .97 for themes of one class, .08 at most for others; of THUCNews
/// titles, whose themes are blurred, 0 to .72 and .48 at most.
const SAME: f64 = 0.15;

/// Terms named as what two themes have in common.
const NAMED: usize = 5;

/// The likeness of the themes of A, by row, to those of B.
pub(super) struct Alike<'a> {
    a: &'a Report,
    b: &'a Report,
    /// Whether by articles; else by terms.
    by_articles: bool,
    shared: usize,
    /// Shared articles of each pair; where the articles differ, the cosine of the terms.
    pairs: Vec<Vec<f64>>,
    /// Shared articles of each theme.
    of_a: Vec<f64>,
    of_b: Vec<f64>,
}

impl<'a> Alike<'a> {
    pub(super) fn new(a: &'a Report, b: &'a Report, articles: &[Moved], shared: usize) -> Self {
        let smaller = a.articles.len().min(b.articles.len());
        let by_articles = shared > 0 && shared as f64 >= ENOUGH * smaller as f64;
        let (n, m) = (a.themes.len(), b.themes.len());
        let (mut pairs, mut of_a, mut of_b) = (vec![vec![0.0; m]; n], vec![0.0; n], vec![0.0; m]);
        if by_articles {
            for one in articles.iter().filter(|one| one.in_a && one.in_b) {
                let (i, j) = (place(a, one.a), place(b, one.b));
                i.into_iter().for_each(|i| of_a[i] += 1.0);
                j.into_iter().for_each(|j| of_b[j] += 1.0);
                if let (Some(i), Some(j)) = (i, j) {
                    pairs[i][j] += 1.0;
                }
            }
        } else {
            for (i, of_a) in a.themes.iter().enumerate() {
                for (j, of_b) in b.themes.iter().enumerate() {
                    pairs[i][j] = cosine(&terms(of_a), &terms(of_b));
                }
            }
        }
        Self { a, b, by_articles, shared, pairs, of_a, of_b }
    }

    /// 0 to 1: the shared articles in both over those in either (Jaccard), or the cosine of the terms.
    pub(super) fn likeness(&self, i: usize, j: usize) -> f64 {
        let both = self.pairs[i][j];
        if !self.by_articles {
            return both;
        }
        let either = self.of_a[i] + self.of_b[j] - both;
        if either > 0.0 { both / either } else { 0.0 }
    }

    /// Whether most shared articles of one are in the other; or the terms are about the same thing.
    pub(super) fn related(&self, i: usize, j: usize) -> bool {
        match self.by_articles {
            true => self.most(i, j, &self.of_a, i) || self.most(i, j, &self.of_b, j),
            false => self.pairs[i][j] >= SAME,
        }
    }

    fn most(&self, i: usize, j: usize, of: &[f64], at: usize) -> bool {
        self.pairs[i][j] > of[at] / 2.0
    }

    /// The theme of B that most of a theme of A went into.
    pub(super) fn went(&self, i: usize) -> Option<usize> {
        let mut all = 0..self.b.themes.len();
        match self.by_articles {
            true => all.find(|&j| self.most(i, j, &self.of_a, i)),
            false => all
                .filter(|&j| self.pairs[i][j] >= SAME)
                .reduce(|best, j| if self.pairs[i][j] > self.pairs[i][best] { j } else { best }),
        }
    }

    /// The theme of A that most of a theme of B came from.
    pub(super) fn came(&self, j: usize) -> Option<usize> {
        let mut all = 0..self.a.themes.len();
        match self.by_articles {
            true => all.find(|&i| self.most(i, j, &self.of_b, j)),
            false => all
                .filter(|&i| self.pairs[i][j] >= SAME)
                .reduce(|best, i| if self.pairs[i][j] > self.pairs[best][j] { i } else { best }),
        }
    }

    /// Whether a theme that goes on grew. Where the articles differ, its share of the run counts, not their number.
    pub(super) fn growth(&self, a: &Theme, b: &Theme, same: bool) -> What {
        let (of_a, of_b) = match self.by_articles {
            true => (a.size, b.size),
            false => (a.size * self.b.articles.len(), b.size * self.a.articles.len()),
        };
        match of_a.cmp(&of_b) {
            std::cmp::Ordering::Less => What::Grew,
            std::cmp::Ordering::Greater => What::Shrank,
            std::cmp::Ordering::Equal if same => What::Unchanged,
            std::cmp::Ordering::Equal => What::Shifted,
        }
    }

    /// What shows that themes belong together.
    pub(super) fn because(&self, of_a: &[usize], of_b: &[usize]) -> String {
        if of_a.is_empty() || of_b.is_empty() {
            return String::new();
        }
        if self.by_articles {
            let both: f64 = of_a.iter().flat_map(|&i| of_b.iter().map(move |&j| self.pairs[i][j])).sum();
            let (a, b): (f64, f64) =
                (of_a.iter().map(|&i| self.of_a[i]).sum(), of_b.iter().map(|&j| self.of_b[j]).sum());
            return format!("{both} articles in common, of {a} and {b} that both runs have");
        }
        let (mut a, mut b) = (BTreeMap::new(), BTreeMap::new());
        of_a.iter().for_each(|&i| a.extend(terms(&self.a.themes[i])));
        of_b.iter().for_each(|&j| b.extend(terms(&self.b.themes[j])));
        let mut common: Vec<(f64, &String)> = a.iter().filter_map(|(term, x)| Some((x * b.get(term)?, term))).collect();
        common.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(y.1)));
        let common: Vec<&str> = common.into_iter().take(NAMED).map(|(_, term)| term.as_str()).collect();
        if common.is_empty() {
            "the same given name".to_owned()
        } else {
            format!("terms in common: {}", common.join(", "))
        }
    }

    /// What the themes are matched by, and why.
    pub(super) fn evidence(&self) -> (Evidence, String) {
        let shared = self.shared;
        let counted = if shared == 1 { "1 article".to_owned() } else { format!("{shared} articles") };
        let smaller = self.a.articles.len().min(self.b.articles.len());
        if self.by_articles {
            return (Evidence::Articles, format!("matched by the {counted} that both runs have"));
        }
        let few = format!("the runs have {shared} of {smaller} articles in common");
        match self.pairs.iter().flatten().any(|&cosine| cosine >= SAME) {
            true => (Evidence::Terms, format!("matched by the terms of the themes: {few}")),
            false => (Evidence::Nothing, format!("nothing to match by: {few}, and no two themes have terms in common")),
        }
    }
}

/// The terms of a theme and their weights, by the term in lower case.
fn terms(theme: &Theme) -> BTreeMap<String, f64> {
    let mut terms = BTreeMap::new();
    for term in &theme.terms {
        let weight: &mut f64 = terms.entry(term.term.to_lowercase()).or_default();
        *weight = weight.max(term.weight);
    }
    terms
}

fn cosine(a: &BTreeMap<String, f64>, b: &BTreeMap<String, f64>) -> f64 {
    let length = |terms: &BTreeMap<String, f64>| terms.values().map(|x| x * x).sum::<f64>().sqrt();
    let product: f64 = a.iter().filter_map(|(term, x)| Some(x * b.get(term)?)).sum();
    let lengths = length(a) * length(b);
    if lengths > 0.0 { product / lengths } else { 0.0 }
}
