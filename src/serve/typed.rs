//! What can be typed while a server runs: the date, faults, cards in use.

use super::control::CardUse;
use crate::eligibility::Moment;

/// A line that was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// Sets the clock.
    At(Moment),
    /// Puts these faults in place of those in effect.
    Fault(Vec<String>),
    /// Uses a card.
    Face(CardUse),
    /// Says whose cards there are.
    People,
    /// Says what can be typed.
    Help,
    /// Stops the server.
    Quit,
    /// Nothing.
    Empty,
}

/// What can be typed.
pub const HELP: &str = "at MOMENT           set the date, e.g. at 2025-12-20T09:15+09:00
fault NAME[:N]…     let something go wrong; fault off ends it
face PERSON [KIND…] use a person's card; KINDs are what the patient agrees to: care checkup surgery …
people              whose cards there are
help                this
quit                stop";

/// Reads a line.
///
/// # Errors
///
/// What is wrong with it and what was expected.
pub fn read(line: &str) -> Result<Typed, String> {
    let mut words = line.split_whitespace();
    let Some(command) = words.next() else {
        return Ok(Typed::Empty);
    };
    let rest: Vec<&str> = words.collect();
    match (command, rest.as_slice()) {
        ("at", [moment]) => moment
            .parse()
            .map(Typed::At)
            .map_err(|_| format!("{moment:?} is no moment; write at 2025-12-20T09:15+09:00")),
        ("fault", ["off"]) => Ok(Typed::Fault(Vec::new())),
        ("fault", [_, ..]) => Ok(Typed::Fault(rest.into_iter().map(str::to_owned).collect())),
        ("face", [person, kinds @ ..]) => {
            let consents = kinds
                .iter()
                .map(|kind| {
                    serde_json::from_value((*kind).into()).map_err(|_| {
                        format!(
                            "{kind:?} is no consent; there are care, checkup, surgery, specific-disease and limit"
                        )
                    })
                })
                .collect::<Result<_, _>>()?;
            Ok(Typed::Face(CardUse {
                person: (*person).to_owned(),
                consents,
                site: None,
            }))
        }
        ("people", []) => Ok(Typed::People),
        ("help" | "?", []) => Ok(Typed::Help),
        ("quit" | "exit", []) => Ok(Typed::Quit),
        _ => Err(format!("{command:?} is not understood; type help")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eligibility::ConsentKind;

    #[test]
    fn every_line_of_the_help_is_understood() {
        for (line, expected) in [
            (
                "at 2025-12-20T09:15+09:00",
                Typed::At("2025-12-20T00:15:00Z".parse().unwrap()),
            ),
            ("fault off", Typed::Fault(Vec::new())),
            (
                "fault down:2 grace-forgotten",
                Typed::Fault(vec!["down:2".into(), "grace-forgotten".into()]),
            ),
            (
                "face adult care checkup",
                Typed::Face(CardUse {
                    person: "adult".into(),
                    consents: vec![ConsentKind::Care, ConsentKind::Checkup],
                    site: None,
                }),
            ),
            ("people", Typed::People),
            ("help", Typed::Help),
            ("  quit ", Typed::Quit),
            ("", Typed::Empty),
        ] {
            assert_eq!(read(line), Ok(expected), "{line}");
        }
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for (line, says) in [
            ("at noon", "no moment"),
            ("at", "type help"),
            ("fault", "type help"),
            ("face adult cares", "no consent"),
            ("dance", "type help"),
        ] {
            let error = read(line).unwrap_err();
            assert!(error.contains(says), "{line}: {error}");
        }
    }
}
