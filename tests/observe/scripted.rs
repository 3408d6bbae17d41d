//! A reader that does what a test says, with an operator beside it: it uses the card over a vpcd of
//! our own and asks our backend over FHIR.

use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::mpsc::Sender;
use uketsuke::backend::{Access, Backend, Outage, fhir};
use uketsuke::eligibility::{Answer, Bytes, Care, Inquiry, Site};
use uketsuke::judge::{Finding, Verdict, judge};
use uketsuke::observe::{Answered, Observed, Progress, Question, Setup};
use virtual_card::apdu::Command;

use crate::vpcd::{Slot, Vpcd};
use crate::{scenario, setup, watch_scenario};

/// DER of a DigestInfo for SHA-256, up to the digest (RFC 8017 §9.2).
const DIGEST_INFO: &str = "3031300d060960864801650304020105000420";
/// The user certificate and its key (card.md §2).
const USER_CERTIFICATE: u16 = 0x000a;
const USER_KEY: u16 = 0x0017;

/// What a reader has: the card, and the way to the backend.
pub struct Hands {
    vpcd: Vpcd,
    slot: Option<Slot>,
    runtime: Runtime,
    backend: Option<Box<dyn Backend>>,
}

impl Hands {
    fn new(vpcd: Vpcd, base: &Receiver<String>, asks: bool) -> Hands {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let backend = asks.then(|| {
            let base = base.recv().unwrap();
            let access = Access {
                patience: Duration::from_secs(20),
                as_it_is: true,
                ..Access::default()
            };
            runtime.block_on(async {
                let connector = fhir::open(&base, &access, Handle::current()).await.unwrap();
                connector.connect().await.unwrap()
            })
        });
        Hands {
            vpcd,
            slot: None,
            runtime,
            backend,
        }
    }

    /// Takes the card that is put in.
    pub fn take(&mut self) -> &mut Slot {
        self.slot.insert(self.vpcd.take())
    }

    /// The card that lies there.
    pub fn slot(&mut self) -> &mut Slot {
        self.slot.as_mut().unwrap()
    }

    /// Waits until the card is out.
    pub fn gone(&mut self) {
        self.slot.take().unwrap().gone();
    }

    pub fn ask(&mut self, inquiry: &Inquiry) -> Result<Answer, Outage> {
        let now = uketsuke::clock::system_now();
        let backend = self.backend.as_mut().unwrap();
        self.runtime.block_on(backend.ask(inquiry, now))
    }

    /// Types the right PIN, reads the certificate, has a challenge signed, and asks with them.
    pub fn authenticate(&mut self) -> Result<Answer, Outage> {
        self.slot().verify();
        self.send(&Command::select_file(USER_CERTIFICATE));
        let mut certificate = self.send(&Command::read_binary(0, 256));
        // 30 82 LL LL: two bytes of length (X.690 §8.1.3).
        let length = 4 + usize::from(u16::from_be_bytes([certificate[2], certificate[3]]));
        while certificate.len() < length {
            let offset = u16::try_from(certificate.len()).unwrap();
            let rest = (length - certificate.len()).min(256);
            certificate.extend(self.send(&Command::read_binary(offset, rest)));
        }
        self.send(&Command::select_file(USER_KEY));
        let challenge = format!("{:?}", uketsuke::clock::system_now()).into_bytes();
        let mut digest_info = hex::decode(DIGEST_INFO).unwrap();
        digest_info.extend(Sha256::digest(&challenge));
        let signature = self.send(&Command::sign(&digest_info));
        self.ask(&Inquiry::Authenticate {
            certificate: Bytes(certificate),
            challenge: Bytes(challenge),
            signature: Bytes(signature),
            site: Site::default(),
            care: Care::Outpatient,
        })
    }

    fn send(&mut self, command: &Command) -> Vec<u8> {
        let answer = self.slot().apdu(&hex::encode(command.to_bytes())).unwrap();
        let data = answer.strip_suffix("9000").expect(&answer);
        hex::decode(data).unwrap()
    }
}

/// Has an operator go through a scenario: `act` is what the reader does when they are asked, and
/// what they say. Putting cards in and out is done.
pub fn attended(
    rest: &str,
    act: impl FnMut(Question, &mut Hands) -> Answered + Send + 'static,
) -> Observed {
    let fhir = Setup {
        fhir: Some(([127, 0, 0, 1], 0).into()),
        ..Setup::default()
    };
    led(rest, fhir, act)
}

