//! JSON lines: one object an article. A JSON array of objects, objects spread over lines, and an object that wraps a list
//! of articles (`{"status": "ok", "articles": [{…}, …]}`) are read as well.

use std::ops::Range;

use rayon::prelude::*;
use serde_json::{Map, Value};

use super::{
    fields, markup, pairs, prose, rows,
    source::{Draft, Likeness, Parsed, Reader, Source},
    spans,
};
use crate::article::{Article, Passage};

/// Reads JSON lines.
pub struct JsonlReader;

impl Reader for JsonlReader {
    fn read(&self, source: &Source<'_>) -> Parsed {
        in_parts(source).unwrap_or_else(|| {
            let mut parsed = Parsed::default();
            records(source, 0..source.text().len(), true, &mut parsed);
            parsed
        })
    }

    fn likeness(&self, source: &Source<'_>) -> Likeness {
        let text = source.text().trim_start();
        let line = text.split(['\n', '\r']).next().unwrap_or("");
        let object = |text: &str| {
            text.trim_start().strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with(['"', '}']))
        };
        let array = |text: &str| text.strip_prefix('[').is_some_and(object);
        if object(line) && serde_json::from_str::<Map<String, Value>>(line.trim_end().trim_end_matches(',')).is_ok() {
            Likeness::Certain
        } else if object(text) || array(text) || matches!(source.ending().as_str(), "jsonl" | "ndjson" | "json") {
            Likeness::Likely
        } else {
            Likeness::No
        }
    }
}

/// Bytes of a part that is read by itself, about.
const PART: usize = 1 << 18;

/// Reads a file of one object a line in parts, side by side; none if it is not plainly such a file. As every part then ends
/// with the end of an object, the result is that of the whole.
fn in_parts(source: &Source<'_>) -> Option<Parsed> {
    let text = source.text();
    if text.len() < 2 * PART {
        return None;
    }
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for line in source.lines() {
        let line_text = text.get(line.clone())?.trim_start();
        if !line_text.is_empty() && !line_text.starts_with('{') {
            return None;
        }
        if line.start - start >= PART {
            parts.push(start..line.start);
            start = line.start;
        }
    }
    parts.push(start..text.len());
    let read = |part: Range<usize>| {
        let mut parsed = Parsed::default();
        records(source, part, true, &mut parsed).then_some(parsed)
    };
    let parts: Vec<Parsed> = parts.into_par_iter().map(read).collect::<Option<_>>()?;
    let mut whole = Parsed::default();
    whole.articles.reserve_exact(parts.iter().map(|part| part.articles.len()).sum());
    for part in parts {
        let before = whole.records;
        let numbered = |draft: Draft| Draft { number: draft.number.map(|number| number + before), ..draft };
        whole.articles.extend(part.articles.into_iter().map(numbered));
        whole.pairs.extend(part.pairs);
        whole.notes.extend(part.notes);
        whole.records += part.records;
    }
    Some(whole)
}

/// Reads the rows in `span` of the source; whether all of it was JSON. `outer` rows may wrap a list of others.
fn records(source: &Source<'_>, span: Range<usize>, outer: bool, parsed: &mut Parsed) -> bool {
    let text = &source.text()[..span.end];
    let mut at = skip_space(text, span.start);
    let mut sound = true;
    let array = text[at..].starts_with('[') && !text[at..].starts_with("[]");
    if array {
        at += 1;
    }
    loop {
        at = skip_space(text, at);
        let rest = &text[at..];
        if rest.is_empty() {
            return sound;
        }
        if let Some(mark) = rest.chars().next().filter(|&c| c == ',' || (array && c == ']')) {
            at += mark.len_utf8();
            continue;
        }
        parsed.records += 1;
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) => {
                let end = at + values.byte_offset();
                row(source, at..end, value, outer, parsed);
                at = end;
            }
            Some(Err(error)) => {
                sound = false;
                let line = source.line(at);
                // serde_json counts from the row: its first line begins at the row's own column.
                let (down, column) = (error.line().saturating_sub(1), error.column());
                let column = if down == 0 { column + column_of(text, at) } else { column };
                let message = error.to_string();
                let message = message.split(" at line ").next().unwrap_or(&message);
                let where_ = match down {
                    0 => format!("column {column}"),
                    _ => format!("line {}, column {column}", line as usize + down),
                };
                parsed.note(
                    Some(line),
                    "not valid JSON, so the rest of the line is skipped; one object a line is wanted",
                    format!("{where_}: {message}"),
                );
                at = resume(text, at, rest.starts_with('{') && down > 0);
            }
            None => return sound,
        }
    }
}

