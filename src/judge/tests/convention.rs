//! A convention of this harness is never held against others, unless they ask for it.

use super::foreign::by_number;
use super::story::{Story, answered, valid};
use crate::eligibility::{
    Answer, Care, ConsentAnswer, ConsentKind, EarlierConsent, Ground, Inquiry, MedicalAnswer,
    MedicalKind, MedicalRecord, Moment, NumberKey, Refusal, Site,
};
use crate::judge::Verdict::{Fail, Inconclusive};
use crate::judge::{Finding, Verdict};
use crate::requirement::Confidence;
use crate::transcript::{Reply, Role};

fn expected(story: &Story) -> Finding {
    let findings = story.judgement().findings;
    findings.into_iter().find(|it| it.step.is_some()).unwrap()
}

#[test]
fn a_convention_that_was_expected_in_vain_does_not_count() {
    for (convention, confidence, counts) in [
        ("", Confidence::High, true),
        (", convention: true", Confidence::Low, false),
    ] {
        let mut story = Story::new(&["ELIG-04"]);
        by_number(&mut story, answered(valid()));
        story.expect(&format!("expect-answer: {{ validity: none{convention} }}"));
        let finding = expected(&story);
        assert_eq!((finding.verdict, finding.confidence), (Fail, confidence));
        assert_eq!(finding.counts(false), counts);
        assert!(finding.counts(true));
    }
}

/// A card inquiry refused by `backend` on `at`, of a certificate with these dates.
fn refused(backend: &str, at: &str, not_before: &str, not_after: &str) -> Story {
    let mut story = Story::new(&["CERT-01"]).at(at);
    story.roles.backend = backend.to_owned();
    let card = &mut story.scenario.people[0].card;
    card.not_before = not_before.parse().unwrap();
    card.not_after = not_after.parse().unwrap();
    story.card_in();
    story.authenticated(Answer::Refused(Refusal {
        ground: Ground::CertificateInvalid,
        code: "SIM-1".to_owned(),
        message: "窓口へ".to_owned(),
    }));
    story.expect("expect-answer: { validity: valid }");
    story.card_out();
    story
}

/// Convention 12: another's backend may learn of a certificate within 24 hours.
#[test]
fn a_certificate_not_a_day_old_may_be_unknown_elsewhere() {
    let end = "2030-06-15T23:59:59+09:00";
    let by = |backend: &str, issued: &str| {
        let story = refused(backend, "2025-12-20T11:15:00+09:00", issued, end);
        (story.backend("CERT-01"), expected(&story).verdict)
    };
    let open = (Inconclusive, Inconclusive);
    assert_eq!(by("fhir", "2025-12-20T10:15:00+09:00"), open);
    assert_eq!(by("fhir", "2025-12-19T10:15:00+09:00"), (Fail, Fail));
    assert_eq!(by("embedded", "2025-12-20T10:15:00+09:00"), (Fail, Fail));
}

/// CERT-05: in the first weeks of grace a refusal by another's backend is not decided.
#[test]
fn what_is_expected_in_the_first_weeks_of_grace_is_not_held_against_others() {
    let on = |backend: &str, day: &str| {
        let at = format!("{day}T10:00:00+09:00");
        let from = "2022-07-03T10:00:00+09:00";
        let story = refused(backend, &at, from, "2024-12-01T23:59:59+09:00");
        expected(&story).verdict
    };
    assert_eq!(on("fhir", "2025-01-19"), Inconclusive);
    assert_eq!(on("fhir", "2025-01-20"), Fail);
    assert_eq!(on("embedded", "2025-01-19"), Fail);
}

/// Convention 9: whether the last instant of the 24 hours counts is for others to say.
#[test]
fn the_last_instant_of_a_consent_is_for_others_to_decide() {
    let fetched = |backend: &str, given: &str| -> Verdict {
        let mut story = Story::new(&["CONS-12"]).at("2025-12-20T09:15:00+09:00");
        story.roles.backend = backend.to_owned();
        let registry = &mut story.scenario.people[0].registry;
        registry.medical = vec![MedicalRecord {
            kind: MedicalKind::Drug,
            month: "2025-11".to_owned(),
            text: "模擬錠".to_owned(),
        }];
        let at: Moment = given.parse().unwrap();
        registry.earlier_consents = vec![EarlierConsent {
            institution: Site::default().institution,
            // Each entry of a story comes 100 ms after the one before it.
            at: at.plus_ms(100),
            kind: ConsentKind::Care,
            answer: ConsentAnswer::Agree,
            care: Care::Outpatient,
        }];
        let held = registry.qualifications[0].clone();
        let birth_date = registry.person.birth_date;
        let inquiry = Inquiry::Medical {
            key: NumberKey {
                insurer: held.insurer,
                symbol: held.symbol,
                number: held.number,
                branch: None,
                birth_date,
            },
            kind: MedicalKind::Drug,
            period: None,
            care: Care::Outpatient,
            site: Site::default(),
        };
        let nothing = Answer::Medical(MedicalAnswer {
            kind: MedicalKind::Drug,
            records: Vec::new(),
        });
        story.ask(Role::Desk, inquiry, Reply::Answer(nothing));
        story.backend("CONS-12")
    };
    let (a_day, less) = ("2025-12-19T09:15:00+09:00", "2025-12-19T09:15:01+09:00");
    assert_ne!(fetched("fhir", a_day), Fail);
    assert_eq!(fetched("fhir", less), Fail);
    assert_eq!(fetched("embedded", a_day), Fail);
}
