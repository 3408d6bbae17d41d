//! Resources written by hand, as FHIR R4 and JP Core have them, and what they mean.

use super::*;
use jiff::civil::date;
use uketsuke::backend::fhir::{Heard, Unreadable};
use uketsuke::eligibility::{
    Care, Eligibility, Ground, MedicalKind, NumberKey, Relation, Sex, Site, SiteKind, Validity,
};

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

/// An answer of a server that knows JP Core and nothing of this harness.
fn plain_answer() -> Value {
    json!({
        "resourceType": "CoverageEligibilityResponse",
        "contained": [
            {
                "resourceType": "Organization",
                "id": "o",
                "identifier": [
                    { "system": "urn:oid:1.2.392.100495.20.3.61", "value": "06123456" },
                ],
                "name": "架空健康保険組合",
            },
            {
                "resourceType": "Patient",
                "id": "p",
                "name": [
                    {
                        "extension": [{
                            "url": "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation",
                            "valueCode": "SYL",
                        }],
                        "family": "カクウ",
                        "given": ["ハナコ"],
                    },
                    {
                        "extension": [{
                            "url": "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation",
                            "valueCode": "IDE",
                        }],
                        "text": "架空　花子",
                    },
                ],
                "gender": "female",
                "birthDate": "1980-04-01",
                "address": [{
                    "state": "架空県", "city": "見本市", "line": ["１−２−３"], "postalCode": "000-0000",
                }],
            },
            {
                "resourceType": "Coverage",
                "id": "c",
                "extension": [
                    {
                        "url": "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_InsuredPersonNumber",
                        "valueString": "１８７",
                    },
                    {
                        "url": "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_InsuredPersonSymbol",
                        "valueString": "あいう",
                    },
                    {
                        "url": "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_InsuredPersonSubNumber",
                        "valueString": "05",
                    },
                ],
                "status": "active",
                "beneficiary": { "reference": "#p" },
                "relationship": {
                    "coding": [{ "system": "urn:oid:1.2.392.100495.20.2.62", "code": "2" }],
                },
                "period": { "start": "2020-04-01" },
                "payor": [{ "reference": "#o" }],
                "costToBeneficiary": [{
                    "type": {
                        "coding": [{
                            "system": "http://terminology.hl7.org/CodeSystem/coverage-copay-type",
                            "code": "copaypct",
                        }],
                    },
                    "valueQuantity": { "value": 30.0, "unit": "%" },
                }],
            },
        ],
        "status": "active",
        "purpose": ["validation"],
        "patient": { "reference": "#p" },
        "created": "2025-12-20T09:15:04+09:00",
        "request": { "reference": "CoverageEligibilityRequest/r1" },
        "outcome": "complete",
        "insurer": { "reference": "#o" },
        "insurance": [{ "coverage": { "reference": "#c" }, "inforce": true }],
    })
}

