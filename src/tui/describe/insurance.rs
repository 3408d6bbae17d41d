//! Says in a few words what an answer says of an insurance.

use crate::eligibility::{CardClass, Eligibility, LossReason};
use crate::wording::Wording;

/// Returns validity, class where it is not the usual one, reason of loss and number of tickets.
pub(super) fn label(found: &Eligibility, wording: &Wording) -> String {
    let qualification = found.qualification.as_ref();
    let class = qualification.and_then(|one| class(one.class));
    let loss = qualification.and_then(|one| one.lost_because).map(loss);
    let mut parts = vec![wording.say(super::validity(found.validity))];
    parts.extend(
        [class, loss]
            .into_iter()
            .flatten()
            .map(|key| wording.say(key)),
    );
    if !found.tickets.is_empty() {
        let count = found.tickets.len().to_string();
        parts.push(wording.say_with("answer-tickets", &[("count", &count)]));
    }
    parts.join(" / ")
}

/// Returns the key of a class's name; none for the usual one.
fn class(class: CardClass) -> Option<&'static str> {
    Some(match class {
        CardClass::General => return None,
        CardClass::Retired => "class-retired",
        CardClass::ShortTerm => "class-short-term",
        CardClass::ShortTermRetired => "class-short-term-retired",
        CardClass::SpecialMedicalExpense => "class-special-medical-expense",
        CardClass::SpecialRetired => "class-special-retired",
        CardClass::SelfDefenceForces => "class-self-defence-forces",
        CardClass::MedicalAid => "class-medical-aid",
    })
}

/// Returns the key of why a qualification ended.
fn loss(reason: LossReason) -> &'static str {
    match reason {
        LossReason::Death => "loss-death",
        LossReason::MedicalAid => "loss-medical-aid",
        LossReason::OtherInsurance => "loss-other-insurance",
        LossReason::Other => "loss-other",
    }
}

/// Returns the key of the name of a kind of answer that an entry names so.
pub(super) fn kind(name: &str) -> Option<&'static str> {
    Some(match name {
        "authenticated" => "answer-authenticated",
        "registered" => "answer-registered",
        "limit" => "answer-limit",
        "portal" => "answer-portal",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eligibility::Validity;
    use crate::wording::Language;

    #[test]
    fn class_and_loss_stand_beside_the_validity() {
        let mut found = Eligibility {
            validity: Validity::Invalid,
            person: None,
            qualification: None,
            limit: None,
            specific_diseases: Vec::new(),
            tickets: Vec::new(),
            consents: Vec::new(),
            side_information: None,
        };
        let english = Language::En.wording();
        assert_eq!(label(&found, english), "invalid");
        found.qualification = serde_json::from_value(serde_json::json!({
            "insurer": "12139996", "insurer-name": "SIM", "number": "9000009",
            "relation": "insured", "from": "2024-04-01", "until": "2025-12-01",
            "lost-because": "other-insurance", "class": "medical-aid", "share": 0
        }))
        .unwrap();
        let words = "invalid / medical aid / lost: other insurance";
        assert_eq!(label(&found, english), words);
        let words = "無効 / 医療扶助 / 喪失: 他の資格取得";
        assert_eq!(label(&found, Language::Ja.wording()), words);
    }
}
