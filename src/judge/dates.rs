//! The dated rules as the judge knows them: its own arithmetic, from the same sources as the
//! reader's and the backend's but not from their code (design §2).
//!
//! Where the sources leave a border open, every reading that passes is returned
//! (requirements.md, conventions 10, 11 and 13).

pub(super) mod validity;

use jiff::civil::{Date, date};

use crate::eligibility::{CertificatePhase, Moment};

/// From this day on an expired certificate has a period of grace (CERT-03; assumed day).
pub(super) const GRACE_STARTS: Date = date(2024, 12, 2);
/// From this day on diagnoses are among the medical information (eligibility.md §3.1).
pub(super) const DIAGNOSES_START: Date = date(2022, 9, 11);
/// From this day on surgery is among the medical information (CONS-10; assumed day).
pub(super) const SURGERY_STARTS: Date = date(2023, 5, 11);
/// From this day on hospitals view in an emergency (EMG-03).
pub(super) const HOSPITAL_VIEWING_STARTS: Date = date(2024, 12, 9);
/// The year of the first ambulances that viewed; the day is not known, so before it nothing is
/// judged (eligibility.md §2).
pub(super) const AMBULANCE_VIEWING_STARTS: Date = date(2022, 1, 1);
/// Answers given before this day are not carried over (CONS-09, convention 8).
pub(super) const CARRY_OVER_STARTS: Date = date(2025, 2, 1);
/// From this day on a phone may stand for a card (CERT-09).
pub(super) const PHONES_START: Date = date(2025, 9, 19);
/// A consent of an outpatient is good for so many seconds (CONS-02).
pub(super) const CONSENT_SECONDS: i64 = 24 * 60 * 60;

fn is_leap(year: i16) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i16, month: i8) -> i8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Returns year and month `months` after those of `day`.
fn month_after(day: Date, months: i32) -> (i16, i8) {
    let count = i32::from(day.year()) * 12 + i32::from(day.month()) - 1 + months;
    let year = i16::try_from(count.div_euclid(12)).unwrap_or(9999);
    let month = i8::try_from(count.rem_euclid(12)).unwrap_or(0) + 1;
    (year, month)
}

fn on(year: i16, month: i8, day: i8) -> Option<Date> {
    Date::new(year, month, day).ok()
}

