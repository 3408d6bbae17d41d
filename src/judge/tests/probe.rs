//! What a tester does to a card: the card answers for it, the reader does not.

use virtual_card::profile::Profile;

use super::story::{CARD_FACE, JPKI, PIN_STATUS, Story, TEXT_INPUT, pin};
use crate::judge::Verdict::{self, Fail, Inconclusive, NotApplicable, Pass};
use crate::requirement::Subject::Card;
use crate::scenario::{UnderTest, ValidityFacts};
use crate::transcript::CardEvent;

const SIGN: &str = "802a0080 33 303130";

fn card(requirement: &str) -> Story {
    let mut story = Story::new(&[requirement]);
    story.scenario.under_test = UnderTest::Card;
    story
}

fn check(id: &str, expect: Verdict, tell: impl Fn(&mut Story)) {
    let mut story = card(id);
    story.probe_in();
    tell(&mut story);
    story.probe_out();
    assert_eq!(story.verdict(id, Card), expect, "{id}");
}

#[test]
fn what_a_tester_does_is_no_act_of_the_reader() {
    let mut story = Story::new(&["ACC-02"]);
    story.card_in().methods().at_the_pin().card_out();
    assert_eq!(story.reader("ACC-02"), Pass);
    story
        .probe_in()
        .apdu(TEXT_INPUT, "9000")
        .apdu("00b0810011", "6982")
        .probe_out();
    assert_eq!(story.reader("ACC-02"), Pass);
}

#[test]
fn the_counter_is_one_in_visits_and_probes() {
    let tell = |status: &str| {
        let mut story = card("ACC-13");
        story
            .card_in()
            .at_the_pin()
            .verify("1111", "63C2")
            .card_out();
        story
            .probe_in()
            .at_the_pin()
            .verify("1111", status)
            .probe_out();
        story.verdict("ACC-13", Card)
    };
    assert_eq!(tell("63C1"), Pass);
    assert_eq!(tell("63C2"), Fail);
}

#[test]
fn the_security_status_does_not_outlast_the_reader_that_it_was_gained_in() {
    let tell = |status: &str| {
        let mut story = card("ACC-15");
        story
            .card_in()
            .at_the_pin()
            .verify("1234", "9000")
            .card_out();
        story.probe_in().apdu(JPKI, "9000").select("0017");
        story.apdu(SIGN, status).probe_out();
        story.verdict("ACC-15", Card)
    };
    assert_eq!(tell("6982"), Pass);
    assert_eq!(tell("9000"), Fail);
}

#[test]
fn what_no_source_settles_is_not_judged() {
    // After a wrong PIN on top of a right one, and after an unknown application.
    check("ACC-14", NotApplicable, |story| {
        story
            .at_the_pin()
            .verify("1234", "9000")
            .verify("1111", "63C2")
            .select("0017")
            .apdu(SIGN, "9000");
    });
    check("ACC-15", NotApplicable, |story| {
        story
            .at_the_pin()
            .verify("1234", "9000")
            .apdu("00a4040c02abcd", "6A82")
            .select("0017")
            .apdu(SIGN, "6982");
    });
    // After a VERIFY that was not answered, until the card tells again.
    check("ACC-13", Pass, |story| {
        story
            .at_the_pin()
            .verify("1111", "mute")
            .apdu(PIN_STATUS, "63C2")
            .verify("1111", "63C1");
    });
    check("ACC-14", NotApplicable, |story| {
        story
            .at_the_pin()
            .verify("1234", "mute")
            .select("0017")
            .apdu(SIGN, "9000");
    });
    // A query of a key that is no PIN, and other ways to SELECT.
    check("ACC-12", NotApplicable, |story| {
        story
            .apdu(JPKI, "9000")
            .select("000A")
            .apdu(PIN_STATUS, "6981");
    });
    check("ACC-16", NotApplicable, |story| {
        story
            .apdu("00a4000002abcd", "6A86")
            .apdu("00a4040005a000000308", "6A86")
            .apdu("00a4040c08d392000000000001", "9000")
            .apdu(JPKI, "9000")
            .apdu("00a40200020100", "6A86")
            .apdu("00a4020c023f00", "9000");
    });
}

