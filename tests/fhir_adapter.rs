//! The adapter `fhir:URL` against servers on real sockets: what it asks, what it makes of the
//! answers, and that nothing a server does makes it wait, grow or panic beyond its bounds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "fhir_adapter/control.rs"]
mod control;
#[path = "fhir_adapter/hostile.rs"]
mod hostile;
#[path = "fhir_adapter/polling.rs"]
mod polling;
#[path = "fhir_adapter/server.rs"]
mod server;
#[path = "fhir_adapter/tls.rs"]
mod tls;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use server::{Does, Server, fhir, http};
use tokio::runtime::Handle;
use uketsuke::backend::{Access, Connector, OpenError, Outage, fhir as adapter};
use uketsuke::eligibility::{
    Answer, Ground, Inquiry, InquiryKind, Moment, NumberKey, Site, Validity, Wire,
};
use uketsuke::secret::Secret;

/// Long enough for an answer on this machine, short enough to wait for in vain.
const PATIENCE: Duration = Duration::from_secs(20);
const LITTLE_PATIENCE: Duration = Duration::from_secs(1);

const TOKEN: &str = "tk-4711-never-shown";

fn now() -> Moment {
    "2025-12-20T09:15:00+09:00".parse().unwrap()
}

fn number() -> Inquiry {
    Inquiry::Number {
        key: NumberKey {
            insurer: "99123456".to_owned(),
            symbol: "記号".to_owned(),
            number: "123".to_owned(),
            branch: None,
            birth_date: jiff::civil::date(1980, 4, 1),
        },
        limit_consent: false,
        disaster: None,
        site: Site::default(),
    }
}

/// Plain FHIR: somebody is insured, nothing more is said.
fn insured() -> Value {
    json!({
        "resourceType": "CoverageEligibilityResponse",
        "status": "active",
        "purpose": ["validation"],
        "patient": { "reference": "Patient/1" },
        "created": "2025-12-20",
        "request": { "reference": "CoverageEligibilityRequest/1" },
        "outcome": "complete",
        "insurer": { "display": "an insurer" },
        "insurance": [{ "coverage": { "display": "a coverage" }, "inforce": true }],
    })
}

fn access(patience: Duration) -> Access {
    Access {
        patience,
        token: Some(Secret::Plain(TOKEN.to_owned())),
        ..Access::default()
    }
}

async fn open(base: &str, patience: Duration) -> Arc<dyn Connector> {
    adapter::open(base, &access(patience), Handle::current())
        .await
        .unwrap()
}

/// Asks a number inquiry of a server that has no metadata.
async fn ask(
    patience: Duration,
    does: impl Fn(usize) -> Does + Send + Sync + 'static,
) -> (Result<Answer, Outage>, Wire, Server) {
    let server = Server::start(move |asked, before| {
        if asked.line.ends_with("/metadata") {
            return http("404 Not Found", "", "");
        }
        does(before)
    })
    .await;
    let (answer, wire) = ask_at(&server.base(), patience).await;
    (answer, wire, server)
}

async fn ask_at(base: &str, patience: Duration) -> (Result<Answer, Outage>, Wire) {
    let connector = open(base, patience).await;
    let mut backend = connector.connect().await.unwrap();
    let answer = backend.ask(&number(), now()).await;
    (answer, backend.wire().unwrap_or_default())
}

fn is_valid(answer: &Result<Answer, Outage>) {
    let Ok(Answer::Eligibility(eligibility)) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(eligibility.validity, Validity::Valid);
}

/// Returns why there was no connection, after a look for the token in it.
fn down(answer: Result<Answer, Outage>) -> String {
    let Err(Outage::Down(reason)) = answer else {
        panic!("{answer:?}");
    };
    assert!(!reason.contains(TOKEN), "{reason}");
    reason
}

fn malformed(answer: Result<Answer, Outage>) -> String {
    let Err(Outage::Malformed(reason)) = answer else {
        panic!("{answer:?}");
    };
    reason
}

