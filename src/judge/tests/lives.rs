//! The life of a consent, a registration and a phone, as a foreign backend may treat them.

use super::story::{Story, answered, qualification, valid};
use crate::eligibility::{
    Answer, Authenticated, Bytes, Care, CertificatePhase, Consent, ConsentAnswer, ConsentFlag,
    ConsentKind, ConsentState, EarlierConsent, Eligibility, Ground, Inquiry, MedicalAnswer,
    MedicalKind, MedicalRecord, Moment, NumberKey, Period, Refusal, Site, SiteKind, Withdrawal,
};
use crate::judge::Verdict::{self, Fail, Inconclusive, NotApplicable, Pass};
use crate::requirement::{Confidence, Subject};
use crate::scenario::PhysicalCard;
use crate::transcript::{Reply, Role};

fn at(text: &str) -> Moment {
    text.parse().unwrap()
}

fn refused(ground: Ground) -> Answer {
    Answer::Refused(Refusal {
        ground,
        code: "X-1".to_owned(),
        message: "窓口へ".to_owned(),
    })
}

fn accepted(registered: bool, phase: CertificatePhase) -> Answer {
    Answer::Authenticated(Authenticated {
        token: "token-1".to_owned(),
        registered,
        phase: Some(phase),
        earlier: Vec::new(),
    })
}

/// A card inquiry of this story's site for this care; the reader confirms where it may.
fn inquire(story: &mut Story, care: Care, told: Answer, consents: &[Consent], result: Eligibility) {
    story.card_in();
    let goes_on = matches!(&told, Answer::Authenticated(told) if told.registered);
    let inquiry = Inquiry::Authenticate {
        certificate: Bytes(vec![0x30, 0x01, 0x00]),
        challenge: Bytes(vec![1]),
        signature: Bytes(vec![2]),
        site: story.scenario.site.clone(),
        care,
    };
    story.ask(Role::Reader, inquiry, Reply::Answer(told));
    if goes_on {
        let inquiry = Inquiry::Confirm {
            token: "token-1".to_owned(),
            consents: consents.to_vec(),
            emergency: None,
        };
        story.ask(Role::Reader, inquiry, Reply::Answer(answered(result)));
    }
    story.card_out();
}

fn key(story: &Story) -> NumberKey {
    let held = qualification();
    NumberKey {
        insurer: held.insurer,
        symbol: held.symbol,
        number: held.number,
        branch: None,
        birth_date: story.scenario.people[0].registry.person.birth_date,
    }
}

/// What a later fetch of drugs by number gets: a record, or a refusal.
fn fetch(story: &mut Story, care: Care, period: Option<Period>, returned: bool) {
    let inquiry = Inquiry::Medical {
        key: key(story),
        kind: MedicalKind::Drug,
        period,
        care,
        site: story.scenario.site.clone(),
    };
    let answer = if returned {
        Answer::Medical(MedicalAnswer {
            kind: MedicalKind::Drug,
            records: vec![drug()],
        })
    } else {
        refused(Ground::NoConsent)
    };
    story.ask(Role::Desk, inquiry, Reply::Answer(answer));
}

fn drug() -> MedicalRecord {
    MedicalRecord {
        kind: MedicalKind::Drug,
        month: "2025-11".to_owned(),
        text: "模擬錠".to_owned(),
    }
}

/// A story with a drug on record and a consent that was given for this care before it begins.
fn agreed_before(kind: SiteKind, care: Care, given: &str) -> Story {
    let mut story = Story::new(&["CONS-03"]);
    story.scenario.site.kind = kind;
    let registry = &mut story.scenario.people[0].registry;
    registry.medical = vec![drug()];
    registry.earlier_consents = vec![EarlierConsent {
        institution: Site::default().institution,
        at: at(given),
        kind: ConsentKind::Care,
        answer: ConsentAnswer::Agree,
        care,
    }];
    story
}

fn failed_with(story: &Story, id: &str) -> Option<Confidence> {
    let findings = story.findings(id, Subject::Backend);
    let failed = findings.iter().find(|finding| finding.verdict == Fail);
    failed.map(|finding| finding.confidence)
}

/// A phone good to 2028 whose physical card, or that card's certificate, ended on 30 November.
fn phone(card: &str, card_certificate: &str) -> Story {
    let mut story = Story::new(&["CERT-09"]);
    story.scenario.people[0].card.physical_card = Some(PhysicalCard {
        expires: card.parse().unwrap(),
        not_after: at(card_certificate),
    });
    story
}

fn dead_phones() -> [Story; 3] {
    let (ended, good) = ("2025-11-30T23:59:59+09:00", "2030-06-01T23:59:59+09:00");
    let mut own = phone("2030-06-01", good);
    own.scenario.people[0].card.not_after = at(ended);
    [phone("2025-11-30", good), phone("2030-06-01", ended), own]
}

