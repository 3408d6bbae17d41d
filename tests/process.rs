//! The adapter `process:` against programs that behave and programs that do not.
//!
//! The programs are this test program itself, started with `--play MODE MARKER`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "process/document.rs"]
mod document;
#[path = "process/hostile.rs"]
mod hostile;
#[path = "process/program.rs"]
mod program;
#[path = "process/stage.rs"]
mod stage;

use std::process::ExitCode;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use uketsuke::backend::{Cannot, OpenError, Outage};
use uketsuke::eligibility::{InquiryKind, Text};
use uketsuke::requirement::Id;

use stage::{LONG, SHORT, Stage};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().collect();
    if let [_, play, mode, marker] = words.as_slice()
        && play == "--play"
    {
        return hostile::play(mode, marker);
    }
    let trials = TESTS
        .iter()
        .chain(document::TESTS)
        .map(|(name, test)| {
            Trial::test(*name, move || {
                test();
                Ok::<(), Failed>(())
            })
        })
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

type Test = (&'static str, fn());

const TESTS: &[Test] = &[
    ("what_is_asked_is_answered", what_is_asked_is_answered),
    ("a_process_is_handed_on", a_process_is_handed_on),
    (
        "what_is_not_carried_is_not_asked",
        what_is_not_carried_is_not_asked,
    ),
    ("claims_choose_scenarios", claims_choose_scenarios),
    ("cannot_has_its_reason", cannot_has_its_reason),
    (
        "without_arranging_only_the_first_is_fine",
        without_arranging_only_the_first_is_fine,
    ),
    (
        "an_outage_leaves_the_process_alone",
        an_outage_leaves_the_process_alone,
    ),
    (
        "what_is_no_answer_is_malformed",
        what_is_no_answer_is_malformed,
    ),
    ("a_wrong_hello_opens_nothing", a_wrong_hello_opens_nothing),
    (
        "what_cannot_be_executed_is_wrong_usage",
        what_cannot_be_executed_is_wrong_usage,
    ),
    ("silence_has_an_end", silence_has_an_end),
    ("a_late_answer_reaches_nobody", a_late_answer_reaches_nobody),
    (
        "death_is_told_with_its_status",
        death_is_told_with_its_status,
    ),
    (
        "death_between_plays_harms_nobody",
        death_between_plays_harms_nobody,
    ),
    ("a_second_answer_is_malformed", a_second_answer_is_malformed),
    (
        "a_second_answer_stays_in_its_play",
        a_second_answer_stays_in_its_play,
    ),
    ("a_line_of_1_gib_is_not_kept", a_line_of_1_gib_is_not_kept),
    ("a_flood_is_not_read", a_flood_is_not_read),
    (
        "a_flood_of_standard_error_is_drained",
        a_flood_of_standard_error_is_drained,
    ),
    (
        "a_dropped_question_ends_its_process",
        a_dropped_question_ends_its_process,
    ),
    (
        "descendants_end_with_the_process",
        descendants_end_with_the_process,
    ),
    (
        "who_ignores_sigterm_is_killed",
        who_ignores_sigterm_is_killed,
    ),
    (
        "a_runtime_that_ends_takes_them_along",
        a_runtime_that_ends_takes_them_along,
    ),
];

fn malformed(outage: Result<stage::Said, Outage>) -> String {
    match outage {
        Err(Outage::Malformed(why)) => why,
        other => panic!("malformed was expected: {other:?}"),
    }
}

fn what_is_asked_is_answered() {
    let stage = Stage::open("good", LONG);
    assert!(stage.connector().arranges());
    let mut play = stage.play();
    assert_eq!(play.backend.name(), "process");
    assert!(play.backend.is_foreign());
    assert_eq!(play.arrange(), Ok(()));
    let said = play.ask().unwrap();
    assert_eq!(said.arranged, "1/1");
    let wire = play.backend.wire().unwrap();
    assert_eq!(wire.protocol, "process");
    assert_eq!(wire.request, "ask 1 number");
    assert_eq!(wire.response.as_deref(), Some("answer 1"));
    assert_eq!(wire.echoed, Some(true));
}

/// The first arrange of a play begins anew, later ones do not; the next play has the same process.
fn a_process_is_handed_on() {
    let stage = Stage::open("good", LONG);
    let mut first = stage.play();
    assert_eq!((first.arrange(), first.arrange()), (Ok(()), Ok(())));
    let one = first.ask().unwrap();
    assert_eq!(one.arranged, "2/1");
    let other = stage.play().ask().unwrap();
    assert_ne!(other.pid, one.pid, "two plays at once have two processes");
    drop(first);
    let mut second = stage.play();
    assert_eq!(second.arrange(), Ok(()));
    let two = second.ask().unwrap();
    assert_eq!((two.pid, two.arranged.as_str()), (one.pid, "3/2"));
}

fn what_is_not_carried_is_not_asked() {
    let stage = Stage::open("good", LONG);
    let mut play = stage.play();
    assert_eq!(play.backend.carries(InquiryKind::Number), Ok(()));
    let reason = play.backend.carries(InquiryKind::Medical).unwrap_err();
    assert!(reason.en.contains("medical"), "{reason:?}");
    assert!(reason.ja.contains("medical"), "{reason:?}");
    let inquiry = stage::medical();
    assert!(matches!(play.ask_this(&inquiry), Err(Outage::Down(_))));
    play.ask().unwrap();
}

fn claims_choose_scenarios() {
    let stage = Stage::open("good", LONG);
    let backend = stage.play().backend;
    let claims = |ids: &[&'static str]| {
        let ids: Vec<Id> = ids.iter().map(|id| Id::literal(id)).collect();
        backend.claims(&ids)
    };
    assert_eq!(claims(&["ELIG-04", "DISC-03"]), Ok(()));
    // A backend has no part in how a reader handles a PIN.
    assert_eq!(claims(&["IDV-02"]), Ok(()));
    let reason = claims(&["ELIG-04", "CONS-08"]).unwrap_err();
    assert!(reason.en.contains("CONS-08"), "{reason:?}");
    assert!(claims(&["ELIG-05"]).is_err());
}

fn cannot_has_its_reason() {
    let arranged = |mode: &str| Stage::open(mode, LONG).play().arrange();
    let both = Text::new("電話は扱わない", "no phones");
    assert_eq!(arranged("cannot-in-both"), Err(Cannot::Arrange(both)));
    let one = Text::new("no phones", "no phones");
    assert_eq!(arranged("cannot-in-one"), Err(Cannot::Arrange(one)));
    let down = Outage::Down("the registry is down".to_owned());
    assert_eq!(arranged("out-at-arrange"), Err(Cannot::Reach(down)));
    assert!(matches!(
        arranged("answer-for-arrange"),
        Err(Cannot::Reach(Outage::Malformed(_)))
    ));
}

fn without_arranging_only_the_first_is_fine() {
    let stage = Stage::open("arranges-not", LONG);
    assert!(!stage.connector().arranges());
    let mut play = stage.play();
    assert_eq!(play.arrange(), Ok(()));
    assert_eq!(play.ask().unwrap().arranged, "0/0", "nothing was sent");
    assert!(matches!(play.arrange(), Err(Cannot::Arrange(_))));
    drop(play);
    assert_eq!(stage.play().arrange(), Ok(()));
}

fn an_outage_leaves_the_process_alone() {
    let stage = Stage::open("out", LONG);
    let mut play = stage.play();
    for _ in 0..2 {
        let down = Outage::Down("the registry␊is down".to_owned());
        assert_eq!(play.ask().unwrap_err(), down);
    }
}

fn what_is_no_answer_is_malformed() {
    for (mode, expected) in [
        ("half", "middle of a line"),
        ("not-utf8", "not UTF-8"),
        ("no-json", "one JSON object"),
        ("empty-line", "one JSON object"),
        ("array", "an object with a `type`"),
        ("wrong-id", "id 2 where 1"),
        ("unknown-type", "reply"),
        ("unknown-member", "grund"),
        ("wrong-kind", "`registered` to an inquiry `number`"),
    ] {
        let stage = Stage::open(mode, LONG);
        let mut play = stage.play();
        let why = malformed(play.ask());
        assert!(why.contains(expected), "{mode}: {why}");
        let after = play.ask();
        assert!(matches!(after, Err(Outage::Down(_))), "{mode}: {after:?}");
        drop(play);
        // Another process for the next play.
        stage.play();
    }
}

fn a_wrong_hello_opens_nothing() {
    for (mode, expected) in [
        ("hello-of-another-protocol", "uketsuke-backend/1"),
        ("hello-without-carries", "carries"),
        ("hello-with-a-wrong-claim", "DISK"),
        ("answer-for-hello", "`hello`"),
        ("escapes-for-hello", "JSON"),
    ] {
        match Stage::refused(mode, LONG) {
            OpenError::Unreachable(Outage::Malformed(why)) => {
                assert!(why.contains(expected), "{mode}: {why}");
                assert!(!why.contains(['\u{1b}', '\u{202e}']), "{mode}: {why:?}");
            }
            other => panic!("{mode}: {other:?}"),
        }
    }
    let ended = Stage::refused("exits-at-once", LONG);
    assert!(
        matches!(&ended, OpenError::Unreachable(Outage::Down(why)) if why.contains("exit status 3")),
        "{ended:?}"
    );
    let limit_ms = u64::try_from(SHORT.as_millis()).unwrap();
    assert_eq!(
        Stage::refused("silent-hello", SHORT),
        OpenError::Unreachable(Outage::Silent { limit_ms })
    );
}

fn what_cannot_be_executed_is_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    let plain = folder.path().join("backend.py");
    std::fs::write(&plain, "print()").unwrap();
    let paths = [
        folder.path().join("absent").display().to_string(),
        plain.display().to_string(),
        folder.path().display().to_string(),
        "no-such-program-anywhere".to_owned(),
        String::new(),
    ];
    for path in paths {
        let error = Stage::refused_command(std::slice::from_ref(&path), LONG);
        let OpenError::Usage(why) = &error else {
            panic!("{path}: {error:?}");
        };
        assert!(why.contains(&path) && why.contains("process:"), "{why}");
    }
    assert!(matches!(
        Stage::refused_command(&[], LONG),
        OpenError::Usage(_)
    ));
}

