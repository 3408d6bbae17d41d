//! Keeps what a card remembers in a file, so that tries and changed PINs outlive the program.
//!
//! The file is written before the answer goes out, and replaced as a whole: whoever kills the
//! program at any moment finds either the state before the command or the one after it, and no
//! answer that the file does not know of. It is its owner's (mode 0600), since it holds changed PINs
//! in the clear. One program at a time may use it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::card::{Card, Memory, MemoryError};
use crate::smart_card::{Outcome, SmartCard};
use crate::status::Status;

/// The format that this version reads and writes.
const FORMAT: u32 = 1;
/// Most bytes that are read; a state has less than a thousand.
const LENGTH_MAX: u64 = 65_536;
/// 6581: memory failure (ISO 7816-4 § 5.6).
const MEMORY_FAILURE: Status = Status(0x6581);
/// What the file says to people.
const HEADER: &str = "# SIMULATION: what a virtual card remembers. PINs that were changed stand \
                      here in the clear.\n";

/// Why a state cannot be read or kept. The file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is something, but it cannot be read.
    #[error("state file {path} cannot be read; expected a file of this user, or none yet")]
    Unreadable {
        /// Where.
        path: String,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// It is not what [`StateFile`] writes. The text is not shown, since it may hold PINs.
    #[error(
        "{path}:{line}:{column}: not the state of a card; expected what --state wrote \
         (format {FORMAT}); move it away to begin anew"
    )]
    Corrupt {
        /// Where.
        path: String,
        /// Line, from 1; 0 where the place is not known.
        line: u64,
        /// Column, from 1; 0 where the place is not known.
        column: u64,
    },
    /// It belongs to a card with another number.
    #[error(
        "{path}: the state of card {found}, where that of card {expected} was expected; \
         give each card a file of its own"
    )]
    OtherCard {
        /// Where.
        path: String,
        /// Number of the card that wrote it.
        found: String,
        /// Number of this card.
        expected: String,
    },
    /// No card with this profile can be in that state.
    #[error("{path}: no state that this card can be in; move the file away to begin anew")]
    Impossible {
        /// Where.
        path: String,
        /// Which value is wrong.
        #[source]
        source: MemoryError,
    },
    /// It cannot be written.
    #[error("state file {path} cannot be written; expected a folder where this user may write")]
    Unwritable {
        /// Where.
        path: String,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

/// What stands in the file. The number of the card comes last, so that a file that was cut off is
/// never taken for a whole one.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Document {
    format: u32,
    memory: Memory,
    card_serial: String,
}

/// The file in which one card's memory is kept.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    card_serial: String,
    /// What the file holds now.
    kept: Memory,
}

impl StateFile {
    /// Gives the card the memory that lies in the file; where there is no file yet, makes one with
    /// the memory that the card has now.
    ///
    /// # Errors
    ///
    /// [`Error`] when the file is not the state of this card, or cannot be read or made; card and
    /// file are as they were then.
    pub fn open(path: &Path, card: &mut Card) -> Result<Self, Error> {
        let card_serial = card.profile().card_serial();
        let text = match read(path) {
            Ok(text) => Some(text),
            Err(source) if source.kind() == io::ErrorKind::NotFound => None,
            Err(source) if source.kind() == io::ErrorKind::InvalidData => {
                return Err(corrupt(path, None));
            }
            Err(source) => {
                let path = shown(path);
                return Err(Error::Unreadable { path, source });
            }
        };
        if let Some(text) = &text {
            let memory = parse(text, path, &card_serial)?;
            card.restore(memory).map_err(|source| Error::Impossible {
                path: shown(path),
                source,
            })?;
        }
        let file = Self {
            path: path.to_owned(),
            card_serial,
            kept: card.memory(),
        };
        if text.is_none() {
            file.write()?;
        }
        Ok(file)
    }

