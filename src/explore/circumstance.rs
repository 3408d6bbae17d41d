//! One thing that is special about a case: of the card, the registry, the site or the world. A plan
//! is a person of the deck with a few of these; dropping one leaves a plan that still plays.

mod insurance;
mod names;

use jiff::civil::{Date, date};
use virtual_card::profile::Issuer;

use crate::eligibility::{
    Care, CertificateStatus, ConsentAnswer, ConsentKind, ConsentLayout, IncidentKind, MedicalKind,
    Moment, SiteKind,
};
use crate::requirement::Id;
use crate::scenario::{
    CardOverrides, DateExpr, Deck, Document, IncidentEntry, MedicalEntry, PersonOverrides,
    PhysicalCardEntry, PinOverrides, QualificationEntry, RegistryOverrides, WithdrawalEntry,
};
use crate::scenario::{EarlierConsentEntry, RegistrationEntry, UserCertificateOverrides};

pub use names::NAMES;

/// The institution of a second site; the first is that of `Site::default`.
pub(super) const ELSEWHERE: &str = "1388888888";
/// The municipality in which disaster functions are switched on, and one where they are not.
pub(super) const STRUCK: &str = "99201";
pub(super) const SPARED: &str = "99301";

/// Which of a phone's three ends is moved (CERT-09).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneEnd {
    /// That of the phone's own certificate.
    Own,
    /// That of the physical card.
    Card,
    /// That of the physical card's certificate.
    CardCertificate,
}

/// One special circumstance. Days and seconds count back from `at`, so that 0 is the border.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)] // the names say it; `name` is what reports show
pub enum Circumstance {
    /// The certificate's last day lies so many days back.
    CertificateEnded(i64),
    PhoneEnded(PhoneEnd, i64),
    Certificate(CertificateStatus),
    Untrusted,
    /// The patient moved, which ended the signature certificate alone (CERT-10).
    Moved,
    /// Card and certificate ended together, so many days back (CERT-11).
    CardExpired(i64),
    LockedPin,
    NoPhoto,
    Registration(RegistrationEntry),
    /// The certificate before this one ended so many days before this one began.
    Renewed(i64),
    Withheld(u8),
    Undisclosed(u8),
    NotRecorded,
    /// The only qualification lasted until so many days back.
    Lapsed(i64),
    /// The insurer changed so many days back.
    NewInsurer(i64),
    /// So many years old, and so many days.
    Aged(i16, i64),
    OldRecords,
    ManyCheckups,
    NoLimit,
    LimitUntil(i64),
    Disease,
    /// The month of the ticket, back from now, and whether it names this institution.
    Ticket(i64, bool),
    Earlier {
        kind: ConsentKind,
        answer: ConsentAnswer,
        seconds_ago: i64,
        here: bool,
        care: Care,
    },
    Withdrawn(i64),
    Kind(SiteKind),
    Offers(Vec<ConsentKind>),
    AllFirst,
    EmergencyAccess,
    Administrator,
    /// From so many days back, for so many days, and whether the site is in the area.
    Disaster(i64, i64, bool),
    Outage(i64, i64, bool),
    /// Another person, with the same numbers and birth date where it says so.
    Another {
        twin: bool,
    },
}

/// What a circumstance is laid over, and what it counts from.
pub(super) struct Ground<'a> {
    pub(super) document: Document,
    pub(super) at: Moment,
    pub(super) deck: &'a Deck,
    pub(super) birth: Date,
}

impl Ground<'_> {
    /// Returns the day so many days before `at`.
    pub(super) fn back(&self, days: i64) -> Date {
        days_back(self.at.day(), days)
    }

    fn seconds_back(&self, seconds: i64) -> Moment {
        let span = jiff::SignedDuration::from_secs(seconds);
        Moment(self.at.0.checked_sub(span).unwrap_or(self.at.0))
    }

    /// Returns what the deck has of the patient's insurance: the first qualification.
    pub(super) fn qualification(&self) -> Option<QualificationEntry> {
        let here = self.document.registry.qualifications.as_ref();
        let deck = self.deck.person(self.document.card.holder.as_deref()?)?;
        let all = here.or(deck.registry.qualifications.as_ref())?;
        all.first().cloned()
    }

    fn certificate(&mut self) -> &mut UserCertificateOverrides {
        self.document.card.user_certificate.get_or_insert_default()
    }

    /// Makes the situation one that the scenario is about: some rows are judged nowhere else.
    fn listed(&mut self, row: &'static str) {
        self.document.requirements.push(Id::literal(row));
    }

    fn institution(&self) -> String {
        let own = self.document.site.institution.clone();
        own.unwrap_or_else(|| crate::eligibility::Site::default().institution)
    }
}

