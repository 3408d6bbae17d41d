//! Checks a screen beyond what its schema can say.

use super::SCHEMA;
use crate::program::{Failed, plain};
use crate::screen::Screen;

/// Refuses what a screen does not have: its parameters stand beside the `type`, where the reader of
/// JSON cannot tell a slip of the pen.
pub(super) fn screen(line: &[u8], screen: &Screen) -> Result<(), Failed> {
    let given: serde_json::Value = serde_json::from_slice(line).unwrap_or_default();
    let known = serde_json::to_value(screen).unwrap_or_default();
    let name = screen.id().name();
    let members = given.as_object().into_iter().flatten();
    for (member, value) in members {
        if member != "type" && known.get(member).is_none() && !value.is_null() {
            return Err(Failed::Malformed(format!(
                "the screen `{name}` with the member `{}`; a message of the schema `{SCHEMA}` was \
                 expected",
                plain(member)
            )));
        }
    }
    match screen {
        Screen::PinPad { keys, .. } | Screen::PinWrong { keys, .. } if !is_layout(keys) => {
            Err(Failed::Malformed(format!(
                "the screen `{name}` with keys that are not each digit once; `keys` was expected \
                 to be the ten digits in their order on the pad, or absent"
            )))
        }
        _ => Ok(()),
    }
}

fn is_layout(keys: &str) -> bool {
    let mut digits: Vec<char> = keys.chars().collect();
    digits.sort_unstable();
    keys.is_empty() || digits.into_iter().eq('0'..='9')
}
