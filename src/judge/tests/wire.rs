//! What a backend answers, where no fault of the catalogue does so.

use super::story::{Story, adult, answered, valid};
use crate::eligibility::{
    Answer, Bytes, Care, CertificatePhase, ElderlyCertificate, Eligibility, EmergencyConsent,
    Ground, Inquiry, Refusal, Site, SiteKind, SpecificDisease, Validity,
};
use crate::judge::Verdict::{Fail, Inconclusive, NotApplicable, Pass};
use crate::requirement::Subject;
use crate::transcript::{Event, Reply, Role};

fn refused(ground: Ground) -> Answer {
    Answer::Refused(Refusal {
        ground,
        code: "SIM-1".to_owned(),
        message: "窓口へ".to_owned(),
    })
}

fn by_number(story: &mut Story, answer: Answer) {
    story.by_number(false, answer);
}

fn card_inquiry(story: &mut Story, phase: Option<CertificatePhase>, answer: Answer) {
    story
        .card_in()
        .authenticate(phase)
        .confirm(answer)
        .card_out();
}

#[test]
fn garbage_is_a_breach_unless_it_was_declared() {
    let mut story = Story::new(&["ELIG-15"]);
    let inquiry = Inquiry::Portal {
        person: "adult".to_owned(),
    };
    let reply = Reply::Malformed("no JSON".to_owned());
    let n = story.ask(Role::Patient, inquiry, reply);
    assert_eq!(story.backend("ELIG-15"), Fail);
    story.push(
        Role::Harness,
        Role::Backend,
        Some(n),
        Event::Fault("garbage".to_owned()),
    );
    assert_ne!(story.backend("ELIG-15"), Fail);
}

#[test]
fn silence_decides_nothing() {
    let mut story = Story::new(&["ELIG-01"]);
    story.card_in();
    let inquiry = Inquiry::Authenticate {
        certificate: Bytes(vec![0x30, 0x01, 0x00]),
        challenge: Bytes(vec![1]),
        signature: Bytes(vec![2]),
        site: Site::default(),
        care: Care::Outpatient,
    };
    story.ask(
        Role::Reader,
        inquiry,
        Reply::Outage("no connection".to_owned()),
    );
    story.card_out();
    for id in ["ELIG-15", "CERT-01", "REG-03"] {
        assert_eq!(story.backend(id), Inconclusive, "{id}");
    }
    assert_eq!(story.backend("CERT-04"), NotApplicable);
}

#[test]
fn a_my_number_in_an_inquiry_is_the_readers() {
    let mut story = Story::new(&["ELIG-08"]);
    story.card_in();
    let inquiry = Inquiry::Confirm {
        token: "my-number#1".to_owned(),
        consents: Vec::new(),
        emergency: None,
    };
    story.ask(
        Role::Reader,
        inquiry,
        Reply::Answer(refused(Ground::UnknownToken)),
    );
    story.card_out();
    assert_eq!(story.reader("ELIG-08"), Fail);
    assert_eq!(story.backend("ELIG-08"), Pass);
}

#[test]
fn a_refusal_has_code_and_message() {
    for (code, expect) in [("SIM-1", Pass), (" ", Fail)] {
        let mut story = Story::new(&["ELIG-12"]);
        let refusal = Refusal {
            ground: Ground::NoConsent,
            code: code.to_owned(),
            message: "窓口へ".to_owned(),
        };
        card_inquiry(&mut story, None, Answer::Refused(refusal));
        assert_eq!(story.backend("ELIG-12"), expect);
    }
}

#[test]
fn foreign_answers_alone_are_timed() {
    for (backend, elapsed, expect) in [
        ("embedded", 9_000, NotApplicable),
        ("oqs", 7_000, Pass),
        ("oqs", 7_001, Fail),
    ] {
        let mut story = Story::new(&["ELIG-14"]);
        story.roles.backend = backend.to_owned();
        card_inquiry(&mut story, None, answered(valid()));
        let mut transcript = story.transcript();
        for entry in &mut transcript.entries {
            entry.elapsed_ms = matches!(entry.event, Event::Answer(_)).then_some(elapsed);
        }
        let judgement = crate::judge::judge(&story.scenario, &transcript);
        let finding = judgement
            .findings
            .iter()
            .find(|it| it.requirement.to_string() == "ELIG-14")
            .unwrap();
        assert_eq!(finding.verdict, expect, "{backend} {elapsed}");
    }
}

#[test]
fn a_foreign_refusal_in_the_first_weeks_of_grace_is_not_decided() {
    for (backend, at, expect) in [
        ("embedded", "2024-12-20T09:00+09:00", Fail),
        ("fhir", "2024-12-20T09:00+09:00", Inconclusive),
        ("fhir", "2025-01-20T09:00+09:00", Fail),
    ] {
        let mut story = Story::new(&["CERT-03"]).at(at);
        story.roles.backend = backend.to_owned();
        story.scenario.people[0].card.not_after = "2024-11-30T23:59:59+09:00".parse().unwrap();
        story
            .card_in()
            .authenticated(refused(Ground::CertificateLapsed))
            .card_out();
        assert_eq!(story.backend("CERT-03"), expect, "{backend} {at}");
    }
}

