//! DIS and OUT: what is asked past card and number, in a disaster or an outage of the centre.

mod fetch;

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization as _;

use super::cert::backend::silent;
use super::difference::{ABSENT, Difference, optional, word};
use super::elig::current;
use super::facts::case::discloses;
use super::facts::world::{insurer, names_with_branch};
use super::facts::{Exchange, Facts};
use super::outcome::{Outcome, text};
use super::rule::{Rule, rule};
use crate::eligibility::{
    Eligibility, EmergencyConsent, IncidentKind, Inquiry, Registry, SearchReason, Site, Text,
    Validity,
};
use crate::requirement::{Id, Subject::Backend};

pub(super) use fetch::standing;

pub(super) const RULES: &[Rule] = &[
    rule("DIS-01", Backend, |facts| {
        judged(facts, SearchReason::Disaster)
    }),
    rule("OUT-01", Backend, |facts| {
        judged(facts, SearchReason::Outage)
    }),
];

fn judged(facts: &Facts<'_>, reason: SearchReason) -> Vec<Outcome> {
    let id = match reason {
        SearchReason::Disaster => Id::literal("DIS-01"),
        SearchReason::Outage => Id::literal("OUT-01"),
    };
    facts
        .exchanges
        .iter()
        .filter(|it| Facts::in_force(id, it.at.day()) && it.fault.is_none())
        .filter_map(|exchange| match Search::of(exchange) {
            Some(search) if search.reason == reason => Some(search.judge(facts)),
            Some(_) => None,
            None => fetch::fetched(facts, exchange, reason),
        })
        .collect()
}

/// A search: by name, or by number as part of disaster viewing.
struct Search<'f, 'a> {
    exchange: &'f Exchange<'a>,
    reason: SearchReason,
    consent: Option<EmergencyConsent>,
    site: &'a Site,
}

impl<'f, 'a> Search<'f, 'a> {
    fn of(exchange: &'f Exchange<'a>) -> Option<Search<'f, 'a>> {
        let (reason, consent, site) = match exchange.inquiry {
            Inquiry::Person {
                reason,
                consent,
                site,
                ..
            } => (*reason, *consent, site),
            Inquiry::Number {
                disaster: Some(consent),
                site,
                ..
            } => (SearchReason::Disaster, Some(*consent), site),
            _ => return None,
        };
        Some(Search {
            exchange,
            reason,
            consent,
            site,
        })
    }

    /// Returns why nothing may be read.
    fn shut(&self, facts: &Facts<'_>) -> Option<Text> {
        if let Some(why) = switched_off(facts, self.reason, self.site, self.exchange.at.day()) {
            return Some(why);
        }
        let (address, insurer) = match self.exchange.inquiry {
            Inquiry::Person {
                address, insurer, ..
            } => (address.is_some(), insurer.is_some()),
            _ => (true, true),
        };
        match (self.reason, self.consent) {
            (SearchReason::Outage, _) if !address => Some(text!(
                "住所なしの照会である",
                "the inquiry comes without an address"
            )),
            (SearchReason::Outage, _) => None,
            (_, Some(EmergencyConsent::Refused)) => {
                Some(text!("患者が断った", "the patient refused"))
            }
            (_, None) => Some(text!(
                "口頭の同意も、得られない理由も記録されていない",
                "neither an oral consent nor why there is none is recorded"
            )),
            _ if !address && !insurer => Some(text!(
                "住所も保険者もない照会である",
                "the inquiry comes without address and insurer"
            )),
            _ => None,
        }
    }

    fn judge(&self, facts: &Facts<'_>) -> Outcome {
        let exchange = self.exchange;
        let (entries, n) = (exchange.entries(), exchange.answer_n());
        if exchange.answer().is_none() {
            return Outcome::open(&entries, silent());
        }
        let answer = exchange.eligibility();
        let Some(Text { ja, en }) = self.shut(facts) else {
            return match answer {
                Some(answer) => self.answered(facts, answer),
                None => self.refused(facts),
            };
        };
        if answer.is_some_and(discloses) {
            Outcome::fail(
                &entries,
                text!(
                    "{ja}のに、項目{n}で資格を返した",
                    "{en}, yet entry {n} returns eligibility"
                ),
            )
            .answered_wrongly(exchange)
        } else {
            Outcome::pass(&entries, text!("何も返さなかった", "nothing was returned"))
        }
    }

    fn refused(&self, facts: &Facts<'_>) -> Outcome {
        let entries = self.exchange.entries();
        let found = self.found(facts);
        if found.iter().any(|it| !it.withheld_by.is_empty()) {
            return Outcome::open(
                &entries,
                text!(
                    "自己情報提供不可の人について断った。資料で確かでないので、判定しない",
                    "refused for a person with 自己情報提供不可; the sources leave it open"
                ),
            );
        }
        Outcome::fail(
            &entries,
            text!(
                "発動の範囲内で、求められる記録もあるのに断った",
                "refused although it is switched on and what it needs is recorded"
            ),
        )
        .refused_wrongly(self.exchange)
    }

