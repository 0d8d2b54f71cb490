//! What a client sent, as a tree: the values of a JSON body, or of a query. Request types are read from it
//! and not from the text, so that what does not fit is known as a fact ([`Misfit`]) and not only as a
//! sentence of a library, and so that whole numbers are those of JSON Schema.

use crate::request::misfit::{Misfit, Step};
use serde::de::value::StringDeserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error as _, Expected, IntoDeserializer as _,
    MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;
use std::fmt;
use std::vec::IntoIter;

/// A value as it was sent.
#[derive(Debug)]
pub(crate) enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number, 0 or more.
    Unsigned(u64),
    /// A whole number below 0.
    Negative(i64),
    /// A number that is not whole, or too large to be known exactly.
    Fraction(f64),
    /// A text.
    Text(String),
    /// A parameter of a query: a text in which `true` and `false` can be meant.
    Parameter(String),
    /// A list.
    List(Vec<Self>),
    /// An object. A name that was sent twice stands here twice.
    Object(Vec<(String, Self)>),
}

impl Value {
    /// A number with a fraction of 0 is whole (JSON Schema 2020-12 §4.2.1), as long as a 64-bit
    /// float tells it from its neighbours: up to 2^53.
    fn number(number: f64) -> Self {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let is_whole = number.fract() == 0.0 && number.abs() <= EXACT;
        let digits = is_whole.then(|| format!("{:.0}", number.abs()));
        let Some(whole) = digits.and_then(|digits| digits.parse::<u64>().ok()) else {
            return Self::Fraction(number);
        };
        match i64::try_from(whole) {
            Ok(whole) if number < 0.0 => Self::Negative(whole.saturating_neg()),
            _ => Self::Unsigned(whole),
        }
    }

