//! End-to-end tests, one binary.

// Helpers of tests fail as tests do: the setting that allows it knows only functions marked as tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cli;
mod compare;
mod dependencies;
mod evaluate;
mod lexicon;
mod pipeline;
mod readme;
mod reports;
mod server;
mod similar;
mod steer;
mod support;
mod vectors;
