//! Drivers whose reader takes its card from PC/SC, before pcscd and vpcd as packaged: our own reader,
//! sound and faulty, and the example in Python. Needs what the programs before pcscd need
//! (`tests/run`); our own reader also the cargo feature `pcsc`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "observe/namespace.rs"]
mod namespace;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use uketsuke::judge::{Judgement, Verdict, judge};
use uketsuke::transcript::{Event, Note, Transcript};

use namespace::{beside, said};

/// Runs scenarios (`$1`, words) with a driver (`$2`) and keeps the transcripts (`$3`), the report
/// beside them; the rest is for `run`.
const RUN: &str = r#"
program=${observe% observe}
run() {
    ids=$1 driver=$2 kept=$3; shift 3
    $program run $ids --reader "process:$driver" --transcripts "$kept" \
        --format json --output "$kept.json" "$@"
}
"#;
/// The example: as it is found from the root of the repository, by the Python that has pyscard.
const EXAMPLE: &str = "/usr/bin/python3 docs/examples/reader_pcsc.py";

/// Runs each script beside a pcscd of its own, all at once, and returns what each said; nothing where
/// these tests are not wanted.
fn all_at_once(scripts: &[String]) -> Option<Vec<String>> {
    std::thread::scope(|scope| {
        let lanes: Vec<_> = scripts
            .iter()
            .map(|script| scope.spawn(move || beside(&format!("{RUN}\n{script}"), &[])))
            .collect();
        let outputs = lanes.into_iter().map(|lane| lane.join().unwrap());
        let outputs: Option<Vec<_>> = outputs.collect();
        let ended = |output: std::process::Output| {
            assert!(output.status.success(), "{}", said(&output));
            said(&output)
        };
        Some(outputs?.into_iter().map(ended).collect())
    })
}

/// Returns the verdict of each scenario of a report, by id.
fn verdicts(report: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(report).unwrap();
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let scenarios = report["scenarios"].as_array().unwrap();
    let pair = |it: &serde_json::Value| {
        let text = |key: &str| it[key].as_str().unwrap().to_owned();
        (text("id"), text("verdict"))
    };
    scenarios.iter().map(pair).collect()
}

fn judged(path: &Path) -> (Transcript, Judgement) {
    let text = std::fs::read_to_string(path);
    let text = text.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let transcript = Transcript::from_ndjson(&text).unwrap();
    let judgement = judge(&transcript.header.scenario, &transcript);
    (transcript, judgement)
}

fn count(transcript: &Transcript, wanted: impl Fn(&Event) -> bool) -> usize {
    let entries = transcript.entries.iter();
    entries.filter(|entry| wanted(&entry.event)).count()
}

/// Where a test keeps what it sees.
struct Kept(tempfile::TempDir);

