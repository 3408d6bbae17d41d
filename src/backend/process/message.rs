//! The messages of `uketsuke-backend/1`: one JSON object per line, each with a `type`.
//!
//! What is asked and answered are the seam's own types. Members that are not known are refused, so
//! that a slip of the pen shows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::backend::{Outage, World};
use crate::eligibility::{Answer, Inquiry, InquiryKind, Moment};
pub use crate::program::Reason;
use crate::program::{self, Failed, Introduce};
use crate::requirement::{self, Family};
use crate::transcript::SIMULATION;

pub(super) use crate::program::plain;

/// The protocol and its version.
pub const PROTOCOL: &str = "uketsuke-backend/1";

/// A line of the protocol, in either direction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Line {
    /// From uketsuke to the program.
    ToBackend(Box<ToBackend>),
    /// From the program to uketsuke.
    FromBackend(Box<FromBackend>),
}

/// What uketsuke writes to the program's standard input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ToBackend {
    /// The first message; the program answers `hello`.
    Hello {
        /// `uketsuke-backend/1`.
        protocol: String,
        /// Who asks, with its version.
        tool: String,
        /// That everything that follows is made up.
        simulation: String,
    },
    /// What the backend must know from now on; answered by `arranged` or `cannot`.
    Arrange {
        /// The instant on the scenario's clock.
        at: Moment,
        /// Whether a play begins: everything recorded so far is to be forgotten. Else consents,
        /// registrations and tokens stay, and `world` replaces what is known of the people.
        anew: bool,
        /// The people with their cards and what is on record of them.
        world: World,
    },
    /// An inquiry; answered by `answer` or `outage` with the same `id`.
    Ask {
        /// Counts up from 1 over the life of a process.
        id: u64,
        /// The instant on the scenario's clock.
        now: Moment,
        /// The inquiry.
        inquiry: Inquiry,
    },
    /// The last message; the program ends.
    Bye {},
}

impl ToBackend {
    /// Returns the message that introduces us.
    pub fn hello() -> ToBackend {
        ToBackend::Hello {
            protocol: PROTOCOL.to_owned(),
            tool: concat!("uketsuke ", env!("CARGO_PKG_VERSION")).to_owned(),
            simulation: SIMULATION.to_owned(),
        }
    }
}

impl ToBackend {
    /// Returns the message as a line.
    ///
    /// # Errors
    ///
    /// [`Outage::Down`] where it cannot be written as JSON.
    pub fn to_line(&self) -> Result<String, Outage> {
        let line = serde_json::to_string(self)
            .map_err(|error| Outage::Down(format!("the message could not be written: {error}")))?;
        Ok(line + "\n")
    }
}

/// What the program writes to its standard output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum FromBackend {
    /// To `hello`.
    Hello(Hello),
    /// To `arrange`: the world is as told.
    Arranged {},
    /// To `arrange`: the backend cannot be put into this state. The scenario is not applicable.
    Cannot {
        /// Why.
        reason: Reason,
    },
    /// To `ask`.
    Answer {
        /// The `id` of the question.
        id: u64,
        /// The answer.
        answer: Answer,
    },
    /// To `ask` and `arrange`: what stands behind the program does not answer. Inconclusive, never
    /// a finding.
    Outage {
        /// The `id` of the question; absent in reply to `arrange`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u64>,
        /// Why.
        reason: String,
    },
}

impl FromBackend {
    /// Returns the `type`.
    pub fn type_name(&self) -> &'static str {
        match self {
            FromBackend::Hello(_) => "hello",
            FromBackend::Arranged {} => "arranged",
            FromBackend::Cannot { .. } => "cannot",
            FromBackend::Answer { .. } => "answer",
            FromBackend::Outage { .. } => "outage",
        }
    }

    /// Reads a line.
    ///
    /// # Errors
    ///
    /// [`Outage::Malformed`] with what is wrong and what was expected.
    pub fn of_line(line: &[u8]) -> Result<FromBackend, Outage> {
        Ok(program::read_line(line, "process")?)
    }
}

/// How a program introduces itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// `uketsuke-backend/1`.
    pub protocol: String,
    /// The backend's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The kinds of inquiry that it answers. What needs others is not applicable.
    pub carries: Vec<InquiryKind>,
    /// Whether it does what `arrange` says. Else its people are mapped by bindings, its date is
    /// today, and no `arrange` is sent.
    pub arranges: bool,
    /// Families (`ELIG`) or ids (`ELIG-04`) of the requirements by which it asks to be judged, all
    /// of them if absent. A scenario that lists another one of a backend is not applicable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<Vec<String>>,
}

