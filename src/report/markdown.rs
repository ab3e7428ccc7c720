//! `themes.md`: GitHub-flavoured Markdown that reads as plain text too.

use std::io;

use askama::Template;

use super::{
    Writer,
    page::{Page, filters},
    view::Report,
};

/// Writes Markdown.
pub struct Markdown;

/// What the template is filled from. Every value is escaped by [`super::text::Markdown`], and none begins a line.
#[derive(Template)]
#[template(path = "themes.md", config = "src/report/askama.toml")]
struct Themes<'a> {
    page: &'a Page<'a>,
}

impl Writer for Markdown {
    fn write(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        Themes { page: &Page::new(report) }.write_into(out)
    }
}
