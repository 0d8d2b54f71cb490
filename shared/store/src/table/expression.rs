//! Expressions: every attribute in one is written `#name`, since many names are reserved words.
//!
//! The AWS SDK for Rust has no builder of expressions: it takes their text and two maps.

use aws_sdk_dynamodb::types::AttributeValue;
use std::borrow::Cow;
use std::collections::HashMap;

/// A condition, an update or a projection, and the values it speaks of.
#[derive(Clone, Debug)]
pub(crate) struct Expression {
    text: Cow<'static, str>,
    values: HashMap<String, AttributeValue>,
}

impl Expression {
    pub(crate) fn new(text: &'static str) -> Self {
        Self {
            text: Cow::Borrowed(text),
            values: HashMap::new(),
        }
    }

    /// Sets these attributes, and removes those without a value.
    pub(crate) fn assign(attributes: Vec<(&'static str, Option<AttributeValue>)>) -> Self {
        let (mut set, mut removed) = (Vec::new(), Vec::new());
        let mut values = HashMap::new();
        for (name, value) in attributes {
            match value {
                Some(value) => {
                    set.push(format!("#{name} = :{name}"));
                    values.insert(format!(":{name}"), value);
                }
                None => removed.push(format!("#{name}")),
            }
        }
        let clause = |verb: &str, parts: &[String]| match parts {
            [] => String::new(),
            [..] => format!("{verb} {} ", parts.join(", ")),
        };
        let text = clause("SET", &set) + &clause("REMOVE", &removed);
        Self {
            text: Cow::Owned(text.trim_end().to_owned()),
            values,
        }
    }

    /// These attributes of a row, and its key; all of them if there are none.
    pub(crate) fn projection(attributes: &[&str]) -> Self {
        // Its version as well: what is newer than this code knows is not read in part.
        let with_key = ["pk", "sk", "v"].iter().chain(attributes);
        let names: Vec<String> = with_key.map(|name| format!("#{name}")).collect();
        let text = match attributes {
            [] => Cow::Borrowed(""),
            [..] => Cow::Owned(names.join(", ")),
        };
        Self {
            text,
            values: HashMap::new(),
        }
    }

    /// No condition at all.
    pub(crate) fn none() -> Self {
        Self::new("")
    }

    pub(crate) fn with(mut self, name: &str, value: AttributeValue) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }

    /// Both conditions. What both name alike means the same in both.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.text = Cow::Owned(format!("({}) AND ({})", self.text, other.text));
        self.values.extend(other.values);
        self
    }

    pub(crate) fn text(&self) -> Option<String> {
        (!self.text.is_empty()).then(|| self.text.clone().into_owned())
    }
}

/// What `#name` stands for in all of `expressions`: the name. `None` if there is none, as the wire
/// wants it.
pub(crate) fn names(expressions: &[&Expression]) -> Option<HashMap<String, String>> {
    let names: HashMap<String, String> = expressions
        .iter()
        .flat_map(|expression| expression.text.split('#').skip(1))
        .filter_map(|rest| {
            rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .next()
        })
        .map(|name| (format!("#{name}"), name.to_owned()))
        .collect();
    (!names.is_empty()).then_some(names)
}

/// The values of all of `expressions`; `None` if there is none, as the wire wants it.
pub(crate) fn values(expressions: &[&Expression]) -> Option<HashMap<String, AttributeValue>> {
    let values: HashMap<String, AttributeValue> = expressions
        .iter()
        .flat_map(|expression| expression.values.clone())
        .collect();
    (!values.is_empty()).then_some(values)
}

#[cfg(test)]
mod tests {
    use super::{Expression, names, values};
    use crate::table::item::number;
    use std::collections::HashMap;

    #[test]
    fn every_name_is_declared_once_and_no_empty_map_is_sent() {
        let one = Expression::new("attribute_not_exists(#pk) OR #expires_at <= :now")
            .with(":now", number(7));
        let two = Expression::new("SET #ttl = :now REMOVE #pk");
        let declared = ["pk", "expires_at", "ttl"].map(|name| (format!("#{name}"), name.into()));
        assert_eq!(names(&[&one, &two]), Some(HashMap::from(declared)));
        assert_eq!(
            values(&[&one, &two]),
            Some(HashMap::from([(":now".into(), number(7))]))
        );
        assert_eq!(names(&[&Expression::none()]), None);
        assert_eq!(values(&[&two]), None);
    }
}