fn heard(body: &Value) -> (Eligibility, Vec<String>) {
    let inquiry = any::sample(&any::number());
    match fhir::answer(body, &inquiry, now()).unwrap() {
        Reply::Answered(heard) => match *heard {
            Heard {
                answer: Answer::Eligibility(eligibility),
                missing,
                ..
            } => (*eligibility, missing),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_answer_of_plain_fhir_and_jp_core_is_read_whole() {
    let (eligibility, missing) = heard(&plain_answer());
    assert_eq!(missing, Vec::<String>::new());
    assert_eq!(eligibility.validity, Validity::Valid);
    let person = eligibility.person.unwrap();
    assert_eq!(person.name, "架空　花子");
    assert_eq!(person.kana, "カクウ　ハナコ");
    assert_eq!(person.sex, Sex::Female);
    assert_eq!(person.birth_date, date(1980, 4, 1));
    assert_eq!(person.address.as_deref(), Some("架空県見本市１−２−３"));
    assert_eq!(person.postcode.as_deref(), Some("000-0000"));
    let qualification = eligibility.qualification.unwrap();
    assert_eq!(qualification.insurer, "06123456");
    assert_eq!(qualification.insurer_name, "架空健康保険組合");
    assert_eq!(qualification.symbol, "あいう");
    assert_eq!(qualification.number, "１８７");
    assert_eq!(qualification.branch.as_deref(), Some("05"));
    assert_eq!(qualification.relation, Relation::Family);
    assert_eq!(
        (qualification.from, qualification.until),
        (date(2020, 4, 1), None)
    );
    assert_eq!(qualification.share, 30);
}

#[test]
fn an_answer_in_a_bundle_means_the_same() {
    let mut response = plain_answer();
    let contained = response
        .as_object_mut()
        .unwrap()
        .remove("contained")
        .unwrap();
    let mut text = response.to_string();
    for (id, kind) in [
        ("#o", "Organization/o"),
        ("#p", "Patient/p"),
        ("#c", "Coverage/c"),
    ] {
        text = text.replace(&format!("\"{id}\""), &format!("\"{kind}\""));
    }
    let response: Value = serde_json::from_str(&text).unwrap();
    let mut entries = vec![
        json!({ "fullUrl": "http://b.example/fhir/CoverageEligibilityResponse/1", "resource": response }),
    ];
    for mut resource in contained.as_array().unwrap().clone() {
        let (kind, id) = (resource["resourceType"].clone(), resource["id"].clone());
        let (kind, id) = (kind.as_str().unwrap(), id.as_str().unwrap());
        let inner = resource
            .to_string()
            .replace("\"#o\"", "\"Organization/o\"")
            .replace("\"#p\"", "\"Patient/p\"");
        resource = serde_json::from_str(&inner).unwrap();
        entries.push(json!({ "fullUrl": format!("http://b.example/fhir/{kind}/{id}"), "resource": resource }));
    }
    entries.reverse();
    for kind in ["collection", "searchset"] {
        let bundle = json!({ "resourceType": "Bundle", "type": kind, "entry": entries });
        assert_eq!(heard(&bundle), heard(&plain_answer()));
    }
    // What came along under another name is not taken for what was meant.
    entries.retain(|entry| entry["resource"]["resourceType"] != "Coverage");
    let bundle = json!({ "resourceType": "Bundle", "type": "collection", "entry": entries });
    let (eligibility, missing) = heard(&bundle);
    assert_eq!(eligibility.qualification, None);
    assert_eq!(
        missing,
        ["insurance[0].coverage: the Coverage did not come along"]
    );
}

#[test]
fn what_a_coverage_leaves_open_is_said_to_be_missing() {
    let mut body = plain_answer();
    body["contained"][2]
        .as_object_mut()
        .unwrap()
        .remove("costToBeneficiary");
    body["contained"][1]
        .as_object_mut()
        .unwrap()
        .remove("gender");
    let (eligibility, missing) = heard(&body);
    assert_eq!(
        (eligibility.qualification, eligibility.person),
        (None, None)
    );
    assert_eq!(
        missing,
        [
            "Patient.gender",
            "Coverage.costToBeneficiary of the type copaypct"
        ]
    );
}

fn validity(insurance: Value) -> Result<Validity, Unreadable> {
    let mut body = plain_answer();
    body["insurance"] = insurance;
    body["contained"][2]
        .as_object_mut()
        .unwrap()
        .remove("period");
    let inquiry = any::sample(&any::number());
    match fhir::answer(&body, &inquiry, now())? {
        Reply::Answered(heard) => match heard.answer {
            Answer::Eligibility(eligibility) => Ok(eligibility.validity),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

/// The day of the inquiry is 2025-12-20. eligibility.md §5.1: 1 → in force, 2 and 3 → not.
#[test]
fn validity_follows_from_inforce_and_else_from_the_period() {
    let coverage = json!({ "reference": "#c" });
    let one = |more: Value| {
        let mut insurance = json!({ "coverage": coverage });
        for (member, value) in more.as_object().unwrap() {
            insurance[member] = value.clone();
        }
        insurance
    };
    let period =
        |start: &str, end: &str| one(json!({ "benefitPeriod": { "start": start, "end": end } }));
    let held = one(json!({ "inforce": true }));
    let lost = one(json!({ "inforce": false }));
    let cases = [
        (json!([]), Validity::None),
        (json!([held]), Validity::Valid),
        (json!([lost]), Validity::Invalid),
        (json!([lost, held]), Validity::Valid),
        (json!([held, held]), Validity::Several),
        (json!([period("2020-04-01", "2025-12-20")]), Validity::Valid),
        (
            json!([period("2020-04-01", "2025-12-19")]),
            Validity::Invalid,
        ),
        (json!([period("2025-12-20", "2026-03-31")]), Validity::Valid),
        (
            json!([period("2025-12-21", "2026-03-31")]),
            Validity::Invalid,
        ),
        (
            json!([one(json!({ "benefitPeriod": { "start": "2020-04-01" } }))]),
            Validity::Valid,
        ),
    ];
    for (insurance, expected) in cases {
        assert_eq!(validity(insurance.clone()), Ok(expected), "{insurance}");
    }
    let open = validity(json!([one(json!({}))])).unwrap_err();
    assert_eq!(open.at, "CoverageEligibilityResponse.insurance[0].inforce");
    assert!(open.expected.contains("cannot be told"), "{open}");
    let which = validity(json!([lost, lost])).unwrap_err();
    assert!(
        which.expected.contains("which one was asked for"),
        "{which}"
    );
    assert!(validity(json!([one(json!({ "inforce": "yes" }))])).is_err());
}

#[test]
fn our_extension_decides_and_may_not_contradict_inforce() {
    let mut body = plain_answer();
    body["extension"] = json!([{
        "url": "http://uketsuke.invalid/fhir/StructureDefinition/validity",
        "valueCode": "invalid-newer-exists",
    }]);
    let inquiry = any::sample(&any::number());
    let error = fhir::answer(&body, &inquiry, now()).unwrap_err();
    assert!(error.expected.contains("contradicts"), "{error}");
    body["insurance"][0]["inforce"] = json!(false);
    assert_eq!(heard(&body).0.validity, Validity::InvalidNewerExists);
}

#[test]
fn nobody_found_is_an_answer_and_an_error_is_none() {
    let mut body = plain_answer();
    body.as_object_mut().unwrap().remove("insurance");
    assert_eq!(heard(&body).0.validity, Validity::None);
    body["outcome"] = json!("error");
    body["error"] = json!([{
        "code": {
            "coding": [{ "system": "http://b.example/errors", "code": "E17" }],
            "text": "database down",
        },
    }]);
    let inquiry = any::sample(&any::number());
    let Ok(Reply::Answered(heard)) = fhir::answer(&body, &inquiry, now()) else {
        panic!("no answer");
    };
    let Answer::Refused(refusal) = &heard.answer else {
        panic!("{heard:?}");
    };
    assert_eq!(refusal.ground, Ground::Unstated);
    assert_eq!(
        (heard.error_code.as_deref(), heard.error_message.as_deref()),
        (Some("E17"), Some("database down"))
    );
    for outcome in [json!("done"), json!(null), json!(7)] {
        body["outcome"] = outcome;
        assert!(fhir::answer(&body, &inquiry, now()).is_err());
    }
}

#[test]
fn a_complete_response_alone_registers_nobody_and_opens_no_portal() {
    let body = plain_answer();
    for inquiry in [
        Inquiry::Register {
            token: "T".to_owned(),
        },
        Inquiry::Portal {
            person: "adult".to_owned(),
        },
        any::sample(&any::authenticate()),
    ] {
        assert!(fhir::answer(&body, &inquiry, now()).is_err(), "{inquiry:?}");
    }
}

#[test]
fn medical_records_are_read_from_the_resources_that_others_use() {
    let inquiry = Inquiry::Medical {
        key: NumberKey {
            insurer: "06123456".to_owned(),
            symbol: String::new(),
            number: "1".to_owned(),
            branch: None,
            birth_date: date(1980, 4, 1),
        },
        kind: MedicalKind::Drug,
        period: None,
        care: Care::Outpatient,
        site: Site {
            kind: SiteKind::Pharmacy,
            ..Site::default()
        },
    };
    let body = json!({
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            { "resource": { "resourceType": "Patient", "id": "p" } },
            { "resource": {
                "resourceType": "MedicationRequest",
                "medicationCodeableConcept": { "coding": [{ "code": "1", "display": "見本錠" }] },
                "authoredOn": "2025-10-03T10:00:00+09:00",
            } },
            { "resource": {
                "resourceType": "Procedure",
                "code": { "text": "見本手術" },
                "performedPeriod": { "start": "2024-02-29", "end": "2024-03-01" },
            } },
            { "resource": { "resourceType": "Immunization" } },
        ],
    });
    let Ok(Reply::Answered(heard)) = fhir::answer(&body, &inquiry, now()) else {
        panic!("no answer");
    };
    let Answer::Medical(answer) = heard.answer else {
        panic!("no medical information");
    };
    let read: Vec<_> = answer
        .records
        .iter()
        .map(|it| (it.kind, it.month.as_str(), it.text.as_str()))
        .collect();
    assert_eq!(answer.kind, MedicalKind::Drug);
    assert_eq!(
        read,
        [
            (MedicalKind::Drug, "2025-10", "見本錠"),
            // What was not asked for is read as what it is, so that it can be judged.
            (MedicalKind::Surgery, "2024-02", "見本手術"),
        ]
    );
    assert_eq!(
        heard.missing,
        ["Bundle.entry[3].resource: \"Immunization\" is not read"]
    );
}
