//! Faults before a real card, called directly: what the reader gets, and what the card has kept.

use std::time::Duration;

use proptest::prelude::*;
use virtual_card::apdu::Command;
use virtual_card::applications::JPKI;
use virtual_card::applications::SECURITY_DOMAIN;
use virtual_card::card::{Card, PinName};
use virtual_card::fault::{Fault, Faulty, Plan};
use virtual_card::smart_card::{Outcome, Reply, SmartCard};

use crate::card;

/// The file of the user PIN.
const USER_PIN: u16 = 0x0018;

/// A card whose user PIN is selected, and after that the faults.
fn faulty(text: &str) -> Faulty<Card> {
    let mut card = card("adult");
    card.transmit(&Command::select_application(JPKI).to_bytes());
    card.transmit(&Command::select_file(USER_PIN).to_bytes());
    Faulty::new(card, plan(text))
}

fn plan(text: &str) -> Plan {
    Plan::new(Fault::parse_list(text, "test").unwrap())
}

/// What the reader gets; which fault struck is not for it to see.
fn verify(card: &mut Faulty<Card>, pin: &str) -> Outcome {
    Outcome {
        struck: None,
        ..card.transmit(&Command::verify(pin.as_bytes()).to_bytes())
    }
}

fn answer(hex: &str) -> Outcome {
    Outcome::from(hex::decode(hex).unwrap())
}

fn user_tries(card: &Faulty<Card>) -> u8 {
    card.card().tries(PinName::User)
}

#[test]
fn removal_before_a_command_spends_no_try_and_during_it_does() {
    for (when, tries) in [("before", 3), ("during", 2)] {
        let mut card = faulty(&format!(
            "{{ what: removed, when: {when}, command: verify }}"
        ));
        assert_eq!(verify(&mut card, "9999"), Outcome::GONE);
        assert_eq!(user_tries(&card), tries, "{when}");
        assert_eq!(verify(&mut card, "9999"), Outcome::GONE);
        assert_eq!(user_tries(&card), tries, "{when}: nobody is there");
    }
}

#[test]
fn removal_after_a_command_lets_the_answer_through() {
    let mut card = faulty("{ what: removed, when: after, command: verify }");
    let last = Outcome {
        leaves: true,
        ..answer("63C2")
    };
    assert_eq!(verify(&mut card, "9999"), last);
    assert!(card.is_gone());
    // What it verified is gone with the power, what it counted is not.
    card.put_back();
    card.power_on();
    assert_eq!(
        (user_tries(&card), card.card().selected_application()),
        (2, SECURITY_DOMAIN)
    );
}

#[test]
fn mute_card_stays_mute_until_power_or_reset() {
    for when in ["before", "during"] {
        let mut card = faulty(&format!("{{ what: mute, when: {when} }}"));
        assert_eq!(verify(&mut card, "1234"), Outcome::SILENCE);
        assert_eq!(verify(&mut card, "1234"), Outcome::SILENCE);
        card.reset();
        assert_eq!(verify(&mut card, "1234"), answer("9000"));
    }
    let mut card = faulty("{ what: mute, when: after }");
    assert_eq!(verify(&mut card, "9999"), answer("63C2"));
    assert_eq!(verify(&mut card, "9999"), Outcome::SILENCE);
    assert_eq!(user_tries(&card), 2);
}

#[test]
fn slow_answers_are_right_and_late() {
    let mut card = faulty("{ what: slow, by: 300ms, nth: 2 }");
    assert_eq!(verify(&mut card, "9999"), answer("63C2"));
    let late = Outcome {
        delay: Duration::from_millis(300),
        ..answer("63C1")
    };
    assert_eq!(verify(&mut card, "9999"), late);
}

#[test]
fn reset_in_mid_flow_clears_what_power_keeps_and_no_counter() {
    // Nothing is selected any more when the command comes (card.md §4: 6986).
    let mut card = faulty("{ what: reset, command: verify }");
    assert_eq!(verify(&mut card, "9999"), answer("6986"));
    assert_eq!(user_tries(&card), 3);
    for (when, first) in [("during", "6F00"), ("after", "63C2")] {
        let mut card = faulty(&format!("{{ what: reset, when: {when} }}"));
        assert_eq!(verify(&mut card, "9999"), answer(first));
        assert_eq!(verify(&mut card, "9999"), answer("6986"));
        assert_eq!(user_tries(&card), 2);
    }
}

#[test]
fn replaced_status_keeps_the_command_from_the_card_unless_during() {
    let mut card = faulty("{ what: status, status: \"6983\", always: true, command: verify }");
    assert_eq!(verify(&mut card, "9999"), answer("6983"));
    assert_eq!(verify(&mut card, "9999"), answer("6983"));
    assert_eq!(user_tries(&card), 3);
    let mut card = faulty("{ what: status, status: \"9000\", when: during }");
    assert_eq!(verify(&mut card, "9999"), answer("9000"));
    assert_eq!(user_tries(&card), 2);
}

#[test]
fn swap_keeps_the_plan_and_gives_the_other_card_back() {
    let mut card = faulty("{ what: mute, command: sign }");
    verify(&mut card, "9999");
    let out = card.swap(crate::card("elder-80"));
    assert_eq!(
        (out.tries(PinName::User), out.selected_application()),
        (2, SECURITY_DOMAIN)
    );
    assert_eq!(user_tries(&card), 3);
    assert_eq!(card.plan().pending(), 1);
}

fn any_fault() -> impl Strategy<Value = Fault> {
    let what = prop::sample::select(vec![
        "removed",
        "mute",
        "slow, by: 1ms",
        "status, status: \"6F00\"",
        "truncated",
        "overlong",
        "flipped, bit: 77",
        "doubled",
        "reset",
    ]);
    let when = prop::sample::select(vec!["before", "during"]);
    (what, when, 1_u32..4, any::<bool>()).prop_map(|(what, when, nth, always)| {
        let text = format!("{{ what: {what}, when: {when}, nth: {nth}, always: {always} }}");
        Fault::parse_list(&text, "test").unwrap().remove(0)
    })
}

proptest! {
    #[test]
    fn card_without_faults_is_the_card_itself(
        commands in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 0..20),
    ) {
        let mut plain = card("adult");
        let mut faulty = Faulty::new(card("adult"), Plan::default());
        prop_assert_eq!(faulty.atr(), plain.atr());
        for command in commands {
            let expected = Outcome::from(plain.transmit(&command));
            prop_assert_eq!(SmartCard::transmit(&mut faulty, &command), expected);
        }
    }

    #[test]
    fn whatever_goes_wrong_no_counter_is_lost(
        faults in prop::collection::vec(any_fault(), 0..4),
        commands in 1..8_usize,
    ) {
        let mut card = faulty("[]");
        faults.into_iter().for_each(|fault| card.plan_mut().add(fault));
        let mut left = 3;
        for _ in 0..commands {
            let outcome = verify(&mut card, "9999");
            let now = user_tries(&card);
            // A wrong PIN never restores tries and spends one at most.
            prop_assert!(now == left || now + 1 == left);
            left = now;
            prop_assert_eq!(outcome.reply == Reply::Gone, outcome.leaves);
        }
        card.take_out();
        card.put_back();
        card.power_on();
        prop_assert_eq!(user_tries(&card), left);
    }
}
