//! A foreign reader of which only card traffic is seen (requirements.md, convention 16).

use super::story::{CARD_FACE, JPKI, PIN_STATUS, Story, TEXT_INPUT, pin};
use crate::judge::Verdict::{Fail, Inconclusive, NotApplicable, Pass};
use crate::transcript::CardEvent;

fn story(sent: &[(&str, &str)]) -> Story {
    let mut story = Story::new(&["IDV-02"]).observed();
    story
        .act("present-card")
        .act("enter-pin: \"1234\"")
        .act("take-card");
    story.card_in().at_the_pin().apdu(PIN_STATUS, "63C3");
    for (value, status) in sent {
        story.verify(value, status);
    }
    story.card(CardEvent::PowerOff).card_out();
    story
}

#[test]
fn one_verify_of_the_scenarios_entry_passes() {
    let story = story(&[("1234", "9000")]);
    assert_eq!(story.reader("IDV-02"), Pass);
    assert_eq!(story.reader("ACC-02"), Pass);
}

#[test]
fn the_same_pin_sent_twice_in_a_row_is_a_breach_whatever_the_answers() {
    assert_eq!(
        story(&[("1234", "9000"), ("1234", "9000")]).reader("IDV-02"),
        Fail
    );
    assert_eq!(
        story(&[("1111", "63C2"), ("1111", "63C1")]).reader("IDV-02"),
        Fail
    );
}

#[test]
fn a_pin_of_another_length_is_its_own_breach() {
    let story = story(&[("12345", "63C2")]);
    assert_eq!(story.reader("IDV-09"), Fail);
    assert_ne!(story.reader("IDV-02"), Fail);
}

#[test]
fn what_is_shown_and_asked_of_nobody_cannot_be_judged() {
    let story = story(&[("1234", "9000")]);
    for id in ["IDV-16", "IDV-17", "CONS-07", "IDV-01"] {
        assert_eq!(story.reader(id), Inconclusive, "{id}");
    }
}

#[test]
fn nothing_typed_is_known_where_the_scenario_types_nothing() {
    let mut story = Story::new(&["IDV-02"]).observed();
    story.card_in().at_the_pin().verify("1234", "9000");
    story.card(CardEvent::PowerOff).card_out();
    assert_eq!(story.reader("IDV-02"), Inconclusive);
    story.card_in().apdu(JPKI, "9000").card_out();
    assert_eq!(story.judgement().verdict, Inconclusive);
}

#[test]
fn a_pin_of_the_visit_before_is_remembered() {
    let mut story = Story::new(&["IDV-04"]);
    story.card_in().screen(crate::screen::Screen::PinPad {
        left: Some(3),
        keys: String::new(),
        masked: None,
    });
    story
        .act("enter-pin: \"1234\"")
        .at_the_pin()
        .verify("1234", "9000")
        .card_out();
    story
        .card_in()
        .at_the_pin()
        .verify("1234", "9000")
        .card_out();
    assert_eq!(story.reader("IDV-04"), Fail);
    assert_eq!(story.reader("IDV-02"), Pass);
}

#[test]
fn a_pin_sent_again_after_a_reset_is_remembered_rather_than_doubled() {
    let mut story = Story::new(&["IDV-04"]);
    story.card_in().screen(crate::screen::Screen::PinPad {
        left: Some(3),
        keys: String::new(),
        masked: None,
    });
    story
        .act("enter-pin: \"1234\"")
        .at_the_pin()
        .verify("1234", "mute");
    story
        .card(CardEvent::Reset)
        .verify("1234", "9000")
        .card_out();
    assert_eq!(story.reader("IDV-04"), Fail);
    assert_ne!(story.reader("IDV-02"), Fail);
}

/// A command that is claimed to type 1234, before it touches the card.
fn declared() -> Story {
    let mut story = Story::new(&["IDV-02"]).declared();
    story.act("present-card").card_in();
    story.act("choose: pin").act("enter-pin: \"1234\"");
    story
}

#[test]
fn a_command_that_ends_with_the_card_open_has_left_it_open() {
    for (last, expect) in [(None, Fail), (Some(CARD_FACE), Pass)] {
        let mut story = declared();
        story.at_the_pin().verify("1234", "9000");
        if let Some(select) = last {
            story.apdu(select, "9000");
        }
        story.act("take-card").card_out();
        assert_eq!(story.reader("ACC-07"), expect);
    }
    let mut story = declared();
    story.at_the_pin().verify("1234", "63C2");
    story.act("take-card").card_out();
    assert_eq!(story.reader("ACC-07"), NotApplicable);
    // Where the card was pulled out, the command had not come to its end.
    let mut story = declared();
    story.at_the_pin().verify("1234", "9000").card_out();
    assert_eq!(story.reader("ACC-07"), Inconclusive);
}

#[test]
fn a_command_that_sends_no_pin_shows_nothing_of_how_it_treats_one() {
    for (sends, expect) in [(false, Inconclusive), (true, Pass)] {
        let mut story = declared();
        story.at_the_pin().apdu(PIN_STATUS, "63C3");
        if sends {
            story.verify("1234", "9000");
        }
        story.act("take-card").card_out();
        for id in ["IDV-02", "IDV-04", "IDV-09"] {
            assert_eq!(story.reader(id), expect, "{id}");
        }
    }
}

