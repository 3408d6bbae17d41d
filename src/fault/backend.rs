//! Faulty backends: interposers between a sound backend and whoever asks.

mod answers;
mod flaw;
mod incidents;
mod insurance;
mod wire;
mod world;

use jiff::civil::Date;

use crate::backend::{Asked, Backend, Cannot, Outage, Pending, World};
use crate::eligibility::{
    Answer, Care, CertificatePhase, Consent, ConsentAnswer, ConsentKind, Eligibility,
    EmergencyConsent, Ground, Inquiry, InquiryKind, Moment, NumberKey, Refusal, SiteKind, Text,
    Wire,
};
use crate::scenario::Patient;

pub use flaw::BackendFlaw;

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A backend with a flaw.
pub(super) struct Faulty {
    flaw: BackendFlaw,
    inner: Box<dyn Backend>,
    people: Vec<Patient>,
    /// The person of the session under way.
    person: Option<String>,
    asked: u32,
    number_asked: bool,
    /// A search was made in an outage.
    searched: bool,
    /// Where a disaster function is switched on.
    area: Option<String>,
    first_site: Option<String>,
    /// A card was registered in the session under way.
    registered: bool,
    /// Who answered the questions last, and how.
    answered: Option<(Option<String>, Vec<Consent>)>,
    /// Whose eligibility was given last.
    told: Option<(Option<String>, Eligibility)>,
}

impl Faulty {
    pub(super) fn new(flaw: BackendFlaw, inner: Box<dyn Backend>) -> Faulty {
        Faulty {
            flaw,
            inner,
            people: Vec::new(),
            person: None,
            asked: 0,
            number_asked: false,
            searched: false,
            area: None,
            first_site: None,
            registered: false,
            answered: None,
            told: None,
        }
    }

    fn patient(&self) -> Option<&Patient> {
        let name = self.person.as_deref()?;
        self.people.iter().find(|patient| patient.name == name)
    }

    /// Returns whom a key is about, by the birth date alone: sloppy, as a flawed backend may be.
    fn patient_of(&self, key: &NumberKey) -> Option<&Patient> {
        self.people
            .iter()
            .find(|patient| patient.registry.person.birth_date == key.birth_date)
    }

    /// Remembers whose certificate is shown, by the serial number in it.
    fn remember(&mut self, inquiry: &Inquiry) {
        use x509_cert::der::Decode as _;
        if let Inquiry::Authenticate { certificate, .. } = inquiry
            && let Ok(certificate) = x509_cert::Certificate::from_der(&certificate.0)
        {
            let serial = hex::encode(certificate.tbs_certificate.serial_number.as_bytes());
            let serial = serial.trim_start_matches('0');
            self.person = self
                .people
                .iter()
                .find(|patient| patient.card.serial.trim_start_matches('0') == serial)
                .map(|patient| patient.name.clone());
        }
    }

    /// Returns the inquiry as the flawed backend understands it.
    fn inquiry(&mut self, inquiry: &Inquiry) -> Inquiry {
        let mut inquiry = inquiry.clone();
        self.remember(&inquiry);
        self.number_asked |= inquiry.kind() == InquiryKind::Number;
        self.understand_search(&mut inquiry);
        let agree = |kind| Consent {
            kind,
            answer: ConsentAnswer::Agree,
        };
        match (self.flaw, &mut inquiry) {
            (BackendFlaw::ConsentIgnored, Inquiry::Confirm { consents, .. }) => {
                for consent in consents {
                    consent.answer = ConsentAnswer::Agree;
                }
            }
            (BackendFlaw::ConsentOfThePatientBefore, Inquiry::Confirm { consents, .. }) => {
                let own = (self.person.clone(), consents.clone());
                if let Some((person, before)) = self.answered.replace(own)
                    && person != self.person
                {
                    *consents = before;
                }
            }
            (BackendFlaw::CheckupAlthoughRefused, Inquiry::Confirm { consents, .. }) => {
                for consent in consents {
                    if consent.kind == ConsentKind::Checkup {
                        *consent = agree(ConsentKind::Checkup);
                    }
                }
            }
            (BackendFlaw::LimitByNumberUnasked, Inquiry::Number { limit_consent, .. }) => {
                *limit_consent = true;
            }
            (BackendFlaw::PaddingCounts, Inquiry::Number { key, .. })
                if key.insurer.len() != 8 || key.insurer.starts_with(' ') =>
            {
                key.insurer = "99999999".to_owned();
            }
            (BackendFlaw::EmergencyWithoutConsent, Inquiry::Confirm { emergency, .. })
                if emergency.is_some() =>
            {
                *emergency = Some(EmergencyConsent::Given);
            }
            (
                BackendFlaw::ConsentEverywhere,
                Inquiry::Confirm { .. } | Inquiry::Authenticate { .. },
            ) => {
                if let Inquiry::Authenticate { site, .. } = &inquiry {
                    self.first_site
                        .get_or_insert_with(|| site.institution.clone());
                }
            }
            (BackendFlaw::ConsentEverywhere, Inquiry::Medical { site, .. }) => {
                if let Some(first) = &self.first_site {
                    site.institution.clone_from(first);
                }
            }
            (BackendFlaw::StandingConsentExpires, Inquiry::Medical { care, .. })
                if *care == Care::HomeVisit =>
            {
                *care = Care::Outpatient;
            }
            (BackendFlaw::AmbulanceSeesAll, Inquiry::Medical { site, .. })
                if site.kind == SiteKind::Ambulance =>
            {
                site.kind = SiteKind::Hospital;
            }
            _ => {}
        }
        inquiry
    }