#[tokio::test]
async fn an_inquiry_is_submitted_and_its_exchange_described() {
    let (answer, wire, server) = ask(PATIENCE, |_| fhir("200 OK", &insured())).await;
    is_valid(&answer);
    assert_eq!(
        server.lines(),
        ["POST /fhir/CoverageEligibilityRequest/$submit"]
    );
    let asked = &server.asked()[0];
    assert_eq!(asked.header("content-type"), Some("application/fhir+json"));
    assert_eq!(
        asked.header("authorization"),
        Some("Bearer tk-4711-never-shown")
    );
    assert_eq!(asked.json()["resourceType"], "CoverageEligibilityRequest");
    assert_eq!(asked.json()["servicedDate"], "2025-12-20");
    assert_eq!(wire.protocol, "fhir");
    assert_eq!(wire.request, "POST CoverageEligibilityRequest/$submit");
    assert_eq!(wire.response.as_deref(), Some("200 OK"));
    assert_eq!(wire.normal, Some(true));
    assert_eq!((wire.error_code, wire.error_message), (None, None));
}

#[tokio::test]
async fn a_server_that_announces_nothing_carries_number_inquiries_alone() {
    let server = Server::start(|_, _| http("404 Not Found", "", "")).await;
    let connector = open(&server.base(), PATIENCE).await;
    assert!(!connector.arranges());
    let backend = connector.connect().await.unwrap();
    assert_eq!(backend.name(), "fhir");
    assert!(backend.is_foreign());
    assert_eq!(backend.carries(InquiryKind::Number), Ok(()));
    for kind in [
        InquiryKind::Authenticate,
        InquiryKind::Register,
        InquiryKind::Confirm,
        InquiryKind::Limit,
        InquiryKind::Person,
        InquiryKind::Medical,
        InquiryKind::Portal,
    ] {
        let reason = backend.carries(kind).unwrap_err();
        assert!(
            !reason.ja.is_empty() && reason.en.contains("does not announce"),
            "{reason:?}"
        );
    }
}

#[tokio::test]
async fn a_refusal_with_our_code_is_an_answer_whatever_its_status() {
    let outcome = json!({
        "resourceType": "OperationOutcome",
        "issue": [{
            "severity": "error",
            "code": "forbidden",
            "details": {
                "coding": [
                    { "system": "http://uketsuke.invalid/fhir/CodeSystem/ground", "code": "withheld" },
                    { "system": "http://uketsuke.invalid/fhir/CodeSystem/refusal", "code": "SIM-104" },
                ],
                "text": "窓口で確認してください",
            },
        }],
    });
    for status in [
        "200 OK",
        "403 Forbidden",
        "404 Not Found",
        "422 Unprocessable Entity",
    ] {
        let said = outcome.clone();
        let (answer, wire, _) = ask(PATIENCE, move |_| fhir(status, &said)).await;
        let Ok(Answer::Refused(refusal)) = answer else {
            panic!("{status}: {answer:?}");
        };
        assert_eq!(refusal.ground, Ground::Withheld);
        assert_eq!(
            (refusal.code.as_str(), refusal.message.as_str()),
            ("SIM-104", "窓口で確認してください")
        );
        assert_eq!(wire.normal, Some(false));
        assert_eq!(wire.error_code.as_deref(), Some("SIM-104"));
        assert_eq!(
            wire.error_message.as_deref(),
            Some("窓口で確認してください")
        );
    }
}

fn outcome(code: &str, text: &str) -> Value {
    json!({
        "resourceType": "OperationOutcome",
        "issue": [{ "severity": "error", "code": code, "diagnostics": text }],
    })
}

#[tokio::test]
async fn a_refusal_of_a_server_that_does_not_know_our_codes_leaves_the_ground_open() {
    let (answer, _, _) = ask(PATIENCE, |_| {
        fhir(
            "422 Unprocessable Entity",
            &outcome("business-rule", "not covered here"),
        )
    })
    .await;
    let Ok(Answer::Refused(refusal)) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(refusal.ground, Ground::Unstated);
    assert_eq!(refusal.code, "business-rule");
    assert_eq!(refusal.message, "not covered here");
}

#[tokio::test]
async fn a_complaint_about_our_request_blames_nobody_and_says_what_was_said() {
    for (status, code) in [
        ("400 Bad Request", "structure"),
        ("400 Bad Request", "invalid"),
        ("422 Unprocessable Entity", "required"),
        ("422 Unprocessable Entity", "code-invalid"),
    ] {
        let (answer, wire, _) = ask(PATIENCE, move |_| {
            fhir(status, &outcome(code, "insurer 17 is unknown"))
        })
        .await;
        let reason = down(answer);
        assert!(reason.contains("finds fault with our request"), "{reason}");
        assert!(reason.contains("insurer 17 is unknown"), "{reason}");
        assert!(wire.response.unwrap().starts_with(&status[..3]));
    }
    let (answer, _, _) = ask(PATIENCE, |_| http("400 Bad Request", "", "no")).await;
    assert!(down(answer).starts_with("400 Bad Request"));
}

