//! What is read as a message of a driver, and what is refused with which words.

use super::*;
use crate::program::Introduce as _;

#[track_caller]
fn refused(line: &str) -> String {
    match FromReader::of_line(line.as_bytes()) {
        Err(Failed::Malformed(why)) => why,
        other => panic!("{line} was taken: {other:?}"),
    }
}

#[test]
fn a_screen_has_its_own_parameters_and_no_others() {
    let line = r#"{"type":"screen","screen":"pin-pad","left":3,"keys":"7204198365"}"#;
    let expected = Screen::PinPad {
        left: Some(3),
        keys: "7204198365".to_owned(),
        masked: None,
    };
    assert_eq!(
        FromReader::of_line(line.as_bytes()),
        Ok(FromReader::Screen(expected))
    );
    let why = refused(r#"{"type":"screen","screen":"pin-pad","tries":3}"#);
    assert!(why.contains("`tries`"), "{why}");
    let why = refused(r#"{"type":"screen","screen":"pinpad"}"#);
    assert!(why.contains("schema `driver`"), "{why}");
    for keys in ["123", "1234567899", "a234567890"] {
        let line = format!(r#"{{"type":"screen","screen":"pin-pad","keys":"{keys}"}}"#);
        assert!(refused(&line).contains("each digit once"), "{keys}");
    }
}

#[test]
fn what_is_no_message_says_what_was_expected() {
    for (line, expected) in [
        ("hello", "one JSON object"),
        ("[]", "an object with a `type`"),
        (r#"{"type":"screens"}"#, "schema `driver`"),
        (r#"{"type":"idle","then":1}"#, "schema `driver`"),
        (r#"{"type":"transmit","apdu":"00A4"}"#, "header of four"),
        (r#"{"type":"transmit","apdu":"xyz"}"#, "schema `driver`"),
    ] {
        let why = refused(line);
        assert!(why.contains(expected), "{line}: {why}");
    }
}

#[test]
fn another_version_of_the_protocol_is_refused() {
    let hello = |protocol: &str| {
        Hello::read(
            format!(r#"{{"type":"hello","protocol":"{protocol}","name":"n\u001b","version":"1","sets-date":true,"card":"pipe","backend":"pipe"}}"#)
                .as_bytes(),
        )
    };
    assert_eq!(hello(PROTOCOL).unwrap().name, "n␛");
    let why = hello("uketsuke-reader/2").unwrap_err().to_string();
    assert!(why.contains("`uketsuke-reader/1` was expected"), "{why}");
}
