//! Answers that come later: created and searched for, queued, accepted, asked for again.

use super::*;

fn created(id: &str) -> Value {
    let mut resource = json!({ "resourceType": "CoverageEligibilityRequest" });
    resource["id"] = json!(id);
    resource
}

fn found(entries: &[Value]) -> Value {
    let entries: Vec<Value> = entries.iter().map(|it| json!({ "resource": it })).collect();
    json!({ "resourceType": "Bundle", "type": "searchset", "entry": entries })
}

fn queued() -> Value {
    let mut response = insured();
    response["outcome"] = json!("queued");
    response["id"] = json!("r-9");
    response.as_object_mut().unwrap().remove("insurance");
    response
}

const SUBMIT: &str = "POST /fhir/CoverageEligibilityRequest/$submit";
const CREATE: &str = "POST /fhir/CoverageEligibilityRequest";
const SEARCH: &str = "GET /fhir/CoverageEligibilityResponse?request=CoverageEligibilityRequest/7";

#[tokio::test]
async fn where_there_is_no_submit_the_request_is_created_and_its_response_searched_for() {
    let refusals: [fn() -> Does; 4] = [
        || http("404 Not Found", "", ""),
        || fhir("405 Method Not Allowed", &outcome("not-supported", "no")),
        || http("501 Not Implemented", "", ""),
        || {
            fhir(
                "400 Bad Request",
                &outcome("not-supported", "unknown operation"),
            )
        },
    ];
    for refusal in refusals {
        let (answer, wire, server) = ask(PATIENCE, move |before| match before {
            0 => refusal(),
            1 => fhir("201 Created", &created("7")),
            2 => fhir("200 OK", &found(&[])),
            _ => fhir("200 OK", &found(&[insured()])),
        })
        .await;
        is_valid(&answer);
        assert_eq!(server.lines(), [SUBMIT, CREATE, SEARCH, SEARCH]);
        assert_eq!(wire.request, "POST CoverageEligibilityRequest");
        assert_eq!(wire.response.as_deref(), Some("200 OK"));
    }
}

#[tokio::test]
async fn a_missing_submit_is_found_out_once() {
    let server = Server::start(|asked, _| match asked.line.as_str() {
        SUBMIT | "GET /fhir/metadata" => http("404 Not Found", "", ""),
        CREATE => http(
            "201 Created",
            "location: /fhir/CoverageEligibilityRequest/7/_history/1\r\n",
            "",
        ),
        _ => fhir("200 OK", &found(&[insured()])),
    })
    .await;
    let connector = open(&server.base(), PATIENCE).await;
    for _ in 0..2 {
        is_valid(
            &connector
                .connect()
                .await
                .unwrap()
                .ask(&number(), now())
                .await,
        );
    }
    assert_eq!(server.lines(), [SUBMIT, CREATE, SEARCH, CREATE, SEARCH]);
}

#[tokio::test]
async fn a_queued_answer_is_looked_for_until_it_is_there() {
    let (answer, _, server) = ask(PATIENCE, |before| match before {
        0 | 1 => fhir("200 OK", &queued()),
        _ => fhir("200 OK", &insured()),
    })
    .await;
    is_valid(&answer);
    let look = "GET /fhir/CoverageEligibilityResponse/r-9";
    assert_eq!(server.lines(), [SUBMIT, look, look]);
    assert_eq!(
        server.asked()[1].header("authorization"),
        Some("Bearer tk-4711-never-shown")
    );
}

#[tokio::test]
async fn a_queued_answer_without_an_id_is_searched_for_by_its_request() {
    let (answer, _, server) = ask(PATIENCE, |before| {
        if before > 0 {
            return fhir("200 OK", &found(&[insured()]));
        }
        let mut body = queued();
        body.as_object_mut().unwrap().remove("id");
        body["request"] =
            json!({ "reference": "http://127.0.0.1/fhir/CoverageEligibilityRequest/7" });
        fhir("200 OK", &body)
    })
    .await;
    is_valid(&answer);
    assert_eq!(server.lines(), [SUBMIT, SEARCH]);
}