#[tokio::test]
async fn without_the_right_token_there_is_no_connection_and_no_token_in_the_reason() {
    for status in ["401 Unauthorized", "403 Forbidden"] {
        let echo = format!("Bearer {TOKEN} is not known");
        let (answer, _, _) = ask(PATIENCE, move |_| fhir(status, &outcome("login", &echo))).await;
        let reason = down(answer);
        assert!(reason.starts_with(status), "{reason}");
        assert!(
            reason.contains("the token was refused: Bearer *** is not known"),
            "{reason}"
        );
    }
    let server = Server::start(|_, _| http("401 Unauthorized", "", "")).await;
    let connector = adapter::open(&server.base(), &Access::default(), Handle::current())
        .await
        .unwrap();
    let mut backend = connector.connect().await.unwrap();
    let reason = down(backend.ask(&number(), now()).await);
    assert!(reason.contains("is a token needed?"), "{reason}");
    assert_eq!(server.asked()[0].header("authorization"), None);
}

#[tokio::test]
async fn a_server_that_echoes_the_token_in_an_answer_does_not_spread_it() {
    let mut said = insured();
    said["disposition"] = json!(format!("asked with {TOKEN} and {TOKEN}"));
    let (answer, _, _) = ask(PATIENCE, move |_| fhir("200 OK", &said)).await;
    let Ok(Answer::Eligibility(eligibility)) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(
        eligibility.side_information.as_deref(),
        Some("asked with *** and ***")
    );
    let (answer, _, _) = ask(PATIENCE, |_| {
        http("200 OK", &format!("content-type: {TOKEN}\r\n"), "{}")
    })
    .await;
    assert!(malformed(answer).contains("*** came"));
}

#[tokio::test]
async fn the_connection_stays_open_between_inquiries() {
    let server = Server::start(|asked, _| {
        if asked.line.ends_with("/metadata") {
            return http("404 Not Found", "", "");
        }
        fhir("200 OK", &insured())
    })
    .await;
    let connector = open(&server.base(), PATIENCE).await;
    for _ in 0..3 {
        let mut backend = connector.connect().await.unwrap();
        is_valid(&backend.ask(&number(), now()).await);
    }
    let asked = server.asked();
    assert_eq!(asked.len(), 3);
    assert!(asked.iter().all(|it| it.connection == asked[0].connection));
}

#[tokio::test]
async fn what_is_no_base_url_is_wrong_usage() {
    for base in [
        "",
        "127.0.0.1:80/fhir",
        "ftp://127.0.0.1/fhir",
        "http://somebody:secret@127.0.0.1/fhir",
        "http://127.0.0.1/fhir?a=b",
        "http://127.0.0.1/fhir#a",
    ] {
        let opened = adapter::open(base, &Access::default(), Handle::current()).await;
        let Err(OpenError::Usage(reason)) = opened else {
            panic!("{base}");
        };
        assert!(!reason.contains("secret"), "{reason}");
    }
}

#[tokio::test]
async fn a_token_that_cannot_be_sent_is_a_wrong_setting() {
    for token in [
        Secret::Plain(String::new()),
        Secret::Plain("a\nb".to_owned()),
    ] {
        let access = Access {
            token: Some(token),
            ..Access::default()
        };
        let opened = adapter::open("http://127.0.0.1:1/fhir", &access, Handle::current()).await;
        assert!(matches!(opened, Err(OpenError::Config(_))));
    }
}

#[tokio::test]
async fn nobody_listening_is_said_when_opening() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await
        .unwrap();
    let base = format!("http://{}/fhir", listener.local_addr().unwrap());
    drop(listener);
    let opened = adapter::open(&base, &Access::default(), Handle::current()).await;
    let Err(OpenError::Unreachable(Outage::Down(reason))) = opened else {
        panic!("opened");
    };
    assert!(reason.to_lowercase().contains("refused"), "{reason}");
}
