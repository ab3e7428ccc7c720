//! PDF files: one article a file.
//!
//! The text is what the pages show, from the strings that are drawn and what their fonts say of them. Libraries that do this
//! were looked at and left: in lopdf 0.47 the objects of a packed stream may all begin at one place and are all read at once,
//! so that a few kilobytes take all memory whatever limit is set; hayro-syntax 0.9 unpacks without a limit and divides by
//! the width of a row, which may be nought. Here everything is read when it is asked for, and counted.
//!
//! `object` reads objects, `file` finds them, `filter` unpacks streams, `font` and `names` tell characters, `content` runs the
//! operators of a page, `layout` makes paragraphs of what they show.

mod content;
mod file;
mod filter;
mod font;
mod layout;
mod names;
mod object;

use self::{
    content::Shower,
    file::File,
    layout::{Line, Paragraph},
    object::{Dict, Object},
};
use super::{
    encoding,
    limits::Limit,
    markup,
    prose::{byline, clean, is_titlelike, passage},
    source::{Draft, Parsed, Reader, Source},
};
use crate::article::{Article, Published};

/// Bytes in which a file says that it is a PDF; some have a line of mail or print before it.
const MARK: usize = 1024;
/// Paragraphs at the top among which a line of source and date may stand.
const TOP: usize = 4;
/// Pages of one file.
const PAGES: usize = 50_000;
/// What programs write where a title should be.
const NO_TITLES: [&str; 9] = [
    "untitled",
    "无标题",
    "未命名",
    "microsoft word",
    "microsoft powerpoint",
    "document",
    "文档",
    "powerpoint",
    "幻灯片",
];

/// Reads PDF. Lines are put together to paragraphs, words cut at the end of a line made whole, heads and page numbers that
/// stand on most pages left out. The page is the line of a passage. Title and date are those of the file's metadata, else
/// the largest line of the first page and a line of source and date below it.
pub struct PdfReader;

impl Reader for PdfReader {
    fn read(&self, source: &Source<'_>) -> Parsed {
        let mut parsed = Parsed { records: 1, ..Parsed::default() };
        let bytes = source.bytes();
        let limits = &source.settings().limits;
        let most = limits.unpacked(bytes.len() as u64, Limit::Member);
        let passed = || limits.unpacked_passed(most);
        let file = File::new(bytes, usize::try_from(most.0).unwrap_or(usize::MAX));
        if file.is_empty() {
            parsed.note(None, "is no PDF that can be read; open it in a PDF viewer, and print it to a new PDF", "");
            return parsed;
        }
        if file.encrypted() {
            parsed.note(None, "is an encrypted PDF; save a copy without encryption (print it to a new PDF)", "");
            return parsed;
        }
        let pages = file.pages();
        let mut shower =
            Shower::new(&file, usize::try_from(limits.of(Limit::Article)).unwrap_or(usize::MAX).saturating_mul(2));
        let mut lines: Vec<Vec<Line>> = Vec::new();
        for (number, page) in pages.iter().take(PAGES).enumerate() {
            lines.push(layout::lines(number + 1, shower.page(page)));
        }
        let (unknown, all) = (shower.unknown, shower.all);
        parsed.unpacked = file.unpacked();
        if unknown * 2 > all {
            let what = "does not tell which characters its fonts show; recognise its text (OCR) and read that";
            parsed.note(None, what, format!("{unknown} of {all} are unknown"));
            return parsed;
        }
        layout::without_heads(&mut lines);
        let article = article(&file, layout::paragraphs(&lines), source);
        let cut = file.cut.get() || pages.len() > PAGES;
        if article.passages.is_empty() && (cut || pages.is_empty()) {
            let what = "is a PDF without pages that can be read; open it in a PDF viewer, and print it to a new PDF";
            parsed.note(None, what, if cut { passed() } else { String::new() });
        } else if article.passages.is_empty() && article.title.is_empty() || all == 0 {
            let what = "has pages but no text, as a scan has; recognise its text (OCR) and read that";
            parsed.note(None, what, format!("pages: {}", pages.len()));
        } else {
            if cut {
                let what =
                    "is larger than it may be, so some of its text is missing; cut it into parts, or raise the limit";
                parsed.remark(None, what, passed());
            }
            // Some signs of mathematics are in every paper; they are seen where they are missing.
            if unknown * 100 > all {
                let what = "has characters that its fonts do not tell, shown as U+FFFD; \
                            if too many are missing, recognise its text (OCR) and read that";
                parsed.remark(None, what, format!("{unknown} of {all}"));
            }
            parsed.articles.push(Draft { article, number: None });
        }
        parsed
    }

    fn claims(&self, head: &[u8], ending: &str) -> bool {
        let head = head.get(..MARK).unwrap_or(head);
        let marked = memchr::memmem::find(head, b"%PDF-");
        // A text that speaks of the mark is none.
        marked.is_some_and(|at| at == 0 || ending == "pdf") || (ending == "pdf" && !head.is_empty())
    }
}

