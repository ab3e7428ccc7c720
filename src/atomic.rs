//! Files that are whole or not there: written under a temporary name beside their place, then renamed.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

/// A file on its way: what is written to it shows at its place after [`Pending::persist`], and never if it is dropped.
#[derive(Debug)]
pub(crate) struct Pending {
    file: NamedTempFile,
    path: PathBuf,
}

impl Pending {
    /// A new file beside `path`, readable by whom a plain new file would be.
    ///
    /// # Errors
    /// If `path` is a folder, or its folder does not exist or takes no files.
    pub(crate) fn new(path: &Path) -> io::Result<Self> {
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        if path.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder; name a file in it"));
        }
        if !folder.is_dir() {
            let reason = format!("the folder {} does not exist; make it first", folder.display());
            return Err(io::Error::new(io::ErrorKind::NotFound, reason));
        }
        let prefix = format!(".{}.", path.file_name().unwrap_or_default().to_string_lossy());
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix).suffix(".tmp");
        // Temporary files are their owner's alone; the user's mask still applies to this.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        Ok(Self { file: builder.tempfile_in(folder).map_err(plain)?, path: path.to_owned() })
    }

    /// Puts what was written onto the disk, so that only the renaming is left.
    ///
    /// # Errors
    /// If the system cannot.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        self.file.as_file().sync_all()
    }

    /// Renames the file to its place, over one that is there.
    ///
    /// # Errors
    /// If the system cannot; the file that was there is then as it was.
    pub(crate) fn persist(self) -> io::Result<()> {
        self.file.persist(&self.path).map(drop).map_err(|failed| failed.error)
    }

    /// Its place.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_file_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_file_mut().flush()
    }
}

/// Writes a whole file: a reader finds the old one or the new one, never a part.
///
/// # Errors
/// If the file cannot be written.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = Pending::new(path)?;
    file.write_all(bytes)?;
    file.sync()?;
    file.persist()
}

/// The error of the system alone: its path would be the temporary one.
fn plain(error: io::Error) -> io::Error {
    let inner = error.get_ref().and_then(|outer| outer.source()).and_then(|inner| inner.downcast_ref::<io::Error>());
    inner.and_then(io::Error::raw_os_error).map_or(error, io::Error::from_raw_os_error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("文.bin");
        write(&path, b"old").unwrap();
        let mut pending = Pending::new(&path).unwrap();
        pending.write_all(b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        drop(pending);
        assert_eq!((fs::read(&path).unwrap().as_slice(), fs::read_dir(&folder).unwrap().count()), (&b"old"[..], 1));
        write(&path, b"new").unwrap();
        assert_eq!((fs::read(&path).unwrap().as_slice(), fs::read_dir(&folder).unwrap().count()), (&b"new"[..], 1));
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_it_as_far_as_the_mask_lets_them() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (path, twin) = (folder.path().join("a"), folder.path().join("b"));
        write(&path, b"").unwrap();
        fs::File::create(&twin).unwrap();
        assert_eq!(fs::metadata(path).unwrap().permissions(), {
            let twin = fs::metadata(twin).unwrap().permissions();
            assert!(twin.mode() & 0o400 != 0);
            twin
        });
    }

    #[test]
    fn a_place_that_takes_no_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let said = |path: &Path| write(path, b"").unwrap_err().to_string();
        assert!(said(folder.path()).contains("it is a folder"));
        assert!(said(&folder.path().join("none/file")).contains("does not exist; make it first"));
    }
}
