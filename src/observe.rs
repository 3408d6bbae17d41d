//! Observes a foreign reader: our card lies in a slot of vpcd, whatever PC/SC software comes is
//! answered, and what crosses is recorded for the judge; inquiries too, where our backend is served
//! beside it.
//!
//! What people do at such a reader is known from an operator who confirms it, or from the claim
//! that a command does it. Where neither is there, the PIN entries are those of the scenario
//! (requirements.md, convention 16). Of screens only an operator can tell.

mod arrange;
mod attended;
mod command;
mod follow;
pub mod plan;
mod record;
mod visit;
mod watch;

use std::cell::RefCell;
use std::ffi::OsString;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::time::Duration;

use tokio::sync::mpsc::Receiver;
use virtual_card::card::Card;

use crate::eligibility::Text;
use crate::runner::OnRecord;
use crate::scenario::Playable;
use crate::serve::clock::Pace;
use crate::serve::{self, Server, StartError};
use crate::transcript::{CardEvent, Entry, Event, Note, Roles, Transcript, reason};
use plan::{Beside, VisitPlan};
use record::Record;

pub use crate::presentation::EVENTS_MAX;
pub use follow::Recorded;

/// How a reader is observed.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// Where vpcd takes the card: `HOST:PORT`.
    pub address: String,
    /// The program that uses the card, started in each visit once the card is there; none if empty.
    pub command: Vec<OsString>,
    /// How long a visit may take. With neither program nor operator it takes as long.
    pub limit: Duration,
    /// Where our backend is served beside it over FHIR.
    pub fhir: Option<SocketAddr>,
    /// The exchange folder in which our backend is served beside it.
    pub oqs: Option<PathBuf>,
    /// Whether what is recorded is told as it comes ([`Progress::Recorded`]).
    pub follow: bool,
}

/// Why an observation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// Every visit came to its end.
    Complete,
    /// A visit did not end within the limit; the program, if any, was ended.
    TimeUp,
    /// pcscd ended, or the connection to it broke.
    Broken(String),
    /// The program crashed, with the card in.
    Crashed(String),
    /// The reader caused more than [`EVENTS_MAX`] commands and resets.
    Flood,
    /// The operator was gone.
    Deserted,
    /// The reader could not be set to the site of the next visit.
    NotMoved,
    /// The user broke it off.
    Interrupted,
}

/// What was observed.
#[derive(Debug)]
pub struct Observed {
    /// What crossed, up to the end.
    pub transcript: Transcript,
    /// Why it ended.
    pub ended: Ended,
    /// How many commands reached the card.
    pub commands: usize,
}

/// What an operator is asked. Steps are named by their index in the scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// May the card be put in by this step?
    Insert(usize),
    /// Has this been done at the reader?
    Give(usize),
    /// May the card be taken out by this step?
    Take(usize),
    /// Does the reader show what this step expects?
    Look(usize),
    /// Has the reader been set to the site of this step?
    Move(usize),
}

/// What an operator answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// Done; no answer to what is shown, since one may press Enter without having looked.
    Enter,
    /// Yes; it is done.
    Yes,
    /// No; it cannot be done.
    No,
    /// They cannot tell. What is only done or not done is asked again.
    Unknown,
    /// Something else, which is asked again.
    Else,
}