    /// Returns the instants that the flawed backend tries in turn, in place of now.
    fn instants(&self, inquiry: &Inquiry, now: Moment) -> Vec<Moment> {
        let card_inquiry = matches!(
            inquiry.kind(),
            InquiryKind::Authenticate | InquiryKind::Confirm | InquiryKind::Register
        );
        match self.flaw {
            BackendFlaw::LapsedAccepted | BackendFlaw::GraceBeforeItsTime if card_inquiry => {
                // Back to when the certificate was good.
                let before = self
                    .patient()
                    .map_or(now, |patient| days_later(patient.card.not_after, -1));
                vec![now, before]
            }
            BackendFlaw::GraceADayLonger if card_inquiry => vec![now, days_later(now, -1)],
            BackendFlaw::ConsentNeverExpires if inquiry.kind() == InquiryKind::Medical => {
                vec![now, days_later(now, -1), days_later(now, -2)]
            }
            _ => vec![now],
        }
    }

    fn phase(&self, now: Moment) -> Option<CertificatePhase> {
        self.patient()
            .map(|patient| crate::rules::certificate::phase(patient.card.not_after, now, true))
    }

    /// Returns the refusal that the flawed backend gives before it looks any further.
    fn refusal(&self, inquiry: &Inquiry, now: Moment) -> Option<Answer> {
        if inquiry.kind() != InquiryKind::Authenticate {
            return None;
        }
        let phase = self.phase(now)?;
        let card = &self.patient()?.card;
        let last_valid = card.not_after.day();
        let refuses = match self.flaw {
            BackendFlaw::LastDayRefused => now.day() == last_valid,
            BackendFlaw::LastDayOfGraceRefused => {
                let tomorrow = self.phase(days_later(now, 1));
                phase == CertificatePhase::Grace && tomorrow == Some(CertificatePhase::Lapsed)
            }
            BackendFlaw::EndedBySignatureCertificate => !card.signature_certificate,
            BackendFlaw::CardExpiryEndsGrace => {
                let expires = card.validity.as_ref().and_then(|it| it.card_expires);
                phase == CertificatePhase::Grace && expires.is_some_and(|day| day < now.day())
            }
            BackendFlaw::GraceForgotten => phase == CertificatePhase::Grace,
            BackendFlaw::GraceToTheDay => {
                phase == CertificatePhase::Grace && now.day() > three_months_later(last_valid)
            }
            BackendFlaw::EndingTreatedAsLapsed => phase == CertificatePhase::Ending,
            BackendFlaw::ValidTreatedAsExpired => phase == CertificatePhase::Valid,
            _ => false,
        };
        refuses.then(|| refused(Ground::CertificateLapsed))
    }
}

impl Backend for Faulty {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn is_foreign(&self) -> bool {
        self.inner.is_foreign()
    }

    fn carries(&self, kind: InquiryKind) -> Result<(), Text> {
        self.inner.carries(kind)
    }

    fn arrange<'a>(&'a mut self, world: &'a World, at: Moment) -> Pending<'a, Result<(), Cannot>> {
        let flawed = self.world(world);
        self.area = incidents::area(world);
        self.people.clone_from(&world.people);
        Box::pin(async move { self.inner.arrange(&flawed, at).await })
    }

    fn wire(&self) -> Option<Wire> {
        self.inner.wire()
    }

    fn ask<'a>(&'a mut self, inquiry: &'a Inquiry, now: Moment) -> Asked<'a> {
        Box::pin(async move {
            let understood = self.inquiry(inquiry);
            let refused_at_once = self
                .forgets(&understood)
                .or_else(|| self.refusal(&understood, now))
                .or_else(|| self.refused_all_the_same(&understood));
            if let Some(answer) = refused_at_once {
                return Ok(answer);
            }
            let mut last: Result<Answer, Outage> = Ok(refused(Ground::UnknownToken));
            for instant in self.instants(&understood, now) {
                last = self.inner.ask(&understood, instant).await;
                if !matches!(last, Ok(Answer::Refused(_))) {
                    break;
                }
            }
            if let Ok(Answer::Refused(_)) = &last
                && let Some(answer) = self
                    .medical_all_the_same(&understood, now)
                    .or_else(|| self.unchecked(&understood))
            {
                return Ok(answer);
            }
            let answer = self.answer(inquiry, last?, now);
            self.sent(inquiry, answer)
        })
    }
}

fn refused(ground: Ground) -> Answer {
    Answer::Refused(Refusal {
        ground,
        code: "SIM-900".to_owned(),
        message: "模擬の誤り".to_owned(),
    })
}

fn days_later(moment: Moment, days: i64) -> Moment {
    let span = jiff::SignedDuration::from_millis(days.saturating_mul(DAY_MS));
    Moment(moment.0.checked_add(span).unwrap_or(moment.0))
}

/// The wrong reading "E + 3 months to the day", which a web page has.
fn three_months_later(last_valid: Date) -> Date {
    last_valid.saturating_add(jiff::Span::new().months(3))
}

/// A sound backend has no My Number: the flaw takes it from the card's profile.
fn my_number(person: &str) -> Option<String> {
    virtual_card::profile::Profile::standard(person).map(|profile| profile.my_number)
}
