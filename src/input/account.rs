//! What is told of the faults of a file.

use std::collections::BTreeMap;

use super::source::Note;
use crate::article::{Position, Skipped};

/// Faults of one kind that are reported one by one in a file; the rest are counted.
pub(super) const SHOWN: usize = 20;

/// A file's notes as they are reported, each with its path and line to sort by.
pub(super) fn report(path: &str, notes: Vec<Note>, positions: &[(u32, Position)]) -> Vec<(String, u32, Skipped)> {
    // The number of notes of a kind, and of the records that those not shown lose.
    let mut counts: BTreeMap<&'static str, (usize, usize)> = BTreeMap::new();
    let mut out = Vec::new();
    for note in &notes {
        let (count, lost) = counts.entry(note.what).or_default();
        *count += 1;
        if *count > SHOWN {
            *lost += usize::from(note.lost);
            continue;
        }
        let (reason, remedy) = note.parts();
        let place = note.line.map_or_else(|| path.to_owned(), |line| format!("{path}:{line}"));
        let position = note.line.map(|line| {
            let found = positions.iter().find(|(at, _)| *at == line).map(|(_, position)| *position);
            found.unwrap_or(Position { line, ..Position::default() })
        });
        let skipped =
            Skipped { path: place, reason, remedy: remedy.to_owned(), position, lost: usize::from(note.lost) };
        out.push((path.to_owned(), note.line.unwrap_or(0), skipped));
    }
    for (what, (count, lost)) in counts {
        if count > SHOWN {
            let (what, remedy) = what.split_once("; ").unwrap_or((what, ""));
            let reason = format!("and {} more like it: {what}", count - SHOWN);
            let skipped = Skipped { path: path.to_owned(), reason, remedy: remedy.to_owned(), position: None, lost };
            out.push((path.to_owned(), u32::MAX, skipped));
        }
    }
    out
}
