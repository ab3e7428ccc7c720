//! Vectors of an embeddings server, its answers kept in the user's cache folder.
//!
//! One file a model and prefix, called after them. An article is sent as its title, headings and passages, a line each,
//! without citation marks, cut to [`Settings::chars`] characters.

use std::{
    fs,
    path::{Path, PathBuf},
};

use ndarray::Array2;
use xxhash_rust::xxh3::xxh3_64;

use super::{Asked, Settings};
use crate::{
    article::Article,
    error::{Error, Result},
    remote::{self, Cache, Flags, Progress, Server},
};

impl Asked {
    /// Gets ready to ask; nothing is sent yet.
    pub(super) fn new(url: &str, settings: &Settings) -> Result<Self> {
        let defaults = remote::Settings::default();
        let server = remote::Settings {
            url: url.to_owned(),
            model: settings.model.clone().unwrap_or(defaults.model),
            key: remote::key()?,
            prefix: settings.prefix.clone().unwrap_or_default(),
            batch: settings.batch.max(1),
            named: settings.model.is_some(),
            flags: Flags::EMBED,
            ..remote::Settings::default()
        };
        let folder = match &settings.cache {
            Some(folder) => folder.clone(),
            None => dirs::cache_dir().map(|folder| folder.join("wenmai").join("embeddings")).ok_or_else(|| {
                Error::Setting {
                    name: "--embed-cache".to_owned(),
                    value: "not given".to_owned(),
                    rule: "there is no cache folder to keep the server's answers in".to_owned(),
                    remedy: "name a folder".to_owned(),
                }
            })?,
        };
        let cache = folder.join(file_name(&server));
        Ok(Self { server: Server::new(server)?, cache, chars: settings.chars })
    }

    /// The server's vectors of the articles.
    pub(super) fn rows(mut self, articles: &[Article], progress: &dyn Progress) -> Result<Array2<f32>> {
        if let Some(folder) = self.cache.parent() {
            let fail = |source| Error::Write { path: folder.display().to_string(), source };
            fs::create_dir_all(folder).map_err(fail)?;
        }
        let mut cache = Cache::open_when_free(&self.cache, progress)?;
        let texts: Vec<String> = articles.iter().map(|article| text(article, self.chars)).collect();
        cache.embed(&mut self.server, &texts, progress)
    }
}

/// The name of the file of a server's answers: what can be read of the model's name, and what tells it from others. Vectors
/// in one file are of one width, so that each model and prefix has its own.
fn file_name(server: &remote::Settings) -> PathBuf {
    let mut bytes = Vec::new();
    let address = if server.named { "" } else { server.url.trim_end_matches('/') };
    for part in [address, &server.model, &server.prefix] {
        bytes.extend((part.len() as u64).to_le_bytes());
        bytes.extend(part.as_bytes());
    }
    let name: String = server.model.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(40).collect();
    Path::new(&format!("{name}-{:016x}.cache", xxh3_64(&bytes))).to_owned()
}

/// What is sent of an article; its headline if its passages hold nothing but citation marks.
pub(super) fn text(article: &Article, chars: usize) -> String {
    let mut lines = vec![article.title.clone()];
    let mut heading = None;
    for passage in &article.passages {
        if passage.heading != heading {
            lines.extend(passage.heading.clone());
            heading.clone_from(&passage.heading);
        }
        lines.push(passage.words(&(0..passage.text.len())));
    }
    lines.retain(|line| !line.trim().is_empty());
    let mut text = if lines.is_empty() { article.headline() } else { lines.join("\n") };
    if let Some((end, _)) = text.char_indices().nth(chars) {
        text.truncate(end);
    }
    text
}
