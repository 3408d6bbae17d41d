//! The program as a server, and a client of few words that shows every byte.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, ChildStdin, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// How long a test waits for an answer that ought to come at once.
const PATIENCE: Duration = Duration::from_secs(60);
/// The moment at which the tests' servers stand.
pub const AT: &str = "2025-12-20T09:15+09:00";

/// A server, killed when it is dropped.
pub struct Server {
    child: Child,
    /// What it said on stdout once it served.
    pub said: Value,
    pub stdin: Option<ChildStdin>,
    stderr: Option<ChildStderr>,
}

/// How a server ended.
pub struct Ended {
    pub code: Option<i32>,
    pub stderr: String,
}

pub fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uketsuke"));
    command
        .args(arguments)
        .env_clear()
        .env("LANG", "en_US.UTF-8")
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

impl Server {
    /// Starts a server whose clock stands at [`AT`], and waits until it serves.
    pub fn start(arguments: &[&str]) -> Server {
        let all = [
            &[
                "serve",
                "--at",
                AT,
                "--pace-clock",
                "fixed",
                "--format",
                "json",
            ],
            arguments,
        ]
        .concat();
        let mut child = program(&all)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let mut server = Server {
            stdin: child.stdin.take(),
            stderr: child.stderr.take(),
            child,
            said: Value::Null,
        };
        server.said = serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("{line:?}\n{}", server.wait().stderr));
        server
    }

    /// Starts one that serves the deck over FHIR.
    pub fn fhir() -> Server {
        Server::start(&["--fhir", "0"])
    }

    /// Returns the root, `http://127.0.0.1:PORT`.
    pub fn root(&self) -> String {
        let base = self.said["fhir"].as_str().unwrap();
        base.strip_suffix("/fhir").unwrap().to_owned()
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        let id = i32::try_from(self.child.id()).unwrap();
        rustix::process::kill_process(rustix::process::Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    /// Types a line.
    pub fn type_line(&mut self, line: &str) {
        writeln!(self.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    /// Waits until it has ended.
    pub fn wait(&mut self) -> Ended {
        let mut stderr = String::new();
        if let Some(mut stream) = self.stderr.take() {
            stream.read_to_string(&mut stderr).unwrap();
        }
        Ended {
            code: self.child.wait().unwrap().code(),
            stderr,
        }
    }

    /// Stops it as its user does.
    pub fn stop(mut self) -> Ended {
        self.signal(rustix::process::Signal::TERM);
        self.wait()
    }

    pub fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], b"")
    }

    pub fn post(&self, path: &str, body: &Value) -> Reply {
        let body = body.to_string();
        let json = ("Content-Type", "application/fhir+json");
        self.send("POST", path, &[json], body.as_bytes())
    }

    /// Asks the world that is served.
    pub fn submit(&self, body: &Value) -> Reply {
        self.post("/fhir/CoverageEligibilityRequest/$submit", body)
    }

    /// Sends a request on a connection of its own, and reads until the server closes it.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        if !headers.iter().any(|(name, _)| *name == "Content-Length") {
            head += &format!("Content-Length: {}\r\n", body.len());
        }
        head += "\r\n";
        let mut stream = self.connect();
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut bytes = Vec::new();
        // A connection that is cut is what some tests want to see.
        let _ = stream.read_to_end(&mut bytes);
        Reply::of(bytes)
    }

    pub fn connect(&self) -> TcpStream {
        let root = self.root();
        let stream = TcpStream::connect(root.strip_prefix("http://").unwrap()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What came back, to the last byte.
#[derive(Debug)]
pub struct Reply {
    /// 0 where nothing came.
    pub status: u16,
    head: String,
    pub body: Vec<u8>,
}

impl Reply {
    fn of(bytes: Vec<u8>) -> Reply {
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            assert!(bytes.is_empty(), "{}", String::from_utf8_lossy(&bytes));
            return Reply {
                status: 0,
                head: String::new(),
                body: bytes,
            };
        };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        Reply {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head,
            body: bytes[end + 4..].to_vec(),
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    /// Expects a status and an OperationOutcome with one issue of this code.
    #[track_caller]
    pub fn complains(&self, status: u16, code: &str) {
        let body = self.json();
        assert_eq!(self.status, status, "{body}");
        assert_eq!(body["resourceType"], "OperationOutcome");
        assert_eq!(body["issue"][0]["code"], code, "{body}");
        assert!(body.to_string().contains("SIMULATION"));
    }

    /// Expects a response to a number inquiry, and returns whether it says that the insurance is
    /// in force.
    #[track_caller]
    pub fn in_force(&self) -> Option<bool> {
        let body = self.json();
        assert_eq!(self.status, 200, "{body}");
        assert_eq!(body["resourceType"], "CoverageEligibilityResponse");
        assert_eq!(body["outcome"], "complete");
        body["insurance"][0]["inforce"].as_bool()
    }
}

/// A number inquiry by hand: JP Core's identifiers, nothing of ours. Who it asks for is `adult` of
/// the deck (`scenarios/deck/adult.yaml`).
pub fn inquiry() -> Value {
    let jp = "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_InsuredPerson";
    json!({
        "resourceType": "CoverageEligibilityRequest",
        "status": "active",
        "purpose": ["validation", "benefits"],
        "contained": [
            { "resourceType": "Patient", "id": "p", "birthDate": "1985-06-15" },
            {
                "resourceType": "Organization", "id": "i",
                "identifier": [{ "system": "urn:oid:1.2.392.100495.20.3.61", "value": "01139999" }],
            },
            {
                "resourceType": "Organization", "id": "h",
                "identifier": [{
                    "system": "http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no",
                    "value": "1399999999",
                }],
            },
            {
                "resourceType": "Coverage", "id": "c", "status": "active",
                "extension": [
                    { "url": format!("{jp}Symbol"), "valueString": "１２３" },
                    { "url": format!("{jp}Number"), "valueString": "４５６７８" },
                ],
                "beneficiary": { "reference": "#p" },
                "payor": [{ "reference": "#i" }],
            },
        ],
        "patient": { "reference": "#p" },
        "created": "2025-12-20",
        "provider": { "reference": "#h" },
        "insurer": { "reference": "#i" },
        "insurance": [{ "coverage": { "reference": "#c" } }],
    })
}
