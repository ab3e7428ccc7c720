//! What a run costs: seconds a stage, and memory.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::pipeline::{Progress, Stage};

/// Times the stages it hears of, and passes them on.
pub struct Clock<'a> {
    inner: &'a dyn Progress,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    running: Option<(Stage, Instant)>,
    spent: HashMap<Stage, Duration>,
}

impl State {
    fn end(&mut self) {
        if let Some((stage, since)) = self.running.take() {
            *self.spent.entry(stage).or_default() += since.elapsed();
        }
    }
}

impl<'a> Clock<'a> {
    /// A clock that stands still until a stage begins.
    #[must_use]
    pub fn new(inner: &'a dyn Progress) -> Self {
        Self { inner, state: Mutex::default() }
    }

    /// Ends the stage that runs.
    pub fn end(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).end();
    }

    /// Seconds spent in a stage so far, in all the times it ran; the one that runs now is left out.
    #[must_use]
    pub fn seconds(&self, stage: Stage) -> f64 {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.spent.get(&stage).map_or(0.0, Duration::as_secs_f64)
    }
}

impl Progress for Clock<'_> {
    fn begin(&self, stage: Stage) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.end();
        self.inner.begin(stage);
        state.running = Some((stage, Instant::now()));
    }

    fn detail(&self, what: &str) {
        self.inner.detail(what);
    }

    fn note(&self, what: &str) {
        self.inner.note(what);
    }
}

/// The most memory this process has held at once so far, in MiB, as Linux counts it (`VmHWM`); none on other systems,
/// which tell it only through unsafe calls.
#[must_use]
pub fn peak_rss_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_timed_apart_and_added_up() {
        let clock = Clock::new(&());
        let pause = || std::thread::sleep(Duration::from_millis(3));
        clock.begin(Stage::Cluster);
        pause();
        clock.begin(Stage::Label);
        let once = clock.seconds(Stage::Cluster);
        assert!(once >= 0.003 && clock.seconds(Stage::Label) == 0.0);
        clock.begin(Stage::Cluster);
        pause();
        clock.end();
        assert!(clock.seconds(Stage::Cluster) >= once + 0.003);
        let stopped = clock.seconds(Stage::Cluster);
        pause();
        clock.end();
        assert_eq!(clock.seconds(Stage::Cluster), stopped);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_holds_some_memory() {
        let held = peak_rss_mb().unwrap();
        assert!((1.0..1e6).contains(&held), "{held}");
    }
}
