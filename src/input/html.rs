//! Web pages: one article a file, without what stands around it.

use dom_smoothie::{Config, Readability, TextMode};

use super::{
    limits::Limit,
    markdown::MarkdownReader,
    markup::{self, Seen},
    prose::{byline, clean, paragraphs, passage},
    source::{Draft, Likeness, Parsed, Reader, Source},
};
use crate::article::{Article, Passage, Published};

/// Where a page says when it was published.
const DATES: [&str; 14] = [
    "article:published_time",
    "datepublished",
    "pubdate",
    "publishdate",
    "publish_date",
    "publish-date",
    "firstpublishedtime",
    "parsely-pub-date",
    "og:release_date",
    "dc.date",
    "dc.date.issued",
    "dcterms.created",
    "dcterms.date",
    "date",
];
/// Where a page says who published it.
const SOURCES: [&str; 5] = ["contentsource", "og:site_name", "sitename", "source", "application-name"];
/// Elements beyond which a page is not looked through for its article, but taken as it is.
const ELEMENTS: usize = 100_000;
/// Lines at the top of a page's text in which a line of source and date may stand.
const TOP: usize = 12;

/// Reads web pages.
///
/// The body of the article is what Firefox's reader view would show; where there is none, the text of the whole page.
/// Title, date, source, language and address are those that the page's metadata name, else the date and source of a line
/// at the top of its text (`2025-06-14 10:32 来源：新华社`).
pub struct HtmlReader;

impl Reader for HtmlReader {
    fn read(&self, source: &Source<'_>) -> Parsed {
        let mut parsed = Parsed { records: 1, ..Parsed::default() };
        let html = source.text();
        let limits = &source.settings().limits;
        if html.len() as u64 > limits.of(Limit::Page) {
            let detail = format!("it has {} bytes, {}", html.len(), limits.passed(Limit::Page));
            parsed.note(None, "is too large a page; save it as plain text, or raise the limit", detail);
            return parsed;
        }
        let seen = markup::see(html);
        if seen.depth > limits.of(Limit::Nesting) {
            let detail = format!("{} deep, {}", seen.depth, limits.passed(Limit::Nesting));
            parsed.note(None, "its elements are nested too deep; save it as plain text, or raise the limit", detail);
            return parsed;
        }
        let mut article = body(html).unwrap_or_default();
        if article.passages.is_empty() {
            let text = seen.text.as_str();
            article.passages =
                paragraphs(text).into_iter().map(|at| passage(&text[at], None, source.position(0..0))).collect();
        }
        about(&seen, &mut article);
        let size = html.len();
        let places = seen.find(article.passages.iter().map(|passage| passage.text.as_str()), size);
        for (passage, place) in article.passages.iter_mut().zip(places) {
            passage.position = source.position(place);
        }
        article.title_position = source.position(seen.title.clone().unwrap_or(0..0));
        if article.title.is_empty()
            && let Some(title) = seen.title.and_then(|at| html.get(at))
        {
            article.title = clean(&markup::decoded(title));
        }
        if article.title.is_empty() && article.passages.is_empty() {
            parsed.note(None, "is a page without text; name a page that has some", "");
        } else {
            parsed.articles.push(Draft { article, number: None });
        }
        parsed
    }

    fn likeness(&self, source: &Source<'_>) -> Likeness {
        let mut text = source.text().trim_start();
        // Declarations and comments before the page.
        while text.starts_with("<!--") || text.starts_with("<?xml") {
            let Some(end) = text.find('>') else { break };
            let end = if text.starts_with("<!--") { text.find("-->").map_or(end, |end| end + 2) } else { end };
            text = text[end + 1..].trim_start();
        }
        let head: String = text.chars().take(64).collect::<String>().to_ascii_lowercase();
        let page = ["<!doctype html", "<html", "<head", "<body"].iter().any(|mark| head.starts_with(mark));
        let ending = matches!(source.ending().as_str(), "html" | "htm" | "xhtml" | "shtml");
        match (page, ending) {
            (true, _) => Likeness::Certain,
            (false, true) if head.starts_with('<') => Likeness::Certain,
            (false, true) => Likeness::Likely,
            _ => Likeness::No,
        }
    }
}

/// The article of a page, as reader views find it; none if there is none.
fn body(html: &str) -> Option<Article> {
    let config = Config { text_mode: TextMode::Markdown, max_elements_to_parse: ELEMENTS, ..Config::default() };
    let found = Readability::new(html, None, Some(config)).ok()?.parse().ok()?;
    let markdown = found.text_content.to_string();
    let read = MarkdownReader.read(&Source::new("page.md", markdown.as_bytes()).ok()?);
    let mut article = read.articles.into_iter().next().map(|draft| draft.article).unwrap_or_default();
    // A heading of the text that the Markdown reader took for the title.
    let title = clean(&found.title);
    if article.title != title && !article.title.is_empty() && !title.is_empty() && !title.contains(&article.title) {
        let heading = std::mem::take(&mut article.title);
        let first = Passage { text: heading, ..Passage::default() };
        article.passages.insert(0, first);
    }
    let known = |text: Option<String>| text.map(|text| clean(&text)).filter(|text| !text.is_empty());
    Some(Article {
        title,
        date: found.published_time.and_then(|time| time.parse().ok()),
        source: known(found.site_name),
        url: known(found.url).filter(|url| url.starts_with("http")),
        lang: known(found.lang),
        passages: article.passages,
        extra: known(found.byline).map(|by| ("author".to_owned(), by.into())).into_iter().collect(),
        ..Article::default()
    })
}

/// What the page says of the article, and a line at its top.
fn about(seen: &Seen, article: &mut Article) {
    let date = || DATES.iter().find_map(|name| seen.named(&[name])?.parse::<Published>().ok());
    article.date = article.date.or_else(date);
    if let Some(source) = seen.named(&SOURCES).map(clean)
        && (article.source.is_none() || seen.named(&["contentsource"]).is_some())
    {
        article.source = Some(source);
    }
    if let Some(url) = seen.named(&["og:url"]).filter(|url| article.url.is_none() && url.starts_with("http")) {
        article.url = Some(url.to_owned());
    }
    if article.date.is_some() && article.source.is_some() {
        return;
    }
    let lines = seen.text.lines().filter(|line| !line.trim().is_empty());
    let at = |line: &str| clean(line) == article.title;
    // Under the title, if it stands in the text; else at the top.
    let under: Vec<&str> = lines.clone().skip_while(|line| !at(line)).skip(1).take(TOP).collect();
    let top: Vec<&str> = if under.is_empty() { lines.take(TOP).collect() } else { under };
    if let Some((line, found)) = top.iter().find_map(|line| Some((*line, byline(line)?))) {
        article.date = article.date.or(found.date);
        if article.source.is_none() {
            article.source = found.source;
        }
        // It says nothing more.
        article.passages.retain(|passage| passage.text.trim() != line.trim());
    }
}

#[cfg(test)]
#[path = "html/tests.rs"]
mod tests;
