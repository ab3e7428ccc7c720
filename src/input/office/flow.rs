//! From the paragraphs of a document to the passages of an article.

use super::{
    super::{
        limits::Limit,
        prose::{byline, clean, is_titlelike, passage},
        recognise::TOO_LONG,
        source::Source,
    },
    Fault,
    about::About,
};
use crate::article::Article;

/// What a paragraph is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The title of the document.
    Title,
    /// A heading of a level from 1.
    Heading(u8),
    /// Text.
    Text,
}

/// Passages at the top among which a line of source and date may stand.
const TOP: usize = 3;
/// Bytes of a heading to which no further one is joined.
const LONG: usize = 1000;

/// Takes paragraphs as they come.
pub(super) struct Flow<'a, 'b> {
    source: &'a Source<'b>,
    article: Article,
    /// Whether the title stands in the text, not only in what the document says of itself.
    shown: bool,
    /// Level, text and place of the heading that holds, and whether a passage stands under it.
    heading: Option<(u8, String, usize)>,
    heading_used: bool,
    bytes: usize,
    /// The limit that was passed; what follows is not kept.
    over: Option<Limit>,
}

impl<'a, 'b> Flow<'a, 'b> {
    /// Nothing yet but the title, if one is known.
    pub fn new(source: &'a Source<'b>, title: Option<&str>) -> Self {
        let title = title.unwrap_or_default().to_owned();
        let article = Article { title, title_position: source.part(1), ..Article::default() };
        Self { source, article, shown: false, heading: None, heading_used: true, bytes: 0, over: None }
    }

    /// Takes the paragraph that is number `part` of the file, from 1.
    pub fn add(&mut self, kind: Kind, text: &str, part: usize) {
        if self.over.is_some() {
            return;
        }
        let text = tidy(text);
        if text.is_empty() {
            return;
        }
        self.bytes += text.len();
        let limits = &self.source.settings().limits;
        if self.bytes as u64 > limits.of(Limit::Article) {
            self.over = Some(Limit::Article);
        } else if self.article.passages.len() as u64 >= limits.of(Limit::Passages) {
            self.over = Some(Limit::Passages);
        }
        let top = self.article.passages.is_empty() && self.heading.is_none() && !self.shown;
        match kind {
            Kind::Title if top => self.title(&text, part),
            Kind::Heading(_) if top && (self.article.title.is_empty() || self.article.title == clean(&text)) => {
                self.title(&text, part);
            }
            Kind::Title => self.head(1, clean(&text), part),
            Kind::Heading(level) => self.head(level, clean(&text), part),
            Kind::Text => {
                self.heading_used = true;
                let heading = self.heading.as_ref().map(|(_, text, _)| text.clone());
                self.article.passages.push(passage(&text, heading, self.source.part(part)));
            }
        }
    }

    fn title(&mut self, text: &str, part: usize) {
        self.article.title = clean(text);
        self.article.title_position = self.source.part(part);
        self.shown = true;
    }

    fn head(&mut self, level: u8, text: String, part: usize) {
        match &self.heading {
            // A part's heading straight above a section's: both are the heading of what follows.
            Some((above, over, at)) if !self.heading_used && level > *above && over.len() < LONG => {
                self.heading = Some((level, format!("{over}: {text}"), *at));
            }
            _ => {
                self.flush();
                self.heading = Some((level, text, part));
            }
        }
        self.heading_used = false;
    }

    /// A heading with nothing under it is a passage of its own, so that its words are not lost.
    fn flush(&mut self) {
        if let Some((_, text, part)) = self.heading.take_if(|_| !self.heading_used) {
            self.article.passages.push(passage(&text, None, self.source.part(part)));
        }
    }

    /// Takes it that there are too many paragraphs.
    pub fn overflow(&mut self) {
        self.over = self.over.or(Some(Limit::Passages));
    }

    /// Whether the article is too long to be kept.
    pub fn over(&self) -> Option<Fault> {
        let passed = self.source.settings().limits.passed(self.over?);
        Some(Fault::new(TOO_LONG, format!("it goes on, {passed}")))
    }

