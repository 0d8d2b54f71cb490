//! The identity sources of the authorizers that this function serves, as the deployment tells them.
//!
//! An event holds their values and not their names, and clients write some of the values. So a value
//! says what it is by its position alone (s67).

use hallpass_core::Presentation;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// The two authorizers of `infra/README.md` that cache nothing.
const DOCUMENTED: &str =
    "$request.header.Authorization; $request.header.Origin, $request.querystring.pubtoken";

/// The ordered identity sources of each authorizer that asks this function, each list of another
/// length.
#[derive(Clone, Debug)]
pub struct AuthorizerSources(Vec<Vec<Source>>);

/// One identity source of an HTTP API's authorizer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// `$context.routeKey`: it stands among the sources of an authorizer that caches.
    RouteKey,
    /// `$context.httpMethod`.
    Method,
    /// `$context.path`.
    Path,
    /// `$context.identity.sourceIp`.
    Address,
    /// `$request.header.NAME`, in lower case.
    Header(String),
    /// `$request.querystring.NAME`.
    Query(String),
    /// A `$context.` or `$stageVariables.` on which no answer of ours depends.
    Other(String),
}

/// What is wrong with `AuthorizerSources`.
#[derive(Debug, Error)]
pub enum SourcesError {
    /// A list without a source, or a comma too many.
    #[error(
        "a source is empty: write the sources of one authorizer with `,` between them, and `;` between two authorizers"
    )]
    Empty,
    /// Not an identity source of an HTTP API.
    #[error(
        "`{0}` is not an identity source: write `$request.header.NAME`, `$request.querystring.NAME`, `$context.NAME` or `$stageVariables.NAME`"
    )]
    Unknown(String),
    /// Events could not tell these two apart.
    #[error(
        "two authorizers have {0} identity sources each, and an event tells authorizers apart by the number only: add a source to one of them, such as `$context.stage`"
    )]
    SameLength(usize),
}

impl AuthorizerSources {
    /// The list of this length.
    pub(crate) fn of_length(&self, length: usize) -> Option<&[Source]> {
        let list = self.0.iter().find(|list| list.len() == length);
        list.map(Vec::as_slice)
    }
}

impl Default for AuthorizerSources {
    /// Those of the documented authorizers that cache nothing.
    fn default() -> Self {
        DOCUMENTED.parse().unwrap_or(Self(Vec::new()))
    }
}

impl FromStr for AuthorizerSources {
    type Err = SourcesError;

    /// Reads lists with `;` between them, of sources with `,` between them; blanks are nothing.
    fn from_str(text: &str) -> Result<Self, SourcesError> {
        let mut lists: Vec<Vec<Source>> = Vec::new();
        for list in text.split(';') {
            let list: Vec<Source> = list.split(',').map(str::parse).collect::<Result<_, _>>()?;
            if lists.iter().any(|other| other.len() == list.len()) {
                return Err(SourcesError::SameLength(list.len()));
            }
            lists.push(list);
        }
        Ok(Self(lists))
    }
}

impl Source {
    /// Whether a credential in this position of a request is part of this source's value.
    pub(crate) fn holds_credential_at(&self, position: &Presentation) -> bool {
        match (self, position) {
            (Self::Header(name), Presentation::Bearer | Presentation::Basic) => {
                name == "authorization"
            }
            (Self::Header(name), Presentation::Header(other))
            | (Self::Query(name), Presentation::Query(other)) => **name == **other,
            _ => false,
        }
    }
}

impl FromStr for Source {
    type Err = SourcesError;

    fn from_str(text: &str) -> Result<Self, SourcesError> {
        let text = text.trim();
        let named = |prefix| {
            text.strip_prefix(prefix)
                .filter(|name: &&str| !name.is_empty())
        };
        match text {
            "" => Err(SourcesError::Empty),
            "$context.routeKey" => Ok(Self::RouteKey),
            "$context.httpMethod" => Ok(Self::Method),
            "$context.path" => Ok(Self::Path),
            "$context.identity.sourceIp" => Ok(Self::Address),
            _ => {
                if let Some(name) = named("$request.header.") {
                    Ok(Self::Header(name.to_ascii_lowercase()))
                } else if let Some(name) = named("$request.querystring.") {
                    Ok(Self::Query(name.to_owned()))
                } else if named("$context.").is_some() || named("$stageVariables.").is_some() {
                    Ok(Self::Other(text.to_owned()))
                } else {
                    Err(SourcesError::Unknown(text.to_owned()))
                }
            }
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RouteKey => f.write_str("$context.routeKey"),
            Self::Method => f.write_str("$context.httpMethod"),
            Self::Path => f.write_str("$context.path"),
            Self::Address => f.write_str("$context.identity.sourceIp"),
            Self::Header(name) => write!(f, "$request.header.{name}"),
            Self::Query(name) => write!(f, "$request.querystring.{name}"),
            Self::Other(text) => f.write_str(text),
        }
    }
}
