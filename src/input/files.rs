//! From what the user names to the files to read: folders, globs, standard input.
//!
//! In a folder, and for a pattern that ends in `*`, files count whose ending a reader claims, and files without one;
//! hidden files, `README`, licence and changelog files do not, quietly. A file or a pattern that names its ending is
//! always read. A file reached twice is read once.

use std::{
    collections::{BTreeMap, HashSet},
    ffi::OsStr,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use walkdir::WalkDir;

#[path = "files/pipe.rs"]
mod pipe;

use super::{
    READERS, Settings,
    container::{self, Data, unpack},
    limits::Limit,
    source::{Parsed, ending},
};
use crate::article::Skipped;

/// Files by these names are about a collection, not in it.
const ASIDE: [&str; 5] = ["README", "LICENSE", "LICENCE", "COPYING", "CHANGELOG"];

/// A file to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct File {
    /// Where it is; none for standard input.
    pub path: Option<PathBuf>,
    /// How the user named it, with `/` between folders.
    pub shown: String,
    /// Whether the user named it rather than a folder it is in.
    pub named: bool,
}

/// What the inputs stand for.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The files, ordered by how they are shown.
    pub files: Vec<File>,
    /// What could not be reached.
    pub skipped: Vec<Skipped>,
    /// Inputs that match nothing, in the order given.
    pub missing: Vec<String>,
}

/// Expands every input.
pub(super) fn expand(inputs: &[String]) -> Found {
    let mut gather = Gather::default();
    for input in inputs {
        gather.input(input);
    }
    let Gather { files, mut skipped, missing } = gather;
    let mut files: Vec<File> = files.into_values().collect();
    files.sort_by(|a, b| (&a.shown, &a.path).cmp(&(&b.shown, &b.path)));
    skipped.sort();
    skipped.dedup();
    Found { files, skipped, missing }
}

/// Reads a file, and the files in it if it is an archive, with `read`.
///
/// # Errors
/// If it cannot be opened or read.
pub(super) fn load(
    file: &File,
    settings: &Settings,
    read: &dyn Fn(&str, &[u8]) -> Parsed,
) -> io::Result<Vec<(String, Parsed)>> {
    let stream = |data: &mut dyn Read| {
        // Kept in memory, since an archive wants its end first and its size tells what may come out of it.
        let most = settings.limits.of(Limit::File);
        let mut bytes = Vec::new();
        data.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > most {
            return Err(io::Error::other(format!("it is too large, {}", settings.limits.passed(Limit::File))));
        }
        let size = bytes.len() as u64;
        unpack(&file.shown, Data::Whole(&mut io::Cursor::new(bytes)), size, settings, read)
    };
    let Some(path) = &file.path else { return stream(&mut io::stdin().lock()) };
    let meta = fs::metadata(path)?;
    if meta.is_file() {
        let mut data = io::BufReader::with_capacity(1 << 16, fs::File::open(path)?);
        return unpack(&file.shown, Data::Whole(&mut data), meta.len(), settings, read);
    }
    stream(&mut pipe::open(path, Duration::from_secs(settings.limits.of(Limit::Wait)))?)
}

#[derive(Default)]
struct Gather {
    /// By where they really are, so that a file reached twice is one.
    files: BTreeMap<Option<PathBuf>, File>,
    skipped: Vec<Skipped>,
    missing: Vec<String>,
}

impl Gather {
    fn input(&mut self, input: &str) {
        if input == "-" {
            self.files.insert(None, File { path: None, shown: "-".to_owned(), named: true });
            return;
        }
        let path = Path::new(input);
        match fs::metadata(path) {
            // Before any pattern: a file may have brackets in its name.
            Ok(meta) => self.existing(path, &meta, true),
            Err(_) if input.contains(['*', '?', '[']) => self.pattern(input),
            Err(error) if error.kind() == io::ErrorKind::NotFound && fs::symlink_metadata(path).is_err() => {
                self.missing.push(input.to_owned());
            }
            Err(error) => self.skip(path, format!("cannot be read: {error}"), RIGHTS),
        }
    }

