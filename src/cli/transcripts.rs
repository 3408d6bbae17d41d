//! A folder of transcripts, one file per scenario; no id leads out of it.
//!
//! A bad name is refused, not repaired: two scenarios must never meet in one file.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::output::{cannot_write, replace, temporary_beside};
use crate::sanitise;
use crate::transcript::Transcript;

/// The longest name of a file or folder, in bytes: most file systems take 255.
const NAME_LENGTH_MAX: usize = 200;

/// Names that Windows keeps for devices.
const RESERVED: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8",
    "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// A folder of transcripts.
#[derive(Debug)]
pub(super) struct Transcripts {
    root: PathBuf,
}

impl Transcripts {
    /// Opens the folder, makes it where it is missing, and checks that every id has a place in it.
    ///
    /// # Errors
    ///
    /// [`Failure::Usage`] where the folder cannot be written, [`Failure::Invalid`] where an id is
    /// no name of a file, or two ids would be the same file.
    pub(super) fn open<'a>(
        root: &Path,
        ids: impl IntoIterator<Item = &'a str>,
    ) -> Result<Transcripts, Failure> {
        let mut taken: BTreeMap<String, &str> = BTreeMap::new();
        for id in ids {
            relative(id).map_err(Failure::Invalid)?;
            // Some file systems do not tell upper from lower case.
            if let Some(other) = taken.insert(id.to_lowercase(), id) {
                return Err(Failure::Invalid(format!(
                    "the transcripts of {other:?} and {id:?} would be the same file; rename one of them"
                )));
            }
        }
        fs::create_dir_all(root)
            .and_then(|()| temporary_beside(&root.join("probe")))
            .map_err(|source| cannot_write(root, &source))?;
        Ok(Transcripts {
            root: root.to_owned(),
        })
    }

    /// Writes a transcript: the file is there whole or not at all.
    ///
    /// # Errors
    ///
    /// [`Failure::Output`] where it cannot be written.
    pub(super) fn write(&self, id: &str, transcript: &Transcript) -> Result<(), Failure> {
        let relative = relative(id).map_err(Failure::Invalid)?;
        let path = self.root.join(&relative);
        let text = transcript.to_ndjson();
        self.make_folders(&relative)
            .and_then(|()| temporary_beside(&path))
            .and_then(|temporary| replace(temporary, &path, &sanitise::json(&text)))
            .map_err(|source| Failure::Output {
                to: path.display().to_string(),
                source,
            })
    }

    /// Makes the folders above a file, and refuses a link on the way, which could lead out.
    fn make_folders(&self, relative: &Path) -> io::Result<()> {
        let mut folder = self.root.clone();
        for part in relative.parent().into_iter().flat_map(Path::components) {
            folder.push(part);
            match fs::symlink_metadata(&folder) {
                Ok(found) if found.is_dir() => {}
                Ok(_) => {
                    return Err(io::Error::other(format!(
                        "{} is not a folder, or is a link out of it; remove it",
                        folder.display()
                    )));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => fs::create_dir(&folder)?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Returns the path of an id's transcript within the folder, or why it can have none.
fn relative(id: &str) -> Result<PathBuf, String> {
    let mut path = PathBuf::new();
    for part in id.split('/') {
        if let Some(why) = problem(part) {
            return Err(format!(
                "scenario {id:?} can have no transcript file: {part:?} {why}; rename it"
            ));
        }
        path.push(part);
    }
    path.as_mut_os_string().push(".ndjson");
    Ok(path)
}

fn problem(part: &str) -> Option<&'static str> {
    let stem = part.split('.').next().unwrap_or_default().to_lowercase();
    if part.is_empty() || part == "." || part == ".." {
        Some("is no name of a file")
    } else if part.len() > NAME_LENGTH_MAX {
        Some("is too long for the name of a file")
    } else if sanitise::one_line(part) != part {
        Some("has a control character in it")
    } else if part.contains(['\\', ':', '*', '?', '"', '<', '>', '|']) {
        Some("has a character in it that some file systems refuse")
    } else if part.ends_with(['.', ' ']) || part.starts_with(' ') {
        Some("begins or ends with a space or a full stop")
    } else if RESERVED.contains(&stem.as_str()) {
        Some("is the name of a device on Windows")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_id_is_its_path() {
        let path = relative("certificate/border#last-day").unwrap();
        assert_eq!(path, Path::new("certificate/border#last-day.ndjson"));
        assert_eq!(
            relative("期限/v1.2").unwrap(),
            Path::new("期限/v1.2.ndjson")
        );
    }

    #[test]
    fn hostile_ids_are_refused() {
        let long = "x".repeat(300);
        for id in [
            "",
            "..",
            "../x",
            "a/../../x",
            "/etc/x",
            "a//b",
            ".",
            "a\0b",
            "a\\..\\b",
            "c:x",
            "nul",
            "a/COM1.x",
            "x.",
            " x",
            "x ",
            "a\u{1b}[2J",
            "a\u{202e}b",
            "a\nb",
            "a*",
            long.as_str(),
        ] {
            assert!(relative(id).is_err(), "{id:?}");
        }
    }

    #[test]
    fn ids_that_differ_in_case_alone_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let error = Transcripts::open(folder.path(), ["pin/a", "pin/A"]).unwrap_err();
        assert_eq!(error.exit_code().code(), 3);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_on_the_way_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(outside.path(), folder.path().join("pin")).unwrap();
        let transcripts = Transcripts::open(folder.path(), ["pin/a"]).unwrap();
        assert!(transcripts.make_folders(Path::new("pin/a.ndjson")).is_err());
        assert_eq!(outside.path().read_dir().unwrap().count(), 0);
    }

    proptest! {
        #[test]
        fn no_id_leads_out_of_the_folder(id in "[./\\\\a-zA-Z:\\x00-\\x1f ~#-]{0,24}") {
            if let Ok(path) = relative(&id) {
                prop_assert!(path.components().all(|part| matches!(part, std::path::Component::Normal(_))));
            }
        }
    }
}
