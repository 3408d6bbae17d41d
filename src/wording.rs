//! Says things to people in their language. Machine formats carry both (design §2).
//!
//! The sentences stand in `wording/ja.ftl` and `wording/en.ftl`, one key for each, so that a
//! translator needs no Rust. Texts that scenarios, requirements and findings carry are
//! [`Text`]s and do not pass through here.

use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use crate::eligibility::Text;

const JA: &str = include_str!("wording/ja.ftl");
const EN: &str = include_str!("wording/en.ftl");

/// Japanese or English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Japanese.
    Ja,
    /// English.
    En,
}

impl Language {
    /// Returns the language of a locale such as `ja_JP.UTF-8`: Japanese for `ja`, else English.
    pub fn of_locale(locale: &str) -> Language {
        if locale.starts_with("ja") {
            Language::Ja
        } else {
            Language::En
        }
    }

    /// Returns the other language.
    #[must_use]
    pub fn other(self) -> Language {
        match self {
            Language::Ja => Language::En,
            Language::En => Language::Ja,
        }
    }

    /// Returns the sentences of the language.
    pub fn wording(self) -> &'static Wording {
        static JAPANESE: OnceLock<Wording> = OnceLock::new();
        static ENGLISH: OnceLock<Wording> = OnceLock::new();
        match self {
            Language::Ja => JAPANESE.get_or_init(|| Wording::read(Language::Ja, JA)),
            Language::En => ENGLISH.get_or_init(|| Wording::read(Language::En, EN)),
        }
    }
}

impl Text {
    /// Returns the wording in one language.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Ja => &self.ja,
            Language::En => &self.en,
        }
    }
}

/// The sentences of one language.
pub struct Wording {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

impl std::fmt::Debug for Wording {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Wording({:?})", self.bundle.locales)
    }
}

impl Wording {
    fn read(language: Language, source: &str) -> Wording {
        let tag = match language {
            Language::Ja => "ja",
            Language::En => "en",
        };
        let locale: LanguageIdentifier = tag.parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![locale]);
        // Isolating marks would be drawn as cells of their own, or counted as such.
        bundle.set_use_isolating(false);
        // A test reads both files without an error, so what could be read is all there is.
        let resource = match FluentResource::try_new(source.to_owned()) {
            Ok(resource) => resource,
            Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(resource);
        Wording { language, bundle }
    }

    /// Returns a text that carries both languages, in this one.
    pub fn pick(&self, text: &Text) -> String {
        text.get(self.language).to_owned()
    }

    /// Returns the sentence of that key; the key itself where there is none, which a test excludes.
    pub fn say(&self, key: &str) -> String {
        self.say_with(key, &[])
    }

