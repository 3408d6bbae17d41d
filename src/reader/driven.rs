//! A reader under test behind a driver: a program that speaks JSON lines.
//!
//! The driver is started without a shell, told what people do, and says what the reader does, turn
//! by turn: uketsuke has the word until it has written a message, the driver until it has written
//! `idle`, or a question. It is handed from play to play. One that breaks the protocol, dies or
//! keeps silent is ended, and the next play starts another. Told to people in `docs/driver.md`.

mod drivers;
mod event;
pub mod message;

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Act;
use crate::check_in::{CardReply, Event};
use crate::eligibility::{Bytes, Moment, Site, Text};
use crate::program::{Failed, Marker, Pool, Running};
use message::{BackendBy, CardBy, FromReader, Hello, ToReader};

use drivers::Silences;
pub use drivers::{Drivers, OpenError, PATIENCE, SILENT_PLAYS_MAX, open};

/// A turn may take so many times as long as a message: a driver that always has something more to
/// say is stopped.
const TURN: u32 = 12;

/// Who has the word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// uketsuke: the driver waits for somebody to do something.
    Ours,
    /// The driver.
    Theirs,
    /// uketsuke: the driver asked for a response or an answer.
    Reply,
}

/// What comes next in a driver's turn.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// The reader does something.
    Act(Box<Act>),
    /// The reader waits for somebody.
    Idle,
    /// It cannot do what the turn asks: the scenario is not applicable, for this reason.
    Cannot(Text),
}

/// A driver in the hands of one play.
pub struct Driver {
    pool: Arc<Pool<Hello>>,
    silences: Silences,
    hello: Hello,
    /// Absent once it has failed.
    running: Option<Running<Hello>>,
    /// The line that came in reply to the last message.
    came: Option<Vec<u8>>,
    whose: Whose,
    /// Screens may follow by themselves.
    more: bool,
    /// The turn asks what a reader may be unable to do.
    may_decline: bool,
    /// When the turn must be over.
    until: Instant,
}

impl Drop for Driver {
    fn drop(&mut self) {
        match self.running.take() {
            Some(running) if self.whose == Whose::Ours && self.came.is_none() => {
                self.silences.none();
                self.pool.put_back(running);
            }
            Some(running) => running.kill(),
            None => {}
        }
    }
}

impl Driver {
    fn new(pool: Arc<Pool<Hello>>, running: Running<Hello>, silences: Silences) -> Driver {
        Driver {
            pool,
            silences,
            hello: running.hello().clone(),
            running: Some(running),
            came: None,
            whose: Whose::Ours,
            more: false,
            may_decline: false,
            until: Instant::now(),
        }
    }

    /// Returns how the driver introduced itself.
    pub fn hello(&self) -> &Hello {
        &self.hello
    }

    /// Returns what makes marks in what the driver writes; nothing once it has failed.
    pub fn marker(&self) -> Option<Marker> {
        let running = self.running.as_ref()?;
        Some(running.child().marker())
    }

    /// Returns how many marks the last line that came stands behind; all of them once it has failed.
    pub fn passed(&self) -> u64 {
        let running = self.running.as_ref();
        running.map_or(u64::MAX, |running| running.child().passed())
    }

    /// Returns how long a message may take.
    pub fn patience(&self) -> Duration {
        self.pool.patience()
    }

    /// Tells whether screens may follow before anybody does anything.
    pub fn may_go_on(&self) -> bool {
        self.more && self.whose == Whose::Ours
    }

    /// Begins a play.
    ///
    /// # Errors
    ///
    /// [`Failed`]; the process is ended then, as for every error here.
    pub async fn begin(
        &mut self,
        now: Moment,
        scenario: &str,
        seed: u64,
        site: Site,
    ) -> Result<(), Failed> {
        let scenario = scenario.to_owned();
        self.send(ToReader::Begin {
            now,
            scenario,
            seed,
            site,
        })
        .await
    }

    /// Moves the reader to another site.
    ///
    /// # Errors
    ///
    /// [`Failed`].
    pub async fn move_to(&mut self, now: Moment, site: Site) -> Result<(), Failed> {
        self.send(ToReader::GoTo { now, site }).await
    }

    /// Tells the driver what happened.
    ///
    /// # Errors
    ///
    /// [`Failed`].
    pub async fn give(&mut self, event: Event, now: Moment) -> Result<(), Failed> {
        self.send(event::message_of(event, now)).await
    }

    /// Tells the driver what the card answered, and whether it was pulled out just now.
    ///
    /// # Errors
    ///
    /// [`Failed`].
    pub async fn replied(
        &mut self,
        reply: CardReply,
        removed: bool,
        now: Moment,
    ) -> Result<(), Failed> {
        self.send(event::response(reply, removed, now)).await
    }

    /// Hands the driver commands of the stand-in terminal.
    ///
    /// # Errors
    ///
    /// [`Failed`].
    pub async fn lend(&mut self, apdus: Vec<Vec<u8>>, now: Moment) -> Result<(), Failed> {
        let apdus = apdus.into_iter().map(Bytes).collect();
        self.send(ToReader::Terminal { now, apdus }).await
    }

