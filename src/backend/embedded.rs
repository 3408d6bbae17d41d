//! Our own backend, in this process: the registry of the scenario, and the rules of their dates.
//!
//! A pipeline: find → certificate → disclosure → consent → evidence. Where several grounds hold at
//! once the order is convention 1 of the catalogue: unreadable, revoked, after grace, withheld,
//! unregistered, lapsed or none.

mod card_inquiry;
mod certificate;
mod consent;
mod emergency;
mod incident;
mod insurance;
mod medical;
mod number_inquiry;

use std::collections::{BTreeMap, BTreeSet};

use super::{Asked, Backend, Cannot, Connector, Outage, Pending, World};
use crate::eligibility::{
    Answer, Care, Consent, ConsentKind, EmergencyConsent, Ground, Incident, Inquiry, InquiryKind,
    Moment, PortalView, Refusal, Registration, Site, Text,
};
use crate::rules;
use crate::scenario::Patient;

/// Our own backend.
#[derive(Debug, Default)]
pub struct Embedded {
    people: Vec<Patient>,
    /// Disaster and outage functions that are switched on.
    incidents: Vec<Incident>,
    /// People who registered at a reader since the scenario began.
    registered: BTreeSet<String>,
    consents: Vec<Recorded>,
    /// The questions that each institution has switched on, since when where that was seen.
    options: BTreeMap<String, BTreeMap<ConsentKind, Option<Moment>>>,
    emergencies: Vec<Recording>,
    disasters: Vec<Recording>,
    sessions: BTreeMap<String, Session>,
}

/// A session between `Authenticate` and `Confirm`.
#[derive(Debug, Clone)]
struct Session {
    person: String,
    site: Site,
    care: Care,
    emergency: bool,
}

/// A consent as recorded.
#[derive(Debug, Clone)]
struct Recorded {
    person: String,
    institution: String,
    consent: Consent,
    care: Care,
    at: Moment,
}

/// What staff recorded of a patient's consent in an emergency (EMG-02, EMG-03) or a disaster
/// (DIS-01): given by word, or not obtainable.
#[derive(Debug, Clone)]
struct Recording {
    person: String,
    institution: String,
    consent: EmergencyConsent,
    at: Moment,
}

impl Recording {
    /// Tells whether it is of this person, at this site, and no refusal.
    fn is_of(&self, person: &str, site: &Site) -> bool {
        self.person == person
            && self.institution == site.institution
            && self.consent != EmergencyConsent::Refused
    }
}

impl Embedded {
    /// Makes a backend that knows nobody yet.
    pub fn new() -> Embedded {
        Embedded::default()
    }

    /// Answers an inquiry at `now`.
    pub fn answer(&mut self, inquiry: &Inquiry, now: Moment) -> Answer {
        let answer = match inquiry {
            Inquiry::Authenticate {
                certificate,
                challenge,
                signature,
                site,
                care,
            } => self.authenticate(
                &certificate::Proof {
                    certificate: &certificate.0,
                    challenge: &challenge.0,
                    signature: &signature.0,
                },
                site,
                *care,
                now,
            ),
            Inquiry::Register { token } => self.register(token, now),
            Inquiry::Confirm {
                token,
                consents,
                emergency,
            } => self.confirm(token, consents, *emergency, now),
            Inquiry::Limit { token } => self.limit(token, now),
            Inquiry::Number {
                key,
                limit_consent,
                disaster,
                site,
            } => match disaster {
                Some(consent) => self.number_in_disaster(key, *limit_consent, *consent, site, now),
                None => self.number(key, *limit_consent, site, now),
            },
            Inquiry::Medical {
                key,
                kind,
                period,
                care,
                site,
            } => {
                let wanted = medical::Wanted {
                    kind: *kind,
                    period: period.as_ref(),
                    care: *care,
                };
                self.medical(key, &wanted, site, now)
            }
            Inquiry::Portal { person } => self.portal(person),
            Inquiry::Person { .. } => self.search(inquiry, now),
        };
        answer.unwrap_or_else(Answer::Refused)
    }

