//! Stages 3 and 5: what the backend says of certificate and registration, and the eligibility.

use std::collections::VecDeque;

use super::{BackendReply, CheckIn, Effect, Event, Stage, Turn, Visit, ignored, leave};
use crate::eligibility::{
    Answer, Care, CertificatePhase, ConsentAnswer, ConsentFlag, Eligibility, EmergencyConsent,
    Ground, Inquiry, MedicalKind, Moment, NumberKey,
};
use crate::rules;
use crate::screen::Screen;

/// Where the inquiries stand.
#[derive(Debug)]
pub(super) enum Step {
    /// Waiting for the answer to `Authenticate`.
    Authenticating,
    /// The patient answers the offer to register.
    Offering,
    /// Waiting for the answer to `Register`.
    Registering,
    /// The patient reads a notice about the certificate.
    Notice,
    /// Waiting for the answer to `Confirm`.
    Confirming,
    /// Waiting for medical information; what is still to be fetched.
    Fetching {
        key: NumberKey,
        kinds: VecDeque<MedicalKind>,
    },
    /// Done; the patient is asked for the limit with the card still in (before 2024-10-07).
    AskingForLimit,
    /// Waiting for the answer to `Limit`.
    FetchingLimit,
}

impl CheckIn {
    /// Takes an event while the backend is asked.
    pub(super) fn inquire(&mut self, step: Step, visit: Visit, event: Event, now: Moment) -> Turn {
        match (step, event) {
            (Step::Fetching { key, kinds }, Event::Replied(_)) => {
                // A kind that is refused or lost does not stop the reception.
                self.fetch_next(visit, key, kinds, now)
            }
            (_, Event::Replied(BackendReply::Outage)) => leave([Screen::Outage]),
            (Step::Authenticating, Event::Replied(BackendReply::Answer(answer))) => {
                self.authenticated(visit, answer, now)
            }
            (Step::Offering, Event::RegistrationAnswered { accepted: true }) => {
                let inquiry = Inquiry::Register {
                    token: visit.token(),
                };
                ask(Step::Registering, visit, inquiry)
            }
            (Step::Offering, Event::RegistrationAnswered { accepted: false }) => {
                leave([Screen::Counter])
            }
            (Step::Registering, Event::Replied(BackendReply::Answer(answer))) => match answer {
                Answer::Registered => self.notify(visit, now),
                answer => refused(&answer),
            },
            (Step::Notice, Event::Continued) => self.after_notice(visit, now),
            (Step::Confirming, Event::Replied(BackendReply::Answer(answer))) => match answer {
                Answer::Eligibility(eligibility) => self.confirmed(visit, &eligibility, now),
                answer => refused(&answer),
            },
            (Step::AskingForLimit, Event::ConsentAnswered { answer, .. }) => {
                if answer == ConsentAnswer::Agree {
                    let inquiry = Inquiry::Limit {
                        token: visit.token(),
                    };
                    ask(Step::FetchingLimit, visit, inquiry)
                } else {
                    leave([])
                }
            }
            (Step::FetchingLimit, Event::Replied(BackendReply::Answer(_))) => leave([]),
            (step, _) => ignored(Stage::Inquire(step, visit)),
        }
    }

    fn authenticated(&mut self, mut visit: Visit, answer: Answer, now: Moment) -> Turn {
        let authenticated = match answer {
            Answer::Authenticated(authenticated) => authenticated,
            answer => return refused(&answer),
        };
        // The backend's word counts; where the protocol carries none, the certificate's own dates.
        let phase = authenticated
            .phase
            .or_else(|| phase_of(&visit.certificate, now))
            .unwrap_or(CertificatePhase::Valid);
        let registered = authenticated.registered;
        visit.authenticated = Some(authenticated);
        visit.phase = Some(phase);
        match (phase, registered) {
            (CertificatePhase::Lapsed, _) => leave([Screen::CertificateLapsed]),
            // No registration on the spot in the grace period (convention 4), nor in an emergency.
            (CertificatePhase::Grace, false) => leave([Screen::Counter]),
            (_, false) if visit.care == Care::Emergency => leave([Screen::Counter]),
            (_, false) => (
                Stage::Inquire(Step::Offering, visit),
                vec![Effect::Show(Screen::OfferRegistration)],
            ),
            (_, true) => self.notify(visit, now),
        }
    }

    /// Shows what the patient should know about the certificate, and lets them go on.
    fn notify(&mut self, visit: Visit, now: Moment) -> Turn {
        if visit.care == Care::Emergency {
            return self.after_notice(visit, now);
        }
        let screen = match visit.phase {
            Some(CertificatePhase::Ending) => Screen::CertificateEnding {
                until: not_after(&visit.certificate).map(Moment::day),
            },
            Some(CertificatePhase::Grace) => Screen::CertificateExpired,
            _ => return self.after_notice(visit, now),
        };
        (
            Stage::Inquire(Step::Notice, visit),
            vec![Effect::Show(screen)],
        )
    }

