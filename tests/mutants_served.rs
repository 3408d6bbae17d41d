//! Faulty backends as processes of their own: each is served over FHIR and through the exchange
//! folder, asked by the adapters, and caught by the very requirement that it breaks.
//!
//! What a protocol cannot show stands in a list, with the reason; an entry too many fails as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
#![allow(dead_code)] // the client is shared with other tests

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use uketsuke::backend::{Connector, Spec};
use uketsuke::fault::FAULTS;
use uketsuke::judge::{Judgement, Verdict, judge};
use uketsuke::matrix::was_cut_short;
use uketsuke::requirement::{Id, Subject};
use uketsuke::runner::{Options, RunError, play_blocking};
use uketsuke::scenario::Playable;
use uketsuke::serve::fault::{Protocol, WIRE_FAULTS};

#[path = "serve/client.rs"]
mod client;
#[path = "serve/connected.rs"]
mod connected;
use client::Server;
use connected::{playables, with_backend};

/// What FHIR cannot show: why, and the names.
const UNSEEN_OVER_FHIR: &[(&str, &[&str])] = &[
    (
        "a foreign backend is not held to what its protocol need not carry, and no other answer of \
         the play shows that ours does",
        &[
            "elderly-share-missing",
            "preschool-unmarked",
            "tickets-withheld",
        ],
    ),
    (
        "every OperationOutcome of our server says SIMULATION, which stands for the message",
        &["refusal-without-message"],
    ),
];

/// What the exchange folder cannot show: why, and the names.
const UNSEEN_IN_THE_FOLDER: &[(&str, &[&str])] = &[(
    "what would show it asks by card, by name or at the portal, and the folder carries requests by \
     number alone",
    &[
        "address-hidden-by-card",
        "address-shown-by-name",
        "ambulance-sees-all",
        "another-patients-answer",
        "answers-not-carried-over",
        "atm-not-counted",
        "beyond-look-back",
        "card-expiry-ends-grace",
        "checkup-although-refused",
        "consent-ignored",
        "consent-of-the-patient-before",
        "consent-times-missing",
        "disaster-at-any-time",
        "disaster-everywhere",
        "disaster-for-any-account",
        "emergency-without-consent",
        "ended-by-the-signature-certificate",
        "first-lift-opens",
        "flags-not-independent",
        "grace-a-day-longer",
        "grace-before-its-time",
        "grace-forgotten",
        "grace-to-the-day",
        "issuer-unchecked",
        "lapsed-accepted",
        "lapsed-without-reference",
        "last-day-of-grace-refused",
        "last-day-refused",
        "limit-unasked",
        "limit-withheld",
        "medical-in-grace",
        "medical-to-eligibility-only",
        "my-number-told",
        "newer-exists-by-card",
        "normal-view-beyond-its-period",
        "notice-a-month-early",
        "oral-consent-not-enough",
        "outage-search-for-all",
        "outage-search-opens-medical",
        "outage-told-as-invalid",
        "phone-card-certificate-ignored",
        "phone-card-ignored",
        "phone-grace",
        "portal-shows-history",
        "portal-shows-withheld",
        "registered-although-not-recorded",
        "registered-although-withheld",
        "registration-forgotten",
        "registration-lost-by-renewal",
        "registration-not-in-effect",
        "registration-outlives-lapse",
        "revoked-accepted",
        "signature-unchecked",
        "specific-disease-unasked",
        "stale-insurer",
        "summary-beyond-its-periods",
        "tickets-of-every-month",
        "unrecorded-ticket-invalid",
        "unregistered-accepted",
        "valid-treated-as-expired",
        "withheld-ignored",
    ],
)];

