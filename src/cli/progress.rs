//! Progress on stderr, shown only on a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{
    pipeline::{Progress, Stage},
    report::text::visible,
};

/// A line that says which stage runs; it disappears when dropped.
#[derive(Debug)]
pub(super) struct Line(ProgressBar);

/// Number of stages.
const STAGES: u64 = 7;

impl Line {
    /// A line; hidden if `quiet` or if stderr is no terminal.
    pub(super) fn new(quiet: bool) -> Self {
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(STAGES), target);
        if let Ok(style) = ProgressStyle::with_template("{spinner} [{pos}/{len}] {msg} {elapsed}") {
            bar.set_style(style);
        }
        if !bar.is_hidden() {
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        Self(bar)
    }
}

impl Progress for Line {
    fn begin(&self, stage: Stage) {
        let (number, name) = match stage {
            Stage::Read => (1, "reading"),
            Stage::Segment => (2, "cutting into terms"),
            Stage::Vectorize => (3, "weighing terms"),
            Stage::Relate => (4, "looking for reprints"),
            Stage::Embed => (5, "embedding"),
            Stage::Cluster => (6, "clustering"),
            Stage::Label => (7, "naming themes"),
        };
        self.0.set_position(number);
        self.0.set_message(name);
    }

    fn detail(&self, what: &str) {
        self.0.set_message(visible(what).to_string());
    }

    fn note(&self, what: &str) {
        self.0.suspend(|| super::output::note(&format!("note: {what}")));
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stages_are_counted_from_one_to_the_last() {
        let line = Line::new(true);
        let stages =
            [Stage::Read, Stage::Segment, Stage::Vectorize, Stage::Relate, Stage::Embed, Stage::Cluster, Stage::Label];
        let positions: Vec<u64> = stages
            .into_iter()
            .map(|stage| {
                line.begin(stage);
                line.0.position()
            })
            .collect();
        assert_eq!(positions, (1..=STAGES).collect::<Vec<_>>());
        assert!(line.0.is_hidden());
    }
}
