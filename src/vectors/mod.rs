//! Vectors from elsewhere: a user's own dense embeddings of the articles, in place of the lexicon.
//!
//! [`open`] receives the articles and the [`Settings`], and [`Given::rows`] returns one vector an article, `n × d`, as
//! they were given: all finite, none zero. The stage `embed` makes a view of them. They come from one of
//!
//! | where | matched | file |
//! |---|---|---|
//! | an `.npy` array, a row an article | by the order in which the articles are read | `npy.rs` |
//! | JSON lines of `id` and `embedding` (or `vector`) | by id | `lines.rs` |
//! | `field:NAME`, a field of the articles themselves | the article's own | `field.rs` |
//! | an embeddings server | by text, its answers kept on disk | `server.rs` |
//!
//! Nothing is guessed: an article without a vector, a row too many or a number that is none ends the run with an error
//! that says which and what to do. To add a source, write its file and give it a line in [`open`].
//!
//! ```
//! use wenmai::{Article, vectors::{self, Settings}};
//!
//! let mut articles = ["a", "b"].map(|id| Article { id: id.to_owned(), ..Article::default() });
//! articles[0].extra.insert("e5".to_owned(), serde_json::json!([1.0, 0.0]));
//! articles[1].extra.insert("e5".to_owned(), serde_json::json!([0.6, 0.8]));
//! let settings = Settings { file: Some("field:e5".into()), ..Settings::default() };
//! let given = vectors::open(&mut articles, 2, &settings)?.expect("vectors are wanted");
//! assert_eq!(given.rows(&articles, &())?.row(1).to_vec(), [0.6, 0.8]);
//! # Ok::<(), wenmai::Error>(())
//! ```

mod field;
mod lines;
mod npy;
mod server;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use ndarray::Array2;

use crate::{
    article::Article,
    error::{Error, Result},
    remote::{Progress, Server},
};

/// What a value of `--vectors` begins with if it names a field of the articles.
pub const FIELD: &str = "field:";

/// The word for no file and no server, which takes back one that a configuration file names.
pub const NONE: &str = "none";

/// A vector wider than this is no embedding.
const MOST_WIDTH: usize = 1 << 16;

/// Ids that an error names.
const TOLD: usize = 5;

/// Where vectors come from. Neither a file nor a server: nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// A file of vectors; `field:NAME` for a field of the articles; `none` for none.
    pub file: Option<PathBuf>,
    /// The address of an embeddings server, what `/embeddings` is put behind; `none` for none.
    pub server: Option<String>,
    /// The model to ask the server for. What it answers is then kept under this name, else under the address.
    pub model: Option<String>,
    /// What is put before every text.
    pub prefix: Option<String>,
    /// Characters of an article that are sent, at most.
    pub chars: usize,
    /// Texts a request; at least 1.
    pub batch: usize,
    /// The folder of kept answers; one of the user's cache folder if none.
    pub cache: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { file: None, server: None, model: None, prefix: None, chars: 2000, batch: 64, cache: None }
    }
}

impl Settings {
    /// The file or field, if one is named.
    #[must_use]
    pub fn from_file(&self) -> Option<&Path> {
        self.file.as_deref().filter(|path| path.as_os_str() != NONE)
    }

    /// The server, if one is named.
    #[must_use]
    pub fn from_server(&self) -> Option<&str> {
        self.server.as_deref().filter(|url| *url != NONE)
    }
}

/// Vectors that are read, or a server to ask for them.
#[derive(Debug)]
pub enum Given {
    /// A row an article.
    Rows(Array2<f32>),
    /// A server that was not asked yet.
    Server(Box<Asked>),
}

/// A server to ask, and where its answers are kept.
#[derive(Debug)]
pub struct Asked {
    server: Server,
    cache: PathBuf,
    chars: usize,
}

/// Reads the vectors of articles, or gets ready to ask for them; none if the settings name neither file nor server.
///
/// `articles` may be a part of the `read` ones. A field that holds vectors is taken out of them.
///
/// # Errors
/// [`Error::Setting`] if both a file and a server are named, or the address is none; [`Error::Read`], [`Error::Line`] or
/// [`Error::Vectors`] if the vectors cannot be used.
pub fn open(articles: &mut [Article], read: usize, settings: &Settings) -> Result<Option<Given>> {
    match (settings.from_file(), settings.from_server()) {
        (None, None) => Ok(None),
        (Some(path), None) => from_file(articles, read, path).map(|rows| Some(Given::Rows(rows))),
        (None, Some(url)) => Asked::new(url, settings).map(|asked| Some(Given::Server(Box::new(asked)))),
        (Some(path), Some(url)) => Err(Error::Setting {
            name: "--vectors".to_owned(),
            value: path.display().to_string(),
            rule: format!("--embed-server {url} is given as well, and an article has one vector"),
            remedy: "leave one of them out; `none` takes back one that a configuration file names".to_owned(),
        }),
    }
}

