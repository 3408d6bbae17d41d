//! `uketsuke drive`: our reader as a driver, sound or with faults.

#[cfg(feature = "pcsc")]
mod pcsc;

use clap::Args;

use super::failure::Failure;
use super::shell::tell;
use crate::drive::{self, DriveError, NewCard};
use crate::exit_code::ExitCode;
use crate::fault::Fault;
use crate::requirement::Subject;

/// What `drive` understands.
#[derive(Debug, Args)]
pub(super) struct DriveArgs {
    /// Be a faulty reader (see `list faults`); repeatable
    #[arg(long, value_name = "NAME", value_parser = fault_of_reader)]
    fault: Vec<&'static Fault>,
    /// Take the card from a PC/SC reader and do a scenario's steps, as the COMMAND of `observe`
    #[cfg(feature = "pcsc")]
    #[arg(long, value_name = "WAY")]
    card: Option<CardBy>,
    /// With --card, be a driver for `run --reader process:` instead (docs/driver.md)
    #[cfg(feature = "pcsc")]
    #[arg(long, requires = "card", conflicts_with_all = ["scenario", "receptions"])]
    lines: bool,
    /// The scenario, unless `observe` says it
    #[cfg(feature = "pcsc")]
    #[arg(long, value_name = "ID", requires = "card")]
    scenario: Option<String>,
    /// So many receptions with the card in, its power cut after each
    #[cfg(feature = "pcsc")]
    #[arg(long, value_name = "N", requires = "card", default_value_t = 1,
          value_parser = clap::value_parser!(u32).range(1..=1_000))]
    receptions: u32,
}

/// The ways to a card that is not in this process.
#[cfg(feature = "pcsc")]
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum CardBy {
    Pcsc,
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
    #[cfg(feature = "pcsc")]
    if let Some(CardBy::Pcsc) = args.card {
        return match args.lines {
            true => serve(args, Some(&pcsc::card)),
            false => pcsc::drive(args),
        };
    }
    serve(args, None)
}

fn serve(args: &DriveArgs, new_card: Option<NewCard<'_>>) -> Result<ExitCode, Failure> {
    tell("uketsuke: SIMULATION: JSON lines on standard input and output, see docs/driver.md");
    let (input, output) = (std::io::stdin().lock(), std::io::stdout().lock());
    match drive::serve(input, output, &args.fault, new_card) {
        Ok(()) => Ok(ExitCode::Passed),
        Err(error @ DriveError::Line { .. }) => Err(Failure::Invalid(error.to_string())),
        Err(DriveError::Stream(source)) => Err(Failure::Output {
            to: "stdout".to_owned(),
            source,
        }),
    }
}
