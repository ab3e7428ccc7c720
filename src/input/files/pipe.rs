//! Named pipes, without waiting for ever for somebody to write to them.

use std::{fs::File, io, path::Path, time::Duration};

/// How long to sleep between two looks at a pipe.
#[cfg(unix)]
const LOOK: Duration = Duration::from_millis(10);

/// Opens a pipe whose reads fail if nobody has written to it after `patience`. Once a writer is there, it has all the time
/// it wants.
#[cfg(unix)]
pub(super) fn open(path: &Path, patience: Duration) -> io::Result<impl io::Read> {
    use std::os::unix::fs::OpenOptionsExt;
    let file = File::options().read(true).custom_flags(libc::O_NONBLOCK).open(path)?;
    Ok(Pipe { file, left: patience, patience, begun: false })
}

#[cfg(not(unix))]
pub(super) fn open(path: &Path, _: Duration) -> io::Result<impl io::Read> {
    File::open(path)
}

#[cfg(unix)]
struct Pipe {
    file: File,
    left: Duration,
    patience: Duration,
    begun: bool,
}

#[cfg(unix)]
impl io::Read for Pipe {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.file.read(to) {
                // No writer holds the pipe: none yet, or none any more.
                Ok(0) if !self.begun && !to.is_empty() => {
                    if self.left.is_zero() {
                        let seconds = self.patience.as_secs();
                        return Err(io::Error::other(format!(
                            "is a pipe that nobody wrote to within {seconds} s (--limit wait=…)"
                        )));
                    }
                    self.left = self.left.saturating_sub(LOOK);
                    std::thread::sleep(LOOK);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.begun = true;
                    std::thread::sleep(LOOK);
                }
                Ok(read) => {
                    self.begun |= read > 0;
                    return Ok(read);
                }
                Err(error) => return Err(error),
            }
        }
    }
}
