//! Archives and compressed files: from one file to the files in it.
//!
//! A [`Container`] is given bytes as they stream and hands each member to [`Unpack::member`], which opens it if it is an
//! archive itself and else has it read. Members are named after their archive, `news.zip!/2025/a.html`; a name is only
//! shown, nothing is ever written. Everything that is decompressed is metered, so that an archive that unpacks to far more
//! than its size ends early, whatever it declares.
//!
//! To add one: write its file, and add a line to [`CONTAINERS`].

mod gzip;
mod meter;
mod tar;
mod zip;
mod zstd;

use std::{
    io::{self, Cursor, Read, Seek},
    rc::Rc,
};

pub(super) use self::meter::{Meter, Metered};
use super::{
    READERS, Settings, files,
    limits::{HARMLESS, Limit},
    prose::clean,
    source::{Parsed, ending},
};

/// A registered container.
pub(super) struct Entry {
    /// The endings, in lower case, by which its files are found in folders.
    pub endings: &'static [&'static str],
    /// What opens it.
    pub container: &'static dyn Container,
}

/// Every container, one line each.
pub(super) const CONTAINERS: [Entry; 4] = [
    Entry { endings: &["zip"], container: &zip::Zip },
    Entry { endings: &["gz", "tgz"], container: &gzip::Gzip },
    Entry { endings: &["zst", "tzst"], container: &zstd::Zstd },
    Entry { endings: &["tar"], container: &tar::Tar },
];

/// Opens one kind of archive or compressed file.
pub(super) trait Container: Send + Sync {
    /// Whether a file that begins so is one.
    fn begins(&self, head: &[u8]) -> bool;

    /// Hands every member to [`Unpack::member`]. `name` is the file's own.
    ///
    /// # Errors
    /// What is wrong with the archive; what was unpacked before is kept.
    fn open(&self, name: &str, data: Data<'_>, unpack: &mut Unpack<'_>) -> io::Result<()>;
}

/// Bytes that can be read in any order.
pub(super) trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

/// A file's bytes.
pub(super) enum Data<'a> {
    /// As they come.
    Stream(&'a mut dyn Read),
    /// In any order.
    Whole(&'a mut dyn ReadSeek),
}

impl Read for Data<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stream(data) => data.read(to),
            Self::Whole(data) => data.read(to),
        }
    }
}

/// Bytes by which a file's kind is told.
pub(super) const HEAD: usize = 4096;

/// One file being unpacked: where it stands, and what it gave so far.
pub(super) struct Unpack<'a> {
    settings: &'a Settings,
    /// Reads a member that is no archive.
    read: &'a dyn Fn(&str, &[u8]) -> Parsed,
    meter: Rc<Meter>,
    members: u64,
    depth: u64,
    /// What was handed to `member` that is not read because of its name.
    aside: usize,
    /// The files in it that were read, by path.
    found: Vec<(String, Parsed)>,
}

/// Reads a file, or every file in it if it is an archive. `packed` is its size on disk.
///
/// # Errors
/// If the file itself cannot be read.
pub(super) fn unpack(
    path: &str,
    mut data: Data<'_>,
    packed: u64,
    settings: &Settings,
    read: &dyn Fn(&str, &[u8]) -> Parsed,
) -> io::Result<Vec<(String, Parsed)>> {
    let meter = Meter::new(&settings.limits, packed);
    let mut unpack = Unpack { settings, read, meter, members: 0, depth: 0, aside: 0, found: Vec::new() };
    let mut head = vec![0; HEAD];
    let length = fill(&mut data, &mut head)?;
    head.truncate(length);
    match container(&head, path) {
        Some(container) => {
            let data = match data {
                Data::Whole(data) => {
                    data.rewind()?;
                    unpack.open(container, path, Data::Whole(data));
                    return Ok(unpack.finish());
                }
                Data::Stream(data) => data,
            };
            unpack.open(container, path, Data::Stream(&mut Cursor::new(head).chain(data)));
        }
        None => {
            let most = settings.limits.of(Limit::File);
            match all(&mut Cursor::new(head).chain(data), most, packed)? {
                Some(bytes) => unpack.leaf(path, &bytes),
                None => unpack.note(
                    path,
                    "is too large; raise the limit, or cut the file into parts",
                    settings.limits.passed(Limit::File),
                ),
            }
        }
    }
    Ok(unpack.finish())
}

