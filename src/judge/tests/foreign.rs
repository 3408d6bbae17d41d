//! What is made of a backend that others wrote: nobody is blamed for what a protocol does not
//! carry.

use super::story::{Story, answered, qualification, valid};
use crate::eligibility::{
    Answer, Authenticated, CertificatePhase, Consent, ConsentAnswer, ConsentKind, Eligibility,
    Ground, Inquiry, Limit, Refusal, Validity,
};
use crate::judge::Verdict;
use crate::judge::Verdict::{Fail, Inconclusive, NotApplicable, Pass};
use crate::requirement::Subject;
use crate::screen::Screen;
use crate::transcript::{Reply, Role};

pub(super) fn by_number(story: &mut Story, answer: Answer) {
    story.by_number(true, answer);
}

/// Validity, person without address, qualification: all that a plain protocol carries.
fn minimal(validity: Validity) -> Eligibility {
    let mut answer = Eligibility {
        validity,
        ..valid()
    };
    if let Some(person) = &mut answer.person {
        person.address = None;
        person.postcode = None;
    }
    answer
}

/// Returns what fails of the backend and of the expectations; these stories have no whole reader.
fn fails(story: &Story) -> Vec<String> {
    let findings = story.judgement().findings;
    let failed = findings
        .iter()
        .filter(|it| it.verdict == Fail)
        .filter(|it| it.subject == Subject::Backend || it.step.is_some());
    failed
        .map(|it| format!("{} {}: {}", it.requirement, it.subject, it.message.en))
        .collect()
}

/// A story with a person who has everything on record that an answer may carry.
fn rich(backend: &str) -> Story {
    let mut story = Story::new(&["ELIG-01"]);
    story.roles.backend = backend.to_owned();
    let registry = &mut story.scenario.people[0].registry;
    registry.limit = Some(Limit {
        class: "A03".to_owned(),
        kind: Default::default(),
        from: "2025-01-01".parse().unwrap(),
        until: "2026-12-31".parse().unwrap(),
        long_term: None,
    });
    registry.specific_diseases = vec![crate::eligibility::SpecificDisease {
        category: "1".to_owned(),
        from: "2024-01-01".parse().unwrap(),
        until: None,
        self_pay: None,
    }];
    registry.undisclosed_by = vec!["01139999".to_owned()];
    story
        .scenario
        .site
        .offers
        .push(ConsentKind::SpecificDisease);
    story
}

fn consent(kind: ConsentKind) -> Consent {
    Consent {
        kind,
        answer: ConsentAnswer::Agree,
    }
}

/// A whole card inquiry with every consent, answered so.
fn agreed_to_all(story: &mut Story, phase: Option<CertificatePhase>, answer: Answer) {
    story.card_in().authenticate(phase);
    let kinds = [
        ConsentKind::Care,
        ConsentKind::Checkup,
        ConsentKind::SpecificDisease,
    ];
    let inquiry = Inquiry::Confirm {
        token: "token-1".to_owned(),
        consents: kinds.map(consent).to_vec(),
        emergency: None,
    };
    story.ask(Role::Reader, inquiry, Reply::Answer(answer));
    story.card_out();
}

#[test]
fn a_minimal_fhir_answer_breaks_nothing() {
    // The certificate's last day: three months before it, just before it, in grace.
    for last_day in ["2028-06-15", "2026-01-15", "2025-12-10"] {
        let mut story = rich("fhir");
        let end = format!("{last_day}T23:59:59+09:00");
        story.scenario.people[0].card.not_after = end.parse().unwrap();
        agreed_to_all(&mut story, None, answered(minimal(Validity::Valid)));
        story.expect(
            "expect-answer: { validity: valid, limit: present, address: present, \
             side-information: present, specific-diseases: present, consents: { care: given } }",
        );
        by_number(&mut story, answered(minimal(Validity::Valid)));
        story.expect("expect-answer: { validity: valid, limit: present }");
        assert_eq!(fails(&story), [""; 0], "{last_day}");
    }
}

#[test]
fn what_a_protocol_carries_is_owed() {
    let mut story = rich("process");
    agreed_to_all(&mut story, None, answered(minimal(Validity::Valid)));
    assert_eq!(story.backend("CONS-07"), Fail);
    // A FHIR backend that has shown a limit once carries limits.
    let mut story = rich("fhir");
    agreed_to_all(&mut story, None, answered(minimal(Validity::Valid)));
    let mut with_limit = minimal(Validity::Valid);
    with_limit.limit = story.scenario.people[0].registry.limit.clone();
    by_number(&mut story, answered(with_limit));
    assert_eq!(story.backend("CONS-07"), Fail);
}

#[test]
fn an_expectation_of_what_is_not_carried_alone_does_not_apply() {
    let mut story = rich("fhir");
    by_number(&mut story, answered(minimal(Validity::Valid)));
    story.expect("expect-answer: { limit: present, requirement: CONS-08 }");
    let expected = story.judgement().findings.into_iter();
    let verdicts: Vec<Verdict> = expected
        .filter(|it| it.step.is_some())
        .map(|it| it.verdict)
        .collect();
    assert_eq!(verdicts, [NotApplicable]);
}

