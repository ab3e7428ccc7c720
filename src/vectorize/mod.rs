//! Vectorizing.

/// Settings of the vectorizer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Terms in fewer articles are dropped (ignored while that would leave an article without terms); at least 1.
    pub min_df: usize,
    /// Terms in more than this share of the articles are dropped, over 0 to 1.
    pub max_df: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { min_df: 1, max_df: 1.0 }
    }
}
