//! The screens of a reader: a closed list of ids with parameters (design §3).
//!
//! Part of the contract with drivers: a foreign reader reports what it shows in these terms, and
//! stimuli wait for the screen that they answer.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::eligibility::{ConsentAnswer, ConsentKind, Text};

/// A way to prove who the patient is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// 顔認証.
    Face,
    /// 暗証番号, 4 digits.
    Pin,
    /// 目視確認 by staff.
    Visual,
}

impl Method {
    /// Returns the name for people.
    pub fn title(self) -> Text {
        let (ja, en) = match self {
            Method::Face => ("顔認証", "Face"),
            Method::Pin => ("暗証番号", "PIN"),
            Method::Visual => ("目視", "Visual"),
        };
        Text::new(ja, en)
    }
}

/// What a reader shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(
    tag = "screen",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case"
)]
pub enum Screen {
    /// Put your card in.
    InsertCard,
    /// How will you prove who you are?
    ChooseMethod {
        /// The ways on offer.
        methods: Vec<Method>,
    },
    /// Look into the camera.
    Face {
        /// How often the check has failed in this visit.
        failures: u8,
    },
    /// Type your PIN.
    PinPad {
        /// Tries left, where the card told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        left: Option<u8>,
        /// The digits in the order of the keys, left to right and top to bottom (IDV-06).
        #[serde(default, skip_serializing_if = "String::is_empty")]
        keys: String,
        /// Whether typed digits are masked, where a driver tells (IDV-06).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        masked: Option<bool>,
    },
    /// The PIN was wrong; type it again.
    PinWrong {
        /// Tries left as the card reported (IDV-05).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        left: Option<u8>,
        /// As for [`Screen::PinPad`].
        #[serde(default, skip_serializing_if = "String::is_empty")]
        keys: String,
        /// Whether typed digits are masked, where a driver tells (IDV-06).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        masked: Option<bool>,
    },
    /// The PIN is locked; these ways stay open (IDV-07).
    PinLocked {
        /// The ways that stay open.
        methods: Vec<Method>,
    },
    /// Staff compare the face with the photo.
    VisualCheck,
    /// This card is not registered yet: register it now?
    OfferRegistration,
    /// The certificate ends within three months (CERT-02).
    CertificateEnding {
        /// Its last day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<String>")]
        until: Option<Date>,
    },
    /// The certificate has expired; eligibility only (CERT-03).
    CertificateExpired,
    /// The certificate is of no use any more; take the card, go to the counter (CERT-04).
    CertificateLapsed,
    /// A consent question.
    Consent {
        /// Which.
        kind: ConsentKind,
        /// The answer carried over from the last visit here (CONS-09).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        preset: Option<ConsentAnswer>,
    },
    /// Agree to all at once?
    ConsentAll {
        /// The kinds on offer.
        kinds: Vec<ConsentKind>,
    },
    /// The limit, asked after completion with the card still in (before 2024-10-07).
    ConsentLimit,
    /// In an emergency: staff record the spoken consent.
    OralConsent,
    /// Please wait.
    Checking,
    /// Reception is done.
    Done,
    /// Take your card.
    TakeCard,
    /// The card cannot be read.
    Unreadable,
    /// Please go to the counter.
    Counter,
    /// The eligibility system does not answer; staff will help (ELIG-13).
    Outage,
}

/// A face image that a reader can have (ACC-09).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Image {
    /// The one that its camera took.
    Camera,
    /// The photo that it read from the card.
    CardPhoto,
}

/// The id of a screen, without its parameters.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // each is documented at the screen of the same name
pub enum ScreenId {
    InsertCard,
    ChooseMethod,
    Face,
    PinPad,
    PinWrong,
    PinLocked,
    VisualCheck,
    OfferRegistration,
    CertificateEnding,
    CertificateExpired,
    CertificateLapsed,
    Consent,
    ConsentAll,
    ConsentLimit,
    OralConsent,
    Checking,
    Done,
    TakeCard,
    Unreadable,
    Counter,
    Outage,
}

