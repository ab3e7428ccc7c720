//! Embedding.

/// Settings of the embedding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Dimensions of the LSA view at most; 1 to 1000.
    pub dimensions: usize,
    /// Seed of everything random.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { dimensions: 100, seed: 42 }
    }
}
