//! What the end-to-end tests share.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The binary, run in the project's folder with nothing of the caller's environment that could change what it prints.
pub fn wenmai() -> Command {
    let mut command = Command::cargo_bin("wenmai").unwrap();
    command.current_dir(root()).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env_remove("COLUMNS");
    command
}

/// Runs the binary with `args` in `folder` and returns what it printed to standard output; it must end with `code`.
pub fn run(folder: &Path, args: &[&str], code: i32) -> String {
    let output = wenmai().current_dir(folder).args(args).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "wenmai {args:?} printed to standard error:\n{errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// The same for a run that prints JSON.
pub fn json(folder: &Path, args: &[&str], code: i32) -> Value {
    serde_json::from_str(&run(folder, args, code)).unwrap()
}

/// A file of the evaluation data, which is not part of the project; none (with the reason printed) where it is absent.
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = root().join("../shared").join(name);
    if path.exists() {
        Some(path)
    } else {
        println!("skipped: {} is absent", path.display());
        None
    }
}
