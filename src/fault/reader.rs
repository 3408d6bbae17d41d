//! Faulty readers: interposers between the reference reader and the ports.

mod detour;
mod flaw;
mod told;

use sha2::{Digest as _, Sha256};
use virtual_card::apdu::{Command, Response};

use crate::check_in::{BackendReply, CARD_FACE_AP, CardReply, Effect, Event};
use crate::eligibility::{
    Answer, Bytes, Care, CertificatePhase, ConsentAnswer, ConsentKind, EmergencyConsent, Inquiry,
    Moment, Site,
};
use crate::reader::Reader;
use crate::screen::{Method, Screen};
use detour::Detour;

pub use flaw::ReaderFlaw;

const VERIFY: u8 = 0x20;

/// A reader with a flaw.
pub(super) struct Faulty {
    flaw: ReaderFlaw,
    inner: Box<dyn Reader>,
    /// Card replies that belong to what the flaw sent, not to the reader.
    swallow: usize,
    /// Backend replies that belong to what the flaw asked.
    swallow_replies: usize,
    pin: Option<Command>,
    resent: bool,
    challenge: Vec<u8>,
    token: String,
    done: bool,
    /// The backend said that the certificate is revoked.
    revoked: bool,
    /// What the flaw does with the card beside what the reader does.
    detour: Detour,
    /// The card's face application, where the photo is, was opened.
    photo: bool,
}

impl Faulty {
    pub(super) fn new(flaw: ReaderFlaw, inner: Box<dyn Reader>) -> Faulty {
        Faulty {
            flaw,
            inner,
            swallow: 0,
            swallow_replies: 0,
            pin: None,
            resent: false,
            challenge: Vec::new(),
            token: String::new(),
            done: false,
            revoked: false,
            detour: Detour::default(),
            photo: false,
        }
    }

    /// Changes what reaches the reader; `Err` keeps it from the reader and does this instead.
    fn event(&mut self, event: Event, now: Moment) -> Result<Event, Vec<Effect>> {
        if let (true, Event::CardReplied(reply)) = (self.swallow > 0, &event) {
            self.swallow -= 1;
            self.detour.overheard(reply);
            return Err(Vec::new());
        }
        if self.swallow_replies > 0 && matches!(event, Event::Replied(_)) {
            self.swallow_replies -= 1;
            return Err(Vec::new());
        }
        if let Event::Replied(BackendReply::Answer(Answer::Authenticated(authenticated))) = &event {
            self.token.clone_from(&authenticated.token);
        }
        if matches!(event, Event::Presented(_)) {
            self.resent = false;
            self.done = false;
        }
        let event = self.told(event);
        let event = self.on_detour(event)?;
        match (self.flaw, event) {
            (ReaderFlaw::FaceWithoutPhoto, Event::Presented(mut face)) => {
                face.photo = true;
                Ok(Event::Presented(face))
            }
            (ReaderFlaw::PinOfferedWithoutPin, Event::Presented(mut face)) => {
                face.pinless = false;
                Ok(Event::Presented(face))
            }
            (ReaderFlaw::WrongFaceAccepted, Event::FaceSeen { .. }) => {
                Ok(Event::FaceSeen { matches: true })
            }
            (ReaderFlaw::PinNotSent, Event::PinEntered(_)) => {
                // A correct PIN is assumed: the reader hears what the card would have said.
                let mut effects = self.inner.handle(Event::PinEntered("0000".to_owned()), now);
                effects.clear();
                let reply = CardReply::Response(Response::success(Vec::new()));
                Ok(Event::CardReplied(reply))
            }
            (
                ReaderFlaw::PinSentAgainWhenWrong,
                Event::CardReplied(CardReply::Response(response)),
            ) => self.again_when_wrong(response),
            (ReaderFlaw::LockedPinVerified, Event::CardReplied(CardReply::Response(response)))
                if response.status.left() == Some(0) =>
            {
                let effects = self
                    .inner
                    .handle(Event::CardReplied(CardReply::Response(response)), now);
                self.swallow += 1;
                let mut all = vec![Effect::Transmit(Command::verify(b"0000"))];
                all.extend(effects);
                Err(all)
            }
            (ReaderFlaw::GoesOnWithoutCard, Event::CardReplied(CardReply::Gone)) => {
                self.swallow_replies += 1;
                let mut effects = vec![Effect::Ask(Inquiry::Authenticate {
                    certificate: Bytes::default(),
                    challenge: Bytes::default(),
                    signature: Bytes::default(),
                    site: Site::default(),
                    care: Care::Outpatient,
                })];
                let gone = Event::CardReplied(CardReply::Gone);
                effects.extend(self.inner.handle(gone, now));
                Err(effects)
            }
            (
                ReaderFlaw::GraceRefused,
                Event::Replied(BackendReply::Answer(Answer::Authenticated(mut authenticated))),
            ) => {
                if authenticated.phase == Some(CertificatePhase::Grace) {
                    authenticated.phase = Some(CertificatePhase::Lapsed);
                }
                Ok(replied(Answer::Authenticated(authenticated)))
            }
            (
                ReaderFlaw::RegistrationNotOffered,
                Event::Replied(BackendReply::Answer(Answer::Authenticated(mut authenticated))),
            ) => {
                authenticated.registered = true;
                Ok(replied(Answer::Authenticated(authenticated)))
            }
            (ReaderFlaw::RegisteredUnasked, Event::RegistrationAnswered { .. }) => {
                Ok(Event::RegistrationAnswered { accepted: true })
            }
            (
                ReaderFlaw::EmergencyRefusalIgnored,
                Event::OralConsentRecorded(EmergencyConsent::Refused),
            ) => Ok(Event::OralConsentRecorded(EmergencyConsent::Given)),
            (_, event) => Ok(event),
        }
    }

