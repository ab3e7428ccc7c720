//! The pipeline: the one module that names every stage.

use crate::{config::Config, error::Result, input::Collection, model::Model};

/// A stage of the pipeline, for progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Reading the inputs.
    Read,
    /// Cutting text into terms.
    Segment,
    /// Counting and weighting terms.
    Vectorize,
    /// Computing embeddings.
    Embed,
    /// Clustering.
    Cluster,
    /// Naming themes and picking evidence.
    Label,
}

/// Receives the progress of a run. Called from the thread that runs the pipeline.
pub trait Progress {
    /// A stage begins.
    fn begin(&self, stage: Stage);
}

/// Progress nobody watches.
impl Progress for () {
    fn begin(&self, _: Stage) {}
}

/// Fits a model to a collection.
///
/// # Errors
/// If the collection is empty or a stage fails.
pub fn fit(collection: Collection, config: &Config, progress: &dyn Progress) -> Result<Model> {
    let _ = (config, progress);
    Ok(Model { articles: collection.articles, skipped: collection.skipped })
}
