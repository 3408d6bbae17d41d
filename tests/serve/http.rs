//! FHIR over HTTP: the interactions, and what is refused.

use std::io::{Read as _, Write as _};

use serde_json::json;

use super::client::{Server, inquiry};

const SUBMIT: &str = "/fhir/CoverageEligibilityRequest/$submit";
const JSON: (&str, &str) = ("Content-Type", "application/fhir+json");

#[test]
fn a_number_inquiry_by_hand_is_answered() {
    let server = Server::fhir();
    let reply = server.submit(&inquiry());
    assert_eq!(reply.in_force(), Some(true));
    let text = reply.json().to_string();
    assert!(text.contains("模擬　太郎"), "{text}");
    assert!(text.contains("SIMULATION"));
    assert_eq!(
        reply.header("content-type"),
        Some("application/fhir+json; charset=utf-8")
    );
}

#[test]
fn what_is_created_can_be_read_and_its_answer_found() {
    let server = Server::fhir();
    let created = server.post("/fhir/CoverageEligibilityRequest", &inquiry());
    assert_eq!(created.status, 201);
    let id = created.json()["id"].as_str().unwrap().to_owned();
    let location = created.header("location").unwrap();
    assert!(location.starts_with("http://test/fhir/CoverageEligibilityRequest/"));

    let path = format!("/fhir/CoverageEligibilityRequest/{id}");
    assert_eq!(server.get(&path).json(), created.json());
    for value in [
        format!("CoverageEligibilityRequest/{id}"),
        format!("CoverageEligibilityRequest%2F{id}"),
    ] {
        let found = server.get(&format!(
            "/fhir/CoverageEligibilityResponse?request={value}"
        ));
        let bundle = found.json();
        assert_eq!(bundle["type"], "searchset");
        assert_eq!(bundle["total"], 1);
        let response = &bundle["entry"][0]["resource"];
        assert_eq!(response["insurance"][0]["inforce"], true);
        let reference = format!("CoverageEligibilityRequest/{id}");
        assert_eq!(response["request"]["reference"], reference.as_str());
        let path = format!("/fhir/CoverageEligibilityResponse/{id}");
        assert_eq!(&server.get(&path).json(), response);
    }
    let nothing = server.get("/fhir/CoverageEligibilityResponse?request=4711");
    assert_eq!(nothing.json()["total"], 0);
    server
        .get("/fhir/CoverageEligibilityResponse?patient=1")
        .complains(400, "not-supported");
}

#[test]
fn an_answer_can_be_fetched_later() {
    let server = Server::fhir();
    let body = inquiry().to_string();
    let prefer = ("Prefer", "respond-async");
    let accepted = server.send("POST", SUBMIT, &[JSON, prefer], body.as_bytes());
    assert_eq!(accepted.status, 202);
    let at = accepted.header("content-location").unwrap();
    let path = at.strip_prefix("http://test").unwrap();
    assert_eq!(server.get(path).in_force(), Some(true));
}

#[test]
fn metadata_announces_what_is_carried() {
    let server = Server::fhir();
    let statement = server.get("/fhir/metadata").json();
    assert_eq!(statement["resourceType"], "CapabilityStatement");
    let guides: Vec<&str> = statement["implementationGuide"]
        .as_array()
        .unwrap()
        .iter()
        .map(|guide| guide.as_str().unwrap())
        .collect();
    for name in ["card", "medical", "person", "portal", "control"] {
        let guide = format!("http://uketsuke.invalid/fhir/ImplementationGuide/{name}");
        assert!(guides.contains(&guide.as_str()), "{name}");
    }
}

