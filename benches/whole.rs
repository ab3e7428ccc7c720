//! Where the time of a whole run goes, stage by stage.
//!
//! ```text
//! cargo bench --bench whole                               # the sample corpus, 7 themes
//! cargo bench --bench whole -- FILE.jsonl K [THREADS]     # articles of your own
//! ```
//!
//! Prints one JSON object: seconds a stage of one run as `wenmai cluster FILE -k K --json` does it, without process start,
//! and on Linux the most memory held up to the end of each stage, in MiB.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use wenmai::{
    Config,
    cluster::K,
    evaluate::peak_rss_mb,
    input, pipeline,
    pipeline::{Progress, Stage},
    report,
};

/// Notes when each stage begins, and what was held until then.
struct Begins(Mutex<Vec<(Stage, Instant, Option<f64>)>>);

impl Progress for Begins {
    fn begin(&self, stage: Stage) {
        self.0.lock().unwrap().push((stage, Instant::now(), peak_rss_mb()));
    }
}

/// Bytes that are counted and let go of.
struct Counted(usize);

impl std::io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn main() {
    let given: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let file = given.first().cloned().unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/corpus").to_owned());
    let mut config = Config::default();
    config.cluster.k = K::Exactly(given.get(1).map_or(7, |k| k.parse().unwrap()));
    config.threads = given.get(2).map(|threads| threads.parse().unwrap());
    let begins = Begins(Mutex::default());
    begins.begin(Stage::Read);
    let collection = input::read(&[file], &config.input).unwrap();
    let model = pipeline::fit(collection, &config, &begins).unwrap();
    let (fitted, fitted_mb) = (Instant::now(), peak_rss_mb());
    let found = report::assemble_to_write(&model);
    let assembled = Instant::now();
    let mut json = Counted(0);
    serde_json::to_writer_pretty(std::io::BufWriter::new(&mut json), &found).unwrap();
    let printed = Instant::now();
    drop(found);
    drop(model);
    let dropped = Instant::now();
    let stages = begins.0.into_inner().unwrap();
    let ends = stages.iter().skip(1).map(|&(_, at, _)| at).chain([fitted]);
    let peaks = stages.iter().skip(1).map(|&(_, _, mb)| mb).chain([fitted_mb]);
    let peaks: Vec<String> = stages
        .iter()
        .zip(peaks)
        .map(|(stage, mb)| format!("\"{:?}\": {:.0}", stage.0, mb.unwrap_or_default()))
        .collect();
    let seconds = |time: Duration| format!("{:.3}", time.as_secs_f64());
    let mut line: Vec<String> =
        stages.iter().zip(ends).map(|(&(stage, at, _), end)| format!("\"{stage:?}\": {}", seconds(end - at))).collect();
    line.push(format!("\"Assemble\": {}", seconds(assembled - fitted)));
    line.push(format!("\"Serialise\": {}", seconds(printed - assembled)));
    line.push(format!("\"Drop\": {}", seconds(dropped - printed)));
    line.push(format!("\"all\": {}, \"json_bytes\": {}", seconds(dropped - stages[0].1), json.0));
    line.push(format!("\"peak_mb\": {{{}, \"all\": {:.0}}}", peaks.join(", "), peak_rss_mb().unwrap_or_default()));
    println!("{{{}}}", line.join(", "));
}
