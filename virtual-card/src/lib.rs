//! A My Number Card without a card.

pub mod apdu;
pub mod applications;
pub mod card;
pub mod certificate;
mod key;
mod pin;
pub mod profile;
pub mod status;
pub mod terminal;
pub mod tlv;
pub mod vpcd;
