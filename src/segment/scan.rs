//! From one text to the words in it that count, with the links between them.

use std::{hash::BuildHasher, ops::Range};

use hashbrown::HashTable;
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::{
    lexis::{Class, Lexis},
    normal::Folded,
    runs::{Writing, opaque, runs},
    stopwords::Stop,
};

/// A word as cut, before anything is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// The cutter's place in the registry.
    pub(super) cutter: usize,
    pub(super) writing: Writing,
    /// Range in the folded text.
    pub(super) folded: Range<usize>,
    /// Range in the original text. Pieces ascend and do not overlap.
    pub(super) original: Range<usize>,
    /// Whether only space, a hyphen or a possessive stands between this word and the one before, in the same run.
    pub(super) linked: bool,
    /// Whether the word opens a sentence.
    pub(super) opens: bool,
}

/// Cuts a folded text. Addresses are skipped; user words that jieba cannot see are found first.
pub(super) fn pieces(lexis: &Lexis, folded: &Folded<'_>, japanese: bool, mut each: impl FnMut(Piece)) {
    let text = folded.text();
    // What is settled before the cut: addresses (false) and the user's words (true).
    let mut settled: Vec<(Range<usize>, bool)> = opaque(text).into_iter().map(|span| (span, false)).collect();
    if lexis.has_mixed_words() {
        settled = with_user_words(lexis, text, settled);
    }
    let mut last: Option<(usize, Writing)> = None;
    let mut original_end = 0;
    let mut push = |cutter: usize, writing: Writing, range: Range<usize>| {
        let original = folded.original(range.clone());
        // Two words out of one character, such as `株式` and `会社` out of `㍿`: the first stands for it.
        if original.start < original_end || original.is_empty() {
            return;
        }
        original_end = original.end;
        let gap = &text[last.map_or(0, |(end, _)| end)..range.start];
        let linked = last.is_some_and(|(_, w)| w == writing && links(writing, gap));
        let opens = last.is_none() || (!linked && ends_sentence(gap));
        last = Some((range.end, writing));
        each(Piece { cutter, writing, folded: range, original, linked, opens });
    };
    let mut at = 0;
    let end = (text.len()..text.len(), false);
    for (span, is_word) in settled.iter().chain(std::iter::once(&end)) {
        for (writing, run) in runs(&text[at..span.start], japanese) {
            if let Some((index, cutter)) = lexis.cutter(writing) {
                let base = at + run.start;
                cutter.cut(&text[base..at + run.end], &mut |s, e| push(index, writing, base + s..base + e));
            }
        }
        if *is_word {
            let writing = if text[span.clone()].is_ascii() { Writing::Latin } else { Writing::Other };
            push(lexis.cutter(writing).map_or(0, |(index, _)| index), writing, span.clone());
        }
        at = span.end;
    }
}

