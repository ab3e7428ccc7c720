//! The terms of articles, those of many side by side: a corpus has a hundred thousand texts and more, and a list of its own for
//! each would take as much room again as its terms, and could not be given back as a whole.

use std::{fmt, ops::Range};

use rayon::prelude::*;

use super::Token;

/// What stands in the texts of some articles: the title of each, then heading and text of each of its passages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block<T> {
    items: Vec<T>,
    /// Where the items of each text end.
    ends: Vec<usize>,
    /// Where the texts of each article end, and its languages.
    articles: Vec<(usize, &'static str)>,
}

impl<T> Default for Block<T> {
    fn default() -> Self {
        Self { items: Vec::new(), ends: Vec::new(), articles: Vec::new() }
    }
}

impl<T> Block<T> {
    /// Adds a text, whose items `write` adds to those before.
    pub(super) fn text(&mut self, write: impl FnOnce(&mut Vec<T>)) {
        write(&mut self.items);
        self.ends.push(self.items.len());
    }

    /// Ends an article, to which the texts since the last belong.
    pub(super) fn article(&mut self, lang: &'static str) {
        self.articles.push((self.ends.len(), lang));
    }

    /// A block of the same articles in which other items stand, `room` of them, about: `write` makes those of each text.
    pub(super) fn map<U>(&self, room: usize, mut write: impl FnMut(&[T], &mut Vec<U>)) -> Block<U> {
        let mut block = Block { items: Vec::with_capacity(room), ends: Vec::new(), articles: self.articles.clone() };
        block.ends.reserve_exact(self.ends.len());
        self.texts().for_each(|text| block.text(|items| write(text, items)));
        block.close();
        block
    }

    /// Gives back the room for more.
    pub(super) fn close(&mut self) {
        self.items.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.articles.shrink_to_fit();
    }

    /// Number of articles.
    pub(super) fn len(&self) -> usize {
        self.articles.len()
    }

    /// All items.
    pub(super) fn items(&self) -> &[T] {
        &self.items
    }

    /// All items, to be changed.
    pub(super) fn items_mut(&mut self) -> &mut [T] {
        &mut self.items
    }

    /// The items of each text, in order.
    pub(super) fn texts(&self) -> impl Iterator<Item = &[T]> {
        (0..self.ends.len()).map(|text| self.at(text))
    }

    /// The items of each text of an article.
    pub(super) fn texts_of(&self, article: usize) -> impl Iterator<Item = &[T]> {
        self.places(article).map(|text| self.at(text))
    }

    /// The texts of an article, by number.
    fn places(&self, article: usize) -> Range<usize> {
        let first = article.checked_sub(1).map_or(0, |before| self.articles[before].0);
        first..self.articles[article].0
    }

    fn at(&self, text: usize) -> &[T] {
        let first = text.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.items[first..self.ends[text]]
    }
}

/// The terms of the articles of a corpus, in the order of the articles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Documents {
    blocks: Vec<Block<Token>>,
    /// The number of the first article of each block.
    first: Vec<usize>,
    len: usize,
}

impl FromIterator<Block<Token>> for Documents {
    fn from_iter<I: IntoIterator<Item = Block<Token>>>(blocks: I) -> Self {
        let mut documents = Self::default();
        for block in blocks {
            documents.first.push(documents.len);
            documents.len += block.len();
            documents.blocks.push(block);
        }
        documents
    }
}

impl Documents {
    /// Number of articles.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds the terms of an article.
    pub fn push<'a>(
        &mut self,
        lang: &'static str,
        title: &[Token],
        passages: impl IntoIterator<Item = PassageTokens<'a>>,
    ) {
        if self.blocks.is_empty() {
            self.first.push(0);
            self.blocks.push(Block::default());
        }
        let Some(block) = self.blocks.last_mut() else { return };
        block.text(|tokens| tokens.extend_from_slice(title));
        for PassageTokens { heading, text } in passages {
            block.text(|tokens| tokens.extend_from_slice(heading));
            block.text(|tokens| tokens.extend_from_slice(text));
        }
        block.article(lang);
        self.len += 1;
    }

    /// The terms of an article; none if there is no such.
    #[must_use]
    pub fn get(&self, article: usize) -> Option<Document<'_>> {
        (article < self.len).then(|| self.of(article))
    }

    /// The terms of an article, which must exist.
    #[must_use]
    pub fn of(&self, article: usize) -> Document<'_> {
        let block = self.first.partition_point(|&first| first <= article) - 1;
        Document { block: &self.blocks[block], article: article - self.first[block] }
    }

    /// Those of each article, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Document<'_>> {
        (0..self.len).map(|article| self.of(article))
    }

    /// As [`iter`](Self::iter), in parallel.
    #[must_use]
    pub fn par_iter(&self) -> impl IndexedParallelIterator<Item = Document<'_>> {
        (0..self.len).into_par_iter().map(|article| self.of(article))
    }

    /// The same in parts of many articles, in order, each of which can be let go of by itself.
    pub fn into_parts(self) -> impl Iterator<Item = Self> {
        self.blocks.into_iter().map(|block| std::iter::once(block).collect())
    }
}

/// The terms of one article.
#[derive(Clone, Copy)]
pub struct Document<'a> {
    block: &'a Block<Token>,
    article: usize,
}

