//! Says the values of fields in words, where a word of an entry has a wording.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{inquiry, insurance, phase, site, validity};
use crate::eligibility::{
    CertificatePhase, ConsentAnswer, ConsentKind, Ground, MedicalKind, SiteKind, Validity,
};
use crate::screen::{Method, ScreenId};
use crate::wording::Wording;

/// Returns the values of a field in words; what has no wording stands as it is.
pub fn values(path: &str, value: &str, wording: &Wording) -> String {
    let words: Vec<String> = value
        .split(", ")
        .map(|word| said(path, word, wording).unwrap_or_else(|| word.to_owned()))
        .collect();
    words.join(", ")
}

fn said(path: &str, word: &str, wording: &Wording) -> Option<String> {
    let mut names = path.rsplit('.');
    let (name, within) = (names.next()?, names.next());
    Some(match (name, within) {
        _ if word == "true" => wording.say("key-yes"),
        _ if word == "false" => wording.say("key-no"),
        ("phase", _) => wording.say(phase(read::<CertificatePhase>(word)?)),
        ("ground", _) => wording.pick(&read::<Ground>(word)?.title()),
        ("validity", _) => wording.say(validity(read::<Validity>(word)?)),
        ("kind", Some("site")) => wording.say(site(read::<SiteKind>(word)?)),
        ("methods", _) => wording.pick(&read::<Method>(word)?.title()),
        ("screen", _) => wording.pick(&read::<ScreenId>(word)?.title()),
        ("answer", None) => wording.say(insurance::kind(word)?),
        ("inquiry", None) => wording.say(inquiry::named(word)?),
        ("answer" | "preset", _) => wording.say(match read::<ConsentAnswer>(word)? {
            ConsentAnswer::Agree => "button-agree",
            ConsentAnswer::Refuse => "button-refuse",
        }),
        ("kind" | "offers", _) => match read::<ConsentKind>(word) {
            Some(kind) => wording.pick(&kind.title()),
            None => wording.say(inquiry::medical(read::<MedicalKind>(word)?)),
        },
        _ => return None,
    })
}

fn read<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(Value::String(word.to_owned())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::Language;

    #[test]
    fn values_are_said_in_words_and_the_rest_stands_as_it_is() {
        for (path, value, said) in [
            ("phase", "lapsed", "猶予切れ"),
            ("registered", "true", "はい"),
            ("ground", "certificate-revoked", "証明書失効"),
            ("consents.1.kind", "care", "過去の診療・薬剤情報"),
            ("consents.1.answer", "refuse", "同意しない"),
            ("answer", "authenticated", "本人確認済"),
            ("site.kind", "clinic", "診療所"),
            (
                "site.offers",
                "care, limit",
                "過去の診療・薬剤情報, 限度額情報",
            ),
            ("screen", "certificate-ending", "電子証明書の期限が近い"),
            ("token", "valid", "valid"),
        ] {
            assert_eq!(values(path, value, Language::Ja.wording()), said, "{path}");
        }
        let english = values("consents.1.kind", "care", Language::En.wording());
        assert_eq!(english, "past care and drugs");
    }
}
