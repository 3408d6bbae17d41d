//! The examples and tables of `docs/fhir.md`: each is what the mapping writes, and is read as what
//! the page says it is.

use super::*;
use uketsuke::backend::fhir::{FORMS, Kind};
use uketsuke::eligibility::{Ground, MedicalKind, Validity};

const PAGE: &str = include_str!("../../docs/fhir.md");

/// The instant of every example.
fn at() -> Moment {
    "2025-12-20T09:15:04+09:00".parse().unwrap()
}

/// Returns the examples: for which inquiry, what (`request`, `answer`, `queued`), and the JSON.
fn examples() -> Vec<(String, String, Value)> {
    let mut examples = Vec::new();
    for block in PAGE.split("\n```json ").skip(1) {
        let (names, rest) = block.split_once('\n').unwrap();
        let (kind, what) = names.split_once(' ').unwrap();
        let json = rest.split("\n```").next().unwrap();
        let value = serde_json::from_str(json).unwrap_or_else(|error| panic!("{names}: {error}"));
        examples.push((kind.to_owned(), what.to_owned(), value));
    }
    examples
}

fn requests() -> Vec<Inquiry> {
    let read = |(kind, what, body): (String, String, Value)| {
        (what == "request").then(|| {
            let inquiry = fhir::inquiry(&body).unwrap_or_else(|error| panic!("{kind}: {error}"));
            assert_eq!(serde_json::to_value(inquiry.kind()).unwrap(), kind);
            assert_eq!(fhir::request(&inquiry, at()), body, "{kind}");
            inquiry
        })
    };
    examples().into_iter().filter_map(read).collect()
}

#[test]
fn every_kind_of_inquiry_has_its_request_as_it_is_sent() {
    let kinds: Vec<InquiryKind> = requests().iter().map(Inquiry::kind).collect();
    assert_eq!(
        kinds,
        [
            InquiryKind::Number,
            InquiryKind::Authenticate,
            InquiryKind::Register,
            InquiryKind::Confirm,
            InquiryKind::Limit,
            InquiryKind::Person,
            InquiryKind::Medical,
            InquiryKind::Portal,
        ]
    );
    let Inquiry::Number {
        key, limit_consent, ..
    } = &requests()[0]
    else {
        panic!("the first example is a number inquiry");
    };
    assert_eq!(
        (key.insurer.as_str(), key.number.as_str()),
        ("06999999", "１２３")
    );
    assert!(limit_consent);
}

#[test]
fn every_answer_is_read_as_the_page_says_and_written_so() {
    let requests = requests();
    let mut read = Vec::new();
    for (kind, what, body) in examples() {
        if what != "answer" {
            continue;
        }
        let asked = requests
            .iter()
            .find(|inquiry| serde_json::to_value(inquiry.kind()).unwrap() == kind)
            .unwrap_or(&requests[0]);
        let reply =
            fhir::answer(&body, asked, at()).unwrap_or_else(|error| panic!("{kind}: {error}"));
        let Reply::Answered(heard) = reply else {
            panic!("{kind}: {reply:?}");
        };
        assert!(heard.missing.is_empty(), "{kind}: {:?}", heard.missing);
        let written = fhir::response(&heard.answer, Some("CoverageEligibilityRequest/7"), at());
        assert_eq!(written, body, "{kind}");
        read.push(heard.answer);
    }
    let validity = |answer: &Answer| match answer {
        Answer::Eligibility(eligibility) => Some(eligibility.validity),
        _ => None,
    };
    assert_eq!(validity(&read[0]), Some(Validity::Valid));
    assert_eq!(validity(&read[1]), Some(Validity::None));
    assert!(
        read.iter()
            .any(|it| matches!(it, Answer::Authenticated(it) if it.registered))
    );
    assert!(read.contains(&Answer::Registered));
    assert!(
        read.iter()
            .any(|it| matches!(it, Answer::Limit(it) if it.limit.is_some()))
    );
    assert!(
        read.iter()
            .any(|it| matches!(it, Answer::Portal(it) if it.shown.len() == 2))
    );
    assert!(
        read.iter()
            .any(|it| matches!(it, Answer::Medical(it) if it.kind == MedicalKind::Drug))
    );
    assert!(
        read.iter()
            .any(|it| matches!(it, Answer::Refused(it) if it.ground == Ground::Withheld))
    );
    assert_eq!(read.len(), 9);
}

#[test]
fn the_answer_that_is_not_there_yet_is_read_so() {
    let queued: Vec<_> = examples()
        .into_iter()
        .filter(|(_, what, _)| what == "queued")
        .collect();
    assert_eq!(queued.len(), 1);
    let asked = any::sample(&any::number());
    assert_eq!(fhir::answer(&queued[0].2, &asked, at()), Ok(Reply::Queued));
}

#[test]
fn the_tables_of_extensions_are_those_of_the_mapping() {
    for form in FORMS {
        let members: Vec<String> = form
            .members
            .iter()
            .map(|(name, kind, many)| {
                let kind = match kind {
                    Kind::Code => "code",
                    Kind::Text => "string",
                    Kind::Date => "date",
                    Kind::DateTime => "dateTime",
                    Kind::Boolean => "boolean",
                    Kind::Integer => "integer",
                };
                format!("`{name}` {kind}{}", if *many { " *" } else { "" })
            })
            .collect();
        let row = format!("| `{}` | {} |", form.name, members.join(", "));
        assert!(PAGE.contains(&row), "{row}");
    }
}
