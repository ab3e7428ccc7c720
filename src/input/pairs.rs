//! Scored pairs of texts: rows of JSON lines that are no articles but a test of similarity.

use serde_json::{Map, Value};

use super::fields;

/// Two texts and how alike people found them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pair {
    /// The texts, trimmed, neither empty.
    pub texts: [String; 2],
    /// The score, finite; higher is more alike.
    pub score: f64,
    /// The part of the data it belongs to (`train`, `dev`, …), if it says so.
    pub split: Option<String>,
    /// Its line in the file, from 1.
    pub line: u32,
}

/// Whether a row is meant as a pair: it has `text_a` and `text_b`, and nothing that would make it an article.
pub(super) fn is_pair(row: &Map<String, Value>, renamed: &fields::Names) -> bool {
    let article = ["title", "text"].iter().any(|field| fields::given(field, row, renamed).is_some());
    !article && row.contains_key("text_a") && row.contains_key("text_b")
}

/// Reads a row that is meant as a pair; none if a text is missing or empty, or the `label` is no number.
pub(super) fn read(row: &Map<String, Value>, line: u32) -> Option<Pair> {
    let text = |name| row.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let label = row.get("label")?;
    let score = label.as_f64().or_else(|| label.as_str()?.trim().parse().ok()).filter(|score| score.is_finite())?;
    let split = row.get("split").and_then(Value::as_str).map(str::to_owned);
    Some(Pair { texts: [text("text_a")?, text("text_b")?], score, split, line })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str) -> Option<Pair> {
        let row: Map<String, Value> = serde_json::from_str(json).unwrap();
        assert!(is_pair(&row, &fields::Names::new()));
        read(&row, 3)
    }

    #[test]
    fn an_article_with_such_fields_stays_an_article() {
        let row = serde_json::from_str(r#"{"title": "t", "text_a": "a", "text_b": "b", "label": 1}"#).unwrap();
        assert!(!is_pair(&row, &fields::Names::new()));
    }

    #[test]
    fn a_pair_has_two_texts_and_a_number() {
        let pair = of(r#"{"text_a": " a ", "text_b": "b", "label": "2.5", "split": "dev"}"#).unwrap();
        let texts = ["a".to_owned(), "b".to_owned()];
        assert_eq!(pair, Pair { texts, score: 2.5, split: Some("dev".to_owned()), line: 3 });
        for bad in [
            r#"{"text_a": "a", "text_b": " ", "label": 1}"#,
            r#"{"text_a": "a", "text_b": "b"}"#,
            r#"{"text_a": "a", "text_b": ["b"], "label": 1}"#,
            r#"{"text_a": "a", "text_b": "b", "label": "NaN"}"#,
        ] {
            assert_eq!(of(bad), None, "{bad}");
        }
    }
}
