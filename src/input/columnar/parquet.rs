//! Parquet: one article a row.

use std::{collections::HashSet, sync::Arc};

use parquet::{
    basic::Repetition,
    data_type::Decimal,
    file::{
        metadata::{ColumnChunkMetaData, ParquetMetaData},
        reader::FileReader,
        serialized_reader::SerializedFileReader,
    },
    record::Field,
    schema::types::Type,
};
use serde_json::{Map, Value};

use super::{
    super::{
        limits::Limit,
        source::{Parsed, Reader, Source},
    },
    Fault, LARGE, Rows, day, moment, read, thrift,
};

const MAGIC: &[u8] = b"PAR1";
/// What stands in place of it where the file is encrypted.
const LOCKED: &[u8] = b"PARE";
/// Room that a page takes besides its content.
const PAGE: u64 = 64;

/// Reads Parquet.
///
/// Columns are found by their names, as in other tables. Those that hold lists or structures are left out. Places count the
/// rows from 1.
pub struct ParquetReader;

impl Reader for ParquetReader {
    fn read(&self, source: &Source<'_>) -> Parsed {
        read(source, |rows| table(source, rows))
    }

    fn claims(&self, head: &[u8], _ending: &str) -> bool {
        head.starts_with(MAGIC) || head.starts_with(LOCKED)
    }
}

fn table(source: &Source<'_>, rows: &mut Rows<'_, '_>) -> Result<(), Fault> {
    let bytes = source.bytes();
    if bytes.ends_with(LOCKED) {
        return Err(Fault { what: "is encrypted; save it without encryption", detail: String::new() });
    }
    let metadata = metadata(bytes).ok_or_else(|| Fault::broken("its end, which says what is in it, is missing"))?;
    let elements = thrift::schema_elements(metadata).ok_or_else(|| Fault::broken("its schema cannot be read"))?;
    rows.width(usize::try_from(elements).unwrap_or(usize::MAX))?;
    let file = SerializedFileReader::new(bytes::Bytes::copy_from_slice(bytes)).map_err(Fault::broken)?;
    let schema = file.metadata().file_metadata().schema_descr();
    let flat = |field: &&Arc<Type>| field.is_primitive() && field.get_basic_info().repetition() != Repetition::REPEATED;
    let chosen: Vec<Arc<Type>> = schema.root_schema().get_fields().iter().filter(flat).cloned().collect();
    rows.columns(chosen.iter().map(|field| field.name()))?;
    sizes(bytes, file.metadata(), &chosen, rows, source.settings().limits.of(Limit::Member))?;
    let group = Type::group_type_builder(schema.root_schema().name()).with_fields(chosen);
    let group = group.build().map_err(Fault::broken)?;
    for row in file.get_row_iter(Some(group)).map_err(Fault::broken)? {
        let cells = row.map_err(Fault::broken)?.into_columns();
        let cells = cells.into_iter().filter_map(|(name, field)| Some((name, value(field)?)));
        rows.row(cells.collect::<Map<String, Value>>())?;
    }
    Ok(())
}

/// What stands before the last eight bytes: its length and the magic number.
fn metadata(bytes: &[u8]) -> Option<&[u8]> {
    let rest = bytes.strip_suffix(MAGIC)?;
    let (rest, length) = rest.split_last_chunk::<4>()?;
    rest.get(rest.len().checked_sub(u32::from_le_bytes(*length) as usize)?..)
}

/// Counts what the pages of the chosen columns state that they unpack to.
fn sizes(
    bytes: &[u8],
    metadata: &ParquetMetaData,
    chosen: &[Arc<Type>],
    rows: &Rows<'_, '_>,
    most: u64,
) -> Result<(), Fault> {
    let names: HashSet<&str> = chosen.iter().map(|field| field.name()).collect();
    let taken = |column: &&ColumnChunkMetaData| match column.column_path().parts() {
        [name] => names.contains(name.as_str()),
        _ => false,
    };
    for column in metadata.row_groups().iter().flat_map(|group| group.columns().iter().filter(taken)) {
        let begin = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
        let pages = || {
            let (begin, length) = (usize::try_from(begin).ok()?, usize::try_from(column.compressed_size()).ok()?);
            bytes.get(begin..begin.checked_add(length)?)
        };
        let mut pages = pages().ok_or_else(|| Fault::broken("a column stands beyond its end"))?;
        while !pages.is_empty() {
            let page = thrift::page(pages).ok_or_else(|| Fault::broken("a page cannot be read"))?;
            if page.unpacked as u64 > most {
                let limits = &rows.source.settings().limits;
                let detail =
                    format!("a page of it unpacks to {} bytes, {}", page.unpacked, limits.passed(Limit::Member));
                return Err(Fault { what: LARGE, detail });
            }
            rows.count(page.unpacked as u64 + PAGE)?;
            pages =
                pages.get(page.header + page.packed..).ok_or_else(|| Fault::broken("a page stands beyond its end"))?;
        }
    }
    Ok(())
}

/// The value of a cell; none if it is empty or no value of a table.
fn value(field: Field) -> Option<Value> {
    Some(match field {
        Field::Bool(value) => value.into(),
        Field::Byte(value) => value.into(),
        Field::Short(value) => value.into(),
        Field::Int(value) => value.into(),
        Field::Long(value) => value.into(),
        Field::UByte(value) => value.into(),
        Field::UShort(value) => value.into(),
        Field::UInt(value) => value.into(),
        Field::ULong(value) => value.into(),
        Field::Float16(value) => f64::from(value).into(),
        Field::Float(value) => f64::from(value).into(),
        Field::Double(value) => value.into(),
        Field::Decimal(value) => decimal(&value)?.into(),
        Field::Str(text) => text.into(),
        // Texts of programs that do not say so.
        Field::Bytes(bytes) => bytes.as_utf8().ok()?.into(),
        Field::Date(days) => day(days.into())?.into(),
        Field::TimestampMillis(at) => moment(i128::from(at) * 1_000_000)?.into(),
        Field::TimestampMicros(at) => moment(i128::from(at) * 1000)?.into(),
        // Times of day say nothing of an article; the rest is not among the columns.
        _ => return None,
    })
}

/// A decimal number as it is written; none if it is longer than any that counts something.
fn decimal(value: &Decimal) -> Option<String> {
    let bytes = value.data();
    let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    let start = if negative { -1_i128 } else { 0 };
    let whole = (bytes.len() <= 16).then(|| bytes.iter().fold(start, |sum, &byte| (sum << 8) | i128::from(byte)))?;
    let scale = usize::try_from(value.scale()).ok().filter(|&scale| scale <= 38)?;
    let digits = format!("{:0>width$}", whole.unsigned_abs(), width = scale + 1);
    let (before, after) = digits.split_at(digits.len() - scale);
    let sign = if negative { "-" } else { "" };
    Some(if scale == 0 { format!("{sign}{before}") } else { format!("{sign}{before}.{after}") })
}
