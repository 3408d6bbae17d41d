//! The frames that vpcd and a card exchange: two bytes of length, big-endian, then the payload
//! (card.md §9). No sockets here: bytes in, messages out.

use std::collections::VecDeque;

/// What vpcd says in one frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Message {
    /// Power off.
    PowerOff,
    /// Power on.
    PowerOn,
    /// Warm reset.
    Reset,
    /// Asks for the answer to reset; also its way to see whether the card is still there.
    Atr,
    /// A command for the card, at least two bytes.
    Apdu(Vec<u8>),
    /// Nothing that vpcd is known to say: an empty frame, or another control byte. Gets no answer.
    Unknown(Option<u8>),
}

impl Message {
    fn of(payload: Vec<u8>) -> Self {
        match payload.as_slice() {
            [] => Self::Unknown(None),
            [0x00] => Self::PowerOff,
            [0x01] => Self::PowerOn,
            [0x02] => Self::Reset,
            [0x04] => Self::Atr,
            [other] => Self::Unknown(Some(*other)),
            _ => Self::Apdu(payload),
        }
    }
}

/// Finds messages in a stream of bytes, however the stream is cut into pieces.
///
/// Holds at most the bytes pushed and not yet returned.
#[derive(Clone, Default, Debug)]
pub struct Decoder {
    bytes: VecDeque<u8>,
}

impl Decoder {
    /// Takes bytes as they arrive.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
    }

    /// Tells whether no part of a message is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Returns the next whole message, or nothing before its last byte has come.
    pub fn next_message(&mut self) -> Option<Message> {
        const HEADER: usize = 2;
        let (&high, &low) = (self.bytes.front()?, self.bytes.get(1)?);
        let length = usize::from(u16::from_be_bytes([high, low]));
        if self.bytes.len() < HEADER + length {
            return None;
        }
        let payload = self.bytes.drain(..HEADER + length).skip(HEADER).collect();
        Some(Message::of(payload))
    }
}

/// Puts a payload into a frame, or returns nothing when its length does not fit two bytes.
#[must_use]
pub fn encode(payload: &[u8]) -> Option<Vec<u8>> {
    let length = u16::try_from(payload.len()).ok()?;
    let mut frame = Vec::with_capacity(2 + payload.len());
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(payload);
    Some(frame)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn decode(pieces: &[&[u8]]) -> Vec<Message> {
        let mut decoder = Decoder::default();
        let mut messages = Vec::new();
        for piece in pieces {
            decoder.push(piece);
            messages.extend(std::iter::from_fn(|| decoder.next_message()));
        }
        messages
    }

    #[test]
    fn control_bytes_are_told_from_commands() {
        let bytes = [
            0, 1, 0, 0, 1, 1, 0, 1, 2, 0, 1, 4, 0, 1, 3, 0, 0, 0, 2, 0, 4,
        ];
        let expected = [
            Message::PowerOff,
            Message::PowerOn,
            Message::Reset,
            Message::Atr,
            Message::Unknown(Some(3)),
            Message::Unknown(None),
            Message::Apdu(vec![0, 4]),
        ];
        assert_eq!(decode(&[&bytes]), expected);
    }

    #[test]
    fn payload_longer_than_65535_bytes_has_no_frame() {
        assert!(encode(&[0; 65_535]).is_some());
        assert_eq!(encode(&[0; 65_536]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_pieces_give_the_same_messages_and_end(
            bytes in vec(any::<u8>(), 0..2000),
            cut in any::<prop::sample::Index>(),
        ) {
            let cut = cut.index(bytes.len() + 1);
            let whole = decode(&[&bytes]);
            prop_assert!(whole.len() <= bytes.len() / 2);
            let (start, end) = bytes.split_at(cut);
            prop_assert_eq!(&decode(&[start, end]), &whole);
            let single: Vec<&[u8]> = bytes.chunks(1).collect();
            prop_assert_eq!(&decode(&single), &whole);
        }

        #[test]
        fn what_is_encoded_is_decoded(payloads in vec(vec(any::<u8>(), 2..600), 0..5)) {
            let stream: Vec<u8> = payloads.iter().filter_map(|one| encode(one)).flatten().collect();
            let expected: Vec<_> = payloads.into_iter().map(Message::Apdu).collect();
            prop_assert_eq!(decode(&[&stream]), expected);
        }
    }
}
