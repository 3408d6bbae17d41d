//! A sound backend is blamed for nothing, the same seed draws the same cases, and the cases reach
//! what they are meant to reach.

use std::sync::OnceLock;
use std::thread;

use libtest_mimic::{Failed, Trial};
use uketsuke::explore::{Explored, Outcome, Report};
use uketsuke::scenario::Document;

use crate::{SEED, deck, explorer};

/// So many cases the sound backend meets, unless the environment says more.
fn cases() -> u32 {
    let wanted = std::env::var("EXPLORE_CASES").ok();
    wanted.and_then(|text| text.parse().ok()).unwrap_or(2_000)
}

fn explored() -> &'static [Explored] {
    static EXPLORED: OnceLock<Vec<Explored>> = OnceLock::new();
    EXPLORED.get_or_init(|| {
        let explorer = explorer();
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let threads = u32::try_from(threads).unwrap();
        thread::scope(|scope| {
            let parts: Vec<_> = (0..threads)
                .map(|part| {
                    let explorer = &explorer;
                    scope.spawn(move || {
                        let own = (0..cases()).filter(|case| case % threads == part);
                        own.map(|case| explorer.explore(case)).collect::<Vec<_>>()
                    })
                })
                .collect();
            parts
                .into_iter()
                .flat_map(|part| part.join().unwrap())
                .collect()
        })
    })
}

fn blames_nobody() -> Result<(), Failed> {
    let blamed: Vec<String> = explored()
        .iter()
        .flat_map(|explored| {
            let breaches = explored.breaches.iter();
            breaches.map(|it| format!("case {}: {:?}: {}", explored.case, it.key, it.message.en))
        })
        .collect();
    if blamed.is_empty() {
        Ok(())
    } else {
        Err(blamed.join("\n").into())
    }
}

/// What exploration blamed a sound backend for in the past: the cause, the moment, the rest.
const BLAMED_BEFORE: &[(&str, &str, &str)] = &[
    (
        "any change of the registry cancelled a registration made since at the reader",
        "2025-12-20T09:15+09:00",
        "card: { holder: adult }\nregistry: { registration: cancelled }\nsteps:\n- present-card\n\
         - choose: pin\n- enter-pin: \"1234\"\n- register: accept\n- take-card\n- change-registry: {}\n\
         - present-card\n- choose: pin\n- enter-pin: \"1234\"\n- take-card\n",
    ),
    (
        "a disaster was taken to open the emergency summary",
        "2025-12-20T09:15+09:00",
        "site: { municipality: \"99201\", administrator: true }\ncard: { holder: adult }\nincidents:\n\
         - { kind: { disaster: [\"99201\"] }, from: 2025-12-20, until: 2025-12-20 }\nsteps:\n\
         - desk: { person-inquiry: { reason: disaster, consent: given } }\n\
         - desk: { medical-inquiry: { kind: emergency-summary } }\n",
    ),
    (
        "the last day of consent to the limit held for an answer of the day after",
        "2024-10-06T23:59:56+09:00",
        "pace: 1s\ncard: { holder: adult }\nsteps:\n- present-card\n- choose: pin\n- enter-pin: \"1234\"\n\
         - refuse: care\n- refuse: checkup\n- take-card\n",
    ),
];

fn blamed_before() -> Result<(), Failed> {
    let explorer = explorer();
    for (cause, at, text) in BLAMED_BEFORE {
        let text = format!(
            "title: {{ ja: 探索, en: explored }}\nrequirements: [ELIG-15]\nunder-test: backend\n\
             at: {at}\n{text}"
        );
        let document = Document::parse(&text, "before")?;
        match explorer.stage.try_out(&document, "before") {
            Outcome::Played(played) if played.breaches().is_empty() && played.unmet() == 0 => {}
            Outcome::Played(played) => {
                return Err(format!("{cause}: {:?}", played.breaches()).into());
            }
            _ => return Err(format!("{cause}: it was not played").into()),
        }
    }
    Ok(())
}

/// What is drawn is a reception that could be: few are thrown away, none beyond our own backend.
fn draws_what_can_be() -> Result<(), Failed> {
    let report = Report::new(SEED, explored().iter().cloned());
    let counts = report.counts;
    let sound = counts.not_applicable == 0 && counts.unreached == 0 && counts.broken == 0;
    if sound && counts.discarded * 50 <= counts.cases {
        Ok(())
    } else {
        Err(format!("{counts:?} {:?}", report.reasons).into())
    }
}

/// The kinds of borders, sites and inquiries all come up.
fn reaches() -> Result<(), Failed> {
    let report = Report::new(SEED, explored().iter().cloned());
    let never = report.never(deck());
    let missed: Vec<_> = [
        "borders",
        "sites",
        "inquiries",
        "circumstances",
        "validities",
        "people",
    ]
    .into_iter()
    .filter_map(|dimension| Some((dimension, never.get(dimension)?)))
    .collect();
    if missed.is_empty() {
        Ok(())
    } else {
        Err(format!("{missed:?}").into())
    }
}

/// A case depends on seed and number alone, not on what was drawn before it or where.
fn repeats() -> Result<(), Failed> {
    let explorer = explorer();
    for before in explored().iter().filter(|explored| explored.case % 97 == 5) {
        let again = explorer.explore(before.case);
        if again.counts != before.counts || again.reach != before.reach {
            return Err(format!("case {} differs when it is drawn again", before.case).into());
        }
    }
    Ok(())
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("a sound backend is blamed for nothing", blames_nobody),
        Trial::test("sound: what was blamed before is not", blamed_before),
        Trial::test("sound: what is drawn can be", draws_what_can_be),
        Trial::test("sound: every border, site and inquiry is reached", reaches),
        Trial::test("sound: a case repeats itself", repeats),
    ]
}