#[test]
fn when_a_command_does_what_people_do_is_not_seen() {
    let acts = |acts: &[&str], verify: bool| {
        let mut story = Story::new(&["IDV-08"]).declared();
        story.act("present-card").card_in();
        for act in acts {
            story.act(act);
        }
        story.at_the_pin();
        if verify {
            story.verify("1234", "9000");
        }
        story.act("take-card").card_out();
        story.reader("IDV-08")
    };
    let face = ["choose: face", "show-face: match"];
    let both = ["choose: pin", "enter-pin: \"1234\"", "choose: face"];
    assert_eq!(acts(&face, true), Inconclusive);
    assert_eq!(acts(&both, true), Inconclusive);
    assert_eq!(acts(&both, false), Pass);
    assert_eq!(acts(&["choose: face"], true), Fail);
}

#[test]
fn what_opens_the_face_with_code_a_has_not_held_to_code_b() {
    for (file, acc, idv) in [("0012", Pass, Pass), ("0013", Fail, Inconclusive)] {
        let mut story = declared();
        story.apdu(CARD_FACE, "9000").select(file);
        story.apdu_with("002000800c", Some(pin("2222")), "9000", &[]);
        story.select("0002").apdu("00b0000000", "9000");
        story.act("take-card").card_out();
        assert_eq!(story.reader("ACC-02"), acc, "{file}");
        assert_eq!(story.reader("IDV-12"), idv, "{file}");
    }
}

#[test]
fn secure_messaging_names_files_and_hides_which() {
    // ISO 7816-4: CLA 08 is the first interindustry class under secure messaging.
    let session = |commands: &[&str]| {
        let mut story = declared();
        story.apdu(TEXT_INPUT, "9000").select("0011");
        story.apdu_with("0020008004", Some(pin("1234")), "9000", &[]);
        for command in commands {
            story.apdu(command, "9000");
        }
        story.act("take-card").card_out();
        ["ACC-01", "ACC-02", "IDV-12"].map(|id| story.reader(id))
    };
    let select = "08a4020c 0a 860801aaaaaaaaaaaaaa";
    let read = "08b0000000000596030000000000";
    let verify = "08200080 0a 860801bbbbbbbbbbbbbb";
    assert_eq!(session(&[select, read]), [Pass, Inconclusive, Pass]);
    assert_eq!(
        session(&[select, verify]),
        [Pass, Inconclusive, Inconclusive]
    );
    // Named in clear, it is seen; named by nobody, it is a breach.
    let number = "00a4020c020001";
    assert_eq!(session(&[number, read]), [Pass, Fail, Pass]);
    assert_eq!(session(&[TEXT_INPUT, read]), [Fail, Pass, Pass]);
    // The last SELECT EF counts.
    assert_eq!(session(&[select, number, "00b0000000"]), [Pass, Fail, Pass]);
}

/// What is only claimed stands before all that came of it: which method was in force when the photo
/// was read, nobody saw.
#[test]
fn the_photo_may_be_read_for_another_method_that_was_chosen_as_well() {
    const CARD_FACE: &str = "00a4040c0ad3921000310001010402";
    let photo_after = |choices: &[&str], claimed: bool| {
        let mut story = Story::new(&["IDV-20"]);
        story.card_in();
        for choice in choices {
            story.act(&format!("choose: {choice}"));
            if claimed {
                story.claimed();
            }
        }
        story.apdu(CARD_FACE, "9000").select("0002");
        story.apdu_with("00b0000000", None, "9000", &[0xFF; 4]);
        story.card_out();
        story.reader("IDV-20")
    };
    assert_eq!(photo_after(&["face", "pin"], true), Inconclusive);
    assert_eq!(photo_after(&["face", "pin"], false), Fail);
    assert_eq!(photo_after(&["pin"], true), Fail);
}

/// A program that does nothing of what it is claimed to do proves nothing of what was expected.
#[test]
fn an_answer_that_nobody_asked_for_is_missed_only_where_people_are_known_to_have_acted() {
    let nothing_asked = |claimed: bool, backend: &str| {
        let mut story = Story::new(&["CERT-06"]);
        story.roles.reader = "observed".to_owned();
        story.roles.backend = backend.to_owned();
        story.card_in().act("choose: pin");
        if claimed {
            story.claimed();
        }
        story.apdu(JPKI, "9000").card_out();
        story.expect("expect-answer: { refused: certificate-revoked }");
        let findings = story.judgement().findings;
        let of_step = findings.iter().find(|finding| finding.step.is_some());
        of_step.unwrap().verdict
    };
    assert_eq!(nothing_asked(true, "embedded"), Inconclusive);
    assert_eq!(nothing_asked(false, "embedded"), Fail);
    assert_eq!(nothing_asked(false, "absent"), Inconclusive);
}

/// A patient may mistype the same way again once the right PIN has put the counter back.
#[test]
fn a_pin_that_is_mistyped_again_and_again_is_no_command_that_fails() {
    let mut story = Story::new(&["ACC-08"]);
    story.card_in();
    for _ in 0..4 {
        story.act("enter-pin: \"1111\"").act("enter-pin: \"1234\"");
        story
            .at_the_pin()
            .verify("1111", "63C2")
            .verify("1234", "9000");
        story.card(CardEvent::PowerOff);
    }
    story.card_out();
    assert_eq!(story.reader("ACC-08"), Pass);
    assert_eq!(story.reader("IDV-02"), Pass);
}
