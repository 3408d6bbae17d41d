//! The bundled scenarios and the deck, and files of the user's own beside them.

mod for_reader;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use include_dir::{Dir, File, include_dir};
use strsim::levenshtein;

use crate::eligibility::Moment;
use crate::requirement::Id;
use crate::scenario::{Deck, ParseError, Playable, Source};
use crate::text_file;

static BUNDLED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");

/// The folder of a library that holds people, not scenarios.
const DECK: &str = "deck";

/// No file is read beyond so many bytes; a scenario has fewer, and is told so by its own limit.
const FILE_MAX: u64 = 1 << 24;

/// Something could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// A file is no scenario or no person.
    #[error("{0}")]
    Parse(#[from] ParseError),
    /// A file or folder cannot be read.
    #[error(
        "cannot read {path}: {source}; name a scenario file, a folder of them, or an id from `uketsuke list scenarios`"
    )]
    Io {
        /// The path.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Neither a path nor an id.
    #[error("there is no scenario {id:?}{}", hint(.nearest))]
    Unknown {
        /// What was asked for.
        id: String,
        /// The most similar id.
        nearest: Option<String>,
    },
}

fn hint(nearest: &Option<String>) -> String {
    match nearest {
        Some(id) => format!("; did you mean {id}? `uketsuke list scenarios` lists all"),
        None => "; `uketsuke list scenarios` lists all".to_owned(),
    }
}

/// Scenarios and people.
#[derive(Debug, Clone, Default)]
pub struct Library {
    sources: Vec<Source>,
    deck: Deck,
}

impl Library {
    /// Returns the library that is embedded in the program.
    ///
    /// # Errors
    ///
    /// [`LibraryError::Parse`] where a bundled file is broken, which a test excludes.
    pub fn bundled() -> Result<Library, LibraryError> {
        let mut library = Library::default();
        let mut files: Vec<&File<'_>> = Vec::new();
        collect(&BUNDLED, &mut files);
        files.sort_by_key(|file| file.path());
        for file in files {
            let Some(text) = file.contents_utf8() else {
                continue;
            };
            let path = file.path();
            library.add(path, &format!("scenarios/{}", path.display()), text)?;
        }
        Ok(library)
    }

    fn add(&mut self, path: &Path, origin: &str, text: &str) -> Result<(), LibraryError> {
        if path.extension().is_none_or(|extension| extension != "yaml") {
            return Ok(());
        }
        let id = id_of(path);
        match id.strip_prefix("deck/") {
            Some(name) => {
                self.deck.add(name, text, origin)?;
            }
            None => self.sources.push(Source {
                id,
                origin: origin.to_owned(),
                text: text.to_owned(),
            }),
        }
        Ok(())
    }

    /// Returns the scenario files, by id.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Returns the ids of the scenarios that list each requirement as their purpose, cases one by one.
    ///
    /// # Errors
    ///
    /// [`ParseError`] where a file is broken; of a bundled one a test excludes it.
    pub fn by_requirement(&self, now: Moment) -> Result<BTreeMap<Id, Vec<String>>, ParseError> {
        let mut rows: BTreeMap<Id, Vec<String>> = BTreeMap::new();
        for source in &self.sources {
            for playable in self.playables(source, now)? {
                for id in playable.scenario.requirements {
                    rows.entry(id)
                        .or_default()
                        .push(playable.scenario.id.clone());
                }
            }
        }
        Ok(rows)
    }

    /// Returns the people.
    pub fn deck(&self) -> &Deck {
        &self.deck
    }

    /// Finds what the user named: a file, a folder, or the id of a bundled scenario (with
    /// `#case`, or a folder of ids). An existing path wins over an id.
    ///
    /// A folder named `deck` beside a file, or at the top of a folder, adds people.
    ///
    /// # Errors
    ///
    /// [`LibraryError`] where nothing is found or a file cannot be read.
    pub fn find(&mut self, name: &str) -> Result<Vec<Source>, LibraryError> {
        let path = Path::new(name);
        if path.exists() {
            return self.read(path);
        }
        let (file_id, case) = match name.split_once('#') {
            Some((file_id, case)) => (file_id, Some(case)),
            None => (name, None),
        };
        let file_id = file_id.strip_suffix(".yaml").unwrap_or(file_id);
        let folder = format!("{}/", file_id.trim_end_matches('/'));
        let found: Vec<Source> = self
            .sources
            .iter()
            .filter(|source| {
                source.id == file_id || (case.is_none() && source.id.starts_with(&folder))
            })
            .cloned()
            .collect();
        if found.is_empty() {
            return Err(LibraryError::Unknown {
                id: name.to_owned(),
                nearest: self.nearest(file_id),
            });
        }
        Ok(found)
    }

    /// Reads a file or a folder of files, with the people of a `deck` folder beside it.
    fn read(&mut self, path: &Path) -> Result<Vec<Source>, LibraryError> {
        let mut files = Vec::new();
        let root = if path.is_dir() {
            walk(path, &mut files)?;
            path
        } else {
            files.push(path.to_owned());
            let root = path.parent().unwrap_or(Path::new(""));
            let deck = root.join(DECK);
            if deck.is_dir() {
                walk(&deck, &mut files)?;
            }
            root
        };
        files.sort();
        let mut read = Library::default();
        for file in &files {
            let text = text_file::read(file, FILE_MAX).map_err(|source| LibraryError::Io {
                path: file.clone(),
                source,
            })?;
            let relative = file.strip_prefix(root).unwrap_or(file);
            // A file named outright is a scenario whatever its extension.
            if file == path && path.extension().is_none_or(|extension| extension != "yaml") {
                read.sources.push(Source {
                    id: id_of(relative),
                    origin: file.display().to_string(),
                    text,
                });
                continue;
            }
            read.add(relative, &file.display().to_string(), &text)?;
        }
        self.deck.extend(read.deck);
        Ok(read.sources)
    }

    fn nearest(&self, id: &str) -> Option<String> {
        let last = id.rsplit('/').next().unwrap_or(id);
        self.sources
            .iter()
            .map(|source| {
                let name = source.id.rsplit('/').next().unwrap_or_default();
                let by_name = levenshtein(name, last) + 1;
                (levenshtein(&source.id, id).min(by_name), &source.id)
            })
            .min()
            // A third of the letters may be wrong; beyond that it is another word.
            .filter(|(distance, _)| *distance <= last.len() / 3 + 1)
            .map(|(_, id)| id.clone())
    }

    /// Makes a scenario file ready to play: every case of it, dates resolved against `now`.
    ///
    /// # Errors
    ///
    /// [`ParseError`] with the place where the file is no scenario, names who is not in the deck,
    /// or could never be played to its end.
    pub fn playables(&self, source: &Source, now: Moment) -> Result<Vec<Playable>, ParseError> {
        source.playables(&self.deck, now)
    }
}

fn id_of(path: &Path) -> String {
    path.with_extension("")
        .components()
        .map(|component| component.as_os_str().to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
}

fn collect<'a>(dir: &'a Dir<'a>, files: &mut Vec<&'a File<'a>>) {
    files.extend(dir.files());
    for dir in dir.dirs() {
        collect(dir, files);
    }
}

fn walk(dir: &Path, files: &mut Vec<PathBuf>) -> Result<(), LibraryError> {
    let io = |source| LibraryError::Io {
        path: dir.to_owned(),
        source,
    };
    for entry in std::fs::read_dir(dir).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if path.is_dir() && !path.is_symlink() {
            walk(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "yaml")
        {
            files.push(path);
        }
    }
    Ok(())
}
