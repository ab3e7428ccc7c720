//! Plain text: one article a file.

use std::ops::Range;

use super::{
    prose::{byline, clean, is_titlelike, paragraphs, passage, trimmed, width},
    source::{Draft, Likeness, Parsed, Reader, Source},
};
use crate::article::{Article, Position, Published};

/// Reads plain text.
///
/// The first line that is not blank is the title if it has at most 120 columns, does not end like a sentence or clause,
/// something follows it, and what follows sets it apart: a blank line, a line of source and date, or a line at least
/// twice as wide. A line of source and date may follow the title, or open the file. The rest is cut into paragraphs.
/// Of an e-mail the subject is the title, the sender the source and the date the date.
pub struct TextReader;

impl Reader for TextReader {
    fn read(&self, source: &Source<'_>) -> Parsed {
        let text = source.text();
        let mut article = Article::default();
        let mut lines = source.lines().map(|line| trimmed(text, line)).skip_while(|line| line.is_empty()).peekable();
        let Some(first) = lines.peek().cloned() else { return Parsed::default() };
        let mut body = first.start;
        if let Some((mail, end)) = mail(source) {
            let mut parsed = Parsed { records: 1, ..Parsed::default() };
            article = mail;
            paragraphs_of(source, end, &mut article);
            if article.title.is_empty() && article.passages.is_empty() {
                parsed.note(None, "is an e-mail without subject and text; take it away", "");
            } else {
                parsed.articles.push(Draft { article, number: None });
            }
            return parsed;
        }
        let mut parsed_byline = byline(&text[first.clone()]).map(|found| (found, first.end));
        if parsed_byline.is_none() {
            lines.next();
            let blank = lines.peek().is_some_and(|line| line.is_empty());
            if let Some(next) = lines.find(|line| !line.is_empty()) {
                let (line, follows) = (&text[first.clone()], &text[next.clone()]);
                let found = byline(follows);
                if is_titlelike(line) && (blank || found.is_some() || width(follows) >= 2 * width(line)) {
                    article.title = clean(line);
                    article.title_position = source.position(first.clone());
                    body = first.end;
                    parsed_byline = found.map(|found| (found, next.end));
                }
            }
        }
        if let Some((found, end)) = parsed_byline {
            (article.source, article.date) = (found.source, found.date);
            body = end;
        }
        paragraphs_of(source, body, &mut article);
        let mut parsed = Parsed { records: 1, ..Parsed::default() };
        if article.title.is_empty() {
            let at = article.passages.first().map_or(first.start..first.start, |p| {
                let start = p.position.start as usize - source.position(0..0).start as usize;
                start..start
            });
            article.title_position = source.position(at);
            if article.passages.is_empty() {
                parsed.note(None, "holds a line of source and date, but no article; write one below it", "");
                return parsed;
            }
        }
        parsed.articles.push(Draft { article, number: None });
        parsed
    }

    fn likeness(&self, _: &Source<'_>) -> Likeness {
        Likeness::Fallback
    }
}

/// The paragraphs from byte `body` of the text on.
fn paragraphs_of(source: &Source<'_>, body: usize, article: &mut Article) {
    let text = source.text();
    for range in paragraphs(&text[body..]) {
        let range = range.start + body..range.end + body;
        article.passages.push(passage(&text[range.clone()], None, source.position(range)));
    }
}

