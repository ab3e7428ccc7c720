//! Zip archives. Names that are not in UTF-8 are those of a Chinese system.

use std::io::{self, Cursor};

use ::zip::ZipArchive;

use super::{Container, Data, ReadSeek, Unpack};

pub(super) struct Zip;

impl Container for Zip {
    fn begins(&self, head: &[u8]) -> bool {
        // An archive of nothing begins with the end of its list.
        head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
    }

    fn open(&self, name: &str, data: Data<'_>, unpack: &mut Unpack<'_>) -> io::Result<()> {
        match data {
            Data::Whole(data) => read(name, data, unpack),
            // The list of members stands at the end.
            Data::Stream(data) => read(name, &mut Cursor::new(unpack.whole(data)?), unpack),
        }
    }
}

fn read(name: &str, data: &mut dyn ReadSeek, unpack: &mut Unpack<'_>) -> io::Result<()> {
    let mut archive = ZipArchive::new(data).map_err(io::Error::from)?;
    for number in 0..archive.len() {
        let refused = match archive.by_index(number) {
            Ok(file) if file.is_dir() => continue,
            Ok(file) => {
                let member = super::super::encoding::name(file.name_raw());
                let size = file.size();
                let mut data = unpack.metered(file);
                unpack.member(name, &member, size, &mut data)?;
                continue;
            }
            Err(error) => error.to_string(),
        };
        let member = archive.by_index_raw(number).map(|file| super::super::encoding::name(file.name_raw()));
        unpack.refused(name, &member.unwrap_or_else(|_| format!("member {}", number + 1)), refused);
    }
    Ok(())
}