/// Returns the day so many days before `day`; it stays within the calendar.
pub(super) fn days_back(day: Date, days: i64) -> Date {
    day.saturating_sub(jiff::SignedDuration::from_hours(days.saturating_mul(24)))
}

/// Returns the day so many months before `day`.
pub(super) fn months_back(day: Date, months: i64) -> Date {
    let span = jiff::Span::new().try_months(months).unwrap_or_default();
    day.saturating_sub(span)
}

impl Circumstance {
    /// Lays this over a document.
    pub(super) fn lay(&self, ground: &mut Ground<'_>) {
        match self {
            Circumstance::CertificateEnded(days) => {
                let day = DateExpr::Day(ground.back(*days));
                ground.certificate().not_after = Some(day);
            }
            Circumstance::PhoneEnded(end, days) => phone_ended(ground, *end, *days),
            Circumstance::Untrusted => ground.certificate().issuer = Some(Issuer::Untrusted),
            Circumstance::Moved => {
                ground.document.card.signature_certificate = Some(false);
                ground.listed("CERT-10");
            }
            Circumstance::CardExpired(days) => {
                let day = DateExpr::Day(ground.back(*days));
                ground.document.card.card_expires = Some(day.clone());
                ground.certificate().not_after = Some(day);
                ground.listed("CERT-11");
            }
            Circumstance::LockedPin => {
                ground.document.card.pin = Some(PinOverrides { tries: Some(0) });
            }
            Circumstance::NoPhoto => ground.document.card.photo = Some(false),
            Circumstance::Renewed(days) => renewed(ground, *days),
            Circumstance::Kind(_)
            | Circumstance::Offers(_)
            | Circumstance::AllFirst
            | Circumstance::EmergencyAccess
            | Circumstance::Administrator
            | Circumstance::Disaster(..)
            | Circumstance::Outage(..) => self.lay_site(ground),
            _ => self.lay_registry(ground),
        }
    }

    fn lay_registry(&self, ground: &mut Ground<'_>) {
        let insurers = |count: u8| {
            let all = ["01139999", "00139998"];
            Some(
                all.iter()
                    .take(usize::from(count))
                    .map(|it| (*it).to_owned())
                    .collect(),
            )
        };
        match self {
            Circumstance::Certificate(status) => {
                ground.document.registry.certificate = Some(*status)
            }
            Circumstance::Registration(entry) => {
                ground.document.registry.registration = Some(entry.clone());
            }
            Circumstance::Withheld(count) => {
                ground.document.registry.withheld_by = insurers(*count)
            }
            Circumstance::Undisclosed(count) => {
                ground.document.registry.undisclosed_by = insurers(*count);
            }
            Circumstance::OldRecords => {
                ground.document.registry.medical = Some(old_records(ground))
            }
            Circumstance::ManyCheckups => {
                let on = |months| DateExpr::Day(months_back(ground.at.day(), months));
                let records = (1..=7).map(|year| record(MedicalKind::Checkup, on(year * 5)));
                ground.document.registry.medical = Some(records.collect());
            }
            Circumstance::Earlier {
                kind,
                answer,
                seconds_ago,
                here,
                care,
            } => {
                let institution = if *here {
                    ground.institution()
                } else {
                    ELSEWHERE.to_owned()
                };
                let entry = EarlierConsentEntry {
                    institution,
                    at: DateExpr::Instant(ground.seconds_back(*seconds_ago)),
                    kind: *kind,
                    answer: *answer,
                    care: *care,
                };
                ground
                    .document
                    .registry
                    .earlier_consents
                    .get_or_insert_default()
                    .push(entry);
            }
            Circumstance::Withdrawn(seconds) => {
                let entry = WithdrawalEntry {
                    institution: ground.institution(),
                    at: DateExpr::Instant(ground.seconds_back(*seconds)),
                    by_institution: seconds % 2 == 0,
                };
                ground.document.registry.withdrawals = Some(vec![entry]);
            }
            Circumstance::Another { twin } => another(ground, *twin),
            _ => self.lay_insurance(ground),
        }
    }

