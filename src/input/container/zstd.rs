//! Zstandard, of one file or of a tar archive.

use std::io;

use zstd::stream::read::Decoder;

use super::{Container, Data, Unpack};

/// Log 2 of the largest window: 128 MiB of memory, which is what `zstd` itself allows.
const WINDOW: u32 = 27;

pub(super) struct Zstd;

impl Container for Zstd {
    fn begins(&self, head: &[u8]) -> bool {
        head.starts_with(&[0x28, 0xB5, 0x2F, 0xFD])
    }

    fn open(&self, name: &str, data: Data<'_>, unpack: &mut Unpack<'_>) -> io::Result<()> {
        let mut decoder = Decoder::new(data)?;
        decoder.window_log_max(WINDOW)?;
        let mut data = unpack.metered(decoder);
        unpack.only(name, &mut data)
    }
}