fn skip_space(text: &str, at: usize) -> usize {
    at + (text[at..].len() - text[at..].trim_start_matches([' ', '\t', '\r', '\n', '\u{FEFF}']).len())
}

/// Bytes between the start of the line and `at`.
fn column_of(text: &str, at: usize) -> usize {
    at - text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1)
}

/// Where to go on after a row that does not parse: the next line, or, inside an object spread over lines, the next line
/// that opens an object.
fn resume(text: &str, at: usize, spread: bool) -> usize {
    let mut at = at;
    loop {
        let Some(end) = text[at..].find(['\n', '\r']) else { return text.len() };
        at = skip_space(text, at + end);
        if !spread || at == text.len() || text[at..].starts_with('{') {
            return at;
        }
    }
}

fn row(source: &Source<'_>, span: Range<usize>, value: Value, outer: bool, parsed: &mut Parsed) {
    let line = Some(source.line(span.start));
    let Value::Object(mut row) = value else {
        let what = match value {
            Value::Array(_) => "an array",
            Value::String(_) => "a string",
            _ => "a bare value",
        };
        parsed.note(line, "the row is no JSON object; write {\"title\": …, \"text\": …}", format!("it is {what}"));
        return;
    };
    let names = &source.settings().names;
    if pairs::is_pair(&row, names) {
        match pairs::read(&row, source.line(span.start)) {
            Some(pair) => parsed.pairs.push(pair),
            None => parsed.note(
                line,
                "the pair is not whole; it has to be two texts and a number: `text_a`, `text_b`, `label`",
                "",
            ),
        }
        return;
    }
    let raw = &source.text()[span.clone()];
    let members = spans::members(raw);
    // Of a key given twice serde_json keeps the last.
    let find = |name: &str| {
        let same = |key: &str| serde_json::from_str::<String>(key).is_ok_and(|key| key == name);
        members.iter().rev().find(|(key, _)| same(&raw[key.clone()])).map(|(_, value)| value.clone())
    };
    if outer && let Some(list) = wrapped(&row, names).and_then(find) {
        parsed.records -= 1;
        records(source, span.start + list.start..span.start + list.end, false, parsed);
        return;
    }
    if let Some((what, detail)) = rows::too_long(span.len(), &source.settings().limits) {
        parsed.note(line, what, detail);
        return;
    }
    let place = |name: &str| find(name).map_or(span.clone(), |at| span.start + at.start..span.start + at.end);
    let title_at = place(fields::given("title", &row, names).unwrap_or("title"));
    let mut passages = Vec::new();
    if let Some(name) = fields::given("text", &row, names).map(str::to_owned) {
        let texts: Option<Vec<&str>> = match row.get(&name) {
            Some(Value::String(text)) => Some(vec![text]),
            Some(Value::Array(parts)) => parts.iter().map(Value::as_str).collect(),
            _ => None,
        };
        let Some(texts) = texts else {
            parsed.note(line, "`text` is no text; write a string or a list of strings", "");
            return;
        };
        let at = place(&name);
        // The HTML of a JSON feed.
        let html = name == "content_html";
        let words: Vec<String> = texts.iter().filter(|_| html).map(|text| markup::words(text)).collect();
        let texts: Vec<&str> = if html { words.iter().map(String::as_str).collect() } else { texts };
        for text in &texts {
            let ranges = prose::paragraphs(text);
            if passages.is_empty() {
                // Most texts are one: room for more, given back later, would be left in small pieces.
                passages.reserve_exact(ranges.len());
            }
            let offsets: Vec<usize> = ranges.iter().flat_map(|range| [range.start, range.end]).collect();
            // The parts of a list share the list's range.
            let raw = source.text().get(at.clone()).filter(|raw| raw.starts_with('"') && !html);
            let offsets = raw.map(|raw| spans::raw_offsets(raw, &offsets));
            for (n, range) in ranges.into_iter().enumerate() {
                let exact = offsets.as_ref().and_then(|offsets| Some(*offsets.get(2 * n)?..*offsets.get(2 * n + 1)?));
                let place = exact.map_or(at.clone(), |exact| at.start + exact.start..at.start + exact.end);
                passages.push(prose::passage(&text[range], None, source.position(place)));
            }
        }
        row.shift_remove(&name);
    }
    if row.get("text").is_some_and(Value::is_null) {
        row.shift_remove("text");
    }
    push(source, row, passages, title_at, line, parsed);
}

/// The one field of a row without title and text that holds a list of objects: what an interface of a news service
/// wraps its articles in.
fn wrapped<'a>(row: &'a Map<String, Value>, renamed: &fields::Names) -> Option<&'a str> {
    // A feed has a title of its own.
    if row.get("version").and_then(Value::as_str).is_some_and(|version| version.contains("jsonfeed.org")) {
        return row.get("items").and_then(Value::as_array).map(|_| "items");
    }
    if fields::names_article(row, renamed) {
        return None;
    }
    let mut lists = row.iter().filter(|(_, value)| {
        value.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(Value::is_object))
    });
    lists.next().filter(|_| lists.next().is_none()).map(|(name, _)| name.as_str())
}

