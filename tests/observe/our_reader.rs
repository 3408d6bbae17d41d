//! Our own reader as a program of its own before pcscd: it is known of it what it does wrong, so it
//! shows whether `observe` judges rightly. Needs the cargo feature `pcsc`, beside what the other
//! programs before pcscd need.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use uketsuke::eligibility::InquiryKind;
use uketsuke::fault::Fault;
use uketsuke::judge::{Judgement, Verdict, judge};
use uketsuke::requirement::{Id, Subject};
use uketsuke::transcript::{CardEvent, Event, Note, Transcript};

use crate::namespace::{beside, said};

/// What is put to the sound reader, the card put in anew for each visit. Each line goes to a pcscd of
/// its own, so that they wait for their cards together.
const RECEPTIONS: [&str; 4] = [
    "pin/correct pin/wrong-then-right pin/three-wrong-then-face pin/last-try-right pin/last-try-wrong \
     pin/locked-then-face pin/locked-then-visual pin/given-up pin/two-patients pin/wrong-then-face \
     today/lapsed today/lapsed-insurance today/moved-by-card today/pharmacy",
    "face/match face/mismatch-then-match face/three-mismatches-then-pin face/pinless-match \
     face/pinless-mismatch visual/staff-match visual/staff-mismatch visual/pinless \
     visual/after-face-fails child/infant-pin child/parent-types-the-pin child/no-signature-certificate \
     card/error-at-the-application",
    "consent/agree-to-all consent/agree-both consent/refuse-all consent/checkup-only \
     registration/declined registration/on-the-spot-by-face registration/pinless-on-the-spot \
     today/revoked today/grace certificate/untrusted-issuer certificate/renewed \
     eligibility/one-after-the-other disclosure/withheld-and-unregistered aid/begins",
    // Our backend is arranged beside it.
    "outage/down-at-authenticate outage/garbage-at-authenticate outage/wrong-answer today/withheld \
     disclosure/lift-undisclosed-only disclosure/both-flags",
];
/// How many visits those are, at least (issue 6, point 5).
const VISITS: usize = 40;

/// Receptions that are gone through again and again while the card stays in: what people do.
const CYCLES: [&str; 4] = [
    "[choose: pin, enter-pin: \"1234\", agree: care, refuse: checkup]",
    "[choose: pin, enter-pin: \"4321\", enter-pin: \"1234\", refuse: care, agree: checkup]",
    "[choose: face, show-face: match, agree: care, agree: checkup]",
    "[choose: face, show-face: mismatch, show-face: match, refuse: care, refuse: checkup]",
];
/// How often each (issue 6, point 5: 160 in all).
const CYCLES_EACH: usize = 40;

/// Every faulty reader here, the scenario that catches it, and one in which it does no harm.
const FAULTY: [(&str, &str, &str); 16] = [
    ("pin-sent-twice", "pin/correct", "face/match"),
    (
        "pin-sent-again-when-wrong",
        "pin/wrong-then-right",
        "pin/correct",
    ),
    ("locked-pin-verified", "pin/locked-then-face", "pin/correct"),
    ("five-digits-sent", "pin/correct", "face/match"),
    ("pin-changed", "pin/correct", "face/match"),
    ("signature-password-sent", "pin/correct", "face/match"),
    ("photo-read-in-pin-mode", "pin/correct", "face/match"),
    ("my-number-read", "pin/correct", "pin/given-up"),
    ("signature-certificate-read", "pin/correct", "pin/given-up"),
    ("certificate-half-read", "pin/correct", "pin/given-up"),
    ("same-challenge", "pin/two-patients", "pin/correct"),
    (
        "inquiry-before-identity",
        "pin/correct",
        "visual/staff-match",
    ),
    ("registered-unasked", "registration/declined", "pin/correct"),
    ("agree-to-some", "consent/agree-to-all", "pin/correct"),
    ("error-retried-for-ever", ERROR, "pin/correct"),
    ("goes-on-without-card", PULLED, "pin/correct"),
];