    fn again_when_wrong(&mut self, response: Response) -> Result<Event, Vec<Effect>> {
        let wrong = response.status.left().is_some_and(|left| left > 0);
        match self.pin.take() {
            Some(pin) if wrong && !self.resent => {
                self.resent = true;
                Err(vec![Effect::Transmit(pin)])
            }
            _ => Ok(Event::CardReplied(CardReply::Response(response))),
        }
    }

    /// Changes what the reader does.
    fn effects(&mut self, effects: Vec<Effect>, now: Moment) -> Vec<Effect> {
        effects
            .into_iter()
            .flat_map(|effect| self.effect(effect, now))
            .collect()
    }

    fn effect(&mut self, effect: Effect, now: Moment) -> Vec<Effect> {
        match effect {
            Effect::Transmit(command) => self.transmit(command),
            Effect::Show(screen) => self.show(screen, now),
            Effect::Ask(inquiry) => self.ask(inquiry),
            Effect::PowerOff if self.flaw == ReaderFlaw::SecurityStatusLeftOpen => Vec::new(),
            effect @ (Effect::PowerOff | Effect::Log(_) | Effect::Kept(_)) => vec![effect],
        }
    }

    fn transmit(&mut self, mut command: Command) -> Vec<Effect> {
        if let Some(commands) = self.detour.around(self.flaw, &command) {
            self.swallow += commands.len().saturating_sub(1);
            return commands.into_iter().map(Effect::Transmit).collect();
        }
        let is_user_pin = command.instruction == VERIFY && command.data.len() == 4;
        self.photo |= command.data == CARD_FACE_AP;
        match self.flaw {
            ReaderFlaw::PinSentTwice if is_user_pin => {
                self.swallow += 1;
                return vec![Effect::Transmit(command.clone()), Effect::Transmit(command)];
            }
            ReaderFlaw::FiveDigitsSent if is_user_pin => {
                command = Command::verify(&[&command.data[..], b"0"].concat());
            }
            ReaderFlaw::PinSentAgainWhenWrong if is_user_pin => self.pin = Some(command.clone()),
            ReaderFlaw::PinRemembered if is_user_pin => {
                let remembered = self.pin.get_or_insert(command).clone();
                return vec![Effect::Transmit(remembered)];
            }
            ReaderFlaw::PinChanged if is_user_pin => {
                self.swallow += 1;
                let change = Command::change_pin(&command.data);
                return vec![Effect::Transmit(change), Effect::Transmit(command)];
            }
            ReaderFlaw::SignaturePasswordSent if is_user_pin => {
                self.swallow += 3;
                return vec![
                    Effect::Transmit(Command::select_file(0x001B)),
                    Effect::Transmit(Command::verify(b"PASSWORD")),
                    Effect::Transmit(Command::select_file(0x0018)),
                    Effect::Transmit(command),
                ];
            }
            ReaderFlaw::PinVerifiedInFaceMode
                if command.instruction == 0xA4 && command.data == CARD_FACE_AP =>
            {
                self.swallow += 3;
                return vec![
                    Effect::Transmit(Command::select_application(&crate::check_in::JPKI_AP)),
                    Effect::Transmit(Command::select_file(0x0018)),
                    Effect::Transmit(Command::verify(b"0000")),
                    Effect::Transmit(command),
                ];
            }
            ReaderFlaw::MyNumberRead
                if command.instruction == 0xA4 && command.data == [0x00, 0x0A] =>
            {
                self.swallow += 4;
                return vec![
                    Effect::Transmit(Command::select_application(&CARD_FACE_AP)),
                    Effect::Transmit(Command::select_file(0x0005)),
                    Effect::Transmit(Command::read_binary(0, 17)),
                    Effect::Transmit(Command::select_application(&crate::check_in::JPKI_AP)),
                    Effect::Transmit(command),
                ];
            }
            ReaderFlaw::SameChallenge if command.instruction == 0x2A => {
                self.challenge = vec![0x5A; 32];
                let mut digest_info = command.data.get(..19).unwrap_or_default().to_vec();
                digest_info.extend_from_slice(&Sha256::digest(&self.challenge));
                command = Command::sign(&digest_info);
            }
            _ => {}
        }
        vec![Effect::Transmit(command)]
    }

