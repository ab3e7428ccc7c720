//! What is unpacked, counted: the guard against files that unpack to far more than their size.

use std::{
    cell::Cell,
    io::{self, Read},
    rc::Rc,
};

use super::super::limits::{Limit, Limits};

/// Counts what is unpacked from one file and stops it at the limits.
#[derive(Debug)]
pub(in super::super) struct Meter {
    unpacked: Cell<u64>,
    /// As much as may be, and the limit that says so.
    most: (u64, Limit),
}

impl Meter {
    /// The meter of a file that has `packed` bytes.
    pub fn new(limits: &Limits, packed: u64) -> Rc<Self> {
        Rc::new(Self { unpacked: Cell::new(0), most: limits.unpacked(packed, Limit::Archive) })
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
        self.unpacked.get() > self.most.0
    }

    /// If it is too much: how much would have done, and which limit says so.
    pub fn told(&self, limits: &Limits) -> Option<String> {
        self.passed().then(|| limits.unpacked_passed(self.most))
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
