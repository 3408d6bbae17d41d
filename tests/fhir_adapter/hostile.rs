//! Garbage, half answers, floods, drips, resets, redirections: bounded, and judged as they are.

use super::*;

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/fhir+json\r\n";

fn bytes(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

#[tokio::test]
async fn what_is_no_http_is_no_answer() {
    for said in [
        "\u{0}\u{1}\u{2}\u{3} four random bytes\r\n\r\n",
        "HTTP/9.9 200 OK\r\n\r\n",
        "HTTP/1.1 2x0 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n",
        "<html>hello</html>\r\n\r\n",
    ] {
        let (answer, _, _) = ask(PATIENCE, move |_| Does::Ends(bytes(said))).await;
        assert!(malformed(answer).contains("no HTTP"), "{said}");
    }
}

#[tokio::test]
async fn a_head_without_end_is_no_answer() {
    let (answer, _, _) = ask(PATIENCE, |_| {
        let line = format!("x-filler: {}\r\n", "a".repeat(8000));
        let mut said = bytes(HEAD);
        said.extend_from_slice(line.repeat(200).as_bytes());
        Does::Floods(said)
    })
    .await;
    assert!(malformed(answer).contains("no HTTP"));
}

#[tokio::test]
async fn half_an_answer_is_no_answer() {
    let body = insured().to_string();
    let half = body[..body.len() / 2].to_owned();
    let announced = format!("{HEAD}content-length: {}\r\n\r\n{half}", body.len());
    let (answer, wire, _) = ask(PATIENCE, move |_| Does::Ends(bytes(&announced))).await;
    assert!(malformed(answer).contains("breaks off after"));
    assert_eq!(wire.request, "POST CoverageEligibilityRequest/$submit");
    let chunked = format!("{HEAD}transfer-encoding: chunked\r\n\r\nff\r\n{half}");
    let (answer, _, _) = ask(PATIENCE, move |_| Does::Ends(bytes(&chunked))).await;
    assert!(malformed(answer).contains("breaks off after"));
}

#[tokio::test]
async fn a_wrong_length_is_no_answer() {
    let body = insured().to_string();
    let short = format!("{HEAD}content-length: {}\r\n\r\n{body}", body.len() - 5);
    let (answer, _, _) = ask(PATIENCE, move |_| Does::Ends(bytes(&short))).await;
    assert!(malformed(answer).contains("no JSON"));
    // Too long, and the connection stays open: nobody knows whether more will come.
    let long = format!("{HEAD}content-length: {}\r\n\r\n{body}", body.len() + 5);
    let (answer, _, _) = ask(LITTLE_PATIENCE, move |_| Does::Says(bytes(&long))).await;
    assert_eq!(answer, Err(Outage::Silent { limit_ms: 1000 }));
}

#[tokio::test]
async fn an_answer_of_a_gibibyte_is_cut_off() {
    let announced = format!("{HEAD}content-length: {}\r\n\r\n", 1_u64 << 30);
    let (answer, _, _) = ask(PATIENCE, move |_| Does::Says(bytes(&announced))).await;
    assert!(malformed(answer).contains("more than 4194304 bytes"));
    // Chunks without end, more of them than anybody shall keep.
    let chunk = format!("10000\r\n{}\r\n", "a".repeat(0x1_0000));
    let endless = format!(
        "{HEAD}transfer-encoding: chunked\r\n\r\n{}",
        chunk.repeat(70)
    );
    let (answer, _, _) = ask(PATIENCE, move |_| Does::Floods(bytes(&endless))).await;
    assert!(malformed(answer).contains("more than 4194304 bytes"));
}

#[tokio::test]
async fn a_slow_drip_is_bounded_by_patience() {
    let drip = format!("{HEAD}content-length: 100000\r\n\r\n");
    let (answer, wire, _) = ask(LITTLE_PATIENCE, move |_| Does::Drips(bytes(&drip))).await;
    assert_eq!(answer, Err(Outage::Silent { limit_ms: 1000 }));
    assert_eq!(wire.response, None);
}

#[tokio::test]
async fn a_connection_that_ends_or_is_reset_before_an_answer_is_no_connection() {
    down(ask(PATIENCE, |_| Does::Ends(Vec::new())).await.0);
    down(ask(PATIENCE, |_| Does::Resets(Vec::new())).await.0);
    down(
        ask(PATIENCE, |_| {
            Does::Ends(bytes("HTTP/1.1 200 OK\r\ncontent-le"))
        })
        .await
        .0,
    );
}

#[tokio::test]
async fn what_is_no_json_of_fhir_is_no_answer() {
    let fhir_json = "content-type: application/fhir+json\r\n";
    let deep = "[".repeat(100_000);
    let (shift_jis, _, _) = encoding_rs::SHIFT_JIS.encode("{\"resourceType\":\"資格\"}");
    let cases: Vec<(&str, String, Vec<u8>, &str)> = vec![
        ("empty", fhir_json.into(), vec![], "no JSON"),
        ("an array", fhir_json.into(), bytes("[]"), "a JSON object"),
        ("deep", fhir_json.into(), bytes(&deep), "no JSON"),
        (
            "Shift_JIS",
            fhir_json.into(),
            shift_jis.into_owned(),
            "this is not",
        ),
        (
            "a page",
            "content-type: text/html\r\n".into(),
            bytes("<html>"),
            "content type",
        ),
        ("no type", String::new(), bytes("{}"), "content type"),
        (
            "XML",
            "content-type: application/fhir+xml\r\n".into(),
            bytes("<a/>"),
            "content type",
        ),
        (
            "gzip",
            format!("{fhir_json}content-encoding: gzip\r\n"),
            bytes("{}"),
            "content encoding",
        ),
        (
            "nothing",
            fhir_json.into(),
            bytes("{}"),
            "a FHIR resource was expected",
        ),
        (
            "another resource",
            fhir_json.into(),
            bytes(r#"{"resourceType":"Patient"}"#),
            "Patient",
        ),
        ("a number", fhir_json.into(), bytes("4711"), "a JSON object"),
    ];
    for (what, headers, body, reason) in cases {
        let (answer, _, _) = ask(PATIENCE, move |_| http("200 OK", &headers, &body)).await;
        let said = malformed(answer);
        assert!(said.contains(reason), "{what}: {said}");
    }
}

#[tokio::test]
async fn the_encoding_that_is_declared_and_the_one_that_is_there_are_both_told() {
    let mut said = insured();
    said["disposition"] = json!("確認しました");
    let (answer, wire, _) = ask(PATIENCE, move |_| {
        let declared = "content-type: application/fhir+json; charset=Shift_JIS\r\n";
        http("200 OK", declared, format!("\u{feff}{said}"))
    })
    .await;
    is_valid(&answer);
    assert_eq!(wire.declared_encodings, ["Shift_JIS"]);
    assert_eq!(wire.actual_encoding.as_deref(), Some("UTF-8"));
}

#[tokio::test]
async fn a_redirection_within_the_server_is_followed_a_few_times() {
    let (answer, _, server) = ask(PATIENCE, |before| match before {
        0 => http("307 Temporary Redirect", "location: /elsewhere\r\n", ""),
        1 => http("308 Permanent Redirect", "location: /further\r\n", ""),
        _ => fhir("200 OK", &insured()),
    })
    .await;
    is_valid(&answer);
    let asked = server.asked();
    assert_eq!(server.lines()[1..], ["POST /elsewhere", "POST /further"]);
    assert_eq!(asked[2].body, asked[0].body);
    let (answer, _, server) = ask(PATIENCE, |_| {
        http("307 Temporary Redirect", "location: /round\r\n", "")
    })
    .await;
    assert!(down(answer).contains("more than 3 times"));
    assert_eq!(server.asked().len(), 4);
}

#[tokio::test]
async fn the_token_goes_to_no_other_server() {
    let other = Server::start(|_, _| fhir("200 OK", &insured())).await;
    for status in ["307 Temporary Redirect", "303 See Other"] {
        let location = format!("location: http://{}/fhir\r\n", other.address);
        let (answer, _, _) = ask(PATIENCE, move |_| http(status, &location, "")).await;
        assert!(down(answer).contains("another server"));
    }
    let (answer, _, _) = ask(PATIENCE, |_| http("302 Found", "location: /other\r\n", "")).await;
    assert!(down(answer).contains("is not led elsewhere"));
    let (answer, _, _) = ask(PATIENCE, |_| http("307 Temporary Redirect", "", "")).await;
    assert!(malformed(answer).contains("without a usable Location"));
    assert_eq!(other.lines(), Vec::<String>::new());
}

#[tokio::test]
async fn a_reason_repeats_little_of_what_a_server_says() {
    let long = "あ".repeat(100_000);
    let (answer, _, _) = ask(PATIENCE, move |_| {
        fhir("500 Internal Server Error", &outcome("exception", &long))
    })
    .await;
    assert!(down(answer).chars().count() < 400);
}
