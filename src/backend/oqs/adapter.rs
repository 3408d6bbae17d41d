//! The adapter `oqs:DIR`: drives software that answers through an exchange folder.
//!
//! Where `DIR/uketsuke/req` is there, it is our own `uketsuke serve`: each play gets a world and a
//! folder of its own. Else the folder itself is asked, as whoever shares it would.

use std::hash::{BuildHasher as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use super::control::{Order, Reply};
use super::exchange::{self, Question};
use super::field;
use super::folder::{self, Look};
use super::name::{Kind, RequestName};
use super::request::{Ask, Context, InsuredKey, MedicalAsk, Request, Search};
use crate::backend::{
    Access, Asked, Backend, Cannot, Connector, OpenError, Outage, Pending, World,
};
use crate::eligibility::{Inquiry, InquiryKind, MedicalKind, Moment, NumberKey, Site, Text, Wire};

/// How much longer than the patience a file operation may hang before it is given up.
const HANG: Duration = Duration::from_secs(2);

/// What the plays of a run share.
#[derive(Debug)]
struct Shared {
    root: PathBuf,
    patience: Duration,
    io: Handle,
    /// Whether orders are taken.
    control: bool,
    /// Sets the names of this run apart from those of others in the same folder.
    token: String,
    counter: AtomicU64,
}

/// Opens the exchange folder `dir`.
///
/// # Errors
///
/// [`OpenError::Usage`] where it, or `req` or `res` in it, is missing; [`OpenError::Config`] where
/// `req` cannot be written.
pub async fn open(
    dir: &Path,
    access: &Access,
    io: Handle,
) -> Result<Arc<dyn Connector>, OpenError> {
    let (root, patience) = (dir.to_owned(), access.patience);
    let looked = io.spawn_blocking(move || look_at(&root));
    let control = bounded(&io, patience + HANG, looked)
        .await
        .map_err(OpenError::Unreachable)??;
    let random = std::collections::hash_map::RandomState::new().build_hasher();
    Ok(Arc::new(Exchange(Arc::new(Shared {
        root: dir.to_owned(),
        patience,
        io,
        control: control && !access.as_it_is,
        token: format!("{:08x}", random.finish() >> 32),
        counter: AtomicU64::new(0),
    }))))
}

/// Checks the folder; tells whether orders are taken.
fn look_at(root: &Path) -> Result<bool, OpenError> {
    for name in ["req", "res"] {
        if !root.join(name).is_dir() {
            return Err(OpenError::Usage(format!(
                "{} is no exchange folder: there is no folder {name} in it",
                root.display()
            )));
        }
    }
    let probe = ".uketsuke-probe";
    folder::write_whole(&root.join("req"), probe, b"").map_err(|error| {
        OpenError::Config(format!(
            "{} cannot be written: {error}",
            root.join("req").display()
        ))
    })?;
    // Another run may have removed the same probe.
    let _ = std::fs::remove_file(root.join("req").join(probe));
    Ok(root.join("uketsuke").join("req").is_dir())
}

/// Waits for blocking work on `io`, whichever runtime asks: a share may hang for ever.
async fn bounded<T: Send + 'static>(
    io: &Handle,
    limit: Duration,
    work: tokio::task::JoinHandle<T>,
) -> Result<T, Outage> {
    let waited = io.spawn(async move { tokio::time::timeout(limit, work).await });
    match waited.await {
        Ok(Ok(Ok(done))) => Ok(done),
        Ok(Err(_)) => Err(Outage::Silent {
            limit_ms: u64::try_from(limit.as_millis()).unwrap_or(u64::MAX),
        }),
        Ok(Ok(Err(_))) | Err(_) => Err(Outage::Down("the work was stopped".to_owned())),
    }
}

/// The way to an exchange folder.
#[derive(Debug)]
struct Exchange(Arc<Shared>);

impl Connector for Exchange {
    fn arranges(&self) -> bool {
        self.0.control
    }

    fn connect(&self) -> Pending<'_, Result<Box<dyn Backend>, Outage>> {
        let play: Box<dyn Backend> = Box::new(Oqs {
            place: self.0.root.clone(),
            shared: Arc::clone(&self.0),
            world: None,
            told: None,
            arranged: false,
            wire: None,
        });
        Box::pin(std::future::ready(Ok(play)))
    }
}

