//! What the program prints or writes without presenting a card.

use std::io::Write;
use std::path::Path;

use schemars::schema_for;
use virtual_card::fault::Fault;
use virtual_card::profile::Profile;
use virtual_card::trust;

use super::cards::{self, no_holder};
use super::{Arguments, Failure, Format};

/// Lists the cards that come with the program.
pub(super) fn list() {
    for name in Profile::standard_names() {
        let holder = Profile::standard(name).map(|profile| profile.holder);
        let holder = holder.map(|holder| format!("{} *{}", holder.name, holder.birth_date));
        line(&format!("{name:16} {}", holder.unwrap_or_default()));
    }
}

/// Writes what others need in order to check the cards, and lists where.
pub(super) fn authorities(folder: &Path, arguments: &Arguments) -> Result<(), Failure> {
    let standard = Profile::standard_names();
    let mut cards: Vec<_> = standard
        .iter()
        .filter_map(|name| Profile::standard(name))
        .collect();
    if arguments.holder.is_some() || arguments.profile.is_some() {
        cards.push(cards::profile(&cards::first(arguments)?)?);
    }
    for path in trust::write(folder, &cards)? {
        line(&path.display().to_string());
    }
    Ok(())
}

/// Prints the text of a profile that comes with the program.
pub(super) fn profile(name: &str) -> Result<(), Failure> {
    let text = Profile::standard_text(name).ok_or_else(|| no_holder(name))?;
    line(text.trim_end());
    Ok(())
}

/// Prints the schema of a file format.
pub(super) fn schema(format: Format) -> Result<(), Failure> {
    let schema = match format {
        Format::Profile => schema_for!(Profile),
        Format::Faults => schema_for!(Vec<Fault>),
    };
    line(&serde_json::to_string_pretty(&schema).map_err(Failure::Schema)?);
    Ok(())
}

fn line(text: &str) {
    // Fails when the reader of a pipe has enough, which is no failure of ours.
    let _ = writeln!(std::io::stdout(), "{text}");
}
