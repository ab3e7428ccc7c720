//! Cutting Chinese as jieba does: of all ways to cut a stretch into words of the list the most probable one, and what that
//! leaves as single characters by jieba's model of unknown words.
//!
//! The probability of a way is the product of its words' frequencies over the sum of all frequencies; a character that is no
//! word counts as met once. jieba-rs does the same after it has read its dictionary into a hash table of 40 MB, which takes
//! longer than to cut what most runs are given. Here the list is read where it lies ([`WordList`]). Its twin, jieba-rs with
//! its own dictionary, is in the tests: cuts, tags and suggested frequencies are the same.

use std::{cell::Cell, sync::LazyLock};

use jieba_rs::Jieba;
use rustc_hash::FxHashMap;

use super::list::{Begun, WordList};

/// jieba without a dictionary: all it can do is what its model of unknown words tells it.
static UNKNOWN: LazyLock<Jieba> = LazyLock::new(Jieba::empty);

/// A list of words, and words added to it.
#[derive(Clone, Debug, Default)]
pub(super) struct Words<'a> {
    list: WordList<'a>,
    /// Words that were added, or given another frequency.
    added: FxHashMap<String, Added>,
    /// For the first characters of those: how many characters the longest one has.
    longest: FxHashMap<char, usize>,
    total: u64,
    log_total: f64,
}

#[derive(Clone, Debug)]
struct Added {
    frequency: u64,
    tag: String,
}

/// What a cut needs and the next one can use again.
#[derive(Default)]
struct Scratch {
    /// First byte of each character of a stretch.
    starts: Vec<usize>,
    /// The code of each.
    codes: Vec<u16>,
    /// What the list has that begins with each.
    begun: Vec<Begun>,
    route: Vec<Step>,
}

/// The best way from a character on.
#[derive(Clone, Copy, Default)]
struct Step {
    /// The logarithm of its probability.
    log_probability: f64,
    /// The character after its first word.
    end: usize,
}

thread_local! {
    static SCRATCH: Cell<Scratch> = Cell::default();
}

/// Characters that a thread keeps room for.
const KEPT: usize = 1 << 16;

impl<'a> Words<'a> {
    /// The words of a list.
    pub(super) fn new(list: WordList<'a>) -> Self {
        let mut words = Self { list, total: list.total(), ..Self::default() };
        words.log_total = (words.total as f64).ln();
        words
    }

    /// Adds a word, or changes its frequency. A word that is known keeps its tag.
    pub(super) fn add(&mut self, word: &str, frequency: u64, tag: &str) {
        let Some(first) = word.chars().next() else { return };
        let (before, tag) = (self.frequency(word), self.known_tag(word).unwrap_or(tag).to_owned());
        self.added.insert(word.to_owned(), Added { frequency, tag });
        let longest = self.longest.entry(first).or_default();
        *longest = word.chars().count().max(*longest);
        self.total = self.total + frequency - before.unwrap_or(0);
        self.log_total = (self.total as f64).ln();
    }

    /// The words that were added: each with its frequency and tag, in no order.
    pub(super) fn added(&self) -> impl Iterator<Item = (&str, u64, &str)> {
        self.added.iter().map(|(word, added)| (word.as_str(), added.frequency, added.tag.as_str()))
    }

    /// Whether there is such a word.
    pub(super) fn has(&self, word: &str) -> bool {
        self.frequency(word).is_some()
    }

    fn frequency(&self, word: &str) -> Option<u64> {
        match self.added.get(word) {
            Some(added) => Some(added.frequency),
            None => self.list.get(word).map(|kind| self.list.frequency(kind).into()),
        }
    }

    fn known_tag(&self, word: &str) -> Option<&str> {
        match self.added.get(word) {
            Some(added) => Some(&added.tag),
            None => self.list.get(word).map(|kind| self.list.tag(kind)),
        }
    }

