//! What the user says of a backend: `embedded`, `fhir:URL`, `oqs:DIR` or `process:COMMAND`.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use crate::program::words;
use crate::secret::Secret;

/// Which backend answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spec {
    /// Ours, in this process.
    Embedded,
    /// A FHIR server, by its base URL.
    Fhir(String),
    /// An exchange folder, with `req`, `res` and `face` in it.
    Oqs(PathBuf),
    /// A program that speaks JSON lines: the program and its arguments. No shell reads them.
    Process(Vec<String>),
}

impl Spec {
    /// Returns the kind, without the place: what a report may name.
    pub fn kind(&self) -> &'static str {
        match self {
            Spec::Embedded => "embedded",
            Spec::Fhir(_) => "fhir",
            Spec::Oqs(_) => "oqs",
            Spec::Process(_) => "process",
        }
    }
}

/// How a backend is reached, whatever its protocol.
#[derive(Debug, Clone)]
pub struct Access {
    /// How long an answer may take.
    pub patience: Duration,
    /// The bearer token, never shown.
    pub token: Option<Secret>,
    /// PEM certificates of the authorities to trust beside those of the system.
    pub authorities: Option<Vec<u8>>,
    /// Whether it is played with as it is, though worlds could be arranged there. A program
    /// (`process:`) is always arranged as it says.
    pub as_it_is: bool,
}

/// How long an answer may take unless the user says otherwise (ELIG-14 expects one within 7 s).
pub const PATIENCE: Duration = Duration::from_secs(10);

impl Default for Access {
    fn default() -> Access {
        Access {
            patience: PATIENCE,
            token: None,
            authorities: None,
            as_it_is: false,
        }
    }
}

/// A backend cannot be used as the user said: wrong usage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SpecError(pub String);

/// A backend could not be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Wrong usage: what was named cannot be a backend, with what to do.
    #[error("{0}")]
    Usage(String),
    /// A file that belongs to it, such as certificates, is wrong.
    #[error("{0}")]
    Config(String),
    /// It could not be reached, or does not speak the protocol.
    #[error(transparent)]
    Unreachable(#[from] super::Outage),
}

const EXPECTED: &str = "expected embedded, fhir:URL, oqs:DIR or process:COMMAND";

impl FromStr for Spec {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Spec, SpecError> {
        if text == "embedded" {
            return Ok(Spec::Embedded);
        }
        let (kind, rest) = text
            .split_once(':')
            .ok_or_else(|| SpecError(format!("there is no backend {text:?}; {EXPECTED}")))?;
        let missing = |what: &str| {
            SpecError(format!(
                "{text:?} names no {what}; write {kind}:{}",
                what.to_uppercase()
            ))
        };
        match kind {
            "fhir" if rest.starts_with("http://") || rest.starts_with("https://") => {
                Ok(Spec::Fhir(rest.trim_end_matches('/').to_owned()))
            }
            "fhir" => Err(SpecError(format!(
                "{rest:?} is no base URL; write fhir:http://127.0.0.1:8080/fhir"
            ))),
            "oqs" if rest.is_empty() => Err(missing("dir")),
            "oqs" => Ok(Spec::Oqs(PathBuf::from(rest))),
            "process" => {
                let words = words(rest).map_err(|why| SpecError(format!("{text:?}: {why}")))?;
                if words.is_empty() {
                    return Err(missing("command"));
                }
                Ok(Spec::Process(words))
            }
            _ => Err(SpecError(format!(
                "there is no backend of the kind {kind:?}; {EXPECTED}"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_read() {
        let spec = |text: &str| text.parse::<Spec>();
        assert_eq!(spec("embedded"), Ok(Spec::Embedded));
        assert_eq!(
            spec("fhir:http://127.0.0.1:8080/fhir/"),
            Ok(Spec::Fhir("http://127.0.0.1:8080/fhir".to_owned()))
        );
        assert_eq!(spec("oqs:/tmp/OQS"), Ok(Spec::Oqs("/tmp/OQS".into())));
        assert_eq!(
            spec("process:python3 'my backend.py' --flag \"\""),
            Ok(Spec::Process(vec![
                "python3".into(),
                "my backend.py".into(),
                "--flag".into(),
                String::new()
            ]))
        );
    }

    #[test]
    fn what_is_no_backend_is_refused_with_what_was_expected() {
        for text in [
            "",
            "fihr:x",
            "fhir:",
            "fhir:ftp://x",
            "oqs:",
            "process:",
            "process: ",
            "process:a 'b",
        ] {
            let error = text.parse::<Spec>().unwrap_err();
            assert!(error.0.len() > 20, "{error}");
        }
    }
}
