//! A slot, with a vpcd of our own on loopback: in, out, swapped, lost and found.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use virtual_card::card::{Card, PinName};
use virtual_card::fault::{Fault, Faulty, Plan};
use virtual_card::slot::{Ending, Event, Patience, Presence, Slot};
use virtual_card::timing::{Timed, Timing};
use virtual_card::vpcd::{Connection, End, Exchange};

use crate::{card, profile};

const ATTENDED: Patience = Patience {
    reconnect: None,
    attended: true,
};
const RECONNECTING: Patience = Patience {
    reconnect: Some(Duration::from_secs(60)),
    attended: false,
};

const SELECT_JPKI: &str = "00a4040c0ad392f000260100000001";
const SELECT_USER_PIN: &str = "00a4020c020018";
const VERIFY_WRONG: &str = "002000800439393939";

/// A vpcd without pcscd.
struct Vpcd {
    listener: TcpListener,
    address: String,
}

impl Vpcd {
    fn start() -> Self {
        Self::on("127.0.0.1:0")
    }

    /// Starts at an address of its own, where no other test takes the port once it is free.
    fn on(address: &str) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        Self { listener, address }
    }

    /// Waits for a card and powers it.
    fn card(&self) -> TcpStream {
        let (mut stream, _) = self.listener.accept().unwrap();
        say(&mut stream, &[0x01]);
        stream
    }
}

/// Returns an address on which nothing listens.
fn nowhere(address: &str) -> String {
    Vpcd::on(address).address
}

fn say(stream: &mut TcpStream, payload: &[u8]) {
    let length = u16::try_from(payload.len()).unwrap().to_be_bytes();
    stream.write_all(&[&length[..], payload].concat()).unwrap();
}

fn hear(stream: &mut TcpStream) -> Vec<u8> {
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut payload = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut payload).unwrap();
    payload
}

fn ask(stream: &mut TcpStream, command: &str) -> String {
    say(stream, &hex::decode(command).unwrap());
    hex::encode(hear(stream))
}

fn is_closed(stream: &mut TcpStream) -> bool {
    matches!(stream.read(&mut [0; 1]), Ok(0))
}

/// Spends one try of the user PIN.
fn spend(stream: &mut TcpStream) -> String {
    assert_eq!(ask(stream, SELECT_JPKI), "9000");
    assert_eq!(ask(stream, SELECT_USER_PIN), "9000");
    ask(stream, VERIFY_WRONG)
}

fn slot(address: &str, faults: &str, patience: Patience) -> (Slot<Card>, Receiver<String>) {
    let plan = Plan::new(Fault::parse_list(faults, "test").unwrap());
    let timing = Arc::new(Timing::standard("instant").unwrap());
    let card = Timed::new(Faulty::new(card("adult"), plan), timing);
    let (sender, events) = channel();
    let slot = Slot::start(card, address, patience, move |event| {
        let text = match event {
            Event::Exchange(Exchange::Apdu { .. }) => "command".to_owned(),
            Event::Exchange(Exchange::Taken) => "taken".to_owned(),
            Event::Exchange(_) => return,
            Event::Waiting(_) => "waiting".to_owned(),
            Event::Out(error) => format!("out {}", error.is_some()),
            other => format!("{other:?}"),
        };
        // The test may have heard enough.
        let _ = sender.send(text);
    });
    (slot, events)
}

/// Waits for the next event that is no command.
fn next(events: &Receiver<String>) -> String {
    events.iter().find(|event| event != "command").unwrap()
}

#[test]
fn card_taken_out_and_put_in_again_has_kept_its_tries() {
    let vpcd = Vpcd::start();
    let (slot, _events) = slot(&vpcd.address, "[]", ATTENDED);
    let mut reader = vpcd.card();
    assert_eq!(spend(&mut reader), "63c2");
    assert_eq!(slot.remove(), Presence::Out);
    assert!(is_closed(&mut reader));
    assert_eq!(slot.remove(), Presence::Out, "it is out already");
    assert_eq!(slot.insert(), Presence::In);
    let mut reader = vpcd.card();
    assert_eq!(
        ask(&mut reader, VERIFY_WRONG),
        "6986",
        "nothing is selected"
    );
    assert_eq!(spend(&mut reader), "63c1");
    assert_eq!(slot.insert(), Presence::In, "it is in already");
    slot.stop();
    assert_eq!(slot.finish().unwrap(), Ending::Stopped);
    assert!(is_closed(&mut reader));
}