fn from_file(articles: &mut [Article], read: usize, path: &Path) -> Result<Array2<f32>> {
    if let Some(name) = path.to_str().and_then(|text| text.strip_prefix(FIELD)) {
        return field::take(articles, name);
    }
    let shown = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|source| Error::Read { path: shown.clone(), source })?;
    let fail = |reason: String| Error::Vectors { path: shown.clone(), reason };
    match bytes.as_slice() {
        [] => Err(fail("it is empty".to_owned())),
        _ if bytes.starts_with(npy::MAGIC) => {
            npy::read(&bytes).and_then(|rows| by_order(&rows, articles, read)).map_err(fail)
        }
        // An npz file is a zip archive.
        [b'P', b'K', ..] => Err(fail(
            "it is an npz or zip archive; write its one array with numpy.save, which gives an npy file".to_owned(),
        )),
        _ => lines::read(&shown, &bytes, articles),
    }
}

/// The rows of the articles, by their places among those that were read.
fn by_order(rows: &Array2<f32>, articles: &[Article], read: usize) -> Result<Array2<f32>, String> {
    if rows.nrows() != read {
        return Err(format!(
            "it has {} rows, but {read} articles were read; write one row for each article that is read, the files by \
             path and the articles as they stand in them, or match by id with JSON lines: {{\"id\": …, \"embedding\": […]}}",
            rows.nrows()
        ));
    }
    let mut found = Array2::zeros((articles.len(), rows.ncols()));
    for (mut to, article) in found.rows_mut().into_iter().zip(articles) {
        if article.number >= read {
            return Err(format!("the article {:?} has no place among those that were read", article.id));
        }
        to.assign(&rows.row(article.number));
    }
    Ok(found)
}

/// Gathers vectors one by one and holds each to the rules.
#[derive(Debug, Default)]
struct Rows {
    width: usize,
    values: Vec<f32>,
}

impl Rows {
    /// Adds a vector; the error says what is wrong with it, to be read after what it is.
    fn push(&mut self, vector: impl ExactSizeIterator<Item = f64>) -> Result<(), String> {
        let (width, before) = (vector.len(), self.values.len());
        if width == 0 || width > MOST_WIDTH {
            return Err(format!("has {width} numbers, and a vector has 1 to {MOST_WIDTH}"));
        }
        if self.width != 0 && width != self.width {
            return Err(format!("has {width} numbers, where those before it have {}", self.width));
        }
        self.width = width;
        self.values.extend(vector.map(|x| x as f32));
        let new = &self.values[before..];
        if let Some(at) = new.iter().position(|x| !x.is_finite()) {
            return Err(format!("holds a number that is not finite (number {}); embed that article anew", at + 1));
        }
        if new.iter().all(|&x| x == 0.0) {
            return Err("is zero, which is no direction; embed that article anew, or leave the article out".to_owned());
        }
        Ok(())
    }

    fn array(self) -> Result<Array2<f32>, String> {
        let count = self.values.len().checked_div(self.width).unwrap_or(0);
        Array2::from_shape_vec((count, self.width), self.values).map_err(|e| e.to_string())
    }
}

/// The error of articles without a vector.
fn missing(path: &str, without: &[&str], all: usize, remedy: &str) -> Error {
    let told = without.iter().take(TOLD).copied().collect::<Vec<_>>().join(", ");
    let more = if without.len() > TOLD { ", …" } else { "" };
    let reason = format!("{} of {all} articles have no vector in it ({told}{more}); {remedy}", without.len());
    Error::Vectors { path: path.to_owned(), reason }
}

impl Given {
    /// The vectors of the articles, `n × d`: those that were read, or the server's answers, of which only those are asked
    /// for that are not kept. `articles` are those it was opened with.
    ///
    /// # Errors
    /// [`Error::Server`] if the server fails, [`Error::Write`] or [`Error::Cache`] if its answers cannot be kept.
    pub fn rows(self, articles: &[Article], progress: &dyn Progress) -> Result<Array2<f32>> {
        match self {
            Self::Rows(rows) => Ok(rows),
            Self::Server(asked) => asked.rows(articles, progress),
        }
    }
}
