//! How much a reader takes from one input: the one place where the limits and their defaults stand.
//!
//! | limit | default | of what |
//! |---|---|---|
//! | `file` | 1 GiB | bytes of one file that is no archive, or of standard input |
//! | `member` | 256 MiB | bytes of one member of an archive, unpacked; of all that is packed in one PDF |
//! | `archive` | 4 GiB | bytes unpacked from one archive or document, with all archives in it |
//! | `ratio` | 200 | bytes unpacked for each byte of the archive or PDF, once 64 MiB are unpacked |
//! | `members` | 100 000 | members of one archive, with those of the archives in it; records of a web archive |
//! | `depth` | 5 | archives in archives; a `.tar.gz` is two |
//! | `article` | 16 MiB | bytes of the text of one article |
//! | `passages` | 100 000 | passages of one article |
//! | `row` | 16 MiB | bytes of one row of a table or of JSON lines |
//! | `columns` | 16 384 | columns of a table |
//! | `page` | 16 MiB | bytes of one web page, which takes some 15 times as much memory |
//! | `nesting` | 512 | elements in elements of HTML and XML |
//! | `term` | 256 | bytes of a word; what is longer is data, such as an encoded picture, and no term |
//! | `wait` | 5 | seconds until a pipe that nobody writes to is given up |
//!
//! What passes a limit is reported with the limit's name and skipped; `--limit NAME=VALUE` raises it.

use std::{collections::BTreeMap, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Limit {
    /// Bytes of one file that is no archive, or of standard input.
    File,
    /// Bytes of one member of an archive, unpacked.
    Member,
    /// Bytes unpacked from one archive or document, with all archives in it.
    Archive,
    /// Bytes unpacked for each byte of the archive.
    Ratio,
    /// Members of one archive.
    Members,
    /// Archives in archives.
    Depth,
    /// Bytes of the text of one article.
    Article,
    /// Passages of one article.
    Passages,
    /// Bytes of one row.
    Row,
    /// Columns of a table.
    Columns,
    /// Bytes of one web page.
    Page,
    /// Elements in elements of HTML and XML.
    Nesting,
    /// Bytes of a word that can be a term.
    Term,
    /// Seconds until a silent pipe is given up.
    Wait,
}

/// Bytes that an archive may unpack to whatever its ratio: as much is harmless.
pub(super) const HARMLESS: u64 = 64 << 20;

const MIB: u64 = 1 << 20;

impl Limit {
    /// Every limit, in the order of the table above.
    pub const ALL: [Self; 14] = [
        Self::File,
        Self::Member,
        Self::Archive,
        Self::Ratio,
        Self::Members,
        Self::Depth,
        Self::Article,
        Self::Passages,
        Self::Row,
        Self::Columns,
        Self::Page,
        Self::Nesting,
        Self::Term,
        Self::Wait,
    ];

    /// The name a user writes.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Member => "member",
            Self::Archive => "archive",
            Self::Ratio => "ratio",
            Self::Members => "members",
            Self::Depth => "depth",
            Self::Article => "article",
            Self::Passages => "passages",
            Self::Row => "row",
            Self::Columns => "columns",
            Self::Page => "page",
            Self::Nesting => "nesting",
            Self::Term => "term",
            Self::Wait => "wait",
        }
    }

    /// The value where none is set.
    #[must_use]
    pub fn default(self) -> u64 {
        match self {
            Self::File => 1024 * MIB,
            Self::Member => 256 * MIB,
            Self::Archive => 4096 * MIB,
            Self::Ratio => 200,
            Self::Members | Self::Passages => 100_000,
            Self::Depth | Self::Wait => 5,
            Self::Article | Self::Row | Self::Page => 16 * MIB,
            Self::Columns => 16_384,
            Self::Nesting => 512,
            Self::Term => 256,
        }
    }

    /// Whether it is a number of bytes.
    fn is_bytes(self) -> bool {
        matches!(self, Self::File | Self::Member | Self::Archive | Self::Article | Self::Row | Self::Page)
    }

    /// A value of it, as it is shown: `16 MiB`.
    #[must_use]
    pub fn show(self, value: u64) -> String {
        if self.is_bytes() { bytes(value) } else { value.to_string() }
    }
}

/// A number of bytes as it is shown.
pub(super) fn bytes(value: u64) -> String {
    match value {
        1.. if value.is_multiple_of(1 << 30) => format!("{} GiB", value >> 30),
        1.. if value.is_multiple_of(MIB) => format!("{} MiB", value >> 20),
        _ => format!("{value} bytes"),
    }
}

