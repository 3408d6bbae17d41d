//! The reference reader never fails: generated receptions across all kinds of site, cards and
//! faults, in process. It meets no finding against itself, not even a `should` or a convention.
//!
//! What people do is drawn as `explore` draws it; here our reader is under test, sound backend
//! beside it, and card and backend go wrong on the way. `RECEPTIONS=100 cargo test --test receptions`
//! plays fewer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::thread;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use uketsuke::eligibility::{CertificateStatus, Moment};
use uketsuke::explore::Stage;
use uketsuke::explore::draw::{self, Plans};
use uketsuke::judge::{Verdict, judge};
use uketsuke::library::Library;
use uketsuke::requirement::{Subject, catalogue};
use uketsuke::runner::{Options, play_blocking};
use uketsuke::scenario::{
    BackendFault, BackendFaultKind, Document, FaceShown, FaultStep, PinOverrides, Step, UnderTest,
};
use uketsuke::secret::Secret;
use uketsuke::transcript::{CardEvent, Event, Note};
use virtual_card::fault::Fault;

/// The seed from which everything is drawn.
const SEED: u64 = 6;
/// How many receptions there are, unless the environment says otherwise.
const RECEPTIONS: u32 = 10_000;
/// What can go wrong with the card, each at any command.
const CARD_FAULTS: [&str; 16] = [
    "{ what: removed }",
    "{ what: removed, when: during }",
    "{ what: removed, when: after }",
    "{ what: mute }",
    "{ what: mute, when: after }",
    "{ what: slow, by: 1500ms }",
    "{ what: slow, by: 1m }",
    "{ what: status, status: \"6F00\" }",
    "{ what: status, status: \"6F00\", always: true }",
    "{ what: status, status: \"6A82\" }",
    "{ what: truncated }",
    "{ what: overlong }",
    "{ what: flipped, bit: 3 }",
    "{ what: doubled }",
    "{ what: reset }",
    "{ what: reset, when: after }",
];
const BACKEND_FAULTS: [BackendFaultKind; 4] = [
    BackendFaultKind::Down,
    BackendFaultKind::Silent,
    BackendFaultKind::Slow,
    BackendFaultKind::Garbage,
];

/// Where, whose card, and what went wrong. A site of a disaster receives nobody by card.
const MUST_COME_UP: [&str; 42] = [
    "site Clinic",
    "site Hospital",
    "site Pharmacy",
    "site Ambulance",
    "site EligibilityOnly",
    "site HomeVisit",
    "site OnlineCare",
    "holder adult",
    "holder aid-insured",
    "holder aid-only",
    "holder child-10",
    "holder elder-72",
    "holder elder-80",
    "holder foreign",
    "holder infant",
    "holder long-name",
    "holder mutual-aid",
    "holder phone-android",
    "holder pinless",
    "holder preschool",
    "card without photo",
    "card without PIN",
    "card of a child",
    "card expired",
    "card revoked",
    "card locked",
    "wrong PIN",
    "wrong face",
    "card removed before the command",
    "card removed during the command",
    "card removed after the command",
    "card mute before the command",
    "card slow during the command",
    "card status before the command",
    "card truncated during the command",
    "card overlong during the command",
    "card flipped during the command",
    "card doubled during the command",
    "card reset before the command",
    "backend down",
    "backend silent",
    "backend garbage",
];
/// What a reader logs and stores, a wrong 照合番号B, and phones: this decides nothing of them.
const NEVER_DECIDED: [&str; 7] = [
    "ACC-09", "ACC-17", "IDV-18", "PHN-01", "PHN-02", "PHN-03", "PHN-04",
];

/// What a share of the receptions came to.
#[derive(Default)]
struct Seen {
    receptions: u32,
    discarded: u32,
    /// How often each thing that must come up did.
    reached: BTreeMap<String, u32>,
    /// Rows on which the reader was found to hold.
    held: BTreeSet<String>,
    /// Who was blamed for what: how often, and one case in full.
    blamed: BTreeMap<String, (u32, String)>,
}

impl Seen {
    fn reach(&mut self, what: impl Into<String>) {
        *self.reached.entry(what.into()).or_default() += 1;
    }

    /// Cases that differ in numbers alone are one.
    fn blame(&mut self, what: &str, example: String) {
        let kind: String = what.chars().filter(|char| !char.is_ascii_digit()).collect();
        self.blamed.entry(kind).or_insert((0, example)).0 += 1;
    }
}

/// Lets the card be one of those that the plans do not draw, and card and backend go wrong.
fn disturb(document: &mut Document, random: &mut ChaCha20Rng, seen: &mut Seen) {
    let mut pick = |count: usize| usize::try_from(random.next_u64() % count as u64).unwrap();
    let presented = document
        .steps
        .iter()
        .position(|step| matches!(step, Step::PresentCard(_)));
    let Some(presented) = presented else {
        return;
    };
    if pick(10) == 0 {
        document.card.pin = Some(PinOverrides { tries: Some(0) });
        seen.reach("card locked");
    }
    if pick(10) == 0 {
        // Nobody remembers every PIN.
        for step in &mut document.steps {
            if let Step::EnterPin(pin) = step {
                *pin = Secret::Plain("0000".to_owned());
                seen.reach("wrong PIN");
            }
        }
    }
    let at = presented + 1 + pick(document.steps.len() - presented);
    if pick(3) == 0 {
        let text = CARD_FAULTS[pick(CARD_FAULTS.len())];
        let nth = 1 + pick(12);
        let text = text.replace(" }", &format!(", nth: {nth} }}"));
        let fault = Fault::parse_list(&text, "fault").unwrap().remove(0);
        document
            .steps
            .insert(presented, Step::Fault(FaultStep::Card(fault)));
    } else if pick(4) == 0 {
        let kind = BACKEND_FAULTS[pick(BACKEND_FAULTS.len())];
        let fault = BackendFault {
            what: kind,
            inquiry: None,
            always: pick(2) == 0,
            name: None,
        };
        document
            .steps
            .insert(at, Step::Fault(FaultStep::Backend(fault)));
    }
    let looks = |step: &Step| matches!(step, Step::ShowFace(_));
    if pick(10) == 0
        && let Some(first) = document.steps.iter().position(looks)
    {
        let mismatch = Step::ShowFace(FaceShown::Mismatch);
        document.steps.insert(first, mismatch);
        seen.reach("wrong face");
    }
}

