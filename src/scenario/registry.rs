//! What a file says of the registry, where it differs from the deck: as written, and made absolute.

mod insurance;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{DateExpr, DateExprError};
use crate::eligibility::{
    Care, CertificateStatus, ConsentAnswer, ConsentKind, EarlierConsent, Incident, IncidentKind,
    MedicalKind, MedicalRecord, Moment, Person, Registration, RegistrationPlace, Registry,
    Withdrawal,
};

use insurance::month;
pub use insurance::{LimitEntry, QualificationEntry, SpecificDiseaseEntry, TicketEntry};

/// A withdrawal of a standing consent in a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WithdrawalEntry {
    /// Institution code.
    pub institution: String,
    /// When.
    pub at: DateExpr,
    /// Whether the institution withdrew it, rather than the patient.
    #[serde(default)]
    pub by_institution: bool,
}

/// A function that is switched on for a while, in a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct IncidentEntry {
    /// `disaster: [municipality…]` or `outage: [institution…]`.
    pub kind: IncidentKind,
    /// First day.
    pub from: DateExpr,
    /// Last day.
    pub until: DateExpr,
}

impl IncidentEntry {
    /// Returns the incident with its dates made absolute.
    pub(super) fn incident(&self, at: Moment) -> Result<Incident, DateExprError> {
        Ok(Incident {
            kind: self.kind.clone(),
            from: self.from.day(at)?,
            until: self.until.day(at)?,
        })
    }
}

/// A medical record in a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MedicalEntry {
    /// The kind.
    pub kind: MedicalKind,
    /// A day in the treatment month.
    pub on: DateExpr,
    /// What it says. Fictitious.
    pub text: String,
}

/// A consent given before the scenario starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct EarlierConsentEntry {
    /// Institution code.
    pub institution: String,
    /// When.
    pub at: DateExpr,
    /// The question.
    pub kind: ConsentKind,
    /// The answer.
    pub answer: ConsentAnswer,
    /// The kind of care for which it was given.
    #[serde(default, skip_serializing_if = "Care::is_outpatient")]
    pub care: Care,
}

/// Whether and where the card was registered: `none`, or a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RegistrationEntry {
    /// Never registered.
    None,
    /// Registered and cancelled since.
    Cancelled,
    /// Registered at a reader.
    Reader,
    /// Registered in マイナポータル.
    Portal,
    /// Registered at an ATM.
    Atm,
    /// Registered at a municipal desk.
    Desk,
}

/// What the eligibility system knows of a person, as far as it differs from the deck.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RegistryOverrides {
    /// Registration for insurance use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration: Option<RegistrationEntry>,
    /// Every qualification on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifications: Option<Vec<QualificationEntry>>,
    /// Insurers that have set 自己情報提供不可.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withheld_by: Option<Vec<String>>,
    /// Insurers that have set 不開示.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undisclosed_by: Option<Vec<String>>,
    /// Status of the user certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateStatus>,
    /// The last valid day of the certificate before this one (REG-04).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_certificate_until: Option<DateExpr>,
    /// The limit on record; `[]` for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Vec<LimitEntry>>,
    /// Specific diseases on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specific_diseases: Option<Vec<SpecificDiseaseEntry>>,
    /// Tickets of 医療扶助 on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tickets: Option<Vec<TicketEntry>>,
    /// Medical records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medical: Option<Vec<MedicalEntry>>,
    /// Consents given before the scenario starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier_consents: Option<Vec<EarlierConsentEntry>>,
    /// Standing consents that were withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawals: Option<Vec<WithdrawalEntry>>,
}

impl RegistryOverrides {
    /// Lays `over` over this.
    pub(super) fn lay(&mut self, over: &RegistryOverrides) {
        lay_over!(
            self,
            over,
            registration,
            qualifications,
            withheld_by,
            undisclosed_by,
            certificate,
            previous_certificate_until,
            limits,
            specific_diseases,
            tickets,
            medical,
            earlier_consents,
            withdrawals
        );
    }
}

impl RegistrationEntry {
    /// Returns the registration that the word stands for.
    pub(super) fn registration(&self) -> Option<Registration> {
        let place = match self {
            RegistrationEntry::None => return None,
            RegistrationEntry::Cancelled | RegistrationEntry::Portal => RegistrationPlace::Portal,
            RegistrationEntry::Reader => RegistrationPlace::Reader,
            RegistrationEntry::Atm => RegistrationPlace::Atm,
            RegistrationEntry::Desk => RegistrationPlace::Desk,
        };
        Some(Registration {
            place,
            cancelled: *self == RegistrationEntry::Cancelled,
        })
    }
}

impl RegistryOverrides {
    /// Returns the registry of `person` that these overrides describe, dates made absolute.
    pub(super) fn registry(&self, person: Person, at: Moment) -> Result<Registry, DateExprError> {
        let mut registry = Registry {
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
        };
        self.apply(&mut registry, at)?;
        Ok(registry)
    }

    /// Changes `registry` to what these overrides say; what they leave out stays.
    ///
    /// # Errors
    ///
    /// [`DateExprError`] where a relative date leaves the calendar.
    pub fn apply(&self, registry: &mut Registry, at: Moment) -> Result<(), DateExprError> {
        if let Some(registration) = &self.registration {
            registry.registration = registration.registration();
            // What is registered now is registered for the present certificate.
            registry.previous_certificate_until = None;
        }
        if let Some(entries) = &self.qualifications {
            registry.qualifications = entries
                .iter()
                .map(|entry| entry.qualification(at))
                .collect::<Result<_, _>>()?;
        }
        if let Some(insurers) = &self.withheld_by {
            registry.withheld_by.clone_from(insurers);
        }
        if let Some(insurers) = &self.undisclosed_by {
            registry.undisclosed_by.clone_from(insurers);
        }
        if let Some(certificate) = self.certificate {
            registry.certificate = certificate;
        }
        if let Some(limits) = &self.limits {
            registry.limit = limits.first().map(|limit| limit.limit(at)).transpose()?;
        }
        if let Some(entries) = &self.specific_diseases {
            registry.specific_diseases = entries
                .iter()
                .map(|entry| entry.disease(at))
                .collect::<Result<_, _>>()?;
        }
        if let Some(day) = &self.previous_certificate_until {
            registry.previous_certificate_until = Some(day.day(at)?);
        }
        if let Some(entries) = &self.tickets {
            registry.tickets = entries
                .iter()
                .map(|entry| entry.ticket(at))
                .collect::<Result<_, _>>()?;
        }
        if let Some(entries) = &self.withdrawals {
            registry.withdrawals = entries
                .iter()
                .map(|entry| {
                    Ok(Withdrawal {
                        institution: entry.institution.clone(),
                        at: entry.at.start(at)?,
                        by_institution: entry.by_institution,
                    })
                })
                .collect::<Result<_, DateExprError>>()?;
        }
        if let Some(entries) = &self.medical {
            registry.medical = entries
                .iter()
                .map(|entry| {
                    Ok(MedicalRecord {
                        kind: entry.kind,
                        month: month(entry.on.day(at)?),
                        text: entry.text.clone(),
                    })
                })
                .collect::<Result<_, DateExprError>>()?;
        }
        if let Some(entries) = &self.earlier_consents {
            registry.earlier_consents = entries
                .iter()
                .map(|entry| {
                    Ok(EarlierConsent {
                        institution: entry.institution.clone(),
                        at: entry.at.start(at)?,
                        kind: entry.kind,
                        answer: entry.answer,
                        care: entry.care,
                    })
                })
                .collect::<Result<_, DateExprError>>()?;
        }
        Ok(())
    }
}
