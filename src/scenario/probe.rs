//! What a tester does to a card in a PC/SC reader of their own, beyond what a reception does.

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, IntoDeserializer, MapAccess};
use serde::{Deserialize, Serialize, Serializer};

use super::form::{Forms, read_by_form};
use crate::eligibility::Moment;
use crate::requirement;
use crate::secret::{Masker, Secret};

/// One item of `probe`: something that the tester sends to the card, or expects of its last answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", remote = "Self")]
pub enum Probe {
    /// SELECT of an application: `jpki`, `card-face`, `text-input`, or an AID in hexadecimal.
    Select(String),
    /// SELECT of a file or key of that application, by its four hexadecimal digits.
    #[schemars(with = "FileIdSchema")]
    SelectFile(String),
    /// PIN status query: VERIFY without data, of the key selected.
    PinStatus,
    /// VERIFY of the key selected.
    Verify(Secret),
    /// VERIFY of the key selected with 照合番号B, as printed on the card.
    VerifyCodeB,
    /// READ BINARY of the file selected, from its beginning until the card says that it has ended.
    Read,
    /// One READ BINARY of 256 bytes at this offset, up to 32767.
    ReadAt(#[schemars(range(max = 32767))] u16),
    /// COMPUTE DIGITAL SIGNATURE by the key selected, over a digest that is always the same.
    Sign,
    /// A command in hexadecimal; not one that carries a PIN, which `verify` masks.
    Send(String),
    /// The reader resets the card and keeps the power on.
    Reset,
    /// The reader takes the power away, and gives it back.
    PowerCycle,
    /// The status word that the card's last answer must have had.
    Expect(StatusExpectation),
}

/// The schema of a file id.
#[derive(JsonSchema)]
#[schemars(transparent)]
struct FileIdSchema(
    #[allow(dead_code)] // read by the schema only
    #[schemars(regex(pattern = r"^[0-9A-Fa-f]{4}$"))]
    String,
);

/// A status word, or one with the requirement that another breaks.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum StatusExpectation {
    /// Four hexadecimal digits, in quotation marks.
    Word(#[schemars(regex(pattern = r"^[0-9A-F]{4}$"))] String),
    /// With the requirement.
    Fields(StatusFields),
}

/// A status word with the requirement that another breaks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct StatusFields {
    /// Four hexadecimal digits, in quotation marks.
    #[schemars(regex(pattern = r"^[0-9A-F]{4}$"))]
    pub status: String,
    /// The requirement that a breach breaks; else the first listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirement: Option<requirement::Id>,
}

impl StatusExpectation {
    /// Returns the expectation with its parameters spelt out.
    pub fn fields(&self) -> StatusFields {
        match self {
            StatusExpectation::Fields(fields) => fields.clone(),
            StatusExpectation::Word(status) => StatusFields {
                status: status.clone(),
                requirement: None,
            },
        }
    }
}

/// `expect-certificate`: what the user certificate says that the card last handed over whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CertificateExpectation {
    /// Its last instant.
    pub not_after: Moment,
    /// The requirement that a breach breaks; else the first listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirement: Option<requirement::Id>,
}

/// `expect-card`: what the card's own face (券面事項確認AP 0002) says that was last read whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CardExpectation {
    /// The last day on which the card is valid.
    pub expires: jiff::civil::Date,
    /// The requirement that a breach breaks; else the first listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirement: Option<requirement::Id>,
}

/// The applications that have a name in files, with their AIDs (card.md §2).
const APPLICATIONS: [(&str, &str); 3] = [
    ("jpki", "D392F000260100000001"),
    ("card-face", "D3921000310001010402"),
    ("text-input", "D3921000310001010408"),
];

/// Instructions whose data are a secret (card.md §4): VERIFY, CHANGE REFERENCE DATA, CHANGE KEY.
const SECRET_INSTRUCTIONS: [u8; 3] = [0x20, 0x24, 0x32];

