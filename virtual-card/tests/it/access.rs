//! Which credential opens which file, and how large the files are: the tables of card.md §2.

use virtual_card::apdu::Command;
use virtual_card::applications::{CARD_FACE, COMMON, INPUT_SUPPORT, JPKI, RESIDENT_REGISTER};
use virtual_card::status::Status;

use crate::{card, profile, read_all, select, select_file, send, status, verify};

const OPEN: Status = Status::SUCCESS;
const SHUT: Status = Status::SECURITY_NOT_SATISFIED;

/// A file and what READ BINARY answers after each credential.
type Row<const N: usize> = (u16, [Status; N]);

/// Reads the first byte of each file of each row after each credential.
fn check<const N: usize>(aid: &[u8], credentials: [Option<(u16, &str)>; N], table: &[Row<N>]) {
    for (column, credential) in credentials.into_iter().enumerate() {
        let mut card = card("adult");
        select(&mut card, aid);
        if let Some((file, secret)) = credential {
            assert_eq!(verify(&mut card, file, secret), Status::SUCCESS);
        }
        for (file, expected) in table {
            select_file(&mut card, *file);
            let read = Command::read_binary(0, 1);
            let by_id = send(&mut card, &read).status;
            assert_eq!(by_id, expected[column], "{file:04X} after {credential:?}");
            // The same file by its short identifier.
            let [_, low] = file.to_be_bytes();
            let read = Command::new(0x00, 0xB0, 0x80 | low, 0).with_expected(1);
            assert_eq!(send(&mut card, &read).status, by_id);
        }
    }
}

#[test]
fn files_of_jpki_open_as_published() {
    let credentials = [None, Some((0x18, "1234")), Some((0x1B, "ABC123"))];
    let table = [
        (0x0001, [SHUT, SHUT, OPEN]),
        (0x0002, [OPEN, OPEN, OPEN]),
        (0x0006, [OPEN, OPEN, OPEN]),
        (0x0008, [OPEN, OPEN, OPEN]),
        (0x0009, [SHUT, SHUT, SHUT]),
        (0x000A, [OPEN, OPEN, OPEN]),
        (0x000B, [OPEN, OPEN, OPEN]),
    ];
    check(JPKI, credentials, &table);
}

#[test]
fn files_of_input_support_open_as_published() {
    let (a, b) = (profile("adult").code_a(), profile("adult").code_b());
    // Free, PIN, 照合番号A, 照合番号B.
    let credentials = [
        None,
        Some((0x11, "1234")),
        Some((0x14, a.as_str())),
        Some((0x15, b.as_str())),
    ];
    let table = [
        (0x0001, [SHUT, OPEN, OPEN, SHUT]),
        (0x0002, [SHUT, OPEN, SHUT, OPEN]),
        (0x0003, [SHUT, OPEN, OPEN, OPEN]),
        (0x0004, [OPEN, OPEN, OPEN, OPEN]),
        (0x0005, [OPEN, OPEN, OPEN, OPEN]),
        (0x0006, [SHUT, OPEN, OPEN, OPEN]),
        (0x0007, [SHUT, OPEN, OPEN, OPEN]),
    ];
    check(INPUT_SUPPORT, credentials, &table);
}

#[test]
fn files_of_the_card_face_open_as_published() {
    let adult = profile("adult");
    let (a, b, birth) = (adult.code_a(), adult.code_b(), adult.birth_digits());
    // Free, 生年月日, 照合番号B, 照合番号A.
    let credentials = [
        None,
        Some((0x11, birth.as_str())),
        Some((0x12, b.as_str())),
        Some((0x13, a.as_str())),
    ];
    let table = [
        (0x0001, [SHUT, OPEN, SHUT, SHUT]),
        (0x0002, [SHUT, SHUT, OPEN, OPEN]),
        (0x0003, [OPEN, OPEN, OPEN, OPEN]),
        (0x0004, [OPEN, OPEN, OPEN, OPEN]),
        (0x0005, [SHUT, SHUT, SHUT, OPEN]),
        (0x0006, [SHUT, SHUT, OPEN, OPEN]),
    ];
    check(CARD_FACE, credentials, &table);
}

