//! Which field of an answer a breach names, with what was expected there and what was got.

use super::story::{Story, answered, qualification, valid};
use crate::eligibility::{
    Answer, CardClass, ConsentFlag, ConsentKind, ConsentState, Ground, Inquiry, Limit, LimitKind,
    LossReason, Refusal, Site, SpecificDisease, Validity,
};
use crate::judge::{Finding, Verdict};
use crate::requirement::Subject;
use crate::transcript::{Event, Reply, Role};

fn told(finding: &Finding) -> Vec<(&str, &str, &str)> {
    let differences = finding.differences.iter();
    differences
        .map(|it| (it.field.as_str(), it.expected.as_str(), it.got.as_str()))
        .collect()
}

/// Returns the finding on the one expectation of a story.
fn expectation(story: &Story) -> Finding {
    let findings = story.judgement().findings.into_iter();
    let mut findings = findings.filter(|it| it.step.is_some());
    let finding = findings.next().unwrap();
    assert!(findings.next().is_none());
    finding
}

fn row(story: &Story, id: &str) -> Finding {
    let findings = story.findings(id, Subject::Backend).into_iter();
    let mut failed = findings.filter(|it| it.verdict == Verdict::Fail);
    failed.next().unwrap()
}

fn asked(answer: Answer) -> Story {
    let mut story = Story::new(&["ELIG-01"]);
    story.card_in().authenticate(None).confirm(answer);
    story
}

#[test]
fn an_expectation_names_every_field_that_differs() {
    let mut answer = valid();
    answer.validity = Validity::InvalidNewerExists;
    answer.limit = Some(Limit {
        class: "A03".to_owned(),
        kind: LimitKind::LimitAndReduction,
        from: "2025-01-01".parse().unwrap(),
        until: "2026-12-31".parse().unwrap(),
        long_term: None,
    });
    answer.specific_diseases = vec![SpecificDisease {
        category: "2".to_owned(),
        from: "2024-01-01".parse().unwrap(),
        until: None,
        self_pay: Some(10_000),
    }];
    answer.consents = vec![ConsentState {
        kind: ConsentKind::Care,
        flag: ConsentFlag::Given,
        at: None,
        until: None,
    }];
    let held = answer.qualification.as_mut().unwrap();
    held.class = CardClass::ShortTerm;
    held.lost_because = Some(LossReason::OtherInsurance);
    let mut story = asked(answered(answer));
    story.expect(concat!(
        "expect-answer: { validity: valid, limit: absent, limit-class: A01, limit-kind: limit, ",
        "specific-diseases: absent, specific-disease: { category: \"1\" }, tickets: [{ number: T }], ",
        "address: absent, insurer: \"00138888\", class: general, loss: death, ",
        "qualification: absent, share: 20, elderly-period: { from: 2025-01-01, until: 2025-12-31 }, preschool: true, ",
        "consents: { care: \"no\", checkup: given }, side-information: present }",
    ));
    let finding = expectation(&story);
    assert_eq!(finding.verdict, Verdict::Fail);
    let expected = [
        ("validity", "valid", "invalid-newer-exists"),
        ("limit", "absent", "present"),
        ("specific-diseases", "absent", "present"),
        ("person.address", "absent", "present"),
        ("qualification", "absent", "present"),
        ("side-information", "present", "absent"),
        ("qualification.insurer", "00138888", "01139999"),
        ("qualification.share", "20", "30"),
        ("qualification.preschool", "true", "false"),
        ("qualification.class", "general", "short-term"),
        ("qualification.lost-because", "death", "other-insurance"),
        ("limit.class", "A01", "A03"),
        ("limit.kind", "limit", "limit-and-reduction"),
    ];
    let told = told(&finding);
    assert_eq!(told[..expected.len()], expected);
    // A finding has room for sixteen; the first of the rest are there.
    assert_eq!(told.len(), 16);
    assert_eq!(told[13].0, "qualification.elderly");
    assert_eq!(told[14], ("specific-diseases", "1", "2 (10000 yen)"));
    assert_eq!(told[15], ("tickets", "T", "absent"));
}

#[test]
fn a_consent_flag_is_named_by_its_question() {
    let mut story = asked(answered(valid()));
    story.expect("expect-answer: { consents: { checkup: given } }");
    let finding = expectation(&story);
    assert_eq!(
        told(&finding),
        [("consents.checkup.flag", "given", "absent")]
    );
}

#[test]
fn what_is_as_expected_names_nothing() {
    let mut story = asked(answered(valid()));
    story
        .expect("expect-answer: { validity: valid, insurer: \"1139999\", share: 30, tickets: [] }");
    let finding = expectation(&story);
    assert_eq!(finding.verdict, Verdict::Pass);
    assert_eq!(told(&finding), []);
}

