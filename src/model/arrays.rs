//! The arrays of a model file, read where they lie.

use std::{borrow::Cow, fs::File, ops::Range, path::Path};

use bytemuck::Pod;
use ndarray::{ArrayView1, ArrayView2};
use safetensors::{Dtype, SafeTensors};

use super::FORMAT;

/// Why a file cannot be used.
pub(super) type Told<T> = std::result::Result<T, String>;

/// The bytes of a file.
#[derive(Debug)]
pub(super) enum Bytes {
    Mapped(memmap2::Mmap),
    /// What cannot be mapped, such as a pipe.
    Read(Vec<u8>),
}

impl Bytes {
    pub(super) fn open(path: &Path) -> std::io::Result<Self> {
        let file = File::open(path)?;
        if !file.metadata()?.is_file() {
            return std::fs::read(path).map(Self::Read);
        }
        // SAFETY: what is mapped must not change while it is read. wenmai replaces models by renaming, so a mapped one stays
        // as it was, and every number read from it is checked where it is used; a program that writes into the file
        // itself can make an answer wrong, and one that cuts it short can end this program, as with any mapped file.
        #[allow(unsafe_code)]
        match unsafe { memmap2::Mmap::map(&file) } {
            Ok(map) => Ok(Self::Mapped(map)),
            Err(_) => std::fs::read(path).map(Self::Read),
        }
    }

    pub(super) fn all(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Read(bytes) => bytes,
        }
    }
}

/// A number of an array.
pub(super) trait Number: Pod {
    const DTYPE: Dtype;
    /// One whose bytes came little end first.
    fn turned(self) -> Self;
}

macro_rules! number {
    ($($number:ty, $dtype:ident, $turned:expr;)*) => {
        $(impl Number for $number {
            const DTYPE: Dtype = Dtype::$dtype;
            fn turned(self) -> Self {
                $turned(self)
            }
        })*
    };
}

number! {
    u8, U8, |x| x;
    i8, I8, |x| x;
    u16, U16, u16::from_le;
    u32, U32, u32::from_le;
    u64, U64, u64::from_le;
    f32, F32, |x: f32| f32::from_bits(u32::from_le(x.to_bits()));
}

/// Numbers of a file: where they lie, or a copy if they cannot be read there.
#[derive(Debug)]
pub(super) enum Numbers<T> {
    Here(Range<usize>),
    Copied(Vec<T>),
}

impl<T: Number> Numbers<T> {
    pub(super) fn of<'a>(&'a self, bytes: &'a Bytes) -> &'a [T] {
        match self {
            // Cast once before, so it can be cast.
            Self::Here(range) => bytemuck::try_cast_slice(&bytes.all()[range.clone()]).unwrap_or_default(),
            Self::Copied(numbers) => numbers,
        }
    }
}

/// A matrix of a file.
#[derive(Debug)]
pub(super) struct Matrix {
    numbers: Numbers<f32>,
    pub(super) rows: usize,
    pub(super) cols: usize,
}

impl Matrix {
    pub(super) fn of<'a>(&'a self, bytes: &'a Bytes) -> ArrayView2<'a, f32> {
        // The reader of the header has seen to it that the shape fits.
        let empty = |_| ArrayView2::from(&[] as &[[f32; 0]]);
        ArrayView2::from_shape((self.rows, self.cols), self.numbers.of(bytes)).unwrap_or_else(empty)
    }

    pub(super) fn row<'a>(&'a self, bytes: &'a Bytes, i: usize) -> Option<ArrayView1<'a, f32>> {
        (i < self.rows).then(|| self.of(bytes).index_axis_move(ndarray::Axis(0), i))
    }
}

/// Groups of numbers, one after the other.
#[derive(Debug)]
pub(super) struct Groups<T> {
    offsets: Numbers<u64>,
    numbers: Numbers<T>,
}

impl<T: Number> Groups<T> {
    /// Number of groups.
    pub(super) fn len(&self, bytes: &Bytes) -> usize {
        self.offsets.of(bytes).len().saturating_sub(1)
    }

    /// A group; `None` if there is no such, or if the file says it is where nothing is.
    pub(super) fn get<'a>(&'a self, bytes: &'a Bytes, i: usize) -> Option<&'a [T]> {
        let offsets = self.offsets.of(bytes);
        let (from, to) = (*offsets.get(i)?, *offsets.get(i.checked_add(1)?)?);
        self.numbers.of(bytes).get(usize::try_from(from).ok()?..usize::try_from(to).ok()?)
    }

    /// Where the groups begin, and all their numbers.
    pub(super) fn all<'a>(&'a self, bytes: &'a Bytes) -> (&'a [u64], &'a [T]) {
        (self.offsets.of(bytes), self.numbers.of(bytes))
    }
}

impl Groups<u8> {
    /// A group that is text.
    pub(super) fn text<'a>(&'a self, bytes: &'a Bytes, i: usize) -> Option<&'a str> {
        std::str::from_utf8(self.get(bytes, i)?).ok()
    }

    /// The text among sorted ones; `None` if it is not there.
    pub(super) fn find(&self, bytes: &Bytes, text: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.len(bytes));
        while low < high {
            let middle = low + (high - low) / 2;
            match self.get(bytes, middle)?.cmp(text.as_bytes()) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }
}

/// The arrays of a file by their names.
pub(super) struct Arrays<'a> {
    bytes: &'a [u8],
    file: SafeTensors<'a>,
}

