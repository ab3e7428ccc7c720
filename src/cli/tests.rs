//! The command line as data.

use std::collections::BTreeSet;

use clap::{Args as _, CommandFactory, Parser};

use super::{
    args::{Everywhere, Fitting, Scope, Searching, SettingFlags},
    *,
};
use crate::config::{Config, ConfigFile, Overrides, SETTINGS};

/// Every command with its own flags, hidden ones too.
fn commands() -> Vec<clap::Command> {
    let mut all = vec![Cli::command()];
    all.extend(Cli::command().get_subcommands().cloned());
    all
}

fn flags<S: Scope>() -> BTreeSet<String> {
    let command = SettingFlags::<S>::augment_args(clap::Command::new("x"));
    command.get_arguments().map(|arg| name(arg).unwrap()).collect()
}

/// What is typed after the dashes.
fn name(arg: &clap::Arg) -> Option<String> {
    arg.get_long().map(str::to_owned).or(arg.get_short().map(String::from))
}

#[test]
fn clap_finds_no_fault() {
    Cli::command().debug_assert();
}

#[test]
fn every_flag_with_a_value_names_it_and_every_flag_and_command_has_help() {
    for command in commands() {
        assert!(command.get_about().is_some(), "{}", command.get_name());
        assert!(
            command.get_after_help().is_some_and(|help| help.to_string().contains("Examples:")),
            "{}",
            command.get_name()
        );
        for arg in command.get_arguments() {
            let who = format!("{} {}", command.get_name(), arg.get_id());
            assert!(arg.get_help().is_some(), "{who} has no help");
            if arg.get_action().takes_values() {
                let names = arg.get_value_names().unwrap_or_else(|| panic!("{who} has no value name"));
                assert!(names.iter().all(|name| name.chars().any(char::is_uppercase)), "{who}: {names:?}");
            }
        }
    }
}

#[test]
fn every_example_parses() {
    for command in commands() {
        let help = command.get_after_help().unwrap().to_string();
        let examples = help.lines().filter(|line| line.starts_with("    ")).collect::<Vec<_>>();
        assert!(!examples.is_empty(), "{}", command.get_name());
        for example in examples {
            let from = example.find("wenmai").unwrap();
            let line = example[from..].split(['|', '>']).next().unwrap();
            // Words, with quoted ones kept together; a pipe's far side and a redirection are the shell's.
            let words = line.split('"').enumerate().flat_map(|(i, part)| match i % 2 {
                0 => part.split_whitespace().collect(),
                _ => vec![part],
            });
            Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{example}: {error}"));
        }
    }
}

#[test]
fn every_setting_has_a_flag_and_a_key_and_nothing_else_has() {
    let keys: BTreeSet<String> = SETTINGS.iter().map(|setting| setting.key.to_owned()).collect();
    let all: BTreeSet<String> = flags::<Fitting>().union(&flags::<Everywhere>()).cloned().collect();
    assert_eq!(all, keys);
    assert!(flags::<Searching>().is_subset(&keys));

    // On the commands: a flag is a setting, or one of those that say what to do rather than how.
    let others: BTreeSet<String> = [
        "quiet", "config", "color", "save", "json", "model", "to", "n", "output", "format", "labels", "seeds", "split",
        "help", "version",
    ]
    .into_iter()
    .map(str::to_owned)
    .collect();
    for command in commands() {
        for flag in command.get_arguments().filter_map(name) {
            assert!(keys.contains(&flag) != others.contains(&flag), "{} {flag}", command.get_name());
        }
    }
    for text in keys.iter().map(|key| format!("{key} = 'no value of this sort'")) {
        let parsed = ConfigFile::parse("x.toml", &text);
        assert!(!matches!(parsed, Err(Error::Config { .. })), "{text} is a known key");
    }
}

