//! What is asked when, what it covers, and how long it counts (requirements.md CONS).

use jiff::civil::{Date, date};

use crate::eligibility::{
    ConsentKind, ConsentLayout, MedicalKind, MedicalRecord, Moment, Site, SiteKind,
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

/// Returns the records that may be given: drugs from treatment month 2021-09, diagnoses from
/// 2022-06, check-ups from fiscal 2020 and the last five (CONS-13, eligibility.md §3.5).
pub fn within_reach(kind: MedicalKind, records: &[MedicalRecord], day: Date) -> Vec<MedicalRecord> {
    let available = match kind {
        MedicalKind::Diagnosis => DIAGNOSIS_FROM <= day,
        MedicalKind::Surgery => SURGERY_FROM <= day,
        _ => true,
    };
    if !available {
        return Vec::new();
    }
    let first = match kind {
        MedicalKind::Drug => "2021-09",
        MedicalKind::Diagnosis => "2022-06",
        MedicalKind::Checkup => "2020-04",
        MedicalKind::Surgery | MedicalKind::EmergencySummary => "0000-00",
    };
    let mut records: Vec<MedicalRecord> = records
        .iter()
        .filter(|record| record.kind == kind && record.month.as_str() >= first)
        .cloned()
        .collect();
    records.sort_by(|a, b| b.month.cmp(&a.month));
    if kind == MedicalKind::Checkup {
        records.truncate(5);
    }
    records
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
}
