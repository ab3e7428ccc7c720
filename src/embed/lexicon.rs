//! The lexicon's view: what words mean in general, in one space for Chinese and English.
//!
//! A text's vector is the sum of its terms' TF-IDF weights times their lexicon vectors; a phrase, or a word that the
//! lexicon lacks, has the mean of its parts' ([`Lexicon::compose`]), and zero if no part is known.
//!
//! The embedding keeps hold of the lexicon ([`Source`]): a question may use words that no article has.

use std::sync::Arc;

use ndarray::{Array1, Array2, ArrayView1};
use serde::{Deserialize, Serialize};

use super::{Settings, linear::Columns};
use crate::{error::Result, lexicon::Lexicon, room, segment::Term};

/// The lexicon that ships with the program.
static SHIPPED: &[u8] = include_bytes!("../../lexicon/wenmai.lexicon");

/// Its [`Lexicon::fingerprint`], so that no run has to read four megabytes for it; a test holds it up.
const FINGERPRINT: u64 = 0x46d7_1696_df9e_1429;

fn shipped() -> Result<Lexicon<'static>> {
    Lexicon::read(SHIPPED, "the lexicon of the program")
}

/// The lexicon of the settings; none if they want none.
///
/// # Errors
/// [`Error::Read`](crate::Error::Read) or [`Error::Lexicon`](crate::Error::Lexicon) if the lexicon cannot be used.
pub(super) fn open(settings: &Settings) -> Result<Option<Lexicon<'static>>> {
    match settings.lexicon.as_deref() {
        None => shipped().map(Some),
        Some(path) if path.as_os_str() == "none" => Ok(None),
        Some(path) => Lexicon::open(path).map(Some),
    }
}

/// The vectors of the columns, `columns × d`.
pub(super) fn vectors(terms: &[&Term], lexicon: &Lexicon<'_>) -> Columns<i8> {
    // A word without known parts keeps its zeros.
    let vectors = Columns::written(terms.len(), lexicon.dimensions(), |column, vector| {
        lexicon.compose(&terms[column].key, vector);
    });
    // Most of it was looked at, and a question's words or a reader's will be few.
    if is_shipped(lexicon) {
        room::lay_aside(SHIPPED);
    }
    vectors
}

/// What a model file tells of the lexicon that its embedding was made with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// [`Lexicon::fingerprint`], in hexadecimal.
    pub fingerprint: String,
    /// What the lexicon's view is weighted with.
    pub weight: f32,
    /// Dimensions of that view, the first of the embedding.
    pub dimensions: usize,
}

/// The lexicon that an embedding was made with.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Source {
    pub(super) origin: Origin,
    /// Brings a word's vector in the lexicon to the view that stands in its place, `d of the lexicon × dimensions`; none if
    /// the lexicon is the view itself.
    pub(super) map: Option<Array2<f32>>,
    /// None if it is not at hand.
    pub(super) lexicon: Option<Arc<Lexicon<'static>>>,
}

impl Source {
    pub(super) fn new(lexicon: Lexicon<'static>, weight: f32, map: Option<Array2<f32>>) -> Self {
        let dimensions = map.as_ref().map_or(lexicon.dimensions(), Array2::ncols);
        let origin = Origin { fingerprint: fingerprint(&lexicon), weight, dimensions };
        Self { origin, map, lexicon: Some(Arc::new(lexicon)) }
    }

    /// What a model file tells of, with the program's own lexicon if that is the one.
    pub(super) fn restore(origin: Origin, map: Option<Array2<f32>>) -> Self {
        let mut source = Self { origin, map, lexicon: None };
        if let Ok(lexicon) = shipped() {
            source.offer(lexicon);
        }
        source
    }

    /// Takes the lexicon if it is the one; whether it is.
    pub(super) fn offer(&mut self, lexicon: Lexicon<'static>) -> bool {
        let width = self.map.as_ref().map_or(self.origin.dimensions, Array2::nrows);
        let is = fingerprint(&lexicon) == self.origin.fingerprint && lexicon.dimensions() == width;
        if is {
            self.lexicon = Some(Arc::new(lexicon));
        }
        is
    }

    /// A word's vector in the lexicon.
    fn lookup(&self, key: &str) -> Option<Vec<f32>> {
        let lexicon = self.lexicon.as_ref()?;
        let mut vector = vec![0.0; lexicon.dimensions()];
        lexicon.compose(key, &mut vector).map(|_| vector)
    }

    /// The vector of a word as a column of the view, weighted, in `dimensions` dimensions of which the last are 0.
    pub(super) fn word(&self, key: &str, dimensions: usize) -> Option<Array1<f32>> {
        let own = Array1::from(self.lookup(key)?);
        let own = self.map.as_ref().map_or_else(|| own.clone(), |map| own.dot(map));
        let mut vector = Array1::zeros(dimensions);
        vector.iter_mut().zip(own).for_each(|(to, x)| *to = self.origin.weight * x);
        vector.iter().any(|&x| x != 0.0).then_some(vector)
    }

    /// What a word means: its vector in the lexicon, but for a factor. `vector` is that of its column.
    pub(super) fn meaning(&self, key: &str, vector: ArrayView1<'_, f32>) -> Option<Vec<f32>> {
        match &self.map {
            None => Some(vector.iter().take(self.origin.dimensions).copied().collect()),
            Some(_) => self.lookup(key),
        }
    }
}

fn fingerprint(lexicon: &Lexicon<'_>) -> String {
    format!("{:016x}", if is_shipped(lexicon) { FINGERPRINT } else { lexicon.fingerprint() })
}

fn is_shipped(lexicon: &Lexicon<'_>) -> bool {
    std::ptr::eq(lexicon.bytes(), SHIPPED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_is_that_of_the_lexicon() {
        let lexicon = shipped().unwrap();
        assert_eq!(FINGERPRINT, lexicon.fingerprint(), "write {:#018x}", lexicon.fingerprint());
        assert_eq!(fingerprint(&lexicon), fingerprint(&Lexicon::read(SHIPPED.to_vec(), "a copy").unwrap()));
    }
}
