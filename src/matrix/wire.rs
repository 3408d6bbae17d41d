//! Faults on the way of an answer (`crate::serve::fault`): played over a server of ours, in this
//! process, by the protocol that shows them.
//!
//! They strike every answer alike, so that no scenario with an inquiry passes under them: that
//! others still pass is asked of faulty backends, not of these.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use tokio::runtime::{Builder, Handle};

use super::audience::Sound;
use super::row::{Row, Tally};
use crate::backend::{Access, Connector, fhir, oqs};
use crate::eligibility::InquiryKind;
use crate::judge::judge;
use crate::requirement::Subject;
use crate::runner::{Options, RunError, play_blocking};
use crate::scenario::Playable;
use crate::serve::clock::Pace;
use crate::serve::fault::{Protocol, Wanted, WireFaultEntry};
use crate::serve::{self, Server, StartError};

/// So many scenarios are shown each fault.
const PROBES: usize = 3;

/// The faults on the way could not be played.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// There is no folder, or no runtime.
    #[error("no place to serve from: {0}")]
    Place(#[from] std::io::Error),
    /// The server does not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The server does not answer.
    #[error("our own server cannot be used: {0}")]
    Open(#[from] crate::backend::OpenError),
    /// A scenario could not be played.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A play panicked.
    #[error("a play was broken off: {0}")]
    Panic(#[from] tokio::task::JoinError),
}

/// A server of ours, with a connection over each protocol.
struct Bench {
    server: Server,
    fhir: Arc<dyn Connector>,
    oqs: Arc<dyn Connector>,
}

impl Bench {
    async fn start(playable: &Playable, folder: &Path) -> Result<Bench, WireError> {
        let options = serve::Options {
            playable: playable.clone(),
            at: None,
            pace: Pace::Fixed,
            faults: Vec::new(),
            fhir: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
            oqs: Some(folder.to_owned()),
            token: None,
            transcript: None,
            beside: None,
        };
        let server = Server::start(options).await?;
        let address = server.fhir_address().map(|it| it.to_string());
        let base = format!("http://{}/fhir", address.unwrap_or_default());
        let (access, io) = (Access::default(), Handle::current());
        Ok(Bench {
            fhir: fhir::open(&base, &access, io.clone()).await?,
            oqs: oqs::open(folder, &access, io).await?,
            server,
        })
    }

    fn over(&self, protocol: Protocol) -> Arc<dyn Connector> {
        Arc::clone(match protocol {
            Protocol::Fhir => &self.fhir,
            Protocol::Folder => &self.oqs,
        })
    }

    /// Plays the probes over a protocol, with the faults that are in effect.
    async fn play(
        &self,
        probes: &Arc<Vec<Playable>>,
        over: Protocol,
    ) -> Result<Vec<Sound>, WireError> {
        let options = Options {
            backend: Some(self.over(over)),
            ..Options::default()
        };
        let probes = Arc::clone(probes);
        // A play has a runtime of its own, and needs a thread that may wait.
        let played = tokio::task::spawn_blocking(move || {
            probes
                .iter()
                .map(|playable| {
                    let transcript = play_blocking(playable, &options)?;
                    let judgement = judge(&transcript.header.scenario, &transcript);
                    Ok(Sound {
                        playable: playable.clone(),
                        transcript,
                        judgement,
                    })
                })
                .collect::<Result<Vec<Sound>, RunError>>()
        });
        Ok(played.await??)
    }

    async fn row(
        &self,
        probes: &Arc<Vec<Playable>>,
        entry: &'static WireFaultEntry,
    ) -> Result<Option<Row>, WireError> {
        let Some(breach) = entry.breaks else {
            return Ok(None);
        };
        let sound = self.play(probes, breach.over).await?;
        self.server.worlds().faults().set(vec![Wanted::Wire {
            fault: entry.fault,
            nth: None,
        }]);
        let struck = self.play(probes, breach.over).await;
        self.server.worlds().faults().set(Vec::new());
        let mut tally = Tally::new(breach.requirement, Subject::Backend);
        for (sound, struck) in sound.iter().zip(struck?) {
            tally.take(sound, &struck.transcript, &struck.judgement);
        }
        Ok(Some(tally.row(entry.name, entry.title(), 0)))
    }
}

/// Plays faults on the way; those that break nothing are left out. The scenarios are the first few
/// in which staff ask by number and nothing else is asked: every protocol carries that.
///
/// # Errors
///
/// [`WireError`] where we could not do our work.
pub fn rows(
    playables: &[Playable],
    faults: &[&'static WireFaultEntry],
) -> Result<Vec<Row>, WireError> {
    let by_number = |playable: &&Playable| {
        let mut kinds = playable.scenario.inquiries().into_iter();
        kinds.next() == Some(InquiryKind::Number) && kinds.next().is_none()
    };
    let probes: Vec<Playable> = playables
        .iter()
        .filter(by_number)
        .take(PROBES)
        .cloned()
        .collect();
    let Some(first) = probes.first().cloned() else {
        return Ok(Vec::new());
    };
    let probes = Arc::new(probes);
    let folder = tempfile::tempdir()?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let bench = Bench::start(&first, folder.path()).await?;
        let mut rows = Vec::new();
        for entry in faults {
            rows.extend(bench.row(&probes, entry).await?);
        }
        let Bench { server, fhir, oqs } = bench;
        drop((fhir, oqs));
        server.stop().await;
        Ok(rows)
    })
}
