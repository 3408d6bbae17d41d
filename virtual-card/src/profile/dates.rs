//! What follows from a profile's dates: ends of validity, 照合番号, serial numbers.

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, offset};
use jiff::{Timestamp, ToSpan};
use sha2::{Digest, Sha256};

use crate::profile::{Holder, Profile, UserCertificate};

/// Japan Standard Time, which has no summer time.
const JST: Offset = offset(9);

/// Birthdays after issue to which a certificate runs (CERT-08).
const CERTIFICATE_BIRTHDAYS: i16 = 5;
/// Birthdays after issue to which an adult's card runs (CERT-08).
const CARD_BIRTHDAYS_ADULT: i16 = 10;
/// Birthdays after issue to which a minor's card runs (CERT-08).
const CARD_BIRTHDAYS_MINOR: i16 = 5;

impl Profile {
    /// Returns the last day on which the card is valid, in Japan: as stated, or the 10th birthday
    /// after issue, for minors the 5th (CERT-08). Who is a minor is told from the day of issue,
    /// since the day of application is not known: a convention of this harness.
    #[must_use]
    pub fn card_expires(&self) -> Date {
        self.card_expires.unwrap_or_else(|| {
            let birth = self.holder.birth_date;
            let count = if is_minor(birth, self.issued) {
                CARD_BIRTHDAYS_MINOR
            } else {
                CARD_BIRTHDAYS_ADULT
            };
            birthday_after(birth, self.issued, count)
        })
    }

    /// Returns the start of validity of the user certificate: as stated, or 10:00 JST on the day
    /// of issue; five years before the end where that would not lie before the end.
    #[must_use]
    pub fn user_certificate_not_before(&self) -> Timestamp {
        let stated = self.user_certificate.not_before;
        stated.unwrap_or_else(|| self.usual_start(self.user_certificate_not_after()))
    }

    /// Returns the end of validity of the user certificate: as stated, or 23:59:59 JST of the 5th
    /// birthday after issue, the 6th where it replaces one with less than 3 months left, never
    /// beyond the card's own end (CERT-08).
    #[must_use]
    pub fn user_certificate_not_after(&self) -> Timestamp {
        let UserCertificate {
            not_before,
            not_after,
            generation,
            ..
        } = self.user_certificate;
        not_after.unwrap_or_else(|| self.usual_end(not_before, generation))
    }

    /// Returns start and end of validity of the signature certificate, if the card has one: as
    /// stated, or as those of a user certificate would be, whatever is stated of the user
    /// certificate (convention of this harness).
    #[must_use]
    pub fn signature_certificate_term(&self) -> Option<(Timestamp, Timestamp)> {
        let held = self.signature_certificate.as_ref()?;
        let end = held
            .not_after
            .unwrap_or_else(|| self.usual_end(held.not_before, held.generation));
        let start = held.not_before.unwrap_or_else(|| self.usual_start(end));
        Some((start, end))
    }

    fn usual_start(&self, end: Timestamp) -> Timestamp {
        let issued = in_japan(self.issued.at(10, 0, 0, 0));
        if issued < end {
            return issued;
        }
        let day = JST.to_datetime(end).date().saturating_sub(5.years());
        in_japan(day.at(10, 0, 0, 0))
    }

    fn usual_end(&self, not_before: Option<Timestamp>, generation: u32) -> Timestamp {
        let birth = self.holder.birth_date;
        let start = match not_before {
            Some(stated) => JST.to_datetime(stated).date(),
            None => self.issued,
        };
        let replaced = match generation {
            0 | 1 => None,
            2 => Some(birthday_after(birth, self.issued, CERTIFICATE_BIRTHDAYS)),
            // Of a later one it is not known what it replaces; that ended on a birthday as well.
            _ => Some(birthday_after(birth, start, 1)),
        };
        let soon = start.saturating_add(3.months());
        let early = replaced.is_some_and(|end| start < end && end < soon);
        let count = CERTIFICATE_BIRTHDAYS + i16::from(early);
        let last = birthday_after(birth, start, count).min(self.card_expires());
        in_japan(last.at(23, 59, 59, 0))
    }

    /// Returns the serial number of the user certificate, a positive integer of 8 bytes.
    ///
    /// It follows from person (My Number and date of birth), day of issue and generation, so a
    /// changed name or address leaves it alone, as it leaves the certificate alone (CERT-10). Real
    /// ones are counted and have 3 or 4 bytes: a convention of this harness.
    #[must_use]
    pub fn user_certificate_serial(&self) -> [u8; 8] {
        self.serial("user", self.user_certificate.generation)
    }

    /// Returns [`Profile::user_certificate_serial`] as 16 lower-case hexadecimal digits.
    #[must_use]
    pub fn user_certificate_serial_hex(&self) -> String {
        hex::encode(self.user_certificate_serial())
    }

