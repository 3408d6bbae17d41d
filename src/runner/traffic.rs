//! Records what crosses between a foreign reader and our card in a slot of vpcd, as we saw it there:
//! for a play with a driver whose reader uses PC/SC, and for an observation.
//!
//! Power and resets stand there as they reached the card. Whether the reader's software asked for them or
//! pcscd took the power by itself is not to be told from the card's side.

use virtual_card::fault::{Fault, Kind, When};

use super::fault_text;
use crate::card_link::Lost;
use crate::eligibility::Moment;
use crate::presentation::Traffic;
use crate::transcript::{CardEvent, Event, Recorder, Role};

/// Records a command with its answer, a reset or a loss of power; nothing for what else is seen of a
/// card. `came` is when it reached the card, `answered` when the answer left.
pub(crate) fn record(recorder: &mut Recorder, seen: &Traffic, came: Moment, answered: Moment) {
    let mut card = |event| {
        let event = Event::Card(event);
        recorder.record(came, Role::Reader, Role::Card, None, event);
    };
    match seen {
        Traffic::PowerOff => card(CardEvent::PowerOff),
        Traffic::Reset => card(CardEvent::Reset),
        Traffic::Apdu {
            command,
            answer,
            struck,
        } => {
            let n = recorder.command(came, Role::Reader, command);
            answer_of(recorder, n, answered, answer, struck.as_ref());
        }
        Traffic::Left | Traffic::Taken | Traffic::NotTaken | Traffic::Out(_) => {}
    }
}

/// Records the answer to command `n`, with what befell the card at it.
fn answer_of(
    recorder: &mut Recorder,
    n: u64,
    at: Moment,
    answer: &Result<Vec<u8>, Lost>,
    struck: Option<&Fault>,
) {
    let befalls = |recorder: &mut Recorder, event| {
        recorder.record(at, Role::Harness, Role::Card, Some(n), event);
    };
    let power_lost = struck.filter(|fault| fault.kind == Kind::Reset);
    if let Some(fault) = struck {
        befalls(recorder, Event::Fault(fault_text(fault)));
    }
    if power_lost.is_some_and(|fault| fault.when != When::After) {
        befalls(recorder, Event::Card(CardEvent::PowerLost));
    }
    let answer = match answer {
        Ok(bytes) => Ok(bytes.as_slice()),
        Err(lost) => Err(lost.word()),
    };
    recorder.response(at, Role::Reader, n, answer);
    if power_lost.is_some_and(|fault| fault.when == When::After) {
        befalls(recorder, Event::Card(CardEvent::PowerLost));
    }
}
