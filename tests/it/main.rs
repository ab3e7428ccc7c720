//! End-to-end tests, one binary.

// Helpers of tests fail as tests do: the setting that allows it knows only functions marked as tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod browser;
mod cli;
mod compare;
mod dependencies;
mod evaluate;
mod explore;
mod full;
mod fuzzed;
mod killed;
mod lexicon;
mod pipeline;
mod readme;
mod reports;
mod server;
mod similar;
mod steer;
mod stories;
mod support;
#[path = "../fuzz/targets.rs"]
mod targets;
mod vectors;
mod who;
mod words;
