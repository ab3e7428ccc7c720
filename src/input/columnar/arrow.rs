//! Arrow IPC, files (Feather 2) and streams: one article a row.

use std::sync::Arc;

use arrow_array::{
    Array, RecordBatch,
    cast::AsArray,
    types::{
        Date32Type, Date64Type, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
        TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type,
        UInt16Type, UInt32Type, UInt64Type,
    },
};
use arrow_buffer::Buffer;
use arrow_ipc::{
    Block, Message, MessageHeader,
    convert::try_fb_to_schema,
    reader::{FileDecoder, StreamDecoder},
    root_as_footer, root_as_message,
};
use arrow_schema::{DataType, TimeUnit};
use serde_json::{Map, Value};

use super::{
    super::{
        limits::Limit,
        source::{Parsed, Reader, Source},
    },
    Fault, LARGE, Rows, day, moment, read,
};

/// How a file begins, with what fills it up to eight bytes; a stream follows.
const MAGIC: &[u8] = b"ARROW1\0\0";
/// How a file of the first version of Feather begins, which is another format.
const FEATHER_1: &[u8] = b"FEA1";
/// What stands before the length of a message.
const MARK: [u8; 4] = [0xFF; 4];
const ENDINGS: [&str; 4] = ["arrow", "feather", "arrows", "ipc"];

/// Reads Arrow IPC.
///
/// Columns are found by their names, as in other tables. Those that hold lists or structures are left out. Places count the
/// rows from 1.
pub struct ArrowReader;

impl Reader for ArrowReader {
    fn read(&self, source: &Source<'_>) -> Parsed {
        read(source, |rows| table(source.bytes(), rows))
    }

    fn claims(&self, head: &[u8], ending: &str) -> bool {
        let stream = head.starts_with(&MARK) && ENDINGS.contains(&ending);
        head.starts_with(MAGIC) || head.starts_with(FEATHER_1) || stream
    }
}

fn table(bytes: &[u8], rows: &mut Rows<'_, '_>) -> Result<(), Fault> {
    if bytes.starts_with(FEATHER_1) {
        let what = "is of the first version of Feather; save it as Feather 2, or as Parquet";
        return Err(Fault { what, detail: String::new() });
    }
    // A copy, as what is in it has to lie at multiples of eight bytes.
    let whole = Buffer::from(bytes);
    match bytes.starts_with(MAGIC).then(|| footer(bytes)).flatten() {
        Some(footer) => file(&whole, &Buffer::from(footer), rows),
        // One that was cut is still a stream.
        None => stream(&whole.slice(if bytes.starts_with(MAGIC) { MAGIC.len() } else { 0 }), rows),
    }
}

/// The footer of a file: it stands before its length and the magic number.
fn footer(bytes: &[u8]) -> Option<&[u8]> {
    let rest = bytes.strip_suffix(MAGIC.get(..6)?)?;
    let (rest, length) = rest.split_last_chunk::<4>()?;
    rest.get(rest.len().checked_sub(u32::from_le_bytes(*length) as usize)?..)
}

