//! End-to-end tests, one binary.

mod cli;
mod dependencies;
mod pipeline;
mod readme;
mod reports;
mod similar;
mod support;
