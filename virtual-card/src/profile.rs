//! What one card is: its holder, certificates, PINs and numbers, as a profile file states them.
//!
//! A profile is data about a fictitious person. It holds secrets (PINs, numbers) in the clear,
//! because the file is its owner's, but shows none of them through `Debug`. Nothing here speaks
//! APDU; `personalise` turns a profile into the files of a card.

mod atr;
mod check;
mod dates;
mod held;
mod my_number;
mod parse;
mod pin;
mod standard;

use std::fmt;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use atr::{Atr, AtrBytes, AtrError};
pub(crate) use dates::era;
pub use held::{AUTHORITY_GENERATIONS, Issuer, SignatureCertificate, UserCertificate};
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
    /// The 署名用電子証明書 (JPKI EF 0001): `true`, `false`, or what differs from the usual one;
    /// under 15 there is none.
    #[serde(
        default = "held::usual",
        deserialize_with = "held::read",
        serialize_with = "held::write"
    )]
    #[schemars(with = "held::Statement")]
    pub signature_certificate: Option<SignatureCertificate>,
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
    /// Number of the card (製造番号): 15 digits of which the first is 9, so that it is nobody's;
    /// by default derived from person and day of issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^9[0-9]{14}$"))]
    pub card_serial: Option<String>,
    /// Code of the municipality that issued the card (全国地方公共団体コード), 5 digits; by default
    /// 99999, which no municipality has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]{5}$"))]
    pub municipality: Option<String>,
    /// The answer to reset: by name, or as `{ bytes: "3B…" }`.
    #[serde(default)]
    pub atr: Atr,
    /// Whether this is a card or a phone.
    #[serde(default)]
    pub token: Token,
    /// Whether the card takes the stand-in for the unpublished terminal authentication
    /// (`terminal`). A convention of this harness.
    #[serde(default = "yes")]
    pub accept_stand_in: bool,
    /// Whether a PIN status query of a PIN that is verified gets 9000. One source says so of "some
    /// cards", every other one has 63Cx (card.md §3); programs that take the query for a count of
    /// tries fail on it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub status_tells_verified: bool,
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

/// What holds the certificates: a card, or a phone (card.md §7).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Token {
    /// A card.
    #[default]
    Card,
    /// An Android phone (スマホ用電子証明書): 公的個人認証AP alone, whose user certificate asks for
    /// the user PIN.
    Android,
    /// An iPhone: 公的個人認証AP alone, and the last-command indicator `80 FC 00 00` is known.
    Iphone,
}

impl Token {
    /// Returns the label of the token in EF 0006 (card.md §1.2).
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Card => "JPKIAPICCTOKEN2",
            Self::Android => "JPKIAPGPSETOKEN",
            Self::Iphone => "JPKIAPIOSTOKEN",
        }
    }

    /// Says whether it is a phone, which has no face, no number and no register: inferred.
    #[must_use]
    pub const fn is_phone(self) -> bool {
        matches!(self, Self::Android | Self::Iphone)
    }
}

impl Profile {
    /// Returns the code of the municipality that issued the card, 5 digits: as stated, or 99999,
    /// which no municipality has (the first two digits are a prefecture, 01 to 47).
    #[must_use]
    pub fn municipality(&self) -> &str {
        self.municipality.as_deref().unwrap_or("99999")
    }

    /// Returns the number of the card, 15 digits: as stated, or 9 and 14 digits that follow from
    /// person and day of issue. Real ones are counted: a convention of this harness.
    #[must_use]
    pub fn card_serial(&self) -> String {
        self.card_serial.clone().unwrap_or_else(|| {
            let [a, b, c, d, e, f, g, h, ..] = self.digest("card serial", 0);
            let number = u64::from_be_bytes([a, b, c, d, e, f, g, h]) % 100_000_000_000_000;
            format!("9{number:014}")
        })
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
            .field("card_serial", &self.card_serial)
            .field("municipality", &self.municipality)
            .field("atr", &self.atr)
            .field("token", &self.token)
            .field("accept_stand_in", &self.accept_stand_in)
            .field("status_tells_verified", &self.status_tells_verified)
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