#[test]
fn swap_takes_one_card_out_and_puts_the_other_in() {
    let vpcd = Vpcd::start();
    let (slot, _events) = slot(&vpcd.address, "[]", ATTENDED);
    let mut reader = vpcd.card();
    spend(&mut reader);
    let contact = profile("adult");
    let (adult, presence) = slot.swap(card("elder-80"));
    assert_eq!(presence, Presence::In);
    assert!(is_closed(&mut reader));
    assert_eq!(
        (adult.tries(PinName::User), adult.profile() == &contact),
        (2, true)
    );
    let mut reader = vpcd.card();
    assert_eq!(spend(&mut reader), "63c2");
    let (elder, _) = slot.swap(adult);
    assert_eq!(elder.tries(PinName::User), 2);
    assert_eq!(spend(&mut vpcd.card()), "63c1");
}

#[test]
fn card_comes_back_by_itself_when_vpcd_does() {
    let vpcd = Vpcd::on("127.0.0.4:0");
    let (slot, events) = slot(&vpcd.address, "[]", RECONNECTING);
    let mut reader = vpcd.card();
    assert_eq!(spend(&mut reader), "63c2");
    assert_eq!(next(&events), "Inserted");
    let Vpcd { listener, address } = vpcd;
    drop(listener);
    drop(reader);
    assert_eq!(next(&events), "Lost");
    assert_eq!(next(&events), "waiting");
    let listener = TcpListener::bind(&address).unwrap();
    let vpcd = Vpcd { listener, address };
    let mut reader = vpcd.card();
    assert_eq!(spend(&mut reader), "63c1");
    drop(slot);
    assert!(is_closed(&mut reader));
}

#[test]
fn waiting_for_vpcd_can_be_stopped() {
    let (slot, events) = slot(&nowhere("127.0.0.2:0"), "[]", RECONNECTING);
    assert_eq!(next(&events), "waiting");
    slot.stop();
    assert_eq!(slot.finish().unwrap(), Ending::Stopped);
}

#[test]
fn without_vpcd_an_attended_slot_is_out_and_another_ends() {
    let nowhere = nowhere("127.0.0.3:0");
    let (attended, events) = slot(&nowhere, "[]", ATTENDED);
    assert_eq!(next(&events), "out true");
    assert_eq!(attended.insert(), Presence::Out);
    let (alone, _events) = slot(&nowhere, "[]", Patience::default());
    assert!(alone.finish().is_err());
}

#[test]
fn pulled_card_leaves_during_the_command_and_can_be_put_back() {
    let vpcd = Vpcd::start();
    let (slot, events) = slot(
        &vpcd.address,
        "{ what: removed, when: during, command: verify }",
        ATTENDED,
    );
    let mut reader = vpcd.card();
    ask(&mut reader, SELECT_JPKI);
    ask(&mut reader, SELECT_USER_PIN);
    say(&mut reader, &hex::decode(VERIFY_WRONG).unwrap());
    assert!(is_closed(&mut reader));
    for expected in ["Inserted", "Left", "out false"] {
        assert_eq!(next(&events), expected);
    }
    assert_eq!(slot.look(|card| card.card().tries(PinName::User)), 2);
    assert_eq!(slot.insert(), Presence::In);
    assert_eq!(spend(&mut vpcd.card()), "63c1");
}

#[test]
fn mute_card_is_silent_and_can_be_taken_out() {
    let vpcd = Vpcd::start();
    let (slot, _events) = slot(&vpcd.address, "[]", ATTENDED);
    let mut reader = vpcd.card();
    slot.add_faults(Fault::parse_list("what: mute", "test").unwrap());
    say(&mut reader, &hex::decode(SELECT_JPKI).unwrap());
    // The first frame that comes is the answer to the second message.
    say(&mut reader, &[0x04]);
    assert_eq!(hex::encode(hear(&mut reader)), "3b888001000041e0b381a1003b");
    assert_eq!(slot.remove(), Presence::Out);
    assert!(is_closed(&mut reader));
}

