//! A My Number Card without a card. SIMULATION.
//!
//! [`card::Card`] takes command APDUs and answers them as a マイナンバーカード does, as far as
//! public sources tell. [`vpcd`] puts it into a virtual reader of pcscd, so that unmodified PC/SC
//! software can use it; the program `virtual-card` does no more than that. Who the card belongs to
//! and what state it is in stands in a [`profile::Profile`], which is data.
//!
//! ```
//! use virtual_card::{apdu::{Command, Response}, applications, card::Card, profile::Profile};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let profile = Profile::standard("adult").ok_or("adult comes with the crate")?;
//! let mut card = Card::new(&profile, 7);
//! card.transmit(&Command::select_application(applications::JPKI).to_bytes());
//! card.transmit(&Command::select_file(0x000A).to_bytes());
//! let answer = card.transmit(&Command::read_binary(0, 65_536).to_bytes());
//! let Response { data, status } = Response::from_bytes(&answer)?;
//! assert!(status.is_success());
//! let length = 4 + usize::from(u16::from_be_bytes([data[2], data[3]]));
//! assert_eq!(data[..length], card.user_certificate());
//! # Ok(())
//! # }
//! ```
//!
//! # Map
//!
//! | module | what it is for |
//! |---|---|
//! | [`profile`] | who the holder is, dates, PINs, numbers; the YAML; what follows from the dates |
//! | [`card`] | the commands, and what the card remembers with and without power |
//! | [`applications`] | the applications as tables: files, and what opens which |
//! | [`image`] | draws name, address and numbers as the images in the files |
//! | [`certificate`] | issues the certificates under authorities that nobody can mistake |
//! | [`cv_certificate`] | the same for card-verifiable certificates |
//! | [`terminal`] | the stand-in for unlocking the user key without a PIN |
//! | [`kept`] | what is made once and kept: signatures and images on a card |
//! | [`apdu`], [`status`], [`tlv`] | the formats on the wire |
//! | [`smart_card`] | what a reader gets from a card: an answer, none, or a card that is gone |
//! | [`fault`], [`timing`] | cards that go wrong, and cards that take their time, as data |
//! | [`vpcd`] | the connection to pcscd |
//! | [`slot`] | a card that is put in, taken out, swapped, and that waits for pcscd |
//! | [`state_file`] | a file in which what a card remembers outlives the program |
//! | [`trust`] | writes what others need in order to check certificates: authorities, lists |
//!
//! Arrows point downwards: `card` knows neither `vpcd` nor time; `applications` keep no state.
//!
//! # What is known, what is inferred, what is missing
//!
//! Behaviour follows public measurements of real cards; `docs/virtual-card-known.md` lists all of it
//! with how sure each is. Places where no source speaks say
//! "inferred" or "convention of this harness" in their documentation, among them:
//!
//! - how a card without PINs answers (63C0 and 6984), and how 照合番号B of foreign residents is
//!   built;
//! - the number of tries of 生年月日, physical sizes of most files, an empty photo on a card without
//!   one, what a short identifier does to the current file;
//! - the font of the images, and what a name or address longer than a line looks like ([`image`]);
//! - the bytes with which SELECT describes an application, what the issuer's own commands answer,
//!   which of 6985 and 6700 tells that data cannot be signed, and what ends secure messaging
//!   besides another application, the power and an error;
//! - everything in [`terminal`] beyond the first two commands' lengths;
//! - what each [`fault`] does to an answer, and of each [`timing`] what its figures say.
//!
//! Keys are throw-away keys from `keys/`; certificates, numbers and persons are made up, and every My
//! Number has a wrong check digit.

pub mod apdu;
pub mod applications;
pub mod card;
pub mod certificate;
pub mod cv_certificate;
pub mod fault;
pub mod image;
pub mod kept;
mod key;
mod pin;
pub mod profile;
pub mod slot;
pub mod smart_card;
pub mod state_file;
pub mod status;
pub mod terminal;
pub mod timing;
pub mod tlv;
pub mod trust;
pub mod vpcd;
mod yaml;
