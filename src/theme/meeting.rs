//! Which terms meet in the texts: how much more often two terms stand near each other than chance would have it.

use rustc_hash::FxHashMap;

use crate::segment::{Document, Lang, Term, Token};

/// Words of a block at most: about a sentence. Terms meet in a block.
const BLOCK: usize = 20;
/// Beside a first article, the number of others in which two terms must meet for half of their tie to count.
const DOUBT: f64 = 5.0;

/// Where chosen terms stand. A block is a title, or a passage (with its heading) cut evenly into as few parts as hold
/// [`BLOCK`] words at most.
pub(super) struct Blocks {
    /// The article of each block, ascending.
    articles: Vec<u32>,
    /// The blocks that hold each chosen term, ascending.
    of: FxHashMap<u32, Vec<u32>>,
    /// How many blocks hold a word of each language, in the order of [`Lang`].
    spoken: [usize; 3],
}

impl Blocks {
    /// Finds the terms for which `chosen` holds true; it has an entry for each term of the table.
    pub(super) fn of(documents: &[&Document], table: &[Term], chosen: &[bool]) -> Self {
        let mut blocks = Self { articles: Vec::new(), of: FxHashMap::default(), spoken: [0; 3] };
        for (article, document) in (0u32..).zip(documents) {
            let Document { title, passages, .. } = *document;
            blocks.cut(article, &[title], table, chosen);
            for passage in passages {
                blocks.cut(article, &[&passage.heading, &passage.text], table, chosen);
            }
        }
        blocks
    }

    fn cut(&mut self, article: u32, texts: &[&[Token]], table: &[Term], chosen: &[bool]) {
        let tokens = || texts.iter().flat_map(|text| text.iter().map(|token| token.term));
        let is_word = |term: u32| table[term as usize].parts.is_empty();
        let words = tokens().filter(|&term| is_word(term)).count();
        let parts = words.div_ceil(BLOCK);
        let first = self.articles.len();
        self.articles.resize(first + parts, article);
        let mut spoken: Vec<[bool; 3]> = vec![[false; 3]; parts];
        let mut at = 0;
        for term in tokens() {
            // A phrase stands before its words, hence `at` is never beyond the last.
            let part = (at * parts / words.max(1)).min(parts.saturating_sub(1));
            if is_word(term) {
                spoken[part][table[term as usize].lang as usize] = true;
                at += 1;
            }
            if chosen[term as usize] && parts > 0 {
                let block = u32::try_from(first + part).unwrap_or(u32::MAX);
                let found = self.of.entry(term).or_default();
                if found.last() != Some(&block) {
                    found.push(block);
                }
            }
        }
        for (lang, count) in self.spoken.iter_mut().enumerate() {
            *count += spoken.iter().filter(|spoken| spoken[lang]).count();
        }
    }