#[test]
fn a_phone_is_refused_once_one_of_the_three_has_ended() {
    for mut story in dead_phones() {
        let lapsed = refused(Ground::CertificateLapsed);
        inquire(&mut story, Care::Outpatient, lapsed, &[], valid());
        assert_eq!(story.backend("CERT-09"), Pass);
        for row in ["CERT-01", "CERT-03", "CERT-04"] {
            assert_eq!(story.backend(row), NotApplicable, "{row}");
        }
    }
}

#[test]
fn a_phone_gets_no_grace_and_no_service_once_one_of_the_three_has_ended() {
    for phase in [CertificatePhase::Grace, CertificatePhase::Valid] {
        for mut story in dead_phones() {
            let told = accepted(true, phase);
            inquire(&mut story, Care::Outpatient, told, &[], valid());
            assert_eq!(failed_with(&story, "CERT-09"), Some(Confidence::High));
            assert_eq!(failed_with(&story, "CERT-04"), None);
        }
    }
}

#[test]
fn a_phone_in_order_may_not_be_refused() {
    let good = "2030-06-01T23:59:59+09:00";
    let mut story = phone("2030-06-01", good);
    let lapsed = refused(Ground::CertificateLapsed);
    inquire(&mut story, Care::Outpatient, lapsed, &[], valid());
    assert_eq!(story.backend("CERT-01"), Fail);
    assert_eq!(story.backend("CERT-09"), NotApplicable);
}

#[test]
fn a_phone_of_before_their_time_is_not_judged() {
    let mut story = phone("2030-06-01", "2030-06-01T23:59:59+09:00").at("2025-09-18T12:00+09:00");
    let told = accepted(true, CertificatePhase::Valid);
    inquire(&mut story, Care::Outpatient, told, &[], valid());
    assert_eq!(story.backend("CERT-09"), NotApplicable);
}

/// The certificate before ended on 30 November 2024 (G 2025-02-28), or when it says.
fn renewed(last: &str, began: &str) -> Story {
    let mut story = Story::new(&["REG-04"]);
    let patient = &mut story.scenario.people[0];
    patient.card.not_before = at(began);
    patient.registry.previous_certificate_until = Some(last.parse().unwrap());
    story
}

fn told(mut story: Story, registered: bool) -> Story {
    let told = accepted(registered, CertificatePhase::Valid);
    inquire(&mut story, Care::Outpatient, told, &[], valid());
    story
}

#[test]
fn a_registration_ends_where_the_renewal_came_after_grace() {
    let late = || renewed("2024-11-30", "2025-03-01T10:00+09:00");
    let wrong = told(late(), true);
    assert_eq!(failed_with(&wrong, "REG-04"), Some(Confidence::Medium));
    for row in ["REG-03", "REG-06"] {
        assert_eq!(
            wrong.backend(row),
            NotApplicable,
            "{row}: one cause, one finding"
        );
    }
    assert_eq!(told(late(), false).backend("REG-04"), Pass);
}

#[test]
fn a_registration_goes_on_where_the_renewal_came_in_time() {
    for began in ["2024-11-01T10:00+09:00", "2025-02-28T23:00+09:00"] {
        let in_time = || renewed("2024-11-30", began);
        assert_eq!(told(in_time(), true).backend("REG-04"), Pass, "{began}");
        let lost = told(in_time(), false);
        assert_eq!(failed_with(&lost, "REG-04"), Some(Confidence::Medium));
        assert_eq!(lost.backend("REG-03"), NotApplicable, "{began}");
    }
}

#[test]
fn a_renewal_of_before_there_was_grace_is_left_open() {
    for registered in [true, false] {
        let story = told(renewed("2024-05-31", "2024-11-01T10:00+09:00"), registered);
        assert_eq!(story.backend("REG-04"), Inconclusive);
        assert_eq!(story.backend("REG-06"), NotApplicable);
    }
}

fn flagged(care: Care, kind: SiteKind, until: Option<&str>) -> Story {
    let mut story = Story::new(&["CONS-02"]);
    story.scenario.site.kind = kind;
    let agree = Consent {
        kind: ConsentKind::Care,
        answer: ConsentAnswer::Agree,
    };
    let mut result = valid();
    result.consents = vec![ConsentState {
        kind: ConsentKind::Care,
        flag: ConsentFlag::Given,
        at: Some(at("2025-12-20T09:15:00+09:00")),
        until: until.map(at),
    }];
    let told = accepted(true, CertificatePhase::Valid);
    inquire(&mut story, care, told, &[agree], result);
    story
}

#[test]
fn how_long_a_consent_lasts_depends_on_the_care() {
    let day = Some("2025-12-21T09:15:00+09:00");
    let cases = [
        (Care::Outpatient, SiteKind::Clinic, day, None),
        (
            Care::Outpatient,
            SiteKind::Clinic,
            None,
            Some(Confidence::High),
        ),
        (Care::Online, SiteKind::OnlineCare, day, None),
        (
            Care::Online,
            SiteKind::OnlineCare,
            None,
            Some(Confidence::Low),
        ),
        (Care::HomeVisit, SiteKind::HomeVisit, None, None),
        (
            Care::HomeVisit,
            SiteKind::HomeVisit,
            day,
            Some(Confidence::Low),
        ),
    ];
    for (care, kind, until, expected) in cases {
        let story = flagged(care, kind, until);
        assert_eq!(
            failed_with(&story, "CONS-02"),
            expected,
            "{care:?} {until:?}"
        );
    }
}