#[test]
fn past_the_end_is_known_by_a_short_read_or_by_the_offset() {
    let read = |offset: &str, status: &str| {
        let mut story = card("ACC-16");
        story.probe_in().apdu(JPKI, "9000").select("0006");
        story.apdu_with("00b0000000", None, "9000", &[0x20; 160]);
        story.apdu(&format!("00b0{offset}00"), status).probe_out();
        story.verdict("ACC-16", Card)
    };
    assert_eq!(read("00a1", "6B00"), Pass);
    assert_eq!(read("00a1", "6A86"), Fail);
    assert_eq!(read("00a1", "6282"), Fail);
    assert_eq!(read("00a0", "9000"), Fail);
    // At the very end only an empty answer is surely wrong; a file may be closed as well.
    assert_eq!(read("00a0", "6A86"), NotApplicable);
    assert_eq!(read("00a1", "6982"), NotApplicable);
    assert_eq!(read("7fff", "6A86"), Fail);
}

/// The certificate of the adult, to the end that is given, read in one piece.
fn read_certificate(not_after: &str) -> Vec<u8> {
    let mut profile = Profile::standard("adult").unwrap();
    profile.user_certificate.not_after = Some(not_after.parse().unwrap());
    virtual_card::certificate::user(&profile)
}

fn certificate(not_after: &str, stated: Option<ValidityFacts>) -> Story {
    let mut story = card("CERT-08");
    story.scenario.people[0].card.validity = stated;
    story.probe_in().apdu(JPKI, "9000").select("000A");
    story.apdu_with("00b000000000", None, "9000", &read_certificate(not_after));
    story.probe_out();
    story
}

/// Born 1985-06-15, issued 2023-07-03: to 2028-06-15, the card to 2033-06-15.
fn stated() -> ValidityFacts {
    ValidityFacts {
        issued: "2023-07-03".parse().unwrap(),
        card_expires: None,
        not_before: None,
        not_after: None,
        generation: 1,
    }
}

#[test]
fn a_certificate_lasts_to_the_last_second_of_the_fifth_birthday() {
    let verdict = |not_after: &str| certificate(not_after, Some(stated())).verdict("CERT-08", Card);
    assert_eq!(verdict("2028-06-15T14:59:59Z"), Pass);
    assert_eq!(verdict("2028-06-15T15:00:00Z"), Fail);
    assert_eq!(verdict("2028-06-14T15:00:00Z"), Fail);
    assert_eq!(verdict("2029-06-15T14:59:59Z"), Fail);
}

#[test]
fn an_end_that_the_scenario_states_is_the_right_one() {
    let facts = ValidityFacts {
        not_after: Some("2025-11-30T23:59:59+09:00".parse().unwrap()),
        ..stated()
    };
    let verdict = |not_after: &str| certificate(not_after, Some(facts)).verdict("CERT-08", Card);
    assert_eq!(verdict("2025-11-30T14:59:59Z"), Pass);
    assert_eq!(verdict("2028-06-15T14:59:59Z"), Fail);
}

#[test]
fn nothing_is_said_where_nothing_is_stated_or_read() {
    let unknown = certificate("2028-06-15T14:59:59Z", None);
    assert_eq!(unknown.verdict("CERT-08", Card), NotApplicable);
    let mut unread = certificate("2028-06-15T14:59:59Z", Some(stated()));
    unread.expect("expect-card: { expires: 2033-06-15 }");
    let judgement = unread.judgement();
    let open = judgement.findings.iter().find(|it| it.step.is_some());
    assert_eq!(open.unwrap().verdict, Inconclusive);
}

#[test]
fn the_card_face_says_how_long_the_card_lasts() {
    let verdict = |day: &[u8; 8]| {
        let mut story = card("CERT-08");
        story.scenario.people[0].card.validity = Some(stated());
        story.probe_in().apdu(CARD_FACE, "9000").select("0012");
        story.apdu_with("002000800e", Some(pin("12345")), "9000", &[]);
        story.select("0002");
        let mut face = vec![0xFF, 0x20, 0x0F, 0xDF, 0x22, 0x01, 0x31, 0xDF, 0x29, 0x08];
        face.extend_from_slice(day);
        story.apdu_with("00b0000000", None, "9000", &face);
        story.card(CardEvent::PowerOff).probe_out();
        story.verdict("CERT-08", Card)
    };
    assert_eq!(verdict(b"20330615"), Pass);
    assert_eq!(verdict(b"20280615"), Fail);
}
