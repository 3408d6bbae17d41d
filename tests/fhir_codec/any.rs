//! Any inquiry and any answer, for properties.

use jiff::civil::Date;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use uketsuke::eligibility::*;

/// Returns one value, the same every time.
pub fn sample<T>(strategy: &impl Strategy<Value = T>) -> T {
    strategy
        .new_tree(&mut TestRunner::deterministic())
        .unwrap()
        .current()
}

fn words(range: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = String> {
    let (from, to) = (*range.start(), *range.end());
    proptest::string::string_regex(&format!("[ぁ-んァ-ヴ一-三A-Za-z0-9ー・]{{{from},{to}}}"))
        .unwrap()
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        words(1..=6),
        (words(1..=4), words(1..=4)).prop_map(|(a, b)| format!("{a}\u{3000}{b}")),
        (words(1..=4), words(1..=4)).prop_map(|(a, b)| format!("{a} {b}")),
    ]
}

fn digits(count: usize) -> impl Strategy<Value = String> {
    proptest::string::string_regex(&format!("[0-9]{{{count}}}")).unwrap()
}

fn date() -> impl Strategy<Value = Date> {
    (1900_i16..2100, 1_i8..=12, 1_i8..=28).prop_map(|(y, m, d)| jiff::civil::date(y, m, d))
}

fn moment() -> impl Strategy<Value = Moment> {
    (1_600_000_000_000_i64..1_900_000_000_000)
        .prop_map(|ms| Moment(jiff::Timestamp::from_millisecond(ms).unwrap()))
}

fn month() -> impl Strategy<Value = String> {
    (2000..2100, 1..=12).prop_map(|(year, month)| format!("{year:04}-{month:02}"))
}

fn pick<T: Clone + std::fmt::Debug + 'static>(values: &'static [T]) -> impl Strategy<Value = T> {
    proptest::sample::select(values)
}

fn consent_kind() -> impl Strategy<Value = ConsentKind> {
    pick(&[
        ConsentKind::Care,
        ConsentKind::Checkup,
        ConsentKind::Surgery,
        ConsentKind::SpecificDisease,
        ConsentKind::Limit,
    ])
}

fn medical_kind() -> impl Strategy<Value = MedicalKind> {
    pick(&[
        MedicalKind::Drug,
        MedicalKind::Diagnosis,
        MedicalKind::Checkup,
        MedicalKind::Surgery,
        MedicalKind::EmergencySummary,
    ])
}

fn care() -> impl Strategy<Value = Care> {
    pick(&[
        Care::Outpatient,
        Care::HomeVisit,
        Care::Online,
        Care::Emergency,
    ])
}

fn emergency() -> impl Strategy<Value = Option<EmergencyConsent>> {
    option::of(pick(&[
        EmergencyConsent::Given,
        EmergencyConsent::Refused,
        EmergencyConsent::Unobtainable,
    ]))
}

fn consent() -> impl Strategy<Value = Consent> {
    (
        consent_kind(),
        pick(&[ConsentAnswer::Agree, ConsentAnswer::Refuse]),
    )
        .prop_map(|(kind, answer)| Consent { kind, answer })
}

