//! The `uketsuke` program.

fn main() -> std::process::ExitCode {
    uketsuke::cli::main(std::env::args_os()).into()
}