    fn person(&self, name: &str) -> Result<&Patient, Refusal> {
        self.people
            .iter()
            .find(|patient| patient.name == name)
            .ok_or_else(|| refuse(Ground::UnknownToken))
    }

    fn session(&self, token: &str) -> Result<(Session, &Patient), Refusal> {
        let session = self
            .sessions
            .get(token)
            .ok_or_else(|| refuse(Ground::UnknownToken))?;
        Ok((session.clone(), self.person(&session.person)?))
    }

    fn is_registered(&self, patient: &Patient) -> bool {
        self.registered.contains(&patient.name)
            || rules::registration::stands(&patient.registry, patient.card.not_before)
    }

    fn portal(&self, person: &str) -> Result<Answer, Refusal> {
        let patient = self.person(person)?;
        Ok(Answer::Portal(PortalView {
            shown: rules::disclosure::portal_sections(&patient.registry),
        }))
    }
}

impl Backend for Embedded {
    fn name(&self) -> &'static str {
        "embedded"
    }

    fn carries(&self, _kind: InquiryKind) -> Result<(), Text> {
        Ok(())
    }

    fn arrange<'a>(&'a mut self, world: &'a World, _at: Moment) -> Pending<'a, Result<(), Cannot>> {
        self.know(world);
        Box::pin(std::future::ready(Ok(())))
    }

    fn ask<'a>(&'a mut self, inquiry: &'a Inquiry, now: Moment) -> Asked<'a> {
        Box::pin(async move { Ok(self.answer(inquiry, now)) })
    }
}

/// The way to a backend in this process: each play gets a new one.
#[derive(Debug, Clone, Copy, Default)]
pub struct InProcess;

impl Connector for InProcess {
    fn arranges(&self) -> bool {
        true
    }

    fn connect(&self) -> Pending<'_, Result<Box<dyn Backend>, Outage>> {
        Box::pin(std::future::ready(Ok(
            Box::new(Embedded::new()) as Box<dyn Backend>
        )))
    }
}

impl Embedded {
    /// Makes the backend know `world`. What was recorded since the first call stays.
    pub fn know(&mut self, world: &World) {
        if self.people.is_empty() {
            self.consents = consent::earlier(&world.people);
        }
        for patient in &world.people {
            let cancelled = |registration: &Registration| registration.cancelled;
            if patient
                .registry
                .registration
                .as_ref()
                .is_some_and(cancelled)
            {
                self.registered.remove(&patient.name);
            }
        }
        self.people.clone_from(&world.people);
        self.incidents.clone_from(&world.incidents);
    }
}

/// Makes a refusal. The codes of the real system are not public: ours are visibly synthetic.
fn refuse(ground: Ground) -> Refusal {
    let (code, message) = match ground {
        Ground::CertificateInvalid => ("SIM-101", "電子証明書を確認できません"),
        Ground::CertificateRevoked => ("SIM-102", "電子証明書が失効しています"),
        Ground::CertificateLapsed => ("SIM-103", "電子証明書の有効期限が切れています"),
        Ground::Withheld => (
            "SIM-104",
            "このカードでは受付できません。窓口で確認してください",
        ),
        Ground::Unregistered => ("SIM-105", "利用登録がありません"),
        Ground::NotRecorded => ("SIM-106", "保険者の登録がまだありません"),
        Ground::NoConsent => ("SIM-107", "有効な同意がありません"),
        Ground::NotAuthorised => ("SIM-108", "この施設または利用者には権限がありません"),
        Ground::UnknownToken => ("SIM-109", "受付の続きではありません"),
        Ground::Unstated => ("SIM-110", "受け付けられません"),
    };
    Refusal {
        ground,
        code: code.to_owned(),
        message: message.to_owned(),
    }
}
