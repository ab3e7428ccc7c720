//! How the streams of PDF files are packed. Nothing unpacks to more than it may, and what breaks off is kept so far.

use std::io::Read;

use flate2::read::{DeflateDecoder, ZlibDecoder};

use super::object::{Dict, Lexer, Object};

/// Bytes of one row of a predictor, and more than any stream of text has.
const ROW: usize = 1 << 20;

/// Unpacks `bytes` as the filter `name` says; at most `most` bytes come out. None if wenmai does not know the filter, as those
/// of pictures.
pub(super) fn unpack(name: &[u8], params: Option<&Dict>, bytes: &[u8], most: usize) -> Option<Vec<u8>> {
    Some(match name {
        b"FlateDecode" | b"Fl" => predicted(inflate(bytes, most), params, most),
        b"LZWDecode" | b"LZW" => {
            let early = number(params, "EarlyChange").is_none_or(|early| early != 0);
            predicted(lzw(bytes, early, most), params, most)
        }
        b"ASCII85Decode" | b"A85" => ascii85(bytes, most),
        b"ASCIIHexDecode" | b"AHx" => Lexer::new(bytes, 0, 1).hex(),
        b"RunLengthDecode" | b"RL" => runs(bytes, most),
        _ => return None,
    })
}

fn number(params: Option<&Dict>, key: &str) -> Option<usize> {
    match params?.get(key)? {
        Object::Number(number) => Some(*number as usize),
        _ => None,
    }
}

fn inflate(bytes: &[u8], most: usize) -> Vec<u8> {
    let mut out = Vec::new();
    // An error is the end of what can be read.
    let _ = ZlibDecoder::new(bytes).take(most as u64).read_to_end(&mut out);
    if out.is_empty() {
        let _ = DeflateDecoder::new(bytes.get(2..).unwrap_or_default()).take(most as u64).read_to_end(&mut out);
    }
    out
}

fn ascii85(bytes: &[u8], most: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut group, mut count) = (0u32, 0);
    for &byte in bytes {
        match byte {
            b'~' => break,
            b'z' if count == 0 => out.extend([0; 4]),
            b'!'..=b'u' => {
                group = group.wrapping_mul(85).wrapping_add(u32::from(byte - b'!'));
                count += 1;
                if count == 5 {
                    out.extend(group.to_be_bytes());
                    (group, count) = (0, 0);
                }
            }
            _ => {}
        }
        if out.len() >= most {
            break;
        }
    }
    if count > 1 {
        for _ in count..5 {
            group = group.wrapping_mul(85).wrapping_add(84);
        }
        out.extend(group.to_be_bytes().iter().take(count - 1));
    }
    out.truncate(most);
    out
}

fn runs(bytes: &[u8], most: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = bytes;
    while let Some((&length, after)) = rest.split_first() {
        let length = usize::from(length);
        if length == 128 || out.len() >= most {
            break;
        }
        if length < 128 {
            let run = after.get(..=length).unwrap_or(after);
            out.extend_from_slice(run);
            rest = after.get(run.len()..).unwrap_or_default();
        } else {
            let Some((&byte, after)) = after.split_first() else { break };
            out.extend(std::iter::repeat_n(byte, 257 - length));
            rest = after;
        }
    }
    out.truncate(most);
    out
}

fn lzw(bytes: &[u8], early: bool, most: usize) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::new();
    // What each code stands for, as a range of what came out.
    let mut table: Vec<(usize, usize)> = Vec::new();
    let (mut held, mut bits, mut width) = (0u32, 0, 9);
    let mut last: Option<(usize, usize)> = None;
    for &byte in bytes {
        held = (held << 8) | u32::from(byte);
        bits += 8;
        if bits < width {
            continue;
        }
        bits -= width;
        let code = (held >> bits) as usize & ((1 << width) - 1);
        held &= (1 << bits) - 1;
        if code == 256 {
            table.clear();
            (width, last) = (9, None);
            continue;
        }
        if code == 257 || out.len() >= most {
            break;
        }
        let start = out.len();
        if let Ok(literal) = u8::try_from(code) {
            out.push(literal);
        } else {
            // A code that is only now being made repeats the last one and its first byte.
            let (from, length) = match (table.get(code - 258), last) {
                (Some(&known), _) => known,
                (None, Some((from, length))) if code - 258 == table.len() => (from, length + 1),
                _ => break,
            };
            for at in from..from + length {
                let Some(&byte) = out.get(at) else { break };
                out.push(byte);
            }
        }
        if let Some((from, length)) = last
            && table.len() < 4096 - 258
        {
            table.push((from, length + 1));
        }
        last = Some((start, out.len() - start));
        // The table of the one who packed is one entry ahead.
        let size = 258 + table.len() + 1 + usize::from(early);
        width = if size > 2048 {
            12
        } else if size > 1024 {
            11
        } else if size > 512 {
            10
        } else {
            9
        };
    }
    out.truncate(most);
    out
}

