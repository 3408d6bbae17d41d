//! The connection to vpcd, with a vpcd of our own on loopback.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

use proptest::prelude::*;
use virtual_card::vpcd::{Connection, End, Error, Exchange};

use crate::card;

/// Starts a card that connects here; the thread returns how it ended and what it observed.
fn present() -> (
    TcpStream,
    JoinHandle<(End, Vec<String>)>,
    virtual_card::vpcd::Stop,
) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut connection = Connection::open(&address).unwrap();
    let stop = connection.stop().unwrap();
    let (stream, _) = listener.accept().unwrap();
    let thread = std::thread::spawn(move || {
        let mut seen = Vec::new();
        let end = connection.serve(&mut card("adult"), |exchange| {
            seen.push(match exchange {
                Exchange::Apdu {
                    command, response, ..
                } => {
                    format!("{} {}", hex::encode(command), hex::encode(response))
                }
                other => format!("{other:?}"),
            });
        });
        (end.unwrap(), seen)
    });
    (stream, thread, stop)
}

fn say(stream: &mut TcpStream, payload: &[u8]) {
    // As vpcd does it: length and payload apart.
    let length = u16::try_from(payload.len()).unwrap().to_be_bytes();
    stream.write_all(&length).unwrap();
    stream.write_all(payload).unwrap();
}

fn hear(stream: &mut TcpStream) -> String {
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut payload = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut payload).unwrap();
    hex::encode(payload)
}

#[test]
fn card_answers_atr_and_commands_until_vpcd_closes() {
    let (mut stream, thread, _stop) = present();
    say(&mut stream, &[0x01]);
    say(&mut stream, &[0x04]);
    assert_eq!(hear(&mut stream), "3b888001000041e0b381a1003b");
    say(
        &mut stream,
        &hex::decode("00a4040c0ad392f000260100000001").unwrap(),
    );
    assert_eq!(hear(&mut stream), "9000");
    // What has no meaning gets no answer and does no harm.
    say(&mut stream, &[0x03]);
    say(&mut stream, &[]);
    say(&mut stream, &[0x02]);
    say(&mut stream, &hex::decode("00b0880000").unwrap());
    assert_eq!(hear(&mut stream), "8f8f009000");
    say(&mut stream, &[0x00]);
    drop(stream);
    let (end, seen) = thread.join().unwrap();
    assert_eq!(end, End::PeerClosed);
    assert_eq!(
        seen,
        [
            "PowerOn",
            "00a4040c0ad392f000260100000001 9000",
            "Reset",
            "00b0880000 8f8f009000",
            "PowerOff"
        ]
    );
}

#[test]
fn stop_takes_the_card_out() {
    let (mut stream, thread, stop) = present();
    say(&mut stream, &[0x04]);
    hear(&mut stream);
    stop.stop();
    let (end, seen) = thread.join().unwrap();
    assert_eq!(end, End::Stopped);
    assert!(seen.is_empty());
    assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0);
}

#[test]
fn what_vpcd_had_begun_to_say_is_heard_before_the_card_is_out() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut connection = Connection::open(&address).unwrap();
    let stop = connection.stop().unwrap();
    let (mut stream, _) = listener.accept().unwrap();
    // The answer to the first is on its way while vpcd says that the power is off, payload last.
    stream.write_all(&[0, 1, 4, 0, 1]).unwrap();
    stop.stop();
    stream.write_all(&[0]).unwrap();
    let mut seen = Vec::new();
    let end = connection.serve(&mut card("adult"), |exchange| {
        seen.push(format!("{exchange:?}"));
    });
    assert_eq!(
        (end.unwrap(), seen),
        (End::Stopped, vec!["PowerOff".to_owned()])
    );
}

#[test]
fn a_vpcd_that_never_ends_does_not_keep_the_card_in() {
    let (mut stream, thread, stop) = present();
    let flood =
        std::thread::spawn(move || while stream.write_all(&[0, 1, 2].repeat(1_000)).is_ok() {});
    stop.stop();
    assert_eq!(thread.join().unwrap().0, End::Stopped);
    flood.join().unwrap();
}

#[test]
fn stop_before_serving_is_not_lost() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut connection = Connection::open(&address).unwrap();
    connection.stop().unwrap().stop();
    let end = connection.serve(&mut card("adult"), |_| ());
    assert_eq!(end.unwrap(), End::Stopped);
}

#[test]
fn missing_vpcd_is_told_with_the_remedy() {
    // Bound and dropped, so that nothing listens there, nor on this host in any other test.
    let listener = TcpListener::bind("127.0.0.8:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let error = Connection::open(&address).unwrap_err();
    assert!(matches!(error, Error::NothingListens { .. }));
    assert_eq!(
        error.to_string(),
        format!(
            "nothing listens on {address}; start pcscd with the vpcd driver \
             (Debian: apt-get install pcscd vsmartcard-vpcd), see README"
        )
    );
    let error = Connection::open("no address").unwrap_err();
    assert!(matches!(error, Error::Connect { .. }));
}

proptest! {
    #[test]
    fn any_bytes_from_vpcd_are_survived(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        cut in any::<prop::sample::Index>(),
    ) {
        let (mut stream, thread, _stop) = present();
        let (first, second) = bytes.split_at(cut.index(bytes.len() + 1));
        for part in [first, second] {
            // The card may not leave: what has no meaning gets no answer and does no harm.
            stream.write_all(part).unwrap();
        }
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answers = Vec::new();
        stream.read_to_end(&mut answers).unwrap();
        prop_assert_eq!(thread.join().unwrap().0, End::PeerClosed);
        // Whole frames, whatever came: length and payload.
        let mut rest = answers.as_slice();
        while let [high, low, tail @ ..] = rest {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            prop_assert!(tail.len() >= length);
            rest = &tail[length..];
        }
        prop_assert!(rest.is_empty());
    }
}
