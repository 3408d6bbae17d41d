//! What one card is: its holder, certificates, PINs and numbers, as a profile file states them.
//!
//! A profile is data about a fictitious person. It holds secrets (PINs, numbers) in the clear,
//! because the file is its owner's, but shows none of them through `Debug`. Nothing here speaks
//! APDU; `personalise` turns a profile into the files of a card.

mod dates;
mod my_number;
mod parse;
mod pin;
mod standard;

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use dates::era;
pub use my_number::check_digit;
pub use parse::ProfileError;
pub use pin::Pin;
pub(crate) use pin::{fits_signature, fits_user};

/// Everything that makes one card differ from another.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Profile {
    /// The person whose card it is.
    pub holder: Holder,
    /// The day on which the card was issued, in Japan.
    pub issued: Date,
    /// The last day on which the card is valid, in Japan; by default the holder's 10th birthday
    /// after issue, the 5th for minors (CERT-08). To be stated where a period of stay ends sooner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card_expires: Option<Date>,
    /// The 利用者証明用電子証明書 (JPKI EF 000A).
    #[serde(default)]
    pub user_certificate: UserCertificate,
    /// Whether the card holds a 署名用電子証明書 (JPKI EF 0001); under 15 there is none.
    #[serde(default = "yes")]
    pub signature_certificate: bool,
    /// Whether the card holds a photo.
    #[serde(default = "yes")]
    pub photo: bool,
    /// The PINs; a PIN that is not stated was never set.
    #[serde(default)]
    pub pins: Pins,
    /// How many tries are left now.
    #[serde(default)]
    pub tries: Tries,
    /// The 4 digits printed under the photo (セキュリティコード).
    #[schemars(regex(pattern = r"^[0-9]{4}$"))]
    pub security_code: String,
    /// 個人番号: 12 digits whose check digit is wrong, so that it is nobody's.
    #[schemars(regex(pattern = r"^[0-9]{12}$"))]
    pub my_number: String,
    /// Whether the ATR looks like a contactless or a contact card.
    #[serde(default)]
    pub atr: Atr,
    /// Whether the card takes the stand-in for the unpublished terminal authentication
    /// (`terminal`). A convention of this harness.
    #[serde(default = "yes")]
    pub accept_stand_in: bool,
}

/// The person whose card it is. Fictitious.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Holder {
    /// Family name and given name, with a full-width space between them.
    pub name: String,
    /// The name in katakana; not on the card, for those who know the holder otherwise.
    pub kana: String,
    /// Address as printed on the card.
    pub address: String,
    /// Postcode, `000-0000`; not on the card.
    pub postcode: String,
    /// Date of birth.
    pub birth_date: Date,
    /// Sex as the register has it.
    pub sex: Sex,
    /// Whether the holder is a foreign resident, whose dates count in Gregorian years. How
    /// 照合番号B is built for them is not published: `YYMMDD` is a convention of this harness.
    #[serde(default, skip_serializing_if = "is_false")]
    pub foreign: bool,
}

/// Sex as the register has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Sex {
    /// 男, coded 1.
    Male,
    /// 女, coded 2.
    Female,
    /// Neither stated, coded 3.
    Unstated,
}

impl Sex {
    /// Returns the digit that stands for it on the card.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Male => b'1',
            Self::Female => b'2',
            Self::Unstated => b'3',
        }
    }
}

/// What differs between user certificates.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct UserCertificate {
    /// Start of validity; by default 10:00 JST on the day of issue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// End of validity; by default derived from CERT-08.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Timestamp>,
    /// 1 for the first certificate of the card, one more with each renewal; enters the serial
    /// number and picks the key.
    pub generation: u32,
    /// Who signed it.
    pub issuer: Issuer,
}

impl Default for UserCertificate {
    fn default() -> Self {
        Self {
            not_before: None,
            not_after: None,
            generation: 1,
            issuer: Issuer::Trusted,
        }
    }
}

