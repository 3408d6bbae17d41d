//! Makes the messages that tell a driver what happened.

use super::message::{LostAs, ToReader};
use crate::check_in::{BackendReply, CardReply, Event};
use crate::eligibility::{Bytes, Moment};

/// Returns the message that tells a driver what happened.
pub(super) fn message_of(event: Event, now: Moment) -> ToReader {
    match event {
        Event::Presented(face) => ToReader::PresentCard {
            now,
            printed: face.into(),
        },
        Event::Removed => ToReader::TakeCard { now },
        Event::CardReplied(reply) => response(reply, false, now),
        Event::Chosen(method) => ToReader::Choose { now, method },
        Event::PinEntered(pin) => ToReader::EnterPin { now, pin },
        Event::FaceSeen { matches } => ToReader::ShowFace { now, matches },
        Event::RegistrationAnswered { accepted } => ToReader::Register {
            now,
            accept: accepted,
        },
        Event::ConsentAnswered { kind, answer } => ToReader::Consent { now, kind, answer },
        Event::Continued => ToReader::Continue { now },
        Event::VisualModeSwitched => ToReader::VisualMode { now },
        Event::VisuallyChecked { matches } => ToReader::VisualCheck { now, matches },
        Event::OralConsentRecorded(consent) => ToReader::OralConsent { now, consent },
        Event::EmergencyStarted => ToReader::Emergency { now },
        Event::NoCard => ToReader::NoCard { now },
        Event::Replied(BackendReply::Answer(answer)) => ToReader::Answer {
            now,
            answer: Some(answer),
        },
        Event::Replied(BackendReply::Outage) => ToReader::Answer { now, answer: None },
    }
}

/// Returns the message that tells what the card answered.
pub(super) fn response(reply: CardReply, removed: bool, now: Moment) -> ToReader {
    let (apdu, lost) = match reply {
        CardReply::Response(response) => (Some(response.into_bytes()), None),
        CardReply::Mute => (None, Some(LostAs::Mute)),
        CardReply::Gone => (None, Some(LostAs::Gone)),
    };
    ToReader::Response {
        now,
        apdu: apdu.map(Bytes),
        lost,
        removed,
    }
}
