//! How a server starts, goes on and ends, and the transcript that it leaves.

use std::net::TcpListener;
use std::path::Path;

use rustix::process::Signal;
use serde_json::json;
use uketsuke::transcript::{Event, Role, Transcript};

use super::client::{Server, inquiry, program};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn transcript(path: &Path) -> Transcript {
    Transcript::from_ndjson(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Runs the program where it ends by itself.
fn ends(arguments: &[&str]) -> (Option<i32>, String) {
    let output = program(arguments).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), stderr)
}

#[test]
fn it_says_where_it_serves_and_ends_when_its_user_says_so() {
    for signal in [Signal::TERM, Signal::INT] {
        let mut server = Server::fhir();
        assert!(server.root().starts_with("http://127.0.0.1:"));
        assert_eq!(
            server.said["control"],
            format!("{}/uketsuke", server.root())
        );
        server.submit(&inquiry());
        server.signal(signal);
        let ended = server.wait();
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert!(ended.stderr.contains("SIMULATION"));
        assert!(
            ended.stderr.contains("inquiries answered: 1"),
            "{}",
            ended.stderr
        );
    }
}

#[test]
fn what_is_typed_is_carried_out_and_the_end_of_input_is_not_the_end() {
    let mut server = Server::fhir();
    server.type_line("at 2019-01-01T00:00+09:00");
    server.type_line("fault busy");
    server.type_line("nonsense");
    drop(server.stdin.take());
    // What was typed is carried out in order, some time: the fault comes last.
    let struck = (0..10_000).any(|_| server.submit(&inquiry()).status == 503);
    assert!(struck);
    let state = server.get("/uketsuke").json();
    assert_eq!(state["now"], "2019-01-01T00:00:00+09:00");
    assert_eq!(state["faults"], json!(["busy"]));
    let ended = server.stop();
    assert!(ended.stderr.contains("\"nonsense\""), "{}", ended.stderr);

    let mut server = Server::fhir();
    server.type_line("quit");
    assert_eq!(server.wait().code, Some(0));
}

#[test]
fn a_port_that_is_taken_ends_with_2_and_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, stderr) = ends(&["serve", "--fhir", &address]);
    assert_eq!(code, Some(2), "{stderr}");
    assert!(
        stderr.contains(&address) && stderr.contains("port 0"),
        "{stderr}"
    );
}

#[test]
fn what_cannot_be_written_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let inside = file.join("x");
    for arguments in [
        ["serve", "--fhir", "0", "--transcript", text(&inside)],
        ["serve", "--fhir", "0", "--oqs", text(&inside)],
        ["serve", "--fhir", "0", "--bindings", text(&inside)],
    ] {
        let (code, stderr) = ends(&arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains("can be written"), "{stderr}");
    }
}

#[test]
fn a_command_line_that_says_too_little_or_nonsense_ends_with_2_or_3() {
    for (arguments, code, says) in [
        (&["serve"][..], 2, "--fhir"),
        (&["serve", "--fhir", "example.org:80"], 2, "127.0.0.1:8080"),
        (
            &["serve", "--fhir", "0", "--fault", "dwon"],
            2,
            "did you mean down",
        ),
        (
            &["serve", "--fhir", "0", "--at", "noon"],
            2,
            "2025-12-20T09:15+09:00",
        ),
        (
            &["serve", "--fhir", "0", "--scenario", "pin/corect"],
            3,
            "pin/correct",
        ),
        (
            &["serve", "--fhir", "0", "--scenario", "pin"],
            2,
            "name one",
        ),
        (
            &["serve", "--fhir", "0", "--token-file", "/nowhere"],
            3,
            "--token-file",
        ),
    ] {
        let (found, stderr) = ends(arguments);
        assert_eq!(found, Some(code), "{arguments:?}: {stderr}");
        assert!(stderr.contains(says), "{arguments:?}: {stderr}");
    }
}

#[test]
fn a_scenario_is_served_at_its_moment() {
    let mut server = program(&[
        "serve",
        "--fhir",
        "0",
        "--scenario",
        "pin/correct",
        "--pace-clock",
        "fixed",
        "--format",
        "json",
    ]);
    let library = uketsuke::library::Library::bundled().unwrap();
    let source = library
        .sources()
        .iter()
        .find(|source| source.id == "pin/correct")
        .unwrap();
    let now = "2026-11-22T00:00Z".parse().unwrap();
    let scenario = library.playables(source, now).unwrap().remove(0).scenario;
    let mut child = server
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(
        &mut std::io::BufReader::new(child.stdout.take().unwrap()),
        &mut line,
    )
    .unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let said: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(said["now"], scenario.at.to_string());
    assert_eq!(said["people"], json!(["adult"]));
}

