//! Names a command in a few English words, for screens and logs.

use crate::apdu::Command;
use crate::applications;

/// Returns what the command asks for, such as `VERIFY`, `SELECT 公的個人認証AP` or
/// `READ BINARY offset 256`.
///
/// Never shows a data field that could hold a secret. A file that a command names is given by its
/// id; what the id stands for depends on the application, which a single command does not tell.
#[must_use]
pub fn describe(command: &Command) -> String {
    match (command.class & 0x80, command.instruction) {
        (0x00, 0xA4) => describe_select(command),
        (0x00, 0xB0) if command.p1 & 0x80 != 0 => {
            let file = command.p1 & 0x1F;
            format!("READ BINARY EF {file:04X} offset {}", command.p2)
        }
        (0x00, 0xB0) => {
            let offset = u16::from_be_bytes([command.p1, command.p2]);
            format!("READ BINARY offset {offset}")
        }
        (0x00, 0xB2) => format!("READ RECORD {}", command.p1),
        (0x00, 0x20) if command.data.is_empty() => format!("PIN STATUS{}", reference(command.p2)),
        (0x00, 0x20) => format!("VERIFY{}", reference(command.p2)),
        (0x00, 0x24) => format!("CHANGE REFERENCE DATA{}", reference(command.p2)),
        (0x00, 0x82) => "EXTERNAL AUTHENTICATE".to_owned(),
        (0x00, 0x84) => match command.expected {
            Some(expected) => format!("GET CHALLENGE {expected} bytes"),
            None => "GET CHALLENGE".to_owned(),
        },
        (0x00, 0x88) => "INTERNAL AUTHENTICATE".to_owned(),
        (0x00, 0xCA) => format!("GET DATA {:02X}{:02X}", command.p1, command.p2),
        (0x80, 0x2A) => {
            let key = if command.p2 == 0 {
                " default key".to_owned()
            } else {
                reference(command.p2)
            };
            format!("COMPUTE DIGITAL SIGNATURE{key}")
        }
        (0x80, 0x32) => format!("CHANGE KEY{}", reference(command.p2)),
        (0x80, 0xA2) if (command.p1, command.p2) == (0x06, 0xC1) => {
            "TERMINAL CERTIFICATE body".to_owned()
        }
        (0x80, 0xA2) if (command.p1, command.p2) == (0x00, 0xC1) => {
            "TERMINAL CERTIFICATE signature".to_owned()
        }
        (0x80, 0xAE) => "SET SESSION KEY".to_owned(),
        (0x80, 0xFC) => "LAST COMMAND INDICATOR".to_owned(),
        _ => format!(
            "unknown command {:02X} {:02X} {:02X} {:02X}",
            command.class, command.instruction, command.p1, command.p2
        ),
    }
}

fn describe_select(command: &Command) -> String {
    match (command.p1, command.data.as_slice()) {
        (0x04, aid) => match applications::name_of(aid) {
            Some(name) => format!("SELECT {name}"),
            None => format!("SELECT application {}", hex::encode_upper(aid)),
        },
        (0x02, &[high, low]) => format!("SELECT EF {high:02X}{low:02X}"),
        (p1, data) => format!("SELECT P1 {p1:02X} {}", hex::encode_upper(data))
            .trim_end()
            .to_owned(),
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