/// Two scenarios whose fault comes with the card: nobody sees when one comes in the middle.
const ERROR: &str = "error.yaml";
const PULLED: &str = "pulled.yaml";
const WRITTEN: [(&str, &str, &str); 2] = [
    (
        ERROR,
        "ACC-08",
        "{ what: status, status: \"6F00\", command: read-binary, always: true }",
    ),
    (
        PULLED,
        "ACC-06",
        "{ what: removed, when: during, command: read-binary, nth: 4 }",
    ),
];

/// Puts a scenario (`$1`) to our reader and keeps the transcript (`$2`); the rest is for the reader.
const PUT: &str = r#"
program=${observe% observe}
put() {
    scenario=$1 seen=$2; shift 2
    $observe "$scenario" --fhir 127.0.0.1:0 --transcript "$seen" --output /dev/null \
        -- $program drive --card pcsc "$@" || case $? in 1 | 5) ;; *) exit 9 ;; esac
}
"#;

fn scenario(requirement: &str, steps: &str) -> String {
    format!(
        "title: {{ ja: 題, en: T }}\nrequirements: [{requirement}]\nunder-test: reader\nat: now\ncard: {{ holder: adult }}\nsteps:\n{steps}"
    )
}

/// Writes the scenarios that are not bundled.
fn write(folder: &Path) {
    for (name, requirement, fault) in WRITTEN {
        let steps = format!(
            "- present-card\n- fault: {{ card: {fault} }}\n- choose: pin\n- enter-pin: \"1234\"\n- take-card\n"
        );
        std::fs::write(folder.join(name), scenario(requirement, &steps)).unwrap();
    }
}

/// Runs each script beside a pcscd of its own, all at once, and returns what each said; nothing where
/// these tests are not wanted.
fn all_at_once(scripts: &[String]) -> Option<Vec<String>> {
    std::thread::scope(|scope| {
        let lanes: Vec<_> = scripts
            .iter()
            .map(|script| scope.spawn(move || beside(&format!("{PUT}\n{script}"), &[])))
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

fn judged(path: &Path) -> (Transcript, Judgement) {
    let text = std::fs::read_to_string(path);
    let text = text.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let transcript = Transcript::from_ndjson(&text).unwrap();
    let judgement = judge(&transcript.header.scenario, &transcript);
    (transcript, judgement)
}

/// Returns what counts against anyone, and that an observation was cut short.
fn wrong(name: &str, transcript: &Transcript, judgement: &Judgement) -> Vec<String> {
    let cut = transcript
        .entries
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Note(Note::CutShort { reason }) => Some(format!("{name}: {reason}")),
            _ => None,
        });
    let failed = judgement
        .findings
        .iter()
        .filter(|finding| finding.verdict > Verdict::Inconclusive);
    let failed = failed.map(|it| format!("{name}: {} {}", it.requirement, it.message.en));
    cut.chain(failed).collect()
}

fn count(transcript: &Transcript, wanted: impl Fn(&Event) -> bool) -> usize {
    let entries = transcript.entries.iter();
    entries.filter(|entry| wanted(&entry.event)).count()
}

fn is_presented(event: &Event) -> bool {
    matches!(event, Event::Card(CardEvent::Presented { .. }))
}

fn transcripts(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(transcripts(&path)),
            false => found.push(path),
        }
    }
    found
}

#[test]
fn the_sound_reader_fails_nothing_with_its_card_put_in_anew() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    let place = folder.path().display();
    let mut scripts: Vec<String> = RECEPTIONS
        .iter()
        .map(|ids| {
            format!(
                "$observe --suite {ids} --fhir 127.0.0.1:0 --transcripts {place}/seen --output /dev/null -- $program drive --card pcsc || [ $? = 5 ]"
            )
        })
        .collect();
    for (name, _, _) in WRITTEN {
        let script = format!("put {place}/{name} {place}/seen/{name} --scenario {place}/{name}");
        scripts.push(script);
    }
    std::fs::create_dir(folder.path().join("seen")).unwrap();
    let Some(said) = all_at_once(&scripts) else {
        return;
    };
    let (mut visits, mut failed) = (0, Vec::new());
    for path in transcripts(&folder.path().join("seen")) {
        let (transcript, judgement) = judged(&path);
        visits += count(&transcript, is_presented);
        failed.extend(wrong(&path.display().to_string(), &transcript, &judgement));
    }
    assert!(failed.is_empty(), "\n{}", failed.join("\n"));
    assert!(visits >= VISITS, "{visits} visits");
    // Each started our reader, and it came to the end of its part.
    let ended = said
        .iter()
        .map(|said| said.matches("ended: exit status: 0").count());
    assert_eq!(ended.sum::<usize>(), visits, "{said:#?}");
}