impl Shared {
    fn next(&self) -> u64 {
        self.counter.fetch_add(1, Ordering::Relaxed)
    }

    /// Gives an order and waits for its answer. Blocking.
    fn order(&self, order: &Order) -> Result<super::control::Arranged, Outage> {
        let deadline = Instant::now() + self.patience;
        let control = self.root.join("uketsuke");
        let name = format!("{}{:04}.json", self.token, self.next());
        let bytes = serde_json::to_vec(order).map_err(|error| Outage::Down(error.to_string()))?;
        folder::write_whole(&control.join("req"), &name, &bytes)
            .map_err(|error| Outage::Down(format!("no order can be given: {}", error.kind())))?;
        let look = |bytes: &[u8]| match serde_json::from_slice::<Reply>(bytes) {
            Ok(reply) => Look::Whole(reply),
            Err(error) => Look::NotYet(error.to_string()),
        };
        match folder::take(&control.join("res"), &name, deadline, look) {
            Ok(Reply::Done(arranged)) => Ok(arranged),
            Ok(Reply::Error { error }) => {
                Err(Outage::Down(format!("the order was refused: {error}")))
            }
            Err(missed) => {
                let _ = std::fs::remove_file(control.join("req").join(&name));
                Err(missed.outage(self.patience))
            }
        }
    }
}

/// One play's backend.
#[derive(Debug)]
struct Oqs {
    shared: Arc<Shared>,
    /// The folder with `req` and `res`.
    place: PathBuf,
    world: Option<String>,
    /// The last instant that the world was told.
    told: Option<Moment>,
    arranged: bool,
    wire: Option<Wire>,
}

fn text(ja: &str, en: &str) -> Text {
    Text::new(ja, en)
}

impl Backend for Oqs {
    fn name(&self) -> &'static str {
        "oqs"
    }

    fn is_foreign(&self) -> bool {
        true
    }

    fn carries(&self, kind: InquiryKind) -> Result<(), Text> {
        match kind {
            InquiryKind::Number | InquiryKind::Medical => Ok(()),
            InquiryKind::Authenticate | InquiryKind::Register => Err(text(
                "カードの電子証明書と署名は連携フォルダを通らない",
                "a card's certificate and signature do not travel through the exchange folder",
            )),
            InquiryKind::Confirm | InquiryKind::Limit => Err(text(
                "カードによる照会は読取機から直接行われ、連携フォルダには結果だけが来る",
                "a card inquiry goes straight from the reader; only its result comes to the exchange folder",
            )),
            InquiryKind::Person => Err(text(
                "氏名等による照会は資格確認端末の画面で行い、連携フォルダに要求はない",
                "a search by name is made on the terminal's screen; the exchange folder has no request for it",
            )),
            InquiryKind::Portal => Err(text(
                "マイナポータルは連携フォルダの先にない",
                "マイナポータル does not stand behind the exchange folder",
            )),
        }
    }

    fn arrange<'a>(&'a mut self, world: &'a World, at: Moment) -> Pending<'a, Result<(), Cannot>> {
        Box::pin(async move {
            let again = std::mem::replace(&mut self.arranged, true);
            if !self.shared.control {
                return if again {
                    Err(Cannot::Arrange(text(
                        "この連携フォルダの登録内容は、途中で変えられない",
                        "what is on record behind this exchange folder cannot be changed half-way",
                    )))
                } else {
                    Ok(())
                };
            }
            let world = world.clone();
            let order = match &self.world {
                Some(number) => Order::Change {
                    change: number.clone(),
                    at,
                    world,
                },
                None => Order::Make { at, world },
            };
            let arranged = self.order(order).await?;
            if self.world.is_none() {
                let place = arranged
                    .folder
                    .as_deref()
                    .and_then(|relative| folder::inside(&self.shared.root, relative));
                self.place = place.ok_or_else(|| {
                    Outage::Malformed("the new world's folder is missing or leads out".to_owned())
                })?;
                self.world = Some(arranged.world);
            }
            self.told = Some(at);
            Ok(())
        })
    }

    fn ask<'a>(&'a mut self, inquiry: &'a Inquiry, now: Moment) -> Asked<'a> {
        Box::pin(async move {
            self.wire = None;
            let context = self.shared.control;
            let (kind, question) = question(inquiry, now, context).map_err(Outage::Down)?;
            if let Some(world) = self.world.clone().filter(|_| self.told != Some(now)) {
                self.order(Order::Clock {
                    clock: world,
                    at: now,
                })
                .await?;
                self.told = Some(now);
            }
            let (shared, place) = (Arc::clone(&self.shared), self.place.clone());
            let work = self.shared.io.spawn_blocking(move || {
                let mut question = question;
                let name = |n: u64| format!("{}{}{n:04}", field::date(now.day()), shared.token);
                question.request.identifier = Some(format!("uketsuke-{}", name(shared.next())));
                let mut names = || RequestName::new(kind, name(shared.next()));
                let mut wire = Wire::default();
                let answer =
                    exchange::ask(&place, &question, &mut names, shared.patience, &mut wire);
                (answer, wire)
            });
            let (answer, wire) =
                bounded(&self.shared.io, self.shared.patience + HANG, work).await?;
            self.wire = Some(wire);
            answer
        })
    }

    fn wire(&self) -> Option<Wire> {
        self.wire.clone()
    }
}

