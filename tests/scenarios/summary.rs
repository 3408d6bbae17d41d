//! A transcript with its judgement as lines that a person can review.

use std::fmt::Write as _;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uketsuke::judge::{Judgement, Verdict};
use uketsuke::transcript::{CommandApdu, Entry, Event, Note, ResponseApdu, Transcript};

/// Bytes of APDU data that are shown in full.
const SHOWN_MAX: usize = 32;
/// Bytes from which data count as random or dated: challenges, certificates, signatures.
const OPAQUE_MIN: usize = 16;

/// Returns a line per entry, then the verdict and a line per finding that applies.
pub(crate) fn of(transcript: &Transcript, judgement: &Judgement) -> String {
    let mut text = String::new();
    for entry in &transcript.entries {
        let _ = writeln!(text, "{}", line(entry));
    }
    let _ = writeln!(text, "\nverdict {}", judgement.verdict.name());
    for finding in &judgement.findings {
        if finding.verdict == Verdict::NotApplicable && !finding.listed {
            continue;
        }
        let entries: Vec<String> = finding.entries.iter().map(u64::to_string).collect();
        let _ = writeln!(
            text,
            "{}{} {} {}{} {}",
            if finding.listed { "* " } else { "  " },
            finding.requirement,
            finding.subject,
            finding.verdict.name(),
            finding
                .step
                .map(|step| format!(" (step {step})"))
                .unwrap_or_default(),
            entries.join(",")
        );
    }
    text
}

/// Returns what a transcript is apart from its times, dates, serial numbers and tokens.
pub(crate) fn skeleton(transcript: &Transcript) -> String {
    let mut text = String::new();
    for entry in &transcript.entries {
        let what = match &entry.event {
            Event::Command(command) => command_line(command, true),
            Event::Response(response) => response_line(response, true),
            event => json(&event_value(event), true),
        };
        let _ = writeln!(text, "{} {} {what}", entry.visit, entry.event.kind());
    }
    text
}

/// Tells whether a stimulus could not be given.
pub(crate) fn has_unmet_step(transcript: &Transcript) -> bool {
    transcript.entries.iter().any(|entry| {
        matches!(
            entry.event,
            Event::Note(Note::Unmet { .. } | Note::CutShort { .. })
        )
    })
}

fn line(entry: &Entry) -> String {
    let at = entry.at.zoned().strftime("%Y-%m-%d %H:%M:%S%.3f");
    let re = entry.re.map(|re| format!("re {re} ")).unwrap_or_default();
    let what = match &entry.event {
        Event::Command(command) => command_line(command, false),
        Event::Response(response) => response_line(response, false),
        Event::Fault(what) => what.clone(),
        event => json(&event_value(event), false),
    };
    format!(
        "{} {at} {} {}>{} {} {re}{what}",
        entry.n,
        entry.visit,
        word(&entry.from),
        word(&entry.to),
        entry.event.kind()
    )
}

fn word<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        other => format!("{other:?}"),
    }
}

fn event_value(event: &Event) -> Value {
    let whole = serde_json::to_value(event).unwrap();
    whole.get("data").cloned().unwrap_or(Value::Null)
}

fn command_line(command: &CommandApdu, bare: bool) -> String {
    let (head, data) = command.apdu.0.split_at(command.apdu.0.len().min(5));
    let mut text = hex::encode_upper(head);
    if !data.is_empty() {
        let _ = write!(text, " {}", bytes(data, bare));
    }
    if let Some(secret) = &command.secret {
        let _ = write!(text, " {secret}");
    }
    if command.convention {
        text.push_str(" (convention)");
    }
    text
}

fn response_line(response: &ResponseApdu, bare: bool) -> String {
    let mut text = match (&response.status, &response.lost) {
        (Some(status), _) => status.clone(),
        (None, lost) => format!("lost {}", lost.as_deref().unwrap_or("-")),
    };
    if !response.data.0.is_empty() {
        let _ = write!(text, " {}", bytes(&response.data.0, bare));
    }
    text
}

fn bytes(data: &[u8], bare: bool) -> String {
    if bare && data.len() >= OPAQUE_MIN {
        return "bytes".to_owned();
    }
    if data.len() <= SHOWN_MAX {
        return hex::encode_upper(data);
    }
    let digest = hex::encode(Sha256::digest(data));
    format!(
        "{}…({} bytes, sha256 {}…)",
        hex::encode_upper(&data[..16]),
        data.len(),
        &digest[..8]
    )
}

fn json(value: &Value, bare: bool) -> String {
    shortened(value, bare).to_string()
}

fn shortened(value: &Value, bare: bool) -> Value {
    match value {
        Value::String(text) => Value::String(string(text, bare)),
        Value::Array(items) => items.iter().map(|item| shortened(item, bare)).collect(),
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(name, value)| (name.clone(), shortened(value, bare)))
                .collect(),
        ),
        other => other.clone(),
    }
}

fn string(text: &str, bare: bool) -> String {
    if text.len() >= 2 * OPAQUE_MIN
        && let Ok(data) = hex::decode(text)
    {
        return bytes(&data, bare);
    }
    if bare && text.starts_with("session-") {
        return "token".to_owned();
    }
    if bare && is_date(text) {
        return "date".to_owned();
    }
    text.to_owned()
}

/// Tells whether a text is a month, a day or an instant.
fn is_date(text: &str) -> bool {
    let digits = |range: std::ops::Range<usize>| {
        text.get(range)
            .is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let month = digits(0..4) && text.get(4..5) == Some("-") && digits(5..7);
    month && (text.len() == 7 || (text.get(7..8) == Some("-") && digits(8..10)))
}
