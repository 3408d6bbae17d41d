//! Marks in what a program writes: how far it had written at a moment that somebody else saw.
//!
//! Whoever sees what the program causes elsewhere, such as a command at a card, has a mark made before
//! it lets the program go on. What was written before then stands before the mark, and what is written
//! later behind it.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::lines::{Lines, Stopped};

/// How long a mark is waited for; one that is not made leaves the order open.
const WITHIN: Duration = Duration::from_secs(1);

/// Has marks made in the output of one process.
#[derive(Clone)]
pub struct Marker(UnboundedSender<SyncSender<u64>>);

impl Marker {
    pub(super) fn new() -> (Marker, Marks) {
        let (marks, wanted) = unbounded_channel();
        (Marker(marks), Marks(wanted))
    }

    /// Makes a mark behind all that has been written by now and returns its number, from 1; 0 where
    /// the process is not there any more. It waits, so it is for a thread that may.
    pub fn mark(&self) -> u64 {
        let (reply, made) = sync_channel(1);
        match self.0.send(reply) {
            Ok(()) => made.recv_timeout(WITHIN).unwrap_or(0),
            Err(_) => 0,
        }
    }
}

/// The marks that are wanted.
pub(super) struct Marks(UnboundedReceiver<SyncSender<u64>>);

impl Marks {
    /// Waits until a mark is wanted; without end where none will be.
    pub(super) async fn wanted(&mut self) -> Wanted {
        match self.0.recv().await {
            Some(reply) => Wanted(reply),
            None => std::future::pending().await,
        }
    }

    /// Returns the next line; makes the marks that are wanted meanwhile. To be awaited to its end once
    /// it has begun, or a mark may be lost.
    pub(super) async fn next_line(&mut self, lines: &mut Lines) -> Result<Vec<u8>, Stopped> {
        loop {
            tokio::select! {
                biased;
                wanted = self.wanted() => wanted.make(lines).await,
                line = lines.next() => return line,
            }
        }
    }
}

/// A mark that is wanted now.
pub(super) struct Wanted(SyncSender<u64>);

impl Wanted {
    /// Makes the mark behind all that has been written by now.
    pub(super) async fn make(self, lines: &mut Lines) {
        let number = lines.mark().await;
        // Nobody waits any more where that took too long.
        let _ = self.0.try_send(number);
    }
}
