//! What can be made to go wrong in a running server: a backend that decides wrongly (the backend
//! faults of `list faults`), and an answer that goes wrong on its way.

use std::fmt;
use std::str::FromStr;

use crate::eligibility::{InquiryKind, Text};
use crate::fault::{FAULTS, Fault, Flaw, of_backend};
use crate::requirement::Id;
use crate::scenario::{BackendFault, BackendFaultKind, DueFaults};

/// How an answer goes wrong on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WireFault {
    /// The connection closes without a byte; in the exchange folder, no answer.
    Down,
    /// The connection stays open and nothing comes; in the exchange folder, no answer.
    Silent,
    /// The answer is late by [`SLOW_MS`].
    Slow,
    /// Something comes that is no answer.
    Garbage,
    /// Half of the answer comes, then the connection closes.
    Half,
    /// 503 with Retry-After; in the exchange folder, a refusal.
    Busy,
    /// The answer is said to be longer than it is.
    WrongLength,
    /// The answer is in another encoding than it says.
    WrongEncoding,
    /// In the exchange folder, the answer does not repeat the request's identifier. HTTP has none.
    IdentifierLost,
}

/// A way to a backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// FHIR over HTTP.
    Fhir,
    /// The exchange folder.
    Folder,
}

/// What a fault on the way breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breach {
    /// The requirement, which must catch it.
    pub requirement: Id,
    /// The protocol over which it is to be shown.
    pub over: Protocol,
}

/// By how many milliseconds a slow answer is late: within the 7 s of ELIG-14, so that it is slow
/// and not wrong.
pub const SLOW_MS: u64 = 6_000;

/// An entry of the catalogue of faults on the way.
#[derive(Debug)]
pub struct WireFaultEntry {
    /// Name, for `--fault`.
    pub name: &'static str,
    /// The command line that has it.
    pub example: &'static str,
    /// Which it is.
    pub fault: WireFault,
    /// What it breaks; nothing where silence and delay are all that comes of it.
    pub breaks: Option<Breach>,
    /// What happens, in Japanese.
    pub ja: &'static str,
    /// What happens, in English.
    pub en: &'static str,
}

impl WireFaultEntry {
    /// Returns what happens.
    pub fn title(&self) -> Text {
        Text::new(self.ja, self.en)
    }
}

macro_rules! wire_faults {
    ($($name:literal $fault:ident $([$breaks:literal $over:ident])? $ja:literal $en:literal)*) => {
        /// Every fault on the way.
        pub static WIRE_FAULTS: &[WireFaultEntry] = &[$(WireFaultEntry {
            name: $name,
            example: concat!("serve --fault ", $name),
            fault: WireFault::$fault,
            breaks: breach(&[$(Breach { requirement: Id::literal($breaks), over: Protocol::$over })?]),
            ja: $ja,
            en: $en,
        }),*];
    };
}

const fn breach(breaches: &[Breach]) -> Option<Breach> {
    match breaches {
        [] => None,
        [first, ..] => Some(*first),
    }
}

wire_faults! {
    "down" Down "接続が応答なしに閉じる" "the connection closes without an answer"
    "silent" Silent "接続したまま何も返らない" "the connection stays open and nothing comes"
    "slow" Slow "回答が6秒遅れる" "the answer is late by 6 seconds"
    "garbage" Garbage ["ELIG-15" Fhir] "回答ではないものが返る" "something comes back that is no answer"
    "half" Half ["ELIG-15" Fhir] "回答が途中で切れる" "half of the answer comes, then the end"
    "busy" Busy "503とRetry-Afterが返る" "503 with Retry-After"
    "wrong-length" WrongLength ["ELIG-15" Fhir] "実際より長い長さが示される" "the answer is said to be longer than it is"
    "wrong-encoding" WrongEncoding ["ELIG-11" Folder] "示された文字コードと実際が異なる" "the answer is in another encoding than it says"
    "identifier-lost" IdentifierLost ["ELIG-11" Folder] "ファイル連携で要求の識別子を返さない" "in the exchange folder, the answer does not repeat the request's identifier"
}

