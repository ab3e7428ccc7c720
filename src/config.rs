//! The validated configuration.
//!
//! Receives the [`Overrides`] of a configuration file ([`ConfigFile`]) and of the flags, and returns a [`Config`] that
//! obeys every rule, which is all that the stages see. Flags win over the file, and the file wins over the defaults; each
//! default lives once, in the `Settings::default()` of its stage.
//!
//! The keys of a file are the long flags without their dashes (`min-df`, with a dash; `-k` is `k`), all at the top
//! level. Both come from one registry, [`SETTINGS`].
//!
//! To add a setting: give it a field in its stage's `Settings` and in [`Overrides`], a line in [`Overrides::apply`] and
//! in `From<&Config> for Overrides`, and a row in [`SETTINGS`]. The flag, its help, its key and its errors follow.
//!
//! ```
//! use wenmai::config::{Config, ConfigFile, Overrides};
//!
//! let file = ConfigFile::parse("wenmai.toml", "k = 8\nterms = 12 # a theme\n")?;
//! let flags = Overrides { terms: Some(5), ..Overrides::default() };
//! let config = Config::resolve(Some(&file), &flags)?;
//! assert_eq!((config.cluster.k.to_string().as_str(), config.theme.terms), ("8", 5));
//!
//! let error = ConfigFile::parse("wenmai.toml", "terms = 0").unwrap_err();
//! assert!(error.to_string().contains("a theme lists 1 to 100 terms"));
//! # Ok::<(), wenmai::Error>(())
//! ```

mod file;
mod settings;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use file::ConfigFile;
pub use settings::{Choice, Group, Kind, SETTINGS, Setting};

use crate::{
    cluster::{self, K},
    embed,
    error::Result,
    input, segment, steer,
    theme::{self, AtMost},
    vectorize, vectors,
};

/// Every setting of a run, valid by construction: made by [`Config::resolve`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// Reading.
    pub input: input::Settings,
    /// Segmenting.
    pub segment: segment::Settings,
    /// Vectorizing.
    pub vectorize: vectorize::Settings,
    /// Vectors from elsewhere.
    pub vectors: vectors::Settings,
    /// Embedding.
    pub embed: embed::Settings,
    /// Named themes.
    pub steer: steer::Settings,
    /// Clustering.
    pub cluster: cluster::Settings,
    /// Themes.
    pub theme: theme::Settings,
    /// Threads; as many as the machine has cores if none.
    pub threads: Option<usize>,
}

impl Config {
    /// The defaults, changed by the file, changed by the flags.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) if a flag breaks its rule; a [`ConfigFile`] was checked when it was read.
    pub fn resolve(file: Option<&ConfigFile>, flags: &Overrides) -> Result<Self> {
        flags.check()?;
        let mut config = Self::default();
        if let Some(file) = file {
            file.overrides().apply(&mut config);
        }
        flags.apply(&mut config);
        Ok(config)
    }
}

/// What a configuration file or the flags say; what they leave out is none. Serialised, its keys are those of a
/// configuration file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Overrides {
    /// See [`input::Settings::format`].
    #[serde(serialize_with = "format_to_word", deserialize_with = "format_from_word")]
    pub input_format: Option<input::Format>,
    /// See [`input::Settings::encoding`].
    pub encoding: Option<input::Encoding>,
    /// See [`input::Settings::names`].
    pub map: Option<input::Names>,
    /// See [`input::Settings::limits`].
    pub limit: Option<input::Limits>,
    /// See [`input::Settings::strict`].
    pub strict: Option<bool>,
    /// See [`segment::Settings::dict`].
    pub dict: Option<PathBuf>,
    /// See [`segment::Settings::stopwords`].
    pub stopwords: Option<PathBuf>,
    /// See [`segment::Settings::phrases`].
    pub phrases: Option<bool>,
    /// See [`vectorize::Settings::min_df`].
    pub min_df: Option<usize>,
    /// See [`vectorize::Settings::max_df`].
    pub max_df: Option<f64>,
    /// See [`embed::Settings::dimensions`].
    pub dimensions: Option<usize>,
    /// See [`embed::Settings::lexicon`].
    pub lexicon: Option<PathBuf>,
    /// See [`vectors::Settings::file`].
    pub vectors: Option<PathBuf>,
    /// See [`vectors::Settings::server`].
    pub embed_server: Option<String>,
    /// See [`vectors::Settings::model`].
    pub embed_model: Option<String>,
    /// See [`vectors::Settings::prefix`].
    pub embed_prefix: Option<String>,
    /// See [`vectors::Settings::chars`].
    pub embed_chars: Option<usize>,
    /// See [`vectors::Settings::batch`].
    pub embed_batch: Option<usize>,
    /// See [`vectors::Settings::cache`].
    pub embed_cache: Option<PathBuf>,
    /// See [`cluster::Settings::k`]; `"auto"` or a number.
    #[serde(serialize_with = "k_to_value", deserialize_with = "k_from_value")]
    pub k: Option<K>,
    /// See [`steer::Settings::themes`].
    pub themes: Option<PathBuf>,
    /// See [`cluster::Settings::starts`].
    pub starts: Option<usize>,
    /// See [`cluster::Settings::max_iterations`].
    pub max_iterations: Option<usize>,
    /// See [`theme::Settings::terms`].
    pub terms: Option<usize>,
    /// See [`theme::Settings::evidence`].
    pub evidence: Option<usize>,
    /// See [`theme::Settings::depth`].
    pub depth: Option<usize>,
    /// See [`theme::Settings::unthemed_at_most`]; `"10%"`, or a number.
    #[serde(serialize_with = "at_most_to_value", deserialize_with = "at_most_from_value")]
    pub unthemed_at_most: Option<AtMost>,
    /// The seed of every stage that draws at random.
    pub seed: Option<u64>,
    /// See [`Config::threads`].
    pub threads: Option<usize>,
}

