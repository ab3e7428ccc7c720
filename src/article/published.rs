//! The date of an article, as the many ways of writing one give it.

use std::{fmt, str::FromStr};

use jiff::civil::{Date, Time};

/// The day, and where known the minute, an article was published, in the source's own clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Published {
    /// The calendar day.
    pub day: Date,
    /// The time of day, to the minute, if the source gives one.
    pub time: Option<Time>,
}

impl fmt::Display for Published {
    /// `2025-06-14` or `2025-06-14T21:57`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.day)?;
        match self.time {
            Some(time) => write!(f, "T{:02}:{:02}", time.hour(), time.minute()),
            None => Ok(()),
        }
    }
}

/// The text is not a date wenmai reads.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a date; write it as 2025-06-14, 2025-06-14 21:57 or 2025-06-14T21:57:00+08:00")]
pub struct NotADate(pub String);

impl FromStr for Published {
    type Err = NotADate;

    /// Reads `2025-06-14`, `2025/06/14`, `2025.06.14`, `2025年6月14日`, `20250614`, `June 14, 2025`, `14 Jun 2025`, each
    /// with or without a time (`21:57`, `9:57 PM`, `下午9:57`) and a weekday, and RFC 3339 and RFC 2822 timestamps, whose
    /// offset is dropped: the day is the one the source printed.
    ///
    /// `06/07/2025` is no date: it is June in one country and July in the next.
    fn from_str(text: &str) -> Result<Self, NotADate> {
        let digits_first = text.trim().starts_with(|c: char| c.is_ascii_digit());
        let found = if digits_first { numeric(text).or_else(|| english(text)) } else { english(text) };
        found.ok_or_else(|| NotADate(text.to_owned()))
    }
}

/// Year, month, day, then perhaps a time, parted by marks. What follows the minute is not looked at, but for the half of
/// the day.
fn numeric(text: &str) -> Option<Published> {
    let text = text.trim();
    let mut numbers: Vec<i64> = Vec::with_capacity(6);
    let mut separators: Vec<String> = Vec::with_capacity(6);
    for c in text.chars() {
        if let Some(digit) = c.to_digit(10) {
            if numbers.len() == separators.len() {
                numbers.push(0);
            }
            let last = numbers.last_mut()?;
            *last = last.checked_mul(10)?.checked_add(i64::from(digit))?;
        } else if numbers.is_empty() {
            return None;
        } else {
            if separators.len() < numbers.len() {
                separators.push(String::new());
            }
            separators.last_mut()?.push(c);
        }
    }
    if text.bytes().take_while(u8::is_ascii_digit).count() == 8 {
        // `20250614`, `20250614 10:00`, `20250614T1000`: cut the first number in three.
        let whole = *numbers.first()?;
        let parts = [whole / 10_000, whole / 100 % 100, whole % 100];
        numbers.splice(..1, parts);
        separators.splice(..0, ["-".to_owned(), "-".to_owned()]);
    }
    let part = |i: usize| numbers.get(i).copied();
    let between = |i: usize| separators.get(i).map(|s| s.trim());
    if !matches!(
        (between(0), between(1)),
        (Some("-"), Some("-")) | (Some("/"), Some("/")) | (Some("."), Some(".")) | (Some("年"), Some("月"))
    ) {
        return None;
    }
    let day = day(part(0)?, part(1)?, part(2)?)?;
    let gap = between(2).map(|gap| gap.trim_start_matches('日').trim());
    let (gap, half) = match gap {
        Some("上午" | "早上" | "凌晨") => (Some(""), Half::First),
        Some("下午" | "晚上" | "中午" | "傍晚") => (Some(""), Half::Second),
        gap => (gap, Half::Unsaid),
    };
    let time = match (gap, part(3), between(3), part(4)) {
        (None | Some(""), None, ..) => None,
        (Some("" | "T" | "t" | "_"), Some(hour), Some(":" | "：" | "时" | "点"), Some(minute)) => {
            let half = match half {
                Half::Unsaid => (4..6).filter_map(between).find_map(half_of).unwrap_or(Half::Unsaid),
                said => said,
            };
            Some(time(hour, minute, half)?)
        }
        _ => return None,
    };
    Some(Published { day, time })
}

/// Day, month by its name, and year in either order, then perhaps a time: `June 14, 2025`, `Sat, 14 Jun 2025 21:57 +0800`,
/// `Jun. 14th, 2025 at 9:57 pm`. Every word has to be part of a date.
fn english(text: &str) -> Option<Published> {
    let mut words = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '，')).filter(|word| !word.is_empty());
    let mut next = || words.next().map(|word| word.trim_end_matches('.').to_ascii_lowercase());
    let mut first = next()?;
    if name(&first, &WEEKDAYS, 3).is_some() {
        first = next()?;
    }
    let (month, number) = match (name(&first, &MONTHS, 3), next()?) {
        (Some(month), second) => (month, ordinal(&second)?),
        (None, mut second) => {
            if second == "of" {
                second = next()?;
            }
            (name(&second, &MONTHS, 3)?, ordinal(&first)?)
        }
    };
    let year = next()?;
    if year.len() != 4 {
        return None;
    }
    let day = day(year.parse().ok()?, month, number)?;
    let mut clock = next();
    if clock.as_deref().is_some_and(|word| matches!(word, "at" | "-" | "–" | "·" | "|")) {
        clock = Some(next()?);
    }
    let Some(clock) = clock else { return Some(Published { day, time: None }) };
    let (hour, rest) = clock.split_once(':')?;
    let minute = rest.get(..2)?;
    let mut half = Half::Unsaid;
    let rest = rest[2..].trim_start_matches(|c: char| c.is_ascii_digit() || c == ':');
    let rest = Some(rest.to_owned()).filter(|rest| !rest.is_empty());
    for word in rest.into_iter().chain(std::iter::from_fn(next)) {
        match half_of(&word) {
            Some(said) => half = said,
            None if is_zone(&word) => {}
            None => return None,
        }
    }
    Some(Published { day, time: Some(time(hour.parse().ok()?, minute.parse().ok()?, half)?) })
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// The place, from 1, of the name that `word` is or shortens to `least` letters or more.
fn name(word: &str, names: &[&str], least: usize) -> Option<i64> {
    let at = names.iter().position(|name| word.len() >= least && name.starts_with(word))?;
    i64::try_from(at + 1).ok()
}

