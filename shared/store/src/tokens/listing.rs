//! The lists that people look at: all tokens of an environment, and those of a kind, of a principal, and
//! of both, each the newest first. Every token has an entry in each of the four, which only names it:
//! what is shown of it can change, and stands in one row.

use super::entry::{ListedToken, TokenEntry};
use crate::table::{Key, keys};
use hallpass_core::{Tenant, TokenId, UnixMillis};
use serde::{Deserialize, Serialize};

/// An entry of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Listed {
    pub(super) id: TokenId,
    pub(super) created_at: UnixMillis,
}

impl From<&TokenEntry> for Listed {
    fn from(token: &TokenEntry) -> Self {
        Self {
            id: token.id,
            created_at: token.created_at,
        }
    }
}

impl From<&ListedToken> for Listed {
    fn from(token: &ListedToken) -> Self {
        Self {
            id: token.id,
            created_at: token.created_at,
        }
    }
}

/// Where a token's entries are.
pub(super) fn list_keys(tenant: &Tenant, token: &TokenEntry) -> [Key; 4] {
    let (kind, principal) = (Some(&token.kind), Some(&token.principal));
    [
        (None, None),
        (kind, None),
        (None, principal),
        (kind, principal),
    ]
    .map(|(kind, principal)| {
        let list = keys::token_list(tenant, kind, principal);
        keys::token_list_entry(&list, token.created_at, &token.id)
    })
}
