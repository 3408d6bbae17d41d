//! Bytes that stand in files and transcripts as lower-case hexadecimal digits.

use std::fmt;

use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A byte string: a certificate in DER, a challenge, a signature, an APDU's data.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Bytes(pub Vec<u8>);

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", hex::encode(&self.0))
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Every inquiry is written out at least once, its certificate included; `hex::encode` goes
        // from character to character, which a profile of `explore` shows.
        let mut digits = vec![0; 2 * self.0.len()];
        hex::encode_to_slice(&self.0, &mut digits).map_err(S::Error::custom)?;
        serializer.serialize_str(str::from_utf8(&digits).map_err(S::Error::custom)?)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        let text = String::deserialize(deserializer)?;
        hex::decode(&text).map(Bytes).map_err(|error| {
            serde::de::Error::custom(format!("hexadecimal digits were expected: {error}"))
        })
    }
}

impl schemars::JsonSchema for Bytes {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Bytes".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^([0-9a-f]{2})*$" })
    }
}
