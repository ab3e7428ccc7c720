//! The embeddings of many texts beside those of the articles: the passages.
//!
//! A corpus has at least as many passages as articles, and most of their vectors are looked at once or never, by their cosines
//! to a few others. So what is held of a text, unless it is long, is its TF-IDF row, a third as long, and the length of its
//! sum: a vector is made whenever it is asked for, the same one bit for bit, and cosines need none ([`Rows::cosines`]). Of a
//! large corpus not even the rows are held while the terms they are made of are ([`Scales`]).

use std::{borrow::Cow, fmt::Debug};

use ndarray::{Array1, Array2, ArrayView2, Axis, CowArray, Ix1};
use rayon::prelude::*;

use super::{Embedder, Linear};
use crate::{
    vectorize::{Csr, row_times},
    wide,
};

/// Vectors are held if they take no more than this many times the room of the TF-IDF rows: texts with many terms are dear to
/// make vectors of.
const LONG: usize = 2;

/// Columns whose products a thread works out at a time; any number gives the same ones.
const COLUMNS: usize = 256;

/// The embeddings of some texts, unit rows, or zero for a text without terms.
#[derive(Clone, Debug, PartialEq)]
pub enum Texts {
    /// Held, `n × d`.
    Held(Array2<f32>),
    /// Made when they are asked for.
    Made(Made),
}

/// What embeddings can be made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    blocks: Blocks,
    scales: Scales,
}

/// A TF-IDF row: its columns and values.
pub type Row<'a> = (&'a [u32], &'a [f32]);

/// The TF-IDF rows of some texts, held or made.
pub trait TfIdf: Debug + Sync {
    /// Shows the row of a text; the text must exist.
    fn show(&self, text: usize, to: &mut dyn FnMut(Row<'_>));

    /// Tells the columns of that row, in any order, perhaps some more than once: less work, where rows are made.
    fn tell(&self, text: usize, to: &mut dyn FnMut(u32)) {
        self.show(text, &mut |(columns, _)| columns.iter().for_each(|&column| to(column)));
    }
}

/// TF-IDF rows as they came.
#[derive(Clone, Debug, PartialEq)]
struct Blocks {
    blocks: Vec<Csr>,
    /// The number of the first text of each.
    first: Vec<usize>,
}

impl From<Vec<Csr>> for Blocks {
    fn from(blocks: Vec<Csr>) -> Self {
        let mut first = Vec::with_capacity(blocks.len());
        blocks.iter().fold(0, |next, block| {
            first.push(next);
            next + block.rows()
        });
        Self { blocks, first }
    }
}

impl TfIdf for Blocks {
    fn show(&self, text: usize, to: &mut dyn FnMut(Row<'_>)) {
        let block = self.first.partition_point(|&first| first <= text) - 1;
        to(self.blocks[block].row(text - self.first[block]));
    }
}

/// What makes unit vectors of the rows of texts times the vectors of the columns; 0 for a text without any.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scales(Vec<f32>);

impl FromIterator<Scales> for Scales {
    fn from_iter<I: IntoIterator<Item = Scales>>(parts: I) -> Self {
        Self(parts.into_iter().flat_map(|part| part.0).collect())
    }
}

impl Scales {
    /// Those of the texts of some rows.
    #[must_use]
    pub fn of(rows: &Csr, embedder: &Embedder) -> Self {
        let scale = |i: usize| Linear::scale(&embedder.view.sum(rows.row(i))) as f32;
        Self((0..rows.rows()).map(scale).collect())
    }

    /// The embeddings that `embedder` makes of rows that are made again whenever they are asked for.
    #[must_use]
    pub fn by<'a>(&'a self, rows: &'a dyn TfIdf, embedder: &'a Embedder) -> Rows<'a> {
        Rows(Kind::Made(Sums { rows, scales: &self.0, view: &embedder.view }))
    }

    /// The texts, with their rows in blocks of any size.
    #[must_use]
    pub fn with(self, blocks: Vec<Csr>) -> Texts {
        Texts::Made(Made { blocks: blocks.into(), scales: self })
    }
}

impl Default for Texts {
    fn default() -> Self {
        Self::Held(Array2::default((0, 0)))
    }
}

impl Texts {
    /// The texts of these TF-IDF rows, of the columns of `embedder`, in blocks of any size.
    #[must_use]
    pub fn of(blocks: Vec<Csr>, embedder: &Embedder) -> Self {
        let n: usize = blocks.iter().map(Csr::rows).sum();
        let terms: usize = blocks.iter().map(|block| block.indices.len()).sum();
        if Self::are_long(n, terms, embedder) {
            return Self::Held(all(&blocks, embedder));
        }
        let scales: Vec<Scales> = blocks.par_iter().map(|rows| Scales::of(rows, embedder)).collect();
        scales.into_iter().collect::<Scales>().with(blocks)
    }

    /// Whether the vectors of `n` texts, which have so many terms between them, are held.
    #[must_use]
    pub fn are_long(n: usize, terms: usize, embedder: &Embedder) -> bool {
        // A term takes the room of two numbers: its column and its value.
        n * embedder.dimensions() <= LONG * 2 * terms
    }

    /// The embeddings, made by `embedder` if they are not held.
    #[must_use]
    pub fn by<'a>(&'a self, embedder: &'a Embedder) -> Rows<'a> {
        match self {
            Self::Held(rows) => Rows(Kind::Held(rows.view())),
            Self::Made(made) => made.scales.by(&made.blocks, embedder),
        }
    }

