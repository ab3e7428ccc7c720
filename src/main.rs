//! The command line of wenmai: parses, runs, prints what went wrong once, and turns the outcome into an exit code.

use std::process::ExitCode;

use clap::Parser;
use wenmai::cli::{self, Cli, Exit, Heap};

#[global_allocator]
static HEAP: Heap = Heap;

fn main() -> ExitCode {
    cli::start();
    // A wrong command line ends here: clap prints why and exits with 2, which is `Exit::Failed`.
    let cli = Cli::parse();
    let exit = match cli::run(&cli) {
        Ok(exit) => exit,
        Err(error) => {
            let exit = Exit::of(&error);
            if exit != Exit::Done {
                cli::print_error(&error);
            }
            exit
        }
    };
    exit.into()
}
