//! Labels kept apart from the articles: a CSV file with a line for each article.

use std::{collections::BTreeMap, path::Path};

use crate::{
    article::Article,
    error::{Error, Result},
};

/// Names of the column that holds the label.
const COLUMNS: [&str; 2] = ["label", "theme"];

/// Gives articles the labels of a CSV file with a header, `id,label` or `id,theme`, in place of their own. An article that
/// the file does not name, or names with an empty label, has none afterwards. Returns the ids that no article has, in order.
///
/// # Errors
/// [`Error::Read`] if the file cannot be read, [`Error::Line`] if a line is no such line or labels an id a second time.
pub fn apply(articles: &mut [Article], path: &Path) -> Result<Vec<String>> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|source| Error::Read { path: name.clone(), source })?;
    let mut labels = parse(&name, &text)?;
    for article in articles {
        article.label = labels.remove(&article.id).filter(|label| !label.is_empty());
    }
    Ok(labels.into_keys().collect())
}

fn parse(path: &str, text: &str) -> Result<BTreeMap<String, String>> {
    let fail = |line: u64, reason: String| Error::Line {
        path: path.to_owned(),
        line: usize::try_from(line).unwrap_or(usize::MAX),
        reason,
    };
    let malformed = |error: csv::Error| fail(error.position().map_or(1, csv::Position::line), error.to_string());
    // The reader counts a line after CR LF as the one before.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(malformed)?;
    let column = |names: &[&str]| header.iter().position(|name| names.contains(&name));
    let fields = header.len();
    let (Some(id), Some(label)) = (column(&["id"]), column(&COLUMNS)) else {
        return Err(fail(
            1,
            "the columns `id` and `label` are wanted; begin the file with the line `id,label`".to_owned(),
        ));
    };
    let mut labels = BTreeMap::new();
    for row in reader.records() {
        let row = row.map_err(malformed)?;
        let line = row.position().map_or(0, csv::Position::line);
        if row.len() != fields {
            let reason = format!(
                "it holds {} of the {fields} fields of the header; put what holds a comma in quotes",
                row.len()
            );
            return Err(fail(line, reason));
        }
        let field = |column: usize| row.get(column).unwrap_or_default().to_owned();
        if labels.insert(field(id), field(label)).is_some() {
            return Err(fail(line, format!("the id {:?} has a label already; keep one of the lines", field(id))));
        }
    }
    Ok(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_replace_those_the_articles_carry() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("labels.csv");
        std::fs::write(&path, "\u{feff}id,note,theme\r\nb,\"x, y\",天气\r\nz,,t\r\na,,\r\n").unwrap();
        let article = |id: &str| Article { id: id.into(), label: Some("own".into()), ..Article::default() };
        let mut articles = ["a", "b", "c"].map(article);
        assert_eq!(apply(&mut articles, &path).unwrap(), ["z"]);
        assert_eq!(articles.map(|a| a.label), [None, Some("天气".into()), None]);
    }

    #[test]
    fn a_bad_line_is_named() {
        for (text, told) in [
            ("id,label\na,x\na,y\n", "labels.csv:3: the id \"a\" has a label already"),
            ("id,label\r\na,x\r\nb\r\n", "labels.csv:3: it holds 1 of the 2 fields of the header; "),
            ("name,label\na,x\n", "labels.csv:1: the columns `id` and `label` are wanted"),
            ("", "labels.csv:1: "),
        ] {
            let error = parse("labels.csv", text).unwrap_err().to_string();
            assert!(error.starts_with(told), "{error}");
        }
    }
}