impl Overrides {
    /// Reads what was written after flags, as `(key, value)` pairs; a later pair wins, but those of a setting of
    /// [`Kind::Pairs`] add up.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting), naming the flag, if a value is malformed or out of its range.
    pub fn from_flags<'a>(given: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self> {
        let mut values = serde_json::Map::new();
        let mut overrides = Self::default();
        for (key, text) in given {
            let setting = settings::find(key)?;
            let fail = || setting.broken(setting.flag(), text);
            let value = setting.kind.read(text).ok_or_else(fail)?;
            match (values.get_mut(key).and_then(serde_json::Value::as_object_mut), value) {
                (Some(pairs), serde_json::Value::Object(more)) => pairs.extend(more),
                (_, value) => _ = values.insert(key.to_owned(), value),
            }
            // The values before this one were good, so that an error is this one's.
            overrides = serde_json::from_value(values.clone().into()).map_err(|_| fail())?;
            if !(setting.holds)(&overrides) {
                return Err(fail());
            }
        }
        Ok(overrides)
    }

    /// Checks every value against its rule, naming the flag.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) for the first that breaks it, in the order of [`SETTINGS`].
    pub fn check(&self) -> Result<()> {
        match SETTINGS.iter().find(|setting| !(setting.holds)(self)) {
            Some(setting) => Err(setting.broken(setting.flag(), &self.shown(setting.key).unwrap_or_default())),
            None => Ok(()),
        }
    }

    /// Puts every value that is there into its stage's settings.
    pub fn apply(&self, config: &mut Config) {
        fn put<T: Clone>(value: Option<&T>, target: &mut T) {
            if let Some(value) = value {
                target.clone_from(value);
            }
        }
        config.input.format = self.input_format.or(config.input.format);
        config.input.encoding = self.encoding.or(config.input.encoding);
        config.input.names.extend(self.map.as_ref().unwrap_or(&input::Names::new()));
        config.input.limits.extend(self.limit.as_ref().unwrap_or(&input::Limits::new()));
        put(self.strict.as_ref(), &mut config.input.strict);
        config.segment.longest = usize::try_from(config.input.limits.of(input::Limit::Term)).unwrap_or(usize::MAX);
        config.segment.dict = self.dict.clone().or(config.segment.dict.take());
        config.segment.stopwords = self.stopwords.clone().or(config.segment.stopwords.take());
        put(self.phrases.as_ref(), &mut config.segment.phrases);
        put(self.min_df.as_ref(), &mut config.vectorize.min_df);
        put(self.max_df.as_ref(), &mut config.vectorize.max_df);
        put(self.dimensions.as_ref(), &mut config.embed.dimensions);
        config.embed.lexicon = self.lexicon.clone().or(config.embed.lexicon.take());
        let given = &mut config.vectors;
        given.file = self.vectors.clone().or(given.file.take());
        given.server = self.embed_server.clone().or(given.server.take());
        given.model = self.embed_model.clone().or(given.model.take());
        given.prefix = self.embed_prefix.clone().or(given.prefix.take());
        put(self.embed_chars.as_ref(), &mut given.chars);
        put(self.embed_batch.as_ref(), &mut given.batch);
        given.cache = self.embed_cache.clone().or(given.cache.take());
        put(self.k.as_ref(), &mut config.cluster.k);
        config.steer.themes = self.themes.clone().or(config.steer.themes.take());
        put(self.starts.as_ref(), &mut config.cluster.starts);
        put(self.max_iterations.as_ref(), &mut config.cluster.max_iterations);
        put(self.terms.as_ref(), &mut config.theme.terms);
        put(self.evidence.as_ref(), &mut config.theme.evidence);
        put(self.depth.as_ref(), &mut config.theme.depth);
        config.theme.unthemed_at_most = self.unthemed_at_most.or(config.theme.unthemed_at_most);
        put(self.seed.as_ref(), &mut config.embed.seed);
        put(self.seed.as_ref(), &mut config.cluster.seed);
        put(self.seed.as_ref(), &mut config.theme.seed);
        config.threads = self.threads.or(config.threads);
    }

    /// The value of a key as a person would write it; none if it is not set.
    #[must_use]
    pub fn shown(&self, key: &str) -> Option<String> {
        match serde_json::to_value(self).ok()?.get(key)? {
            serde_json::Value::Null => None,
            serde_json::Value::String(text) => Some(text.clone()),
            // A share of 1 is written `1`, as in the rules.
            serde_json::Value::Number(n) => Some(n.as_u64().map_or_else(
                || n.as_f64().map_or_else(|| n.to_string(), |x| x.to_string()),
                |whole| whole.to_string(),
            )),
            serde_json::Value::Object(pairs) => {
                let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                Some(pairs.iter().map(|(name, value)| format!("{name}={}", text(value))).collect::<Vec<_>>().join(", "))
            }
            other => Some(other.to_string()),
        }
    }
}