impl ScreenId {
    /// Returns the id as it stands in files: `pin-pad`.
    pub fn name(self) -> &'static str {
        match self {
            ScreenId::InsertCard => "insert-card",
            ScreenId::ChooseMethod => "choose-method",
            ScreenId::Face => "face",
            ScreenId::PinPad => "pin-pad",
            ScreenId::PinWrong => "pin-wrong",
            ScreenId::PinLocked => "pin-locked",
            ScreenId::VisualCheck => "visual-check",
            ScreenId::OfferRegistration => "offer-registration",
            ScreenId::CertificateEnding => "certificate-ending",
            ScreenId::CertificateExpired => "certificate-expired",
            ScreenId::CertificateLapsed => "certificate-lapsed",
            ScreenId::Consent => "consent",
            ScreenId::ConsentAll => "consent-all",
            ScreenId::ConsentLimit => "consent-limit",
            ScreenId::OralConsent => "oral-consent",
            ScreenId::Checking => "checking",
            ScreenId::Done => "done",
            ScreenId::TakeCard => "take-card",
            ScreenId::Unreadable => "unreadable",
            ScreenId::Counter => "counter",
            ScreenId::Outage => "outage",
        }
    }

    /// Returns the name for people: the heading on the patient's screen.
    pub fn title(self) -> Text {
        let (ja, en) = match self {
            ScreenId::InsertCard => ("カードを置いてください", "Put your card in"),
            ScreenId::ChooseMethod => ("本人確認の方法を選ぶ", "How to prove who you are"),
            ScreenId::Face => ("顔認証", "Face check"),
            ScreenId::PinPad => ("暗証番号を入力", "Enter your PIN"),
            ScreenId::PinWrong => ("暗証番号が違います", "Wrong PIN"),
            ScreenId::PinLocked => ("暗証番号は使えません", "PIN locked"),
            ScreenId::VisualCheck => ("目視による確認", "Visual check"),
            ScreenId::OfferRegistration => ("保険証としての利用登録", "Register this card"),
            ScreenId::CertificateEnding => ("電子証明書の期限が近い", "Certificate ends soon"),
            ScreenId::CertificateExpired => ("電子証明書の期限切れ", "Certificate expired"),
            ScreenId::CertificateLapsed => ("このカードは使えません", "Card cannot be used"),
            ScreenId::Consent => ("情報提供の同意", "Consent"),
            ScreenId::ConsentAll => ("すべてに同意", "Agree to all"),
            ScreenId::ConsentLimit => ("限度額情報の同意", "Consent: limit"),
            ScreenId::OralConsent => ("口頭の同意", "Spoken consent"),
            ScreenId::Checking => ("確認しています", "Checking"),
            ScreenId::Done => ("受付が済みました", "Reception is done"),
            ScreenId::TakeCard => ("カードをお取りください", "Take your card"),
            ScreenId::Unreadable => ("カードを読み取れません", "Card cannot be read"),
            ScreenId::Counter => ("窓口へお越しください", "Go to the counter"),
            ScreenId::Outage => ("ただいま確認できません", "No connection"),
        };
        Text::new(ja, en)
    }
}

impl Screen {
    /// Returns the id.
    pub fn id(&self) -> ScreenId {
        match self {
            Screen::InsertCard => ScreenId::InsertCard,
            Screen::ChooseMethod { .. } => ScreenId::ChooseMethod,
            Screen::Face { .. } => ScreenId::Face,
            Screen::PinPad { .. } => ScreenId::PinPad,
            Screen::PinWrong { .. } => ScreenId::PinWrong,
            Screen::PinLocked { .. } => ScreenId::PinLocked,
            Screen::VisualCheck => ScreenId::VisualCheck,
            Screen::OfferRegistration => ScreenId::OfferRegistration,
            Screen::CertificateEnding { .. } => ScreenId::CertificateEnding,
            Screen::CertificateExpired => ScreenId::CertificateExpired,
            Screen::CertificateLapsed => ScreenId::CertificateLapsed,
            Screen::Consent { .. } => ScreenId::Consent,
            Screen::ConsentAll { .. } => ScreenId::ConsentAll,
            Screen::ConsentLimit => ScreenId::ConsentLimit,
            Screen::OralConsent => ScreenId::OralConsent,
            Screen::Checking => ScreenId::Checking,
            Screen::Done => ScreenId::Done,
            Screen::TakeCard => ScreenId::TakeCard,
            Screen::Unreadable => ScreenId::Unreadable,
            Screen::Counter => ScreenId::Counter,
            Screen::Outage => ScreenId::Outage,
        }
    }
}
