//! Faulty readers that take an answer, an inquiry or a screen for another.

use jiff::civil::date;

use super::{Faulty, ReaderFlaw};
use crate::check_in::{BackendReply, Effect, Event};
use crate::eligibility::{
    Answer, CertificatePhase, ConsentAnswer, ConsentKind, Ground, Inquiry, Moment, NumberKey, Site,
};
use crate::screen::{Image, Method, Screen};

impl Faulty {
    /// Returns what happened as the flawed reader takes it.
    pub(super) fn told(&mut self, mut event: Event) -> Event {
        match (self.flaw, &mut event) {
            (
                ReaderFlaw::ValidTurnedAway,
                Event::Replied(BackendReply::Answer(Answer::Authenticated(accepted))),
            ) if accepted.phase == Some(CertificatePhase::Valid) => {
                accepted.phase = Some(CertificatePhase::Lapsed);
            }
            (_, Event::Presented(_)) => {
                self.revoked = false;
                self.photo = false;
            }
            (_, Event::Replied(BackendReply::Answer(Answer::Refused(refusal)))) => {
                self.revoked |= refusal.ground == Ground::CertificateRevoked;
            }
            _ => {}
        }
        event
    }

    /// Returns what the flawed reader tells of itself when this happens.
    pub(super) fn tells_of_itself(&self, event: &Event) -> Option<Effect> {
        match (self.flaw, event) {
            (ReaderFlaw::PinLogged, Event::PinEntered(pin)) => {
                Some(Effect::Log(format!("PIN entered: {pin}")))
            }
            (ReaderFlaw::PhotoKept, Event::Removed) if self.photo => {
                Some(Effect::Kept(vec![Image::CardPhoto]))
            }
            _ => None,
        }
    }

    /// Returns the screen that the flawed reader shows.
    pub(super) fn shown(&self, mut screen: Screen, now: Moment) -> Screen {
        let grace_began = date(2024, 12, 2);
        match (self.flaw, &mut screen) {
            (ReaderFlaw::LapseBeforeGraceIgnored, Screen::CertificateLapsed)
                if now.day() < grace_began =>
            {
                Screen::Done
            }
            (ReaderFlaw::RevokedShownAsDone, Screen::Counter) if self.revoked => Screen::Done,
            (ReaderFlaw::FaceInOnlineCare, Screen::ChooseMethod { methods })
                if *methods == [Method::Pin] =>
            {
                methods.push(Method::Face);
                screen
            }
            _ => screen,
        }
    }

    /// Changes an inquiry to the one that the flawed reader makes.
    pub(super) fn asked(&self, inquiry: &mut Inquiry) {
        let Inquiry::Confirm { consents, .. } = inquiry else {
            return;
        };
        match self.flaw {
            ReaderFlaw::CheckupAssumed => {
                for consent in consents.iter_mut() {
                    if consent.kind == ConsentKind::Checkup {
                        consent.answer = ConsentAnswer::Agree;
                    }
                }
            }
            ReaderFlaw::NumberTypedForCard => {
                *inquiry = Inquiry::Number {
                    key: NumberKey {
                        insurer: "01139999".to_owned(),
                        symbol: String::new(),
                        number: "1".to_owned(),
                        branch: None,
                        birth_date: date(1985, 6, 15),
                    },
                    limit_consent: false,
                    disaster: None,
                    site: Site::default(),
                };
            }
            _ => {}
        }
    }
}
