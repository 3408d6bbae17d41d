//! Whatever a log says: nothing breaks, and no PIN and no My Number comes out of it.

#[path = "../../fuzz/src/recording.rs"]
mod fuzz;

use proptest::prelude::*;
use uketsuke::judge::judge;
use uketsuke::recording::{Format, read};

use super::at;

#[test]
fn the_corpus_of_the_fuzz_target_breaks_nothing() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/recording");
    let seeds: Vec<_> = std::fs::read_dir(folder).unwrap().collect();
    assert!(seeds.len() >= 5);
    for seed in seeds {
        fuzz::recording(&std::fs::read(seed.unwrap().path()).unwrap());
    }
}

const SECRET_PIN: &str = "8642";
const SECRET_NUMBER: &str = "900000000015";

fn spaced(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X} ")).collect()
}

/// A command that carries the PIN, in any form of length, whole or not.
fn secret_command() -> impl Strategy<Value = Vec<u8>> {
    let ins = prop::sample::select(vec![0x20_u8, 0x24, 0x2C, 0xD6, 0xDA, 0xE2]);
    (any::<u8>(), ins, any::<[u8; 2]>(), 0..6_usize).prop_map(|(cla, ins, p, form)| {
        let pin = SECRET_PIN.as_bytes();
        let mut apdu = vec![cla, ins, p[0], p[1]];
        match form {
            0 => apdu.push(4),
            1 => apdu.extend([0, 0, 4]),
            2 => apdu.push(0),
            3 => apdu.push(200),
            4 => apdu.extend([0, 0xFF, 0xFF]),
            _ => apdu.push(6),
        }
        apdu.extend(pin);
        if form == 5 {
            apdu.extend([0xFF, 0xFF, 0x00]);
        }
        apdu
    })
}

fn exchange() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    let number: Vec<u8> = [
        &[0xFF, 0x10, 0x0C],
        SECRET_NUMBER.as_bytes(),
        &[0xFF, 0xFF, 0x90, 0],
    ]
    .concat();
    let read = any::<[u8; 3]>().prop_map(|tail| vec![0x00, 0xB0, tail[0], tail[1], tail[2]]);
    let named: Vec<u8> = [&[0x00, 0xA4, 0x04, 0x0C, 0x0C], SECRET_NUMBER.as_bytes()].concat();
    prop_oneof![
        secret_command().prop_map(|command| (command, vec![0x63, 0xC2])),
        (read, Just(number)),
        Just((named, vec![0x6A, 0x82])),
        Just((
            vec![0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x18],
            vec![0x90, 0x00]
        )),
    ]
}

fn written(format: Format, exchanges: &[(Vec<u8>, Vec<u8>)]) -> String {
    let mut log = String::new();
    for (command, answer) in exchanges {
        match format {
            Format::Pcscd => {
                log += &format!(
                    "00000007 APDU: {}\n00000007 SW: {}\n",
                    spaced(command),
                    spaced(answer)
                );
            }
            Format::PcscSpy => {
                log += &format!(
                    "7F@>|1795344119|1|SCardTransmit\n7F@0x1\n7F@0x2\n7F@0x10\n7F@0x{:08X}\n7F@{}\n",
                    command.len(),
                    spaced(command)
                );
                log += &format!(
                    "7F@0x1\n7F@0x10\n7F@0x{:08X}\n7F@{}\n",
                    answer.len(),
                    spaced(answer)
                );
                log += "7F@<|1795344119|2|SCardTransmit|Command successful.|0x00000000\n";
            }
        }
    }
    log
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_pin_and_no_number_comes_out(
        exchanges in prop::collection::vec(exchange(), 1..6),
        spy in any::<bool>(),
        cut in any::<prop::sample::Index>(),
        noise in prop::option::of((any::<prop::sample::Index>(), "[ -~]{0,3}")),
    ) {
        let format = if spy { Format::PcscSpy } else { Format::Pcscd };
        let mut log = written(format, &exchanges);
        if let Some((place, noise)) = noise {
            log.insert_str(place.index(log.len()), &noise);
            log.truncate(cut.index(log.len()) + 1);
        }
        let out = match read(format, log.as_bytes(), None, at()) {
            Err(error) => format!("{error} {error:?}"),
            Ok(recordings) => recordings.iter().map(|recording| {
                let judgement = judge(&recording.transcript.header.scenario, &recording.transcript);
                let findings = serde_json::to_string(&judgement).unwrap();
                format!("{} {findings} {:?} {:?}", recording.transcript.to_ndjson(), recording.remarks, recording)
            }).collect(),
        };
        let out = out.to_lowercase();
        for secret in [SECRET_PIN, SECRET_NUMBER] {
            let hex = hex::encode(secret);
            for form in [hex.as_str(), &spaced(secret.as_bytes()).trim().to_lowercase()] {
                prop_assert!(!out.contains(form), "{secret} came out");
            }
        }
        prop_assert!(!out.contains(SECRET_NUMBER));
    }

    #[test]
    fn no_bytes_break_it(first in any::<u8>(), lines in prop::collection::vec(line(), 0..40)) {
        let mut bytes = vec![first];
        for line in lines {
            bytes.extend(line);
        }
        fuzz::recording(&bytes);
    }
}

/// A line that a log could have, or could not.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let names = prop::sample::select(vec![
        "00000001 APDU: 00 A4 02 0C 02 00 18 ",
        "00000001 SW: 90 00 ",
        "00000001 SW: ",
        "00000001 APDU: 00 C0 00 00 10 ",
        "00000001 SW: 61 10 ",
        "00000001 x.c:1:F() Received command: TRANSMIT from client 3",
        "00000001 x.c:1:F() Received command: CONNECT from client 4",
        "00000001 x.c:1:F() Attempting Connect to A using protocol: 3",
        "00000001 x.c:1:F() TRANSMIT for client 3, rv=SCARD_W_REMOVED_CARD",
        "00000001 x.c:1:EHStatusHandlerThread() Card inserted into A",
        "00000001 x.c:1:EHStatusHandlerThread() Card Removed From A",
        "00000001 x.c:1:EHStatusHandlerThread() powerState: POWER_STATE_UNPOWERED",
        "99999999999999999999999 [1] x.c:1:F() Reset complete.",
        "7F@>|1|2|SCardTransmit",
        "7F@>|1|2|SCardGetStatusChange",
        "7F@0x00000002",
        "7F@00 20 00 80 ",
        "7F@<|1|3|SCardTransmit|ok|0x00000000",
        "7F@<|99999999999999999999|3|SCardTransmit|ok|0x00000000",
        "SCardTransmit",
        " i bSendLength 0x00000004 (4)",
        " i bSendBuffer",
        " i  0000 00 20 00 80                                     ....",
        " => Command successful. (SCARD_S_SUCCESS [0x00000000])  [0.002526]",
    ]);
    prop_oneof![
        4 => names.prop_map(|name| format!("{name}\n").into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..60),
    ]
}
