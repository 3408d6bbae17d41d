//! The names under which reports count circumstances.

use super::Circumstance;
use crate::eligibility::{Care, CertificateStatus};
use crate::scenario::RegistrationEntry;

impl Circumstance {
    /// Returns the name under which reports count it.
    pub fn name(&self) -> &'static str {
        match self {
            Circumstance::CertificateEnded(_) => "certificate with a date of its own",
            Circumstance::PhoneEnded(..) => "phone with a date of its own",
            Circumstance::Certificate(CertificateStatus::Good) => "certificate good",
            Circumstance::Certificate(CertificateStatus::Revoked) => "certificate revoked",
            Circumstance::Certificate(CertificateStatus::Suspended) => "certificate suspended",
            Circumstance::Untrusted => "certificate of another issuer",
            Circumstance::Moved => "moved house",
            Circumstance::CardExpired(_) => "card expired with its certificate",
            Circumstance::LockedPin => "locked PIN",
            Circumstance::NoPhoto => "no photo",
            Circumstance::Registration(entry) => registration_name(entry),
            Circumstance::Renewed(_) => "renewed certificate",
            Circumstance::Withheld(1) => "withheld by one insurer",
            Circumstance::Withheld(_) => "withheld by two insurers",
            Circumstance::Undisclosed(_) => "undisclosed",
            Circumstance::NotRecorded => "insurer has recorded nothing",
            Circumstance::Lapsed(_) => "insurance lapsed",
            Circumstance::NewInsurer(_) => "insurer changed",
            Circumstance::Aged(..) => "age at a border",
            Circumstance::OldRecords => "records around the look-back",
            Circumstance::ManyCheckups => "more than five check-ups",
            Circumstance::NoLimit => "no limit on record",
            Circumstance::LimitUntil(_) => "limit with a date of its own",
            Circumstance::Disease => "specific disease",
            Circumstance::Ticket(..) => "ticket of public assistance",
            Circumstance::Earlier {
                care: Care::HomeVisit,
                ..
            } => "standing consent",
            Circumstance::Earlier { .. } => "earlier consent",
            Circumstance::Withdrawn(_) => "consent withdrawn",
            Circumstance::Kind(_) => "kind of site",
            Circumstance::Offers(_) => "other questions on offer",
            Circumstance::AllFirst => "agree to all first",
            Circumstance::EmergencyAccess => "emergency access",
            Circumstance::Administrator => "administration account",
            Circumstance::Disaster(..) => "disaster",
            Circumstance::Outage(..) => "outage of the centre",
            Circumstance::Another { twin: true } => "another person of the same numbers",
            Circumstance::Another { twin: false } => "another person",
        }
    }
}

/// Every name of [`Circumstance::name`], for what was never reached.
pub const NAMES: &[&str] = &[
    "certificate with a date of its own",
    "phone with a date of its own",
    "certificate revoked",
    "certificate suspended",
    "certificate of another issuer",
    "moved house",
    "card expired with its certificate",
    "locked PIN",
    "no photo",
    "never registered",
    "registration cancelled",
    "registered at a reader",
    "registered in the portal",
    "registered at an ATM",
    "registered at a municipal desk",
    "renewed certificate",
    "withheld by one insurer",
    "withheld by two insurers",
    "undisclosed",
    "insurer has recorded nothing",
    "insurance lapsed",
    "insurer changed",
    "age at a border",
    "records around the look-back",
    "more than five check-ups",
    "no limit on record",
    "limit with a date of its own",
    "specific disease",
    "ticket of public assistance",
    "standing consent",
    "earlier consent",
    "consent withdrawn",
    "kind of site",
    "other questions on offer",
    "agree to all first",
    "emergency access",
    "administration account",
    "disaster",
    "outage of the centre",
    "another person of the same numbers",
    "another person",
];

fn registration_name(entry: &RegistrationEntry) -> &'static str {
    match entry {
        RegistrationEntry::None => "never registered",
        RegistrationEntry::Cancelled => "registration cancelled",
        RegistrationEntry::Reader => "registered at a reader",
        RegistrationEntry::Portal => "registered in the portal",
        RegistrationEntry::Atm => "registered at an ATM",
        RegistrationEntry::Desk => "registered at a municipal desk",
    }
}