    /// How closely two terms of one language are tied, 0 to 1.
    ///
    /// Normalised pointwise mutual information (Bouma 2009, "Normalized (pointwise) mutual information in collocation
    /// extraction"), `ln(P(a,b) / (P(a)·P(b))) / −ln P(a,b)`, 0 if negative, where `P` is the share of the blocks with words
    /// of the language that hold a term, or both. It overrates rare pairs (Pantel and Lin 2002, "Discovering word senses
    /// from text", discount it for that), and articles that tell one story share many: so it is multiplied by
    /// `(m − 1)² / ((m − 1)² + DOUBT²)`, where `m` is the number of articles in which the two meet. One article says nothing
    /// about a theme, and a few say little.
    pub(super) fn tie(&self, a: u32, b: u32, lang: Lang) -> f64 {
        let (Some(of_a), Some(of_b)) = (self.of.get(&a), self.of.get(&b)) else { return 0.0 };
        let (mut both, mut meetings, mut last) = (0usize, 0usize, None);
        let (mut i, mut j) = (0, 0);
        while i < of_a.len() && j < of_b.len() {
            match of_a[i].cmp(&of_b[j]) {
                std::cmp::Ordering::Less => i += 1,
                std::cmp::Ordering::Greater => j += 1,
                std::cmp::Ordering::Equal => {
                    let article = self.articles[of_a[i] as usize];
                    meetings += usize::from(last.replace(article) != Some(article));
                    both += 1;
                    i += 1;
                    j += 1;
                }
            }
        }
        let all = self.spoken[lang as usize];
        if meetings < 2 {
            return 0.0;
        }
        let share = |blocks: usize| blocks as f64 / all as f64;
        let npmi = if both >= all {
            1.0
        } else {
            (share(both) / (share(of_a.len()) * share(of_b.len()))).ln() / -share(both).ln()
        };
        let others = ((meetings - 1) as f64).powi(2);
        npmi.clamp(0.0, 1.0) * others / (others + DOUBT * DOUBT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::{PassageTokens, Segmented};

    /// A corpus of one passage a block; words are single letters, a capital one is Chinese.
    fn corpus(articles: &[&[&str]]) -> Segmented {
        let term = |i: u8| {
            let key = char::from(i).to_string();
            let lang = if i.is_ascii_uppercase() { Lang::Zh } else { Lang::En };
            Term { surface: key.clone(), key, lang, parts: Vec::new() }
        };
        let tokens = |text: &str| text.bytes().map(|b| Token { term: b.into(), start: 0, end: 0 }).collect();
        let passage = |text: &&str| PassageTokens { heading: Vec::new(), text: tokens(text) };
        let documents = articles
            .iter()
            .map(|passages| Document {
                title: Vec::new(),
                passages: passages.iter().map(passage).collect(),
                lang: "en",
            })
            .collect();
        Segmented { terms: (0..128).map(term).collect(), documents }
    }

    fn blocks(articles: &[&[&str]]) -> Blocks {
        let corpus = corpus(articles);
        Blocks::of(&corpus.documents.iter().collect::<Vec<_>>(), &corpus.terms, &[true; 128])
    }

    const A: u32 = b'a' as u32;
    const B: u32 = b'b' as u32;

    #[test]
    fn long_passages_are_cut_evenly() {
        let long = format!("a{}b{}a", "x".repeat(20), "x".repeat(22));
        let blocks = blocks(&[&["ab", &long], &["a"]]);
        // 45 words make three blocks of fifteen after the first passage's one.
        assert_eq!(blocks.articles, [0, 0, 0, 0, 1]);
        assert_eq!(blocks.of[&A], [0, 1, 3, 4]);
        assert_eq!(blocks.of[&B], [0, 2]);
        assert_eq!(blocks.spoken, [0, 5, 0]);
    }

    #[test]
    fn a_tie_is_as_computed_by_hand_and_within_its_language() {
        let mut articles: Vec<&[&str]> = vec![&["ab"], &["ab"], &["ab"], &["a"], &["b"], &["x"], &["x"], &["x"]];
        // P(a) = P(b) = 4/8 and P(a, b) = 3/8, met in three articles.
        let expected = (3.0f64 / 8.0 * 4.0).ln() / -(3.0f64 / 8.0).ln() * 4.0 / (4.0 + 25.0);
        assert!((blocks(&articles).tie(A, B, Lang::En) - expected).abs() < 1e-12);
        articles.extend([&["XY"] as &[&str]; 5]);
        assert!((blocks(&articles).tie(A, B, Lang::En) - expected).abs() < 1e-12);
    }

    #[test]
    fn what_meets_in_one_article_or_no_more_than_by_chance_is_not_tied() {
        assert_eq!(blocks(&[&["ab", "ab", "ab"], &["x"]]).tie(A, B, Lang::En), 0.0);
        // P(a) = P(b) = 3/4 and P(a, b) = 1/2, less than 9/16.
        assert_eq!(blocks(&[&["ab"], &["ab"], &["a"], &["b"]]).tie(A, B, Lang::En), 0.0);
    }

    #[test]
    fn what_meets_everywhere_is_tied_without_a_division_by_zero() {
        let tie = blocks(&[&["ab"] as &[&str]; 6]).tie(A, B, Lang::En);
        assert!((tie - 0.5).abs() < 1e-12, "{tie}");
    }

    #[test]
    fn an_article_without_words_has_no_block() {
        let blocks = blocks(&[&[""], &[], &["a"]]);
        assert_eq!(blocks.articles, [2]);
    }
}
