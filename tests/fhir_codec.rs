//! The mapping between the domain and FHIR: what is written is read back, and what others write by
//! hand is read as FHIR R4 and JP Core mean it.
//!
//! With `UKETSUKE_FHIR_NDJSON=FILE` the resources of the round trip are written there, one a line,
//! for `tests/fhir_resources.py`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "fhir_codec/any.rs"]
mod any;
#[path = "fhir_codec/any_answer.rs"]
mod any_answer;
#[path = "fhir_codec/by_hand.rs"]
mod by_hand;
#[path = "fhir_codec/by_hand_request.rs"]
mod by_hand_request;
#[path = "fhir_codec/documented.rs"]
mod documented;
#[path = "any/domain.rs"]
mod domain;
#[path = "fhir_codec/validity.rs"]
mod validity;

use std::io::Write;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use uketsuke::backend::fhir::{self, Announced, Reply};
use uketsuke::eligibility::{Answer, Inquiry, InquiryKind, MedicalAnswer, Moment};

fn now() -> Moment {
    "2025-12-20T09:15:04.250+09:00".parse().unwrap()
}

/// Runs a property with a fixed seed, and hands each case's resource to the outside validator.
fn for_all<T: std::fmt::Debug>(
    strategy: impl Strategy<Value = T>,
    check: impl Fn(&T) -> (String, Value),
) {
    let mut file = std::env::var_os("UKETSUKE_FHIR_NDJSON").map(|path| {
        std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .unwrap()
    });
    let config = Config {
        cases: 200,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let cases = std::cell::RefCell::new(Vec::new());
    TestRunner::new_with_rng(config, rng)
        .run(&strategy, |value| {
            let (kind, body) = check(&value);
            cases
                .borrow_mut()
                .push(json!({ "kind": kind, "body": body }));
            Ok(())
        })
        .unwrap();
    if let Some(file) = &mut file {
        static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());
        let _held = ONE_AT_A_TIME.lock().unwrap();
        for case in cases.into_inner() {
            writeln!(file, "{case}").unwrap();
        }
    }
}

/// Returns an inquiry that such an answer may follow.
fn asked(answer: &Answer) -> Inquiry {
    let token = "T-1".to_owned();
    match answer {
        Answer::Medical(MedicalAnswer { kind, .. }) => {
            let mut inquiry = any::sample(&any::medical());
            if let Inquiry::Medical { kind: asked, .. } = &mut inquiry {
                *asked = *kind;
            }
            inquiry
        }
        Answer::Authenticated(_) => any::sample(&any::authenticate()),
        Answer::Registered => Inquiry::Register { token },
        Answer::Limit(_) => Inquiry::Limit { token },
        Answer::Portal(_) => Inquiry::Portal { person: token },
        Answer::Eligibility(_) | Answer::Refused(_) => any::sample(&any::number()),
    }
}

#[test]
fn every_inquiry_is_read_back_as_it_was_written() {
    for_all(any::inquiry(), |inquiry| {
        let body = fhir::request(inquiry, now());
        // What travels is text.
        let travelled: Value = serde_json::from_slice(&serde_json::to_vec(&body).unwrap()).unwrap();
        assert_eq!(fhir::inquiry(&travelled).as_ref(), Ok(inquiry));
        (format!("{:?} request", inquiry.kind()), body)
    });
}

#[test]
fn every_answer_is_read_back_as_it_was_written() {
    for_all(any_answer::answer(), |answer| {
        let body = fhir::response(answer, Some("CoverageEligibilityRequest/1"), now());
        let travelled: Value = serde_json::from_slice(&serde_json::to_vec(&body).unwrap()).unwrap();
        let reply = fhir::answer(&travelled, &asked(answer), now()).unwrap();
        let Reply::Answered(heard) = reply else {
            panic!("{reply:?}");
        };
        assert_eq!(&heard.answer, answer);
        assert_eq!(heard.missing, Vec::<String>::new());
        let kind = serde_json::to_value(answer).unwrap()["answer"].to_string();
        (format!("{kind} answer"), body)
    });
}

#[test]
fn no_text_however_strange_makes_reading_panic() {
    // Any member of a written resource replaced by something else: an error or an answer, no more.
    for_all(
        (
            any::inquiry(),
            any_answer::answer(),
            any::junk(),
            0..400_usize,
        ),
        |case| {
            let (inquiry, answer, junk, place) = case;
            let mut request = fhir::request(inquiry, now());
            replace(&mut request, &mut place.clone(), junk);
            let _ = fhir::inquiry(&request);
            let mut response = fhir::response(answer, None, now());
            replace(&mut response, &mut place.clone(), junk);
            let _ = fhir::answer(&response, inquiry, now());
            ("untouched".to_owned(), fhir::request(inquiry, now()))
        },
    );
}

fn replace(value: &mut Value, place: &mut usize, junk: &Value) -> bool {
    if *place == 0 {
        value.clone_from(junk);
        return true;
    }
    *place -= 1;
    match value {
        Value::Array(items) => items.iter_mut().any(|item| replace(item, place, junk)),
        Value::Object(members) => members
            .iter_mut()
            .any(|(_, member)| replace(member, place, junk)),
        _ => false,
    }
}

#[test]
fn everything_says_simulation() {
    for_all(
        (any::inquiry(), any_answer::answer()),
        |(inquiry, answer)| {
            let request = fhir::request(inquiry, now());
            for body in [&request, &fhir::response(answer, None, now())] {
                assert_eq!(body["meta"]["tag"][0]["code"], "SIMULATION");
            }
            ("request".to_owned(), request)
        },
    );
}

#[test]
fn what_is_announced_is_read_and_nothing_else_is_carried() {
    assert_eq!(
        Announced::read(&Announced::ALL.statement(now())),
        Announced::ALL
    );
    let card = Announced {
        card: true,
        ..Announced::default()
    };
    assert_eq!(Announced::read(&card.statement(now())), card);
    assert_eq!(card.carries(InquiryKind::Confirm), Ok(()));
    assert_eq!(card.carries(InquiryKind::Number), Ok(()));
    let reason = card.carries(InquiryKind::Portal).unwrap_err();
    assert!(
        reason
            .en
            .contains("http://uketsuke.invalid/fhir/ImplementationGuide/portal")
    );
    assert!(!reason.ja.is_empty());
    assert_eq!(Announced::read(&json!([])), Announced::default());
    assert_eq!(
        Announced::read(&json!({ "resourceType": "Patient", "implementationGuide": [
            "http://uketsuke.invalid/fhir/ImplementationGuide/card"
        ]})),
        Announced::default()
    );
    for_all(Just(()), |()| {
        ("metadata".to_owned(), Announced::ALL.statement(now()))
    });
}

#[test]
fn an_answer_that_is_not_there_yet_says_so() {
    let body = fhir::queued("CoverageEligibilityRequest/7", now());
    let inquiry = any::sample(&any::number());
    assert_eq!(fhir::answer(&body, &inquiry, now()), Ok(Reply::Queued));
    assert_eq!(body["request"]["reference"], "CoverageEligibilityRequest/7");
    for_all(Just(()), |()| ("queued".to_owned(), body.clone()));
    let outcome = fhir::operation_outcome("throttled", "too many");
    for_all(Just(()), |()| ("outcome".to_owned(), outcome.clone()));
}
