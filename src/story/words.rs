//! The words of an article, as they are compared: letters and digits alone, one spelling for all varieties.

use rayon::prelude::*;
use txtfp::{Canonicalizer, ShingleTokenizer, Tokenizer, WordTokenizer};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::article::Article;

/// Words a text must have to be compared without its title. Reprints come under other headlines; but where there is
/// little text, the title says what it is about.
const ALONE: usize = 30;

/// Words a shingle. A Chinese character counts as a word (UAX 29), so a shingle is about three Chinese words.
const SHINGLE: usize = 5;

/// What an article consists of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    /// Its text in one spelling.
    pub text: String,
    /// Number of words.
    pub count: usize,
    /// A hash of all words in order, equal for copies; 0 if there are none.
    pub hash: u128,
}

/// The words of each article.
pub(super) fn read(articles: &[Article]) -> Vec<Words> {
    articles.par_iter().map(of).collect()
}

fn of(article: &Article) -> Words {
    let body: Vec<String> = article
        .passages
        .iter()
        .flat_map(|passage| passage.heading.clone().into_iter().chain([passage.words(&(0..passage.text.len()))]))
        .collect();
    let body = words(&body.join("\n"));
    if body.count >= ALONE || article.title.is_empty() {
        return body;
    }
    words(&format!("{}\n{}", article.title, body.text))
}

fn words(text: &str) -> Words {
    let text = Canonicalizer::default().canonicalize(&fast2s::convert(text));
    let mut count = 0;
    let mut all = String::new();
    WordTokenizer.for_each_token(&text, &mut |word| {
        count += 1;
        all.push_str(word);
        all.push(' ');
    });
    let hash = if count == 0 { 0 } else { xxh3_128(all.as_bytes()) };
    Words { text, count, hash }
}

/// Cuts the words into the runs whose sets are compared.
pub(super) fn shingler() -> ShingleTokenizer<WordTokenizer> {
    ShingleTokenizer { k: SHINGLE, inner: WordTokenizer }
}

/// The different shingles of a text, as ascending hashes.
pub(super) fn shingles(words: &Words) -> Vec<u64> {
    let mut set = Vec::with_capacity(words.count);
    shingler().for_each_token(&words.text, &mut |shingle| set.push(xxh3_64(shingle.as_bytes())));
    set.sort_unstable();
    set.dedup();
    set
}

/// How many shingles two sets share.
pub(super) fn shared(a: &[u64], b: &[u64]) -> usize {
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                shared += 1;
                i += 1;
                j += 1;
            }
        }
    }
    shared
}
