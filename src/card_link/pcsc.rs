//! A card in a reader device of PC/SC. Built with the cargo feature `pcsc` only: our own software
//! reaches the virtual card without it, and its build needs libpcsclite.

use std::ffi::CString;
use std::time::{Duration, Instant};

use pcsc::{
    Card, Context, Disposition, Error, MAX_BUFFER_SIZE_EXTENDED, Protocols, ReaderState, Scope,
    ShareMode, State,
};

use super::{CardLink, Lost};

/// How long it is looked again whether a card that gave no answer has left: pcscd looks at a slot
/// of vpcd every 400 ms. A convention of this harness.
const LEAVES_WITHIN: Duration = Duration::from_secs(1);
/// How long a turn of waiting for a card may take, before the reader devices are listed anew.
const TURN: Duration = Duration::from_millis(500);
/// How long it is waited between two looks for a card.
const PAUSE: Duration = Duration::from_millis(20);
/// How long an answer is at least, in bytes.
const STATUS_WORD: usize = 2;

/// The way to the card that lies in a reader device, with the power that it has.
///
/// How long a command may take is up to the driver of the reader device: PC/SC lets nobody break it
/// off, and vpcd waits for a mute card without end.
///
/// It keeps other programs out while it is connected. Dropped, it leaves the card as it is, power
/// and security status included: what a reader does at the end is the reader's business.
pub struct Pcsc {
    patience: Duration,
    connected: Option<(Context, Card, CString)>,
}

impl Pcsc {
    /// Makes a way to the first card found. Nothing is done before the first command; from then on a
    /// card is waited for as long as `patience`.
    pub fn new(patience: Duration) -> Pcsc {
        Pcsc {
            patience,
            connected: None,
        }
    }

    /// Waits for a card and takes it.
    fn connect(&mut self) -> Result<(), Error> {
        let until = Instant::now() + self.patience;
        loop {
            match find(until.saturating_duration_since(Instant::now()).min(TURN)) {
                Ok(found) => {
                    self.connected = Some(found);
                    return Ok(());
                }
                Err(error) if Instant::now() >= until => return Err(error),
                // No service, no reader, no card yet, or another program has it for now: some of these
                // are said at once.
                Err(_) => std::thread::sleep(PAUSE),
            }
        }
    }

    /// Says what an error of PC/SC means for a reader.
    fn lost(&mut self, error: Error) -> Lost {
        tracing::debug!("the card gave no answer: {error}");
        let connected = self.connected.take();
        if let Some((context, card, name)) = connected {
            let gone = is_gone(error) || has_left(&context, name);
            leave(card, Disposition::LeaveCard);
            if !gone {
                return Lost::Mute;
            }
        }
        Lost::Gone
    }
}

/// Takes the first card that lies in a reader device, waiting for a change this long at most.
fn find(turn: Duration) -> Result<(Context, Card, CString), Error> {
    let context = Context::establish(Scope::System)?;
    let mut states: Vec<ReaderState> = context
        .list_readers_owned()?
        .into_iter()
        .map(|name| ReaderState::new(name, State::UNAWARE))
        .collect();
    context.get_status_change(Duration::ZERO, &mut states)?;
    if !states.iter().any(holds_a_card) {
        for state in &mut states {
            state.sync_current_state();
        }
        context.get_status_change(turn, &mut states)?;
    }
    let state = states.iter().find(|state| holds_a_card(state));
    let name = state.ok_or(Error::NoSmartcard)?.name().to_owned();
    let card = context.connect(&name, ShareMode::Exclusive, Protocols::ANY)?;
    Ok((context, card, name))
}

fn holds_a_card(state: &ReaderState) -> bool {
    let seen = state.event_state();
    seen.contains(State::PRESENT) && !seen.contains(State::MUTE)
}

/// Tells whether an error says that there is no card, or nothing left in which it could lie.
fn is_gone(error: Error) -> bool {
    matches!(
        error,
        Error::RemovedCard
            | Error::NoSmartcard
            | Error::ReaderUnavailable
            | Error::UnknownReader
            | Error::NoService
            | Error::ServiceStopped
            | Error::Shutdown
    )
}

/// Looks whether the card leaves a reader device soon: the optics of a kiosk see it at once, PC/SC
/// a little later.
fn has_left(context: &Context, name: CString) -> bool {
    let mut states = [ReaderState::new(name, State::PRESENT)];
    let until = Instant::now() + LEAVES_WITHIN;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        match context.get_status_change(left, &mut states) {
            Ok(()) => {}
            Err(error) => return is_gone(error),
        }
        let [state] = &mut states;
        if !state.event_state().contains(State::PRESENT) {
            return true;
        }
        if Instant::now() >= until {
            return false;
        }
        state.sync_current_state();
    }
}

fn leave(card: Card, disposition: Disposition) {
    if let Err((card, _)) = card.disconnect(disposition) {
        // Dropped, it would be reset. What cannot be left is no card any more.
        std::mem::forget(card);
    }
}

impl CardLink for Pcsc {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Lost> {
        if self.connected.is_none() {
            self.connect().map_err(|_| Lost::Gone)?;
        }
        let Some((_, card, _)) = &self.connected else {
            return Err(Lost::Gone);
        };
        let mut buffer = vec![0; MAX_BUFFER_SIZE_EXTENDED];
        match card.transmit(command, &mut buffer) {
            Ok(answer) if answer.len() >= STATUS_WORD => Ok(answer.to_vec()),
            // So vpcd tells that its card is silent or gone.
            Ok(_) => Err(self.lost(Error::CommError)),
            Err(error) => Err(self.lost(error)),
        }
    }

    fn power_off(&mut self) {
        if let Some((_, card, _)) = self.connected.take() {
            leave(card, Disposition::UnpowerCard);
        }
    }

    fn reset(&mut self) {
        let Some((_, card, _)) = &mut self.connected else {
            return;
        };
        let again = card.reconnect(ShareMode::Exclusive, Protocols::ANY, Disposition::ResetCard);
        if let Err(error) = again {
            self.lost(error);
        }
    }
}

impl Drop for Pcsc {
    fn drop(&mut self) {
        if let Some((_, card, _)) = self.connected.take() {
            leave(card, Disposition::LeaveCard);
        }
    }
}
