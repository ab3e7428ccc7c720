//! Named fields, from a JSON row or front matter, into an article.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::{
    prose::clean,
    source::{Draft, Parsed},
};
use crate::article::Article;

/// Other names a field goes by; the field's own name wins over them, in this order.
const ALIASES: [(&str, &[&str]); 9] = [
    ("id", &[]),
    ("title", &["headline", "标题", "題目", "题目", "標題"]),
    (
        "text",
        &[
            "body",
            "content",
            "content_text",
            "content_html",
            "正文",
            "内容",
            "內容",
            "全文",
            "summary",
            "description",
            "abstract",
            "摘要",
        ],
    ),
    ("lang", &["language"]),
    ("label", &[]),
    (
        "date",
        &[
            "published",
            "publishedAt",
            "published_at",
            "date_published",
            "pubDate",
            "pub_date",
            "pubtime",
            "日期",
            "发布时间",
            "发表时间",
            "时间",
            "timestamp",
        ],
    ),
    ("source", &["publisher", "来源", "媒体", "出处"]),
    ("url", &["link", "链接", "网址"]),
    ("author", &["byline", "作者"]),
];

/// What fields are called in the rows of a run, besides their usual names: `title=标题`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Names {
    set: BTreeMap<String, String>,
}

impl Names {
    /// None.
    #[must_use]
    pub const fn new() -> Self {
        Self { set: BTreeMap::new() }
    }

    /// Whether no field is renamed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// Calls a field of an article by another name in the input; none if an article has no such field or the name is empty.
    #[must_use]
    pub fn with(mut self, field: &str, name: &str) -> Option<Self> {
        let known = ALIASES.iter().any(|(known, _)| *known == field) && !name.trim().is_empty();
        self.set.insert(field.to_owned(), name.trim().to_owned());
        known.then_some(self)
    }

    /// Takes over what another says.
    pub fn extend(&mut self, other: &Self) {
        self.set.extend(other.set.iter().map(|(field, name)| (field.clone(), name.clone())));
    }

    /// The name of a field.
    fn of(&self, field: &str) -> Option<&str> {
        self.set.get(field).map(String::as_str)
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let said = BTreeMap::<String, String>::deserialize(deserializer)?;
        let all = said.iter().try_fold(Self::new(), |names, (field, name)| names.with(field, name));
        all.ok_or_else(|| serde::de::Error::custom("no such field"))
    }
}

/// How many of an article's fields a row gives.
pub(super) fn count(row: &Map<String, Value>, renamed: &Names) -> usize {
    ALIASES.iter().filter(|(field, _)| given(field, row, renamed).is_some()).count()
}

/// Whether the columns of a table, or the fields of a row, name what an article has to have one of: a title, a text.
pub(super) fn names_article(row: &Map<String, Value>, renamed: &Names) -> bool {
    ["title", "text"].iter().any(|field| given(field, row, renamed).is_some())
}

/// What is said where a date is none.
pub(super) const NO_DATE: &str = "the article is kept without its date; write it as 2025-06-14";

/// Fills an article that is a row of many and adds it to what was read; one that then has neither title nor text is noted
/// as `missing`, in words that tell what helps, and what is particular to it.
pub(super) fn finish(
    mut article: Article,
    row: Map<String, Value>,
    renamed: &Names,
    line: Option<u32>,
    missing: (&'static str, String),
    parsed: &mut Parsed,
) {
    let bad_dates = fill(&mut article, row, renamed);
    if article.title.is_empty() && article.passages.is_empty() {
        parsed.note(line, missing.0, missing.1);
        return;
    }
    for bad in bad_dates {
        parsed.remark(line, NO_DATE, bad);
    }
    parsed.articles.push(Draft { article, number: Some(parsed.records) });
}

/// The name under which `field` is given, if it is: as it is written here, else in other capitals (`Title`).
pub(super) fn given<'a>(field: &'a str, row: &'a Map<String, Value>, renamed: &'a Names) -> Option<&'a str> {
    if let Some(name) = renamed.of(field)
        && row.get(name).is_some_and(|value| !value.is_null())
    {
        return Some(name);
    }
    let aliases = ALIASES.iter().find(|(name, _)| *name == field).map_or(&[][..], |(_, aliases)| aliases);
    let names = || std::iter::once(field).chain(aliases.iter().copied());
    names().find(|name| row.get(*name).is_some_and(|value| !value.is_null())).or_else(|| {
        let said = |name: &str| row.iter().find(|(key, value)| key.eq_ignore_ascii_case(name) && !value.is_null());
        names().find_map(said).map(|(key, _)| key.as_str())
    })
}

/// Moves the fields of `row` that an article has into `article`, and all others, as they are, into its `extra`. What has
/// a known name but no usable value (a list as a title) stays in `extra` too. Returns the dates that are none.
pub(super) fn fill(article: &mut Article, mut row: Map<String, Value>, renamed: &Names) -> Vec<String> {
    let mut take = |field: &str| {
        let name = given(field, &row, renamed)?.to_owned();
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
    // A map keeps the room that its fields had, of which most are gone.
    article.extra = row.into_iter().collect();
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
    Some(utc(seconds)?.to_string())
}

/// The day and time, by UTC, so many seconds after the first of 1970.
pub(super) fn utc(seconds: i64) -> Option<jiff::civil::DateTime> {
    let at = jiff::Timestamp::from_second(seconds).ok()?;
    Some(jiff::tz::Offset::UTC.to_datetime(at))
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
        let bad = fill(&mut article, serde_json::from_str(json).unwrap(), &Names::new());
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