/// Everything a configuration holds, said as overrides; what has no default stays none.
impl From<&Config> for Overrides {
    fn from(config: &Config) -> Self {
        Self {
            input_format: config.input.format,
            encoding: config.input.encoding,
            map: Some(&config.input.names).filter(|names| !names.is_empty()).cloned(),
            limit: Some(&config.input.limits).filter(|limits| !limits.is_default()).cloned(),
            strict: Some(config.input.strict),
            dict: config.segment.dict.clone(),
            stopwords: config.segment.stopwords.clone(),
            phrases: Some(config.segment.phrases),
            min_df: Some(config.vectorize.min_df),
            max_df: Some(config.vectorize.max_df),
            dimensions: Some(config.embed.dimensions),
            lexicon: config.embed.lexicon.clone(),
            vectors: config.vectors.file.clone(),
            embed_server: config.vectors.server.clone(),
            embed_model: config.vectors.model.clone(),
            embed_prefix: config.vectors.prefix.clone(),
            embed_chars: Some(config.vectors.chars),
            embed_batch: Some(config.vectors.batch),
            embed_cache: config.vectors.cache.clone(),
            k: Some(config.cluster.k),
            themes: config.steer.themes.clone(),
            starts: Some(config.cluster.starts),
            max_iterations: Some(config.cluster.max_iterations),
            terms: Some(config.theme.terms),
            evidence: Some(config.theme.evidence),
            depth: Some(config.theme.depth),
            unthemed_at_most: config.theme.unthemed_at_most,
            seed: Some(config.cluster.seed),
            threads: config.threads,
        }
    }
}

fn format_to_word<S: Serializer>(format: &Option<input::Format>, serializer: S) -> Result<S::Ok, S::Error> {
    format.map(input::Format::name).serialize(serializer)
}

fn format_from_word<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<input::Format>, D::Error> {
    let Some(word) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let found = input::Format::ALL.iter().find(|format| format.name() == word);
    found.copied().map(Some).ok_or_else(|| serde::de::Error::custom(format!("unknown format {word:?}")))
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum KValue {
    Number(usize),
    Word(String),
}

fn k_to_value<S: Serializer>(k: &Option<K>, serializer: S) -> Result<S::Ok, S::Error> {
    let value = k.map(|k| match k {
        K::Exactly(n) => KValue::Number(n),
        K::Auto => KValue::Word(k.to_string()),
    });
    value.serialize(serializer)
}

fn k_from_value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<K>, D::Error> {
    match Option::<KValue>::deserialize(deserializer)? {
        None => Ok(None),
        Some(KValue::Number(n)) => Ok(Some(K::Exactly(n))),
        Some(KValue::Word(word)) => word.parse().map(Some).map_err(serde::de::Error::custom),
    }
}

fn at_most_to_value<S: Serializer>(at_most: &Option<AtMost>, serializer: S) -> Result<S::Ok, S::Error> {
    at_most.map(|at_most| at_most.to_string()).serialize(serializer)
}

fn at_most_from_value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<AtMost>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Value {
        Count(usize),
        Share(f64),
        Word(String),
    }
    match Option::<Value>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Value::Count(count)) => Ok(Some(AtMost::Count(count))),
        Some(Value::Share(share)) if (0.0..=1.0).contains(&share) => Ok(Some(AtMost::Share(share))),
        Some(Value::Share(share)) => Err(serde::de::Error::custom(format!("{share} is no share"))),
        Some(Value::Word(word)) => word.parse().map(Some).map_err(serde::de::Error::custom),
    }
}