    /// Returns the serial number of the signature certificate, made like that of the user
    /// certificate; name and address enter here, since a change of either ends it.
    #[must_use]
    pub fn signature_certificate_serial(&self) -> [u8; 8] {
        let kind = format!("signature {} {}", self.holder.name, self.holder.address);
        let held = self.signature_certificate.as_ref();
        self.serial(&kind, held.map_or(1, |held| held.generation))
    }

    fn serial(&self, kind: &str, generation: u32) -> [u8; 8] {
        let mut serial = [0; 8];
        let digest = self.digest(kind, generation);
        serial.copy_from_slice(&digest[..8]);
        // Between 01 and 7F: positive, and always 8 bytes long.
        serial[0] = (serial[0] & 0x7F).max(1);
        serial
    }

    /// Returns 32 bytes that look random and belong to this card, `purpose` and `number`.
    pub(crate) fn digest(&self, purpose: &str, number: u32) -> [u8; 32] {
        let mut hash = Sha256::new();
        for part in [
            purpose,
            &self.my_number,
            &self.holder.birth_date.to_string(),
            &self.issued.to_string(),
            &number.to_string(),
        ] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }

    /// Returns 照合番号B: date of birth as `YYMMDD`, the year in which the card expires, and the
    /// security code; 14 digits (card.md §3).
    #[must_use]
    pub fn code_b(&self) -> String {
        let expires = self.card_expires().year();
        let birth = self.birth_digits();
        format!("{birth}{expires:04}{}", self.security_code)
    }

    /// Returns 照合番号A: 個人番号, 12 digits (card.md §3).
    #[must_use]
    pub fn code_a(&self) -> String {
        self.my_number.clone()
    }

    /// Returns the date of birth as it opens 券面事項確認AP: `YYMMDD` in the year of the era, for
    /// foreign residents in Gregorian years (convention of this harness).
    #[must_use]
    pub fn birth_digits(&self) -> String {
        let Holder {
            birth_date,
            foreign,
            ..
        } = self.holder;
        let year = if foreign {
            birth_date.year() % 100
        } else {
            era(birth_date).1
        };
        let (month, day) = (birth_date.month(), birth_date.day());
        format!("{year:02}{month:02}{day:02}")
    }
}

/// Returns the digit of the era (1 明治 … 5 令和; 0 before) and the year in it.
pub(crate) fn era(date: Date) -> (u8, i16) {
    const ERAS: [(u8, Date); 5] = [
        (5, Date::constant(2019, 5, 1)),
        (4, Date::constant(1989, 1, 8)),
        (3, Date::constant(1926, 12, 25)),
        (2, Date::constant(1912, 7, 30)),
        (1, Date::constant(1868, 1, 25)),
    ];
    ERAS.iter()
        .find(|(_, first)| date >= *first)
        .map_or((0, date.year() % 100), |(digit, first)| {
            (*digit, date.year() - first.year() + 1)
        })
}

/// Returns the `count`th birthday after `day`; a birthday on `day` itself is not counted
/// (convention of this harness). Who was born on 29 February has it on the 28th in other years.
fn birthday_after(birth: Date, day: Date, count: i16) -> Date {
    let in_year = |year: i16| birth.saturating_add((year - birth.year()).years());
    let this_year = in_year(day.year());
    let first = if this_year > day {
        day.year()
    } else {
        day.year().saturating_add(1)
    };
    in_year(first.saturating_add(count - 1).min(9998))
}

/// Says who was a minor: under 20 to 2022-03-31, under 18 since (CERT-08).
fn is_minor(birth: Date, day: Date) -> bool {
    let age = if day <= Date::constant(2022, 3, 31) {
        20
    } else {
        18
    };
    birth.saturating_add(i16::years(age)) > day
}