// CONS-03, CONS-08, CONS-12

const LONG_AGO: &str = "2025-06-01T14:00:00+09:00";

#[test]
fn a_consent_for_home_visits_opens_until_it_is_withdrawn() {
    let standing = || agreed_before(SiteKind::HomeVisit, Care::HomeVisit, LONG_AGO);
    let withdrawn = || {
        let mut story = standing();
        story.scenario.people[0].registry.withdrawals = vec![Withdrawal {
            institution: Site::default().institution,
            at: at("2025-12-19T12:00:00+09:00"),
            by_institution: false,
        }];
        story
    };
    let fetched = |mut story: Story, returned| {
        fetch(&mut story, Care::HomeVisit, None, returned);
        story
    };
    let verdicts = |story: Story| (story.backend("CONS-03"), story.backend("CONS-12"));
    assert_eq!(verdicts(fetched(standing(), true)), (NotApplicable, Pass));
    assert_eq!(verdicts(fetched(standing(), false)), (NotApplicable, Fail));
    assert_eq!(verdicts(fetched(withdrawn(), false)), (Pass, NotApplicable));
    let leaked = fetched(withdrawn(), true);
    assert_eq!(failed_with(&leaked, "CONS-03"), Some(Confidence::Medium));
}

#[test]
fn a_consent_for_online_care_is_a_convention_beyond_its_session() {
    let a_day = agreed_before(
        SiteKind::OnlineCare,
        Care::Online,
        "2025-12-20T09:00:00+09:00",
    );
    let longer = agreed_before(
        SiteKind::OnlineCare,
        Care::Online,
        "2025-12-19T09:00:00+09:00",
    );
    let fetched = |mut story: Story, returned| {
        fetch(&mut story, Care::Online, None, returned);
        story
    };
    assert_eq!(fetched(a_day, false).backend("CONS-12"), NotApplicable);
    let leaked = fetched(longer, true);
    assert_eq!(failed_with(&leaked, "CONS-03"), Some(Confidence::Low));
}

#[test]
fn what_a_consent_for_one_care_means_for_another_is_not_judged() {
    for returned in [true, false] {
        let mut story = agreed_before(SiteKind::Clinic, Care::HomeVisit, LONG_AGO);
        fetch(&mut story, Care::Outpatient, None, returned);
        for row in ["CONS-01", "CONS-03", "CONS-12"] {
            assert_eq!(story.backend(row), NotApplicable, "{row}");
        }
    }
}

#[test]
fn only_months_that_the_period_touches_are_owed() {
    let fetched = |from: &str, until: &str| -> Verdict {
        let mut story = agreed_before(SiteKind::HomeVisit, Care::HomeVisit, LONG_AGO);
        let period = Period {
            from: from.parse().unwrap(),
            until: until.parse().unwrap(),
        };
        fetch(&mut story, Care::HomeVisit, Some(period), false);
        story.backend("CONS-12")
    };
    assert_eq!(fetched("2025-11-30", "2025-12-20"), Fail);
    assert_eq!(fetched("2025-12-01", "2025-12-20"), NotApplicable);
    assert_eq!(fetched("2025-09-01", "2025-10-31"), NotApplicable);
}

#[test]
fn a_number_inquiry_may_tell_of_a_consent_on_record_and_make_none() {
    let flags = |mut story: Story| {
        let mut result = valid();
        result.consents = vec![ConsentState {
            kind: ConsentKind::Care,
            flag: ConsentFlag::Given,
            at: Some(at(LONG_AGO)),
            until: None,
        }];
        let inquiry = Inquiry::Number {
            key: key(&story),
            limit_consent: false,
            disaster: None,
            site: story.scenario.site.clone(),
        };
        story.ask(Role::Desk, inquiry, Reply::Answer(answered(result)));
        story.backend("CONS-08")
    };
    let recorded = agreed_before(SiteKind::HomeVisit, Care::HomeVisit, LONG_AGO);
    assert_eq!(flags(recorded), Pass);
    let mut none = agreed_before(SiteKind::HomeVisit, Care::HomeVisit, LONG_AGO);
    none.scenario.people[0].registry.earlier_consents.clear();
    assert_eq!(flags(none), Fail);
}

#[test]
fn a_site_for_eligibility_only_presets_nothing() {
    let mut story = agreed_before(
        SiteKind::EligibilityOnly,
        Care::Outpatient,
        "2025-12-20T08:15:00+09:00",
    );
    let told = accepted(true, CertificatePhase::Valid);
    inquire(&mut story, Care::Outpatient, told, &[], valid());
    assert_eq!(story.backend("CONS-09"), NotApplicable);
}
