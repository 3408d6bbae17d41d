//! The cards of this run: where they come from, and those that lie beside the readers.

use std::collections::BTreeMap;
use std::path::Path;

use virtual_card::card::Card;
use virtual_card::fault::Fault;
use virtual_card::profile::Profile;
use virtual_card::state_file::{self, Kept, StateFile};

use super::{Arguments, Failure, in_full};

/// What a path has and no name of a card.
const PATH_MARKS: [char; 3] = ['/', '.', '\\'];

/// A card with the word by which it was asked for: a name, or a path.
pub(super) struct Named {
    pub(super) word: String,
    pub(super) card: Kept,
}

/// Cards that were in a reader before, with all that they have counted.
pub(super) struct Deck {
    seed: u64,
    beside: BTreeMap<String, Kept>,
}

impl Deck {
    pub(super) const fn new(seed: u64) -> Self {
        Self {
            seed,
            beside: BTreeMap::new(),
        }
    }

    /// Returns the card of that name, or that the file describes: the one that was laid aside
    /// before, or a new one.
    pub(super) fn take(&mut self, word: &str) -> Result<Named, Failure> {
        let card = match self.beside.remove(word) {
            Some(card) => card,
            None => make_card(&profile(word)?, self.seed, None)?,
        };
        let word = word.to_owned();
        Ok(Named { word, card })
    }

    /// Returns the first card of the run, with the file that keeps what it remembers, if any.
    pub(super) fn take_first(&mut self, word: &str, file: Option<&Path>) -> Result<Named, Failure> {
        let card = make_card(&profile(word)?, self.seed, file)?;
        let word = word.to_owned();
        Ok(Named { word, card })
    }

    /// Lays a card aside.
    pub(super) fn put(&mut self, named: Named) {
        self.beside.insert(named.word, named.card);
    }
}

/// The one place where a card is made.
fn make_card(profile: &Profile, seed: u64, file: Option<&Path>) -> Result<Kept, Failure> {
    let mut card = Card::new(profile, seed);
    let file = file
        .map(|path| StateFile::open(path, &mut card))
        .transpose()?;
    Ok(Kept::new(card, file, warn))
}

fn warn(error: &state_file::Error) {
    eprintln!(
        "virtual-card: {}; the card answers 6581 until it can",
        in_full(error)
    );
}

/// Returns the word for the first card.
pub(super) fn first(arguments: &Arguments) -> Result<String, Failure> {
    match (&arguments.holder, &arguments.profile) {
        (Some(name), _) if Profile::standard(name).is_none() => Err(no_holder(name)),
        (Some(name), _) => Ok(name.clone()),
        (None, Some(path)) => Ok(as_path(path)),
        (None, None) => Err(Failure::Usage(
            "no card named; give --holder NAME (see --list) or --profile FILE".to_owned(),
        )),
    }
}

/// Writes a path so that it is not taken for a name.
fn as_path(path: &Path) -> String {
    let text = path.display().to_string();
    if text.contains(PATH_MARKS) {
        text
    } else {
        format!("./{text}")
    }
}

pub(super) fn no_holder(name: &str) -> Failure {
    let names = Profile::standard_names().join(", ");
    Failure::Usage(format!("no holder {name:?}; expected one of {names}"))
}

pub(super) fn profile(word: &str) -> Result<Profile, Failure> {
    if let Some(profile) = Profile::standard(word) {
        return Ok(profile);
    }
    // What looks like no path was most likely meant as a name.
    if !word.contains(PATH_MARKS) && !Path::new(word).exists() {
        return Err(no_holder(word));
    }
    Ok(Profile::parse(&read("profile", word)?, word)?)
}

/// Reads the faults of an argument: a file, or YAML itself, which no path looks like.
pub(super) fn faults(argument: &str) -> Result<Vec<Fault>, Failure> {
    if argument.contains(':') && !Path::new(argument).exists() {
        return Ok(Fault::parse_list(argument, "--fault")?);
    }
    Ok(Fault::parse_list(&read("faults", argument)?, argument)?)
}

fn read(what: &'static str, path: &str) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|source| Failure::Unreadable {
        what,
        path: path.to_owned(),
        source,
    })
}
