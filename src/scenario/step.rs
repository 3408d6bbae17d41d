//! The steps of a scenario: stimuli, expectations and faults.

mod fault;
mod person_inquiry;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, IntoDeserializer, MapAccess};
use serde::{Deserialize, Serialize, Serializer};

use super::expectation::{AnswerExpectation, PortalExpectation, ScreenExpectation};
use super::form::{Forms, read_by_form};
use super::probe::{CardExpectation, CertificateExpectation, Probe};
use super::registry::RegistryOverrides;
use super::step_kind::StepKind;
use super::{DateExpr, DateExprError, Span};
use crate::eligibility::{
    ConsentKind, EmergencyConsent, InquiryKind, MedicalKind, Moment, Period, Site, SiteKind,
};
use crate::screen::Method;
use crate::secret::{Masker, Secret};

pub use fault::{BackendFault, BackendFaultKind, CardFault, DueFaults, FaultStep};
pub use person_inquiry::PersonInquiryStep;

/// One step. `crate::scenario::STEP_KINDS` describes each for parser, lint, runner, prompts and UI.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", remote = "Self")]
#[schemars(transform = bare_steps)]
pub enum Step {
    /// The patient, or the person named, puts their card into the reader.
    PresentCard(Option<String>),
    /// The patient takes the card out.
    TakeCard,
    /// The patient chooses a way to prove who they are.
    Choose(Method),
    /// The patient types a PIN and confirms it.
    EnterPin(Secret),
    /// The camera sees a face.
    ShowFace(FaceShown),
    /// The patient answers the offer to register the card.
    Register(Decision),
    /// The patient agrees to a question.
    Agree(ConsentSubject),
    /// The patient refuses a question.
    Refuse(ConsentSubject),
    /// The patient presses 次に進む, or leaves a preset answer as it is.
    Continue,
    /// Staff, or an ambulance crew, do something.
    Desk(DeskStep),
    /// The patient, or the person named, opens マイナポータル.
    OpenPortal(Option<String>),
    /// Time passes.
    Wait(Span),
    /// The next visit is at another site.
    GoTo(SiteChange),
    /// What the eligibility system knows of the patient changes.
    ChangeRegistry(Box<RegistryOverrides>),
    /// A tester has the patient's card in a PC/SC reader of their own, does this to it, and takes
    /// it out again.
    Probe(Vec<Probe>),
    /// A fault is injected.
    Fault(FaultStep),
    /// A screen must have been shown since the last stimulus.
    ExpectScreen(ScreenExpectation),
    /// The last eligibility answer must have these fields.
    ExpectAnswer(AnswerExpectation),
    /// No inquiry of this kind was made in this visit.
    ExpectNoInquiry(InquiryKind),
    /// The card has this many tries of the user PIN left.
    ExpectPinTries(u8),
    /// What マイナポータル last showed.
    ExpectPortal(PortalExpectation),
    /// What the user certificate says that the card handed over.
    ExpectCertificate(CertificateExpectation),
    /// What the card says of itself.
    ExpectCard(CardExpectation),
}

/// What the camera sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FaceShown {
    /// The face of the photo on the card.
    Match,
    /// Another face, or none that can be compared.
    Mismatch,
}

/// Yes or no to an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// Yes.
    Accept,
    /// No.
    Decline,
}

/// What an answer is about: one question, or "agree to all".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConsentSubject {
    /// 診療・薬剤情報.
    Care,
    /// 特定健診情報.
    Checkup,
    /// 手術情報.
    Surgery,
    /// 特定疾病.
    SpecificDisease,
    /// 限度額情報.
    Limit,
    /// Everything on offer; refusing it leads to the single questions.
    All,
}

impl ConsentSubject {
    /// Returns the question, or nothing for "all".
    pub fn kind(self) -> Option<ConsentKind> {
        match self {
            ConsentSubject::Care => Some(ConsentKind::Care),
            ConsentSubject::Checkup => Some(ConsentKind::Checkup),
            ConsentSubject::Surgery => Some(ConsentKind::Surgery),
            ConsentSubject::SpecificDisease => Some(ConsentKind::SpecificDisease),
            ConsentSubject::Limit => Some(ConsentKind::Limit),
            ConsentSubject::All => None,
        }
    }
}

/// What staff do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", remote = "Self")]
#[schemars(transform = bare_desk_steps)]
pub enum DeskStep {
    /// Staff compare the patient with the photo; bare, the comparison matches.
    VisualCheck(FaceShown),
    /// Staff switch the reader to visual mode before the card is put in.
    VisualMode,
    /// Staff record the spoken consent in an emergency.
    OralConsent(EmergencyConsent),
    /// Staff start emergency viewing at a hospital before the card is put in.
    Emergency,
    /// There is no card: the crew says so on its device.
    NoCard,
    /// Staff type what stands on a 資格確認書.
    NumberInquiry(NumberInquiryStep),
    /// Staff search by name, in an outage of the centre or a disaster.
    PersonInquiry(PersonInquiryStep),
    /// Staff fetch medical information under a recorded consent.
    MedicalInquiry(MedicalInquiryStep),
}

/// A number inquiry; what is left out is taken from the person's first qualification.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NumberInquiryStep {
    /// Whose, by name in the deck; the patient if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// Insurer number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insurer: Option<String>,
    /// Symbol.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symbol: Option<String>,
    /// Number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Branch; the word `none` asks without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Birth date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<DateExpr>,
    /// Whether the patient agreed by word to show the limit.
    #[serde(default)]
    pub limit_consent: bool,
    /// In a disaster: what staff recorded of the patient's consent (DIS-01).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disaster: Option<EmergencyConsent>,
}

