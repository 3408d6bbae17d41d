//! What can be made to go wrong: faulty readers, backends and cards, the faults of a scenario's
//! steps, and those of a server.

use serde::Serialize;

use crate::eligibility::Text;
use crate::fault::FAULTS;
use crate::requirement::{self, Subject};
use crate::serve::fault::WIRE_FAULTS;

/// Something that can be made to go wrong.
#[derive(Debug, Serialize)]
pub(super) struct Listed {
    /// Name, for `run --fault` and `serve --fault`; for a fault of a step, its kind.
    pub(super) name: &'static str,
    /// Where it sits.
    pub(super) at: Subject,
    /// The requirement that a faulty reader, backend or card breaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) breaks: Option<requirement::Id>,
    /// For a fault of a step, an example as it stands in a file; for one of a server, the command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) example: Option<&'static str>,
    /// What happens.
    pub(super) about: Text,
}

/// Returns everything that can be made to go wrong: faulty parts first, then the faults of steps,
/// then those of a server.
pub(super) fn all() -> Vec<Listed> {
    let parts = FAULTS.iter().map(|fault| Listed {
        name: fault.name,
        at: fault.subject(),
        breaks: Some(fault.breaks),
        example: None,
        about: fault.title(),
    });
    let wire = WIRE_FAULTS.iter().map(|fault| Listed {
        name: fault.name,
        at: Subject::Backend,
        breaks: fault.breaks.map(|breach| breach.requirement),
        example: Some(fault.example),
        about: fault.title(),
    });
    parts.chain(step_faults()).chain(wire).collect()
}

macro_rules! faults {
    ($($at:ident $what:literal $example:literal $ja:literal $en:literal)*) => {
        vec![$(Listed {
            name: $what,
            at: Subject::$at,
            breaks: None,
            example: Some($example),
            about: Text::new($ja, $en),
        }),*]
    };
}

/// Returns what a scenario can let go wrong, in the order of the documentation.
fn step_faults() -> Vec<Listed> {
    faults! {
        Card "removed" "fault: { card: { what: removed, when: before, command: verify } }"
            "コマンドの前・途中・後にカードが抜かれる" "the card is pulled before, during or after a command"
        Card "mute" "fault: { card: { what: mute, command: sign } }"
            "カードが応答しない" "the card does not answer"
        Card "status" "fault: { card: { what: status, status: \"6A80\", nth: 2 } }"
            "別のステータスワードが返る" "another status word comes back, without data"
        Card "truncated" "fault: { card: { what: truncated, command: read-binary } }"
            "応答が途中で切れる" "half of the answer's data comes back"
        Card "slow" "fault: { card: { what: slow, by: 3s, command: sign } }"
            "応答が遅れる" "the answer comes later by that much"
        Card "overlong" "fault: { card: { what: overlong, command: read-binary } }"
            "応答が長すぎる" "the answer has 256 bytes more than the card gave"
        Card "flipped" "fault: { card: { what: flipped, bit: 9, command: read-binary } }"
            "応答の1ビットが化ける" "one bit of the answer changes"
        Card "doubled" "fault: { card: { what: doubled, command: read-binary } }"
            "応答が二重になる" "the answer comes twice in one"
        Card "reset" "fault: { card: { what: reset, when: after, command: verify } }"
            "カードの電源が一瞬途切れる" "the card loses its power for a moment"
        Backend "down" "fault: { backend: { what: down } }"
            "接続できない" "no connection"
        Backend "silent" "fault: { backend: { what: silent, inquiry: confirm } }"
            "待っても回答がない" "no answer within the reader's patience"
        Backend "slow" "fault: { backend: { what: slow } }"
            "回答が遅い" "the answer is late, within the reader's patience"
        Backend "garbage" "fault: { backend: { what: garbage, always: true } }"
            "回答ではないものが返る" "something comes back that is no answer"
        Backend "wrong" "fault: { backend: { what: wrong, name: grace-forgotten } }"
            "以後、指定した誤りのとおりに判断する" "from here on it decides wrongly, as a fault of a backend does"
    }
}

#[cfg(test)]
mod tests {
    use virtual_card::fault::What;

    use super::*;
    use crate::scenario::{BackendFaultKind, FaultStep, Step};

    #[test]
    fn every_example_is_the_fault_that_it_shows_and_none_is_missing() {
        let mut kinds = Vec::new();
        for fault in step_faults() {
            let steps: Vec<Step> =
                serde_saphyr::from_str(&format!("- {}\n", fault.example.unwrap())).unwrap();
            let kind = match &steps[0] {
                Step::Fault(FaultStep::Card(fault)) => serde_json::to_value(fault.kind.what()),
                Step::Fault(FaultStep::Backend(fault)) => serde_json::to_value(fault.what),
                other => panic!("{other:?}"),
            };
            assert_eq!(kind.unwrap(), fault.name);
            kinds.push((fault.at, fault.name));
        }
        // One arm per kind: a new kind does not compile before it is listed.
        for kind in [
            What::Removed,
            What::Mute,
            What::Slow,
            What::Status,
            What::Truncated,
            What::Overlong,
            What::Flipped,
            What::Doubled,
            What::Reset,
            What::Atr,
        ] {
            let name = match kind {
                What::Removed => "removed",
                What::Mute => "mute",
                What::Slow => "slow",
                What::Status => "status",
                What::Truncated => "truncated",
                What::Overlong => "overlong",
                What::Flipped => "flipped",
                What::Doubled => "doubled",
                What::Reset => "reset",
                // No reader in this process reads an answer to reset.
                What::Atr => continue,
            };
            assert!(kinds.contains(&(Subject::Card, name)), "{name}");
        }
        for kind in [
            BackendFaultKind::Down,
            BackendFaultKind::Silent,
            BackendFaultKind::Slow,
            BackendFaultKind::Garbage,
            BackendFaultKind::Wrong,
        ] {
            let name = match kind {
                BackendFaultKind::Down => "down",
                BackendFaultKind::Silent => "silent",
                BackendFaultKind::Slow => "slow",
                BackendFaultKind::Garbage => "garbage",
                BackendFaultKind::Wrong => "wrong",
            };
            assert!(kinds.contains(&(Subject::Backend, name)), "{name}");
        }
    }
}
