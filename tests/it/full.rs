//! A disk that fills up while a run writes: one clear line, and what stood before still stands.

#![cfg(unix)]

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use tempfile::tempdir;

use crate::support::{root, run};

/// Every file of a folder, hidden ones too.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap())).collect()
}

/// Runs the binary where no file may grow beyond 40 blocks, which fails as a full disk does: in the middle of a file.
fn on_a_small_disk(folder: &Path, args: &str) -> (Option<i32>, String) {
    let line = format!("trap '' XFSZ; ulimit -f 40; exec '{}' {args} --quiet", env!("CARGO_BIN_EXE_wenmai"));
    let output = Command::new("sh").current_dir(folder).args(["-c", &line]).output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_full_disk_leaves_what_was_there() {
    let folder = tempdir().unwrap();
    let (at, corpus) = (folder.path(), root().join("corpus"));
    let corpus = corpus.to_str().unwrap();
    fs::create_dir(at.join("out")).unwrap();
    run(at, &["report", corpus, "-k", "4", "--output", "out", "--quiet"], 0);
    run(at, &["cluster", corpus, "-k", "4", "--save", "out/m.wenmai", "--quiet"], 0);
    let before = files(&at.join("out"));
    for (command, file) in [("report --output out", "out/themes."), ("cluster --save out/m.wenmai", "out/m.wenmai")] {
        let (code, said) = on_a_small_disk(at, &format!("{command} -k 5 '{corpus}'"));
        assert_eq!(code, Some(2), "{said}");
        assert!(said.starts_with("error: ") && said.contains(file), "{said}");
        assert!(said.lines().count() <= 2, "{said}");
        assert!(files(&at.join("out")) == before, "{:?}", files(&at.join("out")).keys());
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_standard_output_is_an_error() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_wenmai"));
    let output =
        command.current_dir(root()).args(["cluster", "corpus", "--json", "--quiet"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.starts_with("error: cannot write to standard output"), "{said}");
}
