//! The README says what the program does: every `console` block is run and compared.
//!
//! `WENMAI_BLESS=1 cargo test --test it readme` writes the blocks anew; look at the difference before committing it.

use std::fs;

use crate::support::{root, wenmai};

/// Words of a command line; double quotes keep blanks.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words.retain(|w| !w.is_empty());
    words
}

/// What a block must hold: the command and what it prints; where the block ends with `…`, as many lines as it shows.
fn fresh(block: &str) -> String {
    let mut lines = block.lines();
    let command = lines.next().unwrap();
    let arguments =
        words(command.strip_prefix("$ wenmai ").unwrap_or_else(|| panic!("{command} is no wenmai command")));
    let output = wenmai().args(&arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();
    let shown: Vec<&str> = lines.collect();
    let printed: Vec<&str> = match shown.last() {
        Some(&"…") => printed.lines().take(shown.len() - 1).chain(["…"]).collect(),
        _ => printed.trim_end().lines().collect(),
    };
    format!("{command}\n{}\n", printed.join("\n"))
}

#[test]
fn every_console_block_of_the_readme_is_real_output() {
    let path = root().join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let mut written = String::new();
    let mut rest = readme.as_str();
    let mut blocks = 0;
    while let Some((before, after)) = rest.split_once("```console\n") {
        let (block, after) = after.split_once("```\n").unwrap();
        written.push_str(before);
        written.push_str("```console\n");
        written.push_str(&fresh(block));
        written.push_str("```\n");
        rest = after;
        blocks += 1;
    }
    written.push_str(rest);
    assert!(blocks >= 4, "only {blocks} blocks");
    if std::env::var_os("WENMAI_BLESS").is_some() {
        fs::write(&path, &written).unwrap();
    }
    assert!(
        written == readme || std::env::var_os("WENMAI_BLESS").is_some(),
        "README.md is stale; it should be\n{written}"
    );
}

#[test]
fn the_readme_names_the_two_commands_and_every_command_of_the_program() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    assert!(readme.contains("cargo run --release -- report corpus/"));
    assert!(readme.contains("cargo test"));
    let help = String::from_utf8(wenmai().arg("--help").output().unwrap().stdout).unwrap();
    let commands = help.split("Commands:").nth(1).unwrap().lines().skip(1).take_while(|line| !line.is_empty());
    for name in commands.filter_map(|line| line.split_whitespace().next()) {
        assert!(readme.contains(&format!("`{name}`")), "{name} is not in the README");
    }
}
