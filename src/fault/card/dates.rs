//! Cards that were issued with wrong dates (CERT-08).

use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use virtual_card::profile::Profile;

use super::CardFlaw;
use crate::eligibility::Moment;

/// A day beyond which no card lasts.
const NEVER: Date = date(9000, 1, 1);

/// Returns the card as a faulty issuer makes it, wrong on its face and in its files alike.
pub(in crate::fault) fn issued(flaw: CardFlaw, profile: &Profile) -> Profile {
    let mut wrong = profile.clone();
    let end = profile.user_certificate_not_after();
    let last = Moment(end).day();
    match flaw {
        CardFlaw::CertificateAYearShort => {
            wrong.user_certificate.not_after = end_of(last.saturating_sub(1.year()));
        }
        CardFlaw::CertificateEndsAtMidnight => {
            wrong.user_certificate.not_after = Moment::start_of(last).map(|moment| moment.0);
        }
        CardFlaw::CertificateOutlivesCard => {
            let mut endless = profile.clone();
            endless.card_expires = Some(NEVER);
            wrong.user_certificate.not_after = Some(endless.user_certificate_not_after());
        }
        CardFlaw::RenewalToTheFifth => {
            let mut first = profile.clone();
            first.user_certificate.generation = 1;
            wrong.user_certificate.not_after = Some(first.user_certificate_not_after());
        }
        CardFlaw::MinorsCardForTen if age(profile) < 18 => {
            wrong.card_expires = Some(profile.card_expires().saturating_add(5.years()));
        }
        CardFlaw::YoungAdultsCardForTen if (18..20).contains(&age(profile)) => {
            // What the law of after 2022-04-01 says of them, whatever the day of issue.
            let mut later = profile.clone();
            later.holder.birth_date = profile.holder.birth_date.saturating_sub(10.years());
            wrong.card_expires = Some(later.card_expires());
        }
        CardFlaw::StayIgnored => wrong.card_expires = None,
        _ => {}
    }
    wrong
}

fn end_of(day: Date) -> Option<Timestamp> {
    Moment::end_of(day).map(|moment| moment.0)
}

/// Returns the holder's age on the day of issue.
fn age(profile: &Profile) -> i16 {
    let (birth, day) = (profile.holder.birth_date, profile.issued);
    let had_birthday = (birth.month(), birth.day()) <= (day.month(), day.day());
    day.year() - birth.year() - i16::from(!had_birthday)
}
