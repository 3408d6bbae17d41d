//! Any answer, for properties.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use uketsuke::eligibility::*;

use super::any::{
    consent, consent_kind, date, digits, key, medical_kind, moment, month, name, token, words,
};
use super::domain::{
    self, card_class, consent_flag, elderly, loss_reason, pick, relation, sex, validity,
};

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

fn qualification() -> impl Strategy<Value = Qualification> {
    (
        (key(), words(1..=8)),
        (relation(), date(), option::of(date())),
        (option::of(loss_reason()), card_class(), 0..=100_u8),
        (option::of(any::<bool>()), option::of(elderly(date()))),
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
    let class = pick(&["A01", "A06", "B10"]).prop_map(str::to_owned);
    domain::limit(class, date())
}

fn ticket() -> impl Strategy<Value = MedicalTicket> {
    let numbers = (digits(7), digits(8), digits(7), words(1..=8), digits(10));
    domain::ticket(month(), date(), numbers, 0..100_000_u32)
}

fn disease() -> impl Strategy<Value = SpecificDisease> {
    domain::disease(digits(1), date(), 0..100_000_u32)
}

fn consent_state() -> impl Strategy<Value = ConsentState> {
    (
        consent_kind(),
        consent_flag(),
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
    (
        validity(),
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
    let ground = pick(&Ground::ALL);
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
