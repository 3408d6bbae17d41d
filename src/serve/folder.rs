//! Puts the worlds of a server behind the exchange folder.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::task::JoinHandle;

use super::Serving;
use super::exchange_folder::{
    Answering, ControlFolder, Controlling, ExchangeFolder, Options, Spoil,
};
use super::fault::{SLOW_MS, WireFault};
use super::worlds::LiveWorld;
use crate::backend::oqs::control::{Arranged, Order};
use crate::backend::{Asked, Outage, Pending, World};
use crate::eligibility::{Inquiry, Moment, Site};
use crate::scenario::Patient;

/// A world as the exchange folder knows it.
pub(super) struct FolderWorld {
    live: Arc<LiveWorld>,
    /// Knows of a site what is not in its code.
    serving: Arc<Serving>,
    /// What struck the request that is being answered.
    fault: Option<WireFault>,
}

impl FolderWorld {
    /// Makes one.
    pub(super) fn new(live: Arc<LiveWorld>, serving: Arc<Serving>) -> FolderWorld {
        FolderWorld {
            live,
            serving,
            fault: None,
        }
    }
}

impl Answering for FolderWorld {
    fn now(&self) -> Moment {
        self.live.now()
    }

    fn ask<'a>(&'a mut self, inquiry: &'a Inquiry, at: Moment) -> Asked<'a> {
        Box::pin(async move {
            if self.fault == Some(WireFault::Slow) {
                self.fault = None;
                tokio::time::sleep(Duration::from_millis(SLOW_MS)).await;
            }
            let asking = self.live.ask_with(inquiry, Some(at), self.fault).await;
            match (self.fault, asking.fault) {
                (Some(WireFault::Down | WireFault::Silent), _) => {
                    Err(Outage::Down("a fault, as it was wanted".to_owned()))
                }
                // What a scenario has declared is known once the inquiry has been read.
                (None, Some(WireFault::Slow)) => {
                    tokio::time::sleep(Duration::from_millis(SLOW_MS)).await;
                    asking.answer
                }
                (None, Some(WireFault::Garbage)) => {
                    Err(Outage::Malformed("a fault, as it was declared".to_owned()))
                }
                _ => asking.answer,
            }
        })
    }

    fn people(&self) -> Vec<Patient> {
        self.live.world().people.clone()
    }

    fn site(&self, institution: &str) -> Site {
        Site {
            institution: institution.to_owned(),
            ..self.serving.reception.site()
        }
    }

    fn spoil(&mut self) -> Option<Spoil> {
        self.fault = self.live.strike();
        match self.fault? {
            WireFault::Down | WireFault::Silent => Some(Spoil::Silent),
            WireFault::Slow => None,
            WireFault::Garbage => Some(Spoil::Garbage),
            // A file states no length: what is cut is all that can be wrong with it.
            WireFault::Half | WireFault::WrongLength => Some(Spoil::Half),
            WireFault::Busy => Some(Spoil::Busy),
            WireFault::WrongEncoding => Some(Spoil::WrongEncoding),
            WireFault::IdentifierLost => Some(Spoil::IdentifierLost),
        }
    }
}

/// How long requests under way may take once the server is to stop: longer than a slow one.
const GRACE: Duration = Duration::from_secs(10);

