//! The scenarios through which a vendor's reader is walked today: there are enough of them, our own
//! reader passes them whatever the day, and each can be failed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::BTreeSet;

use uketsuke::judge::{Verdict, judge};
use uketsuke::library::Library;
use uketsuke::requirement::{Subject, catalogue};
use uketsuke::runner::{Options, play_blocking};
use uketsuke::scenario::{Playable, UnderTest};

/// How many files were promised.
const FILES_MIN: usize = 50;
/// An ordinary day, the end of a short month after one, a leap day, and one second to midnight.
const MOMENTS: [&str; 4] = [
    "2026-11-21T09:00:00+09:00",
    "2027-02-28T09:15:00+09:00",
    "2028-02-29T14:30:00+09:00",
    "2026-12-31T23:58:00+09:00",
];

fn suite(now: &str) -> Vec<Playable> {
    let library = Library::bundled().unwrap();
    library.for_reader(now.parse().unwrap()).unwrap()
}

#[test]
fn there_are_as_many_as_were_promised() {
    for now in MOMENTS {
        let suite = suite(now);
        let files: BTreeSet<&str> = suite
            .iter()
            .map(|it| it.scenario.id.split('#').next().unwrap())
            .collect();
        assert!(files.len() >= FILES_MIN, "{now}: {}", files.len());
        assert!(
            suite
                .iter()
                .all(|it| it.at_now && it.scenario.at == now.parse().unwrap())
        );
        assert!(files.contains("pin/correct"));
        // It states the date before which nobody was asked otherwise.
        assert!(!files.contains("certificate/grace"));
    }
}

#[test]
fn our_own_reader_passes_whatever_the_day() {
    let mut failed = Vec::new();
    for now in MOMENTS {
        for mut playable in suite(now) {
            playable.scenario.under_test = UnderTest::Reader;
            let transcript = play_blocking(&playable, &Options::default()).unwrap();
            let judgement = judge(&transcript.header.scenario, &transcript);
            for finding in &judgement.findings {
                let wrong = finding.listed && finding.verdict == Verdict::Inconclusive
                    || finding.verdict >= Verdict::Fail;
                if wrong {
                    let (id, row) = (&playable.scenario.id, finding.requirement);
                    let message = &finding.message.en;
                    failed.push(format!(
                        "{now} {id}: {row} {:?}: {message}",
                        finding.verdict
                    ));
                }
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// What no scenario of today decides: what a reader logs and stores, a wrong 照合番号B, what was
/// owed in the past alone, a backend that fails, and phones, of which this version judges nothing.
const NOT_TODAY: &[&str] = &[
    "ACC-09", "ACC-17", "IDV-18", "CERT-05", "CONS-06", "ELIG-13", "PHN-01", "PHN-02", "PHN-03",
    "PHN-04",
];

#[test]
fn they_decide_what_a_reader_owes() {
    let mut decided = BTreeSet::new();
    for mut playable in suite(MOMENTS[0]) {
        playable.scenario.under_test = UnderTest::Reader;
        let transcript = play_blocking(&playable, &Options::default()).unwrap();
        let findings = judge(&transcript.header.scenario, &transcript).findings;
        let passed = findings
            .into_iter()
            .filter(|it| it.subject == Subject::Reader && it.verdict == Verdict::Pass);
        decided.extend(passed.map(|it| it.requirement.to_string()));
    }
    let open: Vec<String> = catalogue()
        .iter()
        .filter(|row| row.concerns(Subject::Reader))
        .map(|row| row.id.to_string())
        .filter(|id| !decided.contains(id))
        .collect();
    assert_eq!(open, NOT_TODAY);
}
