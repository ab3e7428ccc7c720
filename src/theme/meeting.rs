//! Which terms meet in the texts: how much more often two terms stand near each other than chance would have it.

use rayon::prelude::*;

use super::table::{LANGS, Places, Table};
use crate::segment::{Document, Lang, Token};

/// Words of a block at most: about a sentence. Terms meet in a block.
const BLOCK: usize = 20;
/// Beside a first article, the number of others in which two terms must meet for half of their tie to count.
const DOUBT: f64 = 5.0;

/// Articles a task of the thread pool cuts; any value gives the same blocks.
const CHUNK: usize = 256;

/// Where chosen terms stand. A block is a title, or a passage (with its heading) cut evenly into as few parts as hold
/// [`BLOCK`] words at most.
#[derive(Default)]
pub(super) struct Blocks {
    /// The article of each block, ascending.
    articles: Vec<u32>,
    /// The blocks that hold each chosen term, by its place, ascending.
    of: Vec<Vec<u32>>,
    /// How many blocks hold a word of each language, in the order of [`Lang`].
    spoken: [usize; LANGS],
}

/// The blocks of some articles that follow on each other.
#[derive(Default)]
struct Cut {
    articles: Vec<u32>,
    /// The place of a chosen term and the block, in the order of the texts.
    found: Vec<(u32, u32)>,
    /// For each block a bit for each language of which it holds a word.
    spoken: Vec<u8>,
}

impl Blocks {
    /// Finds the terms that have places.
    pub(super) fn of(documents: &[Document<'_>], table: &Table<'_>, chosen: &Places) -> Self {
        let cut = |(chunk, documents): (usize, &[Document<'_>])| {
            let mut cut = Cut::default();
            for (article, document) in (chunk * CHUNK..).zip(documents) {
                let article = u32::try_from(article).unwrap_or(u32::MAX);
                cut.cut(article, &[document.title()], table, chosen);
                for passage in document.passages() {
                    cut.cut(article, &[passage.heading, passage.text], table, chosen);
                }
            }
            cut
        };
        let cuts: Vec<Cut> = documents.par_chunks(CHUNK).enumerate().map(cut).collect();
        let mut blocks = Self { of: vec![Vec::new(); chosen.count()], ..Self::default() };
        for Cut { articles, found, spoken } in cuts {
            let first = u32::try_from(blocks.articles.len()).unwrap_or(u32::MAX);
            blocks.articles.extend(articles);
            for (place, block) in found {
                let (of, block) = (&mut blocks.of[place as usize], first + block);
                if of.last() != Some(&block) {
                    of.push(block);
                }
            }
            for (lang, count) in blocks.spoken.iter_mut().enumerate() {
                *count += spoken.iter().filter(|&&spoken| spoken & (1 << lang) != 0).count();
            }
        }
        blocks
    }

    /// How many blocks there are.
    pub(super) fn count(&self) -> usize {
        self.articles.len()
    }

    /// The blocks that hold the term of a place, ascending.
    pub(super) fn holding(&self, place: usize) -> &[u32] {
        &self.of[place]
    }

    /// How closely two terms of one language are tied, 0 to 1.
    ///
    /// Normalised pointwise mutual information (Bouma 2009, "Normalized (pointwise) mutual information in collocation
    /// extraction"), `ln(P(a,b) / (P(a)·P(b))) / −ln P(a,b)`, 0 if negative, where `P` is the share of the blocks with words
    /// of the language that hold a term, or both. It overrates rare pairs (Pantel and Lin 2002, "Discovering word senses
    /// from text", discount it for that), and articles that tell one story share many: so it is multiplied by
    /// `(m − 1)² / ((m − 1)² + DOUBT²)`, where `m` is the number of articles in which the two meet. One article says nothing
    /// about a theme, and a few say little.
    ///
    /// `of_a` and `of_b` are numbers of blocks that hold each, `both` are the blocks that hold both, ascending.
    pub(super) fn tie(&self, of_a: usize, of_b: usize, both: impl Iterator<Item = u32>, lang: Lang) -> f64 {
        let (mut met, mut meetings, mut last) = (0usize, 0usize, None);
        for block in both {
            let article = self.articles[block as usize];
            meetings += usize::from(last.replace(article) != Some(article));
            met += 1;
        }
        let all = self.spoken[lang as usize];
        if meetings < 2 {
            return 0.0;
        }
        let share = |blocks: usize| blocks as f64 / all as f64;
        let npmi = if met >= all { 1.0 } else { (share(met) / (share(of_a) * share(of_b))).ln() / -share(met).ln() };
        let others = ((meetings - 1) as f64).powi(2);
        npmi.clamp(0.0, 1.0) * others / (others + DOUBT * DOUBT)
    }
}

impl Cut {
    fn cut(&mut self, article: u32, texts: &[&[Token]], table: &Table<'_>, chosen: &Places) {
        let tokens = || texts.iter().flat_map(|text| text.iter().map(|token| token.term));
        let words = tokens().filter(|&term| table.is_word(term)).count();
        let parts = words.div_ceil(BLOCK);
        let first = self.articles.len();
        self.articles.resize(first + parts, article);
        self.spoken.resize(first + parts, 0);
        if parts == 0 {
            return;
        }
        let mut at = 0;
        for term in tokens() {
            // A phrase stands before its words, hence `at` is never beyond the last.
            let block = first + (at * parts / words).min(parts - 1);
            if table.is_word(term) {
                self.spoken[block] |= 1 << table.lang(term);
                at += 1;
            }
            if let Some(place) = chosen.get(term) {
                self.found.push((place as u32, block as u32));
            }
        }
    }
}

/// Sets of blocks, one for each of some terms: which of them two terms share is asked for each pair.
pub(super) struct Sets<'a> {
    blocks: Vec<&'a [u32]>,
    /// A bit for each block.
    bits: Vec<Vec<u64>>,
}

impl<'a> Sets<'a> {
    /// Of the terms of these places, in this order.
    pub(super) fn of(blocks: &'a Blocks, places: impl Iterator<Item = usize>) -> Self {
        let lists: Vec<&[u32]> = places.map(|place| blocks.holding(place)).collect();
        let bits = |list: &&[u32]| {
            let mut bits = vec![0u64; blocks.count().div_ceil(64)];
            list.iter().for_each(|&block| bits[block as usize / 64] |= 1 << (block % 64));
            bits
        };
        Self { bits: lists.iter().map(bits).collect(), blocks: lists }
    }

