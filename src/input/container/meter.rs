//! What is unpacked, counted: the guard against files that unpack to far more than their size.

use std::{
    cell::Cell,
    io::{self, Read},
    rc::Rc,
};

use super::super::limits::{self, HARMLESS, Limit, Limits};

/// Counts what is unpacked from one file and stops it at the limits.
#[derive(Debug)]
pub(in super::super) struct Meter {
    unpacked: Cell<u64>,
    most: u64,
    /// The limit that `most` comes from.
    limit: Limit,
}

impl Meter {
    /// The meter of a file that has `packed` bytes.
    pub fn new(limits: &Limits, packed: u64) -> Rc<Self> {
        let archive = limits.of(Limit::Archive);
        let ratio = packed.saturating_mul(limits.of(Limit::Ratio)).max(HARMLESS);
        let (most, limit) = if ratio < archive { (ratio, Limit::Ratio) } else { (archive, Limit::Archive) };
        Rc::new(Self { unpacked: Cell::new(0), most, limit })
    }

    /// Counts bytes that take room without being read through [`Self::metered`].
    pub fn count(&self, bytes: u64) {
        self.unpacked.set(self.unpacked.get().saturating_add(bytes));
    }

    /// What was counted.
    pub fn unpacked(&self) -> u64 {
        self.unpacked.get()
    }

    /// Whether it is too much.
    pub fn passed(&self) -> bool {
        self.unpacked.get() > self.most
    }

    /// If it is too much: how much would have done, and which limit says so.
    pub fn told(&self, limits: &Limits) -> Option<String> {
        let told = || format!("it unpacks to more than {}, {}", limits::bytes(self.most), limits.passed(self.limit));
        self.passed().then(told)
    }

    /// A decompressor whose output is counted.
    pub fn metered<R: Read>(self: &Rc<Self>, inner: R) -> Metered<R> {
        Metered { inner, meter: Rc::clone(self) }
    }
}

/// A decompressor's output, metered.
pub(in super::super) struct Metered<R> {
    inner: R,
    meter: Rc<Meter>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.meter.passed() {
            return Err(io::Error::other("it is over a limit"));
        }
        let read = self.inner.read(to)?;
        self.meter.count(read as u64);
        Ok(read)
    }
}
