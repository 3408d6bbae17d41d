//! The instants at which a dated rule changes, and the sides of them at which plans are drawn.
//!
//! Days that belong to one certificate are read from the vectors of the catalogue, not computed.

use jiff::SignedDuration;
use jiff::civil::{Date, date};

use crate::eligibility::Moment;
use crate::requirement::vectors;

/// A side of a border: the last second before it, its first second, or the one after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// A second before.
    Before,
    /// The first second.
    On,
    /// A second later.
    After,
}

impl Side {
    /// Every side, in order of time.
    pub const ALL: [Side; 3] = [Side::Before, Side::On, Side::After];

    /// Returns the name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Side::Before => "-1 s",
            Side::On => "0",
            Side::After => "+1 s",
        }
    }

    /// Returns the instant on this side of `border`.
    pub fn of(self, border: Moment) -> Moment {
        let seconds = match self {
            Side::Before => -1,
            Side::On => 0,
            Side::After => 1,
        };
        let shifted = border.0.checked_add(SignedDuration::from_secs(seconds));
        Moment(shifted.unwrap_or(border.0))
    }
}

/// The days on which a rule begins or ends for everybody, from requirements.md (`~` days are
/// assumed there).
pub const DAYS: [(&str, Date); 11] = [
    ("start of the catalogue 2021-10-20", date(2021, 10, 20)),
    ("diagnoses 2022-09-11", date(2022, 9, 11)),
    ("surgery 2023-05-11", date(2023, 5, 11)),
    ("cards without PIN 2023-12-15", date(2023, 12, 15)),
    ("registration on the spot 2024-01-01", date(2024, 1, 1)),
    ("limit without asking 2024-10-07", date(2024, 10, 7)),
    ("grace 2024-12-02", date(2024, 12, 2)),
    ("hospital emergencies 2024-12-09", date(2024, 12, 9)),
    (
        "foreign backends without grace end 2025-01-20",
        date(2025, 1, 20),
    ),
    ("answers carried over 2025-02-01", date(2025, 2, 1)),
    ("phones 2025-09-19", date(2025, 9, 19)),
];

/// Returns the name of a border in Japanese; as it stands where there is none, which a test excludes.
pub fn in_japanese(name: &str) -> &str {
    match name {
        "start of the catalogue 2021-10-20" => "要件一覧の始まり 2021-10-20",
        "diagnoses 2022-09-11" => "診療情報 2022-09-11",
        "surgery 2023-05-11" => "手術情報 2023-05-11",
        "cards without PIN 2023-12-15" => "暗証番号のないカード 2023-12-15",
        "registration on the spot 2024-01-01" => "読取機での利用登録 2024-01-01",
        "limit without asking 2024-10-07" => "尋ねずに返す限度額 2024-10-07",
        "grace 2024-12-02" => "猶予期間 2024-12-02",
        "hospital emergencies 2024-12-09" => "病院の救急時閲覧 2024-12-09",
        "foreign backends without grace end 2025-01-20" => {
            "猶予のない外部の照会先の終わり 2025-01-20"
        }
        "answers carried over 2025-02-01" => "前回の答えの引継ぎ 2025-02-01",
        "phones 2025-09-19" => "スマートフォン 2025-09-19",
        "notice begins" => "予告の始まり",
        "certificate ends" => "証明書の期限",
        "grace begins later than the certificate ends" => "証明書の期限より遅い猶予の始まり",
        "grace ends" => "猶予の終わり",
        other => other,
    }
}

/// The borders in the life of one certificate.
pub const CERTIFICATE: [&str; 4] = [
    "notice begins",
    "certificate ends",
    "grace begins later than the certificate ends",
    "grace ends",
];

/// Returns the name of every border, those of certificates last.
pub fn names() -> impl Iterator<Item = &'static str> {
    DAYS.iter().map(|(name, _)| *name).chain(CERTIFICATE)
}

/// Returns the borders of the certificate of vector `index`: the name, the first day behind it, and
/// the certificate's last day.
pub(super) fn of_certificate(index: usize) -> Vec<(&'static str, Date, Date)> {
    let days = &vectors().days;
    let Some(vector) = days.get(index % days.len().max(1)) else {
        return Vec::new();
    };
    let after = |day: Date| day.tomorrow().unwrap_or(day);
    let [notice, end, later, grace] = CERTIFICATE;
    let last = vector.last_day;
    let mut borders = vec![(end, after(last), last)];
    // More than one day passes there: that is no border.
    if let [day] = vector.alert_from.as_slice() {
        borders.push((notice, *day, last));
    }
    borders.extend(vector.grace_from.map(|day| (later, day, last)));
    borders.extend(vector.grace_until.map(|day| (grace, after(day), last)));
    borders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_border_has_a_name_in_japanese() {
        for name in names() {
            assert_ne!(in_japanese(name), name);
        }
    }

    #[test]
    fn a_side_is_a_second_away_from_the_border() {
        let midnight = Moment::start_of(date(2024, 10, 7)).unwrap();
        let sides = Side::ALL.map(|side| side.of(midnight).to_string());
        assert_eq!(
            sides,
            [
                "2024-10-06T23:59:59+09:00",
                "2024-10-07T00:00:00+09:00",
                "2024-10-07T00:00:01+09:00"
            ]
        );
    }

    #[test]
    fn the_borders_of_a_certificate_are_those_of_its_vector() {
        // requirements.md: 2025-07-15 → notice from 2025-04-15, G 2025-10-31.
        let borders = of_certificate(0);
        let days: Vec<String> = borders.iter().map(|(_, day, _)| day.to_string()).collect();
        assert_eq!(days, ["2025-07-16", "2025-04-15", "2025-11-01"]);
    }
}
