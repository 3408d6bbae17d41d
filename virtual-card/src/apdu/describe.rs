//! Names a command in a few English words, for screens and logs.

use crate::apdu::Command;
use crate::applications;

/// Bits of CLA that tell secure messaging.
const SECURE_MESSAGING: u8 = 0x0C;

/// Returns what the command asks for, such as `VERIFY`, `SELECT 公的個人認証AP` or
/// `READ BINARY offset 256`; `SM` stands before it under secure messaging.
///
/// Never shows a data field that could hold a secret. A file that a command names is given by its
/// id; what the id stands for depends on the application, which a single command does not tell.
#[must_use]
pub fn describe(command: &Command) -> String {
    let secured = command.class & SECURE_MESSAGING != 0;
    let name = match command.class & 0x80 {
        0x00 => describe_interindustry(command, secured),
        _ => describe_proprietary(command),
    };
    match name {
        Some(name) if secured => format!("SM {name}"),
        Some(name) => name,
        None => format!(
            "unknown command {:02X} {:02X} {:02X} {:02X}",
            command.class, command.instruction, command.p1, command.p2
        ),
    }
}

fn describe_interindustry(command: &Command, secured: bool) -> Option<String> {
    let (p1, p2) = (command.p1, command.p2);
    Some(match command.instruction {
        0xA4 if secured => describe_secured_select(p1).to_owned(),
        0xA4 => describe_select(command),
        0xB0 if p1 & 0x80 != 0 => {
            let file = p1 & 0x1F;
            format!("READ BINARY EF {file:04X} offset {p2}")
        }
        0xB0 => format!("READ BINARY offset {}", u16::from_be_bytes([p1, p2])),
        0xB2 => format!("READ RECORD {p1}{}", reference(0x80 | p2 >> 3)),
        0x20 if command.data.is_empty() => format!("PIN STATUS{}", reference(p2)),
        0x20 => format!("VERIFY{}", reference(p2)),
        0x24 => format!("CHANGE REFERENCE DATA{}", reference(p2)),
        0x82 => "EXTERNAL AUTHENTICATE".to_owned(),
        0x84 => match command.expected {
            Some(expected) => format!("GET CHALLENGE {expected} bytes"),
            None => "GET CHALLENGE".to_owned(),
        },
        0x88 => format!("INTERNAL AUTHENTICATE{}", reference(p2)),
        0xCA => {
            let object = data_object(u16::from_be_bytes([p1, p2]));
            format!("GET DATA {p1:02X}{p2:02X} {object}")
                .trim_end()
                .to_owned()
        }
        _ => return None,
    })
}

fn describe_proprietary(command: &Command) -> Option<String> {
    let (p1, p2) = (command.p1, command.p2);
    Some(match command.instruction {
        0x2A => {
            let key = if p2 == 0 {
                " default key".to_owned()
            } else {
                reference(p2)
            };
            format!("COMPUTE DIGITAL SIGNATURE{}{key}", form(p1))
        }
        0x32 => format!("CHANGE KEY{}", reference(p2)),
        0x50 => "LOCK DF".to_owned(),
        0x52 => "UNLOCK DF".to_owned(),
        0x54 => "UNLOCK KEY".to_owned(),
        0x8A => "MANAGE ATTRIBUTES".to_owned(),
        0xA2 if (p1, p2) == (0x06, 0xC1) => "TERMINAL CERTIFICATE body".to_owned(),
        0xA2 if (p1, p2) == (0x00, 0xC1) => "TERMINAL CERTIFICATE signature".to_owned(),
        0xAE => "SET SESSION KEY".to_owned(),
        0xFC => "LAST COMMAND INDICATOR".to_owned(),
        _ => return None,
    })
}

fn describe_select(command: &Command) -> String {
    match (command.p1, command.data.as_slice()) {
        (0x04, aid) => {
            let next = if command.p2 & 0x03 == 0x02 {
                "next "
            } else {
                ""
            };
            match applications::name_of(aid) {
                Some(name) => format!("SELECT {next}{name}"),
                None => format!("SELECT {next}application {}", hex::encode_upper(aid)),
            }
        }
        (0x02, &[high, low]) => format!("SELECT EF {high:02X}{low:02X}"),
        (p1, data) => format!("SELECT P1 {p1:02X} {}", hex::encode_upper(data))
            .trim_end()
            .to_owned(),
    }
}

/// Says what is selected; which one stands encrypted in the data field.
fn describe_secured_select(p1: u8) -> &'static str {
    match p1 {
        0x02 => "SELECT EF",
        0x04 => "SELECT application",
        _ => "SELECT",
    }
}

/// Says in which form a signature is wanted; nothing for data that are padded as they are
/// (card.md §4.1).
fn form(p1: u8) -> String {
    match p1 {
        0x00 => String::new(),
        0x01 => " of a message as bare SHA-256".to_owned(),
        0x02 => " of a SHA-256".to_owned(),
        0x03 => " of a message".to_owned(),
        0x04 => " PSS of a SHA-256".to_owned(),
        0x05 => " PSS of a message".to_owned(),
        p1 => format!(" P1 {p1:02X}"),
    }
}

/// Names the data objects of the card level (card.md §1.3); nothing for others.
fn data_object(tag: u16) -> &'static str {
    match tag {
        0x0042 => "issuer identification number",
        0x0045 => "card identification number",
        0x0066 => "card recognition data",
        0x00F0 => "municipality code",
        0x00F2 => "expiry",
        0x00F7 => "key id of the intermediate authority",
        0x00F8 => "certificate of the intermediate authority",
        0x5F51 => "contact ATR",
        0x7F21 => "certificate below the intermediate authority",
        _ => "",
    }
}

/// Says which file P2 names by its short identifier; nothing for the current one.
fn reference(p2: u8) -> String {
    match p2 {
        0x80 => String::new(),
        p2 if p2 & 0xE0 == 0x80 => format!(" EF {:04X}", p2 & 0x1F),
        p2 => format!(" P2 {p2:02X}"),
    }
}