    fn unexpected(&self) -> Unexpected<'_> {
        match self {
            Self::Null => Unexpected::Unit,
            Self::Bool(value) => Unexpected::Bool(*value),
            Self::Unsigned(number) => Unexpected::Unsigned(*number),
            Self::Negative(number) => Unexpected::Signed(*number),
            Self::Fraction(number) => Unexpected::Float(*number),
            Self::Text(text) | Self::Parameter(text) => Unexpected::Str(text),
            Self::List(_) => Unexpected::Seq,
            Self::Object(_) => Unexpected::Map,
        }
    }

    fn is_not(&self, expected: &dyn Expected) -> Misfit {
        Misfit::invalid_type(self.unexpected(), expected)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Unsigned(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(u64::try_from(number).map_or(Value::Negative(number), Value::Unsigned))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element()? {
            elements.push(element);
        }
        Ok(Value::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = object.next_entry()? {
            fields.push(field);
        }
        Ok(Value::Object(fields))
    }
}

impl<'de> Deserializer<'de> for Value {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self {
            Self::Null => visitor.visit_unit(),
            Self::Bool(value) => visitor.visit_bool(value),
            Self::Unsigned(number) => visitor.visit_u64(number),
            Self::Negative(number) => visitor.visit_i64(number),
            Self::Fraction(number) => visitor.visit_f64(number),
            Self::Text(text) | Self::Parameter(text) => visitor.visit_string(text),
            Self::List(elements) => visitor.visit_seq(Elements(elements.into_iter().enumerate())),
            Self::Object(fields) => visitor.visit_map(Fields {
                rest: fields.into_iter(),
                value: None,
            }),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self {
            Self::Parameter(text) => match text.parse() {
                Ok(value) => visitor.visit_bool(value),
                Err(_) => Err(Misfit::custom(format_args!(
                    "`{text}` is not `true` or `false`"
                ))),
            },
            value => value.deserialize_any(visitor),
        }
    }

    /// Serde's own sentence would name a number by Rust's type of it.
    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self {
            Self::Unsigned(number) => visitor.visit_u64(number),
            value => Err(value.is_not(&"a whole number, 0 or more, without quotes")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self {
            Self::Null => visitor.visit_none(),
            value => visitor.visit_some(value),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match self {
            Self::Text(text) | Self::Parameter(text) => {
                let text: StringDeserializer<Misfit> = text.into_deserializer();
                visitor.visit_enum(text)
            }
            value => Err(value.is_not(&"a text")),
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq
        tuple tuple_struct map struct identifier ignored_any
    }
}

/// The elements of a list, each with the number that it has in it.
struct Elements(std::iter::Enumerate<IntoIter<Value>>);

impl<'de> SeqAccess<'de> for Elements {
    type Error = Misfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Misfit> {
        let Some((number, element)) = self.0.next() else {
            return Ok(None);
        };
        let element = seed.deserialize(element);
        element
            .map(Some)
            .map_err(|misfit| misfit.within(Step::Element(number)))
    }
}

/// The fields of an object, one after another.
struct Fields {
    rest: IntoIter<(String, Value)>,
    /// The field whose name was read last, and its value.
    value: Option<(String, Value)>,
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Misfit;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Misfit> {
        let Some((name, value)) = self.rest.next() else {
            return Ok(None);
        };
        self.value = Some((name.clone(), value));
        let name: StringDeserializer<Misfit> = name.into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Misfit> {
        let Some((name, value)) = self.value.take() else {
            return Err(Misfit::custom("a value was asked for before its name"));
        };
        let value = seed.deserialize(value);
        value.map_err(|misfit| misfit.within(Step::Field(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::Value;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "only that it can be read counts")]
        inner: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only that it can be read counts")]
        count: u64,
        #[serde(default)]
        #[expect(dead_code, reason = "only that it can be read counts")]
        notes: BTreeMap<String, String>,
    }

    fn misfit(json: &str) -> String {
        let value: Value = serde_json::from_str(json).unwrap();
        let misfit = Outer::deserialize(value).unwrap_err();
        format!("{}: {misfit}", misfit.path())
    }

    #[test]
    fn what_does_not_fit_is_named_by_its_path_at_every_depth() {
        for (json, expected) in [
            (
                r#"{"iner":[]}"#,
                "iner: unknown field `iner`, expected `inner`",
            ),
            (r"{}", "inner: missing field `inner`"),
            (
                r#"{"inner":[],"inner":[]}"#,
                "inner: duplicate field `inner`",
            ),
            (
                r#"{"inner":[{"count":1},{}]}"#,
                "inner[1].count: missing field `count`",
            ),
            (
                r#"{"inner":[{"count":1,"count":1}]}"#,
                "inner[0].count: duplicate field `count`",
            ),
            (
                r#"{"inner":[{"coun`t: ":1}]}"#,
                "inner[0].coun`t: : unknown field `coun`t: `, expected `count` or `notes`",
            ),
            (
                r#"{"inner":[{"count":1,"notes":{"a":null}}]}"#,
                "inner[0].notes.a: invalid type: null, expected a string",
            ),
            (
                r#"{"inner":{}}"#,
                "inner: invalid type: map, expected a sequence",
            ),
        ] {
            assert_eq!(misfit(json), expected, "{json}");
        }
    }

    #[test]
    fn a_whole_number_is_one_however_it_is_written() {
        let read = |number: &str| {
            let value: Value = serde_json::from_str(number).unwrap();
            u64::deserialize(value).ok()
        };
        for (written, number) in [
            ("3600", Some(3_600)),
            ("3600.0", Some(3_600)),
            ("36e2", Some(3_600)),
            ("3.6E+3", Some(3_600)),
            ("0.0", Some(0)),
            ("-0", Some(0)),
            ("-0.0", Some(0)),
            ("9007199254740992.0", Some(9_007_199_254_740_992)),
            ("18446744073709551615", Some(u64::MAX)),
            ("3600.5", None),
            ("1e-3", None),
            ("-1", None),
            ("-1.0", None),
            // A float does not tell it from its neighbours.
            ("1e300", None),
            ("18446744073709551616", None),
            ("\"3600\"", None),
            ("true", None),
        ] {
            assert_eq!(read(written), number, "{written}");
        }
    }
}
