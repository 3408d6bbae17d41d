//! The reader of a run: its options, and which scenarios can be played with it.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::runtime::Handle;

use super::backend::{Prepared, out_of_force};
use super::failure::Failure;
use super::select;
use super::shell::tell;
use crate::eligibility::{Moment, Text};
use crate::fault::Fault;
use crate::program::words;
use crate::reader::driven::message::{CardBy, Hello};
use crate::reader::driven::{Drivers, OpenError, PATIENCE, open};
use crate::requirement::Subject;
use crate::runner::Vpcd;
use crate::scenario::{Document, Playable};

/// What `run` understands of the reader.
#[derive(Debug, Args)]
pub(super) struct ReaderArgs {
    /// Who plays the reader: reference or process:COMMAND, a driver of the reader under test
    #[arg(long, value_name = "SPEC", default_value = "reference")]
    reader: Spec,
    /// How long a message of the driver may take
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u16).range(1..=600))]
    reader_timeout: Option<u16>,
    /// Where vpcd takes the card, for a driver whose reader uses PC/SC [default: 127.0.0.1:35963]
    #[arg(long, value_name = "HOST:PORT")]
    vpcd: Option<String>,
}

/// The first slot of vpcd on this machine.
const VPCD: &str = "127.0.0.1:35963";

/// Which reader plays.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Spec {
    /// Ours, in this process.
    Reference,
    /// A driver: the program and its arguments. No shell reads them.
    Process(Vec<String>),
}

const EXPECTED: &str = "expected reference or process:COMMAND";

impl FromStr for Spec {
    type Err = String;

    fn from_str(text: &str) -> Result<Spec, String> {
        if text == "reference" {
            return Ok(Spec::Reference);
        }
        let command = text
            .strip_prefix("process:")
            .ok_or_else(|| format!("there is no reader {text:?}; {EXPECTED}"))?;
        let words = words(command).map_err(|why| format!("{text:?}: {why}"))?;
        if words.is_empty() {
            return Err(format!("{text:?} names no command; write process:COMMAND"));
        }
        Ok(Spec::Process(words))
    }
}

/// A reader that is open.
pub(super) struct Opened {
    drivers: Option<Arc<Drivers>>,
    /// Where its cards are presented, if it uses PC/SC.
    vpcd: Option<Vpcd>,
}

/// Why scenarios do not apply to a reader whose date cannot be set, by id.
#[derive(Default)]
pub(super) struct Moved(BTreeMap<String, Text>);

impl ReaderArgs {
    /// Checks what does not go together.
    ///
    /// # Errors
    ///
    /// [`Failure::Usage`] where a fault of ours is asked of a reader that is not.
    pub(super) fn check(&self, fault: Option<&Fault>) -> Result<(), Failure> {
        if self.reader == Spec::Reference {
            let given = [
                self.reader_timeout.map(|_| "--reader-timeout"),
                self.vpcd.as_ref().map(|_| "--vpcd"),
            ];
            return match given.into_iter().flatten().next() {
                None => Ok(()),
                Some(option) => Err(Failure::Usage(format!(
                    "{option} is for a reader that others wrote; name one with --reader"
                ))),
            };
        }
        match fault.filter(|fault| fault.subject() == Subject::Reader) {
            None => Ok(()),
            Some(fault) => Err(Failure::Usage(format!(
                "--fault {0} is one of our reader; write --reader 'process:uketsuke drive --fault {0}', or leave --reader out",
                fault.name
            ))),
        }
    }

    /// Opens the reader. A driver that does not introduce itself is open all the same: that it
    /// failed is what every scenario will show.
    ///
    /// # Errors
    ///
    /// [`Failure::Usage`] where it cannot be used as the user said.
    pub(super) async fn open(&self, io: Handle) -> Result<Opened, Failure> {
        let Spec::Process(command) = &self.reader else {
            return Ok(Opened {
                drivers: None,
                vpcd: None,
            });
        };
        let patience = self
            .reader_timeout
            .map_or(PATIENCE, |seconds| Duration::from_secs(u64::from(seconds)));
        let drivers = match open(command, patience, io.clone()).await {
            Ok(drivers) => drivers,
            Err(OpenError::Usage(why)) => return Err(Failure::Usage(why)),
            Err(OpenError::Failed(failed)) => {
                tell(&format!(
                    "uketsuke: SIMULATION: the driver did not introduce itself: {failed}; no scenario can be played"
                ));
                Drivers::gone(failed, io)
            }
        };
        let uses_pcsc = |hello: &Hello| hello.card == CardBy::Pcsc;
        let vpcd = match drivers.hello().is_some_and(uses_pcsc) {
            true => Some(Vpcd::new(self.vpcd.as_deref().unwrap_or(VPCD))),
            false => None,
        };
        if self.vpcd.is_some() && vpcd.is_none() {
            tell(
                "uketsuke: --vpcd is not used: this driver does not say that its reader uses PC/SC",
            );
        }
        Ok(Opened {
            drivers: Some(drivers),
            vpcd,
        })
    }
}

