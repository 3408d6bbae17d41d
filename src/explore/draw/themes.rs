//! The themes: what is likely beside what.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::specials::{
    Special, anything, earlier, flags, lapse, offers, one, one_of_each, places, records, site,
    site_kind, status, tickets,
};
use super::{Plans, When, acts, at_the_certificate, ever, lately};
use crate::eligibility::{Care, SearchReason, SiteKind};
use crate::explore::circumstance::{Circumstance, PhoneEnd};
use crate::explore::plan::{Act, Plan};
use crate::scenario::RegistrationEntry;

/// People with an ordinary card.
const ADULTS: &[&str] = &[
    "adult",
    "adult",
    "adult-2",
    "foreign",
    "long-name",
    "self-defence",
    "mutual-aid",
    "short-term",
];
/// People of every age.
const FAMILY: &[&str] = &[
    "adult",
    "child-10",
    "preschool",
    "infant",
    "elder-72",
    "elder-80",
    "pinless",
];

pub(super) fn all() -> Plans {
    prop_oneof![
        6 => certificate(),
        2 => phone(),
        3 => registration(),
        5 => consent(),
        3 => standing(),
        2 => limit(),
        2 => look_back(),
        4 => insurance(),
        2 => number(),
        2 => ages(),
        2 => aid(),
        4 => disclosure(),
        3 => emergency(),
        2 => disaster(),
        2 => outage(),
        5 => mixed(),
        1 => card(),
    ]
    .boxed()
}

fn plan(
    when: BoxedStrategy<When>,
    people: &'static [&'static str],
    always: Vec<Special>,
    beside: Special,
    happens: impl Strategy<Value = Vec<Act>> + 'static,
) -> Plans {
    (when, select(people), always, vec(beside, 0..3), happens)
        .prop_map(|(when, person, always, beside, acts)| {
            let certificate = when.certificate.into_iter();
            Plan {
                at: when.at,
                border: when.border,
                person,
                circumstances: certificate.chain(always).chain(beside).collect(),
                acts,
            }
        })
        .boxed()
}

/// One or two of these acts, as often as not after one another.
fn some(of: impl Strategy<Value = Act> + 'static) -> impl Strategy<Value = Vec<Act>> {
    vec(of, 1..4)
}

/// Each in turn.
fn in_turn(acts: Vec<BoxedStrategy<Act>>) -> BoxedStrategy<Vec<Act>> {
    acts.boxed()
}

fn everyday() -> BoxedStrategy<Act> {
    prop_oneof![
        5 => acts::visit(),
        2 => acts::willing(),
        2 => acts::number(),
        2 => acts::medical(),
        1 => acts::portal(),
        2 => acts::wait(),
        1 => acts::go(),
        1 => acts::change(),
    ]
    .boxed()
}

fn certificate() -> Plans {
    let beside = prop_oneof![3 => site(), 1 => status(), 1 => flags(), 1 => places()].boxed();
    let acts = prop_oneof![
        4 => in_turn(vec![acts::willing()]),
        1 => in_turn(vec![acts::visit(), acts::medical()]),
        1 => in_turn(vec![acts::visit(), acts::wait(), acts::willing()]),
    ];
    let people: &[&str] = &[
        "adult", "adult", "adult-2", "foreign", "pinless", "child-10",
    ];
    plan(at_the_certificate(), people, Vec::new(), beside, acts)
}

/// What befalls the card itself, where the dates alone would let it serve.
fn card() -> Plans {
    let expired = select(vec![1_i64, 20, 40]).prop_map(Circumstance::CardExpired);
    let special = prop_oneof![1 => Just(Circumstance::Moved), 1 => expired].boxed();
    let ended = plan(
        lately(),
        ADULTS,
        vec![special],
        site(),
        in_turn(vec![acts::willing()]),
    );
    let garbled = plan(
        lately(),
        ADULTS,
        Vec::new(),
        site(),
        in_turn(vec![acts::garbled()]),
    );
    prop_oneof![2 => ended, 1 => garbled].boxed()
}

fn phone() -> Plans {
    let ends = (
        select(vec![
            PhoneEnd::Own,
            PhoneEnd::Card,
            PhoneEnd::CardCertificate,
        ]),
        select(vec![-100_i64, -1, 0, 1, 30, 89]),
    )
        .prop_map(|(end, days)| Circumstance::PhoneEnded(end, days))
        .boxed();
    let people: &[&str] = &["phone-android"];
    let beside = prop_oneof![2 => site(), 1 => places(), 1 => flags()].boxed();
    let when = prop_oneof![2 => lately(), 1 => super::at_a_day()].boxed();
    plan(when, people, vec![ends], beside, some(acts::willing()))
}

fn registration() -> Plans {
    let renewed =
        select(vec![-10_i64, 0, 1, 30, 91, 92, 93, 130, 400]).prop_map(Circumstance::Renewed);
    let special = prop_oneof![3 => places(), 2 => renewed].boxed();
    let beside =
        prop_oneof![2 => Just(Circumstance::NotRecorded), 2 => flags(), 1 => site()].boxed();
    let acts = prop_oneof![
        3 => in_turn(vec![acts::willing()]),
        1 => in_turn(vec![acts::visit(), acts::visit()]),
        1 => in_turn(vec![acts::willing(), acts::change(), acts::willing()]),
    ];
    plan(ever(), ADULTS, vec![special], beside, acts)
}

