//! What may be read in an emergency, by whom, and how far back (EMG-04, eligibility.md §2).
//!
//! Records have months and no days, so the grain of every period is the month. A convention of
//! this harness: a month counts as a whole as long as one of its days lies within the period.
//! Visits, e-prescriptions and dialysis have items and periods of their own in the real summary;
//! the registry of a scenario keeps none of them, and a record of care stands for its visit.

use jiff::civil::{Date, date};

use super::consent::within_reach;
use crate::eligibility::{MedicalKind, MedicalRecord, Site, SiteKind};

/// From this day on hospitals view in an emergency.
pub const HOSPITAL_FROM: Date = date(2024, 12, 9);
/// The first ambulances viewed in this year; the day is a convention, and each fire department
/// began when its account was authorised.
pub const AMBULANCE_FROM: Date = date(2022, 1, 1);

/// Months that drugs and diagnoses reach back in the summary.
const RECENT_MONTHS: i32 = 3;
/// Months that surgery reaches back in the summary, and everything in the normal view. Texts that
/// were written by hand have no item: the longest period is theirs, by convention.
const LONGEST_MONTHS: i32 = 60;

/// Tells whether the account of a site may view in an emergency on `day`.
pub fn may_view(site: &Site, day: Date) -> bool {
    let begun = match site.kind {
        SiteKind::Ambulance => AMBULANCE_FROM <= day,
        SiteKind::Hospital => HOSPITAL_FROM <= day,
        _ => false,
    };
    begun && site.emergency_access
}

/// Tells whether a kind is among what such a site views: an ambulance the summary alone, a
/// hospital the summary and the normal view.
pub fn is_viewed(kind: MedicalKind, site: SiteKind) -> bool {
    match site {
        SiteKind::Ambulance => kind == MedicalKind::EmergencySummary,
        SiteKind::Hospital => true,
        _ => false,
    }
}

/// Returns what an authorised site gets of one kind on `day`, newest first.
pub fn view(kind: MedicalKind, records: &[MedicalRecord], day: Date) -> Vec<MedicalRecord> {
    match kind {
        MedicalKind::EmergencySummary => summary(records, day),
        kind => since(within_reach(kind, records, day), day, LONGEST_MONTHS),
    }
}

/// Returns the summary: what was written by hand, else what the other records make up.
fn summary(records: &[MedicalRecord], day: Date) -> Vec<MedicalRecord> {
    let written = within_reach(MedicalKind::EmergencySummary, records, day);
    if !written.is_empty() {
        return since(written, day, LONGEST_MONTHS);
    }
    let items = [
        (MedicalKind::Drug, RECENT_MONTHS),
        (MedicalKind::Diagnosis, RECENT_MONTHS),
        (MedicalKind::Surgery, LONGEST_MONTHS),
        (MedicalKind::Checkup, LONGEST_MONTHS),
    ];
    let mut summary: Vec<MedicalRecord> = items
        .into_iter()
        .flat_map(|(kind, months)| since(within_reach(kind, records, day), day, months))
        .map(|record| MedicalRecord {
            kind: MedicalKind::EmergencySummary,
            text: line(&record),
            month: record.month,
        })
        .collect();
    summary.sort_by(|a, b| b.month.cmp(&a.month));
    summary
}

/// Returns the line of the summary that stands for a record; of a check-up the date alone.
fn line(record: &MedicalRecord) -> String {
    let text = &record.text;
    match record.kind {
        MedicalKind::Drug => format!("薬剤: {text}"),
        MedicalKind::Diagnosis => format!("診療: {text}"),
        MedicalKind::Surgery => format!("手術: {text}"),
        MedicalKind::Checkup => format!("健診実施: {}", record.month),
        MedicalKind::EmergencySummary => text.clone(),
    }
}

/// Keeps the records of the months that lie at least in part in the `months` before `day`.
fn since(mut records: Vec<MedicalRecord>, day: Date, months: i32) -> Vec<MedicalRecord> {
    let first = day.saturating_sub(jiff::Span::new().months(months));
    let first = format!("{:04}-{:02}", first.year(), first.month());
    records.retain(|record| first <= record.month);
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: MedicalKind, month: &str, text: &str) -> MedicalRecord {
        MedicalRecord {
            kind,
            month: month.to_owned(),
            text: text.to_owned(),
        }
    }

    fn texts(records: &[MedicalRecord]) -> Vec<&str> {
        records.iter().map(|record| record.text.as_str()).collect()
    }

    #[test]
    fn hospitals_view_from_2024_12_09_and_only_authorised() {
        let hospital = Site {
            kind: SiteKind::Hospital,
            emergency_access: true,
            ..Site::default()
        };
        assert!(!may_view(&hospital, date(2024, 12, 8)));
        assert!(may_view(&hospital, date(2024, 12, 9)));
        let without = Site {
            emergency_access: false,
            ..hospital.clone()
        };
        assert!(!may_view(&without, date(2024, 12, 9)));
        let clinic = Site {
            kind: SiteKind::Clinic,
            ..hospital.clone()
        };
        assert!(!may_view(&clinic, date(2024, 12, 9)));
        let ambulance = Site {
            kind: SiteKind::Ambulance,
            ..hospital
        };
        assert!(may_view(&ambulance, date(2023, 1, 10)));
    }

    #[test]
    fn a_summary_is_made_of_what_lies_within_each_period() {
        let records = [
            record(MedicalKind::Drug, "2025-08", "old drug"),
            record(MedicalKind::Drug, "2025-09", "drug"),
            record(MedicalKind::Diagnosis, "2025-11", "visit"),
            record(MedicalKind::Surgery, "2020-11", "old surgery"),
            record(MedicalKind::Surgery, "2020-12", "surgery"),
            record(MedicalKind::Checkup, "2025-06", "a result"),
        ];
        let summary = view(MedicalKind::EmergencySummary, &records, date(2025, 12, 20));
        assert_eq!(
            texts(&summary),
            [
                "診療: visit",
                "薬剤: drug",
                "健診実施: 2025-06",
                "手術: surgery"
            ]
        );
        assert!(
            summary
                .iter()
                .all(|record| record.kind == MedicalKind::EmergencySummary)
        );
    }

    #[test]
    fn what_was_written_by_hand_stays_and_is_cut_to_five_years() {
        let records = [
            record(MedicalKind::Drug, "2025-11", "drug"),
            record(MedicalKind::EmergencySummary, "2020-11", "too old"),
            record(MedicalKind::EmergencySummary, "2020-12", "history"),
        ];
        let summary = view(MedicalKind::EmergencySummary, &records, date(2025, 12, 20));
        assert_eq!(texts(&summary), ["history"]);
    }

    #[test]
    fn the_normal_view_reaches_back_five_years() {
        let records = [
            record(MedicalKind::Surgery, "2020-11", "too old"),
            record(MedicalKind::Surgery, "2020-12", "surgery"),
        ];
        let view = view(MedicalKind::Surgery, &records, date(2025, 12, 31));
        assert_eq!(texts(&view), ["surgery"]);
    }
}