#[test]
fn what_cannot_be_answered_is_refused_with_its_status() {
    let server = Server::fhir();
    let send = |method: &str, path: &str, headers: &[(&str, &str)], body: &str| {
        server.send(method, path, headers, body.as_bytes())
    };
    send("POST", SUBMIT, &[JSON], "{").complains(400, "structure");
    send("POST", SUBMIT, &[JSON], "\u{1}").complains(400, "structure");
    server
        .send("POST", SUBMIT, &[JSON], b"{\"a\":\"\x83\x8f\"}")
        .complains(400, "structure");
    let xml = ("Content-Type", "application/fhir+xml");
    send("POST", SUBMIT, &[xml], "<x/>").complains(415, "not-supported");
    send("POST", SUBMIT, &[], "{}").complains(415, "not-supported");
    let shift_jis = ("Content-Type", "application/json; charset=Shift_JIS");
    send("POST", SUBMIT, &[shift_jis], "{}").complains(415, "not-supported");
    let accept = ("Accept", "application/fhir+xml");
    send("GET", "/fhir/metadata", &[accept], "").complains(406, "not-supported");
    send("POST", SUBMIT, &[JSON], "[]").complains(422, "invalid");
    send("POST", SUBMIT, &[JSON], r#"{"resourceType":"Patient"}"#).complains(422, "invalid");
    send("GET", SUBMIT, &[], "").complains(405, "not-supported");
    send("DELETE", "/fhir/CoverageEligibilityRequest/1", &[], "").complains(405, "not-supported");
    send("GET", "/fhir/Patient/1", &[], "").complains(404, "not-found");
    send("GET", "/fhir/CoverageEligibilityRequest/1", &[], "").complains(404, "not-found");
    send("GET", "/nothing/../at/all", &[], "").complains(404, "not-found");
    // After all of that it still answers.
    assert_eq!(server.submit(&inquiry()).in_force(), Some(true));
}

#[test]
fn a_body_of_a_gigabyte_is_refused_before_it_is_read() {
    let server = Server::fhir();
    let length = ("Content-Length", "1073741824");
    server
        .send("POST", SUBMIT, &[JSON, length], b"{")
        .complains(413, "too-long");
    // Without a length, once a megabyte has come.
    let mut stream = server.connect();
    let head = format!(
        "POST {SUBMIT} HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let chunk = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
    for _ in 0..17 {
        // The server may close before it has all of them.
        let _ = stream.write_all(&chunk);
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[test]
fn half_a_request_and_idle_connections_keep_nobody_else_waiting() {
    let server = Server::fhir();
    let mut half = server.connect();
    half.write_all(b"POST /fhir/Cov").unwrap();
    let mut no_body = server.connect();
    no_body
        .write_all(b"POST /fhir/CoverageEligibilityRequest/$submit HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n")
        .unwrap();
    let idle: Vec<_> = (0..200).map(|_| server.connect()).collect();
    assert_eq!(server.submit(&inquiry()).in_force(), Some(true));
    drop(idle);
}

#[test]
fn a_connection_serves_one_inquiry_after_the_other() {
    let server = Server::fhir();
    let mut stream = server.connect();
    let body = inquiry().to_string();
    for _ in 0..3 {
        let request = format!(
            "POST {SUBMIT} HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut seen = Vec::new();
        let mut byte = [0];
        while !seen.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).unwrap();
            seen.push(byte[0]);
        }
        let head = String::from_utf8(seen).unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .unwrap();
        let mut answer = vec![0; length.parse().unwrap()];
        stream.read_exact(&mut answer).unwrap();
    }
}

#[test]
fn a_token_is_asked_for_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "s3cret-t0ken\n").unwrap();
    let server = Server::start(&["--fhir", "0", "--token-file", file.to_str().unwrap()]);
    assert_eq!(server.get("/fhir/metadata").status, 200);
    let body = inquiry().to_string();
    let ask = |token: &str| {
        let bearer = format!("Bearer {token}");
        let headers = [JSON, ("Authorization", bearer.as_str())];
        server.send("POST", SUBMIT, &headers, body.as_bytes())
    };
    server.submit(&inquiry()).complains(401, "login");
    let refused = ask("wr0ng");
    refused.complains(401, "login");
    assert!(
        refused
            .header("www-authenticate")
            .unwrap()
            .contains("Bearer")
    );
    assert!(!refused.json().to_string().contains("wr0ng"));
    assert_eq!(ask("s3cret-t0ken").in_force(), Some(true));
    let said = server.said.to_string();
    let ended = server.stop();
    assert!(!ended.stderr.contains("s3cret") && !said.contains("s3cret"));
}

#[test]
fn control_says_how_things_stand() {
    let server = Server::fhir();
    let state = server.get("/uketsuke").json();
    assert_eq!(state["now"], "2025-12-20T09:15:00+09:00");
    assert_eq!(state["people"][0], "adult");
    assert_eq!(state["faults"], json!([]));
}