impl<'a> Arrays<'a> {
    /// The arrays of a file of this format.
    pub(super) fn new(bytes: &'a [u8]) -> Told<Self> {
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(|e| format!("it is not a model file ({e})"))?;
        match header.metadata().as_ref().and_then(|m| m.get("format")) {
            Some(format) if format == FORMAT => {}
            Some(format) => return Err(format!("its format is {format:?}, this wenmai reads {FORMAT:?}")),
            None => return Err("it does not say what format it has".to_owned()),
        }
        let file = SafeTensors::deserialize(bytes).map_err(|e| format!("it is not a model file ({e})"))?;
        Ok(Self { bytes, file })
    }

    /// Whether there is an array of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.file.tensor(name).is_ok()
    }

    /// Numbers, of the type and number of dimensions they must have; with their shape.
    fn shaped<T: Number>(&self, name: &str, dimensions: usize) -> Told<(Numbers<T>, Vec<usize>)> {
        let tensor = self.file.tensor(name).map_err(|_| format!("it lacks {name}"))?;
        if tensor.dtype() != T::DTYPE || tensor.shape().len() != dimensions {
            return Err(format!("{name} is {:?} {:?}", tensor.dtype(), tensor.shape()));
        }
        let data = tensor.data();
        let here = if cfg!(target_endian = "little") { bytemuck::try_cast_slice::<u8, T>(data).ok() } else { None };
        let numbers = if here.is_some() {
            // Both are parts of one allocation.
            let from = data.as_ptr().addr() - self.bytes.as_ptr().addr();
            Numbers::Here(from..from + data.len())
        } else {
            let size = size_of::<T>();
            Numbers::Copied(data.chunks_exact(size).map(|x| bytemuck::pod_read_unaligned::<T>(x).turned()).collect())
        };
        Ok((numbers, tensor.shape().to_vec()))
    }

    pub(super) fn numbers<T: Number>(&self, name: &str) -> Told<Numbers<T>> {
        self.shaped(name, 1).map(|(numbers, _)| numbers)
    }

    /// Numbers, a fixed number of them for each of `rows` things.
    pub(super) fn table<T: Number>(&self, name: &str, rows: usize, cols: usize) -> Told<Numbers<T>> {
        match self.shaped(name, 2)? {
            (numbers, shape) if shape == [rows, cols] => Ok(numbers),
            (_, shape) => Err(format!("{name} is {shape:?}, not [{rows}, {cols}]")),
        }
    }

    pub(super) fn matrix(&self, name: &str) -> Told<Matrix> {
        let (numbers, shape) = self.shaped(name, 2)?;
        Ok(Matrix { numbers, rows: shape[0], cols: shape[1] })
    }

    pub(super) fn groups<T: Number>(&self, name: &str) -> Told<Groups<T>> {
        Ok(Groups { offsets: self.numbers(&format!("{name}.offsets"))?, numbers: self.numbers(name)? })
    }

    pub(super) fn json<D: serde::de::DeserializeOwned>(&self, name: &str) -> Told<D> {
        let tensor = self.file.tensor(name).map_err(|_| format!("it lacks {name}"))?;
        serde_json::from_slice(tensor.data()).map_err(|e| format!("its {name} cannot be read ({e})"))
    }
}

/// An array on its way into a file.
pub(super) struct Outgoing<'a> {
    name: String,
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Cow<'a, [u8]>,
    size: usize,
}

impl<'a> Outgoing<'a> {
    pub(super) fn new<T: Number>(name: &str, shape: &[usize], numbers: impl Into<Cow<'a, [T]>>) -> Self {
        let bytes = match numbers.into() {
            Cow::Borrowed(numbers) if cfg!(target_endian = "little") => Cow::Borrowed(bytemuck::cast_slice(numbers)),
            numbers => {
                let little: Vec<T> = numbers.iter().map(|x| x.turned()).collect();
                Cow::Owned(bytemuck::cast_slice(&little).to_vec())
            }
        };
        Self { name: name.to_owned(), dtype: T::DTYPE, shape: shape.to_vec(), bytes, size: size_of::<T>() }
    }

    /// Groups of numbers and where they begin.
    pub(super) fn groups<T: Number>(name: &str, groups: impl Iterator<Item = impl AsRef<[T]>>) -> [Self; 2] {
        let (mut offsets, mut numbers) = (vec![0_u64], Vec::new());
        for group in groups {
            numbers.extend_from_slice(group.as_ref());
            offsets.push(numbers.len() as u64);
        }
        [Self::new(&format!("{name}.offsets"), &[offsets.len()], offsets), Self::new(name, &[numbers.len()], numbers)]
    }
}

/// Writes arrays in the safetensors format, one after the other: the crate would have the whole file in memory. Wide numbers
/// come first, so that all are aligned.
pub(super) fn write(mut arrays: Vec<Outgoing<'_>>, out: &mut dyn std::io::Write) -> std::io::Result<()> {
    arrays.sort_by(|a, b| b.size.cmp(&a.size).then_with(|| a.name.cmp(&b.name)));
    let mut header = serde_json::Map::new();
    header.insert("__metadata__".to_owned(), serde_json::json!({ "format": FORMAT }));
    let mut at = 0;
    for array in &arrays {
        let to = at + array.bytes.len();
        let dtype = serde_json::to_value(array.dtype)?;
        let entry = serde_json::json!({ "dtype": dtype, "shape": array.shape, "data_offsets": [at, to] });
        header.insert(array.name.clone(), entry);
        at = to;
    }
    let mut header = serde_json::to_vec(&header)?;
    // Spaces, so that the numbers begin where a line of the processor's cache does.
    header.resize((header.len() + 8).next_multiple_of(64) - 8, b' ');
    out.write_all(&(header.len() as u64).to_le_bytes())?;
    out.write_all(&header)?;
    arrays.iter().try_for_each(|array| out.write_all(&array.bytes))
}