    /// The part of speech of a word that was cut, in jieba's tags: `m` for digits, `eng` for other Latin letters, `x` for all
    /// else that is not in the list.
    pub(super) fn tag(&self, word: &str) -> &str {
        self.known_tag(word).unwrap_or_else(|| {
            let letters = || word.chars().filter(char::is_ascii_alphanumeric);
            match letters().next() {
                None => "x",
                Some(_) if letters().all(|c| c.is_ascii_digit()) => "m",
                Some(_) => "eng",
            }
        })
    }

    /// The least frequency with which a word is cut as one.
    pub(super) fn enough(&self, word: &str) -> u64 {
        let mut log_frequency = 0.0;
        self.cut(word, false, |start, end| {
            // Summed in jieba's order, for the same last digit.
            log_frequency =
                log_frequency + (self.frequency(&word[start..end]).unwrap_or(1) as f64).ln() - self.log_total;
        });
        let apart = (log_frequency + self.log_total).exp() as u64;
        (apart + 1).max(self.frequency(word).unwrap_or(1))
    }

    /// Whether a text is cut as one word.
    pub(super) fn is_one(&self, text: &str, unknown: bool) -> bool {
        let mut words = 0;
        self.cut(text, unknown, |_, _| words += 1);
        words == 1
    }

    /// Calls `emit` with the byte range of each word of a text, in order; together they are the text. With `unknown`, what is
    /// not in the list is cut by jieba's model of unknown words, else into characters and into words of Latin letters and
    /// digits. Each character that cannot be part of a word comes by itself, but a line break of two characters.
    pub(super) fn cut(&self, text: &str, unknown: bool, mut emit: impl FnMut(usize, usize)) {
        let mut scratch = SCRATCH.take();
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            if !is_part(c) {
                let end = at + if text[at..].starts_with("\r\n") { 2 } else { c.len_utf8() };
                emit(at, end);
                at = end;
                continue;
            }
            scratch.starts.clear();
            scratch.codes.clear();
            let mut end = text.len();
            for (i, c) in text[at..].char_indices() {
                if !is_part(c) {
                    end = at + i;
                    break;
                }
                scratch.starts.push(at + i);
                scratch.codes.push(self.list.code(c));
            }
            scratch.starts.push(end);
            self.find_route(text, &mut scratch);
            self.follow(text, &scratch, unknown, &mut emit);
            at = end;
        }
        if scratch.starts.len() <= KEPT {
            SCRATCH.set(scratch);
        }
    }

    /// The best way to cut a stretch, from its end to its beginning.
    fn find_route(&self, text: &str, scratch: &mut Scratch) {
        // Two more than characters: from the end on there is nothing to cut.
        scratch.route.clear();
        scratch.route.resize(scratch.codes.len() + 2, Step::default());
        if self.added.is_empty() {
            self.find_listed(scratch);
        } else {
            self.find_any(text, scratch);
        }
    }

    /// The same, by words of the list alone. Most have one or two characters; to look for those of all places first, and to
    /// choose between them without a branch, is quicker than to go from place to place.
    fn find_listed(&self, Scratch { codes, begun, route, .. }: &mut Scratch) {
        self.list.begun(codes, begun);
        let log = |kind| self.list.log_frequency(kind) - self.log_total;
        for (i, begun) in begun.iter().enumerate().rev() {
            let one = log(begun.one) + route[i + 1].log_probability;
            let two = log(begun.two) + route[i + 2].log_probability;
            // Where ways are as good as each other, that of the longer word is taken.
            let (mut best, mut length) = if two >= one { (two, 2) } else { (one, 1) };
            if begun.goes_on {
                self.list.longer(&codes[i..], begun.second, |n, kind| {
                    let log_probability = log(kind) + route[i + n].log_probability;
                    if log_probability >= best {
                        (best, length) = (log_probability, n);
                    }
                });
            }
            route[i] = if best == f64::NEG_INFINITY {
                self.single(i, route[i + 1])
            } else {
                Step { log_probability: best, end: i + length }
            };
        }
    }

    /// The step of a character that begins no word.
    fn single(&self, at: usize, next: Step) -> Step {
        Step { log_probability: 0.0 - self.log_total + next.log_probability, end: at + 1 }
    }

    /// The same, by words of the list and added ones.
    fn find_any(&self, text: &str, Scratch { starts, codes, route, .. }: &mut Scratch) {
        let n = codes.len();
        for i in (0..n).rev() {
            // Where ways are as good as each other, that of the longer word is taken.
            let mut best: Option<Step> = None;
            let mut consider = |end: usize, log_frequency: f64| {
                let log_probability = log_frequency - self.log_total + route[end].log_probability;
                if best.is_none_or(|best| {
                    log_probability > best.log_probability
                        || (log_probability == best.log_probability && end > best.end)
                }) {
                    best = Some(Step { log_probability, end });
                }
            };
            let longest = self.longest_added(text, starts[i]);
            self.list.prefixes(&codes[i..], |length, kind| {
                if longest < length || !self.added.contains_key(&text[starts[i]..starts[i + length]]) {
                    consider(i + length, self.list.log_frequency(kind));
                }
            });
            for end in i + 1..=(i + longest).min(n) {
                if let Some(added) = self.added.get(&text[starts[i]..starts[end]]) {
                    consider(end, (added.frequency as f64).ln());
                }
            }
            route[i] = best.unwrap_or_else(|| self.single(i, route[i + 1]));
        }
    }

    /// How many characters an added word has at most that begins at a byte.
    fn longest_added(&self, text: &str, at: usize) -> usize {
        if self.longest.is_empty() {
            return 0;
        }
        text[at..].chars().next().and_then(|first| self.longest.get(&first)).copied().unwrap_or(0)
    }

    /// Cuts a stretch by its route. Single characters in a row are tried as unknown words.
    fn follow(&self, text: &str, scratch: &Scratch, unknown: bool, emit: &mut impl FnMut(usize, usize)) {
        let Scratch { starts, codes, route, .. } = scratch;
        let n = codes.len();
        let mut singles: Option<usize> = None;
        let mut at = 0;
        while at < n {
            let end = route[at].end;
            if end - at == 1 && (unknown || text.as_bytes()[starts[at]].is_ascii_alphanumeric()) {
                singles.get_or_insert(at);
            } else {
                if let Some(first) = singles.take() {
                    self.join(text, &starts[first..=at], unknown, emit);
                }
                emit(starts[at], starts[end]);
            }
            at = end;
        }
        if let Some(first) = singles {
            self.join(text, &starts[first..=n], unknown, emit);
        }
    }

    /// Cuts single characters in a row, given where each begins and where the last one ends.
    fn join(&self, text: &str, starts: &[usize], unknown: bool, emit: &mut impl FnMut(usize, usize)) {
        let (start, end) = (starts[0], starts[starts.len() - 1]);
        if starts.len() == 2 || !unknown {
            emit(start, end);
        } else if self.has(&text[start..end]) {
            // The list has them as one word, but they are more probable as single ones.
            starts.windows(2).for_each(|pair| emit(pair[0], pair[1]));
        } else {
            for word in UNKNOWN.cut(&text[start..end], true) {
                emit(start + word.byte_start, start + word.byte_end);
            }
        }
    }
}

