//! Faults on demand: each as whoever asks meets it.

use serde_json::json;

use super::client::{Reply, Server, inquiry};

fn struck(fault: &str) -> (Server, Reply) {
    let server = Server::start(&["--fhir", "0", "--fault", &format!("{fault}:1")]);
    let reply = server.submit(&inquiry());
    // The next one is answered.
    assert_eq!(server.submit(&inquiry()).in_force(), Some(true), "{fault}");
    (server, reply)
}

fn length(reply: &Reply) -> usize {
    reply.header("content-length").unwrap().parse().unwrap()
}

#[test]
fn down_closes_without_a_byte() {
    let (_server, reply) = struck("down");
    assert_eq!(reply.status, 0);
    assert!(reply.body.is_empty());
}

#[test]
fn garbage_is_no_json() {
    let (_server, reply) = struck("garbage");
    assert_eq!(reply.status, 200);
    assert!(serde_json::from_slice::<serde_json::Value>(&reply.body).is_err());
    assert_eq!(reply.body.len(), length(&reply));
}

#[test]
fn half_of_an_answer_is_half_of_it() {
    let (server, reply) = struck("half");
    let whole = server.submit(&inquiry());
    assert_eq!(reply.status, 200);
    assert_eq!(length(&reply), whole.body.len());
    assert_eq!(reply.body, whole.body[..whole.body.len() / 2]);
}

#[test]
fn a_wrong_length_is_longer_than_what_comes() {
    let (server, reply) = struck("wrong-length");
    let whole = server.submit(&inquiry());
    assert_eq!(reply.body, whole.body);
    assert_eq!(length(&reply), whole.body.len() + 100);
}

#[test]
fn busy_says_when_to_come_back() {
    let (_server, reply) = struck("busy");
    reply.complains(503, "transient");
    assert_eq!(reply.header("retry-after"), Some("1"));
}

#[test]
fn a_wrong_encoding_is_not_the_one_that_is_said() {
    let (server, reply) = struck("wrong-encoding");
    assert!(reply.header("content-type").unwrap().contains("utf-8"));
    assert!(std::str::from_utf8(&reply.body).is_err());
    let (text, _, wrong) = encoding_rs::SHIFT_JIS.decode(&reply.body);
    assert!(!wrong);
    assert_eq!(text.as_bytes(), server.submit(&inquiry()).body);
}

#[test]
fn silence_holds_the_connection_and_nobody_else() {
    use std::io::{Read as _, Write as _};
    let server = Server::start(&["--fhir", "0", "--fault", "silent:1"]);
    let body = inquiry().to_string();
    let mut silent = server.connect();
    write!(
        silent,
        "POST /fhir/CoverageEligibilityRequest/$submit HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    // The state says when the inquiry has been taken: nothing else could be waited for.
    let taken = (0..10_000).any(|_| server.get("/uketsuke").json()["inquiries"] == 1);
    assert!(taken);
    assert_eq!(server.submit(&inquiry()).in_force(), Some(true));
    silent.set_nonblocking(true).unwrap();
    let nothing = silent.read(&mut [0]).unwrap_err();
    assert_eq!(nothing.kind(), std::io::ErrorKind::WouldBlock);
}

#[test]
fn faults_are_set_and_cleared_in_a_running_server() {
    let server = Server::fhir();
    let set = |faults: serde_json::Value| {
        server
            .post("/uketsuke/fault", &json!({ "faults": faults }))
            .status
    };
    assert_eq!(set(json!(["busy"])), 204);
    server.submit(&inquiry()).complains(503, "transient");
    server.submit(&inquiry()).complains(503, "transient");
    assert_eq!(set(json!(["bsuy"])), 422);
    server.submit(&inquiry()).complains(503, "transient");
    assert_eq!(set(json!([])), 204);
    assert_eq!(server.submit(&inquiry()).in_force(), Some(true));
}

#[test]
fn a_backend_that_decides_wrongly_can_be_served() {
    // Nobody has this number: a sound backend answers that, and refuses nothing (ELIG-05).
    let mut nobody = inquiry();
    nobody["contained"][0]["birthDate"] = json!("1901-01-01");
    let server = Server::fhir();
    let sound = server.submit(&nobody);
    assert_eq!(sound.json()["resourceType"], "CoverageEligibilityResponse");
    let wrong = json!({ "faults": ["nobody-found-is-failure"] });
    assert_eq!(server.post("/uketsuke/fault", &wrong).status, 204);
    let refused = server.submit(&nobody);
    assert_eq!(refused.json()["resourceType"], "OperationOutcome");
}
