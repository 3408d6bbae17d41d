//! What a scenario expects: literal facts that the judge compares with the transcript.

use schemars::JsonSchema;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Error, IntoDeserializer, MapAccess, SeqAccess};
use serde::{Deserialize, Serialize};

use super::form::{Forms, read_by_form};
use crate::eligibility::{
    CardClass, ConsentFlag, ConsentKind, Ground, LimitKind, LossReason, MedicalKind, Period,
    PortalSection, Validity,
};
use crate::requirement;
use crate::screen::{Method, ScreenId};

/// `expect-screen: pin-pad`, or with parameters `expect-screen: { id: pin-wrong, left: 2 }`.
///
/// Holds where such a screen was shown since the last stimulus.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum ScreenExpectation {
    /// The id alone.
    Id(ScreenId),
    /// The id with parameters.
    Fields(ScreenFields),
}

/// A screen with the parameters that it must have; what is left out may be anything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ScreenFields {
    /// The screen.
    pub id: ScreenId,
    /// Tries left, as shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<u8>,
    /// The consent question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ConsentKind>,
    /// The ways on offer, in any order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub methods: Option<Vec<Method>>,
    /// Whether an answer is preset (CONS-09).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<bool>,
    /// The requirement that a breach breaks; else the first listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirement: Option<requirement::Id>,
}

impl ScreenExpectation {
    /// Returns the expectation with its parameters spelt out.
    pub fn fields(&self) -> ScreenFields {
        match self {
            ScreenExpectation::Fields(fields) => fields.clone(),
            ScreenExpectation::Id(id) => ScreenFields {
                id: *id,
                left: None,
                kind: None,
                methods: None,
                preset: None,
                requirement: None,
            },
        }
    }
}

/// Whether something is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// It is there.
    Present,
    /// It is not there, or empty.
    Absent,
}

/// `expect-answer: none`, or fields that the last eligibility answer of this visit must have.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", untagged)]
pub enum AnswerExpectation {
    /// No eligibility was answered in this visit (or, outside a visit, at all).
    None(NoAnswer),
    /// These fields.
    Fields(Box<AnswerFields>),
}

/// The word `none`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoAnswer {
    /// None.
    None,
}

/// `medical: none`, or the kinds of which at least one record was returned: no more, no fewer.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", untagged)]
pub enum MedicalExpectation {
    /// No medical information at all.
    None(NoAnswer),
    /// Exactly these kinds.
    Kinds(Vec<MedicalKind>),
}

impl MedicalExpectation {
    /// Returns the kinds, sorted.
    pub fn kinds(&self) -> Vec<MedicalKind> {
        match self {
            MedicalExpectation::None(_) => Vec::new(),
            MedicalExpectation::Kinds(kinds) => {
                let mut kinds = kinds.clone();
                kinds.sort_unstable();
                kinds.dedup();
                kinds
            }
        }
    }
}

impl<'de> Forms<'de> for ScreenExpectation {
    const EXPECTING: &'static str = "a screen such as `done` or `{ id: pin-wrong, left: 2 }`";

    fn from_word<E: Error>(word: &str) -> Result<ScreenExpectation, E> {
        ScreenId::deserialize(word.into_deserializer()).map(ScreenExpectation::Id)
    }

    fn from_map<A: MapAccess<'de>>(
        map: MapAccessDeserializer<A>,
    ) -> Result<ScreenExpectation, A::Error> {
        ScreenFields::deserialize(map).map(ScreenExpectation::Fields)
    }
}

impl<'de> Forms<'de> for AnswerExpectation {
    const EXPECTING: &'static str =
        "`none`, or fields such as `{ validity: valid, medical: none }`";

    fn from_word<E: Error>(word: &str) -> Result<AnswerExpectation, E> {
        NoAnswer::deserialize(word.into_deserializer()).map(AnswerExpectation::None)
    }

    fn from_map<A: MapAccess<'de>>(
        map: MapAccessDeserializer<A>,
    ) -> Result<AnswerExpectation, A::Error> {
        AnswerFields::deserialize(map).map(|fields| AnswerExpectation::Fields(Box::new(fields)))
    }
}

impl<'de> Forms<'de> for MedicalExpectation {
    const EXPECTING: &'static str = "`none`, or a list of kinds such as `[drug, diagnosis]`";

    fn from_word<E: Error>(word: &str) -> Result<MedicalExpectation, E> {
        NoAnswer::deserialize(word.into_deserializer()).map(MedicalExpectation::None)
    }

    fn from_map<A: MapAccess<'de>>(
        _map: MapAccessDeserializer<A>,
    ) -> Result<MedicalExpectation, A::Error> {
        Err(A::Error::custom(format!(
            "a map stands here, where {} was expected",
            Self::EXPECTING
        )))
    }

    fn from_list<A: SeqAccess<'de>>(
        list: SeqAccessDeserializer<A>,
    ) -> Result<MedicalExpectation, A::Error> {
        Vec::deserialize(list).map(MedicalExpectation::Kinds)
    }
}

read_by_form!(ScreenExpectation, AnswerExpectation, MedicalExpectation);

/// Fields of an answer; what is left out may be anything.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AnswerFields {
    /// Validity of the last eligibility answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validity: Option<Validity>,
    /// The ground on which the last inquiry by card, number or name was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Ground>,
    /// The kinds of medical information returned in this visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medical: Option<MedicalExpectation>,
    /// The limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Presence>,
    /// The class of the limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_class: Option<String>,
    /// The kind of the limit's certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_kind: Option<LimitKind>,
    /// Specific diseases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specific_diseases: Option<Presence>,
    /// A specific disease that was returned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specific_disease: Option<SpecificDiseaseExpectation>,
    /// The tickets of 医療扶助 that were returned: these and no others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tickets: Option<Vec<TicketExpectation>>,
    /// Address and postcode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Presence>,
    /// Insurer number of the qualification returned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insurer: Option<String>,
    /// The class of the card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<CardClass>,
    /// Why the qualification returned was lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss: Option<LossReason>,
    /// The qualification as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualification: Option<Presence>,
    /// Share of the qualification returned (or of its 高齢受給者証), in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<u8>,
    /// The period of the 高齢受給者証.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elderly_period: Option<Period>,
    /// Whether a child before school is marked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preschool: Option<bool>,
    /// Consent flags by question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consents: Option<std::collections::BTreeMap<ConsentKind, ConsentFlag>>,
    /// Side information, such as a certificate about to end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side_information: Option<Presence>,
    /// The requirement that a breach breaks; else the first listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirement: Option<requirement::Id>,
    /// Whether a convention of this harness is expected here, about which the sources are silent: a
    /// difference is then a finding of confidence L, which counts with `--conventions` alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub convention: bool,
}

/// A specific disease with the details that it must have; what is left out may be anything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SpecificDiseaseExpectation {
    /// Category, `1` … `3`.
    pub category: String,
    /// What the patient pays in a month at most, in yen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_pay: Option<u32>,
}

/// A ticket of 医療扶助 that must be returned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TicketExpectation {
    /// Issue number.
    pub number: String,
    /// Whether who asks is said to be the designated institution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub designated: Option<bool>,
}

/// `expect-portal`: what マイナポータル shows and does not show.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PortalExpectation {
    /// Sections that must be shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shown: Vec<PortalSection>,
    /// Sections that must not be shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<PortalSection>,
    /// The requirement that a breach breaks; else the first listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirement: Option<requirement::Id>,
}
