//! Draws what happens.

use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::eligibility::{EmergencyConsent, MedicalKind, SearchReason};
use crate::explore::plan::{Act, Proof, Reception};
use crate::explore::script::elsewhere;
use crate::scenario::{
    MedicalInquiryStep, NumberInquiryStep, PersonInquiryStep, RegistrationEntry, RegistryOverrides,
    Span,
};

type Acts = BoxedStrategy<Act>;

/// A visit with the patient's card.
pub(super) fn reception() -> BoxedStrategy<Reception> {
    (
        select(vec![Proof::Pin, Proof::Pin, Proof::Face, Proof::Visual]),
        prop::bool::weighted(0.8),
        any::<bool>(),
        prop::array::uniform4(any::<bool>()),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(
            |(proof, registers, agrees_to_all, answers, keeps_presets, limit)| Reception {
                other: false,
                proof,
                registers,
                agrees_to_all,
                answers,
                keeps_presets,
                limit,
                emergency: None,
                garbled: false,
            },
        )
        .boxed()
}

pub(super) fn visit() -> Acts {
    reception().prop_map(Act::Reception).boxed()
}

/// A visit in which everything that is asked is agreed to.
pub(super) fn willing() -> Acts {
    reception()
        .prop_map(|reception| {
            Act::Reception(Reception {
                registers: true,
                answers: [true; 4],
                limit: true,
                ..reception
            })
        })
        .boxed()
}

/// A visit in which what the card signs is not what reaches the backend.
pub(super) fn garbled() -> Acts {
    let garbled = |reception| {
        Act::Reception(Reception {
            garbled: true,
            proof: Proof::Pin,
            ..reception
        })
    };
    reception().prop_map(garbled).boxed()
}

/// A visit of the other person, where there is one.
pub(super) fn other_visit() -> Acts {
    let other = |reception| {
        Act::Reception(Reception {
            other: true,
            ..reception
        })
    };
    reception().prop_map(other).boxed()
}

pub(super) fn emergency() -> Acts {
    (reception(), consent())
        .prop_map(|(reception, consent)| {
            Act::Reception(Reception {
                emergency: Some(consent),
                ..reception
            })
        })
        .boxed()
}

fn consent() -> BoxedStrategy<EmergencyConsent> {
    select(vec![
        EmergencyConsent::Given,
        EmergencyConsent::Unobtainable,
        EmergencyConsent::Refused,
    ])
    .boxed()
}

/// A number inquiry: mostly with the patient's numbers, some of them written otherwise.
pub(super) fn number() -> Acts {
    let padded = [
        "01139999", "1139999", " 1139999", "139993", "  139993", "00139993",
    ];
    let insurer = select(padded.map(str::to_owned).to_vec());
    (
        prop::bool::weighted(0.3),
        option::weighted(0.25, insurer),
        option::weighted(
            0.2,
            select(vec![
                "１２３".to_owned(),
                "123".to_owned(),
                "模町".to_owned(),
            ]),
        ),
        option::weighted(0.1, Just("9".to_owned())),
        option::weighted(0.3, Just("none".to_owned())),
        prop::bool::weighted(0.15),
    )
        .prop_map(|(limit_consent, insurer, symbol, number, branch, other)| {
            let step = NumberInquiryStep {
                insurer,
                symbol,
                number,
                branch,
                limit_consent,
                ..NumberInquiryStep::default()
            };
            Act::Number(step, other)
        })
        .boxed()
}

/// The same number inquiry twice.
pub(super) fn number_twice() -> BoxedStrategy<Vec<Act>> {
    number().prop_map(|act| vec![act.clone(), act]).boxed()
}

pub(super) fn number_in_disaster() -> Acts {
    consent()
        .prop_map(|consent| {
            let step = NumberInquiryStep {
                disaster: Some(consent),
                ..NumberInquiryStep::default()
            };
            Act::Number(step, false)
        })
        .boxed()
}

pub(super) fn search(reason: SearchReason) -> Acts {
    let recorded = match reason {
        SearchReason::Outage => Just(None).boxed(),
        SearchReason::Disaster => option::weighted(0.8, consent()).boxed(),
    };
    (
        recorded,
        prop::bool::weighted(0.15),
        prop::bool::weighted(0.1),
    )
        .prop_map(move |(consent, homeless, misspelt)| {
            let none = || "none".to_owned();
            Act::Person(PersonInquiryStep {
                person: None,
                reason,
                name: misspelt.then(|| "模擬　別人".to_owned()),
                birth_date: None,
                sex: None,
                address: homeless.then(none),
                insurer: None,
                consent,
            })
        })
        .boxed()
}

pub(super) fn medical() -> Acts {
    let kinds = vec![
        MedicalKind::Drug,
        MedicalKind::Diagnosis,
        MedicalKind::Checkup,
        MedicalKind::Surgery,
        MedicalKind::EmergencySummary,
    ];
    select(kinds)
        .prop_map(|kind| {
            Act::Medical(MedicalInquiryStep {
                person: None,
                kind,
                period: None,
            })
        })
        .boxed()
}

pub(super) fn portal() -> Acts {
    Just(Act::Portal).boxed()
}

/// Time passes: a moment, around the 24 hours of a consent, or days.
pub(super) fn wait() -> Acts {
    let hours = |hours: i64| hours * 3600;
    let seconds = vec![
        hours(1),
        hours(24) - 60,
        hours(24) - 1,
        hours(24),
        hours(24) + 1,
        hours(24) + 60,
        hours(48),
        hours(24 * 31),
    ];
    select(seconds)
        .prop_map(|seconds| Act::Wait(Span::seconds(seconds)))
        .boxed()
}

pub(super) fn go() -> Acts {
    Just(Act::GoTo(elsewhere())).boxed()
}

/// A flag is set or lifted, or a registration cancelled, between visits.
pub(super) fn change() -> Acts {
    let insurers = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
    let base = RegistryOverrides::default;
    let changes = vec![
        RegistryOverrides {
            withheld_by: insurers(&[]),
            ..base()
        },
        RegistryOverrides {
            withheld_by: insurers(&["01139999"]),
            ..base()
        },
        RegistryOverrides {
            undisclosed_by: insurers(&[]),
            ..base()
        },
        RegistryOverrides {
            undisclosed_by: insurers(&["01139999"]),
            ..base()
        },
        RegistryOverrides {
            registration: Some(RegistrationEntry::Cancelled),
            ..base()
        },
        RegistryOverrides {
            registration: Some(RegistrationEntry::Portal),
            ..base()
        },
    ];
    select(changes)
        .prop_map(|change| Act::Change(Box::new(change)))
        .boxed()
}

/// 自己情報提供不可 is lifted by every insurer.
pub(super) fn lift() -> Acts {
    let lifted = RegistryOverrides {
        withheld_by: Some(Vec::new()),
        ..RegistryOverrides::default()
    };
    Just(Act::Change(Box::new(lifted))).boxed()
}

/// The other person is asked for by number.
pub(super) fn number_of_other() -> Acts {
    number()
        .prop_map(|act| match act {
            Act::Number(step, _) => Act::Number(step, true),
            act => act,
        })
        .boxed()
}
