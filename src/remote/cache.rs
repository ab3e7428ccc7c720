//! What a server has answered, kept on disk so that no text is paid for twice.
//!
//! A file of fixed-size records that is only ever appended to: the first 16 bytes are `WMEMBED1` and the width `d` (two
//! 32-bit numbers, the second 0), then for each text its key (16 bytes), a scale (a 32-bit float), `d` 16-bit codes and a
//! checksum (8 bytes). A last record that a crash tore is cut off; one that is damaged is passed over.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use ndarray::Array2;
use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use super::{Progress, server::Server};
use crate::error::{Error, Result};

const MAGIC: &[u8; 8] = b"WMEMBED1";

/// Bytes before the first record.
const HEAD: usize = 16;

/// Bytes of a record besides its codes: key, scale, checksum.
const FRAME: usize = 28;

/// A width beyond this is no embedding's.
const MOST_WIDTH: usize = 1 << 16;

/// Answers kept on disk. One process at a time may use a file.
#[derive(Debug)]
pub struct Cache {
    path: PathBuf,
    file: File,
    /// Numbers a vector; 0 until the first is kept.
    width: usize,
    /// The record of each key.
    records: FxHashMap<u128, u64>,
    /// Records in the file, whole ones.
    count: u64,
}

/// What an answer is kept under: whom was asked what.
fn key(server: &Server, text: &str) -> u128 {
    let settings = server.settings();
    let mut bytes = Vec::with_capacity(text.len() + 64);
    let address = if settings.named { "" } else { settings.url.trim_end_matches('/') };
    for part in [address, &settings.model, &settings.prefix, text] {
        bytes.extend((part.len() as u64).to_le_bytes());
        bytes.extend(part.as_bytes());
    }
    xxh3_128(&bytes)
}

impl Cache {
    /// Opens a cache file, or makes it.
    ///
    /// # Errors
    /// [`Error::Write`] if it cannot be opened for writing, or another process uses it; [`Error::Cache`] if it is
    /// something else.
    pub fn open(path: &Path) -> Result<Self> {
        Self::locked(path, |_| Err(io::Error::other("another process is using it; wait for it to end")))
    }

    /// As [`Cache::open`], but waits for another process to be done with the file.
    ///
    /// # Errors
    /// As [`Cache::open`].
    pub fn open_when_free(path: &Path, progress: &dyn Progress) -> Result<Self> {
        Self::locked(path, |file| {
            progress.wait("another process is using the kept answers; waiting for it to end");
            file.lock()
        })
    }

    /// Opens the file; `busy` says what to do if another process has locked it.
    fn locked(path: &Path, busy: impl FnOnce(&File) -> io::Result<()>) -> Result<Self> {
        let fail = |source| Error::Write { path: path.display().to_string(), source };
        let file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(fail)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => busy(&file).map_err(fail)?,
            // Where the file system has no locks, there is none.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        let mut cache = Self { path: path.to_owned(), file, width: 0, records: FxHashMap::default(), count: 0 };
        cache.load()?;
        Ok(cache)
    }

    fn fail(&self, source: io::Error) -> Error {
        Error::Write { path: self.path.display().to_string(), source }
    }

    fn record_bytes(&self) -> usize {
        FRAME + 2 * self.width
    }

    /// Finds the records, and cuts off a torn one.
    fn load(&mut self) -> Result<()> {
        let length = self.file.metadata().map_err(|e| self.fail(e))?.len();
        let mut reader = BufReader::with_capacity(1 << 20, &self.file);
        let mut head = [0; HEAD];
        let begin = length.min(HEAD as u64) as usize;
        reader.read_exact(&mut head[..begin]).map_err(|e| self.fail(e))?;
        let strange = |reason: &str| Error::Cache { path: self.path.display().to_string(), reason: reason.to_owned() };
        if begin > 0 && head[..begin.min(8)] != MAGIC[..begin.min(8)] {
            return Err(strange("it does not begin as one does"));
        }
        if begin < HEAD {
            return self.file.set_len(0).map_err(|e| self.fail(e));
        }
        let width = u32::from_le_bytes([head[8], head[9], head[10], head[11]]) as usize;
        if width == 0 || width > MOST_WIDTH {
            return Err(strange("its width makes no sense"));
        }
        let size = FRAME + 2 * width;
        let count = (length - HEAD as u64) / size as u64;
        let mut record = vec![0; size];
        let mut records = FxHashMap::default();
        for i in 0..count {
            reader.read_exact(&mut record).map_err(|e| self.fail(e))?;
            if let Some(key) = sound(&record) {
                records.insert(key, i);
            }
        }
        drop(reader);
        let whole = HEAD as u64 + count * size as u64;
        if whole < length {
            self.file.set_len(whole).map_err(|e| self.fail(e))?;
        }
        (self.width, self.records, self.count) = (width, records, count);
        Ok(())
    }

