//! The command that is run beside the card, as `virtual-card … -- COMMAND` asks.

use std::ffi::OsString;
use std::process::{Child, Command, ExitCode, ExitStatus};

use super::Failure;

/// What a shell says of a program that a signal has ended.
const BY_SIGNAL: u8 = 128;

/// Starts the command; it has stdin, stdout and stderr of this program.
pub(super) fn start(command: &[OsString]) -> Result<Option<Child>, Failure> {
    let Some((program, arguments)) = command.split_first() else {
        return Ok(None);
    };
    let child = Command::new(program).args(arguments).spawn();
    child.map(Some).map_err(|source| Failure::Command {
        program: program.to_string_lossy().into_owned(),
        source,
    })
}

/// Returns the number with which the command ended, as a shell has it.
pub(super) fn code_of(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return ExitCode::from(BY_SIGNAL | u8::try_from(signal).unwrap_or_default());
    }
    let code = status.code().map(u8::try_from);
    ExitCode::from(code.and_then(Result::ok).unwrap_or(BY_SIGNAL))
}