    /// Whether there was no word.
    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// Whether there is text besides headings.
    pub fn has_text(&self) -> bool {
        !self.article.passages.is_empty()
    }

    /// The article. Its title is the paragraph in the style of a title, else the one it was given, else the heading above
    /// all text, else a first paragraph that looks like one. A line of source and date at the top wins over what the
    /// document says of itself.
    pub fn finish(mut self, about: &About) -> Article {
        self.flush();
        let article = &mut self.article;
        let passages = &mut article.passages;
        if article.title.is_empty()
            && let [one, _, ..] = passages.as_slice()
            && is_titlelike(&one.text)
            && !one.text.contains('\n')
            && byline(&one.text).is_none()
        {
            article.title.clone_from(&one.text);
        }
        // What says no more than the title.
        let again = |text: &str| !article.title.is_empty() && clean(text) == article.title;
        if let Some(at) = passages.iter().take(TOP).position(|passage| again(&passage.text)) {
            article.title_position = passages.remove(at).position;
        }
        let found = passages.iter().take(TOP).enumerate().find_map(|(at, p)| Some((at, byline(&p.text)?)));
        if let Some((at, found)) = found
            && (passages.len() > 1 || !article.title.is_empty())
        {
            passages.remove(at);
            (article.source, article.date) = (found.source, found.date);
        }
        about.fill(article);
        self.article
    }
}

/// Text without white space and control characters that show nothing, one line for each line of it.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines().map(clean).filter(|line| !line.is_empty()) {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Limits, Settings};

    fn flowed(paragraphs: &[(Kind, &str)], title: &str) -> Article {
        let settings = Settings::new();
        let source = Source::binary("a.docx", b"x", &settings);
        let about = About::read(&format!("<m><title>{title}</title></m>"), &Limits::new()).unwrap();
        let mut flow = Flow::new(&source, about.title());
        for (part, (kind, text)) in (1..).zip(paragraphs) {
            flow.add(*kind, text, part);
        }
        flow.finish(&about)
    }

    fn shown(article: &Article) -> String {
        let passages = article.passages.iter();
        let all = passages.map(|p| format!("{}>{}", p.heading.as_deref().unwrap_or_default(), p.text));
        format!("{}@{}|{}", article.title, article.title_position.line, all.collect::<Vec<_>>().join("|"))
    }

    #[test]
    fn titles_are_found_in_their_order_and_no_word_is_lost() {
        use Kind::{Heading, Text, Title};
        for (paragraphs, said, is) in [
            (
                &[(Title, "雨"), (Heading(1), "A"), (Heading(2), "B"), (Text, "x\n\n y "), (Heading(1), "C")][..],
                "said",
                "雨@1|A: B>x\ny|>C",
            ),
            (&[(Heading(1), "A"), (Text, "x")], "said", "said@1|A>x"),
            (&[(Text, " "), (Heading(2), "A"), (Heading(2), "B"), (Text, "x")], "", "A@2|B>x"),
            (&[(Text, "A"), (Text, "x.")], "", "A@1|>x."),
            (&[(Text, "Once."), (Text, "x.")], "", "@1|>Once.|>x."),
            (&[(Text, "By us"), (Text, "雨 水"), (Text, "x.")], "雨 水", "雨 水@2|>By us|>x."),
            (&[(Text, "alone")], "", "@1|>alone"),
        ] {
            assert_eq!(shown(&flowed(paragraphs, said)), is);
        }
    }

    #[test]
    fn a_line_of_source_and_date_is_no_passage() {
        let article =
            flowed(&[(Kind::Text, "雨水"), (Kind::Text, "来源：新华社 2025-05-03"), (Kind::Text, "下雨了。")], "");
        assert_eq!(shown(&article), "雨水@1|>下雨了。");
        assert_eq!(
            (article.source.as_deref(), article.date.unwrap().to_string()),
            (Some("新华社"), "2025-05-03".into())
        );
    }
}
