//! The Chinese of a collection as one sequence of characters.

use std::ops::Range;

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use xxhash_rust::xxh3::xxh3_128;

use crate::{
    article::Article,
    segment::{Character, Dictionary, Edge},
};

/// Stands at either end of a stretch of characters; no string takes it in.
pub(super) const BREAK: u32 = u32::MAX;
/// The same where a mark sets the stretch off as a word ([`Edge::SetsOff`]).
pub(super) const SET_OFF: u32 = u32::MAX - 1;

/// Whether something is a character rather than the end of a stretch.
pub(super) fn is_character(c: u32) -> bool {
    c < SET_OFF
}

/// Characters of a sentence that is read only once, however often it is printed. Shorter ones may well be written twice.
const REPEATED: usize = 12;

/// A text of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Its title.
    Title,
    /// The heading of a passage.
    Heading(usize),
    /// The text of a passage.
    Passage(usize),
}

/// The characters of a collection in order, each stretch of them between two ends, [`BREAK`] or [`SET_OFF`].
#[derive(Debug, Default)]
pub(super) struct Text {
    pub(super) characters: Vec<u32>,
    /// For each character its text, ascending.
    places: Vec<u32>,
    /// For each character its first byte in the original text.
    starts: Vec<u32>,
    /// For each character whether a word of the dictionary begins at it.
    pub(super) begins: Vec<bool>,
    /// For each text its article, ascending, and which it is.
    texts: Vec<(u32, Part)>,
    /// Characters without the breaks.
    pub(super) total: usize,
}

impl Text {
    /// Reads articles in order. A sentence that was met before is left out: who prints it again does not use its words
    /// again.
    pub(super) fn read(articles: &[Article], dictionary: &Dictionary) -> Self {
        let read: Vec<Vec<(Part, Vec<Character>)>> =
            articles.par_iter().map(|article| parts(article, dictionary)).collect();
        let mut text = Self::default();
        let mut met = FxHashSet::default();
        let mut bytes = Vec::new();
        for (article, parts) in (0_u32..).zip(read) {
            for (part, characters) in parts {
                let place = u32::try_from(text.texts.len()).unwrap_or(u32::MAX);
                text.texts.push((article, part));
                for sentence in characters.chunk_by(|_, next| !next.opens) {
                    bytes.clear();
                    bytes.extend(sentence.iter().flat_map(|c| u32::from(c.character).to_le_bytes()));
                    if sentence.len() < REPEATED || met.insert(xxh3_128(&bytes)) {
                        text.push(place, sentence);
                    }
                }
            }
        }
        text
    }

    fn push(&mut self, place: u32, sentence: &[Character]) {
        for character in sentence {
            self.end(character.before, place);
            self.add(u32::from(character.character), place, character.start, character.begins);
            self.end(character.after, place);
        }
        self.total += sentence.len();
    }

    /// Ends a stretch, if there is an end. A word of the dictionary ends with it, so one may be said to begin.
    fn end(&mut self, edge: Edge, place: u32) {
        match edge {
            Edge::Character => {}
            Edge::SetsOff => self.add(SET_OFF, place, 0, true),
            Edge::Other => self.add(BREAK, place, 0, true),
        }
    }

    fn add(&mut self, character: u32, place: u32, start: u32, begins: bool) {
        self.characters.push(character);
        self.places.push(place);
        self.starts.push(start);
        self.begins.push(begins);
    }

    /// The article that the character at `i` stands in.
    pub(super) fn article(&self, i: usize) -> u32 {
        self.texts[self.places[i] as usize].0
    }

    /// The article, the text and the byte that the character at `i` stands at.
    pub(super) fn place(&self, i: usize) -> (usize, Part, usize) {
        let (article, part) = self.texts[self.places[i] as usize];
        (article as usize, part, self.starts[i] as usize)
    }

    /// Whether the character at `i` stands in the text of a passage.
    pub(super) fn runs(&self, i: usize) -> bool {
        matches!(self.place(i).1, Part::Passage(_))
    }

    /// The `n` characters from `i` on.
    pub(super) fn word(&self, i: usize, n: usize) -> String {
        self.characters[i..i + n].iter().filter_map(|&c| char::from_u32(c)).collect()
    }
}

/// Title, headings and texts, in order.
fn parts(article: &Article, dictionary: &Dictionary) -> Vec<(Part, Vec<Character>)> {
    let mut parts = vec![(Part::Title, dictionary.characters(&article.title, &[]))];
    for (i, passage) in article.passages.iter().enumerate() {
        if let Some(heading) = &passage.heading {
            parts.push((Part::Heading(i), dictionary.characters(heading, &[])));
        }
        let hidden: Vec<Range<usize>> = passage.citations.iter().map(|c| c.span.clone()).collect();
        parts.push((Part::Passage(i), dictionary.characters(&passage.text, &hidden)));
    }
    parts.retain(|(_, characters)| !characters.is_empty());
    parts
}
