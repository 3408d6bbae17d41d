//! A backend with one person, asked directly.

use sha2::{Digest as _, Sha256};
use uketsuke::backend::World;
use uketsuke::backend::embedded::Embedded;
use uketsuke::check_in::JPKI_AP;
use uketsuke::eligibility::{
    Answer, Bytes, Consent, ConsentAnswer, ConsentKind, Eligibility, Inquiry, MedicalKind, Moment,
    NumberKey, Period, Site,
};
use uketsuke::library::Library;
use uketsuke::scenario::{Playable, Source};
use virtual_card::apdu::{Command, Response};
use virtual_card::card::Card;
use virtual_card::profile::Profile;

/// A backend with one person, asked at instants of one's choice.
pub struct Desk {
    pub backend: Embedded,
    pub playable: Playable,
    pub site: Site,
}

pub fn moment(text: &str) -> Moment {
    text.parse().unwrap()
}

impl Desk {
    /// Makes one from the lines of a scenario file that say who and where; dates count from `at`.
    pub fn new(at: Moment, lines: &str) -> Desk {
        let source = Source {
            id: "over-time".to_owned(),
            origin: "over-time".to_owned(),
            text: format!(
                "title: {{ ja: 時, en: time }}\nrequirements: [ELIG-01]\nat: \"{at}\"\n{lines}\n\
                 steps:\n  - present-card\n  - take-card\n"
            ),
        };
        let library = Library::bundled().unwrap();
        let playable = source.playables(library.deck(), at).unwrap().remove(0);
        let mut backend = Embedded::new();
        backend.know(&World::of(&playable.scenario));
        Desk {
            backend,
            site: playable.scenario.site.clone(),
            playable,
        }
    }

    pub fn authenticate(&mut self, at: Moment) -> Answer {
        let challenge = b"over time";
        let (certificate, signature) = prove(&self.playable.profiles[0], challenge);
        let inquiry = Inquiry::Authenticate {
            certificate: Bytes(certificate),
            challenge: Bytes(challenge.to_vec()),
            signature: Bytes(signature),
            site: self.site.clone(),
            care: self.site.kind.care(),
        };
        self.backend.answer(&inquiry, at)
    }

    pub fn token(&mut self, at: Moment) -> String {
        match self.authenticate(at) {
            Answer::Authenticated(authenticated) => authenticated.token,
            other => panic!("{other:?}"),
        }
    }

    /// What is told of the card: its phase, or the ground of a refusal.
    pub fn told(&mut self, at: Moment) -> String {
        match self.authenticate(at) {
            Answer::Authenticated(told) if !told.registered => "unregistered".to_owned(),
            Answer::Authenticated(told) => format!("{:?}", told.phase.unwrap()),
            Answer::Refused(refusal) => format!("refused: {:?}", refusal.ground),
            other => panic!("{other:?}"),
        }
    }

    /// The questions whose last answer is carried over.
    pub fn carried(&mut self, at: Moment) -> Vec<ConsentKind> {
        match self.authenticate(at) {
            Answer::Authenticated(told) => told.earlier.iter().map(|it| it.kind).collect(),
            other => panic!("{other:?}"),
        }
    }

    pub fn visit(
        &mut self,
        at: Moment,
        agreed: &[ConsentKind],
        refused: &[ConsentKind],
    ) -> Eligibility {
        let token = self.token(at);
        let consent = |answer| {
            move |kind: &ConsentKind| Consent {
                kind: *kind,
                answer,
            }
        };
        let consents = (agreed.iter().map(consent(ConsentAnswer::Agree)))
            .chain(refused.iter().map(consent(ConsentAnswer::Refuse)))
            .collect();
        let inquiry = Inquiry::Confirm {
            token,
            consents,
            emergency: None,
        };
        match self.backend.answer(&inquiry, at) {
            Answer::Eligibility(eligibility) => *eligibility,
            other => panic!("{other:?}"),
        }
    }

    pub fn key(&self) -> NumberKey {
        let registry = &self.playable.scenario.people[0].registry;
        let held = &registry.qualifications[0];
        NumberKey {
            insurer: held.insurer.clone(),
            symbol: held.symbol.clone(),
            number: held.number.clone(),
            branch: held.branch.clone(),
            birth_date: registry.person.birth_date,
        }
    }

    pub fn number(&mut self, at: Moment) -> Eligibility {
        let inquiry = Inquiry::Number {
            key: self.key(),
            limit_consent: false,
            disaster: None,
            site: self.site.clone(),
        };
        match self.backend.answer(&inquiry, at) {
            Answer::Eligibility(eligibility) => *eligibility,
            other => panic!("{other:?}"),
        }
    }

    /// The months of what a fetch by number returns, or why there is none.
    pub fn fetch(&mut self, at: Moment, kind: MedicalKind) -> String {
        self.fetch_in(at, kind, None)
    }

    pub fn fetch_in(&mut self, at: Moment, kind: MedicalKind, period: Option<Period>) -> String {
        let inquiry = Inquiry::Medical {
            key: self.key(),
            kind,
            period,
            care: self.site.kind.care(),
            site: self.site.clone(),
        };
        match self.backend.answer(&inquiry, at) {
            Answer::Medical(medical) => {
                let months: Vec<String> = medical.records.into_iter().map(|it| it.month).collect();
                months.join(" ")
            }
            Answer::Refused(refusal) => format!("refused: {:?}", refusal.ground),
            other => panic!("{other:?}"),
        }
    }

    pub fn register(&mut self, at: Moment) -> String {
        let inquiry = match self.authenticate(at) {
            Answer::Authenticated(told) => Inquiry::Register { token: told.token },
            Answer::Refused(refusal) => return format!("refused: {:?}", refusal.ground),
            other => panic!("{other:?}"),
        };
        match self.backend.answer(&inquiry, at) {
            Answer::Registered => "registered".to_owned(),
            Answer::Refused(refusal) => format!("refused: {:?}", refusal.ground),
            other => panic!("{other:?}"),
        }
    }
}

/// The card's certificate, and what it signs of a challenge once its PIN is typed.
fn prove(profile: &Profile, challenge: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut card = Card::new(profile, 1);
    let pin = profile.pins.user.as_ref().unwrap().as_str().to_owned();
    let mut digest_info = hex::decode("3031300d060960864801650304020105000420").unwrap();
    digest_info.extend(Sha256::digest(challenge));
    let commands = [
        Command::select_application(&JPKI_AP),
        Command::select_file(0x0018),
        Command::verify(pin.as_bytes()),
        Command::select_file(0x0017),
        Command::sign(&digest_info),
    ];
    let answers: Vec<Response> = commands.iter().map(|it| card.execute(it)).collect();
    assert!(answers.iter().all(|it| it.status.is_success()));
    let signature = answers.last().unwrap().data.clone();
    (card.user_certificate(), signature)
}
