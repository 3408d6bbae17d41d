//! Text from outside: nothing in it reaches a terminal as more than letters, and no PIN comes out.

use super::{Ran, SCENARIO, file, program, text, transcript, uketsuke};

/// Payloads that a terminal, or a reader of it, would act on.
const PAYLOADS: [&str; 12] = [
    "\u{1b}[2J\u{1b}[31m",
    "\u{1b}]0;title\u{7}",
    "\u{1b}]52;c;cm0gLXJm\u{7}",
    "\u{1b}]8;;http://x\u{1b}\\link",
    "\u{1b}P$q\"p\u{1b}\\",
    "\u{1b}_apc\u{1b}\\",
    "\u{9b}31m\u{9d}0;x\u{9c}",
    "\u{202e}fdp.exe\u{2066}x",
    "\u{200b}\u{200d}\u{feff}",
    "\u{e0041}\u{e007f}",
    "a\rb\u{8}\u{8}c\u{0}",
    "x\u{2028}y\u{85}z",
];

#[track_caller]
fn harmless(ran: &Ran, what: &str) {
    for stream in [&ran.stdout, &ran.stderr] {
        for c in stream.chars() {
            let format = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}');
            assert!(
                c == '\n' || !(c.is_control() || format),
                "{what}: {c:?} in {stream:?}"
            );
        }
    }
}

/// Writes a scenario whose title and text are hostile.
fn hostile(payload: &str) -> String {
    // JSON strings are YAML strings, and say everything with escapes.
    let quoted = serde_json::to_string(payload).unwrap();
    let quoted: String = quoted
        .chars()
        .map(|c| match u32::from(c) {
            code @ 0x7f..=0xffff => format!("\\u{code:04x}"),
            code if code > 0xffff => format!("\\U{code:08x}"),
            _ => c.to_string(),
        })
        .collect();
    SCENARIO.replace(
        "title: { ja: 題, en: T }",
        &format!(
            "title: {{ ja: {quoted}, en: {quoted} }}\nabout: {{ ja: {quoted}, en: {quoted} }}"
        ),
    )
}

#[test]
fn no_text_of_a_scenario_acts_on_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let all = PAYLOADS.concat();
    let path = file(folder.path(), "s.yaml", &hostile(&all));
    let path = text(&path);
    uketsuke(&["lint", path]).ends_with(0);
    for args in [
        &["run", path, "-vvv"][..],
        &["run", path, "--format", "json"],
        &["run", path, "--format", "ndjson"],
        &["run", path, "--format", "junit"],
        &["show", path],
        &["lint", path],
    ] {
        harmless(&uketsuke(args), &format!("{args:?}"));
    }
    let ran = uketsuke(&["run", path, "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        report["scenarios"][0]["title"]["en"], all,
        "the value is kept"
    );
}

#[test]
fn no_command_line_acts_on_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let recorded = transcript(folder.path(), "pin/correct");
    let all = PAYLOADS.concat().replace('\0', "");
    let all = all.as_str();
    for args in [
        &[all][..],
        &["run", all],
        &["run", "--backend", all],
        &["run", "--fault", all],
        &["run", "--requirement", all],
        &["run", "--output", all, "--format", all],
        &["show", all],
        &["judge", all],
        &["judge", text(&recorded), "--scenario", all],
        &["list", all],
    ] {
        let ran = uketsuke(args);
        assert_ne!(ran.code, 0);
        harmless(&ran, &format!("{args:?}"));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn no_file_name_acts_on_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    // A name has at most 255 bytes.
    for payloads in PAYLOADS.chunks(6) {
        let name = payloads.concat().replace(['\0', '/'], "");
        let good = file(folder.path(), &format!("{name}.yaml"), SCENARIO);
        let bad = file(folder.path(), &format!("{name}-bad.yaml"), "title: 1\n");
        let out = folder.path().join("transcripts");
        for args in [
            &["run", text(&good)][..],
            &["run", text(&good), "--format", "junit"],
            &["run", text(&good), "--transcripts", text(&out)],
            &["run", text(&bad)],
            &["lint", text(&bad)],
            &["show", text(&good)],
        ] {
            harmless(&uketsuke(args), &format!("{args:?}"));
        }
        assert!(!out.exists(), "{name:?} is no name for a transcript");
    }
}

#[test]
fn no_environment_acts_on_a_terminal() {
    let output = program(&["doctor"])
        .env("LANG", "\u{1b}[2J")
        .env("TERM", "\u{1b}[2J256color")
        .env("COLORTERM", "\u{9b}2J")
        .env("PCSCLITE_CSOCK_NAME", "/\u{1b}[2J")
        .output()
        .unwrap();
    harmless(&Ran::of(output), "doctor");
}

#[test]
fn a_pin_is_nowhere_in_what_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let pin = "8642";
    let path = file(folder.path(), "in/s.yaml", &SCENARIO.replace("1234", pin));
    let wrong = SCENARIO.replace("\"1234\"", "[8642]");
    let wrong = file(folder.path(), "wrong.yaml", &wrong);
    let out = folder.path().join("out");
    for args in [
        &["run", text(&path), "-vvv", "--transcripts", text(&out)][..],
        &["run", text(&path), "--format", "json", "-vvv"],
        &["run", text(&path), "--format", "junit"],
        &["show", text(&path)],
        &["lint", text(&path)],
        &["lint", text(&wrong)],
        &["run", text(&wrong)],
    ] {
        let ran = uketsuke(args);
        assert!(!ran.stdout.contains(pin), "{args:?}: {}", ran.stdout);
        assert!(!ran.stderr.contains(pin), "{args:?}: {}", ran.stderr);
    }
    for name in super::files_in(&out) {
        let text = std::fs::read_to_string(out.join(&name)).unwrap();
        assert!(!text.contains(pin), "{name}");
        assert!(!text.contains(&hex::encode(pin)), "{name}");
    }
}