/// `14`, `14th`.
fn ordinal(word: &str) -> Option<i64> {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let known = matches!(&word[digits..], "" | "st" | "nd" | "rd" | "th");
    word[..digits].parse().ok().filter(|_| known && digits <= 2)
}

/// `GMT`, `+0800`, `+08:00`, `(CST)`.
fn is_zone(word: &str) -> bool {
    let word = word.trim_matches(['(', ')']);
    let offset = || word.strip_prefix(['+', '-']).is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit() || b == b':'));
    matches!(
        word,
        "z" | "gmt"
            | "utc"
            | "bst"
            | "cet"
            | "cest"
            | "est"
            | "edt"
            | "et"
            | "cst"
            | "cdt"
            | "mst"
            | "mdt"
            | "pst"
            | "pdt"
            | "jst"
            | "hkt"
    ) || offset()
}

/// Which half of the day a clock of twelve hours is in.
#[derive(Clone, Copy)]
enum Half {
    First,
    Second,
    Unsaid,
}

fn half_of(word: &str) -> Option<Half> {
    let word: String =
        word.chars().filter(|c| !c.is_whitespace() && *c != '.').collect::<String>().to_ascii_lowercase();
    match word.as_str() {
        "am" => Some(Half::First),
        "pm" => Some(Half::Second),
        _ => None,
    }
}

fn day(year: i64, month: i64, day: i64) -> Option<Date> {
    if !(1000..=9999).contains(&year) {
        return None;
    }
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn time(hour: i64, minute: i64, half: Half) -> Option<Time> {
    let hour = match (half, hour) {
        (Half::First, 12) => 0,
        (Half::Second, 1..=11) => hour + 12,
        _ => hour,
    };
    Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0).ok()
}

impl serde::Serialize for Published {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Published {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        text.parse::<Published>().map_or_else(|error| error.to_string(), |date| date.to_string())
    }

    #[test]
    fn reads_the_dates_people_write() {
        for (text, is) in [
            ("2025-06-14", "2025-06-14"),
            ("2025-06-14 21:57", "2025-06-14T21:57"),
            ("2025-06-14T21:57:03+08:00", "2025-06-14T21:57"),
            ("2025-06-14T21:57:03.000Z", "2025-06-14T21:57"),
            ("2025/6/4", "2025-06-04"),
            ("2025.06.14 10:00", "2025-06-14T10:00"),
            ("2025年6月14日", "2025-06-14"),
            ("2025年6月14日 08:05", "2025-06-14T08:05"),
            ("2025年6月14日08时05分", "2025-06-14T08:05"),
            ("2025年6月14日 下午3:20", "2025-06-14T15:20"),
            ("20250614", "2025-06-14"),
            ("20250614 08:05", "2025-06-14T08:05"),
            (" 2025-06-14 ", "2025-06-14"),
        ] {
            assert_eq!(shown(text), is, "{text}");
        }
        for text in [
            "",
            "June 14",
            "2025-13-01",
            "2025-02-30",
            "2025",
            "2025-06",
            "99999999999999999999-01-01",
            "2025-06-14 25:00",
            "20251314",
            "1718000000",
            "06/07/2025",
            "二〇二五年六月",
        ] {
            assert!(text.parse::<Published>().is_err(), "{text}");
        }
    }

    #[test]
    fn english_dates_were_not_read() {
        for (text, is) in [
            ("June 14, 2025", "2025-06-14"),
            ("14 June 2025", "2025-06-14"),
            ("14th of June, 2025", "2025-06-14"),
            ("JUNE 14 2025", "2025-06-14"),
            ("Saturday, June 14th, 2025", "2025-06-14"),
            ("Jun 14, 2025 10:32 AM", "2025-06-14T10:32"),
            ("Jun. 14, 2025, 22:10", "2025-06-14T22:10"),
            ("Sept 3, 2025 at 9:05pm", "2025-09-03T21:05"),
            ("3 Sept. 2025 12:05 a.m. ET", "2025-09-03T00:05"),
            ("Sat, 14 Jun 2025 21:57:00 +0800", "2025-06-14T21:57"),
            ("May 1, 2025", "2025-05-01"),
        ] {
            assert_eq!(shown(text), is, "{text}");
        }
        for text in [
            "June 31, 2025",
            "June 2025",
            "Ju 14, 2025",
            "June 14, 25",
            "June 14, 2025 was fine",
            "14 2025",
            "J\u{fc}n 14, 2025",
            "June 14, 2025 10:\u{4e00}\u{4e00}",
            "三 June 2025",
        ] {
            assert!(text.parse::<Published>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_afternoon_of_a_clock_of_twelve_hours_was_dropped() {
        for (text, is) in [
            ("2025-06-14 09:12 PM", "2025-06-14T21:12"),
            ("2025-06-14 09:12:30 p.m.", "2025-06-14T21:12"),
            ("2025/6/14 12:00 AM", "2025-06-14T00:00"),
            ("2025-06-14 21:12 PM", "2025-06-14T21:12"),
        ] {
            assert_eq!(shown(text), is, "{text}");
        }
    }
}
