//! The exit codes of the program, named and documented (design §5).

use std::fmt::Write as _;

/// How a command ended, for the shell that called it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ExitCode {
    /// Everything passed; not applicable and known deviations are allowed beside passes.
    Passed = 0,
    /// A must-requirement failed.
    Failed = 1,
    /// The command line cannot be carried out.
    Usage = 2,
    /// A scenario, a transcript or the configuration is invalid.
    Invalid = 3,
    /// Nothing was selected, or nothing of it was applicable.
    Nothing = 4,
    /// Nothing failed, but something is inconclusive or in error, or a result could not be written.
    Undecided = 5,
    /// A bug in uketsuke.
    Bug = 70,
    /// Interrupted by the user.
    Interrupted = 130,
}

impl ExitCode {
    /// Every code, in ascending order.
    pub const ALL: [ExitCode; 8] = [
        ExitCode::Passed,
        ExitCode::Failed,
        ExitCode::Usage,
        ExitCode::Invalid,
        ExitCode::Nothing,
        ExitCode::Undecided,
        ExitCode::Bug,
        ExitCode::Interrupted,
    ];

    /// Returns the number.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Returns what the code means, for `--help`.
    pub const fn meaning(self) -> &'static str {
        match self {
            ExitCode::Passed => {
                "all pass (not applicable and known deviations allowed beside passes)"
            }
            ExitCode::Failed => "a must-requirement failed",
            ExitCode::Usage => "usage: the command line cannot be carried out",
            ExitCode::Invalid => "invalid scenario, transcript or configuration",
            ExitCode::Nothing => "nothing selected, or nothing applicable",
            ExitCode::Undecided => {
                "no fail, but something inconclusive, in error, or not to be written"
            }
            ExitCode::Bug => "bug in uketsuke",
            ExitCode::Interrupted => "interrupted",
        }
    }

    /// Returns the table of codes, for `--help`.
    pub fn table() -> String {
        let mut table = String::from("Exit codes:\n");
        for code in ExitCode::ALL {
            let _ = writeln!(table, "  {:>3}  {}", code.code(), code.meaning());
        }
        table
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> std::process::ExitCode {
        std::process::ExitCode::from(code.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_contract() {
        let numbers = ExitCode::ALL.map(ExitCode::code);
        assert_eq!(numbers, [0, 1, 2, 3, 4, 5, 70, 130]);
    }

    #[test]
    fn the_table_has_a_line_for_every_code() {
        let table = ExitCode::table();
        for code in ExitCode::ALL {
            let line = format!("{:>3}  {}", code.code(), code.meaning());
            assert!(table.contains(&line), "{line}");
        }
    }
}
