//! The table of terms, with what is asked of a term again and again, for the whole and for each part.

use std::{
    ops::Index,
    sync::atomic::{AtomicU8, Ordering},
};

use crate::segment::{Lang, Term};

/// The terms of a corpus.
pub(super) struct Table<'a> {
    terms: &'a [Term],
    /// For each term, whether it is a word and its language, side by side: texts are walked through by them.
    kinds: Vec<u8>,
    /// What was told of each term ([`Table::once`]); 0 if nothing yet.
    told: Vec<AtomicU8>,
}

/// In `kinds`: the term is a word, no phrase.
const WORD: u8 = 1 << 7;

impl<'a> Table<'a> {
    pub fn of(terms: &'a [Term]) -> Self {
        let kind = |term: &Term| term.lang as u8 | if term.parts.is_empty() { WORD } else { 0 };
        let told = std::iter::repeat_with(AtomicU8::default).take(terms.len()).collect();
        Self { terms, kinds: terms.iter().map(kind).collect(), told }
    }

    pub fn terms(&self) -> &'a [Term] {
        self.terms
    }

    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether a term is a word, no phrase.
    pub fn is_word(&self, term: u32) -> bool {
        self.kinds[term as usize] & WORD != 0
    }

    /// The place of a term's language in the order of [`Lang`].
    pub fn lang(&self, term: u32) -> usize {
        (self.kinds[term as usize] & !WORD) as usize
    }

    /// What `tell` says of a term, a number below 255 that depends on the term alone, asked once.
    pub fn once(&self, term: u32, tell: impl FnOnce(&Term) -> u8) -> u8 {
        let told = &self.told[term as usize];
        match told.load(Ordering::Relaxed) {
            0 => {
                let answer = tell(&self[term]);
                told.store(answer + 1, Ordering::Relaxed);
                answer
            }
            answer => answer - 1,
        }
    }

    /// A place for each of some different terms, in their order.
    pub fn places(&self, terms: impl IntoIterator<Item = u32>) -> Places {
        let mut places = Places { of: vec![NONE; self.len()], count: 0 };
        for term in terms {
            places.of[term as usize] = places.count as u32;
            places.count += 1;
        }
        places
    }
}

impl Index<u32> for Table<'_> {
    type Output = Term;

    fn index(&self, term: u32) -> &Term {
        &self.terms[term as usize]
    }
}

/// How many languages there are.
pub(super) const LANGS: usize = Lang::Other as usize + 1;

const NONE: u32 = u32::MAX;

/// Places of some terms of a table.
pub(super) struct Places {
    of: Vec<u32>,
    count: usize,
}

impl Places {
    pub fn get(&self, term: u32) -> Option<usize> {
        let place = self.of[term as usize];
        (place != NONE).then_some(place as usize)
    }

    /// How many terms have one.
    pub fn count(&self) -> usize {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_knows_its_terms() {
        let term = |key: &str, lang, parts: &[u32]| Term {
            key: key.to_owned(),
            surface: key.to_owned(),
            lang,
            parts: parts.to_vec(),
        };
        let terms = [term("oil", Lang::En, &[]), term("油", Lang::Zh, &[]), term("oil oil", Lang::Other, &[0, 0])];
        let table = Table::of(&terms);
        for (id, term) in (0u32..).zip(&terms) {
            assert_eq!((table.is_word(id), table.lang(id)), (term.parts.is_empty(), term.lang as usize));
            assert_eq!(table[id], *term);
        }
        assert_eq!(table.once(1, |_| 7), 7);
        assert_eq!(table.once(1, |_| 9), 7, "asked once");
        assert_eq!(table.once(0, |_| 0), 0);
        let places = table.places([2, 0]);
        assert_eq!([0, 1, 2].map(|term| places.get(term)), [Some(1), None, Some(0)]);
        assert_eq!(places.count(), 2);
    }
}
