//! The program under `--control`: orders on stdin, one line of answer each, a vpcd of our own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The program, with its first card in the reader.
struct Program {
    child: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    listener: TcpListener,
}

impl Program {
    fn start(arguments: &[&str]) -> (Self, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let mut child = Command::new(env!("CARGO_BIN_EXE_virtual-card"))
            .args(["--holder", "adult", "--control", "--vpcd", &address])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (orders, answers) = (child.stdin.take(), child.stdout.take().unwrap());
        let (stream, _) = listener.accept().unwrap();
        let program = Self {
            child,
            orders,
            answers: BufReader::new(answers),
            listener,
        };
        (program, stream)
    }

    fn order(&mut self, line: &str) -> String {
        writeln!(self.orders.as_mut().unwrap(), "{line}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        answer.trim_end().to_owned()
    }

    fn accept(&self) -> TcpStream {
        self.listener.accept().unwrap().0
    }

    fn ended(mut self) -> Option<i32> {
        drop(self.orders.take());
        self.child.wait().unwrap().code()
    }
}

fn ask(stream: &mut TcpStream, payload: &[u8]) -> String {
    let length = u16::try_from(payload.len()).unwrap().to_be_bytes();
    stream.write_all(&[&length[..], payload].concat()).unwrap();
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut answer).unwrap();
    hex::encode(answer)
}

/// Spends one try of the user PIN.
fn spend(stream: &mut TcpStream) -> String {
    for command in ["00a4040c0ad392f000260100000001", "00a4020c020018"] {
        assert_eq!(ask(stream, &hex::decode(command).unwrap()), "9000");
    }
    ask(stream, &hex::decode("002000800439393939").unwrap())
}

#[test]
fn orders_are_carried_out_and_answered_one_by_one() {
    let (mut program, mut reader) = Program::start(&[]);
    assert_eq!(spend(&mut reader), "63c2");
    let status = "ok 0 in card adult tries user 2 signature 5 faults 0";
    assert_eq!(program.order("status"), status);
    assert_eq!(program.order("0 remove"), "ok 0 out");
    assert_eq!(reader.read(&mut [0; 1]).unwrap(), 0);
    assert_eq!(program.order("insert"), "ok 0 in");
    let mut reader = program.accept();
    assert_eq!(
        program.order("fault { what: status, status: \"6F00\" }"),
        "ok 0 in"
    );
    assert_eq!(ask(&mut reader, &[0, 0xB0, 0, 0, 0]), "6f00");
    for order in ["power-cycle", "reset", "no-faults"] {
        assert_eq!(program.order(order), "ok 0 in", "{order}");
    }
    assert_eq!(program.order("quit"), "ok quit");
    assert_eq!(reader.read(&mut [0; 1]).unwrap(), 0);
    assert_eq!(program.ended(), Some(0));
}

#[test]
fn wrong_orders_are_told_the_words_and_the_program_goes_on() {
    let (mut program, mut reader) = Program::start(&[]);
    for (order, expected) in [
        ("eject", "expected [0|1] insert, remove"),
        ("", "status or quit"),
        ("1 remove", "no card belongs to slot 1"),
        ("swap nobody", "expected one of adult"),
        ("swap ./no-such.yaml", "no profile in ./no-such.yaml"),
        ("fault { what: gone }", "removed"),
        ("fault { what: mute, command: verfy }", "read-binary"),
    ] {
        let answer = program.order(order);
        assert!(
            answer.starts_with("error ") && answer.contains(expected),
            "{answer}"
        );
    }
    assert_eq!(spend(&mut reader), "63c2");
    // The end of the orders takes the card out.
    assert_eq!(program.ended(), Some(0));
    assert_eq!(reader.read(&mut [0; 1]).unwrap(), 0);
}

#[test]
fn swapped_cards_keep_their_tries_while_they_lie_beside_the_reader() {
    let (mut program, mut reader) = Program::start(&[]);
    assert_eq!(spend(&mut reader), "63c2");
    assert_eq!(program.order("swap elder-80"), "ok 0 in");
    // Kept to the end: a reader that closes is a pcscd that has ended.
    let mut readers = Vec::new();
    for (expected, next) in [
        ("63c2", "swap adult"),
        ("63c1", "swap adult"),
        ("63c0", "status"),
    ] {
        let mut reader = program.accept();
        assert_eq!(spend(&mut reader), expected);
        readers.push(reader);
        assert!(program.order(next).starts_with("ok 0 in"));
    }
    assert_eq!(program.order("remove"), "ok 0 out");
    assert_eq!(program.order("swap elder-80"), "ok 0 out");
    let status = "ok 0 out card elder-80 tries user 2 signature 5 faults 0";
    assert_eq!(program.order("status"), status);
}

#[test]
fn faults_on_the_command_line_strike_from_the_start() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("faults.yaml");
    std::fs::write(&file, "- { what: status, status: \"6982\", nth: 2 }\n").unwrap();
    let inline = "{ what: atr, bytes: \"3B00\" }";
    let (mut program, mut reader) =
        Program::start(&["--fault", inline, "--fault", file.to_str().unwrap()]);
    assert_eq!(ask(&mut reader, &[0x04]), "3b00");
    assert_eq!(ask(&mut reader, &[0, 0xB0, 0, 0, 0]), "6986");
    assert_eq!(ask(&mut reader, &[0, 0xB0, 0, 0, 0]), "6982");
    let status = "ok 0 in card adult tries user 3 signature 5 faults 1";
    assert_eq!(program.order("status"), status);
}
