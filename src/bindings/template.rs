//! Writes a file of bindings to fill in: the people of the deck, with numbers that let all states
//! stand in one registry at once.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Value, json};

use super::file::BoundCertificate;
use super::states::{Named, States};
use crate::eligibility::{MedicalRecord, Qualification};
use crate::scenario::{DateExpr, Deck, MedicalEntry, Playable, QualificationEntry};

/// So many scenarios are named at a state; the rest is counted.
const SCENARIOS_SHOWN: usize = 6;

const HEADER: &str = "\
# SIMULATION: bindings for uketsuke. Every person here is fictitious; use test people only.
#
# Who stands for each state at the backend under test. Put the test people of your backend in the
# place of these. Leave out a state for which you have nobody: what needs it is then not applicable.
# A date is a day, or relative to today: at - 20d.
";

/// Returns a file of bindings for these scenarios, filled with the identities of the deck.
///
/// Each state, but for those that are a person of the deck as they are, has numbers and a
/// certificate of its own, so that one registry can hold all of them: a convention of this harness.
pub fn template<'p>(playables: impl IntoIterator<Item = &'p Playable>, deck: &Deck) -> String {
    let states = States::new(playables, deck);
    let mut text = format!("{HEADER}version: 1\n");
    let people = if states.iter().next().is_some() {
        "people:\n"
    } else {
        "people: {}\n"
    };
    text.push_str(people);
    for (index, named) in states.iter().enumerate() {
        entry(&mut text, named, tag(&states, named, index));
    }
    text
}

/// Returns the number that sets a state apart; 0 for a person of the deck as they are, and one for
/// all who share a number.
fn tag(states: &States, named: &Named, index: usize) -> usize {
    if named.name == named.state.person {
        return 0;
    }
    let first = states
        .iter()
        .position(|other| other.state.shares_with(&named.state));
    first.map_or(index, |first| first.min(index)) + 1
}

fn entry(text: &mut String, named: &Named, tag: usize) {
    let registry = &named.patient.registry;
    let person = &registry.person;
    // Writing to a text cannot fail.
    let _ = writeln!(text, "\n  # {}", named.state.needs().join("; "));
    let _ = writeln!(text, "  # needed by {}", needed_by(&named.scenarios));
    let _ = writeln!(text, "  {}:", named.name);
    let mut field = |key: &str, value: Value| {
        let _ = writeln!(text, "    {key}: {value}");
    };
    field("name", json!(person.name));
    field("kana", json!(person.kana));
    field("birth-date", json!(person.birth_date));
    field("sex", json!(person.sex));
    if let Some(address) = &person.address {
        field("address", json!(address));
    }
    if let Some(postcode) = &person.postcode {
        field("postcode", json!(postcode));
    }
    if named.portal {
        field("portal", json!(named.name));
    }
    if named.card {
        let _ = writeln!(text, "    certificate: {}", flow(&certificate(named, tag)));
    }
    list(text, "qualifications", &registry.qualifications, |it| {
        flow(&qualification(it, tag))
    });
    list(text, "medical", &registry.medical, |it| {
        record(it).map(|entry| flow(&entry)).unwrap_or_default()
    });
}

fn list<T>(text: &mut String, key: &str, items: &[T], line: impl Fn(&T) -> String) {
    if items.is_empty() {
        let _ = writeln!(text, "    {key}: []");
        return;
    }
    let _ = writeln!(text, "    {key}:");
    for item in items {
        let _ = writeln!(text, "      - {}", line(item));
    }
}

fn needed_by(scenarios: &[String]) -> String {
    let shown: Vec<&str> = scenarios
        .iter()
        .take(SCENARIOS_SHOWN)
        .map(String::as_str)
        .collect();
    let shown = shown.join(", ");
    match scenarios.len().saturating_sub(SCENARIOS_SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Returns a value as a YAML map on one line.
fn flow(value: &impl Serialize) -> String {
    // Our own types with string keys always serialise.
    match serde_json::to_value(value).unwrap_or_default() {
        Value::Object(map) => {
            let items: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{key}: {value}"))
                .collect();
            format!("{{ {} }}", items.join(", "))
        }
        other => other.to_string(),
    }
}

fn certificate(named: &Named, tag: usize) -> BoundCertificate {
    let own = u32::try_from(tag).unwrap_or(0);
    BoundCertificate {
        issued: DateExpr::Day(named.profile.issued),
        generation: named.profile.user_certificate.generation + own,
        not_after: DateExpr::Instant(named.patient.card.not_after),
    }
}

fn qualification(held: &Qualification, tag: usize) -> QualificationEntry {
    QualificationEntry {
        insurer: held.insurer.clone(),
        insurer_name: held.insurer_name.clone(),
        symbol: held.symbol.clone(),
        number: own_number(&held.number, tag),
        branch: held.branch.clone(),
        relation: held.relation,
        from: DateExpr::Day(held.from),
        until: held.until.map(DateExpr::Day),
        lost_because: held.lost_because,
        class: held.class,
        share: held.share,
        elderly_share: held.elderly.as_ref().map(|it| it.share),
        elderly_from: held.elderly.as_ref().map(|it| DateExpr::Day(it.from)),
        elderly_until: held.elderly.as_ref().map(|it| DateExpr::Day(it.until)),
    }
}

/// Returns a number in the digits of `number`, another one for each tag.
fn own_number(number: &str, tag: usize) -> String {
    if tag == 0 {
        return number.to_owned();
    }
    let wide = !number.is_ascii();
    let mark = format!("9{tag:02}");
    let mark = mark.chars().map(|digit| {
        let wide_digit = digit
            .to_digit(10)
            .and_then(|value| char::from_u32(0xFF10 + value));
        wide_digit.filter(|_| wide).unwrap_or(digit)
    });
    mark.chain(number.chars()).collect()
}

/// Returns a record for the file; its month alone is known, so it stands on the first.
fn record(record: &MedicalRecord) -> Option<MedicalEntry> {
    let on = format!("{}-01", record.month).parse().ok()?;
    Some(MedicalEntry {
        kind: record.kind,
        on,
        text: record.text.clone(),
    })
}