    fn pattern(&mut self, pattern: &str) {
        // A star takes no hidden files, as in a shell.
        let options = glob::MatchOptions { require_literal_leading_dot: true, ..glob::MatchOptions::new() };
        let matches = match glob::glob_with(pattern, options) {
            Ok(matches) => matches,
            Err(error) => {
                let reason = format!("is neither a file nor a valid pattern: {error}");
                self.skipped.push(unread(pattern.to_owned(), reason, "check the name"));
                return;
            }
        };
        let named = !pattern.ends_with('*');
        let mut any = false;
        for found in matches {
            any = true;
            match found {
                Ok(path) => match fs::metadata(&path) {
                    Ok(meta) if named || meta.is_dir() || is_article(&path) => self.existing(&path, &meta, named),
                    Ok(_) => {}
                    Err(error) => self.skip(&path, format!("cannot be read: {error}"), RIGHTS),
                },
                Err(error) => self.skip(error.path(), format!("cannot be read: {}", error.error()), RIGHTS),
            }
        }
        if !any {
            self.missing.push(pattern.to_owned());
        }
    }

    fn existing(&mut self, path: &Path, meta: &fs::Metadata, named: bool) {
        if meta.is_dir() {
            self.folder(path, named);
        } else if meta.is_file() || (named && is_pipe(meta)) {
            self.add(path, named);
        } else {
            self.skip(path, "is a device or a socket, not a file".to_owned(), NO_FILE);
        }
    }

    fn folder(&mut self, root: &Path, named: bool) {
        // Each real folder is entered once: links that lead back, or to a folder seen, lose nothing.
        let mut seen = HashSet::new();
        let mut any = false;
        let walk = WalkDir::new(root).follow_links(true).sort_by_file_name().into_iter().filter_entry(|entry| {
            let hidden = entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.');
            !hidden && (!entry.file_type().is_dir() || seen.insert(real(entry.path())))
        });
        for entry in walk {
            match entry {
                Ok(entry) if entry.file_type().is_dir() || !is_article(entry.path()) => {}
                Ok(entry) if entry.file_type().is_file() => {
                    any = true;
                    self.add(entry.path(), false);
                }
                Ok(entry) => {
                    any = true;
                    self.skip(entry.path(), "is a pipe, a device or a socket, not a file".to_owned(), NO_FILE);
                }
                Err(error) if error.loop_ancestor().is_some() => {}
                Err(error) => {
                    any = true;
                    let reason = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                    self.skip(error.path().unwrap_or(root), format!("cannot be read: {reason}"), RIGHTS);
                }
            }
        }
        if !any && named {
            let endings = endings().map(|ending| format!(".{ending}")).collect::<Vec<_>>().join(" ");
            self.skip(
                root,
                format!("holds no file that wenmai reads ({endings}, or no ending)"),
                "name other files one by one",
            );
        }
    }

    fn add(&mut self, path: &Path, named: bool) {
        let file = File { path: Some(path.to_owned()), shown: shown(path), named };
        let known = self.files.entry(Some(real(path))).or_insert_with(|| file.clone());
        known.named |= named;
        // The same name for any order of the inputs: the shortest, then the first.
        if (file.shown.len(), &file.shown) < (known.shown.len(), &known.shown) {
            *known = File { named: known.named, ..file };
        }
    }

    fn skip(&mut self, path: &Path, reason: String, remedy: &str) {
        self.skipped.push(unread(shown(path), reason, remedy));
    }
}

/// What helps where the system refuses a file.
pub(super) const RIGHTS: &str = "check that it is still there and that you may read it";
const NO_FILE: &str = "save what it gives to a file, or pass it on standard input";

/// A path that could not be read.
pub(super) fn unread(path: String, reason: String, remedy: &str) -> Skipped {
    Skipped { path, reason, remedy: remedy.to_owned(), position: None, lost: 1 }
}

fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

/// The endings the readers claim.
fn endings() -> impl Iterator<Item = &'static str> {
    READERS.iter().flat_map(|entry| entry.endings).copied().chain(container::endings())
}

/// Whether a file found in a folder or an archive is likely an article, by its path.
pub(super) fn is_article(path: impl AsRef<Path>) -> bool {
    let path = path.as_ref();
    let name = path.file_name().unwrap_or(OsStr::new("")).to_string_lossy();
    let ending = ending(&name);
    let upper = name.to_uppercase();
    // `README.md`, `LICENSE-MIT`, `readme_zh.md`; not `Licensed.txt`.
    let aside = ASIDE.iter().any(|aside| {
        upper.strip_prefix(aside).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
    });
    !name.starts_with('.') && !aside && (ending.is_empty() || endings().any(|known| known == ending))
}

#[cfg(unix)]
fn is_pipe(meta: &fs::Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&meta.file_type())
}

#[cfg(not(unix))]
fn is_pipe(_: &fs::Metadata) -> bool {
    false
}

#[cfg(test)]
#[path = "files/tests.rs"]
mod tests;
