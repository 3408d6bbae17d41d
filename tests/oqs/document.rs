//! The examples of `docs/file-exchange.md`, read out of it and put through the codec.

use uketsuke::backend::oqs::encoding::{Encoding, decode};
use uketsuke::backend::oqs::name::{KINDS, Kind, RequestName};
use uketsuke::backend::oqs::request::{Ask, ListedBy, Request};
use uketsuke::backend::oqs::response::{Body, Response};
use uketsuke::backend::oqs::xml;
use uketsuke::eligibility::{ConsentKind, Ground, MedicalKind, Validity};

const DOCUMENT: &str = include_str!("../../docs/file-exchange.md");

/// Returns the examples by name.
fn examples() -> Vec<(&'static str, &'static str)> {
    DOCUMENT
        .split("\n```xml ")
        .skip(1)
        .map(|rest| {
            let (name, rest) = rest.split_once('\n').unwrap();
            (name, rest.split("\n```").next().unwrap())
        })
        .collect()
}

fn example(name: &str) -> &'static str {
    let found = examples().into_iter().find(|(one, _)| *one == name);
    found.unwrap_or_else(|| panic!("no example {name}")).1
}

/// Returns an example as it is read after it was written in an encoding.
fn root(text: &str, encoding: Encoding) -> xml::Element {
    let text = text.replace("UTF-8", encoding.label());
    let decoded = decode(&encoding.encode(&text)).unwrap();
    assert!(!decoded.is_misdeclared());
    xml::parse(&decoded.text).unwrap()
}

fn response(name: &str, kind: Kind) -> Response {
    Response::read(kind, &root(example(name), Encoding::ShiftJis)).unwrap()
}

#[test]
fn every_request_is_read_and_written_back_in_both_encodings() {
    let mut kinds = Vec::new();
    for (name, text) in examples() {
        let Some(name) = RequestName::parse(name) else {
            continue;
        };
        for encoding in [Encoding::Utf8, Encoding::ShiftJis] {
            let request = Request::read(name.kind, &root(text, encoding)).unwrap();
            assert_eq!(request.institution, "1399999999");
            let written = request.write(name.kind, encoding);
            let again = xml::parse(&decode(&written).unwrap().text).unwrap();
            assert_eq!(Request::read(name.kind, &again).unwrap(), request);
        }
        kinds.push(name.kind);
    }
    // Those that have no example are described beside one of the same form.
    let told = [
        Kind::RegisterBulk,
        Kind::RegisterBulkResult,
        Kind::HomeVisitResult,
        Kind::OnlineResult,
        Kind::TicketsResult,
    ];
    for (kind, prefix) in KINDS {
        assert!(kinds.contains(kind) || told.contains(kind), "{prefix}");
        assert!(DOCUMENT.contains(&format!("`{prefix}`")), "{prefix}");
    }
}

#[test]
fn every_result_is_read_and_written_back() {
    let mut count = 0;
    for (name, text) in examples() {
        let Some((kind, _)) = KINDS
            .iter()
            .find(|(_, prefix)| name.starts_with(&format!("{prefix}res_")))
        else {
            continue;
        };
        let response = Response::read(*kind, &root(text, Encoding::Utf8)).unwrap();
        let again = decode(&response.write()).unwrap();
        let again = xml::parse(&again.text).unwrap();
        assert_eq!(Response::read(*kind, &again).unwrap(), response, "{name}");
        count += 1;
    }
    assert_eq!(count, 9);
}

#[test]
fn requests_mean_what_the_page_says() {
    let request = |name: &str| {
        let kind = RequestName::parse(name).unwrap().kind;
        Request::read(kind, &root(example(name), Encoding::Utf8)).unwrap()
    };
    let Ask::People { date, searches } = request("OQSsiquc01req_202512200001.xml").ask else {
        panic!("another message");
    };
    assert_eq!(date, Some(jiff::civil::date(2025, 12, 20)));
    assert_eq!(searches[0].key.symbol, "１２３");
    assert!(searches[0].limit_consent);
    let Ask::People { searches, .. } = request("OQSmuquc01req_202512200001.xml").ask else {
        panic!("another message");
    };
    assert_eq!(searches.len(), 2);
    assert_eq!(searches[0].key.branch, None);
    let Ask::Medical(medical) = request("YZKsiquc01req_12512200915001.xml").ask else {
        panic!("another message");
    };
    assert!(medical.diagnosis && !medical.pdf);
    let Ask::Visits(visits) = request("OQSmuonq01req_202512200001.xml").ask else {
        panic!("another message");
    };
    assert_eq!(visits.by, ListedBy::Examination);
    let tickets = request("OQSmutic01req_202512200001.xml").ask;
    assert_eq!(
        tickets,
        Ask::Tickets {
            month: "2025-12".to_owned()
        }
    );
}

#[test]
fn results_mean_what_the_page_says() {
    let Body::Single(unit) = response("OQSsiquc01res_202512200001.xml", Kind::Single).body else {
        panic!("another message");
    };
    let found = unit.result.unwrap();
    assert_eq!(found.validity, Validity::Valid);
    assert_eq!(found.person.unwrap().kana, "モギ　ハナコ");
    assert_eq!(found.limit.unwrap().class, "A03");
    assert_eq!(found.qualification.unwrap().share, 30);
    assert_eq!(unit.references, ["00011"]);
    // A limit that was agreed to by word is no consent recorded at a reader.
    assert!(found.consents.is_empty());

    let face = "OQSsiquc01res_face_ArnHCeDfNjMCFzg_20251220091504.xml";
    let Body::Single(unit) = response(face, Kind::Single).body else {
        panic!("another message");
    };
    let consents = unit.result.unwrap().consents;
    assert_eq!(consents[0].kind, ConsentKind::Care);
    let until = consents[0].until.unwrap().to_string();
    assert_eq!(until, "2025-12-21T09:15:04+09:00");

    let Body::Medical(medical) = response("YZKsiquc01res_12512200915001.xml", Kind::Drug).body
    else {
        panic!("another message");
    };
    let records = medical.result.unwrap();
    assert_eq!(records[0].text, "模擬錠 5mg、模擬散 10%");
    assert_eq!(records[0].month, "2025-11");
    assert_eq!(records[1].kind, MedicalKind::Diagnosis);
    assert_eq!(medical.withheld[0].0, MedicalKind::Surgery);

    let Body::Medical(refused) = response("TKKsiquc01res_102512200915001.xml", Kind::Checkup).body
    else {
        panic!("another message");
    };
    assert_eq!(refused.result.unwrap_err().ground, Ground::NoConsent);

    let abnormal = response("OQSsiquc01res_202512200002.xml", Kind::Single);
    assert_eq!(abnormal.header.error_code.as_deref(), Some("SIM-304"));

    let Body::Units(units) = response("OQSmutic02res_202512200002.xml", Kind::TicketsResult).body
    else {
        panic!("another message");
    };
    let ticket = &units[0].result.as_ref().unwrap().tickets[0];
    assert_eq!(
        (ticket.payer.as_str(), ticket.designated),
        ("12139999", Some(true))
    );
}