/// A fault that a server can have, and the requirement that must catch it.
type Served = (&'static str, Id);

fn faults(over: Protocol) -> Vec<Served> {
    let parts = FAULTS.iter().filter(|it| it.subject() == Subject::Backend);
    let wire = WIRE_FAULTS.iter().filter_map(|entry| {
        let breach = entry.breaks.filter(|breach| breach.over == over)?;
        Some((entry.name, breach.requirement))
    });
    parts
        .map(|fault| (fault.name, fault.breaks))
        .chain(wire)
        .collect()
}

/// Plays a scenario; nothing where the protocol does not carry it.
fn play(playable: &Playable, connector: &Arc<dyn Connector>) -> Option<Judgement> {
    let options = Options {
        backend: Some(Arc::clone(connector)),
        ..Options::default()
    };
    match play_blocking(playable, &options) {
        Ok(transcript) if was_cut_short(&transcript) => None,
        Ok(transcript) => Some(judge(&transcript.header.scenario, &transcript)),
        Err(RunError::NotApplicable(_)) => None,
        Err(error) => panic!("{}: {error}", playable.scenario.id),
    }
}

fn blames(judgement: &Judgement, breaks: Id) -> bool {
    judgement.findings.iter().any(|finding| {
        finding.requirement == breaks
            && finding.subject == Subject::Backend
            && finding.verdict == Verdict::Fail
    })
}

fn is_listed(unseen: &[(&str, &[&str])], name: &str) -> bool {
    unseen.iter().any(|(_, names)| names.contains(&name))
}

/// Returns the faults that no scenario catches over this connection. Those whose purpose is the
/// requirement come first.
fn uncaught(
    server: &Server,
    connector: &Arc<dyn Connector>,
    faults: &[Served],
    unseen: &[(&str, &[&str])],
) -> Vec<Served> {
    let set = |names: &[&str]| {
        let reply = server.post("/uketsuke/fault", &json!({ "faults": names }));
        assert_eq!(reply.status, 204, "{names:?}");
    };
    let playables: Vec<Playable> = playables()
        .into_iter()
        .filter(|playable| {
            let mut kinds = playable.scenario.inquiries().into_iter();
            kinds.all(|kind| connector.carries(kind).is_ok())
        })
        .collect();
    // A sound server is blamed for nothing that a faulty one could then seem to be caught by.
    set(&[]);
    let mut sound: BTreeMap<&str, Option<Judgement>> = BTreeMap::new();
    let mut missed = Vec::new();
    for (name, breaks) in faults {
        let (listed, rest): (Vec<&Playable>, Vec<&Playable>) = playables
            .iter()
            .partition(|it| it.scenario.requirements.contains(breaks));
        // What is known not to show is looked for where it ought to, everything else everywhere.
        let rest = rest.into_iter().filter(|_| !is_listed(unseen, name));
        let candidates = listed.into_iter().chain(rest);
        let caught = candidates.into_iter().any(|playable| {
            let id = playable.scenario.id.as_str();
            set(&[*name]);
            let blamed = play(playable, connector).is_some_and(|it| blames(&it, *breaks));
            if !blamed {
                return false;
            }
            set(&[]);
            let sound = sound.entry(id).or_insert_with(|| play(playable, connector));
            !sound.as_ref().is_some_and(|it| blames(it, *breaks))
        });
        if !caught {
            missed.push((*name, *breaks));
        }
    }
    set(&[]);
    missed
}

#[track_caller]
fn assert_same(missed: &[Served], listed: &[(&str, &[&str])]) {
    let missed: BTreeMap<&str, String> = missed
        .iter()
        .map(|(name, breaks)| (*name, breaks.to_string()))
        .collect();
    let listed: BTreeSet<&str> = listed
        .iter()
        .flat_map(|(_, names)| *names)
        .copied()
        .collect();
    let silent: Vec<_> = missed
        .iter()
        .filter(|(name, _)| !listed.contains(*name))
        .collect();
    let stale: Vec<_> = listed
        .iter()
        .filter(|name| !missed.contains_key(*name))
        .collect();
    assert!(
        silent.is_empty() && stale.is_empty(),
        "caught by nothing: {silent:#?}\nlisted, and yet caught: {stale:?}"
    );
}

#[test]
fn over_fhir() {
    let server = Server::fhir();
    let spec: Spec = format!("fhir:{}/fhir", server.root()).parse().unwrap();
    let missed = with_backend(&spec, |connector| {
        uncaught(
            &server,
            connector,
            &faults(Protocol::Fhir),
            UNSEEN_OVER_FHIR,
        )
    });
    assert_same(&missed, UNSEEN_OVER_FHIR);
}

fn serving(folder: &Path) -> Server {
    Server::start(&["--fhir", "0", "--oqs", folder.to_str().unwrap()])
}

#[test]
fn through_the_exchange_folder() {
    let folder = tempfile::tempdir().unwrap();
    let server = serving(folder.path());
    let spec: Spec = format!("oqs:{}", folder.path().display()).parse().unwrap();
    let missed = with_backend(&spec, |connector| {
        uncaught(
            &server,
            connector,
            &faults(Protocol::Folder),
            UNSEEN_IN_THE_FOLDER,
        )
    });
    assert_same(&missed, UNSEEN_IN_THE_FOLDER);
}

/// The fault of the command line is the one of the control interface.
#[test]
fn a_fault_that_the_server_starts_with() {
    let server = Server::start(&["--fhir", "0", "--fault", "my-number-told"]);
    let spec: Spec = format!("fhir:{}/fhir", server.root()).parse().unwrap();
    with_backend(&spec, |connector| {
        let all = playables();
        let named = |id: &str| all.iter().find(|it| it.scenario.id == id).unwrap();
        let judgement = play(named("eligibility/my-number-nowhere"), connector).unwrap();
        assert!(blames(&judgement, "ELIG-08".parse().unwrap()));
    });
}

#[test]
fn every_list_gives_a_reason_and_names_faults() {
    for (why, names) in UNSEEN_OVER_FHIR.iter().chain(UNSEEN_IN_THE_FOLDER) {
        assert!(why.len() > 20, "{why}");
        assert!(!names.is_empty(), "{why}");
        for name in *names {
            assert!(FAULTS.iter().any(|fault| fault.name == *name), "{name}");
        }
    }
}
