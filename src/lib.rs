#![doc = "wenmai (文脉) finds the themes that run through Chinese and English articles. See the README."]

pub mod article;
pub mod cli;
pub mod cluster;
pub mod config;
pub mod embed;
pub mod error;
pub mod input;
pub mod lexicon;
pub mod model;
pub mod pipeline;
pub mod report;
pub mod segment;
pub mod similar;
pub mod theme;
pub mod vectorize;

pub use article::{Article, Passage, Position, Published, Skipped};
pub use config::Config;
pub use error::{Error, Result};
pub use model::Model;
