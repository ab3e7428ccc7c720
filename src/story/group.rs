//! Which pairs make one story.

use super::{Stories, Story};
use crate::article::Article;

/// Articles of each of two groups that are held against each other.
const HELD: usize = 8;

/// Two articles of one story, and how strong the evidence is, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pair {
    /// The first by index.
    pub a: usize,
    /// The second.
    pub b: usize,
    /// The similarity that speaks for it.
    pub strength: f64,
}

/// The stories that copies and pairs of first copies make.
///
/// Strongest pairs first; two groups become one only if at least half of the pairs between them are alike, so that a chain
/// of articles, each like the next, is no story.
pub(super) fn stories(
    articles: &[Article],
    copies: &[usize],
    near: &[Pair],
    alike: impl Fn(usize, usize) -> bool,
) -> Stories {
    let mut pairs: Vec<Pair> = near.to_vec();
    pairs.sort_by(|x, y| y.strength.total_cmp(&x.strength).then((x.a, x.b).cmp(&(y.a, y.b))));
    let n = articles.len();
    let mut group: Vec<usize> = (0..n).collect();
    let mut members: Vec<Vec<usize>> = (0..n).map(|i| if copies[i] == i { vec![i] } else { Vec::new() }).collect();
    for pair in pairs {
        let (a, b) = (group[pair.a], group[pair.b]);
        if a == b {
            continue;
        }
        let left = || members[a].iter().take(HELD);
        let right = || members[b].iter().take(HELD);
        let held = left().flat_map(|&x| right().map(move |&y| (x.min(y), x.max(y))));
        if 2 * held.filter(|&(x, y)| alike(x, y)).count() < left().count() * right().count() {
            continue;
        }
        let (into, from) = (a.min(b), a.max(b));
        let moved = std::mem::take(&mut members[from]);
        for &i in &moved {
            group[i] = into;
        }
        members[into].extend(moved);
        members[into].sort_unstable();
    }
    let mut all: Vec<Vec<usize>> = vec![Vec::new(); n];
    for i in 0..n {
        all[group[copies[i]]].push(i);
    }
    let mut stories: Vec<Story> = all
        .into_iter()
        .filter(|members| members.len() > 1)
        .map(|mut members| {
            let copies = members.iter().filter(|&&i| copies[i] != i).count();
            members.sort_by_key(|&i| {
                let date = articles[i].date;
                (date.is_none(), date, i)
            });
            Story { articles: members, copies }
        })
        .collect();
    stories.sort_by_key(|story| (std::cmp::Reverse(story.articles.len()), story.articles.iter().min().copied()));
    let mut of = vec![None; n];
    for (number, story) in stories.iter().enumerate() {
        for &i in &story.articles {
            of[i] = Some(number);
        }
    }
    Stories { stories, of }
}
