//! The backend of a run: its options, the people bound to it, and what can be played with it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::runtime::Handle;

use super::failure::{Failure, shown};
use super::select;
use super::shell::tell;
use crate::backend::{self, Access, Breaker, Connector, Gone, OpenError, PATIENCE, Spec};
use crate::bindings::{self, Bindings, States};
use crate::eligibility::{Moment, Text};
use crate::requirement::catalogue;
use crate::scenario::{Playable, Scenario};
use crate::secret::Secret;
use crate::text_file;

/// The environment variable that holds the bearer token.
const TOKEN: &str = "UKETSUKE_TOKEN";

/// The largest file of a token, of authorities or of bindings that is read, in bytes.
const FILE_MAX: u64 = 1 << 20;

/// So many states that nobody is bound to are named; the rest is counted.
const STATES_SHOWN: usize = 8;

/// What `run` understands of the backend.
#[derive(Debug, Args)]
pub(super) struct BackendArgs {
    /// Who plays the backend: embedded, fhir:URL, oqs:DIR or process:COMMAND
    #[arg(long, value_name = "SPEC", default_value = "embedded")]
    backend: Spec,
    /// Which people of the backend stand for those of the scenarios; it is then played with as it is
    #[arg(long, value_name = "FILE")]
    bindings: Option<PathBuf>,
    /// How long an answer of the backend may take
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u16).range(1..=600))]
    timeout: Option<u16>,
    /// A file with the bearer token; else the variable UKETSUKE_TOKEN is read
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Certificates (PEM) of authorities to trust beside those of the system
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

/// A backend that is open.
pub(super) struct Opened {
    /// The way to it; absent for the embedded one.
    pub(super) connector: Option<Arc<Breaker>>,
    /// Its kind, for the report; absent for the embedded one.
    pub(super) kind: Option<&'static str>,
}

impl BackendArgs {
    /// Opens the backend. One that does not answer is open all the same: that nobody answers is
    /// what every scenario will show.
    ///
    /// # Errors
    ///
    /// [`Failure::Usage`] and [`Failure::Invalid`] where it cannot be used as the user said.
    pub(super) async fn open(&self, io: Handle) -> Result<Opened, Failure> {
        if self.backend == Spec::Embedded {
            self.only_embedded()?;
            return Ok(Opened {
                connector: None,
                kind: None,
            });
        }
        let kind = self.backend.kind();
        let connector: Arc<dyn Connector> = match backend::open(&self.backend, &self.access()?, io)
            .await
        {
            Ok(connector) => connector,
            Err(OpenError::Usage(why)) => return Err(Failure::Usage(why)),
            Err(OpenError::Config(why)) => return Err(Failure::Invalid(why)),
            Err(OpenError::Unreachable(outage)) => {
                tell(&format!(
                    "uketsuke: SIMULATION: {kind} backend: {outage}; every scenario is played as if nobody answered"
                ));
                Arc::new(Gone::new(outage))
            }
        };
        Ok(Opened {
            connector: Some(Arc::new(Breaker::new(connector))),
            kind: Some(kind),
        })
    }

    fn only_embedded(&self) -> Result<(), Failure> {
        let given = [
            ("--bindings", self.bindings.is_some()),
            ("--timeout", self.timeout.is_some()),
            ("--token-file", self.token_file.is_some()),
            ("--ca", self.ca.is_some()),
        ];
        match given.iter().find(|(_, given)| *given) {
            None => Ok(()),
            Some((option, _)) => Err(Failure::Usage(format!(
                "{option} is for a backend that others wrote; name one with --backend, or leave {option} out"
            ))),
        }
    }

    fn access(&self) -> Result<Access, Failure> {
        let authorities = self.ca.as_deref().map(authorities).transpose()?;
        let token = match &self.token_file {
            Some(path) => Some(token(&read(path)?, &path.display().to_string())?),
            None => match std::env::var(TOKEN) {
                Ok(text) if !text.is_empty() => Some(token(&text, TOKEN)?),
                _ => None,
            },
        };
        Ok(Access {
            patience: self
                .timeout
                .map_or(PATIENCE, |seconds| Duration::from_secs(u64::from(seconds))),
            token,
            authorities,
            as_it_is: self.bindings.is_some(),
        })
    }

