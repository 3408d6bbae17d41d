//! Reads a profile from YAML and refuses what no card could be.

use crate::profile::Profile;
use crate::yaml;

/// Why a text is not a profile.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Not YAML, or not with the keys of a profile.
    #[error("{origin}:{line}:{column}: not a card profile\n{excerpt}")]
    Syntax {
        /// Where the text came from, as the caller named it.
        origin: String,
        /// Line, from 1; 0 where the place is not known.
        line: u64,
        /// Column, from 1; 0 where the place is not known.
        column: u64,
        /// What is wrong, with the line itself.
        excerpt: String,
    },
    /// YAML with the right keys, but a value that no card has.
    #[error("{origin}:{line}:{column}: {key}: {problem}; {hint}")]
    Value {
        /// Where the text came from, as the caller named it.
        origin: String,
        /// Line, from 1; 0 where the key stands nowhere.
        line: u64,
        /// Column in characters, from 1; 0 where the key stands nowhere.
        column: u64,
        /// The key whose value is wrong.
        key: &'static str,
        /// What is wrong; never shows the value.
        problem: &'static str,
        /// What to do.
        hint: &'static str,
    },
}

impl Profile {
    /// Reads a profile from YAML; `origin` (a path, a name) only goes into errors.
    ///
    /// # Errors
    ///
    /// [`ProfileError`] with line and column when the text is not a profile, has unknown keys, or
    /// states what no card of this simulation may be: a PIN of the wrong form, more tries than
    /// there are, a My Number whose check digit is right.
    pub fn parse(text: &str, origin: &str) -> Result<Self, ProfileError> {
        let profile: Self =
            serde_saphyr::from_str(text).map_err(|error| syntax_error(&error, origin))?;
        match profile.problem() {
            None => Ok(profile),
            Some((key, problem, hint)) => {
                let (line, column) = place_of(text, key);
                Err(ProfileError::Value {
                    origin: origin.to_owned(),
                    line,
                    column,
                    key,
                    problem,
                    hint,
                })
            }
        }
    }
}

/// Returns line and column, from 1, at which the key at this dotted path stands, or else the
/// innermost key around it that does; 0 and 0 when none stands anywhere.
fn place_of(text: &str, path: &str) -> (u64, u64) {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let mut lines = (1_u64..).zip(text.lines()).peekable();
    let mut found = (0, 0);
    let mut outside = None;
    for key in path.split('.') {
        // What belongs to the outer key stands on its line (a flow mapping) or further in.
        let within = |line: &str| {
            let blank = line.trim_start().is_empty();
            blank || outside.is_none_or(|(opened, at)| line == opened || depth(line) > at)
        };
        while lines
            .next_if(|(_, line)| within(line) && column_of(line, key).is_none())
            .is_some()
        {}
        let Some((number, line)) = lines.peek().filter(|(_, line)| within(line)) else {
            break;
        };
        found = (*number, column_of(line, key).unwrap_or_default());
        outside = Some((*line, depth(line)));
    }
    found
}

/// Returns the column, from 1, at which the line gives a value to `key`, if it does.
fn column_of(line: &str, key: &str) -> Option<u64> {
    let given = |(start, _): &(usize, &str)| {
        let (before, rest) = line.split_at(*start);
        let last = before.chars().next_back();
        let bounded = last.is_none_or(|last| !last.is_alphanumeric() && last != '-');
        let rest = rest.strip_prefix(key).unwrap_or_default();
        bounded && rest.starts_with([':', '"'])
    };
    let (start, _) = line.match_indices(key).find(given)?;
    let (before, _) = line.split_at(start);
    Some(before.chars().count() as u64 + 1)
}

fn syntax_error(error: &serde_saphyr::Error, origin: &str) -> ProfileError {
    let location = error.location();
    ProfileError::Syntax {
        origin: origin.to_owned(),
        line: location.map_or(0, |place| place.line()),
        column: location.map_or(0, |place| place.column()),
        excerpt: yaml::excerpt(error, origin),
    }
}