/// Returns the moment that a clock in Japan shows as `time`.
fn in_japan(time: DateTime) -> Timestamp {
    // Fails only within a day of the years -9999 and 9999, where an end of time is as good.
    JST.to_timestamp(time).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::{birthday_after, era};
    use crate::profile::{Pin, Profile};

    fn adult() -> Profile {
        Profile::standard("adult").expect("adult is a standard profile")
    }

    fn born(birth_date: Date, issued: Date) -> Profile {
        let mut profile = adult();
        profile.holder.birth_date = birth_date;
        profile.issued = issued;
        profile
    }

    fn not_after(profile: &Profile) -> String {
        profile.user_certificate_not_after().to_string()
    }

    #[test]
    fn fifth_birthday_of_the_published_test_card() {
        // card.md §6: born 1980-02-17, issued 2025-10-27.
        let profile = born(date(1980, 2, 17), date(2025, 10, 27));
        assert_eq!(not_after(&profile), "2030-02-17T14:59:59Z");
        assert_eq!(profile.card_expires(), date(2035, 2, 17));
    }

    #[test]
    fn code_b_of_the_published_test_card() {
        // card.md §3: 55021720352285.
        let mut profile = born(date(1980, 2, 17), date(2025, 10, 27));
        profile.security_code = "2285".to_owned();
        assert_eq!(profile.code_b(), "55021720352285");
        // Convention of this harness: no source has the number of a foreign resident.
        profile.holder.foreign = true;
        assert_eq!(profile.code_b(), "80021720352285");
    }

    #[test]
    fn birth_date_counts_in_years_of_the_era() {
        // First and last days of the eras, from the public calendar.
        for (birth, digits) in [
            (date(1912, 7, 29), "450729"),
            (date(1912, 7, 30), "010730"),
            (date(1926, 12, 24), "151224"),
            (date(1926, 12, 25), "011225"),
            (date(1989, 1, 7), "640107"),
            (date(1989, 1, 8), "010108"),
            (date(2019, 4, 30), "310430"),
            (date(2019, 5, 1), "010501"),
        ] {
            let profile = born(birth, date(2025, 10, 27));
            assert_eq!(profile.birth_digits(), digits, "{birth}");
            assert!(profile.code_b().starts_with(digits));
        }
    }

    #[test]
    fn minors_cards_run_to_the_fifth_birthday_by_the_law_of_the_day() {
        let under = born(date(2003, 4, 2), date(2022, 3, 31));
        assert_eq!(under.card_expires(), date(2026, 4, 2));
        let of_age = born(date(2003, 4, 2), date(2022, 4, 1));
        assert_eq!(of_age.card_expires(), date(2031, 4, 2));
        let eighteenth = born(date(2005, 6, 1), date(2023, 6, 1));
        assert_eq!(eighteenth.card_expires(), date(2033, 6, 1));
    }

    #[test]
    fn certificate_never_outlives_the_card() {
        let mut profile = born(date(1988, 10, 12), date(2024, 11, 5));
        profile.card_expires = Some(date(2026, 3, 31));
        assert_eq!(not_after(&profile), "2026-03-31T14:59:59Z");
    }

    #[test]
    fn renewal_just_before_the_birthday_runs_to_the_sixth() {
        let mut profile = born(date(1985, 6, 15), date(2020, 7, 1));
        profile.user_certificate.generation = 2;
        profile.user_certificate.not_before = "2025-04-01T01:00:00Z".parse().ok();
        assert_eq!(not_after(&profile), "2030-06-15T14:59:59Z");
        profile.user_certificate.not_before = "2025-03-01T01:00:00Z".parse().ok();
        assert_eq!(not_after(&profile), "2029-06-15T14:59:59Z");
    }

    #[test]
    fn certificate_that_ended_before_the_issue_still_has_a_start() {
        let mut profile = adult();
        profile.user_certificate.not_after = "2021-01-31T14:59:59Z".parse().ok();
        assert!(profile.user_certificate_not_before() < profile.user_certificate_not_after());
    }

    #[test]
    fn leap_day_birthdays_fall_on_the_28th() {
        assert_eq!(
            birthday_after(date(2000, 2, 29), date(2021, 1, 1), 1),
            date(2021, 2, 28)
        );
        assert_eq!(
            birthday_after(date(2000, 2, 29), date(2021, 2, 28), 3),
            date(2024, 2, 29)
        );
    }

    #[test]
    fn eras_change_on_their_first_day() {
        assert_eq!(era(date(2019, 4, 30)), (4, 31));
        assert_eq!(era(date(2019, 5, 1)), (5, 1));
        assert_eq!(era(date(1989, 1, 7)), (3, 64));
        assert_eq!(era(date(1989, 1, 8)), (4, 1));
        assert_eq!(era(date(1926, 12, 25)), (3, 1));
        assert_eq!(era(date(1926, 12, 24)), (2, 15));
        assert_eq!(era(date(1912, 7, 30)), (2, 1));
        assert_eq!(era(date(1912, 7, 29)), (1, 45));
        assert_eq!(era(date(1868, 1, 24)).0, 0);
    }

    #[test]
    fn serial_outlives_name_and_address_but_not_renewal() {
        let profile = adult();
        let serial = profile.user_certificate_serial();
        let mut moved = profile.clone();
        moved.holder.address = "架空県別市1-2-3".to_owned();
        moved.holder.name = "架空　太郎".to_owned();
        moved.pins.user = Some(Pin::new("9999"));
        assert_eq!(moved.user_certificate_serial(), serial);
        assert_ne!(
            moved.signature_certificate_serial(),
            profile.signature_certificate_serial()
        );
        let mut renewed = profile.clone();
        renewed.user_certificate.generation = 2;
        assert_ne!(renewed.user_certificate_serial(), serial);
        assert!((1..=0x7F).contains(&serial[0]));
    }
}
