//! The lexicon's view: what words mean in general, in one space for Chinese and English.
//!
//! A text's vector is the sum of its terms' TF-IDF weights times their lexicon vectors; a phrase, or a word that the
//! lexicon lacks, has the mean of its parts' ([`Lexicon::compose`]), and zero if no part is known.

use ndarray::{Array2, Axis, parallel::prelude::*};

use super::Settings;
use crate::{error::Result, lexicon::Lexicon, segment::Term};

/// The lexicon that ships with the program.
static SHIPPED: &[u8] = include_bytes!("../../lexicon/wenmai.lexicon");

/// The vectors of the columns, `columns × d`; `d` is 0 without a lexicon.
///
/// # Errors
/// [`Error::Read`](crate::Error::Read) or [`Error::Lexicon`](crate::Error::Lexicon) if the lexicon cannot be used.
pub(super) fn vectors(terms: &[&Term], settings: &Settings) -> Result<Array2<f32>> {
    let lexicon = match settings.lexicon.as_deref() {
        None => Lexicon::read(SHIPPED, "the lexicon of the program")?,
        Some(path) if path.as_os_str() == "none" => return Ok(Array2::zeros((terms.len(), 0))),
        Some(path) => Lexicon::open(path)?,
    };
    let mut vectors = Array2::zeros((terms.len(), lexicon.dimensions()));
    vectors.axis_iter_mut(Axis(0)).into_par_iter().zip(terms).for_each(|(mut row, term)| {
        if let Some(row) = row.as_slice_mut() {
            // A word without known parts keeps its zeros.
            lexicon.compose(&term.key, row);
        }
    });
    Ok(vectors)
}
