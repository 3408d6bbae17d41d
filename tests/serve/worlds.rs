//! The control interface: worlds that others arrange.

use serde_json::{Value, json};

use super::client::{AT, Server, inquiry};

/// Returns `adult` of a scenario, whose insurance ends with 2025.
fn world() -> Value {
    let library = uketsuke::library::Library::bundled().unwrap();
    let source = library
        .sources()
        .iter()
        .find(|source| source.id == "pin/correct")
        .unwrap();
    let playable = library
        .playables(source, AT.parse().unwrap())
        .unwrap()
        .remove(0);
    let mut world = uketsuke::backend::World::of(&playable.scenario);
    world.people[0].registry.qualifications[0].until = Some("2025-12-31".parse().unwrap());
    serde_json::to_value(world).unwrap()
}

fn arrange(server: &Server, world: &Value) -> (String, String) {
    let made = server.post("/uketsuke/worlds", &json!({ "at": AT, "world": world }));
    assert_eq!(made.status, 201);
    let made = made.json();
    let text = |key: &str| made[key].as_str().unwrap().to_owned();
    (text("world"), text("base"))
}

fn submit(server: &Server, base: &str, now: Option<&str>) -> super::client::Reply {
    let body = inquiry().to_string();
    let mut headers = vec![("Content-Type", "application/fhir+json")];
    headers.extend(now.map(|now| ("X-Uketsuke-Now", now)));
    let path = format!("{base}/CoverageEligibilityRequest/$submit");
    server.send("POST", &path, &headers, body.as_bytes())
}

#[test]
fn a_world_is_arranged_changed_and_ended() {
    let server = Server::fhir();
    let (id, base) = arrange(&server, &world());
    assert_eq!(base, format!("/worlds/{id}/fhir"));
    assert_eq!(submit(&server, &base, None).in_force(), Some(true));

    let nobody = json!({ "at": AT, "world": { "people": [] } }).to_string();
    let path = format!("/uketsuke/worlds/{id}");
    let json = ("Content-Type", "application/json");
    let changed = server.send("PUT", &path, &[json], nobody.as_bytes());
    assert_eq!(changed.status, 204);
    assert_eq!(submit(&server, &base, None).in_force(), None);

    assert_eq!(server.send("DELETE", &path, &[], b"").status, 204);
    assert_eq!(server.send("DELETE", &path, &[], b"").status, 404);
    submit(&server, &base, None).complains(404, "not-found");
}

#[test]
fn each_world_has_a_clock_that_a_request_may_set() {
    let server = Server::fhir();
    let (_, one) = arrange(&server, &world());
    let (_, other) = arrange(&server, &world());
    let last = Some("2025-12-31T23:59:59+09:00");
    assert_eq!(submit(&server, &one, last).in_force(), Some(true));
    let after = Some("2026-01-01T00:00:00+09:00");
    assert_eq!(submit(&server, &one, after).in_force(), Some(false));
    // It stays where it was set, and the other world's stands where it stood.
    assert_eq!(submit(&server, &one, None).in_force(), Some(false));
    assert_eq!(submit(&server, &other, None).in_force(), Some(true));
    submit(&server, &one, Some("new year")).complains(400, "value");
    // The served world has no such header: its clock is its user's.
    assert_eq!(
        submit(&server, "/fhir", Some("2019-01-01T00:00:00+09:00")).in_force(),
        Some(true)
    );
}

#[test]
fn what_is_no_order_is_refused() {
    let server = Server::fhir();
    let post = |path: &str, body: Value| server.post(path, &body);
    for (path, body, status) in [
        ("/uketsuke/worlds", json!({}), 422),
        (
            "/uketsuke/worlds",
            json!({ "at": "noon", "world": { "people": [] } }),
            422,
        ),
        (
            "/uketsuke/worlds",
            json!({ "at": AT, "world": { "peopel": [] } }),
            422,
        ),
        ("/uketsuke/clock", json!({ "at": "noon" }), 422),
        ("/uketsuke/face", json!({ "person": "nobody" }), 422),
        ("/uketsuke/nothing", json!({}), 404),
        ("/uketsuke", json!({}), 405),
    ] {
        let reply = post(path, body);
        assert_eq!(reply.status, status, "{path}");
        assert!(reply.json()["error"].as_str().unwrap().len() > 10);
    }
    let plain = server.send(
        "POST",
        "/uketsuke/worlds",
        &[("Content-Type", "text/plain")],
        b"{}",
    );
    assert_eq!(plain.status, 415);
}

#[test]
fn the_clock_of_the_served_world_can_be_set() {
    let server = Server::fhir();
    let set = server.post(
        "/uketsuke/clock",
        &json!({ "at": "2019-01-01T00:00+09:00" }),
    );
    assert_eq!(set.status, 204);
    // adult's insurance begins six years before the server's start.
    assert_ne!(server.submit(&inquiry()).in_force(), Some(true));
}
