//! Every message that can be stated is read back as it was, in both encodings.

use proptest::prelude::*;
use uketsuke::backend::oqs::code::{Reference, Segment};
use uketsuke::backend::oqs::encoding::{Encoding, decode};
use uketsuke::backend::oqs::medical::Medical;
use uketsuke::backend::oqs::name::Kind;
use uketsuke::backend::oqs::request::Request;
use uketsuke::backend::oqs::response::{Body, Header, Registered, Response};
use uketsuke::backend::oqs::xml;
use uketsuke::eligibility::{MedicalKind, MedicalRecord};

use super::any::{ask, entry, moment, month, refusal, text, unit};
use super::domain::pick;

fn medical() -> impl Strategy<Value = Medical> {
    let kinds = [
        MedicalKind::Drug,
        MedicalKind::Diagnosis,
        MedicalKind::Checkup,
        MedicalKind::Surgery,
    ];
    let record = (pick(&kinds), month(), text()).prop_map(|(kind, month, text)| MedicalRecord {
        kind,
        month,
        text,
    });
    let withheld = prop::collection::vec((pick(&kinds), refusal()), 0..2);
    let result = prop_oneof![
        prop::collection::vec(record, 0..4).prop_map(Ok),
        refusal().prop_map(Err),
    ];
    (result, withheld).prop_map(|(result, withheld)| Medical {
        result,
        withheld,
        unread: false,
    })
}

fn body() -> impl Strategy<Value = (Kind, Body)> {
    let row = (entry(), prop::option::of(refusal()))
        .prop_map(|(entry, refusal)| Registered { entry, refusal });
    prop_oneof![
        4 => unit().prop_map(|unit| (Kind::Single, Body::Single(Box::new(unit)))),
        2 => prop::collection::vec(unit(), 0..3)
            .prop_map(|units| (Kind::TicketsResult, Body::Units(units))),
        1 => prop::collection::vec(row, 1..3)
            .prop_map(|rows| (Kind::RegisterBulkResult, Body::Registered(rows))),
        2 => medical().prop_map(|medical| (Kind::Drug, Body::Medical(medical))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn requests_come_back_as_they_were(
        (kind, ask) in ask(),
        identifier in prop::option::of(text()),
        sjis in any::<bool>(),
    ) {
        let request = Request {
            institution: "1399999999".to_owned(),
            identifier,
            ask,
            context: None,
        };
        let encoding = if sjis { Encoding::ShiftJis } else { Encoding::Utf8 };
        let decoded = decode(&request.write(kind, encoding)).unwrap();
        prop_assert!(!decoded.is_misdeclared());
        let root = xml::parse(&decoded.text).unwrap();
        prop_assert_eq!(Request::read(kind, &root).unwrap(), request);
    }

    #[test]
    fn results_come_back_as_they_were(
        (kind, body) in body(),
        executed in moment(),
        identifier in prop::option::of(text()),
        sjis in any::<bool>(),
    ) {
        let encoding = if sjis { Encoding::ShiftJis } else { Encoding::Utf8 };
        let response = Response {
            header: Header {
                executed: Some(executed),
                date: Some(executed.day()),
                institution: "1399999999".to_owned(),
                identifier,
                reference: Some(Reference::Number),
                segment: Some(Segment::Normal),
                encoding: Some(encoding),
                ..Header::default()
            },
            body,
        };
        let decoded = decode(&response.write()).unwrap();
        prop_assert!(!decoded.is_misdeclared());
        let root = xml::parse(&decoded.text).unwrap();
        prop_assert_eq!(Response::read(kind, &root).unwrap(), response);
    }

    #[test]
    fn no_bytes_make_the_codec_fail(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(decoded) = decode(&bytes) {
            let _ = xml::parse(&decoded.text);
        }
    }
}
