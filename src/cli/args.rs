//! Flags that several commands share, and the flags of the settings, which are made from the registry in
//! [`config`](crate::config).

use std::{fmt::Write as _, marker::PhantomData, path::PathBuf};

use clap::{
    ArgMatches, Command, ValueEnum, ValueHint,
    builder::{PossibleValue, PossibleValuesParser, StyledStr, ValueParser},
};

use crate::{
    cluster::K,
    config::{Config, ConfigFile, Group, Kind, Overrides, SETTINGS, Setting},
    error::Result,
};

/// The flags of every command.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    /// Show no progress
    ///
    /// Skipped inputs and errors are still told.
    #[arg(long, global = true)]
    pub quiet: bool,

    /// Read settings from a TOML file; flags win over it
    ///
    /// Its keys are the names of the flags without the dashes: `min-df = 2`, `k = 8`.
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    pub color: Color,

    /// `--seed` and `--threads`.
    #[command(flatten)]
    pub run: SettingFlags<Everywhere>,
}

impl Global {
    /// The configuration: the file, then the flags of every command, then those of this one.
    ///
    /// # Errors
    /// If the file cannot be used or a value breaks its rule.
    pub fn config<S: Scope>(&self, flags: &SettingFlags<S>) -> Result<Config> {
        let file = self.config.as_deref().map(ConfigFile::read).transpose()?;
        let flags = Overrides::from_flags(self.run.given().chain(flags.given()))?;
        let mut config = Config::resolve(file.as_ref(), &flags)?;
        S::spare(&mut config);
        Ok(config)
    }
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// Makes it the choice of the process.
    pub fn apply(self) {
        let choice = match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

/// Which settings a command takes as flags.
pub trait Scope: std::fmt::Debug {
    /// Whether it takes those of a group.
    fn has(group: Group) -> bool;

    /// Whether it takes a setting: those of its groups, unless it needs only some of them.
    fn takes(setting: &Setting) -> bool {
        Self::has(setting.group)
    }

    /// Leaves undone what the command has no use for.
    fn spare(_: &mut Config) {}

    /// The flag of a setting where the command understands more by it than the others do.
    fn adapt(_: &Setting, flag: clap::Arg) -> clap::Arg {
        flag
    }
}

/// The settings of every command.
#[derive(Debug)]
pub struct Everywhere;

/// The settings that change what themes are found.
#[derive(Debug)]
pub struct Fitting;

/// The settings that change what themes are found, where their number may be that of the labels.
#[derive(Debug)]
pub struct Evaluating;

/// The settings that change what is similar.
#[derive(Debug)]
pub struct Searching;

/// The settings that change what words are new.
#[derive(Debug)]
pub struct Wording;

impl Scope for Everywhere {
    fn has(group: Group) -> bool {
        group == Group::Run
    }
}

impl Scope for Fitting {
    fn has(group: Group) -> bool {
        group != Group::Run
    }
}

impl Scope for Evaluating {
    fn has(group: Group) -> bool {
        Fitting::has(group)
    }

    fn adapt(setting: &Setting, flag: clap::Arg) -> clap::Arg {
        if setting.key != "k" {
            return flag;
        }
        let help = "Number of themes: as many as the corpus shows, as there are labels, or exactly N";
        let default = setting.default().unwrap_or_default();
        flag.value_name("auto|labels|N")
            .help(format!("{help} [default: {default}]"))
            .long_help(format!("{help}.\n\n[default: {default}]"))
    }
}

impl Scope for Searching {
    fn has(group: Group) -> bool {
        matches!(group, Group::Reading | Group::Terms | Group::Embedding)
    }

    // A search looks at articles and passages, not at themes.
    fn spare(config: &mut Config) {
        config.cluster.k = K::Exactly(1);
        config.theme.depth = 1;
        config.steer.themes = None;
    }
}

impl Scope for Wording {
    fn has(group: Group) -> bool {
        matches!(group, Group::Reading | Group::Terms)
    }

    fn takes(setting: &Setting) -> bool {
        setting.group == Group::Reading || matches!(setting.key, "dict" | "stopwords")
    }
}

/// The settings given as flags, as they were written. Their values are read by [`Overrides::from_flags`], so that a flag
/// and a key of a configuration file obey, and cite, the same rule.
#[derive(Debug)]
pub struct SettingFlags<S> {
    given: Vec<(&'static str, String)>,
    scope: PhantomData<S>,
}

impl<S: Scope> SettingFlags<S> {
    /// `(key, value)` of each flag given, in the order of the help.
    pub fn given(&self) -> impl Iterator<Item = (&str, &str)> {
        self.given.iter().map(|(key, value)| (*key, value.as_str()))
    }

    /// The flags without one, if it is given this value, and whether it was: a value that only the command understands.
    #[must_use]
    pub fn without(&self, key: &str, value: &str) -> (Self, bool) {
        let rest: Vec<_> = self.given.iter().filter(|(k, v)| *k != key || v != value).cloned().collect();
        let found = rest.len() < self.given.len();
        (Self { given: rest, scope: PhantomData }, found)
    }

    fn settings() -> impl Iterator<Item = &'static Setting> {
        SETTINGS.iter().filter(|setting| S::takes(setting))
    }
}

impl<S: Scope> clap::FromArgMatches for SettingFlags<S> {
    fn from_arg_matches(matches: &ArgMatches) -> std::result::Result<Self, clap::Error> {
        let values =
            |s: &'static Setting| matches.get_many::<String>(s.key).into_iter().flatten().map(|v| (s.key, v.clone()));
        let given = Self::settings().flat_map(values).collect();
        Ok(Self { given, scope: PhantomData })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> std::result::Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl<S: Scope> clap::Args for SettingFlags<S> {
    fn augment_args(command: Command) -> Command {
        command.args(Self::settings().map(|setting| S::adapt(setting, flag(setting))))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// The flag of a setting.
fn flag(setting: &Setting) -> clap::Arg {
    let mut short = setting.help.to_owned();
    let mut long = format!("{}.", setting.help);
    if !setting.more.is_empty() {
        let _ = write!(long, " {}", setting.more);
    }
    if let Some(default) = setting.default() {
        let _ = write!(short, " [default: {default}]");
        let _ = write!(long, "\n\n[default: {default}]");
    }
    let everywhere = setting.group == Group::Run;
    let arg = clap::Arg::new(setting.key)
        .value_name(setting.value)
        .help(short)
        .long_help(long)
        .help_heading(setting.group.heading())
        .global(everywhere)
        // The short help shows what people change from run to run; --help shows all.
        .hide_short_help(!everywhere && setting.key.len() > 1)
        // So that `--terms -3` is told the rule of --terms rather than that -3 is no flag.
        .allow_negative_numbers(true);
    let arg = match setting.key.chars().next() {
        Some(short) if setting.key.len() == 1 => arg.short(short),
        _ => arg.long(setting.key),
    };
    match setting.kind {
        Kind::Word(choices) => {
            let values = choices().into_iter().map(|choice| PossibleValue::new(choice.name).help(choice.about));
            arg.value_parser(PossibleValuesParser::new(values))
        }
        Kind::Switch => arg.value_parser(PossibleValuesParser::new(["true", "false"])),
        Kind::Flag => arg
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .value_parser(PossibleValuesParser::new(["true", "false"])),
        Kind::Pairs => arg.action(clap::ArgAction::Append).value_parser(ValueParser::string()),
        Kind::File => arg.value_parser(ValueParser::string()).value_hint(ValueHint::FilePath),
        Kind::Folder => arg.value_parser(ValueParser::string()).value_hint(ValueHint::DirPath),
        Kind::Address => arg.value_parser(ValueParser::string()).value_hint(ValueHint::Url),
        Kind::Text | Kind::Whole | Kind::Number | Kind::AutoOrWhole => arg.value_parser(ValueParser::string()),
    }
}

/// What a command is for, and the line to type; several lines are separated by a line break.
pub type Examples = &'static [(&'static str, &'static str)];

/// The section of examples that ends a help text.
#[must_use]
pub fn examples(examples: Examples) -> StyledStr {
    let heading = anstyle::Style::new().bold().underline();
    let mut text = format!("{heading}Examples:{heading:#}");
    for (what, lines) in examples {
        let _ = write!(text, "\n  {what}");
        for line in lines.lines() {
            let _ = write!(text, "\n    {line}");
        }
    }
    text.into()
}

/// The examples and what else there is to say, for the long help.
#[must_use]
pub fn long_examples(section: Examples, more: &str) -> StyledStr {
    format!("{}\n\n{more}", examples(section).ansi()).into()
}