    /// Answers kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Keeps answers, in one write.
    fn put(&mut self, keys: &[u128], vectors: &[Vec<f32>]) -> Result<()> {
        let mut bytes = Vec::new();
        if self.width == 0 {
            self.width = vectors.first().map_or(0, Vec::len);
            bytes.extend(MAGIC);
            bytes.extend((self.width as u32).to_le_bytes());
            bytes.extend([0; 4]);
        }
        for (key, vector) in keys.iter().zip(vectors) {
            let start = bytes.len();
            let largest = vector.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
            let scale = largest / f32::from(i16::MAX);
            bytes.extend(key.to_le_bytes());
            bytes.extend(scale.to_le_bytes());
            for x in vector {
                let code = if scale > 0.0 { (x / scale).round() as i16 } else { 0 };
                bytes.extend(code.to_le_bytes());
            }
            bytes.extend(xxh3_64(&bytes[start..]).to_le_bytes());
        }
        (&self.file).write_all(&bytes).map_err(|e| self.fail(e))?;
        for &key in keys {
            self.records.insert(key, self.count);
            self.count += 1;
        }
        Ok(())
    }

    /// Reads the vector of a key that is kept into `out`.
    fn get(&self, key: u128, record: &mut [u8], out: &mut [f32]) -> Result<()> {
        let lost = || self.fail(io::Error::other("a record is gone or damaged; was it changed meanwhile?"));
        let number = *self.records.get(&key).ok_or_else(lost)?;
        let at = HEAD as u64 + number * record.len() as u64;
        let mut file = &self.file;
        file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(record)).map_err(|e| self.fail(e))?;
        if sound(record) != Some(key) {
            return Err(lost());
        }
        let scale = f32::from_le_bytes([record[16], record[17], record[18], record[19]]);
        for (slot, code) in out.iter_mut().zip(record[20..].chunks_exact(2)) {
            *slot = scale * f32::from(i16::from_le_bytes([code[0], code[1]]));
        }
        Ok(())
    }

    /// The teacher's vectors of texts, `n × d`, row by row: those that are kept, and the server's for the others. Only
    /// those are asked for and told to `progress`, each once, short texts before long ones, so that the texts of a
    /// request are of one length.
    ///
    /// The values are those that are kept, rounded, so that a run that was interrupted gives the same as one that was not.
    ///
    /// # Errors
    /// Whatever [`Server::embed`] returns; [`Error::Server`] if its vectors are not as wide as those that are kept;
    /// [`Error::Write`] if the file fails.
    pub fn embed<T: AsRef<str>>(
        &mut self,
        server: &mut Server,
        texts: &[T],
        progress: &dyn Progress,
    ) -> Result<Array2<f32>> {
        let keys: Vec<u128> = texts.iter().map(|text| key(server, text.as_ref())).collect();
        let mut missing: Vec<(usize, u128, &str)> = keys
            .iter()
            .zip(texts)
            .filter(|(key, _)| !self.records.contains_key(key))
            .map(|(&key, text)| (text.as_ref().len(), key, text.as_ref()))
            .collect();
        missing.sort_unstable_by_key(|&(length, key, _)| (length, key));
        missing.dedup_by_key(|&mut (_, key, _)| key);
        progress.ask(missing.len(), texts.len());
        for batch in missing.chunks(server.settings().batch.max(1)) {
            let texts: Vec<&str> = batch.iter().map(|&(_, _, text)| text).collect();
            let vectors = server.embed(&texts, progress)?;
            let width = vectors.first().map_or(0, Vec::len);
            if self.width != 0 && width != self.width {
                return Err(server.error(
                    format!(
                        "it answers with {width} numbers a text, where its earlier answers, kept in {}, have {}",
                        self.path.display(),
                        self.width
                    ),
                    "use the server they came from, or delete that file to ask anew",
                ));
            }
            if width > MOST_WIDTH {
                return Err(server.error(format!("it answers with {width} numbers a text"), "use another model"));
            }
            let keys: Vec<u128> = batch.iter().map(|&(_, key, _)| key).collect();
            self.put(&keys, &vectors)?;
            progress.answered(batch.len());
        }
        let mut all = Array2::zeros((texts.len(), self.width));
        let mut record = vec![0; self.record_bytes()];
        for (&key, mut row) in keys.iter().zip(all.rows_mut()) {
            if let Some(row) = row.as_slice_mut() {
                self.get(key, &mut record, row)?;
            }
        }
        Ok(all)
    }
}

/// The key of a record whose checksum holds.
fn sound(record: &[u8]) -> Option<u128> {
    let (body, sum) = record.split_last_chunk::<8>()?;
    let (key, _) = body.split_first_chunk::<16>()?;
    (xxh3_64(body) == u64::from_le_bytes(*sum)).then_some(u128::from_le_bytes(*key))
}
