//! Why a value is not what a request type asks for, and where in the request it stands.

use crate::reply::error_code::ErrorCode;
use crate::reply::problem::Problem;
use http::StatusCode;
use serde::de::{Error, Expected, Unexpected};
use std::fmt::{self, Display, Write as _};

/// A value that does not fit.
#[derive(Debug)]
pub(crate) struct Misfit {
    /// The way to it, innermost step first.
    path: Vec<Step>,
    /// Whether it is about the name at the end of the path (unknown, missing or there twice) and not
    /// about the value that stands there.
    is_of_name: bool,
    sentence: String,
}

/// One step of a path into a request.
#[derive(Debug)]
pub(crate) enum Step {
    /// Into the field of an object.
    Field(String),
    /// To the element of a list, counted from 0.
    Element(usize),
}

impl Misfit {
    fn of_name(name: &str, sentence: String) -> Self {
        Self {
            path: vec![Step::Field(name.to_owned())],
            is_of_name: true,
            sentence,
        }
    }

    /// The same, seen from one step further out.
    pub(crate) fn within(mut self, step: Step) -> Self {
        self.path.push(step);
        self
    }

    /// Where it stands, such as `scopes[0].path`; empty for the whole.
    pub(crate) fn path(&self) -> String {
        let mut path = String::new();
        for step in self.path.iter().rev() {
            // Writing to a text does not fail.
            let _ = match step {
                Step::Field(name) if path.is_empty() => write!(path, "{name}"),
                Step::Field(name) => write!(path, ".{name}"),
                Step::Element(number) => write!(path, "[{number}]"),
            };
        }
        path
    }

    /// 422 with this code, which names the field; with `of_whole` where it is about no field.
    pub(crate) fn into_problem(self, of_field: ErrorCode, of_whole: ErrorCode) -> Problem {
        let field = self.path();
        match &*self.path {
            [] => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, of_whole, self.sentence),
            // The sentence has the name already.
            [_] if self.is_of_name => Problem::invalid(field, of_field, self.sentence),
            _ => {
                let detail = format!("`{field}`: {}", self.sentence);
                Problem::invalid(field, of_field, detail)
            }
        }
    }
}

impl Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for Misfit {}

impl Error for Misfit {
    fn custom<T: Display>(sentence: T) -> Self {
        Self {
            path: Vec::new(),
            is_of_name: false,
            sentence: sentence.to_string(),
        }
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        match unexpected {
            Unexpected::Unit => {
                Self::custom(format_args!("invalid type: null, expected {expected}"))
            }
            other => Self::custom(format_args!("invalid type: {other}, expected {expected}")),
        }
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
        let expected = match &*known {
            [] => "there are no fields".to_owned(),
            [one] => format!("expected {one}"),
            [one, other] => format!("expected {one} or {other}"),
            many => format!("expected one of {}", many.join(", ")),
        };
        Self::of_name(name, format!("unknown field `{name}`, {expected}"))
    }

    fn missing_field(name: &'static str) -> Self {
        Self::of_name(name, format!("missing field `{name}`"))
    }

    fn duplicate_field(name: &'static str) -> Self {
        Self::of_name(name, format!("duplicate field `{name}`"))
    }
}
