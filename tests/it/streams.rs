//! Results on stdout, everything else on stderr, and what becomes of them when a stream is gone.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use super::{Ran, files_in, program, text, transcript, uketsuke};

#[test]
fn without_a_terminal_no_byte_is_an_escape() {
    let folder = tempfile::tempdir().unwrap();
    let path = transcript(folder.path(), "pin/correct");
    for args in [
        &["run"][..],
        &["run", "-vvv"],
        &["run", "--format", "junit"],
        &["judge", text(&path)],
        &["list", "requirements"],
        &["show", "pin/correct"],
        &["lint"],
        &["lint", "tests/broken"],
        &["doctor"],
        &["fly"],
        &["--help"],
        &["play"],
    ] {
        // What other tools take for a wish for colour is none: there is no terminal.
        let output = program(args)
            .env("CLICOLOR_FORCE", "1")
            .env("FORCE_COLOR", "1")
            .output()
            .unwrap();
        assert!(!output.stdout.contains(&0x1b), "{args:?}");
        assert!(!output.stderr.contains(&0x1b), "{args:?}");
    }
}

#[test]
fn colour_comes_where_it_is_asked_for() {
    let ran = uketsuke(&["list", "steps", "--color", "always"]).ends_with(0);
    assert!(ran.stdout.contains('\u{1b}'));
    let ran = uketsuke(&["list", "steps", "--color", "never"]).ends_with(0);
    assert!(!ran.stdout.contains('\u{1b}'));
}

#[test]
fn the_verdict_is_told_on_stderr_beside_a_report() {
    let ran = uketsuke(&["run", "pin/correct", "--format", "json"]);
    assert!(ran.stderr.contains("SIMULATION: 1 "), "{}", ran.stderr);
    serde_json::from_str::<serde_json::Value>(&ran.stdout).unwrap();
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    // Longer than a pipe holds, so that the program meets the broken pipe while it writes.
    let mut child = program(&["list", "requirements", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "{\n");
    drop(stdout);
    let mut stderr = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut stderr)
        .unwrap();
    assert_eq!(
        (child.wait().unwrap().code(), stderr.as_str()),
        (Some(0), "")
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_hides_no_verdict_and_is_told() {
    let full = || File::options().write(true).open("/dev/full").unwrap();
    let output = program(&["run", "pin/correct"])
        .stdout(full())
        .output()
        .unwrap();
    let ran = Ran::of(output);
    assert!(matches!(ran.code, 1 | 5), "{}", ran.code);
    assert!(ran.stderr.contains("SIMULATION: 1 "), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("cannot write to stdout"),
        "{}",
        ran.stderr
    );
    for args in [
        &["list", "steps"][..],
        &["--help"],
        &["doctor"],
        &["schema", "deck"],
    ] {
        let output = program(args).stdout(full()).output().unwrap();
        let ran = Ran::of(output).ends_with(5);
        assert!(
            ran.stderr.contains("cannot write to stdout"),
            "{args:?}: {}",
            ran.stderr
        );
    }
    // With nobody to tell, the exit code is all that is left.
    let output = program(&["fly"]).stderr(full()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn closed_streams_make_no_panic() {
    let expected = uketsuke(&["run", "pin/correct"]).code;
    for closing in [">&-", ">&- 2>&-", "<&- >&- 2>&-"] {
        let output = Command::new("sh")
            .args(["-c", &format!("exec \"$0\" run pin/correct {closing}")])
            .arg(env!("CARGO_BIN_EXE_uketsuke"))
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(expected), "{closing}");
        if closing == ">&-" {
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert!(stderr.contains("SIMULATION: "), "{stderr}");
        }
    }
}

#[test]
fn a_place_that_cannot_be_written_is_known_before_anything_is_played() {
    let folder = tempfile::tempdir().unwrap();
    let occupied = super::file(folder.path(), "occupied", "a file");
    let below = occupied.join("x");
    // The kernel lets nobody, not even root, make a file there.
    let kernel = "/proc/uketsuke";
    let missing = folder.path().join("missing/x.json");
    for (option, place) in [
        ("--output", text(&below)),
        ("--output", kernel),
        ("--output", text(&missing)),
        ("--output", text(folder.path())),
        ("--transcripts", text(&below)),
        ("--transcripts", kernel),
    ] {
        let ran = uketsuke(&["run", "pin/correct", option, place]).ends_with(2);
        assert_eq!(ran.stdout, "", "{option} {place}");
        assert!(ran.stderr.contains("cannot write to"), "{}", ran.stderr);
        assert!(!ran.stderr.contains("SIMULATION"), "played: {}", ran.stderr);
    }
    assert_eq!(files_in(folder.path()), ["occupied"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_cannot_be_written_hides_no_verdict() {
    let ran = uketsuke(&[
        "run",
        "pin/correct",
        "--output",
        "/dev/full",
        "--format",
        "json",
    ]);
    assert!(matches!(ran.code, 1 | 5), "{}", ran.code);
    assert!(ran.stderr.contains("SIMULATION: 1 "), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("cannot write to /dev/full"),
        "{}",
        ran.stderr
    );
    // A device is written to, not replaced by a file.
    use std::os::unix::fs::FileTypeExt;
    assert!(
        std::fs::metadata("/dev/full")
            .unwrap()
            .file_type()
            .is_char_device()
    );
}

#[cfg(unix)]
#[test]
fn an_interrupt_tells_what_was_finished_and_leaves_nothing_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let cases: String = (0..800)
        .map(|n| format!("  - {{ name: c{n} }}\n"))
        .collect();
    let scenario = format!("{}cases:\n{cases}", super::SCENARIO);
    let path = super::file(folder.path(), "many.yaml", &scenario);
    let (report, out) = (folder.path().join("report.json"), folder.path().join("out"));
    let args = [
        "run",
        text(&path),
        "-v",
        "--jobs",
        "1",
        "--format",
        "json",
        "--output",
        text(&report),
        "--transcripts",
        text(&out),
    ];
    let mut child = program(&args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The first line of the log: one scenario is finished, hundreds are to come.
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    assert!(line.contains("many#c0"), "{line}");
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
    assert!(rest.contains("interrupted"), "{rest}");
    assert!(
        rest.contains("many#c0 "),
        "what was finished is told: {rest}"
    );
    let transcripts = files_in(&out);
    assert!(
        !transcripts.is_empty() && transcripts.len() < 800,
        "{}",
        transcripts.len()
    );
    for name in transcripts {
        assert!(
            name.starts_with("many#c") && name.ends_with(".ndjson"),
            "{name}"
        );
        let text = std::fs::read_to_string(out.join(name)).unwrap();
        uketsuke::transcript::Transcript::from_ndjson(&text).unwrap();
    }
    let mut left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["many.yaml", "out"]);
}