fn play(stage: &Stage, plans: &Plans, case: u32, seen: &mut Seen) {
    let plan = draw::draw(plans, SEED, case).unwrap().current();
    let mut document = plan.document(&stage.deck);
    document.under_test = UnderTest::Reader;
    let mut seed = [0; 32];
    seed[..4].copy_from_slice(&case.to_le_bytes());
    let mut random = ChaCha20Rng::from_seed(seed);
    disturb(&mut document, &mut random, seen);
    let playable = match stage.playable(&document, "generated") {
        Ok(playable) => playable,
        Err(_) => {
            seen.discarded += 1;
            return;
        }
    };
    let transcript = play_blocking(&playable, &stage.options).unwrap();
    let scenario = &transcript.header.scenario;
    let mut receptions = 0;
    for entry in &transcript.entries {
        match &entry.event {
            Event::Card(CardEvent::Presented { .. }) => receptions += 1,
            Event::Fault(what) => seen.reach(what.as_str()),
            Event::Note(Note::CutShort { reason }) => {
                seen.blame(reason, format!("case {case}"));
            }
            _ => {}
        }
    }
    seen.receptions += receptions;
    if receptions > 0 {
        seen.reach(format!("site {:?}", scenario.site.kind));
        seen.reach(format!("holder {}", scenario.people[0].name));
        let card = &scenario.people[0].card;
        let revoked = scenario.people[0].registry.certificate != CertificateStatus::Good;
        for (name, is) in [
            ("card without photo", !card.photo),
            ("card without PIN", card.user_pin.is_none()),
            ("card of a child", !card.signature_certificate),
            ("phone", card.physical_card.is_some()),
            ("card expired", card.not_after < scenario.at),
            ("card revoked", revoked),
        ] {
            if is {
                seen.reach(name);
            }
        }
    }
    for finding in judge(scenario, &transcript).findings {
        if finding.subject != Subject::Reader {
            continue;
        }
        let id = finding.requirement;
        match finding.verdict {
            Verdict::Fail | Verdict::Error => {
                let (message, entries) = (&finding.message.en, &finding.entries);
                let steps = serde_json::to_string(&document).unwrap();
                let example = format!("case {case}: {id} {message} {entries:?}\n  {steps}");
                seen.blame(&format!("{id:?} {message}"), example);
            }
            Verdict::Pass => {
                seen.held.insert(id.to_string());
            }
            _ => {}
        }
    }
}

/// Plays until there are enough receptions, on as many threads as there are processors.
fn generated(wanted: u32) -> Seen {
    let stage = Stage {
        deck: Library::bundled().unwrap().deck().clone(),
        options: Options::default(),
        now: "2026-11-21T09:00:00+09:00".parse::<Moment>().unwrap(),
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let threads = u32::try_from(threads).unwrap();
    let parts: Vec<Seen> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|part| {
                let stage = &stage;
                scope.spawn(move || {
                    let plans = draw::plans();
                    let mut seen = Seen::default();
                    let cases = (part..).step_by(usize::try_from(threads).unwrap());
                    for case in cases {
                        if seen.receptions >= wanted.div_ceil(threads) {
                            break;
                        }
                        play(stage, &plans, case, &mut seen);
                    }
                    seen
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap())
            .collect()
    });
    parts.into_iter().fold(Seen::default(), |mut all, part| {
        all.receptions += part.receptions;
        all.discarded += part.discarded;
        for (what, count) in part.reached {
            *all.reached.entry(what).or_default() += count;
        }
        all.held.extend(part.held);
        for (kind, (count, example)) in part.blamed {
            all.blamed.entry(kind).or_insert((0, example)).0 += count;
        }
        all
    })
}

#[test]
fn the_reference_reader_never_fails() {
    let wanted = std::env::var("RECEPTIONS").ok();
    let wanted = wanted
        .and_then(|text| text.parse().ok())
        .unwrap_or(RECEPTIONS);
    let seen = generated(wanted);
    let blamed: Vec<String> = seen
        .blamed
        .values()
        .map(|(count, example)| format!("{count} times, such as {example}"))
        .collect();
    assert!(blamed.is_empty(), "{}", blamed.join("\n"));
    assert!(seen.receptions >= wanted, "{}", seen.receptions);
    // A PIN locked from the start, or a fault too late, makes a few plans no situation that could be.
    assert!(
        seen.discarded * 1_000 <= seen.receptions,
        "{}",
        seen.discarded
    );
    let never = |what: &&str| !seen.reached.contains_key(*what);
    let never: Vec<&str> = MUST_COME_UP.iter().copied().filter(never).collect();
    assert!(
        never.is_empty(),
        "{never:?} never came up: {:#?}",
        seen.reached
    );
    let open: Vec<String> = catalogue()
        .iter()
        .filter(|row| row.concerns(Subject::Reader))
        .map(|row| row.id.to_string())
        .filter(|id| !seen.held.contains(id))
        .collect();
    assert_eq!(open, NEVER_DECIDED);
}
