//! What each fuzz target does with its bytes, and what must hold whatever they are.
//!
//! `cargo fuzz` looks for bytes that break it; the ordinary tests of `virtual-card` include this
//! file and go through the corpus, so that what was once found stays found.

use virtual_card::apdu::{Command, Response};
use virtual_card::card::{Card, PinName};
use virtual_card::profile::Profile;
use virtual_card::tlv;
use virtual_card::vpcd::{Decoder, Message, encode};

/// A card with power is given commands, each in a frame of vpcd: every one gets a status word, and
/// no counter moves but that of a PIN that was verified, by one or back to full.
pub fn apdu(bytes: &[u8]) {
    let Some(profile) = Profile::standard("adult") else {
        unreachable!("adult comes with the crate");
    };
    let mut card = Card::new(&profile, 0);
    card.power_on();
    for message in decode([bytes]) {
        match message {
            Message::PowerOff => card.power_off(),
            Message::PowerOn => card.power_on(),
            Message::Reset => card.reset(),
            Message::Apdu(command) => answered(&mut card, &command),
            Message::Atr | Message::Unknown(_) => {}
        }
    }
}

fn answered(card: &mut Card, bytes: &[u8]) {
    const RESPONSE_MAX: usize = 65_536 + 2;
    let before = PinName::ALL.map(|name| card.tries(name));
    let response = card.transmit(bytes);
    assert!((2..=RESPONSE_MAX).contains(&response.len()));
    let after = PinName::ALL.map(|name| card.tries(name));
    let moved = PinName::ALL.into_iter().zip(before.into_iter().zip(after));
    let moved: Vec<_> = moved
        .filter(|(_, (before, after))| before != after)
        .collect();
    assert!(moved.len() <= 1, "one command moved {moved:?}");
    for (name, (before, after)) in moved {
        let spent = after + 1 == before;
        assert!(
            spent || after == name.tries_max(),
            "{name:?}: {before} to {after}"
        );
        let command = Command::parse(bytes).map(|command| command.data);
        assert!(
            command.is_ok_and(|data| !data.is_empty()),
            "a query spent a try"
        );
        let success =
            Response::from_bytes(&response).is_ok_and(|answer| answer.status.is_success());
        assert_eq!(success, !spent, "{name:?}: {before} to {after}");
    }
}

/// Bytes are read as TLV objects: what is read is written back to the same objects, and an error
/// names a place within the bytes.
pub fn tlv(bytes: &[u8]) {
    match tlv::read_all(bytes) {
        Ok(objects) => {
            let write = |object: &tlv::Object<'_>| tlv::write(object.tag, object.value);
            let written: Vec<u8> = objects.iter().flat_map(write).collect();
            assert_eq!(tlv::read_all(&written).as_deref(), Ok(objects.as_slice()));
        }
        Err(malformed) => assert!(malformed.offset <= bytes.len(), "{malformed}"),
    }
}

/// Bytes come from vpcd in two pieces, cut where the first byte says: they are the same messages as
/// in one piece, and putting the messages into frames gives the bytes back.
pub fn vpcd_frame(bytes: &[u8]) {
    let Some((&cut, stream)) = bytes.split_first() else {
        return;
    };
    let (first, second) = stream.split_at(usize::from(cut).min(stream.len()));
    let messages = decode([stream]);
    assert_eq!(decode([first, second]), messages);
    let frames: Vec<u8> = messages.iter().flat_map(frame).collect();
    assert!(stream.starts_with(&frames));
}

fn decode<const N: usize>(pieces: [&[u8]; N]) -> Vec<Message> {
    let mut decoder = Decoder::default();
    let mut messages = Vec::new();
    for piece in pieces {
        decoder.push(piece);
        messages.extend(std::iter::from_fn(|| decoder.next_message()));
    }
    messages
}

fn frame(message: &Message) -> Vec<u8> {
    let payload: &[u8] = match message {
        Message::PowerOff => &[0x00],
        Message::PowerOn => &[0x01],
        Message::Reset => &[0x02],
        Message::Atr => &[0x04],
        Message::Apdu(command) => command,
        Message::Unknown(control) => control.as_slice(),
    };
    encode(payload).unwrap_or_default()
}
