//! Worlds that are arranged at a server which lets us: ours.

use super::*;
use uketsuke::backend::{Cannot, World};

fn metadata() -> Value {
    json!({
        "resourceType": "CapabilityStatement",
        "implementationGuide": [
            "http://uketsuke.invalid/fhir/ImplementationGuide/control",
            "http://uketsuke.invalid/fhir/ImplementationGuide/card",
        ],
    })
}

fn nobody() -> World {
    World {
        people: Vec::new(),
        incidents: Vec::new(),
    }
}

fn outage() -> World {
    use uketsuke::eligibility::{Incident, IncidentKind};
    World {
        people: Vec::new(),
        incidents: vec![Incident {
            kind: IncidentKind::Outage(vec!["1399999999".to_owned()]),
            from: jiff::civil::date(2025, 12, 1),
            until: jiff::civil::date(2025, 12, 31),
        }],
    }
}

async fn controlled(base: &'static str) -> Server {
    Server::start(move |asked, _| match asked.line.split(' ').next() {
        _ if asked.line == "GET /fhir/metadata" => fhir("200 OK", &metadata()),
        _ if asked.line == "POST /uketsuke/worlds" => http(
            "201 Created",
            "content-type: application/json\r\n",
            json!({ "world": "7", "base": base }).to_string(),
        ),
        Some("PUT" | "DELETE") => Does::Says(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()),
        _ => fhir("200 OK", &insured()),
    })
    .await
}

#[tokio::test]
async fn a_world_is_made_changed_asked_and_ended() {
    let server = controlled("/worlds/7/fhir").await;
    let connector = open(&server.base(), PATIENCE).await;
    assert!(connector.arranges());
    let mut backend = connector.connect().await.unwrap();
    assert_eq!(backend.carries(InquiryKind::Confirm), Ok(()));
    assert!(backend.carries(InquiryKind::Portal).is_err());
    backend.arrange(&nobody(), now()).await.unwrap();
    is_valid(&backend.ask(&number(), now().plus_ms(1500)).await);
    backend
        .arrange(&outage(), now().plus_ms(2000))
        .await
        .unwrap();
    drop(backend);
    // The end is asked for in the background: let it happen.
    let ended = async {
        while server.asked().len() < 4 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, ended).await.unwrap();
    assert_eq!(
        server.lines(),
        [
            "POST /uketsuke/worlds",
            "POST /worlds/7/fhir/CoverageEligibilityRequest/$submit",
            "PUT /uketsuke/worlds/7",
            "DELETE /uketsuke/worlds/7",
        ]
    );
    let asked = server.asked();
    assert_eq!(
        asked[0].json(),
        json!({ "at": "2025-12-20T09:15:00+09:00", "world": { "people": [] } })
    );
    assert_eq!(
        asked[1].header("x-uketsuke-now"),
        Some("2025-12-20T09:15:01.500+09:00")
    );
    assert_eq!(asked[2].json()["at"], "2025-12-20T09:15:02+09:00");
    assert_eq!(
        asked[2].json()["world"]["incidents"][0]["from"],
        "2025-12-01"
    );
}

#[tokio::test]
async fn a_world_that_would_lead_elsewhere_is_refused() {
    for base in [
        "http://127.0.0.1:9/fhir",
        "//127.0.0.1:9/fhir",
        "/worlds/../../fhir",
        "/worlds/%2e%2e/fhir",
        "worlds/7/fhir",
        "",
        "/worlds/7/fhir?x=1",
    ] {
        let server = controlled(base).await;
        let connector = open(&server.base(), PATIENCE).await;
        let mut backend = connector.connect().await.unwrap();
        let refused = backend.arrange(&nobody(), now()).await;
        assert!(
            matches!(refused, Err(Cannot::Reach(Outage::Malformed(_)))),
            "{base}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn a_control_interface_that_refuses_is_said() {
    let server = Server::start(|asked, _| {
        if asked.line.ends_with("/metadata") {
            return fhir("200 OK", &metadata());
        }
        fhir("403 Forbidden", &outcome("forbidden", "loopback only"))
    })
    .await;
    let connector = open(&server.base(), PATIENCE).await;
    let refused = connector
        .connect()
        .await
        .unwrap()
        .arrange(&nobody(), now())
        .await;
    let Err(Cannot::Reach(Outage::Down(reason))) = refused else {
        panic!("{refused:?}");
    };
    assert!(reason.contains("403 Forbidden: loopback only"), "{reason}");
}

#[tokio::test]
async fn without_control_the_world_is_taken_as_given_and_cannot_change() {
    let server = Server::start(|_, _| http("404 Not Found", "", "")).await;
    let connector = open(&server.base(), PATIENCE).await;
    let mut backend = connector.connect().await.unwrap();
    assert_eq!(backend.arrange(&nobody(), now()).await, Ok(()));
    assert_eq!(backend.arrange(&nobody(), now().plus_ms(1)).await, Ok(()));
    let changed = backend.arrange(&outage(), now()).await;
    let Err(Cannot::Arrange(reason)) = changed else {
        panic!("{changed:?}");
    };
    assert!(reason.en.contains("cannot be changed") && !reason.ja.is_empty());
    assert_eq!(server.lines(), Vec::<String>::new());
}
