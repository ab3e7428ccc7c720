//! wenmai (文脉) finds the themes that run through Chinese and English articles: it reads them, groups them, names the groups
//! in both languages with the evidence for each, finds the articles most like a given one, and writes the theme report.
//!
//! ```text
//! input ──► Article ──► segment ──► vectorize ──► embed ──► cluster ──► theme ──► Model ──► report | similar
//! bytes     title,      terms with   sparse        dense      linfa       labels,    one file    md html json csv
//!           passages    offsets      TF-IDF CSR    unit rows  k-means     evidence
//! ```
//!
//! | module | receives | returns |
//! |---|---|---|
//! | [`input`] | files, folders, globs, standard input | [`Article`]s and what was [`Skipped`] |
//! | [`segment`] | articles | terms with byte offsets, a segmenter for later text |
//! | [`vectorize`] | term counts | sparse TF-IDF rows, document frequencies |
//! | [`vectors`] | a file, a field or a server | dense vectors of the articles from elsewhere, if a user has them |
//! | [`embed`] | TF-IDF rows | dense unit rows |
//! | [`steer`] | a file of named themes, if a user has one | where their clustering starts, and what belongs in them |
//! | [`cluster`] | dense rows | clusters and their number |
//! | [`story`] | articles, TF-IDF rows | reprints and reports of one event |
//! | [`theme`] | all of the above | names, members, evidence |
//! | [`who`] | articles and their terms | the countries, regions and organisations they name |
//! | [`trend`] | days, themes, stories | periods, terms that rose, bursts |
//! | [`pipeline`] | articles and a [`Config`] | a [`Model`] |
//! | [`words`] | articles | words that no dictionary has |
//! | [`report`], [`similar`] | a model | what people and programs read |
//! | [`compare`] | two reports | what changed from one to the other |
//! | [`cli`] | arguments | an exit code |
//!
//! Dependencies run one way: a stage knows [`article`], [`error`], its own settings and the output types of the stages
//! before it. The same articles and settings give the same bytes for any number of threads.
//!
//! # Examples
//! ```
//! use wenmai::{Config, input, pipeline, report, similar};
//!
//! let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus").to_owned();
//! let config = Config::default();
//! let articles = input::read(&[folder], &config.input)?;
//! let model = pipeline::fit(articles, &config, &())?;
//!
//! let found = report::assemble(&model);
//! assert_eq!(found.k, found.themes.len());
//!
//! let query = similar::Query::Text("radio telescope".to_owned());
//! let hits = similar::similar(&model, &query, 5)?.hits;
//! assert!(hits[0].score >= hits[1].score);
//! # Ok::<(), wenmai::Error>(())
//! ```

pub mod article;
mod association;
mod atomic;
pub mod cli;
pub mod cluster;
pub mod compare;
pub mod config;
pub mod embed;
pub mod error;
pub mod evaluate;
pub mod input;
pub mod lexicon;
pub mod model;
pub mod nearest;
pub mod pipeline;
mod random;
pub mod remote;
pub mod report;
mod room;
pub mod segment;
pub mod similar;
pub mod steer;
pub mod story;
pub mod theme;
pub mod trend;
pub mod vectorize;
pub mod vectors;
pub mod who;
mod wide;
pub mod words;

pub use article::{Article, Counts, Passage, Position, Published, Skipped};
pub use config::Config;
pub use error::{Error, Result};
pub use model::Model;
