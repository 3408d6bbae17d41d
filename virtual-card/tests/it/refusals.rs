//! Every refusal of the command table, card.md §4 and §1.4, as bytes and status word.

use virtual_card::applications::{CARD_FACE, COMMON, INPUT_SUPPORT, JPKI, SECURITY_DOMAIN};

use crate::{card, select};

/// A command in hexadecimal, the status word alone that answers it, and what is meant.
type Row = (&'static str, u16, &'static str);

/// Sends each command to a fresh card on which nothing but this application is selected.
fn check(aid: &[u8], rows: &[Row]) {
    for (bytes, expected, what) in rows {
        let mut card = card("adult");
        select(&mut card, aid);
        let bytes = hex::decode(bytes).unwrap();
        let answer = hex::encode_upper(card.transmit(&bytes));
        assert_eq!(answer, format!("{expected:04X}"), "{what}");
    }
}

#[test]
fn without_a_current_file_the_commands_on_it_are_refused() {
    let rows = [
        ("00B0000001", 0x6986, "read"),
        ("00B2010400", 0x6986, "read record"),
        ("00200080", 0x6986, "query"),
        ("002000800431323334", 0x6986, "verify"),
        ("002401800431323334", 0x6986, "change reference data"),
        ("803200800431323334", 0x6986, "change key"),
        ("802A00800155", 0x6986, "sign"),
        ("008800800155", 0x6986, "internal authenticate"),
    ];
    for aid in [JPKI, INPUT_SUPPORT, CARD_FACE, COMMON, SECURITY_DOMAIN] {
        check(aid, &rows);
    }
}

#[test]
fn commands_that_do_not_fit_the_file_are_refused() {
    let rows = [
        ("00B0970001", 0x6981, "read a key"),
        ("00B0980001", 0x6981, "read a PIN"),
        ("00B0900001", 0x6981, "read a file of unknown purpose"),
        ("00B2013400", 0x6981, "record of a transparent file"),
        ("00B2013500", 0x6981, "all records of a transparent file"),
        ("0020008A0131", 0x6981, "verify against a certificate"),
        ("0020008A", 0x6981, "query of a certificate"),
        ("0024018A0131", 0x6981, "change a certificate"),
        ("8032008A0131", 0x6981, "change a certificate as a key"),
        ("802A008A0155", 0x6981, "sign with a certificate"),
        ("802A00980155", 0x6981, "sign with a PIN"),
        ("0088008A0155", 0x6981, "authenticate with a certificate"),
        ("00B0830001", 0x6A82, "read a file that is not there"),
        ("00B2019C00", 0x6A82, "record of a file that is not there"),
        ("00200083", 0x6A82, "query of a file that is not there"),
        ("802A00830155", 0x6A82, "sign with a file that is not there"),
    ];
    check(JPKI, &rows);
    let rows = [
        ("00B0810000", 0x6981, "read a file of records as bytes"),
        ("00B2010D00", 0x6A81, "all records"),
        ("00B2020C00", 0x6A83, "record after the last"),
        ("00B2000C00", 0x6A83, "record 0"),
        ("00B2FF0C00", 0x6A83, "record 255"),
        ("802A00990155", 0x6981, "sign with the other kind of key"),
    ];
    check(COMMON, &rows);
}

#[test]
fn what_is_locked_is_refused() {
    let rows = [
        ("00B0810001", 0x6982, "signature certificate"),
        ("00B0890001", 0x6982, "file that nothing opens"),
        ("802A00970155", 0x6982, "sign with the user key"),
        ("802A009A0155", 0x6982, "sign with the signature key"),
        ("002401980431323334", 0x6982, "change without VERIFY"),
        ("805000000155", 0x6982, "LOCK DF"),
        ("805200000155", 0x6982, "UNLOCK DF"),
        ("805400000155", 0x6982, "UNLOCK KEY"),
        ("808A22000155", 0x6982, "attributes of the current file"),
        (
            "808A24000155",
            0x6982,
            "attributes of the current application",
        ),
        ("808A00000155", 0x6A86, "attributes of anything else"),
    ];
    check(JPKI, &rows);
}