impl WireFault {
    /// Returns the name, as `--fault` and transcripts have it.
    pub fn name(self) -> &'static str {
        WIRE_FAULTS
            .iter()
            .find(|entry| entry.fault == self)
            .map_or("fault", |entry| entry.name)
    }

    /// Tells whether whoever asked gets no answer at all, so that nothing is decided either.
    pub fn swallows(self) -> bool {
        matches!(self, WireFault::Down | WireFault::Silent | WireFault::Busy)
    }

    /// Tells whether what comes is no answer in its protocol.
    pub fn spoils(self) -> bool {
        !self.swallows() && !matches!(self, WireFault::Slow | WireFault::IdentifierLost)
    }
}

/// A fault that the user wants: `NAME`, for one on the way also `NAME:N`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A backend that decides wrongly.
    Backend(&'static Fault),
    /// An answer that goes wrong on its way.
    Wire {
        /// How.
        fault: WireFault,
        /// Which inquiry, from 1, counted from when the fault was set; every one if absent.
        nth: Option<u64>,
    },
}

/// There is no such fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoSuchFault(String);

impl FromStr for Wanted {
    type Err = NoSuchFault;

    fn from_str(text: &str) -> Result<Wanted, NoSuchFault> {
        let (name, nth) = match text.split_once(':') {
            None => (text, None),
            Some((name, nth)) => match nth.parse::<u64>() {
                Ok(nth) if nth > 0 => (name, Some(nth)),
                _ => {
                    return Err(NoSuchFault(format!(
                        "{text:?}: after the colon stands which inquiry, from 1, as in down:2"
                    )));
                }
            },
        };
        if let Some(entry) = WIRE_FAULTS.iter().find(|entry| entry.name == name) {
            return Ok(Wanted::Wire {
                fault: entry.fault,
                nth,
            });
        }
        match Fault::named(name) {
            Some(fault) if !matches!(fault.flaw, Flaw::Backend(_)) => Err(NoSuchFault(format!(
                "{name} is a fault of a {}; serve has those of a backend",
                fault.subject()
            ))),
            Some(_) if nth.is_some() => Err(NoSuchFault(format!(
                "{name} is about every inquiry; only faults on the way, such as down, take :N"
            ))),
            Some(fault) => Ok(Wanted::Backend(fault)),
            None => Err(NoSuchFault(format!(
                "there is no such fault; did you mean {}? `uketsuke list faults` lists all",
                nearest(name)
            ))),
        }
    }
}

fn nearest(name: &str) -> &'static str {
    let backend = FAULTS
        .iter()
        .filter(|fault| matches!(fault.flaw, Flaw::Backend(_)))
        .map(|fault| fault.name);
    WIRE_FAULTS
        .iter()
        .map(|entry| entry.name)
        .chain(backend)
        .min_by_key(|known| strsim::levenshtein(known, name))
        .unwrap_or("down")
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wanted::Backend(fault) => f.write_str(fault.name),
            Wanted::Wire { fault, nth: None } => f.write_str(fault.name()),
            Wanted::Wire {
                fault,
                nth: Some(nth),
            } => write!(f, "{}:{nth}", fault.name()),
        }
    }
}

/// The faults in effect, and how many inquiries have come since they were set.
#[derive(Debug, Default)]
pub struct Faults {
    wanted: Vec<Wanted>,
    asked: u64,
    /// Grows whenever the faults change, so that a world notices.
    generation: u64,
    /// What the steps of a scenario let go wrong on the way: declared, so the transcript tells it.
    due: DueFaults,
    /// The ways in which the backend decides wrongly since a step said so.
    declared: Vec<&'static Fault>,
}

impl Faults {
    /// Lets something go wrong because a step of a scenario says so: the transcript will tell it,
    /// beside whatever it strikes.
    ///
    /// # Errors
    ///
    /// What is wrong with the name of a fault of a backend.
    pub fn declare(&mut self, step: &BackendFault) -> Result<(), String> {
        if step.what != BackendFaultKind::Wrong {
            self.due.add(step.clone());
            return Ok(());
        }
        let fault = of_backend(step.name.as_deref().unwrap_or_default())?;
        self.declared.push(fault);
        self.generation += 1;
        Ok(())
    }

