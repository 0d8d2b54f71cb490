//! Identifiers: a prefix that says what it names and 128 random bits in base62.
//!
//! Not UUIDs or ULIDs: all 128 bits are random, and their texts would be a second alphabet beside that of tokens.

use crate::random::{Random, RandomUnavailable};
use crate::token::base62;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// Digits of an identifier after its prefix.
pub(crate) const ID_WIDTH: usize = 22;

/// A text that is not a valid identifier of the expected type.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("must be `{expected}` and 22 characters of 0-9, A-Z, a-z")]
pub struct IdError {
    /// The prefixes that would have been right.
    pub expected: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// Makes a new one.
            ///
            /// # Errors
            /// When there are no random bytes.
            pub fn generate(random: &dyn Random) -> Result<Self, RandomUnavailable> {
                let mut bytes = [0_u8; 16];
                random.fill(&mut bytes)?;
                Ok(Self(bytes))
            }

            /// Its 128 bits.
            #[must_use]
            pub fn bytes(&self) -> [u8; 16] {
                self.0
            }

            /// The one with these 128 bits.
            #[must_use]
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The 22 characters after the prefix.
            #[must_use]
            pub fn digits(&self) -> String {
                base62::encode(&self.0, ID_WIDTH)
            }

            /// Reads the 22 characters after the prefix.
            #[must_use]
            pub fn from_digits(digits: &str) -> Option<Self> {
                (digits.len() == ID_WIDTH).then(|| base62::decode(digits)).flatten().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", $prefix, self.digits())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.strip_prefix($prefix)
                    .and_then(Self::from_digits)
                    .ok_or(IdError { expected: $prefix })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    };
}

id!(
    /// An account: a customer organisation of the platform.
    AccountId,
    "acc_"
);
id!(
    /// A user of an environment.
    UserId,
    "usr_"
);
id!(
    /// A service account of an environment.
    ServiceAccountId,
    "svc_"
);
id!(
    /// A group of users and groups.
    GroupId,
    "grp_"
);
id!(
    /// A folder of an environment.
    FolderId,
    "fld_"
);
id!(
    /// A shared model.
    ShareId,
    "shr_"
);
id!(
    /// An opaque token's record.
    TokenId,
    "tok_"
);
id!(
    /// A JWT: its `jti`.
    JwtId,
    "jwt_"
);

/// The id of a JWT's parent: the one row that the JWT was derived from and ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ParentId {
    /// An opaque token.
    Token(TokenId),
    /// A shared model.
    Share(ShareId),
}

impl fmt::Display for ParentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(id) => id.fmt(f),
            Self::Share(id) => id.fmt(f),
        }
    }
}

impl FromStr for ParentId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        text.parse()
            .map(Self::Token)
            .or_else(|_: IdError| text.parse().map(Self::Share))
            .map_err(|_one: IdError| IdError {
                expected: "tok_` or `shr_",
            })
    }
}

/// Who a token speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Principal {
    /// The account itself.
    Account(AccountId),
    /// A user.
    User(UserId),
    /// A service account.
    ServiceAccount(ServiceAccountId),
}

/// The types of principal that a kind of token may speak for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrincipalType {
    /// The account itself.
    Account,
    /// A user.
    User,
    /// A service account.
    ServiceAccount,
}

impl PrincipalType {
    /// The word the catalog uses for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::User => "user",
            Self::ServiceAccount => "service_account",
        }
    }
}

impl Principal {
    /// Its type.
    #[must_use]
    pub fn principal_type(&self) -> PrincipalType {
        match self {
            Self::Account(_) => PrincipalType::Account,
            Self::User(_) => PrincipalType::User,
            Self::ServiceAccount(_) => PrincipalType::ServiceAccount,
        }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(id) => id.fmt(f),
            Self::User(id) => id.fmt(f),
            Self::ServiceAccount(id) => id.fmt(f),
        }
    }
}

impl FromStr for Principal {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        text.parse()
            .map(Self::Account)
            .or_else(|_| text.parse().map(Self::User))
            .or_else(|_| text.parse().map(Self::ServiceAccount))
            .map_err(|_one: IdError| IdError {
                expected: "acc_`, `usr_` or `svc_",
            })
    }
}

macro_rules! as_text {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?
                    .parse()
                    .map_err(D::Error::custom)
            }
        }
    };
}
as_text!(ParentId);
as_text!(Principal);