    async fn send(&mut self, message: ToReader) -> Result<(), Failed> {
        let Some(running) = &self.running else {
            return Err(Failed::Down(
                "the driver was ended after it had failed in this play".to_owned(),
            ));
        };
        match &message {
            ToReader::EnterPin { pin, .. } => running.child().hide(pin.as_bytes()),
            ToReader::PresentCard { printed, .. } => {
                running.child().hide(printed.code_b.as_bytes());
            }
            _ => {}
        }
        if self.whose != Whose::Reply {
            self.until = Instant::now() + self.patience() * TURN;
        }
        let line = message.to_line();
        let sent = if self.may_go_on() {
            running.child().tell(line).await.map(|()| None)
        } else {
            running.child().exchange_in_turn(line).await.map(Some)
        };
        self.whose = Whose::Theirs;
        self.more = false;
        self.may_decline |= matches!(
            message,
            ToReader::Begin { .. } | ToReader::GoTo { .. } | ToReader::Emergency { .. }
        );
        match sent {
            Ok(came) => {
                self.came = came;
                Ok(())
            }
            Err(failed) => Err(self.fail(failed)),
        }
    }

    /// Returns what the driver does next in its turn.
    ///
    /// # Errors
    ///
    /// [`Failed`].
    pub async fn next(&mut self) -> Result<Next, Failed> {
        let left = self.until.saturating_duration_since(Instant::now());
        let within = self.patience().min(left);
        match self.line(within).await? {
            Some(line) => self.read(&line),
            None if left <= self.patience() => {
                let limit_ms = millis(self.patience() * TURN);
                let why = format!("its turn was not over within {limit_ms} ms");
                Err(self.fail(Failed::Down(why)))
            }
            None => Err(self.fail(Failed::Silent {
                limit_ms: millis(self.patience()),
            })),
        }
    }

    /// Returns what the reader does by itself within this time, before anybody does anything.
    ///
    /// # Errors
    ///
    /// [`Failed`].
    pub async fn by_itself(&mut self, within: Duration) -> Result<Option<Next>, Failed> {
        match self.line(within).await? {
            Some(line) => {
                self.whose = Whose::Theirs;
                self.until = Instant::now() + self.patience() * TURN;
                self.read(&line).map(Some)
            }
            None => Ok(None),
        }
    }

    async fn line(&mut self, within: Duration) -> Result<Option<Vec<u8>>, Failed> {
        if let Some(line) = self.came.take() {
            return Ok(Some(line));
        }
        let Some(running) = &self.running else {
            return Err(Failed::Down("the driver has been ended".to_owned()));
        };
        match running.child().next(within).await {
            Ok(line) => Ok(line),
            Err(failed) => Err(self.fail(failed)),
        }
    }

    fn read(&mut self, line: &[u8]) -> Result<Next, Failed> {
        // `hello` was line 1 of the process.
        let number = self.running.as_mut().map_or(0, Running::next_id) + 1;
        let read = FromReader::of_line(line).and_then(|message| self.take(message));
        read.map_err(|failed| {
            let failed = match failed {
                Failed::Malformed(why) => {
                    Failed::Malformed(format!("line {number} of the driver: {why}"))
                }
                other => other,
            };
            self.fail(failed)
        })
    }

    fn take(&mut self, message: FromReader) -> Result<Next, Failed> {
        let unexpected = |expected: &str| {
            Failed::Malformed(format!(
                "a message of type `{}` where {expected} was expected",
                message.type_name()
            ))
        };
        let act = match message {
            FromReader::Hello(_) => return Err(unexpected("what the reader does, or `idle`,")),
            FromReader::Idle { more } => {
                self.whose = Whose::Ours;
                self.more = more;
                self.may_decline = false;
                return Ok(Next::Idle);
            }
            FromReader::Cannot { .. } if !self.may_decline => {
                return Err(unexpected("what the reader does, or `idle`,"));
            }
            FromReader::Cannot { reason } => {
                self.whose = Whose::Ours;
                return Ok(Next::Cannot(reason.into()));
            }
            FromReader::Transmit { .. } | FromReader::PowerOff {} | FromReader::Reset {}
                if self.hello.card != CardBy::Pipe =>
            {
                return Err(unexpected(
                    "a card that is reached through PC/SC, as `hello` said,",
                ));
            }
            FromReader::Ask { .. } if self.hello.backend != BackendBy::Pipe => {
                return Err(unexpected("`asked`, as `hello` said,"));
            }
            FromReader::Asked { .. } if self.hello.backend != BackendBy::Own => {
                return Err(unexpected("`ask`, as `hello` said,"));
            }
            FromReader::Screen(screen) => Act::Show(screen),
            FromReader::Transmit { apdu } => {
                self.whose = Whose::Reply;
                Act::Transmit(apdu.0)
            }
            FromReader::Terminal { challenge } => {
                self.whose = Whose::Reply;
                Act::Terminal(challenge.map(|challenge| challenge.0))
            }
            FromReader::PowerOff {} => Act::PowerOff,
            FromReader::Reset {} => Act::Reset,
            FromReader::Ask { inquiry } => {
                self.whose = Whose::Reply;
                Act::Ask(inquiry)
            }
            FromReader::Asked { inquiry, answer } => Act::Asked(inquiry, answer),
            FromReader::Log { text } => Act::Log(text),
            FromReader::Kept { images } => Act::Kept(images),
        };
        Ok(Next::Act(Box::new(act)))
    }

    /// Ends the process: nothing that it says from here on counts.
    fn fail(&mut self, failed: Failed) -> Failed {
        if let Some(running) = self.running.take() {
            running.kill();
            if matches!(failed, Failed::Silent { .. }) {
                self.silences.one_more();
            }
        }
        failed
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