fn consent() -> Plans {
    let beside = prop_oneof![3 => earlier(), 2 => offers(), 1 => site_kind(), 1 => Just(Circumstance::AllFirst)].boxed();
    let acts = prop_oneof![
        3 => in_turn(vec![acts::visit()]),
        3 => in_turn(vec![acts::visit(), acts::wait(), acts::medical()]),
        2 => in_turn(vec![acts::visit(), acts::wait(), acts::visit()]),
        2 => in_turn(vec![acts::visit(), acts::go(), acts::medical()]),
        2 => in_turn(vec![acts::medical()]),
        1 => in_turn(vec![acts::number(), acts::medical()]),
    ];
    plan(ever(), ADULTS, Vec::new(), beside, acts)
}

/// Consents for home visits, which stand until they are withdrawn.
fn standing() -> Plans {
    let here = Just(Circumstance::Kind(SiteKind::HomeVisit)).boxed();
    let withdrawn =
        select(vec![0_i64, 1, 3600, 24 * 3600, 3 * 24 * 3600]).prop_map(Circumstance::Withdrawn);
    let given = earlier()
        .prop_map(|circumstance| match circumstance {
            Circumstance::Earlier {
                kind,
                answer,
                seconds_ago,
                here,
                ..
            } => Circumstance::Earlier {
                kind,
                answer,
                seconds_ago,
                here,
                care: Care::HomeVisit,
            },
            other => other,
        })
        .boxed();
    let beside = prop_oneof![2 => withdrawn, 1 => offers()].boxed();
    let acts = prop_oneof![
        3 => in_turn(vec![acts::medical()]),
        1 => in_turn(vec![acts::number()]),
        1 => in_turn(vec![acts::willing(), acts::wait(), acts::medical()]),
    ];
    plan(ever(), ADULTS, vec![here, given], beside, acts)
}

fn limit() -> Plans {
    let beside = prop_oneof![3 => records(), 1 => site(), 1 => lapse()].boxed();
    let acts = prop_oneof![2 => acts::visit(), 1 => acts::number()];
    plan(ever(), ADULTS, Vec::new(), beside, vec(acts, 1..3))
}

fn look_back() -> Plans {
    let special =
        prop_oneof![3 => Just(Circumstance::OldRecords), 1 => Just(Circumstance::ManyCheckups)]
            .boxed();
    let beside = prop_oneof![1 => offers(), 1 => earlier()].boxed();
    let acts = prop_oneof![3 => acts::willing(), 1 => acts::medical()];
    plan(ever(), ADULTS, vec![special], beside, vec(acts, 1..3))
}

fn insurance() -> Plans {
    let beside = prop_oneof![2 => site(), 1 => records(), 1 => flags()].boxed();
    let acts = prop_oneof![
        3 => in_turn(vec![acts::visit()]),
        3 => in_turn(vec![acts::number()]),
        2 => in_turn(vec![acts::visit(), acts::number()]),
        1 => in_turn(vec![acts::visit(), acts::wait(), acts::number()]),
    ];
    plan(ever(), ADULTS, vec![lapse()], beside, acts)
}

fn number() -> Plans {
    let twin = prop::bool::weighted(0.7)
        .prop_map(|twin| Circumstance::Another { twin })
        .boxed();
    let beside = prop_oneof![1 => records(), 1 => flags(), 1 => lapse()].boxed();
    let acts = prop_oneof![
        3 => some(acts::number()),
        2 => acts::number_twice(),
        1 => in_turn(vec![acts::number(), acts::number_of_other()]),
        1 => in_turn(vec![acts::visit(), acts::other_visit()]),
        1 => in_turn(vec![acts::number(), acts::medical()]),
    ];
    plan(ever(), ADULTS, vec![twin], beside, acts)
}

fn ages() -> Plans {
    let borders = vec![
        (6, 0),
        (6, 200),
        (5, 0),
        (40, -1),
        (40, 0),
        (70, 0),
        (70, 31),
        (72, 5),
        (75, -1),
        (75, 0),
        (75, 1),
    ];
    let aged = select(borders)
        .prop_map(|(years, days)| Circumstance::Aged(years, days))
        .boxed();
    let beside = prop_oneof![2 => earlier(), 1 => site()].boxed();
    let acts = prop_oneof![2 => acts::visit(), 1 => acts::number()];
    let aged = plan(
        ever(),
        ADULTS,
        vec![aged],
        beside.clone(),
        vec(acts.clone(), 1..3),
    );
    let born = plan(ever(), FAMILY, Vec::new(), beside, vec(acts, 1..3));
    prop_oneof![2 => aged, 1 => born].boxed()
}

