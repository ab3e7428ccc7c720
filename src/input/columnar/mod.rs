//! Tables stored by columns: Parquet and Arrow IPC (Feather).
//!
//! The libraries that read them believe what a file says of its own sizes. So a file is walked first, and what it claims to
//! unpack to is counted against the limits of archives; then it is read apart ([`apart`]). Only columns with one value a row
//! are read: texts, numbers, truths, days and moments. Rows become articles as those of other tables do.

#[cfg(feature = "arrow")]
mod arrow;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(all(test, feature = "arrow", feature = "parquet"))]
mod tests;
#[cfg(feature = "parquet")]
mod thrift;

use std::{
    cell::Cell,
    panic::{self, AssertUnwindSafe},
    rc::Rc,
    sync::Once,
    thread,
};

use serde_json::{Map, Value};

#[cfg(feature = "arrow")]
pub(super) use self::arrow::ArrowReader;
#[cfg(feature = "parquet")]
pub(super) use self::parquet::ParquetReader;
use super::{
    container::Meter,
    fields, rows,
    source::{Parsed, Source},
    table::NO_COLUMN,
};

/// What is said of a file that cannot be read to its end.
const BROKEN: &str = "is damaged; make it anew with the program that wrote it";
/// What is said of a file that would take too much room.
const LARGE: &str = "is too large; split it, or raise the limit";

/// Why a file cannot be read further.
#[derive(Debug)]
struct Fault {
    /// What is wrong and, after a semicolon, what would help.
    what: &'static str,
    /// What is particular to this one.
    detail: String,
}

impl Fault {
    fn broken(detail: impl ToString) -> Self {
        let detail = detail.to_string();
        Self { what: BROKEN, detail: detail.lines().next().unwrap_or_default().chars().take(200).collect() }
    }
}

/// Takes the rows of one file.
struct Rows<'a, 'b> {
    source: &'a Source<'b>,
    meter: Rc<Meter>,
    parsed: Parsed,
    /// Rows taken.
    number: usize,
}

impl<'a, 'b> Rows<'a, 'b> {
    fn new(source: &'a Source<'b>) -> Self {
        let meter = Meter::new(&source.settings().limits, source.bytes().len() as u64);
        Self { source, meter, parsed: Parsed::default(), number: 0 }
    }

    /// Counts what is unpacked.
    fn count(&self, bytes: u64) -> Result<(), Fault> {
        self.meter.count(bytes);
        match self.meter.told(&self.source.settings().limits) {
            Some(told) => Err(Fault { what: LARGE, detail: told }),
            None => Ok(()),
        }
    }

    /// Whether one of the columns is a title or a text, and there are not too many.
    fn columns<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Result<(), Fault> {
        let columns: Map<String, Value> = names.into_iter().map(|name| (name.to_owned(), Value::from(""))).collect();
        let settings = self.source.settings();
        if !fields::names_article(&columns, &settings.names) {
            let names = columns.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            return Err(Fault { what: NO_COLUMN, detail: format!("its columns: {}", super::prose::clean(&names)) });
        }
        self.width(columns.len())
    }

    fn width(&self, columns: usize) -> Result<(), Fault> {
        let told = rows::too_wide(columns, &self.source.settings().limits);
        told.map_or(Ok(()), |(what, detail)| Err(Fault { what, detail }))
    }

    /// Takes the next row.
    fn row(&mut self, cells: Map<String, Value>) -> Result<(), Fault> {
        self.number += 1;
        let size = rows::size(cells.values());
        self.count(rows::room(cells.len(), size))?;
        if cells.values().all(|value| value.as_str().is_some_and(|text| text.trim().is_empty())) {
            return Ok(());
        }
        self.parsed.records += 1;
        let at = self.source.part(self.number);
        if let Some((what, detail)) = rows::too_long(size, &self.source.settings().limits) {
            self.parsed.note(Some(at.line), what, detail);
            return Ok(());
        }
        rows::add(self.source, cells, at, &mut self.parsed);
        Ok(())
    }
}

/// Reads a file by `read`, apart, and tells what kept it from being read to its end.
fn read(source: &Source<'_>, read: impl FnOnce(&mut Rows<'_, '_>) -> Result<(), Fault> + Send) -> Parsed {
    let run = || {
        let mut rows = Rows::new(source);
        // The rows before a fault are kept.
        let result = panic::catch_unwind(AssertUnwindSafe(|| read(&mut rows)));
        let fault = result.unwrap_or_else(|_| Err(Fault::broken("its parts do not fit each other"))).err();
        let empty = fault.is_none() && rows.parsed.records == 0;
        let mut parsed = rows.parsed;
        parsed.unpacked = rows.meter.unpacked();
        if empty {
            parsed.records = 1;
            parsed.note(None, "is a table without rows; fill in some", "");
        }
        if let Some(fault) = fault {
            parsed.records += 1;
            parsed.note(None, fault.what, fault.detail);
        }
        parsed
    };
    apart(run).unwrap_or_else(|| {
        let mut parsed = Parsed { records: 1, ..Parsed::default() };
        parsed.note(None, BROKEN, "it could not be looked at");
        parsed
    })
}

/// Bytes of stack: for each of as many elements of a schema in each other as there may be columns, 16 KB.
const STACK: usize = 256 << 20;

thread_local! {
    /// Whether a panic on this thread is a fault of a file, which is told elsewhere.
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// Runs a library that panics on some damaged files on a thread of its own, where nothing else suffers from that.
fn apart<T: Send>(run: impl FnOnce() -> T + Send) -> Option<T> {
    static SILENCE: Once = Once::new();
    SILENCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !EXPECTED.get() {
                usual(info);
            }
        }));
    });
    let run = || {
        EXPECTED.set(true);
        run()
    };
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run).ok()?;
        thread.join().ok()
    })
}

/// The day that is so many days after the first of 1970, as it is written.
fn day(days: i64) -> Option<String> {
    Some(fields::utc(days.checked_mul(86_400)?)?.date().to_string())
}

/// The moment so many billionths of a second after the first of 1970, by UTC, as it is written.
fn moment(nanoseconds: i128) -> Option<String> {
    let seconds = nanoseconds.div_euclid(1_000_000_000);
    Some(fields::utc(i64::try_from(seconds).ok()?)?.to_string())
}
