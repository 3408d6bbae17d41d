//! A backend for the tests of the protocol: this test program once more, with `--play MODE MARKER`.
//! It speaks from literals and uses nothing of ours. `MARKER` shows which test it belongs to.

use std::io::{BufRead as _, Write as _};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

const HELLO: &str = r#"{"type":"hello","protocol":"uketsuke-backend/1","name":"試験用","version":"1","carries":["number","portal"],"arranges":true,"claims":["ELIG-04","DISC"]}"#;

/// What the program does where it does not behave.
struct Program {
    mode: String,
    marker: String,
    /// How often the world was arranged, and how often anew.
    arranged: (u32, u32),
}

/// Plays the mode to its end.
pub fn play(mode: &str, marker: &str) -> ExitCode {
    let mut program = Program {
        mode: mode.to_owned(),
        marker: marker.to_owned(),
        arranged: (0, 0),
    };
    match mode {
        "sleeps" => hang(),
        "exits-at-once" => return ExitCode::from(3),
        "ignores-everything" => ignore_sigterm(),
        "grandchild" | "grandchild-outlives" => spawn_grandchild(marker),
        _ => {}
    }
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        if line.contains(r#""type":"bye""#) {
            break;
        }
        if let Some(code) = program.answer(&line) {
            return code;
        }
    }
    if mode == "ignores-everything" {
        hang();
    }
    ExitCode::SUCCESS
}

fn say(text: &str) {
    put(format!("{text}\n").as_bytes());
}

fn put(bytes: &[u8]) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(bytes).and_then(|()| stdout.flush());
}

/// Never comes back.
fn hang() -> ! {
    loop {
        std::thread::sleep(Duration::from_secs(3600));
    }
}

fn ignore_sigterm() {
    signal_hook::flag::register(15, Arc::new(AtomicBool::new(false))).unwrap();
}

/// Leaves a process behind that nobody waits for.
#[allow(clippy::zombie_processes)]
fn spawn_grandchild(marker: &str) {
    Command::new(std::env::current_exe().unwrap())
        .args(["--play", "sleeps", marker])
        .spawn()
        .unwrap();
}

/// Returns the id of a question.
fn id(line: &str) -> u64 {
    let rest = line.split(r#""id":"#).nth(1).unwrap_or("0");
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

impl Program {
    /// An answer that tells which process gave it and what had been arranged.
    fn good(&self, id: u64) -> String {
        let (all, anew) = self.arranged;
        let pid = std::process::id();
        format!(
            r#"{{"type":"answer","id":{id},"answer":{{"answer":"refused","ground":"unstated","code":"SIM-{pid}","message":"{all}/{anew}"}}}}"#
        )
    }

    fn answer(&mut self, line: &str) -> Option<ExitCode> {
        if line.contains(r#""type":"hello""#) {
            self.hello();
        } else if line.contains(r#""type":"arrange""#) {
            self.arranged.0 += 1;
            self.arranged.1 += u32::from(line.contains(r#""anew":true"#));
            self.arrange();
        } else {
            return self.ask(id(line));
        }
        None
    }

    fn hello(&self) {
        match self.mode.as_str() {
            "silent-hello" => hang(),
            "hello-of-another-protocol" => say(&HELLO.replace("backend/1", "backend/2")),
            "hello-without-carries" => {
                say(&HELLO.replace(r#""carries":["number","portal"],"#, ""));
            }
            "hello-with-a-wrong-claim" => say(&HELLO.replace("DISC", "DISK")),
            "answer-for-hello" => say(&self.good(1)),
            "escapes-for-hello" => say("\u{1b}[2J\u{202e}"),
            "arranges-not" => {
                say(&HELLO.replace(r#""arranges":true"#, r#""arranges":false"#));
            }
            _ => say(HELLO),
        }
    }

    fn arrange(&self) {
        say(match self.mode.as_str() {
            "cannot-in-both" => {
                r#"{"type":"cannot","reason":{"ja":"電話は扱わない","en":"no phones"}}"#
            }
            "cannot-in-one" => r#"{"type":"cannot","reason":"no phones"}"#,
            "out-at-arrange" => r#"{"type":"outage","reason":"the registry is down"}"#,
            "answer-for-arrange" => r#"{"type":"outage","id":1,"reason":"r"}"#,
            _ => r#"{"type":"arranged"}"#,
        });
    }

    fn ask(&self, id: u64) -> Option<ExitCode> {
        match self.mode.as_str() {
            "half" => {
                put(&self.good(id).as_bytes()[..20]);
                return Some(ExitCode::SUCCESS);
            }
            "not-utf8" => put(b"{\"type\":\"\xe3\x81\"}\n"),
            "no-json" => say("the answer is 42"),
            "empty-line" => say(""),
            "array" => say("[1]"),
            "wrong-id" => say(&self.good(id + 1)),
            "unknown-type" => say(r#"{"type":"reply","id":1}"#),
            "unknown-member" => say(&self.good(id).replace(r#""ground""#, r#""grund""#)),
            "wrong-kind" => say(&format!(
                r#"{{"type":"answer","id":{id},"answer":{{"answer":"registered"}}}}"#
            )),
            "long-line" => {
                let chunk = vec![b'x'; 1 << 20];
                for _ in 0..1024 {
                    put(&chunk);
                }
                hang();
            }
            "floods" => loop {
                say(&self.good(id));
            },
            "floods-stderr" => {
                let line = "e\u{1b}".repeat(2000) + "\n";
                for _ in 0..4000 {
                    let _ = std::io::stderr().lock().write_all(line.as_bytes());
                }
                say(&self.good(id));
            }
            "dies" => return Some(ExitCode::from(7)),
            "grandchild-outlives" => {
                say(&self.good(id));
                return Some(ExitCode::SUCCESS);
            }
            "silent" | "ignores-everything" => hang(),
            "silent-once" if first_time(&self.marker) => hang(),
            "twice" => {
                say(&self.good(id));
                say(&self.good(id));
            }
            "out" => say(&format!(
                r#"{{"type":"outage","id":{id},"reason":"the registry\nis down"}}"#
            )),
            _ => say(&self.good(id)),
        }
        None
    }
}

/// Tells whether no process of this test has come here before; `marker` is a file's name then.
fn first_time(marker: &str) -> bool {
    std::fs::File::create_new(marker).is_ok()
}