/// Returns the days on which the notice may start for a certificate whose last day is `last`:
/// the same day three months earlier, or, where that month lacks it, its end or the 1st after.
pub(super) fn notice_starts(last: Date) -> Vec<Date> {
    let (year, month) = month_after(last, -3);
    if let Some(day) = on(year, month, last.day()) {
        return vec![day];
    }
    let (next_year, next_month) = month_after(last, -2);
    [
        on(year, month, days_in(year, month)),
        on(next_year, next_month, 1),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Returns G: the end of the third month after that of the certificate's last day.
pub(super) fn grace_until(last: Date) -> Option<Date> {
    let (year, month) = month_after(last, 3);
    on(year, month, days_in(year, month))
}

/// Returns the phases that a certificate ending at `not_after` may be said to be in at `at`:
/// one, but for the days on which two readings pass.
pub(super) fn phases(not_after: Moment, at: Moment) -> Vec<CertificatePhase> {
    let (last, day) = (not_after.day(), at.day());
    let after = || {
        let in_grace = GRACE_STARTS <= day && grace_until(last).is_some_and(|until| day <= until);
        if in_grace {
            CertificatePhase::Grace
        } else {
            CertificatePhase::Lapsed
        }
    };
    if day > last {
        return vec![after()];
    }
    let starts = notice_starts(last);
    let mut phases = Vec::new();
    if starts.iter().any(|start| day < *start) {
        phases.push(CertificatePhase::Valid);
    }
    if starts.iter().any(|start| *start <= day) {
        phases.push(CertificatePhase::Ending);
    }
    // An end within the day counts as given by one reading, to the day's end by another.
    // The second that an end names still belongs to it (convention 10).
    if at > not_after.plus_ms(999) {
        phases.push(after());
    }
    phases
}

/// Returns the phases that a phone may be said to be in at `at`: its own certificate ends at `own`,
/// the physical card on `card`, that card's certificate at `card_certificate` (CERT-09). By which of
/// them the notice goes is stated nowhere, so each reading passes.
pub(super) fn phone_phases(
    own: Moment,
    card: Date,
    card_certificate: Moment,
    at: Moment,
) -> Vec<CertificatePhase> {
    let ended = |end: Moment| at.0.duration_since(end.0) >= jiff::SignedDuration::from_secs(1);
    let day = at.day();
    if day < PHONES_START || card < day || ended(own) || ended(card_certificate) {
        return vec![CertificatePhase::Lapsed];
    }
    let mut found = Vec::new();
    for last in [own.day(), card, card_certificate.day()] {
        let starts = notice_starts(last);
        if starts.iter().any(|start| day < *start) {
            found.push(CertificatePhase::Valid);
        }
        if starts.iter().any(|start| *start <= day) {
            found.push(CertificatePhase::Ending);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// What has become of a registration when a new certificate took the place of one that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Renewal {
    /// In time: the registration goes on (REG-04).
    InTime,
    /// After G: the registration has ended (REG-04, convention 5).
    TooLate,
    /// After G, while there was no grace yet: no source says.
    Unknown,
}

/// Says whether a certificate that began on `began` came in time after one with last day `last`.
pub(super) fn renewal(last: Date, began: Date) -> Renewal {
    match grace_until(last) {
        Some(until) if until < began && began < GRACE_STARTS => Renewal::Unknown,
        Some(until) if until < began => Renewal::TooLate,
        _ => Renewal::InTime,
    }
}

/// Returns the first day on which a notice is not too early (CERT-12): a day before the border.
pub(super) fn earliest_notice(last: Date) -> Option<Date> {
    notice_starts(last)
        .first()
        .and_then(|start| start.yesterday().ok())
}

/// Returns the age reached on `day`; who was born on 29 February turns on 1 March.
pub(super) fn age(birth: Date, day: Date) -> i16 {
    let had_birthday = (birth.month(), birth.day()) <= (day.month(), day.day());
    day.year() - birth.year() - i16::from(!had_birthday)
}

/// Tells whether 高齢受給者証 covers the day: from the 1st of the month after the 70th birthday
/// (who was born on a 1st: that day) to the eve of the 75th (convention 13).
pub(super) fn has_elderly_share(birth: Date, day: Date) -> bool {
    let seventy = birth.year() + 70;
    let start = if birth.day() == 1 {
        on(seventy, birth.month(), 1)
    } else {
        let (year, month) = month_after(birth, 70 * 12 + 1);
        on(year, month, 1)
    };
    start.is_some_and(|start| start <= day) && age(birth, day) < 75
}

/// Tells whether a child is not yet at school: to 31 March after the 6th birthday, who was born
/// on 1 April to the eve of that birthday (convention 13).
pub(super) fn is_preschool(birth: Date, day: Date) -> bool {
    let years = if (birth.month(), birth.day()) <= (4, 1) {
        6
    } else {
        7
    };
    on(birth.year() + years, 3, 31).is_some_and(|until| birth <= day && day <= until)
}

/// Tells whether a consent given at `given` is still good at `at`, the last second included.
pub(super) fn consent_holds(given: Moment, at: Moment) -> bool {
    let age = at.0.duration_since(given.0);
    !age.is_negative() && age <= jiff::SignedDuration::from_secs(CONSENT_SECONDS)
}

/// Returns the month `months` before that of `day`, as `YYYY-MM`.
pub(super) fn month_before(day: Date, months: i32) -> String {
    let (year, month) = month_after(day, -months);
    format!("{year:04}-{month:02}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requirement::{VectorPhase, vectors};

    fn at(text: &str) -> Moment {
        text.parse().unwrap()
    }

    fn phase(phase: VectorPhase) -> CertificatePhase {
        match phase {
            VectorPhase::Ok => CertificatePhase::Valid,
            VectorPhase::Alert => CertificatePhase::Ending,
            VectorPhase::Grace => CertificatePhase::Grace,
            VectorPhase::Lapsed => CertificatePhase::Lapsed,
        }
    }

    fn on_day(last: Date, day: Date) -> Vec<CertificatePhase> {
        phases(
            Moment::end_of(last).unwrap(),
            Moment::start_of(day).unwrap(),
        )
    }

    #[test]
    fn days_agree_with_the_vectors() {
        for vector in &vectors().days {
            let last = vector.last_day;
            let starts = notice_starts(last);
            for (index, start) in vector.alert_from.iter().enumerate() {
                assert!(starts.contains(start), "{last}: {starts:?}");
                assert!(on_day(last, *start).contains(&CertificatePhase::Ending));
                if index == 0 {
                    let eve = start.yesterday().unwrap();
                    assert_eq!(on_day(last, eve), [CertificatePhase::Valid], "{last}");
                }
            }
            assert_eq!(on_day(last, last), [CertificatePhase::Ending], "{last}");
            let Some(until) = vector.grace_until else {
                let after = last.tomorrow().unwrap();
                assert_eq!(on_day(last, after), [CertificatePhase::Lapsed], "{last}");
                continue;
            };
            let from = vector.grace_from.unwrap_or(last.tomorrow().unwrap());
            assert_eq!(on_day(last, from), [CertificatePhase::Grace], "{last}");
            assert_eq!(on_day(last, until), [CertificatePhase::Grace], "{last}");
            let after = until.tomorrow().unwrap();
            assert_eq!(on_day(last, after), [CertificatePhase::Lapsed], "{last}");
            if vector
                .grace_from
                .is_some_and(|from| from > last.tomorrow().unwrap())
            {
                let eve = from.yesterday().unwrap();
                assert_eq!(on_day(last, eve), [CertificatePhase::Lapsed], "{last}");
            }
        }
    }

    #[test]
    fn instants_agree_with_the_vectors() {
        for vector in &vectors().instants {
            let end = Moment::end_of(vector.last_day).unwrap();
            let phases = phases(end, Moment(vector.at));
            assert_eq!(phases, [phase(vector.phase)], "{}", vector.at);
        }
    }

    #[test]
    fn an_end_within_the_day_leaves_two_readings_for_the_rest_of_it() {
        let end = at("2025-11-30T12:00+09:00");
        assert_eq!(phases(end, end), [CertificatePhase::Ending]);
        let both = [CertificatePhase::Ending, CertificatePhase::Grace];
        assert_eq!(phases(end, at("2025-11-30T12:00:01+09:00")), both);
    }

    #[test]
    fn a_notice_may_start_at_the_months_end_or_on_the_1st() {
        let last = date(2025, 12, 31);
        assert_eq!(notice_starts(last), [date(2025, 9, 30), date(2025, 10, 1)]);
        let both = [CertificatePhase::Valid, CertificatePhase::Ending];
        assert_eq!(on_day(last, date(2025, 9, 30)), both);
        assert_eq!(on_day(last, date(2025, 10, 1)), [CertificatePhase::Ending]);
        assert_eq!(earliest_notice(last), Some(date(2025, 9, 29)));
    }

    #[test]
    fn ages_turn_on_the_day_of_the_visit() {
        let birth = date(1985, 6, 15);
        assert_eq!(age(birth, date(2025, 6, 14)), 39);
        assert_eq!(age(birth, date(2025, 6, 15)), 40);
        assert_eq!(age(date(2000, 2, 29), date(2025, 2, 28)), 24);
        assert_eq!(age(date(2000, 2, 29), date(2025, 3, 1)), 25);
    }

    #[test]
    fn the_elderly_share_starts_in_the_month_after_the_70th_birthday() {
        let birth = date(1955, 6, 15);
        assert!(!has_elderly_share(birth, date(2025, 6, 30)));
        assert!(has_elderly_share(birth, date(2025, 7, 1)));
        assert!(has_elderly_share(birth, date(2030, 6, 14)));
        assert!(!has_elderly_share(birth, date(2030, 6, 15)));
        assert!(has_elderly_share(date(1955, 6, 1), date(2025, 6, 1)));
        assert!(!has_elderly_share(date(1955, 12, 31), date(2025, 12, 31)));
        assert!(has_elderly_share(date(1955, 12, 31), date(2026, 1, 1)));
    }

    #[test]
    fn a_child_is_preschool_to_the_end_of_march() {
        assert!(is_preschool(date(2016, 4, 1), date(2022, 3, 31)));
        assert!(!is_preschool(date(2016, 4, 1), date(2022, 4, 1)));
        assert!(is_preschool(date(2016, 4, 2), date(2023, 3, 31)));
        assert!(!is_preschool(date(2016, 4, 2), date(2023, 4, 1)));
        assert!(is_preschool(date(2016, 3, 31), date(2022, 3, 31)));
    }

    #[test]
    fn a_consent_holds_for_a_day_and_not_before_it_was_given() {
        let given = at("2025-12-20T09:00+09:00");
        assert!(consent_holds(given, given));
        assert!(consent_holds(given, at("2025-12-21T09:00+09:00")));
        assert!(!consent_holds(given, at("2025-12-21T09:00:01+09:00")));
        assert!(!consent_holds(given, at("2025-12-20T08:59:59+09:00")));
    }

    #[test]
    fn a_phone_ends_with_the_first_of_three_and_has_no_grace() {
        let (long, card) = (at("2030-06-01T23:59:59+09:00"), date(2030, 6, 1));
        let (last, over) = ("2025-11-30T23:59:59+09:00", "2025-12-01T00:00+09:00");
        let day = date(2025, 11, 30);
        for (own, card, card_certificate) in [
            (at(last), card, long),
            (long, day, long),
            (long, card, at(last)),
        ] {
            let phases = |text| phone_phases(own, card, card_certificate, at(text));
            assert!(phases(last).contains(&CertificatePhase::Ending));
            assert!(!phases(last).contains(&CertificatePhase::Lapsed));
            assert_eq!(phases(over), [CertificatePhase::Lapsed]);
        }
        let eve = phone_phases(long, card, long, at("2025-09-18T12:00+09:00"));
        assert_eq!(eve, [CertificatePhase::Lapsed]);
        let first = phone_phases(long, card, long, at("2025-09-19T00:00+09:00"));
        assert_eq!(first, [CertificatePhase::Valid]);
    }

    #[test]
    fn a_renewal_is_in_time_to_the_last_day_of_grace() {
        let last = date(2025, 11, 30);
        assert_eq!(renewal(last, date(2025, 11, 1)), Renewal::InTime);
        assert_eq!(renewal(last, date(2026, 2, 28)), Renewal::InTime);
        assert_eq!(renewal(last, date(2026, 3, 1)), Renewal::TooLate);
        // E 2024-05-31: there never was any grace for it.
        let early = date(2024, 5, 31);
        assert_eq!(renewal(early, date(2024, 12, 1)), Renewal::Unknown);
        assert_eq!(renewal(early, date(2024, 12, 2)), Renewal::TooLate);
    }

    #[test]
    fn months_before_count_over_the_year() {
        assert_eq!(month_before(date(2025, 2, 28), 2), "2024-12");
        assert_eq!(month_before(date(2025, 2, 28), 0), "2025-02");
    }
}
