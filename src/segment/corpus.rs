//! A whole corpus: chunks in parallel, merged in order.

use std::{
    ops::Range,
    sync::atomic::{AtomicUsize, Ordering},
};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{
    Lang, Segmented, Settings, Term, Token,
    documents::Block,
    language::{self, Shares},
    lexis::Lexis,
    phrases::{self, Matcher, Sequence},
    runs::is_japanese,
    scan::{Kind, Spellings, Tok, Uses, Vocabulary, count},
};
use crate::article::Article;

/// Articles a chunk: a sixteenth of the corpus, but no fewer than 64.
fn chunk_size(articles: usize) -> usize {
    articles.div_ceil(16).max(64)
}

/// Words that phrases are learnt from, about, at most; of a larger corpus, every second, every third … article. Fifty
/// megabytes of Chinese.
const LEARNT_FROM: usize = 1 << 23;

/// Words that a thread makes at a time, at least; any number gives the same ones.
const WORDS: usize = 1024;

/// The words of the articles of a chunk.
#[derive(Default)]
struct Read {
    toks: Block<Tok>,
    /// The articles with words too long to be terms, from the chunk's first, and how many.
    overlong: Vec<(usize, usize)>,
}

impl Read {
    /// Adds an article.
    fn add(&mut self, vocabulary: &mut Vocabulary, lexis: &Lexis, article: &Article) {
        let mut shares = Shares::default();
        let before = vocabulary.overlong;
        let mut read = |text: &str, kind: Kind, hidden: &[Range<usize>]| {
            let japanese = is_japanese(text);
            shares.add(text, japanese);
            self.toks.text(|toks| vocabulary.read(lexis, text, japanese, kind, hidden, toks));
        };
        read(&article.title, Kind::Title, &[]);
        for passage in &article.passages {
            read(passage.heading.as_deref().unwrap_or_default(), Kind::Title, &[]);
            let citations: Vec<Range<usize>> = passage.citations.iter().map(|c| c.span.clone()).collect();
            read(&passage.text, Kind::Running, &citations);
        }
        let overlong = vocabulary.overlong - before;
        if overlong > 0 {
            self.overlong.push((self.toks.len(), overlong));
        }
        self.toks.article(shares.name());
    }
}

/// Cuts every article, learns the phrases if asked to, and numbers the terms. What else there is to do is done when all is cut,
/// since then a thread often waits.
pub(super) fn segment<T: Send>(
    articles: &[Article],
    lexis: &Lexis,
    settings: &Settings,
    beside: impl FnOnce() -> T + Send,
) -> (Segmented, T) {
    let read = read_all(articles, lexis, settings.longest);
    rayon::join(|| put_together(articles, read, lexis, settings), beside)
}

/// The vocabularies, one a thread, and the chunks of articles in order, each with the vocabulary its words are numbered by.
type All = (Vec<Vocabulary>, Vec<usize>, Vec<Read>);

fn put_together(
    articles: &[Article],
    (local, owners, mut chunks): All,
    lexis: &Lexis,
    settings: &Settings,
) -> Segmented {
    let (vocabulary, names) = merge(local, lexis);
    let mut first = 0;
    let mut overlong = Vec::new();
    for read in &chunks {
        overlong.extend(read.overlong.iter().map(|&(article, count)| (first + article, count)));
        first += read.toks.len();
    }
    let (words, ranks) = words(vocabulary);
    chunks.par_iter_mut().zip(&owners).for_each(|(chunk, &owner)| {
        let names = &names[owner];
        for tok in chunk.toks.items_mut() {
            tok.rename(ranks[names[tok.word() as usize] as usize]);
        }
    });
    let found = if settings.phrases { learn(&chunks, words.len()) } else { Vec::new() };
    let (terms, numbers, matcher) = table(words, &found, articles, &chunks);
    let blocks: Vec<_> = chunks.into_par_iter().map(|read| number(&read.toks, &numbers, &matcher)).collect();
    Segmented { terms: terms.into(), documents: blocks.into_iter().collect(), overlong }
}

/// Reads the articles, a chunk at a time. Which thread reads which chunk is a matter of chance, and so are the numbers; what is
/// made of them later goes by the words' keys.
fn read_all(articles: &[Article], lexis: &Lexis, longest: usize) -> All {
    let chunks: Vec<&[Article]> = articles.chunks(chunk_size(articles.len())).collect();
    let next = AtomicUsize::new(0);
    let work = |_| {
        let mut vocabulary = Vocabulary::new(lexis, longest);
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(chunk) = chunks.get(at) else { return (vocabulary, done) };
            let mut read = Read::default();
            chunk.iter().for_each(|article| read.add(&mut vocabulary, lexis, article));
            read.toks.close();
            done.push((at, read));
        }
    };
    let read: Vec<_> = (0..rayon::current_num_threads()).into_par_iter().with_max_len(1).map(work).collect();
    let (mut vocabularies, mut in_order) = (Vec::with_capacity(read.len()), Vec::with_capacity(chunks.len()));
    for (owner, (vocabulary, done)) in read.into_iter().enumerate() {
        vocabularies.push(vocabulary);
        in_order.extend(done.into_iter().map(|(at, read)| (at, owner, read)));
    }
    in_order.sort_unstable_by_key(|&(at, ..)| at);
    let (owners, chunks) = in_order.into_iter().map(|(_, owner, read)| (owner, read)).unzip();
    (vocabularies, owners, chunks)
}