fn push(
    source: &Source<'_>,
    row: Map<String, Value>,
    passages: Vec<Passage>,
    title_at: Range<usize>,
    line: Option<u32>,
    parsed: &mut Parsed,
) {
    let names: Vec<&str> = row.keys().map(String::as_str).take(8).collect();
    let names = format!("its fields: {}", if names.is_empty() { "none".to_owned() } else { names.join(", ") });
    let article = Article { title_position: source.position(title_at), passages, ..Article::default() };
    let missing = ("the row has neither a title nor a text; name its fields with --map title=NAME", names);
    fields::finish(article, row, &source.settings().names, line, missing, parsed);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Parsed {
        JsonlReader.read(&Source::new("rows.jsonl", text.as_bytes()).unwrap())
    }

    fn titles(parsed: &Parsed) -> Vec<&str> {
        parsed.articles.iter().map(|draft| draft.article.title.as_str()).collect()
    }

    #[test]
    fn a_file_read_in_parts_is_read_as_a_whole() {
        let filler = "深海科考 deep sea ".repeat(400);
        let row = |i: usize| {
            format!("{{\"id\": \"{i}\", \"title\": \"t{i}\", \"text\": \"{filler}\", \"date\": \"soon\"}}\n")
        };
        let pair = "{\"text_a\": \"a\", \"text_b\": \"b\", \"label\": 1}\n";
        let good: String = (0..200).map(|i| if i % 7 == 3 { format!("\n{pair}") } else { row(i) }).collect();
        // What does not end where a line does, and what spreads over lines that all begin as objects do.
        let broken = format!("{good}{{\"title\": \"cut\"\n{good}");
        let spread = format!("{good}{}", format!("{{\"b\": \"{filler}\", \"a\":\n{{\"c\": 1}}}}\n").repeat(200));
        for (text, in_parts_too) in [(&good, true), (&broken, false), (&spread, false)] {
            let source = Source::new("a.jsonl", text.as_bytes()).unwrap();
            let mut whole = Parsed::default();
            records(&source, 0..text.len(), true, &mut whole);
            assert_eq!(JsonlReader.read(&source), whole);
            assert!(whole.records >= 200 && whole.pairs.len() >= 28);
            assert_eq!(in_parts(&source).is_some(), in_parts_too);
        }
    }

    #[test]
    fn a_row_becomes_an_article_with_its_fields_and_places() {
        let text = r#"{"id": 12, "title": "雨", "text": "One [1].\n\nTwo \"x\".", "lang": "zh", "label": 3, "date": "2025-01-02", "source": "S", "url": "http://x", "split": "dev"}"#;
        let parsed = read(text);
        assert_eq!(parsed.notes, []);
        let article = &parsed.articles[0].article;
        assert_eq!(
            (article.id.as_str(), article.label.as_deref(), article.lang.as_deref()),
            ("12", Some("3"), Some("zh"))
        );
        assert_eq!(article.extra["split"], "dev");
        let at = |p: crate::article::Position| &text[p.start as usize..p.end as usize];
        assert_eq!(at(article.title_position), "\"雨\"");
        assert_eq!(article.passages.iter().map(|p| p.text.as_str()).collect::<Vec<_>>(), ["One [1].", "Two \"x\"."]);
        assert_eq!(at(article.passages[0].position), "One [1].");
        assert_eq!(at(article.passages[1].position), "Two \\\"x\\\".");
        assert_eq!(article.passages[0].citations[0].number, 1);
    }

    #[test]
    fn bad_rows_are_reported_with_line_and_column_and_the_rest_is_read() {
        let parsed = read(
            "{\"title\": \"a\"}\n\n{\"title\": oops}\r\n[1]\n{\"x\": 1}\n{\"title\": \"b\", \"date\": \"soon\"}\n{\"title\": \"c\"",
        );
        assert_eq!(titles(&parsed), ["a", "b"]);
        let notes: Vec<_> = parsed.notes.iter().map(|n| (n.line.unwrap(), n.what, n.detail.as_str())).collect();
        assert_eq!(
            notes[0],
            (
                3,
                "not valid JSON, so the rest of the line is skipped; one object a line is wanted",
                "column 11: expected value"
            )
        );
        assert_eq!((notes[1].0, notes[1].2), (4, "it is an array"));
        assert_eq!(
            (notes[2].0, notes[2].1, notes[2].2),
            (5, "the row has neither a title nor a text; name its fields with --map title=NAME", "its fields: x")
        );
        assert_eq!((notes[3].0, notes[3].1), (6, "the article is kept without its date; write it as 2025-06-14"));
        assert_eq!(notes[4].0, 7);
        assert_eq!((notes.len(), parsed.records), (5, 6));
    }

    #[test]
    fn arrays_and_spread_out_objects_are_read() {
        assert_eq!(titles(&read("[{\"title\": \"a\"}, {\"title\": \"b\"},\n{\"title\": \"c\"}]\n")), ["a", "b", "c"]);
        assert_eq!(titles(&read("{\n  \"title\": \"a\"\n}\n{\n  \"title\": \"b\"\n}")), ["a", "b"]);
        let parsed = read("[\n {\n  \"title\": \"a\",\n  \"n\": oops\n },\n {\n  \"title\": \"b\"\n }\n]");
        assert_eq!((titles(&parsed), parsed.notes.len()), (vec!["b"], 1));
        assert!(parsed.notes[0].detail.starts_with("line 4, column"), "{:?}", parsed.notes);
        assert_eq!(read("[]").articles.len(), 0);
    }

    #[test]
    fn articles_wrapped_in_an_object_were_one_bad_row() {
        let text = "{\"status\": \"ok\", \"n\": 2, \"articles\": [\n {\"title\": \"a\", \"content\": \"b\"},\n {\"x\": 1},\n \
                    {\"title\": \"c\", \"articles\": [{\"title\": \"d\"}]}\n]}";
        let parsed = read(text);
        assert_eq!((titles(&parsed), parsed.records), (vec!["a", "c"], 3));
        assert_eq!(parsed.articles[0].article.passages[0].position.line, 2);
        assert_eq!(parsed.articles[1].number, Some(3));
        assert_eq!(parsed.notes.iter().map(|note| note.line).collect::<Vec<_>>(), [Some(3)]);
        assert_eq!(read("{\"a\": [{\"title\": \"x\"}], \"b\": [{\"title\": \"y\"}]}").articles.len(), 0);
        assert_eq!(read("{\"a\": [{\"a\": [{\"title\": \"x\"}]}]}").articles.len(), 0);
    }

    #[test]
    fn a_json_feed_is_read_without_its_tags() {
        let parsed = read(
            "{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"F\", \"items\": [\n{\"id\": \"1\", \"title\": \"雨\", \
             \"content_html\": \"<p>One.</p><p>Two &amp; 3.</p>\", \"date_published\": \"2025-06-14T10:32:00Z\"}]}",
        );
        let article = &parsed.articles[0].article;
        assert_eq!((article.title.as_str(), article.passages[1].text.as_str()), ("雨", "Two & 3."));
        assert_eq!((article.passages[1].position.line, article.date.is_some()), (2, true));
    }

    #[test]
    fn a_row_over_the_limit_is_skipped() {
        let limits = crate::input::Limits::new().read("row", "40").unwrap();
        let settings = crate::input::Settings { limits, ..crate::input::Settings::new() };
        let text = format!("[{{\"text\": \"{}\"}}, {{\"text\": \"b\"}}]", "x".repeat(50));
        let parsed = JsonlReader.read(&Source::decode("a.json", text.as_bytes(), &settings).unwrap());
        assert_eq!((parsed.articles.len(), parsed.notes.len()), (1, 1));
        assert!(parsed.notes[0].detail.contains("--limit row=…"));
    }

    #[test]
    fn a_truncated_row_does_not_swallow_the_next() {
        let parsed = read("{\"title\": \"a\",\n{\"title\": \"b\"}\n{\"extra\": [\n{\"title\": \"c\"}\n");
        assert_eq!((titles(&parsed), parsed.notes.len()), (vec!["b", "c"], 2));
    }

    #[test]
    fn text_may_be_a_list_or_have_another_name() {
        let parsed = read("{\"text\": [\"a\", \"b\"]}\n{\"标题\": \"t\", \"正文\": \"c\"}\n{\"text\": {\"a\": 1}}");
        assert_eq!(parsed.articles[0].article.passages.len(), 2);
        let second = &parsed.articles[1].article;
        assert_eq!((second.title.as_str(), second.passages[0].text.as_str(), second.extra.len()), ("t", "c", 0));
        assert_eq!(parsed.notes[0].what, "`text` is no text; write a string or a list of strings");
    }

    #[test]
    fn deep_nesting_is_an_error_and_no_crash() {
        let parsed = read(&format!("{}\n{{\"title\": \"a\"}}", "{\"a\":".repeat(100_000)));
        assert_eq!(titles(&parsed), ["a"]);
    }
}
