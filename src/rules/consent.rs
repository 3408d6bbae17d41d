//! What is asked when, what it covers, and how long it counts (requirements.md CONS).

use jiff::civil::{Date, date};

use super::age;
use crate::eligibility::{
    Care, ConsentKind, ConsentLayout, MedicalKind, MedicalRecord, Moment, Period, Site, SiteKind,
};

/// From this day on the limit is given for a card without asking (CONS-07).
pub const LIMIT_UNASKED_FROM: Date = date(2024, 10, 7);
/// From this day on "agree to all" may be offered (CONS-11).
pub const ALL_AT_ONCE_FROM: Date = date(2024, 10, 7);
/// From this day on the last answer at the same institution is carried over (CONS-09).
pub const CARRIED_OVER_FROM: Date = date(2025, 2, 1);
/// From this day on diagnoses are given (eligibility.md §3.1).
pub const DIAGNOSIS_FROM: Date = date(2022, 9, 11);
/// From this day on surgery is given, approximate (CONS-10).
pub const SURGERY_FROM: Date = date(2023, 5, 11);

/// From this day on records are kept for five years rather than three. The five years were
/// proposed in 2023-09 and are shown as normal in 2024-12 (eligibility.md §3.5); no source gives
/// the day, so this one, on which emergency viewing began, is a convention of this harness.
pub const KEPT_FOR_FIVE_YEARS_FROM: Date = date(2024, 12, 9);

/// Milliseconds for which a consent of an outpatient counts (CONS-02).
pub const CONSENT_MS: u64 = 24 * 60 * 60 * 1000;

/// Returns the questions that a site asks before completion, in their order.
pub fn questions(site: &Site, day: Date) -> Vec<ConsentKind> {
    if matches!(site.kind, SiteKind::EligibilityOnly | SiteKind::Ambulance) {
        return Vec::new();
    }
    [
        ConsentKind::Care,
        ConsentKind::Checkup,
        ConsentKind::Surgery,
        ConsentKind::SpecificDisease,
    ]
    .into_iter()
    .filter(|kind| site.offers.contains(kind))
    .filter(|kind| *kind != ConsentKind::Surgery || SURGERY_FROM <= day)
    .collect()
}

/// Tells whether the questions begin with "agree to all".
pub fn all_at_once(site: &Site, day: Date) -> bool {
    site.consent_layout == ConsentLayout::AllFirst && ALL_AT_ONCE_FROM <= day
}

/// Tells whether the limit is asked for after completion.
pub fn asks_for_limit(site: &Site, day: Date) -> bool {
    day < LIMIT_UNASKED_FROM
        && site.offers.contains(&ConsentKind::Limit)
        && site.kind != SiteKind::EligibilityOnly
}

/// Returns the kinds of information that a question governs.
pub fn covers(kind: ConsentKind, day: Date) -> Vec<MedicalKind> {
    match kind {
        ConsentKind::Care if day < DIAGNOSIS_FROM => vec![MedicalKind::Drug],
        ConsentKind::Care => vec![MedicalKind::Drug, MedicalKind::Diagnosis],
        ConsentKind::Checkup => vec![MedicalKind::Checkup],
        ConsentKind::Surgery if SURGERY_FROM <= day => vec![MedicalKind::Surgery],
        ConsentKind::Surgery | ConsentKind::SpecificDisease | ConsentKind::Limit => Vec::new(),
    }
}

/// Returns the question that governs a kind of information; none governs the emergency summary.
pub fn governs(kind: MedicalKind) -> Option<ConsentKind> {
    match kind {
        MedicalKind::Drug | MedicalKind::Diagnosis => Some(ConsentKind::Care),
        MedicalKind::Checkup => Some(ConsentKind::Checkup),
        MedicalKind::Surgery => Some(ConsentKind::Surgery),
        MedicalKind::EmergencySummary => None,
    }
}

/// Tells whether a consent given at `given` still counts at `now`, 24 hours inclusive
/// (convention 9).
pub fn counts(given: Moment, now: Moment) -> bool {
    given <= now && now <= given.plus_ms(CONSENT_MS)
}

/// Returns for how many milliseconds a consent for this care is available; nothing where it stands.
///
/// 24 hours for outpatients (CONS-02). A consent for home visits stands until it is withdrawn
/// (eligibility.md §2). For online care it is given for each session, and no source says how long
/// that is: 24 hours there, and in an emergency, are a convention of this harness.
pub fn lasts(care: Care) -> Option<u64> {
    match care {
        Care::HomeVisit => None,
        Care::Outpatient | Care::Online | Care::Emergency => Some(CONSENT_MS),
    }
}

/// A consent on record, as far as its life goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    /// The care for which it was given.
    pub care: Care,
    /// When.
    pub at: Moment,
    /// When it was withdrawn; that this is possible for home visits alone is a convention of this
    /// harness (elsewhere the card is presented again, CONS-03).
    pub withdrawn: Option<Moment>,
}

