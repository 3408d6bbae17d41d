//! Any inquiry and any answer, for properties.

use jiff::civil::Date;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use uketsuke::eligibility::*;

use super::domain::{CONSENTS, care, pick, sex};

/// Returns one value, the same every time.
pub fn sample<T>(strategy: &impl Strategy<Value = T>) -> T {
    strategy
        .new_tree(&mut TestRunner::deterministic())
        .unwrap()
        .current()
}

pub fn words(range: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = String> {
    let (from, to) = (*range.start(), *range.end());
    proptest::string::string_regex(&format!("[ぁ-んァ-ヴ一-三A-Za-z0-9ー・]{{{from},{to}}}"))
        .unwrap()
}

pub fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        words(1..=6),
        (words(1..=4), words(1..=4)).prop_map(|(a, b)| format!("{a}\u{3000}{b}")),
        (words(1..=4), words(1..=4)).prop_map(|(a, b)| format!("{a} {b}")),
    ]
}

pub fn digits(count: usize) -> impl Strategy<Value = String> {
    proptest::string::string_regex(&format!("[0-9]{{{count}}}")).unwrap()
}

pub fn date() -> impl Strategy<Value = Date> + Clone {
    (1900_i16..2100, 1_i8..=12, 1_i8..=28).prop_map(|(y, m, d)| jiff::civil::date(y, m, d))
}

pub fn moment() -> impl Strategy<Value = Moment> {
    (1_600_000_000_000_i64..1_900_000_000_000)
        .prop_map(|ms| Moment(jiff::Timestamp::from_millisecond(ms).unwrap()))
}

pub fn month() -> impl Strategy<Value = String> {
    (2000..2100, 1..=12).prop_map(|(year, month)| format!("{year:04}-{month:02}"))
}

pub fn consent_kind() -> impl Strategy<Value = ConsentKind> {
    pick(&CONSENTS)
}

pub fn medical_kind() -> impl Strategy<Value = MedicalKind> {
    pick(&[
        MedicalKind::Drug,
        MedicalKind::Diagnosis,
        MedicalKind::Checkup,
        MedicalKind::Surgery,
        MedicalKind::EmergencySummary,
    ])
}

pub fn emergency() -> impl Strategy<Value = Option<EmergencyConsent>> {
    option::of(pick(&[
        EmergencyConsent::Given,
        EmergencyConsent::Refused,
        EmergencyConsent::Unobtainable,
    ]))
}

pub fn consent() -> impl Strategy<Value = Consent> {
    (
        consent_kind(),
        pick(&[ConsentAnswer::Agree, ConsentAnswer::Refuse]),
    )
        .prop_map(|(kind, answer)| Consent { kind, answer })
}

pub fn site() -> impl Strategy<Value = Site> {
    (
        pick(&[
            SiteKind::Clinic,
            SiteKind::Hospital,
            SiteKind::Pharmacy,
            SiteKind::Ambulance,
            SiteKind::EligibilityOnly,
            SiteKind::HomeVisit,
            SiteKind::OnlineCare,
            SiteKind::Disaster,
        ]),
        digits(10),
        vec(consent_kind(), 0..4),
        pick(&[ConsentLayout::Each, ConsentLayout::AllFirst]),
        any::<bool>(),
        option::of(digits(5)),
        any::<bool>(),
    )
        .prop_map(
            |(
                kind,
                institution,
                offers,
                consent_layout,
                emergency_access,
                municipality,
                administrator,
            )| Site {
                kind,
                institution,
                offers,
                consent_layout,
                emergency_access,
                municipality,
                administrator,
            },
        )
}

pub fn key() -> impl Strategy<Value = NumberKey> {
    (
        insurer(),
        words(0..=6),
        words(1..=8),
        option::of(digits(2)),
        date(),
    )
        .prop_map(|(insurer, symbol, number, branch, birth_date)| NumberKey {
            insurer,
            symbol,
            number,
            branch,
            birth_date,
        })
}

pub fn insurer() -> impl Strategy<Value = String> {
    prop_oneof![
        digits(6),
        digits(8),
        digits(6).prop_map(|number| format!("  {number}"))
    ]
}

pub fn bytes() -> impl Strategy<Value = Bytes> {
    vec(any::<u8>(), 1..64).prop_map(Bytes)
}

pub fn token() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[A-Za-z0-9-]{1,20}").unwrap()
}

pub fn authenticate() -> impl Strategy<Value = Inquiry> {
    (bytes(), bytes(), bytes(), site(), care()).prop_map(
        |(certificate, challenge, signature, site, care)| Inquiry::Authenticate {
            certificate,
            challenge,
            signature,
            site,
            care,
        },
    )
}

pub fn number() -> impl Strategy<Value = Inquiry> {
    (key(), any::<bool>(), emergency(), site()).prop_map(|(key, limit_consent, disaster, site)| {
        Inquiry::Number {
            key,
            limit_consent,
            disaster,
            site,
        }
    })
}

pub fn by_name() -> impl Strategy<Value = Inquiry> {
    (
        name(),
        date(),
        sex(),
        option::of(words(1..=12)),
        option::of(insurer()),
        pick(&[SearchReason::Outage, SearchReason::Disaster]),
        emergency(),
        site(),
    )
        .prop_map(
            |(name, birth_date, sex, address, insurer, reason, consent, site)| Inquiry::Person {
                name,
                birth_date,
                sex,
                address,
                insurer,
                reason,
                consent,
                site,
            },
        )
}

pub fn medical() -> impl Strategy<Value = Inquiry> {
    (
        key(),
        medical_kind(),
        option::of((date(), date()).prop_map(|(from, until)| Period { from, until })),
        care(),
        site(),
    )
        .prop_map(|(key, kind, period, care, site)| Inquiry::Medical {
            key,
            kind,
            period,
            care,
            site,
        })
}

pub fn inquiry() -> impl Strategy<Value = Inquiry> {
    prop_oneof![
        authenticate(),
        token().prop_map(|token| Inquiry::Register { token }),
        (token(), vec(consent(), 0..5), emergency()).prop_map(|(token, consents, emergency)| {
            Inquiry::Confirm {
                token,
                consents,
                emergency,
            }
        }),
        token().prop_map(|token| Inquiry::Limit { token }),
        number(),
        by_name(),
        medical(),
        token().prop_map(|person| Inquiry::Portal { person }),
    ]
}

/// Something that is not what stands in its place.
pub fn junk() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        any::<String>().prop_map(|text| json!([text, {}, [null]])),
        any::<String>()
            .prop_map(|text| json!({ "resourceType": text, "entry": 1, "extension": "x" })),
    ]
}
