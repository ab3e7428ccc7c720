//! As much of Thrift's compact protocol as tells how large the parts of a Parquet file claim to be.
//!
//! The Parquet library unpacks a page to whatever size its header states and descends into a schema as deep as it is nested,
//! so both are looked at before it is let at a file. Format: <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>.

/// Structures in structures that are followed.
const DEPTH: usize = 32;

const STOP: u8 = 0;
const BYTE: u8 = 3;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const SET: u8 = 10;
const MAP: u8 = 11;
const STRUCT: u8 = 12;
const UUID: u8 = 13;

/// Reads a structure from the beginning of some bytes. Nothing it returns is beyond their end.
#[derive(Debug)]
pub(super) struct Compact<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// The sizes that the header of a page states.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    /// Bytes of the header.
    pub header: usize,
    /// Bytes of the page as it is in the file.
    pub packed: usize,
    /// Bytes of the page unpacked.
    pub unpacked: usize,
}

/// The number of elements of the schema that the metadata of a file hold; none if they are no metadata.
pub(super) fn schema_elements(metadata: &[u8]) -> Option<u64> {
    let mut elements = 0;
    Compact { bytes: metadata, at: 0 }.structure(0, &mut |id, kind, compact| {
        if (id, kind) == (2, LIST) {
            // A list given twice is read twice.
            elements += Compact { bytes: compact.bytes, at: compact.at }.list()?.0;
        }
        compact.skip(kind, 0)
    })?;
    Some(elements)
}

/// What the header of a page states; none if there is no header or its sizes are negative.
pub(super) fn page(bytes: &[u8]) -> Option<Page> {
    let mut page = Page::default();
    let mut compact = Compact { bytes, at: 0 };
    compact.structure(0, &mut |id, kind, compact| {
        match (id, kind) {
            // The larger of two.
            (2, 5) => page.unpacked = page.unpacked.max(compact.size()?),
            (3, 5) => page.packed = compact.size()?,
            _ => compact.skip(kind, 0)?,
        }
        Some(())
    })?;
    page.header = compact.at;
    Some(page)
}

impl Compact<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// A number that is a size.
    fn size(&mut self) -> Option<usize> {
        let value = self.varint()?;
        // Zigzag: odd numbers are negative.
        (value & 1 == 0).then(|| usize::try_from(value >> 1).ok())?
    }

    /// How many elements a list has, and of what kind.
    fn list(&mut self) -> Option<(u64, u8)> {
        let head = self.byte()?;
        let size = if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) };
        Some((size, head & 15))
    }

    fn pass(&mut self, bytes: u64) -> Option<()> {
        self.at = self.at.checked_add(usize::try_from(bytes).ok()?)?;
        (self.at <= self.bytes.len()).then_some(())
    }

    /// Hands each field of a structure to `field`, with its number and kind; it has to read the field.
    fn structure(&mut self, depth: usize, field: &mut dyn FnMut(i64, u8, &mut Self) -> Option<()>) -> Option<()> {
        let mut id = 0_i64;
        while let (head, true) = (self.byte()?, depth < DEPTH) {
            let kind = head & 15;
            if kind == STOP {
                return Some(());
            }
            id = match head >> 4 {
                0 => {
                    let value = self.varint()?;
                    (value >> 1) as i64 ^ -((value & 1) as i64)
                }
                step => id.checked_add(i64::from(step))?,
            };
            field(id, kind, self)?;
        }
        None
    }

    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        match kind {
            // The value of a truth is its kind.
            1 | 2 => Some(()),
            BYTE => self.pass(1),
            4..=6 => self.varint().map(drop),
            DOUBLE => self.pass(8),
            BINARY => {
                let length = self.varint()?;
                self.pass(length)
            }
            LIST | SET => {
                let (size, kind) = self.list()?;
                (0..size).try_for_each(|_| self.element(kind, depth))
            }
            MAP => {
                let size = self.varint()?;
                if size == 0 {
                    return Some(());
                }
                let kinds = self.byte()?;
                (0..size).try_for_each(|_| {
                    self.element(kinds >> 4, depth)?;
                    self.element(kinds & 15, depth)
                })
            }
            STRUCT => self.structure(depth + 1, &mut |_, kind, compact| compact.skip(kind, depth + 1)),
            UUID => self.pass(16),
            _ => None,
        }
    }

    /// Skips an element of a list; a truth there takes a byte.
    fn element(&mut self, kind: u8, depth: usize) -> Option<()> {
        match kind {
            1 | 2 => self.pass(1),
            LIST | SET | MAP if depth >= DEPTH => None,
            LIST | SET | MAP => self.skip(kind, depth + 1),
            _ => self.skip(kind, depth),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sizes_of_pages_and_of_the_schema_are_found() {
        // type = 0, unpacked = 300, packed = 40, a nested header with a list and a binary, a truth.
        let bytes = [
            0x15, 0x00, 0x15, 0xD8, 0x04, 0x15, 0x50, 0x2C, 0x19, 0x25, 0x02, 0x04, 0x18, 0x02, b'a', b'b', 0x00, 0x11,
            0x00, 0xFF,
        ];
        assert_eq!(page(&bytes), Some(Page { header: bytes.len() - 1, packed: 40, unpacked: 300 }));
        assert_eq!(page(&bytes[..18]), None);
        assert_eq!(page(&[0x25, 0x01, 0x00]), None, "a negative size");
        // version = 1, three elements of one field each, and the list again with one.
        let twice = [0x15, 0x02, 0x19, 0x3C, 0x15, 0, 0, 0x15, 0, 0, 0x15, 0, 0, 0x09, 0x04, 0x1C, 0x15, 0, 0, 0];
        assert_eq!(schema_elements(&twice), Some(4));
        assert_eq!(schema_elements(&[0x29, 0xFC, 0xFF, 0xFF, 0xFF, 0x7F]), None);
        assert_eq!(schema_elements(&[0x3C; 4000]), None, "nested without end");
    }

    proptest! {
        #[test]
        fn no_bytes_lead_astray(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = schema_elements(&bytes);
            prop_assert!(page(&bytes).is_none_or(|page| page.header <= bytes.len()));
        }
    }
}
