//! The written form of faults: a flat mapping in YAML, and what is wrong with one.

use std::fmt::Write;
use std::num::NonZeroU32;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Atr, Fault, Kind, When};
use crate::apdu::CommandName;
use crate::status::Status;
use crate::yaml;

/// The longest time that an answer may be late.
const SLOWEST: Duration = Duration::from_secs(600);
/// The longest answer to reset that can be asked for: what vpcd and PC/SC take is 33 bytes, so a
/// wrong one may be longer, but not without bound.
const ATR_MAX: usize = 255;

/// A fault as it is written.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FaultText {
    /// What goes wrong.
    pub what: What,
    /// When, relative to the command: `before` for removed, mute, status and reset, `during` for
    /// the others, unless it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// At which command; any if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<CommandName>,
    /// At the nth command that fits, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<NonZeroU32>,
    /// At every command that fits from the nth on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub always: bool,
    /// For `status`: the status word, four hexadecimal digits in quotation marks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// For `slow`: how much later the answer comes, such as `300ms` or `2s`, at most 10 minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// For `flipped`: which bit of the answer, 0 (unless given) the highest of the first byte.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bit: Option<u32>,
    /// For `atr`: its bytes in hexadecimal, at most 255, or `short` for half of the card's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<String>,
}

/// What goes wrong, in one word.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// The card is pulled.
    Removed,
    /// The card does not answer.
    Mute,
    /// The answer is late.
    Slow,
    /// Another status word, without data.
    Status,
    /// Half of the answer's data.
    Truncated,
    /// More data than the card gave.
    Overlong,
    /// One bit of the answer changed.
    Flipped,
    /// The answer twice in one.
    Doubled,
    /// The card loses power for a moment.
    Reset,
    /// Another answer to reset.
    Atr,
}

/// Why a text is no list of faults.
#[derive(Debug, thiserror::Error)]
#[error("{origin}: not a list of card faults\n{excerpt}")]
pub struct FaultError {
    /// Where the text came from, as the caller named it.
    pub origin: String,
    /// What is wrong and where, with the line itself.
    pub excerpt: String,
}

impl Fault {
    /// Reads faults from YAML: a list, or a single one; `origin` only goes into errors.
    ///
    /// # Errors
    ///
    /// [`FaultError`] when the text is neither, has unknown keys or words, or a key that the kind
    /// of fault has no use for.
    pub fn parse_list(text: &str, origin: &str) -> Result<Vec<Self>, FaultError> {
        let first = text
            .lines()
            .map(str::trim_start)
            .find(|line| !line.is_empty() && !line.starts_with('#') && *line != "---");
        let parsed = match first {
            Some(line) if line.starts_with(['-', '[']) => serde_saphyr::from_str(text),
            _ => serde_saphyr::from_str(text).map(|fault| vec![fault]),
        };
        parsed.map_err(|error| FaultError {
            origin: origin.to_owned(),
            excerpt: yaml::excerpt(&error, origin),
        })
    }
}

impl TryFrom<FaultText> for Fault {
    type Error = String;

    fn try_from(text: FaultText) -> Result<Self, String> {
        text.check_keys()?;
        let kind = text.kind()?;
        if text.when == Some(When::After) && kind.usual_moment() == When::During {
            return Err("after the answer nothing of it can change; expected when: during".into());
        }
        if matches!(kind, Kind::Status(_)) && text.when == Some(When::After) {
            return Err("the status word is part of the answer; expected before or during".into());
        }
        Ok(Self {
            when: text.when.unwrap_or(kind.usual_moment()),
            kind,
            command: text.command,
            nth: text.nth.unwrap_or(NonZeroU32::MIN),
            always: text.always,
        })
    }
}

impl Kind {
    /// Returns what goes wrong, in one word.
    #[must_use]
    pub const fn what(&self) -> What {
        match self {
            Self::Removed => What::Removed,
            Self::Mute => What::Mute,
            Self::Slow(_) => What::Slow,
            Self::Status(_) => What::Status,
            Self::Truncated => What::Truncated,
            Self::Overlong => What::Overlong,
            Self::Flipped { .. } => What::Flipped,
            Self::Doubled => What::Doubled,
            Self::Reset => What::Reset,
            Self::Atr(_) => What::Atr,
        }
    }
}

