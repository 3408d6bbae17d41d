//! The loop over the files of one exchange folder: each request is answered whole, and removed
//! only then.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime};

use super::reply::{Replying, encoding_for};
use super::state::Memory;
use super::{Answering, Options, Spoil};
use crate::backend::Outage;
use crate::backend::oqs::code::{Complaint, Segment};
use crate::backend::oqs::encoding::{Decoded, NoText, decode};
use crate::backend::oqs::folder::{BackOff, read_whole, write_whole};
use crate::backend::oqs::name::RequestName;
use crate::backend::oqs::response::{Header, Response};
use crate::backend::oqs::xml::{self, Element, XmlError};
use crate::sanitise;

/// Largest request that is read.
const REQUEST_MAX: u64 = 1 << 20;
/// Most files that one round deals with.
const ROUND_MAX: usize = 64;
/// Most names that are remembered as logged, and most requests kept in mind.
const KEPT_MAX: usize = 4_096;

/// An exchange folder that is served. Clones share what it remembers.
#[derive(Clone)]
pub struct ExchangeFolder(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) root: PathBuf,
    pub(super) options: Options,
    pub(super) memory: Mutex<Memory>,
    seen: Mutex<Seen>,
}

/// What was seen of files that are still there.
#[derive(Default)]
struct Seen {
    /// Requests that are not whole, since when they have been as they are.
    waiting: HashMap<String, (Print, Instant)>,
    /// Requests that were answered and could not be removed.
    stuck: HashMap<String, Print>,
    /// Answers that could not be written, with the request that they answer.
    unwritten: HashMap<String, (Vec<u8>, Vec<u8>)>,
    /// Names that were logged.
    logged: HashSet<String>,
}

/// What changes when a file is written to.
type Print = (u64, Option<SystemTime>);

/// A request file as found.
struct Found {
    name: RequestName,
    print: Print,
    content: Content,
}

enum Content {
    Read(Vec<u8>),
    Oversize,
}

/// What a request file is answered.
enum Due {
    /// This.
    Answer(Vec<u8>),
    /// Nothing, and the request goes.
    Nothing,
    /// It is not whole yet.
    Later,
}

impl ExchangeFolder {
    /// Makes `req`, `res` and `face` in `root`, where they are not there yet.
    ///
    /// # Errors
    ///
    /// Where they cannot be made, or `res` cannot be written.
    pub fn create(root: &Path, options: Options) -> io::Result<ExchangeFolder> {
        for name in ["req", "res", "face"] {
            fs::create_dir_all(root.join(name))?;
        }
        for name in ["res", "face"] {
            let probe = ".uketsuke-probe";
            write_whole(&root.join(name), probe, b"")?;
            fs::remove_file(root.join(name).join(probe))?;
        }
        Ok(ExchangeFolder(Arc::new(Inner {
            root: root.to_owned(),
            options,
            memory: Mutex::default(),
            seen: Mutex::default(),
        })))
    }

    /// Returns the folder that holds `req`, `res` and `face`.
    pub fn root(&self) -> &Path {
        &self.0.root
    }

    /// Serves until `stop` holds true or its sender is gone. The request under way is finished.
    pub async fn serve(
        &self,
        answering: &mut dyn Answering,
        mut stop: tokio::sync::watch::Receiver<bool>,
    ) {
        let mut back_off = BackOff::default();
        while !*stop.borrow() {
            if self.round(answering).await > 0 {
                back_off = BackOff::default();
            }
            tokio::select! {
                () = tokio::time::sleep(back_off.next_wait()) => {}
                changed = stop.changed() => if changed.is_err() { break },
            }
        }
    }

    /// Looks at the folder once and answers what is there. Returns how many requests were dealt
    /// with; what is wrong with the folder is logged, and looked at again next time.
    pub async fn round(&self, answering: &mut dyn Answering) -> usize {
        let inner = Arc::clone(&self.0);
        let found = match tokio::task::spawn_blocking(move || inner.scan()).await {
            Ok(Ok(found)) => found,
            Ok(Err(error)) => {
                self.0.log_once("req", &error.to_string());
                return 0;
            }
            Err(_) => return 0,
        };
        let mut dealt = 0;
        for request in found {
            let due = self.due(&request, answering).await;
            let inner = Arc::clone(&self.0);
            let done = tokio::task::spawn_blocking(move || inner.settle(&request, due)).await;
            dealt += usize::from(done.unwrap_or(false));
        }
        dealt
    }