/// Puts the article together.
fn article(file: &File<'_>, mut paragraphs: Vec<Paragraph>, source: &Source<'_>) -> Article {
    let mut article = Article { title_position: source.part(1), ..Article::default() };
    let info = file.dict(&file.trailer, "Info").unwrap_or_default();
    let root = file.dict(&file.trailer, "Root").unwrap_or_default();
    let said = |dict: &Dict, key| match file.value(dict, key).as_deref() {
        Some(Object::Text(text)) => Some(clean(&text_string(text))).filter(|text| !text.is_empty()),
        _ => None,
    };
    let described = file.value(&root, "Metadata").map(|stream| encoding::name(&file.decoded(&stream)));
    let described = described.unwrap_or_default();
    let title = said(&info, "Title").or_else(|| element(&described, "dc:title")).filter(|title| is_title(title));
    article.title = title.or_else(|| headline(&paragraphs)).unwrap_or_default();
    // What the pages repeat of it.
    let mut left = clean(&article.title);
    let same = |text: &str| text.split_whitespace().collect::<String>();
    left = same(&left);
    while let Some(first) = paragraphs.first()
        && !left.is_empty()
        && left.starts_with(&same(&first.text))
    {
        left = left.get(same(&first.text).len()..).unwrap_or_default().to_owned();
        paragraphs.remove(0);
    }
    if let Some((at, found)) =
        paragraphs.iter().take(TOP).enumerate().find_map(|(at, paragraph)| Some((at, byline(&paragraph.text)?)))
    {
        (article.source, article.date) = (found.source, found.date);
        paragraphs.remove(at);
    }
    let date = |text: Option<String>| text.and_then(|text| day(&text));
    article.date = article
        .date
        .or_else(|| date(said(&info, "CreationDate")))
        .or_else(|| date(element(&described, "xmp:CreateDate")))
        .or_else(|| date(said(&info, "ModDate")));
    article.lang = said(&root, "Lang");
    if let Some(author) = said(&info, "Author").or_else(|| element(&described, "dc:creator")) {
        article.extra.insert("author".to_owned(), author.into());
    }
    article.passages =
        paragraphs.iter().map(|paragraph| passage(&paragraph.text, None, source.part(paragraph.page))).collect();
    article
}

/// Whether a title of the metadata is one that a person gave.
fn is_title(title: &str) -> bool {
    let lower = title.to_lowercase();
    let file = lower.rsplit_once('.').is_some_and(|(_, ending)| {
        matches!(
            ending,
            "doc"
                | "docx"
                | "wps"
                | "pdf"
                | "indd"
                | "tex"
                | "dvi"
                | "ppt"
                | "pptx"
                | "xls"
                | "xlsx"
                | "html"
                | "qxd"
                | "fm"
        )
    });
    let none = NO_TITLES.iter().any(|none| {
        lower.strip_prefix(none).is_some_and(|rest| rest.chars().all(|c| !c.is_alphabetic()) || rest.starts_with(" - "))
    });
    !file && !none && title.chars().any(char::is_alphanumeric)
}

/// The paragraph of the first page whose letters are plainly larger than those of most of the text.
fn headline(paragraphs: &[Paragraph]) -> Option<String> {
    let first = paragraphs.first()?.page;
    let mut sizes: Vec<(f64, usize)> = paragraphs.iter().map(|p| (p.size, p.text.len())).collect();
    sizes.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = sizes.iter().map(|(_, length)| length).sum::<usize>() / 2;
    let mut passed = 0;
    let usual = sizes.iter().find(|(_, length)| {
        passed += length;
        passed >= half
    })?;
    let largest = paragraphs
        .iter()
        .take_while(|paragraph| paragraph.page == first)
        .filter(|paragraph| paragraph.size > 1.15 * usual.0 && is_titlelike(&paragraph.text))
        .max_by(|a, b| a.size.total_cmp(&b.size).then(std::cmp::Ordering::Greater))?;
    Some(largest.text.clone())
}

/// A text of the metadata: UTF-16 or UTF-8 with a mark, else what it looks like.
fn text_string(bytes: &[u8]) -> String {
    match encoding_rs::Encoding::for_bom(bytes) {
        Some((by, _)) => by.decode(bytes).0.into_owned(),
        None => encoding::name(bytes),
    }
}

/// The text of an element of the XML that describes a file.
fn element(xml: &str, name: &str) -> Option<String> {
    let start = xml.find(&format!("<{name}"))?;
    let rest = xml.get(start..)?;
    let end = rest.find(&format!("</{name}>"))?;
    let text = clean(&markup::words(rest.get(..end)?));
    (!text.is_empty()).then_some(text)
}

/// A date as PDF writes it: `D:20250614103200+08'00'`, or as everyone does.
fn day(text: &str) -> Option<Published> {
    let digits: String = text.trim().trim_start_matches("D:").chars().take_while(char::is_ascii_digit).collect();
    let part = |at: std::ops::Range<usize>| digits.get(at);
    let day = match (part(0..4), part(4..6), part(6..8)) {
        (Some(year), Some(month), Some(day)) => format!("{year}-{month}-{day}"),
        _ => return text.parse().ok(),
    };
    match (part(8..10), part(10..12)) {
        (Some(hour), Some(minute)) => format!("{day} {hour}:{minute}").parse().or_else(|_| day.parse()).ok(),
        _ => day.parse().ok(),
    }
}

#[cfg(test)]
mod tests;
