//! Runs against backends that others might have written: silent, plain, and with fixed people.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::backend::embedded::Embedded;
use crate::backend::{Asked, Backend, Cannot, Connector, Gone, Outage, Pending, World};
use crate::bindings::{Bindings, States, bind, cannot_run, template};
use crate::eligibility::{Answer, Ground, Inquiry, InquiryKind};
use crate::judge::{Finding, Verdict};
use crate::library::Library;

fn now() -> Moment {
    "2026-06-10T10:00+09:00".parse().unwrap()
}

/// Every bundled scenario but those that are about the card and its reader alone.
fn bundled(library: &Library) -> Vec<Playable> {
    let apart = ["card/", "face/", "pin/", "visual/"];
    let sources = library.sources().iter();
    sources
        .filter(|source| {
            source.id == "pin/correct" || !apart.iter().any(|it| source.id.starts_with(it))
        })
        .flat_map(|source| library.playables(source, now()).unwrap())
        .collect()
}

fn played(playable: &Playable, connector: Arc<dyn Connector>) -> Judged {
    let options = runner::Options {
        backend: Some(connector),
        ..runner::Options::default()
    };
    play_one(playable, &options, None, false, false).judged
}

/// Returns what counts against somebody, or is an error of ours.
fn blamed(judged: &Judged) -> Vec<String> {
    let failed = |finding: &&Finding| finding.verdict == Verdict::Fail && finding.counts(false);
    let findings = judged.findings.iter().filter(failed);
    let mut blamed: Vec<String> = findings
        .map(|it| {
            let (row, subject) = (it.requirement, it.subject);
            format!("{} {row} {subject}: {}", judged.id, it.message.en)
        })
        .collect();
    if judged.verdict == Verdict::Error {
        blamed.push(format!("{} error {:?}", judged.id, judged.problem));
    }
    blamed
}

#[test]
fn nobody_is_blamed_where_nobody_answers() {
    let library = Library::bundled().unwrap();
    let gone = || Arc::new(Gone::new(Outage::Down("refused".to_owned())));
    let mut all = Vec::new();
    for playable in bundled(&library) {
        let judged = played(&playable, gone());
        all.extend(blamed(&judged));
        if judged.id == "pin/correct" {
            assert_eq!(judged.verdict, Verdict::Inconclusive);
            assert!(judged.problem.unwrap().en.contains("refused"));
        }
    }
    assert_eq!(all, [""; 0]);
}

/// Ours behind a protocol that carries validity, person and qualification, and no reasons.
struct Plain(Embedded);

struct PlainConnector;

impl Connector for PlainConnector {
    fn arranges(&self) -> bool {
        true
    }

    fn connect(&self) -> Pending<'_, Result<Box<dyn Backend>, Outage>> {
        let plain = Box::new(Plain(Embedded::new())) as Box<dyn Backend>;
        Box::pin(std::future::ready(Ok(plain)))
    }
}

fn plain(answer: Answer) -> Answer {
    match answer {
        Answer::Authenticated(mut accepted) => {
            accepted.phase = None;
            accepted.earlier.clear();
            Answer::Authenticated(accepted)
        }
        Answer::Refused(mut refusal) => {
            refusal.ground = Ground::Unstated;
            Answer::Refused(refusal)
        }
        Answer::Eligibility(mut it) => {
            it.limit = None;
            it.specific_diseases.clear();
            it.consents.clear();
            it.side_information = None;
            if let Some(person) = &mut it.person {
                person.address = None;
                person.postcode = None;
            }
            if let Some(qualification) = &mut it.qualification {
                qualification.elderly = None;
                qualification.preschool = None;
            }
            Answer::Eligibility(it)
        }
        other => other,
    }
}

impl Backend for Plain {
    fn name(&self) -> &'static str {
        "fhir"
    }

    fn is_foreign(&self) -> bool {
        true
    }

    fn carries(&self, _kind: InquiryKind) -> Result<(), Text> {
        Ok(())
    }

    fn arrange<'a>(&'a mut self, world: &'a World, _at: Moment) -> Pending<'a, Result<(), Cannot>> {
        self.0.know(world);
        Box::pin(std::future::ready(Ok(())))
    }

    fn ask<'a>(&'a mut self, inquiry: &'a Inquiry, now: Moment) -> Asked<'a> {
        let answer = plain(self.0.answer(inquiry, now));
        Box::pin(std::future::ready(Ok(answer)))
    }
}

#[test]
fn a_right_answer_that_carries_little_is_blamed_for_nothing() {
    let library = Library::bundled().unwrap();
    let mut all = Vec::new();
    let mut passed = 0;
    for playable in bundled(&library) {
        let judged = played(&playable, Arc::new(PlainConnector));
        passed += usize::from(judged.verdict == Verdict::Pass);
        all.extend(blamed(&judged));
    }
    assert_eq!(all, [""; 0]);
    assert!(passed > 100, "{passed}");
}

/// One registry with all the people of a file of bindings, which cannot be arranged.
struct Fixed(World);

impl Connector for Fixed {
    fn arranges(&self) -> bool {
        false
    }

    fn connect(&self) -> Pending<'_, Result<Box<dyn Backend>, Outage>> {
        let mut embedded = Embedded::new();
        embedded.know(&self.0);
        Box::pin(std::future::ready(Ok(
            Box::new(embedded) as Box<dyn Backend>
        )))
    }
}

#[test]
fn bound_scenarios_pass_against_one_registry_that_holds_all_states() {
    let library = Library::bundled().unwrap();
    let mut playables = bundled(&library);
    playables.retain(|it| cannot_run(it).is_none());
    let states = States::new(&playables, library.deck());
    let text = template(&playables, library.deck());
    let bindings = Bindings::parse(&text, "b.yaml", &states, now()).unwrap();
    let bound: Vec<Playable> = playables
        .iter()
        .map(|it| bind(it, &states, &bindings).unwrap())
        .collect();
    let mut people = BTreeMap::new();
    for (id, patient) in bound.iter().flat_map(|it| {
        let people = it.scenario.people.iter();
        people.map(|patient| (it.portal_ids[&patient.name].clone(), patient))
    }) {
        let mut patient = patient.clone();
        patient.name.clone_from(&id);
        people.insert(id, patient);
    }
    let people: Vec<_> = people.into_values().collect();
    assert_eq!(people.len(), states.iter().count());
    let registry = Arc::new(Fixed(World::new(&people, &[])));
    assert!(bound.len() >= 15);
    for playable in &bound {
        let judged = played(playable, Arc::clone(&registry) as Arc<dyn Connector>);
        assert_eq!(judged.verdict, Verdict::Pass, "{:?}", blamed(&judged));
    }
}