    async fn due(&self, found: &Found, answering: &mut dyn Answering) -> Due {
        let inner = &self.0;
        let bytes = match &found.content {
            Content::Read(bytes) => bytes,
            Content::Oversize => {
                return inner.complain(found, None, Complaint::Oversize, answering);
            }
        };
        if let Some(answer) = inner.unwritten(&found.name.request(), bytes) {
            return Due::Answer(answer);
        }
        let (decoded, root) = match read(bytes) {
            Ok(read) => read,
            Err(Flaw::Unfinished(_)) if !inner.has_settled(found) => return Due::Later,
            Err(Flaw::Unfinished(complaint) | Flaw::Final(complaint)) => {
                return inner.complain(found, None, complaint, answering);
            }
        };
        let replying = Replying {
            options: &inner.options,
            memory: &inner.memory,
        };
        let spoil = answering.spoil();
        if spoil == Some(Spoil::Busy) {
            return inner.complain(found, Some((&decoded, &root)), Complaint::Busy, answering);
        }
        match replying
            .reply(found.name.kind, &decoded, &root, answering)
            .await
        {
            Ok(_) if spoil == Some(Spoil::Silent) => Due::Nothing,
            Ok(mut response) => {
                if spoil == Some(Spoil::IdentifierLost) {
                    response.header.identifier = None;
                }
                Due::Answer(spoilt(&response, spoil))
            }
            Err(Outage::Malformed(_)) => Due::Answer(GARBAGE.to_vec()),
            Err(outage) => {
                tracing::info!("{} gets no answer: {outage}", found.name.request());
                Due::Nothing
            }
        }
    }
}

const GARBAGE: &[u8] = b"\x00\xC0SIMULATION of garbage\xFF";

fn spoilt(response: &Response, spoil: Option<Spoil>) -> Vec<u8> {
    let whole = response.write();
    match spoil {
        Some(Spoil::Garbage) => GARBAGE.to_vec(),
        Some(Spoil::Half) => whole.get(..whole.len() / 2).unwrap_or_default().to_vec(),
        Some(Spoil::WrongEncoding) => {
            let declared = response.header.encoding.unwrap_or_default();
            decode(&whole).map_or(whole, |decoded| declared.other().encode(&decoded.text))
        }
        _ => whole,
    }
}

/// Why a request cannot be read.
enum Flaw {
    /// Perhaps the rest is still to come.
    Unfinished(Complaint),
    /// More bytes cannot mend it.
    Final(Complaint),
}

fn read(bytes: &[u8]) -> Result<(Decoded, Element), Flaw> {
    let decoded = decode(bytes).map_err(|error| match error {
        NoText::Unknown => Flaw::Unfinished(Complaint::Encoding),
        NoText::Utf16 => Flaw::Final(Complaint::Encoding),
    })?;
    match xml::parse(&decoded.text) {
        Ok(root) => Ok((decoded, root)),
        Err(XmlError::Unfinished) => Err(Flaw::Unfinished(Complaint::Malformed)),
        Err(_) => Err(Flaw::Final(Complaint::Malformed)),
    }
}

impl Inner {
    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn log_once(&self, name: &str, why: &str) {
        let mut seen = self.seen();
        if seen.logged.len() >= KEPT_MAX {
            seen.logged.clear();
        }
        if seen.logged.insert(format!("{name}\0{why}")) {
            tracing::warn!("{} is left alone: {why}", sanitise::one_line(name));
        }
    }

    /// Lists and reads the requests, in the order of their names. Blocking.
    fn scan(&self) -> io::Result<Vec<Found>> {
        let folder = self.root.join("req");
        let mut names: Vec<String> = Vec::new();
        for entry in fs::read_dir(&folder)?.take(KEPT_MAX) {
            let name = entry?.file_name();
            match name.to_str() {
                Some(name) if name.starts_with('.') => {}
                Some(name) if RequestName::parse(name).is_some() => names.push(name.to_owned()),
                _ => self.log_once(&name.to_string_lossy(), "its name is no request's"),
            }
        }
        names.sort();
        let mut found = Vec::new();
        for name in names {
            if found.len() == ROUND_MAX {
                break;
            }
            found.extend(self.look_at(&folder, &name));
        }
        Ok(found)
    }

