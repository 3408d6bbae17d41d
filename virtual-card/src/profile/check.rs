//! Refuses what no card could be: one rule for each key, with what to do about it.

use crate::profile::{AUTHORITY_GENERATIONS, Pin, Profile, Tries, check_digit};

/// One thing wrong with a profile: key, problem, hint.
type Problem = (&'static str, &'static str, &'static str);

/// Most that a name may take: 100 characters of 3 bytes and a digit for each. No limit is
/// published; a convention of this harness.
const NAME_MAX: usize = 400;
/// Most that name and address together leave room for in the signature certificate, whose file
/// (JPKI 0001) has 2560 bytes; a test holds that the longest fit. A convention of this harness, as
/// the size of that file is inferred.
const NAME_AND_ADDRESS_MAX: usize = 880;

impl Profile {
    /// Returns the first thing that keeps this from being a card, if any: key, problem, hint.
    ///
    /// [`Profile::parse`] asks it; who changes a profile in memory may ask again.
    #[must_use]
    pub fn problem(&self) -> Option<(&'static str, &'static str, &'static str)> {
        self.text_problem()
            .or_else(|| self.length_problem())
            .or_else(|| self.number_problem())
            .or_else(|| self.card_number_problem())
            .or_else(|| self.pin_problem())
            .or_else(|| self.tries_problem())
            .or_else(|| self.date_problem())
            .or_else(|| self.certificate_problem())
    }

    fn text_problem(&self) -> Option<Problem> {
        let holder = &self.holder;
        let unfit = |text: &str| text.is_empty() || text.chars().any(char::is_control);
        [
            ("holder.name", &holder.name),
            ("holder.kana", &holder.kana),
            ("holder.address", &holder.address),
            ("holder.postcode", &holder.postcode),
        ]
        .into_iter()
        .find(|(_, text)| unfit(text))
        .map(|(key, _)| (key, "empty, or with control characters", "write plain text"))
    }

    fn length_problem(&self) -> Option<Problem> {
        // Each text stands in the certificate, and once more as one digit for each character.
        let room = |text: &str| text.len() + text.chars().count();
        let name = room(&self.holder.name);
        if name > NAME_MAX {
            return Some((
                "holder.name",
                "too long for the signature certificate's file",
                "shorten it to 100 full-width characters",
            ));
        }
        (name + room(&self.holder.address) > NAME_AND_ADDRESS_MAX).then_some((
            "holder.address",
            "too long, with the name, for the signature certificate's file",
            "shorten both to 220 full-width characters together",
        ))
    }

    fn card_number_problem(&self) -> Option<Problem> {
        let unfit = |text: &Option<String>, fits: fn(&str) -> bool| {
            text.as_deref().is_some_and(|text| !fits(text))
        };
        if unfit(&self.card_serial, |text| {
            digits(text, 15) && text.starts_with('9')
        }) {
            return Some((
                "card-serial",
                "not 15 digits of which the first is 9",
                "write 9 and 14 digits in quotation marks, or leave it out",
            ));
        }
        unfit(&self.municipality, |text| digits(text, 5)).then_some((
            "municipality",
            "not the 5 digits of a municipality",
            "write 5 digits in quotation marks, or leave it out",
        ))
    }

    fn certificate_problem(&self) -> Option<Problem> {
        const GENERATION: &str = "no such generation of the authority";
        const OF_3: &str = "write 1, 2 or 3; 3 is the present one";
        const NO_TERM: &str = "the certificate would end before it starts";
        const LATER: &str = "write a later moment, or leave it out";
        let generation = |held: u8| (1..=AUTHORITY_GENERATIONS).contains(&held);
        if !generation(self.user_certificate.authority_generation) {
            let key = "user-certificate.authority-generation";
            return Some((key, GENERATION, OF_3));
        }
        if self.user_certificate_not_before() >= self.user_certificate_not_after() {
            return Some(("user-certificate.not-after", NO_TERM, LATER));
        }
        let held = self.signature_certificate.as_ref()?;
        if !generation(held.authority_generation) {
            let key = "signature-certificate.authority-generation";
            return Some((key, GENERATION, OF_3));
        }
        let (start, end) = self.signature_certificate_term()?;
        (start >= end).then_some(("signature-certificate.not-after", NO_TERM, LATER))
    }

    fn number_problem(&self) -> Option<Problem> {
        if !digits(&self.security_code, 4) {
            return Some((
                "security-code",
                "not 4 digits",
                "write 4 digits in quotation marks",
            ));
        }
        if !digits(&self.my_number, 12) {
            return Some((
                "my-number",
                "not 12 digits",
                "write 12 digits in quotation marks",
            ));
        }
        let (first, last) = self.my_number.split_at(11);
        let right = check_digit(first).map(|digit| digit.to_string());
        (right.as_deref() == Some(last)).then_some((
            "my-number",
            "the check digit is right, so the number could be a real person's",
            "change the last digit",
        ))
    }

    fn pin_problem(&self) -> Option<Problem> {
        const DIGITS: &str = "not a PIN of 4 digits";
        let pins = &self.pins;
        let unfit = |pin: &Option<Pin>| pin.as_ref().is_some_and(|pin| !pin.fits_user());
        let digits = [
            ("pins.user", &pins.user),
            ("pins.input-support", &pins.input_support),
            ("pins.common", &pins.common),
            ("pins.resident-register", &pins.resident_register),
        ];
        if let Some((key, _)) = digits.into_iter().find(|(_, pin)| unfit(pin)) {
            return Some((key, DIGITS, "write 4 digits in quotation marks"));
        }
        if pins
            .signature
            .as_ref()
            .is_some_and(|pin| !pin.fits_signature())
        {
            return Some((
                "pins.signature",
                "not a password of 6 to 16 characters A-Z and 0-9",
                "write it in capitals and in quotation marks",
            ));
        }
        None
    }

    fn tries_problem(&self) -> Option<Problem> {
        const TOO_MANY: &str = "more tries than this PIN has on a new card";
        const OF_3: &str = "write 0 to 3";
        const OF_10: &str = "write 0 to 10";
        let (now, full) = (self.tries, Tries::FULL);
        let (code_a, code_b) = (now.input_support_code_a, now.input_support_code_b);
        [
            ("tries.user", now.user, full.user, OF_3),
            (
                "tries.signature",
                now.signature,
                full.signature,
                "write 0 to 5",
            ),
            ("tries.code-b", now.code_b, full.code_b, OF_10),
            ("tries.code-a", now.code_a, full.code_a, OF_10),
            ("tries.birth-date", now.birth_date, full.birth_date, OF_10),
            (
                "tries.input-support",
                now.input_support,
                full.input_support,
                OF_3,
            ),
            (
                "tries.input-support-code-a",
                code_a,
                full.input_support_code_a,
                OF_10,
            ),
            (
                "tries.input-support-code-b",
                code_b,
                full.input_support_code_b,
                OF_10,
            ),
            ("tries.common", now.common, full.common, OF_3),
            (
                "tries.resident-register",
                now.resident_register,
                full.resident_register,
                OF_3,
            ),
        ]
        .into_iter()
        .find(|(_, now, full, _)| now > full)
        .map(|(key, _, _, hint)| (key, TOO_MANY, hint))
    }

    fn date_problem(&self) -> Option<Problem> {
        const FIRST: i16 = 1868;
        const LAST: i16 = 9899;
        if !(FIRST..=LAST).contains(&self.holder.birth_date.year()) {
            return Some((
                "holder.birth-date",
                "not a date of birth that a card can hold",
                "write a date from 1868 on",
            ));
        }
        if !(FIRST..=LAST).contains(&self.issued.year()) || self.issued < self.holder.birth_date {
            return Some((
                "issued",
                "issued before the holder was born",
                "write a date from the holder's birth on",
            ));
        }
        self.card_expires
            .is_some_and(|end| !(FIRST..=9999).contains(&end.year()))
            .then_some((
                "card-expires",
                "not a date that a card can hold",
                "write a date from 1868 on",
            ))
    }
}

fn digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
}
