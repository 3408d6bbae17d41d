//! Presents the cards: one slot or two, the signals, and the orders of `--control`, each of which
//! arrives here as a notice.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{BufRead, Read};
use std::process::{ExitCode, ExitStatus};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use virtual_card::fault::{Faulty, Plan};
use virtual_card::slot::{Event, Patience, Slot};
use virtual_card::timing::{Timed, Timing};
use virtual_card::vpcd::Exchange;

use super::bench::{Bench, Place};
use super::cards::{self, Deck, Named};
use super::command;
use super::{Arguments, DONE, Failure, in_full, log};

/// The longest order; what is longer is cut and then most likely none.
const LINE_MAX: u64 = 1 << 16;

/// What the main thread hears of.
enum Notice {
    /// Something happened in the slot of this number.
    Of(u16, News),
    /// An order.
    Line(String),
    /// The command has ended, or cannot be waited for.
    Ended(std::io::Result<ExitStatus>),
    /// A signal, or the end of the orders.
    Stop,
}

/// What happened in a slot.
enum News {
    Inserted,
    Taken,
    Waiting(String),
    Lost,
    Left,
    NotTaken,
    Out(Option<String>),
}

/// Presents the cards until told to stop, until nothing more can come or until the command ends.
pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut deck = Deck::new(arguments.seed);
    let mut faults = Vec::new();
    let first = cards::first(arguments)?;
    let mut wanted = vec![(
        arguments.slot,
        deck.take_first(&first, arguments.state.as_deref())?,
    )];
    if let Some(word) = &arguments.second {
        if *word == first {
            let problem = format!("{word} cannot lie in both slots; give another --second");
            return Err(Failure::Usage(problem));
        }
        wanted.push((1 - arguments.slot, deck.take(word)?));
    }
    for argument in &arguments.fault {
        faults.extend(cards::faults(argument)?);
    }
    let timing = Timing::standard(&arguments.timing)
        .ok_or_else(|| Failure::Usage(format!("no timing {:?}", arguments.timing)))?;
    let timing = Arc::new(timing);
    let patience = Patience {
        reconnect: arguments.reconnect(),
        attended: arguments.control,
    };
    let addresses = wanted
        .iter()
        .map(|(slot, _)| slot_address(&arguments.vpcd, *slot))
        .collect::<Result<Vec<_>, _>>()?;

    let (sender, notices) = channel();
    stop_on_signal(sender.clone())?;
    if arguments.control {
        read_orders(sender.clone());
    }
    let mut places = Vec::new();
    for ((number, Named { word, card }), address) in wanted.into_iter().zip(addresses) {
        let holder = card.card().profile().holder.name.clone();
        let plan = Plan::new(std::mem::take(&mut faults));
        let card = Timed::new(Faulty::new(card, plan), Arc::clone(&timing));
        let slot = Slot::start(card, &address, patience, watcher(number, sender.clone()));
        places.push(Place {
            number,
            address,
            word,
            holder,
            slot,
        });
    }
    let mut bench = Bench { places, deck };
    let beside = Beside {
        command: &arguments.command,
        untaken: bench.places.iter().map(|place| place.number).collect(),
        sender,
    };
    let ended = attend(&mut bench, &notices, arguments.control, beside);
    bench.finish()?;
    Ok(ended?.map_or(ExitCode::from(DONE), command::code_of))
}

/// The command that is run beside the cards, and the slots whose cards it still waits for.
struct Beside<'a> {
    command: &'a [OsString],
    untaken: BTreeSet<u16>,
    sender: Sender<Notice>,
}

impl Beside<'_> {
    /// Takes note that pcscd has the card in a slot; with the last one the command starts.
    fn taken(&mut self, number: u16) -> Result<(), Failure> {
        if !self.untaken.remove(&number) || !self.untaken.is_empty() {
            return Ok(());
        }
        let Some(mut child) = command::start(self.command)? else {
            return Ok(());
        };
        let sender = self.sender.clone();
        std::thread::spawn(move || {
            // Nobody hears it when the program is at its end anyway.
            let _ = sender.send(Notice::Ended(child.wait()));
        });
        Ok(())
    }

    fn is_running(&self) -> bool {
        !self.command.is_empty() && self.untaken.is_empty()
    }
}