#[test]
fn wrong_parameters_are_refused() {
    let rows = [
        ("00200180", 0x6A86, "verify with P1 01"),
        ("00200018", 0x6A86, "verify with P2 18"),
        ("00B0A00001", 0x6A86, "read with P1 A0"),
        ("00B2010000", 0x6A86, "record by identifier"),
        ("002400980431323334", 0x6A86, "change with old and new"),
        ("803201980431323334", 0x6A86, "change key with P1 01"),
        ("802A06970155", 0x6A86, "seventh form of signature"),
        ("802AFF970155", 0x6A86, "form FF of signature"),
        ("802A00000155", 0x6A86, "no default key in JPKI"),
        ("008801970155", 0x6A86, "authenticate with P1 01"),
        ("0084000110", 0x6A86, "challenge with P2 01"),
        ("80AE00010155", 0x6A86, "session key with P2 01"),
    ];
    check(JPKI, &rows);
}

#[test]
fn wrong_lengths_are_refused() {
    let pin = "00200098113131313131313131313131313131313131";
    let rows = [
        (pin, 0x6700, "PIN of 17 bytes"),
        ("00B08800", 0x6700, "read without Le"),
        ("00B088000155", 0x6700, "read with data"),
        ("00B20134", 0x6700, "record without Le"),
        ("00CA0045", 0x6700, "data object without Le"),
        ("00840000", 0x6700, "challenge without Le"),
        ("0084000000012C", 0x6985, "challenge of 300 bytes"),
        ("00A40400", 0x6700, "select without AID"),
        (
            "00A4040C11D392F00026010000000100000000000000",
            0x6700,
            "AID of 17 bytes",
        ),
        ("00A4020C0100", 0x6700, "file id of one byte"),
        ("00A4020C03000A00", 0x6700, "file id of three bytes"),
        ("80FC0000", 0x6700, "last command indicator of phones"),
        ("00", 0x6700, "no header"),
        ("", 0x6700, "nothing"),
    ];
    check(JPKI, &rows);
}

#[test]
fn foreign_classes_and_instructions_are_refused() {
    let rows = [
        ("00D6000001FF", 0x6D00, "update binary"),
        ("00C0000000", 0x6D00, "get response"),
        ("002A00800155", 0x6D00, "sign in the other class"),
        ("80A4040C05D392F00026", 0x6D00, "select in the other class"),
        ("80CA004500", 0x6D00, "data object in the other class"),
        ("01A4040C05D392F00026", 0x6881, "logical channel 1"),
        ("03B0880001", 0x6881, "logical channel 3"),
        ("10A4040C05D392F00026", 0x6E00, "chaining"),
        ("20B0880001", 0x6E00, "reserved class"),
        ("90CA000000", 0x6E00, "class of another scheme"),
        ("FFCA000000", 0x6E00, "pseudo APDU of PC/SC readers"),
    ];
    check(JPKI, &rows);
}

#[test]
fn secure_messaging_without_a_session_is_refused_everywhere() {
    let rows = [
        ("0CA4040C05D392F00026", 0x6882, "select, class 0C"),
        ("08A4020C020001", 0x6882, "select, class 08"),
        ("0CB0000001", 0x69FC, "read, class 0C"),
        ("08B0000001", 0x69FC, "read, class 08"),
        ("0C200080", 0x69FC, "query, class 0C"),
        ("08200080", 0x69FC, "query, class 08"),
    ];
    for aid in [JPKI, INPUT_SUPPORT, CARD_FACE, COMMON, SECURITY_DOMAIN] {
        check(aid, &rows);
    }
}

#[test]
fn queries_answer_with_and_without_le() {
    let rows = [
        ("00200098", 0x63C3, "query"),
        ("0020009800", 0x63C3, "query with Le 00"),
        ("0020009811", 0x63C3, "query with Le 11"),
        ("00200098000000", 0x63C3, "query with an extended Le"),
    ];
    check(JPKI, &rows);
}
