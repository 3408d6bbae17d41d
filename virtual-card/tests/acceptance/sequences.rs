//! The sequences of the model, played through pcscd and in process: the answers are the same bytes.

// Only what makes the steps is used here.
#[allow(dead_code)]
#[path = "../it/model/step.rs"]
mod step;
#[allow(dead_code)]
#[path = "../it/model/table.rs"]
mod table;

use proptest::collection::vec;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use virtual_card::card::Card;
use virtual_card::profile::Profile;

use self::step::Step;
use crate::Bench;
use crate::hand::Reader;

const SEQUENCES: usize = 20;
const COMMANDS: usize = 50;
/// The seed with which the program `virtual-card` makes its card.
const CARD_SEED: u64 = 0;

/// Returns the same sequences in every run.
fn sequences() -> Vec<Vec<Step>> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let one = vec(Step::any(), COMMANDS);
    let next = |_| one.new_tree(&mut runner).unwrap().current();
    (0..SEQUENCES).map(next).collect()
}

fn through_pcscd(reader: &mut Reader, step: &Step) -> String {
    match step.command() {
        Some(command) => reader.apdu(&hex::encode_upper(command.to_bytes())),
        None => {
            let word = if matches!(step, Step::Reset) {
                "reset"
            } else {
                "unpower"
            };
            assert_eq!(reader.ask(word), "ok");
            reader.ask("state")
        }
    }
}

fn in_process(card: &mut Card, step: &Step) -> String {
    match step.command() {
        Some(command) => hex::encode_upper(card.transmit(&command.to_bytes())),
        None => {
            if matches!(step, Step::PowerCycle) {
                card.power_off();
                card.power_on();
            } else {
                card.reset();
            }
            hex::encode_upper(card.atr())
        }
    }
}

#[test]
fn answers_through_pcscd_are_those_given_in_process() {
    let Some(_bench) = Bench::with_cards(&["adult"]) else {
        return;
    };
    let mut card = Card::new(&Profile::standard("adult").unwrap(), CARD_SEED);
    let mut reader = Reader::connected(0);
    for (number, mut steps) in sequences().into_iter().enumerate() {
        // Each sequence starts from power-on, as the model does; counters go on.
        steps.insert(0, Step::PowerCycle);
        for step in steps {
            let answer = through_pcscd(&mut reader, &step);
            assert_eq!(
                answer,
                in_process(&mut card, &step),
                "sequence {number}: {step:?}"
            );
        }
    }
}
