//! A tester at the card: shown where the reader stands, and named.

use super::*;
use crate::scenario::{Probe, Step};
use crate::transcript::{Event, Role, Stimulus};

const ID: &str = "pin/wrong-then-right";

/// Opens a play in which a tester, and no reader, talks to the card.
fn opened(language: Language) -> Model {
    let mut model = model(language, &UNICODE);
    let _ = model.open(ID);
    let (mut transcript, judgement) = Films::new().play(ID).unwrap();
    for entry in &mut transcript.entries {
        for role in [&mut entry.from, &mut entry.to] {
            if *role == Role::Reader {
                *role = Role::Tester;
            }
        }
        if let Event::Stimulus(Stimulus { act, .. }) = &mut entry.event
            && matches!(act, Step::EnterPin(_))
        {
            *act = Step::Probe(vec![Probe::PinStatus]);
            (entry.from, entry.to) = (Role::Tester, Role::Card);
        }
    }
    let played = Played {
        transcript,
        judgement,
    };
    model.update(Message::Finished {
        id: ID.to_owned(),
        outcome: Ok(Box::new(played)),
    });
    model
}

#[test]
fn what_a_tester_does_is_named_in_the_sequence() {
    let mut english = opened(Language::En);
    let screen = drawn(&mut english, 200, 60);
    assert!(screen.contains("tester: SELECT JPKI"), "{screen}");
    assert!(screen.contains("tester: pin-status"), "{screen}");
    let screen = drawn(&mut opened(Language::Ja), 200, 60);
    assert!(screen.contains("試験者: SELECT JPKI"), "{screen}");
}

#[test]
fn a_play_without_a_visit_can_be_stepped_through() {
    let library = crate::library::Library::bundled().unwrap();
    let now = "2026-11-21T09:00:00+09:00".parse().unwrap();
    let mut sources = library.sources().iter();
    let source = sources.find(|it| it.id == "card/pin-counter").unwrap();
    let playable = source.playables(library.deck(), now).unwrap().remove(0);
    let options = crate::runner::Options::default();
    let transcript = crate::runner::play_blocking(&playable, &options).unwrap();
    let judgement = crate::judge::judge(&transcript.header.scenario, &transcript);
    let steps = transcript.entries.len();
    let mut model = model(Language::En, &UNICODE);
    let _ = model.open(ID);
    model.update(Message::Finished {
        id: ID.to_owned(),
        outcome: Ok(Box::new(Played {
            transcript,
            judgement,
        })),
    });
    for _ in 0..=steps {
        press(&mut model, &[Action::StepOn]);
        for (width, height) in [(80, 24), (120, 36)] {
            assert!(drawn(&mut model, width, height).contains("SIMULATION"));
        }
    }
    let last = drawn(&mut model, 120, 36);
    assert!(last.contains("VERIFY pin#1"), "{last}");
    assert!(last.contains("6984"), "{last}");
    assert!(last.contains("(check: 63C0)"), "{last}");
}