    /// Returns the sentence of that key with its blanks filled in.
    pub fn say_with(&self, key: &str, blanks: &[(&str, &str)]) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|found| found.value()) else {
            return key.to_owned();
        };
        let mut arguments = FluentArgs::with_capacity(blanks.len());
        for (name, value) in blanks {
            arguments.set((*name).to_owned(), (*value).to_owned());
        }
        let mut errors = Vec::new();
        self.bundle
            .format_pattern(pattern, Some(&arguments), &mut errors)
            .into_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use fluent_bundle::FluentResource;

    use super::*;

    /// The keys of a file, each with the names of its blanks.
    fn keys(source: &str) -> BTreeMap<String, Vec<String>> {
        FluentResource::try_new(source.to_owned()).expect("the file is well-formed Fluent");
        let mut keys = BTreeMap::new();
        for line in source.lines() {
            let Some((key, value)) = line.split_once(" =") else {
                continue;
            };
            if key.starts_with('#') || key.contains(' ') {
                continue;
            }
            let mut blanks: Vec<String> = value
                .split("{ $")
                .skip(1)
                .filter_map(|rest| rest.split_once(" }"))
                .map(|(name, _)| name.to_owned())
                .collect();
            blanks.sort();
            let before = keys.insert(key.to_owned(), blanks);
            assert!(before.is_none(), "{key} stands there twice");
        }
        keys
    }

    fn sources(folder: &Path, text: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, text);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                text.push_str(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }

    #[test]
    fn both_languages_have_the_same_keys_and_blanks() {
        assert_eq!(keys(JA), keys(EN));
        assert!(keys(JA).len() > 100);
    }

    #[test]
    fn every_key_is_used_and_every_key_used_exists() {
        let mut text = String::new();
        sources(
            Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")),
            &mut text,
        );
        let keys = keys(EN);
        for key in keys.keys() {
            assert!(text.contains(&format!("\"{key}\"")), "nothing says {key}");
        }
        for call in ["say(", "say_with("] {
            for rest in text.split(call).skip(1) {
                let quoted = rest.trim_start().strip_prefix('"');
                let Some((key, _)) = quoted.and_then(|rest| rest.split_once('"')) else {
                    continue;
                };
                if !key
                    .bytes()
                    .all(|byte| byte == b'-' || byte.is_ascii_lowercase())
                {
                    continue;
                }
                assert!(keys.contains_key(key), "{key} is said but has no wording");
            }
        }
        // Keys that a match hands on look like keys, too.
        let families: Vec<&str> = keys
            .keys()
            .filter_map(|key| key.split('-').next())
            .collect();
        let families: Vec<&str> = families
            .iter()
            .copied()
            .filter(|family| families.iter().filter(|other| *other == family).count() > 5)
            .collect();
        let mut literals = String::new();
        sources(
            Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/tui")),
            &mut literals,
        );
        for literal in literals.split('"') {
            let key_like = literal.contains('-')
                && !literal.ends_with('-')
                && literal
                    .bytes()
                    .all(|byte| byte == b'-' || byte.is_ascii_lowercase());
            let family = literal.split('-').next().unwrap_or_default();
            // The stories of the tests are named by folder and speak of cards and screens.
            if key_like
                && families.contains(&family)
                && !literals.contains(&format!("{{ \"{literal}"))
            {
                assert!(
                    keys.contains_key(literal),
                    "{literal} looks like a key without wording"
                );
            }
        }
    }

    /// Collects sources, other than this one, and what they say.
    fn said(dir: &Path, found: &mut Vec<(std::path::PathBuf, String)>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let extension = path.extension().and_then(|it| it.to_str()).unwrap_or("");
            if path.is_dir() {
                said(&path, found);
            } else if ["rs", "ftl", "yaml"].contains(&extension) && !path.ends_with("wording.rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }

    #[test]
    fn one_thing_has_one_word_in_japanese() {
        // The word that is not used, and the one that is.
        let words = [
            ("リーダー", "読取機"),
            ("資格システム", "照会先"),
            ("本ツール", "本ハーネス"),
            ("このハーネス", "本ハーネス"),
            ("取決め", "取り決め"),
            ("要求事項", "要件"),
            ("立会者", "操作者"),
            ("見ている人", "操作者"),
        ];
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut sources = Vec::new();
        for folder in ["src", "scenarios"] {
            said(&root.join(folder), &mut sources);
        }
        for (path, text) in sources {
            // The official name of the device that a phone is held to.
            let text = text.replace("汎用カードリーダー", "");
            for (other, word) in words {
                let path = path.display();
                assert!(
                    !text.contains(other),
                    "{path}: {other}, which is {word} here"
                );
            }
        }
    }

    #[test]
    fn blanks_are_filled_in_without_isolating_marks() {
        let said = Language::En
            .wording()
            .say_with("tries-left", &[("left", "2")]);
        assert!(said.contains('2') && said.is_ascii(), "{said:?}");
    }

    #[test]
    fn a_japanese_locale_is_spoken_to_in_japanese() {
        assert_eq!(Language::of_locale("ja_JP.UTF-8"), Language::Ja);
        assert_eq!(Language::of_locale("C.UTF-8"), Language::En);
        assert_eq!(Language::Ja.other(), Language::En);
    }
}
