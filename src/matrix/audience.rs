//! The scenarios that faults are shown, and what each of them makes of a fault.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::row::{Row, Tally};
use crate::backend::Connector;
use crate::fault::Fault;
use crate::judge::{Judgement, judge};
use crate::runner::{Options, RunError, play_blocking};
use crate::scenario::Playable;
use crate::transcript::{Event, Note, Transcript};

/// How many scenarios a fault must leave passing; a convention of this harness. One that breaks
/// everything would be caught by anything.
pub(super) const PASSING_MIN: usize = 3;
/// Scenarios that follow one another tell of the same topic: this many are skipped from one to the
/// next.
const STRIDE: usize = 11;

/// A scenario with what comes of it when nobody is faulty.
#[derive(Debug)]
pub struct Sound {
    /// The scenario.
    pub playable: Playable,
    /// What happened.
    pub transcript: Transcript,
    /// What the judge says of it.
    pub judgement: Judgement,
}

/// The scenarios that faults are shown. Each is played once without any.
pub struct Audience {
    sounds: Vec<Sound>,
    backend: Option<Arc<dyn Connector>>,
}

/// Tells whether the reader ran in circles, so that the play ended early.
pub fn was_cut_short(transcript: &Transcript) -> bool {
    let mut events = transcript.entries.iter().map(|entry| &entry.event);
    events.any(|event| {
        matches!(
            event,
            Event::Note(Note::CutShort { .. } | Note::ReaderFailed { .. })
        )
    })
}

fn run(
    playable: &Playable,
    fault: Option<&'static Fault>,
    backend: Option<&Arc<dyn Connector>>,
) -> Result<(Transcript, Judgement), RunError> {
    let options = Options {
        fault,
        backend: backend.cloned(),
        reader: None,
        card: None,
        vpcd: None,
    };
    let transcript = play_blocking(playable, &options)?;
    let judgement = judge(&transcript.header.scenario, &transcript);
    Ok((transcript, judgement))
}

/// Works through `items` on as many threads, and returns what came of each, in order.
fn in_threads<T: Sync, R: Send>(items: &[T], jobs: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let (next, work) = (&next, &work);
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs.clamp(1, items.len().max(1)))
            .map(|_| {
                scope.spawn(move || {
                    let mut mine = Vec::new();
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        let Some(item) = items.get(index) else {
                            return mine;
                        };
                        mine.push((index, work(item)));
                    }
                })
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| match worker.join() {
                Ok(mine) => mine,
                // A bug of ours is one, on whichever thread it shows.
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

impl Audience {
    /// Plays each scenario without a fault. One that the backend cannot carry is left out.
    ///
    /// # Errors
    ///
    /// [`RunError`] where we could not do our work.
    pub fn new(
        playables: Vec<Playable>,
        backend: Option<Arc<dyn Connector>>,
        jobs: usize,
    ) -> Result<Audience, RunError> {
        let played = in_threads(&playables, jobs, |playable| {
            run(playable, None, backend.as_ref())
        });
        let mut sounds = Vec::new();
        for (playable, played) in playables.into_iter().zip(played) {
            match played {
                Ok((transcript, judgement)) => sounds.push(Sound {
                    playable,
                    transcript,
                    judgement,
                }),
                Err(RunError::NotApplicable(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Audience { sounds, backend })
    }

    /// Returns the scenarios with what comes of them when nobody is faulty.
    pub fn sounds(&self) -> &[Sound] {
        &self.sounds
    }

    /// Plays one of the scenarios with a fault.
    ///
    /// # Errors
    ///
    /// [`RunError`] where we could not do our work.
    pub fn play(
        &self,
        sound: &Sound,
        fault: &'static Fault,
    ) -> Result<(Transcript, Judgement), RunError> {
        run(&sound.playable, Some(fault), self.backend.as_ref())
    }

    /// Shows a fault every scenario whose purpose is the requirement that it breaks, and then as
    /// many others as it takes to see it caught and enough of them pass.
    ///
    /// # Errors
    ///
    /// [`RunError`] where we could not do our work.
    pub fn row(&self, fault: &'static Fault) -> Result<Row, RunError> {
        let (listed, others): (Vec<&Sound>, Vec<&Sound>) = self
            .sounds
            .iter()
            .partition(|sound| sound.playable.scenario.requirements.contains(&fault.breaks));
        let mut tally = Tally::new(fault.breaks, fault.subject());
        for sound in listed {
            let (transcript, judgement) = self.play(sound, fault)?;
            tally.take(sound, &transcript, &judgement);
        }
        for sound in spread(&others) {
            if tally.is_caught() && tally.passing() >= PASSING_MIN {
                break;
            }
            let (transcript, judgement) = self.play(sound, fault)?;
            tally.take(sound, &transcript, &judgement);
        }
        Ok(tally.row(fault.name, fault.title(), PASSING_MIN))
    }

    /// Returns the rows of several faults, in order.
    ///
    /// # Errors
    ///
    /// [`RunError`] where we could not do our work.
    pub fn rows(&self, faults: &[&'static Fault], jobs: usize) -> Result<Vec<Row>, RunError> {
        in_threads(faults, jobs, |fault| self.row(fault))
            .into_iter()
            .collect()
    }
}

/// Goes through all of them, those of one topic far apart.
fn spread<'a>(sounds: &'a [&'a Sound]) -> impl Iterator<Item = &'a Sound> {
    (0..STRIDE).flat_map(move |from| sounds.iter().skip(from).step_by(STRIDE).copied())
}
