//! Configuration files in TOML, and errors that name the line, the rule and the way out.

use std::{fs, ops::Range, path::Path};

use super::{Overrides, SETTINGS, settings};
use crate::{
    error::{Error, Result},
    vectors,
};

/// What a configuration file says, checked when it was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConfigFile {
    overrides: Overrides,
}

/// A key of the file and where it and its value stand.
struct Entry {
    key: String,
    key_span: Range<usize>,
    value_span: Range<usize>,
}

impl ConfigFile {
    /// Reads a file. Relative paths in it are relative to its folder.
    ///
    /// # Errors
    /// [`Error::Read`] if the file cannot be read, [`Error::Config`] if it is not UTF-8, else as [`ConfigFile::parse`].
    pub fn read(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let bytes = fs::read(path).map_err(|source| Error::Read { path: name.clone(), source })?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let reason = format!("byte {} is not UTF-8; save the file as UTF-8", error.utf8_error().valid_up_to());
            Error::Config { path: name.clone(), reason }
        })?;
        let mut file = Self::parse(&name, &text)?;
        if let Some(folder) = path.parent() {
            let Overrides { dict, stopwords, embed_cache, themes, .. } = &mut file.overrides;
            for path in [dict, stopwords, embed_cache, themes].into_iter().flatten() {
                *path = folder.join(&*path);
            }
            // `none` is a word, not a file, and a field is the articles'.
            let word = |path: &Path| path.as_os_str() == "none" || path.to_string_lossy().starts_with(vectors::FIELD);
            let Overrides { lexicon, vectors, .. } = &mut file.overrides;
            for path in [lexicon, vectors].into_iter().flatten().filter(|path| !word(path)) {
                *path = folder.join(&*path);
            }
        }
        Ok(file)
    }

    /// Parses the text of a file; `path` names it in errors.
    ///
    /// # Errors
    /// [`Error::Config`] for what is no TOML and for unknown keys, [`Error::Setting`] for values of the wrong type or out
    /// of range; each with the line.
    pub fn parse(path: &str, text: &str) -> Result<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let entries = entries(path, text)?;
        if let Some(unknown) = entries.iter().find(|entry| settings::find(&entry.key).is_err()) {
            return Err(unknown_key(path, text, unknown));
        }
        let broken = |entry: &Entry| -> Result<Error> {
            let name = format!("`{}` in {path} (line {})", entry.key, position(text, entry.key_span.start).0);
            let value = text.get(entry.value_span.clone()).unwrap_or_default();
            Ok(settings::find(&entry.key)?.broken(name, &value.split_whitespace().collect::<Vec<_>>().join(" ")))
        };
        let overrides: Overrides = match toml::from_str(text) {
            Ok(overrides) => overrides,
            Err(error) => {
                let at = error.span().unwrap_or_default().start;
                return Err(match entries.iter().find(|entry| entry.value_span.contains(&at)) {
                    Some(entry) => broken(entry)?,
                    None => malformed(path, text, &error),
                });
            }
        };
        for entry in &entries {
            if !(settings::find(&entry.key)?.holds)(&overrides) {
                return Err(broken(entry)?);
            }
        }
        Ok(Self { overrides })
    }

    /// What it says.
    #[must_use]
    pub fn overrides(&self) -> &Overrides {
        &self.overrides
    }
}

/// The keys at the top level, in the order of the file.
fn entries(path: &str, text: &str) -> Result<Vec<Entry>> {
    let table = toml::de::DeTable::parse(text).map_err(|error| malformed(path, text, &error))?;
    let mut entries: Vec<Entry> = table
        .get_ref()
        .iter()
        .map(|(key, value)| Entry { key: key.get_ref().to_string(), key_span: key.span(), value_span: value.span() })
        .collect();
    entries.sort_by_key(|entry| entry.key_span.start);
    Ok(entries)
}

fn malformed(path: &str, text: &str, error: &toml::de::Error) -> Error {
    let (line, column) = position(text, error.span().unwrap_or_default().start);
    let message = error.message().trim_end();
    Error::Config {
        path: path.to_owned(),
        reason: format!("line {line}, column {column}: {message}; write one `key = value` a line, such as `k = 8`"),
    }
}

fn unknown_key(path: &str, text: &str, entry: &Entry) -> Error {
    let (line, column) = position(text, entry.key_span.start);
    let written = entry.key.to_lowercase().replace('_', "-");
    let nearest = SETTINGS
        .iter()
        .map(|setting| (strsim::jaro_winkler(&written, setting.key), setting.key))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)));
    let way_out = match nearest {
        Some((_, key)) => format!("did you mean `{key}`?"),
        None => format!("the keys are {}", settings::keys()),
    };
    Error::Config {
        path: path.to_owned(),
        reason: format!("line {line}, column {column}: unknown key `{}`; {way_out}", entry.key),
    }
}

/// Line and column, from 1, of a byte; the column counts characters.
fn position(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}
