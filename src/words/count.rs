//! Counting strings: those that occur often enough, by length, with where they occur.

use rayon::prelude::*;

use super::text::{Text, is_character};

/// Where no string starts that occurs often enough.
pub(super) const NONE: u32 = u32::MAX;

/// A string of characters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gram {
    /// Where it first occurs.
    pub(super) first: usize,
    /// How often it occurs.
    pub(super) count: u32,
    /// In how many articles.
    pub(super) articles: u32,
    /// How often a word of the dictionary begins with it and another, or none, follows it.
    pub(super) aligned: u32,
}

/// The strings of one length that occur often enough.
#[derive(Debug)]
pub(super) struct Level {
    /// For each place in the text the string that starts there, [`NONE`] if none does.
    pub(super) ids: Vec<u32>,
    /// The strings, by the first of their characters, then the second and so on.
    pub(super) grams: Vec<Gram>,
}

/// The strings of one to `longest` characters that occur at least `least` times: as a longer string cannot occur where
/// its beginning and its end do not, each length is counted among the places that the one before has left.
pub(super) fn levels(text: &Text, longest: usize, least: u32) -> Vec<Level> {
    let n = text.characters.len();
    let single = |i: usize| u64::from(text.characters[i]);
    let mut levels = vec![level(text, 1, least, |i| is_character(text.characters[i]).then(|| single(i)))];
    for len in 2..=longest {
        let shorter = &levels[len - 2].ids;
        let found = level(text, len, least, |i| {
            let (head, tail) = (shorter[i], *shorter.get(i + 1)?);
            (i + len <= n && head != NONE && tail != NONE).then(|| (u64::from(head) << 32) | u64::from(tail))
        });
        levels.push(found);
    }
    levels
}

fn level(text: &Text, len: usize, least: u32, key: impl Fn(usize) -> Option<u64> + Sync) -> Level {
    let places = u32::try_from(text.characters.len()).unwrap_or(u32::MAX);
    let mut starts: Vec<(u64, u32)> = (0..places).into_par_iter().filter_map(|i| Some((key(i as usize)?, i))).collect();
    starts.par_sort_unstable();
    let mut level = Level { ids: vec![NONE; text.characters.len()], grams: Vec::new() };
    for group in starts.chunk_by(|a, b| a.0 == b.0) {
        let count = u32::try_from(group.len()).unwrap_or(u32::MAX);
        if count < least {
            continue;
        }
        let article = |start: &(u64, u32)| text.article(start.1 as usize);
        let articles = group.chunk_by(|a, b| article(a) == article(b)).count();
        let begins = |i: usize| text.begins.get(i).copied().unwrap_or(true);
        let aligned = group.iter().filter(|start| begins(start.1 as usize) && begins(start.1 as usize + len)).count();
        let id = u32::try_from(level.grams.len()).unwrap_or(NONE);
        for &(_, i) in group {
            level.ids[i as usize] = id;
        }
        level.grams.push(Gram {
            first: group[0].1 as usize,
            count,
            articles: u32::try_from(articles).unwrap_or(u32::MAX),
            aligned: u32::try_from(aligned).unwrap_or(u32::MAX),
        });
    }
    level
}
