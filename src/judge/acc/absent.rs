//! ACC: how the card answers for what is not there (row 16), judged where the card is under test.

use std::collections::HashMap;

use crate::judge::facts::Facts;
use crate::judge::outcome::{Outcome, text};
use crate::judge::rule::{Rule, rule};
use crate::judge::session::{Act, App, Command, is_known_app};
use crate::requirement::Subject::Card;

pub(in crate::judge) const RULES: &[Rule] = &[rule("ACC-16", Card, acc_16)];

/// No file of a card is as long as this: the largest known has some 3 KB (card.md §2.3).
const LONGER_THAN_ANY_FILE: usize = 0x7000;
/// The ids that files of the card can have: each is a short id as well (card.md §2).
const FILES: std::ops::RangeInclusive<u16> = 0x0001..=0x001E;
/// Ids that ISO 7816-4 keeps for the master file, the current file and later use.
const RESERVED: [u16; 3] = [0x3F00, 0x3FFF, 0xFFFF];
/// Registered names of applications that Japan gave out: a card may have more than are known.
const JAPANESE: [u8; 2] = [0xD3, 0x92];
/// Answers of a card that does not come to look at the offset: it is not allowed, not possible,
/// or no file is selected.
const BEFORE_THE_OFFSET: [u16; 4] = [0x6981, 0x6982, 0x6985, 0x6986];

fn acc_16(facts: &Facts<'_>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for person in 0..facts.scenario.people.len() {
        let mut ends: HashMap<(App, u16), usize> = HashMap::new();
        for stay in facts.stays(person) {
            for command in stay.undisturbed().filter(|it| it.status.is_some()) {
                let expected = match command.act {
                    Act::SelectApp => of_application(command),
                    Act::SelectFile => of_file(command),
                    Act::Read => of_read(command, &mut ends),
                    _ => None,
                };
                outcomes.extend(expected.map(|expected| compared(command, expected)));
            }
        }
    }
    outcomes
}

/// Returns what the SELECT of an unknown application must be answered.
fn of_application(command: &Command) -> Option<&'static str> {
    let plain = command.apdu.get(..4) == Some(&[0x00, 0xA4, 0x04, 0x0C]);
    let one_more = command.done() && command.data.starts_with(&JAPANESE);
    let unknown = !command.data.is_empty() && !is_known_app(&command.data) && !one_more;
    (plain && unknown).then_some("6A82")
}

/// Returns what the SELECT of an unknown file must be answered.
fn of_file(command: &Command) -> Option<&'static str> {
    let plain = command.apdu.get(..4) == Some(&[0x00, 0xA4, 0x02, 0x0C]);
    let id = match *command.data.as_slice() {
        [high, low] => u16::from_be_bytes([high, low]),
        _ => return None,
    };
    let unknown = !FILES.contains(&id) || !command.done();
    // With no application selected no source is sure of the answer (card.md §4).
    let judged = plain && command.app.is_some() && !RESERVED.contains(&id);
    (judged && unknown).then_some("6A82")
}

/// Returns what a READ BINARY past the end must be answered; learns where files end.
fn of_read(command: &Command, ends: &mut HashMap<(App, u16), usize>) -> Option<&'static str> {
    let is_binary = command.apdu.get(1) == Some(&0xB0);
    let place = (command.app?, command.file?);
    let status = command.status.filter(|_| is_binary)?;
    if command.done() && !command.response.is_empty() {
        let end = command.offset + command.response.len();
        if asked_for(command).is_some_and(|asked| command.response.len() < asked) {
            ends.insert(place, end);
        } else if ends.get(&place).is_some_and(|known| *known < end) {
            // That read was short for another reason.
            ends.remove(&place);
        }
        return None;
    }
    let past = command.offset >= LONGER_THAN_ANY_FILE
        || ends.get(&place).is_some_and(|end| command.offset > *end);
    let about_the_offset = command.done() || status >> 8 == 0x6B;
    let judged = about_the_offset || (past && !BEFORE_THE_OFFSET.contains(&status));
    judged.then_some("6B00")
}

/// Returns how many bytes a READ BINARY asks for.
fn asked_for(command: &Command) -> Option<usize> {
    match *command.apdu.get(4..)? {
        [0] => Some(256),
        [length] => Some(usize::from(length)),
        [0, high, low] => match u16::from_be_bytes([high, low]) {
            0 => Some(65_536),
            length => Some(usize::from(length)),
        },
        _ => None,
    }
}

fn compared(command: &Command, expected: &str) -> Outcome {
    let (n, status) = (command.n, command.status_text());
    if status == expected {
        Outcome::pass(
            &command.entries(),
            text!(
                "項目{n}に{status}が返った",
                "entry {n} was answered {status}"
            ),
        )
    } else {
        Outcome::fail(
            &command.entries(),
            text!(
                "項目{n}に{status}が返ったが、{expected}が正しい",
                "entry {n} was answered {status} where {expected} is right"
            ),
        )
    }
}