#[test]
fn the_sound_reader_fails_nothing_when_the_power_is_cut_between_receptions() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().display();
    let mut scripts = vec![String::new(), String::new()];
    for (index, people) in CYCLES.iter().enumerate() {
        let block = |times: usize| {
            let acts = people.trim_matches(['[', ']']).split(", ");
            let acts: String = acts.map(|act| format!("- {act}\n")).collect();
            format!("- present-card\n{}- take-card\n", acts.repeat(times))
        };
        for (name, times) in [("once", 1), ("often", CYCLES_EACH)] {
            let file = folder.path().join(format!("{name}-{index}.yaml"));
            std::fs::write(file, scenario("IDV-01", &block(times))).unwrap();
        }
        let script = scripts.get_mut(index % 2).unwrap();
        writeln!(
            script,
            "put {place}/often-{index}.yaml {place}/{index}.ndjson --scenario {place}/once-{index}.yaml --receptions {CYCLES_EACH}"
        )
        .unwrap();
    }
    let Some(said) = all_at_once(&scripts) else {
        return;
    };
    for (index, people) in CYCLES.iter().enumerate() {
        let (transcript, judgement) = judged(&folder.path().join(format!("{index}.ndjson")));
        let failed = wrong(people, &transcript, &judgement);
        assert!(failed.is_empty(), "\n{}", failed.join("\n"));
        assert_eq!(count(&transcript, is_presented), 1);
        let cut = |event: &Event| matches!(event, Event::Card(CardEvent::PowerOff));
        assert!(count(&transcript, cut) >= CYCLES_EACH, "{said:#?}");
        let confirms = |event: &Event| matches!(event, Event::Inquiry(inquiry) if inquiry.kind() == InquiryKind::Confirm);
        assert_eq!(count(&transcript, confirms), CYCLES_EACH, "{said:#?}");
    }
}

fn blames(judgement: &Judgement, breaks: Id) -> bool {
    judgement.findings.iter().any(|finding| {
        finding.requirement == breaks
            && finding.subject == Subject::Reader
            && finding.verdict == Verdict::Fail
    })
}

#[test]
fn every_faulty_reader_is_caught_by_the_requirement_that_it_breaks() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    let place = folder.path().display();
    let mut scripts = vec![format!("cd {place}"); 4];
    for (index, (fault, caught, harmless)) in FAULTY.iter().enumerate() {
        let script = scripts.get_mut(index % 4).unwrap();
        for (name, id) in [("caught", caught), ("harmless", harmless)] {
            write!(
                script,
                "\nput {id} {fault}-{name}.ndjson --scenario {id} --fault {fault}"
            )
            .unwrap();
        }
    }
    if all_at_once(&scripts).is_none() {
        return;
    }
    let mut unexpected = Vec::new();
    for (name, ..) in FAULTY {
        let breaks = Fault::named(name).unwrap().breaks;
        let path = |which: &str| folder.path().join(format!("{name}-{which}.ndjson"));
        if !blames(&judged(&path("caught")).1, breaks) {
            unexpected.push(format!("{name} is not caught by {breaks}"));
        }
        let (transcript, judgement) = judged(&path("harmless"));
        unexpected.extend(wrong(name, &transcript, &judgement));
        let passed = |verdict: &Verdict| *verdict == Verdict::Pass;
        let mut verdicts = judgement.findings.iter().map(|finding| &finding.verdict);
        if !verdicts.any(passed) {
            unexpected.push(format!("{name}: nothing passes elsewhere"));
        }
    }
    assert!(unexpected.is_empty(), "\n{}", unexpected.join("\n"));
}
