//! Reads the system's clock; nothing else in the program does.

use jiff::Timestamp;

use crate::eligibility::Moment;

/// Returns the present moment. A command asks once, so that every `at: now` of it is the same.
pub fn system_now() -> Moment {
    Moment(Timestamp::now())
}
