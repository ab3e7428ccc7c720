//! The command line of wenmai.

fn main() {}
