//! How long a card and its link take for a command: figures as data, each with its source.
//!
//! Pure: lengths in, a time out. On a virtual clock the caller adds it; [`crate::vpcd`] waits it.

mod timed;

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::apdu::CommandName;
use crate::yaml;

pub use timed::Timed;

/// The source of a figure for which there is none.
pub const ASSUMED: &str = "assumed";

/// What commands cost with one kind of card and link. As YAML: see the files in `timing/`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Timing {
    /// What it is of, for people.
    pub about: String,
    /// The link between reader and card; one that takes no time if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
    /// Microseconds that the card works on a command, unless `work-us-of` has it.
    pub work_us: Figure<u32>,
    /// Microseconds that the card works on particular commands.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub work_us_of: BTreeMap<CommandName, Figure<u32>>,
}

/// A link that carries blocks, one direction at a time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Link {
    /// Bits per second.
    pub bits_per_second: Figure<NonZeroU32>,
    /// Bit times that a byte takes, with its start, stop, parity and guard bits.
    pub bits_per_byte: Figure<u32>,
    /// The most bytes of an APDU that a block carries.
    pub block_bytes: Figure<NonZeroU32>,
    /// Bytes, or byte times, that each block takes beyond its part of the APDU.
    pub block_overhead_bytes: Figure<u32>,
}

/// A number and where it is from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Figure<T> {
    /// The number.
    pub value: T,
    /// Its source, or `assumed`.
    pub source: String,
}

/// Why a text is no timing.
#[derive(Debug, thiserror::Error)]
pub enum TimingError {
    /// Not YAML, or not with the keys of a timing.
    #[error("{origin}: not a timing\n{excerpt}")]
    Syntax {
        /// Where the text came from, as the caller named it.
        origin: String,
        /// What is wrong and where, with the line itself.
        excerpt: String,
    },
    /// A figure does not say where it is from.
    #[error("{origin}: {figure} has an empty source; write where it is from, or \"assumed\"")]
    NoSource {
        /// Where the text came from, as the caller named it.
        origin: String,
        /// The figure.
        figure: &'static str,
    },
}

macro_rules! standard_timings {
    ($($name:literal),* $(,)?) => {
        /// Name and text of each timing, the fastest first.
        const TEXTS: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../timing/", $name, ".yaml")))),*];
        /// The names alone.
        const NAMES: &[&str] = &[$($name),*];
    };
}

standard_timings!["instant", "contactless-424", "contactless-106", "contact"];

impl Timing {
    /// Returns the timing of that name, if it comes with the crate.
    #[must_use]
    pub fn standard(name: &str) -> Option<Self> {
        let (name, text) = TEXTS.iter().find(|(candidate, _)| *candidate == name)?;
        Self::parse(text, name).ok()
    }

    /// Returns the names of the timings that come with the crate.
    #[must_use]
    pub const fn standard_names() -> &'static [&'static str] {
        NAMES
    }

    /// Reads a timing from YAML; `origin` (a path, a name) only goes into errors.
    ///
    /// # Errors
    ///
    /// [`TimingError`] when the text is no timing, or a figure has no source.
    pub fn parse(text: &str, origin: &str) -> Result<Self, TimingError> {
        let timing: Self = serde_saphyr::from_str(text).map_err(|error| TimingError::Syntax {
            origin: origin.to_owned(),
            excerpt: yaml::excerpt(&error, origin),
        })?;
        let missing = timing
            .sources()
            .find_map(|(figure, source)| source.trim().is_empty().then_some(figure));
        match missing {
            None => Ok(timing),
            Some(figure) => Err(TimingError::NoSource {
                origin: origin.to_owned(),
                figure,
            }),
        }
    }

    /// Returns each figure's name with its source.
    pub fn sources(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let link = self.link.iter().flat_map(|link| {
            [
                ("bits-per-second", link.bits_per_second.source.as_str()),
                ("bits-per-byte", link.bits_per_byte.source.as_str()),
                ("block-bytes", link.block_bytes.source.as_str()),
                (
                    "block-overhead-bytes",
                    link.block_overhead_bytes.source.as_str(),
                ),
            ]
        });
        let particular = self
            .work_us_of
            .iter()
            .map(|(name, figure)| (name.as_str(), figure.source.as_str()));
        link.chain([("work-us", self.work_us.source.as_str())])
            .chain(particular)
    }

    /// Returns the time from the first byte of a command to the last of an answer of
    /// `answer_length` bytes, data and status word.
    #[must_use]
    pub fn time_of(&self, command: &[u8], answer_length: usize) -> Duration {
        let work = self
            .work_us_of
            .get(&CommandName::of(command))
            .unwrap_or(&self.work_us)
            .value;
        let link = self.link.as_ref().map_or(Duration::ZERO, |link| {
            link.time_of(command.len())
                .saturating_add(link.time_of(answer_length))
        });
        Duration::from_micros(u64::from(work)).saturating_add(link)
    }
}