/// Tells whether a consent opens what is asked for at `now` for this care (CONS-03).
///
/// That a standing consent for home visits counts 24 hours for other care at the same institution
/// is a convention of this harness.
pub fn opens(given: &Given, care: Care, now: Moment) -> bool {
    let standing = given.care == Care::HomeVisit;
    if standing
        && given
            .withdrawn
            .is_some_and(|at| given.at <= at && at <= now)
    {
        return false;
    }
    if standing && care == Care::HomeVisit {
        return given.at <= now;
    }
    counts(given.at, now)
}

/// Tells whether an answer given on `given` is carried over to `today` by someone born on `birth`:
/// nothing from before 2025-02-01, and at the 40th birthday check-ups are asked about anew (CONS-09,
/// convention 8).
pub fn is_carried_over(kind: ConsentKind, birth: Date, given: Date, today: Date) -> bool {
    let fortieth = age::birthday(birth, 40);
    let turned_40 = kind == ConsentKind::Checkup && given < fortieth && fortieth <= today;
    CARRIED_OVER_FROM <= given && !turned_40
}

/// Returns the records that may be given: drugs from treatment month 2021-09, diagnoses from
/// 2022-06, check-ups from fiscal 2020 and the last five (CONS-13, eligibility.md §3.5).
///
/// For how long the others are kept is a convention of this harness; see
/// [`KEPT_FOR_FIVE_YEARS_FROM`].
pub fn within_reach(kind: MedicalKind, records: &[MedicalRecord], day: Date) -> Vec<MedicalRecord> {
    let available = match kind {
        MedicalKind::Diagnosis => DIAGNOSIS_FROM <= day,
        MedicalKind::Surgery => SURGERY_FROM <= day,
        _ => true,
    };
    if !available {
        return Vec::new();
    }
    let kept = oldest_kept(day);
    let first = match kind {
        MedicalKind::Drug => kept.max("2021-09".to_owned()),
        MedicalKind::Diagnosis => kept.max("2022-06".to_owned()),
        MedicalKind::Surgery => kept,
        MedicalKind::Checkup => "2020-04".to_owned(),
        MedicalKind::EmergencySummary => String::new(),
    };
    let mut records: Vec<MedicalRecord> = records
        .iter()
        .filter(|record| record.kind == kind && record.month >= first)
        .cloned()
        .collect();
    records.sort_by(|a, b| b.month.cmp(&a.month));
    if kind == MedicalKind::Checkup {
        records.truncate(5);
    }
    records
}

/// Returns the oldest treatment month of which records are still kept on `day`.
fn oldest_kept(day: Date) -> String {
    let years = if KEPT_FOR_FIVE_YEARS_FROM <= day {
        5
    } else {
        3
    };
    format!("{:04}-{:02}", day.year() - years, day.month())
}