impl What {
    /// Returns the word as data writes it, such as `flipped`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Mute => "mute",
            Self::Slow => "slow",
            Self::Status => "status",
            Self::Truncated => "truncated",
            Self::Overlong => "overlong",
            Self::Flipped => "flipped",
            Self::Doubled => "doubled",
            Self::Reset => "reset",
            Self::Atr => "atr",
        }
    }
}

impl FaultText {
    /// Refuses keys that this kind of fault has no use for, and names the kind that has.
    fn check_keys(&self) -> Result<(), String> {
        for (key, given, home) in [
            ("status", self.status.is_some(), What::Status),
            ("by", self.by.is_some(), What::Slow),
            ("bit", self.bit.is_some(), What::Flipped),
            ("bytes", self.bytes.is_some(), What::Atr),
        ] {
            if given && self.what != home {
                let word = home.as_str();
                return Err(format!("{key} belongs to `what: {word}`; leave it out"));
            }
        }
        let at_command = self.when.is_some() || self.command.is_some() || self.nth.is_some();
        if self.what == What::Atr && (at_command || self.always) {
            return Err("an answer to reset belongs to no command; expected only bytes".into());
        }
        Ok(())
    }

    fn kind(&self) -> Result<Kind, String> {
        Ok(match self.what {
            What::Removed => Kind::Removed,
            What::Mute => Kind::Mute,
            What::Slow => Kind::Slow(delay(self.by.as_deref())?),
            What::Status => Kind::Status(status(self.status.as_deref())?),
            What::Truncated => Kind::Truncated,
            What::Overlong => Kind::Overlong,
            What::Flipped => Kind::Flipped {
                bit: self.bit.unwrap_or_default(),
            },
            What::Doubled => Kind::Doubled,
            What::Reset => Kind::Reset,
            What::Atr => Kind::Atr(atr(self.bytes.as_deref())?),
        })
    }
}

