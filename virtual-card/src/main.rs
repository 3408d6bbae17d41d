//! The `virtual-card` program: presents one card, or two, to the PC/SC software of this machine
//! until it is told to stop. SIMULATION.

mod cli;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::run(&cli::Arguments::parse()) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("virtual-card: {}", cli::in_full(&failure));
            ExitCode::from(failure.code())
        }
    }
}
