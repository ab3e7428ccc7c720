//! Where a command gets its model from: inputs to fit, or a saved model.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::ValueHint;

use super::{
    args::{Global, Scope, SettingFlags},
    progress::Line,
};
use crate::{
    config::Config,
    input,
    model::Model,
    pipeline::{self, Progress, Stage},
    report::{self, Articles, view::Report},
};

/// Inputs and settings, or a saved model.
#[derive(Debug, clap::Args)]
pub struct Source<S: Scope> {
    /// Files, folders, globs in quotes, or - for standard input
    #[arg(value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub inputs: Vec<String>,

    /// Use a saved model instead of INPUT
    ///
    /// Make one with `wenmai cluster INPUT --save MODEL`.
    #[arg(long, value_name = "MODEL", value_hint = ValueHint::FilePath, conflicts_with = "inputs")]
    pub model: Option<PathBuf>,

    /// The settings.
    #[command(flatten)]
    pub settings: SettingFlags<S>,
}

impl<S: Scope> Source<S> {
    /// The configuration and the model, fitted or loaded. With a saved model, settings that only fitting uses are
    /// refused rather than ignored, except those named in `used`.
    ///
    /// # Errors
    /// If there is nothing to read, a setting is wrong, or reading, fitting or loading fails.
    pub fn model(&self, global: &Global, used: &[&str]) -> Result<(Config, Model)> {
        let config = global.config(&self.settings)?;
        let model = match self.saved(used)? {
            Some(path) => Model::load(path)?,
            None => self.fit(&config, global.quiet)?,
        };
        Ok((config, model))
    }

    /// The saved model's file, if that is the source.
    ///
    /// # Errors
    /// If a setting is given that has no effect on a saved model.
    pub fn saved(&self, used: &[&str]) -> Result<Option<&Path>> {
        let Some(path) = &self.model else { return Ok(None) };
        if let Some((key, _)) = self.settings.given().find(|(key, _)| !used.contains(key)) {
            let dashes = if key.len() == 1 { "-" } else { "--" };
            bail!(
                "{dashes}{key} has no effect on a saved model, which is fitted already; \
                 leave it out, or give INPUT instead of --model"
            );
        }
        Ok(Some(path))
    }

    /// Reads the inputs and fits a model.
    ///
    /// # Errors
    /// If there is nothing to read, or reading or fitting fails.
    pub fn fit(&self, config: &Config, quiet: bool) -> Result<Model> {
        if self.inputs.is_empty() {
            bail!(
                "no INPUT is given; name a file, a folder, a glob in quotes, or - for standard input, \
                 or a saved model with --model MODEL"
            );
        }
        fit(&self.inputs, config, quiet)
    }

    /// Whether inputs were skipped in this run; what a saved model skipped was told when it was made.
    pub fn skipped<'a>(&self, model: &'a Model) -> &'a [crate::article::Skipped] {
        if self.model.is_some() { &[] } else { &model.skipped }
    }

    /// What became of what this run read; none of a saved model.
    pub fn counts(&self, model: &Model) -> Option<crate::article::Counts> {
        if self.model.is_some() { None } else { model.counts }
    }
}

/// Reads inputs and fits a model, showing progress.
///
/// # Errors
/// If reading or fitting fails.
pub(super) fn fit(inputs: &[String], config: &Config, quiet: bool) -> Result<Model> {
    let progress = Line::new(quiet);
    progress.begin(Stage::Read);
    // Read by the threads that go on with it: what is left over of the reading is room for what comes.
    let fitted = || pipeline::fit(input::read(inputs, &config.input)?, config, &progress);
    Ok(pipeline::in_pool(config.threads, fitted)??)
}

/// The report of a model, put together by as many threads as the settings allow.
///
/// # Errors
/// If the system gives no threads.
pub(super) fn report(model: &Model, config: &Config) -> Result<Report> {
    Ok(pipeline::in_pool(config.threads, || report::assemble(model))?)
}

/// As [`report`], to be written once as JSON.
///
/// # Errors
/// As [`report`].
pub(super) fn report_to_write<'a>(model: &'a Model, config: &Config) -> Result<Report<Articles<'a>>> {
    Ok(pipeline::in_pool(config.threads, || report::assemble_to_write(model))?)
}
