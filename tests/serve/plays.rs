//! Whole scenarios against a server: the adapter on one side, the server on the other.

use std::collections::BTreeMap;
use std::sync::Arc;

use uketsuke::backend::{Access, Connector, fhir};
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

/// Plays scenarios against a server; those that it cannot carry are left out.
fn play(server: &Server, playables: Vec<Playable>) -> BTreeMap<String, Judgement> {
    let base = format!("{}/fhir", server.root());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let io = tokio::runtime::Handle::current();
        let connector = fhir::open(&base, &Access::default(), io).await.unwrap();
        assert!(connector.arranges());
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
