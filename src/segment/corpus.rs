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
    language::{self, Letters, Shares},
    lexis::Lexis,
    phrases::{self, Matcher, Sequence},
    scan::{Form, Kind, Spellings, Tok, Uses, Vocabulary, count},
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
            let letters = Letters::of(text);
            shares.add(&letters);
            self.toks.text(|toks| vocabulary.read(lexis, text, letters.are_japanese(), kind, hidden, toks));
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
    rayon::join(|| put_together(articles, read, settings), beside)
}

/// The words each thread met, and the chunks of articles in order, each with the thread that numbered its words.
type All = (Vec<Words>, Vec<usize>, Vec<Read>);

fn put_together(articles: &[Article], (local, owners, mut chunks): All, settings: &Settings) -> Segmented {
    let mut first = 0;
    let mut overlong = Vec::new();
    for read in &chunks {
        overlong.extend(read.overlong.iter().map(|&(article, count)| (first + article, count)));
        first += read.toks.len();
    }
    let (words, ranks) = words(local);
    chunks.par_iter_mut().zip(&owners).for_each(|(chunk, &owner)| {
        chunk.toks.items_mut().iter_mut().for_each(|tok| tok.rename(ranks[owner][tok.word() as usize]));
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
    let work = |owner| {
        let mut vocabulary = Vocabulary::new(lexis, longest);
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(chunk) = chunks.get(at) else { return (Words::of(vocabulary, owner), done) };
            let mut read = Read::default();
            chunk.iter().for_each(|article| read.add(&mut vocabulary, lexis, article));
            read.toks.close();
            done.push((at, read));
        }
    };
    let read: Vec<_> = (0..rayon::current_num_threads()).into_par_iter().with_max_len(1).map(work).collect();
    let (mut words, mut in_order) = (Vec::with_capacity(read.len()), Vec::with_capacity(chunks.len()));
    for (owner, (own, done)) in read.into_iter().enumerate() {
        words.push(own);
        in_order.extend(done.into_iter().map(|(at, read)| (at, owner, read)));
    }
    in_order.sort_unstable_by_key(|&(at, ..)| at);
    let (owners, chunks) = in_order.into_iter().map(|(_, owner, read)| (owner, read)).unzip();
    (words, owners, chunks)
}

/// The words of a vocabulary.
struct Words {
    /// Those that occur, by key.
    met: Vec<Met>,
    /// The number of all of them.
    count: usize,
}

/// A form of a vocabulary.
struct Met {
    key: String,
    spellings: Spellings,
    /// Whose vocabulary it is, and its number there.
    owner: u32,
    number: u32,
}

impl Words {
    fn of(vocabulary: Vocabulary, owner: usize) -> Self {
        let count = vocabulary.forms.len();
        let short = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let met = |(Form { key, spellings }, number): (Form, usize)| {
            let ascii = spellings.iter().all(|(spelling, _)| spelling.is_ascii());
            let spellings = if ascii { spellings } else { as_typed(spellings) };
            Met { key, spellings, owner: short(owner), number: short(number) }
        };
        let mut met: Vec<Met> = vocabulary.used().map(met).collect();
        met.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        Self { met, count }
    }
}

/// The words that occur, sorted by key, and for each thread the rank of each form's word.
fn words(words: Vec<Words>) -> (Vec<Term>, Vec<Vec<u32>>) {
    let mut ranks: Vec<Vec<u32>> = words.iter().map(|own| vec![0; own.count]).collect();
    let mut all: Vec<Met> = Vec::with_capacity(words.iter().map(|own| own.met.len()).sum());
    words.into_iter().for_each(|own| all.extend(own.met));
    // As many sorted runs as threads, which a stable sort merges.
    all.sort_by(|a, b| a.key.cmp(&b.key));
    let groups: Vec<_> = all.chunk_by_mut(|a, b| a.key == b.key).collect();
    for (rank, group) in (0_u32..).zip(&groups) {
        group.iter().for_each(|met| ranks[met.owner as usize][met.number as usize] = rank);
    }
    let word = |group: &mut [Met]| {
        let mut all = group.iter_mut().map(|met| std::mem::take(&mut met.spellings));
        let mut spellings = all.next().unwrap_or_default();
        all.flatten().for_each(|(spelling, uses)| count(&mut spellings, spelling, uses));
        let key = std::mem::take(&mut group[0].key);
        let surface = commonest(&spellings).unwrap_or_else(|| key.clone());
        Term { lang: language::of_key(&key), surface, key, parts: Vec::new() }
    };
    (groups.into_par_iter().with_min_len(WORDS).map(word).collect(), ranks)
}

/// Spellings as people would type them: full-width letters and the like folded, soft hyphens gone.
fn as_typed(spellings: Spellings) -> Spellings {
    use unicode_normalization::UnicodeNormalization;
    let mut typed = Spellings::new();
    for (spelling, uses) in spellings {
        if spelling.is_ascii() {
            count(&mut typed, spelling, uses);
        } else {
            let folded = spelling.nfkc().filter(|c| !matches!(c, '\u{AD}' | '\u{200B}' | '\u{FEFF}')).map(apostrophe);
            count(&mut typed, folded.collect::<String>(), uses);
        }
    }
    typed
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
    // Of each form the first spelling, and how often it was met in any.
    let mut forms: Vec<(&str, u32)> = Vec::new();
    for (spelling, uses) in spellings {
        match forms.iter_mut().find(|(form, _)| same_letters(form, spelling)) {
            Some((_, all)) => *all = all.saturating_add(uses.all),
            None => forms.push((spelling, uses.all)),
        }
    }
    let (form, _) =
        forms.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.to_lowercase().cmp(&a.0.to_lowercase())))?;
    spellings
        .iter()
        .filter(|(spelling, _)| same_letters(spelling, form))
        .max_by(|(a, x), (b, y)| (x.inside, x.all).cmp(&(y.inside, y.all)).then_with(|| b.cmp(a)))
        .map(|(spelling, _)| spelling.to_string())
}