impl Probe {
    /// Returns the AID, file id or command that the item is about, as bytes; nothing where it has
    /// none, or where what stands there is none.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        match self {
            Probe::Select(name) => {
                let known = APPLICATIONS.iter().find(|(known, _)| known == name);
                let aid = hex::decode(known.map_or(name.as_str(), |(_, aid)| aid)).ok()?;
                (!aid.is_empty() && aid.len() <= 16).then_some(aid)
            }
            Probe::SelectFile(id) => hex::decode(id).ok().filter(|id| id.len() == 2),
            Probe::Send(command) => hex::decode(command.replace(' ', ""))
                .ok()
                .filter(|command| command.len() >= 4),
            _ => None,
        }
    }

    /// Says what is wrong with the item and what to write, if anything.
    pub(super) fn problem(&self) -> Option<String> {
        match self {
            Probe::Select(name) if self.bytes().is_none() => Some(format!(
                "{name:?} is no application; write jpki, card-face, text-input, or an AID of up to 16 bytes in hexadecimal"
            )),
            Probe::SelectFile(id) if self.bytes().is_none() => Some(format!(
                "{id:?} is no file; write its four hexadecimal digits, such as select-file: \"0018\""
            )),
            Probe::Send(command) => match self.bytes() {
                None => Some(format!(
                    "{command:?} is no command; write at least CLA INS P1 P2 in hexadecimal"
                )),
                Some(bytes)
                    if bytes.len() > 4
                        && bytes
                            .get(1)
                            .is_some_and(|ins| SECRET_INSTRUCTIONS.contains(ins)) =>
                {
                    Some(
                        "this command carries a PIN, which would stand in the clear; write verify: \"1234\""
                            .to_owned(),
                    )
                }
                Some(_) => None,
            },
            Probe::ReadAt(0x8000..) => Some(
                "READ BINARY reaches no further than offset 32767; write read-at: 32767".to_owned(),
            ),
            Probe::Verify(pin) if pin.length() == 0 => {
                Some("an empty PIN is a query; write pin-status".to_owned())
            }
            Probe::Expect(expected) => {
                let status = expected.fields().status;
                let digit = |byte: u8| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte);
                (status.len() != 4 || !status.bytes().all(digit)).then(|| {
                    format!(
                        "{status:?} is no status word; write four hexadecimal digits in quotation marks, such as \"63C3\""
                    )
                })
            }
            _ => None,
        }
    }

    /// Returns the item with its secret replaced by an alias.
    #[must_use]
    pub(super) fn masked(&self, masker: &mut Masker) -> Probe {
        match self {
            Probe::Verify(secret) => Probe::Verify(masker.mask_secret(secret)),
            other => other.clone(),
        }
    }

    /// Tells whether the tester does something, where `false` is an expectation.
    pub fn is_act(&self) -> bool {
        !matches!(self, Probe::Expect(_))
    }

    /// Returns the item as it stands in a file, a secret as its alias.
    pub fn written(&self) -> String {
        match self {
            Probe::Select(name) => format!("select {name}"),
            Probe::SelectFile(id) => format!("select-file {id}"),
            Probe::PinStatus => "pin-status".to_owned(),
            Probe::Verify(Secret::Masked(masked)) => format!("verify {}", masked.alias),
            Probe::Verify(Secret::Plain(_)) => "verify •••".to_owned(),
            Probe::VerifyCodeB => "verify-code-b".to_owned(),
            Probe::Read => "read".to_owned(),
            Probe::ReadAt(offset) => format!("read-at {offset}"),
            Probe::Sign => "sign".to_owned(),
            Probe::Send(command) => format!("send {command}"),
            Probe::Reset => "reset".to_owned(),
            Probe::PowerCycle => "power-cycle".to_owned(),
            Probe::Expect(expected) => format!("expect {}", expected.fields().status),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum BareProbe {
    PinStatus,
    VerifyCodeB,
    Read,
    Sign,
    Reset,
    PowerCycle,
}

impl<'de> Forms<'de> for Probe {
    const EXPECTING: &'static str = "what a tester does, such as `select: jpki` or `pin-status`";

    fn from_word<E: Error>(word: &str) -> Result<Probe, E> {
        match BareProbe::deserialize(IntoDeserializer::<E>::into_deserializer(word)) {
            Ok(BareProbe::PinStatus) => Ok(Probe::PinStatus),
            Ok(BareProbe::VerifyCodeB) => Ok(Probe::VerifyCodeB),
            Ok(BareProbe::Read) => Ok(Probe::Read),
            Ok(BareProbe::Sign) => Ok(Probe::Sign),
            Ok(BareProbe::Reset) => Ok(Probe::Reset),
            Ok(BareProbe::PowerCycle) => Ok(Probe::PowerCycle),
            Err(_) => Err(E::custom(format!(
                "unknown or incomplete item {word:?} of probe; expected select: jpki, \
                 select-file: \"0018\", pin-status, verify: \"1234\", verify-code-b, read, \
                 read-at: 32767, sign, send: \"00 CA 00 42 00\", reset, power-cycle or \
                 expect: \"9000\""
            ))),
        }
    }

    fn from_map<A: MapAccess<'de>>(map: MapAccessDeserializer<A>) -> Result<Probe, A::Error> {
        Probe::deserialize(map)
    }
}

impl<'de> Forms<'de> for StatusExpectation {
    const EXPECTING: &'static str = "a status word in quotation marks, such as \"63C3\"";

    fn from_word<E: Error>(word: &str) -> Result<StatusExpectation, E> {
        Ok(StatusExpectation::Word(word.to_owned()))
    }

    fn from_map<A: MapAccess<'de>>(
        map: MapAccessDeserializer<A>,
    ) -> Result<StatusExpectation, A::Error> {
        StatusFields::deserialize(map).map(StatusExpectation::Fields)
    }
}

