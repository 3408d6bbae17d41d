//! What the eligibility system knows of one person.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Care, ConsentAnswer, ConsentKind, Limit, MedicalKind, MedicalTicket, Moment, Person,
    Qualification, SpecificDisease,
};

/// Where a card was registered for insurance use (REG-03).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RegistrationPlace {
    /// At a face-authentication card reader.
    Reader,
    /// マイナポータル.
    Portal,
    /// セブン銀行ATM.
    Atm,
    /// A municipal desk.
    Desk,
}

/// A registration for insurance use. It lasts until cancelled (REG-03, REG-04).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Registration {
    /// Where it was made.
    pub place: RegistrationPlace,
    /// Whether it has been cancelled since (REG-06).
    #[serde(default)]
    pub cancelled: bool,
}

/// What the certification service says of the card's user certificate, apart from its dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateStatus {
    /// Good.
    #[default]
    Good,
    /// Revoked (CERT-06).
    Revoked,
    /// Suspended after a report of loss (CERT-06, convention).
    Suspended,
}

/// One medical record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MedicalRecord {
    /// The kind.
    pub kind: MedicalKind,
    /// Treatment month `YYYY-MM`; for check-ups the month of the check-up.
    #[schemars(regex(pattern = r"^[0-9]{4}-[0-9]{2}$"))]
    pub month: String,
    /// What it says. Fictitious.
    pub text: String,
}

/// A consent given earlier, at some institution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct EarlierConsent {
    /// Institution code.
    pub institution: String,
    /// When.
    pub at: Moment,
    /// The question.
    pub kind: ConsentKind,
    /// The answer.
    pub answer: ConsentAnswer,
    /// The kind of care for which it was given: for home visits it stands until withdrawn.
    #[serde(default, skip_serializing_if = "Care::is_outpatient")]
    pub care: Care,
}

/// The consents for home visits at one institution, withdrawn (OQSCD031).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Withdrawal {
    /// Institution code.
    pub institution: String,
    /// When.
    pub at: Moment,
    /// Whether the institution withdrew it, rather than the patient.
    #[serde(default)]
    pub by_institution: bool,
}

/// What the eligibility system knows of one person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Registry {
    /// The person.
    pub person: Person,
    /// The registration for insurance use, absent where there never was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration: Option<Registration>,
    /// Every qualification on record; empty where the insurer has recorded nothing yet (REG-07).
    #[serde(default)]
    pub qualifications: Vec<Qualification>,
    /// Insurers that have set 自己情報提供不可 (DISC-01).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld_by: Vec<String>,
    /// Insurers that have set 不開示 (DISC-03).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undisclosed_by: Vec<String>,
    /// The status of the user certificate.
    #[serde(default)]
    pub certificate: CertificateStatus,
    /// The last valid day of the certificate before this one: where that one's grace had ended
    /// before the new one began, the registration has ended with it (REG-04, convention 5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub previous_certificate_until: Option<Date>,
    /// The limit on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Specific diseases on record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub specific_diseases: Vec<SpecificDisease>,
    /// 医療券 and 調剤券 on record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tickets: Vec<MedicalTicket>,
    /// Medical records.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub medical: Vec<MedicalRecord>,
    /// Consents given before the scenario starts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier_consents: Vec<EarlierConsent>,
    /// Standing consents that were withdrawn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withdrawals: Vec<Withdrawal>,
}

impl Registry {
    /// Returns what is known of a person of whom nothing else is on record; their certificate is
    /// good.
    pub fn of(person: Person) -> Registry {
        Registry {
            person,
            registration: None,
            qualifications: Vec::new(),
            withheld_by: Vec::new(),
            undisclosed_by: Vec::new(),
            certificate: CertificateStatus::Good,
            previous_certificate_until: None,
            limit: None,
            specific_diseases: Vec::new(),
            tickets: Vec::new(),
            medical: Vec::new(),
            earlier_consents: Vec::new(),
            withdrawals: Vec::new(),
        }
    }
}