/// The head of an e-mail, `From:` and `Subject:` among its lines `Name: value` up to the first blank line, and where its
/// body begins. Lines that no article has a place for are kept in `extra`.
fn mail(source: &Source<'_>) -> Option<(Article, usize)> {
    let text = source.text();
    let mut fields: Vec<(&str, String, Range<usize>)> = Vec::new();
    let mut end = 0;
    for line in source.lines() {
        end = line.end;
        let range = trimmed(text, line.clone());
        let words = &text[range.clone()];
        if words.is_empty() {
            break;
        }
        if let (true, Some((_, value, _))) = (text[line].starts_with([' ', '\t']), fields.last_mut()) {
            // A folded line goes on.
            value.push(' ');
            value.push_str(&clean(words));
            continue;
        }
        let (name, value) = words.split_once(':')?;
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-') {
            return None;
        }
        fields.push((name, clean(value), range));
    }
    let mut article = Article::default();
    let (mut from, mut subject) = (false, false);
    for (name, value, range) in fields {
        match name.to_ascii_lowercase().as_str() {
            "subject" if !subject => {
                subject = true;
                article.title = value;
                article.title_position = source.position(range);
            }
            "from" if !from => {
                from = true;
                article.source = Some(value).filter(|value| !value.is_empty());
            }
            "date" if article.date.is_none() && value.parse::<Published>().is_ok() => article.date = value.parse().ok(),
            _ => {
                article.extra.insert(name.to_owned(), value.into());
            }
        }
    }
    if article.title.is_empty() {
        article.title_position = Position { line: source.line(end), ..source.position(end..end) };
    }
    (from && subject).then_some((article, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Article {
        let parsed = TextReader.read(&Source::new("a.txt", text.as_bytes()).unwrap());
        assert_eq!((parsed.articles.len(), parsed.notes.len()), (1, 0), "{text}");
        parsed.articles[0].article.clone()
    }

    fn passages(article: &Article) -> Vec<&str> {
        article.passages.iter().map(|passage| passage.text.as_str()).collect()
    }

    #[test]
    fn a_short_first_line_set_apart_is_the_title() {
        let article = read("\n A title\n\nFirst line\nof a paragraph.\n\nSecond one [2].\n");
        assert_eq!(article.title, "A title");
        assert_eq!(article.title_position, crate::article::Position { line: 2, start: 2, end: 9 });
        assert_eq!(passages(&article), ["First line\nof a paragraph.", "Second one [2]."]);
        assert_eq!((article.passages[1].position.line, article.passages[1].citations.len()), (7, 1));
        let article = read("深海科考\n新华社记者在报道中说，这项计划将持续十年。\n科学家们来自十个国家。");
        assert_eq!((article.title.as_str(), article.passages.len()), ("深海科考", 2));
    }

    #[test]
    fn a_first_line_that_is_plainly_a_paragraph_is_no_title() {
        for text in [
            "Rain fell on the hills.\n\nThen it stopped.",
            "This paragraph was wrapped by an editor at a\nwidth that leaves its lines much alike.\n\nAnd more",
            "只有一句话",
            &format!("{}\n\nmore", "long ".repeat(40)),
        ] {
            let article = read(text);
            assert_eq!(article.title, "", "{text}");
            assert!(!article.passages.is_empty());
            assert_eq!(article.title_position.start, article.passages[0].position.start);
        }
    }

    #[test]
    fn a_line_of_source_and_date_is_data() {
        for text in [
            "雨\n来源：新华社 2025-05-03\n\n下雨了。",
            "雨\n\n新华社 · 2025-05-03 10:00\n下雨了。",
            "雨\r\r2025-05-03 | 新华社\r\r下雨了。",
        ] {
            let article = read(text);
            assert_eq!((article.title.as_str(), article.source.as_deref()), ("雨", Some("新华社")), "{text}");
            assert_eq!(article.date.unwrap().day.to_string(), "2025-05-03");
            assert_eq!(passages(&article), ["下雨了。"]);
        }
        assert_eq!(read("2025-05-03\nRain fell.").title, "");
    }

    #[test]
    fn the_head_of_an_email_was_a_paragraph() {
        let head = "From: Ann <a@example.org>\nTo: b@example.org\nSubject: Quarterly report:\n continued\nDate: Sat, 14 Jun 2025 10:32:00 +0800\n";
        let article = read(&format!("{head}\nDear all,\n\nIt is attached.\n"));
        assert_eq!((article.title.as_str(), article.title_position.line), ("Quarterly report: continued", 3));
        assert_eq!(article.source.as_deref(), Some("Ann <a@example.org>"));
        assert_eq!(article.date.unwrap().to_string(), "2025-06-14T10:32");
        assert_eq!(
            (passages(&article), &article.extra["To"]),
            (vec!["Dear all,", "It is attached."], &"b@example.org".into())
        );
        let article = read("From: the north came rain.\n\nAnd wind.");
        assert_eq!(article.passages.len(), 2);
    }

    #[test]
    fn a_file_of_a_byline_alone_is_no_article() {
        let parsed = TextReader.read(&Source::new("a", b"2025-05-03\n").unwrap());
        assert_eq!((parsed.articles.len(), parsed.notes.len()), (0, 1));
        assert_eq!(TextReader.read(&Source::new("a", b" \n").unwrap()), Parsed::default());
    }
}
