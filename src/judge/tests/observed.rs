//! A foreign reader of which only card traffic is seen (requirements.md, convention 16).

use super::story::{JPKI, PIN_STATUS, Story};
use crate::judge::Verdict::{Fail, Inconclusive, Pass};
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