/// Whether a character can be part of a word of jieba's: Chinese characters, and the Latin letters, digits and signs that
/// stand in names.
fn is_part(c: char) -> bool {
    match c {
        '\u{4E00}'..='\u{9FFF}' => true,
        '\0'..='\u{7F}' => c.is_ascii_alphanumeric() || matches!(c, '+' | '#' | '&' | '.' | '_' | '%' | '-'),
        '\u{3400}'..='\u{4DBF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{2A6DF}'
        | '\u{2A700}'..='\u{2EBEF}'
        | '\u{2F800}'..='\u{2FA1F}' => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf};

    use proptest::prelude::*;

    use super::{super::list, *};
    use crate::segment::chinese::{Chinese, recent};

    /// The slow twin: jieba-rs with its dictionary, and the set words added one by one.
    static TWIN: LazyLock<Jieba> = LazyLock::new(|| {
        let mut jieba = Jieba::new();
        for word in recent() {
            let enough = jieba.suggest_freq(word);
            jieba.add_word(word, Some(enough), None);
        }
        jieba
    });

    fn cut<'t>(words: &Words<'_>, text: &'t str, unknown: bool) -> Vec<&'t str> {
        let mut found = Vec::new();
        words.cut(text, unknown, |start, end| found.push(&text[start..end]));
        found
    }

    /// Whether both cut a text the same way, and say the same of its words.
    fn agree(words: &Words<'_>, jieba: &Jieba, text: &str) -> Result<(), TestCaseError> {
        for unknown in [false, true] {
            let theirs: Vec<&str> = jieba.cut(text, unknown).iter().map(|token| token.word).collect();
            prop_assert_eq!(cut(words, text, unknown), theirs);
        }
        for theirs in jieba.tag(text, false) {
            let word = theirs.word;
            prop_assert_eq!(words.has(word), jieba.has_word(word), "{}", word);
            // Of characters it does not have jieba guesses the tag.
            if words.has(word) || word.is_ascii() {
                prop_assert_eq!(words.tag(word), theirs.tag, "{}", word);
            }
            prop_assert_eq!(words.enough(word), jieba.suggest_freq(word) as u64, "{}", word);
        }
        Ok(())
    }

    #[test]
    fn the_shipped_list_is_jiebas_with_the_set_words() {
        let own = Chinese::default();
        let words = list::tests::words(&own.words().list);
        assert!(words.len() > 349_000 && recent().all(|word| own.words().has(word)));
        for word in &words {
            assert!(TWIN.has_word(word), "{word}");
            assert_eq!(own.words().enough(word), TWIN.suggest_freq(word) as u64, "{word}");
            if let [theirs] = TWIN.tag(word, false).as_slice() {
                assert_eq!(own.words().tag(word), theirs.tag, "{word}");
            }
        }
    }

    #[test]
    fn the_sample_corpus_is_cut_as_jieba_cuts_it() {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus");
        let mut read = 0;
        for file in walkdir::WalkDir::new(folder) {
            let Ok(text) = fs::read_to_string(file.unwrap().path()) else { continue };
            agree(Chinese::default().words(), &TWIN, &text).unwrap();
            read += text.len();
        }
        assert!(read > 100_000, "{read} bytes");
    }

    /// Chinese with all that may stand in it.
    fn text() -> impl Strategy<Value = String> {
        let common = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实";
        let piece = prop_oneof![
            4 => prop::collection::vec(prop::sample::select(common.chars().collect::<Vec<_>>()), 1..6).prop_map(String::from_iter),
            2 => "[一-龥]{1,4}",
            1 => prop::sample::select(vec!["深海", "一带一路", "北京大学", "AT&T", "卡拉OK", "㐀𠮷", "\r\n", "C++", "3.14%", "々", "〇", "，", "。", " "]).prop_map(str::to_owned),
            1 => "[a-z0-9.%+ -]{1,5}",
            1 => any::<char>().prop_map(String::from),
        ];
        prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn texts_are_cut_as_jieba_cuts_them(text in text()) {
            agree(Chinese::default().words(), &TWIN, &text)?;
        }
    }

    proptest! {
        // Each case copies jieba's 40 MB.
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
        #[test]
        fn added_words_are_cut_as_jieba_cuts_them(
            added in prop::collection::vec(("[一-龥]{1,3}|深海|的|中国人民|北京大学生|a1|𠮷野", 1_usize..100_000, prop::option::of("[a-z]{1,2}")), 1..6),
            texts in prop::collection::vec(text(), 1..8),
        ) {
            let mut words = Chinese::default().words().clone();
            let mut jieba = TWIN.clone();
            for (word, frequency, tag) in &added {
                words.add(word, *frequency as u64, tag.as_deref().unwrap_or_default());
                jieba.add_word(word, Some(*frequency), tag.as_deref());
                agree(&words, &jieba, word)?;
            }
            for text in texts {
                let woven = added.iter().map(|word| format!("{text}{}", word.0)).collect::<String>();
                agree(&words, &jieba, &woven)?;
            }
        }
    }
}