impl<'a> Document<'a> {
    /// The terms of the title; offsets are into the title.
    #[must_use]
    pub fn title(&self) -> &'a [Token] {
        self.block.at(self.block.places(self.article).start)
    }

    /// The terms of each passage, as many as the article has passages.
    pub fn passages(&self) -> impl DoubleEndedIterator<Item = PassageTokens<'a>> + ExactSizeIterator + use<'a> {
        let this = *self;
        (0..this.len()).map(move |passage| this.passage(passage))
    }

    /// Number of passages.
    fn len(&self) -> usize {
        (self.block.places(self.article).len() - 1) / 2
    }

    /// The terms of a passage, which must exist.
    #[must_use]
    pub fn passage(&self, passage: usize) -> PassageTokens<'a> {
        let mut texts = self.block.places(self.article).skip(1 + 2 * passage).map(|text| self.block.at(text));
        let [heading, text] = [(); 2].map(|()| texts.next().unwrap_or_default());
        PassageTokens { heading, text }
    }

    /// All of them: title, headings and texts, in order.
    pub fn tokens(&self) -> impl Iterator<Item = &'a Token> + use<'a> {
        // The texts of an article stand side by side.
        let texts = self.block.places(self.article);
        let first = texts.start.checked_sub(1).map_or(0, |before| self.block.ends[before]);
        let end = texts.end.checked_sub(1).map_or(first, |last| self.block.ends[last]);
        self.block.items[first..end].iter()
    }

    /// The languages of the text by share of its letters: `zh`, `en`, `zh+en` (each at least a tenth) or `other`.
    #[must_use]
    pub fn lang(&self) -> &'static str {
        self.block.articles[self.article].1
    }
}

impl PartialEq for Document<'_> {
    fn eq(&self, other: &Self) -> bool {
        (self.title(), self.lang()) == (other.title(), other.lang()) && self.passages().eq(other.passages())
    }
}

impl fmt::Debug for Document<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let passages: Vec<_> = self.passages().collect();
        let mut all = f.debug_struct("Document");
        all.field("title", &self.title()).field("passages", &passages).field("lang", &self.lang()).finish()
    }
}

/// The terms of one passage. A phrase's token is followed by the tokens of its words, so both are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PassageTokens<'a> {
    /// The terms of the heading; offsets are into the heading.
    pub heading: &'a [Token],
    /// The terms of the text, by `(start, Reverse(end))`; offsets are into the passage's text.
    pub text: &'a [Token],
}

impl<'a> PassageTokens<'a> {
    /// All of them: heading and text, in order.
    pub fn tokens(&self) -> impl Iterator<Item = &'a Token> + use<'a> {
        self.heading.iter().chain(self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(terms: &[u32]) -> Vec<Token> {
        terms.iter().map(|&term| Token { term, start: term, end: term + 1 }).collect()
    }

    #[test]
    fn what_is_put_in_comes_out() {
        type Given = (Vec<u32>, Vec<(Vec<u32>, Vec<u32>)>);
        let given: [Given; 4] = [
            (vec![1, 2], vec![(vec![], vec![3, 4]), (vec![5], vec![])]),
            (vec![], vec![]),
            (vec![6], vec![]),
            (vec![], vec![(vec![7], vec![8, 9, 8])]),
        ];
        let blocks = given.chunks(2).map(|given| {
            let mut one = Documents::default();
            for (title, passages) in given {
                let passages: Vec<_> = passages.iter().map(|(h, t)| (tokens(h), tokens(t))).collect();
                let passages = passages.iter().map(|(heading, text)| PassageTokens { heading, text });
                one.push("en", &tokens(title), passages);
            }
            one.blocks.swap_remove(0)
        });
        let documents: Documents = blocks.collect();
        assert_eq!((documents.len(), documents.iter().len(), documents.is_empty()), (4, 4, false));
        for (document, (title, passages)) in documents.iter().zip(&given) {
            assert_eq!((document.title(), document.lang()), (tokens(title).as_slice(), "en"));
            assert_eq!(document.passages().len(), passages.len());
            for (at, (own, (heading, text))) in document.passages().zip(passages).enumerate() {
                assert_eq!((own.heading, own.text), (tokens(heading).as_slice(), tokens(text).as_slice()));
                assert_eq!(document.passage(at), own);
            }
            let all = title.iter().chain(passages.iter().flat_map(|(heading, text)| heading.iter().chain(text)));
            assert!(document.tokens().map(|token| &token.term).eq(all));
        }
        assert!(documents.get(3).is_some() && documents.get(4).is_none());
        let parts: Vec<Documents> = documents.clone().into_parts().collect();
        assert_eq!(parts.iter().map(Documents::len).collect::<Vec<_>>(), [2, 2]);
        assert!(parts.iter().flat_map(Documents::iter).eq(documents.iter()));
        assert_eq!(documents.of(0), documents.of(0));
        assert_ne!(documents.of(0), documents.of(2));
    }

    #[test]
    fn of_nothing_there_is_nothing() {
        let none = Documents::default();
        assert!(none.is_empty() && none.get(0).is_none() && none.iter().next().is_none());
        assert_eq!(none.into_parts().count(), 0);
    }
}
