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
