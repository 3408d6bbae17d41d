//! Bytes in every order: commands, responses and the card itself.

use proptest::collection::vec;
use proptest::prelude::*;
use virtual_card::apdu::{self, Command, Response};
use virtual_card::applications::{CARD_FACE, COMMON, INPUT_SUPPORT, JPKI};
use virtual_card::card::Card;
use virtual_card::status::Status;

use crate::{card, profile};

prop_compose! {
    fn any_command()(
        header in any::<[u8; 4]>(),
        data in prop_oneof![vec(any::<u8>(), 0..300), vec(any::<u8>(), 65_530..=65_535)],
        expected in proptest::option::of(prop_oneof![1_usize..=256, 257_usize..=65_536]),
    ) -> Command {
        let [class, instruction, p1, p2] = header;
        Command { class, instruction, p1, p2, data, expected }
    }
}

/// Commands that get somewhere: known instructions on known files.
fn likely_command() -> impl Strategy<Value = Vec<u8>> {
    let select = prop_oneof![
        Just(Command::select_application(JPKI)),
        Just(Command::select_application(CARD_FACE)),
        Just(Command::select_application(INPUT_SUPPORT)),
        Just(Command::select_application(COMMON)),
        Just(Command::new(0x00, 0xA4, 0x04, 0x0E).with_data(&COMMON[..5])),
        (0_u16..0x20).prop_map(Command::select_file),
    ];
    let pin = prop::sample::select(vec!["1234", "ABC123", "0"]);
    let on_file = prop_oneof![
        (any::<u16>(), 1_usize..700)
            .prop_map(|(offset, length)| Command::read_binary(offset, length)),
        pin.clone().prop_map(|pin| Command::verify(pin.as_bytes())),
        pin.clone()
            .prop_map(|pin| Command::change_pin(pin.as_bytes())),
        pin.prop_map(|pin| Command::change_key(pin.as_bytes())),
        any::<u8>().prop_map(Command::read_record),
        any::<u16>().prop_map(Command::get_data),
        Just(Command::internal_authenticate(b"challenge")),
        (0_u8..7).prop_map(|form| Command::new(0x80, 0x2A, form, 0x00).with_data([7; 32])),
        vec(any::<u8>(), 256).prop_map(|cryptogram| Command::set_session_key(&cryptogram)),
        Just(Command::pin_status()),
        Just(Command::sign(&[0x30; 51])),
        (1_usize..300).prop_map(Command::get_challenge),
        Just(virtual_card::terminal::external_authenticate(&[0; 16])),
    ];
    let certificate = virtual_card::terminal::certificate_commands();
    prop_oneof![select, on_file, prop::sample::select(certificate.to_vec())]
        .prop_map(|command| command.to_bytes())
}

proptest! {
    #[test]
    fn command_round_trips(command in any_command()) {
        prop_assert_eq!(Command::parse(&command.to_bytes()), Ok(command));
    }

    #[test]
    fn short_form_is_used_where_it_fits(command in any_command()) {
        let short = command.data.len() <= 255 && command.expected.unwrap_or(0) <= 256;
        let bytes = command.to_bytes();
        let fields = usize::from(!command.data.is_empty()) + usize::from(command.expected.is_some());
        let header = if short { 4 + fields } else { 5 + 2 * fields };
        prop_assert_eq!(bytes.len(), header + command.data.len());
    }

    #[test]
    fn any_bytes_are_a_command_or_have_the_wrong_length(bytes in vec(any::<u8>(), 0..600)) {
        match Command::parse(&bytes) {
            Ok(command) => {
                let again = Command::parse(&command.to_bytes());
                prop_assert_eq!(again.as_ref(), Ok(&command));
                prop_assert!(!apdu::describe(&command).is_empty());
            }
            Err(status) => prop_assert_eq!(status, Status::WRONG_LENGTH),
        }
    }

    #[test]
    fn response_round_trips(bytes in vec(any::<u8>(), 0..300)) {
        match Response::from_bytes(&bytes) {
            Ok(response) => prop_assert_eq!(response.to_bytes(), bytes),
            Err(error) => prop_assert_eq!(error.length, bytes.len()),
        }
    }

    #[test]
    fn card_answers_any_bytes_with_a_status_word(
        commands in vec(prop_oneof![vec(any::<u8>(), 0..40), likely_command()], 1..30),
    ) {
        let mut card = card("adult");
        for command in commands {
            let response = Response::from_bytes(&card.transmit(&command)).unwrap();
            prop_assert!(response.data.is_empty() || response.status == Status::SUCCESS);
            prop_assert!(matches!(response.status.0 >> 12, 0x6 | 0x9));
        }
    }

    #[test]
    fn same_profile_and_seed_give_the_same_answers(
        commands in vec(likely_command(), 1..30),
        seed in any::<u64>(),
    ) {
        let play = || {
            let mut card = Card::new(&profile("adult"), seed);
            commands.iter().map(|command| card.transmit(command)).collect::<Vec<_>>()
        };
        prop_assert_eq!(play(), play());
    }

    #[test]
    fn masked_commands_show_no_secret(secret in "[0-9A-Z]{4,16}", class in any::<u8>()) {
        let commands = [Command::verify, Command::change_pin, Command::change_key];
        for command in commands.map(|command| command(secret.as_bytes())) {
            let command = Command { class, ..command };
            let shown = format!(
                "{} {command:?} {}",
                apdu::masked(&command.to_bytes()),
                apdu::describe(&command)
            );
            prop_assert!(!shown.contains(&secret));
            prop_assert!(!shown.contains(&hex::encode_upper(&secret)));
        }
    }
}

