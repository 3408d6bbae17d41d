//! Where a user certificate stands in time (requirements.md CERT-01 … CERT-05, CERT-09).

use jiff::civil::{Date, date};

use crate::eligibility::{CertificatePhase, Moment};

/// The first day on which an expired certificate has a grace period (approximate, CERT-03).
pub const GRACE_FROM: Date = date(2024, 12, 2);

/// Returns the first day of the notice: three months before the last valid day, or the month's end
/// where that day is missing (CERT-02, convention 11).
pub fn notice_from(last_valid: Date) -> Date {
    let month = i32::from(last_valid.year()) * 12 + i32::from(last_valid.month()) - 1 - 3;
    clip(month, last_valid.day())
}

/// Returns the last day of grace: the last day of the third month after the month of the last
/// valid day (CERT-03; S3: "有効期限満了日が属する月の末日から3カ月間").
pub fn grace_until(last_valid: Date) -> Date {
    let month = i32::from(last_valid.year()) * 12 + i32::from(last_valid.month()) - 1 + 3;
    clip(month, 31)
}

/// Returns day `day` of the month counted from year 0, or the last one that it has.
fn clip(month: i32, day: i8) -> Date {
    let year = i16::try_from(month.div_euclid(12)).unwrap_or(i16::MAX);
    let month = i8::try_from(month.rem_euclid(12) + 1).unwrap_or(1);
    let first = Date::new(year, month, 1).unwrap_or(Date::MAX);
    let day = day.min(first.days_in_month());
    Date::new(year, month, day).unwrap_or(first)
}

/// Returns the phase at `now` of a certificate that ends at `not_after`.
///
/// `physical` is false for a phone, which has no grace (CERT-09).
pub fn phase(not_after: Moment, now: Moment, physical: bool) -> CertificatePhase {
    let last_valid = not_after.day();
    let today = now.day();
    // The second that an end names still belongs to it.
    if now < not_after.plus_ms(1000) {
        if today < notice_from(last_valid) {
            CertificatePhase::Valid
        } else {
            CertificatePhase::Ending
        }
    } else if physical && GRACE_FROM <= today && today <= grace_until(last_valid) {
        CertificatePhase::Grace
    } else {
        CertificatePhase::Lapsed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requirement::{VectorPhase, vectors};

    #[test]
    fn the_vectors_of_the_catalogue_hold() {
        let vectors = vectors();
        for vector in &vectors.days {
            assert!(
                vector.alert_from.is_empty()
                    || vector.alert_from.contains(&notice_from(vector.last_day)),
                "{vector:?}"
            );
            if let Some(grace_until) = vector.grace_until {
                assert_eq!(
                    super::grace_until(vector.last_day),
                    grace_until,
                    "{vector:?}"
                );
            }
            if let Some(grace_from) = vector.grace_from {
                let not_after = Moment::end_of(vector.last_day).unwrap();
                let at = |day| phase(not_after, Moment::start_of(day).unwrap(), true);
                assert_eq!(at(grace_from), CertificatePhase::Grace, "{vector:?}");
                assert_ne!(
                    at(grace_from.yesterday().unwrap()),
                    CertificatePhase::Grace,
                    "{vector:?}"
                );
            }
        }
        for vector in &vectors.instants {
            let not_after = Moment::end_of(vector.last_day).unwrap();
            let expected = match vector.phase {
                VectorPhase::Ok => CertificatePhase::Valid,
                VectorPhase::Alert => CertificatePhase::Ending,
                VectorPhase::Grace => CertificatePhase::Grace,
                VectorPhase::Lapsed => CertificatePhase::Lapsed,
            };
            assert_eq!(
                phase(not_after, Moment(vector.at), true),
                expected,
                "{vector:?}"
            );
        }
    }

    #[test]
    fn a_phone_has_no_grace() {
        let not_after = Moment::end_of(date(2025, 11, 30)).unwrap();
        assert_eq!(
            phase(not_after, not_after.plus_ms(1000), false),
            CertificatePhase::Lapsed
        );
    }
}
