//! Values that may be written as one word or as a map with parameters.
//!
//! The parser would read a bare word in place of a parameterised variant as that variant, and take
//! the *next* list item for its parameter. These forms keep the two apart.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Error, MapAccess, SeqAccess, Visitor};

/// How a type is read from each of its forms.
pub(super) trait Forms<'de>: Sized {
    /// What to say when none of the forms is met.
    const EXPECTING: &'static str;

    /// Reads a bare word.
    fn from_word<E: Error>(word: &str) -> Result<Self, E>;

    /// Reads a map.
    fn from_map<A: MapAccess<'de>>(map: MapAccessDeserializer<A>) -> Result<Self, A::Error>;

    /// Reads a list; most types have no such form.
    fn from_list<A: SeqAccess<'de>>(_list: SeqAccessDeserializer<A>) -> Result<Self, A::Error> {
        Err(A::Error::custom(format!(
            "a list stands here, where {} was expected",
            Self::EXPECTING
        )))
    }
}

/// Reads a value in whichever form it is written.
pub(super) fn deserialize<'de, T: Forms<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    struct FormVisitor<T>(PhantomData<T>);

    impl<'de, T: Forms<'de>> Visitor<'de> for FormVisitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(T::EXPECTING)
        }

        fn visit_str<E: Error>(self, word: &str) -> Result<T, E> {
            T::from_word(word)
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::from_map(MapAccessDeserializer::new(map))
        }

        fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
            T::from_list(SeqAccessDeserializer::new(list))
        }
    }

    deserializer.deserialize_any(FormVisitor(PhantomData))
}

/// Makes types read by [`Forms`].
macro_rules! read_by_form {
    ($($type:ty),*) => {
        $(impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                $crate::scenario::form::deserialize(deserializer)
            }
        })*
    };
}
pub(super) use read_by_form;