/// The container of a file that begins with `head`, unless a reader takes the whole file as a document.
fn container(head: &[u8], path: &str) -> Option<&'static dyn Container> {
    let found = CONTAINERS.iter().find(|entry| entry.container.begins(head))?;
    let ending = ending(path);
    let claimed = READERS.iter().any(|entry| entry.reader.claims(head, &ending));
    (!claimed).then_some(found.container)
}

/// The endings of all containers.
pub(super) fn endings() -> impl Iterator<Item = &'static str> {
    CONTAINERS.iter().flat_map(|entry| entry.endings).copied()
}

/// Reads until `to` is full or the bytes end.
fn fill(data: &mut dyn Read, to: &mut [u8]) -> io::Result<usize> {
    let mut at = 0;
    while let Some(rest) = to.get_mut(at..).filter(|rest| !rest.is_empty()) {
        match data.read(rest) {
            Ok(0) => break,
            Ok(read) => at += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(at)
}

/// All bytes, or none if there are more than `most`. `likely` is how many there may be.
pub(super) fn all(data: &mut dyn Read, most: u64, likely: u64) -> io::Result<Option<Vec<u8>>> {
    if likely > most {
        return Ok(None);
    }
    // A size that somebody declared is no reason to take much room.
    let mut bytes = Vec::with_capacity(usize::try_from(likely.min(HARMLESS)).unwrap_or(0));
    data.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}

impl Unpack<'_> {
    /// A decompressor whose output counts against the limits.
    pub fn metered<R: Read>(&self, inner: R) -> Metered<R> {
        self.meter.metered(inner)
    }

    /// All of a stream, for a container that has to seek in it.
    ///
    /// # Errors
    /// If it cannot be read or is larger than a member may be.
    pub fn whole(&self, data: &mut dyn Read) -> io::Result<Vec<u8>> {
        let most = self.settings.limits.of(Limit::Member);
        all(data, most, 0)?.ok_or_else(|| io::Error::other(self.settings.limits.passed(Limit::Member)))
    }

    /// Takes a member of the archive at `parent`; `declared` is its size as the archive has it.
    ///
    /// # Errors
    /// If the archive cannot go on: a limit of the whole is passed, or its bytes cannot be read.
    pub fn member(&mut self, parent: &str, name: &str, declared: u64, data: &mut dyn Read) -> io::Result<()> {
        self.members += 1;
        if self.members > self.settings.limits.of(Limit::Members) {
            return Err(io::Error::other(format!(
                "it has more members than one may have, {}",
                self.settings.limits.passed(Limit::Members)
            )));
        }
        let name = clean(&name.replace('\\', "/"));
        let name = name.trim_start_matches('/');
        if !files::is_article(name) {
            self.aside += 1;
            return Ok(());
        }
        self.nested(&format!("{parent}!/{name}"), declared, data)
    }

    /// Tells of a member that cannot be opened: it is encrypted, or packed in a way that wenmai does not know.
    pub fn refused(&mut self, parent: &str, name: &str, why: String) {
        self.members += 1;
        if !files::is_article(name) {
            self.aside += 1;
            return;
        }
        self.note(&format!("{parent}!/{}", clean(name)), "cannot be unpacked; unpack it first", why);
    }

    /// Takes what a compressed file holds.
    ///
    /// # Errors
    /// As [`Self::member`].
    pub fn only(&mut self, path: &str, data: &mut dyn Read) -> io::Result<()> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned();
        let mut head = vec![0; HEAD];
        let length = fill(data, &mut head)?;
        head.truncate(length);
        // A compressed archive is one thing to a user: `news.tar.gz!/a.txt`.
        let inner = if tar::Tar.begins(&head) { path.to_owned() } else { format!("{path}!/{stem}") };
        self.nested(&inner, 0, &mut Cursor::new(head).chain(data))
    }

    fn nested(&mut self, path: &str, declared: u64, data: &mut dyn Read) -> io::Result<()> {
        let mut head = vec![0; HEAD];
        let length = self.tell(path, fill(data, &mut head))?.unwrap_or_default();
        head.truncate(length);
        let mut data = Cursor::new(&head).chain(data);
        if let Some(container) = container(&head, path) {
            self.open(container, path, Data::Stream(&mut data));
            return self.stopped();
        }
        let most = self.settings.limits.of(Limit::Member);
        match self.tell(path, all(&mut data, most, declared))? {
            // The end of an archive that is cut off is no fault to its decoder.
            Some(Some(bytes)) if (bytes.len() as u64) < declared => {
                let detail = format!("{} of its {declared} bytes are there", bytes.len());
                self.note(path, "is cut off; make the archive anew", detail);
            }
            Some(Some(bytes)) => self.leaf(path, &bytes),
            Some(None) => self.note(
                path,
                "is too large; raise the limit, or cut the file into parts",
                self.settings.limits.passed(Limit::Member),
            ),
            None => {}
        }
        Ok(())
    }

    /// Tells of a member that cannot be read; of an archive over a limit, its own line tells.
    fn tell<T>(&mut self, path: &str, result: io::Result<T>) -> io::Result<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error) => {
                self.stopped()?;
                self.note(path, "cannot be unpacked; make the archive anew", error.to_string());
                Ok(None)
            }
        }
    }

    /// Whether everything has to stop.
    fn stopped(&self) -> io::Result<()> {
        self.meter.told(&self.settings.limits).map_or(Ok(()), |told| Err(io::Error::other(told)))
    }

    fn open(&mut self, container: &dyn Container, path: &str, data: Data<'_>) {
        if self.depth >= self.settings.limits.of(Limit::Depth) {
            let passed = self.settings.limits.passed(Limit::Depth);
            self.note(path, "is an archive too deep in others; unpack it first, or raise the limit", passed);
            return;
        }
        let (before, aside) = (self.found.len(), self.aside);
        self.depth += 1;
        let result = container.open(path, data, self);
        self.depth -= 1;
        match self.stopped().and(result) {
            // What stopped an archive stops the ones around it, and is told once, of the outermost.
            Err(_) if self.depth > 0 && self.meter.passed() => {}
            Err(error) => self.note(
                path,
                "is no archive that can be read to its end, so its other members are skipped; check it, or unpack it first",
                error.to_string(),
            ),
            Ok(()) if self.found.len() == before => {
                let what = "is an archive without a file that wenmai reads; name other files one by one";
                let detail = if self.aside > aside { format!("it has {} of other kinds", self.aside - aside) } else { String::new() };
                self.note(path, what, detail);
            }
            Ok(()) => {}
        }
    }

    fn leaf(&mut self, path: &str, bytes: &[u8]) {
        let parsed = (self.read)(path, bytes);
        // A document may be an archive inside; thousands of them are no way around the limits of the whole.
        self.meter.count(parsed.unpacked);
        self.found.push((path.to_owned(), parsed));
    }

    fn note(&mut self, path: &str, what: &'static str, detail: String) {
        let mut parsed = Parsed::default();
        parsed.note(None, what, detail);
        self.found.push((path.to_owned(), parsed));
    }

    fn finish(mut self) -> Vec<(String, Parsed)> {
        self.found.sort_by(|a, b| a.0.cmp(&b.0));
        self.found
    }
}

#[cfg(test)]
mod tests;