/// What whoever waits is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Progress<'a> {
    /// The observation begins; the reader stands at the site of the scenario.
    Begins,
    /// Our backend is served.
    Serving {
        /// The base of FHIR.
        fhir: Option<&'a str>,
    },
    /// The card lies in the reader; without an operator people now do these steps (by index).
    CardIn {
        /// Whose card, by index.
        person: usize,
        /// Steps of the scenario.
        stimuli: &'a [usize],
    },
    /// vpcd has not asked for the card; another one may lie in its slot.
    NotTaken,
    /// Our backend has done this step: it knows something else, lets something go wrong, or shows the
    /// portal.
    Arranged(usize),
    /// The operator is asked; the next answer is to this.
    Asked(Question),
    /// The program says something.
    Said(&'a str),
    /// The program ended, in these words.
    ProgramEnded(&'a str),
    /// The card is out.
    CardOut,
    /// More has been recorded, or what was asked for has been answered.
    Recorded(Recorded<'a>),
}

impl Setup {
    /// Returns where our backend is served.
    pub fn beside(&self) -> Beside {
        Beside {
            fhir: self.fhir.is_some(),
            oqs: self.oqs.is_some(),
        }
    }
}

impl Observed {
    /// Tells whether a card lay in the reader, and no command came to it.
    pub fn is_silent(&self) -> bool {
        let presented =
            |entry: &Entry| matches!(entry.event, Event::Card(CardEvent::Presented { .. }));
        self.commands == 0 && self.transcript.entries.iter().any(presented)
    }
}

/// The observation could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// The scenario cannot be put to a reader that is only observed.
    #[error("{}", .0.en)]
    NotApplicable(Text),
    /// vpcd is not to be reached, or takes no card.
    #[error("{0}")]
    NoReader(String),
    /// There is no such program, or it cannot be executed.
    #[error("{program:?} cannot be started: {source}; name a program after `--`")]
    Program {
        /// The program.
        program: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The scenario names what its resolution should have refused.
    #[error("{0}")]
    Scenario(String),
    /// Our backend cannot be served.
    #[error(transparent)]
    Backend(#[from] StartError),
}

/// Observes a reader through a scenario. `answers` are those of an operator, where there is one;
/// `stop` ends it early; `told` hears what happens.
///
/// # Errors
///
/// [`ObserveError`] where there is nothing to observe. Once a visit has been observed, whatever
/// goes wrong ends the observation and leaves its transcript.
pub async fn observe(
    playable: &Playable,
    setup: &Setup,
    answers: Option<&mut Receiver<Answered>>,
    stop: impl Future<Output = ()>,
    told: impl FnMut(Progress<'_>),
) -> Result<Observed, ObserveError> {
    let visits = plan::visits(playable, setup.beside()).map_err(ObserveError::NotApplicable)?;
    if answers.is_none() {
        for visit in &visits {
            visit.unattended().map_err(ObserveError::NotApplicable)?;
        }
    }
    let mut observer = Observer::new(playable, setup, answers);
    observer.serve().await?;
    let told = RefCell::new(told);
    let mut tell = |progress: Progress<'_>| (*told.borrow_mut())(progress);
    tell(Progress::Begins);
    if observer.server.is_some() {
        tell(Progress::Serving {
            fhir: observer.fhir.as_deref(),
        });
    }
    let record = observer.record.clone();
    let mut stop = pin!(stop);
    let ended = tokio::select! {
        biased;
        ended = observer.observe(&visits, &mut stop, &mut tell) => ended,
        never = record.report(setup, &told) => match never {},
    };
    if let Some(server) = observer.server.take() {
        server.stop().await;
    }
    let ended = ended?;
    Ok(Observed {
        transcript: observer.record.transcript(),
        commands: observer.record.on_card().commands,
        ended,
    })
}

/// What goes on while a reader is observed.
struct Observer<'a> {
    playable: &'a Playable,
    setup: &'a Setup,
    answers: Option<&'a mut Receiver<Answered>>,
    record: Record,
    /// The cards that are not in the reader, with what they have kept.
    cards: Vec<Option<Card>>,
    /// Our backend, where it is served.
    server: Option<Server>,
    /// The base of FHIR, where our backend is served.
    fhir: Option<String>,
    /// What is on record of the people by now.
    on_record: OnRecord,
    /// How many entries have been searched for people whom the backend has registered.
    followed: usize,
}

impl<'a> Observer<'a> {
    fn new(
        playable: &'a Playable,
        setup: &'a Setup,
        answers: Option<&'a mut Receiver<Answered>>,
    ) -> Observer<'a> {
        let served = setup.beside() != Beside::default();
        let roles = Roles {
            card: "virtual".to_owned(),
            reader: "observed".to_owned(),
            backend: if served { "embedded" } else { "absent" }.to_owned(),
        };
        let my_numbers = playable.profiles.iter().map(|it| it.my_number.clone());
        Observer {
            record: Record::new(&playable.scenario, roles, my_numbers.collect()),
            cards: vec![None; playable.profiles.len()],
            server: None,
            fhir: None,
            on_record: OnRecord::of(&playable.scenario),
            followed: 0,
            playable,
            setup,
            answers,
        }
    }

    /// Serves our backend beside the card, its inquiries in the same transcript.
    async fn serve(&mut self) -> Result<(), StartError> {
        let setup = self.setup;
        if setup.beside() == Beside::default() {
            return Ok(());
        }
        let options = serve::Options {
            playable: self.playable.clone(),
            at: None,
            pace: Pace::Ticking,
            faults: Vec::new(),
            fhir: setup.fhir,
            oqs: setup.oqs.clone(),
            token: None,
            transcript: None,
            beside: Some(self.record.shared()),
        };
        let server = Server::start(options).await?;
        let address = server.fhir_address();
        self.fhir = address.map(|address| format!("http://{address}/fhir"));
        self.server = Some(server);
        Ok(())
    }

    async fn observe(
        &mut self,
        visits: &[VisitPlan],
        stop: &mut (impl Future<Output = ()> + Unpin),
        told: &mut impl FnMut(Progress<'_>),
    ) -> Result<Ended, ObserveError> {
        for (number, visit) in visits.iter().enumerate() {
            let ended = match self.visit(visit, stop, told).await {
                Ok(Ended::Complete) => continue,
                Ok(ended) => ended,
                Err(error) if number == 0 => return Err(error),
                Err(error) => Ended::Broken(error.to_string()),
            };
            if let Some(reason) = cut_short(&ended) {
                self.record.note(Note::CutShort { reason });
            }
            return Ok(ended);
        }
        Ok(Ended::Complete)
    }
}

/// Says why nothing more came, where an observation ended before its time.
fn cut_short(ended: &Ended) -> Option<String> {
    match ended {
        Ended::Complete => None,
        Ended::TimeUp => Some(reason::TIME_UP.to_owned()),
        Ended::Broken(why) => Some(why.clone()),
        Ended::Crashed(how) => Some(format!("{}{how}", reason::CRASHED)),
        Ended::Flood => Some(reason::flood(EVENTS_MAX)),
        Ended::Deserted => Some(reason::DESERTED.to_owned()),
        Ended::NotMoved => Some(reason::NOT_MOVED.to_owned()),
        Ended::Interrupted => Some(reason::INTERRUPTED.to_owned()),
    }
}
