//! Profiles changed by a hand that does not know what it does.

use proptest::prelude::*;
use virtual_card::apdu::Command;
use virtual_card::applications::{CARD_FACE, COMMON, INPUT_SUPPORT, JPKI};
use virtual_card::card::Card;
use virtual_card::profile::Profile;

/// What a hand may do to a profile: values that are wrong in kind, in form and in sense.
fn values() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("null".to_owned()),
        Just("{}".to_owned()),
        Just("[1, 2]".to_owned()),
        Just("-1".to_owned()),
        Just("99999999999999999999".to_owned()),
        Just("0000-00-00".to_owned()),
        Just("9999-12-31".to_owned()),
        Just("-009999-01-01".to_owned()),
        Just("2024-02-29".to_owned()),
        Just("\"\"".to_owned()),
        Just("&a [*a]".to_owned()),
        Just("!tag x".to_owned()),
        "\\PC{0,12}",
        ".{0,6}",
    ]
}

proptest! {
    /// Any profile: an error that says where, or a card that answers.
    #[test]
    fn profile_with_any_line_changed_is_refused_or_makes_a_card_that_answers(
        name in prop::sample::select(Profile::standard_names().to_vec()),
        line in 0..24_usize,
        value in values(),
        keep_key in any::<bool>(),
    ) {
        let text = Profile::standard_text(name).unwrap();
        let changed: String = text
            .lines()
            .enumerate()
            .map(|(number, old)| match old.split_once(':') {
                Some((key, _)) if number == line && keep_key => format!("{key}: {value}\n"),
                _ if number == line => format!("{value}\n"),
                _ => format!("{old}\n"),
            })
            .collect();
        match Profile::parse(&changed, "changed.yaml") {
            Err(error) => prop_assert!(error.to_string().starts_with("changed.yaml:"), "{error}"),
            Ok(profile) => {
                let mut card = Card::new(&profile, 0);
                // 照合番号A opens what is made of the holder's texts.
                let code_a = profile.code_a();
                for (aid, pin) in [(JPKI, 0x98), (CARD_FACE, 0x93), (INPUT_SUPPORT, 0x94), (COMMON, 0x9C)] {
                    card.transmit(&Command::select_application(aid).to_bytes());
                    let verify = Command::new(0x00, 0x20, 0x00, pin);
                    card.transmit(&verify.with_data(code_a.as_bytes()).to_bytes());
                    for file in 0x81..=0x9E {
                        let read = Command::new(0x00, 0xB0, file, 0).with_expected(65_536);
                        prop_assert!(card.transmit(&read.to_bytes()).len() >= 2);
                    }
                }
            }
        }
    }
}