#[test]
fn commands_are_described_for_people() {
    let described =
        |bytes: &str| apdu::describe(&Command::parse(&hex::decode(bytes).unwrap()).unwrap());
    assert_eq!(
        described("00A4040C0AD392F000260100000001"),
        "SELECT 公的個人認証AP"
    );
    assert_eq!(
        described("00A4040C05A000000003"),
        "SELECT application A000000003"
    );
    assert_eq!(described("00A4020C020018"), "SELECT EF 0018");
    assert_eq!(described("00B0010000"), "READ BINARY offset 256");
    assert_eq!(described("00B08A0200"), "READ BINARY EF 000A offset 2");
    assert_eq!(described("00200080"), "PIN STATUS");
    assert_eq!(described("002000800431323334"), "VERIFY");
    assert_eq!(described("002000980431323334"), "VERIFY EF 0018");
    assert_eq!(
        described("802A00000155"),
        "COMPUTE DIGITAL SIGNATURE default key"
    );
    assert_eq!(
        described("802A029720"),
        "COMPUTE DIGITAL SIGNATURE of a SHA-256 EF 0017"
    );
    assert_eq!(
        described("802A050001"),
        "COMPUTE DIGITAL SIGNATURE PSS of a message default key"
    );
    assert_eq!(described("0084000010"), "GET CHALLENGE 16 bytes");
    assert_eq!(described("0088009900"), "INTERNAL AUTHENTICATE EF 0019");
    assert_eq!(described("00B2010C00"), "READ RECORD 1 EF 0001");
    assert_eq!(described("00B2010400"), "READ RECORD 1");
    assert_eq!(
        described("00CA004500"),
        "GET DATA 0045 card identification number"
    );
    assert_eq!(described("00CA5F5100"), "GET DATA 5F51 contact ATR");
    assert_eq!(described("00CA123400"), "GET DATA 1234");
    assert_eq!(described("803200800431323334"), "CHANGE KEY");
    assert_eq!(described("808A2200"), "MANAGE ATTRIBUTES");
    assert_eq!(described("80AE00000155"), "SET SESSION KEY");
    assert_eq!(
        described("00A4040E05D392100031"),
        "SELECT next application D392100031"
    );
    assert_eq!(described("08B00000059603000000"), "SM READ BINARY offset 0");
    assert_eq!(described("0820009405860301AABB"), "SM VERIFY EF 0014");
    assert_eq!(described("08A4020C05860301AABB"), "SM SELECT EF");
    assert_eq!(described("00D60000"), "unknown command 00 D6 00 00");
}

#[test]
fn wrong_lengths_are_no_commands() {
    for bytes in [
        "",
        "00A404",
        "00A4040C0001",
        "00A4040C0200",
        "00A4040C02000000FF",
        "00A4040C00000201",
        "00A4040C0000020102030405",
        "00A4040C00000000",
    ] {
        let parsed = Command::parse(&hex::decode(bytes).unwrap());
        assert_eq!(parsed, Err(Status::WRONG_LENGTH), "{bytes}");
    }
}