/// Undoes what was done to make rows of numbers alike.
fn predicted(bytes: Vec<u8>, params: Option<&Dict>, most: usize) -> Vec<u8> {
    let predictor = number(params, "Predictor").unwrap_or(1);
    if predictor < 10 {
        // That of TIFF is for pictures.
        return bytes;
    }
    let of = |key, default| number(params, key).unwrap_or(default).clamp(1, ROW);
    let pixel = of("Colors", 1).saturating_mul(of("BitsPerComponent", 8));
    let row = pixel.saturating_mul(of("Columns", 1)).div_ceil(8).clamp(1, ROW);
    let pixel = pixel.div_ceil(8).clamp(1, row);
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len().min(most));
    let mut above = vec![0u8; row];
    for packed in bytes.chunks(row + 1) {
        let Some((&kind, packed)) = packed.split_first() else { break };
        let mut line = packed.to_vec();
        for at in 0..line.len() {
            let get = |line: &[u8], at: Option<usize>| at.and_then(|at| line.get(at)).copied().unwrap_or(0);
            let left = get(&line, at.checked_sub(pixel));
            let (up, corner) = (get(&above, Some(at)), get(&above, at.checked_sub(pixel)));
            let guess = match kind {
                1 => left,
                2 => up,
                3 => u16::midpoint(left.into(), up.into()) as u8,
                4 => paeth(left, up, corner),
                _ => 0,
            };
            if let Some(byte) = line.get_mut(at) {
                *byte = byte.wrapping_add(guess);
            }
        }
        out.extend_from_slice(&line);
        line.resize(row, 0);
        above = line;
    }
    out
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let guess = i16::from(left) + i16::from(up) - i16::from(corner);
    let far = |of: u8| (guess - i16::from(of)).abs();
    if far(left) <= far(up) && far(left) <= far(corner) {
        left
    } else if far(up) <= far(corner) {
        up
    } else {
        corner
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_packing_is_undone() {
        let of = |name: &str, bytes: &[u8]| unpack(name.as_bytes(), None, bytes, 1000).unwrap();
        assert_eq!(of("ASCIIHexDecode", b"61 62 7>"), b"abp");
        assert_eq!(of("ASCII85Decode", b"87cURD]i,\"Ebo80~>"), b"Hello World!");
        assert_eq!(of("RunLengthDecode", &[2, b'a', b'b', b'c', 254, b'x', 128, 1]), b"abcxxx");
        // The example of the standard.
        let packed = [0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01];
        assert_eq!(of("LZWDecode", &packed), [45, 45, 45, 45, 45, 65, 45, 45, 45, 66]);
        assert_eq!(unpack(b"DCTDecode", None, b"", 10), None);
        assert_eq!(of("FlateDecode", b"junk"), b"");
    }

    #[test]
    fn nothing_unpacks_to_more_than_it_may() {
        use std::io::Write;
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        zlib.write_all(&vec![0; 1 << 20]).unwrap();
        assert_eq!(unpack(b"Fl", None, &zlib.finish().unwrap(), 1000).unwrap().len(), 1000);
        assert_eq!(unpack(b"RL", None, &[129, 1].repeat(100), 50).unwrap().len(), 50);
        assert_eq!(unpack(b"A85", None, &[b'z'; 100], 50).unwrap().len(), 50);
    }
}