    /// Says of each scenario whether it can be played with the backend, and with whom: bound, or
    /// as it is with the reason why it does not apply. What that comes to is told on stderr.
    ///
    /// # Errors
    ///
    /// [`Failure::Invalid`] where the bindings are none.
    pub(super) fn prepare(
        &self,
        opened: &Opened,
        playables: Vec<Playable>,
        now: Moment,
    ) -> Result<Vec<Prepared>, Failure> {
        let (Some(connector), Some(kind)) = (&opened.connector, opened.kind) else {
            return Ok(playables.into_iter().map(Prepared::as_it_is).collect());
        };
        let arranged = connector.arranges();
        if arranged && self.bindings.is_none() {
            return Ok(playables.into_iter().map(Prepared::as_it_is).collect());
        }
        let states = all_states(&playables, now)?;
        // A wrong file is told of also where it is not used.
        let bindings = match &self.bindings {
            None => Bindings::default(),
            Some(path) => {
                let origin = path.display().to_string();
                Bindings::parse(&read(path)?, &origin, &states, now)
                    .map_err(|error| Failure::Invalid(shown(&error)))?
            }
        };
        if arranged {
            tell(
                "uketsuke: --bindings is not used: each scenario is arranged at this backend, or nobody answers there",
            );
            return Ok(playables.into_iter().map(Prepared::as_it_is).collect());
        }
        let prepared: Vec<Prepared> = playables
            .into_iter()
            .map(|playable| Prepared::bound(playable, &states, &bindings, now))
            .collect();
        tell(&format!(
            "uketsuke: SIMULATION: {kind} backend: {}",
            told(&prepared, &states, &bindings)
        ));
        Ok(prepared)
    }
}

impl Opened {
    /// Returns the way to the backend as plays take it; nothing for the embedded one.
    pub(super) fn connector(&self) -> Option<Arc<dyn Connector>> {
        let connector = self.connector.clone()?;
        Some(connector)
    }
}

/// A scenario, and why it does not apply to the backend if it does not.
pub(super) struct Prepared {
    /// What is played.
    pub(super) playable: Playable,
    /// Why it is not.
    pub(super) reason: Option<Text>,
}

impl Prepared {
    fn as_it_is(playable: Playable) -> Prepared {
        Prepared {
            playable,
            reason: None,
        }
    }

    fn bound(playable: Playable, states: &States, bindings: &Bindings, now: Moment) -> Prepared {
        // Why it can never run says more than who is missing.
        let reason = bindings::cannot_run(&playable).or_else(|| out_of_force(&playable, now));
        if reason.is_some() {
            return Prepared { playable, reason };
        }
        match bindings::bind(&playable, states, bindings) {
            Ok(playable) => Prepared::as_it_is(playable),
            Err(reason) => Prepared {
                playable,
                reason: Some(reason),
            },
        }
    }
}

/// Says so where none of the scenario's rules is in force today.
pub(super) fn out_of_force(playable: &Playable, now: Moment) -> Option<Text> {
    let day = now.day();
    let in_force = |scenario: &Scenario| {
        let rows = scenario.requirements.iter();
        rows.filter_map(|id| catalogue().by_id(*id))
            .any(|row| row.in_force(day))
    };
    (!in_force(&playable.scenario)).then(|| {
        Text::new(
            format!("このシナリオの規則は{day}には効力がない"),
            format!("none of its rules is in force on {day}"),
        )
    })
}

/// Finds the states of all bundled scenarios and, after them, of those that were selected: so a
/// name does not depend on what is selected.
fn all_states(playables: &[Playable], now: Moment) -> Result<States, Failure> {
    let mut library = select::bundled()?;
    let named = select::named(&mut library, &[])?;
    let bundled = select::playables(&library, &named, now)?;
    Ok(States::new(bundled.iter().chain(playables), library.deck()))
}

