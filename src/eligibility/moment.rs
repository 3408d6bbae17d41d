//! An instant as this field speaks of it: in Japan Standard Time.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, Zoned};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Japan Standard Time: UTC+9, no daylight saving time since 1951.
pub const JST: Offset = jiff::tz::offset(9);

/// An instant, written as `2025-12-20T09:15:04.250+09:00`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub Timestamp);

impl Moment {
    /// Returns the instant as a date and time in Japan.
    pub fn zoned(self) -> Zoned {
        self.0.to_zoned(TimeZone::fixed(JST))
    }

    /// Returns the day in Japan: every dated rule counts in these (requirements.md, convention 10).
    pub fn day(self) -> Date {
        self.zoned().date()
    }

    /// Returns the instant `ms` milliseconds later, or this one where that would leave the calendar.
    #[must_use]
    pub fn plus_ms(self, ms: u64) -> Moment {
        let ms = i64::try_from(ms).unwrap_or(i64::MAX);
        Moment(
            self.0
                .checked_add(SignedDuration::from_millis(ms))
                .unwrap_or(self.0),
        )
    }

    /// Returns the last second of `day` in Japan, the instant at which a date-only end means.
    pub fn end_of(day: Date) -> Option<Moment> {
        day.at(23, 59, 59, 0)
            .to_zoned(TimeZone::fixed(JST))
            .ok()
            .map(|zoned| Moment(zoned.timestamp()))
    }

    /// Returns midnight at the start of `day` in Japan.
    pub fn start_of(day: Date) -> Option<Moment> {
        day.to_zoned(TimeZone::fixed(JST))
            .ok()
            .map(|zoned| Moment(zoned.timestamp()))
    }

    /// Returns the milliseconds from `earlier` to this instant, 0 where that is later.
    pub fn ms_since(self, earlier: Moment) -> u64 {
        u64::try_from(self.0.duration_since(earlier.0).as_millis()).unwrap_or(0)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.zoned().datetime();
        let ms = local.subsec_nanosecond() / 1_000_000;
        write!(
            f,
            "{}T{:02}:{:02}:{:02}",
            local.date(),
            local.hour(),
            local.minute(),
            local.second()
        )?;
        if ms > 0 {
            write!(f, ".{ms:03}")?;
        }
        f.write_str("+09:00")
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Moment {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Moment, jiff::Error> {
        text.parse().map(Moment)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Moment {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_in_japan_time_and_read_back() {
        let moment: Moment = "2025-11-30T15:00:00.250Z".parse().unwrap();
        assert_eq!(moment.to_string(), "2025-12-01T00:00:00.250+09:00");
        assert_eq!(moment.to_string().parse::<Moment>().unwrap(), moment);
        assert_eq!(moment.day(), jiff::civil::date(2025, 12, 1));
    }

    #[test]
    fn the_end_of_a_day_is_its_last_second_in_japan() {
        let end = Moment::end_of(jiff::civil::date(2025, 11, 30)).unwrap();
        assert_eq!(end.0.to_string(), "2025-11-30T14:59:59Z");
    }
}