    /// All of them, `n × d`.
    #[must_use]
    pub fn all(&self, embedder: &Embedder) -> Cow<'_, Array2<f32>> {
        match self {
            Self::Held(rows) => Cow::Borrowed(rows),
            Self::Made(made) => Cow::Owned(all(&made.blocks.blocks, embedder)),
        }
    }
}

/// The embeddings of the rows of all blocks, one after the other.
fn all(blocks: &[Csr], embedder: &Embedder) -> Array2<f32> {
    let n = blocks.iter().map(Csr::rows).sum();
    let mut all = Array2::zeros((n, embedder.dimensions()));
    let mut rest = all.view_mut();
    for block in blocks {
        let (rows, after) = rest.split_at(Axis(0), block.rows());
        embedder.view.embed_into(block, rows);
        rest = after;
    }
    all
}

/// Embeddings to look at, one at a time.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a>(Kind<'a>);

#[derive(Clone, Copy, Debug)]
enum Kind<'a> {
    Held(ArrayView2<'a, f32>),
    Made(Sums<'a>),
}

/// Texts whose vectors are sums of those of their terms.
#[derive(Clone, Copy, Debug)]
struct Sums<'a> {
    rows: &'a dyn TfIdf,
    scales: &'a [f32],
    view: &'a Linear,
}

impl<'a> From<ArrayView2<'a, f32>> for Rows<'a> {
    fn from(rows: ArrayView2<'a, f32>) -> Self {
        Self(Kind::Held(rows))
    }
}

impl<'a> Rows<'a> {
    /// The same, for as long as these are looked at.
    #[must_use]
    pub fn view(&self) -> Rows<'_> {
        match &self.0 {
            Kind::Held(rows) => Rows(Kind::Held(rows.view())),
            Kind::Made(sums) => Rows(Kind::Made(*sums)),
        }
    }

    /// The embedding of a text, `d`; it must exist.
    #[must_use]
    pub fn row(&self, at: usize) -> CowArray<'_, f32, Ix1> {
        self.view().into_row(at)
    }

    /// The embedding of a text, `d`, for as long as the texts are there; it must exist.
    #[must_use]
    pub fn into_row(self, at: usize) -> CowArray<'a, f32, Ix1> {
        match self.0 {
            Kind::Held(rows) => rows.index_axis_move(Axis(0), at).into(),
            Kind::Made(Sums { rows, view, .. }) => {
                let mut row = Vec::new();
                rows.show(at, &mut |terms| row = view.sum(terms));
                Linear::unit(&mut row);
                Array1::from(row).into()
            }
        }
    }

    /// The cosines to a few unit vectors, `k × d`, of these of the texts. Where the texts' vectors are not held, they are
    /// sums of the products of their terms, `k` for each, and not of vectors; that may tell in the last bits.
    #[must_use]
    pub fn cosines(&self, to: ArrayView2<'_, f32>, texts: &[usize]) -> Cosines<'_> {
        let Kind::Made(Sums { rows, view, .. }) = &self.0 else {
            return Cosines { rows: self.view(), to: to.into_owned() };
        };
        let mut occurs = vec![false; view.columns()];
        for &text in texts {
            rows.tell(text, &mut |column| occurs[column as usize] = true);
        }
        let to = to.as_standard_layout();
        let to: Vec<&[f32]> = to.rows().into_iter().filter_map(|to| to.to_slice()).collect();
        let (fours, rest) = to.as_chunks::<4>();
        let mut products = Array2::zeros((view.columns(), to.len()));
        let chunks = products.axis_chunks_iter_mut(Axis(0), COLUMNS).into_par_iter();
        chunks.zip(occurs.par_chunks(COLUMNS)).enumerate().for_each(|(chunk, (mut products, occurs))| {
            let mut vector = vec![0.0; view.dimensions()];
            for (i, mut products) in products.rows_mut().into_iter().enumerate().filter(|&(i, _)| occurs[i]) {
                view.write(chunk * COLUMNS + i, &mut vector);
                let fours = fours.iter().flat_map(|&four| wide::dot_four(&vector, four));
                let all = fours.chain(rest.iter().map(|to| wide::dot(&vector, to)));
                products.iter_mut().zip(all).for_each(|(product, dot)| *product = dot);
            }
        });
        Cosines { rows: self.view(), to: products }
    }
}

/// The cosines of some texts to some vectors.
#[derive(Debug)]
pub struct Cosines<'a> {
    rows: Rows<'a>,
    /// The vectors, `k × d`, or their products with each column's, `columns × k`.
    to: Array2<f32>,
}

impl Cosines<'_> {
    /// How many vectors there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self.rows.0 {
            Kind::Held(_) => self.to.nrows(),
            Kind::Made(..) => self.to.ncols(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes those of a text, one of those they were asked for, to `out`, which has room for [`len`](Self::len).
    pub fn of(&self, text: usize, out: &mut [f32]) {
        match &self.rows.0 {
            Kind::Held(rows) => {
                let row = rows.row(text);
                out.iter_mut().zip(self.to.rows()).for_each(|(out, to)| *out = row.dot(&to));
            }
            Kind::Made(Sums { rows, scales, .. }) => {
                out.fill(0.0);
                rows.show(text, &mut |terms| row_times(terms, self.to.view(), out));
                out.iter_mut().for_each(|out| *out *= scales[text]);
            }
        }
    }
}