#[test]
fn no_foreign_backend_owes_an_address_unless_it_shows_one() {
    let expected = |with_address: bool| {
        let mut story = Story::new(&["DISC-07"]);
        story.roles.backend = "process".to_owned();
        let first = if with_address {
            valid()
        } else {
            minimal(Validity::Valid)
        };
        by_number(&mut story, answered(first));
        by_number(&mut story, answered(minimal(Validity::Valid)));
        story.expect("expect-answer: { validity: valid, address: present }");
        let findings = story.judgement().findings;
        findings
            .iter()
            .find(|it| it.step.is_some())
            .unwrap()
            .verdict
    };
    assert_eq!(expected(false), Pass);
    assert_eq!(expected(true), Fail);
}

fn moved(backend: &str, validity: Validity) -> Story {
    let mut story = Story::new(&["ELIG-04"]);
    story.roles.backend = backend.to_owned();
    let mut old = qualification();
    old.until = Some("2025-11-30".parse().unwrap());
    let mut new = qualification();
    new.insurer = "00139998".to_owned();
    new.from = "2025-12-01".parse().unwrap();
    story.scenario.people[0].registry.qualifications = vec![old.clone(), new];
    let mut answer = minimal(validity);
    answer.qualification = Some(old);
    by_number(&mut story, answered(answer));
    story.expect("expect-answer: { validity: invalid-newer-exists }");
    story
}

#[test]
fn that_a_newer_one_exists_need_not_be_carried_but_valid_is_wrong() {
    assert_eq!(
        moved("fhir", Validity::Invalid).backend("ELIG-04"),
        Inconclusive
    );
    assert_eq!(fails(&moved("fhir", Validity::Invalid)), [""; 0]);
    assert_eq!(moved("process", Validity::Invalid).backend("ELIG-04"), Fail);
    let wrong = moved("fhir", Validity::Valid).judgement().findings;
    let expected = wrong.iter().find(|it| it.step.is_some()).unwrap();
    assert_eq!(expected.verdict, Fail);
}

fn refusal(ground: Ground) -> Answer {
    Answer::Refused(Refusal {
        ground,
        code: "SIM-1".to_owned(),
        message: "窓口へ".to_owned(),
    })
}

#[test]
fn a_refusal_without_a_reason_where_one_is_due_breaks_nothing() {
    type Change = fn(&mut crate::scenario::Patient);
    let cases: [(&str, Change); 5] = [
        ("certificate-lapsed", |it| {
            it.card.not_after = "2025-06-30T23:59:59+09:00".parse().unwrap();
        }),
        ("certificate-revoked", |it| {
            it.registry.certificate = crate::eligibility::CertificateStatus::Revoked;
        }),
        ("certificate-invalid", |it| it.card.trusted = false),
        ("withheld", |it| {
            it.registry.withheld_by = vec!["01139999".to_owned()];
        }),
        ("unregistered", |it| it.registry.registration = None),
    ];
    for (due, change) in cases {
        for shown in [Ground::Unstated, Ground::NotAuthorised] {
            let mut story = Story::new(&["ELIG-01"]);
            story.roles.backend = "process".to_owned();
            change(&mut story.scenario.people[0]);
            story.card_in().authenticated(refusal(shown));
            story.screen(Screen::Counter).card_out();
            story.expect(&format!("expect-answer: {{ refused: {due} }}"));
            story.expect("expect-screen: certificate-lapsed");
            assert_eq!(fails(&story), [""; 0], "{due} {shown:?}");
        }
    }
}

#[test]
fn a_refusal_without_a_reason_where_none_is_due_is_one_breach() {
    for (last_day, row) in [("2028-06-15", "ELIG-01"), ("2025-12-10", "CERT-03")] {
        let mut story = Story::new(&[row]);
        story.roles.backend = "process".to_owned();
        let end = format!("{last_day}T23:59:59+09:00");
        story.scenario.people[0].card.not_after = end.parse().unwrap();
        story
            .card_in()
            .authenticated(refusal(Ground::Unstated))
            .card_out();
        let failed = fails(&story);
        assert_eq!(failed.len(), 1, "{failed:?}");
        assert!(failed[0].starts_with(row), "{failed:?}");
    }
}

#[test]
fn our_reader_is_not_blamed_for_what_a_foreign_backend_answers() {
    let story = |backend: &str| {
        let mut story = Story::new(&["CONS-01"]);
        story.roles.backend = backend.to_owned();
        story.card_in().authenticate(None);
        story.confirm(answered(Eligibility {
            validity: Validity::Invalid,
            ..valid()
        }));
        story.screen(Screen::Counter).expect("expect-screen: done");
        story.card_out();
        let findings = story.judgement().findings;
        findings
            .iter()
            .find(|it| it.step.is_some())
            .unwrap()
            .verdict
    };
    assert_eq!(story("embedded"), Fail);
    assert_eq!(story("process"), Inconclusive);
}

#[test]
fn an_unregistered_card_in_grace_is_not_offered_registration_whatever_is_told() {
    for phase in [None, Some(CertificatePhase::Grace)] {
        let mut story = Story::new(&["REG-01"]);
        story.roles.backend = "process".to_owned();
        let person = &mut story.scenario.people[0];
        person.registry.registration = None;
        person.card.not_after = "2025-12-10T23:59:59+09:00".parse().unwrap();
        story.card_in();
        story.authenticated(Answer::Authenticated(Authenticated {
            token: "token-1".to_owned(),
            registered: false,
            phase,
            earlier: Vec::new(),
        }));
        story
            .screen(Screen::Counter)
            .screen(Screen::TakeCard)
            .card_out();
        assert_eq!(story.reader("REG-01"), NotApplicable, "{phase:?}");
    }
}