/// As [`attended`], our backend beside it as `served` says.
pub fn led(
    rest: &str,
    served: Setup,
    mut act: impl FnMut(Question, &mut Hands) -> Answered + Send + 'static,
) -> Observed {
    let vpcd = Vpcd::new();
    let fhir = served.fhir.is_some();
    let setup = Setup {
        fhir: served.fhir,
        oqs: served.oqs,
        ..setup(&vpcd)
    };
    let (asked, questions) = channel();
    let (sender, mut answers) = tokio::sync::mpsc::channel(1);
    let mut work = move |mut hands: Hands, sender: Sender<Answered>| {
        while let Ok(question) = questions.recv() {
            match question {
                Question::Insert(_) => {
                    sender.blocking_send(Answered::Enter).unwrap();
                    hands.take();
                }
                Question::Take(_) => {
                    sender.blocking_send(Answered::Enter).unwrap();
                    hands.gone();
                }
                other => {
                    let answered = act(other, &mut hands);
                    sender.blocking_send(answered).unwrap();
                }
            }
        }
    };
    let (served, reader) = start(vpcd, fhir, move |hands| work(hands, sender));
    let observed =
        watch_scenario(
            &scenario(rest),
            &setup,
            Some(&mut answers),
            |progress| match progress {
                Progress::Serving { fhir: Some(base) } => served.send(base.to_owned()).unwrap(),
                Progress::Asked(question) => asked.send(question).unwrap(),
                _ => {}
            },
        );
    drop(asked);
    reader.join().unwrap();
    observed.unwrap()
}

/// Lets a program use the card that does in each visit what `act` does, our backend beside it.
pub fn unattended(
    rest: &str,
    visits: usize,
    mut act: impl FnMut(usize, &mut Hands) + Send + 'static,
) -> Observed {
    let vpcd = Vpcd::new();
    let folder = tempfile::tempdir().unwrap();
    let used = folder.path().to_owned();
    let script = format!(
        "until [ -e {}/$UKETSUKE_VISIT ]; do :; done",
        used.display()
    );
    let setup = Setup {
        fhir: Some(([127, 0, 0, 1], 0).into()),
        command: ["sh", "-c", &script].map(Into::into).to_vec(),
        ..setup(&vpcd)
    };
    let (served, reader) = start(vpcd, true, move |mut hands| {
        for visit in 1..=visits {
            hands.take();
            act(visit, &mut hands);
            hands.slot().power_off();
            std::fs::write(used.join(visit.to_string()), "").unwrap();
            hands.gone();
        }
    });
    let observed = watch_scenario(&scenario(rest), &setup, None, |progress| {
        if let Progress::Serving { fhir: Some(base) } = progress {
            served.send(base.to_owned()).unwrap();
        }
    });
    reader.join().unwrap();
    observed.unwrap()
}

/// Starts a reader on a thread of its own; it is told where the backend is.
fn start(
    vpcd: Vpcd,
    asks: bool,
    work: impl FnOnce(Hands) + Send + 'static,
) -> (std::sync::mpsc::Sender<String>, JoinHandle<()>) {
    let (served, base) = channel();
    let reader = std::thread::spawn(move || work(Hands::new(vpcd, &base, asks)));
    (served, reader)
}

/// Returns what the judge found.
pub fn findings(observed: &Observed) -> Vec<Finding> {
    judge(&observed.transcript.header.scenario, &observed.transcript).findings
}

/// Names what failed: the requirement, and the step where it is one of the scenario's.
pub fn failed(observed: &Observed) -> Vec<String> {
    let failed = findings(observed)
        .into_iter()
        .filter(|finding| finding.verdict >= Verdict::Fail);
    let word = |finding: Finding| match finding.step {
        Some(step) => format!("{} at step {step}", finding.requirement),
        None => finding.requirement.to_string(),
    };
    failed.map(word).collect()
}

/// Returns the verdict on what a step expects.
pub fn of_step(observed: &Observed, step: usize) -> Verdict {
    let findings = findings(observed);
    let found = findings.iter().find(|it| it.step == Some(step));
    found.unwrap().verdict
}
