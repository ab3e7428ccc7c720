//! The command line from outside: exit codes, messages, and what goes to which stream. What a run finds is tested
//! elsewhere; here nothing depends on it.

use std::{fs, io, process::Output, time::Duration};

use assert_cmd::{Command, cargo::cargo_bin_cmd};

/// Whoever runs the tests may have asked for colour, or for none.
const VARIABLES: [&str; 4] = ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM"];

fn wenmai() -> Command {
    let mut command = cargo_bin_cmd!("wenmai");
    for variable in VARIABLES {
        command.env_remove(variable);
    }
    command.timeout(Duration::from_secs(60));
    command
}

fn run(line: &[&str]) -> Output {
    wenmai().args(line).assert().get_output().clone()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Fails with exit code 2, nothing on stdout, and every part in the message.
fn fails(line: &[&str], parts: &[&str]) {
    let output = run(line);
    let message = err(&output);
    assert_eq!(output.status.code(), Some(2), "{line:?}: {message}");
    assert_eq!(out(&output), "", "{line:?}");
    for part in parts {
        assert!(message.contains(part), "{line:?} should say {part:?}:\n{message}");
    }
}

#[test]
fn version_is_the_packages() {
    let output = run(&["--version"]);
    assert_eq!(out(&output), concat!("wenmai ", env!("CARGO_PKG_VERSION"), "\n"));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn help_teaches_by_example() {
    for line in [
        &["-h"][..],
        &["--help"],
        &["cluster", "-h"],
        &["similar", "--help"],
        &["report", "-h"],
        &["words", "-h"],
        &["compare", "-h"],
        &["man", "-h"],
    ] {
        let output = run(line);
        assert_eq!(output.status.code(), Some(0));
        let help = out(&output);
        assert!(help.contains("Examples:\n") && help.contains("    wenmai "), "{help}");
    }
    let (short, long) = (out(&run(&["cluster", "-h"])), out(&run(&["cluster", "--help"])));
    assert!(!short.contains("--max-df") && long.contains("--max-df"));
    assert!(short.lines().count() < 40, "{short}");
    assert!(long.contains("- digest:"), "the formats are listed with what they are: {long}");
}

#[test]
fn a_wrong_command_line_is_exit_code_2() {
    fails(&["cluster", "--frob"], &["--frob"]);
    fails(&["frob"], &["frob"]);
    fails(&[], &["Usage:"]);
    fails(&["cluster"], &["error: no INPUT is given", "a folder", "standard input"]);
    fails(&["report"], &["error: no INPUT is given", "--model MODEL"]);
    fails(&["similar", "x"], &["--to <QUERY>"]);
    fails(&["report", "x", "--format", "docx"], &["docx", "md, html, json, csv"]);
    fails(&["report", "x", "--output", "-"], &["standard output takes one format", "--format md"]);
    fails(&["report", "x", "--model", "m"], &["--model", "cannot be used with"]);
    fails(&["report", "--model", "m", "--min-df", "2"], &["--min-df has no effect on a saved model", "leave it out"]);
    fails(&["similar", "--model", "m", "--to", "x", "--input-format", "text"], &["--input-format has no effect"]);
    fails(&["similar", "-", "--to", "-"], &["standard input can be read only once"]);
    fails(&["similar", "x", "--to", "y", "-n", "0"], &["-n <N>", "whole number from 1"]);
}

#[test]
fn a_flag_out_of_range_says_the_rule_and_the_remedy() {
    for (flag, value, rule, remedy) in [
        ("--terms", "0", "a theme lists 1 to 100 terms", "leave it out for 10"),
        ("--terms", "-3", "a theme lists 1 to 100 terms", "write a whole number from 1 to 100"),
        ("--threads", "0", "a run takes 1 to 1024 threads", "leave it out"),
        ("--threads", "4294967296", "a run takes 1 to 1024 threads", "leave it out"),
        ("-k", "0", "the number of themes is `auto` or a whole number from 1", "-k auto"),
        ("--max-df", "1.5", "it is a share, over 0 and at most 1", "0.5 for half"),
        ("--phrases", "no", "true, false", ""),
    ] {
        fails(&["cluster", "x", flag, value], &[flag, value, rule, remedy]);
    }
}

#[test]
fn a_configuration_file_is_told_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wenmai.toml");
    let config = path.to_str().unwrap();
    for (text, parts) in [
        ("k = 8\nmin_df = 2\n", &["wenmai.toml: line 2, column 1: unknown key `min_df`", "did you mean `min-df`?"][..]),
        ("terms = 0\n", &["`terms` in ", "(line 1) is 0, but a theme lists 1 to 100 terms", "leave it out for 10"]),
        ("terms = \n", &["wenmai.toml: line 1, column ", "`key = value`"]),
    ] {
        fs::write(&path, text).unwrap();
        fails(&["cluster", "x", "--config", config], parts);
        fails(&["--config", config, "similar", "x", "--to", "y"], parts);
    }
    let missing = folder.path().join("missing.toml");
    let missing = missing.to_str().unwrap();
    fails(&["cluster", "x", "--config", missing], &["error: cannot read ", "missing.toml\n  caused by: "]);
}

#[test]
fn completions_and_the_manual_know_every_command() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = run(&["completions", shell]);
        assert_eq!(output.status.code(), Some(0));
        let script = out(&output);
        for word in ["cluster", "similar", "report", "words", "min-df"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let page = out(&run(&["man"]));
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man1");
    assert_eq!(run(&["man", "--output", pages.to_str().unwrap()]).status.code(), Some(0));
    for command in ["cluster", "similar", "report", "compare", "words", "completions", "man", "schema"] {
        assert!(page.contains(&format!("wenmai\\-{command}(1)")), "{command}");
        let own = fs::read_to_string(pages.join(format!("wenmai-{command}.1"))).unwrap();
        assert!(own.contains("Examples:"), "{own}");
        assert!(!own.contains('\u{1b}'), "{command}: no escape codes in a manual page");
    }
    assert!(fs::read_to_string(pages.join("wenmai-cluster.1")).unwrap().contains("min\\-df"));
}

#[test]
fn schemas_describe_what_json_prints() {
    for (command, field) in [("cluster", "themes"), ("similar", "hits"), ("compare", "changes"), ("words", "words")] {
        let schema: serde_json::Value = serde_json::from_str(&out(&run(&["schema", command]))).unwrap();
        assert!(schema["properties"][field].is_object(), "{schema}");
    }
}

#[test]
fn escape_codes_go_to_terminals_only_and_on_request() {
    let bad: &[&str] = &["cluster", "x", "--terms", "0"];
    let escaped = |output: &Output| output.stderr.contains(&0x1b) || output.stdout.contains(&0x1b);
    assert!(!escaped(&run(bad)));
    assert!(!escaped(&run(&["--help"])));
    assert!(escaped(&run(&[&["--color", "always"], bad].concat())));
    assert!(!escaped(&wenmai().env("NO_COLOR", "1").args(bad).output().unwrap()));
    assert!(!escaped(&wenmai().env("CLICOLOR_FORCE", "1").args(["--color", "never"]).args(bad).output().unwrap()));
}

#[test]
fn what_steers_a_terminal_is_not_printed_in_errors() {
    let output = run(&["cluster", "x", "--terms", "\u{1b}[2J\u{202e}1"]);
    let message = err(&output);
    assert!(message.contains("\u{fffd}[2J\u{fffd}1") && !message.contains(['\u{1b}', '\u{202e}']), "{message}");
}

#[test]
fn a_closed_pipe_is_success() {
    for line in [&["schema", "cluster"][..], &["completions", "bash"], &["man"], &["--help"]] {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_wenmai"));
        let output = command.args(line).stdout(writer).output().unwrap();
        assert_eq!((output.status.code(), err(&output).as_str()), (Some(0), ""), "{line:?}");
    }
}

#[test]
fn an_unwritable_folder_is_an_error_with_its_cause() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let inside = file.join("man1");
    fails(&["man", "--output", inside.to_str().unwrap()], &["error: cannot write manual pages to ", "\n  caused by: "]);
}
