//! Gzip, of one file or of a tar archive; several streams in one file are read as one.

use std::io;

use flate2::read::MultiGzDecoder;

use super::{Container, Data, Unpack};

pub(super) struct Gzip;

impl Container for Gzip {
    fn begins(&self, head: &[u8]) -> bool {
        head.starts_with(&[0x1F, 0x8B, 8])
    }

    fn open(&self, name: &str, data: Data<'_>, unpack: &mut Unpack<'_>) -> io::Result<()> {
        let mut data = unpack.metered(MultiGzDecoder::new(data));
        unpack.only(name, &mut data)
    }
}
