//! The validated configuration.

use crate::{cluster, embed, input, segment, theme, vectorize};

/// Every setting of a run, valid by construction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// Reading.
    pub input: input::Settings,
    /// Segmenting.
    pub segment: segment::Settings,
    /// Vectorizing.
    pub vectorize: vectorize::Settings,
    /// Embedding.
    pub embed: embed::Settings,
    /// Clustering.
    pub cluster: cluster::Settings,
    /// Themes.
    pub theme: theme::Settings,
    /// Threads; as many as the machine has cores if none.
    pub threads: Option<usize>,
}
