//! Properties of every reception that the reference reader and the embedded backend can play:
//! whatever people do, in whatever order, at whatever site.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::OnceLock;
use std::time::Duration;

use proptest::prelude::*;
use uketsuke::eligibility::{
    Answer, ConsentKind, EmergencyConsent, Inquiry, MedicalKind, Moment, SiteKind,
};
use uketsuke::library::Library;
use uketsuke::runner::{Options, play_blocking};
use uketsuke::scenario::{
    BackendFault, BackendFaultKind, ConsentSubject, Decision, DeskStep, FaceShown, FaultStep,
    Playable, Source, Step,
};
use uketsuke::screen::Method;
use uketsuke::secret::Secret;
use uketsuke::transcript::{CardEvent, Event, Reply, Role, Transcript};
use virtual_card::fault::{Fault, Kind, When};
use virtual_card::status::Status;

/// PINs that stand nowhere else in a transcript.
const RIGHT: &str = "1234";
const WRONG: [&str; 3] = ["9047", "3816", "7259"];
const PEOPLE: [&str; 6] = [
    "adult", "adult-2", "child-10", "infant", "pinless", "elder-80",
];

fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| Library::bundled().unwrap())
}

fn consent_subject() -> impl Strategy<Value = ConsentSubject> {
    prop::sample::select(vec![
        ConsentSubject::Care,
        ConsentSubject::Checkup,
        ConsentSubject::Surgery,
        ConsentSubject::SpecificDisease,
        ConsentSubject::Limit,
        ConsentSubject::All,
    ])
}

/// What people may do while a card is in, sensible or not.
fn act() -> impl Strategy<Value = Step> {
    let pin = prop_oneof![
        3 => Just(RIGHT),
        2 => prop::sample::select(WRONG.to_vec()),
    ];
    prop_oneof![
        4 => prop::sample::select(vec![Method::Face, Method::Pin, Method::Visual]).prop_map(Step::Choose),
        6 => pin.prop_map(|pin| Step::EnterPin(Secret::Plain(pin.to_owned()))),
        3 => prop::sample::select(vec![FaceShown::Match, FaceShown::Mismatch]).prop_map(Step::ShowFace),
        2 => prop::sample::select(vec![Decision::Accept, Decision::Decline]).prop_map(Step::Register),
        6 => consent_subject().prop_map(Step::Agree),
        4 => consent_subject().prop_map(Step::Refuse),
        3 => Just(Step::Continue),
        1 => Just(Step::Desk(DeskStep::VisualMode)),
        2 => prop::sample::select(vec![FaceShown::Match, FaceShown::Mismatch])
            .prop_map(|face| Step::Desk(DeskStep::VisualCheck(face))),
        2 => prop::sample::select(vec![
            EmergencyConsent::Given,
            EmergencyConsent::Refused,
            EmergencyConsent::Unobtainable,
        ])
        .prop_map(|consent| Step::Desk(DeskStep::OralConsent(consent))),
        1 => card_fault(),
        1 => backend_fault(),
    ]
}

fn card_fault() -> impl Strategy<Value = Step> {
    let status = prop::sample::select(vec![0x6F00, 0x6982, 0x63C1, 0x9000, 0x6B00]);
    let kind = prop_oneof![
        Just(Kind::Removed),
        Just(Kind::Mute),
        (0u64..8_000).prop_map(|ms| Kind::Slow(Duration::from_millis(ms))),
        status.prop_map(|status| Kind::Status(Status(status))),
        Just(Kind::Truncated),
        Just(Kind::Overlong),
        (0u32..2_064).prop_map(|bit| Kind::Flipped { bit }),
        Just(Kind::Doubled),
        Just(Kind::Reset),
    ];
    let when = prop::sample::select(vec![When::Before, When::During, When::After]);
    (kind, when, 1u32..20).prop_map(|(kind, when, nth)| {
        // What changes the answer cannot come after it.
        let alters = kind.usual_moment() == When::During || matches!(kind, Kind::Status(_));
        let when = match when {
            When::After if alters => When::During,
            when => when,
        };
        Step::Fault(FaultStep::Card(Fault {
            when,
            nth: NonZeroU32::new(nth).unwrap(),
            ..Fault::new(kind)
        }))
    })
}

fn backend_fault() -> impl Strategy<Value = Step> {
    prop::sample::select(vec![
        BackendFaultKind::Down,
        BackendFaultKind::Silent,
        BackendFaultKind::Slow,
        BackendFaultKind::Garbage,
    ])
    .prop_map(|what| {
        Step::Fault(FaultStep::Backend(BackendFault {
            name: None,
            what,
            inquiry: None,
            always: false,
        }))
    })
}

