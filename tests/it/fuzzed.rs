//! What the fuzzers once found stays mended: every file in `tests/fuzz/found/TARGET/` goes through its target, as do the seeds
//! and damaged copies of them, twenty each; `WENMAI_DAMAGED=20000 cargo test --test it fuzzed` for more. A copy that makes a
//! target panic is left in `found`.

use std::{fs, panic::catch_unwind};

use crate::{support::root, targets};

/// A small generator of damage: what matters is that it is the same every time.
struct Damage(u64);

impl Damage {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }

    /// A copy with some bytes changed, cut out, doubled or put elsewhere.
    fn copy(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut copy = bytes.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(copy.len());
            let piece = at..copy.len().min(at + 1 + self.below(9));
            match self.below(5) {
                0 if !copy.is_empty() => copy[at] ^= 1 << self.below(8),
                1 => drop(copy.drain(piece)),
                2 => copy.truncate(at),
                3 => {
                    let piece = copy[piece].to_vec();
                    let to = self.below(copy.len() + 1);
                    copy.splice(to..to, piece);
                }
                _ => {
                    let marks = [
                        "\0",
                        "\u{feff}",
                        "\"",
                        "{[",
                        "<!--",
                        "㍿",
                        "e\u{301}",
                        "\u{202e}",
                        "\r",
                        "=",
                        "9999999999999999999",
                    ];
                    let to = self.below(copy.len() + 1);
                    copy.splice(to..to, marks[self.below(marks.len())].bytes());
                }
            }
        }
        copy
    }
}

/// The one seed that no hand writes: a lexicon, kept in the folder for the fuzzer (`WENMAI_BLESS=1`).
#[test]
fn the_seed_of_a_lexicon_is_a_lexicon() {
    use wenmai::lexicon::{About, Bits, Lexicon, encode};
    let keys = ["深海", "sea", "tax", "铁路", "rail"].map(str::to_owned);
    let vectors = ndarray::Array2::from_shape_fn((5, 6), |(i, j)| ((i * 7 + j) as f32).sin());
    let bytes = encode(&keys, vectors.view(), Bits::Four, &About::default()).unwrap();
    let path = root().join("tests/fuzz/seeds/lexicon/five");
    if std::env::var_os("WENMAI_BLESS").is_some() {
        fs::write(&path, &bytes).unwrap();
    }
    assert_eq!(Lexicon::read(fs::read(path).unwrap(), "five").unwrap().words(), 5);
}

#[test]
fn what_was_found_and_damaged_seeds_make_nothing_panic() {
    let copies = std::env::var("WENMAI_DAMAGED").ok().map_or(20, |copies| copies.parse().unwrap());
    let mut failed = Vec::new();
    let mut damage = Damage(7);
    for (name, target) in targets::ALL {
        let mut ran = 0;
        for kind in ["found", "seeds"] {
            let Ok(files) = fs::read_dir(root().join("tests/fuzz").join(kind).join(name)) else { continue };
            let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
            paths.sort();
            for path in paths {
                let bytes = fs::read(path).unwrap();
                target(&bytes);
                for _ in 0..copies {
                    let copy = damage.copy(&bytes);
                    if catch_unwind(|| target(&copy)).is_err() {
                        let place = root().join("tests/fuzz/found").join(name);
                        fs::create_dir_all(&place).unwrap();
                        fs::write(place.join(format!("{:016x}", damage.0)), &copy).unwrap();
                        failed.push(name);
                    }
                }
                ran += 1;
            }
        }
        assert!(ran > 0, "no seeds for {name}");
    }
    assert!(failed.is_empty(), "{failed:?}: see tests/fuzz/found");
}