impl Hello {
    /// Checks what the schema cannot say, and makes the texts safe to show.
    ///
    /// # Errors
    ///
    /// [`Outage::Malformed`] where it speaks another protocol or claims what is no requirement.
    pub fn checked(mut self) -> Result<Hello, Outage> {
        if self.protocol != PROTOCOL {
            return Err(Outage::Malformed(format!(
                "the protocol `{}` where `{PROTOCOL}` was expected",
                plain(&self.protocol)
            )));
        }
        for claim in self.claims.iter().flatten() {
            if family(claim).is_none() && claim.parse::<requirement::Id>().is_err() {
                return Err(Outage::Malformed(format!(
                    "a claim `{}` where a family such as `ELIG` or an id such as `ELIG-04` was \
                     expected",
                    plain(claim)
                )));
            }
        }
        self.name = plain(&self.name);
        self.version = plain(&self.version);
        Ok(self)
    }

    /// Tells whether the program asks to be judged by a requirement.
    pub fn claims(&self, id: requirement::Id) -> bool {
        let covers = |claim: &String| match family(claim) {
            Some(family) => family == id.family(),
            None => *claim == id.to_string(),
        };
        self.claims
            .as_ref()
            .is_none_or(|claims| claims.iter().any(covers))
    }
}

impl Introduce for Hello {
    fn question() -> String {
        // Our own types with string keys always serialise.
        serde_json::to_string(&ToBackend::hello()).unwrap_or_default()
    }

    fn read(line: &[u8]) -> Result<Hello, Failed> {
        match program::read_line(line, "process")? {
            FromBackend::Hello(hello) => hello.checked(),
            other => Err(super::unexpected("`hello`", &other)),
        }
        .map_err(|outage| Failed::Malformed(malformed(outage)))
    }

    fn name(&self) -> &str {
        &self.name
    }
}

/// Returns what is malformed, without the words around it.
fn malformed(outage: Outage) -> String {
    match outage {
        Outage::Malformed(what) => what,
        other => other.to_string(),
    }
}

fn family(text: &str) -> Option<Family> {
    Family::ALL
        .into_iter()
        .find(|family| family.as_str() == text)
}

/// Returns the name of a kind of inquiry, as it stands in messages.
pub(super) fn kind_name(kind: InquiryKind) -> &'static str {
    match kind {
        InquiryKind::Authenticate => "authenticate",
        InquiryKind::Register => "register",
        InquiryKind::Confirm => "confirm",
        InquiryKind::Limit => "limit",
        InquiryKind::Number => "number",
        InquiryKind::Person => "person",
        InquiryKind::Medical => "medical",
        InquiryKind::Portal => "portal",
    }
}

/// Returns the answer if it is one to this kind of inquiry.
pub(super) fn check(kind: InquiryKind, answer: Answer) -> Result<Answer, Outage> {
    let (got, fits) = match &answer {
        Answer::Refused(_) => ("refused", true),
        Answer::Authenticated(_) => ("authenticated", kind == InquiryKind::Authenticate),
        Answer::Registered => ("registered", kind == InquiryKind::Register),
        Answer::Eligibility(_) => (
            "eligibility",
            matches!(
                kind,
                InquiryKind::Confirm | InquiryKind::Number | InquiryKind::Person
            ),
        ),
        Answer::Limit(_) => ("limit", kind == InquiryKind::Limit),
        Answer::Medical(_) => ("medical", kind == InquiryKind::Medical),
        Answer::Portal(_) => ("portal", kind == InquiryKind::Portal),
    };
    if fits {
        return Ok(answer);
    }
    Err(Outage::Malformed(format!(
        "an answer `{got}` to an inquiry `{}`",
        kind_name(kind)
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello(claims: &[&str]) -> Result<Hello, Outage> {
        Hello {
            protocol: PROTOCOL.to_owned(),
            name: "n\u{1b}[2J".to_owned(),
            version: "1".to_owned(),
            carries: Vec::new(),
            arranges: true,
            claims: Some(claims.iter().map(|claim| (*claim).to_owned()).collect()),
        }
        .checked()
    }

    #[test]
    fn a_claim_is_a_family_or_an_id_of_the_catalogue() {
        let hello = hello(&["DISC", "ELIG-04"]).unwrap();
        let claims = |id| hello.claims(requirement::Id::literal(id));
        assert!(claims("DISC-01") && claims("DISC-09") && claims("ELIG-04"));
        assert!(!claims("ELIG-05") && !claims("CONS-01"));
        assert_eq!(hello.name, "n␛[2J");
    }

    #[test]
    fn a_claim_of_anything_else_is_malformed() {
        for claim in ["elig", "ELIG-99", "XXX", ""] {
            let Err(Outage::Malformed(why)) = hello(&[claim]) else {
                panic!("{claim} was taken");
            };
            assert!(why.contains("ELIG-04"), "{why}");
        }
    }

    #[test]
    fn members_that_are_unknown_or_given_twice_are_refused() {
        for line in [
            r#"{"type":"arranged","and":1}"#,
            r#"{"type":"outage","id":1,"id":1,"reason":"r"}"#,
            r#"{"type":"cannot","reason":{"ja":"r"}}"#,
        ] {
            assert!(
                matches!(
                    FromBackend::of_line(line.as_bytes()),
                    Err(Outage::Malformed(_))
                ),
                "{line}"
            );
        }
    }
}