/// A reception, or several in a row, of people of the deck.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    let visit =
        (0..PEOPLE.len(), prop::collection::vec(act(), 0..14)).prop_map(|(person, acts)| {
            let mut steps = vec![Step::PresentCard(Some(PEOPLE[person].to_owned()))];
            steps.extend(acts);
            steps.push(Step::TakeCard);
            steps
        });
    prop::collection::vec(visit, 1..4).prop_map(|visits| visits.concat())
}

/// A scenario for these steps. `days` moves the end of the first card's certificate.
fn playable(steps: Vec<Step>, site: SiteKind, at: &str, days: i64, registered: bool) -> Playable {
    let others: String = PEOPLE[1..]
        .iter()
        .map(|name| format!("  - card: {{ holder: {name} }}\n"))
        .collect();
    let not_after = if days < 0 {
        format!("at - {}d", -days)
    } else {
        format!("at + {days}d")
    };
    let registration = if registered { "portal" } else { "none" };
    let text = format!(
        "title: {{ ja: 生成, en: generated }}\nrequirements: [IDV-01]\nat: {at}\n\
         site: {{ offers: [care, checkup, surgery, specific-disease, limit], emergency-access: true }}\n\
         card: {{ holder: adult, user-certificate: {{ not-after: {not_after} }} }}\n\
         registry: {{ registration: {registration} }}\nothers:\n{others}steps:\n  - present-card\n  - take-card\n"
    );
    let source = Source {
        id: "generated".to_owned(),
        origin: "generated".to_owned(),
        text,
    };
    let now: Moment = "2026-11-21T09:00:00+09:00".parse().unwrap();
    let mut playable = source.playables(library().deck(), now).unwrap().remove(0);
    playable.scenario.site.kind = site;
    playable.scenario.steps = steps;
    playable
}

fn run(playable: &Playable) -> Transcript {
    run_with(playable, Options::default())
}

fn run_with(playable: &Playable, options: Options) -> Transcript {
    play_blocking(playable, &options).unwrap()
}

/// The visits of a transcript, each with its entries.
fn visits(transcript: &Transcript) -> Vec<Vec<&Event>> {
    let last = transcript.entries.last().map_or(0, |entry| entry.visit);
    (1..=last)
        .map(|visit| {
            transcript
                .entries
                .iter()
                .filter(|entry| entry.visit == visit)
                .filter(|entry| entry.from != Role::Harness)
                .map(|entry| &entry.event)
                .collect()
        })
        .collect()
}

/// Tells whether this event proves who is there, given the events before it in the visit.
fn proves_identity(events: &[&Event], index: usize) -> bool {
    match events[index] {
        Event::Response(response) if response.status.as_deref() == Some("9000") => {
            // The answer to a VERIFY of four bytes.
            matches!(events[..index].last(), Some(Event::Command(command))
                if command.secret.as_ref().is_some_and(|secret| secret.length == 4))
        }
        Event::Stimulus(stimulus) => matches!(
            stimulus.act,
            Step::ShowFace(FaceShown::Match) | Step::Desk(DeskStep::VisualCheck(FaceShown::Match))
        ),
        _ => false,
    }
}

fn covered(kind: MedicalKind) -> Option<ConsentKind> {
    match kind {
        MedicalKind::Drug | MedicalKind::Diagnosis => Some(ConsentKind::Care),
        MedicalKind::Checkup => Some(ConsentKind::Checkup),
        MedicalKind::Surgery => Some(ConsentKind::Surgery),
        MedicalKind::EmergencySummary => None,
    }
}

/// No eligibility or medical inquiry before identity (IDV-01).
fn no_inquiry_without_identity(transcript: &Transcript) {
    for events in visits(transcript) {
        let mut proven = false;
        for index in 0..events.len() {
            proven |= proves_identity(&events, index);
            if let Event::Inquiry(
                Inquiry::Authenticate { .. }
                | Inquiry::Confirm { .. }
                | Inquiry::Medical { .. }
                | Inquiry::Limit { .. },
            ) = events[index]
            {
                assert!(proven, "{:?}", events[index]);
            }
        }
    }
}

/// What comes back was agreed to in this visit, or is the emergency summary (CONS-01).
fn returned_is_consented(transcript: &Transcript) {
    for events in visits(transcript) {
        let mut agreed = BTreeSet::new();
        let mut shown_all = Vec::new();
        let mut spoken = false;
        for event in events {
            match event {
                Event::Screen(uketsuke::screen::Screen::ConsentAll { kinds }) => {
                    shown_all.clone_from(kinds);
                }
                Event::Stimulus(stimulus) => match &stimulus.act {
                    Step::Agree(ConsentSubject::All) => agreed.extend(shown_all.iter().copied()),
                    Step::Agree(subject) => agreed.extend(subject.kind()),
                    Step::Desk(DeskStep::OralConsent(
                        EmergencyConsent::Given | EmergencyConsent::Unobtainable,
                    )) => spoken = true,
                    // A preset counts once it is passed; presets come from earlier visits.
                    Step::Continue => agreed.extend([
                        ConsentKind::Care,
                        ConsentKind::Checkup,
                        ConsentKind::Surgery,
                    ]),
                    _ => {}
                },
                Event::Answer(Reply::Answer(Answer::Medical(medical)))
                    if !medical.records.is_empty() =>
                {
                    match covered(medical.kind) {
                        Some(question) => assert!(agreed.contains(&question), "{medical:?}"),
                        None => assert!(spoken, "{medical:?}"),
                    }
                }
                _ => {}
            }
        }
    }
}

