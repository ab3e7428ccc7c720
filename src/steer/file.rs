//! The file of themes, and errors that name its line, theme and value, and the way out.

use std::collections::BTreeMap;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{Extra, Name, Theme, Wanted};
use crate::{
    article::Article,
    error::{Error, Result},
    segment,
};

/// Keys of the file.
const TOP: &[&str] = &["extra", "theme"];
/// Keys of a theme.
const THEME: &[&str] = &["name", "words", "examples", "must", "never"];
/// Keys of a name.
const NAME: &[&str] = &["zh", "en"];
/// How a theme is written.
const WRITE: &str =
    "write `[[theme]]` and below it `name = \"Belt and Road\"` and `words = [\"一带一路\", \"joint laboratory\"]`";

/// A text and how to speak of its places.
struct File<'a> {
    path: &'a str,
    text: &'a str,
}

impl Wanted {
    /// Parses the text of a file; `path` names it in errors.
    ///
    /// # Errors
    /// [`Error::Config`] with line, value and way out.
    pub fn parse(path: &str, text: &str) -> Result<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let file = File { path, text };
        let table = DeTable::parse(text).map_err(|error| {
            let at = error.span().unwrap_or_default().start;
            file.fault(at, &format!("{}; {WRITE}", error.message().trim_end()))
        })?;
        let table = table.get_ref();
        file.keys(table, TOP)?;
        let extra = match table.get("extra") {
            None => Extra::Auto,
            Some(value) => file.extra(value)?,
        };
        let mut themes = Vec::new();
        match table.get("theme").map(|value| (value, value.get_ref())) {
            None => return Err(file.fault(0, &format!("it names no theme; {WRITE}"))),
            Some((_, DeValue::Array(array))) => {
                for value in array {
                    themes.push(file.theme(value)?);
                }
            }
            Some((value, _)) => {
                let what = format!("`theme` is no list of themes; {WRITE}, with two brackets on each side");
                return Err(file.fault(value.span().start, &what));
            }
        }
        if themes.is_empty() {
            return Err(file.fault(0, &format!("it names no theme; {WRITE}")));
        }
        file.distinct(&themes)?;
        Ok(Self { path: path.to_owned(), extra, themes })
    }

    /// Checks that the examples are among the articles, ordered by id.
    pub(super) fn check(&self, articles: &[Article]) -> Result<()> {
        for theme in &self.themes {
            for id in &theme.examples {
                if articles.binary_search_by(|a| a.id.as_str().cmp(id)).is_ok() {
                    continue;
                }
                let ids = articles.iter().map(|a| a.id.as_str());
                let way_out = match nearest(id, ids) {
                    Some(id) => format!("did you mean {id:?}?"),
                    None => "`wenmai cluster --json` lists the ids".to_owned(),
                };
                let reason = format!(
                    "line {}: theme {:?} has the example {id:?}, but no article has this id; {way_out}",
                    theme.line,
                    theme.name.to_string()
                );
                return Err(Error::Config { path: self.path.clone(), reason });
            }
        }
        Ok(())
    }
}