/// A fetch of medical information.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MedicalInquiryStep {
    /// Whose; the patient if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// What.
    pub kind: MedicalKind,
    /// The days asked about; everything within reach if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<PeriodEntry>,
}

/// The days about which something is asked, in a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PeriodEntry {
    /// First day.
    pub from: DateExpr,
    /// Last day.
    pub until: DateExpr,
}

impl PeriodEntry {
    /// Returns the period with its dates made absolute.
    ///
    /// # Errors
    ///
    /// [`DateExprError`] where a relative date leaves the calendar.
    pub fn period(&self, at: Moment) -> Result<Period, DateExprError> {
        Ok(Period {
            from: self.from.day(at)?,
            until: self.until.day(at)?,
        })
    }
}

/// The next visit is elsewhere; what is left out stays as it was.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SiteChange {
    /// The kind of site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<SiteKind>,
    /// Institution code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub institution: Option<String>,
}

impl SiteChange {
    /// Moves `site`.
    pub fn apply(&self, site: &mut Site) {
        site.kind = self.kind.unwrap_or(site.kind);
        if let Some(institution) = &self.institution {
            site.institution.clone_from(institution);
        }
    }
}

/// Lets the schema take the steps that may stand as one word, as the parser does.
fn bare_steps(schema: &mut schemars::Schema) {
    add_words(schema, &["present-card", "open-portal"]);
}

fn bare_desk_steps(schema: &mut schemars::Schema) {
    add_words(schema, &["visual-check", "number-inquiry"]);
}

fn add_words(schema: &mut schemars::Schema, words: &[&str]) {
    if let Some(serde_json::Value::Array(forms)) = schema.get_mut("oneOf") {
        forms.extend(
            words
                .iter()
                .map(|word| serde_json::json!({ "type": "string", "const": word })),
        );
    }
}

impl Step {
    /// Returns the step with its secret replaced by an alias.
    #[must_use]
    pub fn masked(&self, masker: &mut Masker) -> Step {
        match self {
            Step::EnterPin(secret) => Step::EnterPin(masker.mask_secret(secret)),
            Step::Probe(probes) => {
                Step::Probe(probes.iter().map(|probe| probe.masked(masker)).collect())
            }
            other => other.clone(),
        }
    }

    /// Returns what the step table says of this kind of step.
    pub fn kind(&self) -> &'static StepKind {
        StepKind::of(self)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum BareStep {
    PresentCard,
    TakeCard,
    Continue,
    OpenPortal,
}

impl<'de> Forms<'de> for Step {
    const EXPECTING: &'static str = "a step such as `take-card` or `enter-pin: \"1234\"`";

    fn from_word<E: Error>(word: &str) -> Result<Step, E> {
        match BareStep::deserialize(IntoDeserializer::<E>::into_deserializer(word)) {
            Ok(BareStep::PresentCard) => Ok(Step::PresentCard(None)),
            Ok(BareStep::TakeCard) => Ok(Step::TakeCard),
            Ok(BareStep::Continue) => Ok(Step::Continue),
            Ok(BareStep::OpenPortal) => Ok(Step::OpenPortal(None)),
            Err(_) => Err(StepKind::unknown_word(word)),
        }
    }

    fn from_map<A: MapAccess<'de>>(map: MapAccessDeserializer<A>) -> Result<Step, A::Error> {
        Step::deserialize(map)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum BareDeskStep {
    VisualCheck,
    VisualMode,
    Emergency,
    NoCard,
    NumberInquiry,
}

impl<'de> Forms<'de> for DeskStep {
    const EXPECTING: &'static str =
        "what staff do, such as `desk: visual-check` or `desk: { oral-consent: given }`";

    fn from_word<E: Error>(word: &str) -> Result<DeskStep, E> {
        match BareDeskStep::deserialize(IntoDeserializer::<E>::into_deserializer(word)) {
            Ok(BareDeskStep::VisualCheck) => Ok(DeskStep::VisualCheck(FaceShown::Match)),
            Ok(BareDeskStep::VisualMode) => Ok(DeskStep::VisualMode),
            Ok(BareDeskStep::Emergency) => Ok(DeskStep::Emergency),
            Ok(BareDeskStep::NoCard) => Ok(DeskStep::NoCard),
            Ok(BareDeskStep::NumberInquiry) => {
                Ok(DeskStep::NumberInquiry(NumberInquiryStep::default()))
            }
            Err(_) => Err(E::custom(format!(
                "unknown or incomplete act of staff {word:?}; expected visual-check, visual-mode, emergency, no-card, \
                 number-inquiry, {{ oral-consent: given|refused|unobtainable }}, {{ visual-check: match|mismatch }}, \
                 {{ number-inquiry: {{…}} }}, {{ person-inquiry: {{ reason: outage }} }} or {{ medical-inquiry: {{ kind: drug }} }}"
            ))),
        }
    }

    fn from_map<A: MapAccess<'de>>(map: MapAccessDeserializer<A>) -> Result<DeskStep, A::Error> {
        DeskStep::deserialize(map)
    }
}

macro_rules! write_as_derived {
    ($($type:ty),*) => {
        $(impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                <$type>::serialize(self, serializer)
            }
        })*
    };
}

read_by_form!(Step, DeskStep);
write_as_derived!(Step, DeskStep);