impl Kept {
    fn new() -> Kept {
        Kept(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

/// The example's ways to know who somebody is, and a card that is pulled.
const IN_PYTHON: &str = "pin/correct pin/wrong-then-right pin/locked-then-visual face/match card/removed-after-verify pin/two-patients";

#[test]
fn the_example_over_pcsc_passes() {
    let kept = Kept::new();
    let (seen, place) = (kept.path("seen"), kept.0.path().display());
    let script = format!("run '{IN_PYTHON}' '{EXAMPLE}' {place}/seen --jobs 4");
    let Some(said) = all_at_once(&[script]) else {
        return;
    };
    let verdicts = verdicts(&kept.path("seen.json"));
    assert_eq!(verdicts.len(), IN_PYTHON.split(' ').count());
    assert!(verdicts.values().all(|it| it == "pass"), "{verdicts:?}");
    // One card at a time, and the user who asked for more is told.
    assert!(said[0].contains("--jobs 4 is taken as 1"), "{said:?}");
    let (transcript, _) = judged(&seen.join("pin/wrong-then-right.ndjson"));
    let verifies = |event: &Event| matches!(event, Event::Command(it) if it.secret.is_some());
    assert_eq!(count(&transcript, verifies), 2);
}

#[test]
fn pcscd_that_is_not_there_or_has_no_place_is_wrong_usage() {
    let kept = Kept::new();
    let place = kept.0.path().display();
    // Nothing listens; another card lies in the slot, and this one would wait for it without end.
    let absent = format!(
        "kill $pcscd; wait $pcscd || true\n\
         run pin/correct '{EXAMPLE}' {place}/absent && exit 9 || [ $? = 2 ]\n\
         [ ! -e {place}/absent.json ]"
    );
    let taken = format!(
        "mkfifo /run/wait\n\
         $observe pin/correct -- sh -c 'echo in; cat /run/wait' 2>/run/first & other=$!\n\
         until grep -q '| in' /run/first; do kill -0 $other; done\n\
         run 'pin/correct face/match' '{EXAMPLE}' {place}/taken && exit 9 || [ $? = 2 ]\n\
         echo >/run/wait; wait $other || true"
    );
    let Some(said) = all_at_once(&[absent, taken]) else {
        return;
    };
    assert!(
        said[0].contains("nothing listens on 127.0.0.1:35963"),
        "{}",
        said[0]
    );
    assert!(
        said[1].contains("vpcd at 127.0.0.1:35963 does not take the card"),
        "{}",
        said[1]
    );
}

/// A driver that tells when a PIN is typed, and goes on once it is told that pcscd is gone and back.
const WAITING: &str = r#"
import os, pathlib, sys
sys.path.insert(0, os.path.abspath("docs/examples"))
import reader
hear = reader.hear
mark = pathlib.Path(os.environ["MARK"])

def wait():
    message = hear()
    if message["type"] == "enter-pin" and not mark.exists():
        mark.touch()
        while not mark.with_suffix(".back").exists():
            pass
    return message

reader.hear = wait
import reader_pcsc
"#;

#[test]
fn pcscd_that_is_killed_is_an_error_and_serves_again_once_it_is_back() {
    let kept = Kept::new();
    let place = kept.0.path().display();
    let driver = kept.path("driver.py");
    std::fs::write(&driver, WAITING).unwrap();
    let script = format!(
        "export MARK={place}/mark\n\
         run 'pin/correct face/match' '/usr/bin/python3 {place}/driver.py' {place}/seen & running=$!\n\
         until [ -e {place}/mark ]; do kill -0 $running; done\n\
         kill -9 $pcscd; wait $pcscd || true\n\
         rm -f /run/pcscd/*\n\
         start\n\
         touch {place}/mark.back\n\
         wait $running || [ $? = 5 ]"
    );
    if all_at_once(&[script]).is_none() {
        return;
    }
    let verdicts = verdicts(&kept.path("seen.json"));
    let expected = [("face/match", "pass"), ("pin/correct", "error")];
    let found = verdicts
        .iter()
        .map(|(id, verdict)| (id.as_str(), verdict.as_str()));
    assert!(found.eq(expected), "{verdicts:?}");
    // What had been seen by then is kept, and is no verdict about the reader.
    let (transcript, judgement) = judged(&kept.path("seen/pin/correct.ndjson"));
    let cut = |event: &Event| matches!(event, Event::Note(Note::CutShort { reason }) if reason == "pcscd ended");
    assert_eq!(count(&transcript, cut), 1);
    assert_eq!(judgement.verdict, Verdict::Inconclusive);
}

#[cfg(feature = "pcsc")]
mod our_reader {
    use uketsuke::fault::Fault;
    use uketsuke::requirement::Subject;
    use uketsuke::transcript::CardEvent;

    use super::*;

    /// What is put to the sound reader, each line to a pcscd of its own.
    const SOUND: [&str; 4] = [
        "pin/correct pin/wrong-then-right pin/three-wrong-then-face pin/locked-then-visual \
         pin/two-patients pin/not-four-digits phone/in-place-of-the-card",
        "face/match face/three-mismatches-then-pin face/pinless-match visual/staff-match \
         visual/after-face-fails child/infant-pin today/lapsed",
        "card/removed-after-verify card/removed-during-verify card/removed-while-signing \
         card/removed-after-signing card/reset-forgets-the-pin card/error-while-reading",
        "consent/agree-both consent/changed-mind registration/on-the-spot today/revoked today/grace \
         certificate/untrusted-issuer certificate/midnight-while-reading emergency/answers-and-agrees",
    ];
    /// How many plays those are, at least.
    const PLAYS: usize = 28;

    /// Faulty readers, the scenario that catches each, and one in which it does no harm.
    const FAULTY: [(&str, &str, &str); 10] = [
        ("pin-sent-twice", "pin/correct", "face/match"),
        ("locked-pin-verified", "pin/locked-then-face", "pin/correct"),
        ("my-number-read", "pin/correct", "pin/given-up"),
        ("certificate-half-read", "pin/correct", "pin/given-up"),
        // The card is pulled, and PC/SC tells it a little later.
        (
            "goes-on-without-card",
            "card/removed-during-verify",
            "pin/correct",
        ),
        // A line that comes before commands.
        ("card-released-early", "pin/correct", "pin/given-up"),
        // What only screens and a log show beside the card's traffic.
        (
            "keys-not-shuffled",
            "pin/three-wrong-then-face",
            "face/match",
        ),
        ("tries-not-shown", "pin/three-wrong-then-face", "face/match"),
        ("pin-logged", "pin/correct", "face/match"),
        ("same-challenge", "pin/two-patients", "pin/correct"),
    ];

    fn driver(fault: &str) -> String {
        format!("\"$program drive --card pcsc --lines {fault}\"")
    }

    #[test]
    fn the_sound_reader_passes() {
        let kept = Kept::new();
        let place = kept.0.path().display();
        let lane =
            |(index, ids): (usize, &&str)| format!("run '{ids}' {} {place}/{index}", driver(""));
        let scripts: Vec<String> = SOUND.iter().enumerate().map(lane).collect();
        if all_at_once(&scripts).is_none() {
            return;
        }
        let reports = (0..SOUND.len()).map(|index| kept.path(&format!("{index}.json")));
        let verdicts: BTreeMap<String, String> =
            reports.flat_map(|report| verdicts(&report)).collect();
        let others: Vec<_> = verdicts.iter().filter(|(_, it)| *it != "pass").collect();
        assert!(others.is_empty(), "{others:?}");
        assert!(verdicts.len() >= PLAYS, "{}", verdicts.len());
        // Each visit has its card, and its power is taken before it is out.
        let (transcript, judgement) = judged(&kept.path("0/pin/two-patients.ndjson"));
        let presented = |event: &Event| matches!(event, Event::Card(CardEvent::Presented { .. }));
        assert_eq!(count(&transcript, presented), 2);
        let mut findings = judgement.findings.iter();
        assert!(findings.all(|finding| finding.verdict <= Verdict::Inconclusive));
    }

    #[test]
    fn every_faulty_reader_is_caught_by_the_requirement_that_it_breaks() {
        let kept = Kept::new();
        let place = kept.0.path().display();
        let mut scripts = vec![String::new(); 4];
        for (index, (fault, caught, harmless)) in FAULTY.iter().enumerate() {
            let driver = driver(&format!("--fault {fault}"));
            scripts[index % 4] +=
                &format!("run '{caught} {harmless}' {driver} {place}/{fault} || [ $? = 1 ]\n");
        }
        if all_at_once(&scripts).is_none() {
            return;
        }
        let mut unexpected = Vec::new();
        for (fault, caught, harmless) in FAULTY {
            let breaks = Fault::named(fault).unwrap().breaks;
            let path = |id: &str| kept.path(fault).join(format!("{id}.ndjson"));
            let (_, judgement) = judged(&path(caught));
            let blamed = judgement.findings.iter().any(|finding| {
                finding.requirement == breaks
                    && finding.subject == Subject::Reader
                    && finding.verdict == Verdict::Fail
            });
            if !blamed {
                unexpected.push(format!("{fault} is not caught by {breaks}"));
            }
            let verdict = judged(&path(harmless)).1.verdict;
            if verdict != Verdict::Pass {
                unexpected.push(format!("{fault}: {harmless} is {}", verdict.name()));
            }
        }
        assert!(unexpected.is_empty(), "\n{}", unexpected.join("\n"));
    }
}
