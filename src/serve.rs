//! Our backend as a server that others can test against: over FHIR and through an exchange folder
//! at once, with one registry, one clock, one transcript. Everything is a SIMULATION.
//!
//! [`worlds`] holds what is served and what others arranged; [`fault`] what can go wrong;
//! [`journal`] the transcript; [`face`] cards in use. `http` and `folder` are the protocols.

pub mod clock;
pub mod control;
pub mod exchange_folder;
pub mod face;
pub mod fault;
mod folder;
mod http;
pub mod journal;
pub mod stdio;
pub mod typed;
pub mod worlds;

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use self::clock::{Pace, WorldClock};
use self::control::CardUse;
use self::exchange_folder::ExchangeFolder;
use self::face::{Reception, Used};
use self::fault::Wanted;
use self::folder::Folders;
use self::http::HttpServer;
use self::journal::{Journal, SharedRecorder};
use self::worlds::Worlds;
use crate::backend::World;
use crate::eligibility::{Moment, Refusal, Validity};
use crate::scenario::{Playable, SiteChange};
use crate::secret::Secret;

/// What is served, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// The people with their cards and what is on record of them.
    pub playable: Playable,
    /// What the clock shows at the start; the system's time if absent.
    pub at: Option<Moment>,
    /// Whether the clock ticks.
    pub pace: Pace,
    /// What is to go wrong from the start.
    pub faults: Vec<Wanted>,
    /// Where FHIR listens.
    pub fhir: Option<SocketAddr>,
    /// The exchange folder.
    pub oqs: Option<PathBuf>,
    /// The bearer token that FHIR asks for.
    pub token: Option<Secret>,
    /// Where the transcript goes.
    pub transcript: Option<PathBuf>,
    /// In place of a file: a transcript that others write to as well.
    pub beside: Option<SharedRecorder>,
}

/// A server could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Nobody can listen at the address.
    #[error(
        "cannot listen on {address}: {source}; name another address with --fhir, or port 0 for any that is free"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The folder or file cannot be written.
    #[error("cannot write to {path}: {source}; name a place that can be written")]
    Write {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// What the protocols share.
struct Serving {
    worlds: Worlds,
    reception: Reception,
    /// Where the results of cards in use go.
    faces: Option<ExchangeFolder>,
}

/// What came of a card's use, as those who asked for it are told.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Pushed {
    /// Whether the card was accepted.
    pub accepted: bool,
    /// Whether the insurance is valid, for an accepted card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validity: Option<Validity>,
    /// Why the card was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
    /// The file that was written into `face`, where there is an exchange folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

impl Serving {
    /// Uses a card in the world that is served, and writes the result for others to see.
    async fn push_face(&self, order: &CardUse) -> Result<Pushed, String> {
        let used = self.reception.use_card(self.worlds.served(), order).await?;
        let file = self.write_face(&used)?;
        Ok(Pushed {
            accepted: used.result.is_ok(),
            validity: used.result.as_ref().ok().map(|answer| answer.validity),
            refusal: used.result.err(),
            file,
        })
    }

    /// Writes the result of a card's use into `face`, as a reader's software does.
    fn write_face(&self, used: &Used) -> Result<Option<String>, String> {
        let Some(folder) = &self.faces else {
            return Ok(None);
        };
        let written = folder.face(&exchange_folder::CardUse {
            result: used.result.as_ref(),
            institution: &used.site.institution,
            care: used.care,
            at: used.at,
        });
        written
            .map(Some)
            .map_err(|error| format!("face cannot be written: {error}"))
    }
}

/// A server that runs.
pub struct Server {
    serving: Arc<Serving>,
    http: Option<HttpServer>,
    folders: Option<Folders>,
}

/// What a server did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// How many inquiries came over a protocol.
    pub inquiries: u64,
    /// Why the transcript is not whole.
    pub transcript_failure: Option<String>,
}

impl Server {
    /// Starts a server.
    ///
    /// # Errors
    ///
    /// [`StartError`]; then nothing is left running.
    pub async fn start(options: Options) -> Result<Server, StartError> {
        let clock = WorldClock::new(options.at, options.pace);
        let journal = match &options.transcript {
            None => options.beside.map(Journal::beside),
            Some(path) => {
                Some(begin_journal(path, &options.playable, &clock).map_err(unwritable(path))?)
            }
        };
        let world = World::of(&options.playable.scenario);
        let worlds = Worlds::new(&world, clock, journal).await;
        worlds.faults().set(options.faults);
        let (folders, control) = options
            .oqs
            .as_deref()
            .map(|path| Folders::create(path).map_err(unwritable(path)))
            .transpose()?
            .unzip();
        let serving = Arc::new(Serving {
            worlds,
            reception: Reception::new(&options.playable),
            faces: folders.as_ref().map(|it| it.served().clone()),
        });
        let http = match options.fhir {
            None => None,
            Some(address) => Some(
                HttpServer::start(address, Arc::clone(&serving), options.token.as_ref())
                    .await
                    .map_err(|source| StartError::Listen { address, source })?,
            ),
        };
        if let (Some(folders), Some(control)) = (&folders, control) {
            folders.watch(&serving, control);
        }
        Ok(Server {
            serving,
            http,
            folders,
        })
    }

    /// Returns where FHIR listens, with the real port.
    pub fn fhir_address(&self) -> Option<SocketAddr> {
        self.http.as_ref().map(HttpServer::address)
    }

    /// Returns the worlds.
    pub fn worlds(&self) -> &Worlds {
        &self.serving.worlds
    }

    /// Returns whose cards can be used.
    pub fn people(&self) -> &[String] {
        self.serving.reception.people()
    }

    /// Says that whoever asks is at another site from now on. A protocol tells its code alone.
    pub fn move_to(&self, change: &SiteChange) {
        self.serving.reception.move_to(change);
    }

    /// Uses a card in the world that is served.
    ///
    /// # Errors
    ///
    /// Who is not there, or why nothing could be asked or written.
    pub async fn push_face(&self, order: &CardUse) -> Result<Pushed, String> {
        self.serving.push_face(order).await
    }

    /// Takes no new requests, finishes those under way (bounded), and says what was done.
    pub async fn stop(self) -> Summary {
        if let Some(http) = self.http {
            http.stop().await;
        }
        let worlds = &self.serving.worlds;
        worlds.end_all();
        if let Some(folders) = self.folders {
            folders.stopped().await;
        }
        Summary {
            inquiries: worlds.asked(),
            transcript_failure: worlds.served().transcript_failure().await,
        }
    }
}

fn unwritable(path: &Path) -> impl Fn(io::Error) -> StartError + use<> {
    let path = path.to_owned();
    move |source| StartError::Write {
        path: path.clone(),
        source,
    }
}

fn begin_journal(path: &Path, playable: &Playable, clock: &WorldClock) -> io::Result<Journal> {
    let mut scenario = playable.scenario.clone();
    scenario.at = clock.now();
    // Nobody plays the steps here: what comes, comes from outside.
    scenario.steps.clear();
    let word = match clock.is_virtual() {
        true => "virtual",
        false => "system",
    };
    let my_numbers = playable
        .profiles
        .iter()
        .map(|profile| profile.my_number.clone())
        .collect();
    Journal::create(path, &scenario, word, my_numbers)
}
