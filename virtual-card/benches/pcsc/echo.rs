//! The least that can lie in a slot of vpcd: no card, only bytes that are sent back at once.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::linux::net::TcpStreamExt;

/// Answers each command with `answer` and each request for the ATR with `atr`, until the stream ends.
///
/// Acknowledges at once, as everything has to that is to be fast behind vpcd.
pub fn serve(mut stream: TcpStream, atr: &[u8], answer: &[u8]) {
    stream.set_nodelay(true).unwrap();
    let frame = |payload: &[u8]| {
        let length = u16::try_from(payload.len()).unwrap();
        [&length.to_be_bytes(), payload].concat()
    };
    let (atr, answer) = (frame(atr), frame(answer));
    let mut buffer = [0; 1024];
    loop {
        if !fill(&mut stream, &mut buffer[..2]) {
            return;
        }
        let length = usize::from(u16::from_be_bytes([buffer[0], buffer[1]]));
        if !fill(&mut stream, &mut buffer[..length]) {
            return;
        }
        match buffer[..length] {
            [0x04] => stream.write_all(&atr).unwrap(),
            [_] | [] => {}
            _ => stream.write_all(&answer).unwrap(),
        }
    }
}

/// Reads as many bytes as fit, or says that there are no more.
fn fill(stream: &mut TcpStream, buffer: &mut [u8]) -> bool {
    let mut count = 0;
    while count < buffer.len() {
        stream.set_quickack(true).unwrap();
        match stream.read(&mut buffer[count..]) {
            Ok(0) | Err(_) => return false,
            Ok(more) => count += more,
        }
    }
    true
}
