//! The lexicon: general knowledge of Chinese and English words, as vectors in one space.
//!
//! [`Lexicon`] reads a lexicon file; it receives a term's key, as the segmenter makes it, and returns the word's vector. A
//! text's meaning is then the sum of its words' vectors, each times its TF-IDF weight.
//!
//! ```
//! use wenmai::lexicon::{About, Bits, Lexicon, encode};
//!
//! let keys = ["深海", "sea", "tax"].map(str::to_owned);
//! let vectors = ndarray::array![[0.9, 0.1], [0.8, 0.2], [-0.1, 1.0]];
//! let bytes = encode(&keys, vectors.view(), Bits::Eight, &About::default())?;
//! let lexicon = Lexicon::read(bytes, "the example")?;
//! let mut vector = vec![0.0; lexicon.dimensions()];
//! lexicon.lookup("sea").unwrap().write(&mut vector);
//! assert!((vector[0] - 0.8).abs() < 0.01);
//! assert!(lexicon.lookup("whale").is_none());
//! // A word that is not in it is the mean of its known parts.
//! assert!(lexicon.compose("sea-tax", &mut vector).is_some());
//! # Ok::<(), wenmai::Error>(())
//! ```
//!
//! # The file
//! All numbers are little-endian; nothing is aligned, nothing is compressed, and the length follows from the header.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `WMLEX\r\n\x1a` |
//! | 4 | format version, 1 |
//! | 4 | length of the header, `h` |
//! | `h` | the [`Header`] as JSON: `words` (`n`), `dimensions` (`d`), `bits`, `key_bytes` (`k`), and what is told [`About`] it |
//! | 4 (`n` + 1) | where each key begins among the keys, and where the last one ends |
//! | `k` | the keys, UTF-8, ascending by bytes, without separators |
//! | 4 `n` | the scale of each row, a 32-bit float |
//! | `n` ⌈`d` · bits / 8⌉ | the codes of each row; in 4 bits two to a byte, the low half first |
//!
//! A number is its row's scale times its code: a signed byte for 8 bits, the nibble less 7½ for 4.
//!
//! # How one is made
//! [`build`] asks a teacher, a large model behind an OpenAI-compatible embeddings [`Server`](crate::remote::Server), for
//! the vectors of a list of words and of texts, keeps its answers in a [`Cache`](crate::remote::Cache), and distils them (`distil.rs` tells how). There is one way to
//! distil, so no registry: another would be one more field of [`Settings`].

mod build;
mod distil;
mod format;
mod pairs;
mod parts;
mod refine;
pub(crate) mod ridge;
mod sources;
#[cfg(test)]
mod tests;
mod write;

pub use build::build;
pub use distil::{Distilled, Measured, Settings};
pub use format::{About, Bits, Header, Lexicon, Row};
pub use pairs::{Pair, counterpart, pairs};
pub use parts::Found;
pub use sources::{Text, read_texts, read_words};
pub use write::{encode, save};