    /// No consent step in the grace period: no medical information is given (CERT-03).
    fn after_notice(&mut self, visit: Visit, now: Moment) -> Turn {
        if visit.phase == Some(CertificatePhase::Grace) || visit.care == Care::Emergency {
            return confirm(visit);
        }
        self.begin_consent(visit, now)
    }

    fn confirmed(&mut self, visit: Visit, eligibility: &Eligibility, now: Moment) -> Turn {
        let (Some(qualification), Some(person)) = (&eligibility.qualification, &eligibility.person)
        else {
            return leave([Screen::Counter]);
        };
        // Without the ticket of the month the patient is received all the same (ELIG-10).
        if !rules::aid::is_valid(eligibility.validity) {
            return leave([Screen::Counter]);
        }
        let key = NumberKey {
            insurer: qualification.insurer.clone(),
            symbol: qualification.symbol.clone(),
            number: qualification.number.clone(),
            branch: qualification.branch.clone(),
            birth_date: person.birth_date,
        };
        let kinds = self.kinds_to_fetch(&visit, eligibility, now);
        self.fetch_next(visit, key, kinds, now)
    }

    /// Returns the kinds for which the backend says that a consent is recorded.
    fn kinds_to_fetch(
        &self,
        visit: &Visit,
        eligibility: &Eligibility,
        now: Moment,
    ) -> VecDeque<MedicalKind> {
        if visit.care == Care::Emergency {
            return match visit.emergency {
                _ if visit.phase == Some(CertificatePhase::Grace) => VecDeque::new(),
                Some(EmergencyConsent::Given | EmergencyConsent::Unobtainable) => {
                    VecDeque::from([MedicalKind::EmergencySummary])
                }
                _ => VecDeque::new(),
            };
        }
        eligibility
            .consents
            .iter()
            .filter(|consent| consent.flag == ConsentFlag::Given)
            .flat_map(|consent| rules::consent::covers(consent.kind, visit.day(now)))
            .collect()
    }

    fn fetch_next(
        &mut self,
        visit: Visit,
        key: NumberKey,
        mut kinds: VecDeque<MedicalKind>,
        now: Moment,
    ) -> Turn {
        let Some(kind) = kinds.pop_front() else {
            return self.done(visit, now);
        };
        let inquiry = Inquiry::Medical {
            period: None,
            key: key.clone(),
            kind,
            care: visit.care,
            site: self.site.clone(),
        };
        ask(Step::Fetching { key, kinds }, visit, inquiry)
    }

    /// Done; before 2024-10-07 the limit is asked for now, with the card still in (CONS-06).
    fn done(&mut self, visit: Visit, now: Moment) -> Turn {
        let grace = visit.phase == Some(CertificatePhase::Grace);
        let asks = rules::consent::asks_for_limit(&self.site, visit.day(now));
        if asks && !grace && visit.care == Care::Outpatient {
            return (
                Stage::Inquire(Step::AskingForLimit, visit),
                vec![
                    Effect::Show(Screen::Done),
                    Effect::Show(Screen::ConsentLimit),
                ],
            );
        }
        leave([Screen::Done])
    }
}

/// Asks for eligibility with the answers given.
pub(super) fn confirm(visit: Visit) -> Turn {
    let inquiry = Inquiry::Confirm {
        token: visit.token(),
        consents: visit.consents.clone(),
        emergency: visit.emergency,
    };
    let (stage, mut effects) = ask(Step::Confirming, visit, inquiry);
    effects.insert(0, Effect::Show(Screen::Checking));
    (stage, effects)
}

fn ask(step: Step, visit: Visit, inquiry: Inquiry) -> Turn {
    (Stage::Inquire(step, visit), vec![Effect::Ask(inquiry)])
}

/// A refusal names the certificate where that is the ground, and nothing else (DISC-02).
fn refused(answer: &Answer) -> Turn {
    match answer {
        Answer::Refused(refusal) if refusal.ground == Ground::CertificateLapsed => {
            leave([Screen::CertificateLapsed])
        }
        _ => leave([Screen::Counter]),
    }
}

/// Returns the phase by the certificate's own dates.
fn phase_of(certificate: &[u8], now: Moment) -> Option<CertificatePhase> {
    Some(rules::certificate::phase(
        not_after(certificate)?,
        now,
        true,
    ))
}

/// Returns the last instant of a certificate.
fn not_after(certificate: &[u8]) -> Option<Moment> {
    use x509_cert::der::Decode as _;
    let certificate = x509_cert::Certificate::from_der(certificate).ok()?;
    let seconds = certificate
        .tbs_certificate
        .validity
        .not_after
        .to_unix_duration()
        .as_secs();
    jiff::Timestamp::from_second(i64::try_from(seconds).ok()?)
        .ok()
        .map(Moment)
}
