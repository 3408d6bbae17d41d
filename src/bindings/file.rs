//! The file of bindings: who has each state at a backend that others run.

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bind;
use super::state::State;
use super::states::{Named, States};
use crate::eligibility::{Moment, Sex};
use crate::scenario::{self, DateExpr, MedicalEntry, ParseError, QualificationEntry};

/// The version of the format that this program reads.
const VERSION: u32 = 1;

/// A file of bindings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Document {
    /// Version of the format: 1.
    #[schemars(range(min = 1, max = 1))]
    pub version: u32,
    /// Who has each state, by its name.
    #[serde(default)]
    pub people: BTreeMap<String, Bound>,
}

/// A person as the foreign backend knows them. Never a real one: test data only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Bound {
    /// Name, family and given name parted by U+3000.
    pub name: String,
    /// Name in katakana.
    pub kana: String,
    /// Birth date.
    pub birth_date: DateExpr,
    /// Sex.
    pub sex: Sex,
    /// Address; absent where the backend has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Postcode, `NNN-NNNN`; absent where the backend has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
    /// How the backend's portal knows the person; the state's name if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portal: Option<String>,
    /// The certificate of our virtual card that was made known to the backend; without it no
    /// scenario with a card can run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<BoundCertificate>,
    /// Every qualification, as many and as current as the state has.
    #[serde(default)]
    pub qualifications: Vec<QualificationEntry>,
    /// The medical records, of the kinds that the state has.
    #[serde(default)]
    pub medical: Vec<MedicalEntry>,
}

/// Which certificate our virtual card carries for a person: these three decide its content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BoundCertificate {
    /// The day on which the card was issued.
    pub issued: DateExpr,
    /// Which certificate of the card it is, from 1.
    pub generation: u32,
    /// Its last day or instant.
    pub not_after: DateExpr,
}

/// Bindings, read and checked against the states.
#[derive(Debug, Clone, Default)]
pub struct Bindings {
    people: BTreeMap<String, Bound>,
}

impl Bindings {
    /// Reads a file of bindings; `origin` is its name in errors.
    ///
    /// # Errors
    ///
    /// [`ParseError`] with the place: unknown keys and states, two states that are one person at
    /// the backend, and a person who is not in the state that they are bound to.
    pub fn parse(
        text: &str,
        origin: &str,
        states: &States,
        at: Moment,
    ) -> Result<Bindings, ParseError> {
        let document: Document = scenario::parse(text, origin)?;
        let at_key =
            |keys: &[&str], message: String| scenario::error_at(origin, text, keys, message);
        if document.version != VERSION {
            let version = document.version;
            let message = format!("version {version} is unknown; this program reads {VERSION}");
            return Err(at_key(&["version"], message));
        }
        for (name, bound) in &document.people {
            let fault = |message: String| at_key(&["people", name], message);
            let named = states
                .named(name)
                .ok_or_else(|| fault(unknown(name, states)))?;
            check(named, bound, at).map_err(fault)?;
        }
        if let Some((name, message)) = duplicate(&document.people, states, at) {
            return Err(at_key(&["people", &name], message));
        }
        Ok(Bindings {
            people: document.people,
        })
    }

    /// Returns who is bound to the state of that name.
    pub fn get(&self, name: &str) -> Option<&Bound> {
        self.people.get(name)
    }
}

fn unknown(name: &str, states: &States) -> String {
    let nearest = states
        .iter()
        .min_by_key(|it| strsim::levenshtein(&it.name, name));
    match nearest {
        Some(nearest) => format!(
            "no scenario needs a state {name:?}; did you mean {:?}?",
            nearest.name
        ),
        None => format!("no scenario needs a state {name:?}"),
    }
}

/// Checks that a person is in the state that they are bound to.
fn check(named: &Named, bound: &Bound, at: Moment) -> Result<(), String> {
    let mut patient = named.patient.clone();
    let mut profile = named.profile.clone();
    bind::person(&mut patient, &mut profile, bound, at)?;
    let found = State::of(&patient, &[], at);
    let wanted = named.state.alone();
    if found == wanted {
        return Ok(());
    }
    let words = wanted.differences(&found).join(", ");
    Err(format!(
        "this person is not in the state {:?} today; what differs: {words}. The comments of the template say what must hold",
        named.name
    ))
}

/// Finds two states that are bound to one person, so that one of them must be wrong.
fn duplicate(
    people: &BTreeMap<String, Bound>,
    states: &States,
    at: Moment,
) -> Option<(String, String)> {
    let mut seen: BTreeMap<(&'static str, String), &str> = BTreeMap::new();
    for (name, bound) in people {
        let birth: Option<Date> = bound.birth_date.day(at).ok();
        let mut keys: Vec<(&'static str, String)> = bound
            .qualifications
            .iter()
            .map(|it| {
                let branch = it.branch.as_deref().unwrap_or_default();
                let key = [&it.insurer, &it.symbol, &it.number, branch].join("|");
                ("number", format!("{key} {birth:?}"))
            })
            .collect();
        keys.extend(bound.portal.iter().map(|id| ("portal", id.clone())));
        if let (Some(certificate), Some(named)) = (&bound.certificate, states.named(name)) {
            let person = &named.state.person;
            let issued = certificate.issued.day(at).ok();
            let generation = certificate.generation;
            keys.push((
                "certificate",
                format!("{person} {issued:?} {generation} {birth:?}"),
            ));
        }
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            let what = key.0;
            if let Some(other) = seen.insert(key, name) {
                return Some((
                    name.clone(),
                    format!(
                        "{name:?} and {other:?} have the same {what}: one person cannot be in two states"
                    ),
                ));
            }
        }
    }
    None
}
