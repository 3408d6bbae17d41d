//! The certificates that a card holds, as far as a profile says what is special about them.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::profile::is_false;

/// How many certification authorities have followed one another under one name; the last one is
/// the present one.
pub const AUTHORITY_GENERATIONS: u8 = 3;

/// What differs between user certificates.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct UserCertificate {
    /// Start of validity; by default 10:00 JST on the day of issue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// End of validity; by default derived from CERT-08.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Timestamp>,
    /// 1 for the first certificate of the card, one more with each renewal; enters the serial
    /// number and picks the key.
    pub generation: u32,
    /// Who signed it.
    pub issuer: Issuer,
    /// Which of the three authorities of that name signed it, where the issuer is trusted.
    #[serde(skip_serializing_if = "is_present")]
    #[schemars(range(min = 1, max = 3))]
    pub authority_generation: u8,
    /// Whether its authority lists it as revoked. The card itself does not know.
    #[serde(skip_serializing_if = "is_false")]
    pub revoked: bool,
}

impl Default for UserCertificate {
    fn default() -> Self {
        Self {
            not_before: None,
            not_after: None,
            generation: 1,
            issuer: Issuer::Trusted,
            authority_generation: AUTHORITY_GENERATIONS,
            revoked: false,
        }
    }
}

/// Who signed the user certificate.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Issuer {
    /// The simulation's certification authority.
    #[default]
    Trusted,
    /// Another one, which nobody is to trust.
    Untrusted,
}

/// What differs between signature certificates.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct SignatureCertificate {
    /// Start of validity; by default 10:00 JST on the day of issue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// End of validity; by default that of the card's first user certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Timestamp>,
    /// 1 for the first certificate of the card, one more with each renewal; enters the serial
    /// number and picks the key.
    pub generation: u32,
    /// Which of the three authorities of one name signed it.
    #[serde(skip_serializing_if = "is_present")]
    #[schemars(range(min = 1, max = 3))]
    pub authority_generation: u8,
    /// Whether its authority lists it as revoked, as after a move. The card itself does not know.
    #[serde(skip_serializing_if = "is_false")]
    pub revoked: bool,
}

impl Default for SignatureCertificate {
    fn default() -> Self {
        Self {
            not_before: None,
            not_after: None,
            generation: 1,
            authority_generation: AUTHORITY_GENERATIONS,
            revoked: false,
        }
    }
}

/// How a signature certificate is written: for its schema.
#[derive(JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "SignatureCertificateStatement")]
#[expect(dead_code, reason = "it exists for its schema")]
pub(super) enum Statement {
    /// Whether there is a usual one.
    Held(bool),
    /// One that differs.
    Special(SignatureCertificate),
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "serde wants the type of the field"
)]
pub(super) fn usual() -> Option<SignatureCertificate> {
    Some(SignatureCertificate::default())
}

/// Reads `true`, `false` or a mapping.
pub(super) fn read<'de, D>(deserializer: D) -> Result<Option<SignatureCertificate>, D::Error>
where
    D: Deserializer<'de>,
{
    struct Held;

    impl<'de> Visitor<'de> for Held {
        type Value = Option<SignatureCertificate>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("true, false, or a mapping of what differs from the usual one")
        }

        fn visit_bool<E>(self, held: bool) -> Result<Self::Value, E> {
            Ok(held.then(SignatureCertificate::default))
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            SignatureCertificate::deserialize(MapAccessDeserializer::new(map)).map(Some)
        }
    }

    deserializer.deserialize_any(Held)
}

#[expect(
    clippy::ref_option,
    reason = "serde calls it with a reference to the field"
)]
pub(super) fn write<S: Serializer>(
    certificate: &Option<SignatureCertificate>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match certificate {
        None => serializer.serialize_bool(false),
        usual if *usual == self::usual() => serializer.serialize_bool(true),
        Some(special) => special.serialize(serializer),
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
const fn is_present(generation: &u8) -> bool {
    *generation == AUTHORITY_GENERATIONS
}
