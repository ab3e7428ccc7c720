//! Asking an embeddings server, the only network there is, and keeping its answers.
//!
//! [`Cache::embed`] receives texts and returns their vectors: those that are kept on disk, and the [`Server`]'s for the
//! others, which it is asked for a batch at a time and which are kept at once. A text is paid for once.
//!
//! ```no_run
//! use wenmai::remote::{Cache, Server, Settings};
//!
//! let url = "http://127.0.0.1:8000/v1".to_owned();
//! let mut server = Server::new(Settings { url, ..Settings::default() })?;
//! let mut cache = Cache::open("answers.cache".as_ref())?;
//! let vectors = cache.embed(&mut server, &["深海采矿", "deep-sea mining"], &())?;
//! assert_eq!(vectors.nrows(), 2);
//! # Ok::<(), wenmai::Error>(())
//! ```
//!
//! One protocol is spoken, OpenAI's; a server of another would be one more file beside `server.rs`.

mod cache;
mod server;

pub use cache::Cache;
pub use server::{Flags, Server, Settings};

use crate::error::{Error, Result};

/// The environment variable of the API key. Not that of a vendor: his key is not for every server.
pub const KEY: &str = "WENMAI_API_KEY";

/// Receives the progress of asking. Called from the thread that asks.
pub trait Progress: Sync {
    /// A step begins.
    fn begin(&self, step: &str);
    /// The server is about to be asked for `missing` texts; it has answered the others of `all` before.
    fn ask(&self, missing: usize, all: usize);
    /// The server has answered some more.
    fn answered(&self, texts: usize);
    /// Something has to be waited for, such as a server that failed and will be asked again.
    fn wait(&self, why: &str);
}

/// Progress nobody watches.
impl Progress for () {
    fn begin(&self, _: &str) {}
    fn ask(&self, _: usize, _: usize) {}
    fn answered(&self, _: usize) {}
    fn wait(&self, _: &str) {}
}

/// The API key of the environment, if there is one.
///
/// # Errors
/// [`Error::Setting`] if it is not text.
pub fn key() -> Result<Option<String>> {
    match std::env::var(KEY) {
        Ok(key) if !key.is_empty() => Ok(Some(key)),
        Ok(_) | Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(Error::Setting {
            name: format!("the environment variable {KEY}"),
            value: "not shown".to_owned(),
            rule: "it is not text".to_owned(),
            remedy: "set it to the key".to_owned(),
        }),
    }
}
