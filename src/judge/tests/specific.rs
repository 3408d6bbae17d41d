//! Breaches that a more specific row must notice than the one that would see them anyway.

use super::story::{Story, adult, answered, valid};
use crate::eligibility::{
    Answer, Care, CertificatePhase, Eligibility, Ground, Inquiry, MedicalAnswer, MedicalKind,
    MedicalRecord, NumberKey, Refusal, Validity,
};
use crate::judge::Verdict::{Fail, NotApplicable, Pass};
use crate::transcript::{Reply, Role};

fn key(branch: Option<&str>) -> NumberKey {
    NumberKey {
        insurer: "01139999".to_owned(),
        symbol: "１２３".to_owned(),
        number: "４５".to_owned(),
        branch: branch.map(str::to_owned),
        birth_date: "1985-06-15".parse().unwrap(),
    }
}

fn by_number(story: &mut Story, branch: Option<&str>, answer: Eligibility) {
    let inquiry = Inquiry::Number {
        key: key(branch),
        limit_consent: false,
        disaster: None,
        site: story.scenario.site.clone(),
    };
    story.ask(Role::Desk, inquiry, Reply::Answer(answered(answer)));
}

fn fetch(story: &mut Story, records: usize) {
    let record = MedicalRecord {
        kind: MedicalKind::Drug,
        month: "2025-11".to_owned(),
        text: "模擬".to_owned(),
    };
    let inquiry = Inquiry::Medical {
        key: key(None),
        kind: MedicalKind::Drug,
        period: None,
        care: Care::Outpatient,
        site: story.scenario.site.clone(),
    };
    let answer = Answer::Medical(MedicalAnswer {
        kind: MedicalKind::Drug,
        records: vec![record; records],
    });
    story.ask(Role::Desk, inquiry, Reply::Answer(answer));
}

fn refused(ground: Ground) -> Answer {
    Answer::Refused(Refusal {
        ground,
        code: "SIM-900".to_owned(),
        message: "模擬".to_owned(),
    })
}

#[test]
fn a_fetch_after_nothing_but_a_number_inquiry_is_closed_by_cons_08() {
    for (records, expect) in [(1, Fail), (0, Pass)] {
        let mut story = Story::new(&["CONS-08"]);
        by_number(&mut story, None, valid());
        fetch(&mut story, records);
        assert_eq!(story.backend("CONS-08"), expect);
        assert_ne!(story.backend("CONS-01"), Fail);
    }
    // Without a number inquiry before it, the fetch is CONS-01's.
    let mut story = Story::new(&["CONS-01"]);
    fetch(&mut story, 1);
    assert_eq!(story.backend("CONS-01"), Fail);
    assert_eq!(story.backend("CONS-08"), NotApplicable);
}

#[test]
fn of_several_people_none_may_be_told() {
    let several = Eligibility {
        validity: Validity::Several,
        person: None,
        qualification: None,
        ..valid()
    };
    let twins = |branch, answer| {
        let mut story = Story::new(&["ELIG-06"]);
        let mut twin = adult();
        twin.name = "twin".to_owned();
        twin.registry.qualifications[0].branch = Some("02".to_owned());
        story.scenario.people[0].registry.qualifications[0].branch = Some("01".to_owned());
        story.scenario.people.push(twin);
        by_number(&mut story, branch, answer);
        story.backend("ELIG-06")
    };
    assert_eq!(twins(None, several), Pass);
    assert_eq!(twins(None, valid()), Fail);
    assert_ne!(twins(Some("01"), valid()), Fail);
}

#[test]
fn a_certificate_about_to_end_is_not_refused_for_it() {
    let with = |not_after: &str, ground| {
        let mut story = Story::new(&["CERT-02"]);
        story.scenario.people[0].card.not_after = not_after.parse().unwrap();
        story.card_in().authenticated(refused(ground)).card_out();
        story
    };
    let ending = "2026-01-31T23:59:59+09:00";
    let story = with(ending, Ground::CertificateLapsed);
    assert_eq!(story.backend("CERT-02"), Fail);
    assert_eq!(story.backend("ELIG-01"), Fail);
    assert_ne!(with(ending, Ground::NotRecorded).backend("CERT-02"), Fail);
    let good = with("2028-06-15T23:59:59+09:00", Ground::CertificateLapsed);
    assert_eq!(good.backend("CERT-02"), NotApplicable);
    let mut served = Story::new(&["CERT-02"]);
    served.scenario.people[0].card.not_after = ending.parse().unwrap();
    let told = Eligibility {
        side_information: Some("期限が近い".to_owned()),
        ..valid()
    };
    served
        .card_in()
        .authenticate(Some(CertificatePhase::Ending))
        .confirm(answered(told))
        .card_out();
    assert_eq!(served.backend("CERT-02"), Pass);
}
