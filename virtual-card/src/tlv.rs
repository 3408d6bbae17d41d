//! The BER-TLV objects in the card's files, written as the card writes them and read back.
//!
//! Tags have one or two bytes. A length of 128 or more is always written `82 xxxx`, even where
//! fewer bytes would do (card.md §2.2.1); reading takes any definite length.

/// One object: its tag and what stands in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Object<'a> {
    /// The tag, such as `0x5F4E` or `0x90`.
    pub tag: u16,
    /// The value field.
    pub value: &'a [u8],
}

/// Bytes that are no TLV object.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no TLV object at offset {offset}: {problem}")]
pub struct Malformed {
    /// Where in the bytes given.
    pub offset: usize,
    /// What is wrong.
    pub problem: &'static str,
}

/// Writes an object; a value of more than 65,535 bytes is cut off there.
#[must_use]
pub fn write(tag: u16, value: &[u8]) -> Vec<u8> {
    let value = value.get(..0xFFFF).unwrap_or(value);
    let mut object = header(tag, value.len());
    object.extend_from_slice(value);
    object
}

/// Writes tag and length of an object whose value has `length` bytes.
#[must_use]
pub fn header(tag: u16, length: usize) -> Vec<u8> {
    let mut header = match tag.to_be_bytes() {
        [0, low] => vec![low],
        bytes => bytes.to_vec(),
    };
    match u8::try_from(length) {
        Ok(length @ 0..=0x7F) => header.push(length),
        _ => {
            let [.., high, low] = length.to_be_bytes();
            header.extend_from_slice(&[0x82, high, low]);
        }
    }
    header
}

/// Reads the first object and returns it with what follows it.
///
/// # Errors
///
/// [`Malformed`] when tag or length is cut off or of a form that the card does not use, or when
/// the value is longer than the bytes.
pub fn read(bytes: &[u8]) -> Result<(Object<'_>, &[u8]), Malformed> {
    let malformed = |rest: &[u8], problem| Malformed {
        offset: bytes.len() - rest.len(),
        problem,
    };
    let (tag, rest) = read_tag(bytes).ok_or(malformed(bytes, "tag cut off or too long"))?;
    let (length, rest) =
        read_length(rest).ok_or(malformed(rest, "length cut off, indefinite or too long"))?;
    let (value, rest) = rest
        .split_at_checked(length)
        .ok_or(malformed(rest, "value cut off"))?;
    Ok((Object { tag, value }, rest))
}

/// Reads all objects of a constructed value.
///
/// # Errors
///
/// [`Malformed`] when anything but whole objects stands there.
pub fn read_all(mut bytes: &[u8]) -> Result<Vec<Object<'_>>, Malformed> {
    let whole = bytes.len();
    let mut objects = Vec::new();
    while !bytes.is_empty() {
        let (object, rest) = read(bytes).map_err(|malformed| Malformed {
            offset: whole - bytes.len() + malformed.offset,
            ..malformed
        })?;
        objects.push(object);
        bytes = rest;
    }
    Ok(objects)
}

/// Returns the value of the first object with this tag, if the bytes are objects and one has it.
#[must_use]
pub fn find(bytes: &[u8], tag: u16) -> Option<&[u8]> {
    let objects = read_all(bytes).ok()?;
    let found = objects.into_iter().find(|object| object.tag == tag)?;
    Some(found.value)
}

fn read_tag(bytes: &[u8]) -> Option<(u16, &[u8])> {
    match *bytes {
        // 1F in the low bits: the tag goes on; 80 in the second byte: further than we go.
        [first, second, ref rest @ ..] if first & 0x1F == 0x1F => {
            (second & 0x80 == 0).then_some((u16::from_be_bytes([first, second]), rest))
        }
        [first, ref rest @ ..] if first & 0x1F != 0x1F => Some((u16::from(first), rest)),
        _ => None,
    }
}

fn read_length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    match *bytes {
        [length @ 0..=0x7F, ref rest @ ..] => Some((usize::from(length), rest)),
        [0x81, length, ref rest @ ..] => Some((usize::from(length), rest)),
        [0x82, high, low, ref rest @ ..] => {
            Some((usize::from(u16::from_be_bytes([high, low])), rest))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Malformed, Object, find, read, read_all, write};

    #[test]
    fn long_lengths_are_written_as_the_card_writes_them() {
        assert_eq!(write(0xDF23, b"1"), [0xDF, 0x23, 0x01, b'1']);
        assert_eq!(write(0x90, &[0; 128])[..4], [0x90, 0x82, 0x00, 0x80]);
        assert_eq!(
            write(0xFF20, &[0; 0x0BF9])[..5],
            [0xFF, 0x20, 0x82, 0x0B, 0xF9]
        );
    }

    #[test]
    fn error_names_the_offset_from_the_start() {
        let bytes = [0x90, 0x01, 0x00, 0x91, 0x05, 0x00];
        let malformed = Malformed {
            offset: 5,
            problem: "value cut off",
        };
        assert_eq!(read_all(&bytes), Err(malformed));
        assert_eq!(find(&bytes, 0x90), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            first in prop_oneof![Just(0x90_u16), Just(0x5F4E), Just(0xDF21), Just(0xFF20), Just(0x7F21)],
            value in proptest::collection::vec(any::<u8>(), 0..700),
            rest in proptest::collection::vec(any::<u8>(), 0..9),
        ) {
            let mut bytes = write(first, &value);
            bytes.extend_from_slice(&rest);
            let read = read(&bytes).unwrap();
            prop_assert_eq!(read, (Object { tag: first, value: &value }, rest.as_slice()));
        }

        #[test]
        fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read_all(&bytes);
        }
    }
}