/// Who signed the user certificate.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Issuer {
    /// The simulation's certification authority.
    #[default]
    Trusted,
    /// Another one, which nobody is to trust.
    Untrusted,
}

/// The PINs that the holder has chosen.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Pins {
    /// 利用者証明用: 4 digits; never set on a 顔認証マイナンバーカード.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Pin>,
    /// 署名用: 6 to 16 of A–Z and 0–9.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<Pin>,
    /// 券面入力補助用: 4 digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_support: Option<Pin>,
    /// 共通カードAP's own: 4 digits, usually the same as 住民基本台帳用.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub common: Option<Pin>,
    /// 住民基本台帳用: 4 digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resident_register: Option<Pin>,
}

/// How many tries each PIN has left.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Tries {
    /// 利用者証明用 PIN, of 3.
    #[schemars(range(max = 3))]
    pub user: u8,
    /// 署名用 password, of 5.
    #[schemars(range(max = 5))]
    pub signature: u8,
    /// 照合番号B of 券面事項確認AP, of 10.
    #[schemars(range(max = 10))]
    pub code_b: u8,
    /// 照合番号A of 券面事項確認AP, of 10.
    #[schemars(range(max = 10))]
    pub code_a: u8,
    /// 生年月日 of 券面事項確認AP, of 10 (the number is not published).
    #[schemars(range(max = 10))]
    pub birth_date: u8,
    /// PIN of 券面入力補助AP, of 3.
    #[schemars(range(max = 3))]
    pub input_support: u8,
    /// 照合番号A of 券面入力補助AP, of 10.
    #[schemars(range(max = 10))]
    pub input_support_code_a: u8,
    /// 照合番号B of 券面入力補助AP, of 10.
    #[schemars(range(max = 10))]
    pub input_support_code_b: u8,
    /// PIN of 共通カードAP, of 3.
    #[schemars(range(max = 3))]
    pub common: u8,
    /// 住民基本台帳用 PIN, of 3.
    #[schemars(range(max = 3))]
    pub resident_register: u8,
}

impl Tries {
    /// The tries of a card on which nothing wrong was ever entered (card.md §3).
    pub const FULL: Self = Self {
        user: 3,
        signature: 5,
        code_b: 10,
        code_a: 10,
        birth_date: 10,
        input_support: 3,
        input_support_code_a: 10,
        input_support_code_b: 10,
        common: 3,
        resident_register: 3,
    };
}

impl Default for Tries {
    fn default() -> Self {
        Self::FULL
    }
}

/// Which answer to reset the card gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Atr {
    /// As a PC/SC reader makes it up for an ISO 14443 Type B card.
    #[default]
    Contactless,
    /// As the chip's contacts give it.
    Contact,
}

impl Atr {
    /// Returns the bytes (card.md §0.1 rule 1).
    #[must_use]
    pub const fn bytes(self) -> &'static [u8] {
        match self {
            Self::Contactless => &[
                0x3B, 0x88, 0x80, 0x01, 0x00, 0x00, 0x41, 0xE0, 0xB3, 0x81, 0xA1, 0x00, 0x3B,
            ],
            Self::Contact => &[0x3B, 0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14],
        }
    }
}

/// Shows all but what opens the card: PINs, security code and My Number are masked.
impl fmt::Debug for Profile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Profile")
            .field("holder", &self.holder)
            .field("issued", &self.issued)
            .field("card_expires", &self.card_expires)
            .field("user_certificate", &self.user_certificate)
            .field("signature_certificate", &self.signature_certificate)
            .field("photo", &self.photo)
            .field("pins", &self.pins)
            .field("tries", &self.tries)
            .field("security_code", &format_args!("****"))
            .field("my_number", &format_args!("************"))
            .field("atr", &self.atr)
            .field("accept_stand_in", &self.accept_stand_in)
            .finish()
    }
}

const fn yes() -> bool {
    true
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
const fn is_false(value: &bool) -> bool {
    !*value
}