    /// Judges what comes back where it is switched on.
    fn answered(&self, facts: &Facts<'_>, answer: &Eligibility) -> Outcome {
        let (entries, n) = (self.exchange.entries(), self.exchange.answer_n());
        let by_name = matches!(self.exchange.inquiry, Inquiry::Person { .. });
        let day = self.exchange.at.day();
        let found = self.found(facts);
        let right = match found.as_slice() {
            [] => answer.validity == Validity::None && answer.person.is_none(),
            [one] => {
                let person = answer.person.as_ref();
                let same = person.is_none_or(|it| loose(&it.name) == loose(&one.person.name));
                let valid = answer.validity == Validity::Valid;
                let known = answer.validity != Validity::None || one.qualifications.is_empty();
                same && if by_name {
                    known && valid != current(one, day).is_empty()
                } else {
                    known
                }
            }
            _ => answer.person.is_none(),
        };
        if right {
            Outcome::pass(
                &entries,
                text!(
                    "照会した人の資格を答えた",
                    "answered about whoever was asked for"
                ),
            )
        } else {
            Outcome::fail(
                &entries,
                text!(
                    "項目{n}の回答が、照会した人の記録と合わない",
                    "entry {n} is not what is on record of whoever was asked for"
                ),
            )
            .all_differ(self.difference(&found, answer))
        }
    }

    /// Returns how an answer differs from what is on record of those whom the search names.
    fn difference(&self, found: &[&Registry], answer: &Eligibility) -> Vec<Difference> {
        let mut differences = Vec::new();
        let person = answer.person.as_ref();
        let due = match found {
            [] => "none",
            [one] if one.qualifications.is_empty() => "none",
            [one] if current(one, self.exchange.at.day()).is_empty() => "invalid",
            [_] => "valid",
            _ => "several",
        };
        let wrong_person = match (found, person) {
            ([one], Some(told)) => loose(&told.name) != loose(&one.person.name),
            (_, told) => told.is_some(),
        };
        if wrong_person {
            let due = match found {
                [one] => one.person.name.as_str(),
                _ => ABSENT,
            };
            let got = optional(person.map(|person| &person.name));
            differences.push(Difference::new("person.name", due, got));
        }
        let got = word(&answer.validity);
        if got != due {
            differences.push(Difference::new("validity", due, got));
        }
        differences
    }

    /// Returns those whom the search names.
    fn found<'w>(&self, facts: &'w Facts<'_>) -> Vec<&'w Registry> {
        let Some(world) = facts.world(self.exchange.n) else {
            return Vec::new();
        };
        world
            .registries
            .iter()
            .filter(|registry| is_meant(self.exchange.inquiry, registry))
            .collect()
    }
}

/// Tells whether an inquiry by name or number means this person.
pub(super) fn is_meant(inquiry: &Inquiry, registry: &Registry) -> bool {
    let person = &registry.person;
    match inquiry {
        Inquiry::Person {
            name,
            birth_date,
            sex,
            address,
            insurer: asked,
            ..
        } => {
            let kept = person.address.as_deref().map(loose);
            loose(name) == loose(&person.name)
                && (birth_date, sex) == (&person.birth_date, &person.sex)
                && address.as_deref().is_none_or(|it| Some(loose(it)) == kept)
                && asked.as_deref().is_none_or(|asked| {
                    let mut held = registry.qualifications.iter();
                    held.any(|it| insurer(&it.insurer) == insurer(asked))
                })
        }
        Inquiry::Number { key, .. } => {
            let mut held = registry.qualifications.iter();
            key.birth_date == person.birth_date && held.any(|it| names_with_branch(key, it))
        }
        _ => false,
    }
}

/// Returns a name or an address as it is compared: whatever its spaces and its width.
fn loose(text: &str) -> String {
    text.nfkc().filter(|char| !char.is_whitespace()).collect()
}

/// Returns why the function is not switched on for a site on a day.
fn switched_off(facts: &Facts<'_>, reason: SearchReason, site: &Site, day: Date) -> Option<Text> {
    let listed: Vec<_> = facts
        .scenario
        .incidents
        .iter()
        .filter(|incident| match (&incident.kind, reason) {
            (IncidentKind::Disaster(area), SearchReason::Disaster) => site
                .municipality
                .as_ref()
                .is_some_and(|municipality| area.contains(municipality)),
            (IncidentKind::Outage(institutions), SearchReason::Outage) => {
                institutions.contains(&site.institution)
            }
            _ => false,
        })
        .collect();
    if listed.is_empty() {
        return Some(text!(
            "この施設には発動されていない",
            "it is not switched on for this site"
        ));
    }
    if !listed.iter().any(|it| (it.from..=it.until).contains(&day)) {
        return Some(text!(
            "{day}は発動の期間の外である",
            "{day} is outside the period for which it is switched on"
        ));
    }
    (reason == SearchReason::Disaster && !site.administrator).then(|| {
        text!(
            "管理のアカウントで照会していない",
            "whoever asks has no administration account"
        )
    })
}
