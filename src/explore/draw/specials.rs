//! Draws what is special: one kind of circumstance at a time.

use proptest::prelude::*;
use proptest::sample::select;

use crate::eligibility::{Care, CertificateStatus, ConsentAnswer, ConsentKind, SiteKind};
use crate::explore::circumstance::Circumstance;
use crate::scenario::RegistrationEntry;

/// One circumstance, drawn.
pub(super) type Special = BoxedStrategy<Circumstance>;

pub(super) fn offers() -> Special {
    let sets = vec![
        vec![],
        vec![ConsentKind::Care],
        vec![
            ConsentKind::Care,
            ConsentKind::Checkup,
            ConsentKind::Surgery,
            ConsentKind::Limit,
        ],
        vec![
            ConsentKind::Care,
            ConsentKind::Checkup,
            ConsentKind::Surgery,
            ConsentKind::SpecificDisease,
            ConsentKind::Limit,
        ],
    ];
    select(sets).prop_map(Circumstance::Offers).boxed()
}

pub(super) fn site_kind() -> Special {
    let kinds = vec![
        SiteKind::Clinic,
        SiteKind::Hospital,
        SiteKind::Pharmacy,
        SiteKind::EligibilityOnly,
        SiteKind::HomeVisit,
        SiteKind::OnlineCare,
    ];
    select(kinds).prop_map(Circumstance::Kind).boxed()
}

pub(super) fn one(of: Vec<Circumstance>) -> Special {
    select(of).boxed()
}

pub(super) fn days() -> BoxedStrategy<i64> {
    select(vec![-31, -1, 0, 1, 2, 40, 200]).boxed()
}

pub(super) fn site() -> Special {
    prop_oneof![2 => site_kind(), 2 => offers(), 1 => Just(Circumstance::AllFirst)].boxed()
}

pub(super) fn places() -> Special {
    one([
        RegistrationEntry::None,
        RegistrationEntry::Cancelled,
        RegistrationEntry::Reader,
        RegistrationEntry::Portal,
        RegistrationEntry::Atm,
        RegistrationEntry::Desk,
    ]
    .map(Circumstance::Registration)
    .to_vec())
}

pub(super) fn flags() -> Special {
    one(vec![
        Circumstance::Withheld(1),
        Circumstance::Withheld(2),
        Circumstance::Undisclosed(1),
        Circumstance::Undisclosed(2),
    ])
}

pub(super) fn status() -> Special {
    one(vec![
        Circumstance::Certificate(CertificateStatus::Revoked),
        Circumstance::Certificate(CertificateStatus::Suspended),
        Circumstance::Untrusted,
        Circumstance::LockedPin,
        Circumstance::NoPhoto,
    ])
}

pub(super) fn earlier() -> Special {
    let day = 24 * 3600;
    let ago = vec![
        3600,
        day - 60,
        day - 1,
        day,
        day + 1,
        day + 60,
        2 * day,
        30 * day,
    ];
    (
        select(vec![
            ConsentKind::Care,
            ConsentKind::Checkup,
            ConsentKind::Surgery,
        ]),
        select(vec![
            ConsentAnswer::Agree,
            ConsentAnswer::Agree,
            ConsentAnswer::Refuse,
        ]),
        select(ago),
        prop::bool::weighted(0.7),
        select(vec![
            Care::Outpatient,
            Care::Outpatient,
            Care::Online,
            Care::HomeVisit,
        ]),
    )
        .prop_map(
            |(kind, answer, seconds_ago, here, care)| Circumstance::Earlier {
                kind,
                answer,
                seconds_ago,
                here,
                care,
            },
        )
        .boxed()
}

pub(super) fn lapse() -> Special {
    prop_oneof![
        2 => days().prop_map(Circumstance::Lapsed),
        2 => days().prop_map(Circumstance::NewInsurer),
        1 => Just(Circumstance::NotRecorded),
    ]
    .boxed()
}

pub(super) fn records() -> Special {
    prop_oneof![
        2 => Just(Circumstance::OldRecords),
        1 => Just(Circumstance::ManyCheckups),
        1 => Just(Circumstance::NoLimit),
        1 => days().prop_map(Circumstance::LimitUntil),
        1 => Just(Circumstance::Disease),
    ]
    .boxed()
}

pub(super) fn tickets() -> Special {
    (select(vec![-1_i64, 0, 1, 2]), prop::bool::weighted(0.7))
        .prop_map(|(months, here)| Circumstance::Ticket(months, here))
        .boxed()
}

pub(super) fn anything() -> Special {
    prop_oneof![
        site(),
        places(),
        flags(),
        status(),
        earlier(),
        lapse(),
        records()
    ]
    .boxed()
}

pub(super) fn one_of_each() -> Vec<Special> {
    vec![
        one(vec![Circumstance::Withheld(1), Circumstance::Withheld(2)]),
        Just(Circumstance::Undisclosed(1)).boxed(),
    ]
}