/// Takes the parts of a file that its footer lists.
fn file(whole: &Buffer, footer: &Buffer, rows: &mut Rows<'_, '_>) -> Result<(), Fault> {
    let footer = root_as_footer(footer).map_err(Fault::broken)?;
    let schema = footer.schema().ok_or_else(|| Fault::broken("its schema is missing"))?;
    let schema = Arc::new(try_fb_to_schema(schema).map_err(Fault::broken)?);
    let mut decoder = FileDecoder::new(Arc::clone(&schema), footer.version());
    let part = |block: &Block, rows: &Rows<'_, '_>| {
        let number = |n: i64| usize::try_from(n).ok();
        let place = || {
            let (at, head) = (number(block.offset())?, number(block.metaDataLength().into())?);
            let end = at.checked_add(head)?.checked_add(number(block.bodyLength())?)?;
            (end <= whole.len()).then_some((at, head, end - at))
        };
        let (at, head, length) = place().ok_or_else(|| Fault::broken("a part stands beyond its end"))?;
        let part = whole.slice_with_length(at, length);
        let (head, body) = part.split_at(head);
        // Before a message stand its mark, which older files do not have, and its length.
        let head = head.strip_prefix(&MARK).unwrap_or(head).get(4..);
        let message = root_as_message(head.unwrap_or_default()).map_err(Fault::broken)?;
        sizes(&message, body, rows)?;
        Ok(part)
    };
    for block in footer.dictionaries().iter().flatten() {
        decoder.read_dictionary(block, &part(block, rows)?).map_err(Fault::broken)?;
    }
    rows.columns(schema.fields().iter().filter(|field| single(field.data_type())).map(|field| field.name().as_str()))?;
    for block in footer.recordBatches().iter().flatten() {
        if let Some(batch) = decoder.read_record_batch(block, &part(block, rows)?).map_err(Fault::broken)? {
            take(&batch, rows)?;
        }
    }
    Ok(())
}

/// Takes the messages of a stream.
fn stream(stream: &Buffer, rows: &mut Rows<'_, '_>) -> Result<(), Fault> {
    let (end, fault) = messages(stream, rows)?;
    let mut buffer = stream.slice_with_length(0, end);
    let mut decoder = StreamDecoder::new();
    let mut known = false;
    while let Some(batch) = decoder.decode(&mut buffer).map_err(Fault::broken)? {
        if !known {
            rows.columns(columns(&batch).map(|(name, _)| name))?;
            known = true;
        }
        take(&batch, rows)?;
    }
    fault.map_or(Ok(()), Err)
}

/// Looks at the messages of a stream; returns where they end, and what ends them if it is no proper end.
fn messages(stream: &[u8], rows: &Rows<'_, '_>) -> Result<(usize, Option<Fault>), Fault> {
    let mut at = 0;
    loop {
        let rest = stream.get(at..).unwrap_or_default();
        if rest.is_empty() {
            return Ok((at, None));
        }
        let short = || Ok((at, Some(Fault::broken("it ends within a message"))));
        let (mark, rest) = match rest.strip_prefix(&MARK) {
            Some(rest) => (MARK.len(), rest),
            None => (0, rest),
        };
        let Some((length, rest)) = rest.split_first_chunk::<4>() else { return short() };
        let length = u32::from_le_bytes(*length) as usize;
        if length == 0 {
            return Ok((at, None));
        }
        let Some(message) = rest.get(..length) else { return short() };
        let message = root_as_message(message).map_err(Fault::broken)?;
        let body = usize::try_from(message.bodyLength()).map_err(Fault::broken)?;
        let Some(body) = rest.get(length..).and_then(|rest| rest.get(..body)) else { return short() };
        sizes(&message, body, rows)?;
        at += mark + 4 + length + body.len();
    }
}

/// Counts what a message states that its body unpacks to.
fn sizes(message: &Message<'_>, body: &[u8], rows: &Rows<'_, '_>) -> Result<(), Fault> {
    let batch = match message.header_type() {
        MessageHeader::RecordBatch => message.header_as_record_batch(),
        MessageHeader::DictionaryBatch => message.header_as_dictionary_batch().and_then(|batch| batch.data()),
        _ => None,
    };
    let Some(batch) = batch.filter(|batch| batch.compression().is_some()) else { return Ok(()) };
    let limits = &rows.source.settings().limits;
    for buffer in batch.buffers().into_iter().flatten().filter(|buffer| buffer.length() > 0) {
        let stated = usize::try_from(buffer.offset()).ok().and_then(|at| body.get(at..)?.first_chunk::<8>());
        let Some(stated) = stated else { return Err(Fault::broken("a column stands beyond its end")) };
        // A negative size says that nothing was packed.
        let stated = u64::try_from(i64::from_le_bytes(*stated)).unwrap_or(0);
        if stated > limits.of(Limit::Member) {
            let detail = format!("a column of it unpacks to {stated} bytes, {}", limits.passed(Limit::Member));
            return Err(Fault { what: LARGE, detail });
        }
        rows.count(stated)?;
    }
    Ok(())
}