fn site() -> impl Strategy<Value = Site> {
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

fn key() -> impl Strategy<Value = NumberKey> {
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

fn insurer() -> impl Strategy<Value = String> {
    prop_oneof![
        digits(6),
        digits(8),
        digits(6).prop_map(|number| format!("  {number}"))
    ]
}

fn bytes() -> impl Strategy<Value = Bytes> {
    vec(any::<u8>(), 1..64).prop_map(Bytes)
}

fn token() -> impl Strategy<Value = String> {
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

fn sex() -> impl Strategy<Value = Sex> {
    pick(&[Sex::Male, Sex::Female, Sex::Unset])
}

fn by_name() -> impl Strategy<Value = Inquiry> {
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

fn person() -> impl Strategy<Value = Person> {
    (
        name(),
        name(),
        date(),
        sex(),
        option::of(words(1..=12)),
        option::of((digits(3), digits(4)).prop_map(|(a, b)| format!("{a}-{b}"))),
    )
        .prop_map(|(name, kana, birth_date, sex, address, postcode)| Person {
            name,
            kana,
            birth_date,
            sex,
            address,
            postcode,
        })
}

fn elderly() -> impl Strategy<Value = ElderlyCertificate> {
    (0..=100_u8, date(), date()).prop_map(|(share, from, until)| ElderlyCertificate {
        share,
        from,
        until,
    })
}

fn qualification() -> impl Strategy<Value = Qualification> {
    let class = pick(&[
        CardClass::General,
        CardClass::Retired,
        CardClass::ShortTerm,
        CardClass::ShortTermRetired,
        CardClass::SpecialMedicalExpense,
        CardClass::SpecialRetired,
        CardClass::SelfDefenceForces,
        CardClass::MedicalAid,
    ]);
    let reason = pick(&[
        LossReason::Death,
        LossReason::MedicalAid,
        LossReason::OtherInsurance,
        LossReason::Other,
    ]);
    (
        (key(), words(1..=8)),
        (
            pick(&[Relation::Insured, Relation::Family]),
            date(),
            option::of(date()),
        ),
        (option::of(reason), class, 0..=100_u8),
        (option::of(any::<bool>()), option::of(elderly())),
    )
        .prop_map(
            |(
                (key, insurer_name),
                (relation, from, until),
                (lost_because, class, share),
                (preschool, elderly),
            )| {
                Qualification {
                    insurer: key.insurer,
                    insurer_name,
                    symbol: key.symbol,
                    number: key.number,
                    branch: key.branch,
                    relation,
                    from,
                    until,
                    lost_because,
                    class,
                    share,
                    preschool,
                    elderly,
                }
            },
        )
}

fn limit() -> impl Strategy<Value = Limit> {
    (
        pick(&["A01", "A06", "B10"]),
        pick(&[
            LimitKind::Limit,
            LimitKind::LimitAndReduction,
            LimitKind::Reduction,
        ]),
        date(),
        date(),
        option::of(date()),
    )
        .prop_map(|(class, kind, from, until, long_term)| Limit {
            class: class.to_owned(),
            kind,
            from,
            until,
            long_term,
        })
}

fn ticket() -> impl Strategy<Value = MedicalTicket> {
    (
        (
            pick(&[TicketKind::Care, TicketKind::Dispensing]),
            month(),
            date(),
            date(),
            digits(7),
            pick(&[
                Treatment::Inpatient,
                Treatment::Outpatient,
                Treatment::Dental,
                Treatment::Dispensing,
                Treatment::HomeNursing,
            ]),
        ),
        (digits(8), digits(7), words(1..=8), digits(10)),
        (option::of(any::<bool>()), 0..100_000_u32, any::<bool>()),
    )
        .prop_map(
            |(
                (kind, month, from, until, number, treatment),
                (payer, recipient, office, institution),
                (designated, self_pay, combined),
            )| {
                MedicalTicket {
                    kind,
                    month,
                    from,
                    until,
                    number,
                    treatment,
                    payer,
                    recipient,
                    office,
                    institution,
                    designated,
                    self_pay,
                    combined,
                }
            },
        )
}

fn disease() -> impl Strategy<Value = SpecificDisease> {
    (
        digits(1),
        date(),
        option::of(date()),
        option::of(0..100_000_u32),
    )
        .prop_map(|(category, from, until, self_pay)| SpecificDisease {
            category,
            from,
            until,
            self_pay,
        })
}

fn consent_state() -> impl Strategy<Value = ConsentState> {
    let flag = pick(&[
        ConsentFlag::No,
        ConsentFlag::Given,
        ConsentFlag::Expired,
        ConsentFlag::Unobtainable,
    ]);
    (
        consent_kind(),
        flag,
        option::of(moment()),
        option::of(moment()),
    )
        .prop_map(|(kind, flag, at, until)| ConsentState {
            kind,
            flag,
            at,
            until,
        })
}

fn eligibility() -> impl Strategy<Value = Eligibility> {
    let validity = pick(&[
        Validity::Valid,
        Validity::Invalid,
        Validity::InvalidNewerExists,
        Validity::None,
        Validity::Several,
        Validity::ValidUnregistered,
    ]);
    (
        validity,
        option::of(person()),
        option::of(qualification()),
        option::of(limit()),
        (
            vec(disease(), 0..3),
            vec(ticket(), 0..3),
            vec(consent_state(), 0..4),
        ),
        option::of(words(1..=20)),
    )
        .prop_map(
            |(
                validity,
                person,
                qualification,
                limit,
                (specific_diseases, tickets, consents),
                side_information,
            )| {
                Eligibility {
                    validity,
                    person,
                    qualification,
                    limit,
                    specific_diseases,
                    tickets,
                    consents,
                    side_information,
                }
            },
        )
}

fn refusal() -> impl Strategy<Value = Refusal> {
    let ground = pick(&[
        Ground::CertificateInvalid,
        Ground::CertificateRevoked,
        Ground::CertificateLapsed,
        Ground::Withheld,
        Ground::Unregistered,
        Ground::NotRecorded,
        Ground::NoConsent,
        Ground::NotAuthorised,
        Ground::UnknownToken,
        Ground::Unstated,
    ]);
    (ground, digits(3), words(1..=12)).prop_map(|(ground, code, message)| Refusal {
        ground,
        code: format!("SIM-{code}"),
        message,
    })
}

fn record() -> impl Strategy<Value = MedicalRecord> {
    (medical_kind(), month(), words(1..=20)).prop_map(|(kind, month, text)| MedicalRecord {
        kind,
        month,
        text,
    })
}

pub fn answer() -> impl Strategy<Value = Answer> {
    let phase = pick(&[
        CertificatePhase::Valid,
        CertificatePhase::Ending,
        CertificatePhase::Grace,
        CertificatePhase::Lapsed,
    ]);
    let section = pick(&[
        PortalSection::Insurance,
        PortalSection::Drug,
        PortalSection::Diagnosis,
        PortalSection::Cost,
        PortalSection::Checkup,
        PortalSection::ExchangeHistory,
    ]);
    prop_oneof![
        (
            token(),
            any::<bool>(),
            option::of(phase),
            vec(consent(), 0..4)
        )
            .prop_map(|(token, registered, phase, earlier)| {
                Answer::Authenticated(Authenticated {
                    token,
                    registered,
                    phase,
                    earlier,
                })
            }),
        refusal().prop_map(Answer::Refused),
        Just(Answer::Registered),
        eligibility().prop_map(|it| Answer::Eligibility(Box::new(it))),
        option::of(limit()).prop_map(|limit| Answer::Limit(LimitAnswer { limit })),
        (medical_kind(), vec(record(), 0..4))
            .prop_map(|(kind, records)| Answer::Medical(MedicalAnswer { kind, records })),
        vec(section, 0..6).prop_map(|shown| Answer::Portal(PortalView { shown })),
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
