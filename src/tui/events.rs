//! The loop: waits for keys, signals and finished plays, updates the model, draws when something
//! has changed.
//!
//! Nothing happens while nothing happens: without a key, a result or a tick of playing the loop
//! sleeps.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crossterm::event::{self, Event, KeyEvent};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::iterator::{Handle, Signals};
use signal_hook::low_level::emulate_default_handler;

use crate::scenario::Scenario;
use crate::transcript::{Recorder, Roles};
use crate::wording::Language;

use super::keys;
use super::live::{Answer, Stand};
use super::model::{Message, Model, Request};
use super::symbols::Symbols;
use super::terminal::Screen;
use super::theme::Theme;
use super::worker::Worker;
use super::{Listed, Stage};

/// The shortest time between two drawings: about 60 in a second.
const FRAME: Duration = Duration::from_millis(16);

/// Something that came in.
#[derive(Debug)]
pub enum Arrival {
    /// A key.
    Key(KeyEvent),
    /// For the model.
    Message(Message),
    /// A signal.
    Signal(i32),
    /// No more keys will come.
    Gone,
}

/// What the loop does after an arrival.
enum Next {
    GoOn,
    Leave,
    /// Leave, and let the signal do what it does.
    Die(i32),
}

/// Runs the terminal UI until the user leaves.
///
/// # Errors
///
/// Where the terminal cannot be used.
pub fn run(stage: Arc<dyn Stage>, start: Option<String>, language: Language) -> io::Result<()> {
    let (sender, receiver) = channel();
    let mut model = Model::new(
        stage.scenarios(),
        language,
        Symbols::from_environment(),
        Theme::from_environment(),
    );
    let mut screen = Screen::take()?;
    model.size = screen.size()?;
    let worker = Worker::start(stage, sender.clone())?;
    if let Some(id) = start {
        perform(model.open(&id), &worker);
    }
    worker.play_later(model.library.all());
    let signals = watch_signals(sender.clone())?;
    read_keys(sender)?;
    let left = Loop {
        model,
        screen: &mut screen,
        worker: Some(&worker),
        answer: &mut |_| {},
    }
    .run(&receiver);
    signals.close();
    drop(screen);
    if let Next::Die(signal) = left? {
        emulate_default_handler(signal)?;
    }
    Ok(())
}

/// Runs the terminal UI on a reception that goes on elsewhere, until the user leaves.
///
/// # Errors
///
/// Where the terminal cannot be used.
pub fn follow(
    stand: Stand,
    scenario: &Scenario,
    language: Language,
    answer: &mut dyn FnMut(Answer),
) -> io::Result<()> {
    let Stand { sender, receiver } = stand;
    let mut model = Model::new(
        vec![Listed::of(scenario)],
        language,
        Symbols::from_environment(),
        Theme::from_environment(),
    );
    let roles = Roles {
        card: "virtual".to_owned(),
        reader: "observed".to_owned(),
        backend: "absent".to_owned(),
    };
    let nothing = Recorder::new(scenario, roles, "system", Vec::new());
    model.begin(nothing.finish());
    let mut screen = Screen::take()?;
    model.size = screen.size()?;
    let signals = watch_signals(sender.clone())?;
    read_keys(sender)?;
    let left = Loop {
        model,
        screen: &mut screen,
        worker: None,
        answer,
    }
    .run(&receiver);
    signals.close();
    // A signal only ends it: whoever goes on elsewhere keeps what was recorded.
    left.map(|_| ())
}

fn read_keys(sender: Sender<Arrival>) -> io::Result<()> {
    thread::Builder::new()
        .name("keys".to_owned())
        .spawn(move || {
            // The thread ends with the process: a blocking read costs nothing while nobody types.
            loop {
                let arrival = match event::read() {
                    Ok(Event::Key(key)) => Arrival::Key(key),
                    Ok(Event::Resize(width, height)) => {
                        Arrival::Message(Message::Resized(width, height))
                    }
                    Ok(_) => continue,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(_) => Arrival::Gone,
                };
                let gone = matches!(arrival, Arrival::Gone);
                if sender.send(arrival).is_err() || gone {
                    return;
                }
            }
        })?;
    Ok(())
}

