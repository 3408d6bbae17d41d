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

impl WithdrawalEntry {
    fn withdrawal(&self, at: Moment) -> Result<Withdrawal, DateExprError> {
        Ok(Withdrawal {
            institution: self.institution.clone(),
            at: self.at.start(at)?,
            by_institution: self.by_institution,
        })
    }
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

impl MedicalEntry {
    fn record(&self, at: Moment) -> Result<MedicalRecord, DateExprError> {
        Ok(MedicalRecord {
            kind: self.kind,
            month: month(self.on.day(at)?),
            text: self.text.clone(),
        })
    }
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

impl EarlierConsentEntry {
    fn consent(&self, at: Moment) -> Result<EarlierConsent, DateExprError> {
        Ok(EarlierConsent {
            institution: self.institution.clone(),
            at: self.at.start(at)?,
            kind: self.kind,
            answer: self.answer,
            care: self.care,
        })
    }
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
        let mut registry = Registry::of(person);
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
        lay(&self.qualifications, &mut registry.qualifications, |it| {
            it.qualification(at)
        })?;
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
        lay(
            &self.specific_diseases,
            &mut registry.specific_diseases,
            |it| it.disease(at),
        )?;
        if let Some(day) = &self.previous_certificate_until {
            registry.previous_certificate_until = Some(day.day(at)?);
        }
        lay(&self.tickets, &mut registry.tickets, |it| it.ticket(at))?;
        lay(&self.withdrawals, &mut registry.withdrawals, |it| {
            it.withdrawal(at)
        })?;
        lay(&self.medical, &mut registry.medical, |it| it.record(at))?;
        lay(
            &self.earlier_consents,
            &mut registry.earlier_consents,
            |it| it.consent(at),
        )
    }
}

/// Puts what a file lists, made absolute, in the place of what stands there; if it lists anything.
fn lay<E, T>(
    entries: &Option<Vec<E>>,
    place: &mut Vec<T>,
    absolute: impl Fn(&E) -> Result<T, DateExprError>,
) -> Result<(), DateExprError> {
    if let Some(entries) = entries {
        *place = entries.iter().map(absolute).collect::<Result<_, _>>()?;
    }
    Ok(())
}
