//! Codes and amounts as people write them in YAML: quoted or not.

use std::fmt;

use rust_decimal::Decimal;
use scrubjay_model::Money;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A code or number that may stand without quotes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Word(pub(crate) String);

/// An exact decimal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Amount(pub(crate) Decimal);

/// One word or a list of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words(pub(crate) Vec<Word>);

impl Amount {
    pub(crate) fn money(self) -> Result<Money, String> {
        self.0
            .try_into()
            .map_err(|error: scrubjay_model::ValueError| error.to_string())
    }
}

struct Scalar;

impl Visitor<'_> for Scalar {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or number")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }

    /// The shortest text of a floating number is what was written, for as many
    /// digits as amounts have.
    fn visit_f64<E: Error>(self, number: f64) -> Result<String, E> {
        Ok(number.to_string())
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Scalar).map(Self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = from.deserialize_any(Scalar)?;
        text.parse()
            .map(Self)
            .map_err(|_| D::Error::custom("an amount is a number such as 12.50"))
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Words;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a code or a list of codes")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Words, A::Error> {
                let mut words = Vec::new();
                while let Some(word) = from.next_element()? {
                    words.push(word);
                }
                Ok(Words(words))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Words, E> {
                Scalar.visit_str(text).map(|word| Words(vec![Word(word)]))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Words, E> {
                Scalar.visit_i64(number).map(|word| Words(vec![Word(word)]))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Words, E> {
                Scalar.visit_u64(number).map(|word| Words(vec![Word(word)]))
            }
        }
        from.deserialize_any(List)
    }
}
