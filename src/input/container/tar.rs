//! Tar archives, read as a stream. Links and devices are no files and are passed over.

use std::io::{self, Read};

use super::{Container, Data, Unpack};

pub(super) struct Tar;

impl Container for Tar {
    fn begins(&self, head: &[u8]) -> bool {
        head.get(257..262) == Some(b"ustar")
    }

    fn open(&self, name: &str, data: Data<'_>, unpack: &mut Unpack<'_>) -> io::Result<()> {
        let mut archive = tar::Archive::new(data);
        for entry in archive.entries()? {
            let mut entry = entry?;
            if entry.header().entry_type().is_file() {
                let member = super::super::encoding::name(&entry.path_bytes());
                let size = entry.size();
                unpack.member(name, &member, size, &mut entry)?;
            }
            // So that a limit stops what would only be passed over.
            io::copy(&mut entry.take(u64::MAX), &mut io::sink())?;
        }
        Ok(())
    }
}