fn status(text: Option<&str>) -> Result<Status, String> {
    text.filter(|text| text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .and_then(|text| u16::from_str_radix(text, 16).ok())
        .map(Status)
        .ok_or_else(|| "no status word; expected such as status: \"6F00\"".to_owned())
}

fn delay(text: Option<&str>) -> Result<Duration, String> {
    text.and_then(|text| text.parse::<jiff::SignedDuration>().ok())
        .and_then(|by| Duration::try_from(by).ok())
        .filter(|by| *by <= SLOWEST)
        .ok_or_else(|| "no time; expected such as by: 300ms, at most 10m".to_owned())
}

fn atr(text: Option<&str>) -> Result<Atr, String> {
    let wrong = || "no answer to reset; expected bytes: \"3B00\" or bytes: short".to_owned();
    match text {
        Some("short") => Ok(Atr::Short),
        Some(text) => hex::decode(text)
            .ok()
            .filter(|bytes| bytes.len() <= ATR_MAX)
            .map(Atr::Bytes)
            .ok_or_else(wrong),
        None => Err(wrong()),
    }
}

impl From<Fault> for FaultText {
    fn from(fault: Fault) -> Self {
        let mut text = Self {
            what: fault.kind.what(),
            when: (fault.when != fault.kind.usual_moment()).then_some(fault.when),
            command: fault.command,
            nth: (fault.nth != NonZeroU32::MIN).then_some(fault.nth),
            always: fault.always,
            status: None,
            by: None,
            bit: None,
            bytes: None,
        };
        match fault.kind {
            Kind::Slow(by) => text.by = Some(friendly(by)),
            Kind::Status(status) => text.status = Some(format!("{:04X}", status.0)),
            Kind::Flipped { bit } => text.bit = Some(bit),
            Kind::Atr(Atr::Short) => text.bytes = Some("short".to_owned()),
            Kind::Atr(Atr::Bytes(bytes)) => text.bytes = Some(hex::encode_upper(bytes)),
            Kind::Removed
            | Kind::Mute
            | Kind::Truncated
            | Kind::Overlong
            | Kind::Doubled
            | Kind::Reset => {}
        }
        text
    }
}

/// Writes a time as [`delay`] reads it.
fn friendly(by: Duration) -> String {
    let mut text = format!("{}ms", by.as_millis());
    let rest = by.subsec_nanos() % 1_000_000;
    if rest > 0 {
        // Writing into a String cannot fail.
        let _ = write!(text, " {rest}ns");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Fault::parse_list(text, "faults.yaml")
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn list_and_single_fault_are_read_alike() {
        let list = Fault::parse_list("# pulled\n- { what: removed }\n", "x").unwrap();
        assert_eq!(list, Fault::parse_list("what: removed", "x").unwrap());
        assert_eq!(list, Fault::parse_list("[{what: removed}]", "x").unwrap());
        assert_eq!(list, [Fault::new(Kind::Removed)]);
    }

    #[test]
    fn every_key_is_read() {
        let text = "
- { what: removed, when: during, command: verify, nth: 2 }
- { what: slow, by: 300ms, command: sign, always: true }
- { what: status, status: \"6F00\" }
- { what: flipped, bit: 9 }
- { what: atr, bytes: 3B00 }
- { what: atr, bytes: short }";
        let faults = Fault::parse_list(text, "x").unwrap();
        let removed = Fault {
            when: When::During,
            command: Some(CommandName::Verify),
            nth: NonZeroU32::new(2).unwrap(),
            ..Fault::new(Kind::Removed)
        };
        let slow = Fault {
            command: Some(CommandName::Sign),
            always: true,
            ..Fault::new(Kind::Slow(Duration::from_millis(300)))
        };
        let others = [
            Kind::Status(Status(0x6F00)),
            Kind::Flipped { bit: 9 },
            Kind::Atr(Atr::Bytes(vec![0x3B, 0x00])),
            Kind::Atr(Atr::Short),
        ];
        let expected: Vec<Fault> = [removed, slow]
            .into_iter()
            .chain(others.map(Fault::new))
            .collect();
        assert_eq!(faults, expected);
    }

    #[test]
    fn schema_for_editors_has_every_kind_and_command() {
        let schema = serde_saphyr::to_string(&schemars::schema_for!(Vec<Fault>)).unwrap();
        for word in [
            "removed",
            "flipped",
            "atr",
            "during",
            "read-binary",
            "always",
        ] {
            assert!(schema.contains(word), "{word}: {schema}");
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let text = "- { what: slow, by: 1ms 500ns, when: before, nth: 3 }
- { what: mute, when: after }
- { what: reset, when: during }";
        let faults = Fault::parse_list(text, "x").unwrap();
        let written = serde_saphyr::to_string(&faults).unwrap();
        assert_eq!(
            Fault::parse_list(&written, "x").unwrap(),
            faults,
            "{written}"
        );
    }

    #[test]
    fn refusals_name_what_was_expected() {
        let unknown = refused("- { what: removed, command: verfy }");
        assert!(unknown.contains("faults.yaml:1:"), "{unknown}");
        assert!(
            unknown.contains("read-binary") && unknown.contains("verify"),
            "{unknown}"
        );
        for (text, expected) in [
            ("what: gone", "removed"),
            ("{ what: mute, bit: 1 }", "bit belongs to `what: flipped`"),
            ("{ what: status }", "status: \"6F00\""),
            ("{ what: status, status: \"+6F0\" }", "status: \"6F00\""),
            ("{ what: slow, by: -1s }", "by: 300ms"),
            ("{ what: slow, by: 11m }", "at most 10m"),
            ("{ what: atr }", "bytes: short"),
            ("{ what: atr, bytes: short, nth: 1 }", "no command"),
            ("{ what: doubled, when: after }", "when: during"),
            ("{ what: removed, nth: 0 }", "nth"),
            ("{ what: removed, wen: after }", "wen"),
            ("", "faults.yaml"),
        ] {
            let message = refused(text);
            assert!(message.contains(expected), "{text}: {message}");
        }
    }
}
