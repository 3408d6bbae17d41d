//! Whether an insurance is valid, as answers written by hand say it, and what is no answer.

use super::by_hand::{heard, plain_answer};
use super::*;
use uketsuke::backend::fhir::Unreadable;
use uketsuke::eligibility::{Ground, Validity};

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
