//! The program in a real terminal: it draws, takes keys, says so where it has no room, and gives
//! the terminal back as it was however it ends.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "pty/session.rs"]
mod session;

use session::Session;

#[test]
fn a_reception_is_watched_and_left_again() {
    for (columns, rows) in [(80, 24), (120, 36)] {
        let mut session = Session::start(columns, rows, &["play", "pin/correct"]);
        session.wait_for("SIMULATION");
        session.wait_for("/57");
        assert!(session.contents().contains("暗証番号が正しい"));
        session.press("\u{1b}[F");
        session.wait_for("57/57");
        session.press("\u{1b}[H");
        session.wait_for("1/57");
        session.press("q");
        session.wait_for("絞り込み");
        session.press("q");
        assert_eq!(session.end(), 0);
        session.assert_given_back();
    }
}

#[test]
fn the_library_is_filtered_and_the_language_switched() {
    let mut session = Session::start(120, 36, &[]);
    session.wait_for("絞り込み");
    session.press("L");
    session.wait_for("filter");
    session.press("/IDV-07\r");
    session.wait_for("IDV-07");
    session.press("?");
    session.wait_for("help");
    session.press("\u{3}");
    session.end();
    session.assert_given_back();
}

#[test]
fn a_terminal_that_is_too_small_says_what_it_needs() {
    let mut session = Session::start(40, 10, &[]);
    session.wait_for("80");
    assert!(session.contents().contains("24"), "{}", session.contents());
    session.press("q");
    session.end();
    session.assert_given_back();
}

#[test]
fn the_terminal_is_given_back_after_signals() {
    for signal in ["TERM", "HUP", "INT", "QUIT"] {
        let mut session = Session::start(80, 24, &["play", "pin/correct"]);
        session.wait_for("暗証番号が正しい");
        session.signal(signal);
        session.end();
        session.assert_given_back();
    }
}
