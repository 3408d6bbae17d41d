//! What an answer says of insurance: the qualification, the tickets of 医療扶助, what comes with them.

use super::card_inquiry::{limit_on, shown};
use crate::eligibility::{
    CardClass, Limit, MedicalTicket, Moment, Qualification, SpecificDisease, Validity,
};
use crate::rules::{aid, consent, evidence};
use crate::scenario::Patient;

/// What was found of a person's insurance on a day.
pub(super) struct Found {
    pub validity: Validity,
    /// As an answer shows it.
    pub qualification: Option<Qualification>,
    /// The tickets of the month, with whether who asks is the designated institution.
    pub tickets: Vec<MedicalTicket>,
}

/// Finds what a card inquiry of `institution` gets: the current qualification, or the last one for
/// reference, and beside a current one the tickets of the month (ELIG-01 … ELIG-03, ELIG-10).
pub(super) fn by_card(patient: &Patient, institution: &str, now: Moment) -> Found {
    let registry = &patient.registry;
    let (validity, qualification) = evidence::by_card(&registry.qualifications, now.day());
    let tickets = if validity == Validity::Valid {
        aid::tickets_of_month(&registry.tickets, now.day(), institution)
    } else {
        Vec::new()
    };
    Found {
        validity: aid::with_tickets(validity, qualification, &tickets),
        qualification: qualification.map(|one| shown(one, &registry.person, now)),
        tickets,
    }
}

/// Finds what an inquiry by the number of `asked` gets, and nothing of any other (ELIG-04).
///
/// By payer and recipient number (公費負担者番号, 受給者番号) the tickets under these numbers come as
/// well, by the number of an insurance none: a convention of this harness, for the sources say only
/// what a card brings.
pub(super) fn by_number(
    patient: &Patient,
    asked: &Qualification,
    institution: &str,
    now: Moment,
) -> Found {
    let registry = &patient.registry;
    let validity = evidence::by_number(asked, &registry.qualifications, now.day());
    let tickets = if validity == Validity::Valid && asked.class == CardClass::MedicalAid {
        let mut tickets = aid::tickets_of_month(&registry.tickets, now.day(), institution);
        tickets.retain(|one| one.payer == asked.insurer && one.recipient == asked.number);
        tickets
    } else {
        Vec::new()
    };
    Found {
        validity: aid::with_tickets(validity, Some(asked), &tickets),
        qualification: Some(shown(asked, &registry.person, now)),
        tickets,
    }
}

/// The limit comes by card without asking from 2024-10-07 on (CONS-07).
pub(super) fn limit_by_card(patient: &Patient, validity: Validity, now: Moment) -> Option<Limit> {
    if validity != Validity::Valid || now.day() < consent::LIMIT_UNASKED_FROM {
        return None;
    }
    limit_on(patient, now)
}

