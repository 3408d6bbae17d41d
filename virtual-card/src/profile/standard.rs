//! The cards that come with the crate, as data in `profiles/`.

use std::sync::OnceLock;

use crate::profile::Profile;

macro_rules! standard_profiles {
    ($($name:literal),* $(,)?) => {
        /// Name and text of each profile, in the order in which lists show them.
        const TEXTS: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../profiles/", $name, ".yaml")))),*];
        /// The names alone.
        const NAMES: &[&str] = &[$($name),*];
    };
}

standard_profiles![
    "adult",
    "adult-2",
    "child-10",
    "preschool",
    "infant",
    "elder-72",
    "elder-80",
    "pinless",
    "foreign",
    "long-name",
    "revoked",
    "expired",
    "ends-soon",
    "generation-1",
    "locked-pin",
    "last-try",
    "signature-locked",
    "no-signature",
    "rare-characters",
    "android",
    "iphone",
];

impl Profile {
    /// Returns the profile of that name, if it comes with the crate.
    #[must_use]
    pub fn standard(name: &str) -> Option<Self> {
        static PARSED: OnceLock<Vec<Option<Profile>>> = OnceLock::new();
        let parsed = PARSED.get_or_init(|| {
            let parse = |(name, text): &(&str, &str)| Self::parse(text, name).ok();
            TEXTS.iter().map(parse).collect()
        });
        let index = NAMES.iter().position(|candidate| *candidate == name)?;
        parsed.get(index).cloned().flatten()
    }

    /// Returns the text of the profile of that name, if it comes with the crate.
    #[must_use]
    pub fn standard_text(name: &str) -> Option<&'static str> {
        let (_, text) = TEXTS.iter().find(|(known, _)| *known == name)?;
        Some(text)
    }

    /// Returns the names of the profiles that come with the crate.
    #[must_use]
    pub const fn standard_names() -> &'static [&'static str] {
        NAMES
    }
}
