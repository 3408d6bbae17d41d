//! `uketsuke schema`: prints the JSON Schema of a file format, for editors and for other programs.

use clap::{Args, ValueEnum};
use schemars::{JsonSchema, Schema, schema_for};
use virtual_card::profile::Profile;

use super::failure::Failure;
use super::shell::emit;
use crate::backend::process::message::Line;
use crate::bindings;
use crate::exit_code::ExitCode;
use crate::reader::driven;
use crate::report::{Report, known};
use crate::scenario::{DeckPerson, Document};
use crate::statement::Statement;
use crate::transcript::{Entry, Header};

/// What `schema` understands.
#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// The file format
    name: Name,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    /// A scenario file
    Scenario,
    /// A person of the deck
    Deck,
    /// A line of a transcript
    Transcript,
    /// The report of `run --format json`
    Result,
    /// A card profile
    Profile,
    /// A line between uketsuke and a backend that is a program
    Process,
    /// A line between uketsuke and the driver of a reader
    Driver,
    /// A file of bindings, for `run --bindings`
    Bindings,
    /// A file of known deviations, for `run --known`
    Known,
    /// An implementation conformance statement, for `--statement`
    Statement,
}

/// A line of a transcript: the header on line 1, an entry on every further one.
#[derive(JsonSchema)]
#[serde(untagged)]
#[allow(dead_code)] // it exists for its schema
enum TranscriptLine {
    Header(Box<Header>),
    Entry(Box<Entry>),
}

/// Prints the schema.
///
/// # Errors
///
/// [`Failure::Output`] where it cannot be written.
pub(super) fn schema(args: &SchemaArgs) -> Result<ExitCode, Failure> {
    let schema: Schema = match args.name {
        Name::Scenario => schema_for!(Document),
        Name::Deck => schema_for!(DeckPerson),
        Name::Transcript => schema_for!(TranscriptLine),
        Name::Result => schema_for!(Report),
        Name::Profile => schema_for!(Profile),
        Name::Process => schema_for!(Line),
        Name::Driver => schema_for!(driven::message::Line),
        Name::Bindings => schema_for!(bindings::Document),
        Name::Known => schema_for!(known::Document),
        Name::Statement => schema_for!(Statement),
    };
    let text = serde_json::to_string_pretty(&schema)
        .map_err(|error| Failure::Bug(format!("the schema is no JSON: {error}")))?;
    emit(&format!("{}\n", crate::sanitise::json(&text)))?;
    Ok(ExitCode::Passed)
}
