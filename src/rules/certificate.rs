//! Where a user certificate stands in time (requirements.md CERT-01 … CERT-05, CERT-09).

use jiff::civil::{Date, date};

use crate::eligibility::{CertificatePhase, Moment};

/// The first day on which an expired certificate has a grace period (approximate, CERT-03).
pub const GRACE_FROM: Date = date(2024, 12, 2);
/// The first day on which a phone stands for a card (CERT-09, eligibility.md §2).
pub const PHONES_FROM: Date = date(2025, 9, 19);

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
    if !is_past(not_after, now) {
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

/// Tells whether an end lies behind `now`: the second that it names still belongs to it.
fn is_past(end: Moment, now: Moment) -> bool {
    end.plus_ms(1000) <= now
}

/// The ends that bear on a phone (CERT-09).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhoneEnds {
    /// Last instant of the phone's own certificate.
    pub certificate: Moment,
    /// Last day of the physical card, to its 23:59:59 in Japan.
    pub card: Date,
    /// Last instant of the physical card's user certificate.
    pub card_certificate: Moment,
}

/// Returns the phase of a phone at `now`: no grace, and none of any use as soon as one of the three
/// has ended (CERT-09).
///
/// That the notice goes by the phone's own certificate is a convention of this harness.
pub fn phone_phase(ends: &PhoneEnds, now: Moment) -> CertificatePhase {
    if ends.card < now.day() || is_past(ends.card_certificate, now) {
        CertificatePhase::Lapsed
    } else {
        phase(ends.certificate, now, false)
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

    fn at(text: &str) -> Moment {
        text.parse().unwrap()
    }

    #[test]
    fn a_phone_ends_with_the_first_of_the_three() {
        let sound = PhoneEnds {
            certificate: at("2030-06-01T23:59:59+09:00"),
            card: date(2030, 6, 1),
            card_certificate: at("2030-06-01T23:59:59+09:00"),
        };
        let (last, over) = (
            at("2025-11-30T23:59:59+09:00"),
            at("2025-12-01T00:00:00+09:00"),
        );
        assert_eq!(phone_phase(&sound, over), CertificatePhase::Valid);
        let mut card = sound;
        card.card = date(2025, 11, 30);
        let mut card_certificate = sound;
        card_certificate.card_certificate = last;
        let mut own = sound;
        own.certificate = last;
        for ends in [card, card_certificate, own] {
            assert_ne!(
                phone_phase(&ends, last),
                CertificatePhase::Lapsed,
                "{ends:?}"
            );
            assert_eq!(
                phone_phase(&ends, over),
                CertificatePhase::Lapsed,
                "{ends:?}"
            );
        }
    }

    #[test]
    fn the_notice_of_a_phone_goes_by_its_own_certificate() {
        let now = at("2025-10-15T09:00:00+09:00");
        let ends = PhoneEnds {
            certificate: at("2030-06-01T23:59:59+09:00"),
            card: date(2025, 12, 1),
            card_certificate: at("2025-12-01T23:59:59+09:00"),
        };
        assert_eq!(phone_phase(&ends, now), CertificatePhase::Valid);
        let ends = PhoneEnds {
            certificate: at("2025-12-01T23:59:59+09:00"),
            ..ends
        };
        assert_eq!(phone_phase(&ends, now), CertificatePhase::Ending);
    }
}
