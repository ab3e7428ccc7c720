//! Calendar periods: the unit that a span of days is counted by, and the periods of it.

use jiff::{ToSpan, civil::Date};

/// Empty periods are listed between others while there are at most this many in all.
const PERIODS: usize = 400;

/// A calendar unit that a timeline counts by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// A day.
    #[default]
    Day,
    /// A week, from Monday (ISO 8601).
    Week,
    /// A month.
    Month,
    /// A quarter of a year.
    Quarter,
    /// A year.
    Year,
}

impl Unit {
    /// The finest unit that divides a span of days into a number of periods that a chart can show.
    #[must_use]
    pub fn of(days: i32) -> Self {
        match days {
            ..=31 => Self::Day,
            32..=210 => Self::Week,
            211..=1500 => Self::Month,
            1501..=4400 => Self::Quarter,
            _ => Self::Year,
        }
    }

    /// First day of the period that holds a day.
    #[must_use]
    pub fn first(self, day: Date) -> Date {
        let month = |months: i8| Date::new(day.year(), (day.month() - 1) / months * months + 1, 1).unwrap_or(day);
        match self {
            Self::Day => day,
            Self::Week => day.saturating_sub(i32::from(day.weekday().to_monday_zero_offset()).days()),
            Self::Month => month(1),
            Self::Quarter => month(3),
            Self::Year => month(12),
        }
    }

    /// First day of the next period.
    #[must_use]
    pub fn next(self, first: Date) -> Date {
        first.saturating_add(match self {
            Self::Day => 1.day(),
            Self::Week => 1.week(),
            Self::Month => 1.month(),
            Self::Quarter => 3.months(),
            Self::Year => 1.year(),
        })
    }

    /// The period's name: `2025-06-14`, `2025-W24`, `2025-06`, `2025-Q2` or `2025`.
    #[must_use]
    pub fn name(self, first: Date) -> String {
        match self {
            Self::Day => first.to_string(),
            Self::Week => {
                let week = first.iso_week_date();
                format!("{}-W{:02}", week.year(), week.week())
            }
            Self::Month => format!("{}-{:02}", first.year(), first.month()),
            Self::Quarter => format!("{}-Q{}", first.year(), (first.month() - 1) / 3 + 1),
            Self::Year => first.year().to_string(),
        }
    }
}

/// The unit of some days and the first days of their periods, ascending: those that hold a day and, if there are not too
/// many, the empty ones between.
pub(super) fn periods(days: &[Option<Date>]) -> (Unit, Vec<Date>) {
    let dated = || days.iter().copied().flatten();
    let (Some(from), Some(to)) = (dated().min(), dated().max()) else { return (Unit::Day, Vec::new()) };
    let unit = Unit::of((to - from).get_days());
    let last = unit.first(to);
    let mut all = vec![unit.first(from)];
    while let Some(&at) = all.last()
        && at < last
        && all.len() <= PERIODS
    {
        all.push(unit.next(at));
    }
    if all.len() > PERIODS {
        all = dated().map(|day| unit.first(day)).collect();
        all.sort_unstable();
        all.dedup();
    }
    (unit, all)
}