fn silence_has_an_end() {
    let stage = Stage::open("silent", SHORT);
    let mut play = stage.play();
    let limit_ms = u64::try_from(SHORT.as_millis()).unwrap();
    assert_eq!(play.ask().unwrap_err(), Outage::Silent { limit_ms });
    // The process is ended: nothing more is waited for in this play.
    assert!(matches!(play.ask(), Err(Outage::Down(_))));
}

fn a_late_answer_reaches_nobody() {
    let stage = Stage::open("silent-once", SHORT);
    let mut play = stage.play();
    assert!(matches!(play.ask(), Err(Outage::Silent { .. })));
    drop(play);
    let mut next = stage.play();
    assert_eq!(next.arrange(), Ok(()));
    assert_eq!(next.ask().unwrap().arranged, "1/1", "a new process");
}

fn death_is_told_with_its_status() {
    let stage = Stage::open("dies", LONG);
    let mut play = stage.play();
    let Err(Outage::Down(why)) = play.ask() else {
        panic!("down was expected");
    };
    assert!(why.contains("exit status 7"), "{why}");
}

fn death_between_plays_harms_nobody() {
    let stage = Stage::open("grandchild-outlives", LONG);
    let first = stage.play().ask().unwrap();
    stage.wait_for_end(first.pid);
    let second = stage.play().ask().unwrap();
    assert_ne!(first.pid, second.pid);
}

