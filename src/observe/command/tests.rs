//! Programs that end well, badly, or not at all.

use std::path::Path;

use super::*;

fn shell(script: &str) -> Vec<OsString> {
    ["sh", "-c", script].map(OsString::from).to_vec()
}

/// Reads what a program says until it ends, and ends its group.
async fn listen(mut program: Program) -> (ExitStatus, Vec<String>) {
    let mut said = Vec::new();
    let status = loop {
        match program.next().await {
            Heard::Said(line) => said.push(line),
            Heard::Ended(status) => break status.unwrap(),
        }
    };
    said.extend(program.end().await);
    (status, said)
}

/// Tells whether a process is there and no zombie.
fn lives(pid: &str) -> bool {
    std::fs::read_to_string(Path::new("/proc").join(pid).join("stat"))
        .is_ok_and(|stat| !stat.contains(") Z "))
}

#[tokio::test]
async fn what_a_program_says_comes_line_by_line_with_its_last_words() {
    let command = shell("echo one; echo two >&2; printf three; exit 7");
    let (status, mut said) = listen(Program::start(&command, &[]).unwrap()).await;
    said.sort();
    assert_eq!(status.code(), Some(7));
    assert_eq!(said, ["one", "three", "two"]);
}

#[tokio::test]
async fn a_program_that_talks_without_end_is_cut_and_not_held_up() {
    // A megabyte: sixteen times what is shown, and more than a pipe holds.
    let command = shell("head -c 1048576 /dev/zero | tr '\\0' x; echo; echo end >&2");
    let (status, said) = listen(Program::start(&command, &[]).unwrap()).await;
    assert!(status.success());
    assert!(said.iter().any(|line| line == "end"));
    assert!(said.iter().any(|line| line.contains("not shown")));
    let shown: usize = said.iter().map(String::len).sum();
    assert!(shown < SAID_MAX + 1024, "{shown}");
}

#[tokio::test]
async fn the_whole_group_ends_with_the_program() {
    // The child of the program has closed its streams and does not heed a request to end.
    let command = shell(
        "sh -c 'trap \"\" TERM; exec >/dev/null 2>&1; while :; do read line </dev/tty || sleep 1; done' & echo $!",
    );
    let (_, said) = listen(Program::start(&command, &[]).unwrap()).await;
    assert_eq!(said.len(), 1, "{said:?}");
    // The kernel may take a moment to take a killed process away; the bound is no expectation.
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while lives(&said[0]) && std::time::Instant::now() < deadline {
        tokio::task::yield_now().await;
    }
    assert!(!lives(&said[0]));
}

#[tokio::test]
async fn a_program_that_does_not_heed_a_request_to_end_is_killed() {
    let command = shell("trap '' TERM; echo ready; while :; do sleep 60; done");
    let mut program = Program::start(&command, &[]).unwrap();
    assert!(matches!(program.next().await, Heard::Said(line) if line == "ready"));
    let pid = program.child.id().unwrap().to_string();
    program.end().await;
    assert!(!lives(&pid));
}

#[tokio::test]
async fn a_program_that_is_not_there_is_an_error() {
    let command = [OsString::from("./no-such-program")];
    assert!(Program::start(&command, &[]).is_err());
}