impl Opened {
    /// Returns the way to the reader as plays take it; nothing for the reference.
    pub(super) fn drivers(&self) -> Option<Arc<Drivers>> {
        self.drivers.clone()
    }

    /// Returns where cards are presented, for a reader that uses PC/SC.
    pub(super) fn vpcd(&self) -> Option<Vpcd> {
        self.vpcd.clone()
    }

    /// Returns why no card of the whole run could be presented, where not one could.
    pub(super) fn refusal(&self) -> Option<String> {
        self.vpcd.as_ref()?.refusal()
    }

    /// Returns how many scenarios are played at a time; `asked` is what the user said.
    pub(super) fn jobs(&self, asked: Option<u16>) -> usize {
        if self.vpcd.is_none() {
            let processors = || std::thread::available_parallelism().map_or(1, usize::from);
            return asked.map_or_else(processors, usize::from);
        }
        if let Some(asked) = asked.filter(|asked| *asked > 1) {
            tell(&format!(
                "uketsuke: --jobs {asked} is taken as 1: this reader uses PC/SC, and a slot holds one card"
            ));
        }
        1
    }

    /// Moves the scenarios to today, where the reader's date cannot be set.
    ///
    /// # Errors
    ///
    /// [`Failure`] where a file cannot be read a second time.
    pub(super) fn prepare(
        &self,
        names: &[String],
        playables: Vec<Playable>,
        now: Moment,
    ) -> Result<(Vec<Playable>, Moved), Failure> {
        let hello = self.drivers.as_ref().and_then(|drivers| drivers.hello());
        let Some(hello) = hello.filter(|hello| !hello.sets_date) else {
            return Ok((playables, Moved::default()));
        };
        let mut library = select::bundled()?;
        let named = select::named(&mut library, names)?;
        let mut today: BTreeMap<String, Playable> = BTreeMap::new();
        let mut reasons: BTreeMap<String, Text> = BTreeMap::new();
        for source in named.iter().map(|named| &named.source) {
            let document = Document::parse(&source.text, &source.origin).map(Document::today);
            match document {
                Ok(Ok(document)) => {
                    let moved = document.resolve(&source.id, library.deck(), now);
                    let moved = moved.unwrap_or_default().into_iter();
                    today.extend(moved.map(|playable| (playable.scenario.id.clone(), playable)));
                }
                Ok(Err(why)) => {
                    reasons.insert(source.id.clone(), why);
                }
                Err(error) => return Err(Failure::Invalid(super::failure::shown(&error))),
            }
        }
        let mut moved = Moved::default();
        let prepared: Vec<Playable> = playables
            .into_iter()
            .map(|playable| {
                let id = playable.scenario.id.clone();
                let (chosen, why) = at_present(playable, &mut today, &reasons, now);
                moved.0.extend(why.map(|why| (id, why)));
                chosen
            })
            .collect();
        let (count, can) = (prepared.len(), prepared.len() - moved.0.len());
        let name = &hello.name;
        tell(&format!(
            "uketsuke: SIMULATION: reader {name}: its date cannot be set; {can} of {count} scenarios can run today"
        ));
        Ok((prepared, moved))
    }
}

/// Returns the scenario as it is today, or as it was and why it does not apply.
fn at_present(
    playable: Playable,
    today: &mut BTreeMap<String, Playable>,
    reasons: &BTreeMap<String, Text>,
    now: Moment,
) -> (Playable, Option<Text>) {
    let id = &playable.scenario.id;
    let file = id.split('#').next().unwrap_or(id);
    match (today.remove(id), reasons.get(file)) {
        (Some(moved), _) => {
            let why = out_of_force(&moved, now);
            (moved, why)
        }
        (None, Some(why)) => (playable, Some(why.clone())),
        (None, None) => {
            let why = Text::new(
                "今日の日付では成り立たない。この読取機の日付は設定できない",
                "it does not hold together today, and the date of this reader cannot be set",
            );
            (playable, Some(why))
        }
    }
}

impl Moved {
    /// Adds the reasons to those of the backend.
    pub(super) fn apply(mut self, mut items: Vec<Prepared>) -> Vec<Prepared> {
        for item in &mut items {
            let why = self.0.remove(&item.playable.scenario.id);
            item.reason = item.reason.take().or(why);
        }
        items
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_is_the_reference_or_a_command() {
        assert_eq!("reference".parse(), Ok(Spec::Reference));
        assert_eq!(
            "process:python3 'my reader.py'".parse(),
            Ok(Spec::Process(vec!["python3".into(), "my reader.py".into()]))
        );
        for text in ["", "embedded", "process:", "process: ", "process:a 'b"] {
            assert!(text.parse::<Spec>().unwrap_err().len() > 20, "{text}");
        }
    }
}