impl File<'_> {
    fn line(&self, byte: usize) -> usize {
        self.text.get(..byte).unwrap_or(self.text).matches('\n').count() + 1
    }

    fn fault(&self, byte: usize, what: &str) -> Error {
        Error::Config { path: self.path.to_owned(), reason: format!("line {}: {what}", self.line(byte)) }
    }

    /// Refuses keys that mean nothing.
    fn keys(&self, table: &DeTable<'_>, known: &[&str]) -> Result<()> {
        // The first in the file, whatever order the table has.
        let unknown = table.iter().map(|(key, _)| key).filter(|key| !known.contains(&key.get_ref().as_ref()));
        let Some(key) = unknown.min_by_key(|key| key.span().start) else { return Ok(()) };
        let way_out = match nearest(key.get_ref(), known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the keys here are {}", known.join(", ")),
        };
        Err(self.fault(key.span().start, &format!("unknown key `{}`; {way_out}", key.get_ref())))
    }

    fn written(&self, value: &Spanned<DeValue<'_>>) -> String {
        let written = self.text.get(value.span()).unwrap_or_default();
        let short: String = written.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(60).collect();
        short
    }

    fn extra(&self, value: &Spanned<DeValue<'_>>) -> Result<Extra> {
        let number = match value.get_ref() {
            DeValue::String(word) if word == "auto" => return Ok(Extra::Auto),
            DeValue::Integer(_) => self.text.get(value.span()).and_then(|n| n.replace('_', "").parse::<usize>().ok()),
            _ => None,
        };
        number.map(Extra::Exactly).ok_or_else(|| {
            let rule = "but the number of further themes is \"auto\" or a whole number from 0";
            let what = format!("`extra` is {}, {rule}; write extra = \"auto\", or leave it out", self.written(value));
            self.fault(value.span().start, &what)
        })
    }

    fn theme(&self, value: &Spanned<DeValue<'_>>) -> Result<Theme> {
        let DeValue::Table(table) = value.get_ref() else {
            return Err(self.fault(value.span().start, &format!("this is no theme; {WRITE}")));
        };
        self.keys(table, THEME)?;
        let at = value.span().start;
        let name = match table.get("name") {
            None => return Err(self.fault(at, "a theme has no name; write `name = \"Belt and Road\"`")),
            Some(name) => self.name(name)?,
        };
        let list = |key: &str| table.get(key).map_or(Ok(Vec::new()), |value| self.list(&name, key, value));
        let (words, examples, must, never) = (list("words")?, list("examples")?, list("must")?, list("never")?);
        let theme = Theme { words, examples, must, never, line: self.line(at), name };
        if theme.words.is_empty() && theme.examples.is_empty() && theme.must.is_empty() {
            let way_out = "give it `words`, `examples` (ids of articles) or `must`";
            let name = theme.name.to_string();
            return Err(self.fault(at, &format!("nothing says what theme {name:?} is about; {way_out}")));
        }
        Ok(theme)
    }

    fn name(&self, value: &Spanned<DeValue<'_>>) -> Result<Name> {
        let rule = "`name` is a text, or one in each language: name = { zh = \"一带一路\", en = \"Belt and Road\" }";
        let fault = |what: &str| self.fault(value.span().start, what);
        let text = |value: &Spanned<DeValue<'_>>| match value.get_ref() {
            DeValue::String(text) if !text.trim().is_empty() => Ok(text.trim().to_owned()),
            DeValue::String(_) => Err(fault("the name of a theme is empty; write one, or leave the theme out")),
            _ => Err(fault(&format!("the name of a theme is {}, but {rule}", self.written(value)))),
        };
        match value.get_ref() {
            DeValue::Table(table) => {
                self.keys(table, NAME)?;
                let of = |key: &str| table.get(key).map(text).transpose();
                let name = Name { zh: of("zh")?, en: of("en")? };
                match name {
                    Name { zh: None, en: None } => {
                        Err(fault("the name of a theme is empty; give it `zh`, `en` or both"))
                    }
                    name => Ok(name),
                }
            }
            _ => {
                let name = text(value)?;
                Ok(match super::words::is_chinese(&name) {
                    true => Name { zh: Some(name), en: None },
                    false => Name { zh: None, en: Some(name) },
                })
            }
        }
    }

    /// A list of texts; one text is a list of one.
    fn list(&self, name: &Name, key: &str, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>> {
        let values: Vec<&Spanned<DeValue<'_>>> = match value.get_ref() {
            DeValue::Array(array) => array.iter().collect(),
            _ => vec![value],
        };
        let mut texts: Vec<String> = Vec::with_capacity(values.len());
        for one in values {
            let text = match one.get_ref() {
                DeValue::String(text) if !text.trim().is_empty() => text.trim().to_owned(),
                _ => {
                    let (theme, written) = (name.to_string(), self.written(one));
                    let rule = format!("but they are texts in quotes; write {key} = [\"one\", \"another\"]");
                    let what = format!("theme {theme:?} has {written} among its `{key}`, {rule}");
                    return Err(self.fault(one.span().start, &what));
                }
            };
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        Ok(texts)
    }

    /// Refuses two themes of one name, and an article that is an example of two.
    fn distinct(&self, themes: &[Theme]) -> Result<()> {
        let (mut names, mut examples) = (BTreeMap::new(), BTreeMap::new());
        for (number, theme) in themes.iter().enumerate() {
            let fault = |what: String| Error::Config {
                path: self.path.to_owned(),
                reason: format!("line {}: {what}", theme.line),
            };
            for name in [&theme.name.zh, &theme.name.en].into_iter().flatten() {
                let first = names.insert(segment::fold(name), number).filter(|&first| first != number);
                if let Some(first) = first.map(|first| &themes[first]) {
                    let line = first.line;
                    return Err(fault(format!(
                        "a theme at line {line} has the name {name:?} too; rename one, or join them"
                    )));
                }
            }
            for id in &theme.examples {
                if let Some(first) = examples.insert(id, number).filter(|&first| first != number) {
                    let (a, b) = (themes[first].name.to_string(), theme.name.to_string());
                    return Err(fault(format!(
                        "article {id:?} is an example of {a:?} and of {b:?}; an article has one theme"
                    )));
                }
            }
        }
        Ok(())
    }
}

/// What looks most like a mistyped word, if anything does; the first of equals.
fn nearest<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for word in known {
        let likeness = strsim::jaro_winkler(&written, &word.to_lowercase());
        if likeness > 0.8 && best.is_none_or(|(most, _)| likeness > most) {
            best = Some((likeness, word));
        }
    }
    best.map(|(_, word)| word)
}
