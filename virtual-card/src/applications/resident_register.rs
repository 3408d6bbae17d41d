//! 住基AP: a key reference and 住民基本台帳用 PIN (card.md §2.4).

use crate::applications::{Application, RESIDENT_REGISTER, common, pin, records};
use crate::pin::PinName;

pub(crate) static APPLICATION: Application = Application {
    aid: RESIDENT_REGISTER,
    default_key: None,
    files: &[
        records(0x0002, common::key_reference),
        pin(0x001C, PinName::ResidentRegister),
    ],
};