    fn look_at(&self, folder: &Path, name: &str) -> Option<Found> {
        let path = folder.join(name);
        // Whoever put it there may have taken it back.
        let metadata = fs::symlink_metadata(&path).ok()?;
        if !metadata.is_file() {
            self.log_once(name, "it is no plain file");
            return None;
        }
        let print = (metadata.len(), metadata.modified().ok());
        if self.seen().stuck.get(name) == Some(&print) {
            return None;
        }
        let content = if metadata.len() > REQUEST_MAX {
            Content::Oversize
        } else {
            match read_whole(&path, REQUEST_MAX) {
                Ok(bytes) => Content::Read(bytes),
                Err(error) => {
                    if error.kind() != io::ErrorKind::NotFound {
                        self.log_once(name, &error.to_string());
                    }
                    return None;
                }
            }
        };
        Some(Found {
            name: RequestName::parse(name)?,
            print,
            content,
        })
    }

    /// Returns the answer that could not be written before, if the request is still the same.
    fn unwritten(&self, name: &str, request: &[u8]) -> Option<Vec<u8>> {
        let seen = self.seen();
        let (asked, answer) = seen.unwritten.get(name)?;
        (asked == request).then(|| answer.clone())
    }

    /// Tells whether a request that is not whole has been as it is for long enough.
    fn has_settled(&self, found: &Found) -> bool {
        let mut seen = self.seen();
        if seen.waiting.len() >= KEPT_MAX {
            seen.waiting.clear();
        }
        let since = seen
            .waiting
            .entry(found.name.request())
            .or_insert((found.print, Instant::now()));
        if since.0 != found.print {
            *since = (found.print, Instant::now());
        }
        since.1.elapsed() >= self.options.settle
    }

    fn complain(
        &self,
        found: &Found,
        read: Option<(&Decoded, &Element)>,
        complaint: Complaint,
        answering: &dyn Answering,
    ) -> Due {
        let field = |name: &str| {
            let (_, root) = read?;
            root.child("MessageHeader")?.get(name).map(str::to_owned)
        };
        let header = Header {
            executed: Some(answering.now()),
            institution: field("MedicalInstitutionCode").unwrap_or_default(),
            identifier: field("ArbitraryFileIdentifier"),
            segment: Some(Segment::Abnormal),
            encoding: Some(encoding_for(
                &self.options,
                read.map(|(decoded, _)| decoded),
            )),
            ..Header::default()
        };
        Due::Answer(Response::complaint(found.name.kind, header, complaint).write())
    }

    /// Writes the answer, then removes the request. Blocking. Tells whether it was dealt with.
    fn settle(&self, found: &Found, due: Due) -> bool {
        let name = found.name.request();
        let answer = match due {
            Due::Later => return false,
            Due::Nothing => None,
            Due::Answer(answer) => Some(answer),
        };
        let res = self.root.join("res");
        if let Some(answer) = answer
            && let Err(error) = write_whole(&res, &found.name.result(), &answer)
        {
            self.log_once(&name, &format!("its answer cannot be written: {error}"));
            self.keep(&name, found, answer);
            return false;
        }
        let mut seen = self.seen();
        seen.waiting.remove(&name);
        seen.unwritten.remove(&name);
        let path = self.root.join("req").join(&name);
        let print = fs::symlink_metadata(&path).map(|now| (now.len(), now.modified().ok()));
        if print.is_ok_and(|print| print != found.print) {
            // Another request of the same name came meanwhile: it is not answered yet.
            return true;
        }
        match fs::remove_file(path) {
            Ok(()) => {
                seen.stuck.remove(&name);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(_) => {
                if seen.stuck.len() >= KEPT_MAX {
                    seen.stuck.clear();
                }
                seen.stuck.insert(name, found.print);
            }
        }
        true
    }

    /// Keeps an answer until it can be written, so that nothing is asked twice.
    fn keep(&self, name: &str, found: &Found, answer: Vec<u8>) {
        if let Content::Read(request) = &found.content {
            let mut seen = self.seen();
            if seen.unwritten.len() < ROUND_MAX {
                seen.unwritten
                    .insert(name.to_owned(), (request.clone(), answer));
            }
        }
    }
}
