//! Whole scenarios against a server: the adapter on one side, the server on the other.

use std::collections::BTreeMap;
use std::sync::Arc;

use uketsuke::backend::{Access, Connector, fhir};
use uketsuke::bindings::{Bindings, States, bind, cannot_run};
use uketsuke::judge::{Judgement, Verdict, judge};
use uketsuke::library::Library;
use uketsuke::runner::{Options, RunError, play_blocking};
use uketsuke::scenario::Playable;

use super::client::{AT, Server};

fn playables(wanted: impl Fn(&str) -> bool) -> Vec<Playable> {
    let library = Library::bundled().unwrap();
    let sources = library.sources().iter();
    sources
        .filter(|source| wanted(&source.id))
        .flat_map(|source| library.playables(source, AT.parse().unwrap()).unwrap())
        .collect()
}

/// Plays scenarios against a server that is arranged for each; those that it cannot carry are
/// left out.
fn play(server: &Server, playables: Vec<Playable>) -> BTreeMap<String, Judgement> {
    play_with(server, &Access::default(), playables)
}

fn play_with(
    server: &Server,
    access: &Access,
    playables: Vec<Playable>,
) -> BTreeMap<String, Judgement> {
    let base = format!("{}/fhir", server.root());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let io = tokio::runtime::Handle::current();
        let connector = fhir::open(&base, access, io).await.unwrap();
        assert_eq!(connector.arranges(), !access.as_it_is);
        // A play has a runtime of its own, and needs a thread that may wait.
        tokio::task::spawn_blocking(move || {
            playables
                .iter()
                .filter_map(|playable| {
                    Some((playable.scenario.id.clone(), one(playable, &connector)?))
                })
                .collect()
        })
        .await
        .unwrap()
    })
}

fn one(playable: &Playable, connector: &Arc<dyn Connector>) -> Option<Judgement> {
    let options = Options {
        backend: Some(Arc::clone(connector)),
        ..Options::default()
    };
    match play_blocking(playable, &options) {
        Ok(transcript) => Some(judge(&transcript.header.scenario, &transcript)),
        Err(RunError::NotApplicable(_)) => None,
        Err(error) => panic!("{}: {error}", playable.scenario.id),
    }
}

#[test]
fn what_passes_in_process_fails_nowhere_over_fhir() {
    let server = Server::fhir();
    let all = playables(|_| true);
    let count = all.len();
    let judged = play(&server, all);
    let failed: Vec<String> = judged
        .iter()
        .filter(|(_, judgement)| judgement.verdict >= Verdict::Fail)
        .map(|(id, judgement)| {
            let findings: Vec<String> = judgement
                .findings
                .iter()
                .filter(|finding| finding.verdict >= Verdict::Fail)
                .map(|finding| format!("{} {}", finding.requirement, finding.message.en))
                .collect();
            format!("{id}: {}", findings.join("; "))
        })
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert_eq!(judged.len(), count, "our own server carries everything");
    let passed = judged
        .values()
        .filter(|judgement| judgement.verdict == Verdict::Pass);
    assert!(passed.count() * 10 >= count * 9);
    // Each world was ended with its play.
    let ended = (0..10_000).any(|_| server.get("/uketsuke").json()["worlds"] == 0);
    assert!(ended);
}

#[test]
fn a_fault_of_the_server_is_found_through_the_protocol() {
    let fault = "nobody-found-is-failure";
    let server = Server::start(&["--fhir", "0", "--fault", fault]);
    let judged = play(&server, playables(|id| id == "today/nobody"));
    let judgement = &judged["today/nobody"];
    assert_eq!(judgement.verdict, Verdict::Fail);
    assert!(
        judgement
            .findings
            .iter()
            .any(|finding| finding.verdict == Verdict::Fail
                && finding.requirement.to_string() == "ELIG-05")
    );
}

/// A server that wrote a template is, without further ado, a backend to which the template fits.
#[test]
fn the_template_fits_the_server_that_wrote_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bindings.yaml");
    let server = Server::start(&["--fhir", "0", "--bindings", path.to_str().unwrap()]);
    let library = Library::bundled().unwrap();
    let now = AT.parse().unwrap();
    let mut today = playables(|_| true);
    today.retain(|playable| cannot_run(playable).is_none());
    let states = States::new(&today, library.deck());
    let text = std::fs::read_to_string(&path).unwrap();
    let bindings = Bindings::parse(&text, "bindings.yaml", &states, now).unwrap();
    let bound: Vec<Playable> = today
        .iter()
        .map(|playable| bind(playable, &states, &bindings).unwrap())
        .collect();
    let people = server.said["people"].as_array().unwrap();
    for named in states.iter() {
        assert!(people.iter().any(|it| *it == named.name), "{}", named.name);
    }
    let access = Access {
        as_it_is: true,
        ..Access::default()
    };
    let count = bound.len();
    let judged = play_with(&server, &access, bound);
    let others: Vec<_> = judged
        .iter()
        .filter(|(_, judgement)| judgement.verdict != Verdict::Pass)
        .map(|(id, judgement)| format!("{id}: {:?}", judgement.verdict))
        .collect();
    assert_eq!(others, [""; 0]);
    assert!(judged.len() == count && count >= 15, "{count}");
}
