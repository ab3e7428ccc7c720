//! Evaluating: how good are the themes, and the similarities behind them?
//!
//! Receives what was read, articles and scored pairs of texts, and returns an [`Evaluation`]. What can be measured depends
//! on what the input knows:
//!
//! | file | measure | needs |
//! |---|---|---|
//! | `agreement.rs` | V-measure, NMI, ARI | a `label` on the articles, or a [file of labels](labels) |
//! | `../cluster/silhouette.rs` | silhouette | nothing |
//! | `coherence.rs` | NPMI coherence and diversity of the terms | nothing |
//! | `mates.rs` | retrieval of translations | a `pair` shared by an article and its translation |
//! | `correlation.rs` | Spearman's ρ | rows `text_a`, `text_b`, `label` (a score) |
//! | `clock.rs` | seconds a stage, peak memory | nothing |
//!
//! Themes are measured as they are shipped: the articles that fit none count together as one theme more, and
//! [`Evaluation::unthemed`] says how many they are. The silhouette alone is of the clusters before that rule, and of at
//! most [`SILHOUETTE_ROWS`] articles, evenly spread: leaving out who fits nowhere would only flatter it.
//!
//! ```
//! use wenmai::evaluate::{agreement, diversity, spearman};
//!
//! // (label, theme) of five articles: theme 1 holds one article of label 0.
//! let found = agreement(&[(0, 0), (0, 0), (0, 1), (1, 1), (1, 1)]).expect("two labels");
//! assert!((found.v_measure - found.nmi).abs() < 1e-12 && found.v_measure < 0.5);
//! assert_eq!(diversity(&[vec![1, 2], vec![2, 3]]), Some(0.75));
//! assert_eq!(spearman(&[(0.1, 1.0), (0.2, 4.0), (0.9, 5.0)]), Some(1.0));
//! ```
//!
//! To add a measure: a file with a pure function and its reference values, a field in [`view`], a line in `run.rs`, and a
//! row of the command's table.

mod agreement;
mod clock;
mod coherence;
mod correlation;
pub mod labels;
mod mates;
mod run;
#[cfg(test)]
mod tests;
pub mod view;

pub use agreement::{Agreement, agreement};
pub use clock::{Clock, peak_rss_mb};
pub use coherence::{WINDOW, diversity, npmi};
pub use correlation::spearman;
pub use mates::{Mates, Spoken, Way, mates};
pub use run::{SILHOUETTE_ROWS, Settings, TOP_TERMS, run};
pub use view::Evaluation;
