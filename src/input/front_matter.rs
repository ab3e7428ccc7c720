//! Front matter: YAML between `---` lines or TOML between `+++` lines, at the top of a Markdown file.

use std::ops::Range;

use serde_json::{Map, Value};

use super::source::lines;

/// A file's front matter.
#[derive(Debug, PartialEq)]
pub(super) struct FrontMatter {
    /// The fields; of malformed YAML, those of its lines that are plain `name: value`.
    pub fields: Map<String, Value>,
    /// What is wrong: the line of the file, and the reason.
    pub fault: Option<(u32, String)>,
    /// Byte range of the fields in the file's text.
    pub span: Range<usize>,
    /// Where the body begins.
    pub body: usize,
}

/// Finds and reads front matter. None if the text opens with no fence, the fence is not closed, or what it holds is no
/// front matter but, say, a paragraph between two rules.
pub(super) fn find(text: &str) -> Option<FrontMatter> {
    if !text.starts_with("---") && !text.starts_with("+++") {
        return None;
    }
    let lines = lines(text);
    let fence = text.get(lines.first()?.clone())?.trim_end();
    if fence != "---" && fence != "+++" {
        return None;
    }
    let closes = |line: &str| line == fence || (fence == "---" && line == "...");
    let close = lines.iter().skip(1).position(|line| closes(text[line.clone()].trim_end()))? + 1;
    let span = lines.get(1)?.start..lines.get(close)?.start;
    let body = lines.get(close + 1).map_or(text.len(), |line| line.start);
    // A lone CR ends a line for us, but not for TOML; of one byte both, so positions hold.
    let inner = super::markdown::line_feeds(&text[span.clone()]);
    let fields = if fence == "+++" { toml_fields(&inner) } else { yaml_fields(&inner) };
    match fields {
        Ok(Some(fields)) => Some(FrontMatter { fields, fault: None, span, body }),
        Ok(None) => None,
        Err(_) if !inner.lines().any(names_a_field) => None,
        Err((line, reason)) => {
            let fields = if fence == "---" { plain_lines(&inner) } else { Map::new() };
            Some(FrontMatter { fields, fault: Some((line.saturating_add(1), reason)), span, body })
        }
    }
}

fn names_a_field(line: &str) -> bool {
    line.split_once([':', '=']).is_some_and(|(name, _)| {
        let name = name.trim();
        !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
    })
}

/// What a person reads in malformed YAML, most often a title with a colon in it: lines `name: value` of a known name.
fn plain_lines(text: &str) -> Map<String, Value> {
    let mut fields = Map::new();
    for line in text.lines() {
        let Some((name, value)) = line.split_once(": ") else { continue };
        let value = value.trim();
        let quoted = ['"', '\''].iter().find_map(|&quote| value.strip_prefix(quote)?.strip_suffix(quote));
        let value = quoted.unwrap_or(value);
        let plain = !value.starts_with(['"', '\'', '[', '{', '|', '>', '&', '*', '!', '~']) && !value.is_empty();
        if plain
            && ["id", "title", "lang", "label", "date", "source", "url"].contains(&name)
            && !fields.contains_key(name)
        {
            fields.insert(name.to_owned(), value.into());
        }
    }
    fields
}

type Fields = Result<Option<Map<String, Value>>, (u32, String)>;

/// Fields whose words count, not their YAML type.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Written {
    id: Option<String>,
    title: Option<String>,
    lang: Option<String>,
    label: Option<String>,
    date: Option<String>,
    source: Option<String>,
}

