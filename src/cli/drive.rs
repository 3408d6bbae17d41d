//! `uketsuke drive`: our reader as a driver, sound or with faults.

use clap::Args;

use super::failure::Failure;
use super::shell::tell;
use crate::drive::{self, DriveError};
use crate::exit_code::ExitCode;
use crate::fault::Fault;
use crate::requirement::Subject;

/// What `drive` understands.
#[derive(Debug, Args)]
pub(super) struct DriveArgs {
    /// Be a faulty reader (see `list faults`); repeatable
    #[arg(long, value_name = "NAME", value_parser = fault_of_reader)]
    fault: Vec<&'static Fault>,
}

fn fault_of_reader(name: &str) -> Result<&'static Fault, String> {
    let fault = super::run::fault(name)?;
    if fault.subject() == Subject::Reader {
        return Ok(fault);
    }
    Err(format!(
        "that is a fault of the {}; `uketsuke list faults` lists those of readers",
        fault.subject()
    ))
}

/// Plays the reader that standard input drives, until standard input ends.
///
/// # Errors
///
/// [`Failure::Invalid`] where a line is no message that was due.
pub(super) fn drive(args: &DriveArgs) -> Result<ExitCode, Failure> {
    tell("uketsuke: SIMULATION: JSON lines on standard input and output, see docs/driver.md");
    let (input, output) = (std::io::stdin().lock(), std::io::stdout().lock());
    match drive::serve(input, output, &args.fault) {
        Ok(()) => Ok(ExitCode::Passed),
        Err(error @ DriveError::Line { .. }) => Err(Failure::Invalid(error.to_string())),
        Err(DriveError::Stream(source)) => Err(Failure::Output {
            to: "stdout".to_owned(),
            source,
        }),
    }
}
