//! NumPy's `.npy` format, as `numpy.save` writes a matrix of floating-point numbers.
//!
//! Layout (NumPy Enhancement Proposal 1): `\x93NUMPY`, two bytes of version, the length of the header (two bytes; four from
//! version 2), a header that is a Python dictionary of `descr`, `fortran_order` and `shape`, then the numbers.
//!
//! Read here rather than by a crate: those there are for this `ndarray` bring a parser generator, big integers and an
//! assembler for a dictionary of three keys, and know no 16-bit numbers.

use ndarray::Array2;

use super::Rows;

/// What a file begins with.
pub(super) const MAGIC: &[u8] = b"\x93NUMPY";

/// How to make a file that can be read.
const REMEDY: &str = "write it with numpy.save(path, array.astype(\"float32\"))";

/// The vectors of a file, a row each.
///
/// # Errors
/// What is wrong with it and how to write it.
pub(super) fn read(bytes: &[u8]) -> Result<Array2<f32>, String> {
    let (header, data) = split(bytes).ok_or_else(|| format!("its header breaks off; {REMEDY}"))?;
    let wrong = |what: &str| format!("{what} (its header is {:?}); {REMEDY}", shortened(header));
    let header: String = header.chars().filter(|c| !c.is_whitespace()).collect();
    let descr = value(&header, "descr").map(|v| v.trim_matches(['\'', '"']).to_owned());
    let (big, number): (bool, fn([u8; 8]) -> f64) = match descr.as_deref() {
        Some(kind @ ("<f2" | ">f2")) => (kind.starts_with('>'), |b| half(u16::from_le_bytes([b[0], b[1]]))),
        Some(kind @ ("<f4" | ">f4")) => {
            (kind.starts_with('>'), |b| f64::from(f32::from_le_bytes([b[0], b[1], b[2], b[3]])))
        }
        Some(kind @ ("<f8" | ">f8")) => (kind.starts_with('>'), f64::from_le_bytes),
        _ => return Err(wrong("it holds something else than 16-, 32- or 64-bit floating-point numbers")),
    };
    let size = match descr.as_deref() {
        Some("<f2" | ">f2") => 2,
        Some("<f4" | ">f4") => 4,
        _ => 8,
    };
    let shape: Option<Vec<usize>> = value(&header, "shape").and_then(|v| {
        let inner = v.strip_prefix('(')?.strip_suffix(')')?;
        inner.split(',').filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect()
    });
    let fortran = match value(&header, "fortran_order") {
        Some("False") => false,
        Some("True") => true,
        _ => return Err(wrong("its header does not say the order of its numbers")),
    };
    let Some([n, d]) = shape.as_deref() else {
        return Err(wrong("it is no matrix with a row for each article"));
    };
    let (n, d) = (*n, *d);
    let length = n.checked_mul(d).and_then(|count| count.checked_mul(size));
    if length != Some(data.len()) {
        return Err(wrong(&format!(
            "it holds {} bytes of numbers, which is not what {n} rows of {d} take",
            data.len()
        )));
    }
    let at = |i: usize, j: usize| {
        let place = if fortran { j * n + i } else { i * d + j } * size;
        let mut bytes = [0; 8];
        bytes[..size].copy_from_slice(&data[place..place + size]);
        if big {
            bytes[..size].reverse();
        }
        number(bytes)
    };
    let mut rows = Rows::default();
    for i in 0..n {
        rows.push((0..d).map(|j| at(i, j))).map_err(|what| format!("row {} (counted from 1) {what}", i + 1))?;
    }
    rows.array()
}

/// The header and the numbers.
fn split(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (&[major, _], rest) = rest.split_first_chunk()?;
    let (length, rest) = if major == 1 {
        let (&length, rest) = rest.split_first_chunk()?;
        (usize::from(u16::from_le_bytes(length)), rest)
    } else {
        let (&length, rest) = rest.split_first_chunk()?;
        (usize::try_from(u32::from_le_bytes(length)).ok()?, rest)
    };
    let (header, data) = rest.split_at_checked(length)?;
    Some((str::from_utf8(header).ok()?, data))
}

/// The value of a key of a Python dictionary without spaces, up to the comma that ends it.
fn value<'a>(header: &'a str, key: &str) -> Option<&'a str> {
    let after = [format!("'{key}':"), format!("\"{key}\":")].iter().find_map(|key| header.split_once(key.as_str()))?.1;
    let mut depth = 0_i32;
    let end = after.find(|c| {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            ',' | '}' if depth == 0 => return true,
            _ => {}
        }
        false
    })?;
    Some(&after[..end])
}

/// A 16-bit floating-point number (IEEE 754 binary16).
fn half(bits: u16) -> f64 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    sign * match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + fraction) * 2f64.powi(exponent - 25),
    }
}

/// A header short enough for an error.
fn shortened(header: &str) -> String {
    header.trim().chars().take(120).collect()
}
