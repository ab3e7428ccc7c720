//! Named fields, from a JSON row or front matter, into an article.

use serde_json::{Map, Value};

use super::prose::clean;
use crate::article::Article;

/// Other names a field goes by; the field's own name wins over them, in this order.
const ALIASES: [(&str, &[&str]); 9] = [
    ("id", &[]),
    ("title", &["headline", "标题"]),
    ("text", &["body", "content", "正文", "内容", "summary", "description", "abstract", "摘要"]),
    ("lang", &["language"]),
    ("label", &[]),
    ("date", &["published", "publishedAt", "published_at", "pubDate", "pub_date", "日期", "发布时间", "timestamp"]),
    ("source", &["publisher", "来源"]),
    ("url", &["link", "链接"]),
    ("author", &[]),
];

/// The name under which `field` is given, if it is: as it is written here, else in other capitals (`Title`).
pub(super) fn given<'a>(field: &'a str, row: &'a Map<String, Value>) -> Option<&'a str> {
    let aliases = ALIASES.iter().find(|(name, _)| *name == field).map_or(&[][..], |(_, aliases)| aliases);
    let names = || std::iter::once(field).chain(aliases.iter().copied());
    names().find(|name| row.get(*name).is_some_and(|value| !value.is_null())).or_else(|| {
        let said = |name: &str| row.iter().find(|(key, value)| key.eq_ignore_ascii_case(name) && !value.is_null());
        names().find_map(said).map(|(key, _)| key.as_str())
    })
}

/// Moves the fields of `row` that an article has into `article`, and all others, as they are, into its `extra`. What has
/// a known name but no usable value (a list as a title) stays in `extra` too. Returns the dates that are none.
pub(super) fn fill(article: &mut Article, mut row: Map<String, Value>) -> Vec<String> {
    let mut take = |field: &str| {
        let name = given(field, &row)?.to_owned();
        let value = row.get(&name)?;
        let text = if field == "date" { clock(value) } else { None }.or_else(|| as_text(value))?;
        row.shift_remove(&name);
        Some(text)
    };
    let line = |text: String| Some(clean(&text)).filter(|text| !text.is_empty());
    article.id = take("id").and_then(line).unwrap_or_default();
    article.title = take("title").and_then(line).unwrap_or_default();
    article.lang = take("lang").and_then(line);
    article.label = take("label").and_then(line);
    article.source = take("source").and_then(line);
    article.url = take("url").and_then(line);
    let date = take("date").and_then(line);
    let mut bad = Vec::new();
    if let Some(date) = date {
        match date.parse() {
            Ok(published) => article.date = Some(published),
            Err(error) => {
                bad.push(format!("{error}"));
                row.insert("date".to_owned(), Value::String(date));
            }
        }
    }
    for (name, _) in ALIASES {
        if row.get(name).is_some_and(Value::is_null) {
            row.shift_remove(name);
        }
    }
    article.extra = row;
    bad
}

/// The day and minute, by UTC, of a Unix time in seconds or, with 12 digits or more, in milliseconds; a number with
/// fewer than 9 digits is none, lest `2025` be a minute of 1970.
fn clock(value: &Value) -> Option<String> {
    let number = value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))?;
    if matches!(number.checked_abs()?, 0..100_000_000) {
        return None;
    }
    let seconds = if number.checked_abs()? >= 100_000_000_000 { number / 1000 } else { number };
    let at = jiff::Timestamp::from_second(seconds).ok()?;
    Some(jiff::tz::Offset::UTC.to_datetime(at).to_string())
}

fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        // News feeds give `"source": {"id": …, "name": …}`.
        Value::Object(object) => object.get("name")?.as_str().map(str::to_owned),
        Value::Null | Value::Array(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill_from(json: &str) -> (Article, Vec<String>) {
        let mut article = Article::default();
        let bad = fill(&mut article, serde_json::from_str(json).unwrap());
        (article, bad)
    }

    #[test]
    fn numbers_become_text_and_unknown_fields_keep_their_order() {
        let (article, bad) = fill_from(
            r#"{"z": 1, "id": 7, "label": 5.0, "title": "a\u0007\tb", "split": null, "a": [2], "url": null}"#,
        );
        assert_eq!((article.id.as_str(), article.label.as_deref(), article.title.as_str()), ("7", Some("5.0"), "a b"));
        assert_eq!(serde_json::to_string(&article.extra).unwrap(), r#"{"z":1,"split":null,"a":[2]}"#);
        assert!(bad.is_empty());
    }

    #[test]
    fn the_names_and_clocks_of_feed_exports_were_not_known() {
        for json in [
            r#"{"Title": "t", "DATE": "2024-06-10"}"#,
            r#"{"headline": "t", "publishedAt": "2024-06-10T06:13:20Z"}"#,
            r#"{"标题": "t", "timestamp": 1718000000}"#,
            r#"{"title": "t", "published_at": 1718000000123}"#,
            r#"{"title": "t", "date": 1718000000.5}"#,
        ] {
            let (article, bad) = fill_from(json);
            assert_eq!((article.title.as_str(), bad.len(), article.extra.len()), ("t", 0, 0), "{json}");
            assert_eq!(article.date.unwrap().day.to_string(), "2024-06-10", "{json}");
        }
        for json in [r#"{"title": "t", "date": 2024}"#, r#"{"title": "t", "date": 9e99}"#] {
            let (article, bad) = fill_from(json);
            assert_eq!((article.date, bad.len()), (None, 1), "{json}");
        }
        let (article, _) = fill_from(r#"{"title": "t", "Title": "u"}"#);
        assert_eq!((article.title.as_str(), article.extra["Title"].as_str()), ("t", Some("u")));
        let (article, _) = fill_from(r#"{"title": "t", "date": 20240610}"#);
        assert_eq!(article.date.unwrap().to_string(), "2024-06-10");
    }

    #[test]
    fn a_bad_date_is_reported_and_kept_as_it_was() {
        let (article, bad) = fill_from(r#"{"title": "t", "date": "soon"}"#);
        assert_eq!(article.date, None);
        assert_eq!(article.extra["date"], "soon");
        assert!(bad[0].contains("\"soon\" is not a date"));
    }

    #[test]
    fn what_a_field_cannot_hold_stays_in_extra() {
        let (article, _) = fill_from(r#"{"title": ["a"], "标题": "b", "source": {"name": "Nature"}}"#);
        assert_eq!((article.title.as_str(), article.source.as_deref()), ("", Some("Nature")));
        assert_eq!(article.extra["title"][0], "a");
    }
}
