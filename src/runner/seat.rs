//! Who sits in the reader's place: a reader of ours, which answers at once, or a driver.

use std::collections::VecDeque;
use std::time::Duration;

use virtual_card::fault::Kind;

use super::{CARD_PATIENCE, Options, RunError};
use crate::backend::Backend;
use crate::check_in::{CardReply, Effect, Event};
use crate::eligibility::{Moment, Site, Text};
use crate::fault::{self, Flaw};
use crate::program::{Failed, Marker};
use crate::reader::driven::message::{BackendBy, CardBy, Hello};
use crate::reader::driven::{Driver, Next};
use crate::reader::{Act, Reader, Reference};
use crate::scenario::{DeskStep, FaultStep, Scenario, Step};

/// Things that one stimulus may lead to: a reader that does more is running in circles. Conventions
/// of this harness; a foreign one may read its card in small pieces and tell of its log.
const ACTS_MAX: usize = 400;
const DRIVEN_ACTS_MAX: usize = 4_000;

/// The reader of a play.
pub(super) enum Seat {
    /// Ours, with what it still has to do.
    Ours {
        reader: Box<dyn Reader>,
        queue: VecDeque<Effect>,
    },
    /// One under test.
    Driven(Box<Driver>),
    /// One under test that could not be started.
    Absent,
}

impl Seat {
    pub(super) fn ours(reader: Box<dyn Reader>) -> Seat {
        Seat::Ours {
            reader,
            queue: VecDeque::new(),
        }
    }

    /// Returns the name for a transcript's header.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Seat::Ours { reader, .. } => reader.name(),
            Seat::Driven(_) | Seat::Absent => "process",
        }
    }

    pub(super) fn is_driven(&self) -> bool {
        !matches!(self, Seat::Ours { .. })
    }

    /// Tells whether the reader reaches its card through PC/SC.
    pub(super) fn uses_pcsc(&self) -> bool {
        matches!(self, Seat::Driven(driver) if driver.hello().card == CardBy::Pcsc)
    }

    /// Returns what makes marks in what a driver writes.
    pub(super) fn marker(&self) -> Option<Marker> {
        match self {
            Seat::Driven(driver) => driver.marker(),
            Seat::Ours { .. } | Seat::Absent => None,
        }
    }

    /// Returns how many marks the last line of a driver stands behind.
    pub(super) fn passed(&self) -> u64 {
        match self {
            Seat::Driven(driver) => driver.passed(),
            Seat::Ours { .. } | Seat::Absent => u64::MAX,
        }
    }

    /// Tells whether the reader goes by the scenario's clock.
    pub(super) fn sets_date(&self) -> bool {
        match self {
            Seat::Driven(driver) => driver.hello().sets_date,
            Seat::Ours { .. } | Seat::Absent => true,
        }
    }

    /// Returns the name of the backend where it is one of the reader's own.
    pub(super) fn own_backend(&self) -> Option<&'static str> {
        match self {
            Seat::Driven(driver) if driver.hello().backend == BackendBy::Own => Some("own"),
            _ => None,
        }
    }

    pub(super) fn acts_max(&self) -> usize {
        match self {
            Seat::Ours { .. } => ACTS_MAX,
            Seat::Driven(_) | Seat::Absent => DRIVEN_ACTS_MAX,
        }
    }

    /// Begins a play.
    pub(super) async fn begin(
        &mut self,
        now: Moment,
        scenario: &str,
        seed: u64,
        site: Site,
    ) -> Result<(), Failed> {
        match self {
            Seat::Ours { reader, queue } => {
                *queue = reader.start().into();
                Ok(())
            }
            Seat::Driven(driver) => driver.begin(now, scenario, seed, site).await,
            Seat::Absent => Err(absent()),
        }
    }

    pub(super) async fn move_to(&mut self, now: Moment, site: Site) -> Result<(), Failed> {
        match self {
            Seat::Ours { reader, .. } => {
                reader.move_to(site);
                Ok(())
            }
            Seat::Driven(driver) => driver.move_to(now, site).await,
            Seat::Absent => Err(absent()),
        }
    }

    /// Tells the reader what happened.
    pub(super) async fn give(&mut self, event: Event, now: Moment) -> Result<(), Failed> {
        match self {
            Seat::Ours { reader, queue } => {
                put_first(queue, reader.handle(event, now));
                Ok(())
            }
            Seat::Driven(driver) => driver.give(event, now).await,
            Seat::Absent => Err(absent()),
        }
    }

    /// Tells the reader what the card answered. Where a fault pulled it just now, the optics see at
    /// once that it is out.
    pub(super) async fn replied(
        &mut self,
        reply: CardReply,
        pulled: bool,
        now: Moment,
    ) -> Result<(), Failed> {
        match self {
            Seat::Ours { reader, queue } => {
                let mut effects = reader.handle(Event::CardReplied(reply), now);
                if pulled {
                    effects.extend(reader.handle(Event::Removed, now));
                }
                put_first(queue, effects);
                Ok(())
            }
            Seat::Driven(driver) => driver.replied(reply, pulled, now).await,
            Seat::Absent => Err(absent()),
        }
    }

    /// Hands a driver commands of the stand-in terminal; our reader has them.
    pub(super) async fn lend(&mut self, apdus: Vec<Vec<u8>>, now: Moment) -> Result<(), Failed> {
        match self {
            Seat::Ours { .. } => Ok(()),
            Seat::Driven(driver) => driver.lend(apdus, now).await,
            Seat::Absent => Err(absent()),
        }
    }

    /// Returns what the reader does next, or that it waits for somebody.
    pub(super) async fn next(&mut self) -> Result<Next, Failed> {
        match self {
            Seat::Ours { queue, .. } => Ok(queue
                .pop_front()
                .map_or(Next::Idle, |effect| Next::Act(Box::new(Act::from(effect))))),
            Seat::Driven(driver) => driver.next().await,
            Seat::Absent => Err(absent()),
        }
    }

    /// Returns how long the reader may yet do something by itself; nothing where it will not.
    pub(super) fn goes_on_for(&self) -> Option<Duration> {
        match self {
            Seat::Driven(driver) if driver.may_go_on() => Some(driver.patience()),
            _ => None,
        }
    }

    /// Returns what the reader does by itself within this time.
    pub(super) async fn by_itself(&mut self, within: Duration) -> Result<Option<Next>, Failed> {
        match self {
            Seat::Ours { .. } | Seat::Absent => Ok(None),
            Seat::Driven(driver) => driver.by_itself(within).await,
        }
    }
}

