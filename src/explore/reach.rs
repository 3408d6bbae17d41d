//! Counts what the cases reached, so that what they never reached can be listed by name.

use serde::Serialize;

use super::border::{self, Side};
use super::circumstance;
use super::plan::Plan;
use super::trial::Played;
use crate::eligibility::{Answer, Ground, InquiryKind, SiteKind, Validity};
use crate::judge::Verdict;
use crate::requirement::{self, Subject, catalogue};
use crate::scenario::Deck;
use crate::screen::ScreenId;
use crate::transcript::Event;

/// How often each value came up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally<T>(Vec<(T, u32)>);

impl<T> Default for Tally<T> {
    fn default() -> Tally<T> {
        Tally(Vec::new())
    }
}

impl<T: PartialEq + Clone> Tally<T> {
    fn add(&mut self, value: T, count: u32) {
        match self.0.iter_mut().find(|(known, _)| *known == value) {
            Some((_, total)) => *total = total.saturating_add(count),
            None => self.0.push((value, count)),
        }
    }

    fn once(&mut self, value: T) {
        if self.of(&value) == 0 {
            self.add(value, 1);
        }
    }

    fn merge(&mut self, other: Tally<T>) {
        for (value, count) in other.0 {
            self.add(value, count);
        }
    }

    /// Returns how often a value came up.
    pub fn of(&self, value: &T) -> u32 {
        let found = self.0.iter().find(|(known, _)| known == value);
        found.map_or(0, |(_, count)| *count)
    }
}

/// In how many cases a requirement was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Decided {
    /// It was seen to hold.
    pub pass: u32,
    /// It was seen to be broken.
    pub fail: u32,
}

/// What cases reached; each counts once per case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reach {
    borders: Tally<(&'static str, Side)>,
    people: Tally<&'static str>,
    circumstances: Tally<&'static str>,
    sites: Tally<SiteKind>,
    inquiries: Tally<InquiryKind>,
    screens: Tally<ScreenId>,
    validities: Tally<Validity>,
    grounds: Tally<Ground>,
    passed: Tally<requirement::Id>,
    failed: Tally<requirement::Id>,
}

/// One dimension of what can be reached, with the count of each value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dimension {
    /// Its name.
    pub name: &'static str,
    /// Its values, each with the number of cases that reached it.
    pub values: Vec<(String, u32)>,
}

const SITES: [SiteKind; 8] = [
    SiteKind::Clinic,
    SiteKind::Hospital,
    SiteKind::Pharmacy,
    SiteKind::Ambulance,
    SiteKind::EligibilityOnly,
    SiteKind::HomeVisit,
    SiteKind::OnlineCare,
    SiteKind::Disaster,
];

const SCREENS: [ScreenId; 21] = [
    ScreenId::InsertCard,
    ScreenId::ChooseMethod,
    ScreenId::Face,
    ScreenId::PinPad,
    ScreenId::PinWrong,
    ScreenId::PinLocked,
    ScreenId::VisualCheck,
    ScreenId::OfferRegistration,
    ScreenId::CertificateEnding,
    ScreenId::CertificateExpired,
    ScreenId::CertificateLapsed,
    ScreenId::Consent,
    ScreenId::ConsentAll,
    ScreenId::ConsentLimit,
    ScreenId::OralConsent,
    ScreenId::Checking,
    ScreenId::Done,
    ScreenId::TakeCard,
    ScreenId::Unreadable,
    ScreenId::Counter,
    ScreenId::Outage,
];

impl Reach {
    /// Returns what one case reached.
    pub fn of(plan: &Plan, played: &Played) -> Reach {
        let mut reach = Reach::default();
        if let Some(border) = plan.border {
            reach.borders.once(border);
        }
        reach.people.once(plan.person);
        for name in plan.circumstances() {
            reach.circumstances.once(name);
        }
        reach
            .sites
            .once(played.transcript.header.scenario.site.kind);
        for entry in &played.transcript.entries {
            match &entry.event {
                Event::Inquiry(inquiry) => reach.inquiries.once(inquiry.kind()),
                Event::Screen(screen) => reach.screens.once(screen.id()),
                _ => {}
            }
        }
        for answer in played.answers() {
            match answer {
                Answer::Eligibility(answer) => reach.validities.once(answer.validity),
                Answer::Refused(refusal) => reach.grounds.once(refusal.ground),
                _ => {}
            }
        }
        for finding in &played.findings {
            match finding.verdict {
                _ if finding.subject != Subject::Backend => {}
                Verdict::Pass => reach.passed.once(finding.requirement),
                Verdict::Fail => reach.failed.once(finding.requirement),
                _ => {}
            }
        }
        reach
    }

    /// Adds what other cases reached.
    pub fn merge(&mut self, other: Reach) {
        self.borders.merge(other.borders);
        self.people.merge(other.people);
        self.circumstances.merge(other.circumstances);
        self.sites.merge(other.sites);
        self.inquiries.merge(other.inquiries);
        self.screens.merge(other.screens);
        self.validities.merge(other.validities);
        self.grounds.merge(other.grounds);
        self.passed.merge(other.passed);
        self.failed.merge(other.failed);
    }

    /// Returns each requirement of a backend with the number of cases that decided it.
    pub fn requirements(&self) -> Vec<(requirement::Id, Decided)> {
        let rows = catalogue()
            .iter()
            .filter(|row| row.concerns(Subject::Backend));
        rows.map(|row| {
            let decided = Decided {
                pass: self.passed.of(&row.id),
                fail: self.failed.of(&row.id),
            };
            (row.id, decided)
        })
        .collect()
    }

    /// Returns each border with the number of cases on its three sides.
    pub fn borders(&self) -> Vec<(&'static str, [u32; 3])> {
        border::names()
            .map(|name| (name, Side::ALL.map(|side| self.borders.of(&(name, side)))))
            .collect()
    }

    /// Returns the other dimensions, every value of each.
    pub fn dimensions(&self, deck: &Deck) -> Vec<Dimension> {
        let people = deck.names().map(|name| {
            let known = self.people.0.iter().find(|(known, _)| *known == name);
            (name.to_owned(), known.map_or(0, |(_, count)| *count))
        });
        let circumstances = circumstance::NAMES
            .iter()
            .map(|name| ((*name).to_owned(), self.circumstances.of(name)));
        vec![
            Dimension {
                name: "people",
                values: people.collect(),
            },
            Dimension {
                name: "circumstances",
                values: circumstances.collect(),
            },
            dimension("sites", &SITES, &self.sites),
            dimension("inquiries", &InquiryKind::ALL, &self.inquiries),
            dimension("screens", &SCREENS, &self.screens),
            dimension("validities", &Validity::ALL, &self.validities),
            dimension("grounds of refusal", &Ground::ALL, &self.grounds),
        ]
    }
}

fn dimension<T: PartialEq + Clone + Serialize>(
    name: &'static str,
    all: &[T],
    tally: &Tally<T>,
) -> Dimension {
    let values = all.iter().map(|value| (word(value), tally.of(value)));
    Dimension {
        name,
        values: values.collect(),
    }
}

/// Returns the word under which a value stands in files.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
