//! A run that is killed, at whatever moment, leaves the old output or the new one, never a part of either.
//!
//! The moments are spread over the whole of a run. Twenty in the usual tests; `WENMAI_KILLS=400 cargo test --test it killed`
//! for more.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::support::root;

/// The golden ratio's fraction: its multiples fill the interval evenly however many there are.
const SPREAD: f64 = 0.618_033_988_749_895;

fn kills() -> u32 {
    std::env::var("WENMAI_KILLS").ok().map_or(20, |kills| kills.parse().unwrap())
}

/// Starts a run in `folder` that writes a report or a model of `k` themes.
fn start(folder: &Path, command: &[&str], k: &str) -> Child {
    let corpus = root().join("corpus");
    let mut run = Command::new(env!("CARGO_BIN_EXE_wenmai"));
    run.current_dir(folder).args(command).arg(corpus).args(["-k", k, "--quiet"]);
    run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// The files of a folder that are not hidden, with their bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let shown = entries.filter(|path| !path.file_name().unwrap().to_string_lossy().starts_with('.'));
    shown.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap())).collect()
}

/// What a run leaves in `out`, and how long it takes.
fn whole(folder: &Path, command: &[&str], k: &str) -> (BTreeMap<String, Vec<u8>>, Duration) {
    let began = Instant::now();
    assert!(start(folder, command, k).wait().unwrap().success());
    (files(&folder.join("out")), began.elapsed())
}

/// Kills runs that would replace the output of 4 themes by that of 5 and the other way round, and looks at what stands.
fn kill(command: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::create_dir(folder.join("out")).unwrap();
    let (five, _) = whole(folder, command, "5");
    let (four, takes) = whole(folder, command, "4");
    assert!(!four.is_empty() && four.keys().eq(five.keys()));
    let (mut old, mut new, mut ended) = (0, 0, 0);
    for moment in 0..kills() {
        let k = if moment % 2 == 0 { "5" } else { "4" };
        let before = files(&folder.join("out"));
        let mut run = start(folder, command, k);
        thread::sleep(takes.mul_f64((f64::from(moment) * SPREAD).fract() * 1.1));
        ended += u32::from(run.try_wait().unwrap().is_some());
        run.kill().unwrap();
        run.wait().unwrap();
        let left = files(&folder.join("out"));
        assert!(left.keys().eq(four.keys()), "moment {moment}: {:?}", left.keys());
        let wanted = if k == "5" { &five } else { &four };
        for (name, bytes) in &left {
            let (is_old, is_new) = (bytes == &before[name], bytes == &wanted[name]);
            assert!(is_old || is_new, "{name} is a part, moment {moment}");
            old += u32::from(is_old && !is_new);
            new += u32::from(is_new && !is_old);
        }
    }
    println!("{} runs, {ended} of them had ended: {old} old files stood, {new} new ones", kills());
    // The next run is not troubled by what the killed ones left.
    assert_eq!(whole(folder, command, "5").0, five);
}

#[test]
fn a_report_is_whole_whenever_its_run_is_killed() {
    kill(&["report", "--output", "out"]);
}

#[test]
fn a_model_is_whole_whenever_its_run_is_killed() {
    kill(&["cluster", "--json", "--save", "out/m.wenmai"]);
}