/// Tells whether a record is of a month that the period touches; without a period, of any.
pub fn is_touched(period: Option<&Period>, record: &MedicalRecord) -> bool {
    let month = |day: Date| format!("{:04}-{:02}", day.year(), day.month());
    period.is_none_or(|period| {
        month(period.from) <= record.month && record.month <= month(period.until)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_asked_for_until_2024_10_06() {
        let site = Site::default();
        assert!(asks_for_limit(&site, date(2024, 10, 6)));
        assert!(!asks_for_limit(&site, date(2024, 10, 7)));
    }

    #[test]
    fn a_consent_counts_for_24_hours_inclusive() {
        let given: Moment = "2025-12-20T09:15:00+09:00".parse().unwrap();
        assert!(counts(given, given.plus_ms(CONSENT_MS)));
        assert!(!counts(given, given.plus_ms(CONSENT_MS + 1)));
        assert!(!counts(given.plus_ms(1), given));
    }

    #[test]
    fn what_lies_before_the_look_back_is_out_of_reach() {
        let record = |month: &str| MedicalRecord {
            kind: MedicalKind::Drug,
            month: month.to_owned(),
            text: String::new(),
        };
        let records = [record("2021-08"), record("2021-09")];
        let within = within_reach(MedicalKind::Drug, &records, date(2021, 11, 1));
        assert_eq!(within.len(), 1);
        assert_eq!(within[0].month, "2021-09");
    }

    fn record(kind: MedicalKind, month: &str) -> MedicalRecord {
        MedicalRecord {
            kind,
            month: month.to_owned(),
            text: String::new(),
        }
    }

    fn months(kind: MedicalKind, months: &[&str], day: Date) -> Vec<String> {
        let records: Vec<_> = months.iter().map(|month| record(kind, month)).collect();
        within_reach(kind, &records, day)
            .into_iter()
            .map(|record| record.month)
            .collect()
    }

    #[test]
    fn diagnoses_begin_with_june_2022_and_are_given_from_11_september() {
        let kept = ["2022-05", "2022-06"];
        let on = |day| months(MedicalKind::Diagnosis, &kept, day);
        assert_eq!(on(date(2022, 9, 10)), [""; 0]);
        assert_eq!(on(date(2022, 9, 11)), ["2022-06"]);
    }

    #[test]
    fn check_ups_begin_with_fiscal_2020_and_are_the_last_five() {
        let kept = ["2020-03", "2020-04"];
        let on = |months_kept: &[&str]| months(MedicalKind::Checkup, months_kept, date(2026, 6, 1));
        assert_eq!(on(&kept), ["2020-04"]);
        let seven = [
            "2020-05", "2021-05", "2022-05", "2023-05", "2024-05", "2025-05", "2026-05",
        ];
        let five = ["2026-05", "2025-05", "2024-05", "2023-05", "2022-05"];
        assert_eq!(on(&seven), five);
    }

    /// A convention, so that the day itself is not a duty of anybody else.
    #[test]
    fn records_are_kept_for_three_years_and_from_9_december_2024_for_five() {
        let kept = ["2021-09", "2021-11", "2021-12"];
        let on = |day| months(MedicalKind::Drug, &kept, day);
        assert_eq!(on(date(2024, 12, 8)), ["2021-12"]);
        assert_eq!(on(date(2024, 12, 9)), ["2021-12", "2021-11", "2021-09"]);
        assert_eq!(on(date(2026, 11, 30)), ["2021-12", "2021-11"]);
        assert_eq!(on(date(2026, 12, 1)), ["2021-12"]);
    }

    #[test]
    fn a_period_takes_in_the_months_that_it_touches() {
        let period = Period {
            from: date(2025, 8, 31),
            until: date(2025, 10, 1),
        };
        let touched = |month| is_touched(Some(&period), &record(MedicalKind::Drug, month));
        for month in ["2025-08", "2025-09", "2025-10"] {
            assert!(touched(month), "{month}");
        }
        for month in ["2025-07", "2025-11"] {
            assert!(!touched(month), "{month}");
        }
        assert!(is_touched(None, &record(MedicalKind::Drug, "2021-09")));
    }

    fn at(text: &str) -> Moment {
        text.parse().unwrap()
    }

    #[test]
    fn a_consent_for_home_visits_stands_until_it_is_withdrawn() {
        let given = Given {
            care: Care::HomeVisit,
            at: at("2025-12-20T09:15:00+09:00"),
            withdrawn: None,
        };
        let year_later = at("2026-12-20T09:15:00+09:00");
        assert!(opens(&given, Care::HomeVisit, year_later));
        assert!(!opens(
            &given,
            Care::HomeVisit,
            at("2025-12-20T09:14:59+09:00")
        ));
        assert!(!opens(&given, Care::Outpatient, year_later));
        let withdrawn = |text| Given {
            withdrawn: Some(at(text)),
            ..given
        };
        let later = withdrawn("2026-06-01T12:00:00+09:00");
        assert!(opens(
            &later,
            Care::HomeVisit,
            at("2026-06-01T11:59:59+09:00")
        ));
        assert!(!opens(
            &later,
            Care::HomeVisit,
            at("2026-06-01T12:00:00+09:00")
        ));
        // A consent given after the withdrawal is a new one.
        let before = withdrawn("2025-12-20T09:14:59+09:00");
        assert!(opens(&before, Care::HomeVisit, year_later));
    }

    #[test]
    fn other_consents_end_after_24_hours() {
        for care in [Care::Outpatient, Care::Online] {
            let given = Given {
                care,
                at: at("2025-12-20T09:15:00+09:00"),
                withdrawn: None,
            };
            assert!(opens(&given, care, at("2025-12-21T09:15:00+09:00")));
            assert!(!opens(&given, care, at("2025-12-21T09:15:00.001+09:00")));
            assert!(!opens(
                &given,
                Care::HomeVisit,
                at("2025-12-21T09:15:01+09:00")
            ));
        }
    }

    #[test]
    fn answers_are_carried_over_from_february_2025_and_not_past_the_40th_birthday() {
        let (birth, today) = (date(1985, 6, 15), date(2025, 6, 15));
        let carried = |kind, given| is_carried_over(kind, birth, given, today);
        assert!(!carried(ConsentKind::Care, date(2025, 1, 31)));
        assert!(carried(ConsentKind::Care, date(2025, 2, 1)));
        assert!(!carried(ConsentKind::Checkup, date(2025, 6, 14)));
        assert!(carried(ConsentKind::Checkup, date(2025, 6, 15)));
        let eve = date(2025, 6, 14);
        assert!(is_carried_over(
            ConsentKind::Checkup,
            birth,
            date(2025, 2, 1),
            eve
        ));
    }
}