fn refusal(code: &str, message: &str) -> Answer {
    Answer::Refused(Refusal {
        ground: Ground::CertificateRevoked,
        code: code.to_owned(),
        message: message.to_owned(),
    })
}

#[test]
fn another_kind_of_answer_is_named_with_its_ground_or_validity() {
    let mut story = asked(refusal("SIM-1", "窓口へ"));
    story.expect("expect-answer: { validity: valid }");
    let got = "refused (certificate-revoked)";
    assert_eq!(told(&expectation(&story)), [("answer", "eligibility", got)]);
    let mut story = asked(refusal("SIM-1", "窓口へ"));
    story.expect("expect-answer: { refused: withheld }");
    let ground = ("refusal.ground", "withheld", "certificate-revoked");
    assert_eq!(told(&expectation(&story)), [ground]);
    let mut story = asked(answered(valid()));
    story.expect("expect-answer: { refused: withheld }");
    let kind = ("answer", "refused (withheld)", "eligibility (valid)");
    assert_eq!(told(&expectation(&story)), [kind]);
    let mut story = asked(answered(valid()));
    story.expect("expect-answer: none");
    let none = ("answer", "none", "eligibility (valid)");
    assert_eq!(told(&expectation(&story)), [none]);
}

#[test]
fn a_refusal_without_code_or_message_names_which() {
    for (code, message, expected) in [
        (" ", "窓口へ", &["refusal.code"][..]),
        ("SIM-1", "", &["refusal.message"]),
        ("", "", &["refusal.code", "refusal.message"]),
    ] {
        let finding = row(&asked(refusal(code, message)), "ELIG-12");
        let told = told(&finding);
        let fields: Vec<&str> = told.iter().map(|it| it.0).collect();
        assert_eq!(fields, expected);
        assert!(told.iter().all(|it| (it.1, it.2) == ("present", "absent")));
    }
}

#[test]
fn garbage_and_a_my_number_are_named() {
    let mut story = Story::new(&["ELIG-15"]);
    let inquiry = Inquiry::Portal {
        person: "adult".to_owned(),
    };
    let reply = Reply::Malformed("no JSON".to_owned());
    story.ask(Role::Patient, inquiry, reply);
    let garbage = row(&story, "ELIG-15");
    assert_eq!(told(&garbage), [("answer", "well-formed", "no JSON")]);
    let mut answer = valid();
    answer.person.as_mut().unwrap().kana = "my-number#1".to_owned();
    let finding = row(&asked(answered(answer)), "ELIG-08");
    assert_eq!(told(&finding), [("person.kana", "absent", "my-number#1")]);
}

#[test]
fn a_late_answer_says_how_late() {
    let mut story = asked(answered(valid()));
    story.roles.backend = "oqs".to_owned();
    let mut transcript = story.transcript();
    for entry in &mut transcript.entries {
        entry.elapsed_ms = matches!(entry.event, Event::Answer(_)).then_some(7_001);
    }
    let judgement = crate::judge::judge(&story.scenario, &transcript);
    let mut findings = judgement.findings.iter();
    let finding = findings
        .find(|it| it.requirement.to_string() == "ELIG-14")
        .unwrap();
    assert_eq!(told(finding), [("elapsed", "≤ 7000 ms", "7001 ms")]);
}

#[test]
fn a_number_answered_with_a_newer_insurer_names_what_was_told() {
    let mut story = Story::new(&["ELIG-04"]);
    let (mut lost, newer) = (qualification(), qualification());
    lost.until = Some("2025-11-30".parse().unwrap());
    let mut newer = crate::eligibility::Qualification {
        insurer: "06139998".to_owned(),
        ..newer
    };
    newer.from = "2025-12-01".parse().unwrap();
    story.scenario.people[0].registry.qualifications = vec![lost.clone(), newer.clone()];
    let inquiry = Inquiry::Number {
        disaster: None,
        key: crate::eligibility::NumberKey {
            insurer: lost.insurer,
            symbol: lost.symbol,
            number: lost.number,
            branch: None,
            birth_date: story.scenario.people[0].registry.person.birth_date,
        },
        limit_consent: false,
        site: Site::default(),
    };
    let mut answer = valid();
    answer.qualification = Some(newer);
    story.ask(Role::Desk, inquiry, Reply::Answer(answered(answer)));
    let finding = row(&story, "ELIG-04");
    let insurer = ("qualification.insurer", "01139999", "06139998");
    assert_eq!(told(&finding), [insurer]);
}
