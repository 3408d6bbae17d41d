//! The faults that a step can inject.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
pub use virtual_card::fault::Fault as CardFault;

use crate::eligibility::InquiryKind;

/// A fault, at the card or at the backend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FaultStep {
    /// At the card, at the next command that fits. An answer to reset (`what: atr`) is refused: no
    /// reader in this process reads one.
    Card(CardFault),
    /// At the backend.
    Backend(BackendFault),
}

/// What goes wrong at the backend, at the next inquiry that fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BackendFault {
    /// What goes wrong.
    pub what: BackendFaultKind,
    /// Which inquiry; any if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inquiry: Option<InquiryKind>,
    /// At every inquiry that fits, not only at the next.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub always: bool,
    /// With `wrong`: which fault of a backend, as `uketsuke list faults` names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What goes wrong at the backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BackendFaultKind {
    /// No connection.
    Down,
    /// No answer within the reader's patience.
    Silent,
    /// An answer, but late: within the reader's patience.
    Slow,
    /// Something that is no answer.
    Garbage,
    /// From here on it decides wrongly, in the way that `name` says.
    Wrong,
}

/// The faults of a backend that steps have injected and that are still to strike, in their order.
#[derive(Debug, Clone, Default)]
pub struct DueFaults(Vec<BackendFault>);

impl DueFaults {
    /// Adds one to those that are still to strike.
    pub fn add(&mut self, fault: BackendFault) {
        self.0.push(fault);
    }

    /// Returns what strikes an inquiry of this kind; unless it strikes always, it has struck then.
    pub fn strike(&mut self, kind: InquiryKind) -> Option<BackendFaultKind> {
        let fits = |fault: &BackendFault| fault.inquiry.is_none_or(|wanted| wanted == kind);
        let index = self.0.iter().position(fits)?;
        let fault = self.0.get(index)?;
        let what = fault.what;
        if !fault.always {
            self.0.remove(index);
        }
        Some(what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_the_next_inquiry_of_its_kind_and_once_unless_always() {
        let mut due = DueFaults::default();
        let fault = |what, inquiry, always| BackendFault {
            what,
            inquiry,
            always,
            name: None,
        };
        due.add(fault(
            BackendFaultKind::Down,
            Some(InquiryKind::Confirm),
            false,
        ));
        due.add(fault(BackendFaultKind::Slow, None, true));
        let struck = [
            InquiryKind::Authenticate,
            InquiryKind::Confirm,
            InquiryKind::Confirm,
        ]
        .map(|kind| due.strike(kind));
        let (slow, down) = (BackendFaultKind::Slow, BackendFaultKind::Down);
        assert_eq!(struck, [Some(slow), Some(down), Some(slow)]);
    }
}
