//! What a file says of the registry, where it differs from the deck: as written, and made absolute.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{DateExpr, DateExprError};
use crate::eligibility::{
    CertificateStatus, ConsentAnswer, ConsentKind, EarlierConsent, ElderlyCertificate, Limit,
    MedicalKind, MedicalRecord, Moment, Person, Qualification, Registration, RegistrationPlace,
    Registry, Relation, SpecificDisease,
};

/// A qualification in a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct QualificationEntry {
    /// Insurer number.
    pub insurer: String,
    /// The insurer's name.
    pub insurer_name: String,
    /// Symbol.
    #[serde(default)]
    pub symbol: String,
    /// Number.
    pub number: String,
    /// Branch number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Insured themself or family.
    #[serde(default = "default_relation")]
    pub relation: Relation,
    /// First day.
    pub from: DateExpr,
    /// Last day, absent while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateExpr>,
    /// Share the patient pays, in percent.
    #[serde(default = "default_share")]
    pub share: u8,
    /// 高齢受給者証: share in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elderly_share: Option<u8>,
}

fn default_relation() -> Relation {
    Relation::Insured
}

fn default_share() -> u8 {
    30
}

/// A limit in a file: valid for the whole of the scenario unless dated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LimitEntry {
    /// Class, `A01` … `B10`.
    pub class: String,
    /// First day.
    pub from: DateExpr,
    /// Last day.
    pub until: DateExpr,
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
    /// The limit on record; `[]` for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Vec<LimitEntry>>,
    /// Specific diseases on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specific_diseases: Option<Vec<SpecificDisease>>,
    /// Medical records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medical: Option<Vec<MedicalEntry>>,
    /// Consents given before the scenario starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier_consents: Option<Vec<EarlierConsentEntry>>,
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
            limits,
            specific_diseases,
            medical,
            earlier_consents
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

impl LimitEntry {
    /// Returns the limit with its dates made absolute.
    pub(super) fn limit(&self, at: Moment) -> Result<Limit, DateExprError> {
        Ok(Limit {
            class: self.class.clone(),
            from: self.from.day(at)?,
            until: self.until.day(at)?,
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
            limit: None,
            specific_diseases: Vec::new(),
            medical: Vec::new(),
            earlier_consents: Vec::new(),
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
        if let Some(diseases) = &self.specific_diseases {
            registry.specific_diseases.clone_from(diseases);
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
                    })
                })
                .collect::<Result<_, DateExprError>>()?;
        }
        Ok(())
    }
}

fn month(day: Date) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

impl QualificationEntry {
    fn qualification(&self, at: Moment) -> Result<Qualification, DateExprError> {
        let from = self.from.day(at)?;
        let until = self.until.as_ref().map(|until| until.day(at)).transpose()?;
        Ok(Qualification {
            insurer: self.insurer.clone(),
            insurer_name: self.insurer_name.clone(),
            symbol: self.symbol.clone(),
            number: self.number.clone(),
            branch: self.branch.clone(),
            relation: self.relation,
            from,
            until,
            share: self.share,
            preschool: None,
            elderly: self.elderly_share.map(|share| ElderlyCertificate {
                share,
                from,
                until: until.unwrap_or_else(|| from.saturating_add(jiff::Span::new().years(5))),
            }),
        })
    }
}
