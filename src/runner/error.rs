//! Why a play could not be carried out.

use crate::eligibility::Text;
use crate::transcript::Transcript;

/// The run could not be carried out: our failure, never a finding against others.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The backend's protocol cannot carry what the scenario asks, or the backend cannot be put
    /// into the state that it needs: not applicable, for this reason.
    #[error("{}", .0.en)]
    NotApplicable(Text),
    /// No runtime could be started to play on.
    #[error("no runtime could be started: {0}")]
    Runtime(#[from] std::io::Error),
    /// The card could not be put where a reader under test that uses PC/SC finds it, or not any more.
    #[error("{why}")]
    Unpresented {
        /// Why.
        why: String,
        /// What had happened by then.
        transcript: Box<Transcript>,
    },
    /// The scenario names what its resolution should have refused.
    #[error("scenario {id}, step {step}: {reason}")]
    Scenario {
        /// The scenario.
        id: String,
        /// The step, from 0.
        step: usize,
        /// Why.
        reason: String,
    },
}