/// The columns that have one value a row, with their names.
fn columns(batch: &RecordBatch) -> impl Iterator<Item = (&str, &dyn Array)> {
    let named = batch.schema_ref().fields().iter().map(|field| field.name().as_str());
    named.zip(batch.columns().iter().map(AsRef::as_ref)).filter(|(_, column)| single(column.data_type()))
}

fn single(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Boolean => true,
        DataType::Dictionary(_, kind) => !matches!(**kind, DataType::Dictionary(..)) && single(kind),
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => true,
        kind => kind.is_integer() || kind.is_floating(),
    }
}

fn take(batch: &RecordBatch, rows: &mut Rows<'_, '_>) -> Result<(), Fault> {
    let columns: Vec<(&str, &dyn Array)> = columns(batch).collect();
    for row in 0..batch.num_rows() {
        let cells = columns.iter().filter_map(|&(name, column)| Some((name.to_owned(), value(column, row)?)));
        rows.row(cells.collect::<Map<String, Value>>())?;
    }
    Ok(())
}

/// The value of a cell; none if it is empty.
fn value(column: &dyn Array, row: usize) -> Option<Value> {
    if column.is_null(row) {
        return None;
    }
    let billionth = |at: i64, unit: &TimeUnit| match unit {
        TimeUnit::Second => i128::from(at) * 1_000_000_000,
        TimeUnit::Millisecond => i128::from(at) * 1_000_000,
        TimeUnit::Microsecond => i128::from(at) * 1000,
        TimeUnit::Nanosecond => at.into(),
    };
    Some(match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).into(),
        DataType::LargeUtf8 => column.as_string::<i64>().value(row).into(),
        DataType::Utf8View => column.as_string_view().value(row).into(),
        DataType::Boolean => column.as_boolean().value(row).into(),
        DataType::Int8 => column.as_primitive::<Int8Type>().value(row).into(),
        DataType::Int16 => column.as_primitive::<Int16Type>().value(row).into(),
        DataType::Int32 => column.as_primitive::<Int32Type>().value(row).into(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).into(),
        DataType::UInt8 => column.as_primitive::<UInt8Type>().value(row).into(),
        DataType::UInt16 => column.as_primitive::<UInt16Type>().value(row).into(),
        DataType::UInt32 => column.as_primitive::<UInt32Type>().value(row).into(),
        DataType::UInt64 => column.as_primitive::<UInt64Type>().value(row).into(),
        DataType::Float16 => f64::from(column.as_primitive::<Float16Type>().value(row)).into(),
        DataType::Float32 => f64::from(column.as_primitive::<Float32Type>().value(row)).into(),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).into(),
        DataType::Date32 => day(column.as_primitive::<Date32Type>().value(row).into())?.into(),
        DataType::Date64 => moment(i128::from(column.as_primitive::<Date64Type>().value(row)) * 1_000_000)?.into(),
        DataType::Timestamp(unit, _) => {
            let at = match unit {
                TimeUnit::Second => column.as_primitive::<TimestampSecondType>().value(row),
                TimeUnit::Millisecond => column.as_primitive::<TimestampMillisecondType>().value(row),
                TimeUnit::Microsecond => column.as_primitive::<TimestampMicrosecondType>().value(row),
                TimeUnit::Nanosecond => column.as_primitive::<TimestampNanosecondType>().value(row),
            };
            moment(billionth(at, unit))?.into()
        }
        DataType::Dictionary(..) => {
            let dictionary = column.as_any_dictionary();
            let key = value(dictionary.keys(), row)?.as_u64()?;
            let key = usize::try_from(key).ok().filter(|&key| key < dictionary.values().len())?;
            value(dictionary.values().as_ref(), key)?
        }
        _ => return None,
    })
}
