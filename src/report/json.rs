//! `themes.json`: the view model itself, for programs.

use std::io;

use super::{Writer, view::Report};

/// Writes the view model, pretty-printed.
pub struct Json;

impl Writer for Json {
    fn write(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, report)?;
        out.write_all(b"\n")
    }
}

/// The JSON Schema of `themes.json` and of `wenmai cluster --json`, made from the types.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Report)
}
