//! Building: from words and texts, by way of a server, to a lexicon.

use super::{
    Text,
    distil::{self, Distilled, Settings, Words},
    format::About,
    sources,
};
use crate::{
    error::{Error, Result},
    remote::{Cache, Progress, Server},
};

/// Builds a lexicon of `words` (common ones first), fitted to `texts` if there are any. The teacher is asked for the first
/// [`Settings::ask`] of them; the others teach by their words alone.
///
/// Every answer of the server is kept in `cache` at once, so a build that was interrupted goes on where it stopped, and
/// gives the same bytes as one that was not. The result does not depend on the number of threads.
///
/// # Errors
/// [`Error::Setting`] if no word of the list is one that wenmai counts; whatever the server, the cache or the fit fail
/// with.
pub fn build(
    words: &[String],
    texts: &[Text],
    server: &mut Server,
    cache: &mut Cache,
    settings: &Settings,
    about: &About,
    progress: &dyn Progress,
) -> Result<Distilled> {
    progress.begin("reading the words");
    let entries = sources::entries(words)?;
    if entries.is_empty() {
        return Err(Error::Setting {
            name: "--words".to_owned(),
            value: format!("a list of {} words", words.len()),
            rule: "at least one must be a word that wenmai counts (numbers and stop words are not)".to_owned(),
            remedy: "write one word a line, common ones first".to_owned(),
        });
    }
    let forms: Vec<&str> = entries.iter().map(|entry| entry.form.as_str()).collect();
    progress.begin("asking for words");
    let forms = cache.embed(server, &forms, progress)?;
    progress.begin("asking for texts");
    let asked: Vec<&str> =
        texts.iter().take(settings.ask.unwrap_or(usize::MAX)).map(|text| text.text.as_str()).collect();
    let teacher = cache.embed(server, &asked, progress)?;
    progress.begin("fitting");
    distil::distil(&Words { entries: &entries, teacher: forms.view() }, texts, teacher.view(), settings, about)
}
