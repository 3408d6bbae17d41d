//! 共通カードAP: the number of the card, its key for INTERNAL AUTHENTICATE, a PIN (card.md §2.4).

use crate::applications::{Application, COMMON, File, Kind, date_digits, pin, records};
use crate::cv_certificate::KeyId;
use crate::key::Purpose;
use crate::pin::PinName;
use crate::profile::Profile;

pub(crate) static APPLICATION: Application = Application {
    aid: COMMON,
    default_key: None,
    files: &[
        records(0x0001, card_number),
        records(0x0002, key_reference),
        File {
            id: 0x0019,
            kind: Kind::AuthenticationKey(Purpose::Common),
        },
        pin(0x001C, PinName::Common),
    ],
};

/// Tag of a record, in the simple TLV that JICSAP prescribes for records: tag, length, value.
const RECORD: u8 = 0x01;

/// Makes the one record of 0001: `01 1C`, serial number, municipality, last day of validity.
fn card_number(profile: &Profile) -> Vec<Vec<u8>> {
    let serial = profile.card_serial();
    let municipality = profile.municipality();
    let expires = date_digits(profile.card_expires());
    vec![record(
        format!("{serial}{municipality}{expires}").as_bytes(),
    )]
}

/// Makes 0002, which 住基AP has as well: one record with the id of a key.
///
/// The 16 bytes are published as a key id, the file as one of records; that the record has the
/// form of 0001's, and that all cards name the same key, is inferred.
pub(crate) fn key_reference(_: &Profile) -> Vec<Vec<u8>> {
    const KEY: KeyId = KeyId::new(b"7000010", b"001", 0);
    vec![record(KEY.as_bytes())]
}

/// Writes a record of at most 255 bytes.
fn record(value: &[u8]) -> Vec<u8> {
    let mut record = vec![RECORD, value.len() as u8];
    record.extend_from_slice(value);
    record
}
