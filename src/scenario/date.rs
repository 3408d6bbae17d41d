//! Dates in scenario files: literal, or relative to the moment that the scenario plays at.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::eligibility::Moment;

/// A date as written in a scenario: `2025-11-30`, `2025-11-30T23:59:59+09:00`, `at`, `at - 20d`,
/// `at + 3mo`.
///
/// Months and years go to the same day of the month, or to the month's end where there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DateExpr {
    /// A day.
    Day(Date),
    /// An instant.
    Instant(Moment),
    /// Relative to the scenario's `at`.
    At(Span),
}

/// A span of time with one unit, such as `-20d` or `3mo`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    amount: i64,
    unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Seconds,
    Minutes,
    Hours,
    Days,
    Weeks,
    Months,
    Years,
}

const UNITS: [(&str, Unit); 7] = [
    ("mo", Unit::Months),
    ("min", Unit::Minutes),
    ("s", Unit::Seconds),
    ("h", Unit::Hours),
    ("d", Unit::Days),
    ("w", Unit::Weeks),
    ("y", Unit::Years),
];

/// The text is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DateExprError {
    /// Neither a date nor relative.
    #[error(
        "{0:?} is not a date; write 2025-11-30, 2025-11-30T23:59:59+09:00, at, or at - 20d (units: s min h d w mo y)"
    )]
    NotADate(String),
    /// No span.
    #[error("{0:?} is not a span of time; write 20d (units: s min h d w mo y)")]
    NotASpan(String),
    /// Beyond the calendar.
    #[error("{0:?} leaves the calendar, which goes from -9999 to 9999")]
    OutOfRange(String),
}

impl Span {
    /// Makes a span of that many seconds.
    pub const fn seconds(amount: i64) -> Span {
        Span {
            amount,
            unit: Unit::Seconds,
        }
    }

    /// Returns the moment one span after `from`, in Japan's calendar.
    ///
    /// # Errors
    ///
    /// [`DateExprError::OutOfRange`] where that leaves the calendar.
    pub fn after(self, from: Moment) -> Result<Moment, DateExprError> {
        let span = jiff::Span::new();
        let span = match self.unit {
            Unit::Seconds => span.try_seconds(self.amount),
            Unit::Minutes => span.try_minutes(self.amount),
            Unit::Hours => span.try_hours(self.amount),
            Unit::Days => span.try_days(self.amount),
            Unit::Weeks => span.try_weeks(self.amount),
            Unit::Months => span.try_months(self.amount),
            Unit::Years => span.try_years(self.amount),
        };
        span.and_then(|span| from.zoned().checked_add(span))
            .map(|zoned| Moment(zoned.timestamp()))
            .map_err(|_| DateExprError::OutOfRange(self.to_string()))
    }

    /// Tells whether the span goes forward.
    pub fn is_positive(self) -> bool {
        self.amount > 0
    }
}

impl FromStr for Span {
    type Err = DateExprError;

    fn from_str(text: &str) -> Result<Span, DateExprError> {
        let bad = || DateExprError::NotASpan(text.to_owned());
        let (suffix, unit) = UNITS
            .iter()
            .find(|(suffix, _)| text.ends_with(suffix))
            .ok_or_else(bad)?;
        let amount = text
            .strip_suffix(suffix)
            .and_then(|digits| digits.trim().parse().ok())
            .ok_or_else(bad)?;
        Ok(Span {
            amount,
            unit: *unit,
        })
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suffix = UNITS
            .iter()
            .find(|(_, unit)| *unit == self.unit)
            .map_or("", |(suffix, _)| suffix);
        write!(f, "{}{suffix}", self.amount)
    }
}

impl DateExpr {
    /// Returns the instant, given the scenario's `at`; a day counts from its first instant.
    ///
    /// # Errors
    ///
    /// [`DateExprError::OutOfRange`] where a relative date leaves the calendar.
    pub fn start(&self, at: Moment) -> Result<Moment, DateExprError> {
        match self {
            DateExpr::Day(day) => {
                Moment::start_of(*day).ok_or_else(|| DateExprError::OutOfRange(self.to_string()))
            }
            DateExpr::Instant(moment) => Ok(*moment),
            DateExpr::At(span) => span.after(at),
        }
    }

