//! Plays random sequences of 50 commands against a model of the whole card: applications, files,
//! security status, counters (card.md §2, §3; §0.1 rules 4, 5, 12, 13).

pub mod state;
pub mod step;
pub mod table;

use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use virtual_card::card::{Card, PinName};

use self::state::Model;
use self::step::Step;
use crate::{card, profile, send};

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::new()).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        Step::any()
    }

    fn apply(mut model: Self, step: &Step) -> Self {
        model.step(step);
        model
    }
}

/// The card under test, and the model as it was before each step.
struct CardAgainstModel;

impl StateMachineTest for CardAgainstModel {
    type SystemUnderTest = (Card, Model);
    type Reference = Model;

    fn init_test(model: &Model) -> (Card, Model) {
        (card("adult"), model.clone())
    }

    fn apply((mut card, mut model): (Card, Model), _: &Model, step: Step) -> (Card, Model) {
        let before = model.clone();
        let expected = model.step(&step);
        match step.command() {
            Some(command) => {
                let status = send(&mut card, &command).status.0;
                let expected = expected.unwrap();
                assert!(
                    expected.contains(&status),
                    "{step:?}: {status:04X} where {expected:04X?} was expected, in {before:?}"
                );
            }
            None if matches!(step, Step::Reset) => card.reset(),
            None => {
                card.power_off();
                card.power_on();
            }
        }
        (card, model)
    }

    fn check_invariants((card, _): &(Card, Model), model: &Model) {
        for name in PinName::ALL {
            assert_eq!(card.tries(name), model.left[&name], "{name:?}");
            assert_eq!(
                card.is_verified(name),
                model.verified.contains(&name),
                "{name:?}"
            );
        }
        assert_eq!(card.current_file(), model.file);
        assert_eq!(card.selected_application(), model.selected.aid());
    }
}

#[test]
fn model_has_the_numbers_of_the_profile() {
    let adult = profile("adult");
    assert_eq!(table::pin(PinName::BirthDate).1, adult.birth_digits());
    assert_eq!(table::pin(PinName::CodeB).1, adult.code_b());
    assert_eq!(table::pin(PinName::CodeA).1, adult.code_a());
    for name in PinName::ALL {
        assert_eq!(name.tries_max(), table::pin(name).0, "{name:?}");
    }
}

/// Sequences to play: `UKETSUKE_CARD_SEQUENCES`, or as many as every change can afford.
fn cases() -> u32 {
    let stated = std::env::var("UKETSUKE_CARD_SEQUENCES").ok();
    stated.and_then(|count| count.parse().ok()).unwrap_or(500)
}

prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: cases(), .. ProptestConfig::default() })]

    #[test]
    fn card_answers_and_remembers_as_the_model_does(sequential 50..=50 => CardAgainstModel);
}