    fn lay_site(&self, ground: &mut Ground<'_>) {
        let site = &mut ground.document.site;
        match self {
            Circumstance::Kind(kind) => site.kind = Some(*kind),
            Circumstance::Offers(offers) => site.offers = Some(offers.clone()),
            Circumstance::AllFirst => site.consent_layout = Some(ConsentLayout::AllFirst),
            Circumstance::EmergencyAccess => site.emergency_access = Some(true),
            Circumstance::Administrator => site.administrator = Some(true),
            Circumstance::Disaster(from, days, inside) => {
                site.municipality = Some(if *inside { STRUCK } else { SPARED }.to_owned());
                incident(
                    ground,
                    IncidentKind::Disaster(vec![STRUCK.to_owned()]),
                    *from,
                    *days,
                );
            }
            Circumstance::Outage(from, days, inside) => {
                let institution = if *inside {
                    ground.institution()
                } else {
                    ELSEWHERE.to_owned()
                };
                incident(
                    ground,
                    IncidentKind::Outage(vec![institution]),
                    *from,
                    *days,
                );
            }
            _ => {}
        }
    }
}

fn phone_ended(ground: &mut Ground<'_>, end: PhoneEnd, days: i64) {
    let ended = DateExpr::Day(ground.back(days));
    let later = DateExpr::Day(ground.back(-1_000));
    if end == PhoneEnd::Own {
        ground.certificate().not_after = Some(ended);
        return;
    }
    let card = PhysicalCardEntry {
        expires: if end == PhoneEnd::Card {
            ended.clone()
        } else {
            later.clone()
        },
        not_after: if end == PhoneEnd::CardCertificate {
            ended
        } else {
            later
        },
    };
    ground.document.card.physical_card = Some(card);
}

/// The present certificate began 30 days ago.
fn renewed(ground: &mut Ground<'_>, days: i64) {
    let began = ground.back(30);
    ground.document.registry.previous_certificate_until =
        Some(DateExpr::Day(days_back(began, days)));
    let certificate = ground.certificate();
    certificate.not_before = Some(DateExpr::Day(began));
    certificate.generation = Some(2);
}

fn incident(ground: &mut Ground<'_>, kind: IncidentKind, from: i64, days: i64) {
    let entry = IncidentEntry {
        kind,
        from: DateExpr::Day(ground.back(from)),
        until: DateExpr::Day(ground.back(from.saturating_sub(days))),
    };
    ground.document.incidents.push(entry);
}

fn another(ground: &mut Ground<'_>, twin: bool) {
    let holder = ground.document.card.holder.as_deref();
    let holder = if holder == Some("adult-2") {
        "adult"
    } else {
        "adult-2"
    };
    let mut other = PersonOverrides {
        card: CardOverrides {
            holder: Some(holder.to_owned()),
            ..CardOverrides::default()
        },
        registry: RegistryOverrides::default(),
    };
    if twin {
        other.card.birth_date = Some(DateExpr::Day(ground.birth));
        let mut same = ground.qualification();
        if let Some(same) = &mut same {
            same.branch = Some("09".to_owned());
        }
        other.registry.qualifications = same.map(|same| vec![same]);
        other.registry.limits = Some(Vec::new());
    }
    ground.document.others = vec![other];
}

/// Records a month apart around each end of the look-back: the fixed first months (CONS-13), and
/// three and five years back.
fn old_records(ground: &Ground<'_>) -> Vec<MedicalEntry> {
    let today = ground.at.day();
    let fixed = [
        (MedicalKind::Drug, date(2021, 8, 15)),
        (MedicalKind::Drug, date(2021, 9, 1)),
        (MedicalKind::Diagnosis, date(2022, 5, 31)),
        (MedicalKind::Diagnosis, date(2022, 6, 1)),
        (MedicalKind::Checkup, date(2020, 3, 31)),
        (MedicalKind::Checkup, date(2020, 4, 1)),
    ];
    let kinds = [
        MedicalKind::Drug,
        MedicalKind::Diagnosis,
        MedicalKind::Surgery,
        MedicalKind::EmergencySummary,
    ];
    let relative = [1, 35, 36, 37, 59, 60, 61]
        .into_iter()
        .flat_map(|months| kinds.map(|kind| (kind, months_back(today, months))));
    fixed
        .into_iter()
        .filter(|(_, day)| *day <= today)
        .chain(relative)
        .map(|(kind, day)| record(kind, DateExpr::Day(day)))
        .collect()
}

fn record(kind: MedicalKind, on: DateExpr) -> MedicalEntry {
    MedicalEntry {
        kind,
        on,
        text: "模擬の記録".to_owned(),
    }
}
