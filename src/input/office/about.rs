//! What a document says of itself: Dublin Core, as all offices and publishers of books write it.

use super::{
    super::prose::clean,
    Fault,
    package::Package,
    xml::{self, Piece, Step},
};
use crate::{
    article::{Article, Published},
    input::limits::Limits,
};

/// What is known of a document. Names are those of the elements.
#[derive(Debug, Default)]
pub(super) struct About {
    found: Vec<(String, String)>,
}

/// The elements that count.
const FIELDS: [&str; 12] = [
    "title",
    "creator",
    "initial-creator",
    "publisher",
    "source",
    "identifier",
    "language",
    "created",
    "creation-date",
    "date",
    "subject",
    "keywords",
];
/// Bytes beyond which a value is none.
const LONG: usize = 1000;
/// Values beyond which no more are taken.
const MANY: usize = 200;

impl About {
    /// Reads `core.xml`, `meta.xml` or the metadata of a book.
    ///
    /// # Errors
    /// If it is no XML.
    pub fn read(text: &str, limits: &Limits) -> Result<Self, Fault> {
        let mut about = Self::default();
        let mut open: Option<(String, String)> = None;
        xml::walk(text, limits, true, |piece| {
            match piece {
                Piece::Open(tag) => {
                    let name = tag.name();
                    // The list of a book's files has a great many items and no data of its own.
                    if matches!(name, "manifest" | "spine" | "guide") {
                        return Step::Over;
                    }
                    open = FIELDS.contains(&name).then(|| (name.to_owned(), String::new()));
                }
                Piece::Text(text) => {
                    if let Some((_, value)) = open.as_mut().filter(|(_, value)| value.len() < LONG) {
                        value.push_str(text);
                    }
                }
                Piece::Close(_) => {
                    if let Some((name, value)) = open.take()
                        && about.found.len() < MANY
                    {
                        let value = clean(&value);
                        if !value.is_empty() && value.len() <= LONG {
                            about.found.push((name, value));
                        }
                    }
                }
            }
            Step::On
        })?;
        Ok(about)
    }

    /// That of the part `name` of a document; nothing if there is none, or it is no XML.
    ///
    /// # Errors
    /// If it cannot be unpacked.
    pub fn of(package: &mut Package<'_>, name: &str, limits: &Limits) -> Result<Self, Fault> {
        Ok(package.text(name)?.and_then(|text| Self::read(&text, limits).ok()).unwrap_or_default())
    }

    fn all(&self, name: &str) -> Vec<&str> {
        self.found.iter().filter(|(found, _)| found == name).map(|(_, value)| value.as_str()).collect()
    }

    fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.all(name).first().copied())
    }

    /// The title.
    pub fn title(&self) -> Option<&str> {
        // What printing to a file leaves there is the name of the program.
        self.first(&["title"]).filter(|title| !title.starts_with("Microsoft Word - "))
    }

    /// Fills in what the article does not say itself.
    pub fn fill(&self, article: &mut Article) {
        let by = match self.all("creator").as_slice() {
            [] => self.first(&["initial-creator"]).map(str::to_owned),
            all => Some(all.join(", ")),
        };
        // The template of a library for Python: neither its author nor its day of 2013 are the document's.
        let template = by.as_deref() == Some("python-docx");
        if article.date.is_none() && !template {
            let date = |name: &&str| self.all(name).iter().find_map(|value| value.parse::<Published>().ok());
            article.date = ["created", "creation-date", "date"].iter().find_map(date);
        }
        article.source = article.source.take().or_else(|| self.first(&["publisher"]).map(str::to_owned));
        article.lang = article.lang.take().or_else(|| self.first(&["language"]).map(str::to_owned));
        let urls = ["source", "identifier"].into_iter().flat_map(|name| self.all(name));
        article.url = article.url.take().or_else(|| urls.clone().find(|url| is_url(url)).map(str::to_owned));
        if let Some(by) = by.filter(|_| !template) {
            article.extra.entry("author").or_insert_with(|| by.into());
        }
        let subjects = [self.all("keywords"), self.all("subject")].concat();
        if !subjects.is_empty() {
            article.extra.entry("category").or_insert_with(|| subjects.into());
        }
    }
}

fn is_url(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_taken_and_what_a_template_says_is_not() {
        let about = "<cp:coreProperties><dc:title> 雨 水 </dc:title><dc:creator>Li</dc:creator><dc:creator>Wu</dc:creator>\
                     <dc:identifier>urn:isbn:1</dc:identifier><dc:source>https://x.org/a</dc:source><dc:language>zh</dc:language>\
                     <dcterms:created>2025-06-14T01:02:03Z</dcterms:created></cp:coreProperties>";
        let about = About::read(about, &Limits::new()).unwrap();
        let mut article = Article::default();
        about.fill(&mut article);
        assert_eq!((about.title(), article.lang.as_deref()), (Some("雨 水"), Some("zh")));
        assert_eq!(article.date.unwrap().to_string(), "2025-06-14T01:02");
        assert_eq!((article.url.as_deref(), &article.extra["author"]), (Some("https://x.org/a"), &"Li, Wu".into()));

        let about = "<p><creator>python-docx</creator><created>2013-12-23T23:15:00Z</created></p>";
        let mut article = Article::default();
        About::read(about, &Limits::new()).unwrap().fill(&mut article);
        assert_eq!((article.date, article.extra.len()), (None, 0));
    }
}