fn yaml_fields(text: &str) -> Fields {
    match serde_saphyr::from_str::<Value>(text) {
        Ok(Value::Object(mut fields)) => {
            // YAML takes `007` for a number and `no` for false; an id and a language are what is written.
            let written = serde_saphyr::from_str::<Written>(text).unwrap_or_default();
            let written = [
                ("id", written.id),
                ("title", written.title),
                ("lang", written.lang),
                ("label", written.label),
                ("date", written.date),
                ("source", written.source),
            ];
            for (name, value) in written {
                if let (Some(field), Some(value)) = (fields.get_mut(name).filter(|field| !field.is_null()), value) {
                    *field = value.into();
                }
            }
            Ok(Some(fields))
        }
        Ok(Value::Null) => Ok(Some(Map::new())),
        Ok(_) => Ok(None),
        Err(error) => {
            let line = error.location().map_or(1, |at| u32::try_from(at.line()).unwrap_or(u32::MAX)).max(1);
            let column = error.location().map_or(1, |at| at.column());
            // The message opens with a line counted from the fence; the note has the line of the file.
            let message = first_line(&error.without_snippet().to_string());
            let message = message.strip_prefix("error: ").unwrap_or(&message);
            let message =
                message.strip_prefix("line ").and_then(|rest| rest.split_once(": ")).map_or(message, |(_, rest)| rest);
            let message = message.split(" at line ").next().unwrap_or(message);
            Err((line, format!("column {column}: {message}")))
        }
    }
}

fn toml_fields(text: &str) -> Fields {
    match toml::from_str::<toml::Table>(text) {
        Ok(table) => Ok(Some(table.into_iter().map(|(name, value)| (name, json(value))).collect())),
        Err(error) => {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or("");
            let line = before.matches('\n').count() + 1;
            Err((u32::try_from(line).unwrap_or(u32::MAX), first_line(error.message())))
        }
    }
}

fn first_line(message: &str) -> String {
    super::prose::clean(message.lines().find(|line| !line.trim().is_empty()).unwrap_or("cannot be read"))
}

/// A TOML value as JSON; dates become text. The TOML parser bounds the depth.
fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(truth) => truth.into(),
        toml::Value::Datetime(date) => date.to_string().into(),
        toml::Value::Array(values) => values.into_iter().map(json).collect(),
        toml::Value::Table(table) => {
            Value::Object(table.into_iter().map(|(name, value)| (name, json(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_and_toml_give_the_same_fields() {
        let text = "---\ntitle: 雨\ndate: 2025-05-03\nn: 3\n---\nbody";
        let yaml = find(text).unwrap();
        let toml = find("+++\r\ntitle = \"雨\"\r\ndate = 2025-05-03\r\nn = 3\r\n+++\r\nbody").unwrap();
        let mut toml_fields = toml.fields;
        toml_fields.sort_keys();
        let mut yaml_fields = yaml.fields;
        yaml_fields.sort_keys();
        assert_eq!(yaml_fields, toml_fields);
        assert_eq!(yaml_fields["date"], "2025-05-03");
        assert_eq!(&text[yaml.body..], "body");
        assert!(find("---\rtitle: a\r---\rb").unwrap().fault.is_none());
        assert!(find("+++\rtitle = 'a'\r+++\rb").unwrap().fault.is_none());
    }

    #[test]
    fn an_id_of_digits_and_a_language_that_yaml_takes_for_false_stay_as_written() {
        let fields = find("---\nid: 007\nlang: no\nlabel: yes\ntitle: 2024\nsource: ~\nn: 7\n---\n").unwrap().fields;
        assert_eq!([&fields["id"], &fields["lang"], &fields["label"], &fields["title"]], ["007", "no", "yes", "2024"]);
        assert!(fields["source"].is_null() && fields["n"] == 7, "{fields:?}");
    }

    #[test]
    fn faults_name_their_line() {
        let (line, reason) = find("---\ntitle: a\nsource: [b\n---\nbody").unwrap().fault.unwrap();
        assert!((3..=4).contains(&line) && !reason.is_empty(), "{line} {reason}");
        let (line, _) = find("+++\ntitle = 'a'\nsource = \n+++\n").unwrap().fault.unwrap();
        assert_eq!(line, 3);
        let front = find("---\ntitle: 深海: 新发现\ndate: '2025-05-03'\ntags: [a\n---\nbody").unwrap();
        assert_eq!(serde_json::to_string(&front.fields).unwrap(), r#"{"title":"深海: 新发现","date":"2025-05-03"}"#);
        assert_eq!(front.fault.unwrap().0, 2);
    }

    #[test]
    fn rules_around_prose_and_open_fences_are_no_front_matter() {
        for text in ["---\nprose between rules\n---\n", "---\ntitle: a\n", "--- x\n---\n", "text", "", "---"] {
            assert_eq!(find(text), None, "{text}");
        }
    }
}
