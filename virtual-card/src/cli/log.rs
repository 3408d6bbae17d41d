//! The log on stderr: exchanges, with every secret masked.

use std::io::IsTerminal;

use virtual_card::apdu::{self, Command, Response};
use virtual_card::vpcd::Exchange;

/// Lets the log go to stderr; without this there is none.
pub(super) fn to_stderr() {
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(colours)
        .with_target(false)
        .with_max_level(tracing::Level::DEBUG)
        .init();
}

/// Logs an exchange: the command with secrets masked, of the answer length and status word.
pub(super) fn exchange(exchange: &Exchange<'_>) {
    match exchange {
        Exchange::PowerOn => tracing::debug!("power on"),
        Exchange::PowerOff => tracing::debug!("power off"),
        Exchange::Reset => tracing::debug!("reset"),
        Exchange::Apdu {
            command, response, ..
        } => {
            let (name, command) = masked(command);
            match Response::from_bytes(response) {
                Ok(Response { data, status }) => {
                    tracing::debug!("{name} | {command} | {} bytes, {status}", data.len());
                }
                Err(_) => tracing::debug!("{name} | {command} | {} bytes", response.len()),
            }
        }
        Exchange::Unanswered { command, gone, .. } => {
            let (name, command) = masked(command);
            let why = if *gone { "gone" } else { "mute" };
            tracing::debug!("{name} | {command} | no answer: the card is {why}");
        }
        Exchange::Taken => tracing::debug!("pcscd has the card"),
        Exchange::NotTaken => tracing::debug!("vpcd has not asked for the card"),
    }
}

fn masked(command: &[u8]) -> (String, String) {
    let name = Command::parse(command).map(|command| apdu::describe(&command));
    let name = name.unwrap_or_else(|_| "no command".to_owned());
    (name, apdu::masked(command))
}