/// Says how many scenarios can run, and who must be bound for the rest.
fn told(prepared: &[Prepared], states: &States, bindings: &Bindings) -> String {
    let count = prepared.len();
    let can = prepared.iter().filter(|it| it.reason.is_none()).count();
    let never = prepared
        .iter()
        .filter(|it| bindings::cannot_run(&it.playable).is_some())
        .count();
    let waits = |scenarios: &[String]| {
        prepared
            .iter()
            .any(|it| it.reason.is_some() && scenarios.contains(&it.playable.scenario.id))
    };
    let missing: Vec<&str> = states
        .iter()
        .filter(|named| bindings.get(&named.name).is_none() && waits(&named.scenarios))
        .map(|named| named.name.as_str())
        .collect();
    let mut text = format!("{can} of {count} scenarios can run");
    // Writing to a text cannot fail.
    if never > 0 {
        let _ = write!(
            text,
            "; {never} need a date or a registry that cannot be arranged"
        );
    }
    if !missing.is_empty() {
        let shown: Vec<&str> = missing.iter().copied().take(STATES_SHOWN).collect();
        let _ = write!(text, "; for the rest, bind {}", shown.join(", "));
        if missing.len() > STATES_SHOWN {
            let _ = write!(text, " and {} more", missing.len() - STATES_SHOWN);
        }
    }
    text
}

fn read(path: &Path) -> Result<String, Failure> {
    text_file::read(path, FILE_MAX)
        .map_err(|error| Failure::Invalid(format!("cannot read {}: {error}", path.display())))
}

/// Returns the token that a text holds; no error shows it.
fn token(text: &str, origin: &str) -> Result<Secret, Failure> {
    let token = text.trim();
    let sound = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    if !sound {
        return Err(Failure::Invalid(format!(
            "{origin} holds no bearer token: one word of printable ASCII characters was expected"
        )));
    }
    Ok(Secret::Plain(token.to_owned()))
}

fn authorities(path: &Path) -> Result<Vec<u8>, Failure> {
    let text = read(path)?;
    if !text.contains("-----BEGIN CERTIFICATE-----") {
        return Err(Failure::Invalid(format!(
            "{} holds no certificate in PEM",
            path.display()
        )));
    }
    Ok(text.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::Library;

    fn now() -> Moment {
        "2026-06-10T10:00+09:00".parse().unwrap()
    }

    fn today() -> Vec<Playable> {
        let library = Library::bundled().unwrap();
        let sources = library.sources().iter();
        sources
            .filter(|source| source.id.starts_with("today/") || source.id == "pin/correct")
            .flat_map(|source| library.playables(source, now()).unwrap())
            .collect()
    }

    fn prepared(bindings: &Bindings, states: &States) -> Vec<Prepared> {
        let playables = today().into_iter();
        playables
            .map(|playable| Prepared::bound(playable, states, bindings, now()))
            .collect()
    }

    #[test]
    fn who_must_be_bound_is_told_and_bounded() {
        let states = all_states(&today(), now()).unwrap();
        let none = Bindings::default();
        let text = told(&prepared(&none, &states), &states, &none);
        let count = today().len();
        assert!(
            text.starts_with(&format!("0 of {count} scenarios can run; 1 need a date")),
            "{text}"
        );
        assert!(text.contains("bind ") && text.contains(" more"), "{text}");
        assert_eq!(text.matches(", ").count(), STATES_SHOWN - 1 + 1, "{text}");
    }

    #[test]
    fn with_everybody_bound_all_that_can_run_runs() {
        let playables = today();
        let states = all_states(&playables, now()).unwrap();
        let library = Library::bundled().unwrap();
        let text = bindings::template(&playables, library.deck());
        let bound = Bindings::parse(&text, "b.yaml", &states, now()).unwrap();
        let prepared = prepared(&bound, &states);
        let text = told(&prepared, &states, &bound);
        let (all, can) = (playables.len(), playables.len() - 1);
        assert!(
            text.starts_with(&format!("{can} of {all} scenarios can run; 1 need")),
            "{text}"
        );
        assert!(!text.contains("bind"), "{text}");
    }

    #[test]
    fn rules_of_the_past_are_not_played_today() {
        let mut playable = today().remove(0);
        assert_eq!(out_of_force(&playable, now()), None);
        // CONS-06 ended on 2024-10-07.
        playable.scenario.requirements = vec!["CONS-06".parse().unwrap()];
        let why = out_of_force(&playable, now()).unwrap();
        assert!(why.en.contains("2026-06-10"), "{}", why.en);
    }

    #[test]
    fn a_token_is_one_word_and_never_shown() {
        assert_eq!(
            token(" s3cret.x \n", "FILE").unwrap().plain(),
            Some("s3cret.x")
        );
        for text in ["", " \n", "two words", "パス"] {
            let error = token(text, "FILE").unwrap_err().to_string();
            assert!(error.starts_with("FILE"), "{error}");
            assert!(text.trim().is_empty() || !error.contains(text), "{error}");
        }
    }
}
