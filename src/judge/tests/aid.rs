//! What a backend answers of 医療扶助 and of the 高齢受給者証's period.

use super::story::{Story, answered, qualification, valid};
use crate::eligibility::{
    CardClass, ElderlyCertificate, Eligibility, Inquiry, MedicalTicket, NumberKey, Qualification,
    Site, TicketKind, Treatment, Validity,
};
use crate::judge::Verdict::{Fail, NotApplicable, Pass};
use crate::requirement::{Confidence, Level, Subject};
use crate::transcript::{Reply, Role};

fn aid() -> Qualification {
    Qualification {
        class: CardClass::MedicalAid,
        insurer: "12139996".to_owned(),
        symbol: String::new(),
        number: "9000009".to_owned(),
        share: 0,
        ..qualification()
    }
}

fn ticket(month: &str, designated: Option<bool>) -> MedicalTicket {
    MedicalTicket {
        kind: TicketKind::Care,
        month: month.to_owned(),
        from: "2025-12-01".parse().unwrap(),
        until: "2025-12-31".parse().unwrap(),
        number: format!("模券{month}"),
        treatment: Treatment::Outpatient,
        payer: "12139996".to_owned(),
        recipient: "9000009".to_owned(),
        office: "模擬福祉事務所".to_owned(),
        institution: "1399999999".to_owned(),
        designated,
        self_pay: 0,
        combined: false,
    }
}

/// A card inquiry on 2025-12-20 at the designated institution of what is on record.
fn by_card(recorded: Vec<MedicalTicket>, answer: Eligibility) -> Story {
    let mut story = Story::new(&["ELIG-10"]);
    let registry = &mut story.scenario.people[0].registry;
    registry.qualifications = vec![aid()];
    registry.tickets = recorded;
    let answer = Eligibility {
        qualification: Some(aid()),
        ..answer
    };
    story
        .card_in()
        .authenticate(None)
        .confirm(answered(answer))
        .card_out();
    story
}

fn with(tickets: Vec<MedicalTicket>) -> Eligibility {
    Eligibility { tickets, ..valid() }
}

#[test]
fn the_tickets_of_the_month_come_with_the_right_designation() {
    let recorded = || vec![ticket("2025-11", None), ticket("2025-12", None)];
    for (given, expect) in [
        (vec![ticket("2025-12", Some(true))], Pass),
        (vec![ticket("2025-12", Some(false))], Fail),
        (vec![ticket("2025-12", None)], Fail),
        (vec![ticket("2025-11", Some(true))], Fail),
        (
            vec![ticket("2025-12", Some(true)), ticket("2025-11", Some(true))],
            Fail,
        ),
        (vec![], Fail),
    ] {
        let story = by_card(recorded(), with(given.clone()));
        assert_eq!(story.backend("ELIG-10"), expect, "{given:?}");
        assert_eq!(story.backend("ELIG-01"), Pass);
    }
}

#[test]
fn a_ticket_that_nobody_recorded_is_a_breach() {
    let story = by_card(vec![], with(vec![ticket("2025-12", Some(true))]));
    assert_eq!(story.backend("ELIG-10"), Fail);
}

#[test]
fn without_the_ticket_any_other_validity_is_a_breach_of_a_convention_only() {
    for (validity, expect) in [
        (Validity::ValidUnregistered, Pass),
        (Validity::Valid, Fail),
        (Validity::Invalid, Fail),
    ] {
        let answer = Eligibility {
            validity,
            ..valid()
        };
        let story = by_card(vec![ticket("2025-11", None)], answer);
        assert_eq!(story.backend("ELIG-10"), expect, "{validity:?}");
        assert_ne!(story.backend("ELIG-01"), Fail, "{validity:?}");
        if expect == Fail {
            let findings = story.findings("ELIG-10", Subject::Backend);
            assert_eq!(findings[0].level, Level::Should);
            assert_eq!(findings[0].confidence, Confidence::Low);
        }
    }
}

#[test]
fn an_expected_valid_unregistered_is_a_convention_too() {
    for (expected, level) in [
        ("{ validity: valid-unregistered }", Level::Should),
        (
            "{ validity: valid-unregistered, class: general }",
            Level::Must,
        ),
    ] {
        let mut story = by_card(vec![], with(vec![]));
        story.expect(&format!("expect-answer: {expected}"));
        let findings = story.judgement().findings.into_iter();
        let of_step: Vec<_> = findings.filter(|it| it.step.is_some()).collect();
        assert_eq!(of_step.len(), 1);
        assert_eq!((of_step[0].verdict, of_step[0].level), (Fail, level));
    }
}

#[test]
fn who_is_not_on_medical_aid_owes_no_tickets() {
    let mut story = Story::new(&["ELIG-01"]);
    story
        .card_in()
        .authenticate(None)
        .confirm(answered(valid()))
        .card_out();
    assert_eq!(story.backend("ELIG-10"), NotApplicable);
}

#[test]
fn the_period_of_the_elderly_certificate_is_the_one_on_record() {
    let certificate = ElderlyCertificate {
        share: 20,
        from: "2025-08-01".parse().unwrap(),
        until: "2026-07-31".parse().unwrap(),
    };
    let later = ElderlyCertificate {
        until: "2027-07-31".parse().unwrap(),
        ..certificate.clone()
    };
    for (shown, expect) in [(&certificate, Pass), (&later, Fail)] {
        let mut story = Story::new(&["ELIG-09"]);
        let registry = &mut story.scenario.people[0].registry;
        registry.person.birth_date = "1953-05-01".parse().unwrap();
        registry.qualifications[0].elderly = Some(certificate.clone());
        let mut answer = valid();
        answer.qualification.as_mut().unwrap().elderly = Some(shown.clone());
        let held = qualification();
        let inquiry = Inquiry::Number {
            disaster: None,
            key: NumberKey {
                insurer: held.insurer,
                symbol: held.symbol,
                number: held.number,
                branch: None,
                birth_date: "1953-05-01".parse().unwrap(),
            },
            limit_consent: false,
            site: Site::default(),
        };
        story.ask(Role::Desk, inquiry, Reply::Answer(answered(answer)));
        assert_eq!(story.backend("ELIG-09"), expect);
    }
}
