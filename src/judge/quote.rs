//! Quotes the card traffic that proves a breach: what was sent, decoded, and what was answered.

use super::facts::Facts;
use super::outcome::text;
use super::session::{Act, App, Command};
use crate::eligibility::Text;

/// So many commands are quoted; the entries of the finding name the others.
const MOST: usize = 3;
/// So many bytes of a command are quoted.
const BYTES: usize = 7;

/// Returns the commands that stand or are answered at `entries`, quoted; nothing where there are
/// none.
pub(super) fn quoted(facts: &Facts<'_>, entries: &[u64]) -> Option<Text> {
    let mut commands = facts.visits.iter().flat_map(|visit| &visit.commands);
    let named = |command: &&Command| {
        let answered = command.answer_n.is_some_and(|n| entries.contains(&n));
        entries.contains(&command.n) || answered
    };
    let quotes: Vec<String> = commands
        .by_ref()
        .filter(named)
        .take(MOST)
        .map(quote)
        .collect();
    let quotes = quotes.join(" / ");
    (!quotes.is_empty()).then(|| text!("〔{quotes}〕", " [{quotes}]"))
}

/// Writes a command as `12 VERIFY JPKI 0018 (00 20 00 80 04 pin#1) → 63C2`. Words are those of the
/// standard, in every language.
fn quote(command: &Command) -> String {
    let name = match command.act {
        Act::SelectApp => "SELECT",
        Act::SelectFile => "SELECT EF",
        Act::Read => "READ",
        Act::Verify => "VERIFY",
        Act::PinStatus => "VERIFY (status query)",
        Act::Sign => "COMPUTE DIGITAL SIGNATURE",
        Act::Unlock => "EXTERNAL AUTHENTICATE",
        Act::Write => "write",
        Act::Terminal | Act::Other => "command",
    };
    let app = match command.app.filter(|_| command.act != Act::SelectApp) {
        Some(App::Jpki) => " JPKI",
        Some(App::TextInput) => " 券面入力補助AP",
        Some(App::CardFace) => " 券面AP",
        Some(App::Other) | None => "",
    };
    let uses_file = !matches!(command.act, Act::SelectApp | Act::SelectFile | Act::Other);
    let file = command.file.filter(|_| uses_file);
    let file = file.map_or_else(String::new, |file| format!(" {file:04X}"));
    let shown = command.apdu.iter().take(BYTES);
    let mut bytes: Vec<String> = shown.map(|byte| format!("{byte:02X}")).collect();
    if command.apdu.len() > BYTES {
        bytes.push("…".to_owned());
    }
    bytes.extend(command.secret.as_ref().map(|secret| secret.alias.clone()));
    let (n, bytes, status) = (command.n, bytes.join(" "), command.status_text());
    format!("{n} {name}{app}{file} ({bytes}) → {status}")
}