    /// How many blocks hold a term.
    pub(super) fn size(&self, a: usize) -> usize {
        self.blocks[a].len()
    }

    /// The blocks that hold two terms, ascending.
    pub(super) fn both(&self, a: usize, b: usize) -> impl Iterator<Item = u32> {
        let (few, many) = if self.size(a) <= self.size(b) { (a, b) } else { (b, a) };
        let bits = &self.bits[many];
        self.blocks[few].iter().copied().filter(|&block| bits[block as usize / 64] >> (block % 64) & 1 != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::{Documents, PassageTokens, Segmented, Term};

    /// A corpus of one passage a block; words are single letters, a capital one is Chinese.
    fn corpus(articles: &[&[&str]]) -> Segmented {
        let term = |i: u8| {
            let key = char::from(i).to_string();
            let lang = if i.is_ascii_uppercase() { Lang::Zh } else { Lang::En };
            Term { surface: key.clone(), key, lang, parts: Vec::new() }
        };
        let tokens =
            |text: &&str| -> Vec<Token> { text.bytes().map(|b| Token { term: b.into(), start: 0, end: 0 }).collect() };
        let mut documents = Documents::default();
        for passages in articles {
            let texts: Vec<Vec<Token>> = passages.iter().map(tokens).collect();
            documents.push("en", &[], texts.iter().map(|text| PassageTokens { heading: &[], text }));
        }
        Segmented { terms: (0..128).map(term).collect(), documents, ..Segmented::default() }
    }

    fn blocks(articles: &[&[&str]]) -> Blocks {
        let corpus = corpus(articles);
        let table = Table::of(&corpus.terms);
        Blocks::of(&corpus.documents.iter().collect::<Vec<_>>(), &table, &table.places(0..128))
    }

    /// The tie of two terms, by walking through both lists.
    fn tie(blocks: &Blocks, a: u32, b: u32, lang: Lang) -> f64 {
        let (of_a, of_b) = (blocks.holding(a as usize), blocks.holding(b as usize));
        let both: Vec<u32> = of_a.iter().copied().filter(|block| of_b.contains(block)).collect();
        let sets = Sets::of(blocks, [a as usize, b as usize].into_iter());
        assert_eq!(sets.both(0, 1).collect::<Vec<_>>(), both);
        blocks.tie(of_a.len(), of_b.len(), both.into_iter(), lang)
    }

    const A: u32 = b'a' as u32;
    const B: u32 = b'b' as u32;

    #[test]
    fn long_passages_are_cut_evenly() {
        let long = format!("a{}b{}a", "x".repeat(20), "x".repeat(22));
        let blocks = blocks(&[&["ab", &long], &["a"]]);
        // 45 words make three blocks of fifteen after the first passage's one.
        assert_eq!(blocks.articles, [0, 0, 0, 0, 1]);
        assert_eq!(blocks.holding(A as usize), [0, 1, 3, 4]);
        assert_eq!(blocks.holding(B as usize), [0, 2]);
        assert_eq!(blocks.spoken, [0, 5, 0]);
    }

    #[test]
    fn a_tie_is_as_computed_by_hand_and_within_its_language() {
        let mut articles: Vec<&[&str]> = vec![&["ab"], &["ab"], &["ab"], &["a"], &["b"], &["x"], &["x"], &["x"]];
        // P(a) = P(b) = 4/8 and P(a, b) = 3/8, met in three articles.
        let expected = (3.0f64 / 8.0 * 4.0).ln() / -(3.0f64 / 8.0).ln() * 4.0 / (4.0 + 25.0);
        assert!((tie(&blocks(&articles), A, B, Lang::En) - expected).abs() < 1e-12);
        articles.extend([&["XY"] as &[&str]; 5]);
        assert!((tie(&blocks(&articles), A, B, Lang::En) - expected).abs() < 1e-12);
    }

    #[test]
    fn what_meets_in_one_article_or_no_more_than_by_chance_is_not_tied() {
        assert_eq!(tie(&blocks(&[&["ab", "ab", "ab"], &["x"]]), A, B, Lang::En), 0.0);
        // P(a) = P(b) = 3/4 and P(a, b) = 1/2, less than 9/16.
        assert_eq!(tie(&blocks(&[&["ab"], &["ab"], &["a"], &["b"]]), A, B, Lang::En), 0.0);
    }

    #[test]
    fn what_meets_everywhere_is_tied_without_a_division_by_zero() {
        let tie = tie(&blocks(&[&["ab"] as &[&str]; 6]), A, B, Lang::En);
        assert!((tie - 0.5).abs() < 1e-12, "{tie}");
    }

    #[test]
    fn an_article_without_words_has_no_block() {
        let blocks = blocks(&[&[""], &[], &["a"]]);
        assert_eq!(blocks.articles, [2]);
    }
}
