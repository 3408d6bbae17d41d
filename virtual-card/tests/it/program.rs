//! The program: what it prints and with which number it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Output, Stdio};

use virtual_card::profile::Profile;

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_virtual-card"));
    command.args(arguments);
    command
}

fn run(arguments: &[&str]) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = program(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

/// An address on which nothing listens. Each test has a host of its own on loopback, so that no
/// other takes the port.
fn free_address(host: &str) -> String {
    let listener = TcpListener::bind((host, 0)).unwrap();
    listener.local_addr().unwrap().to_string()
}

#[test]
fn list_names_every_card_on_stdout() {
    let (code, out, err) = run(&["--list"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let names: Vec<&str> = out
        .lines()
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    assert_eq!(names, Profile::standard_names());
    assert!(!out.contains('\x1B'));
}

#[test]
fn usage_errors_end_with_2() {
    for arguments in [
        &[][..],
        &["--holder", "nobody"],
        &["--holder", "adult", "--profile", "x.yaml"],
        &["--holder", "adult", "--slot", "2"],
        &["--holder", "adult", "--vpcd", "localhost"],
        &["--holder", "adult", "--timing", "soon"],
        &["--holder", "adult", "--reconnect=0"],
        &["--holder", "adult", "--second", "adult"],
        &["--holder", "adult", "--second", "nobody"],
        &["--unknown"],
    ] {
        let (code, out, err) = run(arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(!err.is_empty());
    }
}

#[test]
fn profile_that_is_shown_is_one_that_can_be_used() {
    let (code, shown, _) = run(&["--show", "elder-80"]);
    assert_eq!(code, 0);
    let profile = virtual_card::profile::Profile::parse(&shown, "shown").unwrap();
    assert_eq!(profile, crate::profile("elder-80"));
    let (code, _, err) = run(&["--show", "nobody"]);
    assert_eq!(code, 2);
    assert!(err.contains("expected one of adult, "), "{err}");
}

#[test]
fn schemas_of_both_formats_are_printed() {
    for (format, key) in [("profile", "security-code"), ("faults", "what")] {
        let (code, schema, _) = run(&["--schema", format]);
        let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
        assert_eq!(code, 0);
        assert!(
            schema.to_string().contains(&format!("\"{key}\"")),
            "{schema}"
        );
    }
}

#[test]
fn bad_profiles_end_with_3() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join("broken.yaml");
    std::fs::write(&file, "holder: nobody\n").unwrap();
    let (code, _, err) = run(&["--profile", file.to_str().unwrap()]);
    assert_eq!(code, 3);
    assert!(err.contains("broken.yaml:1:"), "{err}");
    let (code, _, err) = run(&["--profile", "/nowhere/card.yaml"]);
    assert_eq!(code, 3);
    assert!(err.contains("/nowhere/card.yaml"), "{err}");
}

#[test]
fn bad_faults_end_with_3() {
    for (argument, expected) in [
        ("{ what: gone }", "removed"),
        ("what: slow", "by: 300ms"),
        ("/nowhere/faults.yaml", "no faults in /nowhere/faults.yaml"),
    ] {
        let (code, out, err) = run(&["--holder", "adult", "--fault", argument]);
        assert_eq!((code, out.as_str()), (3, ""));
        assert!(err.contains(expected), "{err}");
    }
}

#[test]
fn vpcd_that_does_not_come_in_time_ends_with_5() {
    let address = free_address("127.0.0.6");
    let (code, _, err) = run(&["--holder", "adult", "--reconnect=1", "--vpcd", &address]);
    assert_eq!(code, 5);
    let waits = format!("SIMULATION: waits for vpcd: nothing listens on {address}");
    assert!(err.starts_with(&waits), "{err}");
    assert_eq!(err.matches("waits for vpcd").count(), 1, "{err}");
}

#[test]
fn no_vpcd_ends_with_5() {
    let address = free_address("127.0.0.7");
    let (code, out, err) = run(&["--holder", "adult", "--vpcd", &address]);
    assert_eq!((code, out.as_str()), (5, ""));
    assert_eq!(
        err,
        format!(
            "virtual-card: nothing listens on {address}; start pcscd with the vpcd driver \
             (Debian: apt-get install pcscd vsmartcard-vpcd), see README\n"
        )
    );
}

/// Starts the program against a vpcd of our own and returns both, with its first line of stderr.
fn start(arguments: &[&str]) -> (Child, std::net::TcpStream, String, BufReader<impl Read>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut child = program(arguments)
        .args(["--vpcd", &address])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (stream, _) = listener.accept().unwrap();
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    err.read_line(&mut line).unwrap();
    (child, stream, line, err)
}

#[test]
fn sigterm_takes_the_card_out_and_ends_with_0() {
    let (mut child, mut stream, line, _err) = start(&["--holder", "infant"]);
    assert!(
        line.starts_with("SIMULATION: the card of 模擬　ひかり"),
        "{line}"
    );
    // The signal handler is set before that line is printed.
    let killed = Command::new("kill").arg(child.id().to_string()).status();
    assert!(killed.unwrap().success());
    assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn end_of_pcscd_ends_the_program_with_0() {
    let (mut child, stream, _, _err) = start(&["--holder", "adult"]);
    drop(stream);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn verbose_log_masks_the_pin() {
    let (mut child, mut stream, _, mut err) = start(&["--holder", "adult", "-v"]);
    for payload in ["00a4040c0ad392f000260100000001", "002000980431323334"] {
        let payload = hex::decode(payload).unwrap();
        let length = u16::try_from(payload.len()).unwrap().to_be_bytes();
        stream.write_all(&[&length[..], &payload].concat()).unwrap();
        let mut answer = [0; 4];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(answer, [0, 2, 0x90, 0x00]);
    }
    drop(stream);
    let mut log = String::new();
    err.read_to_string(&mut log).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(
        log.contains("SELECT 公的個人認証AP | 00A4040C0AD392F000260100000001"),
        "{log}"
    );
    assert!(
        log.contains("VERIFY EF 0018 | 0020009804 masked | 0 bytes, 9000 success"),
        "{log}"
    );
    assert!(!log.contains("31323334") && !log.contains("1234"), "{log}");
    assert!(!log.contains('\x1B'));
}

/// Sends a command to the card of a program that was started, and returns the answer.
fn exchange(stream: &mut std::net::TcpStream, command: &[u8]) -> Vec<u8> {
    let length = u16::try_from(command.len()).unwrap().to_be_bytes();
    stream.write_all(&[&length[..], command].concat()).unwrap();
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut answer).unwrap();
    answer
}

/// Opens JPKI and tries a wrong user PIN.
fn try_wrong_pin(stream: &mut std::net::TcpStream) -> Vec<u8> {
    let select = hex::decode("00a4040c0ad392f000260100000001").unwrap();
    assert_eq!(exchange(stream, &select), [0x90, 0x00]);
    exchange(stream, &hex::decode("002000980430303030").unwrap())
}

#[test]
fn spent_tries_outlive_a_program_that_is_killed() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join("killed.state");
    let _ = std::fs::remove_file(&file);
    let arguments = ["--holder", "adult", "--state", file.to_str().unwrap()];
    for left in [2, 1, 0] {
        let (mut child, mut stream, _, _err) = start(&arguments);
        assert_eq!(try_wrong_pin(&mut stream), [0x63, 0xC0 | left]);
        // SIGKILL, as soon as the answer is there.
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let (mut child, mut stream, _, _err) = start(&arguments);
    assert_eq!(try_wrong_pin(&mut stream), [0x69, 0x84]);
    drop(stream);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn bad_state_files_end_with_3_and_stay() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join("bad.state");
    let path = file.to_str().unwrap();
    std::fs::write(&file, "tries: many\n").unwrap();
    let (code, _, err) = run(&["--holder", "adult", "--state", path]);
    assert_eq!(code, 3);
    assert!(
        err.contains("bad.state:1:") && err.contains("not the state of a card"),
        "{err}"
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "tries: many\n");
    let (code, _, err) = run(&["--holder", "adult", "--state", "/nowhere/adult.state"]);
    assert_eq!(code, 3);
    assert!(
        err.contains("/nowhere/adult.state cannot be written"),
        "{err}"
    );
    // A folder is no file.
    let (code, _, err) = run(&["--holder", "adult", "--state", folder.to_str().unwrap()]);
    assert_eq!(code, 3);
    assert!(err.contains("cannot be read"), "{err}");
}

#[test]
fn authorities_are_written_for_others_to_trust() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("authorities");
    let _ = std::fs::remove_dir_all(&folder);
    let (code, out, err) = run(&["--authorities", folder.to_str().unwrap()]);
    assert_eq!((code, err.as_str()), (0, ""));
    let mut names: Vec<&str> = out
        .lines()
        .map(|line| line.rsplit('/').next().unwrap())
        .collect();
    names.sort_unstable();
    let mut expected = Vec::new();
    for line in [
        "signature-ca-1",
        "signature-ca-2",
        "signature-ca-3",
        "untrusted-ca",
    ]
    .into_iter()
    .chain(["user-ca-1", "user-ca-2", "user-ca-3"])
    {
        expected.extend([format!("{line}.crl.pem"), format!("{line}.pem")]);
    }
    let keys = ["cv-7000020-001", "cv-7000023-001", "cv-7000033-001"];
    expected.extend(keys.map(|key| format!("{key}.pub.pem")));
    expected.sort();
    assert_eq!(names, expected);
    for line in out.lines() {
        let text = std::fs::read_to_string(line).unwrap();
        assert!(text.starts_with("-----BEGIN "), "{line}");
    }
    let (code, _, err) = run(&["--authorities", "/proc/nowhere"]);
    assert_eq!(code, 3);
    assert!(err.contains("/proc/nowhere cannot be written"), "{err}");
}