/// The tries that a card reports rise only after a right PIN (ACC-13): never by power or by time.
fn tries_never_rise_by_restarting(transcript: &Transcript) {
    let mut tries = std::collections::BTreeMap::new();
    let mut person = String::new();
    let mut verified = false;
    let mut verify = false;
    // A fault may forge the status words of the card; those runs say nothing of the counter.
    if transcript
        .entries
        .iter()
        .any(|entry| matches!(entry.event, Event::Fault(_)))
    {
        return;
    }
    for entry in &transcript.entries {
        match &entry.event {
            Event::Card(CardEvent::Presented { person: whose }) => {
                person.clone_from(whose);
                verified = false;
            }
            Event::Command(command) => {
                verify = command
                    .secret
                    .as_ref()
                    .is_some_and(|secret| secret.length == 4);
            }
            Event::Response(response) => {
                let status = response.status.as_deref().unwrap_or_default();
                if verify && status == "9000" {
                    tries.remove(&person);
                    verified = true;
                }
                if let Some(left) = status.strip_prefix("63C") {
                    let left = u8::from_str_radix(left, 16).unwrap();
                    if let Some(before) = tries.insert(person.clone(), left) {
                        assert!(left <= before || verified, "{left} after {before}");
                    }
                }
            }
            _ => {}
        }
    }
}

/// Not as text, and not as the hexadecimal of its digits.
fn no_pin_in_clear(text: &str) {
    for pin in WRONG {
        let quoted = format!("\"{pin}\"");
        assert!(!text.contains(&quoted));
        assert!(!text.contains(&hex::encode(pin)), "{pin}");
    }
    let verify = format!("04{}", hex::encode(RIGHT));
    assert!(!text.contains(&verify));
}

/// A property that nothing can break proves nothing: each is shown a faulty part that breaks it.
#[test]
fn each_property_catches_the_fault_that_breaks_it() {
    let reception = |answer| {
        vec![
            Step::PresentCard(None),
            Step::Choose(Method::Pin),
            Step::EnterPin(Secret::Plain(RIGHT.to_owned())),
            answer,
            Step::Refuse(ConsentSubject::Checkup),
            Step::Refuse(ConsentSubject::Surgery),
            Step::Refuse(ConsentSubject::SpecificDisease),
            Step::TakeCard,
        ]
    };
    let refused = reception(Step::Refuse(ConsentSubject::Care));
    let breaks = |name: &str, property: fn(&Transcript)| {
        let playable = playable(
            refused.clone(),
            SiteKind::Clinic,
            "2025-12-20T09:15+09:00",
            400,
            true,
        );
        property(&run(&playable));
        let fault = uketsuke::fault::Fault::named(name);
        assert!(fault.is_some(), "{name}");
        let faulty = run_with(
            &playable,
            Options {
                fault,
                ..Options::default()
            },
        );
        assert!(
            std::panic::catch_unwind(|| property(&faulty)).is_err(),
            "{name}"
        );
    };
    breaks("inquiry-before-identity", no_inquiry_without_identity);
    breaks("consent-ignored", returned_is_consented);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn whatever_people_do_the_reception_is_sound(
        steps in steps(),
        site in prop::sample::select(vec![SiteKind::Clinic, SiteKind::Pharmacy, SiteKind::Hospital, SiteKind::Ambulance, SiteKind::EligibilityOnly, SiteKind::OnlineCare]),
        at in prop::sample::select(vec!["2021-11-01T09:00+09:00", "2024-10-06T09:00+09:00", "2024-12-02T09:00+09:00", "2025-12-20T09:15+09:00"]),
        days in prop::sample::select(vec![-200i64, -40, -1, 0, 1, 60, 400]),
        registered in any::<bool>(),
    ) {
        let playable = playable(steps, site, at, days, registered);
        let transcript = run(&playable);
        no_inquiry_without_identity(&transcript);
        returned_is_consented(&transcript);
        tries_never_rise_by_restarting(&transcript);

        // The same scenario gives the same bytes, and they can be read back.
        let text = transcript.to_ndjson();
        prop_assert_eq!(&text, &run(&playable).to_ndjson());
        prop_assert_eq!(&Transcript::from_ndjson(&text).unwrap(), &transcript);

        no_pin_in_clear(&text);
    }
}