fn a_second_answer_is_malformed() {
    let stage = Stage::open("twice", LONG);
    let mut play = stage.play();
    play.ask().unwrap();
    // The second answer may come before the next question is out or after it.
    let why = malformed(play.ask());
    assert!(
        why.contains("id 1 where 2") || why.contains("before the question"),
        "{why}"
    );
}

fn a_second_answer_stays_in_its_play() {
    let stage = Stage::open("twice", LONG);
    let first = stage.play().ask().unwrap();
    stage.wait_until_reading(first.pid);
    let second = stage.play().ask().unwrap();
    assert_ne!(first.pid, second.pid);
}

fn a_line_of_1_gib_is_not_kept() {
    let stage = Stage::open("long-line", LONG);
    let why = malformed(stage.play().ask());
    assert!(why.contains("4194304"), "{why}");
    let peak = stage::peak_memory_kib();
    assert!(peak < 256 * 1024, "{peak} KiB");
}

fn a_flood_is_not_read() {
    let stage = Stage::open("floods", LONG);
    let mut play = stage.play();
    play.ask().unwrap();
    malformed(play.ask());
}

fn a_flood_of_standard_error_is_drained() {
    let stage = Stage::open("floods-stderr", LONG);
    let mut play = stage.play();
    play.ask().unwrap();
    play.ask().unwrap();
}

fn a_dropped_question_ends_its_process() {
    let stage = Stage::open("silent-once", SHORT);
    let mut play = stage.play();
    play.ask_and_give_up(Duration::from_millis(50));
    drop(play);
    assert_eq!(stage.play().ask().unwrap().arranged, "0/0");
}

fn descendants_end_with_the_process() {
    for mode in ["grandchild", "grandchild-outlives"] {
        let stage = Stage::open(mode, LONG);
        stage.play().ask().unwrap();
        assert!(stage.processes() >= 1, "{mode}: the grandchild runs");
        let marker = stage.close();
        assert_eq!(stage::running(&marker), 0, "{mode}");
    }
}

fn who_ignores_sigterm_is_killed() {
    let stage = Stage::open("ignores-everything", SHORT);
    assert!(matches!(stage.play().ask(), Err(Outage::Silent { .. })));
    // One was killed at once; another is given time to end in good order.
    drop(stage.play());
    let marker = stage.close();
    assert_eq!(stage::running(&marker), 0);
}

fn a_runtime_that_ends_takes_them_along() {
    for mode in ["grandchild", "ignores-everything"] {
        let mut stage = Stage::open(mode, LONG);
        let play = stage.play();
        stage.end_runtime();
        assert_eq!(stage::running(stage.marker()), 0, "{mode}");
        drop(play);
    }
}
