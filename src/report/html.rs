//! `themes.html`: one page that needs nothing but itself.
//!
//! Themes, parts, terms, partners and their evidence are in the page as text. The map, the timeline, the list of stories
//! and the index of articles are drawn from the data in the page by its own scripts, because they answer to the filters;
//! a reader without scripts is told so. The charts are drawn by Apache ECharts (see `Cargo.toml`), carried in the page.
//! Its policy lets no script run but these two, by their hashes, and no request leave.

use std::io;

use askama::Template;
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use super::{
    Writer, data,
    page::{Page, filters},
    view::Report,
};

/// The charts' library, as its project releases it; the licence is in the file and beside it.
pub const LIBRARY: &str = include_str!("assets/echarts-5.6.0.common.min.js");
/// The page's own script: the filters, the lists and the charts.
const SCRIPT: &str = concat!(include_str!("templates/explore.js"), include_str!("templates/charts.js"));

/// Writes the page.
pub struct Html;

/// What the template is filled from. Every value is escaped by [`super::text::Html`], except the scripts, which are
/// constants, and the data, which [`data::json`] escaped itself.
#[derive(Template)]
#[template(path = "themes.html", config = "src/report/askama.toml")]
struct Themes<'a> {
    page: &'a Page<'a>,
    data: String,
    library: &'static str,
    script: &'static str,
    policy: String,
}

impl Writer for Html {
    fn write(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let page = Page::new(report);
        let data = data::json(&page)?;
        let policy = format!(
            "default-src 'none'; script-src '{}' '{}'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
            hash(LIBRARY),
            hash(SCRIPT)
        );
        Themes { page: &page, data, library: LIBRARY, script: SCRIPT, policy }.write_into(out)
    }
}

/// A script as a content security policy names it.
fn hash(script: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(script)))
}