    /// Returns what a step has declared for an inquiry of this kind; it has struck then.
    pub fn strike_declared(&mut self, kind: InquiryKind) -> Option<WireFault> {
        match self.due.strike(kind)? {
            BackendFaultKind::Down => Some(WireFault::Down),
            BackendFaultKind::Silent => Some(WireFault::Silent),
            BackendFaultKind::Slow => Some(WireFault::Slow),
            BackendFaultKind::Garbage => Some(WireFault::Garbage),
            // What decides wrongly stands before the backend already.
            BackendFaultKind::Wrong => None,
        }
    }

    /// Returns the way in which the backend decides wrongly since a step said so, the latest.
    pub fn declared(&self) -> Option<&'static Fault> {
        self.declared.last().copied()
    }

    /// Puts these faults in place of those in effect; none for an empty list.
    pub fn set(&mut self, wanted: Vec<Wanted>) {
        self.wanted = wanted;
        self.asked = 0;
        self.generation += 1;
    }

    /// Returns the faults in effect.
    pub fn wanted(&self) -> &[Wanted] {
        &self.wanted
    }

    /// Returns a number that grows whenever the faults change.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Returns the faults of a backend that decides wrongly.
    pub fn of_backend(&self) -> Vec<&'static Fault> {
        let wanted = self.wanted.iter().filter_map(|wanted| match wanted {
            Wanted::Backend(fault) => Some(*fault),
            Wanted::Wire { .. } => None,
        });
        wanted.chain(self.declared.iter().copied()).collect()
    }

    /// Counts an inquiry and returns what strikes its answer.
    pub fn strike(&mut self) -> Option<WireFault> {
        self.asked += 1;
        let asked = self.asked;
        self.wanted.iter().find_map(|wanted| match wanted {
            Wanted::Wire { fault, nth } if nth.is_none_or(|nth| nth == asked) => Some(*fault),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_read_and_written_the_same() {
        for text in ["down", "half:3", "grace-forgotten", "wrong-encoding"] {
            assert_eq!(text.parse::<Wanted>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_fault_of_a_server_is_refused_with_the_reason() {
        for (text, says) in [
            ("dwon", "did you mean down"),
            ("down:0", "from 1"),
            ("down:x", "from 1"),
            ("pin-sent-twice", "a fault of a reader"),
            ("signs-without-pin", "a fault of a card"),
            ("grace-forgotten:2", "every inquiry"),
        ] {
            let error = text.parse::<Wanted>().unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn the_nth_inquiry_alone_is_struck_and_setting_counts_anew() {
        let mut faults = Faults::default();
        faults.set(vec!["down:2".parse().unwrap()]);
        let struck = [faults.strike(), faults.strike(), faults.strike()];
        assert_eq!(struck, [None, Some(WireFault::Down), None]);
        faults.set(vec!["down:2".parse().unwrap()]);
        assert_eq!(faults.strike(), None);
        assert_eq!(faults.strike(), Some(WireFault::Down));
        faults.set(Vec::new());
        assert_eq!(faults.strike(), None);
    }

    #[test]
    fn what_a_step_declares_strikes_its_inquiry_and_stays_when_the_users_faults_change() {
        let mut faults = Faults::default();
        let declared: Vec<BackendFault> = serde_saphyr::from_str(
            "- { what: garbage, inquiry: confirm }\n- { what: wrong, name: grace-forgotten }\n- { what: wrong, name: dwon }\n",
        )
        .unwrap();
        let said: Vec<bool> = declared
            .iter()
            .map(|fault| faults.declare(fault).is_ok())
            .collect();
        assert_eq!(said, [true, true, false]);
        faults.set(Vec::new());
        let struck = [
            InquiryKind::Authenticate,
            InquiryKind::Confirm,
            InquiryKind::Confirm,
        ]
        .map(|kind| faults.strike_declared(kind));
        assert_eq!(struck, [None, Some(WireFault::Garbage), None]);
        let wrong = Fault::named("grace-forgotten");
        assert_eq!(faults.declared(), wrong);
        assert_eq!(faults.of_backend(), Vec::from_iter(wrong));
    }
}