/// The folders of a server, with those who watch them.
pub(super) struct Folders {
    served: ExchangeFolder,
    watching: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Folders {
    /// Makes the folders in `root`.
    ///
    /// # Errors
    ///
    /// Where they cannot be made or written.
    pub(super) fn create(root: &Path) -> io::Result<(Folders, ControlFolder)> {
        let folders = Folders {
            served: ExchangeFolder::create(root, Options::default())?,
            watching: Arc::default(),
        };
        Ok((folders, ControlFolder::create(root)?))
    }

    /// Returns the folder of the world that is served.
    pub(super) fn served(&self) -> &ExchangeFolder {
        &self.served
    }

    /// Begins to watch. Those who watch end when the served world does.
    pub(super) fn watch(&self, serving: &Arc<Serving>, mut control: ControlFolder) {
        let live = Arc::clone(serving.worlds.served());
        let stop = live.ended();
        let mut orders = Orders {
            serving: Arc::clone(serving),
            root: self.served.root().to_owned(),
            watching: Arc::clone(&self.watching),
        };
        let answering = Arc::clone(serving);
        let folder = self.served.clone();
        let served = tokio::spawn({
            let stop = stop.clone();
            async move {
                let mut world = FolderWorld::new(live, answering);
                folder.serve(&mut world, stop).await;
            }
        });
        let controlled = tokio::spawn(async move { control.serve(&mut orders, stop).await });
        keep(&self.watching, [served, controlled]);
    }

    /// Waits, bounded, until nobody watches any more.
    pub(super) async fn stopped(&self) {
        let all = async {
            loop {
                let next = lock(&self.watching).pop();
                let Some(task) = next else { return };
                // One that panicked has been reported.
                let _ = task.await;
            }
        };
        if tokio::time::timeout(GRACE, all).await.is_err() {
            tracing::warn!("answers under way were cut short");
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps the handles of those who watch, and drops those who have ended.
fn keep(watching: &Mutex<Vec<JoinHandle<()>>>, tasks: impl IntoIterator<Item = JoinHandle<()>>) {
    let mut watching = lock(watching);
    watching.retain(|task| !task.is_finished());
    watching.extend(tasks);
}

/// Carries out the orders that come through the control folder.
struct Orders {
    serving: Arc<Serving>,
    root: PathBuf,
    watching: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Orders {
    fn world(&self, number: &str) -> Result<Arc<LiveWorld>, String> {
        number
            .parse()
            .ok()
            .and_then(|id| self.serving.worlds.arranged(id))
            .ok_or_else(|| no_world(number))
    }

    async fn make(&self, at: Moment, world: &World) -> Result<Arranged, String> {
        let worlds = &self.serving.worlds;
        let id = worlds
            .arrange(world, at)
            .await
            .map_err(|error| error.to_string())?;
        let folder = format!("worlds/{id}");
        self.open(id, &self.root.join(&folder)).map_err(|error| {
            worlds.end(id);
            format!("{folder} cannot be made: {error}")
        })?;
        Ok(Arranged {
            world: id.to_string(),
            folder: Some(folder),
        })
    }

    /// Makes a world's folder, and watches it until the world ends.
    fn open(&self, id: u64, path: &Path) -> io::Result<()> {
        // What a server that was killed left behind is nobody's any more.
        remove(path)?;
        let folder = ExchangeFolder::create(path, Options::default())?;
        let Some(live) = self.serving.worlds.arranged(id) else {
            return Ok(());
        };
        let stop = live.ended();
        let mut world = FolderWorld::new(live, Arc::clone(&self.serving));
        let task = tokio::spawn(async move {
            folder.serve(&mut world, stop).await;
            if let Err(error) = remove(folder.root()) {
                tracing::warn!("the folder of an ended world stays: {error}");
            }
        });
        keep(&self.watching, [task]);
        Ok(())
    }
}

fn no_world(number: &str) -> String {
    format!("there is no world {number:?} (any more)")
}

/// Removes a folder, if it is there.
fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

impl Controlling for Orders {
    fn control(&mut self, order: Order) -> Pending<'_, Result<Arranged, String>> {
        Box::pin(async move {
            let done = |world: String| Arranged {
                world,
                folder: None,
            };
            match order {
                Order::Make { at, world } => self.make(at, &world).await,
                Order::Change { change, at, world } => {
                    let live = self.world(&change)?;
                    live.set_clock(at);
                    live.change(&world, || ()).await;
                    Ok(done(change))
                }
                Order::Clock { clock, at } => {
                    self.world(&clock)?.set_clock(at);
                    Ok(done(clock))
                }
                Order::End { end } => {
                    self.world(&end)?;
                    let id = end.parse().map_err(|_| no_world(&end))?;
                    self.serving.worlds.end(id);
                    Ok(done(end))
                }
            }
        })
    }
}
