//! Performs what the reader does, and tells it what came of it, until it waits for a person.

use std::time::Instant;

use virtual_card::apdu::Command;
use virtual_card::terminal;

use super::Run;
use crate::program::Failed;
use crate::reader::Act;
use crate::reader::driven::Next;
use crate::screen::{Screen, ScreenId};
use crate::transcript::{By, Event as Entry, Note, Reply, Report, Role};

impl Run<'_> {
    /// Performs what the reader does in its turn; `begun` is how the turn began.
    pub(super) async fn perform(&mut self, begun: Result<(), Failed>) {
        let mut performed = 0;
        let mut last = begun;
        loop {
            let next = match last {
                Ok(()) => self.seat.next().await,
                Err(failed) => Err(failed),
            };
            self.catch_up(self.seat.passed());
            if self.cut_short {
                return;
            }
            last = match next {
                Ok(Next::Idle) if self.was_pulled() => self.tell_pulled().await,
                Ok(Next::Idle) => return,
                Ok(Next::Cannot(reason)) => {
                    self.declined = Some(reason);
                    self.cut_short = true;
                    return;
                }
                Ok(Next::Act(_)) if performed == self.seat.acts_max() => {
                    self.runs_in_circles();
                    return;
                }
                Ok(Next::Act(act)) => self.act(*act).await,
                Err(failed) => {
                    self.reader_failed(&failed);
                    return;
                }
            };
            performed += 1;
        }
    }

    /// Lets the reader go on by itself until it shows one of these screens, a bounded time.
    pub(super) async fn wait_for(&mut self, screens: &[ScreenId]) {
        let Some(patience) = self.seat.goes_on_for() else {
            return;
        };
        let until = Instant::now() + patience;
        while !screens.is_empty() && !screens.contains(&self.screen.id()) && !self.cut_short {
            let left = until.saturating_duration_since(Instant::now());
            let next = self.seat.by_itself(left).await;
            self.catch_up(self.seat.passed());
            let done = match next {
                _ if self.cut_short => return,
                Ok(None | Some(Next::Cannot(_))) => return,
                Ok(Some(Next::Idle)) => continue,
                Ok(Some(Next::Act(act))) => self.act(*act).await,
                Err(failed) => Err(failed),
            };
            self.perform(done).await;
            if self.seat.goes_on_for().is_none() {
                return;
            }
        }
    }

    /// Does one thing that the reader does, and tells it what came of it.
    async fn act(&mut self, act: Act) -> Result<(), Failed> {
        match act {
            Act::Show(screen) => self.show(screen),
            Act::PowerOff => self.power_off(Role::Reader),
            Act::Reset => self.reset(Role::Reader),
            Act::Transmit(command) => {
                let (reply, pulled) = self.transmit(Role::Reader, &command);
                return self.seat.replied(reply, pulled, self.now).await;
            }
            Act::Terminal(challenge) => {
                let commands = match challenge {
                    Some(challenge) => vec![terminal::external_authenticate(&challenge)],
                    None => terminal::certificate_commands().to_vec(),
                };
                let apdus = commands.iter().map(Command::to_bytes).collect();
                return self.seat.lend(apdus, self.now).await;
            }
            Act::Ask(inquiry) => {
                let reply = self.ask(Role::Reader, &inquiry).await;
                let event = crate::check_in::Event::Replied(reply);
                return self.seat.give(event, self.now).await;
            }
            Act::Asked(inquiry, answer) => {
                let n = self.recorder.inquiry(self.now, Role::Reader, &inquiry);
                let reply = match answer {
                    Some(answer) => Reply::Answer(answer),
                    None => Reply::Outage("the reader got no answer, its driver says".to_owned()),
                };
                let answered = self.recorder.answer(self.now, Role::Reader, n, &reply);
                self.recorder.known_by(answered, By::Driven);
            }
            Act::Log(line) => {
                self.recorder.log(self.now, &line);
            }
            Act::Kept(images) => {
                let report = Entry::Report(Report::Kept { images });
                self.recorder
                    .record(self.now, Role::Reader, Role::Harness, None, report);
            }
        }
        Ok(())
    }

    fn show(&mut self, screen: Screen) {
        let to = match screen.id() {
            ScreenId::VisualCheck | ScreenId::OralConsent => Role::Desk,
            _ => Role::Patient,
        };
        self.recorder.record(
            self.now,
            Role::Reader,
            to,
            None,
            Entry::Screen(screen.clone()),
        );
        self.screen = screen;
    }

    fn runs_in_circles(&mut self) {
        self.cut_short = true;
        let acts = self.seat.acts_max();
        self.note(Note::CutShort {
            reason: format!("the reader did {acts} things without waiting for anyone"),
        });
    }

    /// Ends the play because the reader under test cannot go on with it. Silence leaves open what
    /// could not be seen; anything else is an error of whoever drives it.
    pub(super) fn reader_failed(&mut self, failed: &Failed) {
        self.cut_short = true;
        let (reason, _) = self.recorder.mask_text(&failed.to_string());
        self.note(match failed {
            Failed::Silent { .. } => Note::CutShort {
                reason: format!("the driver was silent: {reason}"),
            },
            Failed::Down(_) | Failed::Malformed(_) => Note::ReaderFailed { reason },
        });
    }
}