fn slot_address(first: &str, slot: u16) -> Result<String, Failure> {
    first
        .rsplit_once(':')
        .and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?.checked_add(slot)?)))
        .map(|(host, port)| format!("{host}:{port}"))
        .ok_or_else(|| Failure::Usage(format!("no address {first:?}; expected HOST:PORT")))
}

/// Asks the main thread to stop at the first SIGINT or SIGTERM.
fn stop_on_signal(sender: Sender<Notice>) -> Result<(), Failure> {
    let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(Failure::Signals)?;
    std::thread::spawn(move || {
        if signals.forever().next().is_some() {
            // Nobody hears it when the program is at its end anyway.
            let _ = sender.send(Notice::Stop);
        }
    });
    Ok(())
}

/// Hands each line of stdin to the main thread; its end means stop.
fn read_orders(sender: Sender<Notice>) {
    std::thread::spawn(move || {
        let mut input = std::io::stdin().lock();
        let mut line = Vec::new();
        while let Ok(1..) = input.by_ref().take(LINE_MAX).read_until(b'\n', &mut line) {
            let text = String::from_utf8_lossy(&line).into_owned();
            if sender.send(Notice::Line(text)).is_err() {
                return;
            }
            line.clear();
        }
        let _ = sender.send(Notice::Stop);
    });
}

/// Tells the main thread what happens in a slot, and logs the exchanges.
fn watcher(number: u16, sender: Sender<Notice>) -> impl FnMut(&Event<'_>) + Send + 'static {
    move |event| {
        let news = match event {
            Event::Exchange(Exchange::NotTaken) => News::NotTaken,
            Event::Exchange(exchange @ Exchange::Taken) => {
                log::exchange(exchange);
                News::Taken
            }
            Event::Exchange(exchange) => return log::exchange(exchange),
            Event::Inserted => News::Inserted,
            Event::Waiting(error) => News::Waiting(in_full(*error)),
            Event::Lost => News::Lost,
            Event::Left => News::Left,
            Event::Out(error) => News::Out(error.map(|error| in_full(error))),
        };
        // Nobody hears it when the program is at its end anyway.
        let _ = sender.send(Notice::Of(number, news));
    }
}

/// Tells what happens, and lets the bench carry out orders, until told to stop or until every card
/// is out and nobody is there who could put one in again, or until the command ends: its status is
/// returned.
fn attend(
    bench: &mut Bench,
    notices: &Receiver<Notice>,
    attended: bool,
    mut beside: Beside<'_>,
) -> Result<Option<ExitStatus>, Failure> {
    let mut out = 0;
    let mut waiting = false;
    while let Ok(notice) = notices.recv() {
        let (number, news) = match notice {
            Notice::Stop => return Ok(None),
            Notice::Line(line) => {
                if bench.obey(&line) {
                    return Ok(None);
                }
                continue;
            }
            Notice::Ended(status) => return status.map(Some).map_err(Failure::Lost),
            Notice::Of(number, News::Taken) => {
                beside.taken(number)?;
                continue;
            }
            Notice::Of(_, News::Out(error)) if !attended && !beside.is_running() => {
                out += 1;
                if error.is_some() || out == bench.places.len() {
                    return Ok(None);
                }
                continue;
            }
            Notice::Of(number, news) => (number, news),
        };
        // Once is enough: the attempts go on several times a second.
        let again = waiting && matches!(news, News::Waiting(_));
        waiting = matches!(news, News::Waiting(_));
        let place = bench.places.iter().find(|place| place.number == number);
        if let (Some(place), false) = (place, again) {
            eprintln!("SIMULATION: {}", told(&news, place));
        }
    }
    Ok(None)
}

/// Says the news of a slot for people.
fn told(news: &News, place: &Place) -> String {
    let Place {
        number,
        address,
        holder,
        ..
    } = place;
    match news {
        News::Inserted => {
            format!("the card of {holder} lies in the reader at {address}; Ctrl-C takes it out")
        }
        News::Taken => format!("every program sees the card of {holder}"),
        News::Waiting(error) => format!("waits for vpcd: {error}"),
        News::Lost => format!("pcscd has ended; the card of {holder} waits for its return"),
        News::Left => format!("the card of {holder} has left the reader, as its fault says"),
        News::NotTaken => format!(
            "vpcd at {address} has not asked for the card yet; \
             another card may lie in slot {number}"
        ),
        News::Out(None) => format!("the card of {holder} is out"),
        News::Out(Some(error)) => format!("the card of {holder} is out: {error}"),
    }
}