fn aid() -> Plans {
    let beside = prop_oneof![3 => tickets(), 1 => site(), 1 => lapse()].boxed();
    let acts = prop_oneof![
        2 => in_turn(vec![acts::visit()]),
        1 => in_turn(vec![acts::number()]),
        1 => in_turn(vec![acts::go(), acts::visit()]),
        1 => in_turn(vec![acts::wait(), acts::visit()]),
    ];
    let people: &[&str] = &["aid-only", "aid-insured"];
    plan(ever(), people, Vec::new(), beside, acts)
}

fn disclosure() -> Plans {
    let beside = prop_oneof![2 => flags(), 1 => site(), 1 => Just(Circumstance::Registration(RegistrationEntry::None))].boxed();
    let acts = prop_oneof![
        3 => in_turn(vec![acts::willing()]),
        2 => in_turn(vec![acts::number()]),
        2 => in_turn(vec![acts::portal()]),
        3 => in_turn(vec![acts::change(), acts::willing()]),
        1 => in_turn(vec![acts::change(), acts::portal(), acts::number()]),
        1 => in_turn(vec![acts::willing(), acts::change(), acts::willing()]),
    ];
    let one = plan(ever(), ADULTS, vec![flags()], beside.clone(), acts);
    // Both flags at first, and one of them lifted (DISC-09).
    let both = one_of_each();
    let lifted = in_turn(vec![acts::lift(), acts::willing()]);
    let two = plan(ever(), ADULTS, both, beside, lifted);
    prop_oneof![5 => one, 1 => two].boxed()
}

fn emergency() -> Plans {
    let kinds = one(vec![
        Circumstance::Kind(SiteKind::Ambulance),
        Circumstance::Kind(SiteKind::Hospital),
    ]);
    let beside = prop_oneof![
        4 => Just(Circumstance::EmergencyAccess),
        2 => Just(Circumstance::OldRecords),
        1 => flags(),
        1 => status(),
    ]
    .boxed();
    let acts = prop_oneof![
        3 => in_turn(vec![acts::emergency()]),
        4 => in_turn(vec![acts::emergency(), acts::medical()]),
        1 => in_turn(vec![acts::medical()]),
    ];
    let access = Just(Circumstance::EmergencyAccess).boxed();
    let granted = plan(
        ever(),
        ADULTS,
        vec![kinds.clone(), access],
        beside.clone(),
        acts.clone(),
    );
    let mostly = plan(ever(), ADULTS, vec![kinds], beside, acts);
    prop_oneof![2 => granted, 1 => mostly].boxed()
}

fn disaster() -> Plans {
    let site = Just(Circumstance::Kind(SiteKind::Disaster)).boxed();
    let period = (
        select(vec![-1_i64, 0, 1, 5]),
        select(vec![0_i64, 1, 5, 10]),
        prop::bool::weighted(0.8),
    )
        .prop_map(|(from, days, inside)| Circumstance::Disaster(from, days, inside))
        .boxed();
    let beside = prop_oneof![
        4 => Just(Circumstance::Administrator),
        1 => flags(),
        1 => lapse(),
        1 => Just(Circumstance::OldRecords),
        1 => Just(Circumstance::Another { twin: false }),
    ]
    .boxed();
    let ask =
        prop_oneof![2 => acts::search(SearchReason::Disaster), 1 => acts::number_in_disaster()]
            .boxed();
    let acts = prop_oneof![
        2 => in_turn(vec![ask.clone()]),
        3 => in_turn(vec![ask.clone(), acts::medical()]),
        1 => in_turn(vec![ask, acts::wait(), acts::medical()]),
    ];
    let administrator = Just(Circumstance::Administrator).boxed();
    let usual = plan(
        lately(),
        ADULTS,
        vec![site.clone(), period.clone(), administrator],
        beside.clone(),
        acts.clone(),
    );
    let other = plan(lately(), ADULTS, vec![site, period], beside, acts);
    prop_oneof![2 => usual, 1 => other].boxed()
}

fn outage() -> Plans {
    let period = (
        select(vec![-1_i64, 0, 1, 5]),
        select(vec![0_i64, 1, 5, 10]),
        prop::bool::weighted(0.7),
    )
        .prop_map(|(from, days, inside)| Circumstance::Outage(from, days, inside))
        .boxed();
    let beside = prop_oneof![2 => flags(), 1 => lapse(), 1 => site_kind()].boxed();
    let acts = prop_oneof![
        2 => in_turn(vec![acts::search(SearchReason::Outage)]),
        2 => in_turn(vec![acts::search(SearchReason::Outage), acts::medical()]),
        1 => in_turn(vec![acts::search(SearchReason::Outage), acts::visit()]),
    ];
    plan(lately(), ADULTS, vec![period], beside, acts)
}

fn mixed() -> Plans {
    let when = prop_oneof![2 => ever(), 1 => at_the_certificate()].boxed();
    let people = prop_oneof![
        plan(
            when.clone(),
            ADULTS,
            Vec::new(),
            anything(),
            vec(everyday(), 1..5)
        ),
        plan(when, FAMILY, Vec::new(), anything(), vec(everyday(), 1..5)),
    ];
    people.boxed()
}
