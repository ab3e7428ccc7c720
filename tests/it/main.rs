//! End-to-end tests, one binary.

mod cli;
mod dependencies;
mod evaluate;
mod lexicon;
mod pipeline;
mod readme;
mod reports;
mod similar;
mod support;