fn watch_signals(sender: Sender<Arrival>) -> io::Result<Handle> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT])?;
    let handle = signals.handle();
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            for signal in signals.forever() {
                if sender.send(Arrival::Signal(signal)).is_err() {
                    return;
                }
            }
        })?;
    Ok(handle)
}

/// Hands a request on to the worker; the others are the loop's own.
fn perform(request: Request, worker: &Worker) {
    match request {
        Request::Play(id) => worker.play(id),
        Request::PlayLater(ids) => worker.play_later(ids),
        Request::Answer(_) | Request::Suspend | Request::Quit => {}
    }
}

struct Loop<'a> {
    model: Model,
    screen: &'a mut Screen,
    /// Who plays, where scenarios are played here.
    worker: Option<&'a Worker>,
    /// Who takes the user's answers, where something goes on elsewhere.
    answer: &'a mut dyn FnMut(Answer),
}

impl Loop<'_> {
    fn run(mut self, receiver: &Receiver<Arrival>) -> io::Result<Next> {
        let mut dirty = true;
        let mut drawn: Option<Instant> = None;
        let mut tick: Option<Instant> = None;
        loop {
            let now = Instant::now();
            tick = self.model.tick_ms().map(|ms| {
                let longest = now + Duration::from_millis(ms);
                tick.map_or(longest, |tick| tick.min(longest))
            });
            if tick.is_some_and(|tick| tick <= now) {
                self.model.update(Message::Tick);
                tick = None;
                dirty = true;
                continue;
            }
            let ready = drawn.is_none_or(|drawn| now.duration_since(drawn) >= FRAME);
            if dirty && ready {
                self.screen.draw(&self.model)?;
                drawn = Some(now);
                dirty = false;
            }
            // Whichever comes first: the next tick, or the end of a frame that has to be drawn.
            let frame = drawn.filter(|_| dirty).map(|drawn| drawn + FRAME);
            let wake = [tick, frame].into_iter().flatten().min();
            let Some(first) = wait(receiver, wake) else {
                continue;
            };
            for arrival in std::iter::once(first).chain(receiver.try_iter()) {
                match self.take(arrival)? {
                    Next::GoOn => dirty = true,
                    leave => return Ok(leave),
                }
            }
        }
    }

    fn take(&mut self, arrival: Arrival) -> io::Result<Next> {
        let message = match arrival {
            Arrival::Key(key) => match keys::action(self.model.focus(), key) {
                Some(action) => Message::Key(action),
                None => return Ok(Next::GoOn),
            },
            Arrival::Message(message) => message,
            Arrival::Signal(SIGTSTP) => {
                self.suspend()?;
                return Ok(Next::GoOn);
            }
            Arrival::Signal(SIGCONT) => {
                self.screen.resume()?;
                let (width, height) = self.screen.size()?;
                Message::Resized(width, height)
            }
            Arrival::Signal(signal) => return Ok(Next::Die(signal)),
            Arrival::Gone => return Ok(Next::Leave),
        };
        match self.model.update(message) {
            Some(Request::Quit) => return Ok(Next::Leave),
            Some(Request::Suspend) => self.suspend()?,
            Some(Request::Answer(answer)) => (self.answer)(answer),
            Some(request) => {
                if let Some(worker) = self.worker {
                    perform(request, worker);
                }
            }
            None => {}
        }
        Ok(Next::GoOn)
    }

    /// Stops the process with the terminal as it was; goes on when it is continued.
    fn suspend(&mut self) -> io::Result<()> {
        self.screen.pause();
        emulate_default_handler(SIGTSTP)?;
        self.screen.resume()?;
        self.model.size = self.screen.size()?;
        Ok(())
    }
}

/// Waits for an arrival until `wake`; without one, as long as it takes.
fn wait(receiver: &Receiver<Arrival>, wake: Option<Instant>) -> Option<Arrival> {
    match wake {
        None => Some(receiver.recv().unwrap_or(Arrival::Gone)),
        Some(wake) => {
            let patience = wake.saturating_duration_since(Instant::now());
            match receiver.recv_timeout(patience) {
                Ok(arrival) => Some(arrival),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => Some(Arrival::Gone),
            }
        }
    }
}