fn with_user_words(lexis: &Lexis, text: &str, spans: Vec<(Range<usize>, bool)>) -> Vec<(Range<usize>, bool)> {
    let mut settled = Vec::new();
    let mut spans = spans.into_iter().peekable();
    let mut at = 0;
    while at < text.len() {
        if let Some((span, _)) = spans.next_if(|(span, _)| span.start <= at) {
            at = at.max(span.end);
            settled.push((span, false));
            continue;
        }
        let limit = spans.peek().map_or(text.len(), |(span, _)| span.start);
        match lexis.user_word_at(text, at).filter(|word| at + word.len() <= limit) {
            Some(word) => {
                settled.push((at..at + word.len(), true));
                at += word.len();
            }
            None => at += text[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    settled
}

/// Whether two words of one run with `gap` between them can be neighbours in a phrase.
fn links(writing: Writing, gap: &str) -> bool {
    match writing {
        Writing::Han => matches!(gap, "" | "\n" | "\r\n"),
        Writing::Latin | Writing::Other => {
            let gap = if writing == Writing::Latin { gap.strip_prefix("'s").unwrap_or(gap) } else { gap };
            gap == "-" || (gap.chars().all(char::is_whitespace) && gap.matches('\n').nth(1).is_none())
        }
    }
}

fn ends_sentence(gap: &str) -> bool {
    gap.contains([
        '.', '!', '?', ':', ';', '。', '！', '？', '：', '；', '…', '•', '·', '—', '|', '/', '*', '#', '\t', '\n',
        '\u{85}', '\u{2028}',
    ]) || gap.contains(" - ")
}

/// A word that counts, in one text. A corpus has a hundred words an article and more, so the marks share a number with the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tok {
    /// The word and the marks.
    packed: u32,
    /// Byte range in the original text.
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Tok {
    const LINKED: u32 = 1 << 31;
    const INSIDE: u32 = 1 << 30;
    /// All bits of a word: no vocabulary of a billion words fits in memory.
    const WORD: u32 = Self::INSIDE - 1;

    /// Its range, and its word as [`Tok::word`].
    fn new(range: (u32, u32), word: u32, linked: bool, inside: bool) -> Self {
        let mark = |mark, is| if is { mark } else { 0 };
        let packed = word & Self::WORD | mark(Self::LINKED, linked) | mark(Self::INSIDE, inside);
        Self { packed, start: range.0, end: range.1 }
    }

    /// The word: an index into the [`Vocabulary`], later into the terms.
    pub(super) fn word(&self) -> u32 {
        self.packed & Self::WORD
    }

    /// Numbers the word anew.
    pub(super) fn rename(&mut self, word: u32) {
        *self = Self::new((self.start, self.end), word, self.linked(), self.inside());
    }

    /// Whether it may continue a phrase with the word before: nothing but a link or up to two bridges stand between.
    pub(super) fn linked(&self) -> bool {
        self.packed & Self::LINKED != 0
    }

    /// Whether it stands within a sentence of running text.
    pub(super) fn inside(&self) -> bool {
        self.packed & Self::INSIDE != 0
    }
}

/// How often a spelling was met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Uses {
    /// Within a sentence of running text, where capitals mean something.
    pub(super) inside: u32,
    /// Anywhere.
    pub(super) all: u32,
}

impl Uses {
    pub(super) fn add(&mut self, other: Self) {
        self.inside = self.inside.saturating_add(other.inside);
        self.all = self.all.saturating_add(other.all);
    }
}

/// Spellings with their counts: few per word, so a list.
pub(super) type Spellings = Vec<(Box<str>, Uses)>;

/// Counts a use of a spelling.
pub(super) fn count(spellings: &mut Spellings, spelling: impl Into<Box<str>> + AsRef<str>, uses: Uses) {
    match spellings.iter_mut().find(|(s, _)| **s == *spelling.as_ref()) {
        Some((_, known)) => known.add(uses),
        None => spellings.push((spelling.into(), uses)),
    }
}

/// A folded word.
#[derive(Clone, Debug)]
pub(super) struct Form {
    /// What it is counted by.
    pub(super) key: String,
    /// How it was written. Empty for Chinese, which is shown as its key.
    pub(super) spellings: Spellings,
}

/// What is looked at of a folded word wherever it stands in a text.
#[derive(Clone, Copy, Debug)]
struct Known {
    /// The word, if it is short.
    short: Short,
    /// What it counts as.
    class: Class,
    /// How often it counted as a term.
    uses: u32,
}

/// A word of up to 15 bytes, as nearly all are, and their count. Two such are compared at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Short([u64; 2]);

impl Short {
    /// The word that stands in a range of a text, if it is short.
    fn of(text: &str, range: Range<usize>) -> Option<Self> {
        let length = range.len();
        if length > 15 {
            return None;
        }
        let from = text.as_bytes().get(range.start..)?;
        // Of sixteen bytes those beyond the word are cleared, which is quicker than to copy so many as it has.
        let bytes = from.first_chunk().copied().unwrap_or_else(|| {
            let mut bytes = [0; 16];
            bytes.iter_mut().zip(from).for_each(|(to, &byte)| *to = byte);
            bytes
        });
        let own = u128::from_le_bytes(bytes) & ((1 << (8 * length)) - 1) | (length as u128) << 120;
        Some(Self([own as u64, (own >> 64) as u64]))
    }
}

/// From words to numbers.
#[derive(Debug, Default)]
struct Index {
    /// The numbers of short words, which are compared where they are [`Known`]: those of common words, met early, lie close
    /// together.
    short: HashTable<u32>,
    long: FxHashMap<Box<str>, u32>,
}

/// The folded words met, each looked at once.
#[derive(Debug)]
pub(super) struct Vocabulary {
    /// By cutter: one folded word may mean two things to two of them.
    index: Vec<Index>,
    pub(super) forms: Vec<Form>,
    /// Of each form.
    known: Vec<Known>,
    /// Bytes of the longest word that can be a term.
    longest: usize,
    /// Words longer than that which were met.
    pub(super) overlong: usize,
    /// Room for the words of a text, kept from text to text.
    raw: Vec<Raw>,
}

/// What kind of text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A title or heading, which may capitalise every word.
    Title,
    /// Running text.
    Running,
}

/// A word between the passes of [`Vocabulary::read`].
#[derive(Debug)]
struct Raw {
    piece: Piece,
    form: u32,
}

impl Vocabulary {
    /// An empty vocabulary of words of up to `longest` bytes.
    pub(super) fn new(lexis: &Lexis, longest: usize) -> Self {
        let index = (0..lexis.len()).map(|_| Index::default()).collect();
        Self { index, forms: Vec::new(), known: Vec::new(), longest, overlong: 0, raw: Vec::new() }
    }

    /// The number of the word that a cutter found in a range of a folded text.
    fn intern(&mut self, lexis: &Lexis, cutter: usize, text: &str, range: Range<usize>) -> u32 {
        let hash = |short: &Short| FxBuildHasher.hash_one(short);
        let Index { short: index, long } = &mut self.index[cutter];
        let short = Short::of(text, range.clone());
        let found = match &short {
            Some(short) => index.find(hash(short), |&form| self.known[form as usize].short == *short),
            None => long.get(&text[range.clone()]),
        };
        if let Some(&form) = found {
            return form;
        }
        let word = &text[range];
        let form = u32::try_from(self.forms.len()).unwrap_or(u32::MAX);
        let (key, class) = if word.is_empty() { (String::new(), Class::Drop) } else { lexis.judge(cutter, word) };
        self.forms.push(Form { key, spellings: Vec::new() });
        self.known.push(Known { short: short.unwrap_or_default(), class, uses: 0 });
        match short {
            Some(short) => {
                index.insert_unique(hash(&short), form, |&form| hash(&self.known[form as usize].short));
            }
            None => _ = long.insert(word.into(), form),
        }
        form
    }

    /// The words that counted as terms: each with the number of its form.
    pub(super) fn used(self) -> impl Iterator<Item = (Form, usize)> {
        let forms = self.forms.into_iter().zip(self.known).enumerate();
        forms.filter(|(_, (_, known))| known.uses > 0).map(|(number, (form, _))| (form, number))
    }

    /// Adds the words of a text that count to `toks`, in order. Words that overlap a `hidden` range of the original are left
    /// out.
    pub(super) fn read(
        &mut self,
        lexis: &Lexis,
        original: &str,
        japanese: bool,
        kind: Kind,
        hidden: &[Range<usize>],
        toks: &mut Vec<Tok>,
    ) {
        // Tokens hold 32-bit offsets; no passage is that long.
        if original.is_empty() || u32::try_from(original.len()).is_err() {
            return;
        }
        let folded = Folded::new(original, japanese);
        let mut raw = std::mem::take(&mut self.raw);
        raw.clear();
        pieces(lexis, &folded, japanese, |piece| {
            if !hidden.iter().any(|h| h.start < piece.original.end && piece.original.start < h.end) {
                raw.push(Raw { piece, form: 0 });
            }
        });
        // All at once, since each waits for memory, and the next can wait beside it.
        for Raw { piece, form } in &mut raw {
            let mut range = piece.folded.clone();
            if range.len() > self.longest {
                // It parts its neighbours as any dropped word does, and is not kept.
                self.overlong += 1;
                range.end = range.start;
            }
            *form = self.intern(lexis, piece.cutter, folded.text(), range);
        }
        self.link(original, kind, &raw, toks);
        self.raw = raw;
    }

    /// Last pass: settles what depends on the neighbours, counts spellings, and keeps the words that count.
    fn link(&mut self, original: &str, kind: Kind, raw: &[Raw], toks: &mut Vec<Tok>) {
        let mut shouts: Option<bool> = None;
        // Bridges since the last word that counted; none where the chain is broken.
        let mut chain: Option<u8> = None;
        for (i, Raw { piece, form }) in raw.iter().enumerate() {
            if !piece.linked {
                chain = None;
            }
            let known = &mut self.known[*form as usize];
            let counts = match known.class {
                Class::Term => true,
                Class::Stop(Stop::UnlessHead) => is_head(original, piece, raw.get(i + 1).map(|next| &next.piece)),
                Class::Stop(Stop::UnlessCapitals) => {
                    let shouts = shouts.get_or_insert_with(|| !original.chars().any(char::is_lowercase));
                    !*shouts && !original[piece.original.clone()].chars().any(char::is_lowercase)
                }
                Class::Stop(Stop::Bridge) => {
                    chain = chain.and_then(|n| (n < 2).then_some(n + 1));
                    continue;
                }
                Class::Stop(Stop::Plain) | Class::Drop => false,
            };
            if !counts {
                chain = None;
                continue;
            }
            known.uses = known.uses.saturating_add(1);
            let inside = kind == Kind::Running && !piece.opens;
            if piece.writing != Writing::Han {
                let uses = Uses { inside: u32::from(inside), all: 1 };
                count(&mut self.forms[*form as usize].spellings, &original[piece.original.clone()], uses);
            }
            let offset = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            let range = (offset(piece.original.start), offset(piece.original.end));
            toks.push(Tok::new(range, *form, chain.is_some(), inside));
            chain = Some(0);
        }
    }
}

/// `New` of `New Zealand`, `high` of `high-tech`.
fn is_head(original: &str, word: &Piece, next: Option<&Piece>) -> bool {
    let Some(next) = next.filter(|next| next.linked) else { return false };
    let capital = |start: usize| original[start..].chars().next().is_some_and(char::is_uppercase);
    let between = &original[word.original.end..next.original.start];
    matches!(between, "-" | "‐" | "‑") || (capital(word.original.start) && capital(next.original.start))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn words_have_one_number_if_they_are_the_same_and_meant_by_the_same_cutter(
            words in prop::collection::vec(("[ab\0]{0,2}|[ab]{14,16}|[一丁]{1,6}", 0_usize..2), 1..40),
        ) {
            let lexis = Lexis::new(&[], &[]);
            let mut vocabulary = Vocabulary::new(&lexis, usize::MAX);
            // The last ones stand where the text has no sixteen bytes more.
            let text: String = words.iter().map(|(word, _)| word.as_str()).collect();
            let mut numbers = FxHashMap::default();
            let mut at = 0;
            for (word, cutter) in &words {
                let number = vocabulary.intern(&lexis, *cutter, &text, at..at + word.len());
                at += word.len();
                let fresh = numbers.len() as u32;
                prop_assert_eq!(number, *numbers.entry((word, cutter)).or_insert(fresh));
            }
            prop_assert_eq!(vocabulary.forms.len(), numbers.len());
        }
    }
}
