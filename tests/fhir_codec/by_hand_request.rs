//! Requests written by hand, as FHIR R4 and JP Core have them, and what they mean.

use super::*;
use jiff::civil::date;
use uketsuke::backend::fhir::Unreadable;
use uketsuke::eligibility::{NumberKey, Site};

/// A request as somebody would send who knows FHIR R4 and JP Core, and nothing of this harness:
/// JP_Coverage in a Bundle, identified by its subscriber identifier alone.
fn plain_request() -> Value {
    json!({
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {
                "fullUrl": "http://clinic.example/fhir/Patient/p1",
                "resource": { "resourceType": "Patient", "id": "p1", "birthDate": "1980-04-01" },
            },
            {
                "fullUrl": "urn:uuid:5f1d6c2e-0000-4000-8000-000000000001",
                "resource": {
                    "resourceType": "Coverage",
                    "id": "c1",
                    "identifier": [{
                        "system": "http://jpfhir.jp/fhir/core/Idsystem/JP_Insurance_SubscriberID",
                        "value": "00123456:あいう:１８７:05",
                    }],
                    "status": "active",
                    "beneficiary": { "reference": "Patient/p1" },
                    "payor": [{ "display": "架空市" }],
                },
            },
            {
                "fullUrl": "http://clinic.example/fhir/CoverageEligibilityRequest/r1",
                "resource": {
                    "resourceType": "CoverageEligibilityRequest",
                    "id": "r1",
                    "extension": [{ "url": "http://clinic.example/own", "valueString": "?" }],
                    "status": "active",
                    "purpose": ["validation"],
                    "patient": { "reference": "http://clinic.example/fhir/Patient/p1/_history/2" },
                    "created": "2025-12-20",
                    "provider": {
                        "identifier": {
                            "system":
                                "http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no",
                            "value": "1312345678",
                        },
                    },
                    "insurer": { "display": "架空市" },
                    "insurance": [{
                        "coverage": { "reference": "urn:uuid:5f1d6c2e-0000-4000-8000-000000000001" },
                    }],
                },
            },
        ],
    })
}

#[test]
fn a_request_of_plain_fhir_is_a_number_inquiry() {
    let expected = Inquiry::Number {
        key: NumberKey {
            insurer: "00123456".to_owned(),
            symbol: "あいう".to_owned(),
            number: "１８７".to_owned(),
            branch: Some("05".to_owned()),
            birth_date: date(1980, 4, 1),
        },
        limit_consent: false,
        disaster: None,
        site: Site {
            institution: "1312345678".to_owned(),
            ..Site::default()
        },
    };
    assert_eq!(fhir::inquiry(&plain_request()), Ok(expected.clone()));
    // As `$submit` takes it as well.
    let wrapped = json!({
        "resourceType": "Parameters",
        "parameter": [{ "name": "resource", "resource": plain_request() }],
    });
    assert_eq!(fhir::inquiry(&wrapped), Ok(expected));
}

fn unreadable(body: &Value) -> Unreadable {
    fhir::inquiry(body).unwrap_err()
}

#[test]
fn what_a_request_lacks_is_named_with_its_place() {
    let without = |pointer: &str, member: &str| {
        let mut body = plain_request();
        body.pointer_mut(pointer)
            .unwrap()
            .as_object_mut()
            .unwrap()
            .remove(member);
        unreadable(&body).to_string()
    };
    let provider = without("/entry/2/resource", "provider");
    assert!(
        provider.starts_with("CoverageEligibilityRequest.provider: "),
        "{provider}"
    );
    assert!(
        provider.contains("insurance-medical-institution-no"),
        "{provider}"
    );
    let birth = without("/entry/0/resource", "birthDate");
    assert!(
        birth.starts_with("CoverageEligibilityRequest.Patient.birthDate"),
        "{birth}"
    );
    let coverage = without("/entry/2/resource", "insurance");
    assert!(coverage.contains("insurance[0].coverage"), "{coverage}");
    let number = without("/entry/1/resource", "identifier");
    assert!(number.contains("Coverage.payor"), "{number}");
    for body in [
        json!({}),
        json!({ "resourceType": "Patient" }),
        json!([]),
        json!(7),
    ] {
        assert!(!unreadable(&body).expected.is_empty());
    }
}

#[test]
fn a_word_that_is_none_of_ours_is_not_guessed() {
    let mut body = fhir::request(&any::sample(&any::medical()), now());
    for extension in body["extension"].as_array_mut().unwrap() {
        if extension["url"]
            .as_str()
            .unwrap()
            .ends_with("/medical-kind")
        {
            extension["valueCode"] = json!("dental");
        }
    }
    let error = unreadable(&body).to_string();
    assert!(
        error.contains("medical-kind") && error.contains("dental"),
        "{error}"
    );
}