    fn show(&mut self, screen: Screen, now: Moment) -> Vec<Effect> {
        let screen = self.shown(screen, now);
        match (self.flaw, screen) {
            (ReaderFlaw::TriesNotShown, Screen::PinWrong { keys, masked, .. }) => {
                let left = None;
                vec![Effect::Show(Screen::PinWrong { left, keys, masked })]
            }
            (ReaderFlaw::KeysNotShuffled, mut screen) => {
                if let Screen::PinPad { keys, .. } | Screen::PinWrong { keys, .. } = &mut screen {
                    "1234567890".clone_into(keys);
                }
                vec![Effect::Show(screen)]
            }
            (ReaderFlaw::LockedPinEndsVisit, Screen::PinLocked { .. }) => vec![
                Effect::Show(Screen::PinLocked {
                    methods: Vec::new(),
                }),
                Effect::Show(Screen::Counter),
                Effect::PowerOff,
                Effect::Show(Screen::TakeCard),
            ],
            (ReaderFlaw::PinNotOffered, Screen::ChooseMethod { methods }) => {
                let mut offered = methods.clone();
                offered.retain(|method| *method == Method::Face || methods.len() == 1);
                vec![Effect::Show(Screen::ChooseMethod { methods: offered })]
            }
            (ReaderFlaw::ConsentBeforeIdentity, screen @ Screen::ChooseMethod { .. }) => vec![
                Effect::Show(Screen::Consent {
                    kind: ConsentKind::Care,
                    preset: None,
                }),
                Effect::Show(screen),
            ],
            (ReaderFlaw::InquiryBeforeIdentity, screen @ Screen::ChooseMethod { .. }) => {
                self.swallow_replies += 1;
                let inquiry = Inquiry::Confirm {
                    token: String::new(),
                    consents: Vec::new(),
                    emergency: None,
                };
                vec![Effect::Show(screen), Effect::Ask(inquiry)]
            }
            (ReaderFlaw::CardReleasedEarly, Screen::Checking) if !self.done => {
                self.done = true;
                vec![
                    Effect::Show(Screen::TakeCard),
                    Effect::Show(Screen::Checking),
                ]
            }
            (ReaderFlaw::ExpiryNotShown, Screen::CertificateExpired)
            | (ReaderFlaw::EndingNotShown, Screen::CertificateEnding { .. }) => {
                let effects = self.inner.handle(Event::Continued, now);
                self.effects(effects, now)
            }
            (ReaderFlaw::LapseIgnored, Screen::CertificateLapsed)
            | (ReaderFlaw::WithheldShownAsDone, Screen::Counter) => {
                vec![Effect::Show(Screen::Done)]
            }
            (ReaderFlaw::OutageAsNotInsured, Screen::Outage) => {
                vec![Effect::Show(Screen::Counter)]
            }
            (ReaderFlaw::LimitStillAsked, Screen::Done) => vec![
                Effect::Show(Screen::Done),
                Effect::Show(Screen::ConsentLimit),
            ],
            (ReaderFlaw::LimitNotAsked, Screen::ConsentLimit) => {
                self.swallow_replies += 1;
                let token = self.token.clone();
                let mut effects = vec![Effect::Ask(Inquiry::Limit { token })];
                let refused = Event::ConsentAnswered {
                    kind: Some(ConsentKind::Limit),
                    answer: ConsentAnswer::Refuse,
                };
                effects.extend(self.inner.handle(refused, now));
                effects
            }
            (ReaderFlaw::GivesUpInSilence, Screen::Unreadable) => Vec::new(),
            (_, screen) => self.cut_off(screen, now),
        }
    }

