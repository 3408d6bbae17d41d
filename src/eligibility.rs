//! The domain's data: who is insured, what they agreed to, what is asked and what is answered.
//!
//! Plain values that cross the seams and stand in scenario files and transcripts. No rule lives
//! here: dates and what follows from them are `crate::rules` (our parts) and `crate::judge`.

mod answer;
mod bytes;
mod consent;
mod incident;
mod inquiry;
mod insurance;
mod moment;
mod person;
mod registry;
mod site;
mod ticket;
mod wire;

pub use answer::{
    Answer, Authenticated, CertificatePhase, Eligibility, Ground, Limit, LimitAnswer, LimitKind,
    MedicalAnswer, PortalSection, PortalView, Refusal, SpecificDisease, Validity,
};
pub use bytes::Bytes;
pub use consent::{
    Consent, ConsentAnswer, ConsentFlag, ConsentKind, ConsentState, EmergencyConsent, MedicalKind,
};
pub use incident::{Incident, IncidentKind};
pub use inquiry::{Care, Inquiry, InquiryKind, NumberKey, Period, SearchReason};
pub use insurance::{CardClass, ElderlyCertificate, LossReason, Qualification, Relation};
pub use moment::{JST, Moment};
pub use person::{Person, Sex};
pub use registry::{
    CertificateStatus, EarlierConsent, MedicalRecord, Registration, RegistrationPlace, Registry,
    Withdrawal,
};
pub use site::{ConsentLayout, Site, SiteKind};
pub use ticket::{MedicalTicket, TicketKind, Treatment};
pub use wire::Wire;

/// A text in the two languages that every person-facing sentence has.
#[derive(
    Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

impl Text {
    /// Makes a text from its two wordings.
    pub fn new(ja: impl Into<String>, en: impl Into<String>) -> Text {
        Text {
            ja: ja.into(),
            en: en.into(),
        }
    }
}