impl FromStr for Limit {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|limit| limit.name() == name).ok_or(())
    }
}

/// The limits of a run: the defaults, and what was set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    set: BTreeMap<Limit, u64>,
}

impl Limits {
    /// The defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self { set: BTreeMap::new() }
    }

    /// The value of a limit.
    #[must_use]
    pub fn of(&self, limit: Limit) -> u64 {
        self.set.get(&limit).copied().unwrap_or_else(|| limit.default())
    }

    /// Sets a limit.
    #[must_use]
    pub fn with(mut self, limit: Limit, value: u64) -> Self {
        self.set.insert(limit, value);
        self
    }

    /// Sets what `NAME` and `VALUE` of `--limit NAME=VALUE` say. None if there is no such limit, or the value is no whole
    /// number from 1, for bytes with a unit or without (`512MiB`, `2GB`, `1000000`).
    #[must_use]
    pub fn read(self, name: &str, value: &str) -> Option<Self> {
        let limit: Limit = name.parse().ok()?;
        let value = number(value, limit.is_bytes()).filter(|&value| value > 0)?;
        Some(self.with(limit, value))
    }

    /// Whether all have their defaults.
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.set.is_empty()
    }

    /// Takes over what another sets.
    pub fn extend(&mut self, other: &Self) {
        self.set.extend(&other.set);
    }

    /// The limits that were set, by name.
    pub fn set(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        self.set.iter().map(|(limit, value)| (limit.name(), *value))
    }

    /// The bytes that a file of `packed` bytes may unpack to, and the limit that says so: `whole`, or the ratio if that is less.
    pub(super) fn unpacked(&self, packed: u64, whole: Limit) -> (u64, Limit) {
        let ratio = packed.saturating_mul(self.of(Limit::Ratio)).max(HARMLESS);
        if ratio < self.of(whole) { (ratio, Limit::Ratio) } else { (self.of(whole), whole) }
    }

    /// What is said of a file that unpacks to more.
    pub(super) fn unpacked_passed(&self, (most, limit): (u64, Limit)) -> String {
        format!("it unpacks to more than {}, {}", bytes(most), self.passed(limit))
    }

    /// What is said of an input that passes a limit: the limit and how to raise it.
    pub(crate) fn passed(&self, limit: Limit) -> String {
        format!("over the limit of {} (--limit {}=…)", limit.show(self.of(limit)), limit.name())
    }
}

impl Serialize for Limits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.set())
    }
}

impl<'de> Deserialize<'de> for Limits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let said = BTreeMap::<String, serde_json::Value>::deserialize(deserializer)?;
        let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let all = said.iter().try_fold(Self::new(), |limits, (name, value)| limits.read(name, &text(value)));
        all.ok_or_else(|| serde::de::Error::custom("no such limit"))
    }
}

fn number(text: &str, unit: bool) -> Option<u64> {
    let text = text.trim().replace('_', "");
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    let by: u64 = match rest.trim().to_ascii_lowercase().as_str() {
        "" => 1,
        _ if !unit => return None,
        "b" => 1,
        "kb" => 1000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_is_found_by_its_name_and_stands_in_the_table() {
        let table = include_str!("limits.rs");
        for limit in Limit::ALL {
            assert_eq!(limit.name().parse(), Ok(limit));
            let (shown, digits) = (limit.show(limit.default()), limit.default().to_string());
            let row = table.lines().find(|line| line.starts_with(&format!("//! | `{}` |", limit.name())));
            let row = row.unwrap_or_else(|| panic!("{} has a row", limit.name())).replace("100 000", "100000");
            let row = row.replace("16 384", "16384");
            assert!(row.contains(&format!("| {shown} |")) || row.contains(&format!("| {digits} |")), "{row}");
        }
    }

    #[test]
    fn values_have_units_where_they_are_bytes() {
        let of = |name: &str, value: &str| {
            Limits::default().read(name, value).map(|limits| limits.of(name.parse().unwrap()))
        };
        assert_eq!(of("file", "2GB"), Some(2_000_000_000));
        assert_eq!(of("member", "1 GiB"), Some(1 << 30));
        assert_eq!(of("row", "100"), Some(100));
        assert_eq!(of("ratio", "1000"), Some(1000));
        for (name, value) in
            [("ratio", "2GB"), ("file", "0"), ("file", "-1"), ("file", "big"), ("file", "99999999999GB"), ("no", "1")]
        {
            assert_eq!(Limits::default().read(name, value), None, "{name}={value}");
        }
        assert!(Limits::new().passed(Limit::Row).contains("16 MiB (--limit row=…)"));
    }
}
