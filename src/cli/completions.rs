//! `uketsuke completions`: prints a completion script for a shell.

use clap::Args;

use super::failure::Failure;
use super::shell::emit;
use crate::exit_code::ExitCode;

/// What `completions` understands.
#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    shell: clap_complete::Shell,
}

/// Prints the script.
///
/// # Errors
///
/// [`Failure::Output`] where it cannot be written.
pub(super) fn completions(args: &CompletionsArgs) -> Result<ExitCode, Failure> {
    // By way of memory: the generator panics where its writer fails.
    let mut script = Vec::new();
    clap_complete::generate(
        args.shell,
        &mut super::clap_command(),
        "uketsuke",
        &mut script,
    );
    emit(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::Passed)
}