    fn ask(&mut self, mut inquiry: Inquiry) -> Vec<Effect> {
        match (self.flaw, &mut inquiry) {
            (ReaderFlaw::CertificateHalfRead, Inquiry::Authenticate { certificate, .. }) => {
                let half = certificate.0.len() / 2;
                certificate.0.truncate(half);
            }
            (ReaderFlaw::SameChallenge, Inquiry::Authenticate { challenge, .. }) => {
                *challenge = Bytes(self.challenge.clone());
            }
            (ReaderFlaw::ConsentAssumed, Inquiry::Confirm { consents, .. }) => {
                for consent in consents {
                    consent.answer = ConsentAnswer::Agree;
                }
            }
            (ReaderFlaw::AgreeToSome, Inquiry::Confirm { consents, .. }) => {
                if let Some(last) = consents.last_mut() {
                    last.answer = ConsentAnswer::Refuse;
                }
            }
            (ReaderFlaw::MyNumberSent, Inquiry::Confirm { .. }) => {
                let asked = self.detour.by_my_number();
                self.swallow_replies += asked.len();
                return asked
                    .into_iter()
                    .chain([inquiry])
                    .map(Effect::Ask)
                    .collect();
            }
            _ => self.asked(&mut inquiry),
        }
        vec![Effect::Ask(inquiry)]
    }
}

fn replied(answer: Answer) -> Event {
    Event::Replied(BackendReply::Answer(answer))
}

impl Reader for Faulty {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn start(&mut self) -> Vec<Effect> {
        self.inner.start()
    }

    fn handle(&mut self, event: Event, now: Moment) -> Vec<Effect> {
        let told = self.tells_of_itself(&event);
        let mut effects = self.flawed(event, now);
        match told {
            // Whatever else it says of its images is not true.
            Some(kept @ Effect::Kept(_)) => {
                effects.retain(|effect| !matches!(effect, Effect::Kept(_)));
                effects.push(kept);
            }
            Some(log) => effects.insert(0, log),
            None => {}
        }
        effects
    }

    fn move_to(&mut self, site: Site) {
        self.inner.move_to(site);
    }
}

impl Faulty {
    fn flawed(&mut self, event: Event, now: Moment) -> Vec<Effect> {
        match self.event(event, now) {
            Ok(event) => {
                let effects = self.inner.handle(event, now);
                self.effects(effects, now)
            }
            Err(effects) => effects,
        }
    }
}