#[test]
fn a_file_equal_to_the_flags_gives_an_equal_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wenmai.toml");
    let words = folder.path().join("words.txt");
    std::fs::write(
        &path,
        "input-format = 'markdown'\nencoding = 'big5'\nmap = { title = '标题', text = '正文' }\nlimit = { depth = 3 }\nstrict = true\ndict = 'words.txt'\nstopwords = 'words.txt'\nphrases = false\nmin-df = 2\nmax-df = 0.5\n\
         dimensions = 64\nlexicon = \"none\"\nvectors = 'words.txt'\nembed-server = 'http://x'\nembed-model = 'e5'\n\
         embed-prefix = 'passage: '\nembed-chars = 500\nembed-batch = 8\nembed-cache = 'words.txt'\nk = 8\nthemes = 'words.txt'\nstarts = 3\nmax-iterations = 50\nterms = 12\nevidence = 1\ndepth = 3\nunthemed-at-most = '12.5%'\nseed = 7\nthreads = 2\n",
    )
    .unwrap();
    let (path, words) = (path.to_str().unwrap(), words.to_str().unwrap());
    let config = |line: &[&str]| -> Config {
        let cli = Cli::try_parse_from(["wenmai", "cluster", "x"].iter().chain(line)).unwrap();
        let Command::Cluster(args) = &cli.command else { panic!("{cli:?}") };
        cli.global.config(&args.settings).unwrap()
    };
    let by_flags = config(&[
        "--input-format",
        "markdown",
        "--encoding",
        "big5",
        "--map",
        "title=标题",
        "--map",
        "text=正文",
        "--limit",
        "depth=3",
        "--strict",
        "--dict",
        words,
        "--stopwords",
        words,
        "--phrases",
        "false",
        "--min-df",
        "2",
        "--max-df",
        "0.5",
        "--dimensions",
        "64",
        "--lexicon",
        "none",
        "--vectors",
        words,
        "--embed-server",
        "http://x",
        "--embed-model",
        "e5",
        "--embed-prefix",
        "passage: ",
        "--embed-chars",
        "500",
        "--embed-batch",
        "8",
        "--embed-cache",
        words,
        "-k",
        "8",
        "--themes",
        words,
        "--starts",
        "3",
        "--max-iterations",
        "50",
        "--terms",
        "12",
        "--evidence",
        "1",
        "--depth",
        "3",
        "--unthemed-at-most",
        "12.5%",
        "--seed",
        "7",
        "--threads",
        "2",
    ]);
    let overrides = Overrides::from(&by_flags);
    for setting in SETTINGS {
        assert!(overrides.shown(setting.key) != setting.default(), "{} is set to something of its own", setting.key);
    }
    assert_eq!(config(&["--config", path]), by_flags);
    assert_eq!(config(&["--config", path, "-k", "auto"]).cluster.k.to_string(), "auto", "flags win");
    assert_eq!(config(&[]), Config::default());
}

#[test]
fn flags_of_every_command_stand_before_or_after_it() {
    for line in
        [["wenmai", "--seed", "7", "--quiet", "cluster", "x"], ["wenmai", "cluster", "x", "--quiet", "--seed", "7"]]
    {
        let cli = Cli::try_parse_from(line).unwrap();
        assert!(cli.global.quiet);
        assert_eq!(cli.global.run.given().collect::<Vec<_>>(), [("seed", "7")]);
    }
}

#[test]
fn defaults_in_the_help_are_those_of_the_library() {
    let help = Cli::command().find_subcommand("cluster").unwrap().clone().render_long_help().to_string();
    for setting in SETTINGS.iter().filter(|setting| Fitting::has(setting.group)) {
        let flag = setting.flag();
        let after = [format!("{flag} <"), format!("{flag}[")]
            .iter()
            .find_map(|name| help.split_once(name))
            .map(|(_, after)| after);
        let after = after.unwrap_or_else(|| panic!("{}", setting.key));
        let own = after.split("\n  -").next().unwrap().split("\n      --").next().unwrap();
        match setting.default() {
            Some(default) => assert!(own.contains(&format!("[default: {default}]")), "{own}"),
            None => assert!(!own.contains("[default"), "{own}"),
        }
    }
}

#[test]
fn errors_know_their_exit_code() {
    use anyhow::Context;
    let closed: anyhow::Error = Err::<(), _>(io::Error::from(io::ErrorKind::BrokenPipe))
        .context("cannot write to standard output")
        .unwrap_err();
    assert_eq!(Exit::of(&closed), Exit::Done);
    let full = anyhow::Error::from(io::Error::from(io::ErrorKind::StorageFull));
    assert_eq!(Exit::of(&full), Exit::Failed);
    let unknown = anyhow::Error::from(Error::UnknownTerms { terms: "frob".into() }).context("searched as a text");
    assert_eq!(Exit::of(&unknown), Exit::Partly);
    // A pipe that breaks elsewhere is not a reader who has had enough.
    let other = Error::Write { path: "x".into(), source: io::ErrorKind::BrokenPipe.into() };
    assert_eq!(Exit::of(&other.into()), Exit::Failed);
}