impl Oqs {
    async fn order(&self, order: Order) -> Result<super::control::Arranged, Outage> {
        let shared = Arc::clone(&self.shared);
        let work = self.shared.io.spawn_blocking(move || shared.order(&order));
        bounded(&self.shared.io, self.shared.patience + HANG, work).await?
    }
}

impl Drop for Oqs {
    /// Ends the world, as far as that is possible: a server forgets idle ones by itself.
    fn drop(&mut self) {
        if let Some(end) = self.world.take() {
            let shared = Arc::clone(&self.shared);
            self.shared.io.spawn_blocking(move || {
                if let Err(outage) = shared.order(&Order::End { end }) {
                    tracing::debug!("a world was not ended: {outage}");
                }
            });
        }
    }
}

/// Returns the request that an inquiry is, or why the folder has none for it.
fn question(inquiry: &Inquiry, now: Moment, context: bool) -> Result<(Kind, Question), String> {
    match inquiry {
        Inquiry::Number {
            key,
            limit_consent,
            disaster,
            site,
        } => {
            if disaster.is_some() && !context {
                return Err(
                    "the exchange folder cannot carry what staff record in a disaster".into(),
                );
            }
            let ask = Ask::People {
                date: Some(now.day()),
                searches: vec![Search {
                    key: key.clone(),
                    limit_consent: *limit_consent,
                    identifier: None,
                }],
            };
            let context = context.then(|| Context {
                site: site.clone(),
                disaster: *disaster,
            });
            Ok((Kind::Single, request(site, ask, context, None)))
        }
        Inquiry::Medical {
            key,
            kind,
            period,
            care,
            site,
        } => {
            let file = match kind {
                MedicalKind::Drug | MedicalKind::Diagnosis | MedicalKind::Surgery => Kind::Drug,
                MedicalKind::Checkup => Kind::Checkup,
                MedicalKind::EmergencySummary => {
                    return Err(
                        "no request of the exchange folder for the emergency summary is known"
                            .into(),
                    );
                }
            };
            let ask = Ask::Medical(MedicalAsk {
                key: insured(key),
                period: *period,
                pdf: false,
                // Surgery comes with the diagnoses, under a consent of its own.
                diagnosis: *kind != MedicalKind::Drug,
                care: *care,
            });
            let context = context.then(|| Context {
                site: site.clone(),
                disaster: None,
            });
            Ok((file, request(site, ask, context, Some(*kind))))
        }
        other => Err(format!(
            "the exchange folder has no request for {:?}",
            other.kind()
        )),
    }
}

fn request(
    site: &Site,
    ask: Ask,
    context: Option<Context>,
    medical: Option<MedicalKind>,
) -> Question {
    Question {
        request: Request {
            institution: site.institution.clone(),
            identifier: None,
            ask,
            context,
        },
        medical,
    }
}

fn insured(key: &NumberKey) -> InsuredKey {
    InsuredKey {
        insurer: key.insurer.clone(),
        symbol: key.symbol.clone(),
        number: key.number.clone(),
        branch: key.branch.clone(),
    }
}
