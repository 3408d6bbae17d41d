//! The transcript of a server: written line by line as it happens, so that a server that is killed
//! leaves whole lines; or kept in the transcript of whoever observes a reader beside it.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::backend::Outage;
use crate::eligibility::{Answer, Inquiry, InquiryKind, Moment};
use crate::scenario::Scenario;
use crate::transcript::{CardEvent, Entry, Event, Recorder, Reply, Role, Roles};

/// A recorder that several write to, each entry in the order in which it happened.
pub type SharedRecorder = Arc<Mutex<Recorder>>;

/// A transcript that is being written.
#[derive(Debug)]
pub struct Journal {
    recorder: SharedRecorder,
    /// Where it goes; nowhere for one that stands in another's transcript.
    file: Option<JournalFile>,
    /// A card was put in, and its first inquiry has not come.
    presented: bool,
}

/// The file of a journal.
#[derive(Debug)]
struct JournalFile {
    file: File,
    /// Bytes of whole lines in the file.
    length: u64,
    /// Why no more is written.
    failed: Option<io::Error>,
}

impl Journal {
    /// Makes the file, or empties it, and writes the header. What is served is `scenario`;
    /// `my_numbers` are what must never appear in clear.
    ///
    /// # Errors
    ///
    /// Where the file cannot be written.
    pub fn create(
        path: &Path,
        scenario: &Scenario,
        clock: &str,
        my_numbers: Vec<String>,
    ) -> io::Result<Journal> {
        let roles = Roles {
            card: "virtual".to_owned(),
            reader: "observed".to_owned(),
            backend: "embedded".to_owned(),
        };
        let recorder = Recorder::new(scenario, roles, clock, my_numbers);
        let header = recorder.transcript().header.to_line();
        let mut file = JournalFile {
            file: File::create(path)?,
            length: 0,
            failed: None,
        };
        file.append(&header)?;
        Ok(Journal {
            recorder: Arc::new(Mutex::new(recorder)),
            file: Some(file),
            presented: false,
        })
    }

    /// Writes into a transcript that belongs to someone else, who begins its visits.
    pub fn beside(recorder: SharedRecorder) -> Journal {
        Journal {
            recorder,
            file: None,
            presented: false,
        }
    }

    /// Locks the recorder; a panic elsewhere leaves whole entries behind.
    fn recorder(&self) -> MutexGuard<'_, Recorder> {
        self.recorder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns why the transcript is not whole, where it is not.
    pub fn failure(&self) -> Option<&io::Error> {
        self.file.as_ref()?.failed.as_ref()
    }

    /// Records an inquiry; a card's first one begins a visit.
    pub fn inquiry(&mut self, at: Moment, inquiry: &Inquiry) -> u64 {
        let begins = self.file.is_some()
            && inquiry.kind() == InquiryKind::Authenticate
            && !std::mem::take(&mut self.presented);
        let mut recorder = self.recorder();
        if begins {
            recorder.begin_visit();
        }
        recorder.inquiry(at, asker(inquiry), inquiry)
    }

    /// Records that a person's card was put in, which begins a visit.
    pub fn presented(&mut self, at: Moment, person: &str) {
        self.presented = true;
        let event = Event::Card(CardEvent::Presented {
            person: person.to_owned(),
        });
        let mut recorder = self.recorder();
        recorder.begin_visit();
        recorder.record(at, Role::Patient, Role::Reader, None, event);
    }

    /// Records that a fault struck the answer to entry `re`.
    pub fn fault(&mut self, at: Moment, re: u64, fault: &str) {
        let event = Event::Fault(format!("backend {fault}"));
        self.recorder()
            .record(at, Role::Harness, Role::Backend, Some(re), event);
    }

    /// Records what came back for entry `re`, and writes everything recorded so far.
    pub fn answer(
        &mut self,
        at: Moment,
        inquiry: &Inquiry,
        re: u64,
        answer: &Result<Answer, Outage>,
    ) {
        let reply = match answer {
            Ok(answer) => Reply::Answer(answer.clone()),
            Err(Outage::Malformed(reason)) => Reply::Malformed(reason.clone()),
            Err(outage) => Reply::Outage(outage.to_string()),
        };
        self.recorder().answer(at, asker(inquiry), re, &reply);
        self.write();
    }

    fn write(&mut self) {
        let Some(file) = &mut self.file else {
            return;
        };
        let mut recorder = self.recorder.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = recorder.take();
        drop(recorder);
        file.write(&entries);
    }
}

impl JournalFile {
    fn write(&mut self, entries: &[Entry]) {
        if self.failed.is_some() {
            return;
        }
        let lines: String = entries.iter().map(|entry| entry.to_line()).collect();
        if let Err(error) = self.append(&lines) {
            tracing::error!("the transcript ends here: {error}");
            // What came of the last lines goes, so that those before it stay readable.
            if let Err(error) = self.file.set_len(self.length) {
                tracing::warn!("the transcript may end in half a line: {error}");
            }
            self.failed = Some(error);
        }
    }

    fn append(&mut self, lines: &str) -> io::Result<()> {
        let lines = crate::sanitise::json(lines);
        self.file.write_all(lines.as_bytes())?;
        self.length += lines.len() as u64;
        Ok(())
    }
}

/// Returns who asks: card inquiries come from readers, the portal is the person's own, everything
/// else is asked at the desk. A convention of this harness: a protocol does not tell.
fn asker(inquiry: &Inquiry) -> Role {
    match inquiry.kind() {
        InquiryKind::Authenticate
        | InquiryKind::Register
        | InquiryKind::Confirm
        | InquiryKind::Limit => Role::Reader,
        InquiryKind::Number | InquiryKind::Person | InquiryKind::Medical => Role::Desk,
        InquiryKind::Portal => Role::Patient,
    }
}
