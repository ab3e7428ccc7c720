//! End-to-end tests, one binary.

mod cli;
mod dependencies;
mod lexicon;
mod pipeline;
mod reports;
mod similar;
mod support;