#[test]
fn stop_wakes_a_card_that_takes_its_time() {
    let vpcd = Vpcd::start();
    let (slot, events) = slot(&vpcd.address, "{ what: slow, by: 10m }", ATTENDED);
    let mut reader = vpcd.card();
    say(&mut reader, &hex::decode(SELECT_JPKI).unwrap());
    // The card has answered; the answer waits for its time.
    assert!(events.iter().any(|event| event == "command"));
    slot.stop();
    assert_eq!(slot.finish().unwrap(), Ending::Stopped);
    assert!(is_closed(&mut reader));
}

#[test]
fn end_of_vpcd_is_noticed_while_an_answer_is_late() {
    let vpcd = Vpcd::start();
    let (slot, events) = slot(
        &vpcd.address,
        "{ what: slow, by: 10m }",
        Patience::default(),
    );
    let mut reader = vpcd.card();
    say(&mut reader, &hex::decode(SELECT_JPKI).unwrap());
    assert!(events.iter().any(|event| event == "command"));
    drop(reader);
    assert_eq!(slot.finish().unwrap(), Ending::PeerClosed);
}

#[test]
fn late_answer_comes_and_what_was_said_meanwhile_is_answered_after_it() {
    let vpcd = Vpcd::start();
    let (_slot, _events) = slot(&vpcd.address, "{ what: slow, by: 90ms }", ATTENDED);
    let mut reader = vpcd.card();
    say(&mut reader, &hex::decode(SELECT_JPKI).unwrap());
    say(&mut reader, &hex::decode(SELECT_USER_PIN).unwrap());
    say(&mut reader, &[0x04]);
    let heard = [(); 3].map(|()| hex::encode(hear(&mut reader)));
    assert_eq!(heard, ["9000", "9000", "3b888001000041e0b381a1003b"]);
}

#[test]
fn power_cycle_and_reset_by_hand_differ_in_what_the_card_keeps() {
    let vpcd = Vpcd::start();
    let (slot, _events) = slot(&vpcd.address, "{ what: atr, bytes: short }", ATTENDED);
    let mut reader = vpcd.card();
    say(&mut reader, &[0x04]);
    assert_eq!(hex::encode(hear(&mut reader)), "3b8880010000");
    slot.clear_faults();
    say(&mut reader, &[0x04]);
    assert_eq!(hear(&mut reader).len(), 13);
    spend(&mut reader);
    slot.reset();
    assert_eq!(ask(&mut reader, VERIFY_WRONG), "63c1");
    slot.power_cycle();
    assert_eq!(ask(&mut reader, VERIFY_WRONG), "6986");
}

#[test]
fn silent_vpcd_is_told_once() {
    let vpcd = Vpcd::start();
    let connection = Connection::open(&vpcd.address).unwrap();
    let mut connection = connection.with_silence(Duration::from_millis(1));
    let (sender, events) = channel();
    let thread = std::thread::spawn(move || {
        connection.serve(&mut card("adult"), |exchange| {
            sender.send(matches!(exchange, Exchange::NotTaken)).unwrap();
        })
    });
    assert!(events.recv().unwrap());
    let mut reader = vpcd.card();
    assert_eq!(ask(&mut reader, SELECT_JPKI), "9000");
    drop(reader);
    assert_eq!(thread.join().unwrap().unwrap(), End::PeerClosed);
    assert_eq!(events.iter().collect::<Vec<_>>(), [false, false]);
}

#[test]
fn card_that_pcscd_takes_for_the_one_before_is_put_in_again_once() {
    let vpcd = Vpcd::start();
    let (slot, events) = slot(&vpcd.address, "[]", ATTENDED);
    let (mut reader, _) = vpcd.listener.accept().unwrap();
    for _ in 1..=2 {
        say(&mut reader, &[0x04]);
        assert_eq!(hear(&mut reader).len(), 13);
    }
    say(&mut reader, &[0x04]);
    assert!(is_closed(&mut reader));
    // It gets no power this time either, so no power is what this pcscd gives.
    let (mut reader, _) = vpcd.listener.accept().unwrap();
    for _ in 1..=3 {
        say(&mut reader, &[0x04]);
        assert_eq!(hear(&mut reader).len(), 13);
    }
    assert_eq!(slot.presence(), Presence::In);
    slot.stop();
    assert_eq!(slot.finish().unwrap(), Ending::Stopped);
    let seen: Vec<String> = events.iter().collect();
    assert_eq!(seen, ["Inserted", "Inserted", "taken", "out false"]);
}