/// Returns the specific diseases whose certificates hold today. That one is given only while its
/// period holds is a convention of this harness; the sources give the period and no more.
pub(super) fn diseases_on(patient: &Patient, now: Moment) -> Vec<SpecificDisease> {
    let day = now.day();
    let diseases = patient.registry.specific_diseases.iter();
    diseases
        .filter(|one| one.from <= day && one.until.is_none_or(|until| day <= until))
        .cloned()
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use jiff::civil::date;
    use serde_json::json;

    use super::*;
    use crate::eligibility::LossReason;

    /// Somebody of 72 with an insurance to 2025-11-30, and on 医療扶助 from 2025-12-01 on.
    fn patient() -> Patient {
        serde_json::from_value(json!({
            "name": "test",
            "card": {
                "photo": true, "user-pin-tries": 3, "signature-certificate": true,
                "not-before": "2024-01-01T00:00:00+09:00",
                "not-after": "2028-01-01T00:00:00+09:00",
                "serial": "01", "trusted": true
            },
            "registry": {
                "person": {
                    "name": "模擬　花子", "kana": "モギ　ハナコ",
                    "birth-date": "1953-05-01", "sex": "female"
                },
                "qualifications": [
                    {
                        "insurer": "00139998", "insurer-name": "SIM", "number": "1",
                        "relation": "insured", "from": "2020-04-01", "until": "2025-11-30",
                        "lost-because": "medical-aid", "share": 30,
                        "elderly": { "share": 20, "from": "2025-08-01", "until": "2026-07-31" }
                    },
                    {
                        "insurer": "12139996", "insurer-name": "SIM", "number": "9000009",
                        "relation": "insured", "from": "2025-12-01", "class": "medical-aid",
                        "share": 0
                    }
                ],
                "specific-diseases": [
                    { "category": "1", "from": "2025-04-01", "until": "2025-11-30" },
                    { "category": "2", "from": "2025-11-30" }
                ],
                "tickets": [
                    {
                        "kind": "care", "month": "2025-12", "from": "2025-12-01",
                        "until": "2025-12-31", "number": "T", "treatment": "outpatient",
                        "payer": "12139996", "recipient": "9000009", "office": "SIM",
                        "institution": "1399999999"
                    }
                ]
            }
        }))
        .unwrap()
    }

    fn noon(day: jiff::civil::Date) -> Moment {
        format!("{day}T12:00:00+09:00").parse().unwrap()
    }

    fn class(found: &Found) -> CardClass {
        found.qualification.as_ref().unwrap().class
    }

    #[test]
    fn the_card_follows_the_person_from_insurance_to_medical_aid() {
        let patient = patient();
        let on = |day| by_card(&patient, "1399999999", noon(day));
        let before = on(date(2025, 11, 30));
        assert_eq!(
            (before.validity, class(&before)),
            (Validity::Valid, CardClass::General)
        );
        assert!(before.tickets.is_empty());
        let after = on(date(2025, 12, 1));
        assert_eq!(
            (after.validity, class(&after)),
            (Validity::Valid, CardClass::MedicalAid)
        );
        assert_eq!(after.tickets[0].designated, Some(true));
        let later = on(date(2026, 1, 1));
        assert_eq!(later.validity, Validity::ValidUnregistered);
        assert!(later.tickets.is_empty());
    }

    #[test]
    fn by_number_the_tickets_come_under_their_own_number_only() {
        let patient = patient();
        let [insurance, aid] = patient.registry.qualifications.as_slice() else {
            unreachable!("two qualifications stand above");
        };
        let now = noon(date(2025, 12, 20));
        let asked = by_number(&patient, aid, "1399999998", now);
        assert_eq!(asked.validity, Validity::Valid);
        assert_eq!(asked.tickets[0].designated, Some(false));
        let asked = by_number(&patient, insurance, "1399999999", now);
        assert_eq!(asked.validity, Validity::InvalidNewerExists);
        assert!(asked.tickets.is_empty());
    }

    #[test]
    fn the_reason_of_loss_comes_once_it_is_lost() {
        let patient = patient();
        let insurance = &patient.registry.qualifications[0];
        let on = |day| {
            let found = by_number(&patient, insurance, "1399999999", noon(day));
            found.qualification.unwrap().lost_because
        };
        assert_eq!(on(date(2025, 11, 30)), None);
        assert_eq!(on(date(2025, 12, 1)), Some(LossReason::MedicalAid));
    }

    #[test]
    fn the_elderly_certificate_comes_within_its_period_and_before_75() {
        let mut patient = patient();
        let on = |patient: &Patient, day| {
            let insurance = &patient.registry.qualifications[0];
            let found = by_number(patient, insurance, "1399999999", noon(day));
            found.qualification.unwrap().elderly.is_some()
        };
        assert!(!on(&patient, date(2025, 7, 31)));
        assert!(on(&patient, date(2025, 8, 1)));
        patient.registry.person.birth_date = date(1950, 8, 2);
        assert!(on(&patient, date(2025, 8, 1)));
        assert!(!on(&patient, date(2025, 8, 2)));
    }

    #[test]
    fn specific_diseases_hold_from_their_first_day_to_their_last() {
        let patient = patient();
        let on = |day| {
            let diseases = diseases_on(&patient, noon(day)).into_iter();
            diseases.map(|one| one.category).collect::<Vec<_>>()
        };
        assert_eq!(on(date(2025, 3, 31)), Vec::<String>::new());
        assert_eq!(on(date(2025, 4, 1)), ["1"]);
        assert_eq!(on(date(2025, 11, 30)), ["1", "2"]);
        assert_eq!(on(date(2025, 12, 1)), ["2"]);
    }
}
