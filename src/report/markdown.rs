//! `themes.md`: GitHub-flavoured Markdown that reads as plain text too.

use std::io;

use askama::Template;

use super::{
    Writer,
    page::{Page, filters, words},
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

impl Themes<'_> {
    fn themes_in_words(&self) -> String {
        words(self.page.report.k, "theme", "themes")
    }

    fn articles_in_words(&self) -> String {
        words(self.page.report.corpus.articles, "article", "articles")
    }
}

impl Writer for Markdown {
    fn write(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        Themes { page: &Page::new(report) }.write_into(out)
    }
}