#[test]
fn what_is_asked_and_answered_is_recorded_and_can_be_judged() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("served.ndjson");
    let server = Server::start(&[
        "--fhir",
        "0",
        "--transcript",
        text(&file),
        "--fault",
        "half:2",
    ]);
    let mut nobody = inquiry();
    nobody["contained"][0]["birthDate"] = json!("1901-01-01");
    server.submit(&inquiry());
    server.submit(&inquiry());
    server.submit(&nobody);
    let face = server.post(
        "/uketsuke/face",
        &json!({ "person": "adult", "consents": ["care"] }),
    );
    assert_eq!(face.json()["accepted"], true);
    assert_eq!(server.stop().code, Some(0));

    let transcript = transcript(&file);
    let kinds: Vec<(&str, Role, u32)> = transcript
        .entries
        .iter()
        .map(|entry| (entry.event.kind(), entry.from, entry.visit))
        .collect();
    assert_eq!(
        kinds,
        [
            ("inquiry", Role::Desk, 0),
            ("answer", Role::Backend, 0),
            ("inquiry", Role::Desk, 0),
            ("fault", Role::Harness, 0),
            ("answer", Role::Backend, 0),
            ("inquiry", Role::Desk, 0),
            ("answer", Role::Backend, 0),
            ("card", Role::Patient, 1),
            ("inquiry", Role::Reader, 1),
            ("answer", Role::Backend, 1),
            ("inquiry", Role::Reader, 1),
            ("answer", Role::Backend, 1),
        ]
    );
    let Event::Fault(what) = &transcript.entries[3].event else {
        panic!()
    };
    assert_eq!(what, "backend half");
    let (code, stderr) = ends(&["judge", text(&file)]);
    assert_eq!(code, Some(0), "{stderr}");
}

#[test]
fn a_backend_that_decided_wrongly_is_found_in_its_transcript() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("served.ndjson");
    let fault = "nobody-found-is-failure";
    let server = Server::start(&["--fhir", "0", "--transcript", text(&file), "--fault", fault]);
    let mut nobody = inquiry();
    nobody["contained"][0]["birthDate"] = json!("1901-01-01");
    server.submit(&nobody);
    server.stop();
    let output = program(&["judge", text(&file)]).output().unwrap();
    let report = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{report}");
    assert!(report.contains("ELIG-05"), "{report}");
}

#[test]
fn a_server_that_is_killed_leaves_whole_lines() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("served.ndjson");
    let mut server = Server::start(&["--fhir", "0", "--transcript", text(&file)]);
    for _ in 0..3 {
        server.submit(&inquiry());
    }
    server.signal(Signal::KILL);
    assert_eq!(server.wait().code, None);
    assert_eq!(transcript(&file).entries.len(), 6);
}

#[test]
fn no_secret_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("served.ndjson");
    let server = Server::start(&["--fhir", "0", "--transcript", text(&file)]);
    let profile = virtual_card::profile::Profile::standard("adult").unwrap();
    let mut body = inquiry();
    body["contained"][3]["extension"][1]["valueString"] = json!(profile.my_number);
    server.submit(&body);
    server.stop();
    let recorded = std::fs::read_to_string(&file).unwrap();
    assert!(recorded.contains("my-number#1"));
    assert!(!recorded.contains(&profile.my_number));
    // The PIN of `adult` (pin/correct), as it would stand in JSON.
    assert!(!recorded.contains("\"1234\""));
}

#[test]
fn bindings_are_written_for_others_to_fill() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bindings.yaml");
    let server = Server::start(&["--fhir", "0", "--bindings", text(&file)]);
    server.stop();
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.contains("SIMULATION"));
    assert!(written.contains("\n  adult:"), "{written}");
}

#[test]
fn an_address_that_others_can_reach_is_warned_about() {
    let server = Server::start(&["--fhir", "0.0.0.0:0"]);
    let ended = server.stop();
    assert!(ended.stderr.contains("other machines"), "{}", ended.stderr);
}
