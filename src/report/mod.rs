//! Reports.

mod assemble;
pub mod view;

pub use assemble::assemble;