/// What an answer leads to comes before what was still to be done.
fn put_first(queue: &mut VecDeque<Effect>, effects: Vec<Effect>) {
    for effect in effects.into_iter().rev() {
        queue.push_front(effect);
    }
}

fn absent() -> Failed {
    Failed::Down("no driver could be started".to_owned())
}

/// Fills the reader's place, and puts the fault of a play before reader or backend. Returns beside
/// them why no driver could be started.
///
/// # Errors
///
/// Where the driver cannot play the scenario: not applicable.
pub(super) async fn fill(
    options: &Options,
    scenario: &Scenario,
    backend: Box<dyn Backend>,
) -> Result<(Seat, Box<dyn Backend>, Option<Failed>), RunError> {
    let Some(drivers) = &options.reader else {
        let sound = Box::new(Reference::new(scenario.site.clone(), scenario.seed));
        return Ok(match options.fault {
            Some(fault) => {
                let (reader, backend) = fault::interpose(fault, sound, backend);
                (Seat::ours(reader), backend, None)
            }
            None => (Seat::ours(sound), backend, None),
        });
    };
    if let Some(hello) = drivers.hello() {
        can_play(hello, scenario).map_err(RunError::NotApplicable)?;
        if hello.card == CardBy::Pcsc {
            can_present(options, scenario).map_err(RunError::NotApplicable)?;
        }
    }
    let backend = match options.fault {
        Some(fault) => fault::interpose_backend(fault, backend),
        None => backend,
    };
    Ok(match drivers.connect().await {
        Ok(driver) => (Seat::Driven(Box::new(driver)), backend, None),
        Err(failed) => (Seat::Absent, backend, Some(failed)),
    })
}

/// Tells whether a driver can play a scenario at all, by what it said of itself.
///
/// # Errors
///
/// Why the scenario is not applicable.
fn can_play(hello: &Hello, scenario: &Scenario) -> Result<(), Text> {
    let any = |it: fn(&Step) -> bool| scenario.steps.iter().any(it);
    if !hello.sets_date && any(|step| matches!(step, Step::Wait(_))) {
        return Err(Text::new(
            "時間の経過を待つ手順があるが、この読取機の日付は設定できない",
            "time passes in it, and the date of this reader cannot be set",
        ));
    }
    let past_the_reader = any(|step| {
        matches!(
            step,
            Step::OpenPortal(_)
                | Step::ChangeRegistry(_)
                | Step::Fault(FaultStep::Backend(_))
                | Step::Desk(
                    DeskStep::NumberInquiry(_)
                        | DeskStep::PersonInquiry(_)
                        | DeskStep::MedicalInquiry(_)
                )
        )
    });
    if hello.backend == BackendBy::Own && past_the_reader {
        return Err(Text::new(
            "照会先をこちらで動かす手順があるが、この読取機は自分の照会先を使う",
            "it does something with the backend, and this reader has a backend of its own",
        ));
    }
    Ok(())
}

/// Tells whether the cards of a play can be presented through PC/SC.
///
/// # Errors
///
/// Why the scenario is not applicable.
fn can_present(options: &Options, scenario: &Scenario) -> Result<(), Text> {
    if options.vpcd.is_none() {
        return Err(Text::new(
            "この読取機はカードをPC/SCで読むが、カードを置くvpcdのスロットが指定されていない",
            "this reader takes its card from PC/SC, and no slot of vpcd is named for it",
        ));
    }
    if matches!(options.fault, Some(fault) if matches!(fault.flaw, Flaw::Card(_))) {
        return Err(Text::new(
            "不具合のあるカードは、PC/SCで読む読取機には渡せない",
            "a faulty card is not put before a reader that uses PC/SC",
        ));
    }
    // vpcd waits for its card without end, and PC/SC lets no program break a command off.
    let endless = |step: &Step| match step {
        Step::Fault(FaultStep::Card(fault)) => match fault.kind {
            Kind::Mute => true,
            Kind::Slow(by) => by >= CARD_PATIENCE,
            _ => false,
        },
        _ => false,
    };
    if scenario.steps.iter().any(endless) {
        return Err(Text::new(
            "応答しないカードは、PC/SCの仮想読取機では試せない(vpcdは応答を待ち続ける)",
            "a card that does not answer cannot be tried through PC/SC: vpcd waits for it without end",
        ));
    }
    Ok(())
}
