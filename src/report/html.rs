//! `themes.html`: one page that needs nothing but itself.

use std::io;

use askama::Template;

use super::{
    Writer, charts,
    page::{Page, filters},
    view::Report,
};

/// Writes the page.
pub struct Html;

/// What the template is filled from. Every value is escaped by [`super::text::Html`], except the charts, which are
/// markup that [`charts`] escaped itself.
#[derive(Template)]
#[template(path = "themes.html", config = "src/report/askama.toml")]
struct Themes<'a> {
    page: &'a Page<'a>,
    map: String,
    timeline: String,
    /// One for each theme.
    sparks: Vec<String>,
}

impl Themes<'_> {
    /// The chart of the theme at a position; empty if it has none.
    fn spark(&self, position: &usize) -> &str {
        self.sparks.get(*position).map_or("", String::as_str)
    }
}

impl Writer for Html {
    fn write(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let page = Page::new(report);
        let map = if page.articles.is_empty() { String::new() } else { charts::map(&page)? };
        let timeline = charts::timeline(&page)?;
        let sparks = page
            .themes
            .iter()
            .enumerate()
            .map(|(position, theme)| charts::spark(&page, theme, position))
            .collect::<io::Result<_>>()?;
        Themes { page: &page, map, timeline, sparks }.write_into(out)
    }
}
