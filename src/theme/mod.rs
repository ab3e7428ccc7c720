//! Themes.

/// Settings of the themes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Terms listed for each theme; 1 to 100.
    pub terms: usize,
    /// Passages quoted for each theme; 1 to 50.
    pub evidence: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { terms: 10, evidence: 3 }
    }
}
