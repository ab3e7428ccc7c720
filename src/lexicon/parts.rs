//! Words that a lexicon does not hold, from their parts.

use super::Lexicon;

/// Characters of a word that are looked at; what is longer is no word.
const MOST_CHARS: usize = 64;

/// Characters of a Chinese sub-word at most.
const MOST_SUBWORD: usize = 8;

/// Letters of a piece of a Latin compound at least. With fewer, names fall apart into words they have nothing to do with.
const LEAST_PIECE: usize = 4;

/// How a word's vector was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The lexicon holds the word.
    Whole,
    /// It is the mean of the vectors of this many parts.
    Parts(usize),
}

impl Lexicon<'_> {
    /// Writes the vector of a term to the first [`dimensions`](Lexicon::dimensions) numbers of `out`: the word's own, or
    /// the mean of its parts' vectors; none, with `out` untouched, if no part is known.
    ///
    /// | term | parts |
    /// |---|---|
    /// | a phrase, its words joined by spaces | the phrase without spaces if it is Chinese, else its words, each as below |
    /// | Chinese | known sub-words that cover the most characters, the fewest of those, longer ones first |
    /// | Latin | what stands between hyphens, apostrophes and the like, and letters apart from digits; else two known words of at least four letters that make up the whole |
    /// | mixed, other scripts | Chinese and other runs, each as above |
    pub fn compose(&self, key: &str, out: &mut [f32]) -> Option<Found> {
        if let Some(row) = self.lookup(key) {
            row.write(out);
            return Some(Found::Whole);
        }
        let mut parts: Vec<&str> = Vec::new();
        if key.contains(' ') && key.chars().all(|c| c == ' ' || is_han(c)) {
            let joined: String = key.split(' ').collect();
            if let Some(row) = self.lookup(&joined) {
                row.write(out);
                return Some(Found::Whole);
            }
        }
        for word in key.split(' ') {
            self.parts(word, &mut parts);
        }
        let count = parts.len();
        if count == 0 {
            return None;
        }
        let mut mean = vec![0.0; self.dimensions()];
        for row in parts.iter().filter_map(|part| self.lookup(part)) {
            row.add(1.0 / count as f32, &mut mean);
        }
        for (slot, value) in out.iter_mut().zip(&mean) {
            *slot = *value;
        }
        Some(Found::Parts(count))
    }

    /// Adds the known parts of a word.
    pub(super) fn parts<'w>(&self, word: &'w str, parts: &mut Vec<&'w str>) {
        if self.lookup(word).is_some() {
            parts.push(word);
            return;
        }
        let word = first_chars(word, MOST_CHARS);
        for run in runs(word) {
            let before = parts.len();
            if run.starts_with(is_han) {
                self.subwords(run, parts);
            } else if self.lookup(run).is_some() {
                parts.push(run);
            } else if parts.len() == before {
                self.compound(run, parts);
            }
        }
    }

    /// Known sub-words of a Chinese run: the most characters covered, then the fewest words, then longer words first.
    fn subwords<'w>(&self, run: &'w str, parts: &mut Vec<&'w str>) {
        let bounds: Vec<usize> = run.char_indices().map(|(at, _)| at).chain([run.len()]).collect();
        let chars = bounds.len() - 1;
        // best[i]: characters left out, words used and the first step of the best way from character i to the end.
        let mut best = vec![(0_usize, 0_usize, 0_usize); chars + 1];
        for i in (0..chars).rev() {
            let skip = best[i + 1];
            let mut choice = (skip.0 + 1, skip.1, 0);
            for length in (1..=MOST_SUBWORD.min(chars - i)).rev() {
                let rest = best[i + length];
                let offer = (rest.0, rest.1 + 1, length);
                if (offer.0, offer.1) < (choice.0, choice.1)
                    && self.lookup(&run[bounds[i]..bounds[i + length]]).is_some()
                {
                    choice = offer;
                }
            }
            best[i] = choice;
        }
        let mut i = 0;
        while i < chars {
            let length = best[i].2;
            if length > 0 {
                parts.push(&run[bounds[i]..bounds[i + length]]);
            }
            i += length.max(1);
        }
    }

    /// Two known words that make up a Latin one, as evenly as possible.
    fn compound<'w>(&self, run: &'w str, parts: &mut Vec<&'w str>) {
        if !run.bytes().all(|b| b.is_ascii_alphabetic()) || run.len() < 2 * LEAST_PIECE {
            return;
        }
        let mut cuts: Vec<usize> = (LEAST_PIECE..=run.len() - LEAST_PIECE).collect();
        cuts.sort_by_key(|&cut| (cut.abs_diff(run.len() - cut), cut));
        let known = |cut: &usize| {
            let (left, right) = run.split_at(*cut);
            self.lookup(left).is_some() && self.lookup(right).is_some()
        };
        if let Some(cut) = cuts.into_iter().find(known) {
            let (left, right) = run.split_at(cut);
            parts.extend([left, right]);
        }
    }
}

/// CJK ideographs: the unified ones, with extension A and the compatibility block, and the planes of rare ones.
pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

fn first_chars(word: &str, count: usize) -> &str {
    word.char_indices().nth(count).map_or(word, |(end, _)| &word[..end])
}

/// Runs of Chinese characters, of other letters, and of digits.
fn runs(word: &str) -> impl Iterator<Item = &str> {
    let kind = |c: char| match c {
        c if is_han(c) => 1,
        c if c.is_numeric() => 2,
        c if c.is_alphabetic() => 3,
        _ => 0,
    };
    let mut rest = word;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c| kind(c) == 0);
        let first = kind(rest.chars().next()?);
        let end = rest.find(|c| kind(c) != first).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        rest = after;
        Some(run)
    })
}