/// One vocabulary of many, and for each of these what its forms are called there. Neighbours are merged by twos.
fn merge(mut vocabularies: Vec<Vocabulary>, lexis: &Lexis) -> (Vocabulary, Vec<Vec<u32>>) {
    if vocabularies.len() < 2 {
        let one = vocabularies.pop().unwrap_or_else(|| Vocabulary::new(lexis, 0));
        let names = (0..u32::try_from(one.forms.len()).unwrap_or(u32::MAX)).collect();
        return (one, vec![names]);
    }
    let right = vocabularies.split_off(vocabularies.len() / 2);
    let ((mut vocabulary, mut names), (other, mut others)) =
        rayon::join(|| merge(vocabularies, lexis), || merge(right, lexis));
    let renamed = vocabulary.absorb(other);
    others.par_iter_mut().flatten().for_each(|name| *name = renamed[*name as usize]);
    names.append(&mut others);
    (vocabulary, names)
}

/// The words that occur, sorted by key, and the rank of each form's word.
fn words(vocabulary: Vocabulary) -> (Vec<Term>, Vec<u32>) {
    let mut forms: Vec<(String, usize, Spellings)> =
        vocabulary.used().map(|(form, number)| (form.key, number, form.spellings)).collect();
    let count = forms.iter().map(|(_, i, _)| i + 1).max().unwrap_or(0);
    let mut ranks = vec![0; count];
    forms.par_sort_unstable_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    let groups: Vec<_> = forms.chunk_by_mut(|a, b| a.0 == b.0).collect();
    for (rank, group) in (0_u32..).zip(&groups) {
        group.iter().for_each(|(_, form, _)| ranks[*form] = rank);
    }
    let word = |group: &mut [(String, usize, Spellings)]| {
        let mut spellings = Spellings::new();
        for (spelling, uses) in group.iter_mut().flat_map(|(.., own)| own.drain(..)) {
            count_folded(&mut spellings, &spelling, uses);
        }
        let key = std::mem::take(&mut group[0].0);
        let surface = commonest(&spellings).unwrap_or_else(|| key.clone());
        Term { lang: language::of_key(&key), surface, key, parts: Vec::new() }
    };
    (groups.into_par_iter().with_min_len(WORDS).map(word).collect(), ranks)
}

/// Counts a spelling as people would type it: full-width letters and the like folded, soft hyphens gone.
fn count_folded(spellings: &mut Spellings, spelling: &str, uses: Uses) {
    if spelling.is_ascii() {
        count(spellings, spelling, uses);
    } else {
        use unicode_normalization::UnicodeNormalization;
        let typed: String =
            spelling.nfkc().filter(|c| !matches!(c, '\u{AD}' | '\u{200B}' | '\u{FEFF}')).map(apostrophe).collect();
        count(spellings, &typed, uses);
    }
}

fn apostrophe(c: char) -> char {
    if c == '\u{2019}' { '\'' } else { c }
}

/// The commonest form whatever its case, in its commonest case: within sentences if it occurs there. Ties go to the first
/// in byte order.
fn commonest(spellings: &Spellings) -> Option<String> {
    if let [(only, _)] = spellings.as_slice() {
        return Some(only.to_string());
    }
    let mut forms: FxHashMap<String, u32> = FxHashMap::default();
    for (spelling, uses) in spellings {
        let known = forms.entry(spelling.to_lowercase()).or_default();
        *known = known.saturating_add(uses.all);
    }
    let (form, _) = forms.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0)))?;
    spellings
        .iter()
        .filter(|(spelling, _)| spelling.to_lowercase() == form)
        .max_by(|(a, x), (b, y)| (x.inside, x.all).cmp(&(y.inside, y.all)).then_with(|| b.cmp(a)))
        .map(|(spelling, _)| spelling.to_string())
}

/// Learns the phrases.
fn learn(chunks: &[Read], vocabulary: usize) -> Vec<Vec<u32>> {
    let words: usize = chunks.iter().map(|read| read.toks.items().len()).sum();
    let step = words.div_ceil(LEARNT_FROM).max(1);
    let size = chunks.first().map_or(0, |read| read.toks.len());
    let word = |tok: &Tok| (tok.word(), tok.linked());
    let sequence = Sequence::of(chunks.len(), |chunk, each| {
        let toks = &chunks[chunk].toks;
        // All chunks but the last are of one size.
        for (article, at) in (chunk * size..).zip(0..toks.len()).filter(|(article, _)| article % step == 0) {
            let article = u32::try_from(article).unwrap_or(u32::MAX);
            toks.texts_of(at).for_each(|text| each(article, text.iter().map(word)));
        }
    });
    phrases::learn(&sequence, vocabulary)
}

