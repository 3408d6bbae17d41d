//! The certification authorities of this simulation: three generations of each, under one name.
//!
//! The real ones have followed one another with overlapping terms of ten years and the same name
//! (card.md §6), so that only key and serial number tell them apart. So it is here, except for the
//! present one: its term of 30 years covers every date that a card may be used on.

use std::fmt;
use std::sync::OnceLock;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

use crate::certificate::{Contents, extension, issue, key_identifier, name};
use crate::key::{self, Key};
use crate::profile::{Issuer, Profile};

/// A certification authority of this simulation.
pub struct Authority {
    name: &'static str,
    pub(super) key: &'static Key,
    /// Serial number of its own certificate; the first byte is between 01 and 7F.
    pub(super) serial: &'static [u8],
    pub(super) unit: &'static str,
    pub(super) unit_japanese: &'static str,
    /// First and last moment of its own certificate, in UTC.
    term: (DateTime, DateTime),
    certificate: OnceLock<Vec<u8>>,
}

/// What an authority issues, as its name says it.
struct Line {
    unit: &'static str,
    unit_japanese: &'static str,
}

const USER: Line = Line {
    unit: "Simulated user authentication",
    unit_japanese: "利用者証明用（模擬）",
};
const SIGNATURE: Line = Line {
    unit: "Simulated digital signature",
    unit_japanese: "署名用（模擬）",
};
const UNTRUSTED: Line = Line {
    unit: "Untrusted on purpose",
    unit_japanese: "信頼されない認証局（模擬）",
};

/// Days as those on which the real ones began and ended (card.md §6); for signature certificates
/// the same, since those of the real ones are not published.
const FIRST: (DateTime, DateTime) = term((2015, 10, 20), (2025, 10, 19));
const SECOND: (DateTime, DateTime) = term((2019, 9, 14), (2029, 9, 14));
/// A convention of this harness.
const PRESENT: (DateTime, DateTime) = term((2015, 1, 1), (2045, 1, 1));

static USERS: [Authority; 3] = [
    Authority::new("user-ca-1", &key::EARLIER_USER_CAS[0], &[4], USER, FIRST),
    Authority::new("user-ca-2", &key::EARLIER_USER_CAS[1], &[5], USER, SECOND),
    Authority::new("user-ca-3", &key::USER_CA, &[1], USER, PRESENT),
];

static SIGNATURES: [Authority; 3] = {
    let [first, second] = &key::EARLIER_SIGNATURE_CAS;
    [
        Authority::new("signature-ca-1", first, &[6], SIGNATURE, FIRST),
        Authority::new("signature-ca-2", second, &[7], SIGNATURE, SECOND),
        Authority::new(
            "signature-ca-3",
            &key::SIGNATURE_CA,
            &[2],
            SIGNATURE,
            PRESENT,
        ),
    ]
};

static NOBODYS: Authority =
    Authority::new("untrusted-ca", &key::UNTRUSTED_CA, &[3], UNTRUSTED, PRESENT);

/// Returns the authorities that issue user certificates, oldest first; the last is the present one.
#[must_use]
pub fn user_authorities() -> &'static [Authority; 3] {
    &USERS
}

/// Returns the authorities that issue signature certificates, oldest first; the last is the
/// present one.
#[must_use]
pub fn signature_authorities() -> &'static [Authority; 3] {
    &SIGNATURES
}

/// Returns the authority that nobody is to trust.
#[must_use]
pub fn untrusted_authority() -> &'static Authority {
    &NOBODYS
}

/// Returns the authority that issued this card's user certificate.
#[must_use]
pub fn of_user(profile: &Profile) -> &'static Authority {
    match profile.user_certificate.issuer {
        Issuer::Trusted => generation(&USERS, profile.user_certificate.authority_generation),
        Issuer::Untrusted => &NOBODYS,
    }
}

/// Returns the authority that issued this card's signature certificate; the present one where the
/// card has none.
#[must_use]
pub fn of_signature(profile: &Profile) -> &'static Authority {
    let held = profile.signature_certificate.as_ref();
    let number = held.map_or(u8::MAX, |held| held.authority_generation);
    generation(&SIGNATURES, number)
}

/// Returns the generation of that number, from 1; the present one for a number that there is not,
/// which no profile that was read from a file has.
fn generation(line: &'static [Authority; 3], number: u8) -> &'static Authority {
    let [first, second, present] = line;
    match number {
        1 => first,
        2 => second,
        _ => present,
    }
}

impl Authority {
    const fn new(
        name: &'static str,
        key: &'static Key,
        serial: &'static [u8],
        line: Line,
        term: (DateTime, DateTime),
    ) -> Self {
        Self {
            name,
            key,
            serial,
            unit: line.unit,
            unit_japanese: line.unit_japanese,
            term,
            certificate: OnceLock::new(),
        }
    }

    /// Returns what tells it from the others in lists and file names, as `user-ca-3`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns first and last moment of its own certificate.
    #[must_use]
    pub fn term(&self) -> (Timestamp, Timestamp) {
        let in_utc = |time| Offset::UTC.to_timestamp(time);
        let (first, last) = (in_utc(self.term.0), in_utc(self.term.1));
        // Fails only within a day of the years -9999 and 9999.
        let never = Timestamp::UNIX_EPOCH;
        (first.unwrap_or(never), last.unwrap_or(never))
    }

    /// Returns its self-signed certificate, DER.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        self.certificate.get_or_init(|| {
            let (not_before, not_after) = self.term();
            let contents = Contents {
                serial: self.serial,
                not_before,
                not_after,
                subject: name::issuer(self.unit),
                key: self.key,
                extensions: extension::of_authority(self, &key_identifier(self.key)),
            };
            issue(self, &contents)
        })
    }
}

/// Shows no more than the name.
impl fmt::Debug for Authority {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Authority({})", self.name)
    }
}

const fn term(first: (i16, i8, i8), last: (i16, i8, i8)) -> (DateTime, DateTime) {
    (day(first), day(last))
}

/// Returns midnight of a day.
const fn day((year, month, day): (i16, i8, i8)) -> DateTime {
    Date::constant(year, month, day).at(0, 0, 0, 0)
}