    /// Returns the instant at which a validity ends: a day ends at 23:59:59 JST (convention 10),
    /// and so does the day of a relative date.
    ///
    /// # Errors
    ///
    /// [`DateExprError::OutOfRange`] where a relative date leaves the calendar.
    pub fn end(&self, at: Moment) -> Result<Moment, DateExprError> {
        match self {
            DateExpr::Instant(moment) => Ok(*moment),
            DateExpr::Day(_) | DateExpr::At(_) => Moment::end_of(self.day(at)?)
                .ok_or_else(|| DateExprError::OutOfRange(self.to_string())),
        }
    }

    /// Returns the day in Japan.
    ///
    /// # Errors
    ///
    /// [`DateExprError::OutOfRange`] where a relative date leaves the calendar.
    pub fn day(&self, at: Moment) -> Result<Date, DateExprError> {
        match self {
            DateExpr::Day(day) => Ok(*day),
            other => other.start(at).map(Moment::day),
        }
    }

    /// Tells whether the date is literal, and so does not move with `at: now`.
    pub fn is_literal(&self) -> bool {
        !matches!(self, DateExpr::At(_))
    }
}

impl FromStr for DateExpr {
    type Err = DateExprError;

    fn from_str(text: &str) -> Result<DateExpr, DateExprError> {
        let text = text.trim();
        let bad = || DateExprError::NotADate(text.to_owned());
        if let Some(rest) = text.strip_prefix("at") {
            let rest = rest.trim_start();
            if rest.is_empty() {
                return Ok(DateExpr::At(Span {
                    amount: 0,
                    unit: Unit::Days,
                }));
            }
            let sign = match rest.as_bytes().first() {
                Some(b'+') => 1,
                Some(b'-') => -1,
                _ => return Err(bad()),
            };
            let span: Span = rest
                .get(1..)
                .unwrap_or_default()
                .trim()
                .parse()
                .map_err(|_| bad())?;
            if span.amount < 0 {
                return Err(bad());
            }
            return Ok(DateExpr::At(Span {
                amount: sign * span.amount,
                ..span
            }));
        }
        if let Ok(day) = text.parse::<Date>()
            && text.len() == 10
        {
            return Ok(DateExpr::Day(day));
        }
        text.parse().map(DateExpr::Instant).map_err(|_| bad())
    }
}

impl fmt::Display for DateExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DateExpr::Day(day) => write!(f, "{day}"),
            DateExpr::Instant(moment) => write!(f, "{moment}"),
            DateExpr::At(span) if span.amount == 0 => f.write_str("at"),
            DateExpr::At(span) if span.amount < 0 => write!(
                f,
                "at - {}",
                Span {
                    amount: -span.amount,
                    ..*span
                }
            ),
            DateExpr::At(span) => write!(f, "at + {span}"),
        }
    }
}

macro_rules! as_text {
    ($type:ty, $pattern:literal) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                String::deserialize(deserializer)?
                    .parse()
                    .map_err(serde::de::Error::custom)
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    };
}

as_text!(Span, "^[0-9]+(s|min|h|d|w|mo|y)$");
as_text!(
    DateExpr,
    "^(at( [+-] [0-9]+(s|min|h|d|w|mo|y))?|[0-9]{4}-[0-9]{2}-[0-9]{2}(T.+)?)$"
);

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> Moment {
        "2025-12-20T09:15:00+09:00".parse().unwrap()
    }

    #[test]
    fn relative_dates_count_in_japan() {
        let expr: DateExpr = "at - 20d".parse().unwrap();
        assert_eq!(
            expr.end(at()).unwrap().to_string(),
            "2025-11-30T23:59:59+09:00"
        );
        assert_eq!(expr.to_string(), "at - 20d");
    }

    #[test]
    fn months_go_to_the_months_end() {
        let at: Moment = "2025-11-30T09:00:00+09:00".parse().unwrap();
        let expr: DateExpr = "at + 3mo".parse().unwrap();
        assert_eq!(expr.day(at).unwrap(), jiff::civil::date(2026, 2, 28));
    }

    #[test]
    fn what_is_no_date_is_refused_with_the_forms_that_are() {
        for text in [
            "2025-13-01",
            "tomorrow",
            "at 3d",
            "at - -3d",
            "at + 3",
            "20251130",
        ] {
            let error = text.parse::<DateExpr>().unwrap_err();
            assert!(error.to_string().contains("at - 20d"), "{text}: {error}");
        }
    }

    #[test]
    fn minutes_and_months_are_told_apart() {
        assert_eq!("5min".parse::<Span>().unwrap().to_string(), "5min");
        assert_eq!("5mo".parse::<Span>().unwrap().to_string(), "5mo");
    }
}
