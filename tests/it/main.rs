//! End-to-end tests, one binary.

mod dependencies;
mod pipeline;
mod reports;
mod similar;
mod support;