/// Whether two spellings are the same in lower case.
fn same_letters(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() { a.eq_ignore_ascii_case(b) } else { a.to_lowercase() == b.to_lowercase() }
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
    let spellings = phrase_spellings(found, &words, articles, chunks, &matcher);
    let mut terms: Vec<(Term, usize)> = found
        .iter()
        .enumerate()
        .map(|(p, parts)| {
            let join = |separator: &str, of: &dyn Fn(&Term) -> String| {
                parts.iter().map(|&w| of(&words[w as usize])).collect::<Vec<_>>().join(separator)
            };
            let key = join(" ", &|word| word.key.clone());
            let lang = language::of_key(&key);
            let surface = commonest(&spellings[p]).unwrap_or_else(|| join("", &|w| w.surface.clone()));
            (Term { key, surface, lang, parts: parts.clone() }, words.len() + p)
        })
        .collect();
    terms.par_sort_unstable_by(|a, b| a.0.key.cmp(&b.0.key));
    let count = words.len();
    terms.extend(words.into_iter().enumerate().map(|(i, word)| (word, i)));
    // Two sorted runs, which a stable sort merges.
    terms.sort_by(|a, b| a.0.key.cmp(&b.0.key));
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
    // The words but Chinese ones that phrases have: most Chinese texts have none.
    let mut other = vec![false; words.len()];
    found.iter().flatten().for_each(|&w| other[w as usize] = words[w as usize].lang != Lang::Zh);
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
                    if !toks.iter().any(|tok| other[tok.word() as usize]) {
                        continue;
                    }
                    matcher.find(
                        toks.len(),
                        |i| (Some(toks[i].word()), toks[i].linked()),
                        |p, from, to| {
                            if found[p as usize].iter().any(|&w| other[w as usize]) {
                                let written = &text[toks[from].start as usize..toks[to - 1].end as usize];
                                let uses = Uses { inside: u32::from(toks[from].inside()), all: 1 };
                                count(local.entry(p).or_default(), written, uses);
                            }
                        },
                    );
                }
            }
            local.into_iter().collect()
        })
        .collect();
    let mut spellings = vec![Spellings::new(); found.len()];
    for (p, own) in per_chunk.into_iter().flatten() {
        for (written, uses) in own {
            let written = written.split_whitespace().collect::<Vec<_>>().join(" ");
            count(&mut spellings[p as usize], written, uses);
        }
    }
    spellings.into_par_iter().map(as_typed).collect()
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
