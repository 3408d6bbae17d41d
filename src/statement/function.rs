//! The functions that a reader can have or lack: a closed list.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::eligibility::{ConsentKind, SiteKind, Text};

/// A phone that takes the card's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Phone {
    /// Android: the phone's own PIN is typed on the reader.
    Android,
    /// iPhone: its own biometrics.
    Iphone,
}

/// A function of a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// Comparing the patient's face with the card's photo.
    Face,
    /// Staff's visual check.
    VisualCheck,
    /// Taking a phone for a card.
    Phone(Phone),
    /// Registering a card on the spot.
    Registration,
    /// Putting a consent question.
    Consent(ConsentKind),
    /// Putting all questions as one.
    AgreeToAll,
    /// Presetting the answers of the last visit.
    LastAnswers,
    /// Emergency viewing at a hospital.
    Emergency,
    /// Use at a kind of site.
    Site(SiteKind),
}

impl Function {
    /// Every function.
    pub const ALL: &[Function] = &[
        Function::Face,
        Function::VisualCheck,
        Function::Phone(Phone::Android),
        Function::Phone(Phone::Iphone),
        Function::Registration,
        Function::Consent(ConsentKind::Care),
        Function::Consent(ConsentKind::Checkup),
        Function::Consent(ConsentKind::Surgery),
        Function::Consent(ConsentKind::SpecificDisease),
        Function::Consent(ConsentKind::Limit),
        Function::AgreeToAll,
        Function::LastAnswers,
        Function::Emergency,
        Function::Site(SiteKind::Clinic),
        Function::Site(SiteKind::Hospital),
        Function::Site(SiteKind::Pharmacy),
        Function::Site(SiteKind::Ambulance),
        Function::Site(SiteKind::EligibilityOnly),
        Function::Site(SiteKind::HomeVisit),
        Function::Site(SiteKind::OnlineCare),
        Function::Site(SiteKind::Disaster),
    ];

    /// Returns its name, as it fits behind "it has no".
    pub fn name(self) -> Text {
        let (ja, en) = match self {
            Function::Face => ("顔認証", "face check"),
            Function::VisualCheck => ("目視確認", "visual check"),
            Function::Phone(Phone::Android) => ("Android", "Android phone"),
            Function::Phone(Phone::Iphone) => ("iPhone", "iPhone"),
            Function::Registration => ("その場での利用登録", "registration on the spot"),
            Function::Consent(ConsentKind::Care) => {
                ("診療・薬剤情報の同意", "consent question for care")
            }
            Function::Consent(ConsentKind::Checkup) => {
                ("健診情報の同意", "consent question for check-ups")
            }
            Function::Consent(ConsentKind::Surgery) => {
                ("手術情報の同意", "consent question for surgery")
            }
            Function::Consent(ConsentKind::SpecificDisease) => {
                ("特定疾病の同意", "consent question for specific diseases")
            }
            Function::Consent(ConsentKind::Limit) => {
                ("限度額情報の同意", "consent question for the limit")
            }
            Function::AgreeToAll => ("すべて同意", "way to agree to all at once"),
            Function::LastAnswers => ("前回の答えの引継ぎ", "preset of the last answers"),
            Function::Emergency => ("病院での救急時閲覧", "emergency viewing at a hospital"),
            Function::Site(SiteKind::Clinic) => ("診療所での利用", "use at a clinic"),
            Function::Site(SiteKind::Hospital) => ("病院での利用", "use at a hospital"),
            Function::Site(SiteKind::Pharmacy) => ("薬局での利用", "use at a pharmacy"),
            Function::Site(SiteKind::Ambulance) => ("救急車での利用", "use in an ambulance"),
            Function::Site(SiteKind::EligibilityOnly) => {
                ("資格確認限定型の利用", "use at an eligibility-only site")
            }
            Function::Site(SiteKind::HomeVisit) => ("訪問診療での利用", "use on home visits"),
            Function::Site(SiteKind::OnlineCare) => {
                ("オンライン診療での利用", "use for online care")
            }
            Function::Site(SiteKind::Disaster) => ("災害時の利用", "use in a disaster"),
        };
        Text::new(ja, en)
    }
}
