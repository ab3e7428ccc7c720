//! Articles that fit no theme: how many there may be, and what is said of them.

use std::{fmt, str::FromStr};

use ndarray::ArrayView2;

use super::{Input, Member, Quote, Unthemed, evidence, members};

/// How many articles may fit no theme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AtMost {
    /// This share of the articles, 0 to 1; rounded down.
    Share(f64),
    /// This many articles.
    Count(usize),
}

impl AtMost {
    /// The number of articles out of `n`.
    #[must_use]
    pub fn of(self, n: usize) -> usize {
        match self {
            // 10 % of 30 is 3, whatever rounding makes of 0.1.
            Self::Share(share) => (share * n as f64 + 1e-9) as usize,
            Self::Count(count) => count,
        }
    }
}

/// As it is read: `10%`, or `12`.
impl fmt::Display for AtMost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Share(share) => write!(f, "{}%", (share * 1e8).round() / 1e6),
            Self::Count(count) => count.fmt(f),
        }
    }
}

/// A whole number is a number of articles; one with a percent sign or a decimal point is a share.
impl FromStr for AtMost {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Ok(count) = text.parse() {
            return Ok(Self::Count(count));
        }
        let share = match text.strip_suffix('%') {
            Some(percent) => percent.trim_end().parse::<f64>().map(|percent| percent / 100.0),
            None => text.parse(),
        };
        match share {
            Ok(share) if (0.0..=1.0).contains(&share) => Ok(Self::Share(share)),
            _ => Err(format!("{text:?} is neither a share such as 10% or 0.1 nor a number of articles such as 12")),
        }
    }
}

/// Takes the best-fitting of the articles without a theme into the cluster they fit best, until no more than `at_most` are
/// left; returns what was done, in words. The measure is that of `members.rs`: the mean cosine to the articles of a cluster
/// less that to all articles outside it. An article without a vector is like nothing and cannot be taken in.
pub(super) fn take_in(
    rows: ArrayView2<'_, f32>,
    cluster: &mut [Option<usize>],
    because: &mut [Option<Unthemed>],
    k: usize,
    at_most: AtMost,
) -> Option<String> {
    let allowed = at_most.of(cluster.len());
    let left = because.iter().flatten().count();
    if left <= allowed {
        return None;
    }
    let (sums, counts) = members::sums(rows, cluster, k);
    let total = sums.sum_axis(ndarray::Axis(0));
    let themed: usize = counts.iter().sum();
    let mut fits: Vec<(f64, usize, usize)> = Vec::new();
    for (article, row) in rows.outer_iter().enumerate().filter(|&(i, _)| because[i].is_some()) {
        if row.iter().all(|&x| x == 0.0) {
            continue;
        }
        let best = (0..k)
            .filter(|&c| counts[c] > 0)
            .map(|c| {
                let own = row.dot(&sums.row(c));
                let outside = (themed - counts[c]).max(1) as f64;
                (f64::from(own) / counts[c] as f64 - f64::from(row.dot(&total) - own) / outside, c)
            })
            .reduce(|best, fit| if fit.0 > best.0 { fit } else { best });
        fits.extend(best.map(|(margin, c)| (margin, article, c)));
    }
    fits.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    fits.truncate(left - allowed);
    for &(_, article, c) in &fits {
        (cluster[article], because[article]) = (Some(c), None);
    }
    let mut told = format!(
        "{} of {left} articles that fit no theme {} taken into the nearest, since at most {at_most} may be left",
        fits.len(),
        if fits.len() == 1 { "was" } else { "were" }
    );
    let over = left - fits.len();
    if over > allowed {
        told.push_str(&format!(", but {over} have no words to go by"));
    }
    Some(told)
}

/// Finds the theme that each article without one is most like, and a passage that shows what the article says.
pub(super) fn explain(input: &Input<'_>, members: &mut [Member], centroids: ArrayView2<'_, f32>) {
    for (article, member) in members.iter_mut().enumerate().filter(|(_, member)| member.theme.is_none()) {
        let row = input.rows.row(article);
        let cosines = centroids.outer_iter().map(|centroid| centroid.dot(&row)).enumerate();
        let nearest =
            cosines.filter(|near| near.1 > 0.0).reduce(|best, near| if near.1 > best.1 { near } else { best });
        member.nearest = nearest.map(|near| near.0);
        member.says = says(input, article);
    }
}

/// The passage most like the whole article, or its title.
fn says(input: &Input<'_>, article: usize) -> Option<Quote> {
    let row = input.rows.row(article);
    let best = input
        .passages_of(article)
        .map(|(passage, own)| (own.dot(&row), passage))
        .reduce(|best, near| if near.0 > best.0 { near } else { best });
    let Some((_, passage)) = best else {
        let title = &input.articles[article].title;
        return (!title.is_empty()).then_some(Quote { article, passage: None, span: 0..title.len() });
    };
    let tokens = input.documents[article].passage(passage).text;
    let span = evidence::excerpt(&input.articles[article].passages[passage], |range| {
        tokens.iter().filter(|token| range.contains(&(token.start as usize))).count() as f64
    });
    Some(Quote { article, passage: Some(passage), span })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_is_a_count_and_the_rest_is_a_share() {
        assert_eq!("12".parse(), Ok(AtMost::Count(12)));
        assert_eq!("10%".parse(), Ok(AtMost::Share(0.1)));
        assert_eq!("0.1".parse(), Ok(AtMost::Share(0.1)));
        assert_eq!("12.5 %".parse(), Ok(AtMost::Share(0.125)));
        for wrong in ["", "ten", "-1", "101%", "1.5", "NaN", "%", "inf%"] {
            assert!(wrong.parse::<AtMost>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn shares_round_down_and_are_written_as_they_are_read() {
        assert_eq!((AtMost::Share(0.1).of(30), AtMost::Share(0.1).of(39), AtMost::Count(4).of(2)), (3, 3, 4));
        for text in ["10%", "12.5%", "7%", "0%", "100%", "12"] {
            assert_eq!(text.parse::<AtMost>().unwrap().to_string(), text);
        }
    }
}
