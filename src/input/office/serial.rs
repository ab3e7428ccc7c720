//! Numbers of spreadsheets: which are days, and what days they are.

use jiff::{ToSpan, civil::Date};
use serde_json::{Number, Value};

/// The day, and the time if there is one, that a number of days since 1900 (or 1904, if `late`) stands for.
pub(super) fn day(serial: f64, late: bool) -> Option<String> {
    // Up to the year 9999; what is less than a day is a time without one.
    if !(1.0..2_958_466.0).contains(&serial) {
        return None;
    }
    // 1900 is taken for a leap year, so that the count of all days but its first 59 begins a day earlier.
    let first = if late { Date::constant(1904, 1, 1) } else { Date::constant(1899, 12, 30) };
    let seconds = (serial * 86_400.0).round() as i64;
    let day = first.checked_add((seconds / 86_400).days()).ok()?;
    let second = seconds % 86_400;
    Some(match second {
        0 => day.to_string(),
        _ => format!("{day} {:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60),
    })
}

/// Whether a number in one of the formats that have no code of their own is a day: the last two rows are those of Chinese,
/// Japanese and Korean programs.
pub(super) fn is_day(format: u32) -> bool {
    matches!(format, 14..=22 | 45..=47 | 27..=36 | 50..=58)
}

/// Whether a number in a format of this code is a day: `yyyy"年"m"月"d"日"`, not `0.00"m"` or `[Red]0`.
pub(super) fn is_day_code(code: &str) -> bool {
    let mut rest = code.chars();
    let mut day = false;
    while let Some(c) = rest.next() {
        match c.to_ascii_lowercase() {
            '"' => drop(rest.find(|&c| c == '"')),
            '\\' | '_' | '*' => drop(rest.next()),
            '[' => {
                // Hours beyond a day are a duration.
                let inside: String = rest.by_ref().take_while(|&c| c != ']').collect();
                if matches!(inside.to_ascii_lowercase().trim_matches(['h', 'm', 's']), "") && !inside.is_empty() {
                    return false;
                }
            }
            '0' | '#' | '?' => return false,
            // `General` is a word.
            'g' => return false,
            'y' | 'd' | 'm' => day = true,
            _ => {}
        }
    }
    day
}

/// A number as JSON has it: whole ones without a fraction, lest an id be `7.0`.
pub(super) fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return Value::from(value as i64);
    }
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_as_spreadsheets_do() {
        for (serial, late, is) in [
            (45_822.0, false, Some("2025-06-14")),
            (45_822.354_166_666_7, false, Some("2025-06-14 08:30:00")),
            (44_360.0, true, Some("2025-06-14")),
            (61.0, false, Some("1900-03-01")),
            (2_958_465.0, false, Some("9999-12-31")),
            (0.5, false, None),
            (f64::NAN, false, None),
            (1e300, false, None),
        ] {
            assert_eq!(day(serial, late).as_deref(), is, "{serial}");
        }
    }

    #[test]
    fn formats_of_days_are_known() {
        for code in ["yyyy-mm-dd", "m/d/yy h:mm", "yyyy\"年\"m\"月\"d\"日\"", "[$-804]yyyy/m/d;@", "d. mmmm", "MMM-YY"]
        {
            assert!(is_day_code(code), "{code}");
        }
        for code in ["General", "0.00\"m\"", "[Red]0", "#,##0 \"d\"", "[h]:mm:ss", "@", "0.00E+00", "\\d0", ""] {
            assert!(!is_day_code(code), "{code}");
        }
    }
}