impl Serialize for Probe {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Probe::serialize(self, serializer)
    }
}

read_by_form!(Probe, StatusExpectation);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Step;

    fn probes(yaml: &str) -> Vec<Probe> {
        match serde_saphyr::from_str(yaml).unwrap() {
            Step::Probe(probes) => probes,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_item_is_a_word_or_has_one_parameter() {
        let read = probes(
            "probe:\n- select: jpki\n- select-file: \"0018\"\n- pin-status\n- expect: \"63C3\"\n\
             - verify: \"1234\"\n- expect: { status: \"9000\", requirement: ACC-13 }\n- reset\n",
        );
        let written: Vec<String> = read.iter().map(Probe::written).collect();
        assert_eq!(
            written.join(", "),
            "select jpki, select-file 0018, pin-status, expect 63C3, verify •••, expect 9000, reset"
        );
        assert_eq!(read.iter().filter(|probe| probe.is_act()).count(), 5);
        assert!(read.iter().all(|probe| probe.problem().is_none()));
        let again = serde_json::to_string(&read).unwrap();
        assert!(!again.contains("1234"), "{again}");
    }

    #[test]
    fn what_cannot_be_sent_or_would_show_a_pin_is_refused() {
        for (item, says) in [
            ("select: jpky", "no application"),
            ("select-file: \"18\"", "four hexadecimal"),
            ("send: \"00 20 00 80 04 31 32 33 34\"", "verify"),
            ("send: \"00 20\"", "CLA INS"),
            ("read-at: 32768", "32767"),
            ("expect: \"63cx\"", "no status word"),
        ] {
            let problem = probes(&format!("probe:\n- {item}\n"))[0].problem();
            assert!(
                problem.as_deref().unwrap().contains(says),
                "{item}: {problem:?}"
            );
        }
        assert_eq!(
            probes("probe:\n- send: \"00 20 00 80\"\n")[0].problem(),
            None
        );
    }
}