#[test]
fn a_wrong_phase_breaks_the_row_of_the_true_one() {
    use CertificatePhase::{Ending, Grace, Lapsed, Valid};
    for (at, true_row, told) in [
        ("2028-03-14T09:00+09:00", "CERT-01", Ending),
        ("2028-06-15T09:00+09:00", "CERT-02", Grace),
        ("2028-06-16T09:00+09:00", "CERT-03", Valid),
        ("2028-09-30T09:00+09:00", "CERT-03", Lapsed),
        ("2028-10-01T09:00+09:00", "CERT-04", Grace),
    ] {
        let mut story = Story::new(&["CERT-01"]).at(at);
        story.card_in().authenticate(Some(told)).card_out();
        assert_eq!(story.backend(true_row), Fail, "{at} {told:?}");
    }
}

#[test]
fn a_wrong_refusal_is_reported_once_under_the_row_of_its_ground() {
    for (ground, row) in [
        (Ground::CertificateRevoked, "CERT-01"),
        (Ground::Unregistered, "REG-03"),
        (Ground::Withheld, "DISC-07"),
        (Ground::NotAuthorised, "ELIG-01"),
    ] {
        let mut story = Story::new(&["ELIG-01"]);
        story.card_in().authenticated(refused(ground)).card_out();
        let failed: Vec<String> = story
            .judgement()
            .findings
            .iter()
            .filter(|it| it.verdict == Fail && it.subject == Subject::Backend)
            .map(|it| it.requirement.to_string())
            .collect();
        assert_eq!(failed, [row], "{ground:?}");
    }
}

#[test]
fn specific_diseases_come_by_card_and_consent_only() {
    let disease = SpecificDisease {
        until: None,
        self_pay: None,
        category: "1".to_owned(),
        from: "2024-04-01".parse().unwrap(),
    };
    let with = Eligibility {
        specific_diseases: vec![disease],
        ..valid()
    };
    let mut story = Story::new(&["CONS-14"]);
    card_inquiry(&mut story, None, answered(with.clone()));
    assert_eq!(story.backend("CONS-14"), Fail);
    let mut story = Story::new(&["CONS-08"]);
    by_number(&mut story, answered(with));
    assert_eq!(story.backend("CONS-08"), Fail);
}

#[test]
fn what_depends_on_age_is_in_the_answer() {
    let certificate = ElderlyCertificate {
        share: 20,
        from: "2025-01-01".parse().unwrap(),
        until: "2026-12-31".parse().unwrap(),
    };
    for (shown, expect) in [(Some(certificate.clone()), Pass), (None, Fail)] {
        let mut story = Story::new(&["ELIG-09"]);
        let registry = &mut story.scenario.people[0].registry;
        registry.person.birth_date = "1953-05-01".parse().unwrap();
        registry.qualifications[0].elderly = Some(certificate.clone());
        let mut answer = valid();
        answer.qualification.as_mut().unwrap().elderly = shown;
        by_number(&mut story, answered(answer));
        assert_eq!(story.backend("ELIG-09"), expect);
    }
}

#[test]
fn an_ambulance_reads_with_a_record_of_consent_only() {
    for (consent, row, expect) in [
        (None, "EMG-02", Fail),
        (Some(EmergencyConsent::Refused), "EMG-01", Fail),
        (Some(EmergencyConsent::Given), "EMG-02", Pass),
        (Some(EmergencyConsent::Unobtainable), "EMG-03", Pass),
    ] {
        let mut story = Story::new(&["EMG-02"]);
        story.scenario.site.kind = SiteKind::Ambulance;
        story.scenario.site.emergency_access = true;
        story.card_in().authenticate(None);
        let inquiry = Inquiry::Confirm {
            token: "token-1".to_owned(),
            consents: Vec::new(),
            emergency: consent,
        };
        story.ask(Role::Reader, inquiry, Reply::Answer(answered(valid())));
        story.card_out();
        assert_eq!(story.backend(row), expect, "{consent:?}");
        story.scenario.site.emergency_access = false;
        assert_eq!(story.backend("EMG-04"), Fail);
    }
}

#[test]
fn another_certificate_makes_the_facts_of_the_card_moot() {
    let mut story = Story::new(&["CERT-01"]);
    story
        .card_in()
        .apdu(super::story::JPKI, "9000")
        .select("000a");
    story.apdu_with("00b0000000", None, "9000", &[0x30, 0x02, 0x05, 0x00]);
    story
        .authenticate(Some(CertificatePhase::Lapsed))
        .card_out();
    assert_eq!(story.backend("CERT-01"), Inconclusive);
    assert_eq!(story.reader("ACC-04"), Fail);
}

#[test]
fn nobody_found_and_several_found_are_answers() {
    let mut story = Story::new(&["ELIG-05"]);
    story.scenario.people[0].registry.qualifications.clear();
    let none = Eligibility {
        validity: Validity::None,
        person: None,
        qualification: None,
        ..valid()
    };
    by_number(&mut story, answered(none));
    assert_eq!(story.backend("ELIG-05"), Pass);
    by_number(&mut story, refused(Ground::NotAuthorised));
    assert_eq!(story.backend("ELIG-05"), Fail);
    assert_eq!(adult().registry.qualifications.len(), 1);
}