#[tokio::test]
async fn an_accepted_request_is_looked_for_where_its_content_location_says() {
    let (answer, _, server) = ask(PATIENCE, |before| match before {
        0 => http(
            "202 Accepted",
            "content-location: /fhir/jobs/1\r\nretry-after: 0\r\n",
            "",
        ),
        1 => http("202 Accepted", "retry-after: 0\r\n", ""),
        _ => fhir("200 OK", &insured()),
    })
    .await;
    is_valid(&answer);
    assert_eq!(
        server.lines(),
        [SUBMIT, "GET /fhir/jobs/1", "GET /fhir/jobs/1"]
    );
}

#[tokio::test]
async fn an_answer_that_never_comes_is_silence() {
    let never: [fn() -> Does; 3] = [
        || fhir("200 OK", &queued()),
        || http("202 Accepted", "content-location: /fhir/jobs/1\r\n", ""),
        || Does::Hangs,
    ];
    for does in never {
        let (answer, _, _) = ask(LITTLE_PATIENCE, move |_| does()).await;
        assert_eq!(answer, Err(Outage::Silent { limit_ms: 1000 }));
    }
}

#[tokio::test]
async fn nowhere_to_look_is_no_answer() {
    let mut lost = queued();
    lost.as_object_mut().unwrap().remove("id");
    lost["request"] = json!({ "display": "yours" });
    let (answer, _, _) = ask(PATIENCE, move |_| fhir("200 OK", &lost)).await;
    assert!(malformed(answer).contains("nothing says where"));
    let (answer, _, _) = ask(PATIENCE, |_| {
        http(
            "202 Accepted",
            "content-location: http://127.0.0.1:9/jobs/1\r\n",
            "",
        )
    })
    .await;
    assert!(malformed(answer).contains("Content-Location on the same server"));
    let (answer, _, _) = ask(PATIENCE, |before| match before {
        0 => http("404 Not Found", "", ""),
        _ => http("201 Created", "", ""),
    })
    .await;
    assert!(malformed(answer).contains("without a body or a Location"));
}

#[tokio::test]
async fn a_busy_server_is_asked_again_when_it_says() {
    for status in ["429 Too Many Requests", "503 Service Unavailable"] {
        let (answer, _, server) = ask(PATIENCE, move |before| match before {
            0 => http(status, "retry-after: 0\r\n", ""),
            // Past, so at once: a date is the other form of Retry-After.
            1 => http(status, "retry-after: Wed, 21 Oct 2015 07:28:00 GMT\r\n", ""),
            _ => fhir("200 OK", &insured()),
        })
        .await;
        is_valid(&answer);
        assert_eq!(server.lines(), [SUBMIT, SUBMIT, SUBMIT]);
    }
}

#[tokio::test]
async fn a_busy_server_that_says_no_time_or_too_long_a_time_is_down() {
    let (answer, wire, server) = ask(PATIENCE, |_| {
        fhir(
            "503 Service Unavailable",
            &outcome("transient", "maintenance"),
        )
    })
    .await;
    assert_eq!(down(answer), "503 Service Unavailable: maintenance");
    assert_eq!(server.lines(), [SUBMIT]);
    assert_eq!(wire.response.as_deref(), Some("503 Service Unavailable"));
    let (answer, _, server) = ask(PATIENCE, |_| {
        http("429 Too Many Requests", "retry-after: 3600\r\n", "")
    })
    .await;
    assert!(down(answer).contains("asks for 3600 s"));
    assert_eq!(server.lines(), [SUBMIT]);
}

#[tokio::test]
async fn a_server_that_stays_busy_is_silent_in_the_end() {
    let (answer, _, _) = ask(LITTLE_PATIENCE, |_| {
        http("503 Service Unavailable", "retry-after: 0\r\n", "")
    })
    .await;
    assert_eq!(answer, Err(Outage::Silent { limit_ms: 1000 }));
}

#[tokio::test]
async fn a_server_that_fails_is_down_with_its_words() {
    let (answer, _, _) = ask(PATIENCE, |_| {
        fhir(
            "500 Internal Server Error",
            &outcome("exception", "disk full"),
        )
    })
    .await;
    assert_eq!(down(answer), "500 Internal Server Error: disk full");
    let (answer, _, _) = ask(PATIENCE, |_| {
        fhir("200 OK", &outcome("exception", "disk full"))
    })
    .await;
    assert!(down(answer).contains("the server has failed: exception: disk full"));
}
