//! uketsuke (受付, "reception") plays the reception of a patient with a マイナ保険証 and says whether
//! the parts that took part behaved as they must. Everything is a SIMULATION.
//!
//! # Bird's eye view
//!
//! A [scenario] says who the patient is, what card they carry, what the registry knows and what
//! moment it is, then lists steps: what people do (stimuli), what must come out (expectations),
//! what goes wrong (faults). Three roles take part: the card (the crate `virtual_card`), the
//! [reader] and the [backend]. The [runner] gives the steps to the reader, performs what the
//! reader does, and writes everything that crosses between roles and persons into one
//! [transcript]. The [judge] reads scenario and transcript and nothing else; its findings name
//! requirements of the [catalogue](requirement) and the entries that prove them. Terminal UI and
//! reports only read transcript and judgement: going back in time is moving a cursor.
//!
//! # The life of a step
//!
//! `enter-pin: "1234"` in a file → [`scenario::Step`] → the runner sees that the reader shows
//! `pin-pad`, records a stimulus (`pin#1`, never the digits) → [`check_in::Event::PinEntered`] →
//! [`check_in::CheckIn::handle`] returns `Transmit(VERIFY)` → the [card link](card_link) reaches
//! the card; command and response are recorded, once, there → `CardReplied` → the certificate is
//! read, a challenge signed → `Ask(Authenticate)` → the [backend] answers → a screen → the runner
//! waits for the next step. Afterwards [`judge::judge`] folds the transcript into facts and asks
//! one function per row of the catalogue.
//!
//! # Code map
//!
//! | layer | modules |
//! |---|---|
//! | words of the field, plain data | [eligibility], [screen], [secret], [requirement] |
//! | core, pure | [scenario], [statement], [transcript], [recording], [rules], [check_in], [judge] |
//! | ports and adapters | [reader], [backend], [card_link], [presentation] (our card for foreign software, observed or behind a driver), [fault] (interposers on them) |
//! | programs of others | [program] (started, bounded, ended; shared by [backend] and [reader]) |
//! | shell | [library] (files), [bindings], [runner], [observe] (a foreign reader), [explore], [matrix], [serve], [drive] (our reader as a driver), [report], [tui], [wording], [sanitise], [clock], [cli] |
//!
//! A backend is reached through a [`backend::Connector`]: the embedded one, FHIR, the exchange
//! folder, or a process. FHIR and folder each have a codec of pure functions, which the adapter and
//! [serve] share; what it writes is judged from outside (`tests/run`). What a protocol cannot carry,
//! or a backend cannot be arranged to be, makes a scenario not applicable before it plays.
//!
//! To add a kind of step, begin at `scenario::step` and its descriptor in `scenario::step_kind`;
//! a rule, at `requirement/catalogue.yaml` and the judge's file of its family; a mutant, at
//! [`fault::FAULTS`]; a screen, at [`screen::Screen`].
//!
//! # Invariants
//!
//! - The core has no clock, file, socket, runtime or randomness of its own: time comes with each
//!   event, randomness from a seed. The arrows between modules are held by `tests/architecture.rs`.
//! - The judge shares no code with what it judges: dated rules stand in `rules` for our reader and
//!   backend, and once more in `judge`, both checked against `requirement/vectors.yaml`.
//! - Same scenario, same seed ⇒ the same bytes of transcript and reports, whatever the locale, the
//!   folder and the number of jobs.
//! - A failed check is data, a [`judge::Finding`]; an `Err` means that we could not do our work.
//! - No secret in transcript, log, screen or report: aliases such as `pin#1` stand for them.
//! - Verdicts only get worse. What was not observed is inconclusive or not applicable, with the
//!   reason, never a silent pass.
//! - Faults sit on the seams. There is no fault inside `check_in` or the embedded backend.

pub mod backend;
pub mod bindings;
pub mod card_link;
pub mod check_in;
pub mod cli;
pub mod clock;
pub mod drive;
pub mod eligibility;
pub mod exit_code;
pub mod explore;
pub mod fault;
pub mod judge;
pub mod library;
pub mod matrix;
pub mod observe;
pub mod presentation;
pub mod program;
pub mod reader;
pub mod recording;
pub mod report;
pub mod requirement;
pub mod rules;
pub mod runner;
pub mod sanitise;
pub mod scenario;
pub mod screen;
pub mod secret;
pub mod serve;
pub mod statement;
pub mod text_file;
pub mod transcript;
pub mod tui;
pub mod wording;
