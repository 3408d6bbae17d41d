//! Our backend as a program behind `process:`: JSON lines over standard input and output, as
//! `docs/process.md` tells.

use std::io::{self, BufRead, Read as _, Write};

use tokio::runtime::{Builder, Runtime};

use crate::backend::embedded::InProcess;
use crate::backend::process::message::{FromBackend, Hello, PROTOCOL, Reason, ToBackend};
use crate::backend::{Backend, Cannot, Connector as _, Outage};
use crate::eligibility::InquiryKind;
use crate::fault::{Fault, interpose_backend};

/// How long a line may be: as long as one that `process:` takes.
const LINE_MAX: u64 = 4 * 1024 * 1024;
/// What stands for an answer that has no form.
const GARBAGE: &str = "SIMULATION of garbage";

/// Why standard input or output could not be served to its end.
#[derive(Debug, thiserror::Error)]
pub enum StdioError {
    /// A stream failed, or no runtime could be started.
    #[error("standard input or output: {0}")]
    Stream(#[from] io::Error),
    /// A line is no message of the protocol.
    #[error(
        "line {line} is no message of {PROTOCOL}: {why}; `uketsuke schema process` says what is"
    )]
    Line {
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        why: String,
    },
}

/// Who answers on standard output.
struct Program {
    runtime: Runtime,
    backend: Box<dyn Backend>,
    faults: Vec<&'static Fault>,
}

impl Program {
    /// Begins anew: nobody is known, nothing is recorded.
    fn anew(&mut self) -> Result<(), Outage> {
        let sound = self.runtime.block_on(InProcess.connect())?;
        self.backend = self
            .faults
            .iter()
            .fold(sound, |backend, fault| interpose_backend(fault, backend));
        Ok(())
    }

    fn reply(&mut self, message: ToBackend) -> Result<FromBackend, Outage> {
        Ok(match message {
            ToBackend::Hello { .. } | ToBackend::Bye {} => FromBackend::Hello(hello()),
            ToBackend::Arrange { at, anew, world } => {
                if anew {
                    self.anew()?;
                }
                match self.runtime.block_on(self.backend.arrange(&world, at)) {
                    Ok(()) => FromBackend::Arranged {},
                    Err(Cannot::Arrange(why)) => FromBackend::Cannot {
                        reason: Reason::Both(why),
                    },
                    Err(Cannot::Reach(outage)) => return Err(outage),
                }
            }
            ToBackend::Ask { id, now, inquiry } => {
                match self.runtime.block_on(self.backend.ask(&inquiry, now)) {
                    Ok(answer) => FromBackend::Answer { id, answer },
                    Err(malformed @ Outage::Malformed(_)) => return Err(malformed),
                    Err(outage) => FromBackend::Outage {
                        id: Some(id),
                        reason: outage.to_string(),
                    },
                }
            }
        })
    }
}

fn hello() -> Hello {
    Hello {
        protocol: PROTOCOL.to_owned(),
        name: "uketsuke embedded (SIMULATION)".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        carries: InquiryKind::ALL.to_vec(),
        arranges: true,
        claims: None,
    }
}

/// Answers each line of `input` with one of `output`, until `bye` or the end of `input`. Returns how
/// many inquiries were answered.
///
/// # Errors
///
/// [`StdioError`]; what was answered before stands.
pub fn serve(
    mut input: impl BufRead,
    mut output: impl Write,
    faults: Vec<&'static Fault>,
) -> Result<u64, StdioError> {
    let mut program = Program {
        runtime: Builder::new_current_thread().enable_all().build()?,
        backend: Box::new(crate::backend::Absent::new(Outage::Down(
            "nothing was arranged".to_owned(),
        ))),
        faults,
    };
    let mut asked = 0;
    for number in 1.. {
        let mut line = Vec::new();
        if input.by_ref().take(LINE_MAX).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let message: ToBackend =
            serde_json::from_slice(&line).map_err(|error| StdioError::Line {
                line: number,
                why: error.to_string(),
            })?;
        if matches!(message, ToBackend::Bye {}) {
            break;
        }
        asked += u64::from(matches!(message, ToBackend::Ask { .. }));
        let reply = match program.reply(message) {
            // Our own types with string keys always serialise.
            Ok(reply) => serde_json::to_string(&reply).unwrap_or_default(),
            Err(_) => GARBAGE.to_owned(),
        };
        writeln!(output, "{reply}")?;
        output.flush()?;
    }
    Ok(asked)
}