impl Link {
    /// Returns the time that an APDU of this many bytes takes in one direction: its blocks, and
    /// for each but the last an empty block back, as ISO/IEC 7816-3 (T=1) and ISO/IEC 14443-4 chain
    /// them.
    fn time_of(&self, length: usize) -> Duration {
        const NANOS: u128 = 1_000_000_000;
        let length = length as u128;
        let block = u128::from(self.block_bytes.value.get());
        let blocks = length.div_ceil(block).max(1);
        let overhead = u128::from(self.block_overhead_bytes.value) * (2 * blocks - 1);
        let bits = (length + overhead) * u128::from(self.bits_per_byte.value);
        let nanos = bits * NANOS / u128::from(self.bits_per_second.value.get());
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apdu::Command;

    #[test]
    fn every_standard_timing_is_one_and_each_figure_has_a_source() {
        for name in Timing::standard_names() {
            let timing = Timing::standard(name).unwrap_or_else(|| panic!("{name}"));
            assert!(timing.sources().count() >= 1);
        }
        let contact = Timing::standard("contact").unwrap();
        let assumed = contact.sources().filter(|(_, source)| *source == ASSUMED);
        assert_eq!(
            assumed.map(|(figure, _)| figure).collect::<Vec<_>>(),
            ["work-us"]
        );
    }

    /// Link times of 256 bytes of payload, from the rates alone: 10 bits a byte at fc/128 and fc/32
    /// give 24.2 and 6.0 ms, 11 bits at 4 MHz / 372 give 261.9 ms. Blocks add to that, less than a
    /// quarter.
    #[test]
    fn signature_takes_its_link_time_and_somewhat_more() {
        for (name, payload_us) in [
            ("contactless-106", 24_165),
            ("contactless-424", 6_041),
            ("contact", 261_880),
        ] {
            let mut timing = Timing::standard(name).unwrap();
            timing.work_us.value = 0;
            timing.work_us_of.clear();
            let empty = timing.time_of(&[], 0);
            let time = timing.time_of(&[], 256) - empty;
            let payload = Duration::from_micros(payload_us);
            assert!(
                time >= payload && time < payload * 5 / 4,
                "{name}: {time:?}"
            );
        }
    }

    #[test]
    fn blocks_are_acknowledged_one_by_one() {
        let timing = Timing::parse(
            "about: test
link:
  bits-per-second: { value: 1000, source: test }
  bits-per-byte: { value: 1, source: test }
  block-bytes: { value: 10, source: test }
  block-overhead-bytes: { value: 3, source: test }
work-us: { value: 7, source: test }
work-us-of: { sign: { value: 9000, source: test } }",
            "test",
        )
        .unwrap();
        // A command of 5 + 3 bytes; an answer of 21 bytes in three blocks and two replies.
        let expected = Duration::from_micros(8_000 + (21 + 5 * 3) * 1_000 + 7);
        assert_eq!(timing.time_of(&[0, 0xB0, 0, 0, 0], 21), expected);
        let sign = Command::sign(&[]).to_bytes();
        let work = timing.time_of(&sign, 2) - timing.time_of(&[0, 0xB0, 0, 0, 0], 2);
        assert_eq!(work, Duration::from_micros(9_000 - 7));
    }

    #[test]
    fn slower_links_take_longer_for_every_command() {
        for (command, length) in [(Command::sign(&[0; 51]).to_bytes(), 258), (vec![0; 4], 2)] {
            let time = |name: &&str| Timing::standard(name).unwrap().time_of(&command, length);
            let times: Vec<Duration> = NAMES.iter().map(time).collect();
            assert!(times.is_sorted_by(|one, next| one < next), "{times:?}");
            assert_eq!(times[0], Duration::ZERO);
        }
    }

    #[test]
    fn figures_without_source_and_rates_of_nothing_are_refused() {
        let refused = |text: &str| Timing::parse(text, "t.yaml").unwrap_err().to_string();
        let message = refused("{ about: x, work-us: { value: 1, source: \" \" } }");
        assert!(message.contains("t.yaml: work-us"), "{message}");
        let text = include_str!("../timing/contact.yaml").replace("10753", "0");
        assert!(refused(&text).contains("t.yaml:"), "{}", refused(&text));
    }
}