    /// Writes the card's memory if it is no longer what the file holds, and says whether it was.
    ///
    /// # Errors
    ///
    /// [`Error::Unwritable`]; the file holds the memory of before then.
    pub fn keep(&mut self, card: &Card) -> Result<bool, Error> {
        if card.remembers(&self.kept) {
            return Ok(false);
        }
        let before = std::mem::replace(&mut self.kept, card.memory());
        match self.write() {
            Ok(()) => Ok(true),
            Err(error) => {
                self.kept = before;
                Err(error)
            }
        }
    }

    fn write(&self) -> Result<(), Error> {
        let document = Document {
            format: FORMAT,
            memory: self.kept.clone(),
            card_serial: self.card_serial.clone(),
        };
        let unwritable = |source| Error::Unwritable {
            path: shown(&self.path),
            source,
        };
        let text = serde_saphyr::to_string(&document).map_err(io::Error::other);
        let text = format!("{HEADER}{}", text.map_err(unwritable)?);
        replace(&self.path, text.as_bytes()).map_err(unwritable)
    }
}

/// Reads the file, or as much of it as a state can have.
fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?
        .take(LENGTH_MAX)
        .read_to_string(&mut text)?;
    Ok(text)
}

fn parse(text: &str, path: &Path, card_serial: &str) -> Result<Memory, Error> {
    let document: Document =
        serde_saphyr::from_str(text).map_err(|error| corrupt(path, error.location()))?;
    if document.format != FORMAT {
        return Err(corrupt(path, None));
    }
    if document.card_serial != card_serial {
        return Err(Error::OtherCard {
            path: shown(path),
            found: document
                .card_serial
                .chars()
                .filter(char::is_ascii_digit)
                .collect(),
            expected: card_serial.to_owned(),
        });
    }
    Ok(document.memory)
}

fn corrupt(path: &Path, location: Option<serde_saphyr::Location>) -> Error {
    Error::Corrupt {
        path: shown(path),
        line: location.map_or(0, |place| place.line()),
        column: location.map_or(0, |place| place.column()),
    }
}

/// Puts a new file in the place of the old one, whole or not at all, and waits for the disk.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = folder.join(name);
    // What a program that was killed has left there is in nobody's way.
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&new)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    // Only then does the new name outlive a loss of power, too.
    File::open(folder)?.sync_all()
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// A card whose memory is kept in a file, if there is one: no answer goes out before the file
/// knows of it.
#[derive(Debug)]
pub struct Kept {
    card: Card,
    file: Option<StateFile>,
    report: fn(&Error),
}

impl Kept {
    /// Puts the card before the file that was opened with it; `report` is told when the file cannot
    /// be written.
    #[must_use]
    pub const fn new(card: Card, file: Option<StateFile>, report: fn(&Error)) -> Self {
        Self { card, file, report }
    }

    /// Returns the card.
    #[must_use]
    pub const fn card(&self) -> &Card {
        &self.card
    }

    /// Answers a command. Where the file cannot be written, the answer is 6581 and the security
    /// status is lost, so that nothing is to be had from a try that could be taken back; the next
    /// command tries to write again.
    fn answer(&mut self, command: &[u8]) -> Vec<u8> {
        let answer = self.card.transmit(command);
        let Some(file) = &mut self.file else {
            return answer;
        };
        match file.keep(&self.card) {
            Ok(_) => answer,
            Err(error) => {
                self.card.power_off();
                (self.report)(&error);
                MEMORY_FAILURE.0.to_be_bytes().to_vec()
            }
        }
    }
}

impl SmartCard for Kept {
    fn atr(&self) -> Vec<u8> {
        self.card.atr().to_vec()
    }

    fn power_on(&mut self) {
        self.card.power_on();
    }

    fn power_off(&mut self) {
        self.card.power_off();
    }

    fn reset(&mut self) {
        self.card.reset();
    }

    fn transmit(&mut self, command: &[u8]) -> Outcome {
        self.answer(command).into()
    }
}