fn matcher(phrases: &[Vec<u32>]) -> Matcher {
    Matcher::new((0_u32..).zip(phrases.iter().map(Vec::as_slice)))
}

/// The final numbers of words and phrases.
struct Numbers {
    words: Vec<u32>,
    phrases: Vec<u32>,
}

/// Merges words and phrases into one table sorted by key.
fn table(words: Vec<Term>, found: &[Vec<u32>], articles: &[Article], chunks: &[Read]) -> (Vec<Term>, Numbers, Matcher) {
    let matcher = matcher(found);
    let mut spellings = phrase_spellings(found, &words, articles, chunks, &matcher);
    let mut terms: Vec<(Term, usize)> = found
        .iter()
        .enumerate()
        .map(|(p, parts)| {
            let join = |separator: &str, of: &dyn Fn(&Term) -> String| {
                parts.iter().map(|&w| of(&words[w as usize])).collect::<Vec<_>>().join(separator)
            };
            let key = join(" ", &|word| word.key.clone());
            let lang = language::of_key(&key);
            let surface =
                commonest(&std::mem::take(&mut spellings[p])).unwrap_or_else(|| join("", &|w| w.surface.clone()));
            (Term { key, surface, lang, parts: parts.clone() }, words.len() + p)
        })
        .collect();
    let count = words.len();
    terms.extend(words.into_iter().enumerate().map(|(i, word)| (word, i)));
    terms.par_sort_unstable_by(|a, b| a.0.key.cmp(&b.0.key));
    let mut numbers = vec![0_u32; terms.len()];
    for (number, (_, old)) in (0_u32..).zip(&terms) {
        numbers[*old] = number;
    }
    let phrases = numbers.split_off(count);
    for (term, _) in &mut terms {
        for part in &mut term.parts {
            *part = numbers[*part as usize];
        }
    }
    (terms.into_iter().map(|(term, _)| term).collect(), Numbers { words: numbers, phrases }, matcher)
}

/// How the phrases are written; empty for Chinese ones, which are their words.
fn phrase_spellings(
    found: &[Vec<u32>],
    words: &[Term],
    articles: &[Article],
    chunks: &[Read],
    matcher: &Matcher,
) -> Vec<Spellings> {
    let chinese: Vec<bool> =
        found.iter().map(|parts| parts.iter().all(|&w| words[w as usize].lang == Lang::Zh)).collect();
    let per_chunk: Vec<Vec<(u32, Spellings)>> = chunks
        .par_iter()
        .zip(articles.par_chunks(chunk_size(articles.len())))
        .map(|(chunk, articles)| {
            let mut local: FxHashMap<u32, Spellings> = FxHashMap::default();
            for (at, article) in articles.iter().enumerate() {
                let headings =
                    article.passages.iter().flat_map(|p| [p.heading.as_deref().unwrap_or_default(), p.text.as_str()]);
                let texts = std::iter::once(article.title.as_str()).chain(headings);
                for (toks, text) in chunk.toks.texts_of(at).zip(texts) {
                    matcher.find(
                        toks.len(),
                        |i| (Some(toks[i].word()), toks[i].linked()),
                        |p, from, to| {
                            if !chinese[p as usize] {
                                let written = &text[toks[from].start as usize..toks[to - 1].end as usize];
                                let written = written.split_whitespace().collect::<Vec<_>>().join(" ");
                                let uses = Uses { inside: u32::from(toks[from].inside()), all: 1 };
                                count_folded(local.entry(p).or_default(), &written, uses);
                            }
                        },
                    );
                }
            }
            let mut local: Vec<_> = local.into_iter().collect();
            local.sort_unstable_by_key(|&(p, _)| p);
            local
        })
        .collect();
    let mut spellings = vec![Spellings::new(); found.len()];
    for (p, own) in per_chunk.into_iter().flatten() {
        for (spelling, uses) in own {
            count(&mut spellings[p as usize], &spelling, uses);
        }
    }
    spellings
}

/// The tokens of articles, phrases before their words.
fn number(toks: &Block<Tok>, numbers: &Numbers, matcher: &Matcher) -> Block<Token> {
    let word = |tok: &Tok| Token { term: numbers.words[tok.word() as usize], start: tok.start, end: tok.end };
    toks.map(toks.items().len() / 4 * 5, |toks, tokens| {
        let mut done = 0;
        matcher.find(
            toks.len(),
            |i| (Some(toks[i].word()), toks[i].linked()),
            |p, from, to| {
                tokens.extend(toks[done..from].iter().map(word));
                let (start, end) = (toks[from].start, toks[to - 1].end);
                tokens.push(Token { term: numbers.phrases[p as usize], start, end });
                done = from;
            },
        );
        tokens.extend(toks[done..].iter().map(word));
    })
}
