//! From vectors to the bytes of a lexicon file.

use std::path::Path;

use ndarray::{ArrayView1, ArrayView2};
use rayon::prelude::*;

use super::format::{About, Bits, Header, MAGIC, MOST_DIMENSIONS, MOST_HEADER, MOST_SCALE, MOST_WORDS, VERSION};
use crate::{
    atomic,
    error::{Error, Result},
};

/// Encodes a lexicon: the vector of `keys[i]` is row `i` of `vectors`, `n × d`. The order of the keys does not matter.
///
/// In 8 bits a row's scale is its largest number over 127. In 4 bits it is the best of several, by squared error: a
/// large number is worth cutting off where that lets the others be told apart.
///
/// # Errors
/// [`Error::Lexicon`] if there are not as many keys as rows, a key occurs twice, a number is not finite, or there are
/// more words or dimensions than the format holds.
pub fn encode(keys: &[String], vectors: ArrayView2<'_, f32>, bits: Bits, about: &About) -> Result<Vec<u8>> {
    let fail = |reason: String| Error::Lexicon { path: "the new lexicon".to_owned(), reason };
    let (words, dimensions) = vectors.dim();
    if keys.len() != words {
        return Err(fail(format!("it has {} keys and {words} vectors", keys.len())));
    }
    if words > MOST_WORDS || dimensions == 0 || dimensions > MOST_DIMENSIONS {
        return Err(fail(format!(
            "it has {words} words of {dimensions} dimensions, and {MOST_WORDS} of 1 to {MOST_DIMENSIONS} are possible"
        )));
    }
    let mut order: Vec<usize> = (0..words).collect();
    order.sort_unstable_by(|&a, &b| keys[a].cmp(&keys[b]));
    if let Some(pair) = order.windows(2).find(|pair| keys[pair[0]] == keys[pair[1]]) {
        return Err(fail(format!("it has the key {:?} twice", keys[pair[0]])));
    }
    let key_bytes: usize = keys.iter().map(String::len).sum();
    if u32::try_from(key_bytes).is_err() {
        return Err(fail(format!("its keys take {key_bytes} bytes, and {} is the most", u32::MAX)));
    }
    let rows: Vec<(f32, Vec<u8>)> = order.par_iter().map(|&i| quantise(vectors.row(i), bits)).collect();
    if let Some(i) = rows.iter().position(|(scale, _)| *scale >= MOST_SCALE || scale.is_nan()) {
        return Err(fail(format!("the vector of {:?} is not finite", keys[order[i]])));
    }

    let header = Header { words, dimensions, bits, key_bytes, about: about.clone() };
    let mut header = serde_json::to_vec(&header).map_err(|e| fail(format!("its header cannot be written ({e})")))?;
    header.resize(header.len().next_multiple_of(16), b' ');
    if header.len() > MOST_HEADER {
        return Err(fail("what is told about it is too long".to_owned()));
    }
    let row_bytes = bits.row_bytes(dimensions);
    let mut bytes = Vec::with_capacity(MAGIC.len() + header.len() + key_bytes + words * (row_bytes + 8) + 16);
    bytes.extend(MAGIC);
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend((header.len() as u32).to_le_bytes());
    bytes.extend(header);
    let mut at = 0_u32;
    bytes.extend(at.to_le_bytes());
    for &i in &order {
        at += keys[i].len() as u32;
        bytes.extend(at.to_le_bytes());
    }
    for &i in &order {
        bytes.extend(keys[i].as_bytes());
    }
    for (scale, _) in &rows {
        bytes.extend(scale.to_le_bytes());
    }
    for (_, codes) in &rows {
        bytes.extend(codes);
    }
    Ok(bytes)
}

/// Writes a lexicon's bytes to a file, by way of a temporary one beside it: the file is whole or not there.
///
/// # Errors
/// [`Error::Write`] if it cannot be written.
pub fn save(bytes: &[u8], path: &Path) -> Result<()> {
    atomic::write(path, bytes).map_err(|source| Error::Write { path: path.display().to_string(), source })
}

/// The scale and the codes of a row; the scale is not finite if a number of the row is not.
fn quantise(row: ArrayView1<'_, f32>, bits: Bits) -> (f32, Vec<u8>) {
    if row.iter().any(|x| !x.is_finite()) {
        return (f32::NAN, Vec::new());
    }
    let largest = row.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
    match bits {
        Bits::Eight => {
            let scale = largest / 127.0;
            let code = |x: &f32| if scale > 0.0 { (x / scale).round() as i8 } else { 0 };
            (scale, row.iter().map(|x| code(x).to_le_bytes()[0]).collect())
        }
        Bits::Four => {
            let nibble = |x: f32, scale: f32| {
                // 0 to 15, standing for −7½ to 7½.
                if scale > 0.0 { (x / scale + 7.5).round().clamp(0.0, 15.0) as u8 } else { 0 }
            };
            let error = |scale: f32| -> f64 {
                row.iter().map(|&x| f64::from(x - scale * (f32::from(nibble(x, scale)) - 7.5)).powi(2)).sum()
            };
            // From a third of the largest number to all of it.
            let scales = (16..=48).map(|part| largest / 7.5 * part as f32 / 48.0);
            let scale = scales.map(|scale| (error(scale), scale)).min_by(|a, b| a.0.total_cmp(&b.0));
            let scale = scale.map_or(0.0, |(_, scale)| scale);
            let values: Vec<f32> = row.to_vec();
            let code = |pair: &[f32]| {
                let high = pair.get(1).map_or(0, |&x| nibble(x, scale));
                nibble(pair[0], scale) | high << 4
            };
            (scale, values.chunks(2).map(code).collect())
        }
    }
}
