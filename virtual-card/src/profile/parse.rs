//! Reads a profile from YAML and refuses what no card could be.

use crate::profile::{Pin, Profile, Tries, check_digit};

/// Why a text is not a profile.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Not YAML, or not with the keys of a profile.
    #[error("{origin}:{line}:{column}: not a card profile\n{excerpt}")]
    Syntax {
        /// Where the text came from, as the caller named it.
        origin: String,
        /// Line, from 1; 0 where the place is not known.
        line: u64,
        /// Column, from 1; 0 where the place is not known.
        column: u64,
        /// What is wrong, with the line itself.
        excerpt: String,
    },
    /// YAML with the right keys, but a value that no card has.
    #[error("{origin}:{line}: {key}: {problem}; {hint}")]
    Value {
        /// Where the text came from, as the caller named it.
        origin: String,
        /// Line, from 1; 0 where the key stands nowhere.
        line: u64,
        /// The key whose value is wrong.
        key: &'static str,
        /// What is wrong; never shows the value.
        problem: &'static str,
        /// What to do.
        hint: &'static str,
    },
}

/// One thing wrong with a profile: key, problem, hint.
type Problem = (&'static str, &'static str, &'static str);

impl Profile {
    /// Reads a profile from YAML; `origin` (a path, a name) only goes into errors.
    ///
    /// # Errors
    ///
    /// [`ProfileError`] with line and column when the text is not a profile, has unknown keys, or
    /// states what no card of this simulation may be: a PIN of the wrong form, more tries than
    /// there are, a My Number whose check digit is right.
    pub fn parse(text: &str, origin: &str) -> Result<Self, ProfileError> {
        let profile: Self =
            serde_saphyr::from_str(text).map_err(|error| syntax_error(&error, origin))?;
        match profile.problem() {
            None => Ok(profile),
            Some((key, problem, hint)) => Err(ProfileError::Value {
                origin: origin.to_owned(),
                line: line_of(text, key),
                key,
                problem,
                hint,
            }),
        }
    }

    /// Returns the first thing that keeps this from being a card, if any: key, problem, hint.
    ///
    /// [`Profile::parse`] asks it; who changes a profile in memory may ask again.
    #[must_use]
    pub fn problem(&self) -> Option<(&'static str, &'static str, &'static str)> {
        self.text_problem()
            .or_else(|| self.number_problem())
            .or_else(|| self.pin_problem())
            .or_else(|| self.tries_problem())
            .or_else(|| self.date_problem())
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

/// Returns the line, from 1, on which the key at this dotted path stands; 0 when it stands nowhere.
fn line_of(text: &str, path: &str) -> u64 {
    let mut lines = (1_u64..).zip(text.lines()).peekable();
    let mut found = 0;
    for key in path.split('.') {
        // A flow mapping has the inner key on the line of the outer one, so that line stays.
        while lines.next_if(|(_, line)| !names(line, key)).is_some() {}
        found = lines.peek().map_or(0, |(line, _)| *line);
    }
    found
}

/// Says whether the line gives a value to `key`.
fn names(line: &str, key: &str) -> bool {
    line.match_indices(key).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let bounded = before.is_none_or(|last| !last.is_alphanumeric() && last != '-');
        bounded && line[start + key.len()..].starts_with([':', '"'])
    })
}

fn syntax_error(error: &serde_saphyr::Error, origin: &str) -> ProfileError {
    let location = error.location();
    let excerpt = error.render_with_options(serde_saphyr::render_options! {
        source_name: Some(origin),
    });
    // The line itself comes along, and with it whatever the file holds.
    let visible = |character: char| match character {
        '\n' => '\n',
        control if control.is_control() => char::REPLACEMENT_CHARACTER,
        other => other,
    };
    ProfileError::Syntax {
        origin: origin.to_owned(),
        line: location.map_or(0, |place| place.line()),
        column: location.map_or(0, |place| place.column()),
        excerpt: excerpt.chars().map(visible).collect(),
    }
}
