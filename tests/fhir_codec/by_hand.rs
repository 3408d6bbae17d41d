//! Answers written by hand, as FHIR R4 and JP Core have them, and what they mean.

use super::*;
use jiff::civil::date;
use uketsuke::backend::fhir::Heard;
use uketsuke::eligibility::{
    Care, Eligibility, MedicalKind, NumberKey, Relation, Sex, Site, SiteKind, Validity,
};

/// An answer of a server that knows JP Core and nothing of this harness.
pub fn plain_answer() -> Value {
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

pub fn heard(body: &Value) -> (Eligibility, Vec<String>) {
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