#[test]
fn records_need_no_credential() {
    let mut card = card("adult");
    for (aid, file, length) in [(COMMON, 1, 30), (COMMON, 2, 18), (RESIDENT_REGISTER, 2, 18)] {
        select(&mut card, aid);
        let p2 = (file << 3) | 4;
        let response = send(&mut card, &Command::new(0, 0xB2, 1, p2).with_expected(256));
        assert_eq!((response.status, response.data.len()), (OPEN, length));
        // And none opens them to READ BINARY.
        let read = Command::read_binary(0, 1);
        assert_eq!(status(&mut card, &read), Status::STRUCTURE_CONFLICT);
    }
}

#[test]
fn card_number_has_the_published_form() {
    let mut card = card("adult");
    select(&mut card, COMMON);
    let read = Command::new(0, 0xB2, 1, 0x0C).with_expected(256);
    let record = send(&mut card, &read).data;
    // 01 1C, 15 digits of serial number, 5 of the municipality, the last day of validity.
    assert_eq!(record[..2], [0x01, 0x1C]);
    assert!(record[2..].iter().all(u8::is_ascii_digit));
    assert_eq!(record[17..], *b"9999920330615");
}

#[test]
fn files_have_the_published_sizes() {
    let adult = profile("adult");
    let (a, b, birth) = (adult.code_a(), adult.code_b(), adult.birth_digits());
    for (aid, credential, sizes) in [
        (
            JPKI,
            None,
            [(0x02, 1900), (0x06, 160), (0x08, 3)].as_slice(),
        ),
        (
            INPUT_SUPPORT,
            Some((0x14, &a)),
            &[
                (0x01, 17),
                (0x03, 336),
                (0x04, 568),
                (0x05, 256),
                (0x06, 269),
                (0x07, 536),
            ],
        ),
        (
            CARD_FACE,
            Some((0x11, &birth)),
            &[(0x01, 547), (0x03, 320), (0x04, 568)],
        ),
        (CARD_FACE, Some((0x12, &b)), &[(0x06, 16)]),
    ] {
        let mut card = card("adult");
        select(&mut card, aid);
        if let Some((file, secret)) = credential {
            assert_eq!(verify(&mut card, file, secret), Status::SUCCESS);
        }
        for (file, size) in sizes {
            select_file(&mut card, *file);
            assert_eq!(read_all(&mut card).len(), *size, "{file:04X}");
        }
    }
}

#[test]
fn objects_are_as_long_as_published_and_filler_follows() {
    // 0005 of 券面入力補助AP: 164 bytes with lengths that could be shorter (card.md §2.2).
    let mut card = card("adult");
    select(&mut card, INPUT_SUPPORT);
    select_file(&mut card, 0x0005);
    let file = read_all(&mut card);
    assert_eq!(hex::encode(&file[..12]), "ff4082009fdf410401030e01");
    assert_eq!(hex::encode(&file[31..36]), "df43820080");
    assert!(file[68..].iter().all(|byte| *byte == 0xFF));
    // 0001 of the same: two bytes of filler.
    let code_a = profile("adult").code_a();
    assert_eq!(verify(&mut card, 0x0014, &code_a), Status::SUCCESS);
    select_file(&mut card, 0x0001);
    let number = read_all(&mut card);
    assert_eq!(
        number,
        [b"\xFF\x10\x0C", code_a.as_bytes(), b"\xFF\xFF"].concat()
    );
    // 0006 and 0007: a key, and a key that is signed.
    select_file(&mut card, 0x0006);
    let key = hex::encode(read_all(&mut card));
    assert!(key.starts_with("a1820109900301000191820100"));
    select_file(&mut card, 0x0007);
    let signed = hex::encode(read_all(&mut card));
    assert!(signed.starts_with("ff50820213df51820109900301000191820100"));
}
